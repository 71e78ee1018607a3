/* SPDX-License-Identifier: MulanPSL-2.0 */
/* sign.c - signing in and out, identity (身份), one's own password. */
#include "app/sign.h"

#include "app/input.h"
#include "app/list_choice.h"
#include "app/places.h"
#include "app/prefs.h"
#include "app/token.h"
#include "base/day.h"
#include "base/log.h"
#include "pages.h"
#include "web/session.h"

#define YEAR_S ((int64_t)365 * 24 * 3600)

/* Browsers leave tabs and line ends out of an address, so "/<tab>/elsewhere" would be another host. */
struct str safe_next(struct str next)
{
	for (size_t i = 0; i < next.n; i++)
		if ((unsigned char)next.p[i] < ' ' || next.p[i] == '\\')
			return STR("/");
	if (next.n < 1 || next.p[0] != '/' || (next.n > 1 && next.p[1] == '/')
	    || str_starts(next, STR("/sign-")))
		return STR("/");
	return next;
}

static bool sign_in_page(struct req *r, int status, struct sign_in_view *v, struct err *err)
{
	struct html h;

	frame_bare(r, STR("登录"), &v->frame);
	html_init(&h, r->a, HTML_MAX);
	page_sign_in(&h, v);
	return frame_reply(r, status, &h, err);
}

bool sign_in_show(struct req *r, struct err *err)
{
	struct sign_in_view v = { .next = safe_next(req_query(r, "next")) };

	if (r->session)
		return reply_see_other(r, v.next);
	return sign_in_page(r, 200, &v, err);
}

/* ---- a form that came back with the sign-in becomes a draft ---- */

static const struct stmt st_person = { "sign_person",
	"SELECT a.person FROM account a JOIN session s ON s.account = a.id WHERE a.login = $1 ORDER BY s.created DESC LIMIT 1" };

struct keeping {
	struct req *r;
	struct str login, next, draft, key;
	int64_t matter;
};

/* /m/CODE/do/ACTION or /k/KIND/new */
static bool place_of(struct req *r, struct db *db, struct keeping *k)
{
	struct str rest = str_sub(k->next, 1, k->next.n), first, second, third;
	struct err no = { 0 };

	if (!str_cut(&rest, '/', &first) || !str_cut(&rest, '/', &second) || !str_cut(&rest, '/', &third))
		return false;
	if (str_is(first, "k") && str_is(third, "new")) {
		k->key = second;
		return true;
	}
	if (!str_is(first, "m") || !str_is(third, "do") || !matter_by_code(db, r->a, second, &k->matter, &no))
		return false;
	k->key = rest;
	return rest.n > 0;
}

static bool keep_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct keeping *k = ctx;
	const struct db_in in[] = { db_str(k->login) };
	int64_t person;
	const struct db_out out[] = { db_to_i64(&person) };
	const struct draft d = { .form = k->draft, .at = now_of(k->r) };

	return db_one(db, a, &st_person, DB_IN(in), DB_OUT(out), err)
	    && draft_save(db, person, k->matter, k->key, &d, err);
}

static void keep(struct req *r, struct str login, struct str next)
{
	struct keeping k = { .r = r, .login = login, .next = next };
	struct str kept = req_form(r, "kept");
	struct pairs p = { .a = r->a };
	struct form_data d;
	struct err err = { 0 };

	if (!kept.n || !place_of(r, r->db, &k) || !form_urlencoded(r->a, kept, &d, &err))
		return;
	for (size_t i = 0; i < d.n; i++)
		pairs_add(&p, d.v[i].name, d.v[i].value);
	k.draft = pairs_json(&p);
	if (!writer_run(r->writer, "keep_form", keep_run, &k, &err))
		return; /* signed in all the same; the draft of the last autosave is still there */
}

static void recall_identity(struct req *r, struct str login, struct str token);

bool sign_in_post(struct req *r, struct err *err)
{
	struct sign_in_view v = { .login = str_trim(req_form(r, "login")), .next = safe_next(req_form(r, "next")),
				  .kept = req_form(r, "kept") };
	const struct session_from from = { r->address, r->agent };
	struct err wrong = { 0 };
	struct str token;

	if (!session_login(r->db, r->writer, r->a, v.login, req_form(r, "password"), &from, now_of(r), &token, &wrong)) {
		if (wrong.code != ERR_SIGN_IN && wrong.code != ERR_LOCKED) {
			(void)err_set(err, wrong.code, "%s", wrong.msg);
			return err_wrap(err, "%s", wrong.detail);
		}
		v.error = str_of(wrong.msg);
		return sign_in_page(r, err_status(wrong.code), &v, err);
	}
	keep(r, v.login, v.next);
	recall_identity(r, v.login, token);
	reply_cookie(r, SESSION_COOKIE, token, -1);
	return reply_see_other(r, v.next);
}

/* ---- out ---- */

static bool end_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct req *r = ctx;

	(void)a;
	return session_end(db, req_cookie(r, SESSION_COOKIE), err);
}

static bool end_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	(void)ctx;
	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	reply_cookie(r, SESSION_COOKIE, STR(""), 0);
	return reply_see_other(r, STR("/sign-in"));
}

bool sign_out(struct req *r, struct err *err)
{
	(void)err;
	return req_write(r, end_run, r, end_after);
}

/* ---- identity ---- */

struct choosing {
	struct req *r;
	struct str token, text, role; /* text: the organ's code and the role, as it is remembered */
	int64_t person, organ, now;
};

/* "CODE role", or a code alone. */
static bool choose(struct req *r, struct choosing *c, struct err *err)
{
	size_t gap = str_chr(c->text, ' ', 0);

	c->r = r;
	c->now = now_of(r);
	if (gap != SIZE_MAX)
		c->role = str_sub(c->text, gap + 1, c->text.n);
	return matter_by_code(r->db, r->a, str_sub(c->text, 0, gap == SIZE_MAX ? c->text.n : gap), &c->organ, err);
}

static bool identity_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct choosing *c = ctx;

	return session_identity(db, a, c->token, c->person, c->organ, c->now, err)
	    && (!c->role.n || session_role(db, a, c->token, c->person, c->role, c->now, err))
	    && prefs_put(db, c->person, STR("identity"), c->text, err);
}

static bool identity_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	(void)ctx;
	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	return reply_see_other(r, STR("/"));
}

bool identity_post(struct req *r, struct err *err)
{
	struct choosing *c = arena_one(r->a, struct choosing);

	c->text = req_form(r, "organ");
	c->token = req_cookie(r, SESSION_COOKIE);
	c->person = r->session->person;
	return choose(r, c, err) && req_write(r, identity_run, c, identity_after);
}

/* The identity chosen last comes back with the sign-in; where it is no longer one's own, the home organ stays. */
static void recall_identity(struct req *r, struct str login, struct str token)
{
	struct choosing c = { .token = token };
	const struct db_in in[] = { db_str(login) };
	const struct db_out out[] = { db_to_i64(&c.person) };
	struct err gone = { 0 };

	if (db_one(r->db, r->a, &st_person, DB_IN(in), DB_OUT(out), &gone)
	    && prefs_get(r->db, r->a, c.person, STR("identity"), &c.text, &gone) && c.text.n && choose(r, &c, &gone)
	    && !writer_run(r->writer, "recall_identity", identity_run, &c, &gone))
		log_line(LOG_DEBUG, "identity not recalled: %s", gone.msg);
}

/* ---- password ---- */

/* AB角: a week from today is filled in; the deputy is to be chosen. */
bool away_show(struct req *r, struct err *err)
{
	const int64_t today = day_at(now_of(r));
	struct buf b;

	buf_init(&b, r->a, 200);
	buf_adds(&b, "/k/delegation/new?f.from_day=");
	day_put(&b, today);
	buf_adds(&b, "&f.to_day=");
	day_put(&b, today + 6);
	(void)err;
	return reply_see_other(r, buf_str(&b));
}

static bool me_page(struct req *r, int status, struct me_view *v, struct err *err)
{
	struct str hash;
	struct html h;

	if (!account_hash(r->db, r->a, r->session->account, &hash, &v->login, err)
	    || !frame_load(r, STR("我的账号"), &v->frame, err) || !places_read(r, v, err) || !list_density(r, &v->tight, err)
	    || (!r->session->must_change && !tokens_own(r, &v->token, &v->n_token, err)))
		return false;
	v->first = r->session->must_change;
	v->done = str_is(req_query(r, "done"), "1");
	v->ended = str_is(req_query(r, "done"), "2");
	frame_crumb(&v->frame, STR("我的账号"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_me(&h, v);
	return frame_reply(r, status, &h, err);
}

bool me_show(struct req *r, struct err *err)
{
	struct me_view v = { .first = false };

	return me_page(r, 200, &v, err);
}

/* How the pages look in this browser: large, dark (1 on), keys (0 off). A link can set it; nobody else is touched. */
bool look_set(struct req *r, struct err *err)
{
	static const struct {
		const char *name, *on;
	} look[] = { { "large", "1" }, { "dark", "1" }, { "keys", "0" } };

	(void)err;
	for (size_t i = 0; i < ARRAY_LEN(look); i++) {
		struct str value = req_query(r, look[i].name);

		if (str_is(value, look[i].on))
			reply_cookie(r, look[i].name, value, YEAR_S);
		else if (value.n)
			reply_cookie(r, look[i].name, STR(""), 0);
	}
	return reply_see_other(r, safe_next(req_query(r, "to")));
}

struct changing {
	struct req *r;
	struct str hash;
};

static bool password_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct changing *c = ctx;

	(void)a;
	return account_password(db, c->r->session->account, c->hash, now_of(c->r), err)
	    && session_end_others(db, c->r->session->account, req_cookie(c->r, SESSION_COOKIE), err);
}

static bool password_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	(void)ctx;
	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	return reply_see_other(r, STR("/me?done=1"));
}

bool password_post(struct req *r, struct err *err)
{
	struct changing *c = arena_one(r->a, struct changing);
	struct me_view v = { .first = false };
	struct str old, login, fresh = req_form(r, "new");
	struct err wrong = { 0 };

	c->r = r;
	if (!account_hash(r->db, r->a, r->session->account, &old, &login, err))
		return false;
	if (!password_right(r->a, old, req_form(r, "old")))
		v.error = STR("现在的密码不对");
	else if (!str_eq(fresh, req_form(r, "again")))
		v.error = STR("两次填写的新密码不一样");
	else if (str_eq(fresh, req_form(r, "old")))
		v.error = STR("新密码不能与现在的相同");
	else if (!password_strong(fresh, login, &wrong))
		v.error = str_of(wrong.msg);
	if (v.error.n)
		return me_page(r, 422, &v, err);
	return password_hash(r->a, fresh, &c->hash, err) && req_write(r, password_run, c, password_after);
}
