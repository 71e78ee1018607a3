/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Hand-over (交接): the list of what is in somebody's name, and putting another person there. The kind `handover` has the
 * fields leaver, receiver, sort, from_day, to_day and list; its joint action `sign` puts the receiver in the leaver's
 * place on every matter of the list by the built-in action `take_over`, done by the law. What a recusal, `apart` or a
 * check on the field forbids stays, with its reason. */
#include <inttypes.h>

#include "base/day.h"
#include "matter/inner.h"
#include "matter/store.h"
#include "matter/world.h"

#define LIST_MOST ROWS_MAX /* rows of a table: who has more hands over twice */

static int64_t person_of(const struct snap *m, const char *field)
{
	const struct val *v = snap_field(m, field);

	return v && v->t == T_USER ? v->i : 0;
}

static int64_t field_day(const struct snap *m, const char *field)
{
	const struct val *v = snap_field(m, field);

	return v && v->t == T_DATE ? v->i : 0;
}

static bool whos_name(const struct whos *w, const struct field *f)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].sort == WHO_PERSON && w->v[i].expr && expr_field(w->v[i].expr) == f)
			return true;
	return false;
}

/* A person field by which somebody acts on a matter or has it. */
static bool gives_right(const struct kind *k, const struct field *f)
{
	if (f->type.tag != T_USER && f->type.tag != T_USERS)
		return false;
	for (size_t i = 0; i < k->n_action; i++)
		if (whos_name(&k->action[i].by, f))
			return true;
	for (size_t i = 0; i < k->n_state; i++)
		if (whos_name(&k->state[i].holder, f))
			return true;
	return false;
}

/* The first such field in which the person stands. */
static const struct field *named_in(const struct snap *m, int64_t person)
{
	for (size_t i = 0; i < m->kind->n_field; i++)
		if (gives_right(m->kind, &m->kind->field[i]) && val_has_person(m->field[i], person))
			return &m->kind->field[i];
	return NULL;
}

/* ---- replace: the built-in action ---- */

static struct val replaced(struct arena *a, struct val v, int64_t from, int64_t to)
{
	struct val *p;
	size_t n = 0;

	if (v.t == T_USER)
		return v.i == from ? val_i64(T_USER, to) : v;
	if (!type_is_list(v.t))
		return v;
	p = arena_many(a, v.list->n, struct val);
	for (size_t i = 0; i < v.list->n; i++) {
		struct val x = replaced(a, v.list->v[i], from, to);
		bool twice = false;

		for (size_t k = 0; k < n; k++)
			twice = twice || p[k].i == x.i;
		if (!twice)
			p[n++] = x;
	}
	return val_list(a, v.t, p, n);
}

static bool in_by(struct step *s, const struct action *ac, int64_t person, bool *ret, struct err *err)
{
	struct val v;

	*ret = false;
	for (size_t i = 0; i < ac->by.n && !*ret; i++) {
		if (ac->by.v[i].sort != WHO_PERSON || !ac->by.v[i].expr)
			continue;
		if (!expr_eval(ac->by.v[i].expr, &s->ev, &v, err))
			return false;
		*ret = val_has_person(v, person);
	}
	return true;
}

/* Nobody is put where an action would let in and keep out the same person. */
static bool apart_fits(struct step *s, int64_t person, struct err *err)
{
	struct val v;
	bool by;

	for (size_t i = 0; i < s->kind->n_action && !s->no.n; i++) {
		const struct action *ac = &s->kind->action[i];

		if (!ac->n_apart)
			continue;
		if (!in_by(s, ac, person, &by, err))
			return false;
		for (size_t k = 0; by && k < ac->n_apart; k++) {
			if (!expr_eval(ac->apart[k], &s->ev, &v, err))
				return false;
			if (val_has_person(v, person)) {
				refuse(&s->no, (struct refusal){ .sort = REFUSED_CHECK, .node = ac->apart_node[k],
					.say = str_fmt(s->t->a, "参与了本件前面的办理，不得再办理“%.*s”", STR_FMT(ac->name)) });
				break;
			}
		}
	}
	return true;
}

struct reads {
	const struct field *f;
	bool yes;
};

static void reads_field(void *ctx, const struct field *f)
{
	struct reads *r = ctx;

	r->yes = r->yes || r->f == f;
}

/* A check that reads the field and now fails would not have let this person in. What is unknown here decides nothing. */
static bool check_fits(struct step *s, const struct field *f, const struct check *c, struct err *err)
{
	struct reads r = { .f = f };
	enum truth when = TRUTH_TRUE, must;

	if (!c->must || !node_on(c->node))
		return true;
	expr_reads(c->must, reads_field, &r);
	if (!r.yes)
		return true;
	if (c->when && !expr_truth(c->when, &s->ev, &when, err))
		return false;
	if (when != TRUTH_TRUE)
		return true;
	if (!expr_truth(c->must, &s->ev, &must, err))
		return false;
	return must != TRUTH_FALSE || check_one(s, c, err);
}

static bool checks_fit(struct step *s, const struct field *f, struct err *err)
{
	for (size_t i = 0; i < s->kind->n_action; i++) {
		const struct action *ac = &s->kind->action[i];
		bool asks = false;

		for (size_t k = 0; k < ac->n_form; k++)
			asks = asks || ac->form[k].field == f;
		for (size_t k = 0; asks && k < ac->n_check; k++)
			if (!check_fits(s, f, &ac->check[k], err))
				return false;
	}
	return true;
}

static int64_t entry_person(const struct act *act, const char *field)
{
	for (size_t i = 0; i < act->form.n; i++)
		if (str_is(act->form.v[i].field, field) && act->form.v[i].v.t == T_USER)
			return act->form.v[i].v.i;
	return 0;
}

bool take_over_ask(struct step *s, struct err *err)
{
	const int64_t from = entry_person(s->act, "leaver"), to = entry_person(s->act, "receiver");
	bool out, any = false;

	if (!recused(s->t, s->old, to, &out, err))
		return false;
	if (out)
		refuse(&s->no, (struct refusal){ .sort = REFUSED_CHECK, .node = s->ac->node, .say = STR("接收人已决定回避，不得办理本件") });
	for (size_t i = 0; i < s->kind->n_field; i++) {
		const struct field *f = &s->kind->field[i];

		if (!gives_right(s->kind, f) || !val_has_person(s->old->field[i], from))
			continue;
		s->new->field[i] = replaced(s->t->a, s->old->field[i], from, to);
		any = true;
		if (!checks_fit(s, f, err))
			return false;
	}
	if (!any)
		refuse(&s->no, (struct refusal){ .sort = REFUSED_STATE, .node = s->ac->node, .say = STR("本件已不由移交人承办") });
	return s->no.n || apart_fits(s, to, err);
}

/* ---- the list ---- */

static const struct stmt st_named = { "handover_matters",
	"SELECT id, COALESCE(due, 0) FROM matter WHERE organ = $1 AND ended IS NULL AND fields LIKE '%' || $2 || '%'"
	" AND kind NOT IN ('organ', 'person', 'certificate', 'delegation', 'handover') ORDER BY COALESCE(due, 9223372036854775807), id"
	" LIMIT 5000" };

struct found {
	struct turn *t;
	int64_t id, due;
	struct {
		int64_t id, due;
	} *v;
	size_t n, cap;
};

static bool found_row(void *ctx, struct err *err)
{
	struct found *f = ctx;
	size_t i = f->n;

	(void)err;
	f->v = grow(f->t->a, f->v, f->n++, &f->cap, sizeof(f->v[0]));
	f->v[i].id = f->id;
	f->v[i].due = f->due;
	return true;
}

static struct val text_or_null(struct str s)
{
	return s.n ? val_text(T_TEXT, s) : VAL_NULL;
}

static void put_cell(struct val_row *row, struct val *cell, const char *id, struct val v)
{
	for (size_t i = 0; i < row->n; i++)
		if (str_is(row->col[i].id, id))
			cell[i] = v;
}

/* The row's id is the matter's: it tells which one, and nobody has to read it. */
static struct val row_of(struct turn *t, const struct field *list, const struct snap *m, const struct field *f, struct str result)
{
	struct val_row *row = arena_one(t->a, struct val_row);
	struct val *cell = arena_many(t->a, list->type.n_row, struct val);
	struct str title = m->kind->n_number && m->number[0].n
		? str_fmt(t->a, "%.*s %.*s", STR_FMT(m->number[0]), STR_FMT(snap_title(t->a, m))) : snap_title(t->a, m);

	*row = (struct val_row){ .id = m->id, .col = list->type.row, .cell = cell, .n = list->type.n_row };
	for (size_t i = 0; i < row->n; i++)
		cell[i] = VAL_NULL;
	put_cell(row, cell, "title", text_or_null(str_head(title, 190)));
	put_cell(row, cell, "state", text_or_null(m->state->name));
	put_cell(row, cell, "place", text_or_null(f->name));
	put_cell(row, cell, "result", text_or_null(str_head(result, 190)));
	return (struct val){ .t = T_ROW, .row = row };
}

static bool try_replace(struct step *s, int64_t matter, struct str *ret_why, struct err *err)
{
	const struct form_entry e[] = { { STR("leaver"), val_i64(T_USER, person_of(s->new, "leaver")) },
					{ STR("receiver"), val_i64(T_USER, person_of(s->new, "receiver")) } };
	const struct act act = { .who = { .sort = ACTOR_SYSTEM }, .matter = matter, .version = -1, .action = STR("take_over"),
				 .form = { e, 2 } };
	const struct val_part *pending = s->t->pending;
	struct step sub;

	*ret_why = (struct str){ 0 };
	if (!try_in_turn(s->t, &act, &sub, err))
		return false;
	s->t->pending = pending;
	if (sub.no.n)
		*ret_why = str_fmt(s->t->a, "不能移交：%.*s", STR_FMT(sub.no.v[0].say));
	return true;
}

static bool is_holiday(const struct step *s)
{
	return str_is(snap_text(s->new, "sort"), "holiday");
}

/* Before a holiday only what falls due in it. */
static bool in_time(const struct step *s, int64_t due)
{
	return !is_holiday(s) || (due > day_start(field_day(s->new, "from_day")) && due <= day_start(field_day(s->new, "to_day") + 2));
}

static bool fill(struct step *s, const struct field *list, const char *moved, struct err *err)
{
	struct found f = { .t = s->t };
	const int64_t leaver = person_of(s->new, "leaver");
	const struct db_in in[] = { db_i64(s->new->organ), db_str(str_fmt(s->t->a, "%" PRId64, leaver)) };
	const struct db_out out[] = { db_to_i64(&f.id), db_to_i64(&f.due) };
	struct val *v = arena_many(s->t->a, LIST_MOST, struct val);
	size_t n = 0;

	if (!leaver || !db_each(s->t->db, s->t->a, &st_named, DB_IN(in), DB_OUT(out), found_row, &f, err))
		return !leaver;
	for (size_t i = 0; i < f.n && n < LIST_MOST; i++) {
		const struct field *place;
		struct snap *m;
		struct str why;

		if (!turn_load(s->t, f.v[i].id, &m, err))
			return false;
		place = m ? named_in(m, leaver) : NULL;
		if (!place || !in_time(s, f.v[i].due))
			continue;
		if (is_holiday(s))
			why = (struct str){ 0 };
		else if (!try_replace(s, m->id, &why, err))
			return false;
		v[n++] = row_of(s->t, list, m, place, why.n ? why : str_of(moved));
	}
	s->new->field[list->index] = val_list(s->t->a, T_ROWS, v, n);
	if (!n && !s->old && (!is_holiday(s) || (field_day(s->new, "from_day") && field_day(s->new, "from_day") <= field_day(s->new, "to_day"))))
		refuse(&s->no, (struct refusal){ .sort = REFUSED_CHECK, .node = s->ac->node, .way = STR("leaver"),
						 .say = is_holiday(s) ? STR("移交人在节日期间没有届满的办件，不用交接")
								      : STR("移交人没有被指名承办的未办结办件，不用交接") });
	return true;
}

bool handover_ask(struct step *s, struct err *err)
{
	const struct field *list = str_is(s->kind->id, "handover") ? kind_field(s->kind, STR("list")) : NULL;

	if (!list || s->import || (s->t->dry && !s->act->form.n))
		return true;
	if (!s->old)
		return fill(s, list, is_holiday(s) ? "节日期间由接收人代办" : "签字后移交", err);
	return !str_is(s->ac->id, "sign") || !s->completes || fill(s, list, is_holiday(s) ? "节日期间由接收人代办" : "已移交", err);
}

static const struct val *cell(const struct val_row *row, const char *id)
{
	for (size_t i = 0; i < row->n; i++)
		if (str_is(row->col[i].id, id))
			return &row->cell[i];
	return NULL;
}

static bool replace_one(struct step *s, int64_t matter, struct str reason, struct err *err)
{
	const struct form_entry e[] = { { STR("leaver"), val_i64(T_USER, person_of(s->new, "leaver")) },
					{ STR("receiver"), val_i64(T_USER, person_of(s->new, "receiver")) } };
	const struct act act = { .who = { .sort = ACTOR_SYSTEM }, .matter = matter, .version = -1, .action = STR("take_over"),
				 .form = { e, 2 }, .reason = reason };
	struct step sub;

	if (!act_inner(s->t, &act, s, 0, &sub, err))
		return false;
	for (size_t i = 0; i < sub.no.n; i++)
		refuse(&s->no, sub.no.v[i]);
	return true;
}

bool handover_done(struct step *s, struct err *err)
{
	const struct val *list = str_is(s->kind->id, "handover") ? snap_field(s->new, "list") : NULL;
	struct str from, to;

	if (!list || list->t != T_ROWS || !str_is(s->ac->id, "sign") || is_holiday(s))
		return true;
	if (!turn_name(s->t, person_of(s->new, "leaver"), &from, err) || !turn_name(s->t, person_of(s->new, "receiver"), &to, err))
		return false;
	from = str_fmt(s->t->a, "%.*s移交%.*s", STR_FMT(from), STR_FMT(to));
	for (size_t i = 0; i < list->list->n && !s->no.n; i++) {
		const struct val_row *row = list->list->v[i].row;
		const struct val *result = cell(row, "result");

		if (result && str_is(result->s, "已移交") && !replace_one(s, row->id, from, err))
			return false;
	}
	return true;
}
