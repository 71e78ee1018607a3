/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "web/html.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#define MARK_WORDS 16 /* a search line has few; each is looked for at each place */

void html_init(struct html *h, struct arena *a, size_t max)
{
	buf_init(&h->b, a, max);
}

bool html_ok(const struct html *h)
{
	return buf_ok(&h->b);
}

struct str html_str(const struct html *h)
{
	return buf_str(&h->b);
}

void html_lit_n(struct html *h, const char *lit, size_t n)
{
	buf_add(&h->b, (struct str){ lit, n });
}

static struct str entity(char c)
{
	switch (c) {
	case '&':
		return STR("&amp;");
	case '<':
		return STR("&lt;");
	case '>':
		return STR("&gt;");
	case '"':
		return STR("&quot;");
	case '\'':
		return STR("&#39;");
	default:
		return (struct str){ 0 };
	}
}

void html_put_str(struct html *h, struct str s)
{
	static const bool special[256] = { ['&'] = true, ['<'] = true, ['>'] = true, ['"'] = true, ['\''] = true };
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		struct str e;

		if (!special[(unsigned char)s.p[i]])
			continue;
		e = entity(s.p[i]);
		buf_add(&h->b, str_sub(s, from, i));
		buf_add(&h->b, e);
		from = i + 1;
	}
	buf_add(&h->b, str_sub(s, from, s.n));
}

void html_put_cstr(struct html *h, const char *s)
{
	html_put_str(h, str_of(s));
}

void html_put_safe(struct html *h, struct safe_html s)
{
	buf_add(&h->b, s.html);
}

void html_put_i64(struct html *h, int64_t n)
{
	buf_addi(&h->b, n);
}

void html_put_u64(struct html *h, uint64_t n)
{
	buf_addu(&h->b, n, 1);
}

/* Browsers drop tabs and newlines inside addresses and read a backslash as a slash, so that "/\tx" and "/\x"
 * could leave the site: control bytes and backslashes are refused before the form is looked at. */
static bool url_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f || s.p[i] == '\\')
			return false;
	}
	if (s.n && strchr("?#.", s.p[0]))
		return true;
	if (s.n && s.p[0] == '/')
		return s.n == 1 || s.p[1] != '/';
	return str_starts(s, STR("https://")) || str_starts(s, STR("http://")) || str_starts(s, STR("mailto:"));
}

void html_put_url_str(struct html *h, struct str s)
{
	html_put_str(h, url_ok(s) ? s : STR("#"));
}

void html_put_url_cstr(struct html *h, const char *s)
{
	html_put_url_str(h, str_of(s));
}

static bool unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'
	       || c == '_' || c == '~';
}

void html_put_part_str(struct html *h, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if (unreserved(s.p[i])) {
			buf_addc(&h->b, s.p[i]);
		} else {
			const char code[] = { '%', hex[c >> 4], hex[c & 15] };

			buf_add(&h->b, (struct str){ code, sizeof(code) });
		}
	}
}

void html_put_part_cstr(struct html *h, const char *s)
{
	html_put_part_str(h, str_of(s));
}

struct safe_html html_take(const struct html *h)
{
	return html_ok(h) ? (struct safe_html){ html_str(h) } : (struct safe_html){ { "", 0 } };
}

struct safe_html html_svg(struct str drawing)
{
	const size_t from = str_find(drawing, STR("<svg"), 0);
	const struct str s = str_trim(str_sub(drawing, from == SIZE_MAX ? drawing.n : from, drawing.n));
	const bool ok = str_starts(s, STR("<svg")) && str_ends(s, STR("</svg>"))
		&& str_find(s, STR("<script"), 0) == SIZE_MAX;

	return (struct safe_html){ ok ? s : (struct str){ "", 0 } };
}

/* Length of the longest word standing at this place. */
static size_t word_at(struct str rest, const struct str *word, size_t n_word)
{
	size_t best = 0;

	for (size_t i = 0; i < n_word && i < MARK_WORDS; i++) {
		if (word[i].n > best && word[i].n <= rest.n && strncasecmp(rest.p, word[i].p, word[i].n) == 0)
			best = word[i].n; /* in the C locale: ASCII letters only, as search folds them */
	}
	return best;
}

struct safe_html html_mark(struct arena *a, struct str text, const struct str *word, size_t n_word)
{
	struct html h;
	size_t from = 0;

	html_init(&h, a, HTML_MAX);
	for (size_t i = 0; i < text.n;) {
		const size_t n = word_at(str_sub(text, i, text.n), word, n_word);

		if (n) {
			html_put(&h, str_sub(text, from, i));
			html_lit(&h, "<mark>");
			html_put(&h, str_sub(text, i, i + n));
			html_lit(&h, "</mark>");
			from = i + n;
		}
		i += n ? n : 1;
	}
	html_put(&h, str_sub(text, from, text.n));
	return html_take(&h);
}
