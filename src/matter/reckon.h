/* SPDX-License-Identifier: MulanPSL-2.0 */
/* reckon.h - when a limit ends: counting with pauses and extensions (rules/README.md, "Counting";
 * language.md 6). Pure arithmetic over the calendar; agrees with calendar_due where nothing pauses.
 *
 * Days: a pause from day a to day b takes out a+1 to b. Hours and minutes: exact. */
#ifndef MINGFA_MATTER_RECKON_H
#define MINGFA_MATTER_RECKON_H

#include "law/calendar.h"

struct gap {
	int64_t from, to; /* instants; to 0: still open */
};

/* A limit and the extensions given to it, counted from one start. */
struct reckon {
	const struct calendar *c;
	int64_t start;             /* instant */
	const struct span *span;   /* the limit, then the extensions */
	size_t n;
	const struct gap *gap;     /* in order of time; an open one counts as lasting until `now` */
	size_t n_gap;
	int64_t now;
};

struct due {
	int64_t at;       /* the first instant after; 0: none */
	int64_t last;     /* by_day: the last day */
	enum unit unit;   /* of the limit */
	bool by_day, known;
};
struct due reckon_due(const struct reckon *r);
/* A fixed day or instant, with extensions. */
struct due reckon_fixed(const struct reckon *r, int64_t at, bool by_day);
/* When it turns yellow: `warn` before the end. */
int64_t reckon_yellow(const struct calendar *c, const struct due *d, struct span warn);
/* What is left at `now`: workdays or days by the unit, or milliseconds; negative: late by so much. */
int64_t reckon_left(const struct calendar *c, const struct due *d, int64_t now);
bool unit_is_day(enum unit u);
/* Whether the day is taken out by a pause. */
bool reckon_paused_day(const struct reckon *r, int64_t day);

/* The reckoning in words, a line a step, from the start to the last day. start_name: 收齐材料. */
void reckon_explain(struct buf *b, const struct reckon *r, const struct due *d, struct str start_name);

#endif
