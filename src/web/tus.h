/* SPDX-License-Identifier: MulanPSL-2.0 */
/* tus.h - the headers of the resumable upload protocol tus 1.0.0 (tus.io), read strictly. With core, creation,
 * creation-with-upload, creation-defer-length, checksum, expiration, termination and concatenation.
 *
 * ERR_VERSION (412) for another version, ERR_MEDIA (415) for another Content-Type, ERR_BAD_INPUT (400) for anything
 * that cannot be read. */
#ifndef MINGFA_WEB_TUS_H
#define MINGFA_WEB_TUS_H

#include "web/req.h"

#define TUS_VERSION "1.0.0"
#define TUS_EXTENSIONS "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination,concatenation"
#define TUS_CHECKSUMS "sha1,sha256,sm3"
#define TUS_META 2000    /* bytes of Upload-Metadata: a file name of 120 characters in base64 needs 480 */
#define TUS_PARTS 16     /* of one concatenation; browsers send three */
#define TUS_ID 32        /* hexadecimal digits of an upload's id */

struct tus_sum {
	char algorithm[8];       /* sha1, sha256, sm3; empty: no checksum was sent */
	unsigned char digest[32];
	size_t n;
};
/* "sha1 BASE64" */
MUST_USE bool tus_sum(struct str text, struct tus_sum *ret, struct err *err);
/* "key BASE64,key2": keys are unique and not empty; values become what they say, which must be UTF-8. */
MUST_USE bool tus_metadata(struct arena *a, struct str text, struct form_data *ret, struct err *err);

enum tus_concat { TUS_ALONE, TUS_PARTIAL, TUS_FINAL };
/* "partial", or "final;URL URL…": of each address the last segment, which must look like an id. */
MUST_USE bool tus_concat(struct arena *a, struct str text, enum tus_concat *ret, const struct str **ret_part, size_t *ret_n,
			 struct err *err);
/* TUS_ID lower-case hexadecimal digits. */
bool tus_id(struct str s);

/* What a POST or a PATCH asks for. */
struct tus_ask {
	int64_t length, offset;  /* Upload-Length, Upload-Offset; -1: not sent */
	int64_t coming;          /* Content-Length; -1: in chunks of unknown length; 0: no body */
	bool defer;              /* Upload-Defer-Length: 1 */
	enum tus_concat concat;
	const struct str *part;
	size_t n_part;
	struct str metadata;     /* as sent */
	struct form_data meta;
	struct tus_sum sum;
};
/* Only the version: for HEAD and DELETE. */
MUST_USE bool tus_version(const struct req *r, struct err *err);
MUST_USE bool tus_create(const struct req *r, struct tus_ask *ret, struct err *err);
MUST_USE bool tus_patch(const struct req *r, struct tus_ask *ret, struct err *err);

#endif
