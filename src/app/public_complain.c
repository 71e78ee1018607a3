/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 投诉举报: opens a matter of the kind `complaint` at the organ that supervises enforcement. What is required, and that one
 * may stay without a name, stands in the definition; this page asks and passes on. */
#include "app/app.h"
#include "app/public.h"
#include "blob/blob.h"
#include "pages.h"

#define ENTRIES_MOST 13

struct complaining {
	struct public_sending send;
	struct complain_view *v;
};

/* The kind as the bureau's law has it; its words and choices are those of the page. */
static bool kind_of(struct req *r, struct matter_view *bureau, const struct kind **ret, struct err *err)
{
	const struct law *l;
	int64_t def;

	*ret = NULL;
	if (!public_bureau(r, bureau))
		return err_set(err, ERR_NOT_FOUND, "网上投诉还没有开通，请打电话或者到窗口反映");
	if (!engine_law_of_organ(app_of(r)->engine, r->db, r->a, bureau->snap->id, &l, &def, err))
		return false;
	*ret = law_kind(l, STR("complaint"));
	return *ret || err_set(err, ERR_NOT_FOUND, "网上投诉还没有开通，请打电话或者到窗口反映");
}

static const struct choice *choices_of(struct req *r, const struct kind *k, const char *id, struct str chosen, size_t *ret_n)
{
	const struct field *f = kind_field(k, str_of(id));
	const struct enum_def *e = f ? f->type.values : NULL;
	struct choice *c = arena_many(r->a, e ? e->n : 0, struct choice);

	*ret_n = e ? e->n : 0;
	for (size_t i = 0; i < *ret_n; i++)
		c[i] = (struct choice){ e->v[i].id, e->v[i].name, str_eq(e->v[i].id, chosen) };
	return c;
}

static bool organs_of(struct req *r, struct str chosen, struct complain_view *v, int64_t *ret_id, struct err *err)
{
	const struct organ_known *o;
	struct choice *c;
	size_t n;

	*ret_id = 0;
	if (!public_organs(r, &o, &n, err))
		return false;
	c = arena_many(r->a, n + 1, struct choice);
	c[v->n_organ++] = (struct choice){ .name = STR("请选择") };
	for (size_t i = 0; i < n; i++) {
		bool on = chosen.n && str_eq(chosen, o[i].v.snap->code);

		c[v->n_organ++] = (struct choice){ o[i].v.snap->code, public_text(r, &o[i].v, "name"), on };
		*ret_id = on ? o[i].id : *ret_id;
	}
	v->organ = c;
	return true;
}

static bool page(struct req *r, int status, struct complain_view *v, struct err *err)
{
	struct html h;

	public_frame_fill(r, STR("投诉举报"), DOOR_COMPLAIN, &v->frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_complain(&h, v);
	return public_reply(r, status, &h, err);
}

static bool view_of(struct req *r, struct complain_view *v, struct matter_view *bureau, int64_t *ret_about, struct err *err)
{
	const struct kind *k = NULL;

	if (!kind_of(r, bureau, &k, err) || !organs_of(r, req_form(r, "about_organ"), v, ret_about, err))
		return false;
	v->as = choices_of(r, k, "complainant_as", req_form(r, "complainant_as"), &v->n_as);
	v->ground = choices_of(r, k, "ground", req_form(r, "ground"), &v->n_ground);
	v->bureau = public_text(r, bureau, "name");
	v->address = public_text(r, bureau, "address");
	return true;
}

bool complain_show(struct req *r, struct err *err)
{
	struct complain_view v = { .visit = str_head(req_query(r, "visit"), 60) }; /* from the page of a visit (public_visit.c) */
	struct matter_view bureau;
	int64_t about;

	return view_of(r, &v, &bureau, &about, err) && page(r, 200, &v, err);
}

/* ---- sending ---- */

static void entry(struct form_entry *e, size_t *n, const char *field, struct val v)
{
	if (!val_is_null(v) && *n < ENTRIES_MOST)
		e[(*n)++] = (struct form_entry){ str_of(field), v };
}

static struct val chosen_of(struct req *r, const char *id)
{
	struct str s = req_form(r, id);

	return s.n ? (struct val){ .t = T_ENUM, .s = s } : VAL_NULL;
}

static bool form_of(struct req *r, struct complaining *c, int64_t about, struct err *err)
{
	struct form_entry *e = arena_many(r->a, ENTRIES_MOST, struct form_entry);
	const struct complain_view *v = c->v;
	struct val proof;
	size_t n = 0;

	if (!public_files(r, "proof", &c->send, &proof, err))
		return false;
	entry(e, &n, "complainant_as", chosen_of(r, "complainant_as"));
	entry(e, &n, "anonymous", (struct val){ .t = T_BOOL, .b = v->anonymous });
	if (!v->anonymous) { /* who stays without a name leaves none behind, whatever was typed before */
		entry(e, &n, "complainant", val_text(T_TEXT, v->name));
		entry(e, &n, "address", val_text(T_TEXT, v->home));
		entry(e, &n, "contact", val_text(T_TEXT, v->contact));
	}
	entry(e, &n, "ground", chosen_of(r, "ground"));
	entry(e, &n, "about_organ", about ? (struct val){ .t = T_ORGAN, .i = about } : VAL_NULL);
	entry(e, &n, "about_unit", val_text(T_TEXT, v->unit));
	entry(e, &n, "about_officer", val_text(T_TEXT, v->officer));
	entry(e, &n, "visit_no", val_text(T_TEXT, v->visit));
	entry(e, &n, "event_text", val_text(T_NOTE, v->event));
	entry(e, &n, "reason_text", val_text(T_NOTE, v->reason));
	entry(e, &n, "proof", proof);
	c->send.act.form = (struct form){ e, n };
	return true;
}

static bool run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct complaining *c = ctx;

	return public_open(db, a, &c->send, err);
}

static bool after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	struct complaining *c = ctx;
	struct receipt_view v = { .heading = STR("已收到您的投诉举报"), .number = c->send.number, .code = c->send.query_code,
				  .organ = c->v->bureau, .limit = STR("7个工作日"), .back = STR("/"), .back_name = STR("回首页") };
	struct html h;

	if (!ok) {
		*err = *failed;
		return false;
	}
	if (c->send.result.n_refused) {
		c->v->fault = public_faults(r, &c->send, &c->v->n_fault);
		return page(r, 422, c->v, err);
	}
	public_frame_fill(r, v.heading, DOOR_COMPLAIN, &v.frame);
	v.phone = v.frame.phone;
	html_init(&h, r->a, HTML_MAX);
	page_public_receipt(&h, &v);
	return public_reply(r, 200, &h, err);
}

bool complain_send(struct req *r, struct err *err)
{
	struct complaining *c = arena_one(r->a, struct complaining);
	struct matter_view bureau;
	int64_t about;

	c->send.app = app_of(r);
	c->v = arena_one(r->a, struct complain_view);
	*c->v = (struct complain_view){
		.name = str_trim(req_form(r, "complainant")), .home = str_trim(req_form(r, "address")),
		.contact = str_trim(req_form(r, "contact")), .unit = str_trim(req_form(r, "about_unit")),
		.officer = str_trim(req_form(r, "about_officer")), .visit = str_trim(req_form(r, "visit_no")), .event = req_form(r, "event_text"),
		.reason = req_form(r, "reason_text"), .anonymous = str_is(req_form(r, "anonymous"), "1") };
	if (!view_of(r, c->v, &bureau, &about, err) || !form_of(r, c, about, err))
		return false;
	c->send.act.who = (struct actor){ .sort = ACTOR_PUBLIC, .organ = bureau.snap->id };
	c->send.act.kind = STR("complaint");
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
