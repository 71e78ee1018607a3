/* SPDX-License-Identifier: MulanPSL-2.0 */
/* table.h - tables that WPS and Excel open rightly, written row by row: codes as text, dates as dates, amounts as numbers
 * with two places. The name decides: .xlsx (a frozen head, column widths) or CSV (UTF-8 with a mark; what begins with
 * = + - @ and long codes are text).
 *
 *	table_begin(a, "out.xlsx", STR("行政处罚"), head, n, mark, &t, err)
 *	table_text(t, number); table_val(t, fine, &names); … table_row(t, err) …
 *	table_end(t, err)
 *
 * Cells may have 32,767 characters (of .xlsx), a table 1,000,000 rows; ERR_TOO_LARGE says so. ERR_IO, ERR_DISK_FULL. */
#ifndef MINGFA_APP_TABLE_H
#define MINGFA_APP_TABLE_H

#include "law/value.h"

#define TABLE_ROWS_MOST 1000000
#define TABLE_COLUMNS_MOST 512

struct table;

/* mark: what every row says in a last column of its own, wherever it is copied to (练习数据); empty: no such column. */
MUST_USE bool table_begin(struct arena *a, const char *path, struct str title, const struct str *head, size_t n, struct str mark,
			  struct table **ret, struct err *err);
void table_text(struct table *t, struct str s);
/* A code for a program that reads the file: CSV has long figures without the mark that makes WPS take them for text. */
void table_code(struct table *t, struct str s);
/* Amounts, numbers, dates and times as such, all else as people read it; names may be NULL. */
void table_val(struct table *t, struct val v, const struct val_names *names);
MUST_USE bool table_row(struct table *t, struct err *err);
/* Puts the file in place. */
MUST_USE bool table_end(struct table *t, struct err *err);
/* Gives up: leaves no file. After a false of any of these. */
void table_drop(struct table *t);

#endif
