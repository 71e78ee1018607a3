/* SPDX-License-Identifier: MulanPSL-2.0 */
/* audit_tree.h - the tree while audit.c walks the leaves: of each log in turn (a renewed one begins a tree of its own),
 * its full tiles, and every checkpoint at the moment at which the tree has its size. Of audit.c only. */
#ifndef MINGFA_LOG_AUDIT_TREE_H
#define MINGFA_LOG_AUDIT_TREE_H

#include "log/audit.h"
#include "log/store.h"

struct audit_signed {
	int64_t log, size;
	struct str note;
};

struct audit_tree {
	struct audit *x;
	struct arena *a, *slice;     /* a: as long as the audit; slice: of the checkpoints in hand */
	struct log_origin *o;        /* every log, in order; none: the folder is older than names */
	size_t n_o, cap_o, now;
	struct key key[2];           /* of the log in hand */
	struct log_tree tree;        /* of the log in hand */
	struct {
		unsigned char hash[256][LOG_HASH];
		size_t n;
		int64_t next;        /* number of the tile that is being filled */
	} level[TILE_LEVEL_MAX + 1];
	struct audit_signed row, *sign;
	size_t n_sign, at_sign, cap_sign;
	bool last_sign;              /* no further slice */
	int64_t checkpoints, tiles, newest; /* compared; size of the newest of the log in hand */
};

MUST_USE bool audit_tree_begin(struct audit_tree *t, struct audit *x, struct arena *a, struct err *err);
/* The next leaf, by its number through all logs. */
MUST_USE bool audit_tree_add(struct audit_tree *t, int64_t idx, struct str entry, struct err *err);
/* No leaf is left: neither may a checkpoint or a log be. */
MUST_USE bool audit_tree_end(struct audit_tree *t, struct err *err);

#endif
