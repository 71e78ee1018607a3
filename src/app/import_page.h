/* SPDX-License-Identifier: MulanPSL-2.0 */
/* import_page.h - the working side's import: what the table must look like, a preview, the report. The person's own
 * rights decide, row by row; larger files go by `mingfa import`. */
#ifndef MINGFA_APP_IMPORT_PAGE_H
#define MINGFA_APP_IMPORT_PAGE_H

#include "app/frame.h"
#include "app/import.h"

#define IMPORT_PAGE_BODY ((size_t)8 << 20) /* 20,000 people with their posts have 3 MB */
#define IMPORT_PAGE_ROWS 5000              /* half a minute of one worker */

struct import_fault {
	int line;
	struct str why;
};

struct import_view {
	struct frame frame;
	struct str kind, kind_id;
	const struct import_column *column;
	size_t n_column;
	/* after a file came */
	bool read, done;            /* done: it was imported, else it is a preview */
	struct str file, kept, organ, encoding;
	int64_t rows, opened, known, refused;
	const struct import_fault *fault;
	size_t n_fault;
	bool more_faults;
	const struct str *ignored;
	size_t n_ignored;
	struct str error;
};

/* Whether there is a map for this kind. */
bool import_offered(struct req *r, struct str kind);

/* Routes. */
bool import_show(struct req *r, struct err *err);
bool import_template(struct req *r, struct err *err);
bool import_post(struct req *r, struct err *err);
bool import_refused(struct req *r, struct err *err);

#endif
