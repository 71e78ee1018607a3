/* SPDX-License-Identifier: MulanPSL-2.0 */
/* dec.h - decimals of the definition language: 128 bits, six places, exact (language.md 11).
 * A dec is the value times 1,000,000. Division truncates; overflow is reported, never wrapped.
 * The magnitude is limited to 10^24 so that sums of 10,000 elements cannot overflow. */
#ifndef MINGFA_BASE_DEC_H
#define MINGFA_BASE_DEC_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/str.h"

__extension__ typedef __int128 dec; /* the one typedef of the house: C has no name for it */

#define DEC_ONE ((dec)1000000)
#define DEC_PLACES 6

dec dec_int(int64_t n);
/* Digits with at most `places` (0..6) decimals, optional leading minus, no separators. */
MUST_USE bool dec_parse(struct str s, int places, dec *ret);
MUST_USE bool dec_add(dec a, dec b, dec *ret);
MUST_USE bool dec_sub(dec a, dec b, dec *ret);
MUST_USE bool dec_mul(dec a, dec b, dec *ret);   /* truncated to six places */
MUST_USE bool dec_div(dec a, dec b, dec *ret);   /* truncated; false for b == 0 or overflow */
dec dec_round(dec a, int places);                /* half away from zero */
dec dec_ceil(dec a);
dec dec_floor(dec a);
bool dec_is_int(dec a);
MUST_USE bool dec_to_i64(dec a, int64_t *ret);   /* false when not whole or too large */
void dec_put(struct buf *b, dec a);              /* without trailing zeros */
void dec_put_fixed(struct buf *b, dec a, int places, bool commas); /* rounded; 1,234.50 */
/* Yuan in Chinese capitals (人民币大写), fen exact: 贰万元整, 壹佰元零伍分. a in yuan, 0 <= a < 10^12. */
void dec_put_capital(struct buf *b, dec yuan);

#endif
