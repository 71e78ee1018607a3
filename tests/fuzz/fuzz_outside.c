/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_outside.c - any bytes as an uploaded PDF, PNG or JPEG: pages that come of it can be bound, or it says why not. */
#include <assert.h>
#include <stdint.h>

#include "base/arena.h"
#include "paper/bind.h"
#include "paper/outside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str media(struct str s)
{
	if (str_starts(s, STR("%PDF")))
		return STR("application/pdf");
	return str_starts(s, STR("\x89PNG")) ? STR("image/png") : STR("image/jpeg");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str content = { (const char *)data, size }, pdf;
	struct outside o;
	struct err err = { 0 };

	if (outside_pages(a, media(content), STR("x"), content, &o, &err) && o.why == OUTSIDE_FINE) {
		const struct bind_part part = { .pdf = o.pdf, .title = STR("x"), .numbered = true, .foreign = !o.archival };
		const struct bind_job job = { .part = &part, .n = 1, .says = { .title = STR("x"), .author = STR("y") } };
		int pages = 0;

		assert(bind_pages(o.pdf, &pages, &err) && pages >= 1 && pages <= OUTSIDE_PAGES_MOST);
		assert(bind_pdf(a, &job, &pdf, &err));
	} else {
		assert(!o.pdf.n);
	}
	(void)arena_free(a);
	return 0;
}
