/* SPDX-License-Identifier: MulanPSL-2.0 */
/* typed.c - values as typed texts, and typed texts as values. */
#include "app/input.h"
#include "base/day.h"
#include "base/parse.h"
#include "base/uuid.h"
#include "law/sheet.h"
#include "matter/plans.h"

#define ROWS_MOST 500
#define FILE_NAME_MOST 120 /* as an upload keeps it: one line of a list */

static const struct stmt st_code = { "typed_code", "SELECT code FROM matter WHERE id = $1" };

static struct str sub(struct inputs *in, struct str name, const char *part)
{
	return str_fmt(in->r->a, "%.*s.%s", STR_FMT(name), part);
}

static struct str sub2(struct inputs *in, struct str name, struct str part, struct str item)
{
	return str_fmt(in->r->a, "%.*s.%.*s.%.*s", STR_FMT(name), STR_FMT(part), STR_FMT(item));
}

static struct str cell_name(struct inputs *in, struct str name, size_t row, struct str col)
{
	return str_fmt(in->r->a, "%.*s.%zu.%.*s", STR_FMT(name), row, STR_FMT(col));
}

/* ---- from values ---- */

static struct str plain(struct inputs *in, struct val v)
{
	struct buf b;

	buf_init(&b, in->r->a, (size_t)256 * 1024);
	val_put_plain(&b, v);
	return buf_str(&b);
}

static bool add_code(struct inputs *in, struct str name, int64_t id, struct err *err)
{
	const struct db_in q[] = { db_i64(id) };
	struct str code;
	const struct db_out out[] = { db_to_str(&code) };
	bool found;

	if (!db_maybe(in->r->db, in->r->a, &st_code, DB_IN(q), DB_OUT(out), &found, err))
		return false;
	if (found)
		pairs_add(&in->pairs, name, code);
	return true;
}

static void add_party(struct inputs *in, struct str name, const struct party *p)
{
	static const char *const sorts[] = { "", "person", "unit" };

	pairs_add(&in->pairs, sub(in, name, "sort"), str_of(sorts[p->sort]));
	pairs_add(&in->pairs, sub(in, name, "name"), p->name);
	pairs_add(&in->pairs, sub(in, name, "code"), p->code);
	pairs_add(&in->pairs, sub(in, name, "address"), p->address);
	pairs_add(&in->pairs, sub(in, name, "contact"), p->contact);
	pairs_add(&in->pairs, sub(in, name, "phone"), p->phone);
}

static bool add_rows(struct inputs *in, const struct type *t, struct str name, const struct val_list *rows, struct err *err)
{
	for (size_t i = 0; i < rows->n; i++) {
		const struct val_row *row = rows->v[i].row;

		pairs_add(&in->pairs, cell_name(in, name, i, STR("id")), str_fmt(in->r->a, "%lld", (long long)row->id));
		for (size_t c = 0; c < t->n_row && c < row->n; c++)
			if (!pairs_of_val(in, &t->row[c].type, cell_name(in, name, i, t->row[c].id), row->cell[c], err))
				return false;
	}
	pairs_add(&in->pairs, sub(in, name, "n"), str_fmt(in->r->a, "%zu", rows->n));
	return true;
}

static void add_sheet(struct inputs *in, struct str name, const struct sheet_val *v)
{
	for (size_t p = 0; p < v->sheet->n; p++) {
		const struct sheet_part *part = &v->sheet->part[p];

		if (v->out[p])
			pairs_add(&in->pairs, sub2(in, name, part->id, STR("out")), STR("true"));
		for (size_t i = 0; i < part->n; i++) {
			const struct sheet_mark *m = &v->mark[p][i];
			struct str at = sub2(in, name, part->id, part->item[i].id);
			struct buf b;

			if (!m->answered)
				continue;
			buf_init(&b, in->r->a, 60);
			dec_put(&b, m->off);
			pairs_add(&in->pairs, at, part->item[i].ask ? (m->yes ? STR("true") : STR("false"))
						   : part->item[i].of ? m->choice : buf_str(&b));
			pairs_add(&in->pairs, sub(in, at, "why"), m->why);
		}
	}
}

static struct str kept_text(struct inputs *in, const struct file_ref *f)
{
	return str_fmt(in->r->a, "%.*s %.*s", STR_FMT(f->digest), STR_FMT(f->name));
}

bool pairs_of_val(struct inputs *in, const struct type *t, struct str name, struct val v, struct err *err)
{
	if (val_is_null(v))
		return true;
	switch (v.t) {
	case T_USER:
	case T_ORGAN:
	case T_REF:
		return add_code(in, name, v.i, err);
	case T_USERS:
	case T_ORGANS:
	case T_REFS:
		for (size_t i = 0; i < v.list->n; i++)
			if (!add_code(in, name, v.list->v[i].i, err))
				return false;
		return true;
	case T_PICKS:
		for (size_t i = 0; i < v.list->n; i++)
			pairs_add(&in->pairs, name, v.list->v[i].s);
		return true;
	case T_PARTY:
		add_party(in, name, v.party);
		return true;
	case T_ROWS:
		return add_rows(in, t, name, v.list, err);
	case T_FILES:
		for (size_t i = 0; i < v.list->n; i++)
			pairs_add(&in->pairs, sub(in, name, "kept"), kept_text(in, v.list->v[i].file));
		return true;
	case T_SHEET:
		add_sheet(in, name, v.sheet);
		return true;
	default:
		pairs_add(&in->pairs, name, plain(in, v));
		return true;
	}
}

/* ---- to values ---- */

bool field_sent(const struct inputs *in, struct str name)
{
	for (size_t i = 0; i < in->pairs.n; i++) {
		struct str n = in->pairs.v[i].name;

		if (str_starts(n, name) && (n.n == name.n || n.p[name.n] == '.'))
			return true;
	}
	return false;
}

static bool holds_id(struct val v, int64_t id)
{
	if (v.t == T_REF)
		return v.i == id;
	for (size_t i = 0; type_is_list(v.t) && v.list && i < v.list->n; i++)
		if (holds_id(v.list->v[i], id))
			return true;
	return false;
}

/* A matter may be named by whoever sees it, or is told of it as a plan; what the matter in hand names already may stay. */
static bool may_name(struct inputs *in, int64_t id, bool *ret, struct err *err)
{
	const struct actor who = actor_of(in->r);
	struct matter_view m;
	struct err hidden = { 0 };

	*ret = false;
	for (size_t i = 0; in->snap && i < in->snap->kind->n_field && !*ret; i++)
		*ret = holds_id(in->snap->field[i], id);
	if (!*ret && in->kind->plans.party
	    && !matter_plan_told(app_of(in->r)->engine, in->r->db, in->r->a, &who, id, ret, err))
		return false;
	if (!*ret)
		*ret = matter_see(app_of(in->r)->engine, in->r->db, in->r->a, &who, id, 0, &m, &hidden);
	return *ret || hidden.code == ERR_NOT_FOUND || err_set(err, hidden.code, "%s", hidden.msg);
}

static bool by_code(struct inputs *in, enum type_tag tag, struct str code, struct val *ret, struct str *error,
		    struct err *err)
{
	struct err no = { 0 };
	bool may = true;
	int64_t id;

	*ret = VAL_NULL;
	if (str_blank(code))
		return true;
	if (!uuid_valid(code)) {
		*error = STR("没有找到所选的对象，请重新选择");
		return true;
	}
	if (matter_by_code(in->r->db, in->r->a, code, &id, &no)) {
		if (tag == T_REF && !may_name(in, id, &may, err))
			return false;
		if (may)
			*ret = val_i64(tag, id);
		else
			*error = STR("没有找到所选的对象，请重新选择");
		return true;
	}
	if (no.code != ERR_NOT_FOUND)
		return err_set(err, no.code, "%s", no.msg);
	*error = STR("没有找到所选的对象，请重新选择");
	return true;
}

static size_t count_pairs(const struct inputs *in, struct str name)
{
	size_t n = 0;

	for (size_t i = 0; i < in->pairs.n; i++)
		n += str_eq(in->pairs.v[i].name, name);
	return n;
}

static bool many(struct inputs *in, const struct type *t, struct str name, struct val *ret, struct str *error,
		 struct err *err)
{
	struct val *v = arena_many(in->r->a, count_pairs(in, name), struct val);
	enum type_tag one = t->tag == T_USERS ? T_USER : t->tag == T_ORGANS ? T_ORGAN : T_REF;
	size_t n = 0;

	for (size_t i = 0; i < in->pairs.n; i++) {
		const struct pair *p = &in->pairs.v[i];

		if (!str_eq(p->name, name) || str_blank(p->value))
			continue;
		if (t->tag == T_PICKS)
			v[n] = (struct val){ .t = T_ENUM, .s = p->value, .values = t->values };
		else if (!by_code(in, one, p->value, &v[n], error, err))
			return false;
		n += !val_is_null(v[n]);
	}
	*ret = val_list(in->r->a, t->tag, v, n);
	ret->values = t->values;
	return true;
}

static void party(struct inputs *in, struct str name, struct val *ret)
{
	struct party *p = arena_one(in->r->a, struct party);
	struct str sort = pairs_get(&in->pairs, sub(in, name, "sort"));

	p->sort = str_is(sort, "person") ? PARTY_PERSON : str_is(sort, "unit") ? PARTY_UNIT : PARTY_UNKNOWN;
	p->name = str_trim(pairs_get(&in->pairs, sub(in, name, "name")));
	p->code = str_trim(pairs_get(&in->pairs, sub(in, name, "code")));
	p->address = str_trim(pairs_get(&in->pairs, sub(in, name, "address")));
	p->contact = str_trim(pairs_get(&in->pairs, sub(in, name, "contact")));
	p->phone = str_trim(pairs_get(&in->pairs, sub(in, name, "phone")));
	*ret = p->name.n || p->code.n || p->address.n || p->contact.n || p->phone.n
		? (struct val){ .t = T_PARTY, .party = p } : VAL_NULL;
}

static bool rows(struct inputs *in, const struct type *t, struct str name, struct val *ret, struct str *error,
		 struct err *err)
{
	struct val *v;
	int64_t count, id;
	size_t n = 0;

	if (!parse_i64(pairs_get(&in->pairs, sub(in, name, "n")), 0, ROWS_MOST, &count))
		count = 0;
	v = arena_many(in->r->a, (size_t)count, struct val);
	for (size_t i = 0; i < (size_t)count; i++) {
		struct val_row *row = arena_one(in->r->a, struct val_row);
		struct val *cell = arena_many(in->r->a, t->n_row, struct val);
		bool any = false;

		for (size_t c = 0; c < t->n_row; c++) {
			struct str wrong = { 0 };

			if (!val_of_pairs(in, &t->row[c].type, cell_name(in, name, i, t->row[c].id), &cell[c], &wrong, err))
				return false;
			if (wrong.n && !error->n)
				*error = str_fmt(in->r->a, "第%zu行“%.*s”：%.*s", i + 1, STR_FMT(t->row[c].name), STR_FMT(wrong));
			any = any || wrong.n || !(val_is_null(cell[c]) || (type_is_list(cell[c].t) && !cell[c].list->n));
		}
		if (!any)
			continue;
		if (!parse_i64(pairs_get(&in->pairs, cell_name(in, name, i, STR("id"))), 1, INT64_MAX, &id))
			id = 0;
		*row = (struct val_row){ .id = id, .col = t->row, .cell = cell, .n = t->n_row };
		v[n++] = (struct val){ .t = T_ROW, .row = row };
	}
	*ret = val_list(in->r->a, T_ROWS, v, n);
	return true;
}

static bool known_blob(struct inputs *in, struct str digest, struct blob *ret, bool *ret_found, struct err *err)
{
	for (size_t i = 0; i < in->n_fresh; i++)
		if (str_eq(in->fresh[i].sha256, digest)) {
			*ret = in->fresh[i];
			*ret_found = true;
			return true;
		}
	return blob_find(in->r->db, in->r->a, digest, ret, ret_found, err);
}

/* Files were stored before. A digest that is unknown goes on as it came: the engine refuses it like one that is
 * somebody else's, so that nobody learns which files there are. */
static bool files(struct inputs *in, struct str name, struct val *ret, struct str *error, struct err *err)
{
	struct str kept = sub(in, name, "kept");
	struct val *v = arena_many(in->r->a, count_pairs(in, kept), struct val);
	size_t n = 0;

	for (size_t i = 0; i < in->pairs.n; i++) {
		struct file_ref *f = arena_one(in->r->a, struct file_ref);
		struct str rest = in->pairs.v[i].value, digest;
		struct blob b = { .size = 0 };
		bool found;

		if (!str_eq(in->pairs.v[i].name, kept) || !str_cut(&rest, ' ', &digest))
			continue;
		if (!digest.n) {
			*error = STR("有一份文件没有传完，请重新选择");
			continue;
		}
		if (!known_blob(in, digest, &b, &found, err))
			return false;
		*f = (struct file_ref){ .name = str_head(rest, FILE_NAME_MOST), .digest = digest, .media = b.media, .size = b.size };
		v[n++] = (struct val){ .t = T_FILE, .file = f };
	}
	*ret = val_list(in->r->a, T_FILES, v, n);
	return true;
}

static void mark(struct inputs *in, const struct sheet_item *item, struct str at, struct sheet_mark *m, struct str *error)
{
	struct str typed = str_trim(pairs_get(&in->pairs, at));

	m->why = str_trim(pairs_get(&in->pairs, sub(in, at, "why")));
	m->answered = typed.n > 0;
	if (!m->answered)
		return;
	if (item->ask)
		m->yes = str_is(typed, "true");
	else if (item->of)
		m->choice = typed;
	else if (item->has_points && (!dec_parse(typed, 2, &m->off) || m->off < 0 || m->off > item->points))
		*error = str_fmt(in->r->a, "“%.*s”的扣分应在0到该项分值之间", STR_FMT(item->name));
	else if (!item->has_points)
		m->choice = typed;
}

static void sheet(struct inputs *in, const struct type *t, struct str name, struct val *ret, struct str *error)
{
	struct sheet_val *v = sheet_new(in->r->a, t->sheet);
	bool any = false;

	for (size_t p = 0; p < t->sheet->n; p++) {
		const struct sheet_part *part = &t->sheet->part[p];

		((bool *)v->out)[p] = str_is(pairs_get(&in->pairs, sub2(in, name, part->id, STR("out"))), "true");
		for (size_t i = 0; i < part->n; i++) {
			mark(in, &part->item[i], sub2(in, name, part->id, part->item[i].id), &v->mark[p][i], error);
			any = any || v->mark[p][i].answered || v->mark[p][i].why.n;
		}
	}
	*ret = any ? (struct val){ .t = T_SHEET, .sheet = v } : VAL_NULL;
}

static struct str no_zero(struct str s)
{
	s = str_trim(s);
	return s.n == 2 && s.p[0] == '0' ? str_sub(s, 1, 2) : s;
}

/* 11.25, 11-25, 11/25, 11月25日: a day of this year. */
static bool day_of_year(struct str s, int year, int64_t *ret)
{
	static const char seps[] = ".-/";
	int64_t m, d;
	size_t at = SIZE_MAX, width = 1;

	for (size_t i = 0; i < 3 && at == SIZE_MAX; i++)
		at = str_chr(s, seps[i], 0);
	if (at == SIZE_MAX) {
		at = str_find(s, STR("月"), 0);
		width = STR("月").n;
	}
	if (at == SIZE_MAX || !parse_i64(no_zero(str_sub(s, 0, at)), 1, 12, &m))
		return false;
	s = str_trim(str_sub(s, at + width, s.n));
	if (str_ends(s, STR("日")))
		s = str_sub(s, 0, s.n - STR("日").n);
	if (!parse_i64(no_zero(s), 1, 31, &d) || !day_valid(year, (int)m, (int)d))
		return false;
	*ret = day_of(year, (int)m, (int)d);
	return true;
}

/* What people write for a day beside its full date; how it was understood stands below the field. */
static struct str full_date(struct inputs *in, struct str typed)
{
	static const struct {
		const char *word;
		int days;
	} words[] = { { "今天", 0 }, { "今日", 0 }, { "明天", 1 }, { "后天", 2 }, { "大后天", 3 }, { "昨天", -1 }, { "前天", -2 } };
	int64_t today = day_at(now_of(in->r)), day = 0;
	bool known = false;
	struct buf b;

	typed = str_trim(typed);
	for (size_t i = 0; i < ARRAY_LEN(words) && !known; i++)
		if (str_is(typed, words[i].word)) {
			day = today + words[i].days;
			known = true;
		}
	if (!known && !day_of_year(typed, day_ymd(today).year, &day))
		return typed;
	buf_init(&b, in->r->a, 20);
	day_put(&b, day);
	return buf_str(&b);
}

/* A date and time as browsers send it (2026-03-02T09:00) reads like any other. */
static bool simple(struct inputs *in, const struct type *t, struct str typed, struct val *ret, struct str *error)
{
	struct err wrong = { 0 };

	if (t->tag == T_ENUM) {
		*ret = str_blank(typed) ? VAL_NULL : (struct val){ .t = T_ENUM, .s = str_trim(typed), .values = t->values };
		return true;
	}
	if (t->tag == T_DATE)
		typed = full_date(in, typed);
	if (!val_parse(in->r->a, t, typed, ret, &wrong)) {
		*error = str_dup(in->r->a, str_of(wrong.msg));
		*ret = VAL_NULL;
	}
	return true;
}

bool val_of_pairs(struct inputs *in, const struct type *t, struct str name, struct val *ret, struct str *ret_error,
		  struct err *err)
{
	*ret = VAL_NULL;
	switch (t->tag) {
	case T_USER:
	case T_ORGAN:
	case T_REF:
		return by_code(in, t->tag, pairs_get(&in->pairs, name), ret, ret_error, err);
	case T_USERS:
	case T_ORGANS:
	case T_REFS:
	case T_PICKS:
		return many(in, t, name, ret, ret_error, err);
	case T_PARTY:
		party(in, name, ret);
		return true;
	case T_ROWS:
		return rows(in, t, name, ret, ret_error, err);
	case T_FILES:
		return files(in, name, ret, ret_error, err);
	case T_SHEET:
		sheet(in, t, name, ret, ret_error);
		return true;
	default:
		return simple(in, t, pairs_get(&in->pairs, name), ret, ret_error);
	}
}
