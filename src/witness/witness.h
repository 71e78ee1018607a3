/* SPDX-License-Identifier: MulanPSL-2.0 */
/* witness.h - signs the heads of other people's logs (C2SP tlog-witness 1.0.0), so that a log cannot show one history to one
 * and another to another: it remembers for each log the last head that it signed, and signs only what goes on from there.
 *
 * A program of its own for a procuratorate or an auditor (见证方); it sees sizes and hashes, never a record. Its folder holds
 * key.pem (0600), logs (public keys, a line each, "#" begins a remark) and witness.db. */
#ifndef MINGFA_WITNESS_WITNESS_H
#define MINGFA_WITNESS_WITNESS_H

#include "db/db.h"
#include "log/note.h"

#define WITNESS_LOGS_MOST 1000
#define WITNESS_FORKS_MOST 100 /* of one log; more prove no more, and whoever holds its key could fill the disk */

struct witness {
	const struct signer *signer;
	struct key *key; /* of the logs: Ed25519, and SM2 where there is one */
	size_t n_key;
};

/* What add-checkpoint asks: "old N", hashes of the proof, an empty line, the head. */
struct witness_request {
	int64_t old;
	struct log_proof proof;
	struct str note;
	struct note head;
	struct checkpoint at;
};

struct witness_answer {
	int status;     /* 200, or what the protocol says of a refusal */
	bool is_size;   /* the text is the size that is held (text/x.tlog.size) */
	struct str text;
};

/* Makes the folder with a new key of that name. ERR_REFUSED: there is one. */
MUST_USE bool witness_init(struct arena *a, const char *dir, struct str name, struct err *err);
/* The key and the logs of a folder. ERR_BAD_INPUT names the line of `logs` that is wrong. */
MUST_USE bool witness_load(struct arena *a, const char *dir, struct witness *ret, struct err *err);
/* The tables, if they are not there yet. */
MUST_USE bool witness_tables(struct db *db, struct err *err);

/* Reads a request and asks all that needs no memory: status 0 when the rest is witness_sign's to say, else 400, 403, 404, 422. */
void witness_read(struct arena *a, const struct witness *w, struct str body, struct witness_request *ret,
		  struct witness_answer *ret_answer);
/* In a transaction: compares with what is held, keeps and signs; 200, 409 or 422. now: UTC ms. Two heads of one size with two
 * roots, both signed by the log, prove a fork: both are kept. */
MUST_USE bool witness_sign(struct db *db, struct arena *a, const struct witness *w, const struct witness_request *q, int64_t now,
			   struct witness_answer *ret, struct err *err);

/* Its name and key, each log with the last size, root and time, and the forks: text for whoever asks. */
MUST_USE bool witness_tell(struct db *db, struct arena *a, const struct witness *w, struct str *ret, struct err *err);

#endif
