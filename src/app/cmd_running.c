/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `mingfa running`: running matters of older versions that the pack in force wants over (`running`), and which have no place
 * there. It can be asked before a new version is served: nothing is written. */
#include <stdio.h>

#include "app/app.h"
#include "app/command.h"
#include "base/day.h"
#include "matter/adopt.h"

struct counts {
	int over, stay;
};

static void put(const struct adopt_view *v, struct counts *n)
{
	n->over += !v->why.n;
	n->stay += v->why.n > 0;
	if (v->why.n)
		(void)printf("%.*s  %.*s  %.*s  /m/%.*s  %.*s\n", STR_FMT(v->kind_name), STR_FMT(v->title), STR_FMT(v->state_name),
			     STR_FMT(v->code), STR_FMT(v->why));
}

static bool list(struct app *app, struct counts *ret, struct err *err)
{
	struct arena *a = arena_new();
	struct db *db = NULL;
	int64_t after = 0;
	bool ok = db_open(app->db, DB_READ, &db, err), more = true;

	while (ok && more) {
		const struct adopt_view *v;
		size_t n;

		ok = adopt_list(app->engine, db, a, &after, &v, &n, &more, err);
		for (size_t i = 0; ok && i < n; i++)
			put(&v[i], ret);
		(void)arena_reset(a);
	}
	if (db)
		db_close(db);
	(void)arena_free(a);
	return ok;
}

int cmd_running(int argc, char **argv)
{
	struct app_config config = { 0 };
	struct app *app = NULL;
	struct counts n = { 0 };
	struct options o;
	struct err err = { 0 };
	bool ok;

	if (!options_read(argc, argv, &o) || o.n != 1)
		return command_misused("running");
	config.dir = o.arg[0];
	config.db = option(&o, "--db");
	config.law = option(&o, "--law");
	ok = app_open(&config, &app, &err) && list(app, &n, &err);
	app_close(app);
	if (!ok)
		return command_failed(&err);
	(void)printf("转入新定义：%d件；留在原定义：%d件\n", n.over, n.stay);
	return n.stay > 0;
}
