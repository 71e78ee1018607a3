/* SPDX-License-Identifier: MulanPSL-2.0 */
/* ratings.h - 入企检查评价: what enterprises said of visits (public_visit.c). The bureau of justice reads each rating; an organ
 * that inspects sees sums, and only of whole batches of five, so that no two sums differ by one. */
#ifndef MINGFA_APP_RATINGS_H
#define MINGFA_APP_RATINGS_H

#include "app/frame.h"

struct ratings_view {
	struct frame frame;
	bool bureau; /* reads single ones */
	const struct rating_sum {
		struct str organ;
		int64_t n, card, pair, gain; /* how many said yes */
		struct str stars;            /* 4.2 */
	} *sum;
	size_t n_sum;
	const struct rating_line {
		struct str organ, day, words, stars;
		int64_t card, pair, gain;
	} *line;
	size_t n_line;
};

bool ratings_show(struct req *r, struct err *err);

/* A follower: what of earlier days reports profit-seeking becomes a lead of the bureau (乱检查线索). Not at once, since the
 * instant of the lead would be that of the rating. */
void ratings_work(struct app *app, struct follower *f);

#endif
