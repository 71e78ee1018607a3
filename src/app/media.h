/* SPDX-License-Identifier: MulanPSL-2.0 */
/* media.h - what evidence says of itself (音像信息): after a film, recording or photo became evidence, mingfa-media reads it
 * (src/media/media.h), in a process that sees this one file and nothing else; what it found is kept beside and shown.
 * The file is kept as it came, whatever becomes of the reading. */
#ifndef MINGFA_APP_MEDIA_H
#define MINGFA_APP_MEDIA_H

#include "app/app.h"
#include "blob/facts.h"

#define MEDIA_WAIT_MS 20000 /* for one file; a disk may be slow */

/* Follower: reads what came since. */
void media_work(struct app *app, struct follower *f);

/* Reads fd (closed in any case) by the program at `program`. A reader that breaks or takes longer than wait_ms is a fault
 * of the file: FACTS_GIVEN_UP. ERR_IO: the program cannot be started. */
MUST_USE bool media_ask(struct arena *a, const char *program, int fd, int64_t wait_ms, struct facts *ret, struct err *err);

/* The QR codes on a picture or on the pictures of a PDF, one a line, read by the same program in the same confinement. A file
 * that breaks it or takes too long has none. ERR_IO: the program cannot be started. */
MUST_USE bool media_codes(struct arena *a, struct str content, struct str *ret, struct err *err);

/* Chinese sentences about f. stated: when it was taken, as somebody typed, came: when it was stored; UTC ms, 0: not known. */
struct media_view {
	struct str line[5]; /* facts */
	size_t n_line;
	struct str warn[3]; /* what could not be read, and clocks that differ */
	size_t n_warn;
};
void media_view(struct arena *a, const struct facts *f, int64_t stated, struct str stated_name, int64_t came,
		struct media_view *ret);

#endif
