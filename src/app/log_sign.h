/* SPDX-License-Identifier: MulanPSL-2.0 */
/* log_sign.h - the log's head is signed after commits, never in an act (decision 25): once a second at most, only when
 * the log grew, and only when the tree goes on from what was signed before. The signed head stands in the table
 * checkpoint, then in DIR/log/checkpoint. Full tiles are written behind it, witnesses are asked. */
#ifndef MINGFA_APP_LOG_SIGN_H
#define MINGFA_APP_LOG_SIGN_H

#include "app/app.h"
#include "app/log_keys.h"

/* Before serving: gives an older folder its keys, then refuses (ERR_REFUSED, naming both heads) when the tree does not go
 * on from the newest checkpoint of the database or of the folder, or when the folder was restored from a backup and
 * nothing says what was signed since; --read-only warns only. Warns of a PostgreSQL that answers before its disk has it. */
MUST_USE bool log_start(struct app *app, struct err *err);
/* Follower. */
void log_work(struct app *app, struct follower *f);
/* Signs the head of the log in use, which key k is of, and writes row and file. In a transaction, in the writing turn. */
MUST_USE bool log_sign_now(struct db *db, struct arena *a, const char *dir, const struct log_keys *k, struct err *err);

/* What 运行状况 tells. */
struct log_state {
	struct str origin;
	int64_t size, is_signed, at; /* entries; of them signed; when */
	struct str fault;            /* why nothing is signed; empty: it is */
};
MUST_USE bool log_state_of(struct app *app, struct db *db, struct arena *a, struct log_state *ret, struct err *err);

/* A folder made by `mingfa restore`: the mark that log_start looks at. */
#define LOG_RESTORED "log/restored"
#define LOG_FILE "log/checkpoint"

#endif
