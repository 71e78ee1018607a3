/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app.h"
#include "app/command.h"
#include "app/demo.h"
#include "db/migrate.h"
#include "web/session.h"

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

static bool make_schema(struct arena *a, const char *address, struct err *err)
{
	struct db *db;
	bool ok;

	if (!db_open(address, DB_WRITE, &db, err))
		return false;
	ok = migrate_run(db, a, NULL, err);
	db_close(db);
	return ok;
}

static bool init(struct arena *a, const char *dir, const char *pack, const char *address, const char *law, bool demo,
		 struct err *err)
{
	const struct app_config config = { .dir = dir, .db = address, .pack = pack, .law = law };
	struct app *app = NULL;
	bool ok;

	if (!make_folder(dir, err) || !make_parts(a, dir, pack, err)
	    || !make_schema(a, address ? address : str_cstr(a, str_fmt(a, "sqlite:%s/mingfa.db", dir)), err)
	    || !app_open(&config, &app, err))
		return false;
	ok = !demo || demo_make(app, err);
	if (ok && demo) {
		app_follow(app, "papers", 1000, papers_work);
		app_follow(app, "search", 1000, indexer_work);
		app_settle(app);
	}
	app_close(app);
	return ok;
}

int cmd_init(int argc, char **argv)
{
	static const char *const names[] = { "--pack", "--db", "--law", NULL };
	static const char *const flags[] = { "--demo", NULL };
	struct options o;
	struct err err = { 0 };
	struct arena *a;
	const char *pack;
	bool ok;

	if (!options_read(argc, argv, names, flags, &o) || o.n != 1) {
		(void)fputs("用法：mingfa init 文件夹 [--pack 定义包] [--demo]\n", stderr);
		return 2;
	}
	a = arena_new();
	pack = option(&o, "--pack") ? option(&o, "--pack") : "national";
	ok = session_init(&err)
	  && init(a, o.arg[0], pack, option(&o, "--db"), option(&o, "--law"), option(&o, "--demo") != NULL, &err);
	if (ok)
		(void)printf("已建立 %s（定义包 %s）%s\n", o.arg[0], pack,
			     option(&o, "--demo") ? "，演示账号见其中的 accounts.txt" : "");
	(void)arena_free(a);
	return ok ? 0 : command_failed(&err);
}
