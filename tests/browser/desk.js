// SPDX-License-Identifier: MulanPSL-2.0
// The desk and what stands around every page: what is due this week by one press, papers signed one after another, menus by
// role, keys, large print and dark, the calendar against `mingfa workday`, an old kernel, a phone and a wide zoom.
'use strict';
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { test, run, expect, that, Site, examine, shot, day } = require('./lib.js');

let site;
const mingfa = process.env.MINGFA || path.join(process.env.BUILD || 'build', 'mingfa');
const who = (login, opt) => site.person(login, opt);
const menu = (p) => p.page.locator('.mf-menu-item').evaluateAll((a) => a.map((e) => e.querySelector('span').innerText));
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('each role has its menu of at most seven entries, and every entry opens', async () => {
	const wanted = { wangming: ['工作台', '我的办件', '新建', '时限日历'], lihong: ['工作台', '待审核', '已审核', '裁量基准'],
		zhangqiang: ['待签', '本单位办件', '时限日历'], wuting: ['工作台', '待公示', '已公示', '更正与撤下'], dengchao: ['工作台'] };
	for (const [login, first] of Object.entries(wanted)) {
		const p = await who(login);
		await p.go('/');
		const names = await menu(p);
		that(names.length <= 7, `${login} has ${names.length} entries`);
		expect(names.slice(0, first.length).join(), first.join(), `the menu of ${login}`);
		for (const href of await p.page.locator('.mf-menu-item').evaluateAll((a) => a.map((e) => e.getAttribute('href')))) {
			expect(await p.go(href), 200, `${login} opens ${href}`);
		}
	}
	that(!(await menu(await who('dengchao'))).some((n) => /办件|待审|公示/.test(n)), 'an administrator has entries of cases');
});

test('who has several roles chooses whose menu is shown, and it is remembered', async () => {
	const p = await who('luojuan');
	await p.go('/');
	that((await p.page.innerText('.mf-me-organ')).includes('法制审核人员'), 'organ and role are not written');
	await p.page.click('.mf-me summary');
	await p.page.getByRole('button', { name: /公示员/ }).click();
	that((await p.page.innerText('.mf-me-organ')).includes('公示员'), 'the chosen role is not written');
	that((await menu(p)).includes('待公示'), 'the menu is not the publisher’s');
	await p.page.context().clearCookies();
	await p.signIn();
	that((await p.page.innerText('.mf-me-organ')).includes('公示员'), 'the identity is forgotten with the session');
});

test('an officer finds what is due this week by one press (check 1)', async () => {
	const p = await who('wangming');
	await p.go('/');
	const begun = Date.now();
	await p.page.getByRole('link', { name: /^本周届满/ }).click();
	await p.page.waitForSelector('.mf-rows .mf-row, .mf-empty');
	that(Date.now() - begun < 5000, 'it took five seconds');
	const counted = Number(await p.page.locator('.mf-tab.is-here .mf-tab-n').innerText());
	expect(await p.page.locator('.mf-desk-rows .mf-row').count(), counted, 'rows and the tab’s number');
	await p.go('/');
	const dues = await p.page.locator('.mf-row-due').allInnerTexts();
	const red = dues.map((t) => t.startsWith('■'));
	that(red.indexOf(true) === 0 && red.lastIndexOf(true) < (red.indexOf(false) < 0 ? red.length : red.indexOf(false)), `late rows do not come first: ${dues.join(' / ')}`);
	expect(await p.page.locator('.mf-strip li').count(), 7, 'days of the strip');
	that((await p.page.locator('.mf-desk-side').innerText()).includes('等他人'), 'no column of others');
	const others = await p.page.locator('.mf-desk-side section', { has: p.page.getByRole('heading', { name: '等他人' }) }).locator('li').allInnerTexts();
	that(others.length > 0 && others.every((t) => /(今天|\d+月\d+日)送到/.test(t)), `whose desk since when: ${others.join(' | ')}`);
	await examine(p.page);
	await shot(p.page, 'desk_1366');
});

test('beside the desk: the ten matters of one’s last acts', async () => {
	const p = await who('wangming');
	await p.go('/');
	const recent = p.page.locator('#recent li');
	const n = await recent.count();
	that(n > 0 && n <= 10, `${n} rows`);
	const hrefs = await recent.locator('a').evaluateAll((a) => a.map((e) => e.getAttribute('href')));
	expect(new Set(hrefs).size, n, 'different matters');
	expect(await p.go(hrefs[n - 1]), 200, 'the oldest of them opens');
});

test('a leader signs filings one after another, each with its paper in sight, two presses each (check 11)', async () => {
	const officer = await who('wangming');
	for (let i = 0; i < 5; i++) {
		await officer.go('/k/penalty?state=lead');
		const a = officer.page.locator('main table a[href^="/m/"]').first();
		if (!(await a.count())) break;
		await officer.go(`${await a.getAttribute('href')}/do/ask_file`);
		if ((await officer.page.locator('form.mf-form').count()) === 0) break;
		const date = officer.page.locator('input[required], [aria-required]');
		if ((await date.count()) > 0) break;
		await officer.page.locator('.mf-submit .btn-primary').click();
		if (!/done=/.test(officer.page.url())) break;
	}
	const p = await who('zhangqiang');
	await p.go('/');
	const signs = p.page.locator('.mf-row', { has: p.page.getByRole('link', { name: '批准立案', exact: true }) });
	let left = await signs.count();
	that(left > 0, 'nothing waits for the leader’s signature');
	await signs.first().getByRole('link', { name: '批准立案', exact: true }).click(); // the first press
	for (let n = 0; left > 0; left--, n++) {
		that(/立案/.test(await p.page.innerText('.mf-preview-papers')), `paper ${n + 1} is not in sight`);
		const primary = p.page.locator('form.mf-form .mf-submit button.btn-primary');
		if ((await p.page.locator('form.mf-form [aria-required]').count()) > 0) await fillRequired(p);
		await primary.click(); // the second
		that(/done=/.test(p.page.url()), `not signed: ${(await p.text()).slice(0, 800)}`);
		const next = p.page.locator('.mf-next a');
		if (left > 1) that((await next.count()) === 1, 'the next one is not offered');
		if ((await next.count()) === 0 || (await next.innerText()) !== '批准立案') break;
		await next.click(); // the first press of the next
	}
});

async function fillRequired(p) {
	for (const e of await p.page.locator('form.mf-form textarea[aria-required], form.mf-form input[type=text][aria-required]').all()) {
		if (!(await e.inputValue())) await e.fill('同意');
	}
}

test('the tour is offered until it was seen', async () => {
	const p = await who('heping');
	await p.go('/');
	await p.page.getByRole('link', { name: '五步认识明法' }).click();
	expect(await p.page.locator('.mf-tour li').count(), 5, 'steps');
	await examine(p.page);
	await p.page.getByRole('button', { name: '看过了，不再提示' }).click();
	expect(new URL(p.page.url()).pathname, '/', 'after the tour');
	expect(await p.page.getByRole('link', { name: '五步认识明法' }).count(), 0, 'offers after it was seen');
});

test('keys move without a mouse, never while something is typed, and can be switched off', async () => {
	const p = await who('wangming');
	await p.go('/inbox');
	await p.page.locator('h1').click();
	await p.page.keyboard.press('/');
	expect(await p.page.evaluate(() => document.activeElement.id), 'mf-q', 'the focus after /');
	await p.page.keyboard.type('gdn?');
	expect(await p.page.inputValue('#mf-q'), 'gdn?', 'what was typed');
	await p.page.locator('h1').click();
	await p.page.keyboard.press('g');
	await Promise.all([p.page.waitForURL((u) => u.pathname === '/'), p.page.keyboard.press('d')]);
	await p.page.keyboard.press('j');
	await p.page.keyboard.press('j');
	await p.page.keyboard.press('k');
	expect(await p.page.evaluate(() => [...document.querySelectorAll('.mf-row-title')].indexOf(document.activeElement)), 0, 'the row after j j k');
	await Promise.all([p.page.waitForURL(/\/m\//), p.page.keyboard.press('Enter')]);
	await p.page.keyboard.press('?');
	await p.page.waitForURL(/\/me#keys/);
	await p.page.getByRole('link', { name: '停用单键' }).click();
	await p.go('/');
	await p.page.keyboard.press('n');
	await p.page.keyboard.press('/');
	expect(new URL(p.page.url()).pathname, '/', 'the page after a key that is off');
	that((await p.page.evaluate(() => document.activeElement.id)) !== 'mf-q', 'a key that is off still works');
	await p.go('/look?keys=1&to=/');
});

test('large print and dark: chosen once, on every page, read well, printed light', async () => {
	const p = await who('chenxiao');
	await p.go('/');
	await p.page.getByRole('link', { name: '大字' }).click();
	expect(await p.page.evaluate(() => getComputedStyle(document.documentElement).fontSize), '24px', 'the root’s size');
	for (const where of ['/', '/inbox', '/calendar', '/me']) {
		await p.go(where);
		that((await sideways(p.page)) <= 0, `${where} scrolls sideways in large print`);
		expect(await p.page.evaluate(() => getComputedStyle(document.querySelector('main p, main li, main td')).fontSize), '24px', `text on ${where}`);
	}
	await shot(p.page, 'large_1366');
	await p.go('/look?large=0&dark=1&to=/');
	const ground = () => p.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	expect(await ground(), 'rgb(18, 23, 31)', 'the ground in the dark');
	await shot(p.page, 'dark_1366');
	await p.page.emulateMedia({ media: 'print' });
	expect(await ground(), 'rgb(255, 255, 255)', 'the ground on paper');
	that(!(await p.page.locator('.mf-menu').isVisible()), 'the menu is printed');
	await p.page.emulateMedia({ media: 'screen' });
	await p.go('/look?dark=0&to=//elsewhere.example');
	expect(new URL(p.page.url()).host, new URL(site.working).host, 'where a look leads');
});

test('待办单: on A4 with a code that leads back to the matter and tells nothing else', async () => {
	const p = await who('zhangqiang');
	await p.go('/inbox');
	await p.page.getByRole('link', { name: '打印待办单' }).click();
	const rows = p.page.locator('.mf-sheet-list tbody tr');
	const n = await rows.count();
	that(n > 0, 'nothing waits for the leader');
	expect(await p.page.locator('.mf-sheet-qr svg path').count(), n, 'a code a row');
	expect(new Set(await p.page.locator('.mf-sheet-qr svg path').evaluateAll((e) => e.map((x) => x.getAttribute('d')))).size, n, 'each its own');
	const href = await rows.first().locator('a').getAttribute('href');
	await examine(p.page);
	await p.page.emulateMedia({ media: 'print' });
	await shot(p.page, 'sheet_print');
	that(!(await p.page.locator('button[data-print]').isVisible()), 'the button is printed');
	const box = await p.page.locator('.mf-qr').first().boundingBox();
	that(box.width > 60 && box.width < 80, `${box.width} px of code`);
	await p.page.emulateMedia({ media: 'screen' });
	await p.page.fill('#mf-q', href);
	await Promise.all([p.page.waitForURL(/\/m\//), p.page.keyboard.press('Enter')]);
	expect(new URL(p.page.url()).pathname, href, 'what a scanner types into the search');
});

test('a refusal’s causes go along with feedback, in the words of the definition', async () => {
	const p = await who('wangming');
	await p.go('/k/penalty?officers=me');
	for (const href of await p.page.locator('.mf-list-title a').evaluateAll((a) => a.map((e) => e.getAttribute('href')))) {
		await p.go(href);
		if (await p.page.locator('.mf-cannot .mf-report').count()) break;
	}
	const held = p.page.locator('details.mf-cannot', { has: p.page.locator('.mf-report') }).first();
	await held.locator('summary').click();
	const path = new URL(p.page.url()).pathname;
	const said = (await held.locator('.mf-reasons .mf-cite').first().innerText()).trim();
	await held.getByRole('button', { name: '反馈这项原因' }).click();
	const kept = await p.page.locator('[name="f.refused_by"]').inputValue();
	that(kept.includes(said.replace(/[〔〕]/g, '')) && /（penalty\.[a-z_.]+）/.test(kept), `no citation ${said}: ${kept}`);
	that(!/示例|王明/.test(kept), `something of the case: ${kept}`);
	await examine(p.page);
	await shot(p.page, 'feedback_1366');
	await p.fill({ 遇到的问题: '原因看不明白，希望写清楚缺哪一份材料' });
	await p.send();
	await p.done('反馈问题');
	const admin = await who('yuangang');
	await admin.go('/');
	await admin.page.locator('.mf-desk-rows .mf-row-title').first().click();
	await admin.reads(path, said.replace(/[〔〕]/g, ''));
});

test('a cashier holds the day’s receipts against the bank, from the desk', async () => {
	const plain = await who('zhengtao', { script: false });
	await plain.go('/k/penalty?state=served');
	const cases = await plain.page.locator('.mf-list-title a').evaluateAll((a) => a.map((e) => e.getAttribute('href')));
	that(cases.length > 1, 'two fines to be paid');
	for (const [i, at] of cases.slice(0, 2).entries()) {
		await plain.go(`${at}/do/pay_part`);
		await plain.fill({ 缴款金额: String(100 + i), 缴款日期: day(0), 缴款凭证: { files: ['凭证.pdf'] }, 票据号: `140012345${i}`, 非税缴款码: `1408212600001234${i}` });
		await plain.send();
		await plain.done('登记部分缴款');
	}
	const p = await who('zhengtao');
	await p.go('/');
	await p.page.locator('.mf-menu').getByRole('link', { name: '收缴票据' }).click();
	expect(await p.page.locator('.mf-list tbody tr').count(), 2, 'receipts that wait');
	await p.reads('1400123450', '14082126000012341', '100.00', '101.00');
	await shot(p.page, 'receipts_1366');
	await p.go('/');
	const row = p.page.locator('.mf-row').filter({ hasText: '收缴票据' }).first();
	expect(await row.getByRole('link', { name: '当日对账' }).count(), 1, 'what the desk offers');
	await row.locator('.mf-row-title').click();
	const sums = (await p.page.locator('#terms').textContent()).replace(/\s/g, '');
	that(/当日票据张数2/.test(sums) && /当日票据合计201\.00元/.test(sums), sums);
	await p.choose('当日对账');
	await p.reads('办理前核对', '当日票据张数', '当日票据合计');
	that(/201\.00元/.test(await p.page.locator('#h-stated + *').innerText()), 'the sum stands above the fields');
	await examine(p.page);
	await shot(p.page, 'settle_1366');
	await p.fill({ 当日银行入账合计: '200' });
	await p.send();
	await p.reads('票据合计201.00元，银行入账合计200.00元', '有差额的写明原因');
	await p.fill({ 当日银行入账合计: '201' });
	await p.send();
	await p.done('当日对账');
	await p.go('/');
	expect(await p.page.getByRole('link', { name: '当日对账' }).count(), 0, 'receipts left on the desk');
	await p.page.locator('.mf-menu').getByRole('link', { name: '日对账' }).click();
	await p.reads('201.00');
	await shot(p.page, 'day_account_1366');
});

test('one’s own page: where one is signed in, this one marked, another ended from here', async () => {
	const p = await who('chenxiao');
	const other = await site.page({ script: false });
	const there = new p.constructor(site, 'chenxiao', other);
	await there.signIn();
	await p.go('/me');
	const places = p.page.locator('#sessions li');
	expect(await places.count(), 2, 'sessions');
	expect(await places.filter({ hasText: '现在这一处' }).count(), 1, 'this one is marked');
	that(/Linux · Chrome.*127\.0\.0\.1/s.test(await places.filter({ hasNotText: '现在这一处' }).innerText()), await places.allInnerTexts().then((t) => t.join(' / ')));
	await examine(p.page);
	await shot(p.page, 'me_1366');
	await there.go('/me');
	await there.page.getByRole('button', { name: /^退出这一处/ }).click();
	await there.reads('已退出');
	expect(await there.page.locator('#sessions li').count(), 1, 'sessions after one was ended');
	await p.go('/inbox');
	expect(new URL(p.page.url()).pathname, '/inbox', 'the sign-in page stands at the same address');
	that(await p.page.getByLabel('登录名').isVisible(), 'who was signed out is asked to sign in');
	await p.signIn();
	await p.go('/me');
	await p.page.getByRole('button', { name: '退出其他所有' }).click();
	await p.reads('已退出');
	await there.go('/me');
	that(await there.page.getByLabel('登录名').isVisible(), 'the other browser is still signed in');
	await other.context().close();
	await p.go('/me');
	await p.page.getByRole('button', { name: '改为松' }).click();
	await p.reads('列表行距：松');
	await p.page.getByRole('button', { name: '改为紧' }).click();
});

test('at 200% and on the narrowest phone nothing scrolls sideways', async () => {
	const p = await who('liuyang');
	for (const width of [683, 320]) {
		await p.page.setViewportSize({ width, height: 600 });
		for (const where of ['/', '/?tab=others', '/inbox', '/calendar', '/me', '/desk/sheet', '/new', '/help']) {
			await p.go(where);
			that((await sideways(p.page)) <= 0, `${where} scrolls ${await sideways(p.page)} px at ${width}`);
		}
	}
	await p.page.setViewportSize({ width: 390, height: 844 });
	await p.go('/');
	for (const b of await p.page.locator('.mf-bottom a, .mf-tab, .mf-row-do .btn').all()) {
		const box = await b.boundingBox();
		that(box.height >= 44, `a target of ${box.height} px: ${await b.innerText()}`);
	}
	await examine(p.page);
	await shot(p.page, 'desk_390');
	await p.page.setViewportSize({ width: 1366, height: 768 });
});

test('the calendar’s days off are those that count limits', async () => {
	const p = await who('wangming');
	await p.go('/calendar?month=2026-10');
	const off = await p.page.locator('.mf-cal-day.is-off time').evaluateAll((t) => t.map((e) => e.getAttribute('datetime')));
	that(off.includes('2026-10-01'), 'the first of October is no day off');
	for (let d = 1; d < 31; d++) {
		const before = `2026-10-${String(d).padStart(2, '0')}`, day = `2026-10-${String(d + 1).padStart(2, '0')}`;
		const said = execFileSync(mingfa, ['workday', before, '1'], { encoding: 'utf8' });
		const works = said.includes(day) || said.includes(`10月${d + 1}日`);
		expect(off.includes(day), !works, `${day} off in the calendar; mingfa workday says ${said}`);
	}
});

test('an open desk asks for its counts, and hears nothing when they are the same', async () => {
	const p = await who('wangming');
	const first = await p.page.context().request.get(`${site.working}/desk/count`);
	const count = await first.json();
	await p.go('/');
	expect(Number(await p.page.locator('.mf-menu [data-count=mine]').innerText()), count.mine, 'what waits');
	const again = await p.page.context().request.get(`${site.working}/desk/count`, { headers: { 'If-None-Match': first.headers().etag } });
	expect(again.status(), 304, 'the same counts');
});

test('a kernel of Internet Explorer gets one plain page', async () => {
	const page = await site.page();
	const r = await page.context().request.get(`${site.working}/`, { headers: { 'User-Agent': 'Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko' } });
	const text = await r.text();
	that(text.includes('请切换到极速模式') && !text.includes('<script') && !text.includes('stylesheet'), text.slice(0, 300));
	await page.context().close();
});

run();
