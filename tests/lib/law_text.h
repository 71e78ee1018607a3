/* SPDX-License-Identifier: MulanPSL-2.0 */
/* law_text.h - small packs written in a test, and what the loader says of them.
 *
 *	struct law_text *t = law_text_new();          // pack "p" with roles, person, organ, statutes T1 to T3
 *	law_text_add(t, "p/x.yaml", "kind: …");
 *	cr_assert(law_text_load(t, "p"));
 *
 * A line that should be found fault with ends in the comment "#!": law_text_mark tells its number. */
#ifndef MINGFA_TEST_LAW_TEXT_H
#define MINGFA_TEST_LAW_TEXT_H

#include "law/law.h"

struct law_text {
	struct arena *a;
	struct law_file *file;
	size_t n, cap;
	struct diag d;
};

struct law_text *law_text_new(void);
void law_text_add(struct law_text *t, const char *path, const char *text);
struct law *law_text_load(struct law_text *t, const char *pack);
/* All findings in one text, for the message of an assertion. */
const char *law_text_all(struct law_text *t);
/* An error (or warning) whose sentence has these words; NULL when there is none. */
const struct diag_item *law_text_find(const struct law_text *t, bool warning, const char *words);
int law_text_mark(const char *text);
/* The file of the tree or of the folder beside it; empty when it cannot be read. */
struct str law_text_file(struct arena *a, const char *path);
/* Adds every file of a folder below its own names: law_text_folder(t, "law"). */
void law_text_folder(struct law_text *t, const char *root);

/* A matter with a life, into which a test puts what it tries: further fields, actions, clocks, sections. */
struct law_try {
	const char *fields, *actions, *clocks, *more;
};
const char *law_text_matter(struct law_text *t, struct law_try x);

#endif
