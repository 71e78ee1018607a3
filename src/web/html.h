/* SPDX-License-Identifier: MulanPSL-2.0 */
/* html.h - writing HTML that is escaped by default. Pages (pages/X.html, compiled by tools/tmplc)
 *are the main user; code that must write markup itself uses the same functions.
 *
 * html_put picks the writer by the C type and escapes; html_lit takes literals only. What may go
 *out unescaped has the type struct safe_html, and only the three functions at the end make one. The
 *cap is sticky, as in struct buf: write freely, ask html_ok once.
 *
 *	html_init(&h, a, HTML_MAX);
 *	html_lit(&h, "<td>");
 *	html_put(&h, name);
 */
#ifndef MINGFA_WEB_HTML_H
#define MINGFA_WEB_HTML_H

#include "base/buf.h"

#define HTML_MAX \
	((size_t)4 << 20) /* a list of 50 rows takes 60 kB; beyond 4 MiB a page loop is broken */

struct html {
	struct buf b;
};

struct safe_html {
	struct str html;
};

void html_init(struct html *h, struct arena *a, size_t max);
bool html_ok(const struct html *h);
struct str html_str(const struct html *h); /* borrowed until the next write */

/* Markup as it stands: a string literal. */
#define html_lit(h, lit) html_lit_n((h), "" lit, sizeof(lit) - 1)
void html_lit_n(struct html *h, const char *lit, size_t n);

/* Text or number for an element or a quoted attribute. A bool, a char or a pointer does not
 * compile. */
#define html_put(h, v) \
	_Generic((v), \
		struct str: html_put_str, \
		char *: html_put_cstr, \
		const char *: html_put_cstr, \
		struct safe_html: html_put_safe, \
		int: html_put_i64, \
		unsigned: html_put_i64, \
		long: html_put_i64, \
		long long: html_put_i64, \
		unsigned long: html_put_u64, \
		unsigned long long: html_put_u64)((h), (v))

/* A whole address (href="{{ x }}"): begins with / ? # . or is http, https or mailto; anything else,
 * among it
 * //other.site and javascript:, becomes "#". */
#define html_put_url(h, v) \
	_Generic((v), struct str: html_put_url_str, char *: html_put_url_cstr, const char *: html_put_url_cstr)((h), (v))

/* One part of an address after literal text (href="/matter/{{ code }}?q={{ q }}"): all but letters,
 * digits and
 * - . _ ~ is percent-encoded. */
#define html_put_part(h, v) \
	_Generic((v), \
		struct str: html_put_part_str, \
		char *: html_put_part_cstr, \
		const char *: html_put_part_cstr, \
		int: html_put_i64, \
		unsigned: html_put_i64, \
		long: html_put_i64, \
		long long: html_put_i64, \
		unsigned long: html_put_u64, \
		unsigned long long: html_put_u64)((h), (v))

/* ' name="value"', escaped; for markup written in C. The name is a literal. */
#define html_attr(h, name, v) \
	do { \
		html_lit((h), " " name "=\""); \
		html_put((h), (v)); \
		html_lit((h), "\""); \
	} while (0)

void html_put_str(struct html *h, struct str s);
void html_put_cstr(struct html *h, const char *s); /* NULL writes nothing */
void html_put_safe(struct html *h, struct safe_html s);
void html_put_i64(struct html *h, int64_t n);
void html_put_u64(struct html *h, uint64_t n);
void html_put_url_str(struct html *h, struct str s);
void html_put_url_cstr(struct html *h, const char *s);
void html_put_part_str(struct html *h, struct str s);
void html_put_part_cstr(struct html *h, const char *s);

/* What was written to h, to be placed in another page. Empty when h overflowed: half a tag harms
 * the rest. */
struct safe_html html_take(const struct html *h);
/* A drawing that this program made (flow chart, chart, QR code): kept from "<svg" to "</svg>";
 * anything that does not begin and end so, or holds "<script", gives the empty text. */
struct safe_html html_svg(struct str drawing);
/* The text escaped, each occurrence of a word inside <mark>, capital ASCII letters or small. At most 16
 * words. */
struct safe_html html_mark(struct arena *a, struct str text, const struct str *word, size_t n_word);

#endif
