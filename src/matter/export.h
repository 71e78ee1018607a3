/* SPDX-License-Identifier: MulanPSL-2.0 */
/* export.h - matters as rows of a prescribed table (struct export_def): of the days that are asked for, those that the actor
 * sees and may hand on (`who`, in the row's organ); each with what the table wants of it and it does not have. */
#ifndef MINGFA_MATTER_EXPORT_H
#define MINGFA_MATTER_EXPORT_H

#include "law/period.h"
#include "matter/matter.h"

struct export_cell {
	struct str text; /* days as 2026/11/29, picks parted by ; amounts in ten thousand yuan (万元) */
	struct val n;    /* of amounts the number; else null */
};
struct export_fault {
	const struct export_column *column;
	size_t chars;    /* as many as there are, more than it takes; 0: it is needed and missing */
};
struct export_row {
	int64_t matter;
	struct str code, name, organ;
	const struct export_cell *cell; /* aligned with def->column */
	const struct export_fault *fault;
	size_t n_fault;
};
struct export_sheet {
	const struct export_def *def;
	struct period period;
	const struct export_row *row;   /* in order of id */
	size_t n, n_whole;              /* of these, without a fault */
};
/* Whether an actor may have it made. */
MUST_USE bool matter_export_may(struct engine *e, struct db *db, struct arena *a, const struct actor *who,
				const struct export_def *x, bool *ret, struct err *err);
/* On a reader. ERR_FORBIDDEN; ERR_REFUSED: more matters than one question may load (10,000), the days are to be narrowed. */
MUST_USE bool matter_export(struct engine *e, struct db *db, struct arena *a, const struct actor *who,
			    const struct export_def *x, struct period period, struct export_sheet *ret, struct err *err);

#endif
