/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "lib/law_text.h"

static struct law *matter(struct law_text *t, struct law_try x)
{
	struct law *l;

	law_text_add(t, "p/case.yaml", law_text_matter(t, x));
	l = law_text_load(t, "p");
	cr_assert_not_null(l, "%s", law_text_all(t));
	return l;
}

static const struct kind *kind(const struct law *l)
{
	return law_kind(l, STR("case"));
}

Test(law_load, a_pack_with_its_head)
{
	struct law_text *t = law_text_new();
	struct law *l = matter(t, (struct law_try){ 0 });

	cr_assert(str_is(l->pack, "p") && str_is(l->name, "试验包") && str_is(l->version, "1"));
	cr_assert_eq(l->n_kind, 3u);
	cr_assert_eq(l->n_role, 4u);
	cr_assert(str_is(law_role(l, STR("head"))->excludes[0], "auditor"));
	cr_assert(str_is(l->organ[0].id, "justice"));
	cr_assert_eq(law_setting(l, STR("wait"))->def.span.n, 3);
	cr_assert_eq(law_setting(l, STR("wait"))->def.span.unit, UNIT_WORKDAY);
	cr_assert(law_setting(l, STR("line"))->per_organ && law_setting(l, STR("line"))->def.n == 10000 * DEC_ONE);
	cr_assert_eq(l->function[0].gives.tag, T_BOOL);
	cr_assert_not_null(l->function[0].is);
	arena_free(t->a);
}

Test(law_load, what_stands_beside_a_form)
{
	struct law_text *t = law_text_new();
	struct law *l;
	const struct action *ac;

	law_text_add(t, "p/papers/letter.txt", "公函\n");
	l = matter(t, (struct law_try){
		.actions = "  look: {name: 核对, next: 核对, from: draft, by: [officer], form: [fine], shows: [letter, all]}\n",
		.more = "terms: {all: {name: 总数, is: \"1 + 1\"}}\npapers: {letter: {name: 公函, template: letter}}\n" });
	ac = kind_action(kind(l), STR("look"));
	cr_assert(ac->n_shows == 1 && str_is(ac->shows[0]->id, "letter"));
	cr_assert(ac->n_shows_term == 1 && str_is(ac->shows_term[0]->id, "all"));
	arena_free(t->a);
}

Test(law_load, a_paper_that_corrects_another)
{
	struct law_text *t = law_text_new();
	const struct kind *k;

	law_text_add(t, "p/papers/letter.txt", "公函\n");
	k = kind(matter(t, (struct law_try){ .fields = "  wrong: {name: 原文书, type: enum, of: {letter: 公函}}\n",
		.more = "papers: {letter: {name: 公函, template: letter}, right: {name: 更正书, template: letter, corrects: wrong}}\n" }));
	cr_assert(!kind_paper(k, STR("letter"))->corrects);
	cr_assert(str_is(kind_paper(k, STR("right"))->corrects->id, "wrong"));
	arena_free(t->a);
}

Test(law_load, fields_have_their_types)
{
	struct law_text *t = law_text_new();
	const struct kind *k = kind(matter(t, (struct law_try){ .fields =
		"  n: {name: 数, type: num(2), min: 0, max: 100, default: 5, unit: 米, help: 填数}\n"
		"  e: {name: 选, type: enum, of: {a: 甲, b: 乙}, default: b}\n"
		"  p: {name: 多选, type: picks, of: {a: 甲, b: 乙}}\n"
		"  r: {name: 原件, type: ref, of: case}\n"
		"  rows:\n    name: 清单\n    type: rows\n    of: {what: {name: 品名, type: text(20)}, many: {name: 数量, type: int, min: 1}}\n"
		"  band: {name: 档, type: enum, of: {low: 低, high: 高}, choose: [{if: fine > 5, is: high, cite: T1}, {is: low}]}\n"
		"  note: {name: 备注, type: text(20), default: 无, see: {who: [head], if: state == closed, else: mask}, personal: text}\n" }));
	const struct field *f = kind_field(k, STR("n"));

	cr_assert(f->type.tag == T_NUM && f->type.n == 2 && f->has_min && f->has_max && f->def);
	cr_assert(str_is(f->unit, "米") && str_is(f->help, "填数") && f->index == 3);
	f = kind_field(k, STR("e"));
	cr_assert(f->type.values->n == 2 && str_is(f->type.values->v[1].name, "乙"));
	cr_assert_eq(kind_field(k, STR("r"))->type.kind, k);
	cr_assert_eq(kind_field(k, STR("officers"))->type.kind, law_kind(k->law, STR("person")));
	f = kind_field(k, STR("rows"));
	cr_assert(f->type.n_row == 2 && str_is(f->type.row[1].id, "many") && f->type.row[1].has_min);
	f = kind_field(k, STR("band"));
	cr_assert(f->has_is && f->is.n == 2 && f->is.row[0].when && !f->is.row[1].when);
	cr_assert(str_is(f->is.row[0].node->cite.id[0], "T1"));
	f = kind_field(k, STR("note"));
	cr_assert(f->see.set && f->see.when && f->see.otherwise == SEE_MASK && f->see.who.v[0].sort == WHO_ROLE);
	arena_free(t->a);
}

Test(law_load, short_forms)
{
	struct law_text *t = law_text_new();
	const struct kind *k = kind(matter(t, (struct law_try){
		.fields = "  rows: {name: 清单, type: rows, of: {what: {name: 品名, type: text(20)}}}\n  extra: {name: 延长, type: span}\n",
		.actions = "  add: {name: 补充, from: any, by: head, form: rows+, next: 补充, cite: T1}\n"
			   "  extend: {name: 延长, from: [draft], by: head, form: extra, next: 延长}\n"
			   "  pick: {name: 分流, from: draft, to: {choose: [{if: fine > 5, is: done}, {is: closed}]}, by: head, next: 分流}\n"
			   "  undo: {name: 退回, from: done, to: back, by: head, next: 退回}\n"
			   "  auto: {name: 视为办结, from: draft, to: done, by: system}\n",
		.clocks = "  x:\n    name: 期限\n    from: {open: opened, add: opened}\n    until: [finish]\n    if: fine > 1\n"
			  "    limit: [{choose: [{if: fine > 5, is: 24 hour}, {is: 3 workday}]}, {is: 20 workday, cite: T2}]\n"
			  "    warn: 1 workday\n    pause: [{from: add, until: extend}, {child: case}]\n"
			  "    extend: {at: extend, add: extra, most: 10 workday, times: 1}\n    who: head\n"
			  "    lapse: {do: auto, if: fine > 2}\n    cite: [T1, T2]\n" }));
	const struct action *add = kind_action(k, STR("add"));
	const struct clock *c = kind_clock(k, STR("x"));

	cr_assert(add->any && add->n_from == 2 && add->to == TO_STAY && add->form[0].append && add->form[0].required);
	cr_assert_eq(kind_action(k, STR("pick"))->to, TO_CHOOSE);
	cr_assert_eq(kind_action(k, STR("undo"))->to, TO_BACK);
	cr_assert_eq(kind_action(k, STR("open"))->to_state, &k->state[0]);
	cr_assert(c->n_from == 2 && c->from[1].value && c->n_until == 1 && c->when);
	cr_assert(c->n_limit == 2 && c->limit[0].is.n == 2 && str_is(c->limit[1].node->cite.id[0], "T2"));
	cr_assert(c->n_pause == 2 && str_is(c->pause[0].from[0], "add") && str_is(c->pause[1].child, "case"));
	cr_assert(c->has_extend && c->extend_add && c->extend_most && c->extend_times);
	cr_assert(str_is(c->lapse, "auto") && c->lapse_if && c->who.n == 1 && c->node->cite.n == 2);
	arena_free(t->a);
}

Test(law_load, built_in_actions_are_there)
{
	struct law_text *t = law_text_new();
	const struct kind *k = kind(matter(t, (struct law_try){ .more = "correct: {by: head, fields: [fine], states: [draft]}\n" }));
	const struct action *a = kind_action(k, STR("correct"));

	cr_assert(a->builtin && a->n_form == 1 && a->n_from == 1 && k->correct.set && a->by.n == 1);
	a = kind_action(k, STR("recuse"));
	cr_assert(a->builtin && str_is(a->by.v[0].role, "head") && str_is(a->node->cite.id[0], "CF43"));
	cr_assert(kind_action(k, STR("ask_recuse")) && kind_action(k, STR("note")));
	cr_assert_null(kind_action(law_kind(k->law, STR("person")), STR("correct")));
	arena_free(t->a);
}

Test(law_load, who_is_said_in_many_ways)
{
	struct law_text *t = law_text_new();
	const struct kind *k = kind(matter(t, (struct law_try){
		.fields = "  rec: {name: 接收单位, type: organ}\n  case: {name: 案件, type: ref, of: case}\n",
		.actions = "  a: {name: 甲, from: draft, by: [head, officers, rec.legal, justice.legal, case.officers, case.organ.head, opener, system], next: 甲}\n",
		.more = "see: [organ, rec, {who: [justice.legal, head], if: state == closed, cite: T1}, {code: [state, fine]}]\n" }));
	static const enum who_sort want[] = { WHO_ROLE, WHO_PERSON, WHO_ORGAN_ROLE, WHO_ORGAN_ROLE, WHO_PERSON, WHO_ORGAN_ROLE,
					      WHO_OPENER, WHO_SYSTEM };
	const struct action *a = kind_action(k, STR("a"));

	for (size_t i = 0; i < 8; i++)
		cr_expect_eq(a->by.v[i].sort, want[i], "%.*s", STR_FMT(a->by.v[i].text));
	cr_assert(str_is(a->by.v[5].role, "head"));
	cr_assert_eq(k->see.n, 4u);
	cr_assert(k->see.v[0].sort == WHO_MEMBERS && k->see.v[1].sort == WHO_MEMBERS && k->see.v[3].when);
	cr_assert(str_is(k->see.v[3].node->cite.id[0], "T1"));
	cr_assert(k->code.state && k->code.n == 1);
	arena_free(t->a);
}

Test(law_load, kinds_see_each_other_whatever_the_order)
{
	struct law_text *t = law_text_new();
	const struct kind *k = kind(matter(t, (struct law_try){
		.actions = "  ask:\n    name: 送\n    from: draft\n    by: head\n    next: 送\n    then:\n"
			   "      - {if: much, for: o in officers, open: zzz, with: {about: this, who: o}}\n",
		.more = "terms: {much: {name: 大额, is: wide and fine > 2}, wide: {name: 宽, is: big(fine)}}\n"
			"---\nkind: zzz\nname: 后\nfields: {about: {name: 关于, type: ref, of: case}, who: {name: 谁, type: user}}\n"
			"states: {a: 一, b: {name: 二, end: true}}\nactions:\n  open: {name: 开, by: system, form: [about, who]}\n"
			"  end: {name: 完, from: a, to: b, by: head, next: 完}\n" }));
	const struct effect *e = kind_action(k, STR("ask"))->then;

	cr_assert(e->sort == EFFECT_OPEN && str_is(e->var, "o") && e->n_with == 2);
	cr_assert_eq(e->target, law_kind(k->law, STR("zzz")));
	cr_assert_eq(kind_term(k, STR("much"))->is.type.tag, T_BOOL);
	arena_free(t->a);
}

Test(law_load, sheets)
{
	struct law_text *t = law_text_new();
	const struct law *l = matter(t, (struct law_try){
		.fields = "  s: {name: 表, type: sheet, of: score}\n",
		.more = "---\nsheet: score\nname: 评分表\nversion: 2\ncite: T1\nparts:\n"
			"  a: {name: 合法性, items: {x: {name: 事实, ask: true, bad: false, note: true, cite: T2}}}\n"
			"  b: {name: 规范, optional: true, items: {y: {name: 卷皮, points: 5}, z: {name: 档, of: {u: 优, v: 良}}}}\n" });
	const struct sheet *s = law_sheet(l, STR("score"));

	cr_assert_eq(kind_field(kind(l), STR("s"))->type.sheet, s);
	cr_assert(s->version == 2 && s->n == 2 && s->part[1].optional && s->part[1].n == 2);
	cr_assert(s->part[0].item[0].ask && !s->part[0].item[0].bad && s->part[0].item[0].note);
	cr_assert(s->part[1].item[0].points == 5 * DEC_ONE && s->part[1].item[1].of->n == 2);
	arena_free(t->a);
}

Test(law_load, nodes_carry_path_place_and_pack)
{
	struct law_text *t = law_text_new();
	const struct law *l = matter(t, (struct law_try){ .actions =
		"  add:\n    name: 补充\n    from: draft\n    by: head\n    next: 补充\n    checks:\n"
		"      full: {must: fine is not null, say: 没有罚款, way: fine, cite: [T1, T2]}\n" });
	const struct check *c = kind_action(kind(l), STR("add"))->check;
	bool listed = false;

	cr_assert(str_is(c->node->path, "case.add.full") && str_is(c->node->pack, "p"));
	cr_assert_str_eq(c->node->pos.file, "p/case.yaml");
	cr_assert(c->node->pos.line == 22 && c->node->cite.n == 2, "%d", c->node->pos.line);
	for (size_t i = 0; i < l->n_node; i++)
		listed = listed || l->node[i] == c->node;
	cr_assert(listed);
	arena_free(t->a);
}

Test(law_load, packs_need_what_is_above)
{
	static const struct { const char *text, *words; } list[] = {
		{ "pack: q\nname: 包\nabove: nowhere\nversion: 1\nfrom: 2020-01-01\n", "没有名为“nowhere”" },
		{ "pack: q\nname: 包\nabove: q\nversion: 1\nfrom: 2020-01-01\n", "绕成了圈" },
		{ "pack: r\nname: 包\nversion: 1\nfrom: 2020-01-01\n", "与文件夹同名" },
		{ "pack: q\nname: 包\nversion: 1\nfrom: soon\n", "from 应当是日期" },
		{ "pack: q\nname: 包\nabove: p\nversion: 1\nfrom: 2020-01-01\nroles: {head: {name: 首长}}\n", "在上级包中已有" },
		{ "pack: q\nname: 包\nversion: 1\nfrom: 2020-01-01\nfunctions: {f: {of: {x: int}, gives: bool, is: f(x)}}\n", "绕回了自己" },
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct law_text *t = law_text_new();

		law_text_add(t, "q/pack.yaml", list[i].text);
		cr_expect_null(law_text_load(t, "q"), "%s", list[i].text);
		cr_expect(law_text_find(t, false, list[i].words), "%s: %s", list[i].text, law_text_all(t));
		arena_free(t->a);
	}
}

Test(law_load, the_packs_of_the_tree_load)
{
	static const char *const packs[] = { "national", "shanxi", "shanxi/linyi", "shanxi/yangquan-fgw", "shanxi/xinzhou" };

	for (size_t i = 0; i < ARRAY_LEN(packs); i++) {
		struct law_text *t = law_text_new();

		t->n = 0;
		law_text_folder(t, "law");
		cr_expect_not_null(law_text_load(t, packs[i]), "%s: %s", packs[i], law_text_all(t));
		arena_free(t->a);
	}
}
