/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Prints the page that tests/tools/tmplc.sh compiled, with values that would do harm if they were
 * not escaped. */
#include <stdio.h>

#include "pages.h"

int main(int argc, char **argv)
{
	static const struct good_row rows[] = { { "<甲>", true, -1 }, { "\"乙\"", false, 2 } };
	struct arena *a = arena_new();
	struct html inner;
	struct html h;

	html_init(&inner, a, 100);
	html_lit(&inner, "<b>");
	html_put(&inner, "&");
	html_lit(&inner, "</b>");
	const struct good_view v = {
		.title = STR("<b>'x' & \"y\"</b>"),
		.link = str_of(argc > 1 ? argv[1] : "/"),
		.script = STR("/static/0/a.js"),
		.row = rows,
		.n = 2,
		.safe = html_take(&inner),
		.big = INT64_MIN,
	};

	html_init(&h, a, HTML_MAX);
	page_good(&h, &v);
	fwrite(html_str(&h).p, 1, html_str(&h).n, stdout);
	arena_free(a);
	return html_ok(&h) ? 0 : 1;
}
