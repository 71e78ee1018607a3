// SPDX-License-Identifier: MulanPSL-2.0
// The form of an action beside the paper that it makes, drafts, what stands against an act, and the page of a matter, by
// the limits of the acceptance checks (docs/manual): clicks are counted where a limit is in clicks, seconds where in seconds.
'use strict';
const { test, run, expect, that, Site, examine, shot, day, dayText } = require('./lib.js');

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
	await caseFor(p, 'filed', 'finish_investigation');
	await p.fill({ 拟罚款: '2万' });
	await p.page.locator('[data-echo="f.proposed_fine"]', { hasText: '人民币贰万元整（20,000.00元）' }).waitFor();
	await p.fill({ 拟罚款: '12,345.6' });
	await p.page.locator('[data-echo="f.proposed_fine"]', { hasText: '壹万贰仟叁佰肆拾伍元陆角' }).waitFor();
	await p.fill({ 拟罚款: '两万' });
	await p.send();
	await p.reads('暂不能', '拟罚款');
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

run();
