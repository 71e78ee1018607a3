/* SPDX-License-Identifier: MulanPSL-2.0 */
/* demo.h - the demonstration county (law/demo/demo.yaml) and the practice county (law/demo/practice.yaml): organs, people
 * and matters in every stage, acted out by the engine at set times relative to today, so that lights of all colours
 * are there on the first day. The practice county also has exercises (practice.h). */
#ifndef MINGFA_APP_DEMO_H
#define MINGFA_APP_DEMO_H

#include "app/app.h"

#define DEMO_FILE "demo/demo.yaml"
#define PRACTICE_FILE "demo/practice.yaml"

/* Acts out a file in app's database and writes DIR/accounts.txt (0600): login, password, name, role, organ.
 * kept: the text of an earlier accounts.txt whose passwords stay; may be empty. */
MUST_USE bool demo_make(struct app *app, const char *file, struct str kept, struct err *err);

#endif
