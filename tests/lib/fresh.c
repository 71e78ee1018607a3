/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "lib/fresh.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/migrate.h"

static void remove_folder(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	char path[512];

	while (d && (e = readdir(d))) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		(void)unlink(path);
	}
	if (d)
		(void)closedir(d);
	(void)rmdir(folder);
}

static void fresh_sqlite(struct fresh *f)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(f->folder, sizeof(f->folder), "%s/mingfa-test.XXXXXX", tmp ? tmp : "/tmp");
	cr_assert(mkdtemp(f->folder), "cannot make a folder in %s", tmp ? tmp : "/tmp");
	(void)snprintf(f->address, sizeof(f->address), "sqlite:%s/test.db", f->folder);
}

static void server_script(const char *server, const char *sql)
{
	struct err err = { 0 };
	struct db *db;

	OK(db_open(server, DB_WRITE, &db, &err));
	OK(db_script(db, sql, &err));
	db_close(db);
}

void fresh_run(enum db_dialect dialect, bool schema, void (*body)(struct fresh *f))
{
	struct fresh f = { .dialect = dialect, .a = arena_new() };
	const char *server = getenv("MINGFA_TEST_PG");
	char sql[128];
	struct err err = { 0 };

	if (dialect == DB_SQLITE) {
		fresh_sqlite(&f);
	} else if (!server || !*server) {
		cr_skip_test("MINGFA_TEST_PG is not set: no PostgreSQL");
	} else {
		(void)snprintf(f.address, sizeof(f.address), "%s%cdbname=fresh_%d", server,
			       strchr(server, '?') ? '&' : '?', (int)getpid());
		(void)snprintf(sql, sizeof(sql), "CREATE DATABASE fresh_%d", (int)getpid());
		server_script(server, sql);
	}
	if (schema) {
		struct db *db = fresh_open(&f, DB_WRITE);

		OK(migrate_run(db, f.a, NULL, &err));
		db_close(db);
	}
	body(&f);
	if (dialect == DB_SQLITE) {
		remove_folder(f.folder);
	} else {
		(void)snprintf(sql, sizeof(sql), "DROP DATABASE fresh_%d WITH (FORCE)",
			       (int)getpid());
		server_script(server, sql);
	}
	arena_free(f.a);
}

struct db *fresh_open(const struct fresh *f, enum db_mode mode)
{
	struct err err = { 0 };
	struct db *db = NULL;

	OK(db_open(f->address, mode, &db, &err));
	return db;
}
