/* SPDX-License-Identifier: MulanPSL-2.0 */
/* note.h - signed notes (C2SP signed-note) and what ours say: checkpoints (C2SP tlog-checkpoint).
 *
 * A note is a text of lines, an empty line, and signature lines: U+2014, a blank, the key's name, a blank, base64 of
 * the key's id (4 bytes) and the signature. A witness's signature begins with its time (8 bytes) and is over
 * "cosignature/v1", a line with the time, and the text. Signatures by keys that one does not know mean nothing.
 *
 * A checkpoint's text has three lines: origin, size, root in base64. */
#ifndef MINGFA_LOG_NOTE_H
#define MINGFA_LOG_NOTE_H

#include "log/key.h"
#include "log/tree.h"

#define NOTE_MAX 65536    /* bytes; a checkpoint with 100 cosignatures has 20,000 */
#define NOTE_SIGS_MAX 100 /* signed-note asks for at least 16 */

struct note_sig {
	struct str line; /* as written, with its line end */
	struct str name;
	uint32_t id;
	struct str bytes; /* without the id */
};
struct note {
	struct str text; /* what is signed: with its last line end, without the empty line */
	size_t n;
	struct note_sig *sig;
};
/* Borrows from text. ERR_BAD_INPUT: too long, no UTF-8, control characters, no empty line, no signature line, a line
 * that is none. */
MUST_USE bool note_read(struct arena *a, struct str text, struct note *ret, struct err *err);
/* Appends the signature line over text. time: seconds since 1970, of a cosigning key only. */
MUST_USE bool note_sign(const struct signer *s, struct str text, int64_t time, struct buf *b, struct err *err);
/* Whether the key signed; ret_time (may be NULL): when, 0 of a key that is no witness's. False with ERR_BAD_INPUT when
 * a signature by its name and id is wrong: then the note is forged or broken. */
MUST_USE bool note_signed_by(struct arena *a, const struct note *n, const struct key *k, bool *ret_signed,
			     int64_t *ret_time, struct err *err);

struct checkpoint {
	struct str origin;
	int64_t size;
	unsigned char root[LOG_HASH];
};
/* Appends the three lines. */
void checkpoint_put(struct buf *b, const struct checkpoint *c);
/* Reads the text of a note; the origin is borrowed. ERR_BAD_INPUT: not three lines, a size with leading zeros or above
 * 2^62, a root that has not 32 bytes, size 0 with another root than that of nothing. */
MUST_USE bool checkpoint_read(struct str text, struct checkpoint *ret, struct err *err);
/* Reads a note and all that must hold: key[0], the log's own Ed25519 key, signed; its name is the origin; what the
 * others (SM2, witnesses) signed is right. ret_signed (may be NULL): for each key whether it signed. */
MUST_USE bool checkpoint_open(struct arena *a, struct str text, const struct key *key, size_t n,
			      struct checkpoint *ret, bool *ret_signed, struct err *err);

#endif
