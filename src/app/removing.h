/* SPDX-License-Identifier: MulanPSL-2.0 */
/* removing.h - carries out what approved lists let go (matter/removal.h): one matter a turn, then the files. What was begun
 * before a crash goes on after the next start: orders and marks stand in the database. */
#ifndef MINGFA_APP_REMOVING_H
#define MINGFA_APP_REMOVING_H

#include "app/app.h"

/* Follower: files of the data folder. What stands in an object store goes by moving_work, the thread that puts it there. */
void removing_work(struct app *app, struct follower *f);

#endif
