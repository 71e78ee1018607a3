/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/help.h"

#include "app/case.h"
#include "pages.h"

#define TOPIC_MOST ((size_t)16 * 1024)

static const struct help_question questions[] = {
	{ "why-not", "按钮是灰的，为什么不能办？",
	  "点开它，全部原因都在里面：本件的情况、依据哪一条、下一步做什么、找谁。原因一次说全。" },
	{ "counting", "一个期限是怎样数出来的？",
	  "点期限旁边的〔逐日〕：当天不计，从第二天起数；放假和调休按国务院办公厅公布的安排；最后一天是休息日的顺延；届满日24时截止。" },
	{ "power-cut", "填了一半，电脑关了怎么办？",
	  "停两秒就存在服务器上。重新打开同一个表单，或者从工作台的“草稿”接着填。登录到期了，重新登录后回到原来那一页，内容还在。" },
	{ "undo", "办错了能撤销吗？",
	  "对方还没有看的，可以〔撤回〕；看过的，用〔请求退回〕。已作出的决定、送达、公开不能撤销，只能依法更正，原来的记录都在。" },
	{ "away", "外出了谁替我办？",
	  "在“新建”里登记 AB角委托，写明代办人和起止日期；到期自动结束，记录上写明谁代谁办。" },
	{ "warnings", "黄色的提示可以不理吗？",
	  "可以继续，但须写明理由。理由入卷，监督机关看得到。" },
	{ "search", "怎样找到一件办件、一份文书或者一条规定？",
	  "在每页上面的搜索框里写两个字以上：案号、当事人、案由、文书里的话、条文的名称和条号都行，空格隔开的词都要有。结果分为办件、文书、当事人、条文、帮助五类，只列出有权查看的；看不到的，数目里也不算。" },
};

static bool by_people(const struct action *ac)
{
	for (size_t i = 0; i < ac->by.n; i++)
		if (ac->by.v[i].sort != WHO_SYSTEM)
			return true;
	return false;
}

static struct str names_of_form(struct req *r, const struct action *ac)
{
	struct buf b;

	buf_init(&b, r->a, 4000);
	for (size_t i = 0; i < ac->n_form; i++)
		if (ac->form[i].required)
			buf_addf(&b, "%s%.*s", b.n ? "、" : "", STR_FMT(ac->form[i].field->name));
	return buf_str(&b);
}

static struct str names_of_papers(struct req *r, const struct action *ac)
{
	struct buf b;

	buf_init(&b, r->a, 2000);
	for (size_t i = 0; i < ac->n_makes; i++)
		buf_addf(&b, "%s《%.*s》", b.n ? "、" : "", STR_FMT(ac->makes[i]->name));
	return buf_str(&b);
}

static struct str where_to(const struct action *ac)
{
	switch (ac->to) {
	case TO_STATE:
		return ac->to_state->name;
	case TO_CHOOSE:
		return STR("视情形");
	case TO_BACK:
		return STR("回到上一步");
	default:
		return (struct str){ 0 };
	}
}

static void steps(struct req *r, const struct kind *k, struct help_view *v)
{
	struct help_step *s = arena_many(r->a, k->n_action, struct help_step);

	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *ac = &k->action[i];
		struct help_step *x = &s[v->n_step];
		struct buf by;

		if (ac->builtin || !by_people(ac))
			continue;
		buf_init(&by, r->a, 500);
		shown_whos(&by, k->law, &ac->by);
		*x = (struct help_step){ .name = ac->name, .by = buf_str(&by), .to = where_to(ac), .asks = names_of_form(r, ac),
					 .makes = names_of_papers(r, ac), .confirm = ac->confirm };
		x->cite = cite_links(r, &ac->node->cite, &x->n_cite);
		v->n_step++;
	}
	v->step = s;
}

/* The acts from which a limit counts. */
static struct str starts(struct req *r, const struct kind *k, const struct clock *c)
{
	struct buf b;

	buf_init(&b, r->a, 1000);
	for (size_t i = 0; i < c->n_from; i++) {
		const struct action *ac = kind_action(k, c->from[i].action);

		if (ac)
			buf_addf(&b, "%s%.*s", b.n ? "、" : "", STR_FMT(ac->name));
	}
	return buf_str(&b);
}

static void limits(struct req *r, const struct kind *k, struct help_view *v)
{
	struct help_limit *l = arena_many(r->a, k->n_clock, struct help_limit);

	for (size_t i = 0; i < k->n_clock; i++) {
		const struct clock *c = &k->clock[i];
		const struct action *lapse = c->lapse.n ? kind_action(k, c->lapse) : NULL;
		struct help_limit *x = &l[v->n_limit++];

		*x = (struct help_limit){ .name = c->name, .text = shown_limit(r->a, k->law, c), .from = starts(r, k, c),
					  .lapse = lapse ? lapse->name : (struct str){ 0 } };
		x->cite = cite_links(r, &c->node->cite, &x->n_cite);
	}
	v->limit = l;
}

static bool reply(struct req *r, struct help_view *v, struct err *err)
{
	struct html h;

	html_init(&h, r->a, HTML_MAX);
	page_help(&h, v);
	return frame_reply(r, 200, &h, err);
}

bool help_kind(struct req *r, struct err *err)
{
	struct help_view v = { .n_step = 0 };
	const struct action *open;
	const struct law *law;
	const struct kind *k;

	if (!frame_law(r, &law, err))
		return false;
	k = law_kind(law, req_param(r, "kind"));
	if (!k)
		return err_set(err, ERR_NOT_FOUND, "没有这一类办件的帮助，可以从帮助首页另选");
	if (!frame_load(r, str_fmt(r->a, "%.*s怎样办", STR_FMT(k->name)), &v.frame, err))
		return false;
	open = kind_action(k, STR("open"));
	v.name = k->name;
	v.cite = cite_links(r, &k->node->cite, &v.n_cite);
	v.flow = str_fmt(r->a, "/k/%.*s/flow", STR_FMT(k->id));
	v.list = str_fmt(r->a, "/k/%.*s", STR_FMT(k->id));
	if (open && kind_opened_by_people(k)) {
		v.open = open->name;
		v.open_href = str_fmt(r->a, "/k/%.*s/new", STR_FMT(k->id));
	}
	steps(r, k, &v);
	limits(r, k, &v);
	frame_crumb(&v.frame, STR("帮助"), STR("/help"));
	frame_crumb(&v.frame, k->name, (struct str){ 0 });
	return reply(r, &v, err);
}

bool help_show(struct req *r, struct err *err)
{
	struct help_view v = { .n_step = 0 };
	struct help_kind_line *l;
	const struct law *law;

	if (!frame_law(r, &law, err) || !frame_load(r, STR("帮助"), &v.frame, err))
		return false;
	l = arena_many(r->a, law->n_kind, struct help_kind_line);
	for (size_t i = 0; i < law->n_kind; i++)
		l[i] = (struct help_kind_line){ law->kind[i].name, str_fmt(r->a, "/help/%.*s", STR_FMT(law->kind[i].id)),
						kind_is_register(&law->kind[i]) };
	v.kind = l;
	v.n_kind = law->n_kind;
	v.question = questions;
	v.n_question = ARRAY_LEN(questions);
	frame_crumb(&v.frame, STR("帮助"), (struct str){ 0 });
	return reply(r, &v, err);
}

/* ---- to search in ---- */

static void put_names(struct buf *b, const char *what, struct str names)
{
	if (names.n)
		buf_addf(b, "%s%s：%.*s", b->n ? "；" : "", what, STR_FMT(names));
}

static struct str text_of_kind(struct req *r, const struct kind *k)
{
	struct buf b, acts, limits_, papers, fields;

	buf_init(&acts, r->a, TOPIC_MOST);
	buf_init(&limits_, r->a, TOPIC_MOST);
	buf_init(&papers, r->a, TOPIC_MOST);
	buf_init(&fields, r->a, TOPIC_MOST);
	buf_init(&b, r->a, 4 * TOPIC_MOST);
	for (size_t i = 0; i < k->n_action; i++)
		if (!k->action[i].builtin && by_people(&k->action[i]))
			buf_addf(&acts, "%s%.*s", acts.n ? "、" : "", STR_FMT(k->action[i].name));
	for (size_t i = 0; i < k->n_clock; i++)
		buf_addf(&limits_, "%s%.*s", limits_.n ? "、" : "", STR_FMT(k->clock[i].name));
	for (size_t i = 0; i < k->n_paper; i++)
		buf_addf(&papers, "%s《%.*s》", papers.n ? "、" : "", STR_FMT(k->paper[i].name));
	for (size_t i = 0; i < k->n_field; i++)
		buf_addf(&fields, "%s%.*s", fields.n ? "、" : "", STR_FMT(k->field[i].name));
	put_names(&b, "办理", buf_str(&acts));
	put_names(&b, "时限", buf_str(&limits_));
	put_names(&b, "文书", buf_str(&papers));
	put_names(&b, "填写", buf_str(&fields));
	return buf_str(&b);
}

bool help_topics(struct req *r, const struct help_topic **ret, size_t *ret_n, struct err *err)
{
	const struct law *law;
	struct help_topic *t;
	size_t n = 0;

	if (!frame_law(r, &law, err))
		return false;
	t = arena_many(r->a, ARRAY_LEN(questions) + law->n_kind, struct help_topic);
	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		t[n++] = (struct help_topic){ STR("常见的问题"), str_of(questions[i].ask),
					      str_fmt(r->a, "/help#%s", questions[i].id), str_of(questions[i].answer) };
	for (size_t i = 0; i < law->n_kind; i++)
		t[n++] = (struct help_topic){ STR("怎样办"), str_fmt(r->a, "%.*s怎样办", STR_FMT(law->kind[i].name)),
					      str_fmt(r->a, "/help/%.*s", STR_FMT(law->kind[i].id)),
					      text_of_kind(r, &law->kind[i]) };
	*ret = t;
	*ret_n = n;
	return true;
}
