/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A request for correction of a published decision, by anyone whom it concerns. The rules stand in the
 * definition (ask_correction, and what it opens); this page only asks and passes on. */
#include "app/public.h"

#include "app/app.h"
#include "base/day.h"
#include "blob/blob.h"
#include "pages.h"

#define FILES_MOST 5
#define FILE_MOST ((size_t)10 << 20) /* a scanned proof; the route's limit holds all of them together */
#define FAULTS_MOST 20

struct correcting {
	struct app *app;
	int64_t matter, version, received;
	struct form form;
	struct blob blob[FILES_MOST];
	size_t n_blob;
	struct correct_view *v;
	/* the outcome */
	struct act_result result;
	struct str number, code;
};

static bool page(struct req *r, int status, struct correct_view *v, struct err *err)
{
	struct html h;

	public_frame_fill(r, STR("申请更正"), DOOR_DECISIONS, &v->frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_correct(&h, v);
	return public_reply(r, status, &h, err);
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
	v.limit = public_limit(r, m.snap->organ, "correction_limit");
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

static bool proof_of(struct req *r, struct correcting *c, struct val *ret, struct err *err)
{
	struct val *file = arena_many(r->a, FILES_MOST, struct val);

	for (size_t i = 0; i < r->form.n; i++) {
		const struct form_pair *p = &r->form.v[i];
		struct file_ref *x = arena_one(r->a, struct file_ref);

		if (!p->file || !p->value.n || !str_is(p->name, "proof"))
			continue;
		if (c->n_blob == FILES_MOST || p->value.n > FILE_MOST)
			return err_set(err, ERR_TOO_LARGE, "证据材料最多5个，每个不超过10 MB");
		if (!blob_prepare(r->a, c->app->dir, p->value, &c->blob[c->n_blob], err))
			return false;
		*x = (struct file_ref){ .name = str_head(p->filename, 100), .digest = c->blob[c->n_blob].sha256,
					.media = c->blob[c->n_blob].media, .size = c->blob[c->n_blob].size };
		file[c->n_blob++] = (struct val){ .t = T_FILE, .file = x };
	}
	*ret = c->n_blob ? val_list(r->a, T_FILES, file, c->n_blob) : VAL_NULL;
	return true;
}

static bool form_of(struct req *r, struct correcting *c, struct err *err)
{
	struct form_entry *e = arena_many(r->a, 5, struct form_entry);
	const struct correct_view *v = c->v;
	struct val proof;
	size_t n = 0;

	if (!proof_of(r, c, &proof, err))
		return false;
	entry(e, &n, "asker", asker_of(r->a, v));
	entry(e, &n, "asker_as", v->as.n ? (struct val){ .t = T_ENUM, .s = v->as } : VAL_NULL);
	entry(e, &n, "wrong_text", val_text(T_NOTE, v->wrong));
	entry(e, &n, "contact_text", val_text(T_TEXT, v->contact));
	entry(e, &n, "proof_files", proof);
	c->form = (struct form){ e, n };
	return true;
}

/* ---- sending ---- */

static const struct stmt st_receipt = { "public_receipt",
	"SELECT m.number, m.code FROM event e JOIN matter m ON m.id = e.matter "
	"WHERE e.because_of = $1 AND e.kind = 'correction' AND e.action = 'open'" };

static bool run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct correcting *c = ctx;
	const struct act act = { .who = anyone, .matter = c->matter, .version = -1, .action = STR("ask_correction"),
				 .form = c->form, .received = c->received };
	const struct db_out out[] = { db_to_str(&c->number), db_to_str(&c->code) };
	bool found;

	for (size_t i = 0; i < c->n_blob; i++)
		if (!blob_put(db, &c->blob[i], c->received, err))
			return false;
	if (!matter_act(c->app->engine, db, a, &act, &c->result, err))
		return false;
	if (c->result.n_refused)
		return true;
	{
		const struct db_in in[] = { db_i64(c->result.event) };

		return db_maybe(db, a, &st_receipt, DB_IN(in), DB_OUT(out), &found, err);
	}
}

static void show_faults(struct req *r, struct correcting *c)
{
	struct public_fault *f = arena_many(r->a, FAULTS_MOST, struct public_fault);
	size_t n = 0;

	for (size_t i = 0; i < c->result.n_refused && n < FAULTS_MOST; i++) {
		const struct refusal *x = &c->result.refused[i];
		struct str field = x->field.n ? x->field : x->way;

		f[n++] = (struct public_fault){ str_is(field, "proof") ? STR("proof_files") : field, x->say };
	}
	c->v->fault = f;
	c->v->n_fault = n;
}

static bool after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	struct correcting *c = ctx;
	struct corrected_view v = { .code = c->v->code, .title = c->v->title, .number = c->number };
	struct matter_view m, organ;
	struct err no = { 0 };
	struct html h;

	if (!ok) {
		*err = *failed;
		return false;
	}
	if (c->result.n_refused) {
		show_faults(r, c);
		return page(r, 422, c->v, err);
	}
	if (!public_see(r, c->v->code, "disclosure", SEE_FIELDS, &m, err))
		return false;
	v.organ = m.organ_name;
	v.limit = c->v->limit;
	if (m.snap->organ && matter_see(c->app->engine, r->db, r->a, &anyone, m.snap->organ, SEE_FIELDS, &organ, &no))
		v.phone = public_text(r, &organ, "phone");
	public_frame_fill(r, STR("已收到更正申请"), DOOR_DECISIONS, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_corrected(&h, &v);
	return public_reply(r, 200, &h, err);
}

bool correct_send(struct req *r, struct err *err)
{
	struct correcting *c = arena_one(r->a, struct correcting);
	struct matter_view m;

	if (!about(r, &m, err))
		return false;
	c->app = app_of(r);
	c->matter = m.snap->id;
	c->received = now_of(r);
	c->v = arena_one(r->a, struct correct_view);
	*c->v = (struct correct_view){
		.code = req_param(r, "code"), .title = public_text(r, &m, "title"), .sort = req_form(r, "sort"),
		.name = str_trim(req_form(r, "name")), .id_code = str_trim(req_form(r, "id_code")),
		.phone = str_trim(req_form(r, "phone")), .as = req_form(r, "asker_as"), .wrong = req_form(r, "wrong_text"),
		.contact = str_trim(req_form(r, "contact_text")),
		.limit = public_limit(r, m.snap->organ, "correction_limit") };
	return form_of(r, c, err) && req_write(r, run, c, after);
}
