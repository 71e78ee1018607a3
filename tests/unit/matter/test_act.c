/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The pipeline of an act: rights, state, form, checks, numbers, effects, joint actions. */
#include "county.h"

static int64_t lead(struct county *c, const char *code)
{
	const char *form = str_fmt(c->a, "{'party': {'name': '示例涂料', 'code': '%s'}, 'cause': '未如实记录培训',"
				   " 'found_on': '2026-03-01', 'secret': '某人'}", code).p;

	cr_assert(opens(c, c->wang, "penal", form), "%s", why(c));
	return c->r.matter;
}

static const char *officers(struct county *c)
{
	return str_fmt(c->a, "{'officers': [%lld, %lld]}", (long long)c->wang, (long long)c->zhao).p;
}

static int64_t filed(struct county *c, const char *code)
{
	int64_t m = lead(c, code);

	cr_assert(acts(c, c->li, m, "file", officers(c)), "%s", why(c));
	return m;
}

static int64_t decided(struct county *c, const char *code)
{
	int64_t m = filed(c, code);

	cr_assert(acts(c, c->wang, m, "report", "{}"), "%s", why(c));
	cr_assert(acts(c, c->li, m, "decide", "{'fine': 20000}"), "%s", why(c));
	return m;
}

/* A path to people of another matter is told by their names, and not at all where nobody is at its end. */
BOTH(a_refusal_names_who_is_linked)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = lead(&c, "A");

	cr_assert(opens(&c, c.wang, "query", str_fmt(c.a, "{'case': %lld}", (long long)m).p), "%s", why(&c));
	cr_assert_not(acts(&c, c.li, c.r.matter, "drop", "{}"));
	cr_expect_str_eq(why(&c), "“撤回鉴定”由登记人办理");
	m = filed(&c, "B");
	cr_assert(opens(&c, c.wang, "query", str_fmt(c.a, "{'case': %lld}", (long long)m).p), "%s", why(&c));
	cr_assert_not(acts(&c, c.li, c.r.matter, "drop", "{}"));
	cr_expect_str_eq(why(&c), "“撤回鉴定”由王明、赵刚、登记人办理");
	county_free(&c);
}

BOTH(a_case_goes_through)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = decided(&c, "A");

	cr_assert(in_state(&c, m, "decided"));
	cr_assert(str_is(now_of(&c, m)->number[0], "临应急立〔2026〕1号"));
	cr_assert(str_is(now_of(&c, m)->number[1], "临应急罚〔2026〕1号"));
	cr_assert(str_is(field_text(&c, m, "half"), "10,000.00元"), "%.*s", STR_FMT(field_text(&c, m, "half")));
	cr_assert(str_is(field_text(&c, m, "decided_on"), "2026年3月2日"));
	cr_assert_eq(now_of(&c, m)->version, 4);
	/* the notice was opened by the law, with its fields */
	cr_assert(str_is(field_text(&c, child_of(&c, m, "notice"), "text"), "未如实记录培训"));
	county_free(&c);
}

BOTH(all_refusals_come_together)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m;

	cr_assert(opens(&c, c.wang, "penal", "{'party': '张三', 'cause': '短'}"));
	m = c.r.matter;
	cr_assert_not(acts(&c, c.li, m, "file", str_fmt(c.a, "{'officers': [%lld]}", (long long)c.wang).p));
	cr_assert_eq(c.r.n_refused, 3, "%s", why(&c));
	cr_assert_str_eq(why(&c), "执法人员不得少于两人，现有1人 | 尚未填写：发现日 | 案由过短");
	cr_assert(c.r.refused[1].missing && str_is(c.r.refused[1].way, "found_on"));
	cr_assert(c.r.refused[2].can_pass && !c.r.refused[0].can_pass);
	cr_assert(str_is(c.r.refused[0].node->cite.id[0], "T42"));
	cr_assert(c.r.refused[0].facts.n > 0, "the facts of the case are told");
	cr_assert(in_state(&c, m, "lead"));
	cr_assert_eq(now_of(&c, m)->version, 1);
	county_free(&c);
}

BOTH(a_warning_passes_with_a_reason)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	const struct passed pass = { STR("T44"), STR("案由以通用名称填写") };
	int64_t m;

	cr_assert(opens(&c, c.wang, "penal", "{'party': '张三', 'cause': '短', 'found_on': '2026-03-01'}"));
	m = c.r.matter;
	cr_assert_not(acts(&c, c.li, m, "file", officers(&c)));
	c.passed = &pass;
	c.n_passed = 1;
	cr_assert(acts(&c, c.li, m, "file", officers(&c)), "%s", why(&c));
	county_free(&c);
}

BOTH(rights_states_and_versions)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = lead(&c, "A");

	cr_assert_not(acts(&c, c.wang, m, "file", officers(&c)));
	cr_assert_eq(c.r.refused[0].sort, REFUSED_RIGHT);
	cr_assert_not(acts(&c, c.li, m, "decide", "{'fine': 1}"));
	cr_assert_eq(c.r.refused[0].sort, REFUSED_STATE);
	cr_assert_eq(tries(&c, c.li, m, 7, "file", officers(&c)), ERR_CONFLICT);
	/* another organ's matter does not even exist */
	cr_assert_eq(tries(&c, c.chen, m, -1, "file", "{}"), ERR_NOT_FOUND);
	cr_assert_eq(tries(&c, c.sun, m, -1, "file", "{}"), ERR_NOT_FOUND);
	cr_assert_eq(tries(&c, c.li, 99999, -1, "file", "{}"), ERR_NOT_FOUND);
	county_free(&c);
}

BOTH(forms_are_checked_whole)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m;

	cr_assert_not(opens(&c, c.wang, "penal", "{'cause': '一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十长'}"));
	cr_assert_str_eq(why(&c), "“案由”超过规定的字数 | 尚未填写：当事人");
	cr_assert_not(opens(&c, c.wang, "penal", "{'party': '甲', 'cause': '乙', 'fine': 3}"));
	cr_assert_str_eq(why(&c), "“fine”不是这一步可以填写的内容");
	m = filed(&c, "A");
	cr_assert(acts(&c, c.wang, m, "report", "{}"));
	cr_assert_not(acts(&c, c.li, m, "decide", "{'fine': -1}"));
	cr_assert_str_eq(why(&c), "“罚款”不得小于0.00元", "%s", why(&c));
	cr_assert_not(acts(&c, c.li, m, "decide", "{}")); /* the check of the state and of the ceiling: both unknown */
	cr_assert_eq(c.r.n_refused, 2, "%s", why(&c));
	cr_assert(acts(&c, c.li, m, "decide", "{'fine': 50000.00}"), "%s", why(&c));
	county_free(&c);
}

BOTH(rows_keep_ids_and_only_grow)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = filed(&c, "A");

	cr_assert(acts(&c, c.wang, m, "add", "{'goods': [{'what': '漆', 'n': 3}]}"), "%s", why(&c));
	cr_assert(acts(&c, c.wang, m, "add", "{'goods': [{'what': '刷', 'n': 1}]}"), "%s", why(&c));
	cr_assert_eq(now_of(&c, m)->field[kind_field(now_of(&c, m)->kind, STR("goods"))->index].list->n, 2);
	cr_assert_not(acts(&c, c.wang, m, "add", "{'goods': [{'id': 1, 'what': '漆', 'n': 4}]}"));
	cr_assert_str_eq(why(&c), "“物品”只能增加行，已有的行不得改动");
	county_free(&c);
}

BOTH(apart_and_recusal)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = lead(&c, "A");

	/* the head who investigated may not decide */
	cr_assert(acts(&c, c.li, m, "file", str_fmt(c.a, "{'officers': [%lld, %lld]}", (long long)c.wang, (long long)c.li).p),
		  "%s", why(&c));
	cr_assert(acts(&c, c.wang, m, "report", "{}"));
	cr_assert_not(acts(&c, c.li, m, "decide", "{'fine': 1}"));
	cr_assert_eq(c.r.refused[0].sort, REFUSED_RIGHT);
	/* recusal: asked, decided, from then on out */
	m = filed(&c, "B");
	c.reason = "是当事人近亲属";
	cr_assert_not(acts(&c, c.wang, m, "recuse", str_fmt(c.a, "{'person': %lld}", (long long)c.zhao).p));
	cr_assert(acts(&c, c.li, m, "recuse", str_fmt(c.a, "{'person': %lld}", (long long)c.zhao).p), "%s", why(&c));
	cr_assert_not(acts(&c, c.zhao, m, "report", "{}"));
	cr_assert_str_eq(why(&c), "已决定回避，不得办理本件");
	cr_assert(acts(&c, c.wang, m, "report", "{}"), "%s", why(&c));
	county_free(&c);
}

BOTH(back_leads_to_the_state_before)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = filed(&c, "A");

	cr_assert(acts(&c, c.wang, m, "report", "{}"));
	cr_assert(acts(&c, c.li, m, "hold", "{}"), "%s", why(&c));
	cr_assert(acts(&c, c.li, m, "resume", "{}"), "%s", why(&c));
	cr_assert(in_state(&c, m, "deciding"));
	county_free(&c);
}

BOTH(a_target_refuses_the_whole)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m;

	cr_assert(opens(&c, c.wang, "penal", "{'party': '甲', 'found_on': '2026-03-01', 'cause': '一二三四五六七八九十一二三四五六七八九十一二'}"));
	m = c.r.matter;
	cr_assert(acts(&c, c.li, m, "file", officers(&c)));
	cr_assert(acts(&c, c.wang, m, "report", "{}"));
	cr_assert_not(acts(&c, c.li, m, "decide", "{'fine': 1}"));
	cr_assert_str_eq(why(&c), "公示内容过长");
	cr_assert_eq(c.r.refused[0].sort, REFUSED_TARGET);
	cr_assert(str_is(c.r.refused[0].node->cite.id[0], "T12"));
	cr_assert(in_state(&c, m, "deciding"));
	cr_assert_eq(child_of(&c, m, "notice"), 0);
	/* the number was not used up */
	m = decided(&c, "B");
	cr_assert(str_is(now_of(&c, m)->number[1], "临应急罚〔2026〕1号"));
	county_free(&c);
}

static const struct stmt st_alerts = { "test_alerts", "SELECT count(*) FROM matter WHERE kind = 'alert' AND id > $1" };

BOTH(reactions_count_over_matters)
{
	struct county c = county_new(f, "2026-03-02 09:00");

	decided(&c, "A");
	decided(&c, "B");
	cr_assert_eq(count_rows(&c, &st_alerts, 0), 0);
	decided(&c, "A");
	cr_assert_eq(count_rows(&c, &st_alerts, 0), 1);
	county_free(&c);
}

BOTH(effects_skip_states_that_do_not_fit)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = decided(&c, "A"), n = child_of(&c, m, "notice");

	cr_assert(acts(&c, c.wang, m, "close", "{}"), "%s", why(&c)); /* the notice is a draft: skipped */
	cr_assert(in_state(&c, n, "draft"));
	m = decided(&c, "B");
	n = child_of(&c, m, "notice");
	cr_assert(acts(&c, c.wang, n, "show", "{}"));
	cr_assert(acts(&c, c.wang, m, "close", "{}"), "%s", why(&c));
	cr_assert(in_state(&c, n, "gone"));
	county_free(&c);
}

BOTH(joint_actions)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m;

	cr_assert(opens(&c, c.li, "vote", str_fmt(c.a, "{'members': [%lld, %lld, %lld]}", (long long)c.wang, (long long)c.zhao,
						 (long long)c.li).p), "%s", why(&c));
	m = c.r.matter;
	cr_assert_not(acts(&c, c.liu, m, "give", "{'yes': true}"));
	cr_assert(acts(&c, c.wang, m, "give", "{'yes': true}"), "%s", why(&c));
	cr_assert_not(acts(&c, c.wang, m, "give", "{'yes': true}")); /* each once */
	cr_assert(in_state(&c, m, "voting"));
	cr_assert_not(acts(&c, c.zhao, m, "give", "{'yes': false}"));
	cr_assert_str_eq(why(&c), "不同意须说明意见");
	cr_assert(acts(&c, c.zhao, m, "give", "{'yes': false, 'words': '证据不足'}"), "%s", why(&c));
	cr_assert(in_state(&c, m, "voting"));
	cr_assert(acts(&c, c.li, m, "give", "{'yes': true}"), "%s", why(&c));
	cr_assert(in_state(&c, m, "passed"));
	county_free(&c);
}

BOTH(once_tokens)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = lead(&c, "A"), event;

	c.request = "0190b000-0000-7000-8000-000000000001";
	cr_assert(acts(&c, c.li, m, "file", officers(&c)), "%s", why(&c));
	event = c.r.event;
	cr_assert(acts(&c, c.li, m, "file", officers(&c)), "%s", why(&c));
	cr_assert(c.r.repeated);
	cr_assert_eq(c.r.event, event);
	cr_assert_eq(now_of(&c, m)->version, 2);
	cr_assert_eq(tries(&c, c.wang, m, -1, "report", "{}"), ERR_CONFLICT);
	cr_assert_eq(tries(&c, c.wang, m, -1, "file", officers(&c)), ERR_CONFLICT, "another person's token tells nothing");
	county_free(&c);
}

BOTH(corrections_keep_what_stood)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = filed(&c, "A");

	cr_assert_not(acts(&c, c.li, m, "correct", "{'cause': '更正后的案由'}"));
	cr_assert_str_eq(why(&c), "尚未填写：理由");
	c.reason = "录入有误";
	cr_assert(acts(&c, c.li, m, "correct", "{'cause': '更正后的案由'}"), "%s", why(&c));
	cr_assert(str_is(field_text(&c, m, "cause"), "更正后的案由"));
	cr_assert(in_state(&c, m, "filed"));
	county_free(&c);
}

BOTH(settings_hold_from_the_opening)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t old = filed(&c, "A"), new;

	cr_assert(acts(&c, c.wang, old, "report", "{}"));
	at_time(&c, "2026-03-03 09:00");
	cr_assert(opens(&c, c.li, "setting", str_fmt(c.a, "{'key': 'ceiling', 'value': '1000', 'in_force': '2026-03-03', 'scope': %lld}",
						    (long long)c.bureau).p), "%s", why(&c));
	new = filed(&c, "B");
	cr_assert(acts(&c, c.wang, new, "report", "{}"));
	cr_assert_not(acts(&c, c.li, new, "decide", "{'fine': 1000.01}"));
	cr_assert_str_eq(why(&c), "罚款1,000.01元超过上限");
	cr_assert(acts(&c, c.li, new, "decide", "{'fine': 1000}"));
	cr_assert(acts(&c, c.li, old, "decide", "{'fine': 50000}"), "%s", why(&c));
	county_free(&c);
}

static int64_t ceiling(struct county *c, const char *value, int64_t scope)
{
	cr_assert(opens(c, c->li, "setting", str_fmt(c->a, scope ? "{'key': 'ceiling', 'value': '%s', 'in_force': '2026-03-03', 'scope': %lld}"
						       : "{'key': 'ceiling', 'value': '%s', 'in_force': '2026-03-03'}", value,
						 (long long)scope).p), "%s", why(c));
	return c->r.matter;
}

static const struct stmt st_key_out = { "test_key_out", "DELETE FROM matter_key_text WHERE matter = $1" };
static const struct stmt st_key_in = { "test_key_in",
	"INSERT INTO matter_key_text (field, text, matter) VALUES ('setting.key', 'ceiling', $1)" };

static bool key_moves(struct db *db, const void *ctx, struct err *err)
{
	const struct db_in in[] = { db_i64(*(const int64_t *)ctx) };

	return db_exec(db, &st_key_out, DB_IN(in), NULL, err) && db_exec(db, &st_key_in, DB_IN(in), NULL, err);
}

/* Whether a case that is opened now may be decided with a fine of so much and not of a fen more. */
static void ceiling_is(struct county *c, const char *cause, int yuan)
{
	int64_t m = filed(c, cause);

	cr_assert(acts(c, c->wang, m, "report", "{}"));
	cr_assert_not(acts(c, c->li, m, "decide", str_fmt(c->a, "{'fine': %d.01}", yuan).p), "%d", yuan);
	cr_assert(acts(c, c->li, m, "decide", str_fmt(c->a, "{'fine': %d}", yuan).p), "%d: %s", yuan, why(c));
}

/* Two values in force from one day: what was set later holds, in whichever order the database brings them. */
BOTH(of_two_settings_of_one_day_the_later_holds)
{
	struct county c = county_new(f, "2026-03-03 09:00");
	int64_t first = ceiling(&c, "1000", c.bureau), second = ceiling(&c, "2000", c.bureau);
	struct err err = { 0 };

	ceiling_is(&c, "A", 2000);
	OK(db_tx(c.db, "move", key_moves, &first, &err));
	ceiling_is(&c, "B", 2000);
	ceiling(&c, "3000", 0); /* one for all, set last: the organ's own goes before it */
	ceiling_is(&c, "C", 2000);
	cr_assert(acts(&c, c.li, second, "withdraw", "{}"), "%s", why(&c));
	ceiling_is(&c, "D", 1000);
	ceiling(&c, "500", c.bureau);
	ceiling_is(&c, "E", 500);
	county_free(&c);
}
