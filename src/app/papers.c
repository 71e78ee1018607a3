/* SPDX-License-Identifier: MulanPSL-2.0 */
/* papers.c - draws queued papers. One thread: opening the fonts is dear, drawing is not. */
#include "app/papers.h"
#include "app/practice.h"
#include "base/log.h"
#include "blob/blob.h"
#include "log/log.h"
#include "matter/document.h"

#define PAPERS_A_ROUND 20

/* One round: papers are drawn one after the other and recorded in one transaction. */
struct drawing {
	int64_t document;
	struct blob pdf;
	struct str why; /* not empty: it could not be drawn */
};
struct drawings {
	struct app *app;
	struct arena *a;
	struct drawing v[PAPERS_A_ROUND];
	size_t n;
};

struct draw_job papers_job(const struct app *app, struct str content, struct str name, struct str organ, int64_t at)
{
	return (struct draw_job){ .blocks = content, .title = name, .author = organ, .at = at,
				  .stamp = app->practice ? STR("练习") : (struct str){ 0 },
				  .mark = app->practice ? STR(PRACTICE_SAYS) : (struct str){ 0 } };
}

static void draw(struct drawings *all, const struct document *d)
{
	const struct draw_job job = papers_job(all->app, d->content, d->name, d->organ, d->created);
	struct drawing *w = &all->v[all->n++];
	struct err why = { 0 };
	struct str pdf;

	*w = (struct drawing){ .document = d->id };
	if (draw_pdf(all->a, &job, &pdf, &why) && blob_prepare(all->a, all->app->dir, pdf, &w->pdf, &why))
		return;
	log_line(LOG_WARNING, "paper %lld (%.*s) was not drawn: %s", (long long)d->id, STR_FMT(d->paper), why.detail);
	w->why = str_dup(all->a, str_of(why.msg));
}

static bool record(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct drawings *all = ctx;
	struct engine *e = all->app->engine;

	for (size_t i = 0; i < all->n; i++) {
		const struct drawing *w = &all->v[i];

		if (w->why.n) {
			if (!document_failed(e, db, a, w->document, w->why, err))
				return false;
		} else if (!blob_put(db, &w->pdf, engine_now(e), err)
			   || !document_frozen(e, db, a, w->document, w->pdf.sha256, w->pdf.sm3, err)) {
			return false;
		}
	}
	return true;
}

static bool record_alone(struct db *db, const void *ctx, struct err *err)
{
	struct drawings *all = *(struct drawings *const *)ctx;

	return record(db, all->a, all, err) && log_append(db, all->a, NULL, err);
}

/* Through the writer when it runs; in a transaction of one's own while the program is being set up. */
static bool write_outcome(struct drawings *all, struct err *err)
{
	struct drawings *const self = all;
	struct db *db;
	bool ok;

	if (!all->n)
		return true;
	if (all->app->writer)
		return writer_run(all->app->writer, "papers", record, all, err);
	if (!db_open(all->app->db, DB_WRITE, &db, err))
		return false;
	ok = db_tx(db, "papers", record_alone, &self, err);
	db_close(db);
	return ok;
}

void papers_work(struct app *app, struct follower *f)
{
	struct drawings all = { .app = app };
	const struct document *d = NULL;
	struct err err = { 0 };
	struct db *db;
	size_t n = 0;
	bool ok;

	if (f->stop)
		return; /* what is queued is drawn after the next start */
	if (!follower_db(f, app, &db, &err))
		return; /* the database is away: the next round asks again */
	all.a = arena_new();
	ok = document_queued(app->engine, db, all.a, PAPERS_A_ROUND, &d, &n, &err);
	if (!ok)
		follower_lost(f);
	for (size_t i = 0; ok && i < n && !f->stop; i++)
		draw(&all, &d[i]);
	ok = ok && write_outcome(&all, &err);
	if (!ok)
		log_line(LOG_WARNING, "papers: %s (%s)", err.msg, err.detail);
	f->more = ok && n == PAPERS_A_ROUND;
	(void)arena_free(all.a);
}
