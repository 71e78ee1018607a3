/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Proofs, tiles and their addresses against vectors made by another program (golang.org/x/mod/sumdb/tlog). */
#include <criterion/criterion.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "lib/vectors.h"
#include "log/proof.h"
#include "log/tile.h"

#define MOST 70000

struct hashes {
	unsigned char *p;
	int64_t n;
};

static struct str record_of(struct arena *a, int64_t i)
{
	return str_fmt(a, "record %lld\n", (long long)i);
}

static struct hashes set_b(struct arena *a)
{
	struct hashes h = { arena_raw(a, MOST * LOG_HASH), MOST };

	for (int64_t i = 0; i < MOST; i++) {
		struct arena_mark m = arena_mark(a);

		log_leaf_hash(record_of(a, i), h.p + i * LOG_HASH);
		arena_rewind(a, m);
	}
	return h;
}

static struct hashes set_a(struct arena *a, const struct json *leaves)
{
	struct hashes h = { arena_raw(a, 8 * LOG_HASH), 0 };
	const struct json *x;

	json_each(x, leaves)
		log_leaf_hash(vector_unhex(a, x->text), h.p + h.n++ * LOG_HASH);
	return h;
}

static void proof_is(struct arena *a, const struct log_proof *p, const struct json *want)
{
	const struct json *x;
	size_t i = 0;

	cr_assert_eq(p->n, want->n);
	json_each(x, want)
		cr_assert_eq(memcmp(p->hash[i++], vector_unhex(a, x->text).p, LOG_HASH), 0);
}

static void breaks(bool (*check)(const void *ctx, const struct log_proof *p), const void *ctx, struct log_proof *p)
{
	cr_assert(check(ctx, p));
	for (size_t i = 0; i < p->n; i++) {
		p->hash[i][i % LOG_HASH] ^= 1;
		cr_assert_not(check(ctx, p), "a changed hash is not noticed");
		p->hash[i][i % LOG_HASH] ^= 1;
	}
	memset(p->hash[p->n], 7, LOG_HASH);
	p->n++;
	cr_assert_not(check(ctx, p), "a hash too many is not noticed");
	p->n -= 2;
	cr_assert(p->n == (size_t)-1 || !check(ctx, p), "a missing hash is not noticed");
	p->n++;
}

struct claim {
	int64_t old, size;
	const unsigned char *leaf, *root;
};
static bool included(const void *ctx, const struct log_proof *p)
{
	const struct claim *c = ctx;

	return log_check_inclusion(c->old, c->size, c->leaf, p, c->root);
}
static bool consistent(const void *ctx, const struct log_proof *p)
{
	const struct claim *c = ctx;

	return log_check_consistency(c->old, c->size, p, c->leaf, c->root);
}

static void inclusions(struct arena *a, struct hashes h, const struct json *list)
{
	const struct log_nodes nodes = log_nodes_of(h.p);
	const struct json *x;
	struct log_proof p;
	struct err err = { 0 };
	size_t n = 0;

	json_each(x, list) {
		struct claim c = { vector_i64(x, "index"), vector_i64(x, "tree_size"), h.p, NULL };
		struct str root = vector_hex(a, x, "root"), leaf = vector_hex(a, x, "leaf_hash");

		c.leaf = h.p + c.old * LOG_HASH;
		c.root = (const unsigned char *)root.p;
		cr_assert_eq(memcmp(c.leaf, leaf.p, LOG_HASH), 0);
		cr_assert(log_prove_inclusion(&nodes, c.old, c.size, &p, &err), "%s", err.msg);
		proof_is(a, &p, vector(x, "proof"));
		breaks(included, &c, &p);
		c.old++;
		cr_assert_not(included(&c, &p), "the next leaf is not this one");
		n++;
	}
	cr_assert(n > 6);
}

static void consistencies(struct arena *a, struct hashes h, const struct json *list)
{
	const struct log_nodes nodes = log_nodes_of(h.p);
	const struct json *x;
	struct log_proof p;
	struct err err = { 0 };
	size_t n = 0;

	json_each(x, list) {
		struct claim c = { vector_i64(x, "old_size"), vector_i64(x, "new_size"), NULL, NULL };
		struct str was = vector_hex(a, x, "old_root"), is = vector_hex(a, x, "new_root");

		c.leaf = (const unsigned char *)was.p;
		c.root = (const unsigned char *)is.p;
		cr_assert(log_prove_consistency(&nodes, c.old, c.size, &p, &err), "%s", err.msg);
		proof_is(a, &p, vector(x, "proof"));
		breaks(consistent, &c, &p);
		if (c.old < c.size) {
			c.leaf = c.root;
			cr_assert_not(consistent(&c, &p), "another old root is not noticed");
		}
		n++;
	}
	cr_assert(n > 6);
}

Test(proof, of_the_eight_customary_leaves)
{
	struct arena *a = arena_new();
	const struct json *set = vector(vectors(a, "tlog/tree.json"), "a");
	struct hashes h = set_a(a, vector(set, "leaves_hex"));

	inclusions(a, h, vector(set, "inclusion"));
	consistencies(a, h, vector(set, "consistency"));
	arena_free(a);
}

Test(proof, of_many_records)
{
	struct arena *a = arena_new();
	const struct json *set = vector(vectors(a, "tlog/tree.json"), "b"), *x;
	struct hashes h = set_b(a);
	const struct log_nodes nodes = log_nodes_of(h.p);
	unsigned char root[LOG_HASH];
	struct err err = { 0 };

	inclusions(a, h, vector(set, "inclusion"));
	consistencies(a, h, vector(set, "consistency"));
	json_each(x, vector(set, "roots")) {
		cr_assert(log_root_of(&nodes, vector_i64(x, "tree_size"), root, &err));
		cr_assert_eq(memcmp(root, vector_hex(a, x, "root").p, LOG_HASH), 0);
	}
	arena_free(a);
}

Test(proof, of_what_is_not_there)
{
	unsigned char leaf[LOG_HASH] = { 1 }, none[LOG_HASH], root[LOG_HASH] = { 2 };
	const struct log_nodes nodes = log_nodes_of(leaf);
	struct log_tree nothing = { 0 };
	struct log_proof p = { 0 };
	struct err err = { 0 };

	cr_assert_not(log_prove_inclusion(&nodes, 1, 1, &p, &err));
	cr_assert_not(log_prove_inclusion(&nodes, -1, 1, &p, &err));
	cr_assert_not(log_prove_inclusion(&nodes, 0, LOG_SIZE_MAX + 1, &p, &err));
	cr_assert_not(log_prove_consistency(&nodes, 2, 1, &p, &err));
	cr_assert_eq(err.code, ERR_BAD_INPUT);
	p.n = 0;
	log_tree_root(&nothing, none);
	cr_assert(log_check_consistency(0, 5, &p, none, root), "any tree extends the empty one");
	cr_assert_not(log_check_consistency(0, 5, &p, leaf, root), "the empty tree has one root only");
	cr_assert_not(log_check_consistency(3, 5, &p, leaf, root), "an empty proof shows nothing");
	cr_assert_not(log_check_consistency(5, 3, &p, leaf, root));
	cr_assert_not(log_check_inclusion(0, 0, leaf, &p, leaf));
	cr_assert(log_check_inclusion(0, 1, leaf, &p, leaf), "one leaf is its root");
}

/* Tiles of a tree of some size, made level by level. */
struct tiles {
	struct hashes level[4];
};
static struct tiles tiles_of(struct arena *a, struct hashes leaves, int64_t size)
{
	struct tiles t = { .level = { { leaves.p, size } } };

	for (int i = 1; i < 4; i++) {
		t.level[i].n = t.level[i - 1].n / TILE_WIDTH;
		t.level[i].p = arena_raw(a, (size_t)t.level[i].n * LOG_HASH);
		for (int64_t k = 0; k < t.level[i].n; k++)
			tile_root(t.level[i - 1].p + k * TILE_BYTES, 8, 0, t.level[i].p + k * LOG_HASH);
	}
	return t;
}

static void sha256_is(struct str bytes, struct str hex)
{
	unsigned char md[LOG_HASH];
	char text[2 * LOG_HASH + 1];

	SHA256((const unsigned char *)bytes.p, bytes.n, md);
	parse_put_hex(text, md, LOG_HASH);
	cr_assert(str_is(hex, text));
}

static void tile_is(struct arena *a, const struct tiles *t, int64_t size, const struct json *want)
{
	struct tile_path p;
	struct buf b;
	struct str bytes, rest, entry;
	int64_t i;

	cr_assert(tile_path_read(vector_str(want, "path"), &p) && tile_exists(&p, size));
	bytes = (struct str){ (const char *)t->level[p.level].p + p.n * TILE_BYTES, (size_t)p.width * LOG_HASH };
	cr_assert_eq(bytes.n, (size_t)vector_i64(want, "bytes"));
	sha256_is(bytes, vector_str(want, "sha256"));
	p.width++; /* what comes next is not there, unless the tile is full */
	cr_assert(p.width > TILE_WIDTH || !tile_exists(&p, size));
	if (!json_get(want, "entries_path"))
		return;
	cr_assert(tile_path_read(vector_str(want, "entries_path"), &p) && p.entries && tile_exists(&p, size));
	buf_init(&b, a, TILE_BUNDLE_MAX);
	for (i = 0; i < p.width; i++)
		tile_bundle_add(&b, record_of(a, p.n * TILE_WIDTH + i));
	cr_assert_eq(b.n, (size_t)vector_i64(want, "entries_bytes"));
	sha256_is(buf_str(&b), vector_str(want, "entries_sha256"));
	rest = buf_str(&b);
	for (i = 0; tile_bundle_next(&rest, &entry); i++)
		cr_assert(str_eq(entry, record_of(a, p.n * TILE_WIDTH + i)));
	cr_assert(i == p.width && rest.n == 0);
}

Test(tile, of_each_tree)
{
	struct arena *a = arena_new();
	struct hashes h = set_b(a);
	const struct json *trees = vector(vectors(a, "tlog/tiles.json"), "trees"), *tree, *x;

	json_each(tree, trees) {
		int64_t size = vector_i64(tree, "tree_size");
		struct tiles t = tiles_of(a, h, size);

		json_each(x, vector(tree, "tiles"))
			tile_is(a, &t, size, x);
	}
	arena_free(a);
}

static struct str put_path(struct arena *a, const struct tile_path *p)
{
	struct buf b;

	buf_init(&b, a, 200);
	tile_path_put(&b, p);
	return buf_str(&b);
}

Test(tile, address)
{
	struct arena *a = arena_new();
	const struct json *paths = vector(vectors(a, "tlog/tiles.json"), "paths"), *x;
	struct tile_path p;

	json_each(x, paths) {
		cr_assert(tile_path_read(vector_str(x, "full"), &p));
		cr_assert(p.n == vector_i64(x, "index") && p.level == vector_i64(x, "level") && p.width == TILE_WIDTH);
		cr_assert(str_eq(put_path(a, &p), vector_str(x, "full")));
		cr_assert(tile_path_read(vector_str(x, "partial_8"), &p) && p.width == 8);
		cr_assert(str_eq(put_path(a, &p), vector_str(x, "partial_8")));
	}
	arena_free(a);
}

Test(tile, address_that_is_none)
{
	static const char *const bad[] = { "",
					   "tile/",
					   "tile/0",
					   "tile/0/",
					   "tile/0/00",
					   "tile/0/0000",
					   "tile/64/000",
					   "tile/00/000",
					   "tile/-1/000",
					   "tile/0/x001",
					   "tile/0/001/000",
					   "tile/0/x000/001",
					   "tile/0/x001/x000",
					   "tile/0/x001/000/",
					   "tile/0/000.p/0",
					   "tile/0/000.p/256",
					   "tile/0/000.p/08",
					   "tile/0/000.p/",
					   "tile/0/000.p/1.p/1",
					   "tile/0/x001/x001/x001/x001/x001/x001/000",
					   "tile/entry/000",
					   "tile/entries/entries/000",
					   "/tile/0/000",
					   "tile/0/00a" };
	struct tile_path p;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_not(tile_path_read(str_of(bad[i]), &p), "%s", bad[i]);
}

Test(tile, that_a_tree_does_not_have)
{
	struct tile_path p = { .level = 63, .n = 0, .width = 1 };

	cr_assert_not(tile_exists(&p, LOG_SIZE_MAX));
	p.level = 7;
	cr_assert(tile_exists(&p, LOG_SIZE_MAX));
	p = (struct tile_path){ .level = 0, .n = 0, .width = 1 };
	cr_assert_not(tile_exists(&p, 0));
}

static bool some_tile(void *ctx, int level, int64_t n, int width, const unsigned char **ret, struct err *err)
{
	const struct tiles *t = ctx;

	(void)err;
	cr_assert(n * TILE_WIDTH + width <= t->level[level].n, "a tile is asked for that is not there");
	*ret = t->level[level].p + n * TILE_BYTES;
	return true;
}

Test(tile, gives_the_same_proofs)
{
	struct arena *a = arena_new();
	struct tiles t = tiles_of(a, set_b(a), MOST);
	const struct json *set = vector(vectors(a, "tlog/tree.json"), "b"), *x;
	const struct tile_source src = { some_tile, &t };
	const struct log_nodes nodes = tile_nodes(&src);
	struct log_proof p;
	struct err err = { 0 };

	json_each(x, vector(set, "inclusion")) {
		cr_assert(log_prove_inclusion(&nodes, vector_i64(x, "index"), vector_i64(x, "tree_size"), &p, &err));
		proof_is(a, &p, vector(x, "proof"));
	}
	json_each(x, vector(set, "consistency")) {
		cr_assert(log_prove_consistency(&nodes, vector_i64(x, "old_size"), vector_i64(x, "new_size"), &p, &err));
		proof_is(a, &p, vector(x, "proof"));
	}
	arena_free(a);
}
