/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What an approved list lets go, on both databases: texts and files go, digests and acts stay, and the audit holds before,
 * between and after; without the list nothing goes. Proves: SX-JL-20b LY1.03-20b */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob/blob.h"
#include "county.h"
#include "log/log.h"
#include "matter/audit.h"
#include "matter/document.h"
#include "matter/removal.h"

static const struct stmt st_upload = { "test_upload",
	"INSERT INTO upload (person, matter, action, digest, at) SELECT $1, 0, 'folio', digest, 0 FROM blob WHERE digest NOT IN (SELECT digest FROM upload)" };
static const struct stmt st_no_upload = { "test_no_upload", "DELETE FROM upload WHERE person = $1" };
static const struct stmt st_place = { "test_place", "SELECT place FROM blob WHERE digest = $1" };
static const struct stmt st_texts = { "test_texts", "SELECT COUNT(*) FROM document WHERE matter = $1 AND content <> ''" };
static const struct stmt st_saying = { "test_saying", "SELECT COUNT(*) FROM event_body WHERE body LIKE '%卷面：%' AND event > $1" };
static const struct stmt st_removals = { "test_removals", "SELECT COUNT(*) FROM event WHERE matter = $1 AND action = 'contents.removed'" };
static const struct stmt st_waiting = { "test_waiting", "SELECT COUNT(*) FROM outbox WHERE kind = 'remove' AND done IS NULL AND id > $1" };
static const struct stmt st_forge = { "test_forge",
	"INSERT INTO outbox (kind, matter, event, item, at, tries) SELECT 'remove', $1, MAX(id), MIN(id), 0, 0 FROM event WHERE matter = $1" };
static const struct stmt st_move = { "test_move", "UPDATE blob SET place = 'store' WHERE digest = $1" };

struct bench {
	struct county c;
	const char *dir;
	struct blobs blobs;
	struct blob small, large, shared;
};

static struct bench bench_new(struct fresh *f)
{
	struct bench x = { .c = county_new(f, "2026-03-02 09:00") };
	char *dir = str_cstr(f->a, STR("/tmp/mingfa-removal-XXXXXX"));

	cr_assert(mkdtemp(dir));
	cr_assert_eq(mkdir(str_cstr(f->a, str_fmt(f->a, "%s/blobs", dir)), 0700), 0);
	x.dir = dir;
	x.blobs = (struct blobs){ .dir = dir };
	return x;
}

static void bench_free(struct bench *x)
{
	const struct blob *b[] = { &x->small, &x->large, &x->shared };

	for (size_t i = 0; i < ARRAY_LEN(b); i++)
		if (b[i]->path) {
			(void)unlink(b[i]->path);
			(void)rmdir(str_cstr(x->c.a, str_fmt(x->c.a, "%s/blobs/%.2s", x->dir, b[i]->sha256.p)));
		}
	(void)rmdir(str_cstr(x->c.a, str_fmt(x->c.a, "%s/blobs", x->dir)));
	(void)rmdir(x->dir);
	county_free(&x->c);
}

static void stored(struct bench *x, char c, size_t n, struct blob *ret)
{
	char *p = arena_alloc(x->c.a, n);
	struct err err = { 0 };
	const struct db_in who[] = { db_i64(x->c.wang) };

	memset(p, c, n);
	OK(blob_prepare(x->c.a, x->dir, (struct str){ p, n }, ret, &err));
	OK(blob_put(x->c.db, ret, 1, &err));
	OK(db_exec(x->c.db, &st_upload, DB_IN(who), NULL, &err));
}

static const char *named(struct bench *x, const struct blob *b, const char *name)
{
	return str_cstr(x->c.a, str_fmt(x->c.a, "{'digest': '%.*s', 'name': '%s'}", STR_FMT(b->sha256), name));
}

static int64_t folio(struct bench *x, const char *text, const char *files)
{
	cr_assert(opens(&x->c, x->c.wang, "folio", str_cstr(x->c.a, str_fmt(x->c.a, "{'text': '%s', 'files': [%s]}", text, files))), "%s",
		  why(&x->c));
	return x->c.r.matter;
}

/* A folio with a paper that is frozen. */
static void written(struct bench *x, int64_t matter)
{
	const struct document *d;
	struct blob pdf;
	struct err err = { 0 };
	size_t n;

	cr_assert(acts(&x->c, x->c.wang, matter, "write", "{}"), "%s", why(&x->c));
	OK(document_queued(x->c.e, x->c.db, x->c.a, 10, &d, &n, &err));
	cr_assert_eq(n, 1);
	OK(blob_prepare(x->c.a, x->dir, str_fmt(x->c.a, "%%PDF-%lld", (long long)matter), &pdf, &err));
	OK(blob_put(x->c.db, &pdf, 1, &err));
	OK(document_frozen(x->c.e, x->c.db, x->c.a, d->id, pdf.sha256, pdf.sm3, &err));
}

static void no_uploads(struct bench *x)
{
	const struct db_in who[] = { db_i64(x->c.wang) };
	struct err err = { 0 };

	OK(db_exec(x->c.db, &st_no_upload, DB_IN(who), NULL, &err));
}

static int64_t list_of(struct bench *x, int64_t folio_id)
{
	cr_assert(opens(&x->c, x->c.wang, "burning", str_cstr(x->c.a, str_fmt(x->c.a, "{'folios': [%lld]}", (long long)folio_id))), "%s",
		  why(&x->c));
	return x->c.r.matter;
}

static int64_t burnt(struct bench *x, int64_t folio_id)
{
	int64_t list = list_of(x, folio_id);

	cr_assert(acts(&x->c, x->c.li, list, "allow", "{}"), "%s", why(&x->c));
	cr_assert(acts(&x->c, x->c.wang, list, "burn", "{}"), "%s", why(&x->c));
	return list;
}

struct running {
	struct bench *x;
	struct removal_order o;
	enum removal_outcome outcome;
};

static bool in_turn(struct db *db, const void *ctx, struct err *err)
{
	struct running *const *r = ctx;
	struct bench *x = (*r)->x;

	return removal_run(x->c.e, db, x->c.a, &(*r)->o, &(*r)->outcome, err) && log_append(db, x->c.a, NULL, err);
}

/* All orders that wait; how many were carried out. */
static int carried_out(struct bench *x)
{
	struct running r = { .x = x }, *const self = &r;
	struct err err = { 0 };
	bool found = true;
	int n = 0;

	for (;;) {
		OK(removal_next(x->c.db, x->c.a, r.o.id, &r.o, &found, &err));
		if (!found)
			return n;
		OK(db_tx(x->c.db, "removal", in_turn, &self, &err));
		n += r.outcome == REMOVAL_DONE;
	}
}

static bool let_go(struct db *db, const void *ctx, struct err *err)
{
	struct bench *const *x = ctx;
	int64_t n;

	return blob_let_go(db, (*x)->c.a, &(*x)->blobs, 100, &n, err);
}

static void files_go(struct bench *x)
{
	struct bench *const self = x;
	struct err err = { 0 };

	OK(db_tx(x->c.db, "files", let_go, &self, &err));
}

static struct str place(struct bench *x, const struct blob *b)
{
	struct str s = { 0 };
	struct err err = { 0 };
	const struct db_in in[] = { db_str(b->sha256) };
	const struct db_out out[] = { db_to_str(&s) };

	OK(db_one(x->c.db, x->c.a, &st_place, DB_IN(in), DB_OUT(out), &err));
	return s;
}

static bool on_disk(struct bench *x, const struct blob *b)
{
	return access(str_cstr(x->c.a, str_fmt(x->c.a, "%s/blobs/%.2s/%.*s", x->dir, b->sha256.p, STR_FMT(b->sha256))), F_OK) == 0;
}

static bool audited(struct bench *x, int64_t *ret_removed, struct err *err)
{
	struct audit log;
	bool ok;

	county_logged(&x->c);
	ok = county_audited(&x->c, &log, err);
	*ret_removed = log.removed;
	return ok;
}

BOTH(an_approved_list_lets_contents_go_and_the_record_stays)
{
	struct bench x = bench_new(f);
	struct county *c = &x.c;
	int64_t one, two, child, other, removed = 0, event = 0;
	struct removal said;
	struct err err = { 0 };

	stored(&x, 's', 100, &x.small);
	stored(&x, 'l', BLOB_ROW_MOST, &x.large);
	stored(&x, 'b', BLOB_ROW_MOST, &x.shared);
	one = folio(&x, "甲", str_cstr(c->a, str_fmt(c->a, "%s, %s, %s", named(&x, &x.small, "小.bin"), named(&x, &x.large, "大.bin"),
						      named(&x, &x.shared, "共.bin"))));
	other = folio(&x, "丙", named(&x, &x.shared, "共.bin"));
	no_uploads(&x);
	written(&x, one);
	cr_assert(acts(c, c->wang, one, "child", "{'text': '乙'}"), "%s", why(c));
	child = child_of(c, one, "folio");
	written(&x, child);
	two = folio(&x, "丁", "");
	written(&x, two);
	OK(audited(&x, &removed, &err));

	/* The head approves, the archivist burns: only then anything waits to go. */
	int64_t list = list_of(&x, one);

	cr_assert_not(acts(c, c->wang, list, "burn", "{}"));
	cr_assert(strstr(why(c), "没有“批准”的记录"), "%s", why(c));
	cr_assert_eq(count_rows(c, &st_waiting, 0), 0);
	cr_assert(acts(c, c->li, list, "allow", "{}"), "%s", why(c));
	cr_assert_eq(count_rows(c, &st_waiting, 0), 0);
	cr_assert(acts(c, c->wang, list, "burn", "{}"), "%s", why(c));
	cr_assert_eq(count_rows(c, &st_waiting, 0), 2, "the folio and its child");
	OK(audited(&x, &removed, &err));

	cr_assert_eq(carried_out(&x), 2);
	cr_assert_eq(carried_out(&x), 0, "once");
	cr_assert_eq(count_rows(c, &st_removals, one), 1);
	cr_assert_eq(count_rows(c, &st_removals, child), 1);
	cr_assert_eq(count_rows(c, &st_texts, one) + count_rows(c, &st_texts, child), 0);
	cr_assert_eq(count_rows(c, &st_texts, two), 1);
	cr_assert_eq(count_rows(c, &st_saying, 0), 1, "the text of the folio that stays, and no other");
	cr_assert(str_is(place(&x, &x.small), "removed"));
	cr_assert(str_is(place(&x, &x.large), "leaving"));
	cr_assert(str_is(place(&x, &x.shared), "file"), "another folio has it");
	/* Stopped here, the program goes on after the next start. */
	cr_assert(on_disk(&x, &x.large));
	OK(audited(&x, &removed, &err));
	cr_assert_eq(removed, 2);
	files_go(&x);
	files_go(&x);
	cr_assert_not(on_disk(&x, &x.large));
	cr_assert(on_disk(&x, &x.shared));
	cr_assert(str_is(place(&x, &x.large), "removed"));
	OK(audited(&x, &removed, &err));

	OK(removal_of(c->db, c->a, x.large.sha256, &event, &err));
	OK(removal_read(c->db, c->a, event, &said, &err));
	cr_assert_eq(said.n, 4, "three files and the paper");
	cr_assert_eq(said.kept, 1);
	cr_assert(str_find(removal_say(c->a, &said), STR("销〔2026〕1号”销毁（李"), 0) != SIZE_MAX, "%.*s", STR_FMT(removal_say(c->a, &said)));

	/* What was let go is not there for anybody; what comes again later is stored again. */
	int fd;
	struct blob b;

	FAILS(blob_open(c->db, c->a, &x.blobs, x.large.sha256, &b, &fd, &err), ERR_GONE);
	FAILS(blob_open(c->db, c->a, &x.blobs, x.small.sha256, &b, &fd, &err), ERR_GONE);
	stored(&x, 'l', BLOB_ROW_MOST, &x.large);
	OK(blob_open(c->db, c->a, &x.blobs, x.large.sha256, &b, &fd, &err));
	(void)close(fd);
	no_uploads(&x);
	OK(audited(&x, &removed, &err));

	/* The last that has the shared one lets it go. */
	(void)burnt(&x, other);
	cr_assert_eq(carried_out(&x), 1);
	files_go(&x);
	cr_assert_not(on_disk(&x, &x.shared));
	OK(audited(&x, &removed, &err));
	bench_free(&x);
}

BOTH(without_an_approved_list_nothing_goes)
{
	struct bench x = bench_new(f);
	struct county *c = &x.c;
	int64_t one, removed = 0;
	struct err err = { 0 };

	stored(&x, 'l', BLOB_ROW_MOST, &x.large);
	one = folio(&x, "甲", named(&x, &x.large, "大.bin"));
	no_uploads(&x);
	written(&x, one);
	const struct db_in in[] = { db_i64(one) };

	/* A row that no act bears out. */
	OK(db_exec(c->db, &st_forge, DB_IN(in), NULL, &err));
	cr_assert_eq(carried_out(&x), 0);
	cr_assert_eq(count_rows(c, &st_waiting, 0), 0, "it ends");
	cr_assert_eq(count_rows(c, &st_removals, one), 0);
	cr_assert_eq(count_rows(c, &st_texts, one), 1);
	cr_assert(str_is(place(&x, &x.large), "file"));
	OK(audited(&x, &removed, &err));
	cr_assert_eq(removed, 0);
	bench_free(&x);
}

BOTH(what_stands_in_the_store_leaves_it_later)
{
	struct bench x = bench_new(f);
	struct county *c = &x.c;
	int64_t one;
	struct str digest = { 0 };
	struct err err = { 0 };
	bool found;

	stored(&x, 'l', BLOB_ROW_MOST, &x.large);
	one = folio(&x, "甲", named(&x, &x.large, "大.bin"));
	no_uploads(&x);
	const struct db_in in[] = { db_str(x.large.sha256) };

	OK(db_exec(c->db, &st_move, DB_IN(in), NULL, &err));
	OK(blob_unstoring(c->db, c->a, &digest, &found, &err));
	cr_assert_not(found);
	(void)burnt(&x, one);
	cr_assert_eq(carried_out(&x), 1);
	OK(blob_unstoring(c->db, c->a, &digest, &found, &err));
	cr_assert(found && str_eq(digest, x.large.sha256));
	OK(blob_unstored(c->db, digest, &err));
	cr_assert(str_is(place(&x, &x.large), "removed"));
	OK(blob_unstoring(c->db, c->a, &digest, &found, &err));
	cr_assert_not(found);
	bench_free(&x);
}
