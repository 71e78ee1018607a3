/* SPDX-License-Identifier: MulanPSL-2.0 */
/* admin_account.c - 账号: the security administrator opens and disables accounts, gives one-time passwords, ends sessions.
 * A password is shown once, on a sheet to print and hand over. */
#include "app/admin.h"
#include "app/record.h"
#include "app/shown.h"
#include "base/day.h"
#include "pages.h"
#include "web/session.h"

#define LINES 200

static bool only_security(struct req *r, struct err *err)
{
	struct str role;

	return admin_role(r, &role, err)
	    && (str_is(role, "secadmin") || err_set(err, ERR_FORBIDDEN, "账号和授权由安全管理员负责"));
}

static const struct stmt st_list = { "admin_accounts",
	"SELECT p.code, p.name, COALESCE(o.name, ''), COALESCE(a.login, ''), COALESCE(a.disabled, 0), COALESCE(a.must_change, 0), "
	"COALESCE(a.locked_until, 0), COALESCE((SELECT MAX(l.at) FROM login_attempt l WHERE l.account = a.id AND l.ok = 1), 0), "
	"(SELECT COUNT(*) FROM session s WHERE s.account = a.id AND s.expires > $2), p.id "
	"FROM person p LEFT JOIN organ o ON o.id = p.organ LEFT JOIN account a ON a.person = p.id "
	"WHERE p.active = 1 AND (p.name LIKE $1 OR o.name LIKE $1 OR a.login LIKE $1) ORDER BY p.organ, p.id LIMIT 200" };
static const struct stmt st_roles = { "admin_person_roles",
	"SELECT DISTINCT role FROM post WHERE person = $1 AND from_day <= $2 AND to_day >= $2 ORDER BY role" };

struct reading_accounts {
	struct req *r;
	const struct law *law;
	struct account_line *v;
	int64_t *person;
	size_t n;
	struct str code, name, organ, login, role;
	int64_t disabled, must_change, locked, seen, sessions, id;
	struct buf roles;
};

static bool add_role(void *ctx, struct err *err)
{
	struct reading_accounts *x = ctx;
	const struct role_def *role = law_role(x->law, x->role);

	(void)err;
	buf_adds(&x->roles, x->roles.n ? "、" : "");
	buf_add(&x->roles, role ? role->name : x->role);
	return true;
}

static bool add_line(void *ctx, struct err *err)
{
	struct reading_accounts *x = ctx;
	struct req *r = x->r;

	(void)err;
	x->person[x->n] = x->id;
	x->v[x->n++] = (struct account_line){
		.code = x->code, .name = x->name, .organ = x->organ, .login = x->login, .has = x->login.n > 0,
		.disabled = x->disabled != 0, .sessions = x->sessions, .own = x->id == r->session->person,
		.seen = x->seen ? shown_time(r->a, x->seen) : (struct str){ 0 },
		.state = !x->login.n ? STR("没有账号") : x->disabled ? STR("已停用") : x->locked > now_of(r) ? STR("暂时锁定")
			: x->must_change ? STR("待换密码") : STR("正常") };
	return true;
}

static struct str like(struct arena *a, struct str typed)
{
	struct buf b;

	buf_init(&b, a, 400);
	buf_addc(&b, '%');
	for (size_t i = 0; i < typed.n && i < 100; i++)
		if (typed.p[i] != '%' && typed.p[i] != '_')
			buf_addc(&b, typed.p[i]);
	buf_addc(&b, '%');
	return buf_str(&b);
}

static bool show(struct req *r, struct accounts_view *v, struct err *err)
{
	struct reading_accounts x = { .r = r, .v = arena_many(r->a, LINES, struct account_line),
				      .person = arena_many(r->a, LINES, int64_t) };
	const struct db_in in[] = { db_str(like(r->a, v->q)), db_i64(now_of(r)) };
	const struct db_out out[] = { db_to_str(&x.code), db_to_str(&x.name), db_to_str(&x.organ), db_to_str(&x.login),
				      db_to_i64(&x.disabled), db_to_i64(&x.must_change), db_to_i64(&x.locked), db_to_i64(&x.seen),
				      db_to_i64(&x.sessions), db_to_i64(&x.id) };
	const struct db_out role[] = { db_to_str(&x.role) };
	struct html h;

	if (!frame_load(r, STR("账号"), &v->frame, err) || !frame_law(r, &x.law, err)
	    || !db_each(r->db, r->a, &st_list, DB_IN(in), DB_OUT(out), add_line, &x, err))
		return false;
	for (size_t i = 0; i < x.n; i++) {
		const struct db_in who[] = { db_i64(x.person[i]), db_i64(day_at(now_of(r))) };

		buf_init(&x.roles, r->a, 1000);
		if (!db_each(r->db, r->a, &st_roles, DB_IN(who), DB_OUT(role), add_role, &x, err))
			return false;
		x.v[i].roles = buf_str(&x.roles);
	}
	frame_crumb(&v->frame, STR("账号"), (struct str){ 0 });
	v->line = x.v;
	v->n = x.n;
	html_init(&h, r->a, HTML_MAX);
	page_admin_accounts(&h, v);
	return frame_reply(r, 200, &h, err);
}

bool accounts_show(struct req *r, struct err *err)
{
	struct accounts_view v = { .q = str_trim(req_query(r, "q")) };

	return only_security(r, err) && show(r, &v, err);
}

/* ---- what is done to one account ---- */

static const struct stmt st_person = { "admin_account_person",
	"SELECT p.id, p.name, COALESCE(o.name, ''), COALESCE(a.login, ''), COALESCE(a.id, 0) FROM person p "
	"LEFT JOIN organ o ON o.id = p.organ LEFT JOIN account a ON a.person = p.id WHERE p.code = $1 AND p.active = 1" };
static const struct stmt st_taken = { "admin_login_taken", "SELECT COUNT(*) FROM account WHERE login = $1 AND person <> $2" };
static const struct stmt st_disable = { "admin_account_disable", "UPDATE account SET disabled = $2 WHERE id = $1" };
static const struct stmt st_end = { "admin_sessions_end", "DELETE FROM session WHERE account = $1" };

struct doing {
	struct req *r;
	struct str go, code, name, organ, login, hash, password, say;
	int64_t person, account;
};

static bool login_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_'))
			return false;
	return s.n >= 2 && s.n <= 40;
}

static bool not_taken(struct db *db, struct arena *a, const struct doing *d, struct err *err)
{
	const struct db_in in[] = { db_str(d->login), db_i64(d->person) };
	int64_t n = 0;
	const struct db_out out[] = { db_to_i64(&n) };

	return db_one(db, a, &st_taken, DB_IN(in), DB_OUT(out), err)
	    && (!n || err_set(err, ERR_BAD_INPUT, "登录名“%.*s”已经有人用了，请换一个", STR_FMT(d->login)));
}

static bool change(struct db *db, struct arena *a, const struct doing *d, struct err *err)
{
	const struct db_in off[] = { db_i64(d->account), db_i64(str_is(d->go, "disable")) };
	const struct db_in sessions[] = { db_i64(d->account) };

	if (d->hash.n)
		return not_taken(db, a, d, err) && account_put(db, d->person, d->login, d->hash, true, now_of(d->r), err);
	if (!str_is(d->go, "end") && !db_exec(db, &st_disable, DB_IN(off), NULL, err))
		return false;
	return str_is(d->go, "enable") || db_exec(db, &st_end, DB_IN(sessions), NULL, err);
}

static bool do_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct doing *d = ctx;
	const struct reading record = { .sort = "account", .person = d->r->session->person, .organ = d->r->session->organ,
					.what = str_fmt(a, "%.*s：%.*s（%.*s）", STR_FMT(d->say), STR_FMT(d->name), STR_FMT(d->login)),
					.n = 1 };

	return change(db, a, d, err) && reading_add(db, &record, now_of(d->r), err);
}

/* The sheet is this one answer: the password stands nowhere else. */
static bool do_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	const struct doing *d = ctx;
	struct accounts_view v = { .q = d->name };

	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	v.done = str_fmt(r->a, "%.*s：%.*s", STR_FMT(d->say), STR_FMT(d->name));
	v.at = shown_time(r->a, now_of(r));
	if (d->password.n) {
		v.sheet_name = d->name;
		v.sheet_organ = d->organ;
		v.sheet_login = d->login;
		v.sheet_password = d->password;
	}
	reply_header(r, "Cache-Control", STR("no-store"));
	return show(r, &v, err);
}

static bool find_person(struct req *r, struct doing *d, struct err *err)
{
	const struct db_in in[] = { db_str(req_form(r, "person")) };
	const struct db_out out[] = { db_to_i64(&d->person), db_to_str(&d->name), db_to_str(&d->organ), db_to_str(&d->login),
				      db_to_i64(&d->account) };
	bool found;

	if (!db_maybe(r->db, r->a, &st_person, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_NOT_FOUND, "没有这个人员，或者已经离岗");
	return d->person != r->session->person || err_set(err, ERR_FORBIDDEN, "自己的账号由另一名安全管理员办理；换密码在“我的账号与密码”");
}

static bool new_password(struct req *r, struct doing *d, struct err *err)
{
	d->password = password_random(r->a);
	return password_hash(r->a, d->password, &d->hash, err);
}

bool accounts_post(struct req *r, struct err *err)
{
	struct doing *d = arena_one(r->a, struct doing);

	*d = (struct doing){ .r = r, .go = req_form(r, "go") };
	if (!only_security(r, err) || !find_person(r, d, err))
		return false;
	if (str_is(d->go, "open") && !d->account) {
		d->login = str_trim(req_form(r, "login"));
		d->say = STR("已开账号");
		if (!login_ok(d->login))
			return err_set(err, ERR_BAD_INPUT, "登录名用2到40个小写字母、数字或者下划线");
	} else if (!d->account) {
		return err_set(err, ERR_BAD_INPUT, "%.*s还没有账号", STR_FMT(d->name));
	} else if (str_is(d->go, "reset")) {
		d->say = STR("已重置密码");
	} else if (str_is(d->go, "disable")) {
		d->say = STR("已停用账号");
	} else if (str_is(d->go, "enable")) {
		d->say = STR("已恢复账号");
	} else if (str_is(d->go, "end")) {
		d->say = STR("已结束登录");
	} else {
		return err_set(err, ERR_BAD_INPUT, "不认识这种办理");
	}
	if ((str_is(d->go, "open") || str_is(d->go, "reset")) && !new_password(r, d, err))
		return false;
	return req_write(r, do_run, d, do_after);
}
