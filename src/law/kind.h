/* SPDX-License-Identifier: MulanPSL-2.0 */
/* kind.h - a pack as loaded: kinds with fields, states, actions, checks, clocks, papers (language.md).
 * Read-only after law_load, shared by all threads, alive as long as its struct law. */
#ifndef MINGFA_LAW_KIND_H
#define MINGFA_LAW_KIND_H

#include "law/value.h"

struct expr;
struct law;

/* Where something stands in a definition file. */
struct pos {
	const char *file;
	int line, col;
};

struct cites {
	const struct str *id;
	size_t n;
};

enum node_sort { NODE_FIELD, NODE_STATE, NODE_TERM, NODE_ACTION, NODE_BY, NODE_CHECK, NODE_CLOCK, NODE_EFFECT,
		 NODE_REACTION, NODE_SEE, NODE_PAPER, NODE_ROW, NODE_FUNCTION, NODE_SETTING, NODE_KIND, NODE_SHEET,
		 NODE_ITEM, NODE_NUMBER, NODE_DUTY, NODE_REPORT, NODE_EXPORT, NODE_DRAW, NODE_RUNNING, NODE_MAX };

/* What every addressable part of a definition has. path is "penalty.decide.reviewed".
 * off and touched belong to the scenario runner (`--without`), which runs alone: the engine treats an
 * `off` node as if it were not written and sets touched when law->trace is set. */
struct node {
	enum node_sort sort;
	struct str path;
	struct str name; /* Chinese, may be empty */
	struct cites cite;
	struct pos pos;
	struct str pack; /* the pack that wrote it; because of overlays also: */
	struct cites because;
	bool off;
	bool touched;
};
static inline bool node_on(const struct node *n)
{
	return !n->off;
}

/* An expression, or rows of `choose`: the first row whose `when` is true gives the value; a row with an
 * unknown `when` makes the result null. An expression alone is one row without `when`. */
struct choose_row {
	const struct expr *when; /* NULL: default */
	const struct expr *is;
	struct node *node;       /* rows may carry cite; never NULL */
};
struct choose {
	const struct choose_row *row;
	size_t n;
	struct type type;
};

/* An entry of by, see, apart, tell, who, holder: one alternative. */
enum who_sort {
	WHO_ROLE,      /* a role of this matter's organ; one that is `everywhere`, of any */
	WHO_ORGAN_ROLE,/* organ expression and role: receiver.legal, justice.legal, case.organ.head */
	WHO_PERSON,    /* expression giving a user or users: officers, case.officers, children(…).reader */
	WHO_OPENER,
	WHO_PUBLIC,
	WHO_SYSTEM,
	WHO_MEMBERS    /* `organ`, or an organ expression without role: every member */
};
struct who {
	enum who_sort sort;
	struct str text;        /* as written */
	struct str role;        /* WHO_ROLE, WHO_ORGAN_ROLE */
	bool everywhere;        /* WHO_ROLE: whichever organ the matter is of */
	const struct expr *expr; /* organ(s) or person(s) */
	const struct expr *when; /* `if`, NULL: always */
	struct node *node;
};
struct whos {
	const struct who *v;
	size_t n;
};

enum see_else { SEE_HIDE, SEE_MASK };
/* Sight of a field: no entries means everyone who sees the matter. */
struct field_see {
	struct whos who;
	const struct expr *when; /* everyone once true */
	enum see_else otherwise;
	struct whos save; /* of those who see its files, who may take a copy out; n = 0: all of them */
	bool set;
};

struct field {
	struct str id, name;
	struct type type;
	struct node *node;
	bool has_is;            /* computed: choose below */
	struct choose is;
	const struct expr *def; /* default */
	bool has_min, has_max;
	const struct expr *min, *max;
	struct field_see see;
	struct str personal;    /* how it is masked: name, code, phone, address, text; empty: not personal */
	struct str help, example, group, unit;
	struct str taken;       /* of files: the field that says when they were taken; empty: none */
	size_t index;           /* position in kind->field */
	/* rows: filled at open */
	const struct expr *fill_from;
	const struct fill_cell {
		struct str col;
		const struct expr *expr;
	} *fill;
	size_t n_fill;
	/* ref, refs: what forms offer, each a list of matters of type.kind; none: all that the person sees */
	const struct expr *const *pool;
	size_t n_pool;
	bool keyed;             /* the checker derived an index: the engine keeps matter_key rows */
};

struct check {
	struct str id;
	struct node *node;
	const struct expr *when;   /* `if`, NULL: always */
	const struct expr *must;   /* one of must, should */
	const struct expr *should;
	const struct say *say;
	struct str way;            /* id of the action or field that cures it, or empty */
};

/* Text with {expr} parts: pieces alternate literal, expression. {failing} has failing set. */
struct say {
	const struct say_piece {
		struct str lit;
		const struct expr *expr;
		bool failing;
	} *piece;
	size_t n;
};

struct state {
	struct str id, name;
	struct node *node;
	bool end;
	const struct check *check;
	size_t n_check;
	struct whos holder;
	size_t index;
};

struct term {
	struct str id, name;
	struct node *node;
	struct choose is;
};

struct assign {
	struct str field; /* id in the target kind's fields (or form) */
	const struct expr *expr;
	struct pos pos;
};

enum effect_sort { EFFECT_OPEN, EFFECT_DO, EFFECT_TELL };
struct effect {
	enum effect_sort sort;
	struct node *node;
	const struct expr *when;
	struct str var;            /* `for: x in LIST` */
	const struct expr *list;
	struct str kind;           /* open */
	const struct kind *target; /* open: the kind; do: the kind of `at` */
	struct str action;         /* do; "open" for open */
	const struct expr *at;
	const struct assign *with;
	size_t n_with;
	const struct expr *organ;  /* open: the new matter's organ, NULL: this one's */
	bool skip;
	struct whos tell;
	const struct say *say;
};

struct form_field {
	const struct field *field;
	bool required;
	bool append; /* goods+ */
};

enum action_to { TO_STAY, TO_STATE, TO_CHOOSE, TO_BACK };

struct action {
	struct str id, name, next, help;
	struct node *node;
	bool any;                         /* from: any (every state that is not an end) */
	const struct state *const *from;  /* resolved; open has none */
	size_t n_from;
	enum action_to to;
	const struct state *to_state;
	struct choose to_choose;          /* gives a state id as T_ENUM */
	struct whos by;
	const struct expr *const *apart;  /* persons */
	struct node *const *apart_node;
	size_t n_apart;
	const struct form_field *form;    /* form then may, in order of writing */
	size_t n_form;
	const struct assign *set;
	size_t n_set;
	const struct check *check;
	size_t n_check;
	const struct paper *const *makes;
	size_t n_makes;
	const struct paper *const *shows; /* papers that stand beside the form as they would read; not made */
	size_t n_shows;
	const struct term *const *shows_term; /* `shows` may name terms too: figures to fill the form in by */
	size_t n_shows_term;
	const struct assign *offer;       /* what the form proposes; whoever fills it in may change it */
	size_t n_offer;
	const struct effect *then;
	size_t n_then;
	/* removes: whose papers and files go (matter/removal.h); node NULL: nothing does */
	struct removes {
		struct node *node;
		const struct expr *const *of; /* matters, with what hangs on them */
		size_t n_of;
		const struct action *approved; /* of this kind; a person must have done it before */
	} removes;
	/* joint */
	bool joint;
	const struct expr *need;
	bool blind; /* until it completes nobody sees another's part */
	bool again; /* a person may replace an own part before that */
	bool confirm, batch, points, reopen;
	const struct field *opinions;     /* `points: FIELD`: its rows go back as points to be ticked with a word; NULL: none */
	bool builtin; /* correct, ask_recuse, recuse, note, expedite, recall, ask_back, tick, take_over, adopt */
	size_t index;
};

struct reaction {
	struct str id;
	struct node *node;
	const struct after {
		struct str kind;
		struct str action; /* empty: any */
	} *after;
	size_t n_after;
	const struct expr *when;
	struct effect effect; /* open, do or tell; `it` is the matter that acted */
};

struct clock_limit {
	struct choose is; /* a span */
	struct node *node;
};

/* `from: a`, `from: {a: field}`: the value that the start counts from. */
struct clock_from {
	struct str action;
	const struct expr *value; /* date or time; NULL: the event's time */
};

struct clock {
	struct str id, name;
	struct node *node;
	const struct clock_from *from;
	size_t n_from;
	const struct str *until;
	size_t n_until;
	const struct expr *when;
	const struct clock_limit *limit; /* the earliest due counts */
	size_t n_limit;
	const struct expr *due;          /* or a fixed date or time */
	bool has_warn;
	struct choose warn;
	struct clock_pause {
		const struct str *from, *until;
		size_t n_from, n_until;
		struct str child; /* a kind: while such a child is open */
		struct node *node;
	} *pause;
	size_t n_pause;
	bool has_extend;
	struct str extend_at;
	const struct expr *extend_add, *extend_most, *extend_times;
	struct node *extend_node;
	struct whos who;
	struct str lapse; /* action */
	const struct expr *lapse_if;
	size_t index;
};

/* Duties and reports (section 7): what recurs, of each subject and each period. */
enum every { EVERY_MONTH, EVERY_QUARTER, EVERY_HALF_YEAR, EVERY_YEAR };
enum duty_result { DUTY_NONE, DUTY_MET, DUTY_MISSED };
/* Their expressions know `subject`, `period` and (duties) `figure` under these numbers of scope->var. */
enum { DUTY_SUBJECT, DUTY_PERIOD, DUTY_FIGURE, DUTY_VARS };
struct duty {
	struct str id, name, path;       /* path: KIND.ID, as scenarios and records name it */
	struct node *node;
	const struct kind *kind;
	const struct expr *subjects;     /* a list of organs, users or matters */
	struct type subject;
	enum every every;
	const struct expr *due;          /* a span after the period's end; NULL: its last day */
	const struct expr *figure, *met;
	const struct expr *target;       /* met: figure >= TARGET; NULL: it is said otherwise */
	const char *target_sign;         /* "≥" */
	enum duty_result empty;          /* what holds when met is unknown */
	struct whos who, excuse;
	const struct expr *warn;         /* a span before the due; NULL: nobody is told */
	const struct effect *missed;     /* NULL: nothing follows */
	const struct report *delivers;   /* the duty to deliver this report (`due` of a report); NULL: any other duty */
};
struct report {
	struct str id, name, path;
	struct node *node;
	const struct kind *kind;
	const struct expr *subjects;
	struct type subject;
	enum every every;
	struct whos who;                 /* who sees all rows; a subject's own people see theirs */
	const struct expr *to;           /* the organ to which each subject delivers its row; NULL: it is only looked at */
	const struct duty *deliver;      /* the duty to do so; NULL as `to` */
	const struct report_column {
		struct str id, name;
		struct node *node;
		const struct expr *is;
	} *column;
	size_t n_column;
};

/* Matters as rows of a table that somebody else has prescribed (双公示). Its expressions know `period`, the days that are asked
 * for, and those of the columns `row`, a matter. */
enum { EXPORT_ROW, EXPORT_PERIOD, EXPORT_VARS };
struct export_def {
	struct str id, name, path;       /* path: KIND.ID */
	struct node *node;
	const struct kind *kind;
	const struct expr *rows;         /* a list of matters */
	struct type row;
	struct whos who;                 /* who may have it made, of the rows that they see */
	const struct export_column {
		struct str id, head, name;   /* head: the id in capitals, as the table writes it */
		struct choose is;            /* the first row that holds and is not null */
		int length;                  /* most characters; 0: any */
		const struct expr *need;     /* must not be empty when this holds; NULL: may be */
		bool always;                 /* need is true whatever the row says */
	} *column;
	size_t n_column;
};

struct number {
	struct str id, name, pattern, at; /* {organ.abbr} {year} {seq}; at: action */
	struct node *node;
	size_t index;
};

struct paper {
	struct str id, name, template_id;
	int copies;
	struct node *node;
	struct str template_text; /* of the nearest pack that has it */
	const struct field *corrects; /* whose value is the id of the paper that this one corrects; NULL: it corrects none */
};

/* Where the public side shows matters of a kind that anyone may see (`portal`): before, during or after enforcement; on a page
 * of its own, or on the common one, which tells the fields of `tell` in their order and beneath a list's title those of `line`. */
enum portal_stage { PORTAL_NONE, PORTAL_BEFORE, PORTAL_DURING, PORTAL_AFTER, PORTAL_STAGES };
struct portal_def {
	enum portal_stage stage;             /* PORTAL_NONE: the kind has no `portal` */
	struct str name, says;               /* heading; a sentence for the reader, may be empty */
	struct str at;                       /* address of its own page; empty: the common one */
	const struct field *const *tell;     /* the first is the title */
	size_t n_tell;
	const struct field *const *line;
	size_t n_line;
	const struct field *by;              /* an enum that parts the list (it is among its filters); NULL: none */
	int place;                           /* within its stage, the smallest first */
	bool checks;                         /* one of those that tell of random inspection: plan, items, results */
};

/* What is shown to whom gives a number of the matter and its query code: fields, terms, clocks, the state. */
struct see_code {
	const struct field *const *field;
	size_t n;
	const struct term *const *term;
	size_t n_term;
	const struct clock *const *clock;
	size_t n_clock;
	bool state;
	struct node *node; /* NULL: nobody may ask, and the matter has no code */
};

/* What of a matter goes one way to the public side (`push`): from an action on, under a code that this action makes. */
struct push_def {
	const struct action *from;
	const struct action *const *until; /* with these it is gone there */
	size_t n_until;
	const struct str *show;            /* ids of fields, terms, numbers */
	size_t n;
	struct node *node;                 /* NULL: nothing is pushed */
};

/* Matters that are planned at one party (`plans`): those who plan in any organ see them together before one is approved
 * (综合查一次). */
struct plans_def {
	const struct field *party, *on;   /* whom, and on which day; NULL: no such kind */
	const struct field *made;         /* and on which day it came about */
	const struct field *show;         /* what is told beside organ, number, day and state to whoever may not open the matter */
	const struct state *const *off;   /* in these states nothing is planned any more */
	size_t n_off;
	const struct expr *when;          /* only what this is true of is told to other organs; NULL: all */
	const struct str *role;           /* who plans */
	size_t n_role;
	struct str setting;               /* within this span two of them are near each other */
	const struct action *merge;       /* makes one of two, */
	const struct field *into;         /* by naming the one that stays */
};

/* How like cases were decided (`alike`): which matters are compared with one that is being decided, by what of their facts,
 * and what of them is told. NULL where it was not written. */
struct alike_def {
	const struct field *same;   /* a reference: only matters that have the same one are compared */
	const struct field *only;   /* an enum or text: and that have this value of it */
	struct str only_is;
	const struct field *step;   /* an enum: peers, whose amounts are counted, have the same step */
	const struct field *amount; /* money: of what was decided */
	const struct field *const *on; /* dates: the first that is there says when */
	size_t n_on;
	const struct number *number; /* under which it is told to whoever may not see it; or */
	const struct field *number_field;
	const struct alike_text {   /* what is compared of the facts, and how much it counts */
		const struct field *field;
		int weight;
	} *text;
	size_t n_text;
	const struct str *also;     /* kinds that are compared along with this one; they have an `alike` too */
	size_t n_also;
	const struct action *const *at; /* actions beside whose forms it is shown */
	size_t n_at;
	/* of the matter that is being decided: its step, its amount, whether enough is known to compare at all; what the
	 * statute and the step allow; the rows of the standard and their columns */
	const struct expr *here_step, *here_amount, *ready, *low, *high, *from, *to, *steps;
	struct str col_step, col_says, col_from, col_to;
	struct str warns;           /* id of the check, in the actions of `at`, that says when one is far off; may be empty */
	struct node *node;          /* NULL: nothing is compared */
};

/* What the cover of a dossier tells beside the organ: under these keys of `cover` stand ids of fields, terms, numbers, or
 * `opened` and `ended`. Without `sort` the kind's name, without `keep` the span of `keep:` stands there. */
enum cover_line { COVER_FILE_NO, COVER_VOLUME, COVER_CAUSE, COVER_PARTY, COVER_OFFICERS, COVER_RECEIVED, COVER_CLOSED,
		  COVER_ARCHIVED, COVER_SORT, COVER_KEEP, COVER_LINES };

struct dossier_def {
	const struct str *main, *secondary; /* papers in their order; a field of files stands among them too */
	size_t n_main, n_secondary;
	struct span keep;
	const struct field *const *gathers; /* references to matters whose dossiers are bound in this one, one after the other */
	size_t n_gathers;
	struct str cover[COVER_LINES];      /* empty: left to be written by hand */
	const struct field *const *bag;     /* fields of rows: what evidence there is, for the list of evidence bags */
	size_t n_bag;
};

struct list_def {
	const struct str *columns, *filters, *card;
	size_t n_columns, n_filters, n_card;
	struct pos pos; /* file NULL: the kind has no list */
};

/* A matter by which somebody reads the dossier of a case (查阅借阅), and where in it stands what was allowed. */
struct loan_def {
	bool set;
	const struct field *dossier, *reader, *part, *from, *to, *copy;
	struct str of, whole; /* the field of the dossier that is the case; the choice of `part` that includes the secondary file */
	const struct state *const *state; /* in which it is read */
	size_t n_state;
};

struct correct_def {
	bool set;
	struct whos by;
	const struct field *const *field;
	size_t n_field;
	const struct state *const *state;
	size_t n_state;
	const struct check *const *recheck;
	size_t n_recheck;
};

/* A draw (language.md 8): what is drawn, out of what, and where the result goes. Elements of the pools are matters: `it` in
 * their expressions; in `quota` the name `pool` is the list of one stratum, in `out` `target` the one that is to be
 * inspected. NULL where it was not written. */
struct draw_def {
	struct str id, name;
	struct node *node;
	const struct action *commit, *reveal, *spare; /* spare may be NULL */
	const struct expr *pool, *code, *weight, *stratum, *need;
	struct choose quota;
	const struct kind *target;     /* of the pool */
	const struct expr *panel_pool, *panel_code, *skills, *size, *out;
	const struct kind *inspector;  /* of the panel's pool; NULL: targets only */
	struct str why;                /* of `out`, for people */
	const struct field *into, *target_col, *member_col; /* rows; member_col NULL without panel */
	const struct expr *beacon, *at; /* where the public value comes from, and when */
	const struct field *value;     /* asked by reveal */
	const struct field *share[2];  /* 64 hexadecimal digits each, filled in before commit */
	const struct field *gone_target, *gone_member; /* asked by spare */
	struct whos whole;             /* who may read the whole list when it is over */
};

struct kind {
	struct str id, name;
	struct node *node;
	const struct law *law;
	struct field *field;
	size_t n_field;
	const struct field *const *by_id; /* the fields in order of id: every stored field is looked up */
	struct state *state;
	size_t n_state;
	struct term *term;
	size_t n_term;
	struct action *action;
	size_t n_action;
	struct reaction *when;
	size_t n_when;
	struct clock *clock;
	size_t n_clock;
	struct duty *duty;
	size_t n_duty;
	struct report *report;
	size_t n_report;
	struct export_def *export;
	size_t n_export;
	const struct draw_def *draw;
	size_t n_draw;
	struct whos see;
	struct see_code code;
	struct push_def push;
	struct plans_def plans;
	struct alike_def alike;
	struct number *number;
	size_t n_number;
	struct paper *paper;
	size_t n_paper;
	struct dossier_def dossier;
	struct list_def list;
	struct correct_def correct;
	struct portal_def portal;
	const struct state *const *path; /* the ordinary way of such a matter, for the line of progress */
	size_t n_path;
	struct loan_def loan;
	bool openings;          /* whoever opens the page of such a matter is on record */
	bool current;           /* its matters go by the law of today, not by that of their opening: registers */
	size_t index; /* in law->kind */
};

const struct field *kind_field(const struct kind *k, struct str id);
const struct state *kind_state(const struct kind *k, struct str id);
const struct term *kind_term(const struct kind *k, struct str id);
const struct action *kind_action(const struct kind *k, struct str id);
const struct clock *kind_clock(const struct kind *k, struct str id);
const struct paper *kind_paper(const struct kind *k, struct str id);
const struct number *kind_number(const struct kind *k, struct str id);
const struct duty *kind_duty(const struct kind *k, struct str id);
const struct report *kind_report(const struct kind *k, struct str id);
const struct export_def *kind_export(const struct kind *k, struct str id);

/* Sheets (section 9). */
struct sheet_item {
	struct str id, name;
	struct node *node;
	bool has_points, ask, bad, note; /* bad: the answer that is a problem */
	dec points;
	const struct enum_def *of;
};
struct sheet_part {
	struct str id, name;
	bool optional;
	const struct sheet_item *item;
	size_t n;
};
struct sheet {
	struct str id, name;
	int64_t version;
	struct node *node;
	const struct sheet_part *part;
	size_t n;
};

struct role_def {
	struct str id, name;
	const struct str *excludes;
	size_t n_excludes;
	bool everywhere;        /* counts in the matters of every organ: the administrators of the installation */
};
struct organ_def { /* short name of a particular organ */
	struct str id, name;
};
struct setting_def {
	struct str id, name;
	struct type type;
	struct node *node;
	struct val def;
	const struct expr *min, *max;
	struct whos by;
	bool per_organ;
};
struct function_def {
	struct str id;
	struct node *node;
	const struct arg_def {
		struct str id;
		struct type type;
	} *arg;
	size_t n_arg;
	struct type gives;
	const struct expr *is;
};

/* Running matters of these kinds go over to this version of the pack from a day on (`running`, language.md 14). */
struct running_def {
	const struct str *kind;
	size_t n;
	int64_t from; /* day */
	struct node *node;
};

/* What a lower pack changed in a block of an upper one, for `law check` and `law diff`. */
enum change_sort { CHANGE_ADD, CHANGE_NARROW, CHANGE_REPLACE, CHANGE_REMOVE, CHANGE_SETTING };
struct law_change {
	enum change_sort sort;
	struct str pack, path;    /* "penalty.actions.decide.to" */
	struct str before, after; /* one line of YAML each, may be empty */
	struct cites because;
	struct pos pos;
};
struct law_tree; /* the merged definition files, for `law diff` */

/* A pack with everything above it merged in: what one organ lives under. */
struct law {
	struct str pack, name, version; /* "shanxi/linyi" */
	int64_t from;                   /* day in force */
	const struct pack_name {
		struct str id, name;    /* "shanxi", 山西省 */
	} *chain;                       /* this pack and those above it, upper ones first */
	size_t n_chain;
	struct kind *kind;
	size_t n_kind;
	const struct sheet *sheet;
	size_t n_sheet;
	const struct role_def *role;
	size_t n_role;
	const struct organ_def *organ;
	size_t n_organ;
	const struct setting_def *setting;
	size_t n_setting;
	const struct function_def *function;
	size_t n_function;
	const struct running_def *running; /* of each pack of the chain that says so */
	size_t n_running;
	struct node *const *node; /* every node, in order of loading */
	size_t n_node;
	const struct calendar *calendar;
	const struct law_change *change;
	size_t n_change;
	const struct law_tree *tree; /* for law_put_diff; NULL after law_forget_tree */
	struct arena *nodes;         /* what the tree stands in */
	bool trace; /* set by the scenario runner: nodes note that they were touched */
};
const struct kind *law_kind(const struct law *l, struct str id);
const struct duty *law_duty(const struct law *l, struct str path);     /* KIND.ID */
const struct report *law_report(const struct law *l, struct str path);
const struct export_def *law_export(const struct law *l, struct str path);
const struct running_def *law_running(const struct law *l, struct str kind); /* the one that begins first; NULL: they stay */
const struct sheet *law_sheet(const struct law *l, struct str id);
const struct role_def *law_role(const struct law *l, struct str id);
/* What an entry of by, see, tell is called: 机关负责人, 承办人员; of a path, 案件的承办人员. */
void who_put(struct buf *b, const struct law *l, const struct who *w);
const struct setting_def *law_setting(const struct law *l, struct str id);

#endif
