/* SPDX-License-Identifier: MulanPSL-2.0 */
/* statistic.h - figures of the matters that a list would give (matter_list), parted into rows and columns by what they say.
 *
 *	ask = { .of = listing, .row = { PART_ORGAN }, .column = { PART_STATE }, .figure = &count, .n_figure = 1 };
 *	matter_statistic(e, db, a, &ask, &s, err);       statistic_cell(&s, 1, 2, 0)->n
 *
 * One gate: only matters that the person sees are counted, and a field that is hidden from anybody or masked (see, personal)
 * parts nothing, is not summed and gives no period (statistic_field); a term that reads a field hidden from this person
 * counts as one without value. Limits: STATISTIC_ROWS and STATISTIC_COLUMNS groups, `most` matters, `time` ms on the reader;
 * past them ERR_TOO_LARGE or ERR_TIMEOUT says which and what to do. */
#ifndef MINGFA_MATTER_STATISTIC_H
#define MINGFA_MATTER_STATISTIC_H

#include "matter/matter.h"

#define STATISTIC_ROWS 200    /* four sheets of paper */
#define STATISTIC_COLUMNS 24  /* two years of months; more do not fit across a sheet */
#define STATISTIC_FIGURES 6
#define STATISTIC_KEYS 60     /* of one matter: values of a list */

enum part_sort {
	PART_NONE,
	PART_ORGAN, PART_STATE,
	PART_OPENED, PART_ENDED, /* by month */
	PART_FIELD,              /* by value; a date by month */
	PART_TERM
};
struct part_by {
	enum part_sort sort;
	const struct field *field;
	const struct term *term;
};

enum figure_sort {
	FIGURE_COUNT, /* of matters */
	FIGURE_SUM,   /* of a field, over those that have a value */
	FIGURE_LATE,  /* a clock's last runs that ended late or are past due, of those that ended or are past due */
	FIGURE_DAYS   /* whole days from opening to the end, of those that ended: sum and number */
};
struct figure {
	enum figure_sort sort;
	const struct field *field;
	const struct clock *clock;
};

struct statistic_ask {
	struct list_query of;       /* order and paging are not asked */
	struct part_by on;          /* PART_OPENED, PART_ENDED or a date: the day that lies from..to; PART_NONE: no period */
	int64_t from, to;           /* days, both included */
	struct part_by row, column; /* PART_NONE: all together */
	const struct figure *figure;
	size_t n_figure;
	int64_t most, time;         /* 0: no limit */
	bool (*go_on)(void *ctx, int64_t done); /* may be NULL; false: ERR_TIMEOUT */
	void *ctx;
};

struct statistic_group {
	struct str key;  /* as addresses have it: an enum's id, 2026-03, a code's number; '-': without value */
	struct str name; /* as people read it */
	int64_t order;
};
struct statistic_figure {
	int64_t n, of; /* matters that it counts; FIGURE_LATE: of how many */
	dec sum;       /* FIGURE_SUM: the sum; FIGURE_DAYS: of the days */
};
struct statistic {
	const struct statistic_ask *ask;
	const struct statistic_group *row, *column; /* in their order: states and choices as defined, months by time, others by number */
	size_t n_row, n_column;
	const size_t *row_at, *column_at;
	const struct statistic_figure *cell;
	int64_t n;        /* matters */
	bool several;     /* some stand in more than one row or column: sums of rows are more than the whole */
};

/* Whether a field may be asked for at all, and as what. */
bool statistic_parts(const struct field *f);
bool statistic_sums(const struct field *f);
bool statistic_dates(const struct field *f);

MUST_USE bool matter_statistic(struct engine *e, struct db *db, struct arena *a, const struct statistic_ask *ask,
			       struct statistic *ret, struct err *err);
/* row 0 and column 0: all of them together, each matter once; else the group's place + 1. */
const struct statistic_figure *statistic_cell(const struct statistic *s, size_t row, size_t column, size_t figure);

/* The matters that one cell's figure counts (FIGURE_LATE: those that are late), newest first; at most STATISTIC_LISTED,
 * *ret_n_all tells how many there are. Keys of the groups, empty for all together. */
#define STATISTIC_LISTED 1000
MUST_USE bool matter_statistic_of(struct engine *e, struct db *db, struct arena *a, const struct statistic_ask *ask, struct str row,
				  struct str column, size_t figure, const int64_t **ret, size_t *ret_n, int64_t *ret_n_all,
				  struct err *err);

#endif
