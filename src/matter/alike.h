/* SPDX-License-Identifier: MulanPSL-2.0 */
/* alike.h - how like cases were decided (同案同罚; `alike` of a kind, docs/decisions/0026).
 *
 * Compared are the newest RANK_TEXTS matters with the same value of `same` (the same enforcement item) that were decided:
 * first those of the kind itself, then those of the kinds that it names under `also` (what was imported). Those of the same
 * step are the peers: their amounts are what alike() gives to checks, and what is drawn. The dozen most like in their facts
 * is found by base/rank.h.
 *
 * Amounts are told to everybody who may see the matter that is being decided: that is what comparing means. Of a matter that
 * a person may not see there is its number, the year, step and amount, nothing else. */
#ifndef MINGFA_MATTER_ALIKE_H
#define MINGFA_MATTER_ALIKE_H

#include "base/rank.h"
#include "matter/matter.h"

#define ALIKE_SHOWN 12

struct alike_case {
	int64_t matter;
	bool seen;         /* code and title only then */
	struct str code, title, number, step;
	int64_t on;        /* day of the decision; INT64_MIN: not known */
	struct val amount; /* money or null: punished otherwise */
	int64_t score;     /* base/rank.h */
};
struct alike_step {
	struct str id, name, says;
	struct val from, to;
	size_t n;          /* decided so, of those compared */
	bool here;
};
struct alike {
	bool set;          /* the kind compares, here, and this person may know; else nothing below */
	bool ready;        /* enough is known of the facts; else only the steps are told */
	const struct alike_step *step;
	size_t n_step;
	struct str step_name;            /* of this matter; empty: none fits */
	struct val amount, low, high, from, to; /* of this matter; the statute's bounds; the step's range. May be null */
	const struct val *peer;          /* amounts of the peers, smallest first */
	size_t n_peer, above, below;     /* how many of them are not below this amount, not above it */
	struct val tenth, quarter, middle, three_quarters, nine_tenths; /* of the peers; null without any */
	size_t n_compared;               /* of all steps */
	bool more;                       /* there are older ones that were not compared */
	const struct alike_case *like;   /* most alike first */
	size_t n_like;
};

/* Beside the form of an act, with what is typed so far; act->action empty: of the matter as it stands. Runs on a reader,
 * writes nothing. ERR_NOT_FOUND as of matter_see. */
MUST_USE bool matter_alike(struct engine *e, struct db *db, struct arena *a, const struct act *act, struct alike *ret,
			   struct err *err);
/* Whether it has anything to say beside the form of that action (NULL: on the page of such a matter). */
bool alike_is(const struct kind *k, const struct action *ac);

/* The value below which `percent` of n sorted amounts lie, between two of them in proportion; to the fen. n > 0. */
struct val alike_share(const struct val *sorted, size_t n, int percent);

#endif
