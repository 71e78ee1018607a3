/* SPDX-License-Identifier: MulanPSL-2.0 */
/* small.h - small files that must be whole or absent, also after a loss of power. */
#ifndef MINGFA_BASE_SMALL_H
#define MINGFA_BASE_SMALL_H

#include "base/err.h"
#include "base/str.h"

/* Writes beside the name (PATH.part.PID), to the disk, then puts it in place; mode 0600. replace: an older file goes,
 * else it stays as it is and nothing is written. ERR_IO, ERR_DISK_FULL. */
MUST_USE bool small_put(struct arena *a, const char *path, struct str text, bool replace, struct err *err);
/* The whole file of at most `most` bytes; *ret_found false when there is none. ERR_TOO_LARGE, ERR_IO. */
MUST_USE bool small_get(struct arena *a, const char *path, size_t most, struct str *ret, bool *ret_found, struct err *err);

#endif
