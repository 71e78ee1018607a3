/* SPDX-License-Identifier: MulanPSL-2.0 */
/* For each thing that the checker proves: a definition that passes, and its neighbour that is refused at the
 * right line. */
#include <criterion/criterion.h>

#include "lib/law_text.h"

struct pair {
	const char *what;
	struct law_try good, bad;
	const char *words; /* of the finding about bad; its line ends in #! */
	bool warning;
};

static void good(const struct pair *p)
{
	struct law_text *t = law_text_new();

	law_text_add(t, "p/case.yaml", law_text_matter(t, p->good));
	cr_expect(law_text_load(t, "p") != NULL, "%s should pass; %s", p->what, law_text_all(t));
	cr_expect(!law_text_find(t, p->warning, p->words), "%s should not be found: %s", p->what, law_text_all(t));
	arena_free(t->a);
}

static void bad(const struct pair *p)
{
	struct law_text *t = law_text_new();
	const char *text = law_text_matter(t, p->bad);
	const struct diag_item *x;

	law_text_add(t, "p/case.yaml", text);
	cr_expect((law_text_load(t, "p") != NULL) == p->warning, "%s should be refused", p->what);
	x = law_text_find(t, p->warning, p->words);
	cr_expect(x != NULL, "%s: no finding with %s; %s", p->what, p->words, law_text_all(t));
	if (x)
		cr_expect_eq(x->pos.line, law_text_mark(text), "%s: line %d, wanted %d; %s", p->what, x->pos.line,
			     law_text_mark(text), law_text_all(t));
	arena_free(t->a);
}

static void both(const struct pair *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		good(&p[i]);
		bad(&p[i]);
	}
}
#define BOTH(list) both(list, sizeof(list) / sizeof(*(list)))

Test(law_check, keys_and_types_are_known)
{
	static const struct pair list[] = {
		{ "a key", { .fields = "  a: {name: 甲, type: int, min: 0}\n" },
		  { .fields = "  a: {name: 甲, type: int, mim: 0} #!\n" }, "没有键“mim”", false },
		{ "a missing name", { .fields = "  a: {name: 甲, type: int}\n" },
		  { .fields = "  a: {type: int} #!\n" }, "缺少“name”", false },
		{ "a type", { .fields = "  a: {name: 甲, type: num(2)}\n" },
		  { .fields = "  a: {name: 甲, type: number} #!\n" }, "没有类型“number”", false },
		{ "places of a num", { .fields = "  a: {name: 甲, type: num(4)}\n" },
		  { .fields = "  a: {name: 甲, type: num(5)} #!\n" }, "最大为4", false },
		{ "a text without length", { .fields = "  a: {name: 甲, type: text(5)}\n" },
		  { .fields = "  a: {name: 甲, type: text} #!\n" }, "须写明字数", false },
		{ "an id", { .fields = "  a1: {name: 甲, type: int}\n" },
		  { .fields = "  A1: {name: 甲, type: int} #!\n" }, "不能作标识", false },
		{ "a kind of a ref", { .fields = "  a: {name: 甲, type: ref, of: person}\n" },
		  { .fields = "  a: {name: 甲, type: ref, of: persons} #!\n" }, "没有名为“persons”", false },
		{ "a Chinese name", { .fields = "  a: {name: 甲, type: int}\n" },
		  { .fields = "  a: {name: first, type: int} #!\n" }, "不是中文", false },
		{ "the type of an expression", { .fields = "  a: {name: 甲, type: money, is: fine * 2}\n" },
		  { .fields = "  a: {name: 甲, type: money, is: title} #!\n" }, "", false },
		{ "the field of a form", { .actions = "  add: {name: 补充, from: draft, by: [officer], form: [fine], next: 补充}\n" },
		  { .actions = "  add: {name: 补充, from: draft, by: [officer], form: [fines], next: 补充} #!\n" },
		  "没有字段“fines”", false },
		{ "a state", { .actions = "  back: {name: 退回, from: done, to: draft, by: [head], next: 退回}\n" },
		  { .actions = "  back: {name: 退回, from: done, to: drafts, by: [head], next: 退回} #!\n" },
		  "没有状态“drafts”", false },
		{ "a role", { .actions = "  add: {name: 补充, from: draft, by: [legal], next: 补充}\n" },
		  { .actions = "  add: {name: 补充, from: draft, by: [lawyer], next: 补充} #!\n" }, "", false },
		{ "a paper", { .more = "numbers: {no: {pattern: \"{organ.abbr}{year}{seq}\", at: open}}\n" },
		  { .more = "numbers: {no: {pattern: \"{organ.abbr}{year}\", at: open}} #!\n" }, "没有 {seq}", false },
	};

	BOTH(list);
}

Test(law_check, names_do_not_clash)
{
	static const struct pair list[] = {
		{ "field and built-in", { .fields = "  county: {name: 县, type: text(9)}\n" },
		  { .fields = "  organ: {name: 县, type: text(9)} #!\n" }, "同名", false },
		{ "field and role", { .fields = "  chief: {name: 主任, type: user}\n" },
		  { .fields = "  head: {name: 主任, type: user} #!\n" }, "与岗位同名", false },
		{ "field and function", { .fields = "  large: {name: 大额, type: bool}\n" },
		  { .fields = "  big: {name: 大额, type: bool} #!\n" }, "与函数同名", false },
		{ "field and organ", { .fields = "  bureau: {name: 局, type: organ}\n" },
		  { .fields = "  justice: {name: 局, type: organ} #!\n" }, "与单位简称同名", false },
		{ "term and field", { .more = "terms: {much: {name: 大额, is: fine > 5, cite: T1}}\n" },
		  { .more = "terms:\n  fine: {name: 大额, is: officers is null, cite: T1} #!\n" }, "与字段同名", false },
		{ "a term that needs itself", { .more = "terms: {a: {name: 甲, is: fine}, b: {name: 乙, is: a}}\n" },
		  { .more = "terms:\n  a: {name: 甲, is: b} #!\n  b: {name: 乙, is: a}\n" }, "绕回了自己", false },
	};

	BOTH(list);
}

Test(law_check, states_are_reached_and_left)
{
	struct law_text *t = law_text_new();

	law_text_add(t, "p/a.yaml",
		     "kind: a\nname: 甲\nstates:\n  one: 一\n  two: 二\n  lost: 丢失\n  end: {name: 完, end: true}\n"
		     "actions:\n  open: {name: 开, by: [head]}\n"
		     "  go: {name: 去, from: one, to: two, by: [head], next: 去}\n");
	cr_assert_null(law_text_load(t, "p"));
	cr_assert_eq(law_text_find(t, false, "“two”没有出路")->pos.line, 5, "%s", law_text_all(t));
	cr_assert_eq(law_text_find(t, false, "“lost”永远到不了")->pos.line, 6);
	cr_assert_eq(law_text_find(t, false, "“end”永远到不了")->pos.line, 7);
	cr_assert_null(law_text_find(t, false, "“one”"));
	arena_free(t->a);
}

Test(law_check, ways_out_do_not_hang_on_other_matters)
{
	static const char way[] =
		"kind: a\nname: 甲\nfields: {who: {name: 谁, type: user}}\nstates:\n  one: 一\n  end: {name: 完, end: true}\n"
		"actions:\n  open: {name: 开, by: [head], form: [who]}\n"
		"  go:\n    name: 去\n    from: one\n    to: end\n    by: [head]\n    next: 去\n"
		"    checks: {free: {must: \"count(matters(a, x, x.who == who)) == 1\", say: 还有别的办件, way: go, cite: T1}}\n";
	struct law_text *t = law_text_new();

	law_text_add(t, "p/a.yaml", way);
	cr_assert_null(law_text_load(t, "p"));
	cr_assert_eq(law_text_find(t, false, "取决于别的办件")->pos.line, 5, "%s", law_text_all(t));
	arena_free(t->a);
	t = law_text_new();
	law_text_add(t, "p/a.yaml", str_fmt(t->a, "%s%s", way, "  drop: {name: 作罢, from: one, to: end, by: [head], next: 作罢}\n").p);
	cr_assert_not_null(law_text_load(t, "p"), "%s", law_text_all(t));
	arena_free(t->a);
}

Test(law_check, ends_stay_ends)
{
	static const struct pair list[] = {
		{ "leaving an end",
		  { .actions = "  again: {name: 重启, from: closed, to: draft, by: [head], reopen: true, cite: T2, next: 重启}\n" },
		  { .actions = "  again: {name: 重启, from: closed, to: draft, by: [head], cite: T2, next: 重启} #!\n" },
		  "离开了终结状态", false },
		{ "reopening has a cite",
		  { .actions = "  again: {name: 重启, from: closed, to: draft, by: [head], reopen: true, cite: T2, next: 重启}\n" },
		  { .actions = "  again: {name: 重启, from: closed, to: draft, by: [head], reopen: true, next: 重启} #!\n" },
		  "没有引用条文", false },
		{ "acting in an end", { .actions = "  add: {name: 回执, from: closed, by: [officer], may: [fine], next: 回执}\n" },
		  { .actions = "  add: {name: 回执, from: closed, to: done, by: [officer], may: [fine], next: 回执} #!\n" },
		  "离开了终结状态", false },
	};

	BOTH(list);
}

Test(law_check, somebody_can_act)
{
	static const struct pair list[] = {
		{ "by", { .actions = "  add: {name: 补充, from: draft, by: officers, next: 补充}\n" },
		  { .actions = "  add: {name: 补充, from: draft, next: 补充} #!\n" }, "没有写明谁可以办", false },
		{ "by minus apart",
		  { .actions = "  add: {name: 复核, from: draft, by: [officers, head], apart: [officers], next: 复核}\n" },
		  { .actions = "  add: {name: 复核, from: draft, by: [officers], apart: [officers], next: 复核} #!\n" },
		  "没有人可以办", false },
		{ "apart is persons", { .actions = "  add: {name: 复核, from: draft, by: head, apart: officers, next: 复核}\n" },
		  { .actions = "  add: {name: 复核, from: draft, by: head, apart: title, next: 复核} #!\n" },
		  "apart 应当是人员", false },
	};

	BOTH(list);
}

Test(law_check, checks_are_asked_and_cited)
{
	static const struct pair list[] = {
		{ "cite",
		  { .actions = "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    next: 补充\n    checks:\n"
			       "      full: {must: fine is not null, say: 没有罚款, way: fine, cite: T1}\n" },
		  { .actions = "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    next: 补充\n    checks:\n"
			       "      full: {must: fine is not null, say: 没有罚款, way: fine} #!\n" },
		  "没有引用条文", false },
		{ "a cite that exists",
		  { .actions = "  add: {name: 补充, from: draft, by: [head], next: 补充, cite: [T1, T3]}\n" },
		  { .actions = "  add: {name: 补充, from: draft, by: [head], next: 补充, cite: [T1, T9]} #!\n" },
		  "“T9”不在规则台账", false },
		{ "must or should",
		  { .actions = "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    next: 补充\n    checks:\n"
			       "      full: {should: fine is not null, say: 没有罚款, way: fine, cite: T1}\n" },
		  { .actions = "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    next: 补充\n    checks:\n"
			       "      full: {must: fine > 1, should: fine > 2, say: 没有罚款, way: fine, cite: T1} #!\n" },
		  "must 或者 should 之一", false },
		{ "a field that is asked before",
		  { .fields = "  note: {name: 说明, type: note}\n",
		    .actions = "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    form: [note]\n    next: 补充\n    checks:\n"
			       "      full: {must: note is not null, say: 没有说明, way: note, cite: T1}\n" },
		  { .fields = "  note: {name: 说明, type: note}\n",
		    .actions = "  late: {name: 事后, from: done, by: [head], form: [note], next: 事后}\n"
			       "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    next: 补充\n    checks:\n"
			       "      full: {must: note is not null, say: 没有说明, way: note, cite: T1} #!\n" },
		  "此前没有动作填写它", false },
		{ "way is known",
		  { .actions = "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    next: 补充\n    checks:\n"
			       "      full: {must: fine is not null, say: 没有罚款, way: add, cite: T1}\n" },
		  { .actions = "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    next: 补充\n    checks:\n"
			       "      full: {must: fine is not null, say: 没有罚款, way: adds, cite: T1} #!\n" },
		  "way“adds”不是动作或者字段", false },
		{ "a check without way is told",
		  { .actions = "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    next: 补充\n    checks:\n"
			       "      full: {must: fine is not null, say: 没有罚款, way: add, cite: T1}\n" },
		  { .actions = "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    next: 补充\n    checks:\n"
			       "      full: {must: fine is not null, say: 没有罚款, cite: T1} #!\n" },
		  "没有写明怎样补救", true },
		{ "an action without next is told", { .actions = "  add: {name: 补充, from: draft, by: [head], next: 补充}\n" },
		  { .actions = "  add: {name: 补充, from: draft, by: [head]} #!\n" }, "没有写明桌面上的说法", true },
		{ "matters() has its index",
		  { .actions = "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    next: 补充\n    checks:\n"
			       "      one: {must: \"count(matters(case, x, x.title == title)) <= 1\", say: 重复, way: add, cite: T1}\n" },
		  { .actions = "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    next: 补充\n    checks:\n"
			       "      one: {must: \"count(matters(case, x, x.fine > fine)) <= 1\", say: 重复, way: add, cite: T1} #!\n" },
		  "", false },
	};

	BOTH(list);
}

Test(law_check, rows_of_choose_are_reached_and_end)
{
	static const struct pair list[] = {
		{ "a row is reached",
		  { .fields = "  band: {name: 档, type: int, choose: [{if: fine > 5, is: 2}, {is: 1}]}\n" },
		  { .fields = "  band:\n    name: 档\n    type: int\n    choose:\n      - {is: 1}\n      - {if: fine > 5, is: 2} #!\n" },
		  "永远到不了", true },
		{ "to has a default",
		  { .actions = "  add:\n    name: 决定\n    from: draft\n    to: {choose: [{if: fine > 5, is: done}, {is: closed}]}\n"
			       "    by: [head]\n    next: 决定\n" },
		  { .actions = "  add:\n    name: 决定\n    from: draft\n    to: {choose: [{if: fine > 5, is: done}]} #!\n"
			       "    by: [head]\n    next: 决定\n" },
		  "没有默认行", true },
		{ "computed in order",
		  { .fields = "  a: {name: 甲, type: money, is: fine * 2}\n  b: {name: 乙, type: money, is: a * 2}\n" },
		  { .fields = "  a: {name: 甲, type: money, is: b * 2} #!\n  b: {name: 乙, type: money, is: fine * 2}\n" },
		  "写在它后面的计算字段", false },
		{ "today in a computed field", { .fields = "  a: {name: 甲, type: date}\n" },
		  { .fields = "  a: {name: 甲, type: date, is: today} #!\n" }, "", false },
	};

	BOTH(list);
}

Test(law_check, clocks_start_stop_and_are_cited)
{
	static const struct pair list[] = {
		{ "from", { .clocks = "  x: {name: 期限, from: finish, until: close, limit: 5 day, warn: 1 day, cite: T1}\n" },
		  { .clocks = "  x: {name: 期限, from: finished, until: close, limit: 5 day, warn: 1 day, cite: T1} #!\n" },
		  "没有动作“finished”", false },
		{ "until", { .clocks = "  x: {name: 期限, from: open, until: [finish, close], limit: 5 day, warn: 1 day, cite: T1}\n" },
		  { .clocks = "  x: {name: 期限, from: open, limit: 5 day, warn: 1 day, cite: T1} #!\n" }, "永远不会停止", false },
		{ "warn", { .clocks = "  x: {name: 期限, from: open, until: close, limit: 5 day, warn: 1 day, cite: T1}\n" },
		  { .clocks = "  x: {name: 期限, from: open, until: close, limit: 5 day, cite: T1} #!\n" }, "何时预警", false },
		{ "cite", { .clocks = "  x: {name: 期限, from: open, until: close, limit: 5 day, warn: 1 day, cite: T1}\n" },
		  { .clocks = "  x: {name: 期限, from: open, until: close, limit: 5 day, warn: 1 day} #!\n" }, "没有引用条文", false },
		{ "limit is a span", { .clocks = "  x: {name: 期限, from: open, until: close, limit: set.wait, warn: 1 day, cite: T1}\n" },
		  { .clocks = "  x: {name: 期限, from: open, until: close, limit: 5, warn: 1 day, cite: T1} #!\n" }, "", false },
		{ "limit or due", { .clocks = "  x: {name: 期限, from: open, until: close, due: date(opened), warn: 1 day, cite: T1}\n" },
		  { .clocks = "  x: {name: 期限, from: open, until: close, warn: 1 day, cite: T1} #!\n" }, "limit 或者 due", false },
		{ "several limits",
		  { .clocks = "  x: {name: 期限, from: {open: opened}, until: close, limit: [7 workday, {is: 20 workday, cite: T2}], warn: 1 day, cite: T1}\n" },
		  { .clocks = "  x: {name: 期限, from: open, until: close, limit: [7 workday, {was: 20 workday, cite: T2}], warn: 1 day, cite: T1} #!\n" },
		  "没有键“was”", false },
		{ "pause",
		  { .clocks = "  x: {name: 期限, from: open, until: close, limit: 5 day, warn: 1 day, cite: T1, pause: {from: finish, until: close}}\n" },
		  { .clocks = "  x: {name: 期限, from: open, until: close, limit: 5 day, warn: 1 day, cite: T1, pause: {from: finish}} #!\n" },
		  "pause 写", false },
	};

	BOTH(list);
}

#define LAPSE "  x: {name: 期限, from: open, until: finish, limit: 5 day, warn: 1 day, cite: T1, lapse: auto}"

Test(law_check, what_lapses_cannot_fail)
{
	static const struct pair list[] = {
		{ "system may", { .actions = "  auto: {name: 视为办结, from: draft, to: done, by: [system]}\n", .clocks = LAPSE "\n" },
		  { .actions = "  auto: {name: 视为办结, from: draft, to: done, by: [head], next: 视为}\n", .clocks = LAPSE " #!\n" },
		  "by 中没有 system", false },
		{ "nothing is asked",
		  { .actions = "  auto: {name: 视为办结, from: draft, to: done, by: [system], may: [fine]}\n", .clocks = LAPSE "\n" },
		  { .actions = "  auto: {name: 视为办结, from: draft, to: done, by: [system], form: [fine]}\n",
		    .clocks = LAPSE " #!\n" }, "有必填项", false },
		{ "nothing is checked",
		  { .actions = "  auto: {name: 视为办结, from: draft, to: done, by: [system]}\n", .clocks = LAPSE "\n" },
		  { .actions = "  auto:\n    name: 视为办结\n    from: draft\n    to: done\n    by: [system]\n    checks:\n"
			       "      x: {must: fine > 1, say: 没有罚款, way: fine, cite: T1}\n", .clocks = LAPSE " #!\n" },
		  "有 must", false },
	};

	BOTH(list);
}

#define CHILD "---\nkind: child\nname: 子件\nfields: {about: {name: 关于, type: ref, of: case}, why: {name: 理由, type: note}}\n" \
	      "states: {new: 新, end: {name: 完, end: true}}\nactions:\n" \
	      "  open: {name: 新建, by: [system], form: [about], may: [why]}\n" \
	      "  end: {name: 完成, from: new, to: end, by: [head, system], next: 完成}\n" \
	      "  keep: {name: 自留, from: new, by: [head], next: 自留}\n"

Test(law_check, effects_have_their_targets)
{
	static const struct pair list[] = {
		{ "kind", { .actions = "  add: {name: 派生, from: draft, by: [head], next: 派生, then: {open: child, with: {about: this}}}\n", .more = CHILD },
		  { .actions = "  add: {name: 派生, from: draft, by: [head], next: 派生, then: {open: childs, with: {about: this}}} #!\n", .more = CHILD },
		  "没有名为“childs”", false },
		{ "required fields", { .actions = "  add: {name: 派生, from: draft, by: [head], next: 派生, then: [{open: child, with: {about: this}}]}\n", .more = CHILD },
		  { .actions = "  add: {name: 派生, from: draft, by: [head], next: 派生, then: [{open: child}]} #!\n", .more = CHILD },
		  "必填的“about”没有给出", false },
		{ "field", { .actions = "  add: {name: 派生, from: draft, by: [head], next: 派生, then: [{open: child, with: {about: this, why: title}}]}\n", .more = CHILD },
		  { .actions = "  add: {name: 派生, from: draft, by: [head], next: 派生, then: [{open: child, with: {about: this, whys: title}}]} #!\n", .more = CHILD },
		  "没有字段“whys”", false },
		{ "action", { .actions = "  add: {name: 办子件, from: draft, by: [head], next: 办子件, then: [{do: end, at: children(child)}]}\n", .more = CHILD },
		  { .actions = "  add: {name: 办子件, from: draft, by: [head], next: 办子件, then: [{do: ends, at: children(child)}]} #!\n", .more = CHILD },
		  "没有动作“ends”", false },
		{ "by the law", { .actions = "  add: {name: 办子件, from: draft, by: [head], next: 办子件, then: [{do: end, at: children(child)}]}\n", .more = CHILD },
		  { .actions = "  add: {name: 办子件, from: draft, by: [head], next: 办子件, then: [{do: keep, at: children(child)}]} #!\n", .more = CHILD },
		  "by 中没有 system", false },
		{ "a cycle", { .actions = "  add: {name: 办子件, from: draft, to: done, by: [head, system], next: 办子件, then: [{do: add, at: this}]}\n" },
		  { .actions = "  add: {name: 办子件, from: draft, by: [head, system], next: 办子件, then: [{do: add, at: this}]} #!\n" },
		  "绕成了圈", false },
		{ "a reaction", { .more = CHILD "when:\n  made: {after: case.finish, open: child, with: {about: it}, cite: T1}\n" },
		  { .more = CHILD "when:\n  made: {after: case.finished, open: child, with: {about: it}, cite: T1} #!\n" },
		  "没有“case.finished”", false },
		{ "something brings it about", { .actions = "  auto: {name: 视为办结, from: draft, to: done, by: system}\n", .clocks = LAPSE "\n" },
		  { .actions = "  auto: {name: 视为办结, from: draft, to: done, by: system} #!\n" },
		  "没有期限、效果或者反应引起它", true },
		{ "a message", { .actions = "  add: {name: 告知, from: draft, by: [head], next: 告知, then: [{tell: [officers, justice.legal], say: \"罚款{fine}\"}]}\n" },
		  { .actions = "  add: {name: 告知, from: draft, by: [head], next: 告知, then: [{tell: officers}]} #!\n" },
		  "tell 缺少 say", false },
	};

	BOTH(list);
}

Test(law_check, nothing_hidden_is_printed)
{
	static const struct pair list[] = {
		{ "say",
		  { .fields = "  secret: {name: 秘密, type: text(9), see: [head]}\n",
		    .actions = "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    may: [secret]\n    next: 补充\n    checks:\n"
			       "      x: {must: secret is not null, say: \"不能是{secret}\", way: secret, cite: T1}\n" },
		  { .fields = "  secret: {name: 秘密, type: text(9), see: [head]}\n",
		    .actions = "  add:\n    name: 补充\n    from: draft\n    by: [officer]\n    may: [secret]\n    next: 补充\n    checks:\n"
			       "      x: {must: secret is not null, say: \"不能是{secret}\", way: secret, cite: T1} #!\n" },
		  "显示给看不到它的人", false },
		{ "tell",
		  { .fields = "  secret: {name: 秘密, type: text(9), see: [head]}\n",
		    .actions = "  add: {name: 告知, from: draft, by: [head], next: 告知, then: [{tell: head, say: \"{secret}\"}]}\n" },
		  { .fields = "  secret: {name: 秘密, type: text(9), see: [head]}\n",
		    .actions = "  add: {name: 告知, from: draft, by: [head], next: 告知, then: [{tell: officer, say: \"{secret}\"}]} #!\n" },
		  "显示给看不到它的人", false },
	};

	BOTH(list);
}

Test(law_check, papers_have_their_templates)
{
	struct law_text *t = law_text_new();
	const char *text = law_text_matter(t, (struct law_try){ .more = "papers:\n  letter: {name: 公函, template: letter} #!\n" });

	law_text_add(t, "p/case.yaml", text);
	cr_assert_null(law_text_load(t, "p"));
	cr_assert_eq(law_text_find(t, false, "papers/letter.txt 不存在")->pos.line, law_text_mark(text));
	t->d = (struct diag){ .a = t->a };
	law_text_add(t, "p/papers/letter.txt", "# 公函\n罚款{{ fine }}\n");
	cr_assert_not_null(law_text_load(t, "p"), "%s", law_text_all(t));
	t->file[t->n - 1].text = STR("# 公函\n罚款{{ fines }}\n");
	cr_assert_null(law_text_load(t, "p"));
	arena_free(t->a);
}

/* The kind by which reports are delivered, as far as a figure counts them. */
#define DELIVERY \
	"---\nkind: report_delivery\nname: 报送\ncite: T1\nfields:\n  report: {name: 报表, type: text(90), example: 甲}\n" \
	"  period_from: {name: 期间起, type: date}\nstates:\n  sent: {name: 待接收}\n  received: {name: 已接收, end: true}\n" \
	"  returned: {name: 已退回, end: true}\nactions:\n  open: {name: 报送, by: [head], form: [report, period_from], next: 报送}\n" \
	"  receive: {name: 接收, from: sent, to: received, by: [head], next: 接收}\n" \
	"  back: {name: 退回, from: sent, to: returned, by: [head], next: 退回}\n" \
	"---\nkind: duty_record\nname: 职责记录\ncite: T1\nfields:\n  duty: {name: 职责, type: text(90)}\nstates: {end: {name: 完, end: true}}\n" \
	"actions:\n  open: {name: 记录, by: [system], form: [duty]}\n"
#define REPORT(rest) \
	"reports:\n  cases:\n    name: 办件统计\n    every: year\n    cite: T1\n" rest \
	"    columns: {n: {name: 件数, is: \"count(matters(case, it.organ == subject and it.opened in period))\"}}\n"

Test(law_check, a_report_is_delivered_to_somebody_by_somebody_until_a_day)
{
	static const char whole[] = REPORT("    for: organs(true)\n    to: subject\n    due: 31 day\n    by: [subject.head]\n") DELIVERY;
	static const struct pair list[] = {
		{ "no receiver", { .more = whole },
		  { .more = "reports:\n  cases: #!\n    name: 办件统计\n    every: year\n    cite: T1\n    for: organs(true)\n    due: 31 day\n"
			    "    by: [subject.head]\n    columns: {n: {name: 件数, is: \"1\"}}\n" DELIVERY }, "同时写 to", false },
		{ "no day", { .more = whole },
		  { .more = "reports:\n  cases: #!\n    name: 办件统计\n    every: year\n    cite: T1\n    for: organs(true)\n    to: subject\n"
			    "    by: [subject.head]\n    columns: {n: {name: 件数, is: \"1\"}}\n" DELIVERY }, "同时写 to", false },
		{ "nobody", { .more = whole },
		  { .more = "reports:\n  cases: #!\n    name: 办件统计\n    every: year\n    cite: T1\n    for: organs(true)\n    to: subject\n"
			    "    due: 1 day\n    columns: {n: {name: 件数, is: \"1\"}}\n" DELIVERY }, "同时写 to", false },
		{ "a subject that is no organ", { .more = whole },
		  { .more = REPORT("    for: matters(case, it.state == draft) #!\n    to: subject.organ\n    due: 31 day\n    by: [subject.organ.head]\n")
			    DELIVERY }, "主体应当是单位", false },
		{ "no kind to deliver by", { .more = whole },
		  { .more = REPORT("    for: organs(true)\n    to: subject #!\n    due: 31 day\n    by: [subject.head]\n") },
		  "没有事项类型 report_delivery", false },
		{ "a receiver that is no organ", { .more = whole },
		  { .more = REPORT("    for: organs(true)\n    to: subject.name #!\n    due: 31 day\n    by: [subject.head]\n") DELIVERY },
		  "", false },
		{ "a due that is no span", { .more = whole },
		  { .more = REPORT("    for: organs(true)\n    to: subject\n    due: \"2026-01-31\" #!\n    by: [subject.head]\n") DELIVERY },
		  "", false },
		{ "a duty of the same id", { .more = whole },
		  { .more = "duties:\n  cases: {name: 立案, for: organs(true), every: year, due: 1 day, figure: \"1\", met: figure >= 1, who: [subject.head], cite: T1}\n"
			    "reports:\n  cases: #!\n    name: 办件统计\n    every: year\n    cite: T1\n    for: organs(true)\n    to: subject\n"
			    "    due: 31 day\n    by: [subject.head]\n    columns: {n: {name: 件数, is: \"1\"}}\n" DELIVERY }, "已经是一项职责", false },
	};

	BOTH(list);
}

Test(law_check, what_waits_says_so)
{
	static const struct pair list[] = {
		{ "sealed", { .fields = "  a: {name: 甲, type: int}\n" },
		  { .fields = "  a: {name: 甲, type: int, sealed: [head]} #!\n" }, "“sealed”尚未支持", false },
	};

	BOTH(list);
}

/* A paper of an automatic action must not ask for what nobody had to fill. */
Test(law_check, what_lapses_makes_its_papers)
{
	struct law_text *t = law_text_new();

	law_text_add(t, "p/case.yaml", law_text_matter(t, (struct law_try){
		.actions = "  auto: {name: 视为办结, from: draft, to: done, by: [system], makes: [letter]}\n",
		.clocks = LAPSE " #!\n", .more = "papers:\n  letter: {name: 公函, template: letter}\n" }));
	law_text_add(t, "p/papers/letter.txt", "# 公函\n{% if fine is not null %}罚款{{ fine }}{% end %}\n");
	cr_assert_not_null(law_text_load(t, "p"), "%s", law_text_all(t));
	t->file[t->n - 1].text = STR("# 公函\n罚款{{ fine }}\n");
	t->d = (struct diag){ .a = t->a };
	cr_assert_null(law_text_load(t, "p"));
	cr_assert_not_null(law_text_find(t, false, "要用的“fine”可能尚未填写"), "%s", law_text_all(t));
	arena_free(t->a);
}

static bool settings_load(const char *lines)
{
	struct law_text *t = law_text_new();
	bool ok;

	law_text_add(t, "p/low/pack.yaml",
		     str_fmt(t->a, "pack: p/low\nname: 下级包\nabove: p\nversion: 1\nfrom: 2024-01-01\nsettings:\n%s", lines).p);
	ok = law_text_load(t, "p/low") != NULL;
	if (!ok)
		cr_expect_not_null(law_text_find(t, false, "的默认值"), "%s", law_text_all(t));
	arena_free(t->a);
	return ok;
}

Test(law_check, defaults_keep_their_bounds)
{
	cr_expect(settings_load("  share: {name: 比例, type: int, default: 20, min: 20, max: 30, by: [head], cite: T1}\n"));
	cr_expect_not(settings_load("  share: {name: 比例, type: int, default: 19, min: 20, max: 30, by: [head], cite: T1}\n"));
	cr_expect_not(settings_load("  share: {name: 比例, type: int, default: 31, min: 20, max: 30, by: [head], cite: T1}\n"));
	cr_expect(settings_load("  rest: {name: 等待, type: span, default: 3 day, min: 1 day, by: [head], cite: T1}\n"));
	cr_expect_not(settings_load("  rest: {name: 等待, type: span, default: 3 day, min: 5 day, by: [head], cite: T1}\n"));
	cr_expect(settings_load("  line: 5000\n"));
	cr_expect_not(settings_load("  line: -1\n"), "a lower pack's default too");
}

/* Recusal is asked for by an article (CF43) in every kind: one node carries it. */
Test(law_check, built_in_actions_carry_their_article)
{
	struct law_text *t = law_text_new();
	const struct law *l;
	int n = 0;

	law_text_add(t, "p/case.yaml", law_text_matter(t, (struct law_try){ .more = "" }));
	l = law_text_load(t, "p");
	cr_assert_not_null(l, "%s", law_text_all(t));
	for (size_t i = 0; i < l->n_node; i++)
		n += str_is(l->node[i]->path, "builtin.recuse") && str_is(l->node[i]->cite.id[0], "CF43");
	cr_assert_eq(n, 1);
	for (size_t i = 0; i < l->n_kind; i++)
		cr_assert(str_is(kind_action(&l->kind[i], STR("recuse"))->node->path, "builtin.recuse"));
	arena_free(t->a);
}

#define ASK(form) "  add: {name: 补充材料, from: draft, by: [head], form: [" form "], next: 补充材料}\n"
#define CHECK(say) "  add:\n    name: 补充\n    from: draft\n    by: [head]\n    next: 补充\n    checks:\n" \
		   "      full: {must: fine is not null, say: " say ", way: fine, cite: T1}"

Test(law_check, pages_have_what_they_need)
{
	static const struct pair list[] = {
		{ "a group", { .fields = "  a: {name: 甲, type: date, group: 事实}\n", .actions = ASK("a") },
		  { .fields = "  a: {name: 甲, type: date} #!\n", .actions = ASK("a") }, "“a”没有写明归在哪一组", true },
		{ "a group of what only the law fills in",
		  { .fields = "  a: {name: 甲, type: date}\n", .actions = "  add: {name: 补充, from: draft, by: [system], form: [a]}\n" },
		  { .fields = "  a: {name: 甲, type: date} #!\n", .actions = ASK("a") }, "“a”没有写明归在哪一组", true },
		{ "an example of a text", { .fields = "  a: {name: 甲, type: text(9), example: 一二}\n", .actions = ASK("a") },
		  { .fields = "  a: {name: 甲, type: text(9)} #!\n", .actions = ASK("a") }, "“a”没有填写示例", true },
		{ "an example of a note", { .fields = "  a: {name: 甲, type: note, example: 一二}\n", .actions = ASK("a") },
		  { .fields = "  a: {name: 甲, type: note} #!\n", .actions = ASK("a") }, "“a”没有填写示例", true },
		{ "a date needs no example", { .fields = "  a: {name: 甲, type: date}\n", .actions = ASK("a") },
		  { .fields = "  a: {name: 甲, type: note} #!\n", .actions = ASK("a") }, "“a”没有填写示例", true },
		{ "a unit", { .fields = "  a: {name: 甲, type: int, unit: 人}\n", .actions = ASK("a") },
		  { .fields = "  a: {name: 甲, type: int} #!\n", .actions = ASK("a") }, "“a”没有单位", true },
		{ "an action by its deed", { .actions = "  add: {name: 提交报告, from: draft, by: [head], next: 提交报告}\n" },
		  { .actions = "  add: {name: 提交, from: draft, by: [head], next: 提交报告} #!\n" }, "只叫“提交”", true },
		{ "a card of three", { .more = "list: {columns: [title], card: [title, fine, officers]}\n" },
		  { .more = "list: {columns: [title], card: [title, fine]} #!\n" }, "“case”没有写明手机上显示的三项", true },
	};

	BOTH(list);
}

Test(law_check, somebody_has_it)
{
	static const char text[] =
		"kind: a\nname: 甲\nstates:\n  one: {name: 一, holder: [head]}\n  two: 二 #!\n  end: {name: 完, end: true}\n"
		"actions:\n  open: {name: 开, by: [head]}\n  go: {name: 去, from: one, to: two, by: [head], next: 去}\n"
		"  done: {name: 完成, from: two, to: end, by: [system]}\n"
		"clocks:\n  wait: {name: 等, from: go, until: done, limit: 3 day, warn: 1 day, lapse: done, cite: T1}\n"
		"list: {columns: [state], card: [state]}\n";
	struct law_text *t = law_text_new();
	const struct diag_item *x;

	law_text_add(t, "p/a.yaml", text);
	cr_assert_not_null(law_text_load(t, "p"), "%s", law_text_all(t));
	x = law_text_find(t, true, "没有写明现由谁办");
	cr_assert_not_null(x, "%s", law_text_all(t));
	cr_assert_eq(x->pos.line, law_text_mark(text));
	cr_assert_eq(x->pos.col, 3);
	cr_assert(str_find(x->text, STR("“two”"), 0) != SIZE_MAX);
	arena_free(t->a);
}

Test(law_check, sentences_say_fact_and_norm)
{
	static const struct pair list[] = {
		{ "fact and norm", { .actions = CHECK("没有罚款。应当写明罚款") "\n" },
		  { .actions = CHECK("没有罚款") " #!\n" }, "没有分别写明事实和规定", true },
		{ "the way on is no norm", { .actions = CHECK("没有罚款，应当写明罚款。下一步：写明罚款") "\n" },
		  { .actions = CHECK("没有罚款。下一步：写明罚款，再办理") " #!\n" }, "没有分别写明事实和规定", true },
		{ "the page writes the heading", { .actions = CHECK("没有罚款。应当写明罚款") "\n" },
		  { .actions = CHECK("暂不能补充。没有罚款。应当写明罚款") " #!\n" }, "重复了页面已写的开头", true },
		{ "a heading that says more", { .actions = CHECK("\"暂不能给{title}补充。没有罚款，应当写明\"") "\n" },
		  { .actions = CHECK("可以继续，但须写明理由。没有罚款，应当写明") " #!\n" }, "重复了页面已写的开头", true },
		{ "no blame", { .actions = CHECK("没有罚款。应当写明罚款") "\n" },
		  { .actions = CHECK("没有罚款。这样办理非法") " #!\n" }, "的句子中有“非法”", true },
		{ "no shouting", { .actions = CHECK("没有罚款。应当写明罚款") "\n" },
		  { .actions = CHECK("没有罚款。应当写明罚款！") " #!\n" }, "的句子中有“！”", true },
	};

	BOTH(list);
}

/* What anyone may see has a place on the public side, and only what anyone may see is told there. */
static struct law_text *with_portal(const char *see, const char *portal)
{
	struct law_text *t = law_text_new();
	struct buf b;

	buf_init(&b, t->a, 4000);
	buf_addf(&b, "kind: a\nname: 甲\nfields:\n  title: {name: 名称, type: text(20), example: 甲, group: 甲}\n"
		     "  inner: {name: 内部, type: text(20), example: 甲, group: 甲, see: {who: [organ]}}\n"
		     "  sort: {name: 类别, type: enum, of: {x: 一, y: 二}, group: 甲}\n"
		     "states:\n  one: {name: 一, end: true}\nsee: %s\nactions:\n  open: {name: 开, by: [head], form: [title]}\n"
		     "list: {columns: [title], filters: [sort], card: [title, sort, state]}\n%s", see, portal);
	law_text_add(t, "p/a.yaml", str_cstr(t->a, buf_str(&b)));
	return t;
}

Test(law_check, what_is_public_says_where)
{
	static const struct {
		const char *see, *portal, *finding; /* NULL: none */
		bool warning;
	} list[] = {
		{ "[organ, {who: [public], cite: T1}]", "portal: {stage: before, tell: [title, sort], line: [sort], by: sort}\n", NULL, false },
		{ "[organ, {who: [public], cite: T1}]", "portal: {stage: after, at: /items}\n", NULL, false },
		{ "[organ, {who: [public], cite: T1}]", "", "没有写明公示网站的哪一页", true },
		{ "[organ]", "portal: {stage: before, tell: [title]}\n", "公众看不到“a”", false },
		{ "[organ, {who: [public], cite: T1}]", "portal: {stage: before, tell: [title, inner]}\n", "公众看不到字段“inner”", false },
		{ "[organ, {who: [public], cite: T1}]", "portal: {stage: before, tell: [none]}\n", "没有字段“none”", false },
		{ "[organ, {who: [public], cite: T1}]", "portal: {stage: later, tell: [title]}\n", "stage 写 before", false },
		{ "[organ, {who: [public], cite: T1}]", "portal: {stage: before}\n", "写明 tell", false },
		{ "[organ, {who: [public], cite: T1}]", "portal: {stage: before, tell: [title], at: /items}\n", NULL, false },
		{ "[organ, {who: [public], cite: T1}]", "portal: {stage: before, tell: [title], by: title}\n", "by 写一个", false },
		{ "[organ, {who: [public], cite: T1}]", "portal: {stage: before, tell: [title], place: 100}\n", "place 是", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct law_text *t = with_portal(list[i].see, list[i].portal);
		const bool loads = law_text_load(t, "p") != NULL;

		cr_assert_eq(loads, !list[i].finding || list[i].warning, "%zu: %s", i, law_text_all(t));
		if (list[i].finding)
			cr_assert_not_null(law_text_find(t, list[i].warning, list[i].finding), "%zu: %s", i, law_text_all(t));
		else
			cr_assert_null(law_text_find(t, true, "portal"), "%zu: %s", i, law_text_all(t));
		arena_free(t->a);
	}
}
