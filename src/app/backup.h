/* SPDX-License-Identifier: MulanPSL-2.0 */
/* backup.h - a data folder as a backup: the database first, then files that the backup has not yet, then the
 * keys with their permissions and the name of the pack (decision 22). Left out: the search index, which is made again, and
 * spool/, which holds nothing but finished exports and what is being uploaded.
 * Free space is looked at first. Restoring writes into an empty folder only, then checks that every file is there. */
#ifndef MINGFA_APP_BACKUP_H
#define MINGFA_APP_BACKUP_H

#include "base/err.h"
#include "base/str.h"

struct backup_result {
	int64_t bytes, files, copied, missing, keys;
	int64_t elsewhere; /* files in an object store (serve --blobs), which are not part of a backup */
};
/* go_on (may be NULL) is told after each file; false ends it. */
MUST_USE bool backup_folder(const char *dir, const char *address, const char *to, bool (*go_on)(void *ctx, int64_t done, int64_t all),
			    void *ctx, struct backup_result *ret, struct err *err);
MUST_USE bool restore_folder(const char *from, const char *dir, const char *address, struct backup_result *ret, struct err *err);

#endif
