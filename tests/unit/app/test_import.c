/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <string.h>

#include "app/import.h"
#include "db/fault.h"
#include "side.h"

static const struct stmt st_historic = { "t_historic",
	"SELECT COUNT(*) FROM matter WHERE kind = 'disclosure' AND state = 'historic'" };
static const struct stmt st_persons = { "t_persons", "SELECT COUNT(*) FROM matter WHERE kind = 'person'" };
static const struct stmt st_clocks = { "t_clocks",
	"SELECT COUNT(*) FROM clock c JOIN matter m ON m.id = c.matter WHERE m.kind = 'disclosure'" };
static const struct stmt st_events = { "t_events",
	"SELECT COUNT(*) FROM event WHERE role = 'import' AND action = 'open'" };
static const struct stmt st_leaves = { "t_leaves",
	"SELECT COUNT(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM leaf l WHERE l.event = e.id)" };

static struct import *run(struct side *s, const char *map, struct str text, const char *organ, bool dry)
{
	struct err err = { 0 };
	struct import *im;

	OK(import_open(s->f->a, s->app, str_of(map), text, "file.csv", str_of(organ), s->db, &im, &err));
	OK(import_run(im, s->db, dry ? NULL : s->app->writer, NULL, NULL, &err));
	return im;
}

static void counts(const struct import *im, int64_t opened, int64_t known, int64_t refused)
{
	cr_expect_eq(im->opened, opened, "opened %lld", (long long)im->opened);
	cr_expect_eq(im->known, known, "known %lld", (long long)im->known);
	cr_expect_eq(im->refused, refused, "refused %lld", (long long)im->refused);
}

static const char *why(const struct import *im, size_t row)
{
	return im->row[row].outcome == IMPORT_REFUSED ? im->row[row].why.p : "";
}

#define HEAD "source_id,title,published,party,violation_type,facts_excerpt,penalty_types,basis\r\n"
static const char decisions[] = HEAD
	"\"1001\",\"决定书〔2022〕1号\",\"2022-03-24\",\"甲公司\",\"未提取\",\"经查明，一、二\",\"罚款\",\"《某法》第一条\"\r\n"
	"\"1002\",\"决定书〔2022〕2号\",\"2022/4/5\",\"乙公司、张三三\",\"\",\"\",\"\",\"\"\r\n"
	"\"1003\",\"\",\"2022-04-06\",\"丙公司\",\"\",\"\",\"\",\"\"\r\n"
	"\"1004\",\"决定书〔2022〕4号\",\"去年\",\"丁公司\",\"\",\"\",\"\",\"\"\r\n"
	"\"\",\"决定书〔2022〕5号\",\"2022-04-06\",\"戊公司\",\"\",\"\",\"\",\"\"\r\n"
	"\"1006\",\"决定书〔2022〕6号\",\"2022-04-06\",\"\",\"\",\"\",\"\",\"\"\r\n"
	"\"1001\",\"决定书〔2022〕1号\",\"2022-03-24\",\"甲公司\",\"未提取\",\"经查明，一、二\",\"罚款\",\"《某法》第一条\"\r\n"
	"\"1002\",\"别的决定\",\"2022-04-05\",\"乙公司、张三三\",\"\",\"\",\"\",\"\"\r\n"
	"\r\n";

BOTH(history_once_and_again)
{
	struct side s;
	struct import *im;

	side_open(&s, f);
	im = run(&s, "disclosure", str_of(decisions), "", false);
	counts(im, 2, 1, 5);
	cr_expect_eq(im->blank, 1);
	cr_expect(has(why(im, 2), "“title”没有填写"), "%s", why(im, 2));
	cr_expect(has(why(im, 3), "去年"), "%s", why(im, 3));
	cr_expect(has(why(im, 4), "“source_id”没有填写"), "%s", why(im, 4));
	cr_expect(has(why(im, 5), "“party”没有填写"), "%s", why(im, 5));
	cr_expect(has(why(im, 7), "与第3行相同"), "%s", why(im, 7));
	cr_expect_eq(side_count(&s, &st_historic), 2);
	cr_expect_eq(side_count(&s, &st_clocks), 0, "history has no limits");
	cr_expect_eq(side_count(&s, &st_events), 2);
	cr_expect_eq(side_count(&s, &st_leaves), 0, "each event has its leaf");

	im = run(&s, "disclosure", str_of(decisions), "", false);
	cr_expect_eq(im->opened, 0);
	cr_expect_eq(side_count(&s, &st_historic), 2, "again without doubles");
	/* The key holds within an organ: another keeps its own. */
	im = run(&s, "penalty-decisions", str_of(decisions), "yingji", false);
	counts(im, 2, 1, 5);
	cr_expect_eq(side_count(&s, &st_historic), 4);
	side_close(&s);
}

BOTH(preview_writes_nothing)
{
	struct side s;
	struct import *im;

	side_open(&s, f);
	im = run(&s, "disclosure", str_of(decisions), "", true);
	counts(im, 2, 1, 5);
	cr_expect_eq(side_count(&s, &st_historic), 0);
	side_close(&s);
}

static size_t rows_that_are(const struct import *im, enum import_outcome outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < im->table.rows; i++)
		n += im->row[i].outcome == outcome;
	return n;
}

/* One row's statement breaks off, whichever it is: its neighbours of the same group are counted as what they are. */
BOTH(an_error_in_a_group_hides_nothing)
{
	static const char three[] = HEAD "1,甲,2022-01-02,甲公司,,,,\r\n2,乙,2022-01-02,乙公司,,,,\r\n"
		"3,丙,去年,丙公司,,,,\r\n4,丁,2022-01-02,丁公司,,,,\r\n";
	struct side s;
	struct import *im;
	struct err err = { 0 };
	int broke = 0;

	side_open(&s, f);
	for (int n = 1; n < 60; n += 3) {
		OK(import_open(f->a, s.app, STR("disclosure"), str_of(three), "file.csv", (struct str){ 0 }, s.db, &im, &err));
		db_fault_arm(s.db, n, DB_FAULT_TIMEOUT);
		if (import_run(im, s.db, NULL, NULL, NULL, &err)) {
			db_fault_arm(s.db, 0, DB_FAULT_NONE);
			continue;
		}
		cr_expect_eq(err.code, ERR_TIMEOUT, "%s", err.msg);
		err_clear(&err);
		cr_expect_eq(rows_that_are(im, IMPORT_OPENED), (size_t)im->opened, "statement %d", n);
		cr_expect_eq(rows_that_are(im, IMPORT_REFUSED), (size_t)im->refused, "statement %d", n);
		if (im->opened + im->known + im->refused == 0)
			continue; /* before the rows */
		broke++;
		cr_expect_eq(im->opened, 2, "statement %d: one of three good rows is lost, the others are not", n);
		cr_expect_eq(im->refused, 1, "statement %d", n);
	}
	cr_expect_gt(broke, 0, "no row broke off");
	side_close(&s);
}

/* What was refused comes out as a table that goes in again once it is mended. */
BOTH(refused_rows_again)
{
	struct side s;
	struct import *im;
	struct str out;
	char *mended, *at;

	side_open(&s, f);
	im = run(&s, "disclosure", STR(HEAD "1,甲,去年啊,\"甲\"\"公司\",,,,\r\n2,乙,2022-01-02,乙公司,,,,\r\n"), "", false);
	counts(im, 1, 0, 1);
	out = import_refused_csv(f->a, im);
	mended = str_cstr(f->a, out);
	cr_assert(has(mended, "\"行号\",\"未导入的原因\",\"source_id\""), "%s", mended);
	cr_expect(has(mended, "\"甲\"\"公司\""));
	at = strstr(mended, "\"1\",\"甲\",\"去年啊\"");
	cr_assert(at);
	memcpy(strstr(at, "去年啊"), "2022-1-03", 9);
	im = run(&s, "disclosure", str_of(mended), "", false);
	counts(im, 1, 0, 0);
	cr_expect_eq(im->n_ignored, 0, "its own two columns are not called unknown");
	side_close(&s);
}

/* GBK without a mark, rows too short and too long, people without a name, dates as sheets write them. */
BOTH(people_from_a_sheet)
{
	/* 姓名,联系电话,单位,岗位,任职日期 / 王明, … 临猗县应急管理局,承办人 in GBK */
	static const char sheet[] =
		"\xd0\xd5\xc3\xfb,\xc1\xaa\xcf\xb5\xb5\xe7\xbb\xb0,\xb5\xa5\xce\xbb,\xb8\xda\xce\xbb,\xc8\xce\xd6\xb0\xc8\xd5\xc6\xda\r\n"
		"\xcd\xf5\xc3\xf7,12,\xc1\xd9\xe2\xa2\xcf\xd8\xd3\xa6\xbc\xb1\xb9\xdc\xc0\xed\xbe\xd6,\xb3\xd0\xb0\xec\xc8\xcb,2026/3/2\r\n"
		"\xcd\xf5\xc3\xf7,0359-12345,\xc1\xd9\xe2\xa2\xcf\xd8\xd3\xa6\xbc\xb1\xb9\xdc\xc0\xed\xbe\xd6,\xb3\xd0\xb0\xec\xc8\xcb,2026/3/2\r\n"
		",0359-23456,\xc1\xd9\xe2\xa2\xcf\xd8\xd3\xa6\xbc\xb1\xb9\xdc\xc0\xed\xbe\xd6,\xb3\xd0\xb0\xec\xc8\xcb,2026/3/2\r\n"
		"\xcd\xf5\xc3\xf7,0359-34567\r\n"
		"\xcd\xf5\xc3\xf7,0359-45678,\xcd\xf5\xc3\xf7,\xb3\xd0\xb0\xec\xc8\xcb,2026/3/2\r\n";
	struct side s;
	struct import *im;

	side_open(&s, f);
	im = run(&s, "person", str_of(sheet), "", false);
	cr_expect_str_eq(im->encoding, "GBK");
	counts(im, 1, 0, 4);
	cr_expect(has(why(im, 0), "联系电话"), "%s", why(im, 0));
	cr_expect(has(why(im, 2), "“姓名”没有填写"), "%s", why(im, 2));
	cr_expect(has(why(im, 3), "有2列"), "%s", why(im, 3));
	cr_expect(has(why(im, 4), "没有登记名为“王明”的机关"), "%s", why(im, 4));
	cr_expect_eq(side_count(&s, &st_persons), 1);
	side_close(&s);
}

BOTH(a_full_name_goes_before_a_short_one)
{
	struct side s;
	struct import *im;

	side_open(&s, f);
	(void)side_given(&s, 0, "organ", "valid",
			 "{\"name\":\"代字重名单位\",\"short\":\"twin\",\"abbr\":\"临猗县应急管理局\",\"sort\":\"department\"}");
	im = run(&s, "person", STR("姓名,联系电话,单位,岗位,任职日期\r\n王明,0359-12345,临猗县应急管理局,承办人,2026/3/2\r\n"
				   "赵刚,0359-12346,twin,承办人,2026/3/2\r\n"), "", false);
	counts(im, 2, 0, 0);
	side_close(&s);
}

static void refuses(struct side *s, const char *map, struct str text, const char *organ, const char *want)
{
	struct err err = { 0 };
	struct import *im;

	cr_expect_not(import_open(s->f->a, s->app, str_of(map), text, "f", str_of(organ), s->db, &im, &err));
	cr_expect(has(err.msg, want), "%s", err.msg);
}

BOTH(whole_files_that_cannot_be_read)
{
	struct side s;

	side_open(&s, f);
	refuses(&s, "disclosure", STR(""), "", "是空的");
	refuses(&s, "disclosure", STR("title,published,party\r\n"), "", "没有“source_id”这一列");
	refuses(&s, "disclosure", STR("a,b\r\n\"c"), "", "引号没有结束");
	refuses(&s, "disclosure", STR("\xff\xff\xff"), "", "编码");
	refuses(&s, "nothing", STR("a\r\n"), "", "没有“nothing”的列对照表");
	refuses(&s, "disclosure", STR(HEAD), "不存在的局", "没有找到名为“不存在的局”的机关");
	side_close(&s);
}

Test(cells, text_for_sheets)
{
	static const struct { const char *in, *out; } list[] = {
		{ "甲", "\"甲\"" }, { "a\"b", "\"a\"\"b\"" }, { "140821199001010010", "\"\t140821199001010010\"" },
		{ "0012", "\"\t0012\"" }, { "0", "\"0\"" }, { "12", "\"12\"" }, { "=1+1", "\"\t=1+1\"" },
		{ "-x", "\"\t-x\"" }, { "@a", "\"\t@a\"" }, { "", "\"\"" }, { "2026-03-02", "\"2026-03-02\"" } };
	struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct buf b;

		buf_init(&b, a, 100);
		import_put_cell(&b, str_of(list[i].in));
		cr_expect(str_is(buf_str(&b), list[i].out), "%s: %.*s", list[i].in, STR_FMT(buf_str(&b)));
	}
	(void)arena_free(a);
}
