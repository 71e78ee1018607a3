/* SPDX-License-Identifier: MulanPSL-2.0 */
/* writer.h - the one writing turn (decisions 6 to 10). One thread owns the writing connection; it takes
 * waiting jobs in groups of up to 64 or 10 ms of work, runs each inside its own savepoint, commits once
 * and only then reports. SQLite: BEGIN IMMEDIATE; PostgreSQL: READ COMMITTED and the row log_head FOR UPDATE.
 * If the transaction is gone after a job's error, the others of the group run again, one transaction each.
 * After a lost connection the writer reconnects and runs the group's jobs again (their once-tokens make
 * that safe). The queue holds 1,024; a job waits at most 5 s: beyond, ERR_BUSY. */
#ifndef MINGFA_DB_WRITER_H
#define MINGFA_DB_WRITER_H

#include "db/db.h"

struct writer;

struct writer_job {
	/* Runs in the writer's thread inside a savepoint, possibly more than once; a is reset before each run. */
	bool (*run)(struct db *db, struct arena *a, void *ctx, struct err *err);
	/* Called once, in the writer's thread, after the group's commit (a job that failed in its savepoint
	 * too: it saw what the others did), or when there is none to wait for; must be quick. */
	void (*done)(void *ctx, bool ok, const struct err *err);
	void *ctx;
	const char *name; /* for the log */
};

struct writer_hooks {
	/* Before the jobs of a group: overdue timers ("time first"). */
	bool (*begin_group)(struct db *db, struct arena *a, void *ctx, struct err *err);
	/* After the last job, before COMMIT: the log's leaves and head. */
	bool (*end_group)(struct db *db, struct arena *a, void *ctx, struct err *err);
	/* After COMMIT: wake the paper, search and signing threads. */
	void (*committed)(void *ctx);
	void *ctx;
};

MUST_USE bool writer_start(const char *address, const struct writer_hooks *hooks, struct writer **ret,
			   struct err *err);
/* What ERR_DB_LOST says when a COMMIT was lost and the database stayed away, or when the database went after a COMMIT and its
 * result cannot be read: it may have been done, and sending it again with its once-token tells (decision 9). Without this
 * sentence nothing was done. */
#define WRITER_UNSURE \
	"数据库的连接中断了，还不知道这一步是否已经记下。请用浏览器的“后退”回到表单，再送一次；已经记下的不会重复"
/* Queues a job; false with ERR_BUSY when the queue is full or the writer is stopping (done is not called). */
MUST_USE bool writer_submit(struct writer *w, const struct writer_job *job, struct err *err);
/* Submits and waits: for the command line, workers and tests, never an HTTP thread. */
MUST_USE bool writer_run(struct writer *w, const char *name,
			 bool (*run)(struct db *db, struct arena *a, void *ctx, struct err *err), void *ctx,
			 struct err *err);
/* Finishes what is queued, answers it, ends the thread. NULL is fine. */
void writer_stop(struct writer *w);

struct writer_stats {
	int64_t jobs, groups, failed, longest_group_us;
	int64_t waiting; /* in the queue now */
};
struct writer_stats writer_stats(struct writer *w);

#endif
