/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The public side shows what is public, and nothing else: asked over HTTP, on both databases. */
#include <stdio.h>
#include <string.h>

#include "app/gate.h"
#include "side.h"

#define PERSON "{'title': '未如实记录教育培训情况案', 'source': 'case_decision', 'category': 'penalty_act', " \
	"'party': {'sort': 'person', 'name': '赵钱孙', 'code': '140821199001010010'}, 'party_public': '赵某', " \
	"'facts': '经查明，甲乙丙丁', 'conclusion': '罚款3000元', 'decided_on': '2026-01-12', 'published_on': '2026-01-18', " \
	"'decision_no': '临应急罚〔2026〕1号', 'legal_view': '内部审核意见', 'hold_reason': '内部理由'}"
#define UNIT "{'title': '储存不符合规定案', 'source': 'case_decision', 'category': 'penalty_act', " \
	"'party': {'sort': 'unit', 'name': '示例饭店有限公司', 'code': '91140821MA0000000X'}, " \
	"'conclusion': '罚款5000元', 'decided_on': '2025-06-12', 'published_on': '2025-06-18'}"

static const char *path(struct side *s, const char *before, const char *code, const char *after)
{
	return str_cstr(s->f->a, str_fmt(s->f->a, "%s%s%s", before, code, after));
}

BOTH(decisions_are_found)
{
	const char *body, *unit;
	struct side s;

	side_open(&s, f);
	(void)side_given(&s, s.yingji, "disclosure", "published", PERSON);
	unit = side_given(&s, s.justice, "disclosure", "published", UNIT);
	side_index(&s);
	cr_expect_eq(side_get(&s, "/", &body), 200);
	cr_expect(has(body, "储存不符合规定案") && has(body, "临猗县行政执法公示"));
	cr_expect_eq(side_get(&s, "/decisions?q=%E9%A5%AD%E5%BA%97", &body), 200); /* 饭店 */
	cr_expect(has(body, "示例饭店有限公司") && !has(body, "教育培训"));
	cr_expect_eq(side_get(&s, "/decisions?year=2026", &body), 200);
	cr_expect(has(body, "教育培训") && !has(body, "示例饭店"));
	cr_expect_eq(side_get(&s, "/decisions", &body), 200);
	cr_expect(strstr(body, "教育培训") < strstr(body, "示例饭店"), "newest first");
	cr_expect_eq(side_get(&s, path(&s, "/decisions?after=", unit, ""), &body), 200);
	cr_expect_not(has(body, "示例饭店"), "the page after the last one is empty");
	cr_expect_eq(side_get(&s, path(&s, "/decisions/", unit, ""), &body), 200);
	cr_expect(has(body, "60日内") && has(body, "临猗县司法局") && has(body, "罚款5000元"));
	side_close(&s);
}

BOTH(personal_data_stays_hidden)
{
	const char *body, *code;
	struct side s;

	side_open(&s, f);
	code = side_given(&s, s.yingji, "disclosure", "published", PERSON);
	side_index(&s);
	cr_expect_eq(side_get(&s, path(&s, "/decisions/", code, ""), &body), 200);
	cr_expect(has(body, "赵某") && has(body, "经查明，甲乙丙丁"));
	cr_expect_not(has(body, "赵钱孙"));
	cr_expect_not(has(body, "140821199001010010"));
	cr_expect_not(has(body, "内部审核意见"));
	cr_expect_not(has(body, "内部理由"));
	cr_expect_eq(side_get(&s, "/decisions?q=%E8%B5%B5%E9%92%B1", &body), 200); /* 赵钱 */
	cr_expect(has(body, "没有找到"), "a hidden name cannot be searched for");
	cr_expect_eq(side_get(&s, "/decisions?q=140821199001010010", &body), 200);
	cr_expect(has(body, "没有找到"));
	cr_expect_eq(side_get(&s, "/decisions?q=%E5%86%85%E9%83%A8", &body), 200); /* 内部 */
	cr_expect(has(body, "没有找到"));
	cr_expect_eq(side_get(&s, "/decisions?q=%E8%B5%B5%E6%9F%90", &body), 200); /* 赵某 */
	cr_expect(has(body, "教育培训"));
	side_close(&s);
}

BOTH(what_is_not_public_is_not_there)
{
	static const char *const closed[] = { "collecting", "collected", "checking", "approving", "ready", "held", "secret" };
	const char *body, *code;
	struct side s;

	side_open(&s, f);
	for (size_t i = 0; i < ARRAY_LEN(closed); i++) {
		code = side_given(&s, s.yingji, "disclosure", closed[i], UNIT);
		cr_expect_eq(side_get(&s, path(&s, "/decisions/", code, ""), &body), 404, "%s", closed[i]);
		cr_expect(has(body, "没有找到这一页") && !has(body, "示例饭店"));
		cr_expect_eq(side_get(&s, path(&s, "/decisions/", code, "/correct"), NULL), 404);
		cr_expect_eq(side_get(&s, path(&s, "/decisions/", code, "/file/0"), NULL), 404);
	}
	side_index(&s);
	cr_expect_eq(side_get(&s, "/decisions", &body), 200);
	cr_expect_not(has(body, "示例饭店"));
	/* Of another kind, whatever the address says. */
	code = side_given(&s, s.yingji, "disclosure", "published", UNIT);
	cr_expect_eq(side_get(&s, path(&s, "/organs/", code, ""), NULL), 404);
	cr_expect_eq(side_get(&s, path(&s, "/items/", code, ""), NULL), 404);
	code = side_given(&s, s.yingji, "party_register", "active",
			  "{'name': '示例饭店有限公司', 'sort': 'unit', 'uscc': '91140821MA0000000X'}");
	cr_expect_eq(side_get(&s, path(&s, "/decisions/", code, ""), NULL), 404);
	cr_expect_eq(side_get(&s, path(&s, "/m/", code, ""), NULL), 404, "the working side is not here");
	cr_expect_eq(side_get(&s, "/sign-in", NULL), 404);
	cr_expect_eq(side_get(&s, "/decisions/1", NULL), 404);
	cr_expect_eq(side_get(&s, "/decisions?organ=1", NULL), 404);
	cr_expect_eq(side_post(&s, "/decisions", "q=x", NULL), 405);
	side_close(&s);
}

BOTH(withdrawn_keeps_its_address)
{
	const char *body, *code;
	struct side s;

	side_open(&s, f);
	code = side_given(&s, s.yingji, "disclosure", "taken_down",
			  "{'title': '储存不符合规定案', 'source': 'case_decision', 'party': {'sort': 'unit', 'name': '示例饭店有限公司'}, "
			  "'facts': '经查明，甲乙丙丁', 'conclusion': '罚款5000元', 'redress': 'revoked', 'redress_no': '临政复〔2026〕3号', "
			  "'public_reason': '决定已被撤销', 'withdrawn_on': '2026-02-03', 'decided_on': '2025-06-12'}");
	side_index(&s);
	cr_expect_eq(side_get(&s, path(&s, "/decisions/", code, ""), &body), 200);
	cr_expect(has(body, "已于2026年2月3日撤下") && has(body, "决定已被撤销") && has(body, "临政复〔2026〕3号"));
	cr_expect_not(has(body, "经查明，甲乙丙丁"));
	cr_expect_not(has(body, "罚款5000元"));
	cr_expect_not(has(body, "申请更正"));
	cr_expect_eq(side_get(&s, "/decisions?q=%E7%94%B2%E4%B9%99%E4%B8%99", &body), 200); /* 甲乙丙 */
	cr_expect(has(body, "没有找到"), "nor is it found by what it said");
	side_close(&s);
}

/* The index is behind: what has left the public since is passed over. */
BOTH(index_behind)
{
	const char *body, *code;
	struct side s;
	char id[40];

	side_open(&s, f);
	code = side_given(&s, s.yingji, "disclosure", "published", UNIT);
	side_index(&s);
	(void)snprintf(id, sizeof(id), "%s", code);
	{
		static const struct stmt st = { "t_unsee", "DELETE FROM matter_reader WHERE principal = 'public' "
						"AND matter = (SELECT id FROM matter WHERE code = $1)" };
		struct db *db = fresh_open(f, DB_WRITE);
		const struct db_in in[] = { db_str(str_of(id)) };
		struct err err = { 0 };

		OK(db_exec(db, &st, DB_IN(in), NULL, &err));
		db_close(db);
	}
	cr_expect_eq(side_get(&s, "/decisions?q=%E9%A5%AD%E5%BA%97", &body), 200);
	cr_expect_not(has(body, "示例饭店有限公司"));
	side_close(&s);
}

BOTH(certificates_by_whole_number)
{
	const char *body;
	struct side s;
	const char *who;

	side_open(&s, f);
	who = side_given(&s, s.yingji, "person", "serving", "{'name': '王明', 'position': '执法员', 'phone': '0359-4021001', 'card_no': '14082124001'}");
	(void)side_given(&s, s.justice, "certificate", "valid",
			 str_fmt(f->a, "{'holder': '%s', 'card_no': '14082124001', 'types': ['penalty']}", who).p);
	(void)side_given(&s, s.justice, "certificate", "suspended",
			 str_fmt(f->a, "{'holder': '%s', 'card_no': '14082124002', 'types': ['penalty']}", who).p);
	side_index(&s);
	cr_expect_eq(side_get(&s, "/officers?card=14082124001", &body), 200);
	cr_expect(has(body, "王明") && has(body, "临猗县应急管理局") && has(body, "执法员"));
	cr_expect_not(has(body, "0359-4021001"));
	for (size_t i = 0; i < 3; i++) {
		static const char *const wrong[] = { "1408212400", "14082124003", "%E7%8E%8B%E6%98%8E" };

		cr_expect_eq(side_get(&s, path(&s, "/officers?card=", wrong[i], ""), &body), 200);
		cr_expect(has(body, "查不到有效的执法证"), "%s", wrong[i]);
	}
	cr_expect_eq(side_get(&s, "/officers?card=14082124002", &body), 200);
	cr_expect(has(body, "暂扣") && has(body, "现在不能执法") && !has(body, "王明"), "whose it is stays unsaid");
	side_close(&s);
}

BOTH(correction_is_asked_and_refused_in_words)
{
	static const struct stmt st = { "t_corrections", "SELECT COUNT(*) FROM matter WHERE kind = 'correction'" };
	const char *body, *code;
	struct side s;

	side_open(&s, f);
	code = side_given(&s, s.yingji, "disclosure", "published", UNIT);
	cr_expect_eq(side_get(&s, path(&s, "/decisions/", code, "/correct"), &body), 200);
	cr_expect(has(body, "<form"));
	cr_expect_eq(side_post(&s, path(&s, "/decisions/", code, "/correct"),
			       "name=%3Cb%3E&sort=unit&asker_as=self&wrong_text=x&contact_text=1", &body), 422);
	cr_expect(has(body, "请附上证据后再提交") && has(body, "限于与您自身有关的信息"), "SX-GS-18a: with evidence, of one's own");
	cr_expect(has(body, "value=\"&lt;b&gt;\"") && !has(body, "<b>"), "what was typed is kept, and escaped");
	cr_expect_eq(side_post(&s, path(&s, "/decisions/", code, "/correct"), "wrong_text=%ff", NULL), 400);
	cr_expect_eq(side_count(&s, &st), 0);
	side_close(&s);
}

/* The value of a header of a reply. */
static const char *header_of(struct side *s, const char *reply, const char *name)
{
	const char *at = strstr(reply, str_cstr(s->f->a, str_fmt(s->f->a, "\r\n%s: ", name)));

	cr_assert(at, "no %s in %s", name, reply);
	at += strlen(name) + 4;
	return str_cstr(s->f->a, (struct str){ at, strcspn(at, "\r") });
}

BOTH(a_page_that_did_not_change_is_not_sent_again)
{
	const char *body, *code, *etag, *date;
	struct side s;

	side_open(&s, f);
	code = side_given(&s, s.yingji, "disclosure", "published", UNIT);
	side_index(&s);
	cr_expect_eq(side_get(&s, path(&s, "/decisions/", code, ""), &body), 200);
	cr_expect(has(body, "<meta name=\"DC.title\" content=\"储存不符合规定案\">") && has(body, "content=\"2025-06-18\""));
	etag = header_of(&s, body, "ETag");
	date = header_of(&s, body, "Last-Modified");
	cr_expect(has(date, " GMT"));
	cr_expect_eq(side_ask(&s, path(&s, "/decisions/", code, ""),
			      str_fmt(f->a, "If-None-Match: %s\r\n", etag).p, NULL), 304);
	cr_expect_eq(side_ask(&s, path(&s, "/decisions/", code, ""),
			      str_fmt(f->a, "If-Modified-Since: %s\r\n", date).p, NULL), 304);
	cr_expect_eq(side_ask(&s, path(&s, "/decisions/", code, ""), "If-None-Match: \"x\"\r\n", NULL), 200);
	/* Large print is another page: what was kept of the other one does not serve. */
	cr_expect_eq(side_ask(&s, path(&s, "/decisions/", code, ""),
			      str_fmt(f->a, "Cookie: large=1\r\nIf-None-Match: %s\r\n", etag).p, &body), 200);
	cr_expect(has(body, "class=\"p-large\""));
	side_close(&s);
}

BOTH(large_print_is_a_cookie_and_leads_back)
{
	static const char *const away[] = { "//other.example/", "https://other.example/", "/%5Cother.example", "/%0d%0aX:y", "" };
	const char *body;
	struct side s;

	side_open(&s, f);
	cr_expect_eq(side_get(&s, "/large?on=1&to=/decisions%3Fq%3Dx", &body), 303);
	cr_expect_str_eq(header_of(&s, body, "Location"), "/decisions?q=x");
	cr_expect(has(header_of(&s, body, "Set-Cookie"), "large=1"));
	cr_expect_eq(side_get(&s, "/large?on=0&to=/", &body), 303);
	cr_expect(has(header_of(&s, body, "Set-Cookie"), "Max-Age=0"));
	for (size_t i = 0; i < ARRAY_LEN(away); i++) {
		cr_expect_eq(side_get(&s, path(&s, "/large?on=1&to=", away[i], ""), &body), 303);
		cr_expect_str_eq(header_of(&s, body, "Location"), "/", "%s", away[i]);
	}
	side_close(&s);
}

BOTH(programs_read_along)
{
	const char *body, *code;
	struct side s;

	side_open(&s, f);
	code = side_given(&s, s.yingji, "disclosure", "published",
			  "{'title': '甲<乙>&丙案', 'source': 'case_decision', 'party': {'sort': 'unit', 'name': '示例饭店有限公司'}, "
			  "'decided_on': '2025-06-12', 'published_on': '2025-06-18'}");
	(void)side_given(&s, s.yingji, "disclosure", "approving", UNIT);
	side_index(&s);
	cr_expect_eq(side_get(&s, "/feed.atom", &body), 200);
	cr_expect(has(body, "甲&lt;乙&gt;&amp;丙案") && has(body, "<updated>2025-06-17T16:00:00.000Z</updated>"));
	cr_expect(has(body, path(&s, "<id>urn:uuid:", code, "</id>")) && !has(body, "储存不符合规定案"));
	cr_expect_eq(side_get(&s, "/sitemap.xml", &body), 200);
	cr_expect(has(body, "http://localhost/sitemap/1<") && !has(body, "/sitemap/2"));
	cr_expect_eq(side_get(&s, "/sitemap/1", &body), 200);
	cr_expect(has(body, path(&s, "http://localhost/decisions/", code, "</loc>")));
	cr_expect_eq(side_get(&s, "/sitemap/2", NULL), 404);
	cr_expect_eq(side_get(&s, "/sitemap/x", NULL), 404);
	cr_expect_eq(side_get(&s, "/robots.txt", &body), 200);
	cr_expect(has(body, "Sitemap: http://localhost/sitemap.xml"));
	side_close(&s);
}

/* No address of the working side is answered here, and what lends a request its database cannot write. */
BOTH(the_public_side_has_rights_of_its_own)
{
	static const struct stmt st = { "t_write", "UPDATE matter SET title = 'x'" };
	struct err err = { 0 };
	struct db *db;
	struct side s;
	size_t n = 0;

	side_open(&s, f);
	for (size_t i = 0; i < n_working_routes; i++) {
		const struct route *w = &working_routes[i];
		bool shared = false;

		for (size_t k = 0; k < n_public_routes; k++)
			shared = shared || strcmp(public_routes[k].path, w->path) == 0;
		if (shared)
			continue;
		n++;
		cr_expect_eq(side_get(&s, w->path, NULL), 404, "GET %s", w->path);
		cr_expect_eq(side_post(&s, w->path, "a=b", NULL), 404, "POST %s", w->path);
	}
	cr_expect_gt(n, 20);
	for (size_t k = 0; k < n_public_routes; k++)
		cr_expect_eq(public_routes[k].audience, AUDIENCE_PUBLIC, "%s", public_routes[k].path);
	OK(db_open(s.app->db, DB_READ, &db, &err));
	cr_expect_not(db_exec(db, &st, DB_NONE, NULL, &err), "a reader writes");
	db_close(db);
	side_close(&s);
}

#define COMPLAINT "complainant_as=citizen&ground=procedure&event_text=%E4%BA%8B&reason_text=%E7%90%86&about_organ="

/* What stands between two texts of a page. */
static const char *between(struct side *s, const char *body, const char *before, const char *behind)
{
	const char *at = strstr(body, before), *end;

	cr_assert(at, "no %s in %s", before, body);
	at += strlen(before);
	end = strstr(at, behind);
	cr_assert(end);
	return str_cstr(s->f->a, (struct str){ at, (size_t)(end - at) });
}

/* Proves: LY3.12-10.1a LY4.02-3c */
BOTH(a_complaint_is_taken_and_asked_for_by_its_code)
{
	static const struct stmt st = { "t_complaints", "SELECT COUNT(*) FROM matter WHERE kind = 'complaint'" };
	const char *body, *form, *number, *code, *unknown, *first;
	struct buf typed;
	struct side s;

	side_open(&s, f);
	cr_expect_eq(side_get(&s, "/complain", &body), 200);
	cr_expect(has(body, "违反法定程序") && has(body, "临猗县司法局受理"));
	form = str_fmt(f->a, "%s%s", COMPLAINT, between(&s, body, "请选择</option>\n<option value=\"", "\"")).p;
	cr_expect_eq(side_post(&s, "/complain", form, &body), 422);
	cr_expect(has(body, "请写姓名（名称）和联系方式"), "by name, or without one");
	cr_expect_eq(side_count(&s, &st), 0);
	cr_expect_eq(side_post(&s, "/complain", str_fmt(f->a, "%s&anonymous=1&complainant=%%E7%%8E%%8B", form).p, &body), 200);
	cr_expect_eq(side_count(&s, &st), 1);
	number = between(&s, body, "<dt>受理号</dt><dd>", "</dd>");
	code = between(&s, body, "<dt>查询码</dt><dd>", "</dd>");
	cr_expect_eq(strlen(code), 11);
	buf_init(&typed, f->a, 400);
	buf_adds(&typed, "number=");
	form_escape(&typed, str_of(number));
	buf_adds(&typed, "&code=");
	first = str_cstr(f->a, buf_str(&typed));
	cr_expect_eq(side_post(&s, "/progress", str_fmt(f->a, "%s%s", first, code).p, &body), 200);
	cr_expect(has(body, "待审核") && has(body, "等待审核是否受理") && has(body, "7个工作日"));
	cr_expect_not(has(body, "公民"), "what the definition does not open stays shut");
	/* A code in small letters without its dash is the same; a wrong one reads as an unknown number does. */
	cr_expect_eq(side_post(&s, "/progress", str_fmt(f->a, "%s%.5s%s", first, code, code + 6).p, NULL), 200);
	cr_expect_eq(side_post(&s, "/progress", str_fmt(f->a, "%s22222-22222", first).p, &body), 404);
	cr_expect(has(body, "受理号或者查询码不对"));
	unknown = between(&s, body, "<div class=\"p-alert\"", "</form>");
	cr_expect_eq(side_post(&s, "/progress", "number=x&code=22222-22222", &body), 404);
	cr_expect_str_eq(between(&s, between(&s, body, "<div class=\"p-alert\"", "</form>"), ">", "</div>"),
			 between(&s, unknown, ">", "</div>"));
	cr_expect_eq(side_post(&s, "/progress", str_fmt(f->a, "%s", first).p, NULL), 404, "no code at all");
	side_close(&s);
}
