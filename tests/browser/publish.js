// SPDX-License-Identifier: MulanPSL-2.0
// What the public reads of a natural person, from the form that proposes the masked text to the public page; and decisions
// that were published elsewhere before, as an import brings them. Proves: SX-GS-15b LY1.02-15b
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test, run, expect, that, Site, Server, examine, shot, day, mingfa, root } = require('./lib.js');

const NAME = '欧阳三强';
const CODE = '142727199001010012';
const PHONE = '13912340172';
let site;
let decision;

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('the form of 收集整理 proposes the masked text, shows what the public will read, and leaves the wording to people', async () => {
	const p = await site.person('wuting');
	await p.go('/k/disclosure/new');
	await p.fill({ 标题: `${NAME}未佩戴劳动防护用品案`, 来源: '其他执法决定', 执法对象: { parts: { 类别: '个人', 名称或者姓名: NAME, 统一社会信用代码或者身份证号: CODE, 电话: PHONE } },
		执法类别: '行政处罚', 决定日期: day(), 依据: '《中华人民共和国安全生产法》第四十五条', 主要事实: `${NAME}（${CODE}，电话${PHONE}）作业时未佩戴防护用品。`, 执法结论: `对${NAME}警告` });
	await p.send();
	decision = await p.done('登记执法决定信息');
	await p.go(decision);
	await p.choose('收集整理');
	const value = (id) => p.page.locator(`[name="f.${id}"]`).inputValue();
	expect(await value('party_public'), '欧阳某', 'the designation');
	expect(await value('title'), '欧阳某未佩戴劳动防护用品案', 'the title');
	expect(await value('facts'), '欧阳某（1427************12，电话139****0172）作业时未佩戴防护用品。', 'the facts');
	expect(await value('conclusion'), '对欧阳某警告', 'the conclusion');
	await p.reads('系统拟写，请核对', '供核对，这一步还不固定');
	const paper = () => p.page.locator('#paper').innerText();
	that((await paper()).includes('执法对象') && (await paper()).includes('欧阳某') && !(await paper()).includes(NAME), await paper());
	await examine(p.page);
	await shot(p.page, 'collect');
	// Changeable, within the check.
	await p.fill({ 主要事实: `${NAME}作业时未佩戴防护用品。`, 公开形式: '决定信息摘要', 公开载体: ['主平台'] });
	await p.send();
	await p.reads('“主要事实”写有当事人的姓名、证件号码或者电话');
	await p.fill({ 主要事实: '欧阳某作业时未佩戴安全帽。' });
	await p.send();
	await p.done('收集整理');
});

test('the public text stands beside the form again before it is passed on', async () => {
	const p = await site.person('wuting');
	await p.go(decision);
	await p.choose('报送审核');
	const paper = await p.page.locator('#paper').innerText();
	that(paper.includes('欧阳某作业时未佩戴安全帽。') && paper.includes('对欧阳某警告') && !paper.includes('三强') && !paper.includes(CODE), paper);
	await p.fill({ '已核对公开文本不含个人信息、商业秘密': '是' });
	await p.send();
	await p.done('报送审核');
});

test('without scripts the proposal and the text are the same', async () => {
	const p = await site.person('wuting', { script: false, width: 390, height: 844 });
	await p.go('/k/disclosure?state=collecting');
	await p.go(await p.page.locator('main a[href^="/m/"]').first().getAttribute('href'));
	await p.choose('收集整理');
	that((await p.page.locator('#paper').innerText()).includes('执法决定信息（公开文本）'), 'no preview');
	await shot(p.page, 'collect_390');
});

test('the public finds the masked name and nothing else', async () => {
	const legal = await site.person('lihong');
	await legal.act(decision, '审核通过', { '合法性、适当性审核意见': '合法、适当。' });
	const head = await site.person('zhangqiang');
	await head.act(decision, '审批同意公开', { 审批意见: '同意公开。' });
	const p = await site.person('wuting');
	await p.act(decision, '发布');
	const page = await site.page({ width: 390, height: 844, script: false });
	for (let i = 0; i < 50; i++) { // the index follows commits
		await page.goto(`${site.open}/decisions?q=${encodeURIComponent('欧阳某')}`);
		if (await page.locator('.p-row-title').count()) break;
		await new Promise((ok) => setTimeout(ok, 200));
	}
	await page.locator('.p-row-title').first().click();
	const text = await page.innerText('main');
	that(/执法对象\s+欧阳某/.test(text) && !text.includes('三强') && !text.includes(CODE) && !text.includes(PHONE), text);
	that(!(await page.content()).includes('三强'), 'the name stands in the page');
	for (const q of ['三强', CODE, PHONE]) {
		await page.goto(`${site.open}/decisions?q=${encodeURIComponent(q)}`);
		expect(await page.locator('.p-row').count(), 0, `found by ${q}`);
	}
	await page.context().close();
});

/* ---- decisions published elsewhere before ---- */

// Real decisions lie in the folder beside the clone; without it there is nothing to import.
const REAL = path.resolve(root, '../shared/data/penalty-decisions.csv');

test('real decisions are imported, and found by two characters of the party and the year', async () => {
	if (!fs.existsSync(REAL)) {
		console.log(`SKIPPED: ${REAL} is not there, the import of real decisions was not tried`);
		return;
	}
	const rows = fs.readFileSync(REAL, 'utf8').split('\n').filter((l) => l.startsWith('"')).length - 1;
	for (const p of site.people.values()) await p.page.context().close(); // their pages ask the program for news
	site.people.clear();
	await site.server.stop();
	const told = execFileSync(mingfa, ['import', site.server.dir, 'disclosure', REAL], { encoding: 'utf8', timeout: 120000 });
	that(told.includes(String(rows)), `${rows} rows: ${told}`);
	site.server = await new Server(site.server.dir).start();
	const page = await site.page({ width: 390, height: 844, script: false });
	const search = async (q, year) => {
		await page.goto(`${site.open}/decisions`);
		await page.getByLabel('企业、姓名、文书号、事由').fill(q);
		await page.getByLabel('年份').selectOption(year ? `${year}年` : '不限');
		await page.getByRole('button', { name: '查询' }).click();
		return page.locator('.p-row');
	};
	for (let i = 0; i < 100 && !(await (await search('国海', '')).count()); i++) await new Promise((ok) => setTimeout(ok, 300));
	const found = await search('国海', '2022');
	expect(await found.count(), 1, 'decisions about 国海 of 2022');
	that(/国海证券/.test(await found.innerText()) && (await found.innerText()).includes('历史数据'), await found.innerText());
	expect(await (await search('国海', '2021')).count(), 0, 'of 2021');
	await search('国海', '2022');
	await page.locator('.p-row-title').click();
	const text = await page.innerText('main');
	that(/执法对象\s+国海证券/.test(text) && text.includes('没有在本系统中办理过') && text.includes('按决定书写明的机关和期限'), text);
	that(!text.includes('60日内'), 'a limit that only the decision itself can tell');
	await page.context().close();
});

run();
