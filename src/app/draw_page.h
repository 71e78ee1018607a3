/* SPDX-License-Identifier: MulanPSL-2.0 */
/* draw_page.h - a draw in seven steps (experience 3.9): on the working side, projected on a wall, and for the public. */
#ifndef MINGFA_APP_DRAW_PAGE_H
#define MINGFA_APP_DRAW_PAGE_H

#include "app/case.h"
#include "app/public.h"
#include "matter/draw_view.h"

#define DRAW_STEPS 7

struct draw_act {
	struct str name, href;
	bool first;
};
struct draw_step {
	const char *number, *name, *state, *mark; /* state: done, now, later */
	const char *what;                         /* 这一步在做什么 */
	struct fact fact[10];
	size_t n;
	struct str left;                          /* 00:14:20 until the public value; empty: none */
	int64_t left_s;
};
struct draw_row {
	struct str place, target, members, key;
};
struct draw_page_view {
	struct frame frame;
	struct str title, code, about, state, css;
	bool numbers;             /* projection: no names */
	const struct fact *watch; /* supervisors, and whether they are there */
	size_t n_watch;
	bool whole;
	struct draw_step step[DRAW_STEPS];
	const struct draw_act *act;
	size_t n_act;
	const struct draw_row *row; /* drawn, for who sees them */
	size_t n_row;
};
/* The seven steps as far as they went; value and seed only where v->open. */
void draw_steps(struct arena *a, const struct draw_view *v, int64_t now, struct draw_step ret[DRAW_STEPS]);

bool draw_show(struct req *r, struct err *err);
bool draw_whole(struct req *r, struct err *err);

struct draw_known {
	struct str href, id, when, at, state;
};
struct draws_view {
	struct public_frame frame;
	const struct draw_known *row;
	size_t n_row;
};
struct public_draw_view {
	struct public_frame frame;
	struct str title, code, state;
	bool open;
	const struct fact *commit, *made;
	size_t n_commit, n_made;
	const struct fact *reckon; /* seed and first key, as commands that anyone can type */
	size_t n_reckon;
	const struct draw_row *row;
	size_t n_row;
	const struct fact *spare;
	size_t n_spare;
	const struct fact *told; /* what `portal` of the kind tells beside: how it went, what came of it */
	size_t n_told;
};
bool draws_show(struct req *r, struct err *err);
bool public_draw_show(struct req *r, struct err *err);
bool public_draw_json(struct req *r, struct err *err);

#endif
