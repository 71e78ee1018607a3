/* SPDX-License-Identifier: MulanPSL-2.0 */
/* spool.h - files that are being uploaded: DIR/spool/up-ID grows, up-ID.json beside it says whose it is and what it will
 * be. What was acknowledged is on the disk: an upload's offset is the size of its file.
 *
 *	spool_create -> spool_begin, spool_add…, spool_end (again for each piece) -> SPOOL_WHOLE
 *	spool_claim -> spool_digest -> blob_adopt and the rows (the caller) -> spool_sealed
 *
 * Both digests are reckoned while bytes come, for SPOOL_CONTEXTS uploads at once; after a restart, or when parts are
 * joined, spool_digest reads the file again (decision 32). Functions may be called from any thread; spool_create,
 * spool_end, spool_settle and all of sealing wait for the disk, so never from a server's thread. */
#ifndef MINGFA_BLOB_SPOOL_H
#define MINGFA_BLOB_SPOOL_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/str.h"

#define SPOOL_ID 32                            /* hexadecimal digits */
#define SPOOL_FILE_MOST ((int64_t)8 << 30)     /* two hours of 1080p; recorders cut at 4 GB */
#define SPOOL_UPLOADS 1024                     /* of all people together, sealed ones of the last day included */
#define SPOOL_PERSON 64                        /* unfinished ones of a person: 16 files in three parts and the whole */
#define SPOOL_PERSON_BYTES (3 * SPOOL_FILE_MOST)
#define SPOOL_CONTEXTS 256
#define SPOOL_PARTS 16
#define SPOOL_META 2000
#define SPOOL_SPARE ((int64_t)256 << 20)       /* of the disk is left to the database */
#define SPOOL_KEPT_MS ((int64_t)3 * 86400000)  /* unfinished: over a weekend; each piece begins it anew */
#define SPOOL_TOLD_MS ((int64_t)86400000)      /* how long one that is sealed or expired is still known */

enum spool_state { SPOOL_NONE, SPOOL_GROWING, SPOOL_WHOLE, SPOOL_SEALED, SPOOL_EXPIRED };
enum spool_sort { SPOOL_ALONE, SPOOL_PART, SPOOL_JOINED };

struct spool_view {
	char id[SPOOL_ID + 1];
	int64_t person, matter;     /* who sends it, for a form of which matter; 0: one that opens a matter */
	char form[44];              /* the action, or the kind that is opened (upload_put) */
	char name[484];             /* of the file: 120 characters */
	char meta[SPOOL_META + 1];  /* as it was sent, for whoever asks again */
	int64_t length;             /* bytes; -1: not said yet */
	int64_t offset, expires;    /* UTC ms */
	enum spool_sort sort;
	enum spool_state state;
	char part[SPOOL_PARTS][SPOOL_ID + 1]; /* SPOOL_JOINED */
	int n_part;
	char sha256[65], sm3[65];   /* hexadecimal, once reckoned */
};

struct spool;
struct spool_chunk;
/* What a piece must be; algorithm: sha1, sha256 or sm3. */
struct spool_sum {
	const char *algorithm;
	const unsigned char *digest;
	size_t n;
};

/* Finds what an earlier run left; the folder is made when missing. ERR_IO. */
MUST_USE bool spool_open(const char *dir, int64_t now, struct spool **ret, struct err *err);
void spool_close(struct spool *s); /* NULL is fine */

/* want: person, matter, form, name, meta, length, sort, part. ERR_TOO_LARGE, ERR_TOO_MANY, ERR_DISK_FULL; ERR_BAD_INPUT
 * when a part is not whole. durable: on the disk before it returns; else the first spool_end does it. */
MUST_USE bool spool_create(struct spool *s, const struct spool_view *want, bool durable, int64_t now,
			   struct spool_view *ret, struct err *err);
/* As it stands. Another person's is ERR_NOT_FOUND like one that never was; ERR_GONE: expired. */
MUST_USE bool spool_find(struct spool *s, struct str id, int64_t person, struct spool_view *ret, struct err *err);
/* The same for whoever wants to go on: what still sends to it is cut off, what came is on the disk. */
MUST_USE bool spool_settle(struct spool *s, struct str id, int64_t person, struct spool_view *ret, struct err *err);
/* Ends one that is not whole. ERR_FORBIDDEN: it is whole or sealed. */
MUST_USE bool spool_drop(struct spool *s, struct str id, int64_t person, struct err *err);
/* The person's own of one form that are not sealed, newest first, at most `most`; how many. */
size_t spool_list(struct spool *s, int64_t person, int64_t matter, struct spool_view *ret, size_t most);

/* A piece at `offset`, which must be what has come so far (ERR_CONFLICT). length: -1, or what spool_create was not told.
 * sum: NULL, or what the whole piece must be, else nothing of it counts. Whoever sent to it before is cut off. Until
 * spool_end or spool_break, one of which must follow. ERR_LOCKED: an earlier piece is just being written. */
MUST_USE bool spool_begin(struct spool *s, struct str id, int64_t person, int64_t offset, int64_t length,
			  const struct spool_sum *sum, struct spool_chunk **ret, struct err *err);
/* ERR_TOO_LARGE beyond the length, ERR_DISK_FULL, ERR_CONFLICT when somebody else sends now. */
MUST_USE bool spool_add(struct spool_chunk *c, struct str data, struct err *err);
/* On the disk; frees c in any case. ERR_CHECKSUM. */
MUST_USE bool spool_end(struct spool_chunk *c, int64_t now, struct spool_view *ret, struct err *err);
/* The connection broke: what came stays, unless it had to fit a sum. Frees c. */
void spool_break(struct spool_chunk *c);

/* Takes one that is whole for sealing: the one named, or (id empty) any. at_once: only one whose digests are reckoned. */
bool spool_claim(struct spool *s, struct str id, bool at_once, struct spool_view *ret);
/* Joins parts and reckons what is not reckoned yet. false without *err when *stop was set. */
MUST_USE bool spool_digest(struct spool *s, struct str id, const atomic_bool *stop, struct spool_view *ret, struct err *err);
struct str spool_path(const struct spool *s, struct arena *a, struct str id);
void spool_sealed(struct spool *s, struct str id, int64_t now);
void spool_unclaim(struct spool *s, struct str id); /* it did not work: another time */
/* Ends what is too old; now and then. */
void spool_sweep(struct spool *s, int64_t now);

/* Whether `length` more bytes fit: of `free` ones, `promised` are others'. */
bool spool_fits(int64_t free, int64_t promised, int64_t length);

#endif
