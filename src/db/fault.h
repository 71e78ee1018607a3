/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fault.h - failures on order and round trips counted, for tests: compiled in always, inert until armed on a connection.
 *
 *	db_fault_arm(db, 3, DB_FAULT_LOST);   the third statement from now fails
 *
 * Counted is each statement: BEGIN, SAVEPOINT, RELEASE, ROLLBACK TO and COMMIT too. */
#ifndef MINGFA_DB_FAULT_H
#define MINGFA_DB_FAULT_H

#include "db/db.h"

enum db_fault {
	DB_FAULT_NONE,
	DB_FAULT_FULL,       /* ERR_DISK_FULL; SQLite rolls all back, as it may in life */
	DB_FAULT_IOERR,      /* ERR_IO, likewise */
	DB_FAULT_REFUSED,    /* ERR_DB_CONSTRAINT; the transaction stands */
	DB_FAULT_TIMEOUT,    /* ERR_TIMEOUT, as past db_limit; the transaction stands */
	DB_FAULT_LOST,       /* the connection breaks before the statement arrives */
	DB_FAULT_LOST_AFTER, /* the statement is done, then it breaks: an unknown COMMIT */
	DB_FAULT_MAX
};

/* The n-th statement from now fails, once; n = 0 disarms. */
void db_fault_arm(struct db *db, int n, enum db_fault kind);
/* Whether an armed fault is still to come. */
bool db_fault_armed(const struct db *db);
/* How often the connection has waited for the server so far; SQLite: never. */
int64_t db_trips(const struct db *db);

#endif
