/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/witness.h"

#include <curl/curl.h>
#include <string.h>

#include "base/base64.h"
#include "base/day.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/small.h"
#include "log/digest.h"
#include "log/store.h"

#define FILE_MOST ((size_t)16 * 1024)
#define ANSWER_MOST ((size_t)16 * 1024) /* one line a witness; a few hundred bytes */
#define CONNECT_MS 3000L
#define WHOLE_MS 8000L
#define AGAIN_MS 30000
#define ASK_MS 1000

/* ---- who they are ---- */

static const struct stmt st_stands = { "witness_stands", "SELECT log, size, done, failed, error FROM witness WHERE witness = $1" };

static bool line_read(struct str line, struct witness *ret, struct err *err)
{
	struct str rest = line, url;
	struct err why = { 0 };

	if (!str_cut(&rest, ' ', &url) || (!str_starts(url, STR("http://")) && !str_starts(url, STR("https://"))))
		return err_set(err, ERR_BAD_INPUT, "%s 里这一行应写作“网址 公钥”：%.*s", WITNESS_FILE, STR_FMT(str_head(line, 60)));
	*ret = (struct witness){ .url = url, .vkey = str_trim(rest) };
	if (!key_read(ret->vkey, &ret->key, &why))
		return err_set(err, ERR_BAD_INPUT, "%s 里“%.*s”的公钥不对：%s", WITNESS_FILE, STR_FMT(url), why.msg);
	return ret->key.type == KEY_COSIGN
	       || err_set(err, ERR_BAD_INPUT, "%s 里“%.*s”的公钥不是见证方的公钥", WITNESS_FILE, STR_FMT(url));
}

static bool stands(struct db *db, struct arena *a, struct witness *w, struct err *err)
{
	const struct db_in in[] = { db_str(w->vkey) };
	const struct db_out out[] = { db_to_i64(&w->log), db_to_i64(&w->size), db_to_i64(&w->done), db_to_i64(&w->failed),
				      db_to_str(&w->error) };
	bool found;

	return db_maybe(db, a, &st_stands, DB_IN(in), DB_OUT(out), &found, err);
}

bool witnesses_load(const struct app *app, struct db *db, struct arena *a, struct witness ret[WITNESSES_MOST], size_t *ret_n,
		    struct err *err)
{
	struct str text, line;
	bool found;

	*ret_n = 0;
	if (!small_get(a, str_cstr(a, str_fmt(a, "%s/" WITNESS_FILE, app->dir)), FILE_MOST, &text, &found, err))
		return false;
	while (found && str_cut(&text, '\n', &line)) {
		line = str_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		if (*ret_n == WITNESSES_MOST)
			return err_set(err, ERR_BAD_INPUT, "%s 里的见证方超过%d家", WITNESS_FILE, WITNESSES_MOST);
		if (!line_read(line, &ret[*ret_n], err) || !stands(db, a, &ret[*ret_n], err))
			return false;
		(*ret_n)++;
	}
	return true;
}

/* ---- one question ---- */

struct asking {
	struct app *app;
	struct arena *a;
	struct db *db;
	struct log_origin o;
	struct str note; /* the log's own: without cosignatures */
	struct checkpoint c;
	struct witness w[WITNESSES_MOST], *now;
	size_t n;
	/* the outcome */
	struct str line, error;
	int64_t at, size;
	struct buf answer;
};

static size_t take(char *p, size_t size, size_t n, void *ctx)
{
	struct buf *b = ctx;

	buf_add(b, (struct str){ p, size * n });
	return buf_ok(b) ? size * n : 0;
}

static bool question(struct asking *x, int64_t old, struct buf *b, struct err *err)
{
	struct log_store s;
	struct log_proof p;

	log_store_init(&s, x->db, x->a, &x->o);
	if (!log_prove_consistency(&s.nodes, old, x->c.size, &p, err))
		return false;
	buf_init(b, x->a, NOTE_MAX + 4096);
	buf_addf(b, "old %lld\n", (long long)old);
	for (size_t i = 0; i < p.n; i++) {
		base64_put(b, digest_bytes(p.hash[i], LOG_HASH));
		buf_addc(b, '\n');
	}
	buf_addc(b, '\n');
	buf_add(b, x->note);
	return true;
}

/* As to a webhook: the web's two protocols, no redirect. */
static CURLcode post(struct asking *x, struct str body, long *ret_status)
{
	CURL *c = curl_easy_init();
	struct curl_slist *h = curl_slist_append(NULL, "Content-Type: text/plain; charset=utf-8");
	struct str base = x->now->url;
	CURLcode code = CURLE_OUT_OF_MEMORY;

	buf_init(&x->answer, x->a, ANSWER_MOST);
	while (base.n && base.p[base.n - 1] == '/')
		base.n--;
	if (c && h) {
		(void)curl_easy_setopt(c, CURLOPT_URL, str_cstr(x->a, str_fmt(x->a, "%.*s/add-checkpoint", STR_FMT(base))));
		(void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
		(void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
		(void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
		(void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
		(void)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, WHOLE_MS);
		(void)curl_easy_setopt(c, CURLOPT_USERAGENT, "mingfa");
		(void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, h);
		(void)curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)body.n);
		(void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.p);
		(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
		(void)curl_easy_setopt(c, CURLOPT_WRITEDATA, &x->answer);
		code = curl_easy_perform(c);
		(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, ret_status);
	}
	curl_easy_cleanup(c);
	curl_slist_free_all(h);
	return code;
}

/* The witness's own line out of its answer, when it is over our head. */
static bool signature_of(struct asking *x)
{
	struct str whole = str_fmt(x->a, "%.*s%.*s", STR_FMT(x->note), STR_FMT(buf_str(&x->answer)));
	struct note n;
	bool is_signed = false;
	struct err no = { 0 };

	if (!note_read(x->a, whole, &n, &no) || !note_signed_by(x->a, &n, &x->now->key, &is_signed, &x->at, &no) || !is_signed)
		return false;
	for (size_t i = 0; i < n.n; i++)
		if (n.sig[i].id == x->now->key.id && str_eq(n.sig[i].name, x->now->key.name))
			x->line = n.sig[i].line;
	return true;
}

static const char *word_of(long status)
{
	switch (status) {
	case 403: return "见证方不认日志的签名，请把 mingfa log key 给出的公钥告诉它";
	case 404: return "见证方没有登记这份日志，请把日志的名称和公钥告诉它";
	case 422: return "见证方认为日志不是由它签过的续写而成：请立即查明是不是恢复了较旧的备份或者记录被改动";
	default: return NULL;
	}
}

/* 409: it tells the size that it holds, from which we go on next time. */
static bool conflict(struct asking *x)
{
	int64_t size;

	if (!parse_i64(str_trim(buf_str(&x->answer)), 0, LOG_SIZE_MAX, &size))
		return false;
	if (size > x->c.size) {
		x->error = str_fmt(x->a, "见证方签过%lld条，本系统只有%lld条：请立即查明是不是恢复了较旧的备份", (long long)size,
				   (long long)x->c.size);
		return true;
	}
	x->size = size;
	return true;
}

static void judge(struct asking *x, CURLcode code, long status)
{
	x->size = -1;
	x->line = x->error = (struct str){ 0 };
	if (code != CURLE_OK)
		x->error = str_fmt(x->a, "连接不上：%s", curl_easy_strerror(code));
	else if (status == 200 && signature_of(x))
		x->size = x->c.size;
	else if (status == 200)
		x->error = STR("见证方的回答里没有它对这一次的签名");
	else if (status != 409 || !conflict(x))
		x->error = word_of(status) ? str_of(word_of(status)) : str_fmt(x->a, "见证方回答%ld", status);
}

/* ---- the outcome ---- */

static const struct stmt st_good = { "witness_good",
	"INSERT INTO witness (witness, log, size, done, failed, error) VALUES ($1, $2, $3, $4, 0, '') ON CONFLICT (witness)"
	" DO UPDATE SET log = $2, size = $3, done = CASE WHEN $4 > 0 THEN $4 ELSE witness.done END, failed = 0, error = ''" };
static const struct stmt st_bad = { "witness_bad",
	"INSERT INTO witness (witness, log, size, done, failed, error) VALUES ($1, 0, 0, 0, $2, $3) ON CONFLICT (witness)"
	" DO UPDATE SET failed = CASE WHEN witness.failed > 0 THEN witness.failed ELSE $2 END, error = $3" };

static bool record(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct asking *x = ctx;
	const struct db_in bad[] = { db_str(x->now->vkey), db_i64(time_now()), db_str(x->error) };
	const struct db_in good[] = { db_str(x->now->vkey), db_i64(x->o.log), db_i64(x->size), db_i64(x->at * 1000) };

	(void)a;
	if (x->error.n)
		return db_exec(db, &st_bad, DB_IN(bad), NULL, err);
	return (!x->line.n || log_cosignature_add(db, x->o.log, x->c.size, x->now->vkey, x->line, x->at * 1000, err))
	       && db_exec(db, &st_good, DB_IN(good), NULL, err);
}

static bool ask(struct asking *x, struct err *err)
{
	struct buf body;
	long status = 0;
	CURLcode code;

	x->at = 0;
	if (!question(x, x->now->log == x->o.log ? x->now->size : 0, &body, err))
		return false;
	code = post(x, buf_str(&body), &status);
	judge(x, code, status);
	return writer_run(x->app->writer, "witness", record, x, err);
}

/* ---- following ---- */

struct witnessing {
	struct db *db;
	int64_t again[WITNESSES_MOST]; /* not before (time_monotonic) */
	int64_t complained;
};

/* The newest head, with the log's own two lines only. */
static bool head_of(struct asking *x, bool *ret_found, struct err *err)
{
	struct str with;
	struct note n;
	int64_t size, at;

	if (!log_origin_load(x->db, x->a, 0, &x->o, ret_found, err) || !*ret_found)
		return err->code == ERR_NONE;
	if (!log_checkpoint_newest(x->db, x->a, x->o.log, 0, &with, &size, &at, ret_found, err) || !*ret_found)
		return err->code == ERR_NONE;
	if (!note_read(x->a, with, &n, err) || !checkpoint_read(n.text, &x->c, err))
		return false;
	x->note = str_fmt(x->a, "%.*s\n%.*s%.*s", STR_FMT(n.text), STR_FMT(n.sig[0].line), STR_FMT(n.n > 1 ? n.sig[1].line : (struct str){ 0 }));
	return true;
}

static bool ask_all(struct asking *x, struct witnessing *y, const struct follower *f, struct err *err)
{
	bool found;

	if (!witnesses_load(x->app, x->db, x->a, x->w, &x->n, err) || !x->n || !head_of(x, &found, err) || !found)
		return err->code == ERR_NONE;
	for (size_t i = 0; i < x->n && !f->stop; i++) {
		x->now = &x->w[i];
		if ((x->now->log == x->o.log && x->now->size >= x->c.size) || time_monotonic() < y->again[i])
			continue;
		if (!ask(x, err))
			return false;
		y->again[i] = x->error.n ? time_monotonic() + AGAIN_MS : 0;
	}
	return true;
}

void witness_work(struct app *app, struct follower *f)
{
	struct witnessing *y = f->priv;
	struct asking *x;
	struct arena *a;
	struct err err = { 0 };
	bool ok;

	if (!f->stop && f->done_at && time_monotonic() - f->done_at < ASK_MS)
		return; /* woken by somebody's commit */
	if (!y)
		f->priv = y = arena_one(app->a, struct witnessing);
	f->done_at = time_monotonic();
	a = arena_new();
	x = arena_one(a, struct asking);
	x->app = app;
	x->a = a;
	ok = f->stop || ((y->db || db_open(app->db, DB_READ, &y->db, &err)) && (x->db = y->db, ask_all(x, y, f, &err)));
	if (!ok && time_monotonic() - y->complained > AGAIN_MS) {
		log_line(LOG_WARNING, "witness: %s (%s)", err.msg, err.detail);
		y->complained = time_monotonic();
	}
	if (f->stop || !ok) {
		db_close(y->db);
		y->db = NULL;
	}
	(void)arena_free(a);
}
