/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 常用筛选: how many, how long, and what can be taken back. */
#include <string.h>

#include "app/saved.h"
#include "lib/fresh.h"

static void given(struct db *db)
{
	static const struct stmt pack = { "t_pack",
		"INSERT INTO pack_version (pack, digest, files, loaded_at) VALUES ('p', 'd', '{}', 0)" };
	static const struct stmt matter = { "t_matter",
		"INSERT INTO matter (id, code, kind, def, state, version, number, title, opened, updated, fields) "
		"VALUES (1, 'c', 'person', 1, 's', 1, '', 't', 0, 0, '{}')" };
	struct err err = { 0 };

	OK(db_exec(db, &pack, DB_NONE, NULL, &err));
	OK(db_exec(db, &matter, DB_NONE, NULL, &err));
}

static struct saved one(struct fresh *f, int i)
{
	return (struct saved){ .kind = STR("penalty"), .name = str_fmt(f->a, "第%d个", i), .query = str_fmt(f->a, "year=%d", i) };
}

static struct str names(struct fresh *f, struct db *db)
{
	const struct saved *v;
	struct err err = { 0 };
	struct str s = { 0 };
	size_t n;

	OK(saved_all(db, f->a, 1, &v, &n, &err));
	for (size_t i = 0; i < n; i++)
		s = str_fmt(f->a, "%.*s%s%.*s", STR_FMT(s), i ? " " : "", STR_FMT(v[i].name));
	return s;
}

static struct str many(struct fresh *f, size_t n, char c)
{
	char *p = arena_alloc(f->a, n);

	for (size_t i = 0; i < n; i++)
		p[i] = c;
	return (struct str){ p, n };
}

BOTH(twenty_filters_are_kept_and_no_more)
{
	struct db *db = fresh_open(f, DB_WRITE);
	struct err err = { 0 };
	struct saved x;

	given(db);
	for (int i = 0; i < SAVED_MOST; i++) {
		x = one(f, i);
		x.name = str_fmt(f->a, "%.*s%d", STR_FMT(many(f, SAVED_NAME_CHARS - 2, 'n')), 10 + i);
		x.query = many(f, SAVED_QUERY_MOST, 'q');
		OK(saved_add(db, f->a, 1, &x, &err));
	}
	x = one(f, SAVED_MOST);
	cr_assert_not(saved_add(db, f->a, 1, &x, &err));
	cr_expect(strstr(err.msg, "最多存20个"), "%s", err.msg);
	err_clear(&err);
	OK(saved_drop(db, f->a, 1, 3, &err));
	OK(saved_add(db, f->a, 1, &x, &err));
	cr_assert_not(saved_undo(db, f->a, 1, &err));
	cr_expect(strstr(err.msg, "最多存20个"), "no room for the one dropped: %s", err.msg);
	db_close(db);
}

BOTH(a_name_is_there_once_and_can_be_read)
{
	struct db *db = fresh_open(f, DB_WRITE);
	struct err err = { 0 };
	struct saved x = one(f, 1), y = one(f, 1);

	given(db);
	OK(saved_add(db, f->a, 1, &x, &err));
	FAILS(saved_add(db, f->a, 1, &y, &err), ERR_BAD_INPUT);
	y.kind = STR("legal_review");
	OK(saved_add(db, f->a, 1, &y, &err));
	y.name = many(f, SAVED_NAME_CHARS + 1, 'n');
	FAILS(saved_add(db, f->a, 1, &y, &err), ERR_BAD_INPUT);
	y.name = STR("两\n行");
	FAILS(saved_add(db, f->a, 1, &y, &err), ERR_BAD_INPUT);
	y.name = (struct str){ 0 };
	FAILS(saved_add(db, f->a, 1, &y, &err), ERR_BAD_INPUT);
	y.name = STR("长");
	y.query = many(f, SAVED_QUERY_MOST + 1, 'q');
	FAILS(saved_add(db, f->a, 1, &y, &err), ERR_BAD_INPUT);
	y.query = (struct str){ 0 };
	FAILS(saved_add(db, f->a, 1, &y, &err), ERR_BAD_INPUT);
	FAILS(saved_rename(db, f->a, 1, 99, STR("新"), &err), ERR_NOT_FOUND);
	FAILS(saved_drop(db, f->a, 1, 99, &err), ERR_NOT_FOUND);
	db_close(db);
}

BOTH(the_last_change_is_taken_back_once)
{
	struct db *db = fresh_open(f, DB_WRITE);
	struct err err = { 0 };

	given(db);
	for (int i = 1; i <= 3; i++) {
		struct saved x = one(f, i);

		OK(saved_add(db, f->a, 1, &x, &err));
	}
	FAILS(saved_undo(db, f->a, 1, &err), ERR_NOT_FOUND);
	OK(saved_drop(db, f->a, 1, 2, &err));
	cr_expect(str_is(names(f, db), "第1个 第3个"));
	OK(saved_undo(db, f->a, 1, &err));
	cr_expect(str_is(names(f, db), "第1个 第2个 第3个"), "at its place");
	FAILS(saved_undo(db, f->a, 1, &err), ERR_NOT_FOUND);
	OK(saved_rename(db, f->a, 1, 1, STR("新名"), &err));
	cr_expect(str_is(names(f, db), "新名 第2个 第3个"));
	OK(saved_undo(db, f->a, 1, &err));
	cr_expect(str_is(names(f, db), "第1个 第2个 第3个"));
	db_close(db);
}
