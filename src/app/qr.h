/* SPDX-License-Identifier: MulanPSL-2.0 */
/* qr.h - QR codes (GB/T 18284) for printed pages: what an SVG path needs. */
#ifndef MINGFA_APP_QR_H
#define MINGFA_APP_QR_H

#include "base/str.h"

#define QR_MOST 200 /* bytes: modules stay large enough for an office printer at 18 mm */

struct qr_view {
	struct str path; /* data of a path: dark modules */
	int side;        /* of the square, quiet zone and all; 0: no code */
};

/* Level M, byte mode, four modules of quiet zone. None for no text and for more than QR_MOST. */
struct qr_view qr_of(struct arena *a, struct str text);

#endif
