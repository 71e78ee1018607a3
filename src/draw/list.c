/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The list: lines of fields parted by TAB, sorted bytewise, salted, so that single ones can be shown later. */
#include <stdlib.h>

#include "base/parse.h"
#include "draw/draw.h"

#define FIELDS_MAX 6

static bool plain(struct str s, bool commas)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || (!commas && s.p[i] == ','))
			return false;
	return true;
}

static bool is_id(struct str s)
{
	return s.n && plain(s, false);
}

static bool add(struct draw_lines *l, const struct str *field, size_t n, const unsigned char salt[DRAW_SALT])
{
	char hex[2 * DRAW_SALT + 1];
	size_t len = 2 * DRAW_SALT;
	struct buf b;

	for (size_t i = 0; i < n; i++)
		len += field[i].n + 1;
	buf_init(&b, l->a, len);
	for (size_t i = 0; i < n; i++) {
		buf_add(&b, field[i]);
		buf_addc(&b, '\t');
	}
	parse_put_hex(hex, salt, DRAW_SALT);
	buf_adds(&b, hex);
	PUSH(l->a, l->v, l->n, l->cap, buf_str(&b));
	return true;
}

bool draw_target(struct draw_lines *l, struct str id, struct str stratum, int64_t weight, struct str need,
		 const unsigned char salt[DRAW_SALT])
{
	const struct str field[] = { STR("T"), id, stratum, str_fmt(l->a, "%lld", (long long)weight), need };

	return is_id(id) && plain(stratum, false) && weight >= 1 && weight <= DRAW_WEIGHT_MAX && plain(need, true)
	       && add(l, field, ARRAY_LEN(field), salt);
}

bool draw_inspector(struct draw_lines *l, struct str id, struct str skills, const unsigned char salt[DRAW_SALT])
{
	const struct str field[] = { STR("I"), id, skills };

	return is_id(id) && plain(skills, true) && add(l, field, ARRAY_LEN(field), salt);
}

bool draw_recusal(struct draw_lines *l, struct str inspector, struct str target, const unsigned char salt[DRAW_SALT])
{
	const struct str field[] = { STR("R"), inspector, target };

	return is_id(inspector) && is_id(target) && add(l, field, ARRAY_LEN(field), salt);
}

bool draw_quota(struct draw_lines *l, struct str stratum, int64_t quota, const unsigned char salt[DRAW_SALT])
{
	const struct str field[] = { STR("Q"), stratum, str_fmt(l->a, "%lld", (long long)quota) };

	return plain(stratum, false) && quota >= 0 && add(l, field, ARRAY_LEN(field), salt);
}

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

struct str draw_lines_text(struct draw_lines *l)
{
	struct buf b;

	if (l->n)
		qsort(l->v, l->n, sizeof(l->v[0]), by_bytes);
	buf_init(&b, l->a, DRAW_TEXT_MAX);
	for (size_t i = 0; i < l->n; i++) {
		buf_add(&b, l->v[i]);
		buf_addc(&b, '\n');
	}
	return buf_str(&b);
}

/* ---- reading ---- */

struct reader {
	struct arena *a;
	struct draw_list *l;
	struct str *line;
	struct draw_i *i;
	struct draw_r *r;
	struct draw_q *q;
	size_t cap, cap_t, cap_i, cap_r, cap_q;
	size_t tickets;
	struct log_tree tree;
};

static bool wrong(const struct reader *r, const char *what, struct err *err)
{
	return err_set(err, ERR_BAD_INPUT, "名单第%zu行%s", r->l->n, what);
}

static size_t split(struct str line, struct str field[FIELDS_MAX])
{
	size_t n = 0, from = 0, at;

	for (;; from = at + 1) {
		at = str_chr(line, '\t', from);
		if (n == FIELDS_MAX)
			return 0;
		field[n++] = str_sub(line, from, at == SIZE_MAX ? line.n : at);
		if (at == SIZE_MAX)
			return n;
	}
}

static bool is_salt(struct str s)
{
	unsigned char salt[DRAW_SALT];

	return parse_hex(s, salt, DRAW_SALT);
}

static bool read_target(const struct str *field, size_t n, struct draw_t *ret)
{
	int64_t weight;

	if (n != 6 || !is_id(field[1]) || !plain(field[2], false) || !parse_i64(field[3], 1, DRAW_WEIGHT_MAX, &weight)
	    || !plain(field[4], true))
		return false;
	*ret = (struct draw_t){ .id = field[1], .stratum = field[2], .need = field[4], .weight = (uint32_t)weight };
	return true;
}

static bool add_target(struct reader *r, const struct str *field, size_t n, struct err *err)
{
	struct draw_list *l = r->l;
	struct draw_t t;

	if (!read_target(field, n, &t))
		return wrong(r, "不是规定的检查对象格式", err);
	if (l->n_target && str_eq(l->target[l->n_target - 1].id, t.id))
		return wrong(r, "的检查对象重复", err);
	t.line = l->n - 1;
	r->tickets += t.weight;
	PUSH(r->a, l->target, l->n_target, r->cap_t, t);
	return true;
}

static bool add_inspector(struct reader *r, const struct str *field, size_t n, struct err *err)
{
	struct draw_list *l = r->l;

	if (n != 4 || !is_id(field[1]) || !plain(field[2], true))
		return wrong(r, "不是规定的检查人员格式", err);
	if (l->n_inspector && str_eq(r->i[l->n_inspector - 1].id, field[1]))
		return wrong(r, "的检查人员重复", err);
	PUSH(r->a, r->i, l->n_inspector, r->cap_i, (struct draw_i){ field[1], field[2] });
	return true;
}

static bool add_recusal(struct reader *r, const struct str *field, size_t n, struct err *err)
{
	if (n != 4 || !is_id(field[1]) || !is_id(field[2]))
		return wrong(r, "不是规定的回避格式", err);
	PUSH(r->a, r->r, r->l->n_recusal, r->cap_r, (struct draw_r){ field[1], field[2] });
	return true;
}

static bool add_quota(struct reader *r, const struct str *field, size_t n, struct err *err)
{
	struct draw_list *l = r->l;
	int64_t quota;

	if (n != 4 || !plain(field[1], false) || !parse_i64(field[2], 0, DRAW_LINES_MAX, &quota))
		return wrong(r, "不是规定的抽取数量格式", err);
	if (l->n_quota && str_eq(r->q[l->n_quota - 1].stratum, field[1]))
		return wrong(r, "的分层重复", err);
	PUSH(r->a, r->q, l->n_quota, r->cap_q, (struct draw_q){ field[1], quota });
	return true;
}

static bool add_line(struct reader *r, struct str line, struct err *err)
{
	struct str field[FIELDS_MAX];
	size_t n = split(line, field);

	if (r->l->n == DRAW_LINES_MAX)
		return err_set(err, ERR_TOO_LARGE, "名单超过%d行", DRAW_LINES_MAX);
	PUSH(r->a, r->line, r->l->n, r->cap, line);
	if (r->l->n > 1 && str_cmp(r->line[r->l->n - 2], line) >= 0)
		return wrong(r, "没有按顺序排列，或者与上一行重复", err);
	if (n < 2 || !is_salt(field[n - 1]) || field[0].n != 1)
		return wrong(r, "不是规定的格式", err);
	log_tree_add(&r->tree, line);
	switch (field[0].p[0]) {
	case 'T':
		return add_target(r, field, n, err);
	case 'I':
		return add_inspector(r, field, n, err);
	case 'R':
		return add_recusal(r, field, n, err);
	case 'Q':
		return add_quota(r, field, n, err);
	default:
		return wrong(r, "不是规定的格式", err);
	}
}

bool draw_list_read(struct arena *a, struct str text, struct draw_list *ret, struct err *err)
{
	struct reader r = { .a = a, .l = ret };
	size_t from = 0, at;

	*ret = (struct draw_list){ .text = text };
	if (text.n > DRAW_TEXT_MAX)
		return err_set(err, ERR_TOO_LARGE, "名单过大");
	if (!str_utf8(text))
		return err_set(err, ERR_BAD_INPUT, "名单不是 UTF-8 文字");
	for (; from < text.n; from = at + 1) {
		at = str_chr(text, '\n', from);
		if (at == SIZE_MAX)
			return err_set(err, ERR_BAD_INPUT, "名单最后一行没有换行");
		if (!add_line(&r, str_sub(text, from, at), err))
			return false;
	}
	if (r.tickets > DRAW_TICKETS_MAX)
		return err_set(err, ERR_TOO_LARGE, "名单的权重合计过大");
	ret->line = r.line;
	ret->inspector = r.i;
	ret->recusal = r.r;
	ret->quota = r.q;
	log_tree_root(&r.tree, ret->root);
	return true;
}

bool draw_line_target(struct str line, struct draw_t *ret_target)
{
	struct str field[FIELDS_MAX];
	size_t n = split(line, field);

	return n == 6 && str_is(field[0], "T") && is_salt(field[5]) && read_target(field, n, ret_target);
}
