/* SPDX-License-Identifier: MulanPSL-2.0 */
/* How like cases were decided: which are compared, their amounts and shares, the most alike with their sight, the limit of
 * 2,000, what an act is shown and warned of. Proves: LY1.05-4 */
#include "county.h"

#include "lib/fresh.h"
#include "matter/alike.h"

static const char kinds[] =
	"kind: thing\nname: 事项\ncite: T1\n"
	"fields:\n"
	"  name: {name: 名称, type: text(40)}\n"
	"  low: {name: 下限, type: money}\n"
	"  high: {name: 上限, type: money}\n"
	"  tiers:\n    name: 阶次\n    type: rows\n    of:\n"
	"      grade: {name: 阶次, type: enum, of: {light: 从轻, normal: 一般}}\n"
	"      says: {name: 情形, type: text(40)}\n"
	"      least: {name: 自, type: money}\n"
	"      most: {name: 至, type: money}\n"
	"states: {valid: {name: 有效, holder: [system]}, gone: {name: 废止, end: true}}\n"
	"actions:\n"
	"  open: {name: 登记, by: [officer, system], form: [name], may: [low, high, tiers]}\n"
	"  drop: {name: 废止, next: 废止, from: valid, to: gone, by: [head]}\n"
	"---\n"
	"kind: fault\nname: 案件\ncite: T1\n"
	"fields:\n"
	"  thing: {name: 事项, type: ref, of: thing}\n"
	"  grade: {name: 阶次, type: enum, of: {light: 从轻, normal: 一般}}\n"
	"  result: {name: 结果, type: enum, of: {fined: 处罚, free: 不予处罚}}\n"
	"  fine: {name: 罚款, type: money}\n"
	"  day: {name: 决定日, type: date}\n"
	"  no: {name: 文号, type: text(40)}\n"
	"  title: {name: 案由, type: text(40)}\n"
	"  facts: {name: 事实, type: note}\n"
	"  marks: {name: 情节, type: picks, of: {late: 逾期, mended: 改正}}\n"
	"states: {weighing: 裁量中, decided: {name: 已决定, end: true}}\n"
	"alike:\n"
	"  same: thing\n  only: {result: fined}\n  step: grade\n  amount: fine\n  on: day\n  number: no\n"
	"  texts: {facts: 3, marks: 4}\n  also: [paste]\n  at: decide\n  cite: T1\n"
	"  here: {step: grade, amount: fine, ready: count(marks) > 0, low: thing.low, high: thing.high, from: thing.low,"
	" to: thing.high, steps: {rows: thing.tiers, step: grade, says: says, from: least, to: most}}\n"
	"actions:\n"
	"  open:\n    name: 登记\n    to: {choose: [{if: result is not null, is: decided}, {is: weighing}]}\n"
	"    by: [officer, system]\n    form: [thing, title]\n    may: [grade, result, fine, day, no, facts, marks]\n"
	"  decide:\n    name: 决定\n    next: 决定\n    from: weighing\n    to: decided\n    by: [officer]\n    form: [fine]\n"
	"    may: [grade, facts, marks]\n    set: {result: fined, day: today}\n"
	"    checks:\n"
	"      like: {if: count(alike()) >= 3, should: \"any(alike(), it >= fine) and any(alike(), it <= fine)\","
	" say: \"{count(alike())}件\", cite: T1, way: fine}\n"
	"  drop: {name: 撤销, next: 撤销, from: weighing, to: decided, by: [head], set: {result: free}}\n"
	"terms:\n"
	"  peers: {name: 类案数, is: count(alike())}\n"
	"  many: {name: 类案较多, is: peers > 2}\n"
	"  named: {name: 有案由, is: title is not null}\n"
	"list: {columns: [title, thing, state], filters: [state], card: [title, state]}\n"
	"---\n"
	"kind: paste\nname: 旧决定\ncite: T1\n"
	"fields:\n"
	"  about: {name: 事项, type: ref, of: thing}\n"
	"  came: {name: 来源, type: enum, of: {file: 文件, here: 本系统}}\n"
	"  grade: {name: 阶次, type: enum, of: {light: 从轻, normal: 一般}}\n"
	"  paid: {name: 罚款, type: money}\n"
	"  made: {name: 决定日, type: date}\n"
	"  told: {name: 公开日, type: date}\n"
	"  no: {name: 文号, type: text(40)}\n"
	"  words: {name: 事实, type: note}\n"
	"states: {old: {name: 历史, holder: [system]}, gone: {name: 撤下, end: true}}\n"
	"see: [{who: [public]}]\n"
	"alike: {same: about, only: {came: file}, step: grade, amount: paid, on: [made, told], number: no, texts: {words: 3}, cite: T1}\n"
	"actions:\n"
	"  open: {name: 导入, by: [officer, system], form: [about, came], may: [grade, paid, made, told, no, words]}\n"
	"  drop: {name: 撤下, next: 撤下, from: old, to: gone, by: [head]}\n"
	"---\n"
	"kind: notice\nname: 公示\ncite: T1\n";

static struct county begun(struct fresh *f)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };

	cr_assert_eq(county_version(&c, "t/others.yaml", "kind: notice\nname: 公示\ncite: T1\n", kinds, &err), ERR_NONE, "%s %s",
		     err.msg, err.detail);
	return c;
}

static int64_t a_thing(struct county *c)
{
	cr_assert(opens(c, c->wang, "thing", "{'name': '甲', 'low': 100, 'high': 9000, 'tiers': [{'grade': 'light', 'says': '改正的',"
					     " 'least': 100, 'most': 2000}, {'grade': 'normal', 'says': '其他', 'least': 2000, 'most': 9000}]}"),
		  "%s", why(c));
	return c->r.matter;
}

static int64_t a_fault(struct county *c, int64_t who, int64_t thing, const char *more)
{
	cr_assert(opens(c, who, "fault", str_fmt(c->a, "{'thing': %lld, 'title': '乙案'%s}", (long long)thing, more).p), "%s", why(c));
	return c->r.matter;
}

static struct alike ask(struct county *c, int64_t who, int64_t matter)
{
	const struct act act = { .who = as(c, who), .matter = matter };
	struct alike v;
	struct err err = { 0 };

	OK(matter_alike(c->e, c->db, c->a, &act, &v, &err));
	return v;
}

static bool is(struct val v, int64_t fen)
{
	return v.t == T_MONEY && v.n * 100 == dec_int(fen);
}

BOTH(alike_compared)
{
	struct county c = begun(f);
	int64_t thing = a_thing(&c), other = a_thing(&c), here, far;
	struct alike v;

	here = a_fault(&c, c.wang, thing, ", 'grade': 'light', 'fine': 500, 'facts': '加油站未记录培训'");
	v = ask(&c, c.wang, here);
	cr_expect(v.set && !v.ready && v.n_step == 2 && v.n_peer == 0 && v.n_like == 0, "facts first");
	cr_expect(v.step[0].here && str_is(v.step[0].name, "从轻") && str_is(v.step[0].says, "改正的") && is(v.step[0].to, 200000));

	here = a_fault(&c, c.wang, thing, ", 'grade': 'light', 'fine': 500, 'facts': '加油站未记录培训', 'marks': ['mended']");
	v = ask(&c, c.wang, here);
	cr_expect(v.set && v.ready && v.n_peer == 0 && v.n_like == 0 && !v.more, "none yet");
	cr_expect(is(v.amount, 50000) && is(v.low, 10000) && is(v.high, 900000) && str_is(v.step_name, "从轻"));
	cr_expect_eq(v.middle.t, T_NONE, "no middle of nothing");

	(void)a_fault(&c, c.wang, thing, ", 'grade': 'light', 'fine': 400, 'facts': '饭店未记录培训', 'result': 'fined', 'day': '2025-05-01', 'no': '一号'");
	far = a_fault(&c, c.chen, thing, ", 'grade': 'light', 'fine': 600, 'facts': '加油站未记录培训', 'marks': ['mended'], 'result': 'fined', 'day': '2025-06-01', 'no': '二号'");
	(void)a_fault(&c, c.wang, thing, ", 'grade': 'light', 'fine': 500, 'facts': '占用通道', 'result': 'fined'");
	(void)a_fault(&c, c.wang, thing, ", 'grade': 'normal', 'fine': 5000, 'facts': '加油站', 'result': 'fined'");
	(void)a_fault(&c, c.wang, thing, ", 'grade': 'light', 'facts': '加油站', 'result': 'fined'");
	(void)a_fault(&c, c.wang, thing, ", 'grade': 'light', 'fine': 1, 'facts': '加油站', 'result': 'free'");
	(void)a_fault(&c, c.wang, other, ", 'grade': 'light', 'fine': 1, 'facts': '加油站', 'result': 'fined'");
	cr_assert(opens(&c, c.wang, "paste", str_fmt(c.a, "{'about': %lld, 'came': 'file', 'grade': 'light', 'paid': 900.5, 'told': '2020-07-01', 'words': '加油站未记录', 'no': '旧一号'}", (long long)thing).p));
	cr_assert(opens(&c, c.wang, "paste", str_fmt(c.a, "{'about': %lld, 'came': 'file', 'paid': 900, 'words': '消防'}", (long long)thing).p));
	cr_assert(opens(&c, c.wang, "paste", str_fmt(c.a, "{'about': %lld, 'came': 'here', 'grade': 'light', 'paid': 900}", (long long)thing).p));

	v = ask(&c, c.wang, here);
	cr_assert_eq(v.n_peer, 4);
	cr_expect(is(v.peer[0], 40000) && is(v.peer[1], 50000) && is(v.peer[2], 60000) && is(v.peer[3], 90050));
	cr_expect(v.above == 3 && v.below == 2, "%zu %zu", v.above, v.below);
	cr_expect(is(v.middle, 55000) && is(v.quarter, 47500) && is(v.three_quarters, 67513) && is(v.tenth, 43000));
	cr_expect_eq(v.n_compared, 7, "%zu", v.n_compared);
	cr_expect_eq(v.step[0].n, 5, "those without a fine were decided so too");
	cr_expect_eq(v.step[1].n, 1);

	cr_assert_eq(v.n_like, 5, "%zu", v.n_like);
	cr_expect_eq(v.like[0].matter, far, "the same facts and the same mark");
	cr_expect(!v.like[0].seen && !v.like[0].code.n && !v.like[0].title.n, "of another organ");
	cr_expect(str_is(v.like[0].number, "二号") && is(v.like[0].amount, 60000) && str_is(v.like[0].step, "从轻"));
	for (size_t i = 0; i < v.n_like; i++) {
		cr_expect(i == 0 || v.like[i].score <= v.like[i - 1].score);
		if (str_is(v.like[i].number, "旧一号"))
			cr_expect(v.like[i].seen && v.like[i].on == 18444, "what is published is seen, by the day it was told");
		else if (v.like[i].matter != far)
			cr_expect(v.like[i].seen && str_is(v.like[i].title, "乙案"));
	}
	v = ask(&c, c.chen, far);
	cr_expect(v.set && v.n_peer == 3, "it is not compared with itself");
	county_free(&c);
}

BOTH(alike_nobody_else)
{
	struct county c = begun(f);
	int64_t here = a_fault(&c, c.wang, a_thing(&c), ", 'marks': ['late']");
	const struct act act = { .who = as(&c, c.chen), .matter = here };
	struct alike v;
	struct err err = { 0 };

	cr_assert(!matter_alike(c.e, c.db, c.a, &act, &v, &err));
	cr_expect_eq(err.code, ERR_NOT_FOUND);
	cr_expect(!ask(&c, c.wang, c.wang).set, "a kind that compares nothing");
	county_free(&c);
}

/* What is typed counts; the check reads the same cases. */
BOTH(alike_beside_a_form)
{
	struct county c = begun(f);
	int64_t thing = a_thing(&c), here = a_fault(&c, c.wang, thing, ", 'facts': '加油站'");
	const struct passed passed[] = { { STR("fault.decide.like"), STR("危害较重") } };
	const struct form_entry typed[] = { { STR("grade"), { .t = T_ENUM, .s = STR("normal") } }, { STR("fine"), { .t = T_MONEY, .n = dec_int(900) } },
					    { STR("marks"), val_list(c.a, T_PICKS, &(struct val){ .t = T_TEXT, .s = STR("late") }, 1) } };
	struct act act = { .who = as(&c, c.wang), .matter = here, .version = -1, .action = STR("decide"), .form = { typed, 3 } };
	struct alike v;
	struct err err = { 0 };

	for (int i = 0; i < 3; i++) {
		OK(matter_alike(c.e, c.db, c.a, &act, &v, &err));
		cr_assert(v.set && v.ready);
		cr_expect(v.n_peer == (size_t)i && is(v.amount, 90000));
		(void)a_fault(&c, c.wang, thing, ", 'grade': 'normal', 'fine': 500, 'facts': '加油站', 'result': 'fined'");
	}
	cr_expect(!acts(&c, c.wang, here, "decide", "{'grade': 'normal', 'fine': 500.01, 'marks': ['late']}"));
	cr_expect(str_find(str_of(why(&c)), STR("3件"), 0) != SIZE_MAX, "%s", why(&c));
	cr_expect(!acts(&c, c.wang, here, "decide", "{'grade': 'normal', 'fine': 499.99, 'marks': ['late']}"));
	cr_expect(acts(&c, c.wang, here, "decide", "{'grade': 'normal', 'fine': 500, 'marks': ['late']}"), "%s", why(&c));
	here = a_fault(&c, c.wang, thing, ", 'facts': '加油站'");
	cr_expect(!acts(&c, c.wang, here, "decide", "{'grade': 'normal', 'fine': 700}"));
	c.passed = passed;
	c.n_passed = 1;
	cr_expect(acts(&c, c.wang, here, "decide", "{'grade': 'normal', 'fine': 700}"), "%s", why(&c));
	county_free(&c);
}

/* A page of the matter asks for no like cases, neither for its terms nor for what may be done; who wants them says so. */
BOTH(alike_asked_for)
{
	struct county c = begun(f);
	int64_t here = a_fault(&c, c.wang, a_thing(&c), ", 'grade': 'normal', 'fine': 500, 'marks': ['late']");
	const struct actor who = as(&c, c.wang);
	struct matter_view v;
	struct err err = { 0 };

	OK(matter_see(c.e, c.db, c.a, &who, here, SEE_ALL, &v, &err));
	cr_assert_eq(v.n_term, 1);
	cr_expect(str_is(v.term[0].def->id, "named"));
	OK(matter_see(c.e, c.db, c.a, &who, here, SEE_TERMS | SEE_ALIKE, &v, &err));
	cr_expect_eq(v.n_term, 3);
	county_free(&c);
}

#define COPIES 2005
static const struct stmt st_copies = { "test_alike_copies",
	"INSERT INTO matter (code, kind, def, organ, state, version, number, title, opened, opener, updated, fields)"
	" WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 2005)"
	" SELECT 'copy-' || c.i, m.kind, m.def, m.organ, m.state, m.version, '', m.title, m.opened, m.opener, m.updated, m.fields"
	" FROM c, matter m WHERE m.id = $1" };
static const struct stmt st_nums = { "test_alike_nums",
	"INSERT INTO matter_key_num (field, num, matter) SELECT k.field, k.num, m.id FROM matter m, matter_key_num k"
	" WHERE k.matter = $1 AND m.code LIKE 'copy-%'" };
static const struct stmt st_texts = { "test_alike_texts",
	"INSERT INTO matter_key_text (field, text, matter) SELECT k.field, k.text, m.id FROM matter m, matter_key_text k"
	" WHERE k.matter = $1 AND m.code LIKE 'copy-%'" };

static bool copy(struct db *db, const void *ctx, struct err *err)
{
	const struct db_in in[] = { db_i64(*(const int64_t *)ctx) };

	return db_exec(db, &st_copies, DB_IN(in), NULL, err) && db_exec(db, &st_nums, DB_IN(in), NULL, err)
	    && db_exec(db, &st_texts, DB_IN(in), NULL, err);
}

/* The newest 2,000: an older one with another amount falls out, those of other kinds have no room left. */
BOTH(alike_newest)
{
	struct county c = begun(f);
	int64_t thing = a_thing(&c), one, here;
	struct err err = { 0 };
	struct alike v;

	(void)a_fault(&c, c.wang, thing, ", 'grade': 'light', 'fine': 1, 'facts': '最早的', 'result': 'fined'");
	one = a_fault(&c, c.wang, thing, ", 'grade': 'light', 'fine': 500, 'facts': '加油站', 'result': 'fined'");
	OK(db_tx(c.db, "copy", copy, &one, &err));
	cr_assert(opens(&c, c.wang, "paste", str_fmt(c.a, "{'about': %lld, 'came': 'file', 'grade': 'light', 'paid': 2}", (long long)thing).p));
	here = a_fault(&c, c.wang, thing, ", 'grade': 'light', 'fine': 500, 'facts': '最早的加油站', 'marks': ['late']");
	v = ask(&c, c.wang, here);
	cr_expect_eq(v.n_peer, RANK_TEXTS);
	cr_expect(is(v.peer[0], 50000) && is(v.peer[RANK_TEXTS - 1], 50000) && v.more);
	cr_expect_eq(v.n_compared, RANK_TEXTS);
	cr_assert_eq(v.n_like, ALIKE_SHOWN);
	for (size_t i = 1; i < v.n_like; i++)
		cr_expect(v.like[i].matter == v.like[i - 1].matter - 1, "equally alike: the newest first");
	county_free(&c);
}

Test(alike, shares)
{
	struct val v[5];

	for (int i = 0; i < 5; i++)
		v[i] = val_num(T_MONEY, dec_int((int64_t)i * 100));
	cr_expect(is(alike_share(v, 5, 0), 0) && is(alike_share(v, 5, 50), 20000) && is(alike_share(v, 5, 100), 40000));
	cr_expect(is(alike_share(v, 5, 25), 10000) && is(alike_share(v, 5, 10), 4000));
	cr_expect(is(alike_share(v, 1, 90), 0) && is(alike_share(v, 2, 75), 7500));
}
