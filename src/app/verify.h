/* SPDX-License-Identifier: MulanPSL-2.0 */
/* verify.h - a data folder against its own record (DESIGN 8): every act against its leaf, the tree, the checkpoints,
 * every matter against its acts, every file against its digests. Reads only, also beside a running server: all reads
 * are of one state of the database. */
#ifndef MINGFA_APP_VERIFY_H
#define MINGFA_APP_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct s3;
struct verify_result {
	int64_t events, removed, headless, files; /* of struct audit */
	int64_t matters, papers, signatures, clocks, numbers;
	int64_t blobs, elsewhere;                 /* stored files; of them in an object store that was not named, hence not read */
	int64_t let_go;                           /* of them let go by an approved list: digests alone are left */
	int64_t tiles, checkpoints;
	bool newer;                               /* of struct matter_audit */
};
/* address: of the database, read only; store: of files that were moved there, NULL: none. Each matter is read by the law that is stored with it. progress: NULL, or called now and then; all 0: unknown.
 * ERR_ALTERED: the sentence names what was altered. Other errors: it could not be verified. */
MUST_USE bool verify_folder(const char *dir, const char *address, struct s3 *store,
			    void (*progress)(void *ctx, const char *part, int64_t done, int64_t all), void *ctx,
			    struct verify_result *ret, struct err *err);
/* For commands: the figures in sentences; the error, and the exit code for it: 1 altered, 2 not verified. */
void verify_print(const struct verify_result *r);
int verify_failed(const struct err *err);

#endif
