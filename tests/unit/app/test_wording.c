/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Refusals and warnings as people read them on the page, word for word, given the facts of the specification's examples.
 * Examples whose definitions come with later parts: LY1.05-4 (similar cases), LY3.01-12a (targets), LY4.09-4.2.5b (keepers
 * of goods). */
#include <stdio.h>
#include <string.h>

#include "app/account.h"
#include "app/story.h"
#include "base/day.h"
#include "side.h"
#include "web/session.h"

#define PASSWORD "Wording-2026-x"
#define PARTY "'party': {'sort': 'unit', 'name': '示例涂料有限公司', 'code': '91140821MA0000001P'}"
#define CASE "'source': 'check', 'cause': '培训记录案', 'found_on': '2026-11-02', 'lead_text': '检查发现', 'no_conflict': 'true', " \
	"'act_from': '2026-10-05', 'act_to': '2026-10-20', 'filing_opinion': '建议立案', " PARTY
#define CERTIFICATE "'types': ['penalty'], 'valid_from': '2024-01-01', 'valid_to': '2028-12-31'"

/* ---- the place and its people ---- */

static const struct { const char *id, *name, *organ, *role; } people[] = {
	{ "wang", "王明", "office", "officer" }, { "zhao", "赵刚", "office", "officer" },
	{ "chen", "陈晓", "office", "officer" }, { "liu", "刘洋", "office", "officer" },
	{ "yang", "杨光", "office", "officer" }, { "qin", "秦海", "office", "officer" },
	{ "li", "李红", "office", "legal" },     { "zhang", "张强", "office", "head" },
	{ "ke", "孙丽", "office", "unit_head" }, { "zhou", "周敏", "office", "archivist" },
	{ "ma", "马军", "town", "officer" },     { "hu", "胡杰", "town", "officer" },
};

static const struct stmt st_ready = { "wording_ready", "UPDATE account SET must_change = 0" };

struct place {
	struct side s;
	struct story st;
	const char *cookie, *csrf;
};

static struct str json(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static struct str json(struct arena *a, const char *fmt, ...)
{
	char text[2000];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	return str_dup(a, str_of(text));
}

static bool settle(struct db *db, struct arena *turn, void *ctx, struct err *err)
{
	struct place *p = ctx;
	struct arena *a = p->s.f->a;
	struct str hash;

	(void)turn;
	p->st = (struct story){ .a = a, .e = p->s.app->engine, .db = db };
	if (!story_register(&p->st, STR("office"), STORY_ORGAN,
			    json(a, "{'name': '县应急管理局', 'short': 'office', 'sort': 'department', 'abbr': '应急', 'legal_unit': '法规股'}"),
			    0, err)
	    || !story_register(&p->st, STR("town"), STORY_ORGAN,
			       json(a, "{'name': '猗氏镇人民政府', 'short': 'town', 'sort': 'township', 'abbr': '猗氏', 'area': '猗氏镇'}"), 0,
			       err)
	    || !story_register(&p->st, STR("province"), STORY_ORGAN,
			       json(a, "{'name': '省示例厅', 'short': 'province', 'sort': 'department', 'pack': 'shanxi', 'address': '示例街2号'}"),
			       0, err)
	    || !password_hash(a, STR(PASSWORD), &hash, err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(people); i++) {
		int64_t organ = story_find(&p->st, str_of(people[i].organ))->id;

		if (!story_register(&p->st, str_of(people[i].id), STORY_PERSON,
				    json(a, "{'name': '%s', 'posts': [{'organ': '%s', 'role': '%s', 'from': '2020-01-01'}]}",
					 people[i].name, people[i].organ, people[i].role), organ, err)
		    || !account_open(p->s.app->engine, db, a, story_find(&p->st, str_of(people[i].id))->id, str_of(people[i].id), hash,
				     STR("试验"), err)
		    || !db_exec(db, &st_ready, DB_NONE, NULL, err))
			return false;
	}
	return true;
}

static int64_t id_of(struct place *p, const char *name)
{
	return story_find(&p->st, str_of(name))->id;
}

static const char *code_of(struct place *p, const char *name)
{
	static const struct stmt st = { "wording_code", "SELECT code FROM matter WHERE id = $1" };
	const struct db_in in[] = { db_i64(id_of(p, name)) };
	struct str code;
	const struct db_out out[] = { db_to_str(&code) };
	struct err err = { 0 };

	OK(db_one(p->s.db, p->s.f->a, &st, DB_IN(in), DB_OUT(out), &err));
	return str_cstr(p->s.f->a, code);
}

static const char *given(struct place *p, const char *organ, const char *kind, const char *state, struct str form)
{
	return side_given(&p->s, id_of(p, organ), kind, state, str_cstr(p->s.f->a, form));
}

static void certificate(struct place *p, const char *holder, const char *state, const char *more)
{
	(void)given(p, "office", "certificate", state,
		    json(p->s.f->a, "{'holder': '%s', 'card_no': '%s', " CERTIFICATE "%s}", code_of(p, holder), holder, more));
}

/* ---- pages ---- */

static const char *ask(struct place *p, const char *method, const char *path, const char *body)
{
	return side_page(&p->s, p->cookie, method, path, body);
}

/* What stands between two words of a page. */
static const char *between(struct place *p, const char *page, const char *from, const char *to)
{
	const char *at = strstr(page, from), *end = at ? strstr(at + strlen(from), to) : NULL;

	cr_assert(end, "no %s in: %s", from, page);
	return str_cstr(p->s.f->a, (struct str){ at + strlen(from), (size_t)(end - at) - strlen(from) });
}

/* The text of a page: without markup and line ends. */
static const char *text_of(struct place *p, const char *page)
{
	struct buf b;
	bool tag = false;

	buf_init(&b, p->s.f->a, (size_t)8 << 20);
	for (const char *c = page; *c; c++) {
		tag = tag || *c == '<';
		if (!tag && *c != '\n' && *c != '\r')
			buf_addc(&b, *c);
		tag = tag && *c != '>';
	}
	return str_cstr(p->s.f->a, buf_str(&b));
}

static void sign_in(struct place *p, const char *who)
{
	p->cookie = side_sign_in(&p->s, who, PASSWORD);
	p->csrf = between(p, ask(p, "GET", "/me", ""), "name=\"csrf\" value=\"", "\"");
}

static const char *form_page(struct place *p, const char *code, const char *action)
{
	return text_of(p, ask(p, "GET", str_fmt(p->s.f->a, "/m/%s/do/%s", code, action).p, ""));
}

static const char *sent(struct place *p, const char *code, const char *action, const char *form)
{
	return text_of(p, ask(p, "POST", str_fmt(p->s.f->a, "/m/%s/do/%s", code, action).p,
			      str_fmt(p->s.f->a, "csrf=%s&request=0190d2f0-0000-7000-8000-0000000000aa&version=1&go=act&%s", p->csrf,
				      form).p));
}

static void reads(const char *page, const char *sentence)
{
	const char *at = strstr(page, "下一步：");

	cr_expect(has(page, sentence), "misses: %s\n…%s", sentence, at && at - page > 600 ? at - 600 : page);
}

static void place_open(struct place *p, struct fresh *f, int64_t now)
{
	struct err err = { 0 };

	*p = (struct place){ .cookie = NULL };
	side_open(&p->s, f);
	OK(session_init(&err));
	OK(writer_run(p->s.app->writer, "settle", settle, p, &err));
	engine_set_now(p->s.app->engine, now);
	side_work(&p->s);
}

static const char *an_item(struct place *p, const char *name, const char *more)
{
	return given(p, "office", "enforcement_item", "active",
		     json(p->s.f->a, "{'name': '%s', 'sort': 'penalty', 'basis': '依据'%s}", name, more));
}

BOTH(two_officers_before_filing)
{
	struct place p;
	const char *code;

	place_open(&p, f, time_now());
	code = given(&p, "office", "penalty", "filing", json(f->a, "{" CASE ", 'item': '%s', 'officers': ['%s']}",
							    an_item(&p, "培训", ""), code_of(&p, "wang")));
	sign_in(&p, "zhang");
	reads(form_page(&p, code, "file"),
	      "暂不能批准立案。承办人员只有王明1人。执法人员不得少于两人〔行政处罚法 第四十二条〕。下一步：添加承办人员（本队可选5人）。");
	side_close(&p.s);
}

BOTH(a_card_that_failed_its_year)
{
	struct place p;
	const char *code;

	place_open(&p, f, time_now());
	certificate(&p, "wang", "valid", "");
	certificate(&p, "zhao", "invalid", ", 'check_year': '2026', 'check_result': 'failed'");
	code = given(&p, "office", "penalty", "filing", json(f->a, "{" CASE ", 'item': '%s', 'officers': ['%s', '%s']}",
							    an_item(&p, "培训", ""), code_of(&p, "wang"), code_of(&p, "chen")));
	sign_in(&p, "ke");
	reads(sent(&p, code, "assign", str_fmt(f->a, "f.officers=%s&f.officers=%s&f.no_conflict=true", code_of(&p, "wang"),
					       code_of(&p, "zhao")).p),
	      "暂不能指派赵刚。其行政执法证2026年度年审未通过，证件无效，不能从事执法〔持证上岗制度 第八条〕。"
	      "下一步：改派他人；赵刚的年审由县司法局办理。");
	side_close(&p.s);
}

BOTH(a_township_and_its_list)
{
	struct place p;
	const char *code, *item;

	place_open(&p, f, time_now());
	certificate(&p, "ma", "valid", "");
	certificate(&p, "hu", "valid", "");
	(void)given(&p, "town", "town_list", "in_use", json(f->a, "{'town': '%s', 'in_force': '2026-09-01', 'lines': []}", code_of(&p, "town")));
	item = an_item(&p, "危险化学品经营处罚", "");
	code = given(&p, "town", "penalty", "lead", json(f->a, "{'source': 'check', 'cause': '经营案', 'found_on': '2026-11-02', 'lead_text': '检查'}"));
	sign_in(&p, "ma");
	reads(sent(&p, code, "ask_file",
		   str_fmt(f->a, "f.officers=%s&f.officers=%s&f.no_conflict=true&f.party.sort=unit&f.party.name=A&f.party.code=91140821MA0000001P"
			   "&f.cause=B&f.item=%s&f.act_from=2026-10-05&f.act_to=2026-10-20&f.filing_opinion=C",
			   code_of(&p, "ma"), code_of(&p, "hu"), item).p),
	      "暂不能立案。“危险化学品经营处罚”不在猗氏镇事项清单（2026年9月1日版）内，乡镇只能就清单内事项执法"
	      "〔乡镇执法事项清单制度 第四条〕。下一步：移送县应急管理局。");
	side_close(&p.s);
}

BOTH(a_fine_beyond_its_range)
{
	struct place p;
	const char *code;

	place_open(&p, f, time_now());
	code = given(&p, "office", "penalty", "filed",
		     json(f->a, "{" CASE ", 'item': '%s', 'officers': ['%s', '%s'], 'filed_on': '2026-11-03', "
			  "'evidence': [{'title': '笔录', 'sort': 'record', 'proves': '事实', 'got_on': '2026-11-03', 'provider': '张三'}]}",
			  an_item(&p, "培训", ", 'fine_max': '100000'"), code_of(&p, "wang"), code_of(&p, "zhao")));
	sign_in(&p, "wang");
	reads(sent(&p, code, "finish_investigation",
		   "f.facts=A&f.breach=B&f.basis=C&f.discretion_text=D&f.proposed=fine&f.proposed_fine=120000"),
	      "暂不能提交。拟罚120,000.00元，法定幅度为100,000.00元以下〔裁量权基准制度 第三条〕。下一步：修改金额，或核对适用条款。");
	side_close(&p.s);
}

BOTH(a_paper_that_the_dossier_lacks)
{
	struct place p;
	const char *code;

	place_open(&p, f, time_now());
	code = given(&p, "office", "penalty", "closed",
		     json(f->a, "{" CASE ", 'item': '%s', 'officers': ['%s', '%s'], 'hearing': 'held', 'outcome': 'stopped'}",
			  an_item(&p, "培训", ""), code_of(&p, "wang"), code_of(&p, "zhao")));
	sign_in(&p, "zhou");
	reads(form_page(&p, code, "archive"),
	      "可以继续，但须写明理由。本案经过听证，正卷缺听证笔录〔案卷制作规范 第九条〕。下一步：补入，或写明去向。");
	side_close(&p.s);
}

BOTH(a_seizure_without_a_recording)
{
	struct place p;
	const char *code;

	place_open(&p, f, time_now());
	code = given(&p, "office", "scene", "running",
		     json(f->a, "{'act_sort': 'coercion_act', 'stage': 'gather', 'occasion': 'seize', 'vital': false, 'cause': '扣押', 'place': '仓库', "
			  "'officers': ['%s'], 'began_at': '2025-11-17 09:00', 'texts': [{'title': '笔录', 'carrier': 'paper'}]}",
			  code_of(&p, "wang")));
	sign_in(&p, "wang");
	reads(sent(&p, code, "finish", "f.ended_at=2025-11-17T10:00&f.told_party=reason&f.told_party=basis&f.told_party=rights&f.film_choice=filmed"),
	      "暂不能结束执法活动。本次扣押财物没有音像记录，扣押财物必须全程音像记录〔全过程记录制度 第十条〕。"
	      "下一步：登记2025年11月17日的录像，或者写明未能记录的原因并附书面说明。");
	side_close(&p.s);
}

/* On the public side, under the province's rules alone. */
BOTH(a_correction_without_evidence)
{
	struct place p;
	const char *body, *code;

	place_open(&p, f, time_now());
	code = given(&p, "province", "disclosure", "published",
		     json(f->a, "{'title': '培训记录案', 'source': 'other_case', 'category': 'penalty_act', 'decided_on': '2026-01-12', " PARTY "}"));
	cr_expect_eq(side_post(&p.s, str_fmt(f->a, "/decisions/%s/correct", code).p,
			       "sort=unit&name=A&id_code=91140821MA0000001P&asker_as=self&wrong_text=B&contact_text=C", &body), 422);
	reads(text_of(&p, body), "请附上证据后再提交。申请更正须说明哪里不准确并附证据，并且是与您自身有关的信息〔公示办法 第十八条〕。"
				 "没有电子材料？可以到窗口交，地址：示例街2号");
	side_close(&p.s);
}

/* ---- a review that is not done: received on 9 November, the 18th is its seventh workday ---- */

struct reviewed {
	struct place *p;
	const char *code;
};

static bool review(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	static const char steps[] =
		"- {who: wang, do: send_review, at: CASE}\n"
		"- {who: wang, do: submit, at: R, with: {advice: A, final_report: [a.pdf], decision_draft: [b.pdf], basis_papers: [c.pdf], declared: true}, warned: {SX-SH-8a: 另行登记}}\n"
		"- {who: li, do: assign, at: R, with: {reviewers: [li]}}\n";
	static const struct stmt st = { "wording_review", "SELECT id FROM matter WHERE kind = 'legal_review'" };
	struct reviewed *x = ctx;
	struct story *s = &x->p->st;
	const struct ynode *y;
	int64_t id;
	const struct db_out out[] = { db_to_i64(&id) };

	s->db = db;
	if (!matter_by_code(db, a, str_of(x->code), &id, err) || !yaml_read_one(s->a, "steps", str_of(steps), &y, err))
		return false;
	story_put(s, STR("CASE"), STORY_MATTER, id, id_of(x->p, "office"));
	for (size_t i = 0; i < y->n; i++) {
		struct act_result r = { 0 };

		if (!story_act(s, y->child[i], &r, err))
			return false;
		if (r.n_refused)
			return err_set(err, ERR_REFUSED, "%.*s", STR_FMT(r.refused[0].say));
		if (i == 0 && !db_one(db, a, &st, DB_NONE, DB_OUT(out), err))
			return false;
		story_put(s, STR("R"), STORY_MATTER, id, id_of(x->p, "office"));
	}
	return true;
}

static int64_t moment(const char *text)
{
	int64_t ms = 0;

	cr_assert(time_parse(str_of(text), &ms));
	return ms;
}

BOTH(a_review_that_is_not_done)
{
	struct err err = { 0 };
	struct reviewed x;
	struct place p;
	const char *item;

	place_open(&p, f, moment("2026-11-09 09:00"));
	item = an_item(&p, "培训", "");
	(void)given(&p, "office", "review_catalogue", "in_use",
		    json(f->a, "{'title': '目录', 'edition': '1', 'in_force': '2026-01-01', 'lines': [{'act_sort': 'penalty_act', 'item': '%s'}]}", item));
	x = (struct reviewed){ &p, given(&p, "office", "penalty", "deciding",
		json(f->a, "{" CASE ", 'item': '%s', 'officers': ['%s', '%s'], 'filed_on': '2026-11-03', 'facts': 'A', 'breach': 'B', "
		     "'basis': 'C', 'proposed': ['fine'], 'proposed_fine': '20000', 'told_on': '2026-11-04', 'told_fine': '20000', "
		     "'submit_opinion': 'D', 'public_interest': 'false', 'social_risk': 'false', 'vital_rights': 'false'}",
		     item, code_of(&p, "wang"), code_of(&p, "zhao"))) };
	OK(writer_run(p.s.app->writer, "review", review, &x, &err));
	engine_set_now(p.s.app->engine, moment("2026-11-18 10:00"));
	sign_in(&p, "zhang");
	reads(form_page(&p, x.code, "decide"),
	      "暂不能作出处罚决定。本案列入重大执法决定目录，法制审核尚未完成（第7个工作日）。未经法制审核或者审核未通过，不得作出"
	      "〔法制审核制度 第五条〕。下一步：查看审核件，或催办李红。");
	side_close(&p.s);
}
