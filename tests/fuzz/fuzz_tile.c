/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_tile.c - any bytes as a tile's address: one that is read has one text only, that text; and as a bundle: its
 * entries make the same bytes again. */
#include <assert.h>
#include <stdint.h>

#include "log/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str text = { (const char *)data, size }, rest = text, entry;
	struct tile_path p;
	struct buf b;

	buf_init(&b, a, size + 4096);
	if (tile_path_read(text, &p)) {
		tile_path_put(&b, &p);
		assert(str_eq(buf_str(&b), text));
		assert(p.level >= 0 && p.level <= 63 && p.n >= 0 && p.width >= 1 && p.width <= TILE_WIDTH);
		(void)tile_exists(&p, LOG_SIZE_MAX);
	}
	buf_clear(&b);
	while (tile_bundle_next(&rest, &entry))
		tile_bundle_add(&b, entry);
	buf_add(&b, rest);
	assert(str_eq(buf_str(&b), text));
	(void)arena_free(a);
	return 0;
}
