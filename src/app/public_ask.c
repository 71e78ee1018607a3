/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 查进度: number and query code open what the definition says (`see: {code: …}`), nothing else. A wrong pair is answered
 * always alike, whether the number exists or not. The code never stands in an address. */
#include "app/app.h"
#include "app/public.h"
#include "pages.h"

#define ASKED_MOST 100

/* 临应急立[2026]5号, with whatever brackets a keyboard has, is 临应急立〔2026〕5号. */
static struct str number_of(struct arena *a, struct str typed)
{
	static const char *const sign[][2] = { { "[", "〔" }, { "【", "〔" }, { "(", "〔" }, { "（", "〔" }, { "［", "〔" },
					       { "]", "〕" }, { "】", "〕" }, { ")", "〕" }, { "）", "〕" }, { "］", "〕" },
					       { " ", "" }, { "　", "" } };
	struct buf b;

	buf_init(&b, a, 4 * ASKED_MOST);
	for (size_t at = 0; at < typed.n;) {
		size_t k = 0, from = at;

		while (k < ARRAY_LEN(sign) && !str_starts(str_sub(typed, at, typed.n), str_of(sign[k][0])))
			k++;
		if (k < ARRAY_LEN(sign)) {
			buf_adds(&b, sign[k][1]);
			at += str_of(sign[k][0]).n;
			continue;
		}
		(void)str_next(typed, &at);
		buf_add(&b, str_sub(typed, from, at));
	}
	return buf_str(&b);
}

static void put_facts(struct req *r, const struct code_view *c, struct ask_view *v)
{
	struct fact *f = arena_many(r->a, c->v.n_field + c->v.n_term, struct fact);
	struct val_names names;
	struct err no = { 0 };

	if (!matter_names(app_of(r)->engine, r->db, r->a, &anyone, &names, &no))
		return;
	for (size_t i = 0; i < c->v.n_term + c->v.n_field; i++) {
		const bool term = i < c->v.n_term;
		const struct val *x = term ? &c->v.term[i].v : &c->v.field[i - c->v.n_term].v;
		struct str name = term ? c->v.term[i].def->name : c->v.field[i - c->v.n_term].def->name;
		struct buf b;

		buf_init(&b, r->a, (size_t)64 * 1024);
		val_put_cn(&b, r->a, *x, &names);
		if (term && str_is(c->v.term[i].def->id, "party_next"))
			v->next = buf_str(&b);
		else if (!val_is_null(*x))
			f[v->n_fact++] = (struct fact){ .name = name, .text = buf_str(&b), .note = x->t == T_NOTE };
	}
	v->fact = f;
}

static void put_clocks(struct req *r, const struct code_view *c, struct ask_view *v)
{
	struct fact *f = arena_many(r->a, c->v.n_clock, struct fact);

	for (size_t i = 0; i < c->v.n_clock; i++)
		if (c->v.clock[i].v.state == CLOCK_RUNNING || c->v.clock[i].v.state == CLOCK_PAUSED)
			f[v->n_clock++] = (struct fact){ .name = c->v.clock[i].def->name, .text = c->v.clock[i].chip };
	v->clock = f;
}

static bool page(struct req *r, int status, struct ask_view *v, struct err *err)
{
	struct html h;

	public_frame_fill(r, STR("查进度"), DOOR_PROGRESS, &v->frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_ask(&h, v);
	return public_reply(r, status, &h, err);
}

bool ask_show(struct req *r, struct err *err)
{
	struct ask_view v = { 0 };

	return page(r, 200, &v, err);
}

bool ask_send(struct req *r, struct err *err)
{
	struct ask_view v = { .asked = true, .number = str_head(str_trim(req_form(r, "number")), ASKED_MOST),
			      .code = str_head(str_trim(req_form(r, "code")), ASKED_MOST) };
	struct code_view c;
	struct matter_view organ;
	struct err no = { 0 };

	if (!matter_ask(app_of(r)->engine, r->db, r->a, number_of(r->a, v.number), v.code, &c, &no)) {
		if (no.code != ERR_NOT_FOUND) {
			*err = no;
			return false;
		}
		v.wrong = true;
		return page(r, 404, &v, err);
	}
	v.number = c.v.title;
	v.kind = c.v.snap->kind->name;
	v.organ = c.v.organ_name;
	v.state = c.state_open ? c.v.snap->state->name : (struct str){ 0 };
	if (c.v.snap->organ && matter_see(app_of(r)->engine, r->db, r->a, &anyone, c.v.snap->organ, SEE_FIELDS, &organ, &no))
		v.phone = public_text(r, &organ, "phone");
	put_facts(r, &c, &v);
	put_clocks(r, &c, &v);
	return page(r, 200, &v, err);
}
