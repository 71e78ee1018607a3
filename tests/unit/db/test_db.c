/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Statements, transactions, limits, faults: the same on both databases. */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

#include "db/fault.h"
#include "lib/fresh.h"

static const struct stmt st_table = { "t", "CREATE TABLE t (id BIGINT PRIMARY KEY, s TEXT)" };
static const struct stmt st_table_bytes[] = {
	[DB_SQLITE] = { "tb", "CREATE TABLE tb (id INTEGER PRIMARY KEY, b BLOB)" },
	[DB_POSTGRES] = { "tb", "CREATE TABLE tb (id BIGINT PRIMARY KEY, b BYTEA)" },
};
static const struct stmt st_put = { "put", "INSERT INTO t (id, s) VALUES ($1, $2)" };
static const struct stmt st_get = { "get", "SELECT s FROM t WHERE id = $1" };
static const struct stmt st_all = { "all", "SELECT id, s FROM t ORDER BY id" };
static const struct stmt st_count = { "count", "SELECT count(*) FROM t" };

static struct db *with_table(struct fresh *f)
{
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	OK(db_exec(db, &st_table, DB_NONE, NULL, &err));
	return db;
}

static bool put(struct db *db, int64_t id, const char *s, struct err *err)
{
	const struct db_in in[] = { db_i64(id), s ? db_str(str_of(s)) : db_null() };

	return db_exec(db, &st_put, DB_IN(in), NULL, err);
}

/* The answer is waited for. */
static bool put_now(struct db *db, int64_t id, const char *s, struct err *err)
{
	const struct db_in in[] = { db_i64(id), db_str(str_of(s)) };
	int64_t n;

	return db_exec(db, &st_put, DB_IN(in), &n, err);
}

static int64_t count(struct db *db)
{
	struct err err = { 0 };
	int64_t n = -1;
	const struct db_out out[] = { db_to_i64(&n) };

	OK(db_one(db, NULL, &st_count, DB_NONE, DB_OUT(out), &err));
	return n;
}

/* ---- values ---- */

BOTH_EMPTY(values_come_back_as_they_went)
{
	static const struct stmt back = { "back", "SELECT id, s FROM t WHERE id = $1 AND s = $2" };
	static const struct {
		int64_t id;
		struct str s;
	} rows[] = {
		{ 0, { "", 0 } },
		{ 1, { "明法", 6 } },
		{ -1, { "a'b\"c\\d$1", 9 } },
		{ INT64_MAX, { "x", 1 } },
		{ INT64_MIN, { " \t\n", 3 } },
	};
	struct err err = { 0 };
	struct db *db = with_table(f);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t id = 7;
		struct str s = { 0 };
		const struct db_in in[] = { db_i64(rows[i].id), db_str(rows[i].s) };
		const struct db_out out[] = { db_to_i64(&id), db_to_str(&s) };

		OK(db_exec(db, &st_put, DB_IN(in), NULL, &err));
		OK(db_one(db, f->a, &back, DB_IN(in), DB_OUT(out), &err));
		cr_assert_eq(id, rows[i].id);
		cr_assert(str_eq(s, rows[i].s), "row %zu: [%.*s]", i, STR_FMT(s));
		cr_assert_eq(s.p[s.n], '\0');
	}
	db_close(db);
}

BOTH_EMPTY(bytes_come_back_with_every_value)
{
	static const struct stmt put_bytes = { "put_bytes",
					       "INSERT INTO tb (id, b) VALUES ($1, $2)" };
	static const struct stmt get_bytes = { "get_bytes", "SELECT b FROM tb WHERE id = $1" };
	char all[256];
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	OK(db_exec(db, &st_table_bytes[f->dialect], DB_NONE, NULL, &err));
	for (size_t n = 0; n <= sizeof(all); n += 64) {
		struct str b;
		const struct db_in in[] = { db_i64((int64_t)n), db_bytes((struct str){ all, n }) };
		const struct db_in id[] = { db_i64((int64_t)n) };
		const struct db_out out[] = { db_to_bytes(&b) };

		OK(db_exec(db, &put_bytes, DB_IN(in), NULL, &err));
		OK(db_one(db, f->a, &get_bytes, DB_IN(id), DB_OUT(out), &err));
		cr_assert(str_eq(b, in[1].s), "%zu bytes", n);
	}
	db_close(db);
}

BOTH_EMPTY(null_is_told_apart_from_zero_and_from_empty)
{
	static const struct stmt nulls = { "nulls", "SELECT NULL, s, 0, '' FROM t WHERE id = $1" };
	struct err err = { 0 };
	struct db *db = with_table(f);
	int64_t i = 7, zero = 7;
	bool i_null = false, s_null = false, zero_null = true, empty_null = true;
	struct str s = STR("old"), empty = STR("old");
	const struct db_in in[] = { db_i64(1) };
	const struct db_out out[] = { db_to_i64_null(&i, &i_null), db_to_str_null(&s, &s_null),
				      db_to_i64_null(&zero, &zero_null),
				      db_to_str_null(&empty, &empty_null) };

	OK(put(db, 1, NULL, &err));
	OK(db_one(db, f->a, &nulls, DB_IN(in), DB_OUT(out), &err));
	cr_assert(i_null && s_null && !zero_null && !empty_null);
	cr_assert(i == 0 && s.n == 0 && zero == 0 && empty.n == 0);
	db_close(db);
}

/* A placeholder that was NULL at first must take numbers beyond 32 bits and texts later. */
BOTH_EMPTY(a_null_first_does_not_fix_the_type)
{
	static const struct stmt st = {
		"later", "UPDATE t SET id = id + coalesce($2, 0), s = $3 WHERE id = $1"
	};
	struct err err = { 0 };
	struct db *db = with_table(f);
	const struct db_in first[] = { db_i64(1), db_null(), db_null() };
	const struct db_in later[] = { db_i64(1), db_i64(1700000000000), db_str(STR("x")) };
	int64_t changed = -1;

	OK(put(db, 1, "a", &err));
	OK(db_exec(db, &st, DB_IN(first), &changed, &err));
	cr_assert_eq(changed, 1);
	OK(db_exec(db, &st, DB_IN(later), &changed, &err));
	cr_assert_eq(changed, 1);
	OK(db_exec(db, &st, DB_IN(later), &changed, &err));
	cr_assert_eq(changed, 0, "the row has another id now");
	db_close(db);
}

BOTH_EMPTY(placeholders_are_numbers_not_positions)
{
	static const struct stmt st = { "swapped", "INSERT INTO t (s, id) VALUES ($2, $1)" };
	struct err err = { 0 };
	struct db *db = with_table(f);
	struct str s;
	const struct db_in in[] = { db_i64(5), db_str(STR("five")) };
	const struct db_in id[] = { db_i64(5) };
	const struct db_out out[] = { db_to_str(&s) };

	OK(db_exec(db, &st, DB_IN(in), NULL, &err));
	OK(db_one(db, f->a, &st_get, DB_IN(id), DB_OUT(out), &err));
	cr_assert(str_is(s, "five"));
	db_close(db);
}

BOTH_EMPTY(one_maybe_and_each_count_rows)
{
	struct err err = { 0 };
	struct db *db = with_table(f);
	struct str s = STR("untouched");
	bool found = true;
	const struct db_in id[] = { db_i64(9) };
	const struct db_out out[] = { db_to_str(&s) };

	FAILS(db_one(db, f->a, &st_get, DB_IN(id), DB_OUT(out), &err), ERR_NOT_FOUND);
	OK(db_maybe(db, f->a, &st_get, DB_IN(id), DB_OUT(out), &found, &err));
	cr_assert(!found && str_is(s, "untouched"));
	OK(put(db, 9, "nine", &err));
	OK(db_maybe(db, f->a, &st_get, DB_IN(id), DB_OUT(out), &found, &err));
	cr_assert(found && str_is(s, "nine"));
	db_close(db);
}

BOTH_EMPTY(returning_gives_the_new_id_and_is_done)
{
	static const struct stmt make[] = {
		[DB_SQLITE] = { "make", "CREATE TABLE n (id INTEGER PRIMARY KEY, s TEXT)" },
		[DB_POSTGRES] = { "make", "CREATE TABLE n (id BIGINT GENERATED BY DEFAULT AS "
					  "IDENTITY PRIMARY KEY, s TEXT)" },
	};
	static const struct stmt add = { "add",
					 "INSERT INTO n (s) VALUES ($1), ($1), ($1) RETURNING id" };
	static const struct stmt three = { "three", "SELECT count(*) FROM n" };
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE), *other = fresh_open(f, DB_READ);
	int64_t id = 0;
	const struct db_in in[] = { db_str(STR("x")) };
	const struct db_out out[] = { db_to_i64(&id) };

	OK(db_exec(db, &make[f->dialect], DB_NONE, NULL, &err));
	OK(db_one(db, f->a, &add, DB_IN(in), DB_OUT(out), &err));
	cr_assert_eq(id, 1);
	OK(db_one(other, f->a, &three, DB_NONE, DB_OUT(out), &err));
	cr_assert_eq(id, 3, "all rows are there though one was asked for");
	db_close(other);
	db_close(db);
}

struct each {
	struct db *db;
	struct arena *a;
	int64_t id, sum;
	struct str s;
	int64_t stop_at;
	bool fail, nested, same;
};

static bool each_row(void *ctx, struct err *err)
{
	struct each *e = ctx;
	struct str s;
	const struct db_in in[] = { db_i64(e->id) };
	const struct db_out out[] = { db_to_str(&s) };

	if (e->nested
	    && (!db_one(e->db, e->a, &st_get, DB_IN(in), DB_OUT(out), err) || !str_eq(s, e->s)))
		return false;
	if (e->same && !db_each(e->db, e->a, &st_all, DB_NONE, DB_NONE, each_row, e, err))
		return false;
	e->sum += e->id;
	if (e->id == e->stop_at)
		return e->fail ? err_set(err, ERR_REFUSED, "够了") : false;
	return true;
}

BOTH_EMPTY(each_stops_goes_on_nests_and_fails)
{
	struct err err = { 0 };
	struct db *db = with_table(f);
	struct each e = { .db = db, .a = f->a, .nested = true };
	const struct db_out out[] = { db_to_i64(&e.id), db_to_str(&e.s) };

	for (int64_t i = 1; i <= 10; i++)
		OK(put(db, i, i % 2 ? "odd" : "even", &err));
	OK(db_each(db, f->a, &st_all, DB_NONE, DB_OUT(out), each_row, &e, &err));
	cr_assert_eq(e.sum, 55);
	e.sum = 0;
	e.stop_at = 3;
	OK(db_each(db, f->a, &st_all, DB_NONE, DB_OUT(out), each_row, &e, &err));
	cr_assert_eq(e.sum, 6);
	e.fail = true;
	FAILS(db_each(db, f->a, &st_all, DB_NONE, DB_OUT(out), each_row, &e, &err), ERR_REFUSED);
	e.same = true;
	FAILS(db_each(db, f->a, &st_all, DB_NONE, DB_OUT(out), each_row, &e, &err), ERR_BUG);
	e = (struct each){ .db = db, .a = f->a };
	OK(db_each(db, f->a, &st_all, DB_NONE, DB_OUT(out), each_row, &e,
		   &err)); /* and none is left busy */
	cr_assert_eq(e.sum, 55);
	db_close(db);
}

BOTH_EMPTY(wrong_statements_are_bugs_with_a_name)
{
	static const struct stmt syntax = { "syntax", "SELEKT 1" };
	static const struct stmt text = { "text", "SELECT 'x'" };
	static const struct stmt two = { "two", "SELECT 1, 2" };
	struct err err = { 0 };
	struct db *db = with_table(f);
	int64_t i = 0;
	const struct db_in in[] = { db_i64(1), db_i64(2), db_i64(3) };
	const struct db_out out[] = { db_to_i64(&i) };

	FAILS(db_exec(db, &syntax, DB_NONE, NULL, &err), ERR_DB);
	FAILS(db_one(db, f->a, &text, DB_NONE, DB_OUT(out), &err), ERR_BUG);
	FAILS(db_one(db, f->a, &two, DB_NONE, DB_OUT(out), &err), ERR_BUG);
	cr_assert_not(db_exec(db, &st_put, DB_IN(in), NULL, &err), "three inputs for two places");
	cr_assert(strstr(err.msg, "put") || strstr(err.detail, "put"));
	cr_assert_eq(count(db), 0);
	db_close(db);
}

BOTH_EMPTY(another_statement_at_the_same_address_is_prepared_anew)
{
	struct stmt st = { "a", "SELECT 1" };
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);
	int64_t i = 0;
	const struct db_out out[] = { db_to_i64(&i) };
	char sql[] = "SELECT 1";

	st.sql = sql;
	OK(db_one(db, f->a, &st, DB_NONE, DB_OUT(out), &err));
	sql[7] = '2';
	OK(db_one(db, f->a, &st, DB_NONE, DB_OUT(out), &err));
	cr_assert_eq(i, 2);
	db_close(db);
}

BOTH_EMPTY(a_thousand_statements_keep_their_places)
{
	static struct stmt st[1000];
	static char sql[1000][32];
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 1000; i++) {
			int64_t n = -1;
			const struct db_out out[] = { db_to_i64(&n) };

			(void)snprintf(sql[i], sizeof(sql[i]), "SELECT %d", i);
			st[i] = (struct stmt){ "many", sql[i] };
			OK(db_one(db, f->a, &st[i], DB_NONE, DB_OUT(out), &err));
			cr_assert_eq(n, i);
		}
	}
	db_close(db);
}

/* ---- modes and constraints ---- */

BOTH_EMPTY(a_reader_cannot_write)
{
	struct err err = { 0 };
	struct db *db = with_table(f), *reader = fresh_open(f, DB_READ);

	FAILS(put(reader, 1, "x", &err), ERR_DB_READONLY);
	FAILS(db_script(reader, "DELETE FROM t", &err), ERR_DB_READONLY);
	FAILS(db_script(reader, "DROP TABLE t", &err), ERR_DB_READONLY);
	cr_assert_eq(count(reader), 0);
	db_close(reader);
	db_close(db);
}

BOTH_EMPTY(a_doubled_key_is_a_constraint)
{
	struct err err = { 0 };
	struct db *db = with_table(f);

	OK(put(db, 1, "x", &err));
	FAILS(put(db, 1, "y", &err), ERR_DB_CONSTRAINT);
	cr_assert_eq(count(db), 1);
	db_close(db);
}

BOTH(foreign_keys_are_kept)
{
	static const struct stmt st = {
		"orphan", "INSERT INTO link (source, field, target) VALUES (1, 'x', 2)"
	};
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	FAILS(db_exec(db, &st, DB_NONE, NULL, &err), ERR_DB_CONSTRAINT);
	db_close(db);
}

/* ---- transactions ---- */

struct tx {
	int64_t id;
	int fail_from; /* runs of fn that fail, counted down */
	enum err_code code;
	bool nested, swallow;
	int *runs;
};

static bool in_point(struct db *db, void *ctx, struct err *err)
{
	const struct tx *x = ctx;

	return put(db, x->id + 100, "point", err) && put(db, x->id, "again: refused", err);
}

static bool body(struct db *db, const void *ctx, struct err *err)
{
	const struct tx *x = ctx;
	struct tx copy = *x;
	struct err inner = { 0 };

	++*x->runs;
	if (!put(db, x->id, "tx", err))
		return false;
	if (x->nested && db_point(db, in_point, &copy, &inner))
		return err_set(err, ERR_BUG, "the point should fail");
	if (x->nested && !put(db, x->id + 1, "after the point", err))
		return false;
	if (*x->runs <= x->fail_from)
		return err_set(err, x->code, "演练");
	return true;
}

static bool outer(struct db *db, const void *ctx, struct err *err)
{
	const struct tx *x = ctx;
	int runs = 0;
	struct tx inner = { .id = x->id + 10, .fail_from = 1, .code = ERR_REFUSED, .runs = &runs };
	struct err e = { 0 };

	if (!put(db, x->id, "outer", err))
		return false;
	if (db_tx(db, "inner", body, &inner, &e) || e.code != ERR_REFUSED)
		return err_set(err, ERR_BUG, "the inner one should fail");
	return put(db, x->id + 1, "outer goes on", err);
}

BOTH_EMPTY(a_transaction_does_all_or_nothing)
{
	int runs = 0;
	struct err err = { 0 };
	struct db *db = with_table(f);
	struct tx fails = { .id = 1, .fail_from = 1, .code = ERR_REFUSED, .runs = &runs };
	struct tx works = { .id = 2, .nested = true, .runs = &runs };
	struct tx nests = { .id = 20, .runs = &runs };

	FAILS(db_tx(db, "fails", body, &fails, &err), ERR_REFUSED);
	cr_assert(runs == 1 && count(db) == 0 && !db_in_tx(db));
	OK(db_tx(db, "works", body, &works, &err));
	cr_assert_eq(count(db), 2, "the transaction's rows without the savepoint's");
	OK(db_tx(db, "nests", outer, &nests, &err));
	cr_assert_eq(count(db), 4, "the inner transaction was a savepoint and went alone");
	cr_assert(!db_in_tx(db));
	db_close(db);
}

BOTH_EMPTY(a_lost_connection_runs_the_transaction_again)
{
	int runs = 0;
	struct err err = { 0 };
	struct db *db = with_table(f);
	struct tx x = { .id = 1, .fail_from = 2, .code = ERR_DB_LOST, .runs = &runs };

	OK(db_tx(db, "lost", body, &x, &err));
	cr_assert_eq(runs, 3);
	cr_assert_eq(count(db), 1);
	db_close(db);
}

static bool careless(struct db *db, const void *ctx, struct err *err)
{
	struct err ignored = { 0 };

	(void)ctx;
	if (!put(db, 1, "before", err))
		return false;
	db_fault_arm(db, 1, DB_FAULT_LOST_AFTER);
	if (put_now(db, 2, "lost", &ignored))
		return err_set(err, ERR_BUG, "the fault did not come");
	if (put(db, 3, "must not be alone", &ignored))
		return err_set(err, ERR_BUG, "ran outside the transaction");
	return true; /* a careless function that did not look */
}

BOTH_EMPTY(nothing_runs_on_after_the_transaction_is_gone)
{
	struct err err = { 0 };
	struct db *db = with_table(f);

	FAILS(db_tx(db, "careless", careless, NULL, &err), ERR_DB_LOST);
	cr_assert_eq(count(db), 0);
	cr_assert(!db_in_tx(db));
	OK(put(db, 4, "and afterwards it works", &err));
	db_close(db);
}

static bool looks_away(struct db *db, const void *ctx, struct err *err)
{
	struct err ignored = { 0 };

	(void)ctx;
	return put(db, 1, "first", err) && (put_now(db, 1, "refused", &ignored) || true);
}

static void commit_of_a_failed_one(struct fresh *f)
{
	struct err err = { 0 };
	struct db *db = with_table(f);

	FAILS(db_tx(db, "looks away", looks_away, NULL, &err), ERR_DB);
	cr_assert(count(db) == 0 && !db_in_tx(db));
	OK(put(db, 1, "and then it works", &err));
	db_close(db);
}

/* The server would answer COMMIT with ROLLBACK and call it a success. */
Test(postgres, a_commit_that_kept_nothing_is_a_failure)
{
	fresh_run(DB_POSTGRES, false, commit_of_a_failed_one);
}

BOTH_EMPTY(readers_see_one_state_within_a_transaction)
{
	struct err err = { 0 };
	struct db *db = with_table(f), *reader = fresh_open(f, DB_READ);

	OK(db_script(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ", &err)
	   || f->dialect == DB_SQLITE);
	if (f->dialect == DB_SQLITE)
		OK(db_script(reader, "BEGIN", &err));
	cr_assert_eq(count(reader), 0);
	OK(put(db, 1, "x", &err));
	cr_assert_eq(count(reader), 0, "its own snapshot");
	OK(db_script(reader, "COMMIT", &err));
	cr_assert_eq(count(reader), 1);
	db_close(reader);
	db_close(db);
}

/* ---- statements that are not waited for ---- */

struct batch {
	int64_t from, n;
};

static bool batch_in_point(struct db *db, void *ctx, struct err *err)
{
	const struct batch *x = ctx;

	for (int64_t i = 0; i < x->n; i++)
		if (!put(db, x->from + i, "x", err))
			return false;
	return true;
}

static bool batch_tx(struct db *db, const void *ctx, struct err *err)
{
	struct batch x = *(const struct batch *)ctx;
	const int64_t before = db_trips(db);

	if (!db_point(db, batch_in_point, &x, err))
		return false;
	cr_assert_eq(db_trips(db) - before, db_dialect(db) == DB_POSTGRES ? 1 : 0);
	return true;
}

BOTH_EMPTY(a_savepoint_its_writes_and_its_end_are_one_round_trip)
{
	struct err err = { 0 };
	struct db *db = with_table(f);
	struct batch few = { .from = 1, .n = 10 };

	OK(put(db, 0, "prepared", &err));
	OK(db_tx(db, "few", batch_tx, &few, &err));
	cr_assert_eq(count(db), 11);
	db_close(db);
}

static bool many_tx(struct db *db, const void *ctx, struct err *err)
{
	const struct batch *x = ctx;

	for (int64_t i = 0; i < x->n; i++)
		if (!put(db, x->from + i, "many", err))
			return false;
	return true;
}

BOTH_EMPTY(many_are_waited_for_in_between)
{
	struct err err = { 0 };
	struct db *db = with_table(f);
	struct batch many = { .from = 1, .n = 2000 };

	OK(db_tx(db, "many", many_tx, &many, &err));
	cr_assert_eq(count(db), 2000);
	many.from = 1990; /* the first ten are there already: told by the next wait in between */
	FAILS(db_tx(db, "many", many_tx, &many, &err), ERR_DB_CONSTRAINT);
	cr_assert(count(db) == 2000 && !db_in_tx(db));
	db_close(db);
}

static bool in_vain(struct db *db, void *ctx, struct err *err)
{
	(void)db;
	*(bool *)ctx = true;
	err_set(err, ERR_BUG, "ran behind a failure");
	return false;
}

/* The doubled key stands outside the inner savepoint: whichever database, the outer one goes, and the inner runs in none. */
static bool doubled_outside(struct db *db, void *ctx, struct err *err)
{
	return put(db, 2, "goes with it", err) && put(db, 1, "doubled", err) && db_point(db, in_vain, ctx, err);
}

static bool levels(struct db *db, const void *ctx, struct err *err)
{
	struct err why = { 0 };
	bool ran = false;

	(void)ctx;
	if (!put(db, 3, "stays", err))
		return false;
	if (db_point(db, doubled_outside, &ran, &why))
		return err_set(err, ERR_BUG, "it should fail");
	cr_assert_not(ran);
	cr_assert_eq(why.code, ERR_DB_CONSTRAINT, "%s", why.detail);
	cr_assert(strstr(why.detail, "put"), "the statement that failed is named: %s", why.detail);
	return put(db, 4, "stays", err);
}

BOTH_EMPTY(a_failure_heard_late_undoes_the_savepoint_that_it_was_in)
{
	struct err err = { 0 };
	struct db *db = with_table(f);

	OK(put(db, 1, "there", &err));
	OK(db_tx(db, "levels", levels, NULL, &err));
	cr_assert_eq(count(db), 3, "1, 3, 4");
	db_close(db);
}

static bool reads_after(struct db *db, const void *ctx, struct err *err)
{
	static const struct stmt st = { "reads_after", "SELECT count(*) FROM t" };
	int64_t *n = *(int64_t *const *)ctx;
	const struct db_out out[] = { db_to_i64(n) };

	return put(db, 5, "x", err) && put(db, 1, "doubled", err) && put(db, 6, "x", err)
	       && db_one(db, NULL, &st, DB_NONE, DB_OUT(out), err);
}

static void heard_by_a_read(struct fresh *f)
{
	struct err err = { 0 };
	struct db *db = with_table(f);
	int64_t n = -1, *const to = &n;

	OK(put(db, 1, "there", &err));
	cr_assert(!db_tx(db, "reads", reads_after, &to, &err) && err.code == ERR_DB_CONSTRAINT);
	cr_assert(strstr(err.detail, "t_pkey") && strstr(err.detail, "; put; reads_after"), "%s", err.detail);
	cr_assert_eq(n, -1, "the read behind it had no answer");
	cr_assert_eq(count(db), 1);
	db_close(db);
}

Test(postgres, the_next_read_tells_what_failed_and_its_name)
{
	fresh_run(DB_POSTGRES, false, heard_by_a_read);
}

/* A savepoint that could not be made is heard of later still: then nothing of the transaction may stand. */
static bool frame_breaks(struct db *db, const void *ctx, struct err *err)
{
	struct batch x = { .from = 10, .n = 3 };
	struct err why = { 0 };

	(void)ctx;
	db_fault_arm(db, 2, DB_FAULT_REFUSED);
	if (!put(db, 1, "x", err))
		return false;
	if (db_point(db, batch_in_point, &x, &why))
		return err_set(err, ERR_BUG, "the savepoint did not fail");
	cr_assert_not(db_in_tx(db));
	cr_assert(!put(db, 2, "alone", &why) && why.code == ERR_DB_LOST);
	return true; /* careless */
}

static void frame_lost(struct fresh *f)
{
	struct err err = { 0 };
	struct db *db = with_table(f);

	FAILS(db_tx(db, "frame", frame_breaks, NULL, &err), ERR_DB_LOST);
	cr_assert_eq(count(db), 0);
	OK(put(db, 2, "works again", &err));
	db_close(db);
}

Test(postgres, a_savepoint_that_fails_takes_the_transaction_along)
{
	fresh_run(DB_POSTGRES, false, frame_lost);
}

/* ---- asked ahead ---- */

static const struct stmt st_one = { "one", "SELECT s FROM t WHERE id = $1" };
static const struct stmt st_wrong = { "wrong", "SELECT 1 / (id - 1) FROM t WHERE id = $1" };

static bool ahead_of(struct db *db, const struct stmt *st, int64_t id, struct err *err)
{
	const struct db_in in[] = { db_i64(id) };

	return db_ahead(db, st, DB_IN(in), err);
}

/* The text at id; trips: how often it had to be waited for on PostgreSQL. */
static bool reads(struct db *db, struct arena *a, int64_t id, const char *want, int64_t trips, struct err *err)
{
	const int64_t before = db_trips(db);
	struct str s = { 0 };
	const struct db_in in[] = { db_i64(id) };
	const struct db_out out[] = { db_to_str(&s) };

	if (!db_one(db, a, &st_one, DB_IN(in), DB_OUT(out), err))
		return false;
	cr_assert(str_is(s, want), "%lld: %.*s", (long long)id, STR_FMT(s));
	cr_assert_eq(db_trips(db) - before, db_dialect(db) == DB_POSTGRES ? trips : 0, "%lld, %s", (long long)id, want);
	return true;
}

static bool asks_ahead(struct db *db, const void *ctx, struct err *err)
{
	const struct fresh *f = ctx;

	for (int64_t id = 1; id <= 3; id++)
		if (!ahead_of(db, &st_one, id, err) || !ahead_of(db, &st_one, id, err))
			return false;
	if (!reads(db, f->a, 2, "b", 1, err) || !reads(db, f->a, 1, "a", 0, err) || !reads(db, f->a, 2, "b", 1, err))
		return false;
	if (!put(db, 4, "d", err) || !reads(db, f->a, 3, "c", 1, err)) /* something was written: asked anew */
		return false;
	for (int64_t id = 1; id <= 60; id++) /* more than are kept */
		if (!ahead_of(db, &st_one, id, err))
			return false;
	return reads(db, f->a, 4, "d", 1, err) && reads(db, f->a, 1, "a", 0, err);
}

static bool asks_wrongly(struct db *db, const void *ctx, struct err *err)
{
	const struct fresh *f = ctx;

	return ahead_of(db, &st_one, 1, err) && ahead_of(db, &st_wrong, 1, err) && reads(db, f->a, 1, "a", 1, err);
}

BOTH_EMPTY(what_is_asked_ahead_is_answered_once_and_until_something_is_written)
{
	struct err err = { 0 };
	struct db *db = with_table(f);

	OK(put(db, 1, "a", &err) && put(db, 2, "b", &err) && put(db, 3, "c", &err));
	OK(ahead_of(db, &st_one, 1, &err)); /* outside a transaction: nothing */
	OK(reads(db, f->a, 1, "a", 1, &err));
	OK(db_tx(db, "ahead", asks_ahead, f, &err));
	if (f->dialect == DB_POSTGRES) {
		cr_assert(!db_tx(db, "wrong", asks_wrongly, f, &err) && err.code == ERR_DB);
		cr_assert(strstr(err.detail, "division by zero; wrong"), "%s", err.detail);
	}
	OK(reads(db, f->a, 1, "a", 1, &err));
	db_close(db);
}

/* ---- limits ---- */

BOTH_EMPTY(a_long_select_is_stopped_and_the_transaction_stands)
{
	static const struct stmt slow = { "slow", "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL "
						  "SELECT i + 1 FROM n WHERE i < 500000000) "
						  "SELECT count(*) FROM n" };
	static const struct stmt selects = { "selects", "SELECT count(*) FROM t" };
	struct err err = { 0 };
	struct db *db = with_table(f);
	int64_t n;
	const struct db_out out[] = { db_to_i64(&n) };

	db_limit(db, 50);
	FAILS(db_one(db, f->a, &slow, DB_NONE, DB_OUT(out), &err), ERR_TIMEOUT);
	OK(db_one(db, f->a, &selects, DB_NONE, DB_OUT(out), &err));
	OK(put(db, 1, "writes are not limited", &err));
	db_limit(db, 0);
	cr_assert_eq(count(db), 1);
	db_close(db);
}

static bool limited(struct db *db, void *ctx, struct err *err)
{
	static const struct stmt slow = { "slow_in_point",
					  "SELECT count(*) FROM t a, t b, t c, t d, t e, t g" };
	int64_t n;
	const struct db_out out[] = { db_to_i64(&n) };

	(void)ctx;
	return db_one(db, NULL, &slow, DB_NONE, DB_OUT(out), err);
}

static bool limit_tx(struct db *db, const void *ctx, struct err *err)
{
	struct err inner = { 0 };

	(void)ctx;
	for (int64_t i = 0; i < 40; i++) {
		if (!put(db, i, "x", err))
			return false;
	}
	db_limit(db, 20);
	for (int i = 0; i < 2; i++) { /* twice: the savepoint's end must not take the limit away */
		if (db_point(db, limited, NULL, &inner) || inner.code != ERR_TIMEOUT)
			return err_set(err, ERR_BUG, "not stopped: %s %s", inner.msg, inner.detail);
	}
	db_limit(db, 0);
	return put(db, 100, "the transaction stands", err);
}

BOTH_EMPTY(a_check_past_its_time_does_not_take_the_transaction_along)
{
	struct err err = { 0 };
	struct db *db = with_table(f);

	OK(db_tx(db, "limit", limit_tx, NULL, &err));
	cr_assert_eq(count(db), 41);
	db_close(db);
}

/* ---- faults ---- */

static bool five(struct db *db, const void *ctx, struct err *err)
{
	struct tx inner = { .id = 1 }; /* is there already */
	struct err ignored = { 0 };

	(void)ctx;
	if (!put(db, 1, "one", err) || !put(db, 2, "two", err))
		return false;
	if (!db_point(db, in_point, &inner, &ignored) && ignored.code != ERR_DB_CONSTRAINT) {
		*err = ignored;
		return false;
	}
	return put(db, 5, "five", err);
}

/* Each statement fails in turn, BEGIN and COMMIT among them: all of the transaction is there, or
 * nothing. */
BOTH_EMPTY(each_statement_may_fail_in_turn)
{
	static const enum db_fault kinds[] = { DB_FAULT_FULL, DB_FAULT_IOERR, DB_FAULT_REFUSED,
					       DB_FAULT_LOST };
	struct err err = { 0 };
	struct db *db = with_table(f);
	int hits = 0;

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		for (int n = 1; n < 30; n++) {
			bool ok, hit;

			OK(db_script(db, "DELETE FROM t", &err));
			db_fault_arm(db, n, kinds[k]);
			ok = db_tx(db, "faulty", five, NULL, &err);
			hit = !db_fault_armed(db);
			db_fault_arm(db, 0, DB_FAULT_NONE);
			hits += hit;
			cr_assert(!db_in_tx(db));
			cr_assert_eq(count(db), ok ? 3 : 0, "fault %d at statement %d: %s",
				     (int)kinds[k], n, err.detail);
			cr_assert(hit || ok, "it failed without a fault: %s %s", err.msg,
				  err.detail);
			err_clear(&err);
		}
	}
	cr_assert_geq(hits, 4 * 9, "BEGIN, 2 puts, the point's 5, a put, COMMIT");
	db_close(db);
}

BOTH_EMPTY(an_unknown_commit_is_told_and_not_repeated)
{
	struct err err = { 0 };
	struct db *db = with_table(f);
	int runs = 0;
	struct tx x = { .id = 1, .runs = &runs };

	db_fault_arm(db, 3, DB_FAULT_LOST_AFTER); /* BEGIN, put, COMMIT */
	FAILS(db_tx(db, "unknown", body, &x, &err), ERR_DB_LOST);
	cr_assert_eq(runs, 1);
	cr_assert_eq(count(db), 1, "it was done, only the answer was lost");
	db_close(db);
}

/* ---- the real thing: lost, locked, full ---- */

static void kill_backends(struct fresh *f)
{
	PGconn *c = PQconnectdb(f->address);
	PGresult *r = PQexec(c, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
				" WHERE datname = current_database() AND pid <> pg_backend_pid()");

	cr_assert_eq(PQresultStatus(r), PGRES_TUPLES_OK, "%s", PQerrorMessage(c));
	cr_assert_geq(PQntuples(r), 1);
	PQclear(r);
	PQfinish(c);
	usleep(50000);
}

struct killing {
	struct fresh *f;
	int *runs;
};

static bool killed_inside(struct db *db, const void *ctx, struct err *err)
{
	const struct killing *k = ctx;

	if (!put(db, 1, "x", err))
		return false;
	if (++*k->runs == 1)
		kill_backends(k->f);
	return put(db, 2, "y", err);
}

static void backend_killed(struct fresh *f)
{
	struct err err = { 0 };
	struct db *db = with_table(f), *reader = fresh_open(f, DB_READ);
	int runs = 0;
	const struct killing k = { f, &runs };

	OK(put(db, 9, "prepared before", &err));
	cr_assert_eq(count(reader), 1);
	kill_backends(f);
	cr_assert_eq(count(reader), 1, "a reader's SELECT comes back by itself");
	OK(db_tx(db, "killed", killed_inside, &k, &err));
	cr_assert_eq(runs, 2, "lost in the middle, it ran again");
	cr_assert_eq(count(reader), 3);
	FAILS(put(reader, 1, "x", &err), ERR_DB_READONLY); /* still a reader after the reconnect */
	kill_backends(f);
	FAILS(put(db, 10, "alone: nobody knows whether it was done", &err), ERR_DB_LOST);
	OK(put(db, 11, "and then it works", &err));
	db_close(reader);
	db_close(db);
}

Test(postgres, a_killed_connection_comes_back)
{
	fresh_run(DB_POSTGRES, false, backend_killed);
}

static void locked_file(struct fresh *f)
{
	struct err err = { 0 };
	struct db *db = with_table(f), *other = fresh_open(f, DB_WRITE);
	int runs = 0;
	struct tx x = { .id = 1, .runs = &runs };

	OK(db_script(other, "BEGIN IMMEDIATE; INSERT INTO t (id) VALUES (77)", &err));
	OK(db_script(db, "PRAGMA busy_timeout = 50", &err));
	FAILS(db_tx(db, "locked", body, &x, &err), ERR_BUSY);
	cr_assert_eq(runs, 0);
	cr_assert_eq(count(db), 0, "reading goes on");
	OK(db_script(other, "COMMIT", &err));
	OK(db_tx(db, "free again", body, &x, &err));
	cr_assert_eq(count(db), 2);
	db_close(other);
	db_close(db);
}

Test(sqlite, a_locked_file_is_busy_and_then_free)
{
	fresh_run(DB_SQLITE, false, locked_file);
}

static bool big(struct db *db, const void *ctx, struct err *err)
{
	static char text[20000];

	(void)ctx;
	memset(text, 'x', sizeof(text) - 1);
	for (int64_t i = 0; i < 100; i++) {
		if (!put(db, 1000 + i, text, err))
			return false;
	}
	return true;
}

static void page_limit(struct fresh *f)
{
	struct err err = { 0 };
	struct db *db = with_table(f);

	OK(put(db, 1, "before", &err));
	OK(db_script(db, "PRAGMA max_page_count = 50", &err));
	FAILS(db_tx(db, "full", big, NULL, &err), ERR_DISK_FULL);
	cr_assert_eq(count(db), 1);
	cr_assert(!db_in_tx(db));
	OK(put(db, 2, "small ones still fit", &err));
	OK(db_script(db, "PRAGMA max_page_count = 100000", &err));
	OK(db_tx(db, "room again", big, NULL, &err));
	cr_assert_eq(count(db), 102);
	db_close(db);
}

Test(sqlite, a_full_database_says_so_and_goes_on)
{
	fresh_run(DB_SQLITE, false, page_limit);
}

/* The operating system refuses to let the file grow, as a full disk does. */
static void file_limit(struct fresh *f)
{
	struct err err = { 0 };
	struct db *db = with_table(f);
	struct rlimit was, small;

	OK(put(db, 1, "before", &err));
	cr_assert_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	small = was;
	small.rlim_cur = 200000;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	cr_assert_not(db_tx(db, "full", big, NULL, &err));
	cr_assert(err.code == ERR_DISK_FULL || err.code == ERR_IO, "%s %s", err.msg, err.detail);
	err_clear(&err);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
	cr_assert_eq(count(db), 1);
	OK(db_tx(db, "room again", big, NULL, &err));
	cr_assert_eq(count(db), 101);
	db_close(db);
}

Test(sqlite, a_file_that_cannot_grow_says_so_and_goes_on)
{
	fresh_run(DB_SQLITE, false, file_limit);
}

/* ---- addresses ---- */

Test(address, what_cannot_be_opened_says_why)
{
	struct err err = { 0 };
	struct db *db;

	FAILS(db_open("mysql://x", DB_WRITE, &db, &err), ERR_USAGE);
	FAILS(db_open("sqlite:/nowhere/at/all.db", DB_WRITE, &db, &err), ERR_DB_LOST);
	FAILS(db_open("sqlite:/tmp/mingfa-not-there.db", DB_READ, &db, &err), ERR_DB_LOST);
	FAILS(db_open("sqlite:x?sync_delay_ms=-1", DB_WRITE, &db, &err), ERR_USAGE);
	FAILS(db_open("postgresql://nobody@/none?host=/nowhere", DB_WRITE, &db, &err), ERR_DB_LOST);
	db_close(NULL);
}

static void slow_sync(struct fresh *f)
{
	struct err err = { 0 };
	char address[600];
	struct db *db;
	struct timespec from, to;
	int64_t ms;

	(void)snprintf(address, sizeof(address), "%s?sync_delay_ms=20", f->address);
	OK(db_open(address, DB_WRITE, &db, &err));
	OK(db_exec(db, &st_table, DB_NONE, NULL, &err));
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int64_t i = 0; i < 5; i++)
		OK(put(db, i, "x", &err));
	clock_gettime(CLOCK_MONOTONIC, &to);
	ms = (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
	cr_assert_geq(ms, 100, "five commits took %d ms", (int)ms);
	cr_assert_eq(count(db), 5);
	db_close(db);
}

Test(sqlite, a_slow_disk_is_slow)
{
	fresh_run(DB_SQLITE, false, slow_sync);
}
