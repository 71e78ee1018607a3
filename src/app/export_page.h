/* SPDX-License-Identifier: MulanPSL-2.0 */
/* export_page.h - 对外报送: the tables that a definition prescribes (双公示), of a range of days. What a table wants and a
 * decision does not have is told row by row; only whole rows go into the file, the others into a list of their own. */
#ifndef MINGFA_APP_EXPORT_PAGE_H
#define MINGFA_APP_EXPORT_PAGE_H

#include "app/duty_page.h"

#define EXPORT_LINES 500 /* of the page; the files have all */

struct export_line {
	struct str name, href, organ, wants; /* 缺：法定代表人、罚款金额（万元） */
};
struct export_head {
	struct str head, name, length, need;
};
struct exports_view {
	struct frame frame;
	struct tab tab[DUTY_TABS];
	const struct option_view *option;
	size_t n_option;
	struct str name, from, to, xlsx, csv, faults_xlsx, faults_csv;
	const struct cite_link *cite;
	size_t n_cite;
	size_t all, whole, faulty;
	bool pushes; /* there is a register of what was handed on */
	const struct export_line *line; /* those that lack something first */
	size_t n_line;
	const struct export_head *head;
	size_t n_head;
};

/* Routes: GET /duties/exports?x=KIND.ID&from=2026-03-01&to=2026-03-31; its /table.csv and .xlsx (whole rows), /wanting.csv and
 * .xlsx (what is missing of the others). */
bool exports_show(struct req *r, struct err *err);
bool exports_table(struct req *r, struct err *err);
bool exports_wanting(struct req *r, struct err *err);

#endif
