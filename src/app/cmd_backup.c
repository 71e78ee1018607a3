/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `mingfa backup` and `mingfa restore`. */
#include <stdio.h>

#include "app/backup_note.h"
#include "app/command.h"
#include "app/verify.h"
#include "base/arena.h"

static const char *address_of(struct arena *a, const struct options *o, const char *dir)
{
	return option(o, "--db") ? option(o, "--db") : str_cstr(a, str_fmt(a, "sqlite:%s/mingfa.db", dir));
}

/* What was done was done, also where the record cannot be written: another version's database, or a full disk. */
static void note(struct arena *a, const struct options *o, const char *dir, bool restore, const char *other,
		 const struct backup_result *made, const struct err *failed)
{
	const struct backup_note x = { .who = { .sort = ACTOR_SYSTEM }, .sort = restore ? NOTE_RESTORE : NOTE_MAKE, .place = str_of(other), .made = *made,
				       .failed = str_of(failed->msg) };
	struct err err = { 0 };

	if (!backup_note_folder(dir, address_of(a, o, dir), option(o, "--law"), &x, &err))
		(void)fprintf(stderr, "这一次没有记入日志：%s\n", err.msg);
}

/* Two folders, --db and --law; 2: misused, and told so. */
static int with_folders(int argc, char **argv, int (*work)(struct arena *a, const struct options *o))
{
	struct arena *a = arena_new();
	struct options o;
	int code = options_read(argc, argv, &o) && o.n == 2 ? work(a, &o) : command_misused(argv[0]);

	(void)arena_free(a);
	return code;
}

static int back_up(struct arena *a, const struct options *o)
{
	struct backup_result r = { 0 };
	struct err err = { 0 };
	bool ok = backup_folder(o->arg[0], address_of(a, o, o->arg[0]), o->arg[1], NULL, NULL, &r, &err);

	note(a, o, o->arg[0], false, o->arg[1], &r, &err);
	if (!ok)
		return command_failed(&err);
	(void)printf("已备份到 %s：%lld MB，文件%lld份，其中新增%lld份；密钥%lld个，请把备份放在只有管理员能看的地方\n", o->arg[1],
		     (long long)(r.bytes >> 20), (long long)r.files, (long long)r.copied, (long long)r.keys);
	if (r.elsewhere)
		(void)printf("另有%lld份文件在对象存储里，不在这份备份中：请用对象存储自己的多副本、版本或者异地复制保护它们；恢复以后，"
			     "serve 和 verify 仍用 --blobs 写明同一个存储桶\n", (long long)r.elsewhere);
	return 0;
}

static int restore(struct arena *a, const struct options *o)
{
	struct backup_result r;
	struct verify_result v;
	struct err err = { 0 };

	if (!restore_folder(o->arg[0], o->arg[1], address_of(a, o, o->arg[1]), &r, &err))
		return command_failed(&err);
	note(a, o, o->arg[1], true, o->arg[0], &r, &err);
	(void)printf("已恢复到 %s，数据库通过检查，文件%lld份，密钥%lld个\n", o->arg[1], (long long)r.files, (long long)r.keys);
	if (r.missing) {
		(void)printf("缺%lld份文件：备份不全，请找更完整的备份\n", (long long)r.missing);
		return 1;
	}
	if (!verify_folder(o->arg[1], address_of(a, o, o->arg[1]), NULL, NULL, NULL, &v, &err))
		return verify_failed(&err);
	verify_print(&v);
	return 0;
}

int cmd_backup(int argc, char **argv)
{
	return with_folders(argc, argv, back_up);
}

int cmd_restore(int argc, char **argv)
{
	return with_folders(argc, argv, restore);
}
