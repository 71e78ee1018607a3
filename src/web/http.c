/* SPDX-License-Identifier: MulanPSL-2.0 */
/* http.c - one connection's request moves through these steps:
 *
 *	READING  body arrives, capped
 *	RUNNING  in a thread of the server or, for a slow route, on a worker
 *	WAITING  suspended: a job in the writing turn, or a worker
 *	AFTER    resumed: the job's outcome becomes a reply
 *	REPLIED
 *
 * A connection is suspended only from the access handler, and its step is set before that, because the
 * handler is entered again on resume (http-and-storage-notes, trap 2). A suspended connection neither times
 * out nor notices a hang-up, so whoever holds it must always answer: the writer's and workers' queues do. */
#include "web/http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/day.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/uuid.h"

#define HTTP_THREADS 2
#define HTTP_CONNECTIONS 1000u
#define HTTP_PER_ADDRESS 64u
#define HTTP_IDLE_S 15u
#define HTTP_URL 2000          /* the longest list address with all filters has 900 characters */
#define HTTP_HEADERS ((size_t)16 * 1024) /* cookies of other programs on the same host included */
#define HTTP_BODY ((size_t)64 * 1024)
#define HTTP_SWALLOW ((size_t)32 << 20) /* two pieces of an upload as browsers send them (static/upload.js) */
#define HTTP_STOP_MS 15000

enum step { STEP_READING, STEP_RUNNING, STEP_WAITING, STEP_AFTER, STEP_REPLIED };

struct http {
	struct http_config config;
	struct MHD_Daemon *daemon;
	int port;
	struct stats stats;
	atomic_int suspended; /* connections that a writer's job or a worker holds */
	atomic_bool stopping;
	struct proxies proxies;
	bool count_open;      /* the requests of an address; else the library counts its connections */
	struct rates rates;
	struct crowd crowd;
	uint64_t salt;        /* of the ids of requests */
	atomic_ullong serial;
	pthread_mutex_t lock;
	struct db *reader[HTTP_THREADS]; /* free readers */
	int n_reader;
};

struct exchange {
	struct req r;
	struct http *h;
	struct MHD_Connection *c;
	_Atomic enum step step;
	struct buf body;
	size_t max_body;
	bool at_once;     /* answered before the body has come; the connection ends */
	bool streams;     /* the route's stream has begun: it must end or be told that it broke */
	size_t swallowed; /* bytes of a body that is not wanted */
	int64_t begun;    /* monotonic ms */
	uint64_t address; /* what limits count by */
	bool counted;     /* in the crowd */
	bool job_ok;
	struct err job_err;
};

static struct str header(struct MHD_Connection *c, const char *name)
{
	const char *v = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
	struct str s = str_of(v);

	return str_utf8(s) ? s : (struct str){ 0 };
}

struct str req_asked(const struct req *r, const char *name)
{
	return r->priv ? header(r->priv, name) : (struct str){ 0 };
}

static bool peer_of(struct MHD_Connection *c, struct peer *ret)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	char text[INET6_ADDRSTRLEN] = "";

	if (info && info->client_addr->sa_family == AF_INET)
		(void)inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr,
				text, sizeof(text));
	else if (info && info->client_addr->sa_family == AF_INET6)
		(void)inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr,
				text, sizeof(text));
	return peer_parse(str_of(text), ret);
}

struct lines {
	const char *name;
	struct buf b;
};

static enum MHD_Result one_line(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct lines *l = ctx;

	(void)kind;
	if (strcasecmp(key, l->name) != 0 || !value)
		return MHD_YES;
	if (l->b.n)
		buf_addc(&l->b, ',');
	buf_adds(&l->b, value);
	return MHD_YES;
}

/* All lines of a header, joined by commas as RFC 9110 (5.3) reads them. */
static struct str header_lines(struct exchange *x, const char *name)
{
	struct lines l = { .name = name };

	buf_init(&l.b, x->r.a, HTTP_HEADERS);
	(void)MHD_get_connection_values(x->c, MHD_HEADER_KIND, one_line, &l);
	return buf_str(&l.b);
}

/* Who asks, and whether a trusted proxy was asked over TLS. */
static void find_address(struct exchange *x)
{
	struct req *r = &x->r;
	struct peer peer = { 0 };
	const struct forwarded told = { .x_for = header_lines(x, "X-Forwarded-For"), .x_proto = header_lines(x, "X-Forwarded-Proto"),
					.forwarded = header_lines(x, "Forwarded") };
	struct visitor visitor;

	(void)peer_of(x->c, &peer);
	visitor = peer_behind(&x->h->proxies, peer, &told);
	r->forwarded = told.x_for.n || told.forwarded.n;
	r->secure = visitor.https;
	r->address = peer_text(r->a, &visitor.peer);
	x->address = peer_key(&visitor.peer);
}

/* Readers are lent for the run of a handler: two threads, two readers. */
static struct db *reader_take(struct http *h, struct err *err)
{
	struct db *db = NULL;

	(void)pthread_mutex_lock(&h->lock);
	if (h->n_reader)
		db = h->reader[--h->n_reader];
	(void)pthread_mutex_unlock(&h->lock);
	if (db || db_open(h->config.db, DB_READ, &db, err))
		return db;
	return NULL;
}

static void reader_give(struct http *h, struct db *db, bool broken)
{
	(void)pthread_mutex_lock(&h->lock);
	if (!broken && h->n_reader < HTTP_THREADS) {
		h->reader[h->n_reader++] = db;
		db = NULL;
	}
	(void)pthread_mutex_unlock(&h->lock);
	db_close(db);
}

static const char *const methods[] = { [METHOD_GET] = "GET", [METHOD_POST] = "POST", [METHOD_PATCH] = "PATCH",
				       [METHOD_DELETE] = "DELETE", [METHOD_OPTIONS] = "OPTIONS", [METHOD_OTHER] = "OTHER" };

static enum method method_of(const char *s)
{
	enum method m = METHOD_GET;

	if (strcmp(s, "HEAD") == 0)
		return METHOD_GET;
	while (m < METHOD_OTHER && strcmp(s, methods[m]) != 0)
		m++;
	return m;
}

/* Some networks let only GET and POST through. A write stays a write: the same token is asked. */
static void find_method(struct exchange *x, const char *sent)
{
	const char *other = MHD_lookup_connection_value(x->c, MHD_HEADER_KIND, "X-HTTP-Method-Override");

	if (other && strcmp(sent, "POST") == 0
	    && (strcmp(other, "PATCH") == 0 || strcmp(other, "DELETE") == 0 || strcmp(other, "HEAD") == 0))
		sent = other;
	x->r.method = method_of(sent);
	x->r.head = strcmp(sent, "HEAD") == 0;
}

static bool writes(const struct req *r)
{
	return r->method == METHOD_POST || r->method == METHOD_PATCH || r->method == METHOD_DELETE;
}

static void free_reply(void *p)
{
	(void)arena_free(p);
}

#define POLICY "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "

/* Security headers stand on every reply; the policy is built here and nowhere else. Only a PDF may be shown inside a
 * page, and only inside ours: a reviewer reads it beside the checklist. */
static void common_headers(struct MHD_Response *resp, bool pdf)
{
	(void)MHD_add_response_header(resp, "Content-Security-Policy",
				      pdf ? POLICY "frame-ancestors 'self'" : POLICY "frame-ancestors 'none'");
	(void)MHD_add_response_header(resp, "X-Content-Type-Options", "nosniff");
	(void)MHD_add_response_header(resp, "Referrer-Policy", "same-origin");
	(void)MHD_add_response_header(resp, "X-Frame-Options", pdf ? "SAMEORIGIN" : "DENY");
}

static bool has_header(const struct req *r, const char *name)
{
	for (size_t i = 0; i < r->n_header; i++)
		if (strcasecmp(r->header[i].name, name) == 0)
			return true;
	return false;
}

static enum stats_sort sort_of(const struct route *route)
{
	if (!route)
		return STATS_NONE;
	if (route->method != METHOD_GET)
		return STATS_WRITE;
	return route->slow ? STATS_SLOW : strncmp(route->path, "/static/", 8) == 0 ? STATS_STATIC : STATS_PAGE;
}

/* Counts a reply and writes its line. */
static void note(struct exchange *x)
{
	const struct req *r = &x->r;
	int64_t ms = time_monotonic() - x->begun;
	const struct log_reply line = { .id = r->id, .side = r->public_side ? "public" : "working",
					.method = methods[r->method],
					.route = r->route ? r->route->path : "", .status = r->status, .ms = ms,
					.person = r->session ? r->session->person : 0 };

	stats_add(&x->h->stats, sort_of(r->route), r->status, ms);
	log_reply(&line);
}

/* After this the exchange is another thread's. */
static void resume(struct exchange *x)
{
	struct http *h = x->h;

	MHD_resume_connection(x->c);
	(void)atomic_fetch_sub(&h->suspended, 1);
}

/* ---- a reply whose content is elsewhere ---- */

/* The connection sleeps while a worker fetches the next piece. */
struct flow {
	struct exchange *x;
	int64_t at; /* of the piece, from the reply's beginning */
	bool broken;
};

static void fetch_piece(void *ctx, struct db *db)
{
	struct flow *f = ctx;
	struct exchange *x = f->x;
	struct req *r = &x->r;
	int64_t left = r->out_n - f->at;
	struct err err = { 0 };

	(void)db;
	r->piece_n = left < (int64_t)SOURCE_PIECE ? (size_t)left : SOURCE_PIECE;
	f->broken = atomic_load(&x->h->stopping) || !r->source->read(r->source->ctx, r->out_from + f->at, r->piece_n, r->piece, &err);
	if (err.code)
		log_line(LOG_WARNING, "%s: %s (%s)", r->route->path, err.msg, err.detail);
	resume(x);
}

static ssize_t flow_read(void *ctx, uint64_t pos, char *to, size_t most)
{
	struct flow *f = ctx;
	struct req *r = &f->x->r;
	size_t skip = (size_t)((int64_t)pos - f->at), n;

	if (f->broken)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if ((int64_t)pos >= f->at && skip < r->piece_n) {
		n = r->piece_n - skip < most ? r->piece_n - skip : most;
		memcpy(to, r->piece + skip, n);
		return (ssize_t)n;
	}
	f->at = (int64_t)pos;
	(void)atomic_fetch_add(&f->x->h->suspended, 1);
	MHD_suspend_connection(f->x->c);
	if (!workers_submit(f->x->h->config.senders, fetch_piece, f)) {
		f->broken = true;
		resume(f->x);
	}
	return 0;
}

static struct MHD_Response *flow_reply(struct exchange *x)
{
	struct flow *f = arena_one(x->r.a, struct flow);

	f->x = x;
	return MHD_create_response_from_callback((uint64_t)x->r.out_n, 64 * 1024, flow_read, f, NULL);
}

/* Queues what the handler left in the request. The text is in the request's arena, which lives until the
 * connection's completion callback, hence no copy. */
static enum MHD_Result send_reply(struct exchange *x)
{
	struct req *r = &x->r;
	struct MHD_Response *resp;
	enum MHD_Result queued;

	if (r->has_fd) {
		resp = MHD_create_response_from_fd_at_offset64((uint64_t)r->out_n, r->out_fd, (uint64_t)r->out_from);
		r->has_fd = !resp; /* closed with the response */
	} else if (r->source) {
		resp = flow_reply(x);
	} else if (r->out_static) {
		resp = MHD_create_response_from_buffer(r->out_static_n, (void *)(uintptr_t)r->out_static,
						       MHD_RESPMEM_PERSISTENT);
	} else {
		resp = MHD_create_response_from_buffer(r->out.n, (void *)(uintptr_t)(r->out.p ? r->out.p : ""),
						       MHD_RESPMEM_PERSISTENT);
	}
	if (!resp)
		return MHD_NO;
	common_headers(resp, str_is(r->content_type_out, "application/pdf"));
	if (r->content_type_out.n)
		(void)MHD_add_response_header(resp, "Content-Type", str_cstr(r->a, r->content_type_out));
	(void)MHD_add_response_header(resp, "X-Request-Id", r->id);
	if (!has_header(r, "Cache-Control"))
		(void)MHD_add_response_header(resp, "Cache-Control", "no-store");
	for (size_t i = 0; i < r->n_header; i++)
		(void)MHD_add_response_header(resp, r->header[i].name, str_cstr(r->a, r->header[i].value));
	/* Stopping: whoever keeps asking on an open connection would keep the server from its end. */
	if (x->at_once || atomic_load(&x->h->stopping))
		(void)MHD_add_response_header(resp, "Connection", "close");
	queued = MHD_queue_response(x->c, (unsigned)r->status, resp);
	MHD_destroy_response(resp);
	x->step = STEP_REPLIED;
	note(x);
	return queued;
}

static void failed(struct exchange *x, const struct err *err)
{
	const struct route *route = x->r.route;

	if (err->code == ERR_BUG || err->code == ERR_DB || err->code == ERR_LAW || err->code == ERR_IO
	    || err->code == ERR_DB_CONSTRAINT)
		log_line(LOG_ERROR, "%s %s: %s (%s)", route ? route->path : "-", err_key(err->code), err->msg,
			 err->detail);
	else if (err_status(err->code) >= 500)
		log_line(LOG_WARNING, "%s %s: %s", route ? route->path : "-", err_key(err->code), err->detail);
	if (err->code == ERR_BUSY || err->code == ERR_DB_LOST || err->code == ERR_DB_READONLY)
		reply_header(&x->r, "Retry-After", STR("5"));
	x->r.status = err_status(err->code);
	x->h->config.error_page(&x->r, err);
}

/* Same origin: the browser's Origin must name the host that was asked. Tools without Origin have no
 * cookies of ours to abuse, and the token is asked in any case. */
static bool same_origin(const struct req *r)
{
	size_t at;

	if (!r->origin.n)
		return true;
	at = str_find(r->origin, STR("://"), 0);
	return at != SIZE_MAX && str_eq(str_sub(r->origin, at + 3, r->origin.n), r->host);
}

static bool token_right(const struct req *r)
{
	bool by_form = r->method == METHOD_POST && !r->route->stream;
	struct str given = by_form ? form_value(&r->form, "csrf") : req_asked(r, "X-CSRF-Token");
	unsigned char diff = 0;

	if (!r->session || given.n != r->session->csrf.n || !given.n)
		return false;
	for (size_t i = 0; i < given.n; i++)
		diff |= (unsigned char)(given.p[i] ^ r->session->csrf.p[i]);
	return diff == 0;
}

static bool read_body(struct req *r, struct err *err)
{
	if (r->method != METHOD_POST || !r->body.n || r->route->stream)
		return true;
	if (str_starts(r->content_type, STR("application/x-www-form-urlencoded")))
		return form_urlencoded(r->a, r->body, &r->form, err);
	if (str_starts(r->content_type, STR("multipart/form-data")))
		return form_multipart(r->a, r->content_type, r->body, &r->form, err);
	return true; /* JSON: the API's handlers read it */
}

static bool allowed_audience(const struct req *r, struct err *err)
{
	enum audience need = r->route->audience;

	if (need == AUDIENCE_PUBLIC)
		return true;
	if (!r->session)
		return err_set(err, ERR_SIGN_IN, "登录已结束或者尚未登录，请登录后继续");
	if (need == AUDIENCE_ADMINISTRATOR && !r->session->administrator)
		return err_set(err, ERR_FORBIDDEN, "这一页只供系统、安全、审计三类管理员使用");
	return true;
}

static bool guarded(struct exchange *x, struct err *err)
{
	struct req *r = &x->r;
	struct http_config *c = &x->h->config;

	if (c->session && !c->session(r, &r->session, err))
		return false;
	if (!allowed_audience(r, err) || !read_body(r, err))
		return false;
	if (!writes(r))
		return true;
	if (c->may_write && !c->may_write(r, err))
		return false;
	if (!same_origin(r) || (!r->route->no_csrf && !token_right(r)))
		return err_set(err, ERR_FORBIDDEN, "这个表单已经失效，请刷新页面后重新提交");
	return true;
}

/* A quick page is one view of the database. Slow ones would hold the log of a SQLite file back, and what a
 * POST writes it must see. */
static bool one_view(const struct req *r)
{
	return r->method == METHOD_GET && !r->route->slow;
}

/* Whoever records waits for the writing turn, which only a worker may. */
static bool recorded(struct exchange *x, struct err *err)
{
	const struct route *route = x->r.route;

	return !route->records || !x->h->config.record || !route->slow || x->h->config.record(&x->r, err);
}

/* Runs the handler with a reader; leaves a reply or a job in the request. */
static void run_handler(struct exchange *x, struct db *db)
{
	struct req *r = &x->r;
	struct err err = { 0 };
	bool ok;

	x->streams = false; /* the handler ends what its stream began */
	r->db = db;
	ok = (!one_view(r) || db_view(db, &err)) && (r->route->stream || guarded(x, &err)) && recorded(x, &err) && r->route->handle(r, &err);
	if (one_view(r))
		db_view_end(db);
	if (ok && db_in_tx(db))
		ok = err_set(&err, ERR_BUG, "处理时遗留了未结束的事务");
	if (!ok) {
		r->run = NULL;
		failed(x, &err);
	}
	r->db = NULL;
}

/* The database went between a job and the reading of its result. The writer knows what became of the job; when that was
 * committed, "nothing was done" would be untrue. */
static void after_failed(struct exchange *x, struct err *err)
{
	if (err->code == ERR_DB_LOST && x->job_ok)
		(void)err_set(err, ERR_DB_LOST, WRITER_UNSURE);
	else if (err->code == ERR_DB_LOST)
		*err = x->job_err;
	failed(x, err);
}

static void run_after(struct exchange *x, struct db *db)
{
	struct req *r = &x->r;
	struct err err = { 0 };

	r->db = db;
	if (!r->after(r, r->run_ctx, x->job_ok, &x->job_err, &err))
		after_failed(x, &err);
	r->db = NULL;
}

/* fn with a lent reader; when there is none the page says so. */
static void with_reader(struct exchange *x, void (*fn)(struct exchange *, struct db *))
{
	struct err err = { 0 };
	struct db *db = reader_take(x->h, &err);

	if (!db) {
		x->r.run = NULL;
		if (x->step == STEP_AFTER)
			after_failed(x, &err);
		else
			failed(x, &err);
		return;
	}
	fn(x, db);
	reader_give(x->h, db, x->r.status == err_status(ERR_DB_LOST));
}

static void break_stream(struct exchange *x)
{
	if (x->streams && x->r.route->stream->broken)
		x->r.route->stream->broken(&x->r);
	x->streams = false;
}

/* Whoever may not send, or not this, is told before the body; a short one is read away first, because a browser that is
 * still sending shows no answer. */
static void begin_stream(struct exchange *x, struct db *db)
{
	struct req *r = &x->r;
	struct err err = { 0 };
	int64_t length;
	bool ok;

	r->db = db;
	x->streams = true;
	ok = guarded(x, &err) && (!r->route->stream->begin || r->route->stream->begin(r, &err));
	if (!ok) {
		break_stream(x);
		failed(x, &err);
		x->at_once = !parse_i64(header(x->c, "Content-Length"), 0, (int64_t)HTTP_SWALLOW, &length)
			  && header(x->c, "Content-Length").n;
	}
	r->db = NULL;
}

static void stream_part(struct exchange *x, struct str data)
{
	struct err err = { 0 };

	if (x->r.status) {
		x->swallowed += data.n;
	} else if (!x->r.route->stream->part(&x->r, data, &err)) {
		break_stream(x);
		failed(x, &err);
	}
}

/* The server must not end while somebody holds a connection (http_stop). */
static void hold(struct exchange *x)
{
	x->step = STEP_WAITING;
	(void)atomic_fetch_add(&x->h->suspended, 1);
	MHD_suspend_connection(x->c);
}

static void let_go(struct exchange *x, enum step step)
{
	x->step = step;
	resume(x);
}

static void job_done(void *ctx, bool ok, const struct err *err)
{
	struct exchange *x = ctx;

	x->job_ok = ok;
	if (!ok)
		x->job_err = *err;
	let_go(x, STEP_AFTER);
}

static bool job_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct exchange *x = ctx;

	(void)a; /* results go into the request's arena: they are read after the writer's arena is gone */
	return x->r.run(db, x->r.a, x->r.run_ctx, err);
}

/* Hands the job to the writing turn; the connection sleeps meanwhile. */
static bool submit_job(struct exchange *x)
{
	const struct writer_job job = { .run = job_run, .done = job_done, .ctx = x, .name = x->r.route->path };
	struct err err = { 0 };

	hold(x);
	if (writer_submit(x->h->config.writer, &job, &err))
		return true;
	x->job_ok = false;
	x->job_err = err;
	let_go(x, STEP_AFTER);
	return true;
}

static void slow_after(void *ctx, struct db *db)
{
	struct exchange *x = ctx;
	struct err err = { 0 };

	if (atomic_load(&x->h->stopping))
		(void)err_set(&err, ERR_BUSY, "系统正在停机维护，这一次没有改动任何内容，请稍后再办");
	else if (!db)
		(void)err_set(&err, ERR_DB_LOST, "数据库暂时连接不上，请稍后再试");
	if (err.code) {
		break_stream(x);
		failed(x, &err);
	} else {
		run_handler(x, db);
	}
	let_go(x, STEP_RUNNING);
}

static enum MHD_Result next_step(struct exchange *x)
{
	struct err err = { 0 };

	if (x->step == STEP_AFTER) {
		with_reader(x, run_after);
		return send_reply(x);
	}
	if (x->step == STEP_READING) {
		x->r.body = buf_str(&x->body);
		if (x->r.status == 0 && x->r.route->slow) {
			hold(x);
			if (workers_submit(x->h->config.workers, slow_after, x))
				return MHD_YES;
			(void)err_set(&err, ERR_BUSY, "现在办理的人较多，请稍后再试");
			break_stream(x);
			failed(x, &err);
			let_go(x, STEP_RUNNING);
			return MHD_YES;
		}
		if (x->r.status == 0)
			with_reader(x, run_handler);
	}
	if (x->r.run) {
		(void)submit_job(x);
		return MHD_YES;
	}
	return send_reply(x);
}

static enum MHD_Result header_size(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
	size_t *n = ctx;

	(void)kind;
	*n += strlen(key) + (value ? strlen(value) : 0);
	return MHD_YES;
}

/* Above 32 KiB the library answers by itself, in English. */
static bool headers_fit(struct MHD_Connection *c, struct err *err)
{
	size_t n = 0;

	(void)MHD_get_connection_values(c, MHD_HEADER_KIND, header_size, &n);
	return n <= HTTP_HEADERS || err_set(err, ERR_HEADERS, "请求头过长，请清除本网站的 Cookie 后再试");
}

static enum MHD_Result query_pair(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct buf *b = ctx;

	(void)kind;
	if (b->n)
		buf_addc(b, '&');
	form_escape(b, str_of(key));
	buf_addc(b, '=');
	form_escape(b, str_of(value));
	return MHD_YES;
}

/* libmicrohttpd has split and decoded the query; our own reader applies our limits and checks UTF-8. */
static void read_query(struct exchange *x)
{
	struct err err = { 0 };
	struct buf b;

	buf_init(&b, x->r.a, (size_t)4 * HTTP_URL);
	(void)MHD_get_connection_values(x->c, MHD_GET_ARGUMENT_KIND, query_pair, &b);
	if (x->r.status)
		return;
	if (!buf_ok(&b))
		(void)err_set(&err, ERR_BAD_INPUT, "地址过长");
	if (!buf_ok(&b) || !form_urlencoded(x->r.a, buf_str(&b), &x->r.query, &err))
		failed(x, &err);
}

/* The page leads back to what was asked, so the query is read before. */
static bool too_many(struct exchange *x, int wait)
{
	struct err err = { 0 };

	read_query(x);
	if (x->r.status)
		return false;
	reply_header(&x->r, "Retry-After", str_fmt(x->r.a, "%d", wait));
	(void)err_set(&err, ERR_TOO_MANY, "同一网络地址的操作过于频繁，请在%d秒后再试", wait);
	failed(x, &err);
	return false;
}

static bool within_rate(struct exchange *x)
{
	int wait = 1;

	return rates_take(&x->h->rates, x->r.route->rate, x->address, x->begun, &wait) || too_many(x, wait);
}

static struct str allowed_methods(struct arena *a, unsigned allowed)
{
	struct buf b;

	buf_init(&b, a, 100);
	for (enum method m = METHOD_GET; m < METHOD_OTHER; m++)
		if (allowed & 1u << m)
			buf_addf(&b, "%s%s", b.n ? ", " : "", methods[m]);
	return buf_str(&b);
}

/* Finds the route and the limits before the body is read. A status means that the reply is there already. */
static void begin_request(struct exchange *x, const char *method)
{
	struct req *r = &x->r;
	struct err err = { 0 };
	unsigned allowed;
	int64_t length;

	find_method(x, method);
	r->received = time_now();
	if (x->h->count_open) {
		x->counted = crowd_enter(&x->h->crowd, x->address, HTTP_PER_ADDRESS);
		if (!x->counted) {
			x->at_once = true;
			(void)too_many(x, 1);
			return;
		}
	}
	if (r->path.n > HTTP_URL || !str_utf8(r->path))
		(void)err_set(&err, ERR_BAD_INPUT, "地址过长或者有误");
	if (err.code || !headers_fit(x->c, &err)) {
		failed(x, &err);
		return;
	}
	r->route = route_match(x->h->config.route, x->h->config.n_route, r->method, r->path, r->a, &r->param,
			       &allowed);
	if (!r->route) {
		if (allowed) {
			reply_header(r, "Allow", allowed_methods(r->a, allowed));
			(void)err_set(&err, ERR_METHOD, "这个地址不支持这种操作");
		} else {
			(void)err_set(&err, ERR_NOT_FOUND, "没有这一页，请从工作台或者首页重新进入");
		}
		failed(x, &err);
		return;
	}
	if (!within_rate(x)) {
		x->at_once = true;
		return;
	}
	if (r->route->stream) {
		with_reader(x, begin_stream);
		return;
	}
	x->max_body = r->route->max_body ? r->route->max_body : HTTP_BODY;
	if (parse_i64(header(x->c, "Content-Length"), 0, INT64_MAX, &length) && (size_t)length > x->max_body) {
		x->at_once = true;
		(void)err_set(&err, ERR_TOO_LARGE, "提交的内容超过上限（%zu KB）", x->max_body / 1024);
		failed(x, &err);
	}
	buf_init(&x->body, r->a, x->max_body);
}

static struct exchange *exchange_new(struct http *h, struct MHD_Connection *c, const char *url, const char *method)
{
	struct arena *a = arena_new();
	struct exchange *x = arena_one(a, struct exchange);

	*x = (struct exchange){ .h = h, .c = c, .max_body = HTTP_BODY, .begun = time_monotonic() };
	buf_init(&x->body, a, HTTP_BODY);
	x->r = (struct req){ .a = a,
			     .writer = h->config.writer,
			     .app = h->config.app,
			     .priv = c,
			     .public_side = h->config.public_side,
			     .path = str_dup(a, str_of(url)),
			     .host = header(c, "Host"),
			     .cookie = header(c, "Cookie"),
			     .content_type = header(c, "Content-Type"),
			     .if_none_match = header(c, "If-None-Match"),
			     .if_modified_since = header(c, "If-Modified-Since"),
			     .authorization = header(c, "Authorization"),
			     .origin = header(c, "Origin"),
			     .accept = header(c, "Accept"),
			     .agent = header(c, "User-Agent"),
			     .request_key = header(c, "Idempotency-Key") };
	(void)snprintf(x->r.id, sizeof(x->r.id), "%016llx", h->salt + atomic_fetch_add(&h->serial, 1));
	find_address(x);
	atomic_fetch_add(&h->stats.open, 1);
	begin_request(x, method);
	read_query(x);
	return x;
}

static enum MHD_Result access_handler(void *cls, struct MHD_Connection *c, const char *url, const char *method,
				      const char *version, const char *data, size_t *size, void **state)
{
	struct exchange *x = *state;

	(void)version;
	if (!x) {
		*state = x = exchange_new(cls, c, url, method);
		/* Too large by its own header: answered before the body is sent. */
		return x->at_once ? send_reply(x) : MHD_YES;
	}
	if (*size && x->r.route && x->r.route->stream) {
		stream_part(x, (struct str){ data, *size });
		*size = 0;
		return x->swallowed > HTTP_SWALLOW ? MHD_NO : MHD_YES;
	}
	if (*size) {
		struct err err = { 0 };

		buf_add(&x->body, (struct str){ data, *size });
		*size = 0;
		if (!buf_ok(&x->body) && !x->at_once && !x->r.status) {
			x->at_once = true;
			(void)err_set(&err, ERR_TOO_LARGE, "提交的内容超过上限（%zu KB）", x->max_body / 1024);
			failed(x, &err);
		}
		return MHD_YES;
	}
	if (x->step == STEP_WAITING) /* woken by nobody of ours: nothing to do yet */
		return MHD_YES;
	return x->step == STEP_REPLIED ? MHD_YES : next_step(x);
}

static void completed(void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	struct http *h = cls;
	struct exchange *x = *state;

	(void)c;
	(void)why;
	if (!x)
		return;
	*state = NULL;
	break_stream(x);
	if (x->r.has_fd)
		(void)close(x->r.out_fd);
	if (x->counted)
		crowd_leave(&h->crowd, x->address);
	free_reply(x->r.a);
	atomic_fetch_sub(&h->stats.open, 1);
}

/* "127.0.0.1:8080" or "[::1]:8080". */
static bool parse_listen(const char *text, struct sockaddr_storage *ret, socklen_t *ret_len, bool *ret_loopback,
			 struct err *err)
{
	struct str s = str_of(text);
	size_t colon = s.n;
	char host[64];
	int64_t port;

	while (colon && s.p[colon - 1] != ':')
		colon--;
	*ret = (struct sockaddr_storage){ 0 };
	if (colon > 1 && colon < sizeof(host) && parse_i64(str_sub(s, colon, s.n), 0, 65535, &port)) {
		struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)ret;
		struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)ret;
		bool six = s.p[0] == '[' && s.p[colon - 2] == ']';
		size_t from = six, to = colon - 1 - six;

		memcpy(host, s.p + from, to - from);
		host[to - from] = '\0';
		v4->sin_port = htons((uint16_t)port); /* at the same place in both */
		if (!six && inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
			v4->sin_family = AF_INET;
			*ret_len = sizeof(*v4);
			*ret_loopback = ntohl(v4->sin_addr.s_addr) >> 24 == 127;
			return true;
		}
		if (six && inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
			v6->sin6_family = AF_INET6;
			*ret_len = sizeof(*v6);
			*ret_loopback = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
			return true;
		}
	}
	return err_set(err, ERR_USAGE, "监听地址“%s”有误，应写作 127.0.0.1:8080 或者 [::1]:8080", text);
}

static void http_free(struct http *h)
{
	rates_done(&h->rates);
	crowd_done(&h->crowd);
	(void)pthread_mutex_destroy(&h->lock);
	free(h);
}

bool http_start(const struct http_config *config, struct http **ret, struct err *err)
{
	struct sockaddr_storage addr;
	socklen_t len;
	bool loopback = false;
	struct http *h;

	if (!parse_listen(config->listen, &addr, &len, &loopback, err))
		return false;
	h = calloc(1, sizeof(*h));
	if (!h)
		return err_set(err, ERR_BUG, "内存不足");
	h->config = *config;
	if (config->proxies)
		h->proxies = *config->proxies;
	h->count_open = h->proxies.n > 0;
	random_bytes(&h->salt, sizeof(h->salt));
	rates_init(&h->rates);
	crowd_init(&h->crowd);
	(void)pthread_mutex_init(&h->lock, NULL);
	/* Without MHD_OPTION_LISTENING_ADDRESS_REUSE: on Linux it would let two servers share a port unnoticed.
	 * On loopback and behind a proxy every connection comes from its address: then open requests are counted by
	 * the visitor's address, and connections by nobody. */
	h->daemon = MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME
					 | (addr.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0),
				     0, NULL, NULL, access_handler, h, MHD_OPTION_SOCK_ADDR, &addr,
				     MHD_OPTION_THREAD_POOL_SIZE, (unsigned)HTTP_THREADS,
				     MHD_OPTION_CONNECTION_LIMIT, HTTP_CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
				     loopback || h->count_open ? 0u : HTTP_PER_ADDRESS, MHD_OPTION_CONNECTION_TIMEOUT, HTTP_IDLE_S,
				     MHD_OPTION_NOTIFY_COMPLETED, completed, h, MHD_OPTION_END);
	if (!h->daemon) {
		http_free(h);
		return err_set(err, ERR_IO, "无法监听 %s：地址可能已被占用", config->listen);
	}
	h->port = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	*ret = h;
	return true;
}

int http_port(const struct http *h)
{
	return h->port;
}

struct stats *http_stats(struct http *h)
{
	return &h->stats;
}

/* Stopping while a connection is suspended aborts the process (trap 3): first no new ones, then patience with replies
 * under way, at last only for who holds a connection. Visitors who send slowly are not waited for. */
void http_stop(struct http *h)
{
	int64_t until;
	MHD_socket listening;

	if (!h)
		return;
	until = time_monotonic() + (h->config.stop_ms ? h->config.stop_ms : HTTP_STOP_MS);
	atomic_store(&h->stopping, true);
	listening = MHD_quiesce_daemon(h->daemon);
	while (atomic_load(&h->stats.open) > 0 && time_monotonic() < until)
		(void)usleep(2000);
	if (atomic_load(&h->suspended) > 0)
		log_line(LOG_WARNING, "stopping: waiting for %d requests that are being done", atomic_load(&h->suspended));
	while (atomic_load(&h->suspended) > 0)
		(void)usleep(2000);
	MHD_stop_daemon(h->daemon);
	if (listening != MHD_INVALID_SOCKET)
		(void)close(listening);
	while (h->n_reader)
		db_close(h->reader[--h->n_reader]);
	http_free(h);
}
