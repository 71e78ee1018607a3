/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/day.h"

#include <time.h>

#include "base/parse.h"

/* Days from 1970-01-01, counted in years that begin on 1 March, so that leap days come last. */
int64_t day_of(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

bool day_valid(int year, int month, int day)
{
	return year >= 1900 && year <= 2199 && month >= 1 && month <= 12 && day >= 1
	    && day <= month_days(year, month);
}

struct ymd day_ymd(int64_t day)
{
	int64_t z = day + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct ymd){ .year = (int)(yoe + era * 400) + (month <= 2),
			     .month = month,
			     .day = (int)(doy - (153 * mp + 2) / 5 + 1) };
}

int day_weekday(int64_t day)
{
	return (int)(((day + 3) % 7 + 7) % 7) + 1; /* 1970-01-01 was a Thursday */
}

int64_t day_add_months(int64_t day, int64_t months)
{
	struct ymd d = day_ymd(day);
	int64_t m = (int64_t)d.year * 12 + d.month - 1 + months;
	int year = (int)(m >= 0 ? m / 12 : (m - 11) / 12);
	int month = (int)(m - (int64_t)year * 12) + 1;
	int last = month_days(year, month);

	return day_of(year, month, d.day < last ? d.day : last);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t day_at(int64_t ms)
{
	return floor_div(ms + SHANGHAI_MS, DAY_MS);
}

int64_t day_start(int64_t day)
{
	return day * DAY_MS - SHANGHAI_MS;
}

int time_hour(int64_t ms)
{
	return (int)((ms - day_start(day_at(ms))) / 3600000);
}

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t time_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t time_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* n digits at the start of *s, which is moved behind them. */
static bool digits(struct str *s, size_t n, int *ret)
{
	int v = 0;

	if (s->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = str_sub(*s, n, s->n);
	*ret = v;
	return true;
}

static bool skip(struct str *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = str_sub(*s, 1, s->n);
	return true;
}

static bool take_day(struct str *s, int64_t *ret_day)
{
	int y, m, d;

	if (!digits(s, 4, &y) || !skip(s, '-') || !digits(s, 2, &m) || !skip(s, '-')
	    || !digits(s, 2, &d) || !day_valid(y, m, d))
		return false;
	*ret_day = day_of(y, m, d);
	return true;
}

bool day_parse(struct str s, int64_t *ret_day)
{
	int64_t day;

	if (!take_day(&s, &day) || s.n)
		return false;
	*ret_day = day;
	return true;
}

bool time_parse(struct str s, int64_t *ret_ms)
{
	int64_t day;
	int h = 0, m = 0, sec = 0, ms = 0;

	if (!take_day(&s, &day))
		return false;
	if (s.n) {
		if (!skip(&s, ' ') && !skip(&s, 'T'))
			return false;
		if (!digits(&s, 2, &h) || !skip(&s, ':') || !digits(&s, 2, &m))
			return false;
		if (skip(&s, ':')) {
			if (!digits(&s, 2, &sec) || (skip(&s, '.') && !digits(&s, 3, &ms)))
				return false;
		}
		if (s.n || h > 23 || m > 59 || sec > 59)
			return false;
	}
	*ret_ms = day_start(day) + (((int64_t)h * 60 + m) * 60 + sec) * 1000 + ms;
	return true;
}

void day_put(struct buf *b, int64_t day)
{
	struct ymd d = day_ymd(day);

	buf_addu(b, (uint64_t)d.year, 4);
	buf_addc(b, '-');
	buf_addu(b, (uint64_t)d.month, 2);
	buf_addc(b, '-');
	buf_addu(b, (uint64_t)d.day, 2);
}

void day_put_cn(struct buf *b, int64_t day)
{
	struct ymd d = day_ymd(day);

	buf_addi(b, d.year);
	buf_adds(b, "年");
	buf_addi(b, d.month);
	buf_adds(b, "月");
	buf_addi(b, d.day);
	buf_adds(b, "日");
}

static int minute_of(int64_t ms)
{
	return (int)((ms - day_start(day_at(ms))) / 60000 % 60);
}

void time_put(struct buf *b, int64_t ms)
{
	day_put(b, day_at(ms));
	buf_addc(b, ' ');
	buf_addu(b, (uint64_t)time_hour(ms), 2);
	buf_addc(b, ':');
	buf_addu(b, (uint64_t)minute_of(ms), 2);
}

void time_put_cn(struct buf *b, int64_t ms)
{
	day_put_cn(b, day_at(ms));
	buf_addf(b, "%d时%d分", time_hour(ms), minute_of(ms));
}

void time_put_http(struct buf *b, int64_t ms)
{
	static const char *const weekday[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char *const month[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
					     "Dec" };
	int64_t day = floor_div(ms, DAY_MS);
	int rest = (int)((ms - day * DAY_MS) / 1000);
	struct ymd d = day_ymd(day);

	buf_addf(b, "%s, %02d %s %04d %02d:%02d:%02d GMT", weekday[day_weekday(day) - 1], d.day, month[d.month - 1], d.year,
		 rest / 3600, rest / 60 % 60, rest % 60);
}

void time_put_iso(struct buf *b, int64_t ms)
{
	int64_t day = floor_div(ms, DAY_MS);
	int rest = (int)(ms - day * DAY_MS);

	day_put(b, day);
	buf_addf(b, "T%02d:%02d:%02d.%03dZ", rest / 3600000, rest / 60000 % 60, rest / 1000 % 60,
		 rest % 1000);
}
