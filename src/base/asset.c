/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/asset.h"

/* Made by tools/embed. */
extern const struct asset asset_table[];
extern const size_t asset_count;

/* Index of the first name that is not below the given one. */
static size_t lower(struct str name)
{
	size_t lo = 0;
	size_t hi = asset_count;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;

		if (str_cmp(asset_table[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct asset *asset_find(struct str name)
{
	const size_t i = lower(name);

	return i < asset_count && str_eq(asset_table[i].name, name) ? &asset_table[i] : NULL;
}

const struct asset *asset_under(struct str prefix, size_t *ret_n)
{
	const size_t first = lower(prefix);
	size_t end = first;

	while (end < asset_count && str_starts(asset_table[end].name, prefix))
		end++;
	*ret_n = end - first;
	return &asset_table[first];
}
