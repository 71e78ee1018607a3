/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A request for correction of a published decision, by anyone whom it concerns. The rules stand in the
 * definition (ask_correction, and what it opens); this page only asks and passes on. */
#include "app/public.h"

#include "app/app.h"
#include "base/day.h"
#include "blob/blob.h"
#include "pages.h"

#define FAULTS_MOST 20

struct correcting {
	struct public_sending send;
	struct correct_view *v;
	struct str number, query_code; /* of the request that was opened */
};

static bool page(struct req *r, int status, struct correct_view *v, struct err *err)
{
	struct html h;

	public_frame_fill(r, STR("申请更正"), DOOR_DECISIONS, &v->frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_correct(&h, v);
	return public_reply(r, status, &h, err);
}

static struct str address_of(struct req *r, const struct matter_view *m)
{
	struct matter_view organ;
	struct err no = { 0 };

	return m->snap->organ && matter_see(app_of(r)->engine, r->db, r->a, &anyone, m->snap->organ, SEE_FIELDS, &organ, &no)
	       ? public_text(r, &organ, "address") : (struct str){ 0 };
}

/* The decision, if a request can be made about it. */
static bool about(struct req *r, struct matter_view *m, struct err *err)
{
	if (!public_see(r, req_param(r, "code"), "disclosure", SEE_FIELDS | SEE_ACTIONS, m, err))
		return false;
	for (size_t i = 0; i < m->n_action; i++)
		if (str_is(m->action[i].def->id, "ask_correction") && m->action[i].can)
			return true;
	return err_set(err, ERR_NOT_FOUND, "这条信息现在不能在网上申请更正。有疑问的，请直接联系执法机关");
}

bool correct_show(struct req *r, struct err *err)
{
	struct correct_view v = { .code = req_param(r, "code") };
	struct matter_view m;

	if (!about(r, &m, err))
		return false;
	v.title = public_text(r, &m, "title");
	v.limit = public_setting(r, m.snap->organ, 0, "correction_limit");
	v.address = address_of(r, &m);
	return page(r, 200, &v, err);
}

/* ---- what was typed, as values of the form ---- */

static void entry(struct form_entry *e, size_t *n, const char *field, struct val v)
{
	if (!val_is_null(v))
		e[(*n)++] = (struct form_entry){ str_of(field), v };
}

static struct val asker_of(struct arena *a, const struct correct_view *v)
{
	struct party *p = arena_one(a, struct party);

	if (!v->name.n && !v->id_code.n)
		return VAL_NULL;
	*p = (struct party){ .sort = str_is(v->sort, "unit") ? PARTY_UNIT : PARTY_PERSON, .name = v->name,
			     .code = v->id_code, .phone = v->phone };
	return (struct val){ .t = T_PARTY, .party = p };
}

static bool form_of(struct req *r, struct correcting *c, struct err *err)
{
	struct form_entry *e = arena_many(r->a, 5, struct form_entry);
	const struct correct_view *v = c->v;
	struct val proof;
	size_t n = 0;

	if (!public_files(r, "proof", &c->send, &proof, err))
		return false;
	entry(e, &n, "asker", asker_of(r->a, v));
	entry(e, &n, "asker_as", v->as.n ? (struct val){ .t = T_ENUM, .s = v->as } : VAL_NULL);
	entry(e, &n, "wrong_text", val_text(T_NOTE, v->wrong));
	entry(e, &n, "contact_text", val_text(T_TEXT, v->contact));
	entry(e, &n, "proof_files", proof);
	c->send.act.form = (struct form){ e, n };
	return true;
}

/* ---- sending ---- */

static const struct stmt st_receipt = { "public_receipt",
	"SELECT e.matter FROM event e "
	"WHERE e.because_of = $1 AND e.kind = 'correction' AND e.action = 'open'" };

static bool run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct correcting *c = ctx;
	int64_t opened = 0;
	const struct db_out out[] = { db_to_i64(&opened) };
	bool found;

	if (!public_send(db, a, &c->send, err))
		return false;
	if (c->send.result.n_refused)
		return true;
	{
		const struct db_in in[] = { db_i64(c->send.result.event) };

		if (!db_maybe(db, a, &st_receipt, DB_IN(in), DB_OUT(out), &found, err))
			return false;
		return !found || matter_receipt(c->send.app->engine, db, a, opened, &c->number, &c->query_code, err);
	}
}

/* The sentence with its article before the last stop of the norm: …有关的信息〔公示办法 第十八条〕。没有电子材料？… */
static struct str say_of(struct req *r, const struct refusal *x)
{
	size_t at = str_find(x->say, STR("。没有电子材料"), 0);
	struct buf b;

	if (at == SIZE_MAX || !x->node || !x->node->cite.n)
		return x->say;
	buf_init(&b, r->a, 200);
	ledger_put_cite(engine_ledger(app_of(r)->engine), x->node->cite.id[0], &b);
	return str_fmt(r->a, "%.*s%.*s%.*s", STR_FMT(str_sub(x->say, 0, at)), STR_FMT(buf_str(&b)),
		       STR_FMT(str_sub(x->say, at, x->say.n)));
}

static void show_faults(struct req *r, struct correcting *c)
{
	struct public_fault *f = arena_many(r->a, FAULTS_MOST, struct public_fault);
	size_t n = 0;

	for (size_t i = 0; i < c->send.result.n_refused && n < FAULTS_MOST; i++) {
		const struct refusal *x = &c->send.result.refused[i];
		struct str field = x->field.n ? x->field : x->way;

		f[n++] = (struct public_fault){ str_is(field, "proof") ? STR("proof_files") : field, say_of(r, x) };
	}
	c->v->fault = f;
	c->v->n_fault = n;
}

static bool after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	struct correcting *c = ctx;
	struct receipt_view v = { .heading = STR("已收到您的更正申请"), .about = c->v->title, .number = c->number,
				  .code = c->query_code, .limit = c->v->limit, .back_name = STR("回到这条决定"),
				  .back = str_fmt(r->a, "/decisions/%.*s", STR_FMT(c->v->code)) };
	struct matter_view m, organ;
	struct err no = { 0 };
	struct html h;

	if (!ok) {
		*err = *failed;
		return false;
	}
	if (c->send.result.n_refused) {
		show_faults(r, c);
		return page(r, 422, c->v, err);
	}
	if (!public_see(r, c->v->code, "disclosure", SEE_FIELDS, &m, err))
		return false;
	v.organ = m.organ_name;
	v.limit = c->v->limit;
	if (m.snap->organ && matter_see(c->send.app->engine, r->db, r->a, &anyone, m.snap->organ, SEE_FIELDS, &organ, &no))
		v.phone = public_text(r, &organ, "phone");
	public_frame_fill(r, STR("已收到更正申请"), DOOR_DECISIONS, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_receipt(&h, &v);
	return public_reply(r, 200, &h, err);
}

bool correct_send(struct req *r, struct err *err)
{
	struct correcting *c = arena_one(r->a, struct correcting);
	struct matter_view m;

	if (!about(r, &m, err))
		return false;
	c->send.app = app_of(r);
	c->send.act = (struct act){ .who = anyone, .matter = m.snap->id, .version = -1, .action = STR("ask_correction"),
				    .received = now_of(r) };
	c->v = arena_one(r->a, struct correct_view);
	*c->v = (struct correct_view){
		.address = address_of(r, &m), .code = req_param(r, "code"), .title = public_text(r, &m, "title"), .sort = req_form(r, "sort"),
		.name = str_trim(req_form(r, "name")), .id_code = str_trim(req_form(r, "id_code")),
		.phone = str_trim(req_form(r, "phone")), .as = req_form(r, "asker_as"), .wrong = req_form(r, "wrong_text"),
		.contact = str_trim(req_form(r, "contact_text")),
		.limit = public_setting(r, m.snap->organ, 0, "correction_limit") };
	if (!form_of(r, c, err) || !public_try(r, &c->send, err))
		return false;
	if (!c->send.result.n_refused)
		return req_write(r, run, c, after);
	show_faults(r, c);
	return page(r, 422, c->v, err);
}
