/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_witness.c - any bytes as what a log asks of a witness: what passes names the known log, and stays within the input. */
#include <assert.h>
#include <stdint.h>

#include "witness/witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char vkey[] = "log.example/enforcement+b8714a24+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
	struct arena *a = arena_new();
	struct str body = { (const char *)data, size };
	struct witness w = { .n_key = 1 };
	struct witness_request q;
	struct witness_answer answer;
	struct key k;
	struct err err = { 0 };

	assert(key_read(str_of(vkey), &k, &err));
	w.key = &k;
	witness_read(a, &w, body, &q, &answer);
	assert(answer.status == 0 || answer.status == 400 || answer.status == 403 || answer.status == 404 || answer.status == 422);
	if (!answer.status)
		assert(str_eq(q.at.origin, k.name) && q.old <= q.at.size && str_ends(body, q.note) && q.proof.n <= LOG_PROOF_MAX);
	(void)arena_free(a);
	return 0;
}
