/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "web/form.h"

#include <string.h>

#include "base/buf.h"
#include "base/parse.h"

#define FORM_PAIRS 2000
#define FORM_NAME 100

struct pairs {
	struct arena *a;
	struct form_pair *v;
	size_t n, cap;
};

static bool broken(struct err *err)
{
	return err_set(err, ERR_BAD_INPUT, "提交的内容不完整或者编码有误，请返回重新填写");
}

static bool add(struct pairs *p, struct form_pair pair, struct err *err)
{
	if (p->n == FORM_PAIRS)
		return err_set(err, ERR_TOO_LARGE, "一次提交的项目超过%d项", FORM_PAIRS);
	if (!pair.name.n || pair.name.n > FORM_NAME || !str_utf8(pair.name)
	    || (!pair.file && !str_utf8(pair.value)))
		return broken(err);
	if (p->n == p->cap) {
		struct form_pair *bigger = arena_many(p->a, p->cap ? p->cap * 2 : 16, struct form_pair);

		if (p->n)
			memcpy(bigger, p->v, p->n * sizeof(*bigger));
		p->v = bigger;
		p->cap = p->cap ? p->cap * 2 : 16;
	}
	p->v[p->n++] = pair;
	return true;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool form_unescape(struct arena *a, struct str s, bool plus, struct str *ret)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '%') {
			if (s.n - i < 3 || hex(s.p[i + 1]) < 0 || hex(s.p[i + 2]) < 0)
				return false;
			c = (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2]));
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		out[n++] = c;
	}
	*ret = (struct str){ out, n };
	return str_utf8(*ret);
}

void form_escape(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
		    || c == '-' || c == '.' || c == '_' || c == '~')
			buf_addc(b, (char)c);
		else
			buf_addf(b, "%%%02X", c);
	}
}

bool form_urlencoded(struct arena *a, struct str text, struct form_data *ret, struct err *err)
{
	struct pairs p = { .a = a };
	struct str rest = text, part;

	while (rest.n && str_cut(&rest, '&', &part)) {
		struct form_pair pair = { 0 };
		size_t eq = str_chr(part, '=', 0);

		if (!part.n)
			continue;
		if (eq == SIZE_MAX)
			eq = part.n;
		if (!form_unescape(a, str_sub(part, 0, eq), true, &pair.name)
		    || !form_unescape(a, str_sub(part, eq + 1, part.n), true, &pair.value))
			return broken(err);
		if (!add(&p, pair, err))
			return false;
	}
	*ret = (struct form_data){ p.v, p.n };
	return true;
}

/* The value of `key=` among the parameters of a header, without its quotes. */
static struct str parameter(struct str header, struct str key)
{
	size_t at = 0;

	while ((at = str_find(header, key, at)) != SIZE_MAX) {
		size_t from = at + key.n, to;

		at = from;
		if (from - key.n > 0 && header.p[from - key.n - 1] != ' ' && header.p[from - key.n - 1] != ';')
			continue;
		if (from >= header.n || header.p[from] != '=')
			continue;
		from++;
		if (from < header.n && header.p[from] == '"') {
			to = str_chr(header, '"', from + 1);
			return to == SIZE_MAX ? (struct str){ 0 } : str_sub(header, from + 1, to);
		}
		to = str_chr(header, ';', from);
		return str_trim(str_sub(header, from, to == SIZE_MAX ? header.n : to));
	}
	return (struct str){ 0 };
}

/* Reads the headers of one part; what follows the blank line is the content. */
static bool part_headers(struct str *part, struct form_pair *pair)
{
	size_t end = str_find(*part, STR("\r\n\r\n"), 0);
	struct str heads, line;

	if (end == SIZE_MAX)
		return false;
	heads = str_sub(*part, 0, end);
	*part = str_sub(*part, end + 4, part->n);
	while (str_cut(&heads, '\n', &line)) {
		line = str_trim(line);
		if (line.n > 20 && strncasecmp(line.p, "content-disposition:", 20) == 0) {
			pair->name = parameter(line, STR("name"));
			pair->file = str_find(line, STR("filename="), 0) != SIZE_MAX;
			pair->filename = parameter(line, STR("filename"));
		} else if (line.n > 13 && strncasecmp(line.p, "content-type:", 13) == 0) {
			pair->type = str_trim(str_sub(line, 13, line.n));
		}
	}
	return true;
}

bool form_multipart(struct arena *a, struct str content_type, struct str body, struct form_data *ret,
		    struct err *err)
{
	struct str boundary = parameter(content_type, STR("boundary")), line;
	struct pairs p = { .a = a };
	size_t at;

	if (!boundary.n || boundary.n > 70) /* RFC 2046: at most 70 characters */
		return broken(err);
	line = str_fmt(a, "\r\n--%.*s", STR_FMT(boundary));
	if (!str_starts(body, str_sub(line, 2, line.n)))
		return broken(err);
	at = line.n - 2;
	for (;;) {
		struct form_pair pair = { 0 };
		struct str part;
		size_t end;

		if (str_starts(str_sub(body, at, body.n), STR("--")))
			break;
		end = str_find(body, line, at);
		if (end == SIZE_MAX || !str_starts(str_sub(body, at, body.n), STR("\r\n")))
			return broken(err);
		part = str_sub(body, at + 2, end);
		if (!part_headers(&part, &pair))
			return broken(err);
		pair.value = part;
		if (!str_utf8(pair.filename))
			return broken(err);
		if (!add(&p, pair, err))
			return false;
		at = end + line.n;
	}
	*ret = (struct form_data){ p.v, p.n };
	return true;
}

bool form_has(const struct form_data *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_is(f->v[i].name, name))
			return true;
	return false;
}

struct str form_value(const struct form_data *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_is(f->v[i].name, name))
			return f->v[i].value;
	return (struct str){ 0 };
}
