/* SPDX-License-Identifier: MulanPSL-2.0 */
/* checkpoint.h - brings SQLite's write-ahead log back into the database, in a thread of its own
 * with its own connection, so that no action waits for it (decision 21). Inside src/db only.
 * PASSIVE each second in which something was written, or after 16 MB; TRUNCATE above 256 MB. */
#ifndef MINGFA_DB_CHECKPOINT_H
#define MINGFA_DB_CHECKPOINT_H

#include "db/db.h"

struct checkpoint;

MUST_USE bool checkpoint_start(const char *address, struct checkpoint **ret, struct err *err);
/* The log has this size after a commit. NULL is fine. */
void checkpoint_grew(struct checkpoint *c, int64_t wal_bytes);
void checkpoint_stop(struct checkpoint *c); /* NULL is fine */

#endif
