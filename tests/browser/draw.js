// SPDX-License-Identifier: MulanPSL-2.0
// A random draw through the browser: shares, freezing, the public value, opening, drawing, a replacement, publication; what
// the public reads meanwhile and after; and `mingfa draw verify` of the file that it downloads. Proves: LY1.01-1a LY1.01-4.2a LY1.01-5.1a
'use strict';
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test, run, expect, that, Site, examine, shot } = require('./lib.js');

let site;
let draw;
let visitor;

// The next whole minute that is far enough away to freeze the list before it, as the program's clock has it.
function soon() {
	const at = new Date(Math.ceil((Date.now() + 25000) / 60000) * 60000);
	const local = new Date(at.getTime() + 8 * 3600000).toISOString();
	return { at, text: `${local.slice(0, 10)} ${local.slice(11, 16)}` };
}

async function drawPage(p, query = '') {
	await p.go(`${draw}/draw${query}`);
	await examine(p.page);
}

async function look(p, name, query = '') {
	await drawPage(p, query);
	await shot(p.page, `${name}-1366`);
	await p.page.setViewportSize({ width: 390, height: 844 });
	await shot(p.page, `${name}-390`);
	const wide = await p.page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
	that(!wide, `${name} scrolls sideways on a phone`);
	await p.page.setViewportSize({ width: 1366, height: 768 });
}

function sql(text) {
	execFileSync('sqlite3', ['-cmd', '.timeout 5000', path.join(site.server.dir, 'mingfa.db'), text]);
}

function verify(text) {
	const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'draw-')), 'draw.json');
	fs.writeFileSync(file, text);
	const r = spawnSync(process.env.MINGFA, ['draw', 'verify', file], { encoding: 'utf8' });
	fs.rmSync(path.dirname(file), { recursive: true });
	return r;
}

async function publicPage(address) {
	visitor = visitor || await site.page();
	const r = await visitor.goto(site.open + address);
	if (r.status() === 200) await examine(visitor);
	return { status: r.status(), text: r.status() === 200 ? await visitor.innerText('main') : '' };
}

let beacon;

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('the task waits for shares and the time of the public value; each share is seen by its side alone', async () => {
	const sunli = await site.person('sunli');
	await sunli.go('/k/random_draw');
	await sunli.follow(sunli.page.locator('main a', { hasText: '第二次' }).first());
	draw = new URL(sunli.page.url()).pathname;
	const head = await site.person('zhangqiang');
	await head.go(`${draw}/do/seal_organ`);
	const share = head.page.locator('[name="f.organ_share"]');
	that(/^[0-9a-f]{64}$/.test(await share.inputValue()), 'a fresh share stands in the form');
	await head.send();
	await head.done('封存执法机关份额');
	const bureau = await site.person('zhangmin');
	await bureau.go(`${draw}/do/seal_justice`);
	await bureau.send();
	await bureau.done('封存司法局份额');
	await bureau.go(draw);
	that(!(await bureau.text()).includes(await share.inputValue().catch(() => 'x'.repeat(64))), 'the other share is hidden');
	await look(sunli, 'draw-ready');
	await sunli.reads('①核对', '⑦公开验证', '执法机关份额已封存', '司法局份额已封存');
});

test('freezing commits to the list: the public may know that, and nothing of the names', async () => {
	const sunli = await site.person('sunli');
	beacon = soon();
	await sunli.go(`${draw}/do/prepare`);
	await sunli.fill({ 随机值公布时间: beacon.text.replace(' ', 'T') });
	await sunli.send();
	await sunli.done('修改任务');
	await sunli.go(`${draw}/do/freeze`);
	await sunli.send();
	await sunli.done('冻结名单并承诺');
	await look(sunli, 'draw-frozen');
	await sunli.reads('名单的根', '约定公布', beacon.text, '监督人（司法局）：还没有到场');
	const timer = sunli.page.locator('[role="timer"]'), [before] = [await timer.innerText()];
	that(/^00:0\d:\d\d$/.test(before), `counts down: ${before}`);
	await sunli.page.waitForFunction((b) => document.querySelector('[role="timer"]').textContent !== b, before);
	that(await sunli.page.locator('[data-print]').isVisible(), 'a button prints the record');
	const code = draw.split('/').pop();
	const p = await publicPage(`/draws/${code}`);
	expect(p.status, 200);
	that(p.text.includes('名单的根') && p.text.includes('保密'), p.text);
	that(!p.text.includes('91140821'), 'no code of a party');
	expect((await publicPage(`/draws/${code}/draw.json`)).status, 404);
	that((await publicPage('/draws')).text.includes('共 2 次'), 'all that were frozen are counted');
});

test('after the public value both open, the supervisors are there, and the draw gives target and inspectors', async () => {
	const head = await site.person('zhangqiang'), bureau = await site.person('zhangmin'), discipline = await site.person('zhouli');
	const sunli = await site.person('sunli');
	for (const [p, action] of [[bureau, 'attend_justice'], [discipline, 'attend_discipline']]) {
		await p.go(`${draw}/do/${action}`);
		await p.send();
	}
	await new Promise((r) => { setTimeout(r, Math.max(0, beacon.at.getTime() - Date.now()) + 1500); });
	for (const [p, action] of [[head, 'open_organ'], [bureau, 'open_justice']]) {
		await p.go(`${draw}/do/${action}`);
		await p.send();
	}
	sql("INSERT INTO witness (witness, log, size, done, failed, error) VALUES ('procurator', 1, 0, 0, 0, '')");
	await sunli.go(`${draw}/do/draw_lots`);
	await sunli.fill({ 公布的随机值: '01.09.14.22.28.33.05' });
	await sunli.send();
	await sunli.reads('没有见证方在随机值公布以前为承诺共同签名');
	sql('DELETE FROM witness');
	await sunli.send();
	await sunli.done('抽出派组');
	await look(sunli, 'draw-drawn');
	await sunli.reads('抽取结果1家', /示例/);
	await look(sunli, 'draw-wall', '?show=numbers');
	that(!(await sunli.text()).includes('检查对象 检查人员'), 'numbers only');
	const wang = await site.person('lihong');
	await drawPage(wang);
	that(!(await wang.text()).includes('抽取结果'), 'names are secret for who has nothing to do with it');
});

test('a target that is gone is replaced by the next reserve, with the reason', async () => {
	const sunli = await site.person('sunli');
	await drawPage(sunli);
	const before = await sunli.page.locator('tbody tr td:nth-child(2)').first().innerText();
	await sunli.go(`${draw}/do/replace`);
	const select = sunli.page.locator('[name="f.gone_target"]');
	if ((await select.evaluate((e) => e.tagName)) === 'SELECT') {
		const options = await select.locator('option').allInnerTexts();
		await select.selectOption({ index: options.findIndex((o) => o.includes(before.trim())) });
	}
	await sunli.fill({ 递补的理由: '企业已停产歇业，有现场照片' });
	await sunli.send();
	await sunli.done('按候补顺序递补');
	await drawPage(sunli);
	const after = await sunli.page.locator('tbody tr td:nth-child(2)').first().innerText();
	that(before !== after, `${before} was replaced by ${after}`);
});

test('when the visits are over it is published, recomputed in words, and its file is verified', async () => {
	const sunli = await site.person('sunli');
	await sunli.go(`${draw}/links`);
	const visits = await sunli.page.locator('main a[href^="/m/"]', { hasText: /检〔/ }).evaluateAll((v) => v.map((a) => a.getAttribute('href')));
	that(visits.length >= 2, `visits: ${visits}`);
	let gone = 0;
	for (const v of new Set(visits)) {
		await sunli.go(v);
		if (!(await sunli.page.locator('a[href$="/do/cancel"]').count())) {
			gone++;
			continue;
		}
		await sunli.go(`${v}/do/cancel`);
		await sunli.fill({ 不再检查的原因: '并入市场监管部门的综合查一次' });
		await sunli.send();
	}
	expect(gone, 1, 'the visit of the target that was replaced has ended by itself');
	await sunli.go(`${draw}/do/publish`);
	await sunli.fill({ 抽查情况和结果: '抽查1家，已并入综合查一次', 抽查程序: '冻结名单、等候随机值、两方启封、抽取、检查、公开' });
	await sunli.send();
	await sunli.done('公开抽查情况和结果');
	const code = draw.split('/').pop();
	const p = await publicPage(`/draws/${code}`);
	that(p.text.includes('与承诺的一致') && p.text.includes('自己验证'), p.text);
	const said = await visitor.locator('dt:text-is("种子") + dd, dt:text-is("应当算出") + dd').allInnerTexts();
	that(execFileSync('sh', ['-c', said[0]], { encoding: 'utf8' }).trim().endsWith(said[1]), `the command reckons the seed: ${said}`);
	await shot(visitor, 'public-draw-1366');
	await visitor.setViewportSize({ width: 390, height: 844 });
	await shot(visitor, 'public-draw-390');
	const answer = await fetch(`${site.open}/draws/${code}/draw.json`);
	const text = await answer.text();
	expect(answer.status, 200, text.slice(0, 500));
	const fine = verify(text);
	expect(fine.status, 0, fine.stdout + fine.stderr + text.slice(0, 3000));
	that(fine.stdout.includes('全部相符'), fine.stdout);
	const bad = verify(text.replace(/"drawn":\["/, '"drawn":["9'));
	expect(bad.status, 1);
	that(bad.stdout.includes('不符') || bad.stdout.includes('没有公布'), bad.stdout);
	const bureau = await site.person('zhangmin');
	await drawPage(bureau);
	const got = await bureau.page.request.get(`${site.working}${draw}/draw/whole.json`);
	const whole = await got.text();
	expect(got.status(), 200, whole.slice(0, 200));
	const all = verify(whole);
	expect(all.status, 0, all.stdout + all.stderr);
	that(all.stdout.includes('递补1次'), all.stdout);
	const changed = verify(whole.replace(/"next":"/, '"next":"9'));
	expect(changed.status, 1);
	that(changed.stdout.includes('递补不符'), changed.stdout);
});

run();
