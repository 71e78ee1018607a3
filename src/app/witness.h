/* SPDX-License-Identifier: MulanPSL-2.0 */
/* witness.h - asks witnesses to sign the log's head too (C2SP tlog-witness, add-checkpoint). Who they are stands in the file
 * DIR/witnesses, a line each: address, a blank, public key (type 0x04); empty lines and those with # mean nothing. It is read
 * anew each second. A witness that fails is asked again after 30 seconds; nothing waits for it but its own signature. */
#ifndef MINGFA_APP_WITNESS_H
#define MINGFA_APP_WITNESS_H

#include "app/app.h"
#include "log/note.h"

#define WITNESSES_MOST 8 /* asked one after the other, 8 seconds each at most */
#define WITNESS_FILE "witnesses"

struct witness {
	struct str url, vkey;
	struct key key;
	/* how it stands: the database's */
	int64_t log, size, done, failed;
	struct str error;
};
/* The file's witnesses and how it stands with each. ERR_BAD_INPUT names the line that is wrong. */
MUST_USE bool witnesses_load(const struct app *app, struct db *db, struct arena *a, struct witness ret[WITNESSES_MOST],
			     size_t *ret_n, struct err *err);
/* Follower. */
void witness_work(struct app *app, struct follower *f);

#endif
