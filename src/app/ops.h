/* SPDX-License-Identifier: MulanPSL-2.0 */
/* ops.h - what the operator asks and tells: alive, ready, figures, a notice on every page. */
#ifndef MINGFA_APP_OPS_H
#define MINGFA_APP_OPS_H

#include "app/frame.h"

#define NOTICE_MOST 600 /* bytes: two hundred characters on a bar above the page */

/* The first line of DIR/notice.txt (维护通知); empty: there is none. Read with each page, so that it shows at once. */
struct str ops_notice(const struct app *app, struct arena *a);

/* How the program does at this instant, for /metrics and for the page 运行状态. size: bytes of the database, on PostgreSQL
 * too. */
struct ops_figures {
	int64_t papers_waiting, papers_failed, outbox, event, sessions, size, search_lag;
	struct writer_stats writer;
};
MUST_USE bool ops_figures(struct req *r, struct ops_figures *ret, struct err *err);

/* Routes. health asks nothing of anybody; ready is 503 while the database is away, of another schema, or the program
 * catches up with what the law did meanwhile; metrics is Prometheus' text, without any case content. */
bool health(struct req *r, struct err *err);
bool ready(struct req *r, struct err *err);
bool metrics(struct req *r, struct err *err);

#endif
