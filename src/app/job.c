/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/backup_note.h"
#include "app/dossier.h"
#include "app/export.h"
#include "app/import_page.h"
#include "app/process.h"
#include "app/statistic_page.h"
#include "app/record.h"
#include "app/whole.h"
#include "base/day.h"
#include "base/log.h"
#include "base/uuid.h"
#include "pages.h"

#define KEPT_MS ((int64_t)7 * 86400000)
#define TELL_MS 500
#define FILE_MOST ((size_t)256 << 20) /* one answer is made in memory */
#define LINES 50

/* ---- what there is to do ---- */

static bool run_export(struct job *j, struct err *err);
static bool run_backup(struct job *j, struct err *err);

static const struct sort {
	const char *id;
	bool (*run)(struct job *j, struct err *err);
} sorts[] = {
	{ "export", run_export },
	{ "backup", run_backup },
	{ "dossier", dossier_make },
	{ "statistic", statistic_make },
};

static bool export_goes_on(void *ctx, int64_t done)
{
	struct job *j = ctx;

	return job_go_on(j, done, j->total < done ? done : j->total);
}

static bool run_export(struct job *j, struct err *err)
{
	struct listing l;
	const struct column *col;
	bool xlsx = str_ends(j->file_name, STR(".xlsx"));
	int64_t rows;
	size_t n;

	if (!form_urlencoded(j->a, j->input, &j->r.query, err) || !listing_read(&j->r, j->kind, &l, err)
	    || !listing_count(&l, &j->total, err))
		return false;
	if (j->total < 0)
		j->total = 0;
	col = export_columns(&l, req_query(&j->r, "list-all").n > 0, &n);
	if (!export_listing(&l, col, n, job_file(j, xlsx ? ".xlsx" : ".csv"), export_goes_on, j, &rows, err))
		return false;
	j->total = j->done = rows;
	j->say = str_fmt(j->a, "共%lld行", (long long)rows);
	return true;
}

static bool backup_goes_on(void *ctx, int64_t done, int64_t all)
{
	return job_go_on(ctx, done, all);
}

static bool run_backup(struct job *j, struct err *err)
{
	char *to = str_cstr(j->a, str_fmt(j->a, "%s/backup", j->app->dir));
	struct backup_result r;

	if (!backup_folder(j->app->dir, j->app->db, to, backup_goes_on, j, &r, err))
		return false;
	j->backup = r;
	j->total = j->done = r.copied;
	j->say = str_fmt(j->a, "%lld MB，文件%lld份，其中新增%lld份；在服务器的 %s，请再复制到别的机器", (long long)(r.bytes >> 20),
			 (long long)r.files, (long long)r.copied, to);
	return true;
}

/* ---- asking ---- */

static const struct stmt st_add = { "job_add",
	"INSERT INTO job (code, sort, person, organ, title, kind, input, state, total, done, refused, say, file, file_name, at) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', 0, 0, 0, '', '', $8, $9)" };
static const struct stmt st_mine_open = { "job_mine_open", "SELECT COUNT(*) FROM job WHERE person = $1 AND ended IS NULL" };

#define OPEN_MOST 5 /* of one person */

struct asking {
	struct req *r;
	struct job_new x;
	struct str code;
};

static bool ask_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct asking *k = ctx;
	int64_t open = 0;
	const struct db_in who[] = { db_i64(k->r->session->person) };
	const struct db_out out[] = { db_to_i64(&open) };
	const struct db_in in[] = { db_str(k->code), db_str(str_of(k->x.sort)), db_i64(k->r->session->person),
				    db_i64(k->r->session->organ), db_str(k->x.title), db_str(k->x.kind), db_str(k->x.input),
				    db_str(k->x.file_name), db_i64(now_of(k->r)) };

	if (!db_one(db, a, &st_mine_open, DB_IN(who), DB_OUT(out), err))
		return false;
	if (open >= OPEN_MOST)
		return err_set(err, ERR_BUSY, "已有%d项工作在排队，请等其中一项做完再要", OPEN_MOST);
	return db_exec(db, &st_add, DB_IN(in), NULL, err);
}

static bool ask_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	const struct asking *k = ctx;

	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	app_wake(app_of(r));
	return reply_see_other(r, str_fmt(r->a, "/job/%.*s", STR_FMT(k->code)));
}

bool job_ask(struct req *r, const struct job_new *x, struct err *err)
{
	struct asking *k = arena_one(r->a, struct asking);

	(void)err;
	*k = (struct asking){ r, *x, uuid_new(r->a, now_of(r)) };
	return req_write(r, ask_run, k, ask_after);
}

/* ---- the thread ---- */

static const struct stmt st_next = { "job_next",
	"SELECT id, code, sort, person, organ, title, kind, input, file_name FROM job WHERE ended IS NULL AND state = 'waiting' "
	"ORDER BY id LIMIT 1" };
static const struct stmt st_progress = { "job_progress",
	"UPDATE job SET total = $2, done = $3 WHERE id = $1 AND state = 'running' AND owner = $4" };
static const struct stmt st_claim = { "job_claim",
	"UPDATE job SET state = 'running', owner = $2 WHERE id = $1 AND state = 'waiting'" };
static const struct stmt st_end = { "job_end",
	"UPDATE job SET state = $2, total = $3, done = $4, refused = $5, say = $6, file = $7, ended = $8 "
	"WHERE id = $1 AND state = 'running' AND owner = $9" };
static const struct stmt st_message = { "job_message",
	"INSERT INTO message (person, kind, text, at, href) VALUES ($1, 'job', $2, $3, $4)" };
/* Whose process is gone. */
#define LEFT "ended IS NULL AND state = 'running' AND NOT EXISTS (SELECT 1 FROM process p WHERE p.code = job.owner AND p.beat >= $1)"
static const struct stmt st_left = { "job_left", "SELECT COUNT(*) FROM job WHERE " LEFT };
static const struct stmt st_broken = { "job_broken",
	"UPDATE job SET state = 'stopped', ended = $2, say = '做这项工作的程序中途停止了，可以重新开始' WHERE " LEFT };
static const struct stmt st_old = { "job_old", "SELECT file FROM job WHERE file <> '' AND ended < $1 ORDER BY id LIMIT 20" };
static const struct stmt st_forget = { "job_forget", "UPDATE job SET file = '' WHERE file <> '' AND ended < $1" };

struct jobs {
	struct db *db;
	struct arena *a;
	int64_t swept_at;
};

/* Who was taken for gone and comes back late hears here that it is no longer its work. */
static bool progress_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct job *j = ctx;
	const struct db_in in[] = { db_i64(j->id), db_i64(j->total), db_i64(j->done), db_str(j->app->process) };
	int64_t changed = 0;

	(void)a;
	if (!db_exec(db, &st_progress, DB_IN(in), &changed, err))
		return false;
	j->claimed = changed == 1;
	return true;
}

/* Of several processes over one database one has it. */
static bool claim_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct job *j = ctx;
	const struct db_in in[] = { db_i64(j->id), db_str(j->app->process) };
	int64_t changed = 0;

	(void)a;
	if (!process_beat(db, j->app, err) || !db_exec(db, &st_claim, DB_IN(in), &changed, err))
		return false;
	j->claimed = changed == 1;
	return true;
}

bool job_go_on(struct job *j, int64_t done, int64_t total)
{
	struct err err = { 0 };

	j->done = done;
	j->total = total;
	if (time_monotonic() - j->told > TELL_MS) {
		j->told = time_monotonic();
		if (!writer_run(j->app->writer, "job_progress", progress_run, j, &err))
			log_line(LOG_WARNING, "job: %s", err.msg);
	}
	return j->claimed && !atomic_load(j->stop);
}

char *job_file(struct job *j, const char *suffix)
{
	j->file = str_fmt(j->a, "job-%.*s%s", STR_FMT(j->code), suffix);
	return str_cstr(j->a, str_fmt(j->a, "%s/spool/%.*s", j->app->dir, STR_FMT(j->file)));
}

struct ending {
	struct job *j;
	bool ok;
	int64_t now;
};

/* A backup is a matter, done or not; what else is made is a read that is recorded. */
static bool backup_ended(const struct ending *e, struct db *db, struct arena *a, struct err *err)
{
	const struct job *j = e->j;
	const struct backup_note x = { .who = { ACTOR_PERSON, j->person, j->organ }, .place = str_fmt(a, "%s/backup", j->app->dir),
				       .made = j->backup, .failed = e->ok ? (struct str){ 0 } : j->say };

	return backup_note_put(j->app->engine, db, a, &x, err);
}

static bool end_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct ending *e = ctx;
	struct job *j = e->j;
	struct str told = str_fmt(a, "%s：%.*s（%.*s）", e->ok ? "已完成" : "没有做完", STR_FMT(j->title), STR_FMT(j->say));
	const struct db_in in[] = { db_i64(j->id), db_str(e->ok ? STR("done") : STR("stopped")), db_i64(j->total), db_i64(j->done),
				    db_i64(j->refused), db_str(j->say), db_str(e->ok ? j->file : (struct str){ 0 }), db_i64(e->now), db_str(j->app->process) };
	int64_t changed = 0;
	const struct db_in message[] = { db_i64(j->person), db_str(told), db_i64(e->now),
					 db_str(str_fmt(a, "/job/%.*s", STR_FMT(j->code))) };
	const struct reading reading = { .sort = str_cstr(a, j->sort), .person = j->person, .organ = j->organ, .kind = j->kind,
					 .what = str_head(j->file_name.n ? j->file_name : j->title, 200), .n = j->done };

	if (!db_exec(db, &st_end, DB_IN(in), &changed, err))
		return false;
	j->claimed = changed == 1;
	if (!j->claimed)
		return true;
	if (!db_exec(db, &st_message, DB_IN(message), NULL, err))
		return false;
	return str_is(j->sort, "backup") ? backup_ended(e, db, a, err) : !e->ok || reading_add(db, &reading, e->now, err);
}

static bool do_job(struct job *j, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(sorts); i++)
		if (str_is(j->sort, sorts[i].id))
			return sorts[i].run(j, err);
	return err_set(err, ERR_BUG, "不认识这种工作");
}

static void one_job(struct job *j)
{
	struct session session = { .person = j->person, .organ = j->organ };
	struct err err = { 0 };
	struct ending e = { .j = j };

	j->r = (struct req){ .a = j->a, .db = j->db, .writer = j->app->writer, .app = j->app, .session = &session };
	if (!writer_run(j->app->writer, "job_begin", claim_run, j, &err) || !j->claimed)
		return; /* the database is away: the next round begins again */
	e.ok = do_job(j, &err);
	e.now = engine_now(j->app->engine);
	if (!e.ok) {
		log_line(LOG_WARNING, "job %.*s: %s (%s)", STR_FMT(j->code), err.msg, err.detail);
		j->say = str_of(err.msg);
		if (atomic_load(j->stop))
			return; /* with this process gone, another or the next one says that it was broken off */
	}
	if (!writer_run(j->app->writer, "job_end", end_run, &e, &err))
		log_line(LOG_WARNING, "job %.*s: %s", STR_FMT(j->code), err.msg);
	else if (!j->claimed)
		log_line(LOG_WARNING, "job %.*s: was taken for broken off", STR_FMT(j->code));
}

static bool broken_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const int64_t *now = ctx;
	const struct db_in in[] = { db_i64(process_alive_since()), db_i64(*now) };

	(void)a;
	return db_exec(db, &st_broken, DB_IN(in), NULL, err);
}

struct sweeping {
	struct app *app;
	struct arena *a;
	struct str file;
	int64_t before;
};

static bool drop_file(void *ctx, struct err *err)
{
	const struct sweeping *s = ctx;

	(void)err;
	(void)unlink(str_cstr(s->a, str_fmt(s->a, "%s/spool/%.*s", s->app->dir, STR_FMT(s->file))));
	return true;
}

static bool sweep_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct sweeping *s = ctx;
	const struct db_in in[] = { db_i64(s->before) };
	const struct db_out out[] = { db_to_str(&s->file) };

	s->a = a;
	return db_each(db, a, &st_old, DB_IN(in), DB_OUT(out), drop_file, s, err) && db_exec(db, &st_forget, DB_IN(in), NULL, err);
}

static bool sweep(struct app *app, struct jobs *x, struct err *err)
{
	int64_t now = engine_now(app->engine);
	struct sweeping s = { .app = app, .before = now - KEPT_MS };
	const struct db_in alive[] = { db_i64(process_alive_since()) };
	int64_t left = 0;
	const struct db_out out[] = { db_to_i64(&left) };

	if (!db_one(x->db, x->a, &st_left, DB_IN(alive), DB_OUT(out), err)
	    || (left && !writer_run(app->writer, "job_broken", broken_run, &now, err)))
		return false;
	if (time_monotonic() - x->swept_at < 3600000 && x->swept_at)
		return true;
	x->swept_at = time_monotonic();
	return writer_run(app->writer, "job_sweep", sweep_run, &s, err);
}

static void give_back(struct jobs *x)
{
	db_close(x->db);
	x->db = NULL;
}

void jobs_work(struct app *app, struct follower *f)
{
	struct jobs *x = f->priv;
	struct err err = { 0 };
	bool found = false;

	if (!x) {
		x = calloc(1, sizeof(*x)); /* not of the program's arena, which belongs to one thread */
		if (!x)
			abort();
		f->priv = x;
		x->a = arena_new();
	}
	if (f->stop) {
		give_back(x);
		(void)arena_free(x->a);
		free(x);
		f->priv = NULL;
		return;
	}
	if (atomic_load(&app->catching_up))
		return;
	if ((!x->db && !db_open(app->db, DB_READ, &x->db, &err)) || !sweep(app, x, &err)) {
		give_back(x);
		return;
	}
	{
		struct job j = { .app = app, .a = x->a, .db = x->db, .stop = &f->stop };
		const struct db_out out[] = { db_to_i64(&j.id), db_to_str(&j.code), db_to_str(&j.sort), db_to_i64(&j.person),
					      db_to_i64(&j.organ), db_to_str(&j.title), db_to_str(&j.kind), db_to_str(&j.input),
					      db_to_str(&j.file_name) };

		if (!db_maybe(x->db, x->a, &st_next, DB_NONE, DB_OUT(out), &found, &err))
			give_back(x);
		else if (found)
			one_job(&j);
	}
	f->more = found;
	arena_reset(x->a);
}

/* ---- pages ---- */

static const struct stmt st_one = { "job_one",
	"SELECT title, sort, kind, input, state, total, done, refused, say, file, file_name, at, COALESCE(ended, 0) FROM job "
	"WHERE code = $1 AND person = $2" };
static const struct stmt st_lines = { "job_lines",
	"SELECT title, code, state, at, say FROM job WHERE person = $1 ORDER BY id DESC LIMIT 50" };

struct found_job {
	struct str title, sort, kind, input, state, say, file, file_name;
	int64_t total, done, refused, at, ended;
};

/* One's own only: what it made was made by one's own rights. */
static bool load(struct req *r, struct found_job *x, struct err *err)
{
	const struct db_in in[] = { db_str(req_param(r, "code")), db_i64(r->session->person) };
	const struct db_out out[] = { db_to_str(&x->title), db_to_str(&x->sort), db_to_str(&x->kind), db_to_str(&x->input), db_to_str(&x->state),
				      db_to_i64(&x->total), db_to_i64(&x->done), db_to_i64(&x->refused), db_to_str(&x->say),
				      db_to_str(&x->file), db_to_str(&x->file_name), db_to_i64(&x->at), db_to_i64(&x->ended) };
	bool found;

	if (!db_maybe(r->db, r->a, &st_one, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	return found || err_set(err, ERR_NOT_FOUND, "没有这项工作");
}

static char *path_of(struct req *r, struct str file)
{
	return str_cstr(r->a, str_fmt(r->a, "%s/spool/%.*s", app_of(r)->dir, STR_FMT(file)));
}

static struct str state_name(struct str s)
{
	return str_is(s, "waiting") ? STR("排队中") : str_is(s, "running") ? STR("正在做") : str_is(s, "done") ? STR("已完成")
		: STR("没有做完");
}

/* What belongs to one matter names it in its input. */
static struct str where_from(struct req *r, const struct found_job *x)
{
	struct form_data in;
	struct err ignored = { 0 };

	if (str_is(x->sort, "dossier") && form_urlencoded(r->a, x->input, &in, &ignored))
		return str_fmt(r->a, "/m/%.*s/dossier", STR_FMT(form_value(&in, "m")));
	return x->kind.n ? str_fmt(r->a, "/k/%.*s", STR_FMT(x->kind)) : STR("/jobs");
}

bool job_show(struct req *r, struct err *err)
{
	struct found_job x;
	struct job_view v = { .waiting = false };
	struct stat st;
	struct html h;

	if (!load(r, &x, err) || !frame_load(r, x.title, &v.frame, err))
		return false;
	frame_crumb(&v.frame, STR("我的工作"), STR("/jobs"));
	frame_crumb(&v.frame, x.title, (struct str){ 0 });
	v.title = x.title;
	v.waiting = str_is(x.state, "waiting");
	v.running = str_is(x.state, "running");
	v.stopped = str_is(x.state, "stopped");
	v.state = state_name(x.state);
	v.say = x.say;
	v.total = x.total;
	v.done = x.done;
	v.refused = x.refused;
	v.at = shown_time(r->a, x.at);
	v.ended = x.ended ? shown_time(r->a, x.ended) : (struct str){ 0 };
	v.frame.refresh = v.waiting || v.running;
	if (x.file.n && stat(path_of(r, x.file), &st) == 0) {
		v.file = str_fmt(r->a, "/job/%.*s/file", STR_FMT(req_param(r, "code")));
		v.file_size = shown_size(r->a, st.st_size);
	}
	v.back = where_from(r, &x);
	html_init(&h, r->a, HTML_MAX);
	page_job(&h, &v);
	return frame_reply(r, 200, &h, err);
}

bool job_get_file(struct req *r, struct err *err)
{
	struct found_job x;
	struct str bytes;
	const char *type;

	if (!load(r, &x, err))
		return false;
	if (!x.file.n)
		return err_set(err, ERR_NOT_FOUND, "文件已经不在了：做出来的文件只留七日，可以重新导出");
	type = str_ends(x.file, STR(".pdf")) ? "application/pdf" : str_ends(x.file, STR(".zip")) ? "application/zip"
		: str_ends(x.file, STR(".xlsx")) ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		: "text/csv; charset=utf-8";
	return file_read_whole(r->a, path_of(r, x.file), FILE_MOST, &bytes, err)
	    && reply_file(r, type, bytes, x.file_name, true);
}

struct lines {
	struct req *r;
	struct job_line *v;
	size_t n;
	struct str title, code, state, say;
	int64_t at;
};

static bool add_line(void *ctx, struct err *err)
{
	struct lines *x = ctx;

	(void)err;
	x->v[x->n++] = (struct job_line){ x->title, str_fmt(x->r->a, "/job/%.*s", STR_FMT(x->code)), state_name(x->state),
					  shown_time(x->r->a, x->at), x->say };
	return true;
}

bool jobs_show(struct req *r, struct err *err)
{
	struct jobs_view v = { .n = 0 };
	struct lines x = { .r = r, .v = arena_many(r->a, LINES, struct job_line) };
	const struct db_in in[] = { db_i64(r->session->person) };
	const struct db_out out[] = { db_to_str(&x.title), db_to_str(&x.code), db_to_str(&x.state), db_to_i64(&x.at),
				      db_to_str(&x.say) };
	struct html h;

	if (!frame_load(r, STR("我的工作"), &v.frame, err)
	    || !db_each(r->db, r->a, &st_lines, DB_IN(in), DB_OUT(out), add_line, &x, err))
		return false;
	frame_crumb(&v.frame, STR("我的工作"), (struct str){ 0 });
	v.job = x.v;
	v.n = x.n;
	html_init(&h, r->a, HTML_MAX);
	page_jobs(&h, &v);
	return frame_reply(r, 200, &h, err);
}
