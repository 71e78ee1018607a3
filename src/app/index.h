/* SPDX-License-Identifier: MulanPSL-2.0 */
/* index.h - the full-text index as the program uses it: how rights and filters are spelled as tokens, and the
 * question that lists and searches ask. The indexer writes by the same spelling.
 *
 * Tokens of an entry: for each row of matter_reader p_ + principal with ':' as '_' (p_user_9, p_organ_7,
 * p_role_7_legal, p_public); k_ + kind; s_ + state; o_ + organ's id; y_ + year of opening (Shanghai). */
#ifndef MINGFA_APP_INDEX_H
#define MINGFA_APP_INDEX_H

#include "app/app.h"
#include "search/search.h"
#include "web/req.h"

/* p_user_9 for user:9. */
struct str index_principal_token(struct arena *a, struct str principal);

struct index_query {
	struct str typed;
	struct str kind;          /* empty: all */
	const struct actor *who;
	int64_t before;           /* 0: from the newest */
	int limit;
};
/* Hits that the person may find, newest first. */
MUST_USE bool index_find(struct req *r, const struct index_query *q, const struct search_hit **ret, size_t *ret_n,
			 bool *ret_more, struct err *err);

#endif
