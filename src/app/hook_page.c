/* SPDX-License-Identifier: MulanPSL-2.0 */
/* hook_page.c - the webhooks of the installation, and what could not be delivered. */
#include "app/hook.h"
#include "app/input.h"
#include "pages.h"

#define LINES 100

static const struct stmt st_count = { "hook_count",
	"SELECT COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0),"
	" COALESCE(SUM(CASE WHEN state = 'done' THEN 1 ELSE 0 END), 0),"
	" COALESCE(SUM(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), 0), COALESCE(MAX(at), 0)"
	" FROM hook_delivery WHERE hook = $1" };
static const struct stmt st_dead = { "hook_dead",
	"SELECT d.code, COALESCE(m.title, ''), d.event, d.at, d.error, d.tries FROM hook_delivery d"
	" LEFT JOIN matter m ON m.id = d.hook WHERE d.state = 'dead' ORDER BY d.id DESC LIMIT 100" };
static const struct stmt st_revive = { "hook_revive",
	"UPDATE hook_delivery SET state = 'waiting', tries = 0, next_at = $2 WHERE code = $1 AND state = 'dead'" };

static bool add_line(struct req *r, const struct list_row *x, struct hook_line *l, struct err *err)
{
	const struct actor who = actor_of(r);
	const struct db_in in[] = { db_i64(x->snap->id) };
	int64_t last;
	const struct db_out out[] = { db_to_i64(&l->waiting), db_to_i64(&l->done), db_to_i64(&l->dead), db_to_i64(&last) };
	const struct field *url = kind_field(x->snap->kind, STR("url"));
	struct matter_view m;
	struct err no_key = { 0 };

	if (!matter_see(app_of(r)->engine, r->db, r->a, &who, x->snap->id, SEE_FIELDS, &m, err)
	    || !db_one(r->db, r->a, &st_count, DB_IN(in), DB_OUT(out), err))
		return false;
	if (!hook_secret(app_of(r), r->a, x->snap->code, &l->secret, &no_key))
		l->secret = str_dup(r->a, str_of(no_key.msg));
	l->title = x->title;
	l->href = str_fmt(r->a, "/m/%.*s", STR_FMT(x->snap->code));
	l->url = url && m.field[url->index].v.t == T_TEXT ? m.field[url->index].v.s : (struct str){ 0 };
	l->state = x->state_name;
	l->last = last ? shown_time(r->a, last) : STR("还没有");
	return true;
}

static bool lines(struct req *r, struct hooks_view *v, struct err *err)
{
	const struct list_query q = { .who = actor_of(r), .kind = STR("webhook"), .order = LIST_OPENED, .limit = LINES };
	const struct list_row *row;
	struct hook_line *l;
	size_t n;

	if (!matter_list(app_of(r)->engine, r->db, r->a, &q, &row, &n, err))
		return false;
	l = arena_many(r->a, n, struct hook_line);
	for (size_t i = 0; i < n; i++)
		if (!add_line(r, &row[i], &l[i], err))
			return false;
	v->line = l;
	v->n_line = n;
	return true;
}

struct dead_rows {
	struct req *r;
	struct dead_line *v, row;
	size_t n;
	int64_t at;
};

static bool add_dead(void *ctx, struct err *err)
{
	struct dead_rows *d = ctx;

	(void)err;
	d->row.at = shown_time(d->r->a, d->at);
	if (!d->row.title.n)
		d->row.title = STR("消息推送");
	d->v[d->n++] = d->row;
	return true;
}

static bool dead(struct req *r, struct hooks_view *v, struct err *err)
{
	struct dead_rows d = { .r = r, .v = arena_many(r->a, LINES, struct dead_line) };
	const struct db_out out[] = { db_to_str(&d.row.code), db_to_str(&d.row.title), db_to_str(&d.row.event), db_to_i64(&d.at),
				      db_to_str(&d.row.error), db_to_i64(&d.row.tries) };

	if (!db_each(r->db, r->a, &st_dead, DB_NONE, DB_OUT(out), add_dead, &d, err))
		return false;
	v->dead = d.v;
	v->n_dead = d.n;
	return true;
}

/* The system administrator's, since only he may open one. */
static bool allowed(struct req *r, bool *ret, struct err *err)
{
	const struct act open = { .who = actor_of(r), .kind = STR("webhook"), .action = STR("open"), .version = -1 };
	struct act_result can;

	if (!matter_try(app_of(r)->engine, r->db, r->a, &open, &can, err))
		return false;
	*ret = true;
	for (size_t i = 0; i < can.n_refused; i++)
		*ret = *ret && can.refused[i].sort != REFUSED_RIGHT;
	return true;
}

bool hooks_show(struct req *r, struct err *err)
{
	struct hooks_view v = { .n_line = 0 };
	struct html h;

	if (!allowed(r, &v.may, err))
		return false;
	if (!v.may)
		return err_set(err, ERR_FORBIDDEN, "事件推送由系统管理员管理");
	if (!frame_load(r, STR("事件推送"), &v.frame, err) || !lines(r, &v, err) || !dead(r, &v, err))
		return false;
	frame_crumb(&v.frame, STR("事件推送"), (struct str){ 0 });
	if (str_is(req_query(r, "done"), "again"))
		v.done = STR("已重新排队，稍后再推送");
	html_init(&h, r->a, HTML_MAX);
	page_hooks(&h, &v);
	return frame_reply(r, 200, &h, err);
}

static bool again_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct req *r = ctx;
	const struct db_in in[] = { db_str(req_form(r, "delivery")), db_i64(now_of(r)) };
	int64_t changed;

	(void)a;
	if (!db_exec(db, &st_revive, DB_IN(in), &changed, err))
		return false;
	return changed > 0 || err_set(err, ERR_NOT_FOUND, "没有这条未送达的推送，可能已经重新推送");
}

static bool again_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	(void)ctx;
	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	return reply_see_other(r, STR("/admin/webhooks?done=again"));
}

bool hooks_again(struct req *r, struct err *err)
{
	bool may;

	if (!allowed(r, &may, err))
		return false;
	if (!may)
		return err_set(err, ERR_FORBIDDEN, "事件推送由系统管理员管理");
	return req_write(r, again_run, r, again_after);
}
