/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/sheet.h"

struct sheet_val *sheet_new(struct arena *a, const struct sheet *s)
{
	struct sheet_val *v = arena_one(a, struct sheet_val);
	struct sheet_mark **mark = arena_many(a, s->n, struct sheet_mark *);

	for (size_t p = 0; p < s->n; p++)
		mark[p] = arena_many(a, s->part[p].n, struct sheet_mark);
	*v = (struct sheet_val){ .sheet = s, .out = arena_many(a, s->n, bool), .mark = mark };
	return v;
}

size_t sheet_part_at(const struct sheet *s, struct str id)
{
	for (size_t p = 0; p < s->n; p++)
		if (str_eq(s->part[p].id, id))
			return p;
	return SHEET_ALL;
}

struct sheet_mark *sheet_mark(struct sheet_val *v, struct str part, struct str item)
{
	size_t p = sheet_part_at(v->sheet, part);

	for (size_t i = 0; p != SHEET_ALL && i < v->sheet->part[p].n; i++)
		if (str_eq(v->sheet->part[p].item[i].id, item))
			return &v->mark[p][i];
	return NULL;
}

bool sheet_item_bad(const struct sheet_item *item, const struct sheet_mark *mark)
{
	return item->ask && mark->answered && mark->yes == item->bad;
}

bool sheet_item_done(const struct sheet_item *item, const struct sheet_mark *mark)
{
	bool reason =
		(item->has_points && mark->off > 0) || (item->note && sheet_item_bad(item, mark));

	return mark->answered && (!reason || !str_blank(mark->why))
	       && (!item->of || mark->choice.n);
}

static dec points_got(const struct sheet_item *item, const struct sheet_mark *mark)
{
	return mark->off < 0              ? item->points
	       : mark->off > item->points ? 0
					  : item->points - mark->off;
}

static void add_part(const struct sheet_part *part, const struct sheet_mark *mark,
		     struct sheet_sum *sum)
{
	for (size_t i = 0; i < part->n; i++) {
		const struct sheet_item *item = &part->item[i];

		sum->complete = sum->complete && sheet_item_done(item, &mark[i]);
		sum->bad += sheet_item_bad(item, &mark[i]);
		if (item->has_points) {
			sum->full += item->points;
			sum->got += points_got(item, &mark[i]);
		}
	}
}

struct sheet_sum sheet_sum(const struct sheet_val *v, size_t part)
{
	struct sheet_sum sum = { .complete = true };

	for (size_t p = 0; p < v->sheet->n; p++)
		if ((part == SHEET_ALL || part == p) && !v->out[p])
			add_part(&v->sheet->part[p], v->mark[p], &sum);
	sum.has_rate = sum.full > 0 && dec_div(sum.got * 100, sum.full, &sum.rate);
	return sum;
}

struct val sheet_fails(struct arena *a, const struct sheet_val *v, size_t part)
{
	size_t n = 0, max = (size_t)sheet_sum(v, part).bad;
	struct val *name = arena_many(a, max, struct val);

	for (size_t p = 0; p < v->sheet->n; p++) {
		if ((part != SHEET_ALL && part != p) || v->out[p])
			continue;
		for (size_t i = 0; i < v->sheet->part[p].n; i++)
			if (sheet_item_bad(&v->sheet->part[p].item[i], &v->mark[p][i]))
				name[n++] = val_text(T_TEXT, v->sheet->part[p].item[i].name);
	}
	return val_list(a, T_LIST, name, n);
}

struct val sheet_item_val(const struct sheet_val *v, size_t part, size_t item)
{
	const struct sheet_item *it = &v->sheet->part[part].item[item];
	const struct sheet_mark *mark = &v->mark[part][item];

	if (!mark->answered || v->out[part])
		return VAL_NULL;
	if (it->ask)
		return val_bool(mark->yes);
	if (it->of)
		return mark->choice.n
			       ? (struct val){ .t = T_ENUM, .s = mark->choice, .values = it->of }
			       : VAL_NULL;
	return val_num(T_NUM, points_got(it, mark));
}
