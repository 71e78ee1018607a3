/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What people type and CSV files hold. Each reader says in Chinese what it expects. */
#include "base/codes.h"
#include "base/day.h"
#include "base/parse.h"
#include "law/value.h"

#define NOTE_CHARS 20000
#define TEXT_CHARS 200 /* of a text without its own length */
#define PICKS_MAX 200
#define SPAN_MAX 1000000

/* Full-width digits, letters and punctuation as their ASCII forms. */
static struct str half_width(struct arena *a, struct str s)
{
	struct buf b;
	uint32_t cp;

	buf_init(&b, a, s.n);
	for (size_t i = 0; i < s.n;) {
		cp = str_next(s, &i);
		buf_addcp(&b, cp_half_width(cp));
	}
	return str_trim(buf_str(&b));
}

static bool bad(struct err *err, struct str s, const char *expected)
{
	return err_set(err, ERR_BAD_INPUT, "“%.*s”不符合要求，应当是%s", STR_FMT(str_head(s, 40)),
		       expected);
}

static struct str cut_end(struct str s, const char *end, bool *ret_cut)
{
	*ret_cut = str_ends(s, str_of(end));
	return *ret_cut ? str_trim(str_sub(s, 0, s.n - str_of(end).n)) : s;
}

/* 20,000 as 20000: commas stand before groups of three, or nowhere. */
static bool without_commas(struct arena *a, struct str s, struct str *ret)
{
	size_t point = str_chr(s, '.', 0), since = 0;
	bool comma = false;
	struct buf b;

	if (point == SIZE_MAX)
		point = s.n;
	buf_init(&b, a, s.n);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != ',') {
			since += i < point && s.p[i] != '-';
			buf_addc(&b, s.p[i]);
			continue;
		}
		if (i > point || (comma ? since != 3 : since < 1 || since > 3))
			return false;
		comma = true;
		since = 0;
	}
	*ret = buf_str(&b);
	return !comma || since == 3;
}

static bool read_dec(struct arena *a, struct str s, int places, dec *ret)
{
	struct str digits;

	return without_commas(a, s, &digits) && dec_parse(digits, places, ret);
}

static bool parse_int(struct arena *a, struct str s, struct val *ret, struct err *err)
{
	dec d;
	int64_t n;

	if (!read_dec(a, s, 0, &d) || !dec_to_i64(d, &n))
		return bad(err, s, "整数");
	*ret = val_num(T_INT, d);
	return true;
}

static bool parse_num(struct arena *a, const struct type *t, struct str s, struct val *ret,
		      struct err *err)
{
	int places = t->n > 0 && t->n <= DEC_PLACES ? t->n : t->n == 0 ? 0 : DEC_PLACES;
	bool percent;
	dec d;

	s = cut_end(s, "%", &percent);
	if (!read_dec(a, s, places, &d))
		return err_set(err, ERR_BAD_INPUT, "“%.*s”不符合要求，应当是最多%d位小数的数",
			       STR_FMT(str_head(s, 40)), places);
	*ret = val_num(T_NUM, d);
	return true;
}

static bool parse_money(struct arena *a, struct str s, struct val *ret, struct err *err)
{
	struct str typed = s;
	bool cut, wan, yi;
	dec d;

	if (str_starts(s, STR("¥")) || str_starts(s, STR("￥")))
		s = str_sub(s, str_starts(s, STR("¥")) ? STR("¥").n : STR("￥").n, s.n);
	s = cut_end(s, "元", &cut);
	s = cut_end(s, "万", &wan);
	s = cut_end(s, "亿", &yi);
	if (!read_dec(a, s, DEC_PLACES, &d) || (wan && !dec_mul(d, dec_int(10000), &d))
	    || (yi && !dec_mul(d, dec_int(100000000), &d)) || d != dec_round(d, 2))
		return bad(err, typed, "金额（元，最多两位小数），例如 20000、20,000.00 或者 2万");
	*ret = val_num(T_MONEY, d);
	return true;
}

static bool parse_text(const struct type *t, struct str s, struct val *ret, struct err *err)
{
	size_t max = t->tag == T_NOTE ? NOTE_CHARS : t->n > 0 ? (size_t)t->n : TEXT_CHARS;

	if (!str_utf8(s))
		return err_set(err, ERR_BAD_INPUT, "文字的编码有误，应当是UTF-8");
	s = str_trim(s);
	if (str_chars(s) > max)
		return err_set(err, ERR_BAD_INPUT, "有%zu个字，最多%zu个字", str_chars(s), max);
	if (t->tag == T_TEXT
	    && (str_chr(s, '\n', 0) != SIZE_MAX || str_chr(s, '\r', 0) != SIZE_MAX))
		return err_set(err, ERR_BAD_INPUT, "这里只能填一行文字");
	*ret = val_text(t->tag, s);
	return true;
}

static bool parse_code(struct arena *a, enum type_tag t, struct str s, struct val *ret,
		       struct err *err)
{
	char *p = arena_dup(a, s.p, s.n);
	bool ok;

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'a' && p[i] <= 'z' && t != T_PHONE)
			p[i] = (char)(p[i] - 'a' + 'A');
	s.p = p;
	switch (t) {
	case T_USCC:
		ok = code_uscc(s) || bad(err, s, "18位统一社会信用代码（最后一位是校验码）");
		break;
	case T_IDCARD:
		ok = code_idcard(s) || bad(err, s, "18位公民身份号码（最后一位是校验码）");
		break;
	case T_REGION:
		ok = code_region(s) || bad(err, s, "行政区划代码（2、4、6、9或者12位数字）");
		break;
	default:
		ok = code_phone(s) || bad(err, s, "电话号码");
		break;
	}
	if (ok)
		*ret = val_text(t, s);
	return ok;
}

/* A run of digits at *at; false when there is none or it is longer than nine. */
static bool digits(struct str s, size_t *at, int *ret, size_t *ret_n)
{
	size_t from = *at;
	int n = 0;

	while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9' && *at - from < 9)
		n = n * 10 + (s.p[(*at)++] - '0');
	*ret = n;
	*ret_n = *at - from;
	return *ret_n > 0;
}

static bool skip(struct str s, size_t *at, const char *what)
{
	if (!str_starts(str_sub(s, *at, s.n), str_of(what)))
		return false;
	*at += str_of(what).n;
	return true;
}

/* 2026-11-25, 2026.11.25, 2026/11/25, 2026年11月25日, 20261125; *at is moved behind it. */
static bool read_day(struct str s, size_t *at, int64_t *ret)
{
	static const char *const sep[][3] = {
		{ "-", "-", "" }, { ".", ".", "" }, { "/", "/", "" }, { "年", "月", "日" }
	};
	int y, m, d;
	size_t n, i;

	if (!digits(s, at, &y, &n))
		return false;
	if (n == 8) {
		d = y % 100;
		m = y / 100 % 100;
		y /= 10000;
	} else {
		for (i = 0; i < ARRAY_LEN(sep) && !skip(s, at, sep[i][0]); i++)
			;
		if (n != 4 || i == ARRAY_LEN(sep) || !digits(s, at, &m, &n) || n > 2
		    || !skip(s, at, sep[i][1]) || !digits(s, at, &d, &n) || n > 2
		    || !skip(s, at, sep[i][2]))
			return false;
	}
	if (y < 1900 || y > 2199 || !day_valid(y, m, d))
		return false;
	*ret = day_of(y, m, d);
	return true;
}

static bool parse_date(struct str s, struct val *ret, struct err *err)
{
	size_t at = 0;
	int64_t day;

	if (!read_day(s, &at, &day) || at != s.n)
		return bad(err, s, "日期，例如 2026-11-25 或者 20261125");
	*ret = val_i64(T_DATE, day);
	return true;
}

/* 09:30, 9时30分, 9时, with seconds or without; nothing is the day's beginning. */
static bool read_clock(struct str s, size_t *at, int64_t *ret_ms)
{
	int h, m = 0, sec = 0;
	size_t n;
	bool cn;

	while (*at < s.n && (s.p[*at] == ' ' || s.p[*at] == 'T'))
		(*at)++;
	*ret_ms = 0;
	if (*at == s.n)
		return true;
	if (!digits(s, at, &h, &n) || n > 2)
		return false;
	cn = skip(s, at, "时");
	if (!cn && !skip(s, at, ":"))
		return false;
	if (!(cn && *at == s.n) && (!digits(s, at, &m, &n) || n > 2))
		return false;
	(void)skip(s, at, "分");
	if (skip(s, at, ":") && (!digits(s, at, &sec, &n) || n > 2))
		return false;
	*ret_ms = ((int64_t)h * 3600 + m * 60 + sec) * 1000;
	return h < 24 && m < 60 && sec < 60;
}

static bool parse_time(struct str s, struct val *ret, struct err *err)
{
	size_t at = 0;
	int64_t day, ms;

	if (!read_day(s, &at, &day) || !read_clock(s, &at, &ms) || at != s.n)
		return bad(err, s, "时间，例如 2026-11-25 09:30");
	*ret = val_i64(T_TIME, day_start(day) + ms);
	return true;
}

bool span_parse(struct str s, struct span *ret)
{
	static const struct {
		const char *cn;
		enum unit unit;
	} words[] = { { "个工作日", UNIT_WORKDAY }, { "工作日", UNIT_WORKDAY },
		      { "个月", UNIT_MONTH },       { "月", UNIT_MONTH },
		      { "日", UNIT_DAY },           { "天", UNIT_DAY },
		      { "年", UNIT_YEAR },          { "小时", UNIT_HOUR },
		      { "分钟", UNIT_MINUTE } };
	size_t end = 0;
	struct str unit;
	struct span span;

	while (end < s.n && ((s.p[end] >= '0' && s.p[end] <= '9') || s.p[end] == '-'))
		end++;
	unit = str_trim(str_sub(s, end, s.n));
	if (!parse_i64(str_sub(s, 0, end), -SPAN_MAX, SPAN_MAX, &span.n))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_is(unit, words[i].cn)) {
			*ret = (struct span){ span.n, words[i].unit };
			return true;
		}
	}
	if (!unit_parse(unit, &span.unit))
		return false;
	*ret = span;
	return true;
}

static bool parse_span(struct str s, struct val *ret, struct err *err)
{
	struct span span;

	if (!span_parse(s, &span))
		return bad(err, s, "时长，例如 3个工作日、2个月、24小时");
	*ret = (struct val){ .t = T_SPAN, .span = span };
	return true;
}

static const struct choice_value *find_choice(const struct enum_def *d, struct str s)
{
	for (size_t i = 0; d && i < d->n; i++)
		if (str_eq(d->v[i].id, s) || str_eq(d->v[i].name, s))
			return &d->v[i];
	return NULL;
}

static bool parse_choice(struct arena *a, const struct type *t, struct str s, struct val *ret,
			 struct err *err)
{
	const struct choice_value *c = find_choice(t->values, s);
	struct buf b;

	if (c) {
		*ret = (struct val){ .t = T_ENUM, .s = c->id, .values = t->values };
		return true;
	}
	buf_init(&b, a, 400);
	for (size_t i = 0; t->values && i < t->values->n; i++) {
		buf_adds(&b, i ? "、" : "");
		buf_add(&b, t->values->v[i].name);
	}
	return err_set(err, ERR_BAD_INPUT, "“%.*s”不是可选的取值，可选：%.*s",
		       STR_FMT(str_head(s, 40)), STR_FMT(buf_str(&b)));
}

/* Separated by commas, 、 or ；. */
static bool parse_picks(struct arena *a, const struct type *t, struct str s, struct val *ret,
			struct err *err)
{
	static const char *const sep[] = { "、", "；", ";", "," };
	struct val *v = arena_many(a, PICKS_MAX, struct val);
	size_t n = 0, end, hit, width;

	while (s.n) {
		end = s.n;
		width = 0;
		for (size_t i = 0; i < ARRAY_LEN(sep); i++) {
			hit = str_find(s, str_of(sep[i]), 0);
			if (hit < end) {
				end = hit;
				width = str_of(sep[i]).n;
			}
		}
		if (n == PICKS_MAX)
			return err_set(err, ERR_BAD_INPUT, "最多选%d项", PICKS_MAX);
		if (!str_blank(str_sub(s, 0, end))
		    && !parse_choice(a, t, str_trim(str_sub(s, 0, end)), &v[n++], err))
			return false;
		s = str_sub(s, end + width, s.n);
	}
	*ret = val_list(a, T_PICKS, v, n);
	ret->values = t->values;
	return true;
}

static bool parse_yes(struct str s, struct val *ret, struct err *err)
{
	bool yes = str_is(s, "true") || str_is(s, "是");

	if (!yes && !str_is(s, "false") && !str_is(s, "否"))
		return bad(err, s, "“是”或者“否”");
	*ret = val_bool(yes);
	return true;
}

bool val_parse(struct arena *a, const struct type *t, struct str s, struct val *ret,
	       struct err *err)
{
	struct str h;

	if (t->tag == T_TEXT || t->tag == T_NOTE)
		return parse_text(t, s, ret, err);
	if (!str_utf8(s))
		return err_set(err, ERR_BAD_INPUT, "文字的编码有误，应当是UTF-8");
	if (str_blank(s)) {
		*ret = VAL_NULL;
		return true;
	}
	h = half_width(a, s);
	switch (t->tag) {
	case T_BOOL:
		return parse_yes(h, ret, err);
	case T_INT:
		return parse_int(a, h, ret, err);
	case T_NUM:
		return parse_num(a, t, h, ret, err);
	case T_MONEY:
		return parse_money(a, h, ret, err);
	case T_PHONE:
	case T_REGION:
	case T_USCC:
	case T_IDCARD:
		return parse_code(a, t->tag, h, ret, err);
	case T_DATE:
		return parse_date(h, ret, err);
	case T_TIME:
		return parse_time(h, ret, err);
	case T_SPAN:
		return parse_span(h, ret, err);
	case T_ENUM:
		return parse_choice(a, t, str_trim(s), ret, err);
	case T_PICKS:
		return parse_picks(a, t, str_trim(s), ret, err);
	default:
		return err_set(err, ERR_BAD_INPUT, "%s不能从文字读入", type_name_cn(t->tag));
	}
}
