/* SPDX-License-Identifier: MulanPSL-2.0 */
/* calendar_page.h - the deadline calendar (时限日历): what ends on which day of a month. */
#ifndef MINGFA_APP_CALENDAR_PAGE_H
#define MINGFA_APP_CALENDAR_PAGE_H

#include "app/frame.h"
#include "app/rows.h"

struct due_view {
	struct str mark;  /* ■ ▲ ● */
	struct str what;  /* 作出处罚决定 */
	struct str title; /* of the matter */
	struct str time;  /* 16:40, of limits in hours */
	struct str say;   /* the chip, for readers */
	struct str href;
	const char *light;
};

struct day_view {
	struct str number; /* 16, or 12月1日 at a month's beginning */
	struct str full;   /* 11月16日（一） */
	struct str iso;
	struct str off;    /* 休 or 班, '' on ordinary days */
	struct str name;   /* 元旦 */
	bool today, other, past, rest;
	const struct due_view *due;
	size_t n_due, n_shown; /* the grid shows the first few */
	struct str more;       /* 另3件 */
};

struct calendar_view {
	struct frame frame;
	struct str month, before, after, now; /* 2026年11月, and the addresses around it */
	struct tab scope[2];
	const struct option_view *kind;
	size_t n_kind;
	struct str scope_value, month_value;
	const struct day_view *day; /* whole weeks, from a Monday */
	size_t n_day;
	size_t n_red, n_yellow, n_green;
	struct str unknown; /* 2027年放假安排未公布…; empty: known */
	bool more, empty;
};

req_handler calendar_show;

#endif
