/* SPDX-License-Identifier: MulanPSL-2.0 */
/* listing.h - the matters of one kind as an address asks for them: words, filters, order, columns, page. Lists, exports
 * and batches read the same address, so that each takes exactly the rows that the person saw.
 *
 *	/k/penalty?q=示例&state=filed&light=red&year=2026&officers=me&list-sort=due&after=KEY.ID
 *
 * state, light, scope (mine, organ), year and the fields of the definition's list.filters; people and matters by code,
 * `me` for the person who reads. list-sort: due, updated, opened. list-cols: ids of columns with commas; without it those
 * that the person keeps for the kind, else those of the definition. */
#ifndef MINGFA_APP_LISTING_H
#define MINGFA_APP_LISTING_H

#include "app/rows.h"
#include "search/search.h"

#define LISTED_FILTERS 10 /* a row of chips; definitions name five at most */
#define LISTED_COLUMNS 7  /* what an office screen holds (experience.md 4) */

enum column_sort { COLUMN_FIELD, COLUMN_TERM, COLUMN_NUMBER, COLUMN_STATE, COLUMN_DUE, COLUMN_ORGAN, COLUMN_OPENED,
		   COLUMN_UPDATED, COLUMN_CODE };
struct column {
	enum column_sort sort;
	struct str id, name;
	const struct field *field;
	const struct term *term;
	const struct number *number;
	bool figure; /* right-aligned */
	bool card;   /* on a phone */
	bool only_card;
};

struct listing {
	struct req *r;
	const struct law *law;
	const struct kind *kind;
	struct shower shower;
	struct str q;                 /* words; empty: by filters alone */
	struct column *col;           /* chosen, else the definition's; those of cards behind them */
	size_t n_col, n_shown;
	bool all;                     /* every column is asked for, not only those of col */
	bool own_columns;             /* the columns are not the definition's */
	struct list_filter filter[LISTED_FILTERS + 2];
	size_t n_filter;
	struct list_query query;
	struct filter_view shown[LISTED_FILTERS]; /* what is offered */
	size_t n_filter_shown;
	bool filtered;
	/* where the next rows begin */
	int64_t after_key, after_id;
	bool more;
};

struct listed {
	struct list_row row;
	const struct matter_view *seen; /* when a column asks for the person's own sight; else NULL */
	struct str text;                /* what was found, and where: 笔录 */
};

/* Reads the request's query. ERR_NOT_FOUND: no such kind. */
MUST_USE bool listing_read(struct req *r, struct str kind, struct listing *ret, struct err *err);
/* Other columns: ids with commas, of which unknown ones and those past LISTED_COLUMNS are left out; none: the
 * definition's. */
void listing_use_columns(struct listing *l, struct str ids);
/* The first n of col, as list-cols names them. */
struct str listing_columns(const struct listing *l);
bool column_same(const struct column *a, const struct column *b);
/* What is chosen (words, filters, an order of its own), as after the '?' of an address: always the same text for the
 * same choice. Empty: nothing is. */
struct str listing_chosen(struct listing *l);
/* All columns that may be chosen, in order of the definition; the rows that follow have what these need. */
const struct column *listing_all_columns(struct listing *l, size_t *ret_n);
/* The next rows, at most `most` (≤ 200); l->more tells whether there are further ones. */
MUST_USE bool listing_next(struct listing *l, size_t most, const struct listed **ret, size_t *ret_n, struct err *err);
/* list.c: head and rows of given matters, as the list has them; those that the person may not see (any more) are left out. */
MUST_USE bool list_of(struct listing *l, const int64_t *matter, size_t n, struct list_view *v, struct err *err);
/* Of given matters instead of an address's: those that the person may see. */
MUST_USE bool listing_one(struct listing *l, int64_t matter, struct listed *ret, bool *ret_seen, struct err *err);
/* As listing's matter_list_count; by words nothing is counted: -1. */
MUST_USE bool listing_count(struct listing *l, int64_t *ret, struct err *err);

/* A cell's value: null where there is none or where it is hidden; *ret_hidden tells. COLUMN_DUE is the last day. */
struct val listing_value(struct listing *l, const struct column *c, const struct listed *x, bool *ret_hidden);
struct str listing_text(struct listing *l, const struct column *c, const struct listed *x);

/* The text around the first of the typed words, which are marked. */
struct safe_html listing_around(struct arena *a, struct str text, struct str typed);

/* The same address without the pairs named in `without` (NULL ends them), and with one more. */
struct str same_address(struct req *r, struct str path, const char *const *without, const char *name, struct str value);

#endif
