// SPDX-License-Identifier: MulanPSL-2.0
// The acceptance checks that are limits on clicks, fields, pages and seconds, from the desk, signed in, in the demonstration
// county; each prints its number and what was measured. A person's seconds are the machine's and, for what a machine does
// faster, estimated: so much for each character, field, click and page. Others: 1 and 11 in short (desk.js), 2, 7, 8
// (form.js), 10 and 12 (together.js), 17 and 19 of the public side (portal.js), 20 (novice.js).
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test, run, expect, that, Site, examine, shot, day, scratch, mingfa } = require('./lib.js');

const CHARACTER = 0.6, FIELD = 3, CLICK = 1.5, PAGE = 5; // seconds

let site;
const who = async (login, opt) => (site || (site = await Site.open())).person(login, opt);

class Meter {
	constructor(p) {
		Object.assign(this, { p, clicks: 0, fields: 0, characters: 0, pages: 0, begun: Date.now() });
		this.count = (frame) => { if (frame === p.page.mainFrame()) this.pages++; };
		p.page.on('framenavigated', this.count);
	}

	async click(locator) {
		this.clicks++;
		await locator.click();
		await this.p.page.waitForLoadState();
	}

	async fill(values) {
		for (const [label, value] of Object.entries(values)) {
			const parts = value.parts ? Object.values(value.parts) : [value];
			this.fields += parts.length;
			this.characters += parts.filter((v) => typeof v === 'string').join('').length;
			await this.p.fill({ [label]: value });
		}
	}

	seconds() {
		this.p.page.off('framenavigated', this.count);
		return Math.round((Date.now() - this.begun) / 1000 + this.characters * CHARACTER + this.fields * FIELD + this.clicks * CLICK + this.pages * PAGE);
	}
}

// Prints what was measured and fails above a limit.
function measured(check, values) {
	console.log(`      check ${check}: ${Object.entries(values).map(([what, [n, most]]) => `${n} ${what} (at most ${most})`).join(', ')}`);
	for (const [what, [n, most]] of Object.entries(values)) that(n <= most, `check ${check}: ${n} ${what}, at most ${most}`);
}

const button = (p) => p.page.locator('form.mf-form .mf-submit button.btn-primary');
const row = (p, text) => p.page.locator('.mf-rows .mf-row', { hasText: text }).first();

test('the program starts over the demonstration', async () => {
	site = site || await Site.open();
});

test('check 4: a lead from a phone call, on one page with eight fields at most, in two minutes', async () => {
	const p = await who('wangming');
	await p.go('/');
	const m = new Meter(p);
	await m.click(p.page.locator('.mf-often').getByRole('link', { name: '登记线索', exact: true }));
	const shown = await p.page.locator('form.mf-form .mf-input:visible').count();
	const pages = m.pages;
	await m.fill({ 线索来源: '投诉举报', 案由: '临晋示例采石场未设置安全警示标志案', 发现日期: '今天',
		线索内容: '群众来电：临晋镇示例采石场破碎机旁没有安全警示标志，上午还在生产，来电人不愿留名。' });
	await m.click(button(p));
	await p.done('登记线索');
	await p.reads('线索核查', '现由');
	measured(4, { pages: [pages, 1], 'fields shown': [shown, 8], 'fields filled': [m.fields, 8], clicks: [m.clicks, 2], seconds: [m.seconds(), 120] });
});

test('check 5: a summary penalty with its paper printed, in three pages and five minutes', async () => {
	const p = await who('wangming');
	await p.go('/');
	const m = new Meter(p);
	await m.click(p.page.locator('.mf-often').getByRole('link', { name: /当场/ }));
	await m.fill({
		当事人: { parts: { 类别: '个人', 名称或者姓名: '卫某癸', 统一社会信用代码或者身份证号: '14082119790312998X', 地址: '临猗县示例街9号', 电话: '13900000111' } },
		案由: '卫某癸未设置安全警示标志案', 处罚事项: '未在有较大危险', 违法日期: '今天', 地点: '临猗县示例街9号',
		违法事实: '检查时发现仓库入口没有安全警示标志，情节轻微，当场改正。', 违反的规定: '《中华人民共和国安全生产法》第三十五条',
		处罚依据: '《中华人民共和国安全生产法》第九十九条第一项', 执法人员: ['王明', '赵刚'], 已出示执法证件: '是', 执法人员与本案没有应当回避的关系: '是',
		已告知拟处罚内容及事实理由依据和陈述申辩权利: '是', 处罚种类: '罚款', 罚款: '100', 决定书已当场交付当事人: '是',
	});
	await m.click(button(p));
	await m.click(p.page.getByRole('button', { name: /^确认/ }));
	await p.done('当场作出处罚决定');
	const pages = m.pages; // form, 核对, result; the result renews itself until the paper is there
	const print = p.page.getByRole('link', { name: /^打印.*决定书/ });
	await print.waitFor({ timeout: 15000 });
	await examine(p.page);
	await shot(p.page, 'accept-printed');
	m.clicks++;
	const r = await p.page.request.get(new URL(await print.getAttribute('href'), p.page.url()).href);
	const file = path.join(scratch, 'spot.pdf');
	fs.writeFileSync(file, await r.body());
	const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).replace(/\s+/g, '');
	for (const w of ['当场行政处罚决定书', '卫某癸', '壹佰元']) that(text.includes(w), `the paper lacks ${w}: ${text.slice(0, 500)}`);
	measured(5, { pages: [pages, 3], clicks: [m.clicks, 4], seconds: [m.seconds(), 300] });
});

test('check 6: a 事先告知书 from facts already entered, three fields at most', async () => {
	const p = await who('wangming');
	const code = site.server.ask("SELECT m.code FROM matter m WHERE m.kind = 'penalty' AND m.state = 'endorsed' LIMIT 1");
	const login = site.server.ask(`SELECT a.login FROM account a JOIN matter m ON m.code = '${code}' JOIN event e ON e.matter = m.id AND e.seq = 1 AND e.actor = a.person`);
	const officer = login === 'wangming' ? p : await who(login);
	const title = site.server.ask(`SELECT title FROM matter WHERE code = '${code}'`);
	await officer.go('/');
	const m = new Meter(officer);
	await m.click(row(officer, title).locator('.mf-row-do .btn-primary'));
	that((await officer.page.locator('#paper').innerText()).includes('事先告知书'), 'the paper is not in sight');
	await m.click(button(officer));
	await officer.done('制作事先告知书');
	measured(6, { 'fields typed': [m.fields, 3], clicks: [m.clicks, 2], seconds: [m.seconds(), 300] });
});

test('check 3: one click shows how a limit was counted, and `mingfa workday` agrees', async () => {
	const p = await who('lihong');
	const code = site.server.ask("SELECT code FROM matter WHERE kind = 'legal_review' AND state = 'reviewing' LIMIT 1");
	await p.go(`/m/${code}`);
	const m = new Meter(p);
	await m.click(p.page.locator('.mf-clock', { hasText: '法制审核' }).getByRole('link', { name: '〔逐日〕' }));
	const text = (await p.text()).replace(/\s+/g, '');
	const [, start] = site.server.ask(`SELECT c.id || '|' || strftime('%Y-%m-%d', c.start / 1000, 'unixepoch', '+8 hours') FROM clock c JOIN matter m ON m.id = c.matter WHERE m.code = '${code}' AND c.state = 'running' LIMIT 1`).split('|');
	const last = execFileSync(mingfa, ['workday', start, '10'], { encoding: 'utf8' }).trim().slice(0, 10);
	const [y, mo, d] = last.split('-').map(Number);
	that(text.includes(`${mo}月${d}日`) || text.includes(`${y}年${mo}月${d}日`), `workday says ${last}; the page: ${text.slice(0, 800)}`);
	that(/第10个工作日/.test(text), 'the tenth workday is not named');
	measured(3, { clicks: [m.clicks, 1] });
});

test('check 9: the nearest review is opened from the desk, its materials are read and the opinion is given on one page', async () => {
	const p = await who('lihong');
	await p.go('/');
	const m = new Meter(p);
	await m.click(p.page.locator('.mf-rows .mf-row', { has: p.page.getByRole('link', { name: /审核意见/ }) }).first().getByRole('link', { name: /审核意见/ }));
	const at = new URL(p.page.url()).pathname;
	that(/\/review$|\/do\/opine$/.test(at), `opened ${at}`);
	const pages = m.pages;
	const materials = p.page.locator('.mf-material');
	const n = await materials.count();
	that(n >= 6, `${n} materials`);
	for (let i = 0; i < n; i++) {
		await m.click(materials.nth(i).locator('summary'));
		that(await materials.nth(i).evaluate((e) => e.open), `material ${i + 1} does not open`);
	}
	await shot(p.page, 'accept-review');
	for (const item of await p.page.locator('.mf-sheet-item').all()) await item.locator('input[type=radio]').first().check();
	await p.fill({ 合法性意见: '主体、权限、程序、依据合法。', 合理性意见: '裁量在从轻阶次以内。', 审核意见: '同意', 理由: '各项均合格，同意。', 审核人员具名: '李红' });
	expect(m.pages, pages, 'pages while reading and writing');
	expect(new URL(p.page.url()).pathname, at, 'the page');
	await p.send();
	await p.done('出具审核意见');
	measured(9, { 'pages left for reading': [m.pages - pages > 2 ? m.pages - pages : 0, 0] });
});

/* ---- check 11 ---- */

const FILINGS = ['甲', '乙', '丙', '丁', '戊'].map((c, i) => ({ cause: `示例${c}字号工厂未提供劳动防护用品案`, name: `示例${c}字号工厂`, no: i + 1 }));

function uscc(head) {
	const set = '0123456789ABCDEFGHJKLMNPQRTUWXY';
	let sum = 0;
	for (let i = 0, weight = 1; i < 17; i++, weight = (weight * 3) % 31) sum += set.indexOf(head[i]) * weight;
	return head + set[(31 - (sum % 31)) % 31];
}

test('five filings go to the leader', async () => {
	const p = await who('wangming');
	for (const f of FILINGS) {
		await p.go('/k/penalty/new');
		await p.fill({ 线索来源: '监督检查', 案由: f.cause, 发现日期: day(), 线索内容: '检查时发现没有劳动防护用品。' });
		await p.send();
		await p.done('登记线索');
		await p.choose('呈报立案');
		await p.fill({ 承办人员: ['王明', '赵刚'], 承办人员与本案没有应当回避的关系: '是', 处罚事项: '未为从业人员', 违法行为开始日: day(-1), 违法行为终了日: day(), 立案意见: '建议立案。',
			当事人: { parts: { 类别: '单位', 名称或者姓名: f.name, 统一社会信用代码或者身份证号: uscc(`91140821MA0YV00${10 + f.no}`), 地址: `临猗县示例街${60 + f.no}号`, 法定代表人: '田某', 电话: '13900000172' } } });
		await p.send();
		await p.done('呈报立案');
	}
});

test('check 11: a leader signs five filings one after another, two clicks each, each with its paper in sight', async () => {
	const p = await who('zhangqiang');
	await p.go('/');
	const waiting = p.page.locator('.mf-rows .mf-row', { has: p.page.getByRole('link', { name: '批准立案', exact: true }) });
	that((await waiting.count()) >= 5, `${await waiting.count()} filings wait`);
	const begun = Date.now();
	const clicks = [];
	let next = waiting.first().getByRole('link', { name: '批准立案', exact: true });
	for (let i = 0; i < 5; i++) {
		const m = new Meter(p);
		await m.click(next);
		const paper = p.page.locator('.mf-preview-papers');
		that(await paper.isVisible(), `filing ${i + 1}: no paper in sight`);
		that(/立案/.test(await paper.innerText()), `filing ${i + 1}: another paper: ${(await paper.innerText()).slice(0, 200)}`);
		const box = await paper.boundingBox();
		that(box.y < 768, `filing ${i + 1}: the paper begins ${box.y} px down`);
		await m.click(button(p));
		await p.done('批准立案');
		m.seconds();
		clicks.push(m.clicks);
		if (i === 0) await shot(p.page, 'accept-signed');
		if (i < 4) {
			next = p.page.locator('.mf-next').getByRole('link', { name: '批准立案', exact: true });
			expect(await next.count(), 1, `after filing ${i + 1} the next is offered`);
		}
	}
	measured(11, { 'clicks for each of five filings': [Math.max(...clicks), 2], 'seconds of the machine': [Math.round((Date.now() - begun) / 1000), 60] });
});

/* ---- check 19 of the working side ---- */

test('check 19: the lead by keyboard alone, at 200%', async () => {
	const p = await who('liuyang', { width: 683, height: 384 });
	await p.go('/k/penalty/new');
	expect(await p.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0, 'pixels sideways');
	const typed = { 'f.source': 'c', 'f.cause': '键盘登记的示例案', 'f.lead_text': '全部用键盘填写。' };
	let tabs = 0;
	const seen = [];
	for (; tabs < 80; tabs++) {
		await p.page.keyboard.press('Tab');
		const at = await p.page.evaluate(() => ({ id: document.activeElement.id, name: document.activeElement.name || '', tag: document.activeElement.tagName, value: document.activeElement.value || '',
			ring: getComputedStyle(document.activeElement).outlineStyle !== 'none' || getComputedStyle(document.activeElement).boxShadow !== 'none' }));
		if (at.name) that(at.ring || at.tag === 'A', `no visible focus on ${at.name}`);
		seen.push(at.name || at.tag);
		if (at.name === 'f.found_on') {
			await p.page.keyboard.type(day().replace(/-/g, ''));
		} else if (at.name === 'f.source' && !at.value) {
			await p.page.keyboard.press('ArrowDown');
		} else if (typed[at.name] && !at.value) {
			await p.page.keyboard.insertText(typed[at.name]);
		} else if (at.tag === 'BUTTON' && (await p.page.evaluate(() => document.activeElement.matches('.mf-submit .btn-primary')))) {
			break;
		}
	}
	that(tabs < 80, `the button was not reached: ${seen.join(' ')}`);
	await p.page.keyboard.press('Enter');
	await p.page.waitForURL(/done=/);
	await examine(p.page);
	measured(19, { 'keys to the button': [tabs, 80] });
});

/* ---- check 14, on the day ---- */

test('check 14: a publicity editor sees what falls due today, checks the masking and sends it, in four clicks', async () => {
	let p = await who('wuting');
	const open = site.server.ask("SELECT m.code || '|' || m.due || '|' || m.title FROM matter m WHERE m.kind = 'disclosure' AND m.state = 'collecting' "
		+ `AND m.due > ${Date.now()} AND m.organ = (SELECT id FROM organ WHERE short = 'yingji') ORDER BY m.due LIMIT 1`);
	that(open, 'no decision waits to be collected');
	const [code, due, title] = open.split('|');
	await p.act(`/m/${code}`, '收集整理', { 公开形式: '决定信息摘要', 执法结论: '罚款，责令改正', 依据: '《中华人民共和国安全生产法》', 公开载体: ['主平台'] });
	const today = new Date(Number(due) - 1 + 8 * 3600000).toISOString().slice(0, 10);
	await site.later(`${today} 09:30`);
	p = await who('wuting');
	await p.go('/');
	const m = new Meter(p);
	await m.click(p.page.getByRole('link', { name: /^今天/ }));
	const line = row(p, title);
	that((await line.innerText()).includes('今日24时届满'), `not told as due today: ${await line.innerText()}`);
	await shot(p.page, 'accept-due-today');
	await m.click(line.locator('.mf-row-do .btn-primary'));
	const paper = await p.page.locator('.mf-preview-papers').innerText();
	that(paper.includes(title.slice(0, 6)) || paper.includes('执法'), `the public text is not in sight: ${paper.slice(0, 300)}`);
	that(!/\d{17}[\dX]/.test(paper.replace(/91\d{6}\w{10}/g, '')), 'an identity number stands in the public text');
	await shot(p.page, 'accept-masking');
	await m.click(p.page.locator('.mf-input', { hasText: '已核对公开文本' }).getByLabel('是', { exact: true }));
	await m.click(button(p));
	await p.done('报送审核');
	measured(14, { clicks: [m.clicks, 4], seconds: [m.seconds(), 120] });
});

run();
