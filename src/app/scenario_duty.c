/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Steps `duty` and `report` of scenarios: what is counted, what it means, and what was recorded when it was due. */
#include "app/scenario_play.h"
#include "base/day.h"
#include "base/parse.h"
#include "matter/duty.h"

/* 2026, 2026-03, 2026-q1, 2026-h2: a day of the period. */
static bool period_day(struct str s, enum every every, int64_t *ret)
{
	static const char sign[] = { [EVERY_QUARTER] = 'q', [EVERY_HALF_YEAR] = 'h', [EVERY_MONTH] = '\0', [EVERY_YEAR] = '\0' };
	static const int months[] = { [EVERY_MONTH] = 1, [EVERY_QUARTER] = 3, [EVERY_HALF_YEAR] = 6, [EVERY_YEAR] = 12 };
	int64_t year, n = 1;
	struct str rest;

	if (s.n < 4 || !parse_i64(str_sub(s, 0, 4), 1900, 2199, &year))
		return false;
	rest = str_sub(s, 4, s.n);
	if ((every == EVERY_YEAR) != (rest.n == 0))
		return false;
	if (rest.n) {
		size_t from = sign[every] || (rest.n > 2 && rest.p[1] == '0') ? 2 : 1;

		if (rest.p[0] != '-' || rest.n <= from || (sign[every] && rest.p[1] != sign[every])
		    || !parse_i64(str_sub(rest, from, rest.n), 1, 12 / months[every], &n))
			return false;
	}
	*ret = day_of((int)year, (int)(n - 1) * months[every] + 1, 1);
	return true;
}

static bool period(struct play *p, const struct ynode *y, enum every every, int64_t *ret)
{
	const struct ynode *at = ynode_get(y, "period");

	*ret = day_at(engine_now(p->st.e));
	return !at || period_day(at->text, every, ret)
	       || play_unlike(p, at, "“%.*s”不是这样的期间（2026、2026-03、2026-q1、2026-h2）", STR_FMT(at->text));
}

static bool expect(struct play *p, const struct ynode *y, const char *key, const char *what, struct str seen)
{
	const struct ynode *want = ynode_get(y, key);

	return !want || str_eq(want->text, seen) || (str_is(want->text, "null") && !seen.n)
	       || play_unlike(p, want, "%s应当是 %.*s，实际是 %.*s", what, STR_FMT(want->text), STR_FMT(seen));
}

/* A figure as it is written in definitions: 87.5, 3400. */
static struct str plain(struct play *p, struct val v)
{
	struct buf b;

	if (val_is_null(v))
		return (struct str){ 0 };
	buf_init(&b, p->a, 60);
	dec_put(&b, v.n);
	return buf_str(&b);
}

static struct str light_id(enum light l)
{
	static const char *const id[] = { [LIGHT_NONE] = "none", [LIGHT_GREEN] = "green", [LIGHT_YELLOW] = "yellow",
					  [LIGHT_RED] = "red", [LIGHT_PAUSED] = "paused", [LIGHT_MET] = "met",
					  [LIGHT_MET_LATE] = "met_late" };

	return str_of(id[l]);
}

static struct str result_id(enum duty_result r)
{
	return r == DUTY_MET ? STR("met") : r == DUTY_MISSED ? STR("missed") : STR("none");
}

static struct str day_text(struct play *p, int64_t day)
{
	struct buf b;

	buf_init(&b, p->a, 20);
	if (day)
		day_put(&b, day);
	return buf_str(&b);
}

/* ---- who was told ---- */

struct told {
	int64_t person;
	const struct ynode *want;
	struct play *p;
	size_t n, matched;
};

static bool told_row(void *ctx, struct err *err)
{
	struct told *t = ctx;
	int64_t id;

	(void)err;
	t->n++;
	for (size_t i = 0; i < t->want->n; i++)
		if (play_name(t->p, t->want->child[i], &id) && id == t->person)
			t->matched++;
	return true;
}

static const struct stmt st_told = { "scenario_duty_told",
	"SELECT DISTINCT person FROM message WHERE kind = 'duty' AND id > $1" };

/* The warnings that are to be given by now are given, and who got one is compared. */
static bool expect_told(struct play *p, const struct ynode *y)
{
	struct told t = { .want = ynode_get(y, "told"), .p = p };
	const struct db_in in[] = { db_i64(p->told_from) };
	const struct db_out out[] = { db_to_i64(&t.person) };
	struct err err = { 0 };
	bool did = true;

	if (!t.want)
		return true;
	while (did)
		if (!duty_warn(p->st.e, p->st.db, p->a, engine_now(p->st.e), &did, &err))
			return play_broke(p, y, &err);
	if (!db_each(p->st.db, p->a, &st_told, DB_IN(in), DB_OUT(out), told_row, &t, &err))
		return play_broke(p, y, &err);
	return (t.n == t.matched && t.matched == t.want->n)
	       || play_unlike(p, t.want, "收到提醒的应当是这%zu人，实际有%zu人，其中相符的%zu人", t.want->n, t.n, t.matched);
}

/* ---- duty ---- */

static bool duty_of(struct play *p, const struct ynode *y, const struct law **ret_law, const struct duty **ret)
{
	const struct ynode *at = ynode_get(y, "duty");

	*ret_law = engine_law_named(p->st.e, p->sc->pack);
	*ret = law_duty(*ret_law, at->text);
	return (*ret && node_on((*ret)->node)) || play_unlike(p, at, "没有职责“%.*s”（写成 类型.标识）", STR_FMT(at->text));
}

static bool expect_row(struct play *p, const struct ynode *y, const struct duty_row *r)
{
	return expect(p, y, "figure", "数值", plain(p, r->figure)) && expect(p, y, "target", "要求", plain(p, r->target))
	       && expect(p, y, "result", "结果", result_id(r->result)) && expect(p, y, "light", "灯色", light_id(r->light))
	       && expect(p, y, "joined", "列入的日期", day_text(p, r->joined));
}

/* What was recorded is the truth for a period that is over. */
static bool expect_record(struct play *p, const struct ynode *y, int64_t matter)
{
	static const struct {
		const char *key, *field, *what;
	} same[] = { { "figure", "value", "记录的数值" }, { "result", "result", "记录的结果" }, { "joined", "joined", "记录的列入日期" } };
	const struct actor law = { .sort = ACTOR_SYSTEM };
	struct matter_view m;
	struct err err = { 0 };

	if (!matter_see(p->st.e, p->st.db, p->a, &law, matter, SEE_FIELDS, &m, &err))
		return play_broke(p, y, &err);
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		const struct field *f = kind_field(m.snap->kind, str_of(same[i].field));
		struct val v = f ? m.snap->field[f->index] : VAL_NULL;
		struct str seen = v.t == T_ENUM ? v.s : v.t == T_DATE ? day_text(p, v.i) : plain(p, v);

		if (!expect(p, y, same[i].key, same[i].what, seen))
			return false;
	}
	return true;
}

bool play_duty(struct play *p, const struct ynode *y)
{
	const struct ynode *recorded = ynode_get(y, "recorded");
	const struct law *law;
	const struct duty *d;
	struct duty_sheet s;
	struct err err = { 0 };
	int64_t day, subject, matter;

	if (!duty_of(p, y, &law, &d) || !period(p, y, d->every, &day))
		return false;
	d->node->touched = true;
	if (!expect_told(p, y))
		return false;
	if (!ynode_get(y, "subject"))
		return true;
	if (!play_name(p, ynode_get(y, "subject"), &subject))
		return false;
	if (!duty_recorded(p->st.db, p->a, law, d, subject, period_of(d->every, day).from, &matter, &err))
		return play_broke(p, y, &err);
	if (recorded && str_is(recorded->text, "true") != (matter != 0))
		return play_unlike(p, recorded, matter ? "已经记录" : "还没有记录");
	if (matter)
		return expect_record(p, y, matter);
	if (!matter_duty(p->st.e, p->st.db, p->a, law, d, day, &s, &err))
		return play_broke(p, y, &err);
	for (size_t i = 0; i < s.n; i++)
		if (s.row[i].subject == subject)
			return expect_row(p, y, &s.row[i]);
	return expect(p, y, "result", "结果", STR("absent"));
}

/* ---- report ---- */

static bool expect_cells(struct play *p, const struct ynode *want, const struct report *r, const struct val *cell)
{
	for (size_t i = 0; want && i < want->n; i++) {
		size_t c = 0;

		while (c < r->n_column && !str_eq(r->column[c].id, want->child[i]->key))
			c++;
		if (c == r->n_column)
			return play_unlike(p, want->child[i], "报表没有这一栏：%.*s", STR_FMT(want->child[i]->key));
		r->column[c].node->touched = true;
		if (!node_on(r->column[c].node))
			return play_unlike(p, want->child[i], "报表没有这一栏：%.*s", STR_FMT(want->child[i]->key));
		if (!expect(p, want, str_cstr(p->a, want->child[i]->key), "报表的数", plain(p, cell[c])))
			return false;
	}
	return true;
}

bool play_report(struct play *p, const struct ynode *y)
{
	const struct ynode *at = ynode_get(y, "report"), *rows = ynode_get(y, "rows");
	const struct law *law = engine_law_named(p->st.e, p->sc->pack);
	const struct report *r = law_report(law, at->text);
	struct report_sheet s;
	struct err err = { 0 };
	int64_t day, subject;
	size_t i = 0;

	if (!r || !node_on(r->node))
		return play_unlike(p, at, "没有报表“%.*s”（写成 类型.标识）", STR_FMT(at->text));
	r->node->touched = true;
	if (!period(p, y, r->every, &day))
		return false;
	if (!matter_report(p->st.e, p->st.db, p->a, law, r, day, &s, &err))
		return play_broke(p, y, &err);
	if (rows && !expect(p, y, "rows", "行数", str_fmt(p->a, "%zu", s.n)))
		return false;
	if (!expect_cells(p, ynode_get(y, "sum"), r, s.sum))
		return false;
	if (!ynode_get(y, "subject"))
		return true;
	if (!play_name(p, ynode_get(y, "subject"), &subject))
		return false;
	while (i < s.n && s.row[i].subject != subject)
		i++;
	return i < s.n ? expect_cells(p, ynode_get(y, "columns"), r, s.row[i].cell)
		       : play_unlike(p, ynode_get(y, "subject"), "报表没有这一行");
}
