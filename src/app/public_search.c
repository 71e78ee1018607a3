/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The search in published decisions: what an address asks, and its page. */
#include "app/public.h"

#include "app/app.h"
#include "base/day.h"
#include "base/parse.h"
#include "pages.h"

#define PAGE_ROWS 20
#define YEARS 12 /* of the choice: decisions stay public for a decade and are then looked for by name */

/* 不限, this year and those before; *ret is the chosen one, empty when it is no year. */
static struct str year_choice(struct req *r, struct decisions_view *v)
{
	struct str chosen = req_query(r, "year");
	struct choice *c = arena_many(r->a, YEARS + 2, struct choice);
	int64_t year, now = day_ymd(day_at(now_of(r))).year;
	bool listed = false;

	c[0] = (struct choice){ .name = STR("不限") };
	if (!parse_i64(chosen, 1949, 2199, &year))
		chosen = (struct str){ 0 };
	for (size_t i = 0; i < YEARS; i++) {
		struct str y = str_fmt(r->a, "%lld", (long long)(now - (int64_t)i));

		c[i + 1] = (struct choice){ y, str_fmt(r->a, "%.*s年", STR_FMT(y)), chosen.n && str_eq(y, chosen) };
		listed = listed || c[i + 1].on;
	}
	v->n_year = YEARS + 1;
	if (chosen.n && !listed)
		c[v->n_year++] = (struct choice){ chosen, str_fmt(r->a, "%.*s年", STR_FMT(chosen)), true };
	v->year = c;
	return chosen;
}

/* ---- the sort of decision ---- */

static const struct enum_def *values_of(const struct kind *k, const char *field)
{
	const struct field *f = k ? kind_field(k, str_of(field)) : NULL;

	return f && f->type.tag == T_ENUM ? f->type.values : NULL;
}

struct types {
	struct req *r;
	struct choice *c;
	size_t n;
	struct str chosen;
};

static bool offer(struct types *t, struct str value, struct str name)
{
	const bool on = t->chosen.n && str_eq(t->chosen, value);

	t->c[t->n++] = (struct choice){ value, name, on };
	return on;
}

/* What became of an application stands beneath the licences. */
static void offer_results(struct types *t, struct str type, struct str name, const struct enum_def *result,
			  struct public_query *q)
{
	for (size_t i = 0; result && i < result->n; i++)
		if (offer(t, str_fmt(t->r->a, "%.*s.%.*s", STR_FMT(type), STR_FMT(result->v[i].id)),
			  str_fmt(t->r->a, "%.*s：%.*s", STR_FMT(name), STR_FMT(result->v[i].name))))
			q->only[q->n_only++] = str_fmt(t->r->a, "e_licence_result_%.*s", STR_FMT(result->v[i].id));
}

static bool type_choice(struct req *r, struct public_query *q, struct decisions_view *v, struct err *err)
{
	struct types t = { .r = r, .chosen = req_query(r, "type") };
	const struct enum_def *type, *result;
	const struct kind *k;

	if (!public_kind(r, STR("disclosure"), &k, err))
		return false;
	type = values_of(k, "category");
	result = values_of(k, "licence_result");
	t.c = arena_many(r->a, 1 + (type ? type->n : 0) + (result ? result->n : 0), struct choice);
	(void)offer(&t, (struct str){ 0 }, STR("不限"));
	for (size_t i = 0; type && i < type->n; i++) {
		if (offer(&t, type->v[i].id, type->v[i].name))
			q->only[q->n_only++] = str_fmt(r->a, "e_category_%.*s", STR_FMT(type->v[i].id));
		if (str_is(type->v[i].id, "licence_act"))
			offer_results(&t, type->v[i].id, type->v[i].name, result, q);
	}
	v->type = t.c;
	v->n_type = t.n;
	return true;
}

/* ---- corrections and withdrawals ---- */

static void change_choice(struct req *r, struct public_query *q, struct decisions_view *v)
{
	static const struct {
		const char *value, *name, *token[4];
	} changes[] = { { "newer", "更正、更新的", { "e_source_newer_version" } },
			{ "down", "撤下的", { "s_taken_down", "s_due_down", "s_down_checking", "s_down_approving" } } };
	struct choice *c = arena_many(r->a, 1 + ARRAY_LEN(changes), struct choice);

	c[0] = (struct choice){ .name = STR("不限") };
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		c[i + 1] = (struct choice){ str_of(changes[i].value), str_of(changes[i].name),
					    str_is(req_query(r, "change"), changes[i].value) };
		for (size_t j = 0; c[i + 1].on && j < ARRAY_LEN(changes[i].token) && changes[i].token[j]; j++)
			q->either[q->n_either++] = str_of(changes[i].token[j]);
	}
	v->change = c;
	v->n_change = 1 + ARRAY_LEN(changes);
}

/* ---- asking ---- */

bool public_decision_query(struct req *r, struct public_query *q, struct decisions_view *v, struct err *err)
{
	struct decisions_view no = { 0 };

	v = v ? v : &no;
	*q = (struct public_query){ .kind = "disclosure", .typed = str_trim(req_query(r, "q")), .after = req_query(r, "after"),
				    .limit = PAGE_ROWS };
	q->year = year_choice(r, v);
	change_choice(r, q, v);
	return type_choice(r, q, v, err) && public_organ_choice(r, &v->organ, &v->n_organ, &q->organ, err);
}

bool decisions_show(struct req *r, struct err *err)
{
	struct decisions_view v = { 0 };
	const struct search_hit *hit;
	struct public_query q;
	struct html h;
	size_t n;
	bool more;

	public_frame_fill(r, STR("查执法决定"), DOOR_DECISIONS, &v.frame);
	if (!public_decision_query(r, &q, &v, err) || !public_find(r, &q, &hit, &n, &more, err)
	    || !public_decision_rows(r, q.typed, hit, n, &v.row, &v.n_row, err))
		return false;
	v.q = q.typed;
	v.asked = q.typed.n || q.year.n || q.organ || q.n_only || q.n_either;
	v.later = q.after.n > 0;
	v.feed = public_page_link(r, "/feed.atom", (struct str){ 0 });
	if (more && v.n_row)
		v.next = public_page_link(r, "/decisions", v.row[v.n_row - 1].code);
	if (q.after.n)
		v.first = public_page_link(r, "/decisions", (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_public_decisions(&h, &v);
	return public_reply(r, 200, &h, err);
}
