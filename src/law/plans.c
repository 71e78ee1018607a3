/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `plans` of a kind (docs/decisions/0034): bound and typed; party and day get their keys. */
#include "law/bind.h"
#include "law/expr.h"

static const struct key plans_keys[] = {
	{ "party", K_SCALAR | K_MUST }, { "on", K_SCALAR | K_MUST }, { "made", K_SCALAR | K_MUST }, { "setting", K_SCALAR | K_MUST }, { "shows", K_SCALAR | K_MUST },
	{ "off", K_SCALAR | K_LIST | K_MUST }, { "if", K_SCALAR }, { "roles", K_SCALAR | K_LIST | K_MUST },
	{ "merge", K_SCALAR | K_MUST }, { 0 }
};

static const struct field *field_at(struct loader *l, struct kind *k, const struct ynode *y, const char *key, enum type_tag want)
{
	struct str id = bind_text(y, key);

	for (size_t i = 0; i < k->n_field; i++) {
		struct field *f = &k->field[i];

		if (!str_eq(f->id, id) || (want != T_NONE && f->type.tag != want))
			continue;
		f->keyed = f->keyed || want != T_NONE;
		return f;
	}
	diag_add(l->d, pos_val(ynode_get(y, key)), false, "plans 的 %s 写一个字段，没有合适的“%.*s”", key, STR_FMT(id));
	return NULL;
}

static void states(struct loader *l, const struct kind *k, const struct ynode *y, struct plans_def *d)
{
	const struct str *id;
	size_t n = bind_texts(l, y, &id);
	const struct state **off = arena_many(l->a, n, const struct state *);

	for (size_t i = 0; i < n; i++) {
		off[d->n_off] = kind_state(k, id[i]);
		if (!off[d->n_off])
			diag_add(l->d, pos_val(y), false, "没有状态“%.*s”", STR_FMT(id[i]));
		else
			d->n_off++;
	}
	d->off = off;
}

static void roles(struct loader *l, const struct ynode *y, struct plans_def *d)
{
	d->n_role = bind_texts(l, y, &d->role);
	for (size_t i = 0; i < d->n_role; i++)
		if (!law_role(l->law, d->role[i]))
			diag_add(l->d, pos_val(y), false, "没有岗位“%.*s”", STR_FMT(d->role[i]));
}

static void merging(struct loader *l, const struct kind *k, const struct ynode *y, struct plans_def *d)
{
	d->merge = kind_action(k, y->text);
	for (size_t i = 0; d->merge && !d->into && i < d->merge->n_form; i++) {
		const struct field *f = d->merge->form[i].field;

		if (f->type.tag == T_REF && f->type.kind == k)
			d->into = f;
	}
	if (!d->into)
		diag_add(l->d, pos_val(y), false, "merge 写一种办理，它的表单里有一个引用同类办件的字段");
}

void bind_plans(struct loader *l, struct kind *k, const struct ynode *y)
{
	struct plans_def d = { .party = NULL };
	struct scope s;

	if (!y || !bind_keys(l, y, "plans", plans_keys))
		return;
	s = bind_scope(l, k);
	d.party = field_at(l, k, y, "party", T_PARTY);
	d.on = field_at(l, k, y, "on", T_DATE);
	d.made = field_at(l, k, y, "made", T_DATE);
	d.show = field_at(l, k, y, "shows", T_NONE);
	d.setting = bind_text(y, "setting");
	if (!law_setting(l->law, d.setting))
		diag_add(l->d, pos_val(ynode_get(y, "setting")), false, "没有设置“%.*s”", STR_FMT(d.setting));
	s.no_matters = true;
	d.when = bind_expr_at(l, &s, y, "if", &bind_bool);
	states(l, k, ynode_get(y, "off"), &d);
	roles(l, ynode_get(y, "roles"), &d);
	merging(l, k, ynode_get(y, "merge"), &d);
	if (d.party && d.on && d.made && d.show && d.into)
		k->plans = d;
}
