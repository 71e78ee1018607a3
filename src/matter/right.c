/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Who may: entries of by, see, apart, tell, holder against a person, and as principals and persons. */
#include <inttypes.h>

#include "base/day.h"
#include "base/parse.h"
#include "matter/inner.h"
#include "matter/store.h"
#include "matter/world.h"

bool role_is_administrator(struct str role)
{
	return str_is(role, "sysadmin") || str_is(role, "secadmin") || str_is(role, "auditor");
}

struct posts_row {
	int64_t person, organ;
	struct posts posts;
};

/* The person's own roles, then those of whoever is away and has put this desk into the person's hands (AB角). */
static const struct stmt st_posts = { "roles_of_person",
	"SELECT role, 0, '' FROM post WHERE person = $1 AND organ = $2 AND from_day <= $3 AND to_day >= $3 UNION"
	" SELECT COALESCE(p.role, ''), d.principal, d.roles FROM delegation d"
	" JOIN person h ON h.id = d.principal AND h.active = 1"
	" LEFT JOIN post p ON p.person = d.principal AND p.organ = d.organ AND p.from_day <= $3 AND p.to_day >= $3"
	" WHERE d.deputy = $1 AND d.organ = $2 AND d.from_day <= $3 AND d.to_day >= $3 ORDER BY 2, 1" };

struct posts_read {
	struct arena *a;
	struct posts *p;
	int64_t principal;
	struct str role, roles;
};

static bool has_word(struct str words, struct str word)
{
	struct str one;

	while (str_cut(&words, ' ', &one))
		if (str_eq(one, word))
			return true;
	return false;
}

static void stead_row(struct posts_read *r)
{
	struct stead *s = r->p->n_stead ? &r->p->stead[r->p->n_stead - 1] : NULL;

	if (!s || s->person != r->principal) {
		if (r->p->n_stead == STEADS_MAX)
			return;
		s = &r->p->stead[r->p->n_stead++];
		s->person = r->principal;
	}
	s->whole = s->whole || !r->roles.n;
	if (r->role.n && s->n < ROLE_SLOTS && (!r->roles.n || has_word(r->roles, r->role)))
		s->role[s->n++] = r->role;
}

static bool posts_row(void *ctx, struct err *err)
{
	struct posts_read *r = ctx;

	(void)err;
	if (r->principal) {
		if (!r->p->stead)
			r->p->stead = arena_many(r->a, STEADS_MAX, struct stead);
		stead_row(r);
		return true;
	}
	if (r->p->n < ROLE_SLOTS)
		r->p->role[r->p->n++] = r->role;
	r->p->administrator = r->p->administrator || role_is_administrator(r->role);
	return true;
}

/* Whoever is employed by an organ is its member, with or without a role. */
static bool employed(struct turn *t, const struct actor *who, bool *ret, struct err *err)
{
	struct snap *s;

	*ret = false;
	if (!turn_load(t, who->person, &s, err))
		return false;
	*ret = s && s->organ == who->organ && !s->state->end;
	return true;
}

bool posts_ahead(struct turn *t, const struct actor *who, struct err *err)
{
	const struct db_in in[] = { db_i64(who->person), db_i64(who->organ), db_i64(day_at(t->now)) };

	return who->sort != ACTOR_PERSON
	       || (db_ahead(t->db, &st_posts, DB_IN(in), err) && matter_ahead(t, who->person, err));
}

bool posts_of(struct turn *t, const struct actor *who, struct posts *ret, struct err *err)
{
	struct posts_row x = { .person = who->person, .organ = who->organ };
	struct posts_read r = { .a = t->a, .p = &x.posts };
	const struct db_in in[] = { db_i64(who->person), db_i64(who->organ), db_i64(day_at(t->now)) };
	const struct db_out out[] = { db_to_str(&r.role), db_to_i64(&r.principal), db_to_str(&r.roles) };

	if (who->sort != ACTOR_PERSON) {
		*ret = x.posts;
		return true;
	}
	for (size_t i = 0; i < t->n_posts; i++)
		if (t->posts[i].person == who->person && t->posts[i].organ == who->organ) {
			*ret = t->posts[i].posts;
			return true;
		}
	if (!db_each(t->db, t->a, &st_posts, DB_IN(in), DB_OUT(out), posts_row, &r, err)
	    || !employed(t, who, &x.posts.member, err))
		return false;
	x.posts.member = (x.posts.member || x.posts.n) && !x.posts.administrator;
	PUSH(t->a, t->posts, t->n_posts, t->cap_posts, x);
	*ret = x.posts;
	return true;
}

static bool holds(struct turn *t, const struct actor *who, int64_t organ, struct str role, bool *ret, struct err *err)
{
	struct posts p;

	*ret = false;
	if (who->sort != ACTOR_PERSON || who->organ != organ || !organ)
		return true;
	if (!posts_of(t, who, &p, err))
		return false;
	for (size_t i = 0; i < p.n; i++)
		*ret = *ret || str_eq(p.role[i], role);
	return true;
}

/* Members read what their organ does; the administrators of the system do not. */
static bool member(struct turn *t, const struct actor *who, int64_t organ, bool *ret, struct err *err)
{
	struct posts p;

	*ret = false;
	if (who->sort != ACTOR_PERSON || who->organ != organ || !organ)
		return true;
	if (!posts_of(t, who, &p, err))
		return false;
	*ret = p.member;
	return true;
}

static bool has_id(struct val v, int64_t id)
{
	if (type_is_list(v.t)) {
		for (size_t i = 0; i < v.list->n; i++)
			if (has_id(v.list->v[i], id))
				return true;
		return false;
	}
	return (v.t == T_USER || v.t == T_ORGAN || v.t == T_REF) && v.i == id;
}

static bool entry_on(const struct who *w, struct eval *ev, bool *ret, struct err *err)
{
	enum truth truth = TRUTH_TRUE;

	*ret = false;
	if (!node_on(w->node))
		return true;
	if (w->when && !expr_truth(w->when, ev, &truth, err))
		return false;
	*ret = truth == TRUTH_TRUE;
	return true;
}

/* The organ of `role` or `organ` entries: this matter's. */
static int64_t own_organ(const struct eval *ev)
{
	return ev->self ? ev->self->organ : 0;
}

static bool entry_lets(struct turn *t, const struct who *w, struct eval *ev, const struct actor *who, bool *ret,
		       struct err *err)
{
	struct val v = VAL_NULL;

	*ret = false;
	if (who->sort == ACTOR_SYSTEM) {
		*ret = w->sort == WHO_SYSTEM;
		return true;
	}
	if (w->expr && !expr_eval(w->expr, ev, &v, err))
		return false;
	switch (w->sort) {
	case WHO_ROLE:
		return holds(t, who, w->everywhere ? who->organ : own_organ(ev), w->role, ret, err);
	case WHO_ORGAN_ROLE:
		return !has_id(v, who->organ) || holds(t, who, who->organ, w->role, ret, err);
	case WHO_MEMBERS:
		return (w->expr && !has_id(v, who->organ))
		       || member(t, who, w->expr ? who->organ : own_organ(ev), ret, err);
	case WHO_PERSON:
		*ret = who->sort == ACTOR_PERSON && has_id(v, who->person);
		return true;
	case WHO_OPENER:
		*ret = who->sort == ACTOR_PERSON && ev->self && ev->self->opener == who->person;
		return true;
	case WHO_PUBLIC:
		*ret = who->sort == ACTOR_PUBLIC;
		return true;
	default:
		return true;
	}
}

/* ---- in somebody's stead (AB角) ---- */

bool roles_exclusive(const struct law *l, struct str a, struct str b)
{
	const struct role_def *x = law_role(l, a), *y = law_role(l, b);

	for (size_t i = 0; x && i < x->n_excludes; i++)
		if (str_eq(x->excludes[i], b))
			return true;
	for (size_t i = 0; y && i < y->n_excludes; i++)
		if (str_eq(y->excludes[i], a))
			return true;
	return false;
}

bool roles_exclude(const struct law *l, const struct str *v, size_t n, const struct posts *own, struct str ret[2])
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < own->n; j++)
			if (roles_exclusive(l, v[i], own->role[j])) {
				ret[0] = v[i];
				ret[1] = own->role[j];
				return true;
			}
	return false;
}

static bool stead_role(const struct law *l, const struct stead *s, struct str role, const struct posts *own)
{
	struct str pair[2];

	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->role[i], role))
			return !roles_exclude(l, &role, 1, own, pair);
	return false;
}

/* What the person who is away may do by a role or by being named, the deputy may. The deputy's own exclusive roles
 * forbid it; an organ's members need no deputy. */
static bool stead_lets(const struct who *w, struct eval *ev, const struct actor *who, const struct law *l,
		       const struct posts *own, const struct stead *s, bool *ret, struct err *err)
{
	struct val v = VAL_NULL;
	struct str pair[2];

	*ret = false;
	if (w->expr && !expr_eval(w->expr, ev, &v, err))
		return false;
	switch (w->sort) {
	case WHO_ROLE:
		*ret = who->organ == own_organ(ev) && stead_role(l, s, w->role, own);
		return true;
	case WHO_ORGAN_ROLE:
		*ret = has_id(v, who->organ) && stead_role(l, s, w->role, own);
		return true;
	case WHO_PERSON:
	case WHO_OPENER:
		*ret = (w->sort == WHO_PERSON ? has_id(v, s->person) : ev->self && ev->self->opener == s->person)
		       && ev->self && ev->self->organ == who->organ && !roles_exclude(l, s->role, s->n, own, pair);
		return true;
	default:
		return true;
	}
}

static bool stead_of(struct turn *t, const struct whos *w, struct eval *ev, const struct actor *who,
		     const struct posts *own, const struct who **ret_who, int64_t *ret_stead, struct err *err)
{
	const struct law *l;
	int64_t def;
	bool on, lets;

	if (!turn_law(t, who->organ, &l, &def, err))
		return false;
	for (size_t k = 0; k < own->n_stead; k++)
		for (size_t i = 0; i < w->n; i++) {
			if (!entry_on(&w->v[i], ev, &on, err))
				return false;
			if (on && !stead_lets(&w->v[i], ev, who, l, own, &own->stead[k], &lets, err))
				return false;
			if (on && lets) {
				*ret_who = &w->v[i];
				*ret_stead = own->stead[k].person;
				return true;
			}
		}
	return true;
}

bool whos_let_as(struct turn *t, const struct whos *w, struct eval *ev, const struct actor *who,
		 const struct who **ret_who, int64_t *ret_stead, struct err *err)
{
	struct posts own;
	bool on, lets;

	*ret_who = NULL;
	*ret_stead = 0;
	for (size_t i = 0; i < w->n; i++) {
		if (!entry_on(&w->v[i], ev, &on, err))
			return false;
		if (!on)
			continue;
		if (!entry_lets(t, &w->v[i], ev, who, &lets, err))
			return false;
		if (lets) {
			*ret_who = &w->v[i];
			return true;
		}
	}
	if (who->sort != ACTOR_PERSON)
		return true;
	return posts_of(t, who, &own, err) && (!own.n_stead || own.administrator
					       || stead_of(t, w, ev, who, &own, ret_who, ret_stead, err));
}

bool whos_let(struct turn *t, const struct whos *w, struct eval *ev, const struct actor *who,
	      const struct who **ret_who, struct err *err)
{
	int64_t stead;

	return whos_let_as(t, w, ev, who, ret_who, &stead, err);
}

static struct str principal(struct arena *a, const char *sort, int64_t id)
{
	return str_fmt(a, "%s:%" PRId64, sort, id);
}

static struct str principal_role(struct arena *a, int64_t organ, struct str role)
{
	return str_fmt(a, "role:%" PRId64 ":%.*s", organ, STR_FMT(role));
}

/* fn for each id in a value: a list, a list of lists (L.field over users), or one. */
static void add_ids(struct principals *p, struct val v, const char *sort, struct str role)
{
	if (type_is_list(v.t)) {
		for (size_t i = 0; i < v.list->n; i++)
			add_ids(p, v.list->v[i], sort, role);
		return;
	}
	if (v.t == T_USER || v.t == T_ORGAN || v.t == T_REF)
		principals_add(p, role.n ? principal_role(p->a, v.i, role) : principal(p->a, sort, v.i));
}

static bool entry_principals(const struct who *w, struct eval *ev, struct principals *p, struct err *err)
{
	const struct str none = { 0 };
	struct val v = VAL_NULL;

	if (w->expr && !expr_eval(w->expr, ev, &v, err))
		return false;
	switch (w->sort) {
	case WHO_ROLE:
		if (own_organ(ev) || w->everywhere)
			principals_add(p, principal_role(p->a, w->everywhere ? 0 : own_organ(ev), w->role));
		break;
	case WHO_ORGAN_ROLE:
		add_ids(p, v, "", w->role);
		break;
	case WHO_MEMBERS:
		if (w->expr)
			add_ids(p, v, "organ", none);
		else if (own_organ(ev))
			principals_add(p, principal(p->a, "organ", own_organ(ev)));
		break;
	case WHO_PERSON:
		add_ids(p, v, "user", none);
		break;
	case WHO_OPENER:
		if (ev->self->opener)
			principals_add(p, principal(p->a, "user", ev->self->opener));
		break;
	case WHO_PUBLIC:
		principals_add(p, STR("public"));
		break;
	default:
		break;
	}
	return true;
}

bool whos_principals(struct turn *t, const struct whos *w, struct eval *ev, struct principals *ret, struct err *err)
{
	bool on;

	(void)t;
	for (size_t i = 0; i < w->n; i++)
		if (!entry_on(&w->v[i], ev, &on, err) || (on && !entry_principals(&w->v[i], ev, ret, err)))
			return false;
	return true;
}

struct persons {
	struct arena *a;
	struct val *v;
	size_t n, cap;
};

static void add_person(struct persons *p, int64_t id)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].i == id)
			return;
	PUSH(p->a, p->v, p->n, p->cap, val_i64(T_USER, id));
}

static bool principal_persons(struct turn *t, struct str s, struct persons *p, struct err *err)
{
	struct str rest = s, sort, id;
	const struct val_list *l = NULL;
	int64_t n;

	if (!str_cut(&rest, ':', &sort) || !str_cut(&rest, ':', &id) || !parse_i64(id, 0, INT64_MAX, &n))
		return true; /* public: nobody in particular */
	if (str_is(sort, "user")) {
		if (n)
			add_person(p, n);
		return true;
	}
	if (!world_of_turn.people(t, n, rest, &l, err))
		return false;
	for (size_t i = 0; i < l->n; i++)
		add_person(p, l->v[i].i);
	return true;
}

bool principals_persons(struct turn *t, const struct principals *w, struct val_list *ret, struct err *err)
{
	struct persons p = { .a = t->a };

	for (size_t i = 0; i < w->n; i++)
		if (!principal_persons(t, w->v[i], &p, err))
			return false;
	*ret = (struct val_list){ p.v, p.n };
	return true;
}

bool whos_persons(struct turn *t, const struct whos *w, struct eval *ev, struct val_list *ret, struct err *err)
{
	struct principals p = { .a = t->a };

	return whos_principals(t, w, ev, &p, err) && principals_persons(t, &p, ret, err);
}

/* With it, in the same round trip: the deputies through whom the person acted on the matter. */
static const struct stmt st_recused = { "recused",
	"SELECT 0, num FROM matter_key_num WHERE field = 'recused' AND num = $1 AND matter = $2 UNION"
	" SELECT 1, actor FROM deputed WHERE matter = $2 AND principal = $1" };

bool recused_ahead(struct turn *t, int64_t matter, int64_t person, struct err *err)
{
	const struct db_in in[] = { db_i64(person), db_i64(matter) };

	return !person || db_ahead(t->db, &st_recused, DB_IN(in), err);
}

struct recused_read {
	struct turn *t;
	int64_t sort, id, depth;
	bool yes;
};

static bool recused_row(void *ctx, struct err *err)
{
	struct recused_read *r = ctx;
	struct turn *t = r->t;
	const struct val actor = val_i64(T_USER, r->id);

	(void)err;
	if (r->sort == 0)
		r->yes = true;
	else if (r->depth == 0)
		PUSH(t->a, t->recusal.through, t->recusal.n_through, t->recusal.cap_through, actor);
	return true;
}

bool acted_through(const struct turn *t, struct val by)
{
	for (size_t i = 0; i < t->recusal.n_through; i++)
		if (val_has_person(by, t->recusal.through[i].i))
			return true;
	return false;
}

/* On this matter and on those above it. */
bool recused(struct turn *t, const struct snap *s, int64_t person, bool *ret, struct err *err)
{
	struct snap *up;
	int64_t id = s->id > 0 ? s->id : s->parent;
	struct recused_read r = { .t = t, .depth = s->id > 0 ? 0 : 1 };
	const struct db_out out[] = { db_to_i64(&r.sort), db_to_i64(&r.id) };

	*ret = t->recusal.yes;
	if (person && t->recusal.person == person && t->recusal.matter == id)
		return true; /* each action of a page asks it again */
	*ret = false;
	t->recusal.matter = id;
	t->recusal.person = 0;
	t->recusal.n_through = 0;
	for (int depth = 0; id && person && !r.yes && depth < DEPTH_MAX; depth++, r.depth++) {
		const struct db_in in[] = { db_i64(person), db_i64(id) };

		if (!db_each(t->db, t->a, &st_recused, DB_IN(in), DB_OUT(out), recused_row, &r, err)
		    || !turn_load(t, id, &up, err))
			return false;
		id = up ? up->parent : 0;
	}
	t->recusal.person = person;
	t->recusal.yes = *ret = r.yes;
	return true;
}

/* A deputy sees what the delegated roles see; the matters that name the person who is away only with the whole desk, and
 * in this organ. What waits for that person by name waits for the deputy. Whoever holds more roles than there are slots
 * sees less. */
static bool stead_principals(struct turn *t, const struct actor *who, const struct posts *p, enum own own,
			     struct str ret[PRINCIPAL_SLOTS], size_t n, struct err *err)
{
	const struct law *l;
	struct str pair[2];
	int64_t def;

	if (!turn_law(t, who->organ, &l, &def, err))
		return false;
	for (size_t k = 0; k < p->n_stead; k++) {
		const struct stead *s = &p->stead[k];

		if ((own == OWN_DESK || (own == OWN_HERE && s->whole)) && n < PRINCIPAL_SLOTS
		    && !roles_exclude(l, s->role, s->n, p, pair))
			ret[n++] = principal(t->a, "user", s->person);
		for (size_t i = 0; i < s->n && n < PRINCIPAL_SLOTS; i++)
			if (!roles_exclude(l, &s->role[i], 1, p, pair))
				ret[n++] = principal_role(t->a, who->organ, s->role[i]);
	}
	return true;
}

/* Under both names: rows from before a role counted everywhere name the organ. */
static bool role_principals(struct turn *t, const struct actor *who, const struct posts *p, struct str ret[PRINCIPAL_SLOTS],
			    size_t *n, struct err *err)
{
	const struct role_def *role;
	const struct law *l;
	int64_t def;

	if (!turn_law(t, who->organ, &l, &def, err))
		return false;
	for (size_t i = 0; i < p->n; i++) {
		role = law_role(l, p->role[i]);
		if (*n < PRINCIPAL_SLOTS)
			ret[(*n)++] = principal_role(t->a, who->organ, p->role[i]);
		if (role && role->everywhere && *n < PRINCIPAL_SLOTS)
			ret[(*n)++] = principal_role(t->a, 0, p->role[i]);
	}
	return true;
}

bool own_principals(struct turn *t, const struct actor *who, enum own own, struct str ret[PRINCIPAL_SLOTS], struct err *err)
{
	struct posts p;
	size_t n = 0;

	for (size_t i = 0; i < PRINCIPAL_SLOTS; i++)
		ret[i] = STR("");
	ret[n++] = STR("public");
	if (who->sort != ACTOR_PERSON)
		return true;
	if (!posts_of(t, who, &p, err))
		return false;
	ret[n++] = principal(t->a, "user", who->person);
	if (p.member)
		ret[n++] = principal(t->a, "organ", who->organ);
	if (p.n && !role_principals(t, who, &p, ret, &n, err))
		return false;
	return !p.n_stead || p.administrator || stead_principals(t, who, &p, own, ret, n, err);
}

/* A matter has a handful of readers: reading them costs less than asking for each of one's own principals. */
static const struct stmt st_reader = { "may_see", "SELECT principal FROM matter_reader WHERE matter = $1" };

bool may_see_ahead(struct turn *t, int64_t matter, struct err *err)
{
	const struct db_in in[] = { db_i64(matter) };

	return db_ahead(t->db, &st_reader, DB_IN(in), err);
}

struct seeing {
	struct str own[PRINCIPAL_SLOTS], one;
	bool sees;
};

static bool reader_row(void *ctx, struct err *err)
{
	struct seeing *x = ctx;

	(void)err;
	for (size_t i = 0; i < PRINCIPAL_SLOTS && x->own[i].n; i++)
		x->sees = x->sees || str_eq(x->own[i], x->one);
	return !x->sees;
}

bool may_see(struct turn *t, const struct snap *s, const struct actor *who, bool *ret, struct err *err)
{
	struct seeing x = { .sees = who->sort == ACTOR_SYSTEM || who->sort == ACTOR_IMPORT };
	const struct db_in in[] = { db_i64(s->id) };
	const struct db_out out[] = { db_to_str(&x.one) };

	if (!x.sees && (!own_principals(t, who, s->organ == who->organ ? OWN_HERE : OWN_ELSEWHERE, x.own, err)
			|| !db_each(t->db, t->a, &st_reader, DB_IN(in), DB_OUT(out), reader_row, &x, err)))
		return false;
	*ret = x.sees;
	return true;
}

bool may_list(struct turn *t, const struct snap *s, const struct actor *who, bool *ret, struct err *err)
{
	struct posts p;

	*ret = true;
	return who->sort != ACTOR_PERSON || (posts_of(t, who, &p, err) && (!p.n_stead || may_see(t, s, who, ret, err)));
}
