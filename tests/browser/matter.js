// SPDX-License-Identifier: MulanPSL-2.0
// What a matter leads to: the picture of its party, the text of an article, its review, the record of a discussion.
'use strict';
const { test, run, expect, that, Site, examine, shot, day } = require('./lib.js');

let site;
const who = (login, opt) => site.person(login, opt);
const rows = (sql) => site.server.ask(sql).split('\n').filter(Boolean);

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

/* ---- the party ---- */

const SHARED = '91140821MA0YY0070H'; // has a case at the county's bureau and one at a township
const HEAD = 'zhangqiang'; // sees every case of the bureau, an officer only the own ones (LY4.09-4.1.1)

test('the picture of a party counts what the reader may see, and nothing of another organ', async () => {
	const all = rows(`SELECT DISTINCT m.code || ' ' || m.organ FROM matter_key_text k JOIN matter m ON m.id = k.matter WHERE k.text = '${SHARED}' AND k.field LIKE '%.party'`);
	const organ = rows(`SELECT DISTINCT p.organ FROM post p JOIN account a ON a.person = p.person WHERE a.login = '${HEAD}'`)[0];
	const own = all.filter((x) => x.endsWith(` ${organ}`)).map((x) => x.split(' ')[0]);
	const others = all.filter((x) => !x.endsWith(` ${organ}`)).map((x) => x.split(' ')[0]);
	that(own.length > 0 && others.length > 0, `the demonstration has it at two organs: ${all}`);
	const p = await who(HEAD);
	await p.go(`/m/${own[0]}`);
	await p.page.getByRole('link', { name: '画像', exact: false }).click();
	expect(new URL(p.page.url()).pathname, `/party/${SHARED}`, 'where the picture is');
	await p.reads(SHARED, `本人可以查看的办件 ${own.length} 件`);
	expect(await p.page.locator('#matters tbody tr').count(), own.length, 'rows');
	for (const code of others) expect(await p.page.locator(`a[href="/m/${code}"]`).count(), 0, 'of another organ');
	await examine(p.page);
	await shot(p.page, 'party');
	const small = await who(HEAD, { width: 390, height: 844 });
	await small.go(`/party/${SHARED}`);
	expect(await small.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0, 'pixels sideways');
	await examine(small.page);
	await shot(small.page, 'party-390');
});

test('fines are summed and told by the year of the decision', async () => {
	const p = await who(HEAD);
	const fined = rows(`SELECT DISTINCT k.text FROM matter_key_text k JOIN matter m ON m.id = k.matter JOIN post o ON o.organ = m.organ JOIN account a ON a.person = o.person
		WHERE a.login = '${HEAD}' AND k.field LIKE '%penalty.party' AND m.fields LIKE '%"decided_on"%' AND m.fields LIKE '%"fine":%'`);
	that(fined.length > 0, 'the demonstration has fines');
	for (const code of fined) {
		await p.go(`/party/${code}`);
		const cells = (await p.page.locator('#matters td[data-of="罚款"]').allInnerTexts()).filter((t) => t !== '—');
		const sum = cells.reduce((x, t) => x + Number(t.replace(/[,元]/g, '')), 0);
		const years = await p.page.locator('#fines tbody tr').evaluateAll((tr) => tr.map((r) => [...r.children].map((c) => c.textContent)));
		that(cells.length > 0, `${code} was fined`);
		expect(years.reduce((x, y) => x + Number(y[1]), 0), cells.length, 'fines of all years');
		expect(years.reduce((x, y) => x + Number(y[2].replace(/[,元]/g, '')), 0), sum, 'their sum');
		await p.reads(`罚款${cells.length}次，共${sum.toLocaleString('en-US', { minimumFractionDigits: 2 })}元`);
	}
	await shot(p.page, 'party-fines');
});

test('the same name without a code stands apart, as perhaps the same party', async () => {
	const p = await who('wangming');
	const name = rows(`SELECT fields FROM matter WHERE kind = 'penalty' AND fields LIKE '%${SHARED}%'`).map((f) => JSON.parse(f).party.name)[0];
	await p.go('/k/penalty/new');
	await p.fill({ 线索来源: '投诉举报', 案由: '登记时没有代码的线索', 发现日期: day(0), 线索内容: '群众来电反映现场没有人管理。',
		当事人: { parts: { 类别: '单位', 名称或者姓名: ` ${name} ` } } });
	await p.send();
	if (!/done=/.test(p.page.url())) await p.giveReasons('来电人不知道代码，先登记再核对。');
	await p.done('open');
	await p.page.getByRole('link', { name: '〔画像〕' }).click();
	await p.reads(name, '没有登记代码', '登记时没有代码的线索');
	await p.go(`/party/${SHARED}`);
	await p.reads('可能是同一当事人 1');
	expect(await p.page.locator('#maybe tbody tr').count(), 1, 'perhaps the same');
	await examine(p.page);
	await shot(p.page, 'party-maybe');
});

test('a code that nobody knows tells nothing, and neither does an address without one', async () => {
	const p = await who('wangming');
	await p.go('/party/91140821MA0YY9999X');
	await p.reads('没有可以查看的办件');
	expect((await p.page.goto(`${site.working}/party`)).status(), 404, 'without a name');
	await p.go(`/party?name=${encodeURIComponent('示例（某） 公司')}`);
	await p.reads('示例（某）公司', '没有登记代码');
});

/* ---- articles ---- */

test('an article opens beside the page with its words, its place, who cites it and what uses it', async () => {
	const p = await who('wangming');
	await p.go(`/m/${rows("SELECT code FROM matter WHERE kind = 'penalty' AND state = 'filed'")[0]}`);
	await p.page.locator('a.mf-cite:visible').first().click();
	const drawer = p.page.locator('.mf-drawer');
	await drawer.waitFor();
	const told = await drawer.innerText();
	for (const w of ['出处', '哪些定义包引用它', '台账编号', '哪些检查用到它']) that(told.includes(w), `the drawer lacks ${w}: ${told}`);
	that(/第.+条/.test(told), `no article: ${told}`);
	const id = await drawer.locator('dt', { hasText: '台账编号' }).locator('xpath=../dd').innerText();
	await p.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	await drawer.getByRole('button', { name: '复制引文' }).click();
	await drawer.getByRole('button', { name: '已复制' }).waitFor();
	const copied = await p.page.evaluate(() => navigator.clipboard.readText());
	that(copied.includes(await drawer.locator('.mf-law').innerText()), `what was copied: ${copied}`);
	await examine(p.page);
	await shot(p.page, 'cite-drawer', false);
	const plain = await who('wangming', { script: false });
	await plain.go(`/law/${id}`);
	await plain.reads('出处', '哪些检查用到它');
	that(!(await plain.page.getByRole('button', { name: '复制引文' }).isVisible()), 'no button that does nothing');
	const small = await who('wangming', { width: 390, height: 844 });
	await small.go(`/law/${id}`);
	await shot(small.page, 'law-390');
});

/* ---- the page of a matter ---- */

test('a delegation is called by its people, on its page and on paper', async () => {
	const p = await who('zhaogang');
	await p.go('/me/away');
	await p.fill({ 代办人: '王明' });
	await p.send();
	await p.done('open');
	expect((await p.page.locator('h1').innerText()).trim(), 'AB角委托：赵刚、王明', 'the title');
});

test('what only time brings asks for nothing to be done', async () => {
	const p = await who('wangming');
	const found = [];
	for (const code of rows("SELECT code FROM matter WHERE kind = 'penalty' AND ended IS NULL ORDER BY id")) {
		await p.page.goto(`${site.working}/m/${code}`);
		const waits = await p.page.locator('.mf-reasons li', { hasText: '无须操作' }).allTextContents();
		found.push(...waits);
	}
	that(found.length > 0, 'the demonstration has an act that waits for a day');
	for (const text of found) that(!text.includes('下一步'), `a way on beside 无须操作: ${text}`);
});

test('a matter on paper is one column without menu, tabs and buttons', async () => {
	const p = await who('wangming');
	await p.go(`/m/${rows("SELECT code FROM matter WHERE kind = 'penalty' AND state = 'filed'")[0]}`);
	await p.page.emulateMedia({ media: 'print' });
	for (const w of ['.mf-menu', '.mf-case-tabs', '.mf-do', '.mf-tabs-after']) that(!(await p.page.locator(w).first().isVisible()), `${w} is printed`);
	const left = await p.page.locator('#info .mf-field').evaluateAll((v) => [...new Set(v.map((e) => Math.round(e.getBoundingClientRect().left)))]);
	expect(left.length, 1, 'columns of fields');
	await shot(p.page, 'matter-print');
	await p.page.emulateMedia({ media: 'screen' });
});

/* ---- review and discussion ---- */

test('a reviewer reads a PDF beside the checklist and writes numbered opinions with paper and page', async () => {
	const code = rows("SELECT code FROM matter WHERE kind = 'legal_review' AND state = 'reviewing'")[0];
	const p = await who('lihong');
	await p.go(`/m/${code}/review`);
	const material = p.page.locator('.mf-material', { has: p.page.locator('iframe') }).first();
	await material.locator('summary').click();
	const frame = material.locator('iframe').first();
	await frame.scrollIntoViewIfNeeded();
	const answer = await p.page.request.get(new URL(await frame.getAttribute('src'), p.page.url()).href);
	expect(answer.headers()['content-type'], 'application/pdf', 'what is framed');
	that(/frame-ancestors 'self'/.test(answer.headers()['content-security-policy'] || ''), `it may stand in a frame of its own site: ${JSON.stringify(answer.headers())}`);
	that(!/attachment/.test(answer.headers()['content-disposition'] || ''), 'it is shown, not saved');
	await p.page.waitForTimeout(1500);
	await shot(p.page, 'review-pdf', false);
	const remarks = p.page.locator('.mf-input', { has: p.page.locator('.mf-label', { hasText: '逐条意见' }) });
	const had = await remarks.locator('fieldset.mf-rowset').count();
	await remarks.getByRole('button', { name: '增加一行' }).click();
	await p.page.waitForLoadState('load');
	expect(await remarks.locator('fieldset.mf-rowset').count(), had + 1, 'rows');
	expect(await p.page.evaluate(() => document.activeElement.name), `f.remarks.${had}.what`, 'the new row has the focus');
	that(await remarks.locator('fieldset.mf-rowset').last().isVisible(), 'it is in view');
	await p.fill({ 逐条意见: { rows: [{ 意见: '询问笔录更正处缺当事人捺印', 所在材料: '询问笔录', 页: '2' }] } });
	await shot(p.page, 'review-remarks', false);
	const small = await who('lihong', { width: 390, height: 844 });
	await small.go(`/m/${code}/review`);
	expect(await small.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0, 'pixels sideways');
});

test('numbered opinions come back as a list, ticked each with a word of how it was met, which the reviewer reads', async () => {
	const code = rows("SELECT code FROM matter WHERE kind = 'legal_review' AND state = 'reviewing'")[0];
	const reviewer = await who('lihong');
	await reviewer.go(`/m/${code}`);
	await reviewer.choose('出具审核意见');
	await reviewer.fill({
		审核核对表: { parts: { 执法主体是否合法: '合格', 执法程序是否合法: '合法', 事实是否清楚: '清楚、合法充分', 适用法律是否准确: '准确适当',
			是否超越法定权限: '未超越', 执法文书是否完备: '不完备或者不规范', 违法行为是否涉嫌犯罪: '不涉嫌', 其他应当审核的内容: '没有问题' } },
		合法性意见: '主体、权限、程序、依据合法。', 合理性意见: '裁量适当。', 审核意见: '纠正', 理由: '文书不规范。', 审核人员具名: '李红',
		逐条意见: { rows: [{ 意见: '询问笔录更正处缺当事人捺印', 所在材料: '询问笔录', 页: '2' }] },
	});
	await reviewer.send(() => {});
	await reviewer.done('出具审核意见');
	for (const width of [1366, 390]) {
		const p = await who('wangming', width === 390 ? { width, height: 844 } : {});
		await p.go(`/m/${code}`);
		await p.reads('逐条意见 1 条', '询问笔录更正处缺当事人捺印（询问笔录，2）');
		that(await p.page.getByLabel('第1条怎样落实的').isVisible(), 'the word has its place');
		expect(await p.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0, 'pixels sideways');
		await examine(p.page);
		await shot(p.page, `review-points-${width}`, false);
	}
	const officer = await who('wangming');
	await officer.go(`/m/${code}`);
	await officer.page.getByLabel('第1条怎样落实的').fill('已请当事人补捺印');
	await officer.page.locator('#points button').click();
	await officer.page.waitForURL(/[?&]done=/);
	await reviewer.go(`/m/${code}`);
	await reviewer.reads('已全部落实', '已落实：已请当事人补捺印');
});

test('a discussion: one line a member, and a new line keeps the place', async () => {
	for (const width of [1366, 390]) {
		const p = await who('zhangqiang', width === 390 ? { width, height: 844 } : {});
		let found = false;
		for (const code of rows("SELECT code FROM matter WHERE kind = 'penalty' AND state = 'deciding' ORDER BY id")) {
			await p.page.goto(`${site.working}/m/${code}/do/discuss`);
			found = (await p.page.locator('form.mf-form').count()) > 0;
			if (found) break;
		}
		that(found, 'a case waits for its discussion');
		const votes = p.page.locator('.mf-input', { has: p.page.locator('.mf-label', { hasText: '各人意见' }) });
		const had = await votes.locator('fieldset.mf-rowset').count();
		await votes.getByRole('button', { name: '增加一行' }).click();
		await p.page.waitForLoadState('load');
		expect(await votes.locator('fieldset.mf-rowset').count(), had + 1, 'rows');
		await p.page.waitForFunction((n) => {
			const e = document.activeElement, at = e.getBoundingClientRect();
			return e.name === `f.votes.${n}.member` && at.top >= 0 && at.bottom <= window.innerHeight;
		}, had, { timeout: 5000 });
		const box = await votes.locator('fieldset.mf-rowset').last().boundingBox();
		if (width === 1366) that(box.height < 110, `one line a member: ${box.height}`);

		expect(await p.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0, 'pixels sideways');
		await examine(p.page);
		await shot(p.page, `discuss-${width}`, false);
	}
});

run();
