/* SPDX-License-Identifier: MulanPSL-2.0 */
/* req.h - one request from headers to reply, and the table of routes.
 *
 * The dispatcher does what is common, in this order: limits, match (404, or 405 with Allow), session,
 * audience, same origin and CSRF token (every POST), form, handler, check for an open transaction,
 * reply, arena reset. A handler loads and renders (GET), or submits one job to the writing turn and
 * renders in `after` (POST). GET handlers get a read-only database.
 *
 * A handler returns false with *err for anything that is not its page: the app's error page shows it. */
#ifndef MINGFA_WEB_REQ_H
#define MINGFA_WEB_REQ_H

#include "base/buf.h"
#include "db/writer.h"
#include "web/form.h"
#include "web/rate.h"

enum method { METHOD_GET, METHOD_POST, METHOD_PATCH, METHOD_DELETE, METHOD_OPTIONS, METHOD_OTHER };
/* HEAD is METHOD_GET with req.head; X-HTTP-Method-Override of a POST may name PATCH, DELETE or HEAD. */

/* Who may ask for a route at all; business rights are asked by the engine (decision 2). */
enum audience { AUDIENCE_PUBLIC, AUDIENCE_SIGNED_IN, AUDIENCE_ADMINISTRATOR };

struct req;
typedef bool req_handler(struct req *r, struct err *err); /* so that tables read well */

/* A body that is taken piece by piece as it comes, for what is too large to be collected. begin and part run in the
 * server's thread: no page's work, no waiting. */
struct stream {
	/* After session, audience, origin and token, before the body, with a reader in r->db. A body that is refused here
	 * is still read away when it is short, so that the answer arrives. */
	bool (*begin)(struct req *r, struct err *err);
	bool (*part)(struct req *r, struct str data, struct err *err);
	/* Instead of the handler: the connection ended, or begin or part failed. What r->body_to points to is given back. */
	void (*broken)(struct req *r);
};

struct route {
	enum method method;
	const char *path;          /* "/m/{code}/do/{action}": {…} is one segment */
	req_handler *handle;
	enum audience audience;
	const char *help;          /* one line: why it exists */
	size_t max_body;           /* bytes; 0: 64 KiB, enough for a form without files */
	bool slow;                 /* runs on a worker: may take longer than 5 ms (decision 28) */
	bool no_csrf;              /* signing in (no session yet): same origin only; API: bearer token */
	const char *records;       /* a read that is an event, committed before the handler runs (decision 20); only slow ones */
	enum rate_class rate;      /* what one address may ask of it (rate.h) */
	const struct stream *stream; /* then max_body does not count, and the token comes in the header X-CSRF-Token */
};

/* Session of a signed-in person; identity: the organ in force. */
struct session {
	int64_t id, account, person, organ;
	struct str csrf;           /* 32 hex digits */
	struct str name;
	struct str code;           /* of the person's matter */
	struct str role;           /* chosen for the menu, '' for the first one; every role of the organ stays in force */
	bool administrator, must_change;
	bool token;                /* an organ's token (app/token.h), which may be narrower than its person */
	bool reads_only;
	struct str kinds;          /* ids parted by blanks; empty: all */
};

struct req_header {
	const char *name;
	struct str value;
};

struct req {
	struct arena *a;
	struct db *db;             /* reader, lent for the handler's run */
	struct writer *writer;
	void *app;                 /* struct app of src/app */
	const struct route *route;
	enum method method;
	bool head;                 /* asked by HEAD: headers alone go out */
	char id[17];               /* of this request: on its line of the log and in X-Request-Id */
	bool secure;               /* came to a trusted proxy over TLS: cookies say so */
	bool forwarded;            /* somebody stands between, trusted or not */
	struct str path, host, address, cookie, content_type, if_none_match, if_modified_since, authorization, origin, accept, agent;
	struct str request_key;    /* Idempotency-Key header */
	struct form_data param;    /* path segments by name */
	struct form_data query;
	struct form_data form;
	struct str body;
	const struct session *session; /* NULL: not signed in */
	bool public_side;
	int64_t received;          /* UTC ms */
	/* the reply */
	int status;
	struct str content_type_out;
	struct str out;
	const void *out_static;    /* data that outlives the request: not copied */
	size_t out_static_n;
	bool has_fd;               /* the reply is a piece of a file: the server closes it */
	int out_fd;
	int64_t out_from, out_n;
	const struct remote *source; /* the reply is a piece of it; `piece` has its beginning */
	char *piece;
	size_t piece_n;
	struct req_header header[12];
	size_t n_header;
	/* a job in the writing turn */
	bool waiting;
	bool (*run)(struct db *db, struct arena *a, void *ctx, struct err *err);
	void *run_ctx;
	bool (*after)(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err);
	struct arena *run_arena;   /* lives until the reply: results of run may point into it */
	void *body_to;             /* of a route with a stream */
	void *priv;                /* the server's: the connection */
};

struct str req_param(const struct req *r, const char *name);  /* path segment */
struct str req_query(const struct req *r, const char *name);
struct str req_form(const struct req *r, const char *name);
struct str req_cookie(const struct req *r, const char *name);
/* A header of the request by its name; empty when absent or no UTF-8. */
struct str req_asked(const struct req *r, const char *name);

/* Submits run(db, a, ctx) to the writing turn when the handler has returned true; then calls after in the
 * server's thread with a reader in r->db. run may run again, so it must build its result from scratch. */
bool req_write(struct req *r, bool (*run)(struct db *, struct arena *, void *, struct err *), void *ctx,
	       bool (*after)(struct req *, void *ctx, bool ok, const struct err *failed, struct err *));

/* Replies; each returns true. */
bool reply_html(struct req *r, int status, struct str html);
bool reply_json(struct req *r, int status, struct str json);
bool reply_text(struct req *r, int status, const char *type, struct str body);
bool reply_static(struct req *r, const char *type, const void *data, size_t n);
bool reply_file(struct req *r, const char *type, struct str bytes, struct str filename, bool attachment);
/* A stored content that never changes: of a file (fd, which is the server's from now on) or of bytes (fd -1). Answers one
 * Range with 206, or 416; tag: its digest. */
struct remote {
	bool (*read)(void *ctx, int64_t from, size_t n, char *ret, struct err *err); /* waits: only on workers */
	void *ctx;
};
#define SOURCE_PIECE ((size_t)2 << 20)
struct stored {
	const struct remote *source; /* neither a file nor bytes: read piece by piece while it is sent; NULL: none */
	const char *type;
	struct str name, tag, bytes;
	int fd;
	int64_t size;
	bool attachment;
};
/* ERR: of the source. */
MUST_USE bool reply_stored(struct req *r, const struct stored *s, struct err *err);
enum range { RANGE_ALL, RANGE_PART, RANGE_BEYOND };
/* "bytes=0-99", "bytes=100-", "bytes=-100" of a content of size bytes: [*ret_from, *ret_to). Several ranges, another unit
 * and what cannot be read are RANGE_ALL, as RFC 9110 allows. */
enum range req_range(struct str header, int64_t size, int64_t *ret_from, int64_t *ret_to);
bool reply_see_other(struct req *r, struct str path);
bool reply_not_modified(struct req *r);
void reply_header(struct req *r, const char *name, struct str value);
/* HttpOnly, SameSite=Lax; max_age in seconds, 0 ends it now, -1 until the browser closes. */
void reply_cookie(struct req *r, const char *name, struct str value, int64_t max_age);

#endif
