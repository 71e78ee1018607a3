/* SPDX-License-Identifier: MulanPSL-2.0 */
/* hook_send.h - sends deliveries that are due, at most 20 a round; each may take 8 seconds. */
#ifndef MINGFA_APP_HOOK_SEND_H
#define MINGFA_APP_HOOK_SEND_H

#include "app/app.h"

MUST_USE bool hook_send_due(struct app *app, struct follower *f, struct err *err);

#endif
