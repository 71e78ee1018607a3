/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_peer.c - any bytes as X-Forwarded-For, X-Forwarded-Proto and Forwarded: an address comes out, which reads again as
 * itself; and without trust nothing in them counts. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "web/peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void reads_again(struct arena *a, struct visitor v)
{
	struct peer again;

	assert(peer_parse(peer_text(a, &v.peer), &again) && memcmp(&v.peer, &again, sizeof(again)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	const struct str s = { (const char *)data, size };
	const struct forwarded all = { s, s, s }, x = { .x_for = s, .x_proto = s }, rfc = { .forwarded = s };
	struct proxies p, nobody = { .n = 0 };
	struct visitor v;
	struct peer proxy;
	struct err err;

	assert(proxies_parse("127.0.0.1,::1", &p, &err) && peer_parse(STR("127.0.0.1"), &proxy));
	v = peer_behind(&nobody, proxy, &all);
	assert(memcmp(&v.peer, &proxy, sizeof(proxy)) == 0 && !v.https);
	reads_again(a, peer_behind(&p, proxy, &x));
	reads_again(a, peer_behind(&p, proxy, &rfc));
	(void)arena_free(a);
	return 0;
}
