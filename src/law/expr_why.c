/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Why a condition holds or fails: one line a part, with the names and values that it saw. Parts
 * that did not decide are left out: of a failing `and` only what fails, of a holding `or` only what
 * holds. */
#include "base/day.h"
#include "law/expr_ast.h"

#define WHY_BYTES 8000 /* an explanation is read by a person */
#define WHY_MISSING 64 /* fields named as empty */
#define WHY_TERMS 3    /* terms explained within terms */
#define WHY_LIST 10    /* elements of a list that are named */
#define EMPTY "（未填写）"

struct why_run {
	struct run *r;
	struct str text; /* of the expression that the nodes belong to */
	struct buf *b;
	int indent;
	const struct field **missing;
	size_t n_missing;
};

static void label(struct why_run *w, const struct ast *e);

/* ---- values ---- */

static void put_val(struct why_run *w, struct val v)
{
	struct eval *ev = w->r->ev;

	if (type_is_list(v.t) && !v.list->n) {
		buf_adds(w->b, "无");
		return;
	}
	if (type_is_list(v.t) && v.list->n > WHY_LIST) {
		struct val_list head = { v.list->v, WHY_LIST };
		size_t n = v.list->n;

		v.list = &head;
		val_put_cn(w->b, ev->a, v, &ev->names);
		buf_addf(w->b, "等%zu项", n);
		return;
	}
	if (val_is_null(v))
		buf_adds(w->b, EMPTY);
	else
		val_put_cn(w->b, ev->a, v, &ev->names);
}

/* A due day is shown as the day, not as the instant after it. */
static bool shown(struct run *r, const struct ast *e, struct val *ret)
{
	struct val clock;

	if (e->op != AST_ATTR || e->sub != ATTR_CLOCK_DUE || e->kid[0]->type.tag != T_CLOCK)
		return run_eval(r, e, ret);
	if (!run_eval(r, e, ret) || !run_eval(r, e->kid[0], &clock))
		return false;
	if (!val_is_null(*ret) && !val_is_null(clock) && clock.clock->by_day)
		*ret = val_i64(T_DATE, day_at(clock.clock->due - 1));
	return true;
}

bool expr_shown(const struct expr *e, struct eval *ev, struct val *ret, struct err *err)
{
	struct budget budget = { 0 };
	struct run r = { .ev = ev,
			 .slot = arena_many(ev->a, e->n_slot, struct slot),
			 .budget = &budget,
			 .err = err };

	return shown(&r, e->root, ret);
}

/* ---- names ---- */

static void source(struct why_run *w, const struct ast *e)
{
	buf_add(w->b, str_sub(w->text, e->from, e->to));
}

static void of_base(struct why_run *w, const struct ast *e)
{
	const struct ast *base = e->n ? e->kid[0] : NULL;

	if (!base || base->op == AST_THIS || base->op == AST_VAR)
		return;
	if (base->op == AST_OLD) {
		buf_adds(w->b, "原");
		return;
	}
	label(w, base);
	buf_adds(w->b, "的");
}

static void name_or_id(struct why_run *w, struct str name, struct str id)
{
	buf_add(w->b, name.n ? name : id);
}

static const char *meta_name(int m)
{
	static const char *const name[] = {
		[META_STATE] = "状态",      [META_ORGAN] = "承办单位", [META_PARENT] = "上级办件",
		[META_OPENED] = "开始时间", [META_OPENER] = "发起人",  [META_NUMBER] = "编号",
		[META_ENDED] = "办结时间",  [META_QUERY_CODE] = "查询码", [META_VISIT_ADDRESS] = "核验地址",
		[META_PAGE_ADDRESS] = "办件地址"
	};

	return name[m];
}

static const char *attr_name(int a)
{
	static const char *const name[] = {
		[ATTR_PARTY_SORT] = "类别",        [ATTR_PARTY_NAME] = "名称",
		[ATTR_PARTY_CODE] = "代码",        [ATTR_PARTY_ADDRESS] = "地址",
		[ATTR_PARTY_CONTACT] = "联系人",   [ATTR_PARTY_PHONE] = "电话",
		[ATTR_FILE_NAME] = "文件名",       [ATTR_EVENT_AT] = "时间",
		[ATTR_EVENT_ACTOR] = "办理人",     [ATTR_EVENT_REASON] = "理由",
		[ATTR_PART_ACTOR] = "办理人",      [ATTR_PART_AT] = "时间",
		[ATTR_CLOCK_START] = "起算时间",   [ATTR_CLOCK_DUE] = "届满日",
		[ATTR_CLOCK_STOPPED] = "停止时间", [ATTR_CLOCK_STATE] = "状态",
		[ATTR_CLOCK_LATE] = "逾期",        [ATTR_SHEET_COMPLETE] = "填写完整",
		[ATTR_SHEET_GOT] = "得分",         [ATTR_SHEET_FULL] = "满分",
		[ATTR_SHEET_RATE] = "得分率",      [ATTR_SHEET_BAD] = "问题数",
		[ATTR_SHEET_FAILS] = "问题",       [ATTR_ACTOR_ORGAN] = "所在单位",
		[ATTR_BECAUSE_AT] = "起因时间",    [ATTR_BECAUSE_ACTOR] = "起因办理人",
	};

	return name[a];
}

static void label_attr(struct why_run *w, const struct ast *e)
{
	if (e->sub == ATTR_SHEET_PART) {
		label(w, e->kid[0]);
		buf_adds(w->b, "的");
		buf_add(w->b, ((const struct sheet_part *)e->type.extra)->name);
		return;
	}
	if (e->sub == ATTR_ACTOR_ORGAN)
		buf_adds(w->b, "办理人");
	else if (e->sub != ATTR_BECAUSE_AT && e->sub != ATTR_BECAUSE_ACTOR)
		of_base(w, e);
	buf_adds(w->b, attr_name(e->sub));
}

static void label_func(struct why_run *w, const struct ast *e)
{
	static const char *const after[] = { [FN_COUNT] = "的数量",
					     [FN_SUM] = "的合计",
					     [FN_AVG] = "的平均值",
					     [FN_MIN] = "的最小值",
					     [FN_MAX] = "的最大值" };

	switch (e->sub) {
	case FN_COUNT:
	case FN_SUM:
	case FN_AVG:
	case FN_MIN:
	case FN_MAX:
		label(w, e->kid[0]);
		if (e->n > 1
		    && (e->sub == FN_SUM || e->sub == FN_AVG || e->sub == FN_MIN
			|| e->sub == FN_MAX)) {
			buf_adds(w->b, "的");
			label(w, e->kid[1]);
		}
		buf_adds(w->b, e->n > 1 && e->sub == FN_COUNT ? "中符合条件的数量" : after[e->sub]);
		break;
	case FN_FIRST:
	case FN_LAST:
		buf_adds(w->b, e->sub == FN_FIRST ? "最早的" : "最近的");
		label(w, e->kid[0]);
		break;
	case FN_EVENT:
	case FN_EVENTS:
	case FN_PARTS:
		name_or_id(w, e->action->name, e->action->id);
		break;
	case FN_ALIKE:
		buf_adds(w->b, "类案的数额");
		break;
	case FN_ROUNDS:
		name_or_id(w, e->action->name, e->action->id);
		buf_adds(w->b, "的轮次");
		break;
	case FN_CLOCK:
		name_or_id(w, ((const struct clock *)e->type.extra)->name,
			   ((const struct clock *)e->type.extra)->id);
		break;
	case FN_PAPER_NO:
		buf_adds(w->b, "文书的文号");
		break;
	case FN_PAPER_ON:
		buf_adds(w->b, "文书的制作日期");
		break;
	case FN_PAPER_SUM:
		buf_adds(w->b, "文书的摘要");
		break;
	case FN_DATE:
	case FN_CEIL:
	case FN_FLOOR:
	case FN_ROUND:
		label(w, e->kid[0]);
		break;
	case FN_YEAR:
		label(w, e->kid[0]);
		buf_adds(w->b, "的年份");
		break;
	case FN_LEN:
		label(w, e->kid[0]);
		buf_adds(w->b, "的字数");
		break;
	case FN_DAYS:
	case FN_MINUTES:
	case FN_WORKDAYS:
	case FN_MONTHS:
		label(w, e->kid[0]);
		buf_adds(w->b, "至");
		label(w, e->kid[1]);
		buf_adds(w->b, e->sub == FN_DAYS     ? "的日数"
			       : e->sub == FN_MINUTES ? "的分钟数"
			       : e->sub == FN_MONTHS ? "的月数"
						     : "的工作日数");
		break;
	case FN_PERCENT:
		label(w, e->kid[0]);
		buf_adds(w->b, "占");
		label(w, e->kid[1]);
		buf_adds(w->b, "的百分比");
		break;
	default:
		source(w, e);
		break;
	}
}

static void label_organ(struct why_run *w, const struct ast *e)
{
	const struct snap *self = w->r->ev->self;
	const struct law *law = self ? self->kind->law : NULL;

	for (size_t i = 0; law && i < law->n_organ; i++) {
		if (str_eq(law->organ[i].id, e->name)) {
			name_or_id(w, law->organ[i].name, e->name);
			return;
		}
	}
	buf_add(w->b, e->name);
}

/* What a node is called, without its value. */
static void label(struct why_run *w, const struct ast *e)
{
	switch (e->op) {
	case AST_FIELD:
	case AST_COLUMN:
	case AST_PART:
		of_base(w, e);
		if (e->field)
			name_or_id(w, e->field->name, e->field->id);
		else
			buf_add(w->b, e->name);
		break;
	case AST_TERM:
		of_base(w, e);
		name_or_id(w, e->term->name, e->term->id);
		break;
	case AST_NUMBER:
	case AST_META:
		of_base(w, e);
		if (e->op == AST_META)
			buf_adds(w->b, meta_name(e->sub));
		else
			name_or_id(w, kind_number(e->kind, e->name)->name, e->name);
		break;
	case AST_ITEM:
		of_base(w, e);
		buf_add(w->b,
			e->kid[0]->type.sheet->part[e->slot / 1000].item[e->slot % 1000].name);
		break;
	case AST_ATTR:
		label_attr(w, e);
		break;
	case AST_THIS:
		buf_adds(w->b, "本办件");
		break;
	case AST_OLD:
		buf_adds(w->b, "原办件");
		break;
	case AST_ACTED:
		buf_adds(w->b, "该办件");
		break;
	case AST_VAR:
		buf_adds(w->b, "其");
		break;
	case AST_ACTOR:
		buf_adds(w->b, "办理人");
		break;
	case AST_TODAY:
		buf_adds(w->b, "今日");
		break;
	case AST_NOW:
		buf_adds(w->b, "现在");
		break;
	case AST_SETTING:
		name_or_id(w, e->setting->name, e->setting->id);
		break;
	case AST_ORGAN:
		label_organ(w, e);
		break;
	case AST_SCAN:
		name_or_id(w, e->kind->name, e->kind->id);
		break;
	case AST_MAP:
		label(w, e->kid[0]);
		buf_adds(w->b, "的");
		label(w, e->kid[1]);
		break;
	case AST_CAST:
		label(w, e->kid[0]);
		break;
	case AST_FUNC:
		label_func(w, e);
		break;
	case AST_CONST:
		put_val(w, *e->val);
		break;
	default:
		source(w, e);
		break;
	}
}

/* Things that are their own value need no name: 100,000.00元, 已发出. */
static bool is_plain(const struct ast *e)
{
	if (e->op == AST_CAST || e->op == AST_NEG)
		return is_plain(e->kid[0]);
	if (e->op == AST_LIST) {
		for (size_t i = 0; i < e->n; i++)
			if (!is_plain(e->kid[i]))
				return false;
		return true;
	}
	return e->op == AST_CONST || e->op == AST_ORGAN || e->op == AST_THIS || e->op == AST_ACTED;
}

/* 罚款 20,000.00元. beside: a plain number next to money is yuan. */
static bool named_value(struct why_run *w, const struct ast *e, const struct ast *beside)
{
	struct val v;

	if (!shown(w->r, e, &v))
		return false;
	if (beside && beside->type.tag == T_MONEY && e->literal && (v.t == T_INT || v.t == T_NUM))
		v.t = T_MONEY;
	if (e->op == AST_ORGAN || e->op == AST_THIS || e->op == AST_ACTED) {
		label(w, e);
		return true;
	}
	if (!is_plain(e)) {
		label(w, e);
		if (!val_is_null(v))
			buf_addc(w->b, ' ');
	}
	put_val(w, v);
	return true;
}

/* ---- one part ---- */

static bool say_cmp(struct why_run *w, const struct ast *e, bool neg)
{
	static const char *const sign[] = { [CMP_EQ] = " = ", [CMP_NE] = " ≠ ", [CMP_LT] = " < ",
					    [CMP_LE] = " ≤ ", [CMP_GT] = " > ", [CMP_GE] = " ≥ " };
	static const enum cmp inverse[] = {
		[CMP_EQ] = CMP_NE, [CMP_NE] = CMP_EQ, [CMP_LT] = CMP_GE,
		[CMP_LE] = CMP_GT, [CMP_GT] = CMP_LE, [CMP_GE] = CMP_LT
	};

	if (!named_value(w, e->kid[0], e->kid[1]))
		return false;
	buf_adds(w->b, sign[neg ? (int)inverse[e->sub] : e->sub]);
	return named_value(w, e->kid[1], e->kid[0]);
}

static bool say_in(struct why_run *w, const struct ast *el, const struct ast *list, bool neg)
{
	if (!named_value(w, el, NULL))
		return false;
	if (list->type.tag == T_INTERVAL) {
		struct val v;

		if (!run_eval(w->r, list, &v))
			return false;
		buf_adds(w->b, neg ? " 不在 " : " 在 ");
		put_val(w, v);
		return true;
	}
	buf_adds(w->b, neg ? " 不属于 " : " 属于 ");
	return named_value(w, list, el);
}

static bool say_is_null(struct why_run *w, const struct ast *e, bool neg)
{
	label(w, e->kid[0]);
	buf_adds(w->b, e->negated != neg ? " 已填写" : " 未填写");
	return true;
}

struct tally {
	struct run *r;
	const struct ast *e;
	enum truth want; /* elements of this truth; UNKNOWN: everything that is not true */
	struct val *v;
	size_t n, cap, all;
	bool failed;
};

static void keep(struct tally *t, struct val v)
{
	struct val *grown;

	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		grown = arena_many(t->r->ev->a, t->cap, struct val);
		for (size_t i = 0; i < t->n; i++)
			grown[i] = t->v[i];
		t->v = grown;
	}
	t->v[t->n++] = v;
}

static bool tally_one(void *ctx, const struct slot *el)
{
	struct tally *t = ctx;
	enum truth is;
	struct val v = val_bool(true); /* any(matters(…)): being there is the condition */

	t->r->slot[t->e->slot] = *el;
	if (t->e->n > 1 && !run_eval(t->r, t->e->kid[1], &v)) {
		t->failed = true;
		return false;
	}
	t->all++;
	is = val_truth(v);
	if (t->want == TRUTH_TRUE ? is == TRUTH_TRUE : is != TRUTH_TRUE)
		keep(t, el->v);
	return t->n < EXPR_LOAD;
}

/* The elements that decide an any() or all(): those that hold, or those that do not. */
static bool tally(struct run *r, const struct ast *e, enum truth want, const struct tally **ret)
{
	struct tally *t = arena_one(r->ev->a, struct tally);
	bool stop;

	t->r = r;
	t->e = e;
	t->want = want;
	*ret = t;
	return run_each(r, e->kid[0], tally_one, t, &stop) && !t->failed;
}

static bool say_over(struct why_run *w, const struct ast *e, bool neg)
{
	bool all = e->sub == FN_ALL;
	const struct tally *t;
	struct val_list shown_list;

	if (!tally(w->r, e, all ? TRUTH_UNKNOWN : TRUTH_TRUE, &t))
		return false;
	label(w, e->kid[0]);
	if (all)
		buf_adds(w->b, neg ? "不全都符合" : "全都符合");
	else
		buf_adds(w->b, neg ? "没有符合的" : "有符合的");
	buf_addf(w->b, "（共%zu项", t->all);
	if (t->n) {
		shown_list = (struct val_list){ t->v, t->n };
		buf_addf(w->b, "，%s%zu项：", all ? "不符合" : "符合", t->n);
		put_val(w, (struct val){ .t = T_LIST, .list = &shown_list });
	}
	buf_adds(w->b, "）");
	return true;
}

static bool say_value(struct why_run *w, const struct ast *e, bool neg)
{
	if (neg)
		buf_adds(w->b, "并非 ");
	return named_value(w, e, NULL);
}

static bool say_func(struct why_run *w, const struct ast *e, bool neg)
{
	switch (e->sub) {
	case FN_ALL:
	case FN_ANY:
		return say_over(w, e, neg);
	case FN_DONE:
		buf_addf(w->b, "%s办理“", neg ? "未" : "已");
		name_or_id(w, e->action->name, e->action->id);
		buf_adds(w->b, "”");
		return true;
	case FN_HAS:
		return say_in(w, e->kid[1], e->kid[0], neg);
	case FN_OPEN:
		if (!named_value(w, e->kid[0], NULL))
			return false;
		buf_adds(w->b, neg ? " 已经办结" : " 尚未办结");
		return true;
	case FN_RECUSED:
		if (!named_value(w, e->kid[0], NULL))
			return false;
		buf_adds(w->b, neg ? " 没有决定回避" : " 已决定回避");
		return true;
	case FN_WORKDAY:
		if (!named_value(w, e->kid[0], NULL))
			return false;
		buf_adds(w->b, neg ? " 不是工作日" : " 是工作日");
		return true;
	case FN_SAME:
		if (!named_value(w, e->kid[0], NULL))
			return false;
		buf_adds(w->b, neg ? " 不同于 " : " 等同于 ");
		return named_value(w, e->kid[1], NULL);
	case FN_MENTIONS:
		if (!named_value(w, e->kid[0], NULL))
			return false;
		buf_adds(w->b, neg ? " 没有提到 " : " 提到 ");
		return named_value(w, e->kid[1], NULL);
	case FN_FROZEN:
		name_or_id(w,
			   kind_paper(w->r->ev->self->kind, e->kid[0]->name)
				   ? kind_paper(w->r->ev->self->kind, e->kid[0]->name)->name
				   : e->kid[0]->name,
			   e->kid[0]->name);
		buf_adds(w->b, neg ? " 尚未制成" : " 已经制成");
		return true;
	default:
		return say_value(w, e, neg);
	}
}

static bool say_part(struct why_run *w, const struct ast *e, bool neg)
{
	switch (e->op) {
	case AST_CMP:
		return say_cmp(w, e, neg);
	case AST_IN:
		return say_in(w, e->kid[0], e->kid[1], e->negated != neg);
	case AST_IS_NULL:
		return say_is_null(w, e, neg);
	case AST_FUNC:
		return say_func(w, e, neg);
	default:
		return say_value(w, e, neg);
	}
}

/* ---- all parts ---- */

static enum truth flip(enum truth t, bool neg)
{
	return !neg || t == TRUTH_UNKNOWN ? t : t == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

static bool truth_of(struct why_run *w, const struct ast *e, bool neg, enum truth *ret)
{
	struct val v;

	if (!run_eval(w->r, e, &v))
		return false;
	*ret = flip(val_truth(v), neg);
	return true;
}

static bool lines(struct why_run *w, const struct ast *e, bool neg);

/* A term that is one condition is explained by that condition, one step further in. */
static bool term_lines(struct why_run *w, const struct ast *e)
{
	const struct expr *is = e->term->is.n == 1 ? e->term->is.row[0].is : NULL;
	struct eval ev = *w->r->ev;
	struct run r = *w->r;
	struct why_run inner = *w;
	bool ok;

	if (e->n || !is || e->term->is.row[0].when || w->indent >= WHY_TERMS)
		return true;
	ev.var = NULL;
	ev.part = NULL;
	r.ev = &ev;
	r.slot = arena_many(ev.a, is->n_slot, struct slot);
	inner.r = &r;
	inner.text = is->text;
	inner.indent++;
	ok = lines(&inner, is->root, false);
	w->n_missing = inner.n_missing;
	return ok;
}

static bool line(struct why_run *w, const struct ast *e, bool neg, enum truth t)
{
	static const char *const verdict[] = {
		[TRUTH_FALSE] = "不成立", [TRUTH_TRUE] = "成立", [TRUTH_UNKNOWN] = "未知"
	};

	if (w->b->n)
		buf_addc(w->b, '\n');
	for (int i = 0; i < w->indent; i++)
		buf_adds(w->b, "　");
	if (!say_part(w, e, neg))
		return false;
	buf_adds(w->b, "：");
	buf_adds(w->b, verdict[t]);
	return e->op != AST_TERM || term_lines(w, e);
}

static bool lines(struct why_run *w, const struct ast *e, bool neg)
{
	bool every = (e->op == AST_AND) != neg;
	enum truth whole, part;

	if (e->op == AST_NOT)
		return lines(w, e->kid[0], !neg);
	if (!truth_of(w, e, neg, &whole))
		return false;
	if (e->op != AST_AND && e->op != AST_OR)
		return line(w, e, neg, whole);
	for (size_t i = 0; i < e->n; i++) {
		if (!truth_of(w, e->kid[i], neg, &part))
			return false;
		if (every && whole != TRUTH_TRUE && part == TRUTH_TRUE)
			continue;
		if (!every && whole == TRUTH_TRUE && part != TRUTH_TRUE)
			continue;
		if (!lines(w, e->kid[i], neg))
			return false;
	}
	return true;
}

/* ---- what is missing, and what fails ---- */

static void add_missing(struct why_run *w, const struct field *f)
{
	for (size_t i = 0; i < w->n_missing; i++)
		if (w->missing[i] == f)
			return;
	if (w->n_missing < WHY_MISSING)
		w->missing[w->n_missing++] = f;
}

static bool binds(const struct ast *e)
{
	return e->op == AST_SCAN || e->op == AST_MAP || (e->op == AST_FUNC && e->sub <= FN_LAST);
}

static bool find_missing(struct why_run *w, const struct ast *e, int depth);

static bool missing_in_term(struct why_run *w, const struct ast *e, int depth)
{
	struct eval ev = *w->r->ev;

	ev.var = NULL;
	ev.part = NULL;
	for (size_t i = 0; i < e->term->is.n; i++) {
		const struct expr *part[2] = { e->term->is.row[i].when, e->term->is.row[i].is };

		for (int j = 0; j < 2; j++) {
			struct run r = *w->r;
			struct why_run inner = *w;
			bool ok;

			if (!part[j])
				continue;
			r.ev = &ev;
			r.slot = arena_many(ev.a, part[j]->n_slot, struct slot);
			inner.r = &r;
			ok = find_missing(&inner, part[j]->root, depth + 1);
			w->n_missing = inner.n_missing;
			if (!ok)
				return false;
		}
	}
	return true;
}

/* The empty fields of this matter that make e null. Within list functions the element's own fields
 * are not this matter's; what is looked at outside of them is enough to act on. */
static bool find_missing(struct why_run *w, const struct ast *e, int depth)
{
	struct val v;

	if (e->op == AST_NAME || e->op == AST_CONST)
		return true;
	if (!run_eval(w->r, e, &v))
		return false;
	if (!val_is_null(v) && !(type_is_list(v.t) && !v.list->n))
		return true;
	if ((e->op == AST_FIELD && e->field && (!e->n || e->kid[0]->op == AST_THIS))
	    || e->op == AST_PART) {
		add_missing(w, e->field);
		return true;
	}
	if (e->op == AST_TERM && !e->n)
		return depth >= WHY_TERMS || missing_in_term(w, e, depth);
	for (size_t i = 0; i < (binds(e) ? (e->op == AST_SCAN ? 0 : 1) : e->n); i++)
		if (!find_missing(w, e->kid[i], depth))
			return false;
	return true;
}

/* The first all() that does not hold, or `not any()`, among the parts that are asked for together.
 */
static bool find_failing(struct run *r, const struct ast *e, bool neg, const struct val_list **ret)
{
	const struct tally *t;
	struct val_list *l;
	struct val v;

	if (*ret)
		return true;
	if (e->op == AST_NOT)
		return find_failing(r, e->kid[0], !neg, ret);
	if (e->op == (neg ? AST_OR : AST_AND)) {
		for (size_t i = 0; i < e->n; i++)
			if (!find_failing(r, e->kid[i], neg, ret))
				return false;
		return true;
	}
	if (e->op != AST_FUNC || e->sub != (neg ? FN_ANY : FN_ALL))
		return true;
	if (!run_eval(r, e, &v))
		return false;
	if (val_truth(v) == (neg ? TRUTH_FALSE : TRUTH_TRUE))
		return true;
	if (!tally(r, e, neg ? TRUTH_TRUE : TRUTH_UNKNOWN, &t))
		return false;
	l = arena_one(r->ev->a, struct val_list);
	*l = (struct val_list){ t->v, t->n };
	*ret = l;
	return true;
}

static struct str with_missing(struct why_run *w)
{
	struct buf b;

	if (!w->n_missing)
		return buf_str(w->b);
	buf_init(&b, w->r->ev->a, WHY_BYTES + 4000);
	buf_adds(&b, "尚未填写：");
	for (size_t i = 0; i < w->n_missing; i++) {
		buf_adds(&b, i ? "、" : "");
		buf_add(&b, w->missing[i]->name.n ? w->missing[i]->name : w->missing[i]->id);
	}
	buf_addc(&b, '\n');
	buf_add(&b, buf_str(w->b));
	return buf_str(&b);
}

bool expr_why(const struct expr *e, struct eval *ev, struct why *ret, struct err *err)
{
	static const struct val_list nothing;
	struct budget budget = { 0 };
	struct run r = { .ev = ev,
			 .slot = arena_many(ev->a, e->n_slot, struct slot),
			 .budget = &budget,
			 .err = err };
	struct buf b;
	struct why_run w = { .r = &r,
			     .text = e->text,
			     .b = &b,
			     .missing = arena_many(ev->a, WHY_MISSING, const struct field *) };
	const struct val_list *failing = NULL;
	struct val v;

	buf_init(&b, ev->a, WHY_BYTES);
	if (!run_eval(&r, e->root, &v))
		return false;
	if (val_is_null(v) && !find_missing(&w, e->root, 0))
		return false;
	/* Explaining evaluates each part again, so it has its own allowance. */
	budget.steps = -EXPR_STEPS * (int64_t)EXPR_DEPTH;
	if (e->root->type.tag == T_BOOL
	    && (!lines(&w, e->root, false) || !find_failing(&r, e->root, false, &failing)))
		return false;
	*ret = (struct why){ .text = with_missing(&w),
			     .missing = w.missing,
			     .n_missing = w.n_missing,
			     .failing = failing ? failing : &nothing };
	return true;
}

struct str expr_label(struct arena *a, const struct expr *e)
{
	struct eval ev = { .a = a };
	struct run r = { .ev = &ev };
	struct buf b;
	struct why_run w = { .r = &r, .text = e->text, .b = &b };

	buf_init(&b, a, WHY_BYTES);
	label(&w, e->root);
	return buf_str(&b);
}
