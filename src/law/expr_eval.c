/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Evaluation. A null is passed on; an error stops everything. */
#include "base/day.h"
#include "law/expr_ast.h"

static const struct val_list nothing;

/* ---- truth and comparing ---- */

enum truth val_truth(struct val v)
{
	return v.t != T_BOOL ? TRUTH_UNKNOWN : v.b ? TRUTH_TRUE : TRUTH_FALSE;
}

static struct val of_truth(enum truth t)
{
	return t == TRUTH_UNKNOWN ? VAL_NULL : val_bool(t == TRUTH_TRUE);
}

static bool number(enum type_tag t)
{
	return t == T_INT || t == T_NUM || t == T_MONEY;
}

/* Units that have a fixed ratio; days and months have none. */
static bool span_scale(struct span s, int64_t *ret_n, int *ret_family)
{
	static const struct {
		int family;
		int64_t times;
	} scale[UNIT_MAX] = {
		[UNIT_MINUTE] = { 0, 1 },  [UNIT_HOUR] = { 0, 60 }, [UNIT_DAY] = { 1, 1 },
		[UNIT_WORKDAY] = { 2, 1 }, [UNIT_MONTH] = { 3, 1 }, [UNIT_YEAR] = { 3, 12 }
	};

	*ret_family = scale[s.unit].family;
	return !__builtin_mul_overflow(s.n, scale[s.unit].times, ret_n);
}

static enum truth ordering(int64_t a, int64_t b, enum cmp op)
{
	bool yes[] = { [CMP_EQ] = a == b,
		       [CMP_NE] = a != b,
		       [CMP_LT] = a<b, [CMP_LE] = a <= b, [CMP_GT] = a> b,
		       [CMP_GE] = a >= b };

	return yes[op] ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth compare_spans(struct span a, struct span b, enum cmp op)
{
	int64_t x, y;
	int p, q;

	if (!span_scale(a, &x, &p) || !span_scale(b, &y, &q) || p != q)
		return TRUTH_UNKNOWN;
	return ordering(x, y, op);
}

enum truth val_compare(struct val a, struct val b, enum cmp op)
{
	if (val_is_null(a) || val_is_null(b))
		return TRUTH_UNKNOWN;
	if (number(a.t) && number(b.t))
		return ordering(a.n > b.n, a.n < b.n, op);
	if (a.t == T_SPAN && b.t == T_SPAN)
		return compare_spans(a.span, b.span, op);
	if (a.t == b.t && (a.t == T_DATE || a.t == T_TIME))
		return ordering(a.i, b.i, op);
	return val_equal(a, b) == (op == CMP_EQ) ? TRUTH_TRUE : TRUTH_FALSE;
}

/* ---- conversion ---- */

static struct val cast_list(struct arena *a, struct val v, const struct type *to)
{
	struct type el = type_element(to);
	struct val *x = arena_many(a, v.list->n, struct val);

	for (size_t i = 0; i < v.list->n; i++)
		x[i] = el.tag == T_NONE ? v.list->v[i] : val_cast(a, v.list->v[i], &el);
	v = val_list(a, to->tag, x, v.list->n);
	v.values = to->values;
	return v;
}

/* The row with the columns of another table, by id. */
static struct val cast_row(struct arena *a, struct val v, const struct type *to)
{
	struct val_row *row = arena_one(a, struct val_row);
	struct val *cell = arena_many(a, to->n_row, struct val);

	if (v.row->col == to->row)
		return v;
	for (size_t i = 0; i < to->n_row; i++)
		for (size_t j = 0; j < v.row->n; j++)
			if (str_eq(v.row->col[j].id, to->row[i].id))
				cell[i] = val_cast(a, v.row->cell[j], &to->row[i].type);
	*row = (struct val_row){ .id = v.row->id, .col = to->row, .cell = cell, .n = to->n_row };
	return (struct val){ .t = T_ROW, .row = row };
}

struct val val_cast(struct arena *a, struct val v, const struct type *to)
{
	if (val_is_null(v))
		return type_is_list(to->tag) ? (
			       struct val){ .t = to->tag, .list = &nothing, .values = to->values }
					     : v;
	if (type_is_list(v.t) && type_is_list(to->tag))
		return cast_list(a, v, to);
	if (v.t == T_ROW && to->tag == T_ROW && to->row)
		return cast_row(a, v, to);
	if (number(v.t) && number(to->tag)) {
		if (to->tag == T_MONEY)
			v.n = dec_round(v.n, 2);
		else if (to->tag == T_NUM && to->n > 0)
			v.n = dec_round(v.n, to->n);
	} else if (v.t != to->tag && !(type_is_text(v.t) && type_is_text(to->tag))
		   && !(type_is_matter(&(struct type){ .tag = v.t }) && type_is_matter(to))) {
		return VAL_NULL; /* a field that had another type in an older version */
	}
	v.t = to->tag;
	if (to->tag == T_ENUM)
		v.values = to->values;
	return v;
}

/* What a stored value is read as: lists are never null, blank text is. */
static struct val read_as(struct arena *a, struct val v, const struct type *type)
{
	if (type_is_list(type->tag) && v.t != type->tag)
		return val_cast(a, v, type);
	if (val_is_null(v))
		return v;
	if (type_is_text(type->tag) && type_is_text(v.t))
		return val_text(type->tag, v.s);
	if (v.t != type->tag)
		return val_cast(a, v, type);
	if (v.t == T_ENUM || v.t == T_PICKS)
		v.values = type->values;
	return v;
}

/* ---- matters ---- */

static bool no_world(struct run *r)
{
	return err_set(r->err, ERR_BUG, "表达式在这里读不到其他办件");
}

static bool load(struct run *r, int64_t id, const struct snap **ret)
{
	struct eval *ev = r->ev;

	if (ev->self && ev->self->id == id) {
		*ret = ev->self;
		return true;
	}
	if (ev->it && ev->it->id == id) {
		*ret = ev->it;
		return true;
	}
	if (!ev->world)
		return no_world(r);
	return ev->world->load(ev->w, id, ret, r->err);
}

bool run_snap(struct run *r, const struct ast *base, const struct snap **ret)
{
	struct eval *ev = r->ev;
	struct val v;

	*ret = NULL;
	if (!base || base->op == AST_THIS) {
		*ret = ev->self;
		return true;
	}
	if (base->op == AST_OLD) {
		*ret = ev->old ? ev->old : ev->self;
		return true;
	}
	if (base->op == AST_ACTED) {
		*ret = ev->it;
		return true;
	}
	if (base->op == AST_VAR && r->slot[base->slot].snap) {
		*ret = r->slot[base->slot].snap;
		return true;
	}
	if (!run_eval(r, base, &v))
		return false;
	return val_is_null(v) || load(r, v.i, ret);
}

static struct val ref_to(const struct snap *m)
{
	return m ? val_i64(type_matter(m->kind).tag, m->id) : VAL_NULL;
}

/* Marks a node that took part, and tells whether it is written at all (scenario --without). */
static bool alive(struct run *r, struct node *n)
{
	const struct snap *self = r->ev->self;

	if (!n)
		return true;
	if (self && self->kind->law && self->kind->law->trace)
		n->touched = true;
	return node_on(n);
}

static bool run_field(struct run *r, const struct ast *e, struct val *ret)
{
	const struct snap *m;
	const struct field *f = e->field;

	*ret = VAL_NULL;
	if (!run_snap(r, e->n ? e->kid[0] : NULL, &m))
		return false;
	/* Another version or another pack has its own columns: by id. */
	if (m && (!f || m->kind != e->kind))
		f = kind_field(m->kind, e->name);
	if (m && f && m->field && alive(r, f->node))
		*ret = m->field[f->index];
	*ret = read_as(r->ev->a, *ret, &e->type);
	return true;
}

static bool run_meta(struct run *r, const struct ast *e, struct val *ret)
{
	const struct snap *m;

	*ret = VAL_NULL;
	if (!run_snap(r, e->n ? e->kid[0] : NULL, &m))
		return false;
	if (!m)
		return true;
	switch ((enum meta)e->sub) {
	case META_STATE:
		if (m->state)
			*ret = (struct val){ .t = T_ENUM,
					     .s = m->state->id,
					     .values = e->type.values };
		break;
	case META_ORGAN:
		*ret = m->organ ? val_i64(T_ORGAN, m->organ) : VAL_NULL;
		break;
	case META_PARENT:
		*ret = m->parent ? val_i64(T_REF, m->parent) : VAL_NULL;
		break;
	case META_OPENER:
		*ret = m->opener ? val_i64(T_USER, m->opener) : VAL_NULL;
		break;
	case META_OPENED:
		*ret = val_i64(T_TIME, m->opened);
		break;
	case META_ENDED:
		*ret = m->ended ? val_i64(T_TIME, m->ended) : VAL_NULL;
		break;
	case META_QUERY_CODE:
		*ret = val_text(T_TEXT, m->query_code);
		break;
	case META_VISIT_ADDRESS:
		*ret = m->visit.n ? val_text(T_TEXT, m->visit) : VAL_NULL;
		break;
	case META_PAGE_ADDRESS:
		*ret = val_text(T_TEXT, str_fmt(r->ev->a, "/m/%.*s", STR_FMT(m->code)));
		break;
	case META_NUMBER:
	case META_MAX:
		*ret = m->kind->n_number && m->number ? val_text(T_TEXT, m->number[0]) : VAL_NULL;
		break;
	}
	return true;
}

static bool run_number(struct run *r, const struct ast *e, struct val *ret)
{
	const struct snap *m;
	const struct number *n;

	*ret = VAL_NULL;
	if (!run_snap(r, e->n ? e->kid[0] : NULL, &m))
		return false;
	n = m ? kind_number(m->kind, e->name) : NULL;
	if (n && m->number)
		*ret = val_text(T_TEXT, m->number[n->index]);
	return true;
}

/* ---- terms, functions, choose ---- */

bool run_sub(struct run *r, const struct expr *e, struct eval *ev, struct val *ret)
{
	struct run sub = { .ev = ev,
			   .slot = arena_many(ev->a, e->n_slot, struct slot),
			   .budget = r->budget,
			   .err = r->err };
	bool ok;

	if (++r->budget->calls > EXPR_CALLS)
		return err_set(r->err, ERR_REFUSED, "条件引用的层数超过%d层，未能算出", EXPR_CALLS);
	ok = run_eval(&sub, e->root, ret);
	r->budget->calls--;
	return ok;
}

bool run_choose(struct run *r, const struct choose *c, struct eval *ev, struct val *ret,
		const struct choose_row **ret_row)
{
	struct val when;

	*ret = VAL_NULL;
	if (ret_row)
		*ret_row = NULL;
	for (size_t i = 0; i < c->n; i++) {
		const struct choose_row *row = &c->row[i];

		if (!alive(r, row->node))
			continue;
		if (row->when) {
			if (!run_sub(r, row->when, ev, &when))
				return false;
			if (val_is_null(when))
				return true;
			if (!when.b)
				continue;
		}
		if (!row->is || !run_sub(r, row->is, ev, ret))
			return !row->is;
		if (number(ret->t) && number(c->type.tag))
			ret->t = c->type.tag;
		if (ret_row)
			*ret_row = row;
		return true;
	}
	return true;
}

static bool run_term(struct run *r, const struct ast *e, struct val *ret)
{
	const struct ast *base = e->n ? e->kid[0] : NULL;
	const struct term *term = e->term;
	struct eval ev = *r->ev;

	*ret = VAL_NULL;
	ev.var = NULL;
	ev.part = NULL;
	if (base) {
		if (!run_snap(r, base, &ev.self))
			return false;
		ev.old = ev.it = NULL;
		if (ev.self && ev.self->kind != e->kind)
			term = kind_term(ev.self->kind, e->name);
	}
	if (ev.self && term && alive(r, term->node) && !run_choose(r, &term->is, &ev, ret, NULL))
		return false;
	*ret = read_as(ev.a, *ret, &e->type);
	return true;
}

static bool run_pack(struct run *r, const struct ast *e, struct val *ret)
{
	struct val *arg = arena_many(r->ev->a, e->n, struct val);
	struct eval ev = *r->ev;

	for (size_t i = 0; i < e->n; i++)
		if (!run_eval(r, e->kid[i], &arg[i]))
			return false;
	*ret = VAL_NULL;
	ev.var = arg;
	if (alive(r, e->function->node) && !run_sub(r, e->function->is, &ev, ret))
		return false;
	*ret = read_as(ev.a, *ret, &e->type);
	return true;
}

/* ---- lists ---- */

struct scanning {
	struct run *r;
	const struct ast *e;
	bool (*hit)(void *ctx, const struct slot *el);
	void *ctx;
	bool failed, stopped;
};

/* One candidate of the store: the whole condition is asked again, so that an index can only leave
 * out what the condition leaves out as well. */
static bool candidate(void *ctx, const struct snap *m)
{
	struct scanning *s = ctx;
	struct run *r = s->r;
	struct slot el = { .v = ref_to(m), .snap = m };
	int64_t steps = r->budget->steps;
	struct val yes = val_bool(true);

	r->slot[s->e->slot] = el;
	if (s->e->n && !run_eval(r, s->e->kid[0], &yes)) {
		s->failed = true;
		return false;
	}
	if (val_truth(yes) == TRUTH_TRUE && !s->hit(s->ctx, &el))
		s->stopped = true;
	/* Counting has no limit: what a candidate commonly costs is free. Lists within lists are
	 * not. */
	if (r->budget->scans == 1)
		r->budget->steps =
			r->budget->steps - steps > EXPR_FREE ? r->budget->steps - EXPR_FREE : steps;
	return !s->stopped;
}

/* `x in [a, b]` can only be true by what is known of the list. */
static struct val without_null(struct arena *a, struct val v)
{
	struct val *known = arena_many(a, v.list->n, struct val);
	size_t n = 0;

	for (size_t i = 0; i < v.list->n; i++)
		if (!val_is_null(v.list->v[i]))
			known[n++] = v.list->v[i];
	return val_list(a, v.t, known, n);
}

int64_t interval_from(struct val v)
{
	return v.interval.time ? v.interval.from : day_start(v.interval.from);
}

int64_t interval_to(struct val v)
{
	return v.interval.time ? v.interval.to : day_start(v.interval.to + 1) - 1;
}

/* False in *ret_any: a probe's value is null or an empty list, so nothing can match. */
static bool make_probes(struct run *r, const struct ast *e, struct scan *scan, bool *ret_any)
{
	struct probe *p = arena_many(r->ev->a, e->n_probe, struct probe);
	struct val v;

	*ret_any = true;
	for (size_t i = 0; i < e->n_probe; i++) {
		p[i] = e->probe[i].as;
		if (!run_eval(r, e->probe[i].value, &v))
			return false;
		if (val_is_null(v) || (type_is_list(v.t) && !v.list->n)) {
			*ret_any = false;
			return true;
		}
		p[i].a = p[i].op == PROBE_IN ? without_null(r->ev->a, v) : v;
		if (p[i].op == PROBE_BETWEEN) {
			bool times = p[i].on == PROBE_OPENED || p[i].field->type.tag == T_TIME;

			p[i].a = times ? val_i64(T_TIME, interval_from(v)) : val_i64(T_DATE, v.interval.from);
			p[i].b = times ? val_i64(T_TIME, interval_to(v)) : val_i64(T_DATE, v.interval.to);
		}
	}
	scan->probe = p;
	scan->n = e->n_probe;
	return true;
}

static bool run_scan(struct run *r, const struct ast *e,
		     bool (*hit)(void *ctx, const struct slot *el), void *ctx, bool *ret_stop)
{
	struct scanning s = { .r = r, .e = e, .hit = hit, .ctx = ctx };
	struct scan scan = { .kind = e->kind };
	bool any, ok;

	if (!r->ev->world)
		return no_world(r);
	if (e->children) {
		if (!r->ev->self)
			return true;
		scan.parent = r->ev->self->id;
	}
	if (!make_probes(r, e, &scan, &any))
		return false;
	if (!any)
		return true;
	r->budget->scans++;
	ok = r->ev->world->scan(r->ev->w, &scan, candidate, &s, r->err);
	r->budget->scans--;
	*ret_stop = s.stopped;
	return ok && !s.failed;
}

struct mapping {
	struct run *r;
	const struct ast *e;
	bool (*hit)(void *ctx, const struct slot *el);
	void *ctx;
	bool failed;
};

static bool mapped(void *ctx, const struct slot *el)
{
	struct mapping *m = ctx;
	struct val v;

	m->r->slot[m->e->slot] = *el;
	if (!run_eval(m->r, m->e->kid[1], &v)) {
		m->failed = true;
		return false;
	}
	if (type_is_list(v.t)) {
		for (size_t i = 0; i < v.list->n; i++)
			if (!m->hit(m->ctx, &(struct slot){ .v = v.list->v[i] }))
				return false;
		return true;
	}
	return val_is_null(v) || m->hit(m->ctx, &(struct slot){ .v = v });
}

bool run_each(struct run *r, const struct ast *list, bool (*hit)(void *ctx, const struct slot *el),
	      void *ctx, bool *ret_stop)
{
	struct val v;

	*ret_stop = false;
	if (list->op == AST_SCAN)
		return run_scan(r, list, hit, ctx, ret_stop);
	if (list->op == AST_MAP) {
		struct mapping m = { .r = r, .e = list, .hit = hit, .ctx = ctx };

		return run_each(r, list->kid[0], mapped, &m, ret_stop) && !m.failed;
	}
	if (!run_eval(r, list, &v))
		return false;
	if (!type_is_list(v.t))
		return true;
	for (size_t i = 0; i < v.list->n && !*ret_stop; i++)
		*ret_stop = !hit(ctx, &(struct slot){ .v = v.list->v[i] });
	return true;
}

struct collecting {
	struct arena *a;
	struct val *v;
	size_t n, cap;
	bool full;
};

static bool collect(void *ctx, const struct slot *el)
{
	struct collecting *c = ctx;
	struct val *grown;

	if (c->n == EXPR_LOAD) {
		c->full = true;
		return false;
	}
	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 16;
		grown = arena_many(c->a, c->cap, struct val);
		for (size_t i = 0; i < c->n; i++)
			grown[i] = c->v[i];
		c->v = grown;
	}
	c->v[c->n++] = el->v;
	return true;
}

bool run_list(struct run *r, const struct ast *list, const struct val_list **ret)
{
	struct collecting c = { .a = r->ev->a };
	struct val_list *l;
	bool stop;

	if (!run_each(r, list, collect, &c, &stop))
		return false;
	if (c.full)
		return err_set(r->err, ERR_REFUSED, "一次取出的办件超过%d件，未能算出", EXPR_LOAD);
	l = arena_one(r->ev->a, struct val_list);
	*l = (struct val_list){ c.v, c.n };
	*ret = l;
	return true;
}

static bool run_streamed(struct run *r, const struct ast *e, struct val *ret)
{
	const struct val_list *l;

	if (!run_list(r, e, &l))
		return false;
	*ret = (struct val){ .t = e->type.tag, .list = l };
	return true;
}

static bool run_literal_list(struct run *r, const struct ast *e, struct val *ret)
{
	struct val *v = arena_many(r->ev->a, e->n, struct val);
	struct type el = type_element(&e->type);

	for (size_t i = 0; i < e->n; i++) {
		if (!run_eval(r, e->kid[i], &v[i]))
			return false;
		if (number(v[i].t) && number(el.tag))
			v[i].t = el.tag;
	}
	*ret = val_list(r->ev->a, T_LIST, v, e->n);
	return true;
}

/* ---- operators ---- */

static bool run_chain(struct run *r, const struct ast *e, bool ends, struct val *ret)
{
	bool unknown = false;
	struct val v;

	for (size_t i = 0; i < e->n; i++) {
		if (!run_eval(r, e->kid[i], &v))
			return false;
		if (val_is_null(v))
			unknown = true;
		else if (v.b == ends) {
			*ret = v;
			return true;
		}
	}
	*ret = unknown ? VAL_NULL : val_bool(!ends);
	return true;
}

struct searching {
	struct val want;
	bool found, unknown;
};

static bool search(void *ctx, const struct slot *el)
{
	struct searching *s = ctx;
	enum truth t = val_compare(s->want, el->v, CMP_EQ);

	s->found = s->found || t == TRUTH_TRUE;
	s->unknown = s->unknown || t == TRUTH_UNKNOWN;
	return !s->found;
}

static bool in_interval(struct val x, struct val v)
{
	const int64_t at = x.t == T_TIME && !v.interval.time ? day_at(x.i) : x.i;

	return at >= v.interval.from && at <= v.interval.to;
}

static bool run_in(struct run *r, const struct ast *e, struct val *ret)
{
	struct searching s = { 0 };
	enum truth t;
	struct val v;
	bool stop;

	if (!run_eval(r, e->kid[0], &s.want))
		return false;
	if (e->kid[1]->type.tag == T_INTERVAL) {
		if (!run_eval(r, e->kid[1], &v))
			return false;
		if (val_is_null(v) || val_is_null(s.want))
			t = TRUTH_UNKNOWN;
		else
			t = in_interval(s.want, v) ? TRUTH_TRUE : TRUTH_FALSE;
	} else {
		if (!run_each(r, e->kid[1], search, &s, &stop))
			return false;
		t = s.found ? TRUTH_TRUE : s.unknown ? TRUTH_UNKNOWN : TRUTH_FALSE;
	}
	*ret = of_truth(t);
	if (e->negated && ret->t == T_BOOL)
		ret->b = !ret->b;
	return true;
}

static bool any_element(void *ctx, const struct slot *el)
{
	(void)el;
	*(bool *)ctx = true;
	return false;
}

static bool run_is_null(struct run *r, const struct ast *e, struct val *ret)
{
	bool some = false, stop;
	struct val v;

	if (type_is_list(e->kid[0]->type.tag)) {
		if (!run_each(r, e->kid[0], any_element, &some, &stop))
			return false;
	} else {
		if (!run_eval(r, e->kid[0], &v))
			return false;
		some = !val_is_null(v);
	}
	*ret = val_bool(some == e->negated);
	return true;
}

static bool run_cmp(struct run *r, const struct ast *e, struct val *ret)
{
	struct val a, b;

	if (!run_eval(r, e->kid[0], &a) || !run_eval(r, e->kid[1], &b))
		return false;
	*ret = of_truth(val_compare(a, b, (enum cmp)e->sub));
	return true;
}

static bool run_else(struct run *r, const struct ast *e, struct val *ret)
{
	if (!run_eval(r, e->kid[0], ret))
		return false;
	if (val_is_null(*ret) && !run_eval(r, e->kid[1], ret))
		return false;
	if (number(ret->t) && number(e->type.tag))
		ret->t = e->type.tag;
	return true;
}

static bool run_neg(struct run *r, const struct ast *e, struct val *ret)
{
	if (!run_eval(r, e->kid[0], ret))
		return false;
	if (number(ret->t))
		ret->n = -ret->n;
	else if (ret->t == T_SPAN)
		ret->span.n = -ret->span.n;
	return true;
}

/* ---- attributes ---- */

static struct val party_attr(const struct party *p, enum attr attr)
{
	switch (attr) {
	case ATTR_PARTY_SORT:
		if (p->sort == PARTY_UNKNOWN)
			return VAL_NULL;
		return (struct val){ .t = T_ENUM,
				     .s = enum_party_sort.v[p->sort == PARTY_UNIT].id,
				     .values = &enum_party_sort };
	case ATTR_PARTY_NAME:
		return val_text(T_TEXT, p->name);
	case ATTR_PARTY_CODE:
		return val_text(T_TEXT, p->code);
	case ATTR_PARTY_ADDRESS:
		return val_text(T_TEXT, p->address);
	case ATTR_PARTY_CONTACT:
		return val_text(T_TEXT, p->contact);
	default:
		return val_text(T_PHONE, p->phone);
	}
}

static struct val clock_attr(const struct val_clock *c, enum attr attr)
{
	switch (attr) {
	case ATTR_CLOCK_START:
		return c->start ? val_i64(T_TIME, c->start) : VAL_NULL;
	case ATTR_CLOCK_DUE:
		return c->due && c->known ? val_i64(T_TIME, c->due) : VAL_NULL;
	case ATTR_CLOCK_STOPPED:
		return c->stopped ? val_i64(T_TIME, c->stopped) : VAL_NULL;
	case ATTR_CLOCK_STATE:
		return (struct val){ .t = T_ENUM,
				     .s = enum_clock_state.v[c->state].id,
				     .values = &enum_clock_state };
	default:
		return val_bool(c->late);
	}
}

static struct val sheet_attr(struct arena *a, const struct sheet_val *v, const struct type *base,
			     enum attr attr)
{
	const struct sheet_part *part = base->tag == T_PARTS ? base->extra : NULL;
	size_t p = part ? sheet_part_at(v->sheet, part->id) : SHEET_ALL;
	struct sheet_sum sum;

	if (part && p == SHEET_ALL)
		return VAL_NULL; /* another version of the sheet */
	sum = sheet_sum(v, p);
	if (attr == ATTR_SHEET_COMPLETE)
		return val_bool(sum.complete);
	if (attr == ATTR_SHEET_FULL)
		return val_num(T_NUM, sum.full);
	if (attr == ATTR_SHEET_FAILS)
		return sheet_fails(a, v, p);
	if (!sum.complete)
		return VAL_NULL;
	if (attr == ATTR_SHEET_BAD)
		return val_int(sum.bad);
	if (attr == ATTR_SHEET_GOT)
		return val_num(T_NUM, sum.got);
	return sum.has_rate ? val_num(T_NUM, sum.rate) : VAL_NULL;
}

static struct val id_or_null(enum type_tag t, int64_t id)
{
	return id ? val_i64(t, id) : VAL_NULL;
}

static struct val attr_of(struct run *r, const struct ast *e, struct val base)
{
	enum attr attr = (enum attr)e->sub;

	switch (attr) {
	case ATTR_FILE_NAME:
		return val_text(T_TEXT, base.file->name);
	case ATTR_EVENT_AT:
		return val_i64(T_TIME, base.event->at);
	case ATTR_EVENT_ACTOR:
		return id_or_null(T_USER, base.event->actor);
	case ATTR_EVENT_REASON:
		return val_text(T_NOTE, base.event->reason);
	case ATTR_PART_ACTOR:
		return id_or_null(T_USER, base.part->actor);
	case ATTR_PART_AT:
		return val_i64(T_TIME, base.part->at);
	case ATTR_SHEET_PART:
		return base;
	default:
		if (attr <= ATTR_PARTY_PHONE)
			return party_attr(base.party, attr);
		if (attr >= ATTR_CLOCK_START && attr <= ATTR_CLOCK_LATE)
			return clock_attr(base.clock, attr);
		return sheet_attr(r->ev->a, base.sheet, &e->kid[0]->type, attr);
	}
}

static bool run_attr(struct run *r, const struct ast *e, struct val *ret)
{
	struct val base;

	switch (e->sub) {
	case ATTR_ACTOR_ORGAN:
		*ret = id_or_null(T_ORGAN, r->ev->actor_organ);
		return true;
	case ATTR_BECAUSE_AT:
		*ret = id_or_null(T_TIME, r->ev->because_at);
		return true;
	case ATTR_BECAUSE_ACTOR:
		*ret = id_or_null(T_USER, r->ev->because_actor);
		return true;
	default:
		break;
	}
	if (!run_eval(r, e->kid[0], &base))
		return false;
	*ret = val_is_null(base) ? base : attr_of(r, e, base);
	if (val_is_null(*ret) && type_is_list(e->type.tag))
		*ret = val_cast(r->ev->a, *ret, &e->type);
	return true;
}

static bool run_column(struct run *r, const struct ast *e, struct val *ret)
{
	const struct field *col;
	const struct val *cell;
	struct val base;
	size_t n;

	if (!run_eval(r, e->kid[0], &base))
		return false;
	*ret = VAL_NULL;
	if (!val_is_null(base)) {
		col = base.t == T_PART ? base.part->field : base.row->col;
		cell = base.t == T_PART ? base.part->cell : base.row->cell;
		n = base.t == T_PART ? base.part->n : base.row->n;
		for (size_t i = 0; i < n; i++)
			if (&col[i] == e->field || str_eq(col[i].id, e->field->id))
				*ret = cell[i];
	}
	*ret = read_as(r->ev->a, *ret, &e->type);
	return true;
}

static bool run_item(struct run *r, const struct ast *e, struct val *ret)
{
	const struct sheet_part *part = &e->kid[0]->type.sheet->part[e->slot / 1000];
	const struct sheet_item *item = &part->item[e->slot % 1000];
	struct val base;
	size_t p;

	if (!run_eval(r, e->kid[0], &base))
		return false;
	*ret = VAL_NULL;
	if (val_is_null(base))
		return true;
	p = sheet_part_at(base.sheet->sheet, part->id);
	for (size_t i = 0; p != SHEET_ALL && i < base.sheet->sheet->part[p].n; i++)
		if (str_eq(base.sheet->sheet->part[p].item[i].id, item->id))
			*ret = read_as(r->ev->a, sheet_item_val(base.sheet, p, i), &e->type);
	return true;
}

static bool run_setting(struct run *r, const struct ast *e, struct val *ret)
{
	struct eval *ev = r->ev;

	*ret = e->setting->def;
	if (!alive(r, e->setting->node))
		*ret = VAL_NULL;
	else if (ev->world && !ev->world->setting(ev->w, e->setting, ev->self, ret, r->err))
		return false;
	*ret = read_as(ev->a, *ret, &e->type);
	return true;
}

static bool run_organ(struct run *r, const struct ast *e, struct val *ret)
{
	int64_t id = 0;

	if (!r->ev->world)
		return no_world(r);
	if (!r->ev->world->organ(r->ev->w, e->name, &id, r->err))
		return false;
	*ret = id_or_null(T_ORGAN, id);
	return true;
}

static bool run_part(struct run *r, const struct ast *e, struct val *ret)
{
	const struct val_part *p = r->ev->part;

	*ret = p && (size_t)e->slot < p->n ? p->cell[e->slot] : VAL_NULL;
	*ret = read_as(r->ev->a, *ret, &e->type);
	return true;
}

static bool run_not(struct run *r, const struct ast *e, struct val *ret)
{
	if (!run_eval(r, e->kid[0], ret))
		return false;
	if (ret->t == T_BOOL)
		ret->b = !ret->b;
	return true;
}

static bool run_cast(struct run *r, const struct ast *e, struct val *ret)
{
	struct val v;

	if (!run_eval(r, e->kid[0], &v))
		return false;
	*ret = val_cast(r->ev->a, v, &e->type);
	return true;
}

/* What needs no other matter and no kid. */
static struct val simple(struct run *r, const struct ast *e)
{
	struct eval *ev = r->ev;

	switch (e->op) {
	case AST_CONST:
		return *e->val;
	case AST_THIS:
		return ref_to(ev->self);
	case AST_OLD:
		return ref_to(ev->old ? ev->old : ev->self);
	case AST_ACTED:
		return ref_to(ev->it);
	case AST_VAR:
		return r->slot[e->slot].v;
	case AST_ARG:
		return ev->var ? read_as(ev->a, ev->var[e->slot], &e->type) : VAL_NULL;
	case AST_ACTOR:
		return id_or_null(T_USER, ev->actor);
	case AST_TODAY:
		return val_i64(T_DATE, day_at(ev->now));
	case AST_NOW:
		return val_i64(T_TIME, ev->now);
	default:
		return VAL_NULL; /* the names that event(), frozen() and people() were given */
	}
}

bool run_eval(struct run *r, const struct ast *e, struct val *ret)
{
	if (++r->budget->steps > EXPR_STEPS)
		return err_set(r->err, ERR_TIMEOUT, "条件涉及的内容过多，未能在限定的步数内算完");
	switch (e->op) {
	case AST_LIST:
		return run_literal_list(r, e, ret);
	case AST_AND:
		return run_chain(r, e, false, ret);
	case AST_OR:
		return run_chain(r, e, true, ret);
	case AST_NOT:
		return run_not(r, e, ret);
	case AST_CMP:
		return run_cmp(r, e, ret);
	case AST_IN:
		return run_in(r, e, ret);
	case AST_IS_NULL:
		return run_is_null(r, e, ret);
	case AST_ELSE:
		return run_else(r, e, ret);
	case AST_ARITH:
		return run_arith(r, e, ret);
	case AST_NEG:
		return run_neg(r, e, ret);
	case AST_CAST:
		return run_cast(r, e, ret);
	case AST_FIELD:
		return run_field(r, e, ret);
	case AST_TERM:
		return run_term(r, e, ret);
	case AST_META:
		return run_meta(r, e, ret);
	case AST_NUMBER:
		return run_number(r, e, ret);
	case AST_PART:
		return run_part(r, e, ret);
	case AST_ATTR:
		return run_attr(r, e, ret);
	case AST_COLUMN:
		return run_column(r, e, ret);
	case AST_ITEM:
		return run_item(r, e, ret);
	case AST_SETTING:
		return run_setting(r, e, ret);
	case AST_ORGAN:
		return run_organ(r, e, ret);
	case AST_MAP:
	case AST_SCAN:
		return run_streamed(r, e, ret);
	case AST_FUNC:
		return run_func(r, e, ret);
	case AST_PACK:
		return run_pack(r, e, ret);
	default:
		*ret = simple(r, e);
		return true;
	}
}

/* ---- from outside ---- */

bool expr_eval(const struct expr *e, struct eval *ev, struct val *ret, struct err *err)
{
	struct budget budget = { 0 };
	struct run r = { .ev = ev,
			 .slot = arena_many(ev->a, e->n_slot, struct slot),
			 .budget = &budget,
			 .err = err };
	struct val v;

	if (!run_eval(&r, e->root, &v))
		return err_wrap(err, "%s:%d: %.*s", e->pos.file ? e->pos.file : "?", e->pos.line,
				STR_FMT(e->text));
	*ret = v;
	return true;
}

bool expr_truth(const struct expr *e, struct eval *ev, enum truth *ret, struct err *err)
{
	struct val v;

	if (!expr_eval(e, ev, &v, err))
		return false;
	*ret = val_truth(v);
	return true;
}

bool choose_eval(const struct choose *c, struct eval *ev, struct val *ret,
		 const struct choose_row **ret_row, struct err *err)
{
	struct budget budget = { 0 };
	struct run r = { .ev = ev, .budget = &budget, .err = err };
	const struct choose_row *row;
	struct val v;

	if (!run_choose(&r, c, ev, &v, &row))
		return err_wrap(err, "choose");
	*ret = v;
	if (ret_row)
		*ret_row = row;
	return true;
}
