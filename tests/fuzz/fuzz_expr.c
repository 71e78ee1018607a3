/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_expr.c - any text as an expression and as a sentence: it compiles or is found fault with at
 * a place inside it; what compiles has a value of its type, a negation that is the other truth, and
 * an explanation. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/day.h"
#include "law/law.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char pack[] =
	"pack: p\nname: 包\nversion: 1\nfrom: 2020-01-01\norgans: {justice: 司法局}\n"
	"roles: {officer: {name: 承办人}, head: {name: 负责人}}\n"
	"settings: {line: {name: 标准, type: money, default: 10000, by: [head], cite: T1}}\n"
	"functions: {big: {of: {m: money}, gives: bool, is: m >= set.line, cite: T1}}\n";
static const char kinds[] =
	"kind: person\nname: 人员\nfields: {name: {name: 姓名, type: text(20)}}\nstates: {valid: "
	"在册, gone: {name: 离开, end: true}}\n"
	"actions:\n  open: {name: 登记, by: [head], form: [name]}\n"
	"  leave: {name: 离开, from: valid, to: gone, by: [head], next: 离开}\n"
	"---\nkind: organ\nname: 单位\nfields: {name: {name: 名称, type: text(20)}}\nstates: "
	"{valid: 在册, gone: {name: 撤销, end: true}}\n"
	"actions:\n  open: {name: 登记, by: [head], form: [name]}\n"
	"  leave: {name: 撤销, from: valid, to: gone, by: [head], next: 撤销}\n"
	"---\nkind: case\nname: 办件\ncite: T1\nfields:\n"
	"  title: {name: 标题, type: text(50)}\n  fine: {name: 罚款, type: money}\n  gain: {name: "
	"所得, type: money}\n"
	"  amount: {name: 件数, type: int}\n  share: {name: 比例, type: num(2)}\n  b1: {name: 甲, "
	"type: bool}\n"
	"  b2: {name: 乙, type: bool}\n  hearing: {name: 听证, type: enum, of: {held: 已听证, "
	"none: 未听证}}\n"
	"  marks: {name: 情形, type: picks, of: {x1: 甲, x2: 乙}}\n  handler: {name: 主办人, type: "
	"user}\n"
	"  officers: {name: 承办人员, type: users}\n  receiver: {name: 单位, type: organ}\n"
	"  party: {name: 当事人, type: party}\n  linked: {name: 关联, type: ref, of: case}\n"
	"  decided_on: {name: 日期, type: date}\n  found_at: {name: 时间, type: time}\n  wait_for: "
	"{name: 等候, type: span}\n"
	"  goods: {name: 物品, type: rows, of: {item: {name: 名称, type: text(9)}, price: {name: "
	"单价, type: money}}}\n"
	"  proof: {name: 证据, type: files}\n"
	"states: {draft: 拟办, done: {name: 办结, end: true}}\n"
	"terms:\n  tier: {name: 档次, choose: [{if: fine >= 100000, is: 2}, {is: 1}]}\n"
	"  near: {name: 临近, is: \"any(children(case), it.fine > 1)\"}\n"
	"actions:\n  open: {name: 登记, by: [officer], form: [title], may: [fine, gain, amount, "
	"share, b1, b2, hearing, marks, "
	"handler, officers, receiver, party, linked, decided_on, found_at, wait_for, goods, "
	"proof]}\n"
	"  finish: {name: 办结, from: draft, to: done, by: [head], next: 办结}\n"
	"clocks:\n  finish: {name: 期限, from: open, until: finish, limit: 5 workday, warn: 1 "
	"workday, cite: T1}\n";
static const char statutes[] =
	"id\tlaw\tarticle\tevent_start\twhat_must_happen\nT1\t试验法2020\t1\t-\t一\n";
static const char days[] = "year: 2026\noff:\n  2026-01-01: 元旦\nwork:\n  2026-01-04: 元旦\n";

struct place {
	struct arena *a;
	struct law *law;
	const struct calendar *calendar;
	struct snap m[3]; /* 1: a case with values, 2: an empty child of it, 3: a person */
};

static struct place *the_place(void)
{
	static struct place p;
	static const struct law_file file[] = { { "p/pack.yaml", { pack, sizeof(pack) - 1 } },
						{ "p/kinds.yaml", { kinds, sizeof(kinds) - 1 } },
						{ "ledger/statutes.tsv",
						  { statutes, sizeof(statutes) - 1 } } };
	const struct law_files files = { file, 3 };
	const struct calendar_file year = { "2026.yaml", { days, sizeof(days) - 1 } };
	static const char stored[] = "{\"amount\":7,\"b1\":true,\"fine\":9999999,\"goods\":[{\"#\":"
				     "1,\"item\":\"甲\",\"price\":5},"
				     "{\"#\":2}],\"hearing\":\"held\",\"linked\":2,\"marks\":["
				     "\"x1\"],\"officers\":[3],\"party\":"
				     "{\"name\":\"乙\",\"sort\":\"unit\"},\"decided_on\":\"2026-02-"
				     "13\",\"found_at\":1772413200000,"
				     "\"wait_for\":\"2 month\",\"title\":\"标题\"}";
	struct diag d;
	struct err err;

	if (p.a)
		return &p;
	p.a = arena_new();
	d = (struct diag){ .a = p.a };
	p.law = law_load(p.a, &files, STR("p"), &d);
	for (size_t i = 0; !p.law && i < d.n; i++)
		fprintf(stderr, "%s:%d: %.*s\n", d.item[i].pos.file, d.item[i].pos.line,
			STR_FMT(d.item[i].text));
	assert(p.law && "the pack of this target must load");
	assert(calendar_load(p.a, &year, 1, &p.calendar, &err));
	for (int i = 0; i < 3; i++) {
		p.m[i] =
			(struct snap){ .id = i + 1,
				       .kind = law_kind(p.law, i < 2 ? STR("case") : STR("person")),
				       .organ = 9,
				       .opened = 1772413200000 + i,
				       .parent = i == 1 };
		p.m[i].state = &p.m[i].kind->state[0];
		assert(snap_get(p.a, i ? STR("{}") : (struct str){ stored, sizeof(stored) - 1 },
				&p.m[i], &err));
	}
	return &p;
}

/* ---- a store that answers anything ---- */

static const struct val_list nothing;

static bool load(void *w, int64_t id, const struct snap **ret, struct err *err)
{
	struct place *p = w;

	(void)err;
	*ret = id >= 1 && id <= 3 ? &p->m[id - 1] : NULL;
	return true;
}

static bool scan(void *w, const struct scan *s, bool (*hit)(void *ctx, const struct snap *m),
		 void *ctx, struct err *err)
{
	struct place *p = w;

	(void)err;
	for (size_t i = 0; i < s->n; i++)
		assert(s->probe[i].op == PROBE_IN ? type_is_list(s->probe[i].a.t)
						  : !val_is_null(s->probe[i].a));
	for (int i = 0; i < 3; i++)
		if (p->m[i].kind == s->kind && (!s->parent || p->m[i].parent == s->parent)
		    && !hit(ctx, &p->m[i]))
			return true;
	return true;
}

static bool events(void *w, int64_t matter, struct str action, const struct val_list **ret,
		   struct err *err)
{
	static const struct val_event e = { .at = 1772413200000, .actor = 3 };
	static const struct val v = { .t = T_EVENT, .event = &e };
	static const struct val_list one = { &v, 1 };

	(void)w;
	(void)matter;
	(void)err;
	*ret = str_is(action, "open") ? &one : &nothing;
	return true;
}

static bool parts(void *w, const struct snap *m, const struct action *act,
		  const struct val_list **ret, int64_t *ret_rounds, struct err *err)
{
	(void)w;
	(void)m;
	(void)act;
	(void)err;
	*ret = &nothing;
	*ret_rounds = 0;
	return true;
}

static bool clocks(void *w, const struct snap *m, struct str clock, const struct val_list **ret,
		   struct err *err)
{
	static const struct val_clock c = {
		.start = 1772413200000, .due = 1773072000000, .known = true, .by_day = true
	};
	static const struct val v = { .t = T_CLOCK, .clock = &c };
	static const struct val_list one = { &v, 1 };

	(void)w;
	(void)m;
	(void)clock;
	(void)err;
	*ret = &one;
	return true;
}

static bool setting(void *w, const struct setting_def *s, const struct snap *m, struct val *ret,
		    struct err *err)
{
	(void)w;
	(void)m;
	(void)err;
	*ret = s->def;
	return true;
}

static bool people(void *w, int64_t organ, struct str role, const struct val_list **ret,
		   struct err *err)
{
	(void)w;
	(void)organ;
	(void)role;
	(void)err;
	*ret = &nothing;
	return true;
}

static bool organ(void *w, struct str id, int64_t *ret, struct err *err)
{
	(void)w;
	(void)id;
	(void)err;
	*ret = 0;
	return true;
}

static bool organs(void *w, const struct val_list **ret, struct err *err)
{
	(void)w;
	(void)err;
	*ret = &nothing;
	return true;
}

static bool paper_of(void *w, int64_t matter, struct str paper, struct paper_fact *ret, struct err *err)
{
	(void)w;
	(void)matter;
	(void)paper;
	(void)err;
	*ret = (struct paper_fact){ true, STR("1号"), STR("ab"), 0 };
	return true;
}

static bool recused(void *w, const struct snap *m, int64_t person, bool *ret, struct err *err)
{
	(void)w;
	(void)m;
	(void)err;
	*ret = person == 1;
	return true;
}

static const struct world world = { .load = load, .scan = scan, .events = events, .parts = parts, .clocks = clocks,
				    .setting = setting, .people = people, .organ = organ, .organs = organs,
				    .recused = recused, .paper = paper_of };

/* ---- what must hold ---- */

static void check_findings(const struct diag *d, size_t size)
{
	assert(d->errors == d->n && d->n > 0 && "refused in silence");
	for (size_t i = 0; i < d->n; i++) {
		assert(d->item[i].pos.line >= 1 && d->item[i].pos.col >= 1);
		assert((size_t)d->item[i].pos.line <= size + 1
		       && (size_t)d->item[i].pos.col <= size + 1);
		assert(d->item[i].text.n);
	}
}

/* A number may be narrower than its static type says; null may be of any type. */
static void check_value(const struct expr *e, struct val v)
{
	enum type_tag t = expr_type(e)->tag;

	if (type_is_list(t)) {
		assert(type_is_list(v.t));
		return;
	}
	assert(v.t == T_NONE || v.t == t || (type_is_text(t) && type_is_text(v.t)) || t == T_PARTS
	       || ((t == T_REF || t == T_ORGAN || t == T_USER)
		   && (v.t == T_REF || v.t == T_ORGAN || v.t == T_USER)));
}

static void check_truth(struct arena *a, const struct scope *s, struct eval *ev, struct str text,
			enum truth truth)
{
	static const enum truth other[] = { [TRUTH_FALSE] = TRUTH_TRUE,
					    [TRUTH_TRUE] = TRUTH_FALSE,
					    [TRUTH_UNKNOWN] = TRUTH_UNKNOWN };
	struct diag d = { .a = a };
	struct expr *negated = expr_compile(a, s, str_fmt(a, "not (%.*s)", STR_FMT(text)),
					    (struct pos){ "x", 1, 1 }, &d);
	enum truth t;
	struct err err;

	if (!negated) /* too long or too deep with the brackets */
		return;
	if (expr_truth(negated, ev, &t, &err))
		assert(t == other[truth]);
}

static void try_expr(struct place *p, struct arena *a, struct str text)
{
	struct diag d = { .a = a };
	const struct scope s = { .law = p->law, .kind = p->m[0].kind };
	struct eval ev = { .a = a,
			   .world = &world,
			   .w = p,
			   .calendar = p->calendar,
			   .self = &p->m[0],
			   .actor = 3,
			   .actor_organ = 9,
			   .now = 1772413200000 };
	struct expr *e = expr_compile(a, &s, text, (struct pos){ "x", 1, 1 }, &d);
	struct val v;
	struct why why;
	struct err err = { 0 };
	struct buf b;

	if (!e) {
		check_findings(&d, text.n);
		return;
	}
	assert(!d.n);
	if (!expr_eval(e, &ev, &v, &err)) {
		assert(err.code && err.msg[0]);
		return;
	}
	check_value(e, v);
	buf_init(&b, a, 1 << 20);
	val_put_cn(&b, a, v, NULL);
	val_put_plain(&b, v);
	if (expr_type(e)->tag != T_BOOL)
		return;
	check_truth(a, &s, &ev, text,
		    val_is_null(v) ? TRUTH_UNKNOWN
		    : v.b          ? TRUTH_TRUE
				   : TRUTH_FALSE);
	if (expr_why(e, &ev, &why, &err))
		assert(why.text.n && str_utf8(why.text));
}

static void try_say(struct place *p, struct arena *a, struct str text)
{
	struct diag d = { .a = a };
	const struct scope s = { .law = p->law, .kind = p->m[0].kind };
	struct eval ev = { .a = a,
			   .world = &world,
			   .w = p,
			   .calendar = p->calendar,
			   .self = &p->m[0],
			   .now = 1772413200000 };
	struct say *say = say_compile(a, &s, text, (struct pos){ "x", 1, 1 }, &d);
	struct err err;
	struct buf b;

	if (!say) {
		check_findings(&d, text.n);
		return;
	}
	buf_init(&b, a, 1 << 20);
	(void)!say_print(&b, say, &ev, NULL, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct place *p = the_place();
	struct arena *a = arena_new();
	const struct str text = { (const char *)data, size };

	try_expr(p, a, text);
	if (str_utf8(text))
		try_say(p, a, text);
	arena_free(a);
	return 0;
}
