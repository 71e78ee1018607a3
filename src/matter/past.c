/* SPDX-License-Identifier: MulanPSL-2.0 */
/* matter_past: how what a reader sees of a matter came about. The events are folded once more, and after each of them
 * the reader's sight is asked as it was then: what was never shown cannot be told by this road either. */
#include "matter/sight.h"
#include "matter/store.h"

#define VERSIONS_MAX 50 /* a decision that was corrected more often than that has another trouble */

struct folding {
	struct turn *t;
	const struct actor *who;
	const struct matter_view *today; /* of the newest version: fields that the reader does not see now have no values */
	struct snap *m;                  /* as it stood after the event in hand */
	struct val *seen;                /* aligned with m->kind->field: what the reader saw before it */
	bool sees;                       /* whether the reader saw the matter at all */
	struct past_change *v;
	size_t n, cap;
	int version;
};

/* ---- one matter as it stood ---- */

static bool shown_today(const struct folding *f, const struct field *fd)
{
	for (size_t i = 0; i < f->today->n_field; i++)
		if (str_eq(f->today->field[i].def->id, fd->id))
			return !f->today->field[i].hidden;
	return false;
}

static bool look(struct folding *f, bool *ret_sees, struct val *ret, struct err *err)
{
	const struct kind *k = f->m->kind;
	struct eval ev = turn_eval(f->t, f->m, NULL, f->who);
	const struct who *w;
	enum sight sight;

	if (!whos_let(f->t, &k->see, &ev, f->who, &w, err))
		return false;
	*ret_sees = w != NULL;
	for (size_t i = 0; i < k->n_field; i++) {
		ret[i] = VAL_NULL;
		if (!w || !shown_today(f, &k->field[i]))
			continue;
		if (!field_sight(f->t, &k->field[i], &ev, f->who, &sight, err))
			return false;
		if (sight != SIGHT_NONE)
			ret[i] = sight == SIGHT_MASK ? mask_val(f->t->a, &k->field[i], f->m->field[i]) : f->m->field[i];
	}
	return true;
}

/* Fields that read otherwise than before; all that stand there when nothing was seen before. */
static void differ(struct folding *f, const struct val *now, struct past_change *c)
{
	const struct kind *k = f->m->kind;
	struct past_field *x = arena_many(f->t->a, k->n_field, struct past_field);

	for (size_t i = 0; i < k->n_field; i++)
		if (!val_equal(f->seen[i], now[i]))
			x[c->n_field++] = (struct past_field){ &k->field[i], f->seen[i], now[i] };
	c->field = x;
}

static bool note(struct folding *f, const struct state *before, int64_t at, struct str action, struct err *err)
{
	struct val *now = arena_many(f->t->a, f->m->kind->n_field, struct val);
	struct past_change c = { .at = at, .version = f->version, .kind = f->m->kind, .state = f->m->state,
				 .seen = now, .action = action };
	bool sees;

	if (!look(f, &sees, now, err))
		return false;
	c.sort = !f->sees ? (f->n ? PAST_NEWER : PAST_SHOWN) : sees ? PAST_CHANGED : PAST_GONE;
	differ(f, now, &c);
	if ((sees || f->sees) && (sees != f->sees || c.n_field || before != f->m->state))
		PUSH(f->t->a, f->v, f->n, f->cap, c);
	if (sees)
		f->seen = now;
	f->sees = sees;
	return true;
}

/* ---- its events ---- */

struct past_row {
	struct folding *f;
	struct str action, body;
	int64_t at;
};

static bool apply(struct folding *f, const struct json *body)
{
	const struct json *set = json_get(body, "set"), *m;
	const struct state *to = kind_state(f->m->kind, json_str(body, "to"));

	json_each(m, set) {
		const struct field *fd = kind_field(f->m->kind, m->key);

		if (fd)
			f->m->field[fd->index] = val_of_json(f->t->a, &fd->type, m);
	}
	if (to)
		f->m->state = to;
	return set || to;
}

static bool past_row(void *ctx, struct err *err)
{
	static const char *const wanted[] = { "set", "to" };
	struct past_row *r = ctx;
	const struct state *before = r->f->m->state;
	const struct json *body = NULL;

	if (!r->body.n)
		return true;
	if (!json_read_members(r->f->t->a, r->body, wanted, ARRAY_LEN(wanted), &body, err))
		return false;
	return !apply(r->f, body) || note(r->f, before, r->at, str_dup(r->f->t->a, r->action), err);
}

static const struct stmt st_past = { "past_events",
	"SELECT e.at, e.action, b.body FROM event e LEFT JOIN event_body b ON b.event = e.id WHERE e.matter = $1 "
	"ORDER BY e.seq" };

/* What the version before showed last, under the fields of this one: definitions may have changed between them. */
static void carry(struct folding *f, const struct kind *from, const struct val *seen)
{
	const struct kind *k = f->m->kind;

	f->seen = arena_many(f->t->a, k->n_field, struct val);
	for (size_t i = 0; i < k->n_field; i++) {
		const struct field *old = seen ? kind_field(from, k->field[i].id) : NULL;

		f->seen[i] = old ? seen[old->index] : VAL_NULL;
	}
}

static bool fold(struct folding *f, const struct snap *now, struct err *err)
{
	const struct kind *from = f->m ? f->m->kind : NULL;
	struct past_row r = { .f = f };
	const struct db_in in[] = { db_i64(now->id) };
	const struct db_out out[] = { db_to_i64(&r.at), db_to_str(&r.action), db_to_str(&r.body) };

	f->m = snap_dup(f->t->a, now);
	f->m->state = &now->kind->state[0];
	for (size_t i = 0; i < now->kind->n_field; i++)
		f->m->field[i] = VAL_NULL;
	carry(f, from, f->seen);
	f->sees = false;
	f->version++;
	return db_each(f->t->db, f->t->a, &st_past, DB_IN(in), DB_OUT(out), past_row, &r, err);
}

/* ---- its versions ---- */

/* This matter and those that it replaced, newest first. */
static bool versions(struct turn *t, struct snap *m, const char *replaces, struct snap **ret, size_t *ret_n,
		     struct err *err)
{
	*ret_n = 0;
	while (m && *ret_n < VERSIONS_MAX) {
		const struct val *older = replaces ? snap_field(m, replaces) : NULL;

		ret[(*ret_n)++] = m;
		if (!older || older->t != T_REF)
			return true;
		if (!turn_load(t, older->i, &m, err))
			return false;
	}
	return true;
}

bool matter_past(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter,
		 const char *replaces, const struct past_change **ret, size_t *ret_n, struct err *err)
{
	struct matter_view today;
	struct folding f = { .t = turn_to_read(e, db, a), .who = who, .today = &today };
	struct snap *m, *of[VERSIONS_MAX];
	size_t n;

	if (!matter_see(e, db, a, who, matter, SEE_FIELDS, &today, err) || !turn_load(f.t, matter, &m, err)
	    || !versions(f.t, m, replaces, of, &n, err))
		return false;
	while (n > 0)
		if (!fold(&f, of[--n], err))
			return false;
	*ret = f.v;
	*ret_n = f.n;
	return true;
}
