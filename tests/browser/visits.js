// SPDX-License-Identifier: MulanPSL-2.0
// 综合查一次: a township and the emergency bureau both plan a visit to one enterprise; the officer finds them side by side, has
// his made one with the other, both heads agree, and the enterprise is visited once. And the year of an enterprise on one sheet.
// Proves: GB2024-JC-3b
'use strict';
const { step, run, expect, that, Site, examine, shot } = require('./lib.js');

const FRUIT = '91140821MA0YY0070H';
let site;
let town;
let county;
const who = (login, opt) => site.person(login, opt);
const code = (where) => site.server.ask(`SELECT code FROM matter WHERE kind = 'inspection' AND ${where} ORDER BY id DESC LIMIT 1`).split('\n')[0];

step('the program starts over the demonstration', async () => {
	site = await Site.open();
	town = code("fields LIKE '%北辛检%'");
	county = code(`fields LIKE '%${FRUIT}%' AND fields LIKE '%临应急检%'`);
});

step('both visits stand under the enterprise; of the other organ’s no more than organ, day, items and state', async () => {
	const p = await who('liangyong');
	await p.go('/visits');
	await p.reads('示例果品冷库有限公司', '2个机关在30日内先后检查', '临猗县应急管理局', '对安全生产教育和培训情况的检查', '待批准');
	expect(await p.page.locator(`a[href="/m/${county}"]`).count(), 0, 'links to the other organ’s matter');
	expect(await p.page.locator('.mf-visits tbody tr').count(), 2, 'rows of the enterprise');
	await examine(p.page);
	await shot(p.page, 'visits');
	expect(await p.go(`/m/${county}`), 404, 'status of the other organ’s matter');
});

step('a drawn visit that has not been made is not among them, for nobody but those who are sent or lead them', async () => {
	const drawn = site.server.ask("SELECT m.code FROM matter m WHERE m.kind = 'inspection' AND m.fields LIKE '%\"source\":\"random\"%' LIMIT 1").split('\n')[0];
	that(drawn, 'the demonstration has a drawn visit');
	const p = await who('liangyong');
	await p.go('/visits?show=all&from=2026-01-01&to=2026-12-31');
	that(!(await p.page.content()).includes(drawn), 'a drawn visit is told');
	const archivist = await who('zhoumin');
	expect(await archivist.go('/visits'), 403, 'the planner for who plans nothing');
});

step('dates that are none are told, and the page shows the next sixty days', async () => {
	const p = await who('liangyong');
	await p.go('/visits?from=2026-12-01&to=2026-11-01');
	await p.reads('起不晚于止');
});

step('the officer’s form leads here, and the officer proposes to make it one', async () => {
	const p = await who('liangyong');
	await p.go(`/visits?for=${town}`);
	await p.reads('综合查一次：示例果品冷库有限公司', '本次检查');
	const narrow = await who('liangyong', { width: 390, height: 844 });
	await narrow.go(`/visits?for=${town}`);
	const wide = await narrow.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
	that(wide <= 0, `the planner scrolls ${wide} px sideways`);
	await examine(narrow.page);
	await shot(narrow.page, 'visits-390');
	await p.page.getByRole('link', { name: /^并入临猗县应急管理局/ }).click();
	await p.reads('并入哪一次检查', '比对检查计划');
	await p.fill({ 合并的理由: '两次检查相隔三天，都要看冷库现场，同一天一次查完' });
	await shot(p.page, 'visits-merge');
	await p.send();
	await p.done('合并到综合查一次');
	await p.reads('待商定合并');
});

step('both heads agree, the one after the other; the township’s visit is closed with its reason', async () => {
	const own = await who('hanli');
	await own.act(`/m/${town}`, '同意合并');
	await own.go(`/m/${town}`);
	await own.reads('待商定合并');
	const other = await who('zhangqiang');
	await other.act(`/m/${town}`, '同意合并');
	await own.go(`/m/${town}`);
	await own.reads('不再检查', '都要看冷库现场');
	const p = await who('liangyong');
	expect(await p.go(`/m/${county}`), 200, 'status of the joint visit for an officer of the other organ');
	await p.reads('北辛乡人民政府', '梁勇', '对动火等危险作业现场管理情况的检查');
	await p.go('/visits');
	await p.reads('没有要合并的检查');
});

step('the notice tells of both organs', async () => {
	const head = await who('zhangqiang');
	await head.act(`/m/${county}`, '批准检查', { 审批意见: '同意' });
	const p = await who('liuyang');
	await p.act(`/m/${county}`, '制发检查通知书');
	await p.go(`/m/${county}/papers`);
	const row = p.page.locator('#papers tr', { hasText: '行政检查通知书' }).first();
	await p.go(await row.getByRole('link').first().getAttribute('href'));
	await p.reads('联合检查的机关', '北辛乡人民政府', '梁勇');
});

step('the year of an enterprise: who, why, what, how long, result; another organ reads only who, when and what', async () => {
	const paint = '91140821MA0YY0011E';
	const p = await who('wangming');
	await p.go(`/party/${paint}`);
	await p.page.getByRole('link', { name: '年度检查情况' }).click();
	await p.reads('示例涂料有限公司', '入企1次，已登记用时共50分钟', '年度检查计划', '未发现问题');
	await examine(p.page);
	await shot(p.page, 'year-sheet');
	const other = await who('liangyong');
	const year = new URL(p.page.url()).pathname;
	await other.go(year);
	await other.reads('临猗县应急管理局', '有1次是其他机关的检查');
	that(!(await other.text()).includes('未发现问题'), 'another organ reads the result');
	expect(await other.go('/party/x1/year/2026'), 404, 'a code that is none');
	expect(await other.go(`/party/${paint}/year/26`), 404, 'a year that is none');
	await other.go(`/party/${paint}/year/2019`);
	await other.reads('2019年没有登记入企检查');
});

run();
