/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Running matters go over to the version in force when the pack says so (language.md 14), on both databases. */
#include "county.h"

#include "base/day.h"
#include "matter/adopt.h"

#define END "  end: {name: 办结, next: 办结, from: [going, held], to: over, by: [officer, system]}\n"
#define END_ALONE "  end: {name: 办结, next: 办结, from: going, to: over, by: [officer, system]}\n"
#define HOLD "  hold: {name: 搁置, next: 搁置, from: going, to: held, by: [officer]}\n"
#define VOTE "  vote: {name: 表决, next: 表决, from: going, by: [voters], joint: {need: count(parts(vote)) >= 2}, form: [yes]}\n"
#define RESUME "  resume: {name: 恢复, next: 恢复, from: held, to: going, by: [officer]}\n"
#define STATES "states: {new: 新办, going: 在办, held: 搁置中, over: {name: 办结, end: true}}\n"
static const char trial[] =
	"kind: trial\nname: 试办\ncite: T1\n"
	"fields:\n"
	"  what: {name: 事由, type: text(40)}\n"
	"  sort: {name: 类别, type: enum, of: {plain: 普通, grave: 重大}}\n"
	"  n: {name: 数量, type: int}\n"
	"  twice: {name: 折算, type: int, is: n * 2}\n"
	"  voters: {name: 表决人, type: users}\n"
	"  yes: {name: 同意, type: bool}\n"
	"  extra: {name: 附注, type: text(40), default: \"'备'\"}\n"
	"  lines: {name: 清单, type: rows, of: {thing: {name: 物品, type: text(20)}, grade: {name: 等级, type: enum, of: {good: 好, bad: 坏}}}}\n"
	"numbers: {no: {name: 试办号, pattern: \"{organ.abbr}试〔{year}〕{seq}号\", at: start}}\n"
	"clocks:\n"
	"  finish: {name: 办结, from: start, until: [end], limit: 5 workday, warn: 1 workday, lapse: end, cite: T1}\n"
	"actions:\n"
	"  open: {name: 立项, by: [officer], form: [what, sort], may: [n, voters, lines]}\n"
	"  start: {name: 开办, next: 开办, from: new, to: going, by: [officer]}\n"
	"  write: {name: 记事, next: 记事, from: going, by: [officer], form: [n]}\n"
	END VOTE HOLD RESUME STATES "---\n";

static struct county county_with_trial(struct fresh *f, const char *now)
{
	struct county c = county_new(f, now);
	struct err err = { 0 };

	cr_assert_eq(county_version(&c, "t/folio.yaml", "kind: folio\n", str_cstr(c.a, str_fmt(c.a, "%skind: folio\n", trial)), &err),
		     ERR_NONE, "%s", err.msg);
	return c;
}

static void version(struct county *c, const char *file, const char *from, const char *to)
{
	struct err err = { 0 };

	cr_assert_eq(county_version(c, file, from, to, &err), ERR_NONE, "%s", err.msg);
}

/* From 5 March on. */
static void runs(struct county *c)
{
	version(c, "t/pack.yaml", "organs: {justice", "running: {kinds: [trial], from: 2026-03-05, cite: T42}\norgans: {justice");
}

struct batch {
	struct county *c;
	int64_t matter[ADOPT_MOST];
	size_t n, moved;
};

static bool batch(struct db *db, const void *ctx, struct err *err)
{
	struct batch *x = (struct batch *)ctx;

	return matter_adopt(x->c->e, db, x->c->a, x->matter, x->n, &x->moved, err);
}

/* A whole pass; how many went over. */
static size_t pass(struct county *c)
{
	struct adopt_pass at = { .day = 0 };
	struct err err = { 0 };
	size_t moved = 0;

	for (;;) {
		struct batch x = { .c = c };

		OK(adopt_next(c->e, c->db, c->a, &at, x.matter, &x.n, &err));
		if (!x.n)
			break;
		OK(db_tx(c->db, "adopt", batch, &x, &err));
		moved += x.moved;
	}
	cr_expect(at.done);
	return moved;
}

static const struct stmt st_adopted = { "test_adopted",
	"SELECT count(*) FROM event WHERE matter = $1 AND action = 'adopt' AND role = 'system' AND actor IS NULL" };

static int64_t adopted(struct county *c, int64_t matter)
{
	return count_rows(c, &st_adopted, matter);
}

static int64_t opened(struct county *c, const char *form)
{
	cr_assert(opens(c, c->wang, "trial", form), "%s", why(c));
	return c->r.matter;
}

static void whole(struct county *c)
{
	struct audit x;
	struct err err = { 0 };

	county_logged(c);
	OK(county_audited(c, &x, &err));
}

BOTH(running_matters_go_over_on_the_day)
{
	struct county c = county_with_trial(f, "2026-03-02 09:00");
	int64_t a = opened(&c, "{'what': '甲', 'sort': 'plain', 'n': 3}"), b = opened(&c, "{'what': '乙', 'sort': 'grave', 'n': 5}"),
		over = opened(&c, "{'what': '丙', 'sort': 'plain'}"), other, due;

	cr_assert(acts(&c, c.wang, b, "start", "{}"), "%s", why(&c));
	cr_assert(acts(&c, c.wang, over, "start", "{}") && acts(&c, c.wang, over, "end", "{}"), "%s", why(&c));
	cr_assert(opens(&c, c.wang, "errand", "{'text': '转交'}"), "%s", why(&c));
	other = c.r.matter;
	due = clock_of(&c, c.wang, b, "finish")->v.due;
	runs(&c);
	version(&c, "t/folio.yaml", "is: n * 2", "is: n * 10");
	version(&c, "t/folio.yaml", "limit: 5 workday, warn: 1 workday, lapse: end", "limit: 9 workday, warn: 1 workday");
	version(&c, "t/folio.yaml", "write: {name: 记事, next: 记事, from: going, by: [officer]", "write: {name: 记录, next: 记录, from: going, by: [head]");
	version(&c, "t/together.yaml", "amend: {name: 补正", "amend: {name: 改正");

	at_time(&c, "2026-03-04 23:59");
	cr_expect_eq(pass(&c), 0, "it begins on the fifth");
	cr_expect_str_eq(field_text(&c, b, "twice").p, "10");
	at_time(&c, "2026-03-05 00:00");
	cr_expect_eq(pass(&c), 2);
	cr_expect_eq(pass(&c), 0, "once");
	cr_expect_eq(adopted(&c, a), 1);
	cr_expect_eq(adopted(&c, over), 0, "what is over stays");
	cr_expect_eq(adopted(&c, other), 0, "another kind stays");
	cr_expect(str_is(kind_action(now_of(&c, other)->kind, STR("amend"))->name, "补正"));
	cr_expect_str_eq(field_text(&c, b, "twice").p, "50", "computed anew");
	cr_expect_eq(clock_of(&c, c.wang, b, "finish")->v.due, due, "a limit that runs keeps its day");
	cr_expect_not(acts(&c, c.wang, b, "write", "{'n': 6}"));
	cr_expect_str_eq(why(&c), "“记录”由机关负责人（李红）办理");
	cr_expect(acts(&c, c.li, b, "write", "{'n': 6}"), "%s", why(&c));
	cr_expect_str_eq(field_text(&c, b, "twice").p, "60");
	at_time(&c, "2026-03-10 00:00");
	cr_expect_eq(timers(&c), 0, "nothing lapses by the new version");
	cr_expect(in_state(&c, b, "going"));
	whole(&c);
	county_free(&c);
}

/* Nobody acts by the old version any more, whether the batch has come by or not. */
BOTH(a_matter_goes_over_before_the_next_act)
{
	struct county c = county_with_trial(f, "2026-03-02 09:00");
	int64_t a = opened(&c, "{'what': '甲', 'sort': 'plain', 'n': 1}"), b = opened(&c, "{'what': '乙', 'sort': 'plain', 'n': 1}"), version_of;

	cr_assert(acts(&c, c.wang, a, "start", "{}"), "%s", why(&c));
	cr_assert(acts(&c, c.wang, b, "start", "{}"), "%s", why(&c));
	runs(&c);
	version(&c, "t/folio.yaml", "write: {name: 记事, next: 记事, from: going, by: [officer]", "write: {name: 记录, next: 记录, from: going, by: [head]");
	version(&c, "t/folio.yaml", "end: {name: 办结, next: 办结, from: [going, held], to: over, by: [officer, system]}",
		"end: {name: 自行办结, next: 办结, from: [going, held], to: over, by: [officer, system], set: {n: 7}}");
	version_of = now_of(&c, a)->version;
	at_time(&c, "2026-03-04 23:59");
	cr_expect(acts(&c, c.wang, a, "write", "{'n': 2}"), "the day before: %s", why(&c));
	cr_expect_eq(adopted(&c, a), 0);
	at_time(&c, "2026-03-05 00:00");
	cr_expect_not(acts(&c, c.wang, a, "write", "{'n': 3}"), "an officer may no more");
	cr_expect_eq(adopted(&c, a), 0, "a refusal writes nothing");
	cr_expect(acts(&c, c.li, a, "write", "{'n': 3}"), "%s", why(&c));
	cr_expect_eq(adopted(&c, a), 1);
	cr_expect_eq(now_of(&c, a)->version, version_of + 3, "the act of the fourth, going over, the act of the fifth");
	/* the law acts too: the limit of five workdays ends with the ninth */
	at_time(&c, "2026-03-10 00:00");
	cr_expect_eq(timers(&c), 2);
	cr_expect_eq(adopted(&c, b), 1);
	cr_expect(in_state(&c, b, "over"));
	cr_expect_str_eq(field_text(&c, b, "n").p, "7");
	whole(&c);
	county_free(&c);
}

/* What has no place in the new version stays, and it is said why. */
BOTH(what_does_not_fit_stays)
{
	static const struct {
		const char *from, *to, *why;
		bool held; /* the matter is laid aside, else it goes on and one of two has voted */
	} bad[] = {
		{ END VOTE HOLD RESUME STATES, END_ALONE VOTE "states: {new: 新办, going: 在办, over: {name: 办结, end: true}}\n", "新定义没有“搁置中”这个状态", true },
		{ END VOTE HOLD RESUME STATES, END_ALONE VOTE HOLD "states: {new: 新办, going: 在办, held: {name: 搁置中, end: true}, over: {name: 办结, end: true}}\n",
		  "新定义中“搁置中”已是办结状态", true },
		{ "  extra: {name: 附注", "  spare: {name: 附注", "新定义没有“附注”这一项，本件已经填写", false },
		{ "of: {plain: 普通, grave: 重大}", "of: {plain: 普通, heavy: 重大}", "新定义的“类别”没有本件所填的内容可选", false },
		{ "of: {good: 好, bad: 坏}", "of: {good: 好, poor: 坏}", "新定义的“清单”没有本件所填的内容可选", false },
		{ "numbers: {no:", "numbers: {serial:", "新定义没有“试办号”，本件已经编号", false },
		{ "  finish: {name: 办结", "  complete: {name: 办结", "新定义没有“办结”这个期限，或者没有它的中止", false },
		{ VOTE, "  vote: {name: 表决, next: 表决, from: going, by: [officer], form: [yes]}\n",
		  "“表决”已经有人办理，新定义没有这项共同办理", false },
		{ "form: [what, sort], may: [n, voters, lines]", "form: [what, sort, n], may: [voters, lines]",
		  "新定义在“立项”时必须填写“数量”，本件没有填写", false },
	};
	struct county c = county_with_trial(f, "2026-03-02 09:00");
	int64_t v[2];
	struct err err = { 0 };

	for (int i = 0; i < 2; i++) {
		v[i] = opened(&c, str_cstr(c.a, str_fmt(c.a, "{'what': '甲', 'sort': 'grave', 'voters': [%lld, %lld],"
							" 'lines': [{'thing': '漆', 'grade': 'bad'}]}", (long long)c.wang, (long long)c.zhao)));
		cr_assert(acts(&c, c.wang, v[i], "start", "{}"), "%s", why(&c));
	}
	cr_assert(acts(&c, c.zhao, v[0], "vote", "{'yes': true}"), "%s", why(&c));
	cr_assert(acts(&c, c.wang, v[1], "hold", "{}"), "%s", why(&c));
	runs(&c);
	at_time(&c, "2026-03-05 09:00");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const struct adopt_view *x;
		int64_t after = 0, before;
		size_t n;
		bool more;

		version(&c, "t/folio.yaml", bad[i].from, bad[i].to);
		OK(adopt_list(c.e, c.db, c.a, &after, &x, &n, &more, &err));
		cr_assert_eq(n, 2, "%s", bad[i].why);
		cr_expect_str_eq(str_cstr(c.a, x[bad[i].held].why), bad[i].why);
		before = adopted(&c, v[bad[i].held]);
		(void)pass(&c); /* the other one fits */
		cr_expect_eq(adopted(&c, v[bad[i].held]), before, "%s", bad[i].why);
		version(&c, "t/folio.yaml", bad[i].to, bad[i].from);
	}
	/* it goes on by its own version, and by the new one as soon as that has room for it */
	version(&c, "t/folio.yaml", END VOTE HOLD RESUME STATES, END_ALONE VOTE "states: {new: 新办, going: 在办, over: {name: 办结, end: true}}\n");
	cr_expect(acts(&c, c.wang, v[1], "resume", "{}"), "%s", why(&c));
	cr_expect_eq(pass(&c), 2);
	whole(&c);
	county_free(&c);
}

/* A pause that is open must end in the new version as it would have here. */
BOTH(an_open_pause_keeps_its_end)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	const struct adopt_view *x;
	struct err err = { 0 };
	int64_t m, after = 0;
	size_t n;
	bool more;

	cr_assert(opens(&c, c.wang, "penal", "{'party': '甲', 'cause': '未如实记录', 'found_on': '2026-03-01'}"), "%s", why(&c));
	m = c.r.matter;
	cr_assert(acts(&c, c.li, m, "file", str_cstr(c.a, str_fmt(c.a, "{'officers': [%lld, %lld]}", (long long)c.wang, (long long)c.zhao))),
		  "%s", why(&c));
	cr_assert(acts(&c, c.wang, m, "stop", "{}"), "%s", why(&c));
	version(&c, "t/pack.yaml", "organs: {justice", "running: {kinds: penal, from: 2026-03-01, cite: T42}\norgans: {justice");
	version(&c, "t/penal.yaml", "pause: [{from: [stop], until: [go]}, {child: query}]", "pause: [{child: query}, {from: [stop], until: [go]}]");
	OK(adopt_list(c.e, c.db, c.a, &after, &x, &n, &more, &err));
	cr_assert_eq(n, 1);
	cr_expect_str_eq(str_cstr(c.a, x[0].why), "新定义没有“作出决定”这个期限，或者没有它的中止");
	cr_expect_eq(pass(&c), 0);
	cr_expect(acts(&c, c.wang, m, "go", "{}"), "%s", why(&c));
	cr_expect_eq(pass(&c), 1, "the pause is over");
	whole(&c);
	county_free(&c);
}
