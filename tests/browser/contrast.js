// SPDX-License-Identifier: MulanPSL-2.0
// Contrast of every text of the public side as it is drawn: 4.5 in the normal view, 7 in large print, where size is
// no excuse (axe lets large letters pass with less).
'use strict';
const { test, that, run, Site } = require('./lib.js');

let site;

// In the page: texts whose colour stands out less than `least` from what is behind them.
function faint(least) {
	const parse = (s) => s.match(/[\d.]+/g).map(Number);
	const light = (c) => {
		const [r, g, b] = c.map((x) => (x / 255 <= 0.03928 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const over = (top, under) => {
		const a = top.length > 3 ? top[3] : 1;
		return [0, 1, 2].map((i) => top[i] * a + under[i] * (1 - a));
	};
	const behind = (e) => {
		const layers = [];
		for (; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
		return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
	};
	const found = [];
	let texts = 0;
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		const style = getComputedStyle(e);
		if (!walk.currentNode.data.trim() || !e.getClientRects().length || style.visibility !== 'visible') continue;
		texts++;
		const back = behind(e);
		const [a, b] = [light(over(parse(style.color), back)), light(back)].sort((x, y) => y - x);
		const ratio = (a + 0.05) / (b + 0.05);
		if (ratio < least) found.push(`${ratio.toFixed(2)} ${e.className || e.tagName}: ${walk.currentNode.data.trim().slice(0, 20)}`);
	}
	return { texts, found };
}

async function places(page) {
	const list = ['/', '/organs', '/officers', '/officers?card=0', '/progress', '/complain', '/a11y'];
	for (const where of ['/decisions', '/items', '/standards', '/organs']) {
		await page.goto(site.open + where);
		list.push(where, `${where}?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E4%B8%AA`);
		const first = page.locator(`main a[href^="${where}/"]`).first();
		if (await first.count()) list.push(await first.getAttribute('href'));
	}
	// a decision on the spot, one with a newer version, a standard that has ended
	for (const word of ['饭店', '纺织']) {
		await page.goto(`${site.open}/decisions?q=${encodeURIComponent(word)}`);
		list.push(await page.locator('.p-row-title').first().getAttribute('href'));
	}
	await page.goto(`${site.open}/standards`);
	await page.getByRole('link', { name: '未如实记录安全生产教育和培训情况' }).click();
	list.push(new URL(page.url()).pathname, await page.locator('.p-history a').first().getAttribute('href'));
	return list.concat(list.filter((a) => a.startsWith('/decisions/')).map((a) => `${a}/correct`), '/no-such-page');
}

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

for (const [large, least] of [[false, 4.5], [true, 7]]) {
	test(`text of the public side stands out by ${least}${large ? ' in large print' : ''}`, async () => {
		const page = await site.page({ width: 390, height: 844 });
		const list = await places(page);
		if (large) await page.context().addCookies([{ name: 'large', value: '1', url: site.open }]);
		const faults = [];
		for (const where of list) {
			await page.goto(site.open + where);
			await page.evaluate('document.querySelectorAll("details").forEach((d) => { d.open = true; })');
			const { texts, found } = await page.evaluate(`(${faint})(${least})`);
			that(texts > 5, `${where}: ${texts} texts`);
			if (found.length) faults.push(`${where}: ${found.join('; ')}`);
		}
		that(faults.length === 0, faults.join('\n'));
		await page.context().close();
	});
}

run();
