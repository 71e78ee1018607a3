/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/batch.h"

#include "base/uuid.h"
#include "pages.h"

struct batch {
	struct req *r;
	const struct kind *kind;
	const struct action *ac;
	struct inputs in;
	struct form form;
	struct batch_row *row;
	int64_t *matter;
	const struct snap *first; /* whose organ's people are offered */
	bool wrong;               /* something that was typed cannot be */
	struct batch_view v;
};

bool batch_offers(const struct action *ac)
{
	for (size_t i = 0; i < ac->n_form; i++)
		if (ac->form[i].field->type.tag == T_FILES)
			return false;
	return ac->batch && !ac->confirm && !ac->joint && !ac->builtin;
}

/* ---- the rows ---- */

static struct str why_of(struct req *r, const struct refusal *v, size_t n)
{
	struct buf b;

	buf_init(&b, r->a, 4000);
	for (size_t i = 0; i < n; i++) {
		buf_adds(&b, i ? "；" : "");
		buf_add(&b, v[i].say);
		if (v[i].facts.n) {
			buf_adds(&b, "（");
			buf_add(&b, v[i].facts);
			buf_adds(&b, "）");
		}
	}
	return buf_str(&b);
}

/* What stands against a row before anything is typed: right and state, and checks that do not read the form. */
static bool try_row(struct batch *b, size_t i, struct err *err)
{
	const struct act act = { .who = actor_of(b->r), .matter = b->matter[i], .kind = b->kind->id, .action = b->ac->id,
				 .version = -1 };
	struct act_result can;
	size_t n = 0;
	struct refusal *hard;

	if (!matter_try(app_of(b->r)->engine, b->r->db, b->r->a, &act, &can, err))
		return false;
	hard = arena_many(b->r->a, can.n_refused + 1, struct refusal);
	for (size_t k = 0; k < can.n_refused; k++)
		if (!can.refused[k].missing && can.refused[k].sort != REFUSED_FORM && !can.refused[k].early)
			hard[n++] = can.refused[k];
	b->row[i].good = n == 0;
	b->row[i].why = why_of(b->r, hard, n);
	return true;
}

/* left: what the preview said cannot be done is not done, whatever has changed since; it counts as not done. */
static bool add_row(struct batch *b, struct str code, bool left, struct err *err)
{
	const struct actor who = actor_of(b->r);
	struct matter_view m;
	struct err hidden = { 0 };
	size_t i = b->v.n_row;

	for (size_t k = 0; k < i; k++)
		if (str_eq(b->row[k].code, code))
			return true;
	if (i == BATCH_MOST)
		return err_set(err, ERR_TOO_LARGE, "一次最多办理%d件", BATCH_MOST);
	if (!matter_by_code(b->r->db, b->r->a, code, &b->matter[i], &hidden)
	    || !matter_see(app_of(b->r)->engine, b->r->db, b->r->a, &who, b->matter[i], 0, &m, &hidden)) {
		if (hidden.code != ERR_NOT_FOUND)
			return err_set(err, hidden.code, "%s", hidden.msg);
		return true; /* it is not told whether there is such a matter */
	}
	if (!str_eq(m.snap->kind->id, b->kind->id))
		return true;
	b->row[i] = (struct batch_row){ .code = m.snap->code, .title = title_once(m.title) };
	if (!b->first)
		b->first = m.snap;
	b->v.n_row++;
	b->row[i].left = left;
	return try_row(b, i, err);
}

static void count(struct batch *b)
{
	b->v.good = 0;
	for (size_t i = 0; i < b->v.n_row; i++)
		b->v.good += b->row[i].good;
	b->v.bad = (int64_t)b->v.n_row - b->v.good;
}

static bool read_rows(struct batch *b, struct err *err)
{
	const struct form_data *d = &b->r->form;

	b->row = arena_many(b->r->a, BATCH_MOST, struct batch_row);
	b->matter = arena_many(b->r->a, BATCH_MOST, int64_t);
	for (size_t i = 0; i < d->n; i++)
		if ((str_is(d->v[i].name, "m") || str_is(d->v[i].name, "left"))
		    && !add_row(b, d->v[i].value, str_is(d->v[i].name, "left"), err))
			return false;
	b->v.row = b->row;
	count(b);
	return true;
}

static bool load(struct batch *b, struct err *err)
{
	struct req *r = b->r;
	const struct law *law;

	if (!frame_law(r, &law, err) || !shower_init(r, &b->in.shower, err))
		return false;
	b->kind = law_kind(law, req_param(r, "kind"));
	b->ac = b->kind ? kind_action(b->kind, req_form(r, "do")) : NULL;
	if (!b->ac || !batch_offers(b->ac))
		return err_set(err, ERR_NOT_FOUND, "这种办理不能成批做，请打开办件逐件办理");
	if (!read_rows(b, err))
		return false;
	b->in.r = r;
	b->in.pairs.a = r->a;
	b->in.kind = b->kind;
	b->in.snap = b->first;
	return true;
}

/* ---- the form ---- */

static bool read_form(struct batch *b, struct err *err)
{
	struct form_entry *e = arena_many(b->r->a, b->ac->n_form, struct form_entry);
	struct input *x = arena_many(b->r->a, b->ac->n_form, struct input);
	bool sent = str_is(req_form(b->r, "go"), "act");

	for (size_t i = 0; i < b->r->form.n; i++)
		if (str_starts(b->r->form.v[i].name, STR("f.")))
			pairs_add(&b->in.pairs, b->r->form.v[i].name, b->r->form.v[i].value);
	for (size_t i = 0; i < b->ac->n_form; i++) {
		const struct form_field *ff = &b->ac->form[i];
		struct str wrong = { 0 };
		struct val v;
		struct input *in = &x[b->v.n_input];

		if (ff->field->has_is)
			continue;
		if (!input_of(&b->in, ff, in, err)
		    || !val_of_pairs(&b->in, &ff->field->type, in->name, &v, &wrong, err))
			return false;
		if (sent && !wrong.n && ff->required && val_is_null(v))
			wrong = STR("尚未填写");
		if (sent && wrong.n) {
			in->error = wrong;
			b->wrong = true;
		} else if (!val_is_null(v)) {
			e[b->form.n++] = (struct form_entry){ ff->field->id, v };
		}
		b->v.n_input++;
	}
	b->v.input = x;
	b->form.v = e;
	return true;
}

/* ---- doing it, each row alone ---- */

struct one {
	struct batch *b;
	struct act act;
	struct act_result result;
};

static bool act_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct one *x = ctx;

	(void)a; /* what a refusal says is read afterwards */
	return matter_act(app_of(x->b->r)->engine, db, x->b->r->a, &x->act, &x->result, err);
}

static void do_row(struct batch *b, size_t i)
{
	struct one x = { .b = b,
			 .act = { .who = actor_of(b->r), .matter = b->matter[i], .kind = b->kind->id, .action = b->ac->id,
				  .version = -1, .form = b->form, .received = now_of(b->r),
				  .request = str_fmt(b->r->a, "%.*s.%.*s", STR_FMT(b->v.request), STR_FMT(b->row[i].code)) } };
	struct err why = { 0 };

	b->row[i].good = writer_run(b->r->writer, "batch", act_run, &x, &why) && !x.result.n_refused;
	if (b->row[i].good)
		b->row[i].why = (struct str){ 0 };
	else
		b->row[i].why = x.result.n_refused ? why_of(b->r, x.result.refused, x.result.n_refused)
			: str_dup(b->r->a, str_of(why.msg));
}

static void do_all(struct batch *b)
{
	b->v.done = true;
	for (size_t i = 0; i < b->v.n_row; i++) {
		if (!b->row[i].left)
			do_row(b, i);
		else if (b->row[i].good)
			b->row[i] = (struct batch_row){ .code = b->row[i].code, .title = b->row[i].title,
							.why = STR("核对时还不能办，没有办理；现在可以办了，请打开办理") };
	}
	count(b);
}

static bool show(struct batch *b, struct err *err)
{
	struct batch_view *v = &b->v;
	struct html h;

	if (!frame_load(b->r, b->ac->name, &v->frame, err))
		return false;
	frame_crumb(&v->frame, b->kind->name, str_fmt(b->r->a, "/k/%.*s", STR_FMT(b->kind->id)));
	frame_crumb(&v->frame, b->ac->name, (struct str){ 0 });
	v->kind = b->kind->name;
	v->kind_id = b->kind->id;
	v->action = b->ac->name;
	v->action_id = b->ac->id;
	html_init(&h, b->r->a, HTML_MAX);
	page_batch(&h, v);
	return frame_reply(b->r, b->wrong ? 422 : 200, &h, err);
}

bool batch_post(struct req *r, struct err *err)
{
	struct batch b = { .r = r };

	if (!load(&b, err) || !read_form(&b, err))
		return false;
	b.v.request = req_form(r, "request");
	if (!uuid_valid(b.v.request))
		b.v.request = uuid_new(r->a, now_of(r));
	if (!b.v.n_row)
		b.v.error = STR("还没有选办件。请回到列表，在每行前面打勾");
	else if (str_is(req_form(r, "go"), "act") && !b.wrong)
		do_all(&b);
	return show(&b, err);
}
