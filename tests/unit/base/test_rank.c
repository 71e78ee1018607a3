/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What is most like a text: by shared pairs, rare ones before common ones, weights, length, ties, limits. */
#include <criterion/criterion.h>

#include "base/buf.h"
#include "base/rank.h"

static struct rank *asks(struct arena *a, const char *text)
{
	const struct rank_part part[] = { { .text = str_of(text), .weight = 1 } };

	return rank_new(a, part, 1);
}

static bool adds(struct rank *r, int64_t key, const char *text)
{
	const struct rank_part part[] = { { .text = str_of(text), .weight = 1 } };

	return rank_add(r, key, part, 1);
}

Test(rank, nothing_gives_nothing)
{
	struct arena *a = arena_new();
	struct ranked best[3];

	cr_expect_eq(rank_best(asks(a, "未培训"), best, 3), 0, "no texts");
	struct rank *r = asks(a, "");

	cr_expect(adds(r, 1, "未培训"));
	cr_expect(adds(r, 2, ""));
	cr_expect_eq(rank_best(r, best, 3), 0, "an empty query is like nothing");
	r = asks(a, "未培训");
	cr_expect(adds(r, 1, "占用河道"));
	cr_expect_eq(rank_best(r, best, 3), 0, "no pair in common");
	cr_expect_eq(rank_best(r, best, 0), 0);
	(void)arena_free(a);
}

Test(rank, shared_pairs_count_rare_ones_more)
{
	struct arena *a = arena_new();
	struct ranked best[4];
	struct rank *r = asks(a, "加油站未如实记录培训");

	cr_expect(adds(r, 1, "涂料厂未如实记录检修"));
	cr_expect(adds(r, 2, "加油站未如实记录培训"));
	cr_expect(adds(r, 3, "饭店未如实记录培训"));
	cr_expect(adds(r, 4, "加油站消防通道堵塞"));
	cr_assert_eq(rank_best(r, best, 4), 4);
	cr_expect_eq(best[0].key, 2);
	cr_expect_eq(best[1].key, 3);
	cr_expect(best[0].score > best[1].score && best[1].score > best[2].score && best[3].score > 0);
	cr_assert_eq(rank_best(r, best, 1), 1, "no more than asked for");
	cr_expect_eq(best[0].key, 2);
	(void)arena_free(a);
}

Test(rank, equal_ones_go_by_the_greater_key_however_they_came)
{
	struct arena *a = arena_new();
	struct ranked best[3];
	static const int64_t order[][3] = { { 7, 9, 8 }, { 9, 8, 7 }, { 8, 7, 9 } };

	for (size_t i = 0; i < 3; i++) {
		struct rank *r = asks(a, "未如实记录");

		for (size_t k = 0; k < 3; k++)
			cr_expect(adds(r, order[i][k], "未如实记录"));
		cr_assert_eq(rank_best(r, best, 3), 3);
		cr_expect(best[0].key == 9 && best[1].key == 8 && best[2].key == 7);
		cr_expect(best[0].score == best[2].score);
	}
	(void)arena_free(a);
}

Test(rank, a_part_counts_by_its_weight_and_a_choice_as_a_whole)
{
	struct arena *a = arena_new();
	struct ranked best[2];
	const struct rank_part query[] = { { .text = STR("corrected_due"), .weight = 1, .whole = true },
					   { .text = STR("涉及三人"), .weight = 1 } };
	const struct rank_part light[] = { { .text = STR("涉及三人"), .weight = 1 }, { .text = STR("其他说明文字"), .weight = 1 } };
	const struct rank_part heavy[] = { { .text = STR("涉及三人"), .weight = 5 }, { .text = STR("其他说明文字"), .weight = 1 } };
	const struct rank_part near[] = { { .text = STR("corrected"), .weight = 9, .whole = true } };
	const struct rank_part same[] = { { .text = STR("corrected_due"), .weight = 1, .whole = true } };
	struct rank *r = rank_new(a, query, 2);

	cr_expect(rank_add(r, 2, light, 2) && rank_add(r, 1, heavy, 2));
	cr_assert_eq(rank_best(r, best, 2), 2);
	cr_expect(best[0].key == 1 && best[0].score > best[1].score);
	r = rank_new(a, query, 2);
	cr_expect(rank_add(r, 2, near, 1) && rank_add(r, 1, same, 1));
	cr_assert_eq(rank_best(r, best, 2), 1, "corrected is not corrected_due");
	cr_expect_eq(best[0].key, 1);
	(void)arena_free(a);
}

Test(rank, the_longer_of_two_with_the_same_is_less_alike)
{
	struct arena *a = arena_new();
	struct ranked best[2];
	struct rank *r = asks(a, "堵塞通道");

	cr_expect(adds(r, 2, "堵塞通道，另查明消防水泵损坏、值班记录不全、应急照明失效"));
	cr_expect(adds(r, 1, "堵塞通道"));
	cr_assert_eq(rank_best(r, best, 2), 2);
	cr_expect_eq(best[0].key, 1);
	(void)arena_free(a);
}

Test(rank, no_more_texts_than_the_limit)
{
	struct arena *a = arena_new();
	struct ranked best[1];
	struct rank *r = asks(a, "未如实记录");

	for (int64_t i = 1; i <= RANK_TEXTS; i++)
		cr_assert(adds(r, i, "未如实记录"));
	cr_expect(!adds(r, RANK_TEXTS + 1, "未如实记录"));
	cr_assert_eq(rank_best(r, best, 1), 1);
	cr_expect_eq(best[0].key, RANK_TEXTS);
	(void)arena_free(a);
}

/* Six parts of 400 words: those of the last are beyond the limit of tokens; of one part no more is read than so many
 * characters. */
Test(rank, a_long_query_is_cut)
{
	struct arena *a = arena_new();
	struct rank_part part[6];
	struct ranked best[4];
	struct rank *r;
	struct buf b;

	for (int p = 0; p < 6; p++) {
		buf_init(&b, a, 4000);
		for (int i = 0; i < 401; i++)
			buf_addf(&b, "%c%03d ", 'a' + p, i);
		part[p] = (struct rank_part){ .text = buf_str(&b), .weight = 1 };
	}
	r = rank_new(a, part, 6);
	cr_expect(adds(r, 1, "a000") && adds(r, 2, "e399") && adds(r, 3, "f000") && adds(r, 4, "a400"));
	cr_assert_eq(rank_best(r, best, 4), 2);
	cr_expect(best[0].key == 2 && best[1].key == 1);
	(void)arena_free(a);
}
