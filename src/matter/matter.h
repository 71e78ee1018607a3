/* SPDX-License-Identifier: MulanPSL-2.0 */
/* matter.h - the engine's whole surface (DESIGN 4): matter_open, matter_act, matter_see.
 * Pages, API, import, scenarios and timers all go through these; rights are asked here and nowhere else.
 *
 * matter_open and matter_act run inside the writing turn (writer.h), in an open transaction, and do
 * everything or nothing: right, state, version -> form -> `set` -> checks of the action and of the state
 * that it leads into -> event, papers, numbers -> state -> clocks -> `then`, depth first -> reactions ->
 * messages, outbox, keys, readers, the log's entry.
 * A refusal is not an error of the call: true with result->refused. An error (false) is a conflict, a
 * broken request or the database. */
#ifndef MINGFA_MATTER_MATTER_H
#define MINGFA_MATTER_MATTER_H

#include "matter/engine.h"

/* Who acts. organ is the identity in force (身份); the role is found by matching `by`. */
enum actor_sort { ACTOR_PERSON, ACTOR_PUBLIC, ACTOR_SYSTEM, ACTOR_IMPORT };
struct actor {
	enum actor_sort sort;
	int64_t person; /* matter of kind person; 0 for public and system */
	int64_t organ;
};

/* Typed values for the fields of the action's form; unknown fields are refused. */
struct form_entry {
	struct str field;
	struct val v;
};
struct form {
	const struct form_entry *v;
	size_t n;
};
/* The form from JSON (API, import, drafts, scenarios): plain numbers beside money are yuan. References are
 * given as codes (UUID) or ids; resolve (may be NULL) turns other texts (names in scenarios) into ids.
 * Findings go to *ret_refused as refusals of sort REFUSED_FORM. */
struct refusal;
struct form_names {
	int64_t (*resolve)(void *ctx, const struct type *t, struct str text); /* 0: unknown */
	void *ctx;
};
MUST_USE bool form_of_json(struct db *db, struct arena *a, const struct kind *kind, const struct action *action,
			   const struct json *j, const struct form_names *names, struct form *ret,
			   const struct refusal **ret_refused, size_t *ret_n, struct err *err);

/* A `should` that the actor passes with a recorded reason, by the check's path or its first cite. */
struct passed {
	struct str check;
	struct str reason;
};

/* Forms of the built-in actions: recuse and ask_recuse take the person as the entry "person" (T_USER) and a
 * reason; correct the fields that the kind names and a reason; note a reason (the text) and may tell "persons"
 * (T_USERS, who see the matter); expedite may have a reason; ask_back has one; recall has none; tick takes "point"
 * (T_INT, from 1) and may have a remark as reason. An action with `points: true` takes "points" (T_PICKS of texts).
 * ACTOR_IMPORT passes the right; opening a kind that has a state `historic` leads there: any field and number
 * may be given, nothing is required or checked, no clock starts, nothing follows.
 * A deputy (AB角, kind delegation) acts in somebody's stead on the days of the delegation: the event's actor is the
 * deputy, its body says for whom. A right of one's own goes first; joint actions are done in person.
 * A matter waits for whom its state's `holder` names, else for those who may do its actions; states in which
 * nobody has to act say `holder: [system]`. */
struct act {
	struct actor who;
	int64_t matter;      /* 0: open */
	struct str kind;     /* open */
	int64_t version;     /* the version that the actor saw; -1: whatever it is (timers, effects, API without) */
	struct str action;   /* "open" for open */
	struct form form;
	const struct passed *passed;
	size_t n_passed;
	struct str reason;   /* correct, recuse, note … and the event's reason */
	struct str request;  /* once-token, unique; empty: none */
	int64_t received;    /* when the server received it; 0: now */
	int64_t parent;      /* open: the parent, 0: none */
	int64_t origin;      /* open: link of origin, 0: none */
	struct str secret;   /* account: the hash of its new password; never in the record (account.c) */
};

enum refused_sort { REFUSED_RIGHT, REFUSED_STATE, REFUSED_FORM, REFUSED_CHECK, REFUSED_SHOULD, REFUSED_PAPER,
		    REFUSED_TARGET, REFUSED_CLOCK };
/* One reason why an act cannot be done: sentence -> facts -> citation -> way on (experience.md 4, 5). */
struct refusal {
	enum refused_sort sort;
	struct str say;            /* the sentence, in Chinese */
	struct str facts;          /* what was seen: values of this case; may be empty */
	const struct node *node;   /* for the citation; may be NULL */
	struct str field;          /* REFUSED_FORM */
	struct str way;            /* id of the action or field that cures it; may be empty */
	struct str target;         /* REFUSED_TARGET: number or title of the matter that refused */
	bool missing;              /* an empty field: 尚未填写 */
	bool can_pass;             /* a `should`: passes with a reason */
	bool early;                /* seen before the form, which may still change it */
};

struct act_result {
	int64_t matter, event, version;
	struct str code;           /* of the matter */
	bool repeated;             /* the once-token was known: this is the first result */
	const struct refusal *refused;
	size_t n_refused;          /* > 0: nothing was changed */
};

MUST_USE bool matter_open(struct engine *e, struct db *db, struct arena *a, const struct act *act,
			  struct act_result *ret, struct err *err);
MUST_USE bool matter_act(struct engine *e, struct db *db, struct arena *a, const struct act *act,
			 struct act_result *ret, struct err *err);
/* The same without writing: for buttons and the 核对 page; promises nothing. Runs on a reader. form may be
 * empty: then checks that read the form's fields are left out (ret_asks tells that there is a form). */
MUST_USE bool matter_try(struct engine *e, struct db *db, struct arena *a, const struct act *act,
			 struct act_result *ret, struct err *err);

/* What an act would bring about, with what is typed so far: its papers as they would be frozen (blocks of
 * template_preview, numbers as ……), numbers, where it leads, clocks, who has it next and who is told. What is wrong
 * or still wanting in the form is no obstacle here. Runs on a reader, writes nothing, promises nothing. can: right
 * and state allow the act; else nothing more is told. */
struct foreseen {
	bool can;
	const struct foreseen_paper {
		const struct paper *def;
		struct str number, blocks;
		bool hidden;               /* it prints what this person may not see */
	} *paper;
	size_t n_paper, n_made;            /* those that it makes stand first; the others are only shown beside the form */
	const struct foreseen_number {
		const struct number *def;
		struct str text;           /* 临应急罚〔2026〕……号 */
	} *number;
	size_t n_number;
	const struct clock_view *start, *stop, *pause, *resume; /* as they would stand right after it */
	size_t n_start, n_stop, n_pause, n_resume;
	const struct state *to;
	bool moves;
	struct str holder, told;           /* names */
};
MUST_USE bool matter_foresee(struct engine *e, struct db *db, struct arena *a, const struct act *act,
			     struct foreseen *ret, struct err *err);

/* What the form of an action proposes for this matter (`offer`): values that whoever fills it in may change. Fields for
 * which nothing is proposed are left out, and so is what would tell this person a hidden field. Writes nothing. */
MUST_USE bool matter_offers(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter,
			    struct str action, struct form *ret, struct err *err);

/* What a form offers for a reference (`pool`), of what this person may see; at the opening of a matter (matter 0) as of one
 * of the person's organ. In order of opening, each once, POOL_MOST at most; *ret_more: there are others. Nothing is refused
 * by this: what may be chosen is said by the checks. */
#define POOL_MOST 300
struct pooled {
	int64_t id;
	struct str code, title, number;
};
MUST_USE bool matter_pool(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct kind *k,
			  int64_t matter, const struct field *f, const struct pooled **ret, size_t *ret_n, bool *ret_more,
			  struct err *err);

/* Overdue automatic actions and lapses up to now, oldest due first; at most `most` of them. *ret_done tells
 * how many were done; 0: none is overdue. The group's begin hook calls it. */
/* The records of one duty are made together, so that somewhat more than `most` may be done (DUTY_BATCH). */
MUST_USE bool matter_timers(struct engine *e, struct db *db, struct arena *a, int64_t now, int most,
			    int *ret_done, struct err *err);
MUST_USE bool matter_timers_overdue(struct engine *e, struct db *db, struct arena *a, int64_t now,
				    int64_t *ret_count, struct err *err);

/* Tells those on whose desk a limit stands that it turned yellow or red, at most `most` matters a call; in the
 * writing turn, after the timers. *ret_done < most: nobody is left to tell. */
MUST_USE bool matter_warn(struct engine *e, struct db *db, struct arena *a, int64_t now, int most, int *ret_done,
			  struct err *err);
/* Whether there is somebody to tell; on a reader, two probes. */
MUST_USE bool matter_warn_waits(struct db *db, struct arena *a, int64_t now, bool *ret, struct err *err);

/* An act waits at most so long for its turn (writer.h). A group's beginning does the timers up to so long ago:
 * an act that was received before the due counts at its receipt, and each act does what fell due before it. */
#define MATTER_WAIT_MS 5000
/* After the start with a new calendar: reckons again the clocks whose due day is provisional, at most `most` a
 * call, those after *after (0 first); each that changes gets an event. In the turn, until *ret_more is false. */
MUST_USE bool matter_recount(struct engine *e, struct db *db, struct arena *a, int64_t *after, int most,
			     int *ret_changed, bool *ret_more, struct err *err);

/* Fills the next `most` matters into derived indexes that a new version brought; in the turn, until *ret_more is
 * false. */
#define MATTER_FILL 1000 /* a batch: decision 14 */
MUST_USE bool matter_fill(struct engine *e, struct db *db, struct arena *a, int most, bool *ret_more, struct err *err);

/* What one person sees of a matter. */
enum light { LIGHT_NONE, LIGHT_GREEN, LIGHT_YELLOW, LIGHT_RED, LIGHT_PAUSED, LIGHT_MET, LIGHT_MET_LATE };
struct clock_view {
	const struct clock *def;
	int64_t run;
	struct val_clock v;
	enum light light;
	int64_t yellow;      /* the instant from which it is yellow; 0: never */
	int64_t left;        /* workdays (by_day and the limit's unit) or ms left; negative: late */
	struct str chip;     /* ▲ 剩3个工作日 · 11月25日届满 */
	bool provisional;
	struct str who;      /* on whose desk it stands: names */
};
struct field_view {
	const struct field *def;
	struct val v;        /* masked where the field says so */
	bool hidden, masked;
	bool no_copy;        /* its files are looked at and played here, and not taken out by this person */
};
struct action_view {
	const struct action *def;
	bool can;            /* may be chosen now (form aside) */
	bool asks;           /* has a form */
	const struct refusal *refused;
	size_t n_refused;
};
struct event_view {
	int64_t id, seq, at, entered, actor, organ, because_of;
	struct str action, action_name, role, actor_name, organ_name, reason;
	struct str stead_name; /* 王明代李强: whom a deputy acted for; empty: nobody */
	struct str told;       /* note: names of those who were told */
	const struct str *point; /* a return's points; the one that was ticked */
	size_t n_point;
	const struct field *const *changed; /* fields that this event set and the reader may see */
	const struct val *value;            /* aligned with changed */
	size_t n_changed;
	const struct event_passed {
		const struct node *node; /* of the check; NULL: an older law's, which has it no more */
		struct str reason;
	} *passed; /* warnings that the actor passed, each with a reason */
	size_t n_passed;
};
struct paper_view {
	int64_t id;
	struct str code, paper, name, number, state, digest; /* state also: removed */
	int64_t made;
	int64_t corrected_by;  /* the document that corrects it; 0: none */
	struct str correction; /* what that is called: 《文书更正书》（文号）; empty: none */
	int64_t removed;           /* the event that let its content go (removal.h); 0: it is there */
};
struct link_view {
	int64_t matter;
	struct str code, kind_name, title, state_name, relation;
	bool child;
};
struct term_view {
	const struct term *def;
	struct val v;
};
struct matter_view {
	const struct snap *snap;
	struct str title, organ_name, holder; /* holder: 现由谁办 */
	const struct field_view *field;
	size_t n_field;
	const struct action_view *action;     /* only those whose state fits */
	size_t n_action;
	const struct clock_view *clock;
	size_t n_clock;
	const struct event_view *event;       /* oldest first */
	size_t n_event;
	const struct paper_view *paper;
	size_t n_paper;
	const struct link_view *link;
	size_t n_link;
	const struct term_view *term;
	size_t n_term;
};
enum see_part { SEE_FIELDS = 1, SEE_ACTIONS = 2, SEE_CLOCKS = 4, SEE_EVENTS = 8, SEE_PAPERS = 16, SEE_LINKS = 32,
		SEE_TERMS = 64, SEE_ALL = 127,
		SEE_ALIKE = 128 /* with SEE_TERMS: those too that compare with like cases (expr_compares) */ };
/* ERR_NOT_FOUND also when the person may not see it: it never tells that a hidden matter exists. */
MUST_USE bool matter_see(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter,
			 unsigned parts, struct matter_view *ret, struct err *err);
/* Only whether: for counts, of which each one is asked. */
MUST_USE bool matter_sees(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter,
			  bool *ret, struct err *err);

/* 阅卷: what a loan lets its reader see of an archived case. Only the person whom an approved loan names reads, only papers
 * from..to (counted over what the dossier holds, the main file first), the secondary file too when whole, and copies only
 * when the application asked for it (LY4.09-2.4a, 2.4b). */
struct loan_may {
	int64_t of; /* the case */
	int64_t from, to;
	bool whole, copy;
};
/* Whether this person reads by this loan today; s: of a matter that the person sees. */
bool matter_loan_open(const struct snap *s, const struct actor *who);
/* ERR_FORBIDDEN or ERR_NOT_FOUND with the reason. */
MUST_USE bool matter_loan(struct engine *e, struct db *db, struct arena *a, const struct actor *who,
			  const struct matter_view *m, struct loan_may *ret, struct err *err);

/* One paper, as its matter's papers are seen: whoever sees the matter and all that the paper prints. *ret_seen false:
 * there is none, or not for this person. */
struct paper_seen {
	struct paper_view v;
	struct str content;        /* frozen blocks (law/template.h) */
	const struct snap *matter;
	struct str title;          /* of the matter */
};
MUST_USE bool matter_paper(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t document,
			   struct paper_seen *ret, bool *ret_seen, struct err *err);
/* All papers of a matter for the full-text index, whoever may see them. who: principals without whom nobody sees the paper,
 * where it prints a field with a sight of its own; they may be too many, so each hit must be asked for by matter_paper. */
struct paper_entry {
	int64_t id, made;
	struct str name, number, content; /* content empty: let go (removal.h) */
	bool narrow;               /* else every reader of the matter may see it */
	const struct str *who;
	size_t n_who;
};
MUST_USE bool matter_papers(struct engine *e, struct db *db, struct arena *a, int64_t matter, const struct paper_entry **ret,
			    size_t *ret_n, struct err *err);
/* The principals of a person as readers of matters are stored: user:9, organ:7, role:7:head, public; those of whoever is
 * away too (AB角). Lives in a. */
MUST_USE bool matter_principals(struct engine *e, struct db *db, struct arena *a, const struct actor *who,
				const struct str **ret, size_t *ret_n, struct err *err);
/* What the definition opens to whoever gives the matter's number and its query code (language.md 10), and no more:
 * fields, terms and clocks in the order of `code`, organ_name, and the state when it is among them (else a state of
 * which the caller shows nothing: ret->state_open). ERR_NOT_FOUND, with one sentence, for every pair that is wrong.
 * Blanks, dashes and small letters in the code do not matter. */
struct code_view {
	struct matter_view v;
	bool state_open;
};
MUST_USE bool matter_ask(struct engine *e, struct db *db, struct arena *a, struct str number, struct str query_code,
			 struct code_view *ret, struct err *err);
/* Number and query code of a matter that was just opened, for the receipt of whoever opened it; empty: it has none. */
MUST_USE bool matter_receipt(struct engine *e, struct db *db, struct arena *a, int64_t matter, struct str *ret_number,
			     struct str *ret_code, struct err *err);
/* A new query code: K7QM2-4F9PX, 50 random bits without letters that look alike. */
struct str query_code_new(struct arena *a);
/* 入企检查评价 reach the supervisor alone: *ret is whether this person holds today the post of a supervisor or head of the
 * justice bureau and so reads single ratings of all organs; others read sums of their own organ in whole batches. */
MUST_USE bool matter_reads_ratings(struct engine *e, struct db *db, struct arena *a, const struct actor *who, bool *ret,
				   struct err *err);

/* The code of a visit as anyone typed or scanned it, digested as the table `visit` keeps it: 64 hexadecimal digits; empty
 * for what cannot be a code (it has 26 letters and digits, 130 bits). */
struct str visit_code_digest(struct arena *a, struct str code);

/* The id of a code; ERR_NOT_FOUND. */
MUST_USE bool matter_by_code(struct db *db, struct arena *a, struct str code, int64_t *ret, struct err *err);

/* A clock's reckoning, a line a step: 收齐材料 11月9日（一）当日不计 → 10日第1 … 25日（三）第10个工作日，24时届满. */
MUST_USE bool matter_clock_explain(struct engine *e, struct db *db, struct arena *a, const struct actor *who,
				   int64_t matter, struct str clock, int64_t run, struct buf *ret, struct err *err);

/* Lists. Rights and filters are part of the query; never fetches what may not be seen. */
enum list_order { LIST_DUE, LIST_UPDATED, LIST_OPENED };
struct list_filter {
	struct str field; /* a field id, or "state", "organ" */
	struct str value; /* plain form */
};
struct list_query {
	struct actor who;
	struct str kind;          /* empty: all kinds */
	const struct list_filter *filter;
	size_t n_filter;
	enum light light;         /* LIGHT_NONE: any */
	bool mine;                /* only what waits for me (desk) */
	int64_t opened_from, opened_before; /* instants; 0: whenever */
	enum list_order order;
	int64_t after_key, after_id; /* keyset paging: the last row's; 0: from the start */
	int limit;                /* ≤ 200 */
	bool bare;                /* rows are snap, updated and key alone, and none is left out while an index is filled */
};
struct list_row {
	const struct snap *snap;
	struct str title, state_name, holder, organ_name;
	struct clock_view clock;  /* the nearest one; def NULL when there is none */
	size_t n_clock;           /* how many run or pause */
	const struct action *next; /* what this person does next; NULL */
	struct str stead;          /* next is done for this person, who is away (代李强); empty: in one's own right */
	int64_t updated;
	int64_t key;              /* with snap->id: what the next page comes after */
};
MUST_USE bool matter_list(struct engine *e, struct db *db, struct arena *a, const struct list_query *q,
			  const struct list_row **ret, size_t *ret_n, struct err *err);
/* How many matter_list would give, page after page; one more than LIST_COUNT_MOST means more than so many, -1 that it cannot be told yet (an
 * index is being filled). */
#define LIST_COUNT_MOST 200 /* a count looks at each matter that it counts: at 1000 that was two thirds of a page */
MUST_USE bool matter_list_count(struct engine *e, struct db *db, struct arena *a, const struct list_query *q, int64_t *ret,
				struct err *err);
/* How far, in percent, an index is that the filters of a list need and that a new version of a pack has brought: until
 * it is done (engine_filling) the list looks at the newest 2,000 rows only and may miss some. -1: all are complete. */
MUST_USE bool matter_list_filling(struct engine *e, struct db *db, struct arena *a, const struct list_query *q,
				  int *ret_percent, struct err *err);
/* The calendar: limits that run and end on the days from first to last, of matters that the person may see; by due. */
#define AGENDA_MOST 2000 /* matters: what a month's page can show at all */
struct agenda_query {
	struct actor who;
	int64_t first, last;      /* days, both included */
	bool mine;                /* only limits that stand on this person's desk */
	bool of_organ;            /* only matters of the identity's organ */
	struct str kind;          /* empty: all */
};
struct agenda_row {
	const struct snap *snap;
	struct str title;
	struct clock_view clock;
};
MUST_USE bool matter_agenda(struct engine *e, struct db *db, struct arena *a, const struct agenda_query *q,
			    const struct agenda_row **ret, size_t *ret_n, bool *ret_more, struct err *err);

/* How many wait for this person; 100 means so many or more (every page asks this). */
MUST_USE bool matter_count_mine(struct engine *e, struct db *db, struct arena *a, const struct actor *who,
				int64_t *ret, struct err *err);

/* How what this reader sees of a matter came about, oldest first: what was shown when, and what read otherwise from then
 * on. replaces: the field by which a version names the one before it (NULL: none); then those come first. Each change
 * is reckoned from what the reader saw then, before and after it; a field that the reader does not see today is left
 * out. No names of those who acted. ERR_NOT_FOUND as of matter_see. */
enum past_sort {
	PAST_SHOWN,   /* from now on the reader sees it */
	PAST_NEWER,   /* the same again: a newer version, or once more after it was gone */
	PAST_CHANGED, /* its state or some fields changed */
	PAST_GONE     /* from now on the reader does not see it */
};
struct past_change {
	enum past_sort sort;
	int64_t at;
	int version;               /* 1, 2 …: of which version */
	const struct kind *kind;   /* of that version */
	const struct state *state; /* after it */
	const struct val *seen;    /* aligned with kind->field: what the reader saw after it */
	struct str action;
	const struct past_field {
		const struct field *def;
		struct val before, after; /* null: nothing was seen there */
	} *field;
	size_t n_field;
};
MUST_USE bool matter_past(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter,
			  const char *replaces, const struct past_change **ret, size_t *ret_n, struct err *err);

/* The value of a setting for an organ on a day: its own before one for all, the newest in force (of two in force from the
 * same day the one that was set later), else the pack's default.
 * organ 0: no organ's own. Null when the organ's definitions have none of that name. */
MUST_USE bool matter_setting(struct engine *e, struct db *db, struct arena *a, int64_t organ, int64_t day, struct str id,
			     struct val *ret, struct err *err);

/* Names of organs, persons and matters for a reader's texts; ctx is made with a database reader. Organs and people are
 * known to all; of another matter that who may not see there is the kind and the number, or 〔无权查看〕. */
MUST_USE bool matter_names(struct engine *e, struct db *db, struct arena *a, const struct actor *who,
			   struct val_names *ret, struct err *err);

/* Drafts: kept on the server, one a person and form (matter+action or kind). */
struct draft {
	struct str form; /* JSON text; empty: there is none */
	struct str page; /* once-token of the page that kept it: two windows have two; empty when none is known */
	int64_t at;      /* when */
};
MUST_USE bool draft_save(struct db *db, int64_t person, int64_t matter, struct str action, const struct draft *d,
			 struct err *err);
MUST_USE bool draft_load(struct db *db, struct arena *a, int64_t person, int64_t matter, struct str action,
			 struct draft *ret, struct err *err);
/* Throws a draft away: it stays in the bin for DRAFT_BIN_DAYS, its uploads with it. *ret_id: its place there, 0: there
 * was no draft. */
#define DRAFT_BIN_DAYS 30
MUST_USE bool draft_discard(struct db *db, struct arena *a, int64_t person, int64_t matter, struct str action, int64_t now,
			    int64_t *ret_id, struct err *err);
/* Takes one back from the bin; a draft that stands in its place goes there. ERR_NOT_FOUND. */
MUST_USE bool draft_restore(struct db *db, struct arena *a, int64_t person, int64_t id, int64_t now, int64_t *ret_matter,
			    struct str *ret_action, struct err *err);
/* The form is done: so are the uploads that belong to it. */
MUST_USE bool draft_drop(struct db *db, int64_t person, int64_t matter, struct str action, struct err *err);
/* A file that this person sends with this form, beside its blob_put. The engine lets a person attach a digest only
 * from here, or from a field of the same matter which that person sees: to know a digest is no right to a file. */
MUST_USE bool upload_put(struct db *db, int64_t person, int64_t matter, struct str action, struct str digest,
			 int64_t now, struct err *err);
MUST_USE bool upload_find(struct db *db, struct arena *a, int64_t person, int64_t matter, struct str action,
			  struct str digest, bool *ret, struct err *err);

#endif
