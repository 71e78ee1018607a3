/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "web/http.h"

#define ROUTE_PARAMS 6 /* the longest address has three */

/* Whether the path fits the pattern; the segments in {…} go to param. */
static bool fits(struct str pattern, struct str path, struct arena *a, struct form_data *ret)
{
	struct form_pair *param = arena_many(a, ROUTE_PARAMS, struct form_pair);
	struct str want, have;
	size_t n = 0;

	while (str_cut(&pattern, '/', &want)) {
		if (!str_cut(&path, '/', &have))
			return false;
		if (want.n && want.p[0] == '{') {
			if (!have.n || n == ROUTE_PARAMS)
				return false;
			param[n].name = str_sub(want, 1, want.n - 1);
			if (!form_unescape(a, have, false, &param[n].value))
				return false;
			n++;
		} else if (!str_eq(want, have)) {
			return false;
		}
	}
	*ret = (struct form_data){ param, n };
	return !path.p;
}

const struct route *route_match(const struct route *route, size_t n, enum method m, struct str path,
				struct arena *a, struct form_data *ret_param, unsigned *ret_allowed)
{
	*ret_allowed = 0;
	for (size_t i = 0; i < n; i++) {
		if (!fits(str_of(route[i].path), path, a, ret_param))
			continue;
		if (route[i].method == m)
			return &route[i];
		*ret_allowed |= 1u << route[i].method;
	}
	return NULL;
}
