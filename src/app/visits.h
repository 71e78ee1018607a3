/* SPDX-License-Identifier: MulanPSL-2.0 */
/* visits.h - 综合查一次: what all organs plan at the enterprises of a period (matter/plans.h), so that two visits become one
 * before they are approved; and 企业年度检查情况, the visits to one enterprise in a year. */
#ifndef MINGFA_APP_VISITS_H
#define MINGFA_APP_VISITS_H

#include "app/rows.h"

struct visit_row {
	struct str organ, day, shows, state, number, href; /* href empty: the reader may not open it */
	bool here;                                         /* the one that was come from */
	const struct cite_link *merge;                     /* 并入…, with the form in which it is done */
	size_t n_merge;
};
struct visit_group {
	struct str party, party_href, says; /* says: why they are to be looked at; empty: nothing is near */
	const struct visit_row *row;
	size_t n_row;
};
struct visits_view {
	struct frame frame;
	struct str from, to, window, error;
	struct str self;        /* code of the matter that was come from */
	struct str party;       /* its name, when only one is shown */
	struct tab tab[2];
	bool all;
	const struct visit_group *group;
	size_t n_group, n_near;
	bool cut;
};

struct year_visit {
	struct str organ, number, href, why, items, when, took, outcome, result, after;
};
struct year_view {
	struct frame frame;
	struct str party, code, year, sum, before, next;
	struct str printed, script;
	const struct year_visit *visit;
	size_t n_visit;
	size_t n_closed; /* of other organs, of which only organ, day and items are told */
};

/* The kind whose matters are planned at parties; NULL: this law has none. */
const struct kind *visits_kind(const struct law *l);
/* The board of planned visits, around the one of a matter. */
struct str visits_href(struct req *r, const struct snap *m);
bool visits_show(struct req *r, struct err *err);
/* /party/{code}/year/{year} */
bool year_show(struct req *r, struct err *err);

#endif
