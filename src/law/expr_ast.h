/* SPDX-License-Identifier: MulanPSL-2.0 */
/* expr_ast.h - the tree behind struct expr; private to expr_*.c and say.c.
 *
 * The parser makes AST_NAME, AST_MEMBER and AST_CALL; the type checker turns each of them into what
 * it means, so the evaluator never looks a name up. Nodes are never shared. */
#ifndef MINGFA_LAW_EXPR_AST_H
#define MINGFA_LAW_EXPR_AST_H

#include "law/expr.h"
#include "law/sheet.h"

#define EXPR_CHARS 2000   /* a longer condition is nobody's to read: split it into terms */
#define EXPR_DEPTH 32     /* of nesting; `and`, `or` and lists are flat */
#define EXPR_STEPS 200000 /* nodes evaluated; see expr.h */
#define EXPR_FREE 100     /* steps of one candidate that are not counted */
#define EXPR_LOAD 10000   /* matters that one list may hold */
#define EXPR_CALLS 48     /* terms and functions within each other, over matters too */

enum ast_op {
	AST_NAME,   /* parsed only: name */
	AST_MEMBER, /* parsed only: kid[0].name */
	AST_CALL,   /* parsed only: name(kid…), binder */
	AST_CONST,  /* val */
	AST_LIST,   /* [kid…] */
	AST_AND,
	AST_OR,
	AST_NOT,
	AST_CMP,     /* sub: enum cmp */
	AST_IN,      /* kid[0] in kid[1]; negated */
	AST_IS_NULL, /* negated */
	AST_ELSE,
	AST_ARITH, /* sub: '+' '-' '*' '/' */
	AST_NEG,
	AST_CAST, /* kid[0] as type */
	/* matters: kid[0] gives one; no kid: this matter */
	AST_FIELD,  /* field, or by name when the kind is not known (parent) */
	AST_TERM,   /* term */
	AST_META,   /* sub: enum meta */
	AST_NUMBER, /* name: one of the kind's numbers */
	AST_THIS,
	AST_OLD,
	AST_ACTED,
	AST_VAR,    /* slot: element of a list function */
	AST_ARG,    /* slot: scope->var */
	AST_PART,   /* a field of the part being given: slot is its column */
	AST_ATTR,   /* sub: enum attr of the value of kid[0] */
	AST_COLUMN, /* field slot of a row or a part */
	AST_ITEM,   /* of a sheet: part (slot / 1000), item (slot % 1000) */
	AST_ACTOR,
	AST_TODAY,
	AST_NOW,
	AST_SETTING, /* setting */
	AST_ORGAN,   /* name: short name of an organ */
	AST_MAP,     /* kid[1] (over slot) of each of kid[0] */
	AST_SCAN,    /* matters() and children(): kind, probes; kid[0]: condition over slot, may be
			NULL */
	AST_FUNC,    /* sub: enum func */
	AST_PACK     /* function */
};

enum cmp { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE };

enum meta {
	META_STATE,
	META_ORGAN,
	META_PARENT,
	META_OPENED,
	META_OPENER,
	META_NUMBER,
	META_ENDED,
	META_QUERY_CODE,
	META_VISIT_ADDRESS,
	META_PAGE_ADDRESS, /* of its page on the working side, from the root */
	META_MAX
};

enum attr {
	ATTR_PARTY_SORT,
	ATTR_PARTY_NAME,
	ATTR_PARTY_CODE,
	ATTR_PARTY_ADDRESS,
	ATTR_PARTY_CONTACT,
	ATTR_PARTY_PHONE,
	ATTR_FILE_NAME,
	ATTR_EVENT_AT,
	ATTR_EVENT_ACTOR,
	ATTR_EVENT_REASON,
	ATTR_PART_ACTOR,
	ATTR_PART_AT,
	ATTR_CLOCK_START,
	ATTR_CLOCK_DUE,
	ATTR_CLOCK_STOPPED,
	ATTR_CLOCK_STATE,
	ATTR_CLOCK_LATE,
	ATTR_SHEET_COMPLETE,
	ATTR_SHEET_GOT,
	ATTR_SHEET_FULL,
	ATTR_SHEET_RATE,
	ATTR_SHEET_BAD,
	ATTR_SHEET_FAILS, /* of a sheet, or of the part named by extra */
	ATTR_SHEET_PART,  /* the sheet itself, seen as one part */
	ATTR_ACTOR_ORGAN,
	ATTR_BECAUSE_AT,
	ATTR_BECAUSE_ACTOR
};

enum func {
	FN_COUNT,
	FN_ALL,
	FN_ANY,
	FN_SUM,
	FN_AVG,
	FN_MIN,
	FN_MAX,
	FN_FIRST,
	FN_LAST, /* over a list */
	FN_EVENT,
	FN_EVENTS,
	FN_DONE,
	FN_PARTS,
	FN_ROUNDS,
	FN_CLOCK,
	FN_CLOCKS,
	FN_PAPER_NO,
	FN_PAPER_ON,
	FN_PAPER_SUM,
	FN_FROZEN, /* by id */
	FN_DATE,
	FN_DATE_OF,
	FN_YEAR,
	FN_HOUR,
	FN_DATES,
	FN_DAYS,
	FN_MINUTES,
	FN_WORKDAYS,
	FN_MONTHS,
	FN_BEFORE,
	FN_AFTER,
	FN_WORKDAY,
	FN_PERCENT,
	FN_ROUND,
	FN_CEIL,
	FN_FLOOR,
	FN_ORGANS,
	FN_PEOPLE,
	FN_RECUSED,
	FN_ALIKE,
	FN_SEALED,
	FN_SAME,
	FN_LEN,
	FN_MENTIONS,
	FN_MASKED,
	FN_HAS,
	FN_UNION,
	FN_OPEN,
	FN_CHILDREN,
	FN_MATTERS
};

struct ast;

/* A probe with the expressions that give its values. */
struct ast_probe {
	struct probe as; /* field, on, op */
	const struct ast *value;
};

/* There are some 85,000 of them in five packs: what excludes each other shares its place. */
struct ast {
	enum ast_op op;
	int sub;
	int depth;
	int slot;
	uint32_t from, to; /* bytes of the text, which has EXPR_CHARS at most */
	uint32_t n;
	bool negated;
	bool literal;  /* a plain number written out: yuan when it stands beside money */
	bool children; /* AST_SCAN */
	struct str name, binder;
	struct ast **kid;
	struct type type;
	const struct val *val; /* AST_CONST */
	const struct kind *kind;
	union {
		const struct field *field;           /* AST_FIELD, AST_COLUMN, AST_PART */
		const struct term *term;             /* AST_TERM */
		const struct action *action;         /* AST_FUNC */
		const struct setting_def *setting;   /* AST_SETTING */
		const struct function_def *function; /* AST_CALL */
	};
	struct ast_probe *probe;
	size_t n_probe;
};

struct expr {
	struct ast *root;
	struct str text;
	struct pos pos;
	size_t n_slot;
	bool compares; /* expr_compares */
};

/* expr_lex.c */
enum token { TOK_END, TOK_NUMBER, TOK_DATE, TOK_TEXT, TOK_NAME, TOK_OP, TOK_BAD };
struct lexer {
	struct str text;
	size_t at;
	/* the token read last */
	enum token tok;
	size_t from, to;
	struct str word;            /* TOK_NAME, TOK_OP, TOK_NUMBER as written */
	const char *problem, *hint; /* TOK_BAD */
};
void lex_next(struct lexer *l);

/* expr_parse.c: NULL with a finding in d. */
struct ast *expr_parse(struct arena *a, struct str text, struct pos pos, struct diag *d);
struct ast *ast_new(struct arena *a, enum ast_op op, size_t from, size_t to);
/* The place of a byte of the text in its file. */
struct pos expr_pos(struct str text, struct pos pos, size_t at);

/* expr_type.c and expr_call.c */
struct binder {
	struct str name, alias; /* alias: the name given in matters(K, x, …) inside */
	bool it;
	struct type type;
	int slot;
};
struct typer {
	struct arena *a;
	const struct scope *s;
	struct diag *d;
	struct str text;
	struct pos pos;
	struct binder binder[EXPR_DEPTH * 2];
	size_t n_binder;
	size_t n_slot;
};
bool type_expr(struct typer *t, struct ast *e, const struct type *expect);
bool type_call(struct typer *t, struct ast *e);
bool type_bool(struct typer *t, struct ast *e, const char *what);
bool type_error(struct typer *t, const struct ast *e, const char *fmt, ...) PRINTF(3, 4);
bool type_hint(struct typer *t, const char *fmt, ...) PRINTF(2, 3);
/* Brings e to the type; false with a finding when it does not fit. */
bool type_coerce(struct typer *t, struct ast **e, const struct type *to);
bool type_is_number(const struct type *t);
bool type_is_matter(const struct type *t);
bool types_compare(struct typer *t, const struct ast *at, const struct ast *a, const struct ast *b);
bool types_unify(struct typer *t, const struct ast *a, const struct ast *b, struct type *ret);
struct type type_list(struct typer *t, struct type of);
/* Whether a bare name means something here other than an enum value. */
bool type_known(struct typer *t, struct str name);
/* Why a name cannot be bound (shadowing); false with a finding. */
bool type_may_bind(struct typer *t, const struct ast *e, struct str name);
bool ast_uses(const struct ast *e, int slot);

/* expr_near.c: the nearest known name for a hint. */
struct near {
	struct str want, best;
	size_t distance;
};
void near_start(struct near *n, struct str want);
void near_try(struct near *n, struct str name);
bool near_hint(struct diag *d, const struct near *n); /* adds 是不是“…” when one is near */

extern const struct enum_def enum_party_sort, enum_clock_state;

/* expr_eval.c */
struct slot {
	struct val v;
	const struct snap *snap;
};
struct budget {
	int64_t steps;
	int calls, scans;
};
struct run {
	struct eval *ev;
	struct slot *slot;
	struct budget *budget;
	struct err *err;
};
bool run_eval(struct run *r, const struct ast *e, struct val *ret);
/* One matter that a path goes through; NULL in *ret when it is null. */
bool run_snap(struct run *r, const struct ast *base, const struct snap **ret);
bool run_sub(struct run *r, const struct expr *e, struct eval *ev, struct val *ret);
bool run_choose(struct run *r, const struct choose *c, struct eval *ev, struct val *ret,
		const struct choose_row **ret_row);
/* Calls hit for each element of a list expression; matters are streamed. */
bool run_each(struct run *r, const struct ast *list, bool (*hit)(void *ctx, const struct slot *el),
	      void *ctx, bool *ret_stop);
bool run_list(struct run *r, const struct ast *list, const struct val_list **ret);
bool run_number_problem(struct run *r);
/* The first and the last instant of an interval, also of days. */
int64_t interval_from(struct val v);
int64_t interval_to(struct val v);
struct val val_cast(struct arena *a, struct val v, const struct type *to);
enum truth val_truth(struct val v);
enum truth val_compare(struct val a, struct val b, enum cmp op);

/* expr_why.c: the value as it is to be read: a clock's due day instead of the instant after it. */
bool expr_shown(const struct expr *e, struct eval *ev, struct val *ret, struct err *err);

/* tally.c: a folding whose figure was had beforehand. */
bool tallied_fold(struct run *r, const struct ast *e, bool *ret_known, struct val *ret);

/* expr_func.c */
bool run_func(struct run *r, const struct ast *e, struct val *ret);
bool run_arith(struct run *r, const struct ast *e, struct val *ret);

#endif
