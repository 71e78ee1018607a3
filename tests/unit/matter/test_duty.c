/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Duties: one query for all subjects says what each of them says by itself; what is due is recorded once, in order, also
 * after a break; parts that nobody sees before the whole is there. */
#include "county.h"

#include <string.h>

#include "base/day.h"
#include "lib/fresh.h"
#include "matter/duty.h"
#include "matter/tally.h"

static const char record[] =
	"kind: duty_record\nname: 职责记录\ncite: T1\n"
	"fields:\n"
	"  duty: {name: 职责标识, type: text(90)}\n  title: {name: 职责, type: text(100)}\n  subject_name: {name: 主体, type: text(200)}\n"
	"  subject_organ: {name: 单位, type: organ}\n  subject_person: {name: 人员, type: user}\n  period_name: {name: 期间, type: text(30)}\n"
	"  period_from: {name: 起, type: date}\n  period_to: {name: 止, type: date}\n  due_on: {name: 截止日, type: date}\n"
	"  value: {name: 数值, type: num(4)}\n  figure_text: {name: 情况, type: text(60)}\n  target_text: {name: 要求, type: text(60)}\n"
	"  result: {name: 结果, type: enum, of: {met: 已履行, missed: 未履行, none: 不适用}}\n  joined: {name: 列入, type: date}\n"
	"states: {met: {name: 已履行, end: true}, missed: {name: 未履行, end: true}, none: {name: 不适用, end: true}}\n"
	"actions:\n"
	"  open:\n    name: 记录\n    to: {choose: [{if: result == met, is: met}, {if: result == missed, is: missed}, {is: none}]}\n"
	"    by: [system]\n    form: [duty, title, subject_name, period_name, period_from, period_to, due_on, result]\n"
	"    may: [subject_organ, subject_person, value, figure_text, target_text, joined]\n"
	"---\nkind: notice\nname: 公示\ncite: T1\n";

static const struct law *law_now(struct county *c)
{
	return engine_law_named(c->e, STR("t"));
}

static bool begin(struct db *db, const void *ctx, struct err *err)
{
	const struct county *c = ctx;

	return matter_duties_begin(c->e, db, c->a, false, err);
}

/* The county's pack with these lines in the kind of cases, and with a kind for records. */
static void with(struct county *c, const char *lines)
{
	struct err err = { 0 };

	cr_assert_eq(county_version(c, "t/others.yaml", "kind: notice\nname: 公示\ncite: T1\n", record, &err), ERR_NONE, "%s", err.msg);
	cr_assert_eq(county_version(c, "t/penal.yaml", "numbers:\n", lines, &err), ERR_NONE, "%s %s", err.msg, err.detail);
	OK(db_tx(c->db, "begin", begin, c, &err));
}

static struct duty_row judged(struct county *c, const char *duty, int64_t subject)
{
	const struct duty *d = law_duty(law_now(c), str_of(duty));
	struct duty_sheet s;
	struct err err = { 0 };

	cr_assert(d, "%s", duty);
	OK(matter_duty(c->e, c->db, c->a, law_now(c), d, day_at(engine_now(c->e)), &s, &err));
	for (size_t i = 0; i < s.n; i++)
		if (s.row[i].subject == subject)
			return s.row[i];
	cr_assert(false, "%s is no subject", duty);
	return (struct duty_row){ 0 };
}

/* ---- one query for all ---- */

static const char *const conditions[] = {
	"it.fine >= 100", "it.fine != 100", "not (it.fine == 100)", "it.fine is null", "it.fine is not null", "it.fine in [100, 250.5]",
	"not (it.fine in [100, 7])", "it.cause == 'A'", "it.cause in ['A', 'B']", "it.cause != 'A'", "it.half > 50",
	"it.found_on in period", "not (it.found_on in period)", "it.found_on is null or it.fine < 200", "it.opened in period",
	"date(it.opened) in period", "it.decided_on in period", "it.state in [lead, filed]", "it.state == decided",
	"not (it.state == lead and it.cause == 'A')", "it.party.sort == unit", "it.party.sort != unit", "it.slow", "not it.slow",
	"it.told", "not it.told", "it.officers_two", "true", "it.found_on <= date(2026, 3, 1)", "100 <= it.fine",
	"it.cause == 'A' and it.found_on in period", "it.cause == 'A' and it.fine > 100", /* figures of one statement */
};

/* `count(it.officers) >= 0` is always so, and cannot be asked of the database. */
static const char *duties_for(struct county *c)
{
	struct buf b;

	buf_init(&b, c->a, 60000);
	buf_adds(&b, "terms:\n  slow: {name: 迟, is: clock(decide).late}\n  told: {name: 已报请, is: done(report)}\n"
		     "  officers_two: {name: 两人, is: fine >= 50 or cause == 'B'}\nduties:\n");
	for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++)
		for (int one = 0; one < 2; one++)
			buf_addf(&b, "  %s%zu: {name: 数, for: \"organs(true)\", every: year, met: figure >= 1, who: [head], cite: T1,"
				     " figure: \"count(matters(penal, it.organ == subject and (%s)%s))\"}\n", one ? "one" : "all", i,
				 conditions[i], one ? " and count(it.officers) >= 0" : "");
	buf_adds(&b, "  sum_all: {name: 数, for: \"organs(true)\", every: year, met: figure >= 1, who: [head], cite: T1,"
		     " figure: \"sum(matters(penal, it.organ == subject and it.cause != 'B'), it.fine)\"}\n"
		     "  sum_one: {name: 数, for: \"organs(true)\", every: year, met: figure >= 1, who: [head], cite: T1,"
		     " figure: \"sum(matters(penal, it.organ == subject and it.cause != 'B' and count(it.officers) >= 0), it.fine)\"}\n"
		     "numbers:\n");
	return buf_str(&b).p;
}

static int64_t a_case(struct county *c, int64_t who, const char *cause, const char *more)
{
	cr_assert(opens(c, who, "penal", str_fmt(c->a, "{'party': {'sort': '%s', 'name': '某', 'code': ''}, 'cause': '%s'%s}",
						 strcmp(cause, "B") ? "unit" : "person", cause, more).p), "%s", why(c));
	return c->r.matter;
}

static bool is_one_query(const struct law *l, const char *path)
{
	struct arena *a = arena_new();
	const struct tally *t;
	bool all, some = expr_tallies(a, law_duty(l, str_of(path))->figure, &t, &all) > 0;

	(void)arena_free(a);
	return some && all;
}

static void same_both_ways(struct county *c, int64_t organ)
{
	for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++) {
		const char *all = str_fmt(c->a, "penal.all%zu", i).p, *one = str_fmt(c->a, "penal.one%zu", i).p;

		cr_assert(is_one_query(law_now(c), all) || !strcmp(conditions[i], "true"), "%s is counted one by one", conditions[i]);
		cr_assert(!is_one_query(law_now(c), one));
		cr_expect_eq(judged(c, all, organ).figure.n, judged(c, one, organ).figure.n, "%s: %lld, one by one %lld", conditions[i],
			     (long long)(judged(c, all, organ).figure.n / DEC_ONE), (long long)(judged(c, one, organ).figure.n / DEC_ONE));
	}
	cr_expect_eq(judged(c, "penal.sum_all", organ).figure.n, judged(c, "penal.sum_one", organ).figure.n);
}

BOTH(one_query_says_what_each_subject_says)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m;

	with(&c, duties_for(&c));
	a_case(&c, c.wang, "A", ", 'found_on': '2026-03-01'");
	a_case(&c, c.wang, "B", ", 'found_on': '2025-12-31'");
	a_case(&c, c.chen, "A", "");
	for (int i = 0; i < 3; i++) {
		m = a_case(&c, c.wang, i ? "B" : "AAAA", ", 'found_on': '2026-03-01'");
		c.passed = (const struct passed[]){ { STR("T44"), STR("简单") } };
		c.n_passed = i ? 1 : 0;
		cr_assert(acts(&c, c.li, m, "file", str_fmt(c.a, "{'officers': [%lld, %lld]}", (long long)c.wang, (long long)c.zhao).p), "%s", why(&c));
		c.n_passed = 0;
		if (i == 2)
			continue;
		cr_assert(acts(&c, c.wang, m, "report", "{}"), "%s", why(&c));
		cr_assert(acts(&c, c.li, m, "decide", i ? "{'fine': 250.5}" : "{'fine': 100}"), "%s", why(&c));
	}
	same_both_ways(&c, c.bureau);
	same_both_ways(&c, c.town);
	at_time(&c, "2026-04-20 09:00"); /* a limit has passed: late by its clock */
	same_both_ways(&c, c.bureau);
	cr_assert_eq(judged(&c, "penal.all22", c.bureau).figure.n, dec_int(1), "one case is late");
	cr_assert_eq(judged(&c, "penal.sum_all", c.bureau).figure.n, dec_int(100));
	county_free(&c);
}

/* ---- what is kept ---- */

static const struct stmt st_size = { "test_tally_size", "UPDATE tally_seen SET size = $1 WHERE id = 1" };
static const struct stmt st_kept = { "test_tally_rows", "SELECT COUNT(*) FROM tally WHERE block >= $1" };
static const struct stmt st_emptied = { "test_tally_emptied", "UPDATE tally SET answer = '' WHERE block < $1" };

/* The same figures as duties_for, as the columns of one report. */
static const char *report_for(struct county *c)
{
	const struct str duties = str_of(duties_for(c));
	struct buf b;

	buf_init(&b, c->a, 80000);
	buf_add(&b, str_sub(duties, 0, duties.n - STR("numbers:\n").n));
	buf_adds(&b, "reports:\n  year:\n    name: 年报\n    for: organs(true)\n    every: year\n    who: [head]\n    cite: T1\n    columns:\n");
	for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++)
		buf_addf(&b, strstr(conditions[i], " or ") ? "      c%zu: {name: 数%zu, is: \"count(matters(penal, it.organ == subject and (%s)))\"}\n"
							   : "      c%zu: {name: 数%zu, is: \"count(matters(penal, it.organ == subject and %s))\"}\n",
			 i, i, conditions[i]);
	buf_adds(&b, "      money: {name: 金额, is: \"sum(matters(penal, it.organ == subject and it.cause != 'B'), it.fine)\"}\nnumbers:\n");
	return buf_str(&b).p;
}

static struct report_sheet year_of(struct county *c)
{
	struct report_sheet s;
	struct err err = { 0 };

	OK(matter_report(c->e, c->db, c->a, law_now(c), law_report(law_now(c), STR("penal.year")), day_at(engine_now(c->e)), &s, &err));
	return s;
}

static void says_what_each_says(const struct report_sheet *s, size_t column, struct county *c, const char *duty)
{
	struct duty_sheet one;
	struct err err = { 0 };

	OK(matter_duty(c->e, c->db, c->a, law_now(c), law_duty(law_now(c), str_of(duty)), day_at(engine_now(c->e)), &one, &err));
	cr_assert_eq(one.n, s->n);
	for (size_t i = 0; i < s->n; i++) {
		cr_assert_eq(one.row[i].subject, s->row[i].subject);
		cr_expect_eq(one.row[i].figure.n, s->row[i].cell[column].n, "%s: kept %lld, counted %lld", s->def->column[column].name.p,
			     (long long)(s->row[i].cell[column].n / DEC_ONE), (long long)(one.row[i].figure.n / DEC_ONE));
	}
}

static void same_as_recounted(struct county *c)
{
	const struct report_sheet s = year_of(c);
	const size_t n = sizeof(conditions) / sizeof(*conditions);

	for (size_t i = 0; i < n; i++)
		says_what_each_says(&s, i, c, str_fmt(c->a, "penal.one%zu", i).p);
	says_what_each_says(&s, n, c, "penal.sum_one");
}

static struct tally_keep counted(struct county *c, size_t most)
{
	struct tally_keep k = { .most = most };
	struct err err = { 0 };

	OK(matter_reports_keep(c->e, c->db, c->a, law_now(c), day_at(engine_now(c->e)), &k, &err));
	return k;
}

struct storing {
	struct county *c;
	const struct tally_keep *k;
};

static bool store(struct db *db, const void *ctx, struct err *err)
{
	const struct storing *s = ctx;

	return matter_tally_store(db, s->c->a, s->k, err);
}

static void stored(struct county *c, const struct tally_keep *k)
{
	const struct storing s = { c, k };
	struct err err = { 0 };

	OK(db_tx(c->db, "store", store, &s, &err));
}

static unsigned dice(unsigned *seed, unsigned n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 16) % n;
}

/* Some act on some case; what the case does not allow is refused. */
static void any_act(struct county *c, unsigned *seed, int64_t *cases, size_t *n)
{
	static const char *const causes[] = { "A", "B", "AAAA" };
	static const char *const action[] = { "file", "report", "decide", "hold", "resume", "close" };
	const unsigned x = dice(seed, 9);
	const int64_t m = *n ? cases[dice(seed, (unsigned)*n)] : 0;
	const char *form = "{}";

	at_time(c, str_fmt(c->a, "2026-03-%02u 09:00", 2 + (unsigned)*n / 2).p);
	if (!m || x < 3) {
		cases[(*n)++] = a_case(c, dice(seed, 3) ? c->wang : c->chen, causes[dice(seed, 3)], dice(seed, 2) ? ", 'found_on': '2026-03-01'" : "");
		return;
	}
	c->passed = (const struct passed[]){ { STR("T44"), STR("简单") } };
	c->n_passed = 1;
	if (x == 3)
		form = str_fmt(c->a, "{'officers': [%lld, %lld]}", (long long)c->wang, (long long)c->zhao).p;
	if (x == 5)
		form = str_fmt(c->a, "{'fine': %u}", 50 + 50 * dice(seed, 5)).p;
	(void)tries(c, x == 4 || x == 8 ? c->wang : c->li, m, -1, action[x - 3], form);
	c->n_passed = 0;
}

/* Blocks of three matters; counts are stored at once or after a further act, whole or in part, or not at all. */
BOTH(what_is_kept_says_what_a_recount_says)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };
	int64_t cases[160];
	size_t n = 0;
	unsigned seed = 20261129;

	with(&c, report_for(&c));
	OK(db_exec(c.db, &st_size, (const struct db_in[]){ db_i64(3) }, 1, NULL, &err));
	for (int round = 0; round < 120; round++) {
		const struct tally_keep k = counted(&c, dice(&seed, 3) ? 1000 : dice(&seed, 40));

		if (dice(&seed, 2))
			stored(&c, &k);
		any_act(&c, &seed, cases, &n);
		if (dice(&seed, 2))
			stored(&c, &k);
		if (round % 6 == 0)
			same_as_recounted(&c);
	}
	struct tally_keep k = counted(&c, 100000);

	stored(&c, &k);
	cr_assert_gt(count_rows(&c, &st_kept, 0), 300, "%lld rows", (long long)count_rows(&c, &st_kept, 0));
	cr_assert_eq(counted(&c, 0).left, 0, "all is kept");
	same_as_recounted(&c);
	any_act(&c, &seed, cases, &n);
	cr_assert_leq(counted(&c, 0).left, 2 * (sizeof(conditions) / sizeof(*conditions) + 1), "an act touches its block, or opens one");
	same_as_recounted(&c);
	const dec opened = year_of(&c).sum[14].n;

	OK(db_exec(c.db, &st_emptied, (const struct db_in[]){ db_i64(1000000) }, 1, NULL, &err));
	cr_assert_lt(year_of(&c).sum[14].n, opened, "what is kept is what is read");
	county_free(&c);
}

/* ---- once ---- */

static const char quarterly[] =
	"duties:\n  cases: {name: 每季立案, for: \"organs(it.name != '县司法局')\", every: quarter, due: 5 day, warn: 10 day, met: figure >= 1,"
	" who: [subject.head], cite: T1, figure: \"count(matters(penal, it.organ == subject and it.opened in period))\"}\nnumbers:\n";

static const struct stmt st_records = { "test_records", "SELECT COUNT(*) FROM matter WHERE kind = 'duty_record' AND opened <= $1" };
static const struct stmt st_told = { "test_duty_told", "SELECT COUNT(*) FROM message WHERE kind = 'duty' AND person = $1" };
static const struct stmt st_at = { "test_record_at",
	"SELECT COUNT(*) FROM event WHERE kind = 'duty_record' AND at = $1 AND actor IS NULL AND request LIKE 'duty:t:penal.cases:%'" };

static int64_t instant(const char *s)
{
	int64_t ms = 0;

	cr_assert(time_parse(str_of(s), &ms));
	return ms;
}

static bool fails_at_the_end(struct db *db, const void *ctx, struct err *err)
{
	const struct county *c = ctx;
	int done;

	return matter_timers(c->e, db, c->a, engine_now(c->e), 64, &done, err) && err_set(err, ERR_IO, "断电");
}

static int64_t records(struct county *c)
{
	return count_rows(c, &st_records, INT64_MAX);
}

BOTH(what_is_due_is_recorded_once)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };

	with(&c, quarterly);
	a_case(&c, c.wang, "A", "");
	at_time(&c, "2026-04-05 23:59");
	timers(&c);
	cr_assert_eq(records(&c), 0, "not due yet");
	at_time(&c, "2026-04-06 00:00");
	cr_assert_not(db_tx(c.db, "cut", fails_at_the_end, &c, &err));
	cr_assert_eq(records(&c), 0, "what was cut off left nothing");
	timers(&c);
	cr_assert_eq(records(&c), 2, "the bureau and the town");
	timers(&c);
	cr_assert_eq(records(&c), 2, "once");
	OK(db_tx(c.db, "begin", begin, &c, &(struct err){ 0 })); /* a restart */
	timers(&c);
	cr_assert_eq(records(&c), 2, "once, also after a restart");
	cr_assert_eq(count_rows(&c, &st_at, instant("2026-04-06 00:00")), 2);
	county_free(&c);
}

BOTH(what_fell_due_meanwhile_is_made_up_for_in_order)
{
	struct county c = county_new(f, "2026-03-02 09:00");

	with(&c, quarterly);
	at_time(&c, "2027-02-01 09:00");
	a_case(&c, c.wang, "A", ""); /* time first: before this act */
	cr_assert_eq(records(&c), 8, "four quarters of two organs");
	cr_assert_eq(count_rows(&c, &st_at, instant("2026-07-06 00:00")), 2);
	cr_assert_eq(count_rows(&c, &st_at, instant("2027-01-06 00:00")), 2);
	county_free(&c);
}

static bool warn(struct db *db, const void *ctx, struct err *err)
{
	const struct county *c = ctx;
	bool did;

	return duty_warn(c->e, db, c->a, engine_now(c->e), &did, err);
}

static size_t marks(struct county *c, int64_t organ)
{
	const struct duty_mark *m;
	struct err err = { 0 };
	size_t n;

	OK(matter_duty_marks(c->e, c->db, c->a, organ, engine_now(c->e), &m, &n, &err));
	return n;
}

BOTH(who_is_to_see_to_it_is_told_once)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };

	with(&c, quarterly);
	at_time(&c, "2026-03-25 23:59");
	OK(db_tx(c.db, "warn", warn, &c, &err));
	cr_assert_eq(count_rows(&c, &st_told, c.li), 0);
	at_time(&c, "2026-03-26 00:00");
	OK(db_tx(c.db, "warn", warn, &c, &err));
	OK(db_tx(c.db, "warn", warn, &c, &err));
	cr_assert_eq(count_rows(&c, &st_told, c.li), 1);
	cr_assert_eq(marks(&c, c.bureau), 1);
	a_case(&c, c.wang, "A", "");
	cr_assert_eq(marks(&c, c.bureau), 1, "as last counted");
	at_time(&c, "2026-03-26 01:00");
	OK(db_tx(c.db, "warn", warn, &c, &err));
	cr_assert_eq(marks(&c, c.bureau), 0, "counted again after an hour");
	cr_assert_eq(count_rows(&c, &st_told, c.li), 1);
	county_free(&c);
}

/* ---- blind, again ---- */

static struct matter_view seen(struct county *c, int64_t who, int64_t matter)
{
	struct matter_view v = { 0 };
	struct actor a = as(c, who);
	struct err err = { 0 };

	OK(matter_see(c->e, c->db, c->a, &a, matter, SEE_ALL, &v, &err));
	return v;
}

static size_t shown_parts(const struct matter_view *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_event; i++)
		if (str_is(v->event[i].action, "give"))
			n += v->event[i].n_changed > 0;
	return n;
}

BOTH(a_blind_part_is_seen_when_all_are_there)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct matter_view own, other;
	struct err err = { 0 };
	int64_t m;

	cr_assert_eq(county_version(&c, "t/others.yaml", "any(parts(give), it.actor == m))\"}", "any(parts(give), it.actor == m))\", blind: true, again: true}",
				    &err), ERR_NONE, "%s", err.msg);
	cr_assert(opens(&c, c.li, "vote", str_fmt(c.a, "{'members': [%lld, %lld]}", (long long)c.wang, (long long)c.zhao).p));
	m = c.r.matter;
	cr_assert(acts(&c, c.wang, m, "give", "{'yes': false, 'words': '证据不足'}"), "%s", why(&c));
	own = seen(&c, c.wang, m);
	other = seen(&c, c.li, m);
	cr_assert_eq(shown_parts(&own), 1);
	cr_assert_eq(shown_parts(&other), 0, "another's part is not shown");
	cr_assert_eq(other.n_term, 0, "nor a term that reads parts");
	cr_assert(acts(&c, c.wang, m, "give", "{'yes': true}"), "again: %s", why(&c));
	cr_assert(in_state(&c, m, "voting"));
	cr_assert(acts(&c, c.zhao, m, "give", "{'yes': true}"), "%s", why(&c));
	cr_assert(in_state(&c, m, "passed"), "the part given again counts, once");
	other = seen(&c, c.li, m);
	cr_assert_eq(shown_parts(&other), 3);
	cr_assert_eq(other.n_term, 1);
	county_free(&c);
}
