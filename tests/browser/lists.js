// SPDX-License-Identifier: MulanPSL-2.0
// Lists: what is chosen lives in the address, on an office screen and on a phone, with and without scripts.
'use strict';
const { test, run, expect, that, Site, examine, shot } = require('./lib.js');

let site;
const who = (login, opt) => site.person(login, opt);

async function count(p) {
	const m = /共\s*(\d+)件/.exec(await p.text());
	that(m, `no count on ${p.page.url()}: ${(await p.text()).slice(0, 600)}`);
	return Number(m[1]);
}

const rows = (p) => p.page.locator('.mf-list tbody tr:not(.mf-found)');

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('filters live in the address: chips, back, refresh, clearing', async () => {
	const p = await who('wangming');
	await p.go('/k/penalty');
	await examine(p.page);
	await shot(p.page, 'list_penalty_1366');
	const all = await count(p);
	expect(await rows(p).count(), all, 'rows of the whole list');
	await p.page.getByLabel('状态').selectOption({ label: '调查取证' }).catch(async () => {
		throw new Error(`states: ${await p.page.getByLabel('状态').innerText()}`);
	});
	await p.page.getByRole('button', { name: '筛选' }).click();
	const filed = await count(p);
	that(filed > 0 && filed < all, `${filed} of ${all} are filed`);
	that(/state=filed/.test(p.page.url()), p.page.url());
	await p.reads('状态：调查取证');
	for (const text of await rows(p).allInnerTexts()) that(text.includes('调查取证'), `a row of another state: ${text}`);
	await p.page.getByLabel('承办人员').selectOption({ label: '本人' });
	await p.page.getByRole('button', { name: '筛选' }).click();
	await p.reads('承办人员：本人', '状态：调查取证');
	const mine = await count(p).catch(() => 0);
	that(mine <= filed, `${mine} of ${filed}`);
	await shot(p.page, 'list_filtered_1366');
	await p.page.reload();
	await p.reads('承办人员：本人');
	await p.page.goBack();
	expect(await count(p), filed, 'after going back');
	await p.page.locator('.mf-chip', { hasText: '状态' }).click();
	expect(await count(p), all, 'without the chip');
	await p.go('/k/penalty?state=filed&light=green');
	await p.page.getByRole('link', { name: '清空', exact: true }).click();
	expect(await count(p), all, 'cleared');
});

test('pages: forward, back, and what a page holds', async () => {
	const p = await who('wangming', { script: false });
	await p.go('/k/penalty?list-size=3');
	const all = await count(p);
	const seen = [];
	const first = await rows(p).allInnerTexts();
	for (let n = 1; ; n++) {
		await p.reads(`第${n}页`);
		seen.push(...await rows(p).allInnerTexts());
		const next = p.page.getByRole('link', { name: '下一页' });
		if (!(await next.count())) break;
		await next.click();
	}
	expect(seen.length, all, 'rows of all pages');
	expect(new Set(seen).size, all, 'different rows');
	for (let n = Math.ceil(all / 3); n > 1; n--) await p.page.getByRole('link', { name: '上一页' }).click();
	expect((await rows(p).allInnerTexts()).join('|'), first.join('|'), 'the first page again');
});

test('order: by limit, by change', async () => {
	const p = await who('wangming');
	await p.go('/k/penalty');
	const due = await rows(p).allInnerTexts();
	await p.page.locator('.mf-list thead').getByRole('link', { name: /^更新/ }).click();
	that(/list-sort=updated/.test(p.page.url()), p.page.url());
	const updated = await rows(p).allInnerTexts();
	expect(updated.length, due.length, 'as many rows');
	that(updated.join() !== due.join(), 'another order');
	expect([...updated].sort().join(), [...due].sort().join(), 'the same rows');
	expect(await p.page.locator('th[aria-sort=descending]').count(), 1, 'the head says so');
});

test('words: the sentence found; nothing found says what next', async () => {
	const p = await who('wangming');
	await p.go('/k/penalty?q=' + encodeURIComponent('示例'));
	that((await p.page.locator('.mf-found mark').count()) > 0, 'no sentence is shown');
	await examine(p.page);
	await shot(p.page, 'list_words_1366');
	await p.go('/k/penalty?q=' + encodeURIComponent('没有这种') + '&state=filed');
	await p.reads('没有找到“没有这种”', '去掉上面的一个条件', '副卷需要授权');
	await p.go('/k/penalty?state=filed&year=2019');
	await p.reads('没有符合这些条件的');
});

test('a phone: cards with the fields of the definition, filters on a sheet that tells how many', async () => {
	const p = await who('wangming', { width: 390, height: 844 });
	await p.go('/k/penalty');
	await examine(p.page);
	await shot(p.page, 'list_penalty_390', false);
	that(!(await p.page.getByLabel('状态').isVisible()), 'the sheet is closed');
	await p.page.getByRole('link', { name: /^筛选/ }).click();
	that(await p.page.getByLabel('状态').isVisible(), 'the sheet is open');
	const all = await count(p);
	await p.page.getByRole('button', { name: `看${all}件` }).waitFor();
	await p.page.getByLabel('状态').selectOption('filed');
	const go = p.page.locator('[data-list-go]');
	await p.page.waitForFunction((n) => !document.querySelector('[data-list-go]').textContent.includes(`看${n}件`), all);
	const says = await go.innerText();
	await shot(p.page, 'list_sheet_390', false);
	await go.click();
	expect(says, `看${await count(p)}件`, 'what the button promised');
});

test('the printed list: without menu, on A4 across', async () => {
	const p = await who('wangming');
	await p.go('/k/penalty/print?state=filed');
	await p.reads('行政处罚案件（普通程序）目录', '状态：调查取证');
	await p.page.emulateMedia({ media: 'print' });
	that(!(await p.page.locator('.mf-menu').isVisible()), 'the menu is printed');
	that(!(await p.page.locator('button[data-print]').isVisible()), 'the button is printed');
	await shot(p.page, 'list_print');
	await p.page.emulateMedia({ media: 'screen' });
	await examine(p.page);
});

run();
