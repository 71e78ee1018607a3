/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `mingfa backup` and `mingfa restore`. */
#include <stdio.h>
#include <string.h>

#include "app/backup_note.h"
#include "app/command.h"
#include "app/verify.h"
#include "base/arena.h"
#include "base/base64.h"
#include "log/store.h"

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

static struct str base64_of(struct arena *a, const unsigned char root[LOG_HASH])
{
	struct buf b;

	buf_init(&b, a, BASE64_LEN(LOG_HASH));
	base64_put(&b, (struct str){ (const char *)root, LOG_HASH });
	return buf_str(&b);
}

/* The log that came back is the beginning of the original's: of as many records both have the same root. */
static bool logs_agree(struct arena *a, struct db *copy, struct db *live, struct backup_note *x, struct err *err)
{
	unsigned char came[LOG_HASH], there[LOG_HASH];
	struct log_head head, now;
	struct log_origin origin;
	struct log_store s;
	bool found;

	if (!log_head_load(copy, a, &head, err) || !log_head_load(live, a, &now, err)
	    || !log_origin_load(live, a, head.log, &origin, &found, err))
		return false;
	if (!found || (head.log == now.log && head.tree.size > now.tree.size))
		return err_set(err, ERR_ALTERED, "恢复出来的记录日志不是原系统的：原系统没有这么多条记录");
	log_store_init(&s, live, a, &origin);
	if (!log_root_of(&s.nodes, head.tree.size, there, err))
		return false;
	log_tree_root(&head.tree, came);
	if (memcmp(came, there, LOG_HASH) != 0)
		return err_set(err, ERR_ALTERED, "恢复出来的%lld条记录与原系统的不一致：树根不同", (long long)head.tree.size);
	x->log_size = head.tree.size;
	x->log_root = base64_of(a, came);
	return true;
}

/* 恢复演练 (LY1.09-2c): what came back is compared with the original before anything is written, and the original records it. */
static int rehearse(struct arena *a, const struct options *o, const struct backup_result *r)
{
	const char *of = option(o, "--of");
	const char *live = option(o, "--of-db") ? option(o, "--of-db") : str_cstr(a, str_fmt(a, "sqlite:%s/mingfa.db", of));
	struct backup_note x = { .who = { .sort = ACTOR_SYSTEM }, .sort = NOTE_REHEARSE, .place = str_of(o->arg[0]), .made = *r };
	struct db *copy = NULL, *there = NULL;
	struct verify_result v;
	struct err err = { 0 }, unsaid = { 0 };
	bool ok = db_open(address_of(a, o, o->arg[1]), DB_READ, &copy, &err) && db_open(live, DB_READ, &there, &err)
		  && logs_agree(a, copy, there, &x, &err);

	db_close(copy);
	db_close(there);
	ok = ok && verify_folder(o->arg[1], address_of(a, o, o->arg[1]), NULL, NULL, NULL, &v, &err);
	if (!ok)
		x.failed = str_of(err.msg);
	if (!backup_note_folder(of, live, option(o, "--law"), &x, &unsaid))
		(void)fprintf(stderr, "这一次没有记入日志：%s\n", unsaid.msg);
	if (!ok)
		return verify_failed(&err);
	verify_print(&v);
	(void)printf("恢复演练：%lld条记录与原系统一致，树根 %.*s\n", (long long)x.log_size, STR_FMT(x.log_root));
	return r->missing ? 1 : 0;
}

static int restore(struct arena *a, const struct options *o)
{
	struct backup_result r;
	struct verify_result v;
	struct err err = { 0 };

	if (!restore_folder(o->arg[0], o->arg[1], address_of(a, o, o->arg[1]), &r, &err))
		return command_failed(&err);
	if (option(o, "--of"))
		return rehearse(a, o, &r);
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
