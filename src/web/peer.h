/* SPDX-License-Identifier: MulanPSL-2.0 */
/* peer.h - from which address a request comes and whether over TLS, behind trusted proxies or without.
 *
 * X-Forwarded-For and X-Forwarded-Proto (and Forwarded, RFC 7239, when the former are absent) are believed only from
 * addresses that the operator named: anybody else could write what they like into them. They are read from their end,
 * since each proxy adds behind what it was given: the first address from there that is no proxy of ours is the
 * visitor's, and the proto= that stands beside it in Forwarded is how that visitor came. */
#ifndef MINGFA_WEB_PEER_H
#define MINGFA_WEB_PEER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define PROXIES_MOST 8 /* two listeners behind a pair of proxies each, and room */
#define FORWARDED_MOST 2000 /* bytes of the header that are read: forty proxies in a row */

struct peer {
	unsigned char b[16]; /* IPv6; IPv4 as ::ffff:a.b.c.d */
};
struct proxies {
	struct peer v[PROXIES_MOST];
	size_t n;
};

/* "192.0.2.1", "192.0.2.1:443", "2001:db8::1", "[2001:db8::1]:443". */
bool peer_parse(struct str s, struct peer *ret);
struct str peer_text(struct arena *a, const struct peer *p);
bool peer_loopback(const struct peer *p);
/* What a limit counts by: an IPv4 address, or the 64 bits of an IPv6 network, which one household or office has. */
uint64_t peer_key(const struct peer *p);

/* "10.0.0.2,10.0.0.3"; NULL: none. ERR_USAGE with a sentence. */
MUST_USE bool proxies_parse(const char *list, struct proxies *ret, struct err *err);
bool proxies_have(const struct proxies *p, const struct peer *peer);
/* What the headers say: each with all its lines joined by commas, in their order; empty: there is none. */
struct forwarded {
	struct str x_for, x_proto, forwarded;
};
struct visitor {
	struct peer peer;
	bool https; /* the outermost trusted proxy was asked over TLS */
};
/* What cannot be read ends the search, and the last address that was understood holds. */
struct visitor peer_behind(const struct proxies *p, struct peer peer, const struct forwarded *told);

#endif
