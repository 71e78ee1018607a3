/* SPDX-License-Identifier: MulanPSL-2.0 */
/* duty_inner.h - what duties and reports share within a turn: who the subjects are, what their expressions know, when it is
 * due. Used by duty.c and report.c alone. */
#ifndef MINGFA_MATTER_DUTY_INNER_H
#define MINGFA_MATTER_DUTY_INNER_H

#include "matter/duty.h"
#include "matter/inner.h"

/* Stands for `this`, of which there is none: settings are those of the subject's organ when the period began. */
struct duty_frame {
	struct snap self;
	struct val var[DUTY_VARS];
	struct eval ev;
};
void duty_frame_init(struct turn *t, const struct kind *k, struct period p, int64_t organ, struct duty_frame *ret);

/* In order of id; `since`: the instant at which it came to be. */
struct duty_subjects {
	struct duty_subject {
		struct val v;
		int64_t organ, since;
		struct str name;
	} *v;
	size_t n, cap;
};
MUST_USE bool duty_subjects_read(struct turn *t, const struct law *l, const struct kind *k, const struct expr *list, struct period p,
			    struct duty_subjects *ret, struct err *err);
/* The day on which it became a subject within the period; 0: before. */
int64_t duty_joined(const struct duty_subject *s, struct period p);
/* Fills last, due and yellow of a sheet from its law, def and period. */
MUST_USE bool duty_when(struct turn *t, struct duty_sheet *s, struct err *err);

#endif
