/* SPDX-License-Identifier: MulanPSL-2.0 */
/* s3.h - a bucket of an S3-compatible store (Ceph, MinIO, a cloud's), where finished files stand under their SHA-256.
 *
 * Six requests are needed: HEAD, GET and DELETE of an object, GET of the bucket, PUT of a small one, and the upload in parts.
 * Each is signed (AWS Signature Version 4) over the digest of its body, so that what arrives altered is refused there.
 * Functions may be called from any thread and wait for the network: never from a server's thread. All of them: ERR_BUSY
 * (the store is away or wants it slower), ERR_FORBIDDEN (it does not accept the key), ERR_IO (it answers something else). */
#ifndef MINGFA_BLOB_S3_H
#define MINGFA_BLOB_S3_H

#include "base/err.h"
#include "base/str.h"

#define S3_PART ((int64_t)16 << 20) /* 512 parts for 8 GB; the least that stores accept is 5 MB */

struct s3;
struct s3_key {
	const char *id, *secret, *region;
};

/* address: "s3:https://host[:port]/bucket[/prefix]"; http only for this machine's own. The key's parts are copied. ERR_USAGE. */
MUST_USE bool s3_open(const char *address, const struct s3_key *key, struct s3 **ret, struct err *err);
void s3_close(struct s3 *s); /* NULL is fine */
/* Whether the bucket is there and the key is accepted. */
MUST_USE bool s3_check(struct s3 *s, struct err *err);
/* Puts the file at path, whose SHA-256 is the name, and looks that it is there with its size. */
MUST_USE bool s3_put(struct s3 *s, struct str name, const char *path, int64_t size, struct err *err);
/* -1: no such object. */
MUST_USE bool s3_size(struct s3 *s, struct str name, int64_t *ret, struct err *err);
/* Exactly n bytes at `from`; ERR_NOT_FOUND. */
MUST_USE bool s3_read(struct s3 *s, struct str name, int64_t from, size_t n, char *ret, struct err *err);

/* It is gone, also when it never was there. */
MUST_USE bool s3_delete(struct s3 *s, struct str name, struct err *err);

/* The signature alone: "AWS4-HMAC-SHA256 Credential=…". query: as it is sent, sorted, escaped; time: 20130524T000000Z;
 * payload: SHA-256 of the body, hexadecimal. */
struct s3_request {
	const char *method;
	struct str host, path, query, payload;
	const char *time;
};
struct str s3_authorization(struct arena *a, const struct s3_key *key, const struct s3_request *q);

#endif
