/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "log/store.h"

#include <string.h>

#include "log/digest.h"
#include "log/log.h"

/* ---- heads and names ---- */

static const struct stmt st_head = { "log_store_head", "SELECT size, edge, log, base, signed FROM log_head WHERE id = 1" };

bool log_edge_read(struct str edge, int64_t size, struct log_tree *ret, struct err *err)
{
	/* One subtree for each bit of the size: joining counts on it. */
	if (size < 0 || edge.n != LOG_HASH * (size_t)__builtin_popcountll((unsigned long long)size))
		return err_set(err, ERR_DB, "日志树的边缘记录已损坏");
	ret->size = size;
	ret->n = edge.n / LOG_HASH;
	if (edge.n)
		memcpy(ret->edge, edge.p, edge.n);
	return true;
}

bool log_head_load(struct db *db, struct arena *a, struct log_head *ret, struct err *err)
{
	struct str edge;
	int64_t size;
	const struct db_out out[] = { db_to_i64(&size), db_to_bytes(&edge), db_to_i64(&ret->log), db_to_i64(&ret->base),
				      db_to_i64(&ret->is_signed) };

	return db_one(db, a, &st_head, DB_NONE, DB_OUT(out), err) && log_edge_read(edge, size, &ret->tree, err);
}

#define ORIGIN "SELECT log, base, origin, COALESCE(entry, ''), ed25519, sm2 FROM log_origin"
static const struct stmt st_origin = { "log_origin_last", ORIGIN " ORDER BY log DESC LIMIT 1" };
static const struct stmt st_origin_n = { "log_origin_n", ORIGIN " WHERE log = $1" };
static const struct stmt st_origin_named = { "log_origin_named", ORIGIN " WHERE origin = $1" };
static const struct stmt st_origin_add = { "log_origin_add",
	"INSERT INTO log_origin (log, origin, base, entry, ed25519, sm2, made) VALUES ($1, $2, $3, $4, $5, $6, $7)" };

static bool origin_by(struct db *db, struct arena *a, const struct stmt *st, const struct db_in *in, size_t n,
		      struct log_origin *ret, bool *ret_found, struct err *err)
{
	const struct db_out out[] = { db_to_i64(&ret->log), db_to_i64(&ret->base), db_to_str(&ret->origin),
				      db_to_str(&ret->entry), db_to_str(&ret->ed25519), db_to_str(&ret->sm2) };

	return db_maybe(db, a, st, in, n, DB_OUT(out), ret_found, err);
}

bool log_origin_load(struct db *db, struct arena *a, int64_t log, struct log_origin *ret, bool *ret_found, struct err *err)
{
	const struct db_in in[] = { db_i64(log) };

	return log ? origin_by(db, a, &st_origin_n, DB_IN(in), ret, ret_found, err)
		   : origin_by(db, a, &st_origin, DB_NONE, ret, ret_found, err);
}

bool log_origin_named(struct db *db, struct arena *a, struct str origin, struct log_origin *ret, bool *ret_found,
		      struct err *err)
{
	const struct db_in in[] = { db_str(origin) };

	return origin_by(db, a, &st_origin_named, DB_IN(in), ret, ret_found, err);
}

bool log_origin_add(struct db *db, const struct log_origin *o, int64_t now, struct err *err)
{
	const struct db_in in[] = { db_i64(o->log), db_str(o->origin), db_i64(o->base),
				    o->entry.n ? db_str(o->entry) : db_null(), db_str(o->ed25519), db_str(o->sm2), db_i64(now) };

	return db_exec(db, &st_origin_add, DB_IN(in), NULL, err);
}

bool log_origin_keys(const struct log_origin *o, struct key ret[2], struct err *err)
{
	return key_read(o->ed25519, &ret[0], err) && key_read(o->sm2, &ret[1], err);
}

/* ---- entries ---- */

static const struct stmt st_entries = { "log_entries",
	"SELECT idx, entry FROM leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx" };

struct entries {
	struct log_store *s;
	int64_t next; /* index */
	int64_t idx;
	struct str entry;
	bool (*each)(void *ctx, int64_t index, struct str entry, struct err *err);
	void *ctx;
};

static bool entry_row(void *ctx, struct err *err)
{
	struct entries *x = ctx;

	if (x->idx != x->s->base + x->next)
		return err_set(err, ERR_DB, "日志缺第%lld条记录", (long long)x->next);
	return x->each(x->ctx, x->next++, x->entry, err);
}

bool log_store_entries(struct log_store *s, int64_t from, int64_t count,
		       bool (*each)(void *ctx, int64_t index, struct str entry, struct err *err), void *ctx, struct err *err)
{
	struct entries x = { .s = s, .next = from, .each = each, .ctx = ctx };
	const struct db_out out[] = { db_to_i64(&x.idx), db_to_str(&x.entry) };

	if (from == 0 && count > 0 && s->entry.n && !each(ctx, x.next++, s->entry, err))
		return false;
	if (x.next < from + count) {
		const struct db_in in[] = { db_i64(s->base + x.next), db_i64(s->base + from + count) };

		if (!db_each(s->db, s->a, &st_entries, DB_IN(in), DB_OUT(out), entry_row, &x, err))
			return false;
	}
	return x.next == from + count || err_set(err, ERR_DB, "日志缺第%lld条记录", (long long)x.next);
}

/* ---- tiles ---- */

static const struct stmt st_tile = { "log_tile", "SELECT bytes FROM tile WHERE log = $1 AND level = $2 AND n = $3" };
static const struct stmt st_roots = { "log_tile_roots",
	"SELECT n, root FROM tile WHERE log = $1 AND level = $2 AND n >= $3 AND n < $4 ORDER BY n" };
static const struct stmt st_last = { "log_tile_last", "SELECT COALESCE(MAX(n), -1) FROM tile WHERE log = $1 AND level = $2" };
static const struct stmt st_tile_add = { "log_tile_add",
	"INSERT INTO tile (log, level, n, bytes, root) VALUES ($1, $2, $3, $4, $5)" };

struct hashes {
	unsigned char *p;
	int64_t n; /* of the next */
	int64_t at, from;
	struct str root;
};

static bool hash_entry(void *ctx, int64_t index, struct str entry, struct err *err)
{
	struct hashes *h = ctx;

	(void)err;
	log_leaf_hash(entry, h->p + (index - h->from) * LOG_HASH);
	return true;
}

static bool root_row(void *ctx, struct err *err)
{
	struct hashes *h = ctx;

	if (h->at != h->n) /* the following ones have no row yet */
		return false;
	if (h->root.n != LOG_HASH)
		return err_set(err, ERR_DB, "日志的瓦片已损坏");
	memcpy(h->p + (h->n++ - h->from) * LOG_HASH, h->root.p, LOG_HASH);
	return true;
}

/* The hashes of a level above 0: the roots of the tiles below, of those that have no row yet computed. */
static bool roots_below(struct log_store *s, int level, int64_t from, int width, unsigned char *ret, struct err *err)
{
	struct hashes h = { .p = ret, .n = from, .from = from };
	const struct db_in in[] = { db_i64(s->log), db_i64(level - 1), db_i64(from), db_i64(from + width) };
	const struct db_out out[] = { db_to_i64(&h.at), db_to_bytes(&h.root) };
	const unsigned char *below;

	if (!db_each(s->db, s->a, &st_roots, DB_IN(in), DB_OUT(out), root_row, &h, err))
		return false;
	for (; h.n < from + width; h.n++) {
		if (!log_store_tile(s, level - 1, h.n, TILE_WIDTH, &below, err))
			return false;
		tile_root(below, 8, 0, ret + (h.n - from) * LOG_HASH);
	}
	return true;
}

static bool tile_computed(struct log_store *s, int level, int64_t n, int width, unsigned char *ret, struct err *err)
{
	struct hashes h = { .p = ret, .from = n * TILE_WIDTH };

	return level ? roots_below(s, level, n * TILE_WIDTH, width, ret, err)
		     : log_store_entries(s, h.from, width, hash_entry, &h, err);
}

static bool tile_read(struct log_store *s, int level, int64_t n, int *width, const unsigned char **ret, struct err *err)
{
	const struct db_in in[] = { db_i64(s->log), db_i64(level), db_i64(n) };
	struct str bytes;
	const struct db_out out[] = { db_to_bytes(&bytes) };
	unsigned char *p;
	bool found;

	if (!db_maybe(s->db, s->a, &st_tile, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (found) {
		*width = TILE_WIDTH;
		*ret = (const unsigned char *)bytes.p;
		return bytes.n == TILE_BYTES || err_set(err, ERR_DB, "日志的瓦片已损坏");
	}
	p = arena_raw(s->a, (size_t)*width * LOG_HASH);
	*ret = p;
	return tile_computed(s, level, n, *width, p, err);
}

bool log_store_tile(struct log_store *s, int level, int64_t n, int width, const unsigned char **ret, struct err *err)
{
	struct last_tile *last = &s->last;

	if (!last->hashes || last->level != level || last->n != n || last->width < width) {
		last->hashes = NULL;
		if (!tile_read(s, level, n, &width, ret, err))
			return false;
		*last = (struct last_tile){ level, width, n, *ret };
	}
	*ret = last->hashes;
	return true;
}

static bool tile_of(void *ctx, int level, int64_t n, int width, const unsigned char **ret, struct err *err)
{
	return log_store_tile(ctx, level, n, width, ret, err);
}

void log_store_init(struct log_store *s, struct db *db, struct arena *a, const struct log_origin *o)
{
	*s = (struct log_store){ .db = db, .a = a, .log = o->log, .base = o->base, .entry = o->entry };
	s->tiles = (struct tile_source){ tile_of, s };
	s->nodes = tile_nodes(&s->tiles);
}

static bool fill_one(struct log_store *s, int level, int64_t n, struct err *err)
{
	unsigned char bytes[TILE_BYTES], root[LOG_HASH];
	struct arena_mark m = arena_mark(s->a);
	bool ok = tile_computed(s, level, n, TILE_WIDTH, bytes, err);

	s->last.hashes = NULL;
	arena_rewind(s->a, m);
	if (!ok)
		return false;
	tile_root(bytes, 8, 0, root);
	const struct db_in in[] = { db_i64(s->log), db_i64(level), db_i64(n), db_bytes(digest_bytes(bytes, TILE_BYTES)),
				    db_bytes(digest_bytes(root, LOG_HASH)) };

	return db_exec(s->db, &st_tile_add, DB_IN(in), NULL, err);
}

bool log_store_due(struct db *db, struct arena *a, int64_t log, int64_t size, bool *ret, struct err *err)
{
	int64_t last;
	const struct db_in in[] = { db_i64(log), db_i64(0) };
	const struct db_out out[] = { db_to_i64(&last) };

	if (!db_one(db, a, &st_last, DB_IN(in), DB_OUT(out), err))
		return false;
	*ret = last + 1 < size / TILE_WIDTH;
	return true;
}

bool log_store_fill(struct log_store *s, int64_t size, int most, bool *ret_more, struct err *err)
{
	*ret_more = false;
	for (int level = 0; tile_level_size(level, size) >= TILE_WIDTH; level++) {
		int64_t last;
		const struct db_in in[] = { db_i64(s->log), db_i64(level) };
		const struct db_out out[] = { db_to_i64(&last) };

		if (!db_one(s->db, s->a, &st_last, DB_IN(in), DB_OUT(out), err))
			return false;
		for (int64_t n = last + 1; n < tile_level_size(level, size) / TILE_WIDTH; n++) {
			if (most-- == 0) {
				*ret_more = true;
				return true;
			}
			if (!fill_one(s, level, n, err))
				return false;
		}
	}
	return true;
}

/* ---- checkpoints ---- */

static const struct stmt st_checkpoint = { "log_checkpoint",
	"SELECT size, at, note FROM checkpoint WHERE log = $1 AND size >= $2 ORDER BY size DESC LIMIT 1" };
static const struct stmt st_checkpoint_oldest = { "log_checkpoint_oldest",
	"SELECT size, at, note FROM checkpoint WHERE log = $1 AND size >= $2 ORDER BY size LIMIT 1" };
static const struct stmt st_checkpoint_cosigned = { "log_checkpoint_cosigned",
	"SELECT size, at, note FROM checkpoint WHERE log = $1 AND size = (SELECT MAX(s.size) FROM cosignature s WHERE s.log = $1"
	" AND s.size >= $2)" };
static const struct stmt st_cosigned = { "log_cosigned",
	"SELECT line FROM cosignature WHERE log = $1 AND size = $2 ORDER BY at, witness" };
static const struct stmt st_checkpoint_add = { "log_checkpoint_add",
	"INSERT INTO checkpoint (log, size, at, note) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING" };
static const struct stmt st_signed = { "log_signed",
	"UPDATE log_head SET signed = $2 WHERE id = 1 AND log = $1 AND signed < $2" };
static const struct stmt st_cosignature_add = { "log_cosignature_add",
	"INSERT INTO cosignature (log, size, witness, line, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING" };

struct lines {
	struct buf *b;
	struct str line;
};

static bool line_row(void *ctx, struct err *err)
{
	struct lines *x = ctx;

	(void)err;
	buf_add(x->b, x->line);
	return true;
}

static bool checkpoint_by(struct db *db, struct arena *a, const struct stmt *st, int64_t log, int64_t size,
			  struct str *ret_note, int64_t *ret_size, int64_t *ret_at, bool *ret_found, struct err *err)
{
	struct str note;
	struct buf b;
	struct lines lines = { .b = &b };
	const struct db_in in[] = { db_i64(log), db_i64(size) };
	const struct db_out out[] = { db_to_i64(ret_size), db_to_i64(ret_at), db_to_str(&note) };
	const struct db_out line[] = { db_to_str(&lines.line) };

	if (!db_maybe(db, a, st, DB_IN(in), DB_OUT(out), ret_found, err))
		return false;
	if (!*ret_found)
		return true;
	const struct db_in of[] = { db_i64(log), db_i64(*ret_size) };

	buf_init(&b, a, NOTE_MAX);
	buf_add(&b, note);
	if (!db_each(db, a, &st_cosigned, DB_IN(of), DB_OUT(line), line_row, &lines, err))
		return false;
	*ret_note = buf_ok(&b) ? buf_str(&b) : note;
	return true;
}

bool log_checkpoint_newest(struct db *db, struct arena *a, int64_t log, int64_t size, struct str *ret_note,
			   int64_t *ret_size, int64_t *ret_at, bool *ret_found, struct err *err)
{
	return checkpoint_by(db, a, &st_checkpoint, log, size, ret_note, ret_size, ret_at, ret_found, err);
}

bool log_checkpoint_cosigned(struct db *db, struct arena *a, int64_t log, int64_t size, struct str *ret_note,
			     int64_t *ret_size, int64_t *ret_at, bool *ret_found, struct err *err)
{
	return checkpoint_by(db, a, &st_checkpoint_cosigned, log, size, ret_note, ret_size, ret_at, ret_found, err);
}

bool log_checkpoint_oldest(struct db *db, struct arena *a, int64_t log, int64_t size, struct str *ret_note, int64_t *ret_size,
			   int64_t *ret_at, bool *ret_found, struct err *err)
{
	return checkpoint_by(db, a, &st_checkpoint_oldest, log, size, ret_note, ret_size, ret_at, ret_found, err);
}

bool log_checkpoint_add(struct db *db, int64_t log, int64_t size, int64_t now, struct str note, struct err *err)
{
	const struct db_in in[] = { db_i64(log), db_i64(size), db_i64(now), db_str(note) };
	const struct db_in head[] = { db_i64(log), db_i64(size) };

	return db_exec(db, &st_checkpoint_add, DB_IN(in), NULL, err) && db_exec(db, &st_signed, DB_IN(head), NULL, err);
}

bool log_cosignature_add(struct db *db, int64_t log, int64_t size, struct str witness, struct str line, int64_t at,
			 struct err *err)
{
	const struct db_in in[] = { db_i64(log), db_i64(size), db_str(witness), db_str(line), db_i64(at) };

	return db_exec(db, &st_cosignature_add, DB_IN(in), NULL, err);
}

/* ---- events ---- */

static const struct stmt st_place = { "log_place",
	"SELECT l.idx, l.entry, o.log, o.base FROM leaf l JOIN log_origin o ON o.log = (SELECT MAX(x.log) FROM log_origin x"
	" WHERE x.log = 1 OR x.base < l.idx) WHERE l.event = $1" };

bool log_place(struct db *db, struct arena *a, int64_t event, int64_t *ret_log, int64_t *ret_index, struct str *ret_entry,
	       bool *ret_found, struct err *err)
{
	int64_t idx = 0, base = 0;
	const struct db_in in[] = { db_i64(event) };
	const struct db_out out[] = { db_to_i64(&idx), db_to_str(ret_entry), db_to_i64(ret_log), db_to_i64(&base) };

	if (!db_maybe(db, a, &st_place, DB_IN(in), DB_OUT(out), ret_found, err))
		return false;
	*ret_index = idx - base;
	return true;
}

/* ---- a new beginning ---- */

static const struct stmt st_renew = { "log_renew",
	"UPDATE log_head SET log = $1, base = $2, size = 1, edge = $3, signed = 0 WHERE id = 1" };

bool log_renew(struct db *db, const struct log_head *old, const struct log_origin *o, int64_t now,
	       struct err *err)
{
	unsigned char leaf[LOG_HASH];
	struct log_origin next = *o;
	const struct db_in in[] = { db_i64(old->log + 1), db_i64(old->base + old->tree.size - 1),
				    db_bytes(digest_bytes(leaf, LOG_HASH)) };

	log_leaf_hash(o->entry, leaf);
	next.log = old->log + 1;
	next.base = old->base + old->tree.size - 1;
	return log_origin_add(db, &next, now, err) && db_exec(db, &st_renew, DB_IN(in), NULL, err);
}
