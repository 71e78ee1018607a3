/* SPDX-License-Identifier: MulanPSL-2.0 */
/* backup_note.h - that a backup was made or restored, or was not, or that the record log began anew, as a matter of the kind backup, so that it stands in the
 * record: when, by whom, where, how much. */
#ifndef MINGFA_APP_BACKUP_NOTE_H
#define MINGFA_APP_BACKUP_NOTE_H

#include "app/backup.h"
#include "matter/matter.h"

struct backup_note {
	struct actor who;           /* who asked; ACTOR_SYSTEM for the command line */
	enum { NOTE_MAKE, NOTE_RESTORE, NOTE_RENEW, NOTE_REHEARSE } sort; /* renew: the record log was begun anew (mingfa log renew) */
	struct str place;           /* where to, or from where */
	struct backup_result made;
	struct str failed;          /* why nothing came of it; empty: it was done */
	int64_t log_size;           /* rehearse: records of the log that came back, and its root (base64), the same as the original's */
	struct str log_root;
};
/* In the writing turn. */
MUST_USE bool backup_note_put(struct engine *e, struct db *db, struct arena *a, const struct backup_note *x, struct err *err);
/* Of a data folder that no program of ours has open here. law: NULL, the definitions that the binary carries. */
MUST_USE bool backup_note_folder(const char *dir, const char *address, const char *law, const struct backup_note *x,
				 struct err *err);

#endif
