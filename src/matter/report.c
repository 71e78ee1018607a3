/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Reports (language.md 7): figures of each subject, and their delivery to the organ that the definition names. */
#include "base/day.h"
#include "matter/duty_inner.h"
#include "matter/store.h"
#include "matter/tally.h"

/* ---- reports ---- */

static bool adds_up(const struct expr *e)
{
	return !expr_is_share(e);
}

/* One column, by the answers that were had for all subjects at once. */
static bool report_cells(struct turn *t, struct report_sheet *s, const struct duty_subjects *of, size_t c, const struct tallies *tallies,
			 struct val *sum, struct err *err)
{
	const struct expr *is = s->def->column[c].is;
	const bool sums = adds_up(is);
	struct duty_frame f;

	*sum = sums ? val_num(expr_type(is)->tag, 0) : VAL_NULL;
	for (size_t i = 0; i < of->n; i++) {
		struct val *cell = (struct val *)(uintptr_t)&s->row[i].cell[c];

		duty_frame_init(t, s->def->kind, s->period, of->v[i].organ, &f);
		f.var[DUTY_SUBJECT] = of->v[i].v;
		f.ev.tallied = &tallies->pub;
		if (!expr_eval(is, &f.ev, cell, err))
			return false;
		if (sums && !val_is_null(*cell) && !dec_add(sum->n, cell->n, &sum->n))
			return err_set(err, ERR_BUG, "合计过大");
	}
	return true;
}

static bool report_columns(struct turn *t, struct report_sheet *s, const struct duty_subjects *of, struct val *sum, struct err *err)
{
	const size_t n = s->def->n_column;
	const struct expr **is = arena_many(t->a, n, const struct expr *);
	struct tallies *tallies = arena_many(t->a, n, struct tallies);
	struct duty_frame f;

	duty_frame_init(t, s->def->kind, s->period, 0, &f);
	for (size_t c = 0; c < n; c++)
		is[c] = s->def->column[c].is;
	if (!tallies_ask(t, is, n, &f.ev, tallies, err))
		return false;
	for (size_t c = 0; c < n; c++)
		if (!report_cells(t, s, of, c, &tallies[c], &sum[c], err))
			return false;
	return true;
}

static bool sheet(struct turn *t, const struct law *law, const struct report *r, int64_t day, struct report_sheet *ret,
		  struct err *err)
{
	struct arena *a = t->a;
	struct val *sum = arena_many(a, r->n_column, struct val);
	struct report_row *row;
	struct duty_subjects of;

	*ret = (struct report_sheet){ .law = law, .def = r, .period = period_of(r->every, day), .sum = sum };
	if (!duty_subjects_read(t, law, r->kind, r->subjects, ret->period, &of, err))
		return false;
	row = arena_many(a, of.n, struct report_row);
	for (size_t i = 0; i < of.n; i++)
		row[i] = (struct report_row){ .subject = of.v[i].v.i, .organ = of.v[i].organ, .name = of.v[i].name,
					      .cell = arena_many(a, r->n_column, struct val),
					      .joined = duty_joined(&of.v[i], ret->period) };
	ret->row = row;
	ret->n = of.n;
	return report_columns(t, ret, &of, sum, err);
}

bool matter_report(struct engine *e, struct db *db, struct arena *a, const struct law *law, const struct report *r, int64_t day,
		   struct report_sheet *ret, struct err *err)
{
	return sheet(turn_to_read(e, db, a), law, r, day, ret, err);
}

/* All of them together: what stands in one statement is read once. */
bool matter_reports_keep(struct engine *e, struct db *db, struct arena *a, const struct law *law, int64_t day, struct tally_keep *k,
			 struct err *err)
{
	const struct expr **is = NULL;
	size_t n = 0, cap = 0;
	struct duty_frame f;
	struct turn t;

	turn_init(&t, e, db, a, engine_now(e));
	t.keep = k;
	for (size_t i = 0; i < law->n_kind; i++)
		for (size_t j = 0; j < law->kind[i].n_report; j++) {
			const struct report *r = &law->kind[i].report[j];

			for (size_t c = 0; r->every == EVERY_YEAR && c < r->n_column; c++)
				PUSH(a, is, n, cap, r->column[c].is);
		}
	duty_frame_init(&t, law->kind, period_of(EVERY_YEAR, day), 0, &f);
	return tallies_ask(&t, is, n, &f.ev, arena_many(a, n, struct tallies), err);
}

/* ---- delivery ---- */

/* A delivery's figures are never typed: the kind report_delivery asks which report and period, the rest is put here. */
bool is_delivery(const struct step *s)
{
	return !s->old && !s->import && str_is(s->kind->id, "report_delivery") && str_is(s->ac->id, "open")
	       && (!s->t->dry || s->act->form.n);
}

static void refuse_at(struct step *s, const char *field, struct str say)
{
	refuse(&s->no, (struct refusal){ .sort = REFUSED_FORM, .node = s->ac->node, .field = str_of(field), .way = str_of(field),
					 .say = say });
}

static void put(struct step *s, const char *field, struct val v)
{
	const struct field *f = kind_field(s->kind, str_of(field));

	if (f)
		s->new->field[f->index] = val_fit(s->t->a, &f->type, v);
}

/* One row a column of the report: its name, and the figure as people read it. */
static void put_figures(struct step *s, const struct report *r, const struct report_row *row)
{
	const struct field *f = kind_field(s->kind, STR("figures"));
	struct val *v = arena_many(s->t->a, r->n_column, struct val);

	if (!f || f->type.n_row != 2)
		return;
	for (size_t i = 0; i < r->n_column; i++) {
		struct val *cell = arena_many(s->t->a, 2, struct val);
		struct val_row *line = arena_one(s->t->a, struct val_row);

		cell[0] = val_text(T_TEXT, r->column[i].name);
		cell[1] = val_text(T_TEXT, figure_text(s->t->a, r->column[i].is, row->cell[i]));
		*line = (struct val_row){ .id = (int64_t)i + 1, .col = f->type.row, .cell = cell, .n = 2 };
		v[i] = (struct val){ .t = T_ROW, .row = line };
	}
	s->new->field[f->index] = val_list(s->t->a, T_ROWS, v, r->n_column);
}

/* Who delivers and to whom, as the definition says it of this organ and period. */
static bool parties(struct step *s, const struct report *r, struct period p, struct val *ret_to, struct err *err)
{
	const struct who *by;
	struct duty_frame f;

	duty_frame_init(s->t, r->kind, p, s->new->organ, &f);
	f.var[DUTY_SUBJECT] = val_i64(T_ORGAN, s->new->organ);
	f.ev.actor = s->ev.actor;
	f.ev.actor_organ = s->ev.actor_organ;
	if (!expr_eval(r->to, &f.ev, ret_to, err) || !whos_let(s->t, &r->deliver->who, &f.ev, &s->act->who, &by, err))
		return false;
	if (!by && s->act->who.sort == ACTOR_PERSON)
		refuse(&s->no, (struct refusal){ .sort = REFUSED_RIGHT, .node = s->ac->node,
						 .say = str_fmt(s->t->a, "“%.*s”没有规定由您报送", STR_FMT(r->name)) });
	if (val_is_null(*ret_to))
		refuse_at(s, "report", str_fmt(s->t->a, "“%.*s”的接收单位没有登记，不能报送", STR_FMT(r->name)));
	return true;
}

static bool put_delivery(struct step *s, const struct report *r, struct period p, struct err *err)
{
	struct duty_sheet when = { .law = s->kind->law, .def = r->deliver, .period = p };
	struct report_sheet of;
	struct val to;

	if (!parties(s, r, p, &to, err))
		return false;
	if (p.to >= day_at(s->t->now))
		refuse_at(s, "period_from", str_fmt(s->t->a, "%.*s还没有结束，结束后报送", STR_FMT(period_text(s->t->a, r->every, p.from))));
	if (s->no.n)
		return true;
	if (!duty_when(s->t, &when, err) || !sheet(s->t, s->kind->law, r, p.from, &of, err))
		return false;
	for (size_t i = 0; i < of.n; i++)
		if (of.row[i].subject == s->new->organ) {
			put(s, "title", val_text(T_TEXT, r->name));
			put(s, "period_name", val_text(T_TEXT, period_text(s->t->a, r->every, p.from)));
			put(s, "period_from", val_i64(T_DATE, p.from));
			put(s, "period_to", val_i64(T_DATE, p.to));
			put(s, "due_on", val_i64(T_DATE, when.last));
			put(s, "receiver", to);
			put_figures(s, r, &of.row[i]);
			return true;
		}
	refuse_at(s, "report", str_fmt(s->t->a, "“%.*s”不统计本单位，不用报送", STR_FMT(r->name)));
	return true;
}

bool step_delivery(struct step *s, struct err *err)
{
	const struct str path = snap_text(s->new, "report");
	const struct val *from = snap_field(s->new, "period_from");
	const struct report *r = law_report(s->kind->law, path);

	if (!path.n || !from || from->t != T_DATE)
		return true; /* said as missing */
	if (!r || !r->deliver || !node_on(r->deliver->node)) {
		refuse_at(s, "report", str_fmt(s->t->a, "“%.*s”不是要报送的报表。从“统计报表”页选报表和期间，再点“报送”", STR_FMT(path)));
		return true;
	}
	touch(s->kind->law, r->deliver->node);
	return put_delivery(s, r, period_of(r->every, from->i), err);
}
