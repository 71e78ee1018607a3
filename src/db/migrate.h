/* SPDX-License-Identifier: MulanPSL-2.0 */
/* migrate.h - numbered, append-only schema steps (sql/NNNN_name.sql, embedded), each one transaction,
 * recorded with its checksum in schema_patch. The words {id} {i64} {bytes} {strict} bridge the
 * dialects; where that is not enough two files share a number (.sqlite.sql, .postgres.sql). */
#ifndef MINGFA_DB_MIGRATE_H
#define MINGFA_DB_MIGRATE_H

#include "db/db.h"

/* Applies what is missing, in order; twice is a no-op. ERR_SCHEMA when an applied step has another
 * checksum or the database is newer than the program. ret_applied may be NULL. */
MUST_USE bool migrate_run(struct db *db, struct arena *a, int *ret_applied, struct err *err);
/* ERR_SCHEMA unless the database stands exactly at the program's version: `serve` asks this. */
MUST_USE bool migrate_check(struct db *db, struct arena *a, struct err *err);

#endif
