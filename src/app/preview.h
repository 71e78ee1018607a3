/* SPDX-License-Identifier: MulanPSL-2.0 */
/* preview.h - the papers of an action as they would be frozen, beside its form, and what is still wanting. */
#ifndef MINGFA_APP_PREVIEW_H
#define MINGFA_APP_PREVIEW_H

#include "app/case.h"
#include "app/input.h"

struct preview_view {
	const struct preview_paper {
		struct str name, number;
		const struct paper_block *block;
		size_t n_block;
		bool hidden, none; /* none: there is no text for it */
	} *paper;
	size_t n_paper, n_made; /* those that the act makes stand first; the others are only shown */
	const struct wanting { /* required fields without a value, then those without which a paper cannot be made */
		struct str name, href;
	} *wanting;
	size_t n_wanting;
	const struct echo { /* what was typed as it was understood: 2万 is 贰万元整 */
		struct str id, text;
	} *echo;
	size_t n_echo;
};

/* form: what is typed, as far as it can be read. Files that were chosen and have not come yet are named by the
 * request's own pairs "chosen". at: the address of the form, empty when it is this page. */
void preview_fill(struct inputs *in, const struct action *ac, const struct form *form, const struct foreseen *f,
		  struct str at, struct preview_view *ret);
/* 人民币贰万元整（20,000.00元）, 2026年11月25日（三）; empty where there is nothing to say. */
struct str echo_of(struct inputs *in, const struct type *t, struct val v);

#endif
