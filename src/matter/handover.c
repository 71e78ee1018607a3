/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Hand-over (交接): the list of what is in somebody's name, and putting another person there. The kind `handover` has the
 * fields leaver, receiver, sort, from_day, to_day, list, rest, earlier and elsewhere; its joint action `sign` puts the
 * receiver in the leaver's place on every matter of the list by the built-in action `take_over`, done by the law. What a
 * recusal, `apart` or a check on the field forbids stays, with its reason.
 *
 * A list holds the LIST_MOST oldest matters of the organ; `rest` counts those after them, and the definition opens the
 * next list, whose `earlier` names this one and which begins after its last matter: so each matter stands in one list of
 * the chain, also one that stays. `elsewhere` counts what the leaver holds in other organs, where this hand-over does
 * not reach: there it is for the leaver or that organ's heads. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/day.h"
#include "matter/inner.h"
#include "matter/store.h"
#include "matter/world.h"

#define LIST_MOST ROWS_MAX /* rows of a table, and as many acts as one signature may bring; the rest is a list of its own */

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

/* A field holds a person as a whole number: ":12," ":12}" alone, "[12," "[12]" ",12," ",12]" in a list. */
#define HAS_PERSON                                                                                                      \
	" ended IS NULL AND kind NOT IN ('organ', 'person', 'certificate', 'delegation', 'handover')"                    \
	" AND (fields LIKE '%:' || $2 || ',%' OR fields LIKE '%:' || $2 || '}%' OR fields LIKE '%[' || $2 || ',%'"       \
	" OR fields LIKE '%[' || $2 || ']%' OR fields LIKE '%,' || $2 || ',%' OR fields LIKE '%,' || $2 || ']%')"
static const struct stmt st_here = { "handover_here",
	"SELECT id, organ, COALESCE(due, 0) FROM matter WHERE organ = $1 AND id > $3 AND" HAS_PERSON " ORDER BY id" };
/* Organs where the person has a post, or reads something as a person: whoever may act on a matter reads it. */
static const struct stmt st_elsewhere = { "handover_elsewhere",
	"SELECT id, organ, 0 FROM matter WHERE organ <> $1 AND id > $3 AND organ IN (SELECT organ FROM post WHERE person = $4"
	" UNION SELECT m.organ FROM matter_reader r JOIN matter m ON m.id = r.matter WHERE r.principal = 'user:' || $2) AND"
	HAS_PERSON " ORDER BY organ, id" };

struct candidate {
	int64_t id, organ, due;
};

struct found {
	struct turn *t;
	struct candidate row, *v;
	size_t n, cap;
};

static bool found_row(void *ctx, struct err *err)
{
	struct found *f = ctx;

	(void)err;
	PUSH(f->t->a, f->v, f->n, f->cap, f->row);
	return true;
}

static bool find(struct step *s, bool here, int64_t after, struct found *ret, struct err *err)
{
	const int64_t leaver = person_of(s->new, "leaver");
	const struct db_in in[] = { db_i64(s->new->organ), db_str(str_fmt(s->t->a, "%" PRId64, leaver)), db_i64(after), db_i64(leaver) };
	const struct db_out out[] = { db_to_i64(&ret->row.id), db_to_i64(&ret->row.organ), db_to_i64(&ret->row.due) };

	return db_each(s->t->db, s->t->a, here ? &st_here : &st_elsewhere, in, here ? 3 : 4, DB_OUT(out), found_row, ret, err);
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

/* The matters of the earlier list end where this one begins. */
static bool begins_after(struct step *s, int64_t *ret, struct err *err)
{
	const struct val *earlier = snap_field(s->new, "earlier");
	const struct val *list;
	struct snap *m = NULL;

	*ret = 0;
	if (!earlier || earlier->t != T_REF)
		return true;
	if (!turn_load(s->t, earlier->i, &m, err))
		return false;
	list = m ? snap_field(m, "list") : NULL;
	for (size_t i = 0; list && list->t == T_ROWS && i < list->list->n; i++)
		if (list->list->v[i].row->id > *ret)
			*ret = list->list->v[i].row->id;
	return true;
}

/* Keeps of the candidates those by which the leaver acts or has a matter. */
static bool keep_named(struct step *s, struct found *f, bool here, struct err *err)
{
	const int64_t leaver = person_of(s->new, "leaver");
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		struct snap *m;

		if (!turn_load(s->t, f->v[i].id, &m, err))
			return false;
		if (m && named_in(m, leaver) && (!here || in_time(s, f->v[i].due)))
			f->v[n++] = f->v[i];
	}
	f->n = n;
	return true;
}

/* What ends first stands first; what has no limit last. */
static int by_due(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (!x->due != !y->due)
		return x->due ? -1 : 1;
	return x->due != y->due ? (x->due < y->due ? -1 : 1) : x->id < y->id ? -1 : x->id > y->id;
}

static bool fill_list(struct step *s, const struct field *list, const struct found *f, const char *moved, struct err *err)
{
	const size_t n = f->n < LIST_MOST ? f->n : LIST_MOST;
	struct val *v = arena_many(s->t->a, n, struct val);

	if (n)
		qsort(f->v, n, sizeof(f->v[0]), by_due);
	for (size_t i = 0; i < n; i++) {
		struct str why = { 0 };
		struct snap *m;

		if (!turn_load(s->t, f->v[i].id, &m, err) || (!is_holiday(s) && !try_replace(s, m->id, &why, err)))
			return false;
		v[i] = row_of(s->t, list, m, named_in(m, person_of(s->new, "leaver")), why.n ? why : str_of(moved));
	}
	s->new->field[list->index] = val_list(s->t->a, T_ROWS, v, n);
	return true;
}

static void set_field(struct step *s, const char *id, struct val v)
{
	const struct field *f = kind_field(s->kind, str_of(id));

	if (f)
		s->new->field[f->index] = v;
}

/* A row an organ: its name, how many matters, who hands them over. */
static bool fill_elsewhere(struct step *s, struct str *ret, struct err *err)
{
	const struct field *f = kind_field(s->kind, STR("elsewhere"));
	struct found x = { .t = s->t };
	struct val *v;
	struct buf b;
	size_t n = 0, k;

	*ret = (struct str){ 0 };
	if (!f)
		return true;
	if (!find(s, false, 0, &x, err) || !keep_named(s, &x, false, err))
		return false;
	v = arena_many(s->t->a, x.n, struct val);
	buf_init(&b, s->t->a, 4000);
	for (size_t i = 0; i < x.n; i = k) {
		struct val_row *row = arena_one(s->t->a, struct val_row);
		struct val *cell = arena_many(s->t->a, f->type.n_row, struct val);
		struct str name;

		for (k = i; k < x.n && x.v[k].organ == x.v[i].organ;)
			k++;
		if (!turn_name(s->t, x.v[i].organ, &name, err))
			return false;
		*row = (struct val_row){ .id = x.v[i].organ, .col = f->type.row, .cell = cell, .n = f->type.n_row };
		put_cell(row, cell, "organ", val_text(T_TEXT, name));
		put_cell(row, cell, "count", val_int((int64_t)(k - i)));
		put_cell(row, cell, "way", val_text(T_TEXT, str_fmt(s->t->a, "由移交人本人或者%.*s的负责人，在该机关另列移交清单", STR_FMT(name))));
		v[n++] = (struct val){ .t = T_ROW, .row = row };
		buf_addf(&b, "%s%.*s%zu件", n > 1 ? "、" : "", STR_FMT(name), k - i);
	}
	s->new->field[f->index] = n ? val_list(s->t->a, T_ROWS, v, n) : VAL_NULL;
	*ret = buf_str(&b);
	return true;
}

static void refuse_empty(struct step *s, struct str elsewhere)
{
	const char *say = is_holiday(s) ? "移交人在节日期间没有届满的办件，不用交接" : "移交人没有被指名承办的未办结办件，不用交接";

	refuse(&s->no, (struct refusal){ .sort = REFUSED_CHECK, .node = s->ac->node, .way = STR("leaver"),
		.say = !elsewhere.n || is_holiday(s) ? str_of(say)
			: str_fmt(s->t->a, "移交人在本机关没有被指名承办的未办结办件；在其他机关有%.*s，由移交人本人或者该机关的负责人在该机关列出移交清单",
				  STR_FMT(elsewhere)) });
}

static bool dates_fit(const struct step *s)
{
	const int64_t from = field_day(s->new, "from_day");

	return !is_holiday(s) || (from && from <= field_day(s->new, "to_day"));
}

static bool fill(struct step *s, const struct field *list, const char *moved, struct err *err)
{
	struct found f = { .t = s->t };
	struct str elsewhere;
	int64_t after;

	if (!person_of(s->new, "leaver"))
		return true;
	if (!begins_after(s, &after, err) || !find(s, true, after, &f, err) || !keep_named(s, &f, true, err)
	    || !fill_list(s, list, &f, moved, err) || !fill_elsewhere(s, &elsewhere, err))
		return false;
	set_field(s, "rest", f.n > LIST_MOST ? val_int((int64_t)(f.n - LIST_MOST)) : VAL_NULL);
	if (!f.n && !s->old && dates_fit(s))
		refuse_empty(s, elsewhere);
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
