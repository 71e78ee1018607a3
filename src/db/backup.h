/* SPDX-License-Identifier: MulanPSL-2.0 */
/* backup.h - a whole copy of a database while it is written (decision 22). SQLite: one step of the backup interface,
 * which neither stops the writer nor starts anew; PostgreSQL: pg_dump -Fc and pg_restore, which must be installed. They
 * learn the address from their environment, so that no password stands in a list of processes. */
#ifndef MINGFA_DB_BACKUP_H
#define MINGFA_DB_BACKUP_H

#include "db/db.h"

/* The copy's name in a folder of backups: mingfa.db or mingfa.dump. */
const char *backup_name(const char *address);
/* Bytes that a copy may take: the file and its log; PostgreSQL: the size that it tells. */
MUST_USE bool backup_size(const char *address, int64_t *ret, struct err *err);
/* Writes the copy beside its name, checks it (SQLite: quick_check), puts it in place. ERR_IO, ERR_DISK_FULL. */
MUST_USE bool backup_write(const char *address, const char *to, struct err *err);
/* Into a database that has no tables yet (SQLite: a file that does not exist), then checks it. */
MUST_USE bool backup_read(const char *from, const char *address, struct err *err);

#endif
