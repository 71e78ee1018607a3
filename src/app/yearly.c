/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/yearly.h"

#include "app/public.h"
#include "base/day.h"
#include "base/log.h"
#include "matter/duty.h"

#define OLD_MS ((int64_t)10 * 60000)      /* an hour's decisions are few: nobody acts on a yearly figure within minutes */
#define SHARE 20                          /* counting takes at most a twentieth of the time */
#define WANTED_MS ((int64_t)24 * 3600000) /* after it nobody has asked for that long, a year is counted when it is asked again */
#define YEARS_KEPT 16

struct kept {
	struct yearly pub;
	struct arena *a;
	int64_t took, asked;
	int refs;           /* readers, and the shelf */
};

/* One for each folder that a process serves: under the lock. counting: one count at a time. */
static struct {
	pthread_mutex_t lock, counting;
	struct { const struct app *app; struct kept *k; } slot[YEARS_KEPT];
} shelf = { .lock = PTHREAD_MUTEX_INITIALIZER, .counting = PTHREAD_MUTEX_INITIALIZER };

/* ---- the shelf ---- */

static void let_go(struct kept *k)
{
	if (k && --k->refs == 0)
		(void)arena_free(k->a);
}

static struct kept **slot_of(const struct app *app, int64_t year)
{
	for (size_t i = 0; i < YEARS_KEPT; i++)
		if (shelf.slot[i].k && shelf.slot[i].app == app && shelf.slot[i].k->pub.year == year)
			return &shelf.slot[i].k;
	return NULL;
}

static struct kept *take(const struct app *app, int64_t year, int64_t now)
{
	struct kept **at, *k = NULL;

	(void)pthread_mutex_lock(&shelf.lock);
	at = slot_of(app, year);
	if (at) {
		k = *at;
		k->refs++;
		k->asked = now;
	}
	(void)pthread_mutex_unlock(&shelf.lock);
	return k;
}

/* In place of the older count of that year, else of the year that was asked for longest ago. */
static void put(const struct app *app, struct kept *k)
{
	size_t at = 0;

	(void)pthread_mutex_lock(&shelf.lock);
	for (size_t i = 0; i < YEARS_KEPT; i++) {
		const struct kept *there = shelf.slot[i].k, *worst = shelf.slot[at].k;

		if (there && shelf.slot[i].app == app && there->pub.year == k->pub.year) {
			at = i;
			break;
		}
		if (worst && (!there || there->asked < worst->asked))
			at = i;
	}
	let_go(shelf.slot[at].k);
	shelf.slot[at].app = app;
	shelf.slot[at].k = k;
	(void)pthread_mutex_unlock(&shelf.lock);
}

void yearly_free(struct app *app, const struct yearly *y)
{
	(void)app;
	if (!y)
		return;
	(void)pthread_mutex_lock(&shelf.lock);
	let_go((struct kept *)(uintptr_t)y); /* its first member */
	(void)pthread_mutex_unlock(&shelf.lock);
}

/* ---- counting ---- */

static void table_of(struct arena *a, const struct report_sheet *s, struct yearly_table *ret)
{
	const size_t n = s->def->n_column;
	struct yearly_line *line = arena_many(a, s->n, struct yearly_line);
	struct str *head = arena_many(a, n, struct str);

	*ret = (struct yearly_table){ .id = str_dup(a, s->def->id), .name = str_dup(a, s->def->name), .head = head, .n_head = n,
				      .line = line, .n_line = s->n, .sum = s->sum };
	for (size_t i = 0; i < n; i++)
		head[i] = str_dup(a, s->def->column[i].name);
	for (size_t i = 0; i < s->n; i++)
		line[i] = (struct yearly_line){ s->row[i].name, s->row[i].cell };
}

static bool tables(struct app *app, struct db *db, struct kept *k, const struct law *law, struct err *err)
{
	struct yearly_table *t;
	size_t most = 0;
	bool sees;

	for (size_t i = 0; i < law->n_kind; i++)
		most += law->kind[i].n_report;
	t = arena_many(k->a, most, struct yearly_table);
	for (size_t i = 0; i < law->n_kind; i++)
		for (size_t j = 0; j < law->kind[i].n_report; j++) {
			const struct report *def = &law->kind[i].report[j];
			struct report_sheet s;

			if (def->every != EVERY_YEAR)
				continue;
			if (!matter_report_sees(app->engine, db, k->a, &anyone, law, def, 0, &sees, err))
				return false;
			if (!sees)
				continue;
			if (!matter_report(app->engine, db, k->a, law, def, day_of((int)k->pub.year, 1, 1), &s, err))
				return false;
			table_of(k->a, &s, &t[k->pub.n_table++]);
		}
	k->pub.table = t;
	return true;
}

static bool count(struct app *app, struct db *db, int64_t year, int64_t asked, struct kept **ret, struct err *err)
{
	const int64_t begun = time_monotonic();
	struct arena *a = arena_new();
	struct kept *k = arena_one(a, struct kept);
	const struct law *law;
	void **memo;
	int64_t def;
	bool ok;

	*k = (struct kept){ .pub = { .year = year, .at = engine_now(app->engine) }, .a = a, .asked = asked, .refs = 1 };
	ok = engine_law_of_organ(app->engine, db, a, 0, &law, &def, err) && tables(app, db, k, law, err);
	memo = db_view_memo(db);
	if (memo)
		*memo = NULL; /* it lies in this arena, which outlives no view */
	if (!ok) {
		(void)arena_free(a);
		return false;
	}
	k->took = time_monotonic() - begun;
	*ret = k;
	return true;
}

bool yearly_get(struct app *app, struct db *db, int64_t year, const struct yearly **ret, struct err *err)
{
	const int64_t now = engine_now(app->engine);
	struct kept *k = take(app, year, now);
	bool ok = true;

	*ret = NULL;
	if (year < YEARLY_FIRST || year > day_ymd(day_at(now)).year)
		return err_set(err, ERR_NOT_FOUND, "没有%lld年度的统计", (long long)year);
	if (!k) {
		(void)pthread_mutex_lock(&shelf.counting);
		k = take(app, year, now); /* somebody else has counted it meanwhile */
		if (!k && (ok = count(app, db, year, now, &k, err))) {
			k->refs++;
			put(app, k);
		}
		(void)pthread_mutex_unlock(&shelf.counting);
	}
	*ret = ok ? &k->pub : NULL;
	return ok;
}

/* ---- the follower ---- */

static bool is_due(const struct kept *k, int64_t now)
{
	const int64_t every = k->took * SHARE > OLD_MS ? k->took * SHARE : OLD_MS;

	return now - k->pub.at >= every || now < k->pub.at;
}

struct due {
	int64_t year, asked;
};

/* Years to count: this one, the last one, and those that were asked for within a day. */
static size_t due_years(const struct app *app, int64_t now, struct due due[YEARS_KEPT + 2])
{
	const int64_t this_year = day_ymd(day_at(now)).year;
	size_t n = 0;

	(void)pthread_mutex_lock(&shelf.lock);
	for (int64_t y = this_year; y > this_year - 2; y--)
		if (!slot_of(app, y))
			due[n++] = (struct due){ y, now };
	for (size_t i = 0; i < YEARS_KEPT; i++) {
		const struct kept *k = shelf.slot[i].k;

		if (k && shelf.slot[i].app == app && is_due(k, now)
		    && (k->pub.year > this_year - 2 || now - k->asked < WANTED_MS))
			due[n++] = (struct due){ k->pub.year, k->asked };
	}
	(void)pthread_mutex_unlock(&shelf.lock);
	return n;
}

static void empty(const struct app *app)
{
	(void)pthread_mutex_lock(&shelf.lock);
	for (size_t i = 0; i < YEARS_KEPT; i++)
		if (shelf.slot[i].app == app) {
			let_go(shelf.slot[i].k);
			shelf.slot[i].k = NULL;
		}
	(void)pthread_mutex_unlock(&shelf.lock);
}

void yearly_work(struct app *app, struct follower *f)
{
	const int64_t now = engine_now(app->engine);
	struct due due[YEARS_KEPT + 2];
	struct err err = { 0 };
	struct kept *k;
	struct db *db;
	size_t n;

	if (f->stop) {
		empty(app);
		return;
	}
	n = due_years(app, now, due);
	for (size_t i = 0; n && i < n && !f->stop; i++) {
		if (!follower_db(f, app, &db, &err))
			return; /* the database is away: the next round asks again */
		(void)pthread_mutex_lock(&shelf.counting);
		if (count(app, db, due[i].year, due[i].asked, &k, &err)) {
			put(app, k);
		} else {
			log_line(LOG_WARNING, "statistics of %lld: %s", (long long)due[i].year, err.detail);
			follower_lost(f);
			i = n;
		}
		(void)pthread_mutex_unlock(&shelf.counting);
	}
}
