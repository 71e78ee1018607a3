/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What pages need of a definition beyond being right: words for the desk, examples, groups, units, who has a matter now,
 * what a phone shows; and sentences that say a fact and a norm (language.md 2 to 4). All of it is told as a warning. */
#include "law/bind.h"

#define CARD 3 /* fields that a phone shows */

static bool by_people(const struct action *a)
{
	for (size_t i = 0; i < a->by.n; i++)
		if (a->by.v[i].sort != WHO_SYSTEM)
			return true;
	return false;
}

static bool is_open(const struct action *a)
{
	return str_is(a->id, "open");
}

/* ---- fields that people fill in ---- */

static bool asked(const struct kind *k, const struct field *f)
{
	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *a = &k->action[i];

		for (size_t j = 0; !a->builtin && by_people(a) && j < a->n_form; j++)
			if (a->form[j].field == f)
				return true;
	}
	return false;
}

/* What a file says of itself is held against what was typed (音像信息). */
static void taken(struct loader *l, const struct kind *k, const struct field *f)
{
	for (size_t i = 0; f->type.tag == T_FILES && i < k->n_field; i++)
		if (str_eq(k->field[i].id, f->taken) && k->field[i].type.tag == T_TIME)
			return;
	diag_add(l->d, f->node->pos, false, "字段“%.*s”的 taken 只用于文件（files），写本办件一个时间（time）字段的标识", STR_FMT(f->id));
}

static void field(struct loader *l, const struct kind *k, const struct field *f)
{
	enum type_tag t = f->type.tag;

	if (f->taken.n)
		taken(l, k, f);

	if (!f->group.n) {
		diag_add(l->d, f->node->pos, true, "字段“%.*s”没有写明归在哪一组（group）", STR_FMT(f->id));
		diag_hint(l->d, "办件页和表单按组排列，如 group: 当事人");
	}
	if (!f->example.n && (t == T_TEXT || t == T_NOTE)) {
		diag_add(l->d, f->node->pos, true, "字段“%.*s”没有填写示例（example）", STR_FMT(f->id));
		diag_hint(l->d, "写一条真实的例子，填写的人照着写");
	}
	if (!f->unit.n && (t == T_INT || t == T_NUM)) {
		diag_add(l->d, f->node->pos, true, "字段“%.*s”没有单位（unit）", STR_FMT(f->id));
		diag_hint(l->d, "如 unit: 人");
	}
}

/* ---- states, lists, actions ---- */

static bool people_may_act(const struct kind *k, const struct state *s)
{
	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *a = &k->action[i];

		for (size_t j = 0; !a->builtin && by_people(a) && j < a->n_from; j++)
			if (a->from[j] == s)
				return true;
	}
	return false;
}

static void state(struct loader *l, const struct kind *k, const struct state *s)
{
	if (s->end || s->holder.n || people_may_act(k, s))
		return;
	diag_add(l->d, s->node->pos, true, "状态“%.*s”没有写明现由谁办（holder），也没有人可以办理", STR_FMT(s->id));
	diag_hint(l->d, "写 holder；只由系统办理的写 holder: [system]");
}

static void list(struct loader *l, const struct kind *k)
{
	if (k->list.n_card == CARD)
		return;
	diag_add(l->d, k->list.pos.file ? k->list.pos : k->node->pos, true, "“%.*s”没有写明手机上显示的三项（card）",
		 STR_FMT(k->id));
	diag_hint(l->d, "在 list 中写 card，列三个字段、术语或者期限");
}

static void action(struct loader *l, const struct action *a)
{
	static const char *const vague[] = { "提交", "确定", "确认", "处理" };

	if (!a->next.n && !is_open(a) && by_people(a)) {
		diag_add(l->d, a->node->pos, true, "动作“%.*s”没有写明桌面上的说法（next）", STR_FMT(a->id));
		diag_hint(l->d, "写下一步要做的事，如 next: 送公示审批");
	}
	for (size_t i = 0; i < ARRAY_LEN(vague); i++)
		if (str_is(a->name, vague[i])) {
			diag_add(l->d, a->node->pos, true, "动作“%.*s”只叫“%s”，看不出办的是什么", STR_FMT(a->id), vague[i]);
			diag_hint(l->d, "写明办理什么，如 批准立案");
		}
}

/* ---- sentences ---- */

/* As it is printed, each {expr} as a stroke. */
static struct str plain(struct arena *a, const struct say *say)
{
	struct buf b;

	buf_init(&b, a, 1 << 14);
	for (size_t i = 0; i < say->n; i++) {
		buf_add(&b, say->piece[i].lit);
		if (say->piece[i].expr || say->piece[i].failing)
			buf_addc(&b, '-');
	}
	return buf_str(&b);
}

static void words(struct loader *l, struct str text, struct pos pos, const char *what, struct str id)
{
	static const char *const bad[] = { "系统错误", "非法", "失败", "！", "!" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (str_find(text, str_of(bad[i]), 0) != SIZE_MAX) {
			diag_add(l->d, pos, true, "%s“%.*s”的句子中有“%s”", what, STR_FMT(id), bad[i]);
			diag_hint(l->d, "写本件的事实和规定，不责备，不用感叹号");
		}
}

/* What is so in this matter, then what is required: two clauses at least. The page writes the heading before them (unless
 * the sentence has one that says more than the action's name), the citation behind them, and the way on (unless the
 * sentence says it better: 下一步：…). */
static bool two_clauses(struct str text)
{
	size_t end = str_find(text, STR("下一步："), 0), at;

	text = str_sub(text, 0, end == SIZE_MAX ? text.n : end);
	at = str_find(text, STR("，"), 0);
	if (at == SIZE_MAX)
		at = str_find(text, STR("。"), 0);
	return at != SIZE_MAX && at > 0 && at + STR("。").n < text.n;
}

static bool repeats_heading(struct loader *l, struct str text, const struct action *a)
{
	return str_starts(text, STR("可以继续"))
	    || (a && str_starts(text, str_fmt(l->a, "暂不能%.*s。", STR_FMT(a->name))));
}

static void sentence(struct loader *l, const struct check *c, const struct action *a)
{
	struct str text = c->say ? plain(l->a, c->say) : (struct str){ 0 };

	words(l, text, c->node->pos, "核对", c->id);
	if (repeats_heading(l, text, a)) {
		diag_add(l->d, c->node->pos, true, "核对“%.*s”的句子重复了页面已写的开头", STR_FMT(c->id));
		diag_hint(l->d, "句子从本件的事实写起，“暂不能…”“可以继续…”由页面写");
	} else if (!two_clauses(text)) {
		diag_add(l->d, c->node->pos, true, "核对“%.*s”的句子没有分别写明事实和规定", STR_FMT(c->id));
		diag_hint(l->d, "写作“事实。规定”，如 承办人员只有{officers}{count(officers)}人。执法人员不得少于两人");
	}
}

static void sentences(struct loader *l, const struct check *c, size_t n, const struct action *a)
{
	for (size_t i = 0; i < n; i++)
		sentence(l, &c[i], a);
}

static void told(struct loader *l, const struct action *a)
{
	for (size_t i = 0; i < a->n_then; i++)
		if (a->then[i].say)
			words(l, plain(l->a, a->then[i].say), a->then[i].node->pos, "动作", a->id);
}

void check_page(struct loader *l, const struct kind *k)
{
	for (size_t i = 0; i < k->n_field; i++)
		if (asked(k, &k->field[i]))
			field(l, k, &k->field[i]);
	for (size_t i = 0; i < k->n_state; i++) {
		state(l, k, &k->state[i]);
		sentences(l, k->state[i].check, k->state[i].n_check, NULL);
	}
	for (size_t i = 0; i < k->n_action; i++) {
		if (k->action[i].builtin)
			continue;
		action(l, &k->action[i]);
		sentences(l, k->action[i].check, k->action[i].n_check, &k->action[i]);
		told(l, &k->action[i]);
	}
	list(l, k);
}
