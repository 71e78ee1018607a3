/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_html.c - whatever the input, nothing written for a value can open a tag, close an attribute or run code. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "web/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No byte of the set stands in the text. */
static void none_of(struct str s, const char *set)
{
	for (size_t i = 0; i < s.n; i++)
		assert(!s.p[i] || !strchr(set, s.p[i]));
}

static void check_url(struct str out)
{
	assert(out.n && "an address is never empty");
	none_of(out, "<>\"' \t\r\n\\");
	assert(strchr("/?#.", out.p[0]) || str_starts(out, STR("http")) || str_starts(out, STR("mailto:")));
	assert(!str_starts(out, STR("//")));
}

/* Without the tags <mark> and </mark> there is nothing but escaped text. */
static void check_mark(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		const struct str rest = str_sub(s, i, s.n);

		if (str_starts(rest, STR("<mark>")))
			i += STR("<mark>").n - 1;
		else if (str_starts(rest, STR("</mark>")))
			i += STR("</mark>").n - 1;
		else
			none_of(str_sub(s, i, i + 1), "<>\"'");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str s = { (const char *)data, size };
	const struct str word[] = { str_sub(s, 0, size / 4), str_sub(s, size / 2, size / 2 + 1) };
	struct arena *a = arena_new();
	struct html h;

	html_init(&h, a, HTML_MAX);
	html_put(&h, s);
	none_of(html_str(&h), "<>\"'");
	html_init(&h, a, HTML_MAX);
	html_put_url(&h, s);
	check_url(html_str(&h));
	html_init(&h, a, HTML_MAX);
	html_put_part(&h, s);
	none_of(html_str(&h), "<>\"'&=?#/:\\ ");
	check_mark(html_mark(a, s, word, 2).html);
	arena_free(a);
	return 0;
}
