/* SPDX-License-Identifier: MulanPSL-2.0 */
/* sight.h - what of a field a reader sees; inside src/matter, and for papers that are published. */
#ifndef MINGFA_MATTER_SIGHT_H
#define MINGFA_MATTER_SIGHT_H

#include "law/mask.h"
#include "matter/inner.h"

enum sight { SIGHT_FULL, SIGHT_MASK, SIGHT_NONE };
/* On the public side what is personal is masked even where the definition is silent. */
MUST_USE bool field_sight(struct turn *t, const struct field *f, struct eval *ev, const struct actor *who,
			  enum sight *ret, struct err *err);
struct val mask_val(struct arena *a, const struct field *f, struct val v);
/* Whether a paper of this matter is shown: when all that it prints is. */
MUST_USE bool paper_shown(struct turn *t, const struct snap *m, struct eval *ev, const struct actor *who, struct str paper,
			  bool *ret, struct err *err);
/* Its Chinese name; the id when the law of its matter has it no longer. */
struct str paper_name_of(const struct kind *k, struct str paper);

#endif
