/* SPDX-License-Identifier: MulanPSL-2.0 */
/* input.h - fields of a form between three shapes: what was typed (pairs of name and text, as a browser sends
 * them and as drafts keep them), values of the definition language, and inputs on a page.
 *
 * Names: f.FIELD; parts of a party f.FIELD.name; cells of a table f.FIELD.ROW.COLUMN with f.FIELD.ROW.id and the
 * number of rows f.FIELD.n; files already stored f.FIELD.kept (digest and name); sheets f.FIELD.PART.ITEM. People,
 * organs and matters are given by code. */
#ifndef MINGFA_APP_INPUT_H
#define MINGFA_APP_INPUT_H

#include "app/shown.h"
#include "app/shown.h"
#include "app/upload.h"
#include "blob/blob.h"

#define UPLOAD_MOST ((size_t)20 << 20) /* one file that comes inside a form; larger ones come piece by piece (upload.h) */

struct pair {
	struct str name, value;
};
struct pairs {
	struct arena *a;
	struct pair *v;
	size_t n, cap;
};
void pairs_add(struct pairs *p, struct str name, struct str value);
struct str pairs_get(const struct pairs *p, struct str name); /* the first; empty: none */
bool pairs_has(const struct pairs *p, struct str name);
void pairs_drop(struct pairs *p, struct str name);
/* A field's pairs are those of its name and of NAME.…: how many, whether two forms hold the same, without them, and taken
 * over from another form. */
size_t pairs_under(const struct pairs *p, struct str name);
bool pairs_same(const struct pairs *x, const struct pairs *y, struct str name);
void pairs_take(struct pairs *p, const struct pairs *from, struct str name);
struct str pairs_json(const struct pairs *p);
MUST_USE bool pairs_read(struct str json, struct pairs *ret, struct err *err);

enum input_sort { INPUT_TEXT, INPUT_NOTE, INPUT_RADIO, INPUT_SELECT, INPUT_CHECKS, INPUT_REF, INPUT_PARTY, INPUT_ROWS,
		  INPUT_FILES, INPUT_SHEET };

struct input {
	enum input_sort sort;
	struct str id, name, label, help, example, unit, value, error, hint;
	const char *type;      /* of an INPUT_TEXT: text, date, datetime-local, tel */
	const char *mode;      /* inputmode */
	int64_t most;          /* characters; 0: no limit shown */
	int lines;             /* of an INPUT_NOTE */
	bool required, append, multiple;
	bool date;             /* understood in several forms */
	bool echoes;           /* what is understood stands below it */
	struct str echo, taken; /* taken: whence the value that stands there: 取自立案 */
	const struct rival {   /* somebody else wrote another text meanwhile */
		struct str who, mine, theirs, pick;
	} *rival;
	const struct cite_link *cite;
	size_t n_cite;
	const struct option_view *option;
	size_t n_option;
	struct str find_name, find;      /* references: search by words */
	const struct input *sub;         /* parts of a party, items of a sheet */
	size_t n_sub;
	struct str part;                 /* sheet: heading before this item */
	const struct input_row {
		const struct input *cell;
		size_t n;
		struct str id_name, id;
	} *row;
	size_t n_row;
	bool focus;                      /* the first cell of a row that was just added */
	bool line;                       /* its rows fit on one line each */
	const struct shown *before;      /* append: what stands there already */
	struct str count_name, count;
	const struct kept_file {
		struct str name, value, size, drop;
	} *kept;
	size_t n_kept;
	const struct sent_view *sent;    /* files: what this person began to send and has not attached (upload.h) */
	size_t n_sent;
};

/* Everything that one form needs. */
struct inputs {
	struct req *r;
	struct shower shower;
	const struct kind *kind;
	const struct snap *snap;  /* NULL when opening */
	struct pairs pairs;       /* what is typed now */
	struct str form;          /* under which drafts and uploads of this form stand */
	const struct blob *fresh; /* files that came with this request and have no row yet */
	size_t n_fresh;
};

/* What a field holds now, as if it had been typed. */
MUST_USE bool pairs_of_val(struct inputs *in, const struct type *t, struct str name, struct val v, struct err *err);
/* The typed value; *ret_error says in Chinese what is wrong with it. */
MUST_USE bool val_of_pairs(struct inputs *in, const struct type *t, struct str name, struct val *ret,
			   struct str *ret_error, struct err *err);
/* Whether anything of a field was sent. */
bool field_sent(const struct inputs *in, struct str name);
MUST_USE bool input_of(struct inputs *in, const struct form_field *ff, struct input *ret, struct err *err);
/* An input that is no field of the kind: the person of a recusal. */
MUST_USE bool input_of_person(struct inputs *in, struct str label, struct input *ret, struct err *err);
/* The default of a field as typed text where it is a constant; else empty. */
struct str default_text(struct inputs *in, const struct field *f);

#endif
