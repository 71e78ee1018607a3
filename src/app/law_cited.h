/* SPDX-License-Identifier: MulanPSL-2.0 */
/* law_cited.h - 条文引用: what of ours rests on an article, by the names of law and article: checks and other parts of the
 * definitions (as on the page of a rule), templates of papers, and the registers whose words name it. From here a new law is
 * noted (kind new_law) with what it touches. */
#ifndef MINGFA_APP_LAW_CITED_H
#define MINGFA_APP_LAW_CITED_H

#include "app/case.h"

struct law_cited_view {
	struct frame frame;
	struct str law, article, named; /* named: 安全生产法 第九十七条 */
	const struct rule_use *use;
	size_t n_use;
	const struct cited_paper {
		struct str name, text; /* the words around it */
	} *paper;
	size_t n_paper;
	const struct cited_kind {
		struct str name, field; /* field: of the kind new_law that takes them; empty: none */
		const struct cited_matter {
			struct str code, title, organ, state;
		} *v;
		size_t n;
		bool more;
	} *kind;
	size_t n_kind;
	struct str definitions; /* uses and templates in words, for the form */
	bool asked, none, may_note;
};

/* What cites a rule of the ledger, added to u[*n..most). */
void rule_uses(struct req *r, const struct law *law, struct str id, struct rule_use *u, size_t most, size_t *n);

/* Route: GET /law?law=安全生产法&article=第九十七条 */
bool law_cited_show(struct req *r, struct err *err);

#endif
