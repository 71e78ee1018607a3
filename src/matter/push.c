/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One way to the public side (LY4.09-4.1.3): what the party of a visit may know is written as text into the table `visit`,
 * under the digest of a code that stands only on the party's paper. The public side reads that table and nothing else. */
#include <openssl/evp.h>

#include "base/day.h"
#include "base/json.h"
#include "base/parse.h"
#include "base/uuid.h"
#include "matter/inner.h"
#include "matter/world.h"

#define CODE_CHARS 26 /* 130 bits */
#define BODY_MOST ((size_t)64 * 1024)

/* No 0 and O, 1 and I: a code is typed from paper where nothing scans it. */
static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

static const struct stmt st_begin = { "visit_begin",
	"INSERT INTO visit (code, matter, organ, state, body, rated) VALUES ($1, $2, $3, $4, $5, 0)" };
static const struct stmt st_go_on = { "visit_go_on", "UPDATE visit SET state = $1, body = $2 WHERE matter = $3" };
static const struct stmt st_reads = { "rating_reads",
	"SELECT COUNT(*) FROM post p JOIN organ o ON o.id = p.organ AND o.short = 'justice' WHERE p.person = $1 AND p.organ = $2"
	" AND p.role IN ('supervisor', 'head') AND p.from_day <= $3 AND p.to_day >= $3" };
static const struct stmt st_end = { "visit_end", "DELETE FROM visit WHERE matter = $1" };

static struct str code_new(struct arena *a)
{
	char *p = arena_alloc(a, CODE_CHARS);
	unsigned char random[CODE_CHARS];

	random_bytes(random, sizeof(random));
	for (size_t i = 0; i < CODE_CHARS; i++)
		p[i] = alphabet[random[i] % 32];
	return (struct str){ p, CODE_CHARS };
}

static bool is_code(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (str_chr(str_of(alphabet), s.p[i], 0) == SIZE_MAX)
			return false;
	return s.n == CODE_CHARS;
}

struct str visit_code_digest(struct arena *a, struct str code)
{
	unsigned char digest[32];
	char *hex = arena_alloc(a, 2 * sizeof(digest) + 1), plain[CODE_CHARS];

	if (code.n != CODE_CHARS)
		return (struct str){ 0 };
	for (size_t i = 0; i < CODE_CHARS; i++)
		plain[i] = code.p[i] >= 'a' && code.p[i] <= 'z' ? (char)(code.p[i] - 'a' + 'A') : code.p[i];
	if (!is_code((struct str){ plain, CODE_CHARS }))
		return (struct str){ 0 };
	(void)EVP_Digest(plain, CODE_CHARS, digest, NULL, EVP_sha256(), NULL);
	parse_put_hex(hex, digest, sizeof(digest));
	return (struct str){ hex, 2 * sizeof(digest) };
}

static bool pushes(const struct step *s)
{
	return s->kind->push.node && node_on(s->kind->push.node) && s->kind->push.from;
}

static bool begins(const struct step *s)
{
	return pushes(s) && s->ac == s->kind->push.from;
}

static bool ends(const struct step *s)
{
	for (size_t i = 0; i < s->kind->push.n_until; i++)
		if (s->ac == s->kind->push.until[i])
			return true;
	return false;
}

void push_begin(struct step *s)
{
	struct str site = engine_site(s->t->e), code = s->t->dry ? STR("（制发时生成）") : code_new(s->t->a);

	if (begins(s))
		s->new->visit = str_fmt(s->t->a, "%.*s/visit/%.*s", STR_FMT(site), STR_FMT(code));
}

/* ---- what is told ---- */

/* 王明（证号尾4位 0172）: certificates are public, their last digits are what is compared on the spot. */
static bool put_person(struct step *s, int64_t person, struct buf *b, struct err *err)
{
	struct snap *m;
	const struct field *f;
	struct str name;

	if (!turn_name(s->t, person, &name, err) || !turn_load(s->t, person, &m, err))
		return false;
	buf_adds(b, b->n ? "、" : "");
	buf_add(b, name);
	f = m ? kind_field(m->kind, STR("card_no")) : NULL;
	if (f && m->field[f->index].t == T_TEXT && m->field[f->index].s.n >= 4) {
		struct str no = m->field[f->index].s;

		buf_addf(b, "（证号尾4位 %.*s）", STR_FMT(str_sub(no, no.n - 4, no.n)));
	}
	return true;
}

static bool put_value(struct step *s, struct val v, struct buf *b, struct err *err)
{
	if (v.t != T_USERS) {
		val_put_cn(b, s->t->a, v, &s->ev.names);
		return true;
	}
	for (size_t i = 0; i < v.list->n; i++)
		if (!put_person(s, v.list->v[i].i, b, err))
			return false;
	return true;
}

static bool value_of(struct step *s, struct str id, struct val *ret, struct err *err)
{
	const struct field *f = kind_field(s->kind, id);
	const struct term *t = kind_term(s->kind, id);
	const struct number *n = kind_number(s->kind, id);

	*ret = f ? s->new->field[f->index] : n ? val_text(T_TEXT, s->new->number[n - s->kind->number]) : VAL_NULL;
	return f || n || !t || choose_eval(&t->is, &s->ev, ret, NULL, err);
}

/* ---- the party's year: which organs came, when, for what ---- */

static const struct stmt st_year = { "visit_year",
	"SELECT p.matter FROM matter_key_text p JOIN matter_key_num k ON k.matter = p.matter AND k.field = $1 AND k.num >= $2"
	" AND k.num <= $3 WHERE p.field = $4 AND p.text = $5 ORDER BY k.num, k.matter LIMIT 100" };

struct year {
	struct step *s;
	struct json_out *o;
	int64_t id;
};

static bool put_visit(void *ctx, struct err *err)
{
	struct year *y = ctx;
	const struct plans_def *d;
	struct buf day, items;
	struct str organ;
	struct snap *m;

	if (!turn_load(y->s->t, y->id, &m, err))
		return false;
	d = m ? &m->kind->plans : NULL;
	if (!d || !d->party || val_is_null(m->field[d->made->index]))
		return true;
	if (!turn_name(y->s->t, m->organ, &organ, err))
		return false;
	buf_init(&day, y->s->t->a, 40);
	buf_init(&items, y->s->t->a, BODY_MOST);
	val_put_cn(&day, y->s->t->a, m->field[d->made->index], &y->s->ev.names);
	val_put_cn(&items, y->s->t->a, m->field[d->show->index], &y->s->ev.names);
	json_open(y->o, NULL, '{');
	json_out_str(y->o, "organ", organ);
	json_out_str(y->o, "day", buf_str(&day));
	json_out_str(y->o, "items", buf_str(&items));
	json_close(y->o, '}');
	return true;
}

static bool put_year(struct step *s, struct json_out *o, struct err *err)
{
	const struct plans_def *d = &s->kind->plans;
	struct val party = d->party ? s->new->field[d->party->index] : VAL_NULL;
	const int year = day_ymd(day_at(s->t->now)).year;
	struct year y = { .s = s, .o = o };
	const struct db_out out[] = { db_to_i64(&y.id) };

	if (val_is_null(party) || !party.party->code.n)
		return true;
	const struct db_in in[] = { db_str(str_fmt(s->t->a, "%.*s.%.*s", STR_FMT(s->kind->id), STR_FMT(d->made->id))),
				    db_i64(day_of(year, 1, 1)), db_i64(day_of(year, 12, 31)),
				    db_str(str_fmt(s->t->a, "%.*s.%.*s", STR_FMT(s->kind->id), STR_FMT(d->party->id))),
				    db_str(party.party->code) };

	json_open(o, "year", '[');
	if (!db_each(s->t->db, s->t->a, &st_year, DB_IN(in), DB_OUT(out), put_visit, &y, err))
		return false;
	json_close(o, ']');
	return true;
}

static bool body_of(struct step *s, struct str *ret, struct err *err)
{
	struct json_out o = { 0 };
	struct buf all, one;
	struct val v;

	buf_init(&all, s->t->a, BODY_MOST);
	o.b = &all;
	json_open(&o, NULL, '{');
	for (size_t i = 0; i < s->kind->push.n; i++) {
		buf_init(&one, s->t->a, BODY_MOST);
		if (!value_of(s, s->kind->push.show[i], &v, err) || !put_value(s, v, &one, err))
			return false;
		if (buf_str(&one).n)
			json_out_str(&o, str_cstr(s->t->a, s->kind->push.show[i]), buf_str(&one));
	}
	if (!put_year(s, &o, err))
		return false;
	json_close(&o, '}');
	*ret = buf_str(&all);
	return buf_ok(&all) || err_set(err, ERR_TOO_LARGE, "推送给公众一侧的内容过多");
}

bool push_done(struct step *s, struct err *err)
{
	const struct db_in gone[] = { db_i64(s->new->id) };
	struct str body;

	if (!pushes(s) || s->import)
		return true;
	if (ends(s))
		return db_exec(s->t->db, &st_end, DB_IN(gone), NULL, err);
	if (!body_of(s, &body, err))
		return false;
	if (begins(s)) {
		struct str code = str_sub(s->new->visit, s->new->visit.n - CODE_CHARS, s->new->visit.n);
		const struct db_in in[] = { db_str(visit_code_digest(s->t->a, code)), db_i64(s->new->id), db_ref(s->new->organ),
					    db_str(s->new->state->id), db_str(body) };

		return db_exec(s->t->db, &st_begin, DB_IN(in), NULL, err);
	}
	const struct db_in in[] = { db_str(s->new->state->id), db_str(body), db_i64(s->new->id) };

	return db_exec(s->t->db, &st_go_on, DB_IN(in), NULL, err);
}

bool matter_reads_ratings(struct engine *e, struct db *db, struct arena *a, const struct actor *who, bool *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(who->person), db_i64(who->organ), db_i64(day_at(engine_now(e))) };
	int64_t n;
	const struct db_out out[] = { db_to_i64(&n) };

	if (!db_one(db, a, &st_reads, DB_IN(in), DB_OUT(out), err))
		return false;
	*ret = n > 0;
	return true;
}
