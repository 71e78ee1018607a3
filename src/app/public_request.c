/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 依申请公开: opens a matter of the kind `disclosure_request` at the organ that was chosen (SX-GS-16). What must be said and in
 * which time it is answered stands in the definition; this page asks and passes on. */
#include "app/app.h"
#include "app/public.h"
#include "app/shown.h"
#include "pages.h"

#define ENTRIES_MOST 5

struct requesting {
	struct public_sending send;
	struct request_view *v;
	struct matter_view organ;
};

static bool page(struct req *r, int status, struct request_view *v, struct err *err)
{
	struct html h;

	public_frame_fill(r, STR("申请公开"), DOOR_HOME, &v->frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_request(&h, v);
	return public_reply(r, status, &h, err);
}

static void forms_of(struct req *r, const struct kind *k, struct request_view *v)
{
	const struct field *f = kind_field(k, STR("as_form"));
	struct choice *c = arena_many(r->a, f->type.values->n, struct choice);

	for (size_t i = 0; i < f->type.values->n; i++)
		c[v->n_form++] = (struct choice){ f->type.values->v[i].id, f->type.values->v[i].name,
						  str_eq(req_form(r, "as_form"), f->type.values->v[i].id) };
	v->form = c;
}

/* The time for the answer, as the clock of the kind has it. */
static struct str limit_of(struct req *r, const struct kind *k)
{
	for (size_t i = 0; i < k->n_clock; i++)
		if (str_is(k->clock[i].id, "answer"))
			return shown_limit(r->a, k->law, &k->clock[i]);
	return (struct str){ 0 };
}

static bool view_of(struct req *r, struct request_view *v, struct matter_view *ret_chosen, struct err *err)
{
	struct str asked = req_form(r, "organ");
	const struct organ_known *o;
	const struct kind *k;
	struct choice *c;
	size_t n;

	if (!public_kind(r, STR("disclosure_request"), &k, err) || !public_organs(r, &o, &n, err))
		return false;
	if (!k)
		return err_set(err, ERR_NOT_FOUND, "网上申请公开还没有开通，请打电话或者到窗口申请");
	forms_of(r, k, v);
	v->limit = limit_of(r, k);
	c = arena_many(r->a, n + 1, struct choice);
	c[v->n_organ++] = (struct choice){ .name = STR("请选择") };
	for (size_t i = 0; i < n; i++) {
		const bool on = asked.n && str_eq(asked, o[i].v.snap->code);

		c[v->n_organ++] = (struct choice){ o[i].v.snap->code, public_text(r, &o[i].v, "name"), on };
		if (on)
			*ret_chosen = o[i].v;
	}
	v->organ = c;
	return true;
}

bool request_show(struct req *r, struct err *err)
{
	struct request_view v = { .wanted = str_head(req_query(r, "wanted"), 400) };
	struct matter_view organ;

	return view_of(r, &v, &organ, err) && page(r, 200, &v, err);
}

/* ---- sending ---- */

static void entry(struct form_entry *e, size_t *n, const char *field, struct val v)
{
	if (!val_is_null(v))
		e[(*n)++] = (struct form_entry){ str_of(field), v };
}

static struct val asker_of(struct arena *a, const struct request_view *v)
{
	struct party *p = arena_one(a, struct party);

	if (!v->name.n)
		return VAL_NULL;
	*p = (struct party){ .sort = v->unit ? PARTY_UNIT : PARTY_PERSON, .name = v->name, .code = v->id_code };
	return (struct val){ .t = T_PARTY, .party = p };
}

static void form_of(struct req *r, struct requesting *c)
{
	struct form_entry *e = arena_many(r->a, ENTRIES_MOST, struct form_entry);
	const struct str as = req_form(r, "as_form");
	const struct request_view *v = c->v;
	size_t n = 0;

	entry(e, &n, "asker", asker_of(r->a, v));
	entry(e, &n, "contact_text", val_text(T_TEXT, v->contact));
	entry(e, &n, "wanted", val_text(T_NOTE, v->wanted));
	entry(e, &n, "as_form", as.n ? (struct val){ .t = T_ENUM, .s = as } : VAL_NULL);
	entry(e, &n, "way_in", (struct val){ .t = T_ENUM, .s = STR("net") });
	c->send.act.form = (struct form){ e, n };
}

static bool refused(struct req *r, struct requesting *c, struct err *err)
{
	c->v->fault = public_faults(r, &c->send, &c->v->n_fault);
	return page(r, 422, c->v, err);
}

static bool run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct requesting *c = ctx;

	return public_open(db, a, &c->send, err);
}

static bool after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	struct requesting *c = ctx;
	struct receipt_view v = { .heading = STR("已收到您的公开申请"), .number = c->send.number, .code = c->send.query_code,
				  .organ = c->organ.organ_name, .limit = c->v->limit, .back = STR("/open"), .back_name = STR("看已经公开的内容") };
	struct html h;

	if (!ok) {
		*err = *failed;
		return false;
	}
	if (c->send.result.n_refused)
		return refused(r, c, err);
	v.organ = public_text(r, &c->organ, "name");
	v.phone = public_text(r, &c->organ, "phone");
	public_frame_fill(r, v.heading, DOOR_HOME, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_receipt(&h, &v);
	return public_reply(r, 200, &h, err);
}

static const struct public_fault no_organ[] = { { .name = { "organ", 5 }, .text = { "请选择向哪个机关申请", 30 } } };

bool request_send(struct req *r, struct err *err)
{
	struct requesting *c = arena_one(r->a, struct requesting);

	c->send.app = app_of(r);
	c->v = arena_one(r->a, struct request_view);
	*c->v = (struct request_view){ .name = str_trim(req_form(r, "name")), .id_code = str_trim(req_form(r, "id_code")),
				       .contact = str_trim(req_form(r, "contact")), .wanted = req_form(r, "wanted"),
				       .unit = str_is(req_form(r, "sort"), "unit") };
	if (!view_of(r, c->v, &c->organ, err))
		return false;
	if (!c->organ.snap) {
		c->v->fault = no_organ;
		c->v->n_fault = 1;
		return page(r, 422, c->v, err);
	}
	form_of(r, c);
	c->send.act.who = (struct actor){ .sort = ACTOR_PUBLIC, .organ = c->organ.snap->id };
	c->send.act.kind = STR("disclosure_request");
	c->send.act.action = STR("open");
	c->send.act.version = -1;
	c->send.act.received = now_of(r);
	if (!public_try(r, &c->send, err))
		return false;
	return c->send.result.n_refused ? refused(r, c, err) : req_write(r, run, c, after);
}
