/* SPDX-License-Identifier: MulanPSL-2.0 */
/* turn - how many durable acts the writing turn does in a second, without HTTP around it.
 *
 *	turn prepare DIR N [ADDRESS]  opens N penalty cases and leads them to filing, as the demonstration's people
 *	turn one DIR SYNC_MS SECS     each act in a transaction of its own, one after the other
 *	turn group DIR SYNC_MS CLIENTS SECS   through the writer, so many requests waiting at any time
 *	turn bare DIR SYNC_MS ACTS    records the statements of so many acts in groups of 64 and runs the very same
 *	                              statements with the same values again on a copy, with nothing around them
 *
 * The act is `assign` (变更承办人员): three checks, of which one asks the register of certificates, and no paper.
 * SYNC_MS is added to each sync of the disk; 0: the disk as it is; or it is the address of a PostgreSQL database, of whose
 * round trips `group` prints how many an act took with all that is around it. Prints "name value" lines. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/app.h"
#include "app/story.h"
#include "base/day.h"
#include "base/parse.h"
#include "db/driver.h"
#include "log/log.h"

#define SLOTS 256 /* cases that acts are spread over */
#define GROUP 64  /* the writer's own */

static void check(bool ok, const struct err *err)
{
	if (ok)
		return;
	(void)fprintf(stderr, "turn: %s (%s)\n", err->msg, err->detail);
	exit(1);
}

static double now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the people and cases ---- */

struct bench;

/* A case that acts wait for; one act at a time. */
struct slot {
	struct bench *b;
	int64_t matter;
	int64_t n; /* acts so far */
};

struct bench {
	struct arena *a;
	struct app *app;
	struct db *db;
	struct story s;
	struct actor head;
	struct form form[2]; /* the two pairs of officers that take turns */
	struct slot slot[SLOTS];
	int n_slot;
	double until;
	atomic_llong done, failed;
	atomic_int waiting;
	int64_t most; /* acts, when they are counted */
};

static const struct stmt st_people = { "bench_people",
	"SELECT a.login, a.person, p.organ FROM account a JOIN person p ON p.id = a.person" };
static const struct stmt st_item = { "bench_item",
	"SELECT MIN(m.id) FROM matter m JOIN person p ON p.organ = m.organ JOIN account a ON a.person = p.id "
	"WHERE a.login = 'wangming' AND m.kind = 'enforcement_item' AND m.state = 'active'" };
static const struct stmt st_cases = { "bench_cases",
	"SELECT id FROM matter WHERE kind = 'penalty' AND state = 'filed' AND title LIKE '压测%' ORDER BY id LIMIT 256" };

struct person_row {
	struct bench *b;
	struct str login;
	int64_t person, organ;
};

static bool one_person(void *ctx, struct err *err)
{
	const struct person_row *x = ctx;

	(void)err;
	story_put(&x->b->s, x->login, STORY_PERSON, x->person, x->organ);
	return true;
}

static void open_story(struct bench *b)
{
	struct err err = { 0 };
	struct person_row x = { .b = b };
	int64_t item = 0;
	const struct db_out out[] = { db_to_str(&x.login), db_to_i64(&x.person), db_to_i64(&x.organ) };
	const struct db_out one[] = { db_to_i64(&item) };

	check(db_open(b->app->db, DB_WRITE, &b->db, &err), &err);
	b->s = (struct story){ .a = b->a, .e = b->app->engine, .db = b->db, .relative = true,
			       .today = day_at(engine_now(b->app->engine)) };
	check(db_each(b->db, b->a, &st_people, DB_NONE, DB_OUT(out), one_person, &x, &err)
		      && db_one(b->db, b->a, &st_item, DB_NONE, DB_OUT(one), &err), &err);
	story_put(&b->s, STR("item"), STORY_MATTER, item, 0);
}

static void open_bench(struct bench *b, const char *dir, const char *sync_ms)
{
	struct app_config config = { .dir = dir };
	struct err err = { 0 };

	*b = (struct bench){ .a = arena_new() };
	if (!strncmp(sync_ms, "postgres", 8))
		config.db = sync_ms;
	else if (strcmp(sync_ms, "0") != 0)
		config.db = str_cstr(b->a, str_fmt(b->a, "sqlite:%s/mingfa.db?sync_delay_ms=%s", dir, sync_ms));
	check(app_open(&config, &b->app, &err), &err);
	open_story(b);
}

static bool step(struct bench *b, struct str text, struct err *err)
{
	const struct ynode *y;
	struct act_result r;
	struct buf why;

	if (!yaml_read_one(b->s.a, "bench", text, &y, err) || !story_act(&b->s, y, &r, err))
		return false;
	if (!r.n_refused)
		return true;
	buf_init(&why, b->s.a, 4000);
	story_put_refusals(&why, &r);
	return err_set(err, ERR_REFUSED, "%s", buf_str(&why).p);
}

static bool one_case(struct db *db, const void *ctx, struct err *err)
{
	struct bench *b = *(struct bench *const *)ctx;
	const int n = b->n_slot;

	b->s.db = db;
	return step(b, str_fmt(b->s.a, "{who: wangming, open: penalty, as: c, with: {source: check, found_on: D-10, "
				       "cause: 压测%d号企业未如实记录教育培训情况案, lead_text: 检查时发现未如实记录。}}", n), err)
	       && step(b, str_fmt(b->s.a, "{who: wangming, do: ask_file, at: c, with: {officers: [wangming, zhaogang], "
					  "no_conflict: true, party: {name: 压测%d号企业, sort: unit, address: 示例路%d号}, "
					  "cause: 压测%d号企业未如实记录教育培训情况案, item: item, act_from: D-30, act_to: D-10, "
					  "filing_opinion: 建议立案。}}", n, n, n), err)
	       && step(b, STR("{who: zhangqiang, do: file, at: c}"), err) && log_append(db, b->s.a, NULL, err);
}

static int prepare(const char *dir, const char *count, const char *where)
{
	struct bench b, *const self = &b;
	struct err err = { 0 };
	int64_t n = 0;

	open_bench(&b, dir, where);
	check(parse_i64(str_of(count), 1, SLOTS, &n) || err_set(&err, ERR_USAGE, "N: 1 .. 256"), &err);
	for (b.n_slot = 0; b.n_slot < n; b.n_slot++)
		check(db_tx(b.db, "prepare", one_case, &self, &err), &err);
	(void)printf("prepared %lld\n", (long long)n);
	db_close(b.db);
	app_close(b.app);
	return 0;
}

struct case_row {
	struct bench *b;
	int64_t id;
};

static bool case_row(void *ctx, struct err *err)
{
	const struct case_row *x = ctx;
	struct bench *b = x->b;

	(void)err;
	b->slot[b->n_slot++] = (struct slot){ .b = b, .matter = x->id };
	return true;
}

static void make_form(struct bench *b, const struct kind *k, const char *with, struct form *ret)
{
	const struct action *ac = kind_action(k, STR("assign"));
	const struct refusal *refused;
	const struct ynode *y;
	struct err err = { 0 };
	size_t n;

	check(yaml_read_one(b->a, "bench", str_of(with), &y, &err)
		      && story_form(&b->s, k, ac, y, ret, &refused, &n, &err), &err);
	check(n == 0 || err_set(&err, ERR_REFUSED, "form"), &err);
}

static void load_cases(struct bench *b)
{
	struct case_row x = { .b = b };
	const struct db_out out[] = { db_to_i64(&x.id) };
	const struct kind *k;
	struct err err = { 0 };

	check(db_each(b->db, b->a, &st_cases, DB_NONE, DB_OUT(out), case_row, &x, &err), &err);
	check(b->n_slot >= GROUP || err_set(&err, ERR_USAGE, "too few cases: run prepare first"), &err);
	check(story_kind(&b->s, b->slot[0].matter, &k, &err), &err);
	make_form(b, k, "{officers: [wangming, zhaogang], no_conflict: true}", &b->form[0]);
	make_form(b, k, "{officers: [wangming, chenxiao], no_conflict: true}", &b->form[1]);
	check(story_actor(&b->s, STR("sunli"), &b->head) || err_set(&err, ERR_USAGE, "no sunli"), &err);
	db_close(b->db);
	b->db = NULL;
}

/* ---- the act ---- */

static bool act(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct slot *s = ctx;
	struct bench *b = s->b;
	const struct act x = { .who = b->head, .matter = s->matter, .version = -1, .action = STR("assign"),
			       .form = b->form[s->n % 2],
			       .request = str_fmt(a, "bench-%lld-%lld-%lld", (long long)s->matter, (long long)s->n,
						  (long long)time_now()) };
	struct act_result r;

	if (!matter_act(b->app->engine, db, a, &x, &r, err))
		return false;
	return !r.n_refused || err_set(err, ERR_REFUSED, "%.*s", STR_FMT(r.refused[0].say));
}

static bool begin_group(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct bench *b = ctx;
	int done;

	return matter_timers(b->app->engine, db, a, engine_now(b->app->engine), GROUP, &done, err);
}

static double append_s; /* what the log takes of all turns so far */

static bool end_group(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const double began = now_s();
	bool ok = log_append(db, a, NULL, err);

	(void)ctx;
	append_s += now_s() - began;
	return ok;
}

/* ---- one transaction each ---- */

static bool one_tx(struct db *db, const void *ctx, struct err *err)
{
	struct slot *s = *(struct slot *const *)ctx;
	struct arena *a = s->b->s.a;

	return begin_group(db, a, s->b, err) && act(db, a, s, err) && end_group(db, a, NULL, err);
}

static int one(const char *dir, const char *sync_ms, double secs)
{
	struct bench b;
	struct err err = { 0 };
	double began, us;
	int64_t n = 0;

	open_bench(&b, dir, sync_ms);
	load_cases(&b);
	check(db_open(b.app->db, DB_WRITE, &b.db, &err), &err);
	b.s.a = arena_new();
	for (began = now_s(); now_s() - began < secs; n++) {
		struct slot *s = &b.slot[n % b.n_slot];

		check(db_tx(b.db, "one", one_tx, &s, &err), &err);
		s->n++;
		arena_reset(b.s.a);
	}
	us = now_s() - began;
	(void)printf("acts_per_second %.0f\n", (double)n / us);
	db_close(b.db);
	app_close(b.app);
	return 0;
}

/* ---- through the writer ---- */

static void act_done(void *ctx, bool ok, const struct err *err)
{
	struct slot *s = ctx;
	struct bench *b = s->b;
	const struct writer_job job = { act, act_done, s, "assign" };
	struct err e = { 0 };

	if (!ok && atomic_fetch_add(&b->failed, 1) == 0)
		(void)fprintf(stderr, "turn: %s (%s)\n", err->msg, err->detail);
	s->n++;
	atomic_fetch_add(&b->done, 1);
	if ((b->most ? atomic_load(&b->done) + GROUP <= b->most : now_s() < b->until) && ok
	    && writer_submit(b->app->writer, &job, &e))
		return;
	atomic_fetch_sub(&b->waiting, 1);
}

static void drive(struct bench *b, int clients)
{
	const struct writer_hooks hooks = { begin_group, end_group, NULL, b };
	struct err err = { 0 };

	check(clients >= 1 && clients <= b->n_slot ? true : err_set(&err, ERR_USAGE, "CLIENTS"), &err);
	check(writer_start(b->app->db, &hooks, &b->app->writer, &err), &err);
	atomic_store(&b->waiting, clients);
	for (int i = 0; i < clients; i++) {
		const struct writer_job job = { act, act_done, &b->slot[i], "assign" };

		check(writer_submit(b->app->writer, &job, &err), &err);
	}
	while (atomic_load(&b->waiting) > 0)
		db_wait(5);
}

static int group(const char *dir, const char *sync_ms, int clients, double secs)
{
	struct bench b;
	struct writer_stats st;
	double began, took;

	open_bench(&b, dir, sync_ms);
	load_cases(&b);
	began = now_s();
	b.until = began + secs;
	drive(&b, clients);
	took = now_s() - began;
	st = writer_stats(b.app->writer);
	(void)printf("append_percent %.1f\n", 100 * append_s / took);
	(void)printf("acts_per_second %.0f\nacts_per_group %.1f\nlongest_group_ms %.1f\nfailed %lld\n",
		     (double)b.done / took, (double)st.jobs / (double)st.groups, (double)st.longest_group_us / 1e3,
		     (long long)b.failed);
	app_close(b.app);
	return b.failed ? 1 : 0;
}

/* ---- the same statements with nothing around them ----
 * The linker leads the program's calls of SQLite through these (--wrap), which note what the writer's own
 * connection runs. */

struct value {
	int sort; /* SQLITE_INTEGER, SQLITE_TEXT, SQLITE_BLOB, SQLITE_NULL */
	int64_t i;
	char *p;
	size_t n;
};

struct op {
	int stmt;
	int steps;
	int n_value;
	struct value *value;
};

#define STMTS 400

static struct {
	sqlite3 *h; /* the connection that is listened to; NULL: none yet */
	bool on;
	const sqlite3_stmt *known[STMTS];
	char *sql[STMTS];
	struct value bound[STMTS][DB_PARAMS_MAX];
	bool fresh[STMTS]; /* the next step begins a run */
	int n_stmt;
	struct op *op;
	size_t n_op, cap_op;
} tape;

int __real_sqlite3_bind_int64(sqlite3_stmt *q, int at, sqlite3_int64 i);
int __real_sqlite3_bind_text64(sqlite3_stmt *q, int at, const char *p, sqlite3_uint64 n, void (*del)(void *), unsigned char enc);
int __real_sqlite3_bind_blob64(sqlite3_stmt *q, int at, const void *p, sqlite3_uint64 n, void (*del)(void *));
int __real_sqlite3_bind_null(sqlite3_stmt *q, int at);
int __real_sqlite3_step(sqlite3_stmt *q);
int __real_sqlite3_reset(sqlite3_stmt *q);
int __wrap_sqlite3_bind_int64(sqlite3_stmt *q, int at, sqlite3_int64 i);
int __wrap_sqlite3_bind_text64(sqlite3_stmt *q, int at, const char *p, sqlite3_uint64 n, void (*del)(void *), unsigned char enc);
int __wrap_sqlite3_bind_blob64(sqlite3_stmt *q, int at, const void *p, sqlite3_uint64 n, void (*del)(void *));
int __wrap_sqlite3_bind_null(sqlite3_stmt *q, int at);
int __wrap_sqlite3_step(sqlite3_stmt *q);
int __wrap_sqlite3_reset(sqlite3_stmt *q);

/* The statement's number; -1: not of the connection that is listened to. */
static int tape_of(sqlite3_stmt *q)
{
	int i = 0;

	if (!tape.on)
		return -1;
	if (!tape.h && !strncmp(sqlite3_sql(q), "BEGIN IMMEDIATE", 15))
		tape.h = sqlite3_db_handle(q);
	if (sqlite3_db_handle(q) != tape.h)
		return -1;
	/* Another statement may come to stand at an address. */
	while (i < tape.n_stmt && (tape.known[i] != q || strcmp(tape.sql[i], sqlite3_sql(q)) != 0))
		i++;
	if (i == STMTS)
		exit(2);
	if (i == tape.n_stmt) {
		tape.known[i] = q;
		tape.sql[i] = strdup(sqlite3_sql(q));
		tape.fresh[i] = true;
		tape.n_stmt++;
	}
	return i;
}

static void tape_bind(sqlite3_stmt *q, int at, struct value v, const void *p)
{
	const int i = tape_of(q);

	if (i < 0)
		return;
	free(tape.bound[i][at].p);
	if (v.sort == SQLITE_TEXT || v.sort == SQLITE_BLOB) {
		v.p = malloc(v.n + 1);
		if (!v.p)
			exit(2);
		memcpy(v.p, p, v.n);
	}
	tape.bound[i][at] = v;
}

static struct value copy(struct value v)
{
	char *p = v.p;

	if (!p)
		return v;
	v.p = malloc(v.n + 1);
	if (!v.p)
		exit(2);
	memcpy(v.p, p, v.n);
	return v;
}

static void tape_step(sqlite3_stmt *q)
{
	const int i = tape_of(q);
	struct op *op;

	if (i < 0)
		return;
	if (!tape.fresh[i]) {
		for (size_t k = tape.n_op; k-- > 0;)
			if (tape.op[k].stmt == i) {
				tape.op[k].steps++;
				return;
			}
	}
	tape.fresh[i] = false;
	if (tape.n_op == tape.cap_op) {
		tape.cap_op = tape.cap_op ? tape.cap_op * 2 : 1024;
		tape.op = realloc(tape.op, tape.cap_op * sizeof(*tape.op));
		if (!tape.op)
			exit(2);
	}
	op = &tape.op[tape.n_op++];
	*op = (struct op){ .stmt = i, .steps = 1, .n_value = sqlite3_bind_parameter_count(q) };
	op->value = calloc((size_t)op->n_value + 1, sizeof(*op->value));
	if (!op->value)
		exit(2);
	for (int k = 1; k <= op->n_value; k++)
		op->value[k] = copy(tape.bound[i][k]);
}

int __wrap_sqlite3_bind_int64(sqlite3_stmt *q, int at, sqlite3_int64 i)
{
	tape_bind(q, at, (struct value){ .sort = SQLITE_INTEGER, .i = i }, NULL);
	return __real_sqlite3_bind_int64(q, at, i);
}
int __wrap_sqlite3_bind_text64(sqlite3_stmt *q, int at, const char *p, sqlite3_uint64 n, void (*del)(void *), unsigned char enc)
{
	tape_bind(q, at, (struct value){ .sort = SQLITE_TEXT, .n = n }, p);
	return __real_sqlite3_bind_text64(q, at, p, n, del, enc);
}
int __wrap_sqlite3_bind_blob64(sqlite3_stmt *q, int at, const void *p, sqlite3_uint64 n, void (*del)(void *))
{
	tape_bind(q, at, (struct value){ .sort = SQLITE_BLOB, .n = n }, p);
	return __real_sqlite3_bind_blob64(q, at, p, n, del);
}
int __wrap_sqlite3_bind_null(sqlite3_stmt *q, int at)
{
	tape_bind(q, at, (struct value){ .sort = SQLITE_NULL }, NULL);
	return __real_sqlite3_bind_null(q, at);
}
int __wrap_sqlite3_step(sqlite3_stmt *q)
{
	tape_step(q);
	return __real_sqlite3_step(q);
}
int __wrap_sqlite3_reset(sqlite3_stmt *q)
{
	const int i = tape_of(q);

	if (i >= 0)
		tape.fresh[i] = true;
	return __real_sqlite3_reset(q);
}

static void replay_one(sqlite3 *h, sqlite3_stmt *q, const struct op *op)
{
	int rc = SQLITE_ROW;

	for (int k = 1; k <= op->n_value; k++) {
		const struct value *v = &op->value[k];

		if (v->sort == SQLITE_INTEGER)
			(void)__real_sqlite3_bind_int64(q, k, v->i);
		else if (v->sort == SQLITE_TEXT)
			(void)__real_sqlite3_bind_text64(q, k, v->p, v->n, SQLITE_STATIC, SQLITE_UTF8);
		else if (v->sort == SQLITE_BLOB)
			(void)__real_sqlite3_bind_blob64(q, k, v->p, v->n, SQLITE_STATIC);
		else
			(void)__real_sqlite3_bind_null(q, k);
	}
	for (int k = 0; k < op->steps && rc == SQLITE_ROW; k++)
		rc = __real_sqlite3_step(q);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		(void)fprintf(stderr, "turn: replay: %s: %s\n", sqlite3_sql(q), sqlite3_errmsg(h));
		exit(1);
	}
	(void)__real_sqlite3_reset(q);
}

/* The same settings and file system as the program's writer: opened by it, then used below it. */
static double replay(const char *address)
{
	static sqlite3_stmt *q[STMTS];
	struct db *db;
	struct err err = { 0 };
	static const struct stmt st_begin = { "bare_begin", "BEGIN IMMEDIATE" }, st_end = { "bare_end", "COMMIT" };
	double began;

	tape.h = NULL;
	tape.on = true; /* only to learn the handle */
	check(db_open(address, DB_WRITE, &db, &err) && db_exec(db, &st_begin, DB_NONE, NULL, &err)
		      && db_exec(db, &st_end, DB_NONE, NULL, &err), &err);
	tape.on = false;
	for (int i = 0; i < tape.n_stmt; i++)
		if (sqlite3_prepare_v3(tape.h, tape.sql[i], -1, SQLITE_PREPARE_PERSISTENT, &q[i], NULL) != SQLITE_OK)
			exit(1);
	began = now_s();
	for (size_t i = 0; i < tape.n_op; i++)
		replay_one(tape.h, q[tape.op[i].stmt], &tape.op[i]);
	return now_s() - began;
}

static int bare(const char *dir, const char *sync_ms, int64_t acts)
{
	struct bench b;
	struct arena *a = arena_new();
	size_t n_op;
	double took;

	check(acts >= GROUP, &(struct err){ .msg = "ACTS" });
	/* DIR/copy/mingfa.db is made by the caller before; the tape is recorded on DIR. */
	open_bench(&b, dir, sync_ms);
	load_cases(&b);
	b.most = acts;
	tape.on = true;
	drive(&b, GROUP);
	tape.on = false;
	n_op = tape.n_op;
	app_close(b.app);
	tape.n_op = n_op;
	took = replay(str_cstr(a, strcmp(sync_ms, "0") == 0
					  ? str_fmt(a, "sqlite:%s/copy/mingfa.db", dir)
					  : str_fmt(a, "sqlite:%s/copy/mingfa.db?sync_delay_ms=%s", dir, sync_ms)));
	(void)printf("acts_per_second %.0f\nstatements_per_act %.1f\nfailed %lld\n", (double)b.done / took,
		     (double)n_op / (double)b.done, (long long)b.failed);
	if (getenv("TURN_STATEMENTS")) {
		static int64_t runs[STMTS];

		for (size_t i = 0; i < n_op; i++)
			runs[tape.op[i].stmt]++;
		for (int i = 0; i < tape.n_stmt; i++)
			(void)fprintf(stderr, "%6.2f  %s\n", (double)runs[i] / (double)b.done, tape.sql[i]);
	}
	return b.failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	if ((argc == 4 || argc == 5) && !strcmp(argv[1], "prepare"))
		return prepare(argv[2], argv[3], argc == 5 ? argv[4] : "0");
	if (argc == 5 && !strcmp(argv[1], "one"))
		return one(argv[2], argv[3], strtod(argv[4], NULL));
	if (argc == 6 && !strcmp(argv[1], "group"))
		return group(argv[2], argv[3], (int)strtod(argv[4], NULL), strtod(argv[5], NULL));
	if (argc == 5 && !strcmp(argv[1], "bare"))
		return bare(argv[2], argv[3], (int64_t)strtod(argv[4], NULL));
	(void)fputs("usage: turn prepare|one|group|bare …, see the head of bench/turn.c\n", stderr);
	return 2;
}
