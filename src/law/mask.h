/* SPDX-License-Identifier: MulanPSL-2.0 */
/* mask.h - how a natural person is written where not everybody may know who it is (experience.md 5): 张某,
 * 1427************12, 139****0172. Results live in the arena. */
#ifndef MINGFA_LAW_MASK_H
#define MINGFA_LAW_MASK_H

#include "law/value.h"

/* how: name, code, phone, address, text. A compound surname stays whole: 欧阳某. */
struct str mask_text(struct arena *a, struct str how, struct str s);
/* The text with the name, number and telephone of a natural person masked wherever they stand, in whatever width and
 * with blanks between (as mentions() finds them), and with all other identity numbers and mobile telephones masked too.
 * Of a unit only the latter. */
struct str mask_said(struct arena *a, struct str text, const struct party *p);

#endif
