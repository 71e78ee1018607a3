/* SPDX-License-Identifier: MulanPSL-2.0 */
/* outside.h - what somebody uploaded, as pages of a dossier: of a PDF each page, of a picture (JPEG, PNG) one page under
 * its name, all on A4 (LY1.09-11b) below the room that the page number takes. Pages of a PDF keep what they look like
 * (turned as they say, with stamps and filled forms drawn) and lose what acts: links, scripts, attachments.
 *
 * What cannot be bound is no error: *ret_why says so, and the file stays beside the dossier. Nothing is decoded but a PNG
 * (PIXELS_MOST); a PDF's own streams are passed on as they are, so that a small file cannot become a large one here.
 * The same input gives the same bytes. Formats: ISO 32000-1, ITU-T T.81 annex B, Exif 2.3, PNG. */
#ifndef MINGFA_PAPER_OUTSIDE_H
#define MINGFA_PAPER_OUTSIDE_H

#include "base/err.h"
#include "base/str.h"

#define OUTSIDE_PAGES_MOST 500 /* as many as a volume of papers that we draw */
#define OUTSIDE_BYTES_MOST ((int64_t)32 << 20)
#define OUTSIDE_PIXELS_MOST ((int64_t)16 << 20) /* of a PNG, which lies decoded in memory; a JPEG is not decoded */

enum outside_why {
	OUTSIDE_FINE,
	OUTSIDE_DISC,   /* no pages: sound, moving pictures, whatever else */
	OUTSIDE_LOCKED, /* encrypted */
	OUTSIDE_BROKEN, /* malformed, or a variant that pages cannot carry (CMYK, lossless JPEG) */
	OUTSIDE_LARGE
};
struct outside {
	enum outside_why why;
	struct str pdf;   /* only of FINE */
	bool archival;    /* its pages are fit for PDF/A-1b: pictures; of a PDF that is not known */
};

/* Whether a file of this media type has pages at all. */
bool outside_has_pages(struct str media);
/* Why it is not bound, in words of the dossier's index and notes. */
struct str outside_why(enum outside_why why);
/* media: by content (blob.h). name: stands above a picture. ERR_IO only when our own page cannot be drawn. */
MUST_USE bool outside_pages(struct arena *a, struct str media, struct str name, struct str content, struct outside *ret,
			    struct err *err);

#endif
