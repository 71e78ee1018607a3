/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Replacements, each following from list and seed as the draw itself does. */
#include <string.h>

#include "draw/draw.h"

static void use(struct draw_now *n, struct draw_team *t, const struct draw_i *i)
{
	const struct draw_i **v = arena_many(n->a, t->n_used + 1, const struct draw_i *);

	if (t->n_used)
		memcpy(v, t->used, t->n_used * sizeof(*v));
	v[t->n_used++] = i;
	t->used = v;
}

static void add_team(struct draw_now *n, struct draw_t *target, const struct draw_i *const *member)
{
	struct draw_team t = { .target = target };

	if (member) {
		t.member = arena_many(n->a, n->size, const struct draw_i *);
		memcpy(t.member, member, n->size * sizeof(*member));
		for (size_t i = 0; i < n->size; i++)
			use(n, &t, member[i]);
	}
	PUSH(n->a, n->team, n->n, n->cap, t);
}

void draw_now_begin(struct arena *a, struct draw_list *l, const struct draw_result *r, int64_t panel_size,
		    struct draw_now *ret)
{
	*ret = (struct draw_now){ .a = a, .l = l, .r = r, .size = (size_t)panel_size,
				  .next = arena_many(a, r->n_stratum, size_t) };
	for (size_t i = 0; i < r->n_panel; i++)
		add_team(ret, r->panel[i].target, r->panel[i].member);
	for (size_t i = 0; i < r->n_stratum; i++)
		ret->next[i] = r->stratum[i].drawn;
}

struct draw_team *draw_team_of(const struct draw_now *n, struct str target)
{
	for (size_t i = 0; i < n->n; i++)
		if (!n->team[i].gone && str_eq(n->team[i].target->id, target))
			return &n->team[i];
	return NULL;
}

static struct draw_t *take_reserve(struct draw_now *n, struct str stratum)
{
	for (size_t i = 0; i < n->r->n_stratum; i++)
		if (str_eq(n->r->stratum[i].name, stratum))
			return n->next[i] < n->r->stratum[i].n ? n->r->stratum[i].order[n->next[i]++] : NULL;
	return NULL;
}

bool draw_next_target(struct draw_now *n, struct str gone, struct draw_team **ret, struct err *err)
{
	struct draw_team *t = draw_team_of(n, gone);
	const struct draw_i *const *able = NULL;
	size_t n_able = 0;
	struct draw_t *reserve;

	*ret = NULL;
	if (!t)
		return err_set(err, ERR_BAD_INPUT, "“%.*s”不在抽中的检查对象里", STR_FMT(gone));
	reserve = take_reserve(n, t->target->stratum);
	if (!reserve)
		return true;
	if (n->size && !draw_able(n->a, n->l, n->r->seed, reserve, &able, &n_able, err))
		return false;
	t->gone = true;
	add_team(n, reserve, n->size && n_able >= n->size ? able : NULL);
	*ret = &n->team[n->n - 1];
	return true;
}

static bool was_in(const struct draw_team *t, const struct draw_i *i)
{
	for (size_t j = 0; j < t->n_used; j++)
		if (t->used[j] == i)
			return true;
	return false;
}

static size_t place_of(const struct draw_now *n, const struct draw_team *t, struct str member)
{
	for (size_t i = 0; t && t->member && i < n->size; i++)
		if (str_eq(t->member[i]->id, member))
			return i;
	return SIZE_MAX;
}

bool draw_next_member(struct draw_now *n, struct str target, struct str gone, const struct draw_i **ret, struct err *err)
{
	struct draw_team *t = draw_team_of(n, target);
	size_t at = place_of(n, t, gone), n_able;
	const struct draw_i *const *able;

	*ret = NULL;
	if (at == SIZE_MAX)
		return err_set(err, ERR_BAD_INPUT, "“%.*s”不在这个检查对象的检查组里", STR_FMT(gone));
	if (!draw_able(n->a, n->l, n->r->seed, t->target, &able, &n_able, err))
		return false;
	for (size_t i = 0; i < n_able; i++) {
		if (was_in(t, able[i]))
			continue;
		t->member[at] = able[i];
		use(n, t, able[i]);
		*ret = able[i];
		return true;
	}
	return true;
}
