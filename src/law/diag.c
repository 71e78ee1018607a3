/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Findings of loader, compiler and checker: collected in the order they are met. */
#include <stdarg.h>
#include <string.h>

#include "law/expr.h"

#define FINDINGS_MAX 500  /* whoever has more reads the first ones */
#define FINDING_MAX 2000  /* bytes of one sentence */

static struct diag_item *next(struct diag *d)
{
	if (d->n == d->cap) {
		size_t cap = d->cap ? d->cap * 2 : 16;
		struct diag_item *more = arena_many(d->a, cap, struct diag_item);

		if (d->n)
			memcpy(more, d->item, d->n * sizeof(*more));
		d->item = more;
		d->cap = cap;
	}
	return &d->item[d->n++];
}

void diag_add(struct diag *d, struct pos pos, bool warning, const char *fmt, ...)
{
	struct diag_item *item;
	struct buf b;
	va_list ap;

	if (!warning)
		d->errors++;
	if (d->n >= FINDINGS_MAX)
		return;
	buf_init(&b, d->a, FINDING_MAX);
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	item = next(d);
	item->pos = pos;
	item->warning = warning;
	item->text = buf_str(&b);
	item->hint = (struct str){ 0 };
}

void diag_hint(struct diag *d, const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	if (!d->n || d->n >= FINDINGS_MAX)
		return;
	buf_init(&b, d->a, FINDING_MAX);
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	d->item[d->n - 1].hint = buf_str(&b);
}
