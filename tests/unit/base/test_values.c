/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "base/codes.h"
#include "base/day.h"
#include "base/dec.h"
#include "base/parse.h"
#include "base/uuid.h"

static struct arena *a;

static void before(void)
{
	a = arena_new();
}

static void after(void)
{
	a = arena_free(a);
}

TestSuite(day, .init = before, .fini = after);
TestSuite(parse, .init = before, .fini = after);
TestSuite(dec, .init = before, .fini = after);
TestSuite(codes, .init = before, .fini = after);
TestSuite(uuid, .init = before, .fini = after);

/* A row of numbers that looks random and is the same each time. */
static uint64_t dice(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state ^ *state >> 29;
}

/* What a function writes, as text. */
#define TEXT(put, ...) \
	(__extension__({ \
		struct buf b_; \
		buf_init(&b_, a, 400); \
		put(&b_, __VA_ARGS__); \
		cr_assert(buf_ok(&b_)); \
		b_.p; \
	}))

/* ---- day ---- */

/* The oracle counts one day after the other. */
Test(day, every_day_of_three_centuries_goes_to_a_number_and_back)
{
	static const int len[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	struct arena_mark mark = arena_mark(a);
	int64_t n = DAY_MIN;
	int weekday = 1; /* 1900-01-01 was a Monday */

	for (int y = 1900; y <= 2199; y++)
		for (int m = 1; m <= 12; m++) {
			int days = len[m - 1] + (m == 2 && ((y % 4 == 0 && y % 100) || y % 400 == 0));

			cr_assert_not(day_valid(y, m, days + 1), "%d-%d-%d", y, m, days + 1);
			for (int d = 1; d <= days; d++, n++, weekday = weekday % 7 + 1) {
				struct ymd back = day_ymd(n);
				int64_t parsed;

				cr_assert(day_valid(y, m, d));
				cr_assert_eq(day_of(y, m, d), n, "%d-%d-%d", y, m, d);
				cr_assert(back.year == y && back.month == m && back.day == d, "%d-%d-%d", y, m, d);
				cr_assert_eq(day_weekday(n), weekday);
				cr_assert(day_parse(str_of(TEXT(day_put, n)), &parsed) && parsed == n);
				arena_rewind(a, mark);
			}
		}
	cr_assert_eq(n, DAY_MAX + 1);
	cr_assert_eq(day_of(1970, 1, 1), 0);
}

Test(day, what_is_no_day_is_not_read)
{
	static const char *const bad[] = { "", "2026-3-2", "2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00",
					   "1899-12-31", "2200-01-01", "2026/03/02", "2026-03-02 ", " 2026-03-02",
					   "2026-03-021", "20260302", "-026-03-02", "2026-03-0x", "２０２６-03-02" };
	int64_t d = 77;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		cr_expect_not(day_parse(str_of(bad[i]), &d), "%s", bad[i]);
	cr_expect_eq(d, 77, "untouched");
}

Test(day, months_are_added_and_clipped_at_their_end)
{
	static const struct { const char *from; int64_t months; const char *to; } list[] = {
		{ "2026-01-31", 1, "2026-02-28" }, { "2024-01-31", 1, "2024-02-29" }, { "2026-03-31", -1, "2026-02-28" },
		{ "2026-10-15", 3, "2027-01-15" }, { "2026-01-15", -1, "2025-12-15" }, { "2026-12-31", 12, "2027-12-31" },
		{ "2024-02-29", 12, "2025-02-28" }, { "2024-02-29", -48, "2020-02-29" }, { "2026-05-05", 0, "2026-05-05" },
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		int64_t d;

		cr_assert(day_parse(str_of(list[i].from), &d));
		cr_expect_str_eq(TEXT(day_put, day_add_months(d, list[i].months)), list[i].to);
	}
}

Test(day, months_there_and_back_lose_days_at_the_end_of_a_month_only)
{
	for (int64_t d = DAY_MIN; d <= DAY_MAX; d += 3)
		for (int64_t m = -25; m <= 25; m += 5) {
			int64_t there = day_add_months(d, m), back = day_add_months(there, -m);

			cr_assert(back <= d && d - back <= 3, "%s %+d", TEXT(day_put, d), (int)m);
			if (day_ymd(d).day <= 28)
				cr_assert_eq(back, d);
		}
}

Test(day, a_day_begins_at_four_in_the_afternoon_of_utc)
{
	int64_t day = day_of(2026, 3, 2), ms;

	cr_assert(time_parse(STR("2026-03-02 00:00"), &ms));
	cr_assert_eq(ms, day_start(day));
	cr_assert_str_eq(TEXT(time_put_iso, ms), "2026-03-01T16:00:00.000Z");
	cr_assert_str_eq(TEXT(time_put_http, ms), "Sun, 01 Mar 2026 16:00:00 GMT");
	cr_assert_eq(day_at(ms), day);
	cr_assert_eq(day_at(ms - 1), day - 1);
	cr_assert_eq(time_hour(ms), 0);
	cr_assert_eq(time_hour(ms - 1), 23);
	cr_assert_eq(day_at(-SHANGHAI_MS), 0);
	cr_assert_eq(day_at(-SHANGHAI_MS - 1), -1, "before 1970 too");
	cr_assert_eq(time_hour(-SHANGHAI_MS - 1), 23);
}

Test(day, times_are_read_in_every_written_form)
{
	static const struct { const char *text, *iso; } good[] = {
		{ "2026-03-02", "2026-03-01T16:00:00.000Z" },
		{ "2026-03-02 09:00", "2026-03-02T01:00:00.000Z" },
		{ "2026-03-02T09:05", "2026-03-02T01:05:00.000Z" },
		{ "2026-03-02 23:59:59", "2026-03-02T15:59:59.000Z" },
		{ "2026-03-02 09:00:05.123", "2026-03-02T01:00:05.123Z" },
		{ "1900-01-01", "1899-12-31T16:00:00.000Z" },
	};
	static const char *const bad[] = { "", "2026-03-02 ", "2026-03-02 9:00", "2026-03-02 24:00", "2026-03-02 09:60",
					   "2026-03-02 09:00:60", "2026-03-02 09", "2026-03-02 09:00:", "2026-03-02 09:00:05.",
					   "2026-03-02 09:00:05.12", "2026-03-02 09:00:05.1234", "2026-03-02 09:00.123",
					   "2026-03-02t09:00", "2026-03-02 09:00Z", "2026-02-30 09:00" };
	int64_t ms = 0;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		cr_expect(time_parse(str_of(good[i].text), &ms), "%s", good[i].text);
		cr_expect_str_eq(TEXT(time_put_iso, ms), good[i].iso);
	}
	ms = 77;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		cr_expect_not(time_parse(str_of(bad[i]), &ms), "%s", bad[i]);
	cr_expect_eq(ms, 77, "untouched");
}

Test(day, papers_write_days_and_times_in_chinese)
{
	int64_t ms;

	cr_assert(time_parse(STR("2026-03-02 09:07"), &ms));
	cr_assert_str_eq(TEXT(day_put_cn, day_at(ms)), "2026年3月2日");
	cr_assert_str_eq(TEXT(time_put_cn, ms), "2026年3月2日9时7分");
	cr_assert_str_eq(TEXT(time_put, ms + 59999), "2026-03-02 09:07");
}

Test(day, the_clocks_go_on)
{
	int64_t now = time_now(), m = time_monotonic();

	cr_assert_gt(now, day_start(day_of(2025, 1, 1)));
	cr_assert_lt(now, day_start(DAY_MAX));
	cr_assert_geq(time_monotonic(), m);
}

/* ---- parse ---- */

Test(parse, integers_are_read_whole_or_not_at_all)
{
	static const struct { const char *text; int64_t n; } good[] = {
		{ "0", 0 }, { "7", 7 }, { "-7", -7 }, { "9223372036854775807", INT64_MAX }, { "-9223372036854775808", INT64_MIN },
	};
	static const char *const bad[] = { "", "-", "+7", "007", "-0", "7 ", " 7", "7.0", "0x7", "9223372036854775808",
					   "-9223372036854775809", "99999999999999999999999", "７", "--7" };
	int64_t n = 77;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		cr_expect(parse_i64(str_of(good[i].text), INT64_MIN, INT64_MAX, &n), "%s", good[i].text);
		cr_expect_eq(n, good[i].n);
	}
	n = 77;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		cr_expect_not(parse_i64(str_of(bad[i]), INT64_MIN, INT64_MAX, &n), "%s", bad[i]);
	cr_expect_not(parse_i64((struct str){ "7\0", 2 }, 0, 9, &n));
	cr_expect_eq(n, 77, "untouched");
}

Test(parse, the_bounds_of_an_integer_belong_to_it)
{
	int64_t n;

	cr_assert(parse_i64(STR("5"), 5, 5, &n));
	cr_assert_not(parse_i64(STR("4"), 5, 9, &n));
	cr_assert_not(parse_i64(STR("10"), 5, 9, &n));
}

Test(parse, yes_and_no_have_one_spelling)
{
	bool b;

	cr_assert(parse_bool(STR("true"), &b) && b);
	cr_assert(parse_bool(STR("false"), &b) && !b);
	cr_assert_not(parse_bool(STR("True"), &b) || parse_bool(STR("1"), &b) || parse_bool(STR(""), &b));
}

Test(parse, ids_are_small_letters_digits_and_lines)
{
	cr_assert(parse_is_id(STR("a")) && parse_is_id(STR("close_moved")) && parse_is_id(STR("a9_")));
	cr_assert(parse_is_id(STR("a123456789a123456789a123456789a123456789")));
	cr_assert_not(parse_is_id(STR("a123456789a123456789a123456789a1234567890")));
	cr_assert_not(parse_is_id(STR("")) || parse_is_id(STR("9a")) || parse_is_id(STR("_a")) || parse_is_id(STR("A"))
		      || parse_is_id(STR("a-b")) || parse_is_id(STR("甲")) || parse_is_id(STR("a ")));
}

Test(parse, hexadecimal_goes_there_and_back)
{
	unsigned char all[256], back[256];
	char text[513];

	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	parse_put_hex(text, all, 256);
	cr_assert_eq(strlen(text), 512u);
	cr_assert(parse_hex(str_of(text), back, 256));
	cr_assert_arr_eq(all, back, 256);
	memset(back, 7, sizeof(back));
	cr_assert_not(parse_hex(STR("0g"), back, 1) || parse_hex(STR("0F"), back, 1) || parse_hex(STR("0"), back, 1)
		      || parse_hex(STR("000"), back, 1) || parse_hex(STR("00"), back, 2));
	cr_assert_eq(back[0], 7, "untouched");
}

/* ---- dec ---- */

static dec D(const char *s)
{
	dec d = 0;

	cr_assert(dec_parse(str_of(s), DEC_PLACES, &d), "%s", s);
	return d;
}

#define SHOWS(d, text) cr_expect_str_eq(TEXT(dec_put, (d)), (text))

Test(dec, decimals_are_read_with_the_places_allowed)
{
	dec d;

	SHOWS(D("0"), "0");
	SHOWS(D("-0"), "0");
	SHOWS(D("12.50"), "12.5");
	SHOWS(D("-0.000001"), "-0.000001");
	SHOWS(D("100"), "100");
	cr_assert(dec_parse(STR("1.25"), 2, &d));
	cr_assert_not(dec_parse(STR("1.255"), 2, &d));
	cr_assert_not(dec_parse(STR("1.2"), 0, &d));
	cr_assert_not(dec_parse(STR("1.250"), 2, &d), "a nought is a place, too");
}

Test(dec, what_is_no_decimal_is_not_read)
{
	static const char *const bad[] = { "", "-", ".", ".5", "5.", "-.5", "1..2", "1.2.3", "+1", "1,000", "1e3", " 1", "1 ",
					   "1.0000001", "--1", "1-", "一", "1000000000000000000000001", "-1000000000000000000000000.1",
					   "99999999999999999999999999999999999999999", "340282366920938463463374607431768211457" };
	dec d = 77;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		cr_expect_not(dec_parse(str_of(bad[i]), DEC_PLACES, &d), "%s", bad[i]);
	cr_expect(d == 77, "untouched");
}

Test(dec, writing_and_reading_again_gives_the_same)
{
	uint64_t seed = 1;
	struct arena_mark m = arena_mark(a);

	for (int i = 0; i < 200000; i++) {
		dec d = (dec)(int64_t)dice(&seed) * (i % 3 ? 1 : (dec)(dice(&seed) % 100000)), back;
		const char *text;

		if (i % 5 == 0)
			d = d / DEC_ONE * DEC_ONE;
		text = TEXT(dec_put, d);
		cr_assert(dec_parse(str_of(text), DEC_PLACES, &back) && back == d, "%s", text);
		cr_assert(!strchr(text, '.') || text[strlen(text) - 1] != '0', "%s", text);
		arena_rewind(a, m);
	}
}

Test(dec, the_ends_are_ten_to_the_24)
{
	const char *most = "1000000000000000000000000";
	dec d, one = 1;

	SHOWS(D(most), most);
	SHOWS(-D(most), "-1000000000000000000000000");
	cr_assert_not(dec_add(D(most), one, &d));
	cr_assert_not(dec_sub(-D(most), one, &d));
	cr_assert(dec_sub(D(most), one, &d));
	SHOWS(d, "999999999999999999999999.999999");
	cr_assert(dec_add(d, one, &d) && d == D(most));
	cr_assert(dec_mul(D("1000000000000"), D("1000000000000"), &d) && d == D(most));
	cr_assert(dec_mul(D("-1000000000000"), D("1000000000000"), &d) && d == -D(most));
	cr_assert_not(dec_mul(D("1000000000000"), D("1000000000000.000001"), &d));
	cr_assert_not(dec_mul(D(most), D(most), &d));
	cr_assert_not(dec_mul(D(most), -D(most), &d));
	cr_assert_not(dec_mul(D(most), D("1.000001"), &d));
	cr_assert(dec_mul(D(most), D("0.000001"), &d) && d == D("1000000000000000000"));
	cr_assert(dec_div(D(most), D(most), &d) && d == DEC_ONE);
	cr_assert_not(dec_div(D(most), D("0.999999"), &d));
	cr_assert_not(dec_div(D(most), D("0.000001"), &d));
	cr_assert(dec_div(D("1000000000000000000"), D("0.000001"), &d) && d == D(most));
	cr_assert(dec_div(DEC_ONE, D(most), &d) && d == 0);
	cr_assert_not(dec_div(DEC_ONE, 0, &d));
}

Test(dec, products_and_quotients_are_cut_towards_nought)
{
	static const struct { const char *a, *b, *product, *quotient; } list[] = {
		{ "2", "3", "6", "0.666666" },
		{ "-2", "3", "-6", "-0.666666" },
		{ "2", "-3", "-6", "-0.666666" },
		{ "-2", "-3", "6", "0.666666" },
		{ "0.000001", "0.5", "0", "0.000002" },
		{ "0.000003", "-0.5", "-0.000001", "-0.000006" },
		{ "10000", "0.3", "3000", "33333.333333" },
		{ "123456.789", "987654.321", "121932631112.635269", "0.124999" },
		{ "22", "7", "154", "3.142857" },
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		dec p, q;

		cr_assert(dec_mul(D(list[i].a), D(list[i].b), &p) && dec_div(D(list[i].a), D(list[i].b), &q));
		SHOWS(p, list[i].product);
		SHOWS(q, list[i].quotient);
	}
}

/* Where the plain formulas stay within 128 bits they are the measure. */
Test(dec, products_and_quotients_agree_with_the_plain_formulas)
{
	const dec most = D("1000000000000000000000000");
	uint64_t seed = 2;

	for (int i = 0; i < 500000; i++) {
		dec x = (int64_t)dice(&seed) >> (i % 40), y = (int64_t)dice(&seed) >> (i / 40 % 40), r;

		bool fits = x * y / DEC_ONE <= most && x * y / DEC_ONE >= -most;

		cr_assert_eq(dec_mul(x, y, &r), fits, "turn %d", i);
		cr_assert(!fits || r == x * y / DEC_ONE, "turn %d", i);
		if (!y)
			continue;
		cr_assert(dec_div(x, y, &r));
		cr_assert(r == x * DEC_ONE / y, "turn %d", i);
	}
}

Test(dec, rounding_goes_half_away_from_nought)
{
	SHOWS(dec_round(D("2.5"), 0), "3");
	SHOWS(dec_round(D("-2.5"), 0), "-3");
	SHOWS(dec_round(D("2.499999"), 0), "2");
	SHOWS(dec_round(D("0.125"), 2), "0.13");
	SHOWS(dec_round(D("-0.125"), 2), "-0.13");
	SHOWS(dec_round(D("-0.004"), 2), "0");
	SHOWS(dec_round(D("1.234567"), 6), "1.234567");
	SHOWS(dec_round(D("1.234567"), 9), "1.234567");
	SHOWS(dec_floor(D("-0.1")), "-1");
	SHOWS(dec_floor(D("-2")), "-2");
	SHOWS(dec_floor(D("2.999999")), "2");
	SHOWS(dec_ceil(D("2.000001")), "3");
	SHOWS(dec_ceil(D("-2.9")), "-2");
	SHOWS(dec_ceil(D("7")), "7");
}

Test(dec, whole_numbers_become_integers)
{
	int64_t n = 77;

	cr_assert(dec_is_int(D("5")) && !dec_is_int(D("5.000001")));
	cr_assert_not(dec_to_i64(D("5.5"), &n) || dec_to_i64(D("9223372036854775808"), &n)
		      || dec_to_i64(D("-9223372036854775809"), &n));
	cr_assert_eq(n, 77);
	cr_assert(dec_to_i64(D("9223372036854775807"), &n) && n == INT64_MAX);
	cr_assert(dec_to_i64(dec_int(INT64_MIN), &n) && n == INT64_MIN);
}

Test(dec, fixed_places_and_groups_of_three)
{
	cr_expect_str_eq(TEXT(dec_put_fixed, D("1234567.5"), 2, true), "1,234,567.50");
	cr_expect_str_eq(TEXT(dec_put_fixed, D("-1234567.555"), 2, true), "-1,234,567.56");
	cr_expect_str_eq(TEXT(dec_put_fixed, D("999.995"), 2, true), "1,000.00");
	cr_expect_str_eq(TEXT(dec_put_fixed, D("100"), 2, true), "100.00");
	cr_expect_str_eq(TEXT(dec_put_fixed, D("123456"), 0, true), "123,456");
	cr_expect_str_eq(TEXT(dec_put_fixed, D("1234"), 2, false), "1234.00");
	cr_expect_str_eq(TEXT(dec_put_fixed, D("-0.004"), 2, true), "0.00");
	cr_expect_str_eq(TEXT(dec_put_fixed, D("0.05"), 2, true), "0.05");
}

Test(dec, capitals_as_papers_write_them)
{
	static const struct { const char *yuan, *text; } list[] = {
		{ "0", "零元整" },
		{ "0.05", "伍分" },
		{ "0.50", "伍角整" },
		{ "0.55", "伍角伍分" },
		{ "1", "壹元整" },
		{ "10.00", "壹拾元整" },
		{ "100.05", "壹佰元零伍分" },
		{ "325.04", "叁佰贰拾伍元零肆分" },
		{ "1409.50", "壹仟肆佰零玖元伍角整" },
		{ "6007.14", "陆仟零柒元壹角肆分" },
		{ "10500.50", "壹万零伍佰元伍角整" },
		{ "20000", "贰万元整" },
		{ "1000001.00", "壹佰万零壹元整" },
		{ "10000000", "壹仟万元整" },
		{ "100000000", "壹亿元整" },
		{ "100000001", "壹亿零壹元整" },
		{ "100010000", "壹亿零壹万元整" },
		{ "100001000", "壹亿零壹仟元整" },
		{ "123456789.01", "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分" },
		{ "999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分" },
		{ "0.005", "壹分" },
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		cr_expect_str_eq(TEXT(dec_put_capital, D(list[i].yuan)), list[i].text, "%s: %s", list[i].yuan,
				 TEXT(dec_put_capital, D(list[i].yuan)));
}

static bool take(struct str *s, const char *word)
{
	if (!str_starts(*s, str_of(word)))
		return false;
	*s = str_sub(*s, strlen(word), s->n);
	return true;
}

/* The fen that capitals name, read as a person would: an oracle that knows nothing of how they are written. */
static int64_t read_capital(struct str s)
{
	static const char *const digit[] = { "零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖" };
	int64_t yuan = 0, group = 0, fen = 0, d = 0;

	while (s.n) {
		size_t i = 0;

		while (i < 10 && !take(&s, digit[i]))
			i++;
		if (i < 10)
			d = (int64_t)i;
		else if (take(&s, "仟"))
			group += d * 1000, d = 0;
		else if (take(&s, "佰"))
			group += d * 100, d = 0;
		else if (take(&s, "拾"))
			group += d * 10, d = 0;
		else if (take(&s, "亿"))
			yuan += (group + d) * 100000000, group = d = 0;
		else if (take(&s, "万"))
			yuan += (group + d) * 10000, group = d = 0;
		else if (take(&s, "元"))
			yuan += group + d, group = d = 0;
		else if (take(&s, "角"))
			fen += d * 10, d = 0;
		else if (take(&s, "分"))
			fen += d, d = 0;
		else
			cr_assert(take(&s, "整"), "%.*s", STR_FMT(s));
	}
	return yuan * 100 + fen;
}

Test(dec, capitals_read_back_give_the_sum_and_no_doubled_noughts)
{
	static const char *const never[] = { "零零", "零万", "零亿", "零角", "零分", "亿万" };
	struct arena_mark m = arena_mark(a);
	uint64_t seed = 3;

	for (int i = 0; i < 100000; i++) {
		int64_t fen = i < 20000 ? i : (int64_t)(dice(&seed) % UINT64_C(100000000000000));
		const char *text;

		for (int64_t p = 10; i >= 20000 && p < 100000000000000; p *= 10)
			if (dice(&seed) % 3 == 0) /* sums with noughts in them are the hard ones */
				fen -= fen / p % 10 * p;
		text = TEXT(dec_put_capital, (dec)fen * (DEC_ONE / 100));
		cr_assert_eq(read_capital(str_of(text)), fen, "%" PRId64 ": %s", fen, text);
		for (size_t j = 0; j < ARRAY_LEN(never); j++)
			cr_assert_null(strstr(text, never[j]), "%" PRId64 ": %s", fen, text);
		cr_assert(fen == 0 || !strstr(text, "零元"), "%" PRId64 ": %s", fen, text);
		cr_assert_eq(str_ends(str_of(text), STR("整")), fen % 10 == 0, "%" PRId64 ": %s", fen, text);
		arena_rewind(a, m);
	}
}

/* ---- codes ---- */

Test(codes, credit_codes_have_a_right_check_character)
{
	cr_assert(code_uscc(STR("91350100M000100Y43")));
	cr_assert(code_uscc(STR("91140821MA0JT12L0K")));
	cr_assert(code_uscc(STR("12140821405890123E")));
	cr_assert(code_uscc(STR("91140821MAR63F0WT0")), "a remainder of nought");
	cr_assert_not(code_uscc(STR("91350100M000100Y4")) || code_uscc(STR("91350100M000100Y433")) || code_uscc(STR("")));
	cr_assert_not(code_uscc(STR("91350100m000100y43")), "small letters");
	cr_assert_not(code_uscc(STR("9135010IM000100Y43")), "I is not used");
	cr_assert_not(code_uscc((struct str){ "91350100M000100Y4\0", 18 }));
}

/* What check digits are for: one wrong character and two neighbours exchanged. */
static void every_slip_is_found(const char *right, const char *alphabet, bool (*code)(struct str))
{
	char s[19];

	cr_assert(code(str_of(right)));
	for (size_t i = 0; i < 18; i++) {
		for (const char *c = alphabet; *c; c++) {
			memcpy(s, right, 19);
			s[i] = *c;
			cr_expect_eq(code(str_of(s)), *c == right[i], "%s", s);
		}
		memcpy(s, right, 19);
		if (i < 17 && s[i] != s[i + 1]) {
			s[i] = right[i + 1];
			s[i + 1] = right[i];
			cr_expect_not(code(str_of(s)), "%s", s);
		}
	}
}

Test(codes, every_slip_in_a_code_is_found)
{
	every_slip_is_found("91350100M000100Y43", "0123456789ABCDEFGHJKLMNPQRTUWXY", code_uscc);
	every_slip_is_found("11010519491231002X", "0123456789X", code_idcard);
}

Test(codes, identity_numbers_have_a_birthday_and_a_check_digit)
{
	cr_assert(code_idcard(STR("11010519491231002X")));
	cr_assert(code_idcard(STR("140821200002290017")), "born on a leap day");
	cr_assert(code_idcard(STR("140821199901011231")));
	cr_assert_not(code_idcard(STR("140821190002290010")), "1900 had no 29 February");
	cr_assert_not(code_idcard(STR("11010519491231002x")) || code_idcard(STR("110105194912310021"))
		      || code_idcard(STR("11010519491231002")) || code_idcard(STR("")));
}

Test(codes, telephone_numbers)
{
	cr_assert(code_phone(STR("12345")) && code_phone(STR("0359-4022100")) && code_phone(STR("+86 (359) 402 2100")));
	cr_assert_not(code_phone(STR("1234")) || code_phone(STR("")) || code_phone(STR("123456789012345678901"))
		      || code_phone(STR("12345a")) || code_phone(STR("１２３４５６")) || code_phone(STR("-----"))
		      || code_phone(STR("1----------------------------2345")));
	cr_assert_not(code_phone((struct str){ "12345\0", 6 }));
}

Test(codes, division_codes_have_the_lengths_of_their_levels)
{
	static const char digits[] = "1408211002030";

	for (size_t n = 0; n <= 13; n++)
		cr_expect_eq(code_region((struct str){ digits, n }), n == 2 || n == 4 || n == 6 || n == 9 || n == 12, "%zu", n);
	cr_expect_not(code_region(STR("14082x")));
}

/* ---- uuid ---- */

Test(uuid, codes_carry_their_time_version_and_variant)
{
	struct str u = uuid_new(a, INT64_C(0x0123456789ab));

	cr_assert(uuid_valid(u), "%s", u.p);
	cr_assert_eq(u.n, (size_t)UUID_LEN);
	cr_assert(str_starts(u, STR("01234567-89ab-7")), "%s", u.p);
	cr_assert(strchr("89ab", u.p[19]), "%s", u.p);
}

Test(uuid, codes_sort_by_time_and_differ_within_a_moment)
{
	int64_t now = time_now();

	for (int i = 0; i < 1000; i++) {
		struct str first = uuid_new(a, now), twin = uuid_new(a, now), later = uuid_new(a, now + 1);

		cr_assert_neq(str_cmp(first, twin), 0);
		cr_assert_lt(str_cmp(first, later), 0);
	}
}

Test(uuid, only_the_small_form_with_dashes_is_valid)
{
	cr_assert(uuid_valid(STR("00000000-0000-0000-0000-000000000000")));
	cr_assert_not(uuid_valid(STR("0123456789ab-7000-8000-0000000000000")));
	cr_assert_not(uuid_valid(STR("01234567-89AB-7000-8000-000000000000")));
	cr_assert_not(uuid_valid(STR("01234567-89ab-7000-8000-00000000000")));
	cr_assert_not(uuid_valid(STR("01234567-89ab-7000-8000-0000000000000")));
	cr_assert_not(uuid_valid(STR("01234567-89ab-7000-8000-00000000000-")));
	cr_assert_not(uuid_valid(STR("")));
}

Test(uuid, random_bytes_fill_all_of_the_place_and_no_more)
{
	unsigned char p[1002] = { 0 };
	int seen[256] = { 0 }, kinds = 0;

	p[0] = p[1001] = 0x5a;
	random_bytes(p + 1, 1000);
	for (int i = 1; i <= 1000; i++)
		kinds += !seen[p[i]]++;
	cr_assert(p[0] == 0x5a && p[1001] == 0x5a);
	cr_assert_gt(kinds, 200, "250 of the 256 values are expected among 1,000 bytes");
	random_bytes(p, 0);
	cr_assert_eq(p[0], 0x5a);
}
