/* SPDX-License-Identifier: MulanPSL-2.0 */
/* draw_view.h - a draw as pages show it. */
#ifndef MINGFA_MATTER_DRAW_VIEW_H
#define MINGFA_MATTER_DRAW_VIEW_H

#include "draw/record.h"
#include "matter/matter.h"

struct draw_view {
	const struct draw_def *def;
	const struct snap *snap;
	bool sealed[2];            /* shares that are there */
	bool frozen;               /* from here on: the commitment, which everybody may know */
	int64_t event, frozen_at;  /* of the commitment */
	int64_t at;                /* when the public value comes */
	struct str draw_id, beacon, root, secret_hash; /* the hashes in hexadecimal */
	int64_t list_size, panel_size, quota;
	size_t targets, inspectors, raised; /* raised: targets of a weight above 1 */
	bool revealed;
	bool open;                 /* the reader sees shares and result: made is filled in */
	bool whole;                /* and may read the whole list; of a draw that was cancelled, list and secret alone */
	struct draw_made made;     /* result NULL: cancelled */
};
/* The first draw of a matter's kind. Whether the reader sees the matter is the caller's to ask: without that only the
 * commitment may be shown. *ret_found false: no such matter, or its kind draws nothing. */
MUST_USE bool matter_draw(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter,
			  struct draw_view *ret, bool *ret_found, struct err *err);
/* Matters of a kind that draws whose list was frozen, the newest 100: that there were so many is public. */
MUST_USE bool matter_draws(struct db *db, struct arena *a, const struct kind *k, const int64_t **ret, size_t *ret_n,
			   struct err *err);

#endif
