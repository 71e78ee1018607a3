// SPDX-License-Identifier: MulanPSL-2.0
// An inspection with its visit code: an officer plans, the head approves, the notice carries the code; the enterprise scans
// it on a phone, sees who comes and why, afterwards what came of it, and rates it; the bureau of justice reads the rating,
// the organ that inspected reads sums of five.
// Proves: GB2024-JC-7c GB2024-JC-4h GB2024-JC-6a GB2024-JC-2d GB2024-JC-7e LY4.09-4.1.3
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { step, run, expect, that, Site, examine, shot, day, dayText, scratch } = require('./lib.js');

let site;
let matter;
let number;

const who = (login) => site.person(login);
const now = () => new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 16);
const minutesAgo = (n) => new Date(Date.now() + 8 * 3600e3 - n * 60e3).toISOString().slice(0, 16);

async function phone(opt = {}) {
	return site.page({ width: 390, height: 844, script: false, ...opt });
}

async function sound(page, where) {
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
	that(wide <= 0, `${where} scrolls ${wide} px sideways`);
	expect(await page.locator('h1').count(), 1, `headings of ${where}`);
	await examine(page);
}

// The address on the notice of an inspection, from its page and from its PDF.
async function codeOf(p, at) {
	await p.go(`${at}/papers`);
	const row = p.page.locator('#papers tr', { hasText: '行政检查通知书' }).first();
	await p.go(await row.getByRole('link').first().getAttribute('href'));
	const found = (await p.text()).match(/\/visit\/[0-9A-Z]{26}/);
	that(found, `no visit address on the notice: ${await p.text()}`);
	return found[0];
}

step('the program starts over the demonstration', async () => {
	site = await Site.open();
});

step('王明 registers and plans an inspection; without a type of inspection it is refused', async () => {
	const p = await who('wangming');
	await p.go('/k/inspection/new');
	await p.fill({
		被检查单位: { parts: { 类别: '单位', 名称或者姓名: '示例纺织有限公司', 统一社会信用代码或者身份证号: '91140821MA0YY0089E', 地址: '临猗县猗氏镇示例工业园8号' } },
		检查事项: ['对安全生产教育和培训情况的检查'], 检查原因: '群众投诉新进人员没有培训就上岗',
	});
	await p.send();
	await p.reads('没有选择检查类型');
	await p.fill({ 检查类型: '个案检查', 任务来源: '投诉举报' });
	await p.send();
	matter = await p.done('登记检查任务');
	await p.choose('报批检查方案');
	await p.fill({
		检查人员: ['王明', '赵刚'], 检查人员与本次检查没有应当回避的关系: '是', 拟检查日期: day(), 预计时长: '60', 检查方式: '入企现场检查',
		检查方案: '查阅培训台账，抽问三名人员', 检查依据: '《中华人民共和国安全生产法》第六十五条', 协助检查人员数: '0',
	});
	await p.send();
	await p.reads('没有写不能非现场检查的理由', '没有等级');
	await shot(p.page, 'inspection-warned');
	await p.fill({ 不能非现场检查的理由: '须当场抽问新进人员' });
	await p.giveReasons('首次检查该企业，名录中还没有定级');
	await p.send();
	await p.done('报批检查方案');
	await p.reads('待批准');
	await p.go(`${matter}/events`);
	await p.reads('经提示仍办理的理由', '首次检查该企业，名录中还没有定级');
});

step('the head approves; the notice carries the code as a QR code, on the page and in the PDF', async () => {
	const head = await who('zhangqiang');
	await head.act(matter, '批准检查', { 审批意见: '同意按方案检查' });
	const p = await who('wangming');
	await p.go(matter);
	await p.choose('制发检查通知书');
	await p.send();
	await p.done('制发检查通知书');
	number = (await p.text()).match(/临应急检〔\d{4}〕\d+号/)[0];
	that(await codeOf(p, matter), 'code');
	expect(await p.page.locator('.mf-p-qr svg').count(), 1, 'QR code on the page of the notice');
	await examine(p.page);
	await shot(p.page, 'inspection-notice');
	for (let i = 0; i < 40 && (await p.page.getByRole('link', { name: '下载' }).count()) === 0; i++) {
		await p.page.waitForTimeout(250);
		await p.page.reload();
	}
	const [file] = await Promise.all([p.page.waitForEvent('download'), p.page.getByRole('link', { name: '下载' }).click()]);
	const to = path.join(scratch, 'notice.pdf');
	await file.saveAs(to);
	const text = execFileSync('pdftotext', ['-layout', to, '-'], { encoding: 'utf8' }).replace(/\s+/g, '');
	for (const w of ['为什么检查', '严禁逐利检查', '申请回避', '/visit/', '本机关今年已检查']) that(text.includes(w), `${w}: ${text}`);
	that(fs.statSync(to).size > 5000, 'the PDF has pages');
});

let code;

step('the enterprise scans: who, why, what, how often; no rating yet; a wrong code is a red page', async () => {
	code = await codeOf(await who('wangming'), matter);
	const page = await phone();
	const r = await page.goto(site.open + code);
	expect(r.status(), 200, 'status of the visit');
	expect(r.headers()['cache-control'], 'no-store', 'a visit is kept nowhere');
	const text = (await page.innerText('main')).replace(/\s+/g, '');
	for (const w of ['这是真实的检查', '临猗县应急管理局检查示例纺织有限公司', '群众投诉新进人员', '对安全生产教育和培训情况的检查', '王明（证号尾4位4001）', '60', '本机关第1次（其他机关0次）']) {
		that(text.includes(w), `${w} is missing: ${text}`);
	}
	that(!text.includes('今年来过的检查'), 'no visit has been made this year');
	expect(await page.locator('#rate').count(), 0, 'forms to rate before the visit');
	await sound(page, 'a visit');
	await shot(page, 'visit-before-390');
	expect((await page.goto(site.open + code.toLowerCase().replace('/visit/', '/visit/'))).status(), 200, 'a code in small letters');
	for (const wrong of ['/visit/AAAAAAAAAAAAAAAAAAAAAAAAAA', '/visit/x', `/visit/${'0'.repeat(26)}`, `${code}A`]) {
		expect((await page.goto(site.open + wrong)).status(), 404, wrong);
		await page.getByText('请不要配合').first().waitFor();
	}
	await sound(page, 'a wrong code');
	await shot(page, 'visit-wrong-390');
	await page.context().close();
});

step('a rating before the visit is not taken', async () => {
	const r = await fetch(site.open + code, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: site.open },
		body: 'card=1&pair=1&gain=0&stars=5&words=' });
	expect(r.status, 409, 'a rating of what has not been');
});

step('the visit, its record and its result; the page tells them', async () => {
	const p = await who('wangming');
	await p.act(matter, '扫码入企', { 进入现场时间: minutesAgo(1), 在场检查人员: ['王明', '赵刚'], 已出示执法证件: '是', 企业已扫码核验: '是', 着装和标志标识符合规定: '是', '已告知检查事由、依据和救济途径': '是' });
	await p.act(matter, '制作现场检查笔录', { 检查结束时间: now(), 现场情况: '3名新进人员没有培训记录', 被检查单位签字情况: '已签字确认', 检查结果: '发现问题', 采取的措施: '查阅台账，抽问3名人员' });
	await p.go(matter);
	await p.choose('责令改正');
	await p.fill({ 责令改正内容: '补做培训并如实记录', 改正期限: day(10), 告知企业的结果: '发现1项问题：3名新进人员没有培训记录' });
	await p.send();
	if ((await p.giveReasons('现场检查笔录已能全面记录')) > 0) await p.send();
	await p.done('责令改正');
	const page = await phone();
	await page.goto(site.open + code);
	const text = (await page.innerText('main')).replace(/\s+/g, '');
	for (const w of ['这次检查已经结束', '今年来过的检查', '临猗县应急管理局：对安全生产教育和培训情况的检查', '发现1项问题', '补做培训并如实记录', dayText(day(10)), '请不要配合']) that(text.includes(w), `${w} is missing: ${text}`);
	await shot(page, 'visit-after-390');
	await page.context().close();
});

async function rate(page, answers) {
	for (const [name, value] of Object.entries(answers)) {
		if (name === 'words') await page.locator('#words').fill(value);
		else await page.locator(`input[name="${name}"][value="${value}"]`).check();
	}
	await Promise.all([page.waitForEvent('domcontentloaded'), page.getByRole('button', { name: '提交评价' }).press('Enter')]);
}

step('the enterprise rates once, without a trace; a second time is refused', async () => {
	const page = await phone();
	await page.goto(site.open + code);
	const bad = await fetch(site.open + code, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: site.open },
		body: 'card=1&pair=2&gain=0&stars=9' });
	expect(bad.status, 422, 'answers that there are not');
	await rate(page, { card: '1', pair: '1', gain: '1', stars: '2', words: '要求找指定的机构做检测' });
	that((await page.innerText('main')).includes('评价已提交'), await page.innerText('main'));
	await sound(page, 'after rating');
	await shot(page, 'visit-rated-390');
	const again = await fetch(site.open + code, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: site.open },
		body: 'card=1&pair=1&gain=0&stars=5&words=' });
	expect(again.status, 409, 'a code rates once');
	const from = await fetch(site.open + code, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'https://other.example' },
		body: 'card=1&pair=1&gain=0&stars=5&words=' });
	expect(from.status, 403, 'a form of another site');
	await page.goto(site.open + code);
	that((await page.innerText('main')).includes('已经评价过'), 'it was rated');
	await page.context().close();
});

step('the bureau reads the rating; the organ nothing, since there are not five', async () => {
	const p = await who('zhangmin');
	await p.go('/ratings');
	await p.reads('临猗县应急管理局', '要求找指定的机构做检测', '各份评价');
	await examine(p.page);
	await shot(p.page, 'ratings-bureau');
	for (const login of ['wangming', 'zhangqiang']) {
		const other = await who(login);
		await other.go('/ratings');
		await other.reads('还不满五份');
		that(!(await other.text()).includes('指定的机构'), `${login} reads a single rating`);
	}
	const narrow = await site.person('zhangmin', { width: 390, height: 844 });
	await narrow.go('/ratings');
	await shot(narrow.page, 'ratings-bureau-390');
});

step('a complaint names the visit', async () => {
	const page = await phone();
	await page.goto(site.open + code);
	await page.getByRole('link', { name: '投诉举报这次检查' }).press('Enter');
	await page.waitForURL('**/complain?visit=*');
	expect(await page.locator('#visit_no').inputValue(), number, 'the number of the inspection stands in the form');
	await page.context().close();
});

step('the month’s inspections go out as a table, as many as there are', async () => {
	const p = await who('wangming');
	await p.go('/k/inspection?scope=organ');
	const rows = await p.page.locator('table.mf-list tbody tr').count();
	const csv = await p.page.evaluate(async () => (await fetch('/k/inspection/export.csv?scope=organ')).text());
	expect(csv.trim().split(/\r?\n/).length - 1, rows, 'lines of the export');
});

step('what reports profit-seeking is a lead on the next day, not before', async () => {
	const leads = async () => {
		const p = await who('zhangmin');
		await p.go('/k/inspection_lead');
		return p.page.locator('table.mf-list tbody tr', { hasText: '逐利检查' }).count();
	};
	expect(await leads(), 0, 'leads on the same day');
	await site.later(`${day(1)} 09:00`);
	let n = 0;
	for (let i = 0; i < 40 && !n; i++) {
		n = await leads();
		if (!n) await (await who('zhangmin')).page.waitForTimeout(250);
	}
	expect(n, 1, 'leads on the next day');
	await (await who('zhangmin')).reads('临猗县应急管理局');
});

run();
