/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/demo.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/account.h"
#include "app/story.h"
#include "base/day.h"
#include "base/parse.h"
#include "blob/blob.h"
#include "log/log.h"
#include "paper/draw.h"
#include "web/session.h"

#define STEPS_A_TURN 40

static const struct stmt st_find = { "demo_find", "SELECT id FROM matter WHERE kind = $1 ORDER BY id DESC" };

static const struct stmt st_exercise = { "demo_exercise",
	"INSERT INTO practice (id, place, title, task, person, kind, action, matter, after) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT COALESCE(MAX(id), 0) FROM matter))" };

/* In a demonstration nobody has to change the password first. */
static const struct stmt st_ready = { "demo_account_ready", "UPDATE account SET must_change = 0 WHERE person = $1" };

struct demo {
	struct app *app;
	struct story s;
	const struct ynode *doc;   /* the demonstration, or what is practised */
	const struct ynode *base;  /* whose organs and people there are: itself, or what it uses */
	struct ynode *const *steps; /* that are being done */
	size_t n_step;
	struct str kept;           /* accounts of before: LOGIN<TAB>PASSWORD… a line */
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
	const struct ynode *organs = ynode_get(d->base, "organs");
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

/* A practice county that begins again keeps its passwords: they stand on sheets that were handed out. */
static struct str password_of(struct demo *d, struct str login)
{
	struct str rest = d->kept, line, name, password;

	while (str_cut(&rest, '\n', &line))
		if (str_cut(&line, '\t', &name) && str_eq(name, login) && str_cut(&line, '\t', &password) && password.n)
			return password;
	return password_random(d->s.a);
}

static bool make_account(struct demo *d, const struct ynode *p, const struct law *l, struct err *err)
{
	struct str password = password_of(d, p->key), hash, roles = role_names(d, p, l);
	const int64_t person = story_find(&d->s, p->key)->id;
	const struct db_in whose[] = { db_i64(person) };
	const struct ynode *name = ynode_get(p, "name"), *organ = ynode_get(p, "organ");
	const struct ynode *organs = ynode_get(d->base, "organs");
	const struct ynode *o = organ ? ynode_find(organs, organ->text) : NULL;
	const struct ynode *organ_name = o ? ynode_get(o, "name") : NULL;

	if (!password_hash(d->s.a, password, &hash, err)
	    || !account_open(d->app->engine, d->s.db, d->s.a, person, p->key, hash, STR("演示账号"), err)
	    || !db_exec(d->s.db, &st_ready, DB_IN(whose), NULL, err))
		return false;
	if (fprintf(d->accounts, "%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n", STR_FMT(p->key), STR_FMT(password),
		    STR_FMT(name ? name->text : p->key), STR_FMT(roles), STR_FMT(organ_name ? organ_name->text : STR(""))) < 0)
		return err_set(err, ERR_IO, "不能写 accounts.txt");
	return true;
}

static bool register_people(struct demo *d, struct err *err)
{
	const struct ynode *people = ynode_get(d->base, "people");

	for (size_t i = 0; people && i < people->n; i++) {
		const struct ynode *p = people->child[i], *organ = ynode_get(p, "organ");
		const struct story_name *o = organ ? story_find(&d->s, organ->text) : NULL;
		const struct law *l;
		int64_t def;

		if (!o)
			return err_set(err, ERR_LAW, "%s:%d: 没有这个单位", p->file, p->line);
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
		return err_set(err, ERR_LAW, "%s:%d: day 或者 time 有误", step->file, step->line);
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
		return err->code ? false : err_set(err, ERR_LAW, "%s:%d: find 须有 with 和 as", step->file, step->line);
	if (!f.found)
		return err_set(err, ERR_LAW, "%s:%d: 没有找到“%.*s”", step->file, step->line, STR_FMT(kind->text));
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
	return err_set(err, ERR_REFUSED, "%s:%d: 演示步骤被拒绝：%s", step->file, step->line, buf_str(&b).p);
}

static bool one_step(struct demo *d, struct err *err)
{
	if (ynode_get(d->step, "day"))
		return move_time(d, d->step, err);
	if (ynode_get(d->step, "find"))
		return find_matter(d, d->step, err);
	if (ynode_get(d->step, "part"))
		return true;
	return act(d, d->step, err);
}

/* Some steps in one transaction: on a slow disk each commit is worth many steps. */
static bool some_steps(struct db *db, const void *ctx, struct err *err)
{
	struct demo *d = *(struct demo *const *)ctx;

	d->s.db = db;
	for (size_t i = d->first; i < d->first + STEPS_A_TURN && i < d->n_step; i++) {
		d->step = d->steps[i];
		if (!one_step(d, err))
			return err_wrap(err, "%s:%d", d->step->file, d->step->line);
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

static bool play_steps(struct demo *d, struct db *db, struct ynode *const *steps, size_t n, struct err *err)
{
	struct demo *const self = d;

	d->steps = steps;
	d->n_step = n;
	for (d->first = 0; d->first < n; d->first += STEPS_A_TURN) {
		if (!db_tx(db, "demo_steps", some_steps, &self, err))
			return false;
		progress(d->first + STEPS_A_TURN < n ? d->first + STEPS_A_TURN : n, n);
	}
	return true;
}

/* Of what is used only the beginning counts, up to the part with the demonstration's own matters. */
static size_t setting_up(const struct ynode *steps)
{
	size_t n = 0;

	while (n < steps->n && !ynode_get(steps->child[n], "part"))
		n++;
	return n;
}

static bool put_exercise(struct demo *d, const struct ynode *x, int64_t place, struct err *err)
{
	const struct ynode *who = ynode_get(x, "who"), *at = ynode_get(x, "at"), *kind = ynode_get(x, "kind"), *act = ynode_get(x, "do");
	const struct story_name *person = who ? story_find(&d->s, who->text) : NULL, *m = at ? story_find(&d->s, at->text) : NULL;
	const struct ynode *title = ynode_get(x, "title"), *task = ynode_get(x, "task");

	if (!person || !kind || !act || !title || !task || (at && !m))
		return err_set(err, ERR_LAW, "%s:%d: 练习须有 who、kind、do、title、task，at 须是前面的办件", x->file, x->line);
	{
		const struct db_in in[] = { db_str(x->key), db_i64(place), db_str(title->text), db_str(task->text), db_i64(person->id),
					    db_str(kind->text), db_str(act->text), db_ref(m ? m->id : 0) };

		return db_exec(d->s.db, &st_exercise, DB_IN(in), NULL, err);
	}
}

static bool exercises_tx(struct db *db, const void *ctx, struct err *err)
{
	struct demo *d = *(struct demo *const *)ctx;
	const struct ynode *all = ynode_get(d->doc, "exercises");

	d->s.db = db;
	for (size_t i = 0; all && i < all->n; i++)
		if (!put_exercise(d, all->child[i], (int64_t)i + 1, err))
			return false;
	return true;
}

static bool play(struct demo *d, struct db *db, struct err *err)
{
	const struct ynode *steps = ynode_get(d->doc, "steps"), *before = ynode_get(d->base, "steps");
	struct demo *const self = d;

	return db_tx(db, "demo_people", people_tx, &self, err)
	    && (d->base == d->doc || !before || play_steps(d, db, before->child, setting_up(before), err))
	    && (!steps || play_steps(d, db, steps->child, steps->n, err)) && db_tx(db, "demo_exercises", exercises_tx, &self, err);
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

static bool read_doc(struct demo *d, struct str path, const struct ynode **ret, struct err *err)
{
	for (size_t i = 0; i < d->app->files.n; i++)
		if (str_is(path, d->app->files.v[i].path))
			return yaml_read_one(d->s.a, d->app->files.v[i].path, d->app->files.v[i].text, ret, err);
	return err_set(err, ERR_LAW, "没有文件 %.*s", STR_FMT(path));
}

static bool read_docs(struct demo *d, struct str path, struct err *err)
{
	const struct ynode *uses;

	if (!read_doc(d, path, &d->doc, err))
		return false;
	uses = ynode_get(d->doc, "uses");
	d->base = d->doc;
	return !uses || read_doc(d, uses->text, &d->base, err);
}

static bool begin_day(struct demo *d, int64_t *ret, struct err *err)
{
	const struct ynode *day = ynode_get(d->base, "day");

	*ret = -200;
	return !day || parse_i64(day->text, -100000, 0, ret) || err_set(err, ERR_LAW, "%s:%d: day 有误", day->file, day->line);
}

bool demo_make(struct app *app, const char *file, struct str kept, struct err *err)
{
	struct arena *a = arena_new();
	struct demo d = { .app = app, .kept = kept };
	struct db *db = NULL;
	int64_t days;
	bool ok;

	d.real_now = engine_now(app->engine);
	d.s = (struct story){ .a = a, .e = app->engine, .relative = true, .today = day_at(d.real_now), .file = make_file };
	d.s.file_ctx = &d;
	ok = read_docs(&d, str_of(file), err) && begin_day(&d, &days, err) && open_accounts(&d, err)
	  && db_open(app->db, DB_WRITE, &db, err);
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
