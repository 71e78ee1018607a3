/* SPDX-License-Identifier: MulanPSL-2.0 */
/* From where a request comes, and whether over TLS: X-Forwarded-*, and Forwarded of RFC 7239. */
#include <criterion/criterion.h>

#include "lib/fresh.h"
#include "web/peer.h"

static struct arena *arena;

static void setup(void)
{
	arena = arena_new();
}

static void teardown(void)
{
	(void)arena_free(arena);
}

TestSuite(peer, .init = setup, .fini = teardown);

static struct visitor visitor(const char *peer, struct forwarded told)
{
	struct proxies p;
	struct peer who;
	struct err err = { 0 };

	OK(proxies_parse("10.0.0.2, 2001:db8::2", &p, &err));
	cr_assert(peer_parse(str_of(peer), &who));
	return peer_behind(&p, who, &told);
}

static const char *by_x(const char *peer, const char *x_for)
{
	struct visitor v = visitor(peer, (struct forwarded){ .x_for = str_of(x_for) });

	return peer_text(arena, &v.peer).p;
}

/* "ADDRESS" or "ADDRESS https". */
static const char *by_rfc(const char *peer, const char *forwarded)
{
	struct visitor v = visitor(peer, (struct forwarded){ .forwarded = str_of(forwarded) });

	return str_fmt(arena, "%s%s", peer_text(arena, &v.peer).p, v.https ? " https" : "").p;
}

Test(peer, only_a_trusted_proxy_is_believed)
{
	struct proxies p;
	struct err err = { 0 };

	cr_assert_str_eq(by_x("192.0.2.9", "203.0.113.1"), "192.0.2.9");
	cr_assert_str_eq(by_x("10.0.0.2", "203.0.113.1"), "203.0.113.1");
	cr_assert_str_eq(by_x("10.0.0.2", "198.51.100.7, 203.0.113.1"), "203.0.113.1", "what the visitor wrote");
	cr_assert_str_eq(by_x("10.0.0.2", "203.0.113.1, [2001:db8::2]:443"), "203.0.113.1", "two of ours");
	cr_assert_str_eq(by_x("10.0.0.2", "203.0.113.1:5544"), "203.0.113.1");
	cr_assert_str_eq(by_x("10.0.0.2", "203.0.113.1, unknown"), "10.0.0.2");
	cr_assert_str_eq(by_x("10.0.0.2", ""), "10.0.0.2");
	FAILS(proxies_parse("10.0.0.2,nonsense", &p, &err), ERR_USAGE);
}

Test(peer, forwarded_is_read_from_its_end)
{
	cr_assert_str_eq(by_rfc("10.0.0.2", "for=198.51.100.7, proto=https;For=\"[2001:db8::9]:47\""), "2001:db8::9 https");
	cr_assert_str_eq(by_rfc("192.0.2.9", "for=203.0.113.1;proto=https"), "192.0.2.9", "nobody's proxy");
	cr_assert_str_eq(by_rfc("10.0.0.2", "for=203.0.113.1;proto=http"), "203.0.113.1");
	cr_assert_str_eq(by_rfc("10.0.0.2", "for=203.0.113.1"), "203.0.113.1", "no word of TLS");
	cr_assert_str_eq(by_rfc("10.0.0.2", "For=203.0.113.1 ; PROTO=\"HTTPS\""), "203.0.113.1 https");
	cr_assert_str_eq(by_rfc("10.0.0.2", "for=_hidden;proto=https"), "10.0.0.2 https", "an obfuscated name is no address");
	cr_assert_str_eq(by_rfc("10.0.0.2", "by=10.0.0.2;proto=https"), "10.0.0.2 https");
	cr_assert_str_eq(by_rfc("10.0.0.2", "for=203.0.113.1;for=203.0.113.2"), "10.0.0.2", "twice");
	cr_assert_str_eq(by_rfc("10.0.0.2", ""), "10.0.0.2");
}

/* How the visitor came counts, not how one proxy asked the other. */
Test(peer, the_outermost_of_ours_says_whether_it_was_tls)
{
	cr_assert_str_eq(by_rfc("10.0.0.2", "for=203.0.113.1;proto=https, for=\"[2001:db8::2]\";proto=http"), "203.0.113.1 https");
	cr_assert_str_eq(by_rfc("10.0.0.2", "for=203.0.113.1;proto=http, for=\"[2001:db8::2]\";proto=https"), "203.0.113.1");
	cr_assert_str_eq(by_rfc("10.0.0.2", "for=198.51.100.7;proto=https, for=203.0.113.1;proto=http"), "203.0.113.1",
			 "what the visitor wrote before the proxy");
}

/* host= is what the visitor asked for: what looks like an element inside its quotes is none. */
Test(peer, quotes_hide_nothing_and_invent_nothing)
{
	cr_assert_str_eq(by_rfc("10.0.0.2", "for=203.0.113.1;host=\"x,for=198.51.100.7;proto=https\""), "203.0.113.1");
	cr_assert_str_eq(by_rfc("10.0.0.2", "for=203.0.113.1;host=\"x\\\",for=198.51.100.7\""), "203.0.113.1", "escaped");
	cr_assert_str_eq(by_rfc("10.0.0.2", "for=\"x, for=203.0.113.1;proto=https"), "203.0.113.1 https", "an open quote before it");
	cr_assert_str_eq(by_rfc("10.0.0.2", "for=203.0.113.1\""), "10.0.0.2", "never closed");
}

Test(peer, x_forwarded_goes_before_forwarded)
{
	struct visitor v = visitor("10.0.0.2", (struct forwarded){ STR("203.0.113.1"), STR("https"), STR("for=198.51.100.7;proto=http") });

	cr_assert_str_eq(peer_text(arena, &v.peer).p, "203.0.113.1");
	cr_assert(v.https);
	v = visitor("10.0.0.2", (struct forwarded){ .x_for = STR("203.0.113.1"), .forwarded = STR("for=203.0.113.1;proto=https") });
	cr_assert_not(v.https, "a proxy that knows X-Forwarded-For passes on the visitor's own Forwarded");
	v = visitor("10.0.0.2", (struct forwarded){ .x_for = STR("203.0.113.1"), .x_proto = STR("https,http") });
	cr_assert_not(v.https, "the last line is the proxy's");
	v = visitor("192.0.2.9", (struct forwarded){ .x_proto = STR("https") });
	cr_assert_not(v.https, "nobody's proxy");
	v = visitor("10.0.0.2", (struct forwarded){ .x_proto = STR("https") });
	cr_assert(v.https);
}
