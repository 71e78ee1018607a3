/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/case.h"
#include "app/command.h"
#include "app/job.h"
#include "app/gate.h"
#include "app/hook.h"
#include "app/log_sign.h"
#include "app/media.h"
#include "app/moving.h"
#include "app/practice.h"
#include "app/upload.h"
#include "app/ratings.h"
#include "app/process.h"
#include "app/removing.h"
#include "app/signing.h"
#include "app/witness.h"
#include "app/yearly.h"
#include "base/day.h"
#include "base/log.h"
#include "base/parse.h"
#include "db/migrate.h"
#include "matter/views.h"
#include "web/session.h"

#define PRACTICE_STOP_MS 2000 /* who practises waits for nobody when it begins again */
#define KEPT_FREE (4 << 20) /* a thread's: the largest pages need 1 MiB */

struct serving {
	struct app_config app;
	const char *listen, *public_side;
	struct proxies proxies;
	const char *hook_url; /* --message-hook */
	int64_t hook_wait;    /* ms; 0: the usual */
	const char *practice_site; /* --practice-site */
	const char *key_pass; /* --key-pass: file */
	bool read_only;
};

static bool start_listeners(struct app *app, const struct serving *s, struct err *err)
{
	struct http_config c = { .listen = s->listen, .db = app->db, .writer = app->writer, .workers = app->workers, .senders = app->senders,
				 .route = working_routes, .n_route = n_working_routes, .app = app, .proxies = &s->proxies,
				 .session = gate_session, .error_page = gate_error, .may_write = gate_may_write,
				 .record = file_record, .stop_ms = app->practice ? PRACTICE_STOP_MS : 0 };

	if (!http_start(&c, &app->working, err))
		return false;
	/* The public side has no sessions at all: what it shows is what anyone may see. */
	c.listen = s->public_side;
	c.route = public_routes;
	c.n_route = n_public_routes;
	c.public_side = true;
	c.session = NULL;
	c.record = NULL;
	return http_start(&c, &app->public_side, err);
}

/* Demonstration folders keep their accounts beside the database; real ones have no such file. */
static void print_accounts(const char *dir, bool practice)
{
	char path[4096], line[1000];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/accounts.txt", dir);
	f = fopen(path, "r");
	if (!f)
		return;
	(void)printf("\n%s账号（登录名、密码、姓名、角色、单位）：\n", practice ? "练习" : "演示");
	while (fgets(line, sizeof(line), f))
		(void)printf("  %s", line);
	(void)fclose(f);
}

static void announce(const struct app *app, const struct serving *s)
{
	const char *listen = s->listen, *public_side = s->public_side;

	(void)printf("明法已启动\n  办案一侧：http://%.*s:%d/\n  公众一侧：http://%.*s:%d/\n", (int)(strrchr(listen, ':') - listen), listen,
		     http_port(app->working), (int)(strrchr(public_side, ':') - public_side), public_side,
		     http_port(app->public_side));
	if (engine_shifted(app->engine))
		(void)puts("  注意：程序时间已用 --now 调整");
	if (s->read_only)
		(void)puts("  注意：只读方式，只能查看，不能办理");
	if (app->practice)
		(void)puts("  练习县：" PRACTICE_SAYS);
	print_accounts(app->dir, app->practice);
	(void)puts("\n按 Ctrl+C 停止。");
	(void)fflush(stdout);
}

/* SIGTERM and SIGINT end it in order: no new requests, the last group committed and answered, then exit 0. SIGUSR1 is the
 * program's own: a practice county begins again. */
static bool wait_for_end(const struct app *app, sigset_t *set)
{
	int sig = 0;

	while (sigwait(set, &sig) != 0 || (sig == SIGUSR1 && !app->again))
		;
	return sig == SIGUSR1;
}

static bool start(struct app *app, const struct serving *s, struct err *err)
{
	app->read_only = s->read_only;
	app->practice_site = s->practice_site;
	if (app->practice && s->hook_url)
		return err_set(err, ERR_USAGE, "练习县不向外推送消息，不接 --message-hook");
	app_follow(app, "papers", 1000, papers_work);
	if (!app->practice) /* what is practised is signed by nobody */
		app_follow(app, "sign", 1000, signing_work);
	app_follow(app, "search", 1000, indexer_work);
	if (!app->practice) /* what is practised is no other system's business */
		app_follow(app, "hooks", 1000, hook_work);
	app_follow(app, "ratings", 60000, ratings_work);
	app_follow(app, "yearly", 60000, yearly_work);
	app_follow(app, "uploads", 1000, uploads_work);
	app_follow(app, "media", 1000, media_work);
	app_follow(app, "removing", 1000, removing_work);
	if (app->blobs.store)
		app_follow(app, "moving", 1000, moving_work);
	app->message_hook = s->hook_url;
	app->hook_wait = s->hook_wait;
	app_follow(app, "jobs", 1000, jobs_work);
	app_follow(app, "log", 1000, log_work);
	if (!app->practice) /* nobody witnesses what is practised */
		app_follow(app, "witness", 1000, witness_work);
	app_follow(app, "process", 1000, process_work); /* stops after those whose work it vouches for */
	return key_pass_load(app->a, s->key_pass, &app->key_pass, err) && log_start(app, err) && moving_check(app, err) && app_start(app, err)
	    && start_listeners(app, s, err);
}

/* host:port with the port that was found: whoever comes back comes to the same place. */
static const char *same_place(struct arena *a, const char *listen, int port)
{
	return str_cstr(a, str_fmt(a, "%.*s:%d", (int)(strrchr(listen, ':') - listen), listen, port));
}

/* One life of the program; *ret_again: it shall begin anew. */
static bool live(struct serving *s, struct arena *a, sigset_t *set, bool *ret_again, struct err *err)
{
	struct app *app = NULL;
	bool ok;

	if (!practice_finish(s->app.dir, err) || !app_open(&s->app, &app, err))
		return false;
	ok = start(app, s, err);
	if (ok) {
		announce(app, s);
		*ret_again = wait_for_end(app, set);
		s->listen = same_place(a, s->listen, http_port(app->working));
		s->public_side = same_place(a, s->public_side, http_port(app->public_side));
	}
	app_close(app);
	return ok && (!*ret_again || practice_again(&s->app, err));
}

static int serve(struct serving *s)
{
	struct arena *a = arena_new();
	struct err err = { 0 };
	bool again = true, ok;
	sigset_t set;

	/* Else each request's end gives its memory back to the system, and the next one fetches it again. */
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_FREE);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a file beyond the limit fails like one on a full disk */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGUSR1);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL); /* inherited by every thread: only sigwait takes them */
	ok = session_init(&err);
	while (ok && again) {
		again = false;
		ok = live(s, a, &set, &again, &err);
	}
	(void)arena_free(a);
	return ok ? 0 : command_failed(&err);
}

static bool read_serving(const struct options *o, struct serving *s, struct err *err)
{
	const char *log = option(o, "--log");

	s->app = (struct app_config){ .dir = o->arg[0], .db = option(o, "--db"), .law = option(o, "--law") };
	s->listen = option(o, "--listen") ? option(o, "--listen") : "127.0.0.1:8080";
	s->public_side = option(o, "--public") ? option(o, "--public") : "127.0.0.1:8081";
	s->app.site = option(o, "--site");
	s->app.blobs = option(o, "--blobs");
	s->hook_url = option(o, "--message-hook");
	s->practice_site = option(o, "--practice-site");
	s->key_pass = option(o, "--key-pass");
	s->hook_wait = 0;
	s->read_only = option(o, "--read-only") != NULL;
	if (option(o, "--hook-wait") && !parse_i64(str_of(option(o, "--hook-wait")), 1, 3600, &s->hook_wait))
		return err_set(err, ERR_USAGE, "--hook-wait 应是1到3600的秒数");
	s->hook_wait *= 1000;
	if (option(o, "--now") && !time_parse(str_of(option(o, "--now")), &s->app.now))
		return err_set(err, ERR_USAGE, "时间“%s”有误，应写作 2026-03-02 09:00", option(o, "--now"));
	if (log && strcmp(log, "json") != 0 && strcmp(log, "text") != 0)
		return err_set(err, ERR_USAGE, "日志的样式只有 text 和 json");
	if (log && strcmp(log, "json") == 0)
		log_json();
	return proxies_parse(option(o, "--proxy"), &s->proxies, err);
}

int cmd_serve(int argc, char **argv)
{
	struct options o;
	struct serving s;
	struct err err = { 0 };

	if (!options_read(argc, argv, &o) || o.n != 1)
		return command_misused("serve");
	if (!read_serving(&o, &s, &err)) {
		(void)command_failed(&err);
		return 2;
	}
	return serve(&s);
}

/* Views go before the tables change under them, and come back as the law of today has them. */
static bool migrate(struct arena *a, const struct app_config *config, const char *role, int *ret_applied, struct err *err)
{
	struct app *app = NULL;
	struct db *db = NULL;
	bool ok = db_open(config->db, DB_WRITE, &db, err) && views_drop(db, a, err) && migrate_run(db, a, ret_applied, err)
	       && migrate_grant(db, a, str_of(role), err) && log_keys_make(db, a, config->dir, NULL, err);

	db_close(db);
	ok = ok && app_open(config, &app, err) && app_views(app, err);
	app_close(app);
	return ok;
}

int cmd_migrate(int argc, char **argv)
{
	struct options o;
	struct err err = { 0 };
	struct arena *a = arena_new();
	struct app_config config;
	int applied = 0;
	bool ok;

	if (!options_read(argc, argv, &o) || o.n != 1) {
		(void)arena_free(a);
		return command_misused("migrate");
	}
	config = (struct app_config){ .dir = o.arg[0], .law = option(&o, "--law"), .db = option(&o, "--db") };
	if (!config.db)
		config.db = str_cstr(a, str_fmt(a, "sqlite:%s/mingfa.db", o.arg[0]));
	ok = migrate(a, &config, option(&o, "--grant"), &applied, &err);
	(void)arena_free(a);
	if (!ok)
		return command_failed(&err);
	(void)printf("数据库结构已是最新，本次更新%d步\n", applied);
	if (option(&o, "--grant"))
		(void)printf("角色 %s 可以用来运行 mingfa serve；改动和删除卷中记录，数据库不许\n", option(&o, "--grant"));
	return 0;
}
