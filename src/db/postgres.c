/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "db/driver.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/parse.h"

/* Types of inputs, as the server numbers them. Inputs go in binary form, so that views need no copy
 * and the server never guesses; results come as text, which alone reads counts and sums of every
 * width. */
#define OID_I64 20
#define OID_TEXT 25
#define OID_BYTES 17

/* The connection is in pipeline mode: statements are queued, and settle() sends them with one sync behind them and
 * collects the results of all. Outside a transaction, and whenever a result is wanted, each is settled at once. The
 * server passes over what stands behind a failure, up to the sync. */
#define QUEUE_MAX 256 /* then it is settled in between: the results wait on the server meanwhile */
#define QUEUE_RUN 4   /* what one statement may queue: two prepared, two run */

struct queued {
	struct prepared *q; /* NULL: a fault on order */
	bool prepares;
	enum db_when when;
	int ahead; /* its place among what was asked ahead, from 1; 0: nowhere */
};

/* A question asked ahead, and its rows once they are there. */
struct ahead {
	const struct prepared *q; /* NULL: answered */
	const struct db_in *in;
	PGresult *res; /* NULL: still queued */
};
#define AHEAD_MAX 32

struct postgres_db {
	struct db db;
	PGconn *c;
	unsigned generation; /* grows at each reconnect: prepared statements are gone then */
	unsigned names;      /* statements named so far */
	bool dead;           /* the server said farewell, though libpq may not have noticed */
	int64_t limit_set; /* statement_timeout in force; -1: unknown, a rollback may have taken it
			      back */
	struct queued queue[QUEUE_MAX];
	size_t n_queue;
	size_t n_pending; /* of them those that may fail: not a savepoint's beginning or end */
	struct arena *questions; /* what is kept of those in ahead */
	struct ahead ahead[AHEAD_MAX];
	int n_ahead;
};

static struct postgres_db *of(struct db *db)
{
	return (struct postgres_db *)db;
}

static bool in_tx(const struct db *db)
{
	const struct postgres_db *p = (const struct postgres_db *)db;
	const PGTransactionStatusType t = PQtransactionStatus(p->c);

	return !p->dead && (t == PQTRANS_INTRANS || t == PQTRANS_INERROR || t == PQTRANS_ACTIVE);
}

/* ---- errors ---- */

static const struct {
	const char *state; /* SQLSTATE or its first characters */
	enum err_code err;
	const char *msg;
} errors[] = {
	{ "40001", ERR_BUSY, "有别的操作正在修改同样的内容，请稍后再试" },
	{ "40P01", ERR_BUSY, "有别的操作正在修改同样的内容，请稍后再试" },
	{ "55P03", ERR_BUSY, "数据库正忙，请稍后再试" },
	{ "53100", ERR_DISK_FULL, "数据库所在的磁盘已满，没有保存任何改动" },
	{ "53", ERR_BUSY, "数据库资源不足，请稍后再试" },
	{ "23", ERR_DB_CONSTRAINT, "数据不符合数据库的约束" },
	{ "42501", ERR_DB, "数据库账号没有这项权限" },
	{ "25006", ERR_DB_READONLY, "数据库现在只能读取" },
	{ "57014", ERR_TIMEOUT, "查询未能在时限内完成" },
	{ "57P", ERR_DB_LOST, "数据库的连接中断了" },
	{ "25P03", ERR_DB_LOST, "数据库的连接中断了" },
	{ "08", ERR_DB_LOST, "数据库的连接中断了" },
	{ "58030", ERR_IO, "读写数据库文件时出错" },
};

static bool fail(struct postgres_db *p, const PGresult *res, struct err *err)
{
	const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
	const char *text = res && state ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY)
					: PQerrorMessage(p->c);
	size_t i = 0;

	while (state && i < ARRAY_LEN(errors)
	       && strncmp(state, errors[i].state, strlen(errors[i].state)) != 0)
		i++;
	if (!state || PQstatus(p->c) == CONNECTION_BAD)
		err_set(err, ERR_DB_LOST, "数据库的连接中断了");
	else if (i < ARRAY_LEN(errors))
		err_set(err, errors[i].err, "%s", errors[i].msg);
	else
		err_set(err, ERR_DB, "数据库没有完成这次操作");
	p->dead = p->dead || err->code == ERR_DB_LOST;
	p->db.again = state && !strncmp(state, "40", 2);
	return err_wrap(err, "postgresql %s: %s", state ? state : "-", text ? text : "");
}

/* ---- the connection ---- */

static void silent(void *ctx, const PGresult *res)
{
	(void)ctx;
	(void)res;
}

/* lock_timeout: whoever waits for the turn longer than a request may wait is answered.
 * idle_in_transaction_session_timeout: a process that hangs in its turn loses it. */
static const char settings_write[] =
	"SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '30s'; SET "
	"statement_timeout = 0;";
static const char settings_read[] =
	"SET default_transaction_read_only = on; SET statement_timeout = 0;";

/* What was asked ahead may have changed. */
static void forget(struct postgres_db *p)
{
	for (size_t i = 0; i < p->n_queue; i++)
		p->queue[i].ahead = 0;
	for (int i = 0; i < p->n_ahead; i++)
		PQclear(p->ahead[i].res);
	if (p->n_ahead)
		arena_reset(p->questions);
	p->n_ahead = 0;
}

static bool set_up(struct postgres_db *p, struct err *err)
{
	PGresult *res;
	bool ok;

	p->generation++;
	p->dead = false;
	p->limit_set = 0;
	p->n_queue = p->n_pending = 0;
	forget(p);
	if (PQstatus(p->c) != CONNECTION_OK) {
		p->dead = true;
		err_set(err, ERR_DB_LOST, "数据库暂时连接不上");
		return err_wrap(err, "%s", PQerrorMessage(p->c));
	}
	PQsetNoticeReceiver(p->c, silent, NULL);
	res = PQexec(p->c, p->db.mode == DB_WRITE ? settings_write : settings_read);
	ok = (PQresultStatus(res) == PGRES_COMMAND_OK && PQenterPipelineMode(p->c)) || fail(p, res, err);
	PQclear(res);
	return ok;
}

/* Outside a transaction a broken connection is made anew (decision 9); inside, whoever began must
 * hear of it. */
static bool alive(struct postgres_db *p, struct err *err)
{
	if (!p->dead && PQstatus(p->c) == CONNECTION_OK)
		return true;
	PQreset(p->c);
	return set_up(p, err);
}

/* ---- the queue ---- */

static bool queued(struct postgres_db *p, struct prepared *q, bool prepares, enum db_when when, int sent, struct err *err)
{
	if (!sent)
		return fail(p, NULL, err);
	p->queue[p->n_queue++] = (struct queued){ q, prepares, when, 0 };
	p->n_pending += !prepares && when != DB_FRAME;
	return true;
}

static bool failed(struct postgres_db *p, const struct queued *x, const PGresult *res, bool last, struct err *err)
{
	if (x->prepares)
		x->q->generation = 0;
	if (err->code || PQresultStatus(res) == PGRES_PIPELINE_ABORTED)
		return false;
	fail(p, res, err);
	/* The server said why it hangs up: nothing behind was done, COMMIT neither. */
	p->db.again = p->db.again || (err->code == ERR_DB_LOST && !last && PQresultErrorField(res, PG_DIAG_SQLSTATE));
	p->dead = p->dead || x->when == DB_FRAME; /* the levels of savepoints are not what they seem */
	return last ? false : err_wrap(err, "%s", x->q ? x->q->st->name : "fault");
}

/* The one result of a statement; NULL when the connection broke. */
static PGresult *result_of(struct postgres_db *p)
{
	PGresult *res = p->dead ? NULL : PQgetResult(p->c);
	PGresult *end = res && PQresultStatus(res) != PGRES_PIPELINE_SYNC ? PQgetResult(p->c) : NULL;

	PQclear(end); /* NULL, unless the connection broke */
	return res;
}

static bool done(const PGresult *res)
{
	return PQresultStatus(res) == PGRES_TUPLES_OK || PQresultStatus(res) == PGRES_COMMAND_OK;
}

/* Waits for all that is queued; ret_last gets the last one's result, whose failure its caller names; NULL: nobody waits
 * for it. The first failure is the error. */
static bool settle_to(struct postgres_db *p, PGresult **ret_last, struct err *err)
{
	const size_t n = p->n_queue;
	struct err first = { 0 };
	PGresult *res = NULL;

	p->n_queue = p->n_pending = 0;
	p->db.trips++;
	if (!PQpipelineSync(p->c))
		fail(p, NULL, &first);
	for (size_t i = 0; i < n; i++) {
		PQclear(res);
		res = result_of(p);
		if (!done(res)) {
			(void)failed(p, &p->queue[i], res, ret_last && i == n - 1, &first);
		} else if (p->queue[i].ahead) {
			p->ahead[p->queue[i].ahead - 1].res = res;
			res = NULL;
		}
	}
	if (ret_last && !first.code)
		*ret_last = res;
	else
		PQclear(res);
	PQclear(result_of(p)); /* of the sync */
	if (!first.code)
		return true;
	forget(p);
	p->limit_set = -1;
	*err = first;
	return false;
}

static bool settle(struct db *db, struct err *err)
{
	return settle_to(of(db), NULL, err);
}

static bool pending(const struct db *db)
{
	return ((const struct postgres_db *)db)->n_pending > 0;
}

static bool room(struct postgres_db *p, struct err *err)
{
	return alive(p, err) && (p->n_queue + QUEUE_RUN <= QUEUE_MAX || settle_to(p, NULL, err));
}

static bool script(struct db *db, const char *sql, struct err *err)
{
	struct postgres_db *p = of(db);
	PGresult *res;
	bool ok;

	if (!alive(p, err) || (p->n_queue && !settle(db, err)))
		return false;
	forget(p);
	if (!PQexitPipelineMode(p->c))
		return fail(p, NULL, err);
	p->db.trips++;
	res = PQexec(p->c, sql);
	ok = done(res) || PQresultStatus(res) == PGRES_EMPTY_QUERY || fail(p, res, err);
	PQclear(res);
	return (PQenterPipelineMode(p->c) || fail(p, NULL, err)) && ok;
}

/* ---- statements ---- */

/* Whether the statement was prepared for inputs of these kinds: a NULL fits every kind, and what
 * was NULL at first gets its kind by the first value. */
static bool fits(const struct prepared *q, const struct db_in *in)
{
	for (size_t i = 0; i < q->n; i++) {
		if (in[i].kind != DB_NULL && in[i].kind != q->kind[i])
			return false;
	}
	return true;
}

static bool prepare(struct postgres_db *p, struct prepared *q, const struct db_in *in, enum db_when when,
		    struct err *err)
{
	static const Oid oids[] = {
		[DB_I64] = OID_I64, [DB_STR] = OID_TEXT, [DB_BYTES] = OID_BYTES, [DB_NULL] = 0
	};
	const bool known = q->generation == p->generation;
	Oid type[DB_PARAMS_MAX];
	char name[16];

	if (known && fits(q, in))
		return true;
	for (size_t i = 0; i < q->n; i++) {
		const unsigned char was = known ? q->kind[i] : DB_NULL;

		q->kind[i] = in[i].kind == DB_NULL ? was : (unsigned char)in[i].kind;
		type[i] = oids[q->kind[i]];
	}
	(void)snprintf(name, sizeof(name), "s%u", ++p->names);
	q->handle = arena_dup(p->db.a, name, strlen(name));
	q->generation = p->generation; /* until it is heard that it failed */
	return queued(p, q, true, when == DB_FRAME ? when : DB_LATER, PQsendPrepare(p->c, name, q->sql, (int)q->n, type), err);
}

struct inputs {
	const char *value[DB_PARAMS_MAX];
	int length[DB_PARAMS_MAX];
	int format[DB_PARAMS_MAX];
	uint64_t number[DB_PARAMS_MAX];
};

static void put_inputs(struct inputs *x, const struct db_in *in, size_t n_in)
{
	for (size_t i = 0; i < n_in; i++) {
		x->format[i] = 1;
		x->value[i] = in[i].s.p ? in[i].s.p : "";
		x->length[i] = (int)in[i].s.n;
		if (in[i].kind == DB_NULL)
			x->value[i] = NULL;
		if (in[i].kind == DB_I64) {
			x->number[i] = htobe64((uint64_t)in[i].i);
			x->value[i] = (const char *)&x->number[i];
			x->length[i] = 8;
		}
	}
}

static int nibble(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static struct str bytes_of(struct arena *a, const char *p, size_t n)
{
	char *to;

	if (n < 2 || p[0] != '\\' || p[1] != 'x')
		return (struct str){ arena_dup(a, p, n), n };
	n = n / 2 - 1;
	to = arena_alloc(a, n + 1);
	for (size_t i = 0; i < n; i++)
		to[i] = (char)(nibble(p[2 + 2 * i]) << 4 | nibble(p[3 + 2 * i]));
	return (struct str){ to, n };
}

static bool integer_of(const char *p, size_t n, int64_t *ret)
{
	if (n == 1 && (*p == 't' || *p == 'f')) {
		*ret = *p == 't';
		return true;
	}
	return parse_i64((struct str){ p, n }, INT64_MIN, INT64_MAX, ret);
}

static bool column(struct arena *a, const PGresult *res, int row, int i, const struct db_out *out,
		   struct err *err)
{
	const bool null = PQgetisnull(res, row, i);
	const char *p = PQgetvalue(res, row, i);
	const size_t n = (size_t)PQgetlength(res, row, i);

	if (out->null)
		*out->null = null;
	if (out->kind == DB_I64) {
		*out->i = 0;
		if (!null && !integer_of(p, n, out->i))
			return err_set(err, ERR_BUG, "程序里的一条语句有误：第 %d 列不是整数",
				       i + 1);
	} else if (out->kind == DB_BYTES) {
		*out->s = bytes_of(a, p, n);
	} else {
		*out->s = (struct str){ arena_dup(a, p, n), n };
	}
	return true;
}

static bool give_all(struct arena *a, const PGresult *res, struct rows *r, struct err *err)
{
	const int n = PQntuples(res);
	bool more = true;

	if (n && r->n_out && PQnfields(res) != (int)r->n_out)
		return err_set(err, ERR_BUG, "程序里的一条语句有误：列数不符");
	for (int row = 0; row < n && more; row++) {
		for (size_t i = 0; i < r->n_out; i++) {
			if (!column(a, res, row, (int)i, &r->out[i], err))
				return false;
		}
		if (!rows_give(r, &more, err))
			return false;
	}
	return true;
}

/* COMMIT of a transaction in which a statement failed is answered "ROLLBACK", and without an error.
 */
static bool committed(const struct prepared *q, PGresult *res, struct err *err)
{
	return strcmp(q->sql, "COMMIT") != 0 || !strcmp(PQcmdStatus(res), "COMMIT")
	       || err_set(err, ERR_DB, "数据库没有保存这次改动：其中一步没有完成");
}

static bool queue(struct postgres_db *p, struct prepared *q, const struct db_in *in, enum db_when when, struct err *err)
{
	struct inputs x;

	if (!prepare(p, q, in, when, err))
		return false;
	put_inputs(&x, in, q->n);
	return queued(p, q, false, when,
		      PQsendQueryPrepared(p->c, q->handle, (int)q->n, x.value, x.length, x.format, 0), err);
}

static const struct stmt st_limit = {
	"limit_postgres", "SELECT set_config('statement_timeout', CAST($1 AS text), false)"
};

/* The limit is set when it changed, with the next statement. A failed transaction takes no
 * statements. */
static bool put_limit(struct postgres_db *p, struct err *err)
{
	const struct db_in in[] = { db_i64(p->db.limit_ms) };

	if (p->limit_set == p->db.limit_ms || PQtransactionStatus(p->c) == PQTRANS_INERROR)
		return true;
	p->limit_set = p->db.limit_ms;
	return queue(p, db_prepared(&p->db, &st_limit), in, DB_LATER, err);
}

static bool collect(struct postgres_db *p, struct arena *a, const struct prepared *q, struct rows *r, struct err *err)
{
	PGresult *res = NULL;
	int64_t changed;
	bool ok;

	if (!settle_to(p, &res, err))
		return false;
	if (parse_i64(str_of(PQcmdTuples(res)), 0, INT64_MAX, &changed))
		r->changed = strncmp(q->sql, "SELECT", 6) ? changed : 0;
	ok = committed(q, res, err) && give_all(a, res, r, err);
	PQclear(res);
	return ok;
}

static bool same(const struct prepared *q, const struct db_in *x, const struct db_in *y)
{
	for (size_t i = 0; i < q->n; i++)
		if (x[i].kind != y[i].kind || x[i].i != y[i].i || !str_eq(x[i].s, y[i].s))
			return false;
	return true;
}

static struct ahead *asked(struct postgres_db *p, const struct prepared *q, const struct db_in *in)
{
	for (int i = 0; i < p->n_ahead; i++)
		if (p->ahead[i].q == q && same(q, p->ahead[i].in, in))
			return &p->ahead[i];
	return NULL;
}

static bool ahead(struct db *db, struct prepared *q, const struct db_in *in, struct err *err)
{
	struct postgres_db *p = of(db);
	struct db_in *kept;

	if (asked(p, q, in) || p->n_ahead == AHEAD_MAX)
		return true;
	if (!room(p, err) || !queue(p, q, in, DB_LATER, err))
		return false;
	kept = arena_many(p->questions, q->n + 1, struct db_in);
	for (size_t i = 0; i < q->n; i++) {
		kept[i] = in[i];
		kept[i].s.p = arena_dup(p->questions, in[i].s.p ? in[i].s.p : "", in[i].s.n);
	}
	p->ahead[p->n_ahead++] = (struct ahead){ .q = q, .in = kept };
	p->queue[p->n_queue - 1].ahead = p->n_ahead;
	return true;
}

/* The rows are the caller's alone: it may write while it reads them. */
static bool answer(struct postgres_db *p, struct arena *a, struct ahead *x, struct rows *r, struct err *err)
{
	PGresult *res;
	bool ok;

	if (!x->res && !settle_to(p, NULL, err))
		return false;
	res = x->res;
	x->q = NULL;
	x->res = NULL;
	ok = give_all(a, res, r, err);
	PQclear(res);
	return ok;
}

static bool run(struct db *db, struct arena *a, struct prepared *q, const struct db_in *in,
		struct rows *r, struct err *err)
{
	struct postgres_db *p = of(db);
	struct ahead *x = r->when == DB_NOW && p->n_ahead ? asked(p, q, in) : NULL;

	if (x)
		return answer(p, a, x, r, err);
	if (r->when != DB_FRAME && strncmp(q->sql, "SELECT", 6) != 0)
		forget(p);
	if (!room(p, err) || (r->when != DB_FRAME && !put_limit(p, err)) || !queue(p, q, in, r->when, err))
		return false;
	if (!strncmp(q->sql, "ROLLBACK", 8))
		p->limit_set = -1; /* what was set inside is taken back */
	return r->when != DB_NOW || collect(p, a, q, r, err);
}

/* The server refuses for real where it can: the transaction then stands as it would in life. */
static bool fault(struct db *db, enum db_fault kind, enum db_when when, struct err *err)
{
	static const char *const raise[DB_FAULT_MAX] = {
		[DB_FAULT_FULL] =
			"DO $$ BEGIN RAISE EXCEPTION 'fault' USING ERRCODE = '53100'; END $$",
		[DB_FAULT_IOERR] =
			"DO $$ BEGIN RAISE EXCEPTION 'fault' USING ERRCODE = '58030'; END $$",
		[DB_FAULT_REFUSED] =
			"DO $$ BEGIN RAISE EXCEPTION 'fault' USING ERRCODE = '23514'; END $$",
		[DB_FAULT_TIMEOUT] =
			"DO $$ BEGIN RAISE EXCEPTION 'fault' USING ERRCODE = '57014'; END $$",
	};
	struct postgres_db *p = of(db);
	const char *sql = raise[kind] ? raise[kind] : "SELECT 1";

	if (!room(p, err))
		return false;
	if (!raise[kind])
		(void)shutdown(PQsocket(p->c), SHUT_RDWR);
	return queued(p, NULL, false, when, PQsendQueryParams(p->c, sql, 0, NULL, NULL, NULL, NULL, 0), err)
	       && (when != DB_NOW || settle(db, err));
}

/* ---- opening ---- */

static void close_db(struct db *db)
{
	forget(of(db));
	arena_free(of(db)->questions);
	PQfinish(of(db)->c);
}

static const struct driver driver = {
	.dialect = DB_POSTGRES,
	.run = run,
	.script = script,
	.in_tx = in_tx,
	.fault = fault,
	.pending = pending,
	.settle = settle,
	.ahead = ahead,
	.close = close_db,
};

/* What the address does not say itself. tcp_user_timeout: a machine that vanished is noticed. */
static PGconn *connect_to(const char *address)
{
	static const char *const names[] = { "client_encoding", "application_name",
					     "connect_timeout", "tcp_user_timeout",
					     "dbname",          NULL };
	const char *values[] = { "UTF8", "mingfa", "5", "10000", address, NULL };

	return PQconnectdbParams(names, values, 1);
}

bool postgres_open(struct arena *a, const char *address, enum db_mode mode, struct db **ret,
		   struct err *err)
{
	struct postgres_db *p = arena_one(a, struct postgres_db);

	p->db = (struct db){ .driver = &driver,
			     .a = a,
			     .mode = mode,
			     .address = arena_dup(a, address, strlen(address)) };
	p->questions = arena_new();
	p->c = connect_to(p->db.address);
	if (!set_up(p, err)) {
		PQfinish(p->c);
		arena_free(p->questions);
		return false;
	}
	*ret = &p->db;
	return true;
}
