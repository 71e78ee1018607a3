/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/day.h"
#include "law/calendar.h"
#include "lib/law_text.h"

static struct arena *a;
static const struct calendar *cal;

static void before(void)
{
	struct calendar_file f[8];
	struct err err = { 0 };

	a = arena_new();
	for (int i = 0; i < 8; i++) {
		f[i].name = str_fmt(a, "law/calendar/%d.yaml", 2019 + i).p;
		f[i].text = law_text_file(a, f[i].name);
	}
	cr_assert(calendar_load(a, f, 8, &cal, &err), "%s", err.msg);
}

static void after(void)
{
	arena_free(a);
}

TestSuite(law_calendar, .init = before, .fini = after);

static int64_t day(const char *s)
{
	int64_t d = 0;

	cr_assert(day_parse(str_of(s), &d), "%s", s);
	return d;
}

static const char *text(int64_t d)
{
	struct buf b;

	buf_init(&b, a, 20);
	day_put(&b, d);
	return b.p;
}

Test(law_calendar, known_years)
{
	cr_assert_str_eq(text(calendar_first(cal)), "2019-01-01");
	cr_assert_str_eq(text(calendar_last(cal)), "2026-12-31");
}

Test(law_calendar, seven_workdays_over_the_spring_festival)
{
	bool known = false;

	cr_assert_str_eq(text(calendar_add(cal, day("2026-02-13"), 7, &known)), "2026-03-02");
	cr_assert(known);
	cr_assert_eq(calendar_count(cal, day("2026-02-13"), day("2026-03-02"), &known), 7);
}

Test(law_calendar, exchanged_days_and_holidays)
{
	cr_assert(calendar_workday(cal, day("2026-02-14")), "a Saturday worked in exchange");
	cr_assert_not(calendar_workday(cal, day("2026-02-17")), "a Tuesday in the Spring Festival");
	cr_assert_not(calendar_workday(cal, day("2026-01-01")));
	cr_assert(calendar_name(cal, day("2026-01-01")).n > 0);
	cr_assert_not(calendar_workday(cal, day("2026-03-07")), "an ordinary Saturday");
	cr_assert(calendar_workday(cal, day("2026-03-09")));
	cr_assert_eq(calendar_name(cal, day("2026-03-09")).n, 0u);
}

Test(law_calendar, a_limit_in_days_runs_on_to_the_next_workday)
{
	bool known;

	cr_assert_str_eq(text(calendar_due(cal, day("2026-03-02"), (struct span){ 90, UNIT_DAY }, &known)), "2026-06-01");
	cr_assert_str_eq(text(calendar_due(cal, day("2026-03-02"), (struct span){ 1, UNIT_DAY }, &known)), "2026-03-03");
	cr_assert_str_eq(text(calendar_due(cal, day("2026-02-13"), (struct span){ 1, UNIT_DAY }, &known)), "2026-02-14");
	cr_assert_str_eq(text(calendar_due(cal, day("2026-01-31"), (struct span){ 1, UNIT_MONTH }, &known)), "2026-02-28");
	cr_assert_str_eq(text(calendar_due(cal, day("2024-02-29"), (struct span){ 1, UNIT_YEAR }, &known)), "2025-02-28");
	cr_assert_str_eq(text(calendar_due(cal, day("2026-09-24"), (struct span){ 7, UNIT_DAY }, &known)), "2026-10-08");
	cr_assert(known);
}

/* Every start in the known years, many lengths: the two ways of counting are each other's reverse. */
Test(law_calendar, adding_then_counting_agrees)
{
	for (int64_t d = calendar_first(cal) + 60; d < calendar_last(cal) - 400; d += 1)
		for (int64_t n = -25; n <= 200; n += n < 25 ? 1 : 35) {
			bool known, counted;
			int64_t end = calendar_add(cal, d, n, &known);
			int64_t back = calendar_count(cal, d, end, &counted);

			if (n == 0) {
				cr_assert_eq(end, d);
				continue;
			}
			cr_assert(known && counted && calendar_workday(cal, end), "%s %+d", text(d), (int)n);
			cr_assert((n > 0) == (end > d));
			/* Counting (end, d] backwards leaves out the end itself and takes in the start. */
			if (n > 0)
				cr_assert_eq(back, n, "%s %+d", text(d), (int)n);
			else
				cr_assert_eq(-back, -n - 1 + calendar_workday(cal, d), "%s %+d", text(d), (int)n);
		}
}

Test(law_calendar, adding_is_monotone)
{
	bool known;

	for (int64_t d = calendar_first(cal); d < calendar_last(cal) + 400; d++) {
		for (int64_t n = 1; n < 30; n++)
			cr_assert_lt(calendar_add(cal, d, n, &known), calendar_add(cal, d, n + 1, &known));
		for (int64_t n = 1; n < 30; n += 7)
			cr_assert_leq(calendar_add(cal, d, n, &known), calendar_add(cal, d + 1, n, &known));
	}
}

Test(law_calendar, one_by_one_is_all_at_once)
{
	bool known;

	for (int64_t d = calendar_first(cal) - 30; d < calendar_last(cal) + 30; d += 3) {
		int64_t x = d;

		for (int64_t n = 1; n <= 40; n++) {
			do
				x++;
			while (!calendar_workday(cal, x));
			cr_assert_eq(calendar_add(cal, d, n, &known), x, "%s + %d", text(d), (int)n);
		}
	}
}

Test(law_calendar, beyond_the_known_years_it_says_so)
{
	bool known = true;

	(void)calendar_add(cal, day("2026-12-31"), 1, &known);
	cr_assert_not(known);
	cr_assert_str_eq(text(calendar_add(cal, day("2026-12-30"), 1, &known)), "2026-12-31");
	cr_assert(known);
	cr_assert_str_eq(text(calendar_add(cal, day("2018-12-31"), 1, &known)), "2019-01-02");
	cr_assert(known);
	(void)calendar_add(cal, day("2019-01-02"), -1, &known);
	cr_assert_not(known);
	(void)calendar_count(cal, day("2026-12-01"), day("2027-01-04"), &known);
	cr_assert_not(known);
	/* The earliest possible day: every Monday to Friday is worked. */
	cr_assert_str_eq(text(calendar_add(cal, day("2026-12-31"), 1, &known)), "2027-01-01");
	(void)calendar_due(cal, day("2026-12-20"), (struct span){ 30, UNIT_DAY }, &known);
	cr_assert_not(known);
}

Test(law_calendar, broken_files_name_their_place)
{
	static const struct { const char *text, *words; } list[] = {
		{ "off: {}\n", "year" },
		{ "year: 2030\noff: {2031-01-01: 元旦}\n", "t.yaml:2" },
		{ "year: 2030\noff:\n  2030-02-30: 错\n", "t.yaml:3" },
		{ "year: 2030\n---\nyear: 2031\n", "一个文档" },
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		const struct calendar_file f = { "t.yaml", str_of(list[i].text) };
		const struct calendar *c;
		struct err err = { 0 };

		cr_expect_not(calendar_load(a, &f, 1, &c, &err));
		cr_expect(strstr(err.msg, list[i].words), "%s", err.msg);
	}
}

Test(law_calendar, a_missing_year_is_not_guessed)
{
	const struct calendar_file f[] = { { "a.yaml", STR("year: 2030\n") }, { "b.yaml", STR("year: 2032\n") } };
	const struct calendar *c;
	struct err err = { 0 };

	cr_assert_not(calendar_load(a, f, 2, &c, &err));
	cr_assert(strstr(err.msg, "2031"), "%s", err.msg);
	cr_assert_not(calendar_load(a, f, 0, &c, &err));
}
