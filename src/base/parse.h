/* SPDX-License-Identifier: MulanPSL-2.0 */
/* parse.h - strict readers of small values: the whole text or nothing, no blanks, no locale. */
#ifndef MINGFA_BASE_PARSE_H
#define MINGFA_BASE_PARSE_H

#include "base/attr.h"
#include "base/str.h"

/* Decimal integer with optional '-', no '+', no leading zeros; within [min, max]. */
MUST_USE bool parse_i64(struct str s, int64_t min, int64_t max, int64_t *ret);
/* "true" or "false". */
MUST_USE bool parse_bool(struct str s, bool *ret);
/* Ids of the definition language: [a-z][a-z0-9_]{0,39}. */
bool parse_is_id(struct str s);
/* Lower-case hexadecimal of exactly n bytes. */
MUST_USE bool parse_hex(struct str s, unsigned char *ret, size_t n);
void parse_put_hex(char *out, const unsigned char *p, size_t n); /* writes 2n digits and NUL */

#endif
