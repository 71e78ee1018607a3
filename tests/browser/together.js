// SPDX-License-Identifier: MulanPSL-2.0
// together.js - people who work on the same matter: a deputy for a week (acceptance check 12), a return with points (10),
// taking back and asking back, expediting once a day, notes that tell, watching.
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { expect, that, run, scratch } = require('../http/lib.js');
const { Site, test, step, examine, shot } = require('./lib.js');

let site;
const who = (login) => site.person(login);
const day = (n = 0) => new Date(Date.now() + 8 * 3600e3 + n * 864e5).toISOString().slice(0, 10);

async function lead(login, cause) {
	const p = await who(login);
	await p.go('/k/penalty/new');
	await p.fill({ 线索来源: '监督检查', 案由: cause, 发现日期: day(), 线索内容: '检查时发现作业现场没有专门人员管理。' });
	await p.send();
	await p.giveReasons('与在办案件不是同一违法行为，另行登记');
	if (!/done=/.test(p.page.url())) await p.send();
	return p.done('登记线索');
}

async function filing(login, matter, cause) {
	const p = await who(login);
	await p.go(matter);
	await p.choose('呈报立案');
	await p.fill({
		承办人员: ['王明', '赵刚'], 承办人员与本案没有应当回避的关系: '是',
		当事人: { parts: { 类别: '单位', 名称或者姓名: '晋南示例铸造有限公司', 统一社会信用代码或者身份证号: '91140821MA0K2W6X1A', 地址: '临猗县猗氏镇示例路2号', 法定代表人: '田某', 电话: '13900000172' } },
		处罚事项: '动火等危险作业', 违法行为开始日: day(-3), 违法行为终了日: day(), 立案意见: `有初步证据证明违法事实，建议立案（${cause}）。`,
	});
	await p.send();
	return p.done('呈报立案');
}

async function pdf(p, matter, name) {
	for (let i = 0; i < 60; i++) {
		await p.go(`${matter}/papers`);
		const link = p.page.locator('#papers tr', { hasText: name }).first().getByRole('link', { name: 'PDF' });
		if ((await link.count()) > 0) {
			const r = await p.page.request.get(new URL(await link.getAttribute('href'), p.page.url()).href);
			const to = path.join(scratch, `${name}.pdf`);
			fs.writeFileSync(to, await r.body());
			return execFileSync('pdftotext', ['-layout', to, '-'], { encoding: 'utf8' }).replace(/\s+/g, '');
		}
		await p.page.waitForTimeout(250);
	}
	throw new Error(`${name} was not made`);
}

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

/* ---- AB角 ---- */

let given;

step('a leader hands the desk to a deputy for a week in four clicks', async () => {
	given = await lead('wangming', '委托期间由代办人决定的线索');
	const p = await who('zhangqiang');
	await p.go('/');
	await p.page.locator('header summary').first().click(); // 1
	await p.page.getByRole('link', { name: '委托同事代办（AB角）' }).click(); // 2
	await examine(p.page);
	await shot(p.page, 'together-delegation');
	await p.fill({ 代办人: '孙丽' }); // 3
	await p.page.locator('form.mf-form .mf-submit button.btn-primary').click(); // 4
	await p.done('委托代办');
	await p.reads('AB角委托', '孙丽', '张强');
	await shot(p.page, 'together-delegation-done');
});

step('the deputy finds the leader\'s desk on her own and acts; record and paper say 孙丽代张强', async () => {
	const p = await who('sunli');
	await p.go('/');
	const row = p.page.locator('.mf-row', { hasText: '代张强' }).first();
	that((await row.count()) > 0, `no row of 张强: ${(await p.text()).slice(0, 1500)}`);
	await shot(p.page, 'together-desk-deputy');
	await p.act(given, '不予立案', { 理由: '现场已整改，没有违法事实' });
	await p.go(`${given}/events`);
	await p.reads('孙丽代张强');
	that((await pdf(p, given, '不予立案')).includes('孙丽代张强'), 'the paper does not say 代');
	await shot(p.page, 'together-deputed');
});

/* ---- 撤回, 请求退回, 催办 ---- */

let matter;

step('what nobody has seen yet is taken back; the form is as it was', async () => {
	matter = await lead('wangming', '示例铸造公司动火作业无人监护案');
	await filing('wangming', matter, '一');
	const p = await who('wangming');
	await p.go(matter);
	await p.page.getByRole('link', { name: '撤回（对方尚未查看）' }).click();
	await examine(p.page);
	await p.page.locator('form.mf-form .mf-submit button.btn-primary').click();
	await p.done('撤回');
	await p.reads('线索核查');
	await p.choose('呈报立案');
	that(/（一）/.test(await p.page.locator('[name="f.filing_opinion"]').inputValue()), 'what was typed stays as a draft');
	await filing('wangming', matter, '二');
});

step('once it was seen, only asking back is left; expediting works once a day', async () => {
	const head = await who('sunli'); // for 张强
	await head.go(matter);
	await head.page.waitForTimeout(300);
	const p = await who('wangming');
	await p.go(matter);
	expect(await p.page.getByRole('link', { name: /^撤回/ }).count(), 0, 'take back after it was seen');
	await p.page.getByRole('link', { name: '请求退回', exact: true }).click();
	await p.page.locator('[name="f.reason"]').fill('当事人地址有误，需要更正');
	await p.page.locator('form.mf-form .mf-submit button.btn-primary').click();
	await p.done('请求退回');
	await p.page.getByRole('link', { name: '催办', exact: true }).click();
	await p.page.locator('form.mf-form .mf-submit button.btn-primary').click();
	await p.done('催办');
	expect(await p.page.getByRole('link', { name: '催办', exact: true }).count(), 0, '催办 twice');
	await p.go(`${matter}/do/expedite`);
	await p.reads('今天已经催办过');
	await head.go('/inbox');
	await head.reads('代张强：王明请求退回', '代张强：王明催办');
	await shot(head.page, 'together-inbox');
});

/* ---- 退回要点 ---- */

step('a return has three points, and the officer sees three boxes on the desk', async () => {
	const head = await who('zhangqiang');
	await head.go(matter);
	await head.choose('退回核查');
	await head.page.locator('[name="f.points"]').fill('核对当事人地址\n补现场照片\n写明作业时间');
	await head.fill({ 理由: '材料不全' });
	await examine(head.page);
	await shot(head.page, 'together-return');
	await head.send();
	await head.done('退回核查');
	const p = await who('wangming');
	await p.go('/');
	const row = p.page.locator('.mf-row', { hasText: '退回要点 3 项' });
	expect(await row.getByRole('button', { name: /：记为已落实/ }).count(), 3, 'boxes on the desk');
	await examine(p.page);
	await shot(p.page, 'together-desk-points');
	await row.getByRole('button', { name: /补现场照片/ }).click();
	await p.reads('退回要点 2 项');
});

step('points are ticked on the matter; sending on with one open asks for a reason', async () => {
	const p = await who('wangming');
	await p.go(matter);
	await p.reads('退回要点 3 项', '未落实 2 项', '已落实');
	await shot(p.page, 'together-points');
	const form = p.page.locator('.mf-point-form', { hasText: '核对当事人地址' });
	await form.locator('[name="f.reason"]').fill('地址已改为示例路3号');
	await form.getByRole('button').click();
	await p.done('落实退回要点');
	await p.reads('地址已改为示例路3号', '未落实 1 项');
	await p.choose('呈报立案');
	await p.send();
	await p.reads('退回要点还有1项未落实');
	await p.giveReasons('作业时间已写入现场检查笔录，不再重复');
	await p.send();
	await p.done('呈报立案');
});

/* ---- 批注, 盯办 ---- */

step('a note tells a colleague, and stays out of the papers', async () => {
	const p = await who('wangming');
	await p.go(`${matter}/notes`);
	await p.page.getByRole('link', { name: '写批注' }).click();
	await p.page.locator('[name="f.reason"]').fill('地址以营业执照为准');
	await p.fill({ '提醒同事（@）': ['孙丽'] });
	await examine(p.page);
	await shot(p.page, 'together-note');
	await p.page.locator('form.mf-form .mf-submit button.btn-primary').click();
	await p.done('批注');
	await p.go(`${matter}/notes`);
	await p.reads('批注 1', '地址以营业执照为准', '@孙丽');
	const head = await who('sunli');
	await head.go('/inbox?tab=told');
	await head.reads('王明的批注');
});

step('a star watches a matter, and is taken off again', async () => {
	const p = await who('wangming');
	await p.go(matter);
	await p.page.getByRole('button', { name: '☆ 盯办' }).click();
	await p.page.getByRole('button', { name: '★ 已盯办' }).click();
	expect(await p.page.getByRole('button', { name: '☆ 盯办' }).count(), 1, 'star');
	const narrow = await site.person('wangming', { width: 390 });
	await narrow.go(matter);
	await examine(narrow.page);
	await shot(narrow.page, 'together-390');
});

/* ---- 交接 ---- */

step('a hand-over is one list that both sign; then every matter has the other person', async () => {
	const p = await who('wangming');
	await p.go('/replace');
	await p.go('/k/handover/new');
	await p.fill({ 交接类别: '离岗交接', 接收人: '陈晓' });
	await examine(p.page);
	await p.page.locator('form.mf-form .mf-submit button.btn-primary').click();
	const handover = await p.done('列出移交清单');
	await p.reads('移交清单', '签字后移交', '待双方签字');
	await shot(p.page, 'together-handover');
	await p.choose('在清单上签字');
	await p.page.locator('form.mf-form .mf-submit button.btn-primary').click();
	await p.reads('待双方签字');
	const to = await who('chenxiao');
	await to.go(handover);
	await to.choose('在清单上签字');
	await to.page.locator('form.mf-form .mf-submit button.btn-primary').click();
	await to.reads('已交接', '已移交');
	await to.go(`${matter}/events`);
	await to.reads('交接换人');
	await to.go(matter);
	await to.reads('承办人员');
	that(/赵刚/.test(await to.text()) && /陈晓/.test(await to.text()), 'the officers');
	await shot(to.page, 'together-handed-over');
});

run();
