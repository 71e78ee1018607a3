/* SPDX-License-Identifier: MulanPSL-2.0 */
/* tally.h - counts and sums over matters(), of all subjects of a duty or report at once.
 *
 * count(matters(visit, it.organ == subject and it.visited_on in period)) is asked for each organ of a county. Its condition
 * falls into the conjunct that names the subject and the rest, which is the same for all: one query gives the figures of
 * all subjects, grouped by what the conjunct compares. What the rest may hold: comparisons, lists, intervals and emptiness
 * of the matter's own fields, state, organ, opened and ended, with values that are known beforehand; terms of one row
 * without `if`; done(action) and clock(c).late within terms. Anything else is counted one subject after the other, and
 * `law check` says so.
 *
 * The law knows no database: a query is a small tree, which matter/tally.c makes into SQL. */
#ifndef MINGFA_LAW_TALLY_H
#define MINGFA_LAW_TALLY_H

#include "law/expr.h"

#define FILTER_DEPTH 16 /* terms within conditions; deeper ones are counted one by one */

enum filter_op { FILTER_AND, FILTER_OR, FILTER_EQ, FILTER_NE, FILTER_LT, FILTER_LE, FILTER_GT, FILTER_GE, FILTER_IN,
		 FILTER_NOT_IN, FILTER_BETWEEN, FILTER_NOT_BETWEEN, FILTER_HAS, FILTER_NULL, FILTER_NOT_NULL };
enum filter_on { ON_FIELD, ON_PARTY_SORT, ON_STATE, ON_ORGAN, ON_PARENT, ON_OPENED, ON_ENDED, ON_DONE, ON_LATE };
struct filter {
	enum filter_op op;
	const struct filter *kid; /* FILTER_AND, FILTER_OR */
	size_t n;
	enum filter_on on;
	const struct field *field; /* ON_FIELD, ON_PARTY_SORT */
	struct str id;             /* ON_DONE: action; ON_LATE: clock. With FILTER_EQ or FILTER_NE true */
	bool by_day;               /* ON_OPENED, ON_ENDED, a time: the day on which it falls is compared */
	struct val a, b;           /* the value; FILTER_IN: a list; FILTER_BETWEEN: both ends */
};
struct tally_query {
	const struct kind *kind;
	struct filter filter;      /* a FILTER_AND, which may be empty */
	enum filter_on key_on;     /* what the groups are: ON_FIELD, ON_ORGAN, ON_PARENT */
	const struct field *key;
	const struct field *sum;   /* the int, num or money added up; NULL: matters are counted */
};

/* The foldings of an expression that can be asked for all subjects at once; *ret_all: every folding over matters() is one.
 * Found once at loading, also at each use: it is a short walk. */
struct tally;
size_t expr_tallies(struct arena *a, const struct expr *e, const struct tally **ret, bool *ret_all);
/* The query of the i-th; ev has the period (var[DUTY_PERIOD]), no subject is read. *ret_can false: a value is not known or a
 * node is left out, so the subjects have to be counted one by one. */
MUST_USE bool tally_query(const struct tally *t, size_t i, struct eval *ev, struct tally_query *ret, bool *ret_can,
			  struct err *err);

/* Answers that were had beforehand: while ev->tallied is set, foldings that are among them are not run. */
struct tallied {
	const struct tally *v;
	size_t n;
	const bool *known;         /* aligned with v */
	/* The figure of the i-th for the subject whose key is that value; 0 when nothing was found. */
	dec (*figure)(void *ctx, size_t i, struct val key);
	void *ctx;
};

/* What the figure is measured against: of `figure >= set.rate` the right side, with its sign for people; NULL when met is
 * written otherwise. */
const struct expr *expr_target(struct arena *a, const struct expr *met, int figure, const char **ret_sign);
bool type_is_figure(const struct type *t); /* int, num, money */
bool expr_is_share(const struct expr *e);   /* percent(…): shown with %, and never added up */

#endif
