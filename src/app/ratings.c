/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/ratings.h"

#include "base/day.h"
#include "base/log.h"
#include "base/uuid.h"
#include "pages.h"

#define SUMS_MOST 200
#define LINES_MOST 200
#define LEADS_A_ROUND 50
#define COMPLAIN_MS 60000

#define SUMS "SELECT o.name, COUNT(*), SUM(r.card), SUM(r.pair), SUM(r.gain), SUM(r.stars) FROM visit_rating r" \
	" JOIN organ o ON o.id = r.organ"

static const struct stmt st_all = { "rating_all", SUMS " GROUP BY o.id, o.name ORDER BY o.id LIMIT 200" };
/* Sums of whole batches: what came since is not in them. */
static const struct stmt st_own = { "rating_own",
	SUMS " WHERE r.organ = $1 AND r.batch < (SELECT COUNT(*) / 5 FROM visit_rating x WHERE x.organ = $1) GROUP BY o.id, o.name" };
static const struct stmt st_single = { "rating_single",
	"SELECT o.name, r.day, r.card, r.pair, r.gain, r.stars, r.words FROM visit_rating r JOIN organ o ON o.id = r.organ"
	" ORDER BY r.day DESC, r.id LIMIT 200" };

/* ---- the page ---- */

struct sums {
	struct req *r;
	struct rating_sum *v, row;
	size_t n;
	int64_t stars;
};

static bool add_sum(void *ctx, struct err *err)
{
	struct sums *s = ctx;

	(void)err;
	s->row.stars = str_fmt(s->r->a, "%lld.%lld", (long long)(s->stars / s->row.n), (long long)(s->stars * 10 / s->row.n % 10));
	if (s->n < SUMS_MOST)
		s->v[s->n++] = s->row;
	return true;
}

static bool sums(struct req *r, struct ratings_view *v, struct err *err)
{
	struct sums s = { .r = r, .v = arena_many(r->a, SUMS_MOST, struct rating_sum) };
	const struct db_in in[] = { db_i64(r->session->organ) };
	const struct db_out out[] = { db_to_str(&s.row.organ), db_to_i64(&s.row.n), db_to_i64(&s.row.card), db_to_i64(&s.row.pair),
				      db_to_i64(&s.row.gain), db_to_i64(&s.stars) };

	if (!db_each(r->db, r->a, v->bureau ? &st_all : &st_own, in, v->bureau ? 0 : 1, DB_OUT(out), add_sum, &s, err))
		return false;
	v->sum = s.v;
	v->n_sum = s.n;
	return true;
}

static const char *const star_names[] = { "很不好", "不好", "一般", "好", "很好" };

struct lines {
	struct req *r;
	struct rating_line *v, row;
	size_t n;
	int64_t day, stars;
};

static bool add_line(void *ctx, struct err *err)
{
	struct lines *l = ctx;
	struct buf b;

	(void)err;
	buf_init(&b, l->r->a, 40);
	day_put(&b, l->day);
	l->row.day = buf_str(&b);
	l->row.stars = l->stars >= 1 && l->stars <= 5 ? str_of(star_names[l->stars - 1]) : (struct str){ 0 };
	l->v[l->n++] = l->row;
	return true;
}

static bool singles(struct req *r, struct ratings_view *v, struct err *err)
{
	struct lines l = { .r = r, .v = arena_many(r->a, LINES_MOST, struct rating_line) };
	const struct db_out out[] = { db_to_str(&l.row.organ), db_to_i64(&l.day), db_to_i64(&l.row.card), db_to_i64(&l.row.pair),
				      db_to_i64(&l.row.gain), db_to_i64(&l.stars), db_to_str(&l.row.words) };

	if (!v->bureau)
		return true;
	if (!db_each(r->db, r->a, &st_single, DB_NONE, DB_OUT(out), add_line, &l, err))
		return false;
	v->line = l.v;
	v->n_line = l.n;
	return true;
}

bool ratings_show(struct req *r, struct err *err)
{
	const struct actor who = actor_of(r);
	struct ratings_view v = { 0 };
	struct html h;

	if (!frame_load(r, STR("入企检查评价"), &v.frame, err)
	    || !matter_reads_ratings(app_of(r)->engine, r->db, r->a, &who, &v.bureau, err)
	    || !sums(r, &v, err) || !singles(r, &v, err))
		return false;
	frame_crumb(&v.frame, STR("入企检查评价"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_ratings(&h, &v);
	return frame_reply(r, 200, &h, err);
}

/* ---- leads ---- */

static const struct stmt st_due = { "rating_due",
	"SELECT r.id, r.organ, r.words, (SELECT id FROM organ WHERE short = 'justice') FROM visit_rating r"
	" WHERE r.told = 0 AND r.day < $1 ORDER BY r.id LIMIT 50" };
static const struct stmt st_told = { "rating_told", "UPDATE visit_rating SET told = 1 WHERE id = $1" };

struct due {
	struct str id, words;
	int64_t organ, bureau;
};

struct round {
	struct app *app;
	struct due v[LEADS_A_ROUND], row;
	size_t n;
};

static bool add_due(void *ctx, struct err *err)
{
	struct round *x = ctx;

	(void)err;
	x->v[x->n++] = x->row;
	return true;
}

static bool due(struct round *x, struct db *db, struct arena *a, struct err *err)
{
	const struct db_in in[] = { db_i64(day_at(engine_now(x->app->engine))) };
	const struct db_out out[] = { db_to_str(&x->row.id), db_to_i64(&x->row.organ), db_to_str(&x->row.words),
				      db_to_i64(&x->row.bureau) };

	x->n = 0;
	return db_each(db, a, &st_due, DB_IN(in), DB_OUT(out), add_due, x, err);
}

static bool open_lead(struct round *x, struct db *db, struct arena *a, const struct due *d, struct err *err)
{
	const struct form_entry e[] = {
		{ STR("about_organ"), val_i64(T_ORGAN, d->organ) },
		{ STR("ground"), { .t = T_ENUM, .s = STR("profit") } },
		{ STR("text"), val_text(T_NOTE, str_fmt(a, "企业扫码评价反映检查人员收受财物、吃请、让企业出钱或者要求找指定的中介。%s%.*s",
							d->words.n ? "企业的话：" : "", STR_FMT(d->words))) } };
	const struct act act = { .who = { .sort = ACTOR_SYSTEM, .organ = d->bureau }, .kind = STR("inspection_lead"),
				 .action = STR("open"), .version = -1, .form = { e, ARRAY_LEN(e) },
				 .request = str_fmt(a, "rating:%.*s", STR_FMT(d->id)) };
	const struct db_in in[] = { db_str(d->id) };
	struct act_result result = { 0 };

	if (!matter_open(x->app->engine, db, a, &act, &result, err))
		return false;
	if (result.n_refused)
		return err_set(err, ERR_REFUSED, "%.*s", STR_FMT(result.refused[0].say));
	return db_exec(db, &st_told, DB_IN(in), NULL, err);
}

/* Read anew in the writing turn: another process may have been quicker. */
static bool open_leads(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct round *x = ctx;

	if (!due(x, db, a, err))
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (!open_lead(x, db, a, &x->v[i], err))
			return false;
	return true;
}

void ratings_work(struct app *app, struct follower *f)
{
	struct arena *a = arena_new();
	struct round *x = arena_one(a, struct round);
	struct err err = { 0 };
	struct db *db;
	bool ok;

	x->app = app;
	ok = !f->stop && app->writer && follower_db(f, app, &db, &err) && due(x, db, a, &err);
	if (ok && x->n)
		ok = writer_run(app->writer, "ratings", open_leads, x, &err);
	if (!ok && err.code) {
		follower_lost(f);
		if (!f->done_at || time_monotonic() - f->done_at > COMPLAIN_MS) {
			log_line(LOG_WARNING, "ratings: %s (%s)", err.msg, err.detail);
			f->done_at = time_monotonic();
		}
	}
	(void)arena_free(a);
}
