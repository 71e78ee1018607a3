/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Queries of law/tally.h as SQL. The text is written from definitions alone: ids are [a-z0-9_], values are bound. */
#include "matter/tally.h"

#include <stdlib.h>

#include "base/day.h"
#include "base/parse.h"
#include "matter/kept.h"
#include "matter/world.h"

#define SQL_MAX ((size_t)64 << 10) /* a condition has 2,000 characters */
#define ANSWER_MAX ((size_t)1 << 20)

struct writer {
	struct buf b;
	struct arena *a;
	bool pg;
	bool json;        /* the text of the fields is read */
	bool broken;      /* what cannot be said in SQL */
	bool within;      /* a figure's own condition: asked of each row that is read, by what the row itself says */
	bool block;       /* of one block of matters (kept.h), each of which is read: */
	size_t block_in;  /* its first matter and the first of the next, among the inputs */
	bool moves;       /* the answer changes with time alone */
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
	w->moves = true;
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

static bool key_joined(const struct writer *w, const struct tally_query *q)
{
	return !w->block && q->key_on == ON_FIELD && field_is_keyed(q->kind, q->key);
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
	bool any = w->block && !w->pg;

	for (size_t i = 0; !w->pg && i < x->q[0]->filter.n; i++)
		any = any || (x->common[0][i] && by_key(w, x->q[0]->kind, &x->q[0]->filter.kid[i]));
	return any;
}

static void put_block(struct writer *w)
{
	w->block_in = w->n_in;
	buf_adds(&w->b, " AND m.id >= ");
	put_in(w, db_i64(0));
	buf_adds(&w->b, " AND m.id < ");
	put_in(w, db_i64(0));
}

static void put_where(struct writer *w, const struct together *x, int64_t now)
{
	const struct tally_query *q = x->q[0];

	buf_adds(&w->b, keys_first(w, x) ? " WHERE +m.kind = " : " WHERE m.kind = ");
	put_in(w, db_str(q->kind->id));
	w->within = w->block;
	for (size_t i = 0; i < q->filter.n; i++)
		if (x->common[0][i]) {
			buf_adds(&w->b, " AND ");
			put_filter(w, q->kind, &q->filter.kid[i], now);
		}
	w->within = false;
	if (w->block)
		put_block(w);
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
	if (q->key_on == ON_FIELD && key_joined(w, q))
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
	if (key_joined(w, q))
		put(&w->b, " JOIN matter_key_num g ON g.matter = m.id AND g.field = '?.", q->kind->id);
	if (key_joined(w, q))
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
#define VALUES_MOST 150 /* that it compares with, those of common conditions counted for each figure: db.h takes 160 */

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

static bool ask_statement(struct turn *t, struct asking *x, const struct writer *w, struct str sql, bool (*row)(void *, struct err *),
			  void *ctx, struct err *err)
{
	struct db_out out[FIGURES_MOST + 1] = { db_to_i64(&x->key) };

	for (size_t i = 0; i < x->n; i++)
		out[i + 1] = db_to_i64(&x->figure[i]);
	return db_each(t->db, t->a, engine_stmt(t->e, sql), w->in, w->n_in, out, x->n + 1, row, ctx, err);
}

/* ---- what is kept (kept.h) ----
 * Each figure by itself, whatever stands beside it in a statement: a block's answer has a line for each key whose figure is not 0. */

#define LIVE_MOST 64    /* blocks that are counted while somebody waits; with more missing, one statement is quicker */
#define KIND_LEAST 4    /* blocks' worth of matters that a kind has at least: fewer are counted at once */

struct blocks {
	struct turn *t;
	struct asking *x;
	struct writer w;
	struct str sql;
	struct kept_state s;
	struct str question[FIGURES_MOST], *answer[FIGURES_MOST];
	struct buf b[FIGURES_MOST]; /* of the block that is being counted */
};

static const struct stmt st_many = { "tally_many", "SELECT id FROM matter WHERE kind = $1 ORDER BY opened LIMIT 1 OFFSET $2" };

static bool is_many(struct blocks *k, bool *ret, struct err *err)
{
	int64_t id;
	const struct db_in in[] = { db_str(k->x->of[0]->q.kind->id), db_i64(KIND_LEAST * k->s.size) };
	const struct db_out out[] = { db_to_i64(&id) };

	return db_maybe(k->t->db, k->t->a, &st_many, DB_IN(in), DB_OUT(out), ret, err);
}

/* The question of one figure: what it would be asked by if it stood alone. */
static struct str question(struct turn *t, const struct tally_query *q)
{
	struct writer w = { .a = t->a, .pg = db_dialect(t->db) == DB_POSTGRES, .kind = q->kind->id, .block = true };
	bool *common = arena_many(t->a, q->filter.n, bool);
	const struct tally_query *one[] = { q };
	const bool *its[] = { common };
	const struct together x = { one, its, 1 };

	for (size_t i = 0; i < q->filter.n; i++)
		common[i] = true;
	const struct str sql = statement(&w, &x, t->now);

	return kept_question(t->a, sql, w.in, w.n_in);
}

static bool block_row(void *ctx, struct err *err)
{
	struct blocks *k = ctx;

	for (size_t i = 0; i < k->x->n; i++) {
		if (k->x->figure[i])
			buf_addf(&k->b[i], "%lld %lld\n", (long long)k->x->key, (long long)k->x->figure[i]);
		if (!buf_ok(&k->b[i]))
			return err_set(err, ERR_BUG, "统计的分组过多");
	}
	return true;
}

static bool count_block(struct blocks *k, size_t block, struct err *err)
{
	k->w.in[k->w.block_in] = db_i64((int64_t)block * k->s.size);
	k->w.in[k->w.block_in + 1] = db_i64((int64_t)(block + 1) * k->s.size);
	for (size_t i = 0; i < k->x->n; i++)
		buf_init(&k->b[i], k->t->a, ANSWER_MAX);
	if (!ask_statement(k->t, k->x, &k->w, k->sql, block_row, k, err))
		return false;
	for (size_t i = 0; i < k->x->n; i++) {
		if (k->t->keep && !k->answer[i][block].p)
			kept_add(k->t, &k->s, k->question[i], block, buf_str(&k->b[i]));
		k->answer[i][block] = buf_str(&k->b[i]);
	}
	return true;
}

static bool is_missing(const struct blocks *k, size_t block)
{
	for (size_t i = 0; i < k->x->n; i++)
		if (!k->answer[i][block].p)
			return true;
	return false;
}

/* What is not kept of all figures; *ret_any: something is kept of each. */
static bool blocks_read(struct blocks *k, bool *ret_any, size_t *ret_missing, struct err *err)
{
	*ret_any = true;
	*ret_missing = 0;
	for (size_t i = 0; i < k->x->n && (*ret_any || k->t->keep); i++) {
		k->question[i] = question(k->t, &k->x->of[i]->q);
		if (!k->t->keep && !kept_any(k->t, k->question[i], ret_any, err))
			return false;
	}
	if (!*ret_any)
		return true;
	if (!kept_state(k->t, &k->s, err))
		return false;
	for (size_t i = 0; i < k->x->n; i++)
		if (!kept_read(k->t, &k->s, k->question[i], &k->answer[i], err))
			return false;
	for (size_t b = 0; b < k->s.n; b++)
		*ret_missing += is_missing(k, b);
	return true;
}

/* While counts are made to be kept: as many as the caller wants, each in its turn. */
static bool keep_blocks(struct blocks *k, size_t missing, struct err *err)
{
	struct tally_keep *keep = k->t->keep;
	bool many;

	if (!is_many(k, &many, err))
		return false;
	for (size_t b = 0; many && b < k->s.n && keep->most; b++)
		if (is_missing(k, b)) {
			if (!count_block(k, b, err))
				return false;
			keep->most--;
			missing--;
		}
	keep->left += many ? missing : 0;
	return true;
}

/* Adds the lines of one figure to its answer, which is sorted and summed when all of them are there. */
static bool lines_read(struct arena *a, struct str lines, struct tally_answer *to, struct err *err)
{
	struct str line, key, figure;
	int64_t n;

	while (str_cut(&lines, '\n', &line)) {
		struct tally_group g = { 0 };

		if (!line.n)
			continue;
		figure = line;
		if (!str_cut(&figure, ' ', &key) || !parse_i64(key, INT64_MIN, INT64_MAX, &g.num) || !parse_i64(figure, INT64_MIN, INT64_MAX, &n))
			return err_set(err, ERR_BUG, "保存的统计数读不懂");
		g.figure = dec_int(n);
		PUSH(a, to->v, to->n, to->cap, g);
	}
	return true;
}

static bool figure_of_blocks(struct blocks *k, size_t i, struct err *err)
{
	struct tally_answer all = { 0 };

	for (size_t b = 0; b < k->s.n; b++)
		if (!lines_read(k->t->a, k->answer[i][b], &all, err))
			return false;
	if (all.n > 1)
		qsort(all.v, all.n, sizeof(all.v[0]), by_num);
	for (size_t j = 0; j < all.n; j++) {
		k->x->figure[i] = (j && all.v[j - 1].num == all.v[j].num ? k->x->figure[i] : 0) + (int64_t)(all.v[j].figure / DEC_ONE);
		k->x->key = all.v[j].num;
		if ((j + 1 == all.n || all.v[j + 1].num != all.v[j].num) && !put_group(k->x, i, err))
			return false;
	}
	return true;
}

/* *ret_done false: nothing is kept of it, or too little. While counts are made to be kept nothing is answered. */
static bool ask_kept(struct turn *t, struct asking *x, const struct together *all, bool *ret_done, struct err *err)
{
	struct blocks k = { .t = t, .x = x,
			    .w = { .a = t->a, .pg = db_dialect(t->db) == DB_POSTGRES, .kind = x->of[0]->q.kind->id, .block = true } };
	size_t missing;
	bool any;

	*ret_done = false;
	k.sql = statement(&k.w, all, t->now);
	if (k.w.broken || k.w.moves)
		return true;
	if (!blocks_read(&k, &any, &missing, err))
		return false;
	if (t->keep)
		return keep_blocks(&k, missing, err);
	*ret_done = any && missing <= LIVE_MOST;
	for (size_t b = 0; *ret_done && b < k.s.n; b++)
		if (is_missing(&k, b) && !count_block(&k, b, err))
			return false;
	for (size_t i = 0; *ret_done && i < x->n; i++)
		if (!figure_of_blocks(&k, i, err))
			return false;
	return true;
}

/* ---- one statement ---- */

/* *ret_known false: it cannot be said in SQL. */
static bool ask(struct turn *t, struct asking *x, bool *ret_known, struct err *err)
{
	struct writer w = { .a = t->a, .pg = db_dialect(t->db) == DB_POSTGRES, .kind = x->of[0]->q.kind->id };
	struct together all;
	struct str sql;
	bool done;

	together_of(t->a, x, &all);
	sql = statement(&w, &all, t->now);
	*ret_known = !w.broken;
	if (w.broken)
		return true;
	if (!ask_kept(t, x, &all, &done, err))
		return false;
	if (!done && !t->keep && !ask_statement(t, x, &w, sql, group_row, x, err))
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

static size_t values_in(const struct filter *f)
{
	size_t n = f->op == FILTER_IN || f->op == FILTER_NOT_IN ? f->a.list->n : 2;

	for (size_t i = 0; i < f->n; i++)
		n += values_in(&f->kid[i]);
	return n;
}

static bool ask_from(struct turn *t, struct asked *v, size_t n, size_t first, struct err *err)
{
	struct asking x = { .a = t->a };
	size_t values = 0;
	bool known;

	for (size_t i = first; i < n && x.n < FIGURES_MOST; i++)
		if (!v[i].done
		    && (i == first || (goes_with(t->a, &v[first], &v[i]) && values + values_in(&v[i].q.filter) <= VALUES_MOST))) {
			values += values_in(&v[i].q.filter);
			x.of[x.n++] = &v[i];
		}
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
