/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_draw.c - any bytes as the published file of a draw: what is read can be reckoned or is refused, and what was
 * found in order is written again as a file that is in order too. */
#include <assert.h>
#include <stdint.h>

#include "draw/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(struct arena *a, const struct draw_record *r)
{
	struct draw_result result;
	struct draw_list l;
	struct draw_record x;
	struct draw_check c;
	struct err err = { 0 };
	unsigned char seed[LOG_HASH];
	struct buf b;

	assert(draw_list_read(a, r->list, &l, &err));
	draw_seed(r->secret, r->draw_id, l.root, r->beacon, r->value, seed);
	assert(draw_run(a, &l, seed, r->panel_size, &result, &err));
	for (int whole = 0; whole < 2; whole++) {
		const struct draw_made m = { .draw_id = r->draw_id, .beacon = r->beacon, .value = r->value, .secret = r->secret,
					     .panel_size = r->panel_size, .list = &l, .result = &result };

		buf_init(&b, a, DRAW_RECORD_MAX);
		draw_record_put(a, &b, &m, whole == 1);
		assert(draw_record_read(a, buf_str(&b), &x, &err) && draw_record_check(a, &x, &c, &err) && !c.all);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct draw_record r;
	struct draw_check c;
	struct err err = { 0 };

	if (draw_record_read(a, (struct str){ (const char *)data, size }, &r, &err) && draw_record_check(a, &r, &c, &err)) {
		assert(c.n <= c.all);
		if (r.whole && !r.cancelled && !c.all)
			again(a, &r);
	}
	(void)arena_free(a);
	return 0;
}
