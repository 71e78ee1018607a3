/* SPDX-License-Identifier: MulanPSL-2.0 */
/* kept.h - answers of tallies kept by block of matters (sql/0031_tally.sql); inside src/matter only. An answer holds for a block
 * until an event of one of its matters is written: what a tally reads changes by events alone. */
#ifndef MINGFA_MATTER_KEPT_H
#define MINGFA_MATTER_KEPT_H

#include "matter/duty.h"
#include "matter/inner.h"

/* How things stand: asked before the answers are, so that where each statement has a view of its own an answer may be newer than this,
 * never older. */
struct kept_state {
	int64_t newest;  /* event up to which answers hold */
	int64_t size;    /* ids of a block */
	size_t n;        /* blocks of all matters */
	bool *changed;   /* of each: something has happened since the answers were stored */
};
MUST_USE bool kept_state(struct turn *t, struct kept_state *ret, struct err *err);

/* A question is a statement and its values, bound in it or not. */
struct str kept_question(struct arena *a, struct str sql, const struct db_in *in, size_t n_in);
/* Whether anything is kept of it. */
MUST_USE bool kept_any(struct turn *t, struct str question, bool *ret, struct err *err);
/* The answer of each block; p is NULL where it is missing. */
MUST_USE bool kept_read(struct turn *t, const struct kept_state *s, struct str question, struct str **ret, struct err *err);
/* Adds the answer of a block that was counted after kept_state to what is to be stored. */
void kept_add(struct turn *t, const struct kept_state *s, struct str question, size_t block, struct str answer);
/* Under a new law questions are others: what was kept would stand there for good. */
MUST_USE bool kept_forget(struct db *db, struct err *err);

#endif
