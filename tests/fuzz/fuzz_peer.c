/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_peer.c - any bytes as X-Forwarded-For and as Forwarded: an address comes out, which reads again as itself; and
 * without trust nothing in them counts. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "web/peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str s = { (const char *)data, size }, none = { 0 };
	struct proxies p, nobody = { .n = 0 };
	struct peer proxy, who, again;
	struct err err;

	assert(proxies_parse("127.0.0.1,::1", &p, &err) && peer_parse(STR("127.0.0.1"), &proxy));
	who = peer_behind(&nobody, proxy, s, s);
	assert(memcmp(&who, &proxy, sizeof(who)) == 0);
	for (int i = 0; i < 2; i++) {
		who = i ? peer_behind(&p, proxy, none, s) : peer_behind(&p, proxy, s, none);
		assert(peer_parse(peer_text(a, &who), &again) && memcmp(&who, &again, sizeof(who)) == 0);
	}
	(void)arena_free(a);
	return 0;
}
