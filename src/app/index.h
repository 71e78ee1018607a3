/* SPDX-License-Identifier: MulanPSL-2.0 */
/* index.h - the full-text index as the program uses it: how rights and filters are spelled as tokens, and the
 * question that lists and searches ask. The indexer writes by the same spelling.
 *
 * Tokens of an entry: for each row of matter_reader p_ + principal with ':' as '_' (p_user_9, p_organ_7,
 * p_role_7_legal, p_public); k_ + kind; s_ + state; o_ + organ's id; y_ + year of opening (Shanghai).
 * On the public side also e_ + field _ value for each enumerated field among the list's filters (e_category_licence_act).
 *
 * Papers (SEARCH_PAPERS): one entry for each piece of its text, subject INDEX_PIECE(document, n-th of them), so that a long
 * record is found by its last page too; words that stand in two pieces are not found together. Where the paper prints what not every reader of its matter may
 * see, p_ of those who may see that, instead of the matter's readers. Parties (SEARCH_PARTIES): one entry for each field by
 * which a party picture finds its matters, subject INDEX_PARTY(matter, n-th of them); c_ + code or n_ + hash of the name. */
#ifndef MINGFA_APP_INDEX_H
#define MINGFA_APP_INDEX_H

#include "app/app.h"
#include "search/search.h"
#include "web/req.h"

/* The words of a frozen paper's blocks, a block a line; a broken one has none. */
struct str paper_plain(struct arena *a, struct str content);
/* p_user_9 for user:9. */
struct str index_principal_token(struct arena *a, struct str principal);

/* Each piece begins with the paper's name and number and repeats the end of the one before it, so that no phrase is cut
 * in two (FIND_TYPED is half of it). 32 pieces are some five hundred pages, more than one paper of a case ever has; what
 * comes after is not found, and the log says so. */
#define INDEX_PIECES 32
#define INDEX_PIECE_STEP 7400
#define INDEX_PIECE_REPEAT 200
#define INDEX_PIECE(document, n) ((document) * INDEX_PIECES + (int64_t)(n))

#define INDEX_PARTIES 8 /* of one matter */
#define INDEX_PARTY(matter, n) ((matter) * INDEX_PARTIES + (int64_t)(n))
struct str index_party_token(struct arena *a, const struct party *p);

struct index_query {
	enum search_side side;    /* the working side's: matters, papers or parties */
	struct str typed;
	struct str kind;          /* empty: all */
	const struct actor *who;
	const struct str *none;   /* tokens that must not be there */
	size_t n_none;
	int64_t before;           /* 0: from the newest */
	int limit;
};
/* Hits that the person may find, newest first. */
MUST_USE bool index_find(struct req *r, const struct index_query *q, const struct search_hit **ret, size_t *ret_n,
			 bool *ret_more, struct err *err);

#endif
