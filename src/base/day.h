/* SPDX-License-Identifier: MulanPSL-2.0 */
/* day.h - days and instants. A day is the number of days since 1970-01-01 (proleptic Gregorian); an
 * instant is UTC milliseconds since 1970-01-01. People live in Asia/Shanghai, fixed at +8 hours
 * (decision 34: no tz data; births before 1992 are days, not instants).
 *
 * Valid days run from 1900-01-01 to 2199-12-31: older or later ones are typing errors. */
#ifndef MINGFA_BASE_DAY_H
#define MINGFA_BASE_DAY_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/str.h"

#define DAY_MS ((int64_t)86400000)
#define SHANGHAI_MS ((int64_t)8 * 3600 * 1000)
#define DAY_MIN ((int64_t)-25567) /* 1900-01-01 */
#define DAY_MAX ((int64_t)84005)  /* 2199-12-31 */

struct ymd {
	int year;
	int month; /* 1..12 */
	int day;   /* 1..31 */
};

int64_t day_of(int year, int month, int day);   /* arguments must be a valid date */
bool day_valid(int year, int month, int day);
struct ymd day_ymd(int64_t day);
int day_weekday(int64_t day);                   /* 1 Monday .. 7 Sunday */
int64_t day_add_months(int64_t day, int64_t months); /* clips to the month's end */
int64_t day_at(int64_t ms);                     /* the Shanghai day of an instant */
int64_t day_start(int64_t day);                 /* the instant at which the day begins in Shanghai */
int time_hour(int64_t ms);                      /* 0..23 in Shanghai */
int64_t time_now(void);                         /* the machine's clock, UTC ms */
int64_t time_monotonic(void);                   /* ms, for measuring only */

/* "2026-03-02"; nothing else. */
MUST_USE bool day_parse(struct str s, int64_t *ret_day);
/* "2026-03-02 09:00[:05[.123]]" in Shanghai (also with T), or a day alone: its first instant. */
MUST_USE bool time_parse(struct str s, int64_t *ret_ms);
void day_put(struct buf *b, int64_t day);       /* 2026-03-02 */
void day_put_cn(struct buf *b, int64_t day);    /* 2026年3月2日 */
void time_put(struct buf *b, int64_t ms);       /* 2026-03-02 09:00 */
void time_put_cn(struct buf *b, int64_t ms);    /* 2026年3月2日9时0分 */
void time_put_http(struct buf *b, int64_t ms);  /* Mon, 02 Mar 2026 01:00:00 GMT (RFC 9110) */
void time_put_iso(struct buf *b, int64_t ms);   /* 2026-03-02T01:00:00.000Z, for logs and the API */

#endif
