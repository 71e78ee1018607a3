/* SPDX-License-Identifier: MulanPSL-2.0 */
/* practice_again.c - a practice county as it was at first: made beside, moved to its place. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/demo.h"
#include "app/folder.h"
#include "app/practice.h"

#define AGAIN ".practice-again" /* the new folder, below the old one */
#define READY AGAIN "/ready"    /* stands when all of it is made */

static const char *path_of(struct arena *a, const char *dir, const char *name)
{
	return str_cstr(a, str_fmt(a, "%s/%s", dir, name));
}

static bool there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* One part of the new folder takes the old one's place. Twice is as good as once. */
static bool move_part(struct arena *a, const char *dir, const char *name, struct err *err)
{
	static const char *const beside[] = { "-wal", "-shm" };
	const char *from = path_of(a, dir, str_cstr(a, str_fmt(a, AGAIN "/%s", name))), *to = path_of(a, dir, name);

	if (!there(from))
		return true;
	if (!folder_remove(a, to, err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(beside); i++) /* a database's journal belongs to the old one */
		if (!folder_remove(a, str_cstr(a, str_fmt(a, "%s%s", to, beside[i])), err))
			return false;
	return rename(from, to) == 0 || err_set(err, ERR_IO, "不能移动 %s：%s", from, strerror(errno));
}

static bool move_all(struct arena *a, const char *dir, struct err *err)
{
	static const char *const parts[] = { "mingfa.db", "search.db", "blobs", "spool", "log", "keys", "pack", "accounts.txt" };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (!move_part(a, dir, parts[i], err))
			return false;
	return folder_remove(a, path_of(a, dir, AGAIN), err);
}

bool practice_finish(const char *dir, struct err *err)
{
	struct arena *a = arena_new();
	bool ok = there(path_of(a, dir, READY)) ? move_all(a, dir, err) : folder_remove(a, path_of(a, dir, AGAIN), err);

	(void)arena_free(a);
	return ok;
}

/* Asked of the folder itself: what was true when the program began may have become another folder since. */
static bool is_practice(struct arena *a, const char *dir, struct err *err)
{
	struct db *db;
	bool practice = false, ok;

	if (!db_open(str_cstr(a, str_fmt(a, "sqlite:%s/mingfa.db", dir)), DB_READ, &db, err))
		return false;
	ok = practice_known(db, a, &practice, err);
	db_close(db);
	return ok && (practice || err_set(err, ERR_FORBIDDEN, "%s 不是练习县，没有改动它", dir));
}

static bool make_ready(struct arena *a, const char *dir, struct err *err)
{
	FILE *f = fopen(path_of(a, dir, READY), "w");

	return (f && fclose(f) == 0) || err_set(err, ERR_IO, "不能写 %s/" READY, dir);
}

bool practice_again(const struct app_config *config, struct err *err)
{
	struct arena *a = arena_new();
	struct folder_new f = { .dir = path_of(a, config->dir, AGAIN), .law = config->law, .acts = PRACTICE_FILE, .hurry = true, .now = config->now,
				.kept = folder_text(a, config->dir, "accounts.txt"),
				.pack = str_cstr(a, str_trim(folder_text(a, config->dir, "pack"))) };
	bool ok = !config->db || err_set(err, ERR_FORBIDDEN, "练习县只用自己文件夹里的数据库，没有改动 %s", config->db);

	ok = ok && is_practice(a, config->dir, err) && folder_remove(a, f.dir, err) && folder_make(a, &f, err)
	  && make_ready(a, config->dir, err) && move_all(a, config->dir, err);
	(void)arena_free(a);
	return ok;
}
