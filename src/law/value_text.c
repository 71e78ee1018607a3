/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Readable forms of values (experience.md 5): on screens, in papers, in input fields. */
#include <inttypes.h>

#include "base/day.h"
#include "law/sheet.h"

struct writing {
	struct buf *b;
	struct arena *a;
	const struct val_names *names;
	bool paper;
};

static void put(const struct writing *w, struct val v);

static struct str enum_name(struct val v)
{
	for (size_t i = 0; v.values && i < v.values->n; i++)
		if (str_eq(v.values->v[i].id, v.s))
			return v.values->v[i].name;
	return v.s;
}

static void put_matter(const struct writing *w, struct val v)
{
	if (w->names)
		buf_add(w->b, w->names->name(w->names->ctx, w->a, v.t, v.i));
	else
		buf_addf(w->b, "〔%" PRId64 "〕", v.i);
}

static void put_time(const struct writing *w, int64_t ms)
{
	int64_t day = day_at(ms);
	int minute = (int)((ms - day_start(day)) / 60000);

	if (w->paper) {
		time_put_cn(w->b, ms);
		return;
	}
	day_put_cn(w->b, day);
	buf_addf(w->b, " %02d:%02d", minute / 60, minute % 60);
}

static void put_money(const struct writing *w, dec yuan)
{
	bool capital = w->paper && yuan >= 0 && yuan < (dec)1000000000000 * DEC_ONE;

	if (capital) {
		buf_adds(w->b, "人民币");
		dec_put_capital(w->b, yuan);
		buf_adds(w->b, "（");
	}
	dec_put_fixed(w->b, yuan, 2, true);
	buf_adds(w->b, capital ? "元）" : "元");
}

static void put_interval(const struct writing *w, struct val v)
{
	enum type_tag end = v.interval.time ? T_TIME : T_DATE;

	if (v.interval.from != INT64_MIN)
		put(w, val_i64(end, v.interval.from));
	buf_adds(w->b, "至");
	if (v.interval.to != INT64_MAX)
		put(w, val_i64(end, v.interval.to));
}

static void put_list(const struct writing *w, struct val v)
{
	for (size_t i = 0; i < v.list->n; i++) {
		struct val el = v.list->v[i];

		if (i)
			buf_adds(w->b, el.t == T_ROW ? "；" : "、");
		if (el.t == T_ENUM && v.values)
			el.values = v.values;
		put(w, el);
	}
}

static void put_row(const struct writing *w, const struct val_row *row)
{
	bool first = true;

	for (size_t i = 0; i < row->n; i++) {
		if (val_is_null(row->cell[i]))
			continue;
		if (!first)
			buf_adds(w->b, "，");
		first = false;
		put(w, row->cell[i]);
	}
}

static void put_sheet(const struct writing *w, const struct sheet_val *v)
{
	struct sheet_sum sum = sheet_sum(v, SHEET_ALL);

	if (!sum.complete)
		buf_adds(w->b, "尚未填完");
	else if (sum.has_rate) {
		dec_put(w->b, sum.got);
		buf_adds(w->b, "分（满分");
		dec_put(w->b, sum.full);
		buf_adds(w->b, "分）");
	} else if (!sum.bad) {
		buf_adds(w->b, "没有问题");
	} else {
		put_list(w, sheet_fails(w->a, v, SHEET_ALL));
	}
}

/* A limit in days ends with its last day, though due is the instant after it. */
static void put_due(const struct writing *w, const struct val_clock *c)
{
	if (!c->due || !c->known)
		return;
	put(w, c->by_day ? val_i64(T_DATE, day_at(c->due - 1)) : val_i64(T_TIME, c->due));
}

static void put_span(const struct writing *w, struct span s)
{
	buf_addi(w->b, s.n);
	buf_adds(w->b, unit_name_cn(s.unit));
}

static void put(const struct writing *w, struct val v)
{
	if (type_is_list(v.t)) {
		put_list(w, v);
		return;
	}
	if (type_is_text(v.t)) {
		buf_add(w->b, v.s);
		return;
	}
	switch (v.t) {
	case T_BOOL:
		buf_adds(w->b, v.b ? "是" : "否");
		break;
	case T_INT:
	case T_NUM:
		dec_put(w->b, v.n);
		break;
	case T_MONEY:
		put_money(w, v.n);
		break;
	case T_DATE:
		day_put_cn(w->b, v.i);
		break;
	case T_TIME:
		put_time(w, v.i);
		break;
	case T_SPAN:
		put_span(w, v.span);
		break;
	case T_ENUM:
		buf_add(w->b, enum_name(v));
		break;
	case T_USER:
	case T_ORGAN:
	case T_REF:
		put_matter(w, v);
		break;
	case T_PARTY:
		buf_add(w->b, v.party->name.n ? v.party->name : v.party->code);
		break;
	case T_ROW:
		put_row(w, v.row);
		break;
	case T_FILE:
		buf_add(w->b, v.file->name);
		break;
	case T_SHEET:
		put_sheet(w, v.sheet);
		break;
	case T_INTERVAL:
		put_interval(w, v);
		break;
	case T_EVENT:
		put(w, val_i64(T_TIME, v.event->at));
		break;
	case T_PART:
		put(w, val_i64(T_USER, v.part->actor));
		break;
	case T_CLOCK:
		put_due(w, v.clock);
		break;
	default:
		break;
	}
}

void val_put_cn(struct buf *b, struct arena *a, struct val v, const struct val_names *names)
{
	put(&(struct writing){ .b = b, .a = a, .names = names && names->name ? names : NULL }, v);
}

void val_put_paper(struct buf *b, struct arena *a, struct val v, const struct val_names *names)
{
	put(&(struct writing){ .b = b,
			       .a = a,
			       .names = names && names->name ? names : NULL,
			       .paper = true },
	    v);
}

static void plain_list(struct buf *b, const struct val_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			buf_addc(b, ',');
		val_put_plain(b, l->v[i]);
	}
}

void val_put_plain(struct buf *b, struct val v)
{
	if (type_is_list(v.t)) {
		plain_list(b, v.list);
		return;
	}
	if (type_is_text(v.t) || v.t == T_ENUM) {
		buf_add(b, v.s);
		return;
	}
	switch (v.t) {
	case T_BOOL:
		buf_adds(b, v.b ? "true" : "false");
		break;
	case T_INT:
	case T_NUM:
		dec_put(b, v.n);
		break;
	case T_MONEY:
		dec_put_fixed(b, v.n, 2, false);
		break;
	case T_DATE:
		day_put(b, v.i);
		break;
	case T_TIME:
		time_put(b, v.i);
		break;
	case T_SPAN:
		buf_addf(b, "%" PRId64 " %s", v.span.n, unit_name(v.span.unit));
		break;
	case T_USER:
	case T_ORGAN:
	case T_REF:
		buf_addi(b, v.i);
		break;
	case T_PARTY:
		buf_add(b, v.party->name);
		break;
	case T_FILE:
		buf_add(b, v.file->name);
		break;
	default:
		break;
	}
}
