/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/shown.h"

#include "app/region.h"
#include "base/day.h"
#include "law/sheet.h"
#include "matter/removal.h"

#define TEXT_MOST ((size_t)256 * 1024)

static const struct stmt st_code = { "shown_code", "SELECT code FROM matter WHERE id = $1" };

bool shower_init(struct req *r, struct shower *s, struct err *err)
{
	const struct actor who = actor_of(r);

	*s = (struct shower){ .r = r };
	return frame_law(r, &s->law, err) && matter_names(app_of(r)->engine, r->db, r->a, &who, &s->names, err);
}

struct str shown_text(struct shower *s, struct val v)
{
	struct buf b;

	if (v.t == T_REGION)
		return region_name(app_of(s->r)->regions, s->r->a, v.s);
	if (v.t == T_ROWS)
		return v.list->n ? str_fmt(s->r->a, "共%zu行", v.list->n) : (struct str){ 0 };
	buf_init(&b, s->r->a, TEXT_MOST);
	val_put_cn(&b, s->r->a, v, &s->names);
	return buf_str(&b);
}

struct str shown_size(struct arena *a, int64_t bytes)
{
	if (bytes < 1024)
		return str_fmt(a, "%lld 字节", (long long)bytes);
	if (bytes < 1024 * 1024)
		return str_fmt(a, "%lld KB", (long long)((bytes + 1023) / 1024));
	if (bytes < (int64_t)1 << 30)
		return str_fmt(a, "%lld.%lld MB", (long long)(bytes >> 20), (long long)(bytes % 1048576 * 10 >> 20));
	return str_fmt(a, "%lld.%lld GB", (long long)(bytes >> 30), (long long)(bytes % ((int64_t)1 << 30) * 10 >> 30));
}

struct str shown_time(struct arena *a, int64_t ms)
{
	struct buf b;

	buf_init(&b, a, 40);
	time_put(&b, ms);
	return buf_str(&b);
}

struct str shown_clock_time(struct arena *a, int64_t ms)
{
	int64_t s = (ms + SHANGHAI_MS) / 1000 % 86400;

	return str_fmt(a, "%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
}

const struct cite_link *cite_links(struct req *r, const struct cites *c, size_t *ret_n)
{
	struct cite_link *l = arena_many(r->a, c->n, struct cite_link);
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct buf b;
		bool again = false;

		buf_init(&b, r->a, 400);
		ledger_put_cite(engine_ledger(app_of(r)->engine), c->id[i], &b);
		/* Several rules may stem from one article: people read it once. */
		for (size_t j = 0; j < n; j++)
			again = again || str_eq(l[j].text, buf_str(&b));
		if (!again)
			l[n++] = (struct cite_link){ buf_str(&b), str_fmt(r->a, "/law/%.*s", STR_FMT(c->id[i])) };
	}
	*ret_n = n;
	return l;
}

/* Lower packs add their citations behind those of the packs above. */
const struct cite_link *cite_links_near(struct req *r, const struct cites *c, size_t *ret_n)
{
	const struct ledger *l = engine_ledger(app_of(r)->engine);
	const struct rule *near = c->n ? ledger_find(l, c->id[c->n - 1]) : NULL;
	struct str *id = arena_many(r->a, c->n, struct str);
	size_t n = 0;

	for (int far = 0; far <= 1; far++)
		for (size_t i = 0; i < c->n; i++) {
			const struct rule *x = ledger_find(l, c->id[i]);

			if ((near && x && str_eq(x->zhidu, near->zhidu)) == !far)
				id[n++] = c->id[i];
		}
	return cite_links(r, &(struct cites){ id, n }, ret_n);
}

void shown_whos(struct buf *b, const struct law *law, const struct whos *w)
{
	const size_t from = b->n;

	for (size_t i = 0; i < w->n; i++) {
		if (w->v[i].sort == WHO_SYSTEM && w->n > 1)
			continue; /* who reads it asks for people */
		buf_adds(b, b->n > from ? "、" : "");
		who_put(b, law, &w->v[i]);
	}
}

static bool matter_link(struct shower *s, struct val v, struct shown_link *ret, struct err *err)
{
	const struct actor who = actor_of(s->r);
	const struct db_in in[] = { db_i64(v.i) };
	struct matter_view m;
	struct err hidden = { 0 };
	struct str code;
	const struct db_out out[] = { db_to_str(&code) };
	bool found;

	if (!db_maybe(s->r->db, s->r->a, &st_code, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	ret->text = shown_text(s, v);
	if (found && v.t == T_REF && matter_see(app_of(s->r)->engine, s->r->db, s->r->a, &who, v.i, 0, &m, &hidden))
		ret->href = str_fmt(s->r->a, "/m/%.*s", STR_FMT(code));
	return true;
}

static bool links(struct shower *s, const struct val *v, size_t n, struct shown *ret, struct err *err)
{
	struct shown_link *l = arena_many(s->r->a, n, struct shown_link);

	for (size_t i = 0; i < n; i++) {
		if (v[i].t == T_FILE) {
			l[i].text = v[i].file->name;
			l[i].href = str_fmt(s->r->a, "/file/%.*s", STR_FMT(v[i].file->digest));
			l[i].more = shown_size(s->r->a, v[i].file->size);
		} else if (!matter_link(s, v[i], &l[i], err)) {
			return false;
		}
	}
	ret->sort = SHOWN_LINKS;
	ret->link = l;
	ret->n_link = n;
	return true;
}

/* A role is kept by its id in the pack and read by its name. */
static struct str cell_text(struct shower *s, const struct field *col, struct val v)
{
	const struct role_def *role = str_is(col->id, "role") && type_is_text(v.t) && s->law ? law_role(s->law, v.s) : NULL;

	return role ? role->name : shown_text(s, v);
}

/* Whether some row says anything there: a column that none fills is left out. */
static bool is_filled(const struct val_list *rows, size_t c)
{
	for (size_t i = 0; i < rows->n; i++)
		if (c < rows->v[i].row->n && !val_is_null(rows->v[i].row->cell[c]))
			return true;
	return false;
}

static void table(struct shower *s, const struct type *t, const struct val_list *rows, struct shown *ret)
{
	struct str *head = arena_many(s->r->a, t->n_row, struct str);
	struct str *cell = arena_many(s->r->a, t->n_row * rows->n, struct str);
	size_t *of = arena_many(s->r->a, t->n_row, size_t);
	size_t n = 0;

	for (size_t c = 0; c < t->n_row; c++) {
		if (!is_filled(rows, c))
			continue;
		head[n] = t->row[c].name;
		of[n++] = c;
	}
	for (size_t i = 0; i < rows->n; i++)
		for (size_t c = 0; c < n; c++)
			if (of[c] < rows->v[i].row->n)
				cell[i * n + c] = cell_text(s, &t->row[of[c]], rows->v[i].row->cell[of[c]]);
	ret->sort = SHOWN_TABLE;
	ret->head = head;
	ret->n_head = n;
	ret->cell = cell;
	ret->n_row = rows->n;
}

static struct str mark_text(struct arena *a, const struct sheet_item *item, const struct sheet_mark *m)
{
	struct buf b;

	if (!m->answered)
		return STR("未填");
	if (item->ask)
		return m->yes ? STR("是") : STR("否");
	if (item->of)
		for (size_t i = 0; i < item->of->n; i++)
			if (str_eq(item->of->v[i].id, m->choice))
				return item->of->v[i].name;
	if (!item->has_points)
		return m->choice;
	buf_init(&b, a, 60);
	buf_adds(&b, "扣");
	dec_put(&b, m->off);
	buf_adds(&b, "分");
	return buf_str(&b);
}

static void sheet(struct shower *s, const struct sheet_val *v, struct shown *ret)
{
	struct shown_line *l;
	size_t n = 0, at = 0;

	for (size_t p = 0; p < v->sheet->n; p++)
		n += 1 + v->sheet->part[p].n;
	l = arena_many(s->r->a, n, struct shown_line);
	for (size_t p = 0; p < v->sheet->n; p++) {
		const struct sheet_part *part = &v->sheet->part[p];

		l[at++] = (struct shown_line){ .name = part->name, .part = true,
					       .mark = v->out[p] ? STR("不适用") : (struct str){ 0 } };
		for (size_t i = 0; !v->out[p] && i < part->n; i++)
			l[at++] = (struct shown_line){
				.name = part->item[i].name, .mark = mark_text(s->r->a, &part->item[i], &v->mark[p][i]),
				.why = v->mark[p][i].why, .bad = sheet_item_bad(&part->item[i], &v->mark[p][i]) };
	}
	ret->sort = SHOWN_SHEET;
	ret->line = l;
	ret->n_line = at;
}

bool shown_of(struct shower *s, const struct type *t, struct val v, struct shown *ret, struct err *err)
{
	*ret = (struct shown){ .sort = SHOWN_TEXT };
	if (val_is_null(v) || (type_is_list(v.t) && (!v.list || !v.list->n))) {
		ret->empty = true;
		return true;
	}
	switch (v.t) {
	case T_REF:
		return links(s, &v, 1, ret, err);
	case T_REFS:
	case T_FILES:
		return links(s, v.list->v, v.list->n, ret, err);
	case T_ROWS:
		table(s, t, v.list, ret);
		return true;
	case T_SHEET:
		sheet(s, v.sheet, ret);
		return true;
	default:
		ret->sort = v.t == T_NOTE ? SHOWN_NOTE : SHOWN_TEXT;
		ret->text = shown_text(s, v);
		ret->empty = !ret->text.n;
		return true;
	}
}

static struct str span_text(struct arena *a, const struct law *l, const struct expr *e)
{
	struct str text = str_trim(expr_text(e));
	struct val v = { .t = T_SPAN };
	struct buf b;

	if (str_starts(text, STR("set."))) {
		const struct setting_def *s = law_setting(l, str_sub(text, 4, text.n));

		if (!s || s->type.tag != T_SPAN)
			return (struct str){ 0 };
		v = s->def;
	} else if (!span_parse(text, &v.span)) {
		return (struct str){ 0 };
	}
	buf_init(&b, a, 100);
	val_put_cn(&b, a, v, NULL);
	return buf_str(&b);
}

struct str shown_limit(struct arena *a, const struct law *l, const struct clock *c)
{
	struct str text = { 0 };

	for (size_t j = 0; j < c->n_limit && !text.n; j++)
		for (size_t w = c->limit[j].is.n; w > 0 && !text.n; w--)
			text = span_text(a, l, c->limit[j].is.row[w - 1].is);
	return text;
}

bool shown_removal(struct req *r, int64_t event, struct str *ret, struct err *err)
{
	struct removal x;

	if (!removal_read(r->db, r->a, event, &x, err))
		return false;
	*ret = removal_say(r->a, &x);
	return true;
}
