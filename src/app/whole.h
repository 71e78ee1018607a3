/* SPDX-License-Identifier: MulanPSL-2.0 */
/* whole.h - a file of the data folder, read at once. */
#ifndef MINGFA_APP_WHOLE_H
#define MINGFA_APP_WHOLE_H

#include "base/err.h"
#include "base/str.h"

/* At most `most` bytes: ERR_TOO_LARGE beyond; ERR_IO when it cannot be read. */
MUST_USE bool file_read_whole(struct arena *a, const char *path, size_t most, struct str *ret, struct err *err);

#endif
