/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>

#include "app/command.h"
#include "app/demo.h"
#include "app/folder.h"
#include "web/session.h"

static bool read_new(const struct options *o, struct folder_new *f, struct err *err)
{
	const bool demo = option(o, "--demo") != NULL, practice = option(o, "--practice") != NULL;

	*f = (struct folder_new){ .dir = o->arg[0], .pack = option(o, "--pack"), .law = option(o, "--law"), .db = option(o, "--db"),
				  .log_name = option(o, "--log-name") };
	if (demo && practice)
		return err_set(err, ERR_USAGE, "--demo 和 --practice 只能选一个");
	if (practice && f->db)
		return err_set(err, ERR_USAGE, "练习县可以整个重新开始，只用自己文件夹里的数据库，不接 --db");
	f->acts = demo ? DEMO_FILE : practice ? PRACTICE_FILE : NULL;
	if (!f->pack)
		f->pack = practice ? "shanxi/linyi" : "national";
	return true;
}

int cmd_init(int argc, char **argv)
{
	struct options o;
	struct folder_new f;
	struct err err = { 0 };
	struct arena *a;
	bool ok;

	if (!options_read(argc, argv, &o) || o.n != 1)
		return command_misused("init");
	if (!read_new(&o, &f, &err)) {
		(void)command_failed(&err);
		return 2;
	}
	a = arena_new();
	ok = session_init(&err) && folder_make(a, &f, &err);
	if (ok)
		(void)printf("已建立%s %s（定义包 %s）%s\n", option(&o, "--practice") ? "练习县" : "", f.dir, f.pack,
			     f.acts ? "，账号见其中的 accounts.txt" : "");
	(void)arena_free(a);
	return ok ? 0 : command_failed(&err);
}
