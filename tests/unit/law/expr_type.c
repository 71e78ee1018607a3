/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the parser and the type checker find fault with, where, and what they suggest. */
#include <criterion/criterion.h>
#include <string.h>

#include "lib/lab.h"

static struct lab *l;

static void before(void)
{
	l = lab_new();
}

static void after(void)
{
	lab_free(l);
}

TestSuite(law_type, .init = before, .fini = after);

struct fault {
	const char *expr;
	int col;
	const char *words, *hint; /* hint NULL: not looked at */
};

static void refuse(const struct fault *f)
{
	struct expr *e = lab_compile(l, f->expr);
	struct diag_item x;

	cr_expect(!e, "%s should not compile", f->expr);
	cr_expect_eq(l->diag.n, 1, "%s: %zu findings", f->expr, l->diag.n);
	if (!l->diag.n)
		return;
	x = l->diag.item[0];
	cr_expect(str_find(x.text, str_of(f->words), 0) != SIZE_MAX, "%s: “%.*s” lacks “%s”",
		  f->expr, STR_FMT(x.text), f->words);
	cr_expect_eq(x.pos.col, f->col, "%s: column %d, wanted %d (%.*s)", f->expr, x.pos.col,
		     f->col, STR_FMT(x.text));
	if (f->hint)
		cr_expect(str_find(x.hint, str_of(f->hint), 0) != SIZE_MAX,
			  "%s: hint “%.*s” lacks “%s”", f->expr, STR_FMT(x.hint), f->hint);
}
#define REFUSE(...) \
	do { \
		static const struct fault list[] = { __VA_ARGS__ }; \
		for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) \
			refuse(&list[i]); \
	} while (0)

static void accept(const char *expr)
{
	cr_expect(lab_compile(l, expr), "%s: %.*s", expr,
		  l->diag.n ? (int)l->diag.item[0].text.n : 0,
		  l->diag.n ? l->diag.item[0].text.p : "");
}

Test(law_type, words)
{
	REFUSE({ "", 1, "应当有表达式", NULL },
	       { "fine >= 100000 元", 16, "认不出的字符", "单引号" },
	       { "fine（1）", 5, "全角括号", NULL }, { "fine ≥ 1", 6, "应当写成 >=", NULL },
	       { "title = 'x'", 7, "不是比较", "==" }, { "title == \"x\"", 10, "单引号", NULL },
	       { "title == 'x", 10, "没有结尾", "单引号" },
	       { "b1 && b2", 4, "没有这个符号", "and" }, { "b1 ? b2", 4, "没有这个符号", "else" },
	       { "Fine > 1", 1, "小写", NULL }, { "today + 3workday", 9, "紧跟了字母", "空格" },
	       { "1.2345678 > 1", 1, "不是能表示的数", "6位小数" },
	       { "2026-02-30 > today", 1, "不是实际存在的日期", NULL },
	       { "today + 9999999 day", 17, "时长", NULL },
	       { "a23456789012345678901234567890123456789012", 1, "40个字符", NULL },
	       { "b1 and # b2", 8, "认不出", NULL });
}

Test(law_type, grammar)
{
	REFUSE({ "1 < amount < 3", 12, "比较不能连写", "and" },
	       { "fine else gain else 1", 16, "else 不能连写", "(b else c)" },
	       { "(fine > 1", 10, "没有写完", NULL },
	       { "fine > ", 8, "没有写完，还缺一个值", NULL }, { "[1, 2", 6, "没有写完", NULL },
	       { "count(officers", 15, "没有写完", NULL }, { "fine > 1)", 9, "结尾", NULL },
	       { "b1 b2", 4, "结尾", "and、or" }, { "fine is 3", 9, "应当是null", "==" },
	       { "b1 not b2", 8, "应当是in", NULL }, { "fine > not b1", 8, "一个值", "not in" },
	       { "linked.count(officers)", 13, "点后面不能是函数", NULL },
	       { "linked.3", 8, "点后面的名称", NULL },
	       { "any(x in officers)", 1, "缺少条件", "any(列表, 条件)" },
	       { "b1 and\n\n  or", 3, "一个值", NULL });
	cr_expect_eq(l->diag.item[0].pos.line, 3, "lines within the text are counted");
	accept("not not b1");
	accept("-fine < -1");
	accept("(((fine)))  > 1");
	accept("not fine > 1 and not b1 or b2");
}

Test(law_type, limits)
{
	struct buf b;

	buf_init(&b, l->a, 10000);
	for (int i = 0; i < 33; i++)
		buf_addc(&b, '(');
	buf_adds(&b, "b1");
	for (int i = 0; i < 33; i++)
		buf_addc(&b, ')');
	refuse(&(struct fault){ b.p, 33, "嵌套超过32层", "terms" });
	buf_clear(&b);
	for (int i = 0; i < 40; i++)
		buf_adds(&b, "not ");
	buf_adds(&b, "b1");
	cr_expect(!lab_compile(l, b.p));
	buf_clear(&b);
	for (int i = 0; i < 190; i++)
		buf_adds(&b, "b1 and ");
	buf_adds(&b, "b1");
	accept(b.p); /* chains are flat */
	buf_clear(&b);
	for (int i = 0; i < 40; i++)
		buf_adds(&b, "1 + ");
	buf_adds(&b, "1 > 0");
	refuse(&(struct fault){ b.p, 131, "嵌套超过32层", NULL });
	buf_clear(&b);
	buf_adds(&b, "title == '");
	for (int i = 0; i < 1989; i++)
		buf_adds(&b, "字");
	buf_adds(&b, "'");
	accept(b.p); /* 2,000 characters */
	b.n--;
	buf_adds(&b, "字'");
	refuse(&(struct fault){ b.p, 1, "超过2000个字符", NULL });
}

Test(law_type, names)
{
	REFUSE({ "fien > 1", 1, "没有这个名称", "是不是“fine”" },
	       { "tire > 1", 1, "没有这个名称", "是不是“tier”" },
	       { "it.fine > 1", 1, "it 只在列表函数", NULL },
	       { "linked.fien", 1, "没有“fien”", "是不是“fine”" },
	       { "handler.naem", 1, "没有“naem”", "是不是“name”" },
	       { "party.naem", 1, "没有“naem”", "name" },
	       { "set.lime > 1", 1, "没有设置项“lime”", "是不是“line”" },
	       { "cuont(officers)", 1, "没有函数 cuont", "是不是“count”" },
	       { "bigg(1)", 1, "没有函数", "是不是“big”" },
	       { "hearing == hold", 12, "不是可选", NULL },
	       { "target == organ", 1, "尚未提供", NULL },
	       { "subject == organ", 1, "没有这个名称", NULL },
	       { "zzz", 1, "没有这个名称", "可用的有" },
	       { "any(fine in officers, true)", 1, "已有含义", "换一个名称" },
	       { "any(x in officers, any(x in officers, x == x))", 20, "已有含义", NULL },
	       { "any(today in officers, true)", 1, "已有含义", NULL },
	       { "matters(case, actor, true)", 1, "已有含义", NULL },
	       { "because_of", 1, ".actor", NULL }, { "because_of is null", 1, ".actor", NULL },
	       { "because_of.x", 1, "只有 .actor", NULL }, { "title.x", 1, "没有下一级", NULL },
	       { "goods.peices", 1, "没有“peices”", "是不是“pieces”" },
	       { "count(children(reviews))", 16, "没有这个办件种类", "是不是“review”" },
	       { "event(finsh).at", 7, "没有名为“finsh”的动作", "是不是“finish”" },
	       { "clock(finis).due", 7, "没有名为“finis”的期限", "finish" },
	       { "frozen(lettr)", 8, "没有名为“lettr”的文书", "letter" },
	       { "paper_no(lettr)", 10, "没有名为“lettr”的文书", "letter" },
	       { "people(organ, hed)", 15, "没有这个岗位", "是不是“head”" },
	       { "sheet.xyz", 1, "没有“xyz”", NULL }, { "parent.zzz", 1, "都没有“zzz”", NULL },
	       { "parts(vote).title", 1, "表单没有“title”", NULL },
	       { "event(today)", 7, "没有名为“today”的动作", NULL },
	       { "event(1)", 7, "只写一个名称", NULL });
}

/* hold is no value of hearing, but near to one */
Test(law_type, enum_values_stand_only_opposite_their_enum)
{
	REFUSE({ "hearing == hold", 12, "既不是可选的取值", "是不是“held”" },
	       { "held", 1, "没有这个名称", NULL }, { "title == held", 10, "没有这个名称", NULL },
	       { "hearing == 'held'", 1, "不能比较", "不加引号" },
	       { "hearing == state", 1, "选项与选项不能比较", NULL },
	       { "hearing == other_way", 12, "既不是", NULL },
	       { "state == archived", 10, "既不是", NULL },
	       { "hearing in [held, draft]", 19, "既不是", NULL },
	       { "hearing > held", 1, "不能比较大小", NULL },
	       { "has(marks, x9)", 12, "既不是", "是不是“x1”" },
	       { "last(children(review)).opinion == agred", 35, "既不是", "是不是“agree”" });
	accept("hearing == choice");
	accept("choice in [held, other_way]");
	accept("held == hearing");
	accept("hearing in [none, held]");
}

Test(law_type, types)
{
	REFUSE({ "fine == title", 1, "金额与文字不能比较", "写明的数" },
	       { "fine == amount", 1, "金额与整数不能比较", "写明的数" },
	       { "fine + share", 1, "不能用 + 计算", NULL },
	       { "fine * gain", 1, "不能用 * 计算", NULL },
	       { "1 / fine", 1, "不能用 / 计算", NULL },
	       { "decided_on == found_at", 1, "日期与时间不能比较", "date(…)" },
	       { "decided_on - today", 1, "不能用 - 计算", "days(a, b)" },
	       { "today + 3", 1, "不能用 + 计算", "单位" },
	       { "today + 3 hour", 1, "不能加减小时", NULL },
	       { "now + 3 workday", 1, "只能加减 minute", "date(…)" },
	       { "title + 'x'", 1, "不能用 + 计算", "拼接" },
	       { "handler == party", 1, "人员与当事人不能比较", "x.name" },
	       { "handler == linked", 1, "不能比较", NULL },
	       { "fine == null", 1, "永远未知", "is null" }, { "fine + null", 1, "永远是空", NULL },
	       { "b1 and fine", 8, "应当成立或者不成立，这里是金额", "is not null" },
	       { "not title", 5, "应当成立或者不成立", NULL },
	       { "officers == links", 1, "列表不能用 ==", "count" },
	       { "fine in 3", 9, "应当是列表", NULL },
	       { "handler in officers.name", 1, "不能比较", NULL },
	       { "found_at in dates(today, today)", 1, "期间由日期组成", "date(…)" },
	       { "officers else links", 1, "else 不起作用", "count" },
	       { "fine else title", 11, "类型不同", NULL }, { "[1, title]", 5, "类型不同", NULL },
	       { "[officers]", 2, "不能再有列表", NULL }, { "-title", 1, "没有负数", NULL },
	       { "goods == goods", 1, "列表不能用", NULL },
	       { "sheet == sheet", 1, "不能比较", NULL },
	       { "1.5 * 1 day", 1, "不能用 * 计算", NULL }, { "b1 < b2", 1, "不能比较大小", NULL },
	       { "party.name == party", 1, "不能比较", NULL });
	accept("fine >= 100000");
	accept("fine / gain > 2");
	accept("handler == opener");
	accept("parent == linked");
}

Test(law_type, calls)
{
	REFUSE({ "count()", 1, "项数不对", "count(列表)" },
	       { "all(officers)", 1, "项数不对", "all(列表, 条件)" },
	       { "count(fine)", 7, "应当是列表", NULL },
	       { "min(fine, gain)", 5, "应当是列表", "min([a, b])" },
	       { "sum(officers)", 5, "不能用于人员", "it.字段" },
	       { "sum(goods, it.item)", 12, "不能用于文字", NULL },
	       { "first(goods, it.item)", 14, "排序", NULL },
	       { "any(goods, it.pieces)", 12, "条件应当成立", NULL },
	       { "date(today)", 6, "应当是时间", NULL },
	       { "date(2026, 1)", 1, "date(年, 月, 日)", NULL },
	       { "days(now, today)", 6, "应当是日期", "date(…)" },
	       { "minutes(today, now)", 9, "应当是时间", NULL },
	       { "hour(today)", 6, "应当是时间", NULL },
	       { "after(today, 3 hour)", 1, "不能按小时", NULL },
	       { "after(today, 3)", 14, "应当是时长", NULL },
	       { "len(officers)", 5, "数文字的字数", "count" },
	       { "masked(title, fine)", 15, "要写明当事人", NULL },
	       { "masked(fine, party)", 8, "隐去文字中的当事人", NULL },
	       { "mentions(title, fine)", 17, "在文字中查找文字", NULL },
	       { "open(fine)", 6, "看一件办件", NULL },
	       { "same(officers, officers)", 6, "单独的值", NULL },
	       { "parts(finish)", 1, "不是共同办理", "event(finish)" },
	       { "sealed(title)", 8, "应当是一份文件", NULL }, { "big()", 1, "要1项", NULL },
	       { "big(title)", 5, "应当是金额", NULL },
	       { "big(x in officers)", 1, "不能命名", "(x in 列表)" },
	       { "recused(title)", 9, "应当是人员", NULL }, { "recused(officers)", 9, "应当是人员", NULL },
	       { "alike(fine)", 1, "项数不对", NULL }, { "alike() > 1", 1, "比较", NULL },
	       { "people(handler, head)", 8, "应当是单位", NULL },
	       { "dates(today, now)", 7, "应当是时间", NULL },
	       { "percent(fine, share)", 15, "应当是金额", NULL },
	       { "matters(1)", 9, "种类的名称", NULL },
	       { "matters(case, 1, b1)", 15, "元素的名称", NULL },
	       { "round(title, 1)", 7, "应当是数", NULL },
	       { "organs(it.title)", 8, "条件应当成立", NULL },
	       { "dates(today)", 1, "项数不对", NULL }, { "has(fine, 1)", 5, "应当是列表", NULL },
	       { "union([1], 2)", 12, "第二项应当是列表", NULL }, { "union([1], [today])", 12, "不是同一类", NULL });
}

Test(law_type, positions_are_in_the_file)
{
	struct diag d = { .a = l->a };

	cr_assert(!expr_compile(l->a, &l->scope, STR("b1 and\n  fien > 1"),
				(struct pos){ "p/x.yaml", 12, 30 }, &d));
	cr_expect_str_eq(d.item[0].pos.file, "p/x.yaml");
	cr_expect_eq(d.item[0].pos.line, 13);
	cr_expect_eq(d.item[0].pos.col, 3);
	d.n = 0;
	cr_assert(!expr_compile(l->a, &l->scope, STR("title == '移送' and fien > 1"),
				(struct pos){ "p/x.yaml", 12, 30 }, &d));
	cr_expect_eq(d.item[0].pos.col, 48, "columns count characters");
}

Test(law_type, what_the_place_forbids)
{
	l->scope.no_time = true;
	REFUSE({ "decided_on < today", 14, "不能用 today", "terms" },
	       { "now > found_at", 1, "不能用 now", NULL });
	l->scope.no_time = false;
	l->scope.no_matters = true;
	REFUSE({ "count(matters(case, it.fine == fine))", 7, "不能用 matters()", "children()" });
	accept("count(children(review)) > 0");
	l->scope.no_matters = false;
	l->scope.need_index = true;
	REFUSE({ "count(matters(case, it.fine > fine))", 7, "逐件读过", "it.字段 == 值" },
	       { "count(matters(case))", 7, "逐件读过", NULL },
	       { "count(matters(case, it.fine == fine or b1))", 7, "逐件读过", NULL },
	       { "count(matters(case, it.fine != fine))", 7, "逐件读过", NULL },
	       { "count(matters(case, it.fine == it.gain))", 7, "逐件读过", NULL },
	       { "count(matters(case, it.facts == title))", 7, "逐件读过", NULL });
	accept("count(matters(case, it.fine == fine and it.gain > 3)) > 0");
	accept("count(matters(case, x, x.party == party)) > 0");
	accept("count(matters(case, it.linked == this)) > 0");
	accept("count(children(review, it.score > 3)) > 0");
	l->scope.kind = NULL;
	REFUSE({ "fine > 1", 1, "没有这个名称", NULL },
	       { "event(finish).at", 1, "只能用在办件", NULL },
	       { "count(children(review))", 7, "只能用在办件", NULL });
}

Test(law_type, what_is_expected)
{
	static const struct type money = { .tag = T_MONEY }, whole = { .tag = T_INT },
				 yes = { .tag = T_BOOL };

	l->scope.expect = &money;
	REFUSE({ "title", 1, "应当是金额，不是文字", NULL },
	       { "amount", 1, "应当是金额，不是整数", NULL });
	l->scope.expect = &whole;
	REFUSE({ "7 / 2", 1, "应当是整数", "round(x, 0)" });
	accept("ceil(7 / 2)");
	l->scope.expect = &yes;
	REFUSE({ "fine", 1, "应当是是非", NULL });
	l->scope.expect = &kind_field(l->self->kind, STR("officers"))->type;
	REFUSE({ "handler", 1, "应当是人员名单", "[x]" }, { "links", 1, "应当是人员名单", NULL });
	accept("[handler, opener]");
	l->scope.expect = &kind_field(l->self->kind, STR("hearing"))->type;
	REFUSE({ "choice", 1, "应当是选项", NULL }, { "state", 1, "应当是选项", NULL });
	l->scope.expect = &kind_field(l->self->kind, STR("choice"))->type;
	accept("hearing");
}

/* ---- compiling in order ---- */

static bool refuse_need(void *ctx, const struct kind *k, const struct term *t,
			const struct function_def *f)
{
	(void)k;
	(void)f;
	*(const struct term **)ctx = t;
	return false;
}

Test(law_type, terms_are_asked_for_when_they_are_needed)
{
	const struct term *asked = NULL;
	struct term *t = (struct term *)(uintptr_t)kind_term(l->self->kind, STR("tier"));
	size_t rows = t->is.n;

	t->is.n = 0;
	l->scope.need = refuse_need;
	l->scope.need_ctx = &asked;
	REFUSE({ "b1 and tier > 1", 8, "互相引用", NULL });
	cr_expect_eq(asked, t);
	t->is.n = rows;
	accept("tier > 1");
}

/* ---- for the checker ---- */

struct names {
	char text[200];
};

static void note(void *ctx, const struct field *f)
{
	struct names *n = ctx;

	strncat(n->text, f->id.p, f->id.n);
	strncat(n->text, " ", 2);
}

Test(law_type, reads)
{
	struct names n = { "" };

	expr_reads(lab_compile(l, "big_fine and old.amount > 1 and any(matters(case, it.gain == "
				  "fine), it.share > 1) and linked.b1"),
		   note, &n);
	cr_expect_str_eq(n.text, "fine amount fine linked ");
	cr_expect_str_eq(expr_field(lab_compile(l, "title"))->id.p, "title");
	cr_expect(!expr_field(lab_compile(l, "linked.title")));
	cr_expect(!expr_field(lab_compile(l, "fine + 1")));
}

Test(law_type, keys_are_marked)
{
	const struct kind *k = l->self->kind;

	cr_assert(!kind_field(k, STR("gain"))->keyed);
	expr_mark_keys(
		lab_compile(l, "any(matters(case, x, x.gain == fine and x.share > 3), true)"));
	cr_expect(kind_field(k, STR("gain"))->keyed);
	cr_expect(!kind_field(k, STR("share"))->keyed);
	cr_expect(!kind_field(k, STR("fine"))->keyed);
}
