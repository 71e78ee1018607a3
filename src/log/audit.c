/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "log/audit_tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/parse.h"
#include "log/digest.h"

#define SAY_MAX 480 /* of struct err */

bool audit_found(struct err *err, const char *fmt, ...)
{
	char text[SAY_MAX];
	struct arena *a = arena_new();
	struct buf b;
	va_list ap;

	buf_init(&b, a, sizeof(text));
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	(void)err_set(err, ERR_ALTERED, "%.*s", STR_FMT(buf_str(&b)));
	(void)arena_free(a);
	return false;
}

bool audit_event(struct audit *x, int64_t event, struct err *err, const char *fmt, ...)
{
	struct arena *a = arena_new();
	struct buf b;
	va_list ap;

	buf_init(&b, a, SAY_MAX);
	x->say(x->ctx, event, &b);
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	(void)err_set(err, ERR_ALTERED, "%.*s", STR_FMT(buf_str(&b)));
	(void)arena_free(a);
	return false;
}

/* ---- rows ---- */

static const struct stmt st_head = { "audit_head", "SELECT size, edge, log, base, signed FROM log_head WHERE id = 1" };
static const struct stmt st_leaves = { "audit_leaves",
	"SELECT l.idx, l.event, l.entry, b.salt, b.body, " LOG_ACT_SELECT " FROM leaf l LEFT JOIN event e ON e.id = l.event"
	" LEFT JOIN matter m ON m.id = e.matter LEFT JOIN pack_version p ON p.id = e.def"
	" LEFT JOIN event_body b ON b.event = l.event WHERE l.idx >= $1 ORDER BY l.idx LIMIT 1000" };
static const struct stmt st_files = { "audit_files",
	"SELECT f.event, f.n, f.salt, f.digest, b.sm3 FROM event_file f LEFT JOIN blob b ON b.digest = f.digest"
	" WHERE f.event >= $1 AND f.event <= $2 ORDER BY f.event, f.n" };
static const struct stmt st_loose_event = { "audit_loose_event",
	"SELECT e.id FROM event e LEFT JOIN leaf l ON l.event = e.id WHERE l.event IS NULL ORDER BY e.id LIMIT 1" };
static const struct stmt st_loose_body = { "audit_loose_body",
	"SELECT b.event FROM event_body b LEFT JOIN event e ON e.id = b.event WHERE e.id IS NULL ORDER BY b.event LIMIT 1" };
static const struct stmt st_loose_file = { "audit_loose_file",
	"SELECT f.event FROM event_file f LEFT JOIN event e ON e.id = f.event WHERE e.id IS NULL ORDER BY f.event LIMIT 1" };

struct file_row {
	int64_t event, n;
	struct str salt, sha256, sm3;
};

struct leaf_row {
	int64_t idx, event;
	struct str entry, salt, body;
	struct log_act act;
};

/* What does not agree, first in order of the leaves. Whether the entry or the act was altered is known only once the tree
 * has been computed from the entries as they are stored. */
struct doubt {
	bool any, blob;
	int64_t idx, event;
	size_t line; /* of the entry: 1 the act, 2 … its files; 0: the first word, or their number */
	int64_t more; /* files that are stored beyond those of the entry; negative: that are missing */
	struct str digest; /* blob: of the file whose row is gone */
};

struct walk {
	struct audit *x;
	struct audit_tree t;
	struct log_tree head;
	int64_t head_log, head_base, head_signed;
	int64_t next, last; /* index, event */
	struct doubt doubt;
	struct leaf_row row, slice[AUDIT_SLICE];
	size_t n;
	struct file_row file, *files;
	size_t n_file, cap_file, at_file;
	/* events without contents, and those that acts say were removed: both in order */
	struct arena *keep;
	struct bare { /* an event and the SHA-256 of its head */
		int64_t event;
		unsigned char head[LOG_HASH];
	} *gone, *removed;
	size_t n_gone, cap_gone, n_removed, cap_removed;
};

static struct bare *push(struct arena *a, struct bare **v, size_t *n, size_t *cap, int64_t event)
{
	if (*n == *cap) {
		struct bare *more = arena_array(a, *cap ? *cap * 2 : 64, sizeof(**v));

		if (*n)
			memcpy(more, *v, *n * sizeof(**v));
		*cap = *cap ? *cap * 2 : 64;
		*v = more;
	}
	(*v)[*n].event = event;
	return &(*v)[(*n)++];
}

static bool leaf_row(void *ctx, struct err *err)
{
	struct walk *w = ctx;

	(void)err;
	w->slice[w->n++] = w->row;
	return true;
}

static bool file_row(void *ctx, struct err *err)
{
	struct walk *w = ctx;

	(void)err;
	if (w->n_file == w->cap_file) {
		struct file_row *more = arena_array(w->x->a, w->cap_file ? w->cap_file * 2 : 256, sizeof(*more));

		if (w->n_file)
			memcpy(more, w->files, w->n_file * sizeof(*more));
		w->cap_file = w->cap_file ? w->cap_file * 2 : 256;
		w->files = more;
	}
	w->files[w->n_file++] = w->file;
	return true;
}

static bool read_slice(struct walk *w, struct err *err)
{
	struct leaf_row *r = &w->row;
	struct db_out out[5 + LOG_ACT_COLUMNS] = { db_to_i64(&r->idx), db_to_i64(&r->event), db_to_str(&r->entry),
						   db_to_bytes(&r->salt), db_to_str(&r->body) };
	const struct db_in from[] = { db_i64(w->next) };
	const struct db_out files[] = { db_to_i64(&w->file.event), db_to_i64(&w->file.n), db_to_bytes(&w->file.salt),
					db_to_str(&w->file.sha256), db_to_str(&w->file.sm3) };

	log_act_out(&r->act, out + 5);
	(void)arena_reset(w->x->a);
	w->n = w->n_file = w->cap_file = w->at_file = 0;
	if (!db_each(w->x->db, w->x->a, &st_leaves, DB_IN(from), DB_OUT(out), leaf_row, w, err))
		return false;
	if (!w->n)
		return true;
	const struct db_in range[] = { db_i64(w->slice[0].event), db_i64(w->slice[w->n - 1].event) };

	return db_each(w->x->db, w->x->a, &st_files, DB_IN(range), DB_OUT(files), file_row, w, err);
}

/* ---- one leaf ---- */

static struct str line_of(struct str entry, size_t n)
{
	struct str line = { 0 };

	for (size_t i = 0; i <= n; i++)
		if (!str_cut(&entry, '\n', &line))
			return (struct str){ 0 };
	return line;
}

static size_t lines_of(struct str entry)
{
	size_t n = 0;

	for (size_t i = 0; i < entry.n; i++)
		n += entry.p[i] == '\n';
	return n;
}

static void doubt(struct walk *w, const struct leaf_row *r, struct str want)
{
	struct doubt *d = &w->doubt;
	const size_t have = lines_of(r->entry), n = lines_of(want);

	*d = (struct doubt){ .any = true, .idx = r->idx, .event = r->event, .more = (int64_t)n - (int64_t)have };
	while (d->line < n && str_eq(line_of(r->entry, d->line), line_of(want, d->line)))
		d->line++;
	if (d->line == n)
		d->line = 0;
}

/* The lines of the event's files, which come in the order of the leaves. False: one is not to be made, told in doubt. */
static bool put_files(struct walk *w, const struct leaf_row *r, struct buf *b)
{
	struct log_digest d;

	for (; w->at_file < w->n_file && w->files[w->at_file].event <= r->event; w->at_file++) {
		const struct file_row *f = &w->files[w->at_file];

		if (f->event < r->event)
			continue; /* of an event without a leaf: told by itself */
		if (f->sm3.n && f->salt.n == LOG_SALT && parse_hex(f->sha256, d.sha256, LOG_HASH)
		    && parse_hex(f->sm3, d.sm3, LOG_HASH)) {
			log_entry_line(b, (const unsigned char *)f->salt.p, &d);
			w->x->files++;
			continue;
		}
		w->doubt = (struct doubt){ .any = true, .blob = true, .idx = r->idx, .event = r->event,
					   .digest = str_dup(w->keep, str_head(f->sha256, 64)) };
		return false;
	}
	return true;
}

/* Whose contents an act removed. */
static bool take_removed(struct walk *w, const struct leaf_row *r, struct err *err)
{
	static const char *const wanted[] = { "removed" };
	const struct json *doc, *m;

	if (!str_is(r->act.action, LOG_REMOVAL) || !str_is(r->act.role, "program"))
		return true;
	if (!json_read_members(w->x->a, r->body, wanted, ARRAY_LEN(wanted), &doc, err))
		return false;
	json_each(m, json_get(doc, "removed")) {
		unsigned char d[LOG_HASH];

		if (parse_hex(json_str(m, "head"), d, LOG_HASH))
			memcpy(push(w->keep, &w->removed, &w->n_removed, &w->cap_removed, json_i64(m, "event", 0))->head, d, LOG_HASH);
	}
	return true;
}

/* Of an event without contents: its files still have their lines, and its head its digest. */
static void check_bare(struct walk *w, const struct leaf_row *r)
{
	const struct str head = log_act_head(w->x->a, &r->act);
	struct buf b;

	digest_sha256(&head, 1, push(w->keep, &w->gone, &w->n_gone, &w->cap_gone, r->event)->head);
	buf_init(&b, w->x->a, LOG_ENTRY_MAX);
	buf_addf(&b, "%.*s\n%.*s\n", STR_FMT(line_of(r->entry, 0)), STR_FMT(line_of(r->entry, 1)));
	if (put_files(w, r, &b) && !str_eq(buf_str(&b), r->entry))
		doubt(w, r, buf_str(&b));
}

static bool check_leaf(struct walk *w, const struct leaf_row *r, struct err *err)
{
	const bool headless = str_starts(r->entry, STR("mingfa/event/1\n"));
	struct log_digest d;
	struct buf b;

	if (!r->salt.n && !r->body.n) {
		check_bare(w, r);
		return true;
	}
	buf_init(&b, w->x->a, LOG_ENTRY_MAX);
	if (headless)
		buf_adds(&b, "mingfa/event/1\n");
	else
		log_entry_begin(&b);
	if (headless)
		log_digest_of(r->body, &d);
	else
		log_digest_act(log_act_head(w->x->a, &r->act), r->body, &d);
	if (r->salt.n == LOG_SALT)
		log_entry_line(&b, (const unsigned char *)r->salt.p, &d);
	if (!put_files(w, r, &b))
		return true;
	if (!str_eq(buf_str(&b), r->entry))
		doubt(w, r, buf_str(&b));
	w->x->events++;
	w->x->headless += headless;
	return take_removed(w, r, err);
}

/* What stands beside the leaf; missing rows are told at once, since nothing else can be said of them. */
static bool leaf_in_order(struct walk *w, const struct leaf_row *r, struct err *err)
{
	if (r->idx != w->next)
		return audit_found(err, "日志少了第%" PRId64 "条登记%s：前一条是第%" PRId64 "号记录，后一条是第%" PRId64
				   "号记录。中间的办理记录可能被删除", w->next + 1,
				   r->idx > w->next + 1 ? "及其后的几条" : "", w->last, r->event);
	if (r->event <= w->last)
		return audit_event(w->x, r->event, err, "在日志里排到了第%" PRId64 "号记录之后：记录的顺序被调换，或者同一条登记了两次",
				   w->last);
	if (!r->act.event)
		return audit_found(err, "第%" PRId64 "号记录不见了：日志第%" PRId64 "条登记过这一步办理，数据库里已经没有这一行", r->event,
				   r->idx + 1);
	if (!r->act.code.n)
		return audit_event(w->x, r->event, err, "所在的办件不见了：办件登记（matter）已被删除");
	if (!r->act.def.n)
		return audit_event(w->x, r->event, err, "所依据的定义版本不见了：定义登记（pack_version）已被删除");
	return true;
}

/* ---- what is told ---- */

static bool same_tree(const struct log_tree *a, const struct log_tree *b)
{
	return a->size == b->size && a->n == b->n && (!a->n || memcmp(a->edge, b->edge, a->n * LOG_HASH) == 0);
}

static bool tell_doubt(struct walk *w, bool tree_stands, struct err *err)
{
	const struct doubt *d = &w->doubt;

	if (d->blob)
		return audit_event(w->x, d->event, err, "所附的文件（SHA-256 %.*s）没有了登记：文件登记（blob）被删除或者改动",
				   STR_FMT(d->digest));
	if (!tree_stands)
		return audit_event(w->x, d->event, err, "在日志第%" PRId64 "条的登记被改动：它与这一步的内容不符，整棵日志树也对不上",
				   d->idx + 1);
	if (d->line == 0 && d->more < 0)
		return audit_event(w->x, d->event, err, "少了%" PRId64 "份文件：办理时登记过的文件已不在数据库里", -d->more);
	if (d->line > 1 && d->more > 0)
		return audit_event(w->x, d->event, err, "多出了%" PRId64 "份文件：办理时没有登记过", d->more);
	if (d->line > 1)
		return audit_event(w->x, d->event, err, "的第%zu份文件的登记被改动：与办理时写入日志的摘要不符", d->line - 1);
	return audit_event(w->x, d->event, err, "被改动：办理人、时间、权限或者内容与办理时写入日志的摘要不符");
}

static bool walk_slice(struct walk *w, struct err *err)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct leaf_row *r = &w->slice[i];

		if (!leaf_in_order(w, r, err))
			return w->doubt.any && err->code == ERR_ALTERED ? tell_doubt(w, true, err) : false;
		if (!w->doubt.any && !check_leaf(w, r, err))
			return false;
		if (!audit_tree_add(&w->t, r->idx, r->entry, err))
			return w->doubt.any && err->code == ERR_ALTERED ? tell_doubt(w, false, err) : false;
		w->next = r->idx + 1;
		w->last = r->event;
	}
	return true;
}

static int by_event(const void *a, const void *b)
{
	const struct bare *x = a, *y = b;

	return (x->event > y->event) - (x->event < y->event);
}

/* Every event without contents must be one that an act removed, and else be as it was then. */
static bool check_gone(struct walk *w, struct err *err)
{
	if (w->n_removed)
		qsort(w->removed, w->n_removed, sizeof(w->removed[0]), by_event);
	for (size_t i = 0; i < w->n_gone; i++) {
		const struct bare *g = &w->gone[i];
		const struct bare *r = w->n_removed ? bsearch(g, w->removed, w->n_removed, sizeof(*g), by_event) : NULL;

		if (!r)
			return audit_event(w->x, g->event, err, "的内容不见了：没有任何一步办理依法清除过它");
		if (memcmp(g->head, r->head, LOG_HASH) != 0)
			return audit_event(w->x, g->event, err, "被改动：办理人、时间或者权限与内容依法清除时记下的不符");
	}
	w->x->removed = (int64_t)w->n_gone;
	return true;
}

static bool none_loose(struct walk *w, const struct stmt *st, const char *what, struct err *err)
{
	int64_t event = 0;
	const struct db_out out[] = { db_to_i64(&event) };
	bool found;

	if (!db_maybe(w->x->db, w->x->a, st, DB_NONE, DB_OUT(out), &found, err))
		return false;
	return !found || audit_event(w->x, event, err, "%s", what);
}

static bool read_head(struct walk *w, struct err *err)
{
	struct str edge;
	const struct db_out out[] = { db_to_i64(&w->head.size), db_to_bytes(&edge), db_to_i64(&w->head_log),
				      db_to_i64(&w->head_base), db_to_i64(&w->head_signed) };
	bool found;

	if (!db_maybe(w->x->db, w->x->a, &st_head, DB_NONE, DB_OUT(out), &found, err))
		return false;
	if (!found)
		return audit_found(err, "日志树的树头（log_head）不见了");
	w->head.n = edge.n / LOG_HASH;
	if (edge.n % LOG_HASH || w->head.n > LOG_EDGE_MAX)
		return audit_found(err, "日志树的树头（log_head）被改动：边缘的长度不对");
	if (edge.n)
		memcpy(w->head.edge, edge.p, edge.n);
	return true;
}

/* The head against the tree of the log in use; size first, since it says what happened. */
static bool check_head(struct walk *w, struct err *err)
{
	const struct log_tree *tree = &w->t.tree;
	const struct log_origin *o = w->t.n_o ? &w->t.o[w->t.now] : NULL;

	if (o && (w->head_log != o->log || w->head_base != o->base))
		return audit_found(err, "日志的树头（log_head）被改动：它说的不是在用的那一份日志");
	if (tree->size < w->head.size)
		return audit_found(err, "日志末尾少了%" PRId64 "条登记：树头记着%" PRId64 "条，现在只有%" PRId64
				   "条，最后一条是第%" PRId64 "号记录", w->head.size - tree->size, w->head.size, tree->size, w->last);
	if (tree->size > w->head.size)
		return audit_found(err, "日志的树头（log_head）被改动：它记着%" PRId64 "条，日志有%" PRId64 "条", w->head.size, tree->size);
	if (w->t.newest != w->head_signed)
		return audit_found(err, "签过的树头（checkpoint）被删除或者插入：最近的一个应是第%" PRId64 "条，现在是第%" PRId64 "条",
				   w->head_signed, w->t.newest);
	if (same_tree(tree, &w->head))
		return true;
	if (w->n_gone)
		return audit_found(err, "日志的登记或者树头被改动：各步办理都与登记相符，应在%zu条内容已依法清除的登记之中", w->n_gone);
	return audit_found(err, "日志的树头（log_head）被改动：各条登记都与办理记录相符，树头却对不上");
}

static bool check_end(struct walk *w, struct err *err)
{
	if (w->doubt.any)
		return tell_doubt(w, same_tree(&w->t.tree, &w->head), err);
	return audit_tree_end(&w->t, err) && check_head(w, err) && check_gone(w, err)
	    && none_loose(w, &st_loose_event, "不在日志里：不是由程序办理的，是后来插入的一行", err)
	    && none_loose(w, &st_loose_body, "没有这一步办理，却有它的内容：是后来插入的", err)
	    && none_loose(w, &st_loose_file, "没有这一步办理，却有它的文件：是后来插入的", err);
}

bool audit_log(struct audit *x, struct err *err)
{
	struct arena *keep = arena_new();
	struct walk *w = arena_one(keep, struct walk);
	bool ok;

	w->x = x;
	w->keep = keep;
	ok = read_head(w, err) && audit_tree_begin(&w->t, x, keep, err);
	do {
		ok = ok && read_slice(w, err) && walk_slice(w, err);
		if (ok)
			x->progress(x->ctx, "办理记录", w->next, w->head_base + w->head.size);
	} while (ok && w->n == AUDIT_SLICE);
	ok = ok && check_end(w, err);
	x->checkpoints = w->t.checkpoints;
	x->tiles = w->t.tiles;
	(void)arena_reset(x->a);
	(void)arena_free(w->t.slice);
	(void)arena_free(keep);
	return ok;
}
