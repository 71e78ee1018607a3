/* SPDX-License-Identifier: MulanPSL-2.0 */
/* explain.c - why: how a limit was counted, what a rule says and what uses it, how a procedure goes. */
#include "app/case.h"
#include "app/flow.h"
#include "app/law_cited.h"
#include "base/parse.h"
#include "pages.h"

/* ---- 逐日 ---- */

static const struct clock_view *clock_run(const struct matter_view *m, struct str id, int64_t run)
{
	const struct clock_view *last = NULL;

	for (size_t i = 0; i < m->n_clock; i++)
		if (str_eq(m->clock[i].def->id, id) && (m->clock[i].run == run || (!run && (!last || m->clock[i].run > last->run))))
			last = &m->clock[i];
	return last;
}

static void runs(struct req *r, const struct matter_view *m, const struct clock_view *here, struct explain_view *v)
{
	struct tab *t = arena_many(r->a, m->n_clock, struct tab);

	for (size_t i = 0; i < m->n_clock; i++)
		if (m->clock[i].def == here->def)
			t[v->n_run++] = (struct tab){ .name = str_fmt(r->a, "第%lld次", (long long)m->clock[i].run),
						      .href = str_fmt(r->a, "?run=%lld", (long long)m->clock[i].run),
						      .here = m->clock[i].run == here->run };
	v->run = t;
}

bool clock_show(struct req *r, struct err *err)
{
	struct explain_view v = { .n_line = 0 };
	const struct actor who = actor_of(r);
	struct str id = req_param(r, "clock"), rest, line;
	const struct clock_view *c;
	struct matter_view m;
	struct str *lines;
	int64_t run;
	struct buf b;
	struct html h;

	if (!parse_i64(req_query(r, "run"), 1, INT64_MAX, &run))
		run = 0;
	if (!case_load(r, SEE_CLOCKS, &m, err))
		return false;
	c = clock_run(&m, id, run);
	if (!c)
		return err_set(err, ERR_NOT_FOUND, "本件没有这项期限");
	buf_init(&b, r->a, (size_t)256 * 1024);
	if (!matter_clock_explain(app_of(r)->engine, r->db, r->a, &who, m.snap->id, id, c->run, &b, err)
	    || !frame_load(r, str_fmt(r->a, "%.*s：逐日", STR_FMT(c->def->name)), &v.frame, err))
		return false;
	case_clock(r, &m, c, &v.clock);
	runs(r, &m, c, &v);
	v.title = m.title;
	v.title_href = case_href(r, m.snap);
	frame_crumb(&v.frame, m.snap->kind->name, str_fmt(r->a, "/k/%.*s", STR_FMT(m.snap->kind->id)));
	frame_crumb(&v.frame, str_head(m.title, 20), v.title_href);
	frame_crumb(&v.frame, c->def->name, (struct str){ 0 });
	rest = buf_str(&b);
	lines = arena_many(r->a, 2000, struct str);
	while (v.n_line < 2000 && str_cut(&rest, '\n', &line))
		if (line.n && !str_starts(line, STR("依据"))) /* the page links it */
			lines[v.n_line++] = line;
	v.line = lines;
	html_init(&h, r->a, HTML_MAX);
	page_clock(&h, &v);
	return frame_reply(r, 200, &h, err);
}

/* ---- flow charts ---- */

static struct str from_text(struct req *r, const struct action *ac)
{
	struct buf b;

	if (ac->any)
		return STR("任何一步");
	buf_init(&b, r->a, 2000);
	for (size_t i = 0; i < ac->n_from; i++) {
		buf_adds(&b, i ? "、" : "");
		buf_add(&b, ac->from[i]->name);
	}
	return buf_str(&b);
}

static void chart_lines(struct req *r, const struct kind *k, struct chart_view *v)
{
	struct chart_line *l = arena_many(r->a, k->n_action, struct chart_line);

	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *ac = &k->action[i];
		struct buf by;

		if (ac->builtin)
			continue;
		buf_init(&by, r->a, 1000);
		shown_whos(&by, k->law, &ac->by);
		l[v->n_line++] = (struct chart_line){
			.name = ac->name, .from = from_text(r, ac), .by = buf_str(&by),
			.to = ac->to == TO_STATE ? ac->to_state->name : ac->to == TO_CHOOSE ? STR("视情形")
				: ac->to == TO_BACK ? STR("回到上一步") : STR("不变") };
	}
	v->line = l;
}

static bool flow(struct req *r, const struct kind *k, struct str state, struct chart_view *v, struct err *err)
{
	struct str svg;
	struct html h;

	if (!flow_svg(r->a, k, state, &svg, err))
		return false;
	v->title = k->name;
	v->svg = html_svg(svg);
	chart_lines(r, k, v);
	html_init(&h, r->a, HTML_MAX);
	page_flow(&h, v);
	return frame_reply(r, 200, &h, err);
}

bool case_flow(struct req *r, struct err *err)
{
	struct chart_view v = { .n_line = 0 };
	struct matter_view m;

	if (!case_load(r, 0, &m, err) || !frame_load(r, STR("流程图"), &v.frame, err))
		return false;
	v.back = case_href(r, m.snap);
	v.back_name = m.title;
	frame_crumb(&v.frame, m.snap->kind->name, str_fmt(r->a, "/k/%.*s", STR_FMT(m.snap->kind->id)));
	frame_crumb(&v.frame, str_head(m.title, 20), v.back);
	frame_crumb(&v.frame, STR("流程图"), (struct str){ 0 });
	return flow(r, m.snap->kind, m.snap->state->id, &v, err);
}

bool kind_flow(struct req *r, struct err *err)
{
	struct chart_view v = { .n_line = 0 };
	const struct law *law;
	const struct kind *k;

	if (!frame_law(r, &law, err))
		return false;
	k = law_kind(law, req_param(r, "kind"));
	if (!k)
		return err_set(err, ERR_NOT_FOUND, "没有这一类办件");
	if (!frame_load(r, STR("流程图"), &v.frame, err))
		return false;
	v.back = str_fmt(r->a, "/k/%.*s", STR_FMT(k->id));
	v.back_name = STR("回到列表");
	frame_crumb(&v.frame, k->name, v.back);
	frame_crumb(&v.frame, STR("流程图"), (struct str){ 0 });
	return flow(r, k, (struct str){ 0 }, &v, err);
}

/* ---- articles ---- */

static bool cites_id(const struct cites *c, struct str id)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->id[i], id))
			return true;
	return false;
}

static const char *use_name(const struct node *n)
{
	static const char *const names[NODE_MAX] = {
		[NODE_FIELD] = "内容", [NODE_STATE] = "环节", [NODE_TERM] = "判断", [NODE_ACTION] = "办理",
		[NODE_BY] = "谁可以办理", [NODE_CHECK] = "办理前的核查", [NODE_CLOCK] = "期限", [NODE_EFFECT] = "随之发生",
		[NODE_REACTION] = "联动", [NODE_SEE] = "谁可以查看", [NODE_PAPER] = "文书", [NODE_ROW] = "分档",
		[NODE_FUNCTION] = "共用判断", [NODE_SETTING] = "可设定的数值", [NODE_KIND] = "办件", [NODE_SHEET] = "核对表",
		[NODE_ITEM] = "核对项", [NODE_NUMBER] = "文号", [NODE_EXPORT] = "对外报送的表",
		[NODE_DRAW] = "随机抽取", [NODE_RUNNING] = "转入新定义" };

	return names[n->sort] ? names[n->sort] : "";
}

/* penalty.decide.reviewed: the kind, and the action or what else the check belongs to. */
static struct rule_use use_of(struct req *r, const struct law *law, const struct node *n)
{
	struct str rest = n->path, kind = { 0 }, part = { 0 };
	const struct kind *k;
	const struct action *ac;
	bool two = str_cut(&rest, '.', &kind) && str_cut(&rest, '.', &part);
	struct rule_use u = { .what = str_of(use_name(n)), .name = n->name };

	k = law_kind(law, kind);
	ac = k && two ? kind_action(k, part) : NULL;
	if (k) {
		u.kind = k->name;
		u.href = str_fmt(r->a, "/k/%.*s/flow", STR_FMT(k->id));
	}
	if (ac && n->sort != NODE_ACTION)
		u.name = n->name.n ? str_fmt(r->a, "%.*s：%.*s", STR_FMT(ac->name), STR_FMT(n->name)) : ac->name;
	return u;
}

static bool same_use(const struct rule_use *u, size_t n, const struct rule_use *x)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(u[i].kind, x->kind) && str_eq(u[i].name, x->name) && str_eq(u[i].what, x->what))
			return true;
	return false;
}

void rule_uses(struct req *r, const struct law *law, struct str id, struct rule_use *u, size_t most, size_t *n)
{
	for (size_t i = 0; i < law->n_node && *n < most; i++) {
		struct rule_use x;

		if (!cites_id(&law->node[i]->cite, id) && !cites_id(&law->node[i]->because, id))
			continue;
		x = use_of(r, law, law->node[i]);
		if (!same_use(u, *n, &x))
			u[(*n)++] = x;
	}
}

/* By their names, those that cite it. */
static struct str citing_packs(struct req *r, const struct law *law, struct str id)
{
	struct buf b;

	buf_init(&b, r->a, 1000);
	for (size_t p = law->n_chain; p-- > 0;)
		for (size_t i = 0; i < law->n_node; i++)
			if (str_eq(law->node[i]->pack, law->chain[p].id)
			    && (cites_id(&law->node[i]->cite, id) || cites_id(&law->node[i]->because, id))) {
				buf_adds(&b, b.n ? "、" : "");
				buf_add(&b, law->chain[p].name);
				break;
			}
	return buf_str(&b);
}

/* 〔某制度 第五条〕 as it stands in a sentence. */
static struct str without_brackets(struct str s)
{
	const size_t n = STR("〔").n;

	return str_starts(s, STR("〔")) && str_ends(s, STR("〕")) ? str_sub(s, n, s.n - n) : s;
}

/* The ledger's own words, as people read them. */
static struct str effect_name(struct str effect)
{
	static const char *const name[][2] = {
		{ "block", "不符合的不能办理" }, { "warn", "提示，写明理由后可以继续" }, { "record", "记录留痕" },
		{ "offer", "提供这种办理" }, { "publish", "对外公开" }, { "restrict", "限制查看或者办理的范围" },
		{ "auto", "由系统自动办理" }, { "compute", "由系统计算" },
	};

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (str_is(effect, name[i][0]))
			return str_of(name[i][1]);
	return effect;
}

bool rule_show(struct req *r, struct err *err)
{
	const struct rule *rule = ledger_find(engine_ledger(app_of(r)->engine), req_param(r, "id"));
	struct rule_view v = { .n_use = 0 };
	struct str rest;
	struct rule_use *u;
	const struct law *law;
	struct buf b;
	struct html h;

	if (!rule)
		return err_set(err, ERR_NOT_FOUND, "台账里没有这一条");
	if (!frame_law(r, &law, err))
		return false;
	buf_init(&b, r->a, 400);
	ledger_put_cite(engine_ledger(app_of(r)->engine), rule->id, &b);
	v.id = rule->id;
	v.heading = buf_str(&b);
	v.place = without_brackets(v.heading);
	v.requirement = rule->requirement;
	v.copy = str_fmt(r->a, "%.*s：%.*s", STR_FMT(v.place), STR_FMT(v.requirement));
	v.packs = citing_packs(r, law, rule->id);
	v.who = rule->actor;
	v.when = rule->trigger;
	v.limit = str_blank(rule->limit) ? (struct str){ 0 }
		: str_fmt(r->a, "%.*s%.*s", STR_FMT(rule->limit), STR_FMT(rule->unit));
	v.effect = effect_name(rule->effect);
	v.use = u = arena_many(r->a, law->n_node, struct rule_use);
	rule_uses(r, law, v.id, u, law->n_node, &v.n_use);
	rest = v.place;
	if (str_cut(&rest, ' ', &v.law))
		v.article = rest;
	if (!frame_load(r, v.heading, &v.frame, err))
		return false;
	frame_crumb(&v.frame, STR("条文"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_rule(&h, &v);
	return frame_reply(r, 200, &h, err);
}
