/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Clocks and timers. */
#include "base/day.h"
#include "county.h"

bool opens_child(struct county *c, int64_t who, int64_t parent, const char *kind, const char *form);

static int64_t filed(struct county *c, const char *code)
{
	int64_t m;

	cr_assert(opens(c, c->wang, "penal", str_fmt(c->a, "{'party': {'name': '甲', 'code': '%s'}, 'cause': '未如实记录',"
						    " 'found_on': '2026-03-01'}", code).p), "%s", why(c));
	m = c->r.matter;
	cr_assert(acts(c, c->li, m, "file", str_fmt(c->a, "{'officers': [%lld, %lld]}", (long long)c->wang,
						    (long long)c->zhao).p), "%s", why(c));
	return m;
}

static void due_on(struct county *c, int64_t m, const char *clock, const char *day)
{
	const struct clock_view *v = clock_of(c, c->wang, m, clock);
	int64_t d;
	struct buf b;

	cr_assert(day_parse(str_of(day), &d));
	buf_init(&b, c->a, 40);
	day_put(&b, day_at(v->v.due - 1));
	cr_assert_eq(v->v.due, day_start(d + 1), "due %.*s, not %s", STR_FMT(buf_str(&b)), day);
}

static void chip_is(struct county *c, int64_t m, const char *clock, const char *chip)
{
	struct str s = clock_of(c, c->wang, m, clock)->chip;

	cr_assert(str_is(s, chip), "%.*s", STR_FMT(s));
}

BOTH(lights_and_chips)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = filed(&c, "A");

	due_on(&c, m, "decide", "2026-03-30"); /* 20 workdays from Monday 2 March */
	chip_is(&c, m, "decide", "● 剩20个工作日 · 3月30日届满");
	at_time(&c, "2026-03-25 08:00"); /* three workdays left */
	chip_is(&c, m, "decide", "▲ 剩3个工作日 · 3月30日届满");
	at_time(&c, "2026-03-30 23:59");
	chip_is(&c, m, "decide", "▲ 今日24时届满");
	at_time(&c, "2026-04-01 08:00");
	chip_is(&c, m, "decide", "■ 已逾期2个工作日 · 应于3月30日前");
	county_free(&c);
}

BOTH(pauses_take_days_out)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = filed(&c, "A");

	at_time(&c, "2026-03-04 10:00");
	cr_assert(acts(&c, c.wang, m, "stop", "{}"), "%s", why(&c));
	at_time(&c, "2026-03-05 10:00");
	chip_is(&c, m, "decide", "‖ 已暂停（暂停计时第2日）· 恢复后剩18个工作日");
	at_time(&c, "2026-03-10 10:00"); /* out: 5, 6, 9, 10 */
	cr_assert(acts(&c, c.wang, m, "go", "{}"), "%s", why(&c));
	due_on(&c, m, "decide", "2026-04-03");
	/* a child that is open pauses as well, and overlapping pauses count once */
	cr_assert(opens_child(&c, c.wang, m, "query", str_fmt(c.a, "{'case': %lld}", (long long)m).p), "%s", why(&c));
	cr_assert_eq(clock_of(&c, c.wang, m, "decide")->light, LIGHT_PAUSED);
	at_time(&c, "2026-03-12 10:00"); /* out: 11, 12 */
	cr_assert(acts(&c, c.wang, c.r.matter, "finish", "{}"), "%s", why(&c));
	due_on(&c, m, "decide", "2026-04-07");
	county_free(&c);
}

BOTH(extensions_have_bounds)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = filed(&c, "A");

	cr_assert(acts(&c, c.li, m, "longer", "{}"), "%s", why(&c));
	due_on(&c, m, "decide", "2026-04-13");
	cr_assert_not(acts(&c, c.li, m, "longer", "{}"));
	cr_assert_eq(c.r.refused[0].sort, REFUSED_CLOCK);
	cr_assert(str_is(c.r.refused[0].node->cite.id[0], "T60"));
	county_free(&c);
}

static int64_t decided(struct county *c, const char *code)
{
	int64_t m = filed(c, code);

	cr_assert(acts(c, c->wang, m, "report", "{}"));
	cr_assert(acts(c, c->li, m, "decide", "{'fine': 1}"), "%s", why(c));
	return m;
}

static const struct stmt st_lapses = { "test_lapses",
	"SELECT count(*) FROM event WHERE action = 'close' AND matter = $1" };
static const struct stmt st_lapse_at = { "test_lapse_at", "SELECT at FROM event WHERE action = 'close' AND matter = $1" };

BOTH(several_limits_the_earliest_counts)
{
	struct county c = county_new(f, "2026-04-20 09:00");
	int64_t m = decided(&c, "A");

	/* 30 days: 20 May; 10 workdays over the holiday: 6 May */
	due_on(&c, m, "close", "2026-05-07");
	cr_assert_eq(clock_of(&c, c.wang, m, "decide")->light, LIGHT_MET);
	county_free(&c);
}

BOTH(timers_after_downtime)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t first = decided(&c, "A"), second, day;

	at_time(&c, "2026-03-03 09:00");
	second = decided(&c, "B");
	/* the machine was off for months: each lapse counts from the instant at which it fell due */
	at_time(&c, "2026-08-01 09:00");
	cr_assert_eq(timers(&c), 2);
	cr_assert_eq(timers(&c), 0);
	cr_assert(in_state(&c, first, "closed"));
	cr_assert(in_state(&c, second, "closed"));
	cr_assert_eq(count_rows(&c, &st_lapses, first), 1);
	cr_assert(day_parse(STR("2026-03-17"), &day)); /* 10 workdays from 2 March: 16 March, 24:00 */
	cr_assert_eq(count_rows(&c, &st_lapse_at, first), day_start(day));
	cr_assert_eq(now_of(&c, first)->ended, day_start(day));
	cr_assert_eq(clock_of(&c, c.wang, first, "close")->v.state, CLOCK_LATE);
	county_free(&c);
}

BOTH(time_comes_first)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = decided(&c, "A");

	at_time(&c, "2026-03-20 09:00");
	cr_assert_not(acts(&c, c.wang, m, "close", "{}")); /* it has lapsed before */
	cr_assert_eq(c.r.refused[0].sort, REFUSED_STATE, "%s", why(&c));
	cr_assert(in_state(&c, m, "closed"));
	cr_assert_eq(count_rows(&c, &st_lapses, m), 1);
	county_free(&c);
}

BOTH(a_reckoning_explains_itself)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = filed(&c, "A");
	struct actor who = as(&c, c.wang);
	struct buf b;
	struct err err = { 0 };

	at_time(&c, "2026-03-04 10:00");
	cr_assert(acts(&c, c.wang, m, "stop", "{}"));
	at_time(&c, "2026-03-05 10:00");
	cr_assert(acts(&c, c.wang, m, "go", "{}"));
	buf_init(&b, c.a, 10000);
	OK(matter_clock_explain(c.e, c.db, c.a, &who, m, STR("decide"), 0, &b, &err));
	cr_assert(str_find(buf_str(&b), STR("立案 3月2日（一）当日不计"), 0) == 0, "%.*s", STR_FMT(buf_str(&b)));
	cr_assert(str_find(buf_str(&b), STR("3月5日（四）暂停期间不计"), 0) != SIZE_MAX, "%.*s", STR_FMT(buf_str(&b)));
	cr_assert(str_find(buf_str(&b), STR("3月7日（六）至3月8日（日）周末不计"), 0) != SIZE_MAX, "%.*s", STR_FMT(buf_str(&b)));
	cr_assert(str_find(buf_str(&b), STR("3月31日（二）24时届满"), 0) != SIZE_MAX, "%.*s", STR_FMT(buf_str(&b)));
	county_free(&c);
}

BOTH(beyond_the_calendar_is_provisional)
{
	struct county c = county_new(f, "2026-12-14 09:00");
	int64_t m = decided(&c, "A");
	const struct clock_view *v = clock_of(&c, c.wang, m, "close");

	/* 10 workdays from 14 December: 28 December */
	cr_assert_not(v->provisional);
	at_time(&c, "2026-12-24 09:00");
	m = decided(&c, "B");
	v = clock_of(&c, c.wang, m, "close");
	cr_assert(v->provisional);
	cr_assert(str_find(v->chip, STR("暂定2027年1月7日届满"), 0) != SIZE_MAX, "%.*s", STR_FMT(v->chip));
	at_time(&c, "2027-02-01 09:00");
	cr_assert_eq(timers(&c), 1); /* the first one; the provisional one never lapses */
	cr_assert(in_state(&c, m, "decided"));
	county_free(&c);
}

struct recounting {
	struct county *c;
	int *changed;
};

static bool recount(struct db *db, const void *ctx, struct err *err)
{
	const struct recounting *x = ctx;
	int64_t after = 0;
	bool more = true;
	int n;

	*x->changed = 0;
	while (more) {
		if (!matter_recount(x->c->e, db, x->c->a, &after, 1, &n, &more, err))
			return false;
		*x->changed += n;
	}
	return true;
}

BOTH(a_new_calendar_settles_provisional_days)
{
	struct county c = county_new(f, "2026-12-24 09:00");
	int64_t m = decided(&c, "A"), version = now_of(&c, m)->version;
	int changed = 0;
	const struct recounting x = { &c, &changed };
	struct err err = { 0 };

	due_on(&c, m, "close", "2027-01-07");
	county_next_year(&c, "year: 2027\nsource: 试验\noff: {2027-01-01: 元旦}\nwork: {}\n");
	OK(db_tx(c.db, "recount", recount, &x, &err));
	cr_assert_eq(changed, 1);
	due_on(&c, m, "close", "2027-01-08");
	cr_assert_not(clock_of(&c, c.wang, m, "close")->provisional);
	cr_assert_eq(now_of(&c, m)->version, version + 1, "the change is an event");
	OK(db_tx(c.db, "recount", recount, &x, &err));
	cr_assert_eq(changed, 0);
	at_time(&c, "2027-01-09 09:00");
	cr_assert_eq(timers(&c), 1);
	county_free(&c);
}

static bool timers_until(struct db *db, const void *ctx, struct err *err)
{
	const struct recounting *x = ctx;

	return matter_timers(x->c->e, db, x->c->a, engine_now(x->c->e) - MATTER_WAIT_MS, 64, x->changed, err);
}

BOTH(what_was_received_in_time_counts)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = decided(&c, "A"), due = clock_of(&c, c.wang, m, "close")->v.due;
	int done = 0;
	const struct recounting x = { &c, &done };
	struct err err = { 0 };

	engine_set_now(c.e, due + 2000); /* sent a second before the end, handled two seconds after it */
	c.received = due - 1000;
	OK(db_tx(c.db, "timers", timers_until, &x, &err));
	cr_assert_eq(done, 0);
	cr_assert(acts(&c, c.wang, m, "close", "{}"), "%s", why(&c));
	cr_assert_eq(clock_of(&c, c.wang, m, "close")->light, LIGHT_MET);
	county_free(&c);
}

/* ---- lights tell ---- */

static bool warn(struct db *db, const void *ctx, struct err *err)
{
	const struct recounting *x = ctx;

	return matter_warn(x->c->e, db, x->c->a, engine_now(x->c->e), 64, x->changed, err);
}

static int warned(struct county *c)
{
	int n = 0;
	const struct recounting x = { c, &n };
	struct err err = { 0 };
	bool waits;

	OK(matter_warn_waits(c->db, c->a, engine_now(c->e), &waits, &err));
	OK(db_tx(c->db, "warn", warn, &x, &err));
	cr_assert_eq(waits, n > 0);
	return n;
}

static const struct stmt st_warnings = { "test_warnings",
	"SELECT count(*) FROM message WHERE person = $1 AND kind = 'warn'" };
static const struct stmt st_open_warnings = { "test_open_warnings",
	"SELECT count(*) FROM message WHERE person = $1 AND kind = 'warn' AND done_at IS NULL" };
static const struct stmt st_warning = { "test_warning",
	"SELECT text FROM message WHERE kind = 'warn' AND person = $1 ORDER BY id DESC LIMIT 1" };

static void warning_is(struct county *c, int64_t person, const char *text)
{
	struct str s;
	const struct db_in in[] = { db_i64(person) };
	const struct db_out out[] = { db_to_str(&s) };
	struct err err = { 0 };

	OK(db_one(c->db, c->a, &st_warning, DB_IN(in), DB_OUT(out), &err));
	cr_assert(str_is(s, text), "%.*s", STR_FMT(s));
}

BOTH(a_light_tells_once)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = filed(&c, "A");

	cr_assert_eq(warned(&c), 0, "green");
	at_time(&c, "2026-03-25 00:00");
	cr_assert_eq(warned(&c), 1);
	cr_assert_eq(warned(&c), 0, "once");
	cr_assert_eq(count_rows(&c, &st_open_warnings, c.li), 1, "the head decides");
	cr_assert_eq(count_rows(&c, &st_open_warnings, c.liu), 0);
	warning_is(&c, c.li, "甲 未如实记录：“作出决定”期限将于3月30日届满");
	at_time(&c, "2026-03-31 00:00");
	cr_assert_eq(warned(&c), 1);
	cr_assert_eq(warned(&c), 0);
	warning_is(&c, c.li, "甲 未如实记录：“作出决定”期限已于3月30日届满，尚未办结");
	cr_assert_eq(count_rows(&c, &st_open_warnings, c.li), 1, "the red one stands for both");
	cr_assert(acts(&c, c.wang, m, "report", "{}"));
	cr_assert_eq(count_rows(&c, &st_open_warnings, c.li), 1);
	cr_assert(acts(&c, c.li, m, "decide", "{'fine': 1}"), "%s", why(&c));
	cr_assert_eq(count_rows(&c, &st_open_warnings, c.li), 0, "nothing is left to do");
	cr_assert_eq(count_rows(&c, &st_warnings, c.li), 2);
	county_free(&c);
}

BOTH(missed_lights_become_one)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = filed(&c, "A");

	at_time(&c, "2026-06-01 09:00"); /* off for months: yellow and red are one message */
	cr_assert_eq(warned(&c), 1);
	cr_assert_eq(warned(&c), 0);
	cr_assert_eq(count_rows(&c, &st_warnings, c.li), 1);
	/* a longer limit makes it moot, and turning yellow again is news again */
	cr_assert(acts(&c, c.li, m, "longer", "{}"), "%s", why(&c));
	cr_assert_eq(warned(&c), 0, "still red");
	county_free(&c);
}

BOTH(an_extension_takes_the_warning_back)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = filed(&c, "A");

	at_time(&c, "2026-03-26 09:00");
	cr_assert_eq(warned(&c), 1);
	cr_assert(acts(&c, c.li, m, "longer", "{}"), "%s", why(&c));
	cr_assert_eq(count_rows(&c, &st_open_warnings, c.li), 0);
	cr_assert_eq(warned(&c), 0);
	at_time(&c, "2026-04-09 09:00");
	cr_assert_eq(warned(&c), 1);
	county_free(&c);
}
