/* SPDX-License-Identifier: MulanPSL-2.0 */
/* good_view.h - what pages/good.html of the compiler's test shows. */
#ifndef MINGFA_TEST_GOOD_VIEW_H
#define MINGFA_TEST_GOOD_VIEW_H

#include "web/html.h"

struct good_row {
	const char *name;
	bool late;
	int n;
};

struct good_view {
	struct str title;
	struct str link;
	struct str script;
	const struct good_row *row;
	size_t n;
	struct safe_html safe;
	int64_t big;
};

#endif
