// SPDX-License-Identifier: MulanPSL-2.0
// A licence from the portal to its renewal: application on a phone, request for supplements, acceptance, on-site check,
// decision, certificate, service, publication, dossier, renewal; the applicant asks for progress by number and code, the
// public reads the decision and the guide of the item. Each page is looked at, at 1366 and 390 pixels.
// Proves: XK32 XK42 XK44 XK50 LY1.12-7 LY1.09-9.1
'use strict';
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { test, step, run, expect, that, Site, examine, shot, day, dayText, scratch, PDF } = require('./lib.js');

const NAME = '示例村口商店';
const ITEM = '烟花爆竹经营（零售）许可';
const PLACE = '临猗县北辛乡示例村31号';
let site;
let licence; // its address, like /m/…
let delivery;
let disclosure;
let number;
let permit; // its number
let code;

const who = (login) => site.person(login);

// The page at both widths, looked at by axe, kept as pictures; nothing stands out of its sides on a phone.
async function look(p, where, name) {
	await p.go(where);
	await examine(p.page);
	await shot(p.page, `licence-${name}`);
	await p.page.setViewportSize({ width: 390, height: 844 });
	await p.go(where);
	await examine(p.page);
	const wide = await p.page.evaluate(() => document.documentElement.scrollWidth);
	that(wide <= 390, `${where} is ${wide} wide on a phone`);
	await shot(p.page, `licence-${name}-390`);
	await p.page.setViewportSize({ width: 1366, height: 768 });
}

// The same of a public page, which works without scripts.
async function lookPublic(where, name) {
	for (const width of [1366, 390]) {
		const page = await site.page({ width, height: 844 });
		await page.goto(site.open + where);
		await examine(page);
		await shot(page, `licence-public-${name}-${width}`);
		that((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${where} is wider than ${width}`);
		await page.context().close();
	}
}

async function linked(p, relation) {
	await p.go(`${licence}/links`);
	const at = p.page.locator('#links a', { hasText: relation }).last();
	const other = p.page.locator('#links li', { hasText: relation }).last().locator('a').first();
	const link = (await at.count()) > 0 ? at : other;
	that((await link.count()) > 0, `nothing linked like “${relation}”: ${await p.page.locator('#links').innerText()}`);
	return link.getAttribute('href');
}

// A paper as text, spaces away.
async function paper(p, name) {
	await p.go(`${licence}/papers`);
	const row = () => p.page.locator('#papers tr', { hasText: name }).first();
	for (let i = 0; i < 40 && (await row().getByRole('link', { name: 'PDF' }).count()) === 0; i++) {
		await p.page.waitForTimeout(250);
		await p.go(`${licence}/papers`);
	}
	await p.go(await row().getByRole('link').first().getAttribute('href'));
	await examine(p.page);
	const [file] = await Promise.all([p.page.waitForEvent('download'), p.page.getByRole('link', { name: '下载' }).click()]);
	const to = path.join(scratch, `${name}.pdf`);
	await file.saveAs(to);
	return execFileSync('pdftotext', ['-layout', to, '-'], { encoding: 'utf8' }).replace(/\s+/g, '');
}

// What the applicant is told at 查进度.
async function progress(width, typed = code) {
	const page = await site.page({ script: false, width, height: 844 });
	await page.goto(`${site.open}/progress`);
	await page.locator('[name="number"]').fill(number);
	await page.locator('[name="code"]').fill(typed);
	await Promise.all([page.waitForEvent('domcontentloaded'), page.locator('main form button').first().press('Enter')]);
	const text = await page.innerText('main');
	await shot(page, `licence-progress-${width}`);
	await page.context().close();
	return text;
}

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

step('the applicant applies on the portal, on a phone and without scripts; what is wanting is said', async () => {
	const page = await site.page({ width: 390, height: 844, script: false });
	await page.goto(`${site.open}/window`);
	await page.getByRole('link', { name: '烟花爆竹零售许可' }).first().click();
	await page.getByRole('link', { name: '网上申请' }).click();
	await examine(page);
	await page.getByLabel('姓名或者单位名称').fill(NAME);
	await page.getByLabel('公民身份号码或者统一社会信用代码').fill('92140821MA0YX00163');
	await page.getByLabel('地址').fill(PLACE);
	await page.getByLabel('电话').fill('0359-4030031');
	await page.getByLabel('申请办什么').fill(`在${PLACE}设专柜零售烟花爆竹`);
	await page.getByRole('button', { name: '提交申请' }).click();
	that((await page.innerText('main')).includes('请附上申请材料'), await page.innerText('main'));
	await page.getByLabel('申请材料').setInputFiles({ name: '申请书.pdf', mimeType: 'application/pdf', buffer: PDF });
	await page.getByRole('button', { name: '提交申请' }).click();
	that((await page.innerText('main')).includes('已收到您的申请'), await page.innerText('main'));
	await shot(page, 'licence-applied-390');
	await page.context().close();
});

step('何萍 takes it in from her desk; the receipt carries number and code', async () => {
	const p = await who('heping');
	await look(p, '/k/licence?scope=organ', 'list');
	await look(p, '/k/licence/new', 'form');
	await p.go('/k/net_application');
	const sent = await p.page.locator('main tr, main .mf-row', { hasText: NAME }).locator('a[href^="/m/"]').first().getAttribute('href');
	await p.act(sent, '收件');
	licence = `/m/${site.server.ask("SELECT code FROM matter WHERE kind = 'licence' ORDER BY id DESC LIMIT 1")}`;
	await p.go(licence);
	await p.reads('待受理', NAME);
	const text = await paper(p, '收件凭证');
	[, number, code] = /收件号(临应急许收〔\d{4}〕\d+号)，查询码([0-9A-Z-]+)/.exec(text) || [];
	that(number && code, `the receipt has no number or code: ${text}`);
	await look(p, licence, 'received');
});

step('what is missing is asked for once; the applicant reads it with number and code, not with a wrong one', async () => {
	const p = await who('heping');
	await p.act(licence, '一次告知补正', { 需要补正的全部内容: '缺销售人员的培训合格证明。' });
	await p.reads('待补正');
	for (const width of [1366, 390]) {
		const text = await progress(width);
		for (const w of ['待补正', '缺销售人员的培训合格证明', '一次补齐材料']) that(text.includes(w), `progress lacks “${w}”: ${text}`);
		that(!text.includes('吕某寅') && !text.includes('0359-4030031'), `progress says too much: ${text}`);
	}
	that(!(await progress(390, '0000-0000')).includes('培训合格证明'), 'a wrong code opens the matter');
	await p.act(licence, '收到补正材料', { 收到的材料清单: '申请书1份、经营场所平面图1张、培训合格证明2份' });
	// A second request is grey, and the page says why.
	await p.go(licence);
	const grey = p.page.locator('details.mf-cannot', { has: p.page.locator('summary', { hasText: /^\s*一次告知补正（/ }) });
	await grey.locator('summary').click();
	const why = await grey.innerText();
	for (const w of ['应当一次告知，不得再次要求', '第三十二条']) that(why.includes(w), `the reason lacks “${w}”: ${why}`);
	await p.act(licence, '受理');
	await p.reads('审查中');
});

step('孙丽 assigns; 王明 checks the place with another, not alone', async () => {
	const head = await who('sunli');
	await head.act(licence, '分派审查人员', { 审查人员: ['王明', '赵刚'] });
	const p = await who('wangming');
	await p.go(licence);
	await p.choose('制作现场核查笔录');
	const site = { 开始时间: `${day()}T00:05`, 结束时间: `${day()}T00:20`, 地点: PLACE, 现场情况: '专柜销售，灭火器4具，与申请材料一致。' };
	await p.fill({ 现场核查人员: ['王明'], ...site });
	await p.send();
	await p.reads('暂不能制作现场核查笔录', '1人。对申请材料的实质内容进行核实的，应当指派两名以上工作人员', '第三十四条');
	await p.fill({ 现场核查人员: ['赵刚'] });
	await p.send();
	await p.done('制作现场核查笔录');
	await look(p, licence, 'checked');
	await p.act(licence, '呈报决定', { 审查意见: '材料齐全，现场核查符合条件，建议准予许可。', 涉及重大公共利益: '否', 可能造成重大社会影响或者社会风险: '否', 直接关系申请人或者第三人重大权益: '否' });
	await p.reads('待作出决定');
});

step('张强 decides; the certificate is made and served, the permit is in the register', async () => {
	const head = await who('zhangqiang');
	await head.act(licence, '作出许可决定', { 决定: '准予许可', 决定内容: `准予在${PLACE}零售烟花爆竹。`, 理由和依据: '符合《烟花爆竹经营许可实施办法》第十六条规定的条件。' });
	await head.reads('待制作证件', /临应急许决〔\d{4}〕\d+号/);
	const p = await who('heping');
	await p.act(licence, '制作许可证件', { '许可范围（证件记载）': `烟花爆竹零售；经营场所：${PLACE}`, 有效期自: day(), 有效期至: day(364) });
	const decision = await paper(p, '行政许可决定书');
	for (const w of ['行政许可（准予许可）决定书', NAME, '本机关决定：准予许可', '六十日内', '六个月内']) that(decision.includes(w), `the decision lacks “${w}”: ${decision}`);
	const certificate = await paper(p, '行政许可证件副本');
	[permit] = /临应急许证〔\d{4}〕\d+号/.exec(certificate);
	for (const w of ['行政许可证（副本）', '临应急许证〔', NAME, PLACE]) that(certificate.includes(w), `the certificate lacks “${w}”: ${certificate}`);
	delivery = await linked(p, '送达');
	await p.act(delivery, '登记直接送达', { 送达日期: day(), 已出示执法证件: '否', 签收人: '吕某寅', 签收人身份: '本人' });
	await p.go(licence);
	await p.reads('待归档');
	await look(p, '/k/licence_permit', 'permits');
	await p.reads(NAME, '有效');
});

step('the decision is published, and the citizen reads it; progress says that it is over', async () => {
	const p = await who('wuting');
	await p.go('/k/disclosure?state=collecting');
	disclosure = await p.page.locator('main tr, main .mf-row', { hasText: NAME }).locator('a[href^="/m/"]').first().getAttribute('href');
	await p.act(disclosure, '收集整理', { 公开形式: '决定信息摘要', 执法结论: '准予零售烟花爆竹', 公开载体: ['主平台'] });
	await p.act(disclosure, '报送审核', { '已核对公开文本不含个人信息、商业秘密': '是' });
	await (await who('lihong')).act(disclosure, '审核通过', { '合法性、适当性审核意见': '合法、适当。' });
	await (await who('zhangqiang')).act(disclosure, '审批同意公开', { 审批意见: '同意公开。' });
	await p.act(disclosure, '发布');
	await lookPublic(disclosure.replace('/m/', '/decisions/'), 'decision');
	const page = await site.page({ script: false, width: 390, height: 844 });
	await page.goto(site.open + disclosure.replace('/m/', '/decisions/'));
	const text = await page.innerText('main');
	for (const w of [NAME, '行政许可', '准予零售烟花爆竹', '临应急许决〔', '临猗县应急管理局']) that(text.includes(w), `the public page lacks “${w}”: ${text}`);
	that(!text.includes('吕某寅'), 'the public page names a person');
	await page.context().close();
	const told = await progress(390);
	for (const w of ['待归档', '准予许可']) that(told.includes(w), `progress lacks “${w}”: ${told}`);
});

step('the public guide of the item shows conditions, steps and limits, and the flow chart', async () => {
	const page = await site.page({ script: false });
	await page.goto(`${site.open}/items?q=${encodeURIComponent('烟花爆竹')}`);
	const item = await page.locator('main a', { hasText: ITEM }).first().getAttribute('href');
	await page.goto(site.open + item);
	const text = await page.innerText('main');
	for (const w of ['二十个工作日', '一次告知', '颁发送达许可证件', '申请材料']) that(text.includes(w), `the guide lacks “${w}”: ${text}`);
	await page.context().close();
	await lookPublic(item, 'guide');
	await lookPublic(`${item}/flow`, 'flow');
});

step('周敏 files it; the dossier begins with the decision and ends with the certificate', async () => {
	const p = await who('zhoumin');
	await p.act(licence, '归档', { 存放位置: '档案室3号柜' });
	await look(p, `${licence}/dossier`, 'dossier');
	await p.go(`${licence}/dossier`);
	const rows = await p.page.$$eval('#file-main tbody tr', (t) => t.map((r) => r.innerText.replace(/\s+/g, ' ').trim()));
	const order = ['行政许可决定书', '行政许可申请表', '收件凭证', '补正通知书', '行政许可申请材料', '受理通知书', '现场核查笔录', '送达凭证', '证件副本'];
	expect(rows.length, order.length, `papers in the main file: ${rows.join(' | ')}`);
	for (const [i, name] of order.entries()) that(rows[i].includes(name), `place ${i + 1} is ${rows[i]}, not ${name}`);
	that(!rows.some((r) => /（缺）/.test(r)), `missing: ${rows}`);
});

step('the holder asks for renewal before the licence ends; not too late, not another holder; it is renewed and valid for longer', async () => {
	const p = await who('heping');
	await p.go('/k/licence/new');
	await p.fill({ 办理类型: '申请延续', 许可事项: ITEM, 涉及的许可证: permit, 申请内容: '有效期届满前申请延续', 收到申请日期: day(),
		'申请人（被许可人）': { parts: { 类别: '单位', 名称或者姓名: '示例别家商店', 统一社会信用代码或者身份证号: '91140821MA0YX0029P', 地址: PLACE } } });
	await p.send();
	await p.reads('变更、延续由被许可人提出申请', '第五十条');
	await shot(p.page, 'licence-renew-refused');
	await p.fill({ '申请人（被许可人）': { parts: { 名称或者姓名: NAME, 统一社会信用代码或者身份证号: '92140821MA0YX00163' } } });
	await p.send();
	const renewal = await p.done('登记许可申请');
	await p.act(renewal, '受理');
	await (await who('sunli')).act(renewal, '分派审查人员', { 审查人员: ['王明', '赵刚'] });
	await (await who('wangming')).act(renewal, '呈报决定', { 审查意见: '条件没有变化，建议准予延续。', 涉及重大公共利益: '否', 可能造成重大社会影响或者社会风险: '否', 直接关系申请人或者第三人重大权益: '否' });
	await (await who('zhangqiang')).act(renewal, '作出许可决定', { 决定: '准予延续', 决定内容: '准予延续两年。' });
	await p.act(renewal, '制作许可证件', { '许可范围（证件记载）': `烟花爆竹零售；经营场所：${PLACE}`, 有效期自: day(365), 有效期至: day(1095) });
	licence = renewal;
	await p.act(await linked(p, '送达'), '登记直接送达', { 送达日期: day(), 已出示执法证件: '否', 签收人: '吕某寅', 签收人身份: '本人' });
	await look(p, '/k/licence_permit', 'renewed');
	await p.page.locator('main tr', { hasText: NAME }).first().locator('a[href^="/m/"]').first().click();
	await p.reads('有效', dayText(day(1095)));
});

run();
