// SPDX-License-Identifier: MulanPSL-2.0
// Acceptance check 20: somebody who signs in for the first time takes the tour, opens its penalty case in the practice
// county and finishes it by doing nothing but what the pages say: the button that the desk or the matter puts first, the
// fields that the form still wants, the way on of a refusal. What was refused once for a reason is not refused for it again.
// The facts of the case stand in the exercise; whatever else a form asks is answered by its own example.
'use strict';
const { test, run, expect, that, Site, examine, day, fillField } = require('./lib.js');

const LIMIT = 45 * 60; // seconds
const CHARACTER = 0.6, FIELD = 3, CLICK = 1.5, READ = 8; // of a person at a desk: type one, find one, press one, take in a page

let site;
const cost = { characters: 0, fields: 0, clicks: 0, pages: 0 };
const refused = new Map(); // reason -> where
const trail = [];

/* ---- the facts, as the exercise tells them ---- */

const CAUSE = '练习机械厂动火等危险作业未安排专门人员进行现场安全管理案';
const OFFICERS = ['王明', '赵刚']; // 承办, as the sheet and every page of the case say
let sheet; // the exercise's text

function facts() {
	const code = /统一社会信用代码(\w{18})/.exec(sheet)[1];
	const address = /，(临猗县[^，]+)，/.exec(sheet)[1], contact = /负责人([^，]+)，/.exec(sheet)[1], phone = /电话([\d-]+)/.exec(sheet)[1];
	return [
		[/^线索来源$/, '监督检查'], [/^案由$/, CAUSE], [/内容|情况|违法事实|经过/, '在练习机械厂检查时发现，车间里正在动火切割，没有安排专门人员现场管理，当场停止作业。'],
		[/^当事人$/, { parts: { 类别: '单位', 名称或者姓名: '练习机械厂', 统一社会信用代码或者身份证号: code, 地址: address, 法定代表人: contact, 电话: phone } }],
		[/^承办人员$|^在场执法人员$|^执法人员$/, ['王明', '赵刚']], [/^处罚事项$/, '动火等危险作业'], [/违法行为/, day(-1)],
		[/^地点$|^违法地点$/, address], [/被询问人$|签收人$/, contact], [/身份$/, /法定代表人/],
		[/违反的规定/, '《中华人民共和国安全生产法》第四十三条'], [/处罚依据/, '《中华人民共和国安全生产法》第一百零一条第三项'],
		[/^裁量情节$/, ['初次违法', '责令期限内改正']], [/^计量$/, '1'], [/违法行为的性质/, '属现场安全管理义务履行不到位，没有发生事故'], [/社会危害程度/, '涉及一处，当场停止作业，危害较轻'], [/裁量理由/, '首次被查处，当场停止作业，按从轻阶次处罚。'], [/处罚种类/, ['罚款']], [/罚款$|金额$/, '20000'],
		[/处罚决定内容/, '责令改正，罚款20000元。'], [/^结案方式$/, '履行完毕'], [/参加讨论/, ['张强', '高建']], [/审核人员具名/, '李红'], [/^审核人员$/, ['李红']],
	];
}

/* ---- filling in what is asked ---- */

async function exampleOf(box) {
	const help = (await box.locator('.mf-field-help').allInnerTexts()).join(' ');
	const example = /例：\s*([^〔\n]+)/.exec(help);
	return example ? example[1].trim() : '';
}

// What somebody who knows only the sheet writes into a field.
async function answer(box, label) {
	const known = facts().find(([pattern]) => pattern.test(label));
	if (known && !(await box.locator('input[type=file]').count())) {
		if (!(known[1] instanceof RegExp)) return known[1];
		return (await box.locator('label.mf-choice, select option').allInnerTexts()).map((t) => t.trim()).find((t) => known[1].test(t));
	}
	if (await box.locator('input[type=file]').count()) return { files: [`${label}.pdf`] };
	if (await box.locator('.mf-sheet').count()) return { sheet: true };
	if (await box.locator('fieldset.mf-rowset').count()) return { table: true };
	const choices = (await box.locator('label.mf-choice').allInnerTexts()).map((t) => t.trim());
	if (choices.includes('是')) return /没有|已|负责|真实|齐全|属实|提交/.test(label) ? '是' : '否';
	if (choices.length) return (await box.locator('input[type=checkbox]').count()) ? [choices[0].replace(/（.*/, '')] : choices.find((c) => /同意|合格|支持/.test(c)) || choices[0];
	if (await box.locator('select').count()) return (await box.locator('select option').allInnerTexts())[1];
	if (await box.locator('input[type=datetime-local]').count()) return /结束|止/.test(label) ? `${day()}T00:20` : `${day()}T00:05`;
	if (await box.locator('[data-date]').count()) return /期限|届满/.test(label) ? day(10) : day();
	return (await exampleOf(box)) || '情况属实，同意。';
}

async function put(p, box, label, value) {
	cost.fields++;
	if (value.sheet) {
		for (const item of await box.locator('.mf-sheet-item').all()) await item.locator('input[type=radio]').first().check();
		return;
	}
	if (value.table) {
		const set = box.locator('fieldset.mf-rowset').first();
		for (const part of await set.locator('.mf-part').all()) {
			const select = part.locator('select');
			if (await select.count()) await select.selectOption({ index: 1 });
			else if (await part.locator('.mf-choice input').count()) await part.locator('.mf-choice input').first().check();
			else await part.locator('input, textarea').first().fill((await part.locator('[data-date]').count()) ? day() : '现场检查笔录');
		}
		return;
	}
	cost.characters += typeof value === 'string' ? value.length : value.parts ? Object.values(value.parts).join('').length : 0;
	await fillField(p.page, label, value);
}

const boxOf = (p, label) => p.page.locator('.mf-input', { has: p.page.locator('.mf-label', { hasText: new RegExp(`^\\s*\\d+\\s+${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*\\*?\\s*$`) }) }).first();

// The fields that the form marks and that are empty yet.
async function fillIn(p) {
	for (const box of await p.page.locator('form.mf-form .mf-input', { has: p.page.locator('.mf-must') }).all()) {
		const label = (await box.locator('.mf-label').first().textContent()).replace(/^\s*\d+\s*/, '').replace(/\s*\*\s*$/, '').trim();
		const filled = await box.evaluate((e) => [...e.querySelectorAll('input:not([type=hidden]):not([type=search]), textarea, select')]
			.some((c) => (c.type === 'radio' || c.type === 'checkbox' ? c.checked : c.type !== 'file' && c.value.trim() !== '')));
		if (!filled) await put(p, box, label, await answer(box, label));
	}
}

/* ---- what a page says ---- */

async function press(p, locator) {
	cost.clicks++;
	cost.pages++;
	await locator.click();
	await p.page.waitForLoadState();
}

// The reasons that a refusal names; none of them may have been given before.
async function reasons(p, action) {
	const found = [];
	for (const li of await p.page.locator('#wrong .mf-reasons > li, #wrong .mf-refusal, #wrong ul.mf-plain > li').all()) found.push(li);
	that(found.length > 0, `refused without a reason: ${(await p.text()).slice(0, 800)}`);
	const ways = [];
	ways.others = [];
	for (const li of found) {
		const text = (await li.innerText()).replace(/\s+/g, ' ').replace(/下一步：.*$/, '').trim();
		that(!refused.has(text), `refused again for the same reason at ${action}: ${text}\nfirst at ${refused.get(text)}`);
		refused.set(text, action);
		trail.push(`  refused: ${text}`);
		for (const way of await li.locator('.mf-way a, a[href^="#f."]').all()) ways.push(await way.getAttribute('href'));
		const said = /下一步：(.*)$/.exec((await li.innerText()).replace(/\s+/g, ''));
		const name = said && ([...byName.keys()].find((n) => said[1].includes(n) && n !== p.name) || (said[1].includes('承办人员') && OFFICERS.find((n) => n !== p.name)));
		const named = name && { 1: /^[^（。，]+/.exec(said[1])[0], 2: name };
		if (named) ways.others.push({ action: named[1], who: named[2] });
	}
	return ways;
}

// Where a refusal sends: to a page, or to somebody else who has to do something first.
async function wayOn(p, ways) {
	const way = ways.find((w) => w.startsWith('/m/'));
	cost.clicks++;
	if (way) {
		await p.go(way);
		return (await p.page.locator('form.mf-form, #wrong').count()) > 0 ? doForm(p) : p;
	}
	for (const { action, who } of ways.others) {
		const other = await person(who);
		await other.go(matter);
		const link = other.page.locator('main').getByRole('link', { name: action, exact: true });
		if ((await link.count()) > 0) await press(other, link.first());
		else if (!(await nextOnDesk(other))) continue;
		return doForm(other);
	}
	throw new Error(`no way on: ${(await p.text()).slice(0, 1500)}\n${trail.join('\n')}`);
}

// A form until it is done, or until a refusal leads elsewhere. Gives back who acted last.
async function doForm(p) {
	const action = (await p.page.innerText('h1')).trim();
	trail.push(`${p.name}: ${action}`);
	cost.pages++;
	for (let turn = 0; turn < 4; turn++) {
		if ((await p.page.locator('form.mf-form').count()) === 0) return wayOn(p, await reasons(p, action));
		await fillIn(p);
		await press(p, p.page.locator('form.mf-form .mf-submit button.btn-primary'));
		if ((await p.page.locator('#wrong').count()) === 0 && (await p.page.getByRole('button', { name: /^确认/ }).count()) > 0) {
			await press(p, p.page.getByRole('button', { name: /^确认/ }));
		}
		if (/[?&]done=/.test(p.page.url())) return p;
		const passes = p.page.locator('textarea[name^="w."]');
		if ((await p.page.locator('#wrong').count()) === 0 && (await passes.count()) > 0) {
			for (const box of await passes.all()) {
				await box.fill('已经核对，不影响本案办理，继续办理。');
				cost.characters += 18;
			}
			continue;
		}
		const ways = await reasons(p, action);
		for (const way of ways.filter((w) => w.startsWith('#f.'))) {
			const box = p.page.locator('.mf-input', { has: p.page.locator(`[id="${way.slice(1)}"]`) }).first();
			const label = (await box.locator('.mf-label').first().textContent()).replace(/^\s*\d+\s*/, '').replace(/\s*\*\s*$/, '').trim();
			await put(p, box, label, await answer(box, label));
		}
		if (!ways.some((w) => w.startsWith('#f.'))) return wayOn(p, ways);
	}
	throw new Error(`${action} does not come to an end:\n${(await p.text()).slice(0, 1500)}`);
}

let matter;
const byName = new Map();

async function person(name) {
	that(byName.has(name), `nobody of the county is called ${name}`);
	const p = await site.person(byName.get(name));
	p.name = name;
	return p;
}

// Whose turn it is, as the matter's page says.
async function holder(p) {
	await p.go(matter);
	const now = await p.page.locator('.mf-case-now strong').first().innerText().catch(() => '');
	return now.split('、')[0];
}

async function ended(p) {
	await p.go('/practice');
	const box = p.page.locator('.mf-exercises li', { hasText: '从线索办到结案' });
	return (await box.innerText()).includes('✓ 已办');
}

// The first button for this case on somebody's desk.
async function nextOnDesk(p) {
	await p.go('/');
	const row = p.page.locator('.mf-rows .mf-row', { hasText: CAUSE }).filter({ has: p.page.locator('.mf-row-do .btn-primary') }).first();
	if ((await row.count()) === 0) return false;
	await press(p, row.locator('.mf-row-do .btn-primary'));
	return true;
}

/* ---- the way ---- */

test('the practice county stands, and its people are known', async () => {
	site = await Site.open('practice');
	for (const line of require('node:fs').readFileSync(`${site.server.dir}/accounts.txt`, 'utf8').split('\n')) {
		const [login, , name] = line.split('\t');
		if (name) byName.set(name, login);
	}
});

test('check 20: the penalty case of the tour is finished by what the pages say, no refusal met twice', async () => {
	const begun = Date.now();
	const p = await person('王明');
	await p.go('/');
	await press(p, p.page.getByRole('link', { name: '五步认识明法' }));
	await examine(p.page);
	await press(p, p.page.getByRole('link', { name: '打开练习题' }));
	await examine(p.page);
	const box = p.page.locator('.mf-exercises li', { hasText: '从线索办到结案' });
	sheet = await box.innerText();
	await press(p, box.getByRole('link', { name: '开始办' }));
	await doForm(p);
	matter = new URL(p.page.url()).pathname;
	let now = p;
	let steps = 1;
	for (; steps < 60 && !(await ended(now)); steps++) {
		if (!(await nextOnDesk(now))) {
			const other = await holder(now);
			that(other && other !== now.name, `nothing is named as the next step for ${now.name}: ${(await now.text()).slice(0, 1200)}`);
			now = await person(other);
			that(await nextOnDesk(now), `${other} holds the case and has no button for it`);
		}
		now = await doForm(now); // whoever a refusal sent to goes on
	}
	if (process.env.TRAIL) console.log(trail.join('\n'));
	that(await ended(now), `not finished after ${steps} steps:\n${trail.join('\n')}`);
	const estimated = Math.round((Date.now() - begun) / 1000 + cost.characters * CHARACTER + cost.fields * FIELD + cost.clicks * CLICK + cost.pages * READ);
	console.log(`      check 20: ${steps} steps, ${cost.fields} fields, ${cost.characters} characters, ${cost.clicks} clicks, ${refused.size} refusals, all different; `
		+ `about ${Math.round(estimated / 60)} min of a person's time (limit 45)`);
	that(estimated <= LIMIT, `${estimated} s`);
});

run(600000);
