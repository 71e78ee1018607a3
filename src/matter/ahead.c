/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What an act asks and which of it is known before the matter is read: on PostgreSQL one round trip (decision 6). Nobody
 * counts on it: whoever asks what was not foreseen, or after something was written, asks for itself. */
#include "matter/inner.h"
#include "matter/store.h"
#include "matter/world.h"

/* ---- ids ---- */

/* A role that was granted its rights before ids were taken beforehand may not: then the row gets its id as it is written. */
#define NEXT(seq) \
	"SELECT CASE WHEN has_sequence_privilege('" seq "', 'USAGE') THEN nextval('" seq "') ELSE 0 END" \
	" FROM generate_series(1, $1)"
static const struct stmt st_ids[] = { { "event_ids_postgres", NEXT("event_id_seq") },
				      { "matter_ids_postgres", NEXT("matter_id_seq") } };
enum ids { EVENT_IDS, MATTER_IDS };

#define NAMED_MAX 4 /* of one list */
#define IDS_INNER 8 /* effects come in numbers */

struct ids_read {
	int64_t id, v[IDS_INNER];
	size_t n;
};

static bool id_row(void *ctx, struct err *err)
{
	struct ids_read *r = ctx;

	(void)err;
	if (r->n < IDS_INNER)
		r->v[r->n++] = r->id;
	return true;
}

static struct db_in ids_asked(const struct turn *t)
{
	return db_i64(t->depth > 1 ? IDS_INNER : 1);
}

static bool ids_ahead(struct turn *t, enum ids which, struct err *err)
{
	const struct db_in in[] = { ids_asked(t) };

	return (t->ids[which] && t->ids[which]->n) || db_ahead(t->db, &st_ids[which], DB_IN(in), err);
}

/* *ret 0: the row gets its id as it is written. Ids are taken within the writing turn and never kept beyond the act, so
 * that their order is that of the record. */
static bool take_id(struct turn *t, enum ids which, int64_t *ret, struct err *err)
{
	struct ids_read *r = t->ids[which];
	const struct db_in in[] = { ids_asked(t) };

	*ret = 0;
	if (db_dialect(t->db) != DB_POSTGRES)
		return true;
	if (!r || !r->n) {
		r = t->ids[which] = arena_one(t->a, struct ids_read);
		const struct db_out out[] = { db_to_i64(&r->id) };

		if (!db_each(t->db, t->a, &st_ids[which], DB_IN(in), DB_OUT(out), id_row, r, err))
			return false;
		for (size_t i = 0; i < r->n / 2; i++) { /* the lowest last: taken first */
			const int64_t x = r->v[i];

			r->v[i] = r->v[r->n - 1 - i];
			r->v[r->n - 1 - i] = x;
		}
	}
	if (r->n)
		*ret = r->v[r->n - 1];
	r->n -= *ret != 0;
	return true;
}

/* ---- reading ---- */

static bool of_matter(struct turn *t, const struct act *act, struct err *err)
{
	const int64_t person = act->who.sort == ACTOR_PERSON ? act->who.person : 0;

	if (!act->matter) /* a child may be opened by whoever sees its parent */
		return matter_ahead(t, act->parent, err) && (!act->parent || may_see_ahead(t, act->parent, err))
		       && ids_ahead(t, MATTER_IDS, err);
	return matter_ahead(t, act->matter, err) && recused_ahead(t, act->matter, person, err)
	       && clocks_ahead(t, act->matter, err) && people_ahead(t, act->matter, err);
}

/* Persons, organs and matters that the form names: checks ask for them. */
static bool named(struct turn *t, struct val v, struct err *err)
{
	if (type_is_list(v.t)) {
		for (size_t i = 0; i < v.list->n && i < NAMED_MAX; i++)
			if (!named(t, v.list->v[i], err))
				return false;
		return true;
	}
	return (v.t != T_USER && v.t != T_ORGAN && v.t != T_REF) || matter_ahead(t, v.i, err);
}

static bool of_form(struct turn *t, const struct form *f, struct err *err)
{
	for (size_t i = 0; i < f->n; i++)
		if (!named(t, f->v[i].v, err))
			return false;
	return true;
}

bool act_ahead(struct turn *t, const struct act *act, struct err *err)
{
	if (db_dialect(t->db) != DB_POSTGRES)
		return true;
	return timers_ahead(t, err) && of_matter(t, act, err) && posts_ahead(t, &act->who, err)
	       && engine_law_ahead(t->db, act->who.organ, err) && ids_ahead(t, EVENT_IDS, err) && of_form(t, &act->form, err);
}

bool read_before(struct step *s, struct err *err)
{
	const struct law *law;
	int64_t def;

	return people_before(s, err) && clocks_before(s, err) && (s->old || ids_ahead(s->t, MATTER_IDS, err)) && take_id(s->t, EVENT_IDS, &s->event, err)
	       && (s->old || take_id(s->t, MATTER_IDS, &s->new_id, err))
	       && (!s->new->organ || !s->completes || s->import || turn_law(s->t, s->new->organ, &law, &def, err));
}
