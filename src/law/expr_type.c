/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Names and types of language.md 11. Each type_* function turns a parsed node into a typed one in
 * place; false means that a finding has been added. */
#include <stdarg.h>

#include "law/expr_ast.h"

#define SHOWN_CHARS 60 /* of the part of the expression that a finding quotes */
#define FINDING_BYTES 2000
#define T(x) ((struct type){ .tag = T_##x })

/* STR() is no constant initializer, so the pairs are spelled out. */
#define VALUE(id, name) \
	{ \
		{ id, sizeof(id) - 1 }, \
		{ \
			name, sizeof(name) - 1 \
		} \
	}
static struct choice_value party_sorts[] = { VALUE("person", "自然人"), VALUE("unit", "单位") };
const struct enum_def enum_party_sort = { party_sorts, ARRAY_LEN(party_sorts) };

static struct choice_value clock_states[] = { VALUE("running", "进行中"), VALUE("paused", "中止"),
					      VALUE("met", "按期"), VALUE("late", "逾期"),
					      VALUE("ended", "已终止") };
const struct enum_def enum_clock_state = { clock_states, ARRAY_LEN(clock_states) };

/* ---- findings ---- */

bool type_error(struct typer *t, const struct ast *e, const char *fmt, ...)
{
	struct str shown;
	struct buf b;
	va_list ap;

	buf_init(&b, t->a, FINDING_BYTES);
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	shown = str_head(str_sub(t->text, e->from, e->to), SHOWN_CHARS);
	diag_add(t->d, expr_pos(t->text, t->pos, e->from), false, "“%.*s%s”：%.*s", STR_FMT(shown),
		 shown.n < e->to - e->from ? "…" : "", STR_FMT(buf_str(&b)));
	return false;
}

bool type_hint(struct typer *t, const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	buf_init(&b, t->a, FINDING_BYTES);
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	diag_hint(t->d, "%.*s", STR_FMT(buf_str(&b)));
	return false;
}

/* ---- types ---- */

bool type_is_number(const struct type *t)
{
	return t->tag == T_INT || t->tag == T_NUM || t->tag == T_MONEY;
}

bool type_is_matter(const struct type *t)
{
	return t->tag == T_USER || t->tag == T_ORGAN || t->tag == T_REF;
}

struct type type_matter(const struct kind *k)
{
	enum type_tag tag = k && str_is(k->id, "person")  ? T_USER
			    : k && str_is(k->id, "organ") ? T_ORGAN
							  : T_REF;

	return (struct type){ .tag = tag, .kind = k };
}

struct type type_state(struct arena *a, const struct kind *k)
{
	struct enum_def *def = arena_one(a, struct enum_def);

	*def = (struct enum_def){ arena_many(a, k->n_state, struct choice_value), k->n_state };
	for (size_t i = 0; i < k->n_state; i++)
		def->v[i] = (struct choice_value){ k->state[i].id, k->state[i].name };
	return (struct type){ .tag = T_ENUM, .values = def };
}

struct type type_element(const struct type *list)
{
	switch (list->tag) {
	case T_PICKS:
		return (struct type){ .tag = T_ENUM, .values = list->values };
	case T_USERS:
		return (struct type){ .tag = T_USER, .kind = list->kind };
	case T_ORGANS:
		return (struct type){ .tag = T_ORGAN, .kind = list->kind };
	case T_REFS:
		return type_matter(list->kind);
	case T_ROWS:
		return (struct type){ .tag = T_ROW, .row = list->row, .n_row = list->n_row };
	case T_FILES:
		return T(FILE);
	case T_LIST:
		return list->of ? *list->of : T(NONE);
	default:
		return T(NONE);
	}
}

struct type type_list(struct typer *t, struct type of)
{
	struct type *el = arena_one(t->a, struct type);

	*el = of;
	return (struct type){ .tag = T_LIST, .of = el };
}

static bool has_id(const struct enum_def *d, struct str id)
{
	for (size_t i = 0; d && i < d->n; i++)
		if (str_eq(d->v[i].id, id))
			return true;
	return false;
}

static bool among(const struct enum_def *source, const struct enum_def *target)
{
	if (!source)
		return false;
	for (size_t i = 0; i < source->n; i++)
		if (!has_id(target, source->v[i].id))
			return false;
	return true;
}

/* Kinds are compared by id: packs side by side have their own struct for the same kind. */
static bool same_kind(const struct kind *a, const struct kind *b)
{
	return !a || !b || a == b || str_eq(a->id, b->id);
}

static bool rows_fit(const struct type *to, const struct type *from);

bool type_fits(const struct type *to, const struct type *from)
{
	struct type to_el, from_el;

	if (from->tag == T_NONE)
		return true;
	if (type_is_list(to->tag) && type_is_list(from->tag)) {
		to_el = type_element(to);
		from_el = type_element(from);
		return type_fits(&to_el, &from_el);
	}
	if (type_is_text(to->tag) && type_is_text(from->tag))
		return true;
	if (type_is_matter(to)
	    && type_is_matter(from)) /* tags of user and organ fields may lack their kind */
		return to->kind && from->kind ? same_kind(to->kind, from->kind)
					      : to->tag == from->tag || !from->kind || !to->kind;
	if (to->tag == T_NUM && from->tag == T_INT)
		return true;
	if (to->tag != from->tag)
		return false;
	switch (to->tag) {
	case T_ENUM:
		return among(from->values, to->values);
	case T_ROW:
		return rows_fit(to, from);
	case T_SHEET:
		return to->sheet == from->sheet
		       || (to->sheet && from->sheet && str_eq(to->sheet->id, from->sheet->id));
	default:
		return true;
	}
}

static bool rows_fit(const struct type *to, const struct type *from)
{
	for (size_t i = 0; i < from->n_row; i++) {
		size_t j = 0;

		while (j < to->n_row && !str_eq(to->row[j].id, from->row[i].id))
			j++;
		if (j == to->n_row || !type_fits(&to->row[j].type, &from->row[i].type))
			return false;
	}
	return true;
}

/* 人员（person）: how a type is called in findings. */
static struct str describe(struct typer *t, const struct type *x)
{
	struct type el;

	if (type_is_matter(x) && x->tag == T_REF && x->kind)
		return str_fmt(t->a, "办件%.*s",
			       STR_FMT(x->kind->name.n ? x->kind->name : x->kind->id));
	if (x->tag != T_LIST)
		return str_of(type_name_cn(x->tag));
	el = type_element(x);
	return el.tag == T_NONE ? STR("空列表")
				: str_fmt(t->a, "列表（%.*s）", STR_FMT(describe(t, &el)));
}

static bool number_mix(const struct ast *a, const struct ast *b)
{
	bool am = a->type.tag == T_MONEY, bm = b->type.tag == T_MONEY;

	if (!type_is_number(&a->type) || !type_is_number(&b->type))
		return false;
	return am == bm || (am ? b->literal : a->literal);
}

static bool mix_hint(struct typer *t, const struct ast *at, const struct type *x,
		     const struct type *y)
{
	enum type_tag p = x->tag, q = y->tag;

	if ((p == T_DATE && q == T_TIME) || (p == T_TIME && q == T_DATE))
		return type_hint(t, "时间先用 date(…) 变成日期");
	if ((p == T_USER && q == T_PARTY) || (p == T_PARTY && q == T_USER))
		return type_hint(
			t,
			"人员是系统中的人，当事人是外部的人或单位，可以比较姓名：x.name == y.name");
	if (p == T_MONEY || q == T_MONEY)
		return type_hint(t, "金额只能与金额或者写明的数（元）一起用；金额之间相除得到数");
	if ((p == T_ENUM && type_is_text(q)) || (q == T_ENUM && type_is_text(p)))
		return type_hint(t, "选项的取值不加引号");
	if (type_is_list(p) != type_is_list(q))
		return type_hint(t, "是否在列表中写 in，或者 has(列表, 值)");
	(void)at;
	return false;
}

bool types_unify(struct typer *t, const struct ast *a, const struct ast *b, struct type *ret)
{
	if (a->type.tag == T_NONE || type_fits(&b->type, &a->type)) {
		*ret = b->type;
	} else if (b->type.tag == T_NONE || type_fits(&a->type, &b->type)) {
		*ret = a->type;
	} else if (number_mix(a, b)) {
		*ret = a->type.tag == T_MONEY || b->type.tag == T_MONEY ? T(MONEY) : T(NUM);
	} else {
		type_error(t, b, "与“%.*s”的类型不同：%.*s，%.*s",
			   STR_FMT(str_head(str_sub(t->text, a->from, a->to), SHOWN_CHARS)),
			   STR_FMT(describe(t, &b->type)), STR_FMT(describe(t, &a->type)));
		return mix_hint(t, b, &a->type, &b->type);
	}
	if (ret->tag == T_SPAN && a->type.n != b->type.n)
		ret->n = 0; /* either unit */
	return true;
}

bool types_compare(struct typer *t, const struct ast *at, const struct ast *a, const struct ast *b)
{
	const struct type *x = &a->type, *y = &b->type;

	if (x->tag == T_NONE || y->tag == T_NONE) {
		type_error(t, at, "与 null 比较的结果永远未知");
		return type_hint(t, "是否为空写 is null 或者 is not null");
	}
	if (number_mix(a, b) || (!type_is_list(x->tag) && (type_fits(x, y) || type_fits(y, x))))
		return true;
	type_error(t, at, "%.*s与%.*s不能比较", STR_FMT(describe(t, x)), STR_FMT(describe(t, y)));
	return mix_hint(t, at, x, y);
}

static struct ast *cast(struct typer *t, struct ast *e, const struct type *to)
{
	struct ast *c = ast_new(t->a, AST_CAST, e->from, e->to);

	c->kid = arena_many(t->a, 1, struct ast *);
	c->kid[0] = e;
	c->n = 1;
	c->type = *to;
	return c;
}

bool type_coerce(struct typer *t, struct ast **e, const struct type *to)
{
	const struct type *from = &(*e)->type;
	bool yuan = to->tag == T_MONEY && type_is_number(from) && (*e)->literal;
	bool whole = to->tag == T_INT && from->tag == T_NUM && (*e)->op == AST_CONST
		     && dec_is_int((*e)->val->n);

	if (!yuan && !whole && !type_fits(to, from)) {
		type_error(t, *e, "这里应当是%.*s，不是%.*s", STR_FMT(describe(t, to)),
			   STR_FMT(describe(t, from)));
		if (to->tag == T_INT && from->tag == T_NUM)
			return type_hint(t, "取整写 round(x, 0)、ceil(x) 或者 floor(x)");
		if (type_is_list(to->tag) && !type_is_list(from->tag))
			return type_hint(t, "一个元素的列表写 [x]");
		return mix_hint(t, *e, to, from);
	}
	if (from->tag == T_NONE
	    || (to->tag == from->tag && to->values == from->values && to->row == from->row
		&& !to->n))
		return true;
	*e = cast(t, *e, to);
	return true;
}

/* ---- members: x.name ---- */

static const struct {
	const char *name;
	enum meta meta;
} metas[] = {
	{ "state", META_STATE },   { "organ", META_ORGAN },   { "parent", META_PARENT },
	{ "opened", META_OPENED }, { "opener", META_OPENER }, { "number", META_NUMBER },
	{ "ended", META_ENDED },   { "query_code", META_QUERY_CODE },
	{ "visit_address", META_VISIT_ADDRESS }, { "page_address", META_PAGE_ADDRESS },
};

static struct type meta_type(struct typer *t, const struct kind *k, enum meta m)
{
	switch (m) {
	case META_STATE:
		return type_state(t->a, k);
	case META_ORGAN:
		return (struct type){ .tag = T_ORGAN, .kind = law_kind(t->s->law, STR("organ")) };
	case META_OPENER:
		return (struct type){ .tag = T_USER, .kind = law_kind(t->s->law, STR("person")) };
	case META_PARENT:
		return T(REF);
	case META_NUMBER:
	case META_QUERY_CODE:
	case META_VISIT_ADDRESS:
	case META_PAGE_ADDRESS:
		return T(TEXT);
	default:
		return T(TIME);
	}
}

/* A field's type with the kind that users and organs belong to. */
static struct type field_type(struct typer *t, struct type x)
{
	if (x.kind || !t->s->law)
		return x;
	if (x.tag == T_USER || x.tag == T_USERS)
		x.kind = law_kind(t->s->law, STR("person"));
	if (x.tag == T_ORGAN || x.tag == T_ORGANS)
		x.kind = law_kind(t->s->law, STR("organ"));
	return x;
}

static bool term_ready(struct typer *t, const struct ast *e, const struct kind *k,
		       const struct term *term)
{
	if (term->is.n)
		return true;
	if (t->s->need && t->s->need(t->s->need_ctx, k, term, NULL) && term->is.n)
		return true;
	return type_error(t, e, "“%.*s”还没有可用的定义（互相引用，或者它本身有误）",
			  STR_FMT(term->id));
}

/* What a kind knows by this name. e becomes the node; its kids stay. *ret_found false: nothing. */
static bool of_kind(struct typer *t, struct ast *e, const struct kind *k, struct str name,
		    bool *ret_found)
{
	const struct field *f = kind_field(k, name);
	const struct term *term = f ? NULL : kind_term(k, name);

	*ret_found = true;
	e->name = name;
	e->kind = k;
	if (f) {
		e->op = AST_FIELD;
		e->field = f;
		e->type = field_type(t, f->type);
		return true;
	}
	if (term) {
		if (!term_ready(t, e, k, term))
			return false;
		e->op = AST_TERM;
		e->term = term;
		e->type = term->is.type;
		return true;
	}
	if (kind_number(k, name)) {
		e->op = AST_NUMBER;
		e->type = T(TEXT);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(metas); i++) {
		if (!str_is(name, metas[i].name))
			continue;
		e->op = AST_META;
		e->sub = (int)metas[i].meta;
		e->type = meta_type(t, k, metas[i].meta);
		return true;
	}
	*ret_found = false;
	return true;
}

static void near_of_kind(struct near *n, const struct kind *k)
{
	for (size_t i = 0; k && i < k->n_field; i++)
		near_try(n, k->field[i].id);
	for (size_t i = 0; k && i < k->n_term; i++)
		near_try(n, k->term[i].id);
	for (size_t i = 0; k && i < k->n_number; i++)
		near_try(n, k->number[i].id);
	for (size_t i = 0; i < ARRAY_LEN(metas); i++)
		near_try(n, str_of(metas[i].name));
}

static bool opens(const struct kind *k, struct str child)
{
	for (size_t i = 0; i < k->n_action; i++)
		for (size_t j = 0; j < k->action[i].n_then; j++)
			if (k->action[i].then[j].sort == EFFECT_OPEN
			    && str_eq(k->action[i].then[j].kind, child))
				return true;
	for (size_t i = 0; i < k->n_when; i++)
		if (k->when[i].effect.sort == EFFECT_OPEN && str_eq(k->when[i].effect.kind, child))
			return true;
	return false;
}

/* `parent` may be of several kinds. What it is asked for must have one type in all kinds that open
 * this one (in all kinds, when people open it by hand); a parent without it reads as null. */
static bool of_any(struct typer *t, struct ast *e, struct str name)
{
	const struct law *law = t->s->law;
	const struct field *first = NULL;
	bool known = false;

	for (size_t i = 0; i < law->n_kind; i++)
		known = known || (t->s->kind && opens(&law->kind[i], t->s->kind->id));
	for (size_t i = 0; i < law->n_kind; i++) {
		const struct kind *k = &law->kind[i];
		const struct field *f = kind_field(k, name);

		if (!f || (known && !opens(k, t->s->kind->id)))
			continue;
		if (first
		    && !(type_fits(&first->type, &f->type) && type_fits(&f->type, &first->type))) {
			type_error(t, e, "上级办件可能是几种，各自的“%.*s”类型不同", STR_FMT(name));
			return type_hint(t, "在本办件中设一个引用字段，由打开它的动作填写");
		}
		first = first ? first : f;
	}
	e->op = AST_FIELD;
	e->name = name;
	if (first) {
		e->type = field_type(t, first->type);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(metas); i++) {
		if (str_is(name, metas[i].name) && metas[i].meta != META_STATE) {
			e->op = AST_META;
			e->sub = (int)metas[i].meta;
			e->type = meta_type(t, NULL, metas[i].meta);
			return true;
		}
	}
	return type_error(t, e, "能打开本办件的各种办件都没有“%.*s”", STR_FMT(name));
}

struct attr_def {
	enum type_tag base;
	const char *name;
	enum attr attr;
	enum type_tag type;
};
static const struct attr_def attrs[] = {
	{ T_PARTY, "sort", ATTR_PARTY_SORT, T_ENUM },
	{ T_PARTY, "name", ATTR_PARTY_NAME, T_TEXT },
	{ T_PARTY, "code", ATTR_PARTY_CODE, T_TEXT },
	{ T_PARTY, "address", ATTR_PARTY_ADDRESS, T_TEXT },
	{ T_PARTY, "contact", ATTR_PARTY_CONTACT, T_TEXT },
	{ T_PARTY, "phone", ATTR_PARTY_PHONE, T_PHONE },
	{ T_FILE, "name", ATTR_FILE_NAME, T_TEXT },
	{ T_EVENT, "at", ATTR_EVENT_AT, T_TIME },
	{ T_EVENT, "actor", ATTR_EVENT_ACTOR, T_USER },
	{ T_EVENT, "reason", ATTR_EVENT_REASON, T_NOTE },
	{ T_PART, "actor", ATTR_PART_ACTOR, T_USER },
	{ T_PART, "at", ATTR_PART_AT, T_TIME },
	{ T_CLOCK, "start", ATTR_CLOCK_START, T_TIME },
	{ T_CLOCK, "due", ATTR_CLOCK_DUE, T_TIME },
	{ T_CLOCK, "stopped", ATTR_CLOCK_STOPPED, T_TIME },
	{ T_CLOCK, "state", ATTR_CLOCK_STATE, T_ENUM },
	{ T_CLOCK, "late", ATTR_CLOCK_LATE, T_BOOL },
	{ T_SHEET, "complete", ATTR_SHEET_COMPLETE, T_BOOL },
	{ T_SHEET, "got", ATTR_SHEET_GOT, T_NUM },
	{ T_SHEET, "full", ATTR_SHEET_FULL, T_NUM },
	{ T_SHEET, "rate", ATTR_SHEET_RATE, T_NUM },
	{ T_SHEET, "bad", ATTR_SHEET_BAD, T_INT },
	{ T_SHEET, "fails", ATTR_SHEET_FAILS, T_LIST },
};

static bool attr_of(struct typer *t, struct ast *e, enum type_tag base)
{
	struct near near;

	near_start(&near, e->name);
	for (size_t i = 0; i < ARRAY_LEN(attrs); i++) {
		if (attrs[i].base != base)
			continue;
		near_try(&near, str_of(attrs[i].name));
		if (!str_is(e->name, attrs[i].name))
			continue;
		e->op = AST_ATTR;
		e->sub = (int)attrs[i].attr;
		e->type = field_type(t, (struct type){ .tag = attrs[i].type });
		if (attrs[i].type == T_ENUM)
			e->type.values = base == T_PARTY ? &enum_party_sort : &enum_clock_state;
		if (attrs[i].type == T_LIST)
			e->type = type_list(t, T(TEXT));
		return true;
	}
	type_error(t, e, "%s没有“%.*s”", type_name_cn(base), STR_FMT(e->name));
	near_hint(t->d, &near);
	return false;
}

static bool column_of(struct typer *t, struct ast *e, const struct field *col, size_t n,
		      const char *what)
{
	struct near near;

	near_start(&near, e->name);
	for (size_t i = 0; i < n; i++) {
		near_try(&near, col[i].id);
		if (!str_eq(col[i].id, e->name))
			continue;
		e->op = AST_COLUMN;
		e->slot = (int)i;
		e->field = &col[i];
		e->type = field_type(t, col[i].type);
		return true;
	}
	type_error(t, e, "%s没有“%.*s”", what, STR_FMT(e->name));
	near_hint(t->d, &near);
	return false;
}

static bool in_form(const struct action *a, struct str name)
{
	for (size_t i = 0; i < a->n_form; i++)
		if (str_eq(a->form[i].field->id, name))
			return true;
	return false;
}

static bool part_member(struct typer *t, struct ast *e)
{
	const struct action *a = e->kid[0]->type.extra;
	const struct kind *k = e->kid[0]->type.kind;

	if (str_is(e->name, "actor") || str_is(e->name, "at"))
		return attr_of(t, e, T_PART);
	if (a && !in_form(a, e->name))
		return type_error(t, e, "动作“%.*s”的表单没有“%.*s”", STR_FMT(a->id),
				  STR_FMT(e->name));
	return column_of(t, e, k->field, k->n_field, "这一份");
}

static bool item_of(struct typer *t, struct ast *e, const struct sheet *s, size_t p, size_t i)
{
	const struct sheet_item *item = &s->part[p].item[i];

	(void)t;
	e->op = AST_ITEM;
	e->slot = (int)(p * 1000 + i);
	e->type = item->ask  ? T(BOOL)
		  : item->of ? (struct type){ .tag = T_ENUM, .values = item->of }
			     : T(NUM);
	return true;
}

/* only: position of the part that the value stands for, or SHEET_ALL. */
static bool sheet_member(struct typer *t, struct ast *e, const struct sheet *s, size_t only)
{
	size_t p = only == SHEET_ALL ? sheet_part_at(s, e->name) : SHEET_ALL, hits = 0, hp = 0,
	       hi = 0;

	if (p != SHEET_ALL) {
		e->op = AST_ATTR;
		e->sub = ATTR_SHEET_PART;
		e->type = (struct type){ .tag = T_PARTS, .sheet = s, .extra = &s->part[p] };
		return true;
	}
	for (p = 0; p < s->n; p++) {
		for (size_t i = 0; (only == SHEET_ALL || only == p) && i < s->part[p].n; i++) {
			if (str_eq(s->part[p].item[i].id, e->name)) {
				hits++;
				hp = p;
				hi = i;
			}
		}
	}
	if (hits > 1)
		return type_error(t, e, "评分表的几个部分都有“%.*s”，要写明部分", STR_FMT(e->name));
	return hits ? item_of(t, e, s, hp, hi) : attr_of(t, e, T_SHEET);
}

static bool list_member(struct typer *t, struct ast *e)
{
	struct ast *list = e->kid[0], *var, *body;
	struct type el = type_element(&list->type);

	if (el.tag == T_NONE || type_is_list(el.tag))
		return type_error(t, e, "列表的元素没有“%.*s”", STR_FMT(e->name));
	var = ast_new(t->a, AST_VAR, list->from, list->to);
	var->slot = (int)t->n_slot++;
	var->type = el;
	body = ast_new(t->a, AST_MEMBER, e->from, e->to);
	body->name = e->name;
	body->kid = arena_many(t->a, 1, struct ast *);
	body->kid[0] = var;
	body->n = 1;
	if (!type_expr(t, body, NULL))
		return false;
	e->op = AST_MAP;
	e->slot = var->slot;
	e->kid = arena_many(t->a, 2, struct ast *);
	e->kid[0] = list;
	e->kid[1] = body;
	e->n = 2;
	e->type =
		type_list(t, type_is_list(body->type.tag) ? type_element(&body->type) : body->type);
	return true;
}

static bool matter_member(struct typer *t, struct ast *e)
{
	const struct kind *k = e->kid[0]->type.kind;
	struct near near;
	bool found;

	if (e->kid[0]->op == AST_ACTOR && str_is(e->name, "organ")) {
		e->op = AST_ATTR;
		e->sub = ATTR_ACTOR_ORGAN;
		e->type = field_type(t, T(ORGAN));
		return true;
	}
	if (!k)
		return e->kid[0]->type.tag == T_REF
			       ? of_any(t, e, e->name)
			       : type_error(t, e,
					    "没有定义人员（person）和单位（organ）的办件种类");
	if (!of_kind(t, e, k, e->name, &found))
		return false;
	if (found)
		return true;
	type_error(t, e, "%.*s没有“%.*s”", STR_FMT(k->name.n ? k->name : k->id), STR_FMT(e->name));
	near_start(&near, e->name);
	near_of_kind(&near, k);
	near_hint(t->d, &near);
	return false;
}

static bool type_setting(struct typer *t, struct ast *e)
{
	const struct law *law = t->s->law;
	const struct setting_def *s = law ? law_setting(law, e->name) : NULL;
	struct near near;

	if (s) {
		e->op = AST_SETTING;
		e->setting = s;
		e->type = s->type;
		e->n = 0;
		return true;
	}
	type_error(t, e, "没有设置项“%.*s”", STR_FMT(e->name));
	near_start(&near, e->name);
	for (size_t i = 0; law && i < law->n_setting; i++)
		near_try(&near, law->setting[i].id);
	near_hint(t->d, &near);
	return false;
}

static bool because_member(struct typer *t, struct ast *e)
{
	if (!str_is(e->name, "actor") && !str_is(e->name, "at"))
		return type_error(t, e, "because_of 只有 .actor 和 .at");
	e->op = AST_ATTR;
	e->n = 0;
	e->sub = str_is(e->name, "at") ? ATTR_BECAUSE_AT : ATTR_BECAUSE_ACTOR;
	e->type = field_type(t, str_is(e->name, "at") ? T(TIME) : T(USER));
	return true;
}

static bool type_member(struct typer *t, struct ast *e)
{
	struct ast *base = e->kid[0];

	if (base->op == AST_NAME && str_is(base->name, "set") && !type_known(t, base->name))
		return type_setting(t, e);
	if (base->op == AST_NAME && str_is(base->name, "because_of"))
		return because_member(t, e);
	if (!type_expr(t, base, NULL))
		return false;
	if (type_is_list(base->type.tag))
		return list_member(t, e);
	if (type_is_matter(&base->type))
		return matter_member(t, e);
	switch (base->type.tag) {
	case T_ROW:
		return column_of(t, e, base->type.row, base->type.n_row, "表格");
	case T_PART:
		return part_member(t, e);
	case T_SHEET:
		return sheet_member(t, e, base->type.sheet, SHEET_ALL);
	case T_PARTS:
		return sheet_member(t, e, base->type.sheet,
				    (size_t)((const struct sheet_part *)base->type.extra
					     - base->type.sheet->part));
	case T_PARTY:
	case T_FILE:
	case T_EVENT:
	case T_CLOCK:
		return attr_of(t, e, base->type.tag);
	default:
		return type_error(t, e, "%.*s没有下一级“%.*s”", STR_FMT(describe(t, &base->type)),
				  STR_FMT(e->name));
	}
}

/* ---- bare names ---- */

static const struct binder *find_binder(const struct typer *t, struct str name)
{
	bool it = str_is(name, "it");

	for (size_t i = t->n_binder; i-- > 0;) {
		const struct binder *b = &t->binder[i];

		if ((it && b->it)
		    || (!it && (str_eq(b->name, name) || (b->alias.n && str_eq(b->alias, name)))))
			return b;
	}
	return NULL;
}

static bool forbidden_time(struct typer *t, struct ast *e)
{
	if (!t->s->no_time)
		return false;
	type_error(t, e, "计算字段和可见范围中不能用 %.*s：结果会随时间改变", STR_FMT(e->name));
	type_hint(t, "写成 terms，或者由动作的 set 记下日期");
	return true;
}

static bool word_is(struct typer *t, struct ast *e, bool *ret_found)
{
	const struct law *law = t->s->law;

	*ret_found = true;
	if (str_is(e->name, "today") || str_is(e->name, "now")) {
		e->op = str_is(e->name, "today") ? AST_TODAY : AST_NOW;
		e->type = e->op == AST_TODAY ? T(DATE) : T(TIME);
		return !forbidden_time(t, e);
	}
	if (str_is(e->name, "actor")) {
		e->op = AST_ACTOR;
		e->type = (struct type){ .tag = T_USER,
					 .kind = law ? law_kind(law, STR("person")) : NULL };
		return true;
	}
	if (str_is(e->name, "because_of"))
		return type_error(t, e, "because_of 之后要写 .actor 或者 .at");
	if (t->s->it && str_is(e->name, "it")) {
		e->op = AST_ACTED;
		e->type = type_matter(t->s->it);
		return true;
	}
	if (t->s->kind && (str_is(e->name, "this") || str_is(e->name, "old"))) {
		e->op = str_is(e->name, "this") ? AST_THIS : AST_OLD;
		e->type = type_matter(t->s->kind);
		return true;
	}
	*ret_found = false;
	return true;
}

static bool organ_is(struct typer *t, struct ast *e)
{
	const struct law *law = t->s->law;

	for (size_t i = 0; law && i < law->n_organ; i++) {
		if (str_eq(law->organ[i].id, e->name)) {
			e->op = AST_ORGAN;
			e->type = (struct type){ .tag = T_ORGAN,
						 .kind = law_kind(law, STR("organ")) };
			return true;
		}
	}
	return false;
}

/* Everything but enum values, in the order of the header. Quiet unless the name is known and wrong
 * here. */
static bool lookup(struct typer *t, struct ast *e, bool *ret_found)
{
	const struct scope *s = t->s;
	const struct binder *b = find_binder(t, e->name);

	*ret_found = true;
	if (b) {
		e->op = AST_VAR;
		e->slot = b->slot;
		e->type = b->type;
		return true;
	}
	for (size_t i = 0; i < s->n_var; i++) {
		if (str_eq(s->var[i].id, e->name)) {
			e->op = AST_ARG;
			e->slot = (int)i;
			e->type = field_type(t, s->var[i].type);
			return true;
		}
	}
	if (s->kind && s->action && s->action->joint && in_form(s->action, e->name)) {
		const struct field *f = kind_field(s->kind, e->name);

		e->op = AST_PART;
		e->field = f;
		e->slot = (int)f->index;
		e->type = field_type(t, f->type);
		return true;
	}
	if (s->kind) {
		if (!of_kind(t, e, s->kind, e->name, ret_found))
			return false;
		if (*ret_found)
			return true;
	}
	if (!word_is(t, e, ret_found))
		return false;
	*ret_found = *ret_found || organ_is(t, e);
	return true;
}

static bool is_var(const struct scope *s, struct str name)
{
	for (size_t i = 0; i < s->n_var; i++)
		if (str_eq(s->var[i].id, name))
			return true;
	return false;
}

bool type_known(struct typer *t, struct str name)
{
	static const char *const words[] = { "it",         "this",  "old", "actor",
					     "because_of", "today", "now" };
	const struct scope *s = t->s;

	if (find_binder(t, name) || is_var(s, name))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(name, words[i]))
			return true;
	for (size_t i = 0; s->kind && i < ARRAY_LEN(metas); i++)
		if (str_is(name, metas[i].name))
			return true;
	for (size_t i = 0; s->law && i < s->law->n_organ; i++)
		if (str_eq(s->law->organ[i].id, name))
			return true;
	return s->kind
	       && (kind_field(s->kind, name) || kind_term(s->kind, name)
		   || kind_number(s->kind, name));
}

bool type_may_bind(struct typer *t, const struct ast *e, struct str name)
{
	if (!type_known(t, name) && !str_is(name, "set"))
		return true;
	type_error(t, e, "“%.*s”在这里已有含义，不能再用作元素的名称", STR_FMT(name));
	return type_hint(t, "换一个名称，例如 x");
}

static bool enum_value(struct typer *t, struct ast *e, const struct enum_def *d)
{
	struct val *v = arena_one(t->a, struct val);

	*v = (struct val){ .t = T_ENUM, .s = e->name, .values = d };
	e->op = AST_CONST;
	e->val = v;
	e->type = (struct type){ .tag = T_ENUM, .values = d };
	return true;
}

static bool unknown_name(struct typer *t, struct ast *e, const struct enum_def *d)
{
	static const char *const later[] = { "target", "pool" };
	struct near near;

	for (size_t i = 0; i < ARRAY_LEN(later); i++)
		if (str_is(e->name, later[i]))
			return type_error(
				t, e,
				"只在抽选（draws）中有含义，这一部分尚未提供");
	near_start(&near, e->name);
	for (size_t i = 0; d && i < d->n; i++)
		near_try(&near, d->v[i].id);
	near_of_kind(&near, t->s->kind);
	for (size_t i = 0; i < t->n_binder; i++)
		near_try(&near, t->binder[i].name);
	for (size_t i = 0; i < t->s->n_var; i++)
		near_try(&near, t->s->var[i].id);
	for (size_t i = 0; t->s->law && i < t->s->law->n_organ; i++)
		near_try(&near, t->s->law->organ[i].id);
	if (d)
		type_error(t, e, "既不是可选的取值，也不是这里的名称");
	else
		type_error(t, e, "没有这个名称");
	if (!near_hint(t->d, &near) && !d)
		type_hint(t, "可用的有本办件的字段、条款（terms）和内置字段；选项的取值只能写在同一"
			     "选项的对面");
	return false;
}

static bool type_name_node(struct typer *t, struct ast *e, const struct type *expect)
{
	const struct enum_def *d =
		expect && (expect->tag == T_ENUM || expect->tag == T_PICKS) ? expect->values : NULL;
	struct str name = e->name;
	bool found;

	if (d && has_id(d, name)) {
		struct ast probe = *e;

		/* A field that could stand here as well makes the name ambiguous; another type
		 * cannot be meant. */
		if (type_known(t, name) && lookup(t, &probe, &found) && found
		    && probe.type.tag == T_ENUM
		    && (among(probe.type.values, d) || among(d, probe.type.values))) {
			type_error(t, e, "既是取值，又是字段或条款的名称");
			return type_hint(t, "给其中一个改名");
		}
		return enum_value(t, e, d);
	}
	if (str_is(name, "it") && !find_binder(t, name) && !t->s->it && !is_var(t->s, name)) {
		type_error(t, e, "it 只在列表函数之内有含义");
		return type_hint(t, "例如 any(列表, it.字段 == …)");
	}
	if (!lookup(t, e, &found))
		return false;
	return found || unknown_name(t, e, d);
}

/* ---- operators ---- */

bool type_bool(struct typer *t, struct ast *e, const char *what)
{
	if (!type_expr(t, e, NULL))
		return false;
	if (e->type.tag == T_BOOL)
		return true;
	type_error(t, e, "%s应当成立或者不成立，这里是%.*s", what, STR_FMT(describe(t, &e->type)));
	if (e->type.tag != T_NONE)
		type_hint(t, "比较写 ==、>=、in 等，是否填写写 is not null");
	return false;
}

/* A name, or a list of names, that means nothing by itself here: an enum value waiting for its
 * enum. */
static bool waits(struct typer *t, const struct ast *e)
{
	if (e->op == AST_NAME)
		return !type_known(t, e->name);
	if (e->op == AST_LIST || e->op == AST_ELSE)
		return e->n && waits(t, e->kid[0]);
	return false;
}

static const struct type *enum_of(struct typer *t, const struct type *x)
{
	struct type el = type_element(x), *copy;

	if (x->tag == T_ENUM || x->tag == T_PICKS)
		return x;
	if (el.tag != T_ENUM)
		return NULL;
	copy = arena_one(t->a, struct type);
	*copy = el;
	return copy;
}

static bool type_pair(struct typer *t, struct ast *a, struct ast *b)
{
	if (waits(t, a) && !waits(t, b))
		return type_expr(t, b, NULL) && type_expr(t, a, enum_of(t, &b->type));
	return type_expr(t, a, NULL) && type_expr(t, b, enum_of(t, &a->type));
}

static bool ordered(enum type_tag t)
{
	return t == T_INT || t == T_NUM || t == T_MONEY || t == T_DATE || t == T_TIME
	       || t == T_SPAN;
}

static bool comparable(enum type_tag t)
{
	return ordered(t) || type_is_text(t) || t == T_BOOL || t == T_ENUM || t == T_USER
	       || t == T_ORGAN || t == T_REF || t == T_PARTY || t == T_FILE || t == T_NONE;
}

static bool type_cmp(struct typer *t, struct ast *e)
{
	if (!type_pair(t, e->kid[0], e->kid[1]))
		return false;
	for (int i = 0; i < 2; i++) {
		const struct ast *side = e->kid[i];

		if (type_is_list(side->type.tag)) {
			type_error(t, e, "列表不能用 == 等比较");
			return type_hint(t, "用 count、any、all、has 或者 in");
		}
		if (!comparable(side->type.tag))
			return type_error(t, side, "%.*s不能比较",
					  STR_FMT(describe(t, &side->type)));
		if (e->sub >= CMP_LT && !ordered(side->type.tag) && side->type.tag != T_NONE)
			return type_error(t, side, "%.*s不能比较大小",
					  STR_FMT(describe(t, &side->type)));
	}
	e->type = T(BOOL);
	return types_compare(t, e, e->kid[0], e->kid[1]);
}

static bool type_in(struct typer *t, struct ast *e)
{
	struct ast el = { 0 };

	if (!type_pair(t, e->kid[0], e->kid[1]))
		return false;
	e->type = T(BOOL);
	if (e->kid[1]->type.tag == T_INTERVAL) {
		enum type_tag want = e->kid[1]->type.n == INTERVAL_TIMES ? T_TIME : T_DATE;

		if (e->kid[0]->type.tag == want || (e->kid[1]->type.n == INTERVAL_PERIOD && e->kid[0]->type.tag == T_TIME))
			return true;
		type_error(t, e, "期间由%s组成，这里是%.*s", type_name_cn(want),
			   STR_FMT(describe(t, &e->kid[0]->type)));
		return mix_hint(t, e, &e->kid[0]->type, &(struct type){ .tag = want });
	}
	if (!type_is_list(e->kid[1]->type.tag)) {
		type_error(t, e->kid[1], "in 的右边应当是列表、多选或者期间，这里是%.*s",
			   STR_FMT(describe(t, &e->kid[1]->type)));
		return type_hint(t, "例如 state in [draft, sent]，或者 d in dates(a, b)");
	}
	el.type = type_element(&e->kid[1]->type);
	if (el.type.tag == T_NONE || e->kid[0]->type.tag == T_NONE)
		return true;
	el.literal = e->kid[1]->literal;
	el.from = e->kid[1]->from;
	el.to = e->kid[1]->to;
	return types_compare(t, e, e->kid[0], &el);
}

static bool type_list_node(struct typer *t, struct ast *e, const struct type *expect)
{
	struct type el = T(NONE);
	const struct type *want = expect && type_is_list(expect->tag) ? NULL : expect;
	struct type want_el;

	if (expect && type_is_list(expect->tag)) {
		want_el = type_element(expect);
		want = &want_el;
	}
	e->literal = e->n > 0;
	for (size_t i = 0; i < e->n; i++) {
		struct ast first = { .type = el,
				     .from = e->kid[0]->from,
				     .to = e->kid[0]->to,
				     .literal = e->literal };

		if (!type_expr(t, e->kid[i], want ? want : i ? enum_of(t, &el) : NULL))
			return false;
		if (type_is_list(e->kid[i]->type.tag))
			return type_error(t, e->kid[i], "列表之内不能再有列表");
		if (!types_unify(t, &first, e->kid[i], &el))
			return false;
		e->literal = e->literal && e->kid[i]->literal;
	}
	e->type = type_list(t, el);
	return true;
}

static bool type_else(struct typer *t, struct ast *e, const struct type *expect)
{
	bool ok = expect ? type_expr(t, e->kid[0], expect) && type_expr(t, e->kid[1], expect)
			 : type_pair(t, e->kid[0], e->kid[1]);

	if (!ok)
		return false;
	if (type_is_list(e->kid[0]->type.tag)) {
		type_error(t, e->kid[0], "列表从不为空值，else 不起作用");
		return type_hint(t, "是否有元素写 count(L) > 0");
	}
	e->literal = e->kid[0]->literal && e->kid[1]->literal;
	return types_unify(t, e->kid[0], e->kid[1], &e->type);
}

static bool arith_error(struct typer *t, struct ast *e)
{
	const struct type *x = &e->kid[0]->type, *y = &e->kid[1]->type;

	type_error(t, e, "%.*s与%.*s不能用 %c 计算", STR_FMT(describe(t, x)),
		   STR_FMT(describe(t, y)), (char)e->sub);
	if ((x->tag == T_DATE || x->tag == T_TIME) && (y->tag == T_DATE || y->tag == T_TIME))
		return type_hint(t, "相隔几日写 days(a, b)，几个工作日写 workdays(a, b)，几个月写 "
				    "months(a, b)，两个时间相隔几分钟写 minutes(a, b)");
	if ((x->tag == T_DATE || x->tag == T_TIME) && type_is_number(y))
		return type_hint(t, "写明单位：+ 3 day，或者 + n * 1 day");
	if (type_is_text(x->tag) || type_is_text(y->tag))
		return type_hint(t, "不能拼接文字；文书和说明中用 {…} 插入");
	return mix_hint(t, e, x, y);
}

/* The units that may be added: type.n of a span is its unit + 1 where it is written out. */
static bool span_fits(struct typer *t, struct ast *e, enum type_tag base, int unit)
{
	bool small = unit == UNIT_MINUTE + 1 || unit == UNIT_HOUR + 1;

	if (!unit || unit == UNIT_DAY + 1 || (base == T_TIME) == small)
		return true;
	if (base == T_DATE) {
		type_error(t, e, "日期不能加减小时或分钟");
		return type_hint(t, "用时间字段，或者用 day");
	}
	type_error(t, e, "时间只能加减 minute、hour、day");
	return type_hint(t, "先用 date(…) 变成日期");
}

static bool type_product(struct typer *t, struct ast *e, const struct type *x, const struct type *y)
{
	bool xm = x->tag == T_MONEY, ym = y->tag == T_MONEY;

	if (e->sub == '*'
	    && ((x->tag == T_INT && y->tag == T_SPAN) || (x->tag == T_SPAN && y->tag == T_INT))) {
		e->type = x->tag == T_SPAN ? *x : *y;
		return true;
	}
	if (!type_is_number(x) || !type_is_number(y) || (xm && ym && e->sub == '*')
	    || (!xm && ym && e->sub == '/'))
		return arith_error(t, e);
	if (xm || ym)
		e->type = xm && ym ? T(NUM) : T(MONEY);
	else
		e->type = e->sub == '*' && x->tag == T_INT && y->tag == T_INT ? T(INT) : T(NUM);
	return true;
}

static bool type_arith(struct typer *t, struct ast *e)
{
	const struct type *x, *y;

	if (!type_expr(t, e->kid[0], NULL) || !type_expr(t, e->kid[1], NULL))
		return false;
	x = &e->kid[0]->type;
	y = &e->kid[1]->type;
	e->literal = e->kid[0]->literal && e->kid[1]->literal;
	if (x->tag == T_NONE || y->tag == T_NONE)
		return type_error(t, e, "与 null 计算的结果永远是空");
	if (e->sub == '*' || e->sub == '/')
		return type_product(t, e, x, y);
	if ((x->tag == T_DATE || x->tag == T_TIME) && y->tag == T_SPAN) {
		e->type = *x;
		return span_fits(t, e, x->tag, y->n);
	}
	if (!number_mix(e->kid[0], e->kid[1]))
		return arith_error(t, e);
	e->type = x->tag == T_MONEY || y->tag == T_MONEY ? T(MONEY)
		  : x->tag == T_INT && y->tag == T_INT   ? T(INT)
							 : T(NUM);
	return true;
}

static bool type_neg(struct typer *t, struct ast *e)
{
	if (!type_expr(t, e->kid[0], NULL))
		return false;
	e->type = e->kid[0]->type;
	e->literal = e->kid[0]->literal;
	return type_is_number(&e->type) || e->type.tag == T_SPAN
	       || type_error(t, e, "%.*s没有负数", STR_FMT(describe(t, &e->type)));
}

static bool type_const(struct ast *e)
{
	if (e->type.tag == T_ENUM)
		return true;
	e->type = (struct type){ .tag = e->val->t };
	if (e->val->t == T_SPAN)
		e->type.n = (int)e->val->span.unit + 1;
	return true;
}

static bool type_chain(struct typer *t, struct ast *e, const char *what)
{
	for (size_t i = 0; i < e->n; i++)
		if (!type_bool(t, e->kid[i], what))
			return false;
	e->type = T(BOOL);
	return true;
}

bool type_expr(struct typer *t, struct ast *e, const struct type *expect)
{
	switch (e->op) {
	case AST_CONST:
		return type_const(e);
	case AST_NAME:
		return type_name_node(t, e, expect);
	case AST_MEMBER:
		return type_member(t, e);
	case AST_CALL:
		return type_call(t, e);
	case AST_LIST:
		return type_list_node(t, e, expect);
	case AST_AND:
		return type_chain(t, e, "and 的每一边");
	case AST_OR:
		return type_chain(t, e, "or 的每一边");
	case AST_NOT:
		return type_chain(t, e, "not 之后");
	case AST_CMP:
		return type_cmp(t, e);
	case AST_IN:
		return type_in(t, e);
	case AST_IS_NULL:
		e->type = T(BOOL);
		return type_expr(t, e->kid[0], NULL);
	case AST_ELSE:
		return type_else(t, e, expect);
	case AST_ARITH:
		return type_arith(t, e);
	case AST_NEG:
		return type_neg(t, e);
	default:
		return true; /* typed already */
	}
}

/* ---- the whole ---- */

static bool choose_compares(const struct choose *c)
{
	for (size_t i = 0; i < c->n; i++)
		if ((c->row[i].when && c->row[i].when->compares) || (c->row[i].is && c->row[i].is->compares))
			return true;
	return false;
}

static bool node_compares(const struct ast *e)
{
	if ((e->op == AST_FUNC && e->sub == FN_ALIKE) || (e->op == AST_TERM && choose_compares(&e->term->is)))
		return true;
	for (size_t i = 0; i < e->n; i++)
		if (node_compares(e->kid[i]))
			return true;
	return false;
}

bool expr_compares(const struct expr *e)
{
	return e->compares;
}

struct expr *expr_compile(struct arena *a, const struct scope *s, struct str text, struct pos pos,
			  struct diag *d)
{
	struct typer t = { .a = a, .s = s, .d = d, .text = text, .pos = pos };
	struct ast *root = expr_parse(a, text, pos, d);
	struct expr *e;

	if (!root || !type_expr(&t, root, s->expect))
		return NULL;
	if (s->expect && !type_coerce(&t, &root, s->expect))
		return NULL;
	/* The unit is known within this expression only: a term's rows may have others. */
	if (root->type.tag == T_SPAN)
		root->type.n = 0;
	e = arena_one(a, struct expr);
	*e = (struct expr){ .root = root, .text = text, .pos = pos, .n_slot = t.n_slot, .compares = node_compares(root) };
	return e;
}

const struct type *expr_type(const struct expr *e)
{
	return &e->root->type;
}

struct str expr_text(const struct expr *e)
{
	return e->text;
}

const struct field *expr_field(const struct expr *e)
{
	const struct ast *root = e->root;

	while (root->op == AST_CAST)
		root = root->kid[0];
	return root->op == AST_FIELD && !root->n ? root->field : NULL;
}
