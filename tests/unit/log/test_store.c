/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The log's rows on both databases: tiles and proofs of 70,000 leaves are those of the vectors, a renewed log begins
 * with the old head and goes on. */
#include <criterion/criterion.h>
#include <openssl/sha.h>
#include <string.h>

#include "base/parse.h"
#include "lib/fresh.h"
#include "lib/vectors.h"
#include "log/log.h"
#include "log/proof.h"
#include "log/store.h"

static const char seed[] =
	"INSERT INTO pack_version (id, pack, digest, files, loaded_at) VALUES (1, 'p', 'd', '{}', 0);"
	"INSERT INTO matter (id, code, kind, def, state, version, number, title, opened, updated, fields)"
	" VALUES (1, 'c', 'k', 1, 's', 1, '', 't', 0, 0, '{}');";
static const char series[] =
	"WITH RECURSIVE s (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < 69999)"
	" INSERT INTO event (id, matter, seq, at, entered_at, role, action, def, kind)"
	" SELECT i + 1, 1, i + 1, 0, 0, 'officer', 'keep', 1, 'k' FROM s;"
	"INSERT INTO leaf (idx, event, entry) SELECT id - 1, id, 'record ' || CAST(id - 1 AS text) || '\n' FROM event;";

static const struct stmt st_set_head = { "test_set_head", "UPDATE log_head SET size = $1, edge = $2 WHERE id = 1" };

struct world {
	struct db *db;
	struct arena *a;
	struct log_origin o;
	struct log_store s; /* points into itself: begun where it stays */
	struct err err;
};

static struct str record_of(struct arena *a, int64_t i)
{
	return str_fmt(a, "record %lld\n", (long long)i);
}

static void set_head(struct world *w, int64_t size)
{
	struct log_tree t = { 0 };
	struct err err = { 0 };

	for (int64_t i = 0; i < size; i++)
		log_tree_add(&t, record_of(w->a, i));
	const struct db_in in[] = { db_i64(size), db_bytes((struct str){ (const char *)t.edge, t.n * LOG_HASH }) };

	OK(db_exec(w->db, &st_set_head, DB_IN(in), NULL, &err));
}

static struct world world(struct fresh *f)
{
	struct world w = { .db = fresh_open(f, DB_WRITE), .a = f->a };
	struct err err = { 0 };

	w.o = (struct log_origin){ .log = 1, .origin = STR("a.example"), .ed25519 = STR("k"), .sm2 = STR("k") };
	OK(log_origin_add(w.db, &w.o, 0, &err));
	OK(db_script(w.db, seed, &err));
	return w;
}

static void fill(struct world *w, int64_t size)
{
	struct err err = { 0 };
	bool more = true;
	int turns = 0;

	for (; more; turns++)
		OK(log_store_fill(&w->s, size, 100, &more, &err));
	cr_assert_eq(turns, 3, "%d turns of at most 100 tiles", turns);
}

static void digest_is(struct str bytes, struct str hex)
{
	unsigned char md[LOG_HASH];
	char text[2 * LOG_HASH + 1];

	SHA256((const unsigned char *)bytes.p, bytes.n, md);
	parse_put_hex(text, md, LOG_HASH);
	cr_assert(str_is(hex, text));
}

static bool add_entry(void *ctx, int64_t index, struct str entry, struct err *err)
{
	(void)index;
	(void)err;
	tile_bundle_add(ctx, entry);
	return true;
}

static void tiles_are(struct world *w, const struct json *tree)
{
	const struct json *tiles = vector(tree, "tiles"), *x;
	struct err err = { 0 };

	json_each(x, tiles) {
		const unsigned char *hashes;
		struct tile_path p;
		struct buf b;

		cr_assert(tile_path_read(vector_str(x, "path"), &p));
		OK(log_store_tile(&w->s, p.level, p.n, p.width, &hashes, &err));
		digest_is((struct str){ (const char *)hashes, (size_t)p.width * LOG_HASH }, vector_str(x, "sha256"));
		if (!json_get(x, "entries_path"))
			continue;
		buf_init(&b, w->a, TILE_BUNDLE_MAX);
		OK(log_store_entries(&w->s, p.n * TILE_WIDTH, p.width, add_entry, &b, &err));
		digest_is(buf_str(&b), vector_str(x, "entries_sha256"));
	}
}

static void proofs_are(struct world *w)
{
	const struct json *set = vector(vectors(w->a, "tlog/tree.json"), "b"), *list = vector(set, "inclusion"), *x, *y;
	struct log_proof p;
	struct err err = { 0 };

	json_each(x, list) {
		size_t i = 0;

		OK(log_prove_inclusion(&w->s.nodes, vector_i64(x, "index"), vector_i64(x, "tree_size"), &p, &err));
		json_each(y, vector(x, "proof"))
			cr_assert_eq(memcmp(p.hash[i++], vector_unhex(w->a, y->text).p, LOG_HASH), 0);
		cr_assert_eq(i, p.n);
	}
	list = vector(set, "consistency");
	json_each(x, list) {
		size_t i = 0;

		OK(log_prove_consistency(&w->s.nodes, vector_i64(x, "old_size"), vector_i64(x, "new_size"), &p, &err));
		json_each(y, vector(x, "proof"))
			cr_assert_eq(memcmp(p.hash[i++], vector_unhex(w->a, y->text).p, LOG_HASH), 0);
		cr_assert_eq(i, p.n);
	}
}

BOTH(tiles_and_proofs_are_those_of_the_vectors)
{
	struct world w = world(f);
	const struct json *trees = vector(vectors(w.a, "tlog/tiles.json"), "trees"), *tree;
	struct err err = { 0 };
	bool due;

	log_store_init(&w.s, w.db, w.a, &w.o);
	OK(db_script(w.db, series, &err));
	set_head(&w, 70000);
	proofs_are(&w); /* without a single row of tile */
	OK(log_store_due(w.db, w.a, 1, 70000, &due, &err));
	cr_assert(due);
	fill(&w, 70000);
	OK(log_store_due(w.db, w.a, 1, 70000, &due, &err));
	cr_assert_not(due);
	proofs_are(&w);
	json_each(tree, trees)
		tiles_are(&w, tree);
	db_close(w.db);
}

BOTH(a_missing_leaf_is_noticed)
{
	struct world w = world(f);
	struct log_proof p;
	struct err err = { 0 };

	log_store_init(&w.s, w.db, w.a, &w.o);
	OK(db_script(w.db, "INSERT INTO event (id, matter, seq, at, entered_at, role, action, def, kind) VALUES"
			   " (1, 1, 1, 0, 0, 'o', 'k', 1, 'k'), (2, 1, 2, 0, 0, 'o', 'k', 1, 'k');"
			   "INSERT INTO leaf (idx, event, entry) VALUES (0, 1, 'a'), (2, 2, 'c');", &err));
	FAILS(log_prove_inclusion(&w.s.nodes, 0, 3, &p, &err), ERR_DB);
	FAILS(log_prove_inclusion(&w.s.nodes, 2, 3, &p, &err), ERR_DB);
	db_close(w.db);
}

BOTH(a_checkpoint_comes_with_its_cosignatures)
{
	struct world w = world(f);
	struct str note;
	int64_t size, at;
	bool found;
	struct err err = { 0 };

	OK(log_checkpoint_newest(w.db, w.a, 1, 0, &note, &size, &at, &found, &err));
	cr_assert_not(found);
	OK(log_checkpoint_add(w.db, 1, 5, 77, STR("five\n"), &err));
	OK(log_checkpoint_add(w.db, 1, 9, 88, STR("nine\n"), &err));
	OK(log_cosignature_add(w.db, 1, 9, STR("w1"), STR("one\n"), 2, &err));
	OK(log_cosignature_add(w.db, 1, 9, STR("w1"), STR("again\n"), 3, &err));
	OK(log_cosignature_add(w.db, 1, 9, STR("w2"), STR("two\n"), 1, &err));
	OK(log_checkpoint_newest(w.db, w.a, 1, 6, &note, &size, &at, &found, &err));
	cr_assert(found && size == 9 && at == 88 && str_is(note, "nine\ntwo\none\n"));
	OK(log_checkpoint_newest(w.db, w.a, 1, 10, &note, &size, &at, &found, &err));
	cr_assert_not(found);
	OK(log_checkpoint_newest(w.db, w.a, 2, 0, &note, &size, &at, &found, &err));
	cr_assert_not(found);
	db_close(w.db);
}

/* An event with a body, so that it can be appended. */
static void act(struct world *w, int64_t id)
{
	static const struct stmt st_event = { "test_event",
		"INSERT INTO event (id, matter, seq, at, entered_at, role, action, def, kind) VALUES ($1, 1, $1, 0, 0, 'o', 'k', 1, 'k')" };
	static const struct stmt st_body = { "test_body", "INSERT INTO event_body (event, salt, body) VALUES ($1, $2, '{}')" };
	const unsigned char salt[LOG_SALT] = { 9 };
	const struct db_in event[] = { db_i64(id) }, body[] = { db_i64(id), db_bytes((struct str){ (const char *)salt, LOG_SALT }) };
	struct err err = { 0 };

	OK(db_exec(w->db, &st_event, DB_IN(event), NULL, &err));
	OK(db_exec(w->db, &st_body, DB_IN(body), NULL, &err));
	OK(log_append(w->db, w->a, NULL, &err));
}

static void place_is(struct world *w, int64_t event, int64_t log, int64_t index)
{
	int64_t l, i;
	struct log_head head;
	struct log_origin o;
	struct log_store s;
	struct log_proof p;
	struct str entry;
	unsigned char leaf[LOG_HASH], root[LOG_HASH];
	bool found;
	struct err err = { 0 };

	OK(log_place(w->db, w->a, event, &l, &i, &entry, &found, &err));
	cr_assert(found && l == log && i == index, "event %lld: log %lld, index %lld", (long long)event, (long long)l, (long long)i);
	OK(log_head_load(w->db, w->a, &head, &err));
	if (head.log != log)
		return;
	OK(log_origin_load(w->db, w->a, log, &o, &found, &err));
	log_store_init(&s, w->db, w->a, &o);
	OK(log_prove_inclusion(&s.nodes, i, head.tree.size, &p, &err));
	log_leaf_hash(entry, leaf);
	log_tree_root(&head.tree, root);
	cr_assert(log_check_inclusion(i, head.tree.size, leaf, &p, root));
}

BOTH(a_renewed_log_begins_with_the_old_head_and_goes_on)
{
	struct world w = world(f);
	struct log_origin next = { .origin = STR("a.example/2"), .entry = STR("the old head\n"), .ed25519 = STR("k"), .sm2 = STR("k") };
	struct log_head head;
	struct err err = { 0 };

	for (int64_t id = 1; id <= 3; id++)
		act(&w, id);
	place_is(&w, 3, 1, 2);
	OK(log_head_load(w.db, w.a, &head, &err));
	OK(log_renew(w.db, &head, &next, 0, &err));
	OK(log_head_load(w.db, w.a, &head, &err));
	cr_assert(head.log == 2 && head.base == 2 && head.tree.size == 1 && head.is_signed == 0);
	for (int64_t id = 4; id <= 9; id++)
		act(&w, id);
	place_is(&w, 3, 1, 2);
	for (int64_t id = 4; id <= 9; id++)
		place_is(&w, id, 2, id - 3);
	OK(log_head_load(w.db, w.a, &head, &err));
	next.origin = STR("a.example/3");
	OK(log_renew(w.db, &head, &next, 0, &err));
	act(&w, 10);
	place_is(&w, 9, 2, 6);
	place_is(&w, 10, 3, 1);
	db_close(w.db);
}
