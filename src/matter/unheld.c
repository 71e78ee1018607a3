/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 无人在办: open matters for which nobody has to act, though the law does not say so (`holder: [system]`). */
#include <inttypes.h>

#include "matter/inner.h"
#include "matter/store.h"
#include "matter/together.h"
#include "matter/world.h"

#define SLICE 500 /* matters read at once */

struct slice {
	struct turn t;
	int64_t id, v[SLICE];
	size_t n;
};

static bool slice_row(void *ctx, struct err *err)
{
	struct slice *s = ctx;

	(void)err;
	s->v[s->n++] = s->id;
	return true;
}

static const struct stmt st_open = { "unheld_open",
	"SELECT id FROM matter WHERE ended IS NULL AND id > $1 ORDER BY id LIMIT 500" };

/* The law itself, or the public, is whom it waits for. */
static bool waits_by_law(const struct snap *m)
{
	bool people = false;

	for (size_t i = 0; i < m->state->holder.n; i++)
		if (m->state->holder.v[i].sort == WHO_SYSTEM)
			return true;
	if (m->state->holder.n)
		return false;
	for (size_t i = 0; i < m->kind->n_action; i++) {
		const struct action *ac = &m->kind->action[i];

		if (!action_stands(ac, m->state) || ac->builtin || ac->any)
			continue;
		for (size_t k = 0; k < ac->by.n; k++)
			people = people || (ac->by.v[k].sort != WHO_SYSTEM && ac->by.v[k].sort != WHO_PUBLIC);
	}
	return !people;
}

static bool held(struct turn *t, const struct snap *m, bool persons, bool *ret, struct err *err)
{
	const struct actor law = { .sort = ACTOR_SYSTEM };
	struct principals p = { .a = t->a };
	struct eval ev = turn_eval(t, m, NULL, &law);
	struct val_list to;

	*ret = waits_by_law(m);
	if (*ret)
		return true;
	if (!snap_holders(t, m, &ev, &p, err) || !principals_persons(t, &p, &to, err))
		return false;
	*ret = !persons && p.n > 0;
	for (size_t i = 0; i < to.n && !*ret; i++) {
		struct snap *person;

		if (!turn_load(t, to.v[i].i, &person, err))
			return false;
		*ret = person && !person->state->end;
	}
	return true;
}

bool unheld_list(struct engine *e, struct db *db, struct arena *a, bool persons, int64_t *after,
		 const struct link_view **ret, size_t *ret_n, bool *ret_more, struct err *err)
{
	struct slice s = { .n = 0 };
	const struct db_in in[] = { db_i64(*after) };
	const struct db_out out[] = { db_to_i64(&s.id) };
	struct link_view *v = arena_many(a, SLICE, struct link_view);
	size_t n = 0;
	bool ok;

	turn_init(&s.t, e, db, a, engine_now(e));
	if (!db_each(db, a, &st_open, DB_IN(in), DB_OUT(out), slice_row, &s, err))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		struct snap *m;

		if (!turn_load(&s.t, s.v[i], &m, err) || (m && !held(&s.t, m, persons, &ok, err)))
			return false;
		if (m && !ok)
			v[n++] = (struct link_view){ .matter = m->id, .code = m->code, .kind_name = m->kind->name,
						     .title = snap_title(a, m), .state_name = m->state->name };
		*after = s.v[i];
	}
	*ret = v;
	*ret_n = n;
	*ret_more = s.n == SLICE;
	return true;
}

bool holiday_soon(const struct calendar *c, int64_t today, int64_t *ret_from, int64_t *ret_to)
{
	for (int64_t from = today + 1; from <= today + 7; from++) {
		int64_t to = from;

		if (calendar_workday(c, from) || !calendar_workday(c, from - 1))
			continue;
		while (to - from < 30 && !calendar_workday(c, to + 1))
			to++;
		if (to - from >= 2) {
			*ret_from = from;
			*ret_to = to;
			return true;
		}
	}
	return false;
}
