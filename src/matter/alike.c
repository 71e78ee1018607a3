/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/alike.h"

#include <stdlib.h>

#include "base/day.h"
#include "matter/sight.h"
#include "matter/world.h"

#define FIELDS_MOST 24 /* of a candidate that are read: `texts` name a handful */

/* The newest ones of a thing are walked in the order of their keys, and no more than LOOKED of them, so that a thing whose
 * cases were nearly all decided otherwise costs no more than another. The order of the tables is given (CROSS JOIN), and the
 * amount is found by its matter: SQLite keeps no statistics and would begin with all amounts there are. */
#define LOOKED "20000"
#define SAME " FROM (SELECT matter FROM matter_key_num WHERE field = $1 AND num = $2 AND matter <> $3" \
	" ORDER BY matter DESC LIMIT " LOOKED ") k CROSS JOIN "
#define DECIDED " AND EXISTS (SELECT 1 FROM matter_key_text o WHERE o.field = $4 AND o.text = $5 AND o.matter = k.matter)"
static const struct stmt st_amounts = { "alike_amounts",
	"SELECT a.num" SAME "matter_key_num a WHERE a.matter = k.matter AND a.field || '' = $6" DECIDED
	" AND EXISTS (SELECT 1 FROM matter_key_text s WHERE s.field = $7 AND s.text = $8 AND s.matter = k.matter)"
	" ORDER BY k.matter DESC LIMIT $9" };
static const struct stmt st_cases = { "alike_cases",
	"SELECT m.id, m.fields" SAME "matter m WHERE m.id = k.matter" DECIDED " ORDER BY k.matter DESC LIMIT $6" };

static struct str key_of(struct arena *a, const struct kind *k, const struct field *f)
{
	return str_fmt(a, "%.*s.%.*s", STR_FMT(k->id), STR_FMT(f->id));
}

static const struct alike_def *def_of(const struct kind *k)
{
	return k && k->alike.node && node_on(k->alike.node) && k->alike.same ? &k->alike : NULL;
}

/* The kind itself first, then those compared along; NULL at the end. */
static const struct kind *source(const struct kind *k, size_t i)
{
	return i == 0 ? k : i <= k->alike.n_also ? law_kind(k->law, k->alike.also[i - 1]) : NULL;
}

bool alike_is(const struct kind *k, const struct action *ac)
{
	const struct alike_def *d = def_of(k);

	if (!d || !d->here_step)
		return false;
	for (size_t i = 0; ac && i < d->n_at; i++)
		if (d->at[i] == ac)
			return true;
	return !ac;
}

/* ---- amounts of the peers ---- */

struct amounts {
	struct arena *a;
	int64_t fen;
	struct val *v;
	size_t n, cap;
};

static bool amount_row(void *ctx, struct err *err)
{
	struct amounts *x = ctx;
	struct val v = { .t = T_MONEY };

	if (!dec_div(dec_int(x->fen), dec_int(100), &v.n))
		return err_set(err, ERR_BUG, "数额过大");
	PUSH(x->a, x->v, x->n, x->cap, v);
	return true;
}

static bool amounts_of(struct turn *t, const struct kind *k, int64_t same, int64_t self, struct str step, struct amounts *x,
		       struct err *err)
{
	const struct alike_def *d = def_of(k);
	const struct db_out out[] = { db_to_i64(&x->fen) };

	if (!d || x->n >= RANK_TEXTS)
		return true;
	touch(k->law, d->node);
	const struct db_in in[] = { db_str(key_of(t->a, k, d->same)), db_i64(same), db_i64(self), db_str(key_of(t->a, k, d->only)),
				    db_str(d->only_is), db_str(key_of(t->a, k, d->amount)), db_str(key_of(t->a, k, d->step)),
				    db_str(step), db_i64((int64_t)(RANK_TEXTS - x->n)) };

	return db_each(t->db, t->a, &st_amounts, DB_IN(in), DB_OUT(out), amount_row, x, err);
}

void turn_forget_alike(struct turn *t)
{
	t->alike.amounts = NULL;
}

static bool here_step(struct turn *t, const struct snap *m, struct str *ret, struct err *err)
{
	const struct actor none = { .sort = ACTOR_SYSTEM };
	struct eval ev = turn_eval(t, m, NULL, &none);
	struct val v;

	if (!expr_eval(m->kind->alike.here_step, &ev, &v, err))
		return false;
	*ret = v.t == T_ENUM ? v.s : (struct str){ 0 };
	return true;
}

bool turn_alike(struct turn *t, const struct snap *m, const struct val_list **ret, struct err *err)
{
	static const struct val_list nothing;
	const struct alike_def *d = def_of(m->kind);
	struct amounts x = { .a = t->a };
	struct val_list *l;
	struct str step;
	int64_t same;

	*ret = &nothing;
	if (!d || !d->here_step || val_is_null(m->field[d->same->index]))
		return true;
	if (!here_step(t, m, &step, err))
		return false;
	same = m->field[d->same->index].i;
	if (!step.n)
		return true;
	if (t->alike.amounts && t->alike.matter == m->id && t->alike.same == same && str_eq(t->alike.step, step)) {
		*ret = t->alike.amounts;
		return true;
	}
	for (size_t i = 0; i <= d->n_also; i++)
		if (!amounts_of(t, source(m->kind, i), same, m->id, step, &x, err))
			return false;
	l = arena_one(t->a, struct val_list);
	*l = (struct val_list){ x.v, x.n };
	t->alike.matter = m->id;
	t->alike.same = same;
	t->alike.step = step;
	t->alike.amounts = l;
	*ret = l;
	return true;
}

static int by_amount(const void *x, const void *y)
{
	const struct val *a = x, *b = y;

	return (a->n > b->n) - (a->n < b->n);
}

struct val alike_share(const struct val *sorted, size_t n, int percent)
{
	const size_t at = (n - 1) * (size_t)percent, low = at / 100, part = at % 100;
	const dec a = sorted[low].n, b = low + 1 < n ? sorted[low + 1].n : a;

	return val_num(T_MONEY, dec_round(a + (b - a) * (dec)part / 100, 2));
}

/* ---- facts ---- */

struct comparing {
	struct turn *t;
	const struct snap *m;
	const struct actor *who;
	const struct kind *k;          /* whose candidates are being read */
	const struct alike_def *d;
	struct arena *scratch;         /* of one candidate */
	struct rank *rank;
	struct alike_case *v;
	size_t n, cap;
	struct str fields;
	int64_t id;
	const char *key[FIELDS_MOST];
	size_t n_key;
	struct alike_step *step;       /* counted as they are read */
	size_t n_step;
};

/* A text as a whole, each choice of a set as a token of its own. */
static void put_part(const struct alike_text *t, struct val v, struct arena *a, struct rank_part *part, size_t *n)
{
	const bool set = t->field->type.tag == T_PICKS;

	for (size_t i = 0; set && v.list && i < v.list->n && *n < FIELDS_MOST * 4; i++)
		part[(*n)++] = (struct rank_part){ .weight = t->weight, .whole = true,
						   .text = str_fmt(a, "%.*s=%.*s", STR_FMT(t->field->id), STR_FMT(v.list->v[i].s)) };
	if (set || val_is_null(v) || *n >= FIELDS_MOST * 4)
		return;
	part[*n] = (struct rank_part){ .text = v.s, .weight = t->weight };
	if (v.t == T_ENUM)
		part[*n] = (struct rank_part){ .weight = t->weight, .whole = true,
					       .text = str_fmt(a, "%.*s=%.*s", STR_FMT(t->field->id), STR_FMT(v.s)) };
	(*n)++;
}

static void ask(struct comparing *x)
{
	struct rank_part part[FIELDS_MOST * 4];
	size_t n = 0;

	for (size_t i = 0; i < x->d->n_text; i++)
		put_part(&x->d->text[i], x->m->field[x->d->text[i].field->index], x->t->a, part, &n);
	x->rank = rank_new(x->t->a, part, n);
}

static struct val read_field(struct comparing *x, const struct json *doc, const struct field *f)
{
	const struct json *j = json_get(doc, str_cstr(x->scratch, f->id));

	return j ? val_of_json(x->scratch, &f->type, j) : VAL_NULL;
}

static struct str number_at(struct comparing *x, const struct json *doc)
{
	const struct alike_def *d = x->d;
	struct str id = d->number ? str_fmt(x->scratch, "#%.*s", STR_FMT(d->number->id)) : d->number_field->id;

	return str_dup(x->t->a, json_str(doc, str_cstr(x->scratch, id)));
}

/* Steps are told by the ids of the kind that is being decided. */
static void count_step(struct comparing *x, struct alike_case *c, struct str id)
{
	for (size_t i = 0; i < x->n_step; i++)
		if (str_eq(x->step[i].id, id)) {
			x->step[i].n++;
			c->step = x->step[i].name;
			return;
		}
}

static bool case_row(void *ctx, struct err *err)
{
	struct comparing *x = ctx;
	struct rank_part part[FIELDS_MOST * 4];
	struct alike_case c = { .matter = x->id, .on = INT64_MIN };
	const struct json *doc;
	struct val v;
	size_t n = 0;

	arena_reset(x->scratch);
	if (!json_read_members(x->scratch, x->fields, x->key, x->n_key, &doc, err))
		return false;
	c.amount = read_field(x, doc, x->d->amount);
	c.number = number_at(x, doc);
	for (size_t i = 0; i < x->d->n_on && c.on == INT64_MIN; i++) {
		v = read_field(x, doc, x->d->on[i]);
		c.on = val_is_null(v) ? INT64_MIN : v.i;
	}
	v = read_field(x, doc, x->d->step);
	if (v.t == T_ENUM)
		count_step(x, &c, v.s);
	for (size_t i = 0; i < x->d->n_text; i++)
		put_part(&x->d->text[i], read_field(x, doc, x->d->text[i].field), x->scratch, part, &n);
	if (!rank_add(x->rank, x->id, part, n))
		return true;
	PUSH(x->t->a, x->v, x->n, x->cap, c);
	return true;
}

static void wants(struct comparing *x, struct str id)
{
	if (x->n_key < FIELDS_MOST)
		x->key[x->n_key++] = str_cstr(x->t->a, id);
}

static void want_keys(struct comparing *x)
{
	const struct alike_def *d = x->d;

	x->n_key = 0;
	wants(x, d->amount->id);
	wants(x, d->step->id);
	wants(x, d->number ? str_fmt(x->t->a, "#%.*s", STR_FMT(d->number->id)) : d->number_field->id);
	for (size_t i = 0; i < d->n_on; i++)
		wants(x, d->on[i]->id);
	for (size_t i = 0; i < d->n_text; i++)
		wants(x, d->text[i].field->id);
}

static bool cases_of(struct comparing *x, const struct kind *k, int64_t same, bool *ret_more, struct err *err)
{
	const struct db_out out[] = { db_to_i64(&x->id), db_to_str(&x->fields) };
	const size_t before = x->n, left = RANK_TEXTS - x->n;

	x->k = k;
	x->d = def_of(k);
	if (!x->d)
		return true;
	want_keys(x);
	const struct db_in in[] = { db_str(key_of(x->t->a, k, x->d->same)), db_i64(same), db_i64(x->m->id),
				    db_str(key_of(x->t->a, k, x->d->only)), db_str(x->d->only_is), db_i64((int64_t)left + 1) };

	if (!db_each(x->t->db, x->t->a, &st_cases, DB_IN(in), DB_OUT(out), case_row, x, err))
		return false;
	*ret_more = *ret_more || (x->n == RANK_TEXTS && x->n - before == left);
	return true;
}

static bool tell_case(struct comparing *x, const struct ranked *best, struct alike_case *ret, struct err *err)
{
	struct snap *m;

	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].matter == best->key)
			*ret = x->v[i];
	ret->score = best->score;
	if (!turn_load(x->t, best->key, &m, err) || (m && !may_see(x->t, m, x->who, &ret->seen, err)))
		return false;
	if (!ret->seen)
		return true;
	ret->code = m->code;
	ret->title = snap_title(x->t->a, m);
	return true;
}

static bool compare(struct comparing *x, struct alike *ret, struct err *err)
{
	struct ranked best[ALIKE_SHOWN];
	struct alike_case *like;
	bool ok = true;

	x->d = def_of(x->m->kind);
	ask(x);
	x->scratch = arena_new();
	for (size_t i = 0; ok && i <= x->m->kind->alike.n_also; i++)
		ok = cases_of(x, source(x->m->kind, i), x->m->field[x->m->kind->alike.same->index].i, &ret->more, err);
	(void)arena_free(x->scratch);
	if (!ok)
		return false;
	ret->n_compared = x->n;
	ret->n_like = rank_best(x->rank, best, ALIKE_SHOWN);
	ret->like = like = arena_many(x->t->a, ret->n_like, struct alike_case);
	for (size_t i = 0; i < ret->n_like; i++)
		if (!tell_case(x, &best[i], &like[i], err))
			return false;
	return true;
}

/* ---- of this matter ---- */

static bool money(const struct expr *e, struct eval *ev, struct val *ret, struct err *err)
{
	*ret = VAL_NULL;
	return !e || expr_eval(e, ev, ret, err);
}

static struct val cell(const struct val_row *row, struct str id)
{
	for (size_t i = 0; i < row->n; i++)
		if (str_eq(row->col[i].id, id))
			return row->cell[i];
	return VAL_NULL;
}

static struct str step_name(const struct alike_def *d, struct str id)
{
	for (size_t i = 0; i < d->step->type.values->n; i++)
		if (str_eq(d->step->type.values->v[i].id, id))
			return d->step->type.values->v[i].name;
	return id;
}

/* The rows of the standard; a standard may have several of one step, which are told and counted as one line each. */
static bool steps(struct comparing *x, struct eval *ev, struct str here, struct err *err)
{
	const struct alike_def *d = x->d;
	struct val v = VAL_NULL;

	if (d->steps && !expr_eval(d->steps, ev, &v, err))
		return false;
	if (v.t != T_ROWS)
		return true;
	x->step = arena_many(x->t->a, v.list->n, struct alike_step);
	for (size_t i = 0; i < v.list->n; i++) {
		const struct val_row *row = v.list->v[i].row;
		struct val id = cell(row, d->col_step), says = cell(row, d->col_says);

		if (id.t != T_ENUM)
			continue;
		x->step[x->n_step++] = (struct alike_step){ .id = id.s, .name = step_name(d, id.s), .here = str_eq(id.s, here),
							    .says = type_is_text(says.t) ? says.s : (struct str){ 0 },
							    .from = cell(row, d->col_from), .to = cell(row, d->col_to) };
	}
	return true;
}

/* Whoever does not see in full what is compared of this matter is told nothing. */
static bool may_compare(struct comparing *x, struct eval *ev, bool *ret, struct err *err)
{
	const struct alike_def *d = x->d;
	enum sight sight = SIGHT_FULL;

	*ret = true;
	for (size_t i = 0; *ret && i < d->n_text + 2; i++) {
		const struct field *f = i < d->n_text ? d->text[i].field : i == d->n_text ? d->amount : d->step;

		if (!field_sight(x->t, f, ev, x->who, &sight, err))
			return false;
		*ret = sight == SIGHT_FULL;
	}
	return true;
}

static void shares(const struct val_list *peers, struct arena *a, struct alike *ret)
{
	struct val *v = arena_many(a, peers->n, struct val);

	for (size_t i = 0; i < peers->n; i++) {
		v[i] = peers->v[i];
		ret->above += !val_is_null(ret->amount) && v[i].n >= ret->amount.n;
		ret->below += !val_is_null(ret->amount) && v[i].n <= ret->amount.n;
	}
	ret->peer = v;
	ret->n_peer = peers->n;
	if (!peers->n)
		return;
	qsort(v, peers->n, sizeof(v[0]), by_amount);
	ret->tenth = alike_share(v, peers->n, 10);
	ret->quarter = alike_share(v, peers->n, 25);
	ret->middle = alike_share(v, peers->n, 50);
	ret->three_quarters = alike_share(v, peers->n, 75);
	ret->nine_tenths = alike_share(v, peers->n, 90);
}

static bool told(struct comparing *x, struct eval *ev, struct alike *ret, struct err *err)
{
	const struct alike_def *d = x->d;
	const struct val_list *peers;
	enum truth ready;
	struct str here;

	if (!here_step(x->t, x->m, &here, err) || !steps(x, ev, here, err) || !expr_truth(d->ready, ev, &ready, err)
	    || !money(d->low, ev, &ret->low, err) || !money(d->high, ev, &ret->high, err))
		return false;
	ret->set = true;
	ret->step = x->step;
	ret->n_step = x->n_step;
	ret->ready = ready == TRUTH_TRUE && !val_is_null(x->m->field[d->same->index]);
	if (!ret->ready)
		return true;
	ret->step_name = here.n ? step_name(d, here) : here;
	if (!money(d->here_amount, ev, &ret->amount, err) || !money(d->from, ev, &ret->from, err)
	    || !money(d->to, ev, &ret->to, err) || !turn_alike(x->t, x->m, &peers, err))
		return false;
	shares(peers, x->t->a, ret);
	return compare(x, ret, err);
}

static bool begin(struct comparing *x, const struct act *act, struct eval *ev, bool *ret_can, struct err *err)
{
	struct step *s;
	struct snap *m;
	bool sees = false;

	*ret_can = false;
	if (act->action.n) {
		s = arena_one(x->t->a, struct step);
		if (!ahead_in_turn(x->t, act, s, ret_can, err))
			return false;
		x->m = s->new;
		*ev = s->ev;
		return true;
	}
	if (!turn_load(x->t, act->matter, &m, err) || (m && !may_see(x->t, m, x->who, &sees, err)))
		return false;
	if (!m || !sees)
		return err_set(err, ERR_NOT_FOUND, "没有找到这件办件");
	x->m = m;
	*ev = turn_eval(x->t, m, NULL, x->who);
	*ret_can = true;
	return true;
}

bool matter_alike(struct engine *e, struct db *db, struct arena *a, const struct act *act, struct alike *ret, struct err *err)
{
	struct turn *t = arena_one(a, struct turn);
	struct comparing x = { .t = t, .who = &act->who };
	struct eval ev;
	bool can;

	*ret = (struct alike){ .set = false };
	turn_init(t, e, db, a, act->received ? act->received : engine_now(e));
	t->dry = true;
	if (!begin(&x, act, &ev, &can, err))
		return false;
	x.d = can ? def_of(x.m->kind) : NULL;
	if (!x.d || !x.d->here_step)
		return true;
	return may_compare(&x, &ev, &can, err) && (!can || told(&x, &ev, ret, err));
}
