/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Search as people see it: papers and parties, each only for whom may see it; and no count, tab or link that tells of the
 * others. A complaint's register names who complained: the head of the office sees the complaint, and not that paper. */
#include <stdio.h>
#include <string.h>

#include "app/account.h"
#include "app/story.h"
#include "base/buf.h"
#include "search/search.h"
#include "side.h"
#include "web/session.h"

#define PASSWORD "Searching-2026-x"
#define HIDDEN "孙秘密"
#define NOBODY "钱无名" /* stands nowhere */

static const struct { const char *id, *name, *organ, *role; } people[] = {
	{ "si", "司督", "justice", "supervisor" },
	{ "zhang", "张首", "justice", "head" },
	{ "wai", "外办", "yingji", "officer" },
	{ "guan", "管统", "justice", "sysadmin" },
};

static const char *more; /* acts of one test beside the usual ones */
static const char acts[] =
	"- {who: public, open: complaint, as: N, per: justice, with: {complainant_as: citizen, ground: procedure, "
	"about_organ: yingji, event_text: 检查时在紫砂壶旁争执, reason_text: 要求核实, complainant: " HIDDEN
	", address: 猗氏镇九曲巷, contact: \"13900000172\"}}\n"
	"- {who: si, do: accept, at: N}\n";

static const struct stmt st_ready = { "find_ready", "UPDATE account SET must_change = 0" };

static bool do_acts(struct story *st, const char *text, struct err *err)
{
	const struct ynode *steps;

	if (!yaml_read_one(st->a, "acts", str_of(text), &steps, err))
		return false;
	for (size_t i = 0; i < steps->n; i++) {
		struct act_result r;

		if (!story_act(st, steps->child[i], &r, err))
			return false;
		if (r.n_refused)
			return err_set(err, ERR_REFUSED, "%.*s", STR_FMT(r.refused[0].say));
	}
	return true;
}

static bool settle(struct db *db, struct arena *turn, void *ctx, struct err *err)
{
	struct side *s = ctx;
	struct arena *a = s->f->a;
	struct story st = { .a = a, .e = s->app->engine, .db = db };
	struct str hash;

	(void)turn;
	story_put(&st, STR("justice"), STORY_ORGAN, s->justice, 0);
	story_put(&st, STR("yingji"), STORY_ORGAN, s->yingji, 0);
	if (!password_hash(a, STR(PASSWORD), &hash, err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(people); i++) {
		struct str form = str_fmt(a, "{\"name\": \"%s\", \"posts\": [{\"organ\": \"%s\", \"role\": \"%s\", "
					  "\"from\": \"2020-01-01\"}]}", people[i].name, people[i].organ, people[i].role);
		int64_t organ = story_find(&st, str_of(people[i].organ))->id;

		if (!story_register(&st, str_of(people[i].id), STORY_PERSON, form, organ, err)
		    || !account_open(st.e, db, a, story_find(&st, str_of(people[i].id))->id, str_of(people[i].id), hash,
				     STR("试验"), err)
		    || !db_exec(db, &st_ready, DB_NONE, NULL, err))
			return false;
	}
	return do_acts(&st, acts, err) && (!more || do_acts(&st, more, err));
}

static void place_open(struct side *s, struct fresh *f)
{
	struct err err = { 0 };

	side_open(s, f);
	OK(session_init(&err));
	OK(writer_run(s->app->writer, "settle", settle, s, &err));
	side_work(s);
	side_index(s);
}

static const char *escaped(struct side *s, const char *text)
{
	struct buf b;

	buf_init(&b, s->f->a, 1000);
	for (const char *c = text; *c; c++)
		buf_addf(&b, "%%%02X", (unsigned)(unsigned char)*c);
	return str_cstr(s->f->a, buf_str(&b));
}

/* The page's main part; what was typed stands there as @, so that two searches can be compared. */
static const char *search(struct side *s, const char *cookie, const char *typed, const char *in)
{
	const char *page = side_page(s, cookie, "GET",
				     str_fmt(s->f->a, "/search?q=%s&in=%s", escaped(s, typed), in).p, "");
	const char *from = strstr(page, "<main"), *to = from ? strstr(from, "</main>") : NULL;
	struct str rest, text = str_of(typed), url = str_of(escaped(s, typed));
	struct buf b;

	cr_assert(to, "%s", page);
	rest = (struct str){ from, (size_t)(to - from) };
	buf_init(&b, s->f->a, (size_t)1 << 20);
	while (rest.n) {
		size_t n = str_starts(rest, text) ? text.n : str_starts(rest, url) ? url.n : 0;

		buf_addc(&b, n ? '@' : rest.p[0]);
		rest = str_sub(rest, n ? n : 1, rest.n);
	}
	return str_cstr(s->f->a, buf_str(&b));
}

static int64_t tab(struct side *s, const char *page, const char *name)
{
	const char *at = strstr(page, str_fmt(s->f->a, "%s <span class=\"mf-tab-n\">", name).p);
	int n = -1;

	cr_assert(at, "no tab %s", name);
	cr_assert_eq(sscanf(strchr(at, '>') + 1, "%d", &n), 1, "%.60s", at);
	return n;
}

static const char *const everywhere[] = { "", "matters", "papers", "parties", "articles", "help" };

/* As if the word stood nowhere. */
static void finds_nothing(struct side *s, const char *login, const char *word)
{
	const char *cookie = side_sign_in(s, login, PASSWORD);

	for (size_t i = 0; i < ARRAY_LEN(everywhere); i++)
		cr_expect_str_eq(search(s, cookie, word, everywhere[i]), search(s, cookie, NOBODY, everywhere[i]),
				 "%s learns of %s in %s", login, word, everywhere[i]);
}

BOTH(a_paper_is_found_by_whom_may_see_it)
{
	struct side s;
	const char *si, *zhang, *page;

	place_open(&s, f);
	si = side_sign_in(&s, "si", PASSWORD);
	page = search(&s, si, HIDDEN, "papers");
	cr_expect_eq(tab(&s, page, "文书"), 1, "%s", page);
	cr_expect(has(page, "投诉举报事项登记表") && has(page, "<mark>@</mark>"), "%s", page);
	/* Both papers tell of the complaint to the head's colleague; to the head the receipt alone. */
	page = search(&s, si, "投诉举报", "papers");
	cr_expect_eq(tab(&s, page, "文书"), 2, "%s", page);
	zhang = side_sign_in(&s, "zhang", PASSWORD);
	page = search(&s, zhang, "投诉举报", "papers");
	cr_expect_eq(tab(&s, page, "文书"), 1, "%s", page);
	cr_expect(has(page, "收件回执") && !has(page, "登记表"), "%s", page);
	page = search(&s, zhang, "紫砂壶旁", "matters");
	cr_expect_eq(tab(&s, page, "办件"), 1, "the matter itself is the head's to see: %s", page);
	finds_nothing(&s, "zhang", HIDDEN);
	finds_nothing(&s, "zhang", "九曲巷");
	finds_nothing(&s, "zhang", "13900000172");
	/* Another organ, and an administrator: neither paper nor matter. */
	finds_nothing(&s, "wai", HIDDEN);
	finds_nothing(&s, "wai", "紫砂壶旁");
	finds_nothing(&s, "guan", HIDDEN);
	finds_nothing(&s, "guan", "紫砂壶旁");
	side_close(&s);
}

/* A complaint whose paper is some 19,000 characters long; the words stand at its end, across the border of two pieces,
 * and once in each. */
static const char *long_complaint(struct arena *a)
{
	struct buf b;

	buf_init(&b, a, 100000);
	buf_adds(&b, "- {who: public, open: complaint, as: L, per: justice, with: {complainant_as: citizen, ground: procedure, "
		     "about_organ: yingji, reason_text: 要求核实, complainant: 周长文, address: 猗氏镇, contact: \"13900000173\", event_text: ");
	for (int i = 0; i < 18900; i++) {
		if (i % 7000 == 0)
			buf_adds(&b, "翡翠扳指");
		buf_adds(&b, "复");
		if (i == 18800)
			buf_adds(&b, "琉璃盏见于末页Zebra");
	}
	buf_adds(&b, "}}\n- {who: si, do: accept, at: L}\n");
	return str_cstr(a, buf_str(&b));
}

BOTH(a_long_paper_is_found_by_its_last_page_and_once)
{
	struct side s;
	const char *si, *page;

	more = long_complaint(f->a);
	place_open(&s, f);
	si = side_sign_in(&s, "si", PASSWORD);
	page = search(&s, si, "琉璃盏见于末页", "papers");
	cr_expect_eq(tab(&s, page, "文书"), 1, "%s", page);
	cr_expect(has(page, "<mark>@</mark>"), "%s", page);
	page = search(&s, si, "翡翠扳指", "papers");
	cr_expect_eq(tab(&s, page, "文书"), 1, "of many pieces one line: %s", page);
	page = search(&s, si, "zebra", "papers");
	cr_expect(has(page, "<mark>Zebra</mark>"), "%s", page);
	for (int i = 0; i < 3; i++) { /* whatever part of the filler the border cuts */
		page = search(&s, si, str_fmt(f->a, "翡翠扳指%.*s", i * 3 + 3, "复复复").p, "papers");
		cr_expect_eq(tab(&s, page, "文书"), 1, "%s", page);
	}
	finds_nothing(&s, "wai", "琉璃盏见于末页");
	side_close(&s);
}

static const char *by_program(struct side *s, const char *token, const char *typed, const char *in)
{
	return side_bearer(s, token, str_fmt(s->f->a, "/api/v1/search?q=%s&in=%s", escaped(s, typed), in).p);
}

/* The same rights, counts and lines as the page's. */
BOTH(a_program_finds_what_its_person_finds)
{
	struct side s;
	const char *si, *zhang, *got;

	place_open(&s, f);
	si = strchr(side_sign_in(&s, "si", PASSWORD), '=') + 1;
	zhang = strchr(side_sign_in(&s, "zhang", PASSWORD), '=') + 1;
	got = by_program(&s, si, "投诉举报", "papers");
	cr_expect(has(got, "\"in\":\"papers\",\"name\":\"文书\",\"count\":2") && has(got, "登记表"), "%s", got);
	got = by_program(&s, zhang, "投诉举报", "papers");
	cr_expect(has(got, "\"in\":\"papers\",\"name\":\"文书\",\"count\":1") && !has(got, "登记表"), "%s", got);
	got = by_program(&s, zhang, HIDDEN, "");
	cr_expect(has(got, "200 OK") && !has(got, "\"title\""), "%s", got);
	got = by_program(&s, si, HIDDEN, "");
	cr_expect(has(got, "\"excerpt\":") && has(got, HIDDEN) && !has(got, "<mark>"), "%s", got);
	cr_expect(has(by_program(&s, si, "", ""), "400 Bad Request"));
	cr_expect(has(by_program(&s, si, "、、", ""), "只有标点"));
	cr_expect(has(by_program(&s, "nonsense", HIDDEN, ""), "401 "));
	side_close(&s);
}

BOTH(rebuilt_the_papers_are_there_again)
{
	struct side s;
	struct err err = { 0 };
	struct search *x;
	const char *si, *before;

	place_open(&s, f);
	si = side_sign_in(&s, "si", PASSWORD);
	before = search(&s, si, HIDDEN, "");
	cr_expect_eq(tab(&s, before, "文书"), 1);
	OK(search_open(s.app->search_db, DB_WRITE, &x, &err));
	OK(search_clear(x, &err));
	search_close(x);
	cr_expect_str_eq(search(&s, si, HIDDEN, ""), search(&s, si, NOBODY, ""));
	side_index(&s);
	cr_expect_str_eq(search(&s, si, HIDDEN, ""), before);
	side_close(&s);
}

#define PARTY(name, code) "{'source': 'check', 'cause': '储存5000不符合规定案', 'found_on': '2025-06-02', 'lead_text': '检查发现', " \
	"'party': {'sort': 'unit', 'name': '" name "'" code "}}"

/* A party is met once, however many matters it has, and only where a matter shows it to this person. */
BOTH(parties_by_name_and_code)
{
	struct side s;
	const char *wai, *si, *page;

	place_open(&s, f);
	for (int i = 0; i < 30; i++)
		(void)side_given(&s, s.yingji, "penalty", "lead", PARTY("示例饭店有限公司", ", 'code': '91140821MA0000000X'"));
	(void)side_given(&s, s.yingji, "penalty", "lead", PARTY("示例饭店分店", ""));
	(void)side_given(&s, s.justice, "penalty", "lead", PARTY("隐藏饭店有限公司", ", 'code': '91140821MA0000001P'"));
	side_index(&s);
	wai = side_sign_in(&s, "wai", PASSWORD);
	page = search(&s, wai, "饭店", "parties");
	cr_expect_eq(tab(&s, page, "当事人"), 2, "%s", page);
	cr_expect(has(page, "/party/91140821MA0000000X") && has(page, "/party?name="), "%s", page);
	cr_expect(!has(page, "隐藏"), "%s", page);
	cr_expect_eq(tab(&s, page, "办件"), 31, "%s", page);
	page = search(&s, wai, "91140821MA0000000x", "parties");
	cr_expect_eq(tab(&s, page, "当事人"), 1, "%s", page);
	page = search(&s, wai, "5000", "parties");
	cr_expect_eq(tab(&s, page, "当事人"), 0, "words of a matter are not its party's: %s", page);
	finds_nothing(&s, "wai", "隐藏饭店");
	finds_nothing(&s, "wai", "91140821MA0000001P");
	si = side_sign_in(&s, "si", PASSWORD);
	page = search(&s, si, "饭店", "parties");
	cr_expect(has(page, "隐藏"), "%s", page);
	side_close(&s);
}

/* Counts stop at fifty, and pages go on behind it. */
BOTH(more_than_is_counted)
{
	struct side s;
	const char *wai, *page, *next;
	size_t n = 0, pages = 0;

	place_open(&s, f);
	for (int i = 0; i < 73; i++)
		(void)side_given(&s, s.yingji, "penalty", "lead", PARTY("示例饭店有限公司", ", 'code': '91140821MA0000000X'"));
	side_index(&s);
	wai = side_sign_in(&s, "wai", PASSWORD);
	page = search(&s, wai, "饭店", "");
	cr_expect(has(page, "办件 <span class=\"mf-tab-n\">超过50</span>"), "%s", page);
	next = str_fmt(f->a, "/search?q=%s&in=matters", escaped(&s, "饭店")).p;
	while (next) {
		const char *from, *end;

		page = side_page(&s, wai, "GET", next, "");
		pages++;
		for (const char *at = page; (at = strstr(at, "mf-row mf-hit")); at++)
			n++;
		end = strstr(page, "\">下一页");
		for (from = end; from && from[-1] != '"';)
			from--;
		next = NULL;
		if (end) {
			struct str href = { from, (size_t)(end - from) };
			size_t amp;
			struct buf b;

			buf_init(&b, f->a, 1000);
			while ((amp = str_find(href, STR("&amp;"), 0)) != SIZE_MAX) {
				buf_add(&b, str_sub(href, 0, amp + 1));
				href = str_sub(href, amp + 5, href.n);
			}
			buf_add(&b, href);
			next = str_cstr(f->a, buf_str(&b));
		}
		cr_assert_leq(pages, 10);
	}
	cr_expect_eq(n, 73);
	cr_expect_eq(pages, 4);
	side_close(&s);
}
