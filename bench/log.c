/* SPDX-License-Identifier: MulanPSL-2.0 */
/* log - how long an inclusion proof takes in a large log.
 *
 *	log FILE ENTRIES PROOFS   fills a new SQLite file with the tiles of so many made-up entries (and the leaves of the last,
 *	                          partial tile), then makes and checks so many proofs of random ones
 *
 *	log seal FILE             after bench/fill.sql: the head, tiles and edge that the leaves of FILE come to
 *
 * Prints "name value" lines: microseconds a proof, its hashes, microseconds of checking it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/parse.h"
#include "db/migrate.h"
#include "log/store.h"

#define SEAL_STEP 4096

struct bench {
	struct arena *a;
	struct db *db;
	struct log_origin o;
	int64_t n;
	unsigned char *leaf; /* n hashes */
	unsigned char root[LOG_HASH];
};

static void check(bool ok, const struct err *err)
{
	if (ok)
		return;
	(void)fprintf(stderr, "log: %s (%s)\n", err->msg, err->detail);
	exit(1);
}

static double now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct str entry_of(struct arena *a, int64_t i)
{
	return str_fmt(a, "record %lld\n", (long long)i);
}

static void make_leaves(struct bench *b)
{
	struct log_tree t = { 0 };

	b->leaf = malloc((size_t)b->n * LOG_HASH);
	if (!b->leaf)
		exit(1);
	for (int64_t i = 0; i < b->n; i++) {
		struct arena_mark m = arena_mark(b->a);

		log_leaf_hash(entry_of(b->a, i), b->leaf + i * LOG_HASH);
		log_tree_add_hash(&t, b->leaf + i * LOG_HASH);
		arena_rewind(b->a, m);
	}
	log_tree_root(&t, b->root);
}

static const struct stmt st_tile = { "bench_tile", "INSERT INTO tile (log, level, n, bytes, root) VALUES (1, 0, $1, $2, $3)" };
static const struct stmt st_leaf = { "bench_leaf", "INSERT INTO leaf (idx, event, entry) VALUES ($1, $1, $2)" };

static bool fill(struct db *db, const void *ctx, struct err *err)
{
	const struct bench *b = ctx;
	struct log_store s;
	int64_t full = b->n / TILE_WIDTH;
	bool more = true;

	for (int64_t n = 0; n < full; n++) {
		unsigned char root[LOG_HASH];
		const struct db_in in[] = { db_i64(n), db_bytes((struct str){ (const char *)b->leaf + n * TILE_BYTES, TILE_BYTES }),
					    db_bytes((struct str){ (const char *)root, LOG_HASH }) };

		tile_root(b->leaf + n * TILE_BYTES, 8, 0, root);
		if (!db_exec(db, &st_tile, DB_IN(in), NULL, err))
			return false;
	}
	for (int64_t i = full * TILE_WIDTH; i < b->n; i++) {
		const struct db_in in[] = { db_i64(i), db_str(entry_of(b->a, i)) };

		if (!db_exec(db, &st_leaf, DB_IN(in), NULL, err))
			return false;
	}
	log_store_init(&s, db, b->a, &b->o);
	while (more)
		if (!log_store_fill(&s, b->n, 1000, &more, err))
			return false;
	return true;
}

static void measure(struct bench *b, int64_t proofs)
{
	double made = 0, checked = 0, began;
	int64_t hashes = 0;
	struct err err = { 0 };

	srandom(1);
	for (int64_t k = 0; k < proofs; k++) {
		int64_t i = (int64_t)((uint64_t)random() * 2654435761u % (uint64_t)b->n);
		struct arena_mark m = arena_mark(b->a);
		struct log_store s;
		struct log_proof p;

		log_store_init(&s, b->db, b->a, &b->o);
		began = now_s();
		check(log_prove_inclusion(&s.nodes, i, b->n, &p, &err), &err);
		made += now_s() - began;
		began = now_s();
		if (!log_check_inclusion(i, b->n, b->leaf + i * LOG_HASH, &p, b->root)) {
			(void)fprintf(stderr, "log: the proof of %lld is wrong\n", (long long)i);
			exit(1);
		}
		checked += now_s() - began;
		hashes += (int64_t)p.n;
		arena_rewind(b->a, m);
	}
	(void)printf("proof_us %.0f\nhashes %.1f\ncheck_us %.1f\n", made / (double)proofs * 1e6, (double)hashes / (double)proofs,
		     checked / (double)proofs * 1e6);
}

static bool add_leaf(void *ctx, int64_t index, struct str entry, struct err *err)
{
	(void)index;
	(void)err;
	log_tree_add(ctx, entry);
	return true;
}

static const struct stmt st_size = { "bench_size", "SELECT count(*) FROM leaf" };
static const struct stmt st_seal = { "bench_seal", "UPDATE log_head SET size = $1, edge = $2 WHERE id = 1" };

static bool seal_leaves(struct db *db, const void *ctx, struct err *err)
{
	struct bench *b = (struct bench *)ctx;
	struct log_tree t = { 0 };
	struct log_store s;
	int64_t size;
	bool found, more = true;
	const struct db_out out[] = { db_to_i64(&size) };

	if (!db_one(db, b->a, &st_size, DB_NONE, DB_OUT(out), err) || !log_origin_load(db, b->a, 0, &b->o, &found, err))
		return false;
	b->o.log = found ? b->o.log : 1;
	for (int64_t i = 0; i < size; i += SEAL_STEP) {
		struct arena_mark m = arena_mark(b->a);

		log_store_init(&s, db, b->a, &b->o);
		if (!log_store_entries(&s, i, size - i < SEAL_STEP ? size - i : SEAL_STEP, add_leaf, &t, err))
			return false;
		arena_rewind(b->a, m);
	}
	const struct db_in in[] = { db_i64(size), db_bytes((struct str){ (const char *)t.edge, t.n * LOG_HASH }) };

	while (more) {
		struct arena_mark m = arena_mark(b->a);

		log_store_init(&s, db, b->a, &b->o);
		if (!log_store_fill(&s, size, 1000, &more, err))
			return false;
		arena_rewind(b->a, m);
	}
	return db_exec(db, &st_seal, DB_IN(in), NULL, err);
}

static int seal(const char *file)
{
	struct bench b = { .a = arena_new() };
	struct err err = { 0 };

	check(db_open(str_cstr(b.a, str_fmt(b.a, "sqlite:%s", file)), DB_WRITE, &b.db, &err), &err);
	check(db_tx(b.db, "seal", seal_leaves, &b, &err), &err);
	db_close(b.db);
	(void)arena_free(b.a);
	return 0;
}

int main(int argc, char **argv)
{
	struct bench b = { .a = arena_new(), .o = { .log = 1 } };
	struct err err = { 0 };
	int64_t proofs;

	if (argc == 3 && strcmp(argv[1], "seal") == 0)
		return seal(argv[2]);
	if (argc != 4 || !parse_i64(str_of(argv[2]), 1, LOG_SIZE_MAX, &b.n) || !parse_i64(str_of(argv[3]), 1, 1000000, &proofs)) {
		(void)fputs("usage: log FILE ENTRIES PROOFS | log seal FILE\n", stderr);
		return 2;
	}
	check(db_open(str_cstr(b.a, str_fmt(b.a, "sqlite:%s", argv[1])), DB_WRITE, &b.db, &err), &err);
	check(migrate_run(b.db, b.a, NULL, &err), &err);
	/* Leaves of events that are not there: what is measured reads neither. */
	check(db_script(b.db, "PRAGMA foreign_keys = OFF", &err), &err);
	make_leaves(&b);
	check(db_tx(b.db, "fill", fill, &b, &err), &err);
	measure(&b, proofs);
	db_close(b.db);
	free(b.leaf);
	(void)arena_free(b.a);
	return 0;
}
