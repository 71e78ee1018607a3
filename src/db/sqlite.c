/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "db/driver.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/parse.h"
#include "db/slowsync.h"

#define BUSY_MS 5000      /* a request waits at most 5 s (decision 7) */
#define PROGRESS_OPS 1000 /* virtual machine steps between two looks at the clock: about 20 us */

struct sqlite_db {
	struct db db;
	sqlite3 *h;
	int64_t deadline; /* of the SELECT that runs, monotonic ms */
};

static struct sqlite_db *of(struct db *db)
{
	return (struct sqlite_db *)db;
}

static bool in_tx(const struct db *db)
{
	return !sqlite3_get_autocommit(((const struct sqlite_db *)db)->h);
}

/* ---- errors ---- */

static const struct {
	int code;
	enum err_code err;
	const char *msg;
} errors[] = {
	{ SQLITE_BUSY, ERR_BUSY, "数据库正被另一个程序占用，请稍后再试" },
	{ SQLITE_LOCKED, ERR_BUSY, "数据库正忙，请稍后再试" },
	{ SQLITE_FULL, ERR_DISK_FULL, "数据库所在的磁盘已满，没有保存任何改动" },
	{ SQLITE_READONLY, ERR_DB_READONLY, "数据库现在只能读取" },
	{ SQLITE_CONSTRAINT, ERR_DB_CONSTRAINT, "数据不符合数据库的约束" },
	{ SQLITE_INTERRUPT, ERR_TIMEOUT, "查询未能在时限内完成" },
	{ SQLITE_IOERR, ERR_IO, "读写数据库文件时出错" },
	{ SQLITE_CANTOPEN, ERR_DB_LOST, "数据库文件打不开" },
	{ SQLITE_NOTADB, ERR_DB, "这个文件不是本系统的数据库" },
	{ SQLITE_CORRUPT, ERR_DB, "数据库文件已损坏" },
};

static bool fail(const struct sqlite_db *s, int rc, struct err *err)
{
	const int extended = s->h ? sqlite3_extended_errcode(s->h) : rc;
	size_t i = 0;

	while (i < ARRAY_LEN(errors) && errors[i].code != (rc & 0xff))
		i++;
	if ((rc & 0xff) == SQLITE_IOERR && s->h && sqlite3_system_errno(s->h) == ENOSPC)
		err_set(err, ERR_DISK_FULL, "数据库所在的磁盘已满，没有保存任何改动");
	else if (i < ARRAY_LEN(errors))
		err_set(err, errors[i].err, "%s", errors[i].msg);
	else
		err_set(err, ERR_DB, "数据库没有完成这次操作");
	return err_wrap(err, "sqlite %d: %s", extended,
			s->h ? sqlite3_errmsg(s->h) : sqlite3_errstr(rc));
}

/* ---- statements ---- */

/* Reads which $N stands at each position: SQLite counts names in order of writing. */
static bool read_names(struct prepared *p, sqlite3_stmt *q)
{
	const int n = sqlite3_bind_parameter_count(q);

	for (int i = 1; i <= n; i++) {
		const char *name = sqlite3_bind_parameter_name(q, i);
		int64_t no;

		if (!name || name[0] != '$' || !parse_i64(str_of(name + 1), 1, n, &no))
			return false;
		p->of[i - 1] = (unsigned char)(no - 1);
	}
	return (size_t)n == p->n;
}

static bool prepare(struct sqlite_db *s, struct prepared *p, struct err *err)
{
	sqlite3_stmt *q = NULL;
	int rc;

	if (p->generation)
		return true;
	(void)sqlite3_finalize(p->handle); /* another statement stood at this address */
	p->handle = NULL;
	rc = sqlite3_prepare_v3(s->h, p->sql, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL);
	if (rc != SQLITE_OK)
		return fail(s, rc, err);
	if (!q || !read_names(p, q)) {
		(void)sqlite3_finalize(q);
		return err_set(err, ERR_BUG, "程序里的一条语句有误：参数应为连续的 $1、$2……");
	}
	p->handle = q;
	p->generation = 1;
	return true;
}

static int bind_one(sqlite3_stmt *q, int at, const struct db_in *in)
{
	const char *p = in->s.p ? in->s.p : "";

	switch (in->kind) {
	case DB_I64:
		return sqlite3_bind_int64(q, at, in->i);
	case DB_STR:
		return sqlite3_bind_text64(q, at, p, in->s.n, SQLITE_STATIC, SQLITE_UTF8);
	case DB_BYTES:
		return sqlite3_bind_blob64(q, at, p, in->s.n, SQLITE_STATIC);
	case DB_NULL:
		break;
	}
	return sqlite3_bind_null(q, at);
}

static bool bind(const struct sqlite_db *s, const struct prepared *p, const struct db_in *in,
		 struct err *err)
{
	for (size_t i = 0; i < p->n; i++) {
		const int rc = bind_one(p->handle, (int)i + 1, &in[p->of[i]]);

		if (rc != SQLITE_OK)
			return fail(s, rc, err);
	}
	return true;
}

static bool column(struct arena *a, sqlite3_stmt *q, int i, const struct db_out *out,
		   struct err *err)
{
	const int type = sqlite3_column_type(q, i);
	const void *p;

	if (out->null)
		*out->null = type == SQLITE_NULL;
	if (out->kind == DB_I64) {
		if (type != SQLITE_INTEGER && type != SQLITE_NULL)
			return err_set(err, ERR_BUG, "程序里的一条语句有误：第 %d 列不是整数",
				       i + 1);
		*out->i = sqlite3_column_int64(q, i);
		return true;
	}
	p = out->kind == DB_BYTES ? sqlite3_column_blob(q, i)
				  : (const void *)sqlite3_column_text(q, i);
	out->s->n = (size_t)sqlite3_column_bytes(q, i);
	out->s->p = arena_dup(a, p ? p : "", out->s->n);
	return true;
}

static bool give(struct arena *a, sqlite3_stmt *q, struct rows *r, bool *ret_more, struct err *err)
{
	if (r->n_out && sqlite3_column_count(q) != (int)r->n_out)
		return err_set(err, ERR_BUG, "程序里的一条语句有误：列数不符");
	for (size_t i = 0; i < r->n_out; i++) {
		if (!column(a, q, (int)i, &r->out[i], err))
			return false;
	}
	return rows_give(r, ret_more, err);
}

/* Steps to the end. A statement that writes is always run to its end, whatever its reader wants. */
static bool steps(struct sqlite_db *s, struct arena *a, sqlite3_stmt *q, struct rows *r,
		  struct err *err)
{
	const bool writes = !sqlite3_stmt_readonly(q);
	bool more = true;
	int rc;

	while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
		if (more && !give(a, q, r, &more, err))
			return false;
		if (!more && !writes)
			return true;
	}
	return rc == SQLITE_DONE || fail(s, rc, err);
}

/* The clock is watched while a SELECT runs and at no other time: an interrupted INSERT, UPDATE or
 * DELETE may take the whole transaction along (decision 8). */
static int past_deadline(void *ctx)
{
	return time_monotonic() > ((const struct sqlite_db *)ctx)->deadline;
}

static bool limited_steps(struct sqlite_db *s, struct arena *a, sqlite3_stmt *q, struct rows *r,
			  struct err *err)
{
	const int64_t outer = s->deadline;
	bool ok;

	if (!s->db.limit_ms || outer || !sqlite3_stmt_readonly(q))
		return steps(s, a, q, r, err);
	s->deadline = time_monotonic() + s->db.limit_ms;
	sqlite3_progress_handler(s->h, PROGRESS_OPS, past_deadline, s);
	ok = steps(s, a, q, r, err);
	sqlite3_progress_handler(s->h, 0, NULL, NULL);
	s->deadline = 0;
	return ok;
}

static bool run(struct db *db, struct arena *a, struct prepared *p, const struct db_in *in,
		struct rows *r, struct err *err)
{
	struct sqlite_db *s = of(db);
	bool ok;

	if (!prepare(s, p, err) || !bind(s, p, in, err))
		return false;
	ok = limited_steps(s, a, p->handle, r, err);
	(void)sqlite3_reset(p->handle); /* repeats the error that was reported already */
	r->changed = sqlite3_stmt_readonly(p->handle) ? 0 : sqlite3_changes64(s->h);
	return ok;
}

static bool script(struct db *db, const char *sql, struct err *err)
{
	const int rc = sqlite3_exec(of(db)->h, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK || fail(of(db), rc, err);
}

static bool fault(struct db *db, enum db_fault kind, enum db_when when, struct err *err)
{
	(void)when; /* there is no later */
	if (kind == DB_FAULT_REFUSED)
		return err_set(err, ERR_DB_CONSTRAINT, "数据不符合数据库的约束");
	if (kind == DB_FAULT_TIMEOUT)
		return fail(of(db), SQLITE_INTERRUPT, err);
	if (in_tx(db))
		(void)sqlite3_exec(of(db)->h, "ROLLBACK", NULL, NULL, NULL);
	if (kind == DB_FAULT_FULL)
		return err_set(err, ERR_DISK_FULL, "数据库所在的磁盘已满，没有保存任何改动");
	if (kind == DB_FAULT_IOERR)
		return err_set(err, ERR_IO, "读写数据库文件时出错");
	return err_set(err, ERR_DB_LOST, "数据库文件打不开");
}

/* ---- opening ---- */

static void close_db(struct db *db)
{
	for (size_t i = 0; i < db->n_slot; i++) {
		if (db->slot[i])
			(void)sqlite3_finalize(db->slot[i]->handle);
	}
	(void)sqlite3_close_v2(of(db)->h);
}

static int wal_grew(void *ctx, sqlite3 *h, const char *name, int pages)
{
	struct sqlite_db *s = ctx;

	(void)h;
	(void)name;
	s->db.wal_bytes = (int64_t)pages * 4096;
	return SQLITE_OK;
}

static const struct driver driver = {
	.dialect = DB_SQLITE,
	.run = run,
	.script = script,
	.in_tx = in_tx,
	.fault = fault,
	.close = close_db,
};

/* Decision 21. recursive_triggers: INSERT OR REPLACE would else delete without asking the guards.
 */
static const char settings_all[] =
	"PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA "
	"mmap_size = 0;"
	"PRAGMA recursive_triggers = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = FULL;";
static const char settings_write[] = "PRAGMA cache_size = -32768; PRAGMA journal_mode = WAL;";
static const char settings_read[] = "PRAGMA cache_size = -4096; PRAGMA query_only = ON;";

static bool set_up(struct sqlite_db *s, struct err *err)
{
	(void)sqlite3_extended_result_codes(s->h, 1);
	(void)sqlite3_busy_timeout(s->h, BUSY_MS);
	(void)sqlite3_db_config(s->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(s->h, SQLITE_DBCONFIG_DQS_DML, 0,
				NULL); /* "x" is a name, never a text */
	(void)sqlite3_db_config(s->h, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	if (!script(&s->db, settings_all, err)
	    || !script(&s->db, s->db.mode == DB_WRITE ? settings_write : settings_read, err))
		return false;
	(void)sqlite3_wal_hook(s->h, wal_grew,
			       s); /* after wal_autocheckpoint, which uses the same hook */
	return true;
}

bool sqlite_open(struct arena *a, const char *address, enum db_mode mode, struct db **ret,
		 struct err *err)
{
	const int flags =
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
		| (mode == DB_WRITE || !strcmp(address, "sqlite::memory:") ? SQLITE_OPEN_CREATE
									   : 0);
	struct sqlite_db *s = arena_one(a, struct sqlite_db);
	const char *vfs;
	char *file;
	int rc;

	s->db = (struct db){ .driver = &driver,
			     .a = a,
			     .mode = mode,
			     .address = arena_dup(a, address, strlen(address)) };
	file = arena_dup(a, address + 7, strlen(address + 7));
	if (!slowsync_of(file, &vfs, err))
		return false;
	rc = sqlite3_open_v2(file, &s->h, flags, vfs);
	if ((rc != SQLITE_OK && !fail(s, rc, err)) || !set_up(s, err)) {
		close_db(&s->db);
		return err_wrap(err, "cannot open %s", file);
	}
	*ret = &s->db;
	return true;
}
