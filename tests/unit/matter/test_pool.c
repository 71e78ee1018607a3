/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a form offers for a reference: what its definition says, of the matter's organ, within the person's sight. */
#include "county.h"

static const char kinds[] =
	"kind: power\nname: 事项\ncite: T1\n"
	"fields:\n"
	"  title: {name: 名称, type: text(40)}\n"
	"  sort: {name: 类别, type: enum, of: {fine: 处罚, permit: 许可}}\n"
	"  lent: {name: 交给, type: organ}\n"
	"states: {valid: {name: 有效, holder: [system]}, gone: {name: 停用, end: true}}\n"
	"see: [organ]\n"
	"actions:\n"
	"  open: {name: 登记, by: [officer, system], form: [title, sort], may: [lent]}\n"
	"  drop: {name: 停用, next: 停用, from: valid, to: gone, by: [officer]}\n"
	"list: {columns: [title, state], card: [title, state]}\n"
	"---\n"
	"kind: use\nname: 办理\ncite: T1\n"
	"fields:\n"
	"  title: {name: 名称, type: text(40)}\n"
	"  inner: {name: 内部类别, type: enum, of: {fine: 处罚, permit: 许可}, see: {who: [head]}}\n"
	"  power: {name: 事项, type: ref, of: power, pool: {own: \"matters(power, x, x.organ == organ and x.sort == fine and x.state == valid)\","
	" lent: \"matters(power, x, x.lent == organ and x.sort == fine)\"}}\n"
	"  told: {name: 所涉事项, type: refs, of: power, pool: {same: \"matters(power, x, x.organ == organ and x.sort == inner)\"}}\n"
	"states: {begun: 进行中, done: {name: 已办, end: true}}\n"
	"see: [organ]\n"
	"actions:\n"
	"  open: {name: 开始, by: [officer], form: [title], may: [power, told, inner]}\n"
	"  finish: {name: 办结, next: 办结, from: begun, to: done, by: [officer]}\n"
	"list: {columns: [title, state], card: [title, state]}\n"
	"---\n"
	"kind: notice\nname: 公示\ncite: T1\n";

static struct county begun(struct fresh *f)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };

	cr_assert_eq(county_version(&c, "t/others.yaml", "kind: notice\nname: 公示\ncite: T1\n", kinds, &err), ERR_NONE, "%s %s",
		     err.msg, err.detail);
	return c;
}

static int64_t power(struct county *c, int64_t who, const char *title, const char *more)
{
	cr_assert(opens(c, who, "power", str_fmt(c->a, "{'title': '%s', %s}", title, more).p), "%s", why(c));
	return c->r.matter;
}

/* 一、二: the titles that are offered. */
static const char *offered(struct county *c, int64_t who, int64_t matter, const char *field)
{
	const struct actor actor = as(c, who);
	const struct kind *k;
	const struct law *law;
	const struct pooled *v;
	struct err err = { 0 };
	struct buf b;
	int64_t def;
	bool more;
	size_t n;

	OK(engine_law_of_organ(c->e, c->db, c->a, actor.organ, &law, &def, &err));
	k = law_kind(law, STR("use"));
	OK(matter_pool(c->e, c->db, c->a, &actor, k, matter, kind_field(k, str_of(field)), &v, &n, &more, &err));
	cr_expect(!more);
	buf_init(&b, c->a, 4000);
	for (size_t i = 0; i < n; i++) {
		buf_adds(&b, i ? "、" : "");
		buf_add(&b, v[i].title);
	}
	return str_cstr(c->a, buf_str(&b));
}

BOTH(pool_by_definition)
{
	struct county c = begun(f);
	int64_t matter, old;

	(void)power(&c, c.wang, "一", "'sort': 'fine'");
	(void)power(&c, c.wang, "二", "'sort': 'permit'");
	old = power(&c, c.wang, "三", "'sort': 'fine'");
	(void)power(&c, c.chen, "四", "'sort': 'fine'");
	cr_expect_str_eq(offered(&c, c.wang, 0, "power"), "一、三", "own and of the sort, before there is a matter");
	cr_assert(acts(&c, c.wang, old, "drop", "{}"), "%s", why(&c));
	cr_expect_str_eq(offered(&c, c.wang, 0, "power"), "一");

	cr_assert(opens(&c, c.wang, "use", "{'title': '甲', 'inner': 'permit'}"), "%s", why(&c));
	matter = c.r.matter;
	cr_expect_str_eq(offered(&c, c.wang, matter, "power"), "一", "of the matter's organ");
	cr_expect_str_eq(offered(&c, c.wang, matter, "told"), "", "what a hidden field leaves would tell it");
	cr_expect_str_eq(offered(&c, c.li, matter, "told"), "二");
	county_free(&c);
}

BOTH(pool_within_sight)
{
	struct county c = begun(f);

	(void)power(&c, c.wang, "一", "'sort': 'fine'");
	(void)power(&c, c.chen, "四", str_fmt(c.a, "'sort': 'fine', 'lent': %lld", (long long)c.bureau).p);
	cr_expect_str_eq(offered(&c, c.wang, 0, "power"), "一", "a matter of the other list that this person may not see");
	cr_expect_str_eq(offered(&c, c.chen, 0, "power"), "四");
	county_free(&c);
}
