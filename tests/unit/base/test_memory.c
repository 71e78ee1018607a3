/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

static struct arena *a;

static void before(void)
{
	a = arena_new();
}

static void after(void)
{
	a = arena_free(a);
}

TestSuite(arena, .init = before, .fini = after);
TestSuite(str, .init = before, .fini = after);
TestSuite(buf, .init = before, .fini = after);

/* ---- arena ---- */

static bool all_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

Test(arena, memory_is_zeroed_and_aligned_also_when_it_is_reused)
{
	for (int turn = 0; turn < 3; turn++) {
		for (size_t n = 0; n < 300; n += 7) {
			unsigned char *p = arena_alloc(a, n);

			cr_assert_not_null(p);
			cr_assert_eq((uintptr_t)p % _Alignof(max_align_t), 0u, "%zu bytes", n);
			cr_assert(all_zero(p, n), "turn %d, %zu bytes", turn, n);
			memset(p, 0xa5, n);
		}
		arena_reset(a);
	}
}

Test(arena, pieces_do_not_overlap_across_blocks)
{
	unsigned char *p[200];

	for (int i = 0; i < 200; i++) {
		p[i] = arena_alloc(a, 700);
		memset(p[i], i, 700);
	}
	for (int i = 0; i < 200; i++)
		for (int j = 0; j < 700; j++)
			cr_assert_eq(p[i][j], (unsigned char)i);
}

Test(arena, a_piece_larger_than_a_block_is_whole)
{
	const size_t n = (size_t)3 << 20;
	unsigned char *before_it = arena_alloc(a, 10), *p = arena_alloc(a, n), *after_it = arena_alloc(a, 10);

	memset(before_it, 1, 10);
	memset(after_it, 2, 10);
	cr_assert(all_zero(p, n));
	memset(p, 3, n);
	cr_assert_eq(before_it[9], 1);
	cr_assert_eq(after_it[0], 2);
}

Test(arena, a_copy_is_followed_by_a_nul_and_is_its_own)
{
	char from[] = "甲乙";
	char *copy = arena_dup(a, from, 6);

	from[0] = 'x';
	cr_assert_str_eq(copy, "甲乙");
	cr_assert_str_eq(arena_dup(a, NULL, 0), "");
}

struct ran {
	char order[20];
	size_t n;
};

static struct ran ran;

static void run_a(void *p)
{
	(void)p;
	ran.order[ran.n++] = 'a';
}

static void run_b(void *p)
{
	(void)p;
	ran.order[ran.n++] = 'b';
}

static void run_given(void *p)
{
	ran.order[ran.n++] = *(char *)p;
}

Test(arena, deferred_functions_run_last_first_and_once)
{
	char *c = arena_dup(a, "c", 1);

	arena_defer(a, run_a, NULL);
	arena_defer(a, run_b, NULL);
	arena_defer(a, run_given, c);
	cr_assert_str_eq(ran.order, "", "nothing runs before its time");
	arena_reset(a);
	cr_assert_str_eq(ran.order, "cba", "what was deferred may still read the arena");
	arena_reset(a);
	a = arena_free(a);
	cr_assert_str_eq(ran.order, "cba");
	cr_assert_null(a);
}

Test(arena, rewinding_runs_what_was_deferred_after_the_mark_only)
{
	struct arena_mark m;

	arena_defer(a, run_a, NULL);
	m = arena_mark(a);
	arena_defer(a, run_b, NULL);
	(void)arena_alloc(a, 100000);
	arena_rewind(a, m);
	cr_assert_str_eq(ran.order, "b");
	a = arena_free(a);
	cr_assert_str_eq(ran.order, "ba");
}

Test(arena, rewinding_keeps_what_was_before_and_gives_the_rest_anew)
{
	char *kept = arena_dup(a, "kept", 4), *again, *first;
	struct arena_mark m;
	size_t used;

	m = arena_mark(a);
	used = arena_used(a);
	first = arena_alloc(a, 64);
	memset(first, 0xff, 64);
	for (int i = 0; i < 50; i++)
		memset(arena_alloc(a, 5000), 0xee, 5000);
	cr_assert_geq(arena_used(a), used + 250000);
	arena_rewind(a, m);
	cr_assert_eq(arena_used(a), used);
	again = arena_alloc(a, 64);
	cr_assert_eq(again, first, "the place is used again");
	cr_assert(all_zero((unsigned char *)again, 64));
	cr_assert_str_eq(kept, "kept");
}

Test(arena, a_reset_forgets_everything)
{
	(void)arena_alloc(a, 1000000);
	cr_assert_geq(arena_used(a), 1000000u);
	arena_reset(a);
	cr_assert_eq(arena_used(a), 0u);
	cr_assert_null(arena_free(NULL));
}

/* ---- str ---- */

#define IS(view, text) \
	do { \
		const struct str v_ = (view); \
		cr_assert(str_is(v_, (text)), "\"%.*s\", wanted \"%s\"", STR_FMT(v_), (text)); \
	} while (0)

Test(str, the_empty_view_needs_no_bytes)
{
	const struct str none = { 0 };

	cr_assert_eq(str_of(NULL).n, 0u);
	cr_assert(str_eq(none, STR("")) && str_is(none, "") && str_blank(none) && str_utf8(none));
	cr_assert(str_starts(STR("x"), none) && str_ends(STR("x"), none) && str_starts(none, none));
	cr_assert_not(str_starts(none, STR("x")));
	cr_assert_eq(str_cmp(none, none), 0);
	cr_assert_lt(str_cmp(none, STR("a")), 0);
	cr_assert_eq(str_find(none, STR("x"), 0), SIZE_MAX);
	cr_assert_eq(str_chr(none, 'x', 0), SIZE_MAX);
	cr_assert_eq(str_trim(none).n + str_sub(none, 0, 5).n + str_head(none, 5).n + str_chars(none), 0u);
	cr_assert_str_eq(str_cstr(a, none), "");
	cr_assert_str_eq(str_dup(a, none).p, "");
}

Test(str, comparison_is_bytewise_and_a_beginning_comes_first)
{
	cr_assert_lt(str_cmp(STR("ab"), STR("abc")), 0);
	cr_assert_gt(str_cmp(STR("b"), STR("abc")), 0);
	cr_assert_gt(str_cmp(STR("甲"), STR("z")), 0, "bytes above 127 are no negative numbers");
	cr_assert_eq(str_cmp(STR("甲"), STR("甲")), 0);
	cr_assert_not(str_eq(STR("ab"), STR("abc")));
	cr_assert_not(str_eq(STR("ab"), STR("aB")));
}

Test(str, beginnings_and_ends)
{
	cr_assert(str_starts(STR("处罚决定"), STR("处罚")) && str_ends(STR("处罚决定"), STR("决定")));
	cr_assert_not(str_starts(STR("处罚"), STR("处罚决定")));
	cr_assert_not(str_ends(STR("处罚决定"), STR("处罚")));
}

Test(str, parts_are_clipped)
{
	IS(str_sub(STR("abcdef"), 1, 3), "bc");
	IS(str_sub(STR("abc"), 1, 99), "bc");
	IS(str_sub(STR("abc"), 99, 100), "");
	IS(str_sub(STR("abc"), 2, 1), "");
}

Test(str, blanks_of_both_keyboards_are_trimmed)
{
	IS(str_trim(STR("  甲 乙\t\n")), "甲 乙");
	IS(str_trim(STR("\xe3\x80\x80 \xe3\x80\x80甲\xe3\x80\x80乙\xe3\x80\x80\r\n \xe3\x80\x80")), "甲\xe3\x80\x80乙");
	IS(str_trim(STR("\xe3\x80\x80\xe3\x80\x80")), "");
	IS(str_trim(STR(" \xe3\x80\x81 ")), "、"); /* U+3001 begins with the same two bytes */
	IS(str_trim(STR("\x80")), "\x80"); /* the last byte of U+3000 alone */
	cr_assert_eq(str_trim((struct str){ "\xe3\x80\x80", 2 }).n, 2u, "what lies behind the view is not looked at");
	cr_assert(str_blank(STR(" \xe3\x80\x80\t")));
	cr_assert_not(str_blank(STR(" 、 ")));
}

Test(str, searching_begins_where_it_is_told)
{
	const struct str s = STR("甲乙甲");

	cr_assert_eq(str_find(s, STR("甲"), 0), 0u);
	cr_assert_eq(str_find(s, STR("甲"), 1), 6u);
	cr_assert_eq(str_find(s, STR("甲"), 7), SIZE_MAX);
	cr_assert_eq(str_find(s, STR("丙"), 0), SIZE_MAX);
	cr_assert_eq(str_find(s, STR("甲"), 100), SIZE_MAX);
	cr_assert_eq(str_find(s, STR(""), 9), 9u);
	cr_assert_eq(str_find(s, STR(""), 10), SIZE_MAX);
	cr_assert_eq(str_chr(STR("a,b,c"), ',', 2), 3u);
	cr_assert_eq(str_chr(STR("a,b,c"), ',', 4), SIZE_MAX);
}

static const char *cut(const char *text)
{
	struct str rest = str_of(text), part;
	struct buf b;

	buf_init(&b, a, 100);
	while (str_cut(&rest, ',', &part))
		buf_addf(&b, "[%.*s]", STR_FMT(part));
	return b.p;
}

Test(str, cutting_gives_every_part_also_the_empty_ones)
{
	cr_assert_str_eq(cut("a,,b"), "[a][][b]");
	cr_assert_str_eq(cut(",a,"), "[][a][]");
	cr_assert_str_eq(cut("a"), "[a]");
	cr_assert_str_eq(cut(""), "[]");
	cr_assert_str_eq(cut(NULL), "");
}

Test(str, utf8_is_what_the_standard_allows)
{
	static const char *const good[] = { "a", "甲", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
					    "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf" };
	static const struct { const char *bytes, *why; } bad[] = {
		{ "\x80", "a continuation alone" },
		{ "\xc0\xaf", "an overlong slash" },
		{ "\xc1\xbf", "overlong, two bytes" },
		{ "\xe0\x9f\xbf", "overlong, three bytes" },
		{ "\xf0\x8f\xbf\xbf", "overlong, four bytes" },
		{ "\xed\xa0\x80", "a surrogate" },
		{ "\xed\xbf\xbf", "the last surrogate" },
		{ "\xf4\x90\x80\x80", "beyond U+10FFFF" },
		{ "\xf5\x80\x80\x80", "no lead byte" },
		{ "\xe7\x94", "cut off" },
		{ "\xe7\x94z", "broken off" },
		{ "\xff", "never a byte of UTF-8" },
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		cr_expect(str_utf8(str_of(good[i])), "good[%zu]", i);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		cr_expect_not(str_utf8(str_of(bad[i].bytes)), "%s", bad[i].why);
	cr_expect_not(str_utf8((struct str){ "a\0b", 3 }), "NUL ends C texts early");
}

/* Every code point there is: written, checked, read back. */
Test(str, every_code_point_is_written_and_read_alike)
{
	struct arena_mark m = arena_mark(a);

	for (uint32_t cp = 1; cp <= 0x10ffff; cp++) {
		struct buf b;
		size_t pos = 0;

		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		buf_init(&b, a, 4);
		buf_addcp(&b, cp);
		cr_assert(buf_ok(&b) && str_utf8(buf_str(&b)), "U+%04X", (unsigned)cp);
		cr_assert_eq(str_next(buf_str(&b), &pos), cp, "U+%04X", (unsigned)cp);
		cr_assert_eq(pos, b.n);
		arena_rewind(a, m);
	}
}

Test(str, characters_are_counted_and_broken_bytes_are_one_each)
{
	const struct str s = STR("a甲\xf0\x9f\x98\x80\xff乙");
	size_t pos = 5;

	cr_assert_eq(str_chars(s), 5u);
	IS(str_head(s, 2), "a甲");
	IS(str_head(s, 0), "");
	cr_assert_eq(str_head(s, 99).n, s.n);
	(void)str_next(s, &pos);
	cr_assert_eq(str_next((struct str){ "\xff" "b", 2 }, &(size_t){ 0 }), 0xfffdu);
	pos = s.n;
	cr_assert_eq(str_next(s, &pos), 0u);
	cr_assert_eq(pos, s.n);
}

Test(str, full_width_forms_are_folded)
{
	cr_assert_eq(cp_half_width(0xff01), '!');
	cr_assert_eq(cp_half_width(0xff5e), '~');
	cr_assert_eq(cp_half_width(0xff00), 0xff00u);
	cr_assert_eq(cp_half_width(0xff5f), 0xff5fu);
	cr_assert_eq(cp_half_width(0x3000), ' ');
	cr_assert_eq(cp_half_width(0xa0), ' ');
	cr_assert_eq(cp_half_width(0x7532), 0x7532u);
	cr_assert_eq(cp_plain(0xff21), 'a');
	cr_assert_eq(cp_plain('Z'), 'z');
	cr_assert_eq(cp_plain(0x3000), 0u);
	cr_assert_eq(cp_plain('\t'), 0u);
}

Test(str, formatted_text_is_as_long_as_it_must_be)
{
	char *long_word = arena_alloc(a, 5001);

	memset(long_word, 'x', 5000);
	cr_assert_eq(str_fmt(a, "<%s>", long_word).n, 5002u);
	IS(str_fmt(a, "%.*s-%d", STR_FMT(STR("甲")), 7), "甲-7");
}

Test(str, the_hash_is_fnv_1a)
{
	cr_assert_eq(str_hash(STR("")), UINT64_C(0xcbf29ce484222325));
	cr_assert_eq(str_hash(STR("a")), UINT64_C(0xaf63dc4c8601ec8c));
	cr_assert_eq(str_hash(STR("foobar")), UINT64_C(0x85944171f73967e8));
}

/* ---- buf ---- */

Test(buf, text_grows_and_is_followed_by_a_nul)
{
	struct buf b;

	buf_init(&b, a, 1000000);
	cr_assert_str_eq(b.p, "");
	for (int i = 0; i < 20000; i++) {
		buf_addi(&b, i % 10);
		cr_assert_eq(b.p[b.n], '\0');
	}
	cr_assert(buf_ok(&b));
	cr_assert_eq(b.n, 20000u);
	for (size_t i = 0; i < b.n; i++)
		cr_assert_eq(b.p[i], (char)('0' + i % 10));
}

Test(buf, the_cap_is_reached_exactly_and_not_passed)
{
	struct buf b;

	buf_init(&b, a, 5);
	buf_adds(&b, "12345");
	cr_assert(buf_ok(&b));
	buf_add(&b, (struct str){ 0 });
	cr_assert(buf_ok(&b), "nothing fits always");
	buf_addc(&b, '6');
	cr_assert_not(buf_ok(&b));
	cr_assert_str_eq(b.p, "12345");
}

Test(buf, an_overflow_is_remembered_even_when_less_would_fit)
{
	struct buf b;

	buf_init(&b, a, 5);
	buf_adds(&b, "1234567");
	buf_adds(&b, "1");
	cr_assert_not(buf_ok(&b));
	cr_assert_eq(b.n, 0u, "no text with a hole in it");
	buf_clear(&b);
	buf_adds(&b, "12");
	cr_assert(buf_ok(&b));
	cr_assert_str_eq(b.p, "12");
}

Test(buf, formatted_text_of_every_length_fits_exactly)
{
	char *word = arena_alloc(a, 601);

	memset(word, 'x', 600);
	for (size_t n = 200; n <= 600; n++) {
		struct buf b;

		buf_init(&b, a, n);
		buf_addf(&b, "%.*s", (int)n, word);
		cr_assert(buf_ok(&b), "%zu into %zu", n, n);
		cr_assert_eq(strlen(b.p), n);
		buf_init(&b, a, n - 1);
		buf_addf(&b, "%.*s", (int)n, word);
		cr_assert_not(buf_ok(&b), "%zu into %zu", n, n - 1);
		cr_assert_eq(b.n, 0u);
	}
}

Test(buf, numbers_are_written_from_end_to_end)
{
	struct buf b;

	buf_init(&b, a, 100);
	buf_addi(&b, INT64_MIN);
	buf_addc(&b, ' ');
	buf_addi(&b, INT64_MAX);
	cr_assert_str_eq(b.p, "-9223372036854775808 9223372036854775807");
}

/* ---- err ---- */

Test(err, setting_fails_and_forgets_the_older_detail)
{
	struct err err = { 0 };

	cr_assert_not(err_set(&err, ERR_BUSY, "一"));
	cr_assert_not(err_wrap(&err, "old"));
	cr_assert_not(err_set(&err, ERR_NOT_FOUND, "没有%s", "编号"));
	cr_assert_eq(err.code, ERR_NOT_FOUND);
	cr_assert_str_eq(err.msg, "没有编号");
	cr_assert_str_eq(err.detail, "");
}

Test(err, details_are_joined_in_order)
{
	struct err err = { 0 };

	err_set(&err, ERR_DB, "数据库出错");
	err_wrap(&err, "first %d", 1);
	err_wrap(&err, "second");
	cr_assert_str_eq(err.detail, "first 1; second");
	cr_assert_str_eq(err.msg, "数据库出错");
	err_clear(&err);
	cr_assert(err.code == ERR_NONE && !err.msg[0] && !err.detail[0]);
}

Test(err, a_text_too_long_is_cut_between_characters)
{
	char words[1200] = { 0 };

	for (size_t shift = 0; shift < 4; shift++) {
		struct err err = { 0 };
		size_t n = shift;

		memset(words, 'x', shift);
		for (; n + 4 < 1100; n += shift == 3 ? 4 : 3)
			memcpy(words + n, shift == 3 ? "\xf0\x9f\x98\x80" : "甲", shift == 3 ? 4 : 3);
		err_set(&err, ERR_BUG, "%s", words);
		cr_assert(str_utf8(str_of(err.msg)), "shift %zu", shift);
		cr_assert_gt(strlen(err.msg), sizeof(err.msg) - 5);
		for (int i = 0; i < 3; i++) {
			err_wrap(&err, "%s", words);
			cr_assert(str_utf8(str_of(err.detail)), "shift %zu", shift);
			cr_assert_lt(strlen(err.detail), sizeof(err.detail));
		}
	}
}

Test(err, every_code_has_a_status_a_key_and_a_heading)
{
	for (int c = ERR_NONE + 1; c < ERR_MAX; c++) {
		cr_expect(err_status(c) >= 400 && err_status(c) < 600, "%d", c);
		cr_expect(err_key(c)[0] && err_heading(c)[0] && str_utf8(str_of(err_heading(c))), "%d", c);
		cr_expect_null(strstr(err_heading(c), "失败"), "%s", err_heading(c));
		for (int d = ERR_NONE; d < c; d++)
			cr_expect_str_neq(err_key(c), err_key(d));
	}
	cr_expect_eq(err_status(ERR_CONFLICT), 409);
	cr_expect_str_eq(err_key(ERR_NOT_FOUND), "not-found");
}

Test(str, capitals_of_ascii_become_small_and_nothing_else_changes)
{
	struct arena *own = arena_new();

	cr_assert(str_is(str_lower(own, STR("AZaz09［Ａ］行政处罚法")), "azaz09［Ａ］行政处罚法"));
	cr_assert_eq(str_lower(own, (struct str){ 0 }).n, 0);
	(void)arena_free(own);
}
