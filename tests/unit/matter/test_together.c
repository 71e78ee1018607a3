/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Working together: deputies (AB角), taking back, asking back, expediting, notes, points of a return. */
#include "county.h"

#include "lib/fresh.h"
#include "base/day.h"
#include "matter/inner.h"
#include "matter/together.h"

static int64_t memo(struct county *c, int64_t by)
{
	cr_assert(opens(c, by, "memo", "{'text': '关于采购执法记录仪'}"), "%s", why(c));
	return c->r.matter;
}

static int64_t sent(struct county *c, int64_t by)
{
	int64_t m = memo(c, by);

	cr_assert(acts(c, by, m, "send", "{}"), "%s", why(c));
	return m;
}

static bool delegates(struct county *c, int64_t who, int64_t deputy, const char *from, const char *to, const char *roles)
{
	return opens(c, who, "delegation", str_fmt(c->a, "{'deputy': %lld, 'from_day': '%s', 'to_day': '%s', 'roles': [%s]}",
						   (long long)deputy, from, to, roles).p);
}

static const struct stmt st_paper = { "test_paper", "SELECT content FROM document WHERE matter = $1" };

static struct str paper_of(struct county *c, int64_t matter)
{
	struct str text = { 0 };
	const struct db_in in[] = { db_i64(matter) };
	const struct db_out out[] = { db_to_str(&text) };
	struct err err = { 0 };

	OK(db_one(c->db, c->a, &st_paper, DB_IN(in), DB_OUT(out), &err));
	return text;
}

static struct matter_view seen(struct county *c, int64_t who, int64_t matter)
{
	struct matter_view v = { 0 };
	struct actor a = as(c, who);
	struct err err = { 0 };

	OK(matter_see(c->e, c->db, c->a, &a, matter, SEE_ALL, &v, &err));
	return v;
}

static bool sees(struct county *c, int64_t who, int64_t matter)
{
	struct matter_view v;
	struct actor a = as(c, who);
	struct err err = { 0 };

	return matter_see(c->e, c->db, c->a, &a, matter, SEE_FIELDS, &v, &err);
}

BOTH(a_deputy_acts_from_the_first_day_to_the_last)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t first = sent(&c, c.wang), last = sent(&c, c.wang), late = sent(&c, c.wang);

	cr_assert(delegates(&c, c.li, c.zhao, "2026-03-03", "2026-03-04", ""), "%s", why(&c));
	at_time(&c, "2026-03-02 23:59");
	cr_assert_not(acts(&c, c.zhao, first, "sign", "{}"));
	cr_assert_eq(c.r.refused[0].sort, REFUSED_RIGHT);
	at_time(&c, "2026-03-03 00:00");
	cr_assert(acts(&c, c.zhao, first, "sign", "{}"), "%s", why(&c));
	at_time(&c, "2026-03-04 23:59");
	cr_assert(acts(&c, c.zhao, last, "sign", "{}"), "%s", why(&c));
	at_time(&c, "2026-03-05 00:00");
	cr_assert_not(acts(&c, c.zhao, late, "sign", "{}"));
	cr_assert(acts(&c, c.li, late, "sign", "{}"), "%s", why(&c));
	county_free(&c);
}

BOTH(record_and_paper_say_for_whom)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = sent(&c, c.wang), own = sent(&c, c.wang);
	struct matter_view v;

	cr_assert(delegates(&c, c.li, c.zhao, "2026-03-02", "2026-03-02", ""));
	cr_assert(acts(&c, c.zhao, m, "sign", "{}"), "%s", why(&c));
	v = seen(&c, c.wang, m);
	cr_assert_eq(v.event[2].actor, c.zhao);
	cr_assert(str_is(v.event[2].stead_name, "赵刚代李红"), "%.*s", STR_FMT(v.event[2].stead_name));
	cr_assert_eq(v.event[1].stead_name.n, 0);
	cr_assert(str_find(paper_of(&c, m), STR("签发：赵刚代李红；登记：赵刚代李红；请示：王明"), 0) != SIZE_MAX, "%.*s",
		  STR_FMT(paper_of(&c, m)));
	cr_assert(acts(&c, c.li, own, "sign", "{}"), "%s", why(&c));
	cr_assert(str_find(paper_of(&c, own), STR("签发：李红；登记：李红"), 0) != SIZE_MAX);
	county_free(&c);
}

BOTH(a_right_of_ones_own_needs_no_deputy)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = memo(&c, c.wang);
	struct matter_view v;

	/* being named: zhao sends what wang asked for */
	cr_assert_not(acts(&c, c.zhao, m, "send", "{}"));
	cr_assert(delegates(&c, c.wang, c.zhao, "2026-03-02", "2026-03-02", ""));
	cr_assert(acts(&c, c.zhao, m, "send", "{}"), "%s", why(&c));
	v = seen(&c, c.wang, m);
	cr_assert(str_is(v.event[1].stead_name, "赵刚代王明"));
	cr_assert(acts(&c, c.li, m, "sign", "{}"), "%s", why(&c));
	cr_assert(acts(&c, c.zhao, m, "file", "{}"), "%s", why(&c));
	v = seen(&c, c.wang, m);
	cr_assert_eq(v.event[3].stead_name.n, 0, "zhao is an officer too");
	county_free(&c);
}

BOTH(apart_holds_for_both_and_for_what_was_done_in_ones_stead)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t own = sent(&c, c.zhao), given = memo(&c, c.wang);

	cr_assert(delegates(&c, c.li, c.zhao, "2026-03-02", "2026-03-02", ""));
	cr_assert_not(acts(&c, c.zhao, own, "sign", "{}"), "the deputy has sent it");
	cr_assert_str_eq(why(&c), "代办人或者被代办人参与了本件前面的办理，不得再办理“签发”");
	/* zhao sends for wang; wang as li's deputy may not sign what was sent in his stead */
	cr_assert(delegates(&c, c.wang, c.zhao, "2026-03-02", "2026-03-02", ""));
	cr_assert(acts(&c, c.zhao, given, "send", "{}"), "%s", why(&c));
	cr_assert(delegates(&c, c.li, c.wang, "2026-03-02", "2026-03-02", ""));
	cr_assert_not(acts(&c, c.wang, given, "sign", "{}"));
	cr_assert_str_eq(why(&c), "代办人或者被代办人参与了本件前面的办理，不得再办理“签发”");
	cr_assert(acts(&c, c.li, given, "sign", "{}"), "%s", why(&c));
	county_free(&c);
}

BOTH(recusal_of_either_keeps_the_deputy_out)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t a = sent(&c, c.wang), b = sent(&c, c.wang), free = sent(&c, c.wang);

	cr_assert(delegates(&c, c.li, c.zhao, "2026-03-02", "2026-03-02", ""));
	c.reason = "有利害关系";
	cr_assert(acts(&c, c.li, a, "recuse", str_fmt(c.a, "{'person': %lld}", (long long)c.zhao).p), "%s", why(&c));
	cr_assert(acts(&c, c.li, b, "recuse", str_fmt(c.a, "{'person': %lld}", (long long)c.li).p), "%s", why(&c));
	c.reason = NULL;
	cr_assert_not(acts(&c, c.zhao, a, "sign", "{}"));
	cr_assert_str_eq(why(&c), "代办人或者被代办人已决定回避，不得办理本件");
	cr_assert_not(acts(&c, c.zhao, b, "sign", "{}"));
	cr_assert(acts(&c, c.zhao, free, "sign", "{}"), "%s", why(&c));
	county_free(&c);
}

BOTH(a_delegation_is_not_handed_on)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = sent(&c, c.zhao);

	cr_assert(delegates(&c, c.li, c.zhao, "2026-03-02", "2026-03-02", ""));
	cr_assert(delegates(&c, c.zhao, c.wang, "2026-03-02", "2026-03-02", ""));
	cr_assert_not(acts(&c, c.wang, m, "sign", "{}"));
	cr_assert_eq(c.r.refused[0].sort, REFUSED_RIGHT);
	county_free(&c);
}

BOTH(only_the_roles_that_were_chosen)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = sent(&c, c.wang);

	cr_assert(delegates(&c, c.li, c.zhao, "2026-03-02", "2026-03-02", "'officer'"), "%s", why(&c));
	cr_assert_not(acts(&c, c.zhao, m, "sign", "{}"));
	cr_assert(delegates(&c, c.li, c.zhao, "2026-03-02", "2026-03-02", "'head'"));
	cr_assert(acts(&c, c.zhao, m, "sign", "{}"), "%s", why(&c));
	county_free(&c);
}

static size_t listed(struct county *c, int64_t who, bool mine)
{
	const struct list_query q = { .who = as(c, who), .kind = STR("secretive"), .order = LIST_UPDATED, .mine = mine };
	const struct list_row *r;
	struct err err = { 0 };
	size_t n = 0;

	OK(matter_list(c->e, c->db, c->a, &q, &r, &n, &err));
	return n;
}

/* A matter that only those whom it names see: one of the bureau, one of the town, both name the head of the bureau. */
static int64_t secretive(struct county *c, int64_t organ, int64_t named)
{
	c->of = organ;
	cr_assert(opens(c, 0, "secretive", str_fmt(c->a, "{'named': %lld, 'text': '线索'}", (long long)named).p), "%s", why(c));
	return c->r.matter;
}

BOTH(one_role_in_hand_shows_only_what_that_role_sees)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t here = secretive(&c, c.bureau, c.li), there = secretive(&c, c.town, c.li);

	cr_expect(sees(&c, c.li, here) && sees(&c, c.li, there));
	cr_expect_not(sees(&c, c.zhao, here) || sees(&c, c.zhao, there));
	cr_assert(delegates(&c, c.li, c.zhao, "2026-03-02", "2026-03-02", "'head'"), "%s", why(&c));
	cr_expect_not(sees(&c, c.zhao, here), "named, but not by the role");
	cr_expect_not(sees(&c, c.zhao, there));
	cr_expect_eq(listed(&c, c.zhao, false), 0);
	cr_expect_eq(listed(&c, c.zhao, true), 0);
	cr_expect_eq(tries(&c, c.zhao, here, -1, "end", "{}"), ERR_NOT_FOUND);
	/* the whole desk: what names the person here, and nothing of another organ */
	cr_assert(delegates(&c, c.li, c.wang, "2026-03-02", "2026-03-02", ""), "%s", why(&c));
	cr_expect(sees(&c, c.wang, here));
	cr_expect_not(sees(&c, c.wang, there));
	cr_expect_eq(listed(&c, c.wang, false), 1);
	cr_expect_eq(listed(&c, c.wang, true), 1);
	cr_expect_eq(tries(&c, c.wang, there, -1, "end", "{}"), ERR_NOT_FOUND);
	cr_expect(acts(&c, c.wang, here, "end", "{}"), "%s", why(&c));
	county_free(&c);
}

BOTH(roles_that_exclude_each_other_are_never_joined)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m, auditor;

	c.of = c.bureau;
	cr_assert(opens(&c, 0, "person", str_fmt(c.a, "{'name': '审', 'posts': [{'organ': %lld, 'role': 'auditor'}]}",
						 (long long)c.bureau).p), "%s", why(&c));
	auditor = c.r.matter;
	m = sent(&c, c.wang);
	cr_assert_not(delegates(&c, c.li, auditor, "2026-03-02", "2026-03-02", ""));
	cr_assert_str_eq(why(&c), "审任审计员，不得同时承担机关负责人的职责，不能代办");
	cr_assert_not(sees(&c, auditor, m));
	/* who becomes an auditor afterwards is a deputy no longer */
	cr_assert(delegates(&c, c.li, c.zhao, "2026-03-02", "2026-03-03", ""));
	at_time(&c, "2026-03-03 09:00");
	{
		const struct stmt st = { "test_post", "INSERT INTO post (person, organ, role, from_day, to_day) VALUES"
					 " ($1, $2, 'auditor', 0, 9999999)" };
		const struct db_in in[] = { db_i64(c.zhao), db_i64(c.bureau) };
		struct err err = { 0 };

		OK(db_exec(c.db, &st, DB_IN(in), NULL, &err));
	}
	cr_assert_neq(tries(&c, c.zhao, m, -1, "sign", "{}") == ERR_NONE && c.r.n_refused == 0, true);
	cr_assert(in_state(&c, m, "sent"));
	county_free(&c);
}

BOTH(joint_acts_are_done_in_person)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m;

	cr_assert(opens(&c, c.wang, "vote", str_fmt(c.a, "{'members': [%lld, %lld]}", (long long)c.li, (long long)c.liu).p));
	m = c.r.matter;
	cr_assert(delegates(&c, c.li, c.zhao, "2026-03-02", "2026-03-02", ""));
	cr_assert_not(acts(&c, c.zhao, m, "give", "{'yes': true}"));
	cr_assert_str_eq(why(&c), "“表决”须由本人办理，不能代办");
	county_free(&c);
}

BOTH(the_desk_of_who_is_away_stands_on_the_deputys)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = sent(&c, c.wang), n = 0;
	struct list_query q = { .who = as(&c, c.liu), .mine = true };
	const struct list_row *row;
	struct err err = { 0 };
	size_t rows;

	OK(matter_list(c.e, c.db, c.a, &q, &row, &rows, &err));
	cr_assert_eq(rows, 0);
	cr_assert(delegates(&c, c.li, c.liu, "2026-03-02", "2026-03-02", ""));
	OK(matter_list(c.e, c.db, c.a, &q, &row, &rows, &err));
	cr_assert_eq(rows, 1);
	cr_assert_eq(row[0].snap->id, m);
	cr_assert(str_is(row[0].next->id, "sign"));
	cr_assert(str_is(row[0].stead, "李红"), "%.*s", STR_FMT(row[0].stead));
	OK(matter_count_mine(c.e, c.db, c.a, &q.who, &n, &err));
	cr_assert_eq(n, 1);
	at_time(&c, "2026-03-03 09:00");
	OK(matter_list(c.e, c.db, c.a, &q, &row, &rows, &err));
	cr_assert_eq(rows, 0);
	county_free(&c);
}

/* ---- taking back ---- */

static void looks(struct county *c, int64_t who, int64_t matter)
{
	struct actor a = as(c, who);
	struct err err = { 0 };
	bool due;

	OK(look_due(c->e, c->db, c->a, &a, matter, &due, &err));
	cr_assert(due, "it waits for this person");
	OK(look_put(c->db, matter, who, engine_now(c->e), &err));
	engine_set_now(c->e, engine_now(c->e) + 1);
}

BOTH(taken_back_all_is_as_before)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = memo(&c, c.wang), due = clock_of(&c, c.wang, m, "draft")->v.due;
	struct actor wang = as(&c, c.wang);
	struct matter_view v;
	struct err err = { 0 };

	at_time(&c, "2026-03-03 09:00");
	cr_assert(acts(&c, c.wang, m, "send", "{'urgent': '特急'}"), "%s", why(&c));
	cr_assert_eq(clock_of(&c, c.wang, m, "draft")->v.state, CLOCK_MET);
	cr_assert_eq(clock_of(&c, c.wang, m, "sign")->v.state, CLOCK_RUNNING);
	at_time(&c, "2026-03-03 10:00");
	cr_assert(acts(&c, c.wang, m, "recall", "{}"), "%s", why(&c));
	cr_assert(in_state(&c, m, "draft"));
	cr_assert_eq(field_text(&c, m, "sent_on").n, 0);
	cr_assert_eq(field_text(&c, m, "urgent").n, 0);
	cr_assert(str_is(field_text(&c, m, "text"), "关于采购执法记录仪"), "what was there before stays");
	cr_assert_eq(clock_of(&c, c.wang, m, "draft")->v.state, CLOCK_RUNNING);
	cr_assert_eq(clock_of(&c, c.wang, m, "draft")->v.due, due, "it runs on exactly as before");
	cr_assert_eq(clock_of(&c, c.wang, m, "sign")->v.state, CLOCK_ENDED);
	OK(matter_see(c.e, c.db, c.a, &wang, m, SEE_EVENTS, &v, &err));
	cr_assert_eq(v.n_event, 3, "nothing is deleted from the record");
	cr_assert_not(acts(&c, c.li, m, "sign", "{}"));
	/* sent again, the clock of signing runs anew */
	cr_assert(acts(&c, c.wang, m, "send", "{}"), "%s", why(&c));
	cr_assert_eq(clock_of(&c, c.wang, m, "sign")->run, 2);
	cr_assert_eq(clock_of(&c, c.wang, m, "sign")->v.state, CLOCK_RUNNING);
	county_free(&c);
}

/* Whoever takes back from outside the organ acts as a reader: state and fields went back all the same. */
BOTH(a_form_from_before_the_taking_back_is_stale)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m, version;

	cr_assert(opens(&c, c.wang, "errand", "{'text': '核查设备'}"), "%s", why(&c));
	m = c.r.matter;
	cr_assert(acts(&c, c.sun, m, "pass", "{'asked': '三日内'}"), "%s", why(&c));
	version = now_of(&c, m)->version;
	cr_assert(acts(&c, c.sun, m, "recall", "{}"), "%s", why(&c));
	cr_assert_eq(tries(&c, c.wang, m, version, "amend", "{'asked': '三日内，附照片'}"), ERR_CONFLICT);
	cr_assert_eq(tries(&c, c.wang, m, version + 1, "amend", "{'text': '核查设备和台账'}"), ERR_NONE);
	county_free(&c);
}

BOTH(what_was_taken_back_counts_as_not_done)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = memo(&c, c.wang);

	/* li sends nothing, but wang's taken-back sending must not keep wang apart from anything: event(send) is gone */
	cr_assert(acts(&c, c.liu, m, "send", "{}"), "%s", why(&c));
	cr_assert(acts(&c, c.liu, m, "recall", "{}"), "%s", why(&c));
	cr_assert(acts(&c, c.wang, m, "send", "{}"), "%s", why(&c));
	cr_assert(delegates(&c, c.li, c.liu, "2026-03-02", "2026-03-02", ""));
	cr_assert(acts(&c, c.liu, m, "sign", "{}"), "%s", why(&c));
	county_free(&c);
}

BOTH(once_it_was_seen_only_asking_back_is_left)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = sent(&c, c.wang);
	static const struct stmt st = { "test_told", "SELECT COUNT(*) FROM message WHERE person = $1 AND kind = 'next' AND done_at IS NULL" };

	c.reason = "附件有误";
	cr_assert_not(acts(&c, c.wang, m, "ask_back", "{}"));
	cr_assert_str_eq(why(&c), "对方尚未查看，可以直接撤回");
	looks(&c, c.li, m);
	cr_assert_not(acts(&c, c.wang, m, "recall", "{}"));
	cr_assert_str_eq(why(&c), "对方已经查看，不能撤回");
	cr_assert(str_is(c.r.refused[0].way, "ask_back"));
	cr_assert_eq(count_rows(&c, &st, c.li), 1);
	cr_assert(acts(&c, c.wang, m, "ask_back", "{}"), "%s", why(&c));
	cr_assert_eq(count_rows(&c, &st, c.li), 2);
	cr_assert_not(acts(&c, c.zhao, m, "ask_back", "{}"), "who did not send it asks nothing back");
	c.reason = NULL;
	county_free(&c);
}

BOTH(only_ordinary_acts_of_ones_own_are_taken_back)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = sent(&c, c.wang), numbered = memo(&c, c.wang), checked = memo(&c, c.wang), signed_one = sent(&c, c.wang), filed;

	cr_assert_not(acts(&c, c.zhao, m, "recall", "{}"));
	cr_assert(acts(&c, c.wang, numbered, "number", "{}"), "%s", why(&c));
	cr_assert_not(acts(&c, c.wang, numbered, "recall", "{}"), "a number was taken");
	cr_assert(acts(&c, c.wang, checked, "check", "{}"), "%s", why(&c));
	cr_assert_not(acts(&c, c.wang, checked, "recall", "{}"), "it was checked before it was done");
	cr_assert(acts(&c, c.li, signed_one, "sign", "{}"), "%s", why(&c));
	cr_assert_not(acts(&c, c.li, signed_one, "recall", "{}"), "a paper was made");
	cr_assert_not(acts(&c, c.wang, signed_one, "recall", "{}"), "somebody has acted since");
	/* twice: there is nothing more of one's own */
	cr_assert(acts(&c, c.wang, m, "recall", "{}"), "%s", why(&c));
	cr_assert_not(acts(&c, c.wang, m, "recall", "{}"));
	/* a child that was opened by it */
	cr_assert(opens(&c, c.wang, "penal", "{'party': {'name': '甲', 'code': 'A'}, 'cause': '未如实记录', 'found_on': '2026-03-01'}"));
	filed = c.r.matter;
	cr_assert(acts(&c, c.li, filed, "file", str_fmt(c.a, "{'officers': [%lld, %lld]}", (long long)c.wang, (long long)c.zhao).p));
	cr_assert(acts(&c, c.wang, filed, "report", "{}"));
	cr_assert(acts(&c, c.li, filed, "decide", "{'fine': 1}"), "%s", why(&c));
	cr_assert_not(acts(&c, c.li, filed, "recall", "{}"));
	county_free(&c);
}

/* ---- expediting ---- */

BOTH(once_a_day_and_both_sides_leaders_see_it)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = sent(&c, c.wang), legal;
	static const struct stmt told = { "test_tell", "SELECT COUNT(*) FROM message WHERE person = $1 AND kind = 'tell'" };
	static const struct stmt next = { "test_next", "SELECT COUNT(*) FROM message WHERE person = $1 AND kind = 'next'" };

	cr_assert_not(acts(&c, c.li, m, "expedite", "{}"));
	cr_assert_str_eq(why(&c), "本件正由本人办理，不用催办");
	cr_assert(acts(&c, c.wang, m, "expedite", "{}"), "%s", why(&c));
	cr_assert_eq(count_rows(&c, &next, c.li), 2, "whoever has it");
	cr_assert_not(acts(&c, c.zhao, m, "expedite", "{}"));
	cr_assert_str_eq(why(&c), "今天已经催办过。一件办件一天催办一次，明天可以再催办");
	at_time(&c, "2026-03-02 23:59");
	cr_assert_not(acts(&c, c.wang, m, "expedite", "{}"));
	at_time(&c, "2026-03-03 00:00");
	cr_assert(acts(&c, c.wang, m, "expedite", "{}"), "%s", why(&c));
	/* what waits for an officer: the head is told */
	legal = memo(&c, c.liu);
	cr_assert(acts(&c, c.wang, legal, "expedite", "{}"), "%s", why(&c));
	cr_assert_eq(count_rows(&c, &told, c.li), 1);
	county_free(&c);
}

/* ---- notes ---- */

BOTH(a_note_tells_only_who_sees_the_matter)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = memo(&c, c.wang);
	static const struct stmt told = { "test_noted", "SELECT COUNT(*) FROM message WHERE person = $1 AND kind = 'tell'" };
	struct matter_view v;

	c.reason = "请核对型号";
	cr_assert_not(acts(&c, c.wang, m, "note", str_fmt(c.a, "{'persons': [%lld]}", (long long)c.chen).p));
	cr_assert(str_is(c.r.refused[0].field, "persons"), "%s", why(&c));
	cr_assert(acts(&c, c.wang, m, "note", str_fmt(c.a, "{'persons': [%lld, %lld]}", (long long)c.zhao, (long long)c.liu).p),
		  "%s", why(&c));
	cr_assert_eq(count_rows(&c, &told, c.zhao), 1);
	cr_assert_eq(count_rows(&c, &told, c.liu), 1);
	cr_assert_eq(count_rows(&c, &told, c.chen), 0);
	v = seen(&c, c.wang, m);
	cr_assert(str_starts(v.event[1].told, STR("赵刚、")), "%.*s", STR_FMT(v.event[1].told));
	c.reason = NULL;
	county_free(&c);
}

/* ---- points ---- */

BOTH(a_return_has_points_to_tick)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = sent(&c, c.wang);
	const struct point_view *p;
	struct passed pass = { .check = STR("memo.send"), .reason = STR("第三项与本件无关，已当面说明") };
	struct actor wang = as(&c, c.wang);
	struct err err = { 0 };
	struct matter_view v;
	size_t n;

	cr_assert_not(acts(&c, c.li, m, "back", "{}"));
	cr_assert_str_eq(why(&c), "尚未填写：退回要点（至少一项）");
	cr_assert_not(acts(&c, c.li, m, "back", str_fmt(c.a, "{'points': ['%s']}", str_fmt(c.a, "%0201d", 0).p).p));
	cr_assert(acts(&c, c.li, m, "back", str_fmt(c.a, "{'points': ['%s', '补报价单', '改数量']}", str_fmt(c.a, "%0200d", 0).p).p),
		  "%s", why(&c));
	OK(points_mine(c.e, c.db, c.a, &wang, &p, &n, &err));
	cr_assert_eq(n, 3);
	cr_assert(p[1].matter == m && p[1].n == 2 && str_is(p[1].text, "补报价单"));
	cr_assert_not(acts(&c, c.li, m, "tick", "{'point': 2}"), "the receiver ticks");
	cr_assert(acts(&c, c.wang, m, "tick", "{'point': 2}"), "%s", why(&c));
	cr_assert_not(acts(&c, c.wang, m, "tick", "{'point': 2}"));
	c.reason = "数量已改为3台";
	cr_assert(acts(&c, c.wang, m, "tick", "{'point': 3}"), "%s", why(&c));
	c.reason = NULL;
	OK(points_of(c.db, c.a, m, &p, &n, &err));
	cr_assert(n == 3 && !p[0].ticked && p[1].ticked && p[2].ticked && str_is(p[2].remark, "数量已改为3台"));
	v = seen(&c, c.wang, m);
	cr_assert(v.event[v.n_event - 1].n_point == 1 && str_is(v.event[v.n_event - 1].point[0], "改数量"));
	cr_assert_not(acts(&c, c.wang, m, "send", "{}"));
	cr_assert(c.r.refused[0].can_pass && c.r.refused[0].sort == REFUSED_SHOULD);
	cr_assert_str_eq(why(&c), "退回要点还有1项未落实");
	c.passed = &pass;
	c.n_passed = 1;
	cr_assert(acts(&c, c.wang, m, "send", "{}"), "%s", why(&c));
	county_free(&c);
}

/* ---- watching, holidays ---- */

BOTH(watched_and_recent_ones_ask_for_sight)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t first = memo(&c, c.wang);
	struct actor wang = as(&c, c.wang), chen = as(&c, c.chen);
	const struct link_view *v;
	struct err err = { 0 };
	bool is;
	size_t n;

	OK(watch_set(c.db, c.wang, first, true, 1, &err));
	OK(watch_set(c.db, c.wang, first, true, 2, &err));
	OK(watch_set(c.db, c.chen, first, true, 1, &err));
	OK(watch_list(c.e, c.db, c.a, &wang, &v, &n, &err));
	cr_assert(n == 1 && v[0].matter == first && str_is(v[0].state_name, "草拟"));
	OK(watch_list(c.e, c.db, c.a, &chen, &v, &n, &err));
	cr_assert_eq(n, 0, "of another organ");
	OK(watch_set(c.db, c.wang, first, false, 3, &err));
	OK(watch_is(c.db, c.a, c.wang, first, &is, &err));
	cr_assert_not(is);
	for (int i = 0; i < 11; i++) {
		at_time(&c, str_fmt(c.a, "2026-03-02 10:%02d", i).p);
		(void)memo(&c, c.wang);
	}
	OK(recent_list(c.e, c.db, c.a, &wang, &v, &n, &err));
	cr_assert_eq(n, 10);
	for (size_t i = 0; i < n; i++)
		cr_assert_neq(v[i].matter, first, "the oldest has fallen out");
	county_free(&c);
}

BOTH(a_holiday_of_three_days_is_announced_a_week_before)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	const struct calendar *cal = now_of(&c, memo(&c, c.wang))->kind->law->calendar;
	int64_t from = 0, to = 0, may = day_of(2026, 5, 1);

	cr_assert_not(holiday_soon(cal, may - 8, &from, &to));
	cr_assert(holiday_soon(cal, may - 7, &from, &to));
	cr_assert(from == may && to == may + 4);
	cr_assert(holiday_soon(cal, may - 1, &from, &to));
	cr_assert_not(holiday_soon(cal, may, &from, &to), "it has begun");
	cr_assert_not(holiday_soon(cal, day_of(2026, 3, 4), &from, &to), "a weekend is no holiday");
	county_free(&c);
}

BOTH(nobody_but_the_law_puts_another_person_in)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = memo(&c, c.wang);
	const char *form = str_fmt(c.a, "{'leaver': %lld, 'receiver': %lld}", (long long)c.wang, (long long)c.zhao).p;

	cr_assert_not(acts(&c, c.li, m, "take_over", form));
	cr_assert_eq(c.r.refused[0].sort, REFUSED_RIGHT);
	c.of = c.bureau;
	cr_assert(acts(&c, 0, m, "take_over", form), "%s", why(&c));
	cr_assert_not(acts(&c, c.wang, m, "send", "{}"));
	cr_assert(acts(&c, c.zhao, m, "send", "{}"), "%s", why(&c));
	county_free(&c);
}

/* ---- hand-over of more than one list ---- */

static const struct stmt st_copies = { "test_memo_copies",
	"INSERT INTO matter (code, kind, def, organ, state, version, number, title, opened, opener, updated, due, yellow, fields)"
	" WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 1002)"
	" SELECT 'memo-' || c.i, m.kind, m.def, m.organ, m.state, m.version, '', m.title, m.opened, m.opener, m.updated,"
	" CASE WHEN c.i % 2 = 0 THEN NULL ELSE m.updated + 1000000 * (2000 - c.i) END, NULL, m.fields FROM c, matter m WHERE m.id = $1" };
static const struct stmt st_recused = { "test_recused",
	"INSERT INTO matter_key_num (field, num, matter) VALUES ('recused', $2, $1)" };
static const struct stmt st_mine = { "test_still_asked_by",
	"SELECT COUNT(*) FROM matter WHERE kind = 'memo' AND fields LIKE '%:' || $1 || ',%'" };

struct crowd {
	int64_t memo, recused;
};

static bool crowd(struct db *db, const void *ctx, struct err *err)
{
	const struct crowd *x = ctx;
	const struct db_in in[] = { db_i64(x->memo) };
	const struct db_in no[] = { db_i64(x->memo), db_i64(x->recused) };

	return db_exec(db, &st_copies, DB_IN(in), NULL, err) && db_exec(db, &st_recused, DB_IN(no), NULL, err);
}

static const struct val_list *rows_of(struct county *c, int64_t handover, const char *field)
{
	static const struct val_list none;
	const struct val *v = snap_field(now_of(c, handover), field);

	return v->t == T_ROWS ? v->list : &none;
}

static bool rest_is(struct county *c, int64_t handover, const char *want)
{
	return str_is(field_text(c, handover, "rest"), want);
}

static void both_sign(struct county *c, int64_t handover)
{
	cr_assert(acts(c, c->wang, handover, "sign", "{}"), "%s", why(c));
	cr_assert(acts(c, c->zhao, handover, "sign", "{}"), "%s", why(c));
	cr_assert(in_state(c, handover, "done"));
}

static size_t that_stay(const struct val_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += !str_is(list->v[i].row->cell[3].s, "已移交");
	return n;
}

/* 1,003 matters in one's name: three lists that follow each other, none left out, one that must stay told once. */
BOTH(what_is_more_than_one_list_is_handed_over_by_the_next)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	const struct crowd x = { memo(&c, c.wang), c.zhao };
	const char *form = str_fmt(c.a, "{'sort': 'leave', 'leaver': %lld, 'receiver': %lld}", (long long)c.wang, (long long)c.zhao).p;
	int64_t list, begun;
	struct err err = { 0 };

	OK(db_tx(c.db, "crowd", crowd, &x, &err));
	cr_assert(opens(&c, c.wang, "handover", form), "%s", why(&c));
	list = c.r.matter;
	cr_expect_eq(rows_of(&c, list, "list")->n, 500);
	cr_expect(rest_is(&c, list, "503"));
	cr_expect_eq(that_stay(rows_of(&c, list, "list")), 500, "before the signature nothing is handed over");
	begun = time_monotonic();
	both_sign(&c, list);
	cr_expect_lt(time_monotonic() - begun, 20000, "one signature holds the writer up for %lld ms",
		     (long long)(time_monotonic() - begun));
	cr_expect_eq(that_stay(rows_of(&c, list, "list")), 1);
	cr_expect_eq(count_rows(&c, &st_mine, c.wang), 504);
	list = child_of(&c, list, "handover");
	cr_assert_neq(list, 0, "the next list lies ready");
	cr_expect_eq(rows_of(&c, list, "list")->n, 500);
	cr_expect(rest_is(&c, list, "3"));
	both_sign(&c, list);
	list = child_of(&c, list, "handover");
	cr_expect_eq(rows_of(&c, list, "list")->n, 3);
	cr_expect(rest_is(&c, list, ""));
	both_sign(&c, list);
	cr_expect_eq(child_of(&c, list, "handover"), 0, "there is nothing left to list");
	cr_expect_eq(count_rows(&c, &st_mine, c.wang), 1, "all but the one that must stay");
	county_free(&c);
}

/* Exactly one list: no empty one follows; what has a limit stands first. */
BOTH(a_list_of_five_hundred_is_whole)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	const struct crowd x = { memo(&c, c.wang), c.liu };
	const char *form = str_fmt(c.a, "{'sort': 'leave', 'leaver': %lld, 'receiver': %lld, 'earlier': null}", (long long)c.wang,
				   (long long)c.zhao).p;
	static const struct stmt st_end = { "test_end_most", "UPDATE matter SET ended = 1 WHERE kind = 'memo' AND id > $1" };
	const struct db_in in[] = { db_i64(x.memo + 499) };
	const struct val_list *list;
	struct err err = { 0 };

	OK(db_tx(c.db, "crowd", crowd, &x, &err));
	OK(db_exec(c.db, &st_end, DB_IN(in), NULL, &err));
	cr_assert(opens(&c, c.wang, "handover", form), "%s", why(&c));
	list = rows_of(&c, c.r.matter, "list");
	cr_expect_eq(list->n, 500);
	cr_expect(rest_is(&c, c.r.matter, ""));
	cr_expect_eq(list->v[0].row->id, x.memo, "its own limit ends first");
	cr_expect_gt(list->v[1].row->id, list->v[2].row->id, "then by the limit, not by age");
	both_sign(&c, c.r.matter);
	county_free(&c);
}

static const struct stmt st_elsewhere = { "test_memo_elsewhere",
	"UPDATE matter SET organ = $2 WHERE kind = 'memo' AND id IN ($1, $1 + 1)" };
static const struct stmt st_reads = { "test_reads",
	"INSERT INTO matter_reader (matter, principal) VALUES ($1, $2) ON CONFLICT DO NOTHING" };

/* What the leaver holds in another organ is told by organ and number, and stays. */
BOTH(what_lies_in_another_organ_is_told_and_stays)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	const int64_t m = memo(&c, c.wang);
	const char *form = str_fmt(c.a, "{'sort': 'leave', 'leaver': %lld, 'receiver': %lld}", (long long)c.wang, (long long)c.zhao).p;
	const struct db_in move[] = { db_i64(m), db_i64(c.town) };
	const struct db_in reads[] = { db_i64(m), db_str(str_fmt(c.a, "user:%lld", (long long)c.wang)) };
	const struct val_list *list;
	struct err err = { 0 };

	(void)memo(&c, c.wang);
	OK(db_exec(c.db, &st_elsewhere, DB_IN(move), NULL, &err));
	OK(db_exec(c.db, &st_reads, DB_IN(reads), NULL, &err));
	cr_assert_not(opens(&c, c.wang, "handover", form));
	cr_expect_str_eq(why(&c), "移交人在本机关没有被指名承办的未办结办件；在其他机关有猗氏镇2件，由移交人本人或者该机关的负责人在该机关列出移交清单");
	(void)memo(&c, c.wang);
	cr_assert(opens(&c, c.wang, "handover", form), "%s", why(&c));
	cr_expect_eq(rows_of(&c, c.r.matter, "list")->n, 1);
	list = rows_of(&c, c.r.matter, "elsewhere");
	cr_assert_eq(list->n, 1);
	cr_expect(str_is(list->v[0].row->cell[0].s, "猗氏镇"));
	cr_expect(list->v[0].row->cell[1].n == val_int(2).n);
	cr_expect(str_is(list->v[0].row->cell[2].s, "由移交人本人或者猗氏镇的负责人，在该机关另列移交清单"));
	both_sign(&c, c.r.matter);
	cr_expect_eq(count_rows(&c, &st_mine, c.wang), 2, "those of the other organ stay");
	county_free(&c);
}

BOTH(what_nobody_has_is_listed)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = sent(&c, c.wang), after = 0;
	const struct link_view *v;
	struct err err = { 0 };
	bool more;
	size_t n;

	OK(unheld_list(c.e, c.db, c.a, true, &after, &v, &n, &more, &err));
	cr_assert(n == 0 && !more);
	c.of = c.bureau;
	cr_assert(acts(&c, c.li, c.li, "leave", "{}"), "%s", why(&c));
	after = 0;
	OK(unheld_list(c.e, c.db, c.a, true, &after, &v, &n, &more, &err));
	cr_assert(n == 1 && v[0].matter == m, "the only head has left");
	after = 0;
	OK(unheld_list(c.e, c.db, c.a, false, &after, &v, &n, &more, &err));
	cr_assert_eq(n, 0, "the role is there");
	county_free(&c);
}
