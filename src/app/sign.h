/* SPDX-License-Identifier: MulanPSL-2.0 */
/* sign.h - pages of the account: signing in and out, identity, password. */
#ifndef MINGFA_APP_SIGN_H
#define MINGFA_APP_SIGN_H

#include "app/frame.h"

struct token_line; /* token.h */

struct me_view {
	struct frame frame;
	struct str login, error;
	bool first, done, ended; /* ended: another session was */
	bool tight;              /* rows of lists */
	const struct place_view {
		struct str id, address, device, organ, created, seen;
		bool here;
	} *place;
	size_t n_place;
	const struct token_line *token; /* in this person's name */
	size_t n_token;
};

/* The address, if it is one of ours and none of signing in, else the desk's: no link leads through us to somewhere else. */
struct str safe_next(struct str next);

/* Routes. */
bool sign_in_show(struct req *r, struct err *err);
bool sign_in_post(struct req *r, struct err *err); /* slow */
bool sign_out(struct req *r, struct err *err);
bool identity_post(struct req *r, struct err *err);
bool me_show(struct req *r, struct err *err);
bool away_show(struct req *r, struct err *err);
bool look_set(struct req *r, struct err *err);
bool password_post(struct req *r, struct err *err); /* slow */

#endif
