/* SPDX-License-Identifier: MulanPSL-2.0 */
/* draw.h - a paper's frozen blocks (law/template.h) drawn as PDF/A-1b: A4 after GB/T 9704-2012: 37 mm above,
 * 28 mm at the binding edge, a text area of 156 x 225 mm with 22 lines of 28 characters in size 3 (16 pt),
 * page numbers outside at the foot, titles and headings as bookmarks. The same blocks and time give the same bytes.
 *
 * Fonts are Noto Serif CJK SC (the standard's FangSong and XiaoBiaoSong are not free), embedded as subsets.
 * Safe from several threads; the first page of a thread opens the fonts (some 0.3 s). Limit: 500 pages. */
#ifndef MINGFA_PAPER_DRAW_H
#define MINGFA_PAPER_DRAW_H

#include "base/err.h"
#include "base/str.h"

struct draw_job {
	struct str blocks;  /* JSON array */
	struct str title;   /* for the PDF's properties */
	struct str author;  /* the organ */
	int64_t at;         /* instant that the PDF carries as its making */
	struct str stamp;   /* printed across every page in grey, e.g. 草稿; empty: none */
	struct str mark;    /* one line above the text of every page; empty: none */
	bool bare;          /* without page numbers: cover and index of a dossier */
};

/* The PDF in the arena. ERR_BAD_INPUT for broken or unknown blocks and rows of more than 20 cells, ERR_TOO_LARGE, ERR_IO. */
MUST_USE bool draw_pdf(struct arena *a, const struct draw_job *job, struct str *ret_pdf, struct err *err);

/* The same pages as OFD (GB/T 33190-2016): the same lines at the same places, the fonts embedded as subsets. */
MUST_USE bool draw_ofd(struct arena *a, const struct draw_job *job, struct str *ret_ofd, struct err *err);

/* Raw pages with nothing but a number in an upper corner, or who reads them (across the page in grey, and at its foot), to
 * be laid over others (bind.c). ERR_IO. */
struct draw_mark {
	struct str text;
	bool left, across;
};
MUST_USE bool draw_marks(struct arena *a, const struct draw_mark *mark, size_t n, struct str *ret_pdf, struct err *err);

#endif
