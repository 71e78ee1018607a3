/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What goes one way to the public side: the fields that are named and no other, under the digest of a code that stands on the
 * paper alone. Proves: LY4.09-4.1.3 */
#include "county.h"

#include "base/json.h"

static const struct stmt st_visit = { "test_push_visit", "SELECT code, state, body FROM visit WHERE matter = $1" };
static const struct stmt st_n = { "test_push_n", "SELECT count(*) FROM visit WHERE matter = $1" };
static const struct stmt st_paper = { "test_push_paper", "SELECT content FROM document WHERE matter = $1" };
static const struct stmt st_code = { "test_push_code", "SELECT count(*) FROM matter WHERE id = $1 AND fields LIKE '%/visit/%'" };

struct pushed {
	struct str code, state;
	const struct json *body;
};

static struct pushed pushed_of(struct county *c, int64_t m)
{
	const struct db_in in[] = { db_i64(m) };
	struct pushed p;
	struct str body;
	const struct db_out out[] = { db_to_str(&p.code), db_to_str(&p.state), db_to_str(&body) };
	struct err err = { 0 };

	OK(db_one(c->db, c->a, &st_visit, DB_IN(in), DB_OUT(out), &err));
	OK(json_read(c->a, body, &p.body, &err));
	return p;
}

/* The code on the paper: the last part of the address in its one block. */
static struct str code_on_paper(struct county *c, int64_t m)
{
	const struct db_in in[] = { db_i64(m) };
	struct str content;
	const struct db_out out[] = { db_to_str(&content) };
	struct err err = { 0 };
	size_t at;

	OK(db_one(c->db, c->a, &st_paper, DB_IN(in), DB_OUT(out), &err));
	cr_assert(str_find(content, STR("\"t\":\"qr\""), 0) != SIZE_MAX, "%.*s", STR_FMT(content));
	at = str_find(content, STR("/visit/"), 0);
	cr_assert_neq(at, SIZE_MAX, "%.*s", STR_FMT(content));
	return str_sub(content, at + 7, at + 7 + 26);
}

BOTH(a_visit_is_pushed_under_a_code_that_stands_on_its_paper_alone)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct pushed p;
	struct str code, small;
	int64_t m;

	cr_assert(opens(&c, c.wang, "call", "{'why': '<看看>', 'secret': '不可说'}"), "%s", why(&c));
	m = c.r.matter;
	cr_assert_eq(count_rows(&c, &st_n, m), 0, "nothing before the notice");
	cr_assert(acts(&c, c.wang, m, "announce", "{}"), "%s", why(&c));
	p = pushed_of(&c, m);
	code = code_on_paper(&c, m);
	cr_assert(str_eq(p.code, visit_code_digest(c.a, code)), "%.*s", STR_FMT(code));
	small = str_lower(c.a, code);
	cr_assert(str_eq(p.code, visit_code_digest(c.a, small)), "typed in small letters");
	cr_assert_eq(count_rows(&c, &st_code, m), 0, "the code stands in the matter");
	cr_assert(str_is(p.state, "coming") && str_is(json_str(p.body, "why"), "<看看>") && !json_get(p.body, "secret"));

	cr_assert(acts(&c, c.wang, m, "change", "{'why': '再看看'}"), "%s", why(&c));
	cr_assert(str_is(json_str(pushed_of(&c, m).body, "why"), "再看看"), "each act is told");
	cr_assert(str_eq(pushed_of(&c, m).code, p.code), "under the same code");
	cr_assert(acts(&c, c.wang, m, "file", "{}"), "%s", why(&c));
	cr_assert_eq(count_rows(&c, &st_n, m), 0, "gone when it is over");
	county_free(&c);
}

BOTH(what_is_no_code_has_no_digest)
{
	static const char *const none[] = { "", "A", "AAAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAA0",
					    "AAAAAAAAAAAAAAAAAAAAAAAAA'", "AAAAAAAAAAAAAAAAAAAAAAAA\xe4\xb8" };
	struct county c = county_new(f, "2026-03-02 09:00");

	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		cr_assert_eq(visit_code_digest(c.a, str_of(none[i])).n, 0, "%s", none[i]);
	cr_assert_eq(visit_code_digest(c.a, STR("AAAAAAAAAAAAAAAAAAAAAAAAAA")).n, 64);
	county_free(&c);
}
