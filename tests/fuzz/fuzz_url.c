/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_url.c - any bytes as the path of an address and as one component of it: a route binds as many whole segments as
 * it names, each of them valid text, and a component that was escaped comes back. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "web/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct route table[] = {
	{ METHOD_GET, "/" },
	{ METHOD_GET, "/m/{code}" },
	{ METHOD_POST, "/m/{code}" },
	{ METHOD_GET, "/m/{code}/do/{action}" },
	{ METHOD_GET, "/static/{digest}/{name}" },
	{ METHOD_GET, "/a/{b}/{c}/{d}/{e}/{f}/{g}" },
	{ METHOD_GET, "/a/{b}/{c}/{d}/{e}/{f}/{g}/{h}" }, /* one more than there is room for: never fits */
};

static size_t count(struct str s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

static void check_route(struct arena *a, enum method m, struct str path)
{
	struct form_data param = { 0 };
	unsigned allowed = 0;
	const struct route *r = route_match(table, ARRAY_LEN(table), m, path, a, &param, &allowed);
	struct buf b;
	struct str rest = path, segment;
	size_t n = 0;

	if (!r) {
		assert(!(allowed & 1u << m));
		return;
	}
	assert(r->method == m && r != &table[ARRAY_LEN(table) - 1]);
	assert(count(path, '/') == count(str_of(r->path), '/') && param.n == count(str_of(r->path), '{'));
	for (size_t i = 0; i < param.n; i++)
		assert(param.v[i].value.n && str_utf8(param.v[i].value) && param.v[i].value.n <= path.n);
	/* Escaped anew, each parameter is one segment and fits in its place. */
	buf_init(&b, a, 3 * path.n + 100);
	for (struct str want, pattern = str_of(r->path); str_cut(&pattern, '/', &want) && str_cut(&rest, '/', &segment);) {
		if (b.n || segment.p != path.p)
			buf_addc(&b, '/');
		if (want.n && want.p[0] == '{')
			form_escape(&b, param.v[n++].value);
		else
			buf_add(&b, segment);
	}
	assert(buf_ok(&b));
	{
		struct form_data again = { 0 };

		assert(route_match(table, ARRAY_LEN(table), m, buf_str(&b), a, &again, &allowed) == r);
		for (size_t i = 0; i < param.n; i++)
			assert(str_eq(param.v[i].value, again.v[i].value) && str_eq(param.v[i].name, again.v[i].name));
	}
}

static void check_component(struct arena *a, struct str s, bool plus)
{
	struct str text, back;
	struct buf b;

	if (!form_unescape(a, s, plus, &text))
		return;
	assert(str_utf8(text) && text.n <= s.n);
	buf_init(&b, a, 3 * s.n + 1);
	form_escape(&b, text);
	assert(buf_ok(&b) && count(buf_str(&b), '/') == 0 && count(buf_str(&b), '+') == 0);
	assert(form_unescape(a, buf_str(&b), plus, &back) && str_eq(text, back));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str s = { (const char *)data, size };
	struct arena *a = arena_new();

	for (enum method m = METHOD_GET; m <= METHOD_OTHER; m++)
		check_route(a, m, s);
	check_component(a, s, false);
	check_component(a, s, true);
	arena_free(a);
	return 0;
}
