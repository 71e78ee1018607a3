/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_tus.c - any bytes as each header of an upload: what is read holds what was promised. */
#include <assert.h>
#include <stdint.h>

#include "web/tus.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void metadata(struct arena *a, struct str s)
{
	struct form_data d = { .n = 0 };
	struct err err = { 0 };

	if (!tus_metadata(a, s, &d, &err)) {
		assert(err.code == ERR_BAD_INPUT);
		return;
	}
	for (size_t i = 0; i < d.n; i++) {
		assert(d.v[i].name.n && str_utf8(d.v[i].value) && d.v[i].value.n <= s.n);
		for (size_t k = 0; k < i; k++)
			assert(!str_eq(d.v[i].name, d.v[k].name));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str s = { (const char *)data, size };
	struct tus_sum sum;
	enum tus_concat sort;
	const struct str *part = NULL;
	struct err err = { 0 };
	size_t n = 0;

	if (tus_sum(s, &sum, &err))
		assert(sum.n == (sum.algorithm[2] == 'a' && sum.algorithm[3] == '1' ? 20u : 32u));
	if (tus_concat(a, s, &sort, &part, &n, &err)) {
		assert((sort == TUS_FINAL) == (n > 0) && n <= TUS_PARTS);
		for (size_t i = 0; i < n; i++)
			assert(tus_id(part[i]));
	}
	metadata(a, s);
	(void)arena_free(a);
	return 0;
}
