/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What ends on the days of a span: limits that run, of matters that a person may see. The index of running clocks by due
 * leads; who is asked for is told by the clock itself (on whose desk it stands). */
#include <stdlib.h>

#include "base/day.h"
#include "matter/inner.h"
#include "matter/store.h"

static const struct stmt st_agenda = { "agenda",
	"SELECT c.matter FROM clock c JOIN matter m ON m.id = c.matter WHERE c.state = 'running' AND c.due > $1 AND c.due <= $2"
	" AND ($3 = '' OR m.kind = $3) AND ($4 = 0 OR m.organ = $4) AND EXISTS (SELECT 1 FROM matter_reader r"
	" WHERE r.matter = m.id AND r.principal IN ($5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,"
	" $20, $21)) GROUP BY c.matter ORDER BY MIN(c.due), c.matter LIMIT 2001" };

struct agenda {
	struct turn t;
	const struct agenda_query *q;
	struct str own[PRINCIPAL_SLOTS];
	int64_t id, from, to;
	const struct snap **m;
	size_t n, cap;
	struct agenda_row *row;
	size_t n_row, cap_row;
};

static bool add_matter(void *ctx, struct err *err)
{
	struct agenda *x = ctx;
	struct snap *m;
	bool seen = false;

	if (!turn_load(&x->t, x->id, &m, err) || (m && !may_list(&x->t, m, &x->q->who, &seen, err)))
		return false;
	if (seen)
		PUSH(x->t.a, x->m, x->n, x->cap, m);
	return true;
}

static bool on_own_desk(const struct agenda *x, struct str who)
{
	struct str one;

	while (str_cut(&who, ' ', &one))
		for (size_t i = 0; one.n && i < PRINCIPAL_SLOTS; i++)
			if (str_eq(one, x->own[i]))
				return true;
	return false;
}

static void add_runs(struct agenda *x, const struct snap *m, const struct clocks *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct run *r = &c->v[i];
		struct agenda_row row = { .snap = m, .title = snap_title(x->t.a, m) };

		if (r->state != CLOCK_RUNNING || r->due <= x->from || r->due > x->to
		    || (x->q->mine && !on_own_desk(x, r->who)))
			continue;
		run_view(&x->t, m->kind, r, &row.clock);
		PUSH(x->t.a, x->row, x->n_row, x->cap_row, row);
	}
}

static int by_due(const void *a, const void *b)
{
	const struct agenda_row *x = a, *y = b;

	if (x->clock.v.due != y->clock.v.due)
		return x->clock.v.due < y->clock.v.due ? -1 : 1;
	return x->snap->id < y->snap->id ? -1 : x->snap->id > y->snap->id;
}

static bool read_matters(struct agenda *x, struct err *err)
{
	struct db_in in[4 + PRINCIPAL_SLOTS] = { db_i64(x->from), db_i64(x->to), db_str(x->q->kind),
						 db_i64(x->q->of_organ ? x->q->who.organ : 0) };
	const struct db_out out[] = { db_to_i64(&x->id) };

	if (!own_principals(&x->t, &x->q->who, OWN_HERE, x->own, err))
		return false;
	for (size_t i = 0; i < PRINCIPAL_SLOTS; i++)
		in[4 + i] = db_str(x->own[i]);
	return db_each(x->t.db, x->t.a, &st_agenda, DB_IN(in), DB_OUT(out), add_matter, x, err);
}

bool matter_agenda(struct engine *e, struct db *db, struct arena *a, const struct agenda_query *q,
		   const struct agenda_row **ret, size_t *ret_n, bool *ret_more, struct err *err)
{
	struct agenda x = { .q = q, .from = day_start(q->first), .to = day_start(q->last + 1) };
	struct clocks *c;

	turn_init(&x.t, e, db, a, engine_now(e));
	if (!read_matters(&x, err))
		return false;
	*ret_more = x.n > AGENDA_MOST;
	if (*ret_more)
		x.n = AGENDA_MOST;
	c = arena_many(a, x.n + 1, struct clocks);
	if (!clocks_load_open(&x.t, x.m, x.n, c, err))
		return false;
	for (size_t i = 0; i < x.n; i++)
		add_runs(&x, x.m[i], &c[i]);
	if (x.n_row)
		qsort(x.row, x.n_row, sizeof(x.row[0]), by_due);
	*ret = x.row;
	*ret_n = x.n_row;
	return true;
}
