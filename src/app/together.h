/* SPDX-License-Identifier: MulanPSL-2.0 */
/* together.h - working together on the pages: points of a return (退回要点), notes (批注), watching (盯办), looks. */
#ifndef MINGFA_APP_TOGETHER_H
#define MINGFA_APP_TOGETHER_H

#include "app/rows.h"
#include "matter/together.h"

struct note_line {
	struct str at, actor, text, told;
};
struct together_view {
	struct str code, csrf, request; /* request: a once-token for the forms of one page */
	bool watched, can_tick;
	const struct point_view *point; /* of the last return */
	size_t n_point, n_open;
	bool opinions; /* points of a review: each is ticked with a word of how it was met */
	const struct note_line *note;   /* newest first */
	size_t n_note;
};

/* Points, notes and the star of a matter; m has its events and actions. */
MUST_USE bool together_load(struct req *r, const struct matter_view *m, struct together_view *ret, struct err *err);
/* That somebody for whom it waits has it open: queued, nobody waits for it. */
MUST_USE bool together_look(struct req *r, int64_t matter, struct err *err);
/* The open points of the rows on a desk: one statement for all. */
MUST_USE bool rows_points(struct req *r, struct row_view *v, size_t n, struct err *err);
/* 退回要点：1 …；2 … of an event; empty when it has none. */
struct str points_text(struct arena *a, const struct event_view *e);

/* Routes. */
bool watch_post(struct req *r, struct err *err);
bool replace_show(struct req *r, struct err *err);

#endif
