/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Queries of law/tally.h as SQL. The text is written from definitions alone: ids are [a-z0-9_], values are bound. */
#include "matter/tally.h"

#include <stdlib.h>

#include "base/day.h"
#include "matter/world.h"

#define SQL_MAX ((size_t)64 << 10) /* a condition has 2,000 characters */

struct writer {
	struct buf b;
	struct arena *a;
	bool pg;
	bool json;        /* the text of the fields is read */
	bool broken;      /* what cannot be said in SQL */
	bool within;      /* a figure's own condition: asked of each row that is read, by what the row itself says */
	struct str kind;
	struct db_in *in;
	size_t n_in, cap_in;
};

/* Each ? of the text is an id of the definitions. */
static void put(struct buf *b, const char *text, struct str id)
{
	for (; *text; text++) {
		if (*text == '?')
			buf_add(b, id);
		else
			buf_addc(b, *text);
	}
}

static void put_in(struct writer *w, struct db_in in)
{
	PUSH(w->a, w->in, w->n_in, w->cap_in, in);
	buf_addf(&w->b, "$%zu", w->n_in);
}

/* A field of the snapshot in the type in which it is compared: days as texts, money as fen, yes and no as 1 and 0. */
static void put_field(struct writer *w, const struct field *f, bool sort)
{
	const enum type_tag t = f->type.tag;

	w->json = true;
	if (!w->pg)
		put(&w->b, sort ? "json_extract(m.fields, '$.?.sort')" : "json_extract(m.fields, '$.?')", f->id);
	else if (sort)
		put(&w->b, "(j.f -> '?' ->> 'sort')", f->id);
	else if (t == T_BOOL)
		put(&w->b, "CASE j.f ->> '?' WHEN 'true' THEN 1 WHEN 'false' THEN 0 END", f->id);
	else if (t == T_NUM)
		put(&w->b, "CAST(j.f ->> '?' AS numeric)", f->id);
	else if (type_is_text(t) || t == T_ENUM || t == T_DATE)
		put(&w->b, "(j.f ->> '?')", f->id);
	else
		put(&w->b, "CAST(j.f ->> '?' AS bigint)", f->id);
}

static void put_operand(struct writer *w, const struct filter *f)
{
	static const char *const column[] = { [ON_STATE] = "m.state", [ON_ORGAN] = "m.organ", [ON_PARENT] = "m.parent",
					      [ON_OPENED] = "m.opened", [ON_ENDED] = "m.ended" };
	const char *day = f->by_day ? " + 28800000) / 86400000" : ""; /* the day in Shanghai */

	buf_adds(&w->b, f->by_day ? "((" : "");
	if (f->on == ON_FIELD)
		put_field(w, f->field, false);
	else if (f->on == ON_PARTY_SORT)
		put_field(w, f->field, true);
	else
		buf_adds(&w->b, column[f->on]);
	buf_addf(&w->b, "%s%s", day, f->by_day ? ")" : "");
}

/* A plain number beside money means yuan. */
static struct val beside(const struct filter *f, struct val v)
{
	if (f->on == ON_FIELD && f->field->type.tag == T_MONEY && (v.t == T_INT || v.t == T_NUM))
		v.t = T_MONEY;
	return v;
}

/* Null equals nothing, and is bound as such. */
static void put_value(struct writer *w, const struct filter *f, struct val v)
{
	struct val_key key;
	struct buf day;

	v = beside(f, v);
	if (v.t == T_DATE && !f->by_day) {
		buf_init(&day, w->a, 20);
		day_put(&day, v.i);
		put_in(w, db_str(buf_str(&day)));
	} else if (v.t == T_NUM || (f->on == ON_FIELD && f->field->type.tag == T_NUM && (v.t == T_INT))) {
		buf_init(&day, w->a, 60);
		dec_put(&day, v.n);
		buf_adds(&w->b, "CAST(");
		put_in(w, db_str(buf_str(&day)));
		buf_adds(&w->b, " AS numeric)");
	} else if (!val_key(w->a, v, &key)) {
		w->broken = w->broken || !val_is_null(v); /* a fraction beside whole numbers */
		buf_adds(&w->b, "NULL");
	} else {
		put_in(w, key.is_text ? db_str(key.text) : db_i64(key.num));
	}
}

/* An index can answer: the matters that have such a key. Only where it does not matter whether no or unknown. */
static bool by_key(const struct writer *w, const struct kind *k, const struct filter *f)
{
	return !w->within && (f->op == FILTER_BETWEEN || f->op == FILTER_EQ || f->op == FILTER_HAS || f->op == FILTER_IN) && f->on == ON_FIELD
	       && !f->by_day && field_is_keyed(k, f->field) && !w->broken;
}

static void put_key_value(struct writer *w, const struct filter *f, struct val v)
{
	struct val_key key;

	v = beside(f, v);
	if (!val_key(w->a, v, &key))
		w->broken = w->broken || !val_is_null(v);
	if (w->broken || val_is_null(v))
		buf_adds(&w->b, "NULL");
	else
		put_in(w, key.is_text ? db_str(key.text) : db_i64(key.num));
}

static bool key_is_text(const struct field *f)
{
	struct type el = type_is_list(f->type.tag) ? type_element(&f->type) : f->type;

	return el.tag == T_ENUM || el.tag == T_PARTY || type_is_text(el.tag);
}

static void put_key(struct writer *w, const struct filter *f)
{
	const bool text = key_is_text(f->field);

	put(&w->b, text ? "m.id IN (SELECT k.matter FROM matter_key_text k WHERE k.field = '?."
			: "m.id IN (SELECT k.matter FROM matter_key_num k WHERE k.field = '?.", w->kind);
	put(&w->b, text ? "?' AND k.text " : "?' AND k.num ", f->field->id);
	if (f->op == FILTER_BETWEEN) {
		buf_adds(&w->b, ">= ");
		put_key_value(w, f, f->a);
		buf_adds(&w->b, text ? " AND k.text <= " : " AND k.num <= ");
		put_key_value(w, f, f->b);
	} else if (f->op == FILTER_IN) {
		buf_adds(&w->b, "IN (");
		for (size_t i = 0; i < f->a.list->n; i++) {
			buf_adds(&w->b, i ? ", " : "");
			put_key_value(w, f, f->a.list->v[i]);
		}
		buf_adds(&w->b, f->a.list->n ? ")" : "NULL)");
	} else {
		buf_adds(&w->b, "= ");
		put_key_value(w, f, f->a);
	}
	buf_adds(&w->b, ")");
}

static void put_in_list(struct writer *w, const struct filter *f)
{
	put_operand(w, f);
	buf_adds(&w->b, f->op == FILTER_IN ? " IN (" : " NOT IN (");
	for (size_t i = 0; i < f->a.list->n; i++) {
		buf_adds(&w->b, i ? ", " : "");
		put_value(w, f, f->a.list->v[i]);
	}
	buf_adds(&w->b, f->a.list->n ? ")" : "NULL)");
}

static void put_between(struct writer *w, const struct filter *f)
{
	buf_adds(&w->b, f->op == FILTER_BETWEEN ? "(" : "NOT (");
	put_operand(w, f);
	buf_adds(&w->b, " BETWEEN ");
	put_value(w, f, f->a);
	buf_adds(&w->b, " AND ");
	put_value(w, f, f->b);
	buf_adds(&w->b, ")");
}

/* As clock(c).late is in the world (run_value): of the last run; unknown when it never started. */
static void put_late(struct writer *w, const struct filter *f, int64_t now)
{
	put(&w->b, "EXISTS (SELECT 1 FROM clock c WHERE c.matter = m.id AND c.clock = '?' AND c.run ="
		   " (SELECT MAX(x.run) FROM clock x WHERE x.matter = m.id AND x.clock = '?') AND ", f->id);
	buf_adds(&w->b, f->op == FILTER_EQ ? "(" : "NOT (");
	buf_adds(&w->b, "c.state = 'late' OR (c.due IS NOT NULL AND c.state NOT IN ('ended', 'paused') AND COALESCE(c.stopped, ");
	put_in(w, db_i64(now));
	buf_adds(&w->b, ") >= c.due)))");
}

static void put_done(struct writer *w, const struct filter *f)
{
	buf_adds(&w->b, f->op == FILTER_EQ ? "" : "NOT ");
	put(&w->b, "EXISTS (SELECT 1 FROM event e WHERE e.matter = m.id AND e.action = '?' AND NOT EXISTS"
		   " (SELECT 1 FROM taken_back k WHERE k.event = e.id))", f->id);
}

/* Whether a list of the snapshot has a value: choices are texts there, matters and persons numbers. */
static void put_has(struct writer *w, const struct filter *f)
{
	if (!key_is_text(f->field)) {
		w->broken = true;
		return;
	}
	w->json = true;
	put(&w->b, w->pg ? "jsonb_exists(j.f -> '?', " : "EXISTS (SELECT 1 FROM json_each(m.fields, '$.?') h WHERE h.value = ", f->field->id);
	put_value(w, f, f->a);
	buf_adds(&w->b, ")");
}

static void put_filter(struct writer *w, const struct kind *k, const struct filter *f, int64_t now)
{
	static const char *const sign[] = { [FILTER_EQ] = " = ", [FILTER_NE] = " <> ", [FILTER_LT] = " < ", [FILTER_LE] = " <= ",
					    [FILTER_GT] = " > ", [FILTER_GE] = " >= " };

	if (f->op == FILTER_AND || f->op == FILTER_OR) {
		buf_adds(&w->b, f->n ? "(" : f->op == FILTER_AND ? "1 = 1" : "1 = 0");
		for (size_t i = 0; i < f->n; i++) {
			buf_adds(&w->b, i ? f->op == FILTER_AND ? " AND " : " OR " : "");
			put_filter(w, k, &f->kid[i], now);
		}
		buf_adds(&w->b, f->n ? ")" : "");
	} else if (f->on == ON_LATE) {
		put_late(w, f, now);
	} else if (f->on == ON_DONE) {
		put_done(w, f);
	} else if (by_key(w, k, f)) {
		put_key(w, f);
	} else if (f->op == FILTER_HAS) {
		put_has(w, f);
	} else if (f->op == FILTER_IN || f->op == FILTER_NOT_IN) {
		put_in_list(w, f);
	} else if (f->op == FILTER_BETWEEN || f->op == FILTER_NOT_BETWEEN) {
		put_between(w, f);
	} else if (f->op == FILTER_NULL || f->op == FILTER_NOT_NULL) {
		put_operand(w, f);
		buf_adds(&w->b, f->op == FILTER_NULL ? " IS NULL" : " IS NOT NULL");
	} else {
		put_operand(w, f);
		buf_adds(&w->b, sign[f->op]);
		put_value(w, f, f->a);
	}
}

/* The conditions that a figure has beside those of its statement. */
static void put_rest(struct writer *w, const struct tally_query *q, const bool *common, int64_t now)
{
	const char *and = "";

	w->within = true;
	for (size_t i = 0; i < q->filter.n; i++) {
		if (common[i])
			continue;
		buf_adds(&w->b, and);
		put_filter(w, q->kind, &q->filter.kid[i], now);
		and = " AND ";
	}
	w->within = false;
}

static bool has_rest(const struct tally_query *q, const bool *common)
{
	for (size_t i = 0; i < q->filter.n; i++)
		if (!common[i])
			return true;
	return false;
}

/* COUNT(*), or only of those that meet the rest; the same of a sum. num: in millionths, so that both databases give whole
 * numbers. */
static void put_figure(struct writer *w, const struct tally_query *q, const bool *common, int64_t now)
{
	const bool rest = has_rest(q, common);

	buf_adds(&w->b, q->sum ? "CAST(COALESCE(SUM(" : rest ? "COUNT(" : "COUNT(*)");
	if (rest) {
		buf_adds(&w->b, "CASE WHEN ");
		put_rest(w, q, common, now);
		buf_adds(&w->b, " THEN ");
	}
	if (q->sum) {
		put_field(w, q->sum, false);
		buf_adds(&w->b, q->sum->type.tag == T_NUM ? w->pg ? " * 1000000" : " * 1000000.0" : "");
	} else if (rest) {
		buf_adds(&w->b, "1");
	}
	buf_adds(&w->b, rest ? " END" : "");
	buf_adds(&w->b, q->sum ? w->pg ? "), 0) AS bigint)" : "), 0) AS integer)" : rest ? ")" : "");
}

static bool key_joined(const struct tally_query *q)
{
	return q->key_on == ON_FIELD && field_is_keyed(q->kind, q->key);
}

/* Figures of one statement: the same kind and key, and the conditions that all of them have. */
struct together {
	const struct tally_query **q;
	const bool **common; /* of each, aligned with its conditions */
	size_t n;
};

/* Keys leave few of all matters of a kind: SQLite, which keeps no statistics, is told not to begin with the kind. */
static bool keys_first(const struct writer *w, const struct together *x)
{
	bool any = false;

	for (size_t i = 0; !w->pg && i < x->q[0]->filter.n; i++)
		any = any || (x->common[0][i] && by_key(w, x->q[0]->kind, &x->q[0]->filter.kid[i]));
	return any;
}

static void put_where(struct writer *w, const struct together *x, int64_t now)
{
	const struct tally_query *q = x->q[0];

	buf_adds(&w->b, keys_first(w, x) ? " WHERE +m.kind = " : " WHERE m.kind = ");
	put_in(w, db_str(q->kind->id));
	for (size_t i = 0; i < q->filter.n; i++)
		if (x->common[0][i]) {
			buf_adds(&w->b, " AND ");
			put_filter(w, q->kind, &q->filter.kid[i], now);
		}
	buf_adds(&w->b, " GROUP BY 1 HAVING ");
}

/* SELECT key, figure, figure FROM matter … WHERE kind and condition GROUP BY key */
static struct str statement(struct writer *w, const struct together *x, int64_t now)
{
	const struct tally_query *q = x->q[0];
	struct buf where;

	buf_init(&w->b, w->a, SQL_MAX);
	put_where(w, x, now);
	where = w->b;

	buf_init(&w->b, w->a, SQL_MAX);
	buf_adds(&w->b, "SELECT ");
	if (q->key_on == ON_FIELD && key_joined(q))
		buf_adds(&w->b, "g.num");
	else if (q->key_on == ON_FIELD)
		put_field(w, q->key, false);
	else
		buf_adds(&w->b, q->key_on == ON_ORGAN ? "m.organ" : "m.parent");
	buf_add(&where, str_sub(buf_str(&w->b), 7, buf_str(&w->b).n));
	buf_adds(&where, " IS NOT NULL");
	for (size_t i = 0; i < x->n; i++) {
		buf_adds(&w->b, ", ");
		put_figure(w, x->q[i], x->common[i], now);
	}
	buf_adds(&w->b, " FROM matter m");
	if (key_joined(q))
		put(&w->b, " JOIN matter_key_num g ON g.matter = m.id AND g.field = '?.", q->kind->id);
	if (key_joined(q))
		put(&w->b, "?'", q->key->id);
	if (w->pg && w->json)
		buf_adds(&w->b, " CROSS JOIN LATERAL (SELECT CAST(m.fields AS jsonb) AS f OFFSET 0) j");
	buf_add(&w->b, buf_str(&where));
	w->broken = w->broken || !buf_ok(&w->b) || !buf_ok(&where);
	return buf_str(&w->b);
}

/* ---- what goes together ---- */

static bool same_filter(const struct filter *a, const struct filter *b)
{
	if (a->op != b->op || a->n != b->n || a->on != b->on || a->field != b->field || !str_eq(a->id, b->id) || a->by_day != b->by_day
	    || !val_equal(a->a, b->a) || !val_equal(a->b, b->b))
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!same_filter(&a->kid[i], &b->kid[i]))
			return false;
	return true;
}

static bool has_filter(const struct tally_query *q, const struct filter *f)
{
	for (size_t i = 0; i < q->filter.n; i++)
		if (same_filter(&q->filter.kid[i], f))
			return true;
	return false;
}

static const bool *common_of(struct arena *a, const struct together *x, size_t of)
{
	bool *common = arena_many(a, x->q[of]->filter.n, bool);

	for (size_t i = 0; i < x->q[of]->filter.n; i++) {
		common[i] = true;
		for (size_t j = 0; common[i] && j < x->n; j++)
			common[i] = j == of || has_filter(x->q[j], &x->q[of]->filter.kid[i]);
	}
	return common;
}

/* ---- asking ---- */

#define FIGURES_MOST 32 /* of one statement */

struct asked { /* a folding, and where its answer goes */
	struct tally_query q;
	struct tally_answer *to;
	bool *known, done;
};
struct asking {
	struct arena *a;
	struct asked *of[FIGURES_MOST];
	size_t n;
	int64_t key, figure[FIGURES_MOST];
};

static bool put_group(struct asking *x, size_t i, struct err *err)
{
	struct tally_group g = { .num = x->key, .figure = dec_int(x->figure[i]) };
	const enum type_tag t = x->of[i]->q.sum ? x->of[i]->q.sum->type.tag : T_INT;

	if (t == T_MONEY && !dec_div(g.figure, dec_int(100), &g.figure))
		return err_set(err, ERR_BUG, "合计过大");
	if (t == T_NUM && !dec_div(g.figure, dec_int(1000000), &g.figure))
		return err_set(err, ERR_BUG, "合计过大");
	PUSH(x->a, x->of[i]->to->v, x->of[i]->to->n, x->of[i]->to->cap, g);
	return true;
}

static bool group_row(void *ctx, struct err *err)
{
	struct asking *x = ctx;

	for (size_t i = 0; i < x->n; i++)
		if (!put_group(x, i, err))
			return false;
	return true;
}

static int by_num(const void *x, const void *y)
{
	const struct tally_group *a = x, *b = y;

	return (a->num > b->num) - (a->num < b->num);
}

static void together_of(struct arena *a, const struct asking *x, struct together *ret)
{
	*ret = (struct together){ .q = arena_many(a, x->n, const struct tally_query *), .common = arena_many(a, x->n, const bool *), .n = x->n };
	for (size_t i = 0; i < x->n; i++)
		ret->q[i] = &x->of[i]->q;
	for (size_t i = 0; i < x->n; i++)
		ret->common[i] = common_of(a, ret, i);
}

/* *ret_known false: it cannot be said in SQL. */
static bool ask(struct turn *t, struct asking *x, bool *ret_known, struct err *err)
{
	struct writer w = { .a = t->a, .pg = db_dialect(t->db) == DB_POSTGRES, .kind = x->of[0]->q.kind->id };
	struct db_out out[FIGURES_MOST + 1] = { db_to_i64(&x->key) };
	struct together all;
	struct str sql;

	together_of(t->a, x, &all);
	sql = statement(&w, &all, t->now);
	*ret_known = !w.broken;
	if (w.broken)
		return true;
	for (size_t i = 0; i < x->n; i++)
		out[i + 1] = db_to_i64(&x->figure[i]);
	if (!db_each(t->db, t->a, engine_stmt(t->e, sql), w.in, w.n_in, out, x->n + 1, group_row, x, err))
		return false;
	for (size_t i = 0; i < x->n; i++) {
		if (x->of[i]->to->n > 1)
			qsort(x->of[i]->to->v, x->of[i]->to->n, sizeof(x->of[i]->to->v[0]), by_num);
		*x->of[i]->known = true;
	}
	return true;
}

/* A condition that all of them have and that an index answers: reading once is then reading little. */
static bool goes_with(struct arena *a, const struct asked *x, const struct asked *y)
{
	const struct writer w = { .a = a };

	if (x->q.kind != y->q.kind || x->q.key_on != y->q.key_on || x->q.key != y->q.key)
		return false;
	for (size_t i = 0; i < x->q.filter.n; i++)
		if (by_key(&w, x->q.kind, &x->q.filter.kid[i]) && has_filter(&y->q, &x->q.filter.kid[i]))
			return true;
	return false;
}

static bool ask_from(struct turn *t, struct asked *v, size_t n, size_t first, struct err *err)
{
	struct asking x = { .a = t->a };
	bool known;

	for (size_t i = first; i < n && x.n < FIGURES_MOST; i++)
		if (!v[i].done && (i == first || goes_with(t->a, &v[first], &v[i])))
			x.of[x.n++] = &v[i];
	if (!ask(t, &x, &known, err))
		return false;
	for (size_t i = 0; known && i < x.n; i++)
		x.of[i]->done = true;
	if (!known && x.n > 1) { /* one of them spoils it for all */
		x.n = 1;
		if (!ask(t, &x, &known, err))
			return false;
	}
	v[first].done = true;
	return true;
}

static dec figure(void *ctx, size_t i, struct val key)
{
	const struct tallies *t = ctx;
	const struct tally_answer *a = &t->answer[i];
	const struct tally_group want = { .num = key.i };
	const struct tally_group *g = a->n ? bsearch(&want, a->v, a->n, sizeof(a->v[0]), by_num) : NULL;

	return g ? g->figure : 0;
}

/* The foldings of one expression, added to those that wait for their answers. */
struct waiting {
	struct arena *a;
	struct asked *v;
	size_t n, cap;
};

static bool wait_for(struct turn *t, const struct expr *e, struct eval *ev, struct tallies *ret, struct waiting *w, struct err *err)
{
	bool all, can, *known;

	*ret = (struct tallies){ .pub = { .figure = figure, .ctx = ret } };
	if (!e)
		return true;
	ret->pub.n = expr_tallies(t->a, e, &ret->pub.v, &all);
	ret->answer = arena_many(t->a, ret->pub.n, struct tally_answer);
	known = arena_many(t->a, ret->pub.n, bool);
	ret->pub.known = known;
	for (size_t i = 0; i < ret->pub.n; i++) {
		struct asked x = { .to = &ret->answer[i], .known = &known[i] };

		if (!tally_query(ret->pub.v, i, ev, &x.q, &can, err))
			return false;
		if (can && !engine_filling_any(t->e)) /* an index that is not complete would count too few */
			PUSH(w->a, w->v, w->n, w->cap, x);
	}
	return true;
}

bool tallies_ask(struct turn *t, const struct expr *const *e, size_t n, struct eval *ev, struct tallies *ret, struct err *err)
{
	struct waiting w = { .a = t->a };

	for (size_t i = 0; i < n; i++)
		if (!wait_for(t, e[i], ev, &ret[i], &w, err))
			return false;
	for (size_t i = 0; i < w.n; i++)
		if (!w.v[i].done && !ask_from(t, w.v, w.n, i, err))
			return false;
	return true;
}
