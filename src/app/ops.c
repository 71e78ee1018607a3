/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/ops.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/day.h"
#include "db/migrate.h"

#define METRICS_MOST ((size_t)64 * 1024)
#define TOKEN_LEAST 20 /* characters of DIR/metrics-token: shorter ones can be guessed */

/* ---- a line of a small file ---- */

static struct str first_line(const struct app *app, struct arena *a, const char *name, size_t most)
{
	FILE *f = fopen(str_cstr(a, str_fmt(a, "%s/%s", app->dir, name)), "r");
	char *text = arena_alloc(a, most);
	struct str s = { text, 0 }, line = { 0 };

	if (!f)
		return line;
	s.n = fread(text, 1, most - 1, f);
	(void)fclose(f);
	while (s.n && !str_utf8(s)) /* cut within a character, or no text at all */
		s.n--;
	(void)str_cut(&s, '\n', &line);
	return str_trim(line);
}

struct str ops_notice(const struct app *app, struct arena *a)
{
	return first_line(app, a, "notice.txt", NOTICE_MOST);
}

/* ---- alive, ready ---- */

static bool plain(struct req *r, int status, struct str text)
{
	return reply_text(r, status, "text/plain; charset=utf-8", text);
}

bool health(struct req *r, struct err *err)
{
	(void)err;
	return plain(r, 200, atomic_load(&app_of(r)->catching_up) ? STR("catching up\n") : STR("ok\n"));
}

bool ready(struct req *r, struct err *err)
{
	struct err why = { 0 };

	(void)err;
	if (!migrate_stands(r->db, r->a, &why))
		return plain(r, 503, str_fmt(r->a, "%s: %s\n", err_key(why.code), why.msg));
	if (atomic_load(&app_of(r)->catching_up))
		return plain(r, 503, STR("catching up\n"));
	return plain(r, 200, app_of(r)->read_only ? STR("ready, read-only\n") : STR("ready\n"));
}

/* ---- figures ---- */

static const struct stmt st_waiting = { "ops_waiting",
	"SELECT (SELECT COUNT(*) FROM document WHERE state = 'queued'), (SELECT COUNT(*) FROM document WHERE state = 'failed'), "
	"(SELECT COUNT(*) FROM outbox WHERE done IS NULL), (SELECT COALESCE(MAX(id), 0) FROM event), "
	"(SELECT COUNT(*) FROM session WHERE expires > $1 AND seen > $2)" };
static const struct stmt st_size_sqlite = { "ops_size_sqlite",
	"SELECT (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size())" };
static const struct stmt st_size_postgres = { "ops_size_postgres", "SELECT pg_database_size(current_database())" };

bool ops_figures(struct req *r, struct ops_figures *f, struct err *err)
{
	struct app *app = app_of(r);
	int64_t now = now_of(r);
	const struct db_in in[] = { db_i64(now), db_i64(now - (int64_t)30 * 60 * 1000) };
	const struct db_out out[] = { db_to_i64(&f->papers_waiting), db_to_i64(&f->papers_failed), db_to_i64(&f->outbox),
				      db_to_i64(&f->event), db_to_i64(&f->sessions) };
	const struct db_out size[] = { db_to_i64(&f->size) };

	if (!db_one(r->db, r->a, &st_waiting, DB_IN(in), DB_OUT(out), err)
	    || !db_one(r->db, r->a, db_dialect(r->db) == DB_SQLITE ? &st_size_sqlite : &st_size_postgres, DB_NONE,
		       DB_OUT(size), err))
		return false;
	f->search_lag = f->event - atomic_load(&app->indexed);
	f->writer = writer_stats(app->writer);
	return true;
}

static void gauge(struct buf *b, const char *name, const char *type, const char *help, int64_t value)
{
	buf_addf(b, "# HELP mingfa_%s %s\n# TYPE mingfa_%s %s\nmingfa_%s %" PRId64 "\n", name, help, name, type, name, value);
}

static void put_requests(struct buf *b, const char *side, struct stats *s)
{
	static const char *const digit[] = { "other", "1xx", "2xx", "3xx", "4xx", "5xx" };

	for (int sort = 0; sort < STATS_SORTS; sort++)
		for (int i = 0; i < 6; i++) {
			long long n = atomic_load(&s->status[sort][i]);

			if (n)
				buf_addf(b, "mingfa_requests_total{side=\"%s\",sort=\"%s\",status=\"%s\"} %lld\n", side,
					 stats_sort_name[sort], digit[i], n);
		}
}

static void put_latency(struct buf *b, const char *side, struct stats *s)
{
	for (int sort = 0; sort < STATS_SORTS; sort++) {
		long long sum = 0, all = 0;

		for (int i = 0; i < 6; i++)
			all += atomic_load(&s->status[sort][i]);
		if (!all)
			continue;
		for (int i = 0; i < STATS_BUCKETS; i++) {
			sum += atomic_load(&s->bucket[sort][i]);
			buf_addf(b, "mingfa_request_seconds_bucket{side=\"%s\",sort=\"%s\",le=\"%d.%03d\"} %lld\n", side,
				 stats_sort_name[sort], stats_bucket_ms[i] / 1000, stats_bucket_ms[i] % 1000, sum);
		}
		buf_addf(b, "mingfa_request_seconds_bucket{side=\"%s\",sort=\"%s\",le=\"+Inf\"} %lld\n"
			 "mingfa_request_seconds_count{side=\"%s\",sort=\"%s\"} %lld\n", side, stats_sort_name[sort], all, side,
			 stats_sort_name[sort], all);
		sum = atomic_load(&s->took_ms[sort]);
		buf_addf(b, "mingfa_request_seconds_sum{side=\"%s\",sort=\"%s\"} %lld.%03lld\n", side, stats_sort_name[sort],
			 sum / 1000, sum % 1000);
	}
}

static void put_sides(struct buf *b, const struct app *app)
{
	struct http *side[] = { app->working, app->public_side };
	static const char *const name[] = { "working", "public" };

	buf_adds(b, "# HELP mingfa_requests_total Requests that were answered, by sort of route and status.\n"
		    "# TYPE mingfa_requests_total counter\n");
	for (int i = 0; i < 2; i++)
		if (side[i])
			put_requests(b, name[i], http_stats(side[i]));
	buf_adds(b, "# HELP mingfa_request_seconds Time from the first byte to the reply.\n"
		    "# TYPE mingfa_request_seconds histogram\n");
	for (int i = 0; i < 2; i++)
		if (side[i])
			put_latency(b, name[i], http_stats(side[i]));
	buf_adds(b, "# HELP mingfa_requests_open Requests in flight.\n# TYPE mingfa_requests_open gauge\n");
	for (int i = 0; i < 2; i++)
		if (side[i])
			buf_addf(b, "mingfa_requests_open{side=\"%s\"} %d\n", name[i], atomic_load(&http_stats(side[i])->open));
	buf_adds(b, "# HELP mingfa_throttled_total Requests beyond what one address may ask.\n"
		    "# TYPE mingfa_throttled_total counter\n");
	for (int i = 0; i < 2; i++)
		if (side[i])
			buf_addf(b, "mingfa_throttled_total{side=\"%s\"} %lld\n", name[i],
				 atomic_load(&http_stats(side[i])->throttled));
	buf_adds(b, "# HELP mingfa_refusals_total Acts that the law refused.\n# TYPE mingfa_refusals_total counter\n");
	for (int i = 0; i < 2; i++)
		if (side[i])
			buf_addf(b, "mingfa_refusals_total{side=\"%s\"} %lld\n", name[i],
				 atomic_load(&http_stats(side[i])->refused));
}

static void put_figures(struct buf *b, const struct app *app, const struct ops_figures *f)
{
	gauge(b, "writer_queue", "gauge", "Jobs that wait for the writing turn.", f->writer.waiting);
	gauge(b, "writer_jobs_total", "counter", "Jobs done in the writing turn.", f->writer.jobs);
	gauge(b, "writer_commits_total", "counter", "Groups committed; jobs over commits is the size of a group.",
	      f->writer.groups);
	gauge(b, "writer_failed_total", "counter", "Jobs that ended with an error.", f->writer.failed);
	gauge(b, "writer_longest_group_microseconds", "gauge", "The longest group since the start.",
	      f->writer.longest_group_us);
	gauge(b, "timers_overdue", "gauge", "Acts of the law that are overdue.", atomic_load(&app->overdue));
	gauge(b, "catching_up", "gauge", "1 while people may only look.", atomic_load(&app->catching_up));
	gauge(b, "read_only", "gauge", "1 when it was started with --read-only.", app->read_only);
	gauge(b, "papers_waiting", "gauge", "Papers still to be drawn.", f->papers_waiting);
	gauge(b, "papers_failed", "gauge", "Papers that could not be drawn.", f->papers_failed);
	gauge(b, "outbox_waiting", "gauge", "Work for other threads and systems.", f->outbox);
	gauge(b, "events", "gauge", "The newest event.", f->event);
	gauge(b, "search_lag_events", "gauge", "Events that the full-text index has not yet.", f->search_lag);
	gauge(b, "database_bytes", "gauge", "Size of the database.", f->size);
	gauge(b, "sessions", "gauge", "People signed in and active within half an hour.", f->sessions);
}

/* From this machine and nobody in between, or with the token of DIR/metrics-token. */
static bool may_watch(struct req *r)
{
	struct str token = first_line(app_of(r), r->a, "metrics-token", 200), given = r->authorization;
	struct peer peer;
	unsigned char diff = 0;

	if (!r->forwarded && peer_parse(r->address, &peer) && peer_loopback(&peer))
		return true;
	if (token.n < TOKEN_LEAST || !str_starts(given, STR("Bearer ")) || given.n != token.n + 7)
		return false;
	for (size_t i = 0; i < token.n; i++)
		diff |= (unsigned char)(given.p[i + 7] ^ token.p[i]);
	return diff == 0;
}

bool metrics(struct req *r, struct err *err)
{
	struct ops_figures f = { .size = 0 };
	struct buf b;

	if (!may_watch(r))
		return err_set(err, ERR_NOT_FOUND, "没有这一页，请从工作台或者首页重新进入");
	if (!ops_figures(r, &f, err))
		return false;
	buf_init(&b, r->a, METRICS_MOST);
	put_sides(&b, app_of(r));
	put_figures(&b, app_of(r), &f);
	return reply_text(r, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&b));
}
