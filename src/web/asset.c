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

/* Whether the browser takes gzip: the word among those it names, and not refused by q=0. */
static bool takes_gzip(struct req *r)
{
	struct str all = req_asked(r, "Accept-Encoding"), one, coding;

	while (str_cut(&all, ',', &one)) {
		struct str rest = str_trim(one);

		if (str_cut(&rest, ';', &coding) && str_is(str_trim(coding), "gzip"))
			return !str_is(str_trim(rest), "q=0");
	}
	return false;
}

bool asset_get(struct req *r, struct err *err)
{
	const struct asset *f = asset_at(req_param(r, "digest"), req_param(r, "name")), *packed;

	if (!f)
		return err_set(err, ERR_NOT_FOUND, "没有这个文件");
	reply_header(r, "Cache-Control", STR("public, max-age=31536000, immutable"));
	packed = asset_find(str_fmt(r->a, "packed/%.*s", STR_FMT(req_param(r, "name"))));
	if (!packed)
		return reply_static(r, str_cstr(r->a, f->type), f->data.p, f->data.n);
	reply_header(r, "Vary", STR("Accept-Encoding"));
	if (!takes_gzip(r))
		return reply_static(r, str_cstr(r->a, f->type), f->data.p, f->data.n);
	reply_header(r, "Content-Encoding", STR("gzip"));
	return reply_static(r, str_cstr(r->a, f->type), packed->data.p, packed->data.n);
}
