/* SPDX-License-Identifier: MulanPSL-2.0 */
/* log_proof.h - what of the record log is shown about one event: its place, a signed head above it, the proof between. */
#ifndef MINGFA_APP_LOG_PROOF_H
#define MINGFA_APP_LOG_PROOF_H

#include "log/proof.h"
#include "log/store.h"

struct event_proof {
	struct log_origin o;
	int64_t index, size, at; /* index in the tree of the head; when the head was signed, 0: not yet */
	unsigned char root[LOG_HASH];
	struct str entry;
	struct str next;         /* the log that took this one's end over, when no head of its own covers the event; else empty */
	struct str file;         /* the .tlog-proof, with the entry as `extra` when it is short; empty: no head covers it yet */
	size_t n_witness;        /* that signed the head too */
};
/* An event that the last signed head of a renewed log does not cover is proved in two steps: its path to the root that entry 0
 * of the next log names (the lines of the proof of an ended log, docs/verify.md), then, behind an empty line, the proof of that
 * entry. size and root are then those of entry 0.
 * Not found: the event has no leaf. A head with cosignatures is taken before a newer one without. */
MUST_USE bool event_proof_load(struct db *db, struct arena *a, int64_t event, struct event_proof *ret, bool *ret_found,
			       struct err *err);
/* The same for several that are kept together: under the oldest head that covers `last` too when it stands in the same log,
 * so that they share one head, and the same events give the same files. last NULL: the oldest that covers the event. */
MUST_USE bool event_proof_kept(struct db *db, struct arena *a, int64_t event, const struct event_proof *last,
			       struct event_proof *ret, bool *ret_found, struct err *err);
/* What the entry's first line commits to: the act as text (its head, a line feed, its body) and its salt. Not found: the
 * body was removed as the law orders. */
MUST_USE bool event_opened(struct db *db, struct arena *a, int64_t event, struct str *ret_act, struct str *ret_salt,
			   bool *ret_found, struct err *err);

#define PROOF_TYPE "text/plain; charset=utf-8"

#endif
