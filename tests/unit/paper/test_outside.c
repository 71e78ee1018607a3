/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Uploaded files as pages of a dossier, read back by poppler's tools. The samples stand in the fuzz target's corpus.
 * Proves: LY1.09-11b LY1.09-15b */
#include <criterion/criterion.h>
#include <math.h>
#include <qpdf/qpdf-c.h>
#include <stdio.h>

#include "base/day.h"
#include "paper/bind.h"
#include "paper/draw.h"
#include "paper/jpeg.h"
#include "paper/outside.h"
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

TestSuite(outside, .init = before, .fini = after);

static struct str sample(const char *name)
{
	FILE *f = fopen(str_fmt(a, "tests/fuzz/corpus/outside/%s", name).p, "rb");
	char *p = arena_alloc(a, 65536);
	size_t n;

	cr_assert_not_null(f, "%s", name);
	n = fread(p, 1, 65536, f);
	fclose(f);
	return (struct str){ p, n };
}

static struct outside tried(const char *media, struct str content)
{
	struct err err = { 0 };
	struct outside o;

	cr_assert(outside_pages(a, str_of(media), STR("现场照片.jpg"), content, &o, &err), "%s (%s)", err.msg, err.detail);
	cr_assert_eq(o.why == OUTSIDE_FINE, o.pdf.n > 0);
	return o;
}

/* One part, numbered, as page 1 of a bound file. */
static struct str bound(struct outside o)
{
	const struct bind_part part = { .pdf = o.pdf, .title = STR("1 照片"), .numbered = true, .foreign = !o.archival };
	const struct bind_job job = { .part = &part, .n = 1, .says = { .title = STR("卷"), .author = STR("局"), .at = INT64_C(1772413200000) } };
	struct err err = { 0 };
	struct str pdf = { 0 };

	cr_assert_eq(o.why, OUTSIDE_FINE, "%d", (int)o.why);
	cr_assert(bind_pdf(a, &job, &pdf, &err), "%s (%s)", err.msg, err.detail);
	return pdf;
}

/* Where a word stands: the middle of it, in points from the page's upper left. */
static bool stands(struct str pdf, const char *word, double *x, double *y)
{
	struct str text = told(a, pdf, "pdftotext -bbox $PDF -");
	size_t at = str_find(text, str_fmt(a, ">%s</word>", word), 0);
	double x0, y0, x1, y1;

	if (at == SIZE_MAX)
		return false;
	while (at && text.p[at] != '\n')
		at--;
	cr_assert_eq(sscanf(text.p + at, " <word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\"", &x0, &y0, &x1, &y1), 4);
	*x = (x0 + x1) / 2;
	*y = (y0 + y1) / 2;
	return true;
}

/* The colour at a point of the page, which is drawn with one pixel a point. */
static char colour(struct str pdf, int x, int y)
{
	struct str ppm = told(a, pdf, "pdftoppm -r 72 $PDF");
	const unsigned char *at;
	int w = 0, h = 0;

	cr_assert_eq(sscanf(ppm.p, "P6 %d %d 255", &w, &h), 2);
	cr_assert(x < w && y < h && ppm.n >= (size_t)w * (size_t)h * 3);
	at = (const unsigned char *)ppm.p + ppm.n - ((size_t)w * (size_t)h - ((size_t)y * (size_t)w + (size_t)x)) * 3;
	if (at[0] > 200 && at[1] < 100 && at[2] < 100)
		return 'r';
	if (at[0] < 100 && at[1] < 100 && at[2] > 200)
		return 'b';
	return at[0] > 240 && at[1] > 240 && at[2] > 240 ? 'w' : '?';
}

/* 64 x 32, red at the left, blue at the right; its room begins 74 points below the edge, in the middle. */
Test(outside, a_picture_stands_on_a4_under_its_name)
{
	struct str pdf = bound(tried("image/jpeg", sample("flat.jpg"))), info = told(a, pdf, "pdfinfo $PDF");
	double x = 0, y = 0;

	cr_expect_neq(str_find(info, STR("(A4)"), 0), SIZE_MAX, "%.*s", STR_FMT(info));
	cr_expect(stands(pdf, "现场照片.jpg", &x, &y) && y < 74);
	cr_expect(stands(pdf, "1", &x, &y) && x > 500 && y < 74, "the page number: %f %f", x, y);
	cr_expect_eq(colour(pdf, 297 - 16, 74 + 16), 'r');
	cr_expect_eq(colour(pdf, 297 + 16, 74 + 16), 'b');
	cr_expect_eq(colour(pdf, 297 + 40, 74 + 16), 'w');
}

Test(outside, a_camera_that_was_held_on_its_side_is_heeded)
{
	struct str turned = bound(tried("image/jpeg", sample("held-on-its-side.jpg")));
	struct str mirrored = bound(tried("image/jpeg", sample("mirrored-little.jpg")));

	cr_expect_eq(colour(turned, 297, 74 + 16), 'r', "a quarter clockwise: what was left is above");
	cr_expect_eq(colour(turned, 297, 74 + 48), 'b');
	cr_expect_eq(colour(mirrored, 297, 74 + 16), 'r', "transposed: what was left is above");
	cr_expect_eq(colour(mirrored, 297, 74 + 48), 'b');
}

Test(outside, pictures_keep_the_file_archival_and_pages_of_a_pdf_do_not)
{
	struct outside jpeg = tried("image/jpeg", sample("flat.jpg")), png = tried("image/png", sample("grey.png"));
	struct outside pdf = tried("application/pdf", sample("turned-and-stamped.pdf"));

	cr_expect(jpeg.archival && png.archival && !pdf.archival);
	cr_expect_neq(str_find(bound(png), STR("pdfaid:part"), 0), SIZE_MAX);
	cr_expect_eq(str_find(bound(pdf), STR("pdfaid:part"), 0), SIZE_MAX);
}

/* A page of 300 x 800 at (100, 100), turned clockwise, with one q too many: the number stays where it belongs, the upper
 * left of the page goes to the upper right, the stamp is drawn, and nothing that acts is left. */
Test(outside, a_page_is_turned_and_stamped_as_it_says)
{
	struct str pdf = bound(tried("application/pdf", sample("turned-and-stamped.pdf"))), raw;
	double x = 0, y = 0, s = (595.276 - 40) / 800;

	cr_assert(stands(pdf, "1", &x, &y));
	cr_expect(x > 500 && x < 560 && y < 74, "the page number: %f %f", x, y);
	cr_assert(stands(pdf, "TOPLEFT", &x, &y));
	cr_expect(x > 20 + s * 680 && x < 20 + s * 730 && y > 74 && y < 74 + s * 150, "%f %f", x, y);
	cr_assert(stands(pdf, "STAMPED", &x, &y));
	cr_expect(x > 20 + s * 100 && x < 20 + s * 120, "%f %f", x, y);
	raw = pdf;
	cr_expect_eq(str_find(raw, STR("JavaScript"), 0), SIZE_MAX);
	cr_expect_eq(str_find(raw, STR("/URI"), 0), SIZE_MAX);
	cr_expect_neq(str_find(told(a, pdf, "pdfinfo $PDF"), STR("(A4)"), 0), SIZE_MAX);
}

/* The same bytes under a password: with one, and with none to be typed. */
static struct str locked(const char *password)
{
	struct str pdf = sample("turned-and-stamped.pdf");
	qpdf_data q = qpdf_init();

	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	cr_assert(!(qpdf_read_memory(q, "x", pdf.p, pdf.n, NULL) & QPDF_ERRORS));
	cr_assert(!(qpdf_init_write_memory(q) & QPDF_ERRORS));
	qpdf_set_r6_encryption_parameters2(q, password, "owner", QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, qpdf_r3p_full, QPDF_TRUE);
	cr_assert(!(qpdf_write(q) & QPDF_ERRORS));
	pdf = str_dup(a, (struct str){ (const char *)qpdf_get_buffer(q), qpdf_get_buffer_length(q) });
	qpdf_cleanup(&q);
	return pdf;
}

Test(outside, what_cannot_be_bound_says_why_and_nothing_fails)
{
	struct str flat = sample("flat.jpg"), large = { arena_alloc(a, (size_t)OUTSIDE_BYTES_MOST + 1), (size_t)OUTSIDE_BYTES_MOST + 1 };

	cr_expect_eq(tried("video/mp4", flat).why, OUTSIDE_DISC);
	cr_expect_eq(tried("application/pdf", locked("secret")).why, OUTSIDE_LOCKED);
	cr_expect_eq(tried("application/pdf", locked("")).why, OUTSIDE_LOCKED);
	cr_expect_eq(tried("application/pdf", flat).why, OUTSIDE_BROKEN);
	cr_expect_eq(tried("application/pdf", sample("no-pages.pdf")).why, OUTSIDE_BROKEN);
	cr_expect_eq(tried("image/jpeg", sample("broken-off.jpg")).why, OUTSIDE_BROKEN);
	cr_expect_eq(tried("image/jpeg", sample("grey.png")).why, OUTSIDE_BROKEN);
	cr_expect_eq(tried("image/png", flat).why, OUTSIDE_BROKEN);
	cr_expect_eq(tried("image/png", sample("huge-sides.png")).why, OUTSIDE_LARGE);
	cr_expect_eq(tried("application/pdf", large).why, OUTSIDE_LARGE);
	(void)tried("application/pdf", sample("loop.pdf"));
	(void)tried("image/jpeg", sample("far-directory.jpg"));
	for (int w = OUTSIDE_DISC; w <= OUTSIDE_LARGE; w++)
		cr_expect(outside_why((enum outside_why)w).n > 0);
}

Test(outside, a_volume_of_too_many_pages_stays_beside)
{
	struct draw_job job = { .title = STR("页"), .author = STR("局"), .bare = true };
	struct err err = { 0 };
	struct str pdf = { 0 }, more = { 0 };
	struct buf b;

	buf_init(&b, a, 100000);
	for (int i = 0; i < OUTSIDE_PAGES_MOST; i++)
		buf_adds(&b, i ? ",{\"t\":\"page\",\"s\":\"\"}" : "[{\"t\":\"blank\",\"s\":\"\"}");
	buf_addc(&b, ']');
	job.blocks = buf_str(&b);
	cr_assert(draw_pdf(a, &job, &pdf, &err), "%s", err.msg);
	cr_expect_eq(tried("application/pdf", pdf).why, OUTSIDE_FINE);
	{
		const struct bind_part two[] = { { .pdf = pdf, .title = STR("x") }, { .pdf = pdf, .title = STR("y") } };
		const struct bind_job both = { .part = two, .n = 2, .says = { .title = STR("x"), .author = STR("y") } };

		cr_assert(bind_pdf(a, &both, &more, &err), "%s", err.msg);
	}
	cr_expect_eq(tried("application/pdf", more).why, OUTSIDE_LARGE);
}

Test(outside, the_same_file_gives_the_same_bytes)
{
	static const char *const media[] = { "image/jpeg", "image/png", "application/pdf" }, *const name[] = { "flat.jpg", "grey.png", "turned-and-stamped.pdf" };

	for (int i = 0; i < 3; i++)
		cr_expect(str_eq(bound(tried(media[i], sample(name[i]))), bound(tried(media[i], sample(name[i])))), "%s", name[i]);
}
