/* SPDX-License-Identifier: MulanPSL-2.0 */
/* migrate.h - numbered, append-only schema steps (sql/NNNN_name.sql, embedded), each one
 * transaction, recorded with its checksum in schema_patch. Numbers run from 1 without gaps.
 * Words bridge the dialects:
 *
 *	{id}      a key that the database gives    {i64}     a whole number of 64 bits
 *	{bytes}   bytes                            {strict}  behind a table: typed columns
 *	{keyed}   behind a table: {strict}, and rows live in the primary key (WITHOUT ROWID)
 *
 * Where that is not enough two files share a number (.sqlite.sql, .postgres.sql). A file whose
 * first line is "-- no transaction" runs outside one (CREATE INDEX CONCURRENTLY) and must bear
 * being repeated. */
#ifndef MINGFA_DB_MIGRATE_H
#define MINGFA_DB_MIGRATE_H

#include "base/asset.h"
#include "db/db.h"

/* Applies what is missing, in order; twice is a no-op. An SQLite file that has data already is
 * copied beside itself first (FILE.before-NNNN). ERR_SCHEMA when an applied step has another
 * checksum or the database is newer than the program. db is a DB_WRITE connection. ret_applied may
 * be NULL. */
MUST_USE bool migrate_run(struct db *db, struct arena *a, int *ret_applied, struct err *err);
/* PostgreSQL: gives `role` what the program needs to serve and no more, so that the database itself refuses to change or
 * remove what is recorded; roles that were given it before get it anew, also with role "" (decision 19,
 * sql/grant.postgres.sql). db is the owner's connection. ERR_USAGE when there is no such role, when the role could do as the
 * owner does, and on SQLite, which has no roles (there "" does nothing). */
MUST_USE bool migrate_grant(struct db *db, struct arena *a, struct str role, struct err *err);
/* ERR_SCHEMA unless the database stands exactly at the program's version: `serve` asks this. */
MUST_USE bool migrate_check(struct db *db, struct arena *a, struct err *err);

/* The same by the number of the last step alone: for who asks each second about a database that was checked at start. */
MUST_USE bool migrate_stands(struct db *db, struct arena *a, struct err *err);

/* The same with other files than the embedded ones, in order of name: for tests. */
MUST_USE bool migrate_run_files(struct db *db, struct arena *a, const struct asset *file, size_t n,
				int *ret_applied, struct err *err);
MUST_USE bool migrate_check_files(struct db *db, struct arena *a, const struct asset *file,
				  size_t n, struct err *err);
/* SQL with the words replaced for a dialect. */
struct str migrate_words(struct arena *a, struct str sql, enum db_dialect dialect);

#endif
