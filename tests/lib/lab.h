/* SPDX-License-Identifier: MulanPSL-2.0 */
/* lab.h - a small world in memory in which expressions are tried.
 *
 *	struct lab *l = lab_new();                       // pack "p": kinds case, review, person,
 *organ lab_set(l, l->self, "fine", "20000");            // as val_parse reads it
 *	cr_assert_str_eq(lab_eval(l, "fine >= 10000"), "true");
 *
 * Its store answers probes by keys, as matter_key does, and nothing else: a wrong probe loses
 *matters. */
#ifndef MINGFA_TEST_LAB_H
#define MINGFA_TEST_LAB_H

#include "lib/law_text.h"

struct lab {
	struct arena *a;
	struct law_text *text;
	struct law *law;
	const struct calendar *calendar;
	struct eval ev;
	struct scope scope;
	struct snap *self;    /* a case in state draft, id 1 */
	struct snap **matter; /* all, by id - 1 */
	size_t n_matter;
	/* what the world tells beside the matters */
	struct val event[8]; /* of any action but vote and finish, on any matter */
	size_t n_event;
	struct val part[8];
	size_t n_part;
	struct val clock[4];
	size_t n_clock;
	struct val setting; /* of every setting when it is not null */
	int64_t recused; /* who keeps out of l->self; 0: nobody */
	struct paper_fact paper; /* the last of every id */
	bool broken; /* the next call of the store fails */
	/* what was asked of the store */
	size_t n_seen; /* candidates given */
	size_t n_scan;
	struct scan scan; /* the last one */
	struct err err;   /* of the last evaluation */
	struct diag diag; /* of the last compilation */
};

struct lab *lab_new(void);
void lab_free(struct lab *l);
/* A further matter. parent 0: none. */
struct snap *lab_matter(struct lab *l, const char *kind, int64_t parent, const char *state);
/* Sets a field from text; ids of users and matters as numbers, lists of them separated by blanks.
 */
void lab_set(struct lab *l, struct snap *m, const char *field, const char *text);
void lab_put(struct lab *l, struct snap *m, const char *field, struct val v);
struct val *lab_field(struct lab *l, struct snap *m, const char *field);
/* The compiled expression, or NULL; findings are in l->diag. */
struct expr *lab_compile(struct lab *l, const char *text);
/* The value as val_put_plain writes it, lists in brackets; null, or "error: …", "compile: …". */
const char *lab_eval(struct lab *l, const char *text);
/* expr_why: text, or "error: …". */
struct why lab_why(struct lab *l, const char *text);

#endif
