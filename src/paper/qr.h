/* SPDX-License-Identifier: MulanPSL-2.0 */
/* qr.h - QR codes (GB/T 18284) of level M in byte mode: for pages what an SVG path needs, for papers (draw.c) the runs of
 * dark modules. */
#ifndef MINGFA_PAPER_QR_H
#define MINGFA_PAPER_QR_H

#include "base/str.h"

#define QR_MOST 200 /* bytes: modules stay large enough for an office printer at 18 mm */

struct qr_view {
	struct str path; /* data of a path: dark modules */
	int side;        /* of the square, quiet zone and all; 0: no code */
};

/* Four modules of quiet zone. None for no text and for more than QR_MOST. */
struct qr_view qr_of(struct arena *a, struct str text);
/* Calls run for each row's stretch of dark modules, in modules from the upper left of the quiet zone. Returns the side, 0
 * for no text and for more than QR_MOST. */
int qr_runs(struct str text, void (*run)(void *ctx, int x, int y, int width), void *ctx);

#endif
