/* SPDX-License-Identifier: MulanPSL-2.0 */
/* removal.h - contents that an approved list (销毁清册) lets go for good (SX-JL-20b, LY1.03-20b, LY1.09-17).
 *
 * The law says with `removes` which act does it, of which matters, and which act of a person approved it before. The act
 * queues one order a matter, with all that hangs on it in the same organ; nothing else queues any. Each order is then
 * carried out in a writing turn of its own: the event contents.removed says who approved, by which list, and which
 * digests; in the same transaction the texts of papers go, and small files; large ones are marked and go from the disk or
 * the store after the commit (blob.h), again and again until they are gone. Digests, acts and the log stay.
 *
 * A file that another matter still needs stays, and the event says so. Fields stay: they are the register. */
#ifndef MINGFA_MATTER_REMOVAL_H
#define MINGFA_MATTER_REMOVAL_H

#include "log/log.h"
#include "matter/engine.h"

#define REMOVAL_ACTION LOG_REMOVAL

struct removal_order {
	int64_t id, matter;
	int64_t event, approved; /* the act that ordered it, and the act that approved it: both of the list */
};
/* The oldest that waits and has an id above `after`; on a reader. */
MUST_USE bool removal_next(struct db *db, struct arena *a, int64_t after, struct removal_order *ret, bool *ret_found, struct err *err);
/* In the writing turn; doing it twice is no harm. WAITS: a paper of the matter is still being drawn. UNLAWFUL: no act bears the
 * order out, so that nothing goes and the order ends. */
enum removal_outcome { REMOVAL_DONE, REMOVAL_WAITS, REMOVAL_UNLAWFUL };
MUST_USE bool removal_run(struct engine *e, struct db *db, struct arena *a, const struct removal_order *o, enum removal_outcome *ret,
			  struct err *err);
/* Whether `event` is an act that may order removals, and `approved` a person's act before it that approved it. */
MUST_USE bool removal_lawful(struct engine *e, struct db *db, struct arena *a, int64_t event, int64_t approved, bool *ret,
			     struct err *err);

/* What a removal's event says. */
struct removal {
	int64_t at;             /* UTC ms */
	struct str list, approver;
	int64_t approved_at;
	size_t n, kept;         /* contents in all; of them still needed by another matter */
};
/* event: of contents.removed. ERR_NOT_FOUND. */
MUST_USE bool removal_read(struct db *db, struct arena *a, int64_t event, struct removal *ret, struct err *err);
/* 已按销毁清册“…”销毁（李强2037年1月5日批准，2037年1月6日销毁）. */
struct str removal_say(struct arena *a, const struct removal *r);
/* By whose event the content of a paper or file went; 0: it is there, or nobody's. */
MUST_USE bool removal_of(struct db *db, struct arena *a, struct str sha256, int64_t *ret_event, struct err *err);

#endif
