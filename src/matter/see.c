/* SPDX-License-Identifier: MulanPSL-2.0 */
/* matter_see: everything that a page shows of a matter, through the one gate of sight. */
#include <stdlib.h>

#include "base/day.h"
#include "base/parse.h"
#include "matter/reading.h"
#include "matter/removal.h"
#include "matter/sight.h"
#include "matter/store.h"
#include "matter/world.h"

#define LINKS_MAX 500 /* linked matters on one page; the whole list is a list of its own */
#define HOLDERS_SHOWN 5

struct seeing {
	struct turn *t;
	struct snap *m;
	struct eval ev;
	const struct actor *who;
	enum sight *sight; /* per field */
	bool all;          /* each of them in full: nothing that reads them has to be held back */
	struct matter_view *v;
};

/* 李红、王明等8人; a role without a person is named itself, so that nobody looks for someone in vain. */
bool holder_names(struct turn *t, const struct snap *m, struct eval *ev, struct str *ret, struct err *err)
{
	struct principals p = { .a = t->a };
	struct val_list to;
	struct buf b;
	struct str name;

	*ret = (struct str){ 0 };
	if (!snap_holders(t, m, ev, &p, err) || !principals_persons(t, &p, &to, err))
		return false;
	buf_init(&b, t->a, 1000);
	for (size_t i = 0; i < to.n && i < HOLDERS_SHOWN; i++) {
		if (!turn_name(t, to.v[i].i, &name, err))
			return false;
		buf_adds(&b, b.n ? "、" : "");
		buf_add(&b, name);
	}
	if (to.n > HOLDERS_SHOWN)
		buf_addf(&b, "等%zu人", to.n);
	*ret = buf_str(&b);
	return true;
}

/* A joint action that is given blind and is not complete: nobody reads what another gave. */
static bool is_blind(const struct seeing *s, const struct action *ac)
{
	return ac->blind && s->who->sort != ACTOR_SYSTEM && action_stands(ac, s->m->state);
}

/* Its fields exist in parts only, and so do the files that were sent with them. */
static void blind_fields(struct seeing *s, struct field_view *v)
{
	const struct kind *k = s->m->kind;

	for (size_t i = 0; i < k->n_action; i++)
		for (size_t j = 0; is_blind(s, &k->action[i]) && j < k->action[i].n_form; j++) {
			const struct field *f = k->action[i].form[j].field;

			s->sight[f->index] = SIGHT_NONE;
			s->all = false;
			v[f->index].hidden = true;
			v[f->index].masked = false;
			v[f->index].v = VAL_NULL;
		}
}

static bool may_copy(struct seeing *s, const struct field *f, bool *ret, struct err *err)
{
	const struct who *w = NULL;

	*ret = true;
	if (!f->see.save.n || s->who->sort == ACTOR_SYSTEM)
		return true;
	if (!whos_let(s->t, &f->see.save, &s->ev, s->who, &w, err))
		return false;
	*ret = w != NULL;
	return true;
}

static bool see_fields(struct seeing *s, bool show, struct err *err)
{
	const struct kind *k = s->m->kind;
	struct field_view *v = arena_many(s->t->a, k->n_field, struct field_view);
	bool copy;

	s->sight = arena_many(s->t->a, k->n_field, enum sight);
	s->all = true;
	for (size_t i = 0; i < k->n_field; i++) {
		if (!field_sight(s->t, &k->field[i], &s->ev, s->who, &s->sight[i], err)
		    || !may_copy(s, &k->field[i], &copy, err))
			return false;
		s->all = s->all && s->sight[i] == SIGHT_FULL;
		v[i] = (struct field_view){ .def = &k->field[i], .hidden = s->sight[i] == SIGHT_NONE,
					    .masked = s->sight[i] == SIGHT_MASK, .no_copy = !copy };
		if (s->sight[i] == SIGHT_FULL)
			v[i].v = s->m->field[i];
		else if (s->sight[i] == SIGHT_MASK)
			v[i].v = mask_val(s->t->a, &k->field[i], s->m->field[i]);
		else
			v[i].v = VAL_NULL;
	}
	blind_fields(s, v);
	s->v->field = show ? v : NULL;
	s->v->n_field = show ? k->n_field : 0;
	return true;
}

/* ---- actions ---- */

static bool by_people(const struct action *ac)
{
	for (size_t i = 0; i < ac->by.n; i++)
		if (ac->by.v[i].sort != WHO_SYSTEM)
			return true;
	return false;
}

static bool see_action(struct seeing *s, const struct action *ac, struct action_view *ret, struct err *err)
{
	const struct act act = { .who = *s->who, .matter = s->m->id, .action = ac->id, .version = -1 };
	struct step step;

	if (!try_in_turn(s->t, &act, &step, err))
		return false;
	*ret = (struct action_view){ .def = ac, .can = step.no.n == 0, .asks = ac->n_form > 0 || ac->builtin,
				     .refused = step.no.v, .n_refused = step.no.n };
	return true;
}

static bool see_actions(struct seeing *s, struct err *err)
{
	const struct kind *k = s->m->kind;
	struct action_view *v = arena_many(s->t->a, k->n_action, struct action_view);
	size_t n = 0;

	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *ac = &k->action[i];

		if (!action_stands(ac, s->m->state) || !by_people(ac))
			continue;
		if (!see_action(s, ac, &v[n], err))
			return false;
		n += v[n].can || !ac->builtin;
	}
	s->v->action = v;
	s->v->n_action = n;
	return true;
}

/* ---- clocks ---- */

static int clock_rank(const struct clock_view *v)
{
	return v->v.state == CLOCK_RUNNING ? 0 : v->v.state == CLOCK_PAUSED ? 1 : 2;
}

static int by_due(const void *x, const void *y)
{
	const struct clock_view *a = x, *b = y;

	if (clock_rank(a) != clock_rank(b))
		return clock_rank(a) - clock_rank(b);
	if (a->v.due != b->v.due)
		return a->v.due < b->v.due ? -1 : 1;
	return str_cmp(a->def->id, b->def->id);
}

static bool see_clocks(struct seeing *s, struct err *err)
{
	struct clocks c;
	struct clock_view *v;
	size_t n = 0;

	if (!clocks_load(s->t, s->m, &c, err))
		return false;
	v = arena_many(s->t->a, c.n, struct clock_view);
	for (size_t i = 0; i < c.n; i++)
		if (node_on(c.v[i].def->node))
			run_view(s->t, s->m->kind, &c.v[i], &v[n++]);
	if (n > 1)
		qsort(v, n, sizeof(v[0]), by_due);
	s->v->clock = v;
	s->v->n_clock = n;
	return true;
}

bool matter_clock_explain(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter,
			  struct str clock, int64_t run, struct buf *ret, struct err *err)
{
	struct turn t;
	struct snap *m;
	struct clocks c;
	bool sees = false;

	turn_init(&t, e, db, a, engine_now(e));
	if (!turn_load(&t, matter, &m, err) || (m && !may_see(&t, m, who, &sees, err)))
		return false;
	if (!m || !sees)
		return err_set(err, ERR_NOT_FOUND, "没有找到这件办件");
	if (!clocks_load(&t, m, &c, err))
		return false;
	for (size_t i = c.n; i > 0; i--)
		if (str_eq(c.v[i - 1].clock, clock) && (!run || c.v[i - 1].run == run)) {
			run_explain(&t, m->kind, &c.v[i - 1], ret);
			return true;
		}
	return err_set(err, ERR_NOT_FOUND, "本件没有这个期限");
}

/* ---- events ---- */

struct event_row {
	struct seeing *s;
	int64_t id, seq, at, entered, actor, organ, because;
	struct str action, role, body;
	struct event_view *v;
	struct str *bodies;
	size_t n, cap, cap_bodies;
};

static bool event_row(void *ctx, struct err *err)
{
	struct event_row *r = ctx;
	struct event_view v = { .id = r->id, .seq = r->seq, .at = r->at, .entered = r->entered, .actor = r->actor,
				.organ = r->organ, .because_of = r->because, .action = r->action, .role = r->role };
	size_t n = r->n;

	(void)err;
	PUSH(r->s->t->a, r->bodies, n, r->cap_bodies, r->body);
	PUSH(r->s->t->a, r->v, r->n, r->cap, v);
	return true;
}

static struct val seen_value(struct seeing *s, const struct field *f, struct val v)
{
	return s->sight[f->index] == SIGHT_MASK ? mask_val(s->t->a, f, v) : v;
}

static void event_changes(struct seeing *s, const struct json *set, bool own, struct event_view *v)
{
	const struct field **changed = arena_many(s->t->a, set ? set->n : 0, const struct field *);
	struct val *value = arena_many(s->t->a, set ? set->n : 0, struct val);
	const struct json *m;
	size_t n = v->n_changed;

	json_each(m, set) {
		const struct field *f = kind_field(s->m->kind, m->key);

		if (!f || (s->sight[f->index] == SIGHT_NONE && !own))
			continue;
		changed[n] = f;
		value[n++] = own ? val_of_json(s->t->a, &f->type, m) : seen_value(s, f, val_of_json(s->t->a, &f->type, m));
	}
	v->changed = changed;
	v->value = value;
	v->n_changed = n;
}

static struct str role_name(const struct seeing *s, struct str role)
{
	const struct role_def *r = law_role(s->m->kind->law, role);
	const struct field *f = kind_field(s->m->kind, role);

	return r ? r->name : f ? f->name : role;
}

static void event_points(struct seeing *s, const struct json *list, struct event_view *v)
{
	struct str *text = arena_many(s->t->a, list ? list->n : 0, struct str);
	const struct json *m;

	json_each(m, list)
		text[v->n_point++] = m->text;
	v->point = text;
}

static const struct node *node_at(const struct law *l, struct str path)
{
	for (size_t i = 0; i < l->n_node; i++)
		if (str_eq(l->node[i]->path, path))
			return l->node[i];
	return NULL;
}

static void event_passed(struct seeing *s, const struct json *list, struct event_view *v)
{
	struct event_passed *p = arena_many(s->t->a, list ? list->n : 0, struct event_passed);
	const struct json *m;

	json_each(m, list)
		p[v->n_passed++] = (struct event_passed){ node_at(s->m->kind->law, json_str(m, "check")), json_str(m, "reason") };
	v->passed = p;
}

static bool event_told(struct seeing *s, const struct json *list, struct event_view *v, struct err *err)
{
	const struct json *m;
	struct str name;
	struct buf b;
	int64_t id;

	if (!list)
		return true;
	buf_init(&b, s->t->a, 4000);
	json_each(m, list) {
		if (!parse_i64(m->text, 1, INT64_MAX, &id))
			continue;
		if (!turn_name(s->t, id, &name, err))
			return false;
		buf_adds(&b, b.n ? "、" : "");
		buf_add(&b, name);
	}
	v->told = buf_str(&b);
	return true;
}

/* Which file it was is told to who sees the field that holds it. */
static struct str reading_name(const struct seeing *s, struct str action, const struct json *doc)
{
	const struct field *f = kind_field(s->m->kind, json_str(doc, "field"));

	if (!f || s->sight[f->index] != SIGHT_FULL)
		return str_fmt(s->t->a, "%s了一份文件", reading_verb(action));
	return str_fmt(s->t->a, "%s了“%.*s”", reading_verb(action), STR_FMT(json_str(doc, "name")));
}

static bool event_names(struct seeing *s, struct str body, struct event_view *v, struct err *err)
{
	static const char *const shown[] = { "approved", "field", "for", "list", "name", "part", "passed", "points", "reason", "set", "told" };
	const struct action *ac = kind_action(s->m->kind, v->action);
	const struct json *doc = NULL, *part;
	bool blind, own;

	if (body.n && !json_read_members(s->t->a, body, shown, ARRAY_LEN(shown), &doc, err))
		return false;
	v->action_name = ac ? ac->name : v->action;
	v->reason = json_str(doc, "reason");
	v->role = role_name(s, v->role);
	if (v->actor && json_i64(doc, "for", 0) && !stead_name(s->t, v->actor, json_i64(doc, "for", 0), &v->stead_name, err))
		return false;
	event_points(s, json_get(doc, "points"), v);
	if (!event_told(s, json_get(doc, "told"), v, err))
		return false;
	if (str_is(v->action, READING_OPENING))
		v->action_name = STR("打开办件页");
	else if (reading_is(v->action))
		v->action_name = reading_name(s, v->action, doc);
	else if (str_is(v->action, REMOVAL_ACTION))
		v->action_name = str_fmt(s->t->a, "依销毁清册“%.*s”销毁文书证据（%.*s批准）", STR_FMT(json_str(doc, "list")),
					 STR_FMT(json_str(json_get(doc, "approved"), "name")));
	part = json_get(doc, "part");
	blind = part && ac && is_blind(s, ac);
	own = blind && s->who->sort == ACTOR_PERSON && v->actor == s->who->person;
	if (blind && !own)
		v->reason = (struct str){ 0 };
	else
		event_passed(s, json_get(doc, "passed"), v);
	event_changes(s, part ? part : json_get(doc, "set"), own, v);
	return (!v->actor || turn_name(s->t, v->actor, &v->actor_name, err))
	       && (!v->organ || turn_name(s->t, v->organ, &v->organ_name, err));
}

static const struct stmt st_events = { "see_events",
	"SELECT e.id, e.seq, e.at, e.entered_at, e.actor, e.organ, e.because_of, e.action, e.role, b.body FROM event e"
	" LEFT JOIN event_body b ON b.event = e.id WHERE e.matter = $1 ORDER BY e.seq" };

static bool see_events(struct seeing *s, struct err *err)
{
	struct event_row r = { .s = s };
	const struct db_in in[] = { db_i64(s->m->id) };
	const struct db_out out[] = { db_to_i64(&r.id), db_to_i64(&r.seq), db_to_i64(&r.at), db_to_i64(&r.entered),
				      db_to_i64(&r.actor), db_to_i64(&r.organ), db_to_i64(&r.because),
				      db_to_str(&r.action), db_to_str(&r.role), db_to_str(&r.body) };

	if (!db_each(s->t->db, s->t->a, &st_events, DB_IN(in), DB_OUT(out), event_row, &r, err))
		return false;
	for (size_t i = 0; i < r.n; i++)
		if (!event_names(s, r.bodies[i], &r.v[i], err))
			return false;
	s->v->event = r.v;
	s->v->n_event = r.n;
	return true;
}

/* ---- papers ---- */

struct paper_row {
	struct seeing *s;
	struct paper_view x, *v;
	size_t n, cap;
};

static bool paper_row(void *ctx, struct err *err)
{
	struct paper_row *r = ctx;

	(void)err;
	PUSH(r->s->t->a, r->v, r->n, r->cap, r->x);
	return true;
}

static const struct stmt st_papers = { "see_papers",
	"SELECT id, code, paper, number, CASE WHEN removed_event IS NULL THEN state ELSE 'removed' END, blob, created, COALESCE(corrected_by, 0),"
	" removed_event FROM document WHERE matter = $1 ORDER BY id" };

/* The correcting paper is of the same matter. */
static struct str corrected_as(const struct seeing *s, const struct paper_row *r, int64_t by)
{
	for (size_t i = 0; by && i < r->n; i++)
		if (r->v[i].id == by)
			return str_fmt(s->t->a, "《%.*s》%.*s", STR_FMT(paper_name_of(s->m->kind, r->v[i].paper)), STR_FMT(r->v[i].number));
	return (struct str){ 0 };
}

static bool see_papers(struct seeing *s, struct err *err)
{
	struct paper_row r = { .s = s };
	const struct db_in in[] = { db_i64(s->m->id) };
	const struct db_out out[] = { db_to_i64(&r.x.id), db_to_str(&r.x.code), db_to_str(&r.x.paper),
				      db_to_str(&r.x.number), db_to_str(&r.x.state), db_to_str(&r.x.digest),
				      db_to_i64(&r.x.made), db_to_i64(&r.x.corrected_by), db_to_i64(&r.x.removed) };
	bool shown = true;

	if (!db_each(s->t->db, s->t->a, &st_papers, DB_IN(in), DB_OUT(out), paper_row, &r, err))
		return false;
	for (size_t i = 0; i < r.n; i++) {
		if (!s->all && !paper_shown(s->t, s->m, &s->ev, s->who, r.v[i].paper, &shown, err))
			return false;
		r.v[i].name = paper_name_of(s->m->kind, r.v[i].paper);
		r.v[i].correction = corrected_as(s, &r, r.v[i].corrected_by);
		if (shown)
			r.v[s->v->n_paper++] = r.v[i];
	}
	s->v->paper = r.v;
	return true;
}

/* ---- links ---- */

struct link_row {
	struct seeing *s;
	int64_t matter, way; /* way: 0 from here, 1 to here, 2 child, 3 parent */
	struct str field;
	struct {
		int64_t matter, way;
		struct str field;
	} *row;
	size_t n, cap;
};

static bool link_row(void *ctx, struct err *err)
{
	struct link_row *r = ctx;
	size_t i = r->n;

	(void)err;
	r->row = arena_grow(r->s->t->a, r->row, r->n++, &r->cap, sizeof(r->row[0]));
	r->row[i].matter = r->matter;
	r->row[i].way = r->way;
	r->row[i].field = r->field;
	return true;
}

static const struct stmt st_links = { "see_links",
	"SELECT target, 0, field FROM link WHERE source = $1 UNION ALL"
	" SELECT source, 1, field FROM link WHERE target = $1"
	" AND NOT EXISTS (SELECT 1 FROM matter c WHERE c.id = link.source AND c.parent = $1) UNION ALL"
	" SELECT id, 2, '' FROM matter WHERE parent = $1 UNION ALL"
	" SELECT parent, 3, '' FROM matter m WHERE id = $1 AND parent IS NOT NULL"
	" AND NOT EXISTS (SELECT 1 FROM link l WHERE l.source = $1 AND l.target = m.parent) LIMIT 500" };

static struct str relation(const struct seeing *s, const struct snap *other, int64_t way, struct str field)
{
	const struct field *f = way == 0 ? kind_field(s->m->kind, field) : way == 1 ? kind_field(other->kind, field) : NULL;

	if (way == 2)
		return other->kind->name;
	if (way == 3)
		return STR("上级办件");
	return f ? f->name : field;
}

static bool see_link(struct seeing *s, struct link_row *r, size_t i, struct link_view *v, size_t *n, struct err *err)
{
	const struct field *own = r->row[i].way == 0 ? kind_field(s->m->kind, r->row[i].field) : NULL;
	struct snap *other;
	bool sees;

	if (own && s->sight[own->index] != SIGHT_FULL)
		return true;
	if (!turn_load(s->t, r->row[i].matter, &other, err) || !other)
		return other != NULL || !err->code;
	if (!may_see(s->t, other, s->who, &sees, err))
		return false;
	if (!sees)
		return true;
	v[(*n)++] = (struct link_view){ .matter = other->id, .code = other->code, .kind_name = other->kind->name,
					.title = other->kind->n_number && other->number[0].n
						 ? other->number[0] : snap_title(s->t->a, other),
					.state_name = other->state->name, .child = r->row[i].way == 2,
					.relation = relation(s, other, r->row[i].way, r->row[i].field) };
	return true;
}

static bool see_links(struct seeing *s, struct err *err)
{
	struct link_row r = { .s = s };
	const struct db_in in[] = { db_i64(s->m->id) };
	const struct db_out out[] = { db_to_i64(&r.matter), db_to_i64(&r.way), db_to_str(&r.field) };
	struct link_view *v;
	size_t n = 0;

	if (!db_each(s->t->db, s->t->a, &st_links, DB_IN(in), DB_OUT(out), link_row, &r, err))
		return false;
	v = arena_many(s->t->a, r.n, struct link_view);
	for (size_t i = 0; i < r.n; i++)
		if (!see_link(s, &r, i, v, &n, err))
			return false;
	s->v->link = v;
	s->v->n_link = n;
	return true;
}

/* ---- terms ---- */

struct term_reads {
	const struct seeing *s;
	bool hidden;
};

static void term_field(void *ctx, const struct field *f)
{
	struct term_reads *r = ctx;

	r->hidden = r->hidden || r->s->sight[f->index] != SIGHT_FULL;
}

static void term_parts(void *ctx, const struct action *ac)
{
	struct term_reads *r = ctx;

	r->hidden = r->hidden || is_blind(r->s, ac);
}

static void term_row(const struct choose_row *row, struct term_reads *r)
{
	expr_reads(row->is, term_field, r);
	expr_reads_parts(row->is, term_parts, r);
	if (!row->when)
		return;
	expr_reads(row->when, term_field, r);
	expr_reads_parts(row->when, term_parts, r);
}

/* A term that reads a hidden field, or what another gives blind, would tell it. */
static bool term_hidden(const struct seeing *s, const struct term *t)
{
	struct term_reads r = { .s = s };

	for (size_t i = 0; !s->all && i < t->is.n; i++)
		term_row(&t->is.row[i], &r);
	return r.hidden;
}

static bool compares(const struct choose *c)
{
	for (size_t i = 0; i < c->n; i++)
		if ((c->row[i].is && expr_compares(c->row[i].is)) || (c->row[i].when && expr_compares(c->row[i].when)))
			return true;
	return false;
}

static bool see_terms(struct seeing *s, bool alike, struct err *err)
{
	const struct kind *k = s->m->kind;
	struct term_view *v = arena_many(s->t->a, k->n_term, struct term_view);
	size_t n = 0;

	for (size_t i = 0; i < k->n_term; i++) {
		if (!node_on(k->term[i].node) || term_hidden(s, &k->term[i]) || (!alike && compares(&k->term[i].is)))
			continue;
		if (!choose_eval(&k->term[i].is, &s->ev, &v[n].v, NULL, err))
			return false;
		v[n++].def = &k->term[i];
	}
	s->v->term = v;
	s->v->n_term = n;
	return true;
}

/* ---- the whole ---- */

static bool see_all(struct seeing *s, unsigned parts, struct err *err)
{
	struct matter_view *v = s->v;

	v->snap = s->m;
	v->title = snap_title(s->t->a, s->m);
	if ((s->m->organ && !turn_name(s->t, s->m->organ, &v->organ_name, err))
	    || !holder_names(s->t, s->m, &s->ev, &v->holder, err))
		return false;
	return see_fields(s, (parts & SEE_FIELDS) != 0, err) && (!(parts & SEE_ACTIONS) || see_actions(s, err))
	       && (!(parts & SEE_CLOCKS) || see_clocks(s, err)) && (!(parts & SEE_EVENTS) || see_events(s, err))
	       && (!(parts & SEE_PAPERS) || see_papers(s, err)) && (!(parts & SEE_LINKS) || see_links(s, err))
	       && (!(parts & SEE_TERMS) || see_terms(s, (parts & SEE_ALIKE) != 0, err));
}

bool matter_see(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter,
		unsigned parts, struct matter_view *ret, struct err *err)
{
	struct matter_view v = { 0 };
	struct seeing s = { .t = turn_to_read(e, db, a), .who = who, .v = &v };
	bool sees = false;

	if (!turn_load(s.t, matter, &s.m, err) || (s.m && !may_see(s.t, s.m, who, &sees, err)))
		return false;
	if (!s.m || !sees)
		return err_set(err, ERR_NOT_FOUND, "没有找到这件办件");
	s.ev = turn_eval(s.t, s.m, NULL, who);
	if (!see_all(&s, parts, err))
		return false;
	*ret = v;
	return true;
}

bool matter_sees(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter, bool *ret,
		 struct err *err)
{
	struct turn *t = turn_to_read(e, db, a);
	struct snap *m;

	*ret = false;
	return turn_load(t, matter, &m, err) && (!m || may_see(t, m, who, ret, err));
}
