/* SPDX-License-Identifier: MulanPSL-2.0 */
/* admin_account.c - 账号: the security administrator opens and disables accounts, gives one-time passwords, ends sessions.
 * A password is shown once, on a sheet to print and hand over. */
#include "app/admin.h"
#include "app/shown.h"
#include "base/day.h"
#include "base/uuid.h"
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
		.request = uuid_new(r->a, now_of(r)), .seen = x->seen ? shown_time(r->a, x->seen) : (struct str){ 0 },
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

static const struct enum_def *ways_to_know(const struct law *law)
{
	static const struct enum_def none;
	const struct kind *k = law_kind(law, STR("account"));
	const struct field *f = k ? kind_field(k, STR("identity")) : NULL;

	return f && f->type.values ? f->type.values : &none;
}

static bool show(struct req *r, int status, struct accounts_view *v, struct err *err)
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
	v->identity = ways_to_know(x.law);
	v->line = x.v;
	v->n = x.n;
	html_init(&h, r->a, HTML_MAX);
	page_admin_accounts(&h, v);
	return frame_reply(r, status, &h, err);
}

bool accounts_show(struct req *r, struct err *err)
{
	struct accounts_view v = { .q = str_trim(req_query(r, "q")), .lost = req_query(r, "lost") };

	return only_security(r, err) && show(r, 200, &v, err);
}

/* ---- what is done to one account ---- */

static const struct deed {
	const char *go, *action, *say;
	bool secret; /* brings a one-time password */
} deeds[] = {
	{ "open", "open", "已开账号", true },
	{ "reset", "reset", "已重置密码", true },
	{ "recover", "recover", "已登记账号找回", true },
	{ "disable", "freeze", "已停用账号", false },
	{ "enable", "unfreeze", "已恢复账号", false },
	{ "end", "sign_out", "已结束登录", false },
};

static const struct stmt st_person = { "admin_account_person",
	"SELECT p.id, p.name, COALESCE(o.name, ''), COALESCE(a.login, ''), COALESCE(a.matter, 0) FROM person p "
	"LEFT JOIN organ o ON o.id = p.organ LEFT JOIN account a ON a.person = p.id WHERE p.code = $1 AND p.active = 1" };

struct doing {
	struct req *r;
	const struct deed *deed;
	struct str name, organ, login, password, identity, reason;
	int64_t person;
	struct form_entry entry[3];
	struct act act;
	struct act_result result;
};

static bool do_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct doing *d = ctx;
	struct engine *e = app_of(d->r)->engine;

	d->result = (struct act_result){ 0 };
	return d->act.matter ? matter_act(e, db, a, &d->act, &d->result, err) : matter_open(e, db, a, &d->act, &d->result, err);
}

static bool is_recovery(const struct doing *d)
{
	return str_is(str_of(d->deed->action), "recover");
}

static struct str enum_name(struct val v)
{
	for (size_t i = 0; v.t == T_ENUM && v.values && i < v.values->n; i++)
		if (str_eq(v.values->v[i].id, v.s))
			return v.values->v[i].name;
	return (struct str){ 0 };
}

/* The sheet is this one answer: the password stands nowhere else, and a form sent twice does not show it again. */
static bool do_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	const struct doing *d = ctx;
	struct accounts_view v = { .q = d->name };

	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	if (d->result.n_refused) {
		v.refused = d->result.refused[0].say;
		if (is_recovery(d)) {
			v.lost = req_form(r, "person");
			v.lost_identity = d->identity;
			v.lost_reason = d->reason;
		}
		return show(r, 422, &v, err);
	}
	v.done = str_fmt(r->a, "%s：%.*s", d->deed->say, STR_FMT(d->name));
	v.at = shown_time(r->a, now_of(r));
	if (d->password.n && !d->result.repeated) {
		v.sheet_name = d->name;
		v.sheet_organ = d->organ;
		v.sheet_login = d->login;
		v.sheet_password = d->password;
		v.sheet_identity = is_recovery(d) ? enum_name(d->entry[0].v) : (struct str){ 0 };
		v.sheet_reason = d->reason;
	}
	reply_header(r, "Cache-Control", STR("no-store"));
	return show(r, 200, &v, err);
}

static bool find_person(struct req *r, struct doing *d, struct err *err)
{
	const struct db_in in[] = { db_str(req_form(r, "person")) };
	const struct db_out out[] = { db_to_i64(&d->person), db_to_str(&d->name), db_to_str(&d->organ), db_to_str(&d->login),
				      db_to_i64(&d->act.matter) };
	bool found;

	if (!db_maybe(r->db, r->a, &st_person, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	return found || err_set(err, ERR_NOT_FOUND, "没有这个人员，或者已经离岗");
}

static bool find_deed(struct req *r, struct doing *d, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(deeds); i++)
		if (str_is(req_form(r, "go"), deeds[i].go))
			d->deed = &deeds[i];
	if (!d->deed)
		return err_set(err, ERR_BAD_INPUT, "不认识这种办理");
	if (!d->act.matter && !str_is(str_of(d->deed->action), "open"))
		return err_set(err, ERR_BAD_INPUT, "%.*s还没有账号", STR_FMT(d->name));
	return uuid_valid(req_form(r, "request")) || err_set(err, ERR_BAD_INPUT, "这个表单已经失效，请重新打开后再办理");
}

/* Whoever cannot sign in is known by a paper or by the organ's word; what was entered stands in the record. */
static bool fill_recovery(struct req *r, struct doing *d, struct err *err)
{
	const struct law *law;
	size_t n = 0;

	if (!frame_law(r, &law, err))
		return false;
	d->identity = req_form(r, "identity");
	d->reason = str_trim(req_form(r, "reason"));
	if (d->identity.n)
		d->entry[n++] = (struct form_entry){ STR("identity"), { .t = T_ENUM, .s = d->identity, .values = ways_to_know(law) } };
	if (d->reason.n)
		d->entry[n++] = (struct form_entry){ STR("reason"), val_text(T_TEXT, d->reason) };
	d->act.form = (struct form){ d->entry, n };
	return true;
}

static void fill(struct req *r, struct doing *d)
{
	if (str_is(str_of(d->deed->action), "open")) {
		d->login = str_trim(req_form(r, "login"));
		d->act.matter = 0;
		d->act.kind = STR("account");
		d->entry[0] = (struct form_entry){ STR("holder"), val_i64(T_USER, d->person) };
		d->entry[1] = (struct form_entry){ STR("login"), val_text(T_TEXT, d->login) };
		d->act.form = (struct form){ d->entry, 2 };
	}
	d->act.who = actor_of(r);
	d->act.action = str_of(d->deed->action);
	d->act.version = -1;
	d->act.request = req_form(r, "request");
	d->act.received = now_of(r);
}

bool accounts_post(struct req *r, struct err *err)
{
	struct doing *d = arena_one(r->a, struct doing);

	*d = (struct doing){ .r = r };
	if (!only_security(r, err) || !find_person(r, d, err) || !find_deed(r, d, err))
		return false;
	if (is_recovery(d) && !fill_recovery(r, d, err))
		return false;
	fill(r, d);
	if (d->deed->secret) {
		d->password = password_random(r->a);
		if (!password_hash(r->a, d->password, &d->act.secret, err))
			return false;
	}
	return req_write(r, do_run, d, do_after);
}
