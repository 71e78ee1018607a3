/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `mingfa unheld`: open matters that nobody has (无人在办). There should be none. */
#include <stdio.h>

#include "app/app.h"
#include "app/command.h"
#include "matter/together.h"

static bool list(struct app *app, int *ret_n, struct err *err)
{
	struct arena *a = arena_new();
	struct db *db = NULL;
	int64_t after = 0;
	bool ok = db_open(app->db, DB_READ, &db, err), more = true;

	*ret_n = 0;
	while (ok && more) {
		const struct link_view *v;
		size_t n;

		ok = unheld_list(app->engine, db, a, true, &after, &v, &n, &more, err);
		for (size_t i = 0; ok && i < n; i++)
			(void)printf("%.*s  %.*s  %.*s  /m/%.*s\n", STR_FMT(v[i].kind_name), STR_FMT(v[i].title),
				     STR_FMT(v[i].state_name), STR_FMT(v[i].code));
		*ret_n += ok ? (int)n : 0;
		(void)arena_reset(a);
	}
	if (db)
		db_close(db);
	(void)arena_free(a);
	return ok;
}

int cmd_unheld(int argc, char **argv)
{
	struct app_config config = { 0 };
	struct app *app = NULL;
	struct options o;
	struct err err = { 0 };
	int n = 0;
	bool ok;

	if (!options_read(argc, argv, &o) || o.n != 1)
		return command_misused("unheld");
	config.dir = o.arg[0];
	config.db = option(&o, "--db");
	config.law = option(&o, "--law");
	ok = app_open(&config, &app, &err) && list(app, &n, &err);
	app_close(app);
	if (!ok)
		return command_failed(&err);
	(void)printf("无人在办：%d件\n", n);
	return n > 0;
}
