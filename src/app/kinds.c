/* SPDX-License-Identifier: MulanPSL-2.0 */
/* kinds.c - what may be begun (新建), and the sorts of matters there are (名录与其他). */
#include "app/rows.h"
#include "pages.h"

static struct str purpose(struct req *r, const struct kind *k)
{
	struct buf b;

	buf_init(&b, r->a, 1000);
	for (size_t i = 0; i < k->node->cite.n && i < 3; i++)
		ledger_put_cite(engine_ledger(app_of(r)->engine), k->node->cite.id[i], &b);
	return buf_str(&b);
}

static struct kind_view kind_of(struct req *r, const struct kind *k, bool opening)
{
	return (struct kind_view){ .name = opening ? kind_action(k, STR("open"))->name : k->name,
				   .href = str_fmt(r->a, "/k/%.*s%s", STR_FMT(k->id), opening ? "/new" : ""),
				   .what = opening ? k->name : purpose(r, k),
				   .flow = str_fmt(r->a, "/k/%.*s/flow", STR_FMT(k->id)) };
}

/* Whether this person may open one at all; what else a refusal says is told by the form. */
static bool may_open(struct req *r, const struct kind *k, bool *ret, struct err *err)
{
	const struct act open = { .who = actor_of(r), .kind = k->id, .action = STR("open"), .version = -1 };
	struct act_result can;

	if (!matter_try(app_of(r)->engine, r->db, r->a, &open, &can, err))
		return false;
	*ret = true;
	for (size_t i = 0; i < can.n_refused; i++)
		*ret = *ret && can.refused[i].sort != REFUSED_RIGHT;
	return true;
}

/* A register is worth a card to whoever finds something in it or may enter something. */
static bool worth(struct req *r, const struct kind *k, bool *ret, struct err *err)
{
	const struct list_query q = { .who = actor_of(r), .kind = k->id, .limit = 1 };
	const struct list_row *row;
	size_t n;

	if (!matter_list(app_of(r)->engine, r->db, r->a, &q, &row, &n, err))
		return false;
	*ret = n > 0;
	return n > 0 || !kind_opened_by_people(k) || !kind_action(k, STR("open")) || may_open(r, k, ret, err);
}

const struct kind *const *kinds_daily_first(struct arena *a, const struct law *law)
{
	static const char *const daily[] = { "penalty", "summary_penalty", "inspection", "licence" };
	const struct kind **k = arena_many(a, law->n_kind, const struct kind *);
	size_t n = 0, n_daily;

	for (size_t i = 0; i < ARRAY_LEN(daily); i++)
		if (law_kind(law, str_of(daily[i])))
			k[n++] = law_kind(law, str_of(daily[i]));
	n_daily = n;
	for (size_t i = 0; i < law->n_kind; i++) {
		bool first = false;

		for (size_t d = 0; d < n_daily; d++)
			first = first || k[d] == &law->kind[i];
		if (!first)
			k[n++] = &law->kind[i];
	}
	return k;
}

static bool show(struct req *r, struct kinds_view *v, struct err *err)
{
	const struct kind *const *all;
	const struct law *law;
	struct kind_view *first, *second;
	struct html h;

	if (!frame_law(r, &law, err))
		return false;
	all = kinds_daily_first(r->a, law);
	first = arena_many(r->a, law->n_kind, struct kind_view);
	second = arena_many(r->a, law->n_kind, struct kind_view);
	for (size_t i = 0; i < law->n_kind; i++) {
		const struct kind *k = all[i];
		bool may = true;

		if (v->opening && (!kind_opened_by_people(k) || !kind_action(k, STR("open"))))
			continue;
		if (v->opening ? !may_open(r, k, &may, err) : kind_is_register(k) && !worth(r, k, &may, err))
			return false;
		if (!may)
			continue;
		if (kind_is_register(k))
			second[v->n_other++] = kind_of(r, k, v->opening);
		else
			first[v->n_kind++] = kind_of(r, k, v->opening);
	}
	v->kind = first;
	v->other = second;
	html_init(&h, r->a, HTML_MAX);
	page_kinds(&h, v);
	return frame_reply(r, 200, &h, err);
}

bool kinds_show(struct req *r, struct err *err)
{
	struct kinds_view v = { .opening = false };

	if (!frame_load(r, STR("名录与其他"), &v.frame, err))
		return false;
	frame_crumb(&v.frame, STR("名录与其他"), (struct str){ 0 });
	return show(r, &v, err);
}

bool new_show(struct req *r, struct err *err)
{
	struct kinds_view v = { .opening = true };

	if (!frame_load(r, STR("新建"), &v.frame, err))
		return false;
	frame_crumb(&v.frame, STR("新建"), (struct str){ 0 });
	return show(r, &v, err);
}
