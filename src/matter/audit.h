/* SPDX-License-Identifier: MulanPSL-2.0 */
/* audit.h - whether matters are what their events say (the log itself: log/audit.h). Each is folded anew from the bodies
 * of its events and compared with what is stored: snapshot, state, version, number, title, clocks, papers, files,
 * keys of lists, links, and the tables that stand for acts (deputies, recalls, points of a return, organs, persons).
 *
 * What is not compared: who may read a matter and on whose desk it stands (matter_reader, matter_holder) follow from
 * rights of that day; of clocks that a child's opening pauses the pause itself, whose sum is reckoned anew.
 * A matter of which contents were lawfully removed is compared in its steps alone. */
#ifndef MINGFA_MATTER_AUDIT_H
#define MINGFA_MATTER_AUDIT_H

#include "log/audit.h"
#include "matter/engine.h"
#include "matter/organ_key.h"

struct matter_audit {
	struct engine *e;   /* engine_bind is not asked for: every law is the stored one */
	struct audit *x;
	bool newer;         /* found: the program's definitions are newer than the database: keys that they want may be missing */
	int64_t matters, papers, signatures, clocks, numbers; /* compared */
	/* inside */
	struct series *series;
	const struct organ_key *key; /* of every organ */
	size_t n_key;
};
/* Every matter, in order. ERR_ALTERED names the first that differs. */
MUST_USE bool audit_matters(struct matter_audit *m, struct err *err);
/* audit.say of an event: 罚款案件“…”第3步“审批”（2026-03-02 09:00，第312号记录）. Says what it can. */
void audit_say(struct engine *e, struct db *db, int64_t event, struct buf *b);

#endif
