/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The steps of a scenario that look: see and find. */
#include <string.h>

#include "app/scenario_play.h"
#include "base/day.h"

#define WORDS_MAX 600
#define LIST_MAX 200 /* ids in one list of an expectation, and what is found beside it */

static const struct actor the_law = { .sort = ACTOR_SYSTEM };

struct str play_words(struct play *p, struct val v)
{
	struct val_names names;
	struct err err = { 0 };
	struct buf b;

	buf_init(&b, p->a, WORDS_MAX);
	if (matter_names(p->st.e, p->st.db, p->a, &the_law, &names, &err))
		val_put_cn(&b, p->a, v, &names);
	return b.n ? buf_str(&b) : STR("空");
}

/* ---- values as written ---- */

/* One field of that type in a kind of its own, so that forms and expectations are read alike. */
bool play_value(struct play *p, const struct type *t, const struct ynode *y, struct val *ret)
{
	struct node *node = arena_one(p->a, struct node);
	struct field *f = arena_one(p->a, struct field);
	struct form_field *ff = arena_one(p->a, struct form_field);
	struct kind *k = arena_one(p->a, struct kind);
	struct action *ac = arena_one(p->a, struct action);
	struct ynode *with = ynode_new(y, YNODE_MAP), *value = ynode_dup(y);
	const struct refusal *no = NULL;
	struct form form = { 0 };
	struct err err = { 0 };
	size_t n = 0;

	*f = (struct field){ .id = STR("value"), .name = STR("期望的值"), .type = *t, .node = node };
	*ff = (struct form_field){ f, false, false };
	*k = (struct kind){ .id = STR("value"), .node = node, .field = f, .n_field = 1 };
	*ac = (struct action){ .id = STR("open"), .node = node, .form = ff, .n_form = 1 };
	value->key = f->id;
	ynode_add(with, value);
	if (!story_form(&p->st, k, ac, with, &form, &no, &n, &err))
		return play_broke(p, y, &err);
	if (n)
		return play_unlike(p, y, "期望的值写得不对：%.*s", STR_FMT(no[0].say));
	*ret = form.n ? form.v[0].v : VAL_NULL;
	return true;
}

static bool is_null(struct val v)
{
	return type_is_list(v.t) ? !v.list || !v.list->n : val_is_null(v);
}

static bool party_fits(const struct party *party, const struct ynode *y)
{
	static const char *const sort[] = { "", "person", "unit" };

	for (size_t i = 0; i < y->n; i++) {
		struct str want = y->child[i]->text, key = y->child[i]->key;
		struct str seen = str_is(key, "name") ? party->name : str_is(key, "code") ? party->code
				: str_is(key, "address") ? party->address : str_is(key, "contact") ? party->contact
				: str_is(key, "phone") ? party->phone : str_of(sort[party->sort]);

		if (!str_eq(want, seen))
			return false;
	}
	return true;
}

static bool row_fits(struct play *p, const struct val_row *row, const struct ynode *y, bool *ret)
{
	*ret = true;
	for (size_t i = 0; *ret && i < y->n; i++) {
		size_t c = 0;

		while (c < row->n && !str_eq(row->col[c].id, y->child[i]->key))
			c++;
		if (c == row->n)
			return play_unlike(p, y, "表中没有“%.*s”这一列", STR_FMT(y->child[i]->key));
		if (!play_fits(p, &row->col[c].type, row->cell[c], y->child[i], ret))
			return false;
	}
	return true;
}

static bool rows_fit(struct play *p, struct val v, const struct ynode *y, bool *ret)
{
	size_t n = is_null(v) ? 0 : v.list->n;

	*ret = n == y->n;
	for (size_t i = 0; *ret && i < n; i++)
		if (!row_fits(p, v.list->v[i].row, y->child[i], ret))
			return false;
	return true;
}

static bool has_value(struct val list, struct val v)
{
	for (size_t i = 0; i < list.list->n; i++)
		if (v.t == T_FILE ? str_eq(list.list->v[i].file->name, v.file->name) : val_equal(list.list->v[i], v))
			return true;
	return false;
}

/* Lists of references and choices are sets; files are compared by name. */
static bool lists_equal(struct val a, struct val b)
{
	if (is_null(a) || is_null(b))
		return is_null(a) && is_null(b);
	for (size_t i = 0; i < a.list->n; i++)
		if (!has_value(b, a.list->v[i]))
			return false;
	return a.list->n == b.list->n;
}

/* Texts that a term gathers (x.name of a list): a set too. */
static bool texts_fit(struct val v, const struct ynode *y)
{
	size_t n = is_null(v) ? 0 : v.list->n;

	for (size_t i = 0; i < y->n; i++)
		if (!n || !has_value(v, val_text(v.list->v[0].t, y->child[i]->text)))
			return false;
	return n == y->n;
}

bool play_fits(struct play *p, const struct type *t, struct val v, const struct ynode *y, bool *ret)
{
	struct val want;

	if (y->sort == YNODE_SCALAR && (str_is(y->text, "null") || (!y->text.n && !type_is_text(t->tag)))) {
		*ret = is_null(v);
		return true;
	}
	if (t->tag == T_ROWS && y->sort == YNODE_SEQ)
		return rows_fit(p, v, y, ret);
	if (t->tag == T_LIST && t->of && type_is_text(t->of->tag) && y->sort == YNODE_SEQ) {
		*ret = texts_fit(v, y);
		return true;
	}
	if (t->tag == T_PARTY && y->sort == YNODE_MAP) {
		*ret = v.t == T_PARTY && party_fits(v.party, y);
		return true;
	}
	if (!play_value(p, t, y, &want))
		return false;
	if (type_is_list(t->tag))
		*ret = lists_equal(want, v);
	else if ((want.t == T_INT || want.t == T_NUM || want.t == T_MONEY) && (v.t == T_INT || v.t == T_NUM || v.t == T_MONEY))
		*ret = want.n == v.n;
	else
		*ret = want.t == v.t ? val_equal(want, v)
				     : type_is_text(want.t) && (type_is_text(v.t) || v.t == T_ENUM) && str_eq(want.s, v.s);
	return true;
}

/* ---- what a name stands for ---- */

static bool built_in(const struct snap *s, struct str id, struct type *t, struct val *v)
{
	static const struct {
		const char *id;
		enum type_tag tag;
	} all[] = { { "organ", T_ORGAN }, { "parent", T_REF }, { "opener", T_USER }, { "opened", T_TIME }, { "ended", T_TIME } };
	const int64_t value[] = { s->organ, s->parent, s->opener, s->opened, s->ended };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (str_is(id, all[i].id)) {
			*t = (struct type){ .tag = all[i].tag };
			*v = value[i] ? val_i64(all[i].tag, value[i]) : VAL_NULL;
			return true;
		}
	if (!str_is(id, "state") && !str_is(id, "number"))
		return false;
	*t = (struct type){ .tag = T_TEXT };
	*v = str_is(id, "state") ? val_text(T_TEXT, s->state->id)
				 : s->kind->n_number ? val_text(T_TEXT, s->number[0]) : VAL_NULL;
	return true;
}

static bool term_value(const struct matter_view *m, struct str id, struct type *t, struct val *v)
{
	for (size_t i = 0; i < m->n_term; i++)
		if (str_eq(m->term[i].def->id, id)) {
			*t = m->term[i].def->is.type;
			*v = m->term[i].v;
			return true;
		}
	return false;
}

bool play_read(struct play *p, const struct matter_view *m, const struct ynode *y, struct type *ret_type,
	       struct val *ret)
{
	const struct field *f = kind_field(m->snap->kind, y->key);
	const struct number *n = kind_number(m->snap->kind, y->key);

	if (f) {
		*ret_type = f->type;
		*ret = m->snap->field[f->index];
		return true;
	}
	if (n) {
		*ret_type = (struct type){ .tag = T_TEXT };
		*ret = val_text(T_TEXT, m->snap->number[n->index]);
		return true;
	}
	return built_in(m->snap, y->key, ret_type, ret) || term_value(m, y->key, ret_type, ret)
	       || play_unlike(p, y, "“%.*s”没有“%.*s”这一项", STR_FMT(m->snap->kind->name), STR_FMT(y->key));
}

/* ---- see ---- */

struct look {
	struct play *p;
	const struct ynode *step;
	int64_t matter;
	struct str name;
	struct matter_view m;
};

static bool see_state(struct look *l, const struct ynode *y)
{
	const struct state *s = l->m.snap->state;

	if (!kind_state(l->m.snap->kind, y->text))
		return play_unlike(l->p, y, "“%.*s”没有状态 %.*s", STR_FMT(l->m.snap->kind->name), STR_FMT(y->text));
	return str_eq(s->id, y->text)
	       || play_unlike(l->p, y, "%.*s 的状态应当是 %.*s，实际是 %.*s（%.*s）", STR_FMT(l->name), STR_FMT(y->text),
			      STR_FMT(s->id), STR_FMT(s->name));
}

static bool see_fields(struct look *l, const struct ynode *y)
{
	struct type t;
	struct val v;
	bool fits;

	for (size_t i = 0; i < y->n; i++) {
		const struct ynode *x = y->child[i];

		if (!play_read(l->p, &l->m, x, &t, &v) || !play_fits(l->p, &t, v, x, &fits))
			return false;
		if (!fits)
			return play_unlike(l->p, x, "%.*s 的 %.*s 应当是 %.*s，实际是 %.*s", STR_FMT(l->name), STR_FMT(x->key),
					   STR_FMT(ynode_brief(l->p->a, x)), STR_FMT(play_words(l->p, v)));
	}
	return true;
}

static const char *light_name(const struct clock_view *c)
{
	static const char *const name[] = { [LIGHT_NONE] = "none", [LIGHT_GREEN] = "green", [LIGHT_YELLOW] = "yellow",
					    [LIGHT_RED] = "red", [LIGHT_PAUSED] = "paused", [LIGHT_MET] = "met",
					    [LIGHT_MET_LATE] = "met_late" };

	return name[c->light];
}

static const char *clock_state_name(const struct clock_view *c)
{
	static const char *const name[] = { [CLOCK_RUNNING] = "running", [CLOCK_PAUSED] = "paused", [CLOCK_MET] = "met",
					    [CLOCK_LATE] = "late", [CLOCK_ENDED] = "ended" };

	return name[c->v.state];
}

/* A limit in days is shown as its last day, one in hours as an instant. */
static struct str due_text(struct play *p, const struct clock_view *c)
{
	struct buf b;

	buf_init(&b, p->a, 40);
	if (!c->v.due)
		return STR("无");
	if (c->v.by_day)
		day_put(&b, day_at(c->v.due - 1));
	else
		time_put(&b, c->v.due);
	return buf_str(&b);
}

/* Since when it is yellow: a day when it begins with the day, else an instant. */
static struct str yellow_text(struct play *p, const struct clock_view *c)
{
	struct buf b;

	buf_init(&b, p->a, 40);
	if (!c->yellow)
		return STR("无");
	if (c->yellow == day_start(day_at(c->yellow)))
		day_put(&b, day_at(c->yellow));
	else
		time_put(&b, c->yellow);
	return buf_str(&b);
}

static bool see_one_clock(struct look *l, const struct ynode *y, const struct clock_view *c)
{
	for (size_t i = 0; i < y->n; i++) {
		const struct ynode *x = y->child[i];
		struct str seen;

		if (str_is(x->key, "due"))
			seen = due_text(l->p, c);
		else if (str_is(x->key, "yellow"))
			seen = yellow_text(l->p, c);
		else if (str_is(x->key, "light"))
			seen = str_of(light_name(c));
		else if (str_is(x->key, "late"))
			seen = c->v.late ? STR("true") : STR("false");
		else if (str_is(x->key, "state"))
			seen = str_of(clock_state_name(c));
		else if (str_is(x->key, "run"))
			seen = str_fmt(l->p->a, "%lld", (long long)c->run);
		else if (str_is(x->key, "provisional"))
			seen = c->provisional ? STR("true") : STR("false");
		else
			return play_unlike(l->p, x, "期限没有“%.*s”这一项", STR_FMT(x->key));
		if (!str_eq(seen, x->text) && !(str_is(x->text, "null") && str_is(seen, "无")))
			return play_unlike(l->p, x, "%.*s 的期限 %.*s 的 %.*s 应当是 %.*s，实际是 %.*s", STR_FMT(l->name),
					   STR_FMT(y->key), STR_FMT(x->key), STR_FMT(x->text), STR_FMT(seen));
	}
	return true;
}

static bool see_clocks(struct look *l, const struct ynode *y)
{
	for (size_t i = 0; i < y->n; i++) {
		const struct clock_view *last = NULL;
		const struct ynode *x = y->child[i];

		if (!kind_clock(l->m.snap->kind, x->key))
			return play_unlike(l->p, x, "“%.*s”没有期限 %.*s", STR_FMT(l->m.snap->kind->name), STR_FMT(x->key));
		for (size_t c = 0; c < l->m.n_clock; c++)
			if (str_eq(l->m.clock[c].def->id, x->key) && (!last || l->m.clock[c].run > last->run))
				last = &l->m.clock[c];
		if (x->sort == YNODE_SCALAR && str_is(x->text, "null")) {
			if (last)
				return play_unlike(l->p, x, "%.*s 的期限 %.*s 不应当开始，实际到 %.*s", STR_FMT(l->name),
						   STR_FMT(x->key), STR_FMT(due_text(l->p, last)));
			continue;
		}
		if (!last)
			return play_unlike(l->p, x, "%.*s 的期限 %.*s 没有开始", STR_FMT(l->name), STR_FMT(x->key));
		if (!see_one_clock(l, x, last))
			return false;
	}
	return true;
}

static const struct stmt st_count = { "scenario_count", "SELECT COUNT(*) FROM matter WHERE parent = $1 AND kind = $2" };

/* Matters that this one opened. */
static bool see_count(struct look *l, const struct ynode *y)
{
	struct err err = { 0 };

	for (size_t i = 0; i < y->n; i++) {
		int64_t n = 0;
		const struct db_in in[] = { db_i64(l->matter), db_str(y->child[i]->key) };
		const struct db_out out[] = { db_to_i64(&n) };

		if (!db_one(l->p->st.db, l->p->a, &st_count, DB_IN(in), DB_OUT(out), &err))
			return play_broke(l->p, y, &err);
		if (!str_eq(str_fmt(l->p->a, "%lld", (long long)n), y->child[i]->text))
			return play_unlike(l->p, y->child[i], "%.*s 应当有 %.*s 件 %.*s，实际 %lld 件", STR_FMT(l->name),
					   STR_FMT(y->child[i]->text), STR_FMT(y->child[i]->key), (long long)n);
	}
	return true;
}

/* What one person sees; *ret_seen false: nothing. */
static bool view_of(struct look *l, const struct ynode *at, struct str who, unsigned parts, struct matter_view *ret,
		    bool *ret_seen)
{
	struct err err = { 0 };
	struct actor actor;

	if (!play_actor(l->p, at, who, &actor))
		return false;
	*ret_seen = matter_see(l->p->st.e, l->p->st.db, l->p->a, &actor, l->matter, parts, ret, &err);
	return *ret_seen || err.code == ERR_NOT_FOUND || play_broke(l->p, at, &err);
}

struct ids {
	struct str v[LIST_MAX];
	size_t n;
};

static bool ids_has(const struct ids *s, struct str id)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->v[i], id))
			return true;
	return false;
}

static void ids_add(struct ids *s, struct str id)
{
	if (s->n < LIST_MAX && !ids_has(s, id))
		s->v[s->n++] = id;
}

static const char *ids_text(struct play *p, const struct ids *s)
{
	struct buf b;

	buf_init(&b, p->a, 2000);
	for (size_t i = 0; i < s->n; i++)
		buf_addf(&b, "%s%.*s", i ? "、" : "", STR_FMT(s->v[i]));
	return s->n ? buf_str(&b).p : "无";
}

static struct ids ids_of(const struct ynode *y)
{
	struct ids s = { .n = 0 };

	for (size_t i = 0; i < y->n; i++)
		ids_add(&s, y->child[i]->text);
	if (y->sort == YNODE_SCALAR && y->text.n)
		ids_add(&s, y->text);
	return s;
}

static bool ids_same(const struct ids *a, const struct ids *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!ids_has(b, a->v[i]))
			return false;
	return a->n == b->n;
}

static bool expect_ids(struct look *l, const struct ynode *y, const char *what, const struct ids *seen)
{
	const struct ids want = ids_of(y);

	return ids_same(&want, seen)
	       || play_unlike(l->p, y, "%.*s：%s应当是 %s，实际是 %s", STR_FMT(l->name), what, ids_text(l->p, &want),
			      ids_text(l->p, seen));
}

static bool see_can(struct look *l, const struct ynode *y)
{
	for (size_t i = 0; i < y->n; i++) {
		struct ids can = { .n = 0 };
		struct matter_view m;
		bool seen;

		if (!view_of(l, y->child[i], y->child[i]->key, SEE_ACTIONS, &m, &seen))
			return false;
		for (size_t k = 0; seen && k < m.n_action; k++)
			if (m.action[k].can && !m.action[k].def->builtin)
				ids_add(&can, m.action[k].def->id);
		if (!expect_ids(l, y->child[i], str_fmt(l->p->a, "%.*s 现在能办的", STR_FMT(y->child[i]->key)).p, &can))
			return false;
	}
	return true;
}

/* The named fields are hidden or masked; an empty list: none is. */
static bool see_hidden_from(struct look *l, const struct ynode *y)
{
	struct ids hidden = { .n = 0 }, want = ids_of(y);
	struct matter_view m;
	bool seen;

	if (!view_of(l, y, y->key, SEE_FIELDS, &m, &seen))
		return false;
	for (size_t i = 0; i < l->m.snap->kind->n_field; i++)
		if (!seen)
			ids_add(&hidden, l->m.snap->kind->field[i].id);
	for (size_t i = 0; seen && i < m.n_field; i++)
		if (m.field[i].hidden || m.field[i].masked)
			ids_add(&hidden, m.field[i].def->id);
	for (size_t i = 0; i < want.n; i++) {
		if (!kind_field(l->m.snap->kind, want.v[i]))
			return play_unlike(l->p, y, "没有字段“%.*s”（合办的各部分和密封内容由后续部分实现）", STR_FMT(want.v[i]));
		if (!ids_has(&hidden, want.v[i]))
			return play_unlike(l->p, y, "%.*s 的 %.*s 不应当让 %.*s 看到，实际看得到", STR_FMT(l->name),
					   STR_FMT(want.v[i]), STR_FMT(y->key));
	}
	return want.n || !hidden.n || expect_ids(l, y, str_fmt(l->p->a, "%.*s 看不到的", STR_FMT(y->key)).p, &hidden);
}

static bool see_hidden(struct look *l, const struct ynode *y)
{
	for (size_t i = 0; i < y->n; i++)
		if (!see_hidden_from(l, y->child[i]))
			return false;
	return true;
}

static bool see_seen_by(struct look *l, const struct ynode *y)
{
	for (size_t i = 0; i < y->n; i++) {
		const struct ynode *x = y->child[i];
		struct matter_view m;
		bool seen;

		if (!view_of(l, x, x->key, SEE_FIELDS, &m, &seen))
			return false;
		if (seen != str_is(x->text, "true"))
			return play_unlike(l->p, x, "%.*s %s应当让 %.*s 看到，实际%s", STR_FMT(l->name),
					   seen ? "不" : "", STR_FMT(x->key), seen ? "看得到" : "看不到");
	}
	return true;
}

struct reading_ids {
	struct ids *to;
	struct str id;
	int64_t person;
	struct play *p;
};

static bool paper_row(void *ctx, struct err *err)
{
	struct reading_ids *r = ctx;

	(void)err;
	ids_add(r->to, r->id);
	return true;
}

static const struct stmt st_papers = { "scenario_papers",
	"SELECT paper FROM document WHERE matter = $1 ORDER BY id" };

/* All papers made so far, each once. */
static bool see_papers(struct look *l, const struct ynode *y)
{
	struct ids seen = { .n = 0 };
	struct reading_ids r = { .to = &seen };
	const struct db_in in[] = { db_i64(l->matter) };
	const struct db_out out[] = { db_to_str(&r.id) };
	struct err err = { 0 };

	if (!db_each(l->p->st.db, l->p->a, &st_papers, DB_IN(in), DB_OUT(out), paper_row, &r, &err))
		return play_broke(l->p, y, &err);
	return expect_ids(l, y, "文书", &seen);
}

static const struct stmt st_removed = { "scenario_removed", "SELECT COUNT(*) FROM outbox WHERE kind = 'remove' AND matter = $1" };

/* Whether an approved list has ordered its papers and files removed. */
static bool see_removed(struct look *l, const struct ynode *y)
{
	int64_t n = 0;
	const struct db_in in[] = { db_i64(l->matter) };
	const struct db_out out[] = { db_to_i64(&n) };
	struct err err = { 0 };

	if (!db_one(l->p->st.db, l->p->a, &st_removed, DB_IN(in), DB_OUT(out), &err))
		return play_broke(l->p, y, &err);
	return str_is(y->text, n ? "true" : "false")
	    || play_unlike(l->p, y, "%.*s 的文书证据%s销毁", STR_FMT(l->name), n ? "已经决定" : "没有");
}

static bool told_row(void *ctx, struct err *err)
{
	struct reading_ids *r = ctx;

	(void)err;
	for (size_t i = 0; i < r->p->st.n_name; i++)
		if (r->p->st.name[i].sort == STORY_PERSON && r->p->st.name[i].id == r->person) {
			ids_add(r->to, r->p->st.name[i].name);
			return true;
		}
	ids_add(r->to, STR("其他人"));
	return true;
}

static const struct stmt st_told = { "scenario_told",
	"SELECT person FROM message WHERE matter = $1 AND id > $2 ORDER BY id" };

/* Who got a message about it by the last act or the last move of time. */
static bool see_told(struct look *l, const struct ynode *y)
{
	struct ids seen = { .n = 0 };
	struct reading_ids r = { .to = &seen, .p = l->p };
	const struct db_in in[] = { db_i64(l->matter), db_i64(l->p->told_from) };
	const struct db_out out[] = { db_to_i64(&r.person) };
	struct err err = { 0 };

	if (!db_each(l->p->st.db, l->p->a, &st_told, DB_IN(in), DB_OUT(out), told_row, &r, &err))
		return play_broke(l->p, y, &err);
	return expect_ids(l, y, "收到消息的人", &seen);
}

static const struct {
	const char *key;
	bool (*see)(struct look *l, const struct ynode *y);
	unsigned parts;
} looks[] = {
	{ "state", see_state, SEE_FIELDS }, { "fields", see_fields, SEE_FIELDS | SEE_TERMS | SEE_ALIKE }, { "clock", see_clocks, SEE_CLOCKS },
	{ "count", see_count, 0 }, { "can", see_can, 0 }, { "hidden", see_hidden, 0 }, { "seen_by", see_seen_by, 0 },
	{ "papers", see_papers, 0 }, { "removed", see_removed, 0 }, { "told", see_told, 0 },
};

bool play_see(struct play *p, const struct ynode *y)
{
	struct look l = { .p = p, .step = y, .name = ynode_get(y, "see")->text };
	struct err err = { 0 };
	unsigned parts = SEE_FIELDS;

	if (!play_name(p, ynode_get(y, "see"), &l.matter))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(looks); i++)
		parts |= ynode_get(y, looks[i].key) ? looks[i].parts : 0;
	if (!matter_see(p->st.e, p->st.db, p->a, &the_law, l.matter, parts, &l.m, &err))
		return play_broke(p, y, &err);
	for (size_t i = 0; i < ARRAY_LEN(looks); i++)
		if (ynode_get(y, looks[i].key) && !looks[i].see(&l, ynode_get(y, looks[i].key)))
			return false;
	return true;
}

/* ---- find ---- */

static const struct stmt st_of_kind = { "scenario_of_kind", "SELECT id FROM matter WHERE kind = $1 ORDER BY id" };

struct reading_matters {
	int64_t id, v[LIST_MAX];
	size_t n;
};

static bool matter_row(void *ctx, struct err *err)
{
	struct reading_matters *r = ctx;

	(void)err;
	if (r->n < LIST_MAX)
		r->v[r->n++] = r->id;
	return true;
}

static bool matches(struct play *p, int64_t id, const struct ynode *with, bool *ret)
{
	struct matter_view m;
	struct err err = { 0 };
	struct type t;
	struct val v;

	*ret = true;
	if (!with)
		return true;
	if (!matter_see(p->st.e, p->st.db, p->a, &the_law, id, SEE_FIELDS | SEE_TERMS, &m, &err))
		return play_broke(p, with, &err);
	for (size_t i = 0; *ret && i < with->n; i++)
		if (!play_read(p, &m, with->child[i], &t, &v) || !play_fits(p, &t, v, with->child[i], ret))
			return false;
	return true;
}

bool play_find(struct play *p, const struct ynode *y)
{
	const struct ynode *kind = ynode_get(y, "find"), *with = ynode_get(y, "with"), *as = ynode_get(y, "as");
	struct reading_matters r = { .n = 0 };
	const struct db_in in[] = { db_str(kind->text) };
	const struct db_out out[] = { db_to_i64(&r.id) };
	struct err err = { 0 };
	int64_t found = 0;
	size_t n = 0;
	bool fits;

	if (!db_each(p->st.db, p->a, &st_of_kind, DB_IN(in), DB_OUT(out), matter_row, &r, &err))
		return play_broke(p, y, &err);
	for (size_t i = 0; i < r.n; i++) {
		if (!matches(p, r.v[i], with, &fits))
			return false;
		n += fits;
		found = fits ? r.v[i] : found;
	}
	if (n != 1)
		return play_unlike(p, y, "应当恰好有一件 %.*s 符合，实际 %zu 件（共 %zu 件）", STR_FMT(kind->text), n, r.n);
	if (as)
		story_put(&p->st, as->text, STORY_MATTER, found, 0);
	return true;
}
