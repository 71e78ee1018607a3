/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/tally.h"

#include "law/expr_ast.h"

struct tally {
	const struct ast *fold, *scan; /* count(…) or sum(…), and its matters(…) */
	const struct ast *key;         /* what of the candidate is compared with the subject */
	const struct ast *value;       /* what it is compared with: subject, subject.holder … */
};

bool type_is_figure(const struct type *t)
{
	return type_is_number(t);
}

/* ---- finding ---- */

static bool uses_arg(const struct ast *e, int slot)
{
	if (e->op == AST_ARG && e->slot == slot)
		return true;
	for (size_t i = 0; i < e->n; i++)
		if (uses_arg(e->kid[i], slot))
			return true;
	for (size_t i = 0; i < e->n_probe; i++)
		if (uses_arg(e->probe[i].value, slot))
			return true;
	return false;
}

static const struct ast *bare(const struct ast *e)
{
	while (e->op == AST_CAST)
		e = e->kid[0];
	return e;
}

/* it.FIELD, it.organ or it.parent == something of the subject */
static bool key_side(const struct ast *x, const struct ast *y, int slot, struct tally *t)
{
	x = bare(x);
	if ((x->op != AST_FIELD && x->op != AST_META) || x->n != 1 || x->kid[0]->op != AST_VAR || x->kid[0]->slot != slot)
		return false;
	if (x->op == AST_META && x->sub != META_ORGAN && x->sub != META_PARENT)
		return false;
	if (x->op == AST_FIELD && (!x->field || type_is_list(x->type.tag) || !type_is_matter(&x->type)))
		return false;
	if (!uses_arg(y, DUTY_SUBJECT) || ast_uses(y, slot))
		return false;
	t->key = x;
	t->value = y;
	return true;
}

static bool is_key(const struct ast *c, int slot, struct tally *t)
{
	return c->op == AST_CMP && c->sub == CMP_EQ
	       && (key_side(c->kid[0], c->kid[1], slot, t) || key_side(c->kid[1], c->kid[0], slot, t));
}

struct building {
	struct eval *ev;
	struct run *run;
	const struct tally *t;
	int slot;           /* of the candidate */
	int other;          /* the folding's own name for it, or -1 */
	bool in_term;       /* fields stand without a path */
	int depth;
	bool dry;           /* only whether it can be built */
	struct err *err;
	bool failed;
};
static bool build(struct building *b, const struct ast *e, bool yes, struct filter *out);
static bool build_all(struct building *b, struct filter *out);

static bool one_tally(const struct ast *e, struct tally *ret)
{
	const struct ast *scan = e->kid[0], *c;

	if (e->op != AST_FUNC || (e->sub != FN_COUNT && e->sub != FN_SUM) || scan->op != AST_SCAN || scan->children || !scan->n)
		return false;
	*ret = (struct tally){ .fold = e, .scan = scan };
	c = scan->kid[0];
	for (size_t i = 0; c->op == AST_AND && i < c->n && !ret->key; i++)
		(void)is_key(c->kid[i], scan->slot, ret);
	if (c->op != AST_AND)
		(void)is_key(c, scan->slot, ret);
	if (!ret->key)
		return false;
	if (e->sub == FN_SUM) {
		const struct ast *x = e->n > 1 ? bare(e->kid[1]) : NULL;

		return x && x->op == AST_FIELD && x->n == 1 && x->kid[0]->op == AST_VAR && x->kid[0]->slot == e->slot && x->field
		       && type_is_number(&x->type);
	}
	return true;
}

struct finding {
	struct arena *a;
	struct tally *v;
	size_t n, cap;
	bool all;
};

static void find(struct finding *f, const struct ast *e)
{
	struct tally t, *grown;
	struct filter x;
	struct building b = { .dry = true };

	if (e->op == AST_FUNC && e->n && e->kid[0]->op == AST_SCAN) {
		b.t = &t;
		if (!one_tally(e, &t) || !build_all(&b, &x)) {
			f->all = false;
			return;
		}
		if (f->n == f->cap) {
			f->cap = f->cap ? f->cap * 2 : 8;
			grown = arena_many(f->a, f->cap, struct tally);
			for (size_t i = 0; i < f->n; i++)
				grown[i] = f->v[i];
			f->v = grown;
		}
		f->v[f->n++] = t;
		return;
	}
	if (e->op == AST_SCAN)
		f->all = false;
	for (size_t i = 0; i < e->n; i++)
		find(f, e->kid[i]);
}

size_t expr_tallies(struct arena *a, const struct expr *e, const struct tally **ret, bool *ret_all)
{
	struct finding f = { .a = a, .all = true };

	find(&f, e->root);
	*ret = f.v;
	*ret_all = f.all;
	return f.n;
}

/* ---- building the filter ---- */

static bool is_candidate(const struct building *b, const struct ast *e)
{
	return b->in_term ? e->op == AST_THIS : e->op == AST_VAR && (e->slot == b->slot || e->slot == b->other);
}

static bool of_candidate(const struct building *b, const struct ast *e)
{
	return e->n == 1 ? is_candidate(b, e->kid[0]) : b->in_term && e->n == 0;
}

/* Reads nothing of any matter: known before the query. */
static bool free_of(const struct building *b, const struct ast *e)
{
	switch (e->op) {
	case AST_FIELD:
	case AST_TERM:
	case AST_META:
	case AST_NUMBER:
	case AST_THIS:
	case AST_OLD:
	case AST_ACTED:
	case AST_PART:
	case AST_ACTOR:
	case AST_SETTING: /* an organ may have its own */
	case AST_SCAN:
	case AST_PACK:
		return false;
	case AST_VAR:
		return false;
	case AST_FUNC:
		if (e->sub <= FN_FROZEN) /* over lists, or of this matter */
			return false;
		break;
	case AST_ARG:
		return !b->in_term && e->slot == DUTY_PERIOD;
	default:
		break;
	}
	for (size_t i = 0; i < e->n; i++)
		if (!free_of(b, e->kid[i]))
			return false;
	return true;
}

static bool value(struct building *b, const struct ast *e, struct val *ret)
{
	*ret = VAL_NULL;
	if (!free_of(b, e))
		return false;
	if (b->dry)
		return true;
	if (!run_eval(b->run, e, ret)) {
		b->failed = true;
		return false;
	}
	return true;
}

static bool alive(const struct building *b, const struct node *n)
{
	return b->dry || !n || node_on(n);
}

static bool field_operand(const struct building *b, const struct ast *e, struct filter *out)
{
	const enum type_tag t = e->type.tag;

	if (!e->field || !of_candidate(b, e) || !alive(b, e->field->node))
		return false;
	*out = (struct filter){ .on = ON_FIELD, .field = e->field };
	return t != T_NOTE && t != T_SPAN && t != T_ROWS && t != T_FILES && t != T_SHEET && t != T_PARTY;
}

static bool meta_operand(const struct building *b, const struct ast *e, struct filter *out)
{
	static const int on[META_MAX] = { [META_STATE] = ON_STATE, [META_ORGAN] = ON_ORGAN, [META_PARENT] = ON_PARENT,
					  [META_OPENED] = ON_OPENED, [META_ENDED] = ON_ENDED };

	if (!of_candidate(b, e) || (e->sub != META_STATE && !on[e->sub]))
		return false;
	*out = (struct filter){ .on = (enum filter_on)on[e->sub] };
	return true;
}

static bool operand(const struct building *b, const struct ast *e, struct filter *out)
{
	if (e->op == AST_CAST && type_is_number(&e->type) && type_is_number(&e->kid[0]->type))
		e = e->kid[0];
	switch (e->op) {
	case AST_FIELD:
		return field_operand(b, e, out);
	case AST_META:
		return meta_operand(b, e, out);
	case AST_ATTR:
		if (e->sub != ATTR_PARTY_SORT || e->kid[0]->op != AST_FIELD || !e->kid[0]->field || !of_candidate(b, e->kid[0])
		    || !alive(b, e->kid[0]->field->node))
			return false;
		*out = (struct filter){ .on = ON_PARTY_SORT, .field = e->kid[0]->field };
		return true;
	case AST_FUNC:
		if (e->sub != FN_DATE || !operand(b, e->kid[0], out) || out->by_day)
			return false;
		out->by_day = true;
		return true;
	default:
		return false;
	}
}

static enum filter_op turned(enum cmp c, bool flip, bool yes)
{
	static const enum filter_op op[] = { [CMP_EQ] = FILTER_EQ, [CMP_NE] = FILTER_NE, [CMP_LT] = FILTER_LT,
					     [CMP_LE] = FILTER_LE, [CMP_GT] = FILTER_GT, [CMP_GE] = FILTER_GE };
	static const enum cmp mirror[] = { [CMP_EQ] = CMP_EQ, [CMP_NE] = CMP_NE, [CMP_LT] = CMP_GT, [CMP_LE] = CMP_GE,
					   [CMP_GT] = CMP_LT, [CMP_GE] = CMP_LE };
	static const enum cmp no[] = { [CMP_EQ] = CMP_NE, [CMP_NE] = CMP_EQ, [CMP_LT] = CMP_GE, [CMP_LE] = CMP_GT,
				       [CMP_GT] = CMP_LE, [CMP_GE] = CMP_LT };

	c = flip ? mirror[c] : c;
	return op[yes ? c : no[c]];
}

static bool build_cmp(struct building *b, const struct ast *e, bool yes, struct filter *out)
{
	for (int side = 0; side < 2; side++)
		if (operand(b, e->kid[side], out) && !type_is_list(bare(e->kid[side])->type.tag)) {
			out->op = turned((enum cmp)e->sub, side == 1, yes);
			return value(b, e->kid[1 - side], &out->a);
		}
	return false;
}

static bool build_between(struct building *b, const struct ast *interval, bool yes, struct filter *out)
{
	struct val v;

	out->op = yes ? FILTER_BETWEEN : FILTER_NOT_BETWEEN;
	if (!value(b, interval, &v))
		return false;
	if (b->dry)
		return true;
	if (val_is_null(v))
		return false;
	if (out->on == ON_OPENED || out->on == ON_ENDED || (out->on == ON_FIELD && out->field->type.tag == T_TIME)) {
		out->by_day = false; /* the instants of the days */
		out->a = val_i64(T_TIME, interval_from(v));
		out->b = val_i64(T_TIME, interval_to(v));
	} else {
		out->a = val_i64(T_DATE, v.interval.from);
		out->b = val_i64(T_DATE, v.interval.to);
	}
	return true;
}

static bool build_has(struct building *b, const struct ast *list, const struct ast *x, bool yes, struct filter *out)
{
	if (!yes || !operand(b, list, out) || out->on != ON_FIELD || (!b->dry && !out->field->keyed))
		return false;
	out->op = FILTER_HAS;
	return value(b, x, &out->a);
}

static bool build_in(struct building *b, const struct ast *e, bool yes, struct filter *out)
{
	yes = yes != e->negated;
	if (type_is_list(e->kid[1]->type.tag) && e->kid[1]->op == AST_FIELD)
		return build_has(b, e->kid[1], e->kid[0], yes, out);
	if (!operand(b, e->kid[0], out))
		return false;
	if (e->kid[1]->type.tag == T_INTERVAL)
		return build_between(b, e->kid[1], yes, out);
	out->op = yes ? FILTER_IN : FILTER_NOT_IN;
	return value(b, e->kid[1], &out->a);
}

/* The rows of a term that is one expression stand for it. */
static bool build_term(struct building *b, const struct ast *e, bool yes, struct filter *out)
{
	const struct term *t = e->term;
	struct building in = *b;
	bool ok;

	if (!of_candidate(b, e) || !t || !alive(b, t->node) || t->is.n != 1 || t->is.row[0].when || !t->is.row[0].is
	    || b->depth > FILTER_DEPTH)
		return false;
	in.in_term = true;
	in.depth++;
	ok = build(&in, t->is.row[0].is->root, yes, out);
	b->failed = in.failed;
	return ok;
}

static bool build_fact(const struct building *b, const struct ast *e, bool yes, struct filter *out)
{
	if (!b->in_term)
		return false;
	if (e->op == AST_FUNC && e->sub == FN_DONE) {
		*out = (struct filter){ .op = yes ? FILTER_EQ : FILTER_NE, .on = ON_DONE, .id = e->action->id };
		return true;
	}
	if (e->op != AST_ATTR || e->sub != ATTR_CLOCK_LATE || e->kid[0]->op != AST_FUNC || e->kid[0]->sub != FN_CLOCK)
		return false;
	*out = (struct filter){ .op = yes ? FILTER_EQ : FILTER_NE, .on = ON_LATE, .id = e->kid[0]->kid[0]->name };
	return true;
}

static bool build_chain(struct building *b, const struct ast *e, bool yes, struct filter *out)
{
	struct filter *kid = b->dry ? NULL : arena_many(b->ev->a, e->n, struct filter);
	struct filter x;

	*out = (struct filter){ .op = (e->op == AST_AND) == yes ? FILTER_AND : FILTER_OR, .kid = kid, .n = e->n };
	for (size_t i = 0; i < e->n; i++)
		if (!build(b, e->kid[i], yes, kid ? &kid[i] : &x))
			return false;
	return true;
}

static bool build(struct building *b, const struct ast *e, bool yes, struct filter *out)
{
	switch (e->op) {
	case AST_AND:
	case AST_OR:
		return build_chain(b, e, yes, out);
	case AST_NOT:
		return build(b, e->kid[0], !yes, out);
	case AST_CMP:
		return build_cmp(b, e, yes, out);
	case AST_IN:
		return build_in(b, e, yes, out);
	case AST_IS_NULL:
		if (!operand(b, e->kid[0], out) || type_is_list(e->kid[0]->type.tag))
			return false;
		out->op = yes != e->negated ? FILTER_NULL : FILTER_NOT_NULL;
		return true;
	case AST_TERM:
		return build_term(b, e, yes, out);
	case AST_FIELD:
		if (e->type.tag != T_BOOL || !field_operand(b, e, out))
			return false;
		out->op = FILTER_EQ;
		out->a = val_bool(yes);
		return true;
	case AST_FUNC:
		if (e->sub == FN_HAS)
			return build_has(b, e->kid[0], e->kid[1], yes, out);
		return build_fact(b, e, yes, out);
	default:
		return build_fact(b, e, yes, out);
	}
}

/* All conjuncts but the one that names the subject. */
static bool build_all(struct building *b, struct filter *out)
{
	const struct ast *c = b->t->scan->kid[0], *fold = b->t->fold;
	const size_t n = c->op == AST_AND ? c->n : 1;
	struct filter *kid = b->dry ? NULL : arena_many(b->ev->a, n + 1, struct filter);
	struct filter x;
	bool taken = false;

	b->slot = b->t->scan->slot;
	b->other = fold->n > 1 ? fold->slot : -1;
	*out = (struct filter){ .op = FILTER_AND, .kid = kid };
	for (size_t i = 0; i < n; i++) {
		const struct ast *e = c->op == AST_AND ? c->kid[i] : c;
		struct tally is;

		if (!taken && is_key(e, b->slot, &is)) {
			taken = true;
			continue;
		}
		if (!build(b, e, true, kid ? &kid[out->n] : &x))
			return false;
		out->n++;
	}
	if (fold->sub == FN_COUNT && fold->n > 1) {
		if (!build(b, fold->kid[1], true, kid ? &kid[out->n] : &x))
			return false;
		out->n++;
	}
	return true;
}

bool tally_query(const struct tally *all, size_t i, struct eval *ev, struct tally_query *ret, bool *ret_can, struct err *err)
{
	const struct tally *t = &all[i];
	struct budget budget = { 0 };
	struct run run = { .ev = ev, .slot = arena_many(ev->a, EXPR_DEPTH * 4, struct slot), .budget = &budget, .err = err };
	struct building b = { .ev = ev, .run = &run, .t = t, .err = err };

	*ret = (struct tally_query){ .kind = t->scan->kind, .key_on = t->key->op == AST_FIELD ? ON_FIELD
				     : t->key->sub == META_ORGAN ? ON_ORGAN : ON_PARENT, .key = t->key->field };
	if (t->fold->sub == FN_SUM)
		ret->sum = bare(t->fold->kid[1])->field;
	*ret_can = build_all(&b, &ret->filter) && (!ret->key || node_on(ret->key->node)) && (!ret->sum || node_on(ret->sum->node));
	return !b.failed;
}

/* ---- when evaluated ---- */

bool tallied_fold(struct run *r, const struct ast *e, bool *ret_known, struct val *ret)
{
	const struct tallied *t = r->ev->tallied;
	struct val key;

	*ret_known = false;
	for (size_t i = 0; t && i < t->n; i++) {
		if (t->v[i].fold != e || !t->known[i])
			continue;
		if (!run_eval(r, t->v[i].value, &key))
			return false;
		*ret_known = true;
		*ret = val_num(e->type.tag == T_NONE ? T_INT : e->type.tag, val_is_null(key) ? 0 : t->figure(t->ctx, i, key));
		return true;
	}
	return true;
}

bool expr_is_share(const struct expr *e)
{
	const struct ast *root = bare(e->root);

	return root->op == AST_FUNC && root->sub == FN_PERCENT;
}

const struct expr *expr_target(struct arena *a, const struct expr *met, int figure, const char **ret_sign)
{
	static const char *const sign[] = { [CMP_EQ] = "=", [CMP_NE] = "≠", [CMP_LT] = "<", [CMP_LE] = "≤", [CMP_GT] = ">",
					    [CMP_GE] = "≥" };
	const struct ast *root = met->root;
	struct expr *e;

	if (root->op != AST_CMP || bare(root->kid[0])->op != AST_ARG || bare(root->kid[0])->slot != figure
	    || uses_arg(root->kid[1], figure))
		return NULL;
	e = arena_one(a, struct expr);
	*e = (struct expr){ .root = root->kid[1], .text = str_sub(met->text, root->kid[1]->from, root->kid[1]->to),
			    .pos = met->pos, .n_slot = met->n_slot };
	*ret_sign = sign[root->sub];
	return e;
}
