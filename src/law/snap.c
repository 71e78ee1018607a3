/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/snap.h"

#include <stdlib.h>
#include <string.h>

#define SNAP_MAX ((size_t)8 << 20) /* 500 rows of 40 columns and notes of 20,000 characters need a quarter */

static int by_key(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static bool empty(struct val v)
{
	return val_is_null(v) || (type_is_list(v.t) && (!v.list || !v.list->n));
}

struct str snap_put(struct arena *a, const struct snap *s)
{
	const struct kind *k = s->kind;
	struct str *key = arena_many(a, k->n_field, struct str);
	struct json_out o = { 0 };
	size_t n = 0;
	struct buf b;

	buf_init(&b, a, SNAP_MAX);
	o.b = &b;
	json_open(&o, NULL, '{');
	/* '#' sorts before every letter, so numbers come first; their order is the kind's, which a version keeps. */
	for (size_t i = 0; i < k->n_number; i++) {
		if (!s->number[i].n)
			continue;
		json_key(&o, str_fmt(a, "#%.*s", STR_FMT(k->number[i].id)));
		json_out_str(&o, NULL, s->number[i]);
	}
	for (size_t i = 0; i < k->n_field; i++)
		if (!empty(s->field[i]))
			key[n++] = k->field[i].id;
	if (n > 1)
		qsort(key, n, sizeof(*key), by_key);
	for (size_t i = 0; i < n; i++)
		val_put_json(&o, key[i], s->field[kind_field(k, key[i])->index]);
	json_close(&o, '}');
	return buf_ok(&b) ? buf_str(&b) : (struct str){ 0 };
}

bool snap_get(struct arena *a, struct str text, struct snap *s, struct err *err)
{
	const struct kind *k = s->kind;
	const struct json *doc, *m;

	if (!json_read(a, text, &doc, err))
		return false;
	s->field = arena_many(a, k->n_field, struct val);
	s->number = arena_many(a, k->n_number, struct str);
	for (size_t i = 0; i < k->n_field; i++)
		s->field[i] = val_of_json(a, &k->field[i].type, NULL);
	json_each(m, doc) {
		const struct field *f;
		const struct number *n;

		if (m->key.n > 1 && m->key.p[0] == '#') {
			n = kind_number(k, str_sub(m->key, 1, m->key.n));
			if (n && m->type == JSON_STRING)
				s->number[n->index] = m->text;
			continue;
		}
		f = kind_field(k, m->key);
		if (f)
			s->field[f->index] = val_of_json(a, &f->type, m);
	}
	return true;
}

struct snap *snap_dup(struct arena *a, const struct snap *s)
{
	struct snap *copy = arena_one(a, struct snap);

	*copy = *s;
	copy->field = arena_many(a, s->kind->n_field, struct val);
	copy->number = arena_many(a, s->kind->n_number, struct str);
	if (s->kind->n_field)
		memcpy(copy->field, s->field, s->kind->n_field * sizeof(*copy->field));
	if (s->kind->n_number)
		memcpy(copy->number, s->number, s->kind->n_number * sizeof(*copy->number));
	return copy;
}
