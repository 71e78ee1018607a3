/* SPDX-License-Identifier: MulanPSL-2.0 */
/* tile.h - the tree as files (C2SP tlog-tiles, height 8): their addresses, what is in them, and proofs out of them.
 *
 * Entry i of tile n at level L is the root of the leaves [(256 n + i) 256^L, (256 n + i + 1) 256^L). A bundle holds the
 * entries of a level-0 tile, each behind its length in 16 bits. A partial tile has a width of 1 to 255. */
#ifndef MINGFA_LOG_TILE_H
#define MINGFA_LOG_TILE_H

#include "base/buf.h"
#include "log/tree.h"

#define TILE_WIDTH 256
#define TILE_BYTES (TILE_WIDTH * LOG_HASH)
#define TILE_LEVEL_MAX 7 /* 256^8 is above LOG_SIZE_MAX; the format goes to 63 */
#define TILE_BUNDLE_MAX (TILE_WIDTH * (2 + 65535))

struct tile_path {
	bool entries; /* a bundle; level is 0 */
	int level;
	int64_t n;
	int width; /* TILE_WIDTH: full */
};
/* Appends "tile/1/x001/234.p/8", "tile/entries/000". */
void tile_path_put(struct buf *b, const struct tile_path *p);
/* Reads exactly what tile_path_put writes (up to level 63 and n of 18 digits); false for anything else. */
MUST_USE bool tile_path_read(struct str text, struct tile_path *ret);
/* Whether a tree of this size has the tile, or one of which it is the beginning. */
bool tile_exists(const struct tile_path *p, int64_t size);
/* Number of hashes at a level of a tree of this size. */
int64_t tile_level_size(int level, int64_t size);

/* Appends an entry to a bundle. */
void tile_bundle_add(struct buf *b, struct str entry);
/* Cuts the next entry off a bundle; false at its end, and *rest is not empty when the bundle is broken. */
bool tile_bundle_next(struct str *rest, struct str *ret_entry);
/* The root of the hashes [i 2^height, (i + 1) 2^height) of a tile, which are all in hashes. */
void tile_root(const unsigned char *hashes, int height, size_t i, unsigned char ret[LOG_HASH]);

/* Where tiles come from: at least width hashes of tile n of a level, which stay until the next call. */
struct tile_source {
	bool (*tile)(void *ctx, int level, int64_t n, int width, const unsigned char **ret, struct err *err);
	void *ctx;
};
/* The tree's nodes read out of tiles; src must outlive the result. */
struct log_nodes tile_nodes(const struct tile_source *src);

#endif
