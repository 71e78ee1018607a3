/* SPDX-License-Identifier: MulanPSL-2.0 */
/* given.h - matters that are put in place without being acted out: the world in which a scenario begins.
 * Never used on real records: a given matter has an event `open` by the law and nothing was checked.
 *
 * Runs in an open transaction. Its clocks do not run, effects and reactions do not happen. */
#ifndef MINGFA_MATTER_GIVEN_H
#define MINGFA_MATTER_GIVEN_H

#include "matter/matter.h"

struct given {
	struct str kind;
	int64_t organ, parent, opener; /* 0: none */
	struct str state;              /* empty: where `open` leads first */
	struct form form;              /* any fields of the kind, computed ones too */
	const struct form_entry *number; /* numbers by id, as texts */
	size_t n_number;
	const struct given_done {
		struct str action;     /* counts as done, in this order */
		struct actor who;
	} *done;
	size_t n_done;
};

/* A form of that kind that may hold every field, for form_of_json. */
const struct action *given_form(struct arena *a, const struct kind *k);
/* ERR_LAW for an unknown kind, state or action; values that do not fit come back as refusals. */
MUST_USE bool matter_given(struct engine *e, struct db *db, struct arena *a, const struct given *g,
			   struct act_result *ret, struct err *err);
/* Other values for fields of a matter that exists. */
MUST_USE bool matter_given_fields(struct engine *e, struct db *db, struct arena *a, int64_t matter,
				  const struct form *form, struct act_result *ret, struct err *err);

#endif
