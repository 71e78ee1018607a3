/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Everything or nothing: each statement of an act fails in turn; the snapshot is the fold of the events. */
#include "base/day.h"
#include "county.h"
#include "db/fault.h"
#include "matter/reckon.h"

static int64_t deciding(struct county *c)
{
	int64_t m;

	cr_assert(opens(c, c->wang, "penal", "{'party': '甲', 'cause': '未如实记录', 'found_on': '2026-03-01',"
					     " 'goods': [{'what': '漆', 'n': 3}]}"), "%s", why(c));
	m = c->r.matter;
	cr_assert(acts(c, c->li, m, "file", str_fmt(c->a, "{'officers': [%lld, %lld]}", (long long)c->wang,
						    (long long)c->zhao).p), "%s", why(c));
	cr_assert(acts(c, c->wang, m, "report", "{}"));
	return m;
}

static const struct stmt st_traces = { "test_traces",
	"SELECT (SELECT count(*) FROM event WHERE id > $1) * 1000000 + (SELECT count(*) FROM matter) * 10000"
	" + (SELECT count(*) FROM clock) * 100 + (SELECT count(*) FROM message) + (SELECT coalesce(sum(last), 0) FROM sequence)" };

BOTH(each_statement_fails_in_turn)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = deciding(&c), before = count_rows(&c, &st_traces, 0);
	const struct actor head = as(&c, c.li);
	int n = 1;

	cr_assert_eq(head.organ, c.bureau);
	for (;; n++) {
		enum err_code code;
		bool struck;

		db_fault_arm(c.db, n, DB_FAULT_REFUSED);
		code = tries(&c, c.li, m, -1, "decide", "{'fine': 100}");
		struck = !db_fault_armed(c.db);
		db_fault_arm(c.db, 0, DB_FAULT_NONE);
		if (!struck)
			break;
		if (code == ERR_NONE) /* the statement's failure did not matter: nothing may be missing then */
			cr_assert(in_state(&c, m, "decided"), "statement %d", n);
		if (code == ERR_NONE)
			break;
		cr_assert(in_state(&c, m, "deciding"), "statement %d", n);
		cr_assert_eq(count_rows(&c, &st_traces, 0), before, "statement %d left something", n);
	}
	cr_assert_gt(n, 20, "only %d statements were tried", n);
	cr_assert(in_state(&c, m, "decided"));
	cr_assert(str_is(now_of(&c, m)->number[1], "临应急罚〔2026〕1号"), "failed acts took no number");
	county_free(&c);
}

/* ---- the snapshot is the fold of the bodies ---- */

struct fold {
	struct county *c;
	struct snap *s;
	struct str body;
};

static bool fold_row(void *ctx, struct err *err)
{
	struct fold *x = ctx;
	const struct json *doc, *m;

	if (!json_read(x->c->a, x->body, &doc, err))
		return false;
	json_each(m, json_get(doc, "set")) {
		const struct field *f = kind_field(x->s->kind, m->key);

		x->s->field[f->index] = val_of_json(x->c->a, &f->type, m);
	}
	if (json_str(doc, "to").n)
		x->s->state = kind_state(x->s->kind, json_str(doc, "to"));
	x->s->version++;
	return true;
}

static const struct stmt st_bodies = { "test_bodies",
	"SELECT b.body FROM event e JOIN event_body b ON b.event = e.id WHERE e.matter = $1 ORDER BY e.seq" };

BOTH(the_snapshot_is_the_fold_of_its_events)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = deciding(&c);
	const struct snap *now;
	struct snap folded;
	struct fold x = { .c = &c, .s = &folded };
	const struct db_in in[] = { db_i64(m) };
	const struct db_out out[] = { db_to_str(&x.body) };
	struct err err = { 0 };

	cr_assert(acts(&c, c.li, m, "decide", "{'fine': 100.50}"), "%s", why(&c));
	now = now_of(&c, m);
	folded = (struct snap){ .kind = now->kind };
	OK(snap_get(c.a, STR("{}"), &folded, &err));
	OK(db_each(c.db, c.a, &st_bodies, DB_IN(in), DB_OUT(out), fold_row, &x, &err));
	cr_assert_eq(folded.version, now->version);
	cr_assert_eq(folded.state, now->state);
	for (size_t i = 0; i < now->kind->n_field; i++)
		cr_assert(val_equal(folded.field[i], now->field[i]), "%.*s", STR_FMT(now->kind->field[i].id));
	county_free(&c);
}

/* ---- what a dry run says ---- */

BOTH(trying_writes_nothing)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = deciding(&c), before = count_rows(&c, &st_traces, 0);
	const struct form_entry fine = { STR("fine"), { .t = T_MONEY, .n = 60000 * DEC_ONE } };
	struct act act = { .who = as(&c, c.li), .matter = m, .version = -1, .action = STR("decide") };
	struct db *reader = fresh_open(f, DB_READ);
	struct act_result r;
	struct err err = { 0 };

	/* without a form the checks that read it are left out; with it they are asked */
	OK(matter_try(c.e, reader, c.a, &act, &r, &err));
	cr_assert_eq(r.n_refused, 0);
	act.form = (struct form){ &fine, 1 };
	OK(matter_try(c.e, reader, c.a, &act, &r, &err));
	cr_assert_eq(r.n_refused, 1);
	cr_assert(str_is(r.refused[0].node->cite.id[0], "T51"));
	cr_assert_eq(count_rows(&c, &st_traces, 0), before);
	db_close(reader);
	county_free(&c);
}

/* ---- reckoning agrees with the calendar ---- */

BOTH(reckoning_agrees_with_the_calendar)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	const struct calendar *cal = engine_law_named(c.e, STR("t"))->calendar;
	const enum unit unit[] = { UNIT_DAY, UNIT_WORKDAY, UNIT_MONTH, UNIT_YEAR };
	bool known;

	for (int64_t day = calendar_first(cal); day < calendar_first(cal) + 400; day += 3)
		for (size_t u = 0; u < ARRAY_LEN(unit); u++)
			for (int64_t n = 1; n < 40; n += 6) {
				const struct span span = { n > 2 && u > 1 ? 2 : n, unit[u] };
				const struct reckon r = { .c = cal, .start = day_start(day) + 3600000 * 9, .span = &span, .n = 1 };
				struct due d = reckon_due(&r);

				cr_assert_eq(d.last, calendar_due(cal, day, span, &known), "%lld + %lld %s", (long long)day,
					     (long long)span.n, unit_name(span.unit));
				cr_assert_eq(d.at, day_start(d.last + 1));
				if (unit[u] == UNIT_WORKDAY)
					cr_assert_eq(reckon_left(cal, &d, r.start), calendar_count(cal, day, d.last, &known));
			}
	county_free(&c);
}

BOTH(pauses_of_hours_are_exact)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	const struct calendar *cal = engine_law_named(c.e, STR("t"))->calendar;
	const struct span span = { 24, UNIT_HOUR };
	const struct gap gap = { 1000000, 1000000 + 90 * 60000 };
	const struct reckon r = { .c = cal, .start = 0, .span = &span, .n = 1, .gap = &gap, .n_gap = 1 };

	cr_assert_eq(reckon_due(&r).at, 24 * 3600000LL + 90 * 60000);
	county_free(&c);
}
