/* SPDX-License-Identifier: MulanPSL-2.0 */
/* api.h - the JSON interface below /api/v1 (DESIGN 6): the same engine and the same rights as the pages.
 *
 * Whoever calls sends `Authorization: Bearer TOKEN`: a session's token (POST /api/v1/session), or the token of an organ
 * (token.h). Cookies are not looked at, so no other site can make a browser call it. A write may carry
 * `Idempotency-Key: UUID`: the same key and body again give the first answer, another body is 409.
 *
 * Values: a plain number beside money is yuan with two places; days are "2026-03-02" (of Shanghai), instants
 * "2026-03-02T01:00:00.000Z" (of UTC);
 * people, organs and matters are {"code","name"} in answers and a code in forms. Errors are
 * {"error":{"key","say"}}, refusals 422 {"refused":[{"say","facts","cite","field","way","can_pass","check"}]}. */
#ifndef MINGFA_APP_API_H
#define MINGFA_APP_API_H

#include "app/gate.h"

#define API_BODY ((size_t)1 << 20) /* a form with 500 rows has some 200 KiB */
#define API_PATH "/api/"

/* api_search stands in find.c. */
req_handler api_session, api_session_end, api_kinds, api_kind, api_matters, api_matter, api_events, api_open, api_act,
	api_paper, api_search, api_openapi, api_page;

/* Whether the request is the interface's. */
bool api_asked(const struct req *r);
/* The session of a bearer token; NULL when there is none. For gate_session. */
MUST_USE bool api_gate(struct req *r, const struct session **ret, struct err *err);
/* An error as JSON. For gate_error. */
void api_error(struct req *r, const struct err *err);

/* Begins a JSON answer in the request's memory, at most as large as a page. */
struct api_out {
	struct json_out o;
	struct buf b;
};
void api_out_init(struct req *r, struct api_out *out);
MUST_USE bool api_reply(struct req *r, int status, struct api_out *out, struct err *err);

/* What a value, a field's type and a matter look like (api_out.c). */
struct api_names {
	struct req *r;
	struct val_names names;
};
MUST_USE bool api_names_init(struct req *r, struct api_names *n, struct err *err);
void api_put_val(struct api_names *n, struct json_out *o, struct val v);
void api_put_time(struct json_out *o, const char *key, int64_t ms);
void api_put_cites(struct req *r, struct json_out *o, const struct node *node);

#endif
