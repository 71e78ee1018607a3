/* SPDX-License-Identifier: MulanPSL-2.0 */
/* demo.h - the demonstration county (law/demo/demo.yaml): organs, people and matters in every stage, acted out
 * by the engine at set times relative to today, so that lights of all colours are there on the first day. */
#ifndef MINGFA_APP_DEMO_H
#define MINGFA_APP_DEMO_H

#include "app/app.h"

/* Acts it out in app's database and writes DIR/accounts.txt (0600): login, password, name, role. */
MUST_USE bool demo_make(struct app *app, struct err *err);

#endif
