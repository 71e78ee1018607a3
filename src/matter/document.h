/* SPDX-License-Identifier: MulanPSL-2.0 */
/* document.h - papers after the action that made them (decision 13). The action froze number, template and
 * contents in its event and left a row `document` in the state queued; drawing is somebody else's work, and
 * its outcome comes back here as an event of its own, done by the program: paper.frozen. When its organ signs
 * (organ_key.h), the signature follows as another: paper.signed.
 *
 * These events do not count for stale versions: who has a form open is not disturbed by a PDF. */
#ifndef MINGFA_MATTER_DOCUMENT_H
#define MINGFA_MATTER_DOCUMENT_H

#include "matter/engine.h"

#define DOCUMENT_TRIES 3 /* then it stands on its maker's desk */

struct document {
	int64_t id, matter, created;
	struct str paper, name, number, content; /* content: blocks (law/template.h) */
	struct str organ;                        /* its name */
	int64_t tries;
};

/* The next papers to draw, oldest first; runs on a reader. */
MUST_USE bool document_queued(struct engine *e, struct db *db, struct arena *a, int64_t limit,
			      const struct document **ret, size_t *ret_n, struct err *err);

/* In the writing turn, after the PDF's blob was put: event paper.frozen with both digests (hexadecimal), the
 * document's state. Doing it twice is no harm. */
MUST_USE bool document_frozen(struct engine *e, struct db *db, struct arena *a, int64_t document, struct str sha256,
			      struct str sm3, struct err *err);
/* Frozen papers of an organ that signs, oldest first, without a signature yet; whether any organ has one. On a reader. */
struct unsigned_paper {
	int64_t document;
	struct str organ_name, name, number, sha256, sm3;
};
MUST_USE bool document_unsigned(struct engine *e, struct db *db, struct arena *a, int64_t organ, int64_t limit,
				const struct unsigned_paper **ret, size_t *ret_n, struct err *err);
MUST_USE bool document_sign_waits(struct db *db, struct arena *a, bool *ret, struct err *err);
/* In the writing turn: event paper.signed with the signed note (organ_key.h). Doing it twice is no harm. */
MUST_USE bool document_signed(struct engine *e, struct db *db, struct arena *a, int64_t document, struct str note, struct err *err);
/* In the writing turn: one more try is spent; after the last the maker gets a message. */
MUST_USE bool document_failed(struct engine *e, struct db *db, struct arena *a, int64_t document, struct str why,
			      struct err *err);

#endif
