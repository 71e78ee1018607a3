/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "side.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/gate.h"
#include "app/story.h"
#include "base/buf.h"
#include "matter/given.h"

static const char *quoted(struct arena *a, const char *s)
{
	char *p = arena_dup(a, s, strlen(s));

	for (size_t i = 0; p[i]; i++)
		if (p[i] == '\'')
			p[i] = '"';
	return p;
}

static const char organs[] =
	"- {who: system, do: confirm, at: justice, with: {qualification: 依据, confirmed_by: 县政府, confirm_no: 1号, confirmed_on: 2026-01-05}}\n"
	"- {who: system, do: confirm, at: yingji, with: {qualification: 依据, confirmed_by: 县政府, confirm_no: 2号, confirmed_on: 2026-01-05}}\n";

static bool setup(struct db *db, const void *ctx, struct err *err)
{
	struct side *s = *(struct side *const *)ctx;
	struct story st = { .a = s->f->a, .e = s->app->engine, .db = db };
	const struct ynode *steps;

	if (!story_register(&st, STR("justice"), STORY_ORGAN,
			    STR("{\"name\": \"临猗县司法局\", \"short\": \"justice\", \"sort\": \"department\", \"abbr\": \"临司\"}"), 0, err)
	    || !story_register(&st, STR("yingji"), STORY_ORGAN,
			       STR("{\"name\": \"临猗县应急管理局\", \"short\": \"yingji\", \"sort\": \"department\", \"abbr\": \"临应急\"}"), 0, err)
	    || !yaml_read_one(s->f->a, "organs", str_of(organs), &steps, err))
		return false;
	for (size_t i = 0; i < steps->n; i++) {
		struct act_result r;

		if (!story_act(&st, steps->child[i], &r, err))
			return false;
		if (r.n_refused)
			return err_set(err, ERR_REFUSED, "%.*s", STR_FMT(r.refused[0].say));
	}
	s->justice = story_find(&st, STR("justice"))->id;
	s->yingji = story_find(&st, STR("yingji"))->id;
	return true;
}

static void listen_public(struct side *s)
{
	const struct http_config c = { .listen = "127.0.0.1:0", .db = s->app->db, .writer = s->app->writer,
				       .workers = s->app->workers, .route = public_routes, .n_route = n_public_routes,
				       .app = s->app, .public_side = true, .error_page = gate_error,
				       .may_write = gate_may_write };
	struct err err = { 0 };

	OK(http_start(&c, &s->app->public_side, &err));
}

void side_open(struct side *s, struct fresh *f)
{
	const struct app_config config = { .dir = s->dir, .db = f->address, .pack = "shanxi/linyi" };
	struct side *self = s;
	struct err err = { 0 };
	struct db *db;

	*s = (struct side){ .f = f };
	(void)snprintf(s->dir, sizeof(s->dir), "/tmp/mingfa-side.XXXXXX");
	cr_assert(mkdtemp(s->dir));
	OK(app_open(&config, &s->app, &err));
	db = fresh_open(f, DB_WRITE);
	OK(db_tx(db, "setup", setup, &self, &err));
	db_close(db);
	OK(app_start(s->app, &err));
	listen_public(s);
	s->db = fresh_open(f, DB_READ);
}

void side_close(struct side *s)
{
	char command[3][200];

	db_close(s->db);
	app_close(s->app);
	(void)snprintf(command[0], sizeof(command[0]), "%s/search.db", s->dir);
	(void)snprintf(command[1], sizeof(command[1]), "%s/search.db-wal", s->dir);
	(void)snprintf(command[2], sizeof(command[2]), "%s/search.db-shm", s->dir);
	for (size_t i = 0; i < 3; i++)
		(void)unlink(command[i]);
	(void)rmdir(s->dir);
}

struct giving {
	struct side *s;
	struct given g;
	const char *form;
	struct act_result r;
};

static bool give(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct giving *x = ctx;
	const struct refusal *no;
	const struct json *doc;
	const struct law *l;
	const struct kind *k;
	int64_t def;
	size_t n;

	if (!engine_law_of_organ(x->s->app->engine, db, a, x->g.organ, &l, &def, err))
		return false;
	k = law_kind(l, x->g.kind);
	cr_assert(k);
	if (!json_read(a, str_of(quoted(a, x->form)), &doc, err)
	    || !form_of_json(db, a, k, given_form(a, k), doc, NULL, &x->g.form, &no, &n, err))
		return false;
	if (n)
		return err_set(err, ERR_BAD_INPUT, "%.*s", STR_FMT(no[0].say));
	if (!matter_given(x->s->app->engine, db, a, &x->g, &x->r, err))
		return false;
	x->r.code = str_dup(x->s->f->a, x->r.code);
	return true;
}

const char *side_given(struct side *s, int64_t organ, const char *kind, const char *state, const char *form)
{
	struct giving x = { .s = s, .g = { .kind = str_of(kind), .organ = organ, .state = str_of(state) }, .form = form };
	struct err err = { 0 };

	OK(writer_run(s->app->writer, "given", give, &x, &err));
	cr_assert_eq(x.r.n_refused, 0);
	return str_cstr(s->f->a, x.r.code);
}

void side_index(struct side *s)
{
	struct follower f = { .name = "search", .app = s->app };

	do {
		f.more = false;
		indexer_work(s->app, &f);
	} while (f.more);
	f.stop = true;
	indexer_work(s->app, &f);
}

static int talk_to(struct side *s, struct http *listener, const char *request, const char **ret_body)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(listener)),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), status = 0;
	struct buf b;
	char chunk[8192];
	ssize_t n;

	cr_assert(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
	cr_assert_eq(send(fd, request, strlen(request), 0), (ssize_t)strlen(request));
	buf_init(&b, s->f->a, (size_t)8 << 20);
	while ((n = recv(fd, chunk, sizeof(chunk), 0)) > 0)
		buf_add(&b, (struct str){ chunk, (size_t)n });
	(void)close(fd);
	cr_assert_eq(sscanf(str_cstr(s->f->a, buf_str(&b)), "HTTP/1.1 %d", &status), 1);
	if (ret_body)
		*ret_body = str_cstr(s->f->a, buf_str(&b));
	return status;
}

static int talk(struct side *s, const char *request, const char **ret_body)
{
	return talk_to(s, s->app->public_side, request, ret_body);
}

void side_work(struct side *s)
{
	const struct http_config c = { .listen = "127.0.0.1:0", .db = s->app->db, .writer = s->app->writer,
				       .workers = s->app->workers, .route = working_routes, .n_route = n_working_routes,
				       .app = s->app, .session = gate_session, .error_page = gate_error,
				       .may_write = gate_may_write };
	struct err err = { 0 };

	OK(http_start(&c, &s->app->working, &err));
}

const char *side_page(struct side *s, const char *cookie, const char *method, const char *path, const char *body)
{
	const char *reply;

	(void)talk_to(s, s->app->working,
		      str_fmt(s->f->a, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: %s\r\n"
			      "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
			      method, path, cookie ? cookie : "x=y", strlen(body), body).p, &reply);
	return reply;
}

const char *side_bearer(struct side *s, const char *token, const char *path)
{
	const char *reply;

	(void)talk_to(s, s->app->working,
		      str_fmt(s->f->a, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n", path,
			      token).p, &reply);
	return reply;
}

const char *side_sign_in(struct side *s, const char *login, const char *password)
{
	const char *reply = side_page(s, NULL, "POST", "/sign-in", str_fmt(s->f->a, "login=%s&password=%s", login, password).p);
	const char *at = strstr(reply, "Set-Cookie: mf="), *end;

	cr_assert(at, "%s does not get in: %s", login, reply);
	at += strlen("Set-Cookie: ");
	end = strchr(at, ';');
	cr_assert(end);
	return str_cstr(s->f->a, (struct str){ at, (size_t)(end - at) });
}

int side_ask(struct side *s, const char *path, const char *headers, const char **ret_body)
{
	return talk(s, str_fmt(s->f->a, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n", path, headers).p,
		    ret_body);
}

int side_get(struct side *s, const char *path, const char **ret_body)
{
	return side_ask(s, path, "", ret_body);
}

int side_post(struct side *s, const char *path, const char *form, const char **ret_body)
{
	return talk(s, str_fmt(s->f->a, "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %zu\r\n"
			       "Content-Type: application/x-www-form-urlencoded\r\n\r\n%s", path, strlen(form), form).p,
		    ret_body);
}

bool has(const char *body, const char *text)
{
	return strstr(body, text) != NULL;
}

int64_t side_count(struct side *s, const struct stmt *st)
{
	struct err err = { 0 };
	int64_t n = 0;
	const struct db_out out[] = { db_to_i64(&n) };

	OK(db_one(s->db, s->f->a, st, DB_NONE, DB_OUT(out), &err));
	return n;
}
