/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/demo.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/story.h"
#include "base/day.h"
#include "base/parse.h"
#include "blob/blob.h"
#include "log/log.h"
#include "paper/draw.h"
#include "web/session.h"

#define DEMO_FILE "demo/demo.yaml"
#define STEPS_A_TURN 40

static const struct stmt st_find = { "demo_find", "SELECT id FROM matter WHERE kind = $1 ORDER BY id DESC" };

struct demo {
	struct app *app;
	struct story s;
	const struct ynode *doc;
	FILE *accounts;
	int64_t real_now;
	const struct ynode *step;
	size_t first; /* of the steps in this transaction */
};

/* A page with the file's name on it: enough to open, and honest about what it is. */
static bool make_file(void *ctx, struct str name, struct file_ref *ret, struct err *err)
{
	struct demo *d = ctx;
	struct arena *a = d->s.a;
	struct json_out o = { 0 };
	struct draw_job job = { .title = name, .author = STR("演示"), .at = engine_now(d->app->engine) };
	struct blob blob;
	struct str pdf;
	struct buf b;

	buf_init(&b, a, 4000);
	o.b = &b;
	json_open(&o, NULL, '[');
	json_open(&o, NULL, '{');
	json_out_str(&o, "s", name);
	json_out_str(&o, "t", STR("title"));
	json_close(&o, '}');
	json_open(&o, NULL, '{');
	json_out_str(&o, "s", STR("这是演示县的样例材料，内容为虚构。"));
	json_out_str(&o, "t", STR("para"));
	json_close(&o, '}');
	json_close(&o, ']');
	job.blocks = buf_str(&b);
	if (!draw_pdf(a, &job, &pdf, err) || !blob_prepare(a, d->app->dir, pdf, &blob, err))
		return false;
	*ret = (struct file_ref){ .name = name, .digest = blob.sha256, .media = blob.media, .size = blob.size };
	return blob_put(d->s.db, &blob, job.at, err);
}

static bool register_organs(struct demo *d, struct err *err)
{
	const struct ynode *organs = ynode_get(d->doc, "organs");
	int64_t first = 0;

	for (size_t i = 0; organs && i < organs->n; i++) {
		const struct ynode *o = organs->child[i];

		if (!story_register(&d->s, o->key, STORY_ORGAN, story_json(&d->s, o), first, err))
			return false;
		if (!first)
			first = story_find(&d->s, o->key)->id;
	}
	return true;
}

/* posts: one row a role, from `since`. The organ is not asked: a person is entered in the organ. */
static struct str person_json(struct demo *d, const struct ynode *p)
{
	const struct ynode *roles = ynode_get(p, "roles"), *since = ynode_get(p, "since"), *organ = ynode_get(p, "organ");
	struct ynode *form = ynode_dup(p), *posts = ynode_new(p, YNODE_SEQ);
	size_t n = 0;

	for (size_t i = 0; i < form->n; i++)
		if (!str_is(form->child[i]->key, "roles") && !str_is(form->child[i]->key, "since")
		    && !str_is(form->child[i]->key, "organ"))
			form->child[n++] = form->child[i];
	form->n = n;
	for (size_t i = 0; roles && i < roles->n; i++) {
		struct ynode *row = ynode_new(p, YNODE_MAP), *cell;

		cell = ynode_scalar(p, organ->text);
		cell->key = STR("organ");
		ynode_add(row, cell);
		cell = ynode_scalar(p, roles->child[i]->text);
		cell->key = STR("role");
		ynode_add(row, cell);
		cell = ynode_scalar(p, since ? since->text : STR("D-900"));
		cell->key = STR("from");
		ynode_add(row, cell);
		ynode_add(posts, row);
	}
	posts->key = STR("posts");
	ynode_add(form, posts);
	return story_json(&d->s, form);
}

static struct str role_names(struct demo *d, const struct ynode *p, const struct law *l)
{
	const struct ynode *roles = ynode_get(p, "roles");
	struct buf b;

	buf_init(&b, d->s.a, 400);
	for (size_t i = 0; roles && i < roles->n; i++) {
		const struct role_def *r = law_role(l, roles->child[i]->text);

		buf_adds(&b, i ? "、" : "");
		buf_add(&b, r ? r->name : roles->child[i]->text);
	}
	return buf_str(&b);
}

static bool make_account(struct demo *d, const struct ynode *p, const struct law *l, struct err *err)
{
	struct str password = password_random(d->s.a), hash, roles = role_names(d, p, l);
	const struct ynode *name = ynode_get(p, "name"), *organ = ynode_get(p, "organ");
	const struct ynode *organs = ynode_get(d->doc, "organs");
	const struct ynode *o = organ ? ynode_find(organs, organ->text) : NULL;
	const struct ynode *organ_name = o ? ynode_get(o, "name") : NULL;

	if (!password_hash(d->s.a, password, &hash, err)
	    || !account_put(d->s.db, story_find(&d->s, p->key)->id, p->key, hash, false, d->real_now, err))
		return false;
	if (fprintf(d->accounts, "%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n", STR_FMT(p->key), STR_FMT(password),
		    STR_FMT(name ? name->text : p->key), STR_FMT(roles), STR_FMT(organ_name ? organ_name->text : STR(""))) < 0)
		return err_set(err, ERR_IO, "不能写 accounts.txt");
	return true;
}

static bool register_people(struct demo *d, struct err *err)
{
	const struct ynode *people = ynode_get(d->doc, "people");

	for (size_t i = 0; people && i < people->n; i++) {
		const struct ynode *p = people->child[i], *organ = ynode_get(p, "organ");
		const struct story_name *o = organ ? story_find(&d->s, organ->text) : NULL;
		const struct law *l;
		int64_t def;

		if (!o)
			return err_set(err, ERR_LAW, DEMO_FILE ":%d: 没有这个单位", p->line);
		if (!story_register(&d->s, p->key, STORY_PERSON, person_json(d, p), o->id, err)
		    || !engine_law_of_organ(d->app->engine, d->s.db, d->s.a, o->id, &l, &def, err)
		    || !make_account(d, p, l, err))
			return false;
	}
	return true;
}

/* day and time: when what follows happens. */
static bool move_time(struct demo *d, const struct ynode *step, struct err *err)
{
	const struct ynode *day = ynode_get(step, "day"), *time = ynode_get(step, "time");
	int64_t days, ms;

	if (!day || !parse_i64(day->text, -100000, 100000, &days)
	    || !time_parse(str_fmt(d->s.a, "2000-01-01 %.*s", STR_FMT(time ? time->text : STR("09:00"))), &ms))
		return err_set(err, ERR_LAW, DEMO_FILE ":%d: day 或者 time 有误", step->line);
	ms += (d->s.today + days - day_of(2000, 1, 1)) * DAY_MS;
	/* Not before now: what the demonstration did lies in the past. */
	return story_now(&d->s, ms < d->real_now ? ms : d->real_now, err);
}

struct finding {
	int64_t id, found;
	struct demo *d;
	const struct ynode *with;
};

static bool fits(struct finding *f, struct err *err)
{
	const struct actor all = { .sort = ACTOR_SYSTEM };
	struct matter_view v;

	if (!matter_see(f->d->app->engine, f->d->s.db, f->d->s.a, &all, f->id, SEE_FIELDS, &v, err))
		return false;
	for (size_t i = 0; i < f->with->n; i++) {
		const struct ynode *w = f->with->child[i];
		const struct field *fd = kind_field(v.snap->kind, w->key);
		const struct story_name *n = story_find(&f->d->s, w->text);
		struct val have = fd ? v.snap->field[fd->index] : VAL_NULL;
		struct buf b;

		buf_init(&b, f->d->s.a, 4000);
		val_put_plain(&b, have);
		if (!(n && (have.t == T_REF || have.t == T_USER || have.t == T_ORGAN) && have.i == n->id)
		    && !str_eq(buf_str(&b), w->text))
			return true;
	}
	f->found = f->id;
	return true;
}

static bool try_found(void *ctx, struct err *err)
{
	struct finding *f = ctx;

	return fits(f, err) && !f->found;
}

/* Names the newest matter of a kind whose fields have these values. */
static bool find_matter(struct demo *d, const struct ynode *step, struct err *err)
{
	const struct ynode *kind = ynode_get(step, "find"), *as = ynode_get(step, "as");
	struct finding f = { .d = d, .with = ynode_get(step, "with") };
	const struct db_in in[] = { db_str(kind->text) };
	const struct db_out out[] = { db_to_i64(&f.id) };

	if (!f.with || !as || !db_each(d->s.db, d->s.a, &st_find, DB_IN(in), DB_OUT(out), try_found, &f, err))
		return err->code ? false : err_set(err, ERR_LAW, DEMO_FILE ":%d: find 须有 with 和 as", step->line);
	if (!f.found)
		return err_set(err, ERR_LAW, DEMO_FILE ":%d: 没有找到“%.*s”", step->line, STR_FMT(kind->text));
	story_put(&d->s, as->text, STORY_MATTER, f.found, 0);
	return true;
}

static bool act(struct demo *d, const struct ynode *step, struct err *err)
{
	struct act_result r;
	struct buf b;

	if (!story_act(&d->s, step, &r, err))
		return false;
	if (!r.n_refused)
		return true;
	buf_init(&b, d->s.a, 4000);
	story_put_refusals(&b, &r);
	return err_set(err, ERR_REFUSED, DEMO_FILE ":%d: 演示步骤被拒绝：%s", step->line, buf_str(&b).p);
}

static bool one_step(struct demo *d, struct err *err)
{
	if (ynode_get(d->step, "day"))
		return move_time(d, d->step, err);
	if (ynode_get(d->step, "find"))
		return find_matter(d, d->step, err);
	return act(d, d->step, err);
}

/* Some steps in one transaction: on a slow disk each commit is worth many steps. */
static bool some_steps(struct db *db, const void *ctx, struct err *err)
{
	struct demo *d = *(struct demo *const *)ctx;
	const struct ynode *steps = ynode_get(d->doc, "steps");

	d->s.db = db;
	for (size_t i = d->first; i < d->first + STEPS_A_TURN && i < steps->n; i++) {
		d->step = steps->child[i];
		if (!one_step(d, err))
			return err_wrap(err, DEMO_FILE ":%d", d->step->line);
	}
	return log_append(db, d->s.a, NULL, err);
}

static bool people_tx(struct db *db, const void *ctx, struct err *err)
{
	struct demo *d = *(struct demo *const *)ctx;

	d->s.db = db;
	return register_organs(d, err) && register_people(d, err) && log_append(db, d->s.a, NULL, err);
}

static void progress(size_t done, size_t all)
{
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r演示数据 %zu/%zu%s", done, all, done == all ? "\n" : "");
}

static bool play(struct demo *d, struct db *db, struct err *err)
{
	const struct ynode *steps = ynode_get(d->doc, "steps");
	struct demo *const self = d;

	if (!db_tx(db, "demo_people", people_tx, &self, err))
		return false;
	for (d->first = 0; steps && d->first < steps->n; d->first += STEPS_A_TURN) {
		if (!db_tx(db, "demo_steps", some_steps, &self, err))
			return false;
		progress(d->first + STEPS_A_TURN < steps->n ? d->first + STEPS_A_TURN : steps->n, steps->n);
	}
	return true;
}

static bool open_accounts(struct demo *d, struct err *err)
{
	const char *path = str_cstr(d->s.a, str_fmt(d->s.a, "%s/accounts.txt", d->app->dir));
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	d->accounts = fd < 0 ? NULL : fdopen(fd, "w");
	if (!d->accounts)
		return err_set(err, ERR_IO, "不能写 %s", path);
	return true;
}

static struct str demo_text(const struct app *app)
{
	for (size_t i = 0; i < app->files.n; i++)
		if (strcmp(app->files.v[i].path, DEMO_FILE) == 0)
			return app->files.v[i].text;
	return (struct str){ 0 };
}

bool demo_make(struct app *app, struct err *err)
{
	struct arena *a = arena_new();
	struct demo d = { .app = app };
	const struct ynode *day;
	struct db *db = NULL;
	int64_t days = -200;
	bool ok;

	d.real_now = engine_now(app->engine);
	d.s = (struct story){ .a = a, .e = app->engine, .relative = true, .today = day_at(d.real_now), .file = make_file };
	d.s.file_ctx = &d;
	ok = yaml_read_one(a, DEMO_FILE, demo_text(app), &d.doc, err) && open_accounts(&d, err)
	  && db_open(app->db, DB_WRITE, &db, err);
	if (ok) {
		day = ynode_get(d.doc, "day");
		ok = !day || parse_i64(day->text, -100000, 0, &days)
		  || err_set(err, ERR_LAW, DEMO_FILE ": day 有误");
	}
	if (ok) {
		engine_set_now(app->engine, day_start(d.s.today + days) + (int64_t)9 * 3600000);
		ok = play(&d, db, err);
		engine_set_now(app->engine, d.real_now);
	}
	db_close(db);
	if (d.accounts && fclose(d.accounts) != 0 && ok)
		ok = err_set(err, ERR_IO, "不能写 accounts.txt");
	(void)arena_free(a);
	return ok;
}
