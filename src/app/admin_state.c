/* SPDX-License-Identifier: MulanPSL-2.0 */
/* admin_state.c - 运行状态: the program, its places, its work, its backups and what it tells others, on one page. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/admin.h"
#include "app/hook.h"
#include "app/log_sign.h"
#include "app/ops.h"
#include "app/process.h"
#include "app/shown.h"
#include "app/version.h"
#include "app/witness.h"
#include "base/day.h"
#include "pages.h"

#define LINES_MOST 60
#define GROUPS_MOST 6
#define WALK_MS 300        /* a folder of a million files is told as "at least" */
#define WALK_DEEP 6        /* DIR/blobs/ab/cd/FILE and room */
#define ROOM_LEAST ((int64_t)2 << 30) /* a county's month of files; below it the page turns red */

struct lines {
	struct arena *a;
	struct state_line *v;
	size_t n;
	struct state_group *group;
	size_t n_group;
};

static void begin(struct lines *x, const char *name)
{
	x->group[x->n_group++] = (struct state_group){ .name = str_of(name), .line = x->v + x->n };
}

static void put(struct lines *x, struct str name, struct str value, bool bad)
{
	x->v[x->n++] = (struct state_line){ name, value, bad };
	x->group[x->n_group - 1].n++;
}

static void put_count(struct lines *x, struct str name, int64_t n, struct str none, bool bad)
{
	put(x, name, n ? str_fmt(x->a, "%lld", (long long)n) : none, n > 0 && bad);
}

/* ---- the program ---- */

static void put_program(struct req *r, struct lines *x, int64_t patches, int64_t processes)
{
	const struct app *app = app_of(r);
	int64_t minutes = (time_now() - app->started) / 60000;

	begin(x, "程序");
	put(x, STR("程序版本"), program_commit[0] ? str_fmt(r->a, "%s（%s）", program_version, program_commit) : str_of(program_version),
	    false);
	put(x, STR("已运行"), str_fmt(r->a, "%lld天%lld小时%lld分", (long long)(minutes / 1440), (long long)(minutes / 60 % 24),
				      (long long)(minutes % 60)), false);
	put_count(x, STR("服务进程"), processes, STR("没有登记"), false);
	put(x, STR("数据库结构"), str_fmt(r->a, "第%lld步", (long long)patches), false);
	if (app->read_only)
		put(x, STR("方式"), STR("只读：只能查看，不能办理"), true);
}

/* ---- places ---- */

struct walk {
	int64_t bytes, until;
	bool cut; /* time was up, or something could not be read */
};

/* Takes fd. A file that goes while it is being counted is no mistake. */
static void walk(struct walk *w, int fd, int deep)
{
	DIR *d = fdopendir(fd);
	struct dirent *e;
	struct stat st;

	if (!d) {
		(void)close(fd);
		w->cut = true;
		return;
	}
	while (!w->cut && (e = readdir(d)) != NULL) {
		if (str_is(str_of(e->d_name), ".") || str_is(str_of(e->d_name), "..")
		    || fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		w->bytes += (int64_t)st.st_blocks * 512;
		if (S_ISDIR(st.st_mode)) {
			int below = deep < WALK_DEEP ? openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;

			if (below >= 0)
				walk(w, below, deep + 1);
			else
				w->cut = errno != ENOENT;
		}
		w->cut = w->cut || time_monotonic() > w->until;
	}
	(void)closedir(d);
}

static struct str folder_size(struct arena *a, const char *dir)
{
	struct walk w = { .until = time_monotonic() + WALK_MS };
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return STR("读不到");
	walk(&w, fd, 0);
	return w.cut ? str_fmt(a, "至少%.*s", STR_FMT(shown_size(a, w.bytes))) : shown_size(a, w.bytes);
}

static void put_places(struct req *r, struct lines *x, const struct ops_figures *f)
{
	const struct app *app = app_of(r);
	struct statvfs v;

	begin(x, "存储");
	put(x, STR("数据库"), str_fmt(r->a, "%s，%.*s", db_dialect(r->db) == DB_SQLITE ? "SQLite" : "PostgreSQL",
				      STR_FMT(shown_size(r->a, f->size))), false);
	put(x, STR("数据文件夹"), folder_size(r->a, app->dir), false);
	if (statvfs(app->dir, &v) == 0) {
		const int64_t room = (int64_t)v.f_bavail * (int64_t)v.f_frsize, all = (int64_t)v.f_blocks * (int64_t)v.f_frsize;

		put(x, STR("所在的盘剩余"), str_fmt(r->a, "%.*s，共%.*s", STR_FMT(shown_size(r->a, room)), STR_FMT(shown_size(r->a, all))),
		    room < ROOM_LEAST);
	}
}

/* ---- work ---- */

struct counts {
	int64_t jobs, stopped, patches, processes;
};
static const struct stmt st_counts = { "admin_counts",
	"SELECT (SELECT COUNT(*) FROM job WHERE ended IS NULL), (SELECT COUNT(*) FROM job WHERE state = 'stopped' AND at > $1),"
	" (SELECT COUNT(*) FROM schema_patch), (SELECT COUNT(*) FROM process WHERE beat >= $2)" };

static bool count(struct req *r, struct counts *c, struct err *err)
{
	const struct db_in in[] = { db_i64(now_of(r) - (int64_t)7 * DAY_MS), db_i64(process_alive_since()) };
	const struct db_out out[] = { db_to_i64(&c->jobs), db_to_i64(&c->stopped), db_to_i64(&c->patches), db_to_i64(&c->processes) };

	return db_one(r->db, r->a, &st_counts, DB_IN(in), DB_OUT(out), err);
}

static void put_work(struct req *r, struct lines *x, const struct ops_figures *f, const struct counts *c)
{
	struct app *app = app_of(r);
	const struct writer_stats *w = &f->writer;
	const int64_t overdue = atomic_load(&app->overdue);

	begin(x, "办理");
	put(x, STR("到期待补办的"), str_fmt(r->a, "%lld（应为0；超过64的暂停办理，先行补办）", (long long)overdue), overdue > 64);
	put(x, STR("等待写入的"), str_fmt(r->a, "%lld（上限1024）", (long long)w->waiting), w->waiting > 500);
	put(x, STR("启动以来办理"), str_fmt(r->a, "%lld次，%lld组提交", (long long)w->jobs, (long long)w->groups), false);
	put(x, STR("最长一组"), str_fmt(r->a, "%lld毫秒", (long long)(w->longest_group_us / 1000)), w->longest_group_us > 1000000);
	put(x, STR("半小时内在线"), str_fmt(r->a, "%lld人", (long long)f->sessions), false);
	put(x, STR("等待制作的文书"), str_fmt(r->a, "%lld", (long long)f->papers_waiting), f->papers_waiting > 100);
	put_count(x, STR("没有制成的文书"), f->papers_failed, STR("没有"), true);
	put_count(x, STR("检索尚未收录的记录"), f->search_lag, STR("没有"), f->search_lag > 1000);
	put_count(x, STR("排队和正在做的工作"), c->jobs, STR("没有"), false);
	put_count(x, STR("七日内没有做完的工作"), c->stopped, STR("没有"), true);
}

/* ---- backups: what their matters say, whether the page or the command made them ---- */

struct backups {
	int64_t made, failed, restored, away_due;
	int64_t kept_away; /* 1: the pack has a clock for copies elsewhere and one runs */
};
static const struct stmt st_backups = { "admin_backups",
	"SELECT (SELECT COALESCE(MAX(opened), 0) FROM matter WHERE kind = 'backup' AND state = 'made'),"
	" (SELECT COALESCE(MAX(opened), 0) FROM matter WHERE kind = 'backup' AND state = 'failed'),"
	" (SELECT COALESCE(MAX(opened), 0) FROM matter WHERE kind = 'backup' AND state IN ('restored', 'rehearsed')),"
	" (SELECT COALESCE(MAX(c.due), 0) FROM clock c JOIN matter m ON m.id = c.matter WHERE m.kind = 'backup' AND c.clock = 'away'"
	" AND c.stopped IS NULL),"
	" (SELECT COUNT(*) FROM clock c JOIN matter m ON m.id = c.matter WHERE m.kind = 'backup' AND c.clock = 'away'"
	" AND c.stopped IS NULL)" };

/* The pack's word for how often a copy goes elsewhere (LY1.09-2c); null: it says nothing. */
static bool put_away(struct req *r, struct lines *x, const struct backups *b, struct err *err)
{
	const struct law *law;
	struct val every;

	if (!frame_law(r, &law, err)
	    || !matter_setting(app_of(r)->engine, r->db, r->a, r->session->organ, day_at(now_of(r)), STR("offsite_every"), &every, err))
		return false;
	if (val_is_null(every))
		return true;
	if (!b->kept_away)
		put(x, STR("异地备份"), STR("还没有登记过：备份复制到别处、校验以后，在那一件备份里登记"), true);
	else
		put(x, STR("下一次异地备份"), str_fmt(r->a, "%.*s前%s", STR_FMT(shown_time(r->a, b->away_due)),
						       b->away_due <= now_of(r) ? "，已经超期" : ""), b->away_due <= now_of(r));
	return true;
}

static bool put_backups(struct req *r, struct lines *x, struct err *err)
{
	struct backups b;
	const int64_t week = now_of(r) - (int64_t)7 * DAY_MS;
	const struct db_out out[] = { db_to_i64(&b.made), db_to_i64(&b.failed), db_to_i64(&b.restored), db_to_i64(&b.away_due),
				      db_to_i64(&b.kept_away) };

	if (!db_one(r->db, r->a, &st_backups, DB_NONE, DB_OUT(out), err))
		return false;
	begin(x, "备份");
	put(x, STR("最近一次备份"), b.made ? shown_time(r->a, b.made) : STR("还没有备份过"), b.made < week);
	if (b.failed > b.made)
		put(x, STR("最近一次没有完成"), shown_time(r->a, b.failed), true);
	put(x, STR("最近一次恢复或者演练"), b.restored ? shown_time(r->a, b.restored)
					    : STR("还没有登记过：用 mingfa restore --of 恢复到空的文件夹，由程序核对并登记"), !b.restored);
	return put_away(r, x, &b, err);
}

/* ---- what others are told; a broken key stops all of it ---- */

static const struct stmt st_hooks = { "admin_hooks",
	"SELECT (SELECT COUNT(*) FROM hook_delivery WHERE state = 'waiting' AND hook IS NOT NULL),"
	" (SELECT COUNT(*) FROM hook_delivery WHERE state = 'dead' AND hook IS NOT NULL),"
	" (SELECT COUNT(*) FROM hook_delivery WHERE state = 'waiting' AND hook IS NULL),"
	" (SELECT COUNT(*) FROM hook_delivery WHERE state = 'dead' AND hook IS NULL),"
	" (SELECT COALESCE(MAX(at), 0) FROM hook_delivery WHERE state = 'done' AND hook IS NULL)" };

static bool put_hooks(struct req *r, struct lines *x, struct err *err)
{
	int64_t waiting, dead, messages, messages_dead, last;
	const struct db_out out[] = { db_to_i64(&waiting), db_to_i64(&dead), db_to_i64(&messages), db_to_i64(&messages_dead),
				      db_to_i64(&last) };
	struct err broken = { 0 };

	if (!db_one(r->db, r->a, &st_hooks, DB_NONE, DB_OUT(out), err))
		return false;
	begin(x, "对外推送");
	put_count(x, STR("等待推送"), waiting, STR("没有"), false);
	put_count(x, STR("推送不到、已停下的"), dead, STR("没有"), true);
	if (!app_of(r)->message_hook) {
		put(x, STR("消息转发"), STR("没有设置（启动时写 --message-hook）"), false);
	} else {
		put(x, STR("消息转发，最近送到的"), last ? shown_time(r->a, last) : STR("还没有"), false);
		put_count(x, STR("消息转发，等待的"), messages, STR("没有"), false);
		put_count(x, STR("消息转发，送不到、已停下的"), messages_dead, STR("没有"), true);
	}
	if (!hook_key_ok(app_of(r), &broken))
		put(x, STR("推送密钥"), str_dup(r->a, str_of(broken.msg)), true);
	return true;
}

/* ---- the record log: signed, and by whom else ---- */

static void put_witness(struct req *r, struct lines *x, const struct witness *w, const struct log_state *s)
{
	struct str name = str_fmt(r->a, "见证方 %.*s", STR_FMT(w->key.name));

	if (w->failed)
		put(x, name, str_fmt(r->a, "自%.*s起没有签：%.*s", STR_FMT(shown_time(r->a, w->failed)), STR_FMT(w->error)), true);
	else if (!w->done)
		put(x, name, STR("还没有签过"), false);
	else
		put(x, name, str_fmt(r->a, "%.*s签到第%lld条", STR_FMT(shown_time(r->a, w->done)), (long long)w->size),
		    w->size < s->is_signed && now_of(r) - w->done > 3600000);
}

static bool put_log(struct req *r, struct lines *x, struct err *err)
{
	struct witness *w = arena_many(r->a, WITNESSES_MOST, struct witness);
	struct err wrong = { 0 };
	struct log_state s;
	size_t n;

	if (!log_state_of(app_of(r), r->db, r->a, &s, err))
		return false;
	begin(x, "记录日志");
	put(x, STR("日志名称"), s.origin.n ? s.origin : STR("还没有，运行一次 mingfa migrate 就有了"), !s.origin.n);
	put(x, STR("已签名"), str_fmt(r->a, "%lld条中的%lld条%s%.*s", (long long)s.size, (long long)s.is_signed,
				      s.at ? "，最近在" : "", STR_FMT(s.at ? shown_time(r->a, s.at) : (struct str){ 0 })), false);
	if (s.fault.n)
		put(x, STR("不能签名"), s.fault, true);
	if (!witnesses_load(app_of(r), r->db, r->a, w, &n, &wrong)) {
		put(x, STR("见证方"), str_dup(r->a, str_of(wrong.msg)), true);
		return true;
	}
	if (!n)
		put(x, STR("见证方"), STR("没有设置（写在数据文件夹的 witnesses 文件里）"), false);
	for (size_t i = 0; i < n; i++)
		put_witness(r, x, &w[i], &s);
	return true;
}

bool state_show(struct req *r, struct err *err)
{
	struct state_view v = { .n_group = 0 };
	struct lines x = { .a = r->a, .v = arena_many(r->a, LINES_MOST, struct state_line),
			   .group = arena_many(r->a, GROUPS_MOST, struct state_group) };
	struct ops_figures f = { .size = 0 };
	struct counts c;
	struct html h;

	if (!admin_only_system(r, err) || !frame_load(r, STR("运行状态"), &v.frame, err) || !ops_figures(r, &f, err)
	    || !count(r, &c, err))
		return false;
	frame_crumb(&v.frame, STR("运行状态"), (struct str){ 0 });
	put_program(r, &x, c.patches, c.processes);
	put_places(r, &x, &f);
	put_work(r, &x, &f, &c);
	if (!put_backups(r, &x, err) || !put_log(r, &x, err) || !put_hooks(r, &x, err))
		return false;
	v.group = x.group;
	v.n_group = x.n_group;
	v.backup_to = str_fmt(r->a, "%s/backup", app_of(r)->dir);
	html_init(&h, r->a, HTML_MAX);
	page_admin_state(&h, &v);
	return frame_reply(r, 200, &h, err);
}
