/* SPDX-License-Identifier: MulanPSL-2.0 */
/* record.h - reads that are recorded (decision 20): what was taken out, by whom, without what stands in it. */
#ifndef MINGFA_APP_RECORD_H
#define MINGFA_APP_RECORD_H

#include "app/gate.h"

/* In a writing transaction. sort: export, import, dossier, download. */
struct reading {
	const char *sort;
	int64_t person, organ; /* organ 0: none */
	struct str kind;       /* '' when of one matter, or of none */
	int64_t matter;        /* 0: none */
	struct str what;       /* filters, or a file's name */
	int64_t n;             /* rows or bytes */
};
MUST_USE bool reading_add(struct db *db, const struct reading *x, int64_t now, struct err *err);

/* A handler that has its reply ready: records it, and answers only then. */
bool reply_recorded(struct req *r, const struct reading *x);

#endif
