/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "lib/vectors.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/parse.h"

#define FILE_MAX ((size_t)1 << 20)

const struct json *vectors(struct arena *a, const char *name)
{
	const char *const folder[] = { "../shared/vectors", "tests/vectors" };
	char *text = arena_raw(a, FILE_MAX);
	const struct json *j;
	struct err err = { 0 };
	FILE *f = NULL;
	size_t n;

	for (size_t i = 0; i < 2 && !f; i++)
		f = fopen(str_cstr(a, str_fmt(a, "%s/%s", folder[i], name)), "rb");
	cr_assert(f, "%s is not there", name);
	n = fread(text, 1, FILE_MAX, f);
	fclose(f);
	cr_assert(n < FILE_MAX && json_read(a, (struct str){ text, n }, &j, &err), "%s: %s", name, err.detail);
	return j;
}

const struct json *vector(const struct json *j, const char *key)
{
	const struct json *x = json_get(j, key);

	cr_assert(x, "no member %s", key);
	return x;
}

struct str vector_str(const struct json *j, const char *key)
{
	const struct json *x = vector(j, key);

	cr_assert_eq(x->type, JSON_STRING, "%s is no text", key);
	return x->text;
}

int64_t vector_i64(const struct json *j, const char *key)
{
	int64_t n;

	cr_assert(parse_i64(vector(j, key)->text, 0, INT64_MAX, &n), "%s is no number", key);
	return n;
}

struct str vector_unhex(struct arena *a, struct str hex)
{
	unsigned char *p = arena_raw(a, hex.n / 2);

	cr_assert(parse_hex(hex, p, hex.n / 2), "no hexadecimal");
	return (struct str){ (const char *)p, hex.n / 2 };
}

struct str vector_hex(struct arena *a, const struct json *j, const char *key)
{
	return vector_unhex(a, vector_str(j, key));
}
