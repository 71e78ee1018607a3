/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What language.md 14 proves about a law as a whole, after every name and type is known. Each finding says
 * where, what and how to cure it. What is proved while binding (names, types, speed) is not here. */
#include <string.h>

#include "law/bind.h"
#include "law/template.h"

#define CASCADE_MAX 8 /* effects of effects; the engine refuses deeper ones */

struct checker {
	struct loader *l;
	struct diag *d;
	const struct law *law;
	const struct kind *k;
	bool *reached; /* states of k */
	bool **after;  /* after[s][t]: from state s one may come to t, s itself included */
};

/* ---- small questions ---- */

static bool has_who(const struct whos *w, enum who_sort sort)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].sort == sort)
			return true;
	return false;
}

static bool only_system(const struct whos *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].sort != WHO_SYSTEM)
			return false;
	return w->n > 0;
}

static bool in_form(const struct action *a, const struct field *f)
{
	for (size_t i = 0; i < a->n_form; i++)
		if (a->form[i].field == f)
			return true;
	return false;
}

static bool sets(const struct action *a, const struct field *f)
{
	for (size_t i = 0; i < a->n_set; i++)
		if (str_eq(a->set[i].field, f->id))
			return true;
	return false;
}

static bool comes_from(const struct action *a, const struct state *s)
{
	for (size_t i = 0; i < a->n_from; i++)
		if (a->from[i] == s)
			return true;
	return false;
}

static bool is_open(const struct action *a)
{
	return str_is(a->id, "open");
}

/* The state that one row of `to: {choose}` names. */
static const struct state *row_state(const struct kind *k, const struct choose_row *row)
{
	return row->is ? kind_state(k, str_trim(expr_text(row->is))) : NULL;
}

static bool leads_to(const struct kind *k, const struct action *a, const struct state *s)
{
	if (a->to == TO_STATE)
		return a->to_state == s;
	for (size_t i = 0; a->to == TO_CHOOSE && i < a->to_choose.n; i++)
		if (row_state(k, &a->to_choose.row[i]) == s)
			return true;
	return false;
}

static bool leaves(const struct kind *k, const struct action *a, const struct state *s)
{
	if (a->builtin || !comes_from(a, s))
		return false;
	if (a->to == TO_BACK)
		return true;
	for (size_t i = 0; i < k->n_state; i++)
		if (&k->state[i] != s && leads_to(k, a, &k->state[i]))
			return true;
	return false;
}

/* ---- citations ---- */

static void need_cite(struct checker *c, const struct node *n, const char *what, struct str id)
{
	if (n->cite.n)
		return;
	diag_add(c->d, n->pos, false, "%s“%.*s”没有引用条文（cite）", what, STR_FMT(id));
	diag_hint(c->d, "写规则台账、statutes.tsv 或者 articles.tsv 中的编号");
}

static void no_way(struct checker *c, const struct check *v)
{
	diag_add(c->d, v->node->pos, true, "核对“%.*s”没有写明怎样补救（way）", STR_FMT(v->id));
	diag_hint(c->d, "写能够补救的动作或者字段");
}

static void cite_checks(struct checker *c, const struct check *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		need_cite(c, v[i].node, "核对", v[i].id);
		if (!v[i].way.n)
			no_way(c, &v[i]);
		else if (!kind_action(c->k, v[i].way) && !kind_field(c->k, v[i].way))
			diag_add(c->d, v[i].node->pos, false, "way“%.*s”不是动作或者字段", STR_FMT(v[i].way));
	}
}

static void citations(struct checker *c)
{
	const struct kind *k = c->k;

	for (size_t i = 0; i < k->n_state; i++)
		cite_checks(c, k->state[i].check, k->state[i].n_check);
	for (size_t i = 0; i < k->n_action; i++) {
		cite_checks(c, k->action[i].check, k->action[i].n_check);
		if (k->action[i].reopen)
			need_cite(c, k->action[i].node, "重新启动的动作", k->action[i].id);
	}
	for (size_t i = 0; i < k->n_clock; i++) {
		need_cite(c, k->clock[i].node, "期限", k->clock[i].id);
		if (!k->clock[i].has_warn)
			diag_add(c->d, k->clock[i].node->pos, false, "期限“%.*s”没有写明何时预警（warn）",
				 STR_FMT(k->clock[i].id));
	}
}

/* ---- clashes of names ---- */

static bool reserved(struct str id, const struct kind *k)
{
	static const char *const words[] = { "state", "organ", "parent", "opened", "opener", "ended", "query_code", "visit_address", "page_address", "this", "old", "it",
		"actor", "because_of", "today", "now", "set", "true", "false", "null", "and", "or", "not", "in", "is",
		"else", "subject", "period", "figure", "target" };

	if (str_is(id, "number"))
		return k->n_number > 0;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(id, words[i]))
			return true;
	return false;
}

static const char *taken(const struct checker *c, struct str id)
{
	for (size_t i = 0; i < c->law->n_function; i++)
		if (str_eq(c->law->function[i].id, id))
			return "函数";
	for (size_t i = 0; i < c->law->n_organ; i++)
		if (str_eq(c->law->organ[i].id, id))
			return "单位简称";
	if (law_role(c->law, id))
		return "岗位";
	if (kind_number(c->k, id))
		return "编号";
	return reserved(id, c->k) ? "语言的保留字或者内置字段" : NULL;
}

static void clash(struct checker *c, const struct node *n, struct str id)
{
	const char *by = taken(c, id);

	if (by) {
		diag_add(c->d, n->pos, false, "“%.*s”与%s同名", STR_FMT(id), by);
		diag_hint(c->d, "换一个标识");
	}
}

static void clashes(struct checker *c)
{
	const struct kind *k = c->k;

	for (size_t i = 0; i < k->n_field; i++)
		clash(c, k->field[i].node, k->field[i].id);
	for (size_t i = 0; i < k->n_term; i++) {
		clash(c, k->term[i].node, k->term[i].id);
		if (kind_field(k, k->term[i].id))
			diag_add(c->d, k->term[i].node->pos, false, "术语“%.*s”与字段同名", STR_FMT(k->term[i].id));
	}
}

static void pack_clashes(struct checker *c)
{
	for (size_t i = 0; i < c->law->n_organ; i++) {
		for (size_t j = 0; j < i; j++)
			if (str_eq(c->law->organ[i].id, c->law->organ[j].id))
				diag_add(c->d, (struct pos){ "pack.yaml", 1, 1 }, false, "单位简称“%.*s”重复",
					 STR_FMT(c->law->organ[i].id));
		if (law_role(c->law, c->law->organ[i].id))
			diag_add(c->d, (struct pos){ "pack.yaml", 1, 1 }, false, "单位简称“%.*s”与岗位同名",
				 STR_FMT(c->law->organ[i].id));
	}
	for (size_t i = 0; i < c->law->n_role; i++)
		for (size_t j = 0; j < c->law->role[i].n_excludes; j++)
			if (!law_role(c->law, c->law->role[i].excludes[j]))
				diag_add(c->d, (struct pos){ "pack.yaml", 1, 1 }, false, "岗位“%.*s”排斥的“%.*s”不存在",
					 STR_FMT(c->law->role[i].id), STR_FMT(c->law->role[i].excludes[j]));
}

/* ---- settings ---- */

/* -1, 0, 1; *ret false when the two cannot be compared without a matter. */
static int default_against(struct checker *c, const struct setting_def *s, const struct expr *bound, bool *ret)
{
	struct val v = VAL_NULL;
	struct span span = { 0 };
	struct err err = { 0 };

	*ret = false;
	if (!bound || val_is_null(s->def))
		return 0;
	if (s->type.tag == T_SPAN) {
		*ret = span_parse(str_trim(expr_text(bound)), &span) && span.unit == s->def.span.unit;
		return (s->def.span.n > span.n) - (s->def.span.n < span.n);
	}
	if (!val_parse(c->l->a, &s->type, str_trim(expr_text(bound)), &v, &err))
		return 0;
	*ret = v.t == T_INT || v.t == T_NUM || v.t == T_MONEY || v.t == T_DATE;
	if (v.t == T_DATE)
		return (s->def.i > v.i) - (s->def.i < v.i);
	return (s->def.n > v.n) - (s->def.n < v.n);
}

static void setting_bounds(struct checker *c)
{
	for (size_t i = 0; i < c->law->n_setting; i++) {
		const struct setting_def *s = &c->law->setting[i];
		bool known;

		if (default_against(c, s, s->min, &known) < 0 && known)
			diag_add(c->d, s->node->pos, false, "设定项“%.*s”的默认值小于 min", STR_FMT(s->id));
		if (default_against(c, s, s->max, &known) > 0 && known)
			diag_add(c->d, s->node->pos, false, "设定项“%.*s”的默认值大于 max", STR_FMT(s->id));
	}
}

/* ---- life ---- */

static void reach(struct checker *c)
{
	const struct kind *k = c->k;
	size_t n = k->n_state;

	c->after = arena_many(c->l->a, n, bool *);
	c->reached = arena_many(c->l->a, n, bool);
	for (size_t s = 0; s < n; s++) {
		c->after[s] = arena_many(c->l->a, n, bool);
		c->after[s][s] = true;
		for (size_t a = 0; a < k->n_action; a++)
			for (size_t t = 0; t < n; t++)
				if (comes_from(&k->action[a], &k->state[s]) && leads_to(k, &k->action[a], &k->state[t]))
					c->after[s][t] = true;
	}
	for (size_t m = 0; m < n; m++)
		for (size_t s = 0; s < n; s++)
			for (size_t t = 0; c->after[s][m] && t < n; t++)
				c->after[s][t] = c->after[s][t] || c->after[m][t];
	for (size_t a = 0; a < k->n_action; a++)
		for (size_t s = 0; is_open(&k->action[a]) && s < n; s++)
			for (size_t t = 0; leads_to(k, &k->action[a], &k->state[s]) && t < n; t++)
				c->reached[t] = c->reached[t] || c->after[s][t];
	for (size_t s = 0; s < n; s++) /* imported history begins there (DESIGN 13) */
		for (size_t t = 0; str_is(k->state[s].id, "historic") && t < n; t++)
			c->reached[t] = c->reached[t] || c->after[s][t];
}

static bool asks_others(const struct expr *e)
{
	return e && str_find(expr_text(e), STR("matters("), 0) != SIZE_MAX;
}

/* Whether nothing but this matter and its children can stand in the way. */
static bool depends_on_others(const struct action *a)
{
	for (size_t i = 0; i < a->n_check; i++)
		if (asks_others(a->check[i].must))
			return true;
	return false;
}

static void way_out(struct checker *c, const struct state *s)
{
	const struct kind *k = c->k;
	bool any = false, sure = false;

	for (size_t a = 0; a < k->n_action; a++) {
		if (!leaves(k, &k->action[a], s) || !k->action[a].by.n)
			continue;
		any = true;
		sure = sure || !depends_on_others(&k->action[a]);
	}
	if (!any) {
		diag_add(c->d, s->node->pos, false, "状态“%.*s”没有出路：没有动作离开它", STR_FMT(s->id));
		diag_hint(c->d, "加一个离开它的动作，或者写 end: true");
	} else if (!sure) {
		diag_add(c->d, s->node->pos, false, "离开状态“%.*s”的每个动作都取决于别的办件", STR_FMT(s->id));
		diag_hint(c->d, "至少有一条出路的核对不用 matters()");
	}
}

static void ends(struct checker *c)
{
	const struct kind *k = c->k;

	for (size_t a = 0; a < k->n_action; a++) {
		const struct action *act = &k->action[a];

		for (size_t i = 0; i < act->n_from; i++)
			if (act->from[i]->end && act->to != TO_STAY && !act->reopen) {
				diag_add(c->d, act->node->pos, false, "动作“%.*s”离开了终结状态“%.*s”", STR_FMT(act->id),
					 STR_FMT(act->from[i]->id));
				diag_hint(c->d, "重新启动要写 reopen: true 和 cite");
			}
	}
}

static void life(struct checker *c)
{
	const struct kind *k = c->k;

	reach(c);
	for (size_t s = 0; s < k->n_state; s++) {
		if (!c->reached[s]) {
			diag_add(c->d, k->state[s].node->pos, false, "状态“%.*s”永远到不了", STR_FMT(k->state[s].id));
			diag_hint(c->d, "加一个 to 为它的动作，或者删去它");
		} else if (!k->state[s].end) {
			way_out(c, &k->state[s]);
		}
	}
	ends(c);
}

/* ---- actions ---- */

/* `by` minus `apart`: when every alternative is a person who is also kept apart, nobody is left. */
static void somebody(struct checker *c, const struct action *a)
{
	size_t left = 0;

	if (!a->by.n) {
		diag_add(c->d, a->node->pos, false, "动作“%.*s”没有写明谁可以办（by）", STR_FMT(a->id));
		return;
	}
	for (size_t i = 0; i < a->by.n; i++) {
		bool out = false;

		for (size_t j = 0; j < a->n_apart; j++)
			out = out || str_eq(str_trim(expr_text(a->apart[j])), a->by.v[i].text);
		left += !out;
	}
	if (!left) {
		diag_add(c->d, a->node->pos, false, "动作“%.*s”除去 apart 后没有人可以办", STR_FMT(a->id));
		diag_hint(c->d, "by 中另加一个岗位");
	}
}

static bool can_precede(const struct checker *c, const struct action *b, const struct action *a)
{
	if (is_open(b))
		return true;
	for (size_t i = 0; i < a->n_from; i++) {
		size_t s = a->from[i]->index;

		for (size_t t = 0; t < c->k->n_state; t++)
			if (c->after[t][s]
			    && (leads_to(c->k, b, &c->k->state[t])
				|| ((b->to == TO_STAY || b->to == TO_BACK) && comes_from(b, &c->k->state[t]))))
				return true;
	}
	return false;
}

struct reads {
	struct checker *c;
	const struct action *a;
	const struct check *check;
};

static void asked_before(void *ctx, const struct field *f)
{
	struct reads *r = ctx;
	const struct kind *k = r->c->k;

	if (f->index >= k->n_field || &k->field[f->index] != f || f->has_is || f->def || f->fill_from)
		return;
	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *b = &k->action[i];

		if ((in_form(b, f) || sets(b, f)) && (b == r->a || !r->a || can_precede(r->c, b, r->a)))
			return;
	}
	for (size_t i = 0; i < k->correct.n_field; i++)
		if (k->correct.field[i] == f)
			return;
	for (size_t i = 0; i < k->n_draw; i++)
		if (k->draw[i].into == f)
			return;
	diag_add(r->c->d, r->check->node->pos, false, "核对“%.*s”要看字段“%.*s”，但此前没有动作填写它",
		 STR_FMT(r->check->id), STR_FMT(f->id));
	diag_hint(r->c->d, "把它写进本动作或者更早动作的 form 或者 may");
}

static void fields_asked(struct checker *c, const struct action *a)
{
	struct reads r = { c, a, NULL };

	for (size_t i = 0; i < a->n_check; i++) {
		r.check = &a->check[i];
		if (a->check[i].must)
			expr_reads(a->check[i].must, asked_before, &r);
	}
}

static void actions(struct checker *c)
{
	const struct kind *k = c->k;

	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *a = &k->action[i];

		if (a->builtin)
			continue;
		somebody(c, a);
		fields_asked(c, a);
		if (is_open(a) && a->to == TO_BACK)
			diag_add(c->d, a->node->pos, false, "open 不能写 to: back");
	}
}

/* Computed fields are computed in order of writing. */
struct later_field {
	struct checker *c;
	const struct field *f;
};

static void not_later(void *ctx, const struct field *read)
{
	struct later_field *x = ctx;
	const struct kind *k = x->c->k;

	if (read->index >= k->n_field || &k->field[read->index] != read || !read->has_is || read->index < x->f->index)
		return;
	diag_add(x->c->d, x->f->node->pos, false, "计算字段“%.*s”用到写在它后面的计算字段“%.*s”", STR_FMT(x->f->id),
		 STR_FMT(read->id));
	diag_hint(x->c->d, "调换次序");
}

/* What is computed is stored and read by all; so is what a refusal prints. */
static void blind_read(void *ctx, const struct action *ac)
{
	bool *reads = ctx;

	*reads = *reads || ac->blind;
}

static bool reads_blind(const struct expr *e)
{
	bool reads = false;

	if (e)
		expr_reads_parts(e, blind_read, &reads);
	return reads;
}

static void blind_computed(struct checker *c)
{
	for (size_t i = 0; i < c->k->n_field; i++)
		for (size_t r = 0; r < c->k->field[i].is.n; r++)
			if (reads_blind(c->k->field[i].is.row[r].is) || reads_blind(c->k->field[i].is.row[r].when))
				diag_add(c->d, c->k->field[i].node->pos, false, "计算字段“%.*s”读了互不可见（blind）的办理内容：会提前泄露，改用术语（terms）",
					 STR_FMT(c->k->field[i].id));
}

static void computed(struct checker *c)
{
	for (size_t i = 0; i < c->k->n_field; i++) {
		const struct field *f = &c->k->field[i];
		struct later_field x = { c, f };

		for (size_t r = 0; r < f->is.n; r++) {
			if (f->is.row[r].when)
				expr_reads(f->is.row[r].when, not_later, &x);
			if (f->is.row[r].is)
				expr_reads(f->is.row[r].is, not_later, &x);
		}
		for (size_t a = 0; f->has_is && a < c->k->n_action; a++)
			if (in_form(&c->k->action[a], f) && !c->k->action[a].builtin)
				diag_add(c->d, c->k->action[a].node->pos, false, "“%.*s”是计算字段，不能在表单中填写",
					 STR_FMT(f->id));
	}
}

/* ---- clocks ---- */

static void known_actions(struct checker *c, const struct clock *clock, const struct str *id, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!kind_action(c->k, id[i]))
			diag_add(c->d, clock->node->pos, false, "期限“%.*s”：没有动作“%.*s”", STR_FMT(clock->id),
				 STR_FMT(id[i]));
}

static void lapse_fails(struct checker *c, const struct clock *clock, const struct action *a, const char *why)
{
	diag_add(c->d, clock->node->pos, false, "期限“%.*s”届满自动办理的“%.*s”可能办不成：%s", STR_FMT(clock->id),
		 STR_FMT(a->id), why);
	diag_hint(c->d, "自动动作不能有必填项和 must，by 中要有 system，do 要写 skip: true");
}

static bool must_of(const struct check *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].must || v[i].should)
			return true;
	return false;
}

static bool state_musts(const struct kind *k, const struct action *a)
{
	for (size_t i = 0; i < k->n_state; i++)
		if (leads_to(k, a, &k->state[i]) && must_of(k->state[i].check, k->state[i].n_check))
			return true;
	return false;
}

static bool asks_something(const struct action *a)
{
	for (size_t i = 0; i < a->n_form; i++)
		if (a->form[i].required && !a->form[i].field->def)
			return true;
	return false;
}

static void opens_safely(struct checker *c, const struct clock *clock, const struct action *a, const struct effect *e)
{
	const struct action *open = e->target ? kind_action(e->target, STR("open")) : NULL;

	if (e->sort == EFFECT_OPEN && open && (must_of(open->check, open->n_check) || state_musts(e->target, open)))
		lapse_fails(c, clock, a, "它所新建的办件有 must");
	if (e->sort == EFFECT_DO && !e->skip)
		lapse_fails(c, clock, a, "它在别的办件上办理而没有 skip: true");
}

/* A paper that needs a field which nobody had to fill could not be made. */
struct lapse_paper {
	struct checker *c;
	const struct clock *clock;
	const struct action *a;
	const struct paper *p;
};

static bool always_filled(const struct kind *k, const struct action *a, const struct field *f)
{
	const struct action *open = kind_action(k, STR("open"));

	if (f->def || sets(a, f))
		return true;
	for (size_t i = 0; open && i < open->n_form; i++)
		if (open->form[i].field == f && open->form[i].required)
			return true;
	return open && sets(open, f);
}

static void paper_field(void *ctx, const struct field *f)
{
	struct lapse_paper *x = ctx;
	const struct kind *k = x->c->k;

	if (f->index >= k->n_field || &k->field[f->index] != f || always_filled(k, x->a, f))
		return;
	lapse_fails(x->c, x->clock, x->a,
		    str_fmt(x->c->l->a, "文书“%.*s”要用的“%.*s”可能尚未填写，应放在 {%% if %.*s is not null %%} 中",
			    STR_FMT(x->p->id), STR_FMT(f->id), STR_FMT(f->id)).p);
}

static void makes_safely(struct checker *c, const struct clock *clock, const struct action *a)
{
	for (size_t i = 0; i < a->n_makes; i++) {
		struct lapse_paper x = { c, clock, a, a->makes[i] };
		struct arena *scratch = arena_new();
		struct diag unsaid = { .a = scratch }; /* what does not compile is said with the paper */
		struct scope s = bind_scope(c->l, c->k);
		struct template *t = NULL;

		s.no_matters = true;
		if (x.p->template_text.p)
			t = template_compile(scratch, &s, x.p->template_text, "papers", &unsaid);
		if (t)
			template_needs(t, paper_field, &x);
		arena_free(scratch);
	}
}

static void lapse(struct checker *c, const struct clock *clock)
{
	const struct action *a = kind_action(c->k, clock->lapse);

	if (!a) {
		diag_add(c->d, clock->node->pos, false, "期限“%.*s”：没有动作“%.*s”", STR_FMT(clock->id),
			 STR_FMT(clock->lapse));
		return;
	}
	if (!has_who(&a->by, WHO_SYSTEM))
		lapse_fails(c, clock, a, "by 中没有 system");
	if (asks_something(a))
		lapse_fails(c, clock, a, "有必填项");
	if (must_of(a->check, a->n_check) || state_musts(c->k, a))
		lapse_fails(c, clock, a, "有 must 或者 should");
	for (size_t i = 0; i < a->n_then; i++)
		opens_safely(c, clock, a, &a->then[i]);
	makes_safely(c, clock, a);
}

static void clocks(struct checker *c)
{
	for (size_t i = 0; i < c->k->n_clock; i++) {
		const struct clock *x = &c->k->clock[i];

		for (size_t j = 0; j < x->n_from; j++)
			known_actions(c, x, &x->from[j].action, 1);
		known_actions(c, x, x->until, x->n_until);
		for (size_t j = 0; j < x->n_pause; j++) {
			known_actions(c, x, x->pause[j].from, x->pause[j].n_from);
			known_actions(c, x, x->pause[j].until, x->pause[j].n_until);
		}
		if (x->has_extend)
			known_actions(c, x, &x->extend_at, 1);
		if (!x->n_from)
			diag_add(c->d, x->node->pos, false, "期限“%.*s”永远不会起算", STR_FMT(x->id));
		if (!x->n_until && !x->lapse.n) {
			diag_add(c->d, x->node->pos, false, "期限“%.*s”永远不会停止", STR_FMT(x->id));
			diag_hint(c->d, "写明 until：哪个动作使它停止");
		}
		if (!x->n_limit == !x->due)
			diag_add(c->d, x->node->pos, false, "期限“%.*s”应当有 limit 或者 due 之一", STR_FMT(x->id));
		if (x->lapse.n)
			lapse(c, x);
	}
}

/* ---- effects ---- */

static bool given(const struct effect *e, struct str field)
{
	for (size_t i = 0; i < e->n_with; i++)
		if (str_eq(e->with[i].field, field))
			return true;
	return false;
}

static void effect_fields(struct checker *c, const struct effect *e, const struct action *a)
{
	for (size_t i = 0; i < a->n_form; i++) {
		const struct field *f = a->form[i].field;

		if (!a->form[i].required || f->def || given(e, f->id))
			continue;
		diag_add(c->d, e->node->pos, false, "“%.*s.%.*s”必填的“%.*s”没有给出", STR_FMT(e->target->id),
			 STR_FMT(a->id), STR_FMT(f->id));
		diag_hint(c->d, "在 with 中写明");
	}
	for (size_t i = 0; i < e->n_with; i++) {
		const struct field *f = kind_field(e->target, e->with[i].field);

		if (f && !in_form(a, f))
			diag_add(c->d, e->with[i].pos, false, "“%.*s.%.*s”的表单中没有“%.*s”", STR_FMT(e->target->id),
				 STR_FMT(a->id), STR_FMT(f->id));
	}
}

static void effect(struct checker *c, const struct effect *e)
{
	const struct action *a = e->target ? kind_action(e->target, e->action) : NULL;

	if (!a)
		return; /* said while binding */
	if (!has_who(&a->by, WHO_SYSTEM)) {
		diag_add(c->d, e->node->pos, false, "“%.*s.%.*s”的 by 中没有 system，不能由效果办理", STR_FMT(e->target->id),
			 STR_FMT(a->id));
		diag_hint(c->d, "在那个动作的 by 中加 system");
	}
	effect_fields(c, e, a);
}

/* What is removed is gone for good: a person approved the list, and the law says so. */
static void removes(struct checker *c, const struct action *a)
{
	const struct removes *r = &a->removes;

	if (!r->node)
		return;
	need_cite(c, r->node, "清除内容的动作", a->id);
	if (r->approved && (has_who(&r->approved->by, WHO_SYSTEM) || has_who(&r->approved->by, WHO_PUBLIC)))
		diag_add(c->d, r->node->pos, false, "“%.*s”的批准“%.*s”应当由人员办理，by 中不能有 system 或者 public", STR_FMT(a->id),
			 STR_FMT(r->approved->id));
}

static void effects(struct checker *c)
{
	for (size_t i = 0; i < c->k->n_action; i++) {
		for (size_t j = 0; j < c->k->action[i].n_then; j++)
			effect(c, &c->k->action[i].then[j]);
		removes(c, &c->k->action[i]);
	}
	for (size_t i = 0; i < c->k->n_when; i++)
		effect(c, &c->k->when[i].effect);
}

static void duties(struct checker *c)
{
	const struct kind *k = c->k;

	for (size_t i = 0; i < k->n_duty; i++) {
		need_cite(c, k->duty[i].node, "职责", k->duty[i].id);
		if (k->duty[i].missed)
			effect(c, k->duty[i].missed);
	}
	for (size_t i = 0; i < k->n_export; i++)
		need_cite(c, k->export[i].node, "导出", k->export[i].id);
	for (size_t i = 0; i < k->n_report; i++)
		need_cite(c, k->report[i].node, "报表", k->report[i].id);
	if (k->n_duty && !law_kind(c->law, STR("duty_record")))
		diag_add(c->d, k->duty[0].node->pos, false, "有职责的定义包须有事项类型 duty_record：到期的结果记在那里");
}

/* The graph of effects over all actions of the law. */
struct graph {
	struct checker *c;
	size_t *first; /* per kind: number of its first action */
	size_t n;
	const struct action **action;
	const struct kind **kind;
	struct edge {
		size_t to;
		const struct node *node;
		struct edge *next;
	} **out;
	int *color;    /* 0 new, 1 on the path, 2 done */
	size_t *path, depth;
	size_t *longest;
	bool told;
};

static void edge(struct graph *g, size_t from, const struct effect *e)
{
	const struct action *a = e->target && e->sort != EFFECT_TELL ? kind_action(e->target, e->action) : NULL;
	struct edge *x;

	if (!a)
		return;
	x = arena_one(g->c->l->a, struct edge);
	x->to = g->first[e->target->index] + a->index;
	x->node = e->node;
	x->next = g->out[from];
	g->out[from] = x;
}

static void reaction_edges(struct graph *g, const struct reaction *r)
{
	for (size_t i = 0; i < r->n_after; i++) {
		const struct kind *k = law_kind(g->c->law, r->after[i].kind);

		for (size_t a = 0; k && a < k->n_action; a++)
			if (!r->after[i].action.n || str_eq(k->action[a].id, r->after[i].action))
				edge(g, g->first[k->index] + a, &r->effect);
	}
}

/* A cycle is alive only when some matter changes its state in it. */
static void cycle(struct graph *g, size_t from, size_t to, const struct node *at)
{
	for (size_t i = g->depth; i-- > 0;) {
		const struct action *a = g->action[g->path[i]];

		if (a->to != TO_STAY && !is_open(a))
			return;
		if (g->path[i] == to)
			break;
	}
	diag_add(g->c->d, at->pos, false, "效果绕成了圈而状态不变：%.*s.%.*s", STR_FMT(g->kind[from]->id),
		 STR_FMT(g->action[from]->id));
	diag_hint(g->c->d, "其中一步应当改变办件的状态，或者加 if 断开");
}

static void visit(struct graph *g, size_t i)
{
	g->color[i] = 1;
	g->path[g->depth++] = i;
	for (struct edge *e = g->out[i]; e; e = e->next) {
		if (g->color[e->to] == 1) {
			cycle(g, i, e->to, e->node);
			continue;
		}
		if (g->color[e->to] == 0)
			visit(g, e->to);
		if (g->longest[e->to] + 1 > g->longest[i])
			g->longest[i] = g->longest[e->to] + 1;
	}
	g->depth--;
	g->color[i] = 2;
	if (g->longest[i] > CASCADE_MAX && !g->told) {
		g->told = true;
		diag_add(g->c->d, g->action[i]->node->pos, false, "“%.*s.%.*s”引起的效果超过%d层", STR_FMT(g->kind[i]->id),
			 STR_FMT(g->action[i]->id), CASCADE_MAX);
	}
}

static bool lapses(const struct kind *k, const struct action *a)
{
	for (size_t i = 0; i < k->n_clock; i++)
		if (str_eq(k->clock[i].lapse, a->id))
			return true;
	return false;
}

/* What only the law may do must be brought about by a clock, an effect or a reaction. */
static void idle(struct graph *g)
{
	bool *caused = arena_many(g->c->l->a, g->n, bool);

	for (size_t i = 0; i < g->n; i++)
		for (struct edge *e = g->out[i]; e; e = e->next)
			caused[e->to] = true;
	for (size_t i = 0; i < g->n; i++) {
		const struct action *a = g->action[i];

		if (a->builtin || !only_system(&a->by) || caused[i] || lapses(g->kind[i], a)
		    || str_is(g->kind[i]->id, "duty_record")) /* opened when a duty is due */
			continue;
		diag_add(g->c->d, a->node->pos, true, "“%.*s.%.*s”只能由系统办理，但没有期限、效果或者反应引起它",
			 STR_FMT(g->kind[i]->id), STR_FMT(a->id));
	}
}

/* What a missed duty brings about follows from the opening of its record. */
static void duty_edges(struct graph *g)
{
	const struct law *law = g->c->law;
	const struct kind *record = law_kind(law, STR("duty_record"));
	const struct action *open = record ? kind_action(record, STR("open")) : NULL;

	for (size_t k = 0; open && k < law->n_kind; k++)
		for (size_t i = 0; i < law->kind[k].n_duty; i++)
			if (law->kind[k].duty[i].missed)
				edge(g, g->first[record->index] + open->index, law->kind[k].duty[i].missed);
}

static void cascades(struct checker *c)
{
	const struct law *law = c->law;
	struct graph g = { .c = c, .first = arena_many(c->l->a, law->n_kind, size_t) };

	for (size_t k = 0; k < law->n_kind; k++) {
		g.first[k] = g.n;
		g.n += law->kind[k].n_action;
	}
	g.action = arena_many(c->l->a, g.n, const struct action *);
	g.kind = arena_many(c->l->a, g.n, const struct kind *);
	g.out = arena_many(c->l->a, g.n, struct edge *);
	g.color = arena_many(c->l->a, g.n, int);
	g.path = arena_many(c->l->a, g.n, size_t);
	g.longest = arena_many(c->l->a, g.n, size_t);
	for (size_t k = 0; k < law->n_kind; k++)
		for (size_t a = 0; a < law->kind[k].n_action; a++) {
			size_t at = g.first[k] + a;

			g.action[at] = &law->kind[k].action[a];
			g.kind[at] = &law->kind[k];
			for (size_t e = 0; e < g.action[at]->n_then; e++)
				edge(&g, at, &g.action[at]->then[e]);
		}
	for (size_t k = 0; k < law->n_kind; k++)
		for (size_t w = 0; w < law->kind[k].n_when; w++)
			reaction_edges(&g, &law->kind[k].when[w]);
	duty_edges(&g);
	for (size_t i = 0; i < g.n; i++)
		if (!g.color[i])
			visit(&g, i);
	idle(&g);
}

/* ---- sight ---- */

struct sight {
	struct checker *c;
	const struct whos *reader;
	const struct node *at;
	bool warning;
};

/* Who holds a role of this matter's organ is one of its members. */
static bool may_see(const struct field *f, const struct who *w)
{
	if (w->sort == WHO_SYSTEM)
		return true;
	for (size_t i = 0; i < f->see.who.n; i++) {
		const struct who *x = &f->see.who.v[i];

		if (str_eq(x->text, w->text) || (w->sort == WHO_ROLE && x->sort == WHO_MEMBERS && str_is(x->text, "organ")))
			return true;
	}
	return false;
}

static bool somebody_sees(const struct field *f, const struct whos *reader)
{
	for (size_t i = 0; i < reader->n; i++)
		if (reader->v[i].sort != WHO_PUBLIC && may_see(f, &reader->v[i]))
			return true;
	return false;
}

static void seen(void *ctx, const struct field *f)
{
	struct sight *s = ctx;
	const struct kind *k = s->c->k;

	if (f->index >= k->n_field || &k->field[f->index] != f || !f->see.set)
		return;
	if (s->warning && (f->see.when || somebody_sees(f, s->reader)))
		return; /* the engine shows a paper to those only who may see all that it prints */
	for (size_t i = 0; i < s->reader->n; i++) {
		if (may_see(f, &s->reader->v[i]))
			continue;
		diag_add(s->c->d, s->at->pos, s->warning, "会把字段“%.*s”显示给看不到它的人：%.*s", STR_FMT(f->id),
			 STR_FMT(s->reader->v[i].text));
		diag_hint(s->c->d, "去掉这个字段，或者在它的 see 中加上此人");
		return;
	}
}

static void say_seen(struct checker *c, const struct say *say, const struct whos *reader, const struct node *at)
{
	struct sight s = { c, reader, at, false };

	for (size_t i = 0; say && i < say->n; i++)
		if (say->piece[i].expr)
			expr_reads(say->piece[i].expr, seen, &s);
}

static void sight(struct checker *c)
{
	const struct kind *k = c->k;

	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *a = &k->action[i];

		for (size_t j = 0; j < a->n_check; j++)
			say_seen(c, a->check[j].say, &a->by, a->check[j].node);
		for (size_t j = 0; j < a->n_then; j++)
			if (a->then[j].sort == EFFECT_TELL)
				say_seen(c, a->then[j].say, &a->then[j].tell, a->then[j].node);
		for (size_t s = 0; s < k->n_state; s++)
			for (size_t j = 0; leads_to(k, a, &k->state[s]) && j < k->state[s].n_check; j++)
				say_seen(c, k->state[s].check[j].say, &a->by, k->state[s].check[j].node);
	}
}

/* ---- papers and numbers ---- */

static void paper(struct checker *c, const struct paper *p)
{
	struct scope s = bind_scope(c->l, c->k);
	struct sight seen_by = { c, &c->k->see, p->node, true };
	struct arena *scratch;
	struct template *t;
	const char *file;

	if (!p->template_text.p) {
		diag_add(c->d, p->node->pos, false, "文书“%.*s”的模板 papers/%.*s.txt 不存在", STR_FMT(p->id),
			 STR_FMT(p->template_id));
		return;
	}
	s.no_matters = true;
	file = str_cstr(c->l->a, str_fmt(c->l->a, "papers/%.*s.txt", STR_FMT(p->template_id)));
	scratch = arena_new(); /* the engine compiles it to keep */
	t = template_compile(scratch, &s, p->template_text, file, c->d);
	if (t)
		template_reads(t, seen, &seen_by);
	arena_free(scratch);
}

/* {seq} counts; {year} and {organ.abbr} are known besides. */
static void number(struct checker *c, const struct number *n)
{
	static const char *const known[] = { "organ.abbr", "year", "seq" };
	size_t at = 0, close;
	bool seq = false;

	if (!kind_action(c->k, n->at))
		diag_add(c->d, n->node->pos, false, "编号“%.*s”：没有动作“%.*s”", STR_FMT(n->id), STR_FMT(n->at));
	while ((at = str_chr(n->pattern, '{', at)) != SIZE_MAX) {
		struct str word;
		bool ok = false;

		close = str_chr(n->pattern, '}', at);
		word = str_sub(n->pattern, at + 1, close);
		for (size_t i = 0; i < ARRAY_LEN(known); i++)
			ok = ok || str_is(word, known[i]);
		if (!ok) {
			diag_add(c->d, n->node->pos, false, "编号“%.*s”中没有“%.*s”这个部分", STR_FMT(n->id), STR_FMT(word));
			diag_hint(c->d, "可用 {organ.abbr}、{year}、{seq}");
		}
		seq = seq || str_is(word, "seq");
		if (close == SIZE_MAX)
			break;
		at = close;
	}
	if (!seq)
		diag_add(c->d, n->node->pos, false, "编号“%.*s”没有 {seq}", STR_FMT(n->id));
}

static void papers(struct checker *c)
{
	for (size_t i = 0; i < c->k->n_paper; i++)
		paper(c, &c->k->paper[i]);
	for (size_t i = 0; i < c->k->n_number; i++)
		number(c, &c->k->number[i]);
}

/* ---- indexes ---- */

static void mark(const struct expr *e)
{
	if (e)
		expr_mark_keys(e);
}

static void mark_choose(const struct choose *c)
{
	for (size_t i = 0; i < c->n; i++) {
		mark(c->row[i].when);
		mark(c->row[i].is);
	}
}

static void mark_whos(const struct whos *w)
{
	for (size_t i = 0; i < w->n; i++) {
		mark(w->v[i].expr);
		mark(w->v[i].when);
	}
}

static void mark_say(const struct say *s)
{
	for (size_t i = 0; s && i < s->n; i++)
		mark(s->piece[i].expr);
}

static void mark_checks(const struct check *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		mark(v[i].when);
		mark(v[i].must);
		mark(v[i].should);
		mark_say(v[i].say);
	}
}

static void mark_effect(const struct effect *e)
{
	mark(e->when);
	mark(e->list);
	mark(e->at);
	mark(e->organ);
	mark_whos(&e->tell);
	mark_say(e->say);
	for (size_t i = 0; i < e->n_with; i++)
		mark(e->with[i].expr);
}

static void mark_action(const struct action *a)
{
	mark_choose(&a->to_choose);
	mark_whos(&a->by);
	mark_checks(a->check, a->n_check);
	mark(a->need);
	for (size_t i = 0; i < a->n_apart; i++)
		mark(a->apart[i]);
	for (size_t i = 0; i < a->n_set; i++)
		mark(a->set[i].expr);
	for (size_t i = 0; i < a->n_offer; i++)
		mark(a->offer[i].expr);
	for (size_t i = 0; i < a->n_then; i++)
		mark_effect(&a->then[i]);
	for (size_t i = 0; i < a->removes.n_of; i++)
		mark(a->removes.of[i]);
}

static void mark_clock(const struct clock *c)
{
	mark(c->when);
	mark(c->due);
	mark(c->lapse_if);
	mark(c->extend_add);
	mark(c->extend_most);
	mark(c->extend_times);
	mark_choose(&c->warn);
	mark_whos(&c->who);
	for (size_t i = 0; i < c->n_from; i++)
		mark(c->from[i].value);
	for (size_t i = 0; i < c->n_limit; i++)
		mark_choose(&c->limit[i].is);
}

static void mark_field(const struct field *f)
{
	mark_choose(&f->is);
	mark(f->def);
	mark(f->fill_from);
	mark(f->see.when);
	mark_whos(&f->see.who);
	for (size_t i = 0; i < f->n_fill; i++)
		mark(f->fill[i].expr);
	for (size_t i = 0; i < f->n_pool; i++)
		mark(f->pool[i]);
}

static void mark_duty(const struct duty *d)
{
	mark(d->subjects);
	mark(d->figure);
	mark(d->met);
	mark_whos(&d->who);
	mark_whos(&d->excuse);
	if (d->missed)
		mark_effect(d->missed);
}

static void mark_report(const struct report *r)
{
	mark(r->subjects);
	mark_whos(&r->who);
	for (size_t i = 0; i < r->n_column; i++)
		mark(r->column[i].is);
}

static void mark_export(const struct export_def *x)
{
	mark(x->rows);
	mark_whos(&x->who);
	for (size_t i = 0; i < x->n_column; i++) {
		mark_choose(&x->column[i].is);
		mark(x->column[i].need);
	}
}

static void mark_draw(const struct draw_def *d)
{
	const struct expr *const v[] = { d->pool, d->code, d->weight, d->stratum, d->need, d->panel_pool, d->panel_code, d->skills,
					 d->size, d->out, d->beacon, d->at };

	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		mark(v[i]);
	mark_choose(&d->quota);
	mark_whos(&d->whole);
}

static void mark_kind(const struct kind *k)
{
	for (size_t i = 0; i < k->n_field; i++)
		mark_field(&k->field[i]);
	for (size_t i = 0; i < k->n_state; i++) {
		mark_checks(k->state[i].check, k->state[i].n_check);
		mark_whos(&k->state[i].holder);
	}
	for (size_t i = 0; i < k->n_term; i++)
		mark_choose(&k->term[i].is);
	for (size_t i = 0; i < k->n_action; i++)
		mark_action(&k->action[i]);
	for (size_t i = 0; i < k->n_clock; i++)
		mark_clock(&k->clock[i]);
	for (size_t i = 0; i < k->n_when; i++)
		mark_effect(&k->when[i].effect);
	for (size_t i = 0; i < k->n_duty; i++)
		mark_duty(&k->duty[i]);
	for (size_t i = 0; i < k->n_report; i++)
		mark_report(&k->report[i]);
	for (size_t i = 0; i < k->n_export; i++)
		mark_export(&k->export[i]);
	for (size_t i = 0; i < k->n_draw; i++)
		mark_draw(&k->draw[i]);
	mark_whos(&k->see);
}

/* ---- the whole ---- */

void check_law(struct loader *l)
{
	struct checker c = { .l = l, .d = l->d, .law = l->law };

	pack_clashes(&c);
	setting_bounds(&c);
	for (size_t i = 0; i < l->law->n_kind; i++) {
		c.k = &l->law->kind[i];
		clashes(&c);
		citations(&c);
		life(&c);
		actions(&c);
		computed(&c);
		blind_computed(&c);
		clocks(&c);
		effects(&c);
		duties(&c);
		sight(&c);
		papers(&c);
		check_page(l, c.k);
	}
	cascades(&c);
	for (size_t i = 0; i < l->law->n_kind; i++)
		mark_kind(&l->law->kind[i]);
	for (size_t i = 0; i < l->law->n_function; i++)
		mark(l->law->function[i].is);
}
