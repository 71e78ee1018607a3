/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A new version of a pack over matters that exist: indexes that it adds, types that it may not change. */
#include "county.h"

static const struct stmt st_keys = { "test_version_keys",
	"SELECT count(*) FROM matter_key_num WHERE field = 'penal.found_on' AND matter > $1" };

struct fill {
	struct county *c;
	bool *more;
};

static bool fill(struct db *db, const void *ctx, struct err *err)
{
	const struct fill *x = ctx;

	return matter_fill(x->c->e, db, x->c->a, 2, x->more, err);
}

static size_t found_on_the_first(struct county *c)
{
	const struct list_filter day = { STR("found_on"), STR("2026-03-01") };
	const struct list_query q = { .who = as(c, c->wang), .kind = STR("penal"), .order = LIST_UPDATED, .filter = &day,
				      .n_filter = 1 };
	const struct list_row *r;
	struct err err = { 0 };
	size_t n = 0;

	OK(matter_list(c->e, c->db, c->a, &q, &r, &n, &err));
	return n;
}

/* What the list of that day says about its index: percent, -1 when there is nothing to say. */
static int says(struct county *c, const char *field, const char *value)
{
	const struct list_filter filter = { str_of(field), str_of(value) };
	const struct list_query q = { .who = as(c, c->wang), .kind = STR("penal"), .order = LIST_UPDATED, .filter = &filter,
				      .n_filter = 1 };
	struct err err = { 0 };
	int percent = -2;

	OK(matter_list_filling(c->e, c->db, c->a, &q, &percent, &err));
	return percent;
}

BOTH(a_new_index_is_filled_in_batches)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };
	bool more = true;
	const struct fill x = { &c, &more };
	int64_t slow, turns = 0;

	for (int i = 0; i < 5; i++)
		cr_assert(opens(&c, c.wang, "penal", "{'party': '甲', 'cause': '未如实记录', 'found_on': '2026-03-01'}"));
	cr_assert_eq(county_version(&c, "t/penal.yaml", "filters: [party, cause]", "filters: [party, cause, found_on]", &err),
		     ERR_NONE, "%s", err.msg);
	cr_assert_eq(county_version(&c, "t/others.yaml",
				    "\"all(matters(penal, x, x.state == lead), count(matters(penal, y, y.state == x.state)) > 0)\"",
				    "\"count(matters(penal, x, x.found_on == 2026-03-01)) == 6\"", &err), ERR_NONE, "%s", err.msg);
	cr_assert(engine_filling(c.e, STR("penal.found_on")));
	cr_assert_not(engine_filling(c.e, STR("penal.cause")));
	/* a matter of the old version that changes meanwhile, and one of the new */
	cr_assert(opens(&c, c.wang, "penal", "{'party': '乙', 'cause': '未如实记录', 'found_on': '2026-03-01'}"));
	cr_assert_eq(count_rows(&c, &st_keys, 0), 1);
	cr_assert_eq(found_on_the_first(&c), 6, "the list reads what has no keys yet");
	cr_assert(opens(&c, c.wang, "slow", "{'text': '核对'}"));
	slow = c.r.matter;
	cr_assert(acts(&c, c.wang, slow, "end", "{}"), "a check reads them too: %s", why(&c));
	cr_assert_eq(says(&c, "found_on", "2026-03-01"), 0, "nothing is done yet");
	cr_assert_eq(says(&c, "cause", "未如实记录"), -1, "only a list that needs it says so");
	for (; more; turns++) {
		const int before = says(&c, "found_on", "2026-03-01");
		int after;

		OK(db_tx(c.db, "fill", fill, &x, &err));
		after = says(&c, "found_on", "2026-03-01");
		cr_assert(after == -1 || (after > before && before >= 0 && after < 100), "it grows: %d, %d", before, after);
	}
	cr_assert_eq(says(&c, "found_on", "2026-03-01"), -1);
	cr_assert_geq(turns, 4, "2 a turn");
	cr_assert_not(engine_filling_any(c.e));
	cr_assert_eq(count_rows(&c, &st_keys, 0), 6);
	cr_assert_eq(found_on_the_first(&c), 6);
	cr_assert(opens(&c, c.wang, "slow", "{'text': '核对'}"));
	cr_assert(acts(&c, c.wang, c.r.matter, "end", "{}"), "%s", why(&c));
	county_free(&c);
}

BOTH(a_field_keeps_its_type)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };

	/* nobody has used it yet */
	cr_assert_eq(county_version(&c, "t/others.yaml", "left: {name: 其余公示, type: int}", "left: {name: 其余公示, type: date}", &err),
		     ERR_NONE, "%s", err.msg);
	cr_assert(opens(&c, c.wang, "penal", "{'party': '甲', 'cause': '未如实记录'}"));
	cr_assert_eq(county_version(&c, "t/penal.yaml", "n: {name: 数量, type: int}", "n: {name: 数量, type: num(2)}", &err), ERR_LAW,
		     "a column too");
	cr_assert(str_find(str_of(err.msg), STR("t/penal.yaml:"), 0) == 0, "%s", err.msg);
	cr_assert(str_find(str_of(err.msg), STR("“goods”"), 0) != SIZE_MAX, "%s", err.msg);
	county_free(&c);
}

/* `current`: a register's matters go by the law of today; a case keeps the law under which it was opened. */
BOTH(a_register_goes_by_the_law_of_today)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };
	int64_t memo, errand;

	cr_assert_eq(county_version(&c, "t/together.yaml", "kind: memo\nname: 签报\n", "kind: memo\nname: 签报\ncurrent: true\n", &err),
		     ERR_NONE, "%s", err.msg);
	cr_assert(opens(&c, c.wang, "memo", "{'text': '采购'}"), "%s", why(&c));
	memo = c.r.matter;
	cr_assert(opens(&c, c.wang, "errand", "{'text': '转交'}"), "%s", why(&c));
	errand = c.r.matter;
	cr_assert_eq(county_version(&c, "t/together.yaml", "send: {name: 送签, next: 送签, from: draft, to: sent, by: [asked_by, legal]",
				    "send: {name: 呈签, next: 送签, from: draft, to: sent, by: [legal]", &err), ERR_NONE, "%s", err.msg);
	cr_assert_eq(county_version(&c, "t/together.yaml", "amend: {name: 补正, next: 补正, from: [new, passed], by: [officer]",
				    "amend: {name: 改正, next: 补正, from: [new, passed], by: [head]", &err), ERR_NONE, "%s", err.msg);
	cr_expect(str_is(kind_action(now_of(&c, memo)->kind, STR("send"))->name, "呈签"));
	cr_expect_not(acts(&c, c.wang, memo, "send", "{}"), "who asked may no longer send");
	cr_expect(acts(&c, c.liu, memo, "send", "{}"), "%s", why(&c));
	cr_expect(str_is(kind_action(now_of(&c, errand)->kind, STR("amend"))->name, "补正"));
	cr_expect(acts(&c, c.wang, errand, "amend", "{'text': '转交二'}"), "%s", why(&c));
	county_free(&c);
}

/* `everywhere`: a role that counts in matters of every organ; others count in those of their own. */
BOTH(a_role_that_counts_everywhere)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };
	int64_t before, after;

	cr_assert_eq(county_version(&c, "t/together.yaml", "number: {name: 编号送签, next: 编号送签, from: draft, to: sent, by: [asked_by]}",
				    "number: {name: 编号送签, next: 编号送签, from: draft, to: sent, by: [asked_by, supervisor]}", &err),
		     ERR_NONE, "%s", err.msg);
	cr_assert(opens(&c, c.chen, "memo", "{'text': '镇里的签报'}"), "%s", why(&c));
	before = c.r.matter;
	cr_expect_eq(tries(&c, c.sun, before, -1, "number", "{}"), ERR_NOT_FOUND, "a supervisor of another organ");
	cr_assert_eq(county_version(&c, "t/pack.yaml", "supervisor: {name: 监督人员, excludes: [auditor]}",
				    "supervisor: {name: 监督人员, excludes: [auditor], everywhere: true}", &err), ERR_NONE, "%s", err.msg);
	cr_expect_eq(tries(&c, c.sun, before, -1, "number", "{}"), ERR_NOT_FOUND, "what was opened before goes by its law");
	cr_assert(opens(&c, c.chen, "memo", "{'text': '镇里的又一签报'}"), "%s", why(&c));
	after = c.r.matter;
	cr_expect_eq(tries(&c, c.li, after, -1, "number", "{}"), ERR_NOT_FOUND, "a head counts in the own organ alone");
	cr_expect(acts(&c, c.sun, after, "number", "{}"), "%s", why(&c));
	county_free(&c);
}

/* Whom to ask stands in the refusal as long as they are few. */
BOTH(a_refusal_names_the_few_who_hold_the_role)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t memo;

	cr_assert(opens(&c, c.wang, "memo", "{'text': '采购'}"), "%s", why(&c));
	memo = c.r.matter;
	cr_assert(acts(&c, c.wang, memo, "send", "{}"), "%s", why(&c));
	cr_assert_not(acts(&c, c.zhao, memo, "sign", "{}"));
	cr_expect_str_eq(why(&c), "“签发”由机关负责人（李红）办理");
	for (int i = 0; i < 2; i++) {
		c.of = c.bureau;
		cr_assert(opens(&c, 0, "person", str_fmt(c.a, "{'name': '负%d', 'posts': [{'organ': %lld, 'role': 'head', 'from': '2020-01-01'}]}",
							 i, (long long)c.bureau).p), "%s", why(&c));
	}
	cr_assert_not(acts(&c, c.zhao, memo, "sign", "{}"));
	cr_expect_str_eq(why(&c), "“签发”由机关负责人（李红、负0、负1）办理");
	cr_assert(opens(&c, 0, "person", str_fmt(c.a, "{'name': '负3', 'posts': [{'organ': %lld, 'role': 'head', 'from': '2020-01-01'}]}",
						 (long long)c.bureau).p), "%s", why(&c));
	cr_assert_not(acts(&c, c.zhao, memo, "sign", "{}"));
	cr_expect_str_eq(why(&c), "“签发”由机关负责人办理", "four are a staff");
	county_free(&c);
}
