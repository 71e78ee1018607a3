/* SPDX-License-Identifier: MulanPSL-2.0 */
/* str.h - borrowed views of text. A view owns nothing; who made the bytes keeps them alive.
 * Text is UTF-8, checked at the door (str_utf8). The empty view has n == 0; p may be NULL. */
#ifndef MINGFA_BASE_STR_H
#define MINGFA_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct str {
	const char *p;
	size_t n;
};

/* A view of a string literal. */
#define STR(lit) ((struct str){ "" lit, sizeof(lit) - 1 })
/* For printf: "%.*s", STR_FMT(s). Log and error texts only, never SQL or HTML. */
#define STR_FMT(s) (int)(s).n, (s).p ? (s).p : ""

struct str str_of(const char *cstr);            /* NULL gives the empty view */
struct str str_dup(struct arena *a, struct str s);  /* copied; followed by a NUL byte */
char *str_cstr(struct arena *a, struct str s);  /* copied, NUL-terminated */
struct str str_fmt(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *cstr);
int str_cmp(struct str a, struct str b);        /* bytewise, as memcmp */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
struct str str_sub(struct str s, size_t from, size_t to); /* [from, to), clipped */
struct str str_lower(struct arena *a, struct str s); /* copied, A to Z as a to z */
struct str str_trim(struct str s);              /* without ASCII and ideographic blanks at both ends */
bool str_blank(struct str s);                   /* nothing but blanks */
/* Index of the first occurrence at or after from; SIZE_MAX when there is none. */
size_t str_find(struct str s, struct str what, size_t from);
size_t str_chr(struct str s, char c, size_t from);
/* Cuts the next part off *rest at sep; false when nothing is left. "a,,b" gives "a" "" "b". */
bool str_cut(struct str *rest, char sep, struct str *ret_part);
/* Whether the bytes are valid UTF-8 without NUL (no surrogates, no overlong forms). */
bool str_utf8(struct str s);
/* Number of characters (code points) of valid UTF-8. */
size_t str_chars(struct str s);
/* The code point at *pos, which is moved behind it; 0 at the end; U+FFFD for a broken byte. */
uint32_t str_next(struct str s, size_t *pos);
/* A full-width form (U+FF01 to U+FF5E) as its ASCII character, the full-width and the hard blank as ' '; others stay. */
uint32_t cp_half_width(uint32_t cp);
/* How one compares what two people typed: half-width, in lower case; 0: a blank or control character. */
uint32_t cp_plain(uint32_t cp);
/* The first n characters. */
struct str str_head(struct str s, size_t chars);
uint64_t str_hash(struct str s);                /* FNV-1a, 64 bits; for tables in memory only */

#endif
