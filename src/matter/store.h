/* SPDX-License-Identifier: MulanPSL-2.0 */
/* store.h - the rows that one act writes; inside src/matter only. */
#ifndef MINGFA_MATTER_STORE_H
#define MINGFA_MATTER_STORE_H

#include "matter/inner.h"

/* The matter's row (a new one gets its id) with the earliest due and yellow of its clocks. */
MUST_USE bool store_snap(struct step *s, int64_t due, int64_t yellow, struct err *err);
MUST_USE bool store_due(struct turn *t, int64_t matter, int64_t due, int64_t yellow, struct err *err);
MUST_USE bool store_holder_due(struct turn *t, int64_t matter, int64_t due, struct err *err);
MUST_USE bool store_event(struct step *s, struct err *err); /* sets s->event */
MUST_USE bool store_keys(struct turn *t, const struct snap *old, const struct snap *new, struct err *err);
/* The keys of one field anew, whatever was there. */
MUST_USE bool store_key(struct turn *t, const struct snap *m, const struct field *f, struct err *err);
MUST_USE bool store_recused(struct step *s, struct err *err);
MUST_USE bool store_links(struct step *s, struct err *err);
MUST_USE bool store_people(struct step *s, int64_t due, struct err *err); /* readers and holders */
MUST_USE bool store_papers(struct step *s, struct err *err);
MUST_USE bool store_projections(struct turn *t, const struct snap *m, struct err *err);
/* Whether what store_projections would write stands there. */
MUST_USE bool store_projections_same(struct db *db, struct arena *a, const struct snap *m, bool *ret, struct err *err);

/* ahead.c: what is known to be asked is sent together; what is read is read before anything is written. */
MUST_USE bool act_ahead(struct turn *t, const struct act *act, struct err *err);
MUST_USE bool read_before(struct step *s, struct err *err);
MUST_USE bool people_before(struct step *s, struct err *err);
MUST_USE bool matter_ahead(struct turn *t, int64_t id, struct err *err);
MUST_USE bool clocks_ahead(struct turn *t, int64_t matter, struct err *err);
MUST_USE bool people_ahead(struct turn *t, int64_t matter, struct err *err);
MUST_USE bool posts_ahead(struct turn *t, const struct actor *who, struct err *err);
MUST_USE bool recused_ahead(struct turn *t, int64_t matter, int64_t person, struct err *err);
MUST_USE bool may_see_ahead(struct turn *t, int64_t matter, struct err *err);
MUST_USE bool timers_ahead(struct turn *t, struct err *err);

/* Whether an action may be done in a state, rights aside; open never. */
bool action_stands(const struct action *ac, const struct state *st);
/* The principals for whom a matter waits. */
MUST_USE bool snap_holders(struct turn *t, const struct snap *m, struct eval *ev, struct principals *ret,
			   struct err *err);
MUST_USE bool snap_actors(struct turn *t, const struct snap *m, struct eval *ev, bool next, struct principals *ret,
			  struct err *err);
/* see.c: 现由谁办. */
MUST_USE bool holder_names(struct turn *t, const struct snap *m, struct eval *ev, struct str *ret, struct err *err);

#endif
