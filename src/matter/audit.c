/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/audit.h"

#include <inttypes.h>

#include "base/day.h"
#include "matter/audit_inner.h"
#include "matter/reading.h"
#include "matter/removal.h"
#include "matter/world.h"

/* ---- saying which ---- */

static const struct stmt st_say = { "audit_say",
	"SELECT m.title, m.number, e.kind, e.seq, e.at, e.action, e.def FROM event e LEFT JOIN matter m ON m.id = e.matter"
	" WHERE e.id = $1" };

struct said {
	struct str title, number, kind, action;
	int64_t seq, at, def;
};

static struct str action_name(const struct kind *k, struct str action)
{
	const struct action *ac = k ? kind_action(k, action) : NULL;

	if (str_is(action, "paper.frozen"))
		return STR("文书制成PDF");
	if (str_is(action, "paper.signed"))
		return STR("文书电子签名");
	if (str_is(action, REMOVAL_ACTION))
		return STR("依销毁清册销毁文书证据");
	if (str_is(action, READING_OPENING))
		return STR("打开办件页");
	if (reading_is(action))
		return str_is(action, READING_SAVED) ? STR("下载文件") : str_is(action, READING_PLAYED) ? STR("播放文件") : STR("查看文件");
	if (str_is(action, "open"))
		return STR("立项");
	return ac && ac->name.n ? ac->name : action;
}

static void put_said(struct engine *e, struct db *db, struct arena *a, const struct said *s, int64_t event, struct buf *b)
{
	const struct law *l = NULL;
	struct err why = { 0 };
	const struct kind *k = engine_law(e, db, a, s->def, &l, &why) && l ? law_kind(l, s->kind) : NULL;
	const struct str name = k ? k->name : s->kind;

	buf_addf(b, "%.*s“%.*s”第%" PRId64 "步“%.*s”（", STR_FMT(str_head(name, 20)),
		 STR_FMT(str_head(s->number.n ? s->number : s->title, 30)), s->seq, STR_FMT(str_head(action_name(k, s->action), 20)));
	time_put(b, s->at);
	buf_addf(b, "，第%" PRId64 "号记录）", event);
}

void audit_say(struct engine *e, struct db *db, int64_t event, struct buf *b)
{
	struct arena *a = arena_new();
	struct said s = { 0 };
	struct err why = { 0 };
	const struct db_in in[] = { db_i64(event) };
	const struct db_out out[] = { db_to_str(&s.title), db_to_str(&s.number), db_to_str(&s.kind), db_to_i64(&s.seq),
				      db_to_i64(&s.at), db_to_str(&s.action), db_to_i64(&s.def) };
	bool found = false;

	if (db_maybe(db, a, &st_say, DB_IN(in), DB_OUT(out), &found, &why) && found)
		put_said(e, db, a, &s, event, b);
	else
		buf_addf(b, "第%" PRId64 "号记录", event);
	(void)arena_free(a);
}

bool folded_differs(struct folded *f, struct err *err, const char *fmt, ...)
{
	const struct str name = f->row.kind ? f->row.kind->name : f->kind, title = f->number.n ? f->number : f->title;
	struct buf b;
	va_list ap;

	buf_init(&b, f->a, 480);
	buf_addf(&b, "%.*s“%.*s”（办件 %.*s）", STR_FMT(str_head(name, 20)), STR_FMT(str_head(title, 30)),
		 STR_FMT(str_head(f->row.code, 40)));
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	return audit_found(err, "%.*s", STR_FMT(buf_str(&b)));
}

/* ---- its events ---- */

static const struct stmt st_steps = { "audit_steps",
	"SELECT e.id, e.seq, e.at, e.entered_at, e.def, e.actor, e.action, e.role, e.kind, b.body,"
	" CASE WHEN l.entry LIKE 'mingfa/event/1%' THEN 1 ELSE 0 END FROM event e"
	" LEFT JOIN event_body b ON b.event = e.id LEFT JOIN leaf l ON l.event = e.id WHERE e.matter = $1 ORDER BY e.seq" };

struct step_read {
	struct folded *f;
	struct step_row row;
};

static bool step_row(void *ctx, struct err *err)
{
	struct step_read *r = ctx;
	struct folded *f = r->f;

	r->row.body = NULL;
	if (r->row.text.n && !json_read(f->a, r->row.text, &r->row.body, err))
		return false;
	f->old = f->old || r->row.headless;
	f->gaps = f->gaps || !r->row.body || r->row.headless;
	if (str_is(r->row.action, REMOVAL_ACTION) && json_get(r->row.body, "snap"))
		f->gaps = f->old; /* it says once more how everything stood */
	PUSH(f->a, f->step, f->n, f->cap, r->row);
	return true;
}

static bool read_steps(struct folded *f, struct err *err)
{
	struct step_read r = { .f = f };
	struct step_row *s = &r.row;
	const struct db_in in[] = { db_i64(f->row.id) };
	const struct db_out out[] = { db_to_i64(&s->id), db_to_i64(&s->seq), db_to_i64(&s->at), db_to_i64(&s->entered),
				      db_to_i64(&s->def), db_to_i64(&s->actor), db_to_str(&s->action), db_to_str(&s->role), db_to_str(&s->kind),
				      db_to_str(&s->text), db_to_i64(&s->headless) };

	return db_each(f->m->x->db, f->a, &st_steps, DB_IN(in), DB_OUT(out), step_row, &r, err);
}

/* ---- the fold ---- */

static void fold_runs(struct folded *f, const struct json *list)
{
	const struct json *j;
	struct run r;

	json_each(j, list) {
		size_t i = 0;

		if (!run_of_json(f->a, j, &r))
			continue;
		while (i < f->n_run && !(f->run[i].run == r.run && str_eq(f->run[i].clock, r.clock)))
			i++;
		if (i < f->n_run)
			f->run[i] = r;
		else
			PUSH(f->a, f->run, f->n_run, f->cap_run, r);
	}
}

/* A clock that was reckoned again by a new calendar: its event says the new day. */
static void fold_recount(struct folded *f, const struct json *body)
{
	for (size_t i = 0; i < f->n_run; i++)
		if (f->run[i].run == json_i64(body, "run", 0) && str_eq(f->run[i].clock, json_str(body, "clock"))) {
			f->run[i].due = json_i64(body, "due", 0);
			f->run[i].fresh = true; /* the rest is reckoned */
		}
}

/* Contents went: the matter is what it was then. */
static bool fold_removal(struct folded *f, const struct step_row *s, struct err *err)
{
	const struct kind *k = f->now->kind;
	const struct state *at = kind_state(k, json_str(s->body, "state"));

	f->now->field = arena_many(f->a, k->n_field, struct val);
	f->now->number = arena_many(f->a, k->n_number, struct str);
	f->now->query_code = (struct str){ 0 };
	f->now->ended = json_i64(s->body, "ended", 0);
	f->now->state = at ? at : f->now->state;
	f->n_run = 0;
	fold_runs(f, json_get(s->body, "clocks"));
	return snap_get(f->a, json_str(s->body, "snap"), f->now, err);
}

static bool fold_step(struct folded *f, const struct step_row *s, struct err *err)
{
	const struct kind *k = f->now->kind;
	const struct state *to = kind_state(k, json_str(s->body, "to"));
	const struct json *j;

	if (str_is(s->action, REMOVAL_ACTION))
		return fold_removal(f, s, err);
	json_each(j, json_get(s->body, "set")) {
		const struct field *fd = kind_field(k, j->key);

		if (fd)
			f->now->field[fd->index] = val_of_json(f->a, &fd->type, j);
	}
	json_each(j, json_get(s->body, "numbers")) {
		const struct number *n = kind_number(k, j->key);

		if (n)
			f->now->number[n->index] = j->text;
	}
	if (json_str(s->body, "query_code").n)
		f->now->query_code = json_str(s->body, "query_code");
	if (to) {
		f->now->state = to;
		f->now->ended = to->end ? s->at : 0;
	}
	fold_runs(f, json_get(s->body, "clocks"));
	if (str_is(s->action, "clock.recounted"))
		fold_recount(f, s->body);
	return true;
}

static bool fold(struct folded *f, struct err *err)
{
	int64_t updated = 0;

	f->now = snap_dup(f->a, &f->row);
	f->now->field = arena_many(f->a, f->now->kind->n_field, struct val);
	f->now->number = arena_many(f->a, f->now->kind->n_number, struct str);
	f->now->query_code = (struct str){ 0 };
	f->now->ended = 0;
	f->now->version = 0;
	for (size_t i = 0; i < f->n; i++) {
		const struct step_row *s = &f->step[i];

		if (s->seq != f->now->version + 1)
			return folded_differs(f, err, "少了第%" PRId64 "步：步骤的编号不连续", f->now->version + 1);
		f->now->version = s->seq;
		if (!reading_is(s->action))
			updated = s->at;
		if (s->body && !fold_step(f, s, err))
			return false;
	}
	if (f->now->version != f->row.version)
		return folded_differs(f, err, "登记的版本是%" PRId64 "，办理记录只到第%" PRId64 "步：登记被改动，或者少了最后几步",
				      f->row.version, f->now->version);
	if (!str_eq(f->kind, f->step[f->n - 1].kind) || f->row.def != f->step[f->n - 1].def)
		return folded_differs(f, err, "登记的种类或者定义版本被改动：与最后一步办理不符");
	return updated == f->updated || folded_differs(f, err, "登记的更新时间被改动：与最后一步办理不符");
}

/* ---- what it gives against what is stored ---- */

static bool same_fields(struct folded *f, struct err *err)
{
	const struct kind *k = f->now->kind;

	if (str_eq(snap_put(f->a, f->now), f->fields))
		return true;
	if (!snap_get(f->a, f->fields, &f->row, err)) {
		err_clear(err);
		return folded_differs(f, err, "的存储内容被改动，已不能读取");
	}
	for (size_t i = 0; i < k->n_field; i++)
		if (!val_equal(f->row.field[i], f->now->field[i])
		    && !(val_empty(f->row.field[i]) && val_empty(f->now->field[i])))
			return folded_differs(f, err, "的“%.*s”被改动：现在存储的与历次办理的结果不符", STR_FMT(k->field[i].name));
	return folded_differs(f, err, "的编号或者存储内容被改动：与历次办理的结果不符");
}

static bool same_row(struct folded *f, struct err *err)
{
	const struct str number = f->now->kind->n_number ? f->now->number[0] : (struct str){ 0 };

	if (!str_eq(f->now->state->id, f->state))
		return folded_differs(f, err, "的状态被改动：登记的是“%.*s”，历次办理的结果是“%.*s”", STR_FMT(str_head(f->state, 30)),
				      STR_FMT(f->now->state->name));
	if (f->now->ended != f->row.ended)
		return folded_differs(f, err, "的办结时间被改动：与历次办理的结果不符");
	if (!same_fields(f, err))
		return false;
	if (!str_eq(number, f->number))
		return folded_differs(f, err, "的编号被改动：办理时给的是“%.*s”", STR_FMT(number));
	return str_eq(snap_title(f->a, f->now), f->title) || folded_differs(f, err, "的标题被改动：与它的内容不符");
}

/* ---- clocks ---- */

static bool paused_by_child(const struct run *r)
{
	for (size_t i = 0; i < r->def->n_pause; i++)
		if (r->def->pause[i].child.n)
			return true;
	return false;
}

static const struct run *folded_run(const struct folded *f, const struct run *r)
{
	for (size_t i = 0; i < f->n_run; i++)
		if (f->run[i].run == r->run && str_eq(f->run[i].clock, r->clock))
			return &f->run[i];
	return NULL;
}

/* Limits, extensions and warning: all but the pauses. */
static struct str basis(struct arena *a, const struct run *r)
{
	struct run x = *r;

	x.n_pause = 0;
	return run_pauses(a, &x);
}

/* A limit with an automatic act ends at its due by itself, before that act and also without one: no body says it. */
static bool lapsed(const struct run *is, const struct run *was)
{
	return is->def->lapse.n && was->state == CLOCK_RUNNING && is->state == CLOCK_LATE && is->stopped == is->due;
}

static bool same_run(struct folded *f, const struct run *is, const struct run *was)
{
	if (!str_eq(basis(f->a, is), basis(f->a, was)))
		return false;
	if (is->start != was->start || is->due != was->due)
		return paused_by_child(is) && is->start == was->start;
	if (was->fresh || paused_by_child(is))
		return true;
	if (lapsed(is, was))
		return is->yellow == was->yellow && is->provisional == was->provisional;
	return is->yellow == was->yellow && is->stopped == was->stopped && is->state == was->state
	       && is->provisional == was->provisional && str_eq(run_pauses(f->a, is), run_pauses(f->a, was));
}

static bool same_clocks(struct folded *f, struct err *err)
{
	int64_t due, yellow;

	for (size_t i = 0; i < f->clocks.n; i++) {
		const struct run *r = &f->clocks.v[i], *was = folded_run(f, r);

		if (!was && !f->gaps)
			return folded_differs(f, err, "多出一个期限“%.*s”：没有哪一步办理开始过它", STR_FMT(r->def->name));
		if ((was && !same_run(f, r, was)) || !str_eq(r->stored, run_pauses(f->a, r)))
			return folded_differs(f, err, "的期限“%.*s”被改动：与历次办理的结果不符", STR_FMT(r->def->name));
		/* a register is read by a later law, whose calendar may know more */
		if (!run_adds_up(f->a, f->row.kind->law->calendar, r, !f->row.kind->current))
			return folded_differs(f, err, "的期限“%.*s”被改动：按它的起算和暂停重新推算，届满日不是登记的那一天",
					      STR_FMT(r->def->name));
	}
	f->m->clocks += (int64_t)f->clocks.n;
	if (f->n_run > f->clocks.n)
		return folded_differs(f, err, "少了一个期限：办理时开始的期限有%zu个，现在只有%zu个", f->n_run, f->clocks.n);
	clocks_nearest(&f->clocks, &due, &yellow);
	return (due == f->due && yellow == f->yellow) || folded_differs(f, err, "登记的最近届满日被改动：与它的期限不符");
}

/* ---- all of them ---- */

static const struct stmt st_matters = { "audit_matters",
	"SELECT id, code, kind, def, organ, parent, opener, state, version, opened, ended, fields, number, title, updated, due,"
	" yellow FROM matter WHERE id > $1 ORDER BY id LIMIT 1000" };

struct matters_read {
	struct folded row, v[AUDIT_SLICE];
	size_t n;
};

static bool matter_row(void *ctx, struct err *err)
{
	struct matters_read *r = ctx;

	(void)err;
	r->v[r->n++] = r->row;
	return true;
}

static bool read_matters(struct matter_audit *m, struct arena *a, struct matters_read *r, int64_t after, struct err *err)
{
	struct folded *f = &r->row;
	const struct db_in in[] = { db_i64(after) };
	const struct db_out out[] = {
		db_to_i64(&f->row.id), db_to_str(&f->row.code), db_to_str(&f->kind), db_to_i64(&f->row.def),
		db_to_i64(&f->row.organ), db_to_i64(&f->row.parent), db_to_i64(&f->row.opener), db_to_str(&f->state),
		db_to_i64(&f->row.version), db_to_i64(&f->row.opened), db_to_i64(&f->row.ended), db_to_str(&f->fields),
		db_to_str(&f->number), db_to_str(&f->title), db_to_i64(&f->updated), db_to_i64(&f->due), db_to_i64(&f->yellow)
	};

	r->n = 0;
	return db_each(m->x->db, a, &st_matters, DB_IN(in), DB_OUT(out), matter_row, r, err);
}

static bool load_clocks(struct folded *f, struct turn *t, struct err *err)
{
	if (clocks_load(t, &f->row, &f->clocks, err))
		return true;
	return err->code == ERR_BAD_INPUT ? folded_differs(f, err, "的期限被改动，已不能读取") : false;
}

static bool check_matter(struct folded *f, struct err *err)
{
	struct turn *t = arena_one(f->a, struct turn);
	const struct law *l;

	turn_init(t, f->m->e, f->m->x->db, f->a, 0);
	if (!engine_law(f->m->e, f->m->x->db, f->a, f->row.def, &l, err))
		return err->code == ERR_NOT_FOUND ? folded_differs(f, err, "登记的定义版本被改动：没有这个版本") : false;
	if (!read_steps(f, err))
		return false;
	f->row.kind = law_kind(l, f->kind);
	if (!f->row.kind || !f->n)
		return folded_differs(f, err, f->n ? "登记的种类被改动：定义里没有这一种" : "没有任何办理记录：不是由程序建立的");
	f->row.state = &f->row.kind->state[0];
	if (!fold(f, err) || !load_clocks(f, t, err))
		return false;
	f->m->matters++;
	return (f->gaps || same_row(f, err)) && same_clocks(f, err) && audit_papers(f, err) && audit_files(f, err)
	    && audit_keys(f, err) && audit_acts(f, err);
}

static bool check_slice(struct matter_audit *m, struct matters_read *r, struct err *err)
{
	struct arena *a = m->x->a;

	for (size_t i = 0; i < r->n; i++) {
		(void)arena_reset(a);
		r->v[i].m = m;
		r->v[i].a = a;
		if (!check_matter(&r->v[i], err))
			return false;
		series_take(&r->v[i]);
	}
	return true;
}

bool audit_matters(struct matter_audit *m, struct err *err)
{
	struct arena *a = arena_new(), *keep = arena_new(); /* a: of the slice; m->x->a is emptied with each matter */
	struct matters_read *r;
	int64_t after = 0;
	bool known = true, ok = engine_known(m->e, m->x->db, a, &known, err) && engine_fill_read(m->e, m->x->db, a, err);

	m->newer = !known;
	m->series = series_new(keep);
	ok = ok && organ_keys(m->x->db, keep, 0, &m->key, &m->n_key, err);
	do {
		(void)arena_reset(a);
		r = arena_one(a, struct matters_read);
		ok = ok && read_matters(m, a, r, after, err) && check_slice(m, r, err);
		after = ok && r->n ? r->v[r->n - 1].row.id : after;
		if (ok)
			m->x->progress(m->x->ctx, "办件", m->matters, 0);
	} while (ok && r->n == AUDIT_SLICE);
	(void)arena_reset(m->x->a);
	ok = ok && audit_series(m, err);
	(void)arena_free(a);
	(void)arena_free(keep);
	return ok;
}
