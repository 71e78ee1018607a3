/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 网上申请: opens a matter of the kind `net_application` at the organ whose counter shows the notice (XZ-3.1g). What may be
 * applied for and what must be said stands in the definition; this page asks and passes on. */
#include "app/app.h"
#include "app/public.h"
#include "pages.h"

#define ENTRIES_MOST 5

struct applying {
	struct public_sending send;
	struct apply_view *v;
	int64_t notice;
	struct str organ; /* that takes it in */
};

static bool page(struct req *r, int status, struct apply_view *v, struct err *err)
{
	struct html h;

	public_frame_fill(r, str_fmt(r->a, "网上申请：%.*s", STR_FMT(v->title)), DOOR_ITEMS, &v->frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_apply(&h, v);
	return public_reply(r, status, &h, err);
}

static bool notice_of(struct req *r, struct apply_view *v, struct matter_view *m, struct err *err)
{
	v->code = req_param(r, "code");
	if (!public_see(r, v->code, "window_notice", SEE_FIELDS, m, err))
		return false;
	v->title = public_text(r, m, "title");
	v->materials = public_text(r, m, "material_list");
	return true;
}

bool apply_show(struct req *r, struct err *err)
{
	struct apply_view v = { 0 };
	struct matter_view m;

	return notice_of(r, &v, &m, err) && page(r, 200, &v, err);
}

/* ---- sending ---- */

static struct val applicant_of(struct arena *a, const struct apply_view *v)
{
	struct party *p = arena_one(a, struct party);

	*p = (struct party){ .sort = v->person ? PARTY_PERSON : PARTY_UNIT, .name = v->name, .code = v->id_code,
			     .address = v->home, .contact = v->name, .phone = v->phone };
	return (struct val){ .t = T_PARTY, .party = p };
}

static bool form_of(struct req *r, struct applying *c, struct err *err)
{
	struct form_entry *e = arena_many(r->a, ENTRIES_MOST, struct form_entry);
	const struct apply_view *v = c->v;
	struct val materials;
	size_t n = 0;

	if (!public_files(r, "materials", &c->send, &materials, err))
		return false;
	e[n++] = (struct form_entry){ STR("notice"), { .t = T_REF, .i = c->notice } };
	e[n++] = (struct form_entry){ STR("applicant"), applicant_of(r->a, v) };
	e[n++] = (struct form_entry){ STR("request"), val_text(T_NOTE, v->request) };
	e[n++] = (struct form_entry){ STR("contact_text"), val_text(T_TEXT, v->phone) };
	if (!val_is_null(materials))
		e[n++] = (struct form_entry){ STR("materials"), materials };
	c->send.act.form = (struct form){ e, n };
	return true;
}

static bool run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct applying *c = ctx;

	return public_open(db, a, &c->send, err);
}

static bool after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	struct applying *c = ctx;
	struct receipt_view v = { .heading = STR("已收到您的申请"), .about = c->v->title, .number = c->send.number, .code = c->send.query_code,
				  .organ = c->organ, .limit = STR("5个工作日"), .back = STR("/window"), .back_name = STR("回窗口公示") };
	struct html h;

	if (!ok) {
		*err = *failed;
		return false;
	}
	if (c->send.result.n_refused) {
		c->v->fault = public_faults(r, &c->send, &c->v->n_fault);
		return page(r, 422, c->v, err);
	}
	public_frame_fill(r, v.heading, DOOR_ITEMS, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_receipt(&h, &v);
	return public_reply(r, 200, &h, err);
}

bool apply_send(struct req *r, struct err *err)
{
	struct applying *c = arena_one(r->a, struct applying);
	struct matter_view m;

	c->send.app = app_of(r);
	c->v = arena_one(r->a, struct apply_view);
	*c->v = (struct apply_view){ .name = str_trim(req_form(r, "name")), .id_code = str_trim(req_form(r, "id_code")),
				     .home = str_trim(req_form(r, "home")), .phone = str_trim(req_form(r, "phone")),
				     .request = req_form(r, "request"), .person = str_is(req_form(r, "sort"), "person") };
	if (!notice_of(r, c->v, &m, err))
		return false;
	c->notice = m.snap->id;
	c->organ = m.organ_name;
	if (!form_of(r, c, err))
		return false;
	c->send.act.who = (struct actor){ .sort = ACTOR_PUBLIC, .organ = m.snap->organ };
	c->send.act.kind = STR("net_application");
	c->send.act.action = STR("open");
	c->send.act.version = -1;
	c->send.act.received = now_of(r);
	if (!public_try(r, &c->send, err))
		return false;
	if (!c->send.result.n_refused)
		return req_write(r, run, c, after);
	c->v->fault = public_faults(r, &c->send, &c->v->n_fault);
	return page(r, 422, c->v, err);
}
