/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/statistic_page.h"

#include <unistd.h>

#include "app/listing.h"
#include "app/practice.h"
#include "app/record.h"
#include "app/saved.h"
#include "app/table.h"
#include "app/whole.h"
#include "base/day.h"
#include "base/parse.h"
#include "base/uuid.h"
#include "matter/statistic.h"
#include "pages.h"
#include "web/asset.h"

#define FILE_MOST ((size_t)64 << 20)
#define BAR_STEP 26
#define BAR_WIDTH 300
#define BAR_NAME 14 /* characters */
#define TEXT_MOST 4000

/* What belongs to a cell, or to what was just done; the rest is the table. */
static const char *const passing[] = { "stat-row", "stat-column", "stat-figure", "stat-done", "after", "page", "trail", "list-done",
				       "list-cols", "list-size", "list-sort", "q", NULL };

struct making {
	struct req *r;
	struct listing l;
	struct statistic_ask ask;
	struct figure figure[STATISTIC_FIGURES];
	struct str figure_name[STATISTIC_FIGURES], figure_id[STATISTIC_FIGURES];
	struct statistic s;
	struct statistic_view v;
};

static struct str address(const struct making *x, const char *more)
{
	return same_address(x->r, str_fmt(x->r->a, "/stats/%.*s%s", STR_FMT(x->l.kind->id), more), passing, NULL, (struct str){ 0 });
}

/* ---- what may be asked of a kind ---- */

static struct part_by part_named(const struct kind *k, struct str id)
{
	static const struct {
		const char *id;
		enum part_sort sort;
	} own[] = { { "organ", PART_ORGAN }, { "state", PART_STATE }, { "opened", PART_OPENED }, { "ended", PART_ENDED } };
	const struct field *f = kind_field(k, id);
	const struct term *t = kind_term(k, id);

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (str_is(id, own[i].id))
			return (struct part_by){ .sort = own[i].sort };
	if (f && statistic_parts(f))
		return (struct part_by){ .sort = PART_FIELD, .field = f };
	if (t && t->name.n && (t->is.type.tag == T_ENUM || t->is.type.tag == T_BOOL))
		return (struct part_by){ .sort = PART_TERM, .term = t };
	return (struct part_by){ .sort = PART_NONE };
}

static struct str part_name(struct arena *a, const struct part_by *by)
{
	switch (by->sort) {
	case PART_ORGAN:
		return STR("机关");
	case PART_STATE:
		return STR("状态");
	case PART_OPENED:
		return STR("登记月份");
	case PART_ENDED:
		return STR("办结月份");
	case PART_FIELD:
		return by->field->type.tag == T_DATE ? str_fmt(a, "%.*s（按月）", STR_FMT(by->field->name)) : by->field->name;
	case PART_TERM:
		return by->term->name;
	default:
		return STR("全部");
	}
}

static bool figure_named(const struct kind *k, struct str id, struct figure *ret)
{
	struct str what;

	*ret = (struct figure){ .sort = FIGURE_COUNT };
	if (str_is(id, "count"))
		return true;
	if (str_is(id, "days")) {
		ret->sort = FIGURE_DAYS;
		return true;
	}
	if (!str_cut(&id, '.', &what) || !id.n)
		return false;
	if (str_is(what, "sum")) {
		ret->sort = FIGURE_SUM;
		ret->field = kind_field(k, id);
		return ret->field && statistic_sums(ret->field);
	}
	ret->sort = FIGURE_LATE;
	for (size_t i = 0; i < k->n_clock && str_is(what, "late"); i++)
		if (str_eq(k->clock[i].id, id))
			ret->clock = &k->clock[i];
	return ret->clock != NULL;
}

static struct str figure_title(struct arena *a, const struct figure *f)
{
	switch (f->sort) {
	case FIGURE_SUM:
		return str_fmt(a, "%.*s合计", STR_FMT(f->field->name));
	case FIGURE_LATE:
		return str_fmt(a, "“%.*s”逾期率", STR_FMT(f->clock->name));
	case FIGURE_DAYS:
		return STR("平均办理天数");
	default:
		return STR("件数");
	}
}

struct offers {
	struct making *x;
	struct option_view *v;
	size_t n;
};

static void offer(struct offers *o, struct str id, struct str name, bool on)
{
	o->v[o->n++] = (struct option_view){ .value = id, .name = name, .on = on };
}

static void offer_part(struct offers *o, struct str id, struct str chosen)
{
	const struct part_by by = part_named(o->x->l.kind, id);

	if (by.sort != PART_NONE)
		offer(o, id, part_name(o->x->r->a, &by), str_eq(id, chosen));
}

static const struct option_view *parts(struct making *x, const char *none, struct str chosen, bool only_days, size_t *ret_n)
{
	static const char *const own[] = { "organ", "state", "opened", "ended" };
	const struct kind *k = x->l.kind;
	struct offers o = { .x = x, .v = arena_many(x->r->a, k->n_field + k->n_term + 6, struct option_view) };

	offer(&o, (struct str){ 0 }, str_of(none), !chosen.n);
	for (size_t i = only_days ? 2 : 0; i < ARRAY_LEN(own); i++)
		if (!only_days)
			offer_part(&o, str_of(own[i]), chosen);
		else
			offer(&o, str_of(own[i]), i == 2 ? STR("登记日期") : STR("办结日期"), str_is(chosen, own[i]));
	for (size_t i = 0; i < k->n_field; i++)
		if (!only_days)
			offer_part(&o, k->field[i].id, chosen);
		else if (statistic_dates(&k->field[i]))
			offer(&o, k->field[i].id, k->field[i].name, str_eq(chosen, k->field[i].id));
	for (size_t i = 0; i < k->n_term && !only_days; i++)
		offer_part(&o, k->term[i].id, chosen);
	*ret_n = o.n;
	return o.v;
}

static void offer_figure(struct offers *o, struct str id)
{
	struct figure f;
	bool on = false;

	if (!figure_named(o->x->l.kind, id, &f))
		return;
	for (size_t i = 0; i < o->x->ask.n_figure; i++)
		on = on || str_eq(o->x->figure_id[i], id);
	offer(o, id, figure_title(o->x->r->a, &f), on);
}

static void put_figures(struct making *x)
{
	const struct kind *k = x->l.kind;
	struct offers o = { .x = x, .v = arena_many(x->r->a, k->n_field + k->n_clock + 2, struct option_view) };

	offer_figure(&o, STR("count"));
	for (size_t i = 0; i < k->n_field; i++)
		offer_figure(&o, str_fmt(x->r->a, "sum.%.*s", STR_FMT(k->field[i].id)));
	offer_figure(&o, STR("days"));
	for (size_t i = 0; i < k->n_clock; i++)
		offer_figure(&o, str_fmt(x->r->a, "late.%.*s", STR_FMT(k->clock[i].id)));
	x->v.figure = o.v;
	x->v.n_figure = o.n;
}

/* ---- what is asked ---- */

static void add_figure(struct making *x, struct str id)
{
	struct figure f;

	for (size_t i = 0; i < x->ask.n_figure; i++)
		if (str_eq(x->figure_id[i], id))
			return;
	if (x->ask.n_figure == STATISTIC_FIGURES || !figure_named(x->l.kind, id, &f))
		return;
	x->figure_id[x->ask.n_figure] = id;
	x->figure_name[x->ask.n_figure] = figure_title(x->r->a, &f);
	x->figure[x->ask.n_figure++] = f;
}

static bool read_period(struct making *x, struct err *err)
{
	const struct str from = req_query(x->r, "stat-from"), to = req_query(x->r, "stat-to");
	const struct part_by on = part_named(x->l.kind, req_query(x->r, "stat-on"));

	x->v.from = from;
	x->v.to = to;
	if (!from.n && !to.n)
		return true;
	x->ask.on = on.sort == PART_ENDED || (on.sort == PART_FIELD && statistic_dates(on.field)) ? on : (struct part_by){ .sort = PART_OPENED };
	x->ask.from = day_of(1949, 10, 1);
	x->ask.to = day_of(2149, 12, 31);
	if (from.n && !day_parse(from, &x->ask.from))
		return err_set(err, ERR_BAD_INPUT, "起始日期应当写成2026-03-01的样子");
	if (to.n && !day_parse(to, &x->ask.to))
		return err_set(err, ERR_BAD_INPUT, "截止日期应当写成2026-03-31的样子");
	return x->ask.from <= x->ask.to || err_set(err, ERR_BAD_INPUT, "起始日期晚于截止日期");
}

static bool read_ask(struct making *x, struct req *r, struct str kind, struct err *err)
{
	x->r = r;
	if (!listing_read(r, kind, &x->l, err))
		return false;
	x->ask = (struct statistic_ask){ .of = x->l.query, .figure = x->figure, .most = STATISTIC_MOST, .time = STATISTIC_TIME };
	x->ask.row = part_named(x->l.kind, req_query(r, "stat-rows"));
	x->ask.column = part_named(x->l.kind, req_query(r, "stat-columns"));
	for (size_t i = 0; i < r->query.n; i++)
		if (str_is(r->query.v[i].name, "stat-figures"))
			add_figure(x, r->query.v[i].value);
	if (!x->ask.n_figure)
		add_figure(x, STR("count"));
	if (x->ask.row.sort == PART_NONE && !req_query(r, "stat-figures").n)
		x->ask.row = part_named(x->l.kind, STR("organ"));
	return read_period(x, err);
}

/* ---- in words ---- */

static void put_day(struct buf *b, struct str text, int64_t day)
{
	if (text.n)
		day_put_cn(b, day);
}

static struct str scope_text(struct making *x)
{
	struct buf b;
	const struct part_by *on = &x->ask.on;

	buf_init(&b, x->r->a, TEXT_MOST);
	if (on->sort != PART_NONE) {
		buf_add(&b, on->sort == PART_OPENED ? STR("登记日期") : on->sort == PART_ENDED ? STR("办结日期") : on->field->name);
		buf_adds(&b, "自");
		put_day(&b, x->v.from, x->ask.from);
		buf_adds(&b, x->v.from.n ? "至" : "开始至");
		put_day(&b, x->v.to, x->ask.to);
		buf_adds(&b, x->v.to.n ? "" : "统计时");
	}
	for (size_t i = 0; i < x->l.n_filter_shown; i++)
		if (x->l.shown[i].chosen.n) {
			buf_adds(&b, b.n ? "；" : "");
			buf_addf(&b, "%.*s：%.*s", STR_FMT(x->l.shown[i].label), STR_FMT(x->l.shown[i].chosen));
		}
	buf_adds(&b, b.n ? "；" : "");
	buf_addf(&b, "制表人可以查看的%.*s", STR_FMT(x->l.kind->name));
	return buf_str(&b);
}

static struct str title_of(const struct making *x)
{
	const struct str typed = str_trim(req_query(x->r, "stat-title"));

	return typed.n ? typed : str_fmt(x->r->a, "%.*s统计", STR_FMT(x->l.kind->name));
}

/* Null: there is nothing to tell a share or an average of. */
static struct val figure_value(const struct figure *f, const struct statistic_figure *c)
{
	dec n;

	switch (f->sort) {
	case FIGURE_SUM:
		return c->n ? val_num(f->field->type.tag, c->sum) : VAL_NULL;
	case FIGURE_LATE:
		return c->of && dec_div(dec_int(c->n * 100), dec_int(c->of), &n) ? val_num(T_NUM, n) : VAL_NULL;
	case FIGURE_DAYS:
		return c->n && dec_div(c->sum, dec_int(c->n), &n) ? val_num(T_NUM, n) : VAL_NULL;
	default:
		return val_num(T_INT, dec_int(c->n));
	}
}

static struct str figure_shown(struct making *x, const struct figure *f, const struct statistic_figure *c)
{
	const struct val v = figure_value(f, c);
	struct buf b;

	buf_init(&b, x->r->a, 100);
	if (val_is_null(v))
		return STR("—");
	if (f->sort == FIGURE_LATE) {
		dec_put_fixed(&b, v.n, 1, false);
		buf_addf(&b, "%%（%lld/%lld）", (long long)c->n, (long long)c->of);
	} else if (f->sort == FIGURE_DAYS) {
		dec_put_fixed(&b, v.n, 1, false);
		buf_adds(&b, "日");
	} else {
		val_put_cn(&b, x->r->a, v, NULL);
	}
	return buf_str(&b);
}

/* ---- the table ---- */

static size_t columns_of(const struct making *x)
{
	return (x->s.n_column ? x->s.n_column + 1 : 1) * x->ask.n_figure;
}

/* Which group of columns stands at a place: the whole (0) is the last. */
static size_t column_at(const struct making *x, size_t place)
{
	return x->s.n_column && place < x->s.n_column ? place + 1 : 0;
}

static const struct str *head_of(struct making *x, bool table)
{
	struct str *head = arena_many(x->r->a, columns_of(x), struct str);
	size_t n = 0;

	for (size_t place = 0; place < columns_of(x) / x->ask.n_figure; place++)
		for (size_t f = 0; f < x->ask.n_figure; f++) {
			const size_t c = column_at(x, place);
			const char *unit = table && x->figure[f].sort == FIGURE_LATE ? "（%）" : "";
			const struct str group = c ? x->s.column[c - 1].name : STR("合计");

			if (!x->s.n_column)
				head[n++] = str_fmt(x->r->a, "%.*s%s", STR_FMT(x->figure_name[f]), unit);
			else if (x->ask.n_figure == 1)
				head[n++] = str_fmt(x->r->a, "%.*s%s", STR_FMT(group), unit);
			else
				head[n++] = str_fmt(x->r->a, "%.*s · %.*s%s", STR_FMT(group), STR_FMT(x->figure_name[f]), unit);
		}
	return head;
}

static struct str cell_href(struct making *x, size_t row, size_t column, size_t figure)
{
	struct str base = address(x, "/matters");
	struct buf b;

	buf_init(&b, x->r->a, base.n + 400);
	buf_add(&b, base);
	buf_addf(&b, "%sstat-figure=%zu", str_chr(base, '?', 0) == SIZE_MAX ? "?" : "&", figure);
	if (row) {
		buf_adds(&b, "&stat-row=");
		form_escape(&b, x->s.row[row - 1].key);
	}
	if (column) {
		buf_adds(&b, "&stat-column=");
		form_escape(&b, x->s.column[column - 1].key);
	}
	return buf_str(&b);
}

static const struct statistic_cell_view *cells_of(struct making *x, size_t row)
{
	struct statistic_cell_view *c = arena_many(x->r->a, columns_of(x), struct statistic_cell_view);
	size_t n = 0;

	for (size_t place = 0; place < columns_of(x) / x->ask.n_figure; place++)
		for (size_t f = 0; f < x->ask.n_figure; f++) {
			const size_t column = column_at(x, place);
			const struct statistic_figure *is = statistic_cell(&x->s, row, column, f);

			c[n].text = figure_shown(x, &x->figure[f], is);
			if (is->n)
				c[n].href = cell_href(x, row, column, f);
			n++;
		}
	return c;
}

/* What stands before a bar. */
static struct str short_name(struct arena *a, struct str name)
{
	return str_chars(name) <= BAR_NAME ? name : str_fmt(a, "%.*s…", STR_FMT(str_head(name, BAR_NAME - 1)));
}

/* The first figure of each row as bars. */
static void put_bars(struct making *x)
{
	struct bar *b = arena_many(x->r->a, BARS_MOST, struct bar);
	dec most = 0;

	for (size_t i = 0; i < x->s.n_row; i++) {
		const struct val v = figure_value(&x->figure[0], statistic_cell(&x->s, i + 1, 0, 0));

		most = !val_is_null(v) && v.n > most ? v.n : most;
	}
	if (!most || x->s.n_row < 2)
		return;
	x->v.bars_of = x->figure_name[0];
	for (size_t i = 0; i < x->s.n_row && i < BARS_MOST; i++) {
		const struct val v = figure_value(&x->figure[0], statistic_cell(&x->s, i + 1, 0, 0));

		b[i] = (struct bar){ .name = short_name(x->r->a, x->s.row[i].name), .value = x->v.line[i].cell[columns_of(x) - x->ask.n_figure].text,
				     .width = val_is_null(v) ? 0 : (int64_t)(v.n / (most / BAR_WIDTH ? most / BAR_WIDTH : 1)),
				     .y = (int64_t)i * BAR_STEP };
		x->v.n_bar++;
	}
	x->v.bar = b;
	x->v.height = (int64_t)x->v.n_bar * BAR_STEP;
}

static void put_table(struct making *x)
{
	struct statistic_line *line = arena_many(x->r->a, x->s.n_row, struct statistic_line);
	struct statistic_view *v = &x->v;

	for (size_t i = 0; i < x->s.n_row; i++)
		line[i] = (struct statistic_line){ x->s.row[i].name, cells_of(x, i + 1) };
	v->line = line;
	v->n_line = x->s.n_row;
	v->sum = cells_of(x, 0);
	v->head = head_of(x, false);
	v->n_head = columns_of(x);
	v->head_row = x->ask.row.sort == PART_NONE ? STR("") : part_name(x->r->a, &x->ask.row);
	v->counted = str_fmt(x->r->a, "共 %lld件", (long long)x->s.n);
	v->several = x->s.several;
	v->shown = x->s.n > 0;
	v->none = !v->shown;
	put_bars(x);
}

static bool filled(struct making *x, struct err *err)
{
	int filling;

	if (!matter_list_filling(app_of(x->r)->engine, x->r->db, x->r->a, &x->ask.of, &filling, err))
		return false;
	return filling < 0 || err_set(err, ERR_TOO_LARGE, "索引正在建立（已完成%d%%），现在统计会有遗漏，请稍后再统计", filling);
}

/* Too much for a page is said on the page, with the way on. */
static bool reckon(struct making *x, struct err *err)
{
	struct err why = { 0 };

	if (filled(x, &why) && matter_statistic(app_of(x->r)->engine, x->r->db, x->r->a, &x->ask, &x->s, &why)) {
		put_table(x);
		return true;
	}
	if (why.code != ERR_TOO_LARGE && why.code != ERR_TIMEOUT)
		return err_set(err, why.code, "%s", why.msg);
	x->v.failed = str_fmt(x->r->a, "%s", why.msg);
	x->v.job = same_address(x->r, str_fmt(x->r->a, "/stats/%.*s/table.xlsx", STR_FMT(x->l.kind->id)), passing, "stat-done", STR("job"));
	return true;
}

/* ---- tables that were kept ---- */

/* What a statistic is kept as, beside the filters of lists: no kind has such an id. */
static struct str kept_kind(struct arena *a, struct str kind)
{
	return str_fmt(a, "stats/%.*s", STR_FMT(kind));
}

static bool kept_of(struct req *r, const struct law *law, int64_t owner, struct str only, const struct kept_view **ret, size_t *ret_n,
		    struct err *err)
{
	const struct saved *s;
	struct kept_view *v;
	size_t n;

	if (!saved_all(r->db, r->a, owner, &s, &n, err))
		return false;
	v = arena_many(r->a, n, struct kept_view);
	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		struct str kind = s[i].kind, head;
		const struct kind *k;

		if (!str_starts(kind, STR("stats/")) || !str_cut(&kind, '/', &head) || (only.n && !str_eq(kind, only)))
			continue;
		k = law_kind(law, kind);
		if (k)
			v[(*ret_n)++] = (struct kept_view){ str_fmt(r->a, "%lld", (long long)s[i].id), s[i].name, k->name,
							    str_fmt(r->a, "/stats/%.*s?%.*s", STR_FMT(kind), STR_FMT(s[i].query)) };
	}
	*ret = v;
	return true;
}

static bool put_kept(struct making *x, struct err *err)
{
	const struct session *s = x->r->session;
	struct statistic_view *v = &x->v;
	const struct str done = req_query(x->r, "stat-done");

	if (!kept_of(x->r, x->l.law, s->person, x->l.kind->id, &v->mine, &v->n_mine, err)
	    || !kept_of(x->r, x->l.law, s->organ, x->l.kind->id, &v->offered, &v->n_offered, err))
		return false;
	if (str_is(done, "keep"))
		v->said = STR("已存到我的统计。");
	else if (str_is(done, "offer"))
		v->said = STR("已提供给本单位；各人打开，得到的是各自可以查看的数。");
	else if (str_is(done, "drop") || str_is(done, "drop-offered"))
		v->said = STR("已去掉。");
	else if (str_starts(done, STR("back")))
		v->said = STR("已恢复。");
	v->undo = str_is(done, "drop");
	v->undo_offered = str_is(done, "drop-offered");
	return true;
}

struct keeping {
	struct req *r;
	struct saved saved;
	struct str what, kind;
	int64_t owner;
};

static bool keep_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct keeping *k = ctx;

	if (str_is(k->what, "keep") || str_is(k->what, "offer"))
		return saved_add(db, a, k->owner, &k->saved, err);
	if (str_starts(k->what, STR("drop")))
		return saved_drop(db, a, k->owner, k->saved.id, err);
	if (str_starts(k->what, STR("back")))
		return saved_undo(db, a, k->owner, err);
	return err_set(err, ERR_BAD_INPUT, "没有说明要做什么");
}

static bool keep_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	const struct keeping *k = ctx;

	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	return reply_see_other(r, same_address(r, str_fmt(r->a, "/stats/%.*s", STR_FMT(k->kind)), passing, "stat-done", k->what));
}

bool statistic_saved(struct req *r, struct err *err)
{
	struct keeping *k = arena_one(r->a, struct keeping);
	struct making *x = arena_one(r->a, struct making);
	struct str query;

	k->r = r;
	k->what = req_form(r, "do");
	if (!form_urlencoded(r->a, req_form(r, "query"), &r->query, err) || !read_ask(x, r, req_param(r, "kind"), err))
		return false;
	k->kind = x->l.kind->id;
	k->owner = str_is(k->what, "offer") || str_ends(k->what, STR("-offered")) ? r->session->organ : r->session->person;
	query = same_address(r, (struct str){ 0 }, passing, NULL, (struct str){ 0 });
	k->saved = (struct saved){ .kind = kept_kind(r->a, k->kind), .name = title_of(x), .query = query.n ? str_sub(query, 1, query.n) : query };
	if (!parse_i64(req_form(r, "id"), 1, INT64_MAX, &k->saved.id))
		k->saved.id = 0;
	return req_write(r, keep_run, k, keep_after);
}

/* ---- pages ---- */

static bool begin(struct req *r, struct making **ret, struct err *err)
{
	struct making *x = *ret = arena_one(r->a, struct making);
	struct statistic_view *v = &x->v;
	struct str query;

	if (!frame_load(r, STR("自定统计"), &v->frame, err) || !read_ask(x, r, req_param(r, "kind"), err))
		return false;
	v->kind = x->l.kind->name;
	v->kind_id = x->l.kind->id;
	v->title = title_of(x);
	v->typed_title = str_trim(req_query(r, "stat-title"));
	v->filter = x->l.shown;
	v->n_filter = x->l.n_filter_shown;
	v->scope = scope_text(x);
	v->at = shown_time(r->a, now_of(r));
	v->here = address(x, "");
	v->list = str_fmt(r->a, "/k/%.*s", STR_FMT(v->kind_id));
	v->print = address(x, "/print");
	v->xlsx = address(x, "/table.xlsx");
	v->csv = address(x, "/table.csv");
	query = same_address(r, (struct str){ 0 }, passing, NULL, (struct str){ 0 });
	v->query = query.n ? str_sub(query, 1, query.n) : query;
	frame_crumb(&v->frame, STR("自定统计"), STR("/stats"));
	return true;
}

static void put_form(struct making *x)
{
	struct statistic_view *v = &x->v;
	const struct str rows = req_query(x->r, "stat-rows");

	v->row = parts(x, "不分行", rows.n || x->ask.row.sort == PART_NONE ? rows : STR("organ"), false, &v->n_row);
	v->column = parts(x, "不分列", req_query(x->r, "stat-columns"), false, &v->n_column);
	v->on = parts(x, "登记日期", req_query(x->r, "stat-on"), true, &v->n_on);
	put_figures(x);
}

bool statistic_show(struct req *r, struct err *err)
{
	struct making *x;
	struct html h;

	if (!begin(r, &x, err) || !reckon(x, err) || !put_kept(x, err))
		return false;
	put_form(x);
	duty_tabs(x->v.tab, 2);
	frame_crumb(&x->v.frame, x->v.kind, (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_statistic(&h, &x->v);
	return frame_reply(r, 200, &h, err);
}

bool statistic_print(struct req *r, struct err *err)
{
	struct making *x;
	struct html h;

	if (!begin(r, &x, err) || !reckon(x, err))
		return false;
	frame_crumb(&x->v.frame, x->v.title, x->v.here);
	frame_crumb(&x->v.frame, STR("打印"), (struct str){ 0 });
	x->v.script = asset_url(r->a, "list.js");
	html_init(&h, r->a, HTML_MAX);
	page_statistic_print(&h, &x->v);
	return frame_reply(r, 200, &h, err);
}

static bool read_cell(struct making *x, struct str *ret_row, struct str *ret_column, size_t *ret_figure, struct err *err)
{
	int64_t n;

	*ret_row = req_query(x->r, "stat-row");
	*ret_column = req_query(x->r, "stat-column");
	if (!parse_i64(req_query(x->r, "stat-figure"), 0, STATISTIC_FIGURES - 1, &n) || (size_t)n >= x->ask.n_figure)
		return err_set(err, ERR_NOT_FOUND, "没有这个数");
	*ret_figure = (size_t)n;
	return true;
}

static struct str group_name(const struct statistic_group *g, size_t n, struct str key)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(g[i].key, key))
			return g[i].name;
	return (struct str){ 0 };
}

/* 机关：县应急局；状态：已决定 — 件数 */
static struct str cell_name(struct making *x, struct str row, struct str column, size_t figure, int64_t all)
{
	struct buf b;

	buf_init(&b, x->r->a, TEXT_MOST);
	if (row.n)
		buf_addf(&b, "%.*s：%.*s · ", STR_FMT(part_name(x->r->a, &x->ask.row)), STR_FMT(group_name(x->s.row, x->s.n_row, row)));
	if (column.n)
		buf_addf(&b, "%.*s：%.*s · ", STR_FMT(part_name(x->r->a, &x->ask.column)),
			 STR_FMT(group_name(x->s.column, x->s.n_column, column)));
	buf_addf(&b, "%.*s", STR_FMT(x->figure_name[figure]));
	buf_adds(&b, x->figure[figure].sort == FIGURE_LATE ? "中逾期的" : "所计的");
	buf_addf(&b, " · 共 %lld件%s", (long long)all, all > STATISTIC_LISTED ? "（只列前1000件）" : "");
	return buf_str(&b);
}

bool statistic_matters(struct req *r, struct err *err)
{
	struct statistic_matters_view *v = arena_one(r->a, struct statistic_matters_view);
	struct str row, column;
	const int64_t *id;
	struct making *x;
	struct html h;
	size_t figure = 0, n;
	int64_t all;

	if (!begin(r, &x, err) || !read_cell(x, &row, &column, &figure, err)
	    || !matter_statistic(app_of(r)->engine, r->db, r->a, &x->ask, &x->s, err)
	    || !matter_statistic_of(app_of(r)->engine, r->db, r->a, &x->ask, row, column, figure, &id, &n, &all, err)
	    || !list_of(&x->l, id, n, &v->list, err))
		return false;
	v->which = cell_name(x, row, column, figure, all);
	frame_crumb(&x->v.frame, x->v.title, x->v.here);
	frame_crumb(&x->v.frame, STR("所计的办件"), (struct str){ 0 });
	v->of = x->v;
	html_init(&h, r->a, HTML_MAX);
	page_statistic_matters(&h, v);
	return frame_reply(r, 200, &h, err);
}

static bool kind_options(struct req *r, const struct law *law, struct statistic_tables_view *v)
{
	const struct kind *const *k = kinds_daily_first(r->a, law);
	struct option_view *o = arena_many(r->a, law->n_kind, struct option_view);

	for (size_t i = 0; i < law->n_kind; i++)
		o[v->n_kind++] = (struct option_view){ .value = k[i]->id, .name = k[i]->name };
	v->kind = o;
	return true;
}

bool statistic_tables_show(struct req *r, struct err *err)
{
	struct statistic_tables_view v = { .n_kind = 0 };
	const struct law *law;
	struct html h;

	if (!frame_law(r, &law, err))
		return false;
	if (req_query(r, "kind").n && law_kind(law, req_query(r, "kind")))
		return reply_see_other(r, str_fmt(r->a, "/stats/%.*s", STR_FMT(req_query(r, "kind"))));
	if (!frame_load(r, STR("自定统计"), &v.frame, err) || !kind_options(r, law, &v)
	    || !kept_of(r, law, r->session->person, (struct str){ 0 }, &v.mine, &v.n_mine, err)
	    || !kept_of(r, law, r->session->organ, (struct str){ 0 }, &v.offered, &v.n_offered, err))
		return false;
	duty_tabs(v.tab, 2);
	frame_crumb(&v.frame, STR("自定统计"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_statistic_tables(&h, &v);
	return frame_reply(r, 200, &h, err);
}

/* ---- as a table ---- */

static bool write_line(struct making *x, struct table *t, struct str name, size_t row, struct err *err)
{
	table_text(t, name);
	for (size_t place = 0; place < columns_of(x) / x->ask.n_figure; place++)
		for (size_t f = 0; f < x->ask.n_figure; f++)
			table_val(t, figure_value(&x->figure[f], statistic_cell(&x->s, row, column_at(x, place), f)), NULL);
	return table_row(t, err);
}

static bool write_note(struct table *t, struct arena *a, const char *what, struct str text, struct err *err)
{
	table_text(t, str_fmt(a, "%s：%.*s", what, STR_FMT(text)));
	return table_row(t, err);
}

static bool write_table(struct making *x, const char *path, struct err *err)
{
	const size_t n = columns_of(x);
	struct str *head = arena_many(x->r->a, n + 1, struct str);
	const struct str *figures = head_of(x, true);
	struct table *t = NULL;
	bool ok;

	head[0] = part_name(x->r->a, &x->ask.row);
	for (size_t i = 0; i < n; i++)
		head[i + 1] = figures[i];
	ok = table_begin(x->r->a, path, title_of(x), head, n + 1, practice_mark(app_of(x->r)), &t, err);
	for (size_t i = 0; ok && i < x->s.n_row; i++)
		ok = write_line(x, t, x->s.row[i].name, i + 1, err);
	ok = ok && write_line(x, t, STR("合计"), 0, err) && write_note(t, x->r->a, "口径", scope_text(x), err)
	    && write_note(t, x->r->a, "统计时间", shown_time(x->r->a, now_of(x->r)), err) && table_end(t, err);
	if (!ok)
		table_drop(t);
	return ok;
}

static struct str file_name(struct making *x, bool xlsx)
{
	struct buf b;

	buf_init(&b, x->r->a, 400);
	buf_adds(&b, app_of(x->r)->practice ? "练习_" : "");
	buf_add(&b, title_of(x));
	buf_addc(&b, '_');
	day_put(&b, day_at(now_of(x->r)));
	buf_adds(&b, xlsx ? ".xlsx" : ".csv");
	return buf_str(&b);
}

static bool ask_job(struct making *x, bool xlsx, struct err *err)
{
	const struct job_new job = { .sort = "statistic", .title = title_of(x), .kind = x->l.kind->id, .input = x->v.query,
				     .file_name = file_name(x, xlsx) };

	return job_ask(x->r, &job, err);
}

bool statistic_table(struct req *r, struct err *err)
{
	const bool xlsx = str_ends(r->path, STR(".xlsx"));
	struct reading reading = { .sort = "export", .person = r->session->person, .organ = r->session->organ };
	struct making *x;
	struct str bytes;
	char *path;
	bool ok;

	if (!begin(r, &x, err))
		return false;
	if (str_is(req_query(r, "stat-done"), "job"))
		return ask_job(x, xlsx, err);
	if (!reckon(x, err))
		return false;
	if (x->v.failed.n)
		return ask_job(x, xlsx, err);
	path = str_cstr(r->a, str_fmt(r->a, "%s/spool/statistic-%.*s%s", app_of(r)->dir, STR_FMT(uuid_new(r->a, now_of(r))),
				      xlsx ? ".xlsx" : ".csv"));
	reading.kind = x->l.kind->id;
	reading.what = str_head(x->v.scope, 200);
	reading.n = (int64_t)x->s.n_row;
	ok = write_table(x, path, err) && file_read_whole(r->a, path, FILE_MOST, &bytes, err)
	     && reply_file(r, xlsx ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv; charset=utf-8", bytes,
			   file_name(x, xlsx), true)
	     && reply_recorded(r, &reading);
	(void)unlink(path);
	return ok;
}

static bool goes_on(void *ctx, int64_t done)
{
	return job_go_on(ctx, done, done);
}

bool statistic_make(struct job *j, struct err *err)
{
	struct making *x = arena_one(j->a, struct making);
	const bool xlsx = str_ends(j->file_name, STR(".xlsx"));

	if (!form_urlencoded(j->a, j->input, &j->r.query, err) || !read_ask(x, &j->r, j->kind, err))
		return false;
	x->ask.most = x->ask.time = 0;
	x->ask.go_on = goes_on;
	x->ask.ctx = j;
	if (!filled(x, err) || !matter_statistic(j->app->engine, j->db, j->a, &x->ask, &x->s, err)
	    || !write_table(x, job_file(j, xlsx ? ".xlsx" : ".csv"), err))
		return false;
	j->total = j->done = x->s.n;
	j->say = str_fmt(j->a, "统计了%lld件", (long long)x->s.n);
	return true;
}
