/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/table.h"

#include <errno.h>
#include <sys/stat.h>
#include <xlsxwriter.h>

#include "app/import.h"
#include "base/day.h"

#define CELL_CHARS 32767
#define TEXT_MOST ((size_t)256 * 1024)
#define ROW_MOST ((size_t)4 << 20)
#define SHEET_NAME 31 /* characters */
#define WIDTH_MIN 8.0
#define WIDTH_MOST 50.0

struct table {
	struct arena *a;    /* lives as long as the table */
	struct arena *row;  /* reset after each row */
	char *path, *part;
	size_t columns, column;
	int64_t rows;
	struct str mark;
	/* CSV */
	FILE *f;
	struct buf b;
	/* XLSX */
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *head, *text, *money, *number, *date, *time;
	double *width;
	bool bad; /* a cell that could not be written */
};

/* ---- XLSX ---- */

/* A Chinese character is two figures wide. */
static void widen(struct table *t, struct str s)
{
	double w = 2;

	for (size_t i = 0; i < s.n; i++)
		w += (unsigned char)s.p[i] < 0x80 ? 1 : ((unsigned char)s.p[i] & 0xc0) == 0xc0 ? 2 : 0;
	if (w > WIDTH_MOST)
		w = WIDTH_MOST;
	if (t->column < t->columns && w > t->width[t->column])
		t->width[t->column] = w;
}

static void put(struct table *t, lxw_error e)
{
	t->bad = t->bad || e != LXW_NO_ERROR;
	t->column++;
}

static void xlsx_text(struct table *t, struct str s, lxw_format *f)
{
	struct str short_enough = str_head(s, CELL_CHARS);

	widen(t, short_enough);
	put(t, worksheet_write_string(t->sheet, (lxw_row_t)t->rows, (lxw_col_t)t->column, str_cstr(t->row, short_enough), f));
}

static void xlsx_number(struct table *t, dec n, lxw_format *f)
{
	struct buf b;

	buf_init(&b, t->row, 60);
	dec_put_fixed(&b, n, 2, true);
	widen(t, buf_str(&b));
	/* Six places of a decimal; a sheet counts in doubles, exact to fifteen digits: amounts below ten thousand billion. */
	put(t, worksheet_write_number(t->sheet, (lxw_row_t)t->rows, (lxw_col_t)t->column, (double)n / (double)DEC_ONE, f));
}

static void xlsx_day(struct table *t, int64_t day, int64_t ms, bool time)
{
	struct ymd d = day_ymd(day);
	int64_t minute = time ? (ms - day_start(day)) / 60000 : 0;
	lxw_datetime at = { .year = d.year, .month = d.month, .day = d.day, .hour = (int)(minute / 60), .min = (int)(minute % 60) };

	widen(t, time ? STR("2026-11-25 09:30") : STR("2026-11-25"));
	put(t, worksheet_write_datetime(t->sheet, (lxw_row_t)t->rows, (lxw_col_t)t->column, &at, time ? t->time : t->date));
}

/* Excel knows no day before 1900, and counts those of its first two months wrongly. */
static bool is_sheet_day(int64_t day)
{
	return day >= day_of(1900, 3, 1) && day <= day_of(9999, 12, 31);
}

static bool xlsx_val(struct table *t, struct val v)
{
	switch (v.t) {
	case T_MONEY:
		xlsx_number(t, v.n, t->money);
		return true;
	case T_INT:
	case T_NUM:
		xlsx_number(t, v.n, t->number);
		return true;
	case T_DATE:
		if (is_sheet_day(v.i))
			xlsx_day(t, v.i, 0, false);
		return is_sheet_day(v.i);
	case T_TIME:
		if (is_sheet_day(day_at(v.i)))
			xlsx_day(t, day_at(v.i), v.i, true);
		return is_sheet_day(day_at(v.i));
	default:
		return false;
	}
}

static lxw_format *format(struct table *t, const char *code)
{
	lxw_format *f = workbook_add_format(t->book);

	format_set_font_name(f, "宋体");
	format_set_font_size(f, 11);
	if (code)
		format_set_num_format(f, code);
	return f;
}

/* The mark has a column behind all others. */
static struct str heading(const struct table *t, const struct str *head, size_t i)
{
	return t->mark.n && i + 1 == t->columns ? STR("标记") : head[i];
}

/* A sheet's name has no []:*?/\ and at most 31 characters. */
static char *sheet_name(struct table *t, struct str title)
{
	char *s = str_cstr(t->a, str_head(title, SHEET_NAME));

	for (char *p = s; *p; p++)
		if (*p == '[' || *p == ']' || *p == ':' || *p == '*' || *p == '?' || *p == '/' || *p == '\\' || *p == '\'')
			*p = ' ';
	return s;
}

static bool xlsx_begin(struct table *t, struct str title, const struct str *head, struct err *err)
{
	char *folder = str_cstr(t->a, str_of(t->path));
	char *slash = strrchr(folder, '/');
	lxw_workbook_options options = { .constant_memory = LXW_TRUE };

	if (slash)
		*slash = '\0';
	options.tmpdir = slash ? folder : NULL;
	t->book = workbook_new_opt(t->part, &options);
	t->sheet = t->book ? workbook_add_worksheet(t->book, sheet_name(t, title)) : NULL;
	if (!t->sheet)
		return err_set(err, ERR_IO, "不能写文件 %s", t->path);
	t->head = format(t, "@");
	format_set_bold(t->head);
	format_set_bg_color(t->head, 0xEEF2F7);
	format_set_border(t->head, LXW_BORDER_THIN);
	t->text = format(t, "@");
	t->money = format(t, "#,##0.00");
	t->number = format(t, NULL);
	t->date = format(t, "yyyy-mm-dd");
	t->time = format(t, "yyyy-mm-dd hh:mm");
	for (size_t i = 0; i < t->columns; i++)
		xlsx_text(t, heading(t, head, i), t->head);
	worksheet_freeze_panes(t->sheet, 1, 0);
	worksheet_set_landscape(t->sheet);
	worksheet_set_paper(t->sheet, 9); /* A4 */
	worksheet_fit_to_pages(t->sheet, 1, 0);
	worksheet_repeat_rows(t->sheet, 0, 0);
	return table_row(t, err);
}

static bool xlsx_end(struct table *t, struct err *err)
{
	lxw_error e;

	for (size_t i = 0; i < t->columns; i++)
		(void)worksheet_set_column(t->sheet, (lxw_col_t)i, (lxw_col_t)i, t->width[i], NULL);
	if (t->rows > 1)
		(void)worksheet_autofilter(t->sheet, 0, 0, (lxw_row_t)t->rows - 1, (lxw_col_t)(t->columns - 1));
	e = workbook_close(t->book); /* gives the book back, whatever happens */
	t->book = NULL;
	return e == LXW_NO_ERROR || err_set(err, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "表格没有写完：%s", lxw_strerror(e));
}

/* ---- CSV ---- */

static void csv_gap(struct table *t)
{
	if (t->column++)
		buf_addc(&t->b, ',');
}

static size_t digits_of(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n;
}

static bool csv_begin(struct table *t, const struct str *head, struct err *err)
{
	t->f = fopen(t->part, "wb");
	if (!t->f)
		return err_set(err, ERR_IO, "不能写文件 %s：%s", t->path, strerror(errno));
	buf_init(&t->b, t->row, ROW_MOST);
	buf_adds(&t->b, "\xEF\xBB\xBF");
	for (size_t i = 0; i < t->columns; i++)
		table_text(t, heading(t, head, i));
	return table_row(t, err);
}

/* ---- both ---- */

bool table_begin(struct arena *a, const char *path, struct str title, const struct str *head, size_t n, struct str mark,
		 struct table **ret, struct err *err)
{
	struct table *t = arena_one(a, struct table);

	*ret = t;
	n += mark.n > 0;
	*t = (struct table){ .a = a, .path = str_cstr(a, str_of(path)), .columns = n, .mark = mark, .row = arena_new(),
			     .width = arena_many(a, n, double) };
	t->part = str_cstr(a, str_fmt(a, "%s.part", path));
	for (size_t i = 0; i < n; i++)
		t->width[i] = WIDTH_MIN;
	if (n > TABLE_COLUMNS_MOST)
		return err_set(err, ERR_TOO_LARGE, "列过多，请少选几列");
	return str_ends(str_of(path), STR(".xlsx")) ? xlsx_begin(t, title, head, err) : csv_begin(t, head, err);
}

void table_text(struct table *t, struct str s)
{
	if (t->book && s.n) {
		xlsx_text(t, s, t->text);
	} else if (t->book) {
		t->column++;
	} else {
		csv_gap(t);
		import_put_cell(&t->b, s);
	}
}

void table_code(struct table *t, struct str s)
{
	const bool digits = s.n && digits_of(s) == s.n;

	if (t->book || !digits) {
		table_text(t, s);
		return;
	}
	csv_gap(t);
	buf_addc(&t->b, '"');
	buf_add(&t->b, s);
	buf_addc(&t->b, '"');
}

void table_val(struct table *t, struct val v, const struct val_names *names)
{
	bool figure = v.t == T_MONEY || v.t == T_INT || v.t == T_NUM;
	struct buf b;

	if (t->book && xlsx_val(t, v))
		return;
	buf_init(&b, t->row, TEXT_MOST);
	if (v.t == T_MONEY)
		dec_put_fixed(&b, v.n, 2, false);
	else if (figure || v.t == T_DATE || v.t == T_TIME)
		val_put_plain(&b, v);
	else if (v.t != T_NONE)
		val_put_cn(&b, t->row, v, names);
	if (t->book || !figure) {
		table_text(t, buf_str(&b));
		return;
	}
	csv_gap(t); /* figures stay figures: unquoted */
	buf_add(&t->b, buf_str(&b));
}

bool table_row(struct table *t, struct err *err)
{
	bool ok = true;

	if (t->mark.n && t->rows)
		table_text(t, t->mark);
	if (t->rows++ > TABLE_ROWS_MOST)
		return err_set(err, ERR_TOO_LARGE, "一张表最多%d行，请缩小范围", TABLE_ROWS_MOST);
	if (t->bad)
		return err_set(err, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "表格没有写完，请稍后再试");
	if (t->f) {
		struct str s;

		buf_adds(&t->b, "\r\n");
		s = buf_str(&t->b);
		if (!buf_ok(&t->b))
			return err_set(err, ERR_TOO_LARGE, "有一行的内容过长，无法导出");
		ok = fwrite(s.p, 1, s.n, t->f) == s.n;
		if (!ok)
			(void)err_set(err, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "导出文件没有写完：%s", strerror(errno));
	}
	t->column = 0;
	arena_reset(t->row);
	if (t->f)
		buf_init(&t->b, t->row, ROW_MOST);
	return ok;
}

bool table_end(struct table *t, struct err *err)
{
	bool ok = true;

	if (t->book)
		ok = xlsx_end(t, err);
	if (t->f && fclose(t->f) != 0)
		ok = err_set(err, ERR_IO, "导出文件没有写完：%s", strerror(errno));
	t->f = NULL;
	if (ok && (chmod(t->part, 0600) != 0 || rename(t->part, t->path) != 0)) /* it may hold personal data */
		ok = err_set(err, ERR_IO, "不能写文件 %s：%s", t->path, strerror(errno));
	if (ok)
		t->row = arena_free(t->row);
	return ok;
}

void table_drop(struct table *t)
{
	if (!t || !t->row)
		return;
	if (t->book)
		(void)workbook_close(t->book);
	if (t->f)
		(void)fclose(t->f);
	(void)remove(t->part);
	t->book = NULL;
	t->f = NULL;
	t->row = arena_free(t->row);
}
