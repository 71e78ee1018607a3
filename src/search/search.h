/* SPDX-License-Identifier: MulanPSL-2.0 */
/* search.h - full text as a rebuildable index beside the truth (decision 17): SQLite keeps it in search.db
 * (FTS5 without contents), PostgreSQL in the table search (tsvector, GIN). Never in an action's transaction.
 *
 * An entry is what one side may find of a matter: the working side's text and the public's stand apart, so
 * that nothing hidden can be guessed by searching. The working side's papers and parties stand apart from its matters
 * again, for they have rights of their own. Rights and filters are tokens too; each has a '_' in it, which
 * words of a text never have: nobody can write himself a right.
 * A struct search is one connection for one thread. */
#ifndef MINGFA_SEARCH_SEARCH_H
#define MINGFA_SEARCH_SEARCH_H

#include "db/db.h"

struct search;

#define SEARCH_TEXT 2000       /* characters kept of a matter: enough for title, party, cause and facts */
#define SEARCH_PAPER_TEXT 8000 /* of a paper, or of one piece of it: some sixteen pages */

/* Raised whenever entries come to hold something else: an index of another form is emptied when it is opened for
 * writing, and filled again from the first event. */
#define SEARCH_FORM 4

/* address: "sqlite:DIR/search.db" (made when absent if mode is DB_WRITE) or the PostgreSQL address. */
MUST_USE bool search_open(const char *address, enum db_mode mode, struct search **ret, struct err *err);
void search_close(struct search *s); /* NULL is fine */

enum search_side { SEARCH_WORKING, SEARCH_PUBLIC, SEARCH_PAPERS, SEARCH_PARTIES };

struct search_entry {
	int64_t subject;    /* what is found: a matter; on the side of papers a piece of one; of parties what the caller counts */
	enum search_side side;
	int64_t day;        /* what "newest" means: the day of opening, or of publication; days since 1970 */
	struct str text;    /* "" removes the entry */
	struct str tokens;  /* rights and filters, parted by blanks: "p_organ_7 k_penalty y_2026"; letters, digits, _ */
};
/* Writes entries (those that stand so already cost a look) and remembers the last event that they cover, in one transaction. */
MUST_USE bool search_write(struct search *s, const struct search_entry *e, size_t n, int64_t last_event,
			   struct err *err);
MUST_USE bool search_last_event(struct search *s, int64_t *ret, struct err *err);
/* Forgets everything (`mingfa search rebuild`); the index is filled again from the first event. */
MUST_USE bool search_clear(struct search *s, struct err *err);

/* SQLite keeps what was written in some twenty parts, and a question asks each of them: after some ten thousand entries
 * this makes one of them, a piece of some 50 ms a call; begin: from the beginning, else it goes on. *ret_more: until it is
 * false. On PostgreSQL nothing is left to do. */
#define SEARCH_TIDY_AFTER 20000
MUST_USE bool search_tidy(struct search *s, bool begin, bool *ret_more, struct err *err);

struct search_hit {
	int64_t subject;
	struct str text; /* what was indexed: for the sentence to show */
};
struct search_query {
	enum search_side side;
	struct str typed;           /* empty: everything that the tokens allow */
	const struct str *all;      /* tokens that must be there (filters) */
	size_t n_all;
	const struct str *any;      /* at least one of these (rights); n_any 0: no such condition */
	size_t n_any;
	const struct str *none;     /* tokens that must not be there, at most 60 */
	size_t n_none;
	int64_t before;             /* the last subject of the page before; 0: from the newest */
	int limit;                  /* ≤ 200 */
};
/* Newest day first, in a day the later subject. *ret_more tells that there are further hits. */
MUST_USE bool search_find(struct search *s, struct arena *a, const struct search_query *q,
			  const struct search_hit **ret, size_t *ret_n, bool *ret_more, struct err *err);

#endif
