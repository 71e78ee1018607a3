/* SPDX-License-Identifier: MulanPSL-2.0 */
/* program.h - what the program itself does to a matter stands in its record as an event of its own, with the role
 * “program”: a paper drawn or signed, contents removed. Such events do not count for stale versions. */
#ifndef MINGFA_MATTER_PROGRAM_H
#define MINGFA_MATTER_PROGRAM_H

#include "db/db.h"

struct program_event {
	int64_t matter, version, last_at; /* as the matter stands: its version, the instant of its last event */
	int64_t because, def;             /* the event that brought it; pack_version */
	struct str kind, action;
	struct str request;               /* what makes it happen once */
	struct str body;                  /* JSON, keys sorted */
};
/* In the writing turn. now: UTC ms, the instant of entry; it counts from the last event when that was later. */
MUST_USE bool program_event_put(struct db *db, struct arena *a, const struct program_event *x, int64_t now, int64_t *ret_event,
				struct err *err);

#endif
