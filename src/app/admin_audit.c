/* SPDX-License-Identifier: MulanPSL-2.0 */
/* admin_audit.c - 审计: who signed in, who did what to which matter, who took what out. Numbers of matters, names of
 * actions and files; never what stands in them. */
#include "app/admin.h"
#include "app/record.h"
#include "app/shown.h"
#include "app/practice.h"
#include "app/table.h"
#include "app/whole.h"
#include "base/day.h"
#include "base/parse.h"
#include "base/uuid.h"
#include "pages.h"

#include <unistd.h>

#define PAGE 100
#define CSV_MOST 20000
#define FILE_MOST ((size_t)32 << 20)

static bool only_audit(struct req *r, struct err *err)
{
	struct str role;

	return admin_role(r, &role, err) && (str_is(role, "auditor") || err_set(err, ERR_FORBIDDEN, "审计由审计员负责"));
}

/* $1 below this id; $2, $3 from and before; $4 part of a name; $5 how many. */
static const struct stmt st_acts = { "audit_acts",
	"SELECT e.id, e.entered_at, COALESCE(p.name, e.role), e.kind, e.action, m.number FROM event e JOIN matter m ON m.id = e.matter "
	"LEFT JOIN person p ON p.id = e.actor WHERE e.id < $1 AND e.entered_at >= $2 AND e.entered_at < $3 "
	"AND COALESCE(p.name, '') LIKE $4 AND e.actor IS NOT NULL ORDER BY e.id DESC LIMIT $5" };
/* Of accounts, roles, tokens and backups the name is told: no case stands in it. */
static const struct stmt st_administered = { "audit_administered",
	"SELECT e.id, e.entered_at, COALESCE(p.name, '命令行或者系统'), e.kind, e.action, COALESCE(h.name, m.title) FROM event e "
	"JOIN matter m ON m.id = e.matter LEFT JOIN person p ON p.id = e.actor LEFT JOIN account a ON a.matter = m.id "
	"LEFT JOIN person h ON h.id = a.person WHERE e.id < $1 AND e.entered_at >= $2 AND e.entered_at < $3 "
	"AND (COALESCE(p.name, '') LIKE $4 OR COALESCE(h.name, m.title) LIKE $4) "
	"AND e.kind IN ('account', 'backup', 'api_token', 'webhook', 'person') " /* sql/0018: event_administered */
	"AND (e.kind <> 'person' OR e.action IN ('grant', 'withdraw')) "
	"ORDER BY e.id DESC LIMIT $5" };
static const struct stmt st_logins = { "audit_logins",
	"SELECT l.id, l.at, COALESCE(p.name, '没有这个登录名'), l.address, CASE WHEN l.ok = 1 THEN '1' ELSE '' END, '' "
	"FROM login_attempt l LEFT JOIN account a ON a.id = l.account LEFT JOIN person p ON p.id = a.person "
	"WHERE l.id < $1 AND l.at >= $2 AND l.at < $3 AND COALESCE(p.name, '') LIKE $4 ORDER BY l.id DESC LIMIT $5" };
static const struct stmt st_readings = { "audit_readings",
	"SELECT g.id, g.at, p.name, g.sort, g.what, CAST(g.n AS TEXT) FROM reading g JOIN person p ON p.id = g.person "
	"WHERE g.id < $1 AND g.at >= $2 AND g.at < $3 AND p.name LIKE $4 ORDER BY g.id DESC LIMIT $5" };

struct auditing {
	struct req *r;
	const struct law *law;
	struct str tab;
	struct audit_line *v;
	size_t n;
	int64_t id, at, last;
	struct str who, a, b, c;
};

static struct str act_text(struct auditing *x)
{
	const struct kind *k = law_kind(x->law, x->a);
	const struct action *ac = k ? kind_action(k, x->b) : NULL;

	return str_fmt(x->r->a, "%.*s · %.*s", STR_FMT(k ? k->name : x->a), STR_FMT(ac ? ac->name : x->b));
}

/* Accounts and backups: rows from before they were matters. */
static struct str reading_name(struct str sort)
{
	return str_is(sort, "export") ? STR("导出") : str_is(sort, "backup") ? STR("备份") : str_is(sort, "account") ? STR("账号")
		: str_is(sort, "import") ? STR("导入") : str_is(sort, "dossier") ? STR("生成案卷") : STR("下载");
}

static bool add_line(void *ctx, struct err *err)
{
	struct auditing *x = ctx;
	struct audit_line *l = &x->v[x->n++];

	(void)err;
	x->last = x->id;
	*l = (struct audit_line){ .at = shown_time(x->r->a, x->at), .who = x->who };
	if (str_is(x->tab, "logins")) {
		l->what = x->b.n ? STR("登录") : STR("密码不对");
		l->about = x->a;
	} else if (str_is(x->tab, "readings")) {
		l->what = reading_name(x->a);
		l->about = str_is(x->a, "export") ? str_fmt(x->r->a, "%.*s（%.*s行）", STR_FMT(x->b), STR_FMT(x->c)) : x->b;
	} else {
		l->what = act_text(x);
		l->about = x->c.n ? x->c : str_is(x->tab, "admin") ? (struct str){ 0 } : STR("未编号");
	}
	return true;
}

static int64_t day_of_query(struct req *r, const char *name, int64_t otherwise)
{
	int64_t day;

	return day_parse(req_query(r, name), &day) ? day : otherwise;
}

static bool read_lines(struct auditing *x, int64_t most, struct err *err)
{
	struct req *r = x->r;
	int64_t before, from = day_of_query(r, "from", -1), to = day_of_query(r, "to", -1);
	struct str q = str_trim(req_query(r, "q"));
	const struct db_out out[] = { db_to_i64(&x->id), db_to_i64(&x->at), db_to_str(&x->who), db_to_str(&x->a), db_to_str(&x->b),
				      db_to_str(&x->c) };

	x->tab = req_query(r, "tab");
	x->v = arena_many(r->a, (size_t)most, struct audit_line);
	if (!parse_i64(req_query(r, "before"), 1, INT64_MAX, &before))
		before = INT64_MAX;
	{
		const struct db_in in[] = { db_i64(before), db_i64(from < 0 ? 0 : day_start(from)),
					    db_i64(to < 0 ? INT64_MAX : day_start(to + 1)),
					    db_str(str_fmt(r->a, "%%%.*s%%", STR_FMT(q))), db_i64(most) };

		return frame_law(r, &x->law, err)
		    && db_each(r->db, r->a,
			       str_is(x->tab, "logins") ? &st_logins : str_is(x->tab, "readings") ? &st_readings
			       : str_is(x->tab, "admin") ? &st_administered : &st_acts,
			       DB_IN(in), DB_OUT(out), add_line, x, err);
	}
}

static struct str address(struct req *r, const char *path, int64_t before)
{
	struct buf b;

	buf_init(&b, r->a, 2000);
	buf_adds(&b, path);
	buf_adds(&b, "?tab=");
	form_escape(&b, req_query(r, "tab"));
	buf_adds(&b, "&q=");
	form_escape(&b, req_query(r, "q"));
	buf_adds(&b, "&from=");
	form_escape(&b, req_query(r, "from"));
	buf_adds(&b, "&to=");
	form_escape(&b, req_query(r, "to"));
	if (before)
		buf_addf(&b, "&before=%lld", (long long)before);
	return buf_str(&b);
}

bool audit_show(struct req *r, struct err *err)
{
	struct audit_view v = { .q = str_trim(req_query(r, "q")), .from = req_query(r, "from"), .to = req_query(r, "to"),
				.tab = req_query(r, "tab") };
	struct auditing x = { .r = r };
	struct html h;

	if (!only_audit(r, err) || !frame_load(r, STR("审计"), &v.frame, err) || !read_lines(&x, PAGE, err))
		return false;
	frame_crumb(&v.frame, STR("审计"), (struct str){ 0 });
	v.line = x.v;
	v.n = x.n;
	v.csv = address(r, "/admin/audit.csv", 0);
	if (x.n == PAGE)
		v.older = address(r, "/admin/audit", x.last);
	html_init(&h, r->a, HTML_MAX);
	page_admin_audit(&h, &v);
	return frame_reply(r, 200, &h, err);
}

static bool write_lines(struct auditing *x, const char *path, struct err *err)
{
	static const struct str head[] = { { "时间", 6 }, { "谁", 3 }, { "做了什么", 12 }, { "对象", 6 } };
	struct table *t;
	bool ok = table_begin(x->r->a, path, STR("审计"), head, ARRAY_LEN(head), practice_mark(app_of(x->r)), &t, err);

	for (size_t i = 0; ok && i < x->n; i++) {
		table_text(t, x->v[i].at);
		table_text(t, x->v[i].who);
		table_text(t, x->v[i].what);
		table_text(t, x->v[i].about);
		ok = table_row(t, err);
	}
	ok = ok && table_end(t, err);
	if (!ok)
		table_drop(t);
	return ok;
}

bool audit_csv(struct req *r, struct err *err)
{
	struct auditing x = { .r = r };
	struct reading record = { .sort = "export", .person = r->session->person, .organ = r->session->organ, .what = STR("审计") };
	char *path = str_cstr(r->a, str_fmt(r->a, "%s/spool/audit-%.*s.csv", app_of(r)->dir, STR_FMT(uuid_new(r->a, now_of(r)))));
	struct str bytes;
	bool ok;

	if (!only_audit(r, err) || !read_lines(&x, CSV_MOST, err))
		return false;
	record.n = (int64_t)x.n;
	ok = write_lines(&x, path, err) && file_read_whole(r->a, path, FILE_MOST, &bytes, err)
	  && reply_file(r, "text/csv; charset=utf-8", bytes, STR("审计.csv"), true) && reply_recorded(r, &record);
	(void)unlink(path);
	return ok;
}
