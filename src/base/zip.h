/* SPDX-License-Identifier: MulanPSL-2.0 */
/* zip.h - writes ZIP archives (APPNOTE 6.3) of what is in memory: stored without compression, names in UTF-8, every
 * entry dated 1980-01-01, so that the same entries give the same bytes. PDFs and pictures are compressed already.
 * Limits: 65,535 entries, 4 GB in all. */
#ifndef MINGFA_BASE_ZIP_H
#define MINGFA_BASE_ZIP_H

#include "base/buf.h"

struct zip_entry {
	struct str name; /* with '/' between folders */
	struct str content;
};
/* How many bytes the archive has. */
size_t zip_size(const struct zip_entry *v, size_t n);
/* Appends the archive; ask buf_ok(). At most 65,535 entries: an assertion. */
void zip_put(struct buf *b, const struct zip_entry *v, size_t n);

#endif
