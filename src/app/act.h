/* SPDX-License-Identifier: MulanPSL-2.0 */
/* act.h - forms for acting on a matter and for opening one. */
#ifndef MINGFA_APP_ACT_H
#define MINGFA_APP_ACT_H

#include "app/alike.h"
#include "app/case.h"
#include "app/input.h"
#include "app/preview.h"

#define FORM_BODY ((size_t)2 << 20)   /* a few notes of 20,000 characters, percent-encoded */
#define UPLOAD_BODY ((size_t)66 << 20) /* three files of 20 MB and the text */

/* What was handed in for review, to be read beside the checklist. */
struct material {
	struct str name, says;      /* 2份 */
	const struct material_file {
		struct str name, href;
		bool pdf, picture;
	} *file;
	size_t n_file;
	struct str note;
	const struct paper_block *block;
	size_t n_block;
	bool wanting;               /* nothing was handed in */
};

struct form_view {
	struct frame frame;
	struct str plans_href; /* planned visits to the same party (visits.h), while this one is planned */
	struct str title, title_href, heading, help, post, version, request, submit, draft_at;
	struct str kept, other, other_says; /* when the draft that stands here was kept; whose texts stand against it */
	struct str dropped;      /* place in the bin of the draft that was thrown away just now */
	int64_t idle;            /* minutes without a word after which the session ends */
	struct str base; /* the form's address; post may add /send */
	struct str tus, sender; /* scripts that send large files */
	struct str go; /* act, or check where a page of what will happen comes first */
	struct str reason_label, reason, reason_error;
	bool reason_free; /* may stay empty */
	bool asks_points; /* 退回要点 */
	struct str points, points_error;
	bool upload, blocked, has_draft, changed_draft;
	const struct cite_link *cite;
	size_t n_cite;
	const struct input *input;
	size_t n_input, n_open;         /* those after the first n_open fold up: optional and untouched */
	const struct reason_view *wrong; /* summary: all that stands against it */
	size_t n_wrong;
	struct report_view report;
	const struct field_error {
		struct str id, text;
	} *error;
	size_t n_error;
	const struct reason_view *pass;  /* warnings that pass with a reason */
	size_t n_pass;
	const struct event_line *since;  /* stale version: what happened meanwhile */
	size_t n_since;
	bool stale;
	const struct clock_line *clock;
	size_t n_clock;
	const struct group_view *group;  /* the matter, to read while filling in */
	size_t n_group;
	struct preview_view preview;     /* the papers that this act makes, as they would be now */
	struct alike_view alike;         /* how like cases were decided */
	bool review;                     /* a checklist beside its materials (3.5) */
	const struct material *material;
	size_t n_material;
	const struct act_view *others;   /* what else can be done here: 退回补充, 回避, 延长 */
	size_t n_others;
	struct group_view stated;        /* terms that the definition shows beside this form */
	struct group_view found, case_found; /* what the definitions make of the facts: for people to weigh */
};

/* 预览整篇: the papers alone, with the way back to the form. */
struct whole_view {
	struct frame frame;
	struct str title, title_href, heading, post, version, request;
	const struct pair *pair;
	size_t n_pair;
	struct preview_view preview;
};

struct check_view {
	struct frame frame;
	struct str title, title_href, heading, post, version, request, to;
	const struct pair *pair;
	size_t n_pair;
	const struct field_line *line;
	size_t n_line;
	const struct str *paper, *number, *start, *stop, *open;
	size_t n_paper, n_number, n_start, n_stop, n_open;
	struct str holder, told;
	struct preview_view preview;
};

struct drafts_view {
	struct frame frame;
	const struct draft_line {
		struct str id, title, what, href, at, dropped;
		int64_t left; /* days until it is gone */
	} *live, *bin;
	size_t n_live, n_bin;
};

/* Right and state are beyond what a form can mend: then no form is shown, and no file taken for it. */
bool act_blocked(const struct refusal *v, size_t n);

/* Routes. */
bool drafts_show(struct req *r, struct err *err);
bool drafts_restore(struct req *r, struct err *err);
bool act_show(struct req *r, struct err *err);
bool act_post(struct req *r, struct err *err);
bool review_show(struct req *r, struct err *err);
bool act_preview(struct req *r, struct err *err);
bool open_preview(struct req *r, struct err *err);
bool open_show(struct req *r, struct err *err);
bool open_post(struct req *r, struct err *err);

#endif
