/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/document.h"

#include "base/json.h"
#include "law/kind.h"
#include "matter/program.h"

static const struct stmt st_queued = { "document_queued",
	"SELECT d.id, d.matter, d.created, d.paper, d.number, d.content, d.tries, m.def, m.kind, COALESCE(o.name, '') "
	"FROM document d JOIN matter m ON m.id = d.matter LEFT JOIN organ o ON o.id = m.organ "
	"WHERE d.state = 'queued' ORDER BY d.id LIMIT $1" };
static const struct stmt st_one = { "document_one",
	"SELECT d.matter, d.paper, d.number, d.state, d.event, m.version, m.def, m.kind, "
	"(SELECT MAX(at) FROM event e WHERE e.matter = d.matter), COALESCE(f.actor, 0), COALESCE(d.blob, ''), "
	"COALESCE((SELECT sm3 FROM blob b WHERE b.digest = d.blob), ''), COALESCE(d.signed_event, 0) "
	"FROM document d JOIN matter m ON m.id = d.matter JOIN event f ON f.id = d.event WHERE d.id = $1" };
static const struct stmt st_freeze = { "document_freeze",
	"UPDATE document SET state = 'frozen', tries = tries + 1, blob = $2, frozen = $3, frozen_event = $4 WHERE id = $1" };
/* Whether anybody signs is asked here, so that a paper waits for no key that nobody has. */
static const struct stmt st_to_sign = { "document_to_sign",
	"INSERT INTO outbox (kind, matter, event, item, at, tries) SELECT 'sign', $1, $2, $3, $4, 0 WHERE EXISTS "
	"(SELECT 1 FROM matter k JOIN matter m ON m.organ = k.organ WHERE m.id = $1 AND k.kind = 'signing_key' AND k.state = 'active')" };
static const struct stmt st_unsigned = { "document_unsigned",
	"SELECT d.id, COALESCE(o.name, ''), d.paper, d.number, d.blob, b.sm3, m.def, m.kind FROM outbox x "
	"JOIN document d ON d.id = x.item JOIN matter m ON m.id = d.matter JOIN blob b ON b.digest = d.blob "
	"LEFT JOIN organ o ON o.id = m.organ WHERE x.kind = 'sign' AND x.done IS NULL AND d.signed_event IS NULL "
	"AND m.organ = $1 ORDER BY x.id LIMIT $2" };
static const struct stmt st_sign_waits = { "document_sign_waits", "SELECT 1 FROM outbox WHERE kind = 'sign' AND done IS NULL LIMIT 1" };
static const struct stmt st_sign = { "document_sign", "UPDATE document SET signature = $2, signed_event = $3 WHERE id = $1" };
static const struct stmt st_sign_done = { "document_sign_done",
	"UPDATE outbox SET done = $2 WHERE kind = 'sign' AND item = $1 AND done IS NULL" };
static const struct stmt st_try = { "document_try",
	"UPDATE document SET tries = tries + 1, state = CASE WHEN tries + 1 >= $2 THEN 'failed' ELSE state END WHERE id = $1 "
	"RETURNING tries" };
static const struct stmt st_tell = { "document_tell",
	"INSERT INTO message (person, matter, event, kind, text, at) VALUES ($1, $2, $3, 'program', $4, $5)" };

struct queued {
	struct engine *e;
	struct db *db;
	struct arena *a;
	struct document d;
	int64_t def;
	struct str kind;
	struct document *v;
	size_t n;
	int64_t *defs;
	struct str *kinds;
};

static bool take(void *ctx, struct err *err)
{
	struct queued *q = ctx;

	(void)err;
	q->defs[q->n] = q->def;
	q->kinds[q->n] = q->kind;
	q->v[q->n++] = q->d;
	return true;
}

/* The Chinese name of a paper in the law of its matter; its id when that law no longer has it. */
static bool paper_name(struct engine *e, struct db *db, struct arena *a, int64_t def, struct str kind, struct str paper,
		       struct str *ret, struct err *err)
{
	const struct law *l;
	const struct kind *k;
	const struct paper *p;

	if (!engine_law(e, db, a, def, &l, err))
		return false;
	k = law_kind(l, kind);
	p = k ? kind_paper(k, paper) : NULL;
	*ret = p ? p->name : paper;
	return true;
}

bool document_queued(struct engine *e, struct db *db, struct arena *a, int64_t limit, const struct document **ret,
		     size_t *ret_n, struct err *err)
{
	struct queued q = { .e = e, .db = db, .a = a };
	const struct db_in in[] = { db_i64(limit) };
	const struct db_out out[] = { db_to_i64(&q.d.id), db_to_i64(&q.d.matter), db_to_i64(&q.d.created),
				      db_to_str(&q.d.paper), db_to_str(&q.d.number), db_to_str(&q.d.content),
				      db_to_i64(&q.d.tries), db_to_i64(&q.def), db_to_str(&q.kind),
				      db_to_str(&q.d.organ) };

	q.v = arena_many(a, (size_t)limit, struct document);
	q.defs = arena_many(a, (size_t)limit, int64_t);
	q.kinds = arena_many(a, (size_t)limit, struct str);
	if (!db_each(db, a, &st_queued, DB_IN(in), DB_OUT(out), take, &q, err))
		return false;
	for (size_t i = 0; i < q.n; i++)
		if (!paper_name(e, db, a, q.defs[i], q.kinds[i], q.v[i].paper, &q.v[i].name, err))
			return false;
	*ret = q.v;
	*ret_n = q.n;
	return true;
}

struct one {
	int64_t matter, event, version, def, last_at, maker, signed_event;
	struct str paper, number, state, kind, sha256, sm3;
};

static bool load_one(struct db *db, struct arena *a, int64_t document, struct one *o, struct err *err)
{
	const struct db_in in[] = { db_i64(document) };
	const struct db_out out[] = { db_to_i64(&o->matter), db_to_str(&o->paper), db_to_str(&o->number),
				      db_to_str(&o->state), db_to_i64(&o->event), db_to_i64(&o->version),
				      db_to_i64(&o->def), db_to_str(&o->kind), db_to_i64(&o->last_at),
				      db_to_i64(&o->maker), db_to_str(&o->sha256), db_to_str(&o->sm3),
				      db_to_i64(&o->signed_event) };

	return db_one(db, a, &st_one, DB_IN(in), DB_OUT(out), err);
}

/* note: empty in paper.frozen. */
static struct str program_body(struct arena *a, const struct one *o, int64_t document, struct str note)
{
	struct json_out j = { 0 };
	struct buf b;

	buf_init(&b, a, 16000);
	j.b = &b;
	json_open(&j, NULL, '{');
	json_out_i64(&j, "document", document);
	if (note.n)
		json_out_str(&j, "note", note);
	json_out_str(&j, "number", o->number);
	json_out_str(&j, "paper", o->paper);
	json_out_str(&j, "sha256", o->sha256);
	json_out_str(&j, "sm3", o->sm3);
	json_close(&j, '}');
	return buf_str(&b);
}

/* An event of the program on the paper's matter, entered at `now`. request: what makes it happen once. */
static bool program_event(struct db *db, struct arena *a, const struct one *o, int64_t now, struct str action, struct str request,
			  struct str body, int64_t *ret, struct err *err)
{
	const struct program_event x = { .matter = o->matter, .version = o->version, .last_at = o->last_at, .because = o->event,
					 .def = o->def, .kind = o->kind, .action = action, .request = request, .body = body };

	return program_event_put(db, a, &x, now, ret, err);
}

bool document_frozen(struct engine *e, struct db *db, struct arena *a, int64_t document, struct str sha256,
		     struct str sm3, struct err *err)
{
	const int64_t now = engine_now(e); /* one instant: verify compares the paper's with its event's */
	int64_t event = 0;
	struct one o = { 0 };

	if (!load_one(db, a, document, &o, err))
		return false;
	if (!str_is(o.state, "queued"))
		return true; /* another process was quicker */
	o.sha256 = sha256;
	o.sm3 = sm3;
	if (!program_event(db, a, &o, now, STR("paper.frozen"), str_fmt(a, "paper:%lld", (long long)document),
			   program_body(a, &o, document, (struct str){ 0 }), &event, err))
		return false;
	const struct db_in row[] = { db_i64(document), db_str(sha256), db_i64(now), db_i64(event) };
	const struct db_in sign[] = { db_i64(o.matter), db_i64(event), db_i64(document), db_i64(now) };

	return db_exec(db, &st_freeze, DB_IN(row), NULL, err) && db_exec(db, &st_to_sign, DB_IN(sign), NULL, err);
}

bool document_signed(struct engine *e, struct db *db, struct arena *a, int64_t document, struct str note, struct err *err)
{
	const int64_t now = engine_now(e);
	int64_t event = 0;
	struct one o = { 0 };

	if (!load_one(db, a, document, &o, err))
		return false;
	if (o.signed_event)
		return true;
	if (!program_event(db, a, &o, now, STR("paper.signed"), str_fmt(a, "sign:%lld", (long long)document),
			   program_body(a, &o, document, note), &event, err))
		return false;
	const struct db_in row[] = { db_i64(document), db_str(note), db_i64(event) };
	const struct db_in done[] = { db_i64(document), db_i64(now) };

	return db_exec(db, &st_sign, DB_IN(row), NULL, err) && db_exec(db, &st_sign_done, DB_IN(done), NULL, err);
}

struct unsigned_rows {
	struct unsigned_paper row, *v;
	int64_t def, *defs;
	struct str kind, *kinds;
	size_t n;
};

static bool unsigned_row(void *ctx, struct err *err)
{
	struct unsigned_rows *x = ctx;

	(void)err;
	x->defs[x->n] = x->def;
	x->kinds[x->n] = x->kind;
	x->v[x->n++] = x->row;
	return true;
}

bool document_sign_waits(struct db *db, struct arena *a, bool *ret, struct err *err)
{
	int64_t one;
	const struct db_out out[] = { db_to_i64(&one) };

	return db_maybe(db, a, &st_sign_waits, DB_NONE, DB_OUT(out), ret, err);
}

bool document_unsigned(struct engine *e, struct db *db, struct arena *a, int64_t organ, int64_t limit,
		       const struct unsigned_paper **ret, size_t *ret_n, struct err *err)
{
	struct unsigned_rows x = { .v = arena_many(a, (size_t)limit, struct unsigned_paper), .defs = arena_many(a, (size_t)limit, int64_t),
				   .kinds = arena_many(a, (size_t)limit, struct str) };
	struct unsigned_paper *r = &x.row;
	const struct db_in in[] = { db_i64(organ), db_i64(limit) };
	const struct db_out out[] = { db_to_i64(&r->document), db_to_str(&r->organ_name), db_to_str(&r->name),
				      db_to_str(&r->number), db_to_str(&r->sha256), db_to_str(&r->sm3), db_to_i64(&x.def),
				      db_to_str(&x.kind) };

	if (!db_each(db, a, &st_unsigned, DB_IN(in), DB_OUT(out), unsigned_row, &x, err))
		return false;
	for (size_t i = 0; i < x.n; i++)
		if (!paper_name(e, db, a, x.defs[i], x.kinds[i], x.v[i].name, &x.v[i].name, err))
			return false;
	*ret = x.v;
	*ret_n = x.n;
	return true;
}

bool document_failed(struct engine *e, struct db *db, struct arena *a, int64_t document, struct str why, struct err *err)
{
	const struct db_in in[] = { db_i64(document), db_i64(DOCUMENT_TRIES) };
	int64_t tries = 0;
	const struct db_out out[] = { db_to_i64(&tries) };
	struct one o = { 0 };
	struct str name;

	if (!load_one(db, a, document, &o, err) || !db_one(db, a, &st_try, DB_IN(in), DB_OUT(out), err))
		return false;
	if (tries < DOCUMENT_TRIES || !o.maker)
		return true;
	if (!paper_name(e, db, a, o.def, o.kind, o.paper, &name, err))
		return false;
	{
		const struct db_in tell[] = { db_i64(o.maker), db_i64(o.matter), db_i64(o.event),
					      db_str(str_fmt(a, "《%.*s》未能制成PDF：%.*s。请联系系统管理员", STR_FMT(name), STR_FMT(why))),
					      db_i64(engine_now(e)) };

		return db_exec(db, &st_tell, DB_IN(tell), NULL, err);
	}
}
