/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A clock for people: the chip with sign, what is left and the day (experience.md 4), and its reckoning. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/day.h"
#include "matter/inner.h"

#define CHIP_MAX 300 /* bytes of a chip */

static enum light light_of(const struct run *r, int64_t now)
{
	switch (r->state) {
	case CLOCK_RUNNING:
		if (r->due && now >= r->due)
			return LIGHT_RED;
		return r->yellow && now >= r->yellow ? LIGHT_YELLOW : LIGHT_GREEN;
	case CLOCK_PAUSED:
		return LIGHT_PAUSED;
	case CLOCK_MET:
		return r->due && r->stopped >= r->due ? LIGHT_MET_LATE : LIGHT_MET;
	case CLOCK_LATE:
		return LIGHT_MET_LATE;
	default:
		return LIGHT_NONE;
	}
}

static const char *sign_of(enum light l)
{
	static const char *const sign[] = { [LIGHT_NONE] = "○", [LIGHT_GREEN] = "●", [LIGHT_YELLOW] = "▲",
					    [LIGHT_RED] = "■", [LIGHT_PAUSED] = "‖", [LIGHT_MET] = "✓",
					    [LIGHT_MET_LATE] = "✓" };

	return sign[l];
}

/* 11月25日; with the year when it is not this one. */
static void put_day(struct buf *b, int64_t day, int64_t now)
{
	struct ymd d = day_ymd(day);

	if (d.year != day_ymd(day_at(now)).year)
		buf_addf(b, "%d年", d.year);
	buf_addf(b, "%d月%d日", d.month, d.day);
}

static void put_clock(struct buf *b, int64_t ms, int64_t now)
{
	if (day_at(ms) == day_at(now))
		buf_adds(b, "今日");
	else
		put_day(b, day_at(ms), now);
	buf_addf(b, "%d:%02d", time_hour(ms), (int)((ms + SHANGHAI_MS) / 60000 % 60));
}

/* 5小时20分 */
static void put_length(struct buf *b, int64_t ms)
{
	int64_t minutes = (ms + 59999) / 60000;

	if (minutes >= 60)
		buf_addf(b, "%" PRId64 "小时", minutes / 60);
	if (minutes % 60 || minutes < 60)
		buf_addf(b, "%" PRId64 "分", minutes % 60);
}

static void put_left(struct buf *b, const struct due *d, int64_t left)
{
	if (!d->by_day)
		put_length(b, left);
	else
		buf_addf(b, "%" PRId64 "%s", left, d->unit == UNIT_WORKDAY ? "个工作日" : "日");
}

static void put_late(struct buf *b, const struct calendar *c, const struct due *d, int64_t now)
{
	int64_t late = -reckon_left(c, d, now);

	buf_adds(b, "已逾期");
	if (!d->by_day)
		put_length(b, late);
	else if (d->unit == UNIT_WORKDAY && late > 0)
		buf_addf(b, "%" PRId64 "个工作日", late);
	else
		buf_addf(b, "%" PRId64 "日", day_at(now) - d->last);
	buf_adds(b, " · 应于");
	if (d->by_day)
		put_day(b, d->last, now);
	else
		put_clock(b, d->at, now);
	buf_adds(b, "前");
}

static void put_running(struct buf *b, const struct due *d, int64_t left, int64_t now, bool provisional)
{
	if (d->by_day && d->last == day_at(now)) {
		buf_adds(b, "今日24时届满");
		return;
	}
	buf_adds(b, "剩");
	put_left(b, d, left);
	buf_adds(b, provisional ? " · 暂定" : " · ");
	if (d->by_day)
		put_day(b, d->last, now);
	else
		put_clock(b, d->at, now);
	buf_adds(b, "届满");
}

/* What pauses it: the name of the pausing action or child. */
static struct str pause_name(const struct kind *k, const struct run *r, int64_t *ret_from)
{
	for (size_t i = 0; i < r->n_pause; i++) {
		const struct clock_pause *p;
		const struct action *ac;

		if (r->pause[i].gap.to || (size_t)r->pause[i].which >= r->def->n_pause)
			continue;
		*ret_from = r->pause[i].gap.from;
		p = &r->def->pause[r->pause[i].which];
		if (p->child.n) {
			const struct kind *child = law_kind(k->law, p->child);

			return child ? child->name : p->child;
		}
		ac = p->n_from ? kind_action(k, p->from[0]) : NULL;
		return ac ? ac->name : (struct str){ 0 };
	}
	return (struct str){ 0 };
}

static void put_paused(struct buf *b, const struct kind *k, const struct run *r, const struct due *d, int64_t left,
		       int64_t now)
{
	int64_t from = now;
	struct str why = pause_name(k, r, &from);

	buf_addf(b, "已暂停（%.*s第%" PRId64 "日）· 恢复后剩", STR_FMT(why), day_at(now) - day_at(from) + 1);
	put_left(b, d, left > 0 ? left : 0);
}

static struct str who_names(struct turn *t, const struct run *r)
{
	struct principals p = { .a = t->a };
	struct str rest = r->who, one;
	struct val_list to = { 0 };
	struct buf b;
	struct err err;

	while (str_cut(&rest, ' ', &one))
		if (one.n)
			principals_add(&p, one);
	if (!principals_persons(t, &p, &to, &err))
		return (struct str){ 0 };
	buf_init(&b, t->a, 400);
	for (size_t i = 0; i < to.n && i < 8; i++) {
		struct str name;

		if (turn_name(t, to.v[i].i, &name, &err) && name.n) {
			buf_adds(&b, b.n ? "、" : "");
			buf_add(&b, name);
		}
	}
	if (to.n > 8)
		buf_addf(&b, "等%zu人", to.n);
	return buf_str(&b);
}

void run_view(struct turn *t, const struct kind *k, const struct run *r, struct clock_view *ret)
{
	const struct calendar *c = k->law->calendar;
	size_t limit;
	struct due d = run_due(t->a, c, r, t->now, &limit);
	struct buf b;

	*ret = (struct clock_view){ .def = r->def, .run = r->run, .yellow = r->yellow, .light = light_of(r, t->now),
				    .provisional = r->provisional, .v = run_value(r, c, t->now),
				    .left = reckon_left(c, &d, t->now), .who = who_names(t, r) };
	if (r->state == CLOCK_PAUSED) /* days of the pause do not count: what is left is what was left at its start */
		ret->left = reckon_left(c, &d, t->now);
	buf_init(&b, t->a, CHIP_MAX);
	buf_addf(&b, "%s ", sign_of(ret->light));
	switch (ret->light) {
	case LIGHT_GREEN:
	case LIGHT_YELLOW:
		put_running(&b, &d, ret->left, t->now, r->provisional);
		break;
	case LIGHT_RED:
		put_late(&b, c, &d, t->now);
		break;
	case LIGHT_PAUSED:
		put_paused(&b, k, r, &d, ret->left, t->now);
		break;
	case LIGHT_MET:
		buf_adds(&b, "按期办结");
		break;
	case LIGHT_MET_LATE:
		buf_adds(&b, r->state == CLOCK_LATE ? "届满" : "逾期办结");
		break;
	default:
		buf_adds(&b, "已终止");
		break;
	}
	ret->chip = buf_str(&b);
}

void run_put_end(struct turn *t, const struct kind *k, const struct run *r, struct buf *b)
{
	size_t limit;
	const struct due d = run_due(t->a, k->law->calendar, r, t->now, &limit);

	put_day(b, d.by_day ? d.last : day_at(d.at), t->now);
	if (!d.by_day)
		buf_addf(b, "%d:%02d", time_hour(d.at), (int)((d.at + SHANGHAI_MS) / 60000 % 60));
}

void run_explain(struct turn *t, const struct kind *k, const struct run *r, struct buf *b)
{
	const struct action *ac = kind_action(k, r->starter);
	int64_t end = r->stopped ? r->stopped : t->now;

	run_explain_limit(t->a, k->law->calendar, r, end, ac ? ac->name : r->starter, b);
	for (size_t i = 0; i < r->def->node->cite.n; i++) {
		buf_adds(b, i ? "、" : "依据 ");
		ledger_put_cite(engine_ledger(t->e), r->def->node->cite.id[i], b);
	}
	if (r->def->node->cite.n)
		buf_addc(b, '\n');
}
