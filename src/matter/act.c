/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One act from the right to the messages (language.md 4, "Order"). Everything is asked and reckoned in memory
 * first; rows are written when nothing refuses. What an effect's target refuses afterwards undoes all of it:
 * the call from outside runs in a savepoint. */
#include "base/day.h"
#include "base/uuid.h"
#include "matter/duty.h"
#include "matter/inner.h"
#include "matter/reading.h"
#include "matter/store.h"
#include "matter/world.h"

/* ---- evaluation ---- */

static struct str name_of(void *ctx, struct arena *a, enum type_tag tag, int64_t id)
{
	struct turn *t = ctx;
	struct snap *s;
	struct err err;

	(void)tag;
	if (!turn_load(t, id, &s, &err) || !s)
		return (struct str){ 0 };
	return s->kind->n_number && s->number[0].n ? s->number[0] : snap_title(a, s);
}

struct eval turn_eval(struct turn *t, const struct snap *self, const struct snap *old, const struct actor *who)
{
	return (struct eval){ .a = t->a, .world = &world_of_turn, .w = t, .calendar = self->kind->law->calendar,
			      .self = self, .old = old, .actor = who->sort == ACTOR_PERSON ? who->person : 0,
			      .actor_organ = who->sort == ACTOR_PERSON ? who->organ : 0, .now = t->now,
			      .names = { name_of, t } };
}

/* ---- loading ---- */

static struct str empty_fields(void)
{
	return STR("{}");
}

static bool new_snap(struct step *s, const struct law *law, int64_t def, struct err *err)
{
	struct turn *t = s->t;
	struct snap *m = arena_one(t->a, struct snap);

	s->kind = law_kind(law, s->act->kind);
	if (!s->kind)
		return err_set(err, ERR_NOT_FOUND, "没有名为“%.*s”的事项类型", STR_FMT(s->act->kind));
	*m = (struct snap){ .id = NOT_STORED, .code = uuid_new(t->a, t->now), .kind = s->kind, .state = &s->kind->state[0],
			    .organ = s->organ, .parent = s->act->parent, .def = def, .opened = t->now,
			    .opener = s->act->who.sort == ACTOR_PERSON ? s->act->who.person : 0 };
	if (s->kind->code.node)
		m->query_code = query_code_new(t->a);
	s->new = m;
	return snap_get(t->a, empty_fields(), m, err);
}

static bool is_adopt(const struct act *act)
{
	return act->matter && act->who.sort == ACTOR_SYSTEM && str_eq(act->action, ADOPT);
}

static bool step_begin(struct step *s, struct err *err)
{
	const struct law *law;
	int64_t def;

	if (s->act->matter) {
		if (!turn_load(s->t, s->act->matter, &s->old, err))
			return false;
		if (!s->old)
			return err_set(err, ERR_NOT_FOUND, "没有找到这件办件");
		if (!is_adopt(s->act) && !adopt_in_turn(s->t, &s->old, err))
			return false;
		s->kind = s->old->kind;
		s->new = snap_dup(s->t->a, s->old);
		s->organ = s->old->organ;
	} else if (!turn_law(s->t, s->organ, &law, &def, err)
		   || !new_snap(s, law, def, err)) {
		return false;
	}
	s->ac = kind_action(s->kind, s->act->matter ? s->act->action : STR("open"));
	s->completes = true;
	s->import = s->act->who.sort == ACTOR_IMPORT && !s->act->matter && kind_state(s->kind, STR("historic"));
	s->ev = turn_eval(s->t, s->new, s->old, &s->act->who);
	s->ev.because_at = s->because_at;
	s->ev.because_actor = s->because_actor;
	return true;
}

/* ---- right and state ---- */

#define NAMES_MOST 3 /* of the holders of a role: more are a staff, of whom nobody need be named */

/* 机关负责人（李红、张三）: of a role those who hold it today, so that one knows whom to ask. Who is no person of the
 * installation is told the role alone. */
static bool put_holders(struct step *s, const struct who *w, struct buf *b, struct err *err)
{
	const struct whos one = { .v = w, .n = 1 };
	struct val_list list = { .n = 0 };
	struct str name;

	if (s->act->who.sort != ACTOR_PERSON || (w->sort != WHO_ROLE && w->sort != WHO_ORGAN_ROLE) || w->everywhere)
		return true;
	if (!whos_persons(s->t, &one, &s->ev, &list, err))
		return false;
	if (!list.n || list.n > NAMES_MOST)
		return true;
	for (size_t i = 0; i < list.n; i++) {
		if (!turn_name(s->t, list.v[i].i, &name, err))
			return false;
		buf_adds(b, i ? "、" : "（");
		buf_add(b, name);
	}
	buf_adds(b, "）");
	return true;
}

/* 陈晓、刘洋: the persons that a path leads to (case.officers). Nobody when this matter has no such link; who is no person
 * of the installation is told what they are called. */
static bool put_linked(struct step *s, const struct who *w, struct buf *b, struct err *err)
{
	const struct whos one = { .v = w, .n = 1 };
	struct val_list list = { .n = 0 };
	struct str name;

	if (!whos_persons(s->t, &one, &s->ev, &list, err))
		return false;
	if (list.n && s->act->who.sort != ACTOR_PERSON) {
		buf_adds(b, b->n ? "、" : "");
		who_put(b, s->kind->law, w);
		return true;
	}
	for (size_t i = 0; i < list.n && i < NAMES_MOST; i++) {
		if (!turn_name(s->t, list.v[i].i, &name, err))
			return false;
		buf_adds(b, b->n ? "、" : "");
		buf_add(b, name);
	}
	if (list.n > NAMES_MOST)
		buf_addf(b, "等%zu人", list.n);
	return true;
}

static bool put_may(struct step *s, const struct who *w, struct buf *b, struct err *err)
{
	const struct field *f = kind_field(s->kind, w->text);

	if (w->sort == WHO_PERSON && f) {
		buf_adds(b, b->n ? "、" : "");
		buf_add(b, f->name);
		return true;
	}
	if (w->sort == WHO_PERSON && w->expr)
		return put_linked(s, w, b, err);
	buf_adds(b, b->n ? "、" : "");
	who_put(b, s->kind->law, w);
	return put_holders(s, w, b, err);
}

static bool who_may(struct step *s, struct str *ret, struct err *err)
{
	const struct whos *by = &s->ac->by;
	struct buf b;

	buf_init(&b, s->t->a, 1000);
	for (size_t i = 0; i < by->n; i++)
		if (node_on(by->v[i].node) && (by->v[i].sort != WHO_SYSTEM || by->n == 1) && !put_may(s, &by->v[i], &b, err))
			return false;
	*ret = b.n ? buf_str(&b) : STR("与本件关联的人员");
	return true;
}

static void refuse_right(struct step *s, const struct node *node, struct str say)
{
	refuse(&s->no, (struct refusal){ .sort = REFUSED_RIGHT, .node = node, .say = say });
}

bool val_has_person(struct val v, int64_t person)
{
	if (type_is_list(v.t)) {
		for (size_t i = 0; i < v.list->n; i++)
			if (val_has_person(v.list->v[i], person))
				return true;
		return false;
	}
	return v.t == T_USER && v.i == person;
}

/* A person is apart also from what a deputy did in that person's stead. */
static bool step_apart(struct step *s, int64_t person, struct err *err)
{
	struct val v;

	for (size_t i = 0; i < s->ac->n_apart; i++) {
		if (!node_on(s->ac->apart_node[i]))
			continue;
		if (!expr_eval(s->ac->apart[i], &s->ev, &v, err))
			return false;
		touch(s->kind->law, s->ac->apart_node[i]);
		if (val_has_person(v, person) || acted_through(s->t, v)) {
			refuse_right(s, s->ac->apart_node[i],
				     s->stead ? str_fmt(s->t->a, "代办人或者被代办人参与了本件前面的办理，不得再办理“%.*s”",
							STR_FMT(s->ac->name))
					      : str_fmt(s->t->a, "参与了本件前面的办理，不得再办理“%.*s”", STR_FMT(s->ac->name)));
			return true;
		}
	}
	return true;
}

static bool step_person(struct step *s, int64_t person, struct err *err)
{
	bool out;

	if (!recused(s->t, s->new, person, &out, err))
		return false;
	if (out)
		refuse_right(s, s->ac->node, s->stead ? STR("代办人或者被代办人已决定回避，不得办理本件")
						      : STR("已决定回避，不得办理本件"));
	return out || step_apart(s, person, err);
}

/* Neither the deputy nor the person who is away may be kept out; what several do together each does in person. */
static bool step_stead(struct step *s, struct err *err)
{
	bool sees = true;

	if (s->ac->joint)
		refuse_right(s, s->ac->node, str_fmt(s->t->a, "“%.*s”须由本人办理，不能代办", STR_FMT(s->ac->name)));
	if (!s->no.n && s->old && !may_see(s->t, s->old, &s->act->who, &sees, err))
		return false;
	if (!sees)
		refuse_right(s, s->ac->node, STR("委托的角色看不到本件，不能代办"));
	return s->no.n || step_person(s, s->stead, err);
}

static bool is_together(const struct action *ac)
{
	return !str_is(ac->id, "correct") && !str_is(ac->id, "recuse") && !str_is(ac->id, "ask_recuse");
}

/* Who may excuse a missed duty stands with the duty, not with the record. */
static bool is_excuse(const struct step *s)
{
	return s->old && str_is(s->kind->id, "duty_record") && str_is(s->ac->id, "excuse") && s->act->who.sort == ACTOR_PERSON;
}

static bool step_right(struct step *s, struct err *err)
{
	const struct who *w;
	struct str may;

	if (s->act->who.sort == ACTOR_IMPORT) { /* whoever may import was asked at the door */
		s->role = STR("import");
		return true;
	}
	if (is_excuse(s)) {
		bool let;

		if (!duty_excuse_right(s, &let, err))
			return false;
		if (!let)
			refuse_right(s, s->ac->node, STR("这项职责没有规定由您说明免责理由"));
		s->role = STR("excuse");
		return true;
	}
	if (!whos_let_as(s->t, &s->ac->by, &s->ev, &s->act->who, &w, &s->stead, err))
		return false;
	if (!w && s->ac->builtin && is_together(s->ac) && !str_is(s->ac->id, "note") && !str_is(s->ac->id, "take_over")) { /* whoever sees it and is concerned */
		bool sees = false;

		if (s->act->who.sort == ACTOR_PERSON && !may_see(s->t, s->old, &s->act->who, &sees, err))
			return false;
		if (sees) {
			s->role = STR("reader");
			return true;
		}
	}
	if (!w) {
		if (!who_may(s, &may, err))
			return false;
		refuse_right(s, s->ac->node, str_fmt(s->t->a, "“%.*s”由%.*s办理", STR_FMT(s->ac->name), STR_FMT(may)));
		return true;
	}
	touch(s->kind->law, w->node);
	s->role = s->act->who.sort == ACTOR_SYSTEM ? STR("system") : w->text;
	if (s->stead && !step_stead(s, err))
		return false;
	return s->no.n || s->act->who.sort != ACTOR_PERSON || step_person(s, s->act->who.person, err);
}

static void refuse_state(struct step *s, struct str say)
{
	refuse(&s->no, (struct refusal){ .sort = REFUSED_STATE, .node = s->ac ? s->ac->node : NULL, .say = say });
}

static bool step_state(struct step *s)
{
	if (!s->act->matter || action_stands(s->ac, s->old->state))
		return true;
	refuse_state(s, str_fmt(s->t->a, "本件现为“%.*s”，此时不能办理“%.*s”", STR_FMT(s->old->state->name),
				STR_FMT(s->ac->name)));
	return false;
}

/* Someone who may not even see the matter is told that there is none. */
static bool hidden(struct step *s, bool *ret, struct err *err)
{
	bool sees = true;

	if (s->old && !may_see(s->t, s->old, &s->act->who, &sees, err))
		return false;
	*ret = !sees;
	return true;
}

/* ---- joint actions ---- */

static bool gave_part(const struct val_list *parts, int64_t person)
{
	for (size_t i = 0; i < parts->n; i++)
		if (parts->v[i].part->actor == person)
			return true;
	return false;
}

static bool step_joint(struct step *s, struct err *err)
{
	const struct val_list *parts;

	if (!s->ac->joint || !s->old)
		return true;
	if (!turn_parts(s->t, s->old, s->ac, &parts, &s->round, err))
		return false;
	if (s->act->who.sort == ACTOR_PERSON && gave_part(parts, s->act->who.person) && !s->ac->again)
		refuse_state(s, STR("已经办理过，正在等待其他人"));
	s->part = arena_one(s->t->a, struct val_part);
	*s->part = (struct val_part){ .actor = s->ev.actor, .at = s->t->now, .field = s->kind->field,
				      .cell = arena_many(s->t->a, s->kind->n_field, struct val),
				      .n = s->kind->n_field };
	for (size_t i = 0; i < s->kind->n_field; i++)
		((struct val *)s->part->cell)[i] = type_is_list(s->kind->field[i].type.tag)
			? val_list(s->t->a, s->kind->field[i].type.tag, NULL, 0) : VAL_NULL;
	s->ev.part = s->part;
	return true;
}

/* Whether this part makes the action whole; from here on parts() holds it. */
static bool step_need(struct step *s, struct err *err)
{
	enum truth truth = TRUTH_TRUE;

	if (!s->part)
		return true;
	s->t->pending = s->part;
	s->t->pending_action = s->ac;
	s->t->pending_matter = s->new->id;
	if (s->ac->need && !expr_truth(s->ac->need, &s->ev, &truth, err))
		return false;
	s->completes = truth == TRUTH_TRUE;
	return true;
}

/* ---- set and target ---- */

static bool step_set(struct step *s, struct err *err)
{
	struct val v;

	for (size_t i = 0; i < s->ac->n_set; i++) {
		const struct field *f = kind_field(s->kind, s->ac->set[i].field);

		if (!f || !node_on(f->node))
			continue;
		if (!expr_eval(s->ac->set[i].expr, &s->ev, &v, err))
			return false;
		s->new->field[f->index] = val_fit(s->t->a, &f->type, v);
	}
	return true;
}

static bool choose_target(struct step *s, struct err *err)
{
	struct val v;

	if (!choose_eval(&s->ac->to_choose, &s->ev, &v, NULL, err))
		return false;
	s->to = v.t == T_ENUM || type_is_text(v.t) ? kind_state(s->kind, v.s) : NULL;
	if (!s->to && (!s->t->dry || s->act->form.n || !s->ac->n_form))
		refuse(&s->no, (struct refusal){ .sort = REFUSED_CHECK, .missing = true, .node = s->ac->node,
						 .say = STR("尚未填写：决定去向所需的内容") });
	return true;
}

static bool step_target(struct step *s, struct err *err)
{
	s->to = s->new->state;
	s->moves = !s->old;
	if (!s->completes)
		return true;
	if (s->import) {
		s->to = kind_state(s->kind, STR("historic"));
		return true;
	}
	s->moves = s->moves || s->ac->to != TO_STAY;
	switch (s->ac->to) {
	case TO_STATE:
		s->to = s->ac->to_state;
		return true;
	case TO_CHOOSE:
		return choose_target(s, err);
	case TO_BACK:
		if (!turn_state_before(s->t, s->old, &s->to, err))
			return false;
		if (!s->to)
			refuse_state(s, STR("本件没有可以退回的前一状态"));
		return true;
	default:
		return true;
	}
}

/* ---- built-in actions ---- */

static const struct val *entry_of(const struct act *act, const char *field)
{
	for (size_t i = 0; i < act->form.n; i++)
		if (str_is(act->form.v[i].field, field))
			return &act->form.v[i].v;
	return NULL;
}

static void need_reason(struct step *s)
{
	if (str_blank(s->act->reason))
		refuse(&s->no, (struct refusal){ .sort = REFUSED_FORM, .field = STR("reason"), .missing = true,
						 .way = STR("reason"), .say = STR("尚未填写：理由") });
}

static void need_person(struct step *s)
{
	const struct val *v = entry_of(s->act, "person");

	if (v && v->t == T_USER)
		s->person = v->i;
	else
		refuse(&s->no, (struct refusal){ .sort = REFUSED_FORM, .field = STR("person"), .missing = true,
						 .way = STR("person"), .say = STR("尚未填写：回避的人员") });
}

static bool recheck(struct step *s, struct err *err)
{
	for (size_t i = 0; i < s->kind->correct.n_recheck; i++)
		if (!check_one(s, s->kind->correct.recheck[i], err))
			return false;
	return true;
}

/* The form of recuse and ask_recuse is a person and a reason; correct has fields; the others are in together.c. */
static bool step_fill(struct step *s, struct err *err)
{
	bool empty = s->t->dry && !s->act->form.n && !s->act->reason.n;

	if (!s->ac->builtin)
		return step_form(s, err) && points_ask(s, err);
	if (is_adopt(s->act)) /* nobody is asked anything */
		return true;
	if (is_together(s->ac))
		return together_ask(s, err);
	if (empty)
		return true;
	need_reason(s);
	if (str_is(s->ac->id, "correct"))
		return step_form(s, err);
	need_person(s);
	return true;
}

/* ---- papers ---- */

struct str paper_number(const struct step *s)
{
	for (size_t i = 0; i < s->kind->n_number; i++)
		if (str_eq(s->kind->number[i].at, s->ac->id))
			return s->new->number[i];
	return (struct str){ 0 };
}

static void refuse_paper(struct step *s, const struct paper *p, const struct template_result *r)
{
	for (size_t i = 0; i < r->n_missing; i++) {
		const struct field *f = r->missing[i].field;

		refuse(&s->no, (struct refusal){
			.sort = REFUSED_PAPER, .node = p->node, .missing = true, .way = f ? f->id : (struct str){ 0 },
			.field = f ? f->id : (struct str){ 0 },
			.say = str_fmt(s->t->a, "尚未填写：%.*s（%.*s要用）", STR_FMT(r->missing[i].name), STR_FMT(p->name)) });
	}
}

/* Where a paper prints the actor, by name or as a field that this act sets to the actor, it says 王明代李强. */
static bool sign_for(struct step *s, struct err *err)
{
	struct str *v;

	if (!s->stead || s->ev.n_signed)
		return true;
	if (!stead_name(s->t, s->act->who.person, s->stead, &s->ev.signature, err))
		return false;
	v = arena_many(s->t->a, s->ac->n_set + 1, struct str);
	v[s->ev.n_signed++] = STR("actor");
	for (size_t i = 0; i < s->ac->n_set; i++)
		if (str_is(expr_text(s->ac->set[i].expr), "actor"))
			v[s->ev.n_signed++] = s->ac->set[i].field;
	s->ev.signed_as = v;
	return true;
}

static const struct stmt st_to_correct = { "paper_to_correct",
	"SELECT id FROM document WHERE matter = $1 AND paper = $2 AND corrected_by IS NULL ORDER BY id DESC LIMIT 1" };

/* Which paper a correcting one corrects: the last of its sort that none has corrected yet. */
static bool find_corrected(struct step *s, const struct paper *p, int64_t *ret, struct err *err)
{
	const struct val v = p->corrects ? s->new->field[p->corrects->index] : VAL_NULL;
	const struct db_in in[] = { db_i64(s->new->id), db_str(val_is_null(v) ? (struct str){ 0 } : v.s) };
	const struct db_out out[] = { db_to_i64(ret) };
	bool found = true;

	*ret = 0;
	if (p->corrects && !db_maybe(s->t->db, s->t->a, &st_to_correct, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (!found)
		refuse(&s->no, (struct refusal){ .sort = REFUSED_PAPER, .node = p->node, .way = p->corrects->id, .field = p->corrects->id,
						 .say = STR("没有要更正的文书，或者它已经更正。选一份本件制作过、没有更正过的文书") });
	return true;
}

static bool make_paper(struct step *s, const struct paper *p, struct err *err)
{
	struct template_result r = { 0 };
	struct str digest;
	const struct template *t = engine_template(s->t->e, s->kind->law, p, &digest);

	if (!t)
		return true; /* a paper that is only named: the checker asks for templates where they are due */
	touch(s->kind->law, p->node);
	if (!sign_for(s, err) || !template_expand(t, &s->ev, &r, err))
		return false;
	refuse_paper(s, p, &r);
	s->paper[s->n_paper] = (struct paper_made){ p, s->n_paper ? (struct str){ 0 } : paper_number(s), digest, r.blocks, 0 };
	return find_corrected(s, p, &s->paper[s->n_paper++].corrects, err);
}

static bool step_papers(struct step *s, struct err *err)
{
	if (s->import || (s->t->dry && !s->act->form.n))
		return true;
	s->paper = arena_many(s->t->a, s->ac->n_makes, struct paper_made);
	for (size_t i = 0; i < s->ac->n_makes; i++)
		if (node_on(s->ac->makes[i]->node) && !make_paper(s, s->ac->makes[i], err))
			return false;
	return true;
}

/* ---- the whole ---- */

static bool ask(struct step *s, struct err *err)
{
	if (!step_right(s, err))
		return false;
	if (s->no.n && !s->t->dry)
		return true;
	if (!step_state(s) || s->no.n)
		return true;
	if (!step_joint(s, err))
		return false;
	if (s->no.n)
		return true;
	if (!step_fill(s, err))
		return false;
	if (s->no.n)
		return true;
	if (!step_set(s, err) || !step_draw(s, err) || !step_compute(s, err) || !step_extend_check(s, err))
		return false;
	if (s->ac->builtin && str_is(s->ac->id, "correct"))
		return step_target(s, err) && recheck(s, err);
	if (s->undo) /* it stood there before: nothing is entered anew */
		return true;
	return step_need(s, err) && step_target(s, err) && handover_ask(s, err) && delegation_fits(s, err) && posts_fit(s, err)
	       && account_fits(s, err) && step_checks(s, err) && points_warn(s, err);
}

static void enter(struct step *s)
{
	struct snap *m = s->new;

	m->version++;
	m->state = s->to;
	if (s->moves)
		m->ended = s->to->end ? s->t->now : 0;
}

static bool write_all(struct step *s, struct err *err)
{
	int64_t due, yellow;

	clocks_nearest(s->clocks, &due, &yellow);
	if (!store_snap(s, due, yellow, err) || !store_event(s, err)
	    || !clocks_save(s->t, s->clocks, s->new->id, err) || !store_keys(s->t, s->old, s->new, err)
	    || !store_links(s, err) || !store_projections(s->t, s->new, err) || !store_people(s, due, err)
	    || !store_papers(s, err) || !store_deputed(s, err) || !store_account(s, err) || !push_done(s, err) || !clocks_of_parent(s, err))
		return false;
	if (s->old && due != s->due_before && !store_holder_due(s->t, s->new->id, due, err))
		return false;
	if ((s->ac->builtin || s->ac->points || s->ac->opinions) && !together_done(s, err))
		return false;
	return !str_is(s->ac->id, "recuse") || !s->person || store_recused(s, err);
}

bool step_run(struct step *s, struct err *err)
{
	bool unseen;

	s->no.a = s->t->a;
	if (!step_begin(s, err))
		return false;
	if (!s->ac || !node_on(s->ac->node)) {
		refuse_state(s, STR("这类办件没有这项办理"));
		return true;
	}
	touch(s->kind->law, s->ac->node);
	if (!ask(s, err))
		return false;
	if (s->no.n && s->no.v[0].sort == REFUSED_RIGHT && !hidden(s, &unseen, err))
		return false;
	if (s->no.n && s->no.v[0].sort == REFUSED_RIGHT && s->old && unseen)
		return err_set(err, ERR_NOT_FOUND, "没有找到这件办件");
	if (s->no.n || (s->t->dry && !s->act->form.n && s->ac->n_form))
		return true;
	enter(s);
	push_begin(s);
	if ((!s->t->dry && !read_before(s, err)) || !step_numbers(s, err) || (s->completes && !step_papers(s, err)))
		return false;
	if (s->no.n || s->t->dry)
		return true;
	if (!step_clocks(s, err) || !write_all(s, err))
		return false;
	s->t->pending = NULL;
	if (!s->completes || s->import || is_adopt(s->act)) /* which brings nothing about */
		return true;
	if (!handover_done(s, err) || (!s->no.n && !step_effects(s, err)) || (!s->no.n && !step_reactions(s, err))
	    || (!s->no.n && !step_removes(s, err)))
		return false;
	return s->no.n || step_messages(s, err);
}

static bool ahead(struct step *s, bool *ret_can, struct err *err)
{
	if (!step_right(s, err))
		return false;
	*ret_can = !s->no.n && step_state(s) && !s->no.n;
	if (!*ret_can)
		return true;
	if (!step_joint(s, err) || !step_fill(s, err) || !step_set(s, err) || !step_compute(s, err)
	    || !step_need(s, err) || !step_target(s, err))
		return false;
	s->to = s->to ? s->to : s->new->state;
	enter(s);
	push_begin(s);
	return step_numbers(s, err);
}

bool ahead_in_turn(struct turn *t, const struct act *act, struct step *ret, bool *ret_can, struct err *err)
{
	bool unseen;

	t->dry = true;
	*ret_can = false;
	*ret = (struct step){ .t = t, .act = act, .organ = act->who.organ, .no = { .a = t->a } };
	if (!step_begin(ret, err))
		return false;
	if (!hidden(ret, &unseen, err))
		return false;
	if (unseen)
		return err_set(err, ERR_NOT_FOUND, "没有找到这件办件");
	return !ret->ac || !node_on(ret->ac->node) || ahead(ret, ret_can, err);
}

bool act_inner(struct turn *t, const struct act *act, const struct step *because, int64_t organ, struct step *ret,
	       struct err *err)
{
	bool ok;

	*ret = (struct step){ .t = t, .act = act, .organ = organ, .no = { .a = t->a } };
	if (because) {
		ret->because = because->event;
		ret->because_at = t->now;
		ret->because_actor = because->act->who.sort == ACTOR_PERSON ? because->act->who.person
									  : because->because_actor;
	}
	if (t->depth >= DEPTH_MAX) {
		refuse(&ret->no, (struct refusal){ .sort = REFUSED_TARGET, .say = STR("连锁办理超过8层，不再继续") });
		return true;
	}
	t->depth++;
	ok = step_run(ret, err);
	t->depth--;
	return ok;
}

/* ---- the calls from outside ---- */

static const struct stmt st_request = { "event_of_request",
	"SELECT e.id, e.matter, e.seq, e.action, m.code, m.kind, COALESCE(e.actor, 0) FROM event e"
	" JOIN matter m ON m.id = e.matter WHERE e.request = $1" };

/* The once-token was used: the first result again. The same token for another act, or of another person, is a conflict;
 * a row of a table stays known, whoever imports it again. */
static bool repeated(struct turn *t, const struct act *act, struct act_result *ret, struct err *err)
{
	struct act_result r = { .repeated = true };
	const int64_t person = act->who.sort == ACTOR_PERSON ? act->who.person : 0;
	int64_t actor;
	struct str action, kind;
	const struct db_in in[] = { db_str(act->request) };
	const struct db_out out[] = { db_to_i64(&r.event), db_to_i64(&r.matter), db_to_i64(&r.version),
				      db_to_str(&action), db_to_str(&r.code), db_to_str(&kind), db_to_i64(&actor) };
	bool found;

	if (!act->request.n)
		return true;
	if (!db_maybe(t->db, t->a, &st_request, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (found && ((actor != person && !str_starts(act->request, STR("import:")))
		      || (act->matter ? act->matter != r.matter : !str_eq(act->kind, kind))
		      || !str_eq(action, act->matter ? act->action : STR("open"))))
		return err_set(err, ERR_CONFLICT, "这个办理标识已经用于另一项办理");
	if (found)
		*ret = r;
	return true;
}

static bool request_ahead(struct turn *t, const struct act *act, struct err *err)
{
	const struct db_in in[] = { db_str(act->request) };

	return !act->request.n || db_ahead(t->db, &st_request, DB_IN(in), err);
}

static const struct stmt st_since = { "event_since",
	"SELECT COUNT(*) FROM event WHERE matter = $1 AND seq > $2 AND role <> 'program' AND action NOT IN (" READING_ACTIONS ")" };

/* A paper that was drawn and a file that was read meanwhile change nothing that the actor saw. */
static bool version_fits(struct turn *t, const struct act *act, struct err *err)
{
	const struct db_in in[] = { db_i64(act->matter), db_i64(act->version) };
	int64_t since = 0;
	const struct db_out out[] = { db_to_i64(&since) };
	struct snap *m;

	if (!act->matter || act->version < 0)
		return true;
	if (!turn_load(t, act->matter, &m, err))
		return false;
	if (!m || m->version == act->version)
		return true;
	if (!db_one(t->db, t->a, &st_since, DB_IN(in), DB_OUT(out), err))
		return false;
	return (since == 0 && m->version > act->version)
	       || err_set(err, ERR_CONFLICT, "办件已被他人更新，请查看最新情况后再办理");
}

/* A child is opened under a matter that the opener knows. */
static bool parent_fits(struct turn *t, const struct act *act, struct err *err)
{
	struct snap *up;
	bool sees = false;

	if (act->matter || !act->parent)
		return true;
	if (!turn_load(t, act->parent, &up, err) || (up && !may_see(t, up, &act->who, &sees, err)))
		return false;
	return (up && sees) || err_set(err, ERR_NOT_FOUND, "没有找到上级办件");
}

/* The record never runs backwards, whatever the machine's clock does. */
static bool not_before_last(struct turn *t, const struct act *act, struct err *err)
{
	struct snap *m;

	if (!act->matter)
		return true;
	if (!turn_load(t, act->matter, &m, err)) /* the turn's first matter: what was read last is this one */
		return false;
	if (m && t->updated.matter == act->matter && t->updated.at > t->now)
		t->now = t->updated.at;
	return true;
}

struct job {
	struct turn t;
	const struct act *act;
	struct step step;
};

static bool job_run(struct db *db, void *ctx, struct err *err)
{
	struct job *j = ctx;

	(void)db;
	if (!act_inner(&j->t, j->act, NULL, j->act->who.organ, &j->step, err))
		return false;
	return !j->step.no.n || err_set(err, ERR_REFUSED, "暂不能办理");
}

static void result(const struct step *s, struct act_result *ret)
{
	*ret = (struct act_result){ .refused = s->no.v, .n_refused = s->no.n };
	if (!s->new)
		return;
	ret->matter = s->new->id;
	ret->code = s->new->code;
	ret->event = s->event;
	ret->version = s->new->version;
}

static bool act_outer(struct engine *e, struct db *db, struct arena *a, const struct act *act, struct act_result *ret,
		      struct err *err)
{
	struct job j = { .act = act };
	struct act_result known = { 0 };
	struct err why = { 0 };
	int done;

	turn_init(&j.t, e, db, a, act->received ? act->received : engine_now(e));
	if (!request_ahead(&j.t, act, err) || !act_ahead(&j.t, act, err) || !repeated(&j.t, act, &known, err))
		return false;
	if (known.repeated) {
		*ret = known;
		return true;
	}
	if (!matter_timers(e, db, a, j.t.now, TIMERS_BEFORE, &done, err) || !version_fits(&j.t, act, err)
	    || !not_before_last(&j.t, act, err) || !parent_fits(&j.t, act, err))
		return false;
	if (db_point(db, job_run, &j, &why) || (why.code == ERR_REFUSED && j.step.no.n && db_in_tx(db))) {
		result(&j.step, ret);
		return true;
	}
	if (why.code == ERR_REFUSED && j.t.untimely && db_in_tx(db)) {
		*ret = (struct act_result){ .refused = j.t.untimely, .n_refused = 1 };
		return true;
	}
	*err = why;
	return false;
}

bool matter_open(struct engine *e, struct db *db, struct arena *a, const struct act *act, struct act_result *ret,
		 struct err *err)
{
	struct act open = *act;

	open.matter = 0;
	return act_outer(e, db, a, &open, ret, err);
}

bool matter_act(struct engine *e, struct db *db, struct arena *a, const struct act *act, struct act_result *ret,
		struct err *err)
{
	if (!act->matter)
		return err_set(err, ERR_NOT_FOUND, "没有找到这件办件");
	return act_outer(e, db, a, act, ret, err);
}

bool try_in_turn(struct turn *t, const struct act *act, struct step *ret, struct err *err)
{
	bool dry = t->dry, ok;

	t->dry = true;
	ok = act_inner(t, act, NULL, act->who.organ, ret, err);
	t->dry = dry;
	t->pending = NULL;
	return ok;
}

bool matter_try(struct engine *e, struct db *db, struct arena *a, const struct act *act, struct act_result *ret,
		struct err *err)
{
	struct turn t;
	struct step s;

	turn_init(&t, e, db, a, act->received ? act->received : engine_now(e));
	if (!version_fits(&t, act, err) || !try_in_turn(&t, act, &s, err))
		return false;
	result(&s, ret);
	return true;
}
