/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `mingfa log`: the record log's name and public keys, and its new beginning when what was signed cannot be found again, which is
 * an act on record. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/backup_note.h"
#include "app/command.h"
#include "app/log_sign.h"
#include "base/base64.h"
#include "base/day.h"
#include "base/small.h"
#include "db/migrate.h"
#include "log/digest.h"
#include "log/log.h"
#include "web/session.h"

static bool show_keys(struct db *db, struct arena *a, const char *dir, const char *address, struct err *err)
{
	struct log_keys k;

	(void)address;
	if (!log_keys_load(db, a, dir, &k, err))
		return false;
	(void)printf("%.*s\n%.*s\n", STR_FMT(k.o.ed25519), STR_FMT(k.o.sm2));
	if (!k.signer[0])
		(void)fprintf(stderr, "注意：文件夹 %s 里没有私钥，用它启动的进程不签检查点\n", dir);
	return true;
}

/* ---- renew ---- */

/* The newest head that was signed under the log's name: of the file or of the database, whichever is larger. Empty: none. */
static bool newest_head(struct db *db, struct arena *a, const char *dir, const struct log_origin *o, struct str *ret,
			struct err *err)
{
	struct key key[2];
	struct str note, file;
	struct checkpoint c;
	int64_t size = -1, at;
	bool in_db, in_file;

	*ret = (struct str){ 0 };
	if (!log_origin_keys(o, key, err) || !log_checkpoint_newest(db, a, o->log, 0, &note, &size, &at, &in_db, err)
	    || !small_get(a, str_cstr(a, str_fmt(a, "%s/" LOG_FILE, dir)), NOTE_MAX, &file, &in_file, err))
		return false;
	if (in_db)
		*ret = note;
	if (in_file && checkpoint_open(a, file, key, 2, &c, NULL, err) && (!in_db || c.size > size))
		*ret = file;
	err_clear(err); /* a file of an older log, or a broken one, is no head of this one */
	return true;
}

/* Entry 0: what the tree of the old log is now, and the head that was signed of it. */
static struct str entry_of(struct arena *a, const struct log_origin *old, const struct log_tree *t, struct str note)
{
	unsigned char root[LOG_HASH];
	struct buf b;

	log_tree_root(t, root);
	buf_init(&b, a, LOG_ENTRY_MAX);
	buf_addf(&b, "mingfa/renew/1\n%.*s\n%" PRId64 "\n", STR_FMT(old->origin), t->size);
	base64_put(&b, digest_bytes(root, LOG_HASH));
	buf_addc(&b, '\n');
	if (note.n && b.n + 1 + note.n <= LOG_ENTRY_MAX) {
		buf_addc(&b, '\n');
		buf_add(&b, note);
	}
	return buf_str(&b);
}

struct renewing {
	struct arena *a;
	const char *dir;
	struct log_keys *k;
};

static bool renew_in_tx(struct db *db, const void *ctx, struct err *err)
{
	const struct renewing *x = ctx;
	struct log_head head;
	struct log_origin old;
	struct str note;
	bool found;

	if (!log_head_load(db, x->a, &head, err) || !log_origin_load(db, x->a, 0, &old, &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_NOT_FOUND, "这份日志还没有名称和密钥，不必另起");
	if (!newest_head(db, x->a, x->dir, &old, &note, err) || !log_keys_next(x->a, x->dir, &old, x->k, err))
		return false;
	x->k->o.entry = entry_of(x->a, &old, &head.tree, note);
	x->k->o.base = head.base + head.tree.size - 1;
	return log_renew(db, &head, &x->k->o, time_now(), err) && log_sign_now(db, x->a, x->dir, x->k, err);
}

static bool renew(struct db *db, struct arena *a, const char *dir, const char *address, struct err *err)
{
	struct backup_note note = { .who = { .sort = ACTOR_SYSTEM }, .sort = NOTE_RENEW };
	struct log_keys k;
	const struct renewing x = { a, dir, &k };

	if (!db_tx(db, "log_renew", renew_in_tx, &x, err))
		return false;
	(void)unlink(str_cstr(a, str_fmt(a, "%s/" LOG_RESTORED, dir)));
	(void)printf("已另起日志“%.*s”，旧日志的末尾记在它的开头。请把新的公钥告诉见证方：\n%.*s\n%.*s\n", STR_FMT(k.o.origin),
		     STR_FMT(k.o.ed25519), STR_FMT(k.o.sm2));
	note.place = k.o.origin;
	return backup_note_folder(dir, address, NULL, &note, err);
}

int cmd_log(int argc, char **argv)
{
	struct options o;
	struct err err = { 0 };
	struct arena *a;
	struct db *db = NULL;
	const char *address;
	bool is_key, ok;

	if (!options_read(argc, argv, &o) || o.n != 2
	    || (strcmp(o.arg[0], "key") != 0 && strcmp(o.arg[0], "renew") != 0))
		return command_misused("log");
	is_key = strcmp(o.arg[0], "key") == 0;
	a = arena_new();
	address = option(&o, "--db") ? option(&o, "--db") : str_cstr(a, str_fmt(a, "sqlite:%s/mingfa.db", o.arg[1]));
	ok = session_init(&err) && db_open(address, is_key ? DB_READ : DB_WRITE, &db, &err) && migrate_check(db, a, &err)
	  && (is_key ? show_keys : renew)(db, a, o.arg[1], address, &err);
	db_close(db);
	(void)arena_free(a);
	return ok ? 0 : command_failed(&err);
}
