/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <string.h>

#include "base/csv.h"
#include "lib/law_text.h"

static const struct ledger *book(struct law_text *t)
{
	const struct law_files files = { t->file, t->n };
	const struct ledger *l;
	struct err err = { 0 };

	cr_assert(ledger_load(t->a, &files, &l, &err), "%s %s", err.msg, err.detail);
	return l;
}

static const char *cite(struct law_text *t, const struct ledger *l, const char *id)
{
	struct buf b;

	buf_init(&b, t->a, 1000);
	ledger_put_cite(l, str_of(id), &b);
	return b.p;
}

Test(law_ledger, citations_read_as_people_write_them)
{
	struct law_text *t = law_text_new();
	const struct ledger *l;

	law_text_add(t, "ledger/x.csv",
		     "\"id\",\"zhidu\",\"article\",\"kind\",\"actor\",\"trigger\",\"requirement\",\"limit\",\"unit\",\"from_event\",\"effect\",\"evidence\"\n"
		     "\"A-1a\",\"A\",\"第十四条\",\"guard\",\"机关\",\"作出\",\"须经“审核”, 再\"\"决定\"\"\",\"\",\"\",\"\",\"block\",\"given\"\n");
	law_text_add(t, "ledger/systems.tsv", "zhidu\tname\tshort\nA\t甲县法制审核制度\t法制审核制度\n");
	law_text_add(t, "ledger/articles.tsv",
		     "id\tlaw\tarticle\ttext\nB44\t处罚法2021\t44,62\t文\nB72\t处罚法2021\t72末款\t文\nB110\t处罚法2021\t110\t文\nB20\t处罚法2021\t20\t文\nB9\t办法(令61号)\t-\t文\n");
	law_text_add(t, "ledger/later.tsv", "id\tpart\twhy\nA-1a\tIV\t统计\n");
	l = book(t);
	cr_assert_str_eq(cite(t, l, "A-1a"), "〔法制审核制度 第十四条〕");
	cr_assert_str_eq(cite(t, l, "T1"), "〔试验法 第一条〕");
	cr_assert_str_eq(cite(t, l, "T2"), "〔试验法 第二十二条〕");
	cr_assert_str_eq(cite(t, l, "T3"), "〔试验法 第一百零三条〕");
	cr_assert_str_eq(cite(t, l, "B44"), "〔处罚法 第四十四条、第六十二条〕");
	cr_assert_str_eq(cite(t, l, "B72"), "〔处罚法 第七十二条末款〕");
	cr_assert_str_eq(cite(t, l, "B110"), "〔处罚法 第一百一十条〕");
	cr_assert_str_eq(cite(t, l, "B20"), "〔处罚法 第二十条〕");
	cr_assert_str_eq(cite(t, l, "B9"), "〔办法(令61号)〕");
	cr_assert_str_eq(cite(t, l, "nothing"), "nothing");
	cr_assert(str_is(ledger_find(l, STR("A-1a"))->requirement, "须经“审核”, 再\"决定\""));
	cr_assert(ledger_find(l, STR("T1"))->statute && !ledger_find(l, STR("A-1a"))->statute);
	cr_assert_eq(l->n_later, 1u);
	arena_free(t->a);
}

Test(law_ledger, broken_tables_name_file_and_line)
{
	static const struct { const char *path, *text, *words; } list[] = {
		{ "ledger/a.csv", "id,zhidu\n", "缺少列 article" },
		{ "ledger/b.tsv", "id\tlaw\tarticle\nX\tY\n", "第2行" },
		{ "ledger/c.tsv", "id\tlaw\tarticle\nT1\tY\t1\n", "“T1”重复" },
		{ "ledger/d.csv", "id,\"zhidu\n", "引号没有结束" },
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct law_text *t = law_text_new();
		const struct ledger *l;
		struct err err = { 0 };

		law_text_add(t, list[i].path, list[i].text);
		cr_expect_not(ledger_load(t->a, &(struct law_files){ t->file, t->n }, &l, &err));
		cr_expect(strstr(err.msg, list[i].words), "%s: %s", list[i].path, err.msg);
		arena_free(t->a);
	}
}

Test(law_ledger, the_tree_carries_all_rules)
{
	struct law_text *t = law_text_new();
	const struct ledger *l;
	size_t rules = 0;

	t->n = 0;
	law_text_folder(t, "law");
	l = book(t);
	for (size_t i = 0; i < l->n; i++)
		rules += !l->v[i].statute;
	cr_assert_eq(rules, 1405u + 113u);
	cr_assert_str_eq(cite(t, l, "CF60"), "〔行政处罚法 第六十条〕");
	cr_assert_str_eq(cite(t, l, "LY1.04-14a"), "〔法制审核制度 第十四条〕");
	for (size_t i = 0; i < l->n; i++)
		cr_expect(l->v[i].statute || !strstr(cite(t, l, str_cstr(t->a, l->v[i].id)), "LY"), "%.*s has no name",
			  STR_FMT(l->v[i].id));
	for (size_t i = 0; i < l->n_later; i++)
		cr_expect(ledger_find(l, l->later[i].id) != NULL, "%.*s", STR_FMT(l->later[i].id));
	arena_free(t->a);
}

/* The product's copy is the specification's, byte by byte. */
Test(law_ledger, equals_the_specification)
{
	static const char *const list[] = { "a-sanxiang.csv", "b-zonghe.csv", "c-liandong-jiandu.csv",
					    "d-zhuize-baozhang.csv", "e-national-supervision.csv", "statutes.tsv" };
	struct arena *a = arena_new();

	if (!law_text_file(a, "../shared/rules/README.md").n)
		cr_skip("../shared/rules is not at hand: the ledger is not compared");
	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct str ours = law_text_file(a, str_fmt(a, "law/ledger/%s", list[i]).p);
		struct str theirs = law_text_file(a, str_fmt(a, "../shared/rules/%s", list[i]).p);

		cr_expect(theirs.n > 0 && str_eq(ours, theirs), "%s differs", list[i]);
	}
	arena_free(a);
}

Test(law_ledger, csv_is_read_strictly)
{
	static const struct { const char *text; char sep; bool ok; size_t rows; } list[] = {
		{ "a,b\n1,2\n", ',', true, 1 },
		{ "\xEF\xBB\xBF""a,b\r\n1,2\r\n\"x\ny\",\"\"\"\"", ',', true, 2 },
		{ "a\tb\n\"1\t2\n", '\t', true, 1 },
		{ "a,b\n1\n", ',', false, 0 },
		{ "a,b\n1,2,3\n", ',', false, 0 },
		{ "a,b\n1,x\"y\n", ',', false, 0 },
		{ "a,b\n1,\"y\"z\n", ',', false, 0 },
		{ "a,b\n1,\xff\n", ',', false, 0 },
		{ "", ',', false, 0 },
	};
	struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct csv t;
		struct err err = { 0 };

		cr_expect_eq(csv_read(a, str_of(list[i].text), list[i].sep, &t, &err), list[i].ok, "%zu: %s", i, err.msg);
		if (list[i].ok)
			cr_expect_eq(t.rows, list[i].rows, "%zu", i);
		if (i == 1) {
			cr_expect(str_is(csv_cell(&t, 1, 0), "x\ny") && str_is(csv_cell(&t, 1, csv_column(&t, "b")), "\""));
			cr_expect_eq(t.line[1], 3);
			cr_expect_eq(csv_cell(&t, 0, csv_column(&t, "c")).n, 0u);
		}
	}
	arena_free(a);
}

static const char *seek(struct law_text *t, const struct ledger *l, const char *typed)
{
	size_t n;
	const struct rule *const *v = ledger_seek(l, t->a, str_of(typed), &n);
	struct buf b;

	buf_init(&b, t->a, 1000);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, i ? " %.*s" : "%.*s", STR_FMT(v[i]->id));
	buf_adds(&b, "");
	return str_cstr(t->a, buf_str(&b));
}

Test(law_ledger, sought_by_number_and_by_words)
{
	static const struct { const char *typed, *want; } list[] = {
		{ "行政处罚法 第四十二条", "CF42" },
		{ "处罚法42", "CF42" },
		{ "处罚法第42条", "CF42" },
		{ "《中华人民共和国行政处罚法》第四十二条", "CF42" },
		{ "处罚法 62", "CF44" },
		{ "处罚法 四十二", "" },
		{ "第四十二条", "CF42 QZ42" },
		{ "42", "CF42 QZ42" },
		{ "处罚法65", "CF64" },
		{ "处罚法67", "" },
		{ "第四百二十条", "" },
		{ "sx-sh-9f", "SX-SH-9f" },
		{ "SX-SH-9", "SX-SH-9a SX-SH-9f" },
		{ "cf", "CF42 CF44 CF64" },
		{ "省法制审核办法 第九条", "SX-SH-9a SX-SH-9f" },
		{ "重大执法决定法制审核办法 9", "SX-SH-9a SX-SH-9f" },
		{ "审核制度 第四条", "YQ-4" },
		{ "审核制度 第三条", "YQ-2.3" },
		{ "审核制度 第二条", "YQ-2.3" },
		{ "不得少于", "CF42" },
		{ "行政处罚法 不得少于", "CF42" },
		{ "强制法 不得少于", "" },
		{ "提交", "SX-SH-9a SX-SH-9f" },
		{ "提交 材料", "SX-SH-9f" },
		{ "甲乙丙丁", "" },
		{ "，。", "" },
		{ "第", "SX-SH-9a SX-SH-9f YQ-4" },
		{ "条", "SX-SH-9a SX-SH-9f YQ-4" },
		{ "", "" },
		{ " 　", "" },
		{ "99999999999999999999", "" },
		{ "九千九百九十九千", "" },
	};
	struct law_text *t = law_text_new();
	const struct ledger *l;

	law_text_add(t, "ledger/x.csv",
		     "\"id\",\"zhidu\",\"article\",\"kind\",\"actor\",\"trigger\",\"requirement\",\"limit\",\"unit\",\"from_event\",\"effect\",\"evidence\"\n"
		     "\"SX-SH-9a\",\"SX-SH\",\"第九条\",\"guard\",\"承办机构\",\"提交审核\",\"写明事实\",\"\",\"\",\"\",\"block\",\"\"\n"
		     "\"SX-SH-9f\",\"SX-SH\",\"第九条(六)\",\"guard\",\"承办机构\",\"提交审核\",\"附全部材料\",\"\",\"\",\"\",\"block\",\"\"\n"
		     "\"YQ-4\",\"YQ\",\"一、第四条\",\"guard\",\"委办\",\"作出\",\"须经同意\",\"\",\"\",\"\",\"block\",\"\"\n"
		     "\"YQ-2.3\",\"YQ\",\"二(三),三\",\"guard\",\"委办\",\"作出\",\"须经同意\",\"\",\"\",\"\",\"block\",\"\"\n");
	law_text_add(t, "ledger/systems.tsv",
		     "zhidu\tname\tshort\nSX-SH\t山西省重大执法决定法制审核办法\t省法制审核办法\nYQ\t某委审核制度\t审核制度\n");
	law_text_add(t, "ledger/articles.tsv",
		     "id\tlaw\tarticle\ttext\nCF42\t行政处罚法2021\t42\t执法人员不得少于两人\nCF44\t行政处罚法2021\t44,62\t告知\n"
		     "CF64\t行政处罚法2021\t64-66\t听证\nQZ42\t行政强制法\t42\t执行协议\n");
	l = book(t);
	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		cr_expect_str_eq(seek(t, l, list[i].typed), list[i].want, "%s: %s, wanted %s", list[i].typed,
				 seek(t, l, list[i].typed), list[i].want);
	(void)arena_free(t->a);
}
