/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/exhibit.h"

#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/uuid.h"
#include "pages.h"
#include "web/asset.h"

#define EXHIBITS_MOST 1000 /* of one matter: an inspection brings some dozens */
#define TEXT_MOST 500

static const struct stmt st_exhibits = { "exhibits",
	"SELECT e.event, e.field, e.name, b.digest, b.sm3, b.size, b.media, COALESCE(f.facts, '?'), e.removed_event FROM evidence e JOIN blob b ON b.digest = e.blob "
	"LEFT JOIN media_fact f ON f.digest = e.blob "
	"WHERE e.matter = $1 ORDER BY e.id LIMIT 1000" };

/* ---- moments ---- */

bool exhibit_moment(struct str text, int64_t *ret_seconds)
{
	struct str rest = text, part;
	int64_t seconds = 0, n;
	int parts = 0;

	while (str_cut(&rest, ':', &part)) {
		/* Leading noughts are how clocks write. */
		if (part.n == 2 && part.p[0] == '0')
			part = str_sub(part, 1, 2);
		if (!parse_i64(part, 0, parts ? 59 : 999, &n) || ++parts > 3)
			return false;
		seconds = seconds * 60 + n;
	}
	if (parts < 2)
		return false;
	*ret_seconds = seconds;
	return true;
}

static struct str moment_of(struct arena *a, int64_t s)
{
	return s < 3600 ? str_fmt(a, "%lld:%02lld", (long long)(s / 60), (long long)(s % 60))
			: str_fmt(a, "%lld:%02lld:%02lld", (long long)(s / 3600), (long long)(s / 60 % 60), (long long)(s % 60));
}

bool exhibit_mark_read(struct str note, int64_t *ret_n, int64_t *ret_seconds, struct str *ret_text)
{
	const struct str open = STR("〔证据"), shut = STR("〕");
	size_t end = str_find(note, shut, 0);
	struct str rest, n;

	if (!str_starts(note, open) || end == SIZE_MAX)
		return false;
	rest = str_sub(note, open.n, end);
	if (!str_cut(&rest, ' ', &n) || !parse_i64(n, 1, EXHIBITS_MOST, ret_n) || !exhibit_moment(rest, ret_seconds))
		return false;
	*ret_text = str_sub(note, end + shut.n, note.n);
	return true;
}

/* ---- the list ---- */

struct exhibits {
	struct req *r;
	const struct matter_view *m;
	struct exhibit_line *v;
	size_t n, cap;
	int64_t at; /* number of the row */
	int64_t event, size, removed;
	struct str field, name, digest, sm3, media, facts;
};

static const struct field_view *seen_field(const struct matter_view *m, struct str id)
{
	for (size_t i = 0; i < m->n_field; i++)
		if (str_eq(m->field[i].def->id, id) && !m->field[i].hidden && !m->field[i].masked)
			return &m->field[i];
	return NULL;
}

static void sort_of(struct str media, struct exhibit_line *p)
{
	p->film = str_starts(media, STR("video/"));
	p->sound = str_starts(media, STR("audio/"));
	p->picture = str_starts(media, STR("image/"));
	p->pdf = str_is(media, "application/pdf");
	p->plays = p->sound || str_is(media, "video/mp4");
	p->sort = p->film ? STR("视频") : p->sound ? STR("录音") : p->picture ? STR("照片") : p->pdf ? STR("PDF") : STR("文件");
}

/* When it was taken, by the field that the definition names for it. */
static int64_t stated(const struct matter_view *m, const struct field *files, struct str *ret_name)
{
	for (size_t i = 0; files->taken.n && i < m->n_field; i++) {
		const struct field_view *f = &m->field[i];

		if (str_eq(f->def->id, files->taken) && !f->hidden && f->v.t == T_TIME) {
			*ret_name = f->def->name;
			return f->v.i;
		}
	}
	return 0;
}

static void facts(struct exhibits *x, const struct field *files, int64_t came, struct exhibit_line *p)
{
	struct media_view *v;
	struct facts f;
	struct err err = { 0 };
	struct str name = { 0 };
	int64_t at = stated(x->m, files, &name);

	if (str_is(x->facts, "?") || !facts_read(x->facts, &f, &err) || (f.fault == FACTS_UNREAD && !p->film && !p->sound))
		return;
	v = arena_one(x->r->a, struct media_view);
	media_view(x->r->a, &f, at, name, came, v);
	p->media = v;
}

static struct str keepers(struct exhibits *x, const struct field *f)
{
	struct buf b;

	buf_init(&b, x->r->a, TEXT_MOST);
	shown_whos(&b, x->m->snap->kind->law, &f->see.save);
	return buf_str(&b);
}

static bool add_exhibit(void *ctx, struct err *err)
{
	struct exhibits *x = ctx;
	const struct field_view *seen = seen_field(x->m, x->field);
	const struct field *f = seen ? seen->def : NULL;
	struct arena *a = x->r->a;
	struct exhibit_line *p;
	int64_t came = 0;

	x->at++;
	if (!f || x->n == EXHIBITS_MOST)
		return true;
	PUSH(a, x->v, x->n, x->cap, (struct exhibit_line){ .n = x->at, .name = x->name, .sha256 = x->digest,
							  .sm3 = x->sm3, .size = shown_size(a, x->size), .source = f->name });
	p = &x->v[x->n - 1];
	p->href = str_fmt(a, "/m/%.*s/evidence/%lld", STR_FMT(x->m->snap->code), (long long)x->at);
	p->file = str_fmt(a, "/file/%.*s", STR_FMT(x->digest));
	sort_of(x->media, p);
	if (seen->no_copy)
		p->keepers = keepers(x, f);
	for (size_t i = 0; i < x->m->n_event; i++)
		if (x->m->event[i].id == x->event) {
			p->who = x->m->event[i].actor_name.n ? x->m->event[i].actor_name : STR("系统");
			p->when = shown_time(a, x->m->event[i].at);
			p->source = str_fmt(a, "%.*s（%.*s）", STR_FMT(f->name), STR_FMT(x->m->event[i].action_name));
			came = x->m->event[i].at;
		}
	facts(x, f, came, p);
	if (!x->removed)
		return true;
	p->film = p->sound = p->picture = p->pdf = p->plays = false;
	return shown_removal(x->r, x->removed, &p->removed, err);
}

bool exhibits_load(struct req *r, const struct matter_view *m, const struct exhibit_line **ret, size_t *ret_n, struct err *err)
{
	struct exhibits x = { .r = r, .m = m };
	const struct db_in in[] = { db_i64(m->snap->id) };
	const struct db_out out[] = { db_to_i64(&x.event), db_to_str(&x.field), db_to_str(&x.name), db_to_str(&x.digest),
				      db_to_str(&x.sm3), db_to_i64(&x.size), db_to_str(&x.media), db_to_str(&x.facts),
				      db_to_i64(&x.removed) };

	if (!db_each(r->db, r->a, &st_exhibits, DB_IN(in), DB_OUT(out), add_exhibit, &x, err))
		return false;
	*ret = x.v;
	*ret_n = x.n;
	return true;
}

/* ---- one ---- */

static int by_moment(const void *x, const void *y)
{
	const struct exhibit_mark *a = x, *b = y;

	return (a->at > b->at) - (a->at < b->at);
}

static void marks(struct req *r, const struct matter_view *m, struct exhibit_view *v)
{
	struct exhibit_mark *k = arena_many(r->a, m->n_event, struct exhibit_mark);
	int64_t n, at;

	for (size_t i = 0; i < m->n_event; i++) {
		const struct event_view *e = &m->event[i];
		struct str text;

		if (!str_is(e->action, "note") || !exhibit_mark_read(e->reason, &n, &at, &text) || n != v->exhibit->n)
			continue;
		k[v->n_mark++] = (struct exhibit_mark){ .at = at, .moment = moment_of(r->a, at), .text = str_trim(text),
						      .who = e->actor_name, .when = shown_time(r->a, e->at),
						      .href = str_fmt(r->a, "%.*s?t=%lld", STR_FMT(v->exhibit->href), (long long)at) };
	}
	qsort(k, v->n_mark, sizeof(*k), by_moment);
	v->mark = k;
}

static bool may_note(const struct matter_view *m)
{
	for (size_t i = 0; i < m->n_action; i++)
		if (str_is(m->action[i].def->id, "note"))
			return m->action[i].can;
	return false;
}

/* The matter and which of its files the address names. */
static bool load(struct req *r, struct matter_view *m, const struct exhibit_line **ret, struct err *err)
{
	const struct exhibit_line *all;
	int64_t want;
	size_t n;

	if (!case_load(r, SEE_FIELDS | SEE_EVENTS | SEE_ACTIONS, m, err) || !exhibits_load(r, m, &all, &n, err))
		return false;
	for (size_t i = 0; i < n && parse_i64(req_param(r, "n"), 1, EXHIBITS_MOST, &want); i++)
		if (all[i].n == want) {
			*ret = &all[i];
			return true;
		}
	return err_set(err, ERR_NOT_FOUND, "没有这份证据");
}

static bool render(struct req *r, const struct matter_view *m, struct exhibit_view *v, struct err *err)
{
	struct html h;
	int64_t t = 0;

	if (!frame_load(r, v->exhibit->name, &v->frame, err))
		return false;
	marks(r, m, v);
	v->title = title_once(m->title);
	v->title_href = case_href(r, m->snap);
	v->post = str_fmt(r->a, "%.*s/mark", STR_FMT(v->exhibit->href));
	v->request = uuid_new(r->a, now_of(r));
	v->may_mark = (v->exhibit->film || v->exhibit->sound) && may_note(m);
	v->script = asset_url(r->a, "player.js");
	if (!parse_i64(req_query(r, "t"), 0, 1000000, &t))
		t = 0;
	/* Without scripts a mark's link opens the page at its moment; a first picture needs a moment too. */
	v->src = str_fmt(r->a, "%.*s#t=%s%lld", STR_FMT(v->exhibit->file), t ? "" : "0.0", (long long)(t ? t : 1));
	frame_crumb(&v->frame, m->snap->kind->name, str_fmt(r->a, "/k/%.*s", STR_FMT(m->snap->kind->id)));
	frame_crumb(&v->frame, case_short(m->snap, m->title), v->title_href);
	frame_crumb(&v->frame, STR("证据"), str_fmt(r->a, "%.*s/evidence", STR_FMT(v->title_href)));
	frame_crumb(&v->frame, str_fmt(r->a, "证据%lld", (long long)v->exhibit->n), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_exhibit(&h, v);
	return frame_reply(r, v->error.n ? 422 : 200, &h, err);
}

bool exhibit_show(struct req *r, struct err *err)
{
	struct exhibit_view v = { .n_mark = 0 };
	struct matter_view m;

	return load(r, &m, &v.exhibit, err) && render(r, &m, &v, err);
}

/* ---- marking ---- */

struct marking {
	struct engine *e;
	struct act act;
	struct act_result result;
	struct str back;
};

static bool mark_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct marking *x = ctx;

	x->result = (struct act_result){ 0 };
	return matter_act(x->e, db, a, &x->act, &x->result, err);
}

static bool mark_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	const struct marking *x = ctx;

	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	if (x->result.n_refused)
		return err_set(err, ERR_REFUSED, "%.*s", STR_FMT(x->result.refused[0].say));
	return reply_see_other(r, x->back);
}

bool exhibit_mark(struct req *r, struct err *err)
{
	struct marking *x = arena_one(r->a, struct marking);
	struct exhibit_view v = { .moment = str_trim(req_form(r, "moment")), .text = str_trim(req_form(r, "text")) };
	struct matter_view m;
	int64_t at = 0;

	if (!load(r, &m, &v.exhibit, err))
		return false;
	if (!exhibit_moment(v.moment, &at))
		v.error = STR("时刻请写成“分:秒”或者“时:分:秒”，例如 12:31");
	else if (!v.text.n || str_chars(v.text) > TEXT_MOST)
		v.error = STR("请写明这一刻是什么，不超过500个字");
	else if (!uuid_valid(req_form(r, "request")))
		v.error = STR("这个表单已经失效，请重新打开后再填写");
	if (v.error.n)
		return render(r, &m, &v, err);
	x->e = app_of(r)->engine;
	x->back = str_fmt(r->a, "%.*s?t=%lld", STR_FMT(v.exhibit->href), (long long)at);
	x->act = (struct act){ .who = actor_of(r), .matter = m.snap->id, .version = -1, .action = STR("note"),
			       .request = req_form(r, "request"), .received = now_of(r),
			       .reason = str_fmt(r->a, "〔证据%lld %.*s〕%.*s", (long long)v.exhibit->n,
						 STR_FMT(moment_of(r->a, at)), STR_FMT(v.text)) };
	return req_write(r, mark_run, x, mark_after);
}
