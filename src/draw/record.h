/* SPDX-License-Identifier: MulanPSL-2.0 */
/* record.h - the published file of a draw, written and checked.
 *
 * JSON: commit {draw_id alg list_root list_size secret_hash beacon panel_size}, list or lines, secret_hex, beacon_value,
 * result {seed order drawn keys panels cap unstaffed}, and replaced when somebody was. `list` is the whole list: for who
 * may see it all. `lines` [{index, line, proof}] are those of the drawn only, each with its inclusion proof: for the
 * public, so that weights of parties that were not drawn stay unknown; `last` then has the largest drawn key by stratum.
 * Of a draw that was cancelled after it was frozen there are commit, list and secret_hex alone, with `cancelled` true: for
 * the procurator, who can tell from them that it is the list that was committed to.
 * result.order: the drawn and the next DRAW_RESERVES. */
#ifndef MINGFA_DRAW_RECORD_H
#define MINGFA_DRAW_RECORD_H

#include "base/json.h"
#include "draw/draw.h"

#define DRAW_RECORD_MAX ((size_t)512 << 20) /* a list of DRAW_LINES_MAX lines, quoted */
#define DRAW_RESERVES 3                     /* as the format shows them */
#define DRAW_FINDINGS_MAX 50                /* so many are told; more are counted */

struct draw_record {
	struct str draw_id, beacon, value;
	int64_t list_size, panel_size;
	unsigned char root[LOG_HASH], secret_hash[LOG_HASH], secret[LOG_HASH];
	bool whole;                 /* has `list`, else `lines` */
	bool cancelled;             /* list and secret alone; result NULL, value empty */
	struct str list;
	const struct json *lines, *last, *result, *replaced; /* of a whole one: lines, last NULL; replaced may be NULL */
};
/* ERR_BAD_INPUT with a Chinese sentence: no JSON, a key is missing or of another form. Borrowed from text. */
MUST_USE bool draw_record_read(struct arena *a, struct str text, struct draw_record *ret, struct err *err);

struct draw_check {
	const struct str *finding; /* what does not hold, a Chinese sentence each; none: all holds */
	size_t n;                  /* of them, at most DRAW_FINDINGS_MAX */
	size_t all;                /* how many there were */
	size_t targets, drawn, inspectors, replaced; /* what was reckoned again */
};
/* Reckons everything again and compares. False only when it could not be reckoned (ERR_BAD_INPUT, ERR_TOO_LARGE): a
 * broken list is a finding. */
MUST_USE bool draw_record_check(struct arena *a, const struct draw_record *r, struct draw_check *ret, struct err *err);

/* One replacement: of a target (member empty) or of a member of its team. */
struct draw_spare {
	struct str target, member, next;
};
struct draw_made { /* what is to be written */
	struct str draw_id, beacon, value;
	int64_t panel_size;
	const unsigned char *secret;
	struct draw_list *list;
	const struct draw_result *result;
	const struct draw_spare *spare;
	size_t n_spare;
};
/* The whole file; whole: with the list, else with the drawn lines. m->result NULL: cancelled, always with the list. */
void draw_record_put(struct arena *a, struct buf *b, const struct draw_made *m, bool whole);
/* Only `commit`, as an object: what is known before the public value is. */
void draw_commit_put(struct json_out *o, const struct draw_made *m);

#endif
