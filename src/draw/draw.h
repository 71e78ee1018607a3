/* SPDX-License-Identifier: MulanPSL-2.0 */
/* draw.h - draw/v1, a random draw that anyone can check: a list that is frozen and committed to, a seed that nobody
 * could know then, and what follows from both. Pure: no database, no clock, no random source of its own.
 *
 * SHA-256 and HMAC-SHA-256; texts are UTF-8, compared as bytes; no floating numbers, no remainders. Order of a draw:
 * draw_lines_* makes the list, its root and size are published with DRAW_HASH of a secret; when the public value is
 * out, draw_seed and draw_run give the result. draw/record.h writes and checks the published file. */
#ifndef MINGFA_DRAW_DRAW_H
#define MINGFA_DRAW_DRAW_H

#include "base/buf.h"
#include "log/tree.h"

#define DRAW_ALG "draw/v1"
#define DRAW_SALT 16
#define DRAW_WEIGHT_MAX 1000
#define DRAW_LINES_MAX 4000000       /* more than a province's parties */
#define DRAW_TICKETS_MAX 100000000   /* a minute of reckoning; an ordinary draw has its number of parties */
#define DRAW_TEXT_MAX ((size_t)512 << 20)
#define DRAW_PANELS_MAX 10000        /* drawn targets that get a panel: more than a province inspects at a time */
#define DRAW_ABLE_MAX 5000000        /* pairs of drawn target and able inspector */

/* ---- making a list ---- */

struct draw_lines {
	struct arena *a;
	struct str *v;
	size_t n, cap;
};
/* salt: DRAW_SALT bytes, fresh for each line. False, and nothing is added: a field holds a control character or a comma,
 * an id is empty, or the weight is not 1 to DRAW_WEIGHT_MAX. need and skills: qualifications parted by commas. */
MUST_USE bool draw_target(struct draw_lines *l, struct str id, struct str stratum, int64_t weight, struct str need,
			  const unsigned char salt[DRAW_SALT]);
MUST_USE bool draw_inspector(struct draw_lines *l, struct str id, struct str skills, const unsigned char salt[DRAW_SALT]);
MUST_USE bool draw_recusal(struct draw_lines *l, struct str inspector, struct str target, const unsigned char salt[DRAW_SALT]);
MUST_USE bool draw_quota(struct draw_lines *l, struct str stratum, int64_t quota, const unsigned char salt[DRAW_SALT]);
/* The lines in order, each ended by LF. */
struct str draw_lines_text(struct draw_lines *l);

/* ---- a list as read ---- */

struct draw_list {
	struct str text;
	const struct str *line; /* without LF */
	size_t n;
	struct draw_t {
		struct str id, stratum, need;
		size_t line;    /* in draw_list.line */
		uint32_t weight;
		unsigned char key[LOG_HASH]; /* draw_run fills it in */
	} *target;              /* by id */
	size_t n_target;
	const struct draw_i {
		struct str id, skills;
	} *inspector;           /* by id */
	size_t n_inspector;
	const struct draw_r {
		struct str inspector, target;
	} *recusal;             /* by inspector, then target */
	size_t n_recusal;
	const struct draw_q {
		struct str stratum;
		int64_t quota;
	} *quota;               /* by stratum */
	size_t n_quota;
	unsigned char root[LOG_HASH];
};
/* Text and list live as long as the arena. ERR_BAD_INPUT with a Chinese sentence that names the line: broken form, not
 * in order, doubled ids; ERR_TOO_LARGE. */
MUST_USE bool draw_list_read(struct arena *a, struct str text, struct draw_list *ret, struct err *err);
/* One line by itself, as a public record shows those that were drawn. *ret_target: of a T line. */
MUST_USE bool draw_line_target(struct str line, struct draw_t *ret_target);

/* ---- the seed ---- */

/* secret = SHA-256("draw/v1 join\n" || a || b): neither holder of a share can look alone. */
void draw_join(const unsigned char a[LOG_HASH], const unsigned char b[LOG_HASH], unsigned char ret[LOG_HASH]);
/* What is committed to: SHA-256("draw/v1 secret\n" || secret). */
void draw_secret_hash(const unsigned char secret[LOG_HASH], unsigned char ret[LOG_HASH]);
void draw_seed(const unsigned char secret[LOG_HASH], struct str draw_id, const unsigned char root[LOG_HASH],
	       struct str beacon, struct str value, unsigned char ret[LOG_HASH]);
/* The smallest ticket of a target. */
void draw_key(const unsigned char seed[LOG_HASH], struct str stratum, struct str id, uint32_t weight,
	      unsigned char ret[LOG_HASH]);
/* A salt for the n-th line, from a key that is drawn afresh for each list and then thrown away. */
void draw_salt(const unsigned char key[LOG_HASH], uint64_t n, unsigned char ret[DRAW_SALT]);

/* ---- the draw ---- */

struct draw_stratum {
	struct str name;
	struct draw_t *const *order; /* all of them: first the quota, then the reserves */
	size_t n, drawn;
};
struct draw_result {
	unsigned char seed[LOG_HASH];
	struct draw_stratum *stratum; /* those that have a quota, in byte order */
	size_t n_stratum;
	struct draw_panel {
		struct draw_t *target;
		const struct draw_i *const *member; /* panel_size of them; NULL: unstaffed */
	} *panel;                     /* drawn targets in order of stratum and key */
	size_t n_panel;
	int64_t cap;                  /* the most targets for one inspector; 0: no panels */
};
/* panel_size 0: targets only. Keys of the list's targets are filled in. ERR_BAD_INPUT, ERR_TOO_LARGE. */
MUST_USE bool draw_run(struct arena *a, struct draw_list *l, const unsigned char seed[LOG_HASH], int64_t panel_size,
		       struct draw_result *ret, struct err *err);
/* Who could inspect a target, in the order in which they are asked: the first that is free replaces a member. */
MUST_USE bool draw_able(struct arena *a, const struct draw_list *l, const unsigned char seed[LOG_HASH], const struct draw_t *t,
			const struct draw_i *const **ret, size_t *ret_n, struct err *err);

/* ---- what comes after: reserves, never a new draw ---- */

struct draw_team {
	struct draw_t *target;
	const struct draw_i **member; /* NULL: unstaffed */
	const struct draw_i **used;   /* all who ever were in it, in order */
	size_t n_used;
	bool gone;                    /* a reserve stands in its place */
};
struct draw_now {
	struct arena *a;
	struct draw_list *l;
	const struct draw_result *r;
	size_t size;
	struct draw_team *team;       /* as drawn, then the reserves in order of replacement */
	size_t n, cap;
	size_t *next;                 /* by stratum: how many of its order are used */
};
/* As the draw left it. list and result must outlive it. */
void draw_now_begin(struct arena *a, struct draw_list *l, const struct draw_result *r, int64_t panel_size,
		    struct draw_now *ret);
struct draw_team *draw_team_of(const struct draw_now *n, struct str target); /* that is not gone; NULL */
/* The next reserve of the stratum takes the place of a target, with the first able inspectors of its own. *ret NULL: no
 * reserve is left (the target stays). ERR_BAD_INPUT: no such target. */
MUST_USE bool draw_next_target(struct draw_now *n, struct str gone, struct draw_team **ret, struct err *err);
/* The next able inspector who never was in the team takes the place of a member. *ret NULL: there is none. ERR_BAD_INPUT. */
MUST_USE bool draw_next_member(struct draw_now *n, struct str target, struct str gone, const struct draw_i **ret,
			       struct err *err);

#endif
