/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_note.c - any bytes as a signed note, and each of its lines as a public key: what is read stays within the input,
 * and a checkpoint that was read is written again as the same text. */
#include <assert.h>
#include <stdint.h>

#include "log/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_key(struct arena *a, struct str line)
{
	struct key k;
	struct buf b;
	struct err err = { 0 };

	if (!key_read(line, &k, &err))
		return;
	buf_init(&b, a, 4096);
	key_put(&b, &k);
	assert(str_eq(buf_str(&b), line));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char vkey[] = "log.example/enforcement+b8714a24+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
	struct arena *a = arena_new();
	struct str text = { (const char *)data, size }, rest = text, line;
	struct note n;
	struct checkpoint c;
	struct key k;
	struct buf b;
	struct err err = { 0 };

	assert(key_read(str_of(vkey), &k, &err));
	if (note_read(a, text, &n, &err)) {
		assert(n.n > 0 && n.n <= NOTE_SIGS_MAX && str_starts(text, n.text) && str_ends(n.text, STR("\n")));
		buf_init(&b, a, NOTE_MAX);
		buf_add(&b, n.text);
		buf_addc(&b, '\n');
		for (size_t i = 0; i < n.n; i++)
			buf_add(&b, n.sig[i].line);
		assert(str_eq(buf_str(&b), text));
	}
	if (checkpoint_open(a, text, &k, 1, &c, NULL, &err))
		assert(str_eq(c.origin, k.name));
	if (checkpoint_read(text, &c, &err)) {
		buf_init(&b, a, NOTE_MAX);
		checkpoint_put(&b, &c);
		assert(!buf_ok(&b) || str_eq(buf_str(&b), text));
	}
	while (str_cut(&rest, '\n', &line))
		read_key(a, line);
	(void)arena_free(a);
	return 0;
}
