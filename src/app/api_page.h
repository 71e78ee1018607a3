/* SPDX-License-Identifier: MulanPSL-2.0 */
/* api_page.h - the JSON interface as a page for people. */
#ifndef MINGFA_APP_API_PAGE_H
#define MINGFA_APP_API_PAGE_H

#include "app/frame.h"

enum api_who { API_ANYONE, API_PERSON };

struct api_row {
	const char *method, *path, *id, *name, *what;
	enum api_who who;
};

struct api_view {
	struct frame frame;
	struct str pack;
	const struct api_row *row;
	size_t n_row;
	const struct api_kind_line {
		struct str id, name, acts;
	} *kind;
	size_t n_kind;
};

#endif
