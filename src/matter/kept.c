/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "matter/kept.h"

#include "base/parse.h"
#include "log/log.h"

#define QUESTION_MAX ((size_t)128 << 10)

static const struct stmt st_any = { "kept_any", "SELECT block FROM tally WHERE question = $1 LIMIT 1" };
static const struct stmt st_state = { "kept_state",
	"SELECT event, size, (SELECT COALESCE(MAX(id), 0) FROM event), (SELECT COALESCE(MAX(id), 0) FROM matter) FROM tally_seen WHERE id = 1" };
static const struct stmt st_changed = { "kept_changed", "SELECT DISTINCT matter / $2 FROM event WHERE id > $1" };
static const struct stmt st_rows = { "kept_rows", "SELECT block, answer FROM tally WHERE question = $1" };
static const struct stmt st_drop = { "kept_drop",
	"DELETE FROM tally WHERE block IN (SELECT DISTINCT matter / $2 FROM event WHERE id > $1)" };
static const struct stmt st_forget = { "kept_forget", "DELETE FROM tally" };
static const struct stmt st_seen = { "kept_seen", "UPDATE tally_seen SET event = $1 WHERE id = 1" };
static const struct stmt st_put = { "kept_put",
	"INSERT INTO tally (question, block, answer) SELECT $1, $2, $3 WHERE NOT EXISTS"
	" (SELECT 1 FROM event WHERE id > $4 AND matter / $5 = $2)"
	" ON CONFLICT (question, block) DO UPDATE SET answer = excluded.answer" };

/* ---- reading ---- */

static bool state_read(struct db *db, struct arena *a, struct kept_state *ret, int64_t *ret_seen, struct err *err)
{
	int64_t last;
	const struct db_out out[] = { db_to_i64(ret_seen), db_to_i64(&ret->size), db_to_i64(&ret->newest), db_to_i64(&last) };

	if (!db_one(db, a, &st_state, DB_NONE, DB_OUT(out), err))
		return false;
	ret->n = (size_t)(last / ret->size) + 1;
	return true;
}

struct reading {
	const struct kept_state *s;
	int64_t block;
	struct str text, *answer;
};

static bool changed_row(void *ctx, struct err *err)
{
	struct reading *r = ctx;

	(void)err;
	if (r->block >= 0 && (size_t)r->block < r->s->n)
		r->s->changed[r->block] = true;
	return true;
}

bool kept_state(struct turn *t, struct kept_state *ret, struct err *err)
{
	struct reading r = { .s = ret };
	const struct db_out out[] = { db_to_i64(&r.block) };
	int64_t seen;

	if (!state_read(t->db, t->a, ret, &seen, err))
		return false;
	const struct db_in since[] = { db_i64(seen), db_i64(ret->size) };

	ret->changed = arena_many(t->a, ret->n, bool);
	return db_each(t->db, t->a, &st_changed, DB_IN(since), DB_OUT(out), changed_row, &r, err);
}

struct str kept_question(struct arena *a, struct str sql, const struct db_in *in, size_t n_in)
{
	struct log_digest d;
	char hex[2 * LOG_HASH + 1];
	struct buf b;

	buf_init(&b, a, QUESTION_MAX);
	buf_add(&b, sql);
	for (size_t i = 0; i < n_in; i++) {
		buf_addf(&b, "\n%d %lld ", in[i].kind, (long long)in[i].i);
		buf_add(&b, in[i].s);
	}
	log_digest_of(buf_str(&b), &d);
	parse_put_hex(hex, d.sha256, LOG_HASH);
	return str_dup(a, str_of(hex));
}

bool kept_any(struct turn *t, struct str question, bool *ret, struct err *err)
{
	int64_t block;
	const struct db_in in[] = { db_str(question) };
	const struct db_out out[] = { db_to_i64(&block) };

	return db_maybe(t->db, t->a, &st_any, DB_IN(in), DB_OUT(out), ret, err);
}

static bool answer_row(void *ctx, struct err *err)
{
	struct reading *r = ctx;

	(void)err;
	if (r->block >= 0 && (size_t)r->block < r->s->n && !r->s->changed[r->block])
		r->answer[r->block] = r->text.p ? r->text : STR("");
	return true;
}

bool kept_read(struct turn *t, const struct kept_state *s, struct str question, struct str **ret, struct err *err)
{
	struct reading r = { .s = s, .answer = arena_many(t->a, s->n, struct str) };
	const struct db_in in[] = { db_str(question) };
	const struct db_out out[] = { db_to_i64(&r.block), db_to_str(&r.text) };

	*ret = r.answer;
	return db_each(t->db, t->a, &st_rows, DB_IN(in), DB_OUT(out), answer_row, &r, err);
}

/* ---- keeping ---- */

void kept_add(struct turn *t, const struct kept_state *s, struct str question, size_t block, struct str answer)
{
	const struct tally_block b = { question, answer, (int64_t)block, s->newest };

	PUSH(t->a, t->keep->v, t->keep->n, t->keep->cap, b);
}

bool matter_tally_store(struct db *db, struct arena *a, const struct tally_keep *k, struct err *err)
{
	struct kept_state now;
	int64_t seen;

	if (!state_read(db, a, &now, &seen, err))
		return false;
	const struct db_in since[] = { db_i64(seen), db_i64(now.size) }, upto[] = { db_i64(now.newest) };

	if (!db_exec(db, &st_drop, DB_IN(since), NULL, err) || !db_exec(db, &st_seen, DB_IN(upto), NULL, err))
		return false;
	for (size_t i = 0; i < k->n; i++) {
		const struct tally_block *b = &k->v[i];
		const struct db_in in[] = { db_str(b->question), db_i64(b->block), db_str(b->answer), db_i64(b->newest),
					    db_i64(now.size) };

		if (!db_exec(db, &st_put, DB_IN(in), NULL, err))
			return false;
	}
	return true;
}

bool kept_forget(struct db *db, struct err *err)
{
	return db_exec(db, &st_forget, DB_NONE, NULL, err);
}
