/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Number and query code (查询码): what a party may know of a matter without an account. */
#include "base/uuid.h"
#include "matter/inner.h"

#define CODE_CHARS 10  /* 50 bits: with the limits of the public side nobody guesses one */
#define NUMBER_MOST 100

/* No 0 and O, 1 and I: a code is read from paper and told by telephone. */
static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

struct str query_code_new(struct arena *a)
{
	unsigned char random[CODE_CHARS];
	struct buf b;

	random_bytes(random, sizeof(random));
	buf_init(&b, a, CODE_CHARS + 2);
	for (size_t i = 0; i < CODE_CHARS; i++) {
		if (i == CODE_CHARS / 2)
			buf_addc(&b, '-');
		buf_addc(&b, alphabet[random[i] % 32]);
	}
	return buf_str(&b);
}

/* Its letters and digits in capitals. */
static struct str plain(struct arena *a, struct str s)
{
	struct buf b;

	buf_init(&b, a, NUMBER_MOST);
	for (size_t i = 0; i < s.n && i < NUMBER_MOST; i++)
		if ((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'Z'))
			buf_addc(&b, s.p[i]);
		else if (s.p[i] >= 'a' && s.p[i] <= 'z')
			buf_addc(&b, (char)(s.p[i] - 'a' + 'A'));
	return buf_str(&b);
}

/* Takes as long for a wrong code whatever its first letters are. */
static bool same_code(struct arena *a, struct str kept, struct str given)
{
	struct str x = plain(a, kept), y = plain(a, given);
	unsigned char differs = x.n != CODE_CHARS || y.n != CODE_CHARS;

	for (size_t i = 0; !differs && i < CODE_CHARS; i++)
		differs |= (unsigned char)(x.p[i] != y.p[i]) << 1;
	for (size_t i = 0; i < x.n && i < y.n; i++)
		differs |= (unsigned char)(x.p[i] ^ y.p[i]);
	return !differs;
}

struct numbered {
	struct turn *t;
	struct str given;
	int64_t id;
	struct snap *found;
};

static const struct stmt st_numbered = { "numbered",
	"SELECT id FROM matter WHERE number = $1 AND number <> '' ORDER BY id LIMIT 20" };

static bool numbered_row(void *ctx, struct err *err)
{
	struct numbered *x = ctx;
	struct snap *s;

	if (!turn_load(x->t, x->id, &s, err))
		return false;
	if (s && s->kind->code.node && node_on(s->kind->code.node) && same_code(x->t->a, s->query_code, x->given))
		x->found = s;
	return true;
}

static void open_fields(struct turn *t, const struct snap *m, struct matter_view *v)
{
	const struct see_code *c = &m->kind->code;
	struct field_view *f = arena_many(t->a, c->n, struct field_view);

	for (size_t i = 0; i < c->n; i++)
		f[i] = (struct field_view){ .def = c->field[i], .v = m->field[c->field[i]->index] };
	v->field = f;
	v->n_field = c->n;
}

static bool open_terms(struct turn *t, const struct snap *m, struct matter_view *v, struct err *err)
{
	static const struct actor nobody = { .sort = ACTOR_PUBLIC };
	const struct see_code *c = &m->kind->code;
	struct term_view *term = arena_many(t->a, c->n_term, struct term_view);
	struct eval ev = turn_eval(t, m, NULL, &nobody);

	for (size_t i = 0; i < c->n_term; i++) {
		term[i].def = c->term[i];
		if (!choose_eval(&c->term[i]->is, &ev, &term[i].v, NULL, err))
			return false;
	}
	v->term = term;
	v->n_term = c->n_term;
	return true;
}

/* The last run of each clock. */
static bool open_clocks(struct turn *t, const struct snap *m, struct matter_view *v, struct err *err)
{
	const struct see_code *c = &m->kind->code;
	struct clock_view *clock = arena_many(t->a, c->n_clock, struct clock_view);
	struct clocks runs;
	size_t n = 0;

	if (!clocks_load(t, m, &runs, err))
		return false;
	for (size_t i = 0; i < c->n_clock; i++)
		for (size_t k = runs.n; k > 0; k--)
			if (runs.v[k - 1].def == c->clock[i]) {
				run_view(t, m->kind, &runs.v[k - 1], &clock[n++]);
				break;
			}
	v->clock = clock;
	v->n_clock = n;
	return true;
}

bool matter_ask(struct engine *e, struct db *db, struct arena *a, struct str number, struct str query_code,
		struct code_view *ret, struct err *err)
{
	struct turn t;
	struct numbered x = { .t = &t, .given = query_code };
	const struct db_in in[] = { db_str(str_head(number, NUMBER_MOST)) };
	const struct db_out out[] = { db_to_i64(&x.id) };
	struct code_view v = { 0 };

	turn_init(&t, e, db, a, engine_now(e));
	if (!db_each(db, a, &st_numbered, DB_IN(in), DB_OUT(out), numbered_row, &x, err))
		return false;
	if (!x.found)
		return err_set(err, ERR_NOT_FOUND, "受理号或者查询码不对");
	v.v.snap = x.found;
	v.v.title = number;
	v.state_open = x.found->kind->code.state;
	open_fields(&t, x.found, &v.v);
	if ((x.found->organ && !turn_name(&t, x.found->organ, &v.v.organ_name, err))
	    || !open_terms(&t, x.found, &v.v, err) || !open_clocks(&t, x.found, &v.v, err))
		return false;
	*ret = v;
	return true;
}

bool matter_receipt(struct engine *e, struct db *db, struct arena *a, int64_t matter, struct str *ret_number,
		    struct str *ret_code, struct err *err)
{
	struct turn t;
	struct snap *m;

	turn_init(&t, e, db, a, engine_now(e));
	if (!turn_load(&t, matter, &m, err))
		return false;
	*ret_number = m && m->kind->n_number ? str_dup(a, m->number[0]) : (struct str){ 0 };
	*ret_code = m ? str_dup(a, m->query_code) : (struct str){ 0 };
	return true;
}
