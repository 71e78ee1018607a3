/* SPDX-License-Identifier: MulanPSL-2.0 */
/* period.h - the periods of duties and reports: calendar months, quarters, half years and years. */
#ifndef MINGFA_LAW_PERIOD_H
#define MINGFA_LAW_PERIOD_H

#include "law/kind.h"

struct period {
	int64_t from, to; /* days, both included */
};
/* The period that a day falls into; the next one is period_of(every, to + 1). */
struct period period_of(enum every every, int64_t day);
struct str period_text(struct arena *a, enum every every, int64_t from); /* 2026年第3季度 */

#endif
