/* SPDX-License-Identifier: MulanPSL-2.0 */
/* record - what checking the record costs, and binding a dossier.
 *
 *	record fill DIR EVENTS   so many more true events (readings) upon the cases of a demonstration, each with its leaf, as
 *	                         the program writes them, for `mingfa verify DIR`
 *	record hash DIR EVENTS   the digests alone that these events need: both of the act, both salted ones, the leaf, a node
 *	record bind PAPERS       so many papers of ten pages drawn, then bound
 *
 * Prints "name value" lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/parse.h"
#include "log/log.h"
#include "matter/reading.h"
#include "paper/bind.h"
#include "paper/draw.h"

#define GROUP 4096

static void check(bool ok, const struct err *err)
{
	if (ok)
		return;
	(void)fprintf(stderr, "record: %s (%s)\n", err->msg, err->detail);
	exit(1);
}

static double now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- events ---- */

struct filling {
	struct arena *a;
	int64_t from, n;
};

/* Upon the cases in turn; what a reading says is what a download of the demonstration says. */
static const struct stmt st_cases = { "bench_cases", "SELECT COUNT(*) FROM matter WHERE kind = 'penalty'" };
static const struct stmt st_event = { "bench_event",
	"INSERT INTO event (matter, seq, at, entered_at, actor, organ, role, action, request, def, kind) "
	"SELECT m.id, m.version + 1, (SELECT at FROM event e WHERE e.matter = m.id AND e.seq = m.version), m.updated, (SELECT MIN(id) FROM matter WHERE kind = 'person'), "
	"m.organ, '" READING_ROLE "', '" READING_ACTION "', $2, m.def, m.kind FROM matter m WHERE m.kind = 'penalty' ORDER BY m.id LIMIT 1 OFFSET $1 RETURNING id" };
static const struct stmt st_body = { "bench_body",
	"INSERT INTO event_body (event, salt, body) VALUES ($1, randomblob(32), "
	"'{\"field\":\"photo_files\",\"name\":\"现场照片.jpg\",\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}')" };
static const struct stmt st_version = { "bench_version",
	"UPDATE matter SET version = version + 1 WHERE id = (SELECT matter FROM event WHERE id = $1)" };

static bool group(struct db *db, const void *ctx, struct err *err)
{
	const struct filling *f = ctx;
	int64_t cases, id;
	const struct db_out count[] = { db_to_i64(&cases) }, out[] = { db_to_i64(&id) };

	if (!db_one(db, f->a, &st_cases, DB_NONE, DB_OUT(count), err))
		return false;
	for (int64_t i = f->from; i < f->from + f->n; i++) {
		const struct db_in in[] = { db_i64(i % cases), db_str(str_fmt(f->a, "bench:%lld", (long long)i)) };

		if (!db_one(db, f->a, &st_event, DB_IN(in), DB_OUT(out), err))
			return false;
		const struct db_in of[] = { db_i64(id) };

		if (!db_exec(db, &st_body, DB_IN(of), NULL, err) || !db_exec(db, &st_version, DB_IN(of), NULL, err))
			return false;
	}
	return log_append(db, f->a, NULL, err);
}

static struct db *opened(struct arena *a, const char *dir)
{
	struct err err = { 0 };
	struct db *db;

	check(db_open(str_fmt(a, "sqlite:%s/mingfa.db", dir).p, DB_WRITE, &db, &err), &err);
	return db;
}

static void fill(struct arena *a, const char *dir, int64_t n)
{
	struct db *db = opened(a, dir);
	struct err err = { 0 };

	for (int64_t i = 0; i < n; i += GROUP) {
		struct arena_mark m = arena_mark(a);
		struct filling f = { a, i, n - i < GROUP ? n - i : GROUP };

		check(db_tx(db, "fill", group, &f, &err), &err);
		arena_rewind(a, m);
	}
	db_close(db);
}

/* ---- the digests alone ---- */

static const struct stmt st_last = { "bench_last",
	"SELECT " LOG_ACT_SELECT ", b.body FROM " LOG_ACT_FROM " JOIN event_body b ON b.event = e.id ORDER BY e.id DESC LIMIT 1" };

static void hash(struct arena *a, const char *dir, int64_t n)
{
	struct db *db = opened(a, dir);
	struct log_act act;
	struct str body, head;
	struct db_out out[LOG_ACT_COLUMNS + 1];
	struct err err = { 0 };
	unsigned char salt[LOG_SALT] = { 0 }, leaf[LOG_HASH], node[LOG_HASH] = { 0 };
	struct log_digest d;
	struct buf b;
	double began;

	log_act_out(&act, out);
	out[LOG_ACT_COLUMNS] = db_to_str(&body);
	check(db_one(db, a, &st_last, DB_NONE, DB_OUT(out), &err), &err);
	head = log_act_head(a, &act);
	buf_init(&b, a, 4096);
	began = now_s();
	for (int64_t i = 0; i < n; i++) {
		buf_clear(&b);
		log_digest_act(head, body, &d);
		memcpy(salt, node, LOG_SALT);
		log_entry_begin(&b);
		log_entry_line(&b, salt, &d);
		log_leaf_hash(buf_str(&b), leaf);
		log_node_hash(leaf, node, node);
	}
	began = now_s() - began;
	(void)printf("bytes %zu\nhashed_per_second %.0f\n", head.n + 1 + body.n, (double)n / began);
	db_close(db);
}

/* ---- a dossier ---- */

static void bind(struct arena *a, int64_t papers)
{
	struct draw_job draw = { .title = STR("询问笔录"), .author = STR("临猗县应急管理局"), .at = INT64_C(1772413200000) };
	struct bind_part *part = arena_many(a, (size_t)papers, struct bind_part);
	struct bind_job job = { .part = part, .n = (size_t)papers, .says = { .title = STR("处罚案卷"), .author = draw.author, .at = draw.at } };
	struct err err = { 0 };
	struct str pdf;
	double drawn, bound;
	struct buf b;

	buf_init(&b, a, 1 << 20);
	for (int i = 0; i < 10; i++) {
		buf_adds(&b, i ? ",{\"t\":\"page\",\"s\":\"\"}" : "[{\"t\":\"title\",\"s\":\"询问笔录\"}");
		for (int l = 0; l < 20; l++)
			buf_adds(&b, ",{\"t\":\"para\",\"s\":\"问：新进人员上岗前是否经过安全生产教育和培训？\"}");
	}
	buf_addc(&b, ']');
	draw.blocks = buf_str(&b);
	drawn = now_s();
	for (int64_t i = 0; i < papers; i++) {
		check(draw_pdf(a, &draw, &pdf, &err), &err);
		part[i] = (struct bind_part){ .pdf = pdf, .title = draw.title, .numbered = true };
	}
	drawn = now_s() - drawn;
	bound = now_s();
	check(bind_pdf(a, &job, &pdf, &err), &err);
	bound = now_s() - bound;
	(void)printf("pages %lld\ndraw_ms %.0f\nbind_ms %.0f\nkilobytes %zu\n", (long long)papers * 10, drawn * 1e3, bound * 1e3, pdf.n / 1024);
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new();
	int64_t n;

	if (argc == 3 && strcmp(argv[1], "bind") == 0 && parse_i64(str_of(argv[2]), 1, BIND_PAGES_MOST / 10, &n)) {
		bind(a, n);
	} else if (argc == 4 && strcmp(argv[1], "fill") == 0 && parse_i64(str_of(argv[3]), 1, 100000000, &n)) {
		fill(a, argv[2], n);
	} else if (argc == 4 && strcmp(argv[1], "hash") == 0 && parse_i64(str_of(argv[3]), 1, 100000000, &n)) {
		hash(a, argv[2], n);
	} else {
		(void)fputs("usage: record fill DIR EVENTS | record hash DIR EVENTS | record bind PAPERS\n", stderr);
		return 2;
	}
	(void)arena_free(a);
	return 0;
}
