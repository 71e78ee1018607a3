/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/expr_ast.h"

#define NEAR_MAX 40 /* ids have at most 40 characters */

/* Edits between two ids (Levenshtein), one row at a time. */
static size_t distance(struct str a, struct str b)
{
	size_t row[NEAR_MAX + 1];

	if (a.n > NEAR_MAX || b.n > NEAR_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t change = diagonal + (a.p[i - 1] != b.p[j - 1]);
			size_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;

			diagonal = row[j];
			row[j] = change < best ? change : best;
		}
	}
	return row[b.n];
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
	bool begins = n->want.n >= 3 && name.n >= 3 && (str_starts(n->want, name) || str_starts(name, n->want));

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
