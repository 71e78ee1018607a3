/* SPDX-License-Identifier: MulanPSL-2.0 */
/* region.h - names of divisions (行政区划) by code: Shanxi with its cities, counties and townships, from
 * law/data/divisions-shanxi.csv. Read once at start, 1 ms; read-only after.
 *
 *	region_name(app->regions, a, STR("140821"))      山西省运城市临猗县
 */
#ifndef MINGFA_APP_REGION_H
#define MINGFA_APP_REGION_H

#include "law/law.h"

struct regions;

struct region {
	struct str code, name, parent; /* parent: code of the division above; empty: none */
};

/* files without that table give an empty one. ERR_BAD_INPUT. */
MUST_USE bool regions_load(struct arena *a, const struct law_files *files, const struct regions **ret, struct err *err);
/* NULL when it is not known. */
const struct region *region_find(const struct regions *r, struct str code);
/* The whole name, from the province down; the code itself when it is not known (other provinces). Villages (12
 * digits) take the name of their township. */
struct str region_name(const struct regions *r, struct arena *a, struct str code);
/* The divisions right below a code (empty: the provinces), in order of code: for selects. */
const struct region *regions_below(const struct regions *r, struct arena *a, struct str parent, size_t *ret_n);

#endif
