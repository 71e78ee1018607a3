/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Tables of figures: groups, sums, late shares, days, periods; the matters behind each figure; rights and limits. */
#include "county.h"

#include "base/day.h"
#include "matter/statistic.h"

static const char kinds[] =
	"kind: fault\nname: 案件\ncite: T1\n"
	"fields:\n"
	"  title: {name: 案由, type: text(40)}\n"
	"  grade: {name: 阶次, type: enum, of: {light: 从轻, normal: 一般}}\n"
	"  marks: {name: 情节, type: picks, of: {late: 逾期, mended: 改正}}\n"
	"  day: {name: 决定日, type: date}\n"
	"  fine: {name: 罚款, type: money}\n"
	"  inner: {name: 内部阶次, type: enum, of: {a: 甲, b: 乙}, see: {who: [head]}}\n"
	"  bribe: {name: 内部金额, type: money, see: {who: [head]}}\n"
	"states: {weighing: 裁量中, decided: {name: 已决定, end: true}}\n"
	"terms:\n"
	"  big: {name: 数额较大, is: fine >= 1000}\n"
	"  inside: {name: 内部判断, is: inner == a}\n"
	"see: [organ, justice.supervisor]\n"
	"actions:\n"
	"  open: {name: 登记, by: [officer, system], form: [title], may: [grade, marks, day, fine, inner, bribe]}\n"
	"  decide: {name: 决定, next: 决定, from: weighing, to: decided, by: [officer]}\n"
	"clocks:\n"
	"  decide: {name: 决定, from: open, until: decide, limit: 10 day, warn: 2 day, cite: T60}\n"
	"list: {columns: [title, state], filters: [state, grade], card: [title, state]}\n"
	"---\n"
	"kind: notice\nname: 公示\ncite: T1\n";

static struct county begun(struct fresh *f)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };

	cr_assert_eq(county_version(&c, "t/others.yaml", "kind: notice\nname: 公示\ncite: T1\n", kinds, &err), ERR_NONE, "%s %s",
		     err.msg, err.detail);
	return c;
}

static int64_t fault(struct county *c, int64_t who, const char *more)
{
	cr_assert(opens(c, who, "fault", str_fmt(c->a, "{'title': '乙案'%s}", more).p), "%s", why(c));
	return c->r.matter;
}

static const struct kind *kind(struct county *c, int64_t who)
{
	const struct law *law;
	struct err err = { 0 };
	int64_t def;

	OK(engine_law_of_organ(c->e, c->db, c->a, as(c, who).organ, &law, &def, &err));
	return law_kind(law, STR("fault"));
}

static struct part_by by(const struct kind *k, const char *id)
{
	if (kind_field(k, str_of(id)))
		return (struct part_by){ .sort = PART_FIELD, .field = kind_field(k, str_of(id)) };
	return (struct part_by){ .sort = PART_TERM, .term = kind_term(k, str_of(id)) };
}

static struct statistic_ask asked(struct county *c, int64_t who, const struct figure *f, size_t n)
{
	return (struct statistic_ask){ .of = { .who = as(c, who), .kind = STR("fault") }, .figure = f, .n_figure = n };
}

static struct statistic made(struct county *c, const struct statistic_ask *q)
{
	struct statistic s;
	struct err err = { 0 };

	OK(matter_statistic(c->e, c->db, c->a, q, &s, &err));
	return s;
}

/* 从轻 2/3000，… of one figure: number and sum of each row. */
static const char *rows(struct county *c, const struct statistic *s, size_t figure)
{
	struct buf b;

	buf_init(&b, c->a, 4000);
	for (size_t i = 0; i <= s->n_row; i++) {
		const size_t at = i == s->n_row ? 0 : i + 1;
		const struct statistic_figure *x = statistic_cell(s, at, 0, figure);

		buf_addf(&b, "%s%.*s %lld", i ? " " : "", STR_FMT(at ? s->row[i].name : STR("=")), (long long)x->n);
		if (x->of)
			buf_addf(&b, "/%lld", (long long)x->of);
		if (x->sum) {
			buf_addc(&b, ':');
			dec_put(&b, x->sum);
		}
	}
	return str_cstr(c->a, buf_str(&b));
}

static int64_t behind(struct county *c, const struct statistic_ask *q, const char *row, size_t figure)
{
	const int64_t *id;
	struct err err = { 0 };
	int64_t all;
	size_t n;

	OK(matter_statistic_of(c->e, c->db, c->a, q, str_of(row), (struct str){ 0 }, figure, &id, &n, &all, &err));
	cr_expect_eq((int64_t)n, all);
	return all;
}

BOTH(statistic_figures)
{
	static const enum figure_sort sorts[] = { FIGURE_COUNT, FIGURE_SUM, FIGURE_LATE, FIGURE_DAYS };
	struct county c = begun(f);
	const struct kind *k = kind(&c, c.wang);
	struct figure figure[4];
	struct statistic_ask q;
	struct statistic s;
	int64_t early, late;

	for (size_t i = 0; i < 4; i++)
		figure[i] = (struct figure){ sorts[i], kind_field(k, STR("fine")), &k->clock[0] };
	early = fault(&c, c.wang, ", 'grade': 'normal', 'fine': 2000, 'marks': ['late', 'mended'], 'day': '2026-02-28'");
	late = fault(&c, c.wang, ", 'grade': 'light', 'fine': 500, 'day': '2026-03-01'");
	(void)fault(&c, c.wang, ", 'grade': 'light', 'marks': ['mended']");
	(void)fault(&c, c.chen, ", 'grade': 'light', 'fine': 9000");
	at_time(&c, "2026-03-05 09:00");
	cr_assert(acts(&c, c.wang, early, "decide", "{}"), "%s", why(&c));
	at_time(&c, "2026-03-20 09:00");
	cr_assert(acts(&c, c.wang, late, "decide", "{}"), "%s", why(&c));
	(void)fault(&c, c.wang, ", 'fine': 1");

	q = asked(&c, c.wang, figure, 4);
	q.row = by(k, "grade");
	s = made(&c, &q);
	cr_expect_eq(s.n, 4, "the other organ's are not seen");
	cr_expect_str_eq(rows(&c, &s, 0), "从轻 2 一般 1 （未填） 1 = 4", "in the order of the definition");
	cr_expect_str_eq(rows(&c, &s, 1), "从轻 1:500 一般 1:2000 （未填） 1:1 = 3:2501");
	cr_expect_str_eq(rows(&c, &s, 2), "从轻 2/2 一般 0/1 （未填） 0 = 2/3", "one ended late, one is past due, one runs");
	cr_expect_str_eq(rows(&c, &s, 3), "从轻 1:18 一般 1:3 （未填） 0 = 2:21");
	cr_expect_eq(behind(&c, &q, "light", 0), 2);
	cr_expect_eq(behind(&c, &q, "light", 1), 1, "those that have a fine");
	cr_expect_eq(behind(&c, &q, "light", 2), 2, "those that are late");
	cr_expect_eq(behind(&c, &q, "normal", 2), 0);
	cr_expect_eq(behind(&c, &q, "-", 0), 1);
	cr_expect_eq(behind(&c, &q, "", 3), 2);

	q.row = by(k, "marks");
	s = made(&c, &q);
	cr_expect(s.several);
	cr_expect_str_eq(rows(&c, &s, 0), "逾期 1 改正 2 （未填） 2 = 4", "one stands in two rows, and once in the whole");

	q.row = (struct part_by){ .sort = PART_STATE };
	q.column = by(k, "day");
	s = made(&c, &q);
	cr_assert(s.n_row == 2 && s.n_column == 3);
	cr_expect(str_is(s.column[0].key, "2026-02") && str_is(s.column[1].name, "2026年3月") && str_is(s.column[2].key, "-"));
	cr_expect(statistic_cell(&s, 2, 1, 0)->n == 1 && statistic_cell(&s, 2, 2, 0)->n == 1 && statistic_cell(&s, 1, 1, 0)->n == 0);

	q.column = (struct part_by){ .sort = PART_NONE };
	q.row = by(k, "big");
	s = made(&c, &q);
	cr_expect_str_eq(rows(&c, &s, 0), "是 1 否 2 （未填） 1 = 4", "a term");

	q.on = by(k, "day");
	q.from = q.to = day_of(2026, 3, 1);
	s = made(&c, &q);
	cr_expect_eq(s.n, 1, "both days of a period are in it");
	q.on = (struct part_by){ .sort = PART_OPENED };
	q.from = day_of(2026, 3, 20);
	q.to = day_of(2026, 3, 20);
	cr_expect_eq(made(&c, &q).n, 1);
	county_free(&c);
}

BOTH(statistic_within_rights)
{
	struct county c = begun(f);
	const struct kind *k = kind(&c, c.li);
	struct figure figure = { .sort = FIGURE_COUNT };
	const struct list_filter inner = { STR("inner"), STR("a") }, grade = { STR("grade"), STR("light") };
	struct statistic_ask q = asked(&c, c.li, &figure, 1);
	struct statistic s;
	struct err err = { 0 };

	(void)fault(&c, c.wang, ", 'inner': 'a', 'bribe': 5, 'grade': 'light'");
	(void)fault(&c, c.wang, ", 'inner': 'b', 'grade': 'normal'");
	cr_expect(!statistic_parts(kind_field(k, STR("inner"))) && !statistic_sums(kind_field(k, STR("bribe"))));
	q.row = by(k, "inner");
	cr_expect(!matter_statistic(c.e, c.db, c.a, &q, &s, &err) && err.code == ERR_FORBIDDEN, "not even for who sees it");
	q.row.sort = PART_NONE;
	figure = (struct figure){ .sort = FIGURE_SUM, .field = kind_field(k, STR("bribe")) };
	cr_expect(!matter_statistic(c.e, c.db, c.a, &q, &s, &err) && err.code == ERR_FORBIDDEN);
	figure = (struct figure){ .sort = FIGURE_COUNT };
	q.of.filter = &inner;
	q.of.n_filter = 1;
	cr_expect(!matter_statistic(c.e, c.db, c.a, &q, &s, &err) && err.code == ERR_BAD_INPUT, "nor is it a condition");
	q.of.filter = &grade;
	cr_expect_eq(made(&c, &q).n, 1);
	q.of.n_filter = 0;

	q.row = by(k, "inside");
	s = made(&c, &q);
	cr_expect_str_eq(rows(&c, &s, 0), "是 1 否 1 = 2", "a term over it, by who sees it");
	q.of.who = as(&c, c.wang);
	s = made(&c, &q);
	cr_expect_str_eq(rows(&c, &s, 0), "（未填） 2 = 2", "and by who does not");
	county_free(&c);
}

static bool stops(void *ctx, int64_t done)
{
	*(int64_t *)ctx = done;
	return false;
}

BOTH(statistic_limits)
{
	struct county c = begun(f);
	const struct figure figure = { .sort = FIGURE_COUNT };
	struct statistic_ask q = asked(&c, c.wang, &figure, 1);
	struct statistic s;
	struct err err = { 0 };
	int64_t done = 0;

	for (int month = 0; month < 25; month++)
		(void)fault(&c, c.wang, str_fmt(c.a, ", 'day': '%d-%02d-01'", 2024 + month / 12, month % 12 + 1).p);
	q.most = 24;
	cr_expect(!matter_statistic(c.e, c.db, c.a, &q, &s, &err) && err.code == ERR_TOO_LARGE && strstr(err.msg, "24件"), "%s", err.msg);
	q.most = 25;
	cr_expect_eq(made(&c, &q).n, 25);
	q.column = by(kind(&c, c.wang), "day");
	cr_expect(!matter_statistic(c.e, c.db, c.a, &q, &s, &err) && err.code == ERR_TOO_LARGE && strstr(err.msg, "24列"), "%s", err.msg);
	q.on = q.column;
	q.from = day_of(2024, 1, 1);
	q.to = day_of(2025, 12, 31);
	cr_expect_eq(made(&c, &q).n_column, 24);
	q.go_on = stops;
	q.ctx = &done;
	cr_expect(!matter_statistic(c.e, c.db, c.a, &q, &s, &err) && err.code == ERR_TIMEOUT && done == 25);
	county_free(&c);
}
