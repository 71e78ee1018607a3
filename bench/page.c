/* SPDX-License-Identifier: MulanPSL-2.0 */
/* page - what one page costs, counted and not timed, so that a loaded machine says the same as an idle one.
 *
 *	page count DIR LOGIN N PATH…     asks for the paths in turn, N times in all, in this process, as this person (a path of
 *	                                 the public side alone as anyone); prints statements, rows, virtual machine steps and page-cache misses of SQLite a page
 *	page texts DIR LOGIN PATH        the statements of one page, one a line, with how often each was asked
 *	page plan DIR LOGIN PATH         the same with SQLite's plan of each
 *	page show DIR LOGIN PATH         the page itself
 *
 * A "%d" in a path stands for a case of bench/fill.sql, another at each request, always the same ones; "%d/CASES" is
 * given in the environment as CASES. Instructions come from outside: valgrind --tool=callgrind --toggle-collect=counted. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/gate.h"
#include "app/sign.h"
#include "base/parse.h"
#include "web/session.h"

#define TEXTS_MOST 400

static void check(bool ok, const struct err *err)
{
	if (ok)
		return;
	(void)fprintf(stderr, "page: %s (%s)\n", err->msg, err->detail);
	exit(1);
}

/* ---- what SQLite is asked ---- */

static struct {
	sqlite3 *h; /* the connection that was opened last: the reader */
	int64_t asked, rows, steps;
	struct {
		const char *sql;
		int64_t asked, rows, steps;
	} text[TEXTS_MOST];
	size_t n;
} seen;

static size_t text_of(const char *sql)
{
	for (size_t i = 0; i < seen.n; i++)
		if (!strcmp(seen.text[i].sql, sql))
			return i;
	if (seen.n == TEXTS_MOST)
		return 0;
	seen.text[seen.n].sql = strdup(sql);
	return seen.n++;
}

static int traced(unsigned what, void *ctx, void *stmt, void *x)
{
	const size_t i = text_of(sqlite3_sql(stmt));

	(void)ctx;
	(void)x;
	if (what == SQLITE_TRACE_ROW) {
		seen.rows++;
		seen.text[i].rows++;
		return 0;
	}
	const int64_t steps = sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 1);

	seen.asked++;
	seen.steps += steps;
	seen.text[i].asked++;
	seen.text[i].steps += steps;
	return 0;
}

static int opened(sqlite3 *h, char **ret_msg, const void *api)
{
	(void)ret_msg;
	(void)api;
	seen.h = h;
	return SQLITE_OK;
}

static int64_t missed(void)
{
	int now = 0, high;

	(void)sqlite3_db_status(seen.h, SQLITE_DBSTATUS_CACHE_MISS, &now, &high, 0);
	return now;
}

static int64_t hit(void)
{
	int now = 0, high;

	(void)sqlite3_db_status(seen.h, SQLITE_DBSTATUS_CACHE_HIT, &now, &high, 0);
	return now;
}

/* ---- asking ---- */

struct asking {
	struct app *app;
	struct db *db;
	struct session session;
	int64_t cases, last;
};

static const struct stmt st_person = { "bench_person",
	"SELECT a.id, a.person, p.organ, p.name FROM account a JOIN person p ON p.id = a.person WHERE a.login = $1" };

static void open_asking(struct asking *x, const char *dir, const char *login)
{
	const struct app_config config = { .dir = dir };
	struct err err = { 0 };
	struct arena *a = arena_new();
	const struct db_in in[] = { db_str(str_of(login)) };
	const struct db_out out[] = { db_to_i64(&x->session.account), db_to_i64(&x->session.person),
				      db_to_i64(&x->session.organ), db_to_str(&x->session.name) };
	const char *cases = getenv("CASES");

	*x = (struct asking){ .session = { .id = 1, .csrf = STR("00000000000000000000000000000000") } };
	if (!cases || !parse_i64(str_of(cases), 1, INT64_MAX, &x->cases))
		x->cases = 1;
	check(app_open(&config, &x->app, &err), &err);
	(void)sqlite3_auto_extension((void (*)(void))opened);
	check(db_open(x->app->db, DB_READ, &x->db, &err)
		      && db_one(x->db, a, &st_person, DB_IN(in), DB_OUT(out), &err), &err);
	sqlite3_cancel_auto_extension((void (*)(void))opened);
}

/* Spread over the cases by a step that shares no factor with any round number. */
static struct str path_of(struct asking *x, struct arena *a, const char *text)
{
	const char *at = strstr(text, "%d");

	if (!at)
		return str_of(text);
	x->last = (x->last + 7368787) % x->cases;
	const long long i = x->last + 1;

	if (!strncmp(text, "/m/", 3))
		return str_fmt(a, "/m/018f%04llx-%04llx-7000-8000-%012llx%s", i / 65536, i % 65536, i, at + 2);
	return str_fmt(a, "%.*s%lld%s", (int)(at - text), text, i, at + 2);
}

static size_t ask(struct asking *x, const char *text, bool show)
{
	struct arena *a = arena_new();
	struct str path = path_of(x, a, text), rest = path, only, query;
	struct req r = { .a = a, .db = x->db, .app = x->app, .session = &x->session };
	struct err err = { 0 };
	unsigned allowed;
	size_t n;

	only = str_cut(&rest, '?', &only) ? only : path;
	query = only.n == path.n ? (struct str){ 0 } : rest;
	r.path = only;
	check(form_urlencoded(a, query, &r.query, &err), &err);
	r.route = route_match(working_routes, n_working_routes, METHOD_GET, only, a, &r.param, &allowed);
	if (!r.route)
		r.route = route_match(public_routes, n_public_routes, METHOD_GET, only, a, &r.param, &allowed);
	if (!r.route) {
		(void)fprintf(stderr, "page: no route for %.*s\n", STR_FMT(path));
		exit(1);
	}
	check(db_view(x->db, &err) && r.route->handle(&r, &err), &err);
	db_view_end(x->db);
	n = r.out.n;
	if (show)
		(void)printf("%.*s\n", STR_FMT(r.out));
	(void)arena_free(a);
	return n;
}

/* What valgrind counts: a page after the first ones, which also load what stays. */
__attribute__((noinline)) static size_t counted(struct asking *x, const char *text)
{
	return ask(x, text, false);
}

/* ---- the commands ---- */

static void put_plan(const char *sql)
{
	char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
	sqlite3_stmt *q;

	if (!strncmp(sql, "SELECT", 6) && sqlite3_prepare_v2(seen.h, text, -1, &q, NULL) == SQLITE_OK) {
		while (sqlite3_step(q) == SQLITE_ROW)
			(void)printf("\t\t%s\n", sqlite3_column_text(q, 3));
		(void)sqlite3_finalize(q);
	}
	sqlite3_free(text);
}

static void listen_to_reader(void)
{
	(void)sqlite3_trace_v2(seen.h, SQLITE_TRACE_PROFILE | SQLITE_TRACE_ROW, traced, NULL);
}

static void texts(struct asking *x, const char *path, bool plan)
{
	(void)ask(x, path, false);
	listen_to_reader();
	(void)ask(x, path, false);
	(void)sqlite3_trace_v2(seen.h, 0, NULL, NULL);
	for (size_t i = 0; i < seen.n; i++) {
		(void)printf("%4" PRId64 " × %5" PRId64 " rows %8" PRId64 " steps  %s\n", seen.text[i].asked, seen.text[i].rows,
			     seen.text[i].steps, seen.text[i].sql);
		if (plan)
			put_plan(seen.text[i].sql);
	}
}

static void count(struct asking *x, int64_t n, char **path, int n_path)
{
	size_t bytes = 0;
	int64_t misses, hits;

	for (int i = 0; i < n_path; i++)
		(void)ask(x, path[i], false);
	if (!getenv("QUIET"))
		listen_to_reader();
	misses = missed();
	hits = hit();
	for (int64_t i = 0; i < n; i++)
		bytes += counted(x, path[i % n_path]);
	(void)printf("statements %.1f\nrows %.1f\nsteps %.0f\npage_reads %.1f\npage_misses %.1f\nbytes %.0f\n",
		     (double)seen.asked / (double)n, (double)seen.rows / (double)n, (double)seen.steps / (double)n,
		     (double)(hit() - hits + missed() - misses) / (double)n, (double)(missed() - misses) / (double)n,
		     (double)bytes / (double)n);
}

int main(int argc, char **argv)
{
	struct asking x;
	int64_t n;

	if (argc >= 6 && !strcmp(argv[1], "count") && parse_i64(str_of(argv[4]), 1, 1000000, &n)) {
		open_asking(&x, argv[2], argv[3]);
		count(&x, n, argv + 5, argc - 5);
	} else if (argc == 5 && (!strcmp(argv[1], "texts") || !strcmp(argv[1], "plan"))) {
		open_asking(&x, argv[2], argv[3]);
		texts(&x, argv[4], argv[1][0] == 'p');
	} else if (argc == 5 && !strcmp(argv[1], "show")) {
		open_asking(&x, argv[2], argv[3]);
		(void)ask(&x, argv[4], true);
	} else {
		(void)fputs("page count DIR LOGIN N PATH… | texts DIR LOGIN PATH | plan DIR LOGIN PATH | show DIR LOGIN PATH\n", stderr);
		return 2;
	}
	db_close(x.db);
	app_close(x.app);
	return 0;
}
