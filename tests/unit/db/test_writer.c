/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The writing turn: groups, faults, lost databases, full queues. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/day.h"
#include "db/driver.h"
#include "db/writer.h"
#include "lib/fresh.h"

/* Rows of `draft` would need persons: the tests write to a table of their own. */
static const struct stmt st_put = { "put", "INSERT INTO t (id) VALUES ($1)" };
static const struct stmt st_put_once = {
	"put_once", "INSERT INTO t (id) VALUES ($1) ON CONFLICT (id) DO NOTHING"
};
static const struct stmt st_has = { "has", "SELECT count(*) FROM t WHERE id = $1" };
static const struct stmt st_count = { "count", "SELECT count(*) FROM t" };

static void make_table(struct fresh *f)
{
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	OK(db_script(db, "CREATE TABLE t (id BIGINT PRIMARY KEY)", &err));
	db_close(db);
}

static bool put(struct db *db, int64_t id, struct err *err)
{
	const struct db_in in[] = { db_i64(id) };

	return db_exec(db, &st_put, DB_IN(in), NULL, err);
}

static int64_t count(struct db *db)
{
	struct err err = { 0 };
	int64_t n = -1;
	const struct db_out out[] = { db_to_i64(&n) };

	OK(db_one(db, NULL, &st_count, DB_NONE, DB_OUT(out), &err));
	return n;
}

static bool has(struct db *db, int64_t id)
{
	struct err err = { 0 };
	int64_t n = -1;
	const struct db_in in[] = { db_i64(id) };
	const struct db_out out[] = { db_to_i64(&n) };

	OK(db_one(db, NULL, &st_has, DB_IN(in), DB_OUT(out), &err));
	return n == 1;
}

static void sleep_ms(int ms)
{
	usleep((useconds_t)ms * 1000);
}

/* ---- jobs ---- */

struct job {
	int64_t id;
	bool fail, once;
	atomic_int runs, answers;
	atomic_bool ok;
	enum err_code code;
	atomic_bool *gate; /* waits inside run until it opens */
	int fault_in;      /* arms a fault in the writer's connection, at its first run */
	enum db_fault fault;
	bool away; /* after the first run the database does not come back */
	bool unsure;
	struct db *reader; /* done() looks through it */
	atomic_bool seen;
};

static bool job_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct job *j = ctx;
	const struct db_in in[] = { db_i64(j->id) };

	cr_assert_eq(arena_used(a), 0);
	(void)arena_alloc(a, 100);
	if (++j->runs == 1 && j->fault_in)
		db_fault_arm(db, j->fault_in, j->fault);
	else if (j->away)
		db_fault_arm(db, 1, DB_FAULT_LOST);
	while (j->gate && !*j->gate)
		sleep_ms(1);
	if (!db_exec(db, j->once ? &st_put_once : &st_put, DB_IN(in), NULL, err))
		return false;
	return !j->fail || err_set(err, ERR_REFUSED, "演练");
}

static void job_done(void *ctx, bool ok, const struct err *err)
{
	struct job *j = ctx;

	j->ok = ok;
	j->code = ok ? ERR_NONE : err->code;
	j->unsure = !ok && strstr(err->msg, WRITER_UNSURE);
	if (ok && j->reader)
		j->seen = has(j->reader, j->id);
	j->answers++;
}

static void submit(struct writer *w, struct job *j)
{
	struct err err = { 0 };
	const struct writer_job job = { job_run, job_done, j, "job" };

	OK(writer_submit(w, &job, &err));
}

static struct writer *start(const struct fresh *f, const struct writer_hooks *hooks)
{
	struct err err = { 0 };
	struct writer *w = NULL;

	OK(writer_start(f->address, hooks, &w, &err));
	return w;
}

/* ---- groups ---- */

struct hooked {
	int begins, ends, commits;
	int fail_begin, fail_end; /* so many times */
};

static bool hook_begin(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct hooked *h = ctx;

	(void)a;
	h->begins++;
	if (!db_in_tx(db))
		return err_set(err, ERR_BUG, "not in the transaction");
	return !(h->fail_begin && h->fail_begin--) || err_set(err, ERR_REFUSED, "演练");
}

static bool hook_end(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct hooked *h = ctx;

	(void)a;
	h->ends++;
	return put(db, -1 - h->ends, err)
	       && (!(h->fail_end && h->fail_end--) || err_set(err, ERR_REFUSED, "演练"));
}

static void hook_committed(void *ctx)
{
	((struct hooked *)ctx)->commits++;
}

BOTH(jobs_that_wait_share_one_commit)
{
	enum { N = 50 };
	struct job first = { .id = 1000 }, jobs[N];
	atomic_bool gate = false;
	struct hooked h = { 0 };
	const struct writer_hooks hooks = { hook_begin, hook_end, hook_committed, &h };
	struct writer *w;
	struct db *reader;

	make_table(f);
	reader = fresh_open(f, DB_READ);
	w = start(f, &hooks);
	first.gate = &gate;
	submit(w, &first);
	while (!first.runs)
		sleep_ms(1);
	sleep_ms(15); /* the first group's time is over: it takes no more */
	for (int i = 0; i < N; i++) {
		jobs[i] = (struct job){ .id = i, .fail = i % 10 == 9, .reader = reader };
		submit(w, &jobs[i]);
	}
	gate = true;
	writer_stop(w);
	for (int i = 0; i < N; i++) {
		cr_assert_eq(jobs[i].answers, 1, "job %d", i);
		cr_assert_eq(jobs[i].ok, !jobs[i].fail);
		cr_assert_eq(has(reader, i), !jobs[i].fail, "a failing job takes only itself back");
		cr_assert(jobs[i].fail || jobs[i].seen, "answered after the commit");
		cr_assert_eq(jobs[i].runs, 1);
	}
	cr_assert_leq(h.begins, 8, "groups are bounded by 10 ms of work, not by one job each");
	cr_assert(h.begins == h.ends && h.ends == h.commits);
	cr_assert_eq(count(reader), 1 + N - N / 10 + h.ends);
	db_close(reader);
}

BOTH(statistics_count_jobs_groups_and_failures)
{
	struct err err = { 0 };
	struct job ok = { .id = 1 }, bad = { .id = 2, .fail = true };
	struct writer *w;
	struct writer_stats s;

	make_table(f);
	w = start(f, NULL);
	OK(writer_run(w, "ok", job_run, &ok, &err));
	FAILS(writer_run(w, "bad", job_run, &bad, &err), ERR_REFUSED);
	s = writer_stats(w);
	cr_assert(s.jobs == 2 && s.failed == 1 && s.groups == 2 && s.longest_group_us > 0);
	writer_stop(w);
	writer_stop(NULL);
}

BOTH(hooks_that_fail_take_their_group_back_and_the_jobs_run_again)
{
	struct err err = { 0 };
	struct job one = { .id = 1 }, two = { .id = 2 }, three = { .id = 3 };
	struct hooked h = { .fail_begin = 1 };
	const struct writer_hooks hooks = { hook_begin, hook_end, hook_committed, &h };
	struct writer *w;
	struct db *reader;

	make_table(f);
	reader = fresh_open(f, DB_READ);
	w = start(f, &hooks);
	OK(writer_run(w, "one", job_run, &one, &err)); /* the group failed, alone it went */
	cr_assert_eq(one.runs, 1);
	h.fail_end = 1;
	OK(writer_run(w, "two", job_run, &two, &err));
	cr_assert_eq(two.runs, 2);
	h.fail_end = 2;
	FAILS(writer_run(w, "three", job_run, &three, &err), ERR_REFUSED);
	cr_assert(has(reader, 1) && has(reader, 2) && !has(reader, 3));
	writer_stop(w);
	db_close(reader);
}

/* ---- faults: each statement of a group in turn ---- */

#define FAULT_JOBS 4

/* The group's statements fail one after the other: whoever was told yes is there, whoever was told
 * no is not. */
static void fault_round(struct fresh *f, struct db *reader, enum db_fault kind, int n, int *hits)
{
	const int64_t base = 1000 * (int64_t)kind + 10 * n;
	struct job jobs[FAULT_JOBS];
	atomic_bool gate = false;
	struct writer *w = start(f, NULL);

	for (int i = 0; i < FAULT_JOBS; i++) {
		jobs[i] = (struct job){ .id = base + i, .once = true };
		if (!i)
			jobs[i].gate = &gate, jobs[i].fault_in = n, jobs[i].fault = kind;
		submit(w, &jobs[i]);
	}
	gate = true;
	writer_stop(w);
	for (int i = 0; i < FAULT_JOBS; i++) {
		cr_assert_eq(jobs[i].answers, 1);
		cr_assert_eq(has(reader, base + i), jobs[i].ok,
			     "fault %d at %d: job %d said %d (%s)", (int)kind, n, i, jobs[i].ok,
			     err_key(jobs[i].code));
		if (kind == DB_FAULT_LOST || kind == DB_FAULT_LOST_AFTER)
			cr_assert(jobs[i].ok,
				  "a lost connection costs nobody anything: fault %d at %d, job "
				  "%d: %s",
				  (int)kind, n, i, err_key(jobs[i].code));
		*hits += jobs[i].runs > 1 || !jobs[i].ok;
	}
}

BOTH(each_statement_of_a_group_may_fail_in_turn)
{
	struct db *reader;
	int hits = 0;

	make_table(f);
	reader = fresh_open(f, DB_READ);
	for (enum db_fault kind = DB_FAULT_FULL; kind < DB_FAULT_MAX; kind++) {
		for (int n = 1; n <= 14; n++)
			fault_round(f, reader, kind, n, &hits);
	}
	cr_assert_geq(hits, 60, "the faults came");
	db_close(reader);
}

/* put, the end of its savepoint, COMMIT: what is lost before the last surely was not done; after it nobody knows. */
BOTH(a_lost_commit_is_told_as_unknown_and_an_earlier_loss_as_not_done)
{
	make_table(f);
	for (int n = 1; n <= 3; n += 2) {
		struct job job = { .id = 900 + n, .fault_in = n, .fault = DB_FAULT_LOST_AFTER, .away = true };
		struct db *reader = fresh_open(f, DB_READ);
		struct writer *w = start(f, NULL);

		submit(w, &job);
		writer_stop(w);
		cr_assert(job.answers == 1 && !job.ok);
		cr_expect_eq(job.code, ERR_DB_LOST);
		cr_expect_eq(job.unsure, n == 3, "fault %d", n);
		cr_expect_eq(has(reader, job.id), n == 3, "fault %d", n);
		db_close(reader);
	}
}

static void full_inside(struct fresh *f)
{
	struct job jobs[3] = { { .id = 1 },
			       { .id = 2, .fault_in = 1, .fault = DB_FAULT_FULL },
			       { .id = 3 } };
	atomic_bool gate = false;
	struct db *reader;
	struct writer *w;

	make_table(f);
	reader = fresh_open(f, DB_READ);
	w = start(f, NULL);
	jobs[0].gate = &gate;
	for (int i = 0; i < 3; i++)
		submit(w, &jobs[i]);
	gate = true;
	writer_stop(w);
	cr_assert(jobs[0].ok && !jobs[1].ok && jobs[2].ok);
	cr_assert_eq(jobs[1].code, ERR_DISK_FULL);
	cr_assert_eq(jobs[0].runs, 2, "its transaction went with the second job's error");
	cr_assert(has(reader, 1) && !has(reader, 2) && has(reader, 3));
	db_close(reader);
}

Test(sqlite, an_error_that_takes_the_transaction_along_costs_only_its_own_job)
{
	fresh_run(DB_SQLITE, true, full_inside);
}

/* A real one: no page more may be had. */
static bool fill(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const bool *small = ctx;

	(void)a;
	if (*small)
		return db_script(db, "PRAGMA max_page_count = 1", err)
		       && db_script(db,
				    "CREATE TABLE full AS WITH RECURSIVE n (i) AS (SELECT 1 UNION "
				    "ALL SELECT i + 1 FROM n"
				    " WHERE i < 5000) SELECT i, "
				    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' AS s FROM n",
				    err);
	return db_script(db, "PRAGMA max_page_count = 1000000", err);
}

static void really_full(struct fresh *f)
{
	struct err err = { 0 };
	bool small = true;
	struct job after = { .id = 1 };
	struct writer *w;

	make_table(f);
	w = start(f, NULL);
	FAILS(writer_run(w, "fill", fill, &small, &err), ERR_DISK_FULL);
	small = false;
	OK(writer_run(w, "room", fill, &small, &err));
	OK(writer_run(w, "after", job_run, &after, &err));
	writer_stop(w);
}

Test(sqlite, a_full_disk_is_told_and_work_goes_on_when_there_is_room)
{
	fresh_run(DB_SQLITE, true, really_full);
}

struct killer {
	struct fresh *f;
	atomic_int runs;
};

static bool kill_once(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	static const struct stmt st = {
		"kill", "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
			" WHERE datname = current_database() AND pid <> pg_backend_pid()"
	};
	struct killer *k = ctx;
	int64_t n;
	const struct db_out out[] = { db_to_i64(&n) };

	if (!put(db, 77, err))
		return false;
	if (++k->runs == 1) {
		struct db *other = fresh_open(k->f, DB_WRITE);

		cr_assert(db_one(other, a, &st, DB_NONE, DB_OUT(out), err), "%s", err->detail);
		db_close(other);
		sleep_ms(50);
	}
	return put(db, 78, err);
}

static void killed(struct fresh *f)
{
	struct err err = { 0 };
	struct killer k = { .f = f };
	struct job before = { .id = 1 }, after = { .id = 2 };
	struct db *reader;
	struct writer *w;

	make_table(f);
	w = start(f, NULL);
	reader = fresh_open(f, DB_READ);
	OK(writer_run(w, "before", job_run, &before, &err));
	OK(writer_run(w, "killed", kill_once, &k, &err));
	cr_assert_geq(k.runs, 2, "it ran again on the new connection");
	OK(writer_run(w, "after", job_run, &after, &err));
	cr_assert_eq(count(reader), 4);
	writer_stop(w);
	db_close(reader);
}

Test(postgres, a_killed_writer_comes_back_and_loses_nothing)
{
	fresh_run(DB_POSTGRES, true, killed);
}

/* ---- waiting ---- */

BOTH(a_full_queue_refuses_and_answers_the_rest)
{
	enum { N = 1100 };
	static struct job jobs[N];
	struct job first = { .id = 5000 };
	struct err err = { 0 };
	atomic_bool gate = false;
	int accepted = 0, answered = 0;
	struct writer *w;

	make_table(f);
	w = start(f, NULL);
	first.gate = &gate;
	submit(w, &first);
	while (!first.runs)
		sleep_ms(1);
	for (int i = 0; i < N; i++) {
		const struct writer_job job = { job_run, job_done, &jobs[i], "job" };

		jobs[i].id = i;
		if (writer_submit(w, &job, &err))
			accepted++;
		else
			cr_assert_eq(err.code, ERR_BUSY);
	}
	cr_assert_eq(accepted, 1024);
	gate = true;
	writer_stop(w);
	for (int i = 0; i < N; i++) {
		answered += jobs[i].answers;
		cr_assert_eq(jobs[i].answers, i < 1024);
	}
	cr_assert_eq(answered, 1024);
}

/* Another process holds the database: nobody waits longer than 5 s, and afterwards all is well. */
BOTH(a_locked_database_is_busy_after_five_seconds_and_then_free)
{
	struct err err = { 0 };
	struct job jobs[3] = { { .id = 1 }, { .id = 2 }, { .id = 3 } };
	struct db *other = NULL;
	struct writer *w;
	int64_t from;

	make_table(f);
	other = fresh_open(f, DB_WRITE);
	w = start(f, NULL);
	OK(db_script(other,
		     f->dialect == DB_SQLITE
			     ? "BEGIN IMMEDIATE"
			     : "BEGIN; SELECT size FROM log_head WHERE id = 1 FOR UPDATE",
		     &err));
	from = time_monotonic();
	submit(w, &jobs[0]);
	sleep_ms(300);
	submit(w, &jobs[1]);
	while (!jobs[0].answers || !jobs[1].answers)
		sleep_ms(10);
	cr_assert(!jobs[0].ok && jobs[0].code == ERR_BUSY, "%s", err_key(jobs[0].code));
	cr_assert_lt(time_monotonic() - from, 12000);
	OK(db_script(other, "COMMIT", &err));
	OK(writer_run(w, "free", job_run, &jobs[2], &err));
	writer_stop(w);
	db_close(other);
}

/* ---- numbers ---- */

#define TAKERS 64
#define TAKEN 20

static const struct stmt st_next = {
	"next",
	"INSERT INTO sequence (series, organ, year, last) VALUES ('s', 1, 2026, 1)"
	" ON CONFLICT (series, organ, year) DO UPDATE SET last = sequence.last + 1 RETURNING last"
};

struct taker {
	struct writer *w;
	int no;
	int64_t got[TAKEN];
	int64_t last;
	bool give_up;
};

static bool take_number(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct taker *t = ctx;
	const struct db_out out[] = { db_to_i64(&t->last) };

	if (!db_one(db, a, &st_next, DB_NONE, DB_OUT(out), err))
		return false;
	return !t->give_up || err_set(err, ERR_REFUSED, "演练");
}

static void *taker_thread(void *ctx)
{
	struct taker *t = ctx;

	for (int i = 0; i < TAKEN; i++) {
		struct err err = { 0 };

		t->give_up = (t->no + i) % 7 == 0;
		if (t->give_up)
			cr_assert_not(writer_run(t->w, "gives up", take_number, t, &err));
		t->give_up = false;
		cr_assert(writer_run(t->w, "takes", take_number, t, &err), "%s %s", err.msg,
			  err.detail);
		t->got[i] = t->last;
	}
	return NULL;
}

/* Two writers on PostgreSQL stand for two processes that share the turn. */
BOTH(sixty_four_threads_take_numbers_without_gaps_or_doubles)
{
	static struct taker takers[TAKERS];
	static bool seen[TAKERS * TAKEN + 1];
	pthread_t threads[TAKERS];
	struct writer *w[2];
	const int writers = f->dialect == DB_POSTGRES ? 2 : 1;

	for (int i = 0; i < writers; i++)
		w[i] = start(f, NULL);
	for (int i = 0; i < TAKERS; i++) {
		takers[i] = (struct taker){ .w = w[i % writers], .no = i };
		cr_assert_eq(pthread_create(&threads[i], NULL, taker_thread, &takers[i]), 0);
	}
	for (int i = 0; i < TAKERS; i++)
		(void)pthread_join(threads[i], NULL);
	for (int i = 0; i < writers; i++)
		writer_stop(w[i]);
	for (int i = 0; i < TAKERS; i++) {
		for (int k = 0; k < TAKEN; k++) {
			const int64_t n = takers[i].got[k];

			cr_assert(n >= 1 && n <= TAKERS * TAKEN, "number %d: a gap elsewhere",
				  (int)n);
			cr_assert_not(seen[n], "number %d given twice", (int)n);
			seen[n] = true;
		}
	}
}

/* ---- the write-ahead log ---- */

static bool write_much(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	(void)a;
	(void)ctx;
	return db_script(
		db, "INSERT INTO big SELECT randomblob(1000000) FROM (VALUES (1), (2), (3), (4))",
		err);
}

static void checkpointed(struct fresh *f)
{
	struct err err = { 0 };
	struct stat st = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);
	struct writer *w = start(f, NULL);

	OK(db_script(db, "CREATE TABLE big (b BLOB)", &err));
	OK(writer_run(w, "much", write_much, NULL, &err));
	for (int i = 0; i < 50 && st.st_size < 4000000; i++) {
		sleep_ms(100);
		cr_assert_eq(stat(f->address + 7, &st), 0);
	}
	cr_assert_geq(st.st_size, 4000000,
		      "the log came into the file within 5 s, while all connections are open");
	writer_stop(w);
	db_close(db);
}

Test(sqlite, the_log_comes_into_the_file_by_itself)
{
	fresh_run(DB_SQLITE, true, checkpointed);
}
