/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/demo.h"
#include "app/log_keys.h"
#include "db/migrate.h"

#define TEXT_MOST ((size_t)64 * 1024)

static bool make_folder(const char *dir, struct err *err)
{
	DIR *d;
	struct dirent *e;
	bool empty = true;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return err_set(err, ERR_IO, "不能建立文件夹 %s：%s", dir, strerror(errno));
	d = opendir(dir);
	if (!d)
		return err_set(err, ERR_IO, "不能读取文件夹 %s：%s", dir, strerror(errno));
	while ((e = readdir(d)))
		empty = empty && (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0);
	(void)closedir(d);
	if (!empty)
		return err_set(err, ERR_USAGE, "文件夹 %s 里已有内容，没有改动它。请另选一个空文件夹", dir);
	return true;
}

static bool make_parts(struct arena *a, const char *dir, const char *pack, struct err *err)
{
	static const char *const parts[] = { "blobs", "spool", "log", "keys" };
	FILE *f;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (mkdir(str_cstr(a, str_fmt(a, "%s/%s", dir, parts[i])), 0700) != 0)
			return err_set(err, ERR_IO, "不能建立 %s/%s", dir, parts[i]);
	f = fopen(str_cstr(a, str_fmt(a, "%s/pack", dir)), "w");
	if (!f || fprintf(f, "%s\n", pack) < 0 || fclose(f) != 0)
		return err_set(err, ERR_IO, "不能写 %s/pack", dir);
	return true;
}

static bool make_schema(struct arena *a, const struct folder_new *f, struct err *err)
{
	const char *address = f->db ? f->db : str_cstr(a, str_fmt(a, "sqlite:%s/mingfa.db", f->dir));
	struct db *db;
	bool ok;

	if (!db_open(address, DB_WRITE, &db, err))
		return false;
	ok = migrate_run(db, a, NULL, err) && log_keys_make(db, a, f->dir, f->log_name, err);
	db_close(db);
	return ok;
}

bool folder_make(struct arena *a, const struct folder_new *f, struct err *err)
{
	const struct app_config config = { .dir = f->dir, .db = f->db, .pack = f->pack, .law = f->law, .now = f->now };
	struct app *app = NULL;
	bool ok;

	if (!make_folder(f->dir, err) || !make_parts(a, f->dir, f->pack, err)
	    || !make_schema(a, f, err)
	    || !app_open(&config, &app, err))
		return false;
	app->practice = f->acts && strcmp(f->acts, PRACTICE_FILE) == 0; /* its rows come last */
	ok = !f->acts || demo_make(app, f->acts, f->kept, err);
	if (ok && f->acts && !f->hurry) {
		app_follow(app, "papers", 1000, papers_work);
		app_follow(app, "search", 1000, indexer_work);
		app_settle(app);
	}
	app_close(app);
	return ok;
}

bool folder_remove(struct arena *a, const char *path, struct err *err)
{
	struct stat st;
	struct dirent *e;
	bool ok = true;
	DIR *d;

	if (lstat(path, &st) != 0)
		return errno == ENOENT || err_set(err, ERR_IO, "不能读取 %s：%s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return unlink(path) == 0 || err_set(err, ERR_IO, "不能删除 %s：%s", path, strerror(errno));
	d = opendir(path);
	if (!d)
		return err_set(err, ERR_IO, "不能读取 %s：%s", path, strerror(errno));
	while (ok && (e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			ok = folder_remove(a, str_cstr(a, str_fmt(a, "%s/%s", path, e->d_name)), err);
	(void)closedir(d);
	return ok && (rmdir(path) == 0 || err_set(err, ERR_IO, "不能删除 %s：%s", path, strerror(errno)));
}

struct str folder_text(struct arena *a, const char *dir, const char *name)
{
	FILE *f = fopen(str_cstr(a, str_fmt(a, "%s/%s", dir, name)), "r");
	char *p = arena_alloc(a, TEXT_MOST);
	size_t n;

	if (!f)
		return (struct str){ 0 };
	n = fread(p, 1, TEXT_MOST, f);
	(void)fclose(f);
	return (struct str){ p, n };
}
