/* SPDX-License-Identifier: MulanPSL-2.0 */
/* drafts.c - 草稿箱: forms begun and not sent, and those that were thrown away in the last 30 days. */
#include "app/act.h"

#include "base/day.h"
#include "base/parse.h"
#include "pages.h"

#define DRAFTS_MOST 200

static const struct stmt st_live = { "drafts_live",
	"SELECT 0, matter, action, at, 0 FROM draft WHERE person = $1 ORDER BY at DESC LIMIT 200" };
static const struct stmt st_bin = { "drafts_bin",
	"SELECT id, matter, action, at, dropped FROM draft_bin WHERE person = $1 AND dropped >= $2 ORDER BY dropped DESC LIMIT 200" };

struct reading {
	struct req *r;
	const struct law *law;
	int64_t id, matter, at, dropped;
	struct str action;
	struct {
		int64_t id, matter, at, dropped;
		struct str action;
	} row[DRAFTS_MOST];
	size_t n;
};

static bool take(void *ctx, struct err *err)
{
	struct reading *x = ctx;

	(void)err;
	if (x->n == DRAFTS_MOST)
		return true;
	x->row[x->n].id = x->id;
	x->row[x->n].matter = x->matter;
	x->row[x->n].at = x->at;
	x->row[x->n].dropped = x->dropped;
	x->row[x->n++].action = x->action;
	return true;
}

/* Of a matter that its writer no longer sees, nothing is told. */
static bool line(struct reading *x, size_t i, struct draft_line *ret, struct err *err)
{
	struct arena *a = x->r->a;
	const struct actor who = actor_of(x->r);
	const struct action *ac;
	struct matter_view m;
	struct err hidden = { 0 };

	*ret = (struct draft_line){ .id = str_fmt(a, "%lld", (long long)x->row[i].id), .at = shown_time(a, x->row[i].at) };
	if (x->row[i].dropped) {
		ret->dropped = shown_time(a, x->row[i].dropped);
		ret->left = DRAFT_BIN_DAYS - (day_at(now_of(x->r)) - day_at(x->row[i].dropped));
	}
	if (!x->row[i].matter) {
		const struct kind *k = law_kind(x->law, x->row[i].action);

		ac = k ? kind_action(k, STR("open")) : NULL;
		ret->what = ac ? ac->name : STR("新建");
		ret->title = k ? k->name : x->row[i].action;
		ret->href = str_fmt(a, "/k/%.*s/new", STR_FMT(x->row[i].action));
		return true;
	}
	if (!matter_see(app_of(x->r)->engine, x->r->db, a, &who, x->row[i].matter, 0, &m, &hidden)) {
		ret->title = STR("无权查看的办件");
		return hidden.code == ERR_NOT_FOUND || err_set(err, hidden.code, "%s", hidden.msg);
	}
	ac = kind_action(m.snap->kind, x->row[i].action);
	ret->what = ac ? ac->name : x->row[i].action;
	ret->title = title_once(m.title);
	ret->href = str_fmt(a, "/m/%.*s/do/%.*s", STR_FMT(m.snap->code), STR_FMT(x->row[i].action));
	return true;
}

static bool list(struct req *r, const struct law *law, const struct stmt *st, const struct db_in *in, size_t n_in,
		 const struct draft_line **ret, size_t *ret_n, struct err *err)
{
	struct reading *x = arena_one(r->a, struct reading);
	const struct db_out out[] = { db_to_i64(&x->id), db_to_i64(&x->matter), db_to_str(&x->action), db_to_i64(&x->at),
				      db_to_i64(&x->dropped) };
	struct draft_line *l;

	x->r = r;
	x->law = law;
	if (!db_each(r->db, r->a, st, in, n_in, DB_OUT(out), take, x, err))
		return false;
	l = arena_many(r->a, x->n, struct draft_line);
	for (size_t i = 0; i < x->n; i++)
		if (!line(x, i, &l[i], err))
			return false;
	*ret = l;
	*ret_n = x->n;
	return true;
}

bool drafts_show(struct req *r, struct err *err)
{
	const struct db_in live[] = { db_i64(r->session->person) };
	const struct db_in bin[] = { db_i64(r->session->person), db_i64(now_of(r) - DRAFT_BIN_DAYS * DAY_MS) };
	struct drafts_view v = { .n_live = 0 };
	const struct law *law;
	struct html h;

	if (!frame_load(r, STR("草稿箱"), &v.frame, err) || !frame_law(r, &law, err)
	    || !list(r, law, &st_live, DB_IN(live), &v.live, &v.n_live, err)
	    || !list(r, law, &st_bin, DB_IN(bin), &v.bin, &v.n_bin, err))
		return false;
	frame_crumb(&v.frame, STR("草稿箱"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_drafts(&h, &v);
	return frame_reply(r, 200, &h, err);
}

struct restoring {
	struct req *r;
	int64_t id, matter;
	struct str action;
};

static bool restore_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct restoring *x = ctx;

	return draft_restore(db, a, x->r->session->person, x->id, now_of(x->r), &x->matter, &x->action, err);
}

static bool restore_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	const struct restoring *x = ctx;
	const struct actor who = actor_of(r);
	struct matter_view m;

	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	if (!x->matter)
		return reply_see_other(r, str_fmt(r->a, "/k/%.*s/new", STR_FMT(x->action)));
	return matter_see(app_of(r)->engine, r->db, r->a, &who, x->matter, 0, &m, err)
	    && reply_see_other(r, str_fmt(r->a, "/m/%.*s/do/%.*s", STR_FMT(m.snap->code), STR_FMT(x->action)));
}

bool drafts_restore(struct req *r, struct err *err)
{
	struct restoring *x = arena_one(r->a, struct restoring);

	x->r = r;
	if (!parse_i64(req_form(r, "draft"), 1, INT64_MAX, &x->id))
		return err_set(err, ERR_BAD_INPUT, "没有说明恢复哪一份草稿");
	return req_write(r, restore_run, x, restore_after);
}
