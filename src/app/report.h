/* SPDX-License-Identifier: MulanPSL-2.0 */
/* report.h - what 问题反馈 takes along from a refusal: its rules as the definitions word them, with citation and id.
 * Values of the case stay out of it: those who run the program see no cases. */
#ifndef MINGFA_APP_REPORT_H
#define MINGFA_APP_REPORT_H

#include "app/frame.h"
#include "matter/matter.h"

#define REPORT_MOST 4000 /* bytes */

struct report_view {
	struct str text, request; /* request: once-token of the form that it is carried into */
};

/* A line each; empty text when feedback is no kind of this law, or nothing but empty fields stands against it. */
struct report_view report_of(struct req *r, const struct law *law, const struct refusal *v, size_t n);

#endif
