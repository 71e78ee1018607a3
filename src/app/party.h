/* SPDX-License-Identifier: MulanPSL-2.0 */
/* party.h - 画像: the matters and fines of one party, as far as the reader may see them. */
#ifndef MINGFA_APP_PARTY_H
#define MINGFA_APP_PARTY_H

#include "app/rows.h"

struct party_line {
	struct str code, title, kind, number, state, organ, opened, name, fine;
};
struct party_fines {
	struct str year, count, sum;
};
struct party_view {
	struct frame frame;
	struct str name, code, total;   /* total: 罚款 3 次，共 60,000.00元 */
	const struct str *other;        /* further names under which the code stands */
	size_t n_other;
	const struct party_line *line;  /* of the code; without a code: of the name */
	size_t n_line;
	const struct party_line *maybe; /* entered without a code, under one of the names */
	size_t n_maybe;
	const struct party_fines *fines; /* newest year first */
	size_t n_fines;
	struct str year_href;           /* 年度检查情况, this year; empty: no code, or no inspections in this law */
	bool cut;                       /* a kind holds more than one list shows */
};

/* /party/{code}, or /party?name= for a party without a code. */
bool party_show(struct req *r, struct err *err);
/* Whether the picture finds matters by this field. */
bool party_leads(const struct field *f);
/* Whether it may be the code of a party in an address. */
bool party_is_code(struct str s);
struct str party_href(struct req *r, const struct party *p);
#endif
