/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/alike.h"

#include "app/app.h"
#include "app/shown.h"
#include "base/day.h"
#include "pages.h"

#define WIDE 1000
#define TALL 64 /* of the highest bar */
#define DOT 8   /* of one case, where there are few */

static struct str money(struct req *r, struct val v)
{
	struct buf b;

	if (val_is_null(v))
		return (struct str){ 0 };
	buf_init(&b, r->a, 60);
	val_put_cn(&b, r->a, v, NULL);
	return buf_str(&b);
}

/* 10,000.00元至30,000.00元; 不罚款 where the upper end is nothing. */
static struct str range_of(struct req *r, struct val from, struct val to)
{
	if (val_is_null(to))
		return val_is_null(from) ? (struct str){ 0 } : str_fmt(r->a, "%.*s以上", STR_FMT(money(r, from)));
	if (to.n == 0)
		return STR("不罚款");
	return str_fmt(r->a, "%.*s至%.*s", STR_FMT(val_is_null(from) ? STR("0.00元") : money(r, from)), STR_FMT(money(r, to)));
}

static void steps(struct req *r, const struct alike *a, struct alike_view *v)
{
	struct alike_line *l = arena_many(r->a, a->n_step, struct alike_line);

	for (size_t i = 0; i < a->n_step; i++)
		l[i] = (struct alike_line){ .name = a->step[i].name, .says = a->step[i].says, .n = a->step[i].n,
					    .range = range_of(r, a->step[i].from, a->step[i].to),
					    .here = a->ready && a->step[i].here };
	v->step = l;
	v->n_step = a->n_step;
}

/* ---- drawing ---- */

struct axis {
	dec from, to;
};

static void reach(struct axis *x, struct val v)
{
	if (val_is_null(v))
		return;
	x->from = v.n < x->from ? v.n : x->from;
	x->to = v.n > x->to ? v.n : x->to;
}

static int at(const struct axis *x, dec n)
{
	const dec wide = x->to - x->from;

	if (n < x->from || wide <= 0)
		return 0;
	return n > x->to ? WIDE : (int)((n - x->from) * WIDE / wide);
}

static int at_val(const struct axis *x, struct val v)
{
	return val_is_null(v) ? -1 : at(x, v.n);
}

static size_t bar_of(const struct axis *x, dec n)
{
	const int i = at(x, n) * ALIKE_BARS / WIDE;

	return i >= ALIKE_BARS ? ALIKE_BARS - 1 : (size_t)i;
}

static void bars(struct req *r, const struct alike *a, const struct axis *x, struct alike_view *v)
{
	struct alike_bar *b = arena_many(r->a, ALIKE_BARS, struct alike_bar);
	const dec wide = x->to - x->from;
	size_t most = 1;

	for (size_t i = 0; i < a->n_peer; i++)
		b[bar_of(x, a->peer[i].n)].n++;
	for (size_t i = 0; i < ALIKE_BARS; i++)
		most = b[i].n > most ? b[i].n : most;
	for (size_t i = 0; i < ALIKE_BARS; i++) {
		const struct val from = val_num(T_MONEY, dec_round(x->from + wide * (dec)i / ALIKE_BARS, 2));
		const struct val to = val_num(T_MONEY, dec_round(x->from + wide * ((dec)i + 1) / ALIKE_BARS, 2));

		b[i].x = (int)i * WIDE / ALIKE_BARS + 2;
		b[i].width = WIDE / ALIKE_BARS - 4;
		b[i].height = (int)(v->few ? b[i].n * DOT : b[i].n * TALL / most);
		b[i].y = TALL - b[i].height;
		b[i].range = range_of(r, from, to);
	}
	v->bar = b;
	v->n_bar = ALIKE_BARS;
}

static void draw(struct req *r, const struct alike *a, struct alike_view *v)
{
	struct axis x = { a->peer[0].n, a->peer[a->n_peer - 1].n };

	reach(&x, a->amount);
	reach(&x, a->from);
	reach(&x, a->to);
	if (x.to <= x.from)
		x.to = x.from + dec_int(1000);
	v->from = money(r, val_num(T_MONEY, x.from));
	v->to = money(r, val_num(T_MONEY, x.to));
	v->step_from = at_val(&x, a->from);
	v->step_width = val_is_null(a->to) || v->step_from < 0 ? 0 : at(&x, a->to.n) - v->step_from;
	v->tenth = at_val(&x, a->tenth);
	v->eight_width = at_val(&x, a->nine_tenths) - v->tenth;
	v->quarter = at_val(&x, a->quarter);
	v->half_width = at_val(&x, a->three_quarters) - v->quarter;
	v->middle = at_val(&x, a->middle);
	v->here = at_val(&x, a->amount);
	bars(r, a, &x, v);
}

static void bounds(struct req *r, const struct alike *a, struct alike_view *v)
{
	struct axis x;

	if (val_is_null(a->high) || a->high.n <= 0)
		return;
	x = (struct axis){ val_is_null(a->low) ? 0 : a->low.n, a->high.n };
	v->bounded = true;
	v->bounds = range_of(r, val_num(T_MONEY, x.from), a->high);
	v->bound_from = at_val(&x, a->from);
	v->bound_width = val_is_null(a->to) || v->bound_from < 0 ? 0 : at(&x, a->to.n) - v->bound_from;
	v->bound_here = at_val(&x, a->amount);
}

static void say(struct req *r, const struct alike *a, struct alike_view *v)
{
	v->tenth_said = money(r, a->tenth);
	v->quarter_said = money(r, a->quarter);
	v->middle_said = money(r, a->middle);
	v->three_quarters_said = money(r, a->three_quarters);
	v->nine_tenths_said = money(r, a->nine_tenths);
	if (a->n_peer && !val_is_null(a->amount))
		v->said = str_fmt(r->a, "本案%.*s：类案中罚款不高于本案的%zu件，不低于本案的%zu件。", STR_FMT(v->mine), a->below, a->above);
}

static void likes(struct req *r, const struct alike *a, struct alike_view *v)
{
	struct alike_like *l = arena_many(r->a, a->n_like, struct alike_like);

	for (size_t i = 0; i < a->n_like; i++) {
		const struct alike_case *c = &a->like[i];

		l[i] = (struct alike_like){ .name = c->seen && c->title.n ? c->title : c->number.n ? c->number : STR("没有文号"),
					    .step = c->step, .amount = val_is_null(c->amount) ? STR("没有罚款") : money(r, c->amount) };
		if (c->seen)
			l[i].href = str_fmt(r->a, "/m/%.*s", STR_FMT(c->code));
		if (c->on != INT64_MIN)
			l[i].year = str_fmt(r->a, "%lld年", (long long)day_ymd(c->on).year);
	}
	v->like = l;
	v->n_like = a->n_like;
}

/* Of what stands against the act the warning that the definition names. */
static void warning(struct req *r, const struct snap *m, const struct action *ac, const struct refusal *refused, size_t n,
		    struct alike_view *v)
{
	const struct str id = m->kind->alike.warns;
	struct str path;

	if (!ac || !id.n)
		return;
	path = str_fmt(r->a, "%.*s.%.*s.%.*s", STR_FMT(m->kind->id), STR_FMT(ac->id), STR_FMT(id));
	for (size_t i = 0; i < n; i++)
		if (refused[i].node && str_eq(refused[i].node->path, path)) {
			v->warned = case_reasons(r, m->kind, NULL, &refused[i], 1, (struct str){ 0 });
			v->n_warned = 1;
		}
}

void alike_fill(struct req *r, const struct snap *m, const struct action *ac, const struct alike *a, const struct refusal *refused,
		size_t n_refused, struct alike_view *ret)
{
	*ret = (struct alike_view){ .set = a->set, .ready = a->ready, .more = a->more, .n_compared = a->n_compared,
				    .step_name = a->step_name, .n_peer = a->n_peer, .few = a->n_peer < ALIKE_FEW, .here = -1 };
	if (!a->set)
		return;
	steps(r, a, ret);
	if (!a->ready)
		return;
	ret->mine = money(r, a->amount);
	ret->range = range_of(r, a->from, a->to);
	bounds(r, a, ret);
	if (a->n_peer)
		draw(r, a, ret);
	say(r, a, ret);
	likes(r, a, ret);
	warning(r, m, ac, refused, n_refused, ret);
}

bool alike_show(struct req *r, struct err *err)
{
	struct alike_page_view v = { .title_href = { 0 } };
	struct act act = { .who = actor_of(r), .version = -1 };
	struct matter_view m;
	struct alike a;
	struct html h;

	if (!case_load(r, 0, &m, err) || !frame_load(r, STR("裁量阶次与类案"), &v.frame, err))
		return false;
	if (!alike_is(m.snap->kind, NULL))
		return err_set(err, ERR_NOT_FOUND, "这类办件不比对类案");
	act.matter = m.snap->id;
	if (!matter_alike(app_of(r)->engine, r->db, r->a, &act, &a, err))
		return false;
	alike_fill(r, m.snap, NULL, &a, NULL, 0, &v.alike);
	v.title = title_once(m.title);
	v.title_href = case_href(r, m.snap);
	frame_crumb(&v.frame, m.snap->kind->name, str_fmt(r->a, "/k/%.*s", STR_FMT(m.snap->kind->id)));
	frame_crumb(&v.frame, case_short(m.snap, m.title), v.title_href);
	frame_crumb(&v.frame, STR("裁量阶次与类案"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_alike(&h, &v);
	return frame_reply(r, 200, &h, err);
}
