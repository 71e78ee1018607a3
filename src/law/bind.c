/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/bind.h"

#include <string.h>

#include "base/parse.h"

const struct type bind_bool = { .tag = T_BOOL };
const struct type bind_span = { .tag = T_SPAN };
const struct type bind_int = { .tag = T_INT };

struct pos pos_key(const struct ynode *y)
{
	return (struct pos){ y->file, y->key_line, y->key_col };
}

struct pos pos_val(const struct ynode *y)
{
	return (struct pos){ y->file, y->line, y->col };
}

/* ---- keys ---- */

/* Steps to turn one word into the other; words are short. */
static size_t distance(struct str a, struct str b)
{
	size_t row[64];

	if (a.n >= 64 || b.n >= 64)
		return 64;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t change = diagonal + (a.p[i - 1] != b.p[j - 1]);

			diagonal = row[j];
			row[j] = row[j] + 1 < row[j - 1] + 1 ? row[j] + 1 : row[j - 1] + 1;
			row[j] = change < row[j] ? change : row[j];
		}
	}
	return row[b.n];
}

static void unknown_key(struct loader *l, const struct ynode *y, const char *what, const struct key *keys)
{
	const char *near = NULL;
	size_t best = 4; /* farther words are no typing errors */

	for (const struct key *k = keys; k->name; k++) {
		size_t steps = distance(y->key, str_of(k->name));

		if (steps < best) {
			best = steps;
			near = k->name;
		}
	}
	diag_add(l->d, pos_key(y), false, "%s中没有键“%.*s”", what, STR_FMT(y->key));
	if (near)
		diag_hint(l->d, "是否应为“%s”", near);
}

static bool shape_ok(const struct ynode *y, unsigned shape)
{
	static const unsigned of[] = { K_SCALAR, K_MAP, K_LIST };

	return (of[y->sort] & shape) != 0;
}

static const char *shape_name(unsigned shape)
{
	switch (shape & K_ANY) {
	case K_SCALAR:
		return "单个值";
	case K_LIST:
		return "列表";
	case K_MAP:
		return "映射（键: 值）";
	case K_SCALAR | K_LIST:
		return "单个值或者列表";
	case K_SCALAR | K_MAP:
		return "单个值或者映射";
	case K_LIST | K_MAP:
		return "列表或者映射";
	default:
		return "值";
	}
}

bool bind_keys(struct loader *l, const struct ynode *y, const char *what, const struct key *keys)
{
	if (y->sort != YNODE_MAP) {
		diag_add(l->d, pos_val(y), false, "%s应当是映射（键: 值）", what);
		return false;
	}
	for (size_t i = 0; i < y->n; i++) {
		const struct ynode *c = y->child[i];
		const struct key *k = keys;

		while (k->name && !str_is(c->key, k->name))
			k++;
		if (!k->name)
			unknown_key(l, c, what, keys);
		else if (k->later)
			diag_add(l->d, pos_key(c), false, "“%s”尚未支持（%s）", k->name, k->later);
		else if (!shape_ok(c, k->shape))
			diag_add(l->d, pos_val(c), false, "%s的“%s”应当是%s", what, k->name, shape_name(k->shape));
	}
	for (const struct key *k = keys; k->name; k++)
		if ((k->shape & K_MUST) && !ynode_get(y, k->name))
			diag_add(l->d, pos_key(y), false, "%s缺少“%s”", what, k->name);
	return true;
}

const struct ynode *bind_ids(struct loader *l, const struct ynode *y, const char *key)
{
	const struct ynode *m = ynode_get(y, key);

	if (!m || m->sort != YNODE_MAP)
		return NULL;
	for (size_t i = 0; i < m->n; i++)
		if (!parse_is_id(m->child[i]->key)) {
			diag_add(l->d, pos_key(m->child[i]), false, "“%.*s”不能作标识", STR_FMT(m->child[i]->key));
			diag_hint(l->d, "标识以小写字母开头，只用小写字母、数字和下划线，至多40个字符");
		}
	return m;
}

/* ---- small values ---- */

size_t bind_list(struct loader *l, const struct ynode *y, const struct ynode *const **ret)
{
	const struct ynode **one;

	*ret = NULL;
	if (!y)
		return 0;
	if (y->sort == YNODE_SEQ) {
		*ret = (const struct ynode *const *)y->child;
		return y->n;
	}
	one = arena_many(l->a, 1, const struct ynode *);
	*one = y;
	*ret = one;
	return 1;
}

size_t bind_texts(struct loader *l, const struct ynode *y, const struct str **ret)
{
	const struct ynode *const *v;
	size_t n = bind_list(l, y, &v);
	struct str *s = arena_many(l->a, n, struct str);

	for (size_t i = 0; i < n; i++) {
		if (v[i]->sort != YNODE_SCALAR)
			diag_add(l->d, pos_val(v[i]), false, "这里应当是单个值");
		s[i] = v[i]->text;
	}
	*ret = s;
	return n;
}

struct cites bind_cites(struct loader *l, const struct ynode *y)
{
	struct cites c = { 0 };

	c.n = bind_texts(l, y, &c.id);
	for (size_t i = 0; l->ledger && i < c.n; i++)
		if (!ledger_find(l->ledger, c.id[i])) {
			diag_add(l->d, pos_val(y), false, "引用的“%.*s”不在规则台账和法条表中", STR_FMT(c.id[i]));
			diag_hint(l->d, "核对编号；没有编号的条文先写入 law/ledger/articles.tsv");
		}
	return c;
}

struct str bind_text(const struct ynode *y, const char *key)
{
	const struct ynode *c = ynode_get(y, key);

	return c && c->sort == YNODE_SCALAR ? c->text : (struct str){ 0 };
}

bool bind_flag(struct loader *l, const struct ynode *y, const char *key)
{
	const struct ynode *c = ynode_get(y, key);
	bool yes = false;

	if (c && !parse_bool(c->text, &yes))
		diag_add(l->d, pos_val(c), false, "“%s”只能是 true 或者 false", key);
	return yes;
}

struct str bind_name(struct loader *l, const struct ynode *y)
{
	struct str name = y->sort == YNODE_SCALAR ? y->text : bind_text(y, "name");

	if (str_blank(name)) {
		diag_add(l->d, pos_key(y), false, "“%.*s”缺少名称（name）", STR_FMT(y->key));
		return STR("");
	}
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] >= 0x80)
			return name;
	diag_add(l->d, pos_key(y), false, "名称“%.*s”不是中文", STR_FMT(name));
	return name;
}

struct node *bind_node(struct loader *l, enum node_sort sort, const struct ynode *y, struct str path)
{
	struct node *n = arena_one(l->a, struct node);

	n->sort = sort;
	n->path = path;
	n->pos = pos_key(y);
	n->pack = y->pack;
	if (y->sort == YNODE_MAP) {
		n->cite = bind_cites(l, ynode_get(y, "cite"));
		n->name = bind_text(y, "name");
	}
	if (y->because)
		n->because = bind_cites(l, y->because);
	else if (y->sort == YNODE_MAP && ynode_get(y, "because"))
		n->because = bind_cites(l, ynode_get(y, "because"));
	if (l->n_node == l->cap_node) {
		size_t cap = l->cap_node ? l->cap_node * 2 : 256;
		struct node **more = arena_many(l->a, cap, struct node *);

		if (l->n_node)
			memcpy(more, l->node, l->n_node * sizeof(struct node *));
		l->node = more;
		l->cap_node = cap;
	}
	l->node[l->n_node++] = n;
	return n;
}

/* ---- types ---- */

static const struct {
	const char *name;
	enum type_tag tag;
	int most;   /* with a number in brackets, up to */
	bool of;    /* wants `of` */
} type_words[] = {
	{ "bool", T_BOOL }, { "int", T_INT }, { "num", T_NUM, 4 }, { "money", T_MONEY },
	{ "text", T_TEXT, 20000 }, { "note", T_NOTE }, { "phone", T_PHONE }, { "region", T_REGION },
	{ "uscc", T_USCC }, { "idcard", T_IDCARD }, { "date", T_DATE }, { "time", T_TIME }, { "span", T_SPAN },
	{ "enum", T_ENUM, 0, true }, { "picks", T_PICKS, 0, true }, { "user", T_USER }, { "users", T_USERS },
	{ "organ", T_ORGAN }, { "organs", T_ORGANS }, { "party", T_PARTY }, { "ref", T_REF, 0, true },
	{ "refs", T_REFS, 0, true }, { "rows", T_ROWS, 0, true }, { "files", T_FILES },
	{ "sheet", T_SHEET, 0, true },
};

const struct enum_def *bind_enum(struct loader *l, const struct ynode *of)
{
	struct enum_def *e = arena_one(l->a, struct enum_def);

	if (of->sort != YNODE_MAP || !of->n) {
		diag_add(l->d, pos_val(of), false, "of 应当列出各个值（标识: 名称）");
		return e;
	}
	e->v = arena_many(l->a, of->n, struct choice_value);
	for (size_t i = 0; i < of->n; i++) {
		if (!parse_is_id(of->child[i]->key))
			diag_add(l->d, pos_key(of->child[i]), false, "“%.*s”不能作标识", STR_FMT(of->child[i]->key));
		e->v[e->n++] = (struct choice_value){ of->child[i]->key, of->child[i]->text };
	}
	return e;
}

static void type_of_kind(struct loader *l, struct type *t, const struct ynode *of)
{
	t->kind = law_kind(l->law, of->text);
	if (!t->kind)
		diag_add(l->d, pos_val(of), false, "没有名为“%.*s”的事项类型", STR_FMT(of->text));
}

static void type_of(struct loader *l, struct type *t, const struct ynode *of, struct str path)
{
	switch (t->tag) {
	case T_ENUM:
	case T_PICKS:
		t->values = bind_enum(l, of);
		break;
	case T_REF:
	case T_REFS:
		type_of_kind(l, t, of);
		break;
	case T_ROWS:
		t->row = bind_fields(l, of, path, &t->n_row);
		break;
	case T_SHEET:
		t->sheet = law_sheet(l->law, of->text);
		if (!t->sheet)
			diag_add(l->d, pos_val(of), false, "没有名为“%.*s”的表", STR_FMT(of->text));
		break;
	default:
		diag_add(l->d, pos_key(of), false, "类型%s不用 of", type_name(t->tag));
		break;
	}
}

/* People and organs are matters of the kinds that the pack must have. */
static void type_of_people(struct loader *l, struct type *t, const struct ynode *type)
{
	bool person = t->tag == T_USER || t->tag == T_USERS;

	if (!person && t->tag != T_ORGAN && t->tag != T_ORGANS)
		return;
	t->kind = law_kind(l->law, person ? STR("person") : STR("organ"));
	if (!t->kind)
		diag_add(l->d, pos_val(type), false, "定义包中没有事项类型 %s", person ? "person" : "organ");
}

/* Whether a type has what it refers to; one that has not counts as no type at all, so that whoever reads the
 * field meets no half of it. The reason was reported. */
static bool type_whole(const struct type *t)
{
	switch (t->tag) {
	case T_ENUM:
	case T_PICKS:
		return t->values != NULL;
	case T_REF:
	case T_REFS:
	case T_USER:
	case T_USERS:
	case T_ORGAN:
	case T_ORGANS:
		return t->kind != NULL;
	case T_ROWS:
		return t->row != NULL;
	case T_SHEET:
		return t->sheet != NULL;
	default:
		return true;
	}
}

/* "text(200)" into word and number; number 0 when there are no brackets. */
static bool type_word(struct str s, struct str *ret_word, int64_t *ret_n)
{
	size_t open = str_chr(s, '(', 0);

	*ret_word = s;
	*ret_n = 0;
	if (open == SIZE_MAX)
		return true;
	*ret_word = str_sub(s, 0, open);
	return s.p[s.n - 1] == ')' && parse_i64(str_sub(s, open + 1, s.n - 1), 0, 20000, ret_n);
}

struct type bind_type_text(struct loader *l, const struct ynode *type, const struct ynode *of, struct str path)
{
	struct type t = { 0 };
	struct str word;
	int64_t n;

	if (type->sort != YNODE_SCALAR || !type_word(type->text, &word, &n)) {
		diag_add(l->d, pos_val(type), false, "类型“%.*s”写法不对", STR_FMT(type->text));
		diag_hint(l->d, "例如 text(200)、num(2)、date、enum");
		return t;
	}
	for (size_t i = 0; i < ARRAY_LEN(type_words); i++) {
		if (!str_is(word, type_words[i].name))
			continue;
		t.tag = type_words[i].tag;
		t.n = (int)n;
		if (n > type_words[i].most)
			diag_add(l->d, pos_val(type), false, "类型“%.*s”括号中的数最大为%d", STR_FMT(type->text),
				 type_words[i].most);
		if (of)
			type_of(l, &t, of, path);
		else if (type_words[i].of)
			diag_add(l->d, pos_val(type), false, "类型%s缺少 of", type_words[i].name);
		else
			type_of_people(l, &t, type);
		return type_whole(&t) ? t : (struct type){ 0 };
	}
	diag_add(l->d, pos_val(type), false, "没有类型“%.*s”", STR_FMT(word));
	return t;
}

struct type bind_type(struct loader *l, const struct ynode *y, struct str path)
{
	const struct ynode *type = ynode_get(y, "type");
	struct type t = { 0 };

	if (!type)
		return t; /* bind_keys has said so */
	t = bind_type_text(l, type, ynode_get(y, "of"), path);
	if (t.tag == T_TEXT && !t.n)
		diag_add(l->d, pos_val(type), false, "文本须写明字数，例如 text(200)");
	return t;
}

static const struct key field_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "type", K_SCALAR | K_MUST }, { "of", K_ANY }, { "is", K_SCALAR },
	{ "choose", K_LIST }, { "default", K_SCALAR }, { "min", K_SCALAR }, { "max", K_SCALAR },
	{ "see", K_ANY }, { "sealed", K_ANY, "第四部分以后" }, { "personal", K_SCALAR }, { "help", K_SCALAR },
	{ "example", K_SCALAR }, { "group", K_SCALAR }, { "unit", K_SCALAR }, { "taken", K_SCALAR }, { "cite", K_SCALAR | K_LIST },
	{ "fill", K_MAP }, { "pool", K_MAP }, { "because", K_SCALAR | K_LIST }, { 0 }
};

static void personal(struct loader *l, struct field *f, const struct ynode *y)
{
	static const char *const known[] = { "name", "code", "phone", "address", "text" };
	const struct ynode *p = ynode_get(y, "personal");

	if (!p)
		return;
	f->personal = p->text;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_is(p->text, known[i]))
			return;
	diag_add(l->d, pos_val(p), false, "personal 只能是 name、code、phone、address、text 之一");
}

struct field *bind_fields(struct loader *l, const struct ynode *map, struct str path, size_t *ret_n)
{
	struct field *f;

	*ret_n = 0;
	if (map->sort != YNODE_MAP) {
		diag_add(l->d, pos_val(map), false, "这里应当是各字段（标识: {name, type}）");
		return NULL;
	}
	f = arena_many(l->a, map->n, struct field);
	for (size_t i = 0; i < map->n; i++) {
		const struct ynode *y = map->child[i];
		struct str at = str_fmt(l->a, "%.*s.%.*s", STR_FMT(path), STR_FMT(y->key));

		f[i].id = y->key;
		f[i].index = i;
		f[i].node = bind_node(l, NODE_FIELD, y, at);
		if (!parse_is_id(y->key))
			diag_add(l->d, pos_key(y), false, "“%.*s”不能作标识", STR_FMT(y->key));
		if (!bind_keys(l, y, "字段", field_keys))
			continue;
		f[i].name = bind_name(l, y);
		f[i].type = bind_type(l, y, at);
		f[i].help = bind_text(y, "help");
		f[i].example = bind_text(y, "example");
		f[i].group = bind_text(y, "group");
		f[i].unit = bind_text(y, "unit");
		f[i].taken = bind_text(y, "taken");
		personal(l, &f[i], y);
	}
	*ret_n = map->n;
	return f;
}

/* ---- expressions ---- */

struct scope bind_scope(struct loader *l, const struct kind *k)
{
	return (struct scope){ .law = l->law, .kind = k, .need = bind_need, .need_ctx = l };
}

const struct expr *bind_expr(struct loader *l, const struct scope *s, const struct ynode *y,
			     const struct type *expect)
{
	struct scope with = *s;

	if (y->sort != YNODE_SCALAR || str_blank(y->text)) {
		diag_add(l->d, pos_val(y), false, "这里应当是一个表达式");
		if (y->sort == YNODE_SEQ)
			diag_hint(l->d, "以方括号开头的表达式要加双引号");
		return NULL;
	}
	with.expect = expect;
	return expr_compile(l->a, &with, y->text, pos_val(y), l->d);
}

const struct expr *bind_expr_at(struct loader *l, const struct scope *s, const struct ynode *y, const char *key,
				const struct type *expect)
{
	const struct ynode *c = ynode_get(y, key);

	return c ? bind_expr(l, s, c, expect) : NULL;
}

static const struct key row_keys[] = {
	{ "if", K_SCALAR }, { "is", K_SCALAR | K_MUST }, { "cite", K_SCALAR | K_LIST }, { 0 }
};

static struct choose choose_rows(struct loader *l, const struct scope *s, const struct ynode *rows,
				 const struct type *expect, struct str path)
{
	struct choose c = { 0 };
	struct choose_row *row;
	bool ended = false;

	if (rows->sort != YNODE_SEQ || !rows->n) {
		diag_add(l->d, pos_val(rows), false, "choose 应当是各行的列表");
		return c;
	}
	row = arena_many(l->a, rows->n, struct choose_row);
	for (size_t i = 0; i < rows->n; i++) {
		const struct ynode *y = rows->child[i];

		row[i].node = bind_node(l, NODE_ROW, y, str_fmt(l->a, "%.*s.%zu", STR_FMT(path), i + 1));
		if (!bind_keys(l, y, "choose 的行", row_keys))
			continue;
		if (ended)
			diag_add(l->d, pos_val(y), true, "这一行永远到不了：前面已有不带 if 的行");
		row[i].when = bind_expr_at(l, s, y, "if", &bind_bool);
		row[i].is = bind_expr_at(l, s, y, "is", expect);
		ended = ended || !ynode_get(y, "if");
		if (row[i].is && c.type.tag == T_NONE)
			c.type = *expr_type(row[i].is);
		else if (row[i].is && !type_fits(&c.type, expr_type(row[i].is)))
			diag_add(l->d, pos_val(y), false, "各行的值类型不同");
	}
	c.row = row;
	c.n = rows->n;
	return c;
}

struct choose bind_choose(struct loader *l, const struct scope *s, const struct ynode *y, const struct type *expect,
			  struct str path)
{
	const struct ynode *is = y->sort == YNODE_MAP ? ynode_get(y, "is") : y;
	struct choose c = { 0 };
	struct choose_row *row;

	if (y->sort == YNODE_MAP && ynode_get(y, "choose")) {
		c = choose_rows(l, s, ynode_get(y, "choose"), expect, path);
	} else if (is) {
		row = arena_one(l->a, struct choose_row);
		row->node = arena_one(l->a, struct node);
		row->node->sort = NODE_ROW;
		row->node->path = path;
		row->node->pos = pos_val(is);
		row->is = bind_expr(l, s, is, expect);
		c.row = row;
		c.n = 1;
		if (row->is)
			c.type = *expr_type(row->is);
	} else {
		diag_add(l->d, pos_key(y), false, "缺少 is 或者 choose");
	}
	if (expect)
		c.type = *expect;
	return c;
}

const struct say *bind_say(struct loader *l, const struct scope *s, const struct ynode *y)
{
	struct scope with = *s;

	with.expect = NULL;
	if (y->sort != YNODE_SCALAR || str_blank(y->text)) {
		diag_add(l->d, pos_val(y), false, "这里应当是一句话");
		return NULL;
	}
	return say_compile(l->a, &with, y->text, pos_val(y), l->d);
}

/* ---- who ---- */

static bool organs(const struct type *t)
{
	return t->tag == T_ORGAN || t->tag == T_ORGANS
	    || (t->tag == T_LIST && t->of && organs(t->of));
}

static bool persons(const struct type *t)
{
	return t->tag == T_USER || t->tag == T_USERS || (t->tag == T_LIST && t->of && persons(t->of));
}

static const struct expr *who_expr(struct loader *l, const struct scope *s, const struct ynode *y, struct str text)
{
	struct scope with = *s;

	with.expect = NULL;
	return expr_compile(l->a, &with, text, pos_val(y), l->d);
}

/* receiver.legal: the last name is a role, what stands before it gives organs. */
static bool who_organ_role(struct loader *l, const struct scope *s, const struct ynode *y, struct who *w)
{
	size_t dot = SIZE_MAX;

	for (size_t i = 0; i < y->text.n; i++)
		if (y->text.p[i] == '.')
			dot = i;
	if (dot == SIZE_MAX || !law_role(l->law, str_sub(y->text, dot + 1, y->text.n)))
		return false;
	w->sort = WHO_ORGAN_ROLE;
	w->role = str_sub(y->text, dot + 1, y->text.n);
	w->expr = who_expr(l, s, y, str_sub(y->text, 0, dot));
	if (w->expr && !organs(expr_type(w->expr)))
		diag_add(l->d, pos_val(y), false, "“%.*s”不是单位，不能接岗位“%.*s”",
			 STR_FMT(str_sub(y->text, 0, dot)), STR_FMT(w->role));
	return true;
}

static void who_other(struct loader *l, const struct scope *s, const struct ynode *y, struct who *w)
{
	w->expr = who_expr(l, s, y, y->text);
	w->sort = WHO_PERSON;
	if (!w->expr) {
		diag_hint(l->d, "可写岗位、人员字段、单位.岗位、opener、public、system");
		return;
	}
	if (organs(expr_type(w->expr)))
		w->sort = WHO_MEMBERS;
	else if (!persons(expr_type(w->expr)))
		diag_add(l->d, pos_val(y), false, "“%.*s”既不是岗位，也不是人员或者单位", STR_FMT(y->text));
}

static void who_one(struct loader *l, const struct scope *s, const struct ynode *y, enum node_sort sort,
		    struct str path, struct who *w)
{
	static const struct { const char *word; enum who_sort sort; } words[] = {
		{ "opener", WHO_OPENER }, { "public", WHO_PUBLIC }, { "system", WHO_SYSTEM } };

	w->text = y->text;
	w->node = bind_node(l, sort, y, str_fmt(l->a, "%.*s.%.*s", STR_FMT(path), STR_FMT(y->text)));
	if (y->sort != YNODE_SCALAR || str_blank(y->text)) {
		diag_add(l->d, pos_val(y), false, "这里应当写明是谁");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(y->text, words[i].word)) {
			w->sort = words[i].sort;
			return;
		}
	if (law_role(l->law, y->text)) {
		w->sort = WHO_ROLE;
		w->role = y->text;
		w->everywhere = law_role(l->law, y->text)->everywhere;
	} else if (!who_organ_role(l, s, y, w)) {
		who_other(l, s, y, w);
	}
}

static const struct key who_keys[] = {
	{ "who", K_SCALAR | K_LIST }, { "if", K_SCALAR }, { "cite", K_SCALAR | K_LIST }, { "code", K_LIST }, { 0 }
};

/* Entries: a text, or {who: […], if: …, cite: …}, which counts as so many entries. */
static size_t who_count(struct loader *l, const struct ynode *const *v, size_t n)
{
	const struct ynode *const *in;
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += v[i]->sort == YNODE_MAP ? bind_list(l, ynode_get(v[i], "who"), &in) : 1;
	return total;
}

static size_t who_entry(struct loader *l, const struct scope *s, const struct ynode *y, enum node_sort sort,
			struct str path, struct who *out)
{
	const struct ynode *const *in;
	const struct expr *when;
	size_t n;

	if (y->sort != YNODE_MAP) {
		who_one(l, s, y, sort, path, out);
		return 1;
	}
	bind_keys(l, y, "条目", who_keys);
	when = bind_expr_at(l, s, y, "if", &bind_bool);
	n = bind_list(l, ynode_get(y, "who"), &in);
	for (size_t i = 0; i < n; i++) {
		who_one(l, s, in[i], sort, path, &out[i]);
		out[i].when = when;
		out[i].node->cite = i ? out[0].node->cite : bind_cites(l, ynode_get(y, "cite"));
	}
	if (!n && !ynode_get(y, "code"))
		diag_add(l->d, pos_val(y), false, "条目缺少 who");
	return n;
}

struct whos bind_whos(struct loader *l, const struct scope *s, const struct ynode *y, enum node_sort sort,
		      struct str path)
{
	const struct ynode *const *v;
	size_t n = bind_list(l, y, &v);
	struct who *w = arena_many(l->a, who_count(l, v, n), struct who);
	struct whos r = { w, 0 };

	for (size_t i = 0; i < n; i++)
		r.n += who_entry(l, s, v[i], sort, path, w + r.n);
	return r;
}
