/* SPDX-License-Identifier: MulanPSL-2.0 */
/* shown.h - values as pages show them: texts, links to other matters and files, small tables. */
#ifndef MINGFA_APP_SHOWN_H
#define MINGFA_APP_SHOWN_H

#include "app/frame.h"

enum shown_sort { SHOWN_TEXT, SHOWN_NOTE, SHOWN_LINKS, SHOWN_TABLE, SHOWN_SHEET };

struct shown_link {
	struct str text, href, more;
};

struct shown_line { /* of a sheet */
	struct str name, mark, why;
	bool bad, part;
};

struct shown {
	enum shown_sort sort;
	struct str text;
	const struct shown_link *link;
	size_t n_link;
	const struct str *head;
	size_t n_head;
	const struct str *cell; /* n_row times n_head */
	size_t n_row;
	const struct shown_line *line;
	size_t n_line;
	bool empty;
};

/* What is needed to turn values into texts. */
struct shower {
	struct req *r;
	struct val_names names;
	const struct law *law;
};
MUST_USE bool shower_init(struct req *r, struct shower *s, struct err *err);
MUST_USE bool shown_of(struct shower *s, const struct type *t, struct val v, struct shown *ret, struct err *err);
/* One line of text; a table gives the number of its rows. */
struct str shown_text(struct shower *s, struct val v);
struct str shown_size(struct arena *a, int64_t bytes);
/* 已按销毁清册“…”销毁（…）, by the event that let contents go (matter/removal.h); what it is when that cannot be read. */
MUST_USE bool shown_removal(struct req *r, int64_t event, struct str *ret, struct err *err);
struct str shown_time(struct arena *a, int64_t ms);  /* 2026-11-20 09:30 */
struct str shown_clock_time(struct arena *a, int64_t ms); /* 10:42:07 */

struct option_view {
	struct str value, name;
	bool on;
};

struct cite_link {
	struct str text, href;
};
/* The citations of a node as links to their texts. */
const struct cite_link *cite_links(struct req *r, const struct cites *c, size_t *ret_n);
/* The same, the nearest text (of the lowest pack that cites) before those above it. */
const struct cite_link *cite_links_near(struct req *r, const struct cites *c, size_t *ret_n);
/* Who may do something, by the names of roles and fields: 承办人员、机关负责人. */
void shown_whos(struct buf *b, const struct law *law, const struct whos *w);

/* How long a limit is, as far as the definition says it alone: 10个工作日, or the default of a setting. Empty: it depends on
 * the case. */
struct str shown_limit(struct arena *a, const struct law *l, const struct clock *c);

#endif
