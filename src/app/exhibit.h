/* SPDX-License-Identifier: MulanPSL-2.0 */
/* exhibit.h - the files of a matter as evidence (证据): what came when by whom, with both digests; one played or shown, with
 * marks at moments. Evidence is numbered in the order in which it came (证据3), also where a reader does not see all.
 *
 * A mark is a note (批注) on the matter that begins 〔证据3 0:12:31〕: it is recorded as every act is, whoever may note may
 * mark, and a note written by hand in this way marks as well. */
#ifndef MINGFA_APP_EXHIBIT_H
#define MINGFA_APP_EXHIBIT_H

#include "app/case.h"
#include "app/media.h"

struct exhibit_line {
	int64_t n;                 /* 证据3 */
	struct str name, href, file, size, sort, who, when, source, sha256, sm3;
	struct str removed;        /* 已按销毁清册…销毁; empty: it is there */
	bool film, sound, picture, pdf;
	bool plays;                /* in a page; else it is saved and opened elsewhere */
	struct str keepers;        /* who may take a copy out; empty: this person too */
	const struct media_view *media; /* what it says of itself; NULL: nothing, or not yet read */
};

struct exhibit_view {
	struct frame frame;
	struct str title, title_href, post, request, moment, text, error, src, script;
	const struct exhibit_line *exhibit;
	const struct exhibit_mark {
		int64_t at;        /* seconds */
		struct str moment, text, who, when, href;
	} *mark;
	size_t n_mark;
	bool may_mark;
};

/* Those that this person sees in m (SEE_FIELDS and SEE_EVENTS). */
MUST_USE bool exhibits_load(struct req *r, const struct matter_view *m, const struct exhibit_line **ret, size_t *ret_n,
			  struct err *err);

/* "〔证据3 0:12:31〕查封": false when it is no mark. h:mm:ss, m:ss. */
bool exhibit_mark_read(struct str note, int64_t *ret_n, int64_t *ret_seconds, struct str *ret_text);
/* "12:31" or "1:02:03"; false when it is neither. */
bool exhibit_moment(struct str text, int64_t *ret_seconds);

/* Routes. */
bool exhibit_show(struct req *r, struct err *err);
bool exhibit_mark(struct req *r, struct err *err);

#endif
