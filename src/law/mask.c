/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/mask.h"

#include "base/codes.h"

#define IDCARD_CHARS 18
#define MOBILE_CHARS 11

/* ---- one value ---- */

/* 复姓 that are in use. */
static bool compound_surname(struct str two)
{
	static const char *const surname[] = {
		"欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "长孙", "宇文", "鲜于",
		"闾丘", "夏侯", "轩辕", "淳于", "单于", "申屠", "仲孙", "端木", "南宫", "独孤", "百里", "呼延", "拓跋", "澹台",
		"公冶", "宗政", "濮阳", "太史", "公羊", "赫连", "钟离", "司空", "闻人", "万俟", "西门", "东郭", "左丘", "乐正",
		"第五", "亓官", "巫马", "梁丘", "公西", "漆雕", "壤驷", "谷梁", "段干", "东门", "南门", "微生", "羊舌", "叱干"
	};

	for (size_t i = 0; i < ARRAY_LEN(surname); i++)
		if (str_is(two, surname[i]))
			return true;
	return false;
}

/* Two characters are a surname and a name, whatever the two would be together. */
static struct str mask_name(struct arena *a, struct str s)
{
	struct str two = str_head(s, 2);
	bool compound = str_chars(s) > 2 && compound_surname(two);

	return s.n ? str_fmt(a, "%.*s某", STR_FMT(compound ? two : str_head(s, 1))) : s;
}

static struct str repeat(struct arena *a, const char *sign, size_t n)
{
	struct buf b;

	buf_init(&b, a, 1000);
	for (size_t i = 0; i < n; i++)
		buf_adds(&b, sign);
	return buf_str(&b);
}

/* The first and last characters stay: 1427************12, 139****0172. */
static struct str mask_middle(struct arena *a, struct str s, size_t head, size_t tail)
{
	size_t n = str_chars(s);
	struct str front;

	if (n <= head + tail)
		return repeat(a, "*", n);
	front = str_head(s, n - tail);
	return str_fmt(a, "%.*s%.*s%.*s", STR_FMT(str_head(s, head)), STR_FMT(repeat(a, "*", n - head - tail)),
		       STR_FMT(str_sub(s, front.n, s.n)));
}

struct str mask_text(struct arena *a, struct str how, struct str s)
{
	if (str_is(how, "name"))
		return mask_name(a, s);
	if (str_is(how, "code"))
		return mask_middle(a, s, 4, 2);
	if (str_is(how, "phone"))
		return mask_middle(a, s, 3, 4);
	if (str_is(how, "address"))
		return s.n ? str_fmt(a, "%.*s***", STR_FMT(str_head(s, 6))) : s;
	return s.n ? STR("***") : s;
}

/* ---- within a text ---- */

/* The next character in the normal form of mentions(); 0: a blank. */
static uint32_t plain_next(struct str s, size_t *at)
{
	return cp_plain(str_next(s, at));
}

static uint32_t plain_skip(struct str s, size_t *at)
{
	uint32_t cp = 0;

	while (!cp && *at < s.n)
		cp = plain_next(s, at);
	return cp;
}

/* Where the part ends that stands in the text from `at` on; 0: it does not. */
static size_t match(struct str text, size_t at, struct str part)
{
	size_t from = at, i = 0;
	uint32_t want = plain_skip(part, &i);

	if (!want || plain_next(text, &from) != want)
		return 0;
	while ((want = plain_skip(part, &i)))
		if (plain_skip(text, &from) != want)
			return 0;
	return from;
}

static bool is_digit(uint32_t cp)
{
	return cp >= '0' && cp <= '9';
}

/* A run of digits, and an x at its end, from `at` on, in plain digits; *ret_end is where it ends. */
static struct str digits_at(struct arena *a, struct str text, size_t at, size_t *ret_end)
{
	struct buf b;
	size_t next = at;

	buf_init(&b, a, IDCARD_CHARS + 1);
	*ret_end = at;
	while (next < text.n && buf_ok(&b)) {
		uint32_t cp = plain_next(text, &next);

		if (!is_digit(cp) && !(cp == 'x' && b.n == IDCARD_CHARS - 1))
			break;
		buf_addc(&b, cp == 'x' ? 'X' : (char)cp);
		*ret_end = next;
	}
	return buf_ok(&b) ? buf_str(&b) : (struct str){ 0 };
}

static struct str mask_number(struct arena *a, struct str digits)
{
	if (digits.n == IDCARD_CHARS && code_idcard(digits))
		return mask_text(a, STR("code"), digits);
	if (digits.n == MOBILE_CHARS && digits.p[0] == '1' && digits.p[1] >= '3')
		return mask_text(a, STR("phone"), digits);
	return (struct str){ 0 };
}

/* What stands at `at` and must be masked: its mask and where it ends. */
static struct str masked_at(struct arena *a, struct str text, size_t at, const struct party *p, bool digit_before,
			    size_t *ret_end)
{
	const struct {
		const char *how;
		struct str part;
	} said[] = { { "name", p->name }, { "code", p->code }, { "phone", p->phone } };

	for (size_t i = 0; p->sort != PARTY_UNIT && i < ARRAY_LEN(said); i++)
		if (said[i].part.n && (*ret_end = match(text, at, said[i].part)))
			return mask_text(a, str_of(said[i].how), said[i].part);
	return digit_before ? (struct str){ 0 } : mask_number(a, digits_at(a, text, at, ret_end));
}

struct str mask_said(struct arena *a, struct str text, const struct party *p)
{
	bool digit = false;
	struct buf b;

	buf_init(&b, a, 2 * text.n + 100);
	for (size_t at = 0; at < text.n;) {
		size_t end, next = at;
		struct str mask = masked_at(a, text, at, p, digit, &end);

		if (mask.n) {
			buf_add(&b, mask);
			at = end;
			digit = false;
			continue;
		}
		digit = is_digit(plain_next(text, &next));
		buf_add(&b, str_sub(text, at, next));
		at = next;
	}
	return buf_ok(&b) ? buf_str(&b) : mask_text(a, STR("text"), text);
}
