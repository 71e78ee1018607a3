/* SPDX-License-Identifier: MulanPSL-2.0 */
/* yaml.h - definition files as small trees (language.md 1): YAML 1.2 by libfyaml, every scalar plain text,
 * typed later by the key it stands under. Anchors, aliases, tags, merge keys and doubled keys are refused.
 *
 * Nodes live in the arena. Overlays change trees in place, so that a node also knows the pack it came from
 * and the citations that allowed a change.
 *
 *	const struct ynode *doc;
 *	if (!yaml_read_one(a, "2026.yaml", text, &doc, err)) ...
 *	ynode_get(doc, "year")->text
 */
#ifndef MINGFA_LAW_YAML_H
#define MINGFA_LAW_YAML_H

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

#define YAML_FILE_MAX ((size_t)1 << 20) /* the largest kind with all its checks has about 60 KiB */
#define YAML_DEPTH_MAX 32               /* definitions need 9 */

enum ynode_sort { YNODE_SCALAR, YNODE_MAP, YNODE_SEQ };

struct ynode {
	enum ynode_sort sort;
	struct str key;        /* inside a map */
	struct str text;       /* of a scalar; "key:" without a value gives the empty text */
	struct ynode **child;
	size_t n, cap;
	const char *file;
	int line, col;         /* of the value, counted from 1 */
	int key_line, key_col; /* of the key; of the value outside maps */
	struct str pack;       /* set by the overlay step: who wrote it */
	const struct ynode *because; /* replace and added ways: list of citations, or NULL */
	struct arena *arena;
};

/* Why a file cannot be read. */
struct yaml_fault {
	const char *file;
	int line, col;
	struct str text, hint; /* Chinese */
};

/* All documents of a file, in order. text is copied where needed: what nodes say lives in a, the nodes themselves in
 * `nodes`, which may be the same or be given back earlier. */
MUST_USE bool yaml_read(struct arena *a, struct arena *nodes, const char *file, struct str text, struct ynode *const **ret,
			size_t *ret_n, struct yaml_fault *fault);
/* A file with exactly one document; ERR_LAW with file, line and column. */
MUST_USE bool yaml_read_one(struct arena *a, const char *file, struct str text, const struct ynode **ret,
			    struct err *err);

/* Child of a map by key; NULL when absent or y is no map (NULL allowed). */
struct ynode *ynode_get(const struct ynode *y, const char *key);
struct ynode *ynode_find(const struct ynode *y, struct str key);
/* Appends; for maps the child carries its key. */
void ynode_add(struct ynode *y, struct ynode *child);
/* A new node that stands where another stands. */
struct ynode *ynode_new(const struct ynode *at, enum ynode_sort sort);
struct ynode *ynode_scalar(const struct ynode *at, struct str text);
/* A deep copy with the same places. */
struct ynode *ynode_dup(const struct ynode *y);
/* Same sort, texts and children, wherever they stand. */
bool ynode_equal(const struct ynode *a, const struct ynode *b);
/* One line of flow style, for lists of changes: at most 200 characters. */
struct str ynode_brief(struct arena *a, const struct ynode *y);

#endif
