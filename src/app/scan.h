/* SPDX-License-Identifier: MulanPSL-2.0 */
/* scan.h - 扫描归件: a scanned sheet files itself. The QR code on a sheet of paper is the address of the form in which its scan
 * is handed in, /m/{code}/do/{action}; the action asks for files and for nothing else. Who scans it acts by his own right. */
#ifndef MINGFA_APP_SCAN_H
#define MINGFA_APP_SCAN_H

#include "app/frame.h"

#define SCANS_AT_ONCE 20

struct scan_line {
	struct str name;         /* of the file */
	struct str says, why;    /* what became of it; why not */
	struct str title, href;  /* the matter */
};
struct scan_view {
	struct frame frame;
	struct str error;
	const struct scan_line *line;
	size_t n_line, n_filed;
};

bool scan_show(struct req *r, struct err *err);
bool scan_post(struct req *r, struct err *err);
/* Whether q is what such a code says. */
bool scan_is_address(struct str q);

#endif
