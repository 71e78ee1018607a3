/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/calendar.h"

#include <string.h>

#include "base/day.h"
#include "law/yaml.h"

/* The known years as one run of days. before[i] is the number of workdays ahead of day first + i, so that
 * counting is a subtraction and adding a binary search. */
struct calendar {
	int64_t first, last;
	bool *work;
	struct str *name;
	int64_t *before;
};

static bool weekday(int64_t day)
{
	return day_weekday(day) <= 5;
}

static bool known(const struct calendar *c, int64_t day)
{
	return day >= c->first && day <= c->last;
}

/* The year of a file and its first day. */
static bool year_of(const struct calendar_file *f, const struct ynode *doc, int64_t *ret_year, struct err *err)
{
	const struct ynode *y = ynode_get(doc, "year");

	if (y && y->sort == YNODE_SCALAR && day_parse(str_fmt(doc->arena, "%.*s-01-01", STR_FMT(y->text)), ret_year))
		return true;
	return err_set(err, ERR_LAW, "%s: 缺少 year，或者不是四位年份", f->name);
}

static bool mark(struct calendar *c, const struct calendar_file *f, const struct ynode *doc, const char *key,
		 bool work, struct err *err)
{
	const struct ynode *days = ynode_get(doc, key);
	int64_t day;

	for (size_t i = 0; days && i < days->n; i++) {
		const struct ynode *m = days->child[i];

		if (!day_parse(m->key, &day) || !known(c, day))
			return err_set(err, ERR_LAW, "%s:%d: “%.*s”不是已知年份内的日期", f->name, m->line, STR_FMT(m->key));
		c->work[day - c->first] = work;
		c->name[day - c->first] = m->text;
	}
	return true;
}

static void count_up(struct calendar *c)
{
	int64_t n = 0;

	for (int64_t i = 0; i <= c->last - c->first; i++) {
		c->before[i] = n;
		n += c->work[i];
	}
	c->before[c->last - c->first + 1] = n;
}

/* Years without a gap: a missing year in between would be guessed in silence. */
static bool span_years(struct calendar *c, const int64_t *first, size_t n, struct err *err)
{
	bool found;

	c->first = INT64_MAX;
	c->last = INT64_MIN;
	for (size_t i = 0; i < n; i++) {
		c->first = first[i] < c->first ? first[i] : c->first;
		c->last = first[i] > c->last ? first[i] : c->last;
	}
	for (int64_t y = c->first; y < c->last; y = day_add_months(y, 12)) {
		found = false;
		for (size_t i = 0; i < n; i++)
			found = found || first[i] == y;
		if (!found)
			return err_set(err, ERR_LAW, "日历缺少%d年", day_ymd(y).year);
	}
	c->last = day_add_months(c->last, 12) - 1;
	return true;
}

static void make_days(struct calendar *c, struct arena *a)
{
	size_t days = (size_t)(c->last - c->first + 1);

	c->work = arena_many(a, days, bool);
	c->name = arena_many(a, days, struct str);
	c->before = arena_many(a, days + 1, int64_t);
	for (size_t i = 0; i < days; i++)
		c->work[i] = weekday(c->first + (int64_t)i);
}

bool calendar_load(struct arena *a, const struct calendar_file *file, size_t n, const struct calendar **ret,
		   struct err *err)
{
	struct calendar *c = arena_one(a, struct calendar);
	const struct ynode **doc = arena_many(a, n, const struct ynode *);
	int64_t *first = arena_many(a, n, int64_t);

	if (!n)
		return err_set(err, ERR_LAW, "没有日历文件（law/calendar/年份.yaml）");
	for (size_t i = 0; i < n; i++)
		if (!yaml_read_one(a, file[i].name, file[i].text, &doc[i], err)
		    || !year_of(&file[i], doc[i], &first[i], err))
			return false;
	if (!span_years(c, first, n, err))
		return false;
	make_days(c, a);
	for (size_t i = 0; i < n; i++)
		if (!mark(c, &file[i], doc[i], "off", false, err) || !mark(c, &file[i], doc[i], "work", true, err))
			return false;
	count_up(c);
	*ret = c;
	return true;
}

int64_t calendar_first(const struct calendar *c)
{
	return c->first;
}

int64_t calendar_last(const struct calendar *c)
{
	return c->last;
}

bool calendar_workday(const struct calendar *c, int64_t day)
{
	return known(c, day) ? c->work[day - c->first] : weekday(day);
}

struct str calendar_name(const struct calendar *c, int64_t day)
{
	return known(c, day) ? c->name[day - c->first] : (struct str){ 0 };
}

/* Workdays ahead of a day, counted from some fixed point; the known table in the middle, weekdays around. */
static int64_t weekdays_before(int64_t day)
{
	int64_t since = day + 3; /* 1969-12-29 was a Monday */
	int64_t week = since >= 0 ? since / 7 : (since - 6) / 7;
	int64_t rest = since - week * 7;

	return week * 5 + (rest < 5 ? rest : 5);
}

static int64_t work_before(const struct calendar *c, int64_t day)
{
	int64_t total = c->before[c->last - c->first + 1];

	if (day < c->first)
		return weekdays_before(day) - weekdays_before(c->first);
	if (day > c->last)
		return total + weekdays_before(day) - weekdays_before(c->last + 1);
	return c->before[day - c->first];
}

int64_t calendar_count(const struct calendar *c, int64_t from, int64_t to, bool *ret_known)
{
	*ret_known = (known(c, from) || known(c, from + 1)) && known(c, to);
	return work_before(c, to + 1) - work_before(c, from + 1);
}

int64_t calendar_add(const struct calendar *c, int64_t day, int64_t n, bool *ret_known)
{
	int64_t want, low, high;

	if (n == 0) {
		*ret_known = known(c, day);
		return day;
	}
	/* The n-th workday after day is the first d with work_before(d + 1) = work_before(day + 1) + n;
	 * the n-th before it is the last d with work_before(d) = work_before(day) - |n|. */
	want = n > 0 ? work_before(c, day + 1) + n : work_before(c, day) + n + 1;
	low = n > 0 ? day + 1 : day + 2 * n - 40;
	high = n > 0 ? day + 2 * n + 40 : day - 1; /* no run of days off is longer than 40 days or every second day */
	while (low < high) {
		int64_t mid = low + (high - low) / 2;

		if (work_before(c, mid + 1) < want)
			low = mid + 1;
		else
			high = mid;
	}
	*ret_known = known(c, low) && (known(c, day) || known(c, day + 1));
	return low;
}

int64_t calendar_due(const struct calendar *c, int64_t day, struct span span, bool *ret_known)
{
	int64_t last;

	switch (span.unit) {
	case UNIT_WORKDAY:
		return calendar_add(c, day, span.n, ret_known);
	case UNIT_MONTH:
		last = day_add_months(day, span.n);
		break;
	case UNIT_YEAR:
		last = day_add_months(day, span.n * 12);
		break;
	default:
		last = day + span.n;
		break;
	}
	while (!calendar_workday(c, last))
		last++;
	*ret_known = known(c, last);
	return last;
}
