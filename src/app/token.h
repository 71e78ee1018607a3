/* SPDX-License-Identifier: MulanPSL-2.0 */
/* token.h - tokens of organs for the JSON interface.
 *
 * A token is a matter of the kind api_token: opened by the security administrator, in the name of a person of the organ,
 * narrowed to reading or to some kinds, ended by its date or by being revoked; so who issued it stands in the record.
 * Its secret (mfk_ and 64 hexadecimal digits) is shown once; the matter keeps the SHA-256 of it. */
#ifndef MINGFA_APP_TOKEN_H
#define MINGFA_APP_TOKEN_H

#include "app/frame.h"

struct token_line {
	struct str title, href, holder, scope, kinds, valid_to, state;
	bool asks; /* waits for its holder to agree */
};
struct token_view {
	struct frame frame;
	struct str secret; /* just issued: shown once */
	bool asks;         /* it waits for its holder to agree */
	struct str title, login, kinds, valid_to, scope, error;
	const struct token_line *line;
	size_t n_line;
	struct str request;
};

/* Tokens in this person's own name that are asked for or in force: for /me. */
MUST_USE bool tokens_own(struct req *r, const struct token_line **ret, size_t *ret_n, struct err *err);

/* Whether it has the form of such a token. */
bool token_is(struct str token);
/* The session of a token in force: its person in its organ; NULL when there is none. */
MUST_USE bool token_session(struct req *r, struct str token, const struct session **ret, struct err *err);

req_handler tokens_show, tokens_post;

#endif
