/* SPDX-License-Identifier: MulanPSL-2.0 */
/* srgb.h - the colour space of our papers as an ICC profile, computed here: a display profile of version 2 (ICC.1:2001-04)
 * with the primaries of IEC 61966-2-1 adapted to D50 and its curve in 1,024 steps. About 2.4 KB, the same at each call. */
#ifndef MINGFA_PAPER_SRGB_H
#define MINGFA_PAPER_SRGB_H

#include "base/str.h"

struct str srgb_profile(struct arena *a);

#endif
