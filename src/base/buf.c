/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

void buf_init(struct buf *b, struct arena *a, size_t max)
{
	*b = (struct buf){ .a = a, .max = max };
	b->p = arena_alloc(a, 1);
}

/* Room for n more bytes and the NUL; false (and sticky) past the cap. */
static bool room(struct buf *b, size_t n)
{
	size_t cap;
	char *p;

	if (b->over || n > b->max - b->n) {
		b->over = true;
		return false;
	}
	if (b->n + n <= b->cap)
		return true;
	cap = b->cap ? b->cap * 2 : 256;
	if (cap < b->n + n)
		cap = b->n + n;
	if (cap > b->max)
		cap = b->max;
	p = arena_raw(b->a, cap + 1);
	if (b->n)
		memcpy(p, b->p, b->n);
	p[b->n] = '\0';
	b->p = p;
	b->cap = cap;
	return true;
}

void buf_add(struct buf *b, struct str s)
{
	if (!s.n || !room(b, s.n))
		return;
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	b->p[b->n] = '\0';
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, (struct str){ &c, 1 });
}

void buf_adds(struct buf *b, const char *cstr)
{
	buf_add(b, str_of(cstr));
}

void buf_addi(struct buf *b, int64_t n)
{
	const uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	if (n < 0)
		buf_addc(b, '-');
	buf_addu(b, u, 1);
}

void buf_addu(struct buf *b, uint64_t n, size_t width)
{
	char digit[20];
	size_t at = sizeof(digit);

	do
		digit[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	while (at > 0 && sizeof(digit) - at < width)
		digit[--at] = '0';
	buf_add(b, (struct str){ digit + at, sizeof(digit) - at });
}

void buf_addcp(struct buf *b, uint32_t cp)
{
	if (cp < 0x80) {
		buf_addc(b, (char)cp);
	} else if (cp < 0x800) {
		buf_addc(b, (char)(0xc0 | cp >> 6));
		buf_addc(b, (char)(0x80 | (cp & 0x3f)));
	} else if (cp < 0x10000) {
		buf_addc(b, (char)(0xe0 | cp >> 12));
		buf_addc(b, (char)(0x80 | (cp >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (cp & 0x3f)));
	} else {
		buf_addc(b, (char)(0xf0 | cp >> 18));
		buf_addc(b, (char)(0x80 | (cp >> 12 & 0x3f)));
		buf_addc(b, (char)(0x80 | (cp >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (cp & 0x3f)));
	}
}

void buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	char small[256];
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	if (n >= 0 && (size_t)n < sizeof(small)) {
		buf_add(b, (struct str){ small, (size_t)n });
	} else if (n >= 0 && room(b, (size_t)n)) {
		(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	} else {
		b->over = true;
	}
	va_end(again);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_addv(b, fmt, ap);
	va_end(ap);
}

bool buf_ok(const struct buf *b)
{
	return !b->over;
}

struct str buf_str(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->over = false;
	b->p[0] = '\0';
}

void buf_add_xml(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if (c == '<')
			buf_adds(b, "&lt;");
		else if (c == '&')
			buf_adds(b, "&amp;");
		else if (c == '"')
			buf_adds(b, "&quot;");
		else if (c == '>')
			buf_adds(b, "&gt;");
		else
			buf_addc(b, c < ' ' ? ' ' : (char)c);
	}
}
