/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Stored form of values. Objects have their keys in order, so that equal values are equal bytes.
 *
 *	money 2000000 (fen) · num 1.5 · date "2026-03-02" · time 1772413200000 · span "3 workday"
 *	enum "held" · picks ["a"] · user, organ, ref 17 · party {"code":…,"name":…,"sort":"person"}
 *	rows [{"#":1,"amount":2}] · files [{"digest":…,"media":…,"name":…,"size":9}]
 *	sheet {"part":{"item":{"no":true,"why":…}},"part2":false}: false is a part that does not
 *take part */
#include "base/day.h"
#include "base/parse.h"
#include "law/expr.h"
#include "law/sheet.h"

#define SHORT 64 /* bytes of a number, date or span */

static struct str written(struct arena *a, struct val v)
{
	struct buf b;

	buf_init(&b, a, SHORT);
	val_put_plain(&b, v);
	return buf_str(&b);
}

static void put(struct json_out *o, struct val v);

/* Positions in order of their ids. */
static size_t *in_order(struct arena *a, size_t n, struct str (*id)(const void *of, size_t i),
			const void *of)
{
	size_t *at = arena_many(a, n, size_t), j;

	for (size_t i = 0; i < n; i++) {
		for (j = i; j > 0 && str_cmp(id(of, at[j - 1]), id(of, i)) > 0; j--)
			at[j] = at[j - 1];
		at[j] = i;
	}
	return at;
}

static struct str column_id(const void *of, size_t i)
{
	return ((const struct field *)of)[i].id;
}

static struct str part_id(const void *of, size_t i)
{
	return ((const struct sheet_part *)of)[i].id;
}

static struct str item_id(const void *of, size_t i)
{
	return ((const struct sheet_item *)of)[i].id;
}

static void put_row(struct json_out *o, const struct val_row *row)
{
	size_t *at = in_order(o->b->a, row->n, column_id, row->col);

	json_open(o, NULL, '{');
	json_out_i64(o, "#", row->id);
	for (size_t i = 0; i < row->n; i++)
		if (!val_is_null(row->cell[at[i]]))
			val_put_json(o, row->col[at[i]].id, row->cell[at[i]]);
	json_close(o, '}');
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

static void put_file(struct json_out *o, const struct file_ref *f)
{
	json_open(o, NULL, '{');
	put_text(o, "digest", f->digest);
	put_text(o, "media", f->media);
	put_text(o, "name", f->name);
	json_out_i64(o, "size", f->size);
	json_close(o, '}');
}

static void put_mark(struct json_out *o, const struct sheet_item *item, const struct sheet_mark *m)
{
	json_key(o, item->id);
	json_open(o, NULL, '{');
	if (m->answered && item->of)
		json_out_str(o, "choice", m->choice);
	if (m->answered && item->ask && !m->yes)
		json_out_bool(o, "no", true);
	if (m->answered && item->has_points)
		json_out_raw(o, "off", written(o->b->a, val_num(T_NUM, m->off)));
	put_text(o, "why", m->why);
	if (m->answered && item->ask && m->yes)
		json_out_bool(o, "yes", true);
	json_close(o, '}');
}

static void put_sheet(struct json_out *o, const struct sheet_val *v)
{
	const struct sheet *s = v->sheet;
	size_t *part = in_order(o->b->a, s->n, part_id, s->part), *item;

	json_open(o, NULL, '{');
	for (size_t p = 0; p < s->n; p++) {
		const struct sheet_part *x = &s->part[part[p]];

		json_key(o, x->id);
		if (v->out[part[p]]) {
			json_out_bool(o, NULL, false);
			continue;
		}
		json_open(o, NULL, '{');
		item = in_order(o->b->a, x->n, item_id, x->item);
		for (size_t i = 0; i < x->n; i++) {
			const struct sheet_mark *m = &v->mark[part[p]][item[i]];

			if (m->answered || m->why.n)
				put_mark(o, &x->item[item[i]], m);
		}
		json_close(o, '}');
	}
	json_close(o, '}');
}

static void put_list(struct json_out *o, const struct val_list *l)
{
	json_open(o, NULL, '[');
	for (size_t i = 0; i < l->n; i++)
		put(o, l->v[i]);
	json_close(o, ']');
}

static void put_money(struct json_out *o, dec yuan)
{
	struct buf b;

	buf_init(&b, o->b->a, SHORT);
	dec_put(&b, dec_round(yuan, 2) * 100);
	json_out_raw(o, NULL, buf_str(&b));
}

static void put(struct json_out *o, struct val v)
{
	if (type_is_list(v.t)) {
		put_list(o, v.list);
		return;
	}
	if (type_is_text(v.t) || v.t == T_ENUM) {
		json_out_str(o, NULL, v.s);
		return;
	}
	switch (v.t) {
	case T_BOOL:
		json_out_bool(o, NULL, v.b);
		break;
	case T_INT:
	case T_NUM:
		json_out_raw(o, NULL, written(o->b->a, v));
		break;
	case T_MONEY:
		put_money(o, v.n);
		break;
	case T_DATE:
	case T_SPAN:
		json_out_str(o, NULL, written(o->b->a, v));
		break;
	case T_TIME:
	case T_USER:
	case T_ORGAN:
	case T_REF:
		json_out_i64(o, NULL, v.i);
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
	default:
		json_out_null(o, NULL); /* of expressions only: never stored */
		break;
	}
}

void val_put_json(struct json_out *o, struct str key, struct val v)
{
	if (key.n)
		json_key(o, key);
	put(o, v);
}

/* ---- reading ---- */

static struct val read_number(enum type_tag t, const struct json *j)
{
	int64_t n;
	dec d;

	if (j->type != JSON_NUMBER)
		return VAL_NULL;
	if (t == T_NUM || t == T_INT)
		return dec_parse(j->text, t == T_INT ? 0 : DEC_PLACES, &d) ? val_num(t, d)
									   : VAL_NULL;
	if (t == T_MONEY)
		return dec_parse(j->text, 0, &d) && dec_div(d, dec_int(100), &d)
			       ? val_num(T_MONEY, d)
			       : VAL_NULL;
	return parse_i64(j->text, INT64_MIN, INT64_MAX, &n) ? val_i64(t, n) : VAL_NULL;
}

static struct val read_text(const struct type *t, struct str s)
{
	struct span span;
	int64_t day;

	if (type_is_text(t->tag))
		return val_text(t->tag, s);
	if (t->tag == T_ENUM)
		return s.n ? (struct val){ .t = T_ENUM, .s = s, .values = t->values } : VAL_NULL;
	if (t->tag == T_DATE)
		return day_parse(s, &day) ? val_i64(T_DATE, day) : VAL_NULL;
	if (t->tag == T_SPAN)
		return span_parse(s, &span) ? (struct val){ .t = T_SPAN, .span = span } : VAL_NULL;
	return VAL_NULL;
}

static struct val read_party(struct arena *a, const struct json *j)
{
	struct party *p = arena_one(a, struct party);
	struct str sort = json_str(j, "sort");

	*p = (struct party){ .name = json_str(j, "name"),
			     .code = json_str(j, "code"),
			     .address = json_str(j, "address"),
			     .contact = json_str(j, "contact"),
			     .phone = json_str(j, "phone") };
	if (str_is(sort, "person"))
		p->sort = PARTY_PERSON;
	else if (str_is(sort, "unit"))
		p->sort = PARTY_UNIT;
	return p->name.n || p->code.n ? (struct val){ .t = T_PARTY, .party = p } : VAL_NULL;
}

static struct val read_file(struct arena *a, const struct json *j)
{
	struct file_ref *f = arena_one(a, struct file_ref);

	*f = (struct file_ref){ .name = json_str(j, "name"),
				.digest = json_str(j, "digest"),
				.media = json_str(j, "media"),
				.size = json_i64(j, "size", 0) };
	return f->name.n || f->digest.n ? (struct val){ .t = T_FILE, .file = f } : VAL_NULL;
}

static const struct json *member(const struct json *j, struct str key)
{
	const struct json *m;

	json_each(m, j) if (str_eq(m->key, key)) return m;
	return NULL;
}

static struct val read_row(struct arena *a, const struct type *t, const struct json *j)
{
	struct val_row *row = arena_one(a, struct val_row);
	struct val *cell = arena_many(a, t->n_row, struct val);

	for (size_t i = 0; i < t->n_row; i++) {
		const struct json *m = member(j, t->row[i].id);

		if (m)
			cell[i] = val_of_json(a, &t->row[i].type, m);
	}
	*row = (struct val_row){
		.id = json_i64(j, "#", 0), .col = t->row, .cell = cell, .n = t->n_row
	};
	return (struct val){ .t = T_ROW, .row = row };
}

static void read_mark(const struct sheet_item *item, const struct json *j, struct sheet_mark *m)
{
	const struct json *yes = json_get(j, "yes"), *no = json_get(j, "no"),
			  *off = json_get(j, "off");

	m->why = json_str(j, "why");
	if (item->ask) {
		m->answered = yes || no;
		m->yes = yes && yes->type == JSON_BOOL && yes->yes;
	} else if (item->of) {
		m->choice = json_str(j, "choice");
		m->answered = m->choice.n > 0;
	} else {
		m->answered = off && off->type == JSON_NUMBER
			      && dec_parse(off->text, DEC_PLACES, &m->off);
	}
}

static struct val read_sheet(struct arena *a, const struct type *t, const struct json *j)
{
	struct sheet_val *v;
	const struct json *part, *item;

	if (!t->sheet)
		return VAL_NULL;
	v = sheet_new(a, t->sheet);
	for (size_t p = 0; p < t->sheet->n; p++) {
		part = member(j, t->sheet->part[p].id);
		if (part && part->type == JSON_BOOL)
			v->out[p] = !part->yes && t->sheet->part[p].optional;
		for (size_t i = 0; part && part->type == JSON_OBJECT && i < t->sheet->part[p].n;
		     i++) {
			item = member(part, t->sheet->part[p].item[i].id);
			if (item)
				read_mark(&t->sheet->part[p].item[i], item, &v->mark[p][i]);
		}
	}
	return (struct val){ .t = T_SHEET, .sheet = v };
}

static struct val read_list(struct arena *a, const struct type *t, const struct json *j)
{
	struct type el = type_element(t);
	struct val *v = arena_many(a, j->n, struct val), list;
	const struct json *m;
	size_t n = 0;

	json_each(m, j)
	{
		v[n] = val_of_json(a, &el, m);
		if (!val_is_null(v[n]))
			n++;
	}
	list = val_list(a, t->tag, v, n);
	list.values = t->values;
	return list;
}

struct val val_of_json(struct arena *a, const struct type *t, const struct json *j)
{
	switch (j->type) {
	case JSON_BOOL:
		return t->tag == T_BOOL ? val_bool(j->yes) : VAL_NULL;
	case JSON_NUMBER:
		return t->tag == T_INT || t->tag == T_NUM || t->tag == T_MONEY || t->tag == T_TIME
				       || t->tag == T_USER || t->tag == T_ORGAN || t->tag == T_REF
			       ? read_number(t->tag, j)
			       : VAL_NULL;
	case JSON_STRING:
		return read_text(t, j->text);
	case JSON_ARRAY:
		return type_is_list(t->tag) ? read_list(a, t, j) : VAL_NULL;
	case JSON_OBJECT:
		if (t->tag == T_PARTY)
			return read_party(a, j);
		if (t->tag == T_FILE)
			return read_file(a, j);
		if (t->tag == T_ROW)
			return read_row(a, t, j);
		return t->tag == T_SHEET ? read_sheet(a, t, j) : VAL_NULL;
	default:
		return VAL_NULL;
	}
}
