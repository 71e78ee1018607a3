/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What is told by other ways: everybody, however many have a message at once. */
#include "app/hook.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "side.h"

#define MANY 620 /* more than a round takes */

static const struct stmt st_pack = { "t_hook_pack", "SELECT MIN(id) FROM pack_version" };
static const struct stmt st_matter = { "t_hook_matter",
	"INSERT INTO matter (code, kind, def, state, version, number, title, opened, updated, fields) "
	"VALUES ($1, 'person', $2, 'serving', 1, '', 't', 0, 0, '{}') RETURNING id" };
static const struct stmt st_person = { "t_hook_person",
	"INSERT INTO person (id, code, name, organ, position, phone, active) VALUES ($1, $2, $2, NULL, '', '', 1)" };
static const struct stmt st_message = { "t_hook_message",
	"INSERT INTO message (person, kind, text, at, done_at) VALUES ($1, 'tell', 't', 0, $2)" };
static const struct stmt st_told = { "t_hook_told", "SELECT COUNT(*) FROM hook_delivery WHERE event = 'message'" };

struct crowd_of {
	struct side *s;
	int64_t person[MANY];
};

static bool people(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct crowd_of *c = ctx;
	int64_t pack;
	const struct db_out p[] = { db_to_i64(&pack) };

	if (!db_one(db, a, &st_pack, DB_NONE, DB_OUT(p), err))
		return false;
	for (int i = 0; i < MANY; i++) {
		const struct str code = str_fmt(a, "hook-%d", i);
		const struct db_in m[] = { db_str(code), db_i64(pack) };
		const struct db_out id[] = { db_to_i64(&c->person[i]) };

		if (!db_one(db, a, &st_matter, DB_IN(m), DB_OUT(id), err))
			return false;
		{
			const struct db_in in[] = { db_i64(c->person[i]), db_str(code) };

			if (!db_exec(db, &st_person, DB_IN(in), NULL, err))
				return false;
		}
	}
	return true;
}

/* One for each, the last person first; or all of one person's, with which nothing is left to do. */
static bool tell_all(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct crowd_of *c = ctx;

	(void)a;
	for (int i = MANY - 1; i >= 0; i--) {
		const struct db_in in[] = { db_i64(c->person[i]), db_null() };

		if (!db_exec(db, &st_message, DB_IN(in), NULL, err))
			return false;
	}
	return true;
}

static bool tell_done(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct crowd_of *c = ctx;

	(void)a;
	for (int i = 0; i < MANY; i++) {
		const struct db_in in[] = { db_i64(c->person[0]), db_i64(1) };

		if (!db_exec(db, &st_message, DB_IN(in), NULL, err))
			return false;
	}
	return true;
}

BOTH(each_of_many_people_is_told)
{
	struct crowd_of c = { 0 };
	struct follower f1 = { .name = "hooks" };
	struct side s;
	struct err err = { 0 };

	side_open(&s, f);
	c.s = &s;
	OK(writer_run(s.app->writer, "people", people, &c, &err));
	s.app->message_hook = "http://127.0.0.1:1/";
	hook_work(s.app, &f1); /* from now on */
	OK(writer_run(s.app->writer, "done", tell_done, &c, &err));
	OK(writer_run(s.app->writer, "tell", tell_all, &c, &err));
	for (int round = 0; round < 5; round++)
		hook_work(s.app, &f1);
	cr_expect_eq(side_count(&s, &st_told), MANY);
	cr_expect_not(f1.more);
	follower_lost(&f1);
	side_close(&s);
}

/* ---- two processes over one database ---- */

#define WAVES 6
#define A_WAVE 10

/* Answers every POST with 200 and counts. */
struct receiver {
	int fd, port;
	atomic_int got;
	atomic_bool stop;
	pthread_t thread;
};

static void *receive(void *arg)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	struct receiver *r = arg;
	char chunk[8192];

	while (!atomic_load(&r->stop)) {
		struct pollfd p = { .fd = r->fd, .events = POLLIN };
		int fd = poll(&p, 1, 50) > 0 ? accept(r->fd, NULL, NULL) : -1;

		if (fd < 0)
			continue;
		if (recv(fd, chunk, sizeof(chunk), 0) > 0)
			atomic_fetch_add(&r->got, 1);
		(void)!send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL);
		(void)shutdown(fd, SHUT_WR);
		while (recv(fd, chunk, sizeof(chunk), 0) > 0)
			continue;
		(void)close(fd);
	}
	return NULL;
}

static void receiver_start(struct receiver *r)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);

	r->fd = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert(bind(r->fd, (struct sockaddr *)&at, n) == 0 && listen(r->fd, 64) == 0
		  && getsockname(r->fd, (struct sockaddr *)&at, &n) == 0);
	r->port = ntohs(at.sin_port);
	cr_assert_eq(pthread_create(&r->thread, NULL, receive, r), 0);
}

static void receiver_stop(struct receiver *r)
{
	atomic_store(&r->stop, true);
	(void)pthread_join(r->thread, NULL);
	(void)close(r->fd);
}

struct hand {
	struct app *app;
	pthread_barrier_t *together;
};

/* Both look through the same at the same time. */
static void *work(void *arg)
{
	struct hand *h = arg;
	struct follower f = { .name = "hooks", .app = h->app };

	(void)pthread_barrier_wait(h->together);
	for (int i = 0; i < 4; i++)
		hook_work(h->app, &f);
	follower_lost(&f);
	return NULL;
}

static bool tell_some(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct crowd_of *c = ctx;

	(void)a;
	for (int i = 0; i < A_WAVE; i++) {
		const struct db_in in[] = { db_i64(c->person[i]), db_null() };

		if (!db_exec(db, &st_message, DB_IN(in), NULL, err))
			return false;
	}
	return true;
}

static struct app *second_process(struct side *s, struct fresh *f)
{
	const struct app_config config = { .dir = s->dir, .db = f->address, .pack = "shanxi/linyi" };
	struct app *app;
	struct err err = { 0 };

	OK(app_open(&config, &app, &err));
	OK(app_start(app, &err));
	return app;
}

BOTH(of_two_processes_one_tells)
{
	struct crowd_of c = { 0 };
	struct receiver r = { .got = 0 };
	struct follower begin = { .name = "hooks" };
	pthread_barrier_t together;
	struct side s;
	struct hand hand[2];
	pthread_t thread[2];
	struct err err = { 0 };
	char url[64], keys[100], key[120];

	side_open(&s, f);
	c.s = &s;
	receiver_start(&r);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/", r.port);
	(void)snprintf(keys, sizeof(keys), "%s/keys", s.dir);
	(void)snprintf(key, sizeof(key), "%s/webhook.key", keys);
	cr_assert_eq(mkdir(keys, 0700), 0);
	hand[0] = (struct hand){ s.app, &together };
	hand[1] = (struct hand){ second_process(&s, f), &together };
	hand[0].app->message_hook = hand[1].app->message_hook = url;
	OK(writer_run(s.app->writer, "people", people, &c, &err));
	hook_work(s.app, &begin); /* from now on */
	follower_lost(&begin);
	for (int wave = 1; wave <= WAVES; wave++) {
		OK(writer_run(s.app->writer, "tell", tell_some, &c, &err));
		cr_assert_eq(pthread_barrier_init(&together, NULL, 2), 0);
		for (int i = 0; i < 2; i++)
			cr_assert_eq(pthread_create(&thread[i], NULL, work, &hand[i]), 0);
		for (int i = 0; i < 2; i++)
			(void)pthread_join(thread[i], NULL);
		(void)pthread_barrier_destroy(&together);
		cr_expect_eq(side_count(&s, &st_told), (int64_t)wave * A_WAVE, "found twice");
		cr_expect_eq(atomic_load(&r.got), wave * A_WAVE, "sent %d, not %d", atomic_load(&r.got), wave * A_WAVE);
	}
	app_close(hand[1].app);
	receiver_stop(&r);
	(void)unlink(key);
	(void)rmdir(keys);
	side_close(&s);
}

/* ---- the key ---- */

static const struct stmt st_tries = { "t_hook_tries", "SELECT COALESCE(SUM(tries), 0) FROM hook_delivery" };

static void write_key(const char *path, size_t n)
{
	static const char bytes[40] = "0123456789012345678901234567890123456789";
	FILE *out = fopen(path, "wb");

	cr_assert(out && fwrite(bytes, 1, n, out) == n && fclose(out) == 0);
}

BOTH(a_torn_key_is_told_and_costs_no_attempt)
{
	struct crowd_of c = { 0 };
	struct receiver r = { .got = 0 };
	struct follower f1 = { .name = "hooks" };
	struct side s;
	struct err err = { 0 };
	struct str secret, again;
	char url[64], keys[100], key[120];

	side_open(&s, f);
	c.s = &s;
	receiver_start(&r);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/", r.port);
	(void)snprintf(keys, sizeof(keys), "%s/keys", s.dir);
	(void)snprintf(key, sizeof(key), "%s/webhook.key", keys);
	cr_assert_eq(mkdir(keys, 0700), 0);
	OK(writer_run(s.app->writer, "people", people, &c, &err));
	s.app->message_hook = url;
	hook_work(s.app, &f1);
	OK(hook_key_ok(s.app, &err)); /* none yet: it will be made */
	for (size_t n = 0; n <= 33; n += 11) { /* empty, torn twice, too long */
		write_key(key, n);
		FAILS(hook_key_ok(s.app, &err), ERR_IO);
		FAILS(hook_secret(s.app, f->a, STR("x"), &secret, &err), ERR_IO);
	}
	OK(writer_run(s.app->writer, "tell", tell_some, &c, &err));
	for (int i = 0; i < 3; i++)
		hook_work(s.app, &f1);
	cr_expect_eq(side_count(&s, &st_told), A_WAVE);
	cr_expect_eq(side_count(&s, &st_tries), 0);
	cr_assert_eq(unlink(key), 0);
	hook_work(s.app, &f1);
	cr_expect_eq(atomic_load(&r.got), A_WAVE);
	OK(hook_secret(s.app, f->a, STR("x"), &secret, &err));
	OK(hook_secret(s.app, f->a, STR("x"), &again, &err));
	cr_expect(str_eq(secret, again));
	receiver_stop(&r);
	cr_expect_eq(unlink(key), 0);
	cr_expect_eq(rmdir(keys), 0, "something was left beside the key");
	follower_lost(&f1);
	side_close(&s);
}
