/* SPDX-License-Identifier: MulanPSL-2.0 */
/* expr.h - the expression language (language.md 11): compiled and typed once, evaluated often.
 *
 * Limits: 2,000 characters, depth 32, 200,000 steps an evaluation (a check over 500 rows of 40
 * columns needs a tenth of it), 10,000 matters loaded by one matters(). */
#ifndef MINGFA_LAW_EXPR_H
#define MINGFA_LAW_EXPR_H

#include "law/calendar.h"
#include "law/snap.h"

struct expr;

/* A name bound around an expression. */
struct scope_var {
	struct str id;
	struct type type;
};

/* What names mean where an expression stands. */
struct scope {
	const struct law *law;
	const struct kind *kind; /* this matter; NULL in settings and functions */
	const struct kind *it;   /* `when`: the matter that acted */
	const struct action
		*action; /* joint action: bare fields of its form are the part being given */
	const struct type *expect;   /* an enum opposite: default, set, with; NULL: none */
	const struct scope_var *var; /* for: x; arguments of a function */
	size_t n_var;
	bool no_time;    /* `now`, `today` are forbidden (computed fields, see) */
	bool no_matters; /* matters() is forbidden (computed fields, see, papers) */
	bool need_index; /* matters() must have an indexable conjunct (checks, clocks, when) */
	/* Order of compiling: fields, states, actions and functions have declared types, so only
	 * two things can be met too early: a term whose choose has no rows yet (n == 0), and a pack
	 * function whose `is` is NULL. Then need() is called with that one (t with its kind, or f)
	 * and the loader compiles it on the spot; false when it cannot (it is being compiled
	 * already: a cycle; or it has errors), which the loader has reported. NULL: all of them are
	 * ready. */
	bool (*need)(void *ctx, const struct kind *k, const struct term *t,
		     const struct function_def *f);
	void *need_ctx;
};

/* Findings of the checker with file, line, column; collected, not thrown. */
struct diag_item {
	struct pos pos;
	bool warning;
	struct str text; /* Chinese sentence */
	struct str hint; /* may be empty */
};
struct diag {
	struct arena *a;
	struct diag_item *item;
	size_t n, cap;
	size_t errors;
	bool skipped; /* the last one was beyond the limit: its hint is, too */
};
void diag_add(struct diag *d, struct pos pos, bool warning, const char *fmt, ...) PRINTF(4, 5);
void diag_hint(struct diag *d, const char *fmt, ...) PRINTF(2, 3); /* to the last item */

/* NULL when it does not compile: the reasons are in d. text is borrowed for the life of the arena.
 */
struct expr *expr_compile(struct arena *a, const struct scope *s, struct str text, struct pos pos,
			  struct diag *d);
/* With scope->expect the result has exactly that type: a number becomes money, a list the field's
 * list. */
const struct type *expr_type(const struct expr *e);
/* Whether a value of one type may stand where the other is wanted (after the conversion named
 * above). */
bool type_fits(const struct type *to, const struct type *from);
/* The type of a matter of that kind: T_USER for person, T_ORGAN for organ, else T_REF. */
struct type type_matter(const struct kind *k);
/* The enum of a kind's states, for scope->expect of `to`. */
struct type type_state(struct arena *a, const struct kind *k);
struct str expr_text(const struct expr *e);
/* The field of this matter when the expression is nothing but its name; else NULL. For papers'
 * missing fields. */
const struct field *expr_field(const struct expr *e);
/* The type of a list's elements (T_ROWS gives T_ROW, T_USERS gives T_USER …); T_NONE when it is no
 * list. */
struct type type_element(const struct type *list);
/* Fields of this matter that the expression reads, directly or through terms; for the checker. */
void expr_reads(const struct expr *e, void (*field)(void *ctx, const struct field *f), void *ctx);
/* Joint actions of which the expression reads the parts, directly or through terms. */
void expr_reads_parts(const struct expr *e, void (*action)(void *ctx, const struct action *ac), void *ctx);
/* Whether it asks how like cases were decided (alike()), itself or by a term: some thousands of keys, so that pages which
 * show many matters or many terms leave it out. */
bool expr_compares(const struct expr *e);
/* Marks (keyed) the fields that matters() and children() in e probe; called once after loading. */
void expr_mark_keys(const struct expr *e);

/* One probe of a list of matters: which candidates the store shall give. The conjuncts that an
 * index can answer; what remains of the condition is evaluated on each candidate by expr.c itself.
 */
enum probe_op { PROBE_EQ, PROBE_IN, PROBE_BETWEEN };
struct probe {
	const struct field *field; /* or */
	enum { PROBE_FIELD, PROBE_STATE, PROBE_ORGAN, PROBE_PARENT, PROBE_OPENED } on;
	enum probe_op op;
	struct val a, b; /* PROBE_IN: a is a list */
};
struct scan {
	const struct kind *kind; /* matters of this kind id, in all its versions */
	int64_t parent;          /* children(): only of this parent; 0: any */
	const struct probe *probe;
	size_t n;
};

/* The world that expressions read; implemented by src/matter, and by tests. All return false with
 * *err. */
struct paper_fact {
	bool made;
	struct str number, digest; /* digest: SHA-256 of its PDF, hexadecimal; empty: not drawn yet */
	int64_t at;                /* when it was made */
};

struct world {
	/* The matter as it stands within the act; NULL in *ret when it does not exist. Cached by
	 * the caller. */
	bool (*load)(void *w, int64_t id, const struct snap **ret, struct err *err);
	/* Calls hit for each candidate, oldest first (by opening, then id). hit returns false to
	 * stop. */
	bool (*scan)(void *w, const struct scan *s, bool (*hit)(void *ctx, const struct snap *m),
		     void *ctx, struct err *err);
	/* Events of an action on a matter, oldest first (T_EVENT values). */
	bool (*events)(void *w, int64_t matter, struct str action, const struct val_list **ret,
		       struct err *err);
	/* Parts of a joint action in its current or last round (T_PART values), and the number of
	 * rounds. */
	bool (*parts)(void *w, const struct snap *m, const struct action *act,
		      const struct val_list **ret, int64_t *ret_rounds, struct err *err);
	/* All runs of a clock, oldest first (T_CLOCK values). */
	bool (*clocks)(void *w, const struct snap *m, struct str clock, const struct val_list **ret,
		       struct err *err);
	/* The value of a setting in force when m was opened (m NULL: today, organ 0). */
	bool (*setting)(void *w, const struct setting_def *s, const struct snap *m, struct val *ret,
			struct err *err);
	/* Persons who hold a role in an organ today (role empty: all members), ids of matters of
	 * kind person. */
	bool (*people)(void *w, int64_t organ, struct str role, const struct val_list **ret,
		       struct err *err);
	/* The organ with that short name; 0 when it is not registered. */
	bool (*organ)(void *w, struct str id, int64_t *ret, struct err *err);
	/* All organs that are registered. */
	bool (*organs)(void *w, const struct val_list **ret, struct err *err);
	/* Whether it was decided that the person keeps out of this matter, or one above it. */
	bool (*recused)(void *w, const struct snap *m, int64_t person, bool *ret, struct err *err);
	/* The amounts of the cases that m's `alike` compares it with (T_MONEY values): same matter, same step. */
	bool (*alike)(void *w, const struct snap *m, const struct val_list **ret, struct err *err);
	/* The last paper of that id that no other has corrected; made: there is one. */
	bool (*paper)(void *w, int64_t matter, struct str paper, struct paper_fact *ret, struct err *err);
};

/* What one evaluation sees. Set this, old, actor, now; the rest is optional. */
struct eval {
	struct arena *a;
	const struct world *world;
	void *w;
	const struct calendar *calendar;
	const struct snap *self;     /* this matter, with the form already in it */
	const struct snap *old;      /* before the act; NULL: as self */
	const struct snap *it;       /* `when` */
	const struct val_part *part; /* joint: the part being given */
	int64_t actor;               /* person; 0: system or public */
	int64_t actor_organ;
	int64_t because_at, because_actor;
	int64_t now;            /* effective time of the act */
	const struct val *var;  /* aligned with scope->var */
	struct val_names names; /* for texts and explanations */
	/* papers of an act done in somebody's stead: these names (actor, or a field that was set to it), also with
	 * `.name`, are printed as the signature: 王明代李强 */
	struct str signature;
	const struct str *signed_as;
	size_t n_signed;
	const struct tallied *tallied; /* figures of duties that were counted for all subjects (tally.h); NULL: none */
};

/* The value; null is a value. ERR_BUG, ERR_TIMEOUT (too many steps), ERR_REFUSED (too many
 * matters), and what the world returns. */
MUST_USE bool expr_eval(const struct expr *e, struct eval *ev, struct val *ret, struct err *err);
/* Three-valued truth. */
enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };
MUST_USE bool expr_truth(const struct expr *e, struct eval *ev, enum truth *ret, struct err *err);
/* choose rows: the first true `when`; null when one is unknown before it. ret_row (may be NULL):
 * which. */
MUST_USE bool choose_eval(const struct choose *c, struct eval *ev, struct val *ret,
			  const struct choose_row **ret_row, struct err *err);

/* Why a condition holds or fails, in Chinese, with the values that it saw: one line a part:
 * “罚款 20,000.00元 ≥ 100,000元：不成立”. For must that is unknown: the names of the empty fields
 * come first: ret_missing lists them (fields of this matter), so that the page can say 尚未填写：…
 */
struct why {
	struct str text;
	const struct field **missing;
	size_t n_missing;
	const struct val_list *failing; /* elements for which the `all` of must does not hold */
};
MUST_USE bool expr_why(const struct expr *e, struct eval *ev, struct why *ret, struct err *err);
/* What an expression is called, without its value: case.officers is 案件的承办人员. */
struct str expr_label(struct arena *a, const struct expr *e);

/* Texts with {expr}. */
struct say *say_compile(struct arena *a, const struct scope *s, struct str text, struct pos pos,
			struct diag *d);
MUST_USE bool say_print(struct buf *b, const struct say *s, struct eval *ev,
			const struct val_list *failing, struct err *err);

#endif
