/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "db/checkpoint.h"

#include <pthread.h>
#include <time.h>

#include "base/log.h"

#define STEP_BYTES ((int64_t)16 << 20)
#define TRUNCATE_BYTES \
	((int64_t)256 << 20) /* beyond, a reader held it back: wait for a gap and cut it */

struct checkpoint {
	struct arena *a;
	struct db *db;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int64_t wal;  /* size after the last commit */
	int64_t done; /* size at the last checkpoint */
	bool dirty;
	bool stopping;
};

/* Sleeps until there is something to do; false: the end. */
static bool wait_for_work(struct checkpoint *c, int64_t *ret_wal)
{
	struct timespec until;
	bool on;

	(void)pthread_mutex_lock(&c->lock);
	while (!c->stopping && !c->dirty)
		(void)pthread_cond_wait(&c->wake, &c->lock);
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec++;
	while (!c->stopping && c->wal - c->done < STEP_BYTES
	       && !pthread_cond_timedwait(&c->wake, &c->lock, &until))
		continue;
	on = !c->stopping;
	*ret_wal = c->wal;
	c->done = c->wal;
	c->dirty = false;
	(void)pthread_mutex_unlock(&c->lock);
	return on;
}

static void *main_loop(void *ctx)
{
	struct checkpoint *c = ctx;
	int64_t wal;

	while (wait_for_work(c, &wal)) {
		struct err err = { 0 };

		if (!db_script(c->db,
			       wal > TRUNCATE_BYTES ? "PRAGMA wal_checkpoint(TRUNCATE)"
						    : "PRAGMA wal_checkpoint(PASSIVE)",
			       &err)
		    && err.code != ERR_BUSY)
			log_line(LOG_WARNING, "checkpoint: %s (%s), trying again", err.msg,
				 err.detail);
	}
	return NULL;
}

static void init_sync(struct checkpoint *c)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&c->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
}

bool checkpoint_start(const char *address, struct checkpoint **ret, struct err *err)
{
	struct arena *a = arena_new();
	struct checkpoint *c = arena_one(a, struct checkpoint);

	c->a = a;
	init_sync(c);
	/* TRUNCATE holds the writer up while it waits for readers: never longer than a group takes.
	 */
	if (!db_open(address, DB_WRITE, &c->db, err)
	    || !db_script(c->db, "PRAGMA busy_timeout = 100", err))
		goto fail;
	if (pthread_create(&c->thread, NULL, main_loop, c)) {
		err_set(err, ERR_BUG, "不能启动数据库的整理线程");
		goto fail;
	}
	*ret = c;
	return true;
fail:
	db_close(c->db);
	arena_free(a);
	return false;
}

void checkpoint_grew(struct checkpoint *c, int64_t wal_bytes)
{
	if (!c)
		return;
	(void)pthread_mutex_lock(&c->lock);
	if (wal_bytes < c->wal)
		c->done = 0; /* the log began anew */
	if (!c->dirty || wal_bytes - c->done >= STEP_BYTES)
		(void)pthread_cond_signal(&c->wake);
	c->wal = wal_bytes;
	c->dirty = true;
	(void)pthread_mutex_unlock(&c->lock);
}

void checkpoint_stop(struct checkpoint *c)
{
	if (!c)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->stopping = true;
	(void)pthread_cond_signal(&c->wake);
	(void)pthread_mutex_unlock(&c->lock);
	(void)pthread_join(c->thread, NULL);
	(void)pthread_cond_destroy(&c->wake);
	(void)pthread_mutex_destroy(&c->lock);
	db_close(c->db);
	arena_free(c->a);
}
