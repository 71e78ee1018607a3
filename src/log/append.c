/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <inttypes.h>

#include "base/parse.h"
#include "log/log.h"
#include "log/store.h"

#define APPEND_SLICE 256 /* events read at once: their bodies are in memory together */

static const struct stmt st_head = { "log_head", "SELECT size, edge, base FROM log_head WHERE id = 1" };
/* $1: the last event that is in the log; 0: what the last leaf says, so that it need not be asked first. */
static const struct stmt st_set_head = { "log_head_set", "UPDATE log_head SET size = $1, edge = $2 WHERE id = 1" };
static const struct stmt st_new = { "log_new",
	"SELECT " LOG_ACT_SELECT ", b.salt, b.body, CASE WHEN EXISTS (SELECT 1 FROM event_file f WHERE f.event = e.id) THEN 1 ELSE 0 END"
	" FROM " LOG_ACT_FROM " LEFT JOIN event_body b ON b.event = e.id WHERE e.id > CASE WHEN $1 > 0 THEN $1 ELSE"
	" COALESCE((SELECT l.event FROM leaf l JOIN log_head h ON l.idx = h.base + h.size - 1 WHERE h.id = 1), 0) END"
	" ORDER BY e.id LIMIT 256" };
static const struct stmt st_files = { "log_files",
	"SELECT f.salt, f.digest, b.sm3 FROM event_file f JOIN blob b ON b.digest = f.digest WHERE f.event = $1 ORDER BY f.n" };
static const struct stmt st_leaf = { "log_leaf", "INSERT INTO leaf (idx, event, entry) VALUES ($1, $2, $3)" };

struct appending {
	struct db *db;
	struct arena *a;
	struct log_tree tree;
	int64_t base; /* of the log in use: entry i is leaf base + i (store.h) */
	int64_t last;
	/* one row */
	struct fresh {
		struct log_act act;
		struct str salt, body, entry;
		int64_t has_files;
	} row, slice[APPEND_SLICE];
	size_t n;
};

static bool head_read(struct appending *x, struct err *err)
{
	struct str edge;
	int64_t size;
	const struct db_out out[] = { db_to_i64(&size), db_to_bytes(&edge), db_to_i64(&x->base) };
	const struct db_in first[] = { db_i64(0) };

	return db_ahead(x->db, &st_new, DB_IN(first), err) && db_one(x->db, x->a, &st_head, DB_NONE, DB_OUT(out), err)
	       && log_edge_read(edge, size, &x->tree, err);
}

static bool slice_row(void *ctx, struct err *err)
{
	struct appending *x = ctx;

	(void)err;
	x->slice[x->n++] = x->row;
	return true;
}

struct files {
	struct buf *b;
	struct str salt, sha256, sm3;
};

static bool file_row(void *ctx, struct err *err)
{
	struct files *f = ctx;
	struct log_digest d;

	if (f->salt.n != LOG_SALT || !parse_hex(f->sha256, d.sha256, LOG_HASH) || !parse_hex(f->sm3, d.sm3, LOG_HASH))
		return err_set(err, ERR_DB, "文件的摘要记录已损坏");
	log_entry_line(f->b, (const unsigned char *)f->salt.p, &d);
	return true;
}

static bool entry_of(struct appending *x, struct fresh *e, struct err *err)
{
	struct buf b;
	struct log_digest d;
	struct files f = { .b = &b };
	const struct db_in in[] = { db_i64(e->act.event) };
	const struct db_out out[] = { db_to_bytes(&f.salt), db_to_str(&f.sha256), db_to_str(&f.sm3) };

	buf_init(&b, x->a, LOG_ENTRY_MAX);
	log_entry_begin(&b);
	if (e->salt.n != LOG_SALT)
		return err_set(err, ERR_DB, "事件%" PRId64 "没有内容，不能写入日志", e->act.event);
	log_digest_act(log_act_head(x->a, &e->act), e->body, &d);
	log_entry_line(&b, (const unsigned char *)e->salt.p, &d);
	if (e->has_files && !db_each(x->db, x->a, &st_files, DB_IN(in), DB_OUT(out), file_row, &f, err))
		return false;
	e->entry = buf_str(&b);
	return buf_ok(&b) || err_set(err, ERR_TOO_LARGE, "一次办理的文件超过700个，请分几次上传");
}

static bool append_one(struct appending *x, const struct fresh *e, struct err *err)
{
	const struct db_in in[] = { db_i64(x->base + x->tree.size), db_i64(e->act.event), db_str(e->entry) };

	if (!db_exec(x->db, &st_leaf, DB_IN(in), NULL, err))
		return false;
	log_tree_add(&x->tree, e->entry);
	x->last = e->act.event;
	return true;
}

/* All is read before the first leaf is written: what is asked ahead holds so long. */
static bool slice_entries(struct appending *x, struct err *err)
{
	for (size_t i = 0; i < x->n; i++) {
		const struct db_in in[] = { db_i64(x->slice[i].act.event) };

		if (x->slice[i].has_files && !db_ahead(x->db, &st_files, DB_IN(in), err))
			return false;
	}
	for (size_t i = 0; i < x->n; i++)
		if (!entry_of(x, &x->slice[i], err))
			return false;
	return true;
}

static bool append_slice(struct appending *x, struct err *err)
{
	const struct db_in in[] = { db_i64(x->last) };
	struct db_out out[LOG_ACT_COLUMNS + 3];

	log_act_out(&x->row.act, out);
	out[LOG_ACT_COLUMNS] = db_to_bytes(&x->row.salt);
	out[LOG_ACT_COLUMNS + 1] = db_to_str(&x->row.body);
	out[LOG_ACT_COLUMNS + 2] = db_to_i64(&x->row.has_files);
	x->n = 0;
	if (!db_each(x->db, x->a, &st_new, DB_IN(in), DB_OUT(out), slice_row, x, err) || !slice_entries(x, err))
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (!append_one(x, &x->slice[i], err))
			return false;
	return true;
}

bool log_append(struct db *db, struct arena *a, int64_t *ret_size, struct err *err)
{
	struct appending *x = arena_one(a, struct appending);
	int64_t before;

	x->db = db;
	x->a = a;
	if (!head_read(x, err))
		return false;
	before = x->tree.size;
	do {
		if (!append_slice(x, err))
			return false;
	} while (x->n == APPEND_SLICE);
	const struct db_in in[] = { db_i64(x->tree.size),
				    db_bytes((struct str){ (const char *)x->tree.edge, x->tree.n * LOG_HASH }) };

	if (x->tree.size > before && !db_exec(db, &st_set_head, DB_IN(in), NULL, err))
		return false;
	if (ret_size)
		*ret_size = x->tree.size;
	return true;
}
