/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The published file: reading and writing. */
#include "draw/record.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/parse.h"

static bool lacks(const char *key, struct err *err)
{
	return err_set(err, ERR_BAD_INPUT, "公布的文件里没有“%s”，或者它不是规定的格式", key);
}

static bool text_of(const struct json *j, const char *key, struct str *ret, struct err *err)
{
	const struct json *m = json_get(j, key);

	if (!m || m->type != JSON_STRING)
		return lacks(key, err);
	*ret = m->text;
	return true;
}

static bool hash_of(const struct json *j, const char *key, unsigned char ret[LOG_HASH], struct err *err)
{
	struct str s;

	return text_of(j, key, &s, err) && (parse_hex(s, ret, LOG_HASH) || lacks(key, err));
}

static bool read_commit(const struct json *j, struct draw_record *ret, struct err *err)
{
	struct str alg;

	if (!text_of(j, "draw_id", &ret->draw_id, err) || !text_of(j, "alg", &alg, err) || !text_of(j, "beacon", &ret->beacon, err)
	    || !hash_of(j, "list_root", ret->root, err) || !hash_of(j, "secret_hash", ret->secret_hash, err))
		return false;
	if (!str_is(alg, DRAW_ALG))
		return err_set(err, ERR_BAD_INPUT, "抽取方法是“%.*s”，这里只认得 " DRAW_ALG, STR_FMT(alg));
	ret->list_size = json_i64(j, "list_size", -1);
	ret->panel_size = json_i64(j, "panel_size", -1);
	return (ret->list_size >= 0 || lacks("list_size", err))
	       && ((ret->panel_size >= 0 && ret->panel_size != 1) || lacks("panel_size", err));
}

/* What a draw that took place has beside its list. */
static bool read_made(const struct json *doc, struct draw_record *ret, struct err *err)
{
	if (!text_of(doc, "beacon_value", &ret->value, err))
		return false;
	ret->lines = json_get(doc, "lines");
	ret->last = json_get(doc, "last");
	ret->result = json_get(doc, "result");
	ret->replaced = json_get(doc, "replaced");
	if (!ret->whole && (!ret->lines || ret->lines->type != JSON_ARRAY || !ret->last || ret->last->type != JSON_OBJECT))
		return lacks("list", err);
	if (!ret->result || ret->result->type != JSON_OBJECT)
		return lacks("result", err);
	return !ret->replaced || ret->replaced->type == JSON_ARRAY || lacks("replaced", err);
}

bool draw_record_read(struct arena *a, struct str text, struct draw_record *ret, struct err *err)
{
	const struct json *doc, *list, *cancelled;

	*ret = (struct draw_record){ .list_size = 0 };
	if (text.n > DRAW_RECORD_MAX)
		return err_set(err, ERR_TOO_LARGE, "公布的文件过大");
	if (!str_utf8(text) || !json_read(a, text, &doc, err))
		return err_set(err, ERR_BAD_INPUT, "不是公布抽取结果的文件（应当是 JSON）");
	if (!read_commit(json_get(doc, "commit"), ret, err) || !hash_of(doc, "secret_hex", ret->secret, err))
		return false;
	list = json_get(doc, "list");
	ret->whole = list && list->type == JSON_STRING;
	ret->list = json_str(doc, "list");
	cancelled = json_get(doc, "cancelled");
	ret->cancelled = cancelled && cancelled->type == JSON_BOOL && cancelled->yes;
	if (ret->cancelled)
		return ret->whole || lacks("list", err);
	return read_made(doc, ret, err);
}

/* ---- writing ---- */

static void put_hash(struct json_out *o, struct str key, const unsigned char hash[LOG_HASH])
{
	char hex[2 * LOG_HASH + 1];

	parse_put_hex(hex, hash, LOG_HASH);
	if (key.p)
		json_key(o, key);
	json_out_str(o, NULL, str_of(hex));
}

void draw_commit_put(struct json_out *o, const struct draw_made *m)
{
	unsigned char hash[LOG_HASH];

	draw_secret_hash(m->secret, hash);
	json_open(o, "commit", '{');
	json_out_str(o, "draw_id", m->draw_id);
	json_out_str(o, "alg", STR(DRAW_ALG));
	put_hash(o, STR("list_root"), m->list->root);
	json_out_i64(o, "list_size", (int64_t)m->list->n);
	put_hash(o, STR("secret_hash"), hash);
	json_out_str(o, "beacon", m->beacon);
	json_out_i64(o, "panel_size", m->panel_size);
	json_close(o, '}');
}

static void put_order(struct json_out *o, const struct draw_result *r, size_t reserves)
{
	json_open(o, "order", '{');
	for (size_t i = 0; i < r->n_stratum; i++) {
		const struct draw_stratum *s = &r->stratum[i];

		json_key(o, s->name);
		json_open(o, NULL, '[');
		for (size_t j = 0; j < s->n && j < s->drawn + reserves; j++)
			json_out_str(o, NULL, s->order[j]->id);
		json_close(o, ']');
	}
	json_close(o, '}');
}

static void put_panels(struct json_out *o, const struct draw_made *m)
{
	const struct draw_result *r = m->result;

	json_open(o, "panels", '{');
	for (size_t i = 0; i < r->n_panel; i++) {
		if (!r->panel[i].member)
			continue;
		json_key(o, r->panel[i].target->id);
		json_open(o, NULL, '[');
		for (int64_t j = 0; j < m->panel_size; j++)
			json_out_str(o, NULL, r->panel[i].member[j]->id);
		json_close(o, ']');
	}
	json_close(o, '}');
	json_out_i64(o, "cap", r->cap);
	json_open(o, "unstaffed", '[');
	for (size_t i = 0; m->panel_size && i < r->n_panel; i++)
		if (!r->panel[i].member)
			json_out_str(o, NULL, r->panel[i].target->id);
	json_close(o, ']');
}

static void put_result(struct json_out *o, const struct draw_made *m, bool whole)
{
	const struct draw_result *r = m->result;

	json_open(o, "result", '{');
	put_hash(o, STR("seed"), r->seed);
	put_order(o, r, whole ? DRAW_RESERVES : 0);
	json_open(o, "drawn", '[');
	for (size_t i = 0; i < r->n_panel; i++)
		json_out_str(o, NULL, r->panel[i].target->id);
	json_close(o, ']');
	json_open(o, "keys", '{');
	for (size_t i = 0; i < r->n_panel; i++)
		put_hash(o, r->panel[i].target->id, r->panel[i].target->key);
	json_close(o, '}');
	put_panels(o, m);
	json_close(o, '}');
}

static bool shown_line(const struct draw_made *m, const struct draw_t *t)
{
	for (size_t i = 0; i < m->result->n_panel; i++)
		if (m->result->panel[i].target == t)
			return true;
	for (size_t i = 0; i < m->n_spare; i++)
		if (!m->spare[i].member.n && str_eq(m->spare[i].next, t->id))
			return true;
	return false;
}

static void put_line(struct arena *a, struct json_out *o, const struct log_nodes *nodes, const struct draw_list *l, size_t at)
{
	struct log_proof p = { .n = 0 };
	struct err err;
	struct buf b;

	if (!log_prove_inclusion(nodes, (int64_t)at, (int64_t)l->n, &p, &err))
		return;
	json_open(o, NULL, '{');
	json_out_i64(o, "index", (int64_t)at);
	json_out_str(o, "line", l->line[at]);
	json_open(o, "proof", '[');
	for (size_t i = 0; i < p.n; i++) {
		buf_init(&b, a, 64);
		base64_put(&b, (struct str){ (const char *)p.hash[i], LOG_HASH });
		json_out_str(o, NULL, buf_str(&b));
	}
	json_close(o, ']');
	json_close(o, '}');
}

/* All perfect subtrees of the list's tree, by height. */
struct levels {
	unsigned char *v[LOG_EDGE_MAX];
};

static bool level_node(void *ctx, int height, int64_t n, unsigned char ret[LOG_HASH], struct err *err)
{
	const struct levels *l = ctx;

	(void)err;
	memcpy(ret, l->v[height] + n * LOG_HASH, LOG_HASH);
	return true;
}

static void levels_of(struct arena *a, const struct draw_list *l, struct levels *ret)
{
	size_t n = l->n;

	ret->v[0] = arena_alloc(a, n * LOG_HASH);
	for (size_t i = 0; i < n; i++)
		log_leaf_hash(l->line[i], ret->v[0] + i * LOG_HASH);
	for (int h = 1; (n /= 2) > 0; h++) {
		ret->v[h] = arena_alloc(a, n * LOG_HASH);
		for (size_t i = 0; i < n; i++)
			log_node_hash(ret->v[h - 1] + 2 * i * LOG_HASH, ret->v[h - 1] + (2 * i + 1) * LOG_HASH, ret->v[h] + i * LOG_HASH);
	}
}

static void put_lines(struct arena *a, struct json_out *o, const struct draw_made *m)
{
	struct levels levels = { { NULL } };
	struct log_nodes nodes = { level_node, &levels };

	levels_of(a, m->list, &levels);
	json_open(o, "lines", '[');
	for (size_t i = 0; i < m->list->n_target; i++)
		if (shown_line(m, &m->list->target[i]))
			put_line(a, o, &nodes, m->list, m->list->target[i].line);
	json_close(o, ']');
	json_open(o, "last", '{');
	for (size_t i = 0; i < m->result->n_stratum; i++)
		if (m->result->stratum[i].drawn)
			put_hash(o, m->result->stratum[i].name, m->result->stratum[i].order[m->result->stratum[i].drawn - 1]->key);
	json_close(o, '}');
}

static void put_spares(struct json_out *o, const struct draw_made *m)
{
	if (!m->n_spare)
		return;
	json_open(o, "replaced", '[');
	for (size_t i = 0; i < m->n_spare; i++) {
		json_open(o, NULL, '{');
		json_out_str(o, "target", m->spare[i].target);
		if (m->spare[i].member.n)
			json_out_str(o, "member", m->spare[i].member);
		json_out_str(o, "next", m->spare[i].next);
		json_close(o, '}');
	}
	json_close(o, ']');
}

void draw_record_put(struct arena *a, struct buf *b, const struct draw_made *m, bool whole)
{
	struct json_out o = { b, false };

	json_open(&o, NULL, '{');
	draw_commit_put(&o, m);
	if (whole)
		json_out_str(&o, "list", m->list->text);
	else
		put_lines(a, &o, m);
	put_hash(&o, STR("secret_hex"), m->secret);
	if (m->result) {
		json_out_str(&o, "beacon_value", m->value);
		put_result(&o, m, whole);
		put_spares(&o, m);
	} else {
		json_out_bool(&o, "cancelled", true);
	}
	json_close(&o, '}');
	buf_addc(b, '\n');
}
