/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Clocks: what an act starts, stops, pauses and extends (language.md 6). The rows hold enough to reckon the
 * due day again and to explain it. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/day.h"
#include "matter/inner.h"
#include "matter/store.h"

#define CLOCK_JSON_MAX 20000 /* 200 pauses of one run */

static const char *const state_names[] = { [CLOCK_RUNNING] = "running", [CLOCK_PAUSED] = "paused",
					   [CLOCK_MET] = "met", [CLOCK_LATE] = "late", [CLOCK_ENDED] = "ended" };

/* ---- rows ---- */

struct clock_row {
	struct turn *t;
	const struct snap *const *m; /* n matters and their clocks */
	struct clocks *c;
	size_t n;
	struct str clock, state, json, who;
	int64_t matter, run, start, due, yellow, stopped, provisional, lapse, told, started_seq, stopped_seq;
};

static enum clock_state state_of(struct str s)
{
	for (int i = 0; i < (int)ARRAY_LEN(state_names); i++)
		if (str_is(s, state_names[i]))
			return (enum clock_state)i;
	return CLOCK_ENDED;
}

static size_t read_spans(const struct json *list, struct span *ret)
{
	const struct json *x;
	size_t n = 0;

	json_each(x, list)
		if (n < SPANS_MAX && span_parse(x->text, &ret[n]))
			n++;
	return n;
}

static void read_pauses(struct arena *a, const struct json *list, struct run *r)
{
	const struct json *x;

	json_each(x, list) {
		struct pause p = { .gap = { json_i64(x, "from", 0), json_i64(x, "to", 0) }, .which = json_i64(x, "which", 0) };

		PUSH(a, r->pause, r->n_pause, r->cap_pause, p);
	}
}

static void read_doc(struct arena *a, const struct json *doc, struct run *r)
{
	r->starter = json_str(doc, "start");
	r->is_fixed = json_get(doc, "fixed") != NULL;
	r->fixed = json_i64(doc, "fixed", 0);
	r->fixed_day = json_i64(doc, "fixed_day", 0) != 0;
	r->n_limit = read_spans(json_get(doc, "limit"), r->limit);
	r->n_ext = read_spans(json_get(doc, "ext"), r->ext);
	if (!span_parse(json_str(doc, "warn"), &r->warn))
		r->warn.n = 0;
	read_pauses(a, json_get(doc, "pause"), r);
}

bool run_of_json(struct arena *a, const struct json *j, struct run *ret)
{
	const struct json *pauses = json_get(j, "pauses"), *provisional = json_get(j, "provisional");

	if (!pauses || !json_str(j, "clock").n)
		return false;
	*ret = (struct run){ .clock = json_str(j, "clock"), .run = json_i64(j, "run", 0), .start = json_i64(j, "start", 0),
			     .due = json_i64(j, "due", 0), .yellow = json_i64(j, "yellow", 0),
			     .stopped = json_i64(j, "stopped", 0), .state = state_of(json_str(j, "state")),
			     .provisional = provisional && provisional->yes };
	read_doc(a, pauses, ret);
	return true;
}

static bool clock_row(void *ctx, struct err *err)
{
	struct clock_row *x = ctx;
	size_t i = 0;

	while (i + 1 < x->n && x->m[i]->id != x->matter)
		i++;
	struct run r = { .clock = x->clock, .run = x->run, .start = x->start, .due = x->due, .yellow = x->yellow,
			 .stopped = x->stopped, .state = state_of(x->state), .provisional = x->provisional != 0,
			 .parked = x->lapse == 2, .who = x->who, .stored = x->json, .told = x->told, .def = kind_clock(x->m[i]->kind, x->clock),
			 .started_seq = x->started_seq, .stopped_seq = x->stopped_seq };

	const struct json *doc;

	if (!json_read(x->t->a, x->json, &doc, err))
		return false;
	read_doc(x->t->a, doc, &r);
	if (r.def)
		PUSH(x->t->a, x->c[i].v, x->c[i].n, x->c[i].cap, r);
	return true;
}

#define COLUMNS "matter, clock, run, start, due, yellow, state, stopped, pauses, who, provisional, lapse, told," \
	" started_seq, stopped_seq"
static const struct stmt st_clocks = { "clocks",
	"SELECT " COLUMNS " FROM clock WHERE matter = $1 ORDER BY clock, run" };
static const struct stmt st_open = { "clocks_open",
	"SELECT " COLUMNS " FROM clock WHERE matter IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
	" $17, $18, $19, $20, $21, $22, $23, $24, $25) AND state IN ('running', 'paused') ORDER BY matter, clock, run" };

static bool read_clocks(struct clock_row *x, const struct stmt *st, const struct db_in *in, size_t n_in, struct err *err)
{
	const struct db_out out[] = { db_to_i64(&x->matter), db_to_str(&x->clock), db_to_i64(&x->run), db_to_i64(&x->start),
				      db_to_i64(&x->due), db_to_i64(&x->yellow), db_to_str(&x->state),
				      db_to_i64(&x->stopped), db_to_str(&x->json), db_to_str(&x->who),
				      db_to_i64(&x->provisional), db_to_i64(&x->lapse), db_to_i64(&x->told),
				      db_to_i64(&x->started_seq), db_to_i64(&x->stopped_seq) };

	for (size_t i = 0; i < x->n; i++)
		x->c[i] = (struct clocks){ .matter = x->m[i]->id };
	return db_each(x->t->db, x->t->a, st, in, n_in, DB_OUT(out), clock_row, x, err);
}

bool clocks_load(struct turn *t, const struct snap *m, struct clocks *ret, struct err *err)
{
	struct clock_row x = { .t = t, .m = &m, .c = ret, .n = 1 };
	const struct db_in in[] = { db_i64(m->id) };

	return read_clocks(&x, &st_clocks, DB_IN(in), err);
}

bool clocks_ahead(struct turn *t, int64_t matter, struct err *err)
{
	const struct db_in in[] = { db_i64(matter) };

	return db_ahead(t->db, &st_clocks, DB_IN(in), err);
}

bool clocks_load_open(struct turn *t, const struct snap *const *m, size_t n, struct clocks *ret, struct err *err)
{
	struct db_in in[CLOCKS_AT_ONCE];

	for (size_t from = 0; from < n; from += CLOCKS_AT_ONCE) {
		struct clock_row x = { .t = t, .m = m + from, .c = ret + from,
				       .n = n - from < CLOCKS_AT_ONCE ? n - from : CLOCKS_AT_ONCE };

		for (size_t i = 0; i < CLOCKS_AT_ONCE; i++)
			in[i] = db_i64(i < x.n ? x.m[i]->id : 0);
		if (!read_clocks(&x, &st_open, DB_IN(in), err))
			return false;
	}
	return true;
}
#undef COLUMNS

static void put_spans(struct json_out *o, const char *key, const struct span *s, size_t n, struct arena *a)
{
	json_open(o, key, '[');
	for (size_t i = 0; i < n; i++)
		json_out_str(o, NULL, str_fmt(a, "%" PRId64 " %s", s[i].n, unit_name(s[i].unit)));
	json_close(o, ']');
}

struct str run_pauses(struct arena *a, const struct run *r)
{
	struct buf b;
	struct json_out o = { .b = &b };

	buf_init(&b, a, CLOCK_JSON_MAX);
	json_open(&o, NULL, '{');
	put_spans(&o, "ext", r->ext, r->n_ext, a);
	if (r->is_fixed) {
		json_out_i64(&o, "fixed", r->fixed);
		json_out_i64(&o, "fixed_day", r->fixed_day);
	}
	put_spans(&o, "limit", r->limit, r->n_limit, a);
	json_open(&o, "pause", '[');
	for (size_t i = 0; i < r->n_pause; i++) {
		json_open(&o, NULL, '{');
		json_out_i64(&o, "from", r->pause[i].gap.from);
		json_out_i64(&o, "to", r->pause[i].gap.to);
		json_out_i64(&o, "which", r->pause[i].which);
		json_close(&o, '}');
	}
	json_close(&o, ']');
	json_out_str(&o, "start", r->starter);
	if (r->warn.n)
		json_out_str(&o, "warn", str_fmt(a, "%" PRId64 " %s", r->warn.n, unit_name(r->warn.unit)));
	json_close(&o, '}');
	return buf_str(&b);
}

struct str run_state(const struct run *r)
{
	return str_of(state_names[r->state]);
}

static void put_run(struct arena *a, const struct run *r, struct json_out *o)
{
	json_open(o, NULL, '{');
	json_out_str(o, "clock", r->clock);
	json_out_i64(o, "due", r->due);
	json_out_raw(o, "pauses", run_pauses(a, r));
	json_out_bool(o, "provisional", r->provisional);
	json_out_i64(o, "run", r->run);
	json_out_i64(o, "start", r->start);
	json_out_str(o, "state", run_state(r));
	json_out_i64(o, "stopped", r->stopped);
	json_out_i64(o, "yellow", r->yellow);
	json_close(o, '}');
}

void clocks_put(struct arena *a, const struct clocks *c, struct json_out *o)
{
	bool any = false;

	for (size_t i = 0; i < c->n; i++) {
		if (!c->v[i].dirty)
			continue;
		if (!any)
			json_open(o, "clocks", '[');
		any = true;
		put_run(a, &c->v[i], o);
	}
	if (any)
		json_close(o, ']');
}

static const struct stmt st_clock_insert = { "clock_insert",
	"INSERT INTO clock (matter, clock, run, start, due, yellow, state, stopped, pauses, who, provisional, lapse, told,"
	" started_seq, stopped_seq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)" };
static const struct stmt st_clock_update = { "clock_update",
	"UPDATE clock SET start = $4, due = $5, yellow = $6, state = $7, stopped = $8, pauses = $9, who = $10,"
	" provisional = $11, lapse = $12, told = $13, started_seq = $14, stopped_seq = $15 WHERE matter = $1 AND clock = $2 AND run = $3" };

static int64_t lapse_column(const struct run *r)
{
	if (!r->def->lapse.n || !node_on(r->def->node) || r->state == CLOCK_LATE)
		return 0;
	return r->parked ? 2 : 1;
}

/* What was told of a run is over when it stopped, or when an extension has made it green again. */
static bool settled(struct run *r, int64_t now)
{
	const bool over = r->state != CLOCK_RUNNING && r->state != CLOCK_PAUSED;

	if (r->told == TOLD_NONE || !(over || (r->due > now && (!r->yellow || r->yellow > now))))
		return false;
	r->told = TOLD_NONE;
	return true;
}

/* The messages go when no light of the matter is left that was told. */
static bool clear_warnings(struct turn *t, struct clocks *c, int64_t matter, struct err *err)
{
	bool any = false, left = false;

	for (size_t i = 0; i < c->n; i++) {
		any = (c->v[i].dirty && settled(&c->v[i], t->now)) || any;
		left = left || c->v[i].told != TOLD_NONE;
	}
	return !any || left || messages_done(t, matter, "warn", err);
}

bool clocks_save(struct turn *t, struct clocks *c, int64_t matter, struct err *err)
{
	if (!clear_warnings(t, c, matter, err))
		return false;
	for (size_t i = 0; i < c->n; i++) {
		struct run *r = &c->v[i];
		const struct db_in in[] = { db_i64(matter), db_str(r->clock), db_i64(r->run), db_i64(r->start),
					    db_ref(r->due), db_ref(r->yellow), db_str(run_state(r)),
					    db_ref(r->stopped), db_str(run_pauses(t->a, r)), db_str(r->who),
					    db_i64(r->provisional), db_i64(lapse_column(r)), db_i64(r->told),
					    db_ref(r->started_seq), db_ref(r->stopped_seq) };

		if (!r->dirty)
			continue;
		if (!db_exec(t->db, r->fresh ? &st_clock_insert : &st_clock_update, DB_IN(in), NULL, err))
			return false;
		r->dirty = r->fresh = false;
	}
	return true;
}

void clocks_nearest(const struct clocks *c, int64_t *ret_due, int64_t *ret_yellow)
{
	*ret_due = *ret_yellow = 0;
	for (size_t i = 0; i < c->n; i++) {
		const struct run *r = &c->v[i];

		if (r->state != CLOCK_RUNNING)
			continue;
		if (r->due && (!*ret_due || r->due < *ret_due))
			*ret_due = r->due;
		if (r->yellow && (!*ret_yellow || r->yellow < *ret_yellow))
			*ret_yellow = r->yellow;
	}
}

/* ---- reckoning ---- */

static int by_from(const void *x, const void *y)
{
	const struct gap *a = x, *b = y;

	return (a->from > b->from) - (a->from < b->from);
}

/* Pauses of several reasons may overlap: time is taken out once. */
static size_t join_gaps(struct arena *a, const struct run *r, int64_t now, struct gap **ret)
{
	struct gap *g = arena_many(a, r->n_pause, struct gap);
	size_t n = 0;

	for (size_t i = 0; i < r->n_pause; i++)
		g[i] = (struct gap){ r->pause[i].gap.from, r->pause[i].gap.to ? r->pause[i].gap.to : now };
	if (r->n_pause > 1)
		qsort(g, r->n_pause, sizeof(g[0]), by_from);
	for (size_t i = 0; i < r->n_pause; i++) {
		if (n && g[i].from <= g[n - 1].to)
			g[n - 1].to = g[i].to > g[n - 1].to ? g[i].to : g[n - 1].to;
		else
			g[n++] = g[i];
	}
	*ret = g;
	return n;
}

static struct due due_of_limit(struct reckon *k, const struct run *r, size_t limit)
{
	struct span span[SPANS_MAX + 1];

	k->n = 0;
	if (!r->is_fixed)
		span[k->n++] = r->limit[limit];
	for (size_t i = 0; i < r->n_ext; i++)
		span[k->n++] = r->ext[i];
	k->span = span;
	return r->is_fixed ? reckon_fixed(k, r->fixed, r->fixed_day) : reckon_due(k);
}

struct due run_due(struct arena *a, const struct calendar *c, const struct run *r, int64_t now, size_t *ret_limit)
{
	struct gap *gap;
	size_t n_gap = join_gaps(a, r, now, &gap);
	struct reckon k = { .c = c, .start = r->start, .gap = gap, .n_gap = n_gap, .now = now };
	struct due best = { 0 }, d;

	*ret_limit = 0;
	for (size_t i = 0; i < (r->is_fixed ? 1 : r->n_limit); i++) {
		d = due_of_limit(&k, r, i);
		if (!best.at || d.at < best.at) {
			best = d;
			*ret_limit = i;
		}
	}
	return best;
}

void run_explain_limit(struct arena *a, const struct calendar *c, const struct run *r, int64_t now,
		       struct str start_name, struct buf *b)
{
	struct gap *gap;
	size_t n_gap = join_gaps(a, r, now, &gap), limit;
	struct reckon k = { .c = c, .start = r->start, .gap = gap, .n_gap = n_gap, .now = now };
	struct due d = run_due(a, c, r, now, &limit);
	struct span span[SPANS_MAX + 1];

	if (!r->is_fixed)
		span[k.n++] = r->limit[limit];
	for (size_t i = 0; i < r->n_ext; i++)
		span[k.n++] = r->ext[i];
	k.span = span;
	reckon_explain(b, &k, &d, start_name);
	for (size_t i = 0; !r->is_fixed && i < r->n_limit; i++)
		if (i != limit)
			buf_addf(b, "同时适用%" PRId64 "%s的期限，按先届满的计算\n", r->limit[i].n,
				 unit_name_cn(r->limit[i].unit));
}

static bool pause_open(const struct run *r, int64_t which)
{
	for (size_t i = 0; i < r->n_pause; i++)
		if (!r->pause[i].gap.to && (which < 0 || r->pause[i].which == which))
			return true;
	return false;
}

/* Due, yellow and state anew. While it is paused it has neither: what is left shows when it runs again. */
static void reckon_run(struct arena *a, const struct calendar *c, struct run *r, int64_t now)
{
	size_t limit;
	struct due d = run_due(a, c, r, now, &limit);

	r->dirty = true;
	r->state = pause_open(r, -1) ? CLOCK_PAUSED : CLOCK_RUNNING;
	r->provisional = !d.known;
	r->due = r->state == CLOCK_PAUSED ? 0 : d.at;
	r->yellow = r->due && r->warn.n ? reckon_yellow(c, &d, r->warn) : 0;
	if (r->yellow && r->yellow < r->start)
		r->yellow = r->start;
}

void run_again(struct arena *a, const struct calendar *c, struct run *r, int64_t now)
{
	reckon_run(a, c, r, now);
}

bool run_adds_up(struct arena *a, const struct calendar *c, const struct run *r, bool strictly)
{
	struct run x = *r;
	size_t limit;

	if (r->provisional && (!strictly || !run_due(a, c, r, r->stopped, &limit).known))
		return true;
	if (r->provisional)
		return false;
	if (r->state != CLOCK_RUNNING && r->state != CLOCK_PAUSED)
		return r->due == run_due(a, c, r, r->stopped, &limit).at;
	reckon_run(a, c, &x, 0);
	return x.due == r->due && x.yellow == r->yellow && x.state == r->state;
}

struct val_clock run_value(const struct run *r, const struct calendar *c, int64_t now)
{
	struct val_clock v = { .start = r->start, .due = r->due, .stopped = r->stopped, .state = r->state,
			       .known = !r->provisional,
			       .by_day = r->is_fixed ? r->fixed_day : r->n_limit && unit_is_day(r->limit[0].unit) };
	int64_t end = r->stopped ? r->stopped : now;

	(void)c;
	v.late = r->state == CLOCK_LATE || (r->due && end >= r->due && r->state != CLOCK_ENDED && r->state != CLOCK_PAUSED);
	return v;
}

/* ---- what an act does to them ---- */

static bool named(const struct str *v, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], id))
			return true;
	return false;
}

static bool runs(const struct run *r)
{
	return r->state == CLOCK_RUNNING || r->state == CLOCK_PAUSED;
}

static void close_pauses(struct run *r, int64_t which, int64_t now)
{
	for (size_t i = 0; i < r->n_pause; i++)
		if (!r->pause[i].gap.to && (which < 0 || r->pause[i].which == which))
			r->pause[i].gap.to = now;
}

/* A limit that has run out is not brought back by a pause. */
static void open_pause(struct turn *t, struct run *r, int64_t which)
{
	struct pause p = { .gap = { .from = t->now }, .which = which };

	if (pause_open(r, which) || (r->due && t->now >= r->due))
		return;
	PUSH(t->a, r->pause, r->n_pause, r->cap_pause, p);
}

static void stop_run(struct step *s, struct run *r, enum clock_state state)
{
	size_t limit;
	bool paused = r->state == CLOCK_PAUSED;

	close_pauses(r, -1, s->t->now);
	if (paused)
		r->due = run_due(s->t->a, s->kind->law->calendar, r, s->t->now, &limit).at;
	r->state = state;
	r->stopped = s->t->now;
	r->stopped_seq = s->new->version;
	r->dirty = true;
	touch(s->kind->law, r->def->node);
}

static bool span_of(struct step *s, const struct expr *e, struct span *ret, bool *ret_known, struct err *err)
{
	struct val v = VAL_NULL;

	if (e && !expr_eval(e, &s->ev, &v, err))
		return false;
	*ret_known = v.t == T_SPAN;
	if (*ret_known)
		*ret = v.span;
	return true;
}

static bool extend_run(struct step *s, struct run *r, struct err *err)
{
	struct span add;
	bool known;

	if (!r->def->has_extend || !node_on(r->def->extend_node) || !str_eq(r->def->extend_at, s->ac->id))
		return true;
	touch(s->kind->law, r->def->extend_node);
	if (!span_of(s, r->def->extend_add, &add, &known, err))
		return false;
	if (known && r->n_ext < SPANS_MAX)
		r->ext[r->n_ext++] = add;
	reckon_run(s->t->a, s->kind->law->calendar, r, s->t->now);
	return true;
}

static void pause_run(struct step *s, struct run *r)
{
	bool changed = false;

	for (size_t i = 0; i < r->def->n_pause; i++) {
		const struct clock_pause *p = &r->def->pause[i];

		if (!node_on(p->node) || p->child.n)
			continue;
		if (pause_open(r, (int64_t)i) && named(p->until, p->n_until, s->ac->id)) {
			close_pauses(r, (int64_t)i, s->t->now);
			changed = true;
		} else if (named(p->from, p->n_from, s->ac->id)) {
			touch(s->kind->law, p->node);
			open_pause(s->t, r, (int64_t)i);
			changed = true;
		}
	}
	if (changed)
		reckon_run(s->t->a, s->kind->law->calendar, r, s->t->now);
}

static bool advance(struct step *s, struct run *r, struct err *err)
{
	if (r->parked) { /* tried again after the next event of the matter */
		if (!messages_done(s->t, s->new->id, "lapse", err))
			return false;
		r->parked = false;
		r->dirty = true;
	}
	if (named(r->def->until, r->def->n_until, s->ac->id)) {
		stop_run(s, r, CLOCK_MET);
		return true;
	}
	if (s->moves && s->new->state->end) {
		stop_run(s, r, CLOCK_ENDED);
		return true;
	}
	pause_run(s, r);
	return extend_run(s, r, err);
}

/* ---- starting ---- */

static const struct clock_from *from_of(const struct clock *c, struct str action)
{
	for (size_t i = 0; i < c->n_from; i++)
		if (str_eq(c->from[i].action, action))
			return &c->from[i];
	return NULL;
}

static bool start_value(struct step *s, const struct clock_from *from, struct run *r, struct err *err)
{
	struct val v = VAL_NULL;

	if (from->value && !expr_eval(from->value, &s->ev, &v, err))
		return false;
	r->start = v.t == T_DATE ? day_start(v.i) : v.t == T_TIME ? v.i : s->t->now;
	return true;
}

/* false in *ret: no limit is known, so there is nothing to count. */
static bool limits_of(struct step *s, const struct clock *c, struct run *r, bool *ret, struct err *err)
{
	struct val v;

	if (c->due) {
		if (!expr_eval(c->due, &s->ev, &v, err))
			return false;
		r->is_fixed = true;
		r->fixed_day = v.t == T_DATE;
		r->fixed = v.t == T_DATE ? day_start(v.i) : v.i;
		*ret = v.t == T_DATE || v.t == T_TIME;
		return true;
	}
	for (size_t i = 0; i < c->n_limit && r->n_limit < SPANS_MAX; i++) {
		if (!node_on(c->limit[i].node))
			continue;
		touch(s->kind->law, c->limit[i].node);
		if (!choose_eval(&c->limit[i].is, &s->ev, &v, NULL, err))
			return false;
		if (v.t == T_SPAN)
			r->limit[r->n_limit++] = v.span;
	}
	*ret = r->n_limit > 0;
	return true;
}

static bool warn_of(struct step *s, const struct clock *c, struct run *r, struct err *err)
{
	struct val v = VAL_NULL;

	if (c->has_warn && !choose_eval(&c->warn, &s->ev, &v, NULL, err))
		return false;
	if (v.t == T_SPAN)
		r->warn = v.span;
	return true;
}

static bool who_of(struct step *s, const struct clock *c, struct run *r, struct err *err)
{
	struct principals p = { .a = s->t->a };
	struct buf b;

	if (!whos_principals(s->t, &c->who, &s->ev, &p, err))
		return false;
	for (size_t i = 0; !c->who.n && i < c->n_until; i++) {
		const struct action *ac = kind_action(s->kind, c->until[i]);

		if (ac && !whos_principals(s->t, &ac->by, &s->ev, &p, err))
			return false;
	}
	buf_init(&b, s->t->a, 4000);
	for (size_t i = 0; i < p.n; i++) {
		if (i)
			buf_addc(&b, ' ');
		buf_add(&b, p.v[i]);
	}
	r->who = buf_str(&b);
	return true;
}

static const struct stmt st_open_children = { "open_children",
	"SELECT count(*) FROM matter WHERE parent = $1 AND kind = $2 AND ended IS NULL" };

static bool child_pauses(struct turn *t, struct run *r, int64_t matter, struct str kind, bool *ret_changed,
			 struct err *err)
{
	int64_t open = 0;
	const struct db_out out[] = { db_to_i64(&open) };

	*ret_changed = false;
	for (size_t i = 0; matter && i < r->def->n_pause; i++) {
		const struct clock_pause *p = &r->def->pause[i];
		const struct db_in in[] = { db_i64(matter), db_str(p->child) };

		if (!node_on(p->node) || !p->child.n || (kind.n && !str_eq(kind, p->child)))
			continue;
		if (!db_one(t->db, t->a, &st_open_children, DB_IN(in), DB_OUT(out), err))
			return false;
		touch(t->law, p->node);
		if (open && !pause_open(r, (int64_t)i)) {
			open_pause(t, r, (int64_t)i);
			*ret_changed = true;
		} else if (!open && pause_open(r, (int64_t)i)) {
			close_pauses(r, (int64_t)i, t->now);
			*ret_changed = true;
		}
	}
	return true;
}

static int64_t last_run(const struct clocks *c, const struct clock *def, bool *ret_running)
{
	int64_t last = 0;

	*ret_running = false;
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].def == def) {
			last = c->v[i].run;
			*ret_running = *ret_running || runs(&c->v[i]);
		}
	return last;
}

static bool start(struct step *s, const struct clock *c, const struct clock_from *from, struct err *err)
{
	struct run r = { .def = c, .clock = c->id, .starter = s->ac->id, .started_seq = s->new->version, .fresh = true };
	enum truth when = TRUTH_TRUE;
	bool running, limited, changed;

	r.run = last_run(s->clocks, c, &running) + 1;
	if (running)
		return true;
	touch(s->kind->law, c->node);
	if (c->when && !expr_truth(c->when, &s->ev, &when, err))
		return false;
	if (when != TRUTH_TRUE)
		return true;
	if (!start_value(s, from, &r, err) || !limits_of(s, c, &r, &limited, err))
		return false;
	if (!limited)
		return true;
	if (!warn_of(s, c, &r, err) || !who_of(s, c, &r, err)
	    || !child_pauses(s->t, &r, s->new->id, (struct str){ 0 }, &changed, err))
		return false;
	reckon_run(s->t->a, s->kind->law->calendar, &r, s->t->now);
	PUSH(s->t->a, s->clocks->v, s->clocks->n, s->clocks->cap, r);
	return true;
}

/* A run that stopped goes on: what its stop closed is open again, and its due day is what it was. */
static void run_on(struct step *s, struct run *r)
{
	for (size_t i = 0; i < r->n_pause; i++)
		if (r->pause[i].gap.to == r->stopped)
			r->pause[i].gap.to = 0;
	r->stopped = r->stopped_seq = 0;
	reckon_run(s->t->a, s->kind->law->calendar, r, s->t->now);
	r->dirty = true;
}

void clocks_undo(struct step *s, int64_t seq)
{
	for (size_t i = 0; i < s->clocks->n; i++) {
		struct run *r = &s->clocks->v[i];

		if (r->started_seq == seq && runs(r))
			stop_run(s, r, CLOCK_ENDED);
		else if (r->stopped_seq == seq && !runs(r))
			run_on(s, r);
	}
}

bool clocks_before(struct step *s, struct err *err)
{
	s->clocks = arena_one(s->t->a, struct clocks);
	return !s->old || clocks_load(s->t, s->new, s->clocks, err);
}

bool step_clocks(struct step *s, struct err *err)
{
	int64_t yellow;
	size_t n;

	s->t->law = s->kind->law;
	if (!s->clocks && !clocks_before(s, err))
		return false;
	clocks_nearest(s->clocks, &s->due_before, &yellow);
	if (s->undo)
		clocks_undo(s, s->undo->seq);
	if (s->import || !s->completes || s->undo)
		return true;
	n = s->clocks->n;
	for (size_t i = 0; i < n; i++) /* what follows when it is due stands beside a run */
		s->clocks->v[i].dirty = s->clocks->v[i].dirty || (runs(&s->clocks->v[i]) && str_eq(s->ac->id, ADOPT));
	for (size_t i = 0; i < n; i++)
		if (runs(&s->clocks->v[i]) && !advance(s, &s->clocks->v[i], err))
			return false;
	for (size_t i = 0; i < s->kind->n_clock; i++) {
		const struct clock *c = &s->kind->clock[i];
		const struct clock_from *from = from_of(c, s->ac->id);

		if (from && node_on(c->node) && !start(s, c, from, err))
			return false;
	}
	return true;
}

static bool waits_for(const struct kind *up, struct str child)
{
	for (size_t i = 0; i < up->n_clock; i++)
		for (size_t k = 0; k < up->clock[i].n_pause; k++)
			if (str_eq(up->clock[i].pause[k].child, child))
				return true;
	return false;
}

/* A child that was opened or ended may pause or resume clocks of its parent. */
bool clocks_of_parent(struct step *s, struct err *err)
{
	struct snap *up;
	struct clocks c;
	bool any = false, changed;
	int64_t due, yellow;

	if (!s->new->parent || (s->old && !s->old->ended == !s->new->ended))
		return true;
	if (!turn_load(s->t, s->new->parent, &up, err))
		return false;
	if (!waits_for(up->kind, s->kind->id))
		return true;
	if (!clocks_load(s->t, up, &c, err))
		return false;
	s->t->law = up->kind->law;
	for (size_t i = 0; i < c.n; i++) {
		if (!runs(&c.v[i]))
			continue;
		if (!child_pauses(s->t, &c.v[i], up->id, s->kind->id, &changed, err))
			return false;
		if (changed)
			reckon_run(s->t->a, up->kind->law->calendar, &c.v[i], s->t->now);
		any = any || changed;
	}
	if (!any)
		return true;
	clocks_nearest(&c, &due, &yellow);
	return clocks_save(s->t, &c, up->id, err) && store_due(s->t, up->id, due, yellow, err);
}

/* ---- extension within its bounds ---- */

static int64_t rough_days(struct span s)
{
	static const int64_t days[] = { [UNIT_MINUTE] = 0, [UNIT_HOUR] = 0, [UNIT_DAY] = 1, [UNIT_WORKDAY] = 1,
					[UNIT_MONTH] = 30, [UNIT_YEAR] = 365 };

	return s.n * days[s.unit];
}

/* More than `most` in the same unit; units that differ are compared by their days. */
static bool over(const struct run *r, struct span add, struct span most)
{
	int64_t total = 0;

	for (size_t i = 0; i < r->n_ext; i++)
		total += r->ext[i].unit == most.unit ? r->ext[i].n : rough_days(r->ext[i]);
	return add.unit == most.unit ? total + add.n > most.n : rough_days(add) + total > rough_days(most);
}

static void refuse_extension(struct step *s, const struct clock *c, const char *why)
{
	refuse(&s->no, (struct refusal){
		.sort = REFUSED_CLOCK, .node = c->extend_node->cite.n ? c->extend_node : c->node,
		.say = str_fmt(s->t->a, "“%.*s”期限%s", STR_FMT(c->name), why) });
}

static bool extension_fits(struct step *s, const struct run *r, struct err *err)
{
	const struct clock *c = r->def;
	struct span add = { 0 }, most = { 0 };
	bool has_add, has_most;
	struct val times = VAL_NULL;
	int64_t n;

	if (!span_of(s, c->extend_add, &add, &has_add, err) || !span_of(s, c->extend_most, &most, &has_most, err)
	    || (c->extend_times && !expr_eval(c->extend_times, &s->ev, &times, err)))
		return false;
	touch(s->kind->law, c->extend_node);
	if (!has_add)
		refuse_extension(s, c, "延长多久尚未填写");
	else if (times.t == T_INT && dec_to_i64(times.n, &n) && (int64_t)r->n_ext >= n)
		refuse_extension(s, c, "已经延长过，不得再次延长");
	else if (has_most && over(r, add, most))
		refuse_extension(s, c, "延长的时间超过规定的上限");
	return true;
}

bool step_extend_check(struct step *s, struct err *err)
{
	struct clocks c;
	bool extends = false;

	for (size_t i = 0; i < s->kind->n_clock; i++)
		extends = extends || (s->kind->clock[i].has_extend && node_on(s->kind->clock[i].extend_node)
				      && str_eq(s->kind->clock[i].extend_at, s->ac->id));
	if (!extends || !s->old || s->import || (s->t->dry && !s->act->form.n && s->ac->n_form))
		return true;
	if (!clocks_load(s->t, s->new, &c, err))
		return false;
	for (size_t i = 0; i < c.n; i++)
		if (runs(&c.v[i]) && c.v[i].def->has_extend && node_on(c.v[i].def->extend_node)
		    && str_eq(c.v[i].def->extend_at, s->ac->id) && !extension_fits(s, &c.v[i], err))
			return false;
	return true;
}
