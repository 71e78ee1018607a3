/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The stored form of values. What does not fit its type (an older version wrote it) reads as null. */
#include <string.h>

#include "base/day.h"
#include "base/parse.h"
#include "law/sheet.h"
#include "law/value.h"

static void put_value(struct json_out *o, struct val v);

static void put_fen(struct json_out *o, dec yuan)
{
	int64_t fen = (int64_t)(dec_round(yuan, 2) / (DEC_ONE / 100));

	json_out_i64(o, NULL, fen);
}

static void put_number(struct json_out *o, dec n)
{
	char room[64];
	struct arena *none = NULL;
	struct buf b = { .a = none, .p = room, .cap = sizeof(room) - 1, .max = sizeof(room) - 1 };

	dec_put(&b, n); /* at most 45 characters: the room never grows */
	json_out_raw(o, NULL, buf_str(&b));
}

static void put_day(struct json_out *o, int64_t day)
{
	char room[16];
	struct buf b = { .p = room, .cap = sizeof(room) - 1, .max = sizeof(room) - 1 };

	day_put(&b, day);
	json_out_str(o, NULL, buf_str(&b));
}

static void put_span(struct json_out *o, struct span s)
{
	char room[40];
	struct buf b = { .p = room, .cap = sizeof(room) - 1, .max = sizeof(room) - 1 };

	buf_addi(&b, s.n);
	buf_addc(&b, ' ');
	buf_adds(&b, unit_name(s.unit));
	json_out_str(o, NULL, buf_str(&b));
}

static void put_text(struct json_out *o, const char *key, struct str s)
{
	if (s.n)
		json_out_str(o, key, s);
}

static void put_party(struct json_out *o, const struct party *p)
{
	json_open(o, NULL, '{');
	put_text(o, "address", p->address);
	put_text(o, "code", p->code);
	put_text(o, "contact", p->contact);
	put_text(o, "name", p->name);
	put_text(o, "phone", p->phone);
	if (p->sort != PARTY_UNKNOWN)
		json_out_str(o, "sort", p->sort == PARTY_PERSON ? STR("person") : STR("unit"));
	json_close(o, '}');
}

static void put_row(struct json_out *o, const struct val_row *r)
{
	json_open(o, NULL, '{');
	json_out_i64(o, "#", r->id);
	for (size_t i = 0; i < r->n; i++) {
		if (val_is_null(r->cell[i]))
			continue;
		json_key(o, r->col[i].id);
		put_value(o, r->cell[i]);
	}
	json_close(o, '}');
}

static void put_file(struct json_out *o, const struct file_ref *f)
{
	json_open(o, NULL, '{');
	put_text(o, "digest", f->digest);
	put_text(o, "media", f->media);
	json_out_str(o, "name", f->name);
	json_out_i64(o, "size", f->size);
	json_close(o, '}');
}

static void put_mark(struct json_out *o, const struct sheet_item *item, const struct sheet_mark *m)
{
	json_open(o, NULL, '{');
	put_text(o, "choice", m->choice);
	if (m->off) {
		json_key(o, STR("off"));
		put_number(o, m->off);
	}
	put_text(o, "why", m->why);
	if (item->ask)
		json_out_bool(o, "yes", m->yes);
	json_close(o, '}');
}

static void put_sheet(struct json_out *o, const struct sheet_val *v)
{
	json_open(o, NULL, '{');
	for (size_t p = 0; p < v->sheet->n; p++) {
		const struct sheet_part *part = &v->sheet->part[p];

		json_key(o, part->id);
		json_open(o, NULL, '{');
		if (v->out[p])
			json_out_bool(o, "#out", true);
		for (size_t i = 0; i < part->n; i++) {
			if (!v->mark[p][i].answered)
				continue;
			json_key(o, part->item[i].id);
			put_mark(o, &part->item[i], &v->mark[p][i]);
		}
		json_close(o, '}');
	}
	json_close(o, '}');
}

static void put_list(struct json_out *o, const struct val_list *l)
{
	json_open(o, NULL, '[');
	for (size_t i = 0; l && i < l->n; i++)
		put_value(o, l->v[i]);
	json_close(o, ']');
}

static void put_value(struct json_out *o, struct val v)
{
	switch (v.t) {
	case T_BOOL:
		json_out_bool(o, NULL, v.b);
		break;
	case T_INT:
	case T_NUM:
		put_number(o, v.n);
		break;
	case T_MONEY:
		put_fen(o, v.n);
		break;
	case T_TEXT: case T_NOTE: case T_PHONE: case T_REGION: case T_USCC: case T_IDCARD: case T_ENUM:
		json_out_str(o, NULL, v.s);
		break;
	case T_DATE:
		put_day(o, v.i);
		break;
	case T_TIME: case T_USER: case T_ORGAN: case T_REF:
		json_out_i64(o, NULL, v.i);
		break;
	case T_SPAN:
		put_span(o, v.span);
		break;
	case T_PICKS: case T_USERS: case T_ORGANS: case T_REFS: case T_ROWS: case T_FILES: case T_LIST:
		put_list(o, v.list);
		break;
	case T_PARTY:
		put_party(o, v.party);
		break;
	case T_ROW:
		put_row(o, v.row);
		break;
	case T_FILE:
		put_file(o, v.file);
		break;
	case T_SHEET:
		put_sheet(o, v.sheet);
		break;
	default: /* null, and what exists in expressions only */
		json_out_null(o, NULL);
		break;
	}
}

void val_put_json(struct json_out *o, struct str key, struct val v)
{
	if (key.n)
		json_key(o, key);
	put_value(o, v);
}

/* ---- reading ---- */

static struct val int_of(const struct json *j, enum type_tag t)
{
	int64_t n;

	if (j->type != JSON_NUMBER || !parse_i64(j->text, INT64_MIN, INT64_MAX, &n))
		return VAL_NULL;
	return val_i64(t, n);
}

static struct val number_of(const struct json *j, enum type_tag t)
{
	dec n;

	if (j->type != JSON_NUMBER || !dec_parse(j->text, DEC_PLACES, &n))
		return VAL_NULL;
	return val_num(t, t == T_MONEY ? n / 100 : n);
}

static struct val text_of(const struct type *t, const struct json *j)
{
	struct val v;

	if (j->type != JSON_STRING)
		return VAL_NULL;
	v = val_text(t->tag, j->text);
	v.values = t->tag == T_ENUM ? t->values : NULL;
	return v;
}

static struct val day_of_json(const struct json *j)
{
	int64_t day;

	return j->type == JSON_STRING && day_parse(j->text, &day) ? val_i64(T_DATE, day) : VAL_NULL;
}

static struct val span_of(const struct json *j)
{
	struct val v = { .t = T_SPAN };

	return j->type == JSON_STRING && span_parse(j->text, &v.span) ? v : VAL_NULL;
}

static struct val party_of(struct arena *a, const struct json *j)
{
	struct party *p = arena_one(a, struct party);
	struct str sort = json_str(j, "sort");

	if (j->type != JSON_OBJECT)
		return VAL_NULL;
	*p = (struct party){ .name = json_str(j, "name"), .code = json_str(j, "code"), .address = json_str(j, "address"),
			     .contact = json_str(j, "contact"), .phone = json_str(j, "phone") };
	p->sort = str_is(sort, "person") ? PARTY_PERSON : str_is(sort, "unit") ? PARTY_UNIT : PARTY_UNKNOWN;
	return (struct val){ .t = T_PARTY, .party = p };
}

static const struct json *member(const struct json *j, struct str key)
{
	const struct json *m;

	if (j && j->type == JSON_OBJECT)
		json_each(m, j)
			if (str_eq(m->key, key))
				return m;
	return NULL;
}

static struct val row_of(struct arena *a, const struct type *t, const struct json *j)
{
	struct val_row *r = arena_one(a, struct val_row);
	struct val *cell = arena_many(a, t->n_row, struct val);

	if (j->type != JSON_OBJECT)
		return VAL_NULL;
	for (size_t i = 0; i < t->n_row; i++)
		cell[i] = val_of_json(a, &t->row[i].type, member(j, t->row[i].id));
	*r = (struct val_row){ .id = json_i64(j, "#", 0), .col = t->row, .cell = cell, .n = t->n_row };
	return (struct val){ .t = T_ROW, .row = r };
}

static struct val file_of(struct arena *a, const struct json *j)
{
	struct file_ref *f = arena_one(a, struct file_ref);

	if (j->type != JSON_OBJECT)
		return VAL_NULL;
	*f = (struct file_ref){ .name = json_str(j, "name"), .digest = json_str(j, "digest"),
				.media = json_str(j, "media"), .size = json_i64(j, "size", 0) };
	return (struct val){ .t = T_FILE, .file = f };
}

static void mark_of(const struct sheet_item *item, const struct json *j, struct sheet_mark *m)
{
	const struct json *off = json_get(j, "off"), *yes = json_get(j, "yes");

	m->answered = true;
	m->yes = yes && yes->type == JSON_BOOL && yes->yes;
	m->choice = json_str(j, "choice");
	m->why = json_str(j, "why");
	if (item->has_points && off && off->type == JSON_NUMBER && !dec_parse(off->text, DEC_PLACES, &m->off))
		m->off = 0;
}

static struct val sheet_of(struct arena *a, const struct type *t, const struct json *j)
{
	struct sheet_val *v;

	if (j->type != JSON_OBJECT || !t->sheet)
		return VAL_NULL;
	v = sheet_new(a, t->sheet);
	for (size_t p = 0; p < t->sheet->n; p++) {
		const struct sheet_part *part = &t->sheet->part[p];
		const struct json *pj = member(j, part->id), *out = json_get(pj, "#out");

		((bool *)(uintptr_t)v->out)[p] = out && out->type == JSON_BOOL && out->yes;
		for (size_t i = 0; pj && i < part->n; i++) {
			const struct json *m = member(pj, part->item[i].id);

			if (m)
				mark_of(&part->item[i], m, sheet_mark(v, part->id, part->item[i].id));
		}
	}
	return (struct val){ .t = T_SHEET, .sheet = v };
}

static struct val list_of(struct arena *a, const struct type *t, const struct json *j)
{
	static const enum type_tag element[T_MAX] = { [T_PICKS] = T_ENUM, [T_USERS] = T_USER, [T_ORGANS] = T_ORGAN,
						      [T_REFS] = T_REF, [T_ROWS] = T_ROW, [T_FILES] = T_FILE };
	struct type one = *t;
	const struct json *m;
	struct val *v;
	size_t n = 0;

	one.tag = element[t->tag];
	if (!j || j->type != JSON_ARRAY || one.tag == T_NONE)
		return val_list(a, t->tag, NULL, 0);
	v = arena_many(a, j->n, struct val);
	json_each(m, j) {
		v[n] = val_of_json(a, &one, m);
		n += !val_is_null(v[n]);
	}
	return val_list(a, t->tag, v, n);
}

struct val val_of_json(struct arena *a, const struct type *t, const struct json *j)
{
	struct val v;

	if (type_is_list(t->tag)) {
		v = list_of(a, t, j);
		v.values = t->tag == T_PICKS ? t->values : NULL;
		return v;
	}
	if (!j || j->type == JSON_NULL)
		return VAL_NULL;
	switch (t->tag) {
	case T_BOOL:
		return j->type == JSON_BOOL ? val_bool(j->yes) : VAL_NULL;
	case T_INT: case T_NUM: case T_MONEY:
		return number_of(j, t->tag);
	case T_TEXT: case T_NOTE: case T_PHONE: case T_REGION: case T_USCC: case T_IDCARD: case T_ENUM:
		return text_of(t, j);
	case T_DATE:
		return day_of_json(j);
	case T_TIME: case T_USER: case T_ORGAN: case T_REF:
		return int_of(j, t->tag);
	case T_SPAN:
		return span_of(j);
	case T_PARTY:
		return party_of(a, j);
	case T_ROW:
		return row_of(a, t, j);
	case T_FILE:
		return file_of(a, j);
	case T_SHEET:
		return sheet_of(a, t, j);
	default:
		return VAL_NULL;
	}
}
