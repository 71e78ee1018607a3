/* SPDX-License-Identifier: MulanPSL-2.0 */
/* help.h - help: how a kind of matter is done, made from its definition (so it cannot be out of date), and a page of
 * what people ask about the program itself. */
#ifndef MINGFA_APP_HELP_H
#define MINGFA_APP_HELP_H

#include "app/shown.h"

struct help_view {
	struct frame frame;
	struct str name, flow, list, open, open_href;
	const struct cite_link *cite;
	size_t n_cite;
	const struct help_step { /* an act, in order of the definition */
		struct str name, by, to, asks, makes;
		const struct cite_link *cite;
		size_t n_cite;
		bool confirm;
	} *step;
	size_t n_step;
	const struct help_limit {
		struct str name, text, from, lapse;
		const struct cite_link *cite;
		size_t n_cite;
	} *limit;
	size_t n_limit;
	const struct help_kind_line {
		struct str name, href;
		bool reg; /* an entry of a register */
	} *kind;
	size_t n_kind;
	const struct help_question *question;
	size_t n_question;
};

struct help_question {
	const char *id, *ask, *answer;
};

/* What help there is, to search in: questions, then kinds with the names of their acts, limits, fields and papers. */
struct help_topic {
	struct str sort, name, href, text;
};
MUST_USE bool help_topics(struct req *r, const struct help_topic **ret, size_t *ret_n, struct err *err);

req_handler help_show, help_kind;

#endif
