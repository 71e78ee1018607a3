/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/command.h"
#include "app/job.h"
#include "app/gate.h"
#include "app/hook.h"
#include "base/day.h"
#include "base/log.h"
#include "base/parse.h"
#include "db/migrate.h"
#include "web/session.h"

#define KEPT_FREE (4 << 20) /* a thread's: the largest pages need 1 MiB */

static bool start_listeners(struct app *app, const char *listen, const char *public_side, struct err *err)
{
	struct http_config c = { .listen = listen, .db = app->db, .writer = app->writer, .workers = app->workers,
				 .route = working_routes, .n_route = n_working_routes, .app = app,
				 .session = gate_session, .error_page = gate_error, .may_write = gate_may_write };

	if (!http_start(&c, &app->working, err))
		return false;
	/* The public side has no sessions at all: what it shows is what anyone may see. */
	c.listen = public_side;
	c.route = public_routes;
	c.n_route = n_public_routes;
	c.public_side = true;
	c.session = NULL;
	return http_start(&c, &app->public_side, err);
}

/* Demonstration folders keep their accounts beside the database; real ones have no such file. */
static void print_accounts(const char *dir)
{
	char path[4096], line[1000];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/accounts.txt", dir);
	f = fopen(path, "r");
	if (!f)
		return;
	(void)puts("\n演示账号（登录名、密码、姓名、角色、单位）：");
	while (fgets(line, sizeof(line), f))
		(void)printf("  %s", line);
	(void)fclose(f);
}

static void announce(const struct app *app, const char *listen, const char *public_side)
{
	(void)printf("明法已启动\n  办案一侧：http://%.*s:%d/\n  公众一侧：http://%.*s:%d/\n", (int)(strrchr(listen, ':') - listen), listen,
		     http_port(app->working), (int)(strrchr(public_side, ':') - public_side), public_side,
		     http_port(app->public_side));
	if (engine_shifted(app->engine))
		(void)puts("  注意：程序时间已用 --now 调整");
	print_accounts(app->dir);
	(void)puts("\n按 Ctrl+C 停止。");
	(void)fflush(stdout);
}

/* SIGTERM and SIGINT end it in order: no new requests, the last group committed and answered, then exit 0. */
static void wait_for_end(sigset_t *set)
{
	int sig;

	while (sigwait(set, &sig) != 0)
		;
}

struct hook_options {
	const char *url;
	int64_t wait_ms;
};

static int serve(const struct app_config *config, const char *listen, const char *public_side,
		 const struct hook_options *hooks)
{
	struct app *app = NULL;
	struct err err = { 0 };
	sigset_t set;

	/* Else each request's end gives its memory back to the system, and the next one fetches it again. */
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_FREE);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL); /* inherited by every thread: only sigwait takes them */
	if (!session_init(&err) || !app_open(config, &app, &err))
		return command_failed(&err);
	app_follow(app, "papers", 1000, papers_work);
	app_follow(app, "search", 1000, indexer_work);
	app_follow(app, "hooks", 1000, hook_work);
	app->message_hook = hooks->url;
	app->hook_wait = hooks->wait_ms;
	app_follow(app, "jobs", 1000, jobs_work);
	if (!app_start(app, &err) || !start_listeners(app, listen, public_side, &err)) {
		app_close(app);
		return command_failed(&err);
	}
	announce(app, listen, public_side);
	wait_for_end(&set);
	app_close(app);
	return 0;
}

int cmd_serve(int argc, char **argv)
{
	static const char *const names[] = { "--listen", "--public", "--now", "--db", "--law", "--site", "--message-hook",
		"--hook-wait", NULL };
	struct hook_options hooks = { 0 };
	int64_t wait;
	struct options o;
	struct app_config config = { 0 };
	const char *listen, *public_side;

	if (!options_read(argc, argv, names, NULL, &o) || o.n != 1
	    || (option(&o, "--now") && !time_parse(str_of(option(&o, "--now")), &config.now))) {
		(void)fputs("用法：mingfa serve 文件夹 [--listen 地址:端口] [--public 地址:端口] [--now \"2026-03-02 09:00\"]\n"
			    "  [--site https://公众一侧的地址] [--message-hook 网址 --hook-wait 秒]\n",
			    stderr);
		return 2;
	}
	config.dir = o.arg[0];
	config.db = option(&o, "--db");
	config.law = option(&o, "--law");
	config.site = option(&o, "--site");
	listen = option(&o, "--listen") ? option(&o, "--listen") : "127.0.0.1:8080";
	public_side = option(&o, "--public") ? option(&o, "--public") : "127.0.0.1:8081";
	hooks.url = option(&o, "--message-hook");
	if (option(&o, "--hook-wait") && parse_i64(str_of(option(&o, "--hook-wait")), 1, 3600, &wait))
		hooks.wait_ms = wait * 1000;
	return serve(&config, listen, public_side, &hooks);
}

int cmd_migrate(int argc, char **argv)
{
	static const char *const names[] = { "--db", NULL };
	struct options o;
	struct err err = { 0 };
	struct arena *a = arena_new();
	struct db *db = NULL;
	const char *address;
	int applied = 0;
	bool ok;

	if (!options_read(argc, argv, names, NULL, &o) || o.n != 1) {
		(void)fputs("用法：mingfa migrate 文件夹 [--db 地址]\n", stderr);
		(void)arena_free(a);
		return 2;
	}
	address = option(&o, "--db") ? option(&o, "--db") : str_cstr(a, str_fmt(a, "sqlite:%s/mingfa.db", o.arg[0]));
	ok = db_open(address, DB_WRITE, &db, &err) && migrate_run(db, a, &applied, &err);
	db_close(db);
	(void)arena_free(a);
	if (!ok)
		return command_failed(&err);
	(void)printf("数据库结构已是最新，本次更新%d步\n", applied);
	return 0;
}
