/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/help.h"

#include "app/case.h"
#include "pages.h"

static bool by_people(const struct action *ac)
{
	for (size_t i = 0; i < ac->by.n; i++)
		if (ac->by.v[i].sort != WHO_SYSTEM)
			return true;
	return false;
}

static struct str names_of_form(struct req *r, const struct action *ac)
{
	struct buf b;

	buf_init(&b, r->a, 4000);
	for (size_t i = 0; i < ac->n_form; i++)
		if (ac->form[i].required)
			buf_addf(&b, "%s%.*s", b.n ? "、" : "", STR_FMT(ac->form[i].field->name));
	return buf_str(&b);
}

static struct str names_of_papers(struct req *r, const struct action *ac)
{
	struct buf b;

	buf_init(&b, r->a, 2000);
	for (size_t i = 0; i < ac->n_makes; i++)
		buf_addf(&b, "%s《%.*s》", b.n ? "、" : "", STR_FMT(ac->makes[i]->name));
	return buf_str(&b);
}

static struct str where_to(const struct action *ac)
{
	switch (ac->to) {
	case TO_STATE:
		return ac->to_state->name;
	case TO_CHOOSE:
		return STR("视情形");
	case TO_BACK:
		return STR("回到上一步");
	default:
		return (struct str){ 0 };
	}
}

static void steps(struct req *r, const struct kind *k, struct help_view *v)
{
	struct help_step *s = arena_many(r->a, k->n_action, struct help_step);

	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *ac = &k->action[i];
		struct help_step *x = &s[v->n_step];
		struct buf by;

		if (ac->builtin || !by_people(ac))
			continue;
		buf_init(&by, r->a, 500);
		shown_whos(&by, k->law, &ac->by);
		*x = (struct help_step){ .name = ac->name, .by = buf_str(&by), .to = where_to(ac), .asks = names_of_form(r, ac),
					 .makes = names_of_papers(r, ac), .confirm = ac->confirm };
		x->cite = cite_links(r, &ac->node->cite, &x->n_cite);
		v->n_step++;
	}
	v->step = s;
}

/* The acts from which a limit counts. */
static struct str starts(struct req *r, const struct kind *k, const struct clock *c)
{
	struct buf b;

	buf_init(&b, r->a, 1000);
	for (size_t i = 0; i < c->n_from; i++) {
		const struct action *ac = kind_action(k, c->from[i].action);

		if (ac)
			buf_addf(&b, "%s%.*s", b.n ? "、" : "", STR_FMT(ac->name));
	}
	return buf_str(&b);
}

static void limits(struct req *r, const struct kind *k, struct help_view *v)
{
	struct help_limit *l = arena_many(r->a, k->n_clock, struct help_limit);

	for (size_t i = 0; i < k->n_clock; i++) {
		const struct clock *c = &k->clock[i];
		const struct action *lapse = c->lapse.n ? kind_action(k, c->lapse) : NULL;
		struct help_limit *x = &l[v->n_limit++];

		*x = (struct help_limit){ .name = c->name, .text = shown_limit(r->a, k->law, c), .from = starts(r, k, c),
					  .lapse = lapse ? lapse->name : (struct str){ 0 } };
		x->cite = cite_links(r, &c->node->cite, &x->n_cite);
	}
	v->limit = l;
}

static bool reply(struct req *r, struct help_view *v, struct err *err)
{
	struct html h;

	html_init(&h, r->a, HTML_MAX);
	page_help(&h, v);
	return frame_reply(r, 200, &h, err);
}

bool help_kind(struct req *r, struct err *err)
{
	struct help_view v = { .n_step = 0 };
	const struct action *open;
	const struct law *law;
	const struct kind *k;

	if (!frame_law(r, &law, err))
		return false;
	k = law_kind(law, req_param(r, "kind"));
	if (!k)
		return err_set(err, ERR_NOT_FOUND, "没有这一类办件的帮助，可以从帮助首页另选");
	if (!frame_load(r, str_fmt(r->a, "%.*s怎样办", STR_FMT(k->name)), &v.frame, err))
		return false;
	open = kind_action(k, STR("open"));
	v.name = k->name;
	v.cite = cite_links(r, &k->node->cite, &v.n_cite);
	v.flow = str_fmt(r->a, "/k/%.*s/flow", STR_FMT(k->id));
	v.list = str_fmt(r->a, "/k/%.*s", STR_FMT(k->id));
	if (open && kind_opened_by_people(k)) {
		v.open = open->name;
		v.open_href = str_fmt(r->a, "/k/%.*s/new", STR_FMT(k->id));
	}
	steps(r, k, &v);
	limits(r, k, &v);
	frame_crumb(&v.frame, STR("帮助"), STR("/help"));
	frame_crumb(&v.frame, k->name, (struct str){ 0 });
	return reply(r, &v, err);
}

bool help_show(struct req *r, struct err *err)
{
	struct help_view v = { .n_step = 0 };
	struct help_kind_line *l;
	const struct law *law;

	if (!frame_law(r, &law, err) || !frame_load(r, STR("帮助"), &v.frame, err))
		return false;
	l = arena_many(r->a, law->n_kind, struct help_kind_line);
	for (size_t i = 0; i < law->n_kind; i++)
		l[i] = (struct help_kind_line){ law->kind[i].name, str_fmt(r->a, "/help/%.*s", STR_FMT(law->kind[i].id)),
						kind_is_register(&law->kind[i]) };
	v.kind = l;
	v.n_kind = law->n_kind;
	frame_crumb(&v.frame, STR("帮助"), (struct str){ 0 });
	return reply(r, &v, err);
}
