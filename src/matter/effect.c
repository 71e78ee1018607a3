/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What an act brings about: its `then`, depth first in order of writing, and the reactions of other kinds
 * (language.md 5). Effects are done by the law; a target that refuses refuses the whole act. */
#include "matter/inner.h"
#include "matter/store.h"

/* Where an effect stands: the matter that acted, and for reactions `it`. */
struct cause {
	struct step *s;
	struct eval ev;
	const struct effect *e;
	struct str cite_name;
};

static struct str target_name(struct turn *t, const struct step *sub, const struct act *act)
{
	const struct snap *m = sub->old ? sub->old : NULL;

	if (!m)
		return sub->kind ? sub->kind->name : act->kind;
	return m->kind->n_number && m->number[0].n ? m->number[0]
		: str_fmt(t->a, "%.*s %.*s", STR_FMT(m->kind->name), STR_FMT(snap_title(t->a, m)));
}

static void refuse_by_target(struct cause *c, const struct step *sub, const struct act *act)
{
	struct turn *t = c->s->t;
	struct str name = target_name(t, sub, act);

	for (size_t i = 0; i < sub->no.n; i++) {
		struct refusal x = sub->no.v[i];

		x.sort = REFUSED_TARGET;
		x.can_pass = false;
		if (!x.target.n)
			x.target = name;
		refuse(&c->s->no, x);
	}
}

static bool skips(const struct cause *c, const struct step *sub)
{
	return c->e->skip && sub->no.n && sub->no.v[0].sort == REFUSED_STATE;
}

static bool form_of(struct cause *c, struct form *ret, struct err *err)
{
	const struct effect *e = c->e;
	struct form_entry *v = arena_many(c->s->t->a, e->n_with, struct form_entry);

	for (size_t i = 0; i < e->n_with; i++) {
		v[i].field = e->with[i].field;
		if (!expr_eval(e->with[i].expr, &c->ev, &v[i].v, err))
			return false;
	}
	*ret = (struct form){ v, e->n_with };
	return true;
}

/* The law acts with the time of the act that brought it; tables of what was done show both. */
static bool act_by_law(struct cause *c, const struct act *act, int64_t organ, struct err *err)
{
	struct step sub;

	if (!act_inner(c->s->t, act, c->s, organ, &sub, err))
		return false;
	if (sub.no.n && !skips(c, &sub))
		refuse_by_target(c, &sub, act);
	return true;
}

static int64_t acting(const struct cause *c)
{
	return c->s->new->id;
}

static bool do_open(struct cause *c, struct err *err)
{
	struct act act = { .who = { .sort = ACTOR_SYSTEM }, .kind = c->e->kind, .action = STR("open"), .version = -1,
			   .parent = acting(c) };
	int64_t organ = c->s->new->organ;
	struct val v;

	if (c->e->organ) {
		if (!expr_eval(c->e->organ, &c->ev, &v, err))
			return false;
		organ = v.t == T_ORGAN ? v.i : 0;
		if (!organ) {
			refuse(&c->s->no, (struct refusal){ .sort = REFUSED_TARGET, .node = c->e->node, .missing = true,
							    .target = c->e->target ? c->e->target->name : c->e->kind,
							    .say = STR("应当由其办理的单位尚未登记") });
			return true;
		}
	}
	return form_of(c, &act.form, err) && act_by_law(c, &act, organ, err);
}

static bool do_at_one(struct cause *c, int64_t matter, struct err *err)
{
	struct act act = { .who = { .sort = ACTOR_SYSTEM }, .matter = matter, .action = c->e->action, .version = -1 };

	return form_of(c, &act.form, err) && act_by_law(c, &act, 0, err);
}

static bool do_at(struct cause *c, struct val at, struct err *err)
{
	if (type_is_list(at.t)) {
		if (at.list->n > EACH_MAX)
			return err_set(err, ERR_REFUSED, "一次办理涉及的办件超过5000件");
		for (size_t i = 0; i < at.list->n && !c->s->no.n; i++)
			if (!do_at(c, at.list->v[i], err))
				return false;
		return true;
	}
	return (at.t != T_REF && at.t != T_USER && at.t != T_ORGAN) || do_at_one(c, at.i, err);
}

static bool do_tell(struct cause *c, struct err *err)
{
	struct buf b;

	buf_init(&b, c->s->t->a, 2000);
	if (c->e->say && !say_print(&b, c->e->say, &c->ev, NULL, err))
		return false;
	return tell(c->s, &c->e->tell, &c->ev, buf_str(&b), err);
}

/* Conditions see the loop's element; those of reactions were asked already. */
static bool run_one(struct cause *c, bool asked, struct err *err)
{
	enum truth truth = TRUTH_TRUE;
	struct val at;

	if (!asked && c->e->when && !expr_truth(c->e->when, &c->ev, &truth, err))
		return false;
	if (truth != TRUTH_TRUE)
		return true;
	touch(c->s->kind->law, c->e->node);
	switch (c->e->sort) {
	case EFFECT_OPEN:
		return do_open(c, err);
	case EFFECT_DO:
		return expr_eval(c->e->at, &c->ev, &at, err) && do_at(c, at, err);
	default:
		return do_tell(c, err);
	}
}

static bool run(struct cause *c, bool asked, struct err *err)
{
	struct val list, var;

	if (!node_on(c->e->node))
		return true;
	if (!c->e->list)
		return run_one(c, asked, err);
	if (!expr_eval(c->e->list, &c->ev, &list, err))
		return false;
	if (!type_is_list(list.t))
		return true;
	if (list.list->n > EACH_MAX)
		return err_set(err, ERR_REFUSED, "一次办理涉及的办件超过5000件");
	for (size_t i = 0; i < list.list->n && !c->s->no.n; i++) {
		var = list.list->v[i];
		c->ev.var = &var;
		if (!run_one(c, asked, err))
			return false;
	}
	return true;
}

/* The evaluation of what comes after: the matter as it stands now, which earlier effects may have changed. */
static bool after_eval(struct step *s, struct eval *ev, struct err *err)
{
	struct snap *now;

	if (!turn_load(s->t, s->new->id, &now, err))
		return false;
	*ev = s->ev;
	ev->self = now;
	ev->part = NULL;
	return true;
}

bool step_effects(struct step *s, struct err *err)
{
	for (size_t i = 0; i < s->ac->n_then && !s->no.n; i++) {
		struct cause c = { .s = s, .e = &s->ac->then[i] };

		if (!after_eval(s, &c.ev, err) || !run(&c, false, err))
			return false;
	}
	return true;
}

bool step_follow(struct step *s, const struct effect *e, const struct val *var, struct err *err)
{
	struct cause c = { .s = s, .e = e };

	if (!after_eval(s, &c.ev, err))
		return false;
	c.ev.var = var;
	return run(&c, false, err);
}

static bool listens(const struct reaction *r, const struct step *s)
{
	for (size_t i = 0; i < r->n_after; i++)
		if (str_eq(r->after[i].kind, s->kind->id)
		    && (!r->after[i].action.n || str_eq(r->after[i].action, s->ac->id)))
			return true;
	return false;
}

static bool react(struct step *s, const struct reaction *r, struct err *err)
{
	struct cause c = { .s = s, .e = &r->effect };
	enum truth truth = TRUTH_TRUE;

	if (!node_on(r->node) || !listens(r, s))
		return true;
	if (!after_eval(s, &c.ev, err))
		return false;
	c.ev.it = c.ev.self;
	if (!r->effect.list && r->when && !expr_truth(r->when, &c.ev, &truth, err))
		return false;
	if (truth != TRUTH_TRUE)
		return true;
	touch(s->kind->law, r->node);
	return run(&c, !r->effect.list, err);
}

/* By name of kind and id, of the law under which the organ works today. */
bool step_reactions(struct step *s, struct err *err)
{
	const struct reaction_at *r;
	const struct law *law;
	int64_t def;
	size_t n;

	if (!turn_law(s->t, s->new->organ, &law, &def, err))
		return false;
	n = engine_reactions(s->t->e, law, &r);
	for (size_t i = 0; i < n && !s->no.n; i++)
		if (!react(s, r[i].r, err))
			return false;
	return true;
}
