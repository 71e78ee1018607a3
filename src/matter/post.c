/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Roles of a person (field `posts` of the kind person): whatever act brings them, they are roles of the pack, and roles
 * that exclude each other are never one person's on the same day, in whichever organs. */
#include "base/day.h"
#include "matter/inner.h"

struct held {
	struct str role;
	int64_t from, to;
};

static int64_t cell_day(const struct val_row *row, const char *id, int64_t none)
{
	for (size_t i = 0; i < row->n; i++)
		if (str_is(row->col[i].id, id))
			return row->cell[i].t == T_DATE ? row->cell[i].i : none;
	return none;
}

static struct held held_of(const struct val_row *row)
{
	struct held h = { .from = cell_day(row, "from", DAY_MIN), .to = cell_day(row, "to", INT64_MAX) };

	for (size_t i = 0; i < row->n; i++)
		if (str_is(row->col[i].id, "role") && type_is_text(row->cell[i].t))
			h.role = row->cell[i].s;
	return h;
}

static void refuse_role(struct step *s, struct str say)
{
	refuse(&s->no, (struct refusal){ .sort = REFUSED_CHECK, .node = s->ac->node, .field = STR("posts"), .way = STR("posts"),
					 .say = say });
}

static void pair_fits(struct step *s, const struct held *x, const struct held *y)
{
	const struct law *l = s->kind->law;
	const struct role_def *a = law_role(l, x->role), *b = law_role(l, y->role);

	if (a && b && roles_exclusive(l, x->role, y->role) && x->from <= y->to && y->from <= x->to)
		refuse_role(s, str_fmt(s->t->a, "%.*s与%.*s不得由同一人兼任；先收回其中一个，或者错开日期", STR_FMT(a->name),
				       STR_FMT(b->name)));
}

bool posts_fit(struct step *s, struct err *err)
{
	const struct val *now = snap_field(s->new, "posts"), *old = s->old ? snap_field(s->old, "posts") : NULL;
	struct held *h;

	(void)err;
	if (!str_is(s->kind->id, "person") || !now || now->t != T_ROWS || (old && val_equal(*old, *now)))
		return true;
	h = arena_many(s->t->a, now->list->n, struct held);
	for (size_t i = 0; i < now->list->n && !s->no.n; i++) {
		h[i] = held_of(now->list->v[i].row);
		if (h[i].role.n && !law_role(s->kind->law, h[i].role))
			refuse_role(s, str_fmt(s->t->a, "没有“%.*s”这个角色，请从角色表中选", STR_FMT(h[i].role)));
		for (size_t j = 0; j < i && !s->no.n; j++)
			pair_fits(s, &h[j], &h[i]);
	}
	return true;
}
