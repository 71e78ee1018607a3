/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/snap.h"

#include <string.h>

/* A matter of 500 rows of 40 columns has about 400 kB; beyond this the form refused it. */
#define SNAP_MAX (8u << 20)

/* Fields and numbers in order of id: '#' sorts before all letters, so numbers come first. */
static size_t *field_order(struct arena *a, const struct kind *k)
{
	size_t *at = arena_many(a, k->n_field, size_t), j;

	for (size_t i = 0; i < k->n_field; i++) {
		for (j = i; j > 0 && str_cmp(k->field[at[j - 1]].id, k->field[i].id) > 0; j--)
			at[j] = at[j - 1];
		at[j] = i;
	}
	return at;
}

static size_t *number_order(struct arena *a, const struct kind *k)
{
	size_t *at = arena_many(a, k->n_number, size_t), j;

	for (size_t i = 0; i < k->n_number; i++) {
		for (j = i; j > 0 && str_cmp(k->number[at[j - 1]].id, k->number[i].id) > 0; j--)
			at[j] = at[j - 1];
		at[j] = i;
	}
	return at;
}

struct str snap_put(struct arena *a, const struct snap *s)
{
	const struct kind *k = s->kind;
	size_t *field = field_order(a, k), *number = number_order(a, k);
	struct buf b;
	struct json_out o = { .b = &b };

	buf_init(&b, a, SNAP_MAX);
	json_open(&o, NULL, '{');
	if (s->query_code.n)
		json_out_str(&o, "#", s->query_code);
	for (size_t i = 0; i < k->n_number; i++)
		if (s->number[number[i]].n)
			val_put_json(&o, str_fmt(a, "#%.*s", STR_FMT(k->number[number[i]].id)),
				     val_text(T_TEXT, s->number[number[i]]));
	for (size_t i = 0; i < k->n_field; i++) {
		struct val v = s->field[field[i]];

		if (!val_is_null(v) && !(type_is_list(v.t) && !v.list->n))
			val_put_json(&o, k->field[field[i]].id, v);
	}
	json_close(&o, '}');
	return buf_str(&b);
}

/* Stored keys come in order of id, as the kind keeps its fields: each is found behind the one before it. */
static const struct field *next_field(const struct kind *k, struct str id, size_t *at)
{
	int cmp = 1;

	while (k->by_id && *at < k->n_field && (cmp = str_cmp(k->by_id[*at]->id, id)) < 0)
		++*at;
	return cmp == 0 ? k->by_id[(*at)++] : kind_field(k, id);
}

bool snap_get(struct arena *a, struct str text, struct snap *s, struct err *err)
{
	const struct kind *k = s->kind;
	const struct json *doc, *m;
	struct val *field = arena_many(a, k->n_field, struct val);
	struct str *number = arena_many(a, k->n_number, struct str);
	size_t at = 0;

	if (!json_read(a, text, &doc, err))
		return err_wrap(err, "snapshot of matter %lld", (long long)s->id);
	if (doc->type != JSON_OBJECT)
		return err_set(err, ERR_BAD_INPUT, "办件的存储内容不是对象");
	json_each(m, doc)
	{
		bool is_number = m->key.n && m->key.p[0] == '#';
		const struct field *f = is_number ? NULL : next_field(k, m->key, &at);
		const struct number *n =
			is_number ? kind_number(k, str_sub(m->key, 1, m->key.n)) : NULL;

		if (f)
			field[f->index] = val_of_json(a, &f->type, m);
		if (str_is(m->key, "#") && m->type == JSON_STRING)
			s->query_code = m->text;
		if (n && m->type == JSON_STRING && !str_blank(m->text))
			number[n->index] = m->text;
	}
	s->field = field;
	s->number = number;
	return true;
}

static void *copied(struct arena *a, const void *p, size_t n)
{
	return p && n ? memcpy(arena_raw(a, n), p, n) : arena_alloc(a, n);
}

struct snap *snap_dup(struct arena *a, const struct snap *s)
{
	struct snap *d = arena_one(a, struct snap);

	*d = *s;
	d->field = copied(a, s->field, s->kind->n_field * sizeof(*d->field));
	d->number = copied(a, s->number, s->kind->n_number * sizeof(*d->number));
	return d;
}
