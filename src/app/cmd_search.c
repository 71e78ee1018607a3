/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `mingfa search rebuild`: the full-text index anew, from the first event. */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/command.h"
#include "search/search.h"

static bool rebuild(struct app *app, int64_t *ret_last, struct err *err)
{
	struct search *s;
	bool ok;

	if (!search_open(app->search_db, DB_WRITE, &s, err))
		return false;
	ok = search_clear(s, err);
	if (ok) {
		app_follow(app, "search", 1000, indexer_work);
		app_settle(app);
		ok = search_last_event(s, ret_last, err);
	}
	search_close(s);
	return ok;
}

int cmd_search(int argc, char **argv)
{
	struct app_config config = { 0 };
	struct app *app = NULL;
	struct options o;
	struct err err = { 0 };
	int64_t last = 0;
	bool ok;

	if (!options_read(argc, argv, &o) || o.n != 2 || strcmp(o.arg[0], "rebuild") != 0)
		return command_misused("search");
	config.dir = o.arg[1];
	config.db = option(&o, "--db");
	config.law = option(&o, "--law");
	ok = app_open(&config, &app, &err) && rebuild(app, &last, &err);
	app_close(app);
	if (!ok)
		return command_failed(&err);
	(void)printf("全文索引已重建\n");
	return 0;
}
