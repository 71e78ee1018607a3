/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_tlog_proof.c - any bytes as a .tlog-proof file: one that is read has one text only, that text. */
#include <assert.h>
#include <stdint.h>

#include "log/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char vkey[] = "log.example/enforcement+b8714a24+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
	struct arena *a = arena_new();
	struct str text = { (const char *)data, size };
	struct tlog_proof p;
	struct checkpoint c;
	struct key k;
	struct buf b;
	struct err err = { 0 };

	assert(key_read(str_of(vkey), &k, &err));
	if (tlog_proof_read(a, text, &p, &err)) {
		buf_init(&b, a, TLOG_PROOF_MAX);
		tlog_proof_put(&b, &p);
		assert(str_eq(buf_str(&b), text));
		if (tlog_proof_check(a, &p, STR("record 256\n"), &k, 1, &c, &err))
			assert(p.index < c.size);
	}
	(void)arena_free(a);
	return 0;
}
