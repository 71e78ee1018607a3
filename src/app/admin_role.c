/* SPDX-License-Identifier: MulanPSL-2.0 */
/* admin_role.c - 授权: who holds which role where, since when and by whom; the security administrator grants and withdraws,
 * each with a page to check first. What is done is person.grant and person.withdraw, so the engine asks all rights. */
#include <stdlib.h>

#include "app/admin.h"
#include "app/case.h"
#include "app/shown.h"
#include "base/day.h"
#include "base/json.h"
#include "base/parse.h"
#include "base/uuid.h"
#include "pages.h"

#define LINES 500
#define CHOICES 300

static bool only_security(struct req *r, struct err *err)
{
	struct str role;

	return admin_role(r, &role, err)
	    && (str_is(role, "secadmin") || str_is(role, "auditor")
		|| err_set(err, ERR_FORBIDDEN, "授权由安全管理员办理，审计员查看"));
}

/* ---- the list ---- */

static const struct stmt st_list = { "admin_roles",
	"SELECT p.id, p.code, p.name, o.id, o.code, o.name, po.role, po.from_day, po.to_day FROM post po "
	"JOIN person p ON p.id = po.person JOIN organ o ON o.id = po.organ "
	"WHERE p.active = 1 AND po.to_day >= $1 AND po.to_day >= po.from_day AND p.name LIKE $2 AND ($3 = '' OR o.code = $3) "
	"AND ($4 = '' OR po.role = $4) ORDER BY o.id, po.role, p.id LIMIT 501" };
static const struct stmt st_organs = { "admin_role_organs", "SELECT code, name FROM organ WHERE active = 1 ORDER BY id LIMIT 300" };
/* Oldest first: the first event that brought a row is its grant. */
static const struct stmt st_events = { "admin_role_events",
	"SELECT e.entered_at, COALESCE(a.name, ''), b.body FROM event e JOIN event_body b ON b.event = e.id LEFT JOIN person a ON a.id = e.actor "
	"WHERE e.matter = $1 AND e.action IN ('open', 'change', 'grant', 'withdraw') ORDER BY e.id" };

struct listing_roles {
	struct req *r;
	const struct law *law;
	struct role_line *v;
	size_t n;
	int64_t person, organ, from, to;
	struct str code, name, organ_code, organ_name, role;
	/* of the row in hand */
	struct role_line *line;
	int64_t at, whose, where, since;
	struct str actor, body;
};

static struct str day_text(struct arena *a, int64_t day)
{
	struct buf b;

	buf_init(&b, a, 20);
	if (day > DAY_MIN && day < DAY_MAX)
		day_put(&b, day);
	return buf_str(&b);
}

static bool add_line(void *ctx, struct err *err)
{
	struct listing_roles *x = ctx;
	const struct role_def *role = law_role(x->law, x->role);
	const int64_t today = day_at(now_of(x->r));

	(void)err;
	if (x->n == LINES)
		return true;
	x->v[x->n++] = (struct role_line){ .id = x->person, .organ_id = x->organ, .from_day = x->from, .person = x->code, .name = x->name,
					   .organ = x->organ_code, .organ_name = x->organ_name, .role = x->role,
					   .role_name = role ? role->name : x->role, .from = day_text(x->r->a, x->from),
					   .to = day_text(x->r->a, x->to), .later = x->from > today,
					   .own = x->person == x->r->session->person };
	return true;
}

static bool row_fits(const struct listing_roles *x, const struct json *row)
{
	const struct json *organ = json_get(row, "organ"), *role = json_get(row, "role"), *from = json_get(row, "from");
	int64_t id, day = DAY_MIN;

	return organ && role && parse_i64(organ->text, 1, INT64_MAX, &id) && id == x->line->organ_id && str_eq(role->text, x->line->role)
	    && (!from || day_parse(from->text, &day)) && day == x->line->from_day;
}

static bool look_for_grant(void *ctx, struct err *err)
{
	struct listing_roles *x = ctx;
	const struct json *body, *set, *row;

	if (x->line->by.n)
		return true;
	if (!json_read(x->r->a, x->body, &body, err))
		return false;
	set = json_get(body, "set");
	json_each(row, set ? json_get(set, "posts") : NULL)
		if (row_fits(x, row)) {
			x->line->by = x->actor.n ? x->actor : STR("系统");
			x->line->at = shown_time(x->r->a, x->at);
			break;
		}
	return true;
}

static bool read_grants(struct listing_roles *x, struct err *err)
{
	const struct db_out out[] = { db_to_i64(&x->at), db_to_str(&x->actor), db_to_str(&x->body) };

	for (size_t i = 0; i < x->n; i++) {
		const struct db_in in[] = { db_i64(x->v[i].id) };

		x->line = &x->v[i];
		if (!db_each(x->r->db, x->r->a, &st_events, DB_IN(in), DB_OUT(out), look_for_grant, x, err))
			return false;
	}
	return true;
}

struct choosing {
	struct role_choice *v;
	size_t n;
	struct str code, name, now;
};

static bool add_choice(void *ctx, struct err *err)
{
	struct choosing *c = ctx;

	(void)err;
	if (c->n < CHOICES)
		c->v[c->n++] = (struct role_choice){ c->code, c->name, str_eq(c->code, c->now) };
	return true;
}

static bool read_choices(struct req *r, const struct law *law, struct roles_view *v, struct err *err)
{
	struct choosing c = { .v = arena_many(r->a, CHOICES, struct role_choice), .now = v->organ };
	struct role_choice *role = arena_many(r->a, law->n_role, struct role_choice);
	const struct db_out out[] = { db_to_str(&c.code), db_to_str(&c.name) };

	for (size_t i = 0; i < law->n_role; i++)
		role[i] = (struct role_choice){ law->role[i].id, law->role[i].name, str_eq(law->role[i].id, v->role) };
	v->roles = role;
	v->n_role = law->n_role;
	if (!db_each(r->db, r->a, &st_organs, DB_NONE, DB_OUT(out), add_choice, &c, err))
		return false;
	v->organs = c.v;
	v->n_organ = c.n;
	return true;
}

static bool show(struct req *r, int status, struct roles_view *v, struct err *err)
{
	struct listing_roles x = { .r = r, .v = arena_many(r->a, LINES, struct role_line) };
	const struct db_in in[] = { db_i64(day_at(now_of(r))), db_str(str_fmt(r->a, "%%%.*s%%", STR_FMT(v->q))), db_str(v->organ),
				    db_str(v->role) };
	const struct db_out out[] = { db_to_i64(&x.person), db_to_str(&x.code), db_to_str(&x.name), db_to_i64(&x.organ),
				      db_to_str(&x.organ_code), db_to_str(&x.organ_name), db_to_str(&x.role), db_to_i64(&x.from),
				      db_to_i64(&x.to) };
	struct str own;
	struct html h;

	if (!frame_load(r, STR("授权"), &v->frame, err) || !frame_law(r, &x.law, err) || !admin_role(r, &own, err)
	    || !db_each(r->db, r->a, &st_list, DB_IN(in), DB_OUT(out), add_line, &x, err) || !read_grants(&x, err)
	    || !read_choices(r, x.law, v, err))
		return false;
	frame_crumb(&v->frame, STR("授权"), (struct str){ 0 });
	v->line = x.v;
	v->n = x.n;
	v->may = str_is(own, "secadmin");
	v->at = shown_time(r->a, now_of(r));
	v->today = day_text(r->a, day_at(now_of(r)));
	html_init(&h, r->a, HTML_MAX);
	page_admin_roles(&h, v);
	return frame_reply(r, status, &h, err);
}

bool roles_show(struct req *r, struct err *err)
{
	struct roles_view v = { .q = str_trim(req_query(r, "q")), .organ = req_query(r, "organ"), .role = req_query(r, "role") };

	v.done = req_query(r, "done").n ? STR("已办理，记录在“审计 → 账号、授权和备份”") : (struct str){ 0 };
	return only_security(r, err) && show(r, 200, &v, err);
}

/* ---- granting and withdrawing ---- */

struct changing {
	struct req *r;
	struct role_check_view v;
	struct matter_view m;
	const struct field *posts;
	int64_t person, organ, from, to;
	struct act act;
	struct act_result result;
	struct form_entry entry;
};

static const struct stmt st_who = { "admin_role_person",
	"SELECT p.id, p.code, p.name FROM person p LEFT JOIN account a ON a.person = p.id "
	"WHERE p.active = 1 AND (p.code = $1 OR p.name = $1 OR a.login = $1) ORDER BY p.id LIMIT 2" };
static const struct stmt st_where = { "admin_role_organ", "SELECT id, name FROM organ WHERE code = $1 AND active = 1" };

struct finding {
	int64_t id;
	struct str code, name;
	size_t n;
	struct changing *c;
};

static bool found_person(void *ctx, struct err *err)
{
	struct finding *f = ctx;

	(void)err;
	f->n++;
	f->c->person = f->id;
	f->c->v.person = f->code;
	f->c->v.name = f->name;
	return true;
}

static bool find_person(struct changing *c, struct err *err)
{
	struct str typed = str_trim(req_form(c->r, "person"));
	struct finding f = { .c = c };
	const struct db_in in[] = { db_str(typed) };
	const struct db_out out[] = { db_to_i64(&f.id), db_to_str(&f.code), db_to_str(&f.name) };

	if (!db_each(c->r->db, c->r->a, &st_who, DB_IN(in), DB_OUT(out), found_person, &f, err))
		return false;
	if (!f.n)
		return err_set(err, ERR_BAD_INPUT, "没有姓名或者登录名为“%.*s”的在岗人员", STR_FMT(str_head(typed, 40)));
	return f.n == 1 || err_set(err, ERR_BAD_INPUT, "叫“%.*s”的不止一人，请填写登录名", STR_FMT(str_head(typed, 40)));
}

static bool find_where(struct changing *c, struct err *err)
{
	struct req *r = c->r;
	const struct db_in in[] = { db_str(c->v.organ = req_form(r, "organ")) };
	const struct db_out out[] = { db_to_i64(&c->organ), db_to_str(&c->v.organ_name) };
	const struct role_def *role;
	const struct law *law;
	bool found;

	if (!frame_law(r, &law, err) || !db_maybe(r->db, r->a, &st_where, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	role = law_role(law, req_form(r, "role"));
	if (!found || !role)
		return err_set(err, ERR_BAD_INPUT, "请选择机关和角色");
	c->v.role = role->id;
	c->v.role_name = role->name;
	if (!day_parse(c->v.from = str_trim(req_form(r, "from")), &c->from))
		c->from = DAY_MIN;
	if (!day_parse(c->v.to = str_trim(req_form(r, "to")), &c->to))
		c->to = DAY_MAX;
	return !c->v.grants || c->from != DAY_MIN || err_set(err, ERR_BAD_INPUT, "起始日写作 2026-03-02");
}

static struct val *cell(struct changing *c, struct val *cells, const char *id)
{
	for (size_t i = 0; i < c->posts->type.n_row; i++)
		if (str_is(c->posts->type.row[i].id, id))
			return &cells[i];
	return NULL;
}

static struct val new_row(struct changing *c)
{
	struct val_row *row = arena_one(c->r->a, struct val_row);
	struct val *cells = arena_many(c->r->a, c->posts->type.n_row, struct val);

	for (size_t i = 0; i < c->posts->type.n_row; i++)
		cells[i] = VAL_NULL;
	*cell(c, cells, "organ") = val_i64(T_ORGAN, c->organ);
	*cell(c, cells, "role") = val_text(T_TEXT, c->v.role);
	*cell(c, cells, "from") = val_i64(T_DATE, c->from);
	if (c->to != DAY_MAX)
		*cell(c, cells, "to") = val_i64(T_DATE, c->to);
	*row = (struct val_row){ .col = c->posts->type.row, .cell = cells, .n = c->posts->type.n_row };
	return (struct val){ .t = T_ROW, .row = row };
}

static bool is_row(struct changing *c, const struct val_row *row)
{
	struct val *cells = (struct val *)row->cell;
	const struct val *organ = cell(c, cells, "organ"), *role = cell(c, cells, "role"), *from = cell(c, cells, "from");

	return organ->t == T_ORGAN && organ->i == c->organ && str_eq(role->s, c->v.role)
	    && (from->t == T_DATE ? from->i : DAY_MIN) == c->from;
}

/* All rows as they stand, the one in question with its last day. */
static bool ended_rows(struct changing *c, struct val *ret, struct err *err)
{
	const struct val now = c->m.field[c->posts->index].v;
	struct val *out = arena_many(c->r->a, now.t == T_ROWS ? now.list->n : 0, struct val);
	bool found = false;

	for (size_t i = 0; now.t == T_ROWS && i < now.list->n; i++) {
		struct val_row *row = arena_one(c->r->a, struct val_row);
		struct val *cells = arena_many(c->r->a, now.list->v[i].row->n, struct val);

		out[i] = now.list->v[i];
		if (found || !is_row(c, out[i].row))
			continue;
		found = true;
		*row = *out[i].row;
		for (size_t k = 0; k < row->n; k++)
			cells[k] = row->cell[k];
		*cell(c, cells, "to") = val_i64(T_DATE, c->to);
		row->cell = cells;
		out[i].row = row;
	}
	*ret = val_list(c->r->a, T_ROWS, out, now.t == T_ROWS ? now.list->n : 0);
	return found || err_set(err, ERR_CONFLICT, "这个角色已经收回，或者刚改动过，请看最新的授权表");
}

static bool fill(struct changing *c, struct err *err)
{
	struct req *r = c->r;
	const struct actor who = actor_of(r);
	struct val *one = arena_one(r->a, struct val);
	struct val rows;

	if (!matter_see(app_of(r)->engine, r->db, r->a, &who, c->person, SEE_FIELDS, &c->m, err))
		return false;
	c->posts = kind_field(c->m.snap->kind, STR("posts"));
	if (c->v.grants) {
		*one = new_row(c);
		rows = val_list(r->a, T_ROWS, one, 1);
	} else if (!ended_rows(c, &rows, err)) {
		return false;
	}
	c->entry = (struct form_entry){ STR("posts"), rows };
	c->act = (struct act){ .who = who, .matter = c->person, .action = c->v.grants ? STR("grant") : STR("withdraw"),
			       .version = c->m.snap->version, .form = { &c->entry, 1 }, .request = req_form(r, "request"),
			       .received = now_of(r) };
	return true;
}

static bool check_page(struct changing *c, int status, struct err *err)
{
	struct req *r = c->r;
	struct html h;

	if (!frame_load(r, c->v.grants ? STR("授予角色") : STR("收回角色"), &c->v.frame, err))
		return false;
	frame_crumb(&c->v.frame, STR("授权"), STR("/admin/roles"));
	frame_crumb(&c->v.frame, STR("核对"), (struct str){ 0 });
	c->v.wrong = case_reasons(r, c->m.snap->kind, &c->m, c->result.refused, c->result.n_refused, STR("/admin/roles"));
	c->v.n_wrong = c->result.n_refused;
	for (size_t i = 0; i < c->v.n_wrong; i++)
		((struct reason_view *)c->v.wrong)[i].way = (struct str){ 0 }; /* it stands on the page before */
	c->v.request = uuid_new(r->a, now_of(r));
	html_init(&h, r->a, HTML_MAX);
	page_admin_role_check(&h, &c->v);
	return frame_reply(r, status, &h, err);
}

static bool change_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct changing *c = ctx;

	c->result = (struct act_result){ 0 };
	return matter_act(app_of(c->r)->engine, db, a, &c->act, &c->result, err);
}

static bool change_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	struct changing *c = ctx;

	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	if (c->result.n_refused)
		return check_page(c, 422, err);
	return reply_see_other(r, str_fmt(r->a, "/admin/roles?organ=%.*s&done=1", STR_FMT(c->v.organ)));
}

/* First the page to check, then the act: `sure` comes from that page. */
bool roles_post(struct req *r, struct err *err)
{
	struct changing *c = arena_one(r->a, struct changing);

	*c = (struct changing){ .r = r, .v = { .grants = str_is(req_form(r, "go"), "grant") } };
	if (!only_security(r, err) || !find_person(c, err) || !find_where(c, err))
		return false;
	if (!c->v.grants && c->to == DAY_MAX) {
		c->to = day_at(now_of(r)) - 1; /* from today on */
		c->v.to = day_text(r->a, c->to);
		c->v.at_once = true;
	}
	if (!fill(c, err))
		return false;
	if (str_is(req_form(r, "sure"), "1") && uuid_valid(c->act.request))
		return req_write(r, change_run, c, change_after);
	c->act.request = (struct str){ 0 };
	return matter_try(app_of(r)->engine, r->db, r->a, &c->act, &c->result, err)
	    && check_page(c, c->result.n_refused ? 422 : 200, err);
}
