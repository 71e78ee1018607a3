/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "db/driver.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#define TX_TRIES 5 /* the other party of a deadlock has gone on by the second */
#define TX_WAIT_MS 20

static const struct stmt st_begin_sqlite = { "begin_sqlite", "BEGIN IMMEDIATE" };
static const struct stmt st_begin_postgres = { "begin_postgres",
					       "BEGIN ISOLATION LEVEL READ COMMITTED" };
static const struct stmt st_begin_sqlite_read = { "begin_read_sqlite", "BEGIN" };
static const struct stmt st_begin_postgres_read = {
	"begin_read_postgres", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
};
static const struct stmt st_commit = { "commit", "COMMIT" };
static const struct stmt st_rollback = { "rollback", "ROLLBACK" };
static const struct stmt st_point = { "point", "SAVEPOINT point" };
static const struct stmt st_point_release = { "point_release", "RELEASE SAVEPOINT point" };
static const struct stmt st_point_undo = { "point_undo", "ROLLBACK TO SAVEPOINT point" };

/* ---- connections ---- */

bool db_open(const char *address, enum db_mode mode, struct db **ret, struct err *err)
{
	struct arena *a = arena_new();
	bool ok;

	if (!strncmp(address, "sqlite:", 7))
		ok = sqlite_open(a, address, mode, ret, err);
	else if (!strncmp(address, "postgresql://", 13) || !strncmp(address, "postgres://", 11))
		ok = postgres_open(a, address, mode, ret, err);
	else
		ok = err_set(err, ERR_USAGE, "数据库地址应以 sqlite: 或者 postgresql:// 开头");
	if (!ok)
		arena_free(a);
	return ok;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	db->driver->close(db);
	arena_free(db->a);
}

enum db_dialect db_dialect(const struct db *db)
{
	return db->driver->dialect;
}

void db_limit(struct db *db, int64_t ms)
{
	db->limit_ms = ms;
}

/* ---- prepared statements ---- */

static size_t slot_of(struct prepared *const *slot, size_t n, const struct stmt *st)
{
	size_t i = ((uintptr_t)st >> 4) * 0x9e3779b97f4a7c15u % n;

	while (slot[i] && slot[i]->st != st)
		i = (i + 1) % n;
	return i;
}

static void slots_grow(struct db *db)
{
	const size_t n = db->n_slot ? db->n_slot * 2 : 256;
	struct prepared **bigger = arena_many(db->a, n, struct prepared *);

	for (size_t i = 0; i < db->n_slot; i++) {
		if (db->slot[i])
			bigger[slot_of(bigger, n, db->slot[i]->st)] = db->slot[i];
	}
	db->slot = bigger;
	db->n_slot = n;
}

/* The highest N of $N outside quotes. */
static size_t places(const char *sql)
{
	size_t most = 0;
	bool quoted = false;

	for (; *sql; sql++) {
		quoted ^= *sql == '\'';
		if (*sql == '$' && !quoted) {
			size_t n = 0;

			while (sql[1] >= '0' && sql[1] <= '9')
				n = n * 10 + (size_t)(*++sql - '0');
			most = n > most ? n : most;
		}
	}
	return most;
}

struct prepared *db_prepared(struct db *db, const struct stmt *st)
{
	struct prepared *p;
	size_t i;

	if (db->n_used * 2 >= db->n_slot)
		slots_grow(db);
	i = slot_of(db->slot, db->n_slot, st);
	if (!db->slot[i]) {
		db->slot[i] = arena_one(db->a, struct prepared);
		db->slot[i]->st = st;
		db->n_used++;
	}
	p = db->slot[i];
	if (!p->sql || strcmp(p->sql, st->sql) != 0) {
		p->sql = arena_dup(db->a, st->sql, strlen(st->sql));
		p->n = places(st->sql);
		p->generation = 0;
	}
	return p;
}

/* ---- running ---- */

bool rows_give(struct rows *r, bool *ret_more, struct err *err)
{
	struct err own = { 0 };

	r->n++;
	if (r->row && !r->row(r->ctx, &own)) {
		if (own.code != ERR_NONE) {
			*err = own;
			return false;
		}
		*ret_more = false;
		return true;
	}
	*ret_more = !r->first_only;
	return true;
}

void db_fault_arm(struct db *db, int n, enum db_fault kind)
{
	db->fault_in = n;
	db->fault_kind = kind;
}

bool db_fault_armed(const struct db *db)
{
	return db->fault_in > 0;
}

int64_t db_trips(const struct db *db)
{
	return db->trips;
}

static bool fault_now(struct db *db)
{
	return db->fault_in > 0 && --db->fault_in == 0;
}

/* Whether a statement may be sent again after the connection broke: it changed nothing. */
static bool harmless(const struct stmt *st)
{
	return !strncmp(st->sql, "SELECT", 6) || !strncmp(st->sql, "BEGIN", 5);
}

static bool run_faulty(struct db *db, struct arena *a, struct prepared *p, const struct db_in *in,
		       struct rows *r, struct err *err)
{
	const enum db_fault kind = db->fault_kind;

	if (kind == DB_FAULT_LOST_AFTER && !db->driver->run(db, a, p, in, r, err))
		return false;
	return db->driver->fault(db, kind, r->when, err);
}

/* What no statement may do on either database. */
static bool allowed(const struct db *db, const struct prepared *p, size_t n_in, struct err *err)
{
	if (p->busy)
		return err_set(err, ERR_BUG, "程序里的一条语句有误：在自己的结果中又被执行");
	if (p->n != n_in || n_in > DB_PARAMS_MAX)
		return err_set(err, ERR_BUG, "程序里的一条语句有误：参数个数不符");
	if (db->tx_open && !db->driver->in_tx(db)) {
		err_set(err, ERR_DB_LOST, "数据库的这次处理已经中断，没有留下任何改动");
		return err_wrap(err, "transaction %s is gone", db->tx_name);
	}
	return true;
}

static bool run_once(struct db *db, struct arena *a, struct prepared *p, const struct db_in *in,
		     struct rows *r, struct err *err)
{
	bool ok;

	p->busy = true;
	ok = fault_now(db) ? run_faulty(db, a, p, in, r, err)
			   : db->driver->run(db, a, p, in, r, err);
	p->busy = false;
	return ok;
}

static bool run(struct db *db, struct arena *a, const struct stmt *st, const struct db_in *in,
		size_t n_in, struct rows *r, struct err *err)
{
	struct prepared *p = db_prepared(db, st);
	const bool in_tx = db->driver->in_tx(db);
	struct err first = { 0 };

	db->again = false;
	if (!allowed(db, p, n_in, err))
		return err_wrap(err, "%s", st->name);
	if (run_once(db, a, p, in, r, &first))
		return true;
	if (first.code == ERR_DB_LOST && !in_tx && !r->n && harmless(st)
	    && run_once(db, a, p, in, r, &first))
		return true;
	*err = first;
	return err_wrap(err, "%s", st->name);
}

bool db_exec(struct db *db, const struct stmt *st, const struct db_in *in, size_t n_in,
	     int64_t *ret_changed, struct err *err)
{
	struct rows r = { .when = db->tx_open && !ret_changed ? DB_LATER : DB_NOW };

	if (!run(db, NULL, st, in, n_in, &r, err))
		return false;
	if (ret_changed)
		*ret_changed = r.changed;
	return true;
}

bool db_maybe(struct db *db, struct arena *a, const struct stmt *st, const struct db_in *in,
	      size_t n_in, const struct db_out *out, size_t n_out, bool *ret_found, struct err *err)
{
	struct rows r = { .out = out, .n_out = n_out, .first_only = true };

	if (!run(db, a, st, in, n_in, &r, err))
		return false;
	*ret_found = r.n > 0;
	return true;
}

bool db_one(struct db *db, struct arena *a, const struct stmt *st, const struct db_in *in,
	    size_t n_in, const struct db_out *out, size_t n_out, struct err *err)
{
	bool found;

	if (!db_maybe(db, a, st, in, n_in, out, n_out, &found, err))
		return false;
	if (found)
		return true;
	err_set(err, ERR_NOT_FOUND, "没有找到要查看的内容");
	return err_wrap(err, "%s gave no row", st->name);
}

bool db_each(struct db *db, struct arena *a, const struct stmt *st, const struct db_in *in,
	     size_t n_in, const struct db_out *out, size_t n_out,
	     bool (*row)(void *ctx, struct err *err), void *ctx, struct err *err)
{
	struct rows r = { .out = out, .n_out = n_out, .row = row, .ctx = ctx };

	return run(db, a, st, in, n_in, &r, err);
}

bool db_ahead(struct db *db, const struct stmt *st, const struct db_in *in, size_t n_in, struct err *err)
{
	struct prepared *p;

	if (!db->driver->ahead || !db->tx_open)
		return true;
	p = db_prepared(db, st);
	return (allowed(db, p, n_in, err) && db->driver->ahead(db, p, in, err)) || err_wrap(err, "%s", st->name);
}

bool db_script(struct db *db, const char *sql, struct err *err)
{
	return db->driver->script(db, sql, err);
}

/* ---- transactions ---- */

bool db_in_tx(const struct db *db)
{
	return db->driver->in_tx(db);
}

bool db_begin(struct db *db, const char *name, struct err *err)
{
	static const struct stmt *const begin[2][2] = {
		[DB_SQLITE] = { [DB_READ] = &st_begin_sqlite_read, [DB_WRITE] = &st_begin_sqlite },
		[DB_POSTGRES] = { [DB_READ] = &st_begin_postgres_read,
				  [DB_WRITE] = &st_begin_postgres },
	};

	assert(!db->tx_open); /* db_tx makes a savepoint inside a transaction */
	if (!db_exec(db, begin[db_dialect(db)][db->mode], DB_NONE, NULL, err)) {
		db_rollback(db); /* a BEGIN whose answer was lost */
		return false;
	}
	db->tx_open = true;
	db->tx_name = name;
	return true;
}

/* One of the statements that hold a transaction together. */
static bool frame(struct db *db, const struct stmt *st, enum db_when when, struct err *err)
{
	struct rows r = { .when = when };

	return run(db, NULL, st, DB_NONE, &r, err);
}

static bool pending(const struct db *db)
{
	return db->driver->pending && db->driver->pending(db);
}

bool db_commit(struct db *db, struct err *err)
{
	const bool ok = frame(db, &st_commit, DB_NOW, err);

	if (!ok)
		db_rollback(db);
	db->tx_open = false;
	return ok;
}

void db_rollback(struct db *db)
{
	struct rows r = { 0 };
	struct err ignored = { 0 };

	db->tx_open = false;
	if (db->driver->in_tx(db)) /* never a fault's turn: there is nothing behind it */
		(void)db->driver->run(db, NULL, db_prepared(db, &st_rollback), NULL, &r, &ignored);
}

bool db_view(struct db *db, struct err *err)
{
	db->memo = NULL;
	db->viewing = db->mode == DB_READ;
	if (!db->viewing || db_dialect(db) != DB_SQLITE || db_begin(db, "view", err))
		return true;
	db->viewing = false;
	return false;
}

void db_view_end(struct db *db)
{
	db->memo = NULL;
	db->viewing = false;
	if (db->mode == DB_READ && db_dialect(db) == DB_SQLITE && db->tx_open)
		db_rollback(db);
}

void **db_view_memo(struct db *db)
{
	return db->viewing ? &db->memo : NULL;
}

/* The transaction goes, and whoever began it notices at the next statement. */
static void tx_drop(struct db *db)
{
	const bool open = db->tx_open;

	db_rollback(db);
	db->tx_open = open;
}

/* After a failure inside a savepoint: back to its beginning. When even that fails the transaction
 * goes. */
static void point_undo(struct db *db)
{
	struct err ignored = { 0 };
	const bool again = db->again;

	if (pending(db)) /* what failed before an undo would keep it from being done */
		(void)db->driver->settle(db, &ignored);
	if (db_in_tx(db)
	    && (!frame(db, &st_point_undo, DB_NOW, &ignored)
		|| !frame(db, &st_point_release, DB_FRAME, &ignored)))
		tx_drop(db);
	db->again = again;
}

bool db_point(struct db *db, bool (*fn)(struct db *db, void *ctx, struct err *err), void *ctx,
	      struct err *err)
{
	assert(db->tx_open); /* a savepoint alone would be a transaction without a name */
	if (pending(db) && !db->driver->settle(db, err))
		return false; /* of whoever is outside, whose savepoint this is not */
	if (!frame(db, &st_point, DB_FRAME, err)) {
		tx_drop(db); /* on PostgreSQL nothing could follow anyway */
		return false;
	}
	/* What was sent inside must be known to be done before the savepoint's success is told. */
	if (fn(db, ctx, err) && frame(db, &st_point_release, pending(db) ? DB_NOW : DB_FRAME, err))
		return true;
	point_undo(db);
	return false;
}

struct tx {
	bool (*fn)(struct db *db, const void *ctx, struct err *err);
	const void *ctx;
};

static bool tx_in_point(struct db *db, void *ctx, struct err *err)
{
	const struct tx *tx = ctx;

	return tx->fn(db, tx->ctx, err);
}

void db_wait(int64_t ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) && errno == EINTR)
		continue;
}

/* *ret_again: it failed in a way that a second try may cure, and surely changed nothing. */
static bool tx_once(struct db *db, const char *name, const struct tx *tx, bool *ret_again,
		    struct err *err)
{
	*ret_again = false;
	if (!db_begin(db, name, err))
		return false;
	if (tx->fn(db, tx->ctx, err)) {
		if (db_commit(db, err))
			return true;
		*ret_again = db->again; /* not when the answer is lost: it may have been done */
		return false;
	}
	*ret_again = db->again || err->code == ERR_DB_LOST;
	db_rollback(db);
	return false;
}

bool db_tx(struct db *db, const char *name,
	   bool (*fn)(struct db *db, const void *ctx, struct err *err), const void *ctx,
	   struct err *err)
{
	struct tx tx = { fn, ctx };
	bool again = true;

	if (db->tx_open)
		return db_point(db, tx_in_point, &tx, err);
	for (int i = 0; again && i < TX_TRIES; i++) {
		struct err e = { 0 };

		if (i)
			db_wait(TX_WAIT_MS * i);
		if (tx_once(db, name, &tx, &again, &e))
			return true;
		*err = e;
	}
	return err_wrap(err, "in %s", name);
}
