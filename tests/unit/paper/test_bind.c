/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A bound file is read back by poppler's tools. Proves: LY1.09-15a LY1.09-15b */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/day.h"
#include "paper/bind.h"
#include "paper/draw.h"
#include "unit/paper/pdf.h"

static struct arena *a;

static void before(void)
{
	a = arena_new();
}

static void after(void)
{
	a = arena_free(a);
}

TestSuite(bind, .init = before, .fini = after);

#define AT INT64_C(1772413200000)
#define HALF 297.6 /* of a page's width, in points */

/* A paper of so many pages; each page says which it is. */
static struct str paper(const char *name, int pages, bool bare)
{
	struct draw_job job = { .title = str_of(name), .author = STR("县应急管理局"), .at = AT, .bare = bare };
	struct err err = { 0 };
	struct str pdf = { 0 };
	struct buf b;

	buf_init(&b, a, 200000);
	for (int i = 0; i < pages; i++)
		buf_addf(&b, "%c{\"t\":\"para\",\"s\":\"%s之%d\"}%s", i ? ',' : '[', name, i + 1,
			 i + 1 < pages ? ",{\"t\":\"page\",\"s\":\"\"}" : "]");
	job.blocks = buf_str(&b);
	cr_assert(draw_pdf(a, &job, &pdf, &err), "%s (%s)", err.msg, err.detail);
	return pdf;
}

static struct str bound(const struct bind_part *part, size_t n)
{
	const struct bind_job job = { .part = part, .n = n, .says = { .title = STR("处罚案卷"), .author = STR("局"), .at = AT } };
	struct err err = { 0 };
	struct str pdf = { 0 };

	cr_assert(bind_pdf(a, &job, &pdf, &err), "%s (%s)", err.msg, err.detail);
	return pdf;
}

static struct str three(void)
{
	const struct bind_part part[] = { { paper("封面", 1, true), STR("封面"), false },
					  { paper("决定书", 3, false), STR("1 决定书"), true },
					  { paper("回证", 1, false), STR("2 回证"), true } };

	return bound(part, 3);
}

/* The words of one page, each with its place. */
static struct str words(struct str pdf, int page)
{
	return told(a, pdf, str_fmt(a, "pdftotext -bbox -f %d -l %d $PDF -", page, page).p);
}

/* The middle of the number in the upper margin; 0 when none stands there. */
static double number_at(struct str text, int number)
{
	struct str end = str_fmt(a, ">%d</word>", number);

	for (size_t at = str_find(text, end, 0); at != SIZE_MAX; at = str_find(text, end, at + 1)) {
		size_t line = at;
		double x0, y0, x1, y1;

		while (line && text.p[line] != '\n')
			line--;
		if (sscanf(text.p + line, " <word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\"", &x0, &y0, &x1, &y1) == 4 && y1 < 100)
			return (x0 + x1) / 2;
	}
	return 0;
}

Test(bind, each_part_begins_on_a_front_and_blanks_have_no_number)
{
	struct str pdf = three();
	int pages = 0;
	struct err err = { 0 };

	cr_assert(bind_pages(pdf, &pages, &err));
	cr_expect_eq(pages, 7, "cover and back, three and a back, one: %d", pages);
	cr_expect_eq(str_find(words(pdf, 2), STR("<word"), 0), SIZE_MAX, "behind the cover nothing");
	cr_expect_eq(str_find(words(pdf, 6), STR("<word"), 0), SIZE_MAX, "behind the third page nothing");
	cr_expect_neq(str_find(words(pdf, 7), STR("回证之1"), 0), SIZE_MAX);
}

Test(bind, numbers_stand_right_on_fronts_and_left_on_backs)
{
	struct str pdf = three();

	cr_expect_gt(number_at(words(pdf, 3), 1), HALF);
	cr_expect_lt(number_at(words(pdf, 4), 2), HALF);
	cr_expect_gt(number_at(words(pdf, 4), 2), 0);
	cr_expect_gt(number_at(words(pdf, 5), 3), HALF);
	cr_expect_gt(number_at(words(pdf, 7), 4), HALF);
	cr_expect_eq(number_at(words(pdf, 1), 1), 0, "the cover has none");
}

Test(bind, each_part_is_a_bookmark)
{
	struct str text = told(a, three(), "pdftohtml -xml -i -stdout $PDF");

	cr_expect_neq(str_find(text, STR("<item page=\"1\">封面</item>"), 0), SIZE_MAX);
	cr_expect_neq(str_find(text, STR("<item page=\"3\">1 决定书</item>"), 0), SIZE_MAX);
	cr_expect_neq(str_find(text, STR("<item page=\"7\">2 回证</item>"), 0), SIZE_MAX);
}

Test(bind, the_same_parts_give_the_same_bytes)
{
	cr_expect(str_eq(three(), three()));
}

Test(bind, what_is_no_pdf_is_refused)
{
	const struct bind_part part[] = { { STR("GTS_PDFA1 but no PDF"), STR("甲"), true } };
	const struct bind_job job = { .part = part, .n = 1, .says = { .title = STR("甲"), .author = STR("乙") } }, empty = { .n = 0 };
	struct err err = { 0 };
	struct str pdf = { 0 };

	cr_expect_not(bind_pdf(a, &job, &pdf, &err));
	cr_expect(err.code == ERR_IO && !pdf.n);
	cr_expect_not(bind_pdf(a, &empty, &pdf, &err));
	cr_expect_eq(err.code, ERR_BAD_INPUT);
}

/* A thick volume: papers of ten pages, drawn but once. Under the sanitizer each allocation of qpdf's is watched, and a
 * thin one must do. */
#ifdef __SANITIZE_ADDRESS__
#define PAPERS 5
#else
#define PAPERS 50
#endif

Test(bind, five_hundred_pages_are_bound_in_seconds)
{
	struct bind_part *part = arena_many(a, PAPERS, struct bind_part);
	struct str one = paper("笔录", 10, false), pdf;
	int64_t begin, took;
	struct err err = { 0 };
	int pages = 0;

	for (size_t i = 0; i < PAPERS; i++)
		part[i] = (struct bind_part){ one, STR("笔录"), true };
	begin = time_monotonic();
	pdf = bound(part, PAPERS);
	took = time_monotonic() - begin;
	cr_assert(bind_pages(pdf, &pages, &err));
	cr_expect_eq(pages, 10 * PAPERS, "papers of ten pages need no blank backs");
	cr_expect_gt(number_at(words(pdf, 10 * PAPERS), 10 * PAPERS), 0);
	cr_expect_lt(number_at(words(pdf, 10 * PAPERS), 10 * PAPERS), HALF);
	cr_expect_lt(took, 20000, "%lld ms", (long long)took); /* 0.7 s on two idle cores */
}
