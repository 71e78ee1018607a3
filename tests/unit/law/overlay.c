/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>

#include "base/day.h"
#include "lib/law_text.h"

static const char upper[] =
	"kind: review\nname: 审核\ncite: T1\nfields:\n"
	"  opinion: {name: 意见, type: enum, of: {agree: 同意, fix: 修改, refuse: 不同意}}\n"
	"  reviewers: {name: 审核人员, type: users}\n"
	"  pages: {name: 页数, type: int, min: 1, max: 100}\n"
	"  minutes: {name: 纪要, type: text(99), see: [head, legal]}\n"
	"states:\n  sent: 已送审\n  agreed: 已同意\n  objected: 有异议\n  closed: {name: 已结, end: true}\n"
	"actions:\n"
	"  open: {name: 送审, by: [officer], form: [pages]}\n"
	"  agree:\n    name: 同意\n    from: [sent, objected]\n    to: agreed\n    by: [legal, head]\n    form: [opinion]\n"
	"    may: [reviewers]\n    next: 同意\n    checks:\n"
	"      yes: {must: opinion == agree, say: 意见不是同意, way: opinion, cite: T1}\n"
	"  object: {name: 异议, from: sent, to: objected, by: [legal], next: 提出异议}\n"
	"  close: {name: 结束, from: agreed, to: closed, by: [head], next: 结束}\n"
	"clocks:\n"
	"  review: {name: 审核期限, from: open, until: [agree, object], limit: 10 workday, warn: 2 workday, cite: T1}\n"
	"see: [organ, justice.legal]\n";

static struct law *apply(struct law_text *t, const char *overlay)
{
	law_text_add(t, "p/review.yaml", upper);
	law_text_add(t, "p/low/pack.yaml", "pack: p/low\nname: 下级包\nabove: p\nversion: 1\nfrom: 2024-01-01\n");
	law_text_add(t, "p/low/x.yaml", overlay);
	return law_text_load(t, "p/low");
}

struct accepted {
	const char *overlay;
	enum change_sort sort;
	const char *path, *after;
};

static bool listed(const struct law *l, const struct accepted *x)
{
	for (size_t i = 0; i < l->n_change; i++)
		if (l->change[i].sort == x->sort && str_is(l->change[i].path, x->path)
		    && (!x->after || str_is(l->change[i].after, x->after)) && str_is(l->change[i].pack, "p/low"))
			return true;
	return false;
}

Test(law_overlay, stricter_changes_are_accepted_and_listed)
{
	static const struct accepted list[] = {
		{ "overlay: review\nnarrow:\n  clocks: {review: {limit: 7 workday, cite: T2}}\n", CHANGE_NARROW, "review.clocks.review.limit", "7 workday" },
		{ "overlay: review\nnarrow:\n  actions: {agree: {by: [legal]}}\n", CHANGE_NARROW, "review.actions.agree.by", "[legal]" },
		{ "overlay: review\nnarrow:\n  actions: {agree: {apart: [reviewers]}}\n", CHANGE_NARROW, "review.actions.agree.apart", NULL },
		{ "overlay: review\nnarrow:\n  actions: {agree: {form: [reviewers]}}\n", CHANGE_NARROW, "review.actions.agree.form", NULL },
		{ "overlay: review\nnarrow:\n  actions: {agree: {checks: {yes: {must: pages > 1}}}}\n", CHANGE_NARROW, "review.actions.agree.checks.yes.must", "pages > 1" },
		{ "overlay: review\nnarrow:\n  fields: {opinion: {of: [agree, refuse]}}\n", CHANGE_NARROW, "review.fields.opinion.of", NULL },
		{ "overlay: review\nnarrow:\n  fields: {pages: {max: 50}}\n", CHANGE_NARROW, "review.fields.pages.max", "50" },
		{ "overlay: review\nnarrow:\n  fields: {pages: {min: 2}}\n", CHANGE_NARROW, "review.fields.pages.min", "2" },
		{ "overlay: review\nnarrow:\n  fields: {minutes: {see: [head]}}\n", CHANGE_NARROW, "review.fields.minutes.see", NULL },
		{ "overlay: review\nnarrow:\n  see: [organ]\n", CHANGE_NARROW, "review.see", NULL },
		{ "overlay: review\nnarrow:\n  cite: T3\n", CHANGE_NARROW, "review.cite", "T3" },
		{ "overlay: review\nnarrow:\n  clocks: {review: {cite: T3}}\n", CHANGE_NARROW, "review.clocks.review.cite", "T3" },
		{ "overlay: review\nnarrow:\n  states: {closed: {checks: {full: {must: pages is not null, say: 没有页数, way: pages, cite: T2}}}}\n", CHANGE_NARROW, "review.states.closed.checks", NULL },
		{ "overlay: review\nadd:\n  states: {agreed: {checks: {full: {must: pages is not null, say: 没有页数, way: pages, cite: T2}}}}\n", CHANGE_ADD, "review.states.agreed.checks", NULL },
		{ "overlay: review\nadd:\n  fields: {more: {name: 另附, type: note}}\n  actions: {agree: {may: [more]}}\n", CHANGE_ADD, "review.fields.more", NULL },
		{ "overlay: review\nreplace:\n  actions.object.to: {is: closed, because: [T2]}\nremove: {states.objected: {because: T2}}\n", CHANGE_REPLACE, "review.actions.object.to", "closed" },
		{ "overlay: review\nsettings: {wait: 5 workday}\n", CHANGE_SETTING, "settings.wait", "5 workday" },
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct law_text *t = law_text_new();
		struct law *l = apply(t, list[i].overlay);

		/* The one with remove leaves `from: objected` behind, which only the whole check can see. */
		if (list[i].sort == CHANGE_REPLACE) {
			cr_expect_null(l);
			cr_expect(law_text_find(t, false, "没有状态“objected”") != NULL, "%s", law_text_all(t));
		} else {
			cr_expect_not_null(l, "%s: %s", list[i].overlay, law_text_all(t));
			cr_expect(l && listed(l, &list[i]), "%s: not listed", list[i].overlay);
		}
		arena_free(t->a);
	}
}

Test(law_overlay, what_is_not_proved_stricter_is_refused_at_its_line)
{
	static const struct { const char *overlay, *words; } list[] = {
		{ "overlay: review\nadd:\n  clocks: {review: {limit: 30 workday}} #!\n", "add 只能加新的标识" },
		{ "overlay: review\nadd:\n  actions:\n    agree: {by: [officer]} #!\n", "add 只能加新的标识" },
		{ "overlay: review\nnarrow:\n  actions: {agree: {by: [legal, officer]}} #!\n", "多了一项" },
		{ "overlay: review\nnarrow:\n  actions: {agree: {by: []}} #!\n", "不能减到一项不剩" },
		{ "overlay: review\nnarrow:\n  actions: {agree: {to: closed}} #!\n", "不能在 narrow 中改" },
		{ "overlay: review\nnarrow:\n  actions: {agree: {checks: {yes: {say: 好}}}} #!\n", "只能加 must 或者 cite" },
		{ "overlay: review\nnarrow:\n  actions: {agreed: {by: [legal]}} #!\n", "上级包没有这一项" },
		{ "overlay: review\nnarrow:\n  fields: {pages: {max: 200}} #!\n", "max 只能更小" },
		{ "overlay: review\nnarrow:\n  fields: {pages: {min: 0}} #!\n", "min 只能更大" },
		{ "overlay: review\nnarrow:\n  fields: {pages: {max: fine}} #!\n", "max 只能更小" },
		{ "overlay: review\nnarrow:\n  fields: {opinion: {of: [agree, maybe]}} #!\n", "没有这个值" },
		{ "overlay: review\nnarrow:\n  fields: {opinion: {type: text(5)}} #!\n", "不能在 narrow 中改" },
		{ "overlay: review\nnarrow:\n  clocks: {review: {warn: 1 workday}} #!\n", "只能加 limit 或者 cite" },
		{ "overlay: review\nnarrow:\n  see: [organ, justice.legal, public] #!\n", "多了一项" },
		{ "overlay: review\nreplace:\n  actions.object.to: {is: closed} #!\n", "缺少“because”" },
		{ "overlay: review\nreplace:\n  actions.objects.to: {is: closed, because: T1} #!\n", "上级包没有这一项" },
		{ "overlay: review\nreplace:\n  actions.object.to: {is: closed, because: T8} #!\n", "不在规则台账" },
		{ "overlay: review\nremove:\n  actions.object: {} #!\n", "缺少“because”" },
		{ "overlay: reviews #!\nadd: {}\n", "上级包没有事项类型" },
		{ "overlay: review\nsettings: {waits: 5 workday} #!\n", "没有设定项" },
		{ "overlay: review\nsettings: {wait: soon} #!\n", "不是" },
		{ "kind: review #!\nname: 审核\n", "已在 p/review.yaml:1 定义" },
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct law_text *t = law_text_new();
		const struct diag_item *x;

		cr_expect_null(apply(t, list[i].overlay), "%s", list[i].overlay);
		x = law_text_find(t, false, list[i].words);
		cr_expect_not_null(x, "%s: %s", list[i].overlay, law_text_all(t));
		if (x)
			cr_expect_eq(x->pos.line, law_text_mark(list[i].overlay), "%s: %s", list[i].overlay, law_text_all(t));
		arena_free(t->a);
	}
}

Test(law_overlay, a_narrowed_check_holds_both)
{
	struct law_text *t = law_text_new();
	struct law *l = apply(t, "overlay: review\nnarrow:\n  actions: {agree: {checks: {yes: {must: pages > 1, cite: T2}}}}\n");
	const struct action *agree = kind_action(law_kind(l, STR("review")), STR("agree"));

	cr_assert_eq(agree->n_check, 1u);
	cr_assert(str_is(expr_text(agree->check[0].must), "(opinion == agree) and (pages > 1)"));
	cr_assert_eq(agree->check[0].node->cite.n, 2u);
	cr_assert(str_is(agree->check[0].node->path, "review.agree.yes"));
	arena_free(t->a);
}

Test(law_overlay, limits_join_and_keep_their_cites)
{
	struct law_text *t = law_text_new();
	struct law *l = apply(t, "overlay: review\nnarrow:\n  clocks: {review: {limit: 7 workday, cite: T2}}\n");
	const struct clock *c = kind_clock(law_kind(l, STR("review")), STR("review"));

	cr_assert_eq(c->n_limit, 2u);
	cr_assert(str_is(expr_text(c->limit[1].is.row[0].is), "7 workday"));
	cr_assert(str_is(c->limit[1].node->cite.id[0], "T2"));
	cr_assert(str_is(c->node->cite.id[0], "T1"));
	arena_free(t->a);
}

Test(law_overlay, required_fields_leave_may)
{
	struct law_text *t = law_text_new();
	struct law *l = apply(t, "overlay: review\nnarrow:\n  actions: {agree: {form: [reviewers]}}\n");
	const struct action *agree = kind_action(law_kind(l, STR("review")), STR("agree"));

	cr_assert_eq(agree->n_form, 2u);
	cr_assert(agree->form[0].required && agree->form[1].required);
	arena_free(t->a);
}

Test(law_overlay, a_replaced_value_knows_its_ground)
{
	struct law_text *t = law_text_new();
	struct law *l = apply(t, "overlay: review\nreplace: {actions.close.by: {is: [legal], because: [T2, T3]}}\n");
	const struct action *close = kind_action(law_kind(l, STR("review")), STR("close"));
	struct buf b;

	cr_assert_eq(close->node->because.n, 2u);
	cr_assert(str_is(close->node->because.id[1], "T3"));
	buf_init(&b, t->a, 10000);
	law_put_changes(l, &b);
	cr_assert(str_find(buf_str(&b), STR("p/low  替换  review.actions.close.by  依据 T2 T3  (p/low/x.yaml:2)\n"
					    "    原  [head]\n    今  [legal]\n"), 0) != SIZE_MAX, "%s", b.p);
	arena_free(t->a);
}

Test(law_overlay, a_new_way_in_passes_the_old_checks)
{
	static const char way[] = "overlay: review\nadd:\n  actions:\n"
				  "    quick: {name: 直接同意, from: sent, to: agreed, by: [head], next: 直接同意%s}\n";
	struct law_text *t = law_text_new();

	cr_assert_null(apply(t, str_fmt(t->a, way, "").p));
	cr_assert_eq(law_text_find(t, false, "却不经核对“agree.yes”")->pos.line, 4);
	arena_free(t->a);
	t = law_text_new();
	cr_assert_not_null(apply(t, str_fmt(t->a, way, ", because: T2").p), "%s", law_text_all(t));
	arena_free(t->a);
	t = law_text_new();
	cr_assert_not_null(apply(t, str_fmt(t->a, way, ", form: [opinion], checks: {yes: {must: opinion == agree, say: 意见不是同意, way: opinion, cite: T1}}").p),
			   "%s", law_text_all(t));
	arena_free(t->a);
}

Test(law_overlay, a_removed_way_leaves_no_dead_end)
{
	struct law_text *t = law_text_new();

	cr_assert_null(apply(t, "overlay: review\nremove: {actions.close: {because: T2}}\n"));
	cr_assert_not_null(law_text_find(t, false, "状态“agreed”没有出路"));
	arena_free(t->a);
}

Test(law_overlay, packs_side_by_side_do_not_mix)
{
	struct law_text *t = law_text_new();
	const struct str *pack;
	struct law *low, *side;
	struct buf b;

	law_text_add(t, "p/side/pack.yaml", "pack: p/side\nname: 旁边\nabove: p\nversion: 1\nfrom: 2024-01-01\n");
	law_text_add(t, "p/side/x.yaml", "overlay: review\nnarrow: {fields: {pages: {max: 7}}}\n");
	low = apply(t, "overlay: review\nnarrow: {fields: {pages: {max: 50}}}\n");
	side = law_text_load(t, "p/side");
	cr_assert(low && side, "%s", law_text_all(t));
	buf_init(&b, t->a, 10000);
	law_put_diff(low, side, &b);
	cr_assert_str_eq(b.p, "- review.fields.pages.max: 50  (p/low/x.yaml:2)\n"
			      "+ review.fields.pages.max: 7  (p/side/x.yaml:2)\n");
	cr_assert_eq(law_packs(t->a, &(struct law_files){ t->file, t->n }, &pack), 3u);
	cr_assert(str_is(pack[0], "p") && str_is(pack[1], "p/low"));
	arena_free(t->a);
}

/* The lower pack's statement on running matters; NULL: it does not load, and wants are words of the finding. */
static void running(const char *line, const char *wants)
{
	struct law_text *t = law_text_new();
	struct law *l;

	law_text_add(t, "p/review.yaml", upper);
	law_text_add(t, "p/low/pack.yaml",
		     str_fmt(t->a, "pack: p/low\nname: 下级包\nabove: p\nversion: 1\nfrom: 2024-01-01\n%s", line).p);
	l = law_text_load(t, "p/low");
	if (wants) {
		cr_expect_null(l, "%s", line);
		cr_expect_not_null(law_text_find(t, false, wants), "%s", law_text_all(t));
		arena_free(t->a);
		return;
	}
	cr_assert(l, "%s", law_text_all(t));
	const struct running_def *r = law_running(l, STR("review"));
	const struct action *adopt = kind_action(law_kind(l, STR("review")), STR("adopt"));

	cr_assert(r && adopt);
	cr_expect_eq(r->from, day_of(2026, 12, 1));
	cr_expect(adopt->builtin && adopt->any && adopt->by.n == 1 && adopt->by.v[0].sort == WHO_SYSTEM);
	cr_expect(adopt->node->cite.n == 1 && str_is(adopt->node->cite.id[0], "T2"));
	cr_expect_null(law_running(l, STR("person")));
	cr_expect_null(kind_action(law_kind(l, STR("person")), STR("adopt")), "only where it is asked for");
	arena_free(t->a);
}

Test(law_overlay, running_matters_go_over_where_a_pack_says_so)
{
	running("running: {kinds: [review], from: 2026-12-01, cite: T2}\n", NULL);
	running("running: {kinds: [revue], from: 2026-12-01, cite: T2}\n", "没有名为“revue”的事项类型");
	running("running: {kinds: [review], from: 2026-13-01, cite: T2}\n", "from 应当是日期");
	running("running: {kinds: [review], from: 2026-12-01}\n", "running缺少“cite”");
	running("running: {from: 2026-12-01, cite: T2}\n", "running缺少“kinds”");
	running("running: {kinds: [review], cite: T2}\n", "running缺少“from”");
	running("running: {kinds: [review], from: 2026-12-01, cite: T2, when: now}\n", "when");
}
