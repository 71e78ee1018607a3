/* SPDX-License-Identifier: MulanPSL-2.0 */
/* without.h - what the scenarios prove: each node that carries a citation is left out in turn, and the
 * scenarios that met it are run again. A node whose loss nobody notices is idle. A rule is proved when a
 * passing scenario names it and fails without a node that cites it (language.md 13).
 *
 * The same place in a definition file is one node, in all packs that inherit it. */
#ifndef MINGFA_APP_WITHOUT_H
#define MINGFA_APP_WITHOUT_H

#include "app/scenario.h"

#define DROP_CITES 64 /* citations of one node; the widest has a tenth */

struct drop {
	const struct node *first;
	struct node **node;      /* in each pack that has it */
	size_t n;
	struct str cite[DROP_CITES];
	size_t n_cite;
};

struct drop_result {
	int noticed;             /* index of a scenario that fails without it, plus one; 0: none */
	int runs;
	uint64_t proved;         /* bit i: cite[i] is named by a scenario that fails without it */
};

struct drops {
	struct drop *v;
	size_t n;
	struct drop_result *result; /* shared memory, aligned with v */
};

/* out: what the scenarios did with everything in place; only those that passed are asked. */
MUST_USE bool without_run(struct scenario_set *s, const char *address, int jobs, const struct outcome *out,
			  struct drops *ret, struct err *err);
/* The same, printed; returns the number of idle nodes (1 when it could not be done). */
size_t without_report(struct scenario_set *s, const char *address, int jobs, const struct outcome *out);

#endif
