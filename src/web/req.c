/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "web/req.h"

#include <assert.h>
#include <string.h>

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
