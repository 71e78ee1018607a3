/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/gate.h"

#include <stdlib.h>

#include "app/api.h"
#include "app/frame.h"
#include "app/public.h"
#include "app/upload.h"
#include "base/day.h"
#include "base/log.h"
#include "pages.h"
#include "web/session.h"

struct app *app_of(const struct req *r)
{
	return r->app;
}

struct actor actor_of(const struct req *r)
{
	return (struct actor){ .sort = ACTOR_PERSON, .person = r->session->person, .organ = r->session->organ };
}

int64_t now_of(const struct req *r)
{
	return engine_now(app_of(r)->engine);
}

/* ---- the session's last use ---- */

struct touch {
	struct arena *a;
	struct str token;
	int64_t now;
};

static bool touch_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct touch *t = ctx;

	(void)a;
	return session_touch(db, t->token, t->now, err);
}

static void touch_done(void *ctx, bool ok, const struct err *err)
{
	struct touch *t = ctx;

	if (!ok)
		log_line(LOG_DEBUG, "session not touched: %s", err->msg);
	(void)arena_free(t->a);
}

/* Nobody waits for it: when the queue is full, the next request tries again. */
void gate_touch(struct req *r, struct str token)
{
	struct arena *a = arena_new();
	struct touch *t = arena_one(a, struct touch);
	const struct writer_job job = { .run = touch_run, .done = touch_done, .ctx = t, .name = "session_touch" };
	struct err err = { 0 };

	*t = (struct touch){ a, str_dup(a, token), now_of(r) };
	if (!writer_submit(r->writer, &job, &err))
		(void)arena_free(a);
}

bool gate_session(struct req *r, const struct session **ret, struct err *err)
{
	struct str token = req_cookie(r, SESSION_COOKIE);
	bool stale;

	if (api_asked(r))
		return api_gate(r, ret, err);
	*ret = NULL;
	if (frame_too_old(r) && !str_starts(r->path, STR("/static/")))
		return err_set(err, ERR_FORBIDDEN, "请切换到极速模式");
	if (!token.n)
		return true;
	if (!session_find(r->db, r->a, token, now_of(r), ret, &stale, err))
		return false;
	if (*ret && stale)
		gate_touch(r, token);
	if (*ret && (*ret)->must_change && r->route->audience != AUDIENCE_PUBLIC && !str_is(r->path, "/me")
	    && !str_is(r->path, "/me/password"))
		return err_set(err, ERR_LOCKED, "这是第一次登录，请先换成自己的密码");
	return true;
}

bool gate_may_write(struct req *r, struct err *err)
{
	struct app *app = app_of(r);

	if (app->read_only && !str_is(r->path, "/sign-in") && !str_is(r->path, "/sign-out")
	    && !str_is(r->path, API_PATH "v1/session"))
		return err_set(err, ERR_DB_READONLY, "系统正在维护，暂时只能查看。填写的内容没有保存，请在维护结束后再办");
	if (!atomic_load(&app->catching_up) || str_is(r->path, "/sign-in") || str_is(r->path, "/sign-out")
	    || str_is(r->path, API_PATH "v1/session"))
		return true;
	return err_set(err, ERR_DB_READONLY, "系统正在补办停机期间到期的事项（还有%lld项），暂时只能查看，请稍后再办",
		       (long long)atomic_load(&app->overdue));
}

/* ---- errors ---- */

/* What was typed into a form whose session has ended. */
static void keep_form(struct req *r, struct sign_in_view *v)
{
	struct err err = { 0 };
	struct form_data form = { 0 };
	struct buf b;

	v->next = r->path;
	if (r->method != METHOD_POST)
		return;
	if (str_starts(r->content_type, STR("multipart/form-data")) ? !form_multipart(r->a, r->content_type, r->body, &form, &err)
								    : !form_urlencoded(r->a, r->body, &form, &err))
		return; /* broken: nothing can be kept */
	buf_init(&b, r->a, KEPT_MOST);
	for (size_t i = 0; i < form.n; i++) {
		if (form.v[i].file || !(str_starts(form.v[i].name, STR("f.")) || str_starts(form.v[i].name, STR("w."))
					|| str_is(form.v[i].name, "version")))
			continue;
		buf_adds(&b, b.n ? "&" : "");
		form_escape(&b, form.v[i].name);
		buf_addc(&b, '=');
		form_escape(&b, form.v[i].value);
	}
	if (buf_ok(&b))
		v->kept = buf_str(&b);
	/* Addresses that only take a POST lead back to the page of their form. */
	if (str_ends(v->next, STR("/send")))
		v->next = str_sub(v->next, 0, v->next.n - STR("/send").n);
}

static void sign_in_page(struct req *r, const struct err *err)
{
	struct sign_in_view v = { .next = (struct str){ 0 } };
	struct html h;

	keep_form(r, &v);
	/* Who comes for the first time is not told that something ended. */
	if (req_cookie(r, SESSION_COOKIE).n || r->method == METHOD_POST)
		v.error = str_of(err->msg);
	frame_bare(r, STR("登录"), &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_sign_in(&h, &v);
	(void)reply_html(r, err_status(err->code), html_str(&h));
}

static void way_on(struct req *r, const struct err *err, struct error_view *v)
{
	switch (err->code) {
	case ERR_CONFLICT:
	case ERR_BUSY:
	case ERR_DB_LOST:
	case ERR_DB_READONLY:
	case ERR_TIMEOUT:
		v->way = STR("重新打开这一页");
		v->way_href = r->path;
		break;
	case ERR_BAD_INPUT:
	case ERR_TOO_LARGE:
		v->hint = STR("用浏览器的“后退”可以回到刚才的页面，填写的内容还在。");
		break;
	case ERR_BUG:
	case ERR_DB:
	case ERR_DB_CONSTRAINT:
	case ERR_LAW:
	case ERR_IO:
	case ERR_SCHEMA:
		v->hint = STR("这一次没有改动任何内容。请把时间和刚才的操作告诉系统管理员。");
		break;
	default:
		break;
	}
}

void gate_error(struct req *r, const struct err *err)
{
	struct error_view v = { .heading = str_of(err_heading(err->code)), .text = str_of(err->msg),
				.home = STR("回到工作台") };
	struct err again = { 0 };
	struct html h;

	if (r->public_side) {
		public_error(r, err);
		return;
	}
	if (api_asked(r)) {
		api_error(r, err);
		return;
	}
	if (r->route && str_starts(str_of(r->route->path), STR(UPLOAD_PATH))) {
		upload_error(r, err);
		return;
	}
	if (frame_too_old(r)) {
		html_init(&h, r->a, HTML_MAX);
		page_too_old(&h);
		(void)reply_html(r, 200, html_str(&h));
		return;
	}
	if (err->code == ERR_SIGN_IN) {
		sign_in_page(r, err);
		return;
	}
	if (err->code == ERR_LOCKED && r->session && r->session->must_change) {
		(void)reply_see_other(r, STR("/me"));
		return;
	}
	/* The menu needs the database, which may be what is away. */
	if (!r->session || !r->db || err_status(err->code) >= 500 || !frame_load(r, v.heading, &v.frame, &again))
		frame_bare(r, v.heading, &v.frame);
	way_on(r, err, &v);
	html_init(&h, r->a, HTML_MAX);
	page_error(&h, &v);
	(void)reply_html(r, err_status(err->code), html_str(&h));
}
