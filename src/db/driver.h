/* SPDX-License-Identifier: MulanPSL-2.0 */
/* driver.h - what db.c asks of a database; inside src/db only.
 *
 * A driver runs statements and tells whether a transaction is open; everything else (savepoints,
 * retries, faults, the refusal to go on after a lost transaction) is db.c's and the same for both.
 */
#ifndef MINGFA_DB_DRIVER_H
#define MINGFA_DB_DRIVER_H

#include "db/db.h"
#include "db/fault.h"

#define DB_PARAMS_MAX 160 /* the widest table has 18 columns; figures of reports are asked together (matter/tally.c) */

/* When the result of a run must be there. A driver may send the later ones without waiting; what failed among them is told
 * by the next statement that is wanted NOW, by its own name. */
enum db_when {
	DB_NOW,
	DB_LATER,
	DB_FRAME, /* later, and a savepoint's beginning or end: should it fail, the levels are not what they seem, and the
		     transaction is lost */
};

/* What becomes of the rows of one run. */
struct rows {
	enum db_when when;
	const struct db_out *out;
	size_t n_out;
	bool (*row)(void *ctx, struct err *err); /* NULL: rows are passed over */
	void *ctx;
	bool first_only;
	int64_t n;       /* rows delivered */
	int64_t changed; /* rows changed */
};

/* A statement as prepared on one connection. */
struct prepared {
	const struct stmt *st;
	const char *sql;     /* own copy: another statement may come to stand at st */
	size_t n;            /* placeholders */
	bool busy;           /* its rows are being read */
	void *handle;        /* SQLite: sqlite3_stmt; PostgreSQL: the name on the server */
	unsigned generation; /* of the connection that knows it; 0: not prepared */
	unsigned char of[DB_PARAMS_MAX];   /* SQLite: which $N stands at each position */
	unsigned char kind[DB_PARAMS_MAX]; /* PostgreSQL: enum db_kind that it was prepared for */
};

struct driver {
	enum db_dialect dialect;
	/* in has p->n elements. */
	bool (*run)(struct db *db, struct arena *a, struct prepared *p, const struct db_in *in,
		    struct rows *r, struct err *err);
	/* Several statements of our own text, without inputs or rows. */
	bool (*script)(struct db *db, const char *sql, struct err *err);
	bool (*in_tx)(const struct db *db);
	/* What a fault does to the connection before the statement's failure is reported; false:
	 * reported already; true: it will be reported when the statement's result is collected. */
	bool (*fault)(struct db *db, enum db_fault kind, enum db_when when, struct err *err);
	/* Whether something was sent whose failure is not known yet; NULL: never. */
	bool (*pending)(const struct db *db);
	bool (*settle)(struct db *db, struct err *err); /* waits for it */
	/* A SELECT that will be run soon; NULL: of no use. */
	bool (*ahead)(struct db *db, struct prepared *p, const struct db_in *in, struct err *err);
	void (*close)(struct db *db);
};

struct db {
	const struct driver *driver;
	struct arena *a; /* lives as long as the connection */
	enum db_mode mode;
	char *address;
	int64_t limit_ms;
	bool tx_open; /* between db_begin and its end, whatever the database says */
	const char *tx_name;
	bool viewing; /* between db_view and db_view_end */
	void *memo;   /* db_view_memo */
	bool again;             /* the last failure was a deadlock, or came surely before COMMIT: the transaction may run again */
	int64_t wal_bytes;      /* SQLite: size of the WAL after the last commit */
	struct prepared **slot; /* open addressing by address of the statement */
	size_t n_slot, n_used;
	int64_t trips; /* PostgreSQL: how often it waited for the server */
	int fault_in; /* statements until the fault; 0: none armed */
	enum db_fault fault_kind;
};

MUST_USE bool sqlite_open(struct arena *a, const char *address, enum db_mode mode, struct db **ret,
			  struct err *err);
MUST_USE bool postgres_open(struct arena *a, const char *address, enum db_mode mode,
			    struct db **ret, struct err *err);

/* The place of a statement in the connection's table, made when new, emptied when its text changed.
 */
struct prepared *db_prepared(struct db *db, const struct stmt *st);
/* Gives one row to its reader. *ret_more: go on. false: the reader failed. */
MUST_USE bool rows_give(struct rows *r, bool *ret_more, struct err *err);

/* A transaction in three steps, for the writer and for db_tx. */
MUST_USE bool db_begin(struct db *db, const char *name, struct err *err);
MUST_USE bool db_commit(struct db *db, struct err *err); /* on failure the transaction is gone */
void db_rollback(struct db *db);                         /* harmless when it is gone already */

void db_wait(int64_t ms); /* sleeps, whatever signals come */

#endif
