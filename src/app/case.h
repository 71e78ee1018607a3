/* SPDX-License-Identifier: MulanPSL-2.0 */
/* case.h - the pages about one matter: the matter itself, forms for acting, its clocks, papers and files. */
#ifndef MINGFA_APP_CASE_H
#define MINGFA_APP_CASE_H

#include "app/dossier.h"
#include "app/report.h"
#include "app/rows.h"
#include "app/together.h"

/* One reason why something cannot be done: 暂不能{head}。{say}〔cite〕。下一步：{way}。 The first cite is the nearest text's.
 * own_way: the definition worded the way on. */
struct reason_view {
	struct str head, say, way, way_href, target, key, given;
	const struct cite_link *cite;
	size_t n_cite;
	bool missing, can_pass, own_way;
	bool idle; /* passes by time alone: 无须操作 */
};

struct act_view {
	struct str name, href, who;
	const struct reason_view *reason;
	size_t n_reason;
	int weight;
	bool first; /* the foremost one */
	bool early; /* the form may still change what stands against it */
	struct report_view report; /* of who is held back */
};

struct clock_line {
	struct str name, chip, href, who;
	const char *light;
	const struct cite_link *cite;
	size_t n_cite;
	bool running, provisional;
	bool further; /* a looser limit of the same duty: stands below the stricter one */
};

struct field_line {
	struct str name, unit;
	struct shown shown;
	const struct cite_link *cite;
	size_t n_cite;
	bool masked, wide;
	struct str more, more_href; /* of a party: its other matters */
};

struct group_view {
	struct str name;
	const struct field_line *field;
	size_t n_field;
};

struct step_view {
	struct str name, when;
	bool here, ahead; /* ahead: on the ordinary way, not reached yet */
};

/* A linked matter that is still open: what is to be done there. */
struct open_view {
	struct str title, href, state, holder, chip;
	const char *light;
	const struct act_view *act;
	size_t n_act;
};

enum case_tab { CASE_INFO, CASE_PAPERS, CASE_EVIDENCE, CASE_LINKS, CASE_NOTES, CASE_EVENTS, CASE_TABS };

struct event_line {
	struct str at, entered, name, actor, reason, because, points, told;
	struct str passed; /* 〔公示办法 第八条〕理由；… */
	struct str proof; /* address of its .tlog-proof */
	const struct field_line *change;
	size_t n_change;
};

struct paper_line {
	struct str name, number, made, href, state;
	struct str correction; /* of the paper that corrects it; empty: none */
	bool ready, failed, removed;
};

struct link_line {
	struct str title, href, kind, state, relation;
};

struct case_view {
	bool draws;                      /* its kind draws: there is a page of the draw */
	bool alike;                      /* its kind compares like cases: there is a page of them */
	struct frame frame;
	struct str code, title, number, kind, kind_href, organ, state, holder, opened, ended;
	struct str query_code; /* 查询码, to repeat it to a party at the window */
	struct str done; /* 已批准立案。现由…办，… */
	const struct paper_line *fresh;  /* papers that this act made */
	size_t n_fresh;
	const struct step_view *step;
	size_t n_step, step_at;          /* step_at: 第5步 */
	enum case_tab tab;
	struct tab tabs[CASE_TABS];
	size_t n_tabs;
	struct str officers, major, major_why; /* 承办; 重大执法决定：是 〔为什么〕 */
	const struct open_view *open;
	size_t n_open;
	const struct exhibit_line *exhibit; /* files, in the order in which they came */
	size_t n_exhibit;
	const struct sent_view *sent;    /* what this person is sending */
	size_t n_sent;
	const struct group_view *evidence;
	size_t n_evidence;
	const struct act_view *can, *cannot, *others, *more;
	size_t n_can, n_cannot, n_others, n_more;
	const struct clock_line *clock;
	size_t n_clock;
	const struct group_view *group;
	size_t n_group;
	struct group_view terms;
	size_t n_empty;
	const struct str *empty;
	const struct paper_line *paper;
	size_t n_paper;
	bool has_dossier;
	struct str read_href;            /* of a loan whose reader this is: to the dossier */
	struct dossier dossier;
	const struct link_line *link;
	size_t n_link;
	const struct event_line *event; /* newest first */
	size_t n_event, n_event_all;
	struct together_view together;
};

/* 阅卷: what a loan allows of a dossier (LY4.09-2.4b). Whoever reads sees no more of the case than these papers, each of
 * their pages with the reader's name and the time; each look is an event of the loan before it goes out. */
struct loan_line {
	int64_t no, to; /* 第几件: through the main file, then, where that is allowed, the secondary one; to: the last of a run beyond the range */
	struct str name, href;
	bool allowed;
};
struct loan_view {
	struct frame frame;
	struct str title, title_href, range;
	const struct loan_line *line;
	size_t n;
	bool copy;
};
bool loan_show(struct req *r, struct err *err);
bool loan_get(struct req *r, struct err *err);
bool loan_record(struct req *r, struct err *err);

struct exhibit_line;
struct sent_view;

/* The matter of /m/{code} as this person sees it. */
MUST_USE bool case_load(struct req *r, unsigned parts, struct matter_view *ret, struct err *err);
struct str case_href(struct req *r, const struct snap *s);
/* 临应急立〔2026〕52号, else the beginning of the title: for the path. */
struct str case_short(const struct snap *s, struct str title);
/* m may be NULL (opening). */
const struct reason_view *case_reasons(struct req *r, const struct kind *k, const struct matter_view *m,
				       const struct refusal *v, size_t n, struct str matter_href);
/* Fills group, terms, empty. */
MUST_USE bool case_contents(struct shower *s, const struct matter_view *m, struct case_view *v, struct err *err);
/* The terms that have a value, as lines with their citations. */
MUST_USE bool case_terms(struct shower *s, const struct matter_view *m, struct group_view *ret, struct err *err);
void case_clock(struct req *r, const struct matter_view *m, const struct clock_view *c, struct clock_line *ret);

struct explain_view {
	struct frame frame;
	struct clock_line clock;
	struct str title, title_href;
	const struct str *line;
	size_t n_line;
	const struct tab *run;
	size_t n_run;
};

struct chart_view {
	struct frame frame;
	struct str title, back, back_name;
	struct safe_html svg;
	const struct chart_line { /* the same as a table, for readers */
		struct str name, from, to, by;
	} *line;
	size_t n_line;
};

struct rule_view {
	struct frame frame;
	struct str id, heading, place, requirement, who, when, limit, effect;
	struct str packs; /* which packs cite it: 临猗县、山西省 */
	struct str law, article; /* 行政处罚法, 第六十条: to the page of what cites it in words */
	struct str copy;  /* the citation with its words, to be taken along */
	const struct rule_use {
		struct str kind, name, what, href;
	} *use;
	size_t n_use;
};

/* A piece of a paper's text; while a form is being written it may lead to the field that gave it, or be a gap. */
struct paper_run {
	struct str text, href;
	bool gap;
};
struct paper_text {
	const struct paper_run *run;
	size_t n;
};
struct paper_block {
	struct str sort;
	struct paper_text text;
	struct qr_view qr; /* side 0: none, or not made yet */
	const struct paper_text *cell;
	size_t n_cell;
};
/* The blocks of a paper (law/template.h) for a page; ac: the action whose form the marks of a preview lead into, at the
 * address `form` (empty: this very page); NULL: a frozen paper. */
const struct paper_block *paper_blocks(struct req *r, struct str content, const struct action *ac, struct str form,
					 size_t *ret_n);

struct doc_view {
	struct frame frame;
	struct str name, number, title, title_href, made, frozen, digest, sm3, size, href, signature, correction, correction_href;
	struct str removed;              /* 已按销毁清册…销毁; empty: it is there */
	bool ready, failed;
	const struct paper_block *block;
	size_t n_block;
};

/* Routes. */
bool event_proof_get(struct req *r, struct err *err);
bool case_show(struct req *r, struct err *err);
bool clock_show(struct req *r, struct err *err);
bool case_flow(struct req *r, struct err *err);
bool kind_flow(struct req *r, struct err *err);
bool rule_show(struct req *r, struct err *err);
bool doc_show(struct req *r, struct err *err);
bool doc_pdf(struct req *r, struct err *err);
bool doc_signature(struct req *r, struct err *err);
bool doc_ofd(struct req *r, struct err *err);
bool file_get(struct req *r, struct err *err);
/* struct http_config: the event of a download; other reads record themselves (record.h). */
bool file_record(struct req *r, struct err *err);

#endif
