/* SPDX-License-Identifier: MulanPSL-2.0 */
/* buf.h - a text builder on an arena, with a cap. Append freely and ask buf_ok() once: after the cap
 * is reached every append is a no-op and the overflow is remembered. The text is always followed by NUL.
 *
 *	struct buf b;
 *	buf_init(&b, a, 4096);
 *	buf_add(&b, STR("ok"));
 *	if (!buf_ok(&b)) ...
 */
#ifndef MINGFA_BASE_BUF_H
#define MINGFA_BASE_BUF_H

#include <stdarg.h>

#include "base/attr.h"
#include "base/str.h"

struct buf {
	struct arena *a;
	char *p;
	size_t n;
	size_t cap;   /* bytes allocated */
	size_t max;   /* bytes allowed */
	bool over;
};

void buf_init(struct buf *b, struct arena *a, size_t max);
void buf_add(struct buf *b, struct str s);
void buf_addc(struct buf *b, char c);
void buf_adds(struct buf *b, const char *cstr);
void buf_add_xml(struct buf *b, struct str s); /* as text or a quoted value of XML; control characters become blanks */
void buf_addi(struct buf *b, int64_t n);
void buf_addu(struct buf *b, uint64_t n, size_t width); /* with leading zeros up to width digits, at most 20 */
/* The code point as UTF-8. */
void buf_addcp(struct buf *b, uint32_t cp);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_addv(struct buf *b, const char *fmt, va_list ap) PRINTF(2, 0);
bool buf_ok(const struct buf *b);
/* The text so far; borrowed until the next append. */
struct str buf_str(const struct buf *b);
void buf_clear(struct buf *b);

#endif
