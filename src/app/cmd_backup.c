/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `mingfa backup` and `mingfa restore`. */
#include <stdio.h>

#include "app/backup.h"
#include "app/command.h"
#include "base/arena.h"

static const char *address_of(struct arena *a, const struct options *o, const char *dir)
{
	return option(o, "--db") ? option(o, "--db") : str_cstr(a, str_fmt(a, "sqlite:%s/mingfa.db", dir));
}

int cmd_backup(int argc, char **argv)
{
	static const char *const names[] = { "--db", NULL };
	struct arena *a = arena_new();
	struct backup_result r;
	struct options o;
	struct err err = { 0 };
	bool ok;

	if (!options_read(argc, argv, names, NULL, &o) || o.n != 2) {
		(void)fputs("用法：mingfa backup 文件夹 备份到的文件夹 [--db 地址]\n", stderr);
		(void)arena_free(a);
		return 2;
	}
	ok = backup_folder(o.arg[0], address_of(a, &o, o.arg[0]), o.arg[1], NULL, NULL, &r, &err);
	(void)arena_free(a);
	if (!ok)
		return command_failed(&err);
	(void)printf("已备份到 %s：%lld MB，文件%lld份，其中新增%lld份。签名密钥不在备份里，请另行保管\n", o.arg[1],
		     (long long)(r.bytes >> 20), (long long)r.files, (long long)r.copied);
	return 0;
}

int cmd_restore(int argc, char **argv)
{
	static const char *const names[] = { "--db", NULL };
	struct arena *a = arena_new();
	struct backup_result r;
	struct options o;
	struct err err = { 0 };
	bool ok;

	if (!options_read(argc, argv, names, NULL, &o) || o.n != 2) {
		(void)fputs("用法：mingfa restore 备份的文件夹 新的空文件夹 [--db 地址]\n", stderr);
		(void)arena_free(a);
		return 2;
	}
	ok = restore_folder(o.arg[0], o.arg[1], address_of(a, &o, o.arg[1]), &r, &err);
	(void)arena_free(a);
	if (!ok)
		return command_failed(&err);
	(void)printf("已恢复到 %s，数据库通过检查，文件%lld份\n", o.arg[1], (long long)r.files);
	if (r.missing)
		(void)printf("缺%lld份文件：备份不全，请找更完整的备份\n", (long long)r.missing);
	return r.missing ? 1 : 0;
}
