/* SPDX-License-Identifier: MulanPSL-2.0 */
/* practice.h - 练习县: a data folder in which people learn. It is made by `mingfa init --practice` on SQLite only, knows by the
 * rows of `practice` that it is one, says so on every page and paper, and tells nothing to other systems. Its people are
 * anybody's, except the three administrators; the system administrator can begin it again. A real folder has no such
 * rows and refuses all of this. */
#ifndef MINGFA_APP_PRACTICE_H
#define MINGFA_APP_PRACTICE_H

#include "app/frame.h"

#define PRACTICE_SAYS "练习数据，不产生法律效力"

/* What a table or an answer of a practice county says of itself; empty: it is a real one. */
struct str practice_mark(const struct app *app);

/* Whether the database is a practice county's. */
MUST_USE bool practice_known(struct db *db, struct arena *a, bool *ret, struct err *err);
/* Makes DIR/.practice-again anew with the passwords of DIR and moves it to DIR's place; the program must not have DIR open.
 * ERR_FORBIDDEN for a folder that is no practice county: nothing is touched. A broken-off move is finished by
 * practice_finish. */
MUST_USE bool practice_again(const struct app_config *config, struct err *err);
/* What an earlier practice_again left behind in DIR: finished when all of it had been made, else taken away. */
MUST_USE bool practice_finish(const char *dir, struct err *err);

struct exercise_view {
	struct str id, title, task, as, as_code, href;
	bool done, mine; /* mine: the person who is here */
};

struct practice_view {
	struct frame frame;
	const struct exercise_view *exercise;
	size_t n_exercise, n_done;
	const struct practice_person {
		struct str code, name, roles, organ;
	} *person;
	size_t n_person;
	bool again; /* the question before beginning again */
};

struct tour_view {
	struct frame frame;
	struct str site; /* address of a practice county; empty: none is known */
};

/* Routes. */
bool practice_show(struct req *r, struct err *err);
bool practice_as(struct req *r, struct err *err);
bool practice_again_show(struct req *r, struct err *err);
bool practice_again_post(struct req *r, struct err *err);

#endif
