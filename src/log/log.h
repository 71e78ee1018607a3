/* SPDX-License-Identifier: MulanPSL-2.0 */
/* log.h - the tamper-evident log: one leaf for each event, a Merkle tree after RFC 6962 (SHA-256) over
 * them, and its head, in rows of the same transaction (decisions 24 and 26).
 *
 * An entry is text and tells nothing: the line "mingfa/event/1", then one line for the event's body and one
 * for each of its files: base64 of SHA-256(salt, SHA-256(content)), a blank, base64 of SM3(salt, SM3(content)).
 * Salts have 32 bytes, one a line; the body's stands in event_body, those of files stand in the body.
 *
 * Signing, tiles and verification build on these rows. */
#ifndef MINGFA_LOG_LOG_H
#define MINGFA_LOG_LOG_H

#include "base/buf.h"
#include "base/err.h"
#include "db/db.h"

#define LOG_HASH 32
#define LOG_SALT 32
#define LOG_EDGE_MAX 64        /* perfect subtrees of a tree of up to 2^63 leaves */
#define LOG_ENTRY_MAX 65535    /* tlog-tiles write the length in 16 bits */

/* Digests of one content. */
struct log_digest {
	unsigned char sha256[LOG_HASH], sm3[LOG_HASH];
};
void log_digest_of(struct str content, struct log_digest *ret);

/* The first line of an entry, then one line for each content. */
void log_entry_begin(struct buf *b);
void log_entry_line(struct buf *b, const unsigned char salt[LOG_SALT], const struct log_digest *d);

/* A tree as its edge: the roots of its perfect subtrees, the largest first. */
struct log_tree {
	int64_t size;
	size_t n;
	unsigned char edge[LOG_EDGE_MAX][LOG_HASH];
};
void log_tree_add(struct log_tree *t, struct str entry);
void log_tree_root(const struct log_tree *t, unsigned char ret[LOG_HASH]);

/* Writes the leaves of all events that have none yet, in order of their ids, and the head. At the end of a
 * group, in its transaction and turn. ret_size (may be NULL): the tree's size then.
 * ERR_TOO_LARGE for an event of more than 700 files (its entry would be longer than tiles allow). */
MUST_USE bool log_append(struct db *db, struct arena *a, int64_t *ret_size, struct err *err);

#endif
