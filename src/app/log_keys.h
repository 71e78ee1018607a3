/* SPDX-License-Identifier: MulanPSL-2.0 */
/* log_keys.h - the log's name and private keys: keys/log-ed25519.pem and keys/log-sm2.pem (0600) of the data folder; the name
 * and the public keys stand in the database (log_origin). Several processes that share a database need the same two
 * files, or they serve without signing. */
#ifndef MINGFA_APP_LOG_KEYS_H
#define MINGFA_APP_LOG_KEYS_H

#include "log/store.h"

struct log_keys {
	struct log_origin o;
	struct key key[2];        /* Ed25519, SM2: as the database has them */
	struct signer *signer[2]; /* NULL: this folder has no private keys */
};
/* Gives the log a name and keys if it has none yet; db: DB_WRITE. name NULL: the machine's name, /mingfa/ and eight
 * digits of chance. ERR_USAGE: a name that is none; another name than the log already has. */
MUST_USE bool log_keys_make(struct db *db, struct arena *a, const char *dir, const char *name, struct err *err);
/* ERR_NOT_FOUND: no name yet. ERR_BAD_INPUT: the private keys of the folder are not those of the log. */
MUST_USE bool log_keys_load(struct db *db, struct arena *a, const char *dir, struct log_keys *ret, struct err *err);
/* The next name of a log that is renewed (NAME/2, NAME/3 …), with the folder's keys, made if they are lost. */
MUST_USE bool log_keys_next(struct arena *a, const char *dir, const struct log_origin *old, struct log_keys *ret,
			    struct err *err);

#endif
