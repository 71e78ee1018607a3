/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct str str_of(const char *cstr)
{
	return (struct str){ cstr, cstr ? strlen(cstr) : 0 };
}

struct str str_dup(struct arena *a, struct str s)
{
	return (struct str){ arena_dup(a, s.p, s.n), s.n };
}

char *str_cstr(struct arena *a, struct str s)
{
	return arena_dup(a, s.p, s.n);
}

struct str str_fmt(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	p = arena_alloc(a, (size_t)n + 1);
	(void)vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){ p, (size_t)n };
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str a, const char *cstr)
{
	return str_eq(a, str_of(cstr));
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_sub(s, s.n - suffix.n, s.n), suffix);
}

struct str str_sub(struct str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from >= to)
		return (struct str){ s.p, 0 };
	return (struct str){ s.p + from, to - from };
}

/* Length of the blank at position i, 0 when there is none. U+3000 is what a pinyin keyboard types. */
static size_t blank_at(struct str s, size_t i)
{
	char c = s.p[i];

	if (c == ' ' || (c >= '\t' && c <= '\r'))
		return 1;
	return s.n - i >= 3 && memcmp(s.p + i, "\xe3\x80\x80", 3) == 0 ? 3 : 0;
}

struct str str_trim(struct str s)
{
	size_t step;

	while (s.n && (step = blank_at(s, 0)))
		s = str_sub(s, step, s.n);
	while (s.n) {
		if (s.n >= 3 && blank_at(s, s.n - 3) == 3)
			s.n -= 3;
		else if (blank_at(s, s.n - 1) == 1)
			s.n -= 1;
		else
			break;
	}
	return s;
}

bool str_blank(struct str s)
{
	return str_trim(s).n == 0;
}

size_t str_find(struct str s, struct str what, size_t from)
{
	const char *hit;

	if (from > s.n || what.n > s.n - from)
		return SIZE_MAX;
	if (!what.n)
		return from;
	hit = memmem(s.p + from, s.n - from, what.p, what.n);
	return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t str_chr(struct str s, char c, size_t from)
{
	const char *hit = from < s.n ? memchr(s.p + from, c, s.n - from) : NULL;

	return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

bool str_cut(struct str *rest, char sep, struct str *ret_part)
{
	size_t at;

	if (!rest->p)
		return false;
	at = str_chr(*rest, sep, 0);
	if (at == SIZE_MAX) {
		*ret_part = *rest;
		*rest = (struct str){ 0 };
	} else {
		*ret_part = str_sub(*rest, 0, at);
		*rest = (struct str){ rest->p + at + 1, rest->n - at - 1 };
	}
	return true;
}

/* Decodes one code point; returns its length, 0 when the bytes are no valid UTF-8. */
static size_t decode(const unsigned char *p, size_t n, uint32_t *ret_cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t cp;
	size_t len, i;

	if (p[0] < 0x80) {
		*ret_cp = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		len = 2, cp = p[0] & 0x1f;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		len = 3, cp = p[0] & 0x0f;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		len = 4, cp = p[0] & 0x07;
	else
		return 0;
	if (n < len)
		return 0;
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (p[i] & 0x3f);
	}
	if (cp < least[len] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	*ret_cp = cp;
	return len;
}

/* Three bytes that are a character between U+3000 and U+CFFF for certain: nearly all of our texts. */
static bool is_han(const unsigned char *p, size_t n)
{
	return n > 2 && p[0] >= 0xe3 && p[0] <= 0xec && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80;
}

bool str_utf8(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0, len;
	uint32_t cp;

	while (i < s.n) {
		if (is_han(p + i, s.n - i)) {
			i += 3;
			continue;
		}
		len = decode(p + i, s.n - i, &cp);
		if (!len || !cp)
			return false;
		i += len;
	}
	return true;
}

uint32_t str_next(struct str s, size_t *pos)
{
	uint32_t cp = 0;
	size_t len;

	if (*pos >= s.n)
		return 0;
	len = decode((const unsigned char *)s.p + *pos, s.n - *pos, &cp);
	*pos += len ? len : 1;
	return len ? cp : 0xfffd;
}

uint32_t cp_half_width(uint32_t cp)
{
	if (cp >= 0xff01 && cp <= 0xff5e)
		return cp - 0xfee0;
	return cp == 0x3000 || cp == 0xa0 ? ' ' : cp;
}

uint32_t cp_plain(uint32_t cp)
{
	cp = cp_half_width(cp);
	if (cp >= 'A' && cp <= 'Z')
		cp += 'a' - 'A';
	return cp > ' ' ? cp : 0;
}

size_t str_chars(struct str s)
{
	size_t pos = 0, n = 0;

	while (pos < s.n) {
		(void)str_next(s, &pos);
		n++;
	}
	return n;
}

struct str str_head(struct str s, size_t chars)
{
	size_t pos = 0;

	while (chars-- && pos < s.n)
		(void)str_next(s, &pos);
	return str_sub(s, 0, pos);
}

uint64_t str_hash(struct str s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

struct str str_lower(struct arena *a, struct str s)
{
	char *p = arena_dup(a, s.p, s.n);

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + 32);
	return (struct str){ p, s.n };
}
