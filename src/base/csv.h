/* SPDX-License-Identifier: MulanPSL-2.0 */
/* csv.h - a strict reader of comma-separated tables (RFC 4180), and of tables parted by tabs.
 *
 * The first row names the columns; every row has as many cells. Cells that need no repair are borrowed from
 * the text, which must outlive the table. A byte order mark is passed over; lines end in LF or CRLF.
 * Limits: 100 columns, 1,000,000 rows (the largest import is 200,000).
 *
 *	struct csv t;
 *	if (!csv_read(a, text, ',', &t, err)) ...
 *	csv_cell(&t, row, csv_column(&t, "id"))
 */
#ifndef MINGFA_BASE_CSV_H
#define MINGFA_BASE_CSV_H

#include "base/err.h"
#include "base/str.h"

#define CSV_COLUMNS_MAX 100
#define CSV_ROWS_MAX 1000000

struct csv {
	const struct str *head;
	size_t columns;
	const struct str *cell; /* rows * columns */
	const int *line;        /* per row: where it begins, from 1 */
	const size_t *had;      /* per row: how many cells it had */
	size_t rows;
};
/* ERR_BAD_INPUT with the line. sep '\t': no quoting at all, as in .tsv files. */
MUST_USE bool csv_read(struct arena *a, struct str text, char sep, struct csv *ret, struct err *err);
/* The same for tables of others: a row with too few cells is filled with empty ones, one with too many loses those
 * beyond the head; had tells. */
MUST_USE bool csv_read_uneven(struct arena *a, struct str text, char sep, struct csv *ret, struct err *err);
/* SIZE_MAX when there is none. */
size_t csv_column(const struct csv *t, const char *name);
/* Empty for a column that does not exist (SIZE_MAX). */
struct str csv_cell(const struct csv *t, size_t row, size_t column);

#endif
