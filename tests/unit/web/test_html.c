/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "web/asset.h"
#include "web/html.h"

static struct arena *a;
static struct html h;

static void begin(void)
{
	a = arena_new();
	html_init(&h, a, 4096);
}

static void end(void)
{
	a = arena_free(a);
}

TestSuite(html, .init = begin, .fini = end);
TestSuite(asset, .init = begin, .fini = end);

#define SEES(text) cr_assert_str_eq(html_str(&h).p, (text))

Test(html, the_five_characters_are_escaped)
{
	html_put(&h, "a<b>&\"'甲");
	SEES("a&lt;b&gt;&amp;&quot;&#39;甲");
}

Test(html, null_and_empty_write_nothing)
{
	html_put(&h, (const char *)NULL);
	html_put(&h, ((struct str){ NULL, 0 }));
	SEES("");
}

Test(html, numbers_of_every_width)
{
	html_put(&h, -1);
	html_lit(&h, " ");
	html_put(&h, INT64_MIN);
	html_lit(&h, " ");
	html_put(&h, UINT64_MAX);
	html_lit(&h, " ");
	html_put(&h, 4294967295u);
	SEES("-1 -9223372036854775808 18446744073709551615 4294967295");
}

Test(html, an_attribute_written_in_c_is_escaped)
{
	html_attr(&h, "title", "\"><script>");
	SEES(" title=\"&quot;&gt;&lt;script&gt;\"");
}

Test(html, a_part_of_an_address_is_encoded_bytewise)
{
	html_put_part(&h, "甲 a/b?c&d=e#f%");
	SEES("%E7%94%B2%20a%2Fb%3Fc%26d%3De%23f%25");
}

Test(html, overflow_is_remembered_and_taking_it_gives_nothing)
{
	html_init(&h, a, 8);
	html_put(&h, "12345678");
	cr_assert(html_ok(&h));
	html_put(&h, "9");
	cr_assert(!html_ok(&h));
	cr_assert_eq(html_take(&h).html.n, 0);
}

Test(html, a_drawing_is_kept_from_svg_to_svg)
{
	html_put(&h, html_svg(STR("<?xml version=\"1.0\"?>\n<svg a=\"1\"><g/></svg>\n")));
	SEES("<svg a=\"1\"><g/></svg>");
}

Test(html, what_is_no_plain_drawing_gives_nothing)
{
	cr_assert_eq(html_svg(STR("<p>x</p>")).html.n, 0);
	cr_assert_eq(html_svg(STR("<svg><script>x</script></svg>")).html.n, 0);
	cr_assert_eq(html_svg(STR("<svg></svg><p>")).html.n, 0);
	cr_assert_eq(html_svg(STR("")).html.n, 0);
}

Test(html, found_words_are_marked_and_the_rest_is_escaped)
{
	const struct str word[] = { STR("罚款"), STR("<"), STR("罚") };

	html_put(&h, html_mark(a, STR("处罚款<2>&罚"), word, 3));
	SEES("处<mark>罚款</mark><mark>&lt;</mark>2&gt;&amp;<mark>罚</mark>");
}

Test(html, capital_or_small_it_is_the_same_word)
{
	const struct str word[] = { STR("pdf"), STR("Ａ") };

	html_put(&h, html_mark(a, STR("PDF、Pdf，ａ"), word, 2));
	SEES("<mark>PDF</mark>、<mark>Pdf</mark>，ａ");
}

Test(html, an_empty_word_marks_nothing)
{
	const struct str word[] = { STR("") };

	html_put(&h, html_mark(a, STR("ab"), word, 1));
	SEES("ab");
}

Test(asset, embedded_files_are_found_by_name_and_are_whole)
{
	const struct asset *f = asset_find(STR("static/htmx.min.js"));

	cr_assert_not_null(f);
	cr_assert(f->data.n > 10000);
	cr_assert_eq(f->data.p[f->data.n], '\0');
	cr_assert_eq(strlen(f->data.p), f->data.n);
	cr_assert(str_is(f->type, "text/javascript; charset=utf-8"));
	cr_assert_null(asset_find(STR("static/htmx.min")));
	cr_assert_null(asset_find(STR("")));
	cr_assert_null(asset_find(STR("zzz")));
}

Test(asset, every_file_is_found_again_and_names_rise)
{
	size_t n;
	const struct asset *all = asset_under(STR(""), &n);

	cr_assert(n >= 3);
	for (size_t i = 0; i < n; i++) {
		cr_assert_eq(asset_find(all[i].name), &all[i]);
		cr_assert(!i || str_cmp(all[i - 1].name, all[i].name) < 0);
	}
}

Test(asset, a_folder_gives_its_own_files_only)
{
	size_t n;
	const struct asset *all = asset_under(STR("static/"), &n);

	cr_assert(n >= 3);
	for (size_t i = 0; i < n; i++)
		cr_assert(str_starts(all[i].name, STR("static/")));
	asset_under(STR("no-such-folder/"), &n);
	cr_assert_eq(n, 0);
}

Test(asset, an_address_leads_back_and_a_wrong_digest_does_not)
{
	const struct asset *f = asset_find(STR("static/icons.svg"));
	const struct str url = asset_url(a, "icons.svg");

	cr_assert_not_null(f);
	cr_assert(str_eq(url, str_fmt(a, "/static/%s/icons.svg", f->digest)));
	cr_assert_eq(asset_at(str_of(f->digest), STR("icons.svg")), f);
	cr_assert_null(asset_at(STR("0000000000000000"), STR("icons.svg")));
	cr_assert_null(asset_at(str_of(f->digest), STR("tabler.min.css")));
	cr_assert_null(asset_at(str_of(f->digest), STR("../law/national/pack.yaml")));
}
