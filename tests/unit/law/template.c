/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Templates of papers over the matter of lab.h: a case with title, facts, fine, officers, goods. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/day.h"
#include "base/json.h"
#include "law/template.h"
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

TestSuite(law_template, .init = before, .fini = after);

static void put_block(struct buf *b, const struct json *m)
{
	const struct json *cell;

	cr_assert_eq(m->type, JSON_OBJECT);
	buf_addf(b, "<%.*s>", STR_FMT(json_str(m, "t")));
	buf_add(b, json_str(m, "s"));
	json_each(cell, json_get(m, "c"))
		buf_addf(b, "[%.*s]", STR_FMT(cell->text));
}

/* The blocks as <kind>text, <row>[cell][cell]; or what is missing; or the first finding with its line. */
static const char *made(const char *text)
{
	const struct json *doc, *m;
	struct template_result r = { 0 };
	struct template *t;
	struct err err = { 0 };
	struct buf b;

	buf_init(&b, l->a, 2000000);
	l->diag = (struct diag){ .a = l->a };
	t = template_compile(l->a, &l->scope, str_of(text), "papers/x.txt", &l->diag);
	if (!t) {
		cr_assert_gt(l->diag.errors, 0u, "refused without a word: %s", text);
		cr_assert_str_eq(l->diag.item[0].pos.file, "papers/x.txt");
		return str_fmt(l->a, "line %d: %.*s", l->diag.item[0].pos.line, STR_FMT(l->diag.item[0].text)).p;
	}
	if (!template_expand(t, &l->ev, &r, &err))
		return str_fmt(l->a, "%s: %s", err_key(err.code), err.msg).p;
	cr_assert_null(l->ev.var, "the loops' variables end with the paper");
	cr_assert(json_read(l->a, r.blocks, &doc, &err), "%s", err.detail);
	if (r.n_missing)
		buf_adds(&b, "missing:");
	for (size_t i = 0; i < r.n_missing; i++)
		buf_addf(&b, " %.*s%s", STR_FMT(r.missing[i].name), r.missing[i].field ? "" : "?");
	if (!r.n_missing)
		json_each(m, doc)
			put_block(&b, m);
	return b.p;
}

#define MAKES(text, want) \
	do { \
		const char *got_ = made(text); \
		cr_expect_str_eq(got_, (want), "%s\n    gave   %s\n    wanted %s", (text), got_, (want)); \
	} while (0)
#define SAYS(text, words) \
	do { \
		const char *got_ = made(text); \
		cr_expect(strstr(got_, (words)), "%s\n    gave   %s\n    wanted %s", (text), got_, (words)); \
	} while (0)

static void title(const char *text)
{
	lab_put(l, l->self, "title", (struct val){ .t = T_TEXT, .s = str_of(text) });
}

static void facts(const char *text)
{
	lab_put(l, l->self, "facts", (struct val){ .t = T_NOTE, .s = str_of(text) });
}

Test(law_template, each_mark_makes_its_block)
{
	MAKES("# 甲\n## 乙\n>> 丙\n>< 丁\n-- 戊\n~\n己\n\n  庚  \n{% page %}\n",
	      "<title>甲<head>乙<right>丙<centre>丁<plain>戊<blank><para>己<para>庚<page>");
	MAKES("#无空格\n{ 单括号 }\n", "<para>#无空格<para>{ 单括号 }");
	MAKES("\xe3\x80\x80\xe3\x80\x80缩进的一段\r\n# 标题\r\n", "<para>缩进的一段<title>标题");
	MAKES("", "");
}

Test(law_template, tables_have_rows_cells_and_widths)
{
	MAKES("|:20|30|50|\n| 甲 | 乙 | 丙 |\n|丁|| 己\n|  |\n", "<widths>[20][30][50]<row>[甲][乙][丙]<row>[丁][][己]<row>[]");
}

Test(law_template, values_are_printed_as_papers_do)
{
	title("涂料案");
	lab_set(l, l->self, "fine", "20000");
	lab_set(l, l->self, "decided_on", "2026-03-02");
	lab_set(l, l->self, "found_at", "2026-03-02 09:30");
	lab_set(l, l->self, "hearing", "none");
	lab_set(l, l->self, "b1", "true");
	lab_set(l, l->self, "officers", "2 3");
	MAKES("# {{ title }}\n{{ fine }}；{{ fine | figures }}；{{ fine|figures }}",
	      "<title>涂料案<para>人民币贰万元整（20,000.00元）；20,000.00元；20,000.00元");
	MAKES("{{ decided_on }}，{{ found_at }}，{{ hearing }}，{{ b1 }}，{{officers}}，{{ today }}",
	      "<para>2026年3月2日，2026年3月2日9时30分，未听证，是，人2、人3，2026年3月2日");
	MAKES("{{ fine / 2 + 1 }}", "<para>人民币壹万零壹元整（10,001.00元）");
}

/* Whatever a field says stands in the paper as text: no title, table, line or command comes of it. */
/* What people fill in cannot change the fixed text. Proves: SX-JL-8a LY1.03-8a */
Test(law_template, inserted_text_is_never_markup)
{
	static const char *const values[] = { "# 假标题", "## 假", ">> 假", ">< 假", "-- 假", "~", "|假|表|", "|:90|10|", "{{ fine }}",
					      "{% page %}", "{% seal %}", ":20|80" };

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		title(values[i]);
		MAKES("{{ title }}", str_fmt(l->a, "<para>%s", values[i]).p);
		MAKES("  {{ title }}", str_fmt(l->a, "<para>%s", values[i]).p);
		MAKES("\xe3\x80\x80{{ title }}", str_fmt(l->a, "<para>%s", values[i]).p);
		MAKES("{% if 1 == 1 %}{{ title }}{% end %}", str_fmt(l->a, "<para>%s", values[i]).p);
		MAKES("|{{ title }}|乙|", str_fmt(l->a, "<row>[%s][乙]", values[i]).p);
		MAKES("| 甲 |{{ title }}", str_fmt(l->a, "<row>[甲][%s]", values[i]).p);
		MAKES("# {{ title }}", str_fmt(l->a, "<title>%s", values[i]).p);
		MAKES("甲：{{ title }}", str_fmt(l->a, "<para>甲：%s", values[i]).p);
	}
}

Test(law_template, a_mark_does_not_come_about_where_text_meets_a_value)
{
	title(" 假标题");
	MAKES("#{{ title }}", "<para># 假标题");
	MAKES("--{{ title }}", "<para>-- 假标题");
	title(" 乙");
	facts("#");
	MAKES("{{ facts }}{{ title }}", "<para># 乙");
}

/* Within the expansion they stand for marks, bars and line breaks. */
Test(law_template, control_characters_in_a_value_are_blanks_and_in_a_template_refused)
{
	char value[33] = { 0 }, text[] = "甲\n乙?";

	for (int c = 1; c < 32; c++) {
		value[0] = (char)c;
		memcpy(value + 1, "P", 2);
		title(value);
		MAKES("{{ title }}", "<para>P");
		MAKES("|甲{{ title }}|", c == '\n' ? "<row>[甲\nP]" : "<row>[甲 P]");
		text[7] = (char)c;
		if (c == '\t' || c == '\n' || c == '\r')
			MAKES(text, "<para>甲<para>乙");
		else
			SAYS(text, "line 2: 模板里有看不见的控制字符");
	}
}

Test(law_template, a_note_of_several_lines_becomes_paragraphs_of_the_same_kind)
{
	facts("第一段\n# 第二段\n\n  | 第三段 |\r\n~\n");
	MAKES("{{ facts }}\n末段", "<para>第一段<para># 第二段<para>| 第三段 |<para>~<para>末段");
	MAKES(">> {{ facts }}", "<right>第一段<right># 第二段<right>| 第三段 |<right>~");
	MAKES("经查：{{ facts }}。", "<para>经查：第一段<para># 第二段<para>| 第三段 |<para>~<para>。");
	facts("一\n二|三");
	MAKES("| 事实 | {{ facts }} | 尾 |", "<row>[事实][一\n二|三][尾]");
}

Test(law_template, an_empty_or_blank_text_is_not_filled_in)
{
	title("");
	MAKES("甲{{ title }}乙", "missing: 标题");
	title(" \xe3\x80\x80\n");
	MAKES("|{{ title }}|乙|", "missing: 标题");
}

Test(law_template, what_is_not_filled_in_is_told_once_by_its_name)
{
	title("甲");
	MAKES("{{ title }}{{ fine }}{{ fine | figures }}{{ facts }}{{ officers }}", "missing: 罚款 事实 承办人员");
	MAKES("{{ fine * 2 }}{{ fine }}", "missing: fine * 2? 罚款");
	MAKES("{% if fine is not null %}罚款{{ fine }}{% end %}{{ title }}", "<para>甲");
	MAKES("{% if fine is null %}{{ facts }}{% end %}", "missing: 事实");
}

Test(law_template, conditions_choose_and_nest)
{
	const char *text = "{% if fine >= 10000 %}重{% if b1 %}大{% else %}，不大{% end %}{% else %}轻{% if b1 %}大{% end %}{% end %}尾";

	lab_set(l, l->self, "fine", "10000");
	lab_set(l, l->self, "b1", "true");
	MAKES(text, "<para>重大尾");
	lab_set(l, l->self, "b1", "false");
	MAKES(text, "<para>重，不大尾");
	lab_set(l, l->self, "fine", "9999.99");
	MAKES(text, "<para>轻尾");
	lab_set(l, l->self, "b1", "true");
	MAKES(text, "<para>轻大尾");
	lab_set(l, l->self, "fine", "");
	MAKES(text, "<para>轻大尾"); /* unknown is not true */
}

Test(law_template, conditions_on_lines_of_their_own_leave_no_line)
{
	lab_set(l, l->self, "b1", "true");
	MAKES("甲\n{% if b1 %}\n乙\n{% else %}\n丙\n{% end %}\n丁\n", "<para>甲<para>乙<para>丁");
}

static void goods(size_t n)
{
	const struct field *col = kind_field(l->self->kind, STR("goods"))->type.row;
	struct val *row = arena_many(l->a, n, struct val);

	for (size_t i = 0; i < n; i++) {
		struct val *cell = arena_many(l->a, 3, struct val);
		struct val_row *r = arena_one(l->a, struct val_row);

		cell[0] = (struct val){ .t = T_TEXT, .s = str_fmt(l->a, "物%zu|", i) };
		cell[1] = (struct val){ .t = T_INT, .n = dec_int((int64_t)i) };
		*r = (struct val_row){ (int64_t)i + 1, col, cell, 3 };
		row[i] = (struct val){ .t = T_ROW, .row = r };
	}
	lab_put(l, l->self, "goods", val_list(l->a, T_ROWS, row, n));
}

Test(law_template, a_loop_around_a_row_repeats_the_row)
{
	goods(3);
	MAKES("|:80|20|\n| 名称 | 数量 |\n{% for g in goods %}\n| {{ g.item }} | {{ g.pieces }} |\n{% end %}\n共{{ count(goods) }}项",
	      "<widths>[80][20]<row>[名称][数量]<row>[物0|][0]<row>[物1|][1]<row>[物2|][2]<para>共3项");
	MAKES("{% for g in goods %}{{ g.item }}{{ g.price }}{% end %}", "missing: g.price?");
}

Test(law_template, loops_nest_and_their_variables_end_with_them)
{
	goods(2);
	lab_set(l, l->self, "officers", "2 3");
	MAKES("{% for o in officers %}{% for g in goods %}（{{ o }}，{{ g.pieces }}）{% end %}{{ o }}；{% end %}",
	      "<para>（人2，0）（人2，1）人2；（人3，0）（人3，1）人3；");
	MAKES("{% for x in officers %}{{ x }}{% end %}{% for x in goods %}{{ x.pieces }}{% end %}", "<para>人2人301");
	SAYS("{% for o in officers %}{{ o }}{% end %}\n{{ o }}", "line 2: ");
}

Test(law_template, a_loop_over_nothing_is_nothing)
{
	MAKES("甲{% for g in goods %}{{ g.item }}{% end %}乙", "<para>甲乙");
}

Test(law_template, two_thousand_turns_are_the_most)
{
	goods(2000);
	SAYS("{% for g in goods %}\n| {{ g.pieces }} |\n{% end %}", "<row>[1999]");
	MAKES("{% for g in goods %}甲{% end %}{% for o in goods %}乙{% end %}", "too-large: 文书中的表格超过2000行");
}

Test(law_template, twenty_columns_are_the_most)
{
	MAKES("|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|",
	      "<row>[1][2][3][4][5][6][7][8][9][10][11][12][13][14][15][16][17][18][19][20]");
	MAKES("|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21", "too-large: 文书中的表格超过20列");
	title("||||||||||||||||||||||");
	SAYS("|{{ title }}|", "<row>[||");
}

Test(law_template, a_paper_of_more_than_a_megabyte_is_refused)
{
	char *big = arena_alloc(l->a, 600001);

	memset(big, 'x', 600000);
	facts(big);
	SAYS("{{ facts }}", "<para>xxx");
	SAYS("{{ facts }}{{ facts }}", "too-large: ");
}

Test(law_template, the_seal_has_organ_and_day_and_the_signature_its_signer)
{
	cr_assert(time_parse(STR("2026-03-01 23:59"), &l->ev.now));
	MAKES("正文{% seal %}尾\n{% sign 当事人 %}", "<para>正文<seal>单位4|2026年3月1日<para>尾<sign>当事人");
}

static struct str nasty(void *ctx, struct arena *a, enum type_tag t, int64_t id)
{
	(void)ctx;
	(void)a;
	(void)t;
	(void)id;
	return STR("假\n# 标题");
}

Test(law_template, the_name_of_an_organ_is_no_markup_either)
{
	l->ev.names.name = nasty;
	lab_set(l, l->self, "handler", "2");
	MAKES("{% seal %}", "<seal>假\n# 标题|2026年3月2日");
	MAKES("{{ handler }}", "<para>假<para># 标题");
}

Test(law_template, findings_name_the_line)
{
	SAYS("甲\n{{ nothing_such }}", "line 2: ");
	SAYS("甲\n乙\n{{ title", "line 3: 模板中的“{{”没有结束");
	SAYS("甲\n{% if b1", "line 2: 模板中的“{%”没有结束");
	SAYS("甲\n\n{% if b1 %}乙\n丙", "line 3: 这里的 {% if %} 没有 {% end %}");
	SAYS("{% for o in officers %}\n{{ o }}", "line 1: 这里的 {% for %} 没有 {% end %}");
	SAYS("甲\n{% end %}", "line 2: 多出一个 {% end %}");
	SAYS("甲\n{% else %}", "line 2: 多出一个 {% else %}");
	SAYS("{% if b1 %}\n{% else %}\n{% else %}\n{% end %}", "没有 {% end %}");
	SAYS("甲\n{% while b1 %}", "line 2: 模板不认识“{% while b1 %}”");
	SAYS("{{ fine | capitals }}", "line 1: 模板不认识“capitals”这种写法");
	SAYS("\n{% if title %}\n{% end %}", "line 2: ");
	SAYS("\n{{ }}", "line 2: ");
}

Test(law_template, a_loop_goes_over_a_list_only_and_needs_a_name)
{
	title("甲");
	SAYS("\n{% for x in title %}{{ x }}{% end %}", "line 2: ");
	SAYS("\n{% for x in fine %}乙{% end %}", "line 2: ");
	SAYS("\n{% for officers %}乙{% end %}", "line 2: {% for %} 应写作");
	SAYS("\n{% for 9x in officers %}乙{% end %}", "line 2: {% for %} 应写作");
	SAYS("\n{% for  in officers %}乙{% end %}", "line 2: {% for %} 应写作");
	SAYS("\n{% for x in nothing_such %}{{ x }}{% end %}", "line 2: ");
}

Test(law_template, papers_do_not_search_other_matters)
{
	SAYS("{{ count(children(review)) }}", "<para>0");
	SAYS("{{ count(matters(review, cost == 1)) }}", "文书中不能用 matters()");
}

static const char *nested(int depth)
{
	struct buf b;

	buf_init(&b, l->a, 10000);
	for (int i = 0; i < depth; i++)
		buf_addf(&b, "{%% for x%d in officers %%}", i);
	buf_adds(&b, "甲");
	for (int i = 0; i < depth; i++)
		buf_adds(&b, "{% end %}");
	return b.p;
}

Test(law_template, seven_blocks_may_nest)
{
	lab_set(l, l->self, "officers", "2");
	MAKES(nested(7), "<para>甲");
	SAYS(nested(8), "模板嵌套超过8层");
}

Test(law_template, a_template_has_at_most_64_kilobytes_of_utf8)
{
	char *text = arena_alloc(l->a, 65538);

	memset(text, 'x', 65536);
	SAYS(text, "<para>xxx");
	text[65536] = 'x';
	SAYS(text, "line 1: 模板超过64 KB");
	SAYS("\xff", "line 1: 模板超过64 KB，或者不是UTF-8文本");
}

static void collect(void *ctx, const struct field *f)
{
	buf_addf(ctx, "%.*s ", STR_FMT(f->id));
}

Test(law_template, the_fields_it_prints_are_told_wherever_they_stand)
{
	struct template *t;
	struct buf b;

	buf_init(&b, l->a, 1000);
	l->diag = (struct diag){ .a = l->a };
	t = template_compile(l->a, &l->scope,
			     STR("{{ title }}{% if b1 %}{{ fine }}{% else %}{{ facts }}{% end %}{% for o in officers %}{{ other }}{% end %}"),
			     "x", &l->diag);
	cr_assert_not_null(t);
	template_reads(t, collect, &b);
	cr_assert_str_eq(b.p, "title fine facts officers other ");
}

/* Marks as [field:text] and [!field:text]. */
static const char *preview(const char *text)
{
	const struct json *doc, *m;
	struct template_result r = { 0 };
	struct template *t;
	struct err err = { 0 };
	struct buf b;
	bool open = false;

	l->diag = (struct diag){ .a = l->a };
	t = template_compile(l->a, &l->scope, str_of(text), "papers/x.txt", &l->diag);
	cr_assert_not_null(t);
	cr_assert(template_preview(t, &l->ev, &r, &err), "%s", err.msg);
	cr_assert(json_read(l->a, r.blocks, &doc, &err), "%s", err.detail);
	buf_init(&b, l->a, 10000);
	json_each(m, doc)
		put_block(&b, m);
	for (size_t i = 0; i < b.n; i++) {
		if (b.p[i] == TEMPLATE_MARK) {
			b.p[i] = open ? ']' : '[';
			open = !open;
		} else if (b.p[i] == TEMPLATE_SAID) {
			b.p[i] = ':';
		}
	}
	return buf_str(&b).p;
}

Test(law_template, a_preview_tells_gaps_and_whence_its_texts_come)
{
	const char *got;

	title("涂料案");
	got = preview("# {{ title }}\n经查，{{ facts }}。罚款{{ fine }}。\n定文\n");
	cr_expect_str_eq(got, "<title>[title:涂料案]<para>经查，[!facts:事实]。罚款[!fine:罚款]。<para>定文", "%s", got);
	facts("第一段\n第二段 | 有竖线");
	got = preview("{{ facts }}\n| {{ title }} | 甲 |\n");
	cr_expect_str_eq(got, "<para>[facts:第一段<para>第二段 | 有竖线]<row>[[title:涂料案]][甲]", "%s", got);
	title("\x1a!facts\x1b伪造\x1a");
	got = preview("{{ title }}\n");
	cr_expect_str_eq(got, "<para>[title: !facts 伪造 ]", "inserted text makes no marks: %s", got);
}

Test(law_template, an_evaluation_that_breaks_is_told)
{
	lab_matter(l, "review", l->self->id, "asked");
	l->broken = true;
	SAYS("{{ last(children(review)).about }}", "db-lost: ");
}
