/* SPDX-License-Identifier: MulanPSL-2.0 */
/* ofd.h - a document after GB/T 33190-2016 (OFD) being written: lines of text and boxes where draw.c puts them, in
 * millimetres from the upper left corner, and the fonts as subsets of what was used. The same calls give the same bytes.
 * Between the files of src/paper only; whoever wants a paper as OFD calls draw_ofd (draw.h). */
#ifndef MINGFA_PAPER_OFD_H
#define MINGFA_PAPER_OFD_H

#include "base/err.h"
#include "paper/pdfa.h"

struct ofd;
struct hb_face_t;

struct ofd *ofd_new(struct arena *a);
void ofd_page(struct ofd *o); /* begins the next page, A4 */

/* Characters on one baseline. size in mm; grey 0 black .. 255; advance: of each character, in mm. */
struct ofd_text {
	struct str text;
	const double *advance;
	double x, baseline, ascent, descent, size;
	int grey;
	struct hb_face_t *face; /* of the font; kept until ofd_finish */
	struct str family;
	bool bold;
};
void ofd_text(struct ofd *o, const struct ofd_text *t);
void ofd_dark(struct ofd *o, double x, double y, double w, double h); /* a black rectangle */
void ofd_box(struct ofd *o, double x, double y, double w, double h, double line);
/* The package. name: 32 hexadecimal digits by which the document is told from others. ERR_TOO_LARGE, ERR_IO. */
MUST_USE bool ofd_finish(struct ofd *o, const struct pdfa_says *says, struct str name, struct str *ret, struct err *err);

#endif
