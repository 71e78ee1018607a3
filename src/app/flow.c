/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/flow.h"

#include <graphviz/gvc.h>
#include <pthread.h>

#define DOT_MAX ((size_t)1 << 20)  /* a hundred states with a hundred words each */
#define SVG_MAX ((size_t)8 << 20)

/* libgvc and cgraph are not made for threads. */
static pthread_mutex_t drawing = PTHREAD_MUTEX_INITIALIZER;

/* A label of the DOT language: quotes, backslashes and entities lose their meaning. */
static void put_label(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_addc(b, '\\');
		if (s.p[i] == '&')
			buf_adds(b, "&amp;");
		else
			buf_addc(b, s.p[i]);
	}
}

static struct str row_state(const struct choose_row *row)
{
	return row->is ? str_trim(expr_text(row->is)) : (struct str){ 0 };
}

static bool leads_to(const struct action *act, const struct state *s)
{
	if (act->to == TO_STATE)
		return act->to_state == s;
	for (size_t i = 0; act->to == TO_CHOOSE && i < act->to_choose.n; i++)
		if (str_eq(row_state(&act->to_choose.row[i]), s->id))
			return true;
	return false;
}

static bool comes_from(const struct action *act, const struct state *s)
{
	for (size_t i = 0; i < act->n_from; i++)
		if (act->from[i] == s)
			return true;
	return false;
}

/* Back to where one came from: every state from which an action leads to this one. */
static bool back_to(const struct kind *k, const struct state *from, const struct state *to)
{
	for (size_t i = 0; i < k->n_action; i++)
		if (comes_from(&k->action[i], to) && leads_to(&k->action[i], from))
			return true;
	return false;
}

#define ARROWS_MOST 4 /* more arrows of one action hide the others: it is drawn once, apart */

/* May come from nearly everywhere, like suspending and ending. */
static bool wide(const struct action *act)
{
	return act->any || act->n_from > ARROWS_MOST;
}

/* Leads back to nearly everywhere, like resuming. */
static bool back_wide(const struct kind *k, const struct action *act, const struct state *from)
{
	size_t n = 0;

	for (size_t i = 0; act->to == TO_BACK && i < k->n_state; i++)
		n += back_to(k, from, &k->state[i]);
	return n > ARROWS_MOST;
}

/* from NULL: opening; what is drawn apart is left out here. */
static bool drawn(const struct kind *k, const struct action *act, const struct state *from, const struct state *to)
{
	if (act->builtin)
		return false;
	if (!from)
		return str_is(act->id, "open") && leads_to(act, to);
	if (wide(act) || !comes_from(act, from))
		return false;
	return leads_to(act, to) || (act->to == TO_BACK && !back_wide(k, act, from) && back_to(k, from, to));
}

static bool by_law(const struct action *act)
{
	for (size_t i = 0; i < act->by.n; i++)
		if (act->by.v[i].sort != WHO_SYSTEM)
			return false;
	return act->by.n > 0;
}

static void put_edge(struct buf *b, const struct kind *k, const struct state *from, const struct state *to)
{
	bool any = false, law = true;

	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *act = &k->action[i];

		if (!drawn(k, act, from, to))
			continue;
		if (!any && from)
			buf_addf(b, "s%zu -> s%zu [label=\" ", from->index, to->index);
		else if (!any)
			buf_addf(b, "start -> s%zu [label=\" ", to->index);
		else
			buf_adds(b, "\\n ");
		put_label(b, act->name);
		any = true;
		law = law && by_law(act);
	}
	if (any)
		buf_addf(b, "\"%s];\n", law ? ", style=dashed" : "");
}

/* What may happen nearly everywhere comes from a box of its own beside the state that it leads to. */
static void put_wide(struct buf *b, const struct kind *k, const struct state *to)
{
	bool any = false;

	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *act = &k->action[i];

		if (act->builtin || !wide(act) || !leads_to(act, to))
			continue;
		if (!any)
			buf_addf(b, "w%zu [label=\"多个环节\", style=\"rounded,dashed\", color=\"#667382\"];\n"
				 "w%zu -> s%zu [label=\" ", to->index, to->index, to->index);
		else
			buf_adds(b, "\\n ");
		put_label(b, act->name);
		any = true;
	}
	if (any)
		buf_adds(b, "\"];\n");
}

static void put_back(struct buf *b, const struct kind *k, const struct state *from)
{
	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *act = &k->action[i];

		if (act->builtin || !comes_from(act, from) || !back_wide(k, act, from))
			continue;
		buf_addf(b, "b%zu [label=\"原来的环节\", style=\"rounded,dashed\", color=\"#667382\"];\n"
			 "s%zu -> b%zu [label=\" ", from->index, from->index, from->index);
		put_label(b, act->name);
		buf_adds(b, "\"];\n");
	}
}

static void put_dot(struct buf *b, const struct kind *k, struct str state)
{
	buf_adds(b, "digraph flow {\nrankdir=TB; bgcolor=transparent;\n"
		    "node [shape=box, style=rounded, fontname=\"Noto Sans CJK SC\", fontsize=12];\n"
		    "edge [fontname=\"Noto Sans CJK SC\", fontsize=10, color=\"#667382\"];\n"
		    "start [shape=point, width=0.12, label=\"\"];\n");
	for (size_t i = 0; i < k->n_state; i++) {
		const struct state *s = &k->state[i];
		bool current = str_eq(s->id, state);

		buf_addf(b, "s%zu [label=\"", i);
		put_label(b, s->name);
		if (current)
			buf_adds(b, "\\n（当前）");
		buf_addf(b, "\"%s%s];\n", s->end ? ", peripheries=2" : "",
			 current ? ", style=\"rounded,filled,bold\", fillcolor=\"#d7e7fa\", color=\"#1f4e8c\", class=\"current\""
				 : "");
	}
	for (size_t t = 0; t < k->n_state; t++) {
		put_edge(b, k, NULL, &k->state[t]);
		for (size_t s = 0; s < k->n_state; s++)
			put_edge(b, k, &k->state[s], &k->state[t]);
		put_wide(b, k, &k->state[t]);
		put_back(b, k, &k->state[t]);
	}
	buf_adds(b, "}\n");
}

static bool render(GVC_t *gvc, graph_t *g, struct arena *a, struct str *ret, struct err *err)
{
	char *out = NULL;
	unsigned int n = 0;
	struct str all;
	size_t from;

	if (gvLayout(gvc, g, "dot") != 0)
		return err_set(err, ERR_BUG, "流程图无法排布");
	if (gvRenderData(gvc, g, "svg", &out, &n) != 0 || !out || n > SVG_MAX) {
		gvFreeRenderData(out);
		(void)gvFreeLayout(gvc, g);
		return err_set(err, ERR_BUG, "流程图无法绘制");
	}
	all = (struct str){ out, n };
	from = str_find(all, STR("<svg"), 0);
	*ret = from == SIZE_MAX ? (struct str){ 0 } : str_dup(a, str_sub(all, from, all.n));
	gvFreeRenderData(out);
	(void)gvFreeLayout(gvc, g);
	return from != SIZE_MAX || err_set(err, ERR_BUG, "流程图无法绘制");
}

static bool draw(struct arena *a, const char *dot, struct str *ret, struct err *err)
{
	/* One for the program's life: graphviz' text layout remembers the last font's name beyond gvFreeContext
	 * and reads it again in the next drawing. */
	static GVC_t *gvc;
	graph_t *g;
	bool ok;

	if (!gvc)
		gvc = gvContext();
	g = gvc ? agmemread(dot) : NULL;
	ok = g ? render(gvc, g, a, ret, err) : err_set(err, ERR_BUG, "流程图无法绘制");
	if (g)
		(void)agclose(g);
	return ok;
}

bool flow_svg(struct arena *a, const struct kind *k, struct str state, struct str *ret_svg, struct err *err)
{
	struct buf b;
	bool ok;

	buf_init(&b, a, DOT_MAX);
	put_dot(&b, k, state);
	if (!buf_ok(&b))
		return err_set(err, ERR_TOO_LARGE, "流程图太大");
	(void)pthread_mutex_lock(&drawing);
	ok = draw(a, b.p, ret_svg, err);
	(void)pthread_mutex_unlock(&drawing);
	return ok;
}
