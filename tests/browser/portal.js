// SPDX-License-Identifier: MulanPSL-2.0
// The public side as a citizen uses it: on a phone, without JavaScript, in large print, at 200%, by keyboard; what arrives on
// a desk; what programs read. Acceptance checks 17 and 19 (experience.md 9).
'use strict';
const zlib = require('node:zlib');
const { test, run, expect, that, Site, examine, shot } = require('./lib.js');

let site;
const asked = {};

async function phone(opt = {}) {
	return site.page({ width: 390, height: 844, script: false, ...opt });
}

// The first step of every answer: no sideways scroll, one heading.
async function sound(page, where) {
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
	that(wide <= 0, `${where} scrolls ${wide} px sideways`);
	expect(await page.locator('h1').count(), 1, `headings of ${where}`);
}

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('check 17: two characters on a phone lead to the decision, and to when and where it can be contested', async () => {
	const page = await phone();
	const begin = Date.now();
	await page.goto(site.open);
	await page.locator('#q').fill('塑料');
	await page.getByRole('button', { name: '查询' }).click();
	await page.locator('.p-row-title').first().click();
	const box = page.locator('#do');
	that((await box.innerText()).includes('您能做什么'), 'what can be done');
	const ways = await page.locator('.p-ways').boundingBox();
	that(ways.y + ways.height < 2 * 844, `by when and where ends at ${ways.y + ways.height} px: more than one scroll`);
	const text = await page.locator('.p-ways').innerText();
	that(text.includes('60日内') && text.includes('6个月内') && /向.+申请/.test(text) && /向.+起诉/.test(text), text);
	that((await page.innerText('main')).includes('写入记录第'), 'is it true');
	that(Date.now() - begin < 30000, 'took more than 30 s');
	await sound(page, 'a decision');
	asked.decision = new URL(page.url()).pathname;
	await page.context().close();
});

async function decision(page, word) {
	await page.goto(`${site.open}/decisions?q=${encodeURIComponent(word)}`);
	await page.locator('.p-row-title').first().click();
	return page.locator('#do').locator('..').innerText();
}

test('whom to turn to is what the organ has set, else what its county says; a decision on the spot is reconsidered first', async () => {
	const page = await phone();
	const own = await decision(page, '塑料');
	that(own.includes('向临猗县人民政府申请') && own.includes('向运城市盐湖区人民法院起诉') && own.includes('第四十六条'), own);
	const without = await decision(page, '家具厂');
	that(without.includes('向临猗县人民政府申请') && without.includes('向有管辖权的人民法院起诉'), without);
	const spot = await decision(page, '示例饭店');
	that(/应当先申请行政复议.*不能直接起诉/.test(spot) && /先申请行政复议\s*60日内[^]*再起诉\s*15日内/.test(spot), spot);
	that(spot.includes('第二十三条') && !spot.includes('6个月') && !spot.includes('第四十六条'), spot);
	await sound(page, 'a decision on the spot');
	await page.context().close();
});

// What a folded 变更记录 says, opened as a reader does it.
async function history(page) {
	const fold = page.locator('details.p-history').first();
	if (!await fold.evaluate((d) => d.open)) await fold.locator('summary').click();
	return fold.innerText();
}

test('a decision, an organ and an item tell what changed, when and why, and nobody who did it', async () => {
	const page = await phone();
	await decision(page, '纺织');
	let text = await history(page);
	that(/更新为第2版：主要事实\s+原因：原公开的主要事实没有写明/.test(text) && text.includes('公开'), text);
	that(!/吴婷|李红|张强|法制审核/.test(text), text);
	that(!(await page.innerText('main')).includes('纺织有限公司未如实记录安全生产教育和培训情况，有现场'), 'the replaced text is shown');
	await sound(page, 'a history');
	await page.goto(`${site.open}/organs`);
	await page.getByRole('link', { name: '临猗县应急管理局' }).click();
	text = await history(page);
	that(/变更登记\s+内设执法机构\s+原为：执法大队负责立案和调查；[^]*改为：执法大队（一中队、二中队）/.test(text) && !/曹颖|第一责任人|适用规则/.test(text), text);
	await page.goto(`${site.open}/items?q=${encodeURIComponent('劳动防护')}`);
	await page.locator('.p-row-title').first().click();
	that(/修改\s+服务指南\s+新公示：咨询电话/.test(await history(page)), await history(page));
	that((await page.innerText('main')).includes('示例数值：'), 'the mark of example figures on an item');
	await page.context().close();
});

test('a standard names its version, day and paper; the one before it is still there and says that it has ended', async () => {
	const page = await phone();
	await page.goto(`${site.open}/standards`);
	that((await page.locator('.p-row').allInnerTexts()).every((t) => t.includes('示例数值')), 'example figures without their mark');
	await page.getByRole('link', { name: '未如实记录安全生产教育和培训情况' }).click();
	let text = await page.innerText('main');
	that(/版本\s*第2版，施行中/.test(text) && /施行日期\s*\d{4}年/.test(text) && /发布文件\s*临应急规〔示例〕1号/.test(text) && text.includes('示例数值：'), text);
	that(/具体标准[^]*选择处罚种类的情形\s+责令停产停业整顿\s+逾期未改正的/.test(text) && /立案、受理标准.*依照《中华人民共和国行政处罚法》/.test(text), text);
	await page.getByRole('link', { name: '临应急发〔示例〕6号' }).click();
	text = await page.innerText('main');
	that(/这一版已于.*废止/.test(text) && text.includes('新的裁量基准施行') && /版本\s*第1版/.test(text), text);
	await sound(page, 'a standard that has ended');
	await page.getByRole('link', { name: '看施行中的一版' }).click();
	that((await page.innerText('main')).includes('第2版，施行中'), 'the way to the one in force');
	await page.context().close();
});

test('a certificate is checked by its whole number', async () => {
	const page = await phone();
	await page.goto(`${site.open}/officers`);
	await page.getByLabel('执法证号').fill('14082124001');
	await page.getByRole('button', { name: '核验' }).click();
	const text = await page.innerText('main');
	that(text.includes('这是有效的执法证') && text.includes('王明') && text.includes('行政处罚'), text);
	await page.context().close();
});

test('a paper is verified by its file, on a phone and without scripts; another file is not, a number only when it is published', async () => {
	const page = await phone();
	await page.goto(site.open);
	await page.getByRole('link', { name: '核验文书' }).first().click();
	const send = async (bytes) => {
		await page.locator('#file').setInputFiles({ name: '文书.pdf', mimeType: 'application/pdf', buffer: bytes });
		await page.getByRole('button', { name: '核验' }).click();
		await sound(page, 'the answer about a file');
		return page.innerText('main');
	};
	await page.goto(`${site.open}/decisions?q=%E5%A1%91%E6%96%99`);
	await page.locator('.p-row-title').first().click();
	const file = await page.request.get(site.open + (await page.locator('.p-files a').first().getAttribute('href')));
	await page.goto(`${site.open}/verify`);
	const good = await send(await file.body());
	that(good.includes('是制发机关发出的那一份') && good.includes('执法决定信息公开文本') && good.includes('看公开的决定'), good);
	that((await send(Buffer.concat([await file.body(), Buffer.from(' ')]))).includes('不是本网站各机关制发的原件'), 'an altered one');
	await page.locator('#number').fill('临应急罚〔1999〕1号');
	await page.getByRole('button', { name: '核验' }).click();
	that((await page.innerText('main')).includes('网上没有公开这个文号的决定'), 'a number');
	await page.context().close();
});

test('standards are found by their text, and lead to the item and back', async () => {
	const page = await phone();
	await page.goto(`${site.open}/items`);
	await page.getByRole('link', { name: '裁量基准' }).click();
	const first = page.locator('.p-row-title').first();
	const name = await first.innerText();
	await first.click();
	that((await page.innerText('h1')).includes(name) && await page.locator('table tbody tr').count() > 0, name);
	await page.getByRole('link', { name: '裁量基准', exact: true }).click();
	await page.getByLabel('写两个字就能查').fill('没有这样的情形');
	await page.getByRole('button', { name: '查询' }).click();
	that((await page.innerText('main')).includes('这些条件下没有裁量基准'), await page.innerText('main'));
	await page.context().close();
});

// Proves: YQ-GS-6g YQ-GS-6l XZ-2.1.3d LY1.02-10.2 LY1.02-10.7
test('everything that the definitions open to anyone stands in the index, by stage; items and lists by their class', async () => {
	const page = await phone();
	await page.goto(site.open);
	await page.getByRole('link', { name: '全部公示内容' }).first().click();
	expect((await page.locator('.p-h2').allInnerTexts()).slice(0, 3).join(), '事前公开,事中公示,事后公开', 'stages');
	for (const name of ['执法机关', '执法事项', '裁量基准', '随机抽查事项清单', '乡镇执法事项清单', '岗位信息公示牌', '窗口公示', '执法决定', '年度统计']) that(await page.getByRole('link', { name, exact: true }).count(), `no ${name}`);
	await page.getByRole('link', { name: '执法事项', exact: true }).click();
	const classes = await page.locator('.p-h2').allInnerTexts();
	for (const name of ['行政许可', '行政处罚', '行政检查']) that(classes.includes(name), `${name}: ${classes}`);
	await page.getByRole('link', { name: '全部行政处罚' }).click();
	that(await page.locator('.p-row-title').count() > 8, 'the whole class');
	expect(await page.locator('#by').inputValue(), 'penalty', 'what is shown');
	await page.goto(`${site.open}/open/public_list`);
	expect((await page.locator('.p-h2').allInnerTexts()).join(), '权责清单,行政执法事项清单,随机抽查事项清单', 'each of the lists has its own entry');
	await page.getByRole('link', { name: '县应急管理局权责清单' }).click();
	const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '权责清单.pdf' }).click()]);
	expect(file.suggestedFilename(), '权责清单.pdf', 'the list itself');
	await page.goto(`${site.open}/open/post_board`);
	await page.locator('.p-row-title').first().click();
	const board = await page.innerText('main');
	for (const word of ['何萍', '县应急管理局', '窗口工作人员', '受理烟花爆竹', '投诉举报电话', '0359-4020100']) that(board.includes(word), `the board misses ${word}`);
	await page.goto(`${site.open}/checks`);
	for (const name of ['随机抽查事项清单', '随机抽查年度计划', '随机抽取', '抽查结果信用记录']) that(await page.getByRole('link', { name, exact: true }).count(), `no ${name}`);
	await page.context().close();
});

test('a complaint without a name arrives on the desk of supervision, and its code tells how far it is', async () => {
	const page = await phone();
	await page.goto(`${site.open}/complain`);
	await page.getByLabel('投诉举报哪个机关').selectOption({ label: '临猗县应急管理局' });
	await page.getByLabel('违反法定程序').check();
	await page.getByLabel('什么时间、在哪里').fill('检查时没有出示执法证。');
	await page.getByLabel('您的理由和要求').fill('要求核实并答复。');
	await page.getByLabel('公民').check();
	await page.getByLabel('匿名').check();
	await page.getByRole('button', { name: '提交投诉举报' }).click();
	await sound(page, 'a receipt');
	const [number, code] = await page.locator('.p-codes dd').allInnerTexts();
	that(/诉〔\d+〕\d+号/.test(number) && /^[2-9A-Z]{5}-[2-9A-Z]{5}$/.test(code), `${number} ${code}`);
	await page.goto(`${site.open}/progress`);
	await page.getByLabel('受理号、收件号、立案号').fill(number.replace('〔', '[').replace('〕', ']'));
	await page.getByLabel('查询码').fill(code.toLowerCase());
	await page.getByRole('button', { name: '查询进度' }).click();
	that((await page.innerText('main')).includes('待审核'), await page.innerText('main'));
	await page.getByLabel('查询码').fill('22222-22222');
	await page.getByRole('button', { name: '查询进度' }).click();
	that((await page.innerText('main')).includes('受理号或者查询码不对'), 'a wrong code');
	await page.context().close();
	const p = await site.person('zhangmin');
	await p.go('/');
	await p.reads(number);
});

test('check 19: axe, large print, 200% and the keyboard on every kind of page', async () => {
	const page = await site.page({ width: 390, height: 844 });
	await page.goto(`${site.open}/organs`);
	const organ = await page.locator('.p-row-title').nth(1).getAttribute('href');
	await page.goto(`${site.open}/items`);
	const item = await page.locator('.p-row-title').first().getAttribute('href');
	await page.goto(`${site.open}/open/post_board`);
	const open = await page.locator('.p-row-title').first().getAttribute('href');
	asked.board = organ.replace('/organs/', '/notice-board/');
	const list = ['/', '/decisions', asked.decision, `${asked.decision}/proof`, `${asked.decision}/correct`, '/items', item, '/standards', '/window', '/organs', organ, '/officers', '/verify', '/keys', '/progress', '/complain', '/request', '/open', '/checks', '/open/public_list', open, '/statistics', '/a11y', asked.board];
	const sizes = [[390, false], [1366, false], [683, false], [390, true], [1366, true]]; // 683: 1366 at 200%
	for (const [width, large] of sizes) {
		await page.setViewportSize({ width, height: width === 390 ? 844 : 768 });
		if (large) await page.context().addCookies([{ name: 'large', value: '1', url: site.open }]);
		for (const where of list) {
			const r = await page.goto(site.open + where);
			expect(r.status(), 200, where);
			await sound(page, `${where} at ${width}${large ? ' in large print' : ''}`);
			await examine(page, large ? 'large' : '');
			await shot(page, `portal_${where.replace(/[0-9a-f-]{36}/g, 'x').replace(/\W+/g, '_')}_${width}${large ? '_large' : ''}`);
			if (large) expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), '24px', `root of ${where}`);
		}
	}
	await page.goto(`${site.open}/`);
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	expect(new URL(page.url()).hash, '#main', 'the skip link');
	await page.keyboard.press('Tab');
	await page.keyboard.type('塑料');
	await page.keyboard.press('Enter');
	await page.waitForURL(/\/decisions\?q=/);
	await page.context().close();
});

test('large print is a link in every header, and is remembered', async () => {
	const page = await phone();
	await page.goto(site.open + asked.decision);
	await page.getByRole('link', { name: '大字' }).click();
	expect(new URL(page.url()).pathname, asked.decision, 'back on the same page');
	that(await page.locator('html.p-large').count(), 'no large print');
	await page.goto(`${site.open}/items`);
	await page.getByRole('link', { name: '标准字' }).click();
	expect(await page.locator('html.p-large').count(), 0, 'large print after it was put off');
	await page.context().close();
});

test('the notice board turns by itself, and can be stopped', async () => {
	const page = await phone({ width: 1366, height: 768 });
	await page.goto(site.open + asked.board);
	await page.getByRole('link', { name: '自动翻页' }).click();
	const meta = page.locator('meta[http-equiv=refresh]');
	that(/^15; url=.*page=2&turn=1$/.test(await meta.getAttribute('content')), 'no turning');
	that((await page.innerText('main')).includes('王明'), 'the officers');
	const size = await page.locator('td').first().evaluate((e) => parseFloat(getComputedStyle(e).fontSize));
	that(size >= 32, `${size} px cannot be read from three metres`);
	await page.getByRole('link', { name: '停止翻页' }).click();
	expect(await meta.count(), 0, 'turning after it was stopped');
	await page.getByRole('link', { name: '下一页' }).click();
	expect(await meta.count(), 0, 'turning on the next page');
	await page.context().close();
});

// The program's own pages only, one of each kind of address and of each search.
test('no link of any public page leads nowhere', async () => {
	const page = await phone();
	const kind = (u) => u.pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{code}') + (u.search ? '?' : '');
	const seen = new Map();
	const waiting = [new URL(site.open)];
	const dead = [];
	while (waiting.length) {
		const at = waiting.shift();
		if (seen.get(kind(at)) >= 3) continue; // three decisions are as good as all
		seen.set(kind(at), (seen.get(kind(at)) || 0) + 1);
		const r = await page.request.get(at.href, { maxRedirects: 3 });
		if (r.status() !== 200) dead.push(`${r.status()} ${at.pathname}`);
		if (!(r.headers()['content-type'] || '').startsWith('text/html')) continue;
		for (const [, href] of (await r.text()).matchAll(/<a [^>]*href="([^"#]+)/g)) {
			const to = new URL(href.replaceAll('&amp;', '&'), at);
			if (to.origin === new URL(site.open).origin) waiting.push(to);
		}
	}
	expect(dead.join(', '), '', 'links that lead nowhere');
	for (const k of ['/decisions/{code}', '/decisions/{code}/file/0', '/items/{code}/flow', '/standards/{code}', '/organs/{code}', '/notice-board/{code}']) that(seen.has(k), `never came to ${k}: ${[...seen.keys()]}`);
	await page.context().close();
});

test('the feed and the map are XML, and the first view is small', async () => {
	const page = await site.page();
	await page.goto(site.open);
	const read = (path) => page.evaluate(async (p) => {
		const text = await (await fetch(p)).text();
		const doc = new DOMParser().parseFromString(text, 'application/xml');
		const of = (name) => [...doc.getElementsByTagName(name)].map((e) => e.textContent);
		return { bad: doc.getElementsByTagName('parsererror').length, root: doc.documentElement.localName, ns: doc.documentElement.namespaceURI,
			ids: of('id'), updated: of('updated'), titles: of('title'), entries: of('entry').length, loc: of('loc') };
	}, path);
	const feed = await read('/feed.atom');
	expect(feed.bad, 0, 'errors of the feed');
	expect(`${feed.ns} ${feed.root}`, 'http://www.w3.org/2005/Atom feed', 'the feed');
	that(feed.entries > 5 && feed.ids.length === feed.entries + 1 && new Set(feed.ids).size === feed.ids.length, JSON.stringify(feed.ids));
	that(feed.updated.length === feed.entries + 1 && feed.updated.every((t) => !Number.isNaN(Date.parse(t))), JSON.stringify(feed.updated));
	const index = await read('/sitemap.xml');
	expect(`${index.bad} ${index.root}`, '0 sitemapindex', 'the index');
	const map = await read(new URL(index.loc[0]).pathname);
	that(map.bad === 0 && map.loc.some((u) => u.endsWith(asked.decision)), 'the map misses the decision');
	const html = await (await page.request.get(site.open)).body();
	const css = await (await page.request.get(site.open + (await page.locator('link[rel=stylesheet]').getAttribute('href')))).body();
	const bytes = zlib.gzipSync(html).length + zlib.gzipSync(css).length;
	that(bytes <= 150 * 1024, `the first view takes ${bytes} bytes`);
	that(bytes < 20 * 1024, `the first view takes ${bytes} bytes, more than a page without pictures needs`);
	expect(await page.locator('script').count(), 0, 'scripts');
	await page.context().close();
});

run();
