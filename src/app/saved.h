/* SPDX-License-Identifier: MulanPSL-2.0 */
/* saved.h - 常用筛选: filter sets that a person named, for the links above lists and on the desk. A preference (prefs.h,
 * keys `filters` and `filters.before`): no part of the record, and nothing but this person's own.
 *
 * Only the conditions are kept, never what they find: whoever loses a right finds less by the same link. */
#ifndef MINGFA_APP_SAVED_H
#define MINGFA_APP_SAVED_H

#include "db/db.h"

#define SAVED_MOST 20         /* of one person: a row of links that can still be read */
#define SAVED_NAME_CHARS 20   /* what a link holds */
#define SAVED_QUERY_MOST 1200 /* bytes: a hundred characters to search for, percent-encoded, and ten filters */

struct saved {
	int64_t id; /* of this person's; from 1 */
	struct str kind, name, query; /* query: as after the '?' of the list's address */
};

MUST_USE bool saved_all(struct db *db, struct arena *a, int64_t person, const struct saved **ret, size_t *ret_n, struct err *err);
/* What the last saved_rename or saved_drop changed, as it was; false in *ret_there: nothing to take back. */
MUST_USE bool saved_before(struct db *db, struct arena *a, int64_t person, struct saved *ret, bool *ret_there, struct err *err);

/* In the writing turn. ERR_BAD_INPUT: no name, too long a name, a name that there is for the kind, or SAVED_MOST are kept. */
MUST_USE bool saved_add(struct db *db, struct arena *a, int64_t person, const struct saved *x, struct err *err);
/* ERR_NOT_FOUND: no such one (any more). */
MUST_USE bool saved_rename(struct db *db, struct arena *a, int64_t person, int64_t id, struct str name, struct err *err);
MUST_USE bool saved_drop(struct db *db, struct arena *a, int64_t person, int64_t id, struct err *err);
/* Takes back the last of these two, once: the old name, or the one dropped at its place. ERR_NOT_FOUND. */
MUST_USE bool saved_undo(struct db *db, struct arena *a, int64_t person, struct err *err);

#endif
