/* SPDX-License-Identifier: MulanPSL-2.0 */
/* side.h - the program over a fresh database for tests: the packs that the binary carries, two confirmed organs
 * (yingji, justice) and the public listener on a free port. */
#ifndef MINGFA_TEST_SIDE_H
#define MINGFA_TEST_SIDE_H

#include "app/app.h"
#include "lib/fresh.h"

struct side {
	struct fresh *f;
	char dir[64];
	struct app *app;
	struct db *db;      /* a reader */
	int64_t yingji, justice;
};

/* Writer and workers run, the public side listens. */
void side_open(struct side *s, struct fresh *f);
void side_close(struct side *s);
/* Puts a matter in place; its code. form: JSON ('…' for quotes is fine). */
const char *side_given(struct side *s, int64_t organ, const char *kind, const char *state, const char *form);
/* Brings the index to the last event. */
void side_index(struct side *s);
/* GET on the public side: the status; *ret_body (may be NULL) is the whole reply. */
int side_get(struct side *s, const char *path, const char **ret_body);
/* The same with more header lines, each ended by \r\n. */
int side_ask(struct side *s, const char *path, const char *headers, const char **ret_body);
/* The same for a POST of an urlencoded form. */
int side_post(struct side *s, const char *path, const char *form, const char **ret_body);
/* The working side listens too (side_close ends it). */
void side_work(struct side *s);
/* A request to it: the whole reply. cookie: "mf=…" or NULL. body: an urlencoded form, or "". */
const char *side_page(struct side *s, const char *cookie, const char *method, const char *path, const char *body);
/* GET of the JSON interface with a token: the whole reply. */
const char *side_bearer(struct side *s, const char *token, const char *path);
/* The cookie of somebody who signs in. */
const char *side_sign_in(struct side *s, const char *login, const char *password);
bool has(const char *body, const char *text);
int64_t side_count(struct side *s, const struct stmt *st);

#endif
