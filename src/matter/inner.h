/* SPDX-License-Identifier: MulanPSL-2.0 */
/* inner.h - what the files of src/matter share and nobody else sees.
 *
 * A turn is one call from outside with all that it brings about: the act, its effects and their effects. It
 * holds the matters as they stand within it, so that everything sees what was already done. A step is one
 * act within a turn. All memory is the caller's arena. */
#ifndef MINGFA_MATTER_INNER_H
#define MINGFA_MATTER_INNER_H

#include "draw/record.h"
#include "law/template.h"
#include "matter/matter.h"
#include "matter/reckon.h"

#define DEPTH_MAX 8          /* language.md 5: cascades deeper than this are refused */
#define EACH_MAX 5000        /* language.md 5: `for` and `do … at` reach at most so many in an act */
#define SCAN_MAX 10000       /* language.md 11: at most so many matters are loaded by one matters() */
#define ROWS_MAX 500         /* language.md 3: rows of a table */
#define NOTE_MAX 20000       /* language.md 3: characters of a note */
#define TELL_MAX 200         /* one act tells at most so many people: a county's leaders, not its people */
#define ROLE_SLOTS 14        /* roles of one person in one organ that rights are asked for */
#define NOT_STORED ((int64_t)-1) /* id of a matter that is being opened: it has no children and is in no list */
#define BODY_MAX ((size_t)8 << 20) /* an event's body: 500 rows of 40 columns and papers need a tenth */

struct refusals {
	struct arena *a;
	struct refusal *v;
	size_t n, cap;
};
void refuse(struct refusals *r, struct refusal x);

/* A principal: whom a row of matter_reader or matter_holder lets in. "user:12" a person, "organ:3" the members
 * of an organ, "role:3:head" a role there, "role:0:auditor" one that counts everywhere, "public" anyone. */
struct principals {
	struct arena *a;
	struct str *v;
	size_t n, cap;
};
void principals_add(struct principals *p, struct str s);
bool principals_has(const struct principals *p, struct str s);
void principals_sort(struct principals *p); /* and drops doubles */

struct turn {
	struct engine *e;
	struct db *db;
	struct arena *a;
	int64_t now;      /* effective time */
	int64_t entered;  /* the server's time */
	bool dry;         /* nothing is written */
	int depth;
	struct snap **slot; /* matters by id as they stand now; open table */
	size_t n_slot, cap_slot;
	struct set_row *set; /* settings read so far */
	size_t n_set, cap_set;
	struct posts_row *posts; /* roles read so far */
	size_t n_posts, cap_posts;
	struct name_row *names; /* titles of matters that were named and not loaded */
	size_t n_names, cap_names;
	struct people_row *people; /* who holds a role, read so far; forgotten when posts change */
	size_t n_people, cap_people;
	struct { /* the last answer of recused(); forgotten when a recusal is stored */
		int64_t matter, person;
		bool yes;
		struct val *through; /* deputies who acted on the matter in the person's stead */
		size_t n_through, cap_through;
	} recusal;
	struct { /* when the matter that was read last was changed last */
		int64_t matter, at;
	} updated;
	struct { /* the last move of the matter asked for last: recalling and asking back both look at it */
		int64_t matter;
		const struct last_move *by;
	} moved;
	struct { /* the law of the organ asked for last; forgotten when an organ changes */
		const struct law *law;
		int64_t organ, def;
	} law_of;
	struct { /* of lists: what leaves few rows, as it was asked last */
		bool asked, few;
		int which;
		int64_t person, at, organ;
		struct str kind, state;
		int64_t reader, reader_at; /* of whom reader_few is known */
		bool reader_few;
	} family;
	struct { /* the amounts of like cases that were asked for last; forgotten after each event */
		int64_t matter, same;
		struct str step;
		const struct val_list *amounts;
	} alike;
	struct short_row *shorts; /* organs by their short names, read so far; likewise */
	size_t n_shorts, cap_shorts;
	struct ids_read *ids[2]; /* of events and matters, taken beforehand, so that their rows need not be waited for */
	int64_t deadline;        /* of the check that is being asked, monotonic ms; 0: none */
	const struct refusal *untimely; /* a check that was broken off: the act is refused with it */
	const struct law *law;   /* of the matter whose clocks are being reckoned */
	/* the part of a joint action that is being given: parts() holds it before its event is written */
	const struct val_part *pending;
	const struct action *pending_action;
	int64_t pending_matter;
	struct tally_keep *keep; /* tallies are counted to be kept (kept.h), not to be answered; NULL: the rule */
};
void turn_init(struct turn *t, struct engine *e, struct db *db, struct arena *a, int64_t now);
/* A turn for reading only, now. The questions of one page share it (db_view_memo): who is asking, with which roles, and
 * the matters in hand are read once. */
struct turn *turn_to_read(struct engine *e, struct db *db, struct arena *a);

/* world.c: matters as they stand, and what expressions read. */
extern const struct world world_of_turn; /* w is a struct turn */
MUST_USE bool turn_load(struct turn *t, int64_t id, struct snap **ret, struct err *err); /* NULL: none */
void turn_put(struct turn *t, struct snap *s);
/* engine_law_of_organ, asked once a turn. */
MUST_USE bool turn_law(struct turn *t, int64_t organ, const struct law **ret, int64_t *ret_def, struct err *err);
void turn_forget_organs(struct turn *t); /* after an event of an organ */
/* An evaluation for a matter; old may be NULL. */
struct eval turn_eval(struct turn *t, const struct snap *self, const struct snap *old, const struct actor *who);
/* What names a matter: its title, or as ret_number its first number when it has one. Empty: there is no such matter.
 * Nothing of it is read but these; a page names ten matters for one that it loads. */
MUST_USE bool turn_name(struct turn *t, int64_t id, struct str *ret, struct err *err);
MUST_USE bool turn_number_or_name(struct turn *t, int64_t id, struct str *ret, struct err *err);
struct str snap_title(struct arena *a, const struct snap *s); /* number, else the first text of its list, else the kind */
const struct val *snap_field(const struct snap *s, const char *id); /* NULL when the kind has none */
struct str snap_text(const struct snap *s, const char *id);

/* alike.c: the amounts of the cases with which a matter is compared (T_MONEY), newest RANK_TEXTS of each kind; empty where
 * its kind compares nothing, or its step is not known yet. */
MUST_USE bool turn_alike(struct turn *t, const struct snap *m, const struct val_list **ret, struct err *err);
void turn_forget_alike(struct turn *t);

/* right.c: who may. */
/* Roles that see no case content: the three administrators of graded protection (DESIGN 9). */
bool role_is_administrator(struct str role);
#define STEADS_MAX 8 /* a deputy of more than so many people at once would be nobody's */
struct stead { /* somebody whose desk is in the person's hands today (AB角), with the roles that are */
	int64_t person;
	struct str role[ROLE_SLOTS];
	size_t n;
	bool whole; /* not only chosen roles: all, and what names the person */
};
struct posts { /* the roles of a person in one organ today */
	struct str role[ROLE_SLOTS];
	size_t n;
	struct stead *stead;
	size_t n_stead;
	bool administrator; /* one of the three: sees no case content */
	bool member;        /* of the organ, and no administrator */
};
MUST_USE bool posts_of(struct turn *t, const struct actor *who, struct posts *ret, struct err *err);
/* Whether an entry of whos lets the actor in; *ret_who is the entry, NULL when none does. */
MUST_USE bool whos_let(struct turn *t, const struct whos *w, struct eval *ev, const struct actor *who,
		       const struct who **ret_who, struct err *err);
/* The same, telling also in whose stead (a delegation in force); 0: by a right of one's own, which goes first. */
MUST_USE bool whos_let_as(struct turn *t, const struct whos *w, struct eval *ev, const struct actor *who,
			  const struct who **ret_who, int64_t *ret_stead, struct err *err);
/* Two roles that the pack lets nobody hold together. */
bool roles_exclusive(const struct law *l, struct str a, struct str b);
/* Whether some of these roles may not be held together with those that a person holds; which two. */
bool roles_exclude(const struct law *l, const struct str *v, size_t n, const struct posts *own, struct str ret[2]);
MUST_USE bool whos_principals(struct turn *t, const struct whos *w, struct eval *ev, struct principals *ret,
			      struct err *err);
/* The persons behind an entry, today. */
MUST_USE bool whos_persons(struct turn *t, const struct whos *w, struct eval *ev, struct val_list *ret,
			   struct err *err);
MUST_USE bool principals_persons(struct turn *t, const struct principals *w, struct val_list *ret,
				 struct err *err);
MUST_USE bool recused(struct turn *t, const struct snap *s, int64_t person, bool *ret, struct err *err);
MUST_USE bool may_see(struct turn *t, const struct snap *s, const struct actor *who, bool *ret, struct err *err);
/* The principals of a person in an identity, for queries: n slots, empty ones are "". */
#define PRINCIPAL_SLOTS (ROLE_SLOTS + 3)
enum own {
	OWN_HERE,      /* readers of matters of the identity's organ, and of lists, whose rows may_list asks again */
	OWN_ELSEWHERE, /* readers of matters of other organs */
	OWN_DESK       /* holders: what waits for the person, or for who is away */
};
MUST_USE bool own_principals(struct turn *t, const struct actor *who, enum own own, struct str ret[PRINCIPAL_SLOTS],
			     struct err *err);
/* Of a row that a query with own_principals gave: a deputy's are wider than what may be seen. */
MUST_USE bool may_list(struct turn *t, const struct snap *s, const struct actor *who, bool *ret, struct err *err);

struct clocks;

/* One act within a turn. */
struct paper_made {
	const struct paper *paper;
	struct str number, digest, values;
	int64_t corrects; /* the document that it corrects; 0: none */
};
struct step {
	struct turn *t;
	const struct act *act;
	const struct kind *kind;
	const struct action *ac;
	struct snap *old, *new; /* old: NULL for open */
	struct eval ev;
	struct refusals no;
	const struct state *to; /* where it leads; new->state is set when the checks have passed */
	struct str role;        /* by which right */
	int64_t stead;          /* in whose stead (AB角), 0: nobody's */
	bool moves;             /* the state is entered (also the same again) */
	bool completes;         /* false: a part of a joint action that does not complete it */
	struct val_part *part;  /* joint actions */
	int64_t round;
	struct passed *passed;  /* the reasons that were used */
	size_t n_passed, cap_passed;
	struct paper_made *paper;
	size_t n_paper;
	int64_t event, seq;
	int64_t because, because_at, because_actor; /* the event that brought it */
	int64_t person;         /* ask_recuse, recuse: whom it concerns */
	struct val_list told;   /* note, expedite, ask_back: who gets a message */
	struct val_list points; /* a return: its points; tick: the one that is ticked (texts) */
	int64_t point;          /* tick: its row */
	struct last_move *undo; /* recall: the act that is taken back */
	struct str timer_clock; /* automatic: clock and run that came due */
	int64_t timer_run;
	struct principals *had; /* who held and who could read it before; NULL: not read yet */
	int64_t new_id;         /* open: taken beforehand; 0: the database gives it */
	struct clocks *clocks;  /* NULL: not read yet */
	int64_t due_before;     /* nearest due of the clocks as they were stored */
	bool import;            /* leads to the state historic, unchecked */
	struct str draw;        /* what a draw did in this act: member "draw" of the body; empty: nothing */
	int64_t organ;          /* open: of the new matter */
};

/* act.c. A refusal leaves s->no filled; what was written is then the caller's to undo. */
MUST_USE bool step_run(struct step *s, struct err *err);
MUST_USE bool act_inner(struct turn *t, const struct act *act, const struct step *because, int64_t organ,
			struct step *ret, struct err *err);

/* Without writing; the turn's cache may be used for many. */
MUST_USE bool try_in_turn(struct turn *t, const struct act *act, struct step *ret, struct err *err);
/* The act in memory, whatever its form lacks: papers and clocks aside. *ret_can: right and state allow it. */
MUST_USE bool ahead_in_turn(struct turn *t, const struct act *act, struct step *ret, bool *ret_can, struct err *err);
#define TIMERS_BEFORE 64 /* decision 36: so many at most before one act in steady life */

/* form.c */
MUST_USE bool step_form(struct step *s, struct err *err);
struct val val_fit(struct arena *a, const struct type *t, struct val v);
bool val_empty(struct val v);
bool val_has_person(struct val v, int64_t person);

/* check.c */
MUST_USE bool step_compute(struct step *s, struct err *err); /* computed fields */
MUST_USE bool step_checks(struct step *s, struct err *err);
MUST_USE bool check_one(struct step *s, const struct check *c, struct err *err);
void touch(const struct law *l, struct node *n);

struct str paper_number(const struct step *s); /* act.c: of the first paper that the act makes */

/* removal.c: what the act lets go is queued; without the approval that the law names it is refused. */
MUST_USE bool step_removes(struct step *s, struct err *err);

/* number.c */
MUST_USE bool step_numbers(struct step *s, struct err *err);

/* clock.c */
#define SPANS_MAX 16 /* limits that hold at once, or extensions of one run: more is a mistake in the definition */
struct pause {
	struct gap gap;
	int64_t which; /* index in the clock's pauses */
};
/* The light that was told to those on whose desk a run stands: clock.told. */
enum { TOLD_NONE = 0, TOLD_YELLOW = 2, TOLD_RED = 3 };
struct run { /* one run of a clock, as stored */
	const struct clock *def;
	struct str clock, starter; /* starter: the action that started it */
	int64_t started_seq, stopped_seq; /* by which event of the matter; 0: not known, or by none */
	int64_t run, start, due, yellow, stopped;
	enum clock_state state;
	bool provisional, parked, dirty, fresh;
	bool is_fixed, fixed_day;  /* due: EXPR gave a day or an instant */
	int64_t fixed;
	struct span limit[SPANS_MAX], ext[SPANS_MAX], warn;
	size_t n_limit, n_ext;
	struct pause *pause;
	size_t n_pause, cap_pause;
	struct str who;            /* principals, parted by blanks */
	struct str stored;         /* clock.pauses, as it was read */
	int64_t told;
};
struct clocks {
	struct run *v;
	size_t n, cap;
	int64_t matter;
};
MUST_USE bool clocks_load(struct turn *t, const struct snap *s, struct clocks *ret, struct err *err);
MUST_USE bool clocks_before(struct step *s, struct err *err); /* of the matter as it was stored */
/* Of n matters the clocks that run or pause, a statement for so many of them: for the rows of a list. */
#define CLOCKS_AT_ONCE 25
MUST_USE bool clocks_load_open(struct turn *t, const struct snap *const *m, size_t n, struct clocks *ret,
			       struct err *err);
/* The runs that the act changes, as the member "clocks" of its body: so that clocks too are the fold of events. A change
 * of a parent's clock by a child (pause: {child: …}) stands in no body. */
void clocks_put(struct arena *a, const struct clocks *c, struct json_out *o);
MUST_USE bool run_of_json(struct arena *a, const struct json *j, struct run *ret); /* one of them; def is NULL */
struct str run_pauses(struct arena *a, const struct run *r); /* clock.pauses */
/* Whether due, yellow and state are what start, limits, extensions and pauses give by the calendar; strictly: whether a
 * provisional day is one by this calendar. */
bool run_adds_up(struct arena *a, const struct calendar *c, const struct run *r, bool strictly);
struct str run_state(const struct run *r);                   /* clock.state */
MUST_USE bool clocks_save(struct turn *t, struct clocks *c, int64_t matter, struct err *err);
void clocks_nearest(const struct clocks *c, int64_t *ret_due, int64_t *ret_yellow);
MUST_USE bool step_extend_check(struct step *s, struct err *err); /* before: over `most` or `times` is refused */
MUST_USE bool step_clocks(struct step *s, struct err *err);       /* after the state changed */
MUST_USE bool clocks_of_parent(struct step *s, struct err *err);  /* pause: {child: …} */
/* recall: runs that the event `seq` started end; those that it stopped run on as if it had not been. */
void clocks_undo(struct step *s, int64_t seq);
struct val_clock run_value(const struct run *r, const struct calendar *c, int64_t now);
/* Which of its limits ends first, if pauses that are open ended now. */
struct due run_due(struct arena *a, const struct calendar *c, const struct run *r, int64_t now, size_t *ret_limit);

/* Due and yellow anew, by the calendar of today. */
void run_again(struct arena *a, const struct calendar *c, struct run *r, int64_t now);

/* chip.c: a clock for people. */
void run_view(struct turn *t, const struct kind *k, const struct run *r, struct clock_view *ret);
void run_explain(struct turn *t, const struct kind *k, const struct run *r, struct buf *b);
/* 3月30日, or 3月30日14:00 for limits that are not by day. */
void run_put_end(struct turn *t, const struct kind *k, const struct run *r, struct buf *b);
/* clock.c: the reckoning of the limit that ends first; others are named below it. */
void run_explain_limit(struct arena *a, const struct calendar *c, const struct run *r, int64_t now,
		       struct str start_name, struct buf *b);

/* together.c: the built-in actions of people who work on the same matter, and points of returns. */
struct last_move { /* the last act that moved the matter */
	int64_t event, seq, entered, actor;
	struct str action;
	const struct json *body;
	bool last; /* nothing of weight was done since */
};
MUST_USE bool together_ask(struct step *s, struct err *err);  /* the form and what stands against it */
MUST_USE bool together_done(struct step *s, struct err *err); /* rows and messages, after the event */
MUST_USE bool points_ask(struct step *s, struct err *err);    /* a return asks for points */
MUST_USE bool points_warn(struct step *s, struct err *err);   /* sending on with open points asks for a reason */

/* handover.c: 交接. */
MUST_USE bool take_over_ask(struct step *s, struct err *err); /* the built-in action: the persons, and what forbids it */
MUST_USE bool handover_ask(struct step *s, struct err *err);  /* opening, signing: the list */
MUST_USE bool handover_done(struct step *s, struct err *err); /* signed by both: every matter of the list */

/* deputy.c: acting for somebody who is away. */
MUST_USE bool delegation_fits(struct step *s, struct err *err);       /* opening one: roles that exclude each other */
MUST_USE bool store_deputed(struct step *s, struct err *err);

/* post.c: roles of a person that no pack knows, or that exclude each other on the same days. */
MUST_USE bool posts_fit(struct step *s, struct err *err);
/* push.c: what of a matter goes one way to the public side. push_begin makes the code in the act that begins it, before
 * its papers (a dry run has a few words in its place); push_done writes what the public side reads, in the act's transaction. */
void push_begin(struct step *s);
MUST_USE bool push_done(struct step *s, struct err *err);
/* account.c: how a person signs in, as the table of accounts has it. */
MUST_USE bool account_fits(struct step *s, struct err *err);
MUST_USE bool store_account(struct step *s, struct err *err);
MUST_USE bool put_delegation(struct turn *t, const struct snap *m, struct err *err);
MUST_USE bool delegation_same(struct db *db, struct arena *a, const struct snap *m, bool *ret, struct err *err);
/* Whether one of these persons acted in the stead of the person of whom recused() was asked last, on that matter. */
bool acted_through(const struct turn *t, struct val by);
/* 王明代李强 */
MUST_USE bool stead_name(struct turn *t, int64_t actor, int64_t stead, struct str *ret, struct err *err);

/* draw.c: the list is frozen, the result written, a reserve taken (language.md 8); after `set`, before the checks. */
MUST_USE bool step_draw(struct step *s, struct err *err);
/* A draw as its events tell it. */
struct draw_pair { /* an id of the list, and the matter that it stands for */
	struct str code;
	int64_t matter;
};
struct draw_frozen {
	bool found;            /* frozen: the list stands in the record */
	int64_t event, at;     /* of the commitment; the public value is out from at on */
	int64_t frozen_at;
	struct str draw_id, beacon;
	int64_t panel_size;
	struct str secret_hash; /* hexadecimal */
	struct draw_list list;
	const struct draw_pair *target, *inspector;
	size_t n_target, n_inspector;
};
MUST_USE bool draw_frozen_load(struct turn *t, int64_t matter, const struct draw_def *d, struct draw_frozen *ret, struct err *err);
MUST_USE bool draw_spares_load(struct turn *t, int64_t matter, const struct draw_def *d, const struct draw_spare **ret,
			       size_t *ret_n, struct err *err);
/* The two shares joined; false: one is not there or is no 64 hexadecimal digits (ret_which). */
bool draw_secret(const struct draw_def *d, const struct snap *m, unsigned char ret[LOG_HASH], size_t *ret_which);

/* adopt.c: a matter that the pack in force wants to go over to it does so (the action ADOPT), when it has a place there; *m is
 * then read by that version. A dry turn leaves it. */
#define ADOPT STR("adopt")
MUST_USE bool adopt_in_turn(struct turn *t, struct snap **m, struct err *err);

/* effect.c */
MUST_USE bool step_effects(struct step *s, struct err *err);
MUST_USE bool step_reactions(struct step *s, struct err *err);
struct reaction_at {
	const struct kind *kind;
	const struct reaction *r;
};

MUST_USE bool step_follow(struct step *s, const struct effect *e, const struct val *var, struct err *err); /* a duty's `missed` */
/* timer.c: the organ's own administrators, else every one of the installation. */
MUST_USE bool administrators(struct turn *t, int64_t organ, struct val_list *ret, struct err *err);

/* message.c */
MUST_USE bool step_messages(struct step *s, struct err *err);
MUST_USE bool tell_persons(struct step *s, const char *kind, const struct val_list *to, struct str text, struct err *err);
MUST_USE bool tell(struct step *s, const struct whos *who, struct eval *ev, struct str text, struct err *err);

/* A message that no event brought. */
MUST_USE bool message_send(struct turn *t, int64_t matter, const char *kind, const struct val_list *to, struct str text,
			   struct err *err);
/* The open messages of a kind about a matter: nothing is left to do about them. */
MUST_USE bool messages_done(struct turn *t, int64_t matter, const char *kind, struct err *err);

/* engine.c */
size_t engine_reactions(struct engine *e, const struct law *l, const struct reaction_at **ret);
/* NULL when the paper has no template. */
const struct template *engine_template(struct engine *e, const struct law *l, const struct paper *p,
				       struct str *ret_digest);

#endif
