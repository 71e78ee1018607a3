/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The form of an act: what is required is there, what is there fits its field, and it stands in the matter
 * as it will be. Everything that is wrong is told at once, each at its field. */
#include <inttypes.h>

#include "base/codes.h"
#include "base/day.h"
#include "matter/duty.h"
#include "matter/sight.h"

bool val_empty(struct val v)
{
	if (type_is_list(v.t))
		return !v.list || v.list->n == 0;
	return val_is_null(v);
}

static struct val fit_list(struct arena *a, enum type_tag t, struct val v)
{
	struct val *one;

	if (type_is_list(v.t)) {
		v.t = t;
		return v;
	}
	one = arena_one(a, struct val);
	*one = v;
	return val_list(a, t, one, val_is_null(v) ? 0 : 1);
}

/* What an expression gave, as the field keeps it: a list of people becomes users, a text a note. */
struct val val_fit(struct arena *a, const struct type *t, struct val v)
{
	if (type_is_list(t->tag))
		v = fit_list(a, t->tag, v);
	else if (val_is_null(v))
		return VAL_NULL;
	else if (type_is_list(v.t) && v.list)
		v = v.list->n ? v.list->v[0] : VAL_NULL;
	if (val_is_null(v))
		return v;
	if (type_is_text(t->tag) && (type_is_text(v.t) || v.t == T_ENUM))
		return val_text(t->tag, v.s);
	if ((t->tag == T_INT || t->tag == T_NUM || t->tag == T_MONEY)
	    && (v.t == T_INT || v.t == T_NUM || v.t == T_MONEY)) {
		v.t = t->tag;
		v.n = t->tag == T_INT ? dec_floor(v.n) : dec_round(v.n, t->tag == T_MONEY ? 2 : t->n);
	}
	if (t->tag == T_ENUM && type_is_text(v.t))
		v.t = T_ENUM;
	if (t->tag == T_DATE && v.t == T_TIME)
		v = val_i64(T_DATE, day_at(v.i));
	if (t->tag == T_ENUM || t->tag == T_PICKS)
		v.values = t->values;
	return v;
}

static void refuse_field(struct step *s, const struct field *f, const char *what)
{
	refuse(&s->no, (struct refusal){ .sort = REFUSED_FORM, .field = f->id, .node = f->node, .way = f->id,
					 .say = str_fmt(s->t->a, "“%.*s”%s", STR_FMT(f->name), what) });
}

static void refuse_empty(struct step *s, const struct field *f)
{
	refuse(&s->no, (struct refusal){ .sort = REFUSED_FORM, .field = f->id, .node = f->node, .way = f->id,
					 .missing = true, .say = str_fmt(s->t->a, "尚未填写：%.*s", STR_FMT(f->name)) });
}

static bool enum_has(const struct enum_def *e, struct str id)
{
	for (size_t i = 0; e && i < e->n; i++)
		if (str_eq(e->v[i].id, id))
			return true;
	return false;
}

static bool uscc_form(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'Z')))
			return false;
	return s.n == 18;
}

/* What is wrong with a text, or NULL. Credit codes are taken as written when only the check character
 * differs: real codes exist that fail it (standards.md 3.2); identity numbers must pass theirs. */
static const char *text_fault(const struct type *t, struct str s)
{
	switch (t->tag) {
	case T_TEXT:
		return t->n && str_chars(s) > (size_t)t->n ? "超过规定的字数" : NULL;
	case T_NOTE:
		return str_chars(s) > NOTE_MAX ? "超过20000字" : NULL;
	case T_PHONE:
		return code_phone(s) ? NULL : "不是有效的电话号码";
	case T_REGION:
		return code_region(s) ? NULL : "不是有效的行政区划代码";
	case T_USCC:
		return uscc_form(s) ? NULL : "应为18位统一社会信用代码";
	case T_IDCARD:
		return code_idcard(s) ? NULL : "公民身份号码有误，请核对各位数字";
	default:
		return NULL;
	}
}

static const char *number_fault(const struct type *t, dec n)
{
	const dec most = dec_int(1000000000000); /* 10^12 yuan is beyond every budget */

	if (n > most || n < -most)
		return "超出可以填写的范围";
	if (t->tag == T_INT && !dec_is_int(n))
		return "应为整数";
	if (t->tag == T_MONEY && dec_round(n, 2) != n)
		return "金额最多到分";
	if (t->tag == T_NUM && dec_round(n, t->n) != n)
		return "小数位数过多";
	return NULL;
}

static bool reference_fault(struct turn *t, const struct type *ty, int64_t id, const char **ret, struct err *err)
{
	struct snap *s;

	if (!turn_load(t, id, &s, err))
		return false;
	*ret = NULL;
	if (!s)
		*ret = "没有找到所选的对象";
	else if (ty->tag == T_USER || ty->tag == T_USERS)
		*ret = str_is(s->kind->id, "person") ? NULL : "应选择人员";
	else if (ty->tag == T_ORGAN || ty->tag == T_ORGANS)
		*ret = str_is(s->kind->id, "organ") ? NULL : "应选择单位";
	else if (ty->kind && !str_eq(s->kind->id, ty->kind->id))
		*ret = "所选办件的种类不符";
	return true;
}

static bool simple_fault(struct turn *t, const struct type *ty, struct val v, const char **ret, struct err *err)
{
	*ret = NULL;
	switch (v.t) {
	case T_INT:
	case T_NUM:
	case T_MONEY:
		*ret = number_fault(ty, v.n);
		return true;
	case T_ENUM:
		*ret = enum_has(ty->values, v.s) ? NULL : "不在可选的范围内";
		return true;
	case T_DATE:
		*ret = v.i < DAY_MIN || v.i > DAY_MAX ? "日期超出可以填写的范围" : NULL;
		return true;
	case T_USER:
	case T_ORGAN:
	case T_REF:
		return reference_fault(t, ty, v.i, ret, err);
	case T_PARTY:
		*ret = v.party->name.n == 0 ? "应填写名称或者姓名" : str_chars(v.party->code) > 30 ? "证件号码过长" : NULL;
		return true;
	default:
		if (type_is_text(v.t))
			*ret = text_fault(ty, v.s);
		return true;
	}
}

static bool same_tag(const struct type *t, struct val v)
{
	return v.t == t->tag || (type_is_text(t->tag) && type_is_text(v.t));
}

static bool val_fault(struct turn *t, const struct type *ty, struct val v, const char **ret, struct err *err);

static bool row_fault(struct turn *t, const struct type *ty, const struct val_row *row, const char **ret,
		      struct err *err)
{
	const char *cell;

	*ret = NULL;
	for (size_t i = 0; !*ret && i < row->n && i < ty->n_row; i++) {
		if (!val_fault(t, &ty->row[i].type, row->cell[i], &cell, err))
			return false;
		if (cell)
			*ret = str_fmt(t->a, "中的“%.*s”%s", STR_FMT(ty->row[i].name), cell).p;
	}
	return true;
}

static bool list_fault(struct turn *t, const struct type *ty, struct val v, const char **ret, struct err *err)
{
	struct type one = *ty;

	one.tag = ty->tag == T_USERS ? T_USER : ty->tag == T_ORGANS ? T_ORGAN : T_REF;
	if (v.list->n > ROWS_MAX) {
		*ret = "超过500项";
		return true;
	}
	for (size_t i = 0; !*ret && i < v.list->n; i++) {
		const struct val *x = &v.list->v[i];

		if (ty->tag == T_ROWS) {
			if (!row_fault(t, ty, x->row, ret, err))
				return false;
		} else if (ty->tag == T_PICKS) {
			*ret = enum_has(ty->values, x->s) ? NULL : "不在可选的范围内";
		} else if (ty->tag != T_FILES && !reference_fault(t, &one, x->i, ret, err)) {
			return false;
		}
	}
	return true;
}

/* *ret: what is wrong, NULL when it fits. */
static bool val_fault(struct turn *t, const struct type *ty, struct val v, const char **ret, struct err *err)
{
	*ret = NULL;
	if (val_empty(v))
		return true;
	if (!same_tag(ty, v)) {
		*ret = "填写的内容与这一项的类型不符";
		return true;
	}
	return type_is_list(ty->tag) ? list_fault(t, ty, v, ret, err) : simple_fault(t, ty, v, ret, err);
}

/* A party without a sort gets it from its code's form where there is one. */
static struct val complete_party(struct arena *a, struct val v)
{
	struct party *p;

	if (v.t != T_PARTY || v.party->sort != PARTY_UNKNOWN)
		return v;
	p = arena_one(a, struct party);
	*p = *v.party;
	if (code_idcard(p->code))
		p->sort = PARTY_PERSON;
	else if (uscc_form(p->code))
		p->sort = PARTY_UNIT;
	v.party = p;
	return v;
}

static int64_t rows_last_id(struct val v)
{
	int64_t last = 0;

	for (size_t i = 0; v.t == T_ROWS && v.list && i < v.list->n; i++)
		if (v.list->v[i].row->id > last)
			last = v.list->v[i].row->id;
	return last;
}

static const struct val_row *row_of_id(struct val v, int64_t id)
{
	for (size_t i = 0; v.t == T_ROWS && v.list && i < v.list->n; i++)
		if (v.list->v[i].row->id == id)
			return v.list->v[i].row;
	return NULL;
}

static struct val with_id(struct arena *a, struct val v, int64_t id)
{
	struct val_row *row = arena_one(a, struct val_row);

	*row = *v.row;
	row->id = id;
	v.row = row;
	return v;
}

static bool rows_equal(const struct val_row *x, const struct val_row *y)
{
	if (x->n != y->n)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (!val_equal(x->cell[i], y->cell[i]))
			return false;
	return true;
}

/* Rows keep their ids, new ones get the next; where rows may only be appended, the old ones stand as they
 * are: the form gives the new ones, and may repeat the old ones unchanged. */
static struct val number_rows(struct arena *a, struct val old, struct val v, bool append, const char **fault)
{
	size_t kept = append && old.t == T_ROWS ? old.list->n : 0, n = kept;
	struct val *out = arena_many(a, kept + v.list->n, struct val);
	int64_t last = rows_last_id(old);

	for (size_t i = 0; i < kept; i++)
		out[i] = old.list->v[i];
	for (size_t i = 0; i < v.list->n; i++) {
		const struct val_row *known = v.list->v[i].row->id ? row_of_id(old, v.list->v[i].row->id) : NULL;

		if (append && known) {
			if (!rows_equal(known, v.list->v[i].row))
				*fault = "只能增加行，已有的行不得改动";
			continue;
		}
		out[n++] = known ? v.list->v[i] : with_id(a, v.list->v[i], ++last);
	}
	return val_list(a, T_ROWS, out, n);
}

static const struct form_entry *given(const struct form *f, struct str id)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->v[i].field, id))
			return &f->v[i];
	return NULL;
}

static const struct form_field *asked(const struct action *ac, struct str id)
{
	for (size_t i = 0; i < ac->n_form; i++)
		if (str_eq(ac->form[i].field->id, id))
			return &ac->form[i];
	return NULL;
}

/* Where the form's values go: into the matter, or into the part of a joint action. */
static struct val *target(struct step *s, const struct field *f)
{
	if (s->part)
		return (struct val *)s->part->cell + f->index;
	return &s->new->field[f->index];
}

static bool holds_file(struct val v, struct str digest)
{
	if (v.t == T_FILES)
		for (size_t i = 0; v.list && i < v.list->n; i++)
			if (str_eq(v.list->v[i].file->digest, digest))
				return true;
	for (size_t i = 0; v.t == T_ROWS && v.list && i < v.list->n; i++)
		for (size_t c = 0; c < v.list->v[i].row->n; c++)
			if (holds_file(v.list->v[i].row->cell[c], digest))
				return true;
	return false;
}

/* Who knows a digest has not thereby seen the file: it was sent with this form, or it stands where its reader sees it. */
static bool may_attach(struct step *s, struct str digest, bool *ret, struct err *err)
{
	const struct actor *who = &s->act->who;

	*ret = false;
	for (size_t i = 0; s->old && i < s->kind->n_field && !*ret; i++) {
		const struct field *f = &s->kind->field[i];
		enum sight sight;

		if (!holds_file(s->old->field[i], digest))
			continue;
		if (!field_sight(s->t, f, &s->ev, who, &sight, err))
			return false;
		*ret = sight == SIGHT_FULL;
	}
	return *ret || upload_find(s->t->db, s->t->a, who->person, s->old ? s->old->id : 0,
				   s->old ? s->ac->id : s->kind->id, digest, ret, err);
}

/* A name without content (scenarios, papers of old) leads to no file. */
static bool files_fault(struct step *s, struct val v, const char **fault, struct err *err)
{
	bool may = true;

	for (size_t i = 0; v.t == T_FILES && v.list && i < v.list->n && may; i++) {
		const struct file_ref *f = v.list->v[i].file;

		if (f->digest.n && !may_attach(s, f->digest, &may, err))
			return false;
		if (!may)
			*fault = str_fmt(s->t->a, "中的“%.*s”没有在这张表单里传上来，请重新选择这份文件", STR_FMT(f->name)).p;
	}
	for (size_t i = 0; v.t == T_ROWS && v.list && i < v.list->n && !*fault; i++)
		for (size_t c = 0; c < v.list->v[i].row->n && !*fault; c++)
			if (!files_fault(s, v.list->v[i].row->cell[c], fault, err))
				return false;
	return true;
}

static bool put_field(struct step *s, const struct form_field *ff, struct val v, struct err *err)
{
	const struct field *f = ff->field;
	struct val *to = target(s, f);
	const char *fault;

	v = complete_party(s->t->a, val_fit(s->t->a, &f->type, v));
	if (!val_fault(s->t, &f->type, v, &fault, err))
		return false;
	if (!fault && s->act->who.sort == ACTOR_PERSON && !files_fault(s, v, &fault, err))
		return false;
	if (!fault && f->type.tag == T_ROWS && !val_empty(v))
		v = number_rows(s->t->a, *to, v, ff->append, &fault);
	else if (!fault && ff->append && !s->part && val_empty(v))
		return true;
	if (fault)
		refuse_field(s, f, fault);
	else
		*to = v;
	return true;
}

/* History comes with what was recorded then: any field, and the number that the paper has. */
static const struct form_field *asked_of_import(struct step *s, const struct form_entry *e)
{
	const struct number *n = kind_number(s->kind, e->field);
	const struct field *f = kind_field(s->kind, e->field);
	struct form_field *ff = arena_one(s->t->a, struct form_field);

	if (n && type_is_text(e->v.t))
		s->new->number[n->index] = e->v.s;
	*ff = (struct form_field){ .field = f };
	return f ? ff : NULL;
}

static bool put_form(struct step *s, struct err *err)
{
	for (size_t i = 0; i < s->act->form.n; i++) {
		const struct form_entry *e = &s->act->form.v[i];
		const struct form_field *ff = asked(s->ac, e->field);

		if (s->ac->points && str_is(e->field, "points"))
			continue; /* points_ask reads them */
		if (!ff && s->import) {
			ff = asked_of_import(s, e);
			if (!ff && kind_number(s->kind, e->field))
				continue;
		}

		if (!ff || !node_on(ff->field->node)) {
			refuse(&s->no, (struct refusal){
				.sort = REFUSED_FORM, .field = e->field,
				.say = str_fmt(s->t->a, "“%.*s”不是这一步可以填写的内容", STR_FMT(e->field)) });
			continue;
		}
		touch(s->kind->law, ff->field->node);
		if (!put_field(s, ff, e->v, err))
			return false;
	}
	return true;
}

static bool defaults(struct step *s, struct err *err)
{
	for (size_t i = 0; i < s->kind->n_field; i++) {
		const struct field *f = &s->kind->field[i];
		struct val v;

		if (!f->def || f->has_is || !val_is_null(s->new->field[i]) || given(&s->act->form, f->id))
			continue;
		if (!expr_eval(f->def, &s->ev, &v, err))
			return false;
		s->new->field[i] = val_fit(s->t->a, &f->type, v);
	}
	return true;
}

/* `fill`: a table that is filled from a list at `open`. */
static bool fill_row(struct step *s, const struct field *f, struct val from, int64_t id, struct val *ret,
		     struct err *err)
{
	struct val *cell = arena_many(s->t->a, f->type.n_row, struct val);
	struct val_row *row = arena_one(s->t->a, struct val_row);
	struct eval ev = s->ev;

	ev.var = &from;
	for (size_t i = 0; i < f->n_fill; i++)
		for (size_t c = 0; c < f->type.n_row; c++)
			if (str_eq(f->type.row[c].id, f->fill[i].col)) {
				if (!expr_eval(f->fill[i].expr, &ev, &cell[c], err))
					return false;
				cell[c] = val_fit(s->t->a, &f->type.row[c].type, cell[c]);
			}
	*row = (struct val_row){ .id = id, .col = f->type.row, .cell = cell, .n = f->type.n_row };
	*ret = (struct val){ .t = T_ROW, .row = row };
	return true;
}

static bool fill(struct step *s, struct err *err)
{
	for (size_t i = 0; i < s->kind->n_field; i++) {
		const struct field *f = &s->kind->field[i];
		struct val list, *row;

		if (!f->fill_from || given(&s->act->form, f->id))
			continue;
		if (!expr_eval(f->fill_from, &s->ev, &list, err))
			return false;
		if (!type_is_list(list.t) || list.list->n > ROWS_MAX)
			continue;
		row = arena_many(s->t->a, list.list->n, struct val);
		for (size_t r = 0; r < list.list->n; r++)
			if (!fill_row(s, f, list.list->v[r], (int64_t)r + 1, &row[r], err))
				return false;
		s->new->field[i] = val_list(s->t->a, T_ROWS, row, list.list->n);
	}
	return true;
}

static bool compare(struct val a, struct val b, int *ret)
{
	if ((a.t == T_INT || a.t == T_NUM || a.t == T_MONEY) && (b.t == T_INT || b.t == T_NUM || b.t == T_MONEY)) {
		*ret = (a.n > b.n) - (a.n < b.n);
		return true;
	}
	if ((a.t == T_DATE || a.t == T_TIME) && a.t == b.t) {
		*ret = (a.i > b.i) - (a.i < b.i);
		return true;
	}
	return false; /* one is null or they cannot be compared */
}

static bool limit_of(struct step *s, const struct field *f, const struct expr *e, int sign, const char *word,
		     struct err *err)
{
	struct val limit, v = *target(s, f);
	struct buf b;
	int order;

	if (val_is_null(v))
		return true;
	if (!expr_eval(e, &s->ev, &limit, err))
		return false;
	limit = type_is_list(f->type.tag) ? limit : val_fit(s->t->a, &f->type, limit);
	if (!compare(v, limit, &order) || order != sign)
		return true;
	buf_init(&b, s->t->a, 200);
	buf_adds(&b, word);
	val_put_cn(&b, s->t->a, limit, NULL);
	refuse_field(s, f, buf_str(&b).p);
	return true;
}

static bool limits(struct step *s, struct err *err)
{
	for (size_t i = 0; i < s->ac->n_form; i++) {
		const struct field *f = s->ac->form[i].field;

		if (!node_on(f->node))
			continue;
		if (f->has_min && !limit_of(s, f, f->min, -1, "不得小于", err))
			return false;
		if (f->has_max && !limit_of(s, f, f->max, 1, "不得大于", err))
			return false;
	}
	return true;
}

static bool refused_already(const struct step *s, struct str field)
{
	for (size_t i = 0; i < s->no.n; i++)
		if (str_eq(s->no.v[i].field, field))
			return true;
	return false;
}

/* What is required and empty; an older value may stand when the field was not sent. */
static void required(struct step *s)
{
	for (size_t i = 0; i < s->ac->n_form; i++) {
		const struct form_field *ff = &s->ac->form[i];

		if (ff->required && node_on(ff->field->node) && val_empty(*target(s, ff->field))
		    && !refused_already(s, ff->field->id))
			refuse_empty(s, ff->field);
	}
}

bool step_form(struct step *s, struct err *err)
{
	if (!s->old && !defaults(s, err))
		return false;
	if (!put_form(s, err))
		return false;
	if (!s->old && !fill(s, err))
		return false;
	if (is_delivery(s) && !step_delivery(s, err))
		return false;
	/* A page that asks what can be done has no form yet; an import has what life left of it. */
	if (s->import || (s->t->dry && s->act->form.n == 0))
		return true;
	required(s);
	return limits(s, err);
}
