/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Values: what people type, what they read, what is stored. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/day.h"
#include "law/sheet.h"
#include "lib/lab.h"

static struct lab *l;

static void before(void)
{
	l = lab_new();
}

static void after(void)
{
	lab_free(l);
}

TestSuite(law_value, .init = before, .fini = after);

struct typed {
	struct type type;
	const char *text, *plain; /* plain NULL: refused */
	const char *cn;           /* or words of the refusal */
};

static const char *plain(struct val v)
{
	struct buf b;

	buf_init(&b, l->a, 30000);
	val_put_plain(&b, v);
	return b.p;
}

static const char *cn(struct val v)
{
	struct buf b;

	buf_init(&b, l->a, 30000);
	val_put_cn(&b, l->a, v, &l->ev.names);
	return b.p;
}

static const char *paper(struct val v)
{
	struct buf b;

	buf_init(&b, l->a, 30000);
	val_put_paper(&b, l->a, v, &l->ev.names);
	return b.p;
}

static void try_typed(const struct typed *t)
{
	struct err err = { 0 };
	struct val v = VAL_NULL, again;

	if (!t->plain) {
		cr_expect(!val_parse(l->a, &t->type, str_of(t->text), &v, &err),
			  "%s should be refused", t->text);
		cr_expect(strstr(err.msg, t->cn), "%s: “%s” lacks “%s”", t->text, err.msg, t->cn);
		cr_expect_eq(err.code, ERR_BAD_INPUT);
		return;
	}
	cr_assert(val_parse(l->a, &t->type, str_of(t->text), &v, &err), "%s: %s", t->text, err.msg);
	cr_expect_str_eq(plain(v), t->plain, "%s: %s, wanted %s", t->text, plain(v), t->plain);
	cr_expect_str_eq(cn(v), t->cn, "%s: %s, wanted %s", t->text, cn(v), t->cn);
	/* what a field shows is what it reads */
	cr_assert(val_parse(l->a, &t->type, str_of(plain(v)), &again, &err), "%s: %s", plain(v),
		  err.msg);
	cr_expect(val_equal(v, again), "%s", t->text);
}

#define IS(...) \
	(struct type) \
	{ \
		__VA_ARGS__ \
	}

Test(law_value, what_people_type)
{
	const struct enum_def *d = kind_field(l->self->kind, STR("hearing"))->type.values;
	const struct enum_def *m = kind_field(l->self->kind, STR("marks"))->type.values;
	const struct typed list[] = {
		{ IS(.tag = T_MONEY), "20000", "20000.00", "20,000.00元" },
		{ IS(.tag = T_MONEY), "20,000", "20000.00", "20,000.00元" },
		{ IS(.tag = T_MONEY), " 2万 ", "20000.00", "20,000.00元" },
		{ IS(.tag = T_MONEY), "1.2345万元", "12345.00", "12,345.00元" },
		{ IS(.tag = T_MONEY), "１２，３４５．６７元", "12345.67", "12,345.67元" },
		{ IS(.tag = T_MONEY), "¥99,999.99", "99999.99", "99,999.99元" },
		{ IS(.tag = T_MONEY), "￥1亿", "100000000.00", "100,000,000.00元" },
		{ IS(.tag = T_MONEY), "0.005", NULL, "最多两位小数" },
		{ IS(.tag = T_MONEY), "1.23456万", "12345.60", "12,345.60元" },
		{ IS(.tag = T_MONEY), "1.2345678万", NULL, "金额" },
		{ IS(.tag = T_MONEY), "2,00", NULL, "金额" },
		{ IS(.tag = T_MONEY), "20,00,000", NULL, "金额" },
		{ IS(.tag = T_MONEY), "1,000.0,0", NULL, "金额" },
		{ IS(.tag = T_MONEY), "两万", NULL, "金额" },
		{ IS(.tag = T_MONEY), "", "", "" },
		{ IS(.tag = T_MONEY), "　 ", "", "" },
		{ IS(.tag = T_INT), "1,234", "1234", "1234" },
		{ IS(.tag = T_INT), "-7", "-7", "-7" },
		{ IS(.tag = T_INT), "7.5", NULL, "整数" },
		{ IS(.tag = T_NUM, .n = 2), "12.50", "12.5", "12.5" },
		{ IS(.tag = T_NUM, .n = 2), "12.505", NULL, "最多2位小数" },
		{ IS(.tag = T_NUM, .n = 1), "90.5%", "90.5", "90.5" },
		{ IS(.tag = T_BOOL), "是", "true", "是" },
		{ IS(.tag = T_BOOL), "false", "false", "否" },
		{ IS(.tag = T_BOOL), "yes", NULL, "“是”或者“否”" },
		{ IS(.tag = T_DATE), "2026-11-25", "2026-11-25", "2026年11月25日" },
		{ IS(.tag = T_DATE), "20261125", "2026-11-25", "2026年11月25日" },
		{ IS(.tag = T_DATE), "2026年1月5日", "2026-01-05", "2026年1月5日" },
		{ IS(.tag = T_DATE), "2026.1.5", "2026-01-05", "2026年1月5日" },
		{ IS(.tag = T_DATE), "２０２６／１／５", "2026-01-05", "2026年1月5日" },
		{ IS(.tag = T_DATE), "2024-02-29", "2024-02-29", "2024年2月29日" },
		{ IS(.tag = T_DATE), "2026-02-29", NULL, "日期" },
		{ IS(.tag = T_DATE), "11.25", NULL, "日期" },
		{ IS(.tag = T_DATE), "1899-12-31", NULL, "日期" },
		{ IS(.tag = T_DATE), "2026-11-25x", NULL, "日期" },
		{ IS(.tag = T_DATE), "2026年1月5", NULL, "日期" },
		{ IS(.tag = T_TIME), "2026-11-25 09:30", "2026-11-25 09:30",
		  "2026年11月25日 09:30" },
		{ IS(.tag = T_TIME), "2026-11-25T09:30:00", "2026-11-25 09:30",
		  "2026年11月25日 09:30" },
		{ IS(.tag = T_TIME), "2026年11月25日9时30分", "2026-11-25 09:30",
		  "2026年11月25日 09:30" },
		{ IS(.tag = T_TIME), "2026年11月25日9时", "2026-11-25 09:00",
		  "2026年11月25日 09:00" },
		{ IS(.tag = T_TIME), "20261125", "2026-11-25 00:00", "2026年11月25日 00:00" },
		{ IS(.tag = T_TIME), "2026-11-25 24:00", NULL, "时间" },
		{ IS(.tag = T_TIME), "2026-11-25 9", NULL, "时间" },
		{ IS(.tag = T_SPAN), "3 workday", "3 workday", "3个工作日" },
		{ IS(.tag = T_SPAN), "3个工作日", "3 workday", "3个工作日" },
		{ IS(.tag = T_SPAN), "3 个工作日", "3 workday", "3个工作日" },
		{ IS(.tag = T_SPAN), "7天", "7 day", "7日" },
		{ IS(.tag = T_SPAN), "2个月", "2 month", "2个月" },
		{ IS(.tag = T_SPAN), "30分钟", "30 minute", "30分钟" },
		{ IS(.tag = T_SPAN), "三天", NULL, "时长" },
		{ IS(.tag = T_SPAN), "3", NULL, "时长" },
		{ IS(.tag = T_ENUM, .values = d), "held", "held", "已听证" },
		{ IS(.tag = T_ENUM, .values = d), "未听证", "none", "未听证" },
		{ IS(.tag = T_ENUM, .values = d), "也许", NULL, "可选：已听证、未听证" },
		{ IS(.tag = T_PICKS, .values = m), "甲、丙", "x1,x3", "甲、丙" },
		{ IS(.tag = T_PICKS, .values = m), "x1,x2；x3", "x1,x2,x3", "甲、乙、丙" },
		{ IS(.tag = T_PICKS, .values = m), "甲、戊", NULL, "“戊”不是可选" },
		{ IS(.tag = T_TEXT, .n = 4), " 四个汉字 ", "四个汉字", "四个汉字" },
		{ IS(.tag = T_TEXT, .n = 4), "五个汉字了", NULL, "有5个字，最多4个字" },
		{ IS(.tag = T_TEXT, .n = 40), "一\n二", NULL, "一行" },
		{ IS(.tag = T_NOTE), "一\n二", "一\n二", "一\n二" },
		{ IS(.tag = T_TEXT, .n = 4), "\xff", NULL, "编码" },
		{ IS(.tag = T_INT), "\xff", NULL, "编码" },
		{ IS(.tag = T_USCC), "９１３５０１００M000100Y43", "91350100M000100Y43",
		  "91350100M000100Y43" },
		{ IS(.tag = T_USCC), "91350100m000100y43", "91350100M000100Y43",
		  "91350100M000100Y43" },
		{ IS(.tag = T_USCC), "91350100M000100Y44", NULL, "校验码" },
		{ IS(.tag = T_IDCARD), "11010519491231002x", "11010519491231002X",
		  "11010519491231002X" },
		{ IS(.tag = T_IDCARD), "110105194912310021", NULL, "公民身份号码" },
		{ IS(.tag = T_PHONE), "0359-4123456", "0359-4123456", "0359-4123456" },
		{ IS(.tag = T_PHONE), "abc", NULL, "电话" },
		{ IS(.tag = T_REGION), "140821", "140821", "140821" },
		{ IS(.tag = T_REGION), "14082", NULL, "行政区划代码" },
		{ IS(.tag = T_USER), "王明", NULL, "不能从文字读入" },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++)
		try_typed(&list[i]);
}

Test(law_value, papers_write_money_in_capitals)
{
	cr_expect_str_eq(paper(val_num(T_MONEY, dec_int(20000))), "人民币贰万元整（20,000.00元）");
	cr_expect_str_eq(paper(val_num(T_MONEY, -dec_int(5))), "-5.00元");
	cr_expect_str_eq(paper(val_i64(T_TIME, l->ev.now)), "2026年3月2日9时0分");
	cr_expect_str_eq(paper(val_i64(T_DATE, day_at(l->ev.now))), "2026年3月2日");
	cr_expect_str_eq(cn(VAL_NULL), "");
	cr_expect_str_eq(cn(val_i64(T_USER, 2)), "人2");
	l->ev.names.name = NULL;
	cr_expect_str_eq(cn(val_i64(T_USER, 2)), "〔2〕");
}

/* ---- keys ---- */

static const char *keys(struct val v)
{
	const struct val_key *k;
	size_t n = val_keys(l->a, v, &k);
	struct buf b;

	buf_init(&b, l->a, 1000);
	for (size_t i = 0; i < n; i++)
		if (k[i].is_text)
			buf_addf(&b, "'%.*s' ", STR_FMT(k[i].text));
		else
			buf_addf(&b, "%lld ", (long long)k[i].num);
	return b.p;
}

Test(law_value, keys_are_whole_numbers_or_texts)
{
	struct party p = { .sort = PARTY_UNIT, .name = STR("甲"), .code = STR("91") };

	lab_set(l, l->self, "marks", "x1,x3");
	lab_set(l, l->self, "officers", "2 3");
	cr_expect_str_eq(keys(VAL_NULL), "");
	cr_expect_str_eq(keys(val_num(T_MONEY, dec_int(100) - 10000)), "9999 ");
	cr_expect_str_eq(keys(val_int(100)), "100 ");
	cr_expect_str_eq(keys(val_num(T_NUM, DEC_ONE / 2)), "", "a fraction has no key");
	cr_expect_str_eq(keys(val_num(T_INT, dec_int(INT64_MAX) * 2)), "", "what is no key is found by no key");
	cr_expect_str_eq(keys(val_bool(true)), "1 ");
	cr_expect_str_eq(keys(val_i64(T_DATE, 20514)), "20514 ");
	cr_expect_str_eq(keys(val_i64(T_REF, 17)), "17 ");
	cr_expect_str_eq(keys(val_text(T_TEXT, STR("甲"))), "'甲' ");
	cr_expect_str_eq(keys(*lab_field(l, l->self, "marks")), "'x1' 'x3' ");
	cr_expect_str_eq(keys(*lab_field(l, l->self, "officers")), "2 3 ");
	cr_expect_str_eq(keys((struct val){ .t = T_PARTY, .party = &p }), "'91' ");
	p.code = (struct str){ 0 };
	cr_expect_str_eq(keys((struct val){ .t = T_PARTY, .party = &p }), "'~甲' ");
}

/* ---- stored form ---- */

static struct val goods(void)
{
	const struct field *f = kind_field(l->self->kind, STR("goods"));
	struct val *cell = arena_many(l->a, 3, struct val), *v = arena_many(l->a, 1, struct val);
	struct val_row *row = arena_one(l->a, struct val_row);

	cell[0] = val_text(T_TEXT, STR("砂石"));
	cell[2] = val_num(T_MONEY, dec_int(12) + DEC_ONE / 2);
	*row = (struct val_row){ .id = 5, .col = f->type.row, .cell = cell, .n = 3 };
	v[0] = (struct val){ .t = T_ROW, .row = row };
	return val_list(l->a, T_ROWS, v, 1);
}

static void fill(void)
{
	static const struct party p = { PARTY_PERSON, { "张三", 6 }, { "1", 1 },
					{ 0 },        { 0 },         { "139", 3 } };
	static const struct file_ref f = {
		{ "a.pdf", 5 }, { "ab", 2 }, { "application/pdf", 15 }, 9
	};
	struct val *file = arena_many(l->a, 1, struct val);
	struct sheet_val *s = sheet_new(l->a, kind_field(l->self->kind, STR("sheet"))->type.sheet);

	file[0] = (struct val){ .t = T_FILE, .file = &f };
	*sheet_mark(s, STR("all"), STR("clear")) =
		(struct sheet_mark){ .answered = true, .yes = true };
	*sheet_mark(s, STR("all"), STR("proved")) =
		(struct sheet_mark){ .answered = true, .why = STR("缺") };
	*sheet_mark(s, STR("grade"), STR("level")) =
		(struct sheet_mark){ .answered = true, .choice = STR("poor") };
	s->out[1] = true;
	lab_set(l, l->self, "title", "“引号”\\ 与\t制表");
	lab_set(l, l->self, "fine", "99999.99");
	lab_set(l, l->self, "amount", "-3");
	lab_set(l, l->self, "share", "12.5");
	lab_set(l, l->self, "b1", "true");
	lab_set(l, l->self, "hearing", "held");
	lab_set(l, l->self, "marks", "x3,x1");
	lab_set(l, l->self, "handler", "2");
	lab_set(l, l->self, "officers", "2 3");
	lab_set(l, l->self, "linked", "1");
	lab_set(l, l->self, "decided_on", "2026-03-02");
	lab_set(l, l->self, "found_at", "2026-03-02 09:00");
	lab_set(l, l->self, "wait_for", "3 workday");
	lab_put(l, l->self, "party", (struct val){ .t = T_PARTY, .party = &p });
	lab_put(l, l->self, "goods", goods());
	lab_put(l, l->self, "proof", val_list(l->a, T_FILES, file, 1));
	lab_put(l, l->self, "sheet", (struct val){ .t = T_SHEET, .sheet = s });
	l->self->number[0] = STR("案〔2026〕1号");
}

Test(law_value, snapshots_are_sorted_and_read_back)
{
	struct snap back = *l->self;
	struct str text, again;
	struct err err = { 0 };

	fill();
	text = snap_put(l->a, l->self);
	cr_expect_str_eq(str_cstr(l->a, text),
			 "{\"#no\":\"案〔2026〕1号\",\"amount\":-3,\"b1\":true,\"decided_on\":"
			 "\"2026-03-02\",\"fine\":9999999,"
			 "\"found_at\":1772413200000,\"goods\":[{\"#\":5,\"item\":\"砂石\","
			 "\"price\":1250}],\"handler\":2,"
			 "\"hearing\":\"held\",\"linked\":1,\"marks\":[\"x3\",\"x1\"],\"officers\":"
			 "[2,3],\"party\":{\"code\":\"1\","
			 "\"name\":\"张三\",\"phone\":\"139\",\"sort\":\"person\"},\"proof\":[{"
			 "\"digest\":\"ab\",\"media\":"
			 "\"application/"
			 "pdf\",\"name\":\"a.pdf\",\"size\":9}],\"share\":12.5,\"sheet\":{\"all\":{"
			 "\"clear\":{\"yes\":"
			 "true},\"proved\":{\"no\":true,\"why\":\"缺\"}},\"grade\":{\"level\":{"
			 "\"choice\":\"poor\"}},\"papers\":false},"
			 "\"title\":\"“引号”\\\\ 与\\u0009制表\",\"wait_for\":\"3 workday\"}",
			 "%.*s", STR_FMT(text));
	back.field = NULL;
	back.number = NULL;
	cr_assert(snap_get(l->a, text, &back, &err), "%s %s", err.msg, err.detail);
	for (size_t i = 0; i < back.kind->n_field; i++)
		cr_expect(val_equal(back.field[i], l->self->field[i]), "%.*s",
			  STR_FMT(back.kind->field[i].id));
	cr_expect(str_eq(back.number[0], l->self->number[0]));
	again = snap_put(l->a, &back);
	cr_expect(str_eq(text, again), "%.*s", STR_FMT(again));
}

Test(law_value, what_does_not_fit_reads_as_null)
{
	struct snap back = *l->self;
	struct err err = { 0 };

	cr_assert(snap_get(l->a,
			   STR("{\"fine\":\"x\",\"amount\":1.5,\"b1\":1,\"gone\":7,\"marks\":"
			       "\"x1\",\"officers\":[2,\"y\"],\"goods\":[3],"
			       "\"party\":[],\"decided_on\":\"2026-02-30\",\"#no\":5,\"sheet\":{"
			       "\"all\":3},\"title\":\"  \"}"),
			   &back, &err));
	for (size_t i = 0; i < back.kind->n_field; i++) {
		struct val v = back.field[i];

		if (str_is(back.kind->field[i].id, "officers"))
			cr_expect_eq(v.list->n, 1);
		else if (!type_is_list(v.t) && v.t != T_SHEET)
			cr_expect(val_is_null(v), "%.*s", STR_FMT(back.kind->field[i].id));
	}
	cr_expect(!back.number[0].n);
	cr_expect(!snap_get(l->a, STR("[]"), &back, &err));
	cr_expect(!snap_get(l->a, STR("{"), &back, &err));
}

Test(law_value, equality)
{
	struct snap *other;

	fill();
	other = snap_dup(l->a, l->self);
	for (size_t i = 0; i < other->kind->n_field; i++)
		cr_expect(val_equal(other->field[i], l->self->field[i]));
	cr_expect(val_equal(VAL_NULL, VAL_NULL));
	cr_expect(!val_equal(VAL_NULL, val_int(0)));
	cr_expect(val_equal(val_int(3), val_num(T_NUM, dec_int(3))));
	cr_expect(!val_equal(val_i64(T_DATE, 3), val_i64(T_TIME, 3)));
	cr_expect(!val_equal(val_bool(true), val_bool(false)));
	other->field[0] = val_int(1);
	cr_expect(!val_equal(l->self->field[0], other->field[0]), "a copy is a copy");
}

Test(law_value, spans_and_units)
{
	struct span s = { 9, UNIT_DAY };
	enum unit u;

	cr_expect(unit_parse(STR("workday"), &u) && u == UNIT_WORKDAY);
	cr_expect(!unit_parse(STR("week"), &u));
	cr_expect(span_parse(STR("5 workday"), &s) && s.n == 5 && s.unit == UNIT_WORKDAY);
	cr_expect(!span_parse(STR("workday"), &s) && !span_parse(STR("5 week"), &s)
		  && !span_parse(STR(""), &s));
	cr_expect_eq(s.n, 5, "untouched when it fails");
	cr_expect_str_eq(unit_name_cn(UNIT_MONTH), "个月");
	cr_expect_str_eq(type_name(T_MONEY), "money");
	cr_expect_str_eq(type_name_cn(T_MONEY), "金额");
}
