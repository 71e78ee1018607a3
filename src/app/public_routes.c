/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The public side: what anyone may ask for, nothing else. */
#include "app/gate.h"
#include "base/asset.h"
#include "web/asset.h"

static bool static_show(struct req *r, struct err *err)
{
	const struct asset *f = asset_at(req_param(r, "digest"), req_param(r, "name"));

	if (!f)
		return err_set(err, ERR_NOT_FOUND, "没有这个文件");
	reply_header(r, "Cache-Control", STR("public, max-age=31536000, immutable"));
	return reply_static(r, str_cstr(r->a, f->type), f->data.p, f->data.n);
}

const struct route public_routes[] = {
	{ METHOD_GET, "/static/{digest}/{name}", static_show, AUDIENCE_PUBLIC, "styles and icons" },
};
const size_t n_public_routes = ARRAY_LEN(public_routes);
