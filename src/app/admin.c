/* SPDX-License-Identifier: MulanPSL-2.0 */
/* admin.c - who of the three administrators is here; 运行状态 and backups. */
#include "app/admin.h"
#include "app/version.h"
#include "app/process.h"
#include "app/hook.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include "app/job.h"
#include "app/shown.h"
#include "base/day.h"
#include "pages.h"

static const struct stmt st_role = { "admin_role",
	"SELECT role FROM post WHERE person = $1 AND organ = $2 AND from_day <= $3 AND to_day >= $3 "
	"AND role IN ('sysadmin', 'secadmin', 'auditor') ORDER BY role LIMIT 1" };

bool admin_role(struct req *r, struct str *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(r->session->person), db_i64(r->session->organ), db_i64(day_at(now_of(r))) };
	const struct db_out out[] = { db_to_str(ret) };
	bool found;

	*ret = (struct str){ 0 };
	return db_maybe(r->db, r->a, &st_role, DB_IN(in), DB_OUT(out), &found, err);
}

bool admin_show(struct req *r, struct err *err)
{
	struct str role;

	if (!admin_role(r, &role, err))
		return false;
	return reply_see_other(r, str_is(role, "sysadmin") ? STR("/admin/state") : str_is(role, "secadmin") ? STR("/admin/accounts")
			       : STR("/admin/audit"));
}

static bool only_system(struct req *r, struct err *err)
{
	struct str role;

	return admin_role(r, &role, err)
	    && (str_is(role, "sysadmin") || err_set(err, ERR_FORBIDDEN, "运行状态和备份由系统管理员负责"));
}

/* ---- 运行状态 ---- */

static const struct stmt st_counts = { "admin_counts",
	"SELECT (SELECT COUNT(*) FROM document WHERE state = 'queued'), (SELECT COUNT(*) FROM document WHERE state = 'failed'), "
	"(SELECT COUNT(*) FROM job WHERE ended IS NULL), (SELECT COUNT(*) FROM job WHERE state = 'stopped' AND at > $2), "
	"(SELECT COUNT(*) FROM session WHERE expires > $1), (SELECT COUNT(*) FROM schema_patch), "
	"(SELECT COALESCE(MAX(ended), 0) FROM job WHERE sort = 'backup' AND state = 'done')" };

struct lines {
	struct arena *a;
	struct state_line *v;
	size_t n;
};

static void put(struct lines *x, struct str name, struct str value, bool bad)
{
	x->v[x->n++] = (struct state_line){ name, value, bad };
}

static void put_count(struct lines *x, struct str name, int64_t n, struct str none, bool bad)
{
	put(x, name, n ? str_fmt(x->a, "%lld", (long long)n) : none, n > 0 && bad);
}

static void put_places(struct req *r, struct lines *x)
{
	const struct app *app = app_of(r);
	struct stat st;
	struct statvfs v;

	if (stat(str_cstr(r->a, str_fmt(r->a, "%s/mingfa.db", app->dir)), &st) == 0)
		put(x, STR("数据库"), shown_size(r->a, st.st_size), false);
	else
		put(x, STR("数据库"), STR("PostgreSQL，大小见数据库自己的监视"), false);
	if (statvfs(app->dir, &v) == 0) {
		int64_t room = (int64_t)v.f_bavail * (int64_t)v.f_frsize;

		put(x, STR("盘上剩余"), shown_size(r->a, room), room < (int64_t)2 << 30);
	}
}

static const struct stmt st_hooks = { "admin_hooks",
	"SELECT (SELECT COUNT(*) FROM hook_delivery WHERE state = 'waiting'), (SELECT COUNT(*) FROM hook_delivery WHERE state = 'dead'), "
	"(SELECT COUNT(*) FROM process WHERE beat >= $1)" };

static void put_program(struct req *r, struct lines *x)
{
	const struct app *app = app_of(r);
	int64_t minutes = (time_now() - app->started) / 60000;

	put(x, STR("程序版本"), program_commit[0] ? str_fmt(r->a, "%s（%s）", program_version, program_commit) : str_of(program_version),
	    false);
	put(x, STR("已运行"), str_fmt(r->a, "%lld天%lld小时%lld分", (long long)(minutes / 1440), (long long)(minutes / 60 % 24),
				      (long long)(minutes % 60)), false);
	if (app->read_only)
		put(x, STR("方式"), STR("只读：只能查看，不能办理"), true);
}

/* What other systems are told; a broken key stops all of it. */
static bool put_hooks(struct req *r, struct lines *x, struct err *err)
{
	int64_t waiting, dead, processes;
	const struct db_in in[] = { db_i64(process_alive_since()) };
	const struct db_out out[] = { db_to_i64(&waiting), db_to_i64(&dead), db_to_i64(&processes) };
	struct err broken = { 0 };

	if (!db_one(r->db, r->a, &st_hooks, DB_IN(in), DB_OUT(out), err))
		return false;
	put_count(x, STR("服务进程"), processes, STR("没有登记"), false);
	put_count(x, STR("等待推送"), waiting, STR("没有"), false);
	put_count(x, STR("推送不到、已停下的"), dead, STR("没有"), true);
	if (!hook_key_ok(app_of(r), &broken))
		put(x, STR("推送密钥"), str_dup(r->a, str_of(broken.msg)), true);
	return true;
}

bool state_show(struct req *r, struct err *err)
{
	struct state_view v = { .n = 0 };
	struct lines x = { r->a, arena_many(r->a, 24, struct state_line), 0 };
	int64_t queued, failed, jobs, stopped, sessions, patches, backup;
	int64_t now = now_of(r), week = now - (int64_t)7 * 86400000;
	const struct db_in in[] = { db_i64(now), db_i64(week) };
	const struct db_out out[] = { db_to_i64(&queued), db_to_i64(&failed), db_to_i64(&jobs), db_to_i64(&stopped),
				      db_to_i64(&sessions), db_to_i64(&patches), db_to_i64(&backup) };
	struct writer_stats w;
	struct html h;

	if (!only_system(r, err) || !frame_load(r, STR("运行状态"), &v.frame, err)
	    || !db_one(r->db, r->a, &st_counts, DB_IN(in), DB_OUT(out), err))
		return false;
	frame_crumb(&v.frame, STR("运行状态"), (struct str){ 0 });
	w = writer_stats(r->writer);
	put_program(r, &x);
	put(&x, STR("数据库结构"), str_fmt(r->a, "第%lld步", (long long)patches), false);
	put_places(r, &x);
	put(&x, STR("启动以来办理"), str_fmt(r->a, "%lld次，%lld组提交", (long long)w.jobs, (long long)w.groups), false);
	put(&x, STR("最长一组"), str_fmt(r->a, "%lld毫秒", (long long)(w.longest_group_us / 1000)), w.longest_group_us > 1000000);
	put_count(&x, STR("正在登录"), sessions, STR("没有"), false);
	put_count(&x, STR("等待制作的文书"), queued, STR("没有"), false);
	put_count(&x, STR("没有制成的文书"), failed, STR("没有"), true);
	put_count(&x, STR("排队和正在做的工作"), jobs, STR("没有"), false);
	put_count(&x, STR("七日内没有做完的工作"), stopped, STR("没有"), true);
	put(&x, STR("最近一次备份"), backup ? shown_time(r->a, backup) : STR("还没有备份过"), backup < week);
	if (!put_hooks(r, &x, err))
		return false;
	if (atomic_load(&app_of(r)->catching_up))
		put(&x, STR("正在补办到期事项"), str_fmt(r->a, "还有%lld项", (long long)atomic_load(&app_of(r)->overdue)), true);
	v.line = x.v;
	v.n = x.n;
	v.backup_to = str_fmt(r->a, "%s/backup", app_of(r)->dir);
	html_init(&h, r->a, HTML_MAX);
	page_admin_state(&h, &v);
	return frame_reply(r, 200, &h, err);
}

bool backup_post(struct req *r, struct err *err)
{
	const struct job_new job = { .sort = "backup", .title = STR("备份") };

	return only_system(r, err) && job_ask(r, &job, err);
}
