/* SPDX-License-Identifier: MulanPSL-2.0 */
/* law.h - loading packs, checking them, and the ledger. */
#ifndef MINGFA_LAW_LAW_H
#define MINGFA_LAW_LAW_H

#include "law/expr.h"
#include "law/kind.h"

/* The texts that make up all packs: path below law/ ("national/penalty.yaml") and content. They come from
 * the binary (embedded), from a folder, or from pack_version rows. */
struct law_file {
	const char *path;
	struct str text;
};
struct law_files {
	const struct law_file *v;
	size_t n;
	const struct ledger *ledger; /* already read from them, and shared; NULL: each law_load reads its own */
};

/* Loads a pack with all above it: YAML, overlays, names, types, and all that language.md 14 proves.
 * ret is NULL when there are errors; warnings may stand in d in any case. The law lives in a. */
struct law *law_load(struct arena *a, const struct law_files *files, struct str pack, struct diag *d);
/* Gives back what only a comparison of packs needs, a third of a law's memory. */
void law_forget_tree(struct law *l);
/* Names of all packs in the files, upper ones first. */
size_t law_packs(struct arena *a, const struct law_files *files, const struct str **ret);
/* What lower packs replaced, removed, set anew or added with `because`, a few lines each; the rest (added,
 * narrowed) is counted. For `law check`. */
void law_put_changes(const struct law *l, struct buf *out);
/* What differs between the merged definitions of two packs, a line each: path, - first, + second. */
void law_put_diff(const struct law *a, const struct law *b, struct buf *out);
/* A field keeps its type for good (language.md 14): the next field of `is`, from *at on, that has another one than in `was`;
 * columns of rows too. NULL: none more. */
const struct field *law_retyped(const struct kind *was, const struct kind *is, size_t *at);
/* An error for each such field of all kinds: for `law check --was`. */
void law_check_types(const struct law *was, const struct law *is, struct diag *d);

/* The ledger: one row per rule, and the statutes' articles. */
struct rule {
	struct str id, zhidu, article, kind, actor, trigger, requirement, limit, unit, from_event, effect, evidence;
	bool statute; /* a row of statutes.tsv or articles.tsv: zhidu is the law */
};
struct ledger {
	const struct rule *v;
	size_t n;
	/* rules that come with a later part (law/ledger/later.tsv): id and part */
	const struct later {
		struct str id, part, why;
	} *later;
	size_t n_later;
};
MUST_USE bool ledger_load(struct arena *a, const struct law_files *files, const struct ledger **ret, struct err *err);
const struct rule *ledger_find(const struct ledger *l, struct str id);
/* 〔行政处罚法 第六十条〕 for an id; the id itself when it is unknown. */
void ledger_put_cite(const struct ledger *l, struct str id, struct buf *out);
/* 法制审核制度, and in full 临猗县重大决定法制审核; a statute has one name: ret_full is empty. */
struct str ledger_name(const struct ledger *l, const struct rule *r, struct str *ret_full);
/* Rules by what people type (at most 20 words, all of them must fit): a number (处罚法42, 法制审核制度 第五条, SX-SH-9) or
 * words of name, actor, trigger and text. Ids first, then articles, then words; in each the ledger's order.
 * The array and what it points to live in a and in the ledger. */
const struct rule *const *ledger_seek(const struct ledger *l, struct arena *a, struct str typed, size_t *ret_n);

#endif
