/* SPDX-License-Identifier: MulanPSL-2.0 */
/* dossier.h - the dossier (案卷) of a matter: its papers and those of its children in the order of `dossier:` in its kind,
 * what is missing, what the cover tells, what evidence lies beside the papers. Bound as PDF by a job.
 *
 * Whoever does not see all of a matter sees no dossier of it: nothing could be called missing, and what is bound would
 * look whole. Files of a child stand behind its papers. Papers that the order does not name, and files that have pages, stand
 * at the end of the secondary file, which is not opened to outsiders (LY1.09-7a).
 *
 * A volume (案卷, `gathers` in its kind) has the dossiers of one or several matters one after the other, with its own cover
 * and one count of pages (合卷, LY1.09-4b). */
#ifndef MINGFA_APP_DOSSIER_H
#define MINGFA_APP_DOSSIER_H

#include "app/shown.h"
#include "law/kind.h"

struct dossier_thing { /* a stored file */
	struct str name, field, digest, sm3, media, size_text;
	int64_t size;
	bool paged; /* a PDF or a picture: it is bound, unless it turns out to be unfit (paper/outside.h) */
};
/* One place in the order: a paper, a file, or a paper whose step took place without it. */
struct dossier_line {
	struct str name, number, made, href;
	struct str paper, code, digest; /* digest empty: not drawn yet */
	struct str correction;          /* of the paper that corrects it; empty: none */
	int64_t at;
	bool missing;
	const struct dossier_thing *thing; /* NULL: a paper */
	struct str of;                     /* the first line of one of several matters in a volume: which; else empty */
};
struct dossier_part {
	const struct dossier_line *line;
	size_t n, n_missing;
	size_t n_absent; /* papers whose step did not take place: nothing is missing */
};
struct dossier_fact {
	const char *name;
	struct str text; /* empty: to be written by hand */
};
#define DOSSIER_FACTS (COVER_LINES + 1)

/* What evidence there is, for the list of evidence bags. */
struct dossier_bag {
	struct str name;
	struct shown rows;
};

struct dossier {
	const struct matter_view *m;
	struct dossier_part main, secondary; /* 正卷, 副卷 */
	struct dossier_fact cover[DOSSIER_FACTS];
	size_t n_blank;                      /* of the cover */
	const struct dossier_bag *bag;
	size_t n_bag;
	const struct dossier_thing *thing;
	size_t n_thing;
	const int64_t *matter;               /* it and its children whose papers are here */
	size_t n_matter;
	size_t n_hidden;                     /* children that this person may not see */
	int64_t removed;                     /* the event that let its papers go (removal.h); 0: they are there */
	int64_t at;                          /* when its newest paper was made */
};

/* Whether such matters have one; whether there is one for this person: m was seen with fields and papers. */
bool dossier_of_kind(const struct kind *k);
bool dossier_is(const struct matter_view *m);
/* m was seen whole, by who. */
MUST_USE bool dossier_load(struct shower *s, const struct matter_view *m, const struct actor *who, struct dossier *ret,
			   struct err *err);

struct dossier_view {
	struct frame frame;
	struct str code, title, title_href, keep, request;
	struct dossier d;
	size_t n_wait; /* papers that are still being drawn */
	struct str removed; /* 已按销毁清册…销毁; empty: it is there */
};

/* The job: input is m=CODE&part=main|secondary|package. */
struct job;
MUST_USE bool dossier_make(struct job *j, struct err *err);
/* One file of it, bound; tells the job how far it is. */
struct dossier_bound {
	struct str pdf;
	int papers, files, pages; /* files: uploaded ones that were bound */
};
MUST_USE bool dossier_pdf(struct job *j, const struct dossier *d, bool secondary, struct dossier_bound *ret, struct err *err);

/* Routes. */
bool dossier_show(struct req *r, struct err *err);
bool dossier_post(struct req *r, struct err *err);

#endif
