/* SPDX-License-Identifier: MulanPSL-2.0 */
/* gate.h - what every request of both sides passes: its session, the pause while overdue acts of the law are
 * caught up with, error pages; and the tables of routes. */
#ifndef MINGFA_APP_GATE_H
#define MINGFA_APP_GATE_H

#include "app/app.h"

extern const struct route working_routes[];
extern const size_t n_working_routes;
extern const struct route public_routes[];
extern const size_t n_public_routes;

struct app *app_of(const struct req *r);
/* Who asks: the signed-in person in the identity in force. */
struct actor actor_of(const struct req *r);
/* The program's time. */
int64_t now_of(const struct req *r);

/* Writes the session's last use; nobody waits for it. */
void gate_touch(struct req *r, struct str token);

/* Callbacks of struct http_config. */
bool gate_session(struct req *r, const struct session **ret, struct err *err);
bool gate_may_write(struct req *r, struct err *err);
void gate_error(struct req *r, const struct err *err);

#endif
