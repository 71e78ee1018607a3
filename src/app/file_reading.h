/* SPDX-License-Identifier: MulanPSL-2.0 */
/* file_reading.h - a file or paper that goes out only when its event is on the disk; for the hook of slow routes (struct
 * http_config). ERR_DB_READONLY while nothing may be written. */
#ifndef MINGFA_APP_FILE_READING_H
#define MINGFA_APP_FILE_READING_H

#include "app/gate.h"
#include "matter/reading.h"

struct file_reading {
	struct engine *e;
	struct reading x;
};
MUST_USE bool file_reading_put(struct req *r, struct file_reading *x, struct err *err);

#endif
