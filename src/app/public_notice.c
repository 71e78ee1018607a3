/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 政务服务窗口公示: what the counter shows of each licence or service, and its forms to take away (SX-GS-12). */
#include "app/app.h"
#include "app/public.h"
#include "app/shown.h"
#include "base/parse.h"
#include "pages.h"

#define FORMS_MOST 20

static const struct told_field told_of_notice[] = {
	{ "title", "事项名称" }, { "basis", "依据" }, { "accepts", "受理机构" }, { "approves", "审批机构" },
	{ "conditions", "受理条件" }, { "material_list", "申请材料清单" }, { "steps", "办理流程" }, { "time_limit", "办理时限" },
	{ "hand_out", "证照发放" }, { "forms_how", "表格下载方式" }, { "relief_conditions", "减免缓征的条件" },
	{ "relief_standard", "减免缓征的标准" }, { "relief_steps", "减免缓征的程序" }, { "oversight", "监督检查" },
	{ "ask_way", "咨询渠道" }, { "complain_way", "投诉举报" }, { "progress_way", "状态查询" }, { "shown_on", "公示日期" }
};
static const struct public_told notice_told = { told_of_notice, ARRAY_LEN(told_of_notice), NULL, true };

static bool notice_row(struct req *r, const struct public_list *l, const struct matter_view *m, struct register_row *ret, struct err *err)
{
	const struct str foot[] = { public_text(r, m, "accepts"), public_text(r, m, "time_limit"), m->organ_name };

	(void)l;
	(void)err;
	ret->title = public_text(r, m, "title");
	public_foot(r, ret, foot, ARRAY_LEN(foot));
	return true;
}

bool notices_show(struct req *r, struct err *err)
{
	struct public_list l = { .state = "shown", .path = STR("/window"), .heading = STR("窗口公示"), .door = DOOR_ITEMS, .row = notice_row,
				 .says = STR("到窗口办什么、带什么、多久办完、在哪里领证，申请表格在这里下载") };

	return public_kind(r, STR("window_notice"), &l.kind, err) && public_list_show(r, &l, err);
}

static void forms_of(struct req *r, const struct matter_view *m, struct notice_view *v)
{
	const struct field_view *forms = public_field(m, "forms");
	struct file_line *f = arena_many(r->a, FORMS_MOST, struct file_line);

	for (size_t i = 0; forms && i < forms->v.list->n && i < FORMS_MOST; i++) {
		const struct file_ref *x = forms->v.list->v[i].file;

		f[v->n_form++] = (struct file_line){ x->name, str_fmt(r->a, "/window/%.*s/file/%zu", STR_FMT(v->code), i + 1),
						     shown_size(r->a, x->size) };
	}
	v->form = f;
}

/* Whether the item behind it is a licence that is in force, as far as the public sees it. */
static bool can_apply(struct req *r, const struct matter_view *notice)
{
	const struct field_view *item = public_field(notice, "item"), *sort;
	struct matter_view m;
	struct err no = { 0 };

	if (!item || val_is_null(item->v)
	    || !matter_see(app_of(r)->engine, r->db, r->a, &anyone, item->v.i, SEE_FIELDS, &m, &no))
		return false;
	sort = public_field(&m, "sort");
	return sort && str_is(sort->v.s, "licence");
}

bool notice_show(struct req *r, struct err *err)
{
	struct notice_view v = { .code = req_param(r, "code") };
	struct matter_view m;
	struct fact *f = arena_many(r->a, ARRAY_LEN(told_of_notice) + 1, struct fact);
	struct html h;

	if (!public_see(r, v.code, "window_notice", SEE_FIELDS, &m, err)
	    || !public_history(r, m.snap->id, &notice_told, &v.history, err))
		return false;
	v.title = public_text(r, &m, "title");
	public_frame_fill(r, v.title, DOOR_ITEMS, &v.frame);
	public_fact(f, &v.n_fact, "公示机关", m.organ_name, false);
	for (size_t i = 1; i < ARRAY_LEN(told_of_notice); i++) {
		const struct field_view *x = public_field(&m, told_of_notice[i].id);

		public_fact(f, &v.n_fact, told_of_notice[i].name, public_text(r, &m, told_of_notice[i].id),
			    x && x->def->type.tag == T_NOTE);
	}
	v.fact = f;
	forms_of(r, &m, &v);
	v.apply = can_apply(r, &m);
	html_init(&h, r->a, HTML_MAX);
	page_public_notice(&h, &v);
	return public_reply(r, 200, &h, err);
}

/* /window/{code}/file/{n}, from 1. Digests never stand in an address. */
bool notice_file(struct req *r, struct err *err)
{
	const struct field_view *forms;
	const struct file_ref *x;
	struct matter_view m;
	struct str media, content;
	int64_t n;

	if (!parse_i64(req_param(r, "n"), 1, FORMS_MOST, &n))
		return err_set(err, ERR_NOT_FOUND, "没有这个文件");
	if (!public_see(r, req_param(r, "code"), "window_notice", SEE_FIELDS, &m, err))
		return false;
	forms = public_field(&m, "forms");
	if (!forms || (size_t)n > forms->v.list->n)
		return err_set(err, ERR_NOT_FOUND, "没有这个文件，或者它已不再公开");
	x = forms->v.list->v[n - 1].file;
	if (!blob_get(r->db, r->a, &app_of(r)->blobs, x->digest, &media, &content, err))
		return false;
	return reply_file(r, str_cstr(r->a, media), content, x->name, true);
}
