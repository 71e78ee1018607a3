/* SPDX-License-Identifier: MulanPSL-2.0 */
/* template.h - templates of papers (文书): UTF-8 text with {{ expr }}, {% if %}, {% for %}, one line a block.
 *
 *	# 标题              centred title          ## 小标题       centred heading
 *	>> 文字             right-aligned          >< 文字         centred
 *	-- 文字             paragraph, no indent   ~               an empty line
 *	文字                paragraph, indented    | a | b |       a row of a table
 *	@@ 文字             QR code of the text (GB/T 18284), the text beneath
 *	|:30|70|            widths in percent      {% page %}      page break
 *	{% seal %}          organ, day, seal place {% sign 当事人 %} signature line
 *
 * {{ expr }} prints as papers do; {{ expr | figures }} money in figures only. What is inserted is never
 * read as markup. A {{ }} that is null is a missing field: the paper cannot be made, and its name is told.
 *
 * The expansion is what an action freezes (decision 13): a JSON array of blocks, from which src/paper
 * draws the same PDF at any time. Limits: template 64 KiB, expansion 1 MiB, 2,000 turns of a loop, 20 columns. */
#ifndef MINGFA_LAW_TEMPLATE_H
#define MINGFA_LAW_TEMPLATE_H

#include "law/expr.h"

struct template;

/* NULL when it does not compile; the reasons are in d. file names it in messages. */
struct template *template_compile(struct arena *a, const struct scope *s, struct str text, const char *file,
				  struct diag *d);

struct template_missing {
	struct str name;            /* Chinese name of the field, or the expression's text */
	const struct field *field;  /* NULL when it is no plain field */
};
struct template_result {
	struct str blocks;          /* JSON: [{"t":"title","s":"…"},{"t":"row","c":["…"]}…] */
	const struct template_missing *missing;
	size_t n_missing;
};
MUST_USE bool template_expand(const struct template *t, struct eval *ev, struct template_result *ret,
			      struct err *err);
/* The same while the form is still being written: what is wanting stands there as a gap, and what a field of this
 * matter gave says so. In the texts of the blocks: TEMPLATE_MARK field TEMPLATE_SAID text TEMPLATE_MARK, with a '!'
 * before the field's id where it is a gap; a text of several paragraphs ends its mark in a later block. */
#define TEMPLATE_MARK '\x1a'
#define TEMPLATE_SAID '\x1b'
MUST_USE bool template_preview(const struct template *t, struct eval *ev, struct template_result *ret, struct err *err);
/* Calls field for each field that the template prints, by itself or line by line. What {% if %} asks is not printed. */
void template_reads(const struct template *t, void (*field)(void *ctx, const struct field *f), void *ctx);
/* Those that it prints in any case: outside {% if %}, and with nothing in their place when they are null. */
void template_needs(const struct template *t, void (*field)(void *ctx, const struct field *f), void *ctx);

#endif
