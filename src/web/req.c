/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "web/req.h"

#include <assert.h>
#include <string.h>

#include "base/parse.h"

struct str req_param(const struct req *r, const char *name)
{
	return form_value(&r->param, name);
}

struct str req_query(const struct req *r, const char *name)
{
	return form_value(&r->query, name);
}

struct str req_form(const struct req *r, const char *name)
{
	return form_value(&r->form, name);
}

struct str req_cookie(const struct req *r, const char *name)
{
	struct str rest = r->cookie, part;

	while (str_cut(&rest, ';', &part)) {
		size_t eq;

		part = str_trim(part);
		eq = str_chr(part, '=', 0);
		if (eq != SIZE_MAX && str_is(str_sub(part, 0, eq), name))
			return str_sub(part, eq + 1, part.n);
	}
	return (struct str){ 0 };
}

bool req_write(struct req *r, bool (*run)(struct db *, struct arena *, void *, struct err *), void *ctx,
	       bool (*after)(struct req *, void *ctx, bool ok, const struct err *failed, struct err *))
{
	assert(!r->run && "a handler submits one job: what belongs together is one transaction");
	r->run = run;
	r->run_ctx = ctx;
	r->after = after;
	return true;
}

static bool reply(struct req *r, int status, const char *type, struct str body)
{
	r->status = status;
	r->content_type_out = str_of(type);
	r->out = body;
	return true;
}

bool reply_html(struct req *r, int status, struct str html)
{
	return reply(r, status, "text/html; charset=utf-8", html);
}

bool reply_json(struct req *r, int status, struct str json)
{
	return reply(r, status, "application/json; charset=utf-8", json);
}

bool reply_text(struct req *r, int status, const char *type, struct str body)
{
	return reply(r, status, type, body);
}

bool reply_static(struct req *r, const char *type, const void *data, size_t n)
{
	r->out_static = data;
	r->out_static_n = n;
	return reply(r, 200, type, (struct str){ 0 });
}

/* A name for Content-Disposition: ASCII fallback and RFC 6266's UTF-8 form. */
static struct str disposition(struct arena *a, struct str filename, bool attachment)
{
	struct buf b;

	buf_init(&b, a, 2000);
	buf_adds(&b, attachment ? "attachment; filename*=UTF-8''" : "inline; filename*=UTF-8''");
	form_escape(&b, str_head(filename, 120));
	return buf_str(&b);
}

bool reply_file(struct req *r, const char *type, struct str bytes, struct str filename, bool attachment)
{
	reply_header(r, "Content-Disposition", disposition(r->a, filename, attachment));
	return reply(r, 200, type, bytes);
}

enum range req_range(struct str header, int64_t size, int64_t *ret_from, int64_t *ret_to)
{
	struct str rest = str_sub(header, 6, header.n), first;
	int64_t from = 0, to = size - 1;

	if (!str_starts(header, STR("bytes=")) || str_chr(rest, ',', 0) != SIZE_MAX || !str_cut(&rest, '-', &first))
		return RANGE_ALL;
	if (!first.n) { /* so many at the end */
		if (!parse_i64(rest, 0, INT64_MAX, &from))
			return RANGE_ALL;
		from = from == 0 ? size : from < size ? size - from : 0;
	} else if (!parse_i64(first, 0, INT64_MAX, &from) || (rest.n && !parse_i64(rest, from, INT64_MAX, &to))) {
		return RANGE_ALL;
	}
	if (from >= size)
		return RANGE_BEYOND;
	*ret_from = from;
	*ret_to = (to < size - 1 ? to : size - 1) + 1;
	return RANGE_PART;
}

/* What cannot be read is told instead of a reply that breaks off at once. */
static bool first_piece(struct req *r, const struct remote *s, int64_t from, int64_t n, struct err *err)
{
	r->piece_n = n < (int64_t)SOURCE_PIECE ? (size_t)n : SOURCE_PIECE;
	r->piece = arena_raw(r->a, SOURCE_PIECE);
	r->source = s;
	if (s->read(s->ctx, from, r->piece_n, r->piece, err))
		return true;
	r->source = NULL;
	return false;
}

bool reply_stored(struct req *r, const struct stored *s, struct err *err)
{
	struct str tag = str_fmt(r->a, "\"%.*s\"", STR_FMT(s->tag)), same = req_asked(r, "If-Range");
	struct str asked = same.n && !str_eq(same, tag) ? (struct str){ 0 } : req_asked(r, "Range");
	int64_t from = 0, to = s->size;
	enum range sort = req_range(asked, s->size, &from, &to);

	if (sort == RANGE_BEYOND)
		from = to = 0;
	if (s->source && to > from && !first_piece(r, s->source, from, to - from, err))
		return false;
	reply_header(r, "Accept-Ranges", STR("bytes"));
	reply_header(r, "ETag", tag);
	r->has_fd = s->fd >= 0;
	r->out_fd = s->fd;
	if (sort == RANGE_BEYOND)
		reply_header(r, "Content-Range", str_fmt(r->a, "bytes */%lld", (long long)s->size));
	if (sort == RANGE_PART)
		reply_header(r, "Content-Range", str_fmt(r->a, "bytes %lld-%lld/%lld", (long long)from, (long long)to - 1,
							 (long long)s->size));
	r->out_from = from;
	r->out_n = to - from;
	reply_header(r, "Content-Disposition", disposition(r->a, s->name, s->attachment));
	return reply(r, sort == RANGE_PART ? 206 : sort == RANGE_BEYOND ? 416 : 200, s->type,
		     s->source ? (struct str){ 0 } : str_sub(s->bytes, (size_t)from, (size_t)to));
}

bool reply_see_other(struct req *r, struct str path)
{
	reply_header(r, "Location", path);
	return reply(r, 303, "text/plain; charset=utf-8", (struct str){ 0 });
}

bool reply_not_modified(struct req *r)
{
	return reply(r, 304, "text/plain; charset=utf-8", (struct str){ 0 });
}

void reply_header(struct req *r, const char *name, struct str value)
{
	assert(r->n_header < sizeof(r->header) / sizeof(r->header[0]) && "twelve headers are enough for any page");
	r->header[r->n_header++] = (struct req_header){ name, value };
}

void reply_cookie(struct req *r, const char *name, struct str value, int64_t max_age)
{
	struct buf b;

	buf_init(&b, r->a, 1000);
	buf_addf(&b, "%s=%.*s; Path=/; HttpOnly; SameSite=Lax%s", name, STR_FMT(value), r->secure ? "; Secure" : "");
	if (max_age >= 0)
		buf_addf(&b, "; Max-Age=%lld", (long long)max_age);
	reply_header(r, "Set-Cookie", buf_str(&b));
}
