/* SPDX-License-Identifier: MulanPSL-2.0 */
/* menu.c - the menu of each role: at most seven entries in a fixed order, only those whose pages and kinds exist. */
#include "app/menu.h"

struct entry {
	const char *icon, *name;
	const char *kind; /* a list of this kind; NULL: a page */
	const char *href; /* a page's address, or what follows the list's; "ME": matters of which I am an officer */
};

#define DESK { "home", "工作台", NULL, "/" }
#define NEW { "plus", "新建", NULL, "/new" }
#define CALENDAR { "calendar", "时限日历", NULL, "/calendar" }
#define PLANS { "clipboard-check", "检查计划", NULL, "/visits" }
#define REGISTERS { "folders", "名录", NULL, "/kinds" }
#define HELP { "help", "帮助", NULL, "/help" }

static const struct role_menu {
	const char *role;
	struct entry entry[MENU_MOST];
} menus[] = {
	{ "officer", { DESK, { "gavel", "我的办件", "penalty", "ME" }, NEW, CALENDAR,
		       { "clipboard-list", "检查任务", "inspection", "?scope=mine" }, REGISTERS, HELP } },
	{ "unit_head", { DESK, { "gavel", "本队办件", "penalty", "?scope=organ" }, NEW, PLANS, CALENDAR, { "chart-bar", "职责和统计", NULL, "/duties" },
			 REGISTERS } },
	{ "legal", { DESK, { "clipboard-check", "待审核", "legal_review", "?scope=mine" },
		     { "checks", "已审核", "legal_review", "?state=agreed" }, { "scale", "裁量基准", "discretion", "" },
		     { "list", "目录清单", "review_catalogue", "" }, CALENDAR, HELP } },
	{ "head", { { "pencil-check", "待签", NULL, "/" }, { "gavel", "本单位办件", "penalty", "?scope=organ" }, CALENDAR, PLANS,
		    { "chart-bar", "职责和统计", NULL, "/duties" }, REGISTERS, HELP } },
	{ "publisher", { DESK, { "speakerphone", "待公示", "disclosure", "?scope=mine" },
			 { "world", "已公示", "disclosure", "?state=published" }, { "edit", "更正与撤下", "correction", "" },
			 { "clipboard-list", "公开申请", "disclosure_request", "" }, REGISTERS, HELP } },
	{ "archivist", { DESK, { "archive", "待归档", "penalty", "?state=closed" }, { "folder", "案卷", "dossier", "" },
			 { "book-2", "查阅借阅", "dossier_loan", "" }, { "files", "已归档", "penalty", "?state=archived" }, REGISTERS, HELP } },
	{ "office", { DESK, { "clipboard-list", "询问室", "room_use", "" }, { "truck", "装备", "equipment", "" }, { "building", "物品库", "goods_store", "" },
		      CALENDAR, REGISTERS, HELP } },
	{ "custodian", { DESK, { "archive", "在库物品", "goods_item", "?state=stored" }, { "building", "物品库", "goods_store", "" },
			 { "clipboard-check", "盘点", "stocktake", "" }, CALENDAR, REGISTERS, HELP } },
	{ "cashier", { DESK, { "coin", "待履行", "penalty", "?state=served" }, { "file-text", "分期缴纳", "instalment", "" },
		       { "notes", "收缴票据", "fine_receipt", "?state=booked" }, { "checks", "日对账", "day_account", "" },
		       REGISTERS, HELP } },
	{ "registrar", { DESK, { "building", "单位", "organ", "" }, { "users", "人员", "person", "" },
			 { "id", "执法证件", "certificate", "" }, { "list", "事项清单", "enforcement_item", "" }, REGISTERS, HELP } },
	{ "counter", { DESK, NEW, { "clipboard-list", "许可办件", "licence", "?scope=organ" }, { "gavel", "本单位办件", "penalty", "?scope=organ" },
		       { "edit", "更正申请", "correction", "" }, REGISTERS, HELP } },
	{ "supervisor", { DESK, { "gavel", "办件", "penalty", "" }, { "clipboard-check", "法制审核", "legal_review", "" },
			  PLANS, { "clipboard-list", "检查评价", NULL, "/ratings" }, { "chart-bar", "职责和统计", NULL, "/duties" },
			  REGISTERS } },
	{ "sysadmin", { DESK, { "settings", "运行与备份", NULL, "/admin/state" }, { "link", "接口推送", NULL, "/admin/webhooks" },
			{ "building", "机构", "organ", "" }, HELP } },
	{ "secadmin", { DESK, { "users", "账号", NULL, "/admin/accounts" }, { "id", "授权", NULL, "/admin/roles" }, { "lock", "接口令牌", NULL, "/admin/tokens" },
			{ "users", "人员", "person", "" }, HELP } },
	{ "auditor", { DESK, { "shield-check", "审计", NULL, "/admin/audit" }, { "id", "授权", NULL, "/admin/roles" }, { "lock", "接口令牌", NULL, "/admin/tokens" }, HELP } },
	{ "", { DESK, NEW, CALENDAR, REGISTERS, HELP } }, /* a role that only a pack knows */
};

static bool is_page(const char *href)
{
	struct str path = str_of(href);

	for (size_t i = 0; i < n_working_routes; i++)
		if (working_routes[i].method == METHOD_GET && str_is(path, working_routes[i].path))
			return true;
	return false;
}

static const struct role_menu *menu_of(struct str role)
{
	for (size_t i = 0; i + 1 < ARRAY_LEN(menus); i++)
		if (str_is(role, menus[i].role))
			return &menus[i];
	return &menus[ARRAY_LEN(menus) - 1];
}

size_t menu_rank(struct str role)
{
	return (size_t)(menu_of(role) - menus);
}

static struct str address_of(struct req *r, const struct entry *e)
{
	if (!e->kind)
		return str_of(e->href);
	if (str_is(STR("ME"), e->href))
		return str_fmt(r->a, "/k/%s?officers=%.*s", e->kind, STR_FMT(r->session->code));
	return str_fmt(r->a, "/k/%s%s", e->kind, e->href);
}

/* Whether the page that is shown stands behind the entry: the same path or one below it, and the same filter, if it has one. */
static bool is_here(const struct req *r, struct str href)
{
	size_t q = str_chr(href, '?', 0), eq;
	struct str key;

	if (q == SIZE_MAX)
		return str_eq(r->path, href) || (href.n > 1 && str_starts(r->path, href) && r->path.p[href.n] == '/');
	if (!str_eq(r->path, str_sub(href, 0, q)))
		return false;
	eq = str_chr(href, '=', q);
	key = str_sub(href, q + 1, eq);
	return str_eq(req_query(r, str_cstr(r->a, key)), str_sub(href, eq + 1, href.n));
}

void menu_fill(struct req *r, const struct law *law, struct str role, int64_t mine, struct frame *f)
{
	const struct role_menu *m = menu_of(role);

	for (size_t i = 0; i < MENU_MOST && m->entry[i].name; i++) {
		const struct entry *e = &m->entry[i];
		struct str href = address_of(r, e);

		if (e->kind ? !law_kind(law, str_of(e->kind)) : !is_page(e->href))
			continue;
		f->menu[f->n_menu++] = (struct menu_item){ e->icon, str_of(e->name), href, i == 0 ? mine : 0, is_here(r, href) };
	}
}
