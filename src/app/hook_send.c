/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/hook_send.h"

#include <curl/curl.h>
#include <sodium.h>

#include "app/hook.h"
#include "base/log.h"

#define AT_ONCE 20
#define CONNECT_MS 3000L
#define WHOLE_MS 8000L
#define HELD_MS (AT_ONCE * (int64_t)WHOLE_MS + 60000)
#define ANSWER_MOST ((size_t)64 * 1024) /* what a receiver says is not read; more than this is a fault */

struct due {
	int64_t id, hook, tries;
	struct str code, event, body, hook_code, url;
	/* the outcome */
	bool done;
	struct str error;
};

struct sending {
	struct app *app;
	struct arena *a;
	struct due v[AT_ONCE], row;
	size_t n, sent; /* taken in hand; of them tried */
	int64_t until;  /* ours until then: it stands in next_at */
};

static const struct stmt st_due = { "hook_due",
	"SELECT d.id, COALESCE(d.hook, 0), d.tries, d.code, d.event, d.body, COALESCE(m.code, ''), COALESCE(m.fields, '')"
	" FROM hook_delivery d LEFT JOIN matter m ON m.id = d.hook WHERE d.state = 'waiting' AND d.next_at <= $1"
	" ORDER BY d.next_at, d.id LIMIT 20" };
static const struct stmt st_any = { "hook_any_due", "SELECT COUNT(*) FROM hook_delivery WHERE state = 'waiting' AND next_at <= $1" };
static const struct stmt st_take = { "hook_take", "UPDATE hook_delivery SET next_at = $2 WHERE id = $1" };
#define OURS " WHERE id = $1 AND state = 'waiting' AND next_at = $2"
static const struct stmt st_done = { "hook_done",
	"UPDATE hook_delivery SET state = 'done', tries = tries + 1, error = ''" OURS };
static const struct stmt st_again = { "hook_again",
	"UPDATE hook_delivery SET tries = tries + 1, next_at = $3, error = $4,"
	" state = CASE WHEN tries + 1 >= $5 THEN 'dead' ELSE 'waiting' END" OURS };
static const struct stmt st_later = { "hook_later", "UPDATE hook_delivery SET next_at = $3" OURS };

static bool add_due(void *ctx, struct err *err)
{
	struct sending *s = ctx;
	const struct json *doc;

	if (s->row.hook) {
		if (!json_read(s->a, s->row.url, &doc, err))
			return false;
		s->row.url = json_str(doc, "url");
	} else {
		s->row.url = str_of(s->app->message_hook ? s->app->message_hook : "");
	}
	s->v[s->n++] = s->row;
	return true;
}

static bool any_due(struct sending *s, struct follower *f, bool *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(engine_now(s->app->engine)) };
	int64_t n = 0;
	const struct db_out out[] = { db_to_i64(&n) };
	struct db *db;

	if (!follower_db(f, s->app, &db, err))
		return false;
	*ret = db_one(db, s->a, &st_any, DB_IN(in), DB_OUT(out), err) && n > 0;
	if (err->code)
		follower_lost(f);
	return err->code == ERR_NONE;
}

/* In the writing turn, which of all processes one has: what one takes, no other finds due. Should this process end before
 * it records the outcome, they are due again when its time is over. */
static bool take(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct sending *s = ctx;
	const int64_t now = engine_now(s->app->engine);
	const struct db_in in[] = { db_i64(now) };
	struct due *r = &s->row;
	const struct db_out out[] = { db_to_i64(&r->id), db_to_i64(&r->hook), db_to_i64(&r->tries), db_to_str(&r->code),
				      db_to_str(&r->event), db_to_str(&r->body), db_to_str(&r->hook_code), db_to_str(&r->url) };

	(void)a;
	s->n = 0;
	s->until = now + HELD_MS;
	if (!db_each(db, s->a, &st_due, DB_IN(in), DB_OUT(out), add_due, s, err))
		return false;
	for (size_t i = 0; i < s->n; i++) {
		const struct db_in ours[] = { db_i64(s->v[i].id), db_i64(s->until) };

		if (!db_exec(db, &st_take, DB_IN(ours), NULL, err))
			return false;
	}
	return true;
}

/* ---- one POST ---- */

static size_t swallow(char *p, size_t size, size_t n, void *ctx)
{
	size_t *got = ctx;

	(void)p;
	*got += size * n;
	return *got > ANSWER_MOST ? 0 : size * n;
}

static bool signature(struct sending *s, const struct due *d, struct str time, struct str *ret, struct err *err)
{
	struct str code = d->hook ? d->hook_code : STR("message"), text = str_fmt(s->a, "%.*s.%.*s", STR_FMT(time), STR_FMT(d->body));
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state st;
	char hex[2 * sizeof(mac) + 1];
	struct str secret;

	if (!hook_secret(s->app, s->a, code, &secret, err))
		return false;
	(void)crypto_auth_hmacsha256_init(&st, (const unsigned char *)secret.p, secret.n);
	(void)crypto_auth_hmacsha256_update(&st, (const unsigned char *)text.p, text.n);
	(void)crypto_auth_hmacsha256_final(&st, mac);
	sodium_bin2hex(hex, sizeof(hex), mac, sizeof(mac));
	*ret = str_fmt(s->a, "X-Mingfa-Signature: sha256=%s", hex);
	return true;
}

static struct curl_slist *headers(struct sending *s, const struct due *d, struct err *err)
{
	struct str time = str_fmt(s->a, "%lld", (long long)(engine_now(s->app->engine) / 1000)), sign;
	struct curl_slist *h = NULL;

	if (!signature(s, d, time, &sign, err))
		return NULL;
	h = curl_slist_append(h, "Content-Type: application/json; charset=utf-8");
	h = curl_slist_append(h, str_cstr(s->a, str_fmt(s->a, "X-Mingfa-Event: %.*s", STR_FMT(d->event))));
	h = curl_slist_append(h, str_cstr(s->a, str_fmt(s->a, "X-Mingfa-Delivery: %.*s", STR_FMT(d->code))));
	h = curl_slist_append(h, str_cstr(s->a, str_fmt(s->a, "X-Mingfa-Time: %.*s", STR_FMT(time))));
	return curl_slist_append(h, str_cstr(s->a, sign));
}

/* Only the web's two protocols, and no redirect: an address leads nowhere else than it says. */
static void set_up(CURL *c, struct sending *s, const struct due *d, struct curl_slist *h, size_t *got)
{
	(void)curl_easy_setopt(c, CURLOPT_URL, str_cstr(s->a, d->url));
	(void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	(void)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, WHOLE_MS);
	(void)curl_easy_setopt(c, CURLOPT_USERAGENT, "mingfa");
	(void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, h);
	(void)curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)d->body.n);
	(void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, d->body.p);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow);
	(void)curl_easy_setopt(c, CURLOPT_WRITEDATA, got);
}

static void post(struct sending *s, struct due *d)
{
	struct err err = { 0 };
	struct curl_slist *h = headers(s, d, &err);
	CURL *c = curl_easy_init();
	size_t got = 0;
	long status = 0;
	CURLcode code;

	if (!d->url.n) {
		d->error = STR("没有设置消息推送的地址");
	} else if (!h || !c) {
		d->error = str_dup(s->a, str_of(err.code ? err.msg : "内存不足"));
	} else {
		set_up(c, s, d, h, &got);
		code = curl_easy_perform(c);
		(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
		d->done = code == CURLE_OK && status >= 200 && status < 300;
		if (!d->done)
			d->error = code == CURLE_OK ? str_fmt(s->a, "对方回答 %ld", status)
						    : str_dup(s->a, str_of(curl_easy_strerror(code)));
	}
	curl_easy_cleanup(c);
	curl_slist_free_all(h);
}

/* ---- the outcome ---- */

/* Where it was handed on to a platform, the law notes there how it went. What nobody waits for any more (it was given up
 * meanwhile) refuses the note, and stays as it is. */
static bool note_push(struct db *db, const struct sending *s, const struct due *d, struct err *err)
{
	struct form_entry why = { STR("refused_why"), val_text(T_NOTE, d->error) };
	struct act act = { .who = { .sort = ACTOR_SYSTEM }, .version = -1, .action = d->done ? STR("note_sent") : STR("note_refused"),
			   .form = { &why, d->done ? 0 : 1 } };
	struct act_result r;
	const struct json *doc;

	return json_read(s->a, d->body, &doc, err) && matter_by_code(db, s->a, json_str(doc, "matter"), &act.matter, err)
	    && matter_act(s->app->engine, db, s->a, &act, &r, err);
}

static bool record_one(struct db *db, const struct sending *s, const struct due *d, struct err *err)
{
	const int64_t now = engine_now(s->app->engine);
	int64_t wait = s->app->hook_wait ? s->app->hook_wait : HOOK_WAIT_MS;
	const struct db_in done[] = { db_i64(d->id), db_i64(s->until) };

	if (d->done)
		return db_exec(db, &st_done, DB_IN(done), NULL, err);
	for (int64_t k = 0; k < d->tries && k < HOOK_TRIES; k++)
		wait *= 5;
	{
		const struct db_in again[] = { db_i64(d->id), db_i64(s->until), db_i64(now + wait), db_str(d->error),
					       db_i64(HOOK_TRIES) };

		return db_exec(db, &st_again, DB_IN(again), NULL, err);
	}
}

static bool record(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct sending *s = ctx;

	(void)a;
	for (size_t i = 0; i < s->n; i++) {
		const struct db_in later[] = { db_i64(s->v[i].id), db_i64(s->until), db_i64(engine_now(s->app->engine)) };

		if (i < s->sent ? !record_one(db, s, &s->v[i], err) : !db_exec(db, &st_later, DB_IN(later), NULL, err))
			return false;
		if (i < s->sent && str_is(s->v[i].event, HOOK_PUSH) && !note_push(db, s, &s->v[i], err))
			return false;
	}
	return true;
}

bool hook_send_due(struct app *app, struct follower *f, struct err *err)
{
	struct sending *s;
	struct arena *a = arena_new();
	bool due = false, ok;

	s = arena_one(a, struct sending);
	s->app = app;
	s->a = a;
	ok = any_due(s, f, &due, err);
	if (ok && due) { /* with a broken key nothing can be signed: it waits, and no attempt is counted */
		ok = hook_key_ok(app, err) && writer_run(app->writer, "hook_take", take, s, err);
		for (; ok && s->sent < s->n && !f->stop; s->sent++)
			post(s, &s->v[s->sent]);
		ok = ok && (!s->n || writer_run(app->writer, "hook_sent", record, s, err));
	}
	(void)arena_free(a);
	return ok;
}
