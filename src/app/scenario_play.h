/* SPDX-License-Identifier: MulanPSL-2.0 */
/* scenario_play.h - one scenario being acted out; between the files scenario*.c only. */
#ifndef MINGFA_APP_SCENARIO_PLAY_H
#define MINGFA_APP_SCENARIO_PLAY_H

#include "app/scenario.h"
#include "app/story.h"

struct play {
	const struct scenario *sc;
	struct story st;
	struct arena *a;
	struct outcome *out;
	int step;         /* from 1; 0: before the first */
	int64_t organ;    /* of the first person: whose matters are given when nothing else says it */
	int64_t told_from; /* messages after this one belong to the last act */
};

/* Says why the scenario fails at a node and returns false. */
bool play_unlike(struct play *p, const struct ynode *at, const char *fmt, ...) PRINTF(3, 4);
/* The same for an error of the program or a step that cannot be read. */
bool play_broke(struct play *p, const struct ynode *at, const struct err *err);
/* The matter, person or organ that a node names. */
bool play_name(struct play *p, const struct ynode *at, int64_t *ret);
bool play_actor(struct play *p, const struct ynode *at, struct str name, struct actor *ret);
/* A value of a type as written in YAML. */
bool play_value(struct play *p, const struct type *t, const struct ynode *y, struct val *ret);
/* Whether a value is what y says; parties and rows by the parts that y names. */
bool play_fits(struct play *p, const struct type *t, struct val v, const struct ynode *y, bool *ret);
/* The value in words. */
struct str play_words(struct play *p, struct val v);
/* What a name in `fields` or `with` stands for on a matter: field, number, term or built-in. */
bool play_read(struct play *p, const struct matter_view *m, const struct ynode *y, struct type *ret_type,
	       struct val *ret);

/* All of it, in a transaction that the caller takes back. */
void scenario_play(struct engine *e, struct db *db, struct arena *a, const struct scenario *sc, struct outcome *ret);

/* Draws what was made into a folder, TEMPLATE.pdf and .ofd, the first of each template that anybody drew there. */
MUST_USE bool scenario_draw(struct engine *e, struct db *db, struct arena *a, const char *folder, struct err *err);

/* What was made so far becomes PDF, as the program does soon after an act. */
bool play_drawn(struct play *p, const struct ynode *y);
bool play_see(struct play *p, const struct ynode *y);
bool play_find(struct play *p, const struct ynode *y);
bool play_duty(struct play *p, const struct ynode *y);
bool play_report(struct play *p, const struct ynode *y);
bool play_export(struct play *p, const struct ynode *y);

#endif
