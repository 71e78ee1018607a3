/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "db/writer.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/day.h"
#include "base/log.h"
#include "db/checkpoint.h"
#include "db/driver.h"

#define QUEUE_MAX 1024 /* decision 7: beyond it the client is told to come back */
#define GROUP_MAX 64   /* the longest group is then about 20 ms */
#define GROUP_US 10000
#define WAIT_MS 5000     /* a request waits at most so long */
#define RECONNECT_MS 100 /* between two attempts */

/* A job, and what became of it in the group that runs. */
struct member {
	struct writer_job job;
	int64_t at; /* when it was queued, monotonic ms */
	bool ok;
	bool broke; /* its own error took the transaction along */
	bool unsure; /* it stood in a COMMIT whose answer was lost */
	struct err err;
};

struct group {
	struct member *v; /* GROUP_MAX */
	size_t n;
	bool closed;   /* takes no more from the queue */
	int64_t began; /* monotonic us */
};

struct writer {
	struct arena *a;   /* as long as the writer */
	struct arena *job; /* one job or hook at a time */
	struct db *db;
	struct checkpoint *checkpoint; /* NULL on PostgreSQL */
	struct writer_hooks hooks;
	struct member *members;
	pthread_t thread;
	bool lost; /* the last that was heard of the database */

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	struct member *queue; /* a ring of QUEUE_MAX */
	size_t first, n;
	bool stopping;
	struct writer_stats stats;
};

static int64_t now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- answering ---- */

static bool expired(const struct member *m)
{
	return time_monotonic() - m->at > WAIT_MS;
}

static void answer(struct writer *w, const struct member *m, bool ok, const struct err *err)
{
	(void)pthread_mutex_lock(&w->lock);
	w->stats.jobs++;
	w->stats.failed += !ok;
	(void)pthread_mutex_unlock(&w->lock);
	m->job.done(m->job.ctx, ok, ok ? NULL : err);
}

static void answer_busy(struct writer *w, const struct member *m)
{
	struct err err = { 0 };

	(void)err_set(&err, ERR_BUSY, "办理的人较多，%d秒内没有轮到，内容没有保存，请稍后再试",
		      WAIT_MS / 1000);
	answer(w, m, false, &err);
}

/* ---- the queue ---- */

static bool pop(struct writer *w, struct member *ret)
{
	bool some;

	(void)pthread_mutex_lock(&w->lock);
	some = w->n > 0;
	if (some) {
		*ret = w->queue[w->first];
		w->first = (w->first + 1) % QUEUE_MAX;
		w->n--;
	}
	(void)pthread_mutex_unlock(&w->lock);
	return some;
}

/* The next job for the group that runs: whatever has come meanwhile, but no waiting for more
 * (decision 7). */
static bool take(struct writer *w, struct group *g)
{
	struct member *m = &g->v[g->n];

	if (g->closed || g->n == GROUP_MAX || now_us() - g->began > GROUP_US)
		return false;
	while (pop(w, m)) {
		if (!expired(m)) {
			g->n++;
			return true;
		}
		answer_busy(w, m);
	}
	return false;
}

bool writer_submit(struct writer *w, const struct writer_job *job, struct err *err)
{
	bool room;

	(void)pthread_mutex_lock(&w->lock);
	room = !w->stopping && w->n < QUEUE_MAX;
	if (room) {
		w->queue[(w->first + w->n++) % QUEUE_MAX] =
			(struct member){ .job = *job, .at = time_monotonic() };
		(void)pthread_cond_signal(&w->wake);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return room || err_set(err, ERR_BUSY, "现在办理的人较多，请稍后再试");
}

/* ---- one group ---- */

static const struct stmt st_turn = { "turn_postgres",
				     "SELECT size FROM log_head WHERE id = 1 FOR UPDATE" };

/* BEGIN and, on PostgreSQL, the row that only one process can hold (decision 6). */
static bool turn(struct writer *w, struct err *err)
{
	int64_t size;
	const struct db_out out[] = { db_to_i64(&size) };

	arena_reset(w->job);
	if (!db_begin(w->db, "turn", err))
		return false;
	if (db_dialect(w->db) == DB_POSTGRES
	    && !db_one(w->db, w->job, &st_turn, DB_NONE, DB_OUT(out), err))
		return false;
	return !w->hooks.begin_group || w->hooks.begin_group(w->db, w->job, w->hooks.ctx, err);
}

struct run_ctx {
	struct writer *w;
	const struct writer_job *job;
};

static bool run_in_point(struct db *db, void *ctx, struct err *err)
{
	const struct run_ctx *c = ctx;

	arena_reset(c->w->job);
	return c->job->run(db, c->w->job, c->job->ctx, err);
}

/* Runs one job in its savepoint; false when the whole transaction is gone with it. */
static bool run_member(struct writer *w, struct member *m)
{
	struct run_ctx c = { w, &m->job };

	m->err = (struct err){ 0 };
	m->ok = db_point(w->db, run_in_point, &c, &m->err);
	m->broke = !m->ok && !db_in_tx(w->db) && m->err.code != ERR_DB_LOST;
	return m->ok || db_in_tx(w->db);
}

static bool run_members(struct writer *w, struct group *g, struct err *err)
{
	for (size_t i = 0; i < g->n || take(w, g); i++) {
		if (!run_member(w, &g->v[i])) {
			*err = g->v[i].err;
			return false;
		}
	}
	return true;
}

static bool end_turn(struct writer *w, struct group *g, struct err *err)
{
	arena_reset(w->job);
	if (w->hooks.end_group && !w->hooks.end_group(w->db, w->job, w->hooks.ctx, err))
		return false;
	if (db_commit(w->db, err))
		return true;
	for (size_t i = 0; i < g->n; i++)
		g->v[i].unsure = g->v[i].unsure || err->code == ERR_DB_LOST;
	return false;
}

static void count_group(struct writer *w, const struct group *g)
{
	const int64_t us = now_us() - g->began;

	(void)pthread_mutex_lock(&w->lock);
	w->stats.groups++;
	if (us > w->stats.longest_group_us)
		w->stats.longest_group_us = us;
	(void)pthread_mutex_unlock(&w->lock);
	checkpoint_grew(w->checkpoint, w->db->wal_bytes);
}

/* One transaction: all of it or nothing. */
static bool group_once(struct writer *w, struct group *g, struct err *err)
{
	g->began = now_us();
	if (!turn(w, err) || !run_members(w, g, err) || !end_turn(w, g, err)) {
		db_rollback(w->db);
		if (err->code == ERR_DB_LOST && !w->lost)
			log_line(LOG_WARNING, "database lost: %s", err->detail);
		w->lost = err->code == ERR_DB_LOST;
		return false;
	}
	if (w->lost)
		log_line(LOG_INFO, "database is back");
	w->lost = false;
	count_group(w, g);
	return true;
}

static void answer_all(struct writer *w, const struct group *g)
{
	for (size_t i = 0; i < g->n; i++)
		answer(w, &g->v[i], g->v[i].ok, &g->v[i].err);
	if (w->hooks.committed)
		w->hooks.committed(w->hooks.ctx);
}

/* A job of a group that did not commit, in a transaction of its own. After a lost connection it
 * tries until its time is up: if a COMMIT was done whose answer was lost, the once-token finds it
 * (decision 9). why: what became of the group. */
static void alone(struct writer *w, struct member *m, const struct err *why)
{
	struct err err = *why;
	struct group g = { .v = m, .n = 1, .closed = true };

	while (!expired(m)) {
		err_clear(&err);
		if (group_once(w, &g, &err)) {
			answer_all(w, &g);
			return;
		}
		if (err.code != ERR_DB_LOST)
			break;
		db_wait(RECONNECT_MS);
	}
	if (m->unsure && err.code == ERR_DB_LOST)
		err_set(&err, ERR_DB_LOST, WRITER_UNSURE);
	answer(w, m, false, m->broke ? &m->err : &err);
}

static void group_do(struct writer *w, struct group *g)
{
	struct err err = { 0 };

	if (group_once(w, g, &err)) {
		answer_all(w, g);
		return;
	}
	for (size_t i = 0; i < g->n; i++) {
		if (g->v[i].broke)
			answer(w, &g->v[i], false, &g->v[i].err);
		else
			alone(w, &g->v[i], &err);
	}
}

/* ---- the thread ---- */

static bool wait_for_jobs(struct writer *w)
{
	bool some;

	(void)pthread_mutex_lock(&w->lock);
	while (!w->n && !w->stopping)
		(void)pthread_cond_wait(&w->wake, &w->lock);
	some = w->n > 0;
	(void)pthread_mutex_unlock(&w->lock);
	return some;
}

static void *main_loop(void *ctx)
{
	struct writer *w = ctx;

	while (wait_for_jobs(w)) {
		struct group g = { .v = w->members, .began = now_us() };

		if (take(w, &g))
			group_do(w, &g);
	}
	return NULL;
}

/* ---- starting and stopping ---- */

static bool open_all(struct writer *w, const char *address, struct err *err)
{
	return db_open(address, DB_WRITE, &w->db, err)
	       && (db_dialect(w->db) != DB_SQLITE || strstr(address, ":memory:")
		   || checkpoint_start(address, &w->checkpoint, err));
}

static void free_all(struct writer *w)
{
	checkpoint_stop(w->checkpoint);
	db_close(w->db);
	(void)pthread_cond_destroy(&w->wake);
	(void)pthread_mutex_destroy(&w->lock);
	arena_free(w->job);
	arena_free(w->a);
}

bool writer_start(const char *address, const struct writer_hooks *hooks, struct writer **ret,
		  struct err *err)
{
	struct arena *a = arena_new();
	struct writer *w = arena_one(a, struct writer);

	w->a = a;
	w->job = arena_new();
	w->queue = arena_many(a, QUEUE_MAX, struct member);
	w->members = arena_many(a, GROUP_MAX + 1, struct member);
	if (hooks)
		w->hooks = *hooks;
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->wake, NULL);
	if (!open_all(w, address, err)) {
		free_all(w);
		return false;
	}
	if (pthread_create(&w->thread, NULL, main_loop, w)) {
		free_all(w);
		return err_set(err, ERR_BUG, "不能启动数据库的写入线程");
	}
	*ret = w;
	return true;
}

void writer_stop(struct writer *w)
{
	if (!w)
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->stopping = true;
	(void)pthread_cond_signal(&w->wake);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL);
	free_all(w);
}

struct writer_stats writer_stats(struct writer *w)
{
	struct writer_stats s;

	(void)pthread_mutex_lock(&w->lock);
	s = w->stats;
	s.waiting = (int64_t)w->n;
	(void)pthread_mutex_unlock(&w->lock);
	return s;
}

/* ---- waiting for one job ---- */

struct waiting {
	bool (*run)(struct db *db, struct arena *a, void *ctx, struct err *err);
	void *ctx;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool over, ok;
	struct err err;
};

static bool waiting_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct waiting *x = ctx;

	return x->run(db, a, x->ctx, err);
}

static void waiting_done(void *ctx, bool ok, const struct err *err)
{
	struct waiting *x = ctx;

	(void)pthread_mutex_lock(&x->lock);
	x->over = true;
	x->ok = ok;
	if (!ok)
		x->err = *err;
	(void)pthread_cond_signal(&x->wake);
	(void)pthread_mutex_unlock(&x->lock);
}

bool writer_run(struct writer *w, const char *name,
		bool (*run)(struct db *db, struct arena *a, void *ctx, struct err *err), void *ctx,
		struct err *err)
{
	struct waiting x = { .run = run,
			     .ctx = ctx,
			     .lock = PTHREAD_MUTEX_INITIALIZER,
			     .wake = PTHREAD_COND_INITIALIZER };
	const struct writer_job job = { waiting_run, waiting_done, &x, name };

	if (!writer_submit(w, &job, err))
		return false;
	(void)pthread_mutex_lock(&x.lock);
	while (!x.over)
		(void)pthread_cond_wait(&x.wake, &x.lock);
	(void)pthread_mutex_unlock(&x.lock);
	if (!x.ok)
		*err = x.err;
	return x.ok;
}
