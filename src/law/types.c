/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Whether fields kept their types between two versions of a pack. */
#include "law/expr.h"
#include "law/law.h"

static bool kept(const struct type *was, const struct type *is)
{
	if (was->tag != is->tag || (was->kind && is->kind && !str_eq(was->kind->id, is->kind->id)))
		return false;
	for (size_t i = 0; i < was->n_row; i++)
		for (size_t k = 0; k < is->n_row; k++)
			if (str_eq(was->row[i].id, is->row[k].id) && !kept(&was->row[i].type, &is->row[k].type))
				return false;
	return true;
}

const struct field *law_retyped(const struct kind *was, const struct kind *is, size_t *at)
{
	while (*at < is->n_field) {
		const struct field *f = &is->field[(*at)++], *old = kind_field(was, f->id);

		if (old && !kept(&old->type, &f->type))
			return f;
	}
	return NULL;
}

void law_check_types(const struct law *was, const struct law *is, struct diag *d)
{
	for (size_t i = 0; i < is->n_kind; i++) {
		const struct kind *k = &is->kind[i], *old = law_kind(was, k->id);
		const struct field *f;
		size_t at = 0;

		while (old && (f = law_retyped(old, k, &at)))
			diag_add(d, f->node->pos, false, "“%.*s”的字段“%.*s”原为%s，现为%s；字段不能改变类型，请另起一个标识",
				 STR_FMT(k->id), STR_FMT(f->id), type_name_cn(kind_field(old, f->id)->type.tag),
				 type_name_cn(f->type.tag));
	}
}
