/* SPDX-License-Identifier: MulanPSL-2.0 */
/* plans.h - what all organs plan at parties (`plans` of a kind, law/kind.h): 综合查一次. Who plans is told of another organ's
 * matter no more than its organ, number, day, state and the field that the definition shows; of those that the definition
 * keeps back (a drawn visit before it is made) nothing. */
#ifndef MINGFA_MATTER_PLANS_H
#define MINGFA_MATTER_PLANS_H

#include "matter/matter.h"

#define PLANS_MOST 2000 /* matters read for one page */

struct plan_query {
	struct actor who;
	const struct kind *kind; /* of the reader's law, with plans */
	struct str party;        /* code of a party; empty: all */
	int64_t first, last;     /* days, both included */
	int64_t self;            /* a matter that comes along whatever its day is, 0: none */
};

struct plan {
	const struct snap *snap;
	struct str organ_name, number;
	const struct party *party;
	int64_t day;   /* INT64_MIN: none is fixed yet */
	bool opens;    /* the reader may open it */
	bool merges;   /* the reader may make it one with another: right and state */
	bool takes_in; /* stands where another may be made one with it */
};

/* By party, then by day. *ret_cut: there are more. ERR_FORBIDDEN: the reader plans nothing in his present role. */
MUST_USE bool matter_plans(struct engine *e, struct db *db, struct arena *a, const struct plan_query *q, const struct plan **ret,
			   size_t *ret_n, bool *ret_cut, struct err *err);
/* Whether a matter is told to somebody by it, so that he may name it when he makes two one. */
MUST_USE bool matter_plan_told(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter, bool *ret,
			       struct err *err);

#endif
