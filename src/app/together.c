/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/together.h"

#include "app/case.h"
#include "base/log.h"
#include "base/uuid.h"

/* ---- the matter's page ---- */

static void notes(struct req *r, const struct matter_view *m, struct together_view *v)
{
	struct note_line *l = arena_many(r->a, m->n_event, struct note_line);

	for (size_t i = m->n_event; i-- > 0;) {
		const struct event_view *e = &m->event[i];

		if (str_is(e->action, "note"))
			l[v->n_note++] = (struct note_line){ .at = shown_time(r->a, e->at), .text = e->reason, .told = e->told,
							     .actor = e->stead_name.n ? e->stead_name : e->actor_name };
	}
	v->note = l;
}

static bool of_review(const struct kind *k, const struct point_view *p)
{
	const struct action *ac = k ? kind_action(k, p->action) : NULL;

	return ac && ac->opinions;
}

bool together_load(struct req *r, const struct matter_view *m, struct together_view *ret, struct err *err)
{
	*ret = (struct together_view){ .code = m->snap->code, .csrf = r->session->csrf, .request = uuid_new(r->a, now_of(r)) };
	if (!points_of(r->db, r->a, m->snap->id, &ret->point, &ret->n_point, err)
	    || !watch_is(r->db, r->a, r->session->person, m->snap->id, &ret->watched, err))
		return false;
	ret->opinions = ret->n_point && of_review(m->snap->kind, &ret->point[0]);
	for (size_t i = 0; i < ret->n_point; i++)
		ret->n_open += !ret->point[i].ticked;
	for (size_t i = 0; i < m->n_action; i++)
		ret->can_tick = ret->can_tick || (m->action[i].can && str_is(m->action[i].def->id, "tick"));
	notes(r, m, ret);
	return true;
}

struct str points_text(struct arena *a, const struct event_view *e)
{
	struct buf b;

	buf_init(&b, a, 20000);
	for (size_t i = 0; i < e->n_point; i++)
		buf_addf(&b, e->n_point > 1 ? "%s%zu %.*s" : "%s%.0zu%.*s", i ? "；" : "", e->n_point > 1 ? i + 1 : 0,
			 STR_FMT(e->point[i]));
	return buf_str(&b);
}

/* ---- who has looked ---- */

struct look {
	struct arena *a;
	int64_t matter, person, now;
};

static bool look_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct look *l = ctx;

	(void)a;
	return look_put(db, l->matter, l->person, l->now, err);
}

static void look_done(void *ctx, bool ok, const struct err *err)
{
	struct look *l = ctx;

	if (!ok)
		log_line(LOG_DEBUG, "look not kept: %s", err->msg);
	(void)arena_free(l->a);
}

bool together_look(struct req *r, int64_t matter, struct err *err)
{
	const struct actor who = actor_of(r);
	struct err full = { 0 };
	struct look *l;
	struct arena *a;
	bool due;

	if (!look_due(app_of(r)->engine, r->db, r->a, &who, matter, &due, err))
		return false;
	if (!due)
		return true;
	a = arena_new();
	l = arena_one(a, struct look);
	*l = (struct look){ a, matter, who.person, now_of(r) };
	const struct writer_job job = { .run = look_run, .done = look_done, .ctx = l, .name = "look" };

	if (!writer_submit(r->writer, &job, &full)) /* the next page tries again */
		(void)arena_free(a);
	return true;
}

/* ---- the desk ---- */

bool rows_points(struct req *r, struct row_view *v, size_t n, struct err *err)
{
	const struct actor who = actor_of(r);
	const struct point_view *p;
	const struct law *law;
	size_t n_p;

	if (!n)
		return true;
	if (!frame_law(r, &law, err) || !points_mine(app_of(r)->engine, r->db, r->a, &who, &p, &n_p, err))
		return false;
	for (size_t i = 0; n_p > 0 && i < n; i++)
		for (size_t k = 0; k < n_p; k++)
			if (p[k].matter == v[i].id) {
				if (!v[i].n_point)
					v[i].point = &p[k];
				v[i].n_point++;
			}
	for (size_t i = 0; n_p > 0 && i < n; i++)
		if (v[i].n_point) {
			v[i].request = uuid_new(r->a, now_of(r));
			v[i].opinions = of_review(law_kind(law, v[i].point->kind), v[i].point);
		}
	return true;
}

/* ---- 盯办 ---- */

struct watching {
	struct req *r;
	int64_t matter;
	bool on;
};

static bool watch_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct watching *w = ctx;

	(void)a;
	return watch_set(db, w->r->session->person, w->matter, w->on, now_of(w->r), err);
}

static bool watch_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	(void)ctx;
	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	return reply_see_other(r, str_fmt(r->a, "/m/%.*s", STR_FMT(req_param(r, "code"))));
}

bool watch_post(struct req *r, struct err *err)
{
	struct watching *w = arena_one(r->a, struct watching);
	struct matter_view m;

	if (!case_load(r, 0, &m, err)) /* only what one may see is watched */
		return false;
	*w = (struct watching){ r, m.snap->id, str_is(req_form(r, "on"), "1") };
	return req_write(r, watch_run, w, watch_after);
}

/* ---- 交接 ---- */

/* Hand-overs are matters like others: their list, with the button for a new one. */
bool replace_show(struct req *r, struct err *err)
{
	(void)err;
	return reply_see_other(r, STR("/k/handover"));
}
