/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/statistic.h"

#include <stdlib.h>

#include "base/day.h"
#include "matter/inner.h"
#include "matter/sight.h"

#define AT_ONCE 200   /* matters a slice: what is read for them goes before the next */
#define CLOCKS 16     /* matters whose clocks are asked together */
#define WITHOUT "-"

struct groups {
	struct statistic_group v[STATISTIC_COLUMNS > STATISTIC_ROWS ? STATISTIC_COLUMNS : STATISTIC_ROWS];
	int64_t count[STATISTIC_ROWS];
	size_t n, most;
};

struct counting {
	struct engine *e;
	struct db *db;
	struct arena *a, *slice;
	const struct statistic_ask *ask;
	struct val_names names;
	struct groups row, column;
	struct statistic_figure *cell; /* [row][column][figure], 0 for all together */
	int64_t n, began;
	bool several;
	bool late[AT_ONCE], judged[AT_ONCE];
	/* one cell's matters are wanted */
	const struct str *want_row, *want_column;
	size_t want_figure;
	int64_t *id, n_all;
	size_t n_id;
};

/* ---- what may be asked ---- */

static bool is_open(const struct field *f)
{
	return !f->see.set && !f->personal.n;
}

bool statistic_parts(const struct field *f)
{
	switch (f->type.tag) {
	case T_ENUM:
	case T_PICKS:
	case T_BOOL:
	case T_USER:
	case T_USERS:
	case T_ORGAN:
	case T_ORGANS:
	case T_REF:
	case T_REFS:
	case T_REGION:
	case T_DATE:
		return is_open(f);
	default:
		return false;
	}
}

bool statistic_sums(const struct field *f)
{
	return is_open(f) && (f->type.tag == T_MONEY || f->type.tag == T_INT || f->type.tag == T_NUM);
}

bool statistic_dates(const struct field *f)
{
	return is_open(f) && f->type.tag == T_DATE;
}

static bool allowed(const struct statistic_ask *q, struct err *err)
{
	const struct part_by *const by[] = { &q->on, &q->row, &q->column };

	for (size_t i = 0; i < ARRAY_LEN(by); i++)
		if (by[i]->sort == PART_FIELD && !statistic_parts(by[i]->field))
			return err_set(err, ERR_FORBIDDEN, "不能按“%.*s”统计", STR_FMT(by[i]->field->name));
	for (size_t i = 0; i < q->n_figure; i++)
		if (q->figure[i].sort == FIGURE_SUM && !statistic_sums(q->figure[i].field))
			return err_set(err, ERR_FORBIDDEN, "不能合计“%.*s”", STR_FMT(q->figure[i].field->name));
	return q->n_figure <= STATISTIC_FIGURES || err_set(err, ERR_TOO_LARGE, "一张表最多%d个数，请少选几个", STATISTIC_FIGURES);
}

/* ---- the value by which a matter is parted ---- */

static bool term_value(struct counting *x, const struct snap *s, const struct term *t, struct val *ret, struct err *err)
{
	struct matter_view m;

	*ret = VAL_NULL;
	if (!matter_see(x->e, x->db, x->slice, &x->ask->of.who, s->id, SEE_FIELDS | SEE_TERMS, &m, err))
		return false;
	for (size_t i = 0; i < m.n_term; i++)
		if (str_eq(m.term[i].def->id, t->id))
			*ret = m.term[i].v;
	return true;
}

static bool value_of(struct counting *x, const struct snap *s, const struct part_by *by, struct val *ret, struct err *err)
{
	const struct field *f;

	*ret = VAL_NULL;
	switch (by->sort) {
	case PART_ORGAN:
		*ret = s->organ ? val_i64(T_ORGAN, s->organ) : VAL_NULL;
		return true;
	case PART_OPENED:
		*ret = val_i64(T_DATE, day_at(s->opened));
		return true;
	case PART_ENDED:
		*ret = s->ended ? val_i64(T_DATE, day_at(s->ended)) : VAL_NULL;
		return true;
	case PART_FIELD:
		f = kind_field(s->kind, by->field->id); /* an older version of the kind has its own */
		*ret = f && is_open(f) ? s->field[f->index] : VAL_NULL;
		return true;
	case PART_TERM:
		return term_value(x, s, by->term, ret, err);
	default:
		return true;
	}
}

static struct str key_text(struct arena *a, struct val v)
{
	struct buf b;

	if (v.t == T_DATE) {
		const struct ymd d = day_ymd(v.i);

		return str_fmt(a, "%04d-%02d", d.year, d.month);
	}
	if (v.t == T_USER || v.t == T_ORGAN || v.t == T_REF)
		return str_fmt(a, "%lld", (long long)v.i);
	buf_init(&b, a, 4000);
	val_put_plain(&b, v);
	return b.n ? buf_str(&b) : STR(WITHOUT);
}

static struct str name_text(struct counting *x, const struct snap *s, const struct part_by *by, struct val v)
{
	struct buf b;

	if (by->sort == PART_STATE)
		return str_dup(x->a, s->state->name);
	if (by->sort == PART_NONE || val_is_null(v))
		return STR("（未填）");
	if (v.t == T_DATE) {
		const struct ymd d = day_ymd(v.i);

		return str_fmt(x->a, "%d年%d月", d.year, d.month);
	}
	buf_init(&b, x->a, 4000);
	val_put_cn(&b, x->slice, v, &x->names);
	return buf_str(&b);
}

/* States and choices stand as they are defined, months by time; what has no order of its own, by number. */
static int64_t order_of(const struct snap *s, const struct part_by *by, struct val v)
{
	const struct type *t = by->sort == PART_FIELD ? &by->field->type : by->sort == PART_TERM ? &by->term->is.type : NULL;
	const struct ymd d = v.t == T_DATE ? day_ymd(v.i) : (struct ymd){ 0 };

	if (by->sort == PART_STATE)
		return (int64_t)s->state->index;
	if (val_is_null(v))
		return INT64_MAX;
	if (v.t == T_DATE)
		return d.year * 12 + d.month;
	if (v.t == T_BOOL)
		return !v.b;
	for (size_t i = 0; t && t->values && v.t == T_ENUM && i < t->values->n; i++)
		if (str_eq(t->values->v[i].id, v.s))
			return (int64_t)i;
	return -1;
}

static bool group_of(struct counting *x, struct groups *g, const struct snap *s, const struct part_by *by, struct val v,
		     size_t *ret, struct err *err)
{
	const struct str key = by->sort == PART_STATE ? s->state->id : key_text(x->slice, v);

	for (*ret = 0; *ret < g->n; (*ret)++)
		if (str_eq(g->v[*ret].key, key))
			return true;
	if (g->n == g->most)
		return err_set(err, ERR_TOO_LARGE, "分出来的%s超过%zu%s，请换一个分组或者缩小范围", g == &x->row ? "行" : "列", g->most,
			       g == &x->row ? "行" : "列");
	g->v[g->n++] = (struct statistic_group){ str_dup(x->a, key), name_text(x, s, by, v), order_of(s, by, v) };
	return true;
}

/* The groups of one matter; at[0..*ret_n). */
static bool groups_of(struct counting *x, struct groups *g, const struct snap *s, const struct part_by *by, size_t *at, size_t *ret_n,
		      struct err *err)
{
	struct val v;
	bool list;

	*ret_n = 0;
	if (by->sort == PART_NONE)
		return true;
	if (!value_of(x, s, by, &v, err))
		return false;
	list = type_is_list(v.t);
	if (list && v.list->n > STATISTIC_KEYS)
		return err_set(err, ERR_TOO_LARGE, "有的办件这一项多于%d个值，不能按它分组", STATISTIC_KEYS);
	if (!list || !v.list->n) {
		*ret_n = 1;
		return group_of(x, g, s, by, list ? VAL_NULL : v, &at[0], err);
	}
	x->several = x->several || v.list->n > 1;
	for (size_t i = 0; i < v.list->n; i++) {
		size_t one, j = 0;

		if (!group_of(x, g, s, by, v.list->v[i], &one, err))
			return false;
		while (j < *ret_n && at[j] != one)
			j++;
		if (j == *ret_n)
			at[(*ret_n)++] = one;
	}
	return true;
}

/* ---- clocks ---- */

static const struct stmt st_runs = { "statistic_runs",
	"SELECT matter, due, state, stopped FROM clock WHERE clock = $1 AND matter IN"
	" ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ORDER BY matter, run" };

struct runs {
	struct counting *x;
	const struct list_row *row;
	size_t n, from;
	int64_t matter, due, stopped, now;
	struct str state;
};

/* As clock(c).late is (tally.c); the last run is read last. */
static bool one_run(void *ctx, struct err *err)
{
	struct runs *r = ctx;
	size_t i = r->from;
	bool late;

	(void)err;
	while (i < r->n && r->row[i].snap->id != r->matter)
		i++;
	if (i == r->n)
		return true;
	late = str_is(r->state, "late")
	    || (r->due && !str_is(r->state, "ended") && !str_is(r->state, "paused") && (r->stopped ? r->stopped : r->now) >= r->due);
	r->x->late[i] = late;
	r->x->judged[i] = late || str_is(r->state, "met");
	return true;
}

static bool read_runs(struct counting *x, const struct clock *c, const struct list_row *row, size_t n, struct err *err)
{
	struct runs r = { .x = x, .row = row, .n = n, .now = engine_now(x->e) };
	const struct db_out out[] = { db_to_i64(&r.matter), db_to_i64(&r.due), db_to_str(&r.state), db_to_i64(&r.stopped) };

	for (size_t i = 0; i < n; i++)
		x->late[i] = x->judged[i] = false;
	for (; r.from < n; r.from += CLOCKS) {
		struct db_in in[CLOCKS + 1] = { db_str(c->id) };

		for (size_t i = 0; i < CLOCKS; i++)
			in[i + 1] = db_i64(r.from + i < n ? row[r.from + i].snap->id : 0);
		if (!db_each(x->db, x->slice, &st_runs, DB_IN(in), DB_OUT(out), one_run, &r, err))
			return false;
	}
	return true;
}

/* ---- counting ---- */

static struct statistic_figure *cell_at(struct counting *x, size_t row, size_t column, size_t figure)
{
	return &x->cell[(row * (STATISTIC_COLUMNS + 1) + column) * STATISTIC_FIGURES + figure];
}

/* What one matter adds to a figure; false in *ret_counts: it is not counted by it. */
static struct statistic_figure gives(const struct counting *x, const struct figure *f, const struct snap *s, size_t at)
{
	const struct field *own;

	switch (f->sort) {
	case FIGURE_SUM:
		own = kind_field(s->kind, f->field->id);
		if (!own || !statistic_sums(own) || val_is_null(s->field[own->index]))
			return (struct statistic_figure){ 0 };
		return (struct statistic_figure){ .n = 1, .sum = s->field[own->index].n };
	case FIGURE_LATE:
		return (struct statistic_figure){ .n = x->late[at], .of = x->judged[at] };
	case FIGURE_DAYS:
		if (!s->ended)
			return (struct statistic_figure){ 0 };
		return (struct statistic_figure){ .n = 1, .sum = dec_int(day_at(s->ended) - day_at(s->opened)) };
	default:
		return (struct statistic_figure){ .n = 1 };
	}
}

static bool add_to(struct statistic_figure *to, const struct statistic_figure *x, struct err *err)
{
	to->n += x->n;
	to->of += x->of;
	return dec_add(to->sum, x->sum, &to->sum) || err_set(err, ERR_BUG, "合计过大");
}

static bool in_cell(struct counting *x, const size_t *row, size_t n_row, const size_t *column, size_t n_column, size_t figure,
		    const struct statistic_figure *add, struct err *err)
{
	if (!add_to(cell_at(x, 0, 0, figure), add, err))
		return false;
	for (size_t i = 0; i < n_row; i++)
		if (!add_to(cell_at(x, row[i] + 1, 0, figure), add, err))
			return false;
	for (size_t j = 0; j < n_column; j++)
		if (!add_to(cell_at(x, 0, column[j] + 1, figure), add, err))
			return false;
	for (size_t i = 0; i < n_row; i++)
		for (size_t j = 0; j < n_column; j++)
			if (!add_to(cell_at(x, row[i] + 1, column[j] + 1, figure), add, err))
				return false;
	return true;
}

static bool has_key(const struct groups *g, const size_t *at, size_t n, const struct str *want)
{
	if (!want->n)
		return true;
	for (size_t i = 0; i < n; i++)
		if (str_eq(g->v[at[i]].key, *want))
			return true;
	return false;
}

static void take_wanted(struct counting *x, const struct snap *s, const struct statistic_figure *add)
{
	if (!add->n)
		return;
	if (x->n_id < STATISTIC_LISTED)
		x->id[x->n_id++] = s->id;
	x->n_all++;
}

static bool in_period(struct counting *x, const struct snap *s, bool *ret, struct err *err)
{
	struct val day;

	*ret = true;
	if (x->ask->on.sort == PART_NONE)
		return true;
	if (!value_of(x, s, &x->ask->on, &day, err))
		return false;
	*ret = day.t == T_DATE && day.i >= x->ask->from && day.i <= x->ask->to;
	return true;
}

static bool count_one(struct counting *x, const struct snap *s, size_t at, struct err *err)
{
	size_t row[STATISTIC_KEYS], column[STATISTIC_KEYS], n_row, n_column;
	bool in;

	if (!in_period(x, s, &in, err))
		return false;
	if (!in)
		return true;
	if (!groups_of(x, &x->row, s, &x->ask->row, row, &n_row, err) || !groups_of(x, &x->column, s, &x->ask->column, column, &n_column, err))
		return false;
	x->n++;
	for (size_t i = 0; i < n_row; i++)
		x->row.count[row[i]]++;
	for (size_t i = 0; i < n_column; i++)
		x->column.count[column[i]]++;
	for (size_t i = 0; i < x->ask->n_figure; i++) {
		const struct statistic_figure add = gives(x, &x->ask->figure[i], s, at);

		if (x->want_row && i == x->want_figure && has_key(&x->row, row, n_row, x->want_row)
		    && has_key(&x->column, column, n_column, x->want_column))
			take_wanted(x, s, &add);
		if (!in_cell(x, row, n_row, column, n_column, i, &add, err))
			return false;
	}
	return true;
}

static bool slice_of(struct counting *x, struct list_query *q, size_t *ret_n, struct err *err)
{
	const struct list_row *row;

	if (!matter_list(x->e, x->db, x->slice, q, &row, ret_n, err))
		return false;
	for (size_t i = 0; i < x->ask->n_figure; i++)
		if (x->ask->figure[i].sort == FIGURE_LATE && !read_runs(x, x->ask->figure[i].clock, row, *ret_n, err))
			return false;
	for (size_t i = 0; i < *ret_n; i++)
		if (!count_one(x, row[i].snap, i, err))
			return false;
	if (*ret_n) {
		q->after_key = row[*ret_n - 1].key;
		q->after_id = row[*ret_n - 1].snap->id;
	}
	return true;
}

static bool within_limits(const struct counting *x, int64_t done, struct err *err)
{
	const struct statistic_ask *q = x->ask;

	if (q->most && done > q->most)
		return err_set(err, ERR_TOO_LARGE, "这一口径的办件超过%lld件，不能当场统计", (long long)q->most);
	if (q->time && time_monotonic() - x->began > q->time)
		return err_set(err, ERR_TIMEOUT, "统计用时超过%lld秒，不能当场统计", (long long)q->time / 1000);
	if (q->go_on && !q->go_on(q->ctx, done))
		return err_set(err, ERR_TIMEOUT, "统计没有做完，可以重新统计");
	return true;
}

/* Each slice has memory of its own, and so a turn of its own: what the page keeps stands again behind it. */
static bool count_all(struct counting *x, struct err *err)
{
	struct list_query q = x->ask->of;
	void **memo = db_view_memo(x->db), *kept = memo ? *memo : NULL;
	int64_t done = 0;
	size_t n = AT_ONCE;
	bool ok = true;

	q.bare = true;
	q.order = LIST_OPENED;
	q.limit = AT_ONCE;
	q.after_key = q.after_id = 0;
	if (x->ask->on.sort == PART_OPENED) {
		q.opened_from = day_start(x->ask->from);
		q.opened_before = day_start(x->ask->to + 1);
	}
	while (ok && n == AT_ONCE) {
		ok = slice_of(x, &q, &n, err);
		done += ok ? (int64_t)n : 0;
		ok = ok && within_limits(x, done, err);
		if (memo)
			*memo = kept;
		arena_reset(x->slice);
	}
	return ok;
}

/* ---- in order ---- */

struct placed {
	size_t at;
	int64_t order, n;
	struct str name;
};

static int by_place(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : str_cmp(x->name, y->name);
}

static const struct statistic_group *in_order(struct arena *a, const struct groups *g, const size_t **ret_at)
{
	struct placed *p = arena_many(a, g->n + 1, struct placed);
	struct statistic_group *v = arena_many(a, g->n + 1, struct statistic_group);
	size_t *at = arena_many(a, g->n + 1, size_t);

	for (size_t i = 0; i < g->n; i++)
		p[i] = (struct placed){ i, g->v[i].order, g->count[i], g->v[i].name };
	if (g->n > 1)
		qsort(p, g->n, sizeof(*p), by_place);
	for (size_t i = 0; i < g->n; i++) {
		v[i] = g->v[p[i].at];
		at[i] = p[i].at + 1;
	}
	*ret_at = at;
	return v;
}

static bool count(struct counting *x, struct err *err)
{
	bool ok;

	x->row.most = STATISTIC_ROWS;
	x->column.most = STATISTIC_COLUMNS;
	x->began = time_monotonic();
	x->cell = arena_many(x->a, (STATISTIC_ROWS + 1) * (STATISTIC_COLUMNS + 1) * STATISTIC_FIGURES, struct statistic_figure);
	if (!allowed(x->ask, err) || !matter_names(x->e, x->db, x->a, &x->ask->of.who, &x->names, err))
		return false;
	x->slice = arena_new();
	ok = count_all(x, err);
	(void)arena_free(x->slice);
	return ok;
}

bool matter_statistic(struct engine *e, struct db *db, struct arena *a, const struct statistic_ask *ask, struct statistic *ret,
		      struct err *err)
{
	struct counting *x = arena_one(a, struct counting);

	*x = (struct counting){ .e = e, .db = db, .a = a, .ask = ask };
	if (!count(x, err))
		return false;
	*ret = (struct statistic){ .ask = ask, .n_row = x->row.n, .n_column = x->column.n, .cell = x->cell, .n = x->n, .several = x->several };
	ret->row = in_order(a, &x->row, &ret->row_at);
	ret->column = in_order(a, &x->column, &ret->column_at);
	return true;
}

const struct statistic_figure *statistic_cell(const struct statistic *s, size_t row, size_t column, size_t figure)
{
	const size_t r = row ? s->row_at[row - 1] : 0, c = column ? s->column_at[column - 1] : 0;

	return &s->cell[(r * (STATISTIC_COLUMNS + 1) + c) * STATISTIC_FIGURES + figure];
}

bool matter_statistic_of(struct engine *e, struct db *db, struct arena *a, const struct statistic_ask *ask, struct str row,
			 struct str column, size_t figure, const int64_t **ret, size_t *ret_n, int64_t *ret_n_all, struct err *err)
{
	struct counting *x = arena_one(a, struct counting);

	*x = (struct counting){ .e = e, .db = db, .a = a, .ask = ask, .want_row = &row, .want_column = &column, .want_figure = figure,
				.id = arena_many(a, STATISTIC_LISTED, int64_t) };
	if (!count(x, err))
		return false;
	*ret = x->id;
	*ret_n = x->n_id;
	*ret_n_all = x->n_all;
	return true;
}
