/* SPDX-License-Identifier: MulanPSL-2.0 */
/* reading.h - reads that are events (decision 20): who took a file, when; who opened the page of a matter whose law wants
 * that on record. The event is committed before the content goes out; one a file, matter, person and ten minutes, so that a
 * repeated click or a range tells no second story; one a page, person and day.
 *
 * It changes nothing of the matter but its version, is no work on it, and makes no form of others stale. */
#ifndef MINGFA_MATTER_READING_H
#define MINGFA_MATTER_READING_H

#include "matter/engine.h"
#include "matter/matter.h"

/* None of these counts for stale versions. */
#define READING_ACTION "file.read"   /* looked at in the page */
#define READING_PLAYED "file.played" /* a film or a recording */
#define READING_SAVED "file.saved"   /* a copy was taken out */
#define READING_OPENING "page.read"
#define READING_ACTIONS "'" READING_ACTION "', '" READING_PLAYED "', '" READING_SAVED "', '" READING_OPENING "'"
#define READING_ROLE "reader"      /* event.role; also of whoever takes back or expedites from outside the organ */
#define READING_SLOT_MS ((int64_t)10 * 60 * 1000)

enum reading_way { READING_VIEW, READING_PLAY, READING_SAVE };

struct reading {
	int64_t matter, person, organ;
	enum reading_way way; /* of a file: each is an event of its own sort (SX-JL-18, LY1.03-18, LY4.09-4.1.5) */
	struct str field, name, digest; /* all empty: the page was opened; of the matter's field that holds the file; digest: SHA-256, hexadecimal */
};
/* Whether it stands on record for these ten minutes, or this day; on a reader. */
MUST_USE bool reading_known(struct engine *e, struct db *db, struct arena *a, const struct reading *x, bool *ret,
			    struct err *err);
/* Whether an event of this action is a reading. */
bool reading_is(struct str action);
const char *reading_verb(struct str action); /* 查看, 播放, 下载 */
/* In the writing turn. Doing it twice is no harm. */
MUST_USE bool reading_put(struct engine *e, struct db *db, struct arena *a, const struct reading *x, struct err *err);

#endif
