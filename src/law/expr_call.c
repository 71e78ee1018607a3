/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Calls: the functions of language.md 11, pack functions, and what an index can answer of
 * matters(). */
#include "law/expr_ast.h"

#define T(x) ((struct type){ .tag = T_##x })

struct fn {
	const char *name;
	enum func fn;
	size_t min, max; /* arguments */
	bool (*type)(struct typer *t, struct ast *e);
	const char *usage;
};

/* ---- binders ---- */

static bool push(struct typer *t, struct ast *e, const struct ast *list, struct type el)
{
	struct binder *b;

	if (t->n_binder == ARRAY_LEN(t->binder))
		return type_error(t, e, "列表函数嵌套过深");
	if (e->binder.n && !type_may_bind(t, e, e->binder))
		return false;
	b = &t->binder[t->n_binder++];
	*b = (struct binder){
		.name = e->binder, .it = !e->binder.n, .type = el, .slot = (int)t->n_slot++
	};
	/* any(matters(plan, p, …), … p.items …): the candidate's name goes on naming the element.
	 */
	if (list && list->op == AST_SCAN && !e->binder.n)
		b->alias = list->binder;
	e->slot = b->slot;
	return true;
}

static void pop(struct typer *t)
{
	t->n_binder--;
}

/* The first argument as a list with known elements. */
static bool list_arg(struct typer *t, struct ast *e, struct type *ret_el)
{
	if (!type_expr(t, e->kid[0], NULL))
		return false;
	if (!type_is_list(e->kid[0]->type.tag)) {
		type_error(t, e->kid[0], "%.*s 的第一项应当是列表，这里是%s", STR_FMT(e->name),
			   type_name_cn(e->kid[0]->type.tag));
		if (e->n > 1 && (str_is(e->name, "min") || str_is(e->name, "max")))
			return type_hint(t, "几个值写成列表：%.*s([a, b])", STR_FMT(e->name));
		return false;
	}
	*ret_el = type_element(&e->kid[0]->type);
	return true;
}

/* kid[1] over the element; *ret its type, or the element's when there is no kid[1]. */
static bool over_element(struct typer *t, struct ast *e, struct type *ret)
{
	bool ok;

	if (!list_arg(t, e, ret) || !push(t, e, e->kid[0], *ret))
		return false;
	if (e->n < 2) {
		pop(t);
		return true;
	}
	ok = type_expr(t, e->kid[1], NULL);
	pop(t);
	if (ok)
		*ret = e->kid[1]->type;
	return ok;
}

static bool fn_where(struct typer *t, struct ast *e)
{
	struct type el;
	bool ok;

	if (!list_arg(t, e, &el))
		return false;
	/* Without a condition `any` asks whether there is one: only lists that were asked for by a
	 * condition. */
	if (e->sub == FN_ANY && e->n < 2 && e->kid[0]->op != AST_SCAN) {
		type_error(t, e, "any 缺少条件");
		return type_hint(t, "写成 any(列表, 条件)");
	}
	if (!push(t, e, e->kid[0], el))
		return false;
	ok = e->n < 2 || type_bool(t, e->kid[1], "条件");
	pop(t);
	e->type = e->sub == FN_COUNT ? T(INT) : T(BOOL);
	return ok;
}

static bool fn_fold(struct typer *t, struct ast *e)
{
	struct type x;

	if (!over_element(t, e, &x))
		return false;
	e->type = x;
	if (x.tag == T_NUM || x.tag == T_MONEY || (x.tag == T_NONE && e->n < 2))
		return true;
	if (x.tag == T_INT) {
		e->type = e->sub == FN_AVG ? T(NUM) : T(INT);
		return true;
	}
	if ((x.tag == T_DATE || x.tag == T_TIME) && (e->sub == FN_MIN || e->sub == FN_MAX))
		return true;
	type_error(t, e->n < 2 ? e->kid[0] : e->kid[1], "%.*s 不能用于%s", STR_FMT(e->name),
		   type_name_cn(x.tag));
	return type_hint(t,
			 e->n < 2 ? "用第二项写明取什么：%.*s(列表, it.字段)"
				  : "%.*s 用于数、金额，min 和 max 也用于日期",
			 STR_FMT(e->name));
}

static bool fn_pick(struct typer *t, struct ast *e)
{
	struct type key, el;

	if (!over_element(t, e, &key))
		return false;
	el = type_element(&e->kid[0]->type);
	e->type = el;
	if (e->n < 2 || type_is_number(&key) || key.tag == T_DATE || key.tag == T_TIME)
		return true;
	return type_error(t, e->kid[1], "排序用的应当是数、金额、日期或者时间，这里是%s",
			  type_name_cn(key.tag));
}

/* ---- by id: actions, clocks, papers ---- */

static bool id_arg(struct typer *t, struct ast *e)
{
	if (!t->s->kind)
		return type_error(t, e, "%.*s 只能用在办件的定义中", STR_FMT(e->name));
	if (e->kid[0]->op != AST_NAME) {
		type_error(t, e->kid[0], "%.*s 的括号中只写一个名称", STR_FMT(e->name));
		return false;
	}
	return true;
}

static bool unknown_id(struct typer *t, struct ast *e, const char *what, struct near *near)
{
	type_error(t, e->kid[0], "本办件没有名为“%.*s”的%s", STR_FMT(e->kid[0]->name), what);
	near_hint(t->d, near);
	return false;
}

static bool fn_action(struct typer *t, struct ast *e)
{
	const struct kind *k = t->s->kind;
	struct near near;

	if (!id_arg(t, e))
		return false;
	e->kind = k;
	e->action = kind_action(k, e->kid[0]->name);
	near_start(&near, e->kid[0]->name);
	for (size_t i = 0; i < k->n_action; i++)
		near_try(&near, k->action[i].id);
	if (!e->action)
		return unknown_id(t, e, "动作", &near);
	if ((e->sub == FN_PARTS || e->sub == FN_ROUNDS) && !e->action->joint) {
		type_error(t, e, "“%.*s”不是共同办理（joint）的动作", STR_FMT(e->action->id));
		return type_hint(t, "一人办理的动作写 event(%.*s)", STR_FMT(e->action->id));
	}
	switch (e->sub) {
	case FN_EVENT:
		e->type = (struct type){ .tag = T_EVENT, .extra = e->action };
		break;
	case FN_EVENTS:
		e->type = type_list(t, (struct type){ .tag = T_EVENT, .extra = e->action });
		break;
	case FN_PARTS:
		e->type =
			type_list(t, (struct type){ .tag = T_PART, .kind = k, .extra = e->action });
		break;
	case FN_ROUNDS:
		e->type = T(INT);
		break;
	default:
		e->type = T(BOOL);
		break;
	}
	return true;
}

static bool fn_clock(struct typer *t, struct ast *e)
{
	const struct kind *k = t->s->kind;
	struct near near;
	struct type clock = T(CLOCK);

	if (!id_arg(t, e))
		return false;
	near_start(&near, e->kid[0]->name);
	for (size_t i = 0; i < k->n_clock; i++)
		near_try(&near, k->clock[i].id);
	clock.extra = kind_clock(k, e->kid[0]->name);
	if (!clock.extra)
		return unknown_id(t, e, "期限", &near);
	e->type = e->sub == FN_CLOCKS ? type_list(t, clock) : clock;
	return true;
}

/* A field whose values are ids of papers names the one that it holds. */
static bool paper_field(struct typer *t, struct ast *e, bool *ret)
{
	const struct kind *k = t->s->kind;
	const struct field *f = kind_field(k, e->kid[0]->name);

	*ret = f && f->type.tag == T_ENUM;
	if (!*ret)
		return true;
	for (size_t i = 0; i < f->type.values->n; i++)
		if (!kind_paper(k, f->type.values->v[i].id))
			return type_error(t, e->kid[0], "“%.*s”的选项“%.*s”不是本办件的文书", STR_FMT(f->id), STR_FMT(f->type.values->v[i].id));
	return type_expr(t, e->kid[0], NULL);
}

static bool fn_paper(struct typer *t, struct ast *e)
{
	const struct kind *k = t->s->kind;
	struct near near;
	bool field;

	if (!id_arg(t, e) || !paper_field(t, e, &field))
		return false;
	near_start(&near, e->kid[0]->name);
	for (size_t i = 0; i < k->n_paper; i++)
		near_try(&near, k->paper[i].id);
	e->type = e->sub == FN_FROZEN ? T(BOOL) : e->sub == FN_PAPER_ON ? T(DATE) : T(TEXT);
	return field || kind_paper(k, e->kid[0]->name) || unknown_id(t, e, "文书", &near);
}

/* ---- plain functions ---- */

static bool args(struct typer *t, struct ast *e)
{
	for (size_t i = 0; i < e->n; i++)
		if (!type_expr(t, e->kid[i], NULL))
			return false;
	return true;
}

static bool want(struct typer *t, struct ast *e, size_t i, enum type_tag tag)
{
	const struct type *x = &e->kid[i]->type;

	if (x->tag == tag || x->tag == T_NONE || (tag == T_NUM && x->tag == T_INT))
		return true;
	type_error(t, e->kid[i], "%.*s 的第%zu项应当是%s，这里是%s", STR_FMT(e->name), i + 1,
		   type_name_cn(tag), type_name_cn(x->tag));
	return tag == T_DATE && x->tag == T_TIME ? type_hint(t, "写 date(…)") : false;
}

static bool fn_date(struct typer *t, struct ast *e)
{
	if (!args(t, e))
		return false;
	e->type = T(DATE);
	if (e->n == 1)
		return want(t, e, 0, T_TIME);
	e->sub = FN_DATE_OF;
	if (e->n == 2)
		return type_error(t, e, "写 date(时间)，或者 date(年, 月, 日)");
	return want(t, e, 0, T_INT) && want(t, e, 1, T_INT) && want(t, e, 2, T_INT);
}

static bool fn_year(struct typer *t, struct ast *e)
{
	e->type = T(INT);
	return args(t, e) && (e->kid[0]->type.tag == T_TIME || want(t, e, 0, T_DATE));
}

static bool fn_hour(struct typer *t, struct ast *e)
{
	e->type = T(INT);
	return args(t, e) && want(t, e, 0, T_TIME);
}

/* Both ends days, or both instants: type.n of the interval tells which. */
static bool fn_dates(struct typer *t, struct ast *e)
{
	enum type_tag end = T_DATE;

	if (!args(t, e))
		return false;
	for (size_t i = 0; i < e->n; i++)
		if (e->kid[i]->type.tag == T_TIME)
			end = T_TIME;
	e->type = T(INTERVAL);
	e->type.n = end == T_TIME;
	return want(t, e, 0, end) && want(t, e, 1, end);
}

static bool fn_between(struct typer *t, struct ast *e)
{
	e->type = T(INT);
	return args(t, e) && want(t, e, 0, T_DATE) && want(t, e, 1, T_DATE);
}

static bool fn_minutes(struct typer *t, struct ast *e)
{
	e->type = T(INT);
	return args(t, e) && want(t, e, 0, T_TIME) && want(t, e, 1, T_TIME);
}

static bool fn_shift(struct typer *t, struct ast *e)
{
	int unit;

	e->type = T(DATE);
	if (!args(t, e) || !want(t, e, 0, T_DATE) || !want(t, e, 1, T_SPAN))
		return false;
	unit = e->kid[1]->type.n;
	return (unit != UNIT_MINUTE + 1 && unit != UNIT_HOUR + 1)
	       || type_error(t, e, "日期不能按小时或分钟推算");
}

static bool fn_workday(struct typer *t, struct ast *e)
{
	e->type = T(BOOL);
	return args(t, e) && want(t, e, 0, T_DATE);
}

static bool fn_percent(struct typer *t, struct ast *e)
{
	e->type = T(NUM);
	if (!args(t, e))
		return false;
	if (e->kid[0]->type.tag == T_MONEY || e->kid[1]->type.tag == T_MONEY)
		return type_coerce(t, &e->kid[0], &T(MONEY))
		       && type_coerce(t, &e->kid[1], &T(MONEY));
	return want(t, e, 0, T_NUM) && want(t, e, 1, T_NUM);
}

static bool fn_round(struct typer *t, struct ast *e)
{
	const struct ast *places = e->n > 1 ? e->kid[1] : NULL;

	if (!args(t, e) || (e->kid[0]->type.tag != T_MONEY && !want(t, e, 0, T_NUM))
	    || (places && !want(t, e, 1, T_INT)))
		return false;
	/* Whole numbers are an int, so that they may be counted with. */
	if (e->kid[0]->type.tag == T_MONEY)
		e->type = T(MONEY);
	else
		e->type = !places || (places->op == AST_CONST && places->val->n == 0) ? T(INT)
										     : T(NUM);
	return true;
}

static bool fn_organs(struct typer *t, struct ast *e)
{
	struct type organ = { .tag = T_ORGAN,
			      .kind = t->s->law ? law_kind(t->s->law, STR("organ")) : NULL };
	bool ok;

	e->type = type_list(t, organ);
	if (!push(t, e, NULL, organ))
		return false;
	ok = !e->n || type_bool(t, e->kid[0], "条件");
	pop(t);
	return ok;
}

static bool fn_recused(struct typer *t, struct ast *e)
{
	e->type = T(BOOL);
	return type_expr(t, e->kid[0], NULL) && want(t, e, 0, T_USER);
}

static bool fn_alike(struct typer *t, struct ast *e)
{
	if (t->s->no_matters)
		return type_error(t, e, "计算字段、可见范围和文书中不能用 alike()");
	if (!t->s->kind || !t->s->kind->alike.node) {
		type_error(t, e, "alike() 只能用在写有 alike 的办件种类中");
		return false;
	}
	e->type = type_list(t, T(MONEY));
	return true;
}

static bool fn_people(struct typer *t, struct ast *e)
{
	struct near near;
	bool ok;

	if (!type_expr(t, e->kid[0], NULL) || !want(t, e, 0, T_ORGAN))
		return false;
	e->type = type_list(
		t, (struct type){ .tag = T_USER,
				  .kind = t->s->law ? law_kind(t->s->law, STR("person")) : NULL });
	if (e->n < 2)
		return true;
	ok = e->kid[1]->op == AST_NAME && t->s->law && law_role(t->s->law, e->kid[1]->name);
	if (ok)
		return true;
	type_error(t, e->kid[1], "没有这个岗位");
	near_start(&near, e->kid[1]->name);
	for (size_t i = 0; t->s->law && i < t->s->law->n_role; i++)
		near_try(&near, t->s->law->role[i].id);
	near_hint(t->d, &near);
	return false;
}

static bool fn_sealed(struct typer *t, struct ast *e)
{
	e->type = T(BOOL);
	return args(t, e) && (e->kid[0]->type.tag == T_FILES || want(t, e, 0, T_FILE));
}

static bool fn_same(struct typer *t, struct ast *e)
{
	e->type = T(BOOL);
	if (!args(t, e))
		return false;
	if (type_is_list(e->kid[0]->type.tag))
		return type_error(t, e->kid[0], "same 比较两个单独的值");
	return types_compare(t, e, e->kid[0], e->kid[1]);
}

static bool fn_len(struct typer *t, struct ast *e)
{
	e->type = T(INT);
	if (!args(t, e))
		return false;
	if (type_is_text(e->kid[0]->type.tag) || e->kid[0]->type.tag == T_NONE)
		return true;
	type_error(t, e->kid[0], "len 数文字的字数，这里是%s", type_name_cn(e->kid[0]->type.tag));
	return type_is_list(e->kid[0]->type.tag) ? type_hint(t, "列表的个数写 count(列表)") : false;
}

static bool fn_mentions(struct typer *t, struct ast *e)
{
	e->type = T(BOOL);
	if (!args(t, e))
		return false;
	for (int i = 0; i < 2; i++)
		if (!type_is_text(e->kid[i]->type.tag) && e->kid[i]->type.tag != T_NONE)
			return type_error(t, e->kid[i], "mentions 在文字中查找文字，这里是%s",
					  type_name_cn(e->kid[i]->type.tag));
	return true;
}

/* masked(当事人): what to call it; masked(文字, 当事人): the text with it masked. */
static bool fn_masked(struct typer *t, struct ast *e)
{
	e->type = T(TEXT);
	if (!args(t, e))
		return false;
	if (e->n == 2 && !type_is_text(e->kid[0]->type.tag) && e->kid[0]->type.tag != T_NONE)
		return type_error(t, e->kid[0], "masked 隐去文字中的当事人，这里是%s", type_name_cn(e->kid[0]->type.tag));
	if (e->kid[e->n - 1]->type.tag != T_PARTY)
		return type_error(t, e->kid[e->n - 1], "masked 要写明当事人，这里是%s",
				  type_name_cn(e->kid[e->n - 1]->type.tag));
	return true;
}

static bool fn_has(struct typer *t, struct ast *e)
{
	struct ast el = { .from = e->from, .to = e->to };
	struct type *element = arena_one(t->a, struct type);

	e->type = T(BOOL);
	if (!list_arg(t, e, element) || !type_expr(t, e->kid[1], element))
		return false;
	el.type = *element;
	el.literal = e->kid[0]->literal;
	return el.type.tag == T_NONE || types_compare(t, e, &el, e->kid[1]);
}

/* Both lists hold the same; the result may go where the first one comes from. */
static bool fn_union(struct typer *t, struct ast *e)
{
	struct type element, other;

	if (!list_arg(t, e, &element) || !type_expr(t, e->kid[1], &element))
		return false;
	e->type = e->kid[0]->type;
	if (!type_is_list(e->kid[1]->type.tag))
		return type_error(t, e->kid[1], "union 的第二项应当是列表，这里是%s", type_name_cn(e->kid[1]->type.tag));
	other = type_element(&e->kid[1]->type);
	return other.tag == element.tag
	       || type_error(t, e->kid[1], "union 的两个列表不是同一类：一个是%s，一个是%s", type_name_cn(element.tag),
			     type_name_cn(other.tag));
}

static bool fn_open(struct typer *t, struct ast *e)
{
	e->type = T(BOOL);
	if (!args(t, e))
		return false;
	return type_is_matter(&e->kid[0]->type)
	       || type_error(t, e->kid[0], "open 看一件办件是否还没有结束，这里是%s",
			     type_name_cn(e->kid[0]->type.tag));
}

/* ---- matters() and children() ---- */

bool ast_uses(const struct ast *e, int slot)
{
	if (e->op == AST_VAR && e->slot == slot)
		return true;
	for (size_t i = 0; i < e->n; i++)
		if (ast_uses(e->kid[i], slot))
			return true;
	return false;
}

/* it.FIELD, it.state, it.organ, it.parent, it.opened: what an index knows of a candidate. */
static bool indexed(const struct ast *e, int slot, struct probe *ret)
{
	if ((e->op != AST_FIELD && e->op != AST_META) || !e->n || e->kid[0]->op != AST_VAR
	    || e->kid[0]->slot != slot)
		return false;
	*ret = (struct probe){ .on = PROBE_FIELD, .field = e->field };
	if (e->op == AST_FIELD) {
		enum type_tag t = e->type.tag;

		/* matter_key holds whole numbers and short texts: no decimals, no long texts. */
		return e->field && t != T_NUM && t != T_NOTE && t != T_SPAN && t != T_ROWS
		       && t != T_FILES && t != T_SHEET;
	}
	switch (e->sub) {
	case META_STATE:
		ret->on = PROBE_STATE;
		return true;
	case META_ORGAN:
		ret->on = PROBE_ORGAN;
		return true;
	case META_PARENT:
		ret->on = PROBE_PARENT;
		return true;
	case META_OPENED:
		ret->on = PROBE_OPENED;
		return true;
	default:
		return false;
	}
}

static struct ast *cast_to(struct typer *t, struct ast *e, struct type to)
{
	struct ast *c;

	if (e->type.tag == to.tag && type_element(&e->type).tag == type_element(&to).tag)
		return e;
	c = ast_new(t->a, AST_CAST, e->from, e->to);
	c->kid = arena_many(t->a, 1, struct ast *);
	c->kid[0] = e;
	c->n = 1;
	c->type = to;
	return c;
}

/* The value in the field's own type, so that its key is the key that was stored. */
static bool probe_value(struct typer *t, struct ast *value, const struct type *field, bool list,
			struct ast_probe *p)
{
	struct type el = type_is_list(field->tag) ? type_element(field) : *field;
	struct type from = list ? type_element(&value->type) : value->type;

	if (from.tag != T_NONE && !(el.tag == T_MONEY && value->literal) && !type_fits(&el, &from))
		return false; /* an int field beside a num: compared, not probed */
	p->value = cast_to(t, value, list ? type_list(t, el) : el);
	return true;
}

static bool probe_eq(struct typer *t, struct ast *field, struct ast *value, int slot,
		     struct ast_probe *p)
{
	if (!indexed(field, slot, &p->as) || ast_uses(value, slot))
		return false;
	p->as.op = PROBE_EQ;
	return probe_value(t, value, &field->type, false, p);
}

static bool probe_in(struct typer *t, struct ast *e, int slot, struct ast_probe *p)
{
	struct ast *x = e->kid[0], *list = e->kid[1];

	if (e->negated)
		return false;
	if (type_is_list(list->type.tag) && probe_eq(t, list, x, slot, p))
		return true; /* x in it.officers */
	if (!indexed(x, slot, &p->as) || ast_uses(list, slot))
		return false;
	p->as.op = list->type.tag == T_INTERVAL ? PROBE_BETWEEN : PROBE_IN;
	if (p->as.op == PROBE_IN)
		return probe_value(t, list, &x->type, true, p);
	p->value = list;
	return true;
}

static bool probe_of(struct typer *t, struct ast *e, int slot, struct ast_probe *p)
{
	switch (e->op) {
	case AST_CMP:
		return e->sub == CMP_EQ
		       && (probe_eq(t, e->kid[0], e->kid[1], slot, p)
			   || probe_eq(t, e->kid[1], e->kid[0], slot, p));
	case AST_IN:
		return probe_in(t, e, slot, p);
	case AST_FUNC: /* has(it.types, v) */
		return e->sub == FN_HAS && probe_eq(t, e->kid[0], e->kid[1], slot, p);
	default:
		return false;
	}
}

static void find_probes(struct typer *t, struct ast *scan)
{
	struct ast *c = scan->n ? scan->kid[0] : NULL;
	size_t n = !c ? 0 : c->op == AST_AND ? c->n : 1;

	scan->probe = arena_many(t->a, n, struct ast_probe);
	for (size_t i = 0; i < n; i++) {
		struct ast_probe p = { 0 };

		if (probe_of(t, c->op == AST_AND ? c->kid[i] : c, scan->slot, &p))
			scan->probe[scan->n_probe++] = p;
	}
}

static bool kind_arg(struct typer *t, struct ast *e)
{
	const struct law *law = t->s->law;
	struct near near;

	if (e->kid[0]->op != AST_NAME)
		return type_error(t, e->kid[0], "%.*s 的第一项是办件种类的名称", STR_FMT(e->name));
	e->kind = law ? law_kind(law, e->kid[0]->name) : NULL;
	if (e->kind)
		return true;
	type_error(t, e->kid[0], "没有这个办件种类");
	near_start(&near, e->kid[0]->name);
	for (size_t i = 0; law && i < law->n_kind; i++)
		near_try(&near, law->kind[i].id);
	near_hint(t->d, &near);
	return false;
}

static bool fn_scan(struct typer *t, struct ast *e)
{
	struct ast *cond = e->n > 1 ? e->kid[e->n - 1] : NULL;
	bool ok;

	e->children = e->sub == FN_CHILDREN;
	if (!e->children && t->s->no_matters) {
		type_error(t, e, "计算字段、可见范围和文书中不能用 matters()");
		return type_hint(t, "只读本办件、它的引用和 children()");
	}
	if (e->children && !t->s->kind)
		return type_error(t, e, "children 只能用在办件的定义中");
	if (e->binder.n) {
		type_error(t, e, "名称写在种类之后");
		return type_hint(t, "%.*s(种类, x, 条件)", STR_FMT(e->name));
	}
	if (!kind_arg(t, e))
		return false;
	if (e->n == 3) {
		if (e->kid[1]->op != AST_NAME)
			return type_error(t, e->kid[1], "第二项是元素的名称，第三项是条件");
		e->binder = e->kid[1]->name;
	}
	if (!push(t, e, NULL, type_matter(e->kind)))
		return false;
	ok = !cond || type_bool(t, cond, "条件");
	pop(t);
	e->op = AST_SCAN;
	e->type = type_list(t, type_matter(e->kind));
	e->n = cond ? 1 : 0;
	e->kid[0] = cond;
	if (!ok)
		return false;
	find_probes(t, e);
	if (e->children || !t->s->need_index || e->n_probe)
		return true;
	type_error(t, e, "这样查找要逐件读过所有办件");
	return type_hint(t, "用 and 加上一个索引能答的条件：it.字段 == 值、it.字段 in "
			    "列表或期间，或者用 children()");
}

/* ---- table ---- */

static const struct fn fns[] = {
	{ "count", FN_COUNT, 1, 2, fn_where, "count(列表) 或者 count(列表, 条件)" },
	{ "all", FN_ALL, 2, 2, fn_where, "all(列表, 条件)" },
	{ "any", FN_ANY, 1, 2, fn_where, "any(列表, 条件)" },
	{ "sum", FN_SUM, 1, 2, fn_fold, "sum(列表) 或者 sum(列表, 值)" },
	{ "avg", FN_AVG, 1, 2, fn_fold, "avg(列表) 或者 avg(列表, 值)" },
	{ "min", FN_MIN, 1, 2, fn_fold, "min(列表) 或者 min(列表, 值)" },
	{ "max", FN_MAX, 1, 2, fn_fold, "max(列表) 或者 max(列表, 值)" },
	{ "first", FN_FIRST, 1, 2, fn_pick, "first(列表) 或者 first(列表, 排序的值)" },
	{ "last", FN_LAST, 1, 2, fn_pick, "last(列表) 或者 last(列表, 排序的值)" },
	{ "children", FN_CHILDREN, 1, 3, fn_scan, "children(种类) 或者 children(种类, 条件)" },
	{ "matters", FN_MATTERS, 1, 3, fn_scan, "matters(种类, 条件) 或者 matters(种类, x, 条件)" },
	{ "event", FN_EVENT, 1, 1, fn_action, "event(动作)" },
	{ "events", FN_EVENTS, 1, 1, fn_action, "events(动作)" },
	{ "done", FN_DONE, 1, 1, fn_action, "done(动作)" },
	{ "parts", FN_PARTS, 1, 1, fn_action, "parts(动作)" },
	{ "rounds", FN_ROUNDS, 1, 1, fn_action, "rounds(动作)" },
	{ "clock", FN_CLOCK, 1, 1, fn_clock, "clock(期限)" },
	{ "clocks", FN_CLOCKS, 1, 1, fn_clock, "clocks(期限)" },
	{ "date", FN_DATE, 1, 3, fn_date, "date(时间) 或者 date(年, 月, 日)" },
	{ "year", FN_YEAR, 1, 1, fn_year, "year(日期)" },
	{ "hour", FN_HOUR, 1, 1, fn_hour, "hour(时间)" },
	{ "dates", FN_DATES, 2, 2, fn_dates, "dates(起, 止)" },
	{ "days", FN_DAYS, 2, 2, fn_between, "days(起, 止)" },
	{ "minutes", FN_MINUTES, 2, 2, fn_minutes, "minutes(起, 止)" },
	{ "workdays", FN_WORKDAYS, 2, 2, fn_between, "workdays(起, 止)" },
	{ "months", FN_MONTHS, 2, 2, fn_between, "months(起, 止)" },
	{ "before", FN_BEFORE, 2, 2, fn_shift, "before(日期, 时长)" },
	{ "after", FN_AFTER, 2, 2, fn_shift, "after(日期, 时长)" },
	{ "workday", FN_WORKDAY, 1, 1, fn_workday, "workday(日期)" },
	{ "percent", FN_PERCENT, 2, 2, fn_percent, "percent(部分, 全部)" },
	{ "round", FN_ROUND, 1, 2, fn_round, "round(数, 小数位数)" },
	{ "ceil", FN_CEIL, 1, 1, fn_round, "ceil(数)" },
	{ "floor", FN_FLOOR, 1, 1, fn_round, "floor(数)" },
	{ "organs", FN_ORGANS, 0, 1, fn_organs, "organs(条件)" },
	{ "people", FN_PEOPLE, 1, 2, fn_people, "people(单位, 岗位)" },
	{ "recused", FN_RECUSED, 1, 1, fn_recused, "recused(人员)" },
	{ "alike", FN_ALIKE, 0, 0, fn_alike, "alike()" },
	{ "frozen", FN_FROZEN, 1, 1, fn_paper, "frozen(文书)" },
	{ "paper_no", FN_PAPER_NO, 1, 1, fn_paper, "paper_no(文书)" },
	{ "paper_on", FN_PAPER_ON, 1, 1, fn_paper, "paper_on(文书)" },
	{ "paper_sum", FN_PAPER_SUM, 1, 1, fn_paper, "paper_sum(文书)" },
	{ "sealed", FN_SEALED, 1, 1, fn_sealed, "sealed(文件)" },
	{ "same", FN_SAME, 2, 2, fn_same, "same(a, b)" },
	{ "len", FN_LEN, 1, 1, fn_len, "len(文字)" },
	{ "mentions", FN_MENTIONS, 2, 2, fn_mentions, "mentions(文字, 提到的文字)" },
	{ "masked", FN_MASKED, 1, 2, fn_masked, "masked(当事人)，masked(文字, 当事人)" },
	{ "has", FN_HAS, 2, 2, fn_has, "has(列表, 值)" },
	{ "union", FN_UNION, 2, 2, fn_union, "union(列表, 列表)" },
	{ "open", FN_OPEN, 1, 1, fn_open, "open(办件)" },
};

static bool binds(enum func f)
{
	return f <= FN_LAST;
}

static const struct function_def *pack_function(const struct law *law, struct str id)
{
	for (size_t i = 0; law && i < law->n_function; i++)
		if (str_eq(law->function[i].id, id))
			return &law->function[i];
	return NULL;
}

static bool type_pack(struct typer *t, struct ast *e, const struct function_def *f)
{
	if (e->binder.n) {
		type_error(t, e, "这里不能命名列表的元素");
		return type_hint(t, "判断“属于”要加括号：%.*s((x in 列表))", STR_FMT(e->name));
	}
	if (e->n != f->n_arg)
		return type_error(t, e, "%.*s 要%zu项，这里有%u项", STR_FMT(e->name), f->n_arg,
				  e->n);
	for (size_t i = 0; i < e->n; i++)
		if (!type_expr(t, e->kid[i], &f->arg[i].type)
		    || !type_coerce(t, &e->kid[i], &f->arg[i].type))
			return false;
	if (!f->is && !(t->s->need && t->s->need(t->s->need_ctx, NULL, NULL, f) && f->is))
		return type_error(t, e, "函数“%.*s”还没有可用的定义（不能递归，或者它本身有误）",
				  STR_FMT(f->id));
	e->op = AST_PACK;
	e->function = f;
	e->type = f->gives;
	return true;
}

static bool unknown_function(struct typer *t, struct ast *e)
{
	const struct law *law = t->s->law;
	struct near near;

	near_start(&near, e->name);
	for (size_t i = 0; i < ARRAY_LEN(fns); i++)
		near_try(&near, str_of(fns[i].name));
	for (size_t i = 0; law && i < law->n_function; i++)
		near_try(&near, law->function[i].id);
	type_error(t, e, "没有函数 %.*s", STR_FMT(e->name));
	near_hint(t->d, &near);
	return false;
}

bool type_call(struct typer *t, struct ast *e)
{
	const struct function_def *f = pack_function(t->s->law, e->name);

	if (f)
		return type_pack(t, e, f);
	for (size_t i = 0; i < ARRAY_LEN(fns); i++) {
		if (!str_is(e->name, fns[i].name))
			continue;
		if (e->n < fns[i].min || e->n > fns[i].max) {
			type_error(t, e, "%s 的项数不对，这里有%u项", fns[i].name, e->n);
			return type_hint(t, "写成 %s", fns[i].usage);
		}
		if (e->binder.n && !binds(fns[i].fn)) {
			if (fns[i].fn != FN_MATTERS && fns[i].fn != FN_CHILDREN) {
				type_error(t, e, "%s 不命名元素", fns[i].name);
				return type_hint(t, "写成 %s", fns[i].usage);
			}
		}
		e->op = AST_FUNC;
		e->sub = (int)fns[i].fn;
		return fns[i].type(t, e);
	}
	return unknown_function(t, e);
}
