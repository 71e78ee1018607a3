/* SPDX-License-Identifier: MulanPSL-2.0 */
/* hook.c - finds what webhooks ask for, and what people are told by other ways. */
#include "app/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "app/hook_send.h"
#include "base/day.h"
#include "base/log.h"
#include "base/uuid.h"

#define EVENTS_A_ROUND 500
#define HOOKS_MOST 100
#define MESSAGES_A_ROUND 500
#define FOUND_MOST 2000
#define KEY_BYTES 32
#define COMPLAIN_MS 60000

/* ---- the secret ---- */

enum key_state { KEY_NONE, KEY_BROKEN, KEY_WHOLE };

static char *key_path(struct arena *a, const struct app *app)
{
	return str_cstr(a, str_fmt(a, "%s/keys/webhook.key", app->dir));
}

static enum key_state read_key(const char *path, unsigned char key[KEY_BYTES])
{
	unsigned char more;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool whole = fd >= 0 && read(fd, key, KEY_BYTES) == KEY_BYTES && read(fd, &more, 1) == 0;

	if (fd < 0)
		return errno == ENOENT ? KEY_NONE : KEY_BROKEN;
	(void)close(fd);
	return whole ? KEY_WHOLE : KEY_BROKEN;
}

/* On the disk under another name first, so that its own name never stands on half a key; whoever comes first names it. */
static bool make_key(struct arena *a, const struct app *app, const char *path, struct err *err)
{
	char *part = str_cstr(a, str_fmt(a, "%s.%.*s.part", path, STR_FMT(app->process)));
	char *folder = str_cstr(a, str_fmt(a, "%s/keys", app->dir));
	unsigned char key[KEY_BYTES];
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), dir;
	bool ok;

	randombytes_buf(key, KEY_BYTES);
	ok = fd >= 0 && write(fd, key, KEY_BYTES) == KEY_BYTES && fsync(fd) == 0;
	if (fd >= 0)
		(void)close(fd);
	ok = ok && (link(part, path) == 0 || errno == EEXIST);
	if (!ok)
		(void)err_set(err, ERR_IO, "不能写推送密钥文件 %s：%s", path, strerror(errno));
	(void)unlink(part);
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0) {
		(void)fsync(dir);
		(void)close(dir);
	}
	return ok;
}

static bool broken(const char *path, struct err *err)
{
	return err_set(err, ERR_IO, "推送密钥文件 %s 不完整，推送都停着。请从备份的 keys 文件夹恢复它；没有备份的，删除它，"
		       "程序另做一个，再把〔推送〕里新的签名密钥告诉各对方系统", path);
}

bool hook_key_ok(const struct app *app, struct err *err)
{
	struct arena *a = arena_new();
	char *path = key_path(a, app);
	unsigned char key[KEY_BYTES];
	bool ok = read_key(path, key) != KEY_BROKEN || broken(path, err);

	(void)arena_free(a);
	return ok;
}

bool hook_secret(struct app *app, struct arena *a, struct str code, struct str *ret, struct err *err)
{
	char *path = key_path(a, app);
	unsigned char key[KEY_BYTES], mac[crypto_auth_hmacsha256_BYTES];
	char *hex = arena_alloc(a, 2 * sizeof(mac) + 1);
	enum key_state state = read_key(path, key);

	if (state == KEY_NONE) {
		if (!make_key(a, app, path, err))
			return false;
		state = read_key(path, key);
	}
	if (state != KEY_WHOLE)
		return broken(path, err);
	(void)crypto_auth_hmacsha256(mac, (const unsigned char *)code.p, code.n, key);
	sodium_bin2hex(hex, 2 * sizeof(mac) + 1, mac, sizeof(mac));
	*ret = (struct str){ hex, 2 * sizeof(mac) };
	return true;
}

/* ---- what is asked for ---- */

struct asked {
	int64_t id;
	int64_t opened;
	bool published, transferred, red;
	struct str published_by, transferred_by;
	const struct json *carries; /* platforms */
};

struct delivery {
	int64_t hook, at;
	struct str event, body;
};

struct round {
	struct app *app;
	struct db *db;
	struct arena *a;
	struct asked hook[HOOKS_MOST];
	size_t n_hook;
	struct delivery *found;
	size_t n_found, cap_found;
	int64_t event, message, red; /* how far this round came */
	int64_t known_event, known_message;
	bool known; /* hook_seen has its row */
	bool lost;  /* another process was faster with this round */
	int64_t n_red;
	bool full;  /* what did not fit any more comes with the next round */
	/* a row being read */
	int64_t id, at, opened;
	struct str action, kind, code, organ, fields;
	struct str platform; /* that this event asks to push to; empty: none */
};

static const struct stmt st_hooks = { "hook_active",
	"SELECT id, opened, fields FROM matter WHERE kind = 'webhook' AND state = 'active' ORDER BY id LIMIT 100" };

static bool picks(const struct json *list, struct str id)
{
	const struct json *x;

	json_each(x, list)
		if (str_eq(x->text, id))
			return true;
	return false;
}

static bool add_hook(void *ctx, struct err *err)
{
	struct round *x = ctx;
	struct asked *h = &x->hook[x->n_hook];
	const struct json *doc, *tells;

	if (!json_read(x->a, x->fields, &doc, err))
		return false;
	tells = json_get(doc, "tells");
	*h = (struct asked){ .id = x->id, .opened = x->opened, .published = picks(tells, STR("decision_published")),
			     .transferred = picks(tells, STR("matter_transferred")), .red = picks(tells, STR("deadline_red")),
			     .published_by = json_str(doc, "published_by"), .transferred_by = json_str(doc, "transferred_by"),
			     .carries = json_get(doc, "carries") };
	x->n_hook++;
	return true;
}

static bool named(struct str list, struct str kind, struct str action)
{
	struct str one;

	while (str_cut(&list, ' ', &one)) {
		struct str head;

		if (str_cut(&one, '.', &head) && str_eq(head, kind) && str_eq(one, action))
			return true;
	}
	return false;
}

/* Who, what and when; what the case is about stays here. */
static struct str body_of(struct round *x, struct str delivery, const char *event)
{
	struct json_out o = { 0 };
	struct buf b, at;

	buf_init(&b, x->a, 2000);
	buf_init(&at, x->a, 40);
	time_put_iso(&at, x->at);
	o.b = &b;
	json_open(&o, NULL, '{');
	json_out_str(&o, "id", delivery);
	json_out_str(&o, "event", str_of(event));
	json_out_str(&o, "matter", x->code);
	json_out_str(&o, "kind", x->kind);
	json_out_str(&o, "organ", x->organ);
	json_out_str(&o, "at", buf_str(&at));
	json_close(&o, '}');
	return buf_str(&b);
}

static void add_found(struct round *x, int64_t hook, const char *event)
{
	PUSH(x->a, x->found, x->n_found, x->cap_found, (struct delivery){ .hook = hook, .at = x->at, .event = str_of(event),
									  .body = body_of(x, uuid_new(x->a, x->at), event) });
}

/* Whether all that one row can bring fits, and a round's messages after it. What does not is not passed over. */
static bool fits(struct round *x)
{
	x->full = x->full || x->n_found + 3 * x->n_hook + MESSAGES_A_ROUND > FOUND_MOST;
	return !x->full;
}

/* A push_record asks for a push with what makes it wait. */
static bool platform_of(struct round *x, struct err *err)
{
	const struct json *doc;

	x->platform = (struct str){ 0 };
	if (!str_is(x->kind, "push_record") || !(str_is(x->action, "open") || str_is(x->action, "again") || str_is(x->action, "ask_down")))
		return true;
	if (!json_read(x->a, x->fields, &doc, err))
		return false;
	x->platform = json_str(doc, "to");
	return true;
}

/* What happened before a webhook was registered is not its business. */
static bool add_event(void *ctx, struct err *err)
{
	struct round *x = ctx;

	if (!fits(x) || !platform_of(x, err))
		return false;
	for (size_t i = 0; i < x->n_hook; i++) {
		const struct asked *h = &x->hook[i];

		if (x->at < h->opened)
			continue;
		if (h->published && named(h->published_by, x->kind, x->action))
			add_found(x, h->id, "decision.published");
		if (h->transferred && named(h->transferred_by, x->kind, x->action))
			add_found(x, h->id, "matter.transferred");
		if (x->platform.n && picks(h->carries, x->platform))
			add_found(x, h->id, HOOK_PUSH);
	}
	x->event = x->id;
	return true;
}

static bool add_red(void *ctx, struct err *err)
{
	struct round *x = ctx;

	(void)err;
	if (!fits(x))
		return false;
	for (size_t i = 0; i < x->n_hook; i++)
		if (x->hook[i].red && x->at >= x->hook[i].opened)
			add_found(x, x->hook[i].id, "deadline.red");
	x->red = x->id;
	x->n_red++;
	return true;
}

static const struct stmt st_events = { "hook_events",
	"SELECT e.id, e.at, e.action, e.kind, m.code, COALESCE(o.code, ''),"
	" CASE WHEN e.kind = 'push_record' THEN m.fields ELSE '' END FROM event e JOIN matter m ON m.id = e.matter"
	" LEFT JOIN matter o ON o.id = m.organ WHERE e.id > $1 ORDER BY e.id LIMIT 500" };
static const struct stmt st_red = { "hook_red",
	"SELECT x.id, x.at, m.kind, m.code, COALESCE(o.code, '') FROM outbox x JOIN matter m ON m.id = x.matter"
	" LEFT JOIN matter o ON o.id = m.organ WHERE x.kind = 'red' AND x.done IS NULL ORDER BY x.id LIMIT 500" };

static bool look_through(struct round *x, struct err *err)
{
	const struct db_out hook[] = { db_to_i64(&x->id), db_to_i64(&x->opened), db_to_str(&x->fields) };
	const struct db_in after[] = { db_i64(x->event) };
	const struct db_out event[] = { db_to_i64(&x->id), db_to_i64(&x->at), db_to_str(&x->action), db_to_str(&x->kind),
					db_to_str(&x->code), db_to_str(&x->organ), db_to_str(&x->fields) };
	const struct db_out red[] = { db_to_i64(&x->id), db_to_i64(&x->at), db_to_str(&x->kind), db_to_str(&x->code),
				      db_to_str(&x->organ) };

	return db_each(x->db, x->a, &st_hooks, DB_NONE, DB_OUT(hook), add_hook, x, err)
	    && db_each(x->db, x->a, &st_events, DB_IN(after), DB_OUT(event), add_event, x, err)
	    && db_each(x->db, x->a, &st_red, DB_NONE, DB_OUT(red), add_red, x, err);
}

/* ---- messages by other ways ---- */

/* A round takes so many messages, not so many people: a person further on would be passed over. */
static const struct stmt st_last = { "hook_last_message",
	"SELECT COALESCE(MAX(id), $1) FROM (SELECT id FROM message WHERE id > $1 ORDER BY id LIMIT 500) AS next" };
static const struct stmt st_messages = { "hook_messages",
	"SELECT g.person, COUNT(*), MIN(COALESCE(m.due, 9223372036854775807)), p.name, p.phone FROM message g"
	" JOIN person p ON p.id = g.person LEFT JOIN matter m ON m.id = g.matter"
	" WHERE g.id > $1 AND g.id <= $2 AND g.done_at IS NULL GROUP BY g.person, p.name, p.phone ORDER BY g.person" };

struct telling {
	struct round *x;
	int64_t person, n, due;
	struct str name, phone;
};

/* 您有1件办件11月25日届满: how many and by when, nothing of the case. */
static struct str words(struct telling *t)
{
	struct ymd d;

	if (t->due == INT64_MAX)
		return str_fmt(t->x->a, "您有%lld条办件消息，请登录办理", (long long)t->n);
	d = day_ymd(day_at(t->due - 1)); /* due is the first instant after the last day */
	return str_fmt(t->x->a, "您有%lld件办件%s%d月%d日届满", (long long)t->n,
		       t->due <= engine_now(t->x->app->engine) ? "已于" : "", d.month, d.day);
}

static bool add_message(void *ctx, struct err *err)
{
	struct telling *t = ctx;
	struct round *x = t->x;
	struct json_out o = { 0 };
	struct buf b;

	(void)err;
	buf_init(&b, x->a, 2000);
	o.b = &b;
	json_open(&o, NULL, '{');
	json_out_str(&o, "to", t->name);
	json_out_str(&o, "phone", t->phone);
	json_out_str(&o, "text", words(t));
	json_close(&o, '}');
	PUSH(x->a, x->found, x->n_found, x->cap_found, (struct delivery){ .at = engine_now(x->app->engine),
									  .event = STR("message"), .body = buf_str(&b) });
	return true;
}

static bool look_at_messages(struct round *x, struct err *err)
{
	struct telling t = { .x = x };
	int64_t last = x->message;
	const struct db_in after[] = { db_i64(x->message) };
	const struct db_out to[] = { db_to_i64(&last) };
	const struct db_out out[] = { db_to_i64(&t.person), db_to_i64(&t.n), db_to_i64(&t.due), db_to_str(&t.name),
				      db_to_str(&t.phone) };

	if (!x->app->message_hook)
		return true;
	if (!db_one(x->db, x->a, &st_last, DB_IN(after), DB_OUT(to), err))
		return false;
	{
		const struct db_in in[] = { db_i64(x->message), db_i64(last) };

		if (!db_each(x->db, x->a, &st_messages, DB_IN(in), DB_OUT(out), add_message, &t, err))
			return false;
	}
	x->full = x->full || last - x->message >= MESSAGES_A_ROUND;
	x->message = last;
	return true;
}

/* ---- keeping what was found ---- */

static const struct stmt st_seen = { "hook_seen", "SELECT event, message FROM hook_seen WHERE id = 1" };
static const struct stmt st_newest = { "hook_newest",
	"SELECT (SELECT COALESCE(MAX(id), 0) FROM event), (SELECT COALESCE(MAX(id), 0) FROM message)" };
static const struct stmt st_first = { "hook_first",
	"INSERT INTO hook_seen (id, event, message) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING" };
static const struct stmt st_keep = { "hook_keep",
	"UPDATE hook_seen SET event = $1, message = $2 WHERE id = 1 AND event = $3 AND message = $4" };
static const struct stmt st_insert = { "hook_insert",
	"INSERT INTO hook_delivery (code, hook, event, body, at, tries, next_at, state, error)"
	" VALUES ($1, $2, $3, $4, $5, 0, $5, 'waiting', '')" };
static const struct stmt st_red_done = { "hook_red_done",
	"UPDATE outbox SET done = $2 WHERE kind = 'red' AND done IS NULL AND id <= $1" };

/* From just where this round began: of two processes that looked through the same, one keeps what it found. */
static bool move_on(struct db *db, struct round *x, int64_t now, struct err *err)
{
	const struct db_in seen[] = { db_i64(x->event), db_i64(x->message), db_i64(x->known_event), db_i64(x->known_message) };
	const struct db_in red[] = { db_i64(x->red), db_i64(now) };
	int64_t moved = 0, reds = 0;

	if (!(x->known ? db_exec(db, &st_keep, DB_IN(seen), &moved, err)
		       : db_exec(db, &st_first, seen, 2, &moved, err))
	    || (x->red && !db_exec(db, &st_red_done, DB_IN(red), &reds, err)))
		return false;
	x->lost = moved != 1 || reds != x->n_red;
	return !x->lost || err_set(err, ERR_BUSY, "另一个进程已经看过");
}

static bool keep_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct round *x = ctx;
	const int64_t now = engine_now(x->app->engine);

	if (!move_on(db, ctx, now, err))
		return false;
	for (size_t i = 0; i < x->n_found; i++) {
		const struct delivery *d = &x->found[i];
		const struct db_in in[] = { db_str(uuid_new(a, now)), db_ref(d->hook), db_str(d->event), db_str(d->body),
					    db_i64(d->at) };

		if (!db_exec(db, &st_insert, DB_IN(in), NULL, err))
			return false;
	}
	return true;
}

/* Where the last round ended; the first one begins with what happens from now on. */
static bool begin_round(struct round *x, struct err *err)
{
	const struct db_out out[] = { db_to_i64(&x->event), db_to_i64(&x->message) };

	if (!db_maybe(x->db, x->a, &st_seen, DB_NONE, DB_OUT(out), &x->known, err)
	    || (!x->known && !db_one(x->db, x->a, &st_newest, DB_NONE, DB_OUT(out), err)))
		return false;
	x->known_event = x->event;
	x->known_message = x->message;
	return true;
}

/* Nothing found is not written each time: looking through a thousand events again costs less. */
static bool worth_keeping(const struct round *x)
{
	return !x->known || x->n_found || x->red || x->message != x->known_message
	    || x->event - x->known_event >= EVENTS_A_ROUND - 1;
}

/* The same is not said each second. */
static void complain(struct follower *f, const struct err *err)
{
	if (f->done_at && time_monotonic() - f->done_at < COMPLAIN_MS)
		return;
	f->done_at = time_monotonic();
	log_line(LOG_WARNING, "hooks: %s (%s)", err->msg, err->detail);
}

void hook_work(struct app *app, struct follower *f)
{
	struct arena *a = arena_new();
	struct round *x = arena_one(a, struct round);
	struct err err = { 0 };
	bool ok;

	*x = (struct round){ .app = app, .a = a };
	if (f->stop || !follower_db(f, app, &x->db, &err)) {
		(void)arena_free(a);
		return; /* what is due is sent after the next start, or when the database is back */
	}
	ok = begin_round(x, &err) && look_through(x, &err) && look_at_messages(x, &err);
	if (!ok)
		follower_lost(f);
	if (ok && worth_keeping(x) && !writer_run(app->writer, "hooks", keep_run, x, &err)) {
		ok = x->lost;
		if (ok)
			err_clear(&err);
	}
	if (ok)
		ok = hook_send_due(app, f, &err);
	if (!ok)
		complain(f, &err);
	f->more = ok && (x->full || x->event - x->known_event >= EVENTS_A_ROUND);
	(void)arena_free(a);
}
