/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/json.h"

#include <inttypes.h>
#include <string.h>

#include "base/parse.h"

#define JSON_DEPTH 32
#define JSON_NODES 1000000u

struct reader {
	struct arena *a;
	struct str in;
	size_t at;
	struct json *node;
	uint32_t n;
	uint32_t cap;
};

static void blanks(struct reader *r)
{
	while (r->at < r->in.n && (r->in.p[r->at] == ' ' || r->in.p[r->at] == '\n' || r->in.p[r->at] == '\t'
				   || r->in.p[r->at] == '\r'))
		r->at++;
}

static bool eat(struct reader *r, char c)
{
	if (r->at >= r->in.n || r->in.p[r->at] != c)
		return false;
	r->at++;
	return true;
}

/* Index of a fresh node; UINT32_MAX past the limit. */
static uint32_t add_node(struct reader *r, enum json_type type)
{
	if (r->n == JSON_NODES)
		return UINT32_MAX;
	if (r->n == r->cap) {
		uint32_t cap = r->cap ? r->cap * 2 : 32;
		struct json *bigger = arena_raw(r->a, cap * sizeof(*bigger));

		if (r->n)
			memcpy(bigger, r->node, r->n * sizeof(*bigger));
		r->node = bigger;
		r->cap = cap;
	}
	r->node[r->n] = (struct json){ .type = type, .span = 1 };
	return r->n++;
}

static bool hex4(struct reader *r, uint32_t *ret)
{
	unsigned char b[2];
	char low[4];

	if (r->in.n - r->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char c = r->in.p[r->at + (size_t)i];

		low[i] = (char)(c >= 'A' && c <= 'F' ? c + 32 : c);
	}
	if (!parse_hex((struct str){ low, 4 }, b, 2))
		return false;
	r->at += 4;
	*ret = (uint32_t)b[0] << 8 | b[1];
	return true;
}

static bool escape(struct reader *r, struct buf *b)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char c = r->at < r->in.n ? r->in.p[r->at++] : '\0';
	const char *hit = c ? strchr(from, c) : NULL;
	uint32_t cp, low;

	if (hit) {
		buf_addc(b, to[hit - from]);
		return true;
	}
	if (c != 'u' || !hex4(r, &cp))
		return false;
	if (cp >= 0xd800 && cp < 0xdc00) {
		if (!eat(r, '\\') || !eat(r, 'u') || !hex4(r, &low) || low < 0xdc00 || low > 0xdfff)
			return false;
		cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
	} else if (cp == 0 || (cp >= 0xdc00 && cp <= 0xdfff)) {
		return false;
	}
	buf_addcp(b, cp);
	return true;
}

/* Eight bytes at once: whether one of them is less than n (at most 128), or is c. */
#define EACH(c) (UINT64_C(0x0101010101010101) * (c))
#define LESS(x, n) (((x) - EACH(n)) & ~(x) & EACH(0x80))
#define HAS(x, c) LESS((x) ^ EACH(c), 1)

/* The first byte from r->at on that ends plain text: a quote, a backslash or a control character. *ret_ascii: all
 * before it is ASCII, as keys and ids are. */
static size_t plain_end(const struct reader *r, bool *ret_ascii)
{
	const unsigned char *p = (const unsigned char *)r->in.p;
	uint64_t seen = 0, x;
	size_t i = r->at;

	for (; r->in.n - i >= sizeof(x); i += sizeof(x)) {
		memcpy(&x, p + i, sizeof(x));
		if (LESS(x, 0x20) | HAS(x, '"') | HAS(x, '\\'))
			break;
		seen |= x;
	}
	for (; i < r->in.n && p[i] != '"' && p[i] != '\\' && p[i] >= 0x20; i++)
		seen |= p[i];
	*ret_ascii = !(seen & EACH(0x80));
	return i;
}

static bool text(struct reader *r, struct str *ret)
{
	size_t from = r->at;
	bool ascii;
	struct buf b;

	r->at = plain_end(r, &ascii);
	*ret = str_sub(r->in, from, r->at);
	if (eat(r, '"'))
		return ascii || str_utf8(*ret);
	buf_init(&b, r->a, r->in.n);
	buf_add(&b, *ret);
	while (r->at < r->in.n) {
		char c = r->in.p[r->at++];

		if (c == '"') {
			*ret = buf_str(&b);
			return buf_ok(&b) && str_utf8(*ret);
		}
		if ((unsigned char)c < 0x20 || (c == '\\' && !escape(r, &b)))
			return false;
		if (c != '\\')
			buf_addc(&b, c);
	}
	return false;
}

static bool number(struct reader *r, struct str *ret)
{
	size_t from = r->at, first;

	(void)eat(r, '-');
	first = r->at;
	while (r->at < r->in.n && r->in.p[r->at] >= '0' && r->in.p[r->at] <= '9')
		r->at++;
	if (r->at == first || (r->in.p[first] == '0' && r->at > first + 1))
		return false;
	if (eat(r, '.')) {
		first = r->at;
		while (r->at < r->in.n && r->in.p[r->at] >= '0' && r->in.p[r->at] <= '9')
			r->at++;
		if (r->at == first)
			return false;
	}
	*ret = str_sub(r->in, from, r->at);
	return true; /* exponents are not written by us and mean nothing in law: refused by what follows */
}

static bool word(struct reader *r, struct str w)
{
	if (!str_starts(str_sub(r->in, r->at, r->in.n), w))
		return false;
	r->at += w.n;
	return true;
}

static bool value(struct reader *r, struct str key, int depth);

static bool container(struct reader *r, uint32_t me, char close, int depth)
{
	struct str key = { 0 };

	blanks(r);
	if (eat(r, close))
		return true;
	do {
		blanks(r);
		if (close == '}') {
			if (!eat(r, '"') || !text(r, &key))
				return false;
			blanks(r);
			if (!eat(r, ':'))
				return false;
		}
		if (!value(r, key, depth + 1))
			return false;
		r->node[me].n++;
		blanks(r);
	} while (eat(r, ','));
	r->node[me].span = r->n - me;
	return eat(r, close);
}

static bool value(struct reader *r, struct str key, int depth)
{
	uint32_t me;
	bool ok;

	blanks(r);
	me = add_node(r, JSON_NULL);
	if (me == UINT32_MAX || depth > JSON_DEPTH || r->at >= r->in.n)
		return false;
	r->node[me].key = key;
	switch (r->in.p[r->at]) {
	case '{':
	case '[':
		r->node[me].type = r->in.p[r->at] == '{' ? JSON_OBJECT : JSON_ARRAY;
		r->at++;
		return container(r, me, r->node[me].type == JSON_OBJECT ? '}' : ']', depth);
	case '"':
		r->at++;
		r->node[me].type = JSON_STRING;
		return text(r, &r->node[me].text);
	case 't':
	case 'f':
		r->node[me].type = JSON_BOOL;
		r->node[me].yes = r->in.p[r->at] == 't';
		return r->node[me].yes ? word(r, STR("true")) : word(r, STR("false"));
	case 'n':
		return word(r, STR("null"));
	default:
		r->node[me].type = JSON_NUMBER;
		ok = number(r, &r->node[me].text);
		return ok;
	}
}

static bool whole(struct reader *r, bool ok, const struct json **ret, struct err *err)
{
	blanks(r);
	if (!ok || r->at != r->in.n) {
		(void)err_set(err, ERR_BAD_INPUT, "数据格式有误（第%zu字节处）", r->at);
		return err_wrap(err, "json at byte %zu of %zu", r->at, r->in.n);
	}
	*ret = r->node;
	return true;
}

bool json_read(struct arena *a, struct str in, const struct json **ret, struct err *err)
{
	struct reader r = { .a = a, .in = in };

	return whole(&r, value(&r, (struct str){ 0 }, 0), ret, err);
}

static bool pass_text(struct reader *r)
{
	for (; r->at < r->in.n && r->in.p[r->at] != '"'; r->at++)
		r->at += r->in.p[r->at] == '\\' && r->at + 1 < r->in.n;
	return eat(r, '"');
}

/* Passes a value over, up to the comma or bracket behind it. */
static bool pass(struct reader *r)
{
	int depth = 0;

	for (; r->at < r->in.n; r->at++) {
		const char c = r->in.p[r->at];

		if (c == '"') {
			r->at++;
			if (!pass_text(r))
				return false;
			r->at--;
		}
		if (c == '{' || c == '[')
			depth++;
		else if (!depth && (c == ',' || c == '}' || c == ']'))
			return true;
		else if (c == '}' || c == ']')
			depth--;
	}
	return false;
}

static bool is_among(struct str key, const char *const *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(key, wanted[i]))
			return true;
	return false;
}

static bool members(struct reader *r, const char *const *wanted, size_t n)
{
	struct str key;

	blanks(r);
	if (!eat(r, '{') || add_node(r, JSON_OBJECT) != 0)
		return false;
	blanks(r);
	if (eat(r, '}'))
		return true;
	do {
		blanks(r);
		if (!eat(r, '"') || !text(r, &key))
			return false;
		blanks(r);
		if (!eat(r, ':'))
			return false;
		if (!is_among(key, wanted, n)) {
			if (!pass(r))
				return false;
			continue;
		}
		if (!value(r, key, 1))
			return false;
		r->node[0].n++;
		blanks(r);
	} while (eat(r, ','));
	r->node[0].span = r->n;
	return eat(r, '}');
}

bool json_read_members(struct arena *a, struct str in, const char *const *key, size_t n, const struct json **ret,
		       struct err *err)
{
	struct reader r = { .a = a, .in = in };

	return whole(&r, members(&r, key, n), ret, err);
}

const struct json *json_first(const struct json *j)
{
	return j && j->n ? j + 1 : NULL;
}

const struct json *json_next(const struct json *container_node, const struct json *m)
{
	const struct json *next = m + m->span;

	return next < container_node + container_node->span ? next : NULL;
}

const struct json *json_get(const struct json *j, const char *key)
{
	const struct json *m;

	if (!j || j->type != JSON_OBJECT)
		return NULL;
	json_each(m, j)
		if (str_is(m->key, key))
			return m;
	return NULL;
}

struct str json_str(const struct json *j, const char *key)
{
	const struct json *m = json_get(j, key);

	return m && m->type == JSON_STRING ? m->text : (struct str){ 0 };
}

int64_t json_i64(const struct json *j, const char *key, int64_t def)
{
	const struct json *m = json_get(j, key);
	int64_t n;

	return m && m->type == JSON_NUMBER && parse_i64(m->text, INT64_MIN, INT64_MAX, &n) ? n : def;
}

void json_put(struct buf *b, struct str s)
{
	size_t plain = 0;

	buf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, str_sub(s, plain, i));
		plain = i + 1;
		if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", c);
		else if (c == '\n')
			buf_adds(b, "\\n");
		else
			buf_addf(b, "\\u%04x", c);
	}
	buf_add(b, str_sub(s, plain, s.n));
	buf_addc(b, '"');
}

void json_key(struct json_out *o, struct str key)
{
	if (o->comma)
		buf_addc(o->b, ',');
	json_put(o->b, key);
	buf_addc(o->b, ':');
	o->comma = false;
}

static void begin(struct json_out *o, const char *key)
{
	if (key)
		json_key(o, str_of(key));
	else if (o->comma)
		buf_addc(o->b, ',');
	o->comma = true;
}

void json_open(struct json_out *o, const char *key, char bracket)
{
	begin(o, key);
	buf_addc(o->b, bracket);
	o->comma = false;
}

void json_close(struct json_out *o, char bracket)
{
	buf_addc(o->b, bracket);
	o->comma = true;
}

void json_out_str(struct json_out *o, const char *key, struct str s)
{
	begin(o, key);
	json_put(o->b, s);
}

void json_out_i64(struct json_out *o, const char *key, int64_t n)
{
	begin(o, key);
	buf_addi(o->b, n);
}

void json_out_bool(struct json_out *o, const char *key, bool yes)
{
	begin(o, key);
	buf_adds(o->b, yes ? "true" : "false");
}

void json_out_null(struct json_out *o, const char *key)
{
	begin(o, key);
	buf_adds(o->b, "null");
}

void json_out_raw(struct json_out *o, const char *key, struct str json)
{
	begin(o, key);
	buf_add(o->b, json);
}
