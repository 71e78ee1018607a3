/* SPDX-License-Identifier: MulanPSL-2.0 */
/* find.h - 搜索 over everything that a person may see: /search?q=&in=&after=&page=
 *
 * Each part says how many it found, at most FIND_COUNTED. Only what the person may see is counted and only that decides
 * whether there is more: neither a number nor a link tells that something else exists. */
#ifndef MINGFA_APP_FIND_H
#define MINGFA_APP_FIND_H

#include "app/rows.h"
#include "base/cut.h"

#define FIND_TYPED 100  /* characters, as the box takes them */
#define FIND_WORDS 8
#define FIND_COUNTED 50 /* each is looked at through the engine: beyond it the count says 超过50 */

struct find_line {
	struct str chip, sort;  /* chip: the nearest limit; sort: what this is */
	const char *light;
	struct str title, href, sub;
	struct str where;       /* in which field or paper the words stand */
	struct safe_html found;
	struct str excerpt;     /* the same without marks */
};
struct find_part {
	struct str id, name;    /* matters 办件 */
	size_t most;            /* lines wanted; 0: only the count */
	const struct find_line *line;
	size_t n, count;
	bool over;              /* there are more than count */
	struct str next;        /* address of further lines; empty: there are none */
	struct str href, says;  /* of its tab; its count as people read it */
	struct str first;       /* address of the first lines, on a later page */
	bool here;
};
struct search_view {
	struct frame frame;
	struct str q, refused;
	const struct find_part *tab; /* the first is 全部 */
	size_t n_tab;
	const struct find_part *part; /* that are shown */
	size_t n_part;
	bool all;
};

/* One search. */
struct find {
	struct req *r;
	struct str q;           /* words with one blank between two */
	struct cut_query words;
	int64_t after;          /* the last one of the page before, of matters and papers; 0: from the newest */
	int64_t page;           /* from 1, of the other parts */
	int64_t met;            /* the paper that was met last: its pieces follow each other */
};
MUST_USE bool find_articles(struct find *f, struct find_part *p, struct err *err);
MUST_USE bool find_help(struct find *f, struct find_part *p, struct err *err);
MUST_USE bool find_matters(struct find *f, struct find_part *p, struct err *err);
MUST_USE bool find_papers(struct find *f, struct find_part *p, struct err *err);
MUST_USE bool find_parties(struct find *f, struct find_part *p, struct err *err);

/* Whether all words stand in the text. */
bool find_within(const struct find *f, struct str text);
/* The words where they stand in the text: found and excerpt. */
void find_around(const struct find *f, struct str text, struct find_line *l);
/* The lines of this page out of n that are all known: sets the part's count and next; the first of them. */
size_t find_page(struct find *f, struct find_part *p, size_t n);
/* The address of the page that begins after this one. */
struct str find_next(const struct find *f, const char *name, int64_t value);

#endif
