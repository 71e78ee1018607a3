/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Working together: the built-in actions note (批注), expedite (催办), recall (撤回), ask_back (请求退回) and tick
 * (落实退回要点), and the points of a return. What each asks stands in *_ask, what follows its event in *_done. */
#include "base/day.h"
#include "matter/inner.h"
#include "matter/store.h"
#include "matter/together.h"
#include "matter/world.h"

#define QUOTED 80 /* characters of a note or a reason that a message repeats; the page has all of it */

static const struct val *entry_of(const struct act *act, const char *field)
{
	for (size_t i = 0; i < act->form.n; i++)
		if (str_is(act->form.v[i].field, field))
			return &act->form.v[i].v;
	return NULL;
}

/* A page that only asks what can be done has filled in nothing yet. */
static bool only_asks(const struct step *s)
{
	return s->t->dry && !s->act->form.n && !s->act->reason.n;
}

static void refuse_now(struct step *s, const char *way, struct str say)
{
	refuse(&s->no, (struct refusal){ .sort = REFUSED_STATE, .node = s->ac->node, .way = str_of(way), .say = say });
}

static void need_reason(struct step *s, const char *what)
{
	if (!only_asks(s) && str_blank(s->act->reason))
		refuse(&s->no, (struct refusal){ .sort = REFUSED_FORM, .field = STR("reason"), .missing = true,
						 .way = STR("reason"), .say = str_fmt(s->t->a, "尚未填写：%s", what) });
}

static struct str quoted(struct arena *a, struct str s)
{
	return str_chars(s) > QUOTED ? str_fmt(a, "%.*s……", STR_FMT(str_head(s, QUOTED))) : s;
}

/* ---- who has it ---- */

static bool holding(struct step *s, struct principals *ret, struct err *err)
{
	struct eval ev = turn_eval(s->t, s->old, NULL, &s->act->who);

	*ret = (struct principals){ .a = s->t->a };
	return snap_holders(s->t, s->old, &ev, ret, err);
}

/* Whether it waits for the actor, also in somebody's stead. */
static bool waits_for_actor(struct step *s, const struct principals *p, bool *ret, struct err *err)
{
	struct str own[PRINCIPAL_SLOTS];

	*ret = false;
	if (!own_principals(s->t, &s->act->who, OWN_DESK, own, err))
		return false;
	for (size_t i = 0; i < PRINCIPAL_SLOTS; i++)
		*ret = *ret || (own[i].n && !str_is(own[i], "public") && principals_has(p, own[i]));
	return true;
}

static bool has_id(const struct val_list *l, int64_t id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].i == id)
			return true;
	return false;
}

/* ---- the last move ---- */

static const struct stmt st_moves = { "last_moves",
	"SELECT e.id, e.seq, e.entered_at, COALESCE(e.actor, 0), e.action, b.body FROM event e"
	" LEFT JOIN event_body b ON b.event = e.id WHERE e.matter = $1 AND e.role <> 'program'"
	" AND e.action NOT IN ('note', 'expedite', 'ask_back', 'tick') ORDER BY e.seq DESC LIMIT 20" };

struct moves {
	struct turn *t;
	struct last_move x, found;
	struct str body;
	int n;
};

/* Rows come newest first; the first that moved the matter is the one. */
static bool move_row(void *ctx, struct err *err)
{
	static const char *const keys[] = { "from", "numbers", "set", "to" };
	struct moves *m = ctx;

	if (m->found.event || !m->body.n) {
		m->n++;
		return true;
	}
	if (!json_read_members(m->t->a, m->body, keys, ARRAY_LEN(keys), &m->x.body, err))
		return false;
	m->x.last = m->n++ == 0;
	if (json_str(m->x.body, "to").n)
		m->found = m->x;
	return true;
}

static bool last_move(struct step *s, struct last_move *ret, struct err *err)
{
	struct moves m = { .t = s->t };
	struct last_move *known;
	const struct db_in in[] = { db_i64(s->old->id) };
	const struct db_out out[] = { db_to_i64(&m.x.event), db_to_i64(&m.x.seq), db_to_i64(&m.x.entered),
				      db_to_i64(&m.x.actor), db_to_str(&m.x.action), db_to_str(&m.body) };

	if (s->t->dry && s->t->moved.matter == s->old->id) {
		*ret = *s->t->moved.by;
		return true;
	}
	if (!db_each(s->t->db, s->t->a, &st_moves, DB_IN(in), DB_OUT(out), move_row, &m, err))
		return false;
	known = arena_one(s->t->a, struct last_move);
	*ret = *known = m.found;
	s->t->moved.matter = s->old->id;
	s->t->moved.by = known;
	return true;
}

static bool named(const struct str *v, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], id))
			return true;
	return false;
}

/* Pauses and extensions are more than a start or a stop: they are not undone. */
static bool bends_clocks(const struct kind *k, struct str action)
{
	for (size_t i = 0; i < k->n_clock; i++) {
		const struct clock *c = &k->clock[i];

		if (c->has_extend && str_eq(c->extend_at, action))
			return true;
		for (size_t j = 0; j < c->n_pause; j++)
			if (named(c->pause[j].from, c->pause[j].n_from, action)
			    || named(c->pause[j].until, c->pause[j].n_until, action))
				return true;
	}
	return false;
}

static bool takes_number(const struct kind *k, const struct last_move *m)
{
	const struct json *numbers = json_get(m->body, "numbers");

	for (size_t i = 0; i < k->n_number; i++)
		if (str_eq(k->number[i].at, m->action))
			return true;
	return numbers && numbers->n > 0;
}

static const struct stmt st_followed = { "move_followed",
	"SELECT CASE WHEN EXISTS (SELECT 1 FROM event WHERE because_of = $1) THEN 1 ELSE 0 END,"
	" CASE WHEN EXISTS (SELECT 1 FROM document WHERE event = $1) THEN 1 ELSE 0 END,"
	" CASE WHEN EXISTS (SELECT 1 FROM look WHERE matter = $2 AND person <> $3 AND at >= $4)"
	" OR EXISTS (SELECT 1 FROM message WHERE event = $1 AND person <> $3 AND read_at IS NOT NULL) THEN 1 ELSE 0 END" };

/* Why the last move cannot be taken back; empty: it can. */
static bool why_not_back(struct step *s, const struct last_move *m, struct str *ret, struct err *err)
{
	const struct kind *k = s->kind;
	const struct action *ac = m->event ? kind_action(k, m->action) : NULL;
	const struct state *from = m->event ? kind_state(k, json_str(m->body, "from")) : NULL;
	int64_t effects = 0, papers = 0, looked = 0;
	const struct db_in in[] = { db_i64(m->event), db_i64(s->old->id), db_i64(s->act->who.person), db_i64(m->entered) };
	const struct db_out out[] = { db_to_i64(&effects), db_to_i64(&papers), db_to_i64(&looked) };

	*ret = (struct str){ 0 };
	if (!m->event || !m->last || m->actor != s->act->who.person || !ac || ac->builtin || !from || from->end) {
		*ret = STR("本件最近一步不是由本人办理，或者此后又有办理，不能撤回");
		return true;
	}
	if (ac->confirm || ac->joint || ac->n_makes || ac->points || takes_number(k, m) || bends_clocks(k, m->action)) {
		*ret = str_fmt(s->t->a, "“%.*s”已编文号、制作文书、改变期限或者须经核对、共同办理，不能撤回", STR_FMT(ac->name));
		return true;
	}
	if (!db_one(s->t->db, s->t->a, &st_followed, DB_IN(in), DB_OUT(out), err))
		return false;
	if (effects || papers)
		*ret = str_fmt(s->t->a, "“%.*s”已牵动其他办件或者制作文书，不能撤回", STR_FMT(ac->name));
	else if (looked)
		*ret = STR("对方已经查看，不能撤回");
	return true;
}

/* ---- recall ---- */

static struct val empty_of(struct arena *a, const struct type *t)
{
	return type_is_list(t->tag) ? val_list(a, t->tag, NULL, 0) : VAL_NULL;
}

static const struct stmt st_before = { "bodies_before",
	"SELECT b.body FROM event e JOIN event_body b ON b.event = e.id WHERE e.matter = $1 AND e.seq < $2 ORDER BY e.seq" };

struct before {
	struct step *s;
	const struct json *set; /* what the act has set */
	struct str body;
};

/* The fold of what was set before, of those fields that the act has set. */
static bool before_row(void *ctx, struct err *err)
{
	static const char *const keys[] = { "set" };
	struct before *b = ctx;
	const struct json *doc, *m;

	if (!json_read_members(b->s->t->a, b->body, keys, ARRAY_LEN(keys), &doc, err))
		return false;
	json_each(m, json_get(doc, "set")) {
		const struct field *f = kind_field(b->s->kind, m->key);

		if (f && json_get(b->set, str_cstr(b->s->t->a, m->key)))
			b->s->new->field[f->index] = val_of_json(b->s->t->a, &f->type, m);
	}
	return true;
}

static bool fields_back(struct step *s, const struct last_move *m, struct err *err)
{
	struct before b = { .s = s, .set = json_get(m->body, "set") };
	const struct db_in in[] = { db_i64(s->old->id), db_i64(m->seq) };
	const struct db_out out[] = { db_to_str(&b.body) };
	const struct json *x;

	json_each(x, b.set) {
		const struct field *f = kind_field(s->kind, x->key);

		if (f)
			s->new->field[f->index] = empty_of(s->t->a, &f->type);
	}
	return db_each(s->t->db, s->t->a, &st_before, DB_IN(in), DB_OUT(out), before_row, &b, err);
}

static bool recall_ask(struct step *s, struct err *err)
{
	struct last_move *m = arena_one(s->t->a, struct last_move);
	struct str why;

	if (!last_move(s, m, err) || !why_not_back(s, m, &why, err))
		return false;
	if (why.n) {
		refuse_now(s, "ask_back", why);
		return true;
	}
	s->undo = m;
	s->to = kind_state(s->kind, json_str(m->body, "from"));
	s->moves = true;
	return fields_back(s, m, err);
}

static const struct stmt st_taken = { "taken_back_insert",
	"INSERT INTO taken_back (event, matter, by_event) VALUES ($1, $2, $3)" };
static const struct stmt st_untold = { "message_taken_back",
	"UPDATE message SET done_at = $2 WHERE event = $1 AND done_at IS NULL" };

static bool recall_done(struct step *s, struct err *err)
{
	const struct db_in in[] = { db_i64(s->undo->event), db_i64(s->new->id), db_i64(s->event) };
	const struct db_in told[] = { db_i64(s->undo->event), db_i64(s->t->now) };

	return db_exec(s->t->db, &st_taken, DB_IN(in), NULL, err) && db_exec(s->t->db, &st_untold, DB_IN(told), NULL, err);
}

/* ---- ask_back ---- */

static bool ask_back_ask(struct step *s, struct err *err)
{
	struct principals p;
	struct last_move m;
	struct str why;
	bool mine;

	if (!last_move(s, &m, err))
		return false;
	if (!m.event || m.actor != s->act->who.person || !json_str(m.body, "from").n) {
		refuse_now(s, "", STR("本件不是由本人送出的，不能请求退回"));
		return true;
	}
	if (!holding(s, &p, err) || !waits_for_actor(s, &p, &mine, err) || !principals_persons(s->t, &p, &s->told, err)
	    || !why_not_back(s, &m, &why, err))
		return false;
	if (mine || !s->told.n)
		refuse_now(s, "", mine ? STR("本件正由本人办理，不用请求退回") : STR("本件现无人在办，没有可以请求的人"));
	else if (!why.n)
		refuse_now(s, "recall", STR("对方尚未查看，可以直接撤回"));
	else
		need_reason(s, "请求退回的理由");
	return true;
}

static bool ask_back_done(struct step *s, struct err *err)
{
	struct str name;

	return turn_name(s->t, s->act->who.person, &name, err)
	       && tell_persons(s, "next", &s->told,
			       str_fmt(s->t->a, "%.*s请求退回：%.*s。%.*s", STR_FMT(name), STR_FMT(snap_title(s->t->a, s->new)),
				       STR_FMT(quoted(s->t->a, s->act->reason))), err);
}

/* ---- expedite ---- */

static const struct stmt st_expedited = { "expedited", "SELECT COALESCE(MAX(at), 0) FROM event WHERE matter = $1 AND action = 'expedite'" };

static bool expedite_ask(struct step *s, struct err *err)
{
	struct principals p;
	int64_t at = 0;
	const struct db_in in[] = { db_i64(s->old->id) };
	const struct db_out out[] = { db_to_i64(&at) };
	bool mine;

	if (!holding(s, &p, err) || !waits_for_actor(s, &p, &mine, err) || !principals_persons(s->t, &p, &s->told, err))
		return false;
	if (mine || !s->told.n) {
		refuse_now(s, "", mine ? STR("本件正由本人办理，不用催办") : STR("本件不在等人办理，没有可以催办的人"));
		return true;
	}
	if (!db_one(s->t->db, s->t->a, &st_expedited, DB_IN(in), DB_OUT(out), err))
		return false;
	if (at && day_at(at) == day_at(s->t->now))
		refuse_now(s, "", STR("今天已经催办过。一件办件一天催办一次，明天可以再催办"));
	return true;
}

/* The heads of unit of an organ; where there is none, its head. */
static bool add_leaders(struct step *s, int64_t organ, struct val_list *to, struct err *err)
{
	const struct val_list *l = NULL;
	struct val *v;
	size_t n = 0;

	if (!organ || !world_of_turn.people(s->t, organ, STR("unit_head"), &l, err)
	    || (!l->n && !world_of_turn.people(s->t, organ, STR("head"), &l, err)))
		return !organ;
	v = arena_many(s->t->a, to->n + l->n, struct val);
	for (size_t i = 0; i < to->n; i++)
		v[n++] = to->v[i];
	for (size_t i = 0; i < l->n; i++)
		if (!has_id(to, l->v[i].i) && !has_id(&s->told, l->v[i].i) && l->v[i].i != s->act->who.person)
			v[n++] = l->v[i];
	*to = (struct val_list){ v, n };
	return true;
}

/* Both sides' leaders see it: of whoever asks, and of whoever has it. */
static bool leaders(struct step *s, struct val_list *ret, struct err *err)
{
	*ret = (struct val_list){ 0 };
	if (!add_leaders(s, s->act->who.organ, ret, err) || !add_leaders(s, s->new->organ, ret, err))
		return false;
	for (size_t i = 0; i < s->told.n; i++) {
		struct snap *p;

		if (!turn_load(s->t, s->told.v[i].i, &p, err))
			return false;
		if (p && p->organ != s->new->organ && p->organ != s->act->who.organ && !add_leaders(s, p->organ, ret, err))
			return false;
	}
	return true;
}

static bool expedite_done(struct step *s, struct err *err)
{
	const struct str title = snap_title(s->t->a, s->new), reason = quoted(s->t->a, s->act->reason);
	struct val_list above;
	struct str name, first;

	if (!leaders(s, &above, err) || !turn_name(s->t, s->act->who.person, &name, err)
	    || !turn_name(s->t, s->told.v[0].i, &first, err))
		return false;
	return tell_persons(s, "next", &s->told,
			    str_fmt(s->t->a, "%.*s催办：%.*s（%.*s）。%.*s", STR_FMT(name), STR_FMT(title),
				    STR_FMT(s->new->state->name), STR_FMT(reason)), err)
	       && tell_persons(s, "tell", &above,
			       str_fmt(s->t->a, "%.*s催办%.*s%s：%.*s（%.*s）", STR_FMT(name), STR_FMT(first),
				       s->told.n > 1 ? "等人" : "", STR_FMT(title), STR_FMT(s->new->state->name)), err);
}

/* ---- note ---- */

/* Nobody is told of what that person may not see. */
static bool may_be_told(struct step *s, int64_t person, bool *ret, struct err *err)
{
	struct actor who = { .sort = ACTOR_PERSON, .person = person };
	struct snap *p;

	*ret = false;
	if (!turn_load(s->t, person, &p, err))
		return false;
	if (!p || p->state->end)
		return true;
	who.organ = p->organ;
	return may_see(s->t, s->old, &who, ret, err);
}

static bool note_ask(struct step *s, struct err *err)
{
	const struct val *v = entry_of(s->act, "persons");
	struct str name;
	bool sees;

	need_reason(s, "批注");
	if (!v || v->t != T_USERS)
		return true;
	s->told = *v->list;
	if (s->told.n > TELL_MAX)
		s->told.n = TELL_MAX;
	for (size_t i = 0; i < s->told.n; i++) {
		if (!may_be_told(s, s->told.v[i].i, &sees, err) || !turn_name(s->t, s->told.v[i].i, &name, err))
			return false;
		if (!sees)
			refuse(&s->no, (struct refusal){
				.sort = REFUSED_FORM, .field = STR("persons"),
				.say = str_fmt(s->t->a, "%.*s无权查看本件，不能提醒；可以改为提醒能查看本件的人员", STR_FMT(name)) });
	}
	return true;
}

static bool note_done(struct step *s, struct err *err)
{
	struct str name;

	return turn_name(s->t, s->act->who.person, &name, err)
	       && tell_persons(s, "tell", &s->told,
			       str_fmt(s->t->a, "%.*s的批注：%.*s。%.*s", STR_FMT(name), STR_FMT(snap_title(s->t->a, s->new)),
				       STR_FMT(quoted(s->t->a, s->act->reason))), err);
}

/* ---- points of a return ---- */

static const struct stmt st_open_points = { "points_open",
	"SELECT p.id, p.n, p.text, e.action FROM point p JOIN event e ON e.id = p.event WHERE p.matter = $1 AND p.ticked IS NULL"
	" AND p.event = (SELECT MAX(event) FROM point WHERE matter = $1) ORDER BY p.n" };

struct open_points {
	struct arena *a;
	int64_t id, n;
	struct str text, action;
	bool opinions; /* of a review: they are met before its end, each with a word of how */
	struct open_point {
		int64_t id, n;
		struct str text;
	} *v;
	size_t count, cap;
};

static bool point_row(void *ctx, struct err *err)
{
	struct open_points *p = ctx;
	const struct open_point x = { p->id, p->n, p->text };

	(void)err;
	PUSH(p->a, p->v, p->count, p->cap, x);
	return true;
}

static bool open_points(struct step *s, struct open_points *p, struct err *err)
{
	const struct db_in in[] = { db_i64(s->old->id) };
	const struct db_out out[] = { db_to_i64(&p->id), db_to_i64(&p->n), db_to_str(&p->text), db_to_str(&p->action) };
	const struct action *by;

	*p = (struct open_points){ .a = s->t->a };
	if (!db_each(s->t->db, s->t->a, &st_open_points, DB_IN(in), DB_OUT(out), point_row, p, err))
		return false;
	by = p->count ? kind_action(s->kind, p->action) : NULL;
	p->opinions = by && by->opinions;
	return true;
}

static void refuse_points(struct step *s, bool missing, struct str say)
{
	refuse(&s->no, (struct refusal){ .sort = REFUSED_FORM, .field = STR("points"), .missing = missing,
					 .way = STR("points"), .say = say });
}

bool points_ask(struct step *s, struct err *err)
{
	const struct val *v = entry_of(s->act, "points");

	(void)err;
	if (!s->ac->points || s->import || s->act->who.sort == ACTOR_SYSTEM || (s->t->dry && !s->act->form.n))
		return true;
	if (v && v->t == T_PICKS)
		s->points = *v->list;
	if (!s->points.n)
		refuse_points(s, true, STR("尚未填写：退回要点（至少一项）"));
	if (s->points.n > POINTS_MAX)
		refuse_points(s, false, str_fmt(s->t->a, "退回要点不超过%d项，现有%zu项", POINTS_MAX, s->points.n));
	for (size_t i = 0; i < s->points.n; i++)
		if (str_blank(s->points.v[i].s) || str_chars(s->points.v[i].s) > POINT_CHARS)
			refuse_points(s, false, str_fmt(s->t->a, "第%zu项退回要点须为1至%d个字", i + 1, POINT_CHARS));
	return true;
}

static bool returns_with_points(const struct kind *k)
{
	for (size_t i = 0; i < k->n_action; i++)
		if (k->action[i].points || k->action[i].opinions)
			return true;
	return false;
}

static const struct passed *reason_for(const struct step *s)
{
	for (size_t i = 0; i < s->act->n_passed; i++)
		if (str_eq(s->act->passed[i].check, s->ac->node->path) && !str_blank(s->act->passed[i].reason))
			return &s->act->passed[i];
	return NULL;
}

static struct str list_of(struct arena *a, const struct open_points *p)
{
	struct buf b;

	buf_init(&b, a, 2000);
	for (size_t i = 0; i < p->count && i < 5; i++)
		buf_addf(&b, "%s%lld %.*s", i ? "；" : "", (long long)p->v[i].n, STR_FMT(quoted(a, p->v[i].text)));
	return buf_str(&b);
}

/* Whoever sends on what was returned, or ends what was reviewed, while points are open says why. */
bool points_warn(struct step *s, struct err *err)
{
	const struct passed *pass = reason_for(s);
	struct open_points p;
	struct passed used;

	if (!s->old || s->import || s->act->who.sort != ACTOR_PERSON || s->ac->points || s->ac->builtin || !s->moves || !s->to
	    || s->to == s->old->state || !returns_with_points(s->kind))
		return true;
	if (!open_points(s, &p, err))
		return false;
	if (!p.count || p.opinions != s->to->end)
		return true;
	if (pass) {
		used = *pass;
		PUSH(s->t->a, s->passed, s->n_passed, s->cap_passed, used);
		return true;
	}
	refuse(&s->no, (struct refusal){ .sort = REFUSED_SHOULD, .node = s->ac->node, .can_pass = true, .way = STR("tick"),
					 .say = p.opinions ? str_fmt(s->t->a, "逐条意见还有%zu条没有写明怎样落实", p.count)
							   : str_fmt(s->t->a, "退回要点还有%zu项未落实", p.count),
					 .facts = list_of(s->t->a, &p) });
	return true;
}

static const struct stmt st_point = { "point_insert",
	"INSERT INTO point (matter, event, n, text, ticked, remark) VALUES ($1, $2, $3, $4, NULL, '')" };
static const struct stmt st_tick = { "point_tick",
	"UPDATE point SET ticked = $2, remark = $3 WHERE id = $1 AND ticked IS NULL" };

static bool store_point(struct step *s, size_t n, struct str text, struct err *err)
{
	const struct db_in in[] = { db_i64(s->new->id), db_i64(s->event), db_i64((int64_t)n), db_str(text) };

	return db_exec(s->t->db, &st_point, DB_IN(in), NULL, err);
}

static bool store_points(struct step *s, struct err *err)
{
	for (size_t i = 0; i < s->points.n; i++)
		if (!store_point(s, i + 1, s->points.v[i].s, err))
			return false;
	return true;
}

/* The cells of a row in one line: 询问笔录缺捺印（询问笔录，2）. */
static struct str row_text(struct arena *a, const struct val_row *row)
{
	struct buf b;
	size_t n = 0;

	buf_init(&b, a, 4000);
	for (size_t i = 0; i < row->n; i++) {
		if (!type_is_text(row->cell[i].t) || str_blank(row->cell[i].s))
			continue;
		buf_adds(&b, n == 0 ? "" : n == 1 ? "（" : "，");
		buf_add(&b, row->cell[i].s);
		n++;
	}
	buf_adds(&b, n > 1 ? "）" : "");
	return buf_str(&b);
}

/* What a review finds goes back to be met one by one; where it ends the matter nobody is left to meet it. */
static bool store_opinions(struct step *s, struct err *err)
{
	const struct val *v = &s->new->field[s->ac->opinions->index];

	if (s->new->state->end || v->t != T_ROWS)
		return true;
	for (size_t i = 0; i < v->list->n; i++)
		if (!store_point(s, i + 1, row_text(s->t->a, v->list->v[i].row), err))
			return false;
	return true;
}

static bool tick_ask(struct step *s, struct err *err)
{
	const struct val *v = entry_of(s->act, "point");
	struct principals p;
	struct open_points open;
	struct val *text;
	int64_t n = 0;
	bool mine;

	if (!open_points(s, &open, err) || !holding(s, &p, err) || !waits_for_actor(s, &p, &mine, err))
		return false;
	if (!open.count || !mine) {
		refuse_now(s, "", open.count ? STR("退回要点由接收退回的人员逐项落实") : STR("本件没有未落实的退回要点"));
		return true;
	}
	if (!v || v->t != T_INT || !dec_to_i64(v->n, &n))
		n = 0;
	for (size_t i = 0; i < open.count; i++)
		if (open.v[i].n == n) {
			text = arena_one(s->t->a, struct val);
			*text = (struct val){ .t = T_TEXT, .s = open.v[i].text };
			s->point = open.v[i].id;
			s->points = (struct val_list){ text, 1 };
		}
	if (open.opinions && str_blank(s->act->reason) && !only_asks(s))
		refuse(&s->no, (struct refusal){ .sort = REFUSED_FORM, .field = STR("reason"), .missing = true,
						 .way = STR("reason"), .say = STR("尚未填写：怎样落实的") });
	if (!s->point && !only_asks(s))
		refuse(&s->no, (struct refusal){ .sort = REFUSED_FORM, .field = STR("point"), .missing = true,
						 .way = STR("point"), .say = STR("尚未选择：已落实的要点") });
	return true;
}

static bool tick_done(struct step *s, struct err *err)
{
	const struct db_in in[] = { db_i64(s->point), db_i64(s->event), db_str(s->act->reason) };

	return db_exec(s->t->db, &st_tick, DB_IN(in), NULL, err);
}

/* ---- all of them ---- */

static const struct {
	const char *id;
	bool (*ask)(struct step *s, struct err *err);
	bool (*done)(struct step *s, struct err *err);
} table[] = {
	{ "note", note_ask, note_done },
	{ "expedite", expedite_ask, expedite_done },
	{ "recall", recall_ask, recall_done },
	{ "ask_back", ask_back_ask, ask_back_done },
	{ "tick", tick_ask, tick_done },
	{ "take_over", take_over_ask, NULL },
};

bool together_ask(struct step *s, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_is(s->ac->id, table[i].id))
			return table[i].ask(s, err);
	return true;
}

bool together_done(struct step *s, struct err *err)
{
	if (s->ac->points)
		return store_points(s, err);
	if (s->ac->opinions)
		return store_opinions(s, err);
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_is(s->ac->id, table[i].id))
			return !table[i].done || table[i].done(s, err);
	return true;
}

/* ---- for pages ---- */

static const struct stmt st_points = { "points_of_matter",
	"SELECT p.n, p.text, COALESCE(p.ticked, 0), p.remark, e.kind, e.action FROM point p JOIN event e ON e.id = p.event"
	" WHERE p.matter = $1"
	" AND p.event = (SELECT MAX(event) FROM point WHERE matter = $1) ORDER BY p.n" };

struct points_read {
	struct arena *a;
	struct point_view x, *v;
	int64_t ticked;
	size_t n, cap;
};

static bool points_row(void *ctx, struct err *err)
{
	struct points_read *r = ctx;

	(void)err;
	r->x.ticked = r->ticked != 0;
	PUSH(r->a, r->v, r->n, r->cap, r->x);
	return true;
}

bool points_of(struct db *db, struct arena *a, int64_t matter, const struct point_view **ret, size_t *ret_n, struct err *err)
{
	struct points_read r = { .a = a };
	const struct db_in in[] = { db_i64(matter) };
	const struct db_out out[] = { db_to_i64(&r.x.n), db_to_str(&r.x.text), db_to_i64(&r.ticked), db_to_str(&r.x.remark),
				      db_to_str(&r.x.kind), db_to_str(&r.x.action) };

	r.x.matter = matter;
	if (!db_each(db, a, &st_points, DB_IN(in), DB_OUT(out), points_row, &r, err))
		return false;
	*ret = r.v;
	*ret_n = r.n;
	return true;
}

static const struct stmt st_mine = { "points_mine",
	"SELECT p.matter, p.n, p.text, e.kind, e.action FROM point p JOIN event e ON e.id = p.event WHERE p.ticked IS NULL AND p.matter IN (SELECT h.matter FROM"
	" matter_holder h WHERE h.principal IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17))"
	" AND p.event = (SELECT MAX(q.event) FROM point q WHERE q.matter = p.matter) ORDER BY p.matter, p.n LIMIT 1000" };

bool points_mine(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct point_view **ret,
		 size_t *ret_n, struct err *err)
{
	struct points_read r = { .a = a };
	struct str own[PRINCIPAL_SLOTS];
	struct db_in in[PRINCIPAL_SLOTS];
	const struct db_out out[] = { db_to_i64(&r.x.matter), db_to_i64(&r.x.n), db_to_str(&r.x.text), db_to_str(&r.x.kind),
				      db_to_str(&r.x.action) };
	struct turn t;

	turn_init(&t, e, db, a, engine_now(e));
	if (!own_principals(&t, who, OWN_DESK, own, err))
		return false;
	for (size_t i = 0; i < PRINCIPAL_SLOTS; i++)
		in[i] = db_str(own[i]);
	if (!db_each(db, a, &st_mine, DB_IN(in), DB_OUT(out), points_row, &r, err))
		return false;
	*ret = r.v;
	*ret_n = r.n;
	return true;
}

static const struct stmt st_look = { "look_put",
	"INSERT INTO look (matter, person, at) VALUES ($1, $2, $3) ON CONFLICT (matter, person) DO UPDATE SET at = excluded.at" };
static const struct stmt st_looked = { "look_since",
	"SELECT CASE WHEN EXISTS (SELECT 1 FROM matter_holder h WHERE h.matter = $18 AND h.principal IN"
	" ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)) AND NOT EXISTS"
	" (SELECT 1 FROM look l JOIN matter m ON m.id = l.matter WHERE l.matter = $18 AND l.person = $19 AND l.at > m.updated)"
	" THEN 1 ELSE 0 END" };

bool look_due(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter, bool *ret,
	      struct err *err)
{
	struct str own[PRINCIPAL_SLOTS];
	struct db_in in[PRINCIPAL_SLOTS + 2];
	int64_t due = 0;
	const struct db_out out[] = { db_to_i64(&due) };

	if (!own_principals(turn_to_read(e, db, a), who, OWN_DESK, own, err))
		return false;
	for (size_t i = 0; i < PRINCIPAL_SLOTS; i++)
		in[i] = db_str(str_is(own[i], "public") ? STR("") : own[i]);
	in[PRINCIPAL_SLOTS] = db_i64(matter);
	in[PRINCIPAL_SLOTS + 1] = db_i64(who->person);
	if (!db_one(db, a, &st_looked, DB_IN(in), DB_OUT(out), err))
		return false;
	*ret = due != 0;
	return true;
}

bool look_put(struct db *db, int64_t matter, int64_t person, int64_t now, struct err *err)
{
	const struct db_in in[] = { db_i64(matter), db_i64(person), db_i64(now) };

	return db_exec(db, &st_look, DB_IN(in), NULL, err);
}
