/* SPDX-License-Identifier: MulanPSL-2.0 */
/* statistic_page.h - 自定统计: a table of figures over the matters of one kind, which a person puts together from what the
 * kind says of itself (matter/statistic.h). It lives in its address, beside the conditions of the list (listing.h):
 *
 *	/stats/penalty?state=decided&stat-rows=organ&stat-columns=opened&stat-figures=count&stat-figures=sum.fine
 *		&stat-on=decided_on&stat-from=2026-01-01&stat-to=2026-12-31&stat-title=一季度罚款
 *
 * rows, columns: organ, state, opened, ended (by month), a field, a term. figures: count, days, sum.FIELD, late.CLOCK.
 * on: opened, ended, a date. Each figure leads to the matters that it counts: /matters with stat-row, stat-column (keys of
 * groups) and stat-figure (its place). A table is kept by its address (saved.h) for a person or, offered, for the organ: who
 * opens it gets what that person may see. */
#ifndef MINGFA_APP_STATISTIC_PAGE_H
#define MINGFA_APP_STATISTIC_PAGE_H

#include "app/duty_page.h"
#include "app/job.h"

#define STATISTIC_MOST 20000  /* matters counted while somebody waits: some seconds on an office machine; more is a job */
#define STATISTIC_TIME 10000  /* ms */

struct kept_view { /* a table that was kept */
	struct str id, name, kind, href;
};
struct statistic_tables_view {
	struct frame frame;
	struct tab tab[DUTY_TABS];
	const struct option_view *kind;
	size_t n_kind;
	const struct kept_view *mine, *offered;
	size_t n_mine, n_offered;
	struct str organ;
};

struct statistic_cell_view {
	struct str text, href; /* href empty: it counts nothing */
};
struct statistic_view {
	struct frame frame;
	struct tab tab[DUTY_TABS];
	struct str kind, kind_id, title, typed_title, query;
	const struct option_view *row, *column, *on, *figure;
	size_t n_row, n_column, n_on, n_figure;
	const struct filter_view *filter;
	size_t n_filter;
	struct str from, to;
	struct str failed, job;       /* why it was not reckoned; the address that does it as long work */
	struct str scope, counted, at, by, head_row;
	bool several, shown, none;
	const struct str *head;
	size_t n_head;
	const struct statistic_line {
		struct str name;
		const struct statistic_cell_view *cell;
	} *line;
	size_t n_line;
	const struct statistic_cell_view *sum;
	struct str bars_of;
	const struct bar *bar;
	size_t n_bar;
	int64_t height;
	struct str print, xlsx, csv, here, list, script;
	const struct kept_view *mine, *offered;
	size_t n_mine, n_offered;
	struct str said;
	bool undo, undo_offered;
};
struct statistic_matters_view {
	struct statistic_view of;
	struct list_view list;
	struct str which;
};

/* Routes. saved: do = keep, offer, drop, drop-offered, back, back-offered; id; query, the address after the '?'. */
bool statistic_tables_show(struct req *r, struct err *err);
bool statistic_show(struct req *r, struct err *err);
bool statistic_print(struct req *r, struct err *err);
bool statistic_matters(struct req *r, struct err *err);
bool statistic_table(struct req *r, struct err *err);
bool statistic_saved(struct req *r, struct err *err);
/* As long work (job.h): the table of an address, without limits of number and time. */
MUST_USE bool statistic_make(struct job *j, struct err *err);

#endif
