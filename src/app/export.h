/* SPDX-License-Identifier: MulanPSL-2.0 */
/* export.h - matters as tables that WPS opens (table.h): a whole kind for whoever keeps the data folder, and the rows of
 * a list for the person who sees it. Tables and sheets inside a matter are left out.
 *
 * Read in slices of 1,000, so that a long export does not hold up the database. */
#ifndef MINGFA_APP_EXPORT_H
#define MINGFA_APP_EXPORT_H

#include "app/listing.h"

#define EXPORT_AT_ONCE 1000 /* rows; more become a job on a page of its own */

/* A kind. public_only: what the public sees, masked as it sees it; else everything. The file is written beside its name
 * and put in place when it is whole; .xlsx by its name, else CSV. ERR_USAGE, ERR_IO. */
MUST_USE bool export_kind(struct app *app, struct str kind, const char *path, bool public_only,
			  void (*progress)(void *ctx, size_t done, size_t all), void *ctx, int64_t *ret_rows,
			  struct err *err);

/* All rows of a list as it was read, with these columns. go_on (may be NULL) is told how many are done after each
 * slice; false ends it with ERR_TIMEOUT. */
MUST_USE bool export_listing(struct listing *l, const struct column *col, size_t n, const char *path,
			     bool (*go_on)(void *ctx, int64_t done), void *ctx, int64_t *ret_rows, struct err *err);
/* The columns of an export: those shown, or all that there are. */
const struct column *export_columns(struct listing *l, bool all, size_t *ret_n);
/* 行政处罚_2026-11-29.xlsx */
struct str export_name(struct listing *l, const char *suffix);

/* Routes: GET /k/{kind}/export.csv and .xlsx with the list's query; list-all=1 for all columns. */
bool export_show(struct req *r, struct err *err);

#endif
