/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/region.h"

#include <stdlib.h>

#include "base/csv.h"

#define FILE_NAME "data/divisions-shanxi.csv"
#define LEVELS_MOST 5

struct regions {
	struct region *v; /* by code */
	size_t n;
};

static int by_code(const void *a, const void *b)
{
	const struct region *x = a, *y = b;

	return str_cmp(x->code, y->code);
}

bool regions_load(struct arena *a, const struct law_files *files, const struct regions **ret, struct err *err)
{
	struct regions *r = arena_one(a, struct regions);
	struct csv t = { 0 };

	for (size_t i = 0; i < files->n; i++)
		if (str_is(str_of(files->v[i].path), FILE_NAME) && !csv_read(a, files->v[i].text, ',', &t, err))
			return err_wrap(err, "%s", FILE_NAME);
	r->v = arena_many(a, t.rows, struct region);
	for (size_t i = 0; i < t.rows; i++)
		r->v[r->n++] = (struct region){ csv_cell(&t, i, csv_column(&t, "code")), csv_cell(&t, i, csv_column(&t, "name")),
						csv_cell(&t, i, csv_column(&t, "parent")) };
	if (r->n)
		qsort(r->v, r->n, sizeof(*r->v), by_code);
	*ret = r;
	return true;
}

const struct region *region_find(const struct regions *r, struct str code)
{
	const struct region key = { .code = code };

	return r->n ? bsearch(&key, r->v, r->n, sizeof(*r->v), by_code) : NULL;
}

struct str region_name(const struct regions *r, struct arena *a, struct str code)
{
	const struct region *x = region_find(r, code), *up[LEVELS_MOST];
	size_t n = 0;
	struct buf b;

	if (!x && code.n == 12)
		x = region_find(r, str_sub(code, 0, 9));
	if (!x)
		return code;
	for (; x && n < LEVELS_MOST; x = x->parent.n ? region_find(r, x->parent) : NULL)
		up[n++] = x;
	buf_init(&b, a, 500);
	while (n > 0)
		buf_add(&b, up[--n]->name);
	return buf_str(&b);
}

const struct region *regions_below(const struct regions *r, struct arena *a, struct str parent, size_t *ret_n)
{
	struct region *out = arena_many(a, r->n, struct region);
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->v[i].parent, parent))
			out[n++] = r->v[i];
	*ret_n = n;
	return out;
}
