/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/value.h"

#include "base/day.h"
#include "law/kind.h"

static const struct {
	const char *name, *cn;
} types[T_MAX] = {
	[T_NONE] = { "null", "空" },
	[T_BOOL] = { "bool", "是非" },
	[T_INT] = { "int", "整数" },
	[T_NUM] = { "num", "数" },
	[T_MONEY] = { "money", "金额" },
	[T_TEXT] = { "text", "文字" },
	[T_NOTE] = { "note", "长文字" },
	[T_PHONE] = { "phone", "电话" },
	[T_REGION] = { "region", "行政区划代码" },
	[T_USCC] = { "uscc", "统一社会信用代码" },
	[T_IDCARD] = { "idcard", "公民身份号码" },
	[T_DATE] = { "date", "日期" },
	[T_TIME] = { "time", "时间" },
	[T_SPAN] = { "span", "时长" },
	[T_ENUM] = { "enum", "选项" },
	[T_PICKS] = { "picks", "多选" },
	[T_USER] = { "user", "人员" },
	[T_USERS] = { "users", "人员名单" },
	[T_ORGAN] = { "organ", "单位" },
	[T_ORGANS] = { "organs", "单位名单" },
	[T_PARTY] = { "party", "当事人" },
	[T_REF] = { "ref", "办件" },
	[T_REFS] = { "refs", "办件列表" },
	[T_ROWS] = { "rows", "表格" },
	[T_FILES] = { "files", "文件" },
	[T_SHEET] = { "sheet", "评分表" },
	[T_LIST] = { "list", "列表" },
	[T_ROW] = { "row", "表格的一行" },
	[T_FILE] = { "file", "一份文件" },
	[T_INTERVAL] = { "interval", "期间" },
	[T_EVENT] = { "event", "办理记录" },
	[T_PART] = { "part", "共同办理的一份" },
	[T_CLOCK] = { "clock", "期限" },
	[T_PARTS] = { "sheet part", "评分表的一部分" },
};

static const struct {
	const char *name, *cn;
} units[UNIT_MAX] = {
	[UNIT_MINUTE] = { "minute", "分钟" }, [UNIT_HOUR] = { "hour", "小时" },
	[UNIT_DAY] = { "day", "日" },         [UNIT_WORKDAY] = { "workday", "个工作日" },
	[UNIT_MONTH] = { "month", "个月" },   [UNIT_YEAR] = { "year", "年" },
};

bool type_is_text(enum type_tag t)
{
	return t >= T_TEXT && t <= T_IDCARD;
}

bool type_is_list(enum type_tag t)
{
	switch (t) {
	case T_PICKS:
	case T_USERS:
	case T_ORGANS:
	case T_REFS:
	case T_ROWS:
	case T_FILES:
	case T_LIST:
		return true;
	default:
		return false;
	}
}

const char *type_name(enum type_tag t)
{
	return types[t].name;
}

const char *type_name_cn(enum type_tag t)
{
	return types[t].cn;
}

bool unit_parse(struct str s, enum unit *ret)
{
	for (int u = 0; u < UNIT_MAX; u++) {
		if (str_is(s, units[u].name)) {
			*ret = (enum unit)u;
			return true;
		}
	}
	return false;
}

const char *unit_name(enum unit u)
{
	return units[u].name;
}

const char *unit_name_cn(enum unit u)
{
	return units[u].cn;
}

struct val val_bool(bool b)
{
	return (struct val){ .t = T_BOOL, .b = b };
}

struct val val_int(int64_t n)
{
	return (struct val){ .t = T_INT, .n = dec_int(n) };
}

struct val val_num(enum type_tag t, dec n)
{
	return (struct val){ .t = t, .n = n };
}

struct val val_i64(enum type_tag t, int64_t i)
{
	return (struct val){ .t = t, .i = i };
}

struct val val_text(enum type_tag t, struct str s)
{
	return str_blank(s) ? VAL_NULL : (struct val){ .t = t, .s = s };
}

struct val val_list(struct arena *a, enum type_tag t, const struct val *v, size_t n)
{
	struct val_list *l = arena_one(a, struct val_list);

	*l = (struct val_list){ v, n };
	return (struct val){ .t = t, .list = l };
}

bool val_is_null(struct val v)
{
	return v.t == T_NONE;
}

/* Parties with codes are who their code says; without, sort and name are all there is. */
static bool party_equal(const struct party *a, const struct party *b)
{
	if (a->code.n || b->code.n)
		return str_eq(a->code, b->code);
	return a->sort == b->sort && str_eq(a->name, b->name);
}

static bool cells_equal(const struct val_row *a, const struct val_row *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = val_equal(a->cell[i], b->cell[i]);
	return same;
}

static bool list_equal(const struct val_list *a, const struct val_list *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = val_equal(a->v[i], b->v[i]);
	return same;
}

static bool mark_equal(const struct sheet_mark *a, const struct sheet_mark *b)
{
	return a->answered == b->answered && a->yes == b->yes && a->off == b->off
	       && str_eq(a->choice, b->choice) && str_eq(a->why, b->why);
}

static bool sheet_equal(const struct sheet_val *a, const struct sheet_val *b)
{
	bool same = a->sheet == b->sheet;

	for (size_t p = 0; same && p < a->sheet->n; p++) {
		same = a->out[p] == b->out[p];
		for (size_t i = 0; same && i < a->sheet->part[p].n; i++)
			same = mark_equal(&a->mark[p][i], &b->mark[p][i]);
	}
	return same;
}

static bool is_number(enum type_tag t)
{
	return t == T_INT || t == T_NUM || t == T_MONEY;
}

static bool is_matter(enum type_tag t)
{
	return t == T_USER || t == T_ORGAN || t == T_REF;
}

bool val_equal(struct val a, struct val b)
{
	if (is_number(a.t) && is_number(b.t))
		return a.n == b.n;
	if (type_is_text(a.t) && type_is_text(b.t))
		return str_eq(a.s, b.s);
	if (is_matter(a.t) && is_matter(b.t))
		return a.i == b.i;
	if (type_is_list(a.t) && type_is_list(b.t))
		return list_equal(a.list, b.list);
	if (a.t != b.t)
		return false;
	switch (a.t) {
	case T_NONE:
		return true;
	case T_BOOL:
		return a.b == b.b;
	case T_DATE:
	case T_TIME:
		return a.i == b.i;
	case T_ENUM:
		return str_eq(a.s, b.s);
	case T_SPAN:
		return a.span.n == b.span.n && a.span.unit == b.span.unit;
	case T_INTERVAL:
		return a.interval.from == b.interval.from && a.interval.to == b.interval.to;
	case T_PARTY:
		return party_equal(a.party, b.party);
	case T_ROW:
		return a.row->id == b.row->id && cells_equal(a.row, b.row);
	case T_FILE:
		return str_eq(a.file->digest, b.file->digest) && str_eq(a.file->name, b.file->name);
	case T_SHEET:
		return sheet_equal(a.sheet, b.sheet);
	default:
		return a.event == b.event; /* records are compared by identity */
	}
}

bool val_key(struct arena *a, struct val v, struct val_key *ret)
{
	*ret = (struct val_key){ .num = v.i };
	switch (v.t) {
	case T_BOOL:
		ret->num = v.b;
		return true;
	case T_INT:
		return dec_to_i64(v.n, &ret->num);
	case T_MONEY:
		return dec_to_i64(v.n * 100, &ret->num);
	case T_DATE:
	case T_TIME:
	case T_USER:
	case T_ORGAN:
	case T_REF:
		return true;
	case T_PARTY:
		*ret = (struct val_key){ .is_text = true };
		ret->text = v.party->code.n ? v.party->code : str_fmt(a, "~%.*s", STR_FMT(v.party->name));
		return true;
	default:
		*ret = (struct val_key){ .is_text = true, .text = v.s };
		return v.t == T_ENUM || type_is_text(v.t);
	}
}

size_t val_keys(struct arena *a, struct val v, const struct val_key **ret)
{
	size_t n = type_is_list(v.t) ? v.list->n : 1, got = 0;
	struct val_key *key = arena_many(a, n, struct val_key);

	for (size_t i = 0; i < n; i++)
		if (val_key(a, type_is_list(v.t) ? v.list->v[i] : v, &key[got]))
			got++;
	*ret = key;
	return got;
}

bool val_key_equal(const struct val_key *a, const struct val_key *b)
{
	return a->is_text == b->is_text && (a->is_text ? str_eq(a->text, b->text) : a->num == b->num);
}
