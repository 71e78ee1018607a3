/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "web/asset.h"

#include <assert.h>

#define FOLDER STR("static/")

/* There are few: looked at one after the other. */
static const struct asset *find(struct str name)
{
	size_t n;
	const struct asset *all = asset_under(FOLDER, &n);

	for (size_t i = 0; i < n; i++) {
		if (str_eq(str_sub(all[i].name, FOLDER.n, all[i].name.n), name))
			return &all[i];
	}
	return NULL;
}

struct str asset_url(struct arena *a, const char *name)
{
	const struct asset *f = find(str_of(name));

	assert(f && "the page names a static file that is not embedded");
	return str_fmt(a, "/static/%s/%s", f->digest, name);
}

const struct asset *asset_at(struct str digest, struct str name)
{
	const struct asset *f = find(name);

	return f && str_is(digest, f->digest) ? f : NULL;
}
