/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/dec.h"

#include <assert.h>

#define DEC_MAX ((dec)1000000000000 * (dec)1000000000000 * DEC_ONE) /* 10^24 */

static bool fits(dec a)
{
	return a <= DEC_MAX && a >= -DEC_MAX;
}

dec dec_int(int64_t n)
{
	return (dec)n * DEC_ONE;
}

static dec power10(int n)
{
	dec p = 1;

	while (n-- > 0)
		p *= 10;
	return p;
}

bool dec_parse(struct str s, int places, dec *ret)
{
	bool minus = s.n && s.p[0] == '-', point = false;
	int decimals = 0;
	size_t i = minus;
	dec v = 0;

	if (i == s.n || s.n > 40)
		return false;
	for (; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.' && !point && i > (size_t)minus && i + 1 < s.n) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9' || (point && ++decimals > places))
			return false;
		v = v * 10 + (c - '0');
		if (v > DEC_MAX)
			return false;
	}
	v *= power10(DEC_PLACES - decimals);
	if (!fits(v))
		return false;
	*ret = minus ? -v : v;
	return true;
}

bool dec_add(dec a, dec b, dec *ret)
{
	if (!fits(a + b))
		return false;
	*ret = a + b;
	return true;
}

bool dec_sub(dec a, dec b, dec *ret)
{
	return dec_add(a, -b, ret);
}

bool dec_mul(dec a, dec b, dec *ret)
{
	dec p;

	/* Products of two large values would leave 128 bits; split off the whole part of b. */
	if (__builtin_mul_overflow(a, b / DEC_ONE, &p))
		return false;
	if (!fits(p))
		return false;
	return dec_add(p, a / DEC_ONE * (b % DEC_ONE) + a % DEC_ONE * (b % DEC_ONE) / DEC_ONE, ret);
}

bool dec_div(dec a, dec b, dec *ret)
{
	dec q, rest;

	if (b == 0)
		return false;
	q = a / b;
	rest = a % b;
	for (int i = 0; i < DEC_PLACES; i++) {
		if (!fits(q))
			return false;
		rest *= 10; /* |rest| < |b| <= 10^30: ten times that still fits */
		q = q * 10 + rest / b;
		rest %= b;
	}
	if (!fits(q))
		return false;
	*ret = q;
	return true;
}

dec dec_round(dec a, int places)
{
	dec unit, half;

	assert(places >= 0 && "callers clamp the number of places");
	if (places >= DEC_PLACES)
		return a;
	unit = power10(DEC_PLACES - places);
	half = unit / 2;
	return (a >= 0 ? a + half : a - half) / unit * unit;
}

dec dec_floor(dec a)
{
	dec q = a / DEC_ONE;

	return (q - (a % DEC_ONE < 0)) * DEC_ONE;
}

dec dec_ceil(dec a)
{
	return -dec_floor(-a);
}

bool dec_is_int(dec a)
{
	return a % DEC_ONE == 0;
}

bool dec_to_i64(dec a, int64_t *ret)
{
	dec n = a / DEC_ONE;

	if (!dec_is_int(a) || n > INT64_MAX || n < INT64_MIN)
		return false;
	*ret = (int64_t)n;
	return true;
}

/* The whole digits of a non-negative number of units, optionally in groups of three. */
static void put_whole(struct buf *b, dec n, bool commas)
{
	char digit[48];
	int len = 0;

	do {
		digit[len++] = (char)('0' + (int)(n % 10));
		n /= 10;
	} while (n);
	while (len--) {
		buf_addc(b, digit[len]);
		if (commas && len && len % 3 == 0)
			buf_addc(b, ',');
	}
}

static void put_places(struct buf *b, dec a, int places, bool commas)
{
	dec unit = DEC_ONE;

	if (a < 0) {
		buf_addc(b, '-');
		a = -a;
	}
	put_whole(b, a / DEC_ONE, commas);
	if (places > 0)
		buf_addc(b, '.');
	a %= DEC_ONE;
	while (places-- > 0) {
		unit /= 10;
		buf_addc(b, (char)('0' + (int)(a / unit)));
		a %= unit;
	}
}

void dec_put(struct buf *b, dec a)
{
	int places = DEC_PLACES;

	while (places && a % power10(DEC_PLACES - places + 1) == 0)
		places--;
	put_places(b, a, places, false);
}

void dec_put_fixed(struct buf *b, dec a, int places, bool commas)
{
	put_places(b, dec_round(a, places), places, commas);
}

static const char *const numeral[] = { "零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖" };

/* One group of four digits: 1050 is 壹仟零伍拾. */
static void put_group(struct buf *b, int group)
{
	static const char *const unit[] = { "仟", "佰", "拾", "" };
	static const int weight[] = { 1000, 100, 10, 1 };
	bool begun = false, gap = false;

	for (int i = 0; i < 4; i++) {
		int d = group / weight[i] % 10;

		if (!d) {
			gap = begun;
			continue;
		}
		if (gap)
			buf_adds(b, numeral[0]);
		buf_adds(b, numeral[d]);
		buf_adds(b, unit[i]);
		begun = true;
		gap = false;
	}
}

void dec_put_capital(struct buf *b, dec yuan)
{
	static const char *const big[] = { "亿", "万", "" };
	int64_t fen = (int64_t)(dec_round(yuan, 2) / (DEC_ONE / 100));
	int64_t whole = fen / 100, scale = 100000000;
	bool begun = false, gap = false;

	for (int i = 0; i < 3; i++, scale /= 10000) {
		int group = (int)(whole / scale % 10000);

		if (begun && (gap || (group && group < 1000)) && group)
			buf_adds(b, numeral[0]);
		gap = begun && !group;
		if (!group)
			continue;
		put_group(b, group);
		buf_adds(b, big[i]);
		begun = true;
	}
	if (begun || fen == 0)
		buf_adds(b, begun ? "元" : "零元");
	if (fen % 100 == 0) {
		buf_adds(b, "整");
		return;
	}
	if (fen / 10 % 10) {
		buf_adds(b, numeral[fen / 10 % 10]);
		buf_adds(b, "角");
	} else if (begun) {
		buf_adds(b, numeral[0]);
	}
	if (fen % 10) {
		buf_adds(b, numeral[fen % 10]);
		buf_adds(b, "分");
	} else {
		buf_adds(b, "整");
	}
}
