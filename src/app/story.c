/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/story.h"

#include <string.h>

#include "base/day.h"
#include "base/parse.h"

#define STORY_JSON ((size_t)1 << 20)
#define STORY_PASSED 20
#define STORY_TIMERS 64

static const struct stmt st_kind = { "story_kind", "SELECT kind, def FROM matter WHERE id = $1" };

void story_put(struct story *s, struct str name, enum story_sort sort, int64_t id, int64_t organ)
{
	if (s->n_name == s->cap_name) {
		size_t cap = s->cap_name ? s->cap_name * 2 : 32;
		struct story_name *bigger = arena_many(s->a, cap, struct story_name);

		if (s->n_name)
			memcpy(bigger, s->name, s->n_name * sizeof(*bigger));
		s->name = bigger;
		s->cap_name = cap;
	}
	s->name[s->n_name++] = (struct story_name){ str_dup(s->a, name), id, organ, sort };
}

const struct story_name *story_find(const struct story *s, struct str name)
{
	for (size_t i = s->n_name; i-- > 0;)
		if (str_eq(s->name[i].name, name))
			return &s->name[i];
	return NULL;
}

/* "D-30" and "D-30 09:30" become a day or an instant; everything else stays. */
static struct str absolute(struct story *s, struct str text)
{
	struct str rest = text, number;
	int64_t days;
	struct buf b;

	if (!s->relative || text.n < 3 || text.p[0] != 'D' || (text.p[1] != '-' && text.p[1] != '+'))
		return text;
	rest = str_sub(text, text.p[1] == '+' ? 2 : 1, text.n);
	number = rest;
	if (str_chr(rest, ' ', 0) != SIZE_MAX)
		number = str_sub(rest, 0, str_chr(rest, ' ', 0));
	if (!parse_i64(number, -40000, 40000, &days))
		return text;
	buf_init(&b, s->a, 40);
	day_put(&b, s->today + days);
	buf_add(&b, str_sub(rest, number.n, rest.n));
	return buf_str(&b);
}

static void put_node(struct story *s, struct json_out *o, const struct ynode *y)
{
	switch (y->sort) {
	case YNODE_SCALAR:
		if (str_is(y->text, "null"))
			json_out_null(o, NULL);
		else
			json_out_str(o, NULL, absolute(s, y->text));
		break;
	case YNODE_MAP:
		json_open(o, NULL, '{');
		for (size_t i = 0; i < y->n; i++) {
			json_key(o, y->child[i]->key);
			put_node(s, o, y->child[i]);
		}
		json_close(o, '}');
		break;
	case YNODE_SEQ:
		json_open(o, NULL, '[');
		for (size_t i = 0; i < y->n; i++)
			put_node(s, o, y->child[i]);
		json_close(o, ']');
		break;
	}
}

struct str story_json(struct story *s, const struct ynode *with)
{
	struct json_out o = { 0 };
	struct buf b;

	buf_init(&b, s->a, STORY_JSON);
	o.b = &b;
	if (with)
		put_node(s, &o, with);
	else
		buf_adds(&b, "{}");
	return buf_str(&b);
}

bool story_kind(struct story *s, int64_t matter, const struct kind **ret, struct err *err)
{
	const struct db_in in[] = { db_i64(matter) };
	struct str id;
	int64_t def;
	const struct db_out out[] = { db_to_str(&id), db_to_i64(&def) };
	const struct law *l;

	if (!db_one(s->db, s->a, &st_kind, DB_IN(in), DB_OUT(out), err) || !engine_law(s->e, s->db, s->a, def, &l, err))
		return false;
	*ret = law_kind(l, id);
	return true;
}

bool story_kind_of_organ(struct story *s, int64_t organ, struct str id, const struct kind **ret, struct err *err)
{
	const struct law *l;
	int64_t def;

	if (!engine_law_of_organ(s->e, s->db, s->a, organ, &l, &def, err))
		return false;
	*ret = law_kind(l, id);
	return true;
}

/* Names of people, organs and matters; 0 sends the text on as it is. */
static int64_t resolve(void *ctx, const struct type *t, struct str text)
{
	const struct story_name *n = story_find(ctx, text);

	(void)t;
	return n ? n->id : 0;
}

/* Files of a story have names only; the demonstration gives them contents. */
static bool fill_files(struct story *s, struct val *v, struct err *err)
{
	struct val *copy;

	if (v->t != T_FILES || !s->file)
		return true;
	copy = arena_many(s->a, v->list->n, struct val);
	for (size_t i = 0; i < v->list->n; i++) {
		struct file_ref *f = arena_one(s->a, struct file_ref);

		copy[i] = v->list->v[i];
		if (!s->file(s->file_ctx, v->list->v[i].file->name, f, err))
			return false;
		copy[i].file = f;
	}
	*v = val_list(s->a, T_FILES, copy, v->list->n);
	return true;
}

static bool fill_form(struct story *s, struct form *f, struct err *err)
{
	struct form_entry *e = arena_many(s->a, f->n, struct form_entry);

	for (size_t i = 0; i < f->n; i++) {
		e[i] = f->v[i];
		if (!fill_files(s, &e[i].v, err))
			return false;
	}
	f->v = e;
	return true;
}

bool story_form(struct story *s, const struct kind *k, const struct action *ac, const struct ynode *with,
		struct form *ret, const struct refusal **ret_refused, size_t *ret_n, struct err *err)
{
	const struct form_names names = { resolve, s };
	const struct json *j;

	return json_read(s->a, story_json(s, with), &j, err)
	    && form_of_json(s->db, s->a, k, ac, j, &names, ret, ret_refused, ret_n, err) && fill_form(s, ret, err);
}

static bool wrong(const struct ynode *y, struct err *err, const char *what, struct str name)
{
	return err_set(err, ERR_LAW, "%s:%d: %s“%.*s”", y->file, y->line, what, STR_FMT(name));
}

bool story_actor(const struct story *s, struct str name, struct actor *ret)
{
	const struct story_name *n = story_find(s, name);

	if (str_is(name, "public"))
		*ret = (struct actor){ .sort = ACTOR_PUBLIC };
	else if (str_is(name, "system"))
		*ret = (struct actor){ .sort = ACTOR_SYSTEM };
	else if (n && n->sort == STORY_PERSON)
		*ret = (struct actor){ .sort = ACTOR_PERSON, .person = n->id, .organ = n->organ };
	else
		return false;
	return true;
}

static bool actor_of(struct story *s, const struct ynode *step, struct actor *ret, struct err *err)
{
	const struct ynode *who = ynode_get(step, "who"), *per = ynode_get(step, "per");
	const struct story_name *organ = per ? story_find(s, per->text) : NULL;

	if (!who)
		return wrong(step, err, "这一步缺少 who", STR(""));
	if (!story_actor(s, who->text, ret))
		return wrong(who, err, "没有这个人：", who->text);
	if (per && !organ)
		return wrong(per, err, "没有这个机关：", per->text);
	if (organ && ret->sort == ACTOR_PUBLIC) /* anyone opens a matter at the organ that receives it */
		ret->organ = organ->id;
	return true;
}

/* warned: {CITE or check: reason} */
static void read_passed(struct story *s, const struct ynode *step, struct act *act)
{
	const struct ynode *w = ynode_get(step, "warned");
	struct passed *p = arena_many(s->a, STORY_PASSED, struct passed);

	act->passed = p;
	for (size_t i = 0; w && i < w->n && act->n_passed < STORY_PASSED; i++)
		p[act->n_passed++] = (struct passed){ w->child[i]->key, w->child[i]->text };
}

static bool find_target(struct story *s, const struct ynode *step, struct act *act, const struct kind **k,
			const struct action **ac, struct err *err)
{
	const struct ynode *open = ynode_get(step, "open"), *doing = ynode_get(step, "do"), *at = ynode_get(step, "at");
	const struct story_name *n;

	if (open) {
		act->action = STR("open");
		act->kind = open->text;
		n = at ? story_find(s, at->text) : NULL;
		act->parent = n ? n->id : 0;
		if (!story_kind_of_organ(s, act->who.organ, open->text, k, err))
			return false;
		if (!*k)
			return wrong(open, err, "没有这种办件：", open->text);
	} else {
		n = at ? story_find(s, at->text) : NULL;
		if (!n)
			return wrong(step, err, "没有这个办件：", at ? at->text : STR(""));
		act->matter = n->id;
		act->action = doing->text;
		if (!story_kind(s, n->id, k, err))
			return false;
	}
	*ac = kind_action(*k, act->action);
	return *ac || wrong(step, err, "没有这个动作：", act->action);
}

/* The reason of a built-in action may stand under `with`, as its form asks for it. */
static const struct ynode *take_reason(const struct action *ac, const struct ynode *with, struct act *act)
{
	const struct ynode *reason = ynode_get(with, "reason");
	struct ynode *rest;

	if (!ac->builtin || !reason)
		return with;
	act->reason = reason->text;
	rest = ynode_dup(with);
	rest->n = 0;
	for (size_t i = 0; i < with->n; i++)
		if (with->child[i] != reason)
			ynode_add(rest, with->child[i]);
	return rest;
}

/* As a page does: what a person attaches was sent with this form. */
static bool send_files(struct story *s, const struct act *act, struct str form, struct err *err)
{
	for (size_t i = 0; s->file && act->who.sort == ACTOR_PERSON && i < act->form.n; i++) {
		const struct val *v = &act->form.v[i].v;

		for (size_t k = 0; v->t == T_FILES && v->list && k < v->list->n; k++)
			if (!upload_put(s->db, act->who.person, act->matter, form, v->list->v[k].file->digest,
					engine_now(s->e), err))
				return false;
	}
	return true;
}

static bool act_with_files(struct story *s, const struct act *act, struct act_result *ret, struct err *err)
{
	struct str form = act->matter ? act->action : act->kind;

	if (!send_files(s, act, form, err)
	    || !(act->matter ? matter_act(s->e, s->db, s->a, act, ret, err) : matter_open(s->e, s->db, s->a, act, ret, err)))
		return false;
	return !s->file || draft_drop(s->db, act->who.person, act->matter, form, err);
}

bool story_act(struct story *s, const struct ynode *step, struct act_result *ret, struct err *err)
{
	const struct ynode *as = ynode_get(step, "as"), *reason = ynode_get(step, "reason");
	struct act act = { .version = -1 };
	const struct refusal *refused = NULL;
	const struct kind *k = NULL;
	const struct action *ac = NULL;
	size_t n = 0;
	bool ok;

	if (!actor_of(s, step, &act.who, err) || !find_target(s, step, &act, &k, &ac, err))
		return false;
	act.reason = reason ? reason->text : (struct str){ 0 };
	act.secret = STR("$"); /* no password has this hash: whoever is in a story does not sign in by it */
	if (!story_form(s, k, ac, take_reason(ac, ynode_get(step, "with"), &act), &act.form, &refused, &n, err))
		return false;
	if (n) { /* what does not fit its field's type never reaches the engine */
		*ret = (struct act_result){ .refused = refused, .n_refused = n };
		return true;
	}
	read_passed(s, step, &act);
	ok = act_with_files(s, &act, ret, err);
	if (ok && as && !ret->n_refused)
		story_put(s, as->text, STORY_MATTER, ret->matter, 0);
	return ok;
}

bool story_now(struct story *s, int64_t ms, struct err *err)
{
	int done;

	do {
		if (!matter_timers(s->e, s->db, s->a, ms, STORY_TIMERS, &done, err))
			return false;
	} while (done >= STORY_TIMERS); /* the records of one duty are made together */
	engine_set_now(s->e, ms);
	return true;
}

bool story_register(struct story *s, struct str name, enum story_sort sort, struct str json, int64_t organ,
		    struct err *err)
{
	const struct form_names names = { resolve, s };
	struct act act = { .who = { .sort = ACTOR_SYSTEM, .organ = organ }, .version = -1, .action = STR("open") };
	const struct refusal *refused = NULL;
	struct act_result r = { 0 };
	const struct kind *k;
	const struct json *j;
	size_t n = 0;

	act.kind = sort == STORY_ORGAN ? STR("organ") : STR("person");
	if (!story_kind_of_organ(s, organ, act.kind, &k, err))
		return false;
	if (!k || !kind_action(k, act.action))
		return err_set(err, ERR_LAW, "定义中没有“%.*s”的登记", STR_FMT(act.kind));
	if (!json_read(s->a, json, &j, err)
	    || !form_of_json(s->db, s->a, k, kind_action(k, act.action), j, &names, &act.form, &refused, &n, err))
		return false;
	r = (struct act_result){ .refused = refused, .n_refused = n };
	if (!n && !matter_open(s->e, s->db, s->a, &act, &r, err))
		return false;
	if (r.n_refused) {
		struct buf b;

		buf_init(&b, s->a, 4000);
		story_put_refusals(&b, &r);
		return err_set(err, ERR_REFUSED, "不能登记“%.*s”：%s", STR_FMT(name), buf_str(&b).p);
	}
	story_put(s, name, sort, r.matter, sort == STORY_ORGAN ? r.matter : organ);
	return true;
}

void story_put_refusals(struct buf *b, const struct act_result *r)
{
	for (size_t i = 0; i < r->n_refused; i++) {
		const struct refusal *x = &r->refused[i];

		buf_addf(b, "%s%.*s", i ? "；" : "", STR_FMT(x->say));
		if (x->facts.n)
			buf_addf(b, "（%.*s）", STR_FMT(x->facts));
		if (x->node && x->node->cite.n)
			buf_addf(b, "〔%.*s〕", STR_FMT(x->node->cite.id[0]));
	}
}
