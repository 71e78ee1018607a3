/* SPDX-License-Identifier: MulanPSL-2.0 */
/* db.h - SQLite 3 and PostgreSQL 15 behind one narrow interface. Six verbs: db_exec, db_one, db_maybe,
 * db_each, db_tx, and db_point (a savepoint).
 *
 * A query is a constant text with $1 placeholders, its inputs and its outputs; it is prepared once per
 * connection, lazily, and again after a reconnect. Texts read out are copied to the arena.
 * One struct db is one connection and belongs to one thread at a time.
 *
 *	static const struct stmt st_name = { "person_name", "SELECT name FROM person WHERE id = $1" };
 *	struct str name;
 *	const struct db_in in[] = { db_i64(id) };
 *	const struct db_out out[] = { db_to_str(&name) };
 *	if (!db_one(db, a, &st_name, DB_IN(in), DB_OUT(out), err))
 *		return false;
 *
 * Errors: NOT_FOUND (db_one only), DB_LOST, DB_CONSTRAINT, DB_READONLY, DISK_FULL,
 * TIMEOUT, BUSY, IO, DB.
 */
#ifndef MINGFA_DB_DB_H
#define MINGFA_DB_DB_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

struct db;

/* A statement is known by its address: keep it static, or in the arena of the process. The SQL is
 * one statement that both dialects accept; where there must be two, their names say so (…_sqlite,
 * …_postgres), and a test prepares every static st_… on the databases it is meant for. Whole
 * numbers, texts and bytes are what they are bound as: $1 is BIGINT, TEXT or BYTEA, so other types
 * need CAST($1 AS …). A read outside a transaction is repeated once after a lost connection. */
struct stmt {
	const char *name;
	const char *sql;
};

enum db_kind { DB_I64, DB_STR, DB_BYTES, DB_NULL };

struct db_in {
	enum db_kind kind;
	int64_t i;
	struct str s;
};

struct db_out {
	enum db_kind kind;
	int64_t *i;
	struct str *s;
	bool *null; /* may be NULL: then a NULL column is 0 or the empty text */
};

static inline struct db_in db_i64(int64_t i)
{
	return (struct db_in){ .kind = DB_I64, .i = i };
}
static inline struct db_in db_str(struct str s)
{
	return (struct db_in){ .kind = DB_STR, .s = s };
}
static inline struct db_in db_bytes(struct str s)
{
	return (struct db_in){ .kind = DB_BYTES, .s = s };
}
static inline struct db_in db_null(void)
{
	return (struct db_in){ .kind = DB_NULL };
}
/* NULL when i is 0: for optional references, whose ids begin at 1. */
static inline struct db_in db_ref(int64_t i)
{
	return i ? db_i64(i) : db_null();
}
static inline struct db_out db_to_i64(int64_t *i)
{
	return (struct db_out){ .kind = DB_I64, .i = i };
}
static inline struct db_out db_to_str(struct str *s)
{
	return (struct db_out){ .kind = DB_STR, .s = s };
}
static inline struct db_out db_to_bytes(struct str *s)
{
	return (struct db_out){ .kind = DB_BYTES, .s = s };
}
static inline struct db_out db_to_str_null(struct str *s, bool *null)
{
	return (struct db_out){ .kind = DB_STR, .s = s, .null = null };
}
static inline struct db_out db_to_i64_null(int64_t *i, bool *null)
{
	return (struct db_out){ .kind = DB_I64, .i = i, .null = null };
}

#define DB_IN(in) (in), sizeof(in) / sizeof((in)[0])
#define DB_OUT(out) (out), sizeof(out) / sizeof((out)[0])
#define DB_NONE NULL, 0

enum db_dialect { DB_SQLITE, DB_POSTGRES };

enum db_mode {
	DB_READ,   /* refuses to write: SQLite query_only, PostgreSQL default_transaction_read_only */
	DB_WRITE,
};

/* address: "sqlite:FILE" (for measuring: "sqlite:FILE?sync_delay_ms=2"), "sqlite::memory:" or "postgresql://…"
 * (also "postgres://…").
 * Does not create a schema. Errors: DB_LOST, IO, DISK_FULL. */
MUST_USE bool db_open(const char *address, enum db_mode mode, struct db **ret, struct err *err);
void db_close(struct db *db); /* NULL is fine */
enum db_dialect db_dialect(const struct db *db);

/* Runs a statement; ret_changed (may be NULL) gets the number of rows changed. Inside a transaction and without
 * ret_changed PostgreSQL gets it without being waited for: should it fail, the next statement with a result, the end of
 * the savepoint or COMMIT fails in its stead, with its error and its name in the detail. */
MUST_USE bool db_exec(struct db *db, const struct stmt *st, const struct db_in *in, size_t n_in,
		      int64_t *ret_changed, struct err *err);
/* Exactly one row (the first); ERR_NOT_FOUND when there is none. */
MUST_USE bool db_one(struct db *db, struct arena *a, const struct stmt *st, const struct db_in *in,
		     size_t n_in, const struct db_out *out, size_t n_out, struct err *err);
/* One row or none. */
MUST_USE bool db_maybe(struct db *db, struct arena *a, const struct stmt *st, const struct db_in *in,
		       size_t n_in, const struct db_out *out, size_t n_out, bool *ret_found,
		       struct err *err);
/* Calls row(ctx, err) for each row, the outputs filled. row returns false to stop: with err->code set
 * that is a failure, without it a normal end. row may use the db for other statements, but not
 * run the same one again. */
MUST_USE bool db_each(struct db *db, struct arena *a, const struct stmt *st, const struct db_in *in,
		      size_t n_in, const struct db_out *out, size_t n_out,
		      bool (*row)(void *ctx, struct err *err), void *ctx, struct err *err);

/* Says, inside a transaction, what will be asked soon: PostgreSQL sends these SELECTs with the next statement that is waited
 * for and keeps the rows for whoever then asks the very same with the same inputs, once, and until something is written.
 * At most 32 are kept. On SQLite, and outside a transaction, nothing. */
MUST_USE bool db_ahead(struct db *db, const struct stmt *st, const struct db_in *in, size_t n_in, struct err *err);

/* fn within one transaction (SQLite: BEGIN IMMEDIATE; a DB_READ connection: a read transaction);
 * within another db_tx: a savepoint. fn may run again after a deadlock or a lost connection, so ctx
 * is const and fn must not touch the reply. When the answer to COMMIT is lost it does not run
 * again: ERR_DB_LOST, and only a once-token tells whether it was done. name is for the log. */
MUST_USE bool db_tx(struct db *db, const char *name, bool (*fn)(struct db *db, const void *ctx, struct err *err),
		    const void *ctx, struct err *err);
/* A savepoint around fn inside an open transaction: on failure its changes are undone and the
 * transaction goes on; ERR_DB_LOST and friends mean that the whole transaction is gone (db_in_tx). */
MUST_USE bool db_point(struct db *db, bool (*fn)(struct db *db, void *ctx, struct err *err), void *ctx,
		       struct err *err);
bool db_in_tx(const struct db *db);
/* One view of the database for all reads until db_view_end, on a DB_READ connection. On SQLite it also
 * spares each statement its locks (a fifth of a page); on PostgreSQL, where it would cost two round
 * trips, both do nothing. False only when the database is away. */
MUST_USE bool db_view(struct db *db, struct err *err);
void db_view_end(struct db *db);
/* A place where whoever reads in a view keeps for its next question what it has read: what it holds is NULL at the
 * beginning and forgotten with the view. NULL outside a view. */
void **db_view_memo(struct db *db);
/* After a failed statement PostgreSQL refuses the rest of its savepoint or transaction, so let the
 * failure go up to the nearest db_point or db_tx. Once a transaction is gone every further
 * statement inside it fails with ERR_DB_LOST. */
/* A new id is had by `INSERT … RETURNING id` with db_one; both dialects know it. */

/* Runs several statements of the program's own text without inputs: migrations, generated views, PRAGMAs.
 * Never text from outside. */
MUST_USE bool db_script(struct db *db, const char *sql, struct err *err);

/* For long SELECTs inside checks: a statement running longer than ms fails with ERR_TIMEOUT;
 * 0 takes the limit away. SQLite: progress handler, SELECTs only (decision 8). */
void db_limit(struct db *db, int64_t ms);

#endif
