/* SPDX-License-Identifier: MulanPSL-2.0 */
/* calendar.h - the State Council's holidays and exchanged workdays, and counting by them
 * (rules/README.md, "Counting"): the day of the event does not count; a limit in days that ends on a
 * day off runs on to the next workday; a limit ends at 24:00 of its last day in Shanghai. */
#ifndef MINGFA_LAW_CALENDAR_H
#define MINGFA_LAW_CALENDAR_H

#include "law/value.h"

struct calendar;

/* Reads the calendar files (YAML texts of law/calendar/YYYY.yaml). Errors name file and line. */
struct calendar_file {
	const char *name;
	struct str text;
};
MUST_USE bool calendar_load(struct arena *a, const struct calendar_file *file, size_t n,
			    const struct calendar **ret, struct err *err);
/* First and last day of the known years. */
int64_t calendar_first(const struct calendar *c);
int64_t calendar_last(const struct calendar *c);
/* Whether people work on that day; beyond the known years Monday to Friday (the earliest possible). */
bool calendar_workday(const struct calendar *c, int64_t day);
/* 元旦; empty on ordinary days. */
struct str calendar_name(const struct calendar *c, int64_t day);
/* The n-th workday after (n > 0) or before (n < 0) a day. ret_known false: beyond the known years. */
int64_t calendar_add(const struct calendar *c, int64_t day, int64_t n, bool *ret_known);
/* Workdays in (from, to]; negative when to < from. */
int64_t calendar_count(const struct calendar *c, int64_t from, int64_t to, bool *ret_known);
/* The last day of a limit of days, workdays, months or years that begins on `day` (which does not count),
 * run on to the next workday where the unit is not workday. span.unit must be one of these. */
int64_t calendar_due(const struct calendar *c, int64_t day, struct span span, bool *ret_known);

#endif
