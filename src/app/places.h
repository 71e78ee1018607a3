/* SPDX-License-Identifier: MulanPSL-2.0 */
/* places.h - where one is signed in (我的账号): shown to nobody else, and ended from there. */
#ifndef MINGFA_APP_PLACES_H
#define MINGFA_APP_PLACES_H

#include "app/sign.h"

/* Windows 7 · 360浏览器: system and browser as far as the program's own name tells; empty name: 没有说明. */
struct str device_name(struct arena *a, struct str agent);

MUST_USE bool places_read(struct req *r, struct me_view *v, struct err *err);

/* Route: POST /me/sessions with do = others, or end and id. */
bool places_post(struct req *r, struct err *err);

#endif
