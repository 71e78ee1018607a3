/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `draws` of a kind (language.md 8): bound and typed. */
#include <string.h>

#include "law/bind.h"
#include "law/expr.h"

static const struct key draw_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "commit", K_SCALAR | K_MUST }, { "reveal", K_SCALAR | K_MUST }, { "targets", K_MAP | K_MUST },
	{ "panel", K_MAP }, { "into", K_SCALAR | K_MUST }, { "spare", K_SCALAR | K_MAP }, { "beacon", K_SCALAR | K_MUST },
	{ "at", K_SCALAR | K_MUST }, { "value", K_SCALAR | K_MUST }, { "shares", K_LIST | K_MUST }, { "whole", K_ANY },
	{ "cite", K_SCALAR | K_LIST }, { 0 }
};
static const struct key target_keys[] = {
	{ "pool", K_SCALAR | K_MUST }, { "quota", K_SCALAR | K_MAP | K_MUST }, { "weight", K_SCALAR }, { "stratum", K_SCALAR },
	{ "need", K_SCALAR }, { "code", K_SCALAR }, { 0 }
};
static const struct key panel_keys[] = {
	{ "pool", K_SCALAR | K_MUST }, { "size", K_SCALAR | K_MUST }, { "out", K_SCALAR }, { "why", K_SCALAR }, { "skills", K_SCALAR },
	{ "code", K_SCALAR }, { 0 }
};
static const struct key spare_keys[] = {
	{ "action", K_SCALAR | K_MUST }, { "target", K_SCALAR }, { "member", K_SCALAR }, { 0 }
};

static const struct action *action_at(struct loader *l, const struct kind *k, const struct ynode *y)
{
	const struct action *a = kind_action(k, y->text);

	if (!a)
		diag_add(l->d, pos_val(y), false, "没有动作“%.*s”", STR_FMT(y->text));
	return a;
}

static const struct field *field_at(struct loader *l, const struct kind *k, const struct ynode *y)
{
	const struct field *f = y->sort == YNODE_SCALAR ? kind_field(k, y->text) : NULL;

	if (!f)
		diag_add(l->d, pos_val(y), false, "没有字段“%.*s”", STR_FMT(y->text));
	return f;
}

static bool asks(const struct action *a, const struct field *f)
{
	for (size_t i = 0; a && i < a->n_form; i++)
		if (a->form[i].field == f)
			return true;
	return false;
}

static void asked_by(struct loader *l, const struct action *a, const struct field *f, const struct ynode *y)
{
	if (a && f && !asks(a, f))
		diag_add(l->d, pos_val(y), false, "“%.*s”的表单没有“%.*s”", STR_FMT(a->id), STR_FMT(f->id));
}

/* The matters that a pool gives, and the kind they are of. */
static const struct expr *pool_at(struct loader *l, const struct scope *s, const struct ynode *y, const struct kind **ret_kind)
{
	const struct expr *e = bind_expr(l, s, y, NULL);
	struct type t;

	if (!e)
		return NULL;
	t = type_element(expr_type(e));
	*ret_kind = t.tag == T_REF || t.tag == T_USER || t.tag == T_ORGAN ? t.kind : NULL;
	if (!*ret_kind)
		diag_add(l->d, pos_val(y), false, "pool 应当是办件、人员或者机关的列表");
	return e;
}

static struct scope_var *with_var(struct loader *l, struct str id, struct type t)
{
	struct scope_var *v = arena_one(l->a, struct scope_var);

	*v = (struct scope_var){ id, t };
	return v;
}

/* Numbers, or texts: what a line of the list can hold. */
static const struct expr *cell_at(struct loader *l, const struct scope *s, const struct ynode *y, const char *key, bool number)
{
	const struct expr *e = bind_expr_at(l, s, y, key, NULL);
	enum type_tag t = e ? expr_type(e)->tag : T_NONE;
	bool fits = number ? t == T_INT || t == T_NUM
			   : type_is_text(t) || t == T_ENUM || t == T_PICKS || t == T_INT || t == T_ORGAN || t == T_REF;

	if (e && !fits)
		diag_add(l->d, pos_val(ynode_get(y, key)), false, number ? "%s 应当是数" : "%s 应当是文字、选项或者办件", key);
	return e;
}

static void targets(struct loader *l, const struct kind *k, struct draw_def *d, const struct ynode *y)
{
	struct scope s = bind_scope(l, k);

	if (!y || !bind_keys(l, y, "targets", target_keys))
		return;
	d->pool = pool_at(l, &s, ynode_get(y, "pool"), &d->target);
	if (!d->pool || !d->target)
		return;
	s.var = with_var(l, STR("pool"), *expr_type(d->pool));
	s.n_var = 1;
	d->quota = bind_choose(l, &s, ynode_get(y, "quota"), NULL, str_fmt(l->a, "%.*s.quota", STR_FMT(d->node->path)));
	if (d->quota.n && d->quota.type.tag != T_INT && d->quota.type.tag != T_NUM)
		diag_add(l->d, pos_val(ynode_get(y, "quota")), false, "quota 应当是数");
	s.n_var = 0;
	s.it = d->target;
	d->code = cell_at(l, &s, y, "code", false);
	d->weight = cell_at(l, &s, y, "weight", true);
	d->stratum = cell_at(l, &s, y, "stratum", false);
	d->need = cell_at(l, &s, y, "need", false);
}

static void panel(struct loader *l, const struct kind *k, struct draw_def *d, const struct ynode *y)
{
	struct scope s = bind_scope(l, k);

	if (!y || !bind_keys(l, y, "panel", panel_keys))
		return;
	d->panel_pool = pool_at(l, &s, ynode_get(y, "pool"), &d->inspector);
	d->size = cell_at(l, &s, y, "size", true);
	if (!d->inspector || !d->target)
		return;
	s.it = d->inspector;
	d->panel_code = cell_at(l, &s, y, "code", false);
	d->skills = cell_at(l, &s, y, "skills", false);
	s.var = with_var(l, STR("target"), type_matter(d->target));
	s.n_var = 1;
	d->out = bind_expr_at(l, &s, y, "out", &bind_bool);
	d->why = bind_text(y, "why");
	if (d->out && !d->why.n)
		diag_add(l->d, pos_key(y), false, "out 缺少 why（为什么回避）");
}

static const struct field *column(const struct field *f, const char *id)
{
	for (size_t i = 0; i < f->type.n_row; i++)
		if (str_is(f->type.row[i].id, id))
			return &f->type.row[i];
	return NULL;
}

/* No form, no `set` and no correction may write the result: it is the draw's alone. */
static void only_by_draw(struct loader *l, const struct kind *k, const struct draw_def *d, const struct ynode *y)
{
	bool corrects = false;

	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *a = &k->action[i];
		bool writes = !a->builtin && asks(a, d->into);

		for (size_t j = 0; j < a->n_set; j++)
			writes = writes || str_eq(a->set[j].field, d->into->id);
		if (writes)
			diag_add(l->d, pos_val(y), false, "“%.*s”写“%.*s”：抽取的结果只能由抽取产生，不能填写", STR_FMT(a->id), STR_FMT(d->into->id));
	}
	for (size_t i = 0; i < k->correct.n_field; i++)
		corrects = corrects || k->correct.field[i] == d->into;
	if (corrects)
		diag_add(l->d, pos_val(y), false, "抽取的结果“%.*s”不能更正", STR_FMT(d->into->id));
}

static void into(struct loader *l, const struct kind *k, struct draw_def *d, const struct ynode *y)
{
	const struct type *t;

	d->into = field_at(l, k, y);
	if (!d->into)
		return;
	d->target_col = d->into->type.tag == T_ROWS ? column(d->into, "target") : NULL;
	d->member_col = d->into->type.tag == T_ROWS ? column(d->into, "members") : NULL;
	if (!d->target_col || (d->target && d->target_col->type.tag != type_matter(d->target).tag)
	    || (d->target && d->target_col->type.kind != d->target))
		diag_add(l->d, pos_val(y), false, "into 应当是表格，target 栏放抽中的对象");
	only_by_draw(l, k, d, y);
	if (!d->inspector)
		return;
	t = d->member_col ? &d->member_col->type : NULL;
	if (!t || t->kind != d->inspector || (t->tag != T_USERS && t->tag != T_REFS))
		diag_add(l->d, pos_val(y), false, "into 的 members 栏应当放得下派出的人员");
}

static void spare(struct loader *l, const struct kind *k, struct draw_def *d, const struct ynode *y)
{
	const struct ynode *at = y->sort == YNODE_MAP ? ynode_get(y, "action") : y;
	const struct ynode *target = ynode_get(y, "target"), *member = ynode_get(y, "member");

	if (y->sort == YNODE_MAP && !bind_keys(l, y, "spare", spare_keys))
		return;
	d->spare = action_at(l, k, at);
	d->gone_target = target ? field_at(l, k, target) : NULL;
	d->gone_member = member ? field_at(l, k, member) : NULL;
	if (!d->gone_target)
		diag_add(l->d, pos_key(y), false, "spare 缺少 target（换下的是谁）");
	asked_by(l, d->spare, d->gone_target, y);
	asked_by(l, d->spare, d->gone_member, y);
}

static void shares(struct loader *l, const struct kind *k, struct draw_def *d, const struct ynode *y)
{
	if (y->sort != YNODE_SEQ || y->n != 2) {
		diag_add(l->d, pos_val(y), false, "shares 应当是两个字段：两方各一份");
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		d->share[i] = field_at(l, k, y->child[i]);
		if (d->share[i] && d->share[i]->type.tag != T_TEXT)
			diag_add(l->d, pos_val(y->child[i]), false, "份额应当是 text(64)");
		if (d->share[i] && !d->share[i]->see.set)
			diag_add(l->d, pos_val(y->child[i]), false, "份额“%.*s”没有 see：谁都能看到就不是份额", STR_FMT(d->share[i]->id));
	}
}

static void one(struct loader *l, const struct kind *k, struct draw_def *d, const struct ynode *y)
{
	static const struct type text = { .tag = T_TEXT }, time = { .tag = T_TIME };
	struct scope s = bind_scope(l, k);

	d->commit = action_at(l, k, ynode_get(y, "commit"));
	d->reveal = action_at(l, k, ynode_get(y, "reveal"));
	targets(l, k, d, ynode_get(y, "targets"));
	panel(l, k, d, ynode_get(y, "panel"));
	into(l, k, d, ynode_get(y, "into"));
	if (ynode_get(y, "spare"))
		spare(l, k, d, ynode_get(y, "spare"));
	d->beacon = bind_expr_at(l, &s, y, "beacon", &text);
	d->at = bind_expr_at(l, &s, y, "at", &time);
	d->value = field_at(l, k, ynode_get(y, "value"));
	asked_by(l, d->reveal, d->value, ynode_get(y, "value"));
	shares(l, k, d, ynode_get(y, "shares"));
	if (ynode_get(y, "whole"))
		d->whole = bind_whos(l, &s, ynode_get(y, "whole"), NODE_SEE, str_fmt(l->a, "%.*s.whole", STR_FMT(d->node->path)));
}

void bind_draws(struct loader *l, struct kind *k, const struct ynode *map)
{
	struct draw_def *d;

	if (!map)
		return;
	k->draw = d = arena_many(l->a, map->n, struct draw_def);
	for (size_t i = 0; i < map->n; i++, d++) {
		const struct ynode *y = map->child[i];
		const size_t errors = l->d->errors;

		d->id = y->key;
		d->node = bind_node(l, NODE_DRAW, y, str_fmt(l->a, "%.*s.draws.%.*s", STR_FMT(k->id), STR_FMT(y->key)));
		if (!bind_keys(l, y, "抽取", draw_keys) || l->d->errors > errors)
			continue;
		d->name = bind_name(l, y);
		one(l, k, d, y);
		if (!d->node->cite.n)
			diag_add(l->d, pos_key(y), false, "抽取“%.*s”缺少 cite", STR_FMT(d->id));
	}
	k->n_draw = map->n;
}
