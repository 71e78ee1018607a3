/* SPDX-License-Identifier: MulanPSL-2.0 */
/* uuid.h - UUID version 7 (RFC 9562): a code for addresses that sorts by time and tells no count,
 * and random bytes from the kernel. */
#ifndef MINGFA_BASE_UUID_H
#define MINGFA_BASE_UUID_H

#include "base/attr.h"
#include "base/str.h"

#define UUID_LEN 36 /* characters of the text form */

/* Fills p with random bytes from the kernel; aborts when there are none (no secret may be guessable). */
void random_bytes(void *p, size_t n);
/* A new code in the text form, allocated in a. ms: the time that it carries. */
struct str uuid_new(struct arena *a, int64_t ms);
/* Lower-case text form with dashes, any version. */
bool uuid_valid(struct str s);

#endif
