/* SPDX-License-Identifier: MulanPSL-2.0 */
/* tour.c - 五步认识明法: five steps for who signs in for the first time, offered on the desk until they were seen. */
#include "app/practice.h"
#include "app/prefs.h"
#include "app/rows.h"
#include "pages.h"

bool tour_show(struct req *r, struct err *err)
{
	struct tour_view v = { .site = str_of(app_of(r)->practice_site ? app_of(r)->practice_site : "") };
	struct html h;

	if (!frame_load(r, STR("五步认识明法"), &v.frame, err))
		return false;
	frame_crumb(&v.frame, STR("帮助"), STR("/help"));
	frame_crumb(&v.frame, STR("五步认识明法"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_tour(&h, &v);
	return frame_reply(r, 200, &h, err);
}

static bool seen_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct req *r = ctx;

	(void)a;
	return prefs_put(db, r->session->person, STR("tour"), STR("1"), err);
}

static bool seen_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	(void)ctx;
	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	return reply_see_other(r, STR("/"));
}

bool tour_seen(struct req *r, struct err *err)
{
	(void)err;
	return req_write(r, seen_run, r, seen_after);
}
