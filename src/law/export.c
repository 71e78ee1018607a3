/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Exports of a kind: tables that somebody else has prescribed, one matter a row. */
#include "base/parse.h"
#include "law/bind.h"

#define LENGTH_MOST 32767 /* of a cell */

static const struct key export_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "rows", K_SCALAR | K_MUST }, { "who", K_ANY | K_MUST }, { "columns", K_MAP | K_MUST },
	{ "cite", K_SCALAR | K_LIST }, { 0 }
};
static const struct key column_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "is", K_ANY }, { "length", K_SCALAR }, { "need", K_SCALAR }, { 0 }
};
static const struct key row_keys[] = { { "if", K_SCALAR | K_MUST }, { "is", K_SCALAR | K_MUST }, { 0 } };

/* cf_xdr_mc as CF_XDR_MC: the official names are capitals. */
static struct str head_of(struct arena *a, struct str id)
{
	struct buf b;

	buf_init(&b, a, id.n + 1);
	for (size_t i = 0; i < id.n; i++)
		buf_addc(&b, id.p[i] >= 'a' && id.p[i] <= 'z' ? (char)(id.p[i] - 'a' + 'A') : id.p[i]);
	return buf_str(&b);
}

/* An expression, or a list of them with or without `if`: the values of a column may differ in type, as it is text in the end. */
static struct choose values(struct loader *l, const struct scope *s, const struct ynode *y, struct str path)
{
	const struct ynode *is = ynode_get(y, "is");
	struct choose c = { .type = { .tag = T_TEXT } };
	struct choose_row *row;

	c.n = !is ? 0 : is->sort == YNODE_SEQ ? is->n : 1;
	row = arena_many(l->a, c.n, struct choose_row);
	for (size_t i = 0; i < c.n; i++) {
		const struct ynode *one = is->sort == YNODE_SEQ ? is->child[i] : is;

		row[i].node = arena_one(l->a, struct node);
		*row[i].node = (struct node){ .sort = NODE_ROW, .path = path, .pos = pos_val(one) };
		if (one->sort != YNODE_MAP) {
			row[i].is = bind_expr(l, s, one, NULL);
		} else if (bind_keys(l, one, "栏的值", row_keys)) {
			row[i].when = bind_expr_at(l, s, one, "if", &bind_bool);
			row[i].is = bind_expr_at(l, s, one, "is", NULL);
		}
	}
	c.row = row;
	return c;
}

static int length_of(struct loader *l, const struct ynode *y)
{
	const struct ynode *at = ynode_get(y, "length");
	int64_t n = 0;

	if (at && !parse_i64(at->text, 1, LENGTH_MOST, &n))
		diag_add(l->d, pos_val(at), false, "length 应当是1到%d的整数", LENGTH_MOST);
	return (int)n;
}

static void columns(struct loader *l, struct export_def *x, const struct scope *s, const struct ynode *y)
{
	const struct ynode *map = bind_ids(l, y, "columns");
	struct export_column *c;

	c = arena_many(l->a, map ? map->n : 0, struct export_column);
	for (size_t i = 0; map && i < map->n; i++) {
		const struct ynode *at = map->child[i];

		c[i].id = at->key;
		c[i].head = head_of(l->a, at->key);
		if (!bind_keys(l, at, "导出的栏", column_keys))
			continue;
		c[i].name = bind_name(l, at);
		c[i].is = values(l, s, at, str_fmt(l->a, "%.*s.%.*s", STR_FMT(x->node->path), STR_FMT(at->key)));
		c[i].length = length_of(l, at);
		c[i].need = bind_expr_at(l, s, at, "need", &bind_bool);
		c[i].always = str_is(bind_text(at, "need"), "true");
	}
	x->column = c;
	x->n_column = map ? map->n : 0;
}

static void one(struct loader *l, struct kind *k, struct export_def *x, const struct ynode *y)
{
	struct scope_var *var = arena_many(l->a, EXPORT_VARS, struct scope_var);
	const struct ynode *rows = ynode_get(y, "rows");
	struct scope s = bind_scope(l, k);

	x->id = y->key;
	x->kind = k;
	x->path = str_fmt(l->a, "%.*s.%.*s", STR_FMT(k->id), STR_FMT(y->key));
	x->node = bind_node(l, NODE_EXPORT, y, str_fmt(l->a, "%.*s.exports.%.*s", STR_FMT(k->id), STR_FMT(y->key)));
	if (!bind_keys(l, y, "导出", export_keys))
		return;
	x->name = x->node->name = bind_name(l, y);
	var[EXPORT_ROW] = (struct scope_var){ STR("row"), { .tag = T_REF, .kind = k } };
	var[EXPORT_PERIOD] = (struct scope_var){ STR("period"), { .tag = T_INTERVAL, .n = INTERVAL_PERIOD } };
	s.kind = NULL; /* no matter is `this` */
	s.var = var;
	s.n_var = EXPORT_VARS;
	x->rows = bind_expr(l, &s, rows, NULL);
	if (!x->rows)
		return;
	x->row = type_element(expr_type(x->rows));
	if (x->row.tag != T_REF || x->row.kind != k) {
		diag_add(l->d, pos_val(rows), false, "rows 应当是本类办件的列表");
		return;
	}
	columns(l, x, &s, y);
	x->who = bind_whos(l, &s, ynode_get(y, "who"), NODE_SEE, str_fmt(l->a, "%.*s.who", STR_FMT(x->node->path)));
}

void bind_exports(struct loader *l, struct kind *k, const struct ynode *kind)
{
	const struct ynode *map = bind_ids(l, kind, "exports");

	k->export = arena_many(l->a, map ? map->n : 0, struct export_def);
	k->n_export = map ? map->n : 0;
	for (size_t i = 0; i < k->n_export; i++)
		one(l, k, &k->export[i], map->child[i]);
}

const struct export_def *law_export(const struct law *l, struct str path)
{
	const size_t dot = str_chr(path, '.', 0);
	const struct kind *k = dot == SIZE_MAX ? NULL : law_kind(l, str_sub(path, 0, dot));

	return k ? kind_export(k, str_sub(path, dot + 1, path.n)) : NULL;
}
