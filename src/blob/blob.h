/* SPDX-License-Identifier: MulanPSL-2.0 */
/* blob.h - stored files, addressed by their SHA-256. Small ones are rows, larger ones files below DIR/blobs, so
 * that the database's pages stay few.
 *
 * Storing has two halves: blob_prepare digests and, for a large one, writes the file (takes as long as the
 * content is large: never in the writing turn, never in an HTTP thread); blob_put writes the row, inside a
 * transaction. A file without a row is harmless; a row never points at a missing file. */
#ifndef MINGFA_BLOB_BLOB_H
#define MINGFA_BLOB_BLOB_H

#include "db/db.h"

#define BLOB_ROW_MOST ((size_t)256 * 1024)

struct blob {
	struct str sha256, sm3; /* hexadecimal */
	struct str media;       /* type by content: what a browser says is not believed */
	int64_t size;
	struct str place;       /* row, file */
	struct str data;        /* row: the content */
};

/* The digests, type and size alone: nothing is written, so that a form can be tried first. place is empty, and
 * blob_prepare must follow before blob_put. */
void blob_digest(struct arena *a, struct str content, struct blob *ret);
/* dir: the data folder. ERR_IO, ERR_DISK_FULL. */
MUST_USE bool blob_prepare(struct arena *a, const char *dir, struct str content, struct blob *ret, struct err *err);
/* The same for a file that was uploaded (spool.h): b has its digests and size; path, on the same disk, becomes the stored
 * file, or goes when the content is stored already, or stands in the row. Doing it twice is no harm. */
MUST_USE bool blob_adopt(struct arena *a, const char *dir, const char *path, struct blob *b, struct err *err);
/* Known content is stored once. */
MUST_USE bool blob_put(struct db *db, const struct blob *b, int64_t now, struct err *err);
/* What is known of a digest, without its content; *ret_found false when nothing is. */
MUST_USE bool blob_find(struct db *db, struct arena *a, struct str sha256, struct blob *ret, bool *ret_found,
			struct err *err);
/* The content as an open file, whose *ret_fd is the caller's to close; -1: it stands in ret->data. ERR_NOT_FOUND, ERR_IO. */
MUST_USE bool blob_open(struct db *db, struct arena *a, const char *dir, struct str sha256, struct blob *ret, int *ret_fd,
			struct err *err);
/* The content, in memory: for papers and other small ones. ERR_NOT_FOUND, ERR_IO. */
MUST_USE bool blob_get(struct db *db, struct arena *a, const char *dir, struct str sha256, struct str *ret_media,
		       struct str *ret_content, struct err *err);
/* Reads the content anew and compares digests, size and (of rows) type. ELSEWHERE: it stands neither in the row nor
 * below dir. ERR_IO. */
enum blob_state { BLOB_FINE, BLOB_ALTERED, BLOB_MISSING, BLOB_ELSEWHERE };
MUST_USE bool blob_check(struct db *db, struct arena *a, const char *dir, const struct blob *b, enum blob_state *ret,
			 struct err *err);

#endif
