/* SPDX-License-Identifier: MulanPSL-2.0 */
/* cut.h - text cut for full-text search and for finding what is alike (base/rank.h): Chinese into overlapping pairs of characters (bigrams), the rest
 * into words of letters and digits, in lower case, parted by blanks. 行政处罚法2021 gives
 * 行政 政处 处罚 罚法 法 2021. The last character of a run stands alone too, so that a search for one
 * character is a search for the beginnings of tokens. */
#ifndef MINGFA_BASE_CUT_H
#define MINGFA_BASE_CUT_H

#include "base/buf.h"
#include "base/str.h"

/* Calls token for each pair and word of s in order, also for a character that stands alone; s is in lower case. */
void cut_each(struct str s, void (*token)(void *ctx, struct str t), void *ctx);
/* Appends the tokens of s to out. */
void cut_text(struct buf *out, struct str s);

/* The tokens that a typed query asks for, all of them (AND). prefix: the last one is a single character
 * and asks for beginnings. At most 20 tokens: a longer query is cut. */
#define CUT_TOKENS 20
struct cut_query {
	struct str token[CUT_TOKENS];
	bool prefix[CUT_TOKENS];
	size_t n;
	struct str phrase[CUT_TOKENS]; /* what the user typed between blanks, in lower case: hits are rechecked with these */
	size_t n_phrase;
};
void cut_query(struct arena *a, struct str typed, struct cut_query *ret);
/* Whether text contains every phrase (ASCII without regard to case). */
bool cut_matches(struct arena *a, const struct cut_query *q, struct str text);

#endif
