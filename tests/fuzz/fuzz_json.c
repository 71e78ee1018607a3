/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_json.c - any bytes as JSON: what is accepted is a whole tree of valid text, and written again it is read as the
 * same tree. Reading some members only never reads beyond, and finds in a whole text what the whole tree has. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The number of nodes of j, all of them well formed. */
static uint32_t check(const struct json *j, int depth)
{
	const struct json *m;
	uint32_t nodes = 1, n = 0;

	assert(depth <= 32 && str_utf8(j->key) && str_utf8(j->text));
	if (j->type == JSON_ARRAY || j->type == JSON_OBJECT) {
		json_each(m, j) {
			nodes += check(m, depth + 1);
			n++;
		}
	}
	assert(n == j->n && nodes == j->span);
	return nodes;
}

static void put(struct json_out *o, const struct json *j, bool keyed)
{
	const bool object = j->type == JSON_OBJECT;
	const struct json *m;

	if (keyed)
		json_key(o, j->key);
	switch (j->type) {
	case JSON_NULL:
		json_out_null(o, NULL);
		break;
	case JSON_BOOL:
		json_out_bool(o, NULL, j->yes);
		break;
	case JSON_NUMBER:
		json_out_raw(o, NULL, j->text);
		break;
	case JSON_STRING:
		json_out_str(o, NULL, j->text);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		json_open(o, NULL, object ? '{' : '[');
		json_each(m, j)
			put(o, m, object);
		json_close(o, object ? '}' : ']');
		break;
	}
}

static bool same(const struct json *x, const struct json *y)
{
	return !x ? !y : y && x->type == y->type && x->span == y->span && str_eq(x->text, y->text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str s = { (const char *)data, size };
	struct arena *a = arena_new();
	static const char *const wanted[] = { "a", "to" };
	const struct json *j = NULL, *again = NULL, *part = NULL;
	struct err err = { 0 };
	struct buf b;
	struct json_out o = { .b = &b };

	const bool some = json_read_members(a, s, wanted, ARRAY_LEN(wanted), &part, &err);

	if (some)
		(void)check(part, 0);
	if (!json_read(a, s, &j, &err)) {
		assert(err.code == ERR_BAD_INPUT && !j && str_utf8(str_of(err.msg)));
		arena_free(a);
		return 0;
	}
	(void)check(j, 0);
	assert(some == (j->type == JSON_OBJECT));
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		assert(same(json_get(j, wanted[i]), json_get(part, wanted[i])));
	buf_init(&b, a, 6 * size + 100);
	put(&o, j, false);
	assert(buf_ok(&b) && json_read(a, buf_str(&b), &again, &err));
	assert(j->span == again->span);
	for (uint32_t i = 0; i < j->span; i++) {
		assert(j[i].type == again[i].type && j[i].n == again[i].n && j[i].span == again[i].span && j[i].yes == again[i].yes);
		assert(str_eq(j[i].key, again[i].key) && str_eq(j[i].text, again[i].text));
	}
	arena_free(a);
	return 0;
}
