/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/given.h"

#include "base/uuid.h"
#include "matter/inner.h"
#include "matter/store.h"

const struct action *given_form(struct arena *a, const struct kind *k)
{
	struct form_field *ff = arena_many(a, k->n_field, struct form_field);
	struct action *ac = arena_one(a, struct action);
	const struct action *open = kind_action(k, STR("open"));

	for (size_t i = 0; i < k->n_field; i++)
		ff[i] = (struct form_field){ &k->field[i], false, false };
	*ac = (struct action){ .id = STR("open"), .name = STR("登记"), .node = open ? open->node : k->node, .form = ff,
			       .n_form = k->n_field };
	return ac;
}

static bool unknown(struct err *err, const char *what, struct str id)
{
	return err_set(err, ERR_LAW, "定义中没有%s“%.*s”", what, STR_FMT(id));
}

static bool new_snap(struct turn *t, const struct given *g, struct snap **ret, struct err *err)
{
	struct snap *m = arena_one(t->a, struct snap);
	const struct law *law;

	*m = (struct snap){ .code = uuid_new(t->a, t->now), .organ = g->organ, .parent = g->parent,
			    .opener = g->opener, .opened = t->now };
	if (!engine_law_of_organ(t->e, t->db, t->a, g->organ, &law, &m->def, err))
		return false;
	m->kind = law_kind(law, g->kind);
	if (!m->kind)
		return unknown(err, "办件种类", g->kind);
	m->state = g->state.n ? kind_state(m->kind, g->state) : &m->kind->state[0];
	if (!m->state)
		return unknown(err, "状态", g->state);
	m->ended = m->state->end ? t->now : 0;
	if (m->kind->code.node)
		m->query_code = query_code_new(t->a);
	*ret = m;
	return snap_get(t->a, STR("{}"), m, err);
}

static bool put_numbers(struct snap *m, const struct given *g, struct err *err)
{
	for (size_t i = 0; i < g->n_number; i++) {
		const struct number *n = kind_number(m->kind, g->number[i].field);

		if (!n)
			return unknown(err, "编号", g->number[i].field);
		m->number[n->index] = g->number[i].v.s;
	}
	return true;
}

/* Computed fields come last, those that were given stand as given. */
static bool put_fields(struct step *s, struct err *err)
{
	if (!step_form(s, err) || s->no.n || !step_compute(s, err))
		return s->no.n > 0;
	for (size_t i = 0; i < s->act->form.n; i++) {
		const struct field *f = kind_field(s->kind, s->act->form.v[i].field);

		if (f && f->has_is)
			s->new->field[f->index] = val_fit(s->t->a, &f->type, s->act->form.v[i].v);
	}
	return true;
}

static bool write_all(struct step *s, struct err *err)
{
	s->new->version++;
	return store_snap(s, 0, 0, err) && store_event(s, err) && store_keys(s->t, s->old, s->new, err)
	       && store_links(s, err) && store_projections(s->t, s->new, err) && store_people(s, 0, err);
}

/* import: what is missing may be missing. */
static struct step step_of(struct turn *t, const struct act *act, const struct action *ac, struct snap *old,
			   struct snap *new)
{
	struct step s = { .t = t, .act = act, .kind = new->kind, .ac = ac, .old = old, .new = new, .to = new->state,
			  .no = { .a = t->a }, .role = STR("given"), .completes = true, .import = true,
			  .organ = new->organ };

	s.ev = turn_eval(t, new, old, &act->who);
	return s;
}

static void answer(const struct step *s, struct act_result *ret)
{
	*ret = (struct act_result){ .matter = s->new->id, .event = s->event, .version = s->new->version,
				    .code = s->new->code, .refused = s->no.v, .n_refused = s->no.n };
}

static bool put_done(struct turn *t, const struct given_done *d, struct snap **m, struct err *err)
{
	const struct act act = { .who = d->who, .matter = (*m)->id, .action = d->action };
	const struct action *ac = kind_action((*m)->kind, d->action);
	struct step s;

	if (!ac)
		return unknown(err, "动作", d->action);
	s = step_of(t, &act, ac, *m, snap_dup(t->a, *m));
	s.import = false; /* its holders stand as its state says */
	*m = s.new;
	return write_all(&s, err);
}

bool matter_given(struct engine *e, struct db *db, struct arena *a, const struct given *g, struct act_result *ret,
		  struct err *err)
{
	const struct act act = { .who = { .sort = ACTOR_SYSTEM, .organ = g->organ }, .kind = g->kind,
				 .action = STR("open"), .form = g->form };
	struct turn t;
	struct snap *m = NULL;
	struct step s;

	turn_init(&t, e, db, a, engine_now(e));
	if (!new_snap(&t, g, &m, err) || !put_numbers(m, g, err))
		return false;
	s = step_of(&t, &act, given_form(a, m->kind), NULL, m);
	s.moves = true;
	if (!put_fields(&s, err))
		return false;
	if (!s.no.n) {
		s.import = false;
		if (!write_all(&s, err))
			return false;
		for (size_t i = 0; i < g->n_done; i++)
			if (!put_done(&t, &g->done[i], &m, err))
				return false;
	}
	answer(&s, ret);
	return true;
}

bool matter_given_fields(struct engine *e, struct db *db, struct arena *a, int64_t matter, const struct form *form,
			 struct act_result *ret, struct err *err)
{
	const struct act act = { .who = { .sort = ACTOR_SYSTEM }, .matter = matter, .action = STR("open"), .form = *form };
	struct turn t;
	struct snap *m;
	struct step s;

	turn_init(&t, e, db, a, engine_now(e));
	if (!turn_load(&t, matter, &m, err))
		return false;
	if (!m)
		return err_set(err, ERR_NOT_FOUND, "没有找到这件办件");
	s = step_of(&t, &act, given_form(a, m->kind), m, snap_dup(a, m));
	if (!put_fields(&s, err))
		return false;
	s.import = false;
	if (!s.no.n && !write_all(&s, err))
		return false;
	answer(&s, ret);
	return true;
}
