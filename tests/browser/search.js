// SPDX-License-Identifier: MulanPSL-2.0
// Search: one box over matters, articles and help; what is sought lives in the address; nothing that a person may not see is
// shown, counted or hinted at.
'use strict';
const { test, run, expect, that, Site, examine, shot } = require('./lib.js');

let site;
const who = (login, opt) => site.person(login, opt);
const search = (q, more = '') => `/search?q=${encodeURIComponent(q)}${more}`;
const hits = (p) => p.page.locator('.mf-hit');

// The count that a tab shows: a number, or 超过50 as Infinity.
async function count(p, name) {
	const text = await p.page.locator('.mf-tabs .mf-tab', { hasText: name }).locator('.mf-tab-n').innerText();
	that(/^(超过)?\d+$/.test(text), `the tab ${name} says ${text}`);
	return text.startsWith('超过') ? Infinity : Number(text);
}

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('by the key / alone: tabs, parts, marked words', async () => {
	const p = await who('wangming');
	await p.go('/');
	await p.page.keyboard.press('/');
	await p.page.keyboard.type('涂料');
	await p.page.keyboard.press('Enter');
	await p.page.waitForURL(/\/search\?q=/);
	await p.reads('搜索“涂料”');
	that((await count(p, '办件')) > 0, 'no matters');
	that((await p.page.locator('.mf-hit mark').count()) > 0, 'no word is marked');
	expect(await p.page.locator('.mf-tab[aria-current=page]').count(), 1, 'one tab is here');
	await examine(p.page);
	await shot(p.page, 'search_all_1366');
	await p.page.locator('.mf-tab', { hasText: '办件' }).click();
	that(/in=matters/.test(p.page.url()), p.page.url());
	const n = await hits(p).count();
	expect(n, Math.min(20, await count(p, '办件')), 'lines of the tab');
	await p.reads('当事人');
	await shot(p.page, 'search_matters_1366');
	await p.page.goBack();
	expect(await p.page.locator('.mf-tab[aria-current=page]').innerText().then((s) => s.slice(0, 2)), '全部', 'after going back');
});

test('a paper by its words, and a party', async () => {
	const p = await who('wangming', { script: false });
	await p.go(search('涂料', '&in=papers'));
	that((await count(p, '文书')) > 0, 'no papers');
	that((await p.page.locator('.mf-hit mark').count()) > 0, 'no word is marked');
	await shot(p.page, 'search_papers_1366');
	await hits(p).first().getByRole('link').click();
	that(/\/doc\/[0-9a-f-]{36}$/.test(p.page.url()), p.page.url());
	await p.reads('涂料');
	await p.go(search('涂料', '&in=parties'));
	expect(await count(p, '当事人'), 2, 'parties');
	await shot(p.page, 'search_parties_1366');
	await hits(p).filter({ hasText: '示例涂料有限公司' }).getByRole('link').first().click();
	that(/\/party\/[0-9A-Z]{18}$/.test(p.page.url()), p.page.url());
	await p.reads('示例涂料有限公司');
});

test('an article by its number and by words, then its page', async () => {
	const p = await who('wangming', { script: false });
	for (const typed of ['行政处罚法 第四十二条', '处罚法42', '《行政处罚法》第42条']) {
		await p.go(search(typed));
		expect(await count(p, '条文'), 1, typed);
		await hits(p).first().getByRole('link').click();
		that(/\/law\/CF42$/.test(p.page.url()), `${typed} leads to ${p.page.url()}`);
	}
	await p.go(search('SX-SH-9f', '&in=articles'));
	await p.reads('省法制审核办法 第九条');
	await p.go(search('公示', '&in=articles'));
	const all = await count(p, '条文');
	that(all > 20, `${all} articles`);
	let seen = await hits(p).count();
	for (let page = 2; seen < all; page++) {
		await p.page.getByRole('link', { name: '下一页' }).click();
		await p.page.waitForURL(new RegExp(`page=${page}$`));
		seen += await hits(p).count();
	}
	expect(await p.page.getByRole('link', { name: '下一页' }).count(), 0, 'a page after the last one');
	expect(seen, all, 'articles of all pages');
	await p.page.getByRole('link', { name: '第1页' }).click();
	await p.page.waitForURL((u) => !u.searchParams.has('page'));
	expect(await hits(p).count(), 20, 'the first page again');
});

test('help: questions and how a kind is done', async () => {
	const p = await who('wangming');
	await p.go(search('撤销', '&in=help'));
	await hits(p).filter({ hasText: '办错了能撤销吗' }).getByRole('link').click();
	that(/\/help#undo$/.test(p.page.url()), p.page.url());
	await p.page.locator('#undo').waitFor();
	await p.go(search('法制审核', '&in=help'));
	await p.reads('怎样办');
});

test('nothing found, too much typed, nothing to seek', async () => {
	const p = await who('wangming');
	await p.go(search('没有这种'));
	await p.reads('没有找到“没有这种”', '只写其中两个字', '副卷需要授权');
	await examine(p.page, 'none');
	await shot(p.page, 'search_none_1366');
	await p.go(search('处罚法42', '&in=help'));
	await p.reads('帮助里没有找到“处罚法42”');
	await p.page.getByRole('link', { name: /^全部/ }).last().click();
	that((await hits(p).count()) > 0, 'the other parts are a step away');
	await p.go(search('长'.repeat(101)));
	await p.reads('这次写了101个字，一次最多查100个字');
	await p.go(search('一 二 三 四 五 六 七 八 九'));
	await p.reads('这次写了9个词，一次最多查8个词');
	await p.go(search('，。！'));
	await p.reads('“，。！”里只有标点');
	await p.go('/search');
	await p.reads('在上面的搜索框里写两个字以上');
});

test('a phone, and large print', async () => {
	const p = await who('wangming', { width: 390, height: 844 });
	await p.go(search('示例'));
	await examine(p.page);
	await shot(p.page, 'search_all_390');
	const wide = await p.page.evaluate(() => document.documentElement.scrollWidth);
	that(wide <= 390, `${wide} pixels wide`);
	await p.go('/look?large=1&to=/search?q=%E7%A4%BA%E4%BE%8B');
	await p.go(search('示例'));
	await examine(p.page, 'large');
	await shot(p.page, 'search_all_390_large');
	await p.go('/look?large=0&to=/');
});

test('administrators find articles and help, and no case', async () => {
	const p = await who('dengchao');
	await p.go(search('涂料'));
	await p.reads('没有找到“涂料”');
	await p.go(search('处罚法42'));
	expect(await count(p, '条文'), 1, 'articles');
	expect(await count(p, '办件'), 0, 'matters');
});

run();
