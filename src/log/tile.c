/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "log/tile.h"

#include <string.h>

#include "base/parse.h"

#define N_DIGITS_MAX 18 /* an int64_t holds them */

void tile_path_put(struct buf *b, const struct tile_path *p)
{
	uint64_t n = (uint64_t)p->n, unit = 1;

	buf_adds(b, "tile/");
	if (p->entries)
		buf_adds(b, "entries");
	else
		buf_addi(b, p->level);
	while (n / unit >= 1000)
		unit *= 1000;
	for (; unit >= 1; unit /= 1000) {
		buf_adds(b, unit > 1 ? "/x" : "/");
		buf_addu(b, n / unit % 1000, 3);
	}
	if (p->width < TILE_WIDTH) {
		buf_adds(b, ".p/");
		buf_addi(b, p->width);
	}
}

/* "x001/x234/067": every group but the last begins with x; the first is not x000. */
static bool number_read(struct str s, int64_t *ret)
{
	struct str group;
	int64_t n = 0;
	bool more = true;
	size_t digits = 0;

	while (str_cut(&s, '/', &group)) {
		bool last = group.n == 3;

		if (!more || (!last && (group.n != 4 || group.p[0] != 'x')) || (digits += 3) > N_DIGITS_MAX)
			return false;
		for (size_t i = group.n - 3; i < group.n; i++) {
			if (group.p[i] < '0' || group.p[i] > '9')
				return false;
			n = n * 10 + (group.p[i] - '0');
		}
		if (!last && n == 0)
			return false;
		more = !last;
	}
	*ret = n;
	return !more;
}

bool tile_path_read(struct str text, struct tile_path *ret)
{
	struct tile_path p = { .width = TILE_WIDTH };
	size_t part = str_find(text, STR(".p/"), 0), slash;
	int64_t number;

	if (!str_starts(text, STR("tile/")))
		return false;
	if (part != SIZE_MAX) {
		if (!parse_i64(str_sub(text, part + 3, text.n), 1, TILE_WIDTH - 1, &number))
			return false;
		p.width = (int)number;
		text = str_sub(text, 0, part);
	}
	text = str_sub(text, 5, text.n);
	slash = str_chr(text, '/', 0);
	if (slash == SIZE_MAX || !number_read(str_sub(text, slash + 1, text.n), &p.n))
		return false;
	p.entries = str_eq(str_sub(text, 0, slash), STR("entries"));
	if (!p.entries) {
		if (!parse_i64(str_sub(text, 0, slash), 0, 63, &number))
			return false;
		p.level = (int)number;
	}
	*ret = p;
	return true;
}

int64_t tile_level_size(int level, int64_t size)
{
	return level > TILE_LEVEL_MAX ? 0 : size >> (8 * level);
}

bool tile_exists(const struct tile_path *p, int64_t size)
{
	int64_t here = tile_level_size(p->level, size);

	return p->n < here / TILE_WIDTH || (p->n == here / TILE_WIDTH && p->width <= here % TILE_WIDTH);
}

void tile_bundle_add(struct buf *b, struct str entry)
{
	buf_addc(b, (char)(entry.n >> 8));
	buf_addc(b, (char)(entry.n & 255));
	buf_add(b, entry);
}

bool tile_bundle_next(struct str *rest, struct str *ret_entry)
{
	const unsigned char *p = (const unsigned char *)rest->p;
	size_t n;

	if (rest->n < 2)
		return false;
	n = (size_t)p[0] << 8 | p[1];
	if (rest->n - 2 < n)
		return false;
	*ret_entry = str_sub(*rest, 2, 2 + n);
	*rest = str_sub(*rest, 2 + n, rest->n);
	return true;
}

void tile_root(const unsigned char *hashes, int height, size_t i, unsigned char ret[LOG_HASH])
{
	struct log_tree t = { 0 };
	size_t n = (size_t)1 << height;

	for (const unsigned char *p = hashes + i * n * LOG_HASH; n > 0; n--, p += LOG_HASH)
		log_tree_add_hash(&t, p);
	log_tree_root(&t, ret);
}

static bool node_of_tile(void *ctx, int height, int64_t n, unsigned char ret[LOG_HASH], struct err *err)
{
	const struct tile_source *src = ctx;
	int inside = height % 8;
	int64_t per_tile = TILE_WIDTH >> inside;
	size_t i = (size_t)(n % per_tile);
	const unsigned char *hashes;

	if (!src->tile(src->ctx, height / 8, n / per_tile, (int)((i + 1) << inside), &hashes, err))
		return false;
	tile_root(hashes, inside, i, ret);
	return true;
}

struct log_nodes tile_nodes(const struct tile_source *src)
{
	return (struct log_nodes){ node_of_tile, (void *)(uintptr_t)src };
}
