/* SPDX-License-Identifier: MulanPSL-2.0 */
/* rank.h - which of a few thousand texts are most like one text: BM25 over pairs of Chinese characters and words (cut.h).
 *
 * A text has parts with weights: what stands in a part of weight 3 counts as if it stood there three times, in what a text
 * has of a token and in how long it is (BM25F with one document). k1 = 1.2, b = 0.75, idf = ln(1 + (N - n + 0.5) / (n + 0.5)).
 * Scores are rounded to a millionth before they are compared, and equal ones go by the greater key, so that the same texts
 * give the same order on every machine and database.
 *
 *	struct rank *r = rank_new(a, query, n);
 *	rank_add(r, key, part, n);  once a text
 *	n = rank_best(r, best, 12);
 */
#ifndef MINGFA_BASE_RANK_H
#define MINGFA_BASE_RANK_H

#include "base/str.h"

#define RANK_TEXTS 2000  /* texts compared: the newest of one item; a page reads so many in some 20 ms */
#define RANK_TOKENS 2000 /* different tokens of the query; later ones are left out */
#define RANK_CHARS 2000  /* characters read of a part: what a fact needs; a longer one is read so far */

struct rank_part {
	struct str text;
	int weight; /* from 1 to 100 */
	bool whole; /* the text is one token: the id of a choice */
};
struct ranked {
	int64_t key;
	int64_t score; /* in millionths */
};

struct rank;
/* Lives in a. The parts are read at once. */
struct rank *rank_new(struct arena *a, const struct rank_part *query, size_t n);
/* One more text; false, and nothing is added, when there are RANK_TEXTS. */
bool rank_add(struct rank *r, int64_t key, const struct rank_part *part, size_t n);
/* The most similar at most `most` texts, best first; those that share no token are left out. */
size_t rank_best(const struct rank *r, struct ranked *ret, size_t most);

#endif
