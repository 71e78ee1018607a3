/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Small things that every file of this folder uses. */
#include <stdlib.h>
#include <string.h>

#include "matter/inner.h"
#include "matter/world.h"

void refuse(struct refusals *r, struct refusal x)
{
	PUSH(r->a, r->v, r->n, r->cap, x);
}

bool principals_has(const struct principals *p, struct str s)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->v[i], s))
			return true;
	return false;
}

void principals_add(struct principals *p, struct str s)
{
	if (!principals_has(p, s))
		PUSH(p->a, p->v, p->n, p->cap, s);
}

static int order(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

void principals_sort(struct principals *p)
{
	if (p->n > 1)
		qsort(p->v, p->n, sizeof(p->v[0]), order);
}

void turn_init(struct turn *t, struct engine *e, struct db *db, struct arena *a, int64_t now)
{
	*t = (struct turn){ .e = e, .db = db, .a = a, .now = now, .entered = engine_now(e) };
}

struct turn *turn_to_read(struct engine *e, struct db *db, struct arena *a)
{
	void **memo = db_view_memo(db);
	struct turn *t = memo ? *memo : NULL;

	if (t && t->e == e && t->a == a)
		return t;
	t = arena_one(a, struct turn);
	turn_init(t, e, db, a, engine_now(e));
	if (memo)
		*memo = t;
	return t;
}

/* Ids are dense, so the low bits spread well. */
static size_t slot_of(const struct turn *t, int64_t id)
{
	size_t i = (size_t)id & (t->cap_slot - 1);

	while (t->slot[i] && t->slot[i]->id != id)
		i = (i + 1) & (t->cap_slot - 1);
	return i;
}

static void slots_double(struct turn *t)
{
	struct snap **old = t->slot;
	size_t cap = t->cap_slot;

	t->cap_slot = cap ? cap * 2 : 64;
	t->slot = arena_many(t->a, t->cap_slot, struct snap *);
	for (size_t i = 0; i < cap; i++)
		if (old[i])
			t->slot[slot_of(t, old[i]->id)] = old[i];
}

void turn_put(struct turn *t, struct snap *s)
{
	size_t i;

	if (2 * (t->n_slot + 1) > t->cap_slot)
		slots_double(t);
	i = slot_of(t, s->id);
	t->n_slot += !t->slot[i];
	t->slot[i] = s;
}

struct snap *turn_known(const struct turn *t, int64_t id)
{
	return t->cap_slot ? t->slot[slot_of(t, id)] : NULL;
}

const struct val *snap_field(const struct snap *s, const char *id)
{
	const struct field *f = kind_field(s->kind, str_of(id));

	return f ? &s->field[f->index] : NULL;
}

struct str snap_text(const struct snap *s, const char *id)
{
	const struct val *v = snap_field(s, id);

	return v && (type_is_text(v->t) || v->t == T_ENUM) ? v->s : (struct str){ 0 };
}

/* What names a matter to people: a name of its own, else its party and cause, else texts of its list. */
static struct str own_name(struct arena *a, const struct snap *s)
{
	struct str name = snap_text(s, "name"), title = snap_text(s, "title"), cause = snap_text(s, "cause");
	const struct val *party = snap_field(s, "party");
	struct str who = party && party->t == T_PARTY ? party->party->name : (struct str){ 0 };

	if (name.n)
		return name;
	if (title.n)
		return title;
	/* Many write the party into the cause already. */
	if (!who.n || !cause.n || str_find(cause, who, 0) != SIZE_MAX)
		return cause.n ? cause : who;
	return str_fmt(a, "%.*s %.*s", STR_FMT(who), STR_FMT(cause));
}

/* 文书送达：催告书. A child without a name of its own is its kind, told apart by the first thing chosen in its list. */
static struct str child_name(struct arena *a, const struct snap *s)
{
	for (size_t i = 0; i < s->kind->list.n_columns; i++) {
		const struct field *f = kind_field(s->kind, s->kind->list.columns[i]);
		const struct val *v = f ? &s->field[f->index] : NULL;

		for (size_t j = 0; v && v->t == T_ENUM && j < f->type.values->n; j++)
			if (str_eq(f->type.values->v[j].id, v->s))
				return str_fmt(a, "%.*s：%.*s", STR_FMT(s->kind->name), STR_FMT(f->type.values->v[j].name));
	}
	return s->kind->name;
}

struct str snap_title(struct arena *a, const struct snap *s)
{
	struct str name = own_name(a, s);

	if (name.n)
		return name;
	if (s->parent)
		return child_name(a, s);
	for (size_t i = 0; i < s->kind->list.n_columns; i++) {
		const struct field *f = kind_field(s->kind, s->kind->list.columns[i]);
		const struct val *v = f ? &s->field[f->index] : NULL;

		if (v && type_is_text(v->t))
			return str_head(v->s, 60);
		if (v && v->t == T_PARTY)
			return v->party->name;
	}
	return s->kind->name;
}
