/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fresh.h - a database of its own for each test, on both kinds.
 *
 *	BOTH(a_test_name)   // two Criterion tests: sqlite.a_test_name, postgres.a_test_name
 *	{
 *		struct db *db = fresh_open(f, DB_WRITE); // schema applied
 *		...
 *		db_close(db);
 *	}
 *
 * PostgreSQL: MINGFA_TEST_PG names a server whose user may create databases (tests/lib/pg.sh);
 * without it these tests are skipped aloud. Folder and database go when the test returns. */
#ifndef MINGFA_TEST_FRESH_H
#define MINGFA_TEST_FRESH_H

#include <criterion/criterion.h>

#include "db/db.h"

struct fresh {
	enum db_dialect dialect;
	struct arena *a;
	char address[512];
	char folder[128]; /* SQLite: where the file test.db lies */
};

/* Runs body on a fresh database with the program's schema; without: an empty one. */
void fresh_run(enum db_dialect dialect, bool schema, void (*body)(struct fresh *f));
/* A further connection; the test fails when there is none. */
struct db *fresh_open(const struct fresh *f, enum db_mode mode);

#define BOTH_AS(test, schema) \
	static void test(struct fresh *f); \
	Test(sqlite, test) { fresh_run(DB_SQLITE, schema, test); } \
	Test(postgres, test) { fresh_run(DB_POSTGRES, schema, test); } \
	static void test(struct fresh *f)
#define BOTH(test) BOTH_AS(test, true)
#define BOTH_EMPTY(test) BOTH_AS(test, false)

/* The call succeeds, or the test says why not. err is the name of a struct err in scope. */
#define OK(call) cr_assert((call), "%s: %s (%s)", #call, err.msg, err.detail)
/* The call fails with this code. */
#define FAILS(call, want) \
	do { \
		err_clear(&err); \
		cr_assert_not((call), "%s should fail", #call); \
		cr_assert_eq(err.code, (want), "%s: %s, wanted %s (%s)", #call, err_key(err.code), err_key(want), \
			     err.detail); \
		err_clear(&err); \
	} while (0)

#endif
