/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Sentences with {expr} in them. */
#include <string.h>

#include "law/expr_ast.h"

#define PIECES_MAX 64
#define FAILING_MAX 20 /* named in a sentence; the rest is counted */

/* The brace that closes the one before `from`; braces within 'text' do not count. */
static size_t closing(struct str s, size_t from)
{
	bool quoted = false;

	for (size_t i = from; i < s.n; i++) {
		if (s.p[i] == '\'')
			quoted = !quoted;
		else if (s.p[i] == '}' && !quoted)
			return i;
	}
	return SIZE_MAX;
}

static bool add_expr(struct arena *a, const struct scope *s, struct str inner, struct pos pos,
		     struct diag *d, struct say_piece *piece)
{
	if (str_is(str_trim(inner), "failing")) {
		piece->failing = true;
		return true;
	}
	piece->expr = expr_compile(a, s, inner, pos, d);
	return piece->expr != NULL;
}

struct say *say_compile(struct arena *a, const struct scope *s, struct str text, struct pos pos,
			struct diag *d)
{
	struct say_piece piece[PIECES_MAX] = { 0 }, *kept;
	struct say *say = arena_one(a, struct say);
	struct scope plain = *s;
	size_t n = 0, at = 0, open, close;
	bool ok = true;

	plain.expect = NULL;
	while (at < text.n && n + 2 <= PIECES_MAX) {
		open = str_chr(text, '{', at);
		if (open == SIZE_MAX)
			open = text.n;
		if (open > at)
			piece[n++].lit = str_sub(text, at, open);
		if (open == text.n) {
			at = open;
			break;
		}
		close = closing(text, open + 1);
		if (close == SIZE_MAX) {
			diag_add(d, expr_pos(text, pos, open), false, "左花括号没有对应的右花括号");
			return NULL;
		}
		ok = add_expr(a, &plain, str_sub(text, open + 1, close),
			      expr_pos(text, pos, open + 1), d, &piece[n++])
		     && ok;
		at = close + 1;
	}
	if (at < text.n) {
		diag_add(d, pos, false, "一句话中的表达式超过%d处", PIECES_MAX / 2);
		return NULL;
	}
	kept = arena_many(a, n, struct say_piece);
	if (n)
		memcpy(kept, piece, n * sizeof(*kept));
	*say = (struct say){ kept, n };
	return ok ? say : NULL;
}

/* A row is told by its first cell that holds something. */
static void put_element(struct buf *b, struct eval *ev, struct val v)
{
	if (v.t == T_ROW) {
		for (size_t i = 0; i < v.row->n; i++) {
			if (!val_is_null(v.row->cell[i])) {
				val_put_cn(b, ev->a, v.row->cell[i], &ev->names);
				return;
			}
		}
	}
	val_put_cn(b, ev->a, v, &ev->names);
}

static void put_failing(struct buf *b, struct eval *ev, const struct val_list *failing)
{
	size_t n = failing ? failing->n : 0;

	for (size_t i = 0; i < n && i < FAILING_MAX; i++) {
		if (i)
			buf_adds(b, "、");
		put_element(b, ev, failing->v[i]);
	}
	if (n > FAILING_MAX)
		buf_addf(b, "等%zu项", n);
}

bool say_print(struct buf *b, const struct say *s, struct eval *ev, const struct val_list *failing,
	       struct err *err)
{
	struct val v;

	for (size_t i = 0; i < s->n; i++) {
		const struct say_piece *p = &s->piece[i];

		buf_add(b, p->lit);
		if (p->failing)
			put_failing(b, ev, failing);
		if (!p->expr)
			continue;
		if (!expr_shown(p->expr, ev, &v, err))
			return false;
		if (val_is_null(v))
			buf_adds(b, "（未填写）");
		else
			val_put_cn(b, ev->a, v, &ev->names);
	}
	return true;
}
