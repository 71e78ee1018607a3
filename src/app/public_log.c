/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The record log for anyone's own tools (C2SP tlog-tiles): /log/checkpoint, /log/tile/…, /log/tile/entries/…, of the log in
 * use, and of each that ended under /logs/N/, as far as it is signed. What stands at a tile's address never changes. */
#include "app/public.h"

#include "base/parse.h"
#include "log/store.h"

#define CACHE_CHECKPOINT "public, max-age=2"
#define CACHE_TILE "public, max-age=31536000, immutable"

static bool none(struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "记录日志里没有这一份文件");
}

/* The log in use, or the one that the address numbers; ERR_NOT_FOUND when there is none. */
static bool log_of(struct req *r, struct log_store *ret, struct err *err)
{
	struct str n = req_param(r, "log");
	struct log_origin o;
	int64_t log = 0;
	bool found;

	if (n.n && !parse_i64(n, 1, INT64_MAX, &log))
		return none(err);
	if (!log_origin_load(r->db, r->a, log, &o, &found, err))
		return false;
	if (!found)
		return none(err);
	log_store_init(ret, r->db, r->a, &o);
	return true;
}

/* Its newest head; ERR_NOT_FOUND when nothing is signed yet. */
static bool newest(struct req *r, const struct log_store *s, struct str *ret_note, int64_t *ret_size, struct err *err)
{
	int64_t at;
	bool found;

	if (!log_checkpoint_newest(r->db, r->a, s->log, 0, ret_note, ret_size, &at, &found, err))
		return false;
	return found || none(err);
}

bool log_checkpoint_show(struct req *r, struct err *err)
{
	struct log_store s;
	struct str note;
	int64_t size;

	if (!log_of(r, &s, err) || !newest(r, &s, &note, &size, err))
		return false;
	reply_header(r, "Cache-Control", STR(CACHE_CHECKPOINT));
	return reply_text(r, 200, "text/plain; charset=utf-8", note);
}

static bool add_entry(void *ctx, int64_t index, struct str entry, struct err *err)
{
	(void)index;
	(void)err;
	tile_bundle_add(ctx, entry);
	return true;
}

static bool bundle(struct log_store *s, const struct tile_path *p, struct str *ret, struct err *err)
{
	struct buf b;

	buf_init(&b, s->a, TILE_BUNDLE_MAX);
	if (!log_store_entries(s, p->n * TILE_WIDTH, p->width, add_entry, &b, err))
		return false;
	*ret = buf_str(&b);
	return true;
}

static bool tile(struct log_store *s, const struct tile_path *p, struct str *ret, struct err *err)
{
	const unsigned char *hashes;

	if (!log_store_tile(s, p->level, p->n, p->width, &hashes, err))
		return false;
	*ret = (struct str){ (const char *)hashes, (size_t)p->width * LOG_HASH };
	return true;
}

bool log_tile_show(struct req *r, struct err *err)
{
	size_t at = str_find(r->path, STR("/tile/"), 0);
	struct log_store s;
	struct tile_path p;
	struct str bytes, note;
	int64_t size;

	if (at == SIZE_MAX || !tile_path_read(str_sub(r->path, at + 1, r->path.n), &p))
		return none(err);
	if (!log_of(r, &s, err) || !newest(r, &s, &note, &size, err))
		return false;
	if (!tile_exists(&p, size))
		return none(err);
	if (!(p.entries ? bundle : tile)(&s, &p, &bytes, err))
		return false;
	reply_header(r, "Cache-Control", STR(CACHE_TILE));
	return reply_text(r, 200, "application/octet-stream", bytes);
}
