/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/visits.h"

#include "app/party.h"
#include "app/shown.h"
#include "base/day.h"
#include "matter/plans.h"
#include "pages.h"

#define AHEAD 60   /* days that are shown unless others are asked for */
#define PERIOD 366 /* no period is longer */

struct board {
	struct req *r;
	struct shower shower;
	const struct law *law;
	struct plan_query q;
	const struct plan *plan;
	size_t n;
	int64_t window; /* days */
};

static struct str day_text(struct arena *a, int64_t day)
{
	struct buf b;

	if (day == INT64_MIN)
		return STR("日期未定");
	buf_init(&b, a, 20);
	day_put(&b, day);
	return buf_str(&b);
}

const struct kind *visits_kind(const struct law *l)
{
	for (size_t i = 0; i < l->n_kind; i++)
		if (l->kind[i].plans.party)
			return &l->kind[i];
	return NULL;
}

static struct str day_short(struct arena *a, int64_t day)
{
	struct ymd d;

	if (day == INT64_MIN)
		return STR("（日期未定）");
	d = day_ymd(day);
	return str_fmt(a, "%d月%d日", d.month, d.day);
}

/* ---- what is asked ---- */

static int64_t days_of(struct span s)
{
	switch (s.unit) {
	case UNIT_WORKDAY:
		return s.n * 7 / 5 + 2;
	case UNIT_MONTH:
		return s.n * 31;
	case UNIT_YEAR:
		return s.n * 366;
	default:
		return s.n;
	}
}

static bool window_of(struct board *b, struct err *err)
{
	struct val v;

	if (!matter_setting(app_of(b->r)->engine, b->r->db, b->r->a, b->r->session->organ, day_at(now_of(b->r)),
			    b->q.kind->plans.setting, &v, err))
		return false;
	b->window = v.t == T_SPAN ? days_of(v.span) : 0;
	return true;
}

static struct str period(struct board *b)
{
	struct plan_query *q = &b->q;
	struct str from = req_query(b->r, "from"), to = req_query(b->r, "to");
	int64_t today = day_at(now_of(b->r));

	q->first = today;
	q->last = today + AHEAD;
	if (!from.n && !to.n)
		return (struct str){ 0 };
	if (!day_parse(from, &q->first) || !day_parse(to, &q->last) || q->last < q->first || q->last - q->first > PERIOD) {
		q->first = today;
		q->last = today + AHEAD;
		return STR("日期写成2026-11-20，起不晚于止，最长一年。下面是今天起的60天。");
	}
	return (struct str){ 0 };
}

/* From a matter: its party, and the days around its own. */
static bool around(struct board *b, struct str code, struct err *err)
{
	const struct actor who = actor_of(b->r);
	const struct plans_def *d = &b->q.kind->plans;
	struct matter_view m;
	struct val party, on;
	int64_t id;

	if (!matter_by_code(b->r->db, b->r->a, code, &id, err)
	    || !matter_see(app_of(b->r)->engine, b->r->db, b->r->a, &who, id, 0, &m, err))
		return false;
	if (m.snap->kind->plans.party != d->party)
		return err_set(err, ERR_NOT_FOUND, "这件办件不排检查计划");
	party = m.snap->field[d->party->index];
	on = m.snap->field[d->on->index];
	b->q.self = id;
	b->q.party = val_is_null(party) ? (struct str){ 0 } : party.party->code;
	if (!val_is_null(on)) {
		b->q.first = on.i - b->window;
		b->q.last = on.i + b->window;
	}
	return true;
}

/* ---- groups ---- */

static bool same_party(const struct plan *x, const struct plan *y)
{
	return x->party->code.n ? str_eq(x->party->code, y->party->code) : str_eq(x->party->name, y->party->name);
}

static bool near_each_other(const struct board *b, const struct plan *x, const struct plan *y)
{
	int64_t apart = x->day > y->day ? x->day - y->day : y->day - x->day;

	return x != y && (x->day == INT64_MIN || y->day == INT64_MIN || apart <= b->window);
}

static struct str group_says(const struct board *b, const struct plan *p, size_t n)
{
	bool joint = false, again = false;
	size_t organs = 0;

	for (size_t i = 0; i < n; i++) {
		bool first = true;

		for (size_t j = 0; j < i; j++) {
			bool same = p[i].snap->organ == p[j].snap->organ;

			first = first && !same;
			joint = joint || (!same && near_each_other(b, &p[i], &p[j]));
			again = again || (same && near_each_other(b, &p[i], &p[j]));
		}
		organs += first;
	}
	return joint ? str_fmt(b->r->a, "多头：%zu个机关在%lld日内先后检查，能联合的不得多头检查", organs, (long long)b->window)
	     : again ? str_fmt(b->r->a, "重复：同一机关在%lld日内检查两次以上，能合并的不得重复检查", (long long)b->window)
		     : (struct str){ 0 };
}

static void merges(struct board *b, const struct plan *p, size_t n, size_t i, struct visit_row *row)
{
	struct arena *a = b->r->a;
	const struct plans_def *d = &b->q.kind->plans;
	struct cite_link *to = arena_many(a, n, struct cite_link);

	for (size_t j = 0; p[i].merges && j < n; j++)
		if (p[j].takes_in && near_each_other(b, &p[i], &p[j]))
			to[row->n_merge++] = (struct cite_link){
				.text = str_fmt(a, "并入%.*s%.*s的检查", STR_FMT(p[j].organ_name), STR_FMT(day_short(a, p[j].day))),
				.href = str_fmt(a, "/m/%.*s/do/%.*s?f.%.*s=%.*s", STR_FMT(p[i].snap->code), STR_FMT(d->merge->id),
						STR_FMT(d->into->id), STR_FMT(p[j].snap->code)) };
	row->merge = to;
}

static struct visit_group group_of(struct board *b, const struct plan *p, size_t n)
{
	struct visit_row *row = arena_many(b->r->a, n, struct visit_row);
	const struct plans_def *d = &b->q.kind->plans;

	for (size_t i = 0; i < n; i++) {
		row[i] = (struct visit_row){ .organ = p[i].organ_name, .day = day_text(b->r->a, p[i].day), .number = p[i].number,
					     .state = p[i].snap->state->name, .here = p[i].snap->id == b->q.self };
		row[i].shows = shown_text(&b->shower, p[i].snap->field[d->show->index]);
		if (p[i].opens)
			row[i].href = str_fmt(b->r->a, "/m/%.*s", STR_FMT(p[i].snap->code));
		merges(b, p, n, i, &row[i]);
	}
	return (struct visit_group){ .party = p->party->name, .party_href = party_href(b->r, p->party), .says = group_says(b, p, n),
				     .row = row, .n_row = n };
}

static void groups(struct board *b, struct visits_view *v)
{
	struct visit_group *g = arena_many(b->r->a, b->n, struct visit_group), one;
	size_t n;

	for (size_t i = 0; i < b->n; i += n) {
		for (n = 1; i + n < b->n && same_party(&b->plan[i], &b->plan[i + n]); n++)
			;
		one = group_of(b, &b->plan[i], n);
		v->n_near += one.says.n > 0;
		if (v->all || one.says.n)
			g[v->n_group++] = one;
	}
	v->group = g;
}

static bool board_init(struct req *r, struct board *b, struct err *err)
{
	*b = (struct board){ .r = r, .q = { .who = actor_of(r) } };
	if (!frame_law(r, &b->law, err) || !shower_init(r, &b->shower, err))
		return false;
	b->q.kind = visits_kind(b->law);
	return (b->q.kind != NULL || err_set(err, ERR_NOT_FOUND, "本地的规定中没有检查计划")) && window_of(b, err);
}

static bool board_read(struct board *b, bool *ret_cut, struct err *err)
{
	return matter_plans(app_of(b->r)->engine, b->r->db, b->r->a, &b->q, &b->plan, &b->n, ret_cut, err);
}

static void tabs(struct req *r, struct visits_view *v)
{
	struct str href = str_fmt(r->a, "/visits?from=%.*s&to=%.*s", STR_FMT(v->from), STR_FMT(v->to));

	v->tab[0] = (struct tab){ .name = STR("要合并的企业"), .href = href, .count = (int64_t)v->n_near, .here = !v->all, .counted = true };
	v->tab[1] = (struct tab){ .name = STR("全部计划"), .href = str_fmt(r->a, "%.*s&show=all", STR_FMT(href)), .here = v->all };
}

struct str visits_href(struct req *r, const struct snap *m)
{
	return str_fmt(r->a, "/visits?for=%.*s", STR_FMT(m->code));
}

bool visits_show(struct req *r, struct err *err)
{
	struct visits_view v = { .self = req_query(r, "for") };
	struct board b;
	struct html h;

	if (!frame_load(r, STR("综合查一次"), &v.frame, err) || !board_init(r, &b, err))
		return false;
	v.error = period(&b);
	if (v.self.n && !around(&b, v.self, err))
		return false;
	v.all = v.self.n || str_is(req_query(r, "show"), "all");
	if (!board_read(&b, &v.cut, err))
		return false;
	groups(&b, &v);
	v.party = v.self.n && v.n_group ? v.group[0].party : (struct str){ 0 };
	v.from = day_text(r->a, b.q.first);
	v.to = day_text(r->a, b.q.last);
	v.window = str_fmt(r->a, "%lld", (long long)b.window);
	tabs(r, &v);
	frame_crumb(&v.frame, STR("综合查一次"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_visits(&h, &v);
	return frame_reply(r, 200, &h, err);
}
