/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/duty_page.h"

#include <stdlib.h>
#include <unistd.h>

#include "app/record.h"
#include "app/table.h"
#include "app/whole.h"
#include "base/day.h"
#include "base/parse.h"
#include "base/uuid.h"
#include "matter/duty.h"
#include "pages.h"
#include "web/asset.h"

#define FILE_MOST ((size_t)64 << 20)
#define BAR_WIDTH 600
#define BAR_STEP 26

static bool law_here(struct req *r, const struct law **ret, struct err *err)
{
	int64_t def;

	return engine_law_of_organ(app_of(r)->engine, r->db, r->a, r->session->organ, ret, &def, err);
}

void duty_tabs(struct tab tab[DUTY_TABS], size_t here)
{
	tab[0] = (struct tab){ .name = STR("职责"), .href = STR("/duties") };
	tab[1] = (struct tab){ .name = STR("统计报表"), .href = STR("/duties/reports") };
	tab[2] = (struct tab){ .name = STR("自定统计"), .href = STR("/stats") };
	tab[3] = (struct tab){ .name = STR("对外报送"), .href = STR("/duties/exports") };
	tab[here].here = true;
}

static struct str day_cn(struct arena *a, int64_t day)
{
	struct buf b;

	buf_init(&b, a, 40);
	day_put_cn(&b, day);
	return buf_str(&b);
}

static struct str report_href(struct arena *a, const char *more, const struct report *def, int64_t day)
{
	const struct ymd d = day_ymd(day);

	return str_fmt(a, "/duties/reports%s?r=%.*s&on=%04d-%02d", more, STR_FMT(def->path), d.year, d.month);
}

/* ---- 职责 ---- */

static struct str mark_of(struct arena *a, const struct duty_sheet *s, const struct duty_row *x)
{
	const struct ymd d = day_ymd(s->last);

	switch (x->light) {
	case LIGHT_MET:
		return STR("✓ 已达到");
	case LIGHT_RED:
		return STR("■ 未履行");
	case LIGHT_YELLOW:
		return str_fmt(a, "▲ 未达到，%d月%d日截止", d.month, d.day);
	case LIGHT_GREEN:
		return str_fmt(a, "● 未到期，%d月%d日截止", d.month, d.day);
	default:
		return STR("不适用");
	}
}

static int order_of(enum light l)
{
	static const int order[] = { [LIGHT_RED] = 0, [LIGHT_YELLOW] = 1, [LIGHT_GREEN] = 2, [LIGHT_MET] = 3, [LIGHT_NONE] = 4 };

	return l <= LIGHT_MET ? order[l] : 4;
}

static int by_order(const void *x, const void *y)
{
	const struct duty_line *a = x, *b = y;

	return a->order != b->order ? a->order - b->order : str_cmp(a->subject, b->subject);
}

static bool add_line(struct req *r, const struct duty_sheet *s, const struct duty_row *x, struct duty_group *g,
		     struct duty_line *line, struct err *err)
{
	const struct actor who = actor_of(r);
	bool sees;

	if (!matter_duty_sees(app_of(r)->engine, r->db, r->a, &who, s->law, x, s->def, &sees, err))
		return false;
	if (!sees)
		return true;
	*line = (struct duty_line){ .light = light_class(x->light), .mark = mark_of(r->a, s, x), .subject = x->name,
				    .figure = x->figure_text, .target = x->target_text, .order = order_of(x->light) };
	if (x->joined)
		line->joined = str_fmt(r->a, "%.*s列入", STR_FMT(day_cn(r->a, x->joined)));
	if (!matter_duty_who(app_of(r)->engine, r->db, r->a, x, &line->who, err))
		return false;
	g->met += x->result == DUTY_MET;
	g->open += x->result == DUTY_MISSED;
	g->none += x->result == DUTY_NONE;
	g->n_line++;
	return true;
}

static bool group_of(struct req *r, const struct law *law, const struct duty *d, struct duty_group *g, struct err *err)
{
	struct duty_sheet s;
	struct duty_line *line;
	int64_t day;

	if (!matter_duty_open(app_of(r)->engine, r->db, r->a, law, d, &day, err)
	    || !matter_duty(app_of(r)->engine, r->db, r->a, law, d, day, &s, err))
		return false;
	line = arena_many(r->a, s.n, struct duty_line);
	*g = (struct duty_group){ .name = d->name, .line = line, .period = period_text(r->a, d->every, s.period.from),
				  .due = day_cn(r->a, s.last),
				  .records = str_fmt(r->a, "/k/duty_record?duty=%.*s", STR_FMT(d->path)) };
	if (d->delivers)
		g->report = report_href(r->a, "", d->delivers, s.period.from);
	for (size_t i = 0; i < s.n; i++)
		if (!add_line(r, &s, &s.row[i], g, &line[g->n_line], err))
			return false;
	if (g->n_line > 1)
		qsort(line, g->n_line, sizeof(*line), by_order);
	g->cite = cite_links(r, &d->node->cite, &g->n_cite);
	if (g->met + g->open) {
		g->w_met = (int64_t)(g->met * BAR_WIDTH / (g->met + g->open));
		g->w_open = BAR_WIDTH - g->w_met;
	}
	return true;
}

static int by_urgency(const void *x, const void *y)
{
	const struct duty_group *a = x, *b = y;
	const int p = a->n_line ? a->line[0].order : 9, q = b->n_line ? b->line[0].order : 9;

	return p != q ? p - q : str_cmp(a->name, b->name);
}

static bool groups(struct req *r, const struct law *law, struct duties_view *v, struct err *err)
{
	struct duty_group *g;
	size_t most = 0;

	for (size_t k = 0; k < law->n_kind; k++)
		most += law->kind[k].n_duty;
	g = arena_many(r->a, most, struct duty_group);
	for (size_t k = 0; k < law->n_kind; k++)
		for (size_t i = 0; i < law->kind[k].n_duty; i++) {
			if (!group_of(r, law, &law->kind[k].duty[i], &g[v->n_group], err))
				return false;
			v->n_group += g[v->n_group].n_line > 0;
		}
	if (v->n_group > 1)
		qsort(g, v->n_group, sizeof(*g), by_urgency);
	v->group = g;
	return true;
}

bool duties_show(struct req *r, struct err *err)
{
	struct duties_view v = { .n_group = 0 };
	const struct law *law;
	struct html h;

	if (!frame_load(r, STR("职责"), &v.frame, err) || !law_here(r, &law, err) || !groups(r, law, &v, err))
		return false;
	duty_tabs(v.tab, 0);
	frame_crumb(&v.frame, STR("职责"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_duties(&h, &v);
	return frame_reply(r, 200, &h, err);
}

/* ---- 统计报表 ---- */

struct shown_report {
	struct req *r;
	const struct law *law;
	const struct report *def;
	struct report_sheet s;
	struct reports_view v;
	int64_t day;
};

/* on=2026-03: the period that has this month; anything else: the one that runs. */
static int64_t day_asked(struct req *r)
{
	const struct str text = req_query(r, "on");
	int64_t year, month;

	if (text.n == 7 && text.p[4] == '-' && parse_i64(str_sub(text, 0, 4), 1950, 2150, &year)
	    && parse_i64(str_sub(text, text.p[5] == '0' ? 6 : 5, 7), 1, 12, &month))
		return day_of((int)year, (int)month, 1);
	return day_at(now_of(r));
}

static bool may_see(struct shown_report *x, const struct report *def, bool *ret_whole, bool *ret, struct err *err)
{
	const struct actor who = actor_of(x->r);
	struct engine *e = app_of(x->r)->engine;

	return matter_report_sees(e, x->r->db, x->r->a, &who, x->law, def, 0, ret_whole, err)
	       && (*ret_whole ? (*ret = true)
			      : matter_report_sees(e, x->r->db, x->r->a, &who, x->law, def, x->r->session->organ, ret, err));
}

static bool choose(struct shown_report *x, struct err *err)
{
	const struct str want = req_query(x->r, "r");
	struct option_view *o;
	size_t most = 0;
	bool whole, may;

	for (size_t k = 0; k < x->law->n_kind; k++)
		most += x->law->kind[k].n_report;
	o = arena_many(x->r->a, most, struct option_view);
	for (size_t k = 0; k < x->law->n_kind; k++)
		for (size_t i = 0; i < x->law->kind[k].n_report; i++) {
			const struct report *def = &x->law->kind[k].report[i];

			if (!may_see(x, def, &whole, &may, err))
				return false;
			if (!may)
				continue;
			if (!x->def || str_eq(def->path, want)) {
				x->def = def;
				x->v.whole = whole;
			}
			o[x->v.n_option++] = (struct option_view){ .value = def->path, .name = def->name };
		}
	for (size_t i = 0; i < x->v.n_option; i++)
		o[i].on = str_eq(o[i].value, x->def->path);
	x->v.option = o;
	return true;
}

static const struct str *cells(struct shown_report *x, const struct val *v)
{
	struct str *cell = arena_many(x->r->a, x->def->n_column, struct str);

	for (size_t i = 0; i < x->def->n_column; i++)
		cell[i] = figure_text(x->r->a, x->def->column[i].is, v[i]);
	return cell;
}

/* The first column as bars: how the subjects compare. */
static void bars(struct shown_report *x, const struct report_row *const *row, size_t n)
{
	struct bar *b = arena_many(x->r->a, BARS_MOST, struct bar);
	dec most = 0;

	for (size_t i = 0; i < n; i++)
		if (row[i]->cell[0].t != T_NONE && row[i]->cell[0].n > most)
			most = row[i]->cell[0].n;
	if (!most || n < 2)
		return;
	x->v.bars_of = x->def->column[0].name;
	for (size_t i = 0; i < n && i < BARS_MOST; i++) {
		const dec is = row[i]->cell[0].t == T_NONE ? 0 : row[i]->cell[0].n;

		b[x->v.n_bar] = (struct bar){ .name = row[i]->name, .value = x->v.line[i].cell[0],
					      .width = (int64_t)(is / (most / 300 ? most / 300 : 1)), .y = (int64_t)x->v.n_bar * BAR_STEP };
		x->v.n_bar++;
	}
	x->v.bar = b;
	x->v.height = (int64_t)x->v.n_bar * BAR_STEP;
}

static const struct duty_row *own_row(const struct shown_report *x, const struct duty_sheet *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->row[i].organ == x->r->session->organ)
			return &s->row[i];
	return NULL;
}

static bool among(struct shown_report *x, const struct duty_row *row, bool *ret, struct err *err)
{
	const struct actor who = actor_of(x->r);

	*ret = false;
	for (size_t i = 0; i < row->n_who && !*ret; i++)
		if (!matter_is_any_of(app_of(x->r)->engine, x->r->db, x->r->a, &who, row->who[i], ret, err))
			return false;
	return true;
}

static const char *delivery_mark(enum light l)
{
	switch (l) {
	case LIGHT_MET:
		return "✓ 本单位已报送";
	case LIGHT_RED:
		return "■ 本单位没有报送";
	case LIGHT_YELLOW:
		return "▲ 本单位尚未报送";
	case LIGHT_GREEN:
		return "● 本单位尚未报送";
	default: /* of a time for which nobody was judged */
		return "本单位没有报送";
	}
}

/* How the own organ stands with delivering what is shown, and the way to do so. */
static bool delivering(struct shown_report *x, struct err *err)
{
	struct reports_view *v = &x->v;
	struct arena *a = x->r->a;
	const struct ymd from = day_ymd(x->s.period.from);
	const struct duty_row *row;
	struct duty_sheet s;
	enum light light;
	int64_t record;
	bool mine;

	if (!x->def->deliver)
		return true;
	if (!matter_duty(app_of(x->r)->engine, x->r->db, a, x->law, x->def->deliver, x->s.period.from, &s, err))
		return false;
	row = own_row(x, &s);
	if (!row)
		return true;
	if (!duty_recorded(x->r->db, a, x->law, s.def, row->subject, s.period.from, &record, err) || !among(x, row, &mine, err))
		return false;
	light = row->light == LIGHT_RED && !record ? LIGHT_NONE : row->light;
	v->light = light_class(light);
	v->due = str_fmt(a, "%s，%.*s截止", delivery_mark(light), STR_FMT(day_cn(a, s.last)));
	if (mine && v->over && row->result != DUTY_MET)
		v->deliver = str_fmt(a, "/k/report_delivery/new?f.report=%.*s&f.period_from=%04d-%02d-01", STR_FMT(x->def->path),
				     from.year, from.month);
	return true;
}

static bool fill(struct shown_report *x, struct err *err)
{
	struct reports_view *v = &x->v;
	struct report_line *line;
	const struct report_row **row;
	struct str *head = arena_many(x->r->a, x->def->n_column, struct str);

	if (!matter_report(app_of(x->r)->engine, x->r->db, x->r->a, x->law, x->def, x->day, &x->s, err))
		return false;
	line = arena_many(x->r->a, x->s.n, struct report_line);
	row = arena_many(x->r->a, x->s.n, const struct report_row *);
	for (size_t i = 0; i < x->s.n; i++) {
		const struct report_row *s = &x->s.row[i];

		if (!v->whole && s->organ != x->r->session->organ)
			continue;
		row[v->n_line] = s;
		line[v->n_line++] = (struct report_line){ s->name, s->joined ? str_fmt(x->r->a, "%.*s列入", STR_FMT(day_cn(x->r->a, s->joined)))
								: (struct str){ 0 }, cells(x, s->cell) };
	}
	for (size_t i = 0; i < x->def->n_column; i++)
		head[i] = x->def->column[i].name;
	v->head = head;
	v->n_head = x->def->n_column;
	v->line = line;
	v->sum = v->whole ? cells(x, x->s.sum) : NULL;
	v->name = x->def->name;
	v->period = period_text(x->r->a, x->def->every, x->s.period.from);
	v->over = x->s.period.to < day_at(now_of(x->r));
	v->before = report_href(x->r->a, "", x->def, x->s.period.from - 1);
	v->after = report_href(x->r->a, "", x->def, x->s.period.to + 1);
	v->now = str_fmt(x->r->a, "/duties/reports?r=%.*s", STR_FMT(x->def->path));
	v->here = report_href(x->r->a, "", x->def, x->s.period.from);
	v->on = str_sub(v->here, v->here.n - 7, v->here.n);
	v->print = report_href(x->r->a, "/print", x->def, x->s.period.from);
	v->csv = report_href(x->r->a, "/export.csv", x->def, x->s.period.from);
	v->xlsx = report_href(x->r->a, "/export.xlsx", x->def, x->s.period.from);
	v->cite = cite_links(x->r, &x->def->node->cite, &v->n_cite);
	bars(x, row, v->n_line);
	return delivering(x, err);
}

static bool begin(struct req *r, struct shown_report *x, struct err *err)
{
	*x = (struct shown_report){ .r = r, .day = day_asked(r) };
	return frame_load(r, STR("统计报表"), &x->v.frame, err) && law_here(r, &x->law, err) && choose(x, err)
	       && (!x->def || fill(x, err));
}

bool reports_show(struct req *r, struct err *err)
{
	struct shown_report x;
	struct html h;

	if (!begin(r, &x, err))
		return false;
	duty_tabs(x.v.tab, 1);
	frame_crumb(&x.v.frame, STR("职责"), STR("/duties"));
	frame_crumb(&x.v.frame, STR("统计报表"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_reports(&h, &x.v);
	return frame_reply(r, 200, &h, err);
}

bool reports_print(struct req *r, struct err *err)
{
	struct shown_report x;
	struct html h;

	if (!begin(r, &x, err))
		return false;
	if (!x.def)
		return err_set(err, ERR_NOT_FOUND, "没有这张报表");
	frame_crumb(&x.v.frame, STR("统计报表"), x.v.here);
	frame_crumb(&x.v.frame, STR("打印"), (struct str){ 0 });
	x.v.script = asset_url(r->a, "list.js");
	x.v.printed = shown_time(r->a, now_of(r));
	html_init(&h, r->a, HTML_MAX);
	page_report_print(&h, &x.v);
	return frame_reply(r, 200, &h, err);
}

static bool write_rows(struct shown_report *x, struct table *t, struct err *err)
{
	for (size_t i = 0; i < x->s.n; i++) {
		const struct report_row *row = &x->s.row[i];

		if (!x->v.whole && row->organ != x->r->session->organ)
			continue;
		table_text(t, row->name);
		for (size_t c = 0; c < x->def->n_column; c++)
			table_val(t, row->cell[c], NULL);
		if (!table_row(t, err))
			return false;
	}
	if (!x->v.whole)
		return true;
	table_text(t, STR("合计"));
	for (size_t c = 0; c < x->def->n_column; c++)
		table_val(t, x->s.sum[c], NULL);
	return table_row(t, err);
}

static bool write_table(struct shown_report *x, const char *path, struct err *err)
{
	struct str *head = arena_many(x->r->a, x->def->n_column + 1, struct str);
	struct table *t;

	head[0] = STR("主体");
	for (size_t c = 0; c < x->def->n_column; c++)
		head[c + 1] = x->def->column[c].name;
	if (!table_begin(x->r->a, path, x->def->name, head, x->def->n_column + 1,
			 app_of(x->r)->practice ? STR("练习数据") : (struct str){ 0 }, &t, err))
		return false;
	if (write_rows(x, t, err) && table_end(t, err))
		return true;
	table_drop(t);
	return false;
}

bool reports_export(struct req *r, struct err *err)
{
	const bool xlsx = str_ends(r->path, STR(".xlsx"));
	struct reading reading = { .sort = "export", .person = r->session->person, .organ = r->session->organ };
	struct shown_report x;
	struct str bytes, name;
	char *path;
	bool ok;

	if (!begin(r, &x, err))
		return false;
	if (!x.def)
		return err_set(err, ERR_NOT_FOUND, "没有这张报表");
	name = str_fmt(r->a, "%.*s_%.*s%s", STR_FMT(x.def->name), STR_FMT(x.v.period), xlsx ? ".xlsx" : ".csv");
	path = str_cstr(r->a, str_fmt(r->a, "%s/spool/report-%.*s%s", app_of(r)->dir, STR_FMT(uuid_new(r->a, now_of(r))),
				      xlsx ? ".xlsx" : ".csv"));
	reading.kind = x.def->kind->id;
	reading.what = name;
	reading.n = (int64_t)x.v.n_line;
	ok = write_table(&x, path, err) && file_read_whole(r->a, path, FILE_MOST, &bytes, err)
	     && reply_file(r, xlsx ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv; charset=utf-8",
			   bytes, name, true)
	     && reply_recorded(r, &reading);
	(void)unlink(path);
	return ok;
}

/* ---- the desk ---- */

bool duties_due(struct req *r, const struct law *law, const struct duty_due **ret, size_t *ret_n, struct err *err)
{
	const struct actor who = actor_of(r);
	const int64_t now = now_of(r);
	const struct duty_mark *mark;
	struct duty_due *v;
	bool mine;
	size_t n;

	*ret_n = 0;
	if (!matter_duty_marks(app_of(r)->engine, r->db, r->a, r->session->organ, now, &mark, &n, err))
		return false;
	v = arena_many(r->a, n, struct duty_due);
	for (size_t i = 0; i < n; i++) {
		const struct duty *d = law_duty(law, mark[i].duty);
		const struct ymd end = day_ymd(day_at(mark[i].due - 1));

		if (!matter_is_any_of(app_of(r)->engine, r->db, r->a, &who, mark[i].who, &mine, err))
			return false;
		if (!mine || !d)
			continue;
		v[(*ret_n)++] = (struct duty_due){ d->name,
			str_fmt(r->a, "%s现为 %.*s%s%.*s，%d月%d日截止", now >= mark[i].due ? "■ " : "▲ ", STR_FMT(mark[i].figure),
				mark[i].target.n ? "，要求 " : "", STR_FMT(mark[i].target), end.month, end.day),
			light_class(now >= mark[i].due ? LIGHT_RED : LIGHT_YELLOW) };
	}
	*ret = v;
	return true;
}
