/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/log_sign.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/day.h"
#include "base/small.h"
#include "base/log.h"
#include "log/digest.h"

#define SIGN_MS 1000
#define TILES_A_TURN 16 /* 4,096 hashes: 3 ms of the writing turn */
#define TURNS_A_ROUND 16
#define COMPLAIN_MS 60000

static char *path_of(struct arena *a, const char *dir, const char *name)
{
	return str_cstr(a, str_fmt(a, "%s/%s", dir, name));
}

/* ---- signing ---- */

static bool note_of(struct arena *a, const struct log_keys *k, const struct log_tree *t, struct str *ret, struct err *err)
{
	struct checkpoint c = { .origin = k->o.origin, .size = t->size };
	struct buf text, b;

	log_tree_root(t, c.root);
	buf_init(&text, a, NOTE_MAX);
	checkpoint_put(&text, &c);
	buf_init(&b, a, NOTE_MAX);
	buf_add(&b, buf_str(&text));
	buf_addc(&b, '\n');
	if (!note_sign(k->signer[0], buf_str(&text), 0, &b, err) || !note_sign(k->signer[1], buf_str(&text), 0, &b, err))
		return false;
	*ret = buf_str(&b);
	return true;
}

static struct str head_text(struct arena *a, int64_t size, const unsigned char *root)
{
	struct buf b;

	buf_init(&b, a, 200);
	buf_addf(&b, "%" PRId64 "条、树根 ", size);
	base64_put(&b, digest_bytes(root, LOG_HASH));
	return buf_str(&b);
}

/* That the leaves come to the head's root, and that the tree goes on from a signed one; where: which one that is. */
static bool goes_on(struct log_store *s, const struct log_tree *t, const struct checkpoint *c, const char *where,
		    const char *dir, struct err *err)
{
	unsigned char root[LOG_HASH], was[LOG_HASH];
	bool same = c->size <= t->size;

	log_tree_root(t, root);
	if (same && (!log_root_of(&s->nodes, c->size, was, err)))
		return false;
	if (same && memcmp(was, c->root, LOG_HASH) == 0)
		return true;
	(void)err_set(err, ERR_REFUSED, "记录日志“%.*s”现在是%.*s，%s已经签过的是%.*s：现在的不是由签过的续写而成，可能恢复了较旧的"
		      "备份，或者记录被改动过。请先找回签过之后的数据；确实找不回的，运行 mingfa log renew %s，另起一份日志后再启动",
		      STR_FMT(c->origin), STR_FMT(head_text(s->a, t->size, root)), where,
		      STR_FMT(head_text(s->a, c->size, c->root)), dir);
	return false;
}

static bool edge_holds(struct log_store *s, const struct log_tree *t, struct err *err)
{
	unsigned char root[LOG_HASH], leaves[LOG_HASH];

	log_tree_root(t, root);
	if (!log_root_of(&s->nodes, t->size, leaves, err))
		return false;
	if (memcmp(root, leaves, LOG_HASH) == 0)
		return true;
	return err_set(err, ERR_REFUSED, "记录日志的树根（%.*s）与各条记录算出的（%.*s）不一致，记录被改动过。请运行 mingfa verify 查出是哪一条",
		       STR_FMT(head_text(s->a, t->size, root)), STR_FMT(head_text(s->a, t->size, leaves)));
}

/* The newest checkpoint of the log in use, if any, and that the tree goes on from it. */
static bool goes_on_from_database(struct log_store *s, const struct log_tree *t, const struct log_keys *k, const char *dir,
				  struct err *err)
{
	struct str note;
	struct checkpoint c;
	int64_t size, at;
	bool found;

	if (!log_checkpoint_newest(s->db, s->a, s->log, 0, &note, &size, &at, &found, err))
		return false;
	return !found || (checkpoint_open(s->a, note, k->key, 2, &c, NULL, err) && goes_on(s, t, &c, "数据库里", dir, err));
}

bool log_sign_now(struct db *db, struct arena *a, const char *dir, const struct log_keys *k, struct err *err)
{
	struct log_head head;
	struct log_store s;
	struct str note;

	log_store_init(&s, db, a, &k->o);
	return log_head_load(db, a, &head, err) && edge_holds(&s, &head.tree, err)
	       && goes_on_from_database(&s, &head.tree, k, dir, err) && note_of(a, k, &head.tree, &note, err)
	       && log_checkpoint_add(db, k->o.log, head.tree.size, time_now(), note, err)
	       && small_put(a, path_of(a, dir, LOG_FILE), note, true, err);
}

/* ---- before serving ---- */

/* What the folder's file says, of a log that has been renewed since: its end is known, nothing to compare. */
static bool goes_on_from_file(struct log_store *s, const struct log_tree *t, const struct log_keys *k, const char *dir,
			      bool *ret_found, struct err *err)
{
	struct str text;
	struct note note;
	struct checkpoint c;
	struct log_origin o;
	struct key key[2];
	bool known;

	if (!small_get(s->a, path_of(s->a, dir, LOG_FILE), NOTE_MAX, &text, ret_found, err))
		return false;
	if (!*ret_found)
		return true;
	if (!note_read(s->a, text, &note, err) || !checkpoint_read(note.text, &c, err)
	    || !log_origin_named(s->db, s->a, c.origin, &o, &known, err))
		return err_wrap(err, "%s/%s", dir, LOG_FILE);
	if (!known)
		return err_set(err, ERR_REFUSED, "%s/%s 是另一份日志“%.*s”的检查点，数据库里的日志是“%.*s”：文件夹和数据库不是一套，"
			       "请核对 --db 和文件夹", dir, LOG_FILE, STR_FMT(c.origin), STR_FMT(k->o.origin));
	if (!log_origin_keys(&o, key, err) || !checkpoint_open(s->a, text, key, 2, &c, NULL, err))
		return err_wrap(err, "%s/%s", dir, LOG_FILE);
	return o.log < k->o.log || goes_on(s, t, &c, "文件夹里 log/checkpoint ", dir, err);
}

static bool restored_is_known(struct arena *a, const char *dir, bool found, struct err *err)
{
	char *mark = path_of(a, dir, LOG_RESTORED);

	if (access(mark, F_OK) != 0)
		return true;
	if (found)
		return unlink(mark) == 0 || err_set(err, ERR_IO, "不能删除 %s", mark);
	return err_set(err, ERR_REFUSED, "%s 是从备份恢复的，不知道备份以后记录日志又签到了第几条。原来的文件夹还在的，把它的 log/checkpoint "
		       "复制到 %s/log/ 再启动，由程序核对；不在了的，运行 mingfa log renew %s，另起一份日志后再启动", dir, dir, dir);
}

static const struct stmt st_sync_postgres = { "log_sync_postgres",
	"SELECT setting FROM pg_settings WHERE name = 'synchronous_commit'" };

static bool warn_of_sync(struct db *db, struct arena *a, struct err *err)
{
	struct str setting;
	const struct db_out out[] = { db_to_str(&setting) };

	if (db_dialect(db) != DB_POSTGRES)
		return true;
	if (!db_one(db, a, &st_sync_postgres, DB_NONE, DB_OUT(out), err))
		return false;
	if (str_is(setting, "off"))
		log_line(LOG_WARNING, "PostgreSQL 的 synchronous_commit 是 off：断电时已经答复的办理可能丢失，签过的日志就对不上了，请改为 on");
	return true;
}

static bool start_with(struct db *db, struct arena *a, struct app *app, struct err *err)
{
	struct log_keys k;
	struct log_head head;
	struct log_store s;
	bool found;

	if (!app->read_only && !log_keys_make(db, a, app->dir, NULL, err))
		return false;
	if (!log_keys_load(db, a, app->dir, &k, err))
		return app->read_only && err->code == ERR_NOT_FOUND;
	if (!k.signer[0])
		log_line(LOG_WARNING, "文件夹 %s 没有日志“%.*s”的私钥：本进程不签检查点", app->dir, STR_FMT(k.o.origin));
	log_store_init(&s, db, a, &k.o);
	return log_head_load(db, a, &head, err) && edge_holds(&s, &head.tree, err)
	       && goes_on_from_database(&s, &head.tree, &k, app->dir, err)
	       && goes_on_from_file(&s, &head.tree, &k, app->dir, &found, err) && restored_is_known(a, app->dir, found, err)
	       && warn_of_sync(db, a, err);
}

bool log_start(struct app *app, struct err *err)
{
	struct arena *a = arena_new();
	struct db *db = NULL;
	bool ok = db_open(app->db, app->read_only ? DB_READ : DB_WRITE, &db, err) && start_with(db, a, app, err);

	if (!ok && app->read_only && err->code == ERR_REFUSED) { /* looking does no harm, and is how one finds out */
		log_line(LOG_WARNING, "%s", err->msg);
		err_clear(err);
		ok = true;
	}
	db_close(db);
	(void)arena_free(a);
	return ok;
}

/* ---- following ---- */

struct following {
	struct app *app;
	struct arena *keys, *a; /* the keys' own, one round's */
	struct db *db;
	struct log_keys k;
	struct log_head head;
	bool loaded, more;
	int64_t complained;
};

static bool sign_job(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct following *x = ctx;
	struct log_head now;
	struct str note;

	/* The head may have moved since it was looked at; another process may have renewed the log. */
	if (!log_head_load(db, a, &now, err))
		return false;
	if (now.log != x->k.o.log)
		return err_set(err, ERR_REFUSED, "日志“%.*s”已经另起，请重新启动本程序", STR_FMT(x->k.o.origin));
	if (now.is_signed >= x->head.tree.size)
		return true;
	return note_of(a, &x->k, &x->head.tree, &note, err)
	       && log_checkpoint_add(db, x->k.o.log, x->head.tree.size, time_now(), note, err);
}

static bool write_file(struct following *x, struct err *err)
{
	struct str note, has;
	int64_t size, at;
	bool found, same;

	if (!log_checkpoint_newest(x->db, x->a, x->k.o.log, 0, &note, &size, &at, &found, err) || !found)
		return err->code == ERR_NONE;
	if (!small_get(x->a, path_of(x->a, x->app->dir, LOG_FILE), NOTE_MAX, &has, &same, err))
		return false;
	return (same && str_eq(has, note)) || small_put(x->a, path_of(x->a, x->app->dir, LOG_FILE), note, true, err);
}

static bool fill_job(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct following *x = ctx;
	struct log_store s;

	log_store_init(&s, db, a, &x->k.o);
	return log_store_fill(&s, x->head.tree.size, TILES_A_TURN, &x->more, err);
}

static bool sign(struct following *x, struct err *err)
{
	struct log_store s;

	if (x->head.tree.size <= x->head.is_signed || !x->k.signer[0])
		return true;
	log_store_init(&s, x->db, x->a, &x->k.o);
	return edge_holds(&s, &x->head.tree, err) && goes_on_from_database(&s, &x->head.tree, &x->k, x->app->dir, err)
	       && writer_run(x->app->writer, "log_sign", sign_job, x, err);
}

static bool fill(struct following *x, struct err *err)
{
	bool due;

	if (!log_store_due(x->db, x->a, x->k.o.log, x->head.tree.size, &due, err))
		return false;
	for (int i = 0; due && i < TURNS_A_ROUND; i++) {
		if (!writer_run(x->app->writer, "log_tiles", fill_job, x, err))
			return false;
		due = x->more;
	}
	return true;
}

static bool round_of(struct following *x, struct err *err)
{
	if (!x->db && !db_open(x->app->db, DB_READ, &x->db, err))
		return false;
	if (!x->loaded && !log_keys_load(x->db, x->keys, x->app->dir, &x->k, err))
		return false;
	x->loaded = true;
	if (!log_head_load(x->db, x->a, &x->head, err) || !sign(x, err) || !fill(x, err))
		return false;
	return !x->k.signer[0] || write_file(x, err);
}

static void tell_fault(struct app *app, const struct err *err)
{
	(void)pthread_mutex_lock(&app->log_lock);
	(void)snprintf(app->log_fault, sizeof(app->log_fault), "%s", err ? err->msg : "");
	(void)pthread_mutex_unlock(&app->log_lock);
}

static void end_following(struct following *x)
{
	db_close(x->db);
	x->db = NULL;
	x->a = arena_free(x->a);
	x->keys = arena_free(x->keys);
	x->loaded = false;
}

void log_work(struct app *app, struct follower *f)
{
	struct following *x = f->priv;
	struct err err = { 0 };
	bool ok;

	if (!f->stop && f->done_at && time_monotonic() - f->done_at < SIGN_MS)
		return; /* woken by somebody's commit */
	f->done_at = time_monotonic();
	if (!x)
		f->priv = x = arena_one(app->a, struct following);
	x->app = app;
	if (!x->a) {
		x->a = arena_new();
		x->keys = arena_new();
	}
	ok = round_of(x, &err);
	tell_fault(app, ok ? NULL : &err);
	if (!ok && time_monotonic() - x->complained > COMPLAIN_MS) {
		log_line(LOG_WARNING, "log: %s (%s)", err.msg, err.detail);
		x->complained = time_monotonic();
	}
	arena_reset(x->a);
	if (f->stop || !ok)
		end_following(x);
}

bool log_state_of(struct app *app, struct db *db, struct arena *a, struct log_state *ret, struct err *err)
{
	struct log_origin o;
	struct log_head head;
	struct str note;
	int64_t size;
	bool found, is_signed;

	*ret = (struct log_state){ 0 };
	if (!log_origin_load(db, a, 0, &o, &found, err) || !found)
		return err->code == ERR_NONE;
	if (!log_head_load(db, a, &head, err)
	    || !log_checkpoint_newest(db, a, o.log, 0, &note, &size, &ret->at, &is_signed, err))
		return false;
	ret->origin = o.origin;
	ret->size = head.tree.size;
	ret->is_signed = is_signed ? size : 0;
	(void)pthread_mutex_lock(&app->log_lock);
	ret->fault = str_dup(a, str_of(app->log_fault));
	(void)pthread_mutex_unlock(&app->log_lock);
	return true;
}
