/* SPDX-License-Identifier: MulanPSL-2.0 */
/* audit.h - recomputes the log from what is stored: every act's entry from its row, its body and its files; the tree
 * from the entries; the tiles, every checkpoint with its signatures, and the head from the tree. What does not agree is an error ERR_ALTERED, whose sentence
 * names what was altered, dropped, doubled or reordered. The first is named, in order of the record.
 *
 * Reads in slices by key, whatever the number of events. For one state of the database run it in one read transaction.
 *
 * Contents that the law ordered removed are no fault when an act says so (LOG_REMOVAL): the member "removed" of its body is a
 * list of the events whose contents went. Their files' lines and their heads are compared all the same. */
#ifndef MINGFA_LOG_AUDIT_H
#define MINGFA_LOG_AUDIT_H

#include "log/log.h"

#define AUDIT_SLICE 1000 /* rows at once, where they are small */

struct audit {
	struct db *db;   /* DB_READ */
	struct arena *a; /* emptied with each slice: nothing of the caller's lives in it */
	/* An event as people know it, e.g. 罚款案件“…”第3步“审批”（2026-03-02 09:00，第312号记录）. */
	void (*say)(void *ctx, int64_t event, struct buf *b);
	/* part: what is being looked at; all: 0 when unknown. Called once a slice. */
	void (*progress)(void *ctx, const char *part, int64_t done, int64_t all);
	void *ctx;
	/* found on the way */
	int64_t events, files; /* recomputed */
	int64_t removed;       /* whose contents were lawfully removed: their entries stand, their contents are gone */
	int64_t headless;      /* entries of before heads (mingfa/event/1) */
	int64_t checkpoints, tiles; /* compared with the tree, signatures too */
};

/* The whole log. ERR_ALTERED; the database's errors. */
MUST_USE bool audit_log(struct audit *x, struct err *err);

/* err_set(ERR_ALTERED) with the event's name in front: “{event}”+text, and what is to be done behind. False. */
bool audit_event(struct audit *x, int64_t event, struct err *err, const char *fmt, ...) PRINTF(4, 5);
bool audit_found(struct err *err, const char *fmt, ...) PRINTF(2, 3);

#endif
