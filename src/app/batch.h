/* SPDX-License-Identifier: MulanPSL-2.0 */
/* batch.h - one action for the ticked rows of a list: one form, then each row by itself, as if it had been opened alone.
 * Only actions that say `batch: true`; never one whose consequences must be read first (`confirm: check`). */
#ifndef MINGFA_APP_BATCH_H
#define MINGFA_APP_BATCH_H

#include "app/act.h"
#include "app/listing.h"

#define BATCH_MOST 200

struct batch_view {
	struct frame frame;
	struct str kind, kind_id, action, action_id, heading, request, error, back;
	bool done, reason;         /* done: the result */
	int64_t good, bad;
	const struct batch_row {
		struct str code, title, why;
		bool good;         /* can be done; with done: was done */
		bool left;         /* the preview said that it cannot: counted, not tried */
	} *row;
	size_t n_row;
	const struct input *input;
	size_t n_input;
};

/* Whether an action may be offered for ticked rows of a list. */
bool batch_offers(const struct action *ac);

/* Route: POST /k/{kind}/batch with m (codes), do (the action), then the form with go=act; left (codes) are those that the
 * preview found wanting: the result counts all that were chosen. */
bool batch_post(struct req *r, struct err *err);

#endif
