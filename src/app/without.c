/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/without.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/command.h"
#include "base/day.h"

/* ---- which nodes ---- */

/* A kind, a state and a sheet are frames: without them nothing would stand, so that their loss proves nothing. */
static bool can_drop(const struct node *n)
{
	return n->cite.n && n->sort != NODE_KIND && n->sort != NODE_STATE && n->sort != NODE_SHEET;
}

static int by_place(const void *x, const void *y)
{
	const struct node *a = *(struct node *const *)x, *b = *(struct node *const *)y;
	int c = strcmp(a->pos.file, b->pos.file);

	if (!c)
		c = (a->pos.line > b->pos.line) - (a->pos.line < b->pos.line);
	if (!c)
		c = (a->pos.col > b->pos.col) - (a->pos.col < b->pos.col);
	return c ? c : str_cmp(a->path, b->path);
}

static void add_cites(struct drop *d, const struct node *n)
{
	for (size_t i = 0; i < n->cite.n; i++) {
		bool known = false;

		for (size_t k = 0; k < d->n_cite; k++)
			known = known || str_eq(d->cite[k], n->cite.id[i]);
		if (!known && d->n_cite < DROP_CITES)
			d->cite[d->n_cite++] = n->cite.id[i];
	}
}

static bool same_place(const struct node *a, const struct node *b)
{
	return by_place(&a, &b) == 0;
}

static size_t all_nodes(struct scenario_set *s, struct node ***ret)
{
	const struct str *pack;
	size_t packs = law_packs(s->a, &s->files, &pack), most = 0, n = 0;

	for (size_t i = 0; i < packs; i++)
		most += engine_law_named(s->engine, pack[i])->n_node;
	*ret = arena_many(s->a, most, struct node *);
	for (size_t i = 0; i < packs; i++) {
		const struct law *l = engine_law_named(s->engine, pack[i]);

		for (size_t k = 0; k < l->n_node; k++)
			if (can_drop(l->node[k]))
				(*ret)[n++] = l->node[k];
	}
	if (n > 1)
		qsort(*ret, n, sizeof(**ret), by_place);
	return n;
}

static void collect(struct scenario_set *s, struct drops *d)
{
	struct node **v;
	size_t n = all_nodes(s, &v);

	d->v = arena_many(s->a, n, struct drop);
	for (size_t i = 0; i < n; i++) {
		struct drop *last = d->n ? &d->v[d->n - 1] : NULL;

		if (!last || !same_place(last->first, v[i])) {
			last = &d->v[d->n++];
			*last = (struct drop){ .first = v[i], .node = &v[i] };
		}
		last->n++;
		add_cites(last, v[i]);
	}
}

static void set_off(const struct drop *d, bool off)
{
	for (size_t i = 0; i < d->n; i++)
		d->node[i]->off = off;
}

/* ---- which scenarios met which ---- */

enum met { MET_NOT, MET_KIND, MET_NODE };

struct tracing {
	struct scenario_set *s;
	const struct drops *d;
	struct outcome *scratch; /* one for each scenario */
	unsigned char *met;      /* scenario x node: enum met */
};

/* Scenarios run alone, so that a loaded law may be written to. */
static struct law *law_of(struct scenario_set *s, const struct scenario *sc)
{
	return (struct law *)(uintptr_t)engine_law_named(s->engine, sc->pack);
}

static struct str head(struct str path)
{
	return str_sub(path, 0, str_chr(path, '.', 0));
}

static bool kind_met(const struct law *l, struct str kind)
{
	bool any = str_is(kind, "settings") || str_is(kind, "functions");

	for (size_t i = 0; !any && i < l->n_node; i++)
		any = l->node[i]->touched && str_eq(head(l->node[i]->path), kind);
	return any;
}

static const struct node *node_in(const struct drop *d, const struct law *l)
{
	for (size_t i = 0; i < d->n; i++)
		for (size_t n = 0; n < l->n_node; n++)
			if (l->node[n] == d->node[i])
				return d->node[i];
	return NULL;
}

static void trace_one(void *ctx, struct world_of_scenarios *w, size_t i)
{
	const struct tracing *t = ctx;
	struct law *l = law_of(t->s, &t->s->v[i]);

	if (!l)
		return; /* a pack that does not exist: the scenario failed */
	for (size_t n = 0; n < l->n_node; n++)
		l->node[n]->touched = false;
	l->trace = true;
	scenario_run(w, &t->s->v[i], &t->scratch[i]);
	l->trace = false;
	for (size_t k = 0; k < t->d->n; k++) {
		const struct node *n = node_in(&t->d->v[k], l);

		t->met[i * t->d->n + k] = !n ? MET_NOT : n->touched ? MET_NODE : kind_met(l, head(n->path)) ? MET_KIND : MET_NOT;
	}
}

/* ---- leaving one out ---- */

struct dropping {
	struct tracing t;
	const struct outcome *with; /* everything in place */
};

static bool names_unproved(const struct drop *d, const struct drop_result *r, const struct scenario *sc)
{
	for (size_t c = 0; c < d->n_cite; c++)
		if (!(r->proved >> c & 1) && scenario_names(sc, d->cite[c]))
			return true;
	return false;
}

/* Checks tell exactly whether they were asked; of other nodes it is enough that their kind was met. */
static bool may_notice(const struct dropping *x, size_t drop, size_t scenario, enum met least)
{
	enum met met = x->t.met[scenario * x->t.d->n + drop];

	if (!x->with[scenario].passed || met < least)
		return false;
	return met == MET_NODE || x->t.d->v[drop].first->sort != NODE_CHECK;
}

static void try_one(const struct dropping *x, struct world_of_scenarios *w, size_t drop, size_t scenario)
{
	const struct drop *d = &x->t.d->v[drop];
	struct drop_result *r = &x->t.d->result[drop];
	const struct scenario *sc = &x->t.s->v[scenario];
	struct outcome out;

	r->runs++;
	scenario_run(w, sc, &out);
	if (out.passed)
		return;
	if (!r->noticed)
		r->noticed = (int)scenario + 1;
	for (size_t c = 0; c < d->n_cite; c++)
		if (scenario_names(sc, d->cite[c]))
			r->proved |= (uint64_t)1 << c;
}

/* First those that name a citation, then those that met the node, then the rest of its kind. */
static void drop_one(void *ctx, struct world_of_scenarios *w, size_t i)
{
	const struct dropping *x = ctx;
	const struct drop *d = &x->t.d->v[i];
	struct drop_result *r = &x->t.d->result[i];

	set_off(d, true);
	for (int least = MET_NODE; least >= MET_KIND; least--)
		for (size_t k = 0; k < x->t.s->n; k++)
			if (names_unproved(d, r, &x->t.s->v[k]) && may_notice(x, i, k, (enum met)least)
			    && (least == MET_NODE || x->t.met[k * x->t.d->n + i] == MET_KIND))
				try_one(x, w, i, k);
	for (int least = MET_NODE; least >= MET_KIND; least--)
		for (size_t k = 0; !r->noticed && k < x->t.s->n; k++)
			if (may_notice(x, i, k, (enum met)least))
				try_one(x, w, i, k);
	set_off(d, false);
}

bool without_run(struct scenario_set *s, const char *address, int jobs, const struct outcome *out,
		 struct drops *ret, struct err *err)
{
	struct dropping x = { .t = { .s = s, .d = ret }, .with = out };

	*ret = (struct drops){ 0 };
	collect(s, ret);
	ret->result = pool_share(ret->n * sizeof(*ret->result));
	x.t.scratch = pool_share(s->n * sizeof(struct outcome));
	x.t.met = pool_share(s->n * ret->n);
	return pool_run(s, address, jobs, s->n, trace_one, &x.t, err)
	       && pool_run(s, address, jobs, ret->n, drop_one, &x, err);
}

size_t without_report(struct scenario_set *s, const char *address, int jobs, const struct outcome *out)
{
	int64_t begin = time_monotonic();
	struct err err = { 0 };
	struct drops d;
	size_t idle = 0;
	long long runs = 0;

	if (!without_run(s, address, jobs, out, &d, &err)) {
		(void)command_failed(&err);
		return 1;
	}
	for (size_t i = 0; i < d.n; i++) {
		const struct node *n = d.v[i].first;

		runs += d.result[i].runs;
		if (d.result[i].noticed)
			continue;
		idle++;
		(void)printf("无用  %.*s", STR_FMT(n->path));
		for (size_t c = 0; c < d.v[i].n_cite; c++)
			(void)printf("%s%.*s", c ? "、" : "（", STR_FMT(d.v[i].cite[c]));
		(void)printf("）%s:%d\n", n->pos.file, n->pos.line);
	}
	(void)printf("%zu 处带引用的定义逐一去掉，场景共运行 %lld 次，用时 %lld 秒；%zu 处去掉后没有场景察觉\n", d.n, runs,
		     (long long)((time_monotonic() - begin) / 1000), idle);
	return idle;
}
