/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the search thread writes: texts and rights per side. */
#include <stdio.h>

#include "app/index.h"
#include "side.h"

static const char *found(struct side *s, enum search_side side, const char *typed, const char *principal)
{
	struct str token = index_principal_token(s->f->a, str_of(principal));
	const struct search_query q = { .side = side, .typed = str_of(typed), .any = &token, .n_any = principal[0] != 0,
					.limit = 50 };
	const struct search_hit *hit;
	struct err err = { 0 };
	struct search *x;
	struct buf b;
	size_t n;
	bool more;

	OK(search_open(s->app->search_db, DB_READ, &x, &err));
	OK(search_find(x, s->f->a, &q, &hit, &n, &more, &err));
	buf_init(&b, s->f->a, 10000);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, i ? " %lld" : "%lld", (long long)hit[i].subject);
	search_close(x);
	return str_cstr(s->f->a, buf_str(&b));
}

static const char *id_of(struct side *s, const char *code)
{
	struct err err = { 0 };
	int64_t id;

	OK(matter_by_code(s->db, s->f->a, str_of(code), &id, &err));
	return str_cstr(s->f->a, str_fmt(s->f->a, "%lld", (long long)id));
}

#define DECISION "{'title': '储存不符合规定案', 'source': 'case_decision', " \
	"'party': {'sort': 'unit', 'name': '示例饭店有限公司', 'code': '91140821MA0000000X'}, " \
	"'legal_view': '青山绿水', 'conclusion': '罚款5000元', 'decided_on': '2025-06-12'}"

BOTH(fields_with_a_sight_of_their_own)
{
	struct side s;
	const char *id, *own, *other;

	side_open(&s, f);
	own = str_cstr(f->a, str_fmt(f->a, "organ:%lld", (long long)s.yingji));
	other = str_cstr(f->a, str_fmt(f->a, "organ:%lld", (long long)s.justice));
	id = id_of(&s, side_given(&s, s.yingji, "disclosure", "collecting", DECISION));
	side_index(&s);
	cr_expect_str_eq(found(&s, SEARCH_WORKING, "饭店", own), id);
	cr_expect_str_eq(found(&s, SEARCH_WORKING, "饭店", other), "", "not for another organ");
	cr_expect_str_eq(found(&s, SEARCH_WORKING, "饭店", "public"), "");
	cr_expect_str_eq(found(&s, SEARCH_PUBLIC, "饭店", ""), "", "it is not public");
	/* legal_view is for the organ alone, and the index is for all readers. */
	cr_expect_str_eq(found(&s, SEARCH_WORKING, "青山", own), "");
	cr_expect_str_eq(found(&s, SEARCH_WORKING, "91140821MA0000000X", own), id, "found by its code");
	side_close(&s);
}

/* Nobody writes himself a right into a text. */
BOTH(forged_tokens)
{
	struct side s;
	const char *id, *other;
	char form[400];

	side_open(&s, f);
	other = str_cstr(f->a, str_fmt(f->a, "organ:%lld", (long long)s.justice));
	(void)snprintf(form, sizeof(form), "{'title': '甲乙案 p_organ_%lld p_public side_public', 'source': 'case_decision', "
		       "'party': {'sort': 'unit', 'name': '某公司'}}", (long long)s.justice);
	id = id_of(&s, side_given(&s, s.yingji, "disclosure", "collecting", form));
	side_index(&s);
	cr_expect_str_eq(found(&s, SEARCH_WORKING, "甲乙", ""), id);
	cr_expect_str_eq(found(&s, SEARCH_WORKING, "甲乙", other), "");
	cr_expect_str_eq(found(&s, SEARCH_WORKING, "甲乙", "public"), "");
	cr_expect_str_eq(found(&s, SEARCH_PUBLIC, "甲乙", ""), "");
	side_close(&s);
}

BOTH(rebuilt_it_is_the_same)
{
	struct side s;
	struct err err = { 0 };
	struct search *x;
	const char *before;
	int64_t last, again;

	side_open(&s, f);
	for (int i = 0; i < 450; i++) /* more than two rounds */
		(void)side_given(&s, s.yingji, "disclosure", i % 3 ? "published" : "collecting", DECISION);
	side_index(&s);
	before = found(&s, SEARCH_PUBLIC, "饭店", "");
	cr_expect_neq(before[0], 0);
	OK(search_open(s.app->search_db, DB_WRITE, &x, &err));
	OK(search_last_event(x, &last, &err));
	OK(search_clear(x, &err));
	side_index(&s);
	OK(search_last_event(x, &again, &err));
	cr_expect_eq(last, again);
	cr_expect_str_eq(found(&s, SEARCH_PUBLIC, "饭店", ""), before);
	/* An index of another database, which knows events that this one has not. */
	OK(search_write(x, NULL, 0, last + 1000, &err));
	side_index(&s);
	OK(search_last_event(x, &again, &err));
	cr_expect_eq(last, again);
	search_close(x);
	side_close(&s);
}
