/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 年度行政执法统计: the yearly tables that the definitions open to anyone (yearly.h), as a page with charts, CSV, XLSX and JSON. */
#include "app/public.h"

#include <unistd.h>

#include "app/practice.h"
#include "app/table.h"
#include "app/whole.h"
#include "app/yearly.h"
#include "base/day.h"
#include "base/json.h"
#include "base/parse.h"
#include "base/uuid.h"
#include "pages.h"

#define BAR_WIDTH 230 /* of 360: a phone shows it as large as it is; the figure stands behind the bar */
#define BAR_STEP 48   /* the name above its bar, however long it is */
#define JSON_MOST ((size_t)4 << 20)
#define FILE_MOST ((size_t)16 << 20)

static int64_t year_asked(struct req *r)
{
	const struct ymd today = day_ymd(day_at(now_of(r)));
	int64_t year;

	return parse_i64(req_query(r, "year"), 1, 9999, &year) ? year : today.year;
}

static struct str cell_text(struct arena *a, struct val v)
{
	struct buf b;

	if (val_is_null(v))
		return STR("—");
	buf_init(&b, a, 100);
	val_put_cn(&b, a, v, NULL);
	return buf_str(&b);
}

static const struct str *cells(struct arena *a, const struct val *v, size_t n)
{
	struct str *s = arena_many(a, n, struct str);

	for (size_t i = 0; i < n; i++)
		s[i] = cell_text(a, v[i]);
	return s;
}

/* The sums as bars. Amounts and numbers never stand in one table, so that one scale does. */
static void bars(struct arena *a, const struct yearly_table *t, struct stat_table *ret)
{
	struct stat_bar *bar = arena_many(a, t->n_head, struct stat_bar);
	dec most = 0;

	for (size_t i = 0; i < t->n_head; i++)
		if (!val_is_null(t->sum[i]) && t->sum[i].n > most)
			most = t->sum[i].n;
	for (size_t i = 0; i < t->n_head; i++) {
		const dec is = val_is_null(t->sum[i]) ? 0 : t->sum[i].n;

		bar[i] = (struct stat_bar){ t->head[i], ret->sum[i], most ? (int64_t)((double)is / (double)most * BAR_WIDTH) : 0,
					    (int64_t)i * BAR_STEP };
	}
	ret->bar = bar;
	ret->height = (int64_t)t->n_head * BAR_STEP;
}

static void tables(struct arena *a, const struct yearly *y, struct statistics_view *v)
{
	struct stat_table *t = arena_many(a, y->n_table, struct stat_table);

	for (size_t i = 0; i < y->n_table; i++) {
		const struct yearly_table *from = &y->table[i];
		struct stat_line *line = arena_many(a, from->n_line, struct stat_line);

		for (size_t j = 0; j < from->n_line; j++)
			line[j] = (struct stat_line){ from->line[j].organ, cells(a, from->line[j].cell, from->n_head) };
		t[i] = (struct stat_table){ .id = from->id, .name = from->name, .head = from->head, .n_head = from->n_head, .line = line,
					    .n_line = from->n_line, .sum = cells(a, from->sum, from->n_head) };
		bars(a, from, &t[i]);
	}
	v->table = t;
	v->n_table = y->n_table;
}

static void years(struct req *r, int64_t chosen, struct statistics_view *v)
{
	const int64_t now = day_ymd(day_at(now_of(r))).year;
	struct choice *c = arena_many(r->a, (size_t)(now - YEARLY_FIRST + 1), struct choice);

	for (int64_t y = now; y >= YEARLY_FIRST; y--) {
		struct str s = str_fmt(r->a, "%lld", (long long)y);

		c[v->n_choice++] = (struct choice){ s, str_fmt(r->a, "%.*s年", STR_FMT(s)), y == chosen };
	}
	v->choice = c;
}

bool statistics_show(struct req *r, struct err *err)
{
	const int64_t year = year_asked(r);
	struct statistics_view v = { .year = str_fmt(r->a, "%lld", (long long)year) };
	const struct yearly *y;
	struct html h;
	bool ok;

	if (!yearly_get(app_of(r), r->db, r->a, year, &y, err))
		return false;
	public_frame_fill(r, str_fmt(r->a, "%.*s年度行政执法统计", STR_FMT(v.year)), DOOR_DECISIONS, &v.frame);
	v.running = year == day_ymd(day_at(now_of(r))).year;
	v.counted = shown_time(r->a, y->at);
	v.csv = str_fmt(r->a, "/statistics.csv?year=%.*s", STR_FMT(v.year));
	v.xlsx = str_fmt(r->a, "/statistics.xlsx?year=%.*s", STR_FMT(v.year));
	v.json = str_fmt(r->a, "/statistics.json?year=%.*s", STR_FMT(v.year));
	years(r, year, &v);
	tables(r->a, y, &v);
	html_init(&h, r->a, HTML_MAX);
	page_public_statistics(&h, &v);
	ok = public_reply(r, 200, &h, err);
	yearly_free(app_of(r), y);
	return ok;
}

/* ---- files: one line for each organ, the columns of all tables side by side ---- */

static const struct val *cells_of(const struct yearly_table *t, int64_t organ)
{
	for (size_t i = 0; i < t->n_line; i++)
		if (t->line[i].id == organ)
			return t->line[i].cell;
	return NULL;
}

/* organ NULL: the sums. A table that an organ's pack does not have is left empty in its line. */
static bool write_line(struct table *t, const struct yearly *y, const struct yearly_line *organ, struct err *err)
{
	table_text(t, organ ? organ->organ : STR("合计"));
	for (size_t i = 0; i < y->n_table; i++) {
		const struct val *cell = organ ? cells_of(&y->table[i], organ->id) : y->table[i].sum;

		for (size_t c = 0; c < y->table[i].n_head; c++)
			table_val(t, cell ? cell[c] : VAL_NULL, NULL);
	}
	return table_row(t, err);
}

/* Whether a table before this one has had the organ's line. */
static bool written(const struct yearly *y, size_t table, int64_t organ)
{
	for (size_t i = 0; i < table; i++)
		if (cells_of(&y->table[i], organ))
			return true;
	return false;
}

static bool write_table(struct req *r, const struct yearly *y, const char *path, struct str title, struct err *err)
{
	struct str *head;
	struct table *t;
	size_t n = 1;
	bool ok;

	for (size_t i = 0; i < y->n_table; i++)
		n += y->table[i].n_head;
	head = arena_many(r->a, n, struct str);
	head[0] = STR("机关");
	n = 1;
	for (size_t i = 0; i < y->n_table; i++)
		for (size_t c = 0; c < y->table[i].n_head; c++)
			head[n++] = str_fmt(r->a, "%.*s：%.*s", STR_FMT(y->table[i].name), STR_FMT(y->table[i].head[c]));
	if (!table_begin(r->a, path, title, head, n, practice_mark(app_of(r)), &t, err))
		return false;
	ok = true;
	for (size_t i = 0; i < y->n_table; i++)
		for (size_t l = 0; ok && l < y->table[i].n_line; l++)
			if (!written(y, i, y->table[i].line[l].id))
				ok = write_line(t, y, &y->table[i].line[l], err);
	if (ok && write_line(t, y, NULL, err) && table_end(t, err))
		return true;
	table_drop(t);
	return false;
}

bool statistics_table(struct req *r, struct err *err)
{
	const bool xlsx = str_ends(r->path, STR(".xlsx"));
	const int64_t year = year_asked(r);
	const struct yearly *y;
	struct str bytes, title = str_fmt(r->a, "%lld年度行政执法统计", (long long)year);
	char *path = str_cstr(r->a, str_fmt(r->a, "%s/spool/statistics-%.*s%s", app_of(r)->dir, STR_FMT(uuid_new(r->a, now_of(r))),
					    xlsx ? ".xlsx" : ".csv"));
	bool ok;

	if (!yearly_get(app_of(r), r->db, r->a, year, &y, err))
		return false;
	ok = write_table(r, y, path, title, err) && file_read_whole(r->a, path, FILE_MOST, &bytes, err)
	     && reply_file(r, xlsx ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv; charset=utf-8",
			   bytes, str_fmt(r->a, "%.*s%s", STR_FMT(title), xlsx ? ".xlsx" : ".csv"), true);
	yearly_free(app_of(r), y);
	(void)unlink(path);
	return ok;
}

/* ---- for programs ---- */

static void json_line(struct json_out *o, struct arena *a, const struct yearly_table *t, const struct val *cell)
{
	for (size_t c = 0; c < t->n_head; c++) {
		struct buf b;

		buf_init(&b, a, 60);
		if (val_is_null(cell[c]))
			buf_adds(&b, "null");
		else
			dec_put(&b, cell[c].n);
		json_out_raw(o, NULL, buf_str(&b));
	}
}

static void json_table(struct json_out *o, struct arena *a, const struct yearly_table *t)
{
	json_open(o, NULL, '{');
	json_out_str(o, "id", t->id);
	json_out_str(o, "name", t->name);
	json_open(o, "columns", '[');
	for (size_t c = 0; c < t->n_head; c++)
		json_out_str(o, NULL, t->head[c]);
	json_close(o, ']');
	json_open(o, "organs", '[');
	for (size_t i = 0; i < t->n_line; i++) {
		json_open(o, NULL, '{');
		json_out_str(o, "organ", t->line[i].organ);
		json_open(o, "figures", '[');
		json_line(o, a, t, t->line[i].cell);
		json_close(o, ']');
		json_close(o, '}');
	}
	json_close(o, ']');
	json_open(o, "sum", '[');
	json_line(o, a, t, t->sum);
	json_close(o, ']');
	json_close(o, '}');
}

bool statistics_json(struct req *r, struct err *err)
{
	struct json_out o = { 0 };
	const struct yearly *y;
	struct buf b, at;
	bool ok;

	if (!yearly_get(app_of(r), r->db, r->a, year_asked(r), &y, err))
		return false;
	buf_init(&b, r->a, JSON_MOST);
	buf_init(&at, r->a, 40);
	time_put_iso(&at, y->at);
	o.b = &b;
	json_open(&o, NULL, '{');
	json_out_i64(&o, "year", y->year);
	json_out_str(&o, "counted", buf_str(&at));
	json_open(&o, "tables", '[');
	for (size_t i = 0; i < y->n_table; i++)
		json_table(&o, r->a, &y->table[i]);
	json_close(&o, ']');
	json_close(&o, '}');
	ok = buf_ok(&b) ? public_kept(r, "application/json; charset=utf-8", buf_str(&b), 0) : err_set(err, ERR_TOO_LARGE, "统计的内容过多");
	yearly_free(app_of(r), y);
	return ok;
}
