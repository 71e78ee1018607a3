/* SPDX-License-Identifier: MulanPSL-2.0 */
/* organ_key.h - the keys by which organs sign their papers (kind signing_key: law/national/administration.yaml), and what
 * a signature says.
 *
 * A signature is a signed note (log/note.h): a statement of seven lines, the organ's Ed25519 line, its SM2 line:
 *	mingfa/paper/1
 *	organ 临猗县应急管理局
 *	paper 行政处罚决定书
 *	number 临应急罚〔2026〕12号       (nothing behind the word: it has none)
 *	sha256 …                          (of the PDF, hexadecimal)
 *	sm3 …
 *	signed 2026-11-20 10:42 +0800
 */
#ifndef MINGFA_MATTER_ORGAN_KEY_H
#define MINGFA_MATTER_ORGAN_KEY_H

#include "log/key.h"
#include "matter/engine.h"

#define ORGAN_KEYS_MOST 10000 /* a province's organs with ten changes each */

struct organ_key {
	int64_t id, organ;
	int64_t from, until; /* instants: it signs from, and before until: the end of its last day, or of its use */
	bool active, in_token;
	struct str name, place, ed25519, sm2; /* place: the token's URI; sm2: empty when there is none */
	struct key key[2];
	size_t n_key;
};
/* All keys that an organ ever had, oldest first; organ 0: of every organ. What cannot be read any more is left out. */
MUST_USE bool organ_keys(struct db *db, struct arena *a, int64_t organ, const struct organ_key **ret, size_t *ret_n, struct err *err);

struct paper_statement {
	struct str organ, paper, number, sha256, sm3;
	int64_t at; /* whole minutes */
};
void paper_statement_put(struct buf *b, const struct paper_statement *s);
/* Reads the text of a note, and nothing but what paper_statement_put writes; borrows. ERR_BAD_INPUT. */
MUST_USE bool paper_statement_read(struct str text, struct paper_statement *ret, struct err *err);
/* Whether one of the keys, each of its halves, signed the note while it was valid. ERR_BAD_INPUT says why not. */
MUST_USE bool paper_signature_check(struct arena *a, struct str note, const struct organ_key *key, size_t n,
				    struct paper_statement *ret, const struct organ_key **ret_key, struct err *err);

#endif
