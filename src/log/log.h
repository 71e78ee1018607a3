/* SPDX-License-Identifier: MulanPSL-2.0 */
/* log.h - the tamper-evident log: one leaf for each event, a Merkle tree after RFC 6962 (SHA-256) over
 * them, and its head, in rows of the same transaction (decisions 24 and 26).
 *
 * An entry is text and tells nothing: the line "mingfa/event/2", then one line for the act and one for each of its
 * files: base64 of SHA-256(salt, SHA-256(content)), a blank, base64 of SM3(salt, SM3(content)). Salts have 32 bytes,
 * one a line, in event_body and event_file. The act's content is its head (log_act_head), a line feed, its body.
 * Entries that begin with "mingfa/event/1" are of before heads: their first line is of the body alone.
 *
 * Signing, tiles and verification build on these rows. */
#ifndef MINGFA_LOG_LOG_H
#define MINGFA_LOG_LOG_H

#include "base/buf.h"
#include "base/err.h"
#include "db/db.h"
#include "log/tree.h"

#define LOG_SALT 32
#define LOG_ENTRY_MAX 65535    /* tlog-tiles write the length in 16 bits */

/* Digests of one content. */
struct log_digest {
	unsigned char sha256[LOG_HASH], sm3[LOG_HASH];
};
void log_digest_of(struct str content, struct log_digest *ret);

/* What stands in columns about an act and about the matter that it was done on, as far as it never changes: who, when,
 * by what right, under which law. Committed with the body, so that no column of these can be altered unseen. */
struct log_act {
	int64_t event, matter, seq, at, entered, actor, organ, because; /* columns of event; 0: NULL */
	struct str role, action, request, kind, def;                    /* def: digest of the pack's version */
	struct str code;                                                /* the matter's; and its other constants: */
	int64_t of, parent, origin, opener, opened;                     /* of: the organ whose matter it is */
};
/* Its select list with the tables e (event), m (its matter), p (its pack_version); the outputs in that order. */
#define LOG_ACT_SELECT "e.id, e.matter, e.seq, e.at, e.entered_at, e.actor, e.organ, e.because_of, e.role, e.action," \
	" e.request, e.kind, p.digest, m.code, m.organ, m.parent, m.origin, m.opener, m.opened"
#define LOG_ACT_FROM "event e JOIN matter m ON m.id = e.matter JOIN pack_version p ON p.id = e.def"
#define LOG_ACT_COLUMNS 19
void log_act_out(struct log_act *x, struct db_out out[LOG_ACT_COLUMNS]);
/* The program's own act by which contents of others went (matter/removal.h): its body names each under "removed" with the
 * SHA-256 of its head, so that who did it and when stays provable without what was done. */
#define LOG_REMOVAL "contents.removed"
/* One line of JSON, keys sorted, what is NULL left out. */
struct str log_act_head(struct arena *a, const struct log_act *x);
/* The digests of head, line feed, body. */
void log_digest_act(struct str head, struct str body, struct log_digest *ret);

/* The first line of an entry, then one line for each content. */
void log_entry_begin(struct buf *b);
void log_entry_line(struct buf *b, const unsigned char salt[LOG_SALT], const struct log_digest *d);

/* Writes the leaves of all events that have none yet, in order of their ids, and the head. At the end of a
 * group, in its transaction and turn. ret_size (may be NULL): the tree's size then.
 * ERR_TOO_LARGE for an event of more than 700 files (its entry would be longer than tiles allow). */
MUST_USE bool log_append(struct db *db, struct arena *a, int64_t *ret_size, struct err *err);

#endif
