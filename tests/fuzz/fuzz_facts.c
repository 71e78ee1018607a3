/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_facts.c - any bytes as what mingfa-media wrote: what is read is written again as something that reads the same. */
#include <assert.h>
#include <stdint.h>

#include "blob/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct facts f, again;
	struct buf b, c;
	struct err err = { 0 };

	if (facts_read((struct str){ (const char *)data, size }, &f, &err)) {
		buf_init(&b, a, FACTS_TEXT);
		buf_init(&c, a, FACTS_TEXT);
		facts_put(&b, &f);
		assert(buf_ok(&b) && facts_read(buf_str(&b), &again, &err));
		facts_put(&c, &again);
		assert(str_eq(buf_str(&b), buf_str(&c)));
	}
	(void)arena_free(a);
	return 0;
}
