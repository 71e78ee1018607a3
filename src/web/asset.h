/* SPDX-License-Identifier: MulanPSL-2.0 */
/* asset.h - addresses of the embedded static files. The digest is a folder of the address, so that a file may be
 * kept for ever by browsers and relative links inside it still work: /static/DIGEST/htmx.min.js. */
#ifndef MINGFA_WEB_ASSET_H
#define MINGFA_WEB_ASSET_H

#include "base/asset.h"
#include "web/req.h"

/* "/static/DIGEST/name" for "name" below static/; aborts on a name that is not embedded: pages name constants. */
struct str asset_url(struct arena *a, const char *name);
/* The file for digest and rest of such an address; NULL unless both fit. */
const struct asset *asset_at(struct str digest, struct str name);

/* Route /static/{digest}/{name}: a year, since another content has another address; compressed (tools/packed.sh) where the
 * browser takes that. Pages are not compressed: they carry tokens beside what others typed. */
bool asset_get(struct req *r, struct err *err);

#endif
