/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One way to list what is public: search, choice of an organ, pages; parted by the values of an enum where the definition says so
 * (执法事项 by class), a part in short and each to be opened whole. */
#include "app/app.h"
#include "app/public.h"
#include "pages.h"

#define PAGE_ROWS 50
#define PART_ROWS 8 /* of each part, while all parts are shown */

void public_foot(struct req *r, struct register_row *row, const struct str *text, size_t n)
{
	struct str *foot = arena_many(r->a, n, struct str);

	for (size_t i = 0; i < n; i++)
		if (text[i].n)
			foot[row->n_foot++] = text[i];
	row->foot = foot;
}

static bool rows_of(struct req *r, const struct public_list *l, const struct search_hit *hit, size_t n, struct register_part *part,
		    struct err *err)
{
	struct register_row *row = arena_many(r->a, n, struct register_row);

	part->row = row;
	for (size_t i = 0; i < n; i++) {
		struct matter_view m;
		struct err no = { 0 };

		if (!matter_see(app_of(r)->engine, r->db, r->a, &anyone, hit[i].subject, SEE_FIELDS, &m, &no)) {
			if (no.code == ERR_NOT_FOUND)
				continue; /* no longer public: the index follows */
			*err = no;
			return false;
		}
		row[part->n_row].code = m.snap->code;
		if (!l->row(r, l, &m, &row[part->n_row], err))
			return false;
		part->n_row++;
	}
	return true;
}

static const struct enum_def *values_of(const struct public_list *l)
{
	return l->by ? l->by->type.values : NULL;
}

static struct str token_of(struct req *r, const struct public_list *l, struct str value)
{
	return str_fmt(r->a, "e_%.*s_%.*s", STR_FMT(l->by->id), STR_FMT(value));
}

/* 不限 and the values; *ret: the chosen one, NULL for all. */
static const struct choice_value *by_choice(struct req *r, const struct public_list *l, struct register_view *v)
{
	const struct enum_def *e = values_of(l);
	const struct choice_value *chosen = NULL;
	struct choice *c;

	if (!e)
		return NULL;
	c = arena_many(r->a, e->n + 1, struct choice);
	c[v->n_by++] = (struct choice){ .name = STR("不限") };
	for (size_t i = 0; i < e->n; i++) {
		const bool on = str_eq(req_query(r, "by"), e->v[i].id);

		c[v->n_by++] = (struct choice){ e->v[i].id, e->v[i].name, on };
		chosen = on ? &e->v[i] : chosen;
	}
	v->by = c;
	return chosen;
}

static bool whole(struct req *r, const struct public_list *l, struct public_query *q, struct register_view *v, struct err *err)
{
	struct register_part *part = arena_one(r->a, struct register_part);
	const struct search_hit *hit;
	size_t n;
	bool more;

	if (!public_find(r, q, &hit, &n, &more, err) || !rows_of(r, l, hit, n, part, err))
		return false;
	v->part = part;
	v->n_part = part->n_row > 0;
	if (more && part->n_row)
		v->next = public_page_link(r, str_cstr(r->a, l->path), part->row[part->n_row - 1].code);
	if (q->after.n)
		v->first = public_page_link(r, str_cstr(r->a, l->path), (struct str){ 0 });
	return true;
}

/* Each value that something has, the newest of it. */
static bool parts(struct req *r, const struct public_list *l, struct public_query *q, struct register_view *v, struct err *err)
{
	const struct enum_def *e = values_of(l);
	struct register_part *part = arena_many(r->a, e->n, struct register_part);
	const struct search_hit *hit;
	size_t n;
	bool more;

	q->limit = PART_ROWS;
	q->n_only = 1;
	for (size_t i = 0; i < e->n; i++) {
		struct register_part *p = &part[v->n_part];

		q->only[0] = token_of(r, l, e->v[i].id);
		if (!public_find(r, q, &hit, &n, &more, err) || !rows_of(r, l, hit, n, p, err))
			return false;
		if (!p->n_row)
			continue;
		p->name = e->v[i].name;
		if (more) {
			struct str here = public_page_link(r, str_cstr(r->a, l->path), (struct str){ 0 });

			p->more = str_fmt(r->a, "%.*s%cby=%.*s", STR_FMT(here), str_chr(here, '?', 0) == SIZE_MAX ? '?' : '&', STR_FMT(e->v[i].id));
		}
		v->n_part++;
	}
	v->part = part;
	return true;
}

bool public_list_show(struct req *r, const struct public_list *l, struct err *err)
{
	struct public_query q = { .kind = l->kind ? str_cstr(r->a, l->kind->id) : "", .state = l->state, .typed = str_trim(req_query(r, "q")),
				  .after = req_query(r, "after"), .limit = PAGE_ROWS };
	struct register_view v = { .heading = l->heading, .says = l->says, .path = l->path, .q = q.typed, .link = l->link, .n_link = l->n_link };
	const struct choice_value *chosen = by_choice(r, l, &v);
	struct html h;

	public_frame_fill(r, l->heading, l->door, &v.frame);
	if (!public_organ_choice(r, &v.organ, &v.n_organ, &q.organ, err))
		return false;
	v.asked = q.typed.n || q.organ || chosen;
	if (chosen)
		q.only[q.n_only++] = token_of(r, l, chosen->id);
	if (l->kind && !(values_of(l) && !chosen ? parts(r, l, &q, &v, err) : whole(r, l, &q, &v, err)))
		return false;
	html_init(&h, r->a, HTML_MAX);
	page_public_register(&h, &v);
	return public_reply(r, 200, &h, err);
}
