/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What an expression reads and what it probes, for the checker. */
#include "law/expr_ast.h"

#define WALK_DEPTH 48 /* terms within terms; cycles are refused before */

struct reading {
	void (*field)(void *ctx, const struct field *f); /* NULL: not asked for */
	void (*action)(void *ctx, const struct action *ac);
	void *ctx;
	int depth;
};

static void read_node(const struct ast *e, struct reading *rd);

static void read_term(const struct term *t, struct reading *rd)
{
	if (++rd->depth <= WALK_DEPTH) {
		for (size_t i = 0; i < t->is.n; i++) {
			if (t->is.row[i].when)
				read_node(t->is.row[i].when->root, rd);
			if (t->is.row[i].is)
				read_node(t->is.row[i].is->root, rd);
		}
	}
	rd->depth--;
}

static bool of_this(const struct ast *e)
{
	return !e->n || e->kid[0]->op == AST_THIS || e->kid[0]->op == AST_OLD;
}

static void read_node(const struct ast *e, struct reading *rd)
{
	if (rd->action && e->op == AST_FUNC && e->sub == FN_PARTS)
		rd->action(rd->ctx, e->action);
	if (rd->field && e->op == AST_FIELD && e->field && of_this(e))
		rd->field(rd->ctx, e->field);
	if (e->op == AST_TERM && of_this(e))
		read_term(e->term, rd);
	for (size_t i = 0; i < e->n; i++)
		read_node(e->kid[i], rd);
}

void expr_reads(const struct expr *e, void (*field)(void *ctx, const struct field *f), void *ctx)
{
	struct reading rd = { .field = field, .ctx = ctx };

	read_node(e->root, &rd);
}

void expr_reads_parts(const struct expr *e, void (*action)(void *ctx, const struct action *ac), void *ctx)
{
	struct reading rd = { .action = action, .ctx = ctx };

	read_node(e->root, &rd);
}

static void mark(const struct ast *e)
{
	for (size_t i = 0; i < e->n_probe; i++)
		if (e->probe[i].as.on == PROBE_FIELD)
			((struct field *)(uintptr_t)e->probe[i].as.field)->keyed =
				true; /* still loading */
	for (size_t i = 0; i < e->n; i++)
		mark(e->kid[i]);
}

void expr_mark_keys(const struct expr *e)
{
	mark(e->root);
}
