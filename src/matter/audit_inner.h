/* SPDX-License-Identifier: MulanPSL-2.0 */
/* audit_inner.h - one matter while it is folded; of audit.c and audit_rows.c only. */
#ifndef MINGFA_MATTER_AUDIT_INNER_H
#define MINGFA_MATTER_AUDIT_INNER_H

#include "matter/audit.h"
#include "matter/inner.h"

struct step_row { /* an event of the matter, with what its body says */
	int64_t id, seq, at, entered, def, actor, headless;
	struct str action, role, kind, text;
	const struct json *body; /* NULL: removed */
};

struct folded {
	struct matter_audit *m;
	struct arena *a;             /* of this matter */
	struct snap row;             /* as stored; its kind is of the stored law */
	struct str kind, state, fields, number, title;
	int64_t updated, due, yellow;
	struct snap *now;            /* as its events give it */
	struct step_row *step;
	size_t n, cap;
	bool gaps;                   /* bodies are missing and no removal says how it stood, or of before everything stood in them */
	bool old;                    /* some are of before everything stood in them */
	struct run *run;             /* as the bodies give them */
	size_t n_run, cap_run;
	struct clocks clocks;        /* as stored */
};

/* ERR_ALTERED: 罚款案件“…”（编号）+text. False. */
bool folded_differs(struct folded *f, struct err *err, const char *fmt, ...) PRINTF(3, 4);

/* audit_rows.c: the tables beside the matter's own row. */
MUST_USE bool audit_papers(struct folded *f, struct err *err);
MUST_USE bool audit_files(struct folded *f, struct err *err);
MUST_USE bool audit_keys(struct folded *f, struct err *err);
MUST_USE bool audit_acts(struct folded *f, struct err *err); /* deputed, taken_back, point */

/* audit_number.c */
struct series *series_new(struct arena *a); /* a lives as long as the audit */
void series_take(struct folded *f);
MUST_USE bool audit_series(struct matter_audit *m, struct err *err);

#endif
