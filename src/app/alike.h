/* SPDX-License-Identifier: MulanPSL-2.0 */
/* alike.h - 裁量辅助 (experience 3.6): the steps of the standard, how like cases were decided as a drawing and as a table, and
 * the dozen most alike; beside a form, and on a page of its own. */
#ifndef MINGFA_APP_ALIKE_H
#define MINGFA_APP_ALIKE_H

#include "app/case.h"
#include "matter/alike.h"

#define ALIKE_BARS 20
#define ALIKE_FEW 8 /* fewer are drawn one by one: shares of so few say nothing */

struct alike_view {
	bool set, ready, few;
	const struct alike_line { /* a step of the standard */
		struct str name, says, range;
		size_t n;
		bool here;
	} *step;
	size_t n_step, n_compared;
	bool more;                /* older ones were not compared */
	struct str step_name, mine, said, range, bounds; /* bounds: 0.00元—100,000.00元, of the statute */
	size_t n_peer;
	/* The drawing: x from 0 to 1000, as wide as the peers, this case and its step reach; -1: not there. */
	struct str from, to;      /* ends of the axis */
	const struct alike_bar {
		int x, y, width, height;
		struct str range;
		size_t n;
	} *bar;
	size_t n_bar;
	int step_from, step_width, tenth, eight_width, quarter, half_width, middle, here;
	/* The statute's bounds, from 0 to 1000 */
	bool bounded;
	int bound_from, bound_width, bound_here;
	struct str tenth_said, quarter_said, middle_said, three_quarters_said, nine_tenths_said;
	const struct reason_view *warned;
	size_t n_warned;
	const struct alike_like {
		struct str name, href, year, step, amount;
	} *like;
	size_t n_like;
};
struct alike_page_view {
	struct frame frame;
	struct str title, title_href;
	struct alike_view alike;
};

/* ac: the action beside whose form it stands (NULL: none); refused: what stands against it, of which the warning that the
 * definition names is told here. */
void alike_fill(struct req *r, const struct snap *m, const struct action *ac, const struct alike *a, const struct refusal *refused,
		size_t n_refused, struct alike_view *ret);

/* Routes. */
bool alike_show(struct req *r, struct err *err);

#endif
