/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/review.h"

#define MATERIALS_MOST 60

static const struct stmt st_content = { "review_content", "SELECT content FROM document WHERE code = $1" };

static bool is_material(const struct field *f)
{
	return str_find(f->group, STR("材料"), 0) != SIZE_MAX;
}

bool review_is(const struct kind *k, const struct action *ac)
{
	bool sheet = false, material = false;

	for (size_t i = 0; i < ac->n_form; i++)
		sheet = sheet || ac->form[i].field->type.tag == T_SHEET;
	for (size_t i = 0; sheet && i < k->n_field; i++)
		material = material || is_material(&k->field[i]);
	return material;
}

struct reviewing {
	struct shower *s;
	struct material *v;
	size_t n;
};

static bool is_empty(struct val v)
{
	return val_is_null(v) || (type_is_list(v.t) && (!v.list || !v.list->n));
}

static void files(struct reviewing *x, struct val v, struct material *m)
{
	struct arena *a = x->s->r->a;
	struct material_file *f = arena_many(a, v.list->n, struct material_file);

	for (size_t i = 0; i < v.list->n; i++) {
		const struct file_ref *ref = v.list->v[i].file;

		f[i] = (struct material_file){ .name = ref->name, .href = str_fmt(a, "/file/%.*s", STR_FMT(ref->digest)),
					       .pdf = str_is(ref->media, "application/pdf"),
					       .picture = str_starts(ref->media, STR("image/")) && !str_is(ref->media, "image/svg+xml") };
	}
	m->file = f;
	m->n_file = v.list->n;
	m->says = str_fmt(a, "%zu份", v.list->n);
}

/* What was handed in, and what was not: the law names the materials, the officer answers for them. */
static void handed_in(struct reviewing *x, const struct matter_view *m)
{
	for (size_t i = 0; i < m->n_field && x->n < MATERIALS_MOST; i++) {
		const struct field_view *f = &m->field[i];
		struct material *to = &x->v[x->n];

		if (f->hidden || !is_material(f->def)
		    || (f->def->type.tag != T_FILES && f->def->type.tag != T_NOTE))
			continue;
		*to = (struct material){ .name = f->def->name, .wanting = is_empty(f->v) };
		if (to->wanting && f->def->type.tag == T_NOTE)
			continue;
		if (to->wanting)
			to->says = STR("没有送交");
		else if (f->def->type.tag == T_FILES)
			files(x, f->v, to);
		else
			to->note = f->v.s;
		x->n++;
	}
}

static bool one_paper(struct reviewing *x, const struct paper_view *p, struct err *err)
{
	struct req *r = x->s->r;
	const struct db_in in[] = { db_str(p->code) };
	struct str content;
	const struct db_out out[] = { db_to_str(&content) };
	struct material *to = &x->v[x->n];

	if (!db_one(r->db, r->a, &st_content, DB_IN(in), DB_OUT(out), err))
		return false;
	*to = (struct material){ .name = p->name, .says = p->number };
	to->block = paper_blocks(r, content, NULL, (struct str){ 0 }, &to->n_block);
	x->n += to->n_block > 0;
	return true;
}

/* The papers of a matter that the review names, and what the definition makes of its facts. */
static bool of_case(struct reviewing *x, int64_t matter, struct form_view *v, struct err *err)
{
	struct req *r = x->s->r;
	const struct actor who = actor_of(r);
	struct case_view *c = arena_one(r->a, struct case_view);
	struct matter_view m;
	struct err hidden = { 0 };

	if (!matter_see(app_of(r)->engine, r->db, r->a, &who, matter, SEE_FIELDS | SEE_PAPERS | SEE_TERMS, &m, &hidden))
		return hidden.code == ERR_NOT_FOUND || err_set(err, hidden.code, "%s", hidden.msg);
	for (size_t i = 0; i < m.n_paper && x->n < MATERIALS_MOST; i++)
		if (!one_paper(x, &m.paper[i], err))
			return false;
	if (!case_contents(x->s, &m, c, err))
		return false;
	if (!v->case_found.n_field)
		v->case_found = c->terms;
	return true;
}

bool review_fill(struct shower *s, const struct matter_view *m, struct form_view *v, struct err *err)
{
	struct reviewing x = { .s = s };
	struct case_view *c = arena_one(s->r->a, struct case_view);

	x.v = arena_many(s->r->a, MATERIALS_MOST + 1, struct material);
	handed_in(&x, m);
	if (!case_contents(s, m, c, err))
		return false;
	v->found = c->terms;
	for (size_t i = 0; i < m->n_field; i++) {
		const struct field_view *f = &m->field[i];

		if (f->def->type.tag == T_REF && f->def->type.kind && f->def->type.kind->n_paper && !f->hidden && f->v.t == T_REF
		    && !of_case(&x, f->v.i, v, err))
			return false;
	}
	v->material = x.v;
	v->n_material = x.n;
	return true;
}
