/* SPDX-License-Identifier: MulanPSL-2.0 */
/* papers.h - what a frozen paper is drawn from, as PDF by the thread of papers.c and as OFD when it is asked for. */
#ifndef MINGFA_APP_PAPERS_H
#define MINGFA_APP_PAPERS_H

#include "app/app.h"
#include "paper/draw.h"

/* content: frozen blocks; at: when the paper was made. A practice county's papers say so on every page. */
struct draw_job papers_job(const struct app *app, struct str content, struct str name, struct str organ, int64_t at);

#endif
