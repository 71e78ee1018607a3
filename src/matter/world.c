/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The world that expressions read: matters as they stand within the turn, lists by key, events, settings. */
#include <stdlib.h>

#include "base/day.h"
#include "matter/inner.h"
#include "matter/store.h"
#include "matter/world.h"

#define COLUMNS \
	"m.id, m.code, m.kind, m.def, m.organ, m.parent, m.opener, m.state, m.version, m.opened, m.ended, m.fields"

void matter_row_out(struct matter_row *r, struct db_out out[MATTER_COLUMNS])
{
	out[0] = db_to_i64(&r->id);
	out[1] = db_to_str(&r->code);
	out[2] = db_to_str(&r->kind);
	out[3] = db_to_i64(&r->def);
	out[4] = db_to_i64(&r->organ);
	out[5] = db_to_i64(&r->parent);
	out[6] = db_to_i64(&r->opener);
	out[7] = db_to_str(&r->state);
	out[8] = db_to_i64(&r->version);
	out[9] = db_to_i64(&r->opened);
	out[10] = db_to_i64(&r->ended);
	out[11] = db_to_str(&r->fields);
}

/* The law of its opening; of a register (`current`) today's, so that what tightens it holds for what is there already. */
static bool law_of_row(struct turn *t, const struct matter_row *r, const struct law **ret, int64_t *ret_def, struct err *err)
{
	const struct law *now;
	const struct kind *k;
	int64_t def;

	*ret_def = r->def;
	if (!engine_law(t->e, t->db, t->a, r->def, ret, err))
		return false;
	if (engine_law_named(t->e, (*ret)->pack) == *ret)
		return true;
	if (!turn_law(t, r->organ, &now, &def, err))
		return false;
	k = law_kind(now, r->kind);
	if (k && k->current && kind_state(k, r->state)) {
		*ret = now;
		*ret_def = def;
	}
	return true;
}

bool matter_row_snap(struct turn *t, const struct matter_row *r, struct snap **ret, struct err *err)
{
	struct snap *s = turn_known(t, r->id);
	const struct law *l;
	int64_t def;

	if (s) {
		*ret = s;
		return true;
	}
	if (!law_of_row(t, r, &l, &def, err))
		return false;
	s = arena_one(t->a, struct snap);
	*s = (struct snap){ .id = r->id, .code = r->code, .kind = law_kind(l, r->kind), .organ = r->organ,
			    .parent = r->parent, .opener = r->opener, .opened = r->opened, .ended = r->ended,
			    .version = r->version, .def = def };
	if (!s->kind)
		return err_set(err, ERR_LAW, "办件的种类“%.*s”在它的定义版本中不存在", STR_FMT(r->kind));
	s->state = kind_state(s->kind, r->state);
	if (!s->state)
		return err_set(err, ERR_LAW, "办件的状态“%.*s”在它的定义版本中不存在", STR_FMT(r->state));
	if (!snap_get(t->a, r->fields, s, err))
		return false;
	turn_put(t, s);
	*ret = s;
	return true;
}

static const struct stmt st_matter = { "matter", "SELECT " COLUMNS ", m.updated FROM matter m WHERE m.id = $1" };

bool turn_load(struct turn *t, int64_t id, struct snap **ret, struct err *err)
{
	struct matter_row r = { 0 };
	struct db_out out[MATTER_COLUMNS + 1];
	const struct db_in in[] = { db_i64(id) };
	int64_t updated;
	bool found;

	*ret = id ? turn_known(t, id) : NULL;
	if (*ret || !id)
		return true;
	matter_row_out(&r, out);
	out[MATTER_COLUMNS] = db_to_i64(&updated);
	if (!db_maybe(t->db, t->a, &st_matter, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (found) {
		t->updated.matter = id;
		t->updated.at = updated;
	}
	return !found || matter_row_snap(t, &r, ret, err);
}

bool matter_ahead(struct turn *t, int64_t id, struct err *err)
{
	const struct db_in in[] = { db_i64(id) };

	return !id || turn_known(t, id) || db_ahead(t->db, &st_matter, DB_IN(in), err);
}

static bool w_load(void *w, int64_t id, const struct snap **ret, struct err *err)
{
	struct snap *s;

	if (!turn_load(w, id, &s, err))
		return false;
	*ret = s;
	return true;
}

/* ---- lists of matters ---- */

struct found {
	struct turn *t;
	struct matter_row row;
	struct matter_row *v;
	size_t n, cap;
};

static bool found_row(void *ctx, struct err *err)
{
	struct found *f = ctx;

	(void)err;
	PUSH(f->t->a, f->v, f->n, f->cap, f->row);
	return true;
}

#define LIMIT " LIMIT 10001" /* one more than SCAN_MAX, so that too many is noticed */

static const struct stmt st_by_num = { "scan_num", "SELECT " COLUMNS
	" FROM matter_key_num k JOIN matter m ON m.id = k.matter WHERE k.field = $1 AND k.num >= $2 AND k.num <= $3"
	LIMIT };
static const struct stmt st_by_text = { "scan_text", "SELECT " COLUMNS
	" FROM matter_key_text k JOIN matter m ON m.id = k.matter WHERE k.field = $1 AND k.text = $2" LIMIT };
static const struct stmt st_by_parent = { "scan_parent", "SELECT " COLUMNS
	" FROM matter m WHERE m.parent = $1 AND m.kind = $2" LIMIT };
static const struct stmt st_by_organ = { "scan_organ", "SELECT " COLUMNS
	" FROM matter m WHERE m.organ = $1 AND m.kind = $2" LIMIT };
static const struct stmt st_by_state = { "scan_state", "SELECT " COLUMNS
	" FROM matter m WHERE m.kind = $1 AND m.state = $2" LIMIT };
static const struct stmt st_by_opened = { "scan_opened", "SELECT " COLUMNS
	" FROM matter m WHERE m.kind = $1 AND m.opened >= $2 AND m.opened <= $3" LIMIT };

static bool run_scan(struct found *f, const struct stmt *st, const struct db_in *in, size_t n_in, struct err *err)
{
	struct db_out out[MATTER_COLUMNS];

	if (f->t->deadline && time_monotonic() > f->t->deadline) /* many short lists are as slow as a long one */
		return err_set(err, ERR_TIMEOUT, "查询未能在时限内完成");
	matter_row_out(&f->row, out);
	return db_each(f->t->db, f->t->a, st, in, n_in, DB_OUT(out), found_row, f, err);
}

bool field_is_keyed(const struct kind *k, const struct field *f)
{
	if (f->type.tag == T_NUM || f->type.tag == T_NOTE || f->type.tag == T_ROWS || f->type.tag == T_FILES
	    || f->type.tag == T_SHEET || f->type.tag == T_SPAN)
		return false;
	if (f->keyed || (str_is(k->id, "setting") && str_is(f->id, "key")))
		return true;
	for (size_t i = 0; i < k->list.n_filters; i++)
		if (str_eq(k->list.filters[i], f->id))
			return true;
	return false;
}

static bool scan_field_value(struct found *f, struct str path, struct val v, struct err *err)
{
	struct val_key k;

	if (!val_key(f->t->a, v, &k))
		return true; /* null equals nothing */
	if (k.is_text) {
		const struct db_in in[] = { db_str(path), db_str(k.text) };

		return run_scan(f, &st_by_text, DB_IN(in), err);
	}
	const struct db_in in[] = { db_str(path), db_i64(k.num), db_i64(k.num) };

	return run_scan(f, &st_by_num, DB_IN(in), err);
}

static int64_t bound(struct arena *a, struct val v, int64_t open)
{
	struct val_key k;

	return val_key(a, v, &k) && !k.is_text ? k.num : open;
}

static bool scan_state_value(struct found *f, struct str kind, struct val v, struct err *err)
{
	const struct db_in in[] = { db_str(kind), db_str(v.s) };

	return v.t != T_ENUM || run_scan(f, &st_by_state, DB_IN(in), err);
}

static bool scan_one(struct found *f, const struct scan *s, const struct probe *p, struct val v, struct err *err)
{
	struct str path;

	switch (p->on) {
	case PROBE_FIELD:
		path = str_fmt(f->t->a, "%.*s.%.*s", STR_FMT(s->kind->id), STR_FMT(p->field->id));
		return scan_field_value(f, path, v, err);
	case PROBE_STATE:
		return scan_state_value(f, s->kind->id, v, err);
	default: {
		const struct db_in in[] = { db_i64(v.i), db_str(s->kind->id) };

		return val_is_null(v) || run_scan(f, p->on == PROBE_ORGAN ? &st_by_organ : &st_by_parent, DB_IN(in), err);
	}
	}
}

static bool scan_between(struct found *f, const struct scan *s, const struct probe *p, struct err *err)
{
	int64_t from = bound(f->t->a, p->a, INT64_MIN), to = bound(f->t->a, p->b, INT64_MAX);

	if (p->on == PROBE_OPENED) {
		const struct db_in in[] = { db_str(s->kind->id), db_i64(from), db_i64(to) };

		return run_scan(f, &st_by_opened, DB_IN(in), err);
	}
	const struct db_in in[] = { db_str(str_fmt(f->t->a, "%.*s.%.*s", STR_FMT(s->kind->id), STR_FMT(p->field->id))),
				    db_i64(from), db_i64(to) };

	return run_scan(f, &st_by_num, DB_IN(in), err);
}

static bool scan_probe(struct found *f, const struct scan *s, const struct probe *p, struct err *err)
{
	if (p->op == PROBE_BETWEEN)
		return scan_between(f, s, p, err);
	if (p->op == PROBE_EQ || !type_is_list(p->a.t))
		return scan_one(f, s, p, p->a, err);
	for (size_t i = 0; i < p->a.list->n; i++)
		if (!scan_one(f, s, p, p->a.list->v[i], err))
			return false;
	return true;
}

static struct str key_path(struct turn *t, const struct kind *k, const struct field *f)
{
	return str_fmt(t->a, "%.*s.%.*s", STR_FMT(k->id), STR_FMT(f->id));
}

/* How few candidates a probe is likely to leave. Without statistics the type says enough: a reference or a
 * code names few, a day some, a state or an enum many. 0: cannot drive a scan. */
static int probe_rank(struct turn *x, const struct scan *s, const struct probe *p)
{
	static const int on[] = { [PROBE_STATE] = 2, [PROBE_ORGAN] = 4, [PROBE_PARENT] = 9, [PROBE_OPENED] = 1 };
	enum type_tag t;

	if (p->on != PROBE_FIELD) {
		if (p->op == PROBE_BETWEEN)
			return p->on == PROBE_OPENED ? 1 : 0;
		return p->on == PROBE_OPENED ? 0 : on[p->on];
	}
	if (!field_is_keyed(s->kind, p->field) || engine_filling(x->e, key_path(x, s->kind, p->field)))
		return 0;
	t = p->field->type.tag;
	if (p->op == PROBE_BETWEEN)
		return 5;
	if (t == T_ENUM || t == T_PICKS || t == T_BOOL)
		return 3;
	return p->op == PROBE_IN ? 6 : 8;
}

static bool scan_driver(struct found *f, const struct scan *s, struct err *err)
{
	const struct probe *best = NULL;
	int rank = 0;

	if (s->parent) {
		const struct db_in in[] = { db_i64(s->parent), db_str(s->kind->id) };

		return run_scan(f, &st_by_parent, DB_IN(in), err);
	}
	for (size_t i = 0; i < s->n; i++)
		if (probe_rank(f->t, s, &s->probe[i]) > rank) {
			best = &s->probe[i];
			rank = probe_rank(f->t, s, best);
		}
	if (best)
		return scan_probe(f, s, best, err);
	const struct db_in in[] = { db_str(s->kind->id), db_i64(INT64_MIN), db_i64(INT64_MAX) };

	return run_scan(f, &st_by_opened, DB_IN(in), err);
}

static int by_opening(const void *x, const void *y)
{
	const struct matter_row *a = x, *b = y;

	if (a->opened != b->opened)
		return a->opened < b->opened ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/* The rows are all read first: hit may ask for another list with the same statement. */
static bool w_scan(void *w, const struct scan *s, bool (*hit)(void *ctx, const struct snap *m), void *ctx,
		   struct err *err)
{
	struct found f = { .t = w };
	struct snap *m;

	if (!scan_driver(&f, s, err))
		return false;
	if (f.n > SCAN_MAX)
		return err_set(err, ERR_REFUSED, "需要核对的办件超过10000件，不能当场核对");
	if (f.n > 1)
		qsort(f.v, f.n, sizeof(f.v[0]), by_opening);
	for (size_t i = 0; i < f.n; i++) {
		if (i && f.v[i].id == f.v[i - 1].id)
			continue;
		if (!matter_row_snap(f.t, &f.v[i], &m, err))
			return false;
		if (!hit(ctx, m))
			return true;
	}
	return true;
}

/* ---- events and parts ---- */

struct event_rows {
	struct turn *t;
	int64_t at, actor, seq;
	struct str body;
	struct val *v;
	size_t n, cap;
	const struct action *ac;
	const struct kind *kind;
	int64_t since;
	struct str action;
};

static bool event_row(void *ctx, struct err *err)
{
	static const char *const reason[] = { "reason" };
	struct event_rows *r = ctx;
	struct val_event *e = arena_one(r->t->a, struct val_event);
	const struct json *doc;
	struct val v = { .t = T_EVENT, .event = e };

	*e = (struct val_event){ .at = r->at, .actor = r->actor, .action = r->action };
	if (r->body.n) {
		if (!json_read_members(r->t->a, r->body, reason, 1, &doc, err))
			return false;
		e->reason = json_str(doc, "reason");
	}
	PUSH(r->t->a, r->v, r->n, r->cap, v);
	return true;
}

/* What was taken back counts as not done. */
static const struct stmt st_events = { "events_of_action",
	"SELECT e.at, e.actor, e.seq, b.body FROM event e LEFT JOIN event_body b ON b.event = e.id"
	" WHERE e.matter = $1 AND e.action = $2 AND NOT EXISTS (SELECT 1 FROM taken_back k WHERE k.event = e.id)"
	" ORDER BY e.seq" };

static bool read_events(struct event_rows *r, int64_t matter, struct str action,
			bool (*row)(void *ctx, struct err *err), struct err *err)
{
	const struct db_in in[] = { db_i64(matter), db_str(action) };
	const struct db_out out[] = { db_to_i64(&r->at), db_to_i64(&r->actor), db_to_i64(&r->seq), db_to_str(&r->body) };

	return db_each(r->t->db, r->t->a, &st_events, DB_IN(in), DB_OUT(out), row, r, err);
}

static bool w_events(void *w, int64_t matter, struct str action, const struct val_list **ret, struct err *err)
{
	struct event_rows r = { .t = w, .action = action };
	struct val_list *l;

	if (!read_events(&r, matter, action, event_row, err))
		return false;
	l = arena_one(r.t->a, struct val_list);
	*l = (struct val_list){ r.v, r.n };
	*ret = l;
	return true;
}

/* A round begins when a state in which the action stands is entered anew. */
struct entries {
	struct turn *t;
	const struct action *ac;
	struct str body;
	int64_t seq;
	int64_t rounds, since;
};

static bool from_has(const struct action *ac, struct str state)
{
	for (size_t i = 0; i < ac->n_from; i++)
		if (str_eq(ac->from[i]->id, state))
			return true;
	return ac->any;
}

/* The states that an event led from and to; both empty when it stayed or its contents are gone. */
static bool body_way(struct arena *a, struct str body, struct str *ret_from, struct str *ret_to, struct err *err)
{
	static const char *const way[] = { "from", "to" };
	const struct json *doc = NULL;

	if (body.n && !json_read_members(a, body, way, ARRAY_LEN(way), &doc, err))
		return false;
	*ret_from = json_str(doc, "from");
	*ret_to = json_str(doc, "to");
	return true;
}

static bool entry_row(void *ctx, struct err *err)
{
	struct entries *r = ctx;
	struct str to, from;

	if (!body_way(r->t->a, r->body, &from, &to, err))
		return false;
	if (to.n && !str_eq(to, from) && from_has(r->ac, to)) {
		r->rounds++;
		r->since = r->seq;
	}
	return true;
}

static const struct stmt st_bodies = { "bodies_of_matter",
	"SELECT e.seq, b.body FROM event e JOIN event_body b ON b.event = e.id WHERE e.matter = $1 AND NOT EXISTS"
	" (SELECT 1 FROM taken_back k WHERE k.matter = e.matter AND (k.event = e.id OR k.by_event = e.id)) ORDER BY e.seq" };

static bool part_row(void *ctx, struct err *err)
{
	static const char *const part[] = { "part" };
	struct event_rows *r = ctx;
	const struct json *doc, *fields;
	struct val_part *p;
	struct val *cell, v;

	if (r->seq <= r->since || !r->body.n)
		return true;
	if (!json_read_members(r->t->a, r->body, part, 1, &doc, err))
		return false;
	fields = json_get(doc, "part");
	if (!fields)
		return true;
	cell = arena_many(r->t->a, r->kind->n_field, struct val);
	for (size_t i = 0; i < r->ac->n_form; i++) {
		const struct field *f = r->ac->form[i].field;

		cell[f->index] = val_of_json(r->t->a, &f->type, json_get(fields, str_cstr(r->t->a, f->id)));
	}
	p = arena_one(r->t->a, struct val_part);
	*p = (struct val_part){ .actor = r->actor, .at = r->at, .field = r->kind->field, .cell = cell, .n = r->kind->n_field };
	v = (struct val){ .t = T_PART, .part = p };
	PUSH(r->t->a, r->v, r->n, r->cap, v);
	return true;
}

/* `again`: who gave a part anew has only that one. */
static size_t last_of_each(struct val *v, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		size_t j = i + 1;

		while (j < n && v[j].part->actor != v[i].part->actor)
			j++;
		if (j == n)
			v[kept++] = v[i];
	}
	return kept;
}

bool turn_parts(struct turn *t, const struct snap *m, const struct action *ac, const struct val_list **ret,
		int64_t *ret_rounds, struct err *err)
{
	struct entries e = { .t = t, .ac = ac };
	struct event_rows r = { .t = t, .ac = ac, .kind = m->kind };
	const struct db_in in[] = { db_i64(m->id) };
	const struct db_out out[] = { db_to_i64(&e.seq), db_to_str(&e.body) };
	struct val_list *l;

	if (!db_each(t->db, t->a, &st_bodies, DB_IN(in), DB_OUT(out), entry_row, &e, err))
		return false;
	r.since = e.since;
	if (!read_events(&r, m->id, ac->id, part_row, err))
		return false;
	if (t->pending && t->pending_matter == m->id && t->pending_action == ac) {
		struct val v = { .t = T_PART, .part = t->pending };

		PUSH(t->a, r.v, r.n, r.cap, v);
	}
	if (ac->again)
		r.n = last_of_each(r.v, r.n);
	l = arena_one(t->a, struct val_list);
	*l = (struct val_list){ r.v, r.n };
	*ret = l;
	*ret_rounds = e.rounds;
	return true;
}

static bool w_parts(void *w, const struct snap *m, const struct action *ac, const struct val_list **ret,
		    int64_t *ret_rounds, struct err *err)
{
	return turn_parts(w, m, ac, ret, ret_rounds, err);
}

/* `to: back`: the state before the last entry into this one. */
struct back {
	struct turn *t;
	struct str here, body, before;
};

static bool back_row(void *ctx, struct err *err)
{
	struct back *b = ctx;
	struct str to, from;

	if (!body_way(b->t->a, b->body, &from, &to, err))
		return false;
	if (!str_eq(to, b->here) || !from.n || str_eq(from, to))
		return true;
	b->before = from;
	return false; /* the newest one is enough */
}

static const struct stmt st_bodies_back = { "bodies_back",
	"SELECT b.body FROM event e JOIN event_body b ON b.event = e.id WHERE e.matter = $1 ORDER BY e.seq DESC" };

bool turn_state_before(struct turn *t, const struct snap *m, const struct state **ret, struct err *err)
{
	struct back b = { .t = t, .here = m->state->id };
	const struct db_in in[] = { db_i64(m->id) };
	const struct db_out out[] = { db_to_str(&b.body) };

	if (!db_each(t->db, t->a, &st_bodies_back, DB_IN(in), DB_OUT(out), back_row, &b, err))
		return false;
	*ret = b.before.n ? kind_state(m->kind, b.before) : NULL;
	return true;
}

static bool w_clocks(void *w, const struct snap *m, struct str clock, const struct val_list **ret, struct err *err)
{
	struct turn *t = w;
	struct clocks c;
	struct val *v;
	struct val_list *l = arena_one(t->a, struct val_list);
	size_t n = 0;

	if (!clocks_load(t, m, &c, err))
		return false;
	v = arena_many(t->a, c.n, struct val);
	for (size_t i = 0; i < c.n; i++)
		if (str_eq(c.v[i].clock, clock)) {
			struct val_clock *x = arena_one(t->a, struct val_clock);

			*x = run_value(&c.v[i], m->kind->law->calendar, t->now);
			if (x->late && x->state == CLOCK_RUNNING)
				x->state = CLOCK_LATE; /* in law it is late from its due on, not from its stop */
			v[n++] = (struct val){ .t = T_CLOCK, .clock = x };
		}
	*l = (struct val_list){ v, n };
	*ret = l;
	return true;
}

/* ---- settings ---- */

struct set_row {
	struct str key, value;
	int64_t scope, from, id;
};

struct set_read {
	struct turn *t;
	struct matter_row row;
	struct str key;
	const struct setting_def *def;
};

/* Rows of one key are read once a turn; a marker row without value says that there are none. */
static bool settings_read(struct turn *t, struct str key, struct err *err)
{
	struct found f = { .t = t };
	const struct db_in in[] = { db_str(STR("setting.key")), db_str(key) };
	struct set_row x = { .key = key, .from = INT64_MAX };
	struct snap *s;

	for (size_t i = 0; i < t->n_set; i++)
		if (str_eq(t->set[i].key, key))
			return true;
	PUSH(t->a, t->set, t->n_set, t->cap_set, x);
	if (!run_scan(&f, &st_by_text, DB_IN(in), err))
		return false;
	for (size_t i = 0; i < f.n; i++) {
		const struct val *scope, *from;

		if (!matter_row_snap(t, &f.v[i], &s, err))
			return false;
		if (!str_is(s->state->id, "valid"))
			continue;
		scope = snap_field(s, "scope");
		from = snap_field(s, "in_force");
		x = (struct set_row){ .key = key, .value = snap_text(s, "value"), .scope = scope ? scope->i : 0,
				      .from = from && from->t == T_DATE ? from->i : INT64_MIN, .id = s->id };
		if (scope && val_is_null(*scope))
			x.scope = 0;
		PUSH(t->a, t->set, t->n_set, t->cap_set, x);
	}
	return true;
}

void turn_forget_settings(struct turn *t)
{
	t->n_set = 0;
}

/* Specific before general, then the newest in force; of two in force from one day the one that was set later. */
static bool set_goes_before(const struct set_row *x, const struct set_row *y)
{
	if (!x->scope != !y->scope)
		return x->scope != 0;
	return x->from != y->from ? x->from > y->from : x->id > y->id;
}

static bool setting_on(struct turn *t, const struct setting_def *d, int64_t organ, int64_t day, struct val *ret,
		       struct err *err)
{
	const struct set_row *best = NULL;
	struct err bad;

	if (!settings_read(t, d->id, err))
		return false;
	for (size_t i = 0; i < t->n_set; i++) {
		const struct set_row *x = &t->set[i];

		if (!str_eq(x->key, d->id) || x->from > day || (x->scope && x->scope != organ))
			continue;
		if (!best || set_goes_before(x, best))
			best = x;
	}
	*ret = d->def;
	if (best && !val_parse(t->a, &d->type, best->value, ret, &bad))
		*ret = d->def; /* the setting's own check refuses what cannot be read */
	return true;
}

static bool w_setting(void *w, const struct setting_def *d, const struct snap *m, struct val *ret, struct err *err)
{
	struct turn *t = w;

	return setting_on(t, d, m ? m->organ : 0, day_at(m && m->opened ? m->opened : t->now), ret, err);
}

bool matter_setting(struct engine *e, struct db *db, struct arena *a, int64_t organ, int64_t day, struct str id,
		    struct val *ret, struct err *err)
{
	const struct setting_def *d;
	const struct law *l;
	struct turn t;
	int64_t def;

	if (!engine_law_of_organ(e, db, a, organ, &l, &def, err))
		return false;
	d = law_setting(l, id);
	*ret = VAL_NULL;
	if (!d)
		return true;
	turn_init(&t, e, db, a, engine_now(e));
	return setting_on(&t, d, organ, day, ret, err);
}

/* ---- people and organs ---- */

struct ids {
	struct turn *t;
	int64_t id;
	enum type_tag tag;
	struct val *v;
	size_t n, cap;
};

static bool id_row(void *ctx, struct err *err)
{
	struct ids *x = ctx;

	(void)err;
	PUSH(x->t->a, x->v, x->n, x->cap, val_i64(x->tag, x->id));
	return true;
}

static bool ids_read(struct ids *x, const struct stmt *st, const struct db_in *in, size_t n_in,
		     const struct val_list **ret, struct err *err)
{
	const struct db_out out[] = { db_to_i64(&x->id) };
	struct val_list *l = arena_one(x->t->a, struct val_list);

	if (!db_each(x->t->db, x->t->a, st, in, n_in, DB_OUT(out), id_row, x, err))
		return false;
	*l = (struct val_list){ x->v, x->n };
	*ret = l;
	return true;
}

static const struct stmt st_people = { "people_of_role",
	"SELECT DISTINCT p.person FROM post p JOIN person h ON h.id = p.person"
	" WHERE p.organ = $1 AND p.role = $2 AND p.from_day <= $3 AND p.to_day >= $3 AND h.active = 1 ORDER BY 1" };
static const struct stmt st_anywhere = { "people_of_role_anywhere",
	"SELECT DISTINCT p.person FROM post p JOIN person h ON h.id = p.person"
	" WHERE p.role = $1 AND p.from_day <= $2 AND p.to_day >= $2 AND h.active = 1 ORDER BY 1" };
static const struct stmt st_members = { "people_of_organ",
	"SELECT id FROM person WHERE organ = $1 AND active = 1 UNION"
	" SELECT p.person FROM post p JOIN person h ON h.id = p.person"
	" WHERE p.organ = $1 AND p.from_day <= $2 AND p.to_day >= $2 AND h.active = 1 ORDER BY 1" };

/* A page of a list asks the same role of the same organ for each of its rows. */
struct people_row {
	int64_t organ;
	struct str role;
	const struct val_list *people;
};

static bool people_read(struct turn *t, int64_t organ, struct str role, const struct val_list **ret, struct err *err)
{
	struct ids x = { .t = t, .tag = T_USER };
	const int64_t today = day_at(x.t->now);
	const struct db_in all[] = { db_i64(organ), db_i64(today) };
	const struct db_in one[] = { db_i64(organ), db_str(role), db_i64(today) };
	const struct db_in anywhere[] = { db_str(role), db_i64(today) };

	if (!organ)
		return ids_read(&x, &st_anywhere, DB_IN(anywhere), ret, err);
	return role.n ? ids_read(&x, &st_people, DB_IN(one), ret, err) : ids_read(&x, &st_members, DB_IN(all), ret, err);
}

static bool w_people(void *w, int64_t organ, struct str role, const struct val_list **ret, struct err *err)
{
	struct turn *t = w;
	struct people_row x = { .organ = organ, .role = role };

	for (size_t i = 0; i < t->n_people; i++)
		if (t->people[i].organ == organ && str_eq(t->people[i].role, role)) {
			*ret = t->people[i].people;
			return true;
		}
	if (!people_read(t, organ, role, &x.people, err))
		return false;
	*ret = x.people;
	PUSH(t->a, t->people, t->n_people, t->cap_people, x);
	return true;
}

static const struct stmt st_organ_short = { "organ_by_short",
	"SELECT id FROM organ WHERE short = $1 AND short <> ''" };

struct short_row {
	struct str id;
	int64_t organ;
};

bool turn_law(struct turn *t, int64_t organ, const struct law **ret, int64_t *ret_def, struct err *err)
{
	if ((!t->law_of.law || t->law_of.organ != organ)
	    && !engine_law_of_organ(t->e, t->db, t->a, organ, &t->law_of.law, &t->law_of.def, err)) {
		t->law_of.law = NULL;
		return false;
	}
	t->law_of.organ = organ;
	*ret = t->law_of.law;
	*ret_def = t->law_of.def;
	return true;
}

void turn_forget_organs(struct turn *t)
{
	t->law_of.law = NULL;
	t->n_shorts = 0;
}

static bool w_organ(void *w, struct str id, int64_t *ret, struct err *err)
{
	struct turn *t = w;
	struct short_row x = { .id = id };
	const struct db_in in[] = { db_str(id) };
	int64_t organ = 0;
	const struct db_out out[] = { db_to_i64(&organ) };
	bool found;

	for (size_t i = 0; i < t->n_shorts; i++)
		if (str_eq(t->shorts[i].id, id)) {
			*ret = t->shorts[i].organ;
			return true;
		}
	if (!db_maybe(t->db, t->a, &st_organ_short, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	*ret = x.organ = found ? organ : 0;
	PUSH(t->a, t->shorts, t->n_shorts, t->cap_shorts, x);
	return true;
}

static const struct stmt st_organs = { "organs", "SELECT id FROM organ WHERE active = 1 ORDER BY id" };

static bool w_organs(void *w, const struct val_list **ret, struct err *err)
{
	struct ids x = { .t = w, .tag = T_ORGAN };

	return ids_read(&x, &st_organs, DB_NONE, ret, err);
}

static const struct stmt st_paper_fact = { "paper_fact",
	"SELECT number, COALESCE(blob, ''), created FROM document WHERE matter = $1 AND paper = $2 AND corrected_by IS NULL"
	" ORDER BY id DESC LIMIT 1" };

static bool w_paper(void *w, int64_t matter, struct str paper, struct paper_fact *ret, struct err *err)
{
	struct turn *t = w;
	const struct db_in in[] = { db_i64(matter), db_str(paper) };
	const struct db_out out[] = { db_to_str(&ret->number), db_to_str(&ret->digest), db_to_i64(&ret->at) };

	return db_maybe(t->db, t->a, &st_paper_fact, DB_IN(in), DB_OUT(out), &ret->made, err);
}

static bool w_recused(void *w, const struct snap *m, int64_t person, bool *ret, struct err *err)
{
	return recused(w, m, person, ret, err);
}

static bool w_alike(void *w, const struct snap *m, const struct val_list **ret, struct err *err)
{
	return turn_alike(w, m, ret, err);
}

const struct world world_of_turn = {
	.load = w_load, .scan = w_scan, .events = w_events, .parts = w_parts, .clocks = w_clocks,
	.setting = w_setting, .people = w_people, .organ = w_organ, .organs = w_organs, .recused = w_recused,
	.alike = w_alike, .paper = w_paper,
};
