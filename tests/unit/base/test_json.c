/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/json.h"

static struct arena *a;

static void before(void)
{
	a = arena_new();
}

static void after(void)
{
	a = arena_free(a);
}

TestSuite(json, .init = before, .fini = after);

static const struct json *reads(struct str text)
{
	const struct json *j = NULL;
	struct err err = { 0 };

	cr_assert(json_read(a, text, &j, &err), "%.*s: %s (%s)", STR_FMT(text), err.msg, err.detail);
	return j;
}

static bool refuses(struct str text)
{
	const struct json *j = NULL;
	struct err err = { 0 };
	bool ok = json_read(a, text, &j, &err);

	cr_expect(ok || (err.code == ERR_BAD_INPUT && !j && strstr(err.detail, "json at byte")), "%.*s", STR_FMT(text));
	return !ok;
}

Test(json, the_flat_nodes_tell_what_the_text_says)
{
	const struct json *j = reads(STR(" {\"a\": [1, {\"b\": []}, \"x\"] , \"c\":true,\"d\":null, \"e\":{}, \"f\":false} ")), *m;

	cr_assert_eq(j->type, JSON_OBJECT);
	cr_assert_eq(j->n, 5u);
	cr_assert_eq(j->span, 10u);
	m = json_get(j, "a");
	cr_assert(m && m->type == JSON_ARRAY && m->n == 3 && m->span == 5);
	m = json_first(m);
	cr_assert(m->type == JSON_NUMBER && str_is(m->text, "1") && m->key.n == 0);
	m = json_next(json_get(j, "a"), m);
	cr_assert(m->type == JSON_OBJECT && json_get(m, "b")->type == JSON_ARRAY && !json_first(json_get(m, "b")));
	m = json_next(json_get(j, "a"), m);
	cr_assert(m->type == JSON_STRING && str_is(m->text, "x"));
	cr_assert_null(json_next(json_get(j, "a"), m));
	cr_assert(json_get(j, "c")->yes && !json_get(j, "f")->yes);
	cr_assert_eq(json_get(j, "d")->type, JSON_NULL);
	cr_assert_null(json_get(j, "g"));
	cr_assert_null(json_get(json_get(j, "a"), "a"));
	cr_assert_null(json_get(NULL, "a"));
	cr_assert_null(json_first(NULL));
}

Test(json, each_visits_the_members_and_not_their_insides)
{
	const struct json *j = reads(STR("{\"a\":{\"x\":[1,2,3]},\"b\":[[],[[]]],\"c\":0}")), *m;
	struct buf b;

	buf_init(&b, a, 100);
	json_each(m, j)
		buf_add(&b, m->key);
	cr_assert_str_eq(b.p, "abc");
}

Test(json, of_doubled_keys_the_first_counts)
{
	cr_assert_eq(json_i64(reads(STR("{\"a\":1,\"a\":2}")), "a", 0), 1);
}

Test(json, members_are_read_by_type)
{
	const struct json *j = reads(STR("{\"n\":-7,\"s\":\"甲\",\"big\":9223372036854775808,\"half\":0.5,\"t\":true}"));

	cr_assert_eq(json_i64(j, "n", 3), -7);
	cr_assert_eq(json_i64(j, "big", 3), 3);
	cr_assert_eq(json_i64(j, "half", 3), 3);
	cr_assert_eq(json_i64(j, "s", 3), 3);
	cr_assert_eq(json_i64(j, "none", 3), 3);
	cr_assert(str_is(json_str(j, "s"), "甲"));
	cr_assert_eq(json_str(j, "n").n + json_str(j, "none").n + json_str(NULL, "s").n, 0u);
}

static const struct json *members(struct str text, const char *x, const char *y)
{
	const char *const key[] = { x, y };
	const struct json *j = NULL;
	struct err err = { 0 };

	return json_read_members(a, text, key, 2, &j, &err) ? j : NULL;
}

Test(json, only_the_members_asked_for_are_read)
{
	const struct str text = STR(" {\"a\" : [1,{\"b\":\"}]\\\"\"}], \"b\":\"乙\",\"c\":{\"b\":2},\"d\":null , \"e\":{\"x\":[7]} } ");
	const struct json *j = members(text, "b", "e");

	cr_assert(j && j->type == JSON_OBJECT && j->n == 2);
	cr_expect(j->span == 5);
	cr_expect(str_is(json_str(j, "b"), "乙"));
	cr_expect(str_is(json_first(json_get(json_get(j, "e"), "x"))->text, "7"));
	cr_expect(!json_get(j, "a") && !json_get(j, "c") && !json_get(j, "d"));
	cr_expect(members(STR("{}"), "b", "e")->n == 0);
	cr_expect(members(text, "z", "y")->n == 0);
	cr_expect(str_is(json_str(members(STR("{\"a\":1,\"b\":\"x\"}"), "b", "e"), "b"), "x"));
}

Test(json, members_of_a_text_that_breaks_off_are_refused)
{
	const char *const broken[] = { "", "[]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":\"x", "{\"a\":\"x\\", "{\"a\":[1,}",
				       "{\"a\":1}}", "{\"a\":1,", "{\"b\":}", "{\"b\":[1}", "{a:1}", "{\"a\":1} x" };

	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		cr_expect(!members(str_of(broken[i]), "b", "e"), "%s", broken[i]);
}

Test(json, numbers_keep_their_text)
{
	static const char *const good[] = { "0", "-0", "10", "0.10", "-12.000000000000000000001", "123456789012345678901234567890" };
	static const char *const bad[] = { "-", "01", "-01", "1.", ".5", "+1", "1e5", "1E5", "0x1", "1.2.3", "--1", "NaN", "１" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		cr_expect(str_is(reads(str_of(good[i]))->text, good[i]), "%s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		cr_expect(refuses(str_of(bad[i])), "%s", bad[i]);
}

Test(json, what_is_no_json_is_refused)
{
	static const char *const bad[] = { "", " ", "{", "[", "{}x", "[1,]", "[,1]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "{\"a\":}",
					   "[1 2]", "[1}", "{\"a\":1]", "\"a", "'a'", "tru", "nul", "fals", "truex", "{1:2}", "[1]]",
					   "//x\n1", "\"a\nb\"", "\"a\tb\"", "\"\\x\"", "\"\\", "\"\\u12\"", "\"\\u12g4\"",
					   "\"\xff\"", "\"\xed\xa0\x80\"", "\"\\n\xff\"" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		cr_expect(refuses(str_of(bad[i])), "%s", bad[i]);
	cr_expect(refuses((struct str){ "1\0", 2 }));
	cr_expect(refuses((struct str){ "\"a\0b\"", 5 }));
	cr_expect(refuses((struct str){ 0 }));
}

Test(json, escapes_are_decoded)
{
	cr_assert(str_is(reads(STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""))->text, "\"\\/\b\f\n\r\t"));
	cr_assert(str_is(reads(STR("\"a\\u7532b\\u00e9\\u00E9\""))->text, "a甲béé"));
	cr_assert(str_is(reads(STR("\"\\ud83d\\ude00\\uD83D\\uDE00\""))->text, "\xf0\x9f\x98\x80\xf0\x9f\x98\x80"));
	cr_assert(str_is(reads(STR("\"\\ud800\\udc00\\udbff\\udfff\""))->text, "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
	cr_assert(str_is(reads(STR("{\"\\u7532\":1}"))[1].key, "甲"));
}

Test(json, lone_surrogates_and_nul_are_refused)
{
	static const char *const bad[] = { "\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83dx\"", "\"\\ud83d\\n\"", "\"\\ud83d\\u0041\"",
					   "\"\\ud83d\\ud83d\"", "\"\\ud83d\\ude0\"", "\"\\u0000\"", "\"\\ud83d\\" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		cr_expect(refuses(str_of(bad[i])), "%s", bad[i]);
}

Test(json, texts_without_escapes_are_borrowed)
{
	const struct str in = STR("[\"plain\",\"esc\\n\"]");
	const struct json *j = reads(in);

	cr_assert_eq((const void *)j[1].text.p, (const void *)(in.p + 2));
	cr_assert(j[2].text.p < in.p || j[2].text.p >= in.p + in.n);
}

Test(json, depth_ends_at_32)
{
	char text[200];

	for (int depth = 31; depth <= 35; depth++) {
		memset(text, '[', (size_t)depth);
		memset(text + depth, ']', (size_t)depth);
		if (depth <= 33)
			(void)reads((struct str){ text, 2 * (size_t)depth });
		else
			cr_expect(refuses((struct str){ text, 2 * (size_t)depth }), "%d", depth);
	}
}

Test(json, a_million_nodes_and_no_more)
{
	const size_t n = 999999; /* and the list itself */
	char *text = arena_alloc(a, 2 * n + 10);

	for (size_t i = 0; i < n; i++)
		memcpy(text + 2 * i, ",0", 2);
	text[0] = '[';
	text[2 * n] = ']';
	cr_assert_eq(reads((struct str){ text, 2 * n + 1 })->n, n);
	memcpy(text + 2 * n, ",0]", 3);
	cr_assert(refuses((struct str){ text, 2 * n + 3 }));
}

Test(json, the_byte_of_an_error_is_told)
{
	const struct json *j;
	struct err err = { 0 };

	cr_assert_not(json_read(a, STR("[1, x]"), &j, &err));
	cr_assert(strstr(err.msg, "第4字节"), "%s", err.msg);
}

Test(json, written_text_reads_back_whatever_the_characters)
{
	char raw[400];
	size_t n = 0;
	struct buf b;

	for (int c = 1; c < 128; c++)
		raw[n++] = (char)c;
	memcpy(raw + n, "甲\xe2\x80\xa8\xf0\x9f\x98\x80", 10);
	n += 10;
	buf_init(&b, a, 4000);
	json_put(&b, (struct str){ raw, n });
	for (size_t i = 0; i < b.n; i++)
		cr_assert((unsigned char)b.p[i] >= 0x20, "a raw control character");
	cr_assert(str_eq(reads(buf_str(&b))->text, (struct str){ raw, n }));
	buf_clear(&b);
	json_put(&b, STR("a\"b\\c\nd\te"));
	cr_assert_str_eq(b.p, "\"a\\\"b\\\\c\\nd\\u0009e\"");
}

Test(json, the_writer_sets_the_commas)
{
	struct buf b;
	struct json_out o = { .b = &b };

	buf_init(&b, a, 1000);
	json_open(&o, NULL, '{');
	json_open(&o, "a", '[');
	json_close(&o, ']');
	json_open(&o, "b", '[');
	json_out_i64(&o, NULL, 1);
	json_out_str(&o, NULL, STR("x"));
	json_open(&o, NULL, '{');
	json_out_bool(&o, "y", true);
	json_out_bool(&o, "z", false);
	json_close(&o, '}');
	json_out_null(&o, NULL);
	json_close(&o, ']');
	json_out_raw(&o, "c", STR("[2,3]"));
	json_key(&o, STR("d\""));
	json_out_null(&o, NULL);
	json_key(&o, STR("e"));
	json_open(&o, NULL, '{');
	json_close(&o, '}');
	json_close(&o, '}');
	cr_assert_str_eq(b.p, "{\"a\":[],\"b\":[1,\"x\",{\"y\":true,\"z\":false},null],\"c\":[2,3],\"d\\\"\":null,\"e\":{}}");
	(void)reads(buf_str(&b));
}
