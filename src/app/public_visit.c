/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 扫码核验与评价: what an enterprise sees of a visit by the code on its notice, and its rating. Of all that the program
 * knows only the table `visit` is read, which acts of the working side fill (matter/push.c); no matter is opened. A rating
 * keeps neither visit nor address nor time of day (sql/0025_visit.sql). */
#include <inttypes.h>

#include "app/app.h"
#include "app/public.h"
#include "base/day.h"
#include "base/json.h"
#include "base/parse.h"
#include "base/uuid.h"
#include "pages.h"

#define FACTS_MOST 16
#define WORDS_MOST 500
#define BATCH 5

static const struct stmt st_visit = { "visit_read", "SELECT state, body, rated FROM visit WHERE code = $1" };
static const struct stmt st_use = { "visit_use",
	"UPDATE visit SET rated = 1 WHERE code = $1 AND rated = 0 AND state NOT IN ('noticed', 'running')" };
static const struct stmt st_count = { "visit_ratings",
	"SELECT v.organ, (SELECT COUNT(*) FROM visit_rating r WHERE r.organ = v.organ) FROM visit v WHERE v.code = $1" };
static const struct stmt st_rate = { "visit_rate",
	"INSERT INTO visit_rating (id, organ, day, batch, card, pair, gain, stars, words, told)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)" };

/* ---- the visit ---- */

static bool find(struct req *r, struct str digest, struct visit_view *v, const struct json **ret, bool *ret_found,
		 struct err *err)
{
	const struct db_in in[] = { db_str(digest) };
	struct str body;
	int64_t rated;
	const struct db_out out[] = { db_to_str(&v->state), db_to_str(&body), db_to_i64(&rated) };

	*ret_found = false;
	if (!digest.n)
		return true;
	if (!db_maybe(r->db, r->a, &st_visit, DB_IN(in), DB_OUT(out), ret_found, err))
		return false;
	v->rated = *ret_found && rated;
	return !*ret_found || json_read(r->a, body, ret, err);
}

static void fact(struct fact *f, size_t *n, const char *name, struct str text)
{
	public_fact(f, n, name, text, true);
}

static struct str joined(struct req *r, const struct json *b, const char *one, const char *before, const char *other, const char *after)
{
	struct str x = json_str(b, one), y = json_str(b, other);

	return x.n && y.n ? str_fmt(r->a, "%.*s%s%.*s%s", STR_FMT(x), before, STR_FMT(y), after) : x;
}

static void put_before(struct req *r, const struct json *b, struct visit_view *v)
{
	struct fact *f = arena_many(r->a, FACTS_MOST, struct fact);
	struct str helpers = json_str(b, "helpers"), minutes = json_str(b, "minutes");
	int64_t before;

	fact(f, &v->n_fact, "为什么来", joined(r, b, "reason", "（", "source", "）"));
	fact(f, &v->n_fact, "查什么", json_str(b, "items"));
	fact(f, &v->n_fact, "谁来", json_str(b, "officers"));
	fact(f, &v->n_fact, "一起来的机关", json_str(b, "together"));
	fact(f, &v->n_fact, "一起来的人", json_str(b, "joint_people"));
	if (helpers.n && !str_starts(helpers, STR("0")))
		fact(f, &v->n_fact, "协助人员", helpers);
	fact(f, &v->n_fact, "哪天来", json_str(b, "planned_on"));
	if (minutes.n)
		fact(f, &v->n_fact, "预计多久", str_fmt(r->a, "%.*s分钟", STR_FMT(minutes)));
	if (parse_i64(json_str(b, "visits"), 0, 1000000, &before))
		fact(f, &v->n_fact, "今年第几次", str_fmt(r->a, "本机关第%lld次（其他机关%.*s次）", (long long)before + 1,
							  STR_FMT(json_str(b, "visits_other"))));
	fact(f, &v->n_fact, "检查依据", json_str(b, "basis"));
	fact(f, &v->n_fact, "检查通知书", json_str(b, "notice_no"));
	v->fact = f;
}

static void put_after(struct req *r, const struct json *b, struct visit_view *v)
{
	struct fact *f = arena_many(r->a, FACTS_MOST, struct fact);
	struct str took = json_str(b, "duration");

	fact(f, &v->n_result, "检查时间", joined(r, b, "arrived_at", " 至 ", "finished_at", ""));
	if (took.n)
		fact(f, &v->n_result, "用了多久", str_fmt(r->a, "%.*s分钟", STR_FMT(took)));
	fact(f, &v->n_result, "结果", json_str(b, "outcome"));
	fact(f, &v->n_result, "告知您的结果", json_str(b, "result_text"));
	fact(f, &v->n_result, "要求改正", json_str(b, "correct_text"));
	fact(f, &v->n_result, "改正期限", json_str(b, "correct_by"));
	fact(f, &v->n_result, "复查结果", json_str(b, "correction_result"));
	v->result = f;
}

/* The visits of the year to this enterprise, as the working side knew of them when it last told of this one. */
static void put_year(struct req *r, const struct json *b, struct visit_view *v)
{
	const struct json *year = json_get(b, "year"), *c;
	struct visit_made *m;

	if (!year || year->type != JSON_ARRAY)
		return;
	m = arena_many(r->a, year->n, struct visit_made);
	json_each(c, year)
		m[v->n_made++] = (struct visit_made){ json_str(c, "organ"), json_str(c, "day"), json_str(c, "items") };
	v->made = m;
}

static bool visited(struct str state)
{
	return !str_is(state, "noticed") && !str_is(state, "running");
}

static bool page(struct req *r, int status, struct visit_view *v, struct err *err)
{
	struct buf b;
	struct html h;

	public_frame_fill(r, v->real ? STR("核验这次检查") : STR("查不到这次检查"), DOOR_HOME, &v->frame);
	v->frame.here = STR("/"); /* the code stands in no other address */
	buf_init(&b, r->a, 40);
	time_put(&b, now_of(r));
	v->now = buf_str(&b);
	html_init(&h, r->a, HTML_MAX);
	page_public_visit(&h, v);
	reply_header(r, "X-Robots-Tag", STR("noindex"));
	return public_reply(r, status, &h, err);
}

static bool load(struct req *r, struct visit_view *v, struct err *err)
{
	const struct json *b = NULL;

	v->code = req_param(r, "code");
	if (!find(r, visit_code_digest(r->a, v->code), v, &b, &v->real, err))
		return false;
	if (!v->real)
		return true;
	v->organ = json_str(b, "organ_name");
	v->party = json_str(b, "party_name");
	v->number = json_str(b, "inspection_no");
	v->phone = json_str(b, "contact_phone");
	v->over = visited(v->state);
	put_before(r, b, v);
	put_year(r, b, v);
	if (json_str(b, "arrived_at").n)
		put_after(r, b, v);
	return true;
}

bool visit_show(struct req *r, struct err *err)
{
	struct visit_view v = { 0 };

	return load(r, &v, err) && page(r, v.real ? 200 : 404, &v, err);
}

/* ---- rating it ---- */

struct rating {
	struct str digest, words;
	int64_t day, card, pair, gain, stars;
	bool used; /* by this request */
};

/* The answer 1 or 0; false for anything else. */
static bool yes_no(struct req *r, const char *name, int64_t *ret)
{
	return parse_i64(req_form(r, name), 0, 1, ret);
}

static bool rating_of(struct req *r, struct rating *x)
{
	x->words = str_trim(req_form(r, "words"));
	x->day = day_at(now_of(r));
	return yes_no(r, "card", &x->card) && yes_no(r, "pair", &x->pair) && yes_no(r, "gain", &x->gain)
	    && parse_i64(req_form(r, "stars"), 1, 5, &x->stars) && str_chars(x->words) <= WORDS_MOST;
}

static struct str random_id(struct arena *a)
{
	unsigned char bin[16];
	char *hex = arena_alloc(a, 2 * sizeof(bin) + 1);

	random_bytes(bin, sizeof(bin));
	parse_put_hex(hex, bin, sizeof(bin));
	return (struct str){ hex, 2 * sizeof(bin) };
}

static bool rate(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct rating *x = ctx;
	const struct db_in code[] = { db_str(x->digest) };
	int64_t organ, before, changed = 0;
	const struct db_out out[] = { db_to_i64(&organ), db_to_i64(&before) };

	if (!db_exec(db, &st_use, DB_IN(code), &changed, err))
		return false;
	x->used = changed == 1;
	if (!x->used)
		return true;
	if (!db_one(db, a, &st_count, DB_IN(code), DB_OUT(out), err))
		return false;
	const struct db_in in[] = { db_str(random_id(a)), db_i64(organ), db_i64(x->day), db_i64(before / BATCH), db_i64(x->card),
				    db_i64(x->pair), db_i64(x->gain), db_i64(x->stars), db_str(x->words), db_i64(!x->gain) };

	return db_exec(db, &st_rate, DB_IN(in), NULL, err);
}

static bool after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	struct rating *x = ctx;
	struct visit_view v = { 0 };

	if (!ok) {
		*err = *failed;
		return false;
	}
	if (!load(r, &v, err))
		return false;
	v.thanks = x->used;
	return page(r, x->used ? 200 : 409, &v, err);
}

bool visit_rate(struct req *r, struct err *err)
{
	struct rating *x = arena_one(r->a, struct rating);
	struct visit_view v = { 0 };

	*x = (struct rating){ .digest = visit_code_digest(r->a, req_param(r, "code")) };
	if (x->digest.n && rating_of(r, x))
		return req_write(r, rate, x, after);
	v.unfinished = x->digest.n > 0;
	v.words = str_trim(req_form(r, "words"));
	return load(r, &v, err) && page(r, v.real ? 422 : 404, &v, err);
}
