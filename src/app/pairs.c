/* SPDX-License-Identifier: MulanPSL-2.0 */
/* pairs.c - what was typed, kept as pairs of name and text; the shape in which drafts are stored. */
#include <string.h>

#include "app/input.h"
#include "base/json.h"

#define PAIRS_MOST 20000              /* a table of 500 rows with 40 columns */
#define DRAFT_MOST ((size_t)4 << 20)

void pairs_add(struct pairs *p, struct str name, struct str value)
{
	if (p->n == PAIRS_MOST)
		return;
	if (p->n == p->cap) {
		struct pair *bigger = arena_many(p->a, p->cap ? 2 * p->cap : 64, struct pair);

		if (p->n)
			memcpy(bigger, p->v, p->n * sizeof(*bigger));
		p->v = bigger;
		p->cap = p->cap ? 2 * p->cap : 64;
	}
	p->v[p->n++] = (struct pair){ name, value };
}

static const struct pair *find(const struct pairs *p, struct str name)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->v[i].name, name))
			return &p->v[i];
	return NULL;
}

struct str pairs_get(const struct pairs *p, struct str name)
{
	const struct pair *x = find(p, name);

	return x ? x->value : (struct str){ 0 };
}

bool pairs_has(const struct pairs *p, struct str name)
{
	return find(p, name) != NULL;
}

void pairs_drop(struct pairs *p, struct str name)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (!str_eq(p->v[i].name, name))
			p->v[n++] = p->v[i];
	p->n = n;
}

static bool under(struct str pair, struct str name)
{
	return str_starts(pair, name) && (pair.n == name.n || pair.p[name.n] == '.');
}

size_t pairs_under(const struct pairs *p, struct str name)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += under(p->v[i].name, name);
	return n;
}

static bool has_pair(const struct pairs *p, const struct pair *x)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->v[i].name, x->name) && str_eq(p->v[i].value, x->value))
			return true;
	return false;
}

/* What is empty and what is not there say the same. */
static bool holds(const struct pairs *x, const struct pairs *y, struct str name)
{
	for (size_t i = 0; i < x->n; i++)
		if (under(x->v[i].name, name) && x->v[i].value.n && !has_pair(y, &x->v[i]))
			return false;
	return true;
}

bool pairs_same(const struct pairs *x, const struct pairs *y, struct str name)
{
	return holds(x, y, name) && holds(y, x, name);
}

void pairs_take(struct pairs *p, const struct pairs *from, struct str name)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (!under(p->v[i].name, name))
			p->v[n++] = p->v[i];
	p->n = n;
	for (size_t i = 0; i < from->n; i++)
		if (under(from->v[i].name, name))
			pairs_add(p, from->v[i].name, from->v[i].value);
}

struct str pairs_json(const struct pairs *p)
{
	struct buf b;
	struct json_out o = { .b = &b };

	buf_init(&b, p->a, DRAFT_MOST);
	json_open(&o, NULL, '[');
	for (size_t i = 0; i < p->n; i++) {
		json_open(&o, NULL, '[');
		json_out_str(&o, NULL, p->v[i].name);
		json_out_str(&o, NULL, p->v[i].value);
		json_close(&o, ']');
	}
	json_close(&o, ']');
	return buf_ok(&b) ? buf_str(&b) : STR("[]");
}

bool pairs_read(struct str json, struct pairs *ret, struct err *err)
{
	const struct json *doc, *x;

	if (!json_read(ret->a, json, &doc, err))
		return false;
	json_each(x, doc) {
		const struct json *name = json_first(x), *value = name ? json_next(x, name) : NULL;

		if (value)
			pairs_add(ret, name->text, value->text);
	}
	return true;
}
