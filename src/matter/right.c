/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Who may: entries of by, see, apart, tell, holder against a person, and as principals and persons. */
#include <inttypes.h>

#include "base/day.h"
#include "base/parse.h"
#include "matter/inner.h"
#include "matter/world.h"

bool role_is_administrator(struct str role)
{
	return str_is(role, "sysadmin") || str_is(role, "secadmin") || str_is(role, "auditor");
}

struct posts_row {
	int64_t person, organ;
	struct posts posts;
};

static const struct stmt st_posts = { "roles_of_person",
	"SELECT DISTINCT role FROM post WHERE person = $1 AND organ = $2 AND from_day <= $3 AND to_day >= $3 ORDER BY 1" };

struct posts_read {
	struct posts *p;
	struct str role;
};

static bool posts_row(void *ctx, struct err *err)
{
	struct posts_read *r = ctx;

	(void)err;
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

bool posts_of(struct turn *t, const struct actor *who, struct posts *ret, struct err *err)
{
	struct posts_row x = { .person = who->person, .organ = who->organ };
	struct posts_read r = { .p = &x.posts };
	const struct db_in in[] = { db_i64(who->person), db_i64(who->organ), db_i64(day_at(t->now)) };
	const struct db_out out[] = { db_to_str(&r.role) };

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
		return holds(t, who, own_organ(ev), w->role, ret, err);
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

bool whos_let(struct turn *t, const struct whos *w, struct eval *ev, const struct actor *who,
	      const struct who **ret_who, struct err *err)
{
	bool on, lets;

	*ret_who = NULL;
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
	return true;
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
		if (own_organ(ev))
			principals_add(p, principal_role(p->a, own_organ(ev), w->role));
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

	if (!str_cut(&rest, ':', &sort) || !str_cut(&rest, ':', &id) || !parse_i64(id, 1, INT64_MAX, &n))
		return true; /* public: nobody in particular */
	if (str_is(sort, "user")) {
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

static const struct stmt st_recused = { "recused",
	"SELECT num FROM matter_key_num WHERE field = 'recused' AND num = $1 AND matter = $2" };

/* On this matter and on those above it. */
bool recused(struct turn *t, const struct snap *s, int64_t person, bool *ret, struct err *err)
{
	struct snap *up;
	int64_t id = s->id > 0 ? s->id : s->parent, got;
	const struct db_out out[] = { db_to_i64(&got) };

	*ret = t->recusal.yes;
	if (person && t->recusal.person == person && t->recusal.matter == id)
		return true; /* each action of a page asks it again */
	*ret = false;
	t->recusal.matter = id;
	t->recusal.person = 0;
	for (int depth = 0; id && person && !*ret && depth < DEPTH_MAX; depth++) {
		const struct db_in in[] = { db_i64(person), db_i64(id) };

		if (!db_maybe(t->db, t->a, &st_recused, DB_IN(in), DB_OUT(out), ret, err)
		    || !turn_load(t, id, &up, err))
			return false;
		id = up ? up->parent : 0;
	}
	t->recusal.person = person;
	t->recusal.yes = *ret;
	return true;
}

bool own_principals(struct turn *t, const struct actor *who, struct str ret[PRINCIPAL_SLOTS], struct err *err)
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
	for (size_t i = 0; i < p.n && n < PRINCIPAL_SLOTS; i++)
		ret[n++] = principal_role(t->a, who->organ, p.role[i]);
	return true;
}

static const struct stmt st_reader = { "may_see",
	"SELECT 1 FROM matter_reader WHERE matter = $1 AND principal IN"
	" ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) LIMIT 1" };

bool may_see(struct turn *t, const struct snap *s, const struct actor *who, bool *ret, struct err *err)
{
	struct str own[PRINCIPAL_SLOTS];
	struct db_in in[PRINCIPAL_SLOTS + 1];
	int64_t one;
	const struct db_out out[] = { db_to_i64(&one) };

	if (who->sort == ACTOR_SYSTEM || who->sort == ACTOR_IMPORT) {
		*ret = true;
		return true;
	}
	if (!own_principals(t, who, own, err))
		return false;
	in[0] = db_i64(s->id);
	for (size_t i = 0; i < PRINCIPAL_SLOTS; i++)
		in[i + 1] = db_str(own[i]);
	return db_maybe(t->db, t->a, &st_reader, DB_IN(in), DB_OUT(out), ret, err);
}
