/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `alike` of a kind (docs/decisions/0026): bound and typed; the fields that its questions go by get their keys. */
#include "base/parse.h"
#include "law/bind.h"
#include "law/expr.h"

#define WEIGHT_MOST 100

static const struct key alike_keys[] = {
	{ "same", K_SCALAR | K_MUST }, { "only", K_MAP | K_MUST }, { "step", K_SCALAR | K_MUST }, { "amount", K_SCALAR | K_MUST },
	{ "on", K_SCALAR | K_LIST | K_MUST }, { "number", K_SCALAR | K_MUST }, { "texts", K_MAP | K_MUST },
	{ "also", K_SCALAR | K_LIST }, { "warns", K_SCALAR }, { "at", K_SCALAR | K_LIST }, { "here", K_MAP }, { "cite", K_SCALAR | K_LIST | K_MUST }, { 0 }
};
static const struct key here_keys[] = {
	{ "step", K_SCALAR | K_MUST }, { "amount", K_SCALAR | K_MUST }, { "ready", K_SCALAR | K_MUST }, { "low", K_SCALAR | K_MUST },
	{ "high", K_SCALAR | K_MUST }, { "from", K_SCALAR | K_MUST }, { "to", K_SCALAR | K_MUST }, { "steps", K_MAP | K_MUST }, { 0 }
};
static const struct key steps_keys[] = {
	{ "rows", K_SCALAR | K_MUST }, { "step", K_SCALAR | K_MUST }, { "says", K_SCALAR | K_MUST }, { "from", K_SCALAR | K_MUST },
	{ "to", K_SCALAR | K_MUST }, { 0 }
};

static bool is_key(enum type_tag t)
{
	return t == T_ENUM || t == T_REF || t == T_MONEY;
}

/* The field of that name; what the questions go by is found by an index. */
static const struct field *field_named(struct loader *l, struct kind *k, const struct ynode *y, struct str id, enum type_tag want)
{
	for (size_t i = 0; i < k->n_field; i++) {
		struct field *f = &k->field[i];

		if (!str_eq(f->id, id))
			continue;
		if (want != T_NONE && f->type.tag != want) {
			diag_add(l->d, pos_val(y), false, "alike 的“%.*s”应当是%s", STR_FMT(id), type_name_cn(want));
			return NULL;
		}
		f->keyed = f->keyed || is_key(want);
		return f;
	}
	diag_add(l->d, pos_val(y), false, "没有字段“%.*s”", STR_FMT(id));
	return NULL;
}

static const struct field *field_of(struct loader *l, struct kind *k, const struct ynode *y, enum type_tag want)
{
	return field_named(l, k, y, y->text, want);
}

static void only(struct loader *l, struct kind *k, struct alike_def *d, const struct ynode *y)
{
	if (y->n != 1 || y->child[0]->sort != YNODE_SCALAR) {
		diag_add(l->d, pos_val(y), false, "only 写成 {字段: 取值}，只有一项");
		return;
	}
	d->only = field_named(l, k, y->child[0], y->child[0]->key, T_ENUM);
	d->only_is = y->child[0]->text;
	for (size_t i = 0; d->only && i < d->only->type.values->n; i++)
		if (str_eq(d->only->type.values->v[i].id, d->only_is))
			return;
	if (d->only)
		diag_add(l->d, pos_val(y->child[0]), false, "“%.*s”没有取值“%.*s”", STR_FMT(d->only->id), STR_FMT(d->only_is));
}

static void days(struct loader *l, struct kind *k, struct alike_def *d, const struct ynode *y)
{
	const struct ynode *const *v;
	size_t n = bind_list(l, y, &v);
	const struct field **on = arena_many(l->a, n, const struct field *);

	for (size_t i = 0; i < n; i++)
		on[i] = field_of(l, k, v[i], T_DATE);
	d->on = on;
	d->n_on = n;
}

static void number(struct loader *l, struct kind *k, struct alike_def *d, const struct ynode *y)
{
	d->number = kind_number(k, y->text);
	if (!d->number)
		d->number_field = field_of(l, k, y, T_TEXT);
}

static void texts(struct loader *l, struct kind *k, struct alike_def *d, const struct ynode *y)
{
	struct alike_text *text = arena_many(l->a, y->n, struct alike_text);
	int64_t weight;

	for (size_t i = 0; i < y->n; i++) {
		const struct ynode *c = y->child[i];
		const struct field *f = field_named(l, k, c, c->key, T_NONE);

		if (f && !type_is_text(f->type.tag) && f->type.tag != T_PICKS && f->type.tag != T_ENUM)
			diag_add(l->d, pos_key(c), false, "alike 比较的“%.*s”应当是文字或者选项", STR_FMT(c->key));
		if (!parse_i64(c->text, 1, WEIGHT_MOST, &weight)) {
			diag_add(l->d, pos_val(c), false, "权重是1到%d的整数", WEIGHT_MOST);
			weight = 1;
		}
		text[i] = (struct alike_text){ f, (int)weight };
	}
	d->text = text;
	d->n_text = y->n;
}

static void actions(struct loader *l, const struct kind *k, struct alike_def *d, const struct ynode *y)
{
	const struct ynode *const *v;
	size_t n = y ? bind_list(l, y, &v) : 0;
	const struct action **at = arena_many(l->a, n, const struct action *);

	for (size_t i = 0; i < n; i++) {
		at[i] = kind_action(k, v[i]->text);
		if (!at[i])
			diag_add(l->d, pos_val(v[i]), false, "没有动作“%.*s”", STR_FMT(v[i]->text));
	}
	d->at = at;
	d->n_at = n;
}

static void warns(struct loader *l, struct alike_def *d, const struct ynode *y)
{
	bool found = false;

	d->warns = y->text;
	for (size_t i = 0; i < d->n_at; i++)
		for (size_t c = 0; d->at[i] && c < d->at[i]->n_check; c++)
			found = found || str_eq(d->at[i]->check[c].id, d->warns);
	if (!found)
		diag_add(l->d, pos_val(y), false, "at 的动作中没有检查“%.*s”", STR_FMT(d->warns));
}

static const struct expr *money_at(struct loader *l, const struct scope *s, const struct ynode *y, const char *key)
{
	static const struct type money = { .tag = T_MONEY };

	return bind_expr_at(l, s, y, key, &money);
}

static struct str column(struct loader *l, const struct type *rows, const struct ynode *y, const char *key)
{
	struct str id = bind_text(y, key);

	for (size_t i = 0; i < rows->n_row; i++)
		if (str_eq(rows->row[i].id, id))
			return id;
	diag_add(l->d, pos_val(ynode_get(y, key)), false, "表格没有“%.*s”这一栏", STR_FMT(id));
	return (struct str){ 0 };
}

static void steps(struct loader *l, const struct scope *s, struct alike_def *d, const struct ynode *y)
{
	const struct type *t;

	if (!bind_keys(l, y, "steps", steps_keys))
		return;
	d->steps = bind_expr_at(l, s, y, "rows", NULL);
	t = d->steps ? expr_type(d->steps) : NULL;
	if (!t)
		return;
	if (t->tag != T_ROWS) {
		diag_add(l->d, pos_val(ynode_get(y, "rows")), false, "rows 应当是表格字段");
		return;
	}
	d->col_step = column(l, t, y, "step");
	d->col_says = column(l, t, y, "says");
	d->col_from = column(l, t, y, "from");
	d->col_to = column(l, t, y, "to");
}

static void here(struct loader *l, const struct kind *k, struct alike_def *d, const struct ynode *y)
{
	struct scope s = bind_scope(l, k);

	if (!y || !bind_keys(l, y, "here", here_keys) || !d->step)
		return;
	d->here_step = bind_expr_at(l, &s, y, "step", &d->step->type);
	d->here_amount = money_at(l, &s, y, "amount");
	d->ready = bind_expr_at(l, &s, y, "ready", &bind_bool);
	d->low = money_at(l, &s, y, "low");
	d->high = money_at(l, &s, y, "high");
	d->from = money_at(l, &s, y, "from");
	d->to = money_at(l, &s, y, "to");
	if (ynode_get(y, "steps"))
		steps(l, &s, d, ynode_get(y, "steps"));
}

void bind_alike(struct loader *l, struct kind *k, const struct ynode *y)
{
	struct alike_def *d = &k->alike;
	const size_t errors = l->d->errors;

	if (!y || !bind_keys(l, y, "alike", alike_keys) || l->d->errors > errors)
		return;
	d->same = field_of(l, k, ynode_get(y, "same"), T_REF);
	only(l, k, d, ynode_get(y, "only"));
	d->step = field_of(l, k, ynode_get(y, "step"), T_ENUM);
	d->amount = field_of(l, k, ynode_get(y, "amount"), T_MONEY);
	days(l, k, d, ynode_get(y, "on"));
	number(l, k, d, ynode_get(y, "number"));
	texts(l, k, d, ynode_get(y, "texts"));
	d->n_also = bind_texts(l, ynode_get(y, "also"), &d->also);
	for (size_t i = 0; i < d->n_also; i++)
		if (!law_kind(l->law, d->also[i]))
			diag_add(l->d, pos_val(ynode_get(y, "also")), false, "没有办件种类“%.*s”", STR_FMT(d->also[i]));
	actions(l, k, d, ynode_get(y, "at"));
	if (ynode_get(y, "warns"))
		warns(l, d, ynode_get(y, "warns"));
	here(l, k, d, ynode_get(y, "here"));
}
