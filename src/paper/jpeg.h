/* SPDX-License-Identifier: MulanPSL-2.0 */
/* jpeg.h - what a JPEG says of itself before its picture: size, colours, and how the camera was held. Limits: segments
 * before the picture only; of Exif only the orientation of the first directory. ITU-T T.81 annex B; Exif 2.3, 4.6. */
#ifndef MINGFA_PAPER_JPEG_H
#define MINGFA_PAPER_JPEG_H

#include "base/str.h"

struct jpeg {
	int width, height, colours; /* 1 grey, 3 colour, 4 for print */
	int turn;                   /* 0, 90, 180, 270: clockwise, to stand upright */
	bool mirrored;              /* before it is turned */
};
/* False: it has no readable head, is of a sort that PDF cannot carry (12 bit, arithmetic, lossless), or breaks off. */
bool jpeg_read(struct str content, struct jpeg *ret);

#endif
