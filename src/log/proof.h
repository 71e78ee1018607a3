/* SPDX-License-Identifier: MulanPSL-2.0 */
/* proof.h - self-contained proofs as files (c2sp.org/tlog-proof@v1, ".tlog-proof"): whoever has one, the entry and the
 * log's public key checks for ever, without a network, that the log holds the entry. */
#ifndef MINGFA_LOG_PROOF_H
#define MINGFA_LOG_PROOF_H

#include "log/note.h"

#define TLOG_PROOF_MAX (NOTE_MAX + 8192) /* 63 hashes have 2,835 bytes, `extra` may have some thousands */

struct tlog_proof {
	struct str extra; /* decoded; empty: none */
	int64_t index;
	struct log_proof path;
	struct str checkpoint; /* the whole note */
};
void tlog_proof_put(struct buf *b, const struct tlog_proof *p);
/* The checkpoint is borrowed from text and not looked at. ERR_BAD_INPUT. */
MUST_USE bool tlog_proof_read(struct arena *a, struct str text, struct tlog_proof *ret, struct err *err);
/* That the entry is at p->index in the tree of its checkpoint, which key[0] signed (checkpoint_open). ret (may be
 * NULL): that checkpoint. ERR_BAD_INPUT says what does not hold. */
MUST_USE bool tlog_proof_check(struct arena *a, const struct tlog_proof *p, struct str entry, const struct key *key,
			       size_t n, struct checkpoint *ret, struct err *err);

#endif
