/* SPDX-License-Identifier: MulanPSL-2.0 */
/* http.h - a listener: libmicrohttpd in poll mode with a pool of two threads (http-and-storage-notes:
 * epoll loses exactly 128 or 256 ready events). Handlers run in its threads; writes and slow routes
 * suspend the connection. */
#ifndef MINGFA_WEB_HTTP_H
#define MINGFA_WEB_HTTP_H

#include "web/peer.h"
#include "web/req.h"
#include "web/stats.h"

struct http;
struct workers;

struct http_config {
	const char *listen;            /* "127.0.0.1:8080", "[::1]:8080"; port 0: any (http_port) */
	const char *db;                /* address for readers */
	struct writer *writer;
	struct workers *workers;
	const struct route *route;
	size_t n_route;
	void *app;
	bool public_side;
	/* The session of a request (cookie or token); NULL when there is none. */
	bool (*session)(struct req *r, const struct session **ret, struct err *err);
	/* Renders an error as a page or JSON; must not fail. */
	void (*error_page)(struct req *r, const struct err *err);
	/* Asked before each POST; false with *err while the system only reads (decision 36). */
	bool (*may_write)(struct req *r, struct err *err);
	/* Asked before the handler of a route that records its reads: commits the event, or there is nothing to read. */
	bool (*record)(struct req *r, struct err *err);
	struct workers *senders;       /* fetch what is sent from elsewhere (struct remote); NULL: nothing is */
	const struct proxies *proxies; /* trusted to name the visitor's address; NULL: nobody is */
	int stop_ms;                   /* patience of http_stop with replies under way; 0: 15 s */
};

MUST_USE bool http_start(const struct http_config *config, struct http **ret, struct err *err);
int http_port(const struct http *h);
struct stats *http_stats(struct http *h);
/* Takes no new connections and stops: waits up to 15 s until everything in flight is answered, and then for handlers
 * and writes that have begun, however long they take. Slow jobs still queued are answered that they must be asked
 * again. NULL is fine. */
void http_stop(struct http *h);

/* Two threads and a queue of 64 for slow routes; each has its own reader. */
MUST_USE bool workers_start(const char *db, int threads, struct workers **ret, struct err *err);
MUST_USE bool workers_submit(struct workers *w, void (*fn)(void *ctx, struct db *db), void *ctx);
void workers_stop(struct workers *w);

/* The route for a method and path: NULL and *ret_allowed (0: not found, else a set of 1 << method). */
const struct route *route_match(const struct route *route, size_t n, enum method m, struct str path,
				struct arena *a, struct form_data *ret_param, unsigned *ret_allowed);

#endif
