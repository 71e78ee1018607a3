/* SPDX-License-Identifier: MulanPSL-2.0 */
/* From files to a law: the chain of packs, their documents in order, names and types, then everything that
 * is compiled, then the proofs. */
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/parse.h"
#include "law/bind.h"

#define CHAIN_MAX 8 /* country, province, city, county, township, organ; more is a loop */

/* ---- looking up ---- */

#define LOOKUP(fn, type, list, count)                                       \
	const struct type *fn(const struct law *l, struct str id)           \
	{                                                                   \
		for (size_t i = 0; i < l->count; i++)                       \
			if (str_eq(l->list[i].id, id))                      \
				return &l->list[i];                         \
		return NULL;                                                \
	}
LOOKUP(law_kind, kind, kind, n_kind)
LOOKUP(law_sheet, sheet, sheet, n_sheet)
LOOKUP(law_role, role_def, role, n_role)
LOOKUP(law_setting, setting_def, setting, n_setting)
#undef LOOKUP

/* ---- files ---- */

/* The folder of a path, without the file: shanxi/linyi of shanxi/linyi/penalty.yaml. */
static struct str folder(const char *path)
{
	struct str s = str_of(path);

	while (s.n && s.p[s.n - 1] != '/')
		s.n--;
	return s.n ? str_sub(s, 0, s.n - 1) : s;
}

static const struct law_file *pack_file(const struct law_files *files, struct str pack)
{
	for (size_t i = 0; i < files->n; i++)
		if (str_ends(str_of(files->v[i].path), STR("/pack.yaml")) && str_eq(folder(files->v[i].path), pack))
			return &files->v[i];
	return NULL;
}

static int by_path(const void *a, const void *b)
{
	const struct law_file *x = *(const struct law_file *const *)a, *y = *(const struct law_file *const *)b;

	return strcmp(x->path, y->path);
}

/* The definition files of one pack, in order of their names; pack.yaml is read apart. */
static size_t pack_files(const struct loader *l, struct str pack, const struct law_file ***ret)
{
	const struct law_file **v = arena_many(l->a, l->files->n, const struct law_file *);
	size_t n = 0;

	for (size_t i = 0; i < l->files->n; i++) {
		const struct law_file *f = &l->files->v[i];

		if (str_eq(folder(f->path), pack) && str_ends(str_of(f->path), STR(".yaml"))
		    && !str_ends(str_of(f->path), STR("/pack.yaml")))
			v[n++] = f;
	}
	if (n > 1)
		qsort(v, n, sizeof(*v), by_path);
	*ret = v;
	return n;
}

static void say_fault(struct loader *l, const struct yaml_fault *f)
{
	diag_add(l->d, (struct pos){ f->file, f->line, f->col }, false, "%.*s", STR_FMT(f->text));
	if (f->hint.n)
		diag_hint(l->d, "%.*s", STR_FMT(f->hint));
}

static void stamp(struct ynode *y, struct str pack)
{
	y->pack = pack;
	for (size_t i = 0; i < y->n; i++)
		stamp(y->child[i], pack);
}

/* ---- the chain of packs ---- */

static const struct key pack_keys[] = {
	{ "pack", K_SCALAR | K_MUST }, { "name", K_SCALAR | K_MUST }, { "above", K_SCALAR },
	{ "version", K_SCALAR | K_MUST }, { "from", K_SCALAR | K_MUST }, { "organs", K_MAP }, { "roles", K_MAP },
	{ "settings", K_MAP }, { "functions", K_MAP },
	{ "running", K_MAP }, { 0 }
};

static const struct ynode *read_pack(struct loader *l, struct str id)
{
	const struct law_file *f = pack_file(l->files, id);
	struct ynode *const *doc;
	struct yaml_fault fault;
	size_t n;

	if (!f) {
		diag_add(l->d, (struct pos){ "pack.yaml", 1, 1 }, false, "没有名为“%.*s”的定义包", STR_FMT(id));
		return NULL;
	}
	if (!yaml_read(l->a, l->nodes, f->path, f->text, &doc, &n, &fault)) {
		say_fault(l, &fault);
		return NULL;
	}
	if (n != 1 || !bind_keys(l, doc[0], "定义包", pack_keys))
		return NULL;
	if (!str_eq(bind_text(doc[0], "pack"), id))
		diag_add(l->d, pos_key(doc[0]), false, "pack 应当与文件夹同名：%.*s", STR_FMT(id));
	stamp(doc[0], str_dup(l->a, id));
	return doc[0];
}

/* Reads the chain from below and turns it round. */
static bool read_chain(struct loader *l, struct str id)
{
	struct pack up[CHAIN_MAX];
	size_t n = 0;

	while (id.n) {
		if (n == CHAIN_MAX) {
			diag_add(l->d, pos_key(up[0].y), false, "定义包的上级（above）超过%d层或者绕成了圈", CHAIN_MAX);
			return false;
		}
		up[n].id = str_dup(l->a, id);
		up[n].y = read_pack(l, id);
		if (!up[n].y)
			return false;
		id = bind_text(up[n++].y, "above");
	}
	l->pack = arena_many(l->a, n, struct pack);
	l->n_pack = n;
	for (size_t i = 0; i < n; i++)
		l->pack[i] = up[n - 1 - i];
	return true;
}

static void one_document(struct loader *l, struct ynode *doc, struct str pack)
{
	stamp(doc, pack);
	if (doc->sort != YNODE_MAP || !doc->n)
		diag_add(l->d, pos_val(doc), false, "文档应当以 kind、sheet 或者 overlay 开头");
	else if (str_is(doc->child[0]->key, "kind"))
		tree_add_kind(l, doc, pack);
	else if (str_is(doc->child[0]->key, "sheet"))
		tree_add_sheet(l, doc, pack);
	else if (!str_is(doc->child[0]->key, "overlay"))
		diag_add(l->d, pos_key(doc->child[0]), false, "文档应当以 kind、sheet 或者 overlay 开头，这里是“%.*s”",
			 STR_FMT(doc->child[0]->key));
}

/* A pack's own kinds and sheets first, then its overlays, so that the order of files does not matter. */
static void one_pack(struct loader *l, struct str pack)
{
	const struct law_file **file;
	size_t n = pack_files(l, pack, &file);
	struct ynode *const **doc = arena_many(l->a, n, struct ynode *const *);
	size_t *docs = arena_many(l->a, n, size_t);
	struct yaml_fault fault;

	for (size_t i = 0; i < n; i++) {
		if (!yaml_read(l->a, l->nodes, file[i]->path, file[i]->text, &doc[i], &docs[i], &fault)) {
			say_fault(l, &fault);
			docs[i] = 0;
		}
		for (size_t j = 0; j < docs[i]; j++)
			one_document(l, doc[i][j], pack);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < docs[i]; j++)
			if (doc[i][j]->n && str_is(doc[i][j]->child[0]->key, "overlay"))
				overlay_apply(l, doc[i][j], pack);
}

/* ---- what stands in pack.yaml ---- */

/* All entries of a section over the chain: lower ones after upper ones. */
static size_t count_entries(const struct loader *l, const char *key)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_pack; i++) {
		const struct ynode *m = ynode_get(l->pack[i].y, key);

		n += m && m->sort == YNODE_MAP ? m->n : 0;
	}
	return n;
}

static const struct key role_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "excludes", K_SCALAR | K_LIST }, { "everywhere", K_SCALAR }, { 0 }
};

static void roles(struct loader *l)
{
	struct role_def *r = arena_many(l->a, count_entries(l, "roles"), struct role_def);

	l->law->role = r;
	for (size_t p = 0; p < l->n_pack; p++) {
		const struct ynode *m = bind_ids(l, l->pack[p].y, "roles");

		for (size_t i = 0; m && i < m->n; i++) {
			const struct ynode *y = m->child[i];

			if (law_role(l->law, y->key)) {
				diag_add(l->d, pos_key(y), false, "岗位“%.*s”在上级包中已有", STR_FMT(y->key));
				continue;
			}
			r[l->law->n_role].id = y->key;
			r[l->law->n_role].name = bind_name(l, y);
			if (y->sort == YNODE_MAP && bind_keys(l, y, "岗位", role_keys)) {
				r[l->law->n_role].n_excludes = bind_texts(l, ynode_get(y, "excludes"),
									  &r[l->law->n_role].excludes);
				r[l->law->n_role].everywhere = bind_flag(l, y, "everywhere");
			}
			l->law->n_role++;
		}
	}
}

static void organs(struct loader *l)
{
	struct organ_def *o = arena_many(l->a, count_entries(l, "organs"), struct organ_def);

	l->law->organ = o;
	for (size_t p = 0; p < l->n_pack; p++) {
		const struct ynode *m = bind_ids(l, l->pack[p].y, "organs");

		for (size_t i = 0; m && i < m->n; i++)
			o[l->law->n_organ++] = (struct organ_def){ m->child[i]->key, bind_name(l, m->child[i]) };
	}
}

static const struct key setting_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "type", K_SCALAR | K_MUST }, { "of", K_ANY }, { "default", K_SCALAR },
	{ "min", K_SCALAR }, { "max", K_SCALAR }, { "by", K_SCALAR | K_LIST }, { "cite", K_SCALAR | K_LIST },
	{ "per", K_SCALAR }, { 0 }
};

static struct val setting_value(struct loader *l, const struct setting_def *s, const struct ynode *y)
{
	struct val v = VAL_NULL;
	struct err err = { 0 };
	bool ok = true;

	if (s->type.tag == T_SPAN) {
		v.t = T_SPAN;
		ok = span_parse(y->text, &v.span);
	} else if (s->type.tag == T_BOOL) {
		v.t = T_BOOL;
		ok = parse_bool(y->text, &v.b);
	} else if (type_is_text(s->type.tag)) {
		v = val_text(s->type.tag, y->text);
	} else {
		ok = val_parse(l->a, &s->type, y->text, &v, &err);
	}
	if (!ok) {
		diag_add(l->d, pos_val(y), false, "“%.*s”不是%s", STR_FMT(y->text), type_name_cn(s->type.tag));
		return VAL_NULL;
	}
	return v;
}

/* Another default from a lower pack: in pack.yaml `settings: {id: value}` or in an overlay's `settings`. */
static void setting_again(struct loader *l, const struct ynode *y)
{
	for (size_t i = 0; i < l->law->n_setting; i++) {
		struct setting_def *s = &l->setting[i];

		if (!str_eq(s->id, y->key))
			continue;
		tree_change(l, CHANGE_SETTING, y->pack, str_fmt(l->a, "settings.%.*s", STR_FMT(s->id)),
			    l->setting_y[i] ? bind_text(l->setting_y[i], "default") : STR(""), y->text, NULL, pos_key(y));
		s->def = setting_value(l, s, y);
		return;
	}
	diag_add(l->d, pos_key(y), false, "上级包没有设定项“%.*s”", STR_FMT(y->key));
}

static void setting_new(struct loader *l, const struct ynode *y)
{
	struct setting_def *s = &l->setting[l->law->n_setting];
	struct str per = bind_text(y, "per");

	if (law_setting(l->law, y->key)) {
		diag_add(l->d, pos_key(y), false, "设定项“%.*s”在上级包中已有", STR_FMT(y->key));
		diag_hint(l->d, "只改默认值时写成“%.*s: 值”", STR_FMT(y->key));
		return;
	}
	if (!bind_keys(l, y, "设定项", setting_keys))
		return;
	s->id = y->key;
	s->node = bind_node(l, NODE_SETTING, y, str_fmt(l->a, "settings.%.*s", STR_FMT(y->key)));
	s->name = bind_name(l, y);
	s->type = bind_type(l, y, s->node->path);
	s->per_organ = str_is(per, "organ");
	if (per.n && !s->per_organ)
		diag_add(l->d, pos_val(ynode_get(y, "per")), false, "per 只能是 organ");
	l->setting_y[l->law->n_setting++] = y;
	if (ynode_get(y, "default"))
		s->def = setting_value(l, s, ynode_get(y, "default"));
}

static void settings(struct loader *l)
{
	size_t most = count_entries(l, "settings");

	l->setting = arena_many(l->a, most, struct setting_def);
	l->setting_y = arena_many(l->a, most, const struct ynode *);
	l->law->setting = l->setting;
	for (size_t p = 0; p < l->n_pack; p++) {
		const struct ynode *m = bind_ids(l, l->pack[p].y, "settings");

		for (size_t i = 0; m && i < m->n; i++) {
			if (m->child[i]->sort == YNODE_SCALAR)
				setting_again(l, m->child[i]);
			else
				setting_new(l, m->child[i]);
		}
	}
	for (size_t i = 0; i < l->n_overlay_setting; i++)
		setting_again(l, l->overlay_setting[i]);
}

static void compile_settings(struct loader *l)
{
	struct scope s = bind_scope(l, NULL);

	for (size_t i = 0; i < l->law->n_setting; i++) {
		const struct ynode *y = l->setting_y[i];

		l->setting[i].min = bind_expr_at(l, &s, y, "min", &l->setting[i].type);
		l->setting[i].max = bind_expr_at(l, &s, y, "max", &l->setting[i].type);
		if (ynode_get(y, "by"))
			l->setting[i].by = bind_whos(l, &s, ynode_get(y, "by"), NODE_BY,
						     str_fmt(l->a, "settings.%.*s.by", STR_FMT(y->key)));
	}
}

static const struct key function_keys[] = {
	{ "of", K_MAP | K_MUST }, { "gives", K_SCALAR | K_MAP | K_MUST }, { "is", K_SCALAR | K_MUST },
	{ "cite", K_SCALAR | K_LIST }, { "name", K_SCALAR }, { 0 }
};

/* A type alone (user), or {type: ref, of: penalty}. */
static struct type function_type(struct loader *l, const struct ynode *y, struct str path)
{
	return y->sort == YNODE_MAP && ynode_get(y, "type")
		? bind_type_text(l, ynode_get(y, "type"), ynode_get(y, "of"), path)
		: bind_type_text(l, y, NULL, path);
}

static void function(struct loader *l, struct function_def *f, const struct ynode *y)
{
	const struct ynode *of = bind_ids(l, y, "of");
	struct arg_def *arg = arena_many(l->a, of ? of->n : 0, struct arg_def);

	f->id = y->key;
	f->node = bind_node(l, NODE_FUNCTION, y, str_fmt(l->a, "functions.%.*s", STR_FMT(y->key)));
	if (!bind_keys(l, y, "函数", function_keys))
		return;
	f->n_arg = of ? of->n : 0;
	for (size_t i = 0; i < f->n_arg; i++)
		arg[i] = (struct arg_def){ of->child[i]->key, function_type(l, of->child[i], f->node->path) };
	f->arg = arg;
	if (ynode_get(y, "gives"))
		f->gives = function_type(l, ynode_get(y, "gives"), f->node->path);
}

static void functions(struct loader *l)
{
	size_t most = count_entries(l, "functions"), n = 0;

	l->function = arena_many(l->a, most, struct function_def);
	l->function_y = arena_many(l->a, most, const struct ynode *);
	l->function_ready = arena_many(l->a, most, enum ready);
	l->law->function = l->function;
	for (size_t p = 0; p < l->n_pack; p++) {
		const struct ynode *m = bind_ids(l, l->pack[p].y, "functions");

		for (size_t i = 0; m && i < m->n; i++) {
			for (size_t j = 0; j < n; j++)
				if (str_eq(l->function[j].id, m->child[i]->key))
					diag_add(l->d, pos_key(m->child[i]), false, "函数“%.*s”在上级包中已有",
						 STR_FMT(m->child[i]->key));
			l->function_y[n] = m->child[i];
			function(l, &l->function[n++], m->child[i]);
		}
	}
	l->law->n_function = n;
}

/* ---- sheets ---- */

static const struct key sheet_keys[] = {
	{ "sheet", K_SCALAR | K_MUST }, { "name", K_SCALAR | K_MUST }, { "version", K_SCALAR | K_MUST },
	{ "cite", K_SCALAR | K_LIST }, { "parts", K_MAP | K_MUST }, { 0 }
};
static const struct key part_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "optional", K_SCALAR }, { "items", K_MAP | K_MUST }, { 0 }
};
static const struct key item_keys[] = {
	{ "name", K_SCALAR | K_MUST }, { "points", K_SCALAR }, { "ask", K_SCALAR }, { "bad", K_SCALAR },
	{ "note", K_SCALAR }, { "of", K_MAP }, { "help", K_SCALAR }, { "cite", K_SCALAR | K_LIST }, { 0 }
};

static void item(struct loader *l, struct sheet_item *it, const struct ynode *y, struct str path)
{
	const struct ynode *points = ynode_get(y, "points"), *of = ynode_get(y, "of");

	it->id = y->key;
	it->node = bind_node(l, NODE_ITEM, y, str_fmt(l->a, "%.*s.%.*s", STR_FMT(path), STR_FMT(y->key)));
	if (!bind_keys(l, y, "项目", item_keys))
		return;
	it->name = bind_name(l, y);
	it->has_points = points != NULL;
	if (points && (!dec_parse(points->text, 2, &it->points) || it->points <= 0))
		diag_add(l->d, pos_val(points), false, "points 应当是大于零的数");
	it->ask = bind_flag(l, y, "ask");
	it->bad = bind_flag(l, y, "bad");
	it->note = bind_flag(l, y, "note");
	if (of)
		it->of = bind_enum(l, of);
	if (it->has_points + it->ask + (of != NULL) != 1)
		diag_add(l->d, pos_key(y), false, "项目应当恰有 points、ask、of 之一");
	if (it->ask && !ynode_get(y, "bad"))
		diag_add(l->d, pos_key(y), false, "是非项目应当写明哪个回答是问题（bad）");
}

static void part(struct loader *l, struct sheet_part *p, const struct ynode *y, struct str path)
{
	const struct ynode *items = bind_ids(l, y, "items");
	struct sheet_item *it = arena_many(l->a, items ? items->n : 0, struct sheet_item);

	p->id = y->key;
	if (!bind_keys(l, y, "部分", part_keys))
		return;
	p->name = bind_name(l, y);
	p->optional = bind_flag(l, y, "optional");
	p->item = it;
	p->n = items ? items->n : 0;
	for (size_t i = 0; i < p->n; i++)
		item(l, &it[i], items->child[i], str_fmt(l->a, "%.*s.%.*s", STR_FMT(path), STR_FMT(y->key)));
}

static void sheet(struct loader *l, struct sheet *s, const struct merged *m)
{
	const struct ynode *parts = bind_ids(l, m->y, "parts");
	struct sheet_part *p = arena_many(l->a, parts ? parts->n : 0, struct sheet_part);

	s->id = m->id;
	s->node = bind_node(l, NODE_SHEET, m->y, m->id);
	if (!bind_keys(l, m->y, "表", sheet_keys))
		return;
	s->name = bind_name(l, m->y);
	if (!parse_i64(bind_text(m->y, "version"), 1, 100000, &s->version))
		diag_add(l->d, pos_key(m->y), false, "version 应当是整数");
	s->part = p;
	s->n = parts ? parts->n : 0;
	for (size_t i = 0; i < s->n; i++)
		part(l, &p[i], parts->child[i], m->id);
}

void bind_sheets(struct loader *l)
{
	struct sheet *s = arena_many(l->a, l->tree->n_sheet, struct sheet);

	for (size_t i = 0; i < l->tree->n_sheet; i++)
		sheet(l, &s[i], &l->tree->sheet[i]);
	l->law->sheet = s;
	l->law->n_sheet = l->tree->n_sheet;
}

/* ---- the whole ---- */

static void put_chain(struct loader *l)
{
	struct pack_name *v = arena_many(l->a, l->n_pack, struct pack_name);

	for (size_t i = 0; i < l->n_pack; i++)
		v[i] = (struct pack_name){ l->pack[i].id, bind_name(l, l->pack[i].y) };
	l->law->chain = v;
	l->law->n_chain = l->n_pack;
}

static void head(struct loader *l)
{
	const struct pack *p = &l->pack[l->n_pack - 1];
	const struct ynode *from = ynode_get(p->y, "from");

	l->law->pack = p->id;
	l->law->name = bind_name(l, p->y);
	put_chain(l);
	l->law->version = bind_text(p->y, "version");
	if (from && !day_parse(from->text, &l->law->from))
		diag_add(l->d, pos_val(from), false, "from 应当是日期，例如 2021-07-15");
}

static void calendar(struct loader *l)
{
	struct calendar_file *f = arena_many(l->a, l->files->n, struct calendar_file);
	struct err err = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < l->files->n; i++)
		if (str_starts(str_of(l->files->v[i].path), STR("calendar/"))
		    && str_ends(str_of(l->files->v[i].path), STR(".yaml")))
			f[n++] = (struct calendar_file){ l->files->v[i].path, l->files->v[i].text };
	if (n && !calendar_load(l->a, f, n, &l->law->calendar, &err))
		diag_add(l->d, (struct pos){ "calendar", 1, 1 }, false, "%s", err.msg);
}

static void ledger(struct loader *l)
{
	const struct ledger *book = NULL;
	struct err err = { 0 };

	if (l->files->ledger)
		book = l->files->ledger;
	else if (!ledger_load(l->a, l->files, &book, &err))
		diag_add(l->d, (struct pos){ "ledger", 1, 1 }, false, "%s%s%s", err.msg, err.detail[0] ? "：" : "", err.detail);
	if (book && book->n)
		l->ledger = book;
}

const struct running_def *law_running(const struct law *l, struct str kind)
{
	const struct running_def *first = NULL;

	for (size_t i = 0; i < l->n_running; i++)
		for (size_t k = 0; k < l->running[i].n; k++)
			if (str_eq(l->running[i].kind[k], kind) && (!first || l->running[i].from < first->from))
				first = &l->running[i];
	return first;
}

static const struct key running_keys[] = {
	{ "kinds", K_SCALAR | K_LIST | K_MUST }, { "from", K_SCALAR | K_MUST }, { "cite", K_SCALAR | K_LIST | K_MUST }, { 0 }
};

/* Before the kinds: each of those that are named has the built-in action `adopt`. */
static void running(struct loader *l)
{
	struct running_def *r = arena_many(l->a, l->n_pack, struct running_def);

	l->law->running = r;
	for (size_t p = 0; p < l->n_pack; p++) {
		const struct ynode *y = ynode_get(l->pack[p].y, "running"), *kinds;

		if (!y || !bind_keys(l, y, "running", running_keys))
			continue;
		kinds = ynode_get(y, "kinds");
		r->node = bind_node(l, NODE_RUNNING, y, str_fmt(l->a, "running.%.*s", STR_FMT(l->pack[p].id)));
		r->node->name = STR("转入新定义");
		r->n = kinds ? bind_texts(l, kinds, &r->kind) : 0;
		for (size_t i = 0; i < r->n; i++)
			if (!law_kind(l->law, r->kind[i]))
				diag_add(l->d, pos_val(kinds), false, "没有名为“%.*s”的事项类型", STR_FMT(r->kind[i]));
		if (ynode_get(y, "from") && !day_parse(bind_text(y, "from"), &r->from))
			diag_add(l->d, pos_val(ynode_get(y, "from")), false, "from 应当是日期，例如 2026-12-01");
		r++;
	}
	l->law->n_running = (size_t)(r - l->law->running);
}

/* All kinds by name first: types refer to them. */
static void kinds(struct loader *l)
{
	size_t n = l->tree->n_kind;

	l->kind = arena_many(l->a, n, struct kind);
	l->term_ready = arena_many(l->a, n, enum ready *);
	for (size_t i = 0; i < n; i++) {
		struct kind *k = &l->kind[i];

		k->id = l->tree->kind[i].id;
		k->law = l->law;
		k->index = i;
		k->node = bind_node(l, NODE_KIND, l->tree->kind[i].y, k->id);
		k->name = k->node->name;
	}
	l->law->kind = l->kind;
	l->law->n_kind = n;
}

static void give_back(void *law)
{
	law_forget_tree(law);
}

void law_forget_tree(struct law *l)
{
	l->tree = NULL;
	l->nodes = arena_free(l->nodes);
}

static struct loader *loader_new(struct arena *a, const struct law_files *files, struct diag *d)
{
	struct loader *l = arena_one(a, struct loader);

	l->a = a;
	l->d = d;
	l->files = files;
	l->law = arena_one(a, struct law);
	l->tree = arena_one(a, struct law_tree);
	l->law->tree = l->tree;
	l->nodes = l->law->nodes = arena_new();
	arena_defer(a, give_back, l->law);
	if (!d->a)
		d->a = a;
	return l;
}

struct law *law_load(struct arena *a, const struct law_files *files, struct str pack, struct diag *d)
{
	struct loader *l = loader_new(a, files, d);
	size_t errors = d->errors;

	ledger(l);
	calendar(l);
	if (!read_chain(l, pack))
		return NULL;
	head(l);
	for (size_t i = 0; i < l->n_pack; i++)
		one_pack(l, l->pack[i].id);
	roles(l);
	organs(l);
	kinds(l);
	running(l);
	bind_sheets(l);
	settings(l);
	functions(l);
	for (size_t i = 0; i < l->law->n_kind; i++)
		bind_kind_structure(l, &l->kind[i]);
	for (size_t i = 0; i < l->law->n_function; i++)
		bind_need(l, NULL, NULL, &l->law->function[i]);
	compile_settings(l);
	for (size_t i = 0; i < l->law->n_kind; i++)
		bind_kind(l, &l->kind[i]);
	l->law->node = l->node;
	l->law->n_node = l->n_node;
	l->law->change = l->tree->change;
	l->law->n_change = l->tree->n_change;
	check_law(l);
	return d->errors > errors ? NULL : l->law;
}

static int by_depth(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return str_cmp(*x, *y);
}

/* A folder's name is a prefix of those below it, so the order of names puts upper packs first. */
size_t law_packs(struct arena *a, const struct law_files *files, const struct str **ret)
{
	struct str *v = arena_many(a, files->n, struct str);
	size_t n = 0;

	for (size_t i = 0; i < files->n; i++)
		if (str_ends(str_of(files->v[i].path), STR("/pack.yaml")))
			v[n++] = folder(files->v[i].path);
	if (n > 1)
		qsort(v, n, sizeof(*v), by_depth);
	*ret = v;
	return n;
}
