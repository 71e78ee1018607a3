/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The steps of a scenario that change something: the world it begins with, acts, settings, time. */
#include "app/scenario.h"

#include <stdio.h>
#include <string.h>

#include "app/scenario_play.h"
#include "matter/together.h"
#include "base/day.h"
#include "matter/duty.h"
#include "matter/given.h"

#define REFUSALS_MAX 60 /* reasons of one refusal that are compared */
#define SINCE "2000-01-01" /* from which day people hold their posts: before every scenario */

/* ---- what went wrong ---- */

/* A message that was cut ends with a whole character. */
static void whole(char *s)
{
	size_t n = strlen(s);

	while (n && !str_utf8((struct str){ s, n }))
		s[--n] = '\0';
}

bool play_unlike(struct play *p, const struct ynode *at, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	p->out->passed = false;
	p->out->step = p->step;
	(void)snprintf(p->out->say, SCENARIO_SAY, "%s:%d 第%d步：", at->file, at->line, p->step);
	n = strlen(p->out->say);
	va_start(ap, fmt);
	(void)vsnprintf(p->out->say + n, SCENARIO_SAY - n, fmt, ap);
	va_end(ap);
	whole(p->out->say);
	return false;
}

bool play_broke(struct play *p, const struct ynode *at, const struct err *err)
{
	return play_unlike(p, at, "%s%s%s", err->msg[0] ? err->msg : err_heading(err->code), err->detail[0] ? " · " : "",
			   err->detail);
}

bool play_name(struct play *p, const struct ynode *at, int64_t *ret)
{
	const struct story_name *n = at ? story_find(&p->st, at->text) : NULL;

	if (!n)
		return play_unlike(p, at ? at : p->sc->y, "没有名为“%.*s”的办件、人员或者机关", STR_FMT(at ? at->text : STR("")));
	*ret = n->id;
	return true;
}

bool play_actor(struct play *p, const struct ynode *at, struct str name, struct actor *ret)
{
	return story_actor(&p->st, name, ret) || play_unlike(p, at, "没有名为“%.*s”的人", STR_FMT(name));
}

/* ---- forms ---- */

static bool is_built_in(struct str key)
{
	return str_is(key, "organ") || str_is(key, "parent") || str_is(key, "opener") || str_is(key, "state");
}

/* A copy of `with` without what is not a field: built-in names and numbers. */
static const struct ynode *fields_only(const struct kind *k, const struct ynode *with)
{
	struct ynode *out = ynode_dup(with);

	out->n = 0;
	for (size_t i = 0; i < with->n; i++)
		if (kind_field(k, with->child[i]->key)
		    || (!is_built_in(with->child[i]->key) && !kind_number(k, with->child[i]->key)))
			ynode_add(out, ynode_dup(with->child[i]));
	return out;
}

static struct str refusals(struct play *p, const struct refusal *v, size_t n)
{
	const struct act_result r = { .refused = v, .n_refused = n };
	struct buf b;

	buf_init(&b, p->a, 2000);
	story_put_refusals(&b, &r);
	return buf_str(&b);
}

static bool given_form_of(struct play *p, const struct kind *k, const struct ynode *with, struct form *ret)
{
	const struct refusal *no;
	size_t n = 0;
	struct err err = { 0 };

	*ret = (struct form){ 0 };
	if (!with)
		return true;
	if (!story_form(&p->st, k, given_form(p->a, k), fields_only(k, with), ret, &no, &n, &err))
		return play_broke(p, with, &err);
	return !n || play_unlike(p, with, "给定的内容不合适：%s", refusals(p, no, n).p);
}

static void given_numbers(struct play *p, const struct kind *k, const struct ynode *with, struct given *g)
{
	struct form_entry *v = arena_many(p->a, with ? with->n : 0, struct form_entry);

	for (size_t i = 0; with && i < with->n; i++)
		if (kind_number(k, with->child[i]->key) && !kind_field(k, with->child[i]->key))
			v[g->n_number++] = (struct form_entry){ with->child[i]->key,
								val_text(T_TEXT, with->child[i]->text) };
	g->number = v;
}

static bool given_ref(struct play *p, const struct ynode *with, const char *key, int64_t *ret)
{
	const struct ynode *y = ynode_get(with, key);

	return !y || str_is(y->text, "null") || play_name(p, y, ret);
}

/* done: [file, {decide: li}]: an action, with or without the person who did it. */
static bool given_done(struct play *p, const struct ynode *y, struct given *g)
{
	struct given_done *d = arena_many(p->a, y ? y->n + 1 : 0, struct given_done);

	g->done = d;
	for (size_t i = 0; y && i < (y->sort == YNODE_SCALAR ? 1 : y->n); i++) {
		const struct ynode *x = y->sort == YNODE_SCALAR ? y : y->child[i];

		d[g->n_done].who = (struct actor){ .sort = ACTOR_SYSTEM };
		d[g->n_done].action = x->sort == YNODE_MAP && x->n ? x->child[0]->key : y->sort == YNODE_MAP ? x->key : x->text;
		if (x->sort == YNODE_MAP && x->n)
			x = x->child[0];
		else if (y->sort != YNODE_MAP)
			x = NULL;
		if (x && !play_actor(p, x, x->text, &d[g->n_done].who))
			return false;
		g->n_done++;
	}
	return true;
}

/* Whose a given matter is: as said, else its parent's, else of the person it names first, else the first. */
static bool given_organ(struct play *p, const struct ynode *with, struct given *g, struct err *err)
{
	const struct ynode *y = ynode_get(with, "organ");
	const struct story_name *n;
	struct matter_view m;

	g->organ = p->organ;
	if (y)
		return given_ref(p, with, "organ", &g->organ);
	if (g->parent) {
		const struct actor law = { .sort = ACTOR_SYSTEM };

		if (!matter_see(p->st.e, p->st.db, p->a, &law, g->parent, SEE_FIELDS, &m, err))
			return play_broke(p, with, err);
		g->organ = m.snap->organ;
		return true;
	}
	for (size_t i = 0; with && i < with->n; i++) {
		n = with->child[i]->sort == YNODE_SCALAR ? story_find(&p->st, with->child[i]->text) : NULL;
		if (n && n->sort == STORY_PERSON && n->organ) {
			g->organ = n->organ;
			return true;
		}
	}
	return true;
}

static bool given_result(struct play *p, const struct ynode *y, bool ok, const struct act_result *r,
			 const struct err *err)
{
	if (!ok)
		return play_broke(p, y, err);
	return !r->n_refused || play_unlike(p, y, "给定的内容不合适：%s", refusals(p, r->refused, r->n_refused).p);
}

/* An organ or person that the runner made: its fields change. */
static bool given_again(struct play *p, const struct ynode *y, const struct story_name *known)
{
	const struct kind *k;
	struct form form;
	struct act_result r = { 0 };
	struct err err = { 0 };

	if (!story_kind(&p->st, known->id, &k, &err))
		return play_broke(p, y, &err);
	return given_form_of(p, k, ynode_get(y, "with"), &form)
	       && given_result(p, y, matter_given_fields(p->st.e, p->st.db, p->a, known->id, &form, &r, &err), &r, &err);
}

static bool step_given(struct play *p, const struct ynode *y)
{
	const struct ynode *kind = ynode_get(y, "given"), *with = ynode_get(y, "with"), *as = ynode_get(y, "as"),
			   *state = ynode_get(y, "state");
	const struct story_name *known = as ? story_find(&p->st, as->text) : NULL;
	struct given g = { .kind = kind->text, .state = state ? state->text : (struct str){ 0 } };
	struct act_result r = { 0 };
	struct err err = { 0 };
	const struct kind *k;

	if (known && known->sort != STORY_MATTER && (str_is(kind->text, "organ") || str_is(kind->text, "person")))
		return given_again(p, y, known);
	if (!given_ref(p, with, "parent", &g.parent) || !given_ref(p, with, "opener", &g.opener)
	    || !given_organ(p, with, &g, &err))
		return false;
	if (!story_kind_of_organ(&p->st, g.organ, kind->text, &k, &err))
		return play_broke(p, y, &err);
	if (!k)
		return play_unlike(p, kind, "没有这种办件：%.*s", STR_FMT(kind->text));
	if (!given_form_of(p, k, with, &g.form) || !given_done(p, ynode_get(y, "done"), &g))
		return false;
	given_numbers(p, k, with, &g);
	if (!given_result(p, y, matter_given(p->st.e, p->st.db, p->a, &g, &r, &err), &r, &err))
		return false;
	if (as)
		story_put(&p->st, as->text, str_is(kind->text, "person") ? STORY_PERSON
				: str_is(kind->text, "organ") ? STORY_ORGAN : STORY_MATTER, r.matter, g.organ);
	return true;
}

/* ---- acts ---- */

/* What a refusal is called in `refused`: right, state, form.FIELD, or the first citation. */
static struct str refusal_name(struct play *p, const struct refusal *r)
{
	switch (r->sort) {
	case REFUSED_RIGHT:
		return STR("right");
	case REFUSED_STATE:
		return STR("state");
	case REFUSED_FORM:
		return str_fmt(p->a, "form.%.*s", STR_FMT(r->field));
	case REFUSED_PAPER: /* what a paper lacks is a field that is not filled in */
		if (r->field.n)
			return str_fmt(p->a, "form.%.*s", STR_FMT(r->field));
		break;
	default:
		break;
	}
	if (r->node && r->node->cite.n)
		return r->node->cite.id[0];
	return r->node ? r->node->path : STR("target");
}

struct names {
	struct str v[REFUSALS_MAX];
	size_t n;
};

static bool names_has(const struct names *s, struct str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->v[i], name))
			return true;
	return false;
}

static void names_add(struct names *s, struct str name)
{
	if (!names_has(s, name) && s->n < REFUSALS_MAX)
		s->v[s->n++] = name;
}

static bool names_same(const struct names *a, const struct names *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!names_has(b, a->v[i]))
			return false;
	return a->n == b->n;
}

static struct names names_of_refusals(struct play *p, const struct act_result *r)
{
	struct names s = { .n = 0 };

	for (size_t i = 0; i < r->n_refused; i++)
		names_add(&s, refusal_name(p, &r->refused[i]));
	return s;
}

static struct names names_of_list(const struct ynode *y)
{
	struct names s = { .n = 0 };

	if (y->sort == YNODE_SCALAR)
		names_add(&s, y->text);
	for (size_t i = 0; i < y->n; i++)
		names_add(&s, y->sort == YNODE_MAP ? y->child[i]->key : y->child[i]->text);
	return s;
}

static const char *names_text(struct play *p, const struct names *s)
{
	struct buf b;

	buf_init(&b, p->a, 2000);
	for (size_t i = 0; i < s->n; i++)
		buf_addf(&b, "%s%.*s", i ? "、" : "", STR_FMT(s->v[i]));
	return buf_str(&b).n ? buf_str(&b).p : "无";
}

/* One act. A matter that the actor may not see is refused by right. */
static bool act(struct play *p, const struct ynode *y, struct act_result *ret)
{
	static const struct refusal unseen = { .sort = REFUSED_RIGHT, .say = { "没有找到这件办件", 24 } };
	struct err err = { 0 };

	*ret = (struct act_result){ 0 };
	if (story_act(&p->st, y, ret, &err))
		return true;
	if (err.code != ERR_NOT_FOUND)
		return play_broke(p, y, &err);
	*ret = (struct act_result){ .refused = &unseen, .n_refused = 1 };
	return true;
}

static bool expect_refused(struct play *p, const struct ynode *y, const struct ynode *want)
{
	struct act_result r;
	struct names wanted = names_of_list(want), seen;

	if (!act(p, y, &r))
		return false;
	seen = names_of_refusals(p, &r);
	if (!r.n_refused)
		return play_unlike(p, y, "应当被拒绝（%s），实际已办成", names_text(p, &wanted));
	if (names_same(&wanted, &seen))
		return true;
	return play_unlike(p, y, "应当因 %s 被拒绝，实际因 %s：%s", names_text(p, &wanted), names_text(p, &seen),
			   refusals(p, r.refused, r.n_refused).p);
}

/* What is `warned` must really warn: without the reasons the act is refused by exactly these. */
static bool expect_warned(struct play *p, const struct ynode *y, const struct ynode *want)
{
	struct names wanted = names_of_list(want), seen;
	struct ynode *bare = ynode_dup(y);
	struct act_result r;

	bare->n = 0;
	for (size_t i = 0; i < y->n; i++)
		if (!str_is(y->child[i]->key, "warned"))
			ynode_add(bare, y->child[i]);
	if (!act(p, bare, &r))
		return false;
	seen = names_of_refusals(p, &r);
	for (size_t i = 0; i < r.n_refused; i++)
		if (!r.refused[i].can_pass)
			return play_unlike(p, y, "应当办成，实际被拒绝：%s", refusals(p, r.refused, r.n_refused).p);
	if (!names_same(&wanted, &seen))
		return play_unlike(p, y, "应当因 %s 提示说明理由，实际因 %s", names_text(p, &wanted), names_text(p, &seen));
	return true;
}

static const struct stmt st_last_message = { "scenario_last_message", "SELECT COALESCE(MAX(id), 0) FROM message" };

static bool note_messages(struct play *p, const struct ynode *y)
{
	const struct db_out out[] = { db_to_i64(&p->told_from) };
	struct err err = { 0 };

	return db_one(p->st.db, p->a, &st_last_message, DB_NONE, DB_OUT(out), &err) || play_broke(p, y, &err);
}

static bool step_act(struct play *p, const struct ynode *y)
{
	const struct ynode *refused = ynode_get(y, "refused"), *warned = ynode_get(y, "warned");
	struct act_result r;

	if (!note_messages(p, y))
		return false;
	if (refused)
		return expect_refused(p, y, refused);
	if (warned && !expect_warned(p, y, warned))
		return false;
	if (!act(p, y, &r))
		return false;
	return !r.n_refused || play_unlike(p, y, "应当办成，实际被拒绝：%s", refusals(p, r.refused, r.n_refused).p);
}

/* ---- settings and time ---- */

static void put_child(struct ynode *map, struct str key, const struct ynode *value)
{
	struct ynode *y = ynode_dup(value);

	y->key = key;
	ynode_add(map, y);
}

/* A setting is a matter like others, in force from today. */
static bool step_set(struct play *p, const struct ynode *y)
{
	const struct ynode *per = ynode_get(y, "per"), *basis = ynode_get(y, "basis"), *who = ynode_get(y, "who"),
			   *refused = ynode_get(y, "refused"), *from = ynode_get(y, "from");
	struct act a = { .who = { .sort = ACTOR_SYSTEM, .organ = p->organ }, .kind = STR("setting"), .version = -1,
			 .action = STR("open") };
	struct ynode *with = ynode_new(y, YNODE_MAP);
	const struct refusal *no = NULL;
	struct act_result r = { 0 };
	struct err err = { 0 };
	const struct kind *k;
	struct buf today;
	size_t n = 0;
	struct names wanted, seen;

	buf_init(&today, p->a, 20);
	day_put(&today, day_at(engine_now(p->st.e)));
	put_child(with, STR("key"), ynode_get(y, "set"));
	if (!ynode_get(y, "to"))
		return play_unlike(p, y, "这一步缺少 to");
	put_child(with, STR("value"), ynode_get(y, "to"));
	put_child(with, STR("in_force"), from ? from : ynode_scalar(y, buf_str(&today)));
	if (per)
		put_child(with, STR("scope"), per);
	if (basis)
		put_child(with, STR("basis"), basis);
	if ((per && !play_name(p, per, &a.who.organ)) || (who && !play_actor(p, who, who->text, &a.who)))
		return false;
	if (!story_kind_of_organ(&p->st, a.who.organ, a.kind, &k, &err))
		return play_broke(p, y, &err);
	if (!k)
		return play_unlike(p, y, "规则包没有设定项的登记");
	if (!story_form(&p->st, k, kind_action(k, a.action), with, &a.form, &no, &n, &err))
		return play_broke(p, y, &err);
	r = (struct act_result){ .refused = no, .n_refused = n };
	if (!n && !matter_open(p->st.e, p->st.db, p->a, &a, &r, &err))
		return play_broke(p, y, &err);
	if (!refused)
		return !r.n_refused || play_unlike(p, y, "应当可以设定，实际被拒绝：%s", refusals(p, r.refused, r.n_refused).p);
	wanted = names_of_list(refused);
	seen = names_of_refusals(p, &r);
	return names_same(&wanted, &seen)
	       || play_unlike(p, y, "应当因 %s 被拒绝，实际因 %s", names_text(p, &wanted), names_text(p, &seen));
}

static bool step_now(struct play *p, const struct ynode *y)
{
	const struct ynode *at = ynode_get(y, "now");
	struct err err = { 0 };
	int64_t ms;

	if (!time_parse(at->text, &ms))
		return play_unlike(p, at, "“%.*s”不是时间", STR_FMT(at->text));
	if (ms < engine_now(p->st.e))
		return play_unlike(p, at, "时间只能向前");
	return note_messages(p, y) && (story_now(&p->st, ms, &err) || play_broke(p, y, &err));
}

static bool step_later(struct play *p, const struct ynode *y)
{
	return play_unlike(p, y, "%.*s 由后续部分实现（抽取）", STR_FMT(y->child[0]->key));
}

/* ---- the steps ---- */

#define STEP_KEYS 12
static const struct {
	const char *key;
	bool (*run)(struct play *p, const struct ynode *y);
	const char *keys[STEP_KEYS];
} steps[] = {
	{ "open", step_act, { "who", "open", "as", "at", "per", "with", "refused", "warned", "reason" } },
	{ "do", step_act, { "who", "do", "at", "with", "refused", "warned", "reason" } },
	{ "set", step_set, { "who", "set", "to", "per", "basis", "from", "refused" } },
	{ "now", step_now, { "now" } },
	{ "drawn", play_drawn, { "drawn" } },
	{ "see", play_see, { "see", "state", "fields", "clock", "count", "can", "hidden", "seen_by", "papers", "removed", "told" } },
	{ "find", play_find, { "find", "with", "as" } },
	{ "given", step_given, { "given", "as", "state", "done", "with" } },
	{ "duty", play_duty, { "duty", "subject", "period", "figure", "target", "result", "light", "joined", "recorded", "told" } },
	{ "report", play_report, { "report", "subject", "period", "columns", "sum", "rows" } },
	{ "export", play_export, { "who", "export", "from", "to", "rows", "whole", "row", "columns", "wants", "refused" } },
	{ "draw", step_later, { "draw", "of", "never", "always" } },
};

static bool known_keys(struct play *p, const struct ynode *y, const char *const *keys)
{
	for (size_t i = 0; i < y->n; i++) {
		bool known = false;

		for (size_t k = 0; k < STEP_KEYS && keys[k]; k++)
			known = known || str_is(y->child[i]->key, keys[k]);
		if (!known)
			return play_unlike(p, y->child[i], "这一步不认识“%.*s”", STR_FMT(y->child[i]->key));
	}
	return true;
}

static bool one_step(struct play *p, const struct ynode *y)
{
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (ynode_get(y, steps[i].key))
			return known_keys(p, y, steps[i].keys) && steps[i].run(p, y);
	return play_unlike(p, y, "不认识这一步");
}

/* ---- the world that it begins with ---- */

static struct str organ_name(const struct law *l, struct str id)
{
	for (size_t i = 0; i < l->n_organ; i++)
		if (str_eq(l->organ[i].id, id))
			return l->organ[i].name;
	return id;
}

static void put_text(struct ynode *map, const char *key, struct str text)
{
	struct ynode *y = ynode_scalar(map, text);

	y->key = str_of(key);
	ynode_add(map, y);
}

static bool put_in_place(struct play *p, const struct ynode *at, struct str name, struct given *g,
			 const struct ynode *with, enum story_sort sort)
{
	const struct kind *k;
	struct act_result r = { 0 };
	struct err err = { 0 };

	if (!story_kind_of_organ(&p->st, g->organ, g->kind, &k, &err))
		return play_broke(p, at, &err);
	if (!k)
		return play_unlike(p, at, "规则包没有“%.*s”", STR_FMT(g->kind));
	if (!given_form_of(p, k, with, &g->form)
	    || !given_result(p, at, matter_given(p->st.e, p->st.db, p->a, g, &r, &err), &r, &err))
		return false;
	story_put(&p->st, name, sort, r.matter, sort == STORY_ORGAN ? r.matter : g->organ);
	return true;
}

/* Organs are kept by the administration of justice where there is one. */
static bool put_organ(struct play *p, const struct ynode *at, struct str id)
{
	const struct story_name *keeper = story_find(&p->st, STR("justice"));
	struct given g = { .kind = STR("organ"), .state = STR("valid"), .organ = keeper ? keeper->id : 0 };
	struct ynode *with = ynode_new(at, YNODE_MAP);
	struct str name = organ_name(engine_law_named(p->st.e, p->sc->pack), id);

	if (story_find(&p->st, id))
		return true;
	put_text(with, "name", name);
	put_text(with, "short", id);
	put_text(with, "abbr", name);
	put_text(with, "sort", STR("department"));
	put_text(with, "pack", p->sc->pack);
	put_text(with, "legal_unit", STR("法制审核机构"));
	return put_in_place(p, at, id, &g, with, STORY_ORGAN);
}

/* Organs that steps name in passing: under `organ` and `per`. */
static bool put_named_organs(struct play *p, const struct ynode *y)
{
	if (y->sort == YNODE_SCALAR)
		return true;
	for (size_t i = 0; i < y->n; i++) {
		const struct ynode *c = y->child[i];

		if (c->sort == YNODE_SCALAR && (str_is(c->key, "organ") || str_is(c->key, "per"))
		    && !str_is(c->text, "null") && !put_organ(p, c, c->text))
			return false;
		if (!put_named_organs(p, c))
			return false;
	}
	return true;
}

/* The posts of a person: a row for each role, in the person's organ. */
static struct ynode *posts(const struct ynode *roles, struct str organ)
{
	struct ynode *list = ynode_new(roles, YNODE_SEQ);

	for (size_t i = 0; i < (roles->sort == YNODE_SCALAR ? 1 : roles->n); i++) {
		struct ynode *row = ynode_new(roles, YNODE_MAP);

		put_text(row, "organ", organ);
		put_text(row, "role", roles->sort == YNODE_SCALAR ? roles->text : roles->child[i]->text);
		put_text(row, "from", STR(SINCE));
		ynode_add(list, row);
	}
	list->key = STR("posts");
	return list;
}

static bool put_person(struct play *p, const struct ynode *y)
{
	const struct ynode *organ = ynode_get(y, "organ"), *roles = ynode_get(y, "roles");
	struct given g = { .kind = STR("person"), .state = STR("serving") };
	struct ynode *with = ynode_new(y, YNODE_MAP);

	if (!organ || !play_name(p, organ, &g.organ))
		return !organ ? play_unlike(p, y, "没有说明“%.*s”属于哪个机关", STR_FMT(y->key)) : false;
	if (!p->organ)
		p->organ = g.organ;
	if (!ynode_get(y, "name"))
		put_text(with, "name", y->key);
	for (size_t i = 0; i < y->n; i++)
		if (!str_is(y->child[i]->key, "organ") && !str_is(y->child[i]->key, "roles"))
			ynode_add(with, ynode_dup(y->child[i]));
	if (roles)
		ynode_add(with, posts(roles, organ->text));
	return put_in_place(p, y, y->key, &g, with, STORY_PERSON);
}

static bool put_world(struct play *p)
{
	const struct law *l = engine_law_named(p->st.e, p->sc->pack);
	const struct ynode *people = ynode_get(p->sc->y, "people"), *organs = ynode_get(p->sc->y, "organs"),
			   *step = ynode_get(p->sc->y, "steps");
	bool ok = true;

	if (!l)
		return play_unlike(p, p->sc->y, "没有名为“%.*s”的规则包", STR_FMT(p->sc->pack));
	for (size_t i = 0; ok && people && i < people->n; i++) /* the keeper of organs first */
		if (ynode_get(people->child[i], "organ") && str_is(ynode_get(people->child[i], "organ")->text, "justice"))
			ok = put_organ(p, people, STR("justice"));
	for (size_t i = 0; ok && i < l->n_organ; i++)
		ok = put_organ(p, p->sc->y, l->organ[i].id);
	if (ok && people)
		ok = put_named_organs(p, people);
	for (size_t i = 0; ok && organs && i < organs->n; i++)
		ok = put_organ(p, organs->child[i], organs->child[i]->text);
	if (ok && step)
		ok = put_named_organs(p, step);
	for (size_t i = 0; ok && people && i < people->n; i++)
		ok = put_person(p, people->child[i]);
	return ok;
}

/* 无人在办: whatever was acted out, each open matter has somebody. */
static bool nobody_waits(struct play *p)
{
	const struct link_view *v;
	int64_t after = 0;
	bool more = true;
	struct err err = { 0 };
	size_t n;

	while (more) {
		if (!unheld_list(p->st.e, p->st.db, p->a, false, &after, &v, &n, &more, &err))
			return play_broke(p, p->sc->y, &err);
		if (n)
			return play_unlike(p, p->sc->y, "最后无人在办：%.*s（%.*s，%.*s）", STR_FMT(v[0].title), STR_FMT(v[0].kind_name),
					   STR_FMT(v[0].state_name));
	}
	return true;
}

static bool play(struct play *p)
{
	const struct ynode *step = ynode_get(p->sc->y, "steps"), *now = ynode_get(p->sc->y, "now");
	struct err err = { 0 };
	int64_t ms;

	if (!now || !time_parse(now->text, &ms))
		return play_unlike(p, p->sc->y, "缺少开始的时间 now");
	if (!step || step->sort != YNODE_SEQ || !step->n)
		return play_unlike(p, p->sc->y, "没有步骤");
	engine_set_pack(p->st.e, p->sc->pack);
	engine_set_now(p->st.e, ms);
	if (!put_world(p))
		return false;
	if (!matter_duties_begin(p->st.e, p->st.db, p->a, true, &err))
		return play_broke(p, p->sc->y, &err);
	for (size_t i = 0; i < step->n; i++) {
		p->step = (int)i + 1;
		if (!one_step(p, step->child[i]))
			return false;
	}
	return nobody_waits(p);
}

void scenario_play(struct engine *e, struct db *db, struct arena *a, const struct scenario *sc, struct outcome *ret)
{
	struct play p = { .sc = sc, .a = a, .out = ret, .st = { .a = a, .e = e, .db = db } };

	*ret = (struct outcome){ .done = true };
	ret->passed = play(&p);
}
