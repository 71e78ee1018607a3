/* SPDX-License-Identifier: MulanPSL-2.0 */
/* pdfa.h - what makes a PDF that cairo drew an archival one: PDF/A-1b (ISO 19005-1, GB/T 23286.1). cairo writes neither
 * XMP, output intent, file identifier nor CIDSet, and a transparency group on each page; this mends all five. It is
 * true only of pages that were drawn opaque, with every font embedded, as src/paper does.
 *
 * The same input gives the same bytes. Safe from several threads. */
#ifndef MINGFA_PAPER_PDFA_H
#define MINGFA_PAPER_PDFA_H

#include "base/err.h"
#include "base/str.h"

/* What the file says of itself, in its properties and in XMP alike. */
struct pdfa_says {
	struct str title, author;
	int64_t at; /* instant of its making; whole seconds are kept */
	bool plain; /* it is no PDF/A and does not say so: pages of others are in it */
};

/* ERR_IO when the PDF cannot be read or written. */
MUST_USE bool pdfa_make(struct arena *a, struct str pdf, const struct pdfa_says *says, struct str *ret, struct err *err);

/* For who puts a document of qpdf's together from pages that are archival already (bind.c): its properties, metadata and
 * output intent, and writing. */
struct _qpdf_data;
MUST_USE bool pdfa_finish(struct arena *a, struct _qpdf_data *q, const struct pdfa_says *says, struct str *ret, struct err *err);

#endif
