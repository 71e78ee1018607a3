/* SPDX-License-Identifier: MulanPSL-2.0 */
/* tree.h - Merkle trees after RFC 6962 section 2.1 with SHA-256: roots, and the two proofs, made and checked.
 * Pure: no database, no files. Hashes have 32 bytes.
 *
 * The largest tree has 2^62 leaves, so that no sum of two sizes overflows and a proof has at most 63 hashes. */
#ifndef MINGFA_LOG_TREE_H
#define MINGFA_LOG_TREE_H

#include "base/err.h"
#include "base/str.h"

#define LOG_HASH 32
#define LOG_SIZE_MAX ((int64_t)1 << 62)
#define LOG_EDGE_MAX 64  /* perfect subtrees of such a tree, and one while joining */
#define LOG_PROOF_MAX 63 /* add-checkpoint of C2SP tlog-witness allows as many */

/* SHA-256 of 0x00 and the entry; SHA-256 of 0x01 and two hashes. ret may be one of the two. */
void log_leaf_hash(struct str entry, unsigned char ret[LOG_HASH]);
void log_node_hash(const unsigned char *left, const unsigned char *right, unsigned char ret[LOG_HASH]);

/* A tree as its edge: the roots of its perfect subtrees, the largest first. Begins as { 0 }. */
struct log_tree {
	int64_t size;
	size_t n;
	unsigned char edge[LOG_EDGE_MAX][LOG_HASH];
};
void log_tree_add(struct log_tree *t, struct str entry);
void log_tree_add_hash(struct log_tree *t, const unsigned char leaf[LOG_HASH]);
/* The root of no leaves is SHA-256 of nothing. */
void log_tree_root(const struct log_tree *t, unsigned char ret[LOG_HASH]);

/* Where the inner hashes of a tree come from: node gives the root of the leaves [n * 2^height, (n + 1) * 2^height),
 * which all exist. */
struct log_nodes {
	bool (*node)(void *ctx, int height, int64_t n, unsigned char ret[LOG_HASH], struct err *err);
	void *ctx;
};
/* All leaf hashes in memory, one after the other: for small trees and tests (a node costs as many joins as it has
 * leaves). leaves must outlive the result. */
struct log_nodes log_nodes_of(const unsigned char *leaves);

struct log_proof {
	size_t n;
	unsigned char hash[LOG_PROOF_MAX][LOG_HASH];
};
/* The root of the first size leaves. */
MUST_USE bool log_root_of(const struct log_nodes *t, int64_t size, unsigned char ret[LOG_HASH], struct err *err);
/* That leaf index is in the tree of the first size leaves; the leaf's neighbour comes first. ERR_BAD_INPUT unless
 * 0 <= index < size <= 2^62; what node fails with. */
MUST_USE bool log_prove_inclusion(const struct log_nodes *t, int64_t index, int64_t size, struct log_proof *ret,
				  struct err *err);
/* That the tree of size leaves extends the tree of the first old ones. Empty for old = 0 and old = size.
 * ERR_BAD_INPUT unless 0 <= old <= size <= 2^62. */
MUST_USE bool log_prove_consistency(const struct log_nodes *t, int64_t old, int64_t size, struct log_proof *ret,
				    struct err *err);
bool log_check_inclusion(int64_t index, int64_t size, const unsigned char leaf[LOG_HASH], const struct log_proof *p,
			 const unsigned char root[LOG_HASH]);
bool log_check_consistency(int64_t old, int64_t size, const struct log_proof *p, const unsigned char old_root[LOG_HASH],
			   const unsigned char root[LOG_HASH]);

#endif
