/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/removing.h"

#include "base/day.h"
#include "base/log.h"
#include "blob/blob.h"
#include "matter/removal.h"

#define A_ROUND 20   /* orders */
#define FILES ((int64_t)20) /* deleted in one turn: some milliseconds */
#define COMPLAIN_MS 3600000

struct removing {
	struct app *app;
	struct removal_order order;
	enum removal_outcome outcome;
	int64_t n;
};

static bool order_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct removing *x = ctx;

	return removal_run(x->app->engine, db, a, &x->order, &x->outcome, err);
}

static bool files_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct removing *x = ctx;

	return blob_let_go(db, a, &x->app->blobs, FILES, &x->n, err);
}

static const struct stmt st_leaving = { "removing_leaving", "SELECT 1 FROM blob WHERE place = 'leaving' LIMIT 1" };

/* An order that must wait does not hold up those behind it. */
static bool orders(struct removing *x, struct db *db, struct arena *a, struct err *err)
{
	bool found = true;

	for (int i = 0; i < A_ROUND; i++) {
		if (!removal_next(db, a, x->order.id, &x->order, &found, err))
			return false;
		if (!found)
			return true;
		if (!writer_run(x->app->writer, "removal", order_run, x, err))
			return false;
		if (x->outcome == REMOVAL_UNLAWFUL)
			log_line(LOG_ERROR, "removal of matter %lld was ordered without an approved list: nothing was removed",
				 (long long)x->order.matter);
	}
	return true;
}

static bool files(struct removing *x, struct db *db, struct arena *a, struct err *err)
{
	int64_t one;
	const struct db_out out[] = { db_to_i64(&one) };
	bool found;

	if (!db_maybe(db, a, &st_leaving, DB_NONE, DB_OUT(out), &found, err))
		return false;
	return !found || writer_run(x->app->writer, "removed", files_run, x, err);
}

void removing_work(struct app *app, struct follower *f)
{
	struct removing x = { .app = app };
	struct err err = { 0 };
	struct arena *a;
	struct db *db;

	if (f->stop || !app->writer || app->read_only)
		return;
	a = arena_new();
	if (!follower_db(f, app, &db, &err) || !orders(&x, db, a, &err) || !files(&x, db, a, &err)) {
		follower_lost(f);
		if (!f->done_at || time_monotonic() - f->done_at > COMPLAIN_MS) {
			log_line(LOG_WARNING, "removing: %s (%s)", err.msg, err.detail);
			f->done_at = time_monotonic();
		}
	}
	f->more = x.n == FILES;
	(void)arena_free(a);
}
