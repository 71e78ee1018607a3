/* SPDX-License-Identifier: MulanPSL-2.0 */
/* store.h - the log's rows: heads, names, checkpoints, tiles, entries (decisions 24 and 25).
 *
 * Leaves are counted through all logs of a database (leaf.idx); an entry's index is counted in its own log. Of the first
 * log both are the same. Of a renewed one entry 0 stands in log_origin, and entry i is leaf base + i. */
#ifndef MINGFA_LOG_STORE_H
#define MINGFA_LOG_STORE_H

#include "db/db.h"
#include "log/note.h"
#include "log/tile.h"

struct log_head {
	int64_t log, base;
	int64_t is_signed; /* size of the last checkpoint */
	struct log_tree tree;
};
/* The edge as log_head keeps it; ERR_DB when it does not fit the size. */
MUST_USE bool log_edge_read(struct str edge, int64_t size, struct log_tree *ret, struct err *err);
MUST_USE bool log_head_load(struct db *db, struct arena *a, struct log_head *ret, struct err *err);

struct log_origin {
	int64_t log, base;
	struct str origin, entry, ed25519, sm2; /* entry 0, of a renewed log only; the keys as published */
};
/* log 0: the one in use. Not found: no name was given yet. */
MUST_USE bool log_origin_load(struct db *db, struct arena *a, int64_t log, struct log_origin *ret, bool *ret_found,
			      struct err *err);
MUST_USE bool log_origin_named(struct db *db, struct arena *a, struct str origin, struct log_origin *ret,
			       bool *ret_found, struct err *err);
MUST_USE bool log_origin_add(struct db *db, const struct log_origin *o, int64_t now, struct err *err);
/* Ed25519 and SM2, in this order, as checkpoint_open wants them. */
MUST_USE bool log_origin_keys(const struct log_origin *o, struct key ret[2], struct err *err);

/* One log to read from. Begins with log_store_init; every answer lives in its arena. */
struct log_store {
	struct db *db;
	struct arena *a;
	int64_t log, base;
	struct str entry; /* entry 0 of a renewed log */
	struct tile_source tiles;
	struct last_tile { /* proofs ask for one tile several times, the widest first */
		int level, width;
		int64_t n;
		const unsigned char *hashes; /* NULL: none yet */
	} last;
	struct log_nodes nodes; /* for log_prove_… and log_root_of */
};
void log_store_init(struct log_store *s, struct db *db, struct arena *a, const struct log_origin *o);
/* The width hashes of a tile (32 bytes each), all of which exist: from its row, else from what is below it. */
MUST_USE bool log_store_tile(struct log_store *s, int level, int64_t n, int width, const unsigned char **ret,
			     struct err *err);
/* The entries [from, from + count), each told by its index; they live until `each` returns. */
MUST_USE bool log_store_entries(struct log_store *s, int64_t from, int64_t count,
				bool (*each)(void *ctx, int64_t index, struct str entry, struct err *err), void *ctx,
				struct err *err);
/* Whether a full tile of entries has no row yet. */
MUST_USE bool log_store_due(struct db *db, struct arena *a, int64_t log, int64_t size, bool *ret, struct err *err);
/* Writes up to `most` full tiles of a tree of this size that have no row yet; in a transaction. */
MUST_USE bool log_store_fill(struct log_store *s, int64_t size, int most, bool *ret_more, struct err *err);

/* The newest checkpoint of a log with at least `size` entries; its note carries the cosignatures that came. */
MUST_USE bool log_checkpoint_newest(struct db *db, struct arena *a, int64_t log, int64_t size, struct str *ret_note,
				    int64_t *ret_size, int64_t *ret_at, bool *ret_found, struct err *err);
/* The same of those that a witness signed too. */
MUST_USE bool log_checkpoint_cosigned(struct db *db, struct arena *a, int64_t log, int64_t size, struct str *ret_note,
				      int64_t *ret_size, int64_t *ret_at, bool *ret_found, struct err *err);
/* The oldest one: the same at every time. */
MUST_USE bool log_checkpoint_oldest(struct db *db, struct arena *a, int64_t log, int64_t size, struct str *ret_note,
				    int64_t *ret_size, int64_t *ret_at, bool *ret_found, struct err *err);
MUST_USE bool log_checkpoint_add(struct db *db, int64_t log, int64_t size, int64_t now, struct str note, struct err *err);
/* Adds one cosignature; the same again is no error. */
MUST_USE bool log_cosignature_add(struct db *db, int64_t log, int64_t size, struct str witness, struct str line, int64_t at,
				  struct err *err);

/* Where an event stands: its log and its index there. */
MUST_USE bool log_place(struct db *db, struct arena *a, int64_t event, int64_t *ret_log, int64_t *ret_index,
			struct str *ret_entry, bool *ret_found, struct err *err);

/* Ends the log in use and begins the next one, whose entry 0 is `entry`; in the writing turn. o: its name and keys. */
MUST_USE bool log_renew(struct db *db, const struct log_head *old, const struct log_origin *o, int64_t now,
			struct err *err);

#endif
