/* SPDX-License-Identifier: MulanPSL-2.0 */
/* slowsync.h - a disk that takes its time, for measuring: "sqlite:FILE?sync_delay_ms=2" adds 2 ms
 * to each sync of that connection's files. Inside src/db only. */
#ifndef MINGFA_DB_SLOWSYNC_H
#define MINGFA_DB_SLOWSYNC_H

#include "base/attr.h"
#include "base/err.h"

/* Cuts the option off file; *ret_vfs: the file system to open it with, NULL for the usual one. */
MUST_USE bool slowsync_of(char *file, const char **ret_vfs, struct err *err);

#endif
