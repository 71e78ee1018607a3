/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What is drawn is read back with poppler's tools, as a reader of the paper would. Proves: LY1.09-2d */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/json.h"
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

TestSuite(draw, .init = before, .fini = after);

/* Wide limits of the page in points: 28 and 26 mm at the sides, 37 mm above; below the text area the page number. */
#define AREA_LEFT 79.3
#define AREA_RIGHT 521.7
#define AREA_TOP 104.8
#define AREA_BOTTOM 742.8

static struct str drawn(struct str blocks)
{
	const struct draw_job job = { .blocks = blocks, .title = STR("决定书"), .author = STR("县应急管理局"), .at = INT64_C(1772413200000) };
	struct err err = { 0 };
	struct str pdf = { 0 };

	cr_assert(draw_pdf(a, &job, &pdf, &err), "%s (%s)", err.msg, err.detail);
	cr_assert(str_starts(pdf, STR("%PDF-1.4")));
	return pdf;
}

#define TEXT(pdf) told(a, (pdf), "pdftotext -layout -enc UTF-8 $PDF -")
#define HAS(text, word) cr_expect(str_find((text), str_of(word), 0) != SIZE_MAX, "no \"%s\" in: %.*s", (word), STR_FMT(text))

/* The text without blanks and line breaks: how lines are broken does not matter. */
static struct str joined(struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ' && s.p[i] != '\n' && s.p[i] != '\f')
			p[n++] = s.p[i];
	return (struct str){ p, n };
}

static int pages(struct str pdf)
{
	struct str info = told(a, pdf, "pdfinfo $PDF");
	size_t at = str_find(info, STR("Pages:"), 0);
	int n = 0;

	cr_assert_neq(at, SIZE_MAX);
	cr_assert_eq(sscanf(info.p + at, "Pages: %d", &n), 1);
	return n;
}

static struct str page(struct str pdf, int n)
{
	const char *tool = str_fmt(a, "pdftotext -layout -enc UTF-8 -f %d -l %d $PDF -", n, n).p;

	return told(a, pdf, tool);
}

/* Every word lies within the text area, but the page numbers. */
static void inside_the_area(struct str pdf)
{
	struct str rest = told(a, pdf, "pdftotext -bbox -enc UTF-8 $PDF -"), line;
	int words = 0;

	while (str_cut(&rest, '\n', &line)) {
		double x0, y0, x1, y1;

		if (sscanf(str_cstr(a, str_trim(line)), "<word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\"", &x0, &y0, &x1, &y1)
		    != 4)
			continue;
		words++;
		cr_expect(x0 >= AREA_LEFT - 1 && x1 <= AREA_RIGHT + 1 && y0 >= AREA_TOP - 6, "%.*s", STR_FMT(line));
		cr_expect(y1 <= AREA_BOTTOM + 8 || y0 >= AREA_BOTTOM + 5, "%.*s", STR_FMT(line));
	}
	cr_expect_gt(words, 0);
}

static const char paper[] =
	"[{\"t\":\"title\",\"s\":\"行政处罚决定书\"},{\"t\":\"head\",\"s\":\"临应急罚〔2026〕34号\"},"
	"{\"t\":\"plain\",\"s\":\"当事人：示例涂料有限公司\"},{\"t\":\"para\",\"s\":\"经查，你单位未如实记录教育和培训情况。\"},"
	"{\"t\":\"blank\",\"s\":\"\"},{\"t\":\"widths\",\"c\":[\"30\",\"70\"]},{\"t\":\"row\",\"c\":[\"项目\",\"内容\"]},"
	"{\"t\":\"row\",\"c\":[\"罚款\",\"人民币贰万元整（20,000.00元）\"]},{\"t\":\"right\",\"s\":\"靠右的字\"},"
	"{\"t\":\"centre\",\"s\":\"居中的字\"},{\"t\":\"seal\",\"s\":\"临猗县应急管理局|2026年3月2日\"},"
	"{\"t\":\"page\",\"s\":\"\"},{\"t\":\"sign\",\"s\":\"当事人\"}]";

Test(draw, chinese_text_can_be_read_back)
{
	struct str pdf = drawn(str_of(paper)), first = page(pdf, 1), second = page(pdf, 2);

	HAS(first, "行政处罚决定书");
	HAS(first, "临应急罚〔2026〕34号");
	HAS(first, "示例涂料有限公司");
	HAS(first, "未如实记录教育和培训情况");
	HAS(first, "人民币贰万元整（20,000.00元）");
	HAS(first, "靠右的字");
	HAS(first, "居中的字");
	HAS(first, "临猗县应急管理局");
	HAS(first, "（印章）");
	HAS(first, "2026年3月2日");
	HAS(second, "当事人（签名或者盖章）");
	cr_expect_eq(str_find(first, STR("签名或者盖章"), 0), SIZE_MAX, "it stands behind the page break");
	inside_the_area(pdf);
}

Test(draw, the_page_is_a4_and_tells_who_and_when)
{
	struct str info = told(a, drawn(str_of(paper)), "TZ=UTC pdfinfo -isodates $PDF");

	HAS(info, "(A4)");
	HAS(info, "Title:           决定书");
	HAS(info, "Author:          县应急管理局");
	HAS(info, "2026-03-02T01:00:00");
	HAS(info, "Pages:           2");
}

Test(draw, fonts_are_embedded)
{
	struct str fonts = told(a, drawn(str_of(paper)), "pdffonts $PDF"), line;
	int n = 0;

	(void)str_cut(&fonts, '\n', &line);
	(void)str_cut(&fonts, '\n', &line);
	while (str_cut(&fonts, '\n', &line) && line.n) {
		struct str flags = line;

		n++;
		HAS(flags, "NotoSerifCJK");
		HAS(flags, " yes yes "); /* embedded, subset */
	}
	cr_expect_gt(n, 0);
}

Test(draw, odd_page_numbers_stand_right_and_even_ones_left)
{
	struct str pdf = drawn(STR("[{\"t\":\"para\",\"s\":\"一\"},{\"t\":\"page\",\"s\":\"\"},{\"t\":\"para\",\"s\":\"二\"},"
				   "{\"t\":\"page\",\"s\":\"\"},{\"t\":\"para\",\"s\":\"三\"}]"));

	cr_assert_eq(pages(pdf), 3);
	for (int n = 1; n <= 3; n++) {
		struct str rest = told(a, pdf, str_fmt(a, "pdftotext -bbox -enc UTF-8 -f %d -l %d $PDF -", n, n).p);
		size_t at = str_find(rest, str_fmt(a, ">%d<", n), 0);
		double x0 = 0, y0 = 0;
		size_t from = at;

		HAS(joined(page(pdf, n)), str_fmt(a, "—%d—", n).p);
		cr_assert_neq(at, SIZE_MAX);
		while (from && rest.p[from] != '\n')
			from--;
		cr_assert_eq(sscanf(rest.p + from, " <word xMin=\"%lf\" yMin=\"%lf\"", &x0, &y0), 2);
		cr_expect(n % 2 ? x0 > 450 : x0 < 150, "page %d at %f", n, x0);
		cr_expect_gt(y0, AREA_BOTTOM);
	}
}

static struct str table(int rows, int from)
{
	struct buf b;
	struct json_out o = { .b = &b };

	buf_init(&b, a, 1000000);
	json_open(&o, NULL, '[');
	for (int i = 0; i < rows; i++) {
		json_open(&o, NULL, '{');
		json_open(&o, "c", '[');
		json_out_str(&o, NULL, str_fmt(a, "甲%03d", from + i));
		json_out_str(&o, NULL, str_fmt(a, "第%d件物品", from + i));
		json_close(&o, ']');
		json_out_str(&o, "t", STR("row"));
		json_close(&o, '}');
	}
	json_close(&o, ']');
	return buf_str(&b);
}

Test(draw, a_table_of_sixty_rows_goes_over_pages_with_every_row_once)
{
	struct str pdf = drawn(table(60, 100)), text = TEXT(pdf);

	cr_expect_geq(pages(pdf), 2);
	for (int i = 0; i < 60; i++) {
		struct str word = str_fmt(a, "甲%03d", 100 + i);
		size_t at = str_find(text, word, 0);

		cr_expect_neq(at, SIZE_MAX, "%s is gone", word.p);
		cr_expect_eq(str_find(text, word, at + 1), SIZE_MAX, "%s stands twice", word.p);
	}
	inside_the_area(pdf);
}

Test(draw, a_row_longer_than_a_page_goes_on_on_the_next)
{
	struct str pdf, text;
	struct buf b;

	buf_init(&b, a, 100000);
	buf_adds(&b, "[{\"t\":\"row\",\"c\":[\"事实\",\"");
	for (int i = 0; i < 400; i++)
		buf_addf(&b, "第%03d句话说明情况。", i);
	buf_adds(&b, "\"]},{\"t\":\"para\",\"s\":\"表后\"}]");
	pdf = drawn(buf_str(&b));
	text = joined(TEXT(pdf));
	cr_expect_geq(pages(pdf), 3);
	for (int i = 0; i < 400; i += 7)
		HAS(text, str_fmt(a, "%03d句", i).p);
	HAS(text, "399句话说明情况。");
	HAS(text, "表后");
	inside_the_area(pdf);
}

Test(draw, a_long_paragraph_breaks_over_pages_without_loss)
{
	struct str pdf, text;
	struct buf b;

	buf_init(&b, a, 100000);
	buf_adds(&b, "[{\"t\":\"para\",\"s\":\"");
	for (int i = 0; i < 300; i++)
		buf_addf(&b, "第%03d句话说明情况。", i);
	buf_adds(&b, "\"}]");
	pdf = drawn(buf_str(&b));
	text = joined(TEXT(pdf));
	cr_expect_geq(pages(pdf), 4);
	for (int i = 0; i < 300; i++)
		HAS(text, str_fmt(a, "%03d", i).p);
	inside_the_area(pdf);
}

Test(draw, text_that_cannot_be_broken_stays_on_the_page)
{
	char *word = arena_alloc(a, 401);
	struct str pdf;

	memset(word, 'W', 400);
	pdf = drawn(str_fmt(a, "[{\"t\":\"title\",\"s\":\"%s\"},{\"t\":\"para\",\"s\":\"%s\"},{\"t\":\"right\",\"s\":\"%s\"},"
			       "{\"t\":\"row\",\"c\":[\"甲\",\"%s\",\"乙\"]},{\"t\":\"sign\",\"s\":\"%s\"}]",
			    word, word, word, word, word));
	inside_the_area(pdf);
	cr_expect_geq(joined(TEXT(pdf)).n, 2000u, "no letter is lost");
}

Test(draw, a_long_name_of_an_organ_stays_on_the_page)
{
	struct str pdf = drawn(STR("[{\"t\":\"seal\",\"s\":\"山西省运城市临猗县文化和旅游市场综合行政执法队暨临猗县旅游质量监督管理所第三中队"
				   "示范执法办公室|2026年3月2日\"}]"));

	inside_the_area(pdf);
	HAS(joined(TEXT(pdf)), "示范执法办公室");
	HAS(TEXT(pdf), "2026年3月2日");
}

/* The left edge of the word on the n-th page. */
static double left_of(struct str pdf, const char *word)
{
	struct str rest = told(a, pdf, "pdftotext -bbox -enc UTF-8 $PDF -");
	size_t at = str_find(rest, str_fmt(a, ">%s<", word), 0);
	double x = -1;

	cr_assert_neq(at, SIZE_MAX, "%s", word);
	while (at && rest.p[at] != '\n')
		at--;
	cr_assert_eq(sscanf(rest.p + at, " <word xMin=\"%lf\"", &x), 1);
	return x;
}

Test(draw, narrow_columns_keep_their_text_beside_the_others)
{
	struct str pdf = drawn(STR("[{\"t\":\"widths\",\"c\":[\"1\",\"99\"]},{\"t\":\"row\",\"c\":[\"甲乙丙\",\"宽\"]}]"));

	cr_expect_geq(left_of(pdf, "宽"), left_of(pdf, "丙") + 12, "one character a line, nothing over anything");
	HAS(joined(TEXT(pdf)), "甲");
	inside_the_area(pdf);
}

Test(draw, widths_hold_for_their_table_only_and_for_all_of_it)
{
	struct str pdf = drawn(STR("[{\"t\":\"widths\",\"c\":[\"20\",\"80\"]},{\"t\":\"row\",\"c\":[\"甲\",\"乙\"]},"
				   "{\"t\":\"row\",\"c\":[\"通栏\"]},{\"t\":\"row\",\"c\":[\"丙\",\"丁\"]},"
				   "{\"t\":\"para\",\"s\":\"表间\"},{\"t\":\"row\",\"c\":[\"戊\",\"己\"]}]"));

	cr_expect_float_eq(left_of(pdf, "乙"), AREA_LEFT + 442.2 * 0.2 + 4, 2);
	cr_expect_float_eq(left_of(pdf, "丁"), AREA_LEFT + 442.2 * 0.2 + 4, 2, "a row of one cell does not undo the widths");
	cr_expect_float_eq(left_of(pdf, "己"), AREA_LEFT + 442.2 * 0.5 + 4, 2, "another table has its own");
}

Test(draw, the_same_input_gives_the_same_bytes)
{
	struct str first = drawn(str_of(paper)), again = drawn(str_of(paper));
	struct draw_job job = { .blocks = str_of(paper), .title = STR("决定书"), .author = STR("县应急管理局"), .at = INT64_C(1772413201000) };
	struct err err = { 0 };
	struct str later;

	cr_expect(str_eq(first, again));
	cr_assert(draw_pdf(a, &job, &later, &err));
	cr_expect_not(str_eq(first, later), "the time is in it");
}

/* ISO 19005-1: the properties and the metadata say the same; preflight judges the rest (tests/law/papers.sh). */
Test(draw, a_paper_says_who_made_it_and_when)
{
	const struct draw_job job = { .blocks = str_of(paper), .title = STR("决定书<甲&乙>"), .author = STR("县应急管理局"), .at = INT64_C(1772413200999) };
	struct err err = { 0 };
	struct str pdf, text;

	cr_assert(draw_pdf(a, &job, &pdf, &err), "%s", err.detail);
	text = told(a, pdf, "TZ=UTC pdfinfo -isodates $PDF");
	HAS(text, "决定书<甲&乙>");
	HAS(text, "县应急管理局");
	HAS(text, "2026-03-02T01:00:00Z");
	text = told(a, pdf, "pdfinfo -meta $PDF");
	HAS(text, "决定书&lt;甲&amp;乙&gt;");
	HAS(text, "<xmp:CreateDate>2026-03-02T01:00:00Z<");
	HAS(text, "<pdfaid:part>1<");
}

Test(draw, titles_and_headings_are_bookmarks)
{
	struct str pdf = drawn(STR("[{\"t\":\"title\",\"s\":\"决定书\"},{\"t\":\"head\",\"s\":\"一、事实\"},{\"t\":\"page\",\"s\":\"\"},"
				   "{\"t\":\"head\",\"s\":\"二、决定\"},{\"t\":\"para\",\"s\":\"甲\"}]"));
	struct str text = told(a, pdf, "pdftohtml -xml -i -stdout $PDF");

	HAS(text, "<item page=\"1\">决定书</item>");
	HAS(text, "<item page=\"1\">一、事实</item>");
	HAS(text, "<item page=\"2\">二、决定</item>");
}

/* GB/T 9704: a line has 28 characters, a page 22 lines. */
Test(draw, a_page_has_22_lines_of_28_characters)
{
	struct str pdf, text;
	struct buf b;

	buf_init(&b, a, 10000);
	buf_adds(&b, "[{\"t\":\"plain\",\"s\":\"");
	for (int i = 0; i < 22 * 28; i++)
		buf_adds(&b, i % 28 == 0 ? "首" : i % 28 == 27 ? "末" : "字");
	buf_adds(&b, "\"}]");
	pdf = drawn(buf_str(&b));
	cr_expect_eq(pages(pdf), 1);
	text = TEXT(pdf);
	for (size_t at = str_find(text, STR("首"), 0); at != SIZE_MAX; at = str_find(text, STR("首"), at + 1))
		cr_expect(str_eq(str_sub(text, at + 27 * 3, at + 28 * 3), STR("末")), "the line at %zu", at);
	inside_the_area(pdf);
}

static struct str drawn_ofd(struct str blocks)
{
	const struct draw_job job = { .blocks = blocks, .title = STR("甲<乙&丙>"), .author = STR("局"), .at = INT64_C(1772413200000) };
	struct err err = { 0 };
	struct str ofd = { 0 };

	cr_assert(draw_ofd(a, &job, &ofd, &err), "%s (%s)", err.msg, err.detail);
	return ofd;
}

/* What ofd.js reads of every template is compared in tests/law/papers.sh. */
Test(draw, an_ofd_is_the_same_again_and_holds_what_xml_would_take_for_markup)
{
	struct str ofd = drawn_ofd(STR("[{\"t\":\"plain\",\"s\":\"1<2&3>\\\"\"}]"));

	cr_expect(str_eq(drawn_ofd(str_of(paper)), drawn_ofd(str_of(paper))));
	HAS(told(a, ofd, "unzip -p $PDF OFD.xml"), "<ofd:Title>甲&lt;乙&amp;丙&gt;</ofd:Title>");
	HAS(told(a, ofd, "unzip -p $PDF Doc_0/Pages/Page_0/Content.xml"), ">1&lt;2&amp;3&gt;&quot;</ofd:TextCode>");
	cr_expect_eq(str_find(told(a, ofd, "unzip -Z1 $PDF"), STR("OFD.xml\n"), 0), 0, "the root stands first");
}

Test(draw, an_ofd_has_as_many_pages_and_boxes_as_the_pdf)
{
	struct str ofd = drawn_ofd(STR("[{\"t\":\"row\",\"c\":[\"甲\",\"乙\"]},{\"t\":\"page\",\"s\":\"\"},{\"t\":\"para\",\"s\":\"丙\"}]"));

	HAS(told(a, ofd, "unzip -Z1 $PDF"), "Doc_0/Pages/Page_1/Content.xml");
	HAS(told(a, ofd, "unzip -p $PDF Doc_0/Pages/Page_0/Content.xml | grep -c PathObject"), "2");
	HAS(told(a, ofd, "unzip -p $PDF Doc_0/Pages/Page_1/Content.xml"), ">丙<");
}

static void *draw_one(void *ret)
{
	struct arena *own = arena_new();
	const struct draw_job job = { .blocks = str_of(paper), .title = STR("决定书"), .author = STR("县应急管理局"), .at = INT64_C(1772413200000) };
	struct err err = { 0 };
	struct str pdf = { 0 };

	if (draw_pdf(own, &job, &pdf, &err))
		*(uint64_t *)ret = str_hash(pdf);
	arena_free(own);
	return NULL;
}

Test(draw, several_threads_draw_the_same_bytes)
{
	uint64_t hash[4] = { 0 };
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		cr_assert_eq(pthread_create(&t[i], NULL, draw_one, &hash[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < 4; i++)
		cr_expect_eq(hash[i], str_hash(drawn(str_of(paper))), "thread %d", i);
}

/* cairo 1.16 keeps 768 bytes of each font that it embeds, here two; whatever we forgot would be more. */
Test(draw, drawing_again_and_again_keeps_no_memory)
{
	size_t begin = 0, kept;

	for (int i = 0; i < 140; i++) {
		uint64_t hash;

		if (i == 40)
			begin = mallinfo2().uordblks;
		(void)draw_one(&hash);
	}
	kept = mallinfo2().uordblks - begin;
	cr_expect_lt(kept, 100 * (2 * 768 + 300), "%zu bytes a paper", kept / 100);
}

Test(draw, the_stamp_stands_on_every_page)
{
	struct draw_job job = { .blocks = str_of(paper), .title = STR("决定书"), .author = STR("局"), .stamp = STR("草稿") };
	struct err err = { 0 };
	struct str pdf;

	cr_assert(draw_pdf(a, &job, &pdf, &err));
	HAS(page(pdf, 1), "草稿");
	HAS(page(pdf, 2), "草稿");
	cr_expect_eq(str_find(TEXT(drawn(str_of(paper))), STR("草稿"), 0), SIZE_MAX);
}

Test(draw, the_mark_stands_above_every_page)
{
	struct draw_job job = { .blocks = str_of(paper), .title = STR("决定书"), .author = STR("局"), .mark = STR("不产生法律效力") };
	struct err err = { 0 };
	struct str pdf;

	cr_assert(draw_pdf(a, &job, &pdf, &err));
	HAS(page(pdf, 1), "不产生法律效力");
	HAS(page(pdf, 2), "不产生法律效力");
	cr_expect_eq(str_find(TEXT(drawn(str_of(paper))), STR("不产生法律效力"), 0), SIZE_MAX);
}

/* A paper that leaves out what it does not know would be a paper that lies. */
Test(draw, broken_blocks_are_refused)
{
	static const char *const bad[] = { "",
					   "x",
					   "[]",
					   "{}",
					   "{\"t\":\"para\",\"s\":\"甲\"}",
					   "[1]",
					   "[\"甲\"]",
					   "[{\"s\":\"没有种类\"}]",
					   "[{\"t\":\"para\",\"s\":\"甲\"},{\"t\":\"picture\",\"s\":\"乙\"}]",
					   "[{\"t\":\"row\"}]",
					   "[{\"t\":\"row\",\"c\":[]}]",
					   "[{\"t\":\"row\",\"c\":\"甲\"}]",
					   "[{\"t\":\"widths\",\"s\":\"30\"}]",
					   "[{\"t\":\"row\",\"c\":[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\","
					   "\"\",\"\",\"\",\"二十一\"]}]" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const struct draw_job job = { .blocks = str_of(bad[i]), .title = STR("甲"), .author = STR("乙") };
		struct str pdf = { 0 };
		struct err err = { 0 };

		cr_expect_not(draw_pdf(a, &job, &pdf, &err), "%s", bad[i]);
		cr_expect(err.code == ERR_BAD_INPUT && !pdf.n, "%s: %s", bad[i], err_key(err.code));
	}
}

Test(draw, five_hundred_pages_are_the_most)
{
	const struct draw_job job = { .title = STR("甲"), .author = STR("乙") };
	struct draw_job long_one = job;
	struct err err = { 0 };
	struct str pdf = { 0 };
	struct buf b;

	buf_init(&b, a, 1000000);
	buf_adds(&b, "[{\"t\":\"para\",\"s\":\"甲\"}");
	for (int i = 1; i < 500; i++)
		buf_adds(&b, ",{\"t\":\"page\",\"s\":\"\"},{\"t\":\"para\",\"s\":\"甲\"}");
	long_one.blocks = str_fmt(a, "%s]", b.p);
	cr_assert(draw_pdf(a, &long_one, &pdf, &err), "%s", err.msg);
	cr_expect_eq(pages(pdf), 500);
	long_one.blocks = str_fmt(a, "%s,{\"t\":\"page\",\"s\":\"\"},{\"t\":\"para\",\"s\":\"甲\"}]", b.p);
	cr_assert_not(draw_pdf(a, &long_one, &pdf, &err));
	cr_expect_eq(err.code, ERR_TOO_LARGE);
}
