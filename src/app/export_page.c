/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/export_page.h"

#include <unistd.h>

#include "app/practice.h"
#include "app/record.h"
#include "app/table.h"
#include "app/whole.h"
#include "base/day.h"
#include "base/uuid.h"
#include "matter/export.h"
#include "pages.h"

#define FILE_MOST ((size_t)64 << 20)
#define DAYS_SHOWN 30 /* until today, when no days are asked for */
#define DAYS_MOST 366 /* of one table: the platform takes what is new, a year is for reconciling */

struct asked {
	struct req *r;
	const struct law *law;
	const struct export_def *def;
	struct export_sheet s;
	struct exports_view v;
	struct period days;
};

/* ---- what is asked ---- */

static bool days_asked(struct asked *x, struct err *err)
{
	const int64_t today = day_at(now_of(x->r));

	x->days.to = today;
	if (req_query(x->r, "to").n && !day_parse(req_query(x->r, "to"), &x->days.to))
		return err_set(err, ERR_BAD_INPUT, "截止日期应当写成2026-03-31的样子");
	x->days.from = x->days.to - DAYS_SHOWN + 1;
	if (req_query(x->r, "from").n && !day_parse(req_query(x->r, "from"), &x->days.from))
		return err_set(err, ERR_BAD_INPUT, "起始日期应当写成2026-03-01的样子");
	if (x->days.from > x->days.to)
		return err_set(err, ERR_BAD_INPUT, "起始日期晚于截止日期");
	return x->days.to - x->days.from < DAYS_MOST || err_set(err, ERR_BAD_INPUT, "一次最多导出%d天，请缩小日期范围", DAYS_MOST);
}

/* Those that the person may have made; the one that is asked for, else the first. */
static bool choose(struct asked *x, struct err *err)
{
	const struct str want = req_query(x->r, "x");
	const struct actor who = actor_of(x->r);
	struct option_view *o;
	size_t most = 0;
	bool may;

	for (size_t k = 0; k < x->law->n_kind; k++)
		most += x->law->kind[k].n_export;
	o = arena_many(x->r->a, most, struct option_view);
	for (size_t k = 0; k < x->law->n_kind; k++)
		for (size_t i = 0; i < x->law->kind[k].n_export; i++) {
			const struct export_def *def = &x->law->kind[k].export[i];

			if (!matter_export_may(app_of(x->r)->engine, x->r->db, x->r->a, &who, def, &may, err))
				return false;
			if (!may)
				continue;
			if (!x->def || str_eq(def->path, want))
				x->def = def;
			o[x->v.n_option++] = (struct option_view){ .value = def->path, .name = def->name };
		}
	for (size_t i = 0; i < x->v.n_option; i++)
		o[i].on = str_eq(o[i].value, x->def->path);
	x->v.option = o;
	return true;
}

static bool begin(struct req *r, struct asked *x, struct err *err)
{
	const struct actor who = actor_of(r);
	int64_t def;

	*x = (struct asked){ .r = r };
	return frame_load(r, STR("对外报送"), &x->v.frame, err)
	    && engine_law_of_organ(app_of(r)->engine, r->db, r->a, r->session->organ, &x->law, &def, err)
	    && days_asked(x, err) && choose(x, err)
	    && (!x->def || matter_export(app_of(r)->engine, r->db, r->a, &who, x->def, x->days, &x->s, err));
}

/* ---- the page ---- */

/* 缺法定代表人、罚款金额（万元）；违法事实有5200字，最多5000字 */
static struct str wants(struct arena *a, const struct export_row *row)
{
	struct buf b;

	buf_init(&b, a, 8000);
	for (size_t i = 0; i < row->n_fault; i++) {
		const struct export_fault *f = &row->fault[i];

		if (!f->chars)
			buf_addf(&b, "%s%.*s", i ? "、" : "缺", STR_FMT(f->column->name));
	}
	for (size_t i = 0; i < row->n_fault; i++) {
		const struct export_fault *f = &row->fault[i];

		if (f->chars)
			buf_addf(&b, "%s%.*s有%zu字，最多%d字", b.n ? "；" : "", STR_FMT(f->column->name), f->chars,
				 f->column->length);
	}
	return buf_str(&b);
}

static void lines(struct asked *x)
{
	struct export_line *line = arena_many(x->r->a, EXPORT_LINES, struct export_line);

	for (int whole = 0; whole < 2; whole++)
		for (size_t i = 0; i < x->s.n && x->v.n_line < EXPORT_LINES; i++) {
			const struct export_row *row = &x->s.row[i];

			if ((row->n_fault == 0) != (whole == 1))
				continue;
			line[x->v.n_line++] = (struct export_line){ row->name, str_fmt(x->r->a, "/m/%.*s", STR_FMT(row->code)),
								    row->organ, wants(x->r->a, row) };
		}
	x->v.line = line;
}

static void heads(struct asked *x)
{
	struct export_head *h = arena_many(x->r->a, x->def->n_column, struct export_head);

	for (size_t i = 0; i < x->def->n_column; i++) {
		const struct export_column *c = &x->def->column[i];

		h[i] = (struct export_head){ c->head, c->name, c->length ? str_fmt(x->r->a, "%d", c->length) : STR("不限"),
					     !c->need ? STR("") : c->always ? STR("必填") : STR("有此情形的必填") };
	}
	x->v.head = h;
	x->v.n_head = x->def->n_column;
}

static struct str day_iso(struct arena *a, int64_t day)
{
	struct buf b;

	buf_init(&b, a, 20);
	day_put(&b, day);
	return buf_str(&b);
}

static struct str address(struct asked *x, const char *file)
{
	return str_fmt(x->r->a, "/duties/exports/%s?x=%.*s&from=%.*s&to=%.*s", file, STR_FMT(x->def->path),
		       STR_FMT(x->v.from), STR_FMT(x->v.to));
}

static void fill(struct asked *x)
{
	x->v.from = day_iso(x->r->a, x->days.from);
	x->v.to = day_iso(x->r->a, x->days.to);
	x->v.pushes = law_kind(x->law, STR("push_record")) != NULL;
	if (!x->def)
		return;
	x->v.name = x->def->name;
	x->v.all = x->s.n;
	x->v.whole = x->s.n_whole;
	x->v.faulty = x->s.n - x->s.n_whole;
	x->v.csv = address(x, "table.csv");
	x->v.xlsx = address(x, "table.xlsx");
	x->v.faults_csv = address(x, "wanting.csv");
	x->v.faults_xlsx = address(x, "wanting.xlsx");
	x->v.cite = cite_links(x->r, &x->def->node->cite, &x->v.n_cite);
	lines(x);
	heads(x);
}

bool exports_show(struct req *r, struct err *err)
{
	struct asked x;
	struct html h;

	if (!begin(r, &x, err))
		return false;
	fill(&x);
	duty_tabs(x.v.tab, 3);
	frame_crumb(&x.v.frame, STR("职责"), STR("/duties"));
	frame_crumb(&x.v.frame, STR("对外报送"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_exports(&h, &x.v);
	return frame_reply(r, 200, &h, err);
}

/* ---- the files ---- */

static bool write_whole(struct asked *x, struct table *t, struct err *err)
{
	for (size_t i = 0; i < x->s.n; i++) {
		for (size_t c = 0; !x->s.row[i].n_fault && c < x->def->n_column; c++) {
			const struct export_cell *cell = &x->s.row[i].cell[c];

			if (cell->n.t == T_NUM)
				table_val(t, cell->n, NULL);
			else
				table_code(t, cell->text);
		}
		if (!x->s.row[i].n_fault && !table_row(t, err))
			return false;
	}
	return true;
}

static bool write_wanting(struct asked *x, struct table *t, struct err *err)
{
	for (size_t i = 0; i < x->s.n; i++) {
		const struct export_row *row = &x->s.row[i];

		for (size_t f = 0; f < row->n_fault; f++) {
			const struct export_fault *is = &row->fault[f];

			table_text(t, row->name);
			table_text(t, row->organ);
			table_text(t, is->column->head);
			table_text(t, is->column->name);
			table_text(t, is->chars ? str_fmt(x->r->a, "有%zu字，最多%d字", is->chars, is->column->length) : STR("必填，没有填写"));
			table_text(t, row->code);
			if (!table_row(t, err))
				return false;
		}
	}
	return true;
}

static bool write_file(struct asked *x, const char *path, bool wanting, struct err *err)
{
	static const char *const why[] = { "决定", "机关", "栏目", "栏目名称", "情况", "编码" };
	const size_t n = wanting ? ARRAY_LEN(why) : x->def->n_column;
	struct str *head = arena_many(x->r->a, n, struct str);
	struct table *t;

	for (size_t i = 0; i < n; i++)
		head[i] = wanting ? str_of(why[i]) : x->def->column[i].head;
	if (!table_begin(x->r->a, path, x->def->name, head, n, practice_mark(app_of(x->r)), &t, err))
		return false;
	if ((wanting ? write_wanting(x, t, err) : write_whole(x, t, err)) && table_end(t, err))
		return true;
	table_drop(t);
	return false;
}

static bool reply_table(struct req *r, bool wanting, struct err *err)
{
	const bool xlsx = str_ends(r->path, STR(".xlsx"));
	const char *suffix = xlsx ? ".xlsx" : ".csv";
	struct reading reading = { .sort = "export", .person = r->session->person, .organ = r->session->organ };
	struct asked x;
	struct str bytes, name;
	char *path;
	bool ok;

	if (!begin(r, &x, err))
		return false;
	if (!x.def)
		return err_set(err, ERR_FORBIDDEN, "您的岗位没有可以导出的报送表");
	fill(&x);
	name = str_fmt(r->a, "%.*s%s_%.*s_%.*s%s", STR_FMT(x.def->name), wanting ? "_缺项" : "", STR_FMT(x.v.from), STR_FMT(x.v.to), suffix);
	path = str_cstr(r->a, str_fmt(r->a, "%s/spool/report-%.*s%s", app_of(r)->dir, STR_FMT(uuid_new(r->a, now_of(r))), suffix));
	reading.kind = x.def->kind->id;
	reading.what = name;
	reading.n = (int64_t)(wanting ? x.v.faulty : x.v.whole);
	ok = write_file(&x, path, wanting, err) && file_read_whole(r->a, path, FILE_MOST, &bytes, err)
	     && reply_file(r, xlsx ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv; charset=utf-8",
			   bytes, name, true)
	     && reply_recorded(r, &reading);
	(void)unlink(path);
	return ok;
}

bool exports_table(struct req *r, struct err *err)
{
	return reply_table(r, false, err);
}

bool exports_wanting(struct req *r, struct err *err)
{
	return reply_table(r, true, err);
}
