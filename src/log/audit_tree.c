/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "log/audit_tree.h"

#include <inttypes.h>
#include <string.h>

#include "base/base64.h"

static const struct stmt st_origins = { "audit_origins",
	"SELECT log, origin, base, entry, ed25519, sm2 FROM log_origin ORDER BY log" };
static const struct stmt st_signed = { "audit_signed",
	"SELECT log, size, note FROM checkpoint WHERE log > $1 OR (log = $1 AND size > $2) ORDER BY log, size LIMIT 1000" };
static const struct stmt st_tile = { "audit_tile", "SELECT bytes, root FROM tile WHERE log = $1 AND level = $2 AND n = $3" };
static const struct stmt st_cosigned = { "audit_cosigned",
	"SELECT witness, line, at FROM cosignature WHERE log = $1 AND size = $2" };

struct reading {
	struct audit_tree *t;
	struct log_origin o;
};

static bool origin_row(void *ctx, struct err *err)
{
	struct reading *r = ctx;
	struct audit_tree *t = r->t;

	(void)err;
	if (t->n_o == t->cap_o) {
		struct log_origin *more = arena_many(t->a, t->cap_o ? t->cap_o * 2 : 4, struct log_origin);

		if (t->n_o)
			memcpy(more, t->o, t->n_o * sizeof(*more));
		t->cap_o = t->cap_o ? t->cap_o * 2 : 4;
		t->o = more;
	}
	t->o[t->n_o++] = r->o;
	return true;
}

static int64_t log_of(const struct audit_tree *t)
{
	return t->n_o ? t->o[t->now].log : 1;
}

/* ---- checkpoints ---- */

static bool signed_row(void *ctx, struct err *err)
{
	struct audit_tree *t = ctx;

	(void)err;
	t->sign[t->n_sign++] = t->row;
	return true;
}

static bool next_signed(struct audit_tree *t, struct err *err)
{
	const struct audit_signed last = t->n_sign ? t->sign[t->n_sign - 1] : (struct audit_signed){ 0 };
	const struct db_in after[] = { db_i64(last.log), db_i64(last.size) };
	const struct db_out out[] = { db_to_i64(&t->row.log), db_to_i64(&t->row.size), db_to_str(&t->row.note) };

	if (t->at_sign < t->n_sign || t->last_sign)
		return true;
	(void)arena_reset(t->slice);
	t->sign = arena_many(t->slice, AUDIT_SLICE, struct audit_signed);
	t->n_sign = t->at_sign = 0;
	if (!db_each(t->x->db, t->slice, &st_signed, DB_IN(after), DB_OUT(out), signed_row, t, err))
		return false;
	t->last_sign = t->n_sign < AUDIT_SLICE;
	return true;
}

struct cosigned {
	struct audit_tree *t;
	struct str note, witness, line;
	int64_t at;
};

static bool cosigned_row(void *ctx, struct err *err)
{
	struct cosigned *c = ctx;
	struct err why = { 0 };
	struct note n;
	struct key k;
	bool is_signed = false;
	int64_t time = 0;

	if (key_read(c->witness, &k, &why) && note_read(c->t->slice, str_fmt(c->t->slice, "%.*s%.*s", STR_FMT(c->note), STR_FMT(c->line)), &n, &why)
	    && note_signed_by(c->t->slice, &n, &k, &is_signed, &time, &why) && is_signed && time == c->at / 1000)
		return true;
	return audit_found(err, "见证人“%.*s”在树头（第%" PRId64 "条）上的签名被改动：与它的公钥不符", STR_FMT(str_head(c->witness, 60)),
			   c->t->tree.size);
}

static bool check_signed(struct audit_tree *t, const struct audit_signed *s, struct err *err)
{
	unsigned char root[LOG_HASH];
	struct checkpoint c;
	struct err why = { 0 };
	struct cosigned co = { .t = t, .note = s->note };
	const struct db_in in[] = { db_i64(s->log), db_i64(s->size) };
	const struct db_out out[] = { db_to_str(&co.witness), db_to_str(&co.line), db_to_i64(&co.at) };

	if (!checkpoint_open(t->slice, s->note, t->key, 2, &c, NULL, &why) || c.size != s->size)
		return audit_found(err, "签过的树头（checkpoint，第%" PRId64 "条）被改动：签名与日志的公钥不符", s->size);
	log_tree_root(&t->tree, root);
	if (memcmp(root, c.root, LOG_HASH) != 0)
		return audit_found(err, "前%" PRId64 "条登记与当时签过的树头不符：其中有的被改动、删除或者调换过", s->size);
	t->checkpoints++;
	t->newest = s->size;
	return db_each(t->x->db, t->slice, &st_cosigned, DB_IN(in), DB_OUT(out), cosigned_row, &co, err);
}

static bool signed_here(struct audit_tree *t, struct err *err)
{
	if (!next_signed(t, err))
		return false;
	while (t->n_o && t->at_sign < t->n_sign && t->sign[t->at_sign].log == log_of(t) && t->sign[t->at_sign].size == t->tree.size)
		if (!check_signed(t, &t->sign[t->at_sign++], err) || !next_signed(t, err))
			return false;
	return true;
}

/* ---- tiles ---- */

static bool check_tile(struct audit_tree *t, int level, const unsigned char root[LOG_HASH], struct err *err)
{
	const int64_t n = t->level[level].next;
	const struct db_in in[] = { db_i64(log_of(t)), db_i64(level), db_i64(n) };
	struct arena *a = t->slice;
	const struct arena_mark m = arena_mark(a);
	struct str bytes, stored;
	const struct db_out out[] = { db_to_bytes(&bytes), db_to_bytes(&stored) };
	bool found, same;

	if (!db_maybe(t->x->db, a, &st_tile, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	same = !found || (bytes.n == TILE_BYTES && memcmp(bytes.p, t->level[level].hash, TILE_BYTES) == 0 && stored.n == LOG_HASH
			  && memcmp(stored.p, root, LOG_HASH) == 0);
	t->tiles += found;
	arena_rewind(a, m);
	return same || audit_found(err, "日志的瓦片文件 tile/%d/%" PRId64 "（第%" PRId64 "条起）被改动：与各条登记不符", level, n,
				   level == 0 ? n * TILE_WIDTH + 1 : 1);
}

static bool put_hash(struct audit_tree *t, const unsigned char hash[LOG_HASH], struct err *err)
{
	unsigned char h[LOG_HASH];

	memcpy(h, hash, LOG_HASH);
	for (int level = 0; level <= TILE_LEVEL_MAX; level++) {
		memcpy(t->level[level].hash[t->level[level].n++], h, LOG_HASH);
		if (t->level[level].n < TILE_WIDTH)
			return true;
		tile_root(t->level[level].hash[0], 8, 0, h);
		if (!check_tile(t, level, h, err))
			return false;
		t->level[level].n = 0;
		t->level[level].next++;
	}
	return true;
}

/* ---- the logs ---- */

static bool add(struct audit_tree *t, struct str entry, struct err *err)
{
	unsigned char hash[LOG_HASH];

	log_leaf_hash(entry, hash);
	log_tree_add_hash(&t->tree, hash);
	return put_hash(t, hash, err) && signed_here(t, err);
}

/* Entry 0 of a renewed log is the old one's head. */
static bool old_head_stands(struct audit_tree *t, struct str entry, struct err *err)
{
	unsigned char root[LOG_HASH];
	struct buf b;

	log_tree_root(&t->tree, root);
	buf_init(&b, t->a, 64);
	base64_put(&b, (struct str){ (const char *)root, LOG_HASH });
	return str_find(entry, buf_str(&b), 0) != SIZE_MAX
	    || audit_found(err, "日志“%.*s”的登记被改动：与另起一份时记下的末尾不符", STR_FMT(t->o[t->now].origin));
}

static bool enter(struct audit_tree *t, size_t at, struct err *err)
{
	struct err why = { 0 };

	if (at && !old_head_stands(t, t->o[at].entry, err))
		return false;
	t->now = at;
	t->newest = 0;
	memset(&t->tree, 0, sizeof(t->tree));
	memset(t->level, 0, sizeof(t->level));
	if (!t->n_o)
		return true;
	if (!log_origin_keys(&t->o[at], t->key, &why) || !str_eq(t->key[0].name, t->o[at].origin))
		return audit_found(err, "日志的公钥（log_origin）被改动，已不能读取");
	return !at || add(t, t->o[at].entry, err);
}

bool audit_tree_begin(struct audit_tree *t, struct audit *x, struct arena *a, struct err *err)
{
	struct reading r = { .t = t };
	const struct db_out out[] = { db_to_i64(&r.o.log), db_to_str(&r.o.origin), db_to_i64(&r.o.base), db_to_str(&r.o.entry),
				      db_to_str(&r.o.ed25519), db_to_str(&r.o.sm2) };

	t->x = x;
	t->a = a;
	t->slice = arena_new();
	if (!db_each(x->db, a, &st_origins, DB_NONE, DB_OUT(out), origin_row, &r, err))
		return false;
	for (size_t i = 0; i < t->n_o; i++)
		if (t->o[i].log != (int64_t)i + 1 || (i == 0) != !t->o[i].entry.n || (i == 0 && t->o[i].base)
		    || (i && t->o[i].base < t->o[i - 1].base))
			return audit_found(err, "日志的名称登记（log_origin）被改动：次序或者起点不对");
	return enter(t, 0, err);
}

/* What was signed of the log that ends here is behind us. */
static bool nothing_left(struct audit_tree *t, struct err *err)
{
	if (!next_signed(t, err))
		return false;
	if (t->at_sign == t->n_sign || t->sign[t->at_sign].log > log_of(t))
		return true;
	return audit_found(err, "日志末尾被删除：签过的树头（checkpoint）到第%" PRId64 "条，日志只有%" PRId64 "条", t->sign[t->at_sign].size,
			   t->tree.size);
}

bool audit_tree_add(struct audit_tree *t, int64_t idx, struct str entry, struct err *err)
{
	while (t->now + 1 < t->n_o && idx == t->o[t->now + 1].base + 1)
		if (!nothing_left(t, err) || !enter(t, t->now + 1, err))
			return false;
	return add(t, entry, err);
}

bool audit_tree_end(struct audit_tree *t, struct err *err)
{
	while (t->now + 1 < t->n_o && t->tree.size && t->o[t->now + 1].base + 1 == t->o[t->now].base + t->tree.size)
		if (!nothing_left(t, err) || !enter(t, t->now + 1, err))
			return false;
	if (t->now + 1 < t->n_o)
		return audit_found(err, "日志的名称登记（log_origin）被改动：日志没有到下一份的起点");
	return nothing_left(t, err);
}
