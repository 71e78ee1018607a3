/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/zip.h"

#include <assert.h>

#define ENTRIES_MOST 65535
#define LOCAL_SIZE 30
#define CENTRAL_SIZE 46
#define END_SIZE 22
#define VERSION 20        /* 2.0: folders and plain entries */
#define UTF8_NAMES 0x0800
#define DAY 0x0021        /* 1980-01-01 */

static uint32_t crc32_of(struct str s)
{
	static const uint32_t poly = 0xEDB88320u;
	uint32_t table[256], crc = 0xFFFFFFFFu;

	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int k = 0; k < 8; k++)
			c = c & 1 ? poly ^ (c >> 1) : c >> 1;
		table[i] = c;
	}
	for (size_t i = 0; i < s.n; i++)
		crc = table[(crc ^ (unsigned char)s.p[i]) & 0xff] ^ (crc >> 8);
	return crc ^ 0xFFFFFFFFu;
}

static void put16(struct buf *b, size_t v)
{
	buf_addc(b, (char)(v & 0xff));
	buf_addc(b, (char)(v >> 8 & 0xff));
}

static void put32(struct buf *b, size_t v)
{
	put16(b, v & 0xffff);
	put16(b, v >> 16 & 0xffff);
}

/* What the local and the central header have in common. */
static void put_facts(struct buf *b, const struct zip_entry *e, uint32_t crc)
{
	put16(b, VERSION);
	put16(b, UTF8_NAMES);
	put16(b, 0); /* stored */
	put16(b, 0);
	put16(b, DAY);
	put32(b, crc);
	put32(b, e->content.n);
	put32(b, e->content.n);
	put16(b, e->name.n);
	put16(b, 0);
}

size_t zip_size(const struct zip_entry *v, size_t n)
{
	size_t size = END_SIZE;

	for (size_t i = 0; i < n; i++)
		size += LOCAL_SIZE + CENTRAL_SIZE + 2 * v[i].name.n + v[i].content.n;
	return size;
}

void zip_put(struct buf *b, const struct zip_entry *v, size_t n)
{
	uint32_t *crc = arena_many(b->a, n, uint32_t);
	size_t *at = arena_many(b->a, n, size_t), begin = b->n, central;

	assert(n <= ENTRIES_MOST); /* the caller's limits are far below */
	for (size_t i = 0; i < n; i++) {
		at[i] = b->n - begin;
		crc[i] = crc32_of(v[i].content);
		buf_add(b, STR("PK\3\4"));
		put_facts(b, &v[i], crc[i]);
		buf_add(b, v[i].name);
		buf_add(b, v[i].content);
	}
	central = b->n - begin;
	for (size_t i = 0; i < n; i++) {
		buf_add(b, STR("PK\1\2"));
		put16(b, VERSION);
		put_facts(b, &v[i], crc[i]);
		put16(b, 0); /* no comment */
		put16(b, 0); /* first disk */
		put16(b, 0);
		put32(b, 0);
		put32(b, at[i]);
		buf_add(b, v[i].name);
	}
	buf_add(b, STR("PK\5\6"));
	put32(b, 0);
	put16(b, n);
	put16(b, n);
	put32(b, b->n - begin - central - 12);
	put32(b, central);
	put16(b, 0);
}
