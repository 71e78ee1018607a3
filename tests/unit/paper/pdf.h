/* SPDX-License-Identifier: MulanPSL-2.0 */
/* pdf.h - PDFs read by programs that are not ours. */
#ifndef MINGFA_TESTS_PDF_H
#define MINGFA_TESTS_PDF_H

#include "base/str.h"

/* What a shell command writes about the PDF, whose path it finds in $PDF; it must succeed. */
struct str told(struct arena *a, struct str pdf, const char *tool);

#endif
