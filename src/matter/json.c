/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Forms from JSON: what the API, drafts, imports and scenarios send, as typed values. */
#include <inttypes.h>

#include "base/parse.h"
#include "base/uuid.h"
#include "law/sheet.h"
#include "matter/inner.h"

struct reading {
	struct db *db;
	struct arena *a;
	const struct form_names *names;
	struct refusals no;
	const struct field *field; /* at which the refusals stand */
	bool bad;                  /* something in this field does not fit */
};

static void bad_value(struct reading *r, const char *why)
{
	r->bad = true;
	refuse(&r->no, (struct refusal){ .sort = REFUSED_FORM, .field = r->field->id, .node = r->field->node,
					 .way = r->field->id,
					 .say = str_fmt(r->a, "“%.*s”%s", STR_FMT(r->field->name), why) });
}

static bool read_value(struct reading *r, const struct type *t, const struct json *j, struct val *ret,
		       struct err *err);

static struct str text_of(struct reading *r, const struct json *j)
{
	if (j->type == JSON_BOOL)
		return j->yes ? STR("true") : STR("false");
	if (j->type == JSON_STRING || j->type == JSON_NUMBER)
		return j->text;
	if (j->type != JSON_NULL)
		bad_value(r, "填写的内容与这一项的类型不符");
	return (struct str){ 0 };
}

static void read_simple(struct reading *r, const struct type *t, const struct json *j, struct val *ret)
{
	struct str s = text_of(r, j);
	struct err why = { 0 };

	*ret = VAL_NULL;
	if (s.n && type_is_text(t->tag))
		*ret = val_text(t->tag, s);
	else if (s.n && !val_parse(r->a, t, s, ret, &why))
		bad_value(r, why.msg);
}

static const struct stmt st_code = { "id_of_code", "SELECT id FROM matter WHERE code = $1" };

static bool read_reference(struct reading *r, const struct type *t, enum type_tag tag, const struct json *j,
			   struct val *ret, struct err *err)
{
	struct str s = text_of(r, j);
	int64_t id = 0;
	const struct db_in in[] = { db_str(s) };
	const struct db_out out[] = { db_to_i64(&id) };
	struct type one = *t;
	bool found;

	*ret = VAL_NULL;
	one.tag = tag;
	if (!s.n)
		return true;
	if (uuid_valid(s) && !db_maybe(r->db, r->a, &st_code, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (!id && r->names && r->names->resolve)
		id = r->names->resolve(r->names->ctx, &one, s);
	if (!id && !parse_i64(s, 1, INT64_MAX, &id))
		id = 0;
	if (id)
		*ret = val_i64(tag, id);
	else
		bad_value(r, str_fmt(r->a, "中的“%.*s”没有找到", STR_FMT(s)).p);
	return true;
}

static void read_party(struct reading *r, const struct json *j, struct val *ret)
{
	struct party *p = arena_one(r->a, struct party);
	struct str sort = json_str(j, "sort");

	*ret = VAL_NULL;
	if (j->type == JSON_STRING)
		p->name = str_trim(j->text);
	else if (j->type == JSON_OBJECT)
		*p = (struct party){ .name = str_trim(json_str(j, "name")), .code = str_trim(json_str(j, "code")),
				     .address = json_str(j, "address"), .contact = json_str(j, "contact"),
				     .phone = json_str(j, "phone") };
	else if (j->type != JSON_NULL)
		bad_value(r, "应填写名称和证件号码");
	p->sort = str_is(sort, "person") ? PARTY_PERSON : str_is(sort, "unit") ? PARTY_UNIT : PARTY_UNKNOWN;
	if (sort.n && p->sort == PARTY_UNKNOWN)
		bad_value(r, "的类别应是 person（自然人）或者 unit（单位）");
	if (p->name.n || p->code.n)
		*ret = (struct val){ .t = T_PARTY, .party = p };
}

static void read_file(struct reading *r, const struct json *j, struct val *ret)
{
	struct file_ref *f = arena_one(r->a, struct file_ref);

	if (j->type == JSON_STRING)
		f->name = j->text;
	else
		*f = (struct file_ref){ json_str(j, "name"), json_str(j, "digest"), json_str(j, "media"), json_i64(j, "size", 0) };
	*ret = f->name.n ? (struct val){ .t = T_FILE, .file = f } : VAL_NULL;
}

static bool read_row(struct reading *r, const struct type *t, const struct json *j, struct val *ret, struct err *err)
{
	struct val_row *row = arena_one(r->a, struct val_row);
	struct val *cell = arena_many(r->a, t->n_row, struct val);
	const struct json *m;

	*ret = VAL_NULL;
	if (j->type != JSON_OBJECT) {
		bad_value(r, "的每一行应写明各列");
		return true;
	}
	for (size_t c = 0; c < t->n_row; c++)
		if (type_is_list(t->row[c].type.tag))
			cell[c] = val_list(r->a, t->row[c].type.tag, NULL, 0);
	json_each(m, j) {
		size_t c = 0;

		while (c < t->n_row && !str_eq(t->row[c].id, m->key))
			c++;
		if (c < t->n_row && !read_value(r, &t->row[c].type, m, &cell[c], err))
			return false;
		if (c == t->n_row && !str_is(m->key, "id"))
			bad_value(r, str_fmt(r->a, "没有“%.*s”这一列", STR_FMT(m->key)).p);
	}
	*row = (struct val_row){ .id = json_i64(j, "id", 0), .col = t->row, .cell = cell, .n = t->n_row };
	*ret = (struct val){ .t = T_ROW, .row = row };
	return true;
}

static bool read_element(struct reading *r, const struct type *t, const struct json *j, struct val *ret,
			 struct err *err)
{
	struct type one = *t;

	switch (t->tag) {
	case T_USERS:
		return read_reference(r, t, T_USER, j, ret, err);
	case T_ORGANS:
		return read_reference(r, t, T_ORGAN, j, ret, err);
	case T_REFS:
		return read_reference(r, t, T_REF, j, ret, err);
	case T_ROWS:
		return read_row(r, t, j, ret, err);
	case T_FILES:
		read_file(r, j, ret);
		return true;
	default:
		one.tag = T_ENUM;
		read_simple(r, &one, j, ret);
		return true;
	}
}

/* A list, or one element in its place. */
static bool read_list(struct reading *r, const struct type *t, const struct json *j, struct val *ret, struct err *err)
{
	size_t n = 0, most = j->type == JSON_ARRAY ? j->n : 1;
	struct val *v = arena_many(r->a, most, struct val);
	const struct json *m;

	if (j->type == JSON_ARRAY)
		json_each(m, j) {
			if (!read_element(r, t, m, &v[n], err))
				return false;
			n += !val_is_null(v[n]);
		}
	else if (j->type != JSON_NULL) {
		if (!read_element(r, t, j, &v[0], err))
			return false;
		n = !val_is_null(v[0]);
	}
	*ret = val_list(r->a, t->tag, v, n);
	return true;
}

static void read_mark(struct reading *r, const struct sheet_item *item, struct sheet_mark *m, const struct json *j)
{
	const struct json *x;

	m->answered = true;
	if (j->type == JSON_BOOL)
		m->yes = j->yes;
	else if (j->type == JSON_STRING && item->ask)
		m->yes = str_is(j->text, "true"); /* scenarios write plain text */
	else if (j->type == JSON_STRING)
		m->choice = j->text;
	else if (j->type == JSON_NUMBER && !dec_parse(j->text, DEC_PLACES, &m->off))
		bad_value(r, "的扣分应是数字");
	if (j->type != JSON_OBJECT)
		return;
	x = json_get(j, "yes");
	m->yes = x && x->type == JSON_BOOL && x->yes;
	x = json_get(j, "off");
	if (x && !dec_parse(x->text, DEC_PLACES, &m->off))
		bad_value(r, "的扣分应是数字");
	m->choice = json_str(j, "choice");
	m->why = json_str(j, "why");
	if (item->has_points && (m->off < 0 || m->off > item->points))
		bad_value(r, str_fmt(r->a, "中“%.*s”的扣分超出分值", STR_FMT(item->name)).p);
}

static void read_part(struct reading *r, struct sheet_val *v, size_t p, const struct json *j)
{
	const struct sheet_part *part = &v->sheet->part[p];
	const struct json *m;

	if (j->type == JSON_BOOL && !j->yes && part->optional) {
		((bool *)v->out)[p] = true;
		return;
	}
	json_each(m, j) {
		size_t i = 0;

		if (str_is(m->key, "#out") || str_is(m->key, "out")) {
			((bool *)v->out)[p] = part->optional && m->type == JSON_BOOL && m->yes;
			continue;
		}
		while (i < part->n && !str_eq(part->item[i].id, m->key))
			i++;
		if (i < part->n)
			read_mark(r, &part->item[i], &v->mark[p][i], m);
		else
			bad_value(r, str_fmt(r->a, "没有“%.*s”这一项", STR_FMT(m->key)).p);
	}
}

static void read_sheet(struct reading *r, const struct type *t, const struct json *j, struct val *ret)
{
	struct sheet_val *v = sheet_new(r->a, t->sheet);
	const struct json *m;

	*ret = VAL_NULL;
	if (j->type == JSON_NULL)
		return;
	json_each(m, j) {
		size_t p = sheet_part_at(t->sheet, m->key);

		if (p == SHEET_ALL)
			bad_value(r, str_fmt(r->a, "没有“%.*s”这一部分", STR_FMT(m->key)).p);
		else
			read_part(r, v, p, m);
	}
	*ret = (struct val){ .t = T_SHEET, .sheet = v };
}

static bool read_value(struct reading *r, const struct type *t, const struct json *j, struct val *ret, struct err *err)
{
	if (type_is_list(t->tag))
		return read_list(r, t, j, ret, err);
	switch (t->tag) {
	case T_USER:
	case T_ORGAN:
	case T_REF:
		return read_reference(r, t, t->tag, j, ret, err);
	case T_PARTY:
		read_party(r, j, ret);
		return true;
	case T_SHEET:
		read_sheet(r, t, j, ret);
		return true;
	default:
		read_simple(r, t, j, ret);
		return true;
	}
}

/* The person of recuse and ask_recuse is no field of the kind. */
static const struct field person_field = { .id = { "person", 6 }, .name = { "回避的人员", 15 },
					   .type = { .tag = T_USER } };

/* Of note: whom to tell. Of tick: which point of the last return, from 1. */
static const struct field persons_field = { .id = { "persons", 7 }, .name = { "提醒的人员", 15 },
					    .type = { .tag = T_USERS } };
static const struct field leaver_field = { .id = { "leaver", 6 }, .name = { "移交人", 9 }, .type = { .tag = T_USER } };
static const struct field receiver_field = { .id = { "receiver", 8 }, .name = { "接收人", 9 }, .type = { .tag = T_USER } };
static const struct field point_field = { .id = { "point", 5 }, .name = { "要点", 6 }, .type = { .tag = T_INT } };

static const struct field *field_of(const struct action *ac, struct str id)
{
	if (ac->builtin && str_is(id, "person"))
		return &person_field;
	if (ac->builtin && str_is(id, "persons"))
		return &persons_field;
	if (str_is(ac->id, "take_over") && str_is(id, "leaver"))
		return &leaver_field;
	if (str_is(ac->id, "take_over") && str_is(id, "receiver"))
		return &receiver_field;
	if (ac->builtin && str_is(id, "point"))
		return &point_field;
	for (size_t i = 0; i < ac->n_form; i++)
		if (str_eq(ac->form[i].field->id, id))
			return ac->form[i].field;
	return NULL;
}

/* The points of a return: texts. */
static struct val points_of_json(struct arena *a, const struct json *j)
{
	struct val *v = arena_many(a, j->n, struct val);
	const struct json *m;
	size_t n = 0;

	if (j->type == JSON_ARRAY)
		json_each(m, j)
			if (m->type == JSON_STRING)
				v[n++] = (struct val){ .t = T_TEXT, .s = m->text };
	return val_list(a, T_PICKS, v, n);
}

bool form_of_json(struct db *db, struct arena *a, const struct kind *kind, const struct action *action,
		  const struct json *j, const struct form_names *names, struct form *ret,
		  const struct refusal **ret_refused, size_t *ret_n, struct err *err)
{
	struct reading r = { .db = db, .a = a, .names = names, .no = { .a = a } };
	struct form_entry *v = arena_many(a, j ? j->n : 0, struct form_entry);
	const struct json *m;
	size_t n = 0;

	(void)kind;
	if (j && j->type != JSON_OBJECT)
		return err_set(err, ERR_BAD_INPUT, "填写的内容应是一个对象");
	json_each(m, j) {
		if (action->points && str_is(m->key, "points")) {
			v[n++] = (struct form_entry){ STR("points"), points_of_json(a, m) };
			continue;
		}
		r.field = field_of(action, m->key);
		r.bad = false;
		if (!r.field) {
			refuse(&r.no, (struct refusal){ .sort = REFUSED_FORM, .field = m->key,
				.say = str_fmt(a, "“%.*s”不是这一步可以填写的内容", STR_FMT(m->key)) });
			continue;
		}
		v[n].field = r.field->id;
		if (!read_value(&r, &r.field->type, m, &v[n].v, err))
			return false;
		n += !r.bad;
	}
	*ret = (struct form){ v, n };
	*ret_refused = r.no.v;
	*ret_n = r.no.n;
	return true;
}
