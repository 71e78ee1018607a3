/* SPDX-License-Identifier: MulanPSL-2.0 */
/* public.h - the public side: what its pages show. Everything is seen through the engine as ACTOR_PUBLIC, and only
 * fields of a view are printed, never those of its snapshot. Addresses carry codes: no number tells how many
 * cases there are. No session and no script; one cookie, for large print. */
#ifndef MINGFA_APP_PUBLIC_H
#define MINGFA_APP_PUBLIC_H

#include "app/gate.h"
#include "paper/qr.h"
#include "blob/blob.h"
#include "search/search.h"
#include "web/html.h"

enum door { DOOR_HOME, DOOR_DECISIONS, DOOR_ITEMS, DOOR_OFFICERS, DOOR_PROGRESS, DOOR_COMPLAIN, DOOR_ORGANS };

/* A line of a table: name and text; empty ones are left out. */
struct fact {
	struct str name, text, href;
	bool note; /* long: with line breaks */
};

struct public_frame {
	struct str title, site;   /* 临猗县行政执法公示 */
	struct str css;
	bool practice;            /* a practice county: said on every page */
	struct str shifted;       /* the program's time, when it was set */
	struct str notice;        /* what the operator tells everybody (维护通知) */
	struct str phone, tel;    /* of the bureau that supervises enforcement: as written, and for tel: */
	struct str gov;           /* address of the government's portal (setting gov_site); empty: not set */
	struct str here;          /* this page's address, to come back to after 大字 */
	struct str refresh;       /* seconds and address of a page that turns itself; empty: none */
	const struct fact *meta;  /* Dublin Core about the page: DC.title … */
	size_t n_meta;
	enum door door;
	bool large;               /* 大字版: a cookie says so */
	bool board;               /* a screen on a wall: no menu */
};

struct choice {
	struct str value, name;
	bool on;
};

struct decision_row {
	struct str code, title, party, organ, number, what, on;
	struct str decided, published; /* 2026-11-25; may be empty */
	struct str why;         /* it was taken down or corrected */
	struct safe_html found; /* the text around the hit */
	const char *badge, *badge_class;
};

struct home_view {
	struct public_frame frame;
	struct str limit; /* of corrections: 20个工作日 */
	struct str publish_limit; /* 7个工作日 */
	const struct decision_row *row;
	size_t n_row;
};

struct a11y_view {
	struct public_frame frame;
};

struct decisions_view {
	struct public_frame frame;
	struct str q;
	const struct choice *type, *change, *year, *organ;
	size_t n_type, n_change, n_year, n_organ;
	const struct decision_row *row;
	size_t n_row;
	struct str next;  /* address of the next page */
	struct str first; /* address of the first one, on later pages */
	struct str feed;  /* address of what is asked, as a feed */
	bool asked;       /* a word or a filter was given */
	bool later;       /* not the first page */
};

struct file_line {
	struct str name, href, size;
};

/* 变更记录, the newest first. */
struct field_change {
	struct str name, before, after; /* either may be empty */
};
struct change_row {
	struct str on, what, reason;
	struct str fields;              /* names of what reads otherwise: 执法结论、依据 */
	const struct field_change *field; /* with their texts, where the page tells them */
	size_t n_field;
};
struct history {
	const struct change_row *row;
	size_t n;
};

struct decision_view {
	struct public_frame frame;
	struct str code, title, organ, organ_href;
	const char *badge, *badge_class;
	struct str notice, notice_more; /* withdrawn, altered … */
	bool historic, standing;        /* standing: can be contested */
	struct str published;
	bool review_first;              /* decided on the spot: reconsideration before any suit */
	struct str served, review_until, sue_until; /* last days, when the day of service is known */
	struct str review_organ, court, cite_review, organ_phone, organ_address;
	struct str leaf;                /* its place in the record; may be empty */
	struct str version;             /* 第2版, when there were earlier ones */
	const struct fact *fact;        /* what every decision says in short */
	size_t n_fact;
	const struct fact *text;        /* the text itself: facts, grounds, decision */
	size_t n_text;
	const struct file_line *file;
	size_t n_file;
	bool correct;                   /* a request for correction can be made */
	struct history history;
};

/* 存证证明 of a decision (public_proof.c). */
struct proof_view {
	struct public_frame frame;
	struct str code, title, address;
	bool is_signed;                 /* a signed head covers it */
	struct str next;                /* the log that took over, when its own ended before it signed this */
	struct str digest;              /* SHA-256 of the published text; empty: only that it was published is proved */
	struct str act, salt, entry;    /* what is opened (may be empty), in hexadecimal, as it stands in the log */
	struct str ed25519, sm2;        /* the log's public keys */
	const struct fact *fact;
	size_t n_fact;
	struct qr_view qr;
};

/* 核验文书 (public_verify.c). */
enum verify_outcome { VERIFY_ASKS, VERIFY_EMPTY, VERIFY_ISSUED, VERIFY_OTHER, VERIFY_PUBLISHED, VERIFY_UNKNOWN };
enum verify_sign { SIGN_NONE, SIGN_GOOD, SIGN_BAD };
struct verify_view {
	struct public_frame frame;
	struct str number, file;        /* as typed; name of what was sent */
	struct str sha256, sm3;         /* of what was sent */
	enum verify_outcome outcome;
	enum verify_sign sign;
	struct str sign_says;
	struct str gone, gone_why;      /* withdrawn, corrected, void: when, and why */
	struct str href, phone;         /* of the published decision; of the bureau */
	const struct fact *fact;
	size_t n_fact;
};
struct organ_keys_view {
	struct public_frame frame;
	const struct organ_key_line {
		struct str name, from, until, ed25519, sm2;
		bool active;
	} *line;
	size_t n;
};
#define VERIFY_FILE_MAX ((size_t)20 << 20) /* a paper of a thousand pages has a tenth */

struct organ_row {
	struct str code, name, sort, phone, address;
};
struct organs_view {
	struct public_frame frame;
	const struct organ_row *row;
	size_t n_row;
};

struct officer_row {
	struct str name, position, card;
};
struct organ_view {
	struct public_frame frame;
	struct str code, name;
	const struct fact *fact;
	size_t n_fact;
	const struct officer_row *officer;
	size_t n_officer;
	struct history history;
};

struct officers_view {
	struct public_frame frame;
	struct str card, name, organ, position, phone; /* phone: of the bureau that keeps the certificates */
	struct str types, valid_to, state; /* state: 暂扣, 已过有效期, of a certificate that is not valid */
	bool asked, found, stopped;
};

/* 岗位公示牌 for a screen on a wall: pages that turn by themselves. */
struct board_view {
	struct public_frame frame;
	struct str name, phone, address, heading;
	struct str turn, other; /* address that stops or starts turning, and of the next page */
	size_t page, n_page;
	bool stopped;
	const struct officer_row *officer;
	size_t n_officer;
	const struct str *line; /* items, steps of the procedure */
	size_t n_line;
	bool last;              /* how to ask, complain, contest */
};

/* A list of what is public, with search and the choice of an organ: registers, notices, everything under /open. */
struct register_row {
	struct str code, title; /* its page is PATH/CODE */
	const struct str *foot;
	size_t n_foot;
	bool sample;     /* 示例数值: of a demonstration, not compared with the law's text */
	struct str over; /* 已被新版本替代: it stands no longer; else empty */
};
struct register_part {
	struct str name; /* 行政许可; empty: the list has one part */
	struct str more; /* address of all of it; empty: this is all */
	const struct register_row *row;
	size_t n_row;
};
struct register_view {
	struct public_frame frame;
	struct str heading, says, path, q;
	const struct choice *organ, *by;
	size_t n_organ, n_by;
	const struct fact *link; /* to what is near it */
	size_t n_link;
	const struct register_part *part;
	size_t n_part;
	struct str next, first;
	bool asked;
};

/* What is public of a kind that has no page of its own (public_open.c). */
struct open_index_view {
	struct public_frame frame;
	struct str heading, says;
	struct open_stage {
		struct str name;
		const struct fact *line; /* name, what it tells, address */
		size_t n_line;
	} stage[PORTAL_STAGES];
};
struct told_table {
	struct str name;
	const struct str *head;
	size_t n_head;
	const struct told_line {
		const struct str *cell;
	} *line;
	size_t n_line;
};
struct open_one_view {
	struct public_frame frame;
	struct str title, organ, list, list_name, over;
	const struct fact *fact;
	size_t n_fact;
	const struct told_table *table;
	size_t n_table;
	const struct file_line *file;
	size_t n_file;
	struct history history;
};

struct limit_row {
	struct str name, limit, cite;
};
struct item_view {
	struct public_frame frame;
	struct str code, name, sort, organ, organ_href, guide_name;
	const struct fact *fact;
	size_t n_fact;
	const struct str *step; /* names of the states that a matter goes through */
	size_t n_step;
	const struct limit_row *limit;
	size_t n_limit;
	const struct fact *standard; /* discretion standards: number and date, address */
	size_t n_standard;
	bool sample;
	struct str ended, ended_why; /* the day on which it ended; empty: it stands */
	struct history history;
};
struct flow_view {
	struct public_frame frame;
	struct str code, name, kind;
	struct safe_html svg;
};

/* Standards in force: which item, number, since when. */
struct tier_row {
	struct str grade, circumstances, fine, others;
};
/* What a standard lists besides its steps: 给付条件 / 家庭收入 / …, 1000.00元—3000.00元. */
struct content_row {
	struct str part, title, text, span;
};
/* The standards of one item that were ever published, the oldest first: 第1版 … */
struct standard_version {
	struct str name, doc_no, from, to, reason, href; /* to: empty while it is in force; href: empty for the one shown */
};
struct standard_view {
	struct public_frame frame;
	struct str item, item_href, doc_no, in_force, organ, issued_by;
	struct str version;             /* 第2版 */
	struct str ended, ended_why, newest; /* ended: when it does not hold any more; newest: address of the one that does */
	bool sample;
	const struct tier_row *tier;
	size_t n_tier;
	bool others;                    /* some tier has sanctions besides the fine */
	const struct content_row *content;
	size_t n_content;
	bool spans;                     /* some content has an interval */
	struct str settled, settled_by; /* what statutes settle already, and which */
	const struct standard_version *of;
	size_t n_of;
};

/* 政务服务窗口公示 (public_notice.c). */
struct notice_view {
	struct public_frame frame;
	struct str code, title;
	const struct fact *fact;
	size_t n_fact;
	const struct file_line *form; /* to be filled in: addresses of this site */
	size_t n_form;
	bool apply;                   /* can be applied for here */
	struct history history;
};

struct public_fault {
	struct str name, text; /* of the form: id of the field */
};
struct correct_view {
	struct public_frame frame;
	struct str code, title;
	struct str limit; /* 20个工作日 */
	struct str address; /* of the organ, where papers can be brought */
	struct str sort, name, id_code, phone, as, wrong, contact; /* as typed */
	const struct public_fault *fault;
	size_t n_fault;
};

/* 网上申请 (public_apply.c). */
struct apply_view {
	struct public_frame frame;
	struct str code, title, materials;            /* of the notice */
	struct str name, id_code, home, phone, request; /* as typed */
	bool person;                                  /* else a unit */
	const struct public_fault *fault;
	size_t n_fault;
};

/* 申请公开 (public_request.c). */
struct request_view {
	struct public_frame frame;
	const struct choice *organ, *form;
	size_t n_organ, n_form;
	struct str limit;                        /* 20个工作日 */
	struct str name, id_code, contact, wanted; /* as typed */
	bool unit;                               /* else a person */
	const struct public_fault *fault;
	size_t n_fault;
};

/* What whoever asked or complained is given. */
struct receipt_view {
	struct public_frame frame;
	struct str heading, about, number, code, organ, phone, limit;
	struct str back, back_name;
};

struct ask_view {
	struct public_frame frame;
	struct str number, code; /* as typed */
	bool asked, wrong;
	struct str kind, organ, phone, state, next;
	const struct fact *clock; /* name and 11月25日届满 */
	size_t n_clock;
	const struct fact *fact;
	size_t n_fact;
};

struct complain_view {
	struct public_frame frame;
	const struct choice *as, *ground, *organ;
	size_t n_as, n_ground, n_organ;
	struct str bureau, address;
	struct str name, home, contact, unit, officer, visit, event, reason; /* as typed */
	bool anonymous;
	const struct public_fault *fault;
	size_t n_fault;
};

/* 扫码核验与评价 (public_visit.c). */
struct visit_view {
	struct public_frame frame;
	struct str code, now, state;
	struct str organ, party, number, phone;
	const struct fact *fact, *result; /* what was announced; what came of it */
	size_t n_fact, n_result;
	const struct visit_made {
		struct str organ, day, items;
	} *made; /* the visits of the year to this enterprise */
	size_t n_made;
	struct str words;       /* as typed, when something is wanting */
	bool real, over, rated; /* over: they have been */
	bool thanks, unfinished;
};

/* 年度行政执法统计 (public_statistics.c). */
struct stat_bar {
	struct str name, value;
	int64_t width, y;
};
struct stat_table {
	struct str id, name;
	const struct str *head;
	size_t n_head;
	const struct stat_line {
		struct str organ;
		const struct str *cell;
	} *line;
	size_t n_line;
	const struct str *sum;
	const struct stat_bar *bar; /* the sums */
	int64_t height;
};
struct statistics_view {
	struct public_frame frame;
	struct str year, counted, csv, xlsx, json;
	bool running;               /* the year is not over */
	const struct choice *choice;
	size_t n_choice;
	const struct stat_table *table;
	size_t n_table;
};

struct public_error_view {
	struct public_frame frame;
	struct str heading, text, hint;
	bool decisions; /* offer the search */
	struct str again; /* address to try again; empty: none */
};

/* public.c */
extern const struct actor anyone;
void public_frame_fill(struct req *r, struct str title, enum door door, struct public_frame *f);
bool public_reply(struct req *r, int status, const struct html *h, struct err *err);
/* The same with ETag and, unless changed is 0, Last-Modified (the instant of the last event); 304 when the reader has it. */
bool public_reply_kept(struct req *r, const struct html *h, int64_t changed, struct err *err);
bool public_kept(struct req *r, const char *type, struct str body, int64_t changed);
/* The organ that supervises enforcement (县司法局) as the public sees it; false: there is none. */
bool public_bureau(struct req *r, struct matter_view *ret);
/* The kinds of all packs by which organs here go; of one that several packs have, that of the first. */
MUST_USE bool public_kinds(struct req *r, const struct kind *const **ret, size_t *ret_n, struct err *err);
MUST_USE bool public_kind(struct req *r, struct str id, const struct kind **ret, struct err *err); /* NULL: none has it */
/* http://host, for addresses that others keep (feed, sitemap). */
struct str public_origin(const struct req *r);
/* A matter of that kind by its code; ERR_NOT_FOUND for anything that the public may not see. */
MUST_USE bool public_see(struct req *r, struct str code, const char *kind, unsigned parts, struct matter_view *ret,
			 struct err *err);
/* NULL when the public does not see it or nothing stands there. */
const struct field_view *public_field(const struct matter_view *v, const char *id);
/* As text; empty when not seen. References are left out: they would name matters that nobody may see. */
struct str public_text(struct req *r, const struct matter_view *v, const char *id);
/* The party as it may be shown: a natural person under the masked name that was approved for publication. */
struct str public_party(struct req *r, const struct matter_view *decision);
/* A day as 2026-11-25; empty when not seen. */
struct str public_iso(struct req *r, const struct matter_view *v, const char *id);
/* Adds a line unless the text is empty. */
void public_fact(struct fact *f, size_t *n, const char *name, struct str text, bool note);
/* A setting as it was for an organ on a day (0: today), as text; empty when its definitions have none of that name. */
struct str public_setting(struct req *r, int64_t organ, int64_t day, const char *setting);
/* The day as 2026年11月12日. */
struct str public_day(struct arena *a, int64_t day);

/* Files of a public form: at most so many, each so large; the route's limit holds all of them together. */
#define PUBLIC_FILES 5
#define PUBLIC_FILE_MAX ((size_t)10 << 20)
/* What anyone sends: nothing of it is written before it is known that the act would be taken, and the files of an act
 * that is refused in the end are not kept. */
struct public_sending {
	struct app *app;
	struct act act;                   /* matter 0: opens one */
	struct blob blob[PUBLIC_FILES];
	struct str content[PUBLIC_FILES];
	size_t n_blob;
	struct act_result result;
	struct str number, query_code;    /* public_open: of what was opened */
};
/* The files of that name as a value (VAL_NULL: none), with their digests; their contents stay in the request. */
MUST_USE bool public_files(struct req *r, const char *name, struct public_sending *s, struct val *ret, struct err *err);
/* Tries the act; when it would be taken (result.n_refused 0) stores the files outside the database. On a worker. */
MUST_USE bool public_try(struct req *r, struct public_sending *s, struct err *err);
/* In the writing turn; true with result.n_refused when it is refused. */
MUST_USE bool public_send(struct db *db, struct arena *a, struct public_sending *s, struct err *err);
/* The same for what opens a matter: its number and query code for the receipt. */
MUST_USE bool public_open(struct db *db, struct arena *a, struct public_sending *s, struct err *err);
/* What was refused, each at its field; the first PUBLIC_FAULTS. */
#define PUBLIC_FAULTS 20
const struct public_fault *public_faults(struct req *r, const struct public_sending *s, size_t *ret_n);

struct public_query {
	const char *kind;
	const char *state; /* NULL: any that is public */
	struct str typed, year;
	int64_t organ; /* 0: all */
	struct str only[2]; /* tokens of the index (index.h) that must be there */
	size_t n_only;
	struct str either[4]; /* at least one of these; n_either 0: no such condition */
	size_t n_either;
	struct str after; /* code of the last one shown */
	int limit;
};
/* Full text of the public side: ids, newest first. */
MUST_USE bool public_find(struct req *r, const struct public_query *q, const struct search_hit **ret, size_t *ret_n,
			  bool *ret_more, struct err *err);
/* The organs that are confirmed, for lists and choices. */
struct organ_known {
	int64_t id;
	struct matter_view v;
};
MUST_USE bool public_organs(struct req *r, const struct organ_known **ret, size_t *ret_n, struct err *err);
/* 不限 and each organ; *ret_id is that of the chosen code, 0: none. */
MUST_USE bool public_organ_choice(struct req *r, const struct choice **ret, size_t *ret_n, int64_t *ret_id,
				  struct err *err);
/* An address with the query of this page kept: q, type, change, year, organ, by, and after. */
struct str public_page_link(struct req *r, const char *path, struct str after);

/* Rows of decisions from hits; hits that are no longer public are passed over. */
MUST_USE bool public_decision_rows(struct req *r, struct str typed, const struct search_hit *hit, size_t n,
				   const struct decision_row **ret, size_t *ret_n, struct err *err);

/* What an address asks of the decisions: q, type (penalty_act, licence_act, licence_act.granted …), change (newer, down), year,
 * organ, after; with the choices of the form, if v is given. A choice that there is not is no condition. */
MUST_USE bool public_decision_query(struct req *r, struct public_query *q, struct decisions_view *v, struct err *err);

/* public_list.c: what a list asks, and what a row of it says beside the page's address. */
struct public_list {
	const struct kind *kind;     /* NULL: no organ's pack has it, and the list is empty */
	const char *state;           /* NULL: whatever anyone sees */
	struct str path, heading, says;
	const struct field *by;      /* an enum by which the list is parted; NULL */
	const struct fact *link;
	size_t n_link;
	enum door door;
	bool (*row)(struct req *r, const struct public_list *l, const struct matter_view *m, struct register_row *ret, struct err *err);
};
bool public_list_show(struct req *r, const struct public_list *l, struct err *err);
/* The lines beneath a title; empty texts are left out. */
void public_foot(struct req *r, struct register_row *row, const struct str *text, size_t n);

/* public_open.c: a field as anyone may read it, matters that it names by those names that anyone may see. */
struct str public_told_text(struct req *r, const struct matter_view *m, const char *id);
/* What the kind's portal tells of a matter, each with its name: short texts and notes, no tables and files, nothing empty. */
size_t public_told_facts(struct req *r, const struct matter_view *m, const struct fact **ret);

/* What of a matter its page prints: fields and their headings. replaces: the field that leads to the version before (NULL:
 * there are none); values: old and new texts are told, not only that they differ. */
struct public_told {
	const struct told_field {
		const char *id, *name;
	} *field;
	size_t n;
	const char *replaces;
	bool values;
};
MUST_USE bool public_history(struct req *r, int64_t matter, const struct public_told *told, struct history *ret,
			     struct err *err);

void public_error(struct req *r, const struct err *err);

/* Routes. */
bool shown_index(struct req *r, struct err *err);
bool shown_list(struct req *r, struct err *err);
bool shown_show(struct req *r, struct err *err);
bool shown_file(struct req *r, struct err *err);
bool home_show(struct req *r, struct err *err);
bool a11y_show(struct req *r, struct err *err);
bool large_set(struct req *r, struct err *err);
bool feed_show(struct req *r, struct err *err);
bool robots_show(struct req *r, struct err *err);
bool sitemap_show(struct req *r, struct err *err);
bool sitemap_page(struct req *r, struct err *err);
bool decisions_show(struct req *r, struct err *err);
bool decision_show(struct req *r, struct err *err);
bool decision_file(struct req *r, struct err *err);
bool decision_proof(struct req *r, struct err *err);
bool decision_proof_part(struct req *r, struct err *err);
bool verify_show(struct req *r, struct err *err);
bool verify_send(struct req *r, struct err *err);
bool organ_keys_show(struct req *r, struct err *err);
bool correct_show(struct req *r, struct err *err);
bool correct_send(struct req *r, struct err *err);
bool ask_show(struct req *r, struct err *err);
bool ask_send(struct req *r, struct err *err);
bool complain_show(struct req *r, struct err *err);
bool complain_send(struct req *r, struct err *err);
bool visit_show(struct req *r, struct err *err);
bool visit_rate(struct req *r, struct err *err);
bool organs_show(struct req *r, struct err *err);
bool organ_show(struct req *r, struct err *err);
bool board_show(struct req *r, struct err *err);
bool officers_show(struct req *r, struct err *err);
bool items_show(struct req *r, struct err *err);
bool item_show(struct req *r, struct err *err);
bool item_flow(struct req *r, struct err *err);
bool standards_show(struct req *r, struct err *err);
bool standard_show(struct req *r, struct err *err);
bool statistics_show(struct req *r, struct err *err);
bool statistics_table(struct req *r, struct err *err);
bool statistics_json(struct req *r, struct err *err);
bool notices_show(struct req *r, struct err *err);
bool notice_show(struct req *r, struct err *err);
bool notice_file(struct req *r, struct err *err);
bool apply_show(struct req *r, struct err *err);
bool apply_send(struct req *r, struct err *err);
bool request_show(struct req *r, struct err *err);
bool request_send(struct req *r, struct err *err);
bool decisions_json(struct req *r, struct err *err);
bool decision_json(struct req *r, struct err *err);
bool public_openapi(struct req *r, struct err *err);
bool log_checkpoint_show(struct req *r, struct err *err);
bool log_tile_show(struct req *r, struct err *err);

#endif
