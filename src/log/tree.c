/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "log/tree.h"

#include <inttypes.h>
#include <string.h>

#include "log/digest.h"

void log_leaf_hash(struct str entry, unsigned char ret[LOG_HASH])
{
	const struct str piece[] = { { "\0", 1 }, entry };

	digest_sha256(piece, 2, ret);
}

void log_node_hash(const unsigned char *left, const unsigned char *right, unsigned char ret[LOG_HASH])
{
	const struct str piece[] = { { "\x01", 1 }, digest_bytes(left, LOG_HASH), digest_bytes(right, LOG_HASH) };

	digest_sha256(piece, 3, ret);
}

void log_tree_add_hash(struct log_tree *t, const unsigned char leaf[LOG_HASH])
{
	memcpy(t->edge[t->n++], leaf, LOG_HASH);
	/* As many joins as the old size has trailing ones in binary: two subtrees of one size become one. */
	for (int64_t size = t->size; size & 1; size >>= 1, t->n--)
		log_node_hash(t->edge[t->n - 2], t->edge[t->n - 1], t->edge[t->n - 2]);
	t->size++;
}

void log_tree_add(struct log_tree *t, struct str entry)
{
	unsigned char leaf[LOG_HASH];

	log_leaf_hash(entry, leaf);
	log_tree_add_hash(t, leaf);
}

void log_tree_root(const struct log_tree *t, unsigned char ret[LOG_HASH])
{
	if (t->n == 0) {
		digest_sha256(NULL, 0, ret);
		return;
	}
	memcpy(ret, t->edge[t->n - 1], LOG_HASH);
	for (size_t i = t->n - 1; i > 0; i--)
		log_node_hash(t->edge[i - 1], ret, ret);
}

static bool node_in_memory(void *ctx, int height, int64_t n, unsigned char ret[LOG_HASH], struct err *err)
{
	const unsigned char *leaves = ctx;
	struct log_tree t = { 0 };

	(void)err;
	for (int64_t i = n << height; i < (n + 1) << height; i++)
		log_tree_add_hash(&t, leaves + i * LOG_HASH);
	log_tree_root(&t, ret);
	return true;
}

struct log_nodes log_nodes_of(const unsigned char *leaves)
{
	return (struct log_nodes){ node_in_memory, (void *)(uintptr_t)leaves };
}

/* The root of the leaves [from, to), where from is a multiple of a power of two that is not below their number: the
 * ranges of RFC 6962 are all so. Perfect subtrees are asked for from the right, the smallest first. */
static bool range_root(const struct log_nodes *t, int64_t from, int64_t to, unsigned char ret[LOG_HASH], struct err *err)
{
	unsigned char left[LOG_HASH];
	bool first = true;

	for (int64_t n = to - from; n; n &= n - 1) {
		int height = __builtin_ctzll((unsigned long long)n);

		to -= (int64_t)1 << height;
		if (!t->node(t->ctx, height, to >> height, first ? ret : left, err))
			return false;
		if (!first)
			log_node_hash(left, ret, ret);
		first = false;
	}
	return true;
}

bool log_root_of(const struct log_nodes *t, int64_t size, unsigned char ret[LOG_HASH], struct err *err)
{
	if (size < 0 || size > LOG_SIZE_MAX)
		return err_set(err, ERR_BAD_INPUT, "没有%" PRId64 "条记录的日志", size);
	if (size == 0)
		digest_sha256(NULL, 0, ret);
	return range_root(t, 0, size, ret, err);
}

/* The largest power of two below n, n > 1. */
static int64_t split(int64_t n)
{
	return (int64_t)1 << (63 - __builtin_clzll((unsigned long long)n - 1));
}

static bool put(const struct log_nodes *t, int64_t from, int64_t to, struct log_proof *p, struct err *err)
{
	return range_root(t, from, to, p->hash[p->n++], err);
}

static bool inclusion(const struct log_nodes *t, int64_t index, int64_t from, int64_t to, struct log_proof *p,
		      struct err *err)
{
	int64_t middle;

	if (to - from == 1)
		return true;
	middle = from + split(to - from);
	if (index < middle)
		return inclusion(t, index, from, middle, p, err) && put(t, middle, to, p, err);
	return inclusion(t, index, middle, to, p, err) && put(t, from, middle, p, err);
}

bool log_prove_inclusion(const struct log_nodes *t, int64_t index, int64_t size, struct log_proof *ret, struct err *err)
{
	if (index < 0 || index >= size || size > LOG_SIZE_MAX)
		return err_set(err, ERR_BAD_INPUT, "日志共%" PRId64 "条，没有叶序%" PRId64, size, index);
	ret->n = 0;
	return inclusion(t, index, 0, size, ret, err);
}

/* whole: the old tree is all that stood left of `to`, so whoever checks has its root already. */
static bool consistency(const struct log_nodes *t, int64_t old, int64_t from, int64_t to, bool whole,
			struct log_proof *p, struct err *err)
{
	int64_t middle;

	if (old == to)
		return whole || put(t, from, to, p, err);
	middle = from + split(to - from);
	if (old <= middle)
		return consistency(t, old, from, middle, whole, p, err) && put(t, middle, to, p, err);
	return consistency(t, old, middle, to, false, p, err) && put(t, from, middle, p, err);
}

bool log_prove_consistency(const struct log_nodes *t, int64_t old, int64_t size, struct log_proof *ret, struct err *err)
{
	if (old < 0 || old > size || size > LOG_SIZE_MAX)
		return err_set(err, ERR_BAD_INPUT, "%" PRId64 "条的日志不能由%" PRId64 "条的日志续写而成", size, old);
	ret->n = 0;
	return old == 0 || old == size || consistency(t, old, 0, size, true, ret, err);
}

bool log_check_inclusion(int64_t index, int64_t size, const unsigned char leaf[LOG_HASH], const struct log_proof *p,
			 const unsigned char root[LOG_HASH])
{
	int64_t at = index, last = size - 1;
	unsigned char r[LOG_HASH];

	if (index < 0 || index >= size || p->n > LOG_PROOF_MAX)
		return false;
	memcpy(r, leaf, LOG_HASH);
	for (size_t i = 0; i < p->n; i++, at >>= 1, last >>= 1) {
		if (last == 0)
			return false;
		if (at & 1 || at == last) {
			log_node_hash(p->hash[i], r, r);
			for (; !(at & 1) && at; last >>= 1)
				at >>= 1;
		} else {
			log_node_hash(r, p->hash[i], r);
		}
	}
	return last == 0 && memcmp(r, root, LOG_HASH) == 0;
}

static bool check_climb(int64_t old, int64_t size, const unsigned char *first, const unsigned char (*hash)[LOG_HASH],
			size_t n, const unsigned char *old_root, const unsigned char *root)
{
	int64_t at = old - 1, last = size - 1;
	unsigned char was[LOG_HASH], is[LOG_HASH];

	for (; at & 1; last >>= 1)
		at >>= 1;
	memcpy(was, first, LOG_HASH);
	memcpy(is, first, LOG_HASH);
	for (size_t i = 0; i < n; i++, at >>= 1, last >>= 1) {
		if (last == 0)
			return false;
		if (at & 1 || at == last) {
			log_node_hash(hash[i], was, was);
			log_node_hash(hash[i], is, is);
			for (; !(at & 1) && at; last >>= 1)
				at >>= 1;
		} else {
			log_node_hash(is, hash[i], is);
		}
	}
	return last == 0 && memcmp(was, old_root, LOG_HASH) == 0 && memcmp(is, root, LOG_HASH) == 0;
}

bool log_check_consistency(int64_t old, int64_t size, const struct log_proof *p, const unsigned char old_root[LOG_HASH],
			   const unsigned char root[LOG_HASH])
{
	unsigned char none[LOG_HASH];

	if (old < 0 || old > size || p->n > LOG_PROOF_MAX)
		return false;
	if (old == size)
		return p->n == 0 && memcmp(old_root, root, LOG_HASH) == 0;
	if (old == 0) {
		digest_sha256(NULL, 0, none);
		return p->n == 0 && memcmp(old_root, none, LOG_HASH) == 0;
	}
	if (p->n == 0)
		return false;
	if ((old & (old - 1)) == 0)
		return check_climb(old, size, old_root, p->hash, p->n, old_root, root);
	return check_climb(old, size, p->hash[0], p->hash + 1, p->n - 1, old_root, root);
}
