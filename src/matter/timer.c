/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Automatic actions of clocks that came due (language.md 6, "Timers"): in order of due, at the instant at
 * which they fell due, exactly once. */
#include <inttypes.h>

#include "base/day.h"
#include "matter/duty.h"
#include "matter/inner.h"
#include "matter/store.h"

static const struct stmt st_overdue = { "clock_overdue",
	"SELECT matter, clock, run, due FROM clock WHERE lapse = 1 AND state = 'running' AND provisional = 0 AND due <= $1"
	" ORDER BY due, matter, clock LIMIT 1" };
static const struct stmt st_count = { "clock_overdue_count",
	"SELECT count(*) FROM clock WHERE lapse = 1 AND state = 'running' AND provisional = 0 AND due <= $1" };

struct overdue {
	int64_t matter, run, due;
	struct str clock;
};

struct timer {
	struct turn t;
	struct overdue o;
	struct step step;
	bool park; /* the action broke: leave the clock for the next event of its matter */
};

static struct run *run_of(struct clocks *c, const struct overdue *o)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->v[i].clock, o->clock) && c->v[i].run == o->run)
			return &c->v[i];
	return NULL;
}

/* The run is over as late before the action: what the action starts and stops is its own affair. */
static bool end_run(struct timer *x, const struct snap *m, const struct run **ret, struct err *err)
{
	struct clocks *c = arena_one(x->t.a, struct clocks);
	struct run *r;
	int64_t due, yellow;

	*ret = NULL;
	if (!clocks_load(&x->t, m, c, err))
		return false;
	r = run_of(c, &x->o);
	if (!r)
		return err_set(err, ERR_BUG, "到期的期限不在办件的定义中");
	r->dirty = true;
	if (x->park) {
		r->parked = true;
	} else {
		r->state = CLOCK_LATE;
		r->stopped = x->o.due;
	}
	*ret = r;
	clocks_nearest(c, &due, &yellow);
	return clocks_save(&x->t, c, m->id, err) && store_due(&x->t, m->id, due, yellow, err);
}

static bool lapse_holds(struct timer *x, const struct snap *m, const struct clock *c, bool *ret, struct err *err)
{
	const struct actor law = { .sort = ACTOR_SYSTEM };
	struct eval ev = turn_eval(&x->t, m, NULL, &law);
	enum truth truth = TRUTH_TRUE;

	if (c->lapse_if && !expr_truth(c->lapse_if, &ev, &truth, err))
		return false;
	*ret = truth == TRUTH_TRUE;
	return true;
}

static bool do_lapse(struct timer *x, const struct snap *m, const struct clock *c, struct err *err)
{
	const struct act act = { .who = { .sort = ACTOR_SYSTEM }, .matter = m->id, .action = c->lapse, .version = -1 };
	const struct action *ac = kind_action(m->kind, c->lapse);

	touch(m->kind->law, c->node);
	if (!ac || !action_stands(ac, m->state))
		return true; /* the state no longer fits: the run ended as late, nothing else is done */
	x->step = (struct step){ .t = &x->t, .act = &act, .no = { .a = x->t.a }, .timer_clock = x->o.clock,
				 .timer_run = x->o.run };
	if (!step_run(&x->step, err))
		return false;
	if (x->step.no.n)
		return err_set(err, ERR_REFUSED, "%.*s", STR_FMT(x->step.no.v[0].say));
	return true;
}

/* The organ's own, else every one of the installation. */
bool administrators(struct turn *t, int64_t organ, struct val_list *ret, struct err *err)
{
	const struct val_list *own;

	if (!world_of_turn.people(t, organ, STR("sysadmin"), &own, err)
	    || (!own->n && !world_of_turn.people(t, 0, STR("sysadmin"), &own, err)))
		return false;
	*ret = *own;
	return true;
}

/* An administrator sees no case: kind, number and limit are enough to find who does. */
static bool alarm(struct timer *x, const struct snap *m, const struct clock *c, struct err *err)
{
	struct val_list to;
	struct str number = m->kind->n_number ? m->number[0] : (struct str){ 0 };
	struct str text = str_fmt(x->t.a, "%.*s%.*s%.*s：“%.*s”期限届满后应自动办理，未能办成，已搁置；本件下次办理后再办",
				  STR_FMT(m->kind->name), number.n ? 1 : 0, " ", STR_FMT(number), STR_FMT(c->name));

	x->t.now = x->t.entered; /* told when it broke, not when it fell due */
	return administrators(&x->t, m->organ, &to, err) && message_send(&x->t, m->id, "lapse", &to, text, err);
}

static bool timer_run(struct db *db, void *ctx, struct err *err)
{
	struct timer *x = ctx;
	struct snap *m;
	const struct run *r;
	bool holds;

	(void)db;
	if (!turn_load(&x->t, x->o.matter, &m, err))
		return false;
	if (!m)
		return err_set(err, ERR_BUG, "到期的期限没有办件");
	if ((!x->park && !adopt_in_turn(&x->t, &m, err)) || !end_run(x, m, &r, err))
		return false;
	if (x->park)
		return alarm(x, m, r->def, err);
	return lapse_holds(x, m, r->def, &holds, err) && (!holds || do_lapse(x, m, r->def, err));
}

static void timer_init(struct timer *x, struct engine *e, struct db *db, struct arena *a, const struct overdue *o,
		       bool park)
{
	*x = (struct timer){ .o = *o, .park = park };
	turn_init(&x->t, e, db, a, o->due);
}

/* What breaks is parked, so that it holds nobody else up; the administrator is told. */
static bool one(struct engine *e, struct db *db, struct arena *a, const struct overdue *o, struct err *err)
{
	struct timer x;
	struct err why = { 0 };

	timer_init(&x, e, db, a, o, false);
	if (db_point(db, timer_run, &x, &why))
		return true;
	if (!db_in_tx(db) || why.code == ERR_DB_LOST || why.code == ERR_DISK_FULL) {
		*err = why;
		return false;
	}
	timer_init(&x, e, db, a, o, true);
	return db_point(db, timer_run, &x, err);
}

bool timers_ahead(struct turn *t, struct err *err)
{
	const struct db_in in[] = { db_i64(t->now) };

	return db_ahead(t->db, &st_overdue, DB_IN(in), err);
}

bool matter_timers(struct engine *e, struct db *db, struct arena *a, int64_t now, int most, int *ret_done,
		   struct err *err)
{
	const struct db_in in[] = { db_i64(now) };
	int done = 0;

	while (done < most) {
		int64_t duty_due;
		int records;
		bool duty;
		struct overdue o;
		const struct db_out out[] = { db_to_i64(&o.matter), db_to_str(&o.clock), db_to_i64(&o.run),
					      db_to_i64(&o.due) };
		bool found;

		if (!db_maybe(db, a, &st_overdue, DB_IN(in), DB_OUT(out), &found, err)
		    || !duty_overdue(e, db, a, now, &duty_due, &duty, err))
			return false;
		if (!found && !duty)
			break;
		if (duty && (!found || duty_due < o.due)) { /* of one instant: the acts of the law first, then what is counted */
			if (!duty_record(e, db, a, now, &records, err))
				return false;
			done += records;
			continue;
		}
		if (!one(e, db, a, &o, err))
			return false;
		done++;
	}
	*ret_done = done;
	return true;
}

bool matter_timers_overdue(struct engine *e, struct db *db, struct arena *a, int64_t now, int64_t *ret_count,
			   struct err *err)
{
	const struct db_in in[] = { db_i64(now) };
	const struct db_out out[] = { db_to_i64(ret_count) };

	int64_t due;
	bool duty;

	if (!db_one(db, a, &st_count, DB_IN(in), DB_OUT(out), err) || !duty_overdue(e, db, a, now, &due, &duty, err))
		return false;
	*ret_count += duty;
	return duty || now < engine_duty_next(e) || duty_next_read(e, db, a, err);
}
