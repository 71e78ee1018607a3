/* SPDX-License-Identifier: MulanPSL-2.0 */
/* list_choice.h - what a person keeps about lists: 常用筛选, columns of each kind, the height of rows. */
#ifndef MINGFA_APP_LIST_CHOICE_H
#define MINGFA_APP_LIST_CHOICE_H

#include "app/listing.h"

/* Fills what the list says about them. */
MUST_USE bool list_choices(struct listing *l, struct list_view *v, struct err *err);
MUST_USE bool list_density(struct req *r, bool *ret_tight, struct err *err);
/* The person's 常用筛选 of a kind, or (empty) of all kinds that this person's law still has. */
MUST_USE bool list_saved(struct req *r, struct str kind, const struct saved_view **ret, size_t *ret_n, struct err *err);

/* Routes. saved: do = keep, rename, drop, back; name, id. columns: do = add, reset, up.ID, down.ID, drop.ID; cols, add.
 * Both: query, the list's address after the '?'. rows: rows = tight, loose; to. */
bool saved_post(struct req *r, struct err *err);
bool columns_post(struct req *r, struct err *err);
bool density_post(struct req *r, struct err *err);

#endif
