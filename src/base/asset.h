/* SPDX-License-Identifier: MulanPSL-2.0 */
/* asset.h - files that the binary carries: law/ (packs), sql/ (migrations), static/ (styles, scripts, icons), packed/ (the
 * same compressed).
 *
 * Names are paths in the tree with '/' ("law/national/pack.yaml", "static/htmx.min.js"), sorted bytewise, so
 * that all files of a folder are neighbours. The table is made by tools/embed and never changes.
 *
 *	size_t n;
 *	const struct asset *a = asset_under(STR("law/national/"), &n);
 */
#ifndef MINGFA_BASE_ASSET_H
#define MINGFA_BASE_ASSET_H

#include "base/str.h"

struct asset {
	struct str name;
	struct str data;    /* followed by a NUL byte */
	struct str type;    /* content type for HTTP; text types are UTF-8 */
	const char *digest; /* 16 hex digits of FNV-1a: changes when the contents do, proves nothing */
};

/* The file of exactly this name, or NULL. */
const struct asset *asset_find(struct str name);
/* All files whose names begin with the prefix: the first of *ret_n neighbours, in order of name. */
const struct asset *asset_under(struct str prefix, size_t *ret_n);

#endif
