/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/base64.h"

#include <string.h>

static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_put(struct buf *b, struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t i = 0; i < s.n; i += 3) {
		size_t left = s.n - i;
		unsigned int v = (unsigned int)p[i] << 16 | (left > 1 ? (unsigned int)p[i + 1] << 8 : 0)
				 | (left > 2 ? p[i + 2] : 0);
		char four[4] = { digit[v >> 18], digit[v >> 12 & 63], '=', '=' };

		if (left > 1)
			four[2] = digit[v >> 6 & 63];
		if (left > 2)
			four[3] = digit[v & 63];
		buf_add(b, (struct str){ four, 4 });
	}
}

static int value_of(char c)
{
	const char *at = c ? strchr(digit, c) : NULL;

	return at ? (int)(at - digit) : -1;
}

/* Bytes that the text stands for by its length; SIZE_MAX when no text has this length. */
static size_t length_of(struct str text)
{
	if (text.n % 4)
		return SIZE_MAX;
	if (text.n == 0)
		return 0;
	return text.n / 4 * 3 - (text.p[text.n - 1] == '=') - (text.p[text.n - 1] == '=' && text.p[text.n - 2] == '=');
}

bool base64_exact(struct str text, unsigned char *ret, size_t n)
{
	if (length_of(text) != n)
		return false;
	for (size_t i = 0, o = 0; i < text.n; i += 4) {
		unsigned int v = 0;

		for (size_t k = 0; k < 4; k++) {
			bool pad = i + k >= BASE64_LEN(n) - (3 - n % 3) % 3;
			int d = pad ? 0 : value_of(text.p[i + k]);

			if (d < 0)
				return false;
			v = v << 6 | (unsigned int)d;
		}
		for (int shift = 16; shift >= 0; shift -= 8) {
			if (o < n)
				ret[o++] = (unsigned char)(v >> shift);
			else if (v >> shift & 255)
				return false;
		}
	}
	return true;
}

bool base64_read(struct arena *a, struct str text, struct str *ret)
{
	size_t n = length_of(text);
	unsigned char *p;

	if (n == SIZE_MAX)
		return false;
	p = arena_raw(a, n);
	if (!base64_exact(text, p, n))
		return false;
	*ret = (struct str){ (const char *)p, n };
	return true;
}
