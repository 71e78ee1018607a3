/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What people read: why a condition holds or fails, and sentences with values in them. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/day.h"
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

TestSuite(law_why, .init = before, .fini = after);

static void reads(const char *expr, const char *text)
{
	struct why w = lab_why(l, expr);

	cr_expect_str_eq(str_cstr(l->a, w.text), text, "%s:\n%.*s\nwanted:\n%s", expr,
			 STR_FMT(w.text), text);
}

Test(law_why, one_line_with_names_and_values)
{
	lab_set(l, l->self, "fine", "20000");
	lab_set(l, l->self, "hearing", "none");
	lab_set(l, l->self, "decided_on", "2026-02-13");
	lab_set(l, l->self, "officers", "2");
	lab_set(l, l->self, "b1", "true");
	reads("fine >= 100000", "罚款 20,000.00元 ≥ 100,000.00元：不成立");
	reads("fine >= 20000", "罚款 20,000.00元 ≥ 20,000.00元：成立");
	reads("hearing == held", "听证 未听证 = 已听证：不成立");
	reads("state in [draft, done]", "状态 拟办 属于 拟办、办结：成立");
	reads("state not in [draft]", "状态 拟办 不属于 拟办：不成立");
	reads("count(officers) >= 2", "承办人员的数量 1 ≥ 2：不成立");
	reads("title is not null", "标题 已填写：不成立");
	reads("title is null", "标题 未填写：成立");
	reads("b1", "重大 是：成立");
	reads("not b1", "并非 重大 是：不成立");
	reads("fine <= set.line", "罚款 20,000.00元 ≤ 数额标准 10,000.00元：不成立");
	reads("workdays(decided_on, today) <= 6", "决定日期至今日的工作日数 7 ≤ 6：不成立");
	reads("decided_on in dates(today - 1 month, today)",
	      "决定日期 2026年2月13日 在 2026年2月2日至2026年3月2日：成立");
	reads("done(close)", "已办理“结案”：不成立");
	reads("not done(close)", "未办理“结案”：成立");
	reads("actor in officers", "办理人 人2 属于 承办人员 人2：成立");
	reads("organ == justice", "承办单位 单位4 = 司法局：成立");
	reads("open(this)", "本办件 尚未办结：成立");
	reads("not workday(today)", "今日 2026年3月2日 不是工作日：不成立");
	reads("frozen(letter)", "告知书 已经制成：不成立");
	lab_put(l, l->self, "title", (struct val){ .t = T_TEXT, .s = STR("甲公司案") });
	reads("mentions(title, '公司')", "标题 甲公司案 提到 公司：成立");
	reads("not mentions(title, '公司')", "标题 甲公司案 没有提到 公司：不成立");
	reads("not (fine > 100)", "罚款 20,000.00元 ≤ 100.00元：不成立");
}

Test(law_why, only_the_parts_that_decide)
{
	lab_set(l, l->self, "fine", "20000");
	lab_set(l, l->self, "amount", "3");
	reads("fine > 1 and amount > 5 and amount < 2", "件数 3 > 5：不成立\n件数 3 < 2：不成立");
	reads("fine > 1 and amount > 2", "罚款 20,000.00元 > 1.00元：成立\n件数 3 > 2：成立");
	reads("fine > 100000 or amount > 2", "件数 3 > 2：成立");
	reads("fine > 100000 or amount > 5",
	      "罚款 20,000.00元 > 100,000.00元：不成立\n件数 3 > 5：不成立");
	reads("not (fine > 1 or amount > 5)", "罚款 20,000.00元 ≤ 1.00元：不成立");
}

Test(law_why, terms_are_explained_one_step_in)
{
	lab_set(l, l->self, "fine", "20000");
	reads("big_fine", "数额较大 是：成立\n　罚款 20,000.00元 ≥ 数额标准 10,000.00元：成立");
	reads("tier == 3", "档次 2 = 3：不成立");
}

Test(law_why, missing_fields_come_first)
{
	struct why w;

	lab_set(l, l->self, "amount", "3");
	reads("fine > 1 and amount > 2", "尚未填写：罚款\n罚款（未填写） > 1.00元：未知");
	w = lab_why(l, "fine > gain and amount > 5");
	cr_expect_eq(w.n_missing, 0, "a false part decides alone");
	w = lab_why(l, "fine + gain > 1 and share > 1");
	cr_assert_eq(w.n_missing, 3);
	cr_expect_str_eq(str_cstr(l->a, w.missing[0]->id), "fine");
	cr_expect_str_eq(str_cstr(l->a, w.missing[2]->id), "share");
	w = lab_why(l, "big_fine and b1");
	cr_assert_eq(w.n_missing, 2, "through terms, too");
	cr_expect_str_eq(str_cstr(l->a, w.missing[0]->id), "fine");
	w = lab_why(l, "party.sort == person");
	cr_assert_eq(w.n_missing, 1);
	cr_expect_str_eq(str_cstr(l->a, w.missing[0]->id), "party");
	w = lab_why(l, "tier == 2");
	cr_assert_eq(w.n_missing, 1);
	w = lab_why(l, "amount > 1");
	cr_expect_eq(w.n_missing, 0);
}

static struct snap *review(const char *opinion)
{
	struct snap *m = lab_matter(l, "review", 1, "asked");

	lab_set(l, m, "opinion", opinion);
	return m;
}

Test(law_why, failing_elements_are_named)
{
	struct why w;

	review("agree");
	review("object");
	review("");
	w = lab_why(l, "b1 is null and all(children(review), it.opinion == agree)");
	cr_assert_eq(w.failing->n, 2);
	cr_expect_eq(w.failing->v[0].i, 7);
	cr_expect_eq(w.failing->v[1].i, 8, "what is unknown does not hold, either");
	reads("all(children(review), it.opinion == agree)",
	      "审核全都符合（共3项，不符合2项：件7、件8）：不成立");
	reads("not any(children(review), it.opinion == object)",
	      "审核没有符合的（共3项，符合1项：件7）：不成立");
	w = lab_why(l, "not any(children(review), it.opinion == object)");
	cr_assert_eq(w.failing->n, 1);
	cr_expect_eq(w.failing->v[0].i, 7);
	w = lab_why(l, "count(children(review)) > 5");
	cr_expect_eq(w.failing->n, 0);
	reads("any(children(review, it.opinion == agree))",
	      "审核有符合的（共1项，符合1项：件6）：成立");
	reads("last(children(review)).opinion == agree", "最近的审核的意见（未填写） = 同意：未知");
}

/* ---- sentences ---- */

static const char *say(const char *text, const struct val_list *failing)
{
	struct say *s;
	struct buf b;
	struct err err = { 0 };

	l->diag = (struct diag){ .a = l->a };
	s = say_compile(l->a, &l->scope, str_of(text), (struct pos){ "t.yaml", 3, 10 }, &l->diag);
	if (!s)
		return "does not compile";
	buf_init(&b, l->a, 2000);
	cr_assert(say_print(&b, s, &l->ev, failing, &err), "%s", err.msg);
	return b.p;
}

Test(law_why, sentences)
{
	static struct val_clock c = {
		.start = 1772413200000, .due = 1773072000000, .known = true, .by_day = true
	};
	struct val v[25];
	struct val_list failing = { v, 2 };

	for (int i = 0; i < 25; i++)
		v[i] = val_i64(T_USER, 2 + i % 2);
	lab_set(l, l->self, "fine", "20000");
	l->clock[0] = (struct val){ .t = T_CLOCK, .clock = &c };
	l->n_clock = 1;
	cr_expect_str_eq(say("拟罚{fine}，现有{count(officers)}名", NULL),
			 "拟罚20,000.00元，现有0名");
	cr_expect_str_eq(say("标题：{title}", NULL), "标题：（未填写）");
	cr_expect_str_eq(say("应于{clock(finish).due}前办结", NULL), "应于2026年3月9日前办结",
			 "the last day, not the instant after it");
	cr_expect_str_eq(say("不符合：{failing}。", &failing), "不符合：人2、人3。");
	failing.n = 25;
	cr_expect(strstr(say("{failing}", &failing), "等25项"));
	cr_expect_str_eq(say("{'a}b'}", NULL), "a}b");
	cr_expect_str_eq(say("没有括号", NULL), "没有括号");
	cr_expect_str_eq(say("", NULL), "");
}

Test(law_why, faults_in_sentences)
{
	cr_expect_str_eq(say("拟罚{fien}", NULL), "does not compile");
	cr_expect_eq(l->diag.item[0].pos.col, 13);
	cr_expect_str_eq(say("拟罚{fine", NULL), "does not compile");
	cr_expect(str_find(l->diag.item[0].text, STR("右花括号"), 0) != SIZE_MAX);
	cr_expect_str_eq(say("{a}{b}", NULL), "does not compile");
	cr_expect_eq(l->diag.n, 2, "every fault is found");
}
