// SPDX-License-Identifier: MulanPSL-2.0
// The form of an action beside the paper that it makes, drafts, what stands against an act, and the page of a matter, by
// the limits of the acceptance checks (docs/manual): clicks are counted where a limit is in clicks, seconds where in seconds.
'use strict';
const { test, run, expect, that, Site, examine, shot, day, dayText, gone, Person } = require('./lib.js');

let site;
const who = (login, opt) => site.person(login, opt);

// Cases of the demonstration in a state, as their addresses; the first whose form of the action this person gets.
async function caseFor(p, state, action) {
	const codes = site.server.ask(`SELECT code FROM matter WHERE kind = 'penalty' AND state = '${state}' ORDER BY id`).split('\n').filter(Boolean);
	for (const code of codes) {
		await p.go(`/m/${code}/do/${action}`);
		if ((await p.page.locator('form.mf-form').count()) > 0) return `/m/${code}`;
	}
	throw new Error(`${p.login} gets ${action} at no case in ${state}`);
}

const paperText = (p) => p.page.locator('#paper').innerText();

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

/* ---- the paper beside the form ---- */

test('the paper follows what is typed: gaps lead to their fields, figures and dates say how they were understood', async () => {
	const p = await who('wangming');
	const matter = await caseFor(p, 'filed', 'order_correction');
	await p.go(`${matter}/do/order_correction`);
	let text = await paperText(p);
	for (const w of ['责令限期改正通知书', /临应急责改〔\d{4}〕……号/, '临猗县应急管理局']) that(w instanceof RegExp ? w.test(text) : text.includes(w), `the paper lacks ${w}: ${text}`);
	await p.reads('取自责令改正，可改'); // the demonstration ordered it once
	await p.fill({ 责令改正内容: '', 改正期限: '' });
	const gap = p.page.locator('#paper a.mf-gap', { hasText: '尚缺：责令改正内容' });
	await gap.waitFor();
	await p.reads('必填还差2项');
	await shot(p.page, 'form-gaps');
	await gap.click();
	expect(await p.page.evaluate(() => document.activeElement.id), 'f.correct_text', 'the gap leads to its field');
	await p.page.keyboard.type('配备专门人员，逐项登记动火作业。');
	await p.page.locator('#paper', { hasText: '逐项登记动火作业' }).waitFor();
	for (const [typed, want] of [['明天', day(1)], [day(3).replace(/-/g, ''), day(3)], [day(5).slice(5).replace('-', '.').replace(/\b0/g, ''), `${day(0).slice(0, 4)}${day(5).slice(4)}`]]) {
		await p.fill({ 改正期限: typed });
		await p.page.locator('[data-echo="f.correct_by"]', { hasText: dayText(want) }).waitFor();
		await p.page.locator('#paper', { hasText: dayText(want) }).waitFor();
	}
	await p.reads('必填项已填齐');
	// the sentence leads to the field that gave it
	await p.page.locator('#paper a.mf-from', { hasText: '逐项登记动火作业' }).click();
	expect(await p.page.evaluate(() => document.activeElement.id), 'f.correct_text', 'the sentence leads to its field');
	await examine(p.page);
	expect(site.server.count(`SELECT count(*) FROM document d JOIN matter m ON m.id = d.matter WHERE d.paper = 'correction_order' AND '/m/' || m.code = '${matter}'`), 1, 'a preview makes no paper');
});

test('money is typed as people write it and echoed in capitals', async () => {
	const p = await who('wangming');
	await p.go('/k/summary_penalty/new');
	const echo = p.page.locator('[data-echo="f.fine"]');
	await p.fill({ 罚款: '2万' });
	await echo.filter({ hasText: '人民币贰万元整（20,000.00元）' }).waitFor();
	await p.fill({ 罚款: '12,345.6' });
	await echo.filter({ hasText: '壹万贰仟叁佰肆拾伍元陆角' }).waitFor();
	await p.fill({ 罚款: '两万' });
	await p.send();
	await p.reads('暂不能', '罚款');
	expect(await p.page.evaluate(() => document.activeElement.id), 'wrong', 'the summary has the focus');
	that((await p.page.locator('.mf-input.has-error .mf-field-error').count()) > 0, 'the sentence stands at the field');
});

test('without scripts 更新预览 and 预览整篇 do the same', async () => {
	const p = await who('wangming', { script: false });
	await caseFor(p, 'filed', 'order_correction');
	await p.fill({ 责令改正内容: '立即停止动火作业。', 改正期限: '明天' });
	await p.page.getByRole('button', { name: '更新预览' }).click();
	that((await paperText(p)).includes('立即停止动火作业'), 'the paper was not renewed');
	await p.reads(dayText(day(1)));
	await p.page.getByRole('button', { name: '预览整篇' }).click();
	await p.reads('还没有办理', '立即停止动火作业', dayText(day(1)));
	await p.page.getByRole('button', { name: '返回修改' }).click();
	expect(await p.page.locator('[name="f.correct_text"]').inputValue(), '立即停止动火作业。', 'back in the form with its text');
});

test('on a phone one of form and paper is shown', async () => {
	const p = await who('wangming', { width: 390, height: 844 });
	await caseFor(p, 'filed', 'order_correction');
	that(!(await p.page.locator('#paper').isVisible()), 'the paper waits behind its tab');
	await p.page.getByRole('link', { name: '预览', exact: true }).click();
	that(await p.page.locator('#paper').isVisible(), 'the paper is shown');
	that(!(await p.page.locator('#act').isVisible()), 'the form is not');
	expect(await p.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0, 'pixels sideways');
	await examine(p.page);
	await shot(p.page, 'form-paper-390');
});

/* ---- drafts ---- */

// What the server keeps of the person's draft of an action.
const draft = (action) => site.server.ask(`SELECT form FROM draft WHERE action = '${action}'`);

async function kept(action, text) {
	for (let i = 0; i < 60; i++) {
		if (draft(action).includes(text)) return;
		await new Promise((ok) => setTimeout(ok, 100));
	}
	throw new Error(`“${text}” was not kept: ${draft(action)}`);
}

test('power goes in the middle of a form: text at most 5 s old is back, one click', async () => {
	const p = await who('zhaogang');
	await p.go('/k/penalty/new');
	const box = p.page.locator('[name="f.lead_text"]');
	await box.click();
	const begin = Date.now();
	let text = '';
	while (Date.now() - begin < 7000) { // typing on without a pause
		await p.page.keyboard.type('车间');
		text += '车间';
		await p.page.waitForTimeout(60);
	}
	const stood = text;
	await p.page.waitForTimeout(300);
	const dead = site.working;
	await site.server.kill(); // no goodbye: the machine lost its power
	await site.server.start();
	that(site.working !== dead, 'the new program has the address of the dead one');
	gone.push(dead);
	await p.page.close();
	const again = await (await p.page.context().newPage());
	p.page = again;
	await p.go('/k/penalty/new');
	const back = await again.locator('[name="f.lead_text"]').inputValue();
	that(back.length > 0 && stood.startsWith(back), `came back as “${back}”`);
	const lost = (stood.length - back.length) * (7000 / stood.length);
	that(lost <= 5000, `${Math.round(lost)} ms of typing were lost`);
});

test('the session ends while somebody types: after signing in the same page, nothing lost, with and without scripts', async () => {
	for (const script of [true, false]) {
		const p = await who(script ? 'chenxiao' : 'liuyang', { script });
		await p.go('/k/penalty/new');
		await p.fill({ 案由: `登录结束前写的案由（${script}）` });
		await p.page.waitForLoadState('networkidle');
		await p.page.context().clearCookies();
		await p.fill({ 线索内容: '结束以后写的内容' });
		const on = p.page.getByRole('button', { name: script ? '登录后继续填写' : '存草稿' });
		await on.click();
		// Whoever sees nothing happen presses once more.
		await p.page.getByLabel('登录名').waitFor({ timeout: 6000 }).catch(async () => {
			console.log(`      after the first press: ${p.page.url()} ${(await p.page.innerText('body')).slice(0, 300)}`);
			await on.click();
		});
		await p.sendSignIn();
		expect(new URL(p.page.url()).pathname, '/k/penalty/new', 'the same page');
		expect(await p.page.locator('[name="f.cause"]').inputValue(), `登录结束前写的案由（${script}）`, 'the cause');
		expect(await p.page.locator('[name="f.lead_text"]').inputValue(), '结束以后写的内容', 'the text');
	}
});

test('five minutes before the session ends it is said, and one button goes on', async () => {
	const page = await site.page();
	const p = new Person(site, 'chenxiao', page);
	await p.signIn();
	await page.clock.install();
	await p.go('/k/penalty/new');
	await page.clock.fastForward('24:00');
	expect(await page.getByRole('button', { name: '继续填写' }).count(), 0, 'too early');
	await page.clock.fastForward('01:30');
	await p.page.getByRole('button', { name: '继续填写' }).click();
	await page.getByRole('button', { name: '继续填写' }).waitFor({ state: 'detached' }); // the server has answered
	await page.context().close();
});

test('a draft thrown away is back with 撤销, and later from 草稿箱', async () => {
	const p = await who('chenxiao');
	await p.go('/k/penalty/new');
	await p.fill({ 案由: '准备删掉的案由' });
	await kept('penalty', '准备删掉的案由');
	await p.page.reload();
	await p.page.getByRole('button', { name: '不要草稿，重新填写' }).click();
	expect(await p.page.locator('[name="f.cause"]').inputValue(), '', 'the form is empty');
	await p.reads('草稿已删除', '30天内');
	await p.page.getByRole('button', { name: '撤销' }).click();
	expect(await p.page.locator('[name="f.cause"]').inputValue(), '准备删掉的案由', 'back at once');
	await p.page.getByRole('button', { name: '不要草稿，重新填写' }).click();
	await p.go('/drafts');
	await p.reads('已删除1', '还保留30日');
	await examine(p.page);
	await shot(p.page, 'drafts');
	await p.page.getByRole('button', { name: '恢复' }).click();
	expect(await p.page.locator('[name="f.cause"]').inputValue(), '准备删掉的案由', 'back from the bin');
});

test('a slow network: sent while its own draft is still on the way, a form meets no “other window”', async () => {
	const p = await who('zhaogang');
	await p.go('/k/summary_penalty/new');
	const at = await p.page.locator('form[data-keep]').getAttribute('data-keep');
	const asked = [];
	await p.page.route((u) => u.pathname === at, async (route) => {
		if (!(route.request().postData() || '').includes('quiet')) return route.continue();
		asked.push(await route.fetch()); // kept on the server; the answer never comes back
	});
	await p.page.locator('[name="f.facts"]').fill('草稿还在路上的事实');
	await p.page.locator('[name="f.facts"]').blur();
	await kept('summary_penalty', '草稿还在路上的事实');
	await p.page.locator('[name="f.facts"]').fill('送出时的事实');
	await p.page.unroute((u) => u.pathname === at);
	await p.follow(p.page.getByRole('button', { name: '存草稿' }));
	that(!(await p.text()).includes('另一个窗口'), 'taken for another window');
	that(draft('summary_penalty').includes('送出时的事实'), 'what was sent is not kept');
	await p.page.getByRole('button', { name: '不要草稿，重新填写' }).click();
});

test('two windows: the second does not overwrite, both texts stand side by side, one choice a field', async () => {
	const p = await who('zhaogang');
	await p.go('/k/summary_penalty/new');
	const other = await p.page.context().newPage();
	await other.goto(p.page.url());
	await p.fill({ 违法事实: '第一个窗口写的事实' });
	await kept('summary_penalty', '第一个窗口写的事实');
	await other.locator('[name="f.facts"]').fill('第二个窗口写的事实');
	await other.locator('[data-clash] button').click();
	that(draft('summary_penalty').includes('第一个窗口写的事实'), 'the first text was overwritten');
	const field = other.locator('.mf-input', { has: other.locator('.mf-rival') });
	expect(await field.count(), 1, 'fields in question');
	for (const w of ['第一个窗口写的事实', '第二个窗口写的事实', '在另一个窗口']) that((await field.innerText()).includes(w), `lacks “${w}”: ${await field.innerText()}`);
	await examine(other);
	await shot(other, 'form-two-windows');
	await field.getByLabel(/用另一份/).check();
	await other.getByRole('button', { name: '存草稿' }).click();
	expect(await other.locator('[name="f.facts"]').inputValue(), '第一个窗口写的事实', 'what was chosen');
	await other.close();
});

test('two people: what the other changed stands beside one\'s own text, by name and time', async () => {
	const p = await who('wangming');
	const other = await who('zhaogang');
	const matter = await caseFor(p, 'filed', 'order_correction');
	await p.go(`${matter}/do/order_correction`);
	await p.fill({ 责令改正内容: '王明写的改正内容', 改正期限: day(4) });
	await other.act(matter, '责令改正', { 责令改正内容: '赵刚写的改正内容', 改正期限: day(7) });
	await p.send();
	await p.reads('填写期间，本件有了变化', /第1项：赵刚在\d\d-\d\d\d\d:\d\d改过/, '赵刚写的改正内容');
	expect(await p.page.locator('.mf-rival').count(), 2, 'fields in question');
	await examine(p.page);
	await shot(p.page, 'form-two-people');
	await p.page.locator('.mf-input', { hasText: '改正期限' }).getByLabel(/用另一份/).check();
	await p.send();
	await p.done('责令改正');
	const [text, by] = site.server.ask(`SELECT json_extract(fields, '$.correct_text') || '|' || json_extract(fields, '$.correct_by') FROM matter WHERE '/m/' || code = '${matter}'`).split('|');
	expect(text, '王明写的改正内容', 'the text of the one');
	that(by.includes(day(7)), `the day of the other: ${by}`);
});

/* ---- what stands against it, how it was counted, what will happen ---- */

test('one click tells why 作出处罚决定 is grey, with article and way on; one click tells how a limit was counted', async () => {
	const p = await who('zhangqiang');
	const codes = site.server.ask("SELECT code FROM matter WHERE kind = 'penalty' AND state = 'deciding' ORDER BY id").split('\n');
	const grey = p.page.locator('details.mf-cannot', { has: p.page.locator('summary', { hasText: /^作出处罚决定（\d+项原因）/ }) });
	let at = 0;
	for (; at < codes.length; at++) {
		await p.go(`/m/${codes[at]}`);
		if ((await grey.count()) > 0) break;
	}
	that(at < codes.length, 'no case in which 作出处罚决定 is grey');
	await grey.locator('summary').click(); // the one click
	const why = await grey.innerText();
	for (const w of ['〔', '条', '下一步']) that(why.includes(w), `the refusal lacks “${w}”: ${why}`);
	await grey.locator('a.mf-cite').first().click(); // the article beside it
	await p.page.locator('.mf-drawer', { hasText: '台账编号' }).waitFor();
	await examine(p.page);
	await p.page.keyboard.press('Escape');
	expect(await p.page.locator('.mf-drawer').count(), 0, 'closed again');
	await p.page.locator('.mf-clock').first().getByRole('link', { name: '〔逐日〕' }).click();
	await p.reads('逐日计算', '届满');
});

test('a reviewer reads the materials and marks the checklist on one page, with and without scripts', async () => {
	const code = site.server.ask("SELECT code FROM matter WHERE kind = 'legal_review' AND state = 'reviewing' ORDER BY id LIMIT 1");
	for (const script of [true, false]) {
		const p = await who('lihong', { script });
		await p.go(`/m/${code}/review`);
		await p.reads('送审材料', '系统比对', '核对表还差');
		expect(await p.page.locator('.mf-sheet input[type=radio]:checked, [name="f.opinion"]:checked').count(), 0, 'nothing is decided in advance');
		for (const name of ['决定建议及情况说明', '调查终结报告', '行政处罚事先告知书']) {
			await p.page.locator('.mf-material summary', { hasText: name }).last().click();
		}
		that((await p.page.locator('.mf-material[open] .mf-paper').first().innerText()).length > 50, 'a paper is read in place');
		expect(new URL(p.page.url()).pathname, `/m/${code}/review`, 'still the same page');
		if (script) {
			await examine(p.page);
			await shot(p.page, 'review');
		}
	}
});

run();
