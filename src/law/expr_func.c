/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The functions of language.md 11, and arithmetic. */
#include "base/day.h"
#include "law/expr_ast.h"
#include "law/mask.h"

#define SPAN_MAX \
	1000000 /* the longest span that can be written; a product beyond it is no length of time \
		 */

bool run_number_problem(struct run *r)
{
	return err_set(r->err, ERR_BAD_INPUT, "计算的结果超过24位整数，未能算出");
}

/* ---- arithmetic ---- */

static struct val in_range(enum type_tag t, int64_t i)
{
	int64_t day = t == T_DATE ? i : day_at(i);

	return day < DAY_MIN || day > DAY_MAX ? VAL_NULL : val_i64(t, i);
}

static bool calendar_of(struct run *r, const struct calendar **ret)
{
	*ret = r->ev->calendar;
	return *ret || err_set(r->err, ERR_BUG, "没有载入日历");
}

static bool date_plus(struct run *r, int64_t day, struct span s, struct val *ret)
{
	const struct calendar *c;
	bool known;

	switch (s.unit) {
	case UNIT_DAY:
		*ret = in_range(T_DATE, day + s.n);
		return true;
	case UNIT_MONTH:
	case UNIT_YEAR:
		*ret = in_range(T_DATE, day_add_months(day, s.unit == UNIT_YEAR ? s.n * 12 : s.n));
		return true;
	case UNIT_WORKDAY:
		if (!calendar_of(r, &c))
			return false;
		*ret = in_range(T_DATE, calendar_add(c, day, s.n, &known));
		if (!known)
			*ret = VAL_NULL; /* the year's calendar is not announced: not guessed */
		return true;
	default:
		return err_set(r->err, ERR_LAW, "日期不能加减%s", unit_name_cn(s.unit));
	}
}

static bool time_plus(struct run *r, int64_t ms, struct span s, struct val *ret)
{
	static const int64_t scale[] = {
		[UNIT_MINUTE] = 60000, [UNIT_HOUR] = 3600000, [UNIT_DAY] = DAY_MS
	};

	if (s.unit > UNIT_DAY)
		return err_set(r->err, ERR_LAW, "时间不能加减%s", unit_name_cn(s.unit));
	*ret = in_range(T_TIME, ms + s.n * scale[s.unit]);
	return true;
}

static struct val span_times(struct span s, dec n)
{
	int64_t k;

	if (!dec_to_i64(n, &k) || __builtin_mul_overflow(s.n, k, &s.n) || s.n > SPAN_MAX
	    || s.n < -SPAN_MAX)
		return VAL_NULL;
	return (struct val){ .t = T_SPAN, .span = s };
}

static bool numbers(struct run *r, const struct ast *e, dec a, dec b, struct val *ret)
{
	bool ok;

	ret->t = e->type.tag;
	switch (e->sub) {
	case '+':
		ok = dec_add(a, b, &ret->n);
		break;
	case '-':
		ok = dec_sub(a, b, &ret->n);
		break;
	case '*':
		ok = dec_mul(a, b, &ret->n);
		break;
	default:
		if (b == 0) {
			*ret = VAL_NULL;
			return true;
		}
		ok = dec_div(a, b, &ret->n);
		break;
	}
	return ok || run_number_problem(r);
}

bool run_arith(struct run *r, const struct ast *e, struct val *ret)
{
	struct val a, b;

	if (!run_eval(r, e->kid[0], &a) || !run_eval(r, e->kid[1], &b))
		return false;
	*ret = VAL_NULL;
	if (val_is_null(a) || val_is_null(b))
		return true;
	if (a.t == T_DATE || a.t == T_TIME) {
		if (e->sub == '-')
			b.span.n = -b.span.n;
		return a.t == T_DATE ? date_plus(r, a.i, b.span, ret)
				     : time_plus(r, a.i, b.span, ret);
	}
	if (a.t == T_SPAN || b.t == T_SPAN) {
		*ret = a.t == T_SPAN ? span_times(a.span, b.n) : span_times(b.span, a.n);
		return true;
	}
	return numbers(r, e, a.n, b.n, ret);
}

/* ---- over lists ---- */

struct folding {
	struct run *r;
	const struct ast *e;
	bool failed, unknown, stop_early;
	int64_t count, yes;
	dec sum;
	struct val best, best_key;
};

/* kid[i] over the element. */
static bool with_element(struct folding *f, const struct slot *el, struct val *ret)
{
	f->r->slot[f->e->slot] = *el;
	if (run_eval(f->r, f->e->kid[1], ret))
		return true;
	f->failed = true;
	return false;
}

static bool judge(void *ctx, const struct slot *el)
{
	struct folding *f = ctx;
	struct val v = val_bool(true);

	if (f->e->n > 1 && !with_element(f, el, &v))
		return false;
	f->count++;
	f->yes += val_truth(v) == TRUTH_TRUE;
	f->unknown = f->unknown || val_is_null(v);
	if (f->e->sub == FN_ANY)
		return f->yes == 0;
	if (f->e->sub == FN_ALL)
		return val_truth(v) != TRUTH_FALSE;
	return true;
}

static struct val judged(const struct folding *f, bool stopped)
{
	if (f->e->sub == FN_COUNT)
		return val_int(f->yes);
	if (stopped)
		return val_bool(f->e->sub == FN_ANY);
	return f->unknown ? VAL_NULL : val_bool(f->e->sub == FN_ALL);
}

/* As in SQL, what is null does not count. */
static bool add_up(void *ctx, const struct slot *el)
{
	struct folding *f = ctx;
	struct val v = el->v;

	if (f->e->n > 1 && !with_element(f, el, &v))
		return false;
	if (val_is_null(v))
		return true;
	f->count++;
	if (f->e->sub == FN_MIN || f->e->sub == FN_MAX) {
		enum cmp better = f->e->sub == FN_MIN ? CMP_LT : CMP_GT;

		if (f->count == 1 || val_compare(v, f->best, better) == TRUTH_TRUE)
			f->best = v;
		return true;
	}
	if (dec_add(f->sum, v.n, &f->sum))
		return true;
	f->failed = true;
	return run_number_problem(f->r);
}

static bool added_up(struct run *r, const struct folding *f, struct val *ret)
{
	enum type_tag tag = f->e->type.tag == T_NONE ? T_INT : f->e->type.tag;

	if (f->e->sub == FN_SUM) {
		*ret = val_num(tag, f->sum);
		return true;
	}
	*ret = f->best;
	if (f->e->sub != FN_AVG || !f->count)
		return true;
	*ret = val_num(tag, 0);
	return dec_div(f->sum, dec_int(f->count), &ret->n) || run_number_problem(r);
}

/* Of equal keys, first() takes the earliest and last() the latest. */
static bool pick(void *ctx, const struct slot *el)
{
	struct folding *f = ctx;
	const struct snap *m;
	struct val key = VAL_NULL;
	bool better;

	f->r->slot[f->e->slot] = *el;
	if (f->e->n > 1) {
		if (!with_element(f, el, &key))
			return false;
		if (val_is_null(key))
			return true;
	} else if (el->v.t == T_REF && !el->snap) { /* a list of references: by time of opening */
		struct ast var = { .op = AST_VAR, .slot = f->e->slot };

		if (!run_snap(f->r, &var, &m)) {
			f->failed = true;
			return false;
		}
		if (!m)
			return true;
		key = val_i64(T_TIME, m->opened);
	}
	better = f->count++ == 0;
	if (val_is_null(key))
		better = better || f->e->sub == FN_LAST;
	else
		better = better
			 || val_compare(key, f->best_key, f->e->sub == FN_LAST ? CMP_GE : CMP_LT)
				    == TRUTH_TRUE;
	if (better) {
		f->best = el->v;
		f->best_key = key;
	}
	/* Without keys the first element is the one wanted. */
	return f->e->sub == FN_LAST || !val_is_null(key);
}

static bool run_fold(struct run *r, const struct ast *e, struct val *ret)
{
	struct folding f = { .r = r, .e = e };
	bool stop, over = e->sub == FN_COUNT || e->sub == FN_ALL || e->sub == FN_ANY;
	bool picks = e->sub == FN_FIRST || e->sub == FN_LAST, known;

	if (r->ev->tallied) {
		if (!tallied_fold(r, e, &known, ret))
			return false;
		if (known)
			return true;
	}
	if (!run_each(r, e->kid[0], over ? judge : picks ? pick : add_up, &f, &stop) || f.failed)
		return false;
	if (over) {
		*ret = judged(&f, stop);
		return true;
	}
	if (picks) {
		*ret = f.best;
		return true;
	}
	return added_up(r, &f, ret);
}

/* ---- of this matter ---- */

static bool no_matter(struct run *r)
{
	return err_set(r->err, ERR_BUG, "表达式在这里没有所属的办件");
}

static bool run_record(struct run *r, const struct ast *e, struct val *ret)
{
	struct eval *ev = r->ev;
	const struct val_list *l = NULL;
	const struct action *act = e->action;
	int64_t rounds = 0;
	bool parts = e->sub == FN_PARTS || e->sub == FN_ROUNDS, ok;

	if (!ev->world || !ev->self)
		return no_matter(r);
	if (act
	    && ev->self->kind != e->kind) /* the same action as another version or pack has it */
		act = kind_action(ev->self->kind, act->id);
	if (e->sub == FN_CLOCK || e->sub == FN_CLOCKS)
		ok = ev->world->clocks(ev->w, ev->self, e->kid[0]->name, &l, r->err);
	else if (parts)
		ok = !act || ev->world->parts(ev->w, ev->self, act, &l, &rounds, r->err);
	else
		ok = ev->world->events(ev->w, ev->self->id, e->kid[0]->name, &l, r->err);
	if (!ok)
		return false;
	switch (e->sub) {
	case FN_ROUNDS:
		*ret = val_int(rounds);
		return true;
	case FN_DONE:
		*ret = val_bool(l && l->n);
		return true;
	case FN_EVENT:
	case FN_CLOCK:
		*ret = l && l->n ? l->v[l->n - 1] : VAL_NULL;
		return true;
	default:
		*ret = val_list(ev->a, T_LIST, l ? l->v : NULL, l ? l->n : 0);
		return true;
	}
}

/* The paper is named by its id, or by a field that holds one. */
static bool run_paper(struct run *r, const struct ast *e, struct val *ret)
{
	struct eval *ev = r->ev;
	struct paper_fact p = { .made = false };
	struct val id = { .t = T_ENUM, .s = e->kid[0]->name };

	*ret = VAL_NULL;
	if (!ev->world || !ev->self)
		return no_matter(r);
	if (e->kid[0]->type.tag == T_ENUM && !run_eval(r, e->kid[0], &id))
		return false;
	if (val_is_null(id))
		return true;
	if (!ev->world->paper(ev->w, ev->self->id, id.s, &p, r->err))
		return false;
	if (e->sub == FN_FROZEN)
		*ret = val_bool(p.digest.n > 0);
	else if (e->sub == FN_PAPER_ON && p.made)
		*ret = val_i64(T_DATE, day_at(p.at));
	else if (e->sub == FN_PAPER_NO && p.number.n)
		*ret = val_text(T_TEXT, p.number);
	else if (e->sub == FN_PAPER_SUM && p.digest.n)
		*ret = val_text(T_TEXT, p.digest);
	return true;
}

static bool run_open(struct run *r, const struct ast *e, struct val *ret)
{
	const struct snap *m;

	if (!run_snap(r, e->kid[0], &m))
		return false;
	*ret = m && m->state ? val_bool(!m->state->end) : VAL_NULL;
	return true;
}

/* ---- organs and people ---- */

static bool run_organs(struct run *r, const struct ast *e, struct val *ret)
{
	struct eval *ev = r->ev;
	const struct val_list *all;
	struct val *v, yes = val_bool(true);
	size_t n = 0;

	if (!ev->world)
		return no_matter(r);
	if (!ev->world->organs(ev->w, &all, r->err))
		return false;
	v = arena_many(ev->a, all->n, struct val);
	for (size_t i = 0; i < all->n; i++) {
		r->slot[e->slot] = (struct slot){ .v = all->v[i] };
		if (e->n && !run_eval(r, e->kid[0], &yes))
			return false;
		if (val_truth(yes) == TRUTH_TRUE)
			v[n++] = all->v[i];
	}
	*ret = val_list(ev->a, T_LIST, v, n);
	return true;
}

static bool run_people(struct run *r, const struct ast *e, struct val *ret)
{
	struct eval *ev = r->ev;
	const struct val_list *l = NULL;
	struct val organ;

	if (!ev->world)
		return no_matter(r);
	if (!run_eval(r, e->kid[0], &organ))
		return false;
	if (!val_is_null(organ)
	    && !ev->world->people(ev->w, organ.i, e->n > 1 ? e->kid[1]->name : (struct str){ 0 },
				  &l, r->err))
		return false;
	*ret = val_list(ev->a, T_LIST, l ? l->v : NULL, l ? l->n : 0);
	return true;
}

static bool run_recused(struct run *r, const struct ast *e, struct val *ret)
{
	struct eval *ev = r->ev;
	struct val person;
	bool yes;

	if (!ev->world || !ev->self)
		return no_matter(r);
	if (!run_eval(r, e->kid[0], &person))
		return false;
	*ret = VAL_NULL;
	if (val_is_null(person))
		return true;
	if (!ev->world->recused(ev->w, ev->self, person.i, &yes, r->err))
		return false;
	*ret = val_bool(yes);
	return true;
}

static bool run_alike(struct run *r, struct val *ret)
{
	struct eval *ev = r->ev;
	const struct val_list *l;

	if (!ev->world || !ev->self)
		return no_matter(r);
	if (!ev->world->alike(ev->w, ev->self, &l, r->err))
		return false;
	*ret = val_list(ev->a, T_LIST, l->v, l->n);
	return true;
}

/* ---- days ---- */

static int64_t whole_months(int64_t from, int64_t to)
{
	struct ymd a = day_ymd(from), b = day_ymd(to);
	int64_t n = (b.year - a.year) * 12 + b.month - a.month;

	if (to < from)
		return -whole_months(to, from);
	return day_add_months(from, n) > to ? n - 1 : n;
}

static bool run_between(struct run *r, enum func fn, int64_t from, int64_t to, struct val *ret)
{
	const struct calendar *c;
	int64_t n;
	bool known;

	if (fn != FN_WORKDAYS) {
		*ret = val_int(fn == FN_DAYS ? to - from : whole_months(from, to));
		return true;
	}
	if (!calendar_of(r, &c))
		return false;
	n = calendar_count(c, from, to, &known);
	*ret = known ? val_int(n) : VAL_NULL;
	return true;
}

/* The last day of a limit from d on, or the day so long before d. */
static bool run_shift(struct run *r, enum func fn, int64_t day, struct span s, struct val *ret)
{
	const struct calendar *c;
	bool known;

	if (fn == FN_BEFORE) {
		s.n = -s.n;
		return date_plus(r, day, s, ret);
	}
	if (s.unit == UNIT_MINUTE || s.unit == UNIT_HOUR || s.n < 0 || s.n > SPAN_MAX / 12)
		return date_plus(r, day, s, ret);
	if (!calendar_of(r, &c))
		return false;
	*ret = in_range(T_DATE, calendar_due(c, day, s, &known));
	if (!known)
		*ret = VAL_NULL;
	return true;
}

static struct val date_of(dec year, dec month, dec day)
{
	int64_t y, m, d;

	if (!dec_to_i64(year, &y) || !dec_to_i64(month, &m) || !dec_to_i64(day, &d) || y < 1900
	    || y > 2199 || m < 1 || m > 12 || d < 1 || d > 31 || !day_valid((int)y, (int)m, (int)d))
		return VAL_NULL;
	return val_i64(T_DATE, day_of((int)y, (int)m, (int)d));
}

/* ---- numbers and texts ---- */

static bool run_percent(struct run *r, dec part, dec whole, struct val *ret)
{
	dec hundred;

	*ret = VAL_NULL;
	if (whole == 0)
		return true;
	*ret = val_num(T_NUM, 0);
	return (dec_mul(part, dec_int(100), &hundred) && dec_div(hundred, whole, &ret->n))
	       || run_number_problem(r);
}

static struct val rounded(const struct ast *e, const struct val *arg)
{
	int64_t places = 0;
	dec n = arg[0].n;

	if (e->n > 1 && (!dec_to_i64(arg[1].n, &places) || places < 0))
		return VAL_NULL;
	if (e->sub == FN_CEIL)
		n = dec_ceil(n);
	else if (e->sub == FN_FLOOR)
		n = dec_floor(n);
	else
		n = dec_round(n, places > DEC_PLACES ? DEC_PLACES : (int)places);
	return val_num(e->type.tag, n);
}

/* Without blanks, capitals and full-width forms: how one compares what two people typed. */
static struct str normalized(struct arena *a, struct str s)
{
	struct buf b;
	uint32_t cp;

	buf_init(&b, a, s.n);
	for (size_t i = 0; i < s.n;) {
		cp = cp_plain(str_next(s, &i));
		if (cp)
			buf_addcp(&b, cp);
	}
	return buf_str(&b);
}

static struct val same(struct arena *a, struct val x, struct val y)
{
	if (type_is_text(x.t) && type_is_text(y.t))
		return val_bool(str_eq(normalized(a, x.s), normalized(a, y.s)));
	return val_bool(val_compare(x, y, CMP_EQ) == TRUTH_TRUE);
}

/* Is `part` said in `text`? In the same normal form as same(); unknown when there is nothing to look for. */
static struct val mentions(struct arena *a, struct str text, struct str part)
{
	struct str needle = normalized(a, part);

	return needle.n ? val_bool(str_find(normalized(a, text), needle, 0) != SIZE_MAX) : VAL_NULL;
}

/* A unit is called by its own name: nothing is offered for it. */
static struct val masked(struct arena *a, size_t n, const struct val *arg)
{
	const struct party *p = arg[n - 1].party;

	if (n == 2)
		return val_text(T_TEXT, mask_said(a, arg[0].s, p));
	return p->sort != PARTY_UNIT && p->name.n ? val_text(T_TEXT, mask_text(a, STR("name"), p->name)) : VAL_NULL;
}

static struct val sealed(struct val v)
{
	bool all = true;

	if (v.t == T_FILE)
		return val_bool(v.file->digest.n > 0);
	for (size_t i = 0; i < v.list->n; i++)
		all = all && v.list->v[i].file->digest.n > 0;
	return v.list->n ? val_bool(all) : VAL_NULL;
}

/* Functions of values: any null argument gives null. */
static bool run_plain(struct run *r, const struct ast *e, const struct val *arg, struct val *ret)
{
	const struct calendar *c;

	switch ((enum func)e->sub) {
	case FN_DATE:
		*ret = val_i64(T_DATE, day_at(arg[0].i));
		return true;
	case FN_DATE_OF:
		*ret = date_of(arg[0].n, arg[1].n, arg[2].n);
		return true;
	case FN_YEAR:
		*ret = val_int(day_ymd(arg[0].t == T_TIME ? day_at(arg[0].i) : arg[0].i).year);
		return true;
	case FN_HOUR:
		*ret = val_int(time_hour(arg[0].i));
		return true;
	case FN_DATES:
		*ret = (struct val){ .t = T_INTERVAL,
				     .interval = { arg[0].i, arg[1].i, e->type.n != 0 } };
		return true;
	case FN_MINUTES:
		*ret = val_int((arg[1].i - arg[0].i) / 60000);
		return true;
	case FN_DAYS:
	case FN_WORKDAYS:
	case FN_MONTHS:
		return run_between(r, (enum func)e->sub, arg[0].i, arg[1].i, ret);
	case FN_BEFORE:
	case FN_AFTER:
		return run_shift(r, (enum func)e->sub, arg[0].i, arg[1].span, ret);
	case FN_WORKDAY:
		if (!calendar_of(r, &c))
			return false;
		*ret = arg[0].i < calendar_first(c) || arg[0].i > calendar_last(c)
			       ? VAL_NULL
			       : val_bool(calendar_workday(c, arg[0].i));
		return true;
	case FN_PERCENT:
		return run_percent(r, arg[0].n, arg[1].n, ret);
	case FN_ROUND:
	case FN_CEIL:
	case FN_FLOOR:
		*ret = rounded(e, arg);
		return true;
	case FN_SEALED:
		*ret = sealed(arg[0]);
		return true;
	case FN_SAME:
		*ret = same(r->ev->a, arg[0], arg[1]);
		return true;
	case FN_LEN:
		*ret = val_int((int64_t)str_chars(arg[0].s));
		return true;
	case FN_MENTIONS:
		*ret = mentions(r->ev->a, arg[0].s, arg[1].s);
		return true;
	case FN_MASKED:
		*ret = masked(r->ev->a, e->n, arg);
		return true;
	default:
		return err_set(r->err, ERR_BUG, "没有实现的函数");
	}
}

static bool run_has(struct run *r, const struct ast *e, struct val *ret)
{
	struct ast in = { .op = AST_IN, .type = e->type };
	struct ast *kid[2] = { e->kid[1], e->kid[0] };

	in.kid = kid;
	in.n = 2;
	return run_eval(r, &in, ret);
}

static size_t add_once(struct val *to, size_t n, struct val v)
{
	for (size_t i = 0; i < n; i++)
		if (val_equal(to[i], v))
			return n;
	to[n] = v;
	return n + 1;
}

/* The elements of both lists, each once, in the order of the first; what is null is empty. */
static bool run_union(struct run *r, const struct ast *e, struct val *ret)
{
	struct val_list *list = arena_one(r->ev->a, struct val_list);
	struct val v[2], *to;
	size_t most = 0, n = 0;

	for (size_t i = 0; i < 2; i++) {
		if (!run_eval(r, e->kid[i], &v[i]))
			return false;
		most += val_is_null(v[i]) ? 0 : v[i].list->n;
	}
	to = arena_many(r->ev->a, most, struct val);
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; !val_is_null(v[i]) && j < v[i].list->n; j++)
			n = add_once(to, n, v[i].list->v[j]);
	*list = (struct val_list){ .v = to, .n = n };
	*ret = (struct val){ .t = e->type.tag, .list = list };
	return true;
}

bool run_func(struct run *r, const struct ast *e, struct val *ret)
{
	struct val arg[3];

	switch ((enum func)e->sub) {
	case FN_COUNT:
	case FN_ALL:
	case FN_ANY:
	case FN_SUM:
	case FN_AVG:
	case FN_MIN:
	case FN_MAX:
	case FN_FIRST:
	case FN_LAST:
		return run_fold(r, e, ret);
	case FN_EVENT:
	case FN_EVENTS:
	case FN_DONE:
	case FN_PARTS:
	case FN_ROUNDS:
	case FN_CLOCK:
	case FN_CLOCKS:
		return run_record(r, e, ret);
	case FN_FROZEN:
	case FN_PAPER_NO:
	case FN_PAPER_ON:
	case FN_PAPER_SUM:
		return run_paper(r, e, ret);
	case FN_OPEN:
		return run_open(r, e, ret);
	case FN_ORGANS:
		return run_organs(r, e, ret);
	case FN_PEOPLE:
		return run_people(r, e, ret);
	case FN_RECUSED:
		return run_recused(r, e, ret);
	case FN_ALIKE:
		return run_alike(r, ret);
	case FN_HAS:
		return run_has(r, e, ret);
	case FN_UNION:
		return run_union(r, e, ret);
	default:
		break;
	}
	for (size_t i = 0; i < e->n && i < ARRAY_LEN(arg); i++) {
		if (!run_eval(r, e->kid[i], &arg[i]))
			return false;
		if (val_is_null(arg[i])) {
			*ret = VAL_NULL;
			return true;
		}
	}
	return run_plain(r, e, arg, ret);
}
