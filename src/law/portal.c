/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `portal` of a kind (docs/decisions/0035): what anyone may see has a place on the public side, or the checker says so. */
#include "base/parse.h"
#include "law/bind.h"

#define PLACE_LAST 99 /* where nothing was said: behind those that say it */

static const struct key portal_keys[] = {
	{ "stage", K_SCALAR | K_MUST }, { "name", K_SCALAR }, { "says", K_SCALAR }, { "at", K_SCALAR }, { "tell", K_LIST },
	{ "line", K_SCALAR | K_LIST }, { "by", K_SCALAR }, { "place", K_SCALAR }, { "checks", K_SCALAR }, { 0 }
};
static const char *const stages[PORTAL_STAGES] = { "", "before", "during", "after" };

static bool anyone_sees(const struct whos *see)
{
	for (size_t i = 0; i < see->n; i++)
		if (see->v[i].sort == WHO_PUBLIC)
			return true;
	return false;
}

/* A masked field is told as its mask. */
static bool told_to_anyone(const struct field *f)
{
	return !f->see.set || f->see.when || f->see.otherwise == SEE_MASK || anyone_sees(&f->see.who);
}

static const struct field *const *fields(struct loader *l, const struct kind *k, const struct ynode *y, size_t *ret_n)
{
	const struct ynode *const *v;
	const size_t n = bind_list(l, y, &v);
	const struct field **f = arena_many(l->a, n, const struct field *);

	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct field *x = kind_field(k, v[i]->text);

		if (!x)
			diag_add(l->d, pos_val(v[i]), false, "没有字段“%.*s”", STR_FMT(v[i]->text));
		else if (!told_to_anyone(x))
			diag_add(l->d, pos_val(v[i]), false, "公众看不到字段“%.*s”", STR_FMT(v[i]->text));
		else
			f[(*ret_n)++] = x;
	}
	return f;
}

static int place(struct loader *l, const struct ynode *y)
{
	int64_t n = PLACE_LAST;

	if (y && !parse_i64(y->text, 1, PLACE_LAST, &n))
		diag_add(l->d, pos_val(y), false, "place 是在本阶段中的位置，1至%d", PLACE_LAST);
	return (int)n;
}

/* The index of texts knows the values of those enums by which the list is filtered. */
static const struct field *parted_by(struct loader *l, const struct kind *k, const struct ynode *y)
{
	const struct field *f = y ? kind_field(k, y->text) : NULL;
	bool filter = false;

	for (size_t i = 0; f && i < k->list.n_filters; i++)
		filter = filter || str_eq(k->list.filters[i], f->id);
	if (y && !(filter && f->type.tag == T_ENUM && told_to_anyone(f)))
		diag_add(l->d, pos_val(y), false, "by 写一个公众看得到、列表能筛选（filters）的选项字段");
	return filter && f->type.tag == T_ENUM ? f : NULL;
}

void bind_portal(struct loader *l, struct kind *k, const struct ynode *y)
{
	struct portal_def *p = &k->portal;
	struct str stage;

	if (!y) {
		if (anyone_sees(&k->see)) {
			diag_add(l->d, k->node->pos, true, "公众看得到“%.*s”，但没有写明公示网站的哪一页（portal）", STR_FMT(k->id));
			diag_hint(l->d, "写 portal: {stage: before、during 或者 after, tell: [字段]}，或者 at: 专门的页面");
		}
		return;
	}
	if (!bind_keys(l, y, "portal", portal_keys))
		return;
	stage = bind_text(y, "stage");
	for (size_t i = 1; i < PORTAL_STAGES; i++)
		if (str_is(stage, stages[i]))
			p->stage = (enum portal_stage)i;
	if (p->stage == PORTAL_NONE)
		diag_add(l->d, pos_val(ynode_get(y, "stage")), false, "stage 写 before（事前）、during（事中）或者 after（事后）");
	if (!anyone_sees(&k->see))
		diag_add(l->d, pos_key(y), false, "公众看不到“%.*s”，公示网站没有可以显示的（see 中没有 public）", STR_FMT(k->id));
	p->name = ynode_get(y, "name") ? bind_name(l, y) : k->name;
	p->says = bind_text(y, "says");
	p->at = bind_text(y, "at");
	p->by = parted_by(l, k, ynode_get(y, "by"));
	p->place = place(l, ynode_get(y, "place"));
	p->checks = bind_flag(l, y, "checks");
	p->tell = fields(l, k, ynode_get(y, "tell"), &p->n_tell);
	p->line = fields(l, k, ynode_get(y, "line"), &p->n_line);
	if (!p->at.n && !p->n_tell)
		diag_add(l->d, pos_key(y), false, "写明 tell（各项内容，第一项作标题）或者 at（专门的页面）");
}
