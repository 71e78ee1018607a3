/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>

#include "base/arena.h"
#include "blob/s3.h"

/* The examples of the AWS documentation (Signature Version 4, header-based authentication). */
Test(s3, signs_as_aws_does)
{
	static const struct s3_key key = { "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1" };
	static const struct {
		const char *query, *signature;
	} list[] = { { "lifecycle=", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543" },
		     { "max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7" } };
	struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		const struct s3_request q = { .method = "GET", .host = STR("examplebucket.s3.amazonaws.com"), .path = STR("/"),
					      .query = str_of(list[i].query), .time = "20130524T000000Z",
					      .payload = STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") };
		struct str s = s3_authorization(a, &key, &q);

		cr_expect(str_starts(s, STR("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
					    "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=")));
		cr_expect(str_ends(s, str_of(list[i].signature)), "%.*s", STR_FMT(s));
	}
	(void)arena_free(a);
}

Test(s3, addresses)
{
	static const struct s3_key key = { "id", "secret", NULL }, none = { "id", "", NULL };
	static const char *const good[] = { "s3:https://store.example/bucket", "s3:https://store.example:9000/bucket/mingfa/", "s3:http://127.0.0.1:9000/b",
					    "s3:http://localhost:9000/b" };
	static const char *const bad[] = { "https://store.example/bucket", "s3:https://store.example", "s3:https://store.example/", "s3:https:///bucket",
					   "s3:http://store.example/bucket", "s3:https://store.example/b?x=1", "s3:https://store.example/b/../c",
					   "s3:https://store.example/b//c", "s3:ftp://store.example/b", "" };
	struct s3 *s;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		err_clear(&err);
		cr_assert(s3_open(good[i], &key, &s, &err), "%s: %s", good[i], err.msg);
		s3_close(s);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err_clear(&err);
		cr_expect(!s3_open(bad[i], &key, &s, &err) && err.code == ERR_USAGE, "%s", bad[i]);
	}
	err_clear(&err);
	cr_expect(!s3_open(good[0], &none, &s, &err) && err.code == ERR_USAGE, "without a key");
}
