/* SPDX-License-Identifier: MulanPSL-2.0 */
/* list.c - matters of one kind with filters; filters, order and page live in the address. */
#include "app/listing.h"

#include "app/batch.h"
#include "app/import_page.h"
#include "app/list_choice.h"
#include "base/day.h"
#include "base/parse.h"
#include "pages.h"
#include "web/asset.h"

#define SIZE_USUAL 50
#define SIZE_MOST 200
#define TRAIL_MOST 400   /* bytes: the beginnings of the last dozen pages */
#define PRINT_MOST 1000  /* rows of a printed list: forty sheets */
#define SLICE 200

/* What a new choice does away with: the page. */
static const char *const page_pairs[] = { "after", "page", "trail", "list-done", NULL };

static struct str list_path(struct listing *l)
{
	return str_fmt(l->r->a, "/k/%.*s", STR_FMT(l->kind->id));
}

static struct str without(struct listing *l, struct str name)
{
	const char *const drop[] = { "after", "page", "trail", "list-done", str_cstr(l->r->a, name), NULL };

	return same_address(l->r, list_path(l), drop, NULL, (struct str){ 0 });
}

static struct str with(struct listing *l, const char *name, struct str value)
{
	const char *const drop[] = { "after", "page", "trail", "list-done", name, NULL };

	return same_address(l->r, list_path(l), drop, name, value);
}

/* ---- what is chosen ---- */

static void put_chips(struct listing *l, struct list_view *v)
{
	struct chip_view *c = arena_many(l->r->a, l->n_filter_shown + 1, struct chip_view);

	if (l->q.n)
		c[v->n_chip++] = (struct chip_view){ str_fmt(l->r->a, "含“%.*s”", STR_FMT(l->q)), without(l, STR("q")) };
	for (size_t i = 0; i < l->n_filter_shown; i++) {
		const struct filter_view *f = &l->shown[i];

		if (f->chosen.n)
			c[v->n_chip++] = (struct chip_view){
				str_fmt(l->r->a, "%.*s：%.*s", STR_FMT(f->label), STR_FMT(f->chosen)), without(l, f->name) };
	}
	v->chip = c;
	v->looked = v->n_chip > 0;
}

static int64_t size_of(struct req *r)
{
	int64_t n;

	return parse_i64(req_query(r, "list-size"), 1, SIZE_MOST, &n) ? n : SIZE_USUAL;
}

static void put_choices(struct listing *l, struct list_view *v)
{
	static const int sizes[] = { 20, 50, 100, 200 };
	struct option_view *size = arena_many(l->r->a, ARRAY_LEN(sizes), struct option_view);
	struct option_view *sort = arena_many(l->r->a, 3, struct option_view);
	enum list_order o = l->query.order;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		size[i] = (struct option_view){ with(l, "list-size", str_fmt(l->r->a, "%d", sizes[i])), str_fmt(l->r->a, "%d", sizes[i]),
						sizes[i] == size_of(l->r) };
	v->sizes = size;
	v->n_sizes = ARRAY_LEN(sizes);
	if (l->kind->n_clock)
		sort[v->n_sorts++] = (struct option_view){ STR("due"), STR("期限先后"), o == LIST_DUE };
	sort[v->n_sorts++] = (struct option_view){ STR("updated"), STR("最近更新"), o == LIST_UPDATED };
	sort[v->n_sorts++] = (struct option_view){ STR("opened"), STR("最近登记"), o == LIST_OPENED };
	v->sorts = sort;
}

/* ---- pages: the address carries where this one begins, and where those before it began ---- */

static void put_pages(struct listing *l, struct list_view *v)
{
	struct req *r = l->r;
	struct str here = req_query(r, "after"), trail = req_query(r, "trail");
	struct str next = str_fmt(r->a, "%lld.%lld", (long long)l->after_key, (long long)l->after_id);

	if (!parse_i64(req_query(r, "page"), 1, 100000, &v->page) || !here.n)
		v->page = 1;
	if (v->page > 1)
		v->first = same_address(r, list_path(l), page_pairs, NULL, (struct str){ 0 });
	if (l->more) {
		struct str more = str_fmt(r->a, "%.*s%s%.*s", STR_FMT(trail), trail.n ? "_" : "", STR_FMT(here));
		struct str base = same_address(r, list_path(l), page_pairs, "after", next);
		struct buf b;

		while (more.n > TRAIL_MOST && str_chr(more, '_', 0) != SIZE_MAX)
			more = str_sub(more, str_chr(more, '_', 0) + 1, more.n);
		buf_init(&b, r->a, base.n + TRAIL_MOST * 3 + 100);
		buf_add(&b, base);
		buf_addf(&b, "&page=%lld", (long long)v->page + 1);
		buf_adds(&b, more.n ? "&trail=" : "");
		form_escape(&b, more);
		v->after = buf_str(&b);
	}
	if (v->page > 1 && (v->page == 2 || trail.n)) {
		struct str before = trail, rest = { 0 };

		for (size_t i = trail.n; i > 0; i--)
			if (trail.p[i - 1] == '_') {
				before = str_sub(trail, i, trail.n);
				rest = str_sub(trail, 0, i - 1);
				break;
			}
		v->before = v->first;
		if (v->page > 2) {
			v->before = same_address(r, list_path(l), page_pairs, "after", before);
			v->before = str_fmt(r->a, "%.*s&page=%lld%s%.*s", STR_FMT(v->before), (long long)v->page - 1,
					    rest.n ? "&trail=" : "", STR_FMT(rest));
		}
	}
}

/* ---- head and rows ---- */

/* The link to the matter stands on what names it: the first text, else the first that is no limit. */
static size_t link_column(const struct listing *l)
{
	size_t other = SIZE_MAX;

	for (size_t i = 0; i < l->n_shown; i++) {
		const struct field *f = l->col[i].field;

		if (f && (f->type.tag == T_TEXT || f->type.tag == T_NOTE))
			return i;
		if (other == SIZE_MAX && l->col[i].sort != COLUMN_DUE)
			other = i;
	}
	return other == SIZE_MAX ? 0 : other;
}

static const char *class_of(const struct column *c, bool link)
{
	if (c->only_card)
		return "mf-cell-phone";
	if (link)
		return "mf-list-title";
	if (c->sort == COLUMN_DUE)
		return "mf-cell-due";
	if (c->figure)
		return c->card ? "mf-num" : "mf-num mf-cell-wide";
	return c->card ? "" : "mf-cell-wide";
}

static void put_head(struct listing *l, struct list_view *v)
{
	struct column_view *h = arena_many(l->r->a, l->n_col, struct column_view);

	v->link = link_column(l);
	for (size_t i = 0; i < l->n_col; i++) {
		const struct column *c = &l->col[i];

		h[i] = (struct column_view){ .id = c->id, .name = c->name, .class = class_of(c, false) };
		if (l->q.n)
			continue;
		if (c->sort == COLUMN_DUE || c->sort == COLUMN_UPDATED || c->sort == COLUMN_OPENED) {
			h[i].sort_href = with(l, "list-sort", c->id);
			h[i].sorted = l->query.order == (c->sort == COLUMN_DUE ? LIST_DUE
							  : c->sort == COLUMN_UPDATED ? LIST_UPDATED : LIST_OPENED);
		}
	}
	v->head = h;
	v->n_head = l->n_col;
}

static struct listed_view row_of(struct listing *l, const struct listed *x, size_t link)
{
	struct cell_view *c = arena_many(l->r->a, l->n_col, struct cell_view);
	struct listed_view v = { .matter = x->row.snap->id, .code = x->row.snap->code, .title = title_once(x->row.title), .cell = c };

	for (size_t i = 0; i < l->n_col; i++) {
		c[i] = (struct cell_view){ .text = listing_text(l, &l->col[i], x), .class = class_of(&l->col[i], i == link) };
		if (l->col[i].sort == COLUMN_DUE && x->row.clock.def)
			c[i].light = light_class(x->row.clock.light);
	}
	if (l->n_col && !c[link].text.n)
		c[link].text = v.title;
	if (x->text.n)
		v.found = listing_around(l->r->a, x->text, l->q);
	return v;
}

static bool put_rows(struct listing *l, struct list_view *v, size_t most, struct err *err)
{
	struct listed_view *row = arena_many(l->r->a, most, struct listed_view);

	v->row = row;
	l->more = true;
	while (l->more && v->n_row < most) {
		size_t want = most - v->n_row < SLICE ? most - v->n_row : SLICE, n;
		const struct listed *x;

		if (!listing_next(l, want, &x, &n, err))
			return false;
		for (size_t i = 0; i < n; i++)
			row[v->n_row++] = row_of(l, &x[i], v->link);
	}
	return true;
}

bool list_of(struct listing *l, const int64_t *matter, size_t n, struct list_view *v, struct err *err)
{
	struct listed_view *row = arena_many(l->r->a, n, struct listed_view);

	put_head(l, v);
	v->row = row;
	for (size_t i = 0; i < n; i++) {
		struct listed x;
		bool seen;

		if (!listing_one(l, matter[i], &x, &seen, err))
			return false;
		if (seen)
			row[v->n_row++] = row_of(l, &x, v->link);
	}
	return true;
}

static struct str count_text(struct listing *l, int64_t n, const char *before)
{
	if (n < 0)
		return (struct str){ 0 };
	if (n > LIST_COUNT_MOST)
		return str_fmt(l->r->a, "%s超过%d件", before, LIST_COUNT_MOST);
	return str_fmt(l->r->a, "%s%lld件", before, (long long)n);
}

/* ---- exports, batches ---- */

static void put_ways(struct listing *l, struct list_view *v)
{
	struct str path = list_path(l);

	v->print = same_address(l->r, str_fmt(l->r->a, "%.*s/print", STR_FMT(path)), page_pairs, NULL, (struct str){ 0 });
	v->xlsx = same_address(l->r, str_fmt(l->r->a, "%.*s/export.xlsx", STR_FMT(path)), page_pairs, NULL, (struct str){ 0 });
	v->csv = same_address(l->r, str_fmt(l->r->a, "%.*s/export.csv", STR_FMT(path)), page_pairs, NULL, (struct str){ 0 });
	v->exports = l->kind->n_export > 0;
	v->xlsx_all = same_address(l->r, str_fmt(l->r->a, "%.*s/export.xlsx", STR_FMT(path)), page_pairs, "list-all", STR("1"));
	v->csv_all = same_address(l->r, str_fmt(l->r->a, "%.*s/export.csv", STR_FMT(path)), page_pairs, "list-all", STR("1"));
	v->statistic = same_address(l->r, str_fmt(l->r->a, "/stats/%.*s", STR_FMT(l->kind->id)), page_pairs, NULL, (struct str){ 0 });
	v->clear = path;
	v->here = same_address(l->r, path, page_pairs, NULL, (struct str){ 0 });
}

static bool may_open(struct listing *l, bool *ret, struct err *err)
{
	const struct act open = { .who = l->query.who, .kind = l->kind->id, .action = STR("open"), .version = -1 };
	struct act_result can;

	*ret = kind_action(l->kind, STR("open")) != NULL;
	if (!*ret)
		return true;
	if (!matter_try(app_of(l->r)->engine, l->r->db, l->r->a, &open, &can, err))
		return false;
	for (size_t i = 0; i < can.n_refused; i++)
		*ret = *ret && can.refused[i].sort != REFUSED_RIGHT;
	return true;
}

#define ASKED 10 /* rows that tell whether a person has to do with an action at all */

static bool has_right(struct listing *l, const struct list_view *v, const struct action *ac, bool *ret, struct err *err)
{
	*ret = false;
	for (size_t i = 0; i < v->n_row && i < ASKED && !*ret; i++) {
		const struct act act = { .who = l->query.who, .matter = v->row[i].matter, .kind = l->kind->id, .action = ac->id,
					 .version = -1 };
		struct act_result can;

		if (!matter_try(app_of(l->r)->engine, l->r->db, l->r->a, &act, &can, err))
			return false;
		*ret = true;
		for (size_t k = 0; k < can.n_refused; k++)
			*ret = *ret && can.refused[k].sort != REFUSED_RIGHT && can.refused[k].sort != REFUSED_STATE;
	}
	return true;
}

static bool put_batches(struct listing *l, struct list_view *v, struct err *err)
{
	struct option_view *o = arena_many(l->r->a, l->kind->n_action, struct option_view);

	for (size_t i = 0; i < l->kind->n_action; i++) {
		const struct action *ac = &l->kind->action[i];
		bool may;

		if (!batch_offers(ac))
			continue;
		if (!has_right(l, v, ac, &may, err))
			return false;
		if (may)
			o[v->n_batch++] = (struct option_view){ .value = ac->id, .name = ac->name };
	}
	v->batch = o;
	v->ticks = v->n_batch > 0;
	return true;
}

/* ---- pages ---- */

static bool begin(struct req *r, struct listing *l, struct list_view *v, struct err *err)
{
	if (!listing_read(r, req_param(r, "kind"), l, err) || !frame_load(r, l->kind->name, &v->frame, err)
	    || !list_density(r, &v->tight, err))
		return false;
	v->kind = l->kind->name;
	v->kind_id = l->kind->id;
	v->q = l->q;
	v->sort = req_query(r, "list-sort");
	v->size = req_query(r, "list-size");
	v->filter = l->shown;
	v->n_filter = l->n_filter_shown;
	put_chips(l, v);
	put_head(l, v);
	put_ways(l, v);
	return true;
}

bool list_show(struct req *r, struct err *err)
{
	struct listing l;
	struct list_view v = { .n_row = 0 };
	int64_t count;
	struct html h;

	if (!begin(r, &l, &v, err) || !may_open(&l, &v.may_open, err) || !put_rows(&l, &v, (size_t)size_of(r), err)
	    || !listing_count(&l, &count, err) || !list_choices(&l, &v, err) || !put_batches(&l, &v, err) || !matter_list_filling(app_of(r)->engine, r->db, r->a, &l.query, &v.filling, err))
		return false;
	frame_crumb(&v.frame, l.kind->name, (struct str){ 0 });
	v.may_import = v.may_open && import_offered(r, l.kind->id);
	v.open_name = v.may_open ? kind_action(l.kind, STR("open"))->name : (struct str){ 0 };
	v.script = asset_url(r->a, "list.js");
	v.count = count_text(&l, count, "共 ");
	v.go = count < 0 ? STR("查看") : count_text(&l, count, "看");
	put_choices(&l, &v);
	put_pages(&l, &v);
	html_init(&h, r->a, HTML_MAX);
	page_list(&h, &v);
	return frame_reply(r, 200, &h, err);
}

/* What the sheet's button says while filters are being chosen on a phone. */
bool list_count(struct req *r, struct err *err)
{
	struct listing l;
	int64_t count;

	if (!listing_read(r, req_param(r, "kind"), &l, err) || !listing_count(&l, &count, err))
		return false;
	return reply_text(r, 200, "text/plain; charset=utf-8", count < 0 ? STR("查看") : count_text(&l, count, "看"));
}

static struct str described(struct arena *a, const struct list_view *v)
{
	struct buf b;

	buf_init(&b, a, 2000);
	for (size_t i = 0; i < v->n_chip; i++) {
		buf_adds(&b, i ? "；" : "");
		buf_add(&b, v->chip[i].text);
	}
	return v->n_chip ? buf_str(&b) : STR("全部可以查看的办件");
}

/* 打印目录: the list on A4 across, without menu. */
bool list_print(struct req *r, struct err *err)
{
	struct listing l;
	struct list_view v = { .n_row = 0 };
	struct html h;

	if (!begin(r, &l, &v, err))
		return false;
	l.after_key = l.after_id = 0;
	if (!put_rows(&l, &v, PRINT_MOST, err))
		return false;
	frame_crumb(&v.frame, l.kind->name, v.here);
	frame_crumb(&v.frame, STR("打印目录"), (struct str){ 0 });
	v.script = asset_url(r->a, "list.js");
	v.described = described(r->a, &v);
	v.printed = shown_time(r->a, now_of(r));
	v.count = str_fmt(r->a, "共 %zu件%s", v.n_row, l.more ? "（只列前1000件，请缩小范围）" : "");
	html_init(&h, r->a, HTML_MAX);
	page_list_print(&h, &v);
	return frame_reply(r, 200, &h, err);
}
