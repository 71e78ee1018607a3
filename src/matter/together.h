/* SPDX-License-Identifier: MulanPSL-2.0 */
/* together.h - what pages need for working together, beside the built-in actions note, expedite, recall, ask_back and
 * tick (experience.md 4 "Undo", "退回"). Points belong to the last return of a matter; looks and watches are no part of
 * the record. Everything returned lives in the arena. */
#ifndef MINGFA_MATTER_TOGETHER_H
#define MINGFA_MATTER_TOGETHER_H

#include "law/calendar.h"
#include "matter/matter.h"

#define POINTS_MAX 50   /* of one return: more is a new review, not a return */
#define POINT_CHARS 200 /* experience.md 4: a point is one sentence */

struct point_view {
	int64_t matter, n; /* n: from 1, the entry "point" of tick */
	struct str text, remark;
	bool ticked;
	struct str kind, action; /* what brought the points: where it has opinions, a tick needs a word */
};
/* The points of the last return; whoever asks must see the matter. */
MUST_USE bool points_of(struct db *db, struct arena *a, int64_t matter, const struct point_view **ret, size_t *ret_n,
			struct err *err);
/* The open points of all that waits for a person, by matter: a desk asks once, not once a row. */
MUST_USE bool points_mine(struct engine *e, struct db *db, struct arena *a, const struct actor *who,
			  const struct point_view **ret, size_t *ret_n, struct err *err);

/* Whether this person, for whom the matter waits, has not had it open since it last changed: then look_put writes so,
 * outside the turn, and what brought it here can no longer be taken back (撤回). */
MUST_USE bool look_due(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter, bool *ret,
		       struct err *err);
MUST_USE bool look_put(struct db *db, int64_t matter, int64_t person, int64_t now, struct err *err);

/* 无人在办: open matters for which no serving person has to act, though neither the law (`holder: [system]`) nor the public
 * is whom they wait for. Without `persons` a role counts though nobody holds it: scenarios name only some people.
 * In slices by id: *after from 0, until *ret_more is false. For supervision and commands, which see all: sight is not
 * asked. */
MUST_USE bool unheld_list(struct engine *e, struct db *db, struct arena *a, bool persons, int64_t *after, const struct link_view **ret,
			  size_t *ret_n, bool *ret_more, struct err *err);

/* A holiday of at least three days that begins within a week after today: its first and last day. For the notice that
 * matters due in it are handed over (节前交接). */
bool holiday_soon(const struct calendar *c, int64_t today, int64_t *ret_from, int64_t *ret_to);

/* 盯办 and the ten last: rows of one person, no part of the record. Lists leave out what the person may not see (any
 * more); newest first, of watched ones at most WATCH_MOST. For the desk: link_view holds code, title, kind and state. */
#define WATCH_MOST 100
#define RECENT_MOST 10
MUST_USE bool watch_set(struct db *db, int64_t person, int64_t matter, bool on, int64_t now, struct err *err);
MUST_USE bool watch_is(struct db *db, struct arena *a, int64_t person, int64_t matter, bool *ret, struct err *err);
MUST_USE bool watch_list(struct engine *e, struct db *db, struct arena *a, const struct actor *who,
			 const struct link_view **ret, size_t *ret_n, struct err *err);
/* From the person's own acts. */
MUST_USE bool recent_list(struct engine *e, struct db *db, struct arena *a, const struct actor *who,
			  const struct link_view **ret, size_t *ret_n, struct err *err);
/* Whether a person sees a matter, for lists that are not made here (messages of whoever is away). */
MUST_USE bool matter_seen_by(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter,
			     bool *ret, struct err *err);
/* Those in whose stead a person may act today (AB角) in the organ of the identity. */
struct stead_view {
	int64_t person;
	struct str name;
};
MUST_USE bool steads_of(struct engine *e, struct db *db, struct arena *a, const struct actor *who,
			const struct stead_view **ret, size_t *ret_n, struct err *err);

#endif
