/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/public_lists.h"

#include "app/app.h"
#include "app/shown.h"
#include "base/day.h"
#include "pages.h"

#define LIST_MOST 200 /* of one list: as many as a query gives; more than a county's items of one sort */
#define TEXT_MOST ((size_t)256 * 1024)

/* Kinds, in the order in which they are read. */
static const struct open_list {
	const char *kind, *name, *says;
} all[] = {
	{ "random_item", "随机抽查事项清单", "双随机抽查查什么、依据什么、由谁抽查" },
	{ "random_plan", "随机抽查年度计划", "每年对哪些事项抽查几次、什么时间、由谁检查" },
	{ "random_draw", "双随机抽查情况", "每次抽查的程序、情况和结果" },
	{ "random_credit", "双随机抽查结果", "抽中的市场主体查出了什么" },
	{ "random_rule", "双随机制度", "双随机一公开的各项规定" },
	{ "abnormal_entry", "经营异常名录", "列入名录的市场主体和原因" },
	{ "duty_list", "执法责任清单", "每个执法事项由哪个岗位、哪些人员负责，按什么标准" },
	{ "town_list", "乡镇执法事项清单", "乡镇可以就哪些事项执法" },
	{ "public_list", "权责清单和年度报告", "权责清单、执法事项清单、随机抽查事项清单和年度数据统计报告" },
	{ "inspection_norm", "涉企检查公布事项", "检查频次上限、分级分类办法和检查标准" },
	{ "inspection_yearly", "行政检查年度统计", "一年里进企业检查了多少次" },
};

static const struct open_list *list_named(struct str kind)
{
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (str_is(kind, all[i].kind))
			return &all[i];
	return NULL;
}

static struct str as_text(struct req *r, struct val v, const struct val_names *names)
{
	struct buf b;

	buf_init(&b, r->a, TEXT_MOST);
	if (!val_is_null(v))
		val_put_cn(&b, r->a, v, names);
	return str_trim(buf_str(&b));
}

/* What it is called: the first of what its card shows, and not its number, which tells a reader nothing. */
static struct str title_of(struct req *r, const struct matter_view *m, const struct val_names *names)
{
	const struct kind *k = m->snap->kind;

	for (size_t i = 0; i < k->list.n_card; i++)
		for (size_t j = 0; j < m->n_field; j++)
			if (!m->field[j].hidden && str_eq(m->field[j].def->id, k->list.card[i]) && !val_is_null(m->field[j].v))
				return as_text(r, m->field[j].v, names);
	return m->title;
}

/* The first LIST_MOST of a kind that the public sees, the newest first. */
static bool rows_of(struct req *r, const char *kind, struct open_list_view *v, struct err *err)
{
	struct val_names names;
	const struct list_query q = { .who = anyone, .kind = str_of(kind), .order = LIST_OPENED, .limit = LIST_MOST };
	struct open_list_row *row;
	const struct list_row *hit;
	size_t n;

	if (!matter_list(app_of(r)->engine, r->db, r->a, &q, &hit, &n, err)
	    || !matter_names(app_of(r)->engine, r->db, r->a, &anyone, &names, err))
		return false;
	v->more = n == LIST_MOST;
	v->n_row = n;
	v->row = row = arena_many(r->a, n, struct open_list_row);
	for (size_t i = 0; i < n; i++) {
		struct matter_view m;

		if (!matter_see(app_of(r)->engine, r->db, r->a, &anyone, hit[i].snap->id, SEE_FIELDS, &m, err))
			return false;
		row[i] = (struct open_list_row){ str_fmt(r->a, "/lists/%s/%.*s", kind, STR_FMT(m.snap->code)), title_of(r, &m, &names),
						 m.organ_name, m.snap->state->name, public_day(r->a, day_at(m.snap->opened)) };
	}
	return true;
}

bool open_lists_show(struct req *r, struct err *err)
{
	struct open_lists_view v = { .n_list = 0 };
	struct fact *f = arena_many(r->a, ARRAY_LEN(all), struct fact);
	const struct law *law;
	struct html h;
	int64_t def;

	if (!engine_law_of_organ(app_of(r)->engine, r->db, r->a, 0, &law, &def, err)) /* of the installation */
		return false;
	for (size_t i = 0; law && i < ARRAY_LEN(all); i++)
		if (law_kind(law, str_of(all[i].kind)))
			f[v.n_list++] = (struct fact){ .name = str_of(all[i].name), .text = str_of(all[i].says),
						       .href = str_fmt(r->a, "/lists/%s", all[i].kind) };
	v.list = f;
	public_frame_fill(r, STR("清单公示"), DOOR_ITEMS, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_lists(&h, &v);
	return public_reply(r, 200, &h, err);
}

bool open_list_show(struct req *r, struct err *err)
{
	const struct open_list *l = list_named(req_param(r, "kind"));
	struct open_list_view v = { .n_row = 0 };
	struct html h;

	if (!l)
		return err_set(err, ERR_NOT_FOUND, "没有这种清单");
	if (!rows_of(r, l->kind, &v, err))
		return false;
	v.name = str_of(l->name);
	v.says = str_of(l->says);
	public_frame_fill(r, v.name, DOOR_ITEMS, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_list(&h, &v);
	return public_reply(r, 200, &h, err);
}

/* ---- one of them ---- */

/* A reference by what the public calls the matter; nothing when it does not see it. */
static bool cell_of(struct req *r, struct val v, const struct val_names *names, struct str *ret, struct err *err)
{
	struct matter_view m;
	struct err no = { 0 };

	if (v.t != T_REF) {
		*ret = as_text(r, v, names);
		return true;
	}
	if (matter_see(app_of(r)->engine, r->db, r->a, &anyone, v.i, SEE_FIELDS, &m, &no))
		*ret = title_of(r, &m, names);
	else if (no.code != ERR_NOT_FOUND)
		*err = no;
	return !no.code || no.code == ERR_NOT_FOUND;
}

static bool table_of(struct req *r, const struct field_view *f, const struct val_names *names, struct open_table *t, struct err *err)
{
	struct str *head = arena_many(r->a, f->def->type.n_row, struct str);
	struct open_line *line = arena_many(r->a, f->v.list->n, struct open_line);

	*t = (struct open_table){ .name = f->def->name, .head = head, .n_head = f->def->type.n_row, .line = line };
	for (size_t i = 0; i < t->n_head; i++)
		head[i] = f->def->type.row[i].name;
	for (size_t i = 0; i < f->v.list->n; i++) {
		const struct val_row *row = f->v.list->v[i].row;
		struct str *cell = arena_many(r->a, t->n_head, struct str);

		for (size_t j = 0; j < t->n_head && j < row->n; j++)
			if (!cell_of(r, row->cell[j], names, &cell[j], err))
				return false;
		line[t->n_line++] = (struct open_line){ cell };
	}
	return true;
}

static bool says_nothing(struct val v)
{
	return val_is_null(v) || (type_is_list(v.t) && !v.list->n);
}

/* Fields that the public sees and that say something, tables apart; a file has no address here. */
static bool fields_of(struct req *r, const struct matter_view *m, const struct val_names *names, struct open_entry_view *v, struct err *err)
{
	struct fact *f = arena_many(r->a, m->n_field, struct fact);
	struct open_table *t = arena_many(r->a, m->n_field, struct open_table);

	for (size_t i = 0; i < m->n_field; i++) {
		const struct field_view *x = &m->field[i];
		enum type_tag tag = x->def->type.tag;
		struct str text = { 0 };

		if (x->hidden || says_nothing(x->v) || tag == T_FILES || (tag == T_BOOL && !x->v.i))
			continue;
		if (tag == T_ROWS ? !table_of(r, x, names, &t[v->n_table++], err) : !cell_of(r, x->v, names, &text, err))
			return false;
		if (tag != T_ROWS)
			public_fact(f, &v->n_fact, str_cstr(r->a, x->def->name), text, tag == T_NOTE);
	}
	v->fact = f;
	v->table = t;
	return true;
}

static bool history_of(struct req *r, const struct matter_view *m, struct history *ret, struct err *err)
{
	struct told_field *f = arena_many(r->a, m->n_field, struct told_field);
	struct public_told told = { .field = f, .values = true };

	for (size_t i = 0; i < m->n_field; i++)
		if (!m->field[i].hidden && m->field[i].def->type.tag != T_ROWS && m->field[i].def->type.tag != T_FILES)
			f[told.n++] = (struct told_field){ str_cstr(r->a, m->field[i].def->id), str_cstr(r->a, m->field[i].def->name) };
	return public_history(r, m->snap->id, &told, ret, err);
}

bool open_entry_show(struct req *r, struct err *err)
{
	const struct open_list *l = list_named(req_param(r, "kind"));
	struct open_entry_view v = { .n_fact = 0 };
	struct val_names names;
	struct matter_view m;
	struct html h;

	if (!l)
		return err_set(err, ERR_NOT_FOUND, "没有这种清单");
	if (!public_see(r, req_param(r, "code"), l->kind, SEE_FIELDS, &m, err)
	    || !matter_names(app_of(r)->engine, r->db, r->a, &anyone, &names, err) || !history_of(r, &m, &v.history, err))
		return false;
	v.list = str_of(l->name);
	v.list_href = str_fmt(r->a, "/lists/%s", l->kind);
	v.title = title_of(r, &m, &names);
	v.organ = m.organ_name;
	v.state = m.snap->state->name;
	if (!fields_of(r, &m, &names, &v, err))
		return false;
	public_frame_fill(r, str_fmt(r->a, "%.*s：%.*s", STR_FMT(v.list), STR_FMT(v.title)), DOOR_ITEMS, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_entry(&h, &v);
	return public_reply(r, 200, &h, err);
}
