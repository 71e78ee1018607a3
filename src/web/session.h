/* SPDX-License-Identifier: MulanPSL-2.0 */
/* session.h - accounts, passwords and sessions (decision 30).
 *
 * A session's cookie is 32 random bytes; the database keeps their SHA-256. It ends after 30 minutes without a
 * request and after 12 hours in any case. Passwords are argon2id with 19 MiB and 2 passes (10 ms), computed
 * on workers. Five wrong passwords lock an account for 15 minutes; twenty from one address lock that
 * address for sign-in. Nothing tells which accounts exist: wrong
 * passwords of a login that there is not are counted in the same way (for a day). */
#ifndef MINGFA_WEB_SESSION_H
#define MINGFA_WEB_SESSION_H

#include "web/req.h"

#define SESSION_COOKIE "mf"
#define SESSION_IDLE_MS ((int64_t)30 * 60 * 1000)
#define SESSION_MOST_MS ((int64_t)12 * 3600 * 1000)

/* Must be called once before anything else here. */
MUST_USE bool session_init(struct err *err);

/* At least 10 characters of three of the four kinds (capital, small, digit, other), not containing the login. */
MUST_USE bool password_strong(struct str password, struct str login, struct err *err);
/* A new one of 16 characters that passes password_strong; none of them look alike. */
struct str password_random(struct arena *a);
/* The stored form. Takes 10 ms: on workers and the command line only. */
MUST_USE bool password_hash(struct arena *a, struct str password, struct str *ret, struct err *err);
bool password_right(struct arena *a, struct str hash, struct str password);

/* Where somebody signs in from. */
struct session_from {
	struct str address, agent; /* agent: what the program calls itself; SESSION_AGENT_MOST bytes are kept */
};
#define SESSION_AGENT_MOST 300

/* Signs in: on a worker, with a reader; writes through the writer. ERR_SIGN_IN with one and the same sentence
 * for an unknown login and a wrong password; ERR_LOCKED. ret_token is the cookie's value. */
MUST_USE bool session_login(struct db *reader, struct writer *w, struct arena *a, struct str login,
			    struct str password, const struct session_from *from, int64_t now, struct str *ret_token,
			    struct err *err);
/* A session of a person's account without its password, in the writing turn: a practice county's people are anybody's.
 * ERR_FORBIDDEN without an account, for a disabled one and for the three administrators. */
MUST_USE bool session_as(struct db *db, struct arena *a, int64_t person, const struct session_from *from, int64_t now, struct str *ret_token, struct err *err);
/* The session of a token; NULL when there is none or it has ended. *ret_touch: `seen` should be written. */
MUST_USE bool session_find(struct db *db, struct arena *a, struct str token, int64_t now,
			   const struct session **ret, bool *ret_touch, struct err *err);
/* These run in the writing turn. */
MUST_USE bool session_touch(struct db *db, struct str token, int64_t now, struct err *err);
MUST_USE bool session_end(struct db *db, struct str token, struct err *err);
/* Where an account is signed in, the last used first. id: names one of them on a page; nobody can sign in with it. */
struct session_place {
	struct str id, address, agent, organ; /* organ: name of that in force, '' when none is */
	int64_t created, seen;
	bool here; /* the session of the given token */
};
MUST_USE bool session_places(struct db *db, struct arena *a, int64_t account, struct str token, int64_t now,
			     const struct session_place **ret, size_t *ret_n, struct err *err);
/* Ends one of an account's sessions; ERR_NOT_FOUND: it has no such one (any more). In the writing turn. */
MUST_USE bool session_end_one(struct db *db, int64_t account, struct str id, struct err *err);
/* All sessions of an account but this one: after a new password. */
MUST_USE bool session_end_others(struct db *db, int64_t account, struct str token, struct err *err);
/* Takes another identity; ERR_FORBIDDEN unless the person has a post there today. */
MUST_USE bool session_identity(struct db *db, struct arena *a, struct str token, int64_t person, int64_t organ,
			       int64_t now, struct err *err);
/* The role whose menu is shown; ERR_FORBIDDEN unless the person has it today in the session's organ. After
 * session_identity, which forgets it. */
MUST_USE bool session_role(struct db *db, struct arena *a, struct str token, int64_t person, struct str role, int64_t now,
			   struct err *err);
/* A new password of one's own: the old one must be right (checked by the caller on a worker). */
MUST_USE bool account_password(struct db *db, int64_t account, struct str hash, int64_t now, struct err *err);
MUST_USE bool account_hash(struct db *db, struct arena *a, int64_t account, struct str *ret_hash, struct str *ret_login,
			   struct err *err);

#endif
