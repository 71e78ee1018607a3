/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 公示内容: what the definitions show to anyone (`portal` of a kind, docs/decisions/0035), before, during and after enforcement:
 * an index, and for kinds without a page of their own a list and a page of each matter, from the definition alone. */
#include <stdlib.h>

#include "app/app.h"
#include "app/public.h"
#include "app/shown.h"
#include "base/parse.h"
#include "pages.h"

#define FILES_MOST 50
#define NAMED_MOST 200

/* ---- the index ---- */

static const char *const stage_name[PORTAL_STAGES] = { "", "事前公开", "事中公示", "事后公开" };

static struct str address_of(struct req *r, const struct kind *k)
{
	return k->portal.at.n ? k->portal.at : str_fmt(r->a, "/open/%.*s", STR_FMT(k->id));
}

static void add_line(struct open_index_view *v, enum portal_stage stage, struct str name, struct str says, struct str href)
{
	struct fact *line = (struct fact *)(uintptr_t)v->stage[stage].line;

	line[v->stage[stage].n_line++] = (struct fact){ .name = name, .text = says, .href = href };
}

static int by_place(const void *x, const void *y)
{
	const struct kind *const *a = x, *const *b = y;

	return (*a)->portal.place != (*b)->portal.place ? (*a)->portal.place - (*b)->portal.place
							: (*a)->index < (*b)->index ? -1 : (*a)->index > (*b)->index;
}

bool shown_index(struct req *r, struct err *err)
{
	const bool checks = str_is(r->path, "/checks");
	struct open_index_view v = { .heading = checks ? STR("抽查计划与结果") : STR("公示内容") };
	const struct kind *const *kind;
	struct html h;
	size_t n;

	v.says = checks ? STR("随机抽查查什么、什么时候查、怎样抽出、查到什么。")
			: STR("执法以前、执法当中和作出决定以后，依法公开的全部内容。");
	if (!public_kinds(r, &kind, &n, err))
		return false;
	for (size_t s = 1; s < PORTAL_STAGES; s++) {
		v.stage[s].name = str_of(stage_name[s]);
		v.stage[s].line = arena_many(r->a, n + 1, struct fact);
	}
	qsort((void *)(uintptr_t)kind, n, sizeof(kind[0]), by_place);
	for (size_t i = 0; i < n; i++)
		if (kind[i]->portal.stage != PORTAL_NONE && (!checks || kind[i]->portal.checks))
			add_line(&v, kind[i]->portal.stage, kind[i]->portal.name, kind[i]->portal.says, address_of(r, kind[i]));
	if (!checks)
		add_line(&v, PORTAL_AFTER, STR("年度统计"), STR("每年的执法数据，附图表，可以下载"), STR("/statistics"));
	public_frame_fill(r, v.heading, DOOR_HOME, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_open_index(&h, &v);
	return public_reply(r, 200, &h, err);
}

/* ---- texts ---- */

/* The name of a matter that anyone may see, from what anyone may see of it; empty otherwise. */
static struct str name_of(struct req *r, int64_t matter)
{
	struct matter_view m;
	struct err no = { 0 };
	struct str name;

	if (!matter_see(app_of(r)->engine, r->db, r->a, &anyone, matter, SEE_FIELDS, &m, &no))
		return (struct str){ 0 };
	name = public_text(r, &m, "name");
	return name.n ? name : public_text(r, &m, "title");
}

static bool names_matters(enum type_tag t)
{
	return t == T_REF || t == T_REFS || t == T_USER || t == T_USERS;
}

static void put_named(struct req *r, struct buf *b, int64_t matter)
{
	struct str name = name_of(r, matter);

	if (name.n && b->n)
		buf_adds(b, "、");
	buf_add(b, name);
}

static struct str value_text(struct req *r, struct val v, enum type_tag t)
{
	struct val_names names;
	struct err no = { 0 };
	struct buf b;

	buf_init(&b, r->a, (size_t)64 * 1024);
	if (val_is_null(v))
		return (struct str){ 0 };
	if (t == T_REF || t == T_USER)
		put_named(r, &b, v.i);
	else if (names_matters(t))
		for (size_t i = 0; i < v.list->n && i < NAMED_MOST; i++)
			put_named(r, &b, v.list->v[i].i);
	else if (matter_names(app_of(r)->engine, r->db, r->a, &anyone, &names, &no))
		val_put_cn(&b, r->a, v, &names);
	return str_trim(buf_str(&b));
}

struct str public_told_text(struct req *r, const struct matter_view *m, const char *id)
{
	const struct field_view *f = public_field(m, id);

	return f ? value_text(r, f->v, f->def->type.tag) : (struct str){ 0 };
}

static struct str told(struct req *r, const struct matter_view *m, const struct field *f)
{
	struct str text = public_told_text(r, m, str_cstr(r->a, f->id));

	return text.n && f->unit.n ? str_fmt(r->a, "%.*s%.*s", STR_FMT(text), STR_FMT(f->unit)) : text;
}

size_t public_told_facts(struct req *r, const struct matter_view *m, const struct fact **ret)
{
	const struct portal_def *p = &m->snap->kind->portal;
	struct fact *fact = arena_many(r->a, p->n_tell, struct fact);
	size_t n = 0;

	for (size_t i = 0; i < p->n_tell; i++) {
		struct str text = told(r, m, p->tell[i]);

		if (text.n)
			fact[n++] = (struct fact){ .name = p->tell[i]->name, .text = text, .note = p->tell[i]->type.tag == T_NOTE };
	}
	*ret = fact;
	return n;
}

/* A matter that has ended says so. */
static struct str over(const struct matter_view *m)
{
	return m->snap->state->end && m->snap->kind->n_state > 1 && m->snap->kind->n_action > 1 && !str_is(m->snap->state->id, "published")
		       ? m->snap->state->name : (struct str){ 0 };
}

/* ---- lists ---- */

static bool shown_kind(struct req *r, const struct kind **ret, struct err *err)
{
	if (!public_kind(r, req_param(r, "kind"), ret, err))
		return false;
	return (*ret && (*ret)->portal.n_tell && !(*ret)->portal.at.n) || err_set(err, ERR_NOT_FOUND, "没有这类公示内容");
}

/* Days and numbers stand with their heading, words alone. */
static struct str line_text(struct req *r, const struct matter_view *m, const struct field *f)
{
	struct str text = told(r, m, f);
	const enum type_tag t = f->type.tag;

	return text.n && (t == T_DATE || t == T_INT || t == T_NUM || t == T_PHONE) ? str_fmt(r->a, "%.*s %.*s", STR_FMT(f->name), STR_FMT(text)) : text;
}

static bool row(struct req *r, const struct public_list *l, const struct matter_view *m, struct register_row *ret, struct err *err)
{
	const struct portal_def *p = &l->kind->portal;
	struct str *text = arena_many(r->a, p->n_line + 1, struct str);

	(void)err;
	ret->title = told(r, m, p->tell[0]);
	if (!ret->title.n)
		ret->title = p->name;
	ret->over = over(m);
	text[0] = m->organ_name;
	for (size_t i = 0; i < p->n_line; i++)
		text[i + 1] = line_text(r, m, p->line[i]);
	public_foot(r, ret, text, p->n_line + 1);
	return true;
}

bool shown_list(struct req *r, struct err *err)
{
	struct public_list l = { .door = DOOR_HOME, .row = row };

	if (!shown_kind(r, &l.kind, err))
		return false;
	l.path = address_of(r, l.kind);
	l.heading = l.kind->portal.name;
	l.says = l.kind->portal.says;
	l.by = l.kind->portal.by;
	return public_list_show(r, &l, err);
}

/* ---- one ---- */

static void add_table(struct req *r, const struct field_view *f, struct told_table *t)
{
	const struct field *col = f->def->type.row;
	const size_t n_col = f->def->type.n_row;
	struct str *head = arena_many(r->a, n_col, struct str);
	struct told_line *line = arena_many(r->a, f->v.list->n, struct told_line);

	*t = (struct told_table){ .name = f->def->name, .head = head, .n_head = n_col, .line = line, .n_line = f->v.list->n };
	for (size_t c = 0; c < n_col; c++)
		head[c] = col[c].name;
	for (size_t i = 0; i < t->n_line; i++) {
		const struct val_row *x = f->v.list->v[i].row;
		struct str *cell = arena_many(r->a, n_col, struct str);

		for (size_t c = 0; c < n_col; c++)
			for (size_t k = 0; k < x->n; k++)
				if (str_eq(x->col[k].id, col[c].id))
					cell[c] = value_text(r, x->cell[k], col[c].type.tag);
		line[i].cell = cell;
	}
}

static void add_files(struct req *r, const struct field_view *f, struct str base, struct open_one_view *v)
{
	struct file_line *file = (struct file_line *)(uintptr_t)v->file;

	for (size_t i = 0; i < f->v.list->n && v->n_file < FILES_MOST; i++) {
		const struct file_ref *x = f->v.list->v[i].file;

		file[v->n_file++] = (struct file_line){ x->name, str_fmt(r->a, "%.*s/file/%.*s/%zu", STR_FMT(base), STR_FMT(f->def->id), i + 1),
							shown_size(r->a, x->size) };
	}
}

static void add_field(struct req *r, const struct matter_view *m, const struct field *f, struct str base, struct open_one_view *v)
{
	const struct field_view *x = public_field(m, str_cstr(r->a, f->id));
	struct fact *fact = (struct fact *)(uintptr_t)v->fact;
	struct str text;

	if (!x)
		return;
	if (x->v.t == T_ROWS) {
		add_table(r, x, (struct told_table *)(uintptr_t)&v->table[v->n_table++]);
		return;
	}
	if (x->v.t == T_FILES) {
		add_files(r, x, base, v);
		return;
	}
	text = told(r, m, f);
	if (text.n)
		fact[v->n_fact++] = (struct fact){ .name = f->name, .text = text, .note = f->type.tag == T_NOTE };
}

static bool history_of(struct req *r, const struct portal_def *p, const struct matter_view *m, struct history *ret, struct err *err)
{
	struct told_field *f = arena_many(r->a, p->n_tell, struct told_field);
	struct public_told t = { .field = f, .values = true };

	for (size_t i = 0; i < p->n_tell; i++)
		if (p->tell[i]->type.tag != T_FILES && p->tell[i]->type.tag != T_ROWS && !names_matters(p->tell[i]->type.tag))
			f[t.n++] = (struct told_field){ str_cstr(r->a, p->tell[i]->id), str_cstr(r->a, p->tell[i]->name) };
	return public_history(r, m->snap->id, &t, ret, err);
}

bool shown_show(struct req *r, struct err *err)
{
	struct open_one_view v = { 0 };
	const struct portal_def *p;
	const struct kind *k;
	struct matter_view m;
	struct str base;
	struct html h;

	if (!shown_kind(r, &k, err) || !public_see(r, req_param(r, "code"), str_cstr(r->a, k->id), SEE_FIELDS, &m, err)
	    || !history_of(r, &k->portal, &m, &v.history, err))
		return false;
	p = &k->portal;
	v.list = address_of(r, k);
	v.list_name = p->name;
	v.organ = m.organ_name;
	v.over = over(&m);
	v.title = told(r, &m, p->tell[0]);
	if (!v.title.n)
		v.title = p->name;
	v.fact = arena_many(r->a, p->n_tell, struct fact);
	v.table = arena_many(r->a, p->n_tell, struct told_table);
	v.file = arena_many(r->a, FILES_MOST, struct file_line);
	base = str_fmt(r->a, "%.*s/%.*s", STR_FMT(v.list), STR_FMT(m.snap->code));
	for (size_t i = 1; i < p->n_tell; i++)
		add_field(r, &m, p->tell[i], base, &v);
	public_frame_fill(r, v.title, DOOR_HOME, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_open(&h, &v);
	return public_reply(r, 200, &h, err);
}

/* /open/{kind}/{code}/file/{field}/{n}, from 1: a file that the page lists. Digests never stand in an address. */
bool shown_file(struct req *r, struct err *err)
{
	const struct field_view *f = NULL;
	const struct file_ref *x;
	const struct kind *k;
	struct matter_view m;
	struct str media, content;
	int64_t n;

	if (!shown_kind(r, &k, err) || !public_see(r, req_param(r, "code"), str_cstr(r->a, k->id), SEE_FIELDS, &m, err))
		return false;
	for (size_t i = 0; i < k->portal.n_tell; i++)
		if (str_eq(k->portal.tell[i]->id, req_param(r, "field")))
			f = public_field(&m, str_cstr(r->a, k->portal.tell[i]->id));
	if (!f || f->v.t != T_FILES || !parse_i64(req_param(r, "n"), 1, FILES_MOST, &n) || (size_t)n > f->v.list->n)
		return err_set(err, ERR_NOT_FOUND, "没有这个文件，或者它已不再公开");
	x = f->v.list->v[n - 1].file;
	if (!blob_get(r->db, r->a, &app_of(r)->blobs, x->digest, &media, &content, err))
		return false;
	return reply_file(r, str_cstr(r->a, media), content, x->name, true);
}
