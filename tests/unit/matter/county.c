/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "county.h"

#include <stdio.h>
#include <string.h>

#include "base/day.h"
#include "log/log.h"
#include "matter/inner.h"
#include "matter/store.h"

static const char pack_text[] =
	"pack: t\nname: 试验\nversion: 1\nfrom: 2026-01-01\n"
	"organs: {justice: 司法局}\n"
	"roles:\n"
	"  officer: {name: 承办人, excludes: [auditor]}\n"
	"  head: {name: 机关负责人, excludes: [auditor]}\n"
	"  legal: {name: 法制审核人员, excludes: [auditor]}\n"
	"  supervisor: {name: 监督人员, excludes: [auditor]}\n"
	"  auditor: {name: 审计员}\n  sysadmin: {name: 系统管理员, everywhere: true}\n"
	"settings:\n"
	"  ceiling: {name: 罚款上限, type: money, default: 50000, by: [head], per: organ, cite: T1}\n";

static const char registers_text[] =
	"kind: organ\nname: 单位\ncite: T1\n"
	"fields:\n"
	"  name: {name: 名称, type: text(60)}\n"
	"  short: {name: 标识, type: text(40)}\n"
	"  abbr: {name: 简称, type: text(20)}\n"
	"states: {valid: {name: 有效, holder: [system]}, gone: {name: 已撤销, end: true}}\n"
	"actions:\n"
	"  open: {name: 登记, by: [system, head], form: [name, short], may: [abbr]}\n"
	"  drop: {name: 撤销, next: 撤销, from: valid, to: gone, by: [head]}\n"
	"---\n"
	"kind: person\nname: 人员\ncite: T1\n"
	"fields:\n"
	"  name: {name: 姓名, type: text(30)}\n"
	"  phone: {name: 电话, type: phone, personal: phone, see: {who: [head], else: mask}}\n"
	"  posts:\n    name: 任职\n    type: rows\n"
	"    of: {organ: {name: 单位, type: organ}, role: {name: 角色, type: text(30)}, from: {name: 自, type: date}, to: {name: 至, type: date}}\n"
	"states: {valid: {name: 在职, holder: [system]}, gone: {name: 离职, end: true}}\n"
	"actions:\n"
	"  open: {name: 登记, by: [system, head], form: [name], may: [posts, phone]}\n"
	"  leave: {name: 离职, next: 离职, from: valid, to: gone, by: [head]}\n"
	"---\n"
	"kind: setting\nname: 参数\ncite: T1\n"
	"fields:\n"
	"  key: {name: 参数, type: text(40)}\n"
	"  scope: {name: 适用单位, type: organ}\n"
	"  value: {name: 取值, type: text(200)}\n"
	"  in_force: {name: 生效日期, type: date}\n"
	"  basis: {name: 依据, type: note}\n"
	"states: {valid: {name: 有效, holder: [system]}, gone: {name: 已撤销, end: true}}\n"
	"actions:\n"
	"  open: {name: 设定, by: [head, system], form: [key, value, in_force], may: [scope, basis]}\n"
	"  withdraw: {name: 撤销, next: 撤销, from: valid, to: gone, by: [head]}\n";

/* A case: numbers, checks, apart, recusal, clocks with pause and extension, effects, back, correction. */
static const char case_text[] =
	"kind: penal\nname: 处罚案件\ncite: T1\n"
	"fields:\n"
	"  party: {name: 当事人, type: party, personal: name}\n"
	"  cause: {name: 案由, type: text(40)}\n"
	"  officers: {name: 承办人员, type: users}\n"
	"  fine: {name: 罚款, type: money, min: 0}\n"
	"  half: {name: 一半, type: money, is: fine / 2}\n"
	"  found_on: {name: 发现日, type: date}\n"
	"  decided_on: {name: 决定日, type: date}\n"
	"  secret: {name: 举报人, type: text(30), see: {who: [head]}}\n"
	"  goods:\n    name: 物品\n    type: rows\n"
	"    of: {what: {name: 名称, type: text(20)}, n: {name: 数量, type: int}}\n"
	"  remark: {name: 备注, type: note}\n"
	"states:\n"
	"  lead: 线索\n"
	"  filed: 调查中\n"
	"  waiting: 中止\n"
	"  deciding: 待决定\n"
	"  decided: {name: 已决定, checks: {amount: {must: fine is not null, say: 罚款未定, cite: T1, way: fine}}}\n"
	"  closed: {name: 已结案, end: true}\n"
	"see: [organ, {who: [justice.supervisor], if: \"state in [decided, closed]\"}]\n"
	"numbers:\n"
	"  filing: {name: 立案号, pattern: \"{organ.abbr}立〔{year}〕{seq}号\", at: file}\n"
	"  decision: {name: 决定书号, pattern: \"{organ.abbr}罚〔{year}〕{seq}号\", at: decide}\n"
	"correct: {by: [head], fields: [cause], states: [filed, deciding, decided]}\n"
	"actions:\n"
	"  open: {name: 登记线索, by: [officer, system], form: [party, cause], may: [officers, found_on, secret, goods]}\n"
	"  file:\n    name: 立案\n    next: 立案\n    from: lead\n    to: filed\n    by: [head]\n    form: [officers]\n"
	"    checks:\n"
	"      two: {must: count(officers) >= 2, say: \"执法人员不得少于两人，现有{count(officers)}人\", cite: T42, way: officers}\n"
	"      found: {must: found_on <= today, say: 发现日晚于今日, cite: T43, way: found_on}\n"
	"      cause: {should: len(cause) >= 4, say: 案由过短, cite: T44, way: cause}\n"
	"  add: {name: 补充物品, next: 补充, from: filed, by: [officers], form: [goods+]}\n"
	"  hold: {name: 中止, next: 中止, from: any, to: waiting, by: [head], cite: T1}\n"
	"  resume: {name: 恢复, next: 恢复, from: waiting, to: back, by: [head]}\n"
	"  stop: {name: 暂停计时, next: 暂停, from: filed, by: [officers]}\n"
	"  go: {name: 继续计时, next: 继续, from: filed, by: [officers]}\n"
	"  longer: {name: 批准延期, next: 延期, from: [filed, deciding], by: [head]}\n"
	"  report: {name: 报请决定, next: 报请, from: filed, to: deciding, by: [officers]}\n"
	"  decide:\n    name: 作出决定\n    next: 作出决定\n    from: deciding\n    to: decided\n    by: [head]\n    apart: [officers]\n"
	"    may: [fine]\n    set: {decided_on: today}\n"
	"    checks:\n"
	"      ceiling: {must: fine <= set.ceiling, say: \"罚款{fine}超过上限\", cite: T51, way: fine}\n"
	"    then:\n"
	"      - {open: notice, with: {about: this, text: cause}}\n"
	"      - {tell: [officers], say: \"{cause}已作出决定\"}\n"
	"  close:\n    name: 结案\n    next: 结案\n    from: decided\n    to: closed\n    by: [officers, system]\n    may: [remark]\n"
	"    then:\n"
	"      - {do: withdraw, at: children(notice), skip: true}\n"
	"clocks:\n"
	"  decide: {name: 作出决定, from: file, until: [decide, close], limit: 20 workday, warn: 3 workday, pause: [{from: [stop], until: [go]}, {child: query}], extend: {at: longer, add: 10 workday, most: 10 workday, times: 1}, cite: T60}\n"
	"  close: {name: 结案, from: {decide: decided_on}, until: [close], limit: [30 day, {is: 10 workday, cite: T62}], warn: 2 day, lapse: close, cite: T61}\n"
	"list: {columns: [number, party, cause, state], filters: [party, cause]}\n";

static const char others_text[] =
	"kind: notice\nname: 公示\ncite: T1\n"
	"fields:\n"
	"  about: {name: 案件, type: ref, of: penal}\n"
	"  text: {name: 内容, type: text(40)}\n"
	"  left: {name: 其余公示, type: int}\n"
	"  inner: {name: 内部意见, type: text(40), see: {who: [organ]}}\n"
	"  older: {name: 以前的版本, type: ref, of: notice}\n"
	"states: {draft: 待公示, shown: 已公示, gone: {name: 已撤下, end: true}}\n"
	"see: [organ, {who: [public], if: state == shown}]\n"
	"actions:\n"
	"  open: {name: 拟公示, by: [system, officer], form: [about, text], may: [inner, older], checks: {short: {must: len(text) <= 20, say: 公示内容过长, cite: T12}}}\n"
	"  edit: {name: 修改, next: 修改, from: [draft, shown], by: [officer], may: [text, inner]}\n"
	"  show: {name: 公示, next: 公示, from: draft, to: shown, by: [officer, system]}\n"
	"  withdraw: {name: 撤下, next: 撤下, from: shown, to: gone, by: [officer, system]}\n"
	"---\n"
	"kind: query\nname: 鉴定\ncite: T1\n"
	"fields: {case: {name: 案件, type: ref, of: penal}}\n"
	"states: {running: 进行中, done: {name: 已完成, end: true}}\n"
	"actions:\n"
	"  open: {name: 委托鉴定, by: [officer], form: [case]}\n"
	"  finish: {name: 完成, next: 完成, from: running, to: done, by: [officer]}\n"
	"  drop: {name: 撤回鉴定, next: 撤回鉴定, from: running, to: done, by: [case.officers, opener]}\n"
	"---\n"
	"kind: alert\nname: 预警\ncite: T1\n"
	"fields: {what: {name: 案由, type: text(40)}, case: {name: 案件, type: ref, of: penal}}\n"
	"states: {new: 新, gone: {name: 已处理, end: true}}\n"
	"actions:\n"
	"  open: {name: 预警, by: [system], form: [what, case]}\n"
	"  drop: {name: 处理, next: 处理, from: new, to: gone, by: [head]}\n"
	"when:\n"
	"  second:\n"
	"    after: penal.decide\n"
	"    if: count(matters(penal, x, x.party == it.party and x.decided_on in dates(today - 6 month, today))) >= 2\n"
	"    open: alert\n    with: {what: it.cause, case: it}\n    cite: T70\n"
	"---\n"
	"kind: link\nname: 链环\ncite: T1\n"
	"fields: {after: {name: 前一环, type: ref, of: link}}\n"
	"states: {new: 新, gone: {name: 已拉起, end: true}}\n"
	"actions:\n"
	"  open: {name: 登记, by: [officer], may: [after]}\n"
	"  pull: {name: 拉起, next: 拉起, from: new, to: gone, by: [officer, system], then: [{if: after is not null, do: pull, at: after}]}\n"
	"---\n"
	"kind: slow\nname: 慢核对\ncite: T1\n"
	"fields: {text: {name: 内容, type: text(40)}}\n"
	"states: {new: 新, gone: {name: 已完成, end: true}}\n"
	"actions:\n"
	"  open: {name: 登记, by: [officer], form: [text]}\n"
	"  end:\n    name: 完成\n    next: 完成\n    from: new\n    to: gone\n    by: [officer]\n"
	"    checks:\n"
	"      each: {must: \"all(matters(penal, x, x.state == lead), count(matters(penal, y, y.state == x.state)) > 0)\", say: 核对过慢, cite: T99, way: text}\n"
	"  drop: {name: 撤销, next: 撤销, from: new, to: gone, by: [head]}\n"
	"---\n"
	"kind: vote\nname: 集体讨论\ncite: T1\n"
	"fields:\n"
	"  members: {name: 成员, type: users}\n"
	"  yes: {name: 同意, type: bool}\n"
	"  words: {name: 意见, type: note}\n"
	"states: {voting: 讨论中, passed: {name: 已通过, end: true}, failed: {name: 未通过, end: true}}\n"
	"terms:\n  agreed: {name: 同意人数, is: \"count(parts(give), it.yes)\"}\n"
	"actions:\n"
	"  open: {name: 发起, by: [officer, head], form: [members]}\n"
	"  give:\n    name: 表决\n    next: 表决\n    from: voting\n    to: {choose: [{if: agreed >= 2, is: passed}, {is: failed}]}\n    by: members\n"
	"    joint: {need: \"all(m in members, any(parts(give), it.actor == m))\"}\n"
	"    form: [yes]\n    may: [words]\n"
	"    checks: {words: {if: not yes, must: words is not null, say: 不同意须说明意见, cite: T57, way: words}}\n";

/* Deputies, and a paper that prints who signed. */
static const char together_text[] =
	"kind: delegation\nname: 委托\ncite: T1\n"
	"fields:\n"
	"  principal: {name: 被代办人, type: user}\n"
	"  deputy: {name: 代办人, type: user}\n"
	"  from_day: {name: 自, type: date}\n"
	"  to_day: {name: 至, type: date}\n"
	"  roles: {name: 角色, type: picks, of: {officer: 承办人, head: 机关负责人, legal: 法制审核人员, auditor: 审计员}}\n"
	"states: {active: {name: 生效, holder: [system]}, ended: {name: 已结束, end: true}}\n"
	"actions:\n"
	"  open: {name: 委托, by: [organ, system], form: [deputy, from_day, to_day], may: [principal, roles], set: {principal: principal else actor}}\n"
	"  finish: {name: 结束, next: 结束, from: active, to: ended, by: [principal]}\n"
	"---\n"
	"kind: memo\nname: 签报\ncite: T1\n"
	"fields:\n"
	"  text: {name: 内容, type: text(40)}\n"
	"  asked_by: {name: 请示人, type: user}\n"
	"  signed_by: {name: 签发人, type: user}\n"
	"  sent_on: {name: 送签日, type: date}\n"
	"  urgent: {name: 急件, type: text(20)}\n"
	"states: {draft: 草拟, sent: 待签, signed: {name: 已签, holder: [officer]}, filed: {name: 已归档, end: true}}\n"
	"actions:\n"
	"  open: {name: 草拟, by: [officer, legal], form: [text], set: {asked_by: actor}}\n"
	"  send: {name: 送签, next: 送签, from: draft, to: sent, by: [asked_by, legal], may: [urgent], set: {sent_on: today}}\n"
	"  back: {name: 退回修改, next: 退回修改, from: sent, to: draft, by: [head], points: true}\n"
	"  number: {name: 编号送签, next: 编号送签, from: draft, to: sent, by: [asked_by]}\n"
	"  check: {name: 核对送签, next: 核对送签, from: draft, to: sent, by: [asked_by], confirm: check}\n"
	"  sign: {name: 签发, next: 签发, from: sent, to: signed, by: [head], apart: [event(send).actor], set: {signed_by: actor}, makes: [memo_paper]}\n"
	"  file: {name: 归档, next: 归档, from: signed, to: filed, by: [officer]}\n"
	"numbers: {no: {name: 文号, pattern: \"{organ.abbr}签〔{year}〕{seq}号\", at: number}}\n"
	"clocks:\n"
	"  draft: {name: 草拟, from: [open, back], until: [send], limit: 5 workday, warn: 1 workday, cite: T1}\n"
	"  sign: {name: 签发, from: send, until: [sign, back], limit: 3 workday, warn: 1 workday, cite: T1}\n"
	"papers: {memo_paper: {name: 签报单, template: memo_paper, cite: T1}}\n"
	"---\n"
	"kind: secretive\nname: 密件\ncite: T1\n"
	"fields: {text: {name: 内容, type: text(40)}, named: {name: 指定的人, type: user}}\n"
	"states: {new: 待办, gone: {name: 已办结, end: true}}\n"
	"see: [named]\n"
	"actions:\n"
	"  open: {name: 登记, by: [system], form: [text, named]}\n"
	"  end: {name: 办结, next: 办结, from: new, to: gone, by: [named]}\n"
	"---\n"
	"kind: errand\nname: 转办\ncite: T1\n"
	"fields: {text: {name: 内容, type: text(40)}, asked: {name: 要求, type: text(40)}}\n"
	"states: {new: 待转办, passed: {name: 已转办, holder: [officer]}, gone: {name: 已办结, end: true}}\n"
	"see: [organ, {who: [justice.supervisor]}]\n"
	"actions:\n"
	"  open: {name: 登记, by: [officer], form: [text]}\n"
	"  pass: {name: 转办, next: 转办, from: new, to: passed, by: [justice.supervisor], may: [asked]}\n"
	"  amend: {name: 补正, next: 补正, from: [new, passed], by: [officer], may: [text, asked]}\n"
	"  end: {name: 办结, next: 办结, from: passed, to: gone, by: [officer]}\n";

static const char handover_text[] =
	"kind: handover\nname: 交接\ncite: T1\n"
	"fields:\n"
	"  sort: {name: 类别, type: enum, of: {leave: 离岗, holiday: 节前}}\n"
	"  leaver: {name: 移交人, type: user}\n"
	"  receiver: {name: 接收人, type: user}\n"
	"  from_day: {name: 自, type: date}\n"
	"  to_day: {name: 至, type: date}\n"
	"  list:\n    name: 清单\n    type: rows\n"
	"    of: {title: {name: 办件, type: text(200)}, state: {name: 到哪步, type: text(60)}, place: {name: 工作, type: text(60)}, result: {name: 结果, type: text(200)}}\n"
	"  rest: {name: 未列入, type: int}\n"
	"  earlier: {name: 前一份, type: ref, of: handover}\n"
	"  elsewhere:\n    name: 其他机关\n    type: rows\n"
	"    of: {organ: {name: 机关, type: text(100)}, count: {name: 件数, type: int}, way: {name: 怎样移交, type: text(200)}}\n"
	"states: {listed: 待签, done: {name: 已交接, end: true}}\n"
	"actions:\n"
	"  open: {name: 列清单, by: [organ, system], form: [sort, leaver, receiver], may: [earlier, from_day, to_day]}\n"
	"  sign: {name: 签字, next: 签字, from: listed, to: done, by: [leaver, receiver], joint: {need: \"count(parts(sign)) >= 2\"}, then: [{if: sort == leave and rest > 0, open: handover, with: {sort: sort, leaver: leaver, receiver: receiver, earlier: this}}]}\n";

/* What is pushed to the public side under a code. */
static const char call_text[] =
	"kind: call\nname: 走访\ncite: T1\n"
	"push: {from: announce, until: [file, drop], shows: [call_no, why, officers, hosted], cite: T1}\n"
	"fields:\n"
	"  why: {name: 缘由, type: text(40)}\n"
	"  secret: {name: 内情, type: text(40)}\n"
	"  officers: {name: 来人, type: users}\n"
	"numbers: {call_no: {name: 编号, pattern: \"{organ.abbr}访〔{year}〕{seq}号\", at: open}}\n"
	"states: {draft: {name: 拟订, holder: [officer]}, coming: {name: 将到, holder: [officer]}, filed: {name: 已归档, end: true}}\n"
	"terms: {hosted: {name: 来人数, is: count(officers)}}\n"
	"actions:\n"
	"  open: {name: 登记, by: [officer], form: [why], may: [secret, officers]}\n"
	"  announce: {name: 通知, next: 通知, from: draft, to: coming, by: [officer], makes: [call_notice]}\n"
	"  change: {name: 变更, next: 变更, from: coming, by: [officer], form: [why]}\n"
	"  file: {name: 归档, next: 归档, from: coming, to: filed, by: [officer]}\n"
	"  drop: {name: 撤销, next: 撤销, from: coming, to: filed, by: [head]}\n"
	"papers: {call_notice: {name: 走访通知, template: call_notice, cite: T1}}\n";
/* What an approved list lets go. */
static const char folio_text[] =
	"kind: folio\nname: 卷宗\ncite: T1\n"
	"fields:\n"
	"  text: {name: 内容, type: text(40)}\n"
	"  files: {name: 材料, type: files, see: {who: [organ], save: [head]}}\n"
	"numbers: {folio_no: {name: 卷号, pattern: \"{organ.abbr}卷〔{year}〕{seq}号\", at: write}}\n"
	"states: {new: {name: 在办, holder: [officer]}, kept: {name: 已归档, holder: [officer]}, over: {name: 已移交, end: true}}\n"
	"actions:\n"
	"  open: {name: 立卷, by: [officer, system], form: [text], may: [files]}\n"
	"  add: {name: 加材料, next: 加材料, from: [new, kept], by: [officer], form: [files+]}\n"
	"  write: {name: 制卷, next: 制卷, from: new, to: kept, by: [officer], makes: [folio_paper]}\n"
	"  child: {name: 立子卷, next: 立子卷, from: kept, by: [officer], form: [text], then: [{open: folio, with: {text: text}}]}\n"
	"  pass_on: {name: 移交, next: 移交, from: kept, to: over, by: [officer]}\n"
	"clocks: {keep: {name: 归档, from: open, until: [write], limit: 5 workday, warn: 1 workday, cite: T1}}\n"
	"papers: {folio_paper: {name: 卷面, template: folio_paper, cite: T1}}\n"
	"---\n"
	"kind: burning\nname: 销毁清册\ncite: T1\n"
	"fields: {folios: {name: 卷宗, type: refs, of: folio}}\n"
	"numbers: {burning_no: {name: 清册号, pattern: \"{organ.abbr}销〔{year}〕{seq}号\", at: open}}\n"
	"states: {asked: {name: 待批准, holder: [head]}, done: {name: 已销毁, end: true}}\n"
	"actions:\n"
	"  open: {name: 列清册, by: [officer, legal], form: [folios]}\n"
	"  allow: {name: 批准, next: 批准, from: asked, by: [head]}\n"
	"  burn: {name: 销毁, next: 销毁, from: asked, to: done, by: [officer], removes: {of: folios, approved: allow, cite: T1}}\n";
static const char folio_paper[] = "卷面：{{ text }}\n";
static const char call_notice[] = "# 走访通知\n@@ {{ visit_address }}\n";
static const char memo_paper[] = "签发：{{ actor.name }}；登记：{{ signed_by.name }}；请示：{{ asked_by.name }}\n";

static const char calendar_text[] =
	"year: 2026\nsource: 试验\n"
	"off: {2026-05-01: 劳动节, 2026-05-04: 劳动节, 2026-05-05: 劳动节}\n"
	"work: {2026-05-09: 调休}\n";

static struct str cstr(const char *s)
{
	return str_of(s);
}

static struct law_files *files(void)
{
	static struct law_file v[] = {
		{ "t/pack.yaml", { pack_text, sizeof(pack_text) - 1 } },
		{ "t/registers.yaml", { registers_text, sizeof(registers_text) - 1 } },
		{ "t/penal.yaml", { case_text, sizeof(case_text) - 1 } },
		{ "t/others.yaml", { others_text, sizeof(others_text) - 1 } },
		{ "t/together.yaml", { together_text, sizeof(together_text) - 1 } },
		{ "t/handover.yaml", { handover_text, sizeof(handover_text) - 1 } },
		{ "t/call.yaml", { call_text, sizeof(call_text) - 1 } },
		{ "t/folio.yaml", { folio_text, sizeof(folio_text) - 1 } },
		{ "t/papers/folio_paper.txt", { folio_paper, sizeof(folio_paper) - 1 } },
		{ "t/papers/call_notice.txt", { call_notice, sizeof(call_notice) - 1 } },
		{ "t/papers/memo_paper.txt", { memo_paper, sizeof(memo_paper) - 1 } },
		{ "calendar/2026.yaml", { calendar_text, sizeof(calendar_text) - 1 } },
	};
	static struct law_files all = { v, ARRAY_LEN(v) };

	return &all;
}

static int64_t instant(const char *text)
{
	int64_t ms;

	cr_assert(time_parse(cstr(text), &ms), "%s is no time", text);
	return ms;
}

void at_time(struct county *c, const char *now)
{
	engine_set_now(c->e, instant(now));
}

struct actor as(const struct county *c, int64_t person)
{
	int64_t organ = person == c->sun ? c->justice : person == c->chen ? c->town : c->bureau;

	if (!person)
		return (struct actor){ .sort = ACTOR_SYSTEM, .organ = c->of };
	return (struct actor){ .sort = ACTOR_PERSON, .person = person, .organ = organ };
}

struct call {
	struct county *c;
	struct act act;
	const char *form;
	struct act_result *r;
};

/* Quotes in the tests' JSON are written ' for reading's sake. */
static struct str json_text(struct arena *a, const char *form)
{
	char *s = str_cstr(a, cstr(form));

	for (char *p = s; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	return cstr(s);
}

static bool read_form(struct call *k, const struct kind *kind, struct err *err)
{
	const struct action *ac = kind ? kind_action(kind, k->act.action) : NULL;
	const struct refusal *no;
	const struct json *j;
	size_t n;

	if (!k->form || !ac)
		return true;
	if (!json_read(k->c->a, json_text(k->c->a, k->form), &j, err)
	    || !form_of_json(k->c->db, k->c->a, kind, ac, j, NULL, &k->act.form, &no, &n, err))
		return false;
	if (!n)
		return true;
	*k->r = (struct act_result){ .refused = no, .n_refused = n };
	return true;
}

static bool call(struct db *db, const void *ctx, struct err *err)
{
	struct call *k = (struct call *)ctx;
	struct county *c = k->c;
	struct turn t;
	struct snap *m = NULL;
	const struct law *law;
	int64_t def;

	*k->r = (struct act_result){ 0 };
	turn_init(&t, c->e, db, c->a, engine_now(c->e));
	if (!engine_law_of_organ(c->e, db, c->a, k->act.who.organ, &law, &def, err) || !turn_load(&t, k->act.matter, &m, err)
	    || !read_form(k, m ? m->kind : law_kind(law, k->act.kind), err))
		return false;
	if (k->r->n_refused)
		return true;
	return k->act.matter ? matter_act(c->e, db, c->a, &k->act, k->r, err)
			     : matter_open(c->e, db, c->a, &k->act, k->r, err);
}

static bool run(struct county *c, int64_t who, int64_t matter, int64_t version, const char *kind, const char *action,
		const char *form, int64_t parent, struct err *err)
{
	struct call k = { .c = c, .form = form, .r = &c->r,
			  .act = { .who = as(c, who), .matter = matter, .version = version, .kind = cstr(kind),
				   .action = cstr(action), .passed = c->passed, .n_passed = c->n_passed, .parent = parent,
				   .request = cstr(c->request), .reason = cstr(c->reason), .received = c->received } };

	return db_tx(c->db, "test", call, &k, err);
}

bool opens(struct county *c, int64_t who, const char *kind, const char *form)
{
	struct err err = { 0 };

	OK(run(c, who, 0, -1, kind, "open", form, 0, &err));
	return c->r.n_refused == 0;
}

bool acts(struct county *c, int64_t who, int64_t matter, const char *action, const char *form)
{
	struct err err = { 0 };

	OK(run(c, who, matter, -1, "", action, form, 0, &err));
	return c->r.n_refused == 0;
}

enum err_code tries(struct county *c, int64_t who, int64_t matter, int64_t version, const char *action, const char *form)
{
	struct err err = { 0 };

	return run(c, who, matter, version, "", action, form, 0, &err) ? ERR_NONE : err.code;
}

bool opens_child(struct county *c, int64_t who, int64_t parent, const char *kind, const char *form);
bool opens_child(struct county *c, int64_t who, int64_t parent, const char *kind, const char *form)
{
	struct err err = { 0 };

	OK(run(c, who, 0, -1, kind, "open", form, parent, &err));
	return c->r.n_refused == 0;
}

const struct snap *now_of(struct county *c, int64_t matter)
{
	struct turn t;
	struct snap *m;
	struct err err = { 0 };

	turn_init(&t, c->e, c->db, c->a, engine_now(c->e));
	OK(turn_load(&t, matter, &m, &err));
	cr_assert(m);
	return m;
}

struct str field_text(struct county *c, int64_t matter, const char *field)
{
	const struct val *v = snap_field(now_of(c, matter), field);
	struct buf b;

	cr_assert(v, "no field %s", field);
	buf_init(&b, c->a, 10000);
	val_put_cn(&b, c->a, *v, NULL);
	return buf_str(&b);
}

bool in_state(struct county *c, int64_t matter, const char *state)
{
	return str_is(now_of(c, matter)->state->id, state);
}

const char *why(struct county *c)
{
	struct buf b;

	buf_init(&b, c->a, 10000);
	for (size_t i = 0; i < c->r.n_refused; i++) {
		buf_adds(&b, i ? " | " : "");
		buf_add(&b, c->r.refused[i].say);
	}
	return str_cstr(c->a, buf_str(&b));
}

struct timed {
	struct county *c;
	int *done;
};

static bool run_timers(struct db *db, const void *ctx, struct err *err)
{
	const struct timed *t = ctx;

	return matter_timers(t->c->e, db, t->c->a, engine_now(t->c->e), 1000, t->done, err);
}

int timers(struct county *c)
{
	int done = 0;
	const struct timed t = { c, &done };
	struct err err = { 0 };

	OK(db_tx(c->db, "timers", run_timers, &t, &err));
	return done;
}

static const struct stmt st_child = { "test_child", "SELECT max(id) FROM matter WHERE parent = $1 AND kind = $2" };

int64_t child_of(struct county *c, int64_t parent, const char *kind)
{
	int64_t id = 0;
	const struct db_in in[] = { db_i64(parent), db_str(cstr(kind)) };
	const struct db_out out[] = { db_to_i64(&id) };
	struct err err = { 0 };

	OK(db_one(c->db, c->a, &st_child, DB_IN(in), DB_OUT(out), &err));
	return id;
}

int64_t count_rows(struct county *c, const struct stmt *st, int64_t arg)
{
	int64_t n = 0;
	const struct db_in in[] = { db_i64(arg) };
	const struct db_out out[] = { db_to_i64(&n) };
	struct err err = { 0 };

	OK(db_one(c->db, c->a, st, DB_IN(in), DB_OUT(out), &err));
	return n;
}

const struct clock_view *clock_of(struct county *c, int64_t who, int64_t matter, const char *clock)
{
	struct matter_view v;
	struct actor a = as(c, who);
	const struct clock_view *last = NULL;
	struct err err = { 0 };

	OK(matter_see(c->e, c->db, c->a, &a, matter, SEE_CLOCKS, &v, &err));
	for (size_t i = 0; i < v.n_clock; i++)
		if (str_is(v.clock[i].def->id, clock) && (!last || v.clock[i].run > last->run))
			last = &v.clock[i];
	cr_assert(last, "clock %s does not exist", clock);
	return last;
}

static bool bind(struct db *db, const void *ctx, struct err *err)
{
	const struct county *c = ctx;

	return engine_bind(c->e, db, c->a, err);
}

static int64_t organ(struct county *c, const char *name, const char *brief, const char *abbr)
{
	const char *form = str_fmt(c->a, "{'name': '%s', 'short': '%s', 'abbr': '%s'}", name, brief, abbr).p;

	cr_assert(opens(c, 0, "organ", form), "%s", why(c));
	return c->r.matter;
}

static int64_t person(struct county *c, int64_t at, const char *name, const char *role)
{
	const char *form = str_fmt(c->a, "{'name': '%s', 'phone': '13912340172', 'posts': [{'organ': %lld, 'role': '%s',"
				   " 'from': '2020-01-01'}]}", name, (long long)at, role).p;

	c->of = at;
	cr_assert(opens(c, 0, "person", form), "%s", why(c));
	return c->r.matter;
}

/* The next year's days off have been announced: an engine with both calendars takes the place of the old one. */
void county_next_year(struct county *c, const char *text)
{
	const struct law_files *old = files();
	struct law_file *v = arena_many(c->a, old->n + 1, struct law_file);
	struct law_files *all = arena_one(c->a, struct law_files);
	const struct engine_config config = { .files = all, .pack = STR("t") };
	struct diag d = { .a = c->a };
	int64_t now = engine_now(c->e);
	struct err err = { 0 };

	memcpy(v, old->v, old->n * sizeof(v[0]));
	v[old->n] = (struct law_file){ "calendar/2027.yaml", cstr(text) };
	*all = (struct law_files){ v, old->n + 1 };
	engine_free(c->e);
	OK(engine_new(&config, &d, &c->e, &err));
	engine_set_now(c->e, now);
	OK(db_tx(c->db, "bind", bind, c, &err));
}

/* Each change is made to the texts of the change before. */
static struct law_files *changed(struct county *c, const struct law_files *old, const char *file, const char *from,
				 const char *to)
{
	struct law_files *all = arena_one(c->a, struct law_files);
	struct law_file *v = arena_many(c->a, old->n, struct law_file);
	bool found = false;

	memcpy(v, old->v, old->n * sizeof(v[0]));
	for (size_t i = 0; i < old->n; i++) {
		size_t at = strcmp(v[i].path, file) ? SIZE_MAX : str_find(v[i].text, cstr(from), 0);

		if (at == SIZE_MAX)
			continue;
		found = true;
		v[i].text = str_fmt(c->a, "%.*s%s%.*s", STR_FMT(str_sub(v[i].text, 0, at)), to,
				    STR_FMT(str_sub(v[i].text, at + strlen(from), v[i].text.n)));
	}
	cr_assert(found, "%s has no %s", file, from);
	*all = (struct law_files){ v, old->n };
	return all;
}

enum err_code county_version(struct county *c, const char *file, const char *from, const char *to, struct err *err)
{
	struct engine_config config = { .pack = STR("t") };
	struct engine *old = c->e;
	struct diag d = { .a = c->a };
	bool ok;

	c->files = changed(c, c->files ? c->files : files(), file, from, to);
	config.files = c->files;
	ok = engine_new(&config, &d, &c->e, err);
	cr_assert(ok, "%s: %.*s", err->msg, STR_FMT(d.n ? d.item[0].text : STR("")));
	engine_set_now(c->e, engine_now(old));
	engine_free(old);
	return db_tx(c->db, "bind", bind, c, err) ? ERR_NONE : err->code;
}

struct county county_new(struct fresh *f, const char *now)
{
	struct county c = { .a = f->a };
	struct engine_config config = { .files = files(), .pack = STR("t") };
	struct diag d = { .a = f->a };
	struct err err = { 0 };
	bool made = engine_new(&config, &d, &c.e, &err);

	for (size_t i = 0; i < d.n; i++)
		if (!d.item[i].warning)
			fprintf(stderr, "%s:%d: %.*s\n", d.item[i].pos.file, d.item[i].pos.line, STR_FMT(d.item[i].text));
	cr_assert(made, "%s", err.msg);
	c.db = fresh_open(f, DB_WRITE);
	at_time(&c, now);
	OK(db_tx(c.db, "bind", bind, &c, &err));
	c.bureau = organ(&c, "县应急管理局", "bureau", "临应急");
	c.justice = organ(&c, "县司法局", "justice", "临司");
	c.town = organ(&c, "猗氏镇", "town", "猗");
	c.wang = person(&c, c.bureau, "王明", "officer");
	c.zhao = person(&c, c.bureau, "赵刚", "officer");
	c.li = person(&c, c.bureau, "李红", "head");
	c.liu = person(&c, c.bureau, "刘法", "legal");
	c.sun = person(&c, c.justice, "孙督", "supervisor");
	c.chen = person(&c, c.town, "陈镇", "officer");
	return c;
}

void county_free(struct county *c)
{
	db_close(c->db);
	engine_free(c->e);
}

static bool append(struct db *db, const void *ctx, struct err *err)
{
	const struct county *const *c = ctx;

	return log_append(db, (*c)->a, NULL, err);
}

void county_logged(struct county *c)
{
	const struct county *const self = c;
	struct err err = { 0 };

	OK(db_tx(c->db, "append", append, &self, &err));
}

static void say(void *ctx, int64_t event, struct buf *b)
{
	const struct county *c = ctx;

	audit_say(c->e, c->db, event, b);
}

static void progress(void *ctx, const char *part, int64_t done, int64_t all)
{
	(void)ctx;
	(void)part;
	(void)done;
	(void)all;
}

bool county_audited(struct county *c, struct audit *x, struct err *err)
{
	struct arena *a = arena_new();
	struct matter_audit m = { .e = c->e, .x = x };
	bool ok;

	*x = (struct audit){ .db = c->db, .a = a, .say = say, .progress = progress, .ctx = c };
	ok = audit_log(x, err) && audit_matters(&m, err);
	(void)arena_free(a);
	return ok;
}
