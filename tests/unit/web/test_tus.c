/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "web/tus.h"

#define ONE "00112233445566778899aabbccddeeff"
#define TWO "ffeeddccbbaa99887766554433221100"

static struct arena *a;

static void before(void)
{
	a = arena_new();
}

static void after(void)
{
	a = arena_free(a);
}

TestSuite(tus, .init = before, .fini = after);

static bool sum_reads(const char *text, struct tus_sum *ret)
{
	struct err err = { 0 };
	bool ok = tus_sum(str_of(text), ret, &err);

	cr_expect(ok || err.code == ERR_BAD_INPUT, "%s", text);
	return ok;
}

Test(tus, checksums_name_a_known_algorithm_and_have_its_length)
{
	static const char *const wrong[] = { "", "sha1", "sha1 ", "md5 qUqP5cyxm6YcTAhz05Hphw==", "sha1 !!!!", "sha1  qUqP5cyxm6YcTAhz05Hph5gvu9M=",
		"sha256 qUqP5cyxm6YcTAhz05Hph5gvu9M=", "sha1 qUqP5cyxm6YcTAhz05Hph5gvu9M= ", "SHA1 qUqP5cyxm6YcTAhz05Hph5gvu9M=" };
	struct tus_sum s;

	cr_assert(sum_reads("sha1 qUqP5cyxm6YcTAhz05Hph5gvu9M=", &s));
	cr_expect_eq(s.n, 20u);
	cr_expect_str_eq(s.algorithm, "sha1");
	cr_expect_eq(s.digest[0], 0xa9);
	cr_assert(sum_reads("sm3 Zsfw9GLu7dnx8tRr3BDk4kFnxIdc8vein02gK4+LqOA=", &s));
	cr_expect_eq(s.n, 32u);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		cr_expect(!sum_reads(wrong[i], &s), "%s", wrong[i]);
}

static bool meta_reads(const char *text, struct form_data *ret)
{
	struct err err = { 0 };
	bool ok = tus_metadata(a, str_of(text), ret, &err);

	cr_expect(ok || err.code == ERR_BAD_INPUT, "%s", text);
	return ok;
}

Test(tus, metadata_are_keys_with_text)
{
	static const char *const wrong[] = { "a eA==,a eA==", "a eA", "a //8=", ",", "a eA==,,b eA==", " ", "a e A==" };
	struct form_data d;
	char *full = arena_alloc(a, TUS_META + 2), *many = arena_alloc(a, 200);

	cr_assert(meta_reads("filename 546w5Zy6,empty,kind cGVuYWx0eQ==", &d));
	cr_expect_eq(d.n, 3u);
	cr_expect(str_is(form_value(&d, "filename"), "现场"));
	cr_expect(form_has(&d, "empty") && !form_value(&d, "empty").n);
	cr_expect(meta_reads("", &d) && d.n == 0);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		cr_expect(!meta_reads(wrong[i], &d), "%s", wrong[i]);
	memset(full, 'k', TUS_META);
	cr_expect(meta_reads(full, &d), "as long as may be");
	full[TUS_META] = 'k';
	cr_expect(!meta_reads(full, &d), "one longer");
	for (int i = 0; i < 20; i++)
		(void)snprintf(many + strlen(many), 8, "%sk%d", i ? "," : "", i);
	cr_expect(meta_reads(many, &d) && d.n == 20);
	(void)snprintf(many + strlen(many), 8, ",one");
	cr_expect(!meta_reads(many, &d), "one too many");
}

static bool concat_reads(const char *text, enum tus_concat *ret, const struct str **ret_part, size_t *ret_n)
{
	struct err err = { 0 };
	bool ok = tus_concat(a, str_of(text), ret, ret_part, ret_n, &err);

	cr_expect(ok || err.code == ERR_BAD_INPUT, "%s", text);
	return ok;
}

Test(tus, parts_are_named_by_addresses)
{
	static const char *const wrong[] = { "final", "final;", "final; ", "final;/upload/x", "Partial", "partial;", "final;/upload/" ONE "0" };
	enum tus_concat sort;
	const struct str *part;
	size_t n;
	char *many = arena_alloc(a, 2000);

	cr_assert(concat_reads("", &sort, &part, &n) && sort == TUS_ALONE);
	cr_assert(concat_reads("partial", &sort, &part, &n) && sort == TUS_PARTIAL);
	cr_assert(concat_reads("final;/upload/" ONE "  https://x.example/upload/" TWO, &sort, &part, &n) && sort == TUS_FINAL);
	cr_assert_eq(n, 2u);
	cr_expect(str_is(part[0], ONE) && str_is(part[1], TWO));
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		cr_expect(!concat_reads(wrong[i], &sort, &part, &n), "%s", wrong[i]);
	(void)snprintf(many, 2000, "final;");
	for (int i = 0; i < TUS_PARTS; i++)
		(void)snprintf(many + strlen(many), 40, "%s ", ONE);
	cr_expect(concat_reads(many, &sort, &part, &n) && n == TUS_PARTS);
	(void)snprintf(many + strlen(many), 40, "%s", ONE);
	cr_expect(!concat_reads(many, &sort, &part, &n), "one too many");
}
