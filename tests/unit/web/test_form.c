/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "web/form.h"

static struct arena *a;

static void before(void)
{
	a = arena_new();
}

static void after(void)
{
	a = arena_free(a);
}

TestSuite(form, .init = before, .fini = after);

#define TYPE STR("multipart/form-data; boundary=XX")

/* The pairs as text: [name=value] or [name=value|filename|type] for a file; or the key of the error. */
static const char *shown(bool ok, const struct form_data *d, const struct err *err)
{
	struct buf b;

	if (!ok)
		return err_key(err->code);
	buf_init(&b, a, 100000);
	for (size_t i = 0; i < d->n; i++) {
		buf_addf(&b, "[%.*s=%.*s", STR_FMT(d->v[i].name), STR_FMT(d->v[i].value));
		if (d->v[i].file)
			buf_addf(&b, "|%.*s|%.*s", STR_FMT(d->v[i].filename), STR_FMT(d->v[i].type));
		buf_addc(&b, ']');
	}
	return b.p;
}

static const char *url(struct str text)
{
	struct form_data d = { 0 };
	struct err err = { 0 };
	bool ok = form_urlencoded(a, text, &d, &err);

	return shown(ok, &d, &err);
}

static const char *multi(struct str type, struct str body)
{
	struct form_data d = { 0 };
	struct err err = { 0 };
	bool ok = form_multipart(a, type, body, &d, &err);

	return shown(ok, &d, &err);
}

Test(form, pairs_are_decoded_in_order)
{
	cr_expect_str_eq(url(STR("a=1&b=%E7%94%B2+%2B%26%3d&a=2")), "[a=1][b=甲 +&=][a=2]");
	cr_expect_str_eq(url(STR("a=b=c")), "[a=b=c]");
	cr_expect_str_eq(url(STR("a&b=")), "[a=][b=]");
	cr_expect_str_eq(url(STR("&&a=1&")), "[a=1]");
	cr_expect_str_eq(url(STR("%E7%94%B2%5B0%5D=1")), "[甲[0]=1]");
	cr_expect_str_eq(url(STR("")), "");
	cr_expect_str_eq(url((struct str){ 0 }), "");
}

Test(form, broken_pairs_are_refused)
{
	static const char *const bad[] = { "a=%", "a=%4", "a=%4g", "a=%zz", "%=1", "a=%FF", "a=%ED%A0%80", "a=\xff", "=1", "a=%00", "\xff=1" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		cr_expect_str_eq(url(str_of(bad[i])), "bad-input", "%s", bad[i]);
}

Test(form, names_have_at_most_100_bytes)
{
	char text[110];

	memset(text, 'n', sizeof(text));
	cr_expect_str_neq(url((struct str){ text, 100 }), "bad-input");
	cr_expect_str_eq(url((struct str){ text, 101 }), "bad-input");
}

Test(form, two_thousand_pairs_and_no_more)
{
	struct form_data d = { 0 };
	struct err err = { 0 };
	struct buf b;

	buf_init(&b, a, 100000);
	for (int i = 0; i < 2000; i++)
		buf_addf(&b, "r%d=%d&", i, i);
	cr_assert(form_urlencoded(a, buf_str(&b), &d, &err), "%s", err.msg);
	cr_assert_eq(d.n, 2000u);
	cr_assert(str_is(form_value(&d, "r1999"), "1999") && str_is(form_value(&d, "r0"), "0"));
	buf_adds(&b, "x=1");
	cr_assert_str_eq(url(buf_str(&b)), "too-large");
}

Test(form, values_are_found_by_name)
{
	struct form_data d = { 0 };
	struct err err = { 0 };

	cr_assert(form_urlencoded(a, STR("a=1&a=2&empty="), &d, &err));
	cr_assert(str_is(form_value(&d, "a"), "1"), "the first of two");
	cr_assert(form_has(&d, "empty") && !form_has(&d, "none") && !form_has(&d, ""));
	cr_assert_eq(form_value(&d, "none").n + form_value(&d, "empty").n, 0u);
}

Test(form, a_plus_is_a_blank_in_queries_only)
{
	struct str s;

	cr_assert(form_unescape(a, STR("a+b%20c"), true, &s) && str_is(s, "a b c"));
	cr_assert(form_unescape(a, STR("a+b%20c"), false, &s) && str_is(s, "a+b c"));
	cr_assert_not(form_unescape(a, STR("%c3%28"), false, &s));
	cr_assert_not(form_unescape(a, STR("a%0"), false, &s));
	cr_assert_not(form_unescape(a, (struct str){ "a%41", 3 }, false, &s), "what lies behind the view is not looked at");
}

Test(form, every_text_is_escaped_and_comes_back)
{
	char raw[140];
	struct str back;
	size_t n = 0;
	struct buf b;

	for (int c = 1; c < 128; c++)
		raw[n++] = (char)c;
	memcpy(raw + n, "甲\xf0\x9f\x98\x80", 7);
	n += 7;
	buf_init(&b, a, 1000);
	form_escape(&b, (struct str){ raw, n });
	for (size_t i = 0; i < b.n; i++)
		cr_assert(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%", b.p[i]), "%c", b.p[i]);
	for (int plus = 0; plus < 2; plus++)
		cr_assert(form_unescape(a, buf_str(&b), plus, &back) && str_eq(back, (struct str){ raw, n }));
}

Test(form, multipart_gives_fields_and_files)
{
	const struct str body = STR("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n甲\r\n乙\r\n"
				    "--XX\r\ncontent-disposition: form-data; name=\"f\"; filename=\"照片 1.png\"\r\n"
				    "Content-Type: image/png\r\n\r\n\xff\x00\r\n-\xfe\r\n"
				    "--XX\r\nContent-Disposition: form-data; name=\"e\"\r\n\r\n\r\n--XX--\r\n");
	struct form_data d = { 0 };
	struct err err = { 0 };

	cr_assert(form_multipart(a, TYPE, body, &d, &err), "%s", err.msg);
	cr_assert_eq(d.n, 3u);
	cr_assert(str_is(d.v[0].name, "a") && str_is(d.v[0].value, "甲\r\n乙") && !d.v[0].file);
	cr_assert(d.v[1].file && str_is(d.v[1].filename, "照片 1.png") && str_is(d.v[1].type, "image/png"));
	cr_assert(str_eq(d.v[1].value, (struct str){ "\xff\x00\r\n-\xfe", 6 }), "any bytes, none lost");
	cr_assert(str_is(d.v[2].name, "e") && d.v[2].value.n == 0);
}

Test(form, a_file_that_was_not_chosen_is_an_empty_file)
{
	cr_expect_str_eq(multi(TYPE, STR("--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n"
					 "Content-Type: application/octet-stream\r\n\r\n\r\n--XX--\r\n")),
			 "[f=||application/octet-stream]");
}

Test(form, the_boundary_is_found_in_every_written_form)
{
	static const char *const good[] = { "multipart/form-data; boundary=XX", "multipart/form-data;boundary=XX",
					    "multipart/form-data; boundary=\"XX\"", "multipart/form-data; boundary=XX; charset=utf-8",
					    "multipart/form-data; x-boundary=YY; boundary=XX", "multipart/form-data; boundary=XX " };
	static const char *const bad[] = { "", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"XX",
					   "multipart/form-data; xboundary=XX", "multipart/form-data; boundary=YY" };
	const struct str body = STR("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--XX--\r\n");
	char longest[140] = "multipart/form-data; boundary=";

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		cr_expect_str_eq(multi(str_of(good[i]), body), "[a=1]", "%s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		cr_expect_str_eq(multi(str_of(bad[i]), body), "bad-input", "%s", bad[i]);
	for (size_t n = 70; n <= 71; n++) {
		const char *xs = memset(longest + strlen("multipart/form-data; boundary="), 'X', n);

		cr_expect_str_eq(multi(str_of(longest), str_fmt(a, "--%s\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1"
								   "\r\n--%s--", xs, xs)),
				 n == 70 ? "[a=1]" : "bad-input");
	}
}

Test(form, a_name_inside_a_filename_is_not_the_name)
{
	cr_expect_str_eq(multi(TYPE, STR("--XX\r\nContent-Disposition: form-data; filename=\"a.txt\"; name=\"f\"\r\n\r\nx\r\n--XX--")),
			 "[f=x|a.txt|]");
}

Test(form, a_body_broken_off_anywhere_is_refused)
{
	const struct str whole = STR("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
				     "--XX\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n2\r\n--XX--");

	cr_expect_str_eq(multi(TYPE, whole), "[a=1][b=2]");
	for (size_t n = 0; n < whole.n; n++)
		cr_expect_str_eq(multi(TYPE, str_sub(whole, 0, n)), "bad-input", "%zu bytes", n);
}

Test(form, parts_without_name_or_with_broken_text_are_refused)
{
	static const char *const bad[] = {
		"--XX\r\n\r\n1\r\n--XX--",
		"--XX\r\nContent-Type: text/plain\r\n\r\n1\r\n--XX--",
		"--XX\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1\r\n--XX--",
		"--XX\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n1\r\n--XX--",
		"--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--XX--",
		"--XX\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\xff\"\r\n\r\n1\r\n--XX--",
		"--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n1\r\n--XX--",
		"--XX??Content-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--XX--",
		"x--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--XX--",
	};
	struct err err = { .code = ERR_BUSY };
	struct form_data d;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		cr_expect_str_eq(multi(TYPE, str_of(bad[i])), "bad-input", "%zu", i);
	cr_expect_not(form_multipart(a, TYPE, str_of(bad[5]), &d, &err));
	cr_expect_eq(err.code, ERR_BAD_INPUT, "an older error is not taken for this one");
}
