/* SPDX-License-Identifier: MulanPSL-2.0 */
/* value.h - types and values of the definition language (language.md 3 and 11).
 *
 * A value is small and copied by assignment; what it points to lives in the arena of whoever made
 * it. t == T_NONE is null: unknown. Text of blanks is null. Lists are never null, only empty. */
#ifndef MINGFA_LAW_VALUE_H
#define MINGFA_LAW_VALUE_H

#include "base/buf.h"
#include "base/dec.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

enum type_tag {
	T_NONE, /* null */
	T_BOOL,
	T_INT,
	T_NUM,   /* num(d) */
	T_MONEY, /* yuan in values, fen in storage */
	T_TEXT,  /* text(n) */
	T_NOTE,
	T_PHONE,
	T_REGION,
	T_USCC,
	T_IDCARD,
	T_DATE,
	T_TIME,
	T_SPAN,
	T_ENUM,
	T_PICKS,
	T_USER,
	T_USERS,
	T_ORGAN,
	T_ORGANS,
	T_PARTY,
	T_REF,
	T_REFS,
	T_ROWS,
	T_FILES,
	T_SHEET,
	/* in expressions only */
	T_LIST,     /* of any element type */
	T_ROW,      /* one row of T_ROWS */
	T_FILE,     /* one of T_FILES */
	T_INTERVAL, /* of days or of instants */
	T_EVENT,    /* event(a): .at .actor .reason */
	T_PART,     /* parts(a): .actor .at and the form's fields */
	T_CLOCK,    /* clock(c): .start .due .stopped .state .late */
	T_PARTS,    /* a part of a sheet: .complete .got … */
	T_MAX
};

/* type.n of T_INTERVAL; an instant is in a period when its day is. */
enum { INTERVAL_DATES, INTERVAL_TIMES, INTERVAL_PERIOD };

enum unit { UNIT_MINUTE, UNIT_HOUR, UNIT_DAY, UNIT_WORKDAY, UNIT_MONTH, UNIT_YEAR, UNIT_MAX };

struct kind;
struct field;
struct sheet;

/* One value of an enum, in order of writing. */
struct choice_value {
	struct str id;
	struct str name;
};
struct enum_def {
	struct choice_value *v;
	size_t n;
};

/* A type with its parameters. of: element of T_LIST. */
struct type {
	enum type_tag tag;
	int n;                         /* text(n), num(n) */
	const struct enum_def *values; /* T_ENUM, T_PICKS */
	const struct kind *kind; /* T_REF, T_REFS; for T_USER, T_ORGAN the kinds person, organ */
	const struct field *row; /* T_ROWS, T_ROW: columns */
	size_t n_row;
	const struct sheet *sheet; /* T_SHEET, T_PARTS */
	const struct type *of;     /* T_LIST */
	const void
		*extra; /* T_EVENT, T_PART, T_CLOCK: struct action or clock; T_PARTS: sheet part */
};

struct span {
	int64_t n;
	enum unit unit;
};

enum party_sort { PARTY_UNKNOWN, PARTY_PERSON, PARTY_UNIT };

struct party {
	enum party_sort sort; /* person 自然人, unit 单位 */
	struct str name, code, address, contact, phone;
};

/* A stored file: digest addresses the blob (64 hex digits of SHA-256); in scenarios only the name
 * counts. */
struct file_ref {
	struct str name, digest, media;
	int64_t size;
};

struct val;

struct val_list {
	const struct val *v;
	size_t n;
};

/* A row keeps its id for life; cells are aligned with col, the field's columns (type.row), which
 * whoever makes a row must set: stored rows carry the columns' ids. */
struct val_row {
	int64_t id;
	const struct field *col;
	const struct val *cell;
	size_t n;
};

/* A filled sheet (section 9): marks aligned with sheet->part[p].item[i]; see law/sheet.h. */
struct sheet_mark {
	bool answered;
	bool yes;          /* ask */
	dec off;           /* points deducted */
	struct str choice; /* of */
	struct str why;    /* reason or note */
};
struct sheet_val {
	const struct sheet *sheet;
	bool *out;                      /* per part: does not take part */
	struct sheet_mark *const *mark; /* per part, per item */
};

struct val_event {
	int64_t at, actor;
	struct str reason, action;
};

enum clock_state { CLOCK_RUNNING, CLOCK_PAUSED, CLOCK_MET, CLOCK_LATE, CLOCK_ENDED };

struct val_clock {
	int64_t start, due,
		stopped; /* instants (ms); due is the first instant after the last day; 0: none */
	enum clock_state state;
	bool late, known; /* known: false while the due day lies beyond the calendar */
	bool by_day;
};

struct val_part {
	int64_t actor, at;
	const struct field *field; /* the kind's fields; cell is aligned with them */
	const struct val *cell;
	size_t n;
};

struct val {
	enum type_tag t;
	union {
		bool b;
		dec n;        /* T_INT T_NUM T_MONEY */
		int64_t i;    /* T_DATE day, T_TIME ms, T_USER T_ORGAN T_REF matter id */
		struct str s; /* text kinds, T_ENUM id (states and actions too) */
		struct span span;
		struct {
			int64_t from, to;
			bool time;
		} interval; /* ends included; open end: INT64_MIN, INT64_MAX */
		/* elements are T_ENUM, T_USER, T_ORGAN, T_REF, T_ROW, T_FILE or what T_LIST holds
		 */
		const struct val_list
			*list; /* T_PICKS T_USERS T_ORGANS T_REFS T_ROWS T_FILES T_LIST */
		const struct party *party;
		const struct val_row *row;
		const struct file_ref *file;
		const struct sheet_val *sheet;
		const struct val_event *event;
		const struct val_part *part;
		const struct val_clock *clock;
	};
	const struct enum_def *values; /* T_ENUM, T_PICKS: for names; may be NULL */
};

#define VAL_NULL ((struct val){ .t = T_NONE })

bool type_is_text(enum type_tag t);        /* text note phone region uscc idcard */
bool type_is_list(enum type_tag t);        /* picks users organs refs rows files list */
const char *type_name(enum type_tag t);    /* "money" */
const char *type_name_cn(enum type_tag t); /* 金额 */
bool unit_parse(struct str s, enum unit *ret);
const char *unit_name(enum unit u);                       /* "workday" */
const char *unit_name_cn(enum unit u);                    /* 个工作日 */
MUST_USE bool span_parse(struct str s, struct span *ret); /* "3 workday" */

struct val val_bool(bool b);
struct val val_int(int64_t n);
struct val val_num(enum type_tag t, dec n);
struct val val_i64(enum type_tag t, int64_t i);     /* date, time, user, organ, ref */
struct val val_text(enum type_tag t, struct str s); /* blanks give null */
struct val val_list(struct arena *a, enum type_tag t, const struct val *v, size_t n); /* takes v */
bool val_is_null(struct val v);
/* Same value (parties by code; those without a code by sort and name); null equals null here. For
 * sets and comparing old and new. */
bool val_equal(struct val a, struct val b);

/* The keys under which a value is found in matter_key: one for a simple value, one for each element
 * of a list, none for null and for fractions. Equal values have equal keys, and keys are whole numbers (money in
 * fen, days, ms, ids, bool 0 or 1) or texts (enum ids, texts, a party's code or else ~ and its name). */
struct val_key {
	bool is_text;
	int64_t num;
	struct str text;
};
bool val_key(struct arena *a, struct val v, struct val_key *ret); /* of a simple value; false: it has none */
size_t val_keys(struct arena *a, struct val v, const struct val_key **ret);
bool val_key_equal(const struct val_key *a, const struct val_key *b);

/* Stored form. Sorted keys; money as fen; dates as text; times as ms; references as ids. */
void val_put_json(struct json_out *o, struct str key, struct val v);
/* Reads the stored form; what does not fit the type (an older version) reads as null. */
struct val val_of_json(struct arena *a, const struct type *t, const struct json *j);

/* Readable forms. names (may be NULL) tells the name of a matter id (organ, user, ref). */
struct val_names {
	struct str (*name)(void *ctx, struct arena *a, enum type_tag t, int64_t id);
	void *ctx;
};
/* For pages and refusals: 20,000.00元, 2026年11月25日, 3个工作日, 已听证. Null gives nothing. */
void val_put_cn(struct buf *b, struct arena *a, struct val v, const struct val_names *names);
/* For papers: money in capitals with figures, times to the minute. */
void val_put_paper(struct buf *b, struct arena *a, struct val v, const struct val_names *names);
/* What an input field shows and val_parse reads again: 20000.00, 2026-11-25, an enum's id. */
void val_put_plain(struct buf *b, struct val v);
/* Reads what a person or a CSV typed for a simple type (no rows, sheets, references, files,
 * parties). Dates also as 20261125, 2026年11月25日; money also 2万, 20,000; full-width digits. The
 * error says in Chinese what is expected. Blank gives null. */
MUST_USE bool val_parse(struct arena *a, const struct type *t, struct str s, struct val *ret,
			struct err *err);

#endif
