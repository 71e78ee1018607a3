/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/expr_ast.h"

#define NEAR_MAX 40 /* ids have at most 40 characters */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits between two ids; two neighbours changing places are one edit. */
static size_t distance(struct str a, struct str b)
{
	size_t row[3][NEAR_MAX + 1];

	if (a.n > NEAR_MAX || b.n > NEAR_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		const size_t *above = row[(i - 1) % 3], *two = row[(i + 1) % 3];
		size_t *here = row[i % 3];

		here[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			here[j] = least(least(above[j], here[j - 1]) + 1,
					above[j - 1] + (a.p[i - 1] != b.p[j - 1]));
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				here[j] = least(here[j], two[j - 2] + 1);
		}
	}
	return row[a.n % 3][b.n];
}

void near_start(struct near *n, struct str want)
{
	*n = (struct near){ .want = want, .distance = SIZE_MAX };
}

void near_try(struct near *n, struct str name)
{
	size_t d = distance(n->want, name);
	size_t longer = n->want.n > name.n ? n->want.n : name.n;
	/* fine_amount for fine: a name that begins like the other is near, too */
	bool begins = n->want.n >= 3 && name.n >= 3
		      && (str_starts(n->want, name) || str_starts(name, n->want));

	if (d < n->distance && (d <= 1 + longer / 4 || begins)) {
		n->distance = d;
		n->best = name;
	}
}

bool near_hint(struct diag *d, const struct near *n)
{
	if (!n->best.n)
		return false;
	diag_hint(d, "是不是“%.*s”", STR_FMT(n->best));
	return true;
}
