/* SPDX-License-Identifier: MulanPSL-2.0 */
/* import.h - tables of others become matters, a row each, by a map of columns (law/data/import-*.yaml; how a map is
 * written stands at the head of import-penalty-decisions.yaml). Used by `mingfa import` and by the page.
 *
 *	struct import *im;
 *	if (!import_open(a, app, STR("disclosure"), file, "penalty.csv", (struct str){ 0 }, reader, &im, err)) …
 *	import_run(im, reader, writer, progress, ctx, err) …      writer NULL: a preview, nothing is written
 *
 * Each row is one act of its own: what is refused changes nothing and holds up no other. Run again, it passes over
 * what is there. Limits: 64 MB a file, 200,000 rows (the largest register of a province). */
#ifndef MINGFA_APP_IMPORT_H
#define MINGFA_APP_IMPORT_H

#include "app/app.h"
#include "base/csv.h"

#define IMPORT_FILE_MOST ((size_t)64 << 20)
#define IMPORT_ROWS_MOST 200000

enum import_outcome { IMPORT_WAITING, IMPORT_OPENED, IMPORT_KNOWN, IMPORT_REFUSED };

struct import_row {
	enum import_outcome outcome;
	struct str why; /* IMPORT_REFUSED: in Chinese */
};

struct import {
	struct arena *a;
	struct app *app;
	struct str kind, name, file;  /* name: what the map calls it */
	const char *encoding;         /* UTF-8, GBK */
	struct csv table;
	struct import_row *row;       /* aligned with table */
	const struct str *ignored;    /* headings that the map does not name */
	size_t n_ignored;
	int64_t organ;                /* whose matters they become, unless the row says; 0: the row must say */
	struct str organ_name;
	int64_t opened, known, refused, blank;
	struct actor who;             /* the import; a person who imports by the page: then rights are asked, row by row,
				       * and rows of other organs are refused */
	struct import_plan *plan;
};

/* map: a kind, or the name of a map file without import- and .yaml. text: the file's bytes, UTF-8 or GBK.
 * organ: name, abbreviation or short name; empty: the county's department of justice, else the first organ.
 * ERR_BAD_INPUT, ERR_USAGE, ERR_NOT_FOUND with a sentence. */
MUST_USE bool import_open(struct arena *a, struct app *app, struct str map, struct str text, const char *file,
			  struct str organ, struct db *reader, struct import **ret, struct err *err);
/* Does all rows (writer NULL: tries them). progress is called after each group; the outcome of each row stands
 * in im->row. False only when it cannot go on (the database is gone): rows done so far stay done and are counted, the
 * others stand at IMPORT_WAITING; im is whole. */
MUST_USE bool import_run(struct import *im, struct db *reader, struct writer *writer,
			 void (*progress)(void *ctx, size_t done, size_t all), void *ctx, struct err *err);
/* The refused rows as a table that can be mended and imported again: the line and the reason stand in front.
 * Empty when none was refused. */
struct str import_refused_csv(struct arena *a, const struct import *im);

/* The headings that a map looks for, required ones first: for the page and its template. NULL: no map for this kind. */
struct import_column {
	struct str heading, others; /* others: what else it may be called */
	bool required;
};
const struct import_column *import_columns(struct arena *a, struct app *app, struct str kind, size_t *ret_n);

/* A cell for tables that WPS opens: quoted, codes and what looks like a formula as text. */
void import_put_cell(struct buf *b, struct str s);

#endif
