/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <string.h>

#include "base/buf.h"
#include "lib/fresh.h"
#include "search/search.h"

static const char *address_of(const struct fresh *f)
{
	return f->dialect == DB_POSTGRES ? f->address : str_cstr(f->a, str_fmt(f->a, "sqlite:%s/search.db", f->folder));
}

static struct search *open_index(const struct fresh *f)
{
	struct err err = { 0 };
	struct search *s;

	OK(search_open(address_of(f), DB_WRITE, &s, &err));
	return s;
}

static void put(struct search *s, int64_t matter, enum search_side side, int64_t day, const char *text, const char *tokens)
{
	const struct search_entry e = { matter, side, day, str_of(text), str_of(tokens) };
	struct err err = { 0 };

	OK(search_write(s, &e, 1, matter, &err));
}

/* The matters found, as text: "7 3 1", with + when there are more. */
static const char *found(struct fresh *f, struct search *s, const struct search_query *q)
{
	const struct search_hit *hit;
	struct err err = { 0 };
	struct buf b;
	size_t n;
	bool more;

	OK(search_find(s, f->a, q, &hit, &n, &more, &err));
	buf_init(&b, f->a, 4000);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, i ? " %lld" : "%lld", (long long)hit[i].subject);
	buf_adds(&b, more ? "+" : "");
	return str_cstr(f->a, buf_str(&b));
}

#define FINDS(want, ...) \
	do { \
		const struct search_query q_ = { __VA_ARGS__ }; \
		const char *got_ = found(f, s, &q_); \
		cr_expect_str_eq(got_, want, "found %s, wanted %s", got_, want); \
	} while (0)

BOTH(words_and_pairs)
{
	struct search *s = open_index(f);

	put(s, 1, SEARCH_WORKING, 100, "示例涂料有限公司未如实记录教育和培训情况", "p_organ_7");
	put(s, 2, SEARCH_WORKING, 100, "某加油站ABC-12未按规定储存", "p_organ_7");
	FINDS("1", .typed = STR("涂料"), .limit = 10);
	FINDS("2", .typed = STR("abc"), .limit = 10);
	FINDS("2 1", .typed = STR("未"), .limit = 10);
	FINDS("2", .typed = STR("加油站 储存"), .limit = 10);
	FINDS("", .typed = STR("加油站 涂料"), .limit = 10);
	FINDS("2 1", .limit = 10);
	FINDS("", .typed = STR("'\" OR *"), .limit = 10);
	search_close(s);
}

BOTH(phrase_is_rechecked)
{
	struct search *s = open_index(f);

	put(s, 1, SEARCH_WORKING, 100, "甲乙，乙丙", "");
	put(s, 2, SEARCH_WORKING, 100, "甲乙丙", "");
	FINDS("2", .typed = STR("甲乙丙"), .limit = 10);
	search_close(s);
}

/* The two sides stand apart, and rights are tokens: neither can be had by writing their names into a text. */
BOTH(rights)
{
	static const struct str organ7[] = { { "p_organ_7", 9 } }, two[] = { { "p_organ_7", 9 }, { "p_user_3", 8 } };
	static const struct str kind[] = { { "k_legal_review", 14 } };
	struct search *s = open_index(f);

	put(s, 1, SEARCH_WORKING, 100, "检查甲", "p_organ_7 k_penalty");
	put(s, 2, SEARCH_WORKING, 100, "检查乙", "p_organ_70 k_legal_review");
	put(s, 3, SEARCH_WORKING, 100, "检查丙 p_organ_7 side_public", "p_organ_8 k_legal");
	put(s, 4, SEARCH_WORKING, 100, "检查丁", "p_user_3  k_legal_review");
	FINDS("1", .typed = STR("检查"), .any = organ7, .n_any = 1, .limit = 10);
	FINDS("4 1", .typed = STR("检查"), .any = two, .n_any = 2, .limit = 10);
	FINDS("4 2", .all = kind, .n_all = 1, .limit = 10);
	FINDS("4", .all = kind, .n_all = 1, .any = two, .n_any = 2, .limit = 10);
	FINDS("", .side = SEARCH_PUBLIC, .typed = STR("检查"), .limit = 10);
	put(s, 1, SEARCH_PUBLIC, 100, "公开文本", "p_public");
	FINDS("1", .side = SEARCH_PUBLIC, .typed = STR("公开"), .limit = 10);
	FINDS("", .side = SEARCH_PUBLIC, .typed = STR("检查"), .limit = 10);
	FINDS("", .typed = STR("公开"), .limit = 10);
	search_close(s);
}

BOTH(written_again_and_removed)
{
	struct search *s = open_index(f);

	put(s, 1, SEARCH_PUBLIC, 100, "张三饭店", "p_public y_2025");
	put(s, 1, SEARCH_PUBLIC, 200, "张某饭店", "p_public y_2026");
	FINDS("", .side = SEARCH_PUBLIC, .typed = STR("张三"), .limit = 10);
	FINDS("1", .side = SEARCH_PUBLIC, .typed = STR("饭店"), .limit = 10);
	put(s, 1, SEARCH_PUBLIC, 200, "", "p_public");
	FINDS("", .side = SEARCH_PUBLIC, .typed = STR("饭店"), .limit = 10);
	FINDS("", .side = SEARCH_PUBLIC, .limit = 10);
	search_close(s);
}

BOTH(newest_day_first_by_pages)
{
	struct search *s = open_index(f);

	/* An old decision that was entered last does not come first. */
	put(s, 1, SEARCH_PUBLIC, 20500, "决定", "");
	put(s, 2, SEARCH_PUBLIC, 20600, "决定", "");
	put(s, 3, SEARCH_PUBLIC, 20500, "决定", "");
	put(s, 4, SEARCH_PUBLIC, 18000, "决定", "");
	put(s, 5, SEARCH_PUBLIC, -5, "决定", "");
	FINDS("2 3+", .side = SEARCH_PUBLIC, .typed = STR("决定"), .limit = 2);
	FINDS("1 4+", .side = SEARCH_PUBLIC, .typed = STR("决定"), .limit = 2, .before = 3);
	FINDS("5", .side = SEARCH_PUBLIC, .typed = STR("决定"), .limit = 2, .before = 4);
	FINDS("", .side = SEARCH_PUBLIC, .typed = STR("决定"), .limit = 2, .before = 5);
	FINDS("", .side = SEARCH_PUBLIC, .typed = STR("决定"), .limit = 2, .before = 99);
	search_close(s);
}

/* More candidates than one slice, most of which fail the recheck. */
BOTH(many_candidates)
{
	struct search *s = open_index(f);

	for (int i = 1; i <= 250; i++)
		put(s, i, SEARCH_WORKING, 100, i % 125 ? "甲乙，乙丙" : "甲乙丙", "");
	FINDS("250 125", .typed = STR("甲乙丙"), .limit = 10);
	search_close(s);
}

/* Rare words are found by themselves and rights and filters read from the entry; frequent ones by all at once: the same
 * question must have the same answer both ways. */
/* 号 beside words is asked for only when the words alone have too many candidates: the oldest is found all the same. */
BOTH(a_character_beside_words)
{
	struct search_entry e[2100];
	struct search *s = open_index(f);
	struct err err = { 0 };

	for (int64_t i = 0; i < 2100; i++)
		e[i] = (struct search_entry){ i + 1, SEARCH_PUBLIC, 100 + i, i ? str_fmt(f->a, "猗氏罚〔2026〕%lld号", (long long)i) : STR("2026年"), STR("p_public") };
	OK(search_write(s, e, 2100, 2100, &err));
	FINDS("2078", .side = SEARCH_PUBLIC, .typed = STR("猗氏罚〔2026〕2077号"), .limit = 10);
	FINDS("", .side = SEARCH_PUBLIC, .typed = STR("〔2026〕2077案"), .limit = 10);
	FINDS("1", .side = SEARCH_PUBLIC, .typed = STR("2026年"), .limit = 10);
	FINDS("2100 2099+", .side = SEARCH_PUBLIC, .typed = STR("号"), .limit = 2);
	FINDS("2100 2099+", .side = SEARCH_PUBLIC, .typed = STR("2026"), .limit = 2);
	search_close(s);
}

BOTH(rare_words_keep_to_rights_and_filters)
{
	const struct str kind = STR("k_penalty"), mine[] = { STR("p_organ_7"), STR("p_user_3") };
	struct search *s = open_index(f);

	put(s, 1, SEARCH_WORKING, 100, "仓储甲 罕见", "p_organ_7 k_penalty");
	put(s, 2, SEARCH_WORKING, 100, "仓储乙 罕见", "p_organ_8 k_penalty");
	put(s, 3, SEARCH_WORKING, 100, "仓储丙 罕见", "p_user_3 k_review");
	put(s, 4, SEARCH_PUBLIC, 100, "仓储丁 罕见", "p_organ_7 k_penalty");
	put(s, 5, SEARCH_WORKING, 100, "仓储戊 罕见 k_penalty p_organ_7", "p_organ_77 k_penalty_x");
	for (int round = 0; round < 2; round++) {
		FINDS("1", .typed = STR("罕见"), .all = &kind, .n_all = 1, .any = mine, .n_any = 2, .limit = 10);
		FINDS("3 1", .typed = STR("罕见"), .any = mine, .n_any = 2, .limit = 10);
		FINDS("4", .typed = STR("罕见"), .side = SEARCH_PUBLIC, .limit = 10);
		FINDS("5 3+", .typed = STR("罕见"), .limit = 2);
		FINDS("1", .typed = STR("罕见"), .any = mine, .n_any = 2, .before = 3, .limit = 2);
		for (int i = 0; i < 150; i++) /* now they are frequent */
			put(s, 1000 + i, SEARCH_WORKING, 50, "别处也不罕见", "p_organ_9 k_penalty_x");
	}
	search_close(s);
}

static int64_t parts(struct fresh *f)
{
	static const struct stmt st = { "test_parts", "SELECT count(DISTINCT segid) FROM ft_idx" };
	int64_t n = 0;
	const struct db_out out[] = { db_to_i64(&n) };
	struct err err = { 0 };
	struct db *db;

	OK(db_open(address_of(f), DB_READ, &db, &err));
	OK(db_one(db, f->a, &st, DB_NONE, DB_OUT(out), &err));
	db_close(db);
	return n;
}

BOTH(tidying_leaves_one_part_and_every_word)
{
	struct search *s = open_index(f);
	struct err err = { 0 };
	bool more = true;

	for (int i = 1; i <= 60; i++)
		put(s, i, SEARCH_WORKING, i, i % 20 ? "仓储企业" : "仓储企业 罕见", "p_organ_7");
	cr_expect(f->dialect == DB_POSTGRES || parts(f) > 1);
	for (bool begin = true; more; begin = false)
		OK(search_tidy(s, begin, &more, &err));
	cr_expect(f->dialect == DB_POSTGRES || parts(f) == 1);
	FINDS("60 40 20", .typed = STR("罕见"), .limit = 10);
	FINDS("60 59+", .typed = STR("仓储"), .limit = 2);
	put(s, 60, SEARCH_WORKING, 60, "", "");
	FINDS("40 20", .typed = STR("罕见"), .limit = 10);
	search_close(s);
}

BOTH(remembers_and_forgets)
{
	struct search *s = open_index(f);
	struct err err = { 0 };
	int64_t last;

	OK(search_last_event(s, &last, &err));
	cr_expect_eq(last, 0);
	put(s, 1, SEARCH_WORKING, 100, "检查", "");
	OK(search_write(s, NULL, 0, 77, &err));
	search_close(s);
	s = open_index(f);
	OK(search_last_event(s, &last, &err));
	cr_expect_eq(last, 77);
	FINDS("1", .typed = STR("检查"), .limit = 10);
	OK(search_clear(s, &err));
	OK(search_last_event(s, &last, &err));
	cr_expect_eq(last, 0);
	FINDS("", .typed = STR("检查"), .limit = 10);
	put(s, 1, SEARCH_WORKING, 100, "检查", "");
	FINDS("1", .typed = STR("检查"), .limit = 10);
	search_close(s);
}

/* Long texts, odd bytes and words of 2,000 letters are stored; only the beginning is kept. */
BOTH(long_texts)
{
	struct search *s = open_index(f);
	char *word = arena_alloc(f->a, 9001);
	struct buf b;

	memset(word, 'x', 9000);
	put(s, 1, SEARCH_WORKING, 100, word, "");
	buf_init(&b, f->a, 100000);
	for (int i = 0; i < 3000; i++)
		buf_adds(&b, i < 1998 ? "处" : "尾");
	put(s, 2, SEARCH_WORKING, 100, str_cstr(f->a, buf_str(&b)), "");
	FINDS("2", .typed = STR("处处"), .limit = 10);
	FINDS("2", .typed = STR("处尾"), .limit = 10);
	put(s, 2, SEARCH_WORKING, 100, "短", "");
	FINDS("", .typed = STR("处处"), .limit = 10);
	search_close(s);
}

/* Papers and parties have numbers of their own: the same number on another side is something else. */
BOTH(sides_of_the_working_side_stand_apart)
{
	struct search *s = open_index(f);

	put(s, 7, SEARCH_WORKING, 100, "办件甲", "");
	put(s, 7, SEARCH_PAPERS, 100, "文书乙", "");
	put(s, 7, SEARCH_PARTIES, 100, "当事人丙", "");
	FINDS("7", .side = SEARCH_PAPERS, .typed = STR("文书"), .limit = 10);
	FINDS("", .side = SEARCH_WORKING, .typed = STR("文书"), .limit = 10);
	FINDS("", .side = SEARCH_PAPERS, .typed = STR("办件"), .limit = 10);
	FINDS("7", .side = SEARCH_PARTIES, .typed = STR("当事"), .limit = 10);
	put(s, 7, SEARCH_PAPERS, 100, "", "");
	FINDS("", .side = SEARCH_PAPERS, .limit = 10);
	FINDS("7", .side = SEARCH_WORKING, .limit = 10);
	search_close(s);
}

/* What is left out of a question, by rare words and by frequent ones. */
BOTH(tokens_that_must_not_be_there)
{
	const struct str none[] = { STR("c_1"), STR("c_2") }, mine[] = { STR("p_organ_7") };
	struct search *s = open_index(f);

	put(s, 1, SEARCH_PARTIES, 100, "仓储一", "p_organ_7 c_1");
	put(s, 2, SEARCH_PARTIES, 100, "仓储二", "p_organ_7 c_2");
	put(s, 3, SEARCH_PARTIES, 100, "仓储三", "p_organ_7 c_3");
	put(s, 4, SEARCH_PARTIES, 100, "仓储四", "p_organ_8 c_4");
	for (int round = 0; round < 2; round++) {
		FINDS("3", .side = SEARCH_PARTIES, .typed = STR("仓储"), .any = mine, .n_any = 1, .none = none, .n_none = 2, .limit = 10);
		FINDS("4 3", .side = SEARCH_PARTIES, .typed = STR("仓储"), .none = none, .n_none = 2, .limit = 10);
		FINDS("3 2", .side = SEARCH_PARTIES, .any = mine, .n_any = 1, .none = none, .n_none = 1, .limit = 10);
		for (int i = 0; i < 150; i++)
			put(s, 1000 + i, SEARCH_PARTIES, 50, "仓储众", "p_organ_7 c_1");
	}
	search_close(s);
}

static void script(struct fresh *f, const char *sql)
{
	struct err err = { 0 };
	struct db *db;

	OK(db_open(address_of(f), DB_WRITE, &db, &err));
	OK(db_script(db, sql, &err));
	db_close(db);
}

/* An index that an older program filled is emptied, and its thread begins with the first event. */
BOTH(another_form_is_filled_anew)
{
	struct search *s;
	struct err err = { 0 };
	int64_t last;

	if (f->dialect == DB_SQLITE)
		script(f, "CREATE TABLE entry (id INTEGER PRIMARY KEY, matter INTEGER NOT NULL, side INTEGER NOT NULL, "
			  "text TEXT NOT NULL, tokens TEXT NOT NULL, UNIQUE (matter, side)) STRICT;"
			  "CREATE TABLE state (id INTEGER PRIMARY KEY, last_event INTEGER NOT NULL) STRICT;"
			  "INSERT INTO state VALUES (1, 55); INSERT INTO entry VALUES (1, 1, 0, '检查', 'side_working');");
	else
		script(f, "UPDATE search_state SET last_event = 55; INSERT INTO search VALUES (1, 1, 0, '检查', 'side_working 检查');");
	s = open_index(f);
	OK(search_last_event(s, &last, &err));
	cr_expect_eq(last, 0);
	FINDS("", .limit = 10);
	put(s, 1, SEARCH_WORKING, 100, "检查", "");
	OK(search_write(s, NULL, 0, 56, &err));
	search_close(s);
	s = open_index(f);
	OK(search_last_event(s, &last, &err));
	cr_expect_eq(last, 56, "the same form is kept");
	FINDS("1", .typed = STR("检查"), .limit = 10);
	search_close(s);
}

/* Written again as it stands, nothing moves; with other rights it does. */
BOTH(the_same_again_costs_no_writing)
{
	const struct str organ8[] = { STR("p_organ_8") };
	struct search *s = open_index(f);
	int64_t before;

	put(s, 1, SEARCH_PAPERS, 100, "笔录", "p_organ_7");
	before = f->dialect == DB_SQLITE ? parts(f) : 0;
	for (int i = 0; i < 5; i++)
		put(s, 1, SEARCH_PAPERS, 100, "笔录", "p_organ_7");
	cr_expect(f->dialect == DB_POSTGRES || parts(f) == before);
	FINDS("", .side = SEARCH_PAPERS, .any = organ8, .n_any = 1, .limit = 10);
	put(s, 1, SEARCH_PAPERS, 100, "笔录", "p_organ_8");
	FINDS("1", .side = SEARCH_PAPERS, .any = organ8, .n_any = 1, .limit = 10);
	search_close(s);
}
