/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Schema steps, and what the schema itself must hold. */
#include <elf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libpq-fe.h>
#include <sqlite3.h>

#include "base/asset.h"
#include "db/migrate.h"
#include "lib/fresh.h"

#define FILE_OF(name_, text_) \
	{ \
		.name = { name_, sizeof(name_) - 1 }, .data = { text_, sizeof(text_) - 1 } \
	}

static const struct asset steps[] = {
	FILE_OF("sql/0001_base.sql", "CREATE TABLE schema_patch (number {i64} PRIMARY KEY, name "
				     "text NOT NULL, checksum text NOT NULL,"
				     " applied_at {i64} NOT NULL){strict};\nCREATE TABLE one (id "
				     "{id}, b {bytes}, j text DEFAULT '{}'){strict};"),
	FILE_OF("sql/0002_two.postgres.sql", "CREATE TABLE two (p {i64});"),
	FILE_OF("sql/0002_two.sqlite.sql", "CREATE TABLE two (s {i64});"),
	FILE_OF("sql/0003_three.sql",
		"CREATE TABLE three (a {i64}, b {i64}, PRIMARY KEY (a, b)){keyed};"),
	FILE_OF("sql/notes.sql", "not a step"),
};

static int64_t number(struct db *db, const char *sql)
{
	const struct stmt st = { "number", sql };
	struct err err = { 0 };
	int64_t n = -1;
	const struct db_out out[] = { db_to_i64(&n) };

	OK(db_one(db, NULL, &st, DB_NONE, DB_OUT(out), &err));
	return n;
}

BOTH_EMPTY(migrating_twice_is_a_no_op)
{
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE), *reader = fresh_open(f, DB_READ);
	int applied = -1;

	FAILS(migrate_check(reader, f->a, &err), ERR_SCHEMA);
	OK(migrate_run(db, f->a, &applied, &err));
	cr_assert_geq(applied, 6);
	OK(migrate_check(reader, f->a, &err));
	OK(migrate_stands(reader, f->a, &err));
	OK(migrate_run(db, f->a, &applied, &err));
	cr_assert_eq(applied, 0);
	db_close(reader);
	db_close(db);
}

BOTH_EMPTY(a_database_that_is_a_step_behind_or_ahead_does_not_stand)
{
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	OK(migrate_run(db, f->a, NULL, &err));
	OK(db_script(db, "UPDATE schema_patch SET number = number + 1 WHERE number = (SELECT MAX(number) FROM schema_patch)",
		     &err));
	FAILS(migrate_stands(db, f->a, &err), ERR_SCHEMA);
	OK(db_script(db, "DELETE FROM schema_patch WHERE number = (SELECT MAX(number) FROM schema_patch)", &err));
	FAILS(migrate_stands(db, f->a, &err), ERR_SCHEMA);
	db_close(db);
}

BOTH_EMPTY(words_and_dialects_are_chosen)
{
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);
	int applied;

	OK(migrate_run_files(db, f->a, steps, ARRAY_LEN(steps), &applied, &err));
	cr_assert_eq(applied, 3);
	OK(db_script(db,
		     f->dialect == DB_SQLITE ? "INSERT INTO two (s) VALUES (9223372036854775807)"
					     : "INSERT INTO two (p) VALUES (9223372036854775807)",
		     &err));
	OK(db_script(db, "INSERT INTO one (b) VALUES (NULL)", &err));
	cr_assert_eq(number(db, "SELECT id FROM one WHERE j = '{}'"), 1);
	db_close(db);
}

BOTH_EMPTY(a_changed_step_is_refused)
{
	struct asset changed[ARRAY_LEN(steps)];
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	memcpy(changed, steps, sizeof(steps));
	changed[3].data = STR("CREATE TABLE three (a {i64}, b {i64}, PRIMARY KEY (a, b)){keyed}; ");
	OK(migrate_run_files(db, f->a, steps, ARRAY_LEN(steps), NULL, &err));
	FAILS(migrate_run_files(db, f->a, changed, ARRAY_LEN(changed), NULL, &err), ERR_SCHEMA);
	FAILS(migrate_check_files(db, f->a, changed, ARRAY_LEN(changed), &err), ERR_SCHEMA);
	db_close(db);
}

BOTH_EMPTY(older_and_newer_databases_are_refused_and_the_older_one_is_brought_up)
{
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);
	int applied;

	OK(migrate_run_files(db, f->a, steps, 3, &applied, &err));
	cr_assert_eq(applied, 2);
	OK(db_script(db, "INSERT INTO one (id) VALUES (5)", &err));
	FAILS(migrate_check_files(db, f->a, steps, ARRAY_LEN(steps), &err), ERR_SCHEMA);
	OK(migrate_run_files(db, f->a, steps, ARRAY_LEN(steps), &applied, &err));
	cr_assert_eq(applied, 1);
	cr_assert_eq(number(db, "SELECT id FROM one"), 5);
	FAILS(migrate_check_files(db, f->a, steps, 3, &err), ERR_SCHEMA);
	FAILS(migrate_run_files(db, f->a, steps, 3, NULL, &err), ERR_SCHEMA);
	db_close(db);
}

BOTH_EMPTY(a_broken_step_leaves_nothing_behind)
{
	static const struct asset broken[] = {
		FILE_OF("sql/0001_base.sql", "CREATE TABLE schema_patch (number {i64} PRIMARY KEY, "
					     "name text NOT NULL, checksum text NOT NULL,"
					     " applied_at {i64} NOT NULL){strict};"),
		FILE_OF("sql/0002_bad.sql",
			"CREATE TABLE half (id {id}); CREATE TABLE half (id {id});"),
	};
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	FAILS(migrate_run_files(db, f->a, broken, 2, NULL, &err), ERR_DB);
	cr_assert_eq(number(db, "SELECT count(*) FROM schema_patch"), 1);
	OK(db_script(db, "CREATE TABLE half (id BIGINT)", &err));
	db_close(db);
}

BOTH_EMPTY(numbers_without_gaps)
{
	static const struct asset gap[] = { FILE_OF("sql/0001_a.sql", "SELECT 1;"),
					    FILE_OF("sql/0003_b.sql", "SELECT 1;") };
	static const struct asset twice[] = { FILE_OF("sql/0001_a.sql", "SELECT 1;"),
					      FILE_OF("sql/0001_b.sql", "SELECT 1;") };
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	FAILS(migrate_run_files(db, f->a, gap, 2, NULL, &err), ERR_BUG);
	FAILS(migrate_run_files(db, f->a, twice, 2, NULL, &err), ERR_BUG);
	db_close(db);
}

static void no_transaction(struct fresh *f)
{
	static const struct asset files[] = {
		FILE_OF("sql/0001_base.sql", "CREATE TABLE schema_patch (number {i64} PRIMARY KEY, "
					     "name text NOT NULL, checksum text NOT NULL,"
					     " applied_at {i64} NOT NULL){strict};"),
		FILE_OF("sql/0002_index.sql", "-- no transaction\nCREATE INDEX CONCURRENTLY IF NOT "
					      "EXISTS x ON schema_patch (name)"),
	};
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	OK(migrate_run_files(db, f->a, files, 2, NULL, &err));
	cr_assert_eq(number(db, "SELECT count(*) FROM pg_indexes WHERE indexname = 'x'"), 1);
	db_close(db);
}

Test(postgres, an_index_may_be_built_concurrently)
{
	fresh_run(DB_POSTGRES, false, no_transaction);
}

static void copied(struct fresh *f)
{
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE), *copy;
	struct stat st;

	OK(migrate_run_files(db, f->a, steps, 3, NULL, &err));
	cr_assert_neq(stat(str_fmt(f->a, "%s.before-0003", f->address + 7).p, &st), 0,
		      "a new database is not copied");
	OK(db_script(db, "INSERT INTO one (id) VALUES (5)", &err));
	OK(migrate_run_files(db, f->a, steps, ARRAY_LEN(steps), NULL, &err));
	OK(db_open(str_fmt(f->a, "%s.before-0003", f->address).p, DB_READ, &copy, &err));
	cr_assert_eq(number(copy, "SELECT id FROM one"), 5);
	OK(migrate_check_files(copy, f->a, steps, 3, &err));
	db_close(copy);
	db_close(db);
}

Test(sqlite, the_file_is_copied_before_it_is_changed)
{
	fresh_run(DB_SQLITE, false, copied);
}

static void *migrate_thread(void *ctx)
{
	const struct fresh *f = ctx;
	struct arena *a = arena_new();
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);
	const bool ok = migrate_run(db, a, NULL, &err);

	db_close(db);
	arena_free(a);
	return ok ? NULL : (void *)f;
}

static void two_at_once(struct fresh *f)
{
	pthread_t t[4];
	void *failed;

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		cr_assert_eq(pthread_create(&t[i], NULL, migrate_thread, f), 0);
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		(void)pthread_join(t[i], &failed);
		cr_assert_null(failed);
	}
}

Test(postgres, processes_that_start_at_once_migrate_once)
{
	fresh_run(DB_POSTGRES, false, two_at_once);
}

/* ---- the guards ---- */

/* A matter with one event, its body and its leaf. */
static void seed(struct db *db)
{
	struct err err = { 0 };

	OK(db_script(db,
		     "INSERT INTO pack_version (id, pack, digest, files, loaded_at) VALUES (1, "
		     "'p', 'd', '{}', 0);"
		     "INSERT INTO matter (id, code, kind, def, state, version, number, title, "
		     "opened, updated, fields)"
		     " VALUES (1, 'c', 'k', 1, 's', 1, '', 't', 0, 0, '{}');"
		     "INSERT INTO event (id, matter, seq, at, entered_at, role, action, def, kind)"
		     " VALUES (1, 1, 1, 0, 0, 'officer', 'open', 1, 'k'), (2, 1, 2, 0, 0, "
		     "'officer', 'keep', 1, 'k');"
		     "INSERT INTO event_body (event, salt, body) SELECT id, CAST('s' AS bytea), "
		     "'{}' FROM event;"
		     "INSERT INTO event_file (event, n, digest, salt) SELECT id, 1, 'd', CAST('s' "
		     "AS bytea) FROM event;"
		     "INSERT INTO leaf (idx, event, entry) VALUES (0, 1, 'e');"
		     "INSERT INTO tile (log, level, n, bytes, root) VALUES (1, 0, 0, CAST('t' AS bytea), CAST('r' AS bytea));"
		     "INSERT INTO log_origin VALUES (1, 'o', 0, NULL, 'k', 'k', 0);"
		     "INSERT INTO checkpoint VALUES (1, 1, 0, 'n');"
		     "INSERT INTO cosignature VALUES (1, 1, 'w', 'l', 0);"
		     "UPDATE log_head SET size = 1 WHERE id = 1;",
		     &err)
	   || db_dialect(db) == DB_SQLITE);
	if (db_dialect(db) == DB_POSTGRES)
		return;
	OK(db_script(db,
		     "INSERT INTO event_body (event, salt, body) SELECT id, CAST('s' AS BLOB), "
		     "'{}' FROM event;"
		     "INSERT INTO event_file (event, n, digest, salt) SELECT id, 1, 'd', CAST('s' "
		     "AS BLOB) FROM event;"
		     "INSERT INTO leaf (idx, event, entry) VALUES (0, 1, 'e');"
		     "INSERT INTO tile (log, level, n, bytes, root) VALUES (1, 0, 0, CAST('t' AS BLOB), CAST('r' AS BLOB));"
		     "INSERT INTO log_origin VALUES (1, 'o', 0, NULL, 'k', 'k', 0);"
		     "INSERT INTO checkpoint VALUES (1, 1, 0, 'n');"
		     "INSERT INTO cosignature VALUES (1, 1, 'w', 'l', 0);"
		     "UPDATE log_head SET size = 1 WHERE id = 1;",
		     &err));
}

/* No act and no file of an act is taken back or put in place of another. Proves: SX-JL-6b LY1.03-6 SX-JL-20a LY1.03-20a */
BOTH(the_record_can_only_grow)
{
	static const char *const refused[] = {
		"UPDATE event SET at = 1",
		"DELETE FROM event",
		"UPDATE event_body SET body = 'x'",
		"DELETE FROM event_body",
		"UPDATE event_file SET digest = 'x'",
		"DELETE FROM event_file",
		"UPDATE leaf SET entry = 'x'",
		"DELETE FROM leaf",
		"UPDATE tile SET n = 2",
		"DELETE FROM tile",
		"UPDATE pack_version SET files = 'x'",
		"DELETE FROM pack_version",
		"DELETE FROM matter",
		"DELETE FROM log_head",
		"UPDATE log_head SET size = 0",
		"UPDATE log_head SET size = 0, log = 2",
		"UPDATE log_origin SET origin = 'x'",
		"DELETE FROM log_origin",
		"UPDATE checkpoint SET note = 'x'",
		"DELETE FROM checkpoint",
		"UPDATE cosignature SET line = 'x'",
		"DELETE FROM cosignature",
		"INSERT INTO log_head (id, size, edge, signed)"
		" SELECT 2, size, edge, signed FROM log_head",
	};
	static const char *const only_sqlite[] = {
		"INSERT OR REPLACE INTO event SELECT * FROM event",
		"REPLACE INTO event_body SELECT * FROM event_body",
		"REPLACE INTO leaf SELECT * FROM leaf",
		"REPLACE INTO checkpoint SELECT * FROM checkpoint",
		"UPDATE OR REPLACE event SET seq = 9",
	};
	static const char *const only_postgres[] = {
		"TRUNCATE event CASCADE",  "TRUNCATE event_body",
		"TRUNCATE event_file",     "TRUNCATE leaf",
		"TRUNCATE matter CASCADE", "TRUNCATE pack_version CASCADE",
		"TRUNCATE log_head",       "TRUNCATE tile",
		"TRUNCATE log_origin",     "TRUNCATE checkpoint",
		"TRUNCATE cosignature",
	};
	const char *const *more = f->dialect == DB_SQLITE ? only_sqlite : only_postgres;
	const size_t n_more =
		f->dialect == DB_SQLITE ? ARRAY_LEN(only_sqlite) : ARRAY_LEN(only_postgres);
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	seed(db);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		cr_assert_not(db_script(db, refused[i], &err), "%s", refused[i]);
		cr_assert_eq(err.code, ERR_DB_CONSTRAINT, "%s: %s", refused[i], err.detail);
	}
	for (size_t i = 0; i < n_more; i++) {
		cr_assert_not(db_script(db, more[i], &err), "%s", more[i]);
		cr_assert_eq(err.code, ERR_DB_CONSTRAINT, "%s: %s", more[i], err.detail);
	}
	cr_assert_eq(number(db, "SELECT count(*) FROM event_body WHERE body = '{}'"), 2);
	db_close(db);
}

BOTH(contents_go_through_the_guard_row_once)
{
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	seed(db);
	FAILS(db_script(db, "INSERT INTO retention_guard (event, because_of) VALUES (1, 2)", &err), ERR_DB_CONSTRAINT);
	OK(db_script(db, "INSERT INTO event (id, matter, seq, at, entered_at, role, action, def, kind)"
			 " VALUES (3, 1, 3, 0, 0, 'program', 'contents.removed', 1, 'k')", &err));
	OK(db_script(db, "INSERT INTO retention_guard (event, because_of) VALUES (1, 3)", &err));
	FAILS(db_script(db, "DELETE FROM event_body WHERE event = 2", &err), ERR_DB_CONSTRAINT);
	OK(db_script(
		db,
		"DELETE FROM event_file WHERE event = 1; DELETE FROM event_body WHERE event = 1",
		&err));
	cr_assert_eq(number(db, "SELECT count(*) FROM retention_guard"), 0,
		     "the guard row is used up");
	cr_assert_eq(number(db, "SELECT count(*) FROM event"), 3, "who and when remains");
	FAILS(db_script(db, "DELETE FROM event_body WHERE event = 2", &err), ERR_DB_CONSTRAINT);
	db_close(db);
}

BOTH(a_once_token_stands_once)
{
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	seed(db);
	OK(db_script(
		db,
		"INSERT INTO event (matter, seq, at, entered_at, role, action, def, kind, request)"
		" SELECT 1, 10, 0, 0, 'r', 'a', 1, 'k', 'token' WHERE 1 = 0",
		&err));
	if (f->dialect == DB_POSTGRES) /* seeded ids did not come from the sequence */
		OK(db_script(db, "SELECT setval(pg_get_serial_sequence('event', 'id'), 100)",
			     &err));
	OK(db_script(
		db,
		"INSERT INTO event (matter, seq, at, entered_at, role, action, def, kind, request)"
		" VALUES (1, 10, 0, 0, 'r', 'a', 1, 'k', 'token')",
		&err));
	FAILS(db_script(db,
			"INSERT INTO event (matter, seq, at, entered_at, role, action, def, kind, "
			"request)"
			" VALUES (1, 11, 0, 0, 'r', 'a', 1, 'k', 'token')",
			&err),
	      ERR_DB_CONSTRAINT);
	FAILS(db_script(db,
			"INSERT INTO event (matter, seq, at, entered_at, role, action, def, kind)"
			" VALUES (1, 10, 0, 0, 'r', 'a', 1, 'k')",
			&err),
	      ERR_DB_CONSTRAINT);
	db_close(db);
}

static void strict(struct fresh *f)
{
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE);

	FAILS(db_script(
		      db,
		      "INSERT INTO sequence (series, organ, year, last) VALUES ('s', 1, 'soon', 1)",
		      &err),
	      ERR_DB_CONSTRAINT);
	cr_assert_eq(number(db, "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND "
				"schema = 'main'"
				" AND strict = 0 AND name NOT LIKE 'sqlite_%'"),
		     0);
	db_close(db);
}

Test(sqlite, every_table_is_strict)
{
	fresh_run(DB_SQLITE, true, strict);
}

/* ---- the files ---- */

/* Within CREATE TABLE each line of a column ends with a comment; before it stands a comment. */
Test(schema, every_table_and_column_has_a_comment)
{
	size_t n, tables = 0, columns = 0;
	const struct asset *file = asset_under(STR("sql/"), &n);

	cr_assert_geq(n, 7);
	for (size_t i = 0; i < n; i++) {
		struct str rest = file[i].data, line, before = { 0 };
		bool inside = false;

		while (str_cut(&rest, '\n', &line)) {
			if (str_starts(line, STR("CREATE TABLE"))) {
				cr_assert(str_starts(before, STR("-- ")), "%.*s: %.*s",
					  STR_FMT(file[i].name), STR_FMT(line));
				inside = true;
				tables++;
			} else if (inside && str_starts(line, STR(")"))) {
				inside = false;
			} else if (inside && line.n > 1 && line.p[1] >= 'a' && line.p[1] <= 'z') {
				cr_assert(str_find(line, STR("-- "), 0) != SIZE_MAX, "%.*s: %.*s",
					  STR_FMT(file[i].name), STR_FMT(line));
				columns++;
			}
			before = line;
		}
	}
	cr_assert(tables >= 27 && columns > 150, "%zu tables, %zu columns", tables, columns);
}

/* ---- every statement of the program ---- */

/* The program's own file: statements are `static const struct stmt st_…`, so its table of symbols
 * names them all, and the relocations of a position-independent program say where their texts
 * stand. */
struct image {
	char *p;
	size_t n;
	const Elf64_Shdr *section;
	size_t n_section;
	const Elf64_Rela *rela;
	size_t n_rela;
};

static void image_read(struct image *m, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct stat st;

	cr_assert(file && !fstat(fileno(file), &st), "cannot read %s", path);
	m->n = (size_t)st.st_size;
	m->p = malloc(m->n);
	cr_assert_eq(fread(m->p, 1, m->n, file), m->n);
	fclose(file);
	m->section = (const void *)(m->p + ((const Elf64_Ehdr *)(const void *)m->p)->e_shoff);
	m->n_section = ((const Elf64_Ehdr *)(const void *)m->p)->e_shnum;
	for (size_t i = 0; i < m->n_section; i++) {
		const Elf64_Rela *r = (const void *)(m->p + m->section[i].sh_offset);

		if (m->section[i].sh_type == SHT_RELA && m->section[i].sh_size >= sizeof(*r)
		    && ELF64_R_TYPE(r[0].r_info) == R_X86_64_RELATIVE) {
			m->rela = r;
			m->n_rela = m->section[i].sh_size / sizeof(*r);
		}
	}
	cr_assert(m->rela, "%s has no relative relocations", path);
}

static const char *image_text(const struct image *m, Elf64_Addr at)
{
	for (size_t i = 0; i < m->n_section; i++) {
		const Elf64_Shdr *s = &m->section[i];

		if (s->sh_type == SHT_PROGBITS && at >= s->sh_addr && at < s->sh_addr + s->sh_size)
			return m->p + s->sh_offset + (at - s->sh_addr);
	}
	return NULL;
}

static const char *image_pointer(const struct image *m, Elf64_Addr at)
{
	for (size_t i = 0; i < m->n_rela; i++) {
		if (m->rela[i].r_offset == at)
			return image_text(m, (Elf64_Addr)m->rela[i].r_addend);
	}
	return NULL;
}

/* Calls fn for each statement; returns how many there are. */
static size_t image_each(const struct image *m,
			 void (*fn)(void *ctx, const char *name, const char *sql), void *ctx)
{
	size_t found = 0;

	for (size_t i = 0; i < m->n_section; i++) {
		const Elf64_Shdr *s = &m->section[i];
		const Elf64_Sym *sym = (const void *)(m->p + s->sh_offset);

		for (size_t k = 0; s->sh_type == SHT_SYMTAB && k < s->sh_size / sizeof(*sym); k++) {
			const char *name = m->p + m->section[s->sh_link].sh_offset + sym[k].st_name;

			if (ELF64_ST_TYPE(sym[k].st_info) != STT_OBJECT
			    || strncmp(name, "st_", 3) != 0)
				continue;
			for (Elf64_Addr at = sym[k].st_value; at < sym[k].st_value + sym[k].st_size;
			     at += 16) {
				const char *st_name = image_pointer(m, at),
					   *sql = image_pointer(m, at + 8);

				cr_assert(st_name && sql, "%s is not a statement", name);
				fn(ctx, st_name, sql);
				found++;
			}
		}
	}
	return found;
}

struct preparing {
	enum db_dialect dialect;
	sqlite3 *sqlite;
	PGconn *pg;
	int failed;
};

/* Statements for one database alone say so in their names; those on search.db begin with "search_".
 */
static bool meant_for(const char *name, enum db_dialect dialect)
{
	const bool pg = strstr(name, "pg_") || strstr(name, "postgres");
	const bool lite = strstr(name, "sqlite") || (!strncmp(name, "search_", 7) && !pg);

	return pg || lite ? pg == (dialect == DB_POSTGRES) : true;
}

static void prepare_one(void *ctx, const char *name, const char *sql)
{
	struct preparing *x = ctx;
	const char *why = NULL;

	if (!meant_for(name, x->dialect))
		return;
	if (x->dialect == DB_SQLITE) {
		sqlite3_stmt *q = NULL;

		if (sqlite3_prepare_v2(x->sqlite, sql, -1, &q, NULL) != SQLITE_OK)
			why = sqlite3_errmsg(x->sqlite);
		sqlite3_finalize(q);
	} else {
		PGresult *r = PQprepare(x->pg, "", sql, 0, NULL);

		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			why = PQerrorMessage(x->pg);
		PQclear(r);
	}
	if (why) {
		cr_log_error("%s: %s: %s", name, sql, why);
		x->failed++;
	}
}

/* EXPLAIN asks for rights as running does, and runs nothing. Migrations and `init --demo` are the owner's. */
static void explain_one(void *ctx, const char *name, const char *sql)
{
	static const char *const verbs[] = { "SELECT", "INSERT", "UPDATE", "DELETE", "WITH" };
	struct preparing *x = ctx;
	char ask[8192] = "EXPLAIN EXECUTE asked(";
	size_t i = 0;
	PGresult *r;

	while (i < ARRAY_LEN(verbs) && strncmp(sql, verbs[i], strlen(verbs[i])) != 0)
		i++;
	if (!meant_for(name, DB_POSTGRES) || i == ARRAY_LEN(verbs) || strncmp(name, "patch_add", 9) == 0
	    || strncmp(name, "demo_", 5) == 0)
		return;
	PQclear(PQprepare(x->pg, "asked", sql, 0, NULL));
	r = PQdescribePrepared(x->pg, "asked");
	for (int p = 0; p < PQnparams(r); p++)
		(void)strcat(ask, p ? ", NULL" : "NULL");
	if (PQnparams(r) == 0)
		ask[strlen(ask) - 1] = '\0';
	else
		(void)strcat(ask, ")");
	PQclear(r);
	r = PQexec(x->pg, ask);
	if (PQresultStatus(r) != PGRES_TUPLES_OK) {
		cr_log_error("%s: %s: %s", name, sql, PQerrorMessage(x->pg));
		x->failed++;
	}
	PQclear(r);
	PQclear(PQexec(x->pg, "DEALLOCATE asked"));
}

/* A role of its own, and the address at which it serves; away with it at the end. */
struct served {
	char role[64], address[600], drop[160];
};

static void served_make(struct fresh *f, struct db *db, struct served *s)
{
	struct err err = { 0 };
	char sql[128];
	const char *at = strchr(f->address, '@');

	(void)snprintf(s->role, sizeof(s->role), "serve_%d", (int)getpid());
	(void)snprintf(sql, sizeof(sql), "CREATE ROLE %s LOGIN", s->role);
	(void)snprintf(s->drop, sizeof(s->drop), "DROP OWNED BY %s; DROP ROLE %s", s->role, s->role);
	cr_assert(at, "%s names no user", f->address);
	(void)snprintf(s->address, sizeof(s->address), "postgresql://%s%s", s->role, at);
	OK(db_script(db, sql, &err));
	OK(migrate_grant(db, f->a, str_of(s->role), &err));
}

static void every_statement_is_granted(struct fresh *f)
{
	const char *path = getenv("MINGFA");
	struct preparing x = { .dialect = DB_POSTGRES };
	struct err err = { 0 };
	struct image m = { 0 };
	struct served s;
	struct db *db;

	if (!path || !*path)
		cr_skip_test("MINGFA is not set: no program");
	db = fresh_open(f, DB_WRITE);
	served_make(f, db, &s);
	image_read(&m, path);
	x.pg = PQconnectdb(s.address);
	cr_assert_geq(image_each(&m, explain_one, &x), 20);
	PQfinish(x.pg);
	OK(db_script(db, s.drop, &err));
	cr_assert_eq(x.failed, 0);
	db_close(db);
	free(m.p);
}

Test(postgres, the_role_that_serves_may_run_every_statement)
{
	fresh_run(DB_POSTGRES, true, every_statement_is_granted);
}

static void the_record_is_closed(struct fresh *f)
{
	static const char *const refused[] = {
		"UPDATE event SET at = 1", "DELETE FROM event", "TRUNCATE event CASCADE", "DROP TABLE event CASCADE",
		"UPDATE event_body SET body = 'x'", "DELETE FROM event_body", "TRUNCATE event_body",
		"UPDATE event_file SET digest = 'x'", "DELETE FROM event_file", "UPDATE leaf SET entry = 'x'",
		"DELETE FROM leaf", "UPDATE tile SET n = 2", "DELETE FROM tile", "UPDATE checkpoint SET size = 2",
		"DELETE FROM checkpoint", "UPDATE log_origin SET base = 1", "DELETE FROM cosignature", "UPDATE pack_version SET files = 'x'",
		"DELETE FROM pack_version", "DELETE FROM matter", "DELETE FROM document", "UPDATE evidence SET name = 'x'",
		"UPDATE blob SET size = 0", "DELETE FROM blob", "DELETE FROM log_head", "INSERT INTO log_head SELECT * FROM log_head",
		"DELETE FROM message", "DELETE FROM clock", "UPDATE reading SET what = 'x'", "DELETE FROM reading",
		"INSERT INTO schema_patch VALUES (9999, 'x', 'x', 0)", "INSERT INTO retention_guard VALUES (1, 1)",
		"ALTER TABLE event DISABLE TRIGGER ALL", "DROP TRIGGER event_no_change ON event",
		"CREATE OR REPLACE FUNCTION mingfa_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
		"CREATE TABLE mine (a int)", "ALTER TABLE matter ADD COLUMN a int",
		"SET session_replication_role = replica",
	};
	struct err err = { 0 };
	struct db *db = fresh_open(f, DB_WRITE), *served;
	struct served s;

	seed(db);
	served_make(f, db, &s);
	OK(db_open(s.address, DB_WRITE, &served, &err));
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		cr_assert_not(db_script(served, refused[i], &err), "%s", refused[i]);
		cr_assert(strstr(err.detail, "42501"), "%s: %s", refused[i], err.detail);
	}
	OK(db_script(served, "UPDATE log_head SET size = 2 WHERE id = 1", &err));
	db_close(served);
	FAILS(migrate_grant(db, f->a, STR("no_such_role"), &err), ERR_USAGE);
	FAILS(migrate_grant(db, f->a, STR("postgres"), &err), ERR_USAGE);
	/* what was given too much goes with the next migration, and what is missing comes */
	cr_assert(snprintf(s.address, sizeof(s.address), "GRANT DELETE ON document TO %s; REVOKE INSERT ON outbox FROM %s", s.role,
			   s.role) > 0);
	OK(db_script(db, s.address, &err));
	OK(migrate_grant(db, f->a, STR(""), &err));
	cr_assert_eq(number(db, "SELECT count(*) FROM information_schema.role_table_grants WHERE grantee LIKE 'serve_%'"
				" AND (table_name = 'document' AND privilege_type = 'DELETE'"
				" OR table_name = 'outbox' AND privilege_type = 'INSERT')"), 1);
	OK(db_script(db, s.drop, &err));
	db_close(db);
}

Test(postgres, the_role_that_serves_cannot_touch_the_record)
{
	fresh_run(DB_POSTGRES, true, the_record_is_closed);
}

Test(sqlite, has_no_roles)
{
	struct err err = { 0 };
	struct db *db;

	OK(db_open("sqlite::memory:", DB_WRITE, &db, &err));
	OK(migrate_grant(db, NULL, STR(""), &err));
	FAILS(migrate_grant(db, NULL, STR("serve"), &err), ERR_USAGE);
	db_close(db);
}

/* search.db's tables, by the search module's own statements. */
static void make_search(void *ctx, const char *name, const char *sql)
{
	const struct preparing *x = ctx;

	if (!strncmp(name, "search_create", 13))
		cr_assert_eq(sqlite3_exec(x->sqlite, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
			     sqlite3_errmsg(x->sqlite));
}

BOTH(every_statement_of_the_program_prepares)
{
	const char *path = getenv("MINGFA");
	struct preparing x = { .dialect = f->dialect };
	struct image m = { 0 };

	if (!path || !*path)
		cr_skip_test("MINGFA is not set: no program");
	image_read(&m, path);
	if (f->dialect == DB_SQLITE) {
		cr_assert_eq(sqlite3_open(f->address + 7, &x.sqlite), SQLITE_OK);
		(void)image_each(&m, make_search, &x);
	} else {
		x.pg = PQconnectdb(f->address);
	}
	cr_assert_geq(image_each(&m, prepare_one, &x), 20,
		      "the program's statements were not found");
	cr_assert_eq(x.failed, 0);
	sqlite3_close(x.sqlite);
	PQfinish(x.pg);
	free(m.p);
}
