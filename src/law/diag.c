/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdarg.h>
#include <string.h>

#include "law/expr.h"

#define DIAG_TEXT 4000 /* bytes of one finding: a sentence and what it quotes */

static PRINTF(2, 0) struct str sentence(struct arena *a, const char *fmt, va_list ap)
{
	struct buf b;

	buf_init(&b, a, DIAG_TEXT);
	buf_addv(&b, fmt, ap);
	return buf_str(&b);
}

void diag_add(struct diag *d, struct pos pos, bool warning, const char *fmt, ...)
{
	struct diag_item *grown;
	va_list ap;

	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 16;
		grown = arena_many(d->a, d->cap, struct diag_item);
		for (size_t i = 0; i < d->n; i++)
			grown[i] = d->item[i];
		d->item = grown;
	}
	va_start(ap, fmt);
	/* The finding outlives the law whose loading it ended. */
	pos.file = pos.file ? arena_dup(d->a, pos.file, strlen(pos.file)) : "";
	d->item[d->n++] = (struct diag_item){ .pos = pos,
					      .warning = warning,
					      .text = sentence(d->a, fmt, ap) };
	va_end(ap);
	d->errors += !warning;
}

void diag_hint(struct diag *d, const char *fmt, ...)
{
	va_list ap;

	if (!d->n)
		return;
	va_start(ap, fmt);
	d->item[d->n - 1].hint = sentence(d->a, fmt, ap);
	va_end(ap);
}
