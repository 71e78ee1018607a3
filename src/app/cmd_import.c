/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `mingfa import` and `mingfa export`. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/command.h"
#include "app/export.h"
#include "app/import.h"

#define BAR 30
#define SHOWN_MOST 20 /* refused rows named on the terminal; all of them stand in the file */

static bool read_whole(struct arena *a, const char *path, struct str *ret, struct err *err)
{
	FILE *f = fopen(path, "rb");
	struct buf b;
	char chunk[65536];
	size_t n;

	if (!f)
		return err_set(err, ERR_IO, "不能读取文件 %s：%s", path, strerror(errno));
	buf_init(&b, a, IMPORT_FILE_MOST + 1);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&b, (struct str){ chunk, n });
	(void)fclose(f);
	*ret = buf_str(&b);
	return buf_ok(&b) || err_set(err, ERR_TOO_LARGE, "文件 %s 超过64 MB，请分成几个文件导入", path);
}

static bool write_whole(const char *path, struct str s, struct err *err)
{
	FILE *f = fopen(path, "wb");
	bool ok = f && fwrite(s.p, 1, s.n, f) == s.n;

	if (f && fclose(f) != 0)
		ok = false;
	return ok || err_set(err, ERR_IO, "不能写文件 %s：%s", path, strerror(errno));
}

/* ▓▓▓▓░░░░ 1,280 / 5,000，on a terminal only: files and pipes want lines. */
static void bar(void *ctx, size_t done, size_t all)
{
	const char *what = ctx;

	if (!isatty(STDERR_FILENO) || !all)
		return;
	(void)fprintf(stderr, "\r%s ", what);
	for (size_t i = 0; i < BAR; i++)
		(void)fputs(i * all < done * BAR ? "▓" : "░", stderr);
	(void)fprintf(stderr, " %zu / %zu", done, all);
	if (done == all)
		(void)fputc('\n', stderr);
}

static void print_refused(const struct import *im)
{
	int n = 0;

	for (size_t i = 0; i < im->table.rows && n < SHOWN_MOST; i++)
		if (im->row[i].outcome == IMPORT_REFUSED) {
			(void)printf("  第%d行：%.*s\n", im->table.line[i], STR_FMT(im->row[i].why));
			n++;
		}
	if (im->refused > n)
		(void)printf("  ……另有%lld行\n", (long long)(im->refused - n));
}

static void print_head(const struct import *im)
{
	(void)printf("%.*s：%s编码，%zu行", STR_FMT(im->name), im->encoding, im->table.rows);
	if (im->organ)
		(void)printf("，归入%.*s", STR_FMT(im->organ_name));
	(void)putchar('\n');
	if (!im->n_ignored)
		return;
	(void)fputs("没有用到的列：", stdout);
	for (size_t i = 0; i < im->n_ignored; i++)
		(void)printf("%s%.*s", i ? "、" : "", STR_FMT(im->ignored[i]));
	(void)putchar('\n');
}

static bool report(struct arena *a, const struct import *im, bool dry, const char *path, struct err *err)
{
	const int64_t left = (int64_t)im->table.rows - im->opened - im->known - im->refused - im->blank;

	print_refused(im);
	(void)printf("%s%lld行，已有%lld行，%s%lld行", dry ? "可以导入" : "已导入", (long long)im->opened, (long long)im->known,
		     dry ? "不能导入" : "未导入", (long long)im->refused);
	if (im->blank)
		(void)printf("，空行%lld行", (long long)im->blank);
	if (left > 0)
		(void)printf("，中断而没有办到的%lld行（再导入同一个文件，已导入的不会重复）", (long long)left);
	(void)putchar('\n');
	if (!im->refused)
		return true;
	{
		char *to = str_cstr(a, str_fmt(a, "%s.refused.csv", path));

		if (!write_whole(to, import_refused_csv(a, im), err))
			return false;
		(void)printf("未导入的行和原因：%s（改正后可以直接再导入）\n", to);
	}
	return true;
}

static bool import_with(struct arena *a, struct app *app, const struct options *o, int64_t *ret_refused, struct err *err)
{
	const char *path = o->arg[2], *slash = strrchr(path, '/');
	bool dry = option(o, "--dry-run") != NULL, ok;
	struct import *im;
	struct db *reader;
	struct str text;

	if (!read_whole(a, path, &text, err) || !db_open(app->db, DB_READ, &reader, err))
		return false;
	ok = import_open(a, app, str_of(o->arg[1]), text, slash ? slash + 1 : path, str_of(option(o, "--organ")), reader, &im,
			 err);
	if (ok) {
		print_head(im);
		(void)fflush(stdout);
		ok = (dry || app_start(app, err))
		  && import_run(im, reader, dry ? NULL : app->writer, bar, dry ? "核对" : "导入", err);
		ok = report(a, im, dry, path, ok ? err : &(struct err){ 0 }) && ok;
		*ret_refused = im->refused;
	}
	db_close(reader);
	if (ok && !dry) {
		app_follow(app, "search", 1000, indexer_work); /* not started: settled here, to the last event */
		app_settle(app);
	}
	return ok;
}

int cmd_import(int argc, char **argv)
{
	struct app_config config = { 0 };
	struct app *app = NULL;
	struct options o;
	struct err err = { 0 };
	struct arena *a;
	int64_t refused = 0;
	bool ok;

	if (!options_read(argc, argv, &o) || o.n != 3)
		return command_misused("import");
	config.dir = o.arg[0];
	config.db = option(&o, "--db");
	config.law = option(&o, "--law");
	a = arena_new();
	ok = app_open(&config, &app, &err) && import_with(a, app, &o, &refused, &err);
	app_close(app);
	(void)arena_free(a);
	if (!ok)
		return command_failed(&err);
	return refused ? 1 : 0;
}

int cmd_export(int argc, char **argv)
{
	struct app_config config = { 0 };
	struct app *app = NULL;
	struct options o;
	struct err err = { 0 };
	int64_t rows = 0;
	bool ok;

	if (!options_read(argc, argv, &o) || o.n != 3)
		return command_misused("export");
	config.dir = o.arg[0];
	config.db = option(&o, "--db");
	config.law = option(&o, "--law");
	ok = app_open(&config, &app, &err)
	  && export_kind(app, str_of(o.arg[1]), o.arg[2], option(&o, "--public") != NULL, bar, "导出", &rows, &err);
	app_close(app);
	if (!ok)
		return command_failed(&err);
	(void)printf("已导出%lld行到 %s\n", (long long)rows, o.arg[2]);
	return 0;
}
