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
#define BLOCKS_A_ROUND 16 /* counted before they are stored: a second */
#define BLOCKS_AT_ONCE 64 /* counted while somebody waits */

struct kept {
	struct yearly pub;  /* at 0: not counted yet, somebody has asked */
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
	struct str *head = arena_many(a, n, struct str);

	*ret = (struct yearly_table){ .id = str_dup(a, s->def->id), .name = str_dup(a, s->def->name), .head = head, .n_head = n };
	for (size_t i = 0; i < n; i++)
		head[i] = str_dup(a, s->def->column[i].name);
}

static bool same_table(const struct yearly_table *t, const struct report *def)
{
	bool same = str_eq(t->id, def->id) && str_eq(t->name, def->name) && t->n_head == def->n_column;

	for (size_t i = 0; same && i < t->n_head; i++)
		same = str_eq(t->head[i], def->column[i].name);
	return same;
}

/* The table that another pack has begun, or a new one. */
static struct yearly_table *table_for(struct kept *k, struct yearly_table *t, const struct report_sheet *s)
{
	for (size_t i = 0; i < k->pub.n_table; i++)
		if (same_table(&t[i], s->def))
			return &t[i];
	table_of(k->a, s, &t[k->pub.n_table]);
	return &t[k->pub.n_table++];
}

static bool add_up(struct arena *a, struct yearly_table *t, const struct val *sum, struct err *err)
{
	struct val *both = arena_many(a, t->n_head, struct val);

	for (size_t i = 0; i < t->n_head; i++) {
		both[i] = t->sum ? t->sum[i] : sum[i];
		if (t->sum && !val_is_null(sum[i]) && !val_is_null(both[i]) && !dec_add(both[i].n, sum[i].n, &both[i].n))
			return err_set(err, ERR_BUG, "合计过大");
	}
	t->sum = both;
	return true;
}

static bool add_sheet(struct arena *a, struct yearly_table *t, const struct report_sheet *s, struct err *err)
{
	struct yearly_line *line = arena_many(a, t->n_line + s->n, struct yearly_line);

	for (size_t i = 0; i < t->n_line; i++)
		line[i] = t->line[i];
	for (size_t i = 0; i < s->n; i++)
		line[t->n_line + i] = (struct yearly_line){ s->row[i].organ, s->row[i].name, s->row[i].cell };
	t->line = line;
	t->n_line += s->n;
	return add_up(a, t, s->sum, err);
}

static bool tables(struct app *app, struct db *db, struct kept *k, const struct law *law, struct yearly_table *t, struct err *err)
{
	bool sees;

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
			if (!add_sheet(k->a, table_for(k, t, &s), &s, err))
				return false;
		}
	return true;
}

/* Of each pack the figures of its own organs. */
static bool all_tables(struct app *app, struct db *db, struct kept *k, struct err *err)
{
	const struct law *const *law;
	struct yearly_table *t;
	size_t n, most = 0;

	if (!engine_laws_in_use(app->engine, db, k->a, &law, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < law[i]->n_kind; j++)
			most += law[i]->kind[j].n_report;
	t = arena_many(k->a, most, struct yearly_table);
	for (size_t i = 0; i < n; i++)
		if (!tables(app, db, k, law[i], t, err))
			return false;
	k->pub.table = t;
	return true;
}

static bool count(struct app *app, struct db *db, int64_t year, int64_t asked, struct kept **ret, struct err *err)
{
	const int64_t begun = time_monotonic();
	struct arena *a = arena_new();
	struct kept *k = arena_one(a, struct kept);
	void **memo;
	bool ok;

	*k = (struct kept){ .pub = { .year = year, .at = engine_now(app->engine) }, .a = a, .asked = asked, .refs = 1 };
	ok = all_tables(app, db, k, err);
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

/* Counts what is not kept of a year's reports, the public's and the others, as far as k->most allows. */
static bool keep_year(struct app *app, struct db *db, struct arena *a, int64_t year, struct tally_keep *k, struct err *err)
{
	const struct law *law;
	int64_t def;

	return engine_law_of_organ(app->engine, db, a, 0, &law, &def, err)
	       && matter_reports_keep(app->engine, db, a, law, day_of((int)year, 1, 1), k, err);
}

/* On the shelf without figures, so that the follower counts it at once. */
static void want(struct app *app, int64_t year, int64_t now)
{
	struct arena *a = arena_new();
	struct kept *k = arena_one(a, struct kept);

	*k = (struct kept){ .pub = { .year = year }, .a = a, .asked = now, .refs = 1 };
	put(app, k);
	app_wake(app);
}

/* For who is waiting: what is missing is counted when it is little, else it is left to the follower. Under shelf.counting. */
static bool count_now(struct app *app, struct db *db, struct arena *a, int64_t year, int64_t now, struct kept **ret, struct err *err)
{
	struct tally_keep missing = { .most = 0 };

	if (!keep_year(app, db, a, year, &missing, err))
		return false;
	if (missing.left > BLOCKS_AT_ONCE) {
		want(app, year, now);
		return true;
	}
	if (!count(app, db, year, now, ret, err))
		return false;
	(*ret)->refs++;
	put(app, *ret);
	return true;
}

bool yearly_get(struct app *app, struct db *db, struct arena *a, int64_t year, const struct yearly **ret, struct err *err)
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
		ok = k || count_now(app, db, a, year, now, &k, err);
		(void)pthread_mutex_unlock(&shelf.counting);
	}
	if (!ok)
		return false;
	if (!k || !k->pub.at) {
		if (k)
			yearly_free(app, &k->pub);
		return err_set(err, ERR_BUSY, "%lld年度的统计正在计算，请一两分钟后再看", (long long)year);
	}
	*ret = &k->pub;
	return true;
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

static bool store(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	return matter_tally_store(db, a, ctx, err);
}

/* *ret_whole: nothing is missing any more. */
static bool keep_some(struct app *app, struct db *db, int64_t year, bool *ret_whole, struct err *err)
{
	struct tally_keep k = { .most = BLOCKS_A_ROUND };
	struct arena *a = arena_new();
	bool ok = keep_year(app, db, a, year, &k, err) && writer_run(app->writer, "tally", store, &k, err);

	*ret_whole = ok && !k.left;
	(void)arena_free(a);
	return ok;
}

static bool work_on(struct app *app, struct db *db, const struct due *due, bool *ret_whole, struct err *err)
{
	struct kept *k;
	bool ok;

	if (!keep_some(app, db, due->year, ret_whole, err))
		return false;
	if (!*ret_whole)
		return true;
	(void)pthread_mutex_lock(&shelf.counting);
	ok = count(app, db, due->year, due->asked, &k, err);
	if (ok)
		put(app, k);
	(void)pthread_mutex_unlock(&shelf.counting);
	return ok;
}

/* One year a round, and of that what is soon counted: whoever ends the program waits for no more. */
void yearly_work(struct app *app, struct follower *f)
{
	struct due due[YEARS_KEPT + 2];
	struct err err = { 0 };
	struct db *db;
	bool whole;
	size_t n;

	if (f->stop) {
		empty(app);
		return;
	}
	n = due_years(app, engine_now(app->engine), due);
	if (!n || !follower_db(f, app, &db, &err))
		return; /* the database is away: the next round asks again */
	if (!work_on(app, db, &due[0], &whole, &err)) {
		log_line(LOG_WARNING, "statistics of %lld: %s (%s)", (long long)due[0].year, err.msg, err.detail);
		follower_lost(f);
		return;
	}
	f->more = n > 1 || !whole;
}
