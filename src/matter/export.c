/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/export.h"

#include "base/day.h"
#include "matter/inner.h"
#include "matter/store.h"

#define CELL_MOST ((size_t)256 * 1024)
#define WAN 10000 /* amounts of prescribed tables are in ten thousand yuan */

struct exporting {
	struct turn *t;
	const struct actor *who;
	const struct export_def *x;
	struct val_names names;
	struct snap self;     /* stands for `this`, of which there is none: settings are those of its organ */
	struct val var[EXPORT_VARS];
	struct eval ev;
};

static void frame_of(struct exporting *f, const struct snap *row, int64_t organ, struct period p)
{
	f->self = (struct snap){ .id = NOT_STORED, .kind = f->x->kind, .organ = organ,
				 .opened = row ? row->opened : day_start(p.from) };
	f->var[EXPORT_ROW] = row ? val_i64(T_REF, row->id) : VAL_NULL;
	f->var[EXPORT_PERIOD] = (struct val){ .t = T_INTERVAL, .interval = { p.from, p.to, false } };
	f->ev = turn_eval(f->t, &f->self, NULL, f->who);
	f->ev.var = f->var;
}

/* ---- a cell ---- */

static void put_text(struct exporting *f, struct buf *b, struct val v)
{
	if (v.t == T_DATE) {
		const struct ymd d = day_ymd(v.i);

		buf_addf(b, "%04d/%02d/%02d", d.year, d.month, d.day);
	} else if (v.t == T_PICKS) {
		for (size_t i = 0; i < v.list->n; i++) {
			buf_adds(b, i ? ";" : "");
			val_put_cn(b, f->t->a, v.list->v[i], &f->names);
		}
	} else {
		val_put_cn(b, f->t->a, v, &f->names);
	}
}

static bool cell_of(struct exporting *f, struct val v, struct export_cell *ret, struct err *err)
{
	struct buf b;

	*ret = (struct export_cell){ .n = VAL_NULL };
	if (val_is_null(v))
		return true;
	buf_init(&b, f->t->a, CELL_MOST);
	if (v.t == T_MONEY) {
		ret->n = val_num(T_NUM, 0);
		if (!dec_div(v.n, dec_int(WAN), &ret->n.n))
			return err_set(err, ERR_BUG, "金额过大");
		dec_put(&b, ret->n.n);
	} else {
		put_text(f, &b, v);
	}
	ret->text = str_trim(buf_str(&b));
	return true;
}

/* The first value that its condition lets and that is not null. */
static bool value_of(struct exporting *f, const struct choose *is, struct val *ret, struct err *err)
{
	*ret = VAL_NULL;
	for (size_t i = 0; i < is->n && val_is_null(*ret); i++) {
		enum truth holds = TRUTH_TRUE;

		if (is->row[i].when && !expr_truth(is->row[i].when, &f->ev, &holds, err))
			return false;
		if (holds == TRUTH_TRUE && !expr_eval(is->row[i].is, &f->ev, ret, err))
			return false;
	}
	return true;
}

static bool needed(struct exporting *f, const struct export_column *c, bool *ret, struct err *err)
{
	enum truth holds = TRUTH_FALSE;

	if (c->need && !expr_truth(c->need, &f->ev, &holds, err))
		return false;
	*ret = holds == TRUTH_TRUE;
	return true;
}

/* ---- a row ---- */

static bool row_of(struct exporting *f, struct snap *m, struct period p, struct export_row *ret, struct err *err)
{
	const size_t n = f->x->n_column;
	struct export_cell *cell = arena_many(f->t->a, n, struct export_cell);
	struct export_fault *fault = arena_many(f->t->a, n, struct export_fault);
	bool must;

	*ret = (struct export_row){ .matter = m->id, .code = m->code, .name = snap_title(f->t->a, m), .cell = cell, .fault = fault };
	frame_of(f, m, m->organ, p);
	for (size_t i = 0; i < n; i++) {
		const struct export_column *c = &f->x->column[i];
		struct val v;

		if (!value_of(f, &c->is, &v, err) || !cell_of(f, v, &cell[i], err) || !needed(f, c, &must, err))
			return false;
		if (!cell[i].text.n && must)
			fault[ret->n_fault++] = (struct export_fault){ c, 0 };
		if (c->length && str_chars(cell[i].text) > (size_t)c->length)
			fault[ret->n_fault++] = (struct export_fault){ c, str_chars(cell[i].text) };
	}
	return !m->organ || turn_name(f->t, m->organ, &ret->organ, err);
}

/* A role counts in the row's own organ: what another organ has published is seen, but not what it knows of the person. */
static bool lets(struct exporting *f, const struct snap *m, struct period p, bool *ret, struct err *err)
{
	const struct who *by;

	if (!may_see(f->t, m, f->who, ret, err))
		return false;
	if (!*ret)
		return true;
	frame_of(f, m, m->organ, p);
	if (!whos_let(f->t, &f->x->who, &f->ev, f->who, &by, err))
		return false;
	*ret = by != NULL;
	return true;
}

static bool rows_of(struct exporting *f, const struct val_list *list, struct export_sheet *ret, struct err *err)
{
	struct export_row *row = arena_many(f->t->a, list->n, struct export_row);
	struct snap *m;
	bool sees;

	for (size_t i = 0; i < list->n; i++) {
		if (!turn_load(f->t, list->v[i].i, &m, err))
			return false;
		if (!m)
			continue;
		if (!lets(f, m, ret->period, &sees, err) || (sees && !row_of(f, m, ret->period, &row[ret->n], err)))
			return false;
		if (!sees)
			continue;
		ret->n_whole += row[ret->n].n_fault == 0;
		ret->n++;
	}
	ret->row = row;
	return true;
}

/* ---- asking ---- */

static bool may(struct exporting *f, struct period p, bool *ret, struct err *err)
{
	const struct who *by = NULL;

	frame_of(f, NULL, f->who->organ, p);
	if (node_on(f->x->node) && !whos_let(f->t, &f->x->who, &f->ev, f->who, &by, err))
		return false;
	*ret = by != NULL;
	return true;
}

bool matter_export_may(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct export_def *x,
		       bool *ret, struct err *err)
{
	struct exporting f = { .t = turn_to_read(e, db, a), .who = who, .x = x };

	return may(&f, (struct period){ 0, 0 }, ret, err);
}

bool matter_export(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct export_def *x,
		   struct period period, struct export_sheet *ret, struct err *err)
{
	struct exporting f = { .t = turn_to_read(e, db, a), .who = who, .x = x };
	struct val list;
	bool let;

	*ret = (struct export_sheet){ .def = x, .period = period };
	if (!matter_names(e, db, a, who, &f.names, err) || !may(&f, period, &let, err))
		return false;
	if (!let)
		return err_set(err, ERR_FORBIDDEN, "您的岗位不能导出“%.*s”", STR_FMT(x->name));
	if (!expr_eval(x->rows, &f.ev, &list, err))
		return false;
	return !type_is_list(list.t) || rows_of(&f, list.list, ret, err);
}
