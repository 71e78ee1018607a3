/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "web/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static const unsigned char v4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool is_v4(const struct peer *p)
{
	return memcmp(p->b, v4_prefix, sizeof(v4_prefix)) == 0;
}

/* Without port and brackets: an IPv6 address has two colons or more, a port only one before it. */
static struct str bare(struct str s)
{
	size_t colon;

	s = str_trim(s);
	if (s.n && s.p[0] == '[') {
		size_t end = str_chr(s, ']', 0);

		return end == SIZE_MAX ? (struct str){ 0 } : str_sub(s, 1, end);
	}
	colon = str_chr(s, ':', 0);
	if (colon != SIZE_MAX && str_chr(s, ':', colon + 1) == SIZE_MAX)
		return str_sub(s, 0, colon);
	return s;
}

bool peer_parse(struct str s, struct peer *ret)
{
	char text[INET6_ADDRSTRLEN];
	struct peer p;

	s = bare(s);
	if (!s.n || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (strlen(text) != s.n)
		return false;
	memcpy(p.b, v4_prefix, sizeof(v4_prefix));
	if (inet_pton(AF_INET, text, p.b + sizeof(v4_prefix)) != 1 && inet_pton(AF_INET6, text, p.b) != 1)
		return false;
	*ret = p;
	return true;
}

struct str peer_text(struct arena *a, const struct peer *p)
{
	char text[INET6_ADDRSTRLEN] = "";

	(void)(is_v4(p) ? inet_ntop(AF_INET, p->b + sizeof(v4_prefix), text, sizeof(text))
			: inet_ntop(AF_INET6, p->b, text, sizeof(text)));
	return str_dup(a, str_of(text));
}

bool peer_loopback(const struct peer *p)
{
	static const unsigned char one[16] = { [15] = 1 };

	return is_v4(p) ? p->b[12] == 127 : memcmp(p->b, one, sizeof(one)) == 0;
}

uint64_t peer_key(const struct peer *p)
{
	uint64_t key;

	memcpy(&key, is_v4(p) ? p->b + 8 : p->b, sizeof(key));
	return key;
}

bool proxies_parse(const char *list, struct proxies *ret, struct err *err)
{
	struct str rest = str_of(list), one;

	*ret = (struct proxies){ .n = 0 };
	while (list && str_cut(&rest, ',', &one)) {
		if (ret->n == PROXIES_MOST)
			return err_set(err, ERR_USAGE, "可信代理最多%d个地址", PROXIES_MOST);
		if (!peer_parse(one, &ret->v[ret->n++]))
			return err_set(err, ERR_USAGE, "代理地址“%.*s”有误，应写作 10.0.0.2 或者 2001:db8::2，多个用逗号隔开",
				       STR_FMT(str_trim(one)));
	}
	return true;
}

bool proxies_have(const struct proxies *p, const struct peer *peer)
{
	for (size_t i = 0; i < p->n; i++)
		if (memcmp(p->v[i].b, peer->b, sizeof(peer->b)) == 0)
			return true;
	return false;
}

/* Whether the quote at i is part of a quoted text: an odd number of backslashes stands before it. */
static bool escaped(struct str s, size_t i)
{
	size_t n = 0;

	while (n < i && s.p[i - n - 1] == '\\')
		n++;
	return n % 2 == 1;
}

/* The last piece of a list parted by commas or semicolons, taken off it; those inside quotes part nothing. Reading from
 * the end, what the trusted proxy wrote is understood whatever stands before it. */
static struct str take_last(struct str *list, char comma)
{
	bool quoted = false;
	size_t at = list->n;
	struct str last;

	for (; at && (quoted || list->p[at - 1] != comma); at--)
		if (list->p[at - 1] == '"' && !escaped(*list, at - 1))
			quoted = !quoted;
	last = str_sub(*list, at, list->n);
	*list = str_sub(*list, 0, at ? at - 1 : 0);
	return str_trim(last);
}

static struct str unquoted(struct str s)
{
	return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? str_sub(s, 1, s.n - 1) : s;
}

static bool same_word(struct str s, const char *word)
{
	return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

/* A parameter of an element: for=192.0.2.1;proto=https, for="[2001:db8::1]:47011". Twice the same is no element. */
static struct str parameter(struct str element, const char *name)
{
	struct str found = { 0 };

	while (element.n) {
		struct str pair = take_last(&element, ';');
		size_t eq = str_chr(pair, '=', 0);

		if (eq == SIZE_MAX || !same_word(str_sub(pair, 0, eq), name))
			continue;
		if (found.n)
			return (struct str){ 0 };
		found = unquoted(str_sub(pair, eq + 1, pair.n));
	}
	return found;
}

/* Only the end: it may begin within an element, which then is the last that could be read. */
static struct str the_end(struct str s)
{
	return s.n > FORWARDED_MOST ? str_sub(s, s.n - FORWARDED_MOST, s.n) : s;
}

struct visitor peer_behind(const struct proxies *p, struct peer peer, const struct forwarded *told)
{
	struct visitor v = { .peer = peer };
	struct str list = told->x_for.n ? told->x_for : told->forwarded, hops = told->x_proto;

	list = the_end(list);
	if (proxies_have(p, &peer) && (hops.n || told->x_for.n))
		v.https = same_word(take_last(&hops, ','), "https");
	while (proxies_have(p, &v.peer) && list.n) {
		struct str last = take_last(&list, ',');

		if (!told->x_for.n && !told->x_proto.n)
			v.https = same_word(parameter(last, "proto"), "https");
		if (!peer_parse(told->x_for.n ? last : parameter(last, "for"), &v.peer))
			break;
	}
	return v;
}
