/* SPDX-License-Identifier: MulanPSL-2.0 */
/* mingfa-witness: the witness as a program (witness.h). */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/day.h"
#include "base/log.h"
#include "web/http.h"
#include "web/session.h"
#include "witness/witness.h"

#define BODY_MAX (NOTE_MAX + 8192) /* a head, and 63 hashes of 45 characters */

static int failed(const struct err *err)
{
	(void)fprintf(stderr, "%s%s%s%s\n", err->msg, err->detail[0] ? "（" : "", err->detail, err->detail[0] ? "）" : "");
	return 1;
}

/* ---- asked over HTTP ---- */

struct asked {
	struct req *r;
	struct witness_request q;
	struct witness_answer answer;
};

static bool reply(struct req *r, const struct witness_answer *x)
{
	return reply_text(r, x->status, x->is_size ? "text/x.tlog.size" : "text/plain; charset=utf-8", x->text);
}

static bool sign_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct asked *x = ctx;

	return witness_sign(db, a, x->r->app, &x->q, time_now(), &x->answer, err);
}

static bool sign_after(struct req *r, void *ctx, bool ok, const struct err *failure, struct err *err)
{
	const struct asked *x = ctx;

	if (!ok) {
		*err = *failure;
		return false;
	}
	return reply(r, &x->answer);
}

static bool add_checkpoint(struct req *r, struct err *err)
{
	struct asked *x = arena_one(r->a, struct asked);

	(void)err;
	x->r = r;
	witness_read(r->a, r->app, r->body, &x->q, &x->answer);
	return x->answer.status ? reply(r, &x->answer) : req_write(r, sign_run, x, sign_after);
}

static bool show(struct req *r, struct err *err)
{
	struct str text;

	return witness_tell(r->db, r->a, r->app, &text, err) && reply_text(r, 200, "text/plain; charset=utf-8", text);
}

static void error_text(struct req *r, const struct err *err)
{
	(void)reply_text(r, err_status(err->code), "text/plain; charset=utf-8", str_fmt(r->a, "%s\n", err->msg));
}

static bool always(struct req *r, struct err *err)
{
	(void)r;
	(void)err;
	return true;
}

static const struct route routes[] = {
	{ METHOD_POST, "/add-checkpoint", add_checkpoint, AUDIENCE_PUBLIC, "a log asks for a signature", .max_body = BODY_MAX,
	  .no_csrf = true },
	{ METHOD_GET, "/", show, AUDIENCE_PUBLIC, "what was signed, and forks" },
};

/* ---- the commands ---- */

static bool open_all(struct arena *a, const char *dir, struct witness *w, const char **ret_address, struct err *err)
{
	struct db *db;
	bool ok;

	*ret_address = str_cstr(a, str_fmt(a, "sqlite:%s/witness.db", dir));
	if (!witness_load(a, dir, w, err) || !db_open(*ret_address, DB_WRITE, &db, err))
		return false;
	ok = witness_tables(db, err);
	db_close(db);
	return ok;
}

static bool run(struct arena *a, const char *dir, const char *listen, sigset_t *set, struct err *err)
{
	const char *address;
	struct witness w;
	struct writer *writer = NULL;
	struct http *http;
	int sig;

	if (!session_init(err) || !open_all(a, dir, &w, &address, err) || !writer_start(address, NULL, &writer, err))
		return false;
	const struct http_config c = { .listen = listen, .db = address, .writer = writer, .route = routes,
				       .n_route = sizeof(routes) / sizeof(routes[0]), .app = &w, .public_side = true,
				       .error_page = error_text, .may_write = always };
	if (!http_start(&c, &http, err)) {
		writer_stop(writer);
		return false;
	}
	(void)printf("见证方已启动：http://%.*s:%d/，登记了%zu个日志公钥\n按 Ctrl+C 停止。\n", (int)(strrchr(listen, ':') - listen), listen,
		     http_port(http), w.n_key);
	(void)fflush(stdout);
	(void)sigwait(set, &sig);
	http_stop(http);
	writer_stop(writer);
	return true;
}

static int serve(struct arena *a, const char *dir, const char *listen)
{
	struct err err = { 0 };
	sigset_t set;

	if (!strrchr(listen, ':')) {
		(void)fprintf(stderr, "--listen 应写作 地址:端口，例如 127.0.0.1:8090\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	return run(a, dir, listen, &set, &err) ? 0 : failed(&err);
}

static int tell(struct arena *a, const char *dir)
{
	const char *address;
	struct witness w;
	struct err err = { 0 };
	struct db *db = NULL;
	struct str text;
	bool ok = open_all(a, dir, &w, &address, &err) && db_open(address, DB_READ, &db, &err)
		  && witness_tell(db, a, &w, &text, &err);

	if (ok)
		(void)printf("%.*s", STR_FMT(text));
	db_close(db);
	return ok ? 0 : failed(&err);
}

static int init(struct arena *a, const char *dir, const char *name)
{
	struct err err = { 0 };

	return witness_init(a, dir, str_of(name), &err) ? tell(a, dir) : failed(&err);
}

static int help(FILE *out, int code)
{
	(void)fprintf(out, "明法见证方：给记录日志的检查点附签，供检察机关、审计机关自行运行\n\n用法：\n"
			   "  mingfa-witness init DIR NAME\n      建立文件夹和私钥，给出公钥\n"
			   "  mingfa-witness serve DIR [--listen A:P]\n      附签（默认 127.0.0.1:8090）；只签由上次签过的续写而成的\n"
			   "  mingfa-witness show DIR\n      公钥、附签到哪里、有没有分叉\n\n"
			   "返回值：0 正常，1 没有做成，2 用法不对\n");
	return code;
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new();
	int code = 2;

	if (argc == 2 && !strcmp(argv[1], "--help"))
		code = help(stdout, 0);
	else if (argc == 4 && !strcmp(argv[1], "init"))
		code = init(a, argv[2], argv[3]);
	else if (argc == 3 && !strcmp(argv[1], "show"))
		code = tell(a, argv[2]);
	else if ((argc == 3 || (argc == 5 && !strcmp(argv[3], "--listen"))) && !strcmp(argv[1], "serve"))
		code = serve(a, argv[2], argc == 5 ? argv[4] : "127.0.0.1:8090");
	else
		(void)help(stderr, 2);
	(void)arena_free(a);
	return code;
}
