/* SPDX-License-Identifier: MulanPSL-2.0 */
/* who.c - how an entry of by, see, tell is called. */
#include "law/expr.h"
#include "law/kind.h"

void who_put(struct buf *b, const struct law *l, const struct who *w)
{
	const struct role_def *role = w->role.n ? law_role(l, w->role) : NULL;

	switch (w->sort) {
	case WHO_OPENER:
		buf_adds(b, "登记人");
		return;
	case WHO_PUBLIC:
		buf_adds(b, "社会公众");
		return;
	case WHO_SYSTEM:
		buf_adds(b, "系统（依法自动）");
		return;
	case WHO_MEMBERS:
		if (!w->expr || str_is(w->text, "organ")) {
			buf_adds(b, "本单位人员");
			return;
		}
		buf_add(b, expr_label(b->a, w->expr));
		buf_adds(b, "的人员");
		return;
	default:
		buf_add(b, role ? role->name : w->expr ? expr_label(b->a, w->expr) : w->text);
	}
}
