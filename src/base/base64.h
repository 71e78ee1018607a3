/* SPDX-License-Identifier: MulanPSL-2.0 */
/* base64.h - standard base64 (RFC 4648 section 4) with padding, read strictly: no blanks, no line ends, the unused
 * bits of the last digit are 0. So each run of bytes has one text only, as signatures over texts need it. */
#ifndef MINGFA_BASE_BASE64_H
#define MINGFA_BASE_BASE64_H

#include "base/attr.h"
#include "base/buf.h"

#define BASE64_LEN(n) (((n) + 2) / 3 * 4) /* digits of n bytes */

/* Appends the digits of s. */
void base64_put(struct buf *b, struct str s);
/* The bytes of text, copied to the arena; false when it is no base64. The empty text is no bytes. */
MUST_USE bool base64_read(struct arena *a, struct str text, struct str *ret);
/* The same of exactly n bytes. */
MUST_USE bool base64_exact(struct str text, unsigned char *ret, size_t n);

#endif
