/* SPDX-License-Identifier: MulanPSL-2.0 */
/* form.h - what a browser sends: queries, urlencoded and multipart bodies. Views into the decoded text;
 * everything lives in the arena. Limits: 2,000 pairs (500 rows of a table need at most 4 columns a row
 * in one post), names of 100 bytes. Text must be UTF-8. */
#ifndef MINGFA_WEB_FORM_H
#define MINGFA_WEB_FORM_H

#include "base/err.h"
#include "base/str.h"

struct form_pair {
	struct str name;
	struct str value;    /* of a file: its bytes */
	struct str filename; /* multipart files only */
	struct str type;
	bool file;
};

struct form_data {
	const struct form_pair *v;
	size_t n;
};

/* a=1&b=2 with + and %XX. ERR_BAD_INPUT for broken escapes or broken UTF-8, ERR_TOO_LARGE for too many
 * pairs. */
MUST_USE bool form_urlencoded(struct arena *a, struct str text, struct form_data *ret, struct err *err);
/* multipart/form-data with the boundary of the Content-Type header. File contents may be any bytes. */
MUST_USE bool form_multipart(struct arena *a, struct str content_type, struct str body, struct form_data *ret,
			     struct err *err);
/* The first value of a name; the empty view when absent. */
struct str form_value(const struct form_data *f, const char *name);
bool form_has(const struct form_data *f, const char *name);
/* Decodes %XX (and + when plus) of one component; false for broken escapes or UTF-8. */
MUST_USE bool form_unescape(struct arena *a, struct str s, bool plus, struct str *ret);
/* Appends s as a component of an address: letters, digits, -._~ stay. */
struct buf;
void form_escape(struct buf *b, struct str s);

#endif
