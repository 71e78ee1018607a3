/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "web/http.h"

static struct arena *a;
static struct req r;

static void before(void)
{
	a = arena_new();
	r = (struct req){ .a = a };
}

static void after(void)
{
	a = arena_free(a);
}

TestSuite(route, .init = before, .fini = after);
TestSuite(req, .init = before, .fini = after);

static const struct route table[] = {
	{ METHOD_GET, "/" },
	{ METHOD_GET, "/m/{code}" },
	{ METHOD_GET, "/m/{code}/do/{action}" },
	{ METHOD_POST, "/m/{code}/do/{action}" },
	{ METHOD_GET, "/m/new" },
	{ METHOD_POST, "/in" },
};

/* The path of the route found, or of none the set of methods allowed. */
static const char *match(enum method m, struct str path)
{
	unsigned allowed = 99;
	const struct route *found = route_match(table, ARRAY_LEN(table), m, path, a, &r.param, &allowed);

	return found ? found->path : str_fmt(a, "%u", allowed).p;
}

Test(route, segments_are_bound_by_name_and_decoded)
{
	cr_expect_str_eq(match(METHOD_GET, STR("/m/a%2Fb/do/%E7%AB%8B")), "/m/{code}/do/{action}");
	cr_expect(str_is(req_param(&r, "code"), "a/b"), "an escaped slash parts nothing");
	cr_expect(str_is(req_param(&r, "action"), "立"));
	cr_expect_eq(req_param(&r, "other").n, 0u);
	cr_expect_str_eq(match(METHOD_GET, STR("/m/a+b")), "/m/{code}");
	cr_expect(str_is(req_param(&r, "code"), "a+b"), "a plus is a plus in a path");
}

Test(route, the_first_that_fits_is_taken)
{
	cr_expect_str_eq(match(METHOD_GET, STR("/m/new")), "/m/{code}");
}

Test(route, the_method_parts_two_routes_of_one_path)
{
	unsigned allowed;

	cr_expect_eq(route_match(table, ARRAY_LEN(table), METHOD_POST, STR("/m/x/do/y"), a, &r.param, &allowed), &table[3]);
	cr_expect(str_is(req_param(&r, "action"), "y"));
}

Test(route, a_wrong_method_tells_the_right_ones)
{
	cr_expect_str_eq(match(METHOD_GET, STR("/in")), "2");
	cr_expect_str_eq(match(METHOD_POST, STR("/")), "1");
	cr_expect_str_eq(match(METHOD_OTHER, STR("/m/x/do/y")), "3");
}

Test(route, what_fits_nothing_is_not_found)
{
	static const char *const none[] = { "", "m/x", "/m", "/m/", "/m/x/", "/m/x/do/", "/m//do/y", "/m/x/do/y/z", "//", "/M/x",
					    "/in/", "/in?x", "/m/%", "/m/%4", "/m/%FF", "/m/%00", "/{code}" };

	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		cr_expect_str_eq(match(METHOD_GET, str_of(none[i])), "0", "%s", none[i]);
	cr_expect_str_eq(match(METHOD_GET, STR("/")), "/");
}

Test(req, cookies_are_found_by_their_whole_name)
{
	r.cookie = STR("xmf=1; mf=two;mfx=3; empty=; mf=4; bare");
	cr_expect(str_is(req_cookie(&r, "mf"), "two"));
	cr_expect(str_is(req_cookie(&r, "mfx"), "3"));
	cr_expect_eq(req_cookie(&r, "empty").n + req_cookie(&r, "bare").n + req_cookie(&r, "m").n, 0u);
	r.cookie = (struct str){ 0 };
	cr_expect_eq(req_cookie(&r, "mf").n, 0u);
}

static struct str header(const char *name)
{
	for (size_t i = 0; i < r.n_header; i++)
		if (strcmp(r.header[i].name, name) == 0)
			return r.header[i].value;
	return (struct str){ 0 };
}

Test(req, replies_have_status_and_type)
{
	cr_expect(reply_html(&r, 422, STR("<p>")));
	cr_expect(r.status == 422 && str_is(r.content_type_out, "text/html; charset=utf-8") && str_is(r.out, "<p>"));
	cr_expect(reply_json(&r, 200, STR("{}")));
	cr_expect(str_is(r.content_type_out, "application/json; charset=utf-8"));
	cr_expect(reply_not_modified(&r));
	cr_expect(r.status == 304 && r.out.n == 0);
	cr_expect(reply_see_other(&r, STR("/m/x")));
	cr_expect(r.status == 303 && str_is(header("Location"), "/m/x"));
	cr_expect(reply_static(&r, "text/css", "abc", 3));
	cr_expect(r.status == 200 && r.out_static_n == 3 && r.out.n == 0);
}

Test(req, the_name_of_a_file_cannot_leave_its_header)
{
	cr_expect(reply_file(&r, "application/pdf", STR("%PDF"), STR("决定书\"\r\nX: 1;.pdf"), true));
	cr_expect(str_is(header("Content-Disposition"),
			 "attachment; filename*=UTF-8''%E5%86%B3%E5%AE%9A%E4%B9%A6%22%0D%0AX%3A%201%3B.pdf"));
}

Test(req, a_long_name_of_a_file_is_cut_between_characters)
{
	struct buf b;

	buf_init(&b, a, 10000);
	for (int i = 0; i < 300; i++)
		buf_adds(&b, "\xf0\x9f\x98\x80");
	cr_expect(reply_file(&r, "application/pdf", STR("%PDF"), buf_str(&b), false));
	cr_expect(str_starts(header("Content-Disposition"), STR("inline; filename*=UTF-8''%F0%9F%98%80")));
	cr_expect_eq(header("Content-Disposition").n, STR("inline; filename*=UTF-8''").n + 120 * 12);
}

Test(req, cookies_are_for_this_site_and_not_for_scripts)
{
	reply_cookie(&r, "mf", STR("0123"), -1);
	cr_expect(str_is(header("Set-Cookie"), "mf=0123; Path=/; HttpOnly; SameSite=Lax"));
	r.n_header = 0;
	reply_cookie(&r, "mf", STR(""), 0);
	cr_expect(str_is(header("Set-Cookie"), "mf=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"));
}
