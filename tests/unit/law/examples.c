/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The sketches of the specification, read where they are at hand: they bind, type and prove, but for what
 * waits for later parts and for the templates that nobody has written. */
#include <criterion/criterion.h>
#include <string.h>

#include "lib/law_text.h"

/* What the sketches take for granted: roles, organs, settings and the kinds that they link to. */
static const char pack[] =
	"pack: p\nname: 试验包\nversion: 1\nfrom: 2020-01-01\n"
	"organs: {justice: 司法局, police: 公安局, procuratorate: 检察院, discipline: 纪委监委, credit_office: 信用办}\n"
	"roles:\n"
	"  officer: {name: 承办人}\n  head: {name: 负责人}\n  legal: {name: 法制审核人员}\n  supervisor: {name: 监督人员}\n"
	"  review_office: {name: 评查办}\n  review_head: {name: 评查负责人}\n  liaison: {name: 联络员}\n  counter: {name: 窗口人员}\n"
	"  credit: {name: 信用管理员}\n  keeper: {name: 保管员}\n  handler: {name: 受理人}\n  office: {name: 办公室}\n"
	"  informant_keeper: {name: 举报人信息保管人}\n  cashier: {name: 收缴管理员}\n  archivist: {name: 档案员}\n"
	"  trainer: {name: 培训管理员}\n  registrar: {name: 名录管理员}\n"
	"settings:\n"
	"  check_days: {name: 核查期限, type: span, default: 15 workday}\n"
	"  training_hours: {name: 轮训课时, type: num(1), default: 8}\n"
	"  regions: {name: 行政区域, type: picks, of: {linyi: 临猗县}, default: linyi}\n";

static const char context[] =
	"kind: enforcement_item\nname: 执法事项\nstates: {active: 有效, ended: {name: 取消, end: true}}\n"
	"actions:\n  open: {name: 登记, by: head}\n  end: {name: 取消, from: active, to: ended, by: head, next: 取消}\n"
	"---\n"
	"kind: penalty\nname: 处罚案件\nfields:\n"
	"  party: {name: 当事人, type: party}\n  cause: {name: 案由, type: text(200)}\n  officers: {name: 承办人员, type: users}\n"
	"  crime: {name: 涉嫌犯罪, type: bool}\n  serious: {name: 情节严重, type: bool}\n  decided_on: {name: 决定日, type: date}\n"
	"  origin: {name: 来源案件, type: ref, of: penalty}\n  reason: {name: 中止理由, type: text(99)}\n"
	"states: {lead: 线索, filed: 立案, decided: 已决定, suspended: 中止, closed: {name: 结案, end: true}, archived: {name: 归档, end: true}}\n"
	"actions:\n"
	"  open: {name: 登记, by: officer, form: [party, cause, officers, crime, serious, origin]}\n"
	"  file: {name: 立案, from: lead, to: filed, by: head, next: 立案}\n"
	"  decide: {name: 决定, from: filed, to: decided, by: head, set: {decided_on: today}, next: 决定}\n"
	"  suspend: {name: 中止, from: [filed, decided], to: suspended, by: system, may: [reason]}\n"
	"  resume: {name: 恢复, from: suspended, to: back, by: system}\n"
	"  close_moved: {name: 移送结案, from: suspended, to: closed, by: system}\n"
	"  archive: {name: 归档, from: decided, to: archived, by: head, next: 归档}\n"
	"---\n"
	"kind: duty_record\nname: 职责记录\nfields: {duty: {name: 职责, type: text(90)}}\nstates: {met: {name: 已履行, end: true}}\n"
	"actions:\n  open: {name: 记录, by: system, form: [duty]}\n"
	"---\n"
	"kind: dossier\nname: 案卷\nfields:\n  officers: {name: 承办人员, type: users}\n"
	"states: {draft: 整理, archived: {name: 已归档, end: true}}\n"
	"actions:\n  open: {name: 建卷, by: officer, form: [officers]}\n"
	"  archive: {name: 归档, from: draft, to: archived, by: archivist, next: 归档}\n";

static const char lead[] =
	"kind: accountability_lead\nname: 追责线索\nfields: {about: {name: 来源, type: ref, of: transfer}}\n"
	"states: {new: 新, end: {name: 完, end: true}}\n"
	"actions:\n  open: {name: 生成, by: system, form: [about]}\n  end: {name: 办结, from: new, to: end, by: head, next: 办结}\n";

static const struct { const char *file, *further; size_t later, other; } list[] = {
	{ "case-review.yaml", NULL, 0, 4 },    /* its draw does not say beacon, at, value and shares, which draw/v1 needs */
	{ "dishonesty.yaml", NULL, 0 },
	{ "licence.yaml", NULL, 0 },
	{ "report-reward.yaml", NULL, 2, 1 },  /* sealed, twice; a list of regions has no type to be a setting */
	{ "rotation-training.yaml", NULL, 0 },
	{ "transfer.yaml", lead, 0 },
};

Test(law_examples, bind_but_for_what_waits)
{
	struct arena *a = arena_new();

	if (!law_text_file(a, "../shared/examples/licence.yaml").n)
		cr_skip("../shared/examples is not at hand: the sketches are not read");
	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		struct law_text *t = law_text_new();
		size_t later = 0, other = 0;

		t->file[0].text = str_of(pack);
		t->n = 2; /* without the statutes: citations are not looked up */
		law_text_add(t, "p/context.yaml", context);
		if (list[i].further)
			law_text_add(t, "p/further.yaml", list[i].further);
		law_text_add(t, "p/example.yaml",
			     str_cstr(t->a, law_text_file(t->a, str_fmt(a, "../shared/examples/%s", list[i].file).p)));
		(void)law_text_load(t, "p");
		for (size_t j = 0; j < t->d.n; j++) {
			const struct diag_item *x = &t->d.item[j];

			later += str_find(x->text, STR("尚未支持"), 0) != SIZE_MAX;
			other += !x->warning && str_find(x->text, STR("尚未支持"), 0) == SIZE_MAX
			      && str_find(x->text, STR("的模板 "), 0) == SIZE_MAX;
		}
		cr_expect_eq(later, list[i].later, "%s: %zu wait, %s", list[i].file, later, law_text_all(t));
		cr_expect_eq(other, list[i].other, "%s: %s", list[i].file, law_text_all(t));
		arena_free(t->a);
	}
	arena_free(a);
}
