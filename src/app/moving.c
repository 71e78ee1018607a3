/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/moving.h"

#include <stdlib.h>

#include "base/day.h"
#include "base/log.h"
#include "blob/s3.h"

#define A_ROUND 100
#define AWAY_MS 10000 /* between tries while the store is away */

bool moving_open(const char *address, struct s3 **ret, struct err *err)
{
	const struct s3_key key = { getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY"), getenv("AWS_REGION") };

	*ret = NULL;
	return !address || s3_open(address, &key, ret, err);
}

bool moving_check(struct app *app, struct err *err)
{
	struct err why = { 0 };

	if (!app->blobs.store || s3_check(app->blobs.store, &why))
		return true;
	if (why.code == ERR_BUSY) {
		log_line(LOG_WARNING, "--blobs: %s (%s)", why.msg, why.detail);
		return true;
	}
	*err = why;
	return false;
}

static bool moved_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct blob *b = ctx;

	(void)a;
	return blob_moved(db, b->sha256, err);
}

/* The oldest that is here; what is in another process's folder is moved by that one. */
static bool move_one(struct app *app, struct db *db, struct arena *a, bool *ret_moved, struct err *err)
{
	const struct blob *v;
	size_t n;

	if (!blob_waiting(db, a, A_ROUND, &v, &n, err))
		return false;
	for (size_t i = 0; i < n && !*ret_moved; i++) {
		struct blob b = v[i];

		if (!blob_move(a, &app->blobs, &b, ret_moved, err))
			return false;
		if (*ret_moved && !writer_run(app->writer, "moved", moved_run, &b, err))
			return false;
		if (*ret_moved)
			blob_leave(a, &app->blobs, b.sha256);
	}
	return true;
}

static bool unstored_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct str *digest = ctx;

	(void)a;
	return blob_unstored(db, *digest, err);
}

/* What was let go leaves the store: here, so that the same thread never puts in what it takes out. */
static bool take_out(struct app *app, struct db *db, struct arena *a, bool *ret_gone, struct err *err)
{
	struct str digest;

	return blob_unstoring(db, a, &digest, ret_gone, err)
	    && (!*ret_gone || (blob_unstore(&app->blobs, digest, err) && writer_run(app->writer, "unstored", unstored_run, &digest, err)));
}

void moving_work(struct app *app, struct follower *f)
{
	bool gone = false;
	struct arena *a;
	struct db *db;
	struct err err = { 0 };
	bool moved = false;

	if (f->stop || !app->writer || app->read_only || !app->blobs.store || (f->done_at && time_monotonic() - f->done_at < AWAY_MS))
		return;
	a = arena_new();
	f->done_at = 0;
	if (!follower_db(f, app, &db, &err) || !take_out(app, db, a, &gone, &err) || !move_one(app, db, a, &moved, &err)) {
		follower_lost(f);
		log_line(LOG_WARNING, "moving: %s (%s)", err.msg, err.detail);
		f->done_at = time_monotonic();
	}
	f->more = (moved || gone) && !err.code;
	(void)arena_free(a);
}
