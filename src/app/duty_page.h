/* SPDX-License-Identifier: MulanPSL-2.0 */
/* duty_page.h - 职责: how each organ stands with what recurs; 统计: the reports of the definitions as tables for page, paper,
 * CSV and XLSX. An organ's people see their own, whoever supervises sees all. */
#ifndef MINGFA_APP_DUTY_PAGE_H
#define MINGFA_APP_DUTY_PAGE_H

#include "app/frame.h"
#include "app/rows.h"

#define DUTY_TABS 4
#define BARS_MOST 15 /* of a chart: the table beneath has all rows */

struct duty_line {
	const char *light;
	struct str mark;    /* ■ 未履行, ▲ 1月31日前, ● … , ✓ 已履行 */
	struct str subject, figure, target, who, joined;
	int order;          /* what is urgent stands first */
};
struct duty_group {
	struct str name, period, due, every, records, report; /* report: where it is delivered; empty: nothing is */
	const struct cite_link *cite;
	size_t n_cite;
	const struct duty_line *line;
	size_t n_line;
	size_t met, open, none;    /* and of what is not met yet, or not to be met */
	int64_t w_met, w_open;     /* of the bar, in thousandths */
};
struct bar {
	struct str name, value;
	int64_t width, y;          /* of 600; the line's place */
};
struct duties_view {
	struct frame frame;
	struct tab tab[DUTY_TABS];
	const struct duty_group *group;
	size_t n_group;
};
struct reports_view {
	struct frame frame;
	struct tab tab[DUTY_TABS];
	const struct option_view *option;
	size_t n_option;
	struct str name, period, before, after, now, print, xlsx, csv, here, printed, script, on;
	bool whole, over;          /* all subjects; the period is over */
	struct str due, deliver;   /* 报送县司法局，2027年1月31日截止：…; the form, when one may deliver and has not */
	const char *light;
	const struct cite_link *cite;
	size_t n_cite;
	const struct str *head;    /* the columns */
	size_t n_head;
	const struct report_line {
		struct str subject, joined;
		const struct str *cell;
	} *line;
	size_t n_line;
	const struct str *sum;
	struct str bars_of;        /* what the chart shows */
	const struct bar *bar;
	size_t n_bar;
	int64_t height;
};

/* 职责, 统计报表, 自定统计 (statistic_page.h), 对外报送 (export_page.h): which of them is shown. */
void duty_tabs(struct tab tab[DUTY_TABS], size_t here);

/* Routes: GET /duties; GET /duties/reports?r=KIND.ID&on=2026-03, its /print, /export.csv and /export.xlsx. */
bool duties_show(struct req *r, struct err *err);
bool reports_show(struct req *r, struct err *err);
bool reports_print(struct req *r, struct err *err);
bool reports_export(struct req *r, struct err *err);

/* For the desk: what of the person's duties has turned yellow or red, as last counted. */
MUST_USE bool duties_due(struct req *r, const struct law *law, const struct duty_due **ret, size_t *ret_n, struct err *err);

#endif
