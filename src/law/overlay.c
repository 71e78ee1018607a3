/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Overlays on the trees of kinds (language.md 12): what a lower pack may change in an upper one, and the list
 * of what it changed. All of it happens before anything is typed, so that the merged kind is checked as a
 * whole like one that was written in one file. */
#include <string.h>

#include "base/day.h"
#include "base/dec.h"
#include "base/parse.h"
#include "law/bind.h"

struct overlay {
	struct loader *l;
	struct str pack;
	struct ynode *kind;
	struct str id; /* of the kind */
};

/* ---- the tree ---- */

static struct merged *more(struct loader *l, struct merged **v, size_t *n, size_t *cap)
{
	if (*n == *cap) {
		size_t grown = *cap ? *cap * 2 : 32;
		struct merged *p = arena_many(l->a, grown, struct merged);

		if (*n)
			memcpy(p, *v, *n * sizeof(*p));
		*v = p;
		*cap = grown;
	}
	return &(*v)[(*n)++];
}

static const struct merged *find(const struct merged *v, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].id, id))
			return &v[i];
	return NULL;
}

const struct merged *tree_kind(const struct law_tree *t, struct str id)
{
	return find(t->kind, t->n_kind, id);
}

static bool new_id(struct loader *l, const struct merged *old, const struct ynode *doc)
{
	const struct ynode *id = doc->child[0];

	if (!parse_is_id(id->text)) {
		diag_add(l->d, pos_val(id), false, "“%.*s”不能作标识", STR_FMT(id->text));
		return false;
	}
	if (!old)
		return true;
	diag_add(l->d, pos_val(id), false, "“%.*s”已在 %s:%d 定义", STR_FMT(id->text), old->y->file, old->y->key_line);
	diag_hint(l->d, "要改动上级包的事项类型，用 overlay");
	return false;
}

void tree_add_kind(struct loader *l, struct ynode *doc, struct str pack)
{
	struct law_tree *t = l->tree;

	if (new_id(l, find(t->kind, t->n_kind, doc->child[0]->text), doc))
		*more(l, &t->kind, &t->n_kind, &t->cap_kind) = (struct merged){ doc->child[0]->text, doc, pack };
}

void tree_add_sheet(struct loader *l, struct ynode *doc, struct str pack)
{
	struct law_tree *t = l->tree;

	if (new_id(l, find(t->sheet, t->n_sheet, doc->child[0]->text), doc))
		*more(l, &t->sheet, &t->n_sheet, &t->cap_sheet) = (struct merged){ doc->child[0]->text, doc, pack };
}

void tree_change(struct loader *l, enum change_sort sort, struct str pack, struct str path, struct str before,
		 struct str after, const struct ynode *because, struct pos pos)
{
	struct law_tree *t = l->tree;
	struct law_change *c;

	if (t->n_change == t->cap_change) {
		size_t cap = t->cap_change ? t->cap_change * 2 : 32;
		struct law_change *v = arena_many(l->a, cap, struct law_change);

		if (t->n_change)
			memcpy(v, t->change, t->n_change * sizeof(*v));
		t->change = v;
		t->cap_change = cap;
	}
	c = &t->change[t->n_change++];
	*c = (struct law_change){ sort, pack, path, before, after, { 0 }, pos };
	if (because)
		c->because = bind_cites(l, because);
}

static void changed(struct overlay *o, enum change_sort sort, struct str path, const struct ynode *before,
		    const struct ynode *after, const struct ynode *because, const struct ynode *at)
{
	tree_change(o->l, sort, o->pack, str_fmt(o->l->a, "%.*s.%.*s", STR_FMT(o->id), STR_FMT(path)),
		    before ? ynode_brief(o->l->a, before) : STR(""), after ? ynode_brief(o->l->a, after) : STR(""),
		    because, pos_key(at));
}

static void refuse(struct overlay *o, const struct ynode *at, const char *why, struct str path)
{
	diag_add(o->l->d, pos_key(at), false, "%s：%.*s.%.*s", why, STR_FMT(o->id), STR_FMT(path));
}

static struct str join(struct overlay *o, struct str path, struct str key)
{
	return path.n ? str_fmt(o->l->a, "%.*s.%.*s", STR_FMT(path), STR_FMT(key)) : key;
}

static struct ynode *keyed(const struct ynode *from, struct str key)
{
	struct ynode *y = ynode_dup(from);

	y->key = key;
	return y;
}

/* A single value as a list of one, so that something can join it. */
static struct ynode *as_list(struct ynode *in, struct ynode *y)
{
	struct ynode *list;

	if (y->sort == YNODE_SEQ)
		return y;
	list = ynode_new(y, YNODE_SEQ);
	ynode_add(list, y);
	for (size_t i = 0; i < in->n; i++)
		if (in->child[i] == y)
			in->child[i] = list;
	return list;
}

static bool holds(const struct ynode *list, const struct ynode *y)
{
	for (size_t i = 0; i < list->n; i++)
		if (ynode_equal(list->child[i], y))
			return true;
	return false;
}

/* Every entry of `from` that is not yet there. */
static void append(struct ynode *in, struct ynode *to, const struct ynode *from)
{
	struct ynode *list = as_list(in, to);

	if (from->sort != YNODE_SEQ) {
		if (!holds(list, from))
			ynode_add(list, ynode_dup(from));
		return;
	}
	for (size_t i = 0; i < from->n; i++)
		if (!holds(list, from->child[i]))
			ynode_add(list, ynode_dup(from->child[i]));
}

/* ---- add ---- */

/* Lists that a lower pack may lengthen: more is asked, made, recorded or done, nothing is let through. */
static bool may_grow(struct str key)
{
	static const char *const keys[] = { "cite", "apart", "then", "makes", "form", "may", "main", "secondary",
					    "columns", "filters" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (str_is(key, keys[i]))
			return true;
	return false;
}

/* A state may be written as its name alone; to give it checks it becomes a map. */
static struct ynode *as_state_map(struct ynode *in, struct ynode *y)
{
	struct ynode *map = ynode_new(y, YNODE_MAP), *name = ynode_scalar(y, y->text);

	name->key = STR("name");
	ynode_add(map, name);
	for (size_t i = 0; i < in->n; i++)
		if (in->child[i] == y)
			in->child[i] = map;
	return map;
}

static void add(struct overlay *o, struct ynode *to, const struct ynode *from, struct str path)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct ynode *c = from->child[i];
		struct ynode *old = ynode_find(to, c->key);
		struct str at = join(o, path, c->key);

		if (!old) {
			ynode_add(to, ynode_dup(c));
			changed(o, CHANGE_ADD, at, NULL, c, ynode_get(c, "because"), c);
			continue;
		}
		if (old->sort == YNODE_SCALAR && c->sort == YNODE_MAP && str_is(path, "states"))
			old = as_state_map(to, old);
		if (old->sort == YNODE_MAP && c->sort == YNODE_MAP) {
			add(o, old, c, at);
		} else if (may_grow(c->key)) {
			append(to, old, c);
			changed(o, CHANGE_ADD, at, NULL, c, NULL, c);
		} else {
			refuse(o, c, "add 只能加新的标识，这一项上级包已有", at);
			diag_hint(o->l->d, "更严的写在 narrow，其他改动写在 replace 并注明 because");
		}
	}
}

/* ---- narrow ---- */

static void not_stricter(struct overlay *o, const struct ynode *at, struct str path, const char *why)
{
	refuse(o, at, why, path);
	diag_hint(o->l->d, "不能证明更严的改动写在 replace 或者 remove，并注明 because");
}

/* Fewer entries: each must stand in the old list. */
static void fewer(struct overlay *o, struct ynode *in, struct ynode *old, const struct ynode *c, struct str path)
{
	struct ynode *was, *list = ynode_new(c, YNODE_SEQ);
	const struct ynode *const *v;
	size_t n = bind_list(o->l, c, &v);

	if (!old) {
		not_stricter(o, c, path, "上级包没有这一项，无从减少");
		return;
	}
	was = as_list(in, ynode_dup(old));
	for (size_t i = 0; i < n; i++) {
		if (!holds(was, v[i])) {
			not_stricter(o, v[i], path, "比上级包多了一项");
			return;
		}
		ynode_add(list, ynode_dup(v[i]));
	}
	if (!n) {
		not_stricter(o, c, path, "不能减到一项不剩");
		return;
	}
	changed(o, CHANGE_NARROW, path, old, list, NULL, c);
	list->key = old->key;
	for (size_t i = 0; i < in->n; i++)
		if (in->child[i] == old)
			in->child[i] = list;
}

/* More entries: what comes joins what stands there. */
static void joins(struct overlay *o, struct ynode *in, struct ynode *old, const struct ynode *c, struct str path)
{
	changed(o, CHANGE_NARROW, path, old, c, NULL, c);
	if (old)
		append(in, old, c);
	else
		ynode_add(in, ynode_dup(c));
}

static void and_must(struct overlay *o, struct ynode *in, struct ynode *old, const struct ynode *c, struct str path)
{
	if (!old) {
		not_stricter(o, c, path, "原来的核对没有 must");
		return;
	}
	changed(o, CHANGE_NARROW, path, old, c, NULL, c);
	for (size_t i = 0; i < in->n; i++)
		if (in->child[i] == old) {
			in->child[i] = ynode_scalar(c, str_fmt(o->l->a, "(%.*s) and (%.*s)", STR_FMT(old->text),
							       STR_FMT(c->text)));
			in->child[i]->pack = o->pack;
		}
}

static void narrow_check(struct overlay *o, struct ynode *check, const struct ynode *c, struct str path)
{
	for (size_t i = 0; i < c->n; i++) {
		struct ynode *old = ynode_find(check, c->child[i]->key);
		struct str at = join(o, path, c->child[i]->key);

		if (str_is(c->child[i]->key, "must"))
			and_must(o, check, old, c->child[i], at);
		else if (str_is(c->child[i]->key, "cite"))
			joins(o, check, old, c->child[i], at);
		else
			not_stricter(o, c->child[i], at, "核对只能加 must 或者 cite");
	}
}

/* A check that the upper pack does not have is one more condition. */
static void narrow_checks(struct overlay *o, struct ynode *in, const struct ynode *c, struct str path)
{
	struct ynode *checks = ynode_get(in, "checks");

	if (c->sort != YNODE_MAP)
		return;
	if (!checks) {
		ynode_add(in, ynode_dup(c));
		changed(o, CHANGE_NARROW, path, NULL, c, NULL, c);
		return;
	}
	for (size_t i = 0; i < c->n; i++) {
		struct ynode *old = ynode_find(checks, c->child[i]->key);
		struct str at = join(o, path, c->child[i]->key);

		if (old) {
			narrow_check(o, old, c->child[i], at);
		} else {
			ynode_add(checks, ynode_dup(c->child[i]));
			changed(o, CHANGE_NARROW, at, NULL, c->child[i], NULL, c->child[i]);
		}
	}
}

/* Fields that become required leave `may`. */
static void narrow_form(struct overlay *o, struct ynode *act, const struct ynode *c, struct str path)
{
	struct ynode *may = ynode_get(act, "may"), *form = ynode_get(act, "form"), *rest;

	joins(o, act, form, c, path);
	if (!may)
		return;
	form = as_list(act, ynode_get(act, "form"));
	may = as_list(act, may);
	rest = ynode_new(may, YNODE_SEQ);
	for (size_t i = 0; i < may->n; i++)
		if (!holds(form, may->child[i]))
			ynode_add(rest, may->child[i]);
	for (size_t i = 0; i < act->n; i++)
		if (act->child[i] == may)
			act->child[i] = rest;
}

static void narrow_action(struct overlay *o, struct ynode *act, const struct ynode *c, struct str path)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct ynode *n = c->child[i];
		struct ynode *old = ynode_find(act, n->key);
		struct str at = join(o, path, n->key);

		if (str_is(n->key, "by"))
			fewer(o, act, old, n, at);
		else if (str_is(n->key, "apart") || str_is(n->key, "cite"))
			joins(o, act, old, n, at);
		else if (str_is(n->key, "checks"))
			narrow_checks(o, act, n, at);
		else if (str_is(n->key, "form"))
			narrow_form(o, act, n, at);
		else
			not_stricter(o, n, at, "动作的这一项不能在 narrow 中改");
	}
}

/* Fewer values of an enum; their names stay as they were. */
static void fewer_values(struct overlay *o, struct ynode *in, struct ynode *old, const struct ynode *c, struct str path)
{
	struct ynode *less;
	const struct ynode *const *v;
	size_t n = bind_list(o->l, c, &v);

	if (!old || old->sort != YNODE_MAP) {
		not_stricter(o, c, path, "上级包没有列出各个值");
		return;
	}
	if (c->sort == YNODE_MAP) {
		v = (const struct ynode *const *)c->child;
		n = c->n;
	}
	less = ynode_new(old, YNODE_MAP);
	for (size_t i = 0; i < n; i++) {
		struct str id = c->sort == YNODE_MAP ? v[i]->key : v[i]->text;
		struct ynode *keep = ynode_find(old, id);

		if (!keep || (c->sort == YNODE_MAP && v[i]->text.n && !str_eq(v[i]->text, keep->text))) {
			not_stricter(o, v[i], path, "上级包没有这个值，或者名称不同");
			return;
		}
		ynode_add(less, keep);
	}
	changed(o, CHANGE_NARROW, path, old, less, NULL, c);
	for (size_t i = 0; i < in->n; i++)
		if (in->child[i] == old)
			in->child[i] = less;
}

/* Plain constants of the same sort; expressions cannot be compared before anything is known. */
static bool compare(struct str a, struct str b, int *ret)
{
	dec x, y;
	int64_t p, q;
	struct span s, t;

	if (dec_parse(a, 6, &x) && dec_parse(b, 6, &y))
		*ret = (x > y) - (x < y);
	else if (day_parse(a, &p) && day_parse(b, &q))
		*ret = (p > q) - (p < q);
	else if (span_parse(a, &s) && span_parse(b, &t) && s.unit == t.unit)
		*ret = (s.n > t.n) - (s.n < t.n);
	else
		return false;
	return true;
}

static void narrow_bound(struct overlay *o, struct ynode *in, struct ynode *old, const struct ynode *c,
			 struct str path, int want)
{
	int order = want;

	if (old && (!compare(c->text, old->text, &order) || order * want < 0)) {
		not_stricter(o, c, path, want < 0 ? "max 只能更小" : "min 只能更大");
		return;
	}
	changed(o, CHANGE_NARROW, path, old, c, NULL, c);
	if (!old) {
		ynode_add(in, ynode_dup(c));
		return;
	}
	for (size_t i = 0; i < in->n; i++)
		if (in->child[i] == old)
			in->child[i] = ynode_dup(c);
}

static void narrow_field(struct overlay *o, struct ynode *field, const struct ynode *c, struct str path)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct ynode *n = c->child[i];
		struct ynode *old = ynode_find(field, n->key);
		struct str at = join(o, path, n->key);

		if (str_is(n->key, "of"))
			fewer_values(o, field, old, n, at);
		else if (str_is(n->key, "max"))
			narrow_bound(o, field, old, n, at, -1);
		else if (str_is(n->key, "min"))
			narrow_bound(o, field, old, n, at, 1);
		else if (str_is(n->key, "cite"))
			joins(o, field, old, n, at);
		else if (str_is(n->key, "see") && old && old->sort == YNODE_MAP && n->sort == YNODE_MAP
			 && n->n == 1 && ynode_get(n, "who"))
			fewer(o, old, ynode_get(old, "who"), n->child[0], at);
		else if (str_is(n->key, "see") && n->sort != YNODE_MAP)
			fewer(o, field, old, n, at);
		else
			not_stricter(o, n, at, "字段的这一项不能在 narrow 中改");
	}
}

/* A further limit joins the list; a cite beside it belongs to it. */
static void further_limit(struct overlay *o, struct ynode *clock, const struct ynode *limit, const struct ynode *cite,
			  struct str path)
{
	struct ynode *old = ynode_get(clock, "limit"), *list, *one = ynode_dup(limit);

	if (one->sort == YNODE_SCALAR && cite) {
		struct ynode *is = ynode_scalar(limit, limit->text);

		one = ynode_new(limit, YNODE_MAP);
		is->key = STR("is");
		ynode_add(one, is);
		ynode_add(one, keyed(cite, STR("cite")));
	}
	changed(o, CHANGE_NARROW, path, old, limit, NULL, limit);
	if (!old) {
		one->key = STR("limit");
		ynode_add(clock, one);
		return;
	}
	list = as_list(clock, old);
	if (one->sort != YNODE_SEQ) {
		ynode_add(list, one);
		return;
	}
	for (size_t i = 0; i < one->n; i++)
		ynode_add(list, one->child[i]);
}

static void narrow_clock(struct overlay *o, struct ynode *clock, const struct ynode *c, struct str path)
{
	const struct ynode *limit = ynode_get(c, "limit"), *cite = ynode_get(c, "cite");

	for (size_t i = 0; i < c->n; i++) {
		struct str at = join(o, path, c->child[i]->key);

		if (c->child[i] == limit)
			further_limit(o, clock, limit, cite, at);
		else if (c->child[i] == cite && !limit)
			joins(o, clock, ynode_get(clock, "cite"), cite, at);
		else if (c->child[i] != cite)
			not_stricter(o, c->child[i], at, "期限只能加 limit 或者 cite");
	}
}

static void narrow_state(struct overlay *o, struct ynode *states, struct ynode *state, const struct ynode *c,
			 struct str path)
{
	if (state->sort == YNODE_SCALAR)
		state = as_state_map(states, state);
	for (size_t i = 0; i < c->n; i++) {
		struct str at = join(o, path, c->child[i]->key);

		if (str_is(c->child[i]->key, "checks"))
			narrow_checks(o, state, c->child[i], at);
		else if (str_is(c->child[i]->key, "cite"))
			joins(o, state, ynode_get(state, "cite"), c->child[i], at);
		else
			not_stricter(o, c->child[i], at, "状态只能加 checks 或者 cite");
	}
}

/* Terms, papers, numbers: only more cites. */
static void narrow_cite(struct overlay *o, struct ynode *node, const struct ynode *c, struct str path)
{
	for (size_t i = 0; i < c->n; i++) {
		if (str_is(c->child[i]->key, "cite") && node->sort == YNODE_MAP)
			joins(o, node, ynode_get(node, "cite"), c->child[i], join(o, path, STR("cite")));
		else
			not_stricter(o, c->child[i], join(o, path, c->child[i]->key), "这里只能加 cite");
	}
}

static void narrow_section(struct overlay *o, struct ynode *section, const struct ynode *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct ynode *n = c->child[i];
		struct ynode *old = ynode_find(section, n->key);
		struct str at = join(o, c->key, n->key);

		if (!old) {
			not_stricter(o, n, at, "上级包没有这一项");
		} else if (n->sort != YNODE_MAP) {
			not_stricter(o, n, at, "这里应当是映射");
		} else if (str_is(c->key, "actions")) {
			narrow_action(o, old, n, at);
		} else if (str_is(c->key, "fields")) {
			narrow_field(o, old, n, at);
		} else if (str_is(c->key, "clocks")) {
			narrow_clock(o, old, n, at);
		} else if (str_is(c->key, "states")) {
			narrow_state(o, section, old, n, at);
		} else {
			narrow_cite(o, old, n, at);
		}
	}
}

static void narrow(struct overlay *o, const struct ynode *y)
{
	for (size_t i = 0; i < y->n; i++) {
		const struct ynode *c = y->child[i];
		struct ynode *old = ynode_find(o->kind, c->key);

		if (str_is(c->key, "cite"))
			joins(o, o->kind, old, c, c->key);
		else if (str_is(c->key, "see"))
			fewer(o, o->kind, old, c, c->key);
		else if (old && old->sort == YNODE_MAP && c->sort == YNODE_MAP)
			narrow_section(o, old, c);
		else
			not_stricter(o, c, c->key, "这一项不能在 narrow 中改");
	}
}

/* ---- replace, remove ---- */

/* The node of a dotted path and what holds it. */
static struct ynode *at_path(struct overlay *o, struct str path, struct ynode **ret_in)
{
	struct ynode *y = o->kind;
	struct str part;

	while (y && str_cut(&path, '.', &part)) {
		*ret_in = y;
		y = ynode_find(y, part);
	}
	return y;
}

static const struct key replace_keys[] = { { "is", K_ANY | K_MUST }, { "because", K_SCALAR | K_LIST | K_MUST }, { 0 } };
static const struct key remove_keys[] = { { "because", K_SCALAR | K_LIST | K_MUST }, { 0 } };

static void mark_because(struct ynode *y, const struct ynode *because)
{
	y->because = because;
	for (size_t i = 0; i < y->n; i++)
		mark_because(y->child[i], because);
}

static void replace(struct overlay *o, const struct ynode *y)
{
	for (size_t i = 0; i < y->n; i++) {
		const struct ynode *c = y->child[i], *is = ynode_get(c, "is"), *because = ynode_get(c, "because");
		struct ynode *in = NULL, *old = at_path(o, c->key, &in), *now;

		if (!bind_keys(o->l, c, "replace 的项", replace_keys) || !is || !because)
			continue;
		if (!old) {
			refuse(o, c, "上级包没有这一项", c->key);
			continue;
		}
		now = keyed(is, old->key);
		mark_because(now, because);
		if (now->sort == YNODE_SCALAR || now->sort == YNODE_SEQ)
			in->because = because; /* shown at the action or clock that holds the value */
		for (size_t j = 0; j < in->n; j++)
			if (in->child[j] == old)
				in->child[j] = now;
		changed(o, CHANGE_REPLACE, c->key, old, is, because, c);
	}
}

static void remove_all(struct overlay *o, const struct ynode *y)
{
	for (size_t i = 0; i < y->n; i++) {
		const struct ynode *c = y->child[i], *because = ynode_get(c, "because");
		struct ynode *in = NULL, *old = at_path(o, c->key, &in);
		size_t kept = 0;

		if (!bind_keys(o->l, c, "remove 的项", remove_keys) || !because)
			continue;
		if (!old) {
			refuse(o, c, "上级包没有这一项", c->key);
			continue;
		}
		for (size_t j = 0; j < in->n; j++)
			if (in->child[j] != old)
				in->child[kept++] = in->child[j];
		in->n = kept;
		changed(o, CHANGE_REMOVE, c->key, old, NULL, because, c);
	}
}

/* ---- ways that an overlay adds ---- */

static bool leads_to(const struct ynode *act, struct str state)
{
	const struct ynode *to = ynode_get(act, "to"), *choose = ynode_get(to, "choose");

	if (to && to->sort == YNODE_SCALAR)
		return str_eq(to->text, state);
	for (size_t i = 0; choose && i < choose->n; i++)
		if (str_eq(bind_text(choose->child[i], "is"), state))
			return true;
	return false;
}

static bool has_check(const struct ynode *act, const struct ynode *check)
{
	const struct ynode *map = ynode_get(act, "checks");

	for (size_t i = 0; map && i < map->n; i++)
		if (str_eq(bind_text(map->child[i], "must"), bind_text(check, "must"))
		    && str_eq(bind_text(map->child[i], "if"), bind_text(check, "if")))
			return true;
	return false;
}

/* Whether every older way into the state passes this check. */
static bool on_every_way(const struct overlay *o, const struct ynode *actions, struct str state,
			 const struct ynode *check)
{
	for (size_t i = 0; i < actions->n; i++)
		if (!str_eq(actions->child[i]->pack, o->pack) && leads_to(actions->child[i], state)
		    && !has_check(actions->child[i], check))
			return false;
	return true;
}

static void way_into(struct overlay *o, const struct ynode *actions, const struct ynode *act, const struct ynode *state)
{
	for (size_t i = 0; i < actions->n; i++) {
		const struct ynode *old = actions->child[i];
		const struct ynode *checks = ynode_get(old, "checks");

		if (str_eq(old->pack, o->pack) || !leads_to(old, state->key))
			continue;
		for (size_t c = 0; checks && c < checks->n; c++) {
			if (!ynode_get(checks->child[c], "must") || has_check(act, checks->child[c])
			    || !on_every_way(o, actions, state->key, checks->child[c]))
				continue;
			diag_add(o->l->d, pos_key(act), false,
				 "新加的动作“%.*s”进入状态“%.*s”，却不经核对“%.*s.%.*s”", STR_FMT(act->key),
				 STR_FMT(state->key), STR_FMT(old->key), STR_FMT(checks->child[c]->key));
			diag_hint(o->l->d, "加上同样的核对，或者在动作中注明 because");
		}
		return; /* what every way passes, the first way passes too */
	}
}

static void added_ways(struct overlay *o)
{
	const struct ynode *actions = ynode_get(o->kind, "actions"), *states = ynode_get(o->kind, "states");

	for (size_t i = 0; actions && i < actions->n; i++) {
		const struct ynode *act = actions->child[i];

		if (!str_eq(act->pack, o->pack) || ynode_get(act, "because"))
			continue;
		for (size_t s = 0; states && s < states->n; s++)
			if (!str_eq(states->child[s]->pack, o->pack) && leads_to(act, states->child[s]->key))
				way_into(o, actions, act, states->child[s]);
	}
}

static void keep_settings(struct loader *l, const struct ynode *m)
{
	for (size_t i = 0; i < m->n; i++) {
		if (l->n_overlay_setting == l->cap_overlay_setting) {
			size_t cap = l->cap_overlay_setting ? l->cap_overlay_setting * 2 : 16;
			const struct ynode **v = arena_many(l->a, cap, const struct ynode *);

			for (size_t j = 0; j < l->n_overlay_setting; j++)
				v[j] = l->overlay_setting[j];
			l->overlay_setting = v;
			l->cap_overlay_setting = cap;
		}
		l->overlay_setting[l->n_overlay_setting++] = m->child[i];
	}
}

static const struct key overlay_keys[] = {
	{ "overlay", K_SCALAR | K_MUST }, { "add", K_MAP }, { "narrow", K_MAP }, { "replace", K_MAP },
	{ "remove", K_MAP }, { "settings", K_MAP }, { 0 }
};

/* A kind of the same pack is changed where it stands; only parts that are replaced as a whole one day may be kept in a file of
 * their own. */
static bool only_adds(const struct ynode *doc)
{
	return doc->n == 2 && str_is(doc->child[1]->key, "add");
}

void overlay_apply(struct loader *l, const struct ynode *doc, struct str pack)
{
	const struct merged *m = tree_kind(l->tree, doc->child[0]->text);
	struct overlay o = { l, pack, m ? m->y : NULL, doc->child[0]->text };
	const struct ynode *part;

	if (!bind_keys(l, doc, "overlay", overlay_keys))
		return;
	if (!m || (str_eq(m->pack, pack) && !only_adds(doc))) {
		diag_add(l->d, pos_val(doc->child[0]), false, "上级包没有事项类型“%.*s”", STR_FMT(o.id));
		if (m)
			diag_hint(l->d, "它就在本包，直接改定义；另放一个文件的只能有 add");
		return;
	}
	if ((part = ynode_get(doc, "remove")) && part->sort == YNODE_MAP)
		remove_all(&o, part);
	if ((part = ynode_get(doc, "replace")) && part->sort == YNODE_MAP)
		replace(&o, part);
	if ((part = ynode_get(doc, "add")) && part->sort == YNODE_MAP)
		add(&o, o.kind, part, (struct str){ 0 });
	if ((part = ynode_get(doc, "narrow")) && part->sort == YNODE_MAP)
		narrow(&o, part);
	if ((part = ynode_get(doc, "settings")) && part->sort == YNODE_MAP)
		keep_settings(l, part);
	added_ways(&o);
}

/* ---- lists for people ---- */

static void put_because(struct buf *out, const struct law_change *c)
{
	if (!c->because.n)
		return;
	buf_adds(out, "  依据");
	for (size_t i = 0; i < c->because.n; i++) {
		buf_addc(out, ' ');
		buf_add(out, c->because.id[i]);
	}
}

void law_put_changes(const struct law *l, struct buf *out)
{
	static const char *const name[] = { "增加", "收紧", "替换", "删除", "设定" };
	size_t added = 0, narrowed = 0;

	for (size_t i = 0; i < l->n_change; i++) {
		const struct law_change *c = &l->change[i];

		if (c->sort <= CHANGE_NARROW && !c->because.n) { /* nothing is loosened: counted, shown by law diff */
			added += c->sort == CHANGE_ADD;
			narrowed += c->sort == CHANGE_NARROW;
			continue;
		}
		buf_addf(out, "%.*s  %s  %.*s", STR_FMT(c->pack), name[c->sort], STR_FMT(c->path));
		put_because(out, c);
		buf_addf(out, "  (%s:%d)\n", c->pos.file, c->pos.line);
		if (c->before.n)
			buf_addf(out, "    原  %.*s\n", STR_FMT(c->before));
		if (c->after.n)
			buf_addf(out, "    今  %.*s\n", STR_FMT(c->after));
	}
	if (added || narrowed)
		buf_addf(out, "另增加%zu处，收紧%zu处\n", added, narrowed);
}

/* ---- comparing two packs ---- */

static void diff_line(struct buf *out, const char *sign, struct str path, const struct ynode *y)
{
	buf_addf(out, "%s %.*s: ", sign, STR_FMT(path));
	buf_add(out, ynode_brief(out->a, y));
	buf_addf(out, "  (%s:%d)\n", y->file, y->key_line);
}

static void diff(struct buf *out, struct str path, const struct ynode *a, const struct ynode *b)
{
	if (ynode_equal(a, b))
		return;
	if (!a || !b || a->sort != YNODE_MAP || b->sort != YNODE_MAP) {
		if (a)
			diff_line(out, "-", path, a);
		if (b)
			diff_line(out, "+", path, b);
		return;
	}
	for (size_t i = 0; i < a->n; i++)
		diff(out, str_fmt(out->a, "%.*s.%.*s", STR_FMT(path), STR_FMT(a->child[i]->key)), a->child[i],
		     ynode_find(b, a->child[i]->key));
	for (size_t i = 0; i < b->n; i++)
		if (!ynode_find(a, b->child[i]->key))
			diff(out, str_fmt(out->a, "%.*s.%.*s", STR_FMT(path), STR_FMT(b->child[i]->key)), NULL,
			     b->child[i]);
}

static void diff_all(struct buf *out, const struct merged *a, size_t n_a, const struct merged *b, size_t n_b)
{
	for (size_t i = 0; i < n_a; i++) {
		const struct merged *other = find(b, n_b, a[i].id);

		if (other)
			diff(out, a[i].id, a[i].y, other->y);
		else
			buf_addf(out, "- %.*s（%.*s）\n", STR_FMT(a[i].id), STR_FMT(bind_text(a[i].y, "name")));
	}
	for (size_t i = 0; i < n_b; i++)
		if (!find(a, n_a, b[i].id))
			buf_addf(out, "+ %.*s（%.*s）\n", STR_FMT(b[i].id), STR_FMT(bind_text(b[i].y, "name")));
}

void law_put_diff(const struct law *a, const struct law *b, struct buf *out)
{
	diff_all(out, a->tree->kind, a->tree->n_kind, b->tree->kind, b->tree->n_kind);
	diff_all(out, a->tree->sheet, a->tree->n_sheet, b->tree->sheet, b->tree->n_sheet);
}
