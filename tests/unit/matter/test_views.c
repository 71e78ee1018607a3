/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What auditors find in the views, and what they must not find there. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "county.h"
#include "matter/views.h"

static void make(struct county *c)
{
	struct err err = { 0 };
	bool made;

	OK(views_make(c->e, c->db, c->a, &made, &err));
	cr_assert(made);
	/* as an auditor's tool is: the program's own connections, which never read them, trust no view */
	if (db_dialect(c->db) == DB_SQLITE)
		OK(db_script(c->db, "PRAGMA trusted_schema = ON", &err));
}

/* One cell of the newest matter of a kind as text, "-" for null; a column that is not there fails with "none". */
static const char *cell(struct county *c, const char *kind, const char *column)
{
	const bool pg = db_dialect(c->db) == DB_POSTGRES;
	const char *sql = str_fmt(c->a, "SELECT CAST(\"%s\" AS text) FROM %s%s WHERE \"办件代码\" = (SELECT code FROM matter WHERE"
				       " kind = '%s' ORDER BY id DESC LIMIT 1)", column, pg ? "bi." : "v_", kind, kind).p;
	struct stmt *st = arena_one(c->a, struct stmt);
	struct str s;
	struct err err = { 0 };
	bool null;
	const struct db_out out[] = { db_to_str_null(&s, &null) };

	*st = (struct stmt){ "cell", sql };
	if (!db_one(c->db, c->a, st, DB_NONE, DB_OUT(out), &err))
		return strstr(err.detail, "column") ? "none" : str_fmt(c->a, "%s", err.detail).p;
	return null ? "-" : str_cstr(c->a, s);
}

#define CELL(kind, column, want) cr_assert_str_eq(cell(&c, kind, column), want, "%s: %s", column, cell(&c, kind, column))

static const char person_case[] =
	"{'party': {'name': '张三未', 'sort': 'person', 'code': '140821199001011234', 'phone': '13900000172',"
	" 'address': '临猗县猗氏镇示例街1号', 'contact': '张四'}, 'cause': '张三未未如实记录', 'found_on': '2026-03-01',"
	" 'secret': '举报的人', 'goods': [{'what': '箱', 'n': 2}, {'what': '桶', 'n': 1}]}";

BOTH(a_view_has_flat_columns_with_names)
{
	struct county c = county_new(f, "2026-03-02 09:00");

	cr_assert(opens(&c, c.wang, "penal", "{'party': {'name': '示例公司', 'sort': 'unit', 'code': '91140821MA0YY0062N', 'contact': '吕某己'},"
					     " 'cause': '示例公司未如实记录', 'found_on': '2026-03-01', 'goods': [{'what': '箱', 'n': 2}]}"));
	make(&c);
	CELL("penal", "所属机关", "县应急管理局");
	CELL("penal", "办理状态", "线索");
	CELL("penal", "开始时间", "2026-03-02 09:00:00");
	CELL("penal", "办结时间", "-");
	CELL("penal", "发现日", "2026-03-01");
	CELL("penal", "当事人", "示例公司");
	CELL("penal", "当事人_代码", "91140821MA0YY0062N");
	CELL("penal", "当事人_类型", "单位");
	CELL("penal", "当事人_联系人", "吕某");
	CELL("penal", "案由", "示例公司未如实记录");
	CELL("penal", "物品_行数", "1");
	cr_assert(acts(&c, c.li, c.r.matter, "file", str_cstr(c.a, str_fmt(c.a, "{'officers': [%d, %d]}", (int)c.wang, (int)c.zhao))),
		  "%s", why(&c));
	CELL("penal", "承办人员", "王明、赵刚");
	CELL("penal", "编号", "临应急立〔2026〕1号");
	CELL("penal", "办理状态", "调查中");
	county_free(&c);
}

BOTH(a_view_knows_no_more_than_a_page)
{
	struct county c = county_new(f, "2026-03-02 09:00");

	cr_assert(opens(&c, c.wang, "penal", person_case));
	cr_assert(opens(&c, c.li, "person", "{'name': '钱五', 'phone': '13900000172'}"));
	make(&c);
	CELL("penal", "当事人", "张某");
	CELL("penal", "当事人_代码", "1408************34");
	CELL("penal", "当事人_电话", "139****0172");
	CELL("penal", "当事人_地址", "临猗县猗氏镇***");
	CELL("penal", "当事人_联系人", "张某");
	CELL("penal", "案由", "张某未如实记录");
	CELL("penal", "举报人", "none"); /* `see` narrows it */
	CELL("person", "电话", "139****0172"); /* `see` … else: mask */
	county_free(&c);
}

BOTH(a_view_holds_all_versions_of_a_kind)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };

	cr_assert(opens(&c, c.wang, "penal", person_case));
	make(&c);
	cr_assert_eq(county_version(&c, "t/penal.yaml", "half: {name: 一半, type: money, is: fine / 2}", "place: {name: 地点, type: note}", &err),
		     ERR_NONE, "%s", err.msg);
	cr_assert(engine_grew(c.e));
	make(&c);
	CELL("penal", "一半", "-");
	CELL("penal", "地点", "-");
	CELL("penal", "发现日", "2026-03-01");
	OK(views_drop(c.db, c.a, &err));
	cr_assert(strstr(cell(&c, "penal", "一半"), db_dialect(c.db) == DB_POSTGRES ? "does not exist" : "no such table"));
	county_free(&c);
}

/* The role of an auditor reads the views, also after they were made anew, and no table. */
static void auditor(struct fresh *f)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };
	const char *role = str_fmt(f->a, "audit_%d", (int)getpid()).p;
	const char *set = str_fmt(f->a, "CREATE ROLE %s; GRANT USAGE ON SCHEMA bi TO %s", role, role).p;
	const char *be = str_fmt(f->a, "SET ROLE %s", role).p, *drop = str_fmt(f->a, "DROP OWNED BY %s; DROP ROLE %s", role, role).p;
	bool made;

	OK(db_script(c.db, set, &err));
	cr_assert(opens(&c, c.wang, "penal", person_case));
	make(&c);
	make(&c);
	OK(db_script(c.db, be, &err));
	OK(db_script(c.db, "SELECT * FROM bi.penal", &err));
	FAILS(db_script(c.db, "SELECT * FROM matter", &err), ERR_DB);
	FAILS(db_script(c.db, "DROP VIEW bi.penal", &err), ERR_DB);
	OK(views_make(c.e, c.db, c.a, &made, &err));
	cr_assert_not(made, "only the owner makes them");
	OK(db_script(c.db, "RESET ROLE", &err));
	OK(db_script(c.db, drop, &err));
	county_free(&c);
}

Test(postgres, an_auditor_reads_views_alone)
{
	fresh_run(DB_POSTGRES, true, auditor);
}
