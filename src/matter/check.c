/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Computed fields and checks: every check runs, none hides another (language.md 4). */
#include "base/day.h"
#include "base/log.h"
#include "matter/sight.h"
#include "matter/world.h"

#define SAY_MAX 2000     /* bytes of one sentence: longer ones would not be read */
#define SLOW_MS 20       /* decision 11: a check that takes longer holds everybody up and is named in the log */
#define COMPUTE_ROUNDS 4 /* computed fields may build on each other, written in any order */

/* The scenario runner asks which nodes a scenario touched; it runs alone. */
void touch(const struct law *l, struct node *n)
{
	if (l->trace && n)
		n->touched = true;
}

bool step_compute(struct step *s, struct err *err)
{
	bool changed = true;
	struct val v;

	for (int round = 0; changed && round < COMPUTE_ROUNDS; round++) {
		changed = false;
		for (size_t i = 0; i < s->kind->n_field; i++) {
			const struct field *f = &s->kind->field[i];

			if (!f->has_is || !node_on(f->node))
				continue;
			touch(s->kind->law, f->node);
			if (!choose_eval(&f->is, &s->ev, &v, NULL, err))
				return false;
			v = val_fit(s->t->a, &f->type, v);
			changed = changed || !val_equal(v, s->new->field[i]);
			s->new->field[i] = v;
		}
	}
	return true;
}

static const struct passed *reason_for(const struct act *act, const struct check *c)
{
	for (size_t i = 0; i < act->n_passed; i++) {
		if (str_blank(act->passed[i].reason))
			continue;
		if (str_eq(act->passed[i].check, c->node->path))
			return &act->passed[i];
		for (size_t k = 0; k < c->node->cite.n; k++)
			if (str_eq(act->passed[i].check, c->node->cite.id[k]))
				return &act->passed[i];
	}
	return NULL;
}

/* 尚未填写：A、B, then the sentence of the rule. */
static struct str missing_text(struct step *s, const struct why *why, const struct check *c)
{
	struct buf b;

	buf_init(&b, s->t->a, SAY_MAX);
	buf_adds(&b, "尚未填写：");
	for (size_t i = 0; i < why->n_missing; i++) {
		if (i)
			buf_adds(&b, "、");
		buf_add(&b, why->missing[i]->name);
	}
	if (!why->n_missing)
		buf_add(&b, c->node->name.n ? c->node->name : STR("核对所需的内容"));
	return buf_str(&b);
}

static bool sentence(struct step *s, const struct check *c, const struct why *why, bool unknown, struct str *ret,
		     struct err *err)
{
	struct buf b;

	if (unknown) {
		*ret = missing_text(s, why, c);
		return true;
	}
	buf_init(&b, s->t->a, SAY_MAX);
	if (c->say && !say_print(&b, c->say, &s->ev, why->failing, err))
		return false;
	*ret = buf_str(&b);
	if (!c->say)
		*ret = c->node->name.n ? c->node->name : why->text;
	return true;
}

/* The facts print every value that the check saw: not to someone from whom one of them is hidden. */
struct told {
	struct step *s;
	struct err *err;
	bool hidden, failed;
};

static void told_field(void *ctx, const struct field *f)
{
	struct told *t = ctx;
	enum sight sight;

	if (t->failed || t->hidden)
		return;
	if (!field_sight(t->s->t, f, &t->s->ev, &t->s->act->who, &sight, t->err))
		t->failed = true;
	else
		t->hidden = sight != SIGHT_FULL;
}

static bool facts(struct step *s, const struct expr *e, const struct why *why, struct str *ret, struct err *err)
{
	struct told t = { .s = s, .err = err };

	expr_reads(e, told_field, &t);
	if (!t.failed && !t.hidden)
		*ret = why->text;
	return !t.failed;
}

static bool refuse_check(struct step *s, const struct check *c, const struct expr *e, bool unknown, bool early,
			 struct err *err)
{
	struct refusal x = { .sort = c->must ? REFUSED_CHECK : REFUSED_SHOULD, .node = c->node, .way = c->way,
			     .missing = unknown, .early = early, .can_pass = !c->must };
	const struct passed *pass = c->must ? NULL : reason_for(s->act, c);
	struct passed used;
	struct why why = { 0 };

	if (pass) {
		used = (struct passed){ c->node->path, pass->reason };
		PUSH(s->t->a, s->passed, s->n_passed, s->cap_passed, used);
		return true;
	}
	if (!expr_why(e, &s->ev, &why, err) || !sentence(s, c, &why, unknown, &x.say, err)
	    || !facts(s, e, &why, &x.facts, err))
		return false;
	if (unknown && !x.way.n && why.n_missing)
		x.way = why.missing[0]->id;
	refuse(&s->no, x);
	return true;
}

/* A page that has no form yet leaves out the checks that read its fields, or what `set` makes of them. When only the
 * condition reads them and holds already, the reason is told early: the form may still change it. */
struct reads {
	const struct action *ac;
	bool form, set;
};

static void reads_field(void *ctx, const struct field *f)
{
	struct reads *r = ctx;

	for (size_t i = 0; i < r->ac->n_form; i++)
		r->form = r->form || r->ac->form[i].field == f;
	for (size_t i = 0; !r->set && i < r->ac->n_set; i++) {
		struct reads x = { .ac = r->ac, .set = true };

		if (!str_eq(r->ac->set[i].field, f->id))
			continue;
		expr_reads(r->ac->set[i].expr, reads_field, &x);
		r->form = r->form || x.form;
	}
}

static bool waits_for_form(const struct step *s, const struct expr *e)
{
	struct reads r = { .ac = s->ac };

	if (!s->t->dry || s->act->form.n || !s->ac->n_form)
		return false;
	expr_reads(e, reads_field, &r);
	return r.form;
}

/* Nor does such a page compare with like cases: its form does. */
static bool compares_later(const struct step *s, const struct check *c, const struct expr *e)
{
	return s->t->dry && !s->act->form.n && s->ac->n_form && ((c->when && expr_compares(c->when)) || expr_compares(e));
}

static bool check_now(struct step *s, const struct check *c, struct err *err)
{
	const struct expr *e = c->must ? c->must : c->should;
	enum truth when = TRUTH_TRUE, truth;
	const bool early = c->when && waits_for_form(s, c->when);

	if (!node_on(c->node) || waits_for_form(s, e) || compares_later(s, c, e))
		return true;
	touch(s->kind->law, c->node);
	if (c->when && !expr_truth(c->when, &s->ev, &when, err))
		return false;
	if (when == TRUTH_FALSE || (when == TRUTH_UNKNOWN && early))
		return true;
	if (when == TRUTH_UNKNOWN)
		return refuse_check(s, c, c->when, true, false, err);
	if (!expr_truth(e, &s->ev, &truth, err))
		return false;
	return truth == TRUTH_TRUE || refuse_check(s, c, e, truth == TRUTH_UNKNOWN, early, err);
}

static void log_slow(const struct check *c, int64_t ms)
{
	const struct str none = STR("-"), cite = c->node->cite.n ? c->node->cite.id[0] : none;

	log_line(LOG_WARNING, "check %.*s (%.*s): %lld ms", STR_FMT(c->node->path), STR_FMT(cite),
		 (long long)ms);
}

/* A broken statement leaves its savepoint unusable, so the whole act goes back to its beginning. */
static bool refuse_late(struct step *s, const struct check *c, bool broken, struct err *err)
{
	struct refusal x = { .sort = REFUSED_CHECK, .node = c->node, .say = STR("未能在时限内核对"),
			     .facts = STR("没有改动任何内容，可以稍后再办；再次出现时请告知系统管理员") };
	struct refusal *kept;

	if (!broken || s->t->dry) {
		refuse(&s->no, x);
		return true;
	}
	kept = arena_one(s->t->a, struct refusal);
	*kept = x;
	s->t->untimely = kept;
	return err_set(err, ERR_REFUSED, "未能在时限内核对");
}

bool check_one(struct step *s, const struct check *c, struct err *err)
{
	const int64_t from = time_monotonic(), most = engine_check_ms(s->t->e); /* past it nothing is done: what could not be asked never passes */
	struct err why = { 0 };
	int64_t ms;
	bool ok;

	s->t->deadline = from + most;
	db_limit(s->t->db, most);
	ok = check_now(s, c, &why);
	db_limit(s->t->db, 0);
	s->t->deadline = 0;
	ms = time_monotonic() - from;
	if (ms > SLOW_MS || why.code == ERR_TIMEOUT)
		log_slow(c, ms);
	if (!ok && why.code != ERR_TIMEOUT) {
		*err = why;
		return false;
	}
	return (ok && ms <= most) || refuse_late(s, c, !ok, err);
}

bool step_checks(struct step *s, struct err *err)
{
	if (s->import)
		return true;
	for (size_t i = 0; i < s->ac->n_check; i++)
		if (!check_one(s, &s->ac->check[i], err))
			return false;
	for (size_t i = 0; s->moves && s->to && i < s->to->n_check; i++)
		if (!check_one(s, &s->to->check[i], err))
			return false;
	return true;
}
