/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/app.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/account.h"
#include "app/practice.h"
#include "app/region.h"
#include "app/moving.h"
#include "base/asset.h"
#include "base/day.h"
#include "base/log.h"
#include "base/uuid.h"
#include "blob/spool.h"
#include "blob/s3.h"
#include "db/migrate.h"
#include "matter/duty.h"
#include "matter/views.h"
#include "log/log.h"
#include "search/search.h"

#define TIMERS_A_GROUP 64 /* decision 36 */
#define FILE_MOST ((size_t)1 << 20)
#define FILES_MOST 2000

/* ---- definitions ---- */

struct reading {
	struct arena *a;
	struct law_file *v;
	size_t n;
	size_t root; /* length of the folder's name and the slash */
};

static bool read_file(struct arena *a, const char *path, struct str *ret, struct err *err)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	char *p;

	if (!f || fstat(fileno(f), &st) != 0) {
		(void)err_set(err, ERR_IO, "不能读取文件 %s", path);
		(void)err_wrap(err, "%s", strerror(errno));
		if (f)
			(void)fclose(f);
		return false;
	}
	if ((size_t)st.st_size > FILE_MOST) {
		(void)fclose(f);
		return err_set(err, ERR_TOO_LARGE, "文件 %s 超过1 MB", path);
	}
	p = arena_alloc(a, (size_t)st.st_size + 1);
	*ret = (struct str){ p, fread(p, 1, (size_t)st.st_size, f) };
	(void)fclose(f);
	return true;
}

static bool read_folder(struct reading *r, const char *folder, struct err *err)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	bool ok = true;

	if (!d)
		return err_set(err, ERR_IO, "不能读取文件夹 %s", folder);
	while (ok && (e = readdir(d))) {
		struct stat st;
		char *path;

		if (e->d_name[0] == '.')
			continue;
		path = str_cstr(r->a, str_fmt(r->a, "%s/%s", folder, e->d_name));
		if (stat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			ok = read_folder(r, path, err);
		} else if (r->n < FILES_MOST) {
			ok = read_file(r->a, path, &r->v[r->n].text, err);
			r->v[r->n++].path = path + r->root;
		}
	}
	(void)closedir(d);
	return ok;
}

static int by_path(const void *a, const void *b)
{
	const struct law_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

bool app_files(struct arena *a, const char *folder, struct law_files *ret, struct err *err)
{
	struct reading r = { .a = a };
	const struct asset *asset;
	size_t n;

	if (folder) {
		r.v = arena_many(a, FILES_MOST, struct law_file);
		r.root = strlen(folder) + 1;
		if (!read_folder(&r, folder, err))
			return false;
		qsort(r.v, r.n, sizeof(*r.v), by_path);
	} else {
		asset = asset_under(STR("law/"), &n);
		r.v = arena_many(a, n, struct law_file);
		for (size_t i = 0; i < n; i++)
			r.v[r.n++] = (struct law_file){ asset[i].name.p + 4, asset[i].data };
	}
	*ret = (struct law_files){ r.v, r.n };
	return true;
}

/* ---- opening ---- */

static void print_findings(const struct diag *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct diag_item *x = &d->item[i];

		if (!x->warning)
			(void)fprintf(stderr, "%s:%d:%d: %.*s\n", x->pos.file, x->pos.line, x->pos.col, STR_FMT(x->text));
	}
}

static bool bind_tx(struct db *db, const void *ctx, struct err *err)
{
	const struct app *app = ctx;
	struct arena *a = arena_new();
	bool ok = engine_bind(app->engine, db, a, err) && matter_duties_begin(app->engine, db, a, false, err), more = true;
	int64_t after = 0;
	int changed;

	while (ok && more) /* a calendar may have come with this start: days that were provisional */
		ok = matter_recount(app->engine, db, a, &after, 1000, &changed, &more, err);
	ok = ok && accounts_adopt(app->engine, db, a, err) && log_append(db, a, NULL, err);
	(void)arena_free(a);
	return ok;
}

static bool make_views(struct app *app, struct db *db, struct arena *a, struct err *err)
{
	bool made;

	if (!views_make(app->engine, db, a, &made, err))
		return false;
	if (!made)
		log_line(LOG_WARNING, "定义包有了新的版本，供审计的视图还是原来的：请用所有者的地址运行 mingfa migrate");
	return true;
}

bool app_views(struct app *app, struct err *err)
{
	struct arena *a = arena_new();
	struct db *db = NULL;
	bool ok = db_open(app->db, DB_WRITE, &db, err) && make_views(app, db, a, err);

	db_close(db);
	(void)arena_free(a);
	return ok;
}

static bool bind_engine(struct app *app, struct err *err)
{
	struct arena *a = arena_new();
	struct db *db;
	bool ok;

	if (!db_open(app->db, DB_WRITE, &db, err)) {
		(void)arena_free(a);
		return false;
	}
	ok = migrate_check(db, a, err) && db_tx(db, "bind", bind_tx, app, err) && practice_known(db, a, &app->practice, err)
	  && (!engine_grew(app->engine) || make_views(app, db, a, err));
	db_close(db);
	(void)arena_free(a);
	return ok;
}

/* What `init` wrote beside the database. */
static struct str pack_of_folder(struct arena *a, const char *dir)
{
	struct err err = { 0 };
	struct str text;

	if (!read_file(a, str_cstr(a, str_fmt(a, "%s/pack", dir)), &text, &err))
		return STR("national");
	return str_trim(text);
}

bool app_open(const struct app_config *config, struct app **ret, struct err *err)
{
	struct arena *a = arena_new();
	struct app *app = arena_one(a, struct app);
	struct diag d = { .a = a };
	struct engine_config ec = { 0 };

	app->a = a;
	(void)pthread_mutex_init(&app->search_lock, NULL);
	(void)pthread_mutex_init(&app->log_lock, NULL);
	app->dir = config->dir;
	app->blobs.dir = config->dir;
	app->started = time_now();
	app->process = uuid_new(a, app->started);
	app->site = config->site;
	app->db = config->db ? config->db : str_cstr(a, str_fmt(a, "sqlite:%s/mingfa.db", config->dir));
	app->search_db = str_starts(str_of(app->db), STR("sqlite:"))
		? str_cstr(a, str_fmt(a, "sqlite:%s/search.db", config->dir)) : app->db;
	if (!app_files(a, config->law, &app->files, err) || !regions_load(a, &app->files, &app->regions, err))
		goto fail;
	ec.files = &app->files;
	ec.pack = config->pack ? str_of(config->pack) : pack_of_folder(a, config->dir);
	ec.site = str_of(config->site ? config->site : "");
	ec.now = config->now;
	if (!engine_new(&ec, &d, &app->engine, err)) {
		print_findings(&d);
		goto fail;
	}
	if (!moving_open(config->blobs, &app->blobs.store, err) || !bind_engine(app, err))
		goto fail;
	*ret = app;
	return true;
fail:
	s3_close(app->blobs.store);
	engine_free(app->engine);
	(void)arena_free(a);
	return false;
}

/* ---- the writing turn's hooks ---- */

static bool begin_group(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct app *app = ctx;
	int done;

	return matter_timers(app->engine, db, a, engine_now(app->engine) - MATTER_WAIT_MS, TIMERS_A_GROUP, &done, err);
}

static bool end_group(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	(void)ctx;
	return log_append(db, a, NULL, err);
}

static void committed(void *ctx)
{
	app_wake(ctx);
}

static bool nothing(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	(void)db;
	(void)a;
	(void)ctx;
	(void)err;
	return true; /* an empty job: its group's beginning does what is overdue */
}

/* Messages about lights come after everything that counts in law. */
static bool warn_job(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct app *app = ctx;
	int done;

	bool did;

	return matter_warn(app->engine, db, a, engine_now(app->engine), TIMERS_A_GROUP, &done, err)
	       && duty_warn(app->engine, db, a, engine_now(app->engine), &did, err);
}

static bool fill_job(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct app *app = ctx;
	bool more;

	return matter_fill(app->engine, db, a, MATTER_FILL, &more, err);
}

/* Matters that the pack in force wants to go over to it: found by the reader, moved in the writing turn. */
struct adopting {
	struct app *app;
	int64_t matter[ADOPT_MOST];
	size_t n, moved;
};

static bool adopt_job(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct adopting *x = ctx;

	return matter_adopt(x->app->engine, db, a, x->matter, x->n, &x->moved, err);
}

/* ret_more: the pass is not over. */
static bool adopt_some(struct app *app, struct db *db, bool *ret_more, struct err *err)
{
	struct adopting x = { .app = app };
	struct arena *a = arena_new();
	bool ok = adopt_next(app->engine, db, a, &app->adopting, x.matter, &x.n, err);

	(void)arena_free(a);
	*ret_more = ok && x.n > 0;
	return ok && (!x.n || writer_run(app->writer, "adopt", adopt_job, &x, err));
}

static bool count_overdue(struct app *app, int64_t *ret, struct err *err)
{
	struct arena *a = arena_new();
	struct db *db;
	bool ok = db_open(app->db, DB_READ, &db, err);

	if (ok) {
		ok = matter_timers_overdue(app->engine, db, a, engine_now(app->engine) - MATTER_WAIT_MS, ret, err);
		db_close(db);
	}
	(void)arena_free(a);
	return ok;
}

/* The timer: what falls due while nobody acts. One index probe a second. */
static void timer_work(struct app *app, struct follower *f)
{
	struct err err = { 0 };
	struct arena *a;
	struct db *db;
	int64_t n = 0;
	bool ok, warns = false, adopts = false;

	if (f->stop || !follower_db(f, app, &db, &err))
		return; /* the database is away: the next second asks again */
	a = arena_new();
	ok = matter_timers_overdue(app->engine, db, a, engine_now(app->engine) - MATTER_WAIT_MS, &n, &err)
	     && matter_warn_waits(db, a, engine_now(app->engine), &warns, &err)
	     && (warns || duty_warn_waits(app->engine, db, a, engine_now(app->engine), &warns, &err));
	(void)arena_free(a);
	if (!ok) {
		follower_lost(f);
		return;
	}
	atomic_store(&app->overdue, n);
	if (n > 0 && !writer_run(app->writer, "timers", nothing, NULL, &err))
		log_line(LOG_WARNING, "timers: %s", err.detail);
	if (!n && warns && !writer_run(app->writer, "warn", warn_job, app, &err))
		log_line(LOG_WARNING, "warn: %s", err.detail);
	if (!n && engine_filling_any(app->engine) && !writer_run(app->writer, "fill", fill_job, app, &err))
		log_line(LOG_WARNING, "fill: %s", err.detail);
	if (!n && !err.code && !adopt_some(app, db, &adopts, &err))
		log_line(LOG_WARNING, "adopt: %s", err.detail[0] ? err.detail : err.msg);
	f->more = n > TIMERS_A_GROUP || (!n && !err.code && (adopts || engine_filling_any(app->engine)));
	if (n <= TIMERS_A_GROUP && atomic_exchange(&app->catching_up, false))
		log_line(LOG_INFO, "到期事项已全部补办，恢复办理");
}

/* ---- followers ---- */

bool follower_db(struct follower *f, struct app *app, struct db **ret, struct err *err)
{
	if (!f->db && !db_open(app->db, DB_READ, &f->db, err))
		return false;
	*ret = f->db;
	return true;
}

void follower_lost(struct follower *f)
{
	db_close(f->db);
	f->db = NULL;
}

static bool follower_wait(struct follower *f)
{
	struct timespec until;
	bool go;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += (time_t)(f->every_ms / 1000);
	until.tv_nsec += (long)(f->every_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	(void)pthread_mutex_lock(&f->lock);
	while (!f->woken && !f->stop)
		if (pthread_cond_timedwait(&f->wake, &f->lock, &until) == ETIMEDOUT)
			break;
	f->woken = false;
	go = !f->stop;
	(void)pthread_mutex_unlock(&f->lock);
	return go;
}

static void *follow(void *arg)
{
	struct follower *f = arg;

	while (follower_wait(f)) {
		do {
			f->more = false;
			f->work(f->app, f);
		} while (f->more && !f->stop);
	}
	f->work(f->app, f); /* with stop set: the last round, which also gives back what is its own */
	follower_lost(f);
	return NULL;
}

void app_follow(struct app *app, const char *name, int64_t every_ms, void (*work)(struct app *, struct follower *))
{
	struct follower *f = &app->follower[app->n_follower++];

	*f = (struct follower){ .name = name, .work = work, .every_ms = every_ms, .app = app };
	(void)pthread_mutex_init(&f->lock, NULL);
	(void)pthread_cond_init(&f->wake, NULL);
}

void app_wake(struct app *app)
{
	for (int i = 0; i < app->n_follower; i++) {
		struct follower *f = &app->follower[i];

		if (f->work == timer_work)
			continue; /* each of its own groups would wake it again */
		(void)pthread_mutex_lock(&f->lock);
		f->woken = true;
		(void)pthread_cond_signal(&f->wake);
		(void)pthread_mutex_unlock(&f->lock);
	}
}

static void stop_followers(struct app *app)
{
	for (int i = 0; i < app->n_follower; i++) {
		struct follower *f = &app->follower[i];

		if (!f->started)
			continue;
		(void)pthread_mutex_lock(&f->lock);
		f->stop = true;
		(void)pthread_cond_signal(&f->wake);
		(void)pthread_mutex_unlock(&f->lock);
		(void)pthread_join(f->thread, NULL);
		f->started = false;
	}
}

bool app_start(struct app *app, struct err *err)
{
	const struct writer_hooks hooks = {
		.begin_group = begin_group, .end_group = end_group, .committed = committed, .ctx = app };
	int64_t overdue = 0;

	if (!spool_open(app->dir, engine_now(app->engine), &app->spool, err) || !count_overdue(app, &overdue, err) || !writer_start(app->db, &hooks, &app->writer, err)
	    || !workers_start(app->db, 2, &app->workers, err) || (app->blobs.store && !workers_start(app->db, 2, &app->senders, err)))
		return false;
	if (overdue > TIMERS_A_GROUP && !app->read_only) {
		log_line(LOG_INFO, "停机期间有%lld项到期事项，正在补办，暂时只能查看", (long long)overdue);
		atomic_store(&app->catching_up, true);
		atomic_store(&app->overdue, overdue);
	}
	if (app->read_only)
		return true;
	app_follow(app, "timer", 1000, timer_work);
	for (int i = 0; i < app->n_follower; i++) {
		if (pthread_create(&app->follower[i].thread, NULL, follow, &app->follower[i]) != 0)
			return err_set(err, ERR_BUG, "无法启动后台线程");
		app->follower[i].started = true;
	}
	return true;
}

static struct search *search_take(struct app *app)
{
	struct search *s = NULL;

	(void)pthread_mutex_lock(&app->search_lock);
	if (app->n_search)
		s = app->search[--app->n_search];
	(void)pthread_mutex_unlock(&app->search_lock);
	return s;
}

static void search_give(struct app *app, struct search *s)
{
	(void)pthread_mutex_lock(&app->search_lock);
	if (app->n_search < SEARCH_SPARE) {
		app->search[app->n_search++] = s;
		s = NULL;
	}
	(void)pthread_mutex_unlock(&app->search_lock);
	search_close(s);
}

bool app_search(struct app *app, struct arena *a, const struct search_query *q, const struct search_hit **ret,
		size_t *ret_n, bool *ret_more, struct err *err)
{
	struct search *s = search_take(app);

	if (!s && !search_open(app->search_db, DB_READ, &s, err))
		return false;
	if (!search_find(s, a, q, ret, ret_n, ret_more, err)) {
		search_close(s); /* it may be the connection that is broken */
		return false;
	}
	search_give(app, s);
	return true;
}

void app_settle(struct app *app)
{
	for (int i = 0; i < app->n_follower; i++) {
		struct follower *f = &app->follower[i];

		if (f->started)
			continue;
		do {
			f->more = false;
			f->work(app, f);
		} while (f->more);
		f->stop = true;
		f->work(app, f);
		f->stop = false;
		follower_lost(f);
	}
}

void app_close(struct app *app)
{
	if (!app)
		return;
	http_stop(app->working);
	http_stop(app->public_side);
	stop_followers(app);
	workers_stop(app->workers);
	workers_stop(app->senders);
	s3_close(app->blobs.store);
	writer_stop(app->writer);
	spool_close(app->spool);
	for (int i = 0; i < app->n_follower; i++) {
		(void)pthread_cond_destroy(&app->follower[i].wake);
		(void)pthread_mutex_destroy(&app->follower[i].lock);
	}
	while (app->n_search)
		search_close(app->search[--app->n_search]);
	(void)pthread_mutex_destroy(&app->search_lock);
	(void)pthread_mutex_destroy(&app->log_lock);
	engine_free(app->engine);
	(void)arena_free(app->a);
}
