/* SPDX-License-Identifier: MulanPSL-2.0 */
/* err.h - why something failed. Fixed size, so that reporting never allocates.
 *
 * A function that can fail returns bool and takes `struct err *err` last; *err is untouched on success,
 * so calls chain with &&. msg is for the user (Chinese, says why, no function names); detail is for the
 * log (ids, driver texts). Only main.c and the dispatcher log errors; everything below returns them.
 *
 *	if (!matter_load(...))
 *		return err_wrap(err, "cannot load matter %" PRId64, id);
 */
#ifndef MINGFA_BASE_ERR_H
#define MINGFA_BASE_ERR_H

#include <stdbool.h>

#include "base/attr.h"

enum err_code {
#define ERR(code, status, key, heading) ERR_##code,
#include "base/errors.def"
#undef ERR
	ERR_MAX
};

struct err {
	enum err_code code;
	char msg[512];    /* for the user */
	char detail[512]; /* for the log */
};

/* Sets code and msg (whole UTF-8 characters); returns false, so `return err_set(...)`. */
bool err_set(struct err *err, enum err_code code, const char *fmt, ...) PRINTF(3, 4);
/* Appends to detail; returns false. */
bool err_wrap(struct err *err, const char *fmt, ...) PRINTF(2, 3);
int err_status(enum err_code code);        /* HTTP status */
const char *err_key(enum err_code code);   /* "not-found" */
const char *err_heading(enum err_code code); /* Chinese */
void err_clear(struct err *err);

#endif
