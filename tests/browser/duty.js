// SPDX-License-Identifier: MulanPSL-2.0
// duty.js - 职责 and 统计报表: an organ sees its own, the supervisor all; the same figures on the page, in CSV, in XLSX and on
// paper; another period; both widths.
'use strict';
const { Site, test, run, that, expect, examine, shot } = require('./lib.js');

let site;
const who = (login) => site.person(login);
const widths = [[1366, 768], [390, 844]];

async function both(p, where, name) {
	for (const [width, height] of widths) {
		await p.page.setViewportSize({ width, height });
		await p.go(where);
		await examine(p.page);
		const wide = await p.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
		that(wide <= 0, `${where} at ${width}: ${wide} pixels too wide`);
		await shot(p.page, `${name}-${width}`);
	}
	await p.page.setViewportSize({ width: 1366, height: 768 });
}

const section = (p, name) => p.page.locator('.mf-duty', { has: p.page.getByRole('heading', { name }) });

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('the head of an organ sees how it stands, and no other organ', async () => {
	const p = await who('zhangqiang');
	await both(p, '/duties', 'duties-head');
	const rows = section(p, '法制审核人员占执法人员的比例').locator('tbody tr');
	expect(await rows.count(), 1, 'rows of the head');
	const text = await rows.first().innerText();
	that(text.includes('县应急管理局') && /\d%/.test(text) && text.includes('≥ 5%'), text);
	that((await p.page.locator('.mf-menu').innerText()).includes('职责和统计'), 'no entry in the menu');
});

test('the supervisor sees all organs, and the bar counts them', async () => {
	const p = await who('zhangmin');
	await both(p, '/duties', 'duties-all');
	const at = section(p, '落实法制审核机构和审核人员');
	const n = await at.locator('tbody tr').count();
	that(n > 2, `${n} organs`);
	const said = (await at.locator('svg').getAttribute('aria-label')).match(/\d+/g).map(Number);
	expect(said[0] + said[1], n, 'the bar counts the rows');
	await at.getByRole('link', { name: '历次记录' }).click();
	that(p.page.url().includes('/k/duty_record?duty=legal_review.set_up'), p.page.url());
});

test('a report: page, sums, CSV, XLSX, paper, another period', async () => {
	const p = await who('zhangmin');
	const year = new Date().getFullYear();
	const where = `/duties/reports?r=penalty.yearly&on=${year}-01`;
	await both(p, where, 'report');
	const cells = await p.page.locator('.mf-report tbody tr').evaluateAll((all) => all.map((tr) => [...tr.children].map((c) => c.innerText.trim())));
	const sum = await p.page.locator('.mf-report tfoot td').allInnerTexts();
	expect(String(cells.reduce((n, r) => n + Number(r[1]), 0)), sum[0].trim(), 'the sum of the first column');
	that(Number(sum[0]) > 0, 'the demonstration has cases of this year');
	const csv = await (await p.page.request.get(`${site.working}/duties/reports/export.csv?r=penalty.yearly&on=${year}-01`)).text();
	const last = csv.trim().split('\r\n').pop().split(',');
	expect(last[0].replace(/"/g, ''), '合计', 'the last row of the CSV');
	expect(last[1].replace(/"/g, ''), sum[0].trim(), 'the sum in the CSV');
	const xlsx = await p.page.request.get(`${site.working}/duties/reports/export.xlsx?r=penalty.yearly&on=${year}-01`);
	that((await xlsx.body()).subarray(0, 2).toString() === 'PK', 'no XLSX');
	await both(p, `/duties/reports/print?r=penalty.yearly&on=${year}-01`, 'report-print');
	await p.go(where);
	await p.page.getByRole('link', { name: '〈 上一期' }).click();
	that((await p.page.locator('main').innerText()).includes(`${year - 1}年`), 'not the year before');
	await p.page.selectOption('#report-r', 'disclosure.publicity');
	await p.page.getByRole('button', { name: '查看' }).click();
	that((await p.page.locator('main').innerText()).includes('执法决定公示情况统计'), 'not the other report');
});

test('a report of last year is delivered: the figures are those of the page, the bureau receives it', async () => {
	const p = await who('zhangqiang');
	const year = new Date().getFullYear() - 1;
	const where = `/duties/reports?r=penalty.discretion&on=${year}-01`;
	await both(p, where, 'report-due');
	const row = await p.page.locator('.mf-report tbody td').allInnerTexts();
	that(/本单位(没有|尚未)报送/.test(await p.page.innerText('main')), await p.page.innerText('main'));
	await p.page.getByRole('link', { name: '报送', exact: true }).click();
	await p.page.getByLabel('报送说明').fill('口径与上年度一致');
	await p.page.getByRole('button', { name: '报送报表' }).click();
	await p.page.waitForURL(/\/m\//);
	const text = await p.page.innerText('main');
	that(text.includes('裁量权行使情况') && text.includes(`${year}年`) && text.includes('越出裁量阶次'), text);
	const at = new URL(p.page.url()).pathname;
	await both(p, at, 'report-delivered');
	await p.go(where);
	that((await p.page.innerText('main')).includes('✓ 本单位已报送') && row.length > 3, await p.page.innerText('main'));
	expect(await p.page.getByRole('link', { name: '报送', exact: true }).count(), 0, 'a second delivery is offered');
	const bureau = await who('zhangmin');
	await bureau.go(`${at}/do/receive`);
	await bureau.page.getByRole('button', { name: '接收' }).click();
	await bureau.page.waitForURL(/\/m\//);
	that((await bureau.page.innerText('main')).includes('已接收'), await bureau.page.innerText('main'));
});

test('an officer sees the own organ only', async () => {
	const p = await who('wangming');
	await p.go('/duties/reports?r=penalty.yearly');
	expect(await p.page.locator('.mf-report tbody tr').count(), 1, 'rows of an officer');
	expect(await p.page.locator('.mf-report tfoot').count(), 0, 'no sums of others');
});

run();
