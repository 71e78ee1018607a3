/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/practice.h"

#include <signal.h>
#include <unistd.h>

#include "app/admin.h"
#include "base/day.h"
#include "pages.h"
#include "web/session.h"

#define EXERCISES_MOST 40
#define PEOPLE_MOST 60

static const struct stmt st_known = { "practice_known", "SELECT COUNT(*) FROM practice" };
/* Done is an exercise whose act was done at its matter, or at a later one of its kind. */
static const struct stmt st_exercises = { "practice_exercises",
	"SELECT x.id, x.title, x.task, p.name, p.code, p.id, x.kind, COALESCE(m.code, ''), "
	"CASE WHEN EXISTS (SELECT 1 FROM event e WHERE e.matter = x.matter AND e.action = x.action) "
	"OR (x.matter IS NULL AND EXISTS (SELECT 1 FROM matter n JOIN event e ON e.matter = n.id AND e.action = x.action "
	"WHERE n.kind = x.kind AND n.id > x.after)) THEN 1 ELSE 0 END "
	"FROM practice x JOIN person p ON p.id = x.person LEFT JOIN matter m ON m.id = x.matter ORDER BY x.place" };
static const struct stmt st_people = { "practice_people",
	"SELECT p.code, p.name, o.name, po.role FROM account a JOIN person p ON p.id = a.person "
	"JOIN post po ON po.person = p.id AND po.from_day <= $1 AND po.to_day >= $1 JOIN organ o ON o.id = po.organ "
	"WHERE a.disabled = 0 AND NOT EXISTS (SELECT 1 FROM post x WHERE x.person = p.id "
	"AND x.role IN ('sysadmin', 'secadmin', 'auditor')) ORDER BY po.organ, p.id, po.role" };

struct str practice_mark(const struct app *app)
{
	return app->practice ? STR(PRACTICE_SAYS) : (struct str){ 0 };
}

bool practice_known(struct db *db, struct arena *a, bool *ret, struct err *err)
{
	int64_t n;
	const struct db_out out[] = { db_to_i64(&n) };

	if (!db_one(db, a, &st_known, DB_NONE, DB_OUT(out), err))
		return false;
	*ret = n > 0;
	return true;
}

static bool only_practice(struct req *r, struct err *err)
{
	return app_of(r)->practice
	    || err_set(err, ERR_FORBIDDEN, "这里不是练习县：办理都产生法律效力，不能换用别人的账号，也不能重新开始");
}

/* ---- exercises ---- */

struct gathering {
	struct req *r;
	struct exercise_view *exercise, row;
	struct practice_person *person;
	size_t n, n_person, n_done;
	struct str kind, matter, code, name, organ, role;
	int64_t who, done;
	const struct law *law;
};

static bool add_exercise(void *ctx, struct err *err)
{
	struct gathering *l = ctx;
	struct exercise_view *x = &l->exercise[l->n];

	(void)err;
	if (l->n == EXERCISES_MOST)
		return true;
	*x = l->row;
	x->done = l->done != 0;
	x->mine = l->who == l->r->session->person;
	x->href = l->matter.n ? str_fmt(l->r->a, "/m/%.*s", STR_FMT(l->matter)) : str_fmt(l->r->a, "/k/%.*s/new", STR_FMT(l->kind));
	l->n_done += x->done;
	l->n++;
	return true;
}

static bool read_exercises(struct req *r, struct gathering *l, struct err *err)
{
	struct exercise_view *x = &l->row;
	const struct db_out out[] = { db_to_str(&x->id), db_to_str(&x->title), db_to_str(&x->task), db_to_str(&x->as),
				      db_to_str(&x->as_code), db_to_i64(&l->who), db_to_str(&l->kind), db_to_str(&l->matter),
				      db_to_i64(&l->done) };

	l->exercise = arena_many(r->a, EXERCISES_MOST, struct exercise_view);
	return db_each(r->db, r->a, &st_exercises, DB_NONE, DB_OUT(out), add_exercise, l, err);
}

/* One line a person, with all roles. */
static bool add_person(void *ctx, struct err *err)
{
	struct gathering *l = ctx;
	const struct role_def *role = law_role(l->law, l->role);
	struct str name = role ? role->name : l->role;
	struct practice_person *last = l->n_person ? &l->person[l->n_person - 1] : NULL;

	(void)err;
	if (last && str_eq(last->code, l->code) && str_eq(last->organ, l->organ))
		last->roles = str_fmt(l->r->a, "%.*s、%.*s", STR_FMT(last->roles), STR_FMT(name));
	else if (l->n_person < PEOPLE_MOST)
		l->person[l->n_person++] = (struct practice_person){ l->code, l->name, name, l->organ };
	return true;
}

static bool read_people(struct req *r, struct gathering *l, struct err *err)
{
	const struct db_in in[] = { db_i64(day_at(now_of(r))) };
	const struct db_out out[] = { db_to_str(&l->code), db_to_str(&l->name), db_to_str(&l->organ), db_to_str(&l->role) };

	l->person = arena_many(r->a, PEOPLE_MOST, struct practice_person);
	return frame_law(r, &l->law, err)
	    && db_each(r->db, r->a, &st_people, DB_IN(in), DB_OUT(out), add_person, l, err);
}

bool practice_show(struct req *r, struct err *err)
{
	struct practice_view v = { .n_exercise = 0 };
	struct gathering l = { .r = r };
	struct html h;

	if (!only_practice(r, err) || !frame_load(r, STR("练习题"), &v.frame, err) || !read_exercises(r, &l, err)
	    || !read_people(r, &l, err))
		return false;
	frame_crumb(&v.frame, STR("练习题"), (struct str){ 0 });
	v.exercise = l.exercise;
	v.n_exercise = l.n;
	v.n_done = l.n_done;
	v.person = l.person;
	v.n_person = l.n_person;
	html_init(&h, r->a, HTML_MAX);
	page_practice(&h, &v);
	return frame_reply(r, 200, &h, err);
}

/* ---- as somebody else ---- */

struct turning {
	struct req *r;
	int64_t person;
	struct str token, href;
};

static bool as_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct turning *t = ctx;
	const struct session_from from = { t->r->address, t->r->agent };

	(void)a; /* the token is read after the turn */
	return session_as(db, t->r->a, t->person, &from, now_of(t->r), &t->token, err)
	    && session_end(db, req_cookie(t->r, SESSION_COOKIE), err);
}

static bool as_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	const struct turning *t = ctx;

	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	reply_cookie(r, SESSION_COOKIE, t->token, -1);
	return reply_see_other(r, t->href);
}

bool practice_as(struct req *r, struct err *err)
{
	struct turning *t = arena_one(r->a, struct turning);
	struct gathering l = { .r = r };
	struct str exercise = req_form(r, "exercise");

	t->r = r;
	t->href = STR("/");
	if (!only_practice(r, err) || !matter_by_code(r->db, r->a, req_form(r, "person"), &t->person, err)
	    || !read_exercises(r, &l, err))
		return false;
	for (size_t i = 0; i < l.n; i++)
		if (str_eq(l.exercise[i].id, exercise))
			t->href = l.exercise[i].href;
	return req_write(r, as_run, t, as_after);
}

/* ---- beginning again ---- */

static bool may_begin_again(struct req *r, struct err *err)
{
	struct str role;

	return admin_role(r, &role, err)
	    && (str_is(role, "sysadmin") || err_set(err, ERR_FORBIDDEN, "重新开始练习由系统管理员负责")) && only_practice(r, err);
}

static bool again_page(struct req *r, struct practice_view *v, int status, struct err *err)
{
	struct html h;

	v->again = true;
	if (!frame_load(r, STR("重新开始练习"), &v->frame, err))
		return false;
	frame_crumb(&v->frame, STR("重新开始练习"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_practice(&h, v);
	return frame_reply(r, status, &h, err);
}

bool practice_again_show(struct req *r, struct err *err)
{
	struct practice_view v = { .n_exercise = 0 };

	return may_begin_again(r, err) && again_page(r, &v, 200, err);
}

bool practice_again_post(struct req *r, struct err *err)
{
	struct app *app = app_of(r);
	struct error_view v = { .heading = STR("正在重新开始练习"), .home = STR("工作台"), .way = STR("登录"), .way_href = STR("/sign-in"),
				.text = STR("全部练习办件正在恢复成最初的样子，大约10秒后可以重新登录。账号和密码不变。") };
	struct practice_view ask = { .n_exercise = 0 };
	struct html h;

	if (!may_begin_again(r, err))
		return false;
	if (!str_is(req_form(r, "sure"), "1"))
		return again_page(r, &ask, 422, err);
	frame_bare(r, v.heading, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_error(&h, &v);
	app->again = true;
	(void)kill(getpid(), SIGUSR1); /* serve waits for it, answers this request and goes on with the new folder */
	return frame_reply(r, 200, &h, err);
}
