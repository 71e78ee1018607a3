/* SPDX-License-Identifier: MulanPSL-2.0 */
/* views.h - flat tables for auditors and reports (decision 15): one view a kind over all versions of all packs, PostgreSQL
 * bi."KIND", SQLite "v_KIND", columns in Chinese. The program never reads them.
 *
 * A view must not know more than a page: what `see` narrows is left out, or masked where it says so; personal fields,
 * parties, telephones and cards are masked for everybody, and so is a natural party's name where it was typed into a text;
 * titles and question codes do not stand there. A field whose type differs between packs is left out. */
#ifndef MINGFA_MATTER_VIEWS_H
#define MINGFA_MATTER_VIEWS_H

#include "matter/engine.h"

/* Drops all and makes them anew; once engine_bind has been done. *ret_made false: this connection does not own the schema bi
 * (the role that serves), nothing was touched, and `mingfa migrate` by the owner has to follow. Who may use the schema bi may
 * read what stands there. */
MUST_USE bool views_make(struct engine *e, struct db *db, struct arena *a, bool *ret_made, struct err *err);
/* Before the schema changes: a view would hold its columns. */
MUST_USE bool views_drop(struct db *db, struct arena *a, struct err *err);

#endif
