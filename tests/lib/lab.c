/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "lib/lab.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/day.h"
#include "base/parse.h"
#include "law/sheet.h"

#define MATTERS_MAX 12000

static const char kinds[] =
	"kind: case\nname: 办件\ncite: T1\n"
	"numbers: {no: {pattern: \"案〔{year}〕{seq}号\", at: open}}\n"
	"fields:\n"
	"  title: {name: 标题, type: text(50)}\n"
	"  other: {name: 别名, type: text(50)}\n"
	"  facts: {name: 事实, type: note}\n"
	"  fine: {name: 罚款, type: money}\n"
	"  gain: {name: 违法所得, type: money}\n"
	"  amount: {name: 件数, type: int}\n"
	"  share: {name: 比例, type: num(2)}\n"
	"  b1: {name: 重大, type: bool}\n"
	"  b2: {name: 紧急, type: bool}\n"
	"  hearing: {name: 听证, type: enum, of: {held: 已听证, none: 未听证}}\n"
	"  choice: {name: 选择, type: enum, of: {held: 甲, none: 乙, other_way: 丙}}\n"
	"  marks: {name: 情形, type: picks, of: {x1: 甲, x2: 乙, x3: 丙}}\n"
	"  handler: {name: 主办人, type: user}\n"
	"  officers: {name: 承办人员, type: users}\n"
	"  receiver: {name: 接收单位, type: organ}\n"
	"  party: {name: 当事人, type: party}\n"
	"  second: {name: 第二当事人, type: party}\n"
	"  linked: {name: 关联办件, type: ref, of: case}\n"
	"  links: {name: 关联办件列表, type: refs, of: case}\n"
	"  decided_on: {name: 决定日期, type: date}\n"
	"  until_on: {name: 截止日期, type: date}\n"
	"  found_at: {name: 发现时间, type: time}\n"
	"  wait_for: {name: 等候, type: span}\n"
	"  goods: {name: 物品, type: rows, of: {item: {name: 名称, type: text(20)}, pieces: {name: "
	"数量, type: int}, "
	"price: {name: 单价, type: money}}}\n"
	"  proof: {name: 证据, type: files}\n"
	"  sheet: {name: 核对表, type: sheet, of: conditions}\n"
	"  vote_for: {name: 表决, type: enum, of: {yes: 同意, no: 不同意}}\n"
	"  total: {name: 合计, type: money, is: fine + gain}\n"
	"alike: {same: linked, only: {hearing: held}, step: choice, amount: total, on: decided_on, number: "
	"title, texts: {facts: 1}, cite: T1}\n"
	"states:\n  draft: 拟办\n  done: 办结\n  closed: {name: 已结, end: true}\n"
	"terms:\n"
	"  tier: {name: 档次, choose: [{if: fine >= 100000, is: 3}, {if: fine >= 10000, is: 2}, "
	"{is: 1}]}\n"
	"  big_fine: {name: 数额较大, is: fine >= set.line}\n"
	"  agreed: {name: 审核通过, is: last(children(review)).opinion == agree}\n"
	"actions:\n"
	"  open: {name: 登记, by: [officer], form: [title], may: [other, facts, fine, gain, "
	"amount, share, b1, b2, hearing, "
	"choice, marks, handler, officers, receiver, party, second, linked, links, decided_on, "
	"until_on, found_at, wait_for, "
	"goods, proof, sheet]}\n"
	"  finish: {name: 办结, from: draft, to: done, by: [head], next: 办结, makes: [letter]}\n"
	"  vote: {name: 表决, from: draft, by: [head, officer], next: 表决, form: [vote_for], "
	"joint: {need: count(parts(vote)) >= 2}}\n"
	"  ask: {name: 送审, from: draft, by: [officer], next: 送审, then: [{open: review, with: "
	"{about: title}}]}\n"
	"  close: {name: 结案, from: done, to: closed, by: [head], next: 结案}\n"
	"clocks:\n"
	"  finish: {name: 办结期限, from: open, until: finish, limit: 5 workday, warn: 1 workday, "
	"cite: T1}\n"
	"papers:\n  letter: {name: 告知书, template: letter}\n"
	"---\n"
	"kind: review\nname: 审核\ncite: T1\n"
	"fields:\n"
	"  about: {name: 事由, type: text(50)}\n"
	"  opinion: {name: 意见, type: enum, of: {agree: 同意, object: 不同意}}\n"
	"  score: {name: 得分, type: num(1)}\n"
	"  cost: {name: 费用, type: money}\n"
	"  readers: {name: 审核人员, type: users}\n"
	"  of_case: {name: 所审办件, type: ref, of: case}\n"
	"  held_on: {name: 日期, type: date}\n"
	"states:\n  asked: 待审\n  told: {name: 已答复, end: true}\n"
	"actions:\n"
	"  open: {name: 送审, by: [officer, system], form: [about], may: [opinion, score, cost, "
	"readers, of_case, held_on]}\n"
	"  tell: {name: 答复, from: asked, to: told, by: [legal], next: 答复}\n"
	"---\n"
	"sheet: conditions\nname: 移送条件\nversion: 1\nparts:\n"
	"  all: {name: 条件, items: {clear: {name: 事实清楚, ask: true, bad: false}, proved: "
	"{name: 证据齐全, ask: true, bad: "
	"false, note: true}}}\n"
	"  papers: {name: 文书, optional: true, items: {cover: {name: 卷皮, points: 5}, index: "
	"{name: 目录, points: 15}}}\n"
	"  grade: {name: 等次, items: {level: {name: 评级, of: {good: 良好, poor: 较差}}}}\n";

/* ---- the store ---- */

static bool fails(struct lab *l, struct err *err)
{
	if (!l->broken)
		return false;
	l->broken = false;
	err_set(err, ERR_DB_LOST, "数据库暂时连接不上");
	return true;
}

static bool load(void *w, int64_t id, const struct snap **ret, struct err *err)
{
	struct lab *l = w;

	if (fails(l, err))
		return false;
	*ret = id >= 1 && (size_t)id <= l->n_matter ? l->matter[id - 1] : NULL;
	return true;
}

/* Some key of have is among the keys of want. */
static bool meets(struct lab *l, struct val have, struct val want)
{
	const struct val_key *h, *k;
	size_t n = val_keys(l->a, have, &h), m = val_keys(l->a, want, &k);

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < m; j++)
			if (val_key_equal(&h[i], &k[j]))
				return true;
	return false;
}

static struct val probed(const struct snap *m, const struct probe *p)
{
	switch (p->on) {
	case PROBE_FIELD:
		return m->field[kind_field(m->kind, p->field->id)->index];
	case PROBE_STATE:
		return (struct val){ .t = T_ENUM, .s = m->state->id };
	case PROBE_ORGAN:
		return val_i64(T_ORGAN, m->organ);
	case PROBE_PARENT:
		return val_i64(T_REF, m->parent);
	default:
		return val_i64(T_TIME, m->opened);
	}
}

static bool probe_hits(struct lab *l, const struct snap *m, const struct probe *p)
{
	struct val have = probed(m, p);

	if (p->op != PROBE_BETWEEN)
		return meets(l, have, p->a);
	return !val_is_null(have) && have.i >= p->a.i && have.i <= p->b.i;
}

static bool scan(void *w, const struct scan *s, bool (*hit)(void *ctx, const struct snap *m),
		 void *ctx, struct err *err)
{
	struct lab *l = w;

	l->scan = *s;
	l->n_scan++;
	for (size_t i = 0; i < l->n_matter; i++) {
		const struct snap *m = l->matter[i];
		bool in =
			str_eq(m->kind->id, s->kind->id) && (!s->parent || m->parent == s->parent);

		for (size_t j = 0; in && j < s->n; j++)
			in = probe_hits(l, m, &s->probe[j]);
		if (!in)
			continue;
		if (fails(l, err))
			return false;
		l->n_seen++;
		if (!hit(ctx, m))
			return true;
	}
	return true;
}

static bool list_of(struct lab *l, const struct val *v, size_t n, const struct val_list **ret)
{
	struct val_list *list = arena_one(l->a, struct val_list);

	*list = (struct val_list){ v, n };
	*ret = list;
	return true;
}

static bool events(void *w, int64_t matter, struct str action, const struct val_list **ret,
		   struct err *err)
{
	struct lab *l = w;

	(void)matter;
	(void)err;
	return list_of(l, l->event, str_is(action, "finish") ? 0 : l->n_event, ret);
}

static bool parts(void *w, const struct snap *m, const struct action *act,
		  const struct val_list **ret, int64_t *ret_rounds, struct err *err)
{
	struct lab *l = w;

	(void)m;
	(void)act;
	(void)err;
	*ret_rounds = l->n_part > 0;
	return list_of(l, l->part, l->n_part, ret);
}

static bool clocks(void *w, const struct snap *m, struct str clock, const struct val_list **ret,
		   struct err *err)
{
	struct lab *l = w;

	(void)m;
	(void)clock;
	(void)err;
	return list_of(l, l->clock, l->n_clock, ret);
}

static bool setting(void *w, const struct setting_def *s, const struct snap *m, struct val *ret,
		    struct err *err)
{
	struct lab *l = w;

	(void)m;
	(void)err;
	*ret = val_is_null(l->setting) ? s->def : l->setting;
	return true;
}

static bool people(void *w, int64_t organ, struct str role, const struct val_list **ret,
		   struct err *err)
{
	struct lab *l = w;
	static const struct val two[] = { { .t = T_USER, .i = 2 }, { .t = T_USER, .i = 3 } };

	(void)organ;
	(void)err;
	return list_of(l, two, role.n ? 1 : 2, ret);
}

static bool organ(void *w, struct str id, int64_t *ret, struct err *err)
{
	(void)w;
	(void)err;
	*ret = str_is(id, "justice") ? 4 : 0;
	return true;
}

static bool organs(void *w, const struct val_list **ret, struct err *err)
{
	struct lab *l = w;
	static const struct val two[] = { { .t = T_ORGAN, .i = 4 }, { .t = T_ORGAN, .i = 5 } };

	(void)err;
	return list_of(l, two, 2, ret);
}

static bool recused(void *w, const struct snap *m, int64_t person, bool *ret, struct err *err)
{
	const struct lab *l = w;

	(void)err;
	*ret = m == l->self && person == l->recused;
	return true;
}

static bool alike(void *w, const struct snap *m, const struct val_list **ret, struct err *err)
{
	struct lab *l = w;
	static struct val amount[3];

	(void)m;
	if (fails(l, err))
		return false;
	for (size_t i = 0; i < 3; i++)
		amount[i] = val_num(T_MONEY, dec_int((int64_t)(i + 1) * 1000));
	return list_of(l, amount, 3, ret);
}

static bool paper_of(void *w, int64_t matter, struct str paper, struct paper_fact *ret, struct err *err)
{
	struct lab *l = w;

	(void)matter;
	(void)paper;
	(void)err;
	*ret = l->paper;
	return true;
}

static const struct world world = { load,    scan,   events, parts,  clocks,
				    setting, people, organ,  organs, recused, alike, paper_of };

static struct str name_of(void *ctx, struct arena *a, enum type_tag t, int64_t id)
{
	(void)ctx;
	return str_fmt(a, "%s%lld",
		       t == T_USER    ? "人"
		       : t == T_ORGAN ? "单位"
				      : "件",
		       (long long)id);
}

/* ---- making ---- */

static void read_calendar(struct lab *l)
{
	struct calendar_file f[2];
	struct err err = { 0 };

	for (int i = 0; i < 2; i++) {
		f[i].name = str_fmt(l->a, "law/calendar/%d.yaml", 2025 + i).p;
		f[i].text = law_text_file(l->a, f[i].name);
	}
	cr_assert(calendar_load(l->a, f, 2, &l->calendar, &err), "%s", err.msg);
}

struct snap *lab_matter(struct lab *l, const char *kind, int64_t parent, const char *state)
{
	const struct kind *k = law_kind(l->law, str_of(kind));
	struct snap *m = arena_one(l->a, struct snap);

	cr_assert(k && kind_state(k, str_of(state)), "%s %s", kind, state);
	cr_assert(l->n_matter < MATTERS_MAX);
	*m = (struct snap){ .id = (int64_t)l->n_matter + 1,
			    .kind = k,
			    .state = kind_state(k, str_of(state)),
			    .organ = 4,
			    .opener = 2,
			    .parent = parent,
			    .opened = l->ev.now + (int64_t)l->n_matter * 1000,
			    .field = arena_many(l->a, k->n_field, struct val),
			    .number = arena_many(l->a, k->n_number, struct str) };
	l->matter[l->n_matter++] = m;
	return m;
}

/* Matter 1 is the case; 2 and 3 are persons, 4 and 5 organs. */
struct lab *lab_new(void)
{
	struct law_text *text = law_text_new();
	struct lab *l = arena_one(text->a, struct lab);

	*l = (struct lab){ .a = text->a, .text = text };
	law_text_add(text, "p/case.yaml", kinds);
	law_text_add(text, "p/papers/letter.txt", "# 告知书\n{{ title }}\n");
	l->law = law_text_load(text, "p");
	cr_assert(l->law, "%s", law_text_all(text));
	read_calendar(l);
	l->matter = arena_many(l->a, MATTERS_MAX, struct snap *);
	cr_assert(time_parse(STR("2026-03-02 09:00"), &l->ev.now));
	l->self = lab_matter(l, "case", 0, "draft");
	lab_set(l, lab_matter(l, "person", 0, "valid"), "name", "王明");
	lab_set(l, lab_matter(l, "person", 0, "valid"), "name", "李红");
	lab_set(l, lab_matter(l, "organ", 0, "valid"), "title", "司法局");
	lab_set(l, l->matter[3], "enforces", "true");
	lab_set(l, lab_matter(l, "organ", 0, "valid"), "title", "水利局");
	l->ev = (struct eval){ .a = l->a,
			       .world = &world,
			       .w = l,
			       .calendar = l->calendar,
			       .self = l->self,
			       .actor = 2,
			       .actor_organ = 4,
			       .now = l->ev.now,
			       .names = { name_of, l } };
	l->scope = (struct scope){ .law = l->law, .kind = l->self->kind };
	return l;
}

void lab_free(struct lab *l)
{
	arena_free(l->a);
}

struct val *lab_field(struct lab *l, struct snap *m, const char *field)
{
	const struct field *f = kind_field(m->kind, str_of(field));

	(void)l;
	cr_assert(f, "no field %s", field);
	return &m->field[f->index];
}

void lab_put(struct lab *l, struct snap *m, const char *field, struct val v)
{
	*lab_field(l, m, field) = v;
}

static struct val ids(struct lab *l, const struct type *t, struct str s)
{
	struct val *v = arena_many(l->a, s.n + 1, struct val);
	struct type el = type_is_list(t->tag) ? type_element(t) : *t;
	struct str part;
	size_t n = 0;

	while (str_cut(&s, ' ', &part)) {
		v[n].t = el.tag;
		cr_assert(parse_i64(part, 1, INT64_MAX, &v[n++].i));
	}
	return type_is_list(t->tag) ? val_list(l->a, t->tag, v, n) : v[0];
}

void lab_set(struct lab *l, struct snap *m, const char *field, const char *text)
{
	struct val *at = lab_field(l, m, field);
	const struct type *t = &kind_field(m->kind, str_of(field))->type;
	struct err err = { 0 };

	if (!*text)
		*at = VAL_NULL;
	else if (t->tag >= T_USER && t->tag <= T_REFS && t->tag != T_PARTY)
		*at = ids(l, t, str_of(text));
	else
		cr_assert(val_parse(l->a, t, str_of(text), at, &err), "%s: %s", field, err.msg);
}

/* ---- trying ---- */

struct expr *lab_compile(struct lab *l, const char *text)
{
	l->diag = (struct diag){ .a = l->a };
	return expr_compile(l->a, &l->scope, str_of(text), (struct pos){ "t.yaml", 1, 1 },
			    &l->diag);
}

static void put(struct buf *b, struct val v)
{
	if (val_is_null(v)) {
		buf_adds(b, "null");
		return;
	}
	if (!type_is_list(v.t)) {
		val_put_plain(b, v);
		return;
	}
	buf_addc(b, '[');
	for (size_t i = 0; i < v.list->n; i++) {
		if (i)
			buf_addc(b, ' ');
		put(b, v.list->v[i]);
	}
	buf_addc(b, ']');
}

const char *lab_eval(struct lab *l, const char *text)
{
	struct expr *e = lab_compile(l, text);
	struct val v;
	struct buf b;

	buf_init(&b, l->a, 100000);
	l->err = (struct err){ 0 };
	l->n_seen = l->n_scan = 0;
	if (!e)
		buf_addf(&b, "compile: %.*s", STR_FMT(l->diag.item[0].text));
	else if (!expr_eval(e, &l->ev, &v, &l->err))
		buf_addf(&b, "error: %s", l->err.msg);
	else
		put(&b, v);
	return b.p;
}

struct why lab_why(struct lab *l, const char *text)
{
	struct expr *e = lab_compile(l, text);
	struct why why = { 0 };

	l->err = (struct err){ 0 };
	cr_assert(e, "%s: %.*s", text, l->diag.n ? (int)l->diag.item[0].text.n : 0,
		  l->diag.n ? l->diag.item[0].text.p : "");
	cr_assert(expr_why(e, &l->ev, &why, &l->err), "%s: %s", text, l->err.msg);
	return why;
}
