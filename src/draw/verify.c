/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The published file: everything reckoned again, and what differs said in words. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/parse.h"
#include "draw/record.h"

struct checking {
	struct arena *a;
	const struct draw_record *r;
	struct draw_check *c;
	struct str *v;
	size_t cap;
	unsigned char seed[LOG_HASH];
};

static void PRINTF(2, 3) found(struct checking *c, const char *fmt, ...)
{
	char text[1000];
	va_list ap;

	c->c->all++;
	if (c->c->n == DRAW_FINDINGS_MAX)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	PUSH(c->a, c->v, c->c->n, c->cap, str_dup(c->a, str_of(text)));
	c->c->finding = c->v;
}

static const char *hex(struct arena *a, const unsigned char hash[LOG_HASH])
{
	char *p = arena_alloc(a, 2 * LOG_HASH + 1);

	parse_put_hex(p, hash, LOG_HASH);
	return p;
}

/* A hash that is published under key, against what was reckoned. */
static void same_hash(struct checking *c, const struct json *j, struct str key, const unsigned char hash[LOG_HASH], const char *what)
{
	struct str had = json_str(j, str_cstr(c->a, key));

	if (!str_is(had, hex(c->a, hash)))
		found(c, "%s不符：公布的是%.*s，按规则算出的是%s", what, STR_FMT(had.n ? had : STR("（没有）")), hex(c->a, hash));
}

static void check_secret(struct checking *c)
{
	unsigned char hash[LOG_HASH];

	draw_secret_hash(c->r->secret, hash);
	if (memcmp(hash, c->r->secret_hash, LOG_HASH) != 0)
		found(c, "两方份额合成的密值不是当初承诺的那一个：承诺的摘要是%s，公布的密值算出的是%s", hex(c->a, c->r->secret_hash), hex(c->a, hash));
	if (c->r->cancelled)
		return;
	draw_seed(c->r->secret, c->r->draw_id, c->r->root, c->r->beacon, c->r->value, c->seed);
	same_hash(c, c->r->result, STR("seed"), c->seed, "种子");
}

/* An array of texts that is published under key, against the ids that were reckoned. */
static void same_ids(struct checking *c, const struct json *had, struct str what, const struct str *want, size_t n)
{
	const struct json *m = NULL;
	size_t at = 0;

	if (!had || had->type != JSON_ARRAY) {
		found(c, "公布的结果里没有%.*s", STR_FMT(what));
		return;
	}
	json_each(m, had) {
		if (at >= n)
			found(c, "%.*s多出第%zu个“%.*s”，按规则没有它", STR_FMT(what), at + 1, STR_FMT(m->text));
		else if (m->type != JSON_STRING || !str_eq(m->text, want[at]))
			found(c, "%.*s第%zu个不符：公布的是“%.*s”，按规则应为“%.*s”", STR_FMT(what), at + 1, STR_FMT(m->text), STR_FMT(want[at]));
		at++;
	}
	for (; at < n; at++)
		found(c, "%.*s缺第%zu个，按规则应为“%.*s”", STR_FMT(what), at + 1, STR_FMT(want[at]));
}

static void check_order(struct checking *c, const struct draw_result *r)
{
	const struct json *order = json_get(c->r->result, "order");

	for (size_t i = 0; i < r->n_stratum; i++) {
		const struct draw_stratum *s = &r->stratum[i];
		size_t n = s->drawn + DRAW_RESERVES < s->n ? s->drawn + DRAW_RESERVES : s->n;
		struct str *want = arena_many(c->a, n, struct str);

		for (size_t j = 0; j < n; j++)
			want[j] = s->order[j]->id;
		same_ids(c, json_get(order, str_cstr(c->a, s->name)), str_fmt(c->a, "“%.*s”层的次序", STR_FMT(s->name)), want, n);
	}
}

static void check_drawn(struct checking *c, const struct draw_result *r)
{
	const struct json *keys = json_get(c->r->result, "keys");
	struct str *want = arena_many(c->a, r->n_panel, struct str);

	for (size_t i = 0; i < r->n_panel; i++) {
		const struct draw_t *t = r->panel[i].target;

		want[i] = t->id;
		same_hash(c, keys, t->id, t->key, str_cstr(c->a, str_fmt(c->a, "“%.*s”的签值", STR_FMT(t->id))));
	}
	same_ids(c, json_get(c->r->result, "drawn"), STR("抽中的检查对象"), want, r->n_panel);
	if (keys && keys->n != r->n_panel)
		found(c, "公布的签值有%u个，抽中的检查对象有%zu个", keys->n, r->n_panel);
}

static void check_panels(struct checking *c, const struct draw_result *r)
{
	const struct json *panels = json_get(c->r->result, "panels");
	struct str *none = arena_many(c->a, r->n_panel, struct str), *want = arena_many(c->a, (size_t)c->r->panel_size, struct str);
	size_t n = 0;

	for (size_t i = 0; c->r->panel_size && i < r->n_panel; i++) {
		struct str id = r->panel[i].target->id;

		if (!r->panel[i].member) {
			none[n++] = id;
			continue;
		}
		for (int64_t j = 0; j < c->r->panel_size; j++)
			want[j] = r->panel[i].member[j]->id;
		same_ids(c, json_get(panels, str_cstr(c->a, id)), str_fmt(c->a, "“%.*s”的检查组", STR_FMT(id)), want, (size_t)c->r->panel_size);
	}
	same_ids(c, json_get(c->r->result, "unstaffed"), STR("配不足检查人员的对象"), none, n);
	if (json_i64(c->r->result, "cap", -1) != r->cap)
		found(c, "每人最多检查数不符：公布的是%lld，按规则应为%lld", (long long)json_i64(c->r->result, "cap", -1), (long long)r->cap);
}

static bool check_replaced(struct checking *c, struct draw_list *l, const struct draw_result *r, struct err *err)
{
	const struct json *m = NULL;
	struct draw_now now;

	if (!c->r->replaced)
		return true;
	draw_now_begin(c->a, l, r, c->r->panel_size, &now);
	json_each(m, c->r->replaced) {
		struct str target = json_str(m, "target"), member = json_str(m, "member"), next = json_str(m, "next"), want = { 0 };
		const struct draw_i *i = NULL;
		struct draw_team *t = NULL;
		struct err why = { 0 };
		bool ok = member.n ? draw_next_member(&now, target, member, &i, &why) : draw_next_target(&now, target, &t, &why);

		if (!ok && why.code != ERR_BAD_INPUT) {
			*err = why;
			return false;
		}
		want = i ? i->id : t ? t->target->id : want;
		c->c->replaced++;
		if (!ok)
			found(c, "第%zu次递补不符：%s", c->c->replaced, why.msg);
		else if (!want.n)
			found(c, "第%zu次递补不符：已经没有候补，公布的是“%.*s”", c->c->replaced, STR_FMT(next));
		else if (!str_eq(want, next))
			found(c, "第%zu次递补不符：公布的是“%.*s”，按候补顺序应为“%.*s”", c->c->replaced, STR_FMT(next), STR_FMT(want));
	}
	return true;
}

static bool check_whole(struct checking *c, struct err *err)
{
	struct draw_result result;
	struct draw_list l;
	struct err why = { 0 };

	if (!draw_list_read(c->a, c->r->list, &l, &why)) {
		if (why.code != ERR_BAD_INPUT) {
			*err = why;
			return false;
		}
		found(c, "%s", why.msg);
		return true;
	}
	if (memcmp(l.root, c->r->root, LOG_HASH) != 0)
		found(c, "名单与承诺不符，名单在承诺以后被改动过：承诺的根是%s，公布的名单算出的是%s", hex(c->a, c->r->root), hex(c->a, l.root));
	if ((int64_t)l.n != c->r->list_size)
		found(c, "名单行数不符：承诺的是%lld行，公布的是%zu行", (long long)c->r->list_size, l.n);
	c->c->targets = l.n_target;
	c->c->inspectors = l.n_inspector;
	if (c->r->cancelled)
		return true;
	if (!draw_run(c->a, &l, c->seed, c->r->panel_size, &result, err))
		return false;
	c->c->drawn = result.n_panel;
	check_order(c, &result);
	check_drawn(c, &result);
	check_panels(c, &result);
	return check_replaced(c, &l, &result, err);
}

/* ---- the drawn lines only ---- */

struct shown {
	struct draw_t t;
	bool drawn;
};

static bool proof_holds(const struct checking *c, const struct json *j)
{
	struct log_proof p = { .n = 0 };
	unsigned char leaf[LOG_HASH];
	const struct json *m = NULL;
	struct str bytes;

	json_each(m, json_get(j, "proof")) {
		if (p.n == LOG_PROOF_MAX || m->type != JSON_STRING || !base64_read(c->a, m->text, &bytes) || bytes.n != LOG_HASH)
			return false;
		memcpy(p.hash[p.n++], bytes.p, LOG_HASH);
	}
	log_leaf_hash(json_str(j, "line"), leaf);
	return log_check_inclusion(json_i64(j, "index", -1), c->r->list_size, leaf, &p, c->r->root);
}

static size_t read_shown(struct checking *c, struct shown *v)
{
	const struct json *m = NULL;
	size_t n = 0;

	json_each(m, c->r->lines) {
		struct str line = json_str(m, "line");

		if (!draw_line_target(line, &v[n].t)) {
			found(c, "公布的名单行“%.*s”不是规定的格式", STR_FMT(line));
			continue;
		}
		if (!proof_holds(c, m))
			found(c, "公布的名单行“%.*s”不在承诺的名单里", STR_FMT(v[n].t.id));
		draw_key(c->seed, v[n].t.stratum, v[n].t.id, v[n].t.weight, v[n].t.key);
		n++;
	}
	return n;
}

static struct shown *shown_of(struct shown *v, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].t.id, id))
			return &v[i];
	return NULL;
}

/* In order of stratum and key, as they were drawn. */
static bool after(const struct draw_t *before, const struct draw_t *t)
{
	int k = before ? str_cmp(before->stratum, t->stratum) : -1;

	return k < 0 || (k == 0 && memcmp(before->key, t->key, LOG_HASH) < 0);
}

static void check_shown_drawn(struct checking *c, struct shown *v, size_t n)
{
	const struct json *m = NULL, *keys = json_get(c->r->result, "keys"), *panels = json_get(c->r->result, "panels");
	const struct draw_t *before = NULL;

	json_each(m, json_get(c->r->result, "drawn")) {
		struct shown *s = shown_of(v, n, m->text);
		const struct json *panel = json_get(panels, str_cstr(c->a, m->text));

		c->c->drawn++;
		if (!s || s->drawn) {
			found(c, "抽中的“%.*s”%s", STR_FMT(m->text), s ? "重复" : "没有公布它的名单行");
			continue;
		}
		s->drawn = true;
		same_hash(c, keys, s->t.id, s->t.key, str_cstr(c->a, str_fmt(c->a, "“%.*s”的签值", STR_FMT(s->t.id))));
		if (!after(before, &s->t))
			found(c, "“%.*s”的次序不符：它的签值应当排在前一个之前", STR_FMT(s->t.id));
		if (panel && panel->n != (uint64_t)c->r->panel_size)
			found(c, "“%.*s”的检查组有%u人，承诺的是%lld人", STR_FMT(s->t.id), panel->n, (long long)c->r->panel_size);
		before = &s->t;
	}
}

/* The largest drawn key of each stratum is what it is, and nobody who was shown and not drawn has a smaller one. */
static void check_last(struct checking *c, struct shown *v, size_t n)
{
	const struct json *m = NULL;
	unsigned char last[LOG_HASH];

	json_each(m, c->r->last) {
		const struct draw_t *most = NULL;

		if (!parse_hex(m->text, last, LOG_HASH)) {
			found(c, "“%.*s”层最大的签值不是规定的格式", STR_FMT(m->key));
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			if (!str_eq(v[i].t.stratum, m->key))
				continue;
			if (v[i].drawn && (!most || memcmp(v[i].t.key, most->key, LOG_HASH) > 0))
				most = &v[i].t;
			if (!v[i].drawn && memcmp(v[i].t.key, last, LOG_HASH) < 0)
				found(c, "候补“%.*s”的签值比抽中的还小，应当抽中", STR_FMT(v[i].t.id));
		}
		if (!most || memcmp(most->key, last, LOG_HASH) != 0)
			found(c, "“%.*s”层最大的签值不符", STR_FMT(m->key));
	}
}

static void check_lines(struct checking *c)
{
	struct shown *v = arena_many(c->a, c->r->lines->n + (size_t)1, struct shown);
	size_t n = read_shown(c, v);

	check_shown_drawn(c, v, n);
	check_last(c, v, n);
	c->c->targets = n;
}

bool draw_record_check(struct arena *a, const struct draw_record *r, struct draw_check *ret, struct err *err)
{
	struct checking c = { .a = a, .r = r, .c = ret };

	*ret = (struct draw_check){ .n = 0 };
	check_secret(&c);
	if (r->whole)
		return check_whole(&c, err);
	check_lines(&c);
	return true;
}
