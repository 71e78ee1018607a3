/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "media/media.h"

#include <string.h>
#include <unistd.h>

#define BOXES_MOST 100000 /* a film in fragments has one a second */

bool media_at(int fd, int64_t at, void *ret, size_t n)
{
	char *p = ret;

	while (n) {
		ssize_t k = pread(fd, p, n, (off_t)at);

		if (k <= 0)
			return false;
		p += k;
		at += k;
		n -= (size_t)k;
	}
	return true;
}

int64_t media_size(int fd)
{
	off_t here = lseek(fd, 0, SEEK_CUR), end = lseek(fd, 0, SEEK_END);

	return lseek(fd, here, SEEK_SET) == here && end > 0 ? (int64_t)end : 0;
}

static uint64_t big(const unsigned char *p, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

/* A box: length (32 bits; 1: 64 follow; 0: to the end), type. */
static enum facts_fault boxes(int fd, int64_t size)
{
	bool index = false;
	int64_t at = 0;

	for (int i = 0; i < BOXES_MOST && at < size; i++) {
		unsigned char h[16] = { 0 };
		uint64_t n;

		if (!media_at(fd, at, h, size - at < 16 ? (size_t)(size - at) : 16))
			return FACTS_UNREAD;
		n = big(h, 4);
		n = n == 1 ? big(h + 8, 8) : n == 0 ? (uint64_t)(size - at) : n;
		index = index || memcmp(h + 4, "moov", 4) == 0;
		if (n < 8 || n > (uint64_t)(size - at))
			return index ? FACTS_CUT : FACTS_NO_INDEX;
		at += (int64_t)n;
	}
	return index ? FACTS_FINE : FACTS_NO_INDEX;
}

enum facts_fault media_whole(int fd)
{
	unsigned char h[16] = { 0 };
	int64_t size = media_size(fd);

	if (size < 16 || !media_at(fd, 0, h, sizeof(h)))
		return FACTS_UNREAD;
	if (memcmp(h + 4, "ftyp", 4) == 0)
		return boxes(fd, size);
	if (memcmp(h, "RIFF", 4) == 0) { /* little endian; 0 and all ones: a recorder that never came back to write it */
		int64_t n = (int64_t)h[7] << 24 | (int64_t)h[6] << 16 | (int64_t)h[5] << 8 | h[4];

		return n == 0 || n == 0xffffffff || n + 8 > size ? FACTS_CUT : FACTS_FINE;
	}
	return FACTS_FINE;
}

void media_read(struct arena *a, int fd, struct facts *ret)
{
	struct facts f = { .length = -1 };
	bool known = media_photo(a, fd, &f);

	if (!known) {
		f.fault = media_whole(fd);
		known = media_film(a, fd, &f);
		if (!known && f.fault == FACTS_FINE)
			f.fault = FACTS_UNREAD;
	}
	*ret = f;
}
