/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/calendar_page.h"

#include "app/input.h"
#include "base/day.h"
#include "base/parse.h"
#include "law/calendar.h"
#include "pages.h"

#define SHOWN 4 /* in one day of the grid */

struct month {
	struct req *r;
	const struct law *law;
	int64_t first, last;   /* of the month */
	int64_t start, end;    /* of the grid: whole weeks */
	struct calendar_view v;
	struct agenda_query q;
};

/* month=2026-11; anything else is this month. */
static void read_month(struct month *m)
{
	struct str text = req_query(m->r, "month");
	struct ymd d = day_ymd(day_at(now_of(m->r)));
	int64_t year, month;

	if (text.n == 7 && text.p[4] == '-' && parse_i64(str_sub(text, 0, 4), 1901, 2198, &year)
	    && parse_i64(str_sub(text, 5, 7), 1, 12, &month)) {
		d.year = (int)year;
		d.month = (int)month;
	}
	m->first = day_of(d.year, d.month, 1);
	m->last = day_add_months(m->first, 1) - 1;
	m->start = m->first - (day_weekday(m->first) - 1);
	m->end = m->last + (7 - day_weekday(m->last));
	m->v.month = str_fmt(m->r->a, "%d年%d月", d.year, d.month);
	m->v.month_value = str_fmt(m->r->a, "%04d-%02d", d.year, d.month);
}

static struct str address(struct month *m, int64_t day, bool mine)
{
	struct ymd d = day_ymd(day);

	return str_fmt(m->r->a, "/calendar?month=%04d-%02d%s%s%.*s", d.year, d.month, mine ? "" : "&scope=organ",
		       m->q.kind.n ? "&kind=" : "", STR_FMT(m->q.kind));
}

static void around(struct month *m)
{
	m->v.before = address(m, m->first - 1, m->q.mine);
	m->v.after = address(m, m->last + 1, m->q.mine);
	m->v.now = address(m, day_at(now_of(m->r)), m->q.mine);
	m->v.scope[0] = (struct tab){ .name = STR("我的"), .href = address(m, m->first, true), .here = m->q.mine };
	m->v.scope[1] = (struct tab){ .name = STR("本单位"), .href = address(m, m->first, false), .here = !m->q.mine };
}

/* Kinds that have limits. */
static void kinds(struct month *m)
{
	struct option_view *o = arena_many(m->r->a, m->law->n_kind + 1, struct option_view);
	size_t n = 0;

	o[n++] = (struct option_view){ .name = STR("全部种类") };
	for (size_t i = 0; i < m->law->n_kind; i++) {
		const struct kind *k = &m->law->kind[i];

		if (k->n_clock)
			o[n++] = (struct option_view){ .value = k->id, .name = k->name, .on = str_eq(k->id, m->q.kind) };
	}
	m->v.kind = o;
	m->v.n_kind = n;
}

/* ---- days ---- */

static struct str mark_of(enum light l)
{
	return l == LIGHT_RED ? STR("■") : l == LIGHT_YELLOW ? STR("▲") : STR("●");
}

static struct str time_of(struct arena *a, const struct clock_view *c)
{
	int64_t minute;

	if (c->v.by_day)
		return (struct str){ 0 };
	minute = (c->v.due - day_start(day_at(c->v.due))) / 60000;
	return str_fmt(a, "%02lld:%02lld", (long long)(minute / 60), (long long)(minute % 60));
}

/* due of a limit by days is the first instant after its last day. */
static int64_t last_day(const struct clock_view *c)
{
	return day_at(c->v.due - 1);
}

static void due_of(struct month *m, const struct agenda_row *x, struct due_view *d)
{
	*d = (struct due_view){ .mark = mark_of(x->clock.light), .what = x->clock.def->name, .title = title_once(x->title),
				.time = time_of(m->r->a, &x->clock), .say = x->clock.chip, .light = light_class(x->clock.light),
				.href = str_fmt(m->r->a, "/m/%.*s", STR_FMT(x->snap->code)) };
	if (x->clock.light == LIGHT_RED)
		m->v.n_red++;
	else if (x->clock.light == LIGHT_YELLOW)
		m->v.n_yellow++;
	else
		m->v.n_green++;
}

static void day_of_grid(struct month *m, int64_t day, struct day_view *v)
{
	static const char *const week[] = { "", "一", "二", "三", "四", "五", "六", "日" };
	const struct calendar *c = m->law->calendar;
	struct ymd d = day_ymd(day);
	bool weekend = day_weekday(day) > 5, known = day <= calendar_last(c);
	bool works = calendar_workday(c, day);
	struct buf b;

	buf_init(&b, m->r->a, 20);
	day_put(&b, day);
	*v = (struct day_view){ .iso = buf_str(&b), .today = day == day_at(now_of(m->r)), .other = day < m->first || day > m->last,
				.past = day < day_at(now_of(m->r)), .name = known ? calendar_name(c, day) : (struct str){ 0 },
				.full = str_fmt(m->r->a, "%d月%d日（%s）", d.month, d.day, week[day_weekday(day)]) };
	v->number = d.day == 1 || day == m->start ? str_fmt(m->r->a, "%d月%d日", d.month, d.day) : str_fmt(m->r->a, "%d", d.day);
	v->rest = !works;
	if (!works)
		v->off = STR("休");
	else if (weekend && known)
		v->off = STR("班");
}

static void days(struct month *m, const struct agenda_row *row, size_t n)
{
	const size_t n_day = (size_t)(m->end - m->start + 1);
	struct day_view *v = arena_many(m->r->a, n_day, struct day_view);
	struct due_view *due = arena_many(m->r->a, n + 1, struct due_view);
	size_t at = 0;

	for (size_t i = 0; i < n_day; i++) {
		day_of_grid(m, m->start + (int64_t)i, &v[i]);
		v[i].due = &due[at];
		for (; at < n && last_day(&row[at].clock) == m->start + (int64_t)i; at++)
			due_of(m, &row[at], &due[at]);
		v[i].n_due = (size_t)(&due[at] - v[i].due);
		v[i].n_shown = v[i].n_due > SHOWN ? SHOWN : v[i].n_due;
		if (v[i].n_due > SHOWN)
			v[i].more = str_fmt(m->r->a, "另%zu件", v[i].n_due - SHOWN);
	}
	m->v.day = v;
	m->v.n_day = n_day;
}

/* Beyond the last announced year a day is only the earliest possible one. */
static void unknown(struct month *m)
{
	int64_t last = calendar_last(m->law->calendar);

	if (m->end + 31 > last)
		m->v.unknown = str_fmt(m->r->a, "%d年放假安排未公布：届满日在那以后的期限暂定，公布后自动重算。", day_ymd(last).year + 1);
}

bool calendar_show(struct req *r, struct err *err)
{
	struct month m = { .r = r };
	const struct agenda_row *row;
	struct html h;
	size_t n;

	if (!frame_load(r, STR("时限日历"), &m.v.frame, err) || !frame_law(r, &m.law, err))
		return false;
	frame_crumb(&m.v.frame, STR("时限日历"), (struct str){ 0 });
	read_month(&m);
	m.q = (struct agenda_query){ .who = actor_of(r), .first = m.start, .last = m.end,
				     .mine = !str_is(req_query(r, "scope"), "organ") };
	m.q.of_organ = !m.q.mine;
	m.q.kind = law_kind(m.law, req_query(r, "kind")) ? req_query(r, "kind") : (struct str){ 0 };
	if (!matter_agenda(app_of(r)->engine, r->db, r->a, &m.q, &row, &n, &m.v.more, err))
		return false;
	m.v.scope_value = m.q.mine ? STR("mine") : STR("organ");
	m.v.empty = n == 0;
	around(&m);
	kinds(&m);
	days(&m, row, n);
	unknown(&m);
	html_init(&h, r->a, HTML_MAX);
	page_calendar(&h, &m.v);
	return frame_reply(r, 200, &h, err);
}
