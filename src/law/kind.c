/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Binding one kind: bind_kind_structure gives all names and types, bind_kind compiles what refers to them. */
#include <string.h>

#include "base/parse.h"
#include <stdlib.h>

#include "law/bind.h"

/* ---- looking up ---- */

#define LOOKUP(fn, type, list, count)                                       \
	const struct type *fn(const struct kind *k, struct str id)          \
	{                                                                   \
		for (size_t i = 0; i < k->count; i++)                       \
			if (str_eq(k->list[i].id, id))                      \
				return &k->list[i];                         \
		return NULL;                                                \
	}
LOOKUP(kind_state, state, state, n_state)
LOOKUP(kind_term, term, term, n_term)
LOOKUP(kind_action, action, action, n_action)
LOOKUP(kind_clock, clock, clock, n_clock)
LOOKUP(kind_paper, paper, paper, n_paper)
LOOKUP(kind_number, number, number, n_number)
LOOKUP(kind_duty, duty, duty, n_duty)
LOOKUP(kind_report, report, report, n_report)
LOOKUP(kind_export, export_def, export, n_export)
#undef LOOKUP

const struct field *kind_field(const struct kind *k, struct str id)
{
	size_t low = 0, high = k->n_field;

	if (!k->by_id) { /* made by hand, of a field or two */
		for (size_t i = 0; i < k->n_field; i++)
			if (str_eq(k->field[i].id, id))
				return &k->field[i];
		return NULL;
	}
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = str_cmp(k->by_id[mid]->id, id);

		if (c == 0)
			return k->by_id[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static int by_id(const void *x, const void *y)
{
	return str_cmp((*(const struct field *const *)x)->id, (*(const struct field *const *)y)->id);
}

static const struct field *const *sort_fields(struct arena *a, const struct kind *k)
{
	const struct field **v = arena_many(a, k->n_field, const struct field *);

	for (size_t i = 0; i < k->n_field; i++)
		v[i] = &k->field[i];
	if (k->n_field > 1)
		qsort(v, k->n_field, sizeof(*v), by_id);
	return v;
}

static struct str path_of(struct loader *l, struct str head, struct str id)
{
	return str_fmt(l->a, "%.*s.%.*s", STR_FMT(head), STR_FMT(id));
}

static struct str path_in(struct loader *l, const struct kind *k, const char *section, struct str id)
{
	return str_fmt(l->a, "%.*s.%s.%.*s", STR_FMT(k->id), section, STR_FMT(id));
}

static const struct ynode *tree_of(const struct loader *l, const struct kind *k)
{
	return l->tree->kind[k->index].y;
}

static const struct ynode *section(const struct loader *l, const struct kind *k, const char *name)
{
	const struct ynode *y = ynode_get(tree_of(l, k), name);

	return y && y->sort == YNODE_MAP ? y : NULL;
}

/* ---- structure ---- */


static const struct key kind_keys[] = {
	{ "kind", K_SCALAR | K_MUST }, { "name", K_SCALAR | K_MUST }, { "cite", K_SCALAR | K_LIST }, { "portal", K_MAP },
	{ "fields", K_MAP }, { "states", K_MAP | K_MUST }, { "terms", K_MAP }, { "actions", K_MAP | K_MUST },
	{ "when", K_MAP }, { "clocks", K_MAP }, { "duties", K_MAP }, { "reports", K_MAP }, { "exports", K_MAP },
	{ "draws", K_MAP }, { "see", K_ANY }, { "numbers", K_MAP }, { "papers", K_MAP },
	{ "dossier", K_MAP }, { "list", K_MAP }, { "correct", K_MAP }, { "push", K_MAP }, { "plans", K_MAP }, { "path", K_LIST }, { "current", K_SCALAR },
	{ "reads", K_MAP }, { "alike", K_MAP }, { 0 }
};
static const struct key state_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "end", K_SCALAR }, { "checks", K_MAP }, { "holder", K_ANY },
	{ "cite", K_SCALAR | K_LIST }, { 0 }
};
static const struct key term_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "is", K_SCALAR }, { "choose", K_LIST }, { "cite", K_SCALAR | K_LIST }, { 0 }
};
static const struct key action_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "from", K_SCALAR | K_LIST }, { "to", K_SCALAR | K_MAP },
	{ "by", K_ANY }, { "apart", K_SCALAR | K_LIST }, { "form", K_SCALAR | K_LIST },
	{ "may", K_SCALAR | K_LIST }, { "set", K_MAP }, { "checks", K_MAP }, { "makes", K_SCALAR | K_LIST },
	{ "offer", K_MAP }, { "shows", K_SCALAR | K_LIST },
	{ "then", K_LIST | K_MAP }, { "removes", K_MAP }, { "joint", K_MAP }, { "next", K_SCALAR }, { "help", K_SCALAR },
	{ "confirm", K_SCALAR }, { "batch", K_SCALAR }, { "points", K_SCALAR }, { "reopen", K_SCALAR },
	{ "cite", K_SCALAR | K_LIST }, { "because", K_SCALAR | K_LIST }, { 0 }
};
static const struct key clock_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "from", K_ANY | K_MUST }, { "until", K_SCALAR | K_LIST },
	{ "if", K_SCALAR }, { "limit", K_ANY }, { "due", K_SCALAR }, { "warn", K_SCALAR | K_MAP },
	{ "pause", K_LIST | K_MAP }, { "extend", K_MAP }, { "who", K_ANY }, { "lapse", K_SCALAR | K_MAP },
	{ "cite", K_SCALAR | K_LIST }, { 0 }
};
static const struct key number_keys[] = {
	{ "name", K_SCALAR }, { "pattern", K_SCALAR | K_MUST }, { "at", K_SCALAR | K_MUST },
	{ "cite", K_SCALAR | K_LIST }, { 0 }
};
static const struct key paper_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "template", K_SCALAR | K_MUST }, { "copies", K_SCALAR }, { "corrects", K_SCALAR },
	{ "cite", K_SCALAR | K_LIST }, { 0 }
};

static void states(struct loader *l, struct kind *k)
{
	const struct ynode *map = bind_ids(l, tree_of(l, k), "states");

	if (!map)
		return;
	k->state = arena_many(l->a, map->n, struct state);
	for (size_t i = 0; i < map->n; i++) {
		const struct ynode *y = map->child[i];
		struct state *s = &k->state[i];

		s->id = y->key;
		s->index = i;
		s->node = bind_node(l, NODE_STATE, y, path_in(l, k, "states", y->key));
		if (y->sort == YNODE_MAP)
			bind_keys(l, y, "状态", state_keys);
		s->name = s->node->name = bind_name(l, y);
		s->end = y->sort == YNODE_MAP && bind_flag(l, y, "end");
	}
	k->n_state = map->n;
}

static void terms(struct loader *l, struct kind *k)
{
	const struct ynode *map = bind_ids(l, tree_of(l, k), "terms");

	if (!map)
		return;
	k->term = arena_many(l->a, map->n, struct term);
	l->term_ready[k->index] = arena_many(l->a, map->n, enum ready);
	for (size_t i = 0; i < map->n; i++) {
		const struct ynode *y = map->child[i];

		k->term[i].id = y->key;
		k->term[i].node = bind_node(l, NODE_TERM, y, path_in(l, k, "terms", y->key));
		if (bind_keys(l, y, "术语", term_keys))
			k->term[i].name = bind_name(l, y);
	}
	k->n_term = map->n;
}

/* form and may: ids of fields; goods+ only appends. */
static size_t form_part(struct loader *l, struct kind *k, const struct ynode *y, bool required,
			struct form_field *out)
{
	const struct str *id;
	size_t n = bind_texts(l, y, &id), made = 0;

	for (size_t i = 0; i < n; i++) {
		bool append = id[i].n && id[i].p[id[i].n - 1] == '+';
		struct str name = append ? str_sub(id[i], 0, id[i].n - 1) : id[i];
		const struct field *f = kind_field(k, name);

		if (!f) {
			diag_add(l->d, pos_val(y), false, "没有字段“%.*s”", STR_FMT(name));
			continue;
		}
		if (append && f->type.tag != T_ROWS && f->type.tag != T_FILES)
			diag_add(l->d, pos_val(y), false, "“%.*s”不是表格或者文件，不能只追加", STR_FMT(name));
		out[made++] = (struct form_field){ f, required, append };
	}
	return made;
}

/* points: true asks for them; points: FIELD takes the rows of a table, which may be empty. */
static void points(struct loader *l, struct kind *k, struct action *act, const struct ynode *y)
{
	const struct ynode *c = ynode_get(y, "points");

	if (!c || parse_bool(c->text, &act->points))
		return;
	act->opinions = kind_field(k, c->text);
	if (!act->opinions || act->opinions->type.tag != T_ROWS)
		diag_add(l->d, pos_val(c), false, "points 只能是 true、false，或者本事项的一个表格字段");
}

static void form(struct loader *l, struct kind *k, struct action *act, const struct ynode *y)
{
	const struct ynode *need = ynode_get(y, "form"), *may = ynode_get(y, "may");
	const struct ynode *const *v;
	size_t most = bind_list(l, need, &v) + bind_list(l, may, &v);
	struct form_field *out = arena_many(l->a, most, struct form_field);

	act->n_form = need ? form_part(l, k, need, true, out) : 0;
	act->n_form += may ? form_part(l, k, may, false, out + act->n_form) : 0;
	act->form = out;
	for (size_t i = 0; i < act->n_form; i++)
		for (size_t j = 0; j < i; j++)
			if (out[i].field == out[j].field)
				diag_add(l->d, pos_key(y), false, "字段“%.*s”在表单中写了两次",
					 STR_FMT(out[i].field->id));
}

static const struct state *state_ref(struct loader *l, const struct kind *k, const struct ynode *y)
{
	const struct state *s = kind_state(k, y->text);

	if (!s)
		diag_add(l->d, pos_val(y), false, "没有状态“%.*s”", STR_FMT(y->text));
	return s;
}

static void from(struct loader *l, struct kind *k, struct action *act, const struct ynode *y)
{
	const struct ynode *f = ynode_get(y, "from");
	const struct ynode *const *v;
	const struct state **out;
	size_t n = bind_list(l, f, &v);
	bool open = str_is(act->id, "open");

	if (open == (f != NULL)) {
		diag_add(l->d, pos_key(f ? f : y), false, open ? "open 不写 from" : "动作“%.*s”缺少 from",
			 STR_FMT(act->id));
		return;
	}
	act->any = n == 1 && str_is(v[0]->text, "any");
	if (act->any)
		n = 0;
	out = arena_many(l->a, act->any ? k->n_state : n, const struct state *);
	for (size_t i = 0; i < n; i++) {
		const struct state *s = state_ref(l, k, v[i]);

		if (s)
			out[act->n_from++] = s;
	}
	for (size_t i = 0; act->any && i < k->n_state; i++)
		if (!k->state[i].end)
			out[act->n_from++] = &k->state[i];
	act->from = out;
}

static void to(struct loader *l, struct kind *k, struct action *act, const struct ynode *y)
{
	const struct ynode *t = ynode_get(y, "to");

	act->to = TO_STAY;
	if (!t && str_is(act->id, "open") && k->n_state) {
		act->to = TO_STATE;
		act->to_state = &k->state[0];
	} else if (t && t->sort == YNODE_MAP) {
		act->to = TO_CHOOSE;
	} else if (t && str_is(t->text, "back")) {
		act->to = TO_BACK;
	} else if (t) {
		act->to = TO_STATE;
		act->to_state = state_ref(l, k, t);
	}
}

static const struct paper *const *named_papers(struct loader *l, const struct kind *k, const struct ynode *m, size_t *ret_n)
{
	const struct str *id;
	size_t n = bind_texts(l, m, &id);
	const struct paper **out = arena_many(l->a, n, const struct paper *);

	for (size_t i = 0; i < n; i++) {
		const struct paper *p = kind_paper(k, id[i]);

		if (p)
			out[(*ret_n)++] = p;
		else
			diag_add(l->d, pos_val(m), false, "没有文书“%.*s”", STR_FMT(id[i]));
	}
	return out;
}

static void action(struct loader *l, struct kind *k, struct action *act, const struct ynode *y)
{
	act->id = y->key;
	act->node = bind_node(l, NODE_ACTION, y, path_of(l, k->id, y->key));
	if (!bind_keys(l, y, "动作", action_keys))
		return;
	act->name = bind_name(l, y);
	act->next = bind_text(y, "next");
	act->help = bind_text(y, "help");
	act->confirm = ynode_get(y, "confirm") != NULL;
	if (act->confirm && !str_is(bind_text(y, "confirm"), "check"))
		diag_add(l->d, pos_val(ynode_get(y, "confirm")), false, "confirm 只能是 check");
	act->batch = bind_flag(l, y, "batch");
	points(l, k, act, y);
	act->reopen = bind_flag(l, y, "reopen");
	act->joint = ynode_get(y, "joint") != NULL;
	from(l, k, act, y);
	to(l, k, act, y);
	form(l, k, act, y);
	act->makes = named_papers(l, k, ynode_get(y, "makes"), &act->n_makes);
}

/* Papers and terms that stand beside the form. */
static void shows(struct loader *l, const struct kind *k, struct action *act, const struct ynode *y)
{
	const struct str *id;
	size_t n = bind_texts(l, y, &id);
	const struct paper **paper = arena_many(l->a, n, const struct paper *);
	const struct term **term = arena_many(l->a, n, const struct term *);

	for (size_t i = 0; i < n; i++) {
		if (kind_paper(k, id[i]))
			paper[act->n_shows++] = kind_paper(k, id[i]);
		else if (kind_term(k, id[i]))
			term[act->n_shows_term++] = kind_term(k, id[i]);
		else
			diag_add(l->d, pos_val(y), false, "没有文书或者术语“%.*s”", STR_FMT(id[i]));
	}
	act->shows = paper;
	act->shows_term = term;
}

/* A built-in action that an article asks for is one node for all kinds: proved once, it is proved. */
static struct node *shared_node(struct loader *l, struct kind *k, const struct action *act, const struct str *cite)
{
	const struct str path = path_of(l, STR("builtin"), act->id);
	struct node *n;

	for (size_t i = 0; i < l->n_node; i++)
		if (str_eq(l->node[i]->path, path))
			return l->node[i];
	n = bind_node(l, NODE_ACTION, tree_of(l, k), path);
	n->name = act->name;
	n->pos = (struct pos){ "builtin", 1, 1 };
	n->cite = (struct cites){ cite, 1 };
	n->because = (struct cites){ 0 };
	return n;
}

/* ask_recuse, recuse, those of `together`, correct where the kind says how, and adopt where the pack does. Their form is the engine's: a person and a
 * reason are not fields of the kind. */
static void builtin(struct kind *k, struct action *act, const char *id, struct str name, struct str next,
		    const struct str *cite, struct loader *l)
{
	act->id = str_of(id);
	act->name = name;
	act->next = next;
	act->builtin = true;
	act->any = true;
	act->node = cite ? shared_node(l, k, act, cite) : arena_one(l->a, struct node);
	if (cite)
		return;
	act->node->sort = NODE_ACTION;
	act->node->path = path_of(l, k->id, act->id);
	act->node->name = name;
	act->node->pos = k->node->pos;
}

static const struct str recuse_cite = { "CF43", 4 };

static void not_ended(struct loader *l, struct kind *k, struct action *act)
{
	const struct state **out = arena_many(l->a, k->n_state, const struct state *);

	for (size_t i = 0; i < k->n_state; i++)
		if (!k->state[i].end)
			out[act->n_from++] = &k->state[i];
	act->from = out;
}

/* What people who work on the same matter do with each other (docs/decisions/0005). */
static const struct {
	const char *id, *name;
} together[] = { { "note", "批注" }, { "expedite", "催办" }, { "recall", "撤回" }, { "ask_back", "请求退回" },
		 { "tick", "落实退回要点" }, { "take_over", "交接换人" } };

static void builtins(struct loader *l, struct kind *k)
{
	const struct running_def *running = law_running(l->law, k->id);
	struct action *act = &k->action[k->n_action];

	builtin(k, &act[0], "ask_recuse", STR("申请回避"), STR("决定是否回避"), &recuse_cite, l);
	builtin(k, &act[1], "recuse", STR("决定回避"), STR(""), &recuse_cite, l);
	k->n_action += 2;
	for (size_t i = 0; i < ARRAY_LEN(together); i++)
		builtin(k, &k->action[k->n_action++], together[i].id, str_of(together[i].name), STR(""), NULL, l);
	if (running) {
		builtin(k, &k->action[k->n_action], "adopt", STR("转入新定义"), STR(""), NULL, l);
		k->action[k->n_action++].node->cite = running->node->cite;
	}
	if (ynode_get(tree_of(l, k), "correct"))
		builtin(k, &k->action[k->n_action++], "correct", STR("更正"), STR(""), NULL, l); /* the last: correct() */
	for (struct action *b = act; b < k->action + k->n_action; b++)
		not_ended(l, k, b);
}

/* Joint actions, forms and papers of all actions are known before anything is compiled. */
static void actions(struct loader *l, struct kind *k)
{
	const struct ynode *map = bind_ids(l, tree_of(l, k), "actions");
	size_t n = map ? map->n : 0;
	static const char *const own[] = { "correct", "ask_recuse", "recuse", "note", "expedite", "recall", "ask_back",
					   "tick", "take_over", "adopt", "unseal", "excuse" };

	k->action = arena_many(l->a, n + 4 + ARRAY_LEN(together), struct action);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < ARRAY_LEN(own); j++)
			if (str_is(map->child[i]->key, own[j]) && !(str_is(k->id, "duty_record") && str_is(map->child[i]->key, "excuse")))
				diag_add(l->d, pos_key(map->child[i]), false, "“%s”是内置动作的名字", own[j]);
		action(l, k, &k->action[i], map->child[i]);
	}
	k->n_action = n;
	builtins(l, k);
	for (size_t i = 0; i < k->n_action; i++)
		k->action[i].index = i;
	if (!kind_action(k, STR("open")))
		diag_add(l->d, k->node->pos, false, "事项类型“%.*s”没有 open 动作", STR_FMT(k->id));
}

static void clocks(struct loader *l, struct kind *k)
{
	const struct ynode *map = bind_ids(l, tree_of(l, k), "clocks");

	if (!map)
		return;
	k->clock = arena_many(l->a, map->n, struct clock);
	for (size_t i = 0; i < map->n; i++) {
		const struct ynode *y = map->child[i];

		k->clock[i].id = y->key;
		k->clock[i].index = i;
		k->clock[i].node = bind_node(l, NODE_CLOCK, y, path_in(l, k, "clocks", y->key));
		if (bind_keys(l, y, "期限", clock_keys))
			k->clock[i].name = bind_name(l, y);
	}
	k->n_clock = map->n;
}

static void numbers(struct loader *l, struct kind *k)
{
	const struct ynode *map = bind_ids(l, tree_of(l, k), "numbers");

	if (!map)
		return;
	k->number = arena_many(l->a, map->n, struct number);
	for (size_t i = 0; i < map->n; i++) {
		const struct ynode *y = map->child[i];
		struct number *n = &k->number[i];

		n->id = y->key;
		n->index = i;
		n->node = bind_node(l, NODE_NUMBER, y, path_in(l, k, "numbers", y->key));
		if (!bind_keys(l, y, "编号", number_keys))
			continue;
		n->name = str_blank(n->node->name) ? STR("编号") : n->node->name;
		n->pattern = bind_text(y, "pattern");
		n->at = bind_text(y, "at");
	}
	k->n_number = map->n;
}

/* The template's text from the nearest pack that has it. */
static struct str template_text(const struct loader *l, struct str id)
{
	for (size_t p = l->n_pack; p-- > 0;) {
		struct str path = str_fmt(l->a, "%.*s/papers/%.*s.txt", STR_FMT(l->pack[p].id), STR_FMT(id));

		for (size_t i = 0; i < l->files->n; i++)
			if (str_eq(str_of(l->files->v[i].path), path))
				return l->files->v[i].text;
	}
	return (struct str){ 0 };
}

/* A paper that corrects another: the field's values are the papers that it may be. */
static const struct field *corrects(struct loader *l, const struct kind *k, const struct ynode *y)
{
	const struct field *f = kind_field(k, bind_text(y, "corrects"));

	if (!ynode_get(y, "corrects"))
		return NULL;
	if (!f || f->type.tag != T_ENUM) {
		diag_add(l->d, pos_val(ynode_get(y, "corrects")), false, "corrects 写一个选项字段，它的选项是本办件的文书");
		return NULL;
	}
	for (size_t i = 0; i < f->type.values->n; i++)
		if (!kind_paper(k, f->type.values->v[i].id))
			diag_add(l->d, pos_val(ynode_get(y, "corrects")), false, "“%.*s”的选项“%.*s”不是本办件的文书", STR_FMT(f->id),
				 STR_FMT(f->type.values->v[i].id));
	return f;
}

static void papers(struct loader *l, struct kind *k)
{
	const struct ynode *map = bind_ids(l, tree_of(l, k), "papers");
	int64_t copies;

	if (!map)
		return;
	k->paper = arena_many(l->a, map->n, struct paper);
	for (size_t i = 0; i < map->n; i++) {
		const struct ynode *y = map->child[i];
		struct paper *p = &k->paper[i];

		p->id = y->key;
		p->node = bind_node(l, NODE_PAPER, y, path_in(l, k, "papers", y->key));
		if (!bind_keys(l, y, "文书", paper_keys))
			continue;
		p->name = bind_name(l, y);
		p->template_id = bind_text(y, "template");
		p->template_text = template_text(l, p->template_id);
		copies = 1;
		if (ynode_get(y, "copies") && !parse_i64(bind_text(y, "copies"), 1, 20, &copies))
			diag_add(l->d, pos_val(ynode_get(y, "copies")), false, "份数应当是1至20");
		p->copies = (int)copies;
	}
	k->n_paper = map->n;
	for (size_t i = 0; i < map->n; i++)
		k->paper[i].corrects = corrects(l, k, map->child[i]);
}

void bind_kind_structure(struct loader *l, struct kind *k)
{
	const struct ynode *y = tree_of(l, k), *fields;

	if (!bind_keys(l, y, "事项类型", kind_keys))
		return;
	k->name = bind_name(l, y);
	k->current = bind_flag(l, y, "current");
	fields = bind_ids(l, y, "fields");
	if (fields)
		k->field = bind_fields(l, fields, path_of(l, k->id, STR("fields")), &k->n_field);
	k->by_id = sort_fields(l->a, k);
	states(l, k);
	numbers(l, k);
	papers(l, k);
	actions(l, k);
	terms(l, k);
	clocks(l, k);
	if (section(l, k, "alike"))
		k->alike.node = bind_node(l, NODE_SEE, section(l, k, "alike"), path_of(l, k->id, STR("alike")));
}

/* ---- what is compiled ---- */

static void compile_term(struct loader *l, const struct kind *k, struct term *t, const struct ynode *y)
{
	struct scope s = bind_scope(l, k);

	t->is = bind_choose(l, &s, y, NULL, t->node->path);
}

static void compile_function(struct loader *l, struct function_def *f, const struct ynode *y)
{
	struct scope s = bind_scope(l, NULL);
	struct scope_var *var = arena_many(l->a, f->n_arg, struct scope_var);

	for (size_t i = 0; i < f->n_arg; i++)
		var[i] = (struct scope_var){ f->arg[i].id, f->arg[i].type };
	s.var = var;
	s.n_var = f->n_arg;
	f->is = bind_expr_at(l, &s, y, "is", &f->gives);
}

/* Called by the compiler for a term or function that is not ready; false: a cycle or errors in it. */
bool bind_need(void *ctx, const struct kind *k, const struct term *t, const struct function_def *f)
{
	struct loader *l = ctx;
	size_t i = f ? (size_t)(f - l->function) : (size_t)(t - k->term);
	enum ready *ready = f ? &l->function_ready[i] : &l->term_ready[k->index][i];

	if (*ready == READY_BUSY) {
		diag_add(l->d, f ? f->node->pos : t->node->pos, false, "“%.*s”的定义绕回了自己",
			 STR_FMT(f ? f->id : t->id));
		return false;
	}
	if (*ready == READY_NOT) {
		*ready = READY_BUSY;
		if (f)
			compile_function(l, &l->function[i], l->function_y[i]);
		else
			compile_term(l, k, &l->kind[k->index].term[i], section(l, k, "terms")->child[i]);
		*ready = READY_DONE;
	}
	return f ? f->is != NULL : t->is.type.tag != T_NONE;
}

static const struct key check_keys[] = {
	{ "if", K_SCALAR }, { "must", K_SCALAR }, { "should", K_SCALAR }, { "say", K_SCALAR | K_MUST },
	{ "cite", K_SCALAR | K_LIST }, { "way", K_SCALAR }, { "because", K_SCALAR | K_LIST }, { 0 }
};

static const struct check *checks(struct loader *l, const struct scope *outer, const struct ynode *y,
				  struct str path, size_t *ret_n)
{
	const struct ynode *map = bind_ids(l, y, "checks");
	struct scope s = *outer;
	struct check *c = arena_many(l->a, map ? map->n : 0, struct check);

	*ret_n = map ? map->n : 0;
	s.need_index = true;
	for (size_t i = 0; i < *ret_n; i++) {
		const struct ynode *at = map->child[i];

		c[i].id = at->key;
		c[i].node = bind_node(l, NODE_CHECK, at, path_of(l, path, at->key));
		if (!bind_keys(l, at, "核对", check_keys))
			continue;
		c[i].when = bind_expr_at(l, &s, at, "if", &bind_bool);
		c[i].must = bind_expr_at(l, &s, at, "must", &bind_bool);
		c[i].should = bind_expr_at(l, &s, at, "should", &bind_bool);
		if (!ynode_get(at, "must") == !ynode_get(at, "should"))
			diag_add(l->d, pos_key(at), false, "核对“%.*s”应当有 must 或者 should 之一", STR_FMT(at->key));
		if (ynode_get(at, "say"))
			c[i].say = bind_say(l, outer, ynode_get(at, "say"));
		c[i].way = bind_text(at, "way");
	}
	return c;
}

/* Constants of text fields are written plainly, others are expressions. */
static const struct expr *default_of(struct loader *l, const struct scope *s, const struct field *f,
				     const struct ynode *y)
{
	struct scope with = *s;
	struct buf b;

	if (!type_is_text(f->type.tag))
		return bind_expr(l, s, y, &f->type);
	buf_init(&b, l->a, 4 * YAML_FILE_MAX);
	buf_addc(&b, '\'');
	for (size_t i = 0; i < y->text.n; i++) {
		if (y->text.p[i] == '\'')
			buf_addc(&b, '\'');
		buf_addc(&b, y->text.p[i]);
	}
	buf_addc(&b, '\'');
	with.expect = &f->type;
	return expr_compile(l->a, &with, buf_str(&b), pos_val(y), l->d);
}

static const struct key see_keys[] = {
	{ "who", K_SCALAR | K_LIST | K_MUST }, { "if", K_SCALAR }, { "else", K_SCALAR },
	{ "save", K_SCALAR | K_LIST }, { "cite", K_SCALAR | K_LIST }, { 0 }
};

/* Who may take a copy out, of those who may look (LY4.09-4.1.5). */
static void field_save(struct loader *l, const struct scope *s, struct field *f, const struct ynode *y)
{
	if (!y)
		return;
	if (f->type.tag != T_FILES)
		diag_add(l->d, pos_key(y), false, "save 只用于文件（files）字段");
	f->see.save = bind_whos(l, s, y, NODE_SEE, path_of(l, f->node->path, STR("see.save")));
}

static void field_see(struct loader *l, const struct scope *s, struct field *f, const struct ynode *y)
{
	struct str otherwise;

	f->see.set = true;
	if (y->sort != YNODE_MAP) {
		f->see.who = bind_whos(l, s, y, NODE_SEE, path_of(l, f->node->path, STR("see")));
		return;
	}
	bind_keys(l, y, "see", see_keys);
	f->see.who = bind_whos(l, s, ynode_get(y, "who"), NODE_SEE, path_of(l, f->node->path, STR("see")));
	f->see.when = bind_expr_at(l, s, y, "if", &bind_bool);
	field_save(l, s, f, ynode_get(y, "save"));
	otherwise = bind_text(y, "else");
	if (str_is(otherwise, "mask"))
		f->see.otherwise = SEE_MASK;
	else if (otherwise.n && !str_is(otherwise, "hide"))
		diag_add(l->d, pos_val(ynode_get(y, "else")), false, "else 只能是 hide 或者 mask");
	if (f->see.otherwise == SEE_MASK && !f->personal.n)
		diag_add(l->d, pos_key(y), false, "遮盖（mask）要写明 personal 是哪一类");
}

static const struct key fill_keys[] = { { "from", K_SCALAR | K_MUST }, { "row", K_MAP | K_MUST }, { 0 } };

static void field_fill(struct loader *l, const struct scope *s, struct field *f, const struct ynode *y)
{
	const struct ynode *row = ynode_get(y, "row");
	struct scope with = *s;
	struct fill_cell *cell;
	struct scope_var it = { .id = STR("it") };

	if (!bind_keys(l, y, "fill", fill_keys) || !row || row->sort != YNODE_MAP)
		return;
	f->fill_from = bind_expr_at(l, s, y, "from", NULL);
	if (!f->fill_from)
		return;
	it.type = type_element(expr_type(f->fill_from));
	with.var = (const struct scope_var *)(const void *)arena_dup(l->a, &it, sizeof(it));
	with.n_var = 1;
	cell = arena_many(l->a, row->n, struct fill_cell);
	for (size_t i = 0; i < row->n; i++) {
		const struct field *col = NULL;

		for (size_t c = 0; c < f->type.n_row; c++)
			if (str_eq(f->type.row[c].id, row->child[i]->key))
				col = &f->type.row[c];
		if (!col) {
			diag_add(l->d, pos_key(row->child[i]), false, "表格没有列“%.*s”",
				 STR_FMT(row->child[i]->key));
			continue;
		}
		cell[f->n_fill++] = (struct fill_cell){ col->id, bind_expr(l, &with, row->child[i], &col->type) };
	}
	f->fill = cell;
}

/* Lists of what may be chosen: each of the kind that the field refers to. */
static void field_pool(struct loader *l, const struct scope *s, struct field *f, const struct ynode *y)
{
	const struct expr **v = arena_many(l->a, y->n, const struct expr *);

	if ((f->type.tag != T_REF && f->type.tag != T_REFS) || !f->type.kind) {
		diag_add(l->d, pos_key(y), false, "pool 只用于 ref、refs 字段");
		return;
	}
	for (size_t i = 0; i < y->n; i++) {
		const struct expr *e = bind_expr(l, s, y->child[i], NULL);

		if (e && type_element(expr_type(e)).kind == f->type.kind)
			v[f->n_pool++] = e;
		else if (e)
			diag_add(l->d, pos_val(y->child[i]), false, "pool 应当是“%.*s”的列表", STR_FMT(f->type.kind->name));
	}
	f->pool = v;
}

static void compile_field(struct loader *l, const struct scope *s, struct field *f, const struct ynode *y)
{
	const struct ynode *see = ynode_get(y, "see"), *def = ynode_get(y, "default");
	struct scope pure = *s;

	pure.no_time = pure.no_matters = true;
	f->has_is = ynode_get(y, "is") || ynode_get(y, "choose");
	if (f->has_is)
		f->is = bind_choose(l, &pure, y, &f->type, f->node->path);
	if (def)
		f->def = default_of(l, s, f, def);
	f->min = bind_expr_at(l, s, y, "min", &f->type);
	f->max = bind_expr_at(l, s, y, "max", &f->type);
	f->has_min = f->min != NULL;
	f->has_max = f->max != NULL;
	if (see)
		field_see(l, &pure, f, see);
	if (ynode_get(y, "fill"))
		field_fill(l, s, f, ynode_get(y, "fill"));
	if (ynode_get(y, "pool"))
		field_pool(l, s, f, ynode_get(y, "pool"));
}

/* Columns have limits and defaults like fields; they are never computed, only filled. */
static void compile_columns(struct loader *l, const struct scope *s, struct field *f, const struct ynode *y)
{
	const struct ynode *of = ynode_get(y, "of");
	struct field *col = (struct field *)(void *)(uintptr_t)f->type.row;

	for (size_t i = 0; of && i < f->type.n_row; i++) {
		if (ynode_get(of->child[i], "is") || ynode_get(of->child[i], "choose") || ynode_get(of->child[i], "fill"))
			diag_add(l->d, pos_key(of->child[i]), false, "表格的列不能计算，请写在字段或者术语里");
		else
			compile_field(l, s, &col[i], of->child[i]);
	}
}

static void compile_fields(struct loader *l, struct kind *k)
{
	const struct ynode *map = section(l, k, "fields");
	struct scope s = bind_scope(l, k);

	for (size_t i = 0; map && i < k->n_field; i++) {
		if (map->child[i]->sort != YNODE_MAP || k->field[i].type.tag == T_NONE)
			continue;
		compile_field(l, &s, &k->field[i], map->child[i]);
		if (k->field[i].type.tag == T_ROWS)
			compile_columns(l, &s, &k->field[i], map->child[i]);
	}
}

static void compile_states(struct loader *l, struct kind *k)
{
	const struct ynode *map = section(l, k, "states");
	struct scope s = bind_scope(l, k);

	for (size_t i = 0; map && i < k->n_state; i++) {
		const struct ynode *y = map->child[i];
		struct state *st = &k->state[i];

		if (y->sort != YNODE_MAP)
			continue;
		st->check = checks(l, &s, y, st->node->path, &st->n_check);
		if (ynode_get(y, "holder"))
			st->holder = bind_whos(l, &s, ynode_get(y, "holder"), NODE_BY, st->node->path);
	}
}

/* ---- effects ---- */

static const struct key effect_keys[] = {
	{ "open", K_SCALAR }, { "do", K_SCALAR }, { "tell", K_ANY }, { "with", K_MAP }, { "at", K_SCALAR },
	{ "if", K_SCALAR }, { "for", K_SCALAR }, { "organ", K_SCALAR }, { "skip", K_SCALAR },
	{ "say", K_SCALAR }, { "cite", K_SCALAR | K_LIST }, { "because", K_SCALAR | K_LIST }, { 0 }
};
static const struct key reaction_keys[] = {
	{ "after", K_SCALAR | K_LIST | K_MUST }, { "name", K_SCALAR }, { "open", K_SCALAR }, { "do", K_SCALAR },
	{ "tell", K_ANY }, { "with", K_MAP }, { "at", K_SCALAR }, { "if", K_SCALAR }, { "for", K_SCALAR },
	{ "organ", K_SCALAR }, { "skip", K_SCALAR }, { "say", K_SCALAR }, { "cite", K_SCALAR | K_LIST },
	{ "because", K_SCALAR | K_LIST }, { 0 }
};

/* for: x in LIST */
static void effect_for(struct loader *l, struct scope *s, struct effect *e, const struct ynode *y)
{
	size_t in = str_find(y->text, STR(" in "), 0);
	struct scope_var *var;

	if (in == SIZE_MAX || !parse_is_id(str_trim(str_sub(y->text, 0, in)))) {
		diag_add(l->d, pos_val(y), false, "for 应当写成“x in 列表”");
		return;
	}
	e->var = str_trim(str_sub(y->text, 0, in));
	s->expect = NULL;
	e->list = expr_compile(l->a, s, str_trim(str_sub(y->text, in + 4, y->text.n)), pos_val(y), l->d);
	if (!e->list)
		return;
	var = arena_many(l->a, s->n_var + 1, struct scope_var);
	if (s->n_var)
		memcpy(var, s->var, s->n_var * sizeof(*var));
	var[s->n_var] = (struct scope_var){ e->var, type_element(expr_type(e->list)) };
	if (var[s->n_var].type.tag == T_NONE)
		diag_add(l->d, pos_val(y), false, "for 后面应当是列表");
	s->var = var;
	s->n_var++;
}

/* with: {field: expr}; `organ` names the new matter's organ unless the kind has such a field. */
static void effect_with(struct loader *l, const struct scope *s, struct effect *e, const struct ynode *y)
{
	struct assign *a = arena_many(l->a, y->n, struct assign);
	struct type *organ = arena_one(l->a, struct type);

	organ->tag = T_ORGAN;
	organ->kind = law_kind(l->law, STR("organ"));
	for (size_t i = 0; i < y->n; i++) {
		const struct ynode *c = y->child[i];
		const struct field *f = e->target ? kind_field(e->target, c->key) : NULL;

		if (!f && e->sort == EFFECT_OPEN && str_is(c->key, "organ")) {
			e->organ = bind_expr(l, s, c, organ);
			continue;
		}
		if (!f && e->target) {
			diag_add(l->d, pos_key(c), false, "“%.*s”没有字段“%.*s”", STR_FMT(e->target->name), STR_FMT(c->key));
			continue;
		}
		a[e->n_with++] = (struct assign){ c->key, bind_expr(l, s, c, f ? &f->type : NULL), pos_key(c) };
	}
	e->with = a;
}

static void effect_open(struct loader *l, struct effect *e, const struct ynode *y)
{
	e->sort = EFFECT_OPEN;
	e->kind = y->text;
	e->action = STR("open");
	e->target = law_kind(l->law, y->text);
	if (!e->target)
		diag_add(l->d, pos_val(y), false, "没有名为“%.*s”的事项类型", STR_FMT(y->text));
}

/* The kind of the matters that `at` gives. */
static const struct kind *matter_kind(struct type t)
{
	if (t.tag == T_LIST && t.of)
		return matter_kind(*t.of);
	return t.tag == T_REF || t.tag == T_REFS || t.tag == T_USER || t.tag == T_USERS || t.tag == T_ORGAN
			|| t.tag == T_ORGANS
		? t.kind : NULL;
}

static void effect_do(struct loader *l, const struct scope *s, struct effect *e, const struct ynode *y)
{
	const struct ynode *at = ynode_get(y, "at");

	e->sort = EFFECT_DO;
	e->action = ynode_get(y, "do")->text;
	if (!at) {
		diag_add(l->d, pos_key(y), false, "do 缺少 at（在哪些办件上办理）");
		return;
	}
	e->at = bind_expr(l, s, at, NULL);
	if (!e->at)
		return;
	e->target = matter_kind(*expr_type(e->at));
	if (!e->target)
		diag_add(l->d, pos_val(at), false, "at 应当给出办件");
	else if (!kind_action(e->target, e->action))
		diag_add(l->d, pos_val(ynode_get(y, "do")), false, "“%.*s”没有动作“%.*s”", STR_FMT(e->target->name),
			 STR_FMT(e->action));
}

static void effect_tell(struct loader *l, const struct scope *s, struct effect *e, const struct ynode *y)
{
	e->sort = EFFECT_TELL;
	e->tell = bind_whos(l, s, ynode_get(y, "tell"), NODE_BY, e->node->path);
	if (ynode_get(y, "say"))
		e->say = bind_say(l, s, ynode_get(y, "say"));
	else
		diag_add(l->d, pos_key(y), false, "tell 缺少 say");
}

static void effect(struct loader *l, const struct scope *outer, struct effect *e, const struct ynode *y)
{
	struct scope s = *outer;
	const struct ynode *open = ynode_get(y, "open"), *act = ynode_get(y, "do"), *tell = ynode_get(y, "tell");

	s.need_index = true;
	if (ynode_get(y, "for"))
		effect_for(l, &s, e, ynode_get(y, "for"));
	e->when = bind_expr_at(l, &s, y, "if", &bind_bool);
	if ((open != NULL) + (act != NULL) + (tell != NULL) != 1) {
		diag_add(l->d, pos_key(y), false, "应当恰有 open、do、tell 之一");
		return;
	}
	if (open)
		effect_open(l, e, open);
	else if (act)
		effect_do(l, &s, e, y);
	else
		effect_tell(l, &s, e, y);
	if (ynode_get(y, "with"))
		effect_with(l, &s, e, ynode_get(y, "with"));
	if (ynode_get(y, "organ"))
		e->organ = bind_expr_at(l, &s, y, "organ", NULL);
	e->skip = bind_flag(l, y, "skip");
}

const struct effect *bind_effect(struct loader *l, const struct scope *s, const struct ynode *y, struct str path)
{
	struct effect *e = arena_one(l->a, struct effect);

	e->node = bind_node(l, NODE_EFFECT, y, path);
	if (bind_keys(l, y, "效果", effect_keys))
		effect(l, s, e, y);
	return e;
}

static void effects(struct loader *l, const struct scope *s, struct action *act, const struct ynode *y)
{
	const struct ynode *const *v;
	size_t n = bind_list(l, y, &v);
	struct effect *e = arena_many(l->a, n, struct effect);

	for (size_t i = 0; i < n; i++) {
		e[i].node = bind_node(l, NODE_EFFECT, v[i], str_fmt(l->a, "%.*s.then.%zu", STR_FMT(act->node->path), i + 1));
		if (bind_keys(l, v[i], "效果", effect_keys))
			effect(l, s, &e[i], v[i]);
	}
	act->then = e;
	act->n_then = n;
}

/* ---- actions ---- */

static const struct key removes_keys[] = {
	{ "of", K_SCALAR | K_LIST | K_MUST }, { "approved", K_SCALAR | K_MUST }, { "cite", K_SCALAR | K_LIST }, { 0 }
};

/* removes: {of: [MATTERS…], approved: ACTION}: what an approved list lets go for good. */
static void removes(struct loader *l, const struct scope *s, const struct kind *k, struct action *act, const struct ynode *y)
{
	struct removes *r = &act->removes;
	struct scope indexed = *s;
	const struct ynode *const *v;
	const struct expr **of;
	size_t n;

	if (!y || !bind_keys(l, y, "removes", removes_keys) || !ynode_get(y, "of") || !ynode_get(y, "approved"))
		return;
	n = bind_list(l, ynode_get(y, "of"), &v);
	of = arena_many(l->a, n, const struct expr *);
	indexed.need_index = true;
	for (size_t i = 0; i < n; i++) {
		const struct expr *x = bind_expr(l, &indexed, v[i], NULL);

		if (x && !matter_kind(*expr_type(x)))
			diag_add(l->d, pos_val(v[i]), false, "removes 的 of 应当给出办件：“%.*s”", STR_FMT(v[i]->text));
		else if (x)
			of[r->n_of++] = x;
	}
	r->of = of;
	r->approved = kind_action(k, bind_text(y, "approved"));
	if (!r->approved || r->approved == act)
		diag_add(l->d, pos_val(ynode_get(y, "approved")), false, "removes 的 approved 应当是本类办件的另一个动作：先批准，后清除");
	r->node = bind_node(l, NODE_EFFECT, y, path_of(l, act->node->path, STR("removes")));
}

static const struct key joint_keys[] = {
	{ "need", K_SCALAR | K_MUST }, { "blind", K_SCALAR }, { "again", K_SCALAR }, { 0 }
};

static void joint(struct loader *l, const struct scope *s, struct action *act, const struct ynode *y)
{
	if (y->sort != YNODE_MAP || !bind_keys(l, y, "joint", joint_keys))
		return;
	act->need = bind_expr_at(l, s, y, "need", &bind_bool);
	act->blind = bind_flag(l, y, "blind");
	act->again = bind_flag(l, y, "again");
}

static void apart(struct loader *l, const struct scope *s, struct action *act, const struct ynode *y)
{
	const struct ynode *const *v;
	size_t n = bind_list(l, y, &v);
	const struct expr **e = arena_many(l->a, n, const struct expr *);
	struct node **node = arena_many(l->a, n, struct node *);

	for (size_t i = 0; i < n; i++) {
		const struct expr *x = bind_expr(l, s, v[i], NULL);

		if (!x)
			continue;
		if (expr_type(x)->tag != T_USER && type_element(expr_type(x)).tag != T_USER) {
			diag_add(l->d, pos_val(v[i]), false, "apart 应当是人员：“%.*s”", STR_FMT(v[i]->text));
			continue;
		}
		e[act->n_apart] = x;
		node[act->n_apart++] = bind_node(l, NODE_BY, v[i],
			str_fmt(l->a, "%.*s.apart.%.*s", STR_FMT(act->node->path), STR_FMT(v[i]->text)));
	}
	act->apart = e;
	act->apart_node = node;
}

static const struct assign *set_fields(struct loader *l, const struct scope *s, const struct kind *k, const struct ynode *y,
				       size_t *ret_n)
{
	struct assign *a;

	if (!y || y->sort != YNODE_MAP)
		return NULL;
	a = arena_many(l->a, y->n, struct assign);
	for (size_t i = 0; i < y->n; i++) {
		const struct field *f = kind_field(k, y->child[i]->key);

		if (!f)
			diag_add(l->d, pos_key(y->child[i]), false, "没有字段“%.*s”", STR_FMT(y->child[i]->key));
		else if (ynode_get(section(l, k, "fields")->child[f->index], "is")
			 || ynode_get(section(l, k, "fields")->child[f->index], "choose"))
			diag_add(l->d, pos_key(y->child[i]), false, "“%.*s”是计算字段，不能赋值", STR_FMT(f->id));
		else
			a[(*ret_n)++] = (struct assign){ f->id, bind_expr(l, s, y->child[i], &f->type),
							   pos_key(y->child[i]) };
	}
	return a;
}

/* What is offered stands in a form that shows a matter: in no other place could anybody change it. */
static void offer_fields(struct loader *l, const struct scope *s, const struct kind *k, struct action *act,
			 const struct ynode *y)
{
	act->offer = set_fields(l, s, k, y, &act->n_offer);
	if (y && str_is(act->id, "open"))
		diag_add(l->d, pos_key(y), false, "open 没有可以拟写的办件，用 default");
	for (size_t i = 0; i < act->n_offer; i++) {
		bool asked = false;

		for (size_t j = 0; j < act->n_form; j++)
			asked = asked || str_eq(act->form[j].field->id, act->offer[i].field);
		if (!asked)
			diag_add(l->d, act->offer[i].pos, false, "表单没有“%.*s”", STR_FMT(act->offer[i].field));
	}
}

static const struct key to_keys[] = { { "choose", K_LIST | K_MUST }, { 0 } };

static void compile_to(struct loader *l, const struct scope *s, const struct kind *k, struct action *act,
		       const struct ynode *y)
{
	struct type *t = arena_one(l->a, struct type);

	if (!bind_keys(l, y, "to", to_keys))
		return;
	*t = type_state(l->a, k);
	act->to_choose = bind_choose(l, s, y, t, path_of(l, act->node->path, STR("to")));
	if (act->to_choose.n && act->to_choose.row[act->to_choose.n - 1].when)
		diag_add(l->d, pos_key(y), true, "to 没有默认行：各行都不成立时状态不明");
}

static void compile_action(struct loader *l, struct kind *k, struct action *act, const struct ynode *y)
{
	struct scope s = bind_scope(l, k);

	if (y->sort != YNODE_MAP)
		return;
	if (act->joint)
		s.action = act;
	if (act->to == TO_CHOOSE)
		compile_to(l, &s, k, act, ynode_get(y, "to"));
	if (ynode_get(y, "by"))
		act->by = bind_whos(l, &s, ynode_get(y, "by"), NODE_BY, path_of(l, act->node->path, STR("by")));
	if (ynode_get(y, "apart"))
		apart(l, &s, act, ynode_get(y, "apart"));
	act->set = set_fields(l, &s, k, ynode_get(y, "set"), &act->n_set);
	offer_fields(l, &s, k, act, ynode_get(y, "offer"));
	shows(l, k, act, ynode_get(y, "shows"));
	act->check = checks(l, &s, y, act->node->path, &act->n_check);
	if (ynode_get(y, "joint"))
		joint(l, &s, act, ynode_get(y, "joint"));
	if (ynode_get(y, "then"))
		effects(l, &s, act, ynode_get(y, "then"));
	removes(l, &s, k, act, ynode_get(y, "removes"));
}

/* Who may do the built-in actions: whoever belongs to the organ asks and notes, the head decides. */
static void builtin_by(struct loader *l, struct kind *k, struct action *act)
{
	struct scope s = bind_scope(l, k);
	struct ynode *at = ynode_new(tree_of(l, k), YNODE_SCALAR);
	size_t nodes = l->n_node;

	if (str_is(act->id, "correct"))
		return;
	at->text = str_is(act->id, "recuse") ? STR("head") : str_is(act->id, "take_over") || str_is(act->id, "adopt") ? STR("system") : STR("organ");
	if (str_is(act->id, "recuse") && !law_role(l->law, STR("head")))
		at->text = STR("organ");
	act->by = bind_whos(l, &s, at, NODE_BY, path_of(l, act->node->path, STR("by")));
	l->n_node = nodes; /* no nodes of the definition */
}

static const struct key correct_keys[] = {
	{ "by", K_ANY | K_MUST }, { "fields", K_SCALAR | K_LIST | K_MUST }, { "states", K_SCALAR | K_LIST },
	{ "recheck", K_SCALAR | K_LIST }, { 0 }
};

/* A check of any action or state by its short path: decide.reviewed, states.archived.complete. */
static const struct check *check_named(const struct kind *k, struct str id)
{
	for (size_t i = 0; i < k->n_action; i++)
		for (size_t j = 0; j < k->action[i].n_check; j++)
			if (str_ends(k->action[i].check[j].node->path, id)
			    && k->action[i].check[j].node->path.n == k->id.n + 1 + id.n)
				return &k->action[i].check[j];
	for (size_t i = 0; i < k->n_state; i++)
		for (size_t j = 0; j < k->state[i].n_check; j++)
			if (str_ends(k->state[i].check[j].node->path, id)
			    && k->state[i].check[j].node->path.n == k->id.n + 1 + id.n)
				return &k->state[i].check[j];
	return NULL;
}

static void correct_lists(struct loader *l, struct kind *k, const struct ynode *y)
{
	const struct str *id;
	size_t n = bind_texts(l, ynode_get(y, "fields"), &id);
	const struct field **field = arena_many(l->a, n, const struct field *);
	const struct state **state;
	const struct check **check;

	for (size_t i = 0; i < n; i++) {
		field[k->correct.n_field] = kind_field(k, id[i]);
		if (field[k->correct.n_field])
			k->correct.n_field++;
		else
			diag_add(l->d, pos_val(ynode_get(y, "fields")), false, "没有字段“%.*s”", STR_FMT(id[i]));
	}
	n = bind_texts(l, ynode_get(y, "states"), &id);
	state = arena_many(l->a, n, const struct state *);
	for (size_t i = 0; i < n; i++) {
		state[k->correct.n_state] = kind_state(k, id[i]);
		if (state[k->correct.n_state])
			k->correct.n_state++;
		else
			diag_add(l->d, pos_val(ynode_get(y, "states")), false, "没有状态“%.*s”", STR_FMT(id[i]));
	}
	n = bind_texts(l, ynode_get(y, "recheck"), &id);
	check = arena_many(l->a, n, const struct check *);
	for (size_t i = 0; i < n; i++) {
		check[k->correct.n_recheck] = check_named(k, id[i]);
		if (check[k->correct.n_recheck])
			k->correct.n_recheck++;
		else
			diag_add(l->d, pos_val(ynode_get(y, "recheck")), false, "没有核对“%.*s”（写成 动作.核对）",
				 STR_FMT(id[i]));
	}
	k->correct.field = field;
	k->correct.state = state;
	k->correct.recheck = check;
}

static void correct(struct loader *l, struct kind *k)
{
	const struct ynode *y = ynode_get(tree_of(l, k), "correct");
	struct action *act = &k->action[k->n_action - 1];
	struct form_field *f;
	struct scope s = bind_scope(l, k);

	if (!y || !bind_keys(l, y, "correct", correct_keys))
		return;
	k->correct.set = true;
	if (ynode_get(y, "by"))
		k->correct.by = bind_whos(l, &s, ynode_get(y, "by"), NODE_BY, path_of(l, act->node->path, STR("by")));
	correct_lists(l, k, y);
	act->by = k->correct.by;
	f = arena_many(l->a, k->correct.n_field, struct form_field);
	for (size_t i = 0; i < k->correct.n_field; i++)
		f[i].field = k->correct.field[i];
	act->form = f;
	act->n_form = k->correct.n_field;
	if (k->correct.n_state) {
		act->any = false;
		act->from = k->correct.state;
		act->n_from = k->correct.n_state;
	}
}

/* ---- clocks ---- */

static void clock_start(struct loader *l, const struct scope *s, struct clock_from *f, struct str action,
			const struct ynode *value)
{
	f->action = action;
	if (!value)
		return;
	f->value = bind_expr(l, s, value, NULL);
	if (f->value && expr_type(f->value)->tag != T_DATE && expr_type(f->value)->tag != T_TIME)
		diag_add(l->d, pos_val(value), false, "起算值应当是日期或者时间");
}

static void clock_from(struct loader *l, const struct scope *s, struct clock *c, const struct ynode *y)
{
	const struct ynode *const *v;
	size_t n = bind_list(l, y, &v), total = 0;
	struct clock_from *out;

	for (size_t i = 0; i < n; i++)
		total += v[i]->sort == YNODE_MAP ? v[i]->n : 1;
	out = arena_many(l->a, total, struct clock_from);
	for (size_t i = 0; i < n; i++) {
		if (v[i]->sort != YNODE_MAP)
			clock_start(l, s, &out[c->n_from++], v[i]->text, NULL);
		for (size_t j = 0; v[i]->sort == YNODE_MAP && j < v[i]->n; j++)
			clock_start(l, s, &out[c->n_from++], v[i]->child[j]->key, v[i]->child[j]);
	}
	c->from = out;
}

static const struct key limit_keys[] = {
	{ "is", K_SCALAR }, { "choose", K_LIST }, { "cite", K_SCALAR | K_LIST }, { 0 }
};

static void clock_limits(struct loader *l, const struct scope *s, struct clock *c, const struct ynode *y)
{
	const struct ynode *const *v;
	size_t n = bind_list(l, y, &v);
	struct clock_limit *out = arena_many(l->a, n, struct clock_limit);

	for (size_t i = 0; i < n; i++) {
		struct str path = str_fmt(l->a, "%.*s.limit.%zu", STR_FMT(c->node->path), i + 1);

		if (v[i]->sort == YNODE_MAP)
			bind_keys(l, v[i], "limit", limit_keys);
		out[i].node = bind_node(l, NODE_ROW, v[i], path);
		out[i].is = bind_choose(l, s, v[i], &bind_span, path);
	}
	c->limit = out;
	c->n_limit = n;
}

static const struct key pause_keys[] = {
	{ "from", K_SCALAR | K_LIST }, { "until", K_SCALAR | K_LIST }, { "child", K_SCALAR },
	{ "cite", K_SCALAR | K_LIST }, { "if", K_SCALAR, "以后的部分" }, { 0 }
};

static void clock_pauses(struct loader *l, struct clock *c, const struct ynode *y)
{
	const struct ynode *const *v;
	size_t n = bind_list(l, y, &v);

	c->pause = arena_many(l->a, n, struct clock_pause);
	c->n_pause = n;
	for (size_t i = 0; i < n; i++) {
		struct clock_pause *p = &c->pause[i];

		p->node = bind_node(l, NODE_ROW, v[i], str_fmt(l->a, "%.*s.pause.%zu", STR_FMT(c->node->path), i + 1));
		if (!bind_keys(l, v[i], "pause", pause_keys))
			continue;
		p->n_from = bind_texts(l, ynode_get(v[i], "from"), &p->from);
		p->n_until = bind_texts(l, ynode_get(v[i], "until"), &p->until);
		p->child = bind_text(v[i], "child");
		if (p->child.n ? p->n_from || p->n_until : !p->n_from || !p->n_until)
			diag_add(l->d, pos_key(v[i]), false, "pause 写 {from, until} 或者 {child}");
		if (p->child.n && !law_kind(l->law, p->child))
			diag_add(l->d, pos_val(ynode_get(v[i], "child")), false, "没有名为“%.*s”的事项类型",
				 STR_FMT(p->child));
	}
}

static const struct key extend_keys[] = {
	{ "at", K_SCALAR | K_MUST }, { "add", K_SCALAR | K_MUST }, { "most", K_SCALAR }, { "times", K_SCALAR },
	{ "cite", K_SCALAR | K_LIST }, { 0 }
};

static void clock_extend(struct loader *l, const struct scope *s, struct clock *c, const struct ynode *y)
{
	if (!bind_keys(l, y, "extend", extend_keys))
		return;
	c->has_extend = true;
	c->extend_node = bind_node(l, NODE_ROW, y, path_of(l, c->node->path, STR("extend")));
	c->extend_at = bind_text(y, "at");
	c->extend_add = bind_expr_at(l, s, y, "add", &bind_span);
	c->extend_most = bind_expr_at(l, s, y, "most", &bind_span);
	c->extend_times = bind_expr_at(l, s, y, "times", &bind_int);
}

static const struct key lapse_keys[] = { { "do", K_SCALAR | K_MUST }, { "if", K_SCALAR }, { 0 } };

static void clock_lapse(struct loader *l, const struct scope *s, struct clock *c, const struct ynode *y)
{
	if (y->sort == YNODE_SCALAR) {
		c->lapse = y->text;
		return;
	}
	if (!bind_keys(l, y, "lapse", lapse_keys))
		return;
	c->lapse = bind_text(y, "do");
	c->lapse_if = bind_expr_at(l, s, y, "if", &bind_bool);
}

static void compile_clock(struct loader *l, struct kind *k, struct clock *c, const struct ynode *y)
{
	struct scope s = bind_scope(l, k);

	if (y->sort != YNODE_MAP)
		return;
	s.need_index = true;
	if (ynode_get(y, "from"))
		clock_from(l, &s, c, ynode_get(y, "from"));
	c->n_until = bind_texts(l, ynode_get(y, "until"), &c->until);
	c->when = bind_expr_at(l, &s, y, "if", &bind_bool);
	if (ynode_get(y, "limit"))
		clock_limits(l, &s, c, ynode_get(y, "limit"));
	c->due = bind_expr_at(l, &s, y, "due", NULL);
	if (c->due && expr_type(c->due)->tag != T_DATE && expr_type(c->due)->tag != T_TIME)
		diag_add(l->d, pos_val(ynode_get(y, "due")), false, "due 应当是日期或者时间");
	c->has_warn = ynode_get(y, "warn") != NULL;
	if (c->has_warn)
		c->warn = bind_choose(l, &s, ynode_get(y, "warn"), &bind_span, path_of(l, c->node->path, STR("warn")));
	if (ynode_get(y, "pause"))
		clock_pauses(l, c, ynode_get(y, "pause"));
	if (ynode_get(y, "extend"))
		clock_extend(l, &s, c, ynode_get(y, "extend"));
	if (ynode_get(y, "who"))
		c->who = bind_whos(l, &s, ynode_get(y, "who"), NODE_BY, path_of(l, c->node->path, STR("who")));
	if (ynode_get(y, "lapse"))
		clock_lapse(l, &s, c, ynode_get(y, "lapse"));
}

/* ---- reactions, sight, lists ---- */

static const struct kind *reaction_after(struct loader *l, struct reaction *r, const struct ynode *y)
{
	const struct str *text;
	size_t n = bind_texts(l, y, &text);
	struct after *out = arena_many(l->a, n, struct after);
	const struct kind *it = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t dot = str_chr(text[i], '.', 0);
		const struct kind *k = dot == SIZE_MAX ? NULL : law_kind(l->law, str_sub(text[i], 0, dot));
		struct str action = dot == SIZE_MAX ? STR("") : str_sub(text[i], dot + 1, text[i].n);

		if (!k || (!str_is(action, "*") && !kind_action(k, action))) {
			diag_add(l->d, pos_val(y), false, "没有“%.*s”（写成 类型.动作 或者 类型.*）", STR_FMT(text[i]));
			continue;
		}
		if (it && it != k)
			diag_add(l->d, pos_val(y), false, "一个反应的 after 只能是同一类型的动作");
		it = k;
		out[r->n_after++] = (struct after){ k->id, str_is(action, "*") ? STR("") : action };
	}
	r->after = out;
	return it;
}

static void compile_reactions(struct loader *l, struct kind *k)
{
	const struct ynode *map = bind_ids(l, tree_of(l, k), "when");
	struct scope s = bind_scope(l, k);

	if (!map)
		return;
	k->when = arena_many(l->a, map->n, struct reaction);
	for (size_t i = 0; i < map->n; i++) {
		const struct ynode *y = map->child[i];
		struct reaction *r = &k->when[k->n_when];

		r->id = y->key;
		r->node = bind_node(l, NODE_REACTION, y, path_in(l, k, "when", y->key));
		if (!bind_keys(l, y, "反应", reaction_keys) || !ynode_get(y, "after"))
			continue;
		s.it = reaction_after(l, r, ynode_get(y, "after"));
		if (!s.it)
			continue;
		s.kind = NULL; /* there is no matter of this kind yet: `it` is the only one */
		r->effect.node = r->node;
		effect(l, &s, &r->effect, y);
		r->when = r->effect.when;
		k->n_when++;
	}
}

static void see_code(struct loader *l, struct kind *k, const struct ynode *y)
{
	const struct str *id;
	size_t n = bind_texts(l, ynode_get(y, "code"), &id);
	const struct field **f = arena_many(l->a, n, const struct field *);
	const struct term **t = arena_many(l->a, n, const struct term *);
	const struct clock **c = arena_many(l->a, n, const struct clock *);

	k->code.node = bind_node(l, NODE_SEE, y, path_of(l, k->id, STR("see.code")));
	for (size_t i = 0; i < n; i++) {
		if (str_is(id[i], "state"))
			k->code.state = true;
		else if (kind_field(k, id[i]))
			f[k->code.n++] = kind_field(k, id[i]);
		else if (kind_term(k, id[i]))
			t[k->code.n_term++] = kind_term(k, id[i]);
		else if (kind_clock(k, id[i]))
			c[k->code.n_clock++] = kind_clock(k, id[i]);
		else
			diag_add(l->d, pos_val(ynode_get(y, "code")), false, "没有字段、术语或者期限“%.*s”", STR_FMT(id[i]));
	}
	k->code.field = f;
	k->code.term = t;
	k->code.clock = c;
}

static void compile_see(struct loader *l, struct kind *k)
{
	const struct ynode *see = ynode_get(tree_of(l, k), "see");
	const struct ynode *const *v;
	struct scope s = bind_scope(l, k);
	struct ynode *organ;
	size_t n = bind_list(l, see, &v);

	s.no_time = s.no_matters = true;
	for (size_t i = 0; i < n; i++)
		if (v[i]->sort == YNODE_MAP && ynode_get(v[i], "code"))
			see_code(l, k, v[i]);
	if (!see) {
		organ = ynode_new(tree_of(l, k), YNODE_SCALAR);
		organ->text = STR("organ");
		see = organ;
	}
	k->see = bind_whos(l, &s, see, NODE_SEE, path_of(l, k->id, STR("see")));
}

static const struct key push_keys[] = {
	{ "from", K_SCALAR | K_MUST }, { "until", K_SCALAR | K_LIST }, { "shows", K_LIST | K_MUST }, { "cite", K_SCALAR | K_LIST }, { 0 }
};

static const struct action *push_action(struct loader *l, struct kind *k, const struct ynode *y, struct str id)
{
	const struct action *ac = kind_action(k, id);

	if (!ac)
		diag_add(l->d, pos_val(y), false, "没有名为“%.*s”的办理", STR_FMT(id));
	return ac;
}

static void push(struct loader *l, struct kind *k)
{
	const struct ynode *y = section(l, k, "push");
	struct push_def *p = &k->push;
	const struct action **until;
	const struct str *id;

	if (!y || !bind_keys(l, y, "push", push_keys) || !ynode_get(y, "from") || !ynode_get(y, "shows"))
		return;
	p->node = bind_node(l, NODE_SEE, y, path_of(l, k->id, STR("push")));
	p->from = push_action(l, k, ynode_get(y, "from"), ynode_get(y, "from")->text);
	p->n_until = bind_texts(l, ynode_get(y, "until"), &id);
	until = arena_many(l->a, p->n_until, const struct action *);
	for (size_t i = 0; i < p->n_until; i++)
		until[i] = push_action(l, k, ynode_get(y, "until"), id[i]);
	p->until = until;
	p->n = bind_texts(l, ynode_get(y, "shows"), &p->show);
	for (size_t i = 0; i < p->n; i++)
		if (!kind_field(k, p->show[i]) && !kind_term(k, p->show[i]) && !kind_number(k, p->show[i]))
			diag_add(l->d, pos_val(ynode_get(y, "shows")), false, "没有字段、术语或者文号“%.*s”", STR_FMT(p->show[i]));
}

static const struct key dossier_keys[] = {
	{ "main", K_SCALAR | K_LIST }, { "secondary", K_SCALAR | K_LIST }, { "keep", K_SCALAR }, { "cover", K_MAP },
	{ "bag", K_SCALAR | K_LIST }, { "gathers", K_SCALAR | K_LIST }, { 0 }
};
static const struct key cover_keys[] = { /* in the order of enum cover_line */
	{ "file_no", K_SCALAR }, { "volume", K_SCALAR }, { "cause", K_SCALAR }, { "party", K_SCALAR }, { "officers", K_SCALAR },
	{ "received", K_SCALAR }, { "closed", K_SCALAR }, { "archived", K_SCALAR }, { "sort", K_SCALAR }, { "keep", K_SCALAR }, { 0 }
};
static const struct key reads_keys[] = {
	{ "openings", K_SCALAR }, { "loan", K_MAP }, { "cite", K_SCALAR | K_LIST | K_MUST }, { 0 }
};
static const struct key loan_keys[] = {
	{ "dossier", K_SCALAR | K_MUST }, { "of", K_SCALAR | K_MUST }, { "reader", K_SCALAR | K_MUST }, { "part", K_SCALAR | K_MUST },
	{ "whole", K_SCALAR | K_MUST }, { "from", K_SCALAR | K_MUST }, { "to", K_SCALAR | K_MUST }, { "copy", K_SCALAR | K_MUST },
	{ "states", K_LIST | K_MUST }, { 0 }
};
static const struct key list_keys[] = {
	{ "columns", K_SCALAR | K_LIST }, { "filters", K_SCALAR | K_LIST }, { "card", K_SCALAR | K_LIST }, { 0 }
};

static void papers_exist(struct loader *l, const struct kind *k, const struct ynode *y)
{
	const struct str *id;
	size_t n = bind_texts(l, y, &id);

	for (size_t i = 0; i < n; i++)
		if (!kind_paper(k, id[i]) && !(kind_field(k, id[i]) && kind_field(k, id[i])->type.tag == T_FILES))
			diag_add(l->d, pos_val(y), false, "没有文书或者附件“%.*s”", STR_FMT(id[i]));
}

static void main_path(struct loader *l, struct kind *k)
{
	const struct ynode *y = ynode_get(tree_of(l, k), "path");
	const struct state **path;
	const struct str *id;
	size_t n = y ? bind_texts(l, y, &id) : 0;

	path = arena_many(l->a, n, const struct state *);
	for (size_t i = 0; i < n; i++) {
		const struct state *st = kind_state(k, id[i]);

		if (st)
			path[k->n_path++] = st;
		else
			diag_add(l->d, pos_val(y), false, "path 中的“%.*s”不是这类办件的环节", STR_FMT(id[i]));
	}
	k->path = path;
}

static void cover(struct loader *l, struct kind *k, const struct ynode *y)
{
	if (!y || !bind_keys(l, y, "cover", cover_keys))
		return;
	for (size_t i = 0; i < COVER_LINES; i++) {
		struct str id = bind_text(y, cover_keys[i].name);

		if (id.n && !kind_field(k, id) && !kind_term(k, id) && !kind_number(k, id) && !str_is(id, "opened") && !str_is(id, "ended"))
			diag_add(l->d, pos_val(ynode_get(y, cover_keys[i].name)), false, "没有字段、术语或者编号“%.*s”", STR_FMT(id));
		k->dossier.cover[i] = id;
	}
}

static void bags(struct loader *l, struct kind *k, const struct ynode *y)
{
	const struct field **bag;
	const struct str *id;
	size_t n = y ? bind_texts(l, y, &id) : 0;

	bag = arena_many(l->a, n, const struct field *);
	for (size_t i = 0; i < n; i++) {
		const struct field *f = kind_field(k, id[i]);

		if (f && f->type.tag == T_ROWS)
			bag[k->dossier.n_bag++] = f;
		else
			diag_add(l->d, pos_val(y), false, "bag 中的“%.*s”不是表格字段", STR_FMT(id[i]));
	}
	k->dossier.bag = bag;
}

static void gathers(struct loader *l, struct kind *k, const struct ynode *y)
{
	const struct field **v;
	const struct str *id;
	size_t n = y ? bind_texts(l, y, &id) : 0;

	v = arena_many(l->a, n, const struct field *);
	for (size_t i = 0; i < n; i++) {
		const struct field *f = kind_field(k, id[i]);

		if (f && (f->type.tag == T_REF || f->type.tag == T_REFS))
			v[k->dossier.n_gathers++] = f;
		else
			diag_add(l->d, pos_val(y), false, "gathers 中的“%.*s”不是引用办件的字段", STR_FMT(id[i]));
	}
	k->dossier.gathers = v;
}

static void dossier(struct loader *l, struct kind *k)
{
	const struct ynode *y = ynode_get(tree_of(l, k), "dossier");

	if (!y || !bind_keys(l, y, "dossier", dossier_keys))
		return;
	k->dossier.n_main = bind_texts(l, ynode_get(y, "main"), &k->dossier.main);
	k->dossier.n_secondary = bind_texts(l, ynode_get(y, "secondary"), &k->dossier.secondary);
	cover(l, k, ynode_get(y, "cover"));
	bags(l, k, ynode_get(y, "bag"));
	gathers(l, k, ynode_get(y, "gathers"));
	papers_exist(l, k, ynode_get(y, "main"));
	papers_exist(l, k, ynode_get(y, "secondary"));
	if (ynode_get(y, "keep") && !span_parse(bind_text(y, "keep"), &k->dossier.keep))
		diag_add(l->d, pos_val(ynode_get(y, "keep")), false, "keep 应当是一段时间，例如 10 year");
}

static const struct field *loan_field(struct loader *l, const struct kind *k, const struct ynode *y, const char *key, int tag)
{
	const struct field *f = kind_field(k, bind_text(y, key));

	if (!f || (int)f->type.tag != tag)
		diag_add(l->d, pos_val(ynode_get(y, key)), false, "%s 应当是本事项的字段，类型要合适", key);
	return f;
}

static void loan(struct loader *l, struct kind *k, const struct ynode *y)
{
	const struct state **state;
	const struct str *id;
	size_t n;

	if (!y || !bind_keys(l, y, "loan", loan_keys))
		return;
	n = bind_texts(l, ynode_get(y, "states"), &id);
	state = arena_many(l->a, n, const struct state *);
	for (size_t i = 0; i < n; i++) {
		const struct state *st = kind_state(k, id[i]);

		if (st)
			state[k->loan.n_state++] = st;
		else
			diag_add(l->d, pos_val(y), false, "states 中的“%.*s”不是这类办件的环节", STR_FMT(id[i]));
	}
	k->loan.state = state;
	k->loan.dossier = loan_field(l, k, y, "dossier", T_REF);
	k->loan.reader = loan_field(l, k, y, "reader", T_USER);
	k->loan.part = loan_field(l, k, y, "part", T_ENUM);
	k->loan.from = loan_field(l, k, y, "from", T_INT);
	k->loan.to = loan_field(l, k, y, "to", T_INT);
	k->loan.copy = loan_field(l, k, y, "copy", T_BOOL);
	k->loan.of = bind_text(y, "of");
	k->loan.whole = bind_text(y, "whole");
	k->loan.set = true;
}

static void reads(struct loader *l, struct kind *k)
{
	const struct ynode *y = ynode_get(tree_of(l, k), "reads");

	if (!y || !bind_keys(l, y, "reads", reads_keys))
		return;
	k->openings = str_is(bind_text(y, "openings"), "true");
	loan(l, k, ynode_get(y, "loan"));
	(void)bind_cites(l, ynode_get(y, "cite"));
}

static const char *const built_in[] = { "state", "organ", "parent", "opened", "opener", "number", "ended" };

static void shown_exist(struct loader *l, const struct kind *k, const struct ynode *y)
{
	const struct str *id;
	size_t n = bind_texts(l, y, &id);

	for (size_t i = 0; i < n; i++) {
		bool known = kind_field(k, id[i]) || kind_term(k, id[i]) || kind_clock(k, id[i]) || kind_number(k, id[i]);

		for (size_t j = 0; j < ARRAY_LEN(built_in); j++)
			known = known || str_is(id[i], built_in[j]);
		if (!known)
			diag_add(l->d, pos_val(y), false, "没有字段、术语或者期限“%.*s”", STR_FMT(id[i]));
	}
}

static void list(struct loader *l, struct kind *k)
{
	const struct ynode *y = ynode_get(tree_of(l, k), "list");

	if (!y || !bind_keys(l, y, "list", list_keys))
		return;
	k->list.pos = pos_key(y);
	k->list.n_columns = bind_texts(l, ynode_get(y, "columns"), &k->list.columns);
	k->list.n_filters = bind_texts(l, ynode_get(y, "filters"), &k->list.filters);
	k->list.n_card = bind_texts(l, ynode_get(y, "card"), &k->list.card);
	shown_exist(l, k, ynode_get(y, "columns"));
	shown_exist(l, k, ynode_get(y, "filters"));
	shown_exist(l, k, ynode_get(y, "card"));
	if (k->list.n_card > 3)
		diag_add(l->d, pos_val(ynode_get(y, "card")), false, "card 至多三项");
}

void bind_kind(struct loader *l, struct kind *k)
{
	const struct ynode *map;

	map = section(l, k, "terms");
	for (size_t i = 0; map && i < k->n_term; i++)
		if (map->child[i]->sort == YNODE_MAP)
			bind_need(l, k, &k->term[i], NULL);
	compile_fields(l, k);
	compile_states(l, k);
	map = section(l, k, "actions");
	for (size_t i = 0; map && i < k->n_action && i < map->n; i++)
		compile_action(l, k, &k->action[i], map->child[i]);
	for (size_t i = 0; i < k->n_action; i++)
		if (k->action[i].builtin)
			builtin_by(l, k, &k->action[i]);
	correct(l, k);
	map = section(l, k, "clocks");
	for (size_t i = 0; map && i < k->n_clock; i++)
		compile_clock(l, k, &k->clock[i], map->child[i]);
	compile_reactions(l, k);
	bind_duties(l, k, tree_of(l, k));
	bind_exports(l, k, tree_of(l, k));
	compile_see(l, k);
	if (section(l, k, "draws"))
		bind_draws(l, k, bind_ids(l, tree_of(l, k), "draws"));
	push(l, k);
	bind_alike(l, k, section(l, k, "alike"));
	bind_plans(l, k, section(l, k, "plans"));
	main_path(l, k);
	dossier(l, k);
	reads(l, k);
	list(l, k);
	bind_portal(l, k, section(l, k, "portal"));
}
