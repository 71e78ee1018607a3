/* SPDX-License-Identifier: MulanPSL-2.0 */
/* process.h - the processes that serve one database, and how they know each other's work from work that was left.
 *
 * Each keeps a row with its machine, its number and its last beat; what it takes in hand carries its code. Work whose
 * process has left, or has not been heard of for PROCESS_LOST_MS, is nobody's: whoever finds it ends it. Beats are of the
 * machines' clocks, which should not differ by more than half a minute. */
#ifndef MINGFA_APP_PROCESS_H
#define MINGFA_APP_PROCESS_H

#include "app/app.h"

#define PROCESS_BEAT_MS 20000
#define PROCESS_LOST_MS ((int64_t)90 * 1000) /* four beats, and a slow disk */

/* Follower: beats; its last round takes the row away. */
void process_work(struct app *app, struct follower *f);
/* In the writing turn: this process is alive. Whoever takes work in hand says so with it. */
MUST_USE bool process_beat(struct db *db, const struct app *app, struct err *err);
/* A process that was heard of since then is alive. */
int64_t process_alive_since(void);

#endif
