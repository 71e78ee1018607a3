/* SPDX-License-Identifier: MulanPSL-2.0 */
/* export.h - the matters of one kind as a table that WPS opens: UTF-8 with a mark, Chinese headings, codes as text,
 * dates as dates, amounts as plain figures in yuan. Tables and sheets inside a matter are left out.
 *
 * Read in slices of 1,000, so that a long export does not hold up the database. */
#ifndef MINGFA_APP_EXPORT_H
#define MINGFA_APP_EXPORT_H

#include "app/app.h"

/* public_only: what the public sees, masked as it sees it; else everything, for whoever keeps the data folder.
 * The file is written beside its name and put in place when it is whole. ERR_USAGE, ERR_IO. */
MUST_USE bool export_csv(struct app *app, struct str kind, const char *path, bool public_only,
			 void (*progress)(void *ctx, size_t done, size_t all), void *ctx, int64_t *ret_rows,
			 struct err *err);

#endif
