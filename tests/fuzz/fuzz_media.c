/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_media.c - any bytes as a film, recording or photo: what is found is what the server takes. */
#include <assert.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "media/media.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	int fd = memfd_create("fuzz", 0);
	struct facts f, again;
	struct buf b;
	struct err err = { 0 };

	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	media_read(a, fd, &f);
	buf_init(&b, a, FACTS_TEXT);
	facts_put(&b, &f);
	assert(buf_ok(&b) && facts_read(buf_str(&b), &again, &err));
	buf_init(&b, a, FACTS_TEXT);
	media_codes(a, fd, &b);
	(void)close(fd);
	(void)arena_free(a);
	return 0;
}
