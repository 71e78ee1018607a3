/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cut.h"

static void cuts(const char *text, const char *want)
{
	struct arena *a = arena_new();
	struct buf b;

	buf_init(&b, a, 10000);
	cut_text(&b, str_of(text));
	cr_expect(str_is(buf_str(&b), want), "%s: %.*s, wanted %s", text, STR_FMT(buf_str(&b)), want);
	(void)arena_free(a);
}

Test(cut, text)
{
	cuts("", "");
	cuts("行政处罚法2021", "行政 政处 处罚 罚法 法 2021");
	cuts("罚", "罚");
	cuts("第34号", "第 34 号");
	cuts("临应急罚〔2026〕34号", "临应 应急 急罚 罚 2026 34 号");
	cuts("ABC有限公司", "abc 有限 限公 公司 司");
	cuts("a-b,c 。d", "a b c d");
	cuts("，、 　\n", "");
}

/* Rights are tokens with a '_': no text can bring one. */
Test(cut, words_have_no_underscore)
{
	cuts("p_organ_7 side_public", "p organ 7 side public");
}

Test(cut, broken_bytes_are_blanks)
{
	cuts("甲\xff乙", "甲 乙");
}

static size_t asks(struct arena *a, const char *typed, struct cut_query *q)
{
	cut_query(a, str_of(typed), q);
	return q->n;
}

Test(cut, query)
{
	struct arena *a = arena_new();
	struct cut_query q;

	cr_expect_eq(asks(a, "涂料", &q), 1);
	cr_expect(str_is(q.token[0], "涂料") && !q.prefix[0]);
	cr_expect_eq(asks(a, "示例涂料", &q), 3);
	cr_expect_eq(asks(a, "罚", &q), 1);
	cr_expect(q.prefix[0], "one character asks for beginnings");
	cr_expect_eq(asks(a, " 涂料  2026 ", &q), 2);
	cr_expect_eq(q.n_phrase, 2);
	cr_expect_eq(asks(a, "", &q), 0);
	cr_expect_eq(asks(a, "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十", &q), CUT_TOKENS, "a long query is cut");
	(void)arena_free(a);
}

Test(cut, recheck)
{
	struct arena *a = arena_new();
	struct cut_query q;

	cut_query(a, STR("甲乙丙"), &q);
	cr_expect(cut_matches(a, &q, STR("前甲乙丙后")));
	cr_expect_not(cut_matches(a, &q, STR("甲乙，乙丙")), "the pairs are there, the phrase is not");
	cut_query(a, STR("abc 甲乙"), &q);
	cr_expect(cut_matches(a, &q, STR("甲乙 ABC")), "without regard to case");
	(void)arena_free(a);
}
