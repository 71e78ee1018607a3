/* SPDX-License-Identifier: MulanPSL-2.0 */
/* review.h - the two panes of a review (experience 3.5): materials to read, a checklist to fill in. */
#ifndef MINGFA_APP_REVIEW_H
#define MINGFA_APP_REVIEW_H

#include "app/act.h"

/* Whether an action is a review: its form asks for a checklist, and matters of its kind are handed in with materials. */
bool review_is(const struct kind *k, const struct action *ac);
/* Fills material, found and case_found: files and notes handed in with the matter (groups named 材料), then the papers
 * of the matters that it names, each only where this person sees it. */
MUST_USE bool review_fill(struct shower *s, const struct matter_view *m, struct form_view *v, struct err *err);

#endif
