/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `mingfa account`: how a new installation gets its first people, and how a forgotten password is replaced from
 * the machine itself. Organs and people are entered by matter_open like everything else, so they stand in the
 * record. The password is random, shown once, and must be changed at the first sign-in. */
#include <stdio.h>

#include "app/account.h"
#include "app/app.h"
#include "app/command.h"
#include "base/day.h"
#include "web/session.h"

#define ROLES_MOST 10

static const struct stmt st_login = { "account_of_login", "SELECT COALESCE(matter, 0) FROM account WHERE login = $1" };
static const struct stmt st_organ = { "account_organ", "SELECT id FROM organ WHERE name = $1 ORDER BY id LIMIT 1" };
static const struct stmt st_person = { "account_person",
	"SELECT id FROM person WHERE name = $1 AND organ = $2 ORDER BY id LIMIT 1" };

struct making {
	struct app *app;
	struct str login, name, organ, roles;
	struct str hash;
	bool fresh; /* the account was not there */
};

static bool find_id(struct db *db, struct arena *a, const struct stmt *st, const struct db_in *in, size_t n,
		    int64_t *ret, struct err *err)
{
	int64_t id = 0;
	const struct db_out out[] = { db_to_i64(&id) };
	bool found;

	if (!db_maybe(db, a, st, in, n, DB_OUT(out), &found, err))
		return false;
	*ret = found ? id : 0;
	return true;
}

static bool opened(const struct act_result *r, struct err *err)
{
	if (!r->n_refused)
		return true;
	return err_set(err, ERR_REFUSED, "没有登记：%.*s", STR_FMT(r->refused[0].say));
}

/* Opens an organ or a person by the system with a form in JSON. */
static bool enter(struct making *m, struct db *db, struct arena *a, struct str kind, int64_t organ, struct str form,
		  int64_t *ret, struct err *err)
{
	struct act act = { .who = { .sort = ACTOR_SYSTEM, .organ = organ }, .kind = kind, .action = STR("open"),
			   .version = -1 };
	const struct refusal *refused = NULL;
	struct act_result r = { 0 };
	const struct law *l;
	const struct kind *k;
	const struct json *j;
	size_t n = 0;
	int64_t def;

	if (!engine_law_of_organ(m->app->engine, db, a, organ, &l, &def, err))
		return false;
	k = law_kind(l, kind);
	if (!k || !json_read(a, form, &j, err)
	    || !form_of_json(db, a, k, kind_action(k, act.action), j, NULL, &act.form, &refused, &n, err))
		return err->code ? false : err_set(err, ERR_LAW, "定义包没有“%.*s”的登记", STR_FMT(kind));
	r = (struct act_result){ .refused = refused, .n_refused = n };
	if ((!n && !matter_open(m->app->engine, db, a, &act, &r, err)) || !opened(&r, err))
		return false;
	*ret = r.matter;
	return true;
}

static struct str organ_form(struct making *m, struct arena *a)
{
	struct json_out o = { 0 };
	struct buf b;

	buf_init(&b, a, 4000);
	o.b = &b;
	json_open(&o, NULL, '{');
	json_out_str(&o, "abbr", m->organ);
	json_out_str(&o, "name", m->organ);
	json_out_str(&o, "short", str_fmt(a, "o%lld", (long long)engine_now(m->app->engine)));
	json_out_str(&o, "sort", STR("department"));
	json_close(&o, '}');
	return buf_str(&b);
}

/* posts: one row for each role, from today. */
static bool person_form(struct making *m, struct arena *a, int64_t organ, struct str *ret, struct err *err)
{
	const struct law *l = engine_law_named(m->app->engine, STR("national"));
	struct str rest = m->roles, role;
	struct json_out o = { 0 };
	struct buf b, today;
	int n = 0;

	buf_init(&b, a, 8000);
	buf_init(&today, a, 20);
	day_put(&today, day_at(engine_now(m->app->engine)));
	o.b = &b;
	json_open(&o, NULL, '{');
	json_out_str(&o, "name", m->name);
	json_open(&o, "posts", '[');
	while (str_cut(&rest, ',', &role)) {
		role = str_trim(role);
		if (++n > ROLES_MOST || !l || !law_role(l, role))
			return err_set(err, ERR_USAGE, "没有这个角色：%.*s", STR_FMT(role));
		json_open(&o, NULL, '{');
		json_out_str(&o, "from", buf_str(&today));
		json_out_i64(&o, "organ", organ);
		json_out_str(&o, "role", role);
		json_close(&o, '}');
	}
	json_close(&o, ']');
	json_close(&o, '}');
	*ret = buf_str(&b);
	return true;
}

static bool find_person(struct making *m, struct db *db, struct arena *a, int64_t *ret, struct err *err)
{
	const struct db_in by_name[] = { db_str(m->organ) };
	int64_t organ, person;
	struct str form;

	if (!find_id(db, a, &st_organ, DB_IN(by_name), &organ, err))
		return false;
	if (!organ && !enter(m, db, a, STR("organ"), 0, organ_form(m, a), &organ, err))
		return false;
	{
		const struct db_in in[] = { db_str(m->name), db_i64(organ) };

		if (!find_id(db, a, &st_person, DB_IN(in), &person, err))
			return false;
	}
	if (!person && (!person_form(m, a, organ, &form, err)
			|| !enter(m, db, a, STR("person"), organ, form, &person, err)))
		return false;
	*ret = person;
	return true;
}

static bool make(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct making *m = ctx;
	const struct db_in in[] = { db_str(m->login) };
	struct engine *e = m->app->engine;
	int64_t matter, person;

	if (!find_id(db, a, &st_login, DB_IN(in), &matter, err))
		return false;
	m->fresh = !matter;
	if (matter)
		return account_reset(e, db, a, matter, m->hash, STR("在服务器上用命令重置"), err);
	if (!m->name.n || !m->organ.n || !m->roles.n)
		return err_set(err, ERR_USAGE, "没有账号“%.*s”；新开账号须写明 --name、--organ、--role", STR_FMT(m->login));
	return find_person(m, db, a, &person, err)
	    && account_open(e, db, a, person, m->login, m->hash, STR("在服务器上用命令开出"), err);
}

static struct str text(const struct options *o, const char *name)
{
	return str_of(option(o, name));
}

static int account(const struct options *o, struct arena *a)
{
	const struct app_config config = { .dir = o->arg[0], .db = option(o, "--db"), .law = option(o, "--law") };
	struct making m = { .login = str_of(o->arg[1]), .name = text(o, "--name"), .organ = text(o, "--organ"),
			    .roles = text(o, "--role") };
	struct str password = password_random(a);
	struct err err = { 0 };
	bool ok;

	ok = session_init(&err) && password_hash(a, password, &m.hash, &err) && app_open(&config, &m.app, &err)
	  && app_start(m.app, &err) && writer_run(m.app->writer, "account", make, &m, &err);
	app_close(m.app);
	if (!ok)
		return command_failed(&err);
	(void)printf("%s账号 %s\n密码 %.*s（第一次登录时须更换）\n", m.fresh ? "已开" : "已重置", o->arg[1], STR_FMT(password));
	return 0;
}

int cmd_account(int argc, char **argv)
{
	struct options o;
	struct arena *a;
	int code;

	if (!options_read(argc, argv, &o) || o.n != 2)
		return command_misused("account");
	a = arena_new();
	code = account(&o, a);
	(void)arena_free(a);
	return code;
}
