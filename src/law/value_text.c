/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Values as people read and type them. */
#include <string.h>

#include "base/day.h"
#include "base/parse.h"
#include "law/sheet.h"
#include "law/value.h"

enum manner { MANNER_PAGE, MANNER_PAPER };

static void put_one(struct buf *b, struct arena *a, struct val v, const struct val_names *names, enum manner m);

static void put_choice(struct buf *b, struct val v)
{
	for (size_t i = 0; v.values && i < v.values->n; i++) {
		if (str_eq(v.values->v[i].id, v.s)) {
			buf_add(b, v.values->v[i].name);
			return;
		}
	}
	buf_add(b, v.s);
}

static void put_money(struct buf *b, dec yuan, enum manner m)
{
	if (m == MANNER_PAPER && yuan >= 0) {
		buf_adds(b, "人民币");
		dec_put_capital(b, yuan);
		buf_adds(b, "（");
	}
	dec_put_fixed(b, yuan, 2, true);
	buf_adds(b, m == MANNER_PAPER && yuan >= 0 ? "元）" : "元");
}

static void put_name(struct buf *b, struct arena *a, struct val v, const struct val_names *names)
{
	struct str name = names && names->name ? names->name(names->ctx, a, v.t, v.i) : (struct str){ 0 };

	if (name.n)
		buf_add(b, name);
	else
		buf_adds(b, "（已登记的对象）");
}

static void put_party(struct buf *b, const struct party *p, enum manner m)
{
	buf_add(b, p->name);
	if (m == MANNER_PAGE && p->code.n) {
		buf_addc(b, ' ');
		buf_add(b, p->code);
	}
}

static void put_row(struct buf *b, struct arena *a, const struct val_row *r, const struct val_names *names, enum manner m)
{
	bool first = true;

	for (size_t i = 0; i < r->n; i++) {
		if (val_is_null(r->cell[i]) || (type_is_list(r->cell[i].t) && !r->cell[i].list->n))
			continue;
		buf_adds(b, first ? "" : "，");
		buf_add(b, r->col[i].name);
		buf_adds(b, "：");
		put_one(b, a, r->cell[i], names, m);
		first = false;
	}
}

static void put_list(struct buf *b, struct arena *a, struct val v, const struct val_names *names, enum manner m)
{
	for (size_t i = 0; v.list && i < v.list->n; i++) {
		struct val x = v.list->v[i];

		if (x.t == T_ENUM && !x.values)
			x.values = v.values;
		buf_adds(b, i ? (x.t == T_ROW ? "；" : "、") : "");
		put_one(b, a, x, names, m);
	}
}

static void put_sheet(struct buf *b, const struct sheet_val *s)
{
	struct sheet_sum sum = sheet_sum(s, SHEET_ALL);

	if (!sum.complete) {
		buf_adds(b, "尚未填完");
		return;
	}
	if (sum.has_rate) {
		buf_adds(b, "得分");
		dec_put_fixed(b, sum.rate, 2, false);
		buf_adds(b, "，");
	}
	buf_addf(b, sum.bad ? "有问题%lld项" : "没有问题项", (long long)sum.bad);
}

static void put_span(struct buf *b, struct span s)
{
	buf_addi(b, s.n);
	buf_adds(b, unit_name_cn(s.unit));
}

static void put_one(struct buf *b, struct arena *a, struct val v, const struct val_names *names, enum manner m)
{
	switch (v.t) {
	case T_BOOL:
		buf_adds(b, v.b ? "是" : "否");
		break;
	case T_INT: case T_NUM:
		dec_put(b, v.n);
		break;
	case T_MONEY:
		put_money(b, v.n, m);
		break;
	case T_TEXT: case T_NOTE: case T_PHONE: case T_REGION: case T_USCC: case T_IDCARD:
		buf_add(b, v.s);
		break;
	case T_ENUM:
		put_choice(b, v);
		break;
	case T_DATE:
		day_put_cn(b, v.i);
		break;
	case T_TIME:
		time_put_cn(b, v.i);
		break;
	case T_SPAN:
		put_span(b, v.span);
		break;
	case T_USER: case T_ORGAN: case T_REF:
		put_name(b, a, v, names);
		break;
	case T_PARTY:
		put_party(b, v.party, m);
		break;
	case T_PICKS: case T_USERS: case T_ORGANS: case T_REFS: case T_ROWS: case T_FILES: case T_LIST:
		put_list(b, a, v, names, m);
		break;
	case T_ROW:
		put_row(b, a, v.row, names, m);
		break;
	case T_FILE:
		buf_add(b, v.file->name);
		break;
	case T_SHEET:
		put_sheet(b, v.sheet);
		break;
	default: /* null gives nothing; intervals, events and clocks are printed by their parts */
		break;
	}
}

void val_put_cn(struct buf *b, struct arena *a, struct val v, const struct val_names *names)
{
	put_one(b, a, v, names, MANNER_PAGE);
}

void val_put_paper(struct buf *b, struct arena *a, struct val v, const struct val_names *names)
{
	put_one(b, a, v, names, MANNER_PAPER);
}

void val_put_plain(struct buf *b, struct val v)
{
	switch (v.t) {
	case T_BOOL:
		buf_adds(b, v.b ? "true" : "false");
		break;
	case T_INT: case T_NUM:
		dec_put(b, v.n);
		break;
	case T_MONEY:
		dec_put_fixed(b, v.n, 2, false);
		break;
	case T_DATE:
		day_put(b, v.i);
		break;
	case T_TIME:
		time_put(b, v.i);
		break;
	case T_SPAN:
		buf_addf(b, "%lld %s", (long long)v.span.n, unit_name(v.span.unit));
		break;
	case T_USER: case T_ORGAN: case T_REF:
		buf_addi(b, v.i);
		break;
	case T_ENUM: case T_TEXT: case T_NOTE: case T_PHONE: case T_REGION: case T_USCC: case T_IDCARD:
		buf_add(b, v.s);
		break;
	case T_PICKS: case T_USERS: case T_ORGANS: case T_REFS:
		for (size_t i = 0; v.list && i < v.list->n; i++) {
			buf_adds(b, i ? "," : "");
			val_put_plain(b, v.list->v[i]);
		}
		break;
	case T_PARTY:
		buf_add(b, v.party->name);
		break;
	default:
		break;
	}
}

/* ---- what people type ---- */

/* Full-width digits, signs and letters become ASCII: a pinyin keyboard gives either. */
static struct str half_width(struct arena *a, struct str s)
{
	struct buf b;
	size_t pos = 0;

	buf_init(&b, a, s.n + 1);
	while (pos < s.n) {
		uint32_t cp = str_next(s, &pos);

		buf_addcp(&b, cp >= 0xff01 && cp <= 0xff5e ? cp - 0xfee0 : cp == 0x3000 ? ' ' : cp);
	}
	return str_trim(buf_str(&b));
}

static struct str without(struct arena *a, struct str s, char c)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != c)
			p[n++] = s.p[i];
	return (struct str){ p, n };
}

static bool strip_end(struct str *s, struct str end)
{
	if (!str_ends(*s, end))
		return false;
	*s = str_trim(str_sub(*s, 0, s->n - end.n));
	return true;
}

/* 20,000  2万  1.5万元  3亿 */
static bool read_number(struct arena *a, struct str s, int places, dec *ret)
{
	dec n, scale = 1;

	s = without(a, s, ',');
	(void)strip_end(&s, STR("元"));
	if (strip_end(&s, STR("万")))
		scale = 10000;
	else if (strip_end(&s, STR("亿")))
		scale = 100000000;
	if (!dec_parse(s, scale > 1 ? DEC_PLACES : places, &n) || !dec_mul(n, dec_int((int64_t)scale), &n)
	    || dec_round(n, places) != n)
		return false;
	*ret = n;
	return true;
}

/* 2026-03-02  20260302  2026.3.2  2026/3/2  2026年3月2日 */
static bool read_day(struct arena *a, struct str s, int64_t *ret)
{
	int64_t part[3] = { 0 };
	size_t n = 0;
	bool in = false;

	if (s.n == 8 && parse_i64(s, 19000101, 21991231, &part[0]))
		return day_parse(str_fmt(a, "%.4s-%.2s-%.2s", s.p, s.p + 4, s.p + 6), ret);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9') {
			n += !in;
			in = true;
			if (n > 3 || part[n - 1] > 9999)
				return false;
			part[n - 1] = part[n - 1] * 10 + (s.p[i] - '0');
		} else {
			in = false;
		}
	}
	return n == 3 && part[0] >= 1900
	    && day_parse(str_fmt(a, "%04d-%02d-%02d", (int)part[0], (int)part[1], (int)part[2]), ret);
}

static bool read_bool(struct str s, bool *ret)
{
	static const struct {
		const char *text;
		bool yes;
	} words[] = { { "true", true }, { "false", false }, { "是", true }, { "否", false }, { "1", true }, { "0", false },
		      { "有", true }, { "无", false }, { "on", true } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_is(s, words[i].text)) {
			*ret = words[i].yes;
			return true;
		}
	}
	return false;
}

static bool choice_id(const struct enum_def *e, struct str s, struct str *ret)
{
	for (size_t i = 0; e && i < e->n; i++) {
		if (str_eq(e->v[i].id, s) || str_eq(e->v[i].name, s)) {
			*ret = e->v[i].id;
			return true;
		}
	}
	return false;
}

static struct str choices(struct arena *a, const struct enum_def *e)
{
	struct buf b;

	buf_init(&b, a, 400);
	for (size_t i = 0; e && i < e->n && buf_ok(&b); i++) {
		buf_adds(&b, i ? "、" : "");
		buf_add(&b, e->v[i].name);
	}
	return buf_str(&b);
}

static bool read_choice(struct arena *a, const struct type *t, struct str s, struct val *ret, struct err *err)
{
	struct str id;

	if (!choice_id(t->values, s, &id)) {
		struct str all = choices(a, t->values);

		return err_set(err, ERR_BAD_INPUT, "只能是：%.*s", STR_FMT(all));
	}
	*ret = val_text(T_ENUM, id);
	ret->values = t->values;
	return true;
}

static bool read_picks(struct arena *a, const struct type *t, struct str s, struct val *ret, struct err *err)
{
	struct val *v = arena_many(a, s.n + 1, struct val);
	struct str rest = s, part;
	size_t n = 0;

	while (rest.n && str_cut(&rest, ',', &part)) {
		if (str_blank(part))
			continue;
		if (!read_choice(a, t, str_trim(part), &v[n], err))
			return false;
		n++;
	}
	*ret = val_list(a, T_PICKS, v, n);
	ret->values = t->values;
	return true;
}

static bool want(struct err *err, const char *what)
{
	return err_set(err, ERR_BAD_INPUT, "%s", what);
}

bool val_parse(struct arena *a, const struct type *t, struct str typed, struct val *ret, struct err *err)
{
	struct str s = half_width(a, typed);
	struct val v = { .t = t->tag };
	int64_t i;

	if (!s.n) {
		*ret = type_is_list(t->tag) ? val_list(a, t->tag, NULL, 0) : VAL_NULL;
		return true;
	}
	switch (t->tag) {
	case T_BOOL:
		if (!read_bool(s, &v.b))
			return want(err, "应填是或者否");
		break;
	case T_INT:
		if (!read_number(a, s, 0, &v.n))
			return want(err, "应填整数，例如 12");
		break;
	case T_NUM:
		if (!read_number(a, s, t->n, &v.n))
			return err_set(err, ERR_BAD_INPUT, "应填数字，小数最多%d位", t->n);
		break;
	case T_MONEY:
		if (!read_number(a, s, 2, &v.n))
			return want(err, "应填金额，例如 20000、20,000.50 或者 2万");
		break;
	case T_DATE:
		if (!read_day(a, s, &i))
			return want(err, "应填日期，例如 2026-03-02 或者 20260302");
		v.i = i;
		break;
	case T_TIME:
		if (!time_parse(s, &i))
			return want(err, "应填日期和时间，例如 2026-03-02 09:30");
		v.i = i;
		break;
	case T_SPAN:
		if (!span_parse(s, &v.span))
			return want(err, "应填时间长度，例如 7 workday、90 day、3 month");
		break;
	case T_ENUM:
		return read_choice(a, t, s, ret, err);
	case T_PICKS:
		return read_picks(a, t, s, ret, err);
	case T_TEXT: case T_NOTE:
		v = val_text(t->tag, str_trim(typed)); /* what people write stays as they wrote it */
		break;
	case T_PHONE: case T_REGION: case T_USCC: case T_IDCARD:
		v = val_text(t->tag, s);
		break;
	default:
		return want(err, "这一项不能这样填写");
	}
	*ret = v;
	return true;
}
