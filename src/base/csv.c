/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/csv.h"

#include <string.h>

#include "base/buf.h"

struct reader {
	struct arena *a;
	struct str text;
	size_t at;
	int line;
	char sep;
	struct str *cell;
	size_t n, cap;
	int *row_line;
	size_t *had;
	size_t rows, rows_cap;
};

static void keep(struct reader *r, struct str s)
{
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 256;
		struct str *more = arena_many(r->a, cap, struct str);

		if (r->n)
			memcpy(more, r->cell, r->n * sizeof(*more));
		r->cell = more;
		r->cap = cap;
	}
	r->cell[r->n++] = s;
}

static void keep_row(struct reader *r, int line, size_t had)
{
	if (r->rows == r->rows_cap) {
		size_t cap = r->rows_cap ? r->rows_cap * 2 : 64;
		int *more = arena_many(r->a, cap, int);
		size_t *more_had = arena_many(r->a, cap, size_t);

		if (r->rows) {
			memcpy(more, r->row_line, r->rows * sizeof(*more));
			memcpy(more_had, r->had, r->rows * sizeof(*more_had));
		}
		r->row_line = more;
		r->had = more_had;
		r->rows_cap = cap;
	}
	r->had[r->rows] = had;
	r->row_line[r->rows++] = line;
}

static char peek(const struct reader *r)
{
	return r->at < r->text.n ? r->text.p[r->at] : '\n';
}

/* Borrowed from the text but for cells with doubled quotes. */
static bool quoted(struct reader *r, struct str *ret, struct err *err)
{
	size_t from = ++r->at;
	int line = r->line;
	bool doubled = false;
	struct buf b;

	while (r->at < r->text.n) {
		char c = r->text.p[r->at++];

		r->line += c == '\n';
		if (c != '"')
			continue;
		*ret = str_sub(r->text, from, r->at - 1);
		if (doubled) {
			buf_add(&b, *ret);
			*ret = buf_str(&b);
		}
		if (r->at == r->text.n || r->text.p[r->at] != '"')
			return true;
		if (!doubled) {
			buf_init(&b, r->a, r->text.n + 1);
			buf_add(&b, *ret);
		}
		doubled = true;
		from = r->at++; /* the second quote begins what follows */
	}
	return err_set(err, ERR_BAD_INPUT, "第%d行：引号没有结束", line);
}

static bool cell(struct reader *r, struct err *err)
{
	struct str s = { 0 };
	size_t from = r->at;

	if (r->sep == ',' && peek(r) == '"' && r->at < r->text.n) {
		if (!quoted(r, &s, err))
			return false;
	} else {
		while (r->at < r->text.n && peek(r) != r->sep && peek(r) != '\n' && peek(r) != '\r') {
			if (r->sep == ',' && peek(r) == '"')
				return err_set(err, ERR_BAD_INPUT, "第%d行：引号在单元格中间", r->line);
			r->at++;
		}
		s = str_sub(r->text, from, r->at);
	}
	keep(r, s);
	return true;
}

/* One line of cells; *ret_n how many. */
static bool row(struct reader *r, size_t *ret_n, struct err *err)
{
	int line = r->line;

	*ret_n = 0;
	for (;;) {
		if (!cell(r, err))
			return false;
		if (++*ret_n > CSV_COLUMNS_MAX)
			return err_set(err, ERR_BAD_INPUT, "第%d行：超过%d列", line, CSV_COLUMNS_MAX);
		if (r->at == r->text.n)
			return true;
		if (peek(r) == r->sep) {
			r->at++;
			continue;
		}
		if (peek(r) == '\r' && r->at + 1 < r->text.n && r->text.p[r->at + 1] == '\n')
			r->at++;
		if (peek(r) != '\n')
			return err_set(err, ERR_BAD_INPUT, "第%d行：引号后面还有文字", r->line);
		r->at++;
		r->line++;
		return true;
	}
}

/* As many cells as the head has. */
static void even_out(struct reader *r, size_t n, size_t columns)
{
	for (; n < columns; n++)
		keep(r, (struct str){ 0 });
	r->n -= n - columns;
}

static bool read_table(struct arena *a, struct str text, char sep, bool uneven, struct csv *ret, struct err *err)
{
	struct reader r = { .a = a, .text = text, .line = 1, .sep = sep };
	size_t columns, n;
	int line;

	if (!str_utf8(text))
		return err_set(err, ERR_BAD_INPUT, "表格不是 UTF-8 编码");
	if (str_starts(text, STR("\xEF\xBB\xBF")))
		r.at = 3;
	if (r.at == text.n)
		return err_set(err, ERR_BAD_INPUT, "表格是空的");
	if (!row(&r, &columns, err))
		return false;
	while (r.at < text.n) {
		line = r.line;
		if (!row(&r, &n, err))
			return false;
		if (n != columns && !uneven)
			return err_set(err, ERR_BAD_INPUT, "第%d行：有%zu列，表头有%zu列", line, n, columns);
		if (r.rows == CSV_ROWS_MAX)
			return err_set(err, ERR_BAD_INPUT, "表格超过%d行", CSV_ROWS_MAX);
		keep_row(&r, line, n);
		even_out(&r, n, columns);
	}
	*ret = (struct csv){ r.cell, columns, r.cell + columns, r.row_line, r.had, r.rows };
	return true;
}

bool csv_read(struct arena *a, struct str text, char sep, struct csv *ret, struct err *err)
{
	return read_table(a, text, sep, false, ret, err);
}

bool csv_read_uneven(struct arena *a, struct str text, char sep, struct csv *ret, struct err *err)
{
	return read_table(a, text, sep, true, ret, err);
}

size_t csv_column(const struct csv *t, const char *name)
{
	for (size_t i = 0; i < t->columns; i++)
		if (str_is(t->head[i], name))
			return i;
	return SIZE_MAX;
}

struct str csv_cell(const struct csv *t, size_t row_index, size_t column)
{
	return column < t->columns && row_index < t->rows ? t->cell[row_index * t->columns + column]
							  : (struct str){ 0 };
}
