// SPDX-License-Identifier: MulanPSL-2.0
// Every kind of page of both sides, on an office screen and on a phone: in Chinese, one heading, bound labels, nothing that
// scrolls sideways, reached by keyboard; then the same work without JavaScript, after a session ended, and where there is
// nothing or no right.
'use strict';
const { test, run, expect, that, Site, examine, day } = require('./lib.js');
const { faultsOf, look, lookAt } = require('./lib_look.js');

let site;
const first = {}; // address of the first matter of a kind

const who = (login, opt) => site.person(login, opt);

async function firstOf(p, kind, more = '') {
	await p.go(`/k/${kind}${more}`);
	const a = p.page.locator('main table a[href^="/m/"]').first();
	that((await a.count()) > 0, `${p.login} sees no ${kind}: ${(await p.text()).slice(0, 400)}`);
	return a.getAttribute('href');
}

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('sign-in: its page, a wrong password, and the page that was asked for', async () => {
	const page = await site.page();
	await page.goto(`${site.working}/k/penalty?state=filed`);
	that((await page.innerText('main')).includes('登录名'), 'no sign-in page');
	const bad = await look(page, '/sign-in');
	that(!bad.length, bad.join('\n'));
	await page.getByLabel('登录名').fill('wangming');
	await page.getByLabel('密码').fill('不是这个密码');
	await page.getByRole('button', { name: '登录' }).click();
	that((await page.innerText('main')).includes('登录名或者密码'), `the page says: ${await page.innerText('main')}`);
	expect(await page.getByLabel('登录名').inputValue(), 'wangming', 'the login is kept');
	await page.context().close();
});

test('pages of an officer', async () => {
	const p = await who('wangming');
	first.penalty = await firstOf(p, 'penalty', '?state=filed');
	await lookAt(p.page, site.working, ['/', '/?tab=today', '/?tab=week', '/?tab=late', '/?tab=others', '/?tab=drafts', '/inbox', '/inbox?tab=told',
		'/inbox?tab=system', '/inbox?tab=done', '/new', '/kinds', '/search?q=%E7%A4%BA%E4%BE%8B', '/search?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E7%A7%8D',
		'/search', '/k/penalty', '/k/penalty?state=archived', '/k/penalty?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E7%A7%8D', '/k/summary_penalty', '/k/delivery',
		'/k/disclosure', '/k/legal_review', '/k/penalty/flow', '/k/penalty/new', '/k/summary_penalty/new', first.penalty, `${first.penalty}/papers`, `${first.penalty}/evidence`, `${first.penalty}/links`, `${first.penalty}/events?events=all`, '/drafts',
		`${first.penalty}/flow`, '/law/LY1.04-5a', '/law/CF42', '/me']);
	await p.go(first.penalty);
	const clock = await p.page.locator('.mf-clock a').first().getAttribute('href');
	await p.go(`${first.penalty}/papers`);
	const doc = await p.page.locator('#papers tbody a').first().getAttribute('href');
	await lookAt(p.page, site.working, [clock, doc]);
});

test('forms of every sort: people, tables, files, dates, reasons', async () => {
	const p = await who('wangming');
	const lead = await firstOf(p, 'penalty', '?state=lead');
	await lookAt(p.page, site.working, [`${lead}/do/ask_file`, ...['inquire', 'add_evidence', 'add_photos', 'finish_investigation', 'confirm_address', 'note', 'recuse']
		.map((a) => `${first.penalty}/do/${a}`)]);
});

test('pages of the reviewer, the head, the publisher, the archivist, the cashier', async () => {
	const legal = await who('lihong');
	const review = await firstOf(legal, 'legal_review', '?state=reviewing');
	await lookAt(legal.page, site.working, ['/', '/k/legal_review', review, `${review}/do/opine`, `${review}/do/add_counsel`]);
	const head = await who('zhangqiang');
	const deciding = await firstOf(head, 'penalty', '?state=deciding');
	await lookAt(head.page, site.working, ['/', deciding, `${deciding}/do/decide`, `${deciding}/do/discuss`]);
	const publisher = await who('wuting');
	const open = await firstOf(publisher, 'disclosure', '?state=collecting');
	await lookAt(publisher.page, site.working, ['/', '/k/disclosure', open, `${open}/do/collect`, `${open}/do/withhold`]);
	const archivist = await who('zhoumin');
	const closed = await firstOf(archivist, 'penalty', '?state=closed');
	await lookAt(archivist.page, site.working, ['/', closed, `${closed}/do/archive`]);
	const cashier = await who('zhengtao');
	const served = await firstOf(cashier, 'penalty', '?state=served');
	await lookAt(cashier.page, site.working, ['/', served, `${served}/do/pay`]);
});

test('registers and their forms', async () => {
	const p = await who('caoying');
	const list = ['/', '/kinds', '/new'];
	for (const kind of ['organ', 'person', 'certificate', 'enforcement_item', 'discretion', 'setting', 'review_catalogue', 'organ_rule', 'party_register']) list.push(`/k/${kind}`);
	for (const kind of ['organ', 'certificate']) list.push(await firstOf(p, kind));
	list.push('/k/certificate/new', '/k/organ/new', '/k/person/new');
	await lookAt(p.page, site.working, list);
	const legal = await who('lihong');
	await lookAt(legal.page, site.working, [await firstOf(legal, 'enforcement_item'), '/k/enforcement_item/new', await firstOf(legal, 'discretion'), '/k/discretion/new']);
});

test('the public side', async () => {
	const page = await site.page();
	await page.goto(`${site.open}/decisions`);
	const one = await page.locator('.p-row-title').first().getAttribute('href');
	await page.goto(`${site.open}/organs`);
	const organ = await page.locator('.p-row-title').nth(1).getAttribute('href');
	await page.goto(`${site.open}/items`);
	const item = await page.locator('.p-row-title').first().getAttribute('href');
	await page.goto(site.open + item);
	const standard = await page.locator('a[href^="/standards/"]').first();
	const list = ['/', '/decisions', '/decisions?q=%E7%A4%BA%E4%BE%8B', '/decisions?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E7%A7%8D', '/decisions?year=1999', one, `${one}/correct`,
		'/organs', organ, '/officers', '/officers?card=14082124001', '/officers?card=00000000000', '/items', '/items?q=%E5%8A%A8%E7%81%AB', item, `${item}/flow`];
	if ((await standard.count()) > 0) list.push(await standard.getAttribute('href'));
	await lookAt(page, site.open, list);
	await page.context().close();
});

/* ---- without JavaScript ---- */

test('without JavaScript: the desk, a filter, a matter, a draft that stays', async () => {
	const p = await who('wangming', { script: false });
	await p.go('/');
	await p.reads('工作台', '全部待办');
	await p.page.getByRole('link', { name: /^等他人/ }).click();
	await p.reads('现由');
	await p.go('/k/penalty');
	const all = await p.page.locator('main tbody tr').count();
	await p.page.getByLabel('状态').selectOption({ label: '调查取证' });
	await p.page.getByRole('button', { name: '筛选' }).click();
	that(new URL(p.page.url()).searchParams.get('state') === 'filed', `the filter is not in the address: ${p.page.url()}`);
	const some = await p.page.locator('main tbody tr').count();
	that(some > 0 && some < all, `${some} of ${all} rows`);
	await p.page.locator('main table a[href^="/m/"]').first().click();
	await p.reads('可办理', '时间线', '文书');
	await p.go('/k/penalty/new');
	await p.fill({ 线索来源: '投诉举报', 案由: '示例草稿案', 线索内容: '写到一半。' });
	await p.page.getByRole('button', { name: '存草稿' }).click();
	await p.reads('草稿已存');
	await p.go('/?tab=drafts');
	await p.page.getByRole('link', { name: '继续填写' }).first().click();
	expect(await p.page.locator('[name="f.cause"]').inputValue(), '示例草稿案', 'the draft');
	await p.page.getByRole('button', { name: '不要草稿' }).click();
	expect(await p.page.locator('[name="f.cause"]').inputValue(), '', 'after throwing the draft away');
});

test('without JavaScript: an error has a summary that leads to the field, with the sentence at the field', async () => {
	const p = await who('wangming', { script: false });
	await p.go('/k/penalty/new');
	await p.fill({ 线索来源: '投诉举报', 案由: '示例缺项案', 发现日期: day(3) });
	await p.send();
	const summary = p.page.locator('#wrong');
	that((await summary.innerText()).includes('暂不能登记线索'), await summary.innerText());
	const link = summary.locator('a[href="#f.lead_text"]');
	expect(await link.count(), 1, 'links of the summary to the field');
	const said = await link.innerText();
	that((await p.page.locator('[id="e-f.lead_text"]').innerText()) === said, `the sentence at the field is not “${said}”`);
	expect(await p.page.locator('[name="f.cause"]').inputValue(), '示例缺项案', 'what was typed');
	await p.fill({ 线索内容: '内容。' });
	await p.send();
	await p.reads('晚于今天');
	await p.fill({ 发现日期: day() });
	await p.page.getByRole('button', { name: '不要草稿' }).click();
});

test('with JavaScript: the draft keeps itself, and a second tab finds it', async () => {
	const p = await who('zhaogang');
	await p.go('/k/penalty/new');
	await p.fill({ 案由: '示例自动草稿案' });
	await p.page.locator('[name="f.lead_text"]').focus();
	await p.page.locator('[data-draft]', { hasText: '草稿已存' }).waitFor();
	const other = await p.page.context().newPage();
	await other.goto(`${site.working}/k/penalty/new`);
	expect(await other.locator('[name="f.cause"]').inputValue(), '示例自动草稿案', 'the draft in another tab');
	await other.getByRole('button', { name: '不要草稿' }).click();
	await other.close();
});

/* ---- sessions, rights, nothing there ---- */

test('a session that ended keeps what was typed', async () => {
	const page = await site.page({ script: false });
	const { Person } = require('./lib.js');
	const p = new Person(site, 'chenxiao', page);
	await p.signIn();
	await p.go('/k/penalty/new');
	await p.fill({ 线索来源: '投诉举报', 案由: '示例过期案', 线索内容: '很长的一段话，写了很久。' });
	// The session ends elsewhere: its cookie is still sent.
	const kept = await page.context().cookies();
	const other = await page.context().newPage();
	await other.goto(`${site.working}/`);
	await other.locator('.mf-me summary').click();
	await other.getByRole('button', { name: '退出登录' }).click();
	await other.close();
	await page.context().addCookies(kept);
	await page.locator('form.mf-form .mf-submit button.btn-primary').click();
	await p.reads('登录', '填写的内容已保留');
	const bad = await page.evaluate(faultsOf);
	that(!bad.length, bad.join('\n'));
	await p.sendSignIn();
	expect(new URL(page.url()).pathname, '/k/penalty/new', 'the page after signing in');
	expect(await page.locator('[name="f.cause"]').inputValue(), '示例过期案', 'the cause');
	expect(await page.locator('[name="f.lead_text"]').inputValue(), '很长的一段话，写了很久。', 'the text');
	await page.getByRole('button', { name: '不要草稿' }).click();
	await page.context().close();
});

test('what is not there and what one may not see: Chinese pages with a way on', async () => {
	const p = await who('wangming');
	const none = '/m/00000000-0000-7000-8000-000000000000';
	const missing = [[none, 404], ['/k/nothing', 404], ['/nothing', 404], ['/law/NOTHING', 404], [`${first.penalty}/do/nothing`, 404], [`${first.penalty}/clock/nothing`, 404]];
	for (const [where, status] of missing) {
		expect(await p.go(where), status, where);
		const bad = await look(p.page, where);
		that(!bad.length, bad.join('\n'));
		that((await p.page.locator('main a').count()) > 0, `${where} leads nowhere`);
	}
	// The matter of another organ, and the desk of somebody without any right to cases.
	const other = await who('liangyong');
	const foreign = await other.go(first.penalty);
	that(foreign === 404 || foreign === 403, `another organ's matter: ${foreign}`);
	that(!(await other.text()).includes('示例机械'), 'it shows the matter');
	const admin = await who('yuangang');
	await admin.go('/');
	const bad = await look(admin.page, '/ of the system administrator');
	that(!bad.length, bad.join('\n'));
	that([403, 404].includes(await admin.go(first.penalty)), 'the system administrator sees a case');
	const page = await site.page();
	for (const where of ['/nothing', '/decisions/00000000-0000-7000-8000-000000000000', '/items/x', '/organs/x']) {
		const r = await page.goto(site.open + where);
		expect(r.status(), 404, `public ${where}`);
		const wrong = await look(page, where);
		that(!wrong.length, wrong.join('\n'));
	}
	await page.context().close();
});

/* ---- keyboard ---- */

test('by keyboard: skip link first, focus always seen, a form sent without a mouse', async () => {
	const p = await who('zhaogang');
	await p.go('/');
	await p.page.keyboard.press('Tab');
	const skip = await p.page.evaluate(() => ({ text: document.activeElement.innerText, left: document.activeElement.getBoundingClientRect().left }));
	expect(skip.text, '跳到主要内容', 'the first stop');
	that(skip.left >= 0, `the skip link stands at ${skip.left}`);
	await p.page.keyboard.press('Enter');
	expect(new URL(p.page.url()).hash, '#main', 'where it leads');
	for (const where of ['/', '/k/penalty', '/k/penalty/new', first.penalty]) {
		await p.go(where);
		const seen = new Set();
		for (let i = 0; i < 30; i++) {
			await p.page.keyboard.press('Tab');
			const seeFocus = () => p.page.evaluate(() => {
				const e = document.activeElement;
				const s = getComputedStyle(e);
				const r = e.getBoundingClientRect();
				return { what: `${e.tagName} ${e.className} ${(e.innerText || e.name || '').slice(0, 20)}`, body: e === document.body,
					visible: r.width > 0 && r.height > 0 && r.right > 0 && r.left < innerWidth && r.bottom > 0 && r.top < innerHeight,
					marked: (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none' };
			});
			let at = await seeFocus();
			for (let n = 0; n < 10 && !at.body && !at.visible; n++) { // the page may still be scrolling to it
				await p.page.waitForTimeout(50);
				at = await seeFocus();
			}
			if (at.body) break;
			seen.add(at.what);
			that(at.visible, `${where}: the focus is out of sight on ${at.what}`);
			that(at.marked, `${where}: no mark of the focus on ${at.what}`);
		}
		that(seen.size > 10, `${where}: only ${seen.size} stops`);
	}
	// A search by keys alone.
	await p.go('/');
	await p.page.locator('#mf-q').focus();
	await p.page.keyboard.type('示例');
	await p.page.keyboard.press('Enter');
	await p.page.waitForURL(/\/search\?q=/);
	const page = await site.page();
	await page.goto(`${site.open}/`);
	await page.keyboard.press('Tab');
	expect(await page.evaluate(() => document.activeElement.innerText), '跳到主要内容', 'the first stop of the public side');
	await page.context().close();
});

run();
