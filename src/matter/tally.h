/* SPDX-License-Identifier: MulanPSL-2.0 */
/* tally.h - the figures of all subjects of a duty or report by one query each (law/tally.h); inside src/matter only. */
#ifndef MINGFA_MATTER_TALLY_H
#define MINGFA_MATTER_TALLY_H

#include "law/tally.h"
#include "matter/inner.h"

struct tally_group { /* one answer: the matter that the subject is compared with, and its figure */
	int64_t num;
	dec figure;
};
struct tallies {
	struct tallied pub; /* for eval.tallied */
	struct tally_answer {
		struct tally_group *v; /* sorted by key */
		size_t n, cap;
	} *answer;
};
/* Asks all foldings of n expressions (NULL: none there) that can be asked at once; ev has the period. Those over the same kind
 * and for the same subjects that share a condition are one statement: a table of figures reads its matters once. */
MUST_USE bool tallies_ask(struct turn *t, const struct expr *const *e, size_t n, struct eval *ev, struct tallies *ret, struct err *err);

#endif
