/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The end of a listener: what has begun is finished and answered, what waits is told so, and nothing is aborted; and
 * addresses behind proxies, and limits an address. */
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/fresh.h"
#include "web/http.h"

static atomic_int begun;

/* Longer than the patience of http_stop below. */
static bool slow_page(struct req *r, struct err *err)
{
	(void)err;
	atomic_fetch_add(&begun, 1);
	(void)usleep(700000);
	return reply_text(r, 200, "text/plain", STR("done"));
}

static void plain_error(struct req *r, const struct err *err)
{
	(void)reply_text(r, err_status(err->code), "text/plain", str_of(err->msg));
}

static const struct route routes[] = { { METHOD_GET, "/slow", slow_page, AUDIENCE_PUBLIC, "takes its time", .slow = true } };

struct visit {
	int port, status;
};

static void *visit(void *arg)
{
	static const char ask[] = "GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	struct visit *v = arg;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)v->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char reply[2000] = "";

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 && send(fd, ask, sizeof(ask) - 1, 0) > 0
	    && recv(fd, reply, sizeof(reply) - 1, 0) > 0)
		(void)sscanf(reply, "HTTP/1.1 %3d", &v->status);
	(void)close(fd);
	return NULL;
}

BOTH(stopping_waits_for_what_has_begun)
{
	struct workers *workers = NULL;
	struct http *h = NULL;
	struct http_config c = { .listen = "127.0.0.1:0", .db = f->address, .route = routes, .n_route = ARRAY_LEN(routes),
				 .error_page = plain_error, .stop_ms = 50 };
	struct visit v[4] = { { 0, 0 } };
	pthread_t t[4];
	struct err err = { 0 };
	int done = 0, told = 0;

	atomic_store(&begun, 0);
	OK(workers_start(f->address, 2, &workers, &err));
	c.workers = workers;
	OK(http_start(&c, &h, &err));
	for (int i = 0; i < 4; i++) {
		v[i].port = http_port(h);
		cr_assert_eq(pthread_create(&t[i], NULL, visit, &v[i]), 0);
	}
	while (atomic_load(&begun) < 2 || atomic_load(&http_stats(h)->open) < 4)
		(void)usleep(1000);
	http_stop(h);
	for (int i = 0; i < 4; i++) {
		(void)pthread_join(t[i], NULL);
		done += v[i].status == 200;
		told += v[i].status == 503;
	}
	workers_stop(workers);
	/* A reply may be cut off when patience has ended, but no handler is: two ran, two never began. */
	cr_assert_eq(atomic_load(&begun), 2);
	cr_assert_leq(done, 2);
	cr_assert_leq(told, 2);
}

Test(rate, a_bucket_empties_and_fills_again)
{
	static struct rates r;
	int wait = 0, n = 0;

	rates_init(&r);
	while (rates_take(&r, RATE_SIGN_IN, 7, 1000, &wait))
		n++;
	cr_assert_eq(n, 60);
	cr_assert_eq(wait, 1);
	cr_assert(rates_take(&r, RATE_SIGN_IN, 8, 1000, &wait), "another address");
	cr_assert(rates_take(&r, RATE_SEARCH, 7, 1000, &wait), "another class");
	cr_assert_not(rates_take(&r, RATE_SIGN_IN, 7, 1999, &wait));
	cr_assert(rates_take(&r, RATE_SIGN_IN, 7, 2000, &wait), "a second later");
	cr_assert_not(rates_take(&r, RATE_SIGN_IN, 7, 2000, &wait));
	for (uint64_t i = 0; i < 100000; i++) /* more addresses than there are slots */
		cr_assert(rates_take(&r, RATE_FORM, 1000 + i, 3000, &wait));
	rates_done(&r);
}

Test(rate, open_requests_of_an_address)
{
	static struct crowd c;

	crowd_init(&c);
	for (int i = 0; i < 64; i++)
		cr_assert(crowd_enter(&c, 1, 64));
	cr_assert_not(crowd_enter(&c, 1, 64));
	cr_assert(crowd_enter(&c, 2, 64));
	crowd_leave(&c, 1);
	cr_assert(crowd_enter(&c, 1, 64));
	for (int i = 0; i < 64; i++)
		crowd_leave(&c, 1);
	cr_assert_eq(c.n, 1);
	crowd_done(&c);
}
