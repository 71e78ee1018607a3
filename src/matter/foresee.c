/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What an act would bring about, for the paper beside a form and the 核对 page. All in memory: the step runs dry, and
 * its clocks are reckoned without being saved. */
#include "matter/sight.h"
#include "matter/store.h"

struct foreseeing {
	struct turn t;
	struct step s;
	struct clocks before;
	struct foreseen *v;
	bool hidden;
	struct err *err;
	bool failed;
};

/* ---- papers ---- */

static void read_field(void *ctx, const struct field *f)
{
	struct foreseeing *x = ctx;
	enum sight sight;

	if (x->hidden || x->failed)
		return;
	if (!field_sight(&x->t, f, &x->s.ev, &x->s.act->who, &sight, x->err))
		x->failed = true;
	else
		x->hidden = sight != SIGHT_FULL;
}

/* What a page would hide from this person, its paper hides too, before it is made as afterwards. */
static bool paper(struct foreseeing *x, const struct paper *p, struct foreseen_paper *ret, struct err *err)
{
	struct template_result r = { 0 };
	struct str digest;
	const struct template *t = engine_template(x->t.e, x->s.kind->law, p, &digest);

	*ret = (struct foreseen_paper){ .def = p };
	if (!t)
		return true;
	x->hidden = x->failed = false;
	x->err = err;
	template_reads(t, read_field, x);
	if (x->failed)
		return false;
	ret->hidden = x->hidden;
	if (ret->hidden)
		return true;
	if (!template_preview(t, &x->s.ev, &r, err))
		return false;
	ret->blocks = r.blocks;
	return true;
}

static bool papers(struct foreseeing *x, struct err *err)
{
	const struct action *ac = x->s.ac;
	struct foreseen_paper *v = arena_many(x->t.a, ac->n_makes + ac->n_shows, struct foreseen_paper);
	size_t n = 0;

	for (size_t i = 0; i < ac->n_makes; i++) {
		if (!node_on(ac->makes[i]->node))
			continue;
		if (!paper(x, ac->makes[i], &v[n], err))
			return false;
		v[n].number = n ? (struct str){ 0 } : paper_number(&x->s);
		n++;
	}
	x->v->n_made = n;
	for (size_t i = 0; i < ac->n_shows; i++)
		if (node_on(ac->shows[i]->node) && !paper(x, ac->shows[i], &v[n++], err))
			return false;
	x->v->paper = v;
	x->v->n_paper = n;
	return true;
}

/* ---- numbers ---- */

static void numbers(struct foreseeing *x)
{
	const struct kind *k = x->s.kind;
	struct foreseen_number *v = arena_many(x->t.a, k->n_number, struct foreseen_number);
	size_t n = 0;

	for (size_t i = 0; i < k->n_number; i++) {
		const struct str *old = x->s.old ? &x->s.old->number[i] : NULL;

		if (!node_on(k->number[i].node) || !str_eq(k->number[i].at, x->s.ac->id) || !x->s.new->number[i].n)
			continue;
		if (i == 0 && old && old->n)
			continue;
		v[n++] = (struct foreseen_number){ &k->number[i], x->s.new->number[i] };
	}
	x->v->number = v;
	x->v->n_number = n;
}

/* ---- clocks ---- */

static const struct run *run_before(const struct foreseeing *x, const struct run *r)
{
	for (size_t i = 0; i < x->before.n; i++)
		if (x->before.v[i].run == r->run && str_eq(x->before.v[i].clock, r->clock))
			return &x->before.v[i];
	return NULL;
}

static bool goes(enum clock_state s)
{
	return s == CLOCK_RUNNING || s == CLOCK_PAUSED;
}

static bool clocks(struct foreseeing *x, struct err *err)
{
	struct clock_view *start, *stop, *pause, *resume;

	if (x->s.old && !clocks_load(&x->t, x->s.new, &x->before, err))
		return false;
	if (!step_clocks(&x->s, err))
		return false;
	start = arena_many(x->t.a, x->s.clocks->n, struct clock_view);
	stop = arena_many(x->t.a, x->s.clocks->n, struct clock_view);
	pause = arena_many(x->t.a, x->s.clocks->n, struct clock_view);
	resume = arena_many(x->t.a, x->s.clocks->n, struct clock_view);
	for (size_t i = 0; i < x->s.clocks->n; i++) {
		const struct run *r = &x->s.clocks->v[i], *was = r->fresh ? NULL : run_before(x, r);
		struct clock_view *to = NULL;

		if (r->fresh && goes(r->state))
			to = &start[x->v->n_start++];
		else if (was && goes(was->state) && !goes(r->state))
			to = &stop[x->v->n_stop++];
		else if (was && was->state == CLOCK_RUNNING && r->state == CLOCK_PAUSED)
			to = &pause[x->v->n_pause++];
		else if (was && was->state == CLOCK_PAUSED && r->state == CLOCK_RUNNING)
			to = &resume[x->v->n_resume++];
		if (to)
			run_view(&x->t, x->s.kind, r, to);
	}
	x->v->start = start;
	x->v->stop = stop;
	x->v->pause = pause;
	x->v->resume = resume;
	return true;
}

/* ---- people ---- */

static bool add_names(struct foreseeing *x, const struct whos *who, struct buf *b, struct err *err)
{
	struct val_list to;
	struct str name;

	if (!whos_persons(&x->t, who, &x->s.ev, &to, err))
		return false;
	for (size_t i = 0; i < to.n && i < 8; i++) {
		if (!turn_name(&x->t, to.v[i].i, &name, err))
			return false;
		if (str_find(buf_str(b), name, 0) != SIZE_MAX)
			continue;
		buf_adds(b, b->n ? "、" : "");
		buf_add(b, name);
	}
	return true;
}

/* Who is told by the act itself; what its effects tell elsewhere is theirs. */
static bool told(struct foreseeing *x, struct err *err)
{
	struct buf b;

	buf_init(&b, x->t.a, 2000);
	for (size_t i = 0; i < x->s.ac->n_then; i++) {
		const struct effect *e = &x->s.ac->then[i];
		enum truth yes = TRUTH_TRUE;

		if (e->sort != EFFECT_TELL || e->list || !node_on(e->node))
			continue;
		if (e->when && !expr_truth(e->when, &x->s.ev, &yes, err))
			return false;
		if (yes == TRUTH_TRUE && !add_names(x, &e->tell, &b, err))
			return false;
	}
	x->v->told = buf_ok(&b) ? buf_str(&b) : (struct str){ 0 };
	return true;
}

static bool all(struct foreseeing *x, struct err *err)
{
	x->v->to = x->s.to;
	x->v->moves = x->s.moves;
	numbers(x);
	return (!x->s.completes || papers(x, err)) && clocks(x, err)
	    && (x->s.new->state->end || holder_names(&x->t, x->s.new, &x->s.ev, &x->v->holder, err)) && told(x, err);
}

/* ---- what a form proposes ---- */

struct offering {
	struct turn *t;
	struct eval ev;
	const struct actor *who;
	struct err *err;
	bool hidden, failed;
};

static void offered_field(void *ctx, const struct field *f)
{
	struct offering *x = ctx;
	enum sight sight = SIGHT_NONE;

	if (!x->failed && !field_sight(x->t, f, &x->ev, x->who, &sight, x->err))
		x->failed = true;
	x->hidden = x->hidden || sight != SIGHT_FULL;
}

static bool one_offer(struct offering *x, const struct field *f, const struct expr *is, struct val *ret)
{
	x->hidden = false;
	expr_reads(is, offered_field, x);
	*ret = VAL_NULL;
	if (x->failed || x->hidden)
		return !x->failed;
	if (!expr_eval(is, &x->ev, ret, x->err))
		return false;
	*ret = val_fit(x->t->a, &f->type, *ret);
	return true;
}

bool matter_offers(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter,
		   struct str action, struct form *ret, struct err *err)
{
	struct offering x = { .t = turn_to_read(e, db, a), .who = who, .err = err };
	const struct action *ac;
	struct form_entry *v;
	struct snap *m;
	bool sees = false;

	*ret = (struct form){ 0 };
	if (!turn_load(x.t, matter, &m, err) || (m && !may_see(x.t, m, who, &sees, err)))
		return false;
	if (!sees)
		return err_set(err, ERR_NOT_FOUND, "没有找到这件办件");
	ac = kind_action(m->kind, action);
	x.ev = turn_eval(x.t, m, NULL, who);
	v = arena_many(a, ac ? ac->n_offer : 0, struct form_entry);
	ret->v = v;
	for (size_t i = 0; ac && i < ac->n_offer; i++) {
		const struct field *f = kind_field(m->kind, ac->offer[i].field);

		if (!one_offer(&x, f, ac->offer[i].expr, &v[ret->n].v))
			return false;
		v[ret->n].field = f->id;
		ret->n += !val_is_null(v[ret->n].v);
	}
	return true;
}

/* ---- what a reference may be chosen from ---- */

struct pooling {
	struct offering of;
	struct pooled *v;
	size_t n;
	bool more;
};

static bool is_pooled(const struct pooling *x, int64_t id)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].id == id)
			return true;
	return false;
}

static struct str first_number(const struct snap *m)
{
	for (size_t i = 0; i < m->kind->n_number; i++)
		if (m->number[i].n)
			return m->number[i];
	return (struct str){ 0 };
}

static bool add_pooled(struct pooling *x, int64_t id, struct err *err)
{
	struct turn *t = x->of.t;
	bool sees = false;
	struct snap *m;

	if (is_pooled(x, id))
		return true;
	x->more = x->n == POOL_MOST;
	if (x->more)
		return true;
	if (!turn_load(t, id, &m, err) || (m && !may_see(t, m, x->of.who, &sees, err)))
		return false;
	if (sees)
		x->v[x->n++] = (struct pooled){ id, m->code, snap_title(t->a, m), first_number(m) };
	return true;
}

static bool add_pool(struct pooling *x, const struct expr *is, struct err *err)
{
	struct val list;

	x->of.hidden = false;
	expr_reads(is, offered_field, &x->of);
	if (x->of.failed || x->of.hidden)
		return !x->of.failed;
	if (!expr_eval(is, &x->of.ev, &list, err))
		return false;
	for (size_t i = 0; type_is_list(list.t) && i < list.list->n && !x->more; i++)
		if (!add_pooled(x, list.list->v[i].i, err))
			return false;
	return true;
}

/* Of a matter that is not there yet: as its opening would begin. */
static bool pool_frame(struct pooling *x, const struct kind *k, int64_t matter, struct step *s, struct err *err)
{
	const struct act act = { .who = *x->of.who, .kind = k->id, .action = STR("open"), .version = -1 };
	bool sees = false;
	struct snap *m;

	if (!matter) {
		if (!try_in_turn(x->of.t, &act, s, err))
			return false;
		x->of.ev = s->ev;
		return true;
	}
	if (!turn_load(x->of.t, matter, &m, err) || (m && !may_see(x->of.t, m, x->of.who, &sees, err)))
		return false;
	if (!sees)
		return err_set(err, ERR_NOT_FOUND, "没有找到这件办件");
	x->of.ev = turn_eval(x->of.t, m, NULL, x->of.who);
	return true;
}

bool matter_pool(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct kind *k, int64_t matter,
		 const struct field *f, const struct pooled **ret, size_t *ret_n, bool *ret_more, struct err *err)
{
	struct pooling x = { .of = { .t = turn_to_read(e, db, a), .who = who, .err = err }, .v = arena_many(a, POOL_MOST, struct pooled) };
	struct step *s = arena_one(a, struct step);

	if (!pool_frame(&x, k, matter, s, err))
		return false;
	for (size_t i = 0; i < f->n_pool && !x.more; i++)
		if (!add_pool(&x, f->pool[i], err))
			return false;
	*ret = x.v;
	*ret_n = x.n;
	*ret_more = x.more;
	return true;
}

bool matter_foresee(struct engine *e, struct db *db, struct arena *a, const struct act *act, struct foreseen *ret,
		    struct err *err)
{
	struct foreseeing x = { .v = ret };

	*ret = (struct foreseen){ .can = false };
	turn_init(&x.t, e, db, a, act->received ? act->received : engine_now(e));
	return ahead_in_turn(&x.t, act, &x.s, &ret->can, err) && (!ret->can || all(&x, err));
}
