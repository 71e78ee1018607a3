/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a person watches (盯办), did last, and whose desk is in the person's hands: rows for the desk. */
#include "matter/inner.h"
#include "matter/together.h"

static const struct stmt st_on = { "watch_on",
	"INSERT INTO watch (person, matter, at) VALUES ($1, $2, $3) ON CONFLICT (person, matter) DO NOTHING" };
static const struct stmt st_off = { "watch_off", "DELETE FROM watch WHERE person = $1 AND matter = $2" };
static const struct stmt st_is = { "watch_is", "SELECT at FROM watch WHERE person = $1 AND matter = $2" };

bool watch_set(struct db *db, int64_t person, int64_t matter, bool on, int64_t now, struct err *err)
{
	const struct db_in in[] = { db_i64(person), db_i64(matter), db_i64(now) };

	return on ? db_exec(db, &st_on, DB_IN(in), NULL, err) : db_exec(db, &st_off, in, 2, NULL, err);
}

bool watch_is(struct db *db, struct arena *a, int64_t person, int64_t matter, bool *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(person), db_i64(matter) };
	int64_t at;
	const struct db_out out[] = { db_to_i64(&at) };

	return db_maybe(db, a, &st_is, DB_IN(in), DB_OUT(out), ret, err);
}

/* ---- lists ---- */

struct kept {
	struct turn t;
	int64_t id, *v;
	size_t n, cap;
};

static bool kept_row(void *ctx, struct err *err)
{
	struct kept *k = ctx;

	(void)err;
	PUSH(k->t.a, k->v, k->n, k->cap, k->id);
	return true;
}

static struct str title_of(struct arena *a, const struct snap *m)
{
	return m->kind->n_number && m->number[0].n ? str_fmt(a, "%.*s %.*s", STR_FMT(m->number[0]), STR_FMT(snap_title(a, m)))
						   : snap_title(a, m);
}

static bool seen_ones(struct kept *k, const struct actor *who, size_t most, const struct link_view **ret, size_t *ret_n,
		      struct err *err)
{
	struct link_view *v = arena_many(k->t.a, k->n, struct link_view);
	struct snap *m;
	size_t n = 0;
	bool sees;

	for (size_t i = 0; i < k->n && n < most; i++) {
		if (!turn_load(&k->t, k->v[i], &m, err) || (m && !may_see(&k->t, m, who, &sees, err)))
			return false;
		if (m && sees)
			v[n++] = (struct link_view){ .matter = m->id, .code = m->code, .kind_name = m->kind->name,
						     .title = title_of(k->t.a, m), .state_name = m->state->name };
	}
	*ret = v;
	*ret_n = n;
	return true;
}

static const struct stmt st_watched = { "watch_list",
	"SELECT matter FROM watch WHERE person = $1 ORDER BY at DESC, matter DESC LIMIT 200" };
/* Thirty acts back are enough for ten matters; registers are no cases. */
static const struct stmt st_recent = { "recent_list",
	"SELECT matter FROM (SELECT matter, at, id FROM event WHERE actor = $1 AND kind NOT IN ('organ', 'person', 'setting')"
	" ORDER BY at DESC LIMIT 100) AS own GROUP BY matter ORDER BY MAX(at) DESC, MAX(id) DESC LIMIT 30" };

static bool list_of(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct stmt *st,
		    size_t most, const struct link_view **ret, size_t *ret_n, struct err *err)
{
	struct kept k = { .n = 0 };
	const struct db_in in[] = { db_i64(who->person) };
	const struct db_out out[] = { db_to_i64(&k.id) };

	turn_init(&k.t, e, db, a, engine_now(e));
	return db_each(db, a, st, DB_IN(in), DB_OUT(out), kept_row, &k, err) && seen_ones(&k, who, most, ret, ret_n, err);
}

bool watch_list(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct link_view **ret,
		size_t *ret_n, struct err *err)
{
	return list_of(e, db, a, who, &st_watched, WATCH_MOST, ret, ret_n, err);
}

bool recent_list(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct link_view **ret,
		 size_t *ret_n, struct err *err)
{
	return list_of(e, db, a, who, &st_recent, RECENT_MOST, ret, ret_n, err);
}

bool matter_seen_by(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter, bool *ret,
		    struct err *err)
{
	struct turn t;
	struct snap *m;

	*ret = false;
	turn_init(&t, e, db, a, engine_now(e));
	return turn_load(&t, matter, &m, err) && (!m || may_see(&t, m, who, ret, err));
}

bool steads_of(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct stead_view **ret,
	       size_t *ret_n, struct err *err)
{
	struct turn t;
	struct posts p;
	struct stead_view *v;

	turn_init(&t, e, db, a, engine_now(e));
	if (!posts_of(&t, who, &p, err))
		return false;
	v = arena_many(a, p.n_stead, struct stead_view);
	*ret_n = 0;
	for (size_t i = 0; i < p.n_stead && !p.administrator; i++) {
		v[*ret_n].person = p.stead[i].person;
		if (!turn_name(&t, p.stead[i].person, &v[(*ret_n)++].name, err))
			return false;
	}
	*ret = v;
	return true;
}
