/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_csv.c - any bytes as a table: every row is whole, and what was read is read again from its quoted form. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_cell(struct buf *b, struct str s)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_addc(b, '"');
		buf_addc(b, s.p[i]);
	}
	buf_addc(b, '"');
}

static void put_row(struct buf *b, const struct csv *t, size_t row)
{
	for (size_t c = 0; c < t->columns; c++) {
		if (c)
			buf_addc(b, ',');
		put_cell(b, row == SIZE_MAX ? t->head[c] : csv_cell(t, row, c));
	}
	buf_adds(b, "\r\n");
}

static void again(struct arena *a, const struct csv *t)
{
	struct csv u;
	struct err err = { 0 };
	struct buf b;

	buf_init(&b, a, (size_t)1 << 24);
	put_row(&b, t, SIZE_MAX);
	for (size_t i = 0; i < t->rows; i++)
		put_row(&b, t, i);
	if (!buf_ok(&b))
		return;
	assert(csv_read(a, buf_str(&b), ',', &u, &err));
	assert(u.rows == t->rows && u.columns == t->columns);
	for (size_t i = 0; i < t->rows * t->columns; i++)
		assert(str_eq(u.cell[i], t->cell[i]));
}

static void table(struct str text, char sep)
{
	struct arena *a = arena_new();
	struct csv t;
	struct err err = { 0 };

	if (csv_read_uneven(a, text, sep, &t, &err)) {
		for (size_t i = 0; i < t.rows; i++)
			assert(t.had[i] > 0 && csv_cell(&t, i, t.columns - 1).n <= text.n);
		again(a, &t);
	}
	if (csv_read(a, text, sep, &t, &err))
		again(a, &t);
	else
		assert(err.code == ERR_BAD_INPUT && err.msg[0]);
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str text = { (const char *)data, size };

	table(text, ',');
	table(text, '\t');
	return 0;
}
