// SPDX-License-Identifier: MulanPSL-2.0
// stats.js - 自定统计: rows, columns, figures, period and conditions are chosen, each figure leads to just its matters, the table is
// printed, exported, kept and offered, within the rights of who looks. 条文引用 and 新法提示: what cites an article is listed and
// handed out to be checked. Forms offer the items of their own sort. Both widths. Proves: SX-GS-17a
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

const rows = (p) => p.page.locator('.mf-report tbody tr').evaluateAll((all) => all.map((tr) => [...tr.children].map((c) => c.innerText.trim())));
const main = (p) => p.page.innerText('main');

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('a table is put together in its form, and each figure leads to just the matters that it counts', async () => {
	const p = await who('zhangqiang');
	await p.go('/duties');
	await p.page.getByRole('link', { name: '自定统计' }).click();
	await p.page.selectOption('#stat-kind', 'penalty');
	await p.page.getByRole('button', { name: '新建统计' }).click();
	await p.page.waitForURL(/\/stats\/penalty/);
	await p.page.selectOption('#stat-rows', 'state');
	await p.page.getByLabel('罚款合计', { exact: true }).check();
	await p.page.getByLabel('“作出处罚决定”逾期率').check();
	await p.page.getByLabel('平均办理天数').check();
	await p.page.fill('#stat-from', '2020-01-01');
	await p.page.fill('#stat-title', '处罚进度');
	await p.page.getByRole('button', { name: '统计', exact: true }).click();
	const text = await main(p);
	that(text.includes('处罚进度') && text.includes('登记日期自2020年1月1日至统计时') && text.includes('制表人可以查看的'), text);
	const table = await rows(p);
	const sum = await p.page.locator('.mf-report tfoot td').allInnerTexts();
	expect(String(table.reduce((n, r) => n + Number(r[1]), 0)), sum[0].trim(), 'the rows make up the whole');
	that(/\d+\.\d%（\d+\/\d+）/.test(sum[3]) && /\d日/.test(sum[2]) && /元$/.test(sum[1]), sum.join());
	that(await p.page.locator('.mf-report-chart svg').count() === 1, 'no chart');
	const at = table.findIndex((r) => r[0] === '待作出决定');
	await p.page.locator('.mf-report tbody tr').nth(at).locator('a').first().click();
	that((await main(p)).includes(`状态：待作出决定 · 件数所计的 · 共 ${table[at][1]}件`), await main(p));
	expect(await p.page.locator('.mf-list tbody tr').count(), Number(table[at][1]), 'the matters of one figure');
	await examine(p.page);
});

const TABLE = '/stats/penalty?stat-rows=item&stat-columns=outcome&stat-figures=count&stat-title=' + encodeURIComponent('事项和结果');

test('rows and columns, conditions of the list, CSV, XLSX, paper', async () => {
	const p = await who('zhangqiang');
	await both(p, TABLE, 'stats');
	await both(p, TABLE.replace('penalty?', 'penalty/print?'), 'stats-print');
	await both(p, '/stats', 'stats-all');
	await p.go(TABLE);
	const head = await p.page.locator('.mf-report thead th').allInnerTexts();
	that(head.includes('给予行政处罚') && head.at(-1) === '合计', head.join());
	const all = Number((await p.page.locator('.mf-report tfoot td').allInnerTexts()).at(-1));
	await p.page.selectOption('#f-state', 'archived');
	await p.page.getByRole('button', { name: '统计', exact: true }).click();
	const archived = Number((await p.page.locator('.mf-report tfoot td').allInnerTexts()).at(-1));
	that(archived > 0 && archived < all, `${archived} of ${all}`);
	that((await main(p)).includes('状态：已归档'), 'the condition is not said');
	const csv = await (await p.page.request.get(site.working + TABLE.replace('penalty?', 'penalty/table.csv?') + '&state=archived')).text();
	const lines = csv.trim().split('\r\n');
	expect(lines.at(-3).split(',').at(-1), String(archived), 'the sum in the CSV');
	that(lines.at(-2).includes('口径：状态：已归档') && lines.at(-1).includes('统计时间：'), lines.slice(-2).join());
	const xlsx = await p.page.request.get(site.working + TABLE.replace('penalty?', 'penalty/table.xlsx?'));
	that((await xlsx.body()).subarray(0, 2).toString() === 'PK', 'no XLSX');
	await p.go(TABLE.replace('penalty?', 'penalty/print?'));
	const text = await main(p);
	that(text.includes('统计时间') && text.includes('制表 张强') && text.includes('口径：'), text);
	await p.page.emulateMedia({ media: 'print' });
	that(await p.page.locator('.mf-report-sign').isVisible(), 'no place for the seal');
	await p.page.emulateMedia({ media: 'screen' });
});

test('a table is kept, offered to the organ, and opens with what the other one sees; dropped and taken back', async () => {
	const p = await who('zhangqiang');
	await p.go(TABLE);
	await p.page.getByRole('button', { name: '提供给本单位' }).click();
	that((await main(p)).includes('已提供给本单位'), await main(p));
	await p.page.getByRole('button', { name: '存到我的统计' }).click();
	that((await main(p)).includes('已存到我的统计'), await main(p));
	const same = await who('wangming');
	await same.go('/stats');
	that((await main(same)).includes('县应急管理局共用的统计'), await main(same));
	await same.page.getByRole('link', { name: '事项和结果' }).click();
	that((await rows(same)).length > 3, 'no rows for the colleague');
	const other = await who('majun');
	await other.go('/stats');
	expect(await other.page.getByRole('link', { name: '事项和结果' }).count(), 0, 'another organ has it too');
	await other.go(TABLE);
	const theirs = Number((await other.page.locator('.mf-report tfoot td').allInnerTexts()).at(-1) ?? 0);
	await p.go(TABLE);
	that(theirs < Number((await p.page.locator('.mf-report tfoot td').allInnerTexts()).at(-1)), 'more than one may see');
	await p.page.getByText('已存的', { exact: false }).first().click();
	await p.page.getByRole('button', { name: '去掉 事项和结果' }).first().click();
	that((await main(p)).includes('已去掉'), await main(p));
	await p.page.getByRole('button', { name: '撤销' }).click();
	that((await main(p)).includes('已恢复'), await main(p));
});

test('a hidden field is no group, no sum and no condition', async () => {
	const p = await who('zhangmin');
	await p.go('/stats/enforcement_item');
	const offered = await p.page.locator('#stat-rows option').evaluateAll((o) => o.map((x) => x.value));
	that(offered.includes('charge') && !offered.includes('stale_basis'), offered.join());
	await p.go('/stats/penalty?stat-rows=nothing&stat-figures=sum.nothing');
	that((await main(p)).includes('件数'), 'what is not there is left out');
	const bad = await p.page.request.get(`${site.working}/stats/penalty?stat-from=soon`);
	expect(bad.status(), 400, 'a date that is none');
});

test('what cites an article is listed, and a notice of new law hands it out; each is concluded on its own desk', async () => {
	const p = await who('zhangmin');
	const where = `/law?law=${encodeURIComponent('《中华人民共和国安全生产法》')}&article=${encodeURIComponent('第九十七条')}`;
	await p.go('/law');
	await examine(p.page);
	await both(p, where, 'cited');
	const text = await main(p);
	that(text.includes('未如实记录安全生产教育和培训情况') && /行政裁量权基准（\d+）/.test(text), text);
	await p.go('/law/CF66');
	await p.page.getByRole('link', { name: '哪些事项、基准、清单和文书引用它' }).click();
	that(/文书模板（\d+）/.test(await main(p)) && (await main(p)).includes('延期分期缴纳罚款决定书'), await main(p));
	await p.go(where);
	const boxes = p.page.locator('input[name="f.items"]');
	const n = await boxes.count();
	for (let i = 1; i < n; i++) await boxes.nth(i).uncheck();
	for (const b of await p.page.locator('input[name="f.standards"]').all()) await b.uncheck();
	await p.page.getByRole('button', { name: '登记新法提示' }).click();
	await p.page.waitForURL(/\/k\/new_law\/new/);
	await p.page.getByLabel('修订、修正').check();
	await p.page.locator('[name="f.change_text"]').fill('第九十七条第四项的罚款上限由十万元改为二十万元');
	await p.page.locator('[name="f.changed_on"]').fill('2026-11-01');
	await p.page.getByRole('button', { name: '登记新法提示' }).last().click();
	await p.page.waitForURL(/\/m\//);
	that((await main(p)).includes('已登记新法提示'), await main(p));
	const legal = await who('lihong');
	await legal.go('/k/new_law_check?state=waiting');
	expect(await legal.page.locator('.mf-list tbody tr').count(), 1, 'waiting checks');
	await legal.page.locator('.mf-list tbody a').first().click();
	await legal.page.getByRole('link', { name: '记录核对结论' }).first().click();
	await legal.page.getByLabel('不需要修改').check();
	await legal.page.locator('[name="f.reason"]').fill('本事项引用的是第一项，修正只涉及第四项');
	await examine(legal.page);
	await legal.page.getByRole('button', { name: '记录核对结论' }).last().click();
	await legal.page.waitForURL(/\/m\//);
	await p.go('/k/new_law');
	that((await main(p)).includes('已全部核对'), await main(p));
});

test('forms offer items of their own sort and organ, a township those of its list', async () => {
	const offered = async (login, kind) => {
		const p = await who(login);
		await p.go(`/k/${kind}/new`);
		return p.page.locator('select[name="f.item"] option').allTextContents();
	};
	const penalty = await offered('wangming', 'summary_penalty'), coercion = await offered('wangming', 'coercive_measure');
	const town = await offered('majun', 'summary_penalty');
	that(penalty.some((t) => t.includes('未如实记录')) && !penalty.some((t) => /许可|查封|检查$/.test(t)), penalty.join());
	that(coercion.some((t) => t.includes('查封')) && !coercion.some((t) => t.includes('未如实记录')), coercion.join());
	that(town.length > 1 && town.length < penalty.length, `${town.length} of ${penalty.length}`);
});

run();
