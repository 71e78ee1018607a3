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
#define BLOB_PIECE ((size_t)2 << 20) /* read at once of what stands in a store */

/* Where contents stand. Files come into dir; with a store they are moved there afterwards (blob_move). */
struct blobs {
	const char *dir;  /* the data folder */
	struct s3 *store; /* s3.h; NULL: none */
};

struct blob {
	struct str sha256, sm3; /* hexadecimal */
	struct str media;       /* type by content: what a browser says is not believed */
	int64_t size;
	struct str place;       /* row, file, store; content let go: leaving, unstoring, removed (see below) */
	struct str data;        /* row: the content */
	const char *path;       /* file, once prepared or adopted: where it stands */
};

/* The digests, type and size alone: nothing is written, so that a form can be tried first. place is empty, and
 * blob_prepare must follow before blob_put. */
void blob_digest(struct arena *a, struct str content, struct blob *ret);
/* dir: the data folder. ERR_IO, ERR_DISK_FULL. */
MUST_USE bool blob_prepare(struct arena *a, const char *dir, struct str content, struct blob *ret, struct err *err);
/* The same for a file that was uploaded (spool.h): b has its digests and size; path, on the same disk, becomes the stored
 * file, or goes when the content is stored already, or stands in the row. Doing it twice is no harm. */
MUST_USE bool blob_adopt(struct arena *a, const char *dir, const char *path, struct blob *b, struct err *err);
/* Known content is stored once; what was let go before is stored again. ERR_BUSY: its file was deleted this very moment. */
MUST_USE bool blob_put(struct db *db, const struct blob *b, int64_t now, struct err *err);
/* What is known of a digest, without its content; *ret_found false when nothing is. */
MUST_USE bool blob_find(struct db *db, struct arena *a, struct str sha256, struct blob *ret, bool *ret_found,
			struct err *err);
/* The content as an open file, whose *ret_fd is the caller's to close; -1: it stands in ret->data, or (place "store") is
 * read with blob_read. ERR_NOT_FOUND, ERR_IO; ERR_GONE: it was let go. */
MUST_USE bool blob_open(struct db *db, struct arena *a, const struct blobs *from, struct str sha256, struct blob *ret, int *ret_fd,
			struct err *err);
/* Exactly n bytes at `at` of what stands in the store; waits for the network. ERR_BUSY and the others of s3.h. */
MUST_USE bool blob_read(const struct blobs *from, struct str sha256, int64_t at, size_t n, char *ret, struct err *err);
/* A copy of what stands in the store, as an open file without a name that can only be read. */
MUST_USE bool blob_fetch(struct arena *a, const struct blobs *from, const struct blob *b, int *ret_fd, struct err *err);
/* The content, in memory: for papers and other small ones. ERR_NOT_FOUND, ERR_IO; ERR_BUSY: the store is away. */
MUST_USE bool blob_get(struct db *db, struct arena *a, const struct blobs *from, struct str sha256, struct str *ret_media,
		       struct str *ret_content, struct err *err);
/* Reads the content anew and compares digests, size and (of rows) type. ELSEWHERE: in a store, and none is given; LET_GO: it is
 * marked so. ERR_IO and those of s3.h. */
enum blob_state { BLOB_FINE, BLOB_ALTERED, BLOB_MISSING, BLOB_ELSEWHERE, BLOB_LET_GO };
bool blob_is_let_go(const struct blob *b);
MUST_USE bool blob_check(struct db *db, struct arena *a, const struct blobs *from, const struct blob *b, enum blob_state *ret,
			 struct err *err);

/* ---- moving files into the store ---- */

/* The oldest files that stand in dir, at most `most`. */
MUST_USE bool blob_waiting(struct db *db, struct arena *a, int64_t most, const struct blob **ret, size_t *ret_n, struct err *err);
/* Puts the file into the store; *ret_put false: dir has it not (another process's folder). Then blob_moved in the writing
 * turn, then blob_leave. */
MUST_USE bool blob_move(struct arena *a, const struct blobs *to, const struct blob *b, bool *ret_put, struct err *err);
MUST_USE bool blob_moved(struct db *db, struct str sha256, struct err *err);
/* The file in dir goes, since the store has it. */
void blob_leave(struct arena *a, const struct blobs *from, struct str sha256);

/* ---- content that is let go (matter/removal.h marks it; its row with digests and size stays) ----
 * A small one went with its mark; a file is `leaving` until it is deleted, one in the store `unstoring`; then `removed`. */

/* In the writing turn, so that nobody stores the same content meanwhile: deletes at most `most` files that are leaving; how
 * many in *ret_n. Doing it twice is no harm. ERR_IO. */
MUST_USE bool blob_let_go(struct db *db, struct arena *a, const struct blobs *from, int64_t most, int64_t *ret_n, struct err *err);
/* On a reader: one that has to leave the store. Then blob_unstore (waits for the network; by the thread that moves files in),
 * then blob_unstored in the writing turn. */
MUST_USE bool blob_unstoring(struct db *db, struct arena *a, struct str *ret_sha256, bool *ret_found, struct err *err);
MUST_USE bool blob_unstore(const struct blobs *from, struct str sha256, struct err *err);
MUST_USE bool blob_unstored(struct db *db, struct str sha256, struct err *err);

#endif
