/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "web/http.h"

#define WORKER_QUEUE 64 /* decision 28: beyond it people are asked to try again */
#define WORKER_MAX 8

struct task {
	void (*fn)(void *ctx, struct db *db);
	void *ctx;
};

struct workers {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct task queue[WORKER_QUEUE];
	size_t head, n;
	bool stop;
	int threads;
	pthread_t thread[WORKER_MAX];
	const char *address;
};

static bool next_task(struct workers *w, struct task *ret)
{
	bool got;

	(void)pthread_mutex_lock(&w->lock);
	while (!w->n && !w->stop)
		(void)pthread_cond_wait(&w->wake, &w->lock);
	got = w->n > 0;
	if (got) {
		*ret = w->queue[w->head];
		w->head = (w->head + 1) % WORKER_QUEUE;
		w->n--;
	}
	(void)pthread_mutex_unlock(&w->lock);
	return got;
}

static void *work(void *arg)
{
	struct workers *w = arg;
	struct db *db = NULL;
	struct err err = { 0 };
	struct task t;

	while (next_task(w, &t)) {
		if (!db && !db_open(w->address, DB_READ, &db, &err))
			log_line(LOG_WARNING, "worker: no reader (%s), trying again with the next task", err.detail);
		t.fn(t.ctx, db); /* db may be NULL: the task answers that the database is away */
	}
	db_close(db);
	return NULL;
}

bool workers_start(const char *address, int threads, struct workers **ret, struct err *err)
{
	struct workers *w = calloc(1, sizeof(*w));

	if (!w)
		return err_set(err, ERR_BUG, "内存不足");
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->wake, NULL);
	w->address = address;
	for (int i = 0; i < threads && i < WORKER_MAX; i++) {
		if (pthread_create(&w->thread[i], NULL, work, w) != 0) {
			workers_stop(w);
			return err_set(err, ERR_BUG, "无法启动工作线程");
		}
		w->threads++;
	}
	*ret = w;
	return true;
}

bool workers_submit(struct workers *w, void (*fn)(void *ctx, struct db *db), void *ctx)
{
	bool ok;

	(void)pthread_mutex_lock(&w->lock);
	ok = !w->stop && w->n < WORKER_QUEUE;
	if (ok) {
		w->queue[(w->head + w->n) % WORKER_QUEUE] = (struct task){ fn, ctx };
		w->n++;
		(void)pthread_cond_signal(&w->wake);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return ok;
}

void workers_stop(struct workers *w)
{
	if (!w)
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->stop = true;
	(void)pthread_cond_broadcast(&w->wake);
	(void)pthread_mutex_unlock(&w->lock);
	for (int i = 0; i < w->threads; i++)
		(void)pthread_join(w->thread[i], NULL);
	(void)pthread_cond_destroy(&w->wake);
	(void)pthread_mutex_destroy(&w->lock);
	free(w);
}
