/* SPDX-License-Identifier: MulanPSL-2.0 */
/* bind.h - papers bound into one file of a dossier (案卷), as for printing on both sides: each part begins on a front, a
 * blank page fills the back before it; pages of numbered parts carry their number at the upper right on fronts, at the
 * upper left on backs, blank ones none (LY1.09-15); each part is a bookmark. The result is PDF/A-1b unless a foreign part
 * is in it, and the same parts give the same bytes.
 *
 * Parts are PDFs that src/paper drew (one from before papers were archival is made so in passing) or, foreign, pages that
 * outside.h took from an uploaded PDF. Limit: 2,000 pages, as thick as what is split into volumes on a shelf. */
#ifndef MINGFA_PAPER_BIND_H
#define MINGFA_PAPER_BIND_H

#include "paper/pdfa.h"

#define BIND_PAGES_MOST 2000

struct bind_part {
	struct str pdf;
	struct str title; /* of its bookmark */
	bool numbered;
	bool foreign; /* not known to be archival */
};
struct bind_job {
	const struct bind_part *part;
	size_t n;
	struct pdfa_says says;
	struct str reader; /* printed on every page: who reads it, when; empty: none */
};

/* How many pages a PDF has. ERR_IO when it cannot be read. */
MUST_USE bool bind_pages(struct str pdf, int *ret, struct err *err);
/* ERR_IO, ERR_TOO_LARGE. */
MUST_USE bool bind_pdf(struct arena *a, const struct bind_job *job, struct str *ret, struct err *err);

#endif
