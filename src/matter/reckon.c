/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/reckon.h"

#include <inttypes.h>

#include "base/day.h"

#define HOUR_MS ((int64_t)3600 * 1000)
#define MINUTE_MS ((int64_t)60 * 1000)

bool unit_is_day(enum unit u)
{
	return u != UNIT_MINUTE && u != UNIT_HOUR;
}

static int64_t gap_end(const struct reckon *r, const struct gap *g)
{
	return g->to ? g->to : r->now;
}

bool reckon_paused_day(const struct reckon *r, int64_t day)
{
	for (size_t i = 0; i < r->n_gap; i++)
		if (day > day_at(r->gap[i].from) && day <= day_at(gap_end(r, &r->gap[i])))
			return true;
	return false;
}

/* The day on which n days (or workdays) after `day` are counted, paused ones left out. */
static int64_t count_days(const struct reckon *r, int64_t day, int64_t n, bool workdays)
{
	while (n > 0 && day < DAY_MAX) {
		day++;
		if (!reckon_paused_day(r, day) && (!workdays || calendar_workday(r->c, day)))
			n--;
	}
	return day;
}

/* Months do not count days: what a pause took out between the ends is added behind. */
static int64_t count_months(const struct reckon *r, int64_t day, int64_t months)
{
	int64_t end = day_add_months(day, months), out = 0;

	for (int64_t d = day + 1; d <= end && d < DAY_MAX; d++)
		out += reckon_paused_day(r, d);
	return count_days(r, end, out, false);
}

static int64_t add_days(const struct reckon *r, int64_t day, struct span s)
{
	switch (s.unit) {
	case UNIT_WORKDAY:
		return count_days(r, day, s.n, true);
	case UNIT_MONTH:
		return count_months(r, day, s.n);
	case UNIT_YEAR:
		return count_months(r, day, s.n * 12);
	case UNIT_DAY:
		return count_days(r, day, s.n, false);
	default:
		return day + (s.n * (s.unit == UNIT_HOUR ? HOUR_MS : MINUTE_MS) + DAY_MS - 1) / DAY_MS;
	}
}

static void finish_days(const struct reckon *r, int64_t last, bool roll, struct due *ret)
{
	while (roll && !calendar_workday(r->c, last))
		last++;
	ret->last = last;
	ret->at = day_start(last + 1);
	ret->by_day = true;
	ret->known = last <= calendar_last(r->c) && day_at(r->start) + 1 >= calendar_first(r->c);
}

static int64_t add_time(const struct reckon *r, int64_t at, struct span s)
{
	bool known;

	switch (s.unit) {
	case UNIT_MINUTE:
		return at + s.n * MINUTE_MS;
	case UNIT_HOUR:
		return at + s.n * HOUR_MS;
	case UNIT_DAY:
		return at + s.n * DAY_MS;
	default:
		return at + (calendar_due(r->c, day_at(at), s, &known) - day_at(at)) * DAY_MS;
	}
}

struct due reckon_due(const struct reckon *r)
{
	struct due d = { .unit = r->span[0].unit, .known = true };
	int64_t day = day_at(r->start);

	if (unit_is_day(d.unit)) {
		for (size_t i = 0; i < r->n; i++)
			day = add_days(r, day, r->span[i]);
		finish_days(r, day, r->span[r->n - 1].unit != UNIT_WORKDAY, &d);
		return d;
	}
	d.at = r->start;
	for (size_t i = 0; i < r->n; i++)
		d.at = add_time(r, d.at, r->span[i]);
	for (size_t i = 0; i < r->n_gap; i++)
		if (r->gap[i].from < d.at)
			d.at += gap_end(r, &r->gap[i]) - r->gap[i].from;
	return d;
}

struct due reckon_fixed(const struct reckon *r, int64_t at, bool by_day)
{
	struct due d = { .unit = by_day ? UNIT_DAY : UNIT_MINUTE, .known = true };
	int64_t day;

	if (!by_day) {
		d.at = at;
		for (size_t i = 0; i < r->n; i++)
			d.at = add_time(r, d.at, r->span[i]);
		return d;
	}
	day = day_at(at);
	for (size_t i = 0; i < r->n; i++)
		day = add_days(r, day, r->span[i]);
	finish_days(r, day, r->n && r->span[r->n - 1].unit != UNIT_WORKDAY, &d);
	d.known = true; /* a day that the definition names is known, whatever the calendar says */
	return d;
}

int64_t reckon_yellow(const struct calendar *c, const struct due *d, struct span warn)
{
	bool known;

	switch (warn.unit) {
	case UNIT_MINUTE:
		return d->at - warn.n * MINUTE_MS;
	case UNIT_HOUR:
		return d->at - warn.n * HOUR_MS;
	default:
		break;
	}
	if (!d->by_day)
		return d->at - (warn.unit == UNIT_WORKDAY ? day_at(d->at) - calendar_add(c, day_at(d->at), -warn.n, &known)
							   : warn.n) * DAY_MS;
	if (warn.unit == UNIT_WORKDAY)
		return day_start(calendar_add(c, d->last, -warn.n, &known));
	if (warn.unit == UNIT_DAY)
		return day_start(d->last - warn.n);
	return day_start(day_add_months(d->last, -warn.n * (warn.unit == UNIT_YEAR ? 12 : 1)));
}

int64_t reckon_left(const struct calendar *c, const struct due *d, int64_t now)
{
	bool known;

	if (!d->by_day)
		return d->at - now;
	if (d->unit == UNIT_WORKDAY)
		return calendar_count(c, day_at(now), d->last, &known);
	return d->last - day_at(now);
}

static const char *const weekday_cn[] = { "", "一", "二", "三", "四", "五", "六", "日" };

static void put_day(struct buf *b, int64_t day)
{
	struct ymd d = day_ymd(day);

	buf_addf(b, "%d月%d日（%s）", d.month, d.day, weekday_cn[day_weekday(day)]);
}

/* A run of days that were left out for one reason is one line. */
static void put_left_out(struct buf *b, int64_t from, int64_t to, const char *why)
{
	put_day(b, from);
	if (to > from) {
		buf_adds(b, "至");
		put_day(b, to);
	}
	buf_addf(b, "%s\n", why);
}

static const char *left_out(const struct reckon *r, int64_t day, enum unit unit)
{
	if (reckon_paused_day(r, day))
		return "暂停期间不计";
	if (unit != UNIT_WORKDAY || calendar_workday(r->c, day))
		return NULL;
	return day_weekday(day) > 5 && calendar_name(r->c, day).n == 0 ? "周末不计" : "放假不计";
}

static void put_counted(struct buf *b, int64_t from, int64_t to, int64_t n, const char *unit)
{
	put_day(b, from);
	if (to > from) {
		buf_adds(b, "至");
		put_day(b, to);
		buf_addf(b, "第%" PRId64 "至第%" PRId64 "%s\n", n - (to - from), n, unit);
	} else {
		buf_addf(b, "第%" PRId64 "%s\n", n, unit);
	}
}

/* One unit of days: runs of counted and of left-out days, until n are counted. */
static int64_t explain_days(struct buf *b, const struct reckon *r, int64_t day, int64_t n, enum unit unit)
{
	const char *cn = unit == UNIT_WORKDAY ? "个工作日" : "日";
	int64_t count = 0;

	while (count < n && day < DAY_MAX) {
		int64_t from = ++day;
		const char *why = left_out(r, day, unit);

		count += !why;
		while (count < n && left_out(r, day + 1, unit) == why) {
			day++;
			count += !why;
		}
		if (why)
			put_left_out(b, from, day, why);
		else
			put_counted(b, from, day, count, cn);
	}
	return day;
}

static void explain_roll(struct buf *b, const struct reckon *r, int64_t day, const struct due *d)
{
	if (day < d->last) {
		put_day(b, day);
		buf_adds(b, "是休息日，顺延至下一个工作日\n");
	}
	put_day(b, d->last);
	buf_adds(b, "24时届满");
	buf_adds(b, d->known ? "\n" : "（暂定：放假安排尚未公布）\n");
	(void)r;
}

static void explain_by_day(struct buf *b, const struct reckon *r, const struct due *d)
{
	int64_t day = day_at(r->start), next;

	for (size_t i = 0; i < r->n; i++) {
		if (i)
			buf_addf(b, "延长%" PRId64 "%s\n", r->span[i].n, unit_name_cn(r->span[i].unit));
		next = add_days(r, day, r->span[i]);
		if (r->span[i].unit == UNIT_DAY || r->span[i].unit == UNIT_WORKDAY) {
			explain_days(b, r, day, r->span[i].n, r->span[i].unit);
		} else {
			buf_addf(b, "满%" PRId64 "%s为", r->span[i].n, unit_name_cn(r->span[i].unit));
			put_day(b, next);
			buf_adds(b, "\n");
		}
		day = next;
	}
	explain_roll(b, r, day, d);
}

void reckon_explain(struct buf *b, const struct reckon *r, const struct due *d, struct str start_name)
{
	buf_add(b, start_name);
	buf_addc(b, ' ');
	if (!r->n) {
		buf_adds(b, "固定期限，");
		if (d->by_day)
			explain_roll(b, r, d->last, d);
		else
			time_put_cn(b, d->at);
		return;
	}
	if (d->by_day) {
		put_day(b, day_at(r->start));
		buf_adds(b, "当日不计\n");
		explain_by_day(b, r, d);
		return;
	}
	time_put_cn(b, r->start);
	buf_adds(b, "起连续计算\n");
	for (size_t i = 0; i < r->n_gap; i++) {
		time_put_cn(b, r->gap[i].from);
		buf_adds(b, "至");
		time_put_cn(b, gap_end(r, &r->gap[i]));
		buf_adds(b, "暂停，不计\n");
	}
	time_put_cn(b, d->at);
	buf_adds(b, "届满\n");
}
