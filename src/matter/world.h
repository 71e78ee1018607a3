/* SPDX-License-Identifier: MulanPSL-2.0 */
/* world.h - rows of the table matter as snaps, and keys; inside src/matter only. */
#ifndef MINGFA_MATTER_WORLD_H
#define MINGFA_MATTER_WORLD_H

#include "matter/inner.h"

/* A row of matter with the columns of MATTER_COLUMNS, in their order. */
struct matter_row {
	int64_t id, def, organ, parent, opener, version, opened, ended;
	struct str code, kind, state, fields;
};
#define MATTER_COLUMNS 12
void matter_row_out(struct matter_row *r, struct db_out out[MATTER_COLUMNS]);
/* The snap of a row, or the newer one that the turn already holds. */
MUST_USE bool matter_row_snap(struct turn *t, const struct matter_row *r, struct snap **ret, struct err *err);
struct snap *turn_known(const struct turn *t, int64_t id);

/* Whether the engine keeps matter_key rows of a field: what matters() probes and lists filter by. */
bool field_is_keyed(const struct kind *k, const struct field *f);

/* Parts of the current or last round and the number of rounds. */
MUST_USE bool turn_parts(struct turn *t, const struct snap *m, const struct action *ac,
			 const struct val_list **ret, int64_t *ret_rounds, struct err *err);
/* The state before the last entry into the present one; NULL: it was never left. */
MUST_USE bool turn_state_before(struct turn *t, const struct snap *m, const struct state **ret, struct err *err);
void turn_forget_settings(struct turn *t); /* after an event of a setting */

#endif
