// SPDX-License-Identifier: MulanPSL-2.0
// One ordinary penalty case from the lead to the archive, by the people whose work it is, through the pages as they are
// used; what is refused on the way, the papers as PDF, and at the end a citizen who finds and reads the decision.
// Proves: CF42 CF44 CF57 CF67 LY1.04-5a LY1.12-8a
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test, step, run, expect, that, Site, examine, shot, day, dayText, scratch } = require('./lib.js');

const CAUSE = '晋南示例金属制品有限公司动火作业现场管理案';
const party = { name: '晋南示例金属制品有限公司', contact: '尚德全', phone: '13935907788' };

// 统一社会信用代码: the 18th character is a check of the other seventeen.
function uscc(head) {
	const set = '0123456789ABCDEFGHJKLMNPQRTUWXY';
	let sum = 0;
	for (let i = 0, weight = 1; i < 17; i++, weight = (weight * 3) % 31) sum += set.indexOf(head[i]) * weight;
	return head + set[(31 - (sum % 31)) % 31];
}
party.code = uscc('91140821MA0YZ0917');

let site;
let matter; // its address, like /m/…
let review;
let disclosure;
let delivery;

const who = (login) => site.person(login);

// The linked matter of that name on the case's page, as its address.
async function linked(p, relation) {
	await p.go(`${matter}/links`);
	const link = p.page.locator('#links a', { hasText: relation }).last();
	const other = p.page.locator('#links li', { hasText: relation }).last().locator('a').first();
	const at = (await link.count()) > 0 ? link : other;
	that((await at.count()) > 0, `nothing linked like “${relation}”: ${await p.page.locator("#links").innerText()}`);
	return at.getAttribute('href');
}

// What stands behind a grey action of the page, opened.
async function reasons(p, action) {
	const refused = p.page.locator('details.mf-cannot', { has: p.page.locator('summary', { hasText: new RegExp(`^\\s*${action}（`) }) });
	that((await refused.count()) === 1, `“${action}” is not among what cannot be done: ${(await p.text()).slice(0, 2000)}`);
	await refused.locator('summary').click();
	return refused.innerText();
}

// A paper of the case as text: opened, downloaded and read with pdftotext.
async function paper(p, name) {
	await p.go(`${matter}/papers`);
	let row = p.page.locator('#papers tr', { hasText: name }).first();
	for (let i = 0; i < 40 && (await row.getByRole('link', { name: 'PDF' }).count()) === 0; i++) {
		await p.page.waitForTimeout(250);
		await p.go(`${matter}/papers`);
		row = p.page.locator('#papers tr', { hasText: name }).first();
	}
	const doc = await row.getByRole('link').first().getAttribute('href');
	await p.go(doc);
	await examine(p.page);
	const [file] = await Promise.all([p.page.waitForEvent('download'), p.page.getByRole('link', { name: '下载' }).click()]);
	const to = path.join(scratch, `${name}.pdf`);
	await file.saveAs(to);
	that(fs.readFileSync(to).subarray(0, 5).toString() === '%PDF-', `${name} is not a PDF`);
	return execFileSync('pdftotext', ['-layout', to, '-'], { encoding: 'utf8' }).replace(/\s+/g, '');
}

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

/* ---- lead, filing ---- */

step('王明 registers a lead', async () => {
	const p = await who('wangming');
	await p.go('/k/penalty');
	await p.page.getByRole('link', { name: '登记线索' }).click();
	await p.fill({
		线索来源: '监督检查', 案由: CAUSE, 发现日期: day(),
		线索内容: '在晋南示例金属制品有限公司检查时发现，车间内正在动火作业，没有专门人员在现场管理。',
	});
	await p.send();
	matter = await p.done('登记线索');
	await p.reads('线索核查', CAUSE);
});

const filing = {
	承办人员与本案没有应当回避的关系: '是',
	当事人: { parts: { 类别: '单位', 名称或者姓名: party.name, 统一社会信用代码或者身份证号: party.code, 地址: '临猗县猗氏镇示例工业园17号', 法定代表人: party.contact, 电话: party.phone } },
	处罚事项: '动火等危险作业', 违法行为开始日: day(-3), 违法行为终了日: day(),
	立案意见: '有初步证据证明违法事实，属于本机关管辖，未超过处罚时效，建议立案。',
};

step('one officer alone is refused, with the article; what was typed is still there', async () => {
	const p = await who('wangming');
	await p.go(matter);
	await p.choose('呈报立案');
	await p.fill({ 承办人员: ['王明'], ...filing });
	await p.send();
	await p.reads('暂不能呈报立案', '1人。执法人员不得少于两人', '第四十二条');
	expect(await p.page.evaluate(() => document.activeElement.id), 'wrong', 'the summary has the focus');
	expect(await p.page.locator('[name="f.party.name"]').inputValue(), party.name, 'the party is still in the form');
	await examine(p.page);
	await shot(p.page, 'case-refused');
	await p.fill({ 承办人员: ['赵刚'] });
	await p.send();
	await p.done('呈报立案');
	await p.reads('待批准立案');
});

step('the officer cannot approve his own filing; 张强 does, and the case gets its number', async () => {
	const officer = await who('wangming');
	await officer.go(matter);
	expect(await officer.page.getByRole('link', { name: '批准立案', exact: true }).count(), 0, 'buttons for the officer');
	const p = await who('zhangqiang');
	await p.go('/');
	await examine(p.page);
	await p.page.locator('.mf-row', { hasText: CAUSE }).getByRole('link', { name: '批准立案' }).click();
	await p.send();
	await p.done('批准立案');
	await p.reads('调查取证', /临应急立〔\d{4}〕\d+号/);
});

/* ---- investigation ---- */

step('记录, evidence, 责令改正', async () => {
	const p = await who('wangming');
	await p.act(matter, '制作现场检查笔录', {
		在场执法人员: ['王明', '赵刚'], 已出示执法证件: '是', 开始时间: `${day()}T00:05`, 结束时间: `${day()}T00:20`,
		地点: '临猗县猗氏镇示例工业园17号', 现场情况: '执法人员出示证件、说明来意后检查车间，见切割动火作业，现场没有专门人员管理。',
		采取的措施: '拍照取证，当场要求停止动火作业', 着装和标志标识符合规定: '是',
	});
	await p.act(matter, '制作询问笔录', {
		在场执法人员: ['王明', '赵刚'], 已出示执法证件: '是', 被询问人: '尚德全', 被询问人身份: '法定代表人或者负责人',
		开始时间: `${day()}T00:25`, 结束时间: `${day()}T00:40`, 地点: '该公司会议室',
		询问笔录内容: '问：是否申请回避？答：不申请。问：动火作业现场由谁管理？答：没有安排专人，马上改正。',
	});
	await p.go(matter);
	await p.choose('登记证据');
	await p.fill({
		证据清单: { rows: [
			{ 证据名称: '现场检查笔录', 证据种类: '勘验笔录或者现场笔录', 证明对象: '检查当日的现场情况', 取得日期: day(), 提供人: '执法人员' },
			{ 证据名称: '询问笔录', 证据种类: '当事人的陈述', 证明对象: '没有安排专人管理的经过', 取得日期: day(), 提供人: '尚德全' },
		] },
	});
	await p.send();
	await p.done('登记证据');
	await p.go(`${matter}/evidence`);
	await p.reads('没有安排专人管理的经过');
	await p.act(matter, '责令改正', { 责令改正内容: '立即停止作业，安排专门人员进行现场管理。', 改正期限: day(10) });
});

step('调查终结, 审查同意 by somebody else', async () => {
	const p = await who('wangming');
	await p.act(matter, '调查终结', {
		违法事实: '该公司动火作业没有安排专门人员进行现场安全管理，有现场检查笔录和询问笔录证明。',
		违反的规定: '《中华人民共和国安全生产法》第四十三条', 处罚依据: '《中华人民共和国安全生产法》第一百零一条第三项',
		裁量理由: '首次被查处，当场停止作业，按从轻阶次处罚。', 裁量情节: ['初次违法', '责令期限内改正'], 计量: '1',
		违法行为的性质: '属现场安全管理义务履行不到位，没有发生事故', 社会危害程度: '涉及一处动火点，当场停止作业，危害较轻',
		拟处罚种类: ['罚款'], 拟罚款: '20000',
	});
	await p.reads('待审查', '20,000.00');
	const head = await who('sunli');
	await head.act(matter, '审查同意', { 审查意见: '事实清楚，证据充分，同意拟处理意见。' });
	await head.reads('待告知');
});

step('事先告知书 is made, delivered; no decision may be proposed before the party was heard', async () => {
	const p = await who('wangming');
	await p.act(matter, '制作事先告知书');
	const text = await paper(p, '行政处罚事先告知书');
	for (const w of ['行政处罚事先告知书', party.name, '20,000.00元', '贰万元整', '陈述', '申辩', '临应急罚告〔']) that(text.includes(w), `the notice lacks ${w}: ${text}`);
	delivery = await linked(p, '文书送达：行政处罚事先告知书');
	await p.act(delivery, '登记直接送达', { 送达日期: day(), 已出示执法证件: '是', 签收人: '尚德全', 签收人身份: '法定代表人或者负责人', 送达凭证: { files: ['送达回证.pdf'] } });
	await p.go(matter);
	await p.reads('听取陈述申辩');
	const why = await reasons(p, '呈报决定');
	for (const w of ['当事人尚未陈述申辩，也没有表示放弃', '第四十四条', '下一步']) that(why.includes(w), `the refusal lacks “${w}”: ${why}`);
	await shot(p.page, 'case-told');
});

step('the party speaks, its words are weighed, the officers propose', async () => {
	const p = await who('wangming');
	await p.act(matter, '登记陈述申辩', { 陈述申辩内容: '我公司已停止作业并安排专人，请求从轻。', 陈述申辩日期: day() });
	await p.act(matter, '复核陈述申辩', { 复核结果: '部分采纳', 复核意见: '已改正属实，按从轻阶次下限处罚。' });
	await p.go(matter);
	await p.choose('呈报决定');
	await p.fill({ 呈报处理意见: '建议罚款20000元。', 案情疑难复杂: '是' });
	for (const label of ['涉及重大公共利益', '可能造成重大社会影响或者社会风险', '直接关系当事人或者第三人重大权益']) await p.fill({ [label]: '否' });
	await p.send();
	await p.done('呈报决定');
	await p.reads('待作出决定');
});

/* ---- review, discussion, decision ---- */

step('before the review no decision: every reason at once, each with its article', async () => {
	const p = await who('zhangqiang');
	await p.go(matter);
	const why = await reasons(p, '作出处罚决定');
	for (const w of ['未经法制审核或者审核未通过，不得作出', '法制审核', '第五条', '应当由机关负责人集体讨论决定', '第五十七条']) that(why.includes(w), `the refusal lacks “${w}”: ${why}`);
	await shot(p.page, 'case-before-review');
});

step('送法制审核 with its materials; 李红 takes it', async () => {
	const p = await who('wangming');
	await p.act(matter, '送法制审核');
	review = await linked(p, '重大行政执法决定法制审核');
	await p.act(review, '送法制审核', {
		决定建议及情况说明: '拟罚款20000元，当事人已改正。',
		'调查（审查）终结报告': { files: ['调查终结报告.pdf'] }, 决定书代拟稿: { files: ['处罚决定书代拟稿.pdf'] }, 相关法律依据和证据资料: { files: ['证据材料.pdf'] },
		'承办机构对送审材料的真实性、准确性、完整性和事实、证据、法律适用、程序的合法性负责': '是',
	});
	await p.reads('待受理分派');
	const legal = await who('lihong');
	await legal.go('/inbox');
	await legal.reads(`${CAUSE}：待受理分派`);
	await legal.page.getByRole('link', { name: '知会' }).click();
	await legal.reads(`收到法制审核件：${CAUSE}`);
	await examine(legal.page);
	await legal.act(review, '受理并分派', { 审核人员: ['李红'] });
	await legal.reads('审核中');
	await legal.page.locator('.mf-clock', { hasText: '法制审核' }).getByRole('link', { name: '〔逐日〕' }).click();
	await legal.reads('逐日计算', '第10个工作日');
	await examine(legal.page);
	await shot(legal.page, 'clock');
});

const CHECKLIST = [
	['执法主体是否合法', '合格'], ['执法程序是否合法', '合法'], ['事实是否清楚', '清楚、合法充分'], ['适用法律是否准确', '准确适当'],
	['是否超越法定权限', '未超越'], ['执法文书是否完备', '完备规范'], ['违法行为是否涉嫌犯罪', '不涉嫌'], ['其他应当审核的内容', '没有问题'],
];

step('an opinion on a list with a gap is refused; the whole list gives 同意', async () => {
	const p = await who('lihong');
	await p.go(review);
	await p.choose('出具审核意见');
	await p.fill({
		审核核对表: { parts: Object.fromEntries(CHECKLIST.slice(0, 7)) },
		合法性意见: '主体、权限、程序、依据合法。', 合理性意见: '裁量在从轻阶次以内。', 审核意见: '同意', 理由: '事实清楚，程序合法，同意。', 审核人员具名: '李红',
	});
	await p.send();
	await p.reads('暂不能出具审核意见', '核对表尚有项目没有结论');
	await shot(p.page, 'review-refused');
	await p.fill({ 审核核对表: { parts: Object.fromEntries(CHECKLIST.slice(7)) } });
	await p.send((at) => at.reads('重大行政执法决定法制审核意见书', '停止计算期限', '没有问题'));
	await p.done('出具审核意见');
	await p.reads('同意');
});

step('集体讨论; then 张强 decides and sees beforehand what it brings about', async () => {
	const p = await who('zhangqiang');
	await p.act(matter, '负责人集体讨论', {
		集体讨论日期: day(), 参加讨论的负责人: ['张强', '高建'], 各人意见: { rows: [{ 参加人: '张强', 意见: '同意拟处罚意见' }, { 参加人: '高建', 意见: '同意拟处罚意见' }] }, 讨论情况: '听取案情汇报和法制审核意见后讨论，一致同意。', 讨论结论: '同意拟处罚意见',
	});
	await p.go(matter);
	await p.choose('作出处罚决定');
	await p.fill({ 处罚决定内容: '责令改正，罚款30000元。', 处罚种类: ['罚款'], 罚款: '30000' });
	await p.send();
	await p.reads('告知的罚款是20,000.00元，拟决定罚款30,000.00元', '应当告知拟作出的处罚内容', '第四十四条');
	await p.fill({ 处罚决定内容: '责令改正，罚款20000元。', 罚款: '20000' });
	await p.send(async (at) => {
		await at.reads('行政处罚决定书', '处罚决定书号', '作出处罚决定', '文书送达', '20,000.00');
		await shot(at.page, 'check');
	});
	await p.done('作出处罚决定');
	await p.reads('决定书送达中', /临应急罚〔\d{4}〕\d+号/);
});

step('the decision is a PDF that says what was decided; it is delivered', async () => {
	const p = await who('wangming');
	const text = await paper(p, '行政处罚决定书');
	for (const w of ['行政处罚决定书', party.name, party.code, '贰万元整', '安全生产法', '六十日', '六个月', dayText(day()), '临猗县应急管理局']) {
		that(text.includes(w), `the decision lacks ${w}: ${text}`);
	}
	await shot(p.page, 'paper');
	delivery = await linked(p, '文书送达：处罚决定书');
	await p.act(delivery, '登记直接送达', { 送达日期: day(), 已出示执法证件: '是', 签收人: '尚德全', 签收人身份: '法定代表人或者负责人', 送达凭证: { files: ['送达回证.pdf'] } });
	await p.go(matter);
	await p.reads('待履行');
});

/* ---- publication ---- */

step('吴婷 collects; publishing without review and approval is refused', async () => {
	const p = await who('wuting');
	await p.go('/k/disclosure?q=' + encodeURIComponent('金属'));
	disclosure = await p.page.locator('table a', { hasText: CAUSE }).first().getAttribute('href');
	await p.act(disclosure, '收集整理', {
		公开形式: '决定信息摘要', 执法结论: '罚款20000元', 依据: '《中华人民共和国安全生产法》第一百零一条第三项', 公开载体: ['主平台', '政府网站'],
	});
	const why = await reasons(p, '发布');
	for (const w of ['尚未经法制审核人员审核和部门负责人审批', '第八条']) that(why.includes(w), `the refusal lacks “${w}”: ${why}`);
	await p.act(disclosure, '报送审核', { '已核对公开文本不含个人信息、商业秘密': '是' });
});

step('李红 reviews, 张强 approves, 吴婷 publishes', async () => {
	const legal = await who('lihong');
	await legal.act(disclosure, '审核通过', { '合法性、适当性审核意见': '合法、适当，同意公开。' });
	const head = await who('zhangqiang');
	await head.act(disclosure, '审批同意公开', { 审批意见: '同意公开。' });
	const p = await who('wuting');
	await p.act(disclosure, '发布');
	await p.reads('已公开');
});

/* ---- days later: payment, closing, archive ---- */

step('ten days later: not closed while unpaid; paid; closed', async () => {
	await site.later(`${day(10)} 09:30`);
	const head = await who('zhangqiang');
	await head.go(matter);
	const why = await reasons(head, '批准结案');
	for (const w of ['罚款20,000.00元，已缴0.00元。当事人应当在期限内缴清罚款', '第六十七条', '登记缴清罚款']) that(why.includes(w), `the refusal lacks “${w}”: ${why}`);
	const p = await who('zhengtao');
	await p.act(matter, '登记缴清罚款', { 缴款金额: '20000', 缴款日期: day(10), 缴款凭证: { files: ['电子缴款凭证.pdf'] } });
	await head.act(matter, '批准结案', { 结案方式: '履行完毕', 结案意见: '罚款已缴清，违法行为已改正，同意结案。' });
	await head.reads('待归档');
});

step('周敏 files it; the case is over and all its papers are there', async () => {
	const p = await who('zhoumin');
	await p.go(matter);
	await p.choose('归档');
	await p.fill({ 存放位置: '档案室3号柜' });
	await p.giveReasons('该项不适用于本案，案卷已经核对。');
	await p.send();
	if ((await p.giveReasons('该项不适用于本案，案卷已经核对。')) > 0) await p.send();
	await p.done('归档');
	await p.reads('已归档', '办结');
	// The dossier in its order: the decision stands first (LY1.09-9.3), and nothing is missing.
	await p.go(`${matter}/papers`);
	const papers = await p.page.locator('#papers tbody tr').allInnerTexts();
	await p.page.click('#dossier a');
	const rows = await p.page.$$eval('#file-main tbody tr', (t) => t.map((r) => r.innerText.replace(/\s+/g, ' ').trim()));
	that(/^1 行政处罚决定书/.test(rows[0]), `the dossier begins with ${rows[0]}`);
	that(!rows.some((r) => /（缺）/.test(r)), `missing in the dossier: ${rows.filter((r) => /（缺）/.test(r))}`);
	for (const name of ['立案审批表', '现场检查笔录', '询问笔录', '证据清单', '行政处罚事先告知书', '陈述申辩', '集体讨论', '行政处罚决定书', '送达回证', '缴款', '结案审批表']) {
		that(papers.some((t) => t.includes(name)), `no paper ${name}: ${papers.join(' / ')}`);
	}
	await shot(p.page, 'case-archived');
});

step('周敏 has the main file bound: cover, index with pages, papers, notes', async () => {
	const p = await who('zhoumin');
	await p.go(`${matter}/dossier`);
	await examine(p.page);
	await shot(p.page, 'dossier');
	const rows = await p.page.locator('#file-main tbody tr').count();
	const files = await p.page.locator('#file-main tbody tr').filter({ hasText: /上传件|电子件/ }).count();
	await p.page.getByRole('button', { name: '生成正卷PDF' }).click();
	const link = p.page.getByRole('link', { name: '下载文件' });
	await link.waitFor({ timeout: 30000 }); // the page comes back by itself
	const [file] = await Promise.all([p.page.waitForEvent('download'), link.click()]);
	const to = path.join(scratch, 'dossier.pdf');
	await file.saveAs(to);
	const text = execFileSync('pdftotext', ['-layout', to, '-'], { encoding: 'utf8' }).replace(/[ \n]+/g, '');
	for (const word of [`案由（事项名称）${CAUSE}`, '归档日期20', '档号临应急罚卷〔', '卷内目录', '1行政处罚决定书', '证物袋清单', `本卷共有文书${rows - files}件`]) {
		that(text.includes(word), `the bound file lacks “${word}”: ${text.slice(0, 1500)}`);
	}
	const outline = execFileSync('pdftohtml', ['-xml', '-i', '-stdout', to], { encoding: 'utf8' }).match(/<item page="\d+">[^<]*/g);
	that(outline.length === rows - (text.match(/未编页：/g) || []).length + 4, `bookmarks: ${outline}`);
	await p.page.getByRole('link', { name: '返回' }).click();
	that(!(await p.page.locator('body').innerText()).includes('封面的档号还没有'), 'the volume that keeps the case has a number');
});

/* ---- the citizen ---- */

step('a citizen without JavaScript finds it by two characters and reads it', async () => {
	const page = await site.page({ script: false, width: 390, height: 844 });
	await page.goto(`${site.open}/`);
	await page.getByLabel('查执法决定').fill('晋南');
	await page.getByRole('button', { name: '查询' }).click();
	const rows = page.locator('.p-row', { hasText: party.name });
	expect(await rows.count(), 1, 'decisions found by 晋南');
	await shot(page, 'citizen-found');
	await rows.first().getByRole('link').first().click();
	const text = await page.innerText('main');
	for (const w of [party.name, '罚款20000元', '60日', '6个月', '临应急罚〔', '临猗县应急管理局']) that(text.includes(w), `the decision page lacks “${w}”: ${text}`);
	const html = await page.content();
	for (const hidden of [party.contact, party.phone, '王明', '赵刚', '李红', '张强', '吴婷', '建议罚款']) that(!html.includes(hidden), `the public page holds “${hidden}”`);
	await shot(page, 'citizen-read');
	// The published text of it as well.
	const file = page.locator('.p-files a').first();
	if ((await file.count()) > 0) {
		const answer = await page.request.get(new URL(await file.getAttribute('href'), page.url()).href);
		expect(answer.status(), 200, 'the published text');
		const to = path.join(scratch, 'public.pdf');
		fs.writeFileSync(to, await answer.body());
		const published = execFileSync('pdftotext', ['-layout', to, '-'], { encoding: 'utf8' }).replace(/\s+/g, '');
		that(published.includes(party.name), `the published text names nobody: ${published}`);
		for (const hidden of [party.contact, party.phone]) that(!published.includes(hidden), `the published text holds “${hidden}”`);
	}
	await page.context().close();
});

step('a natural person is never named on the public side', async () => {
	const p = await who('wuting');
	const page = await site.page({ script: false });
	await page.goto(`${site.open}/decisions?q=${encodeURIComponent('卫某')}`);
	const html = await page.content();
	that(!/卫某[甲乙丙丁戊己庚辛壬癸]/.test(html), `a full name of a person is in the list: ${/.{60}卫某[甲乙丙丁戊己庚辛壬癸].{20}/s.exec(html)}`);
	that(!/1408211979\d{7}[\dX]/.test(html), 'an identity number is in the list');
	await page.goto(`${site.open}${disclosure.replace('/m/', '/decisions/')}`);
	expect((await page.content()).includes(party.phone), false, 'the telephone number');
	await page.context().close();
	await p.go('/');
});

run();
