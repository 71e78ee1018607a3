/* SPDX-License-Identifier: MulanPSL-2.0 */
/* adopt.h - running matters go over to the version of their pack that is in force (转入新定义; language.md 14).
 *
 * A matter keeps the definition of its opening, unless the pack says `running: {kinds, from, cite}`. From that day on it goes
 * over before the next act upon it, whoever acts and be it the law itself; what nobody acts upon is moved in batches. It goes
 * over as an event of its own, the built-in action `adopt`: computed fields, sight and holders are those of the new version,
 * limits that run keep their days. It stays where it is when something of it would have no place there: its state, a limit, a
 * value, a number, a part that was given; or when the new version asks for what it does not hold. */
#ifndef MINGFA_MATTER_ADOPT_H
#define MINGFA_MATTER_ADOPT_H

#include "matter/matter.h"

#define ADOPT_MOST 100 /* matters a batch: some 30 ms of the writing turn */

/* How far a pass over the running matters has come; zeros: at the start. */
struct adopt_pass {
	size_t law, running, kind, state; /* of the current laws, in their order */
	int64_t updated, id;              /* after this row */
	int64_t day;                      /* on which it began */
	bool done;                        /* until the next day */
};
/* The next matters, at most ADOPT_MOST, that the law of today is to be asked about; for a reader. *ret_n 0: the pass is over,
 * and begins again on the next day. */
MUST_USE bool adopt_next(struct engine *e, struct db *db, struct arena *a, struct adopt_pass *pass, int64_t ret[ADOPT_MOST],
			 size_t *ret_n, struct err *err);
/* In the writing turn: those of them that fit go over; *ret_n how many did. */
MUST_USE bool matter_adopt(struct engine *e, struct db *db, struct arena *a, const int64_t *matter, size_t n, size_t *ret_n,
			   struct err *err);

/* A running matter that is of an older version, though the pack in force wants it over. */
struct adopt_view {
	struct str code, kind_name, title, state_name;
	struct str why; /* what it lacks, a sentence; empty: it goes over */
	int64_t from;   /* day */
};
/* For commands: all of them in slices by id, *after from 0 until *ret_more is false. Sight is not asked; nothing is written. */
MUST_USE bool adopt_list(struct engine *e, struct db *db, struct arena *a, int64_t *after, const struct adopt_view **ret,
			 size_t *ret_n, bool *ret_more, struct err *err);

#endif
