/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/plans.h"

#include <stdlib.h>

#include "law/expr.h"
#include "matter/inner.h"
#include "matter/world.h"

#define COLUMNS \
	"m.id, m.code, m.kind, m.def, m.organ, m.parent, m.opener, m.state, m.version, m.opened, m.ended, m.fields"
static const struct stmt st_days = { "plans_days",
	"SELECT " COLUMNS " FROM matter_key_num k JOIN matter m ON m.id = k.matter WHERE k.field = $1 AND k.num >= $2"
	" AND k.num <= $3 ORDER BY k.num, k.matter LIMIT 2001" };
static const struct stmt st_party = { "plans_party",
	"SELECT " COLUMNS " FROM matter_key_text p JOIN matter_key_num k ON k.matter = p.matter AND k.field = $1 AND k.num >= $2"
	" AND k.num <= $3 JOIN matter m ON m.id = p.matter WHERE p.field = $4 AND p.text = $5 ORDER BY k.num, k.matter LIMIT 2001" };

struct plans {
	struct turn t;
	const struct plan_query *q;
	struct matter_row row;
	struct plan *v;
	size_t n, cap, n_read;
};

static const struct plans_def *def_of(const struct kind *k)
{
	return k->plans.party ? &k->plans : NULL;
}

static bool is_off(const struct snap *m, const struct plans_def *d)
{
	for (size_t i = 0; i < d->n_off; i++)
		if (d->off[i] == m->state)
			return true;
	return m->kind->plans.party != d->party; /* of an older version, which did not know of it */
}

static bool plays_part(struct turn *t, const struct actor *who, const struct plans_def *d, bool *ret, struct err *err)
{
	struct posts p;

	*ret = false;
	if (who->sort != ACTOR_PERSON || !posts_of(t, who, &p, err))
		return who->sort != ACTOR_PERSON;
	for (size_t i = 0; i < d->n_role; i++)
		for (size_t j = 0; j < p.n; j++)
			*ret = *ret || str_eq(d->role[i], p.role[j]);
	return true;
}

/* Told by what the matter says of itself: that it is nothing to keep back. */
static bool is_told(struct turn *t, const struct snap *m, const struct actor *who, bool *ret, struct err *err)
{
	struct eval ev = turn_eval(t, m, NULL, who);
	struct val v = val_bool(true);

	if (m->kind->plans.when && !expr_eval(m->kind->plans.when, &ev, &v, err))
		return false;
	*ret = v.t == T_BOOL && v.b;
	return true;
}

static bool acts_on(const struct action *ac, const struct state *s)
{
	for (size_t i = 0; i < ac->n_from; i++)
		if (ac->from[i] == s)
			return true;
	return false;
}

static struct str number_of(const struct snap *m)
{
	for (size_t i = 0; i < m->kind->n_number; i++)
		if (m->number[i].n)
			return m->number[i];
	return (struct str){ 0 };
}

static bool add(struct plans *x, struct snap *m, struct err *err)
{
	const struct plans_def *d = def_of(m->kind);
	struct val party = m->field[d->party->index], on = m->field[d->on->index];
	struct plan p = { .snap = m, .number = number_of(m), .party = party.party, .day = val_is_null(on) ? INT64_MIN : on.i };
	struct eval ev = turn_eval(&x->t, m, NULL, &x->q->who);
	const struct who *by = NULL;
	bool told;

	if (val_is_null(party) || !may_see(&x->t, m, &x->q->who, &p.opens, err) || !is_told(&x->t, m, &x->q->who, &told, err))
		return !err->code;
	if (!p.opens && !told)
		return true;
	p.takes_in = told && acts_on(d->merge, m->state) && m->state != m->kind->state;
	if (told && acts_on(d->merge, m->state) && !whos_let(&x->t, &d->merge->by, &ev, &x->q->who, &by, err))
		return false;
	p.merges = by != NULL;
	if (!turn_name(&x->t, m->organ, &p.organ_name, err))
		return false;
	PUSH(x->t.a, x->v, x->n, x->cap, p);
	return true;
}

static bool known(const struct plans *x, int64_t id)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].snap->id == id)
			return true;
	return false;
}

static bool add_row(void *ctx, struct err *err)
{
	struct plans *x = ctx;
	struct snap *m;

	x->n_read++;
	if (x->n_read > PLANS_MOST || !str_eq(x->row.kind, x->q->kind->id))
		return true;
	if (!matter_row_snap(&x->t, &x->row, &m, err))
		return false;
	return !def_of(m->kind) || is_off(m, def_of(m->kind)) || add(x, m, err);
}

static bool read_all(struct plans *x, struct err *err)
{
	const struct plan_query *q = x->q;
	const struct plans_def *d = def_of(q->kind);
	struct str on = str_fmt(x->t.a, "%.*s.%.*s", STR_FMT(q->kind->id), STR_FMT(d->on->id));
	struct str party = str_fmt(x->t.a, "%.*s.%.*s", STR_FMT(q->kind->id), STR_FMT(d->party->id));
	const struct db_in in[] = { db_str(on), db_i64(q->first), db_i64(q->last), db_str(party), db_str(q->party) };
	struct db_out out[MATTER_COLUMNS];
	struct snap *self = NULL;

	matter_row_out(&x->row, out);
	if (!db_each(x->t.db, x->t.a, q->party.n ? &st_party : &st_days, in, q->party.n ? 5 : 3, out, MATTER_COLUMNS, add_row, x, err))
		return false;
	if (!q->self || known(x, q->self))
		return true;
	return turn_load(&x->t, q->self, &self, err) && (!self || !def_of(self->kind) || is_off(self, def_of(self->kind)) || add(x, self, err));
}

static int by_party_and_day(const void *a, const void *b)
{
	const struct plan *x = a, *y = b;
	int c = str_cmp(x->party->code, y->party->code);

	if (!c)
		c = str_cmp(x->party->name, y->party->name);
	if (!c)
		c = (x->day > y->day) - (x->day < y->day);
	return c ? c : (x->snap->id > y->snap->id) - (x->snap->id < y->snap->id);
}

bool matter_plans(struct engine *e, struct db *db, struct arena *a, const struct plan_query *q, const struct plan **ret, size_t *ret_n,
		  bool *ret_cut, struct err *err)
{
	struct plans x = { .q = q };
	bool plays;

	turn_init(&x.t, e, db, a, engine_now(e));
	if (!plays_part(&x.t, &q->who, def_of(q->kind), &plays, err))
		return false;
	if (!plays)
		return err_set(err, ERR_FORBIDDEN, "各机关的检查计划由检查人员、负责人和司法行政部门比对。下一步：换用相应的身份");
	if (!read_all(&x, err))
		return false;
	if (x.n)
		qsort(x.v, x.n, sizeof(x.v[0]), by_party_and_day);
	*ret = x.v;
	*ret_n = x.n;
	*ret_cut = x.n_read > PLANS_MOST;
	return true;
}

bool matter_plan_told(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter, bool *ret,
		      struct err *err)
{
	struct turn t;
	struct snap *m;
	bool plays;

	turn_init(&t, e, db, a, engine_now(e));
	*ret = false;
	if (!turn_load(&t, matter, &m, err))
		return false;
	if (!m || !def_of(m->kind) || is_off(m, def_of(m->kind)))
		return true;
	if (!plays_part(&t, who, def_of(m->kind), &plays, err) || (plays && !is_told(&t, m, who, &plays, err)))
		return false;
	*ret = plays;
	return true;
}
