// SPDX-License-Identifier: MulanPSL-2.0
// lib.js - what the browser tests share: one program and one Chromium for each script, people who sign in and fill in forms
// by what stands on the page, citizens without JavaScript. Whatever a page of theirs should never do (a script stopped by
// the policy, a console error, HTTP 5xx, a missing style, a serious finding of axe) is collected and fails the test in which
// it happened. Needs CHROMIUM (or /usr/bin/chromium) and node_modules (playwright-core, axe-core).
//	SHOTS=folder   keeps a picture of every page kind that is looked at, for people to judge
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const base = require('../http/lib.js');
const { chromium } = require('playwright-core');

const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const CODE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{64}/g;
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj trailer<</Root 1 0 R>>\n');
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync', '--lang=zh-CN', '--disable-dev-shm-usage'];

/* ---- what went wrong by the way ---- */

const faults = [];
const gone = []; // addresses of programs that a test has killed: pages that were left open go on asking them
const examined = new Set(); // page kinds that axe has seen

function watch(page) {
	page.on('pageerror', (e) => faults.push(`script error on ${page.url()}: ${e.message}`));
	page.on('console', (m) => {
		// Chromium also logs each answer of 400 and above; those are judged by 'response'.
		if (m.type() === 'error' && !/^Failed to load resource: the server responded with a status of 4/.test(m.text())) {
			faults.push(`console on ${page.url()}: ${m.text()}`);
		}
	});
	page.on('response', (r) => {
		if (r.status() >= 500) faults.push(`${r.status()} ${r.request().method()} ${r.url()}`);
		if (r.status() >= 400 && ['stylesheet', 'script', 'image', 'font'].includes(r.request().resourceType())) faults.push(`${r.status()} ${r.url()}`);
	});
	page.on('requestfailed', (r) => {
		const why = r.failure() ? r.failure().errorText : '';
		if (!/ERR_ABORTED/.test(why)) faults.push(`${r.url()}: ${why}`);
	});
}

// A test whose pages did none of it.
function test(name, fn) {
	base.test(name, async () => {
		faults.length = 0;
		await fn();
		const seen = faults.filter((f) => !gone.some((address) => f.includes(address)));
		if (seen.length) throw new Error(`seen by the way:\n  ${[...new Set(seen)].join('\n  ')}`);
	});
}

let broken = ''; // the step of this script that did not succeed

// A step of one story: after one that failed the others cannot be tried.
function step(name, fn) {
	test(name, async () => {
		base.that(!broken, `not reached: “${broken}” did not succeed`);
		broken = name;
		await fn();
		broken = '';
	});
}

// The address without what differs from matter to matter.
function pageKind(url) {
	return new URL(url).pathname.replace(CODE, '{code}');
}

// axe, once a page kind and width; its serious and critical findings fail.
// `as` names another look of the same page, such as large print.
async function examine(page, as = '') {
	const kind = `${pageKind(page.url())} ${page.viewportSize().width} ${as}`;
	if (page.plain || examined.has(kind)) return; // axe is a script itself
	if ((await page.locator('meta[http-equiv="refresh"]').count()) > 0) return; // comes back in a moment: then it is looked at
	examined.add(kind);
	const found = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations
		.filter((v) => v.impact === 'serious' || v.impact === 'critical')
		.map((v) => v.id + ': ' + v.help + ' at ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + n.html.slice(0, 120)).join(' | ')))`);
	for (const f of found) faults.push(`axe on ${kind}: ${f}`);
}

async function shot(page, name, whole = true) {
	if (!process.env.SHOTS) return;
	fs.mkdirSync(process.env.SHOTS, { recursive: true });
	await page.screenshot({ path: path.join(process.env.SHOTS, `${name}.png`), fullPage: whole });
}

/* ---- the program and its visitors ---- */

class Site {
	// One program on free ports over a fresh demonstration (or practice county), one Chromium.
	static async open(sort = 'demo') {
		const s = new Site();
		base.after(() => s.close());
		s.server = await new base.Server(base.folder(sort)).start();
		s.chromium = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: flags });
		s.people = new Map();
		return s;
	}

	// The program again, later: what is due meanwhile is done at the start. Everybody signs in anew.
	async later(now) {
		for (const p of this.people.values()) await p.page.context().close();
		this.people.clear();
		await this.server.stop();
		this.server = await new base.Server(this.server.dir).start(['--now', now]);
	}

	async close() {
		if (this.chromium) await this.chromium.close();
		if (this.server) await this.server.stop();
	}

	get working() {
		return `http://127.0.0.1:${this.server.port}`;
	}

	get open() {
		return `http://127.0.0.1:${this.server.publicPort}`;
	}

	async page(opt = {}) {
		const context = await this.chromium.newContext({ viewport: { width: opt.width || 1366, height: opt.height || 768 }, locale: 'zh-CN',
			timezoneId: 'Asia/Shanghai', javaScriptEnabled: opt.script !== false, acceptDownloads: true });
		context.setDefaultTimeout(15000);
		const page = await context.newPage();
		watch(page);
		page.plain = opt.script === false;
		return page;
	}

	// A person of the demonstration, signed in once and kept.
	async person(login, opt = {}) {
		const key = `${login} ${opt.width || ''} ${opt.script === false ? 'plain' : ''}`;
		if (!this.people.has(key)) {
			const p = new Person(this, login, await this.page(opt));
			await p.signIn();
			this.people.set(key, p);
		}
		return this.people.get(key);
	}
}

class Person {
	constructor(site, login, page) {
		Object.assign(this, { site, login, page });
	}

	async signIn() {
		await this.page.goto(`${this.site.working}/sign-in`);
		await this.sendSignIn();
		base.expect(new URL(this.page.url()).pathname, '/', `${this.login} after signing in`);
	}

	async sendSignIn() {
		await this.page.getByLabel('登录名').fill(this.login);
		await this.page.getByLabel('密码').fill(this.site.server.passwords.get(this.login));
		await this.page.getByRole('button', { name: '登录' }).click();
	}

	async go(where) {
		const r = await this.page.goto(where.startsWith('http') ? where : this.site.working + where);
		return r.status();
	}

	text() {
		return this.page.innerText('main');
	}

	// The page reads so; what it reads instead is in the failure.
	async reads(...wanted) {
		const text = (await this.text()).replace(/\s+/g, '');
		for (const w of wanted) {
			const ok = w instanceof RegExp ? w.test(text) : text.includes(w.replace(/\s+/g, ''));
			base.that(ok, `${this.login} misses “${w}” on ${this.page.url()}:\n${(await this.text()).slice(0, 2500)}`);
		}
	}

	// Opens an action of the matter that is on the page, by its button or link.
	async choose(name) {
		await this.page.locator('main').getByRole('link', { name, exact: true }).first().click();
		const form = this.page.locator('main form.mf-form');
		await form.first().waitFor({ timeout: 5000 }).catch(() => {});
		base.that((await form.count()) > 0, `no form of ${name} for ${this.login}: ${(await this.text()).slice(0, 1500)}`);
	}

	async fill(values) {
		for (const [label, value] of Object.entries(values)) await fillField(this.page, label, value);
	}

	// Presses the form's own button; when the action asks for 核对, reads that page first with `check`.
	async send(check) {
		const primary = this.page.locator('form.mf-form .mf-submit button.btn-primary');
		await examine(this.page);
		const asks = (await primary.getAttribute('value')) === 'check';
		await this.sent(primary);
		if (asks && (await this.page.locator('#wrong').count()) === 0) {
			await this.reads('办理后不能撤销');
			await examine(this.page);
			if (check) await check(this);
			await this.sent(this.page.getByRole('button', { name: /^确认/ }));
		}
	}

	// Every form that is sent comes back as a page, however long a busy machine takes for it; one that the browser itself
	// holds back asks nothing, and is judged as it stands.
	async sent(button) {
		const back = this.page.waitForEvent('domcontentloaded', { timeout: 30000 }).catch(() => {});
		const asked = this.page.waitForRequest((r) => r.isNavigationRequest(), { timeout: 5000 }).then(() => true, () => false);
		await button.click();
		if (await asked) await back;
	}

	// Presses what brings another page, and waits for that page: whoever reads at once would read the old one. By key where
	// there are no scripts: such a page draws too rarely for a pointer to be told where its buttons stand.
	async follow(locator) {
		await Promise.all([this.page.waitForEvent('domcontentloaded'), this.page.plain ? locator.press('Enter') : locator.click()]);
	}

	// Warnings may be passed with a reason: writes it wherever one is asked, and says how often.
	async giveReasons(text) {
		const boxes = this.page.locator('textarea[name^="w."]');
		for (let i = 0; i < (await boxes.count()); i++) await boxes.nth(i).fill(text);
		return boxes.count();
	}

	// A whole act on a matter: its page, the action, the fields, the button; it must be done.
	async act(matter, action, values = {}, check = undefined) {
		await this.go(matter);
		await examine(this.page);
		await this.choose(action);
		await this.fill(values);
		await this.send(check);
		await this.done(action);
	}

	async done(action) {
		base.that(/[?&]done=/.test(this.page.url()), `${this.login} could not ${action}: ${(await this.text()).slice(0, 2500)}`);
		await examine(this.page);
		return new URL(this.page.url()).pathname;
	}
}

/* ---- filling in by label ---- */

// label: the words before the field. A value: text; a list (boxes to tick); { rows: [{column: text}] }; { parts: {label: value} }
// for a party or a sheet; { files: [names] }.
async function fillField(page, label, value) {
	const box = page.locator('.mf-input', { has: page.locator('.mf-label', { hasText: new RegExp(`^\\s*\\d+\\s+${escape(label)}\\s*\\*?\\s*$`) }) }).first();
	if ((await box.count()) === 0) throw new Error(`no field “${label}” on ${page.url()}: ${(await page.locator('.mf-label').allInnerTexts()).join(' / ')}`);
	const fold = box.locator('xpath=ancestor::details[contains(@class, "mf-fold") and not(@open)]').locator('> summary');
	if ((await fold.count()) > 0) await fold.click();
	if (value && value.files) {
		await box.locator('input[type=file]').setInputFiles(value.files.map((name) => ({ name, mimeType: 'application/pdf', buffer: PDF })));
	} else if (value && value.parts) {
		for (const [part, v] of Object.entries(value.parts)) await fillPart(box, part, v);
	} else if (value && value.rows) {
		await fillRows(page, box, value.rows);
	} else {
		await fillControl(box, value);
	}
}

function escape(s) {
	return s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

async function fillControl(box, value) {
	if ((await box.locator('.mf-choices').count()) > 0) {
		for (const v of Array.isArray(value) ? value : [value]) {
			await box.locator('label.mf-choice', { hasText: new RegExp(`^\\s*${escape(v)}(（.*）)?\\s*$`) }).first().locator('input').check();
		}
		return;
	}
	const select = box.locator('select');
	if ((await select.count()) > 0) {
		const options = await select.locator('option').allInnerTexts();
		const at = options.findIndex((o) => o === value || o.startsWith(value));
		if (at < 0) throw new Error(`“${value}” is not offered: ${options.join(' / ')}`);
		await select.selectOption({ index: at });
		return;
	}
	await box.locator('textarea, input:not([type=hidden]):not([type=search]):not([type=radio])').first().fill(value);
}

async function fillPart(box, label, value) {
	const part = box.locator('.mf-part, .mf-sheet-item', { has: box.page().locator('label.form-label, .mf-sheet-name', { hasText: label }) }).first();
	if ((await part.count()) === 0) throw new Error(`no part “${label}”`);
	await fillControl(part, value);
}

async function fillRows(page, box, rows) {
	for (let i = 0; i < rows.length; i++) {
		if ((await box.locator('fieldset.mf-rowset').count()) <= i) {
			await box.getByRole('button', { name: '增加一行' }).click();
		}
		for (const [label, value] of Object.entries(rows[i])) await fillPart(box.locator('fieldset.mf-rowset').nth(i), label, value);
	}
}

/* ---- days ---- */

// A day of Shanghai as yyyy-mm-dd, `days` from now.
function day(days = 0) {
	return base.today(days);
}

// 2026年3月2日
function dayText(d) {
	const [y, m, n] = d.split('-').map(Number);
	return `${y}年${m}月${n}日`;
}

module.exports = { ...base, test, step, Site, Person, examine, shot, fillField, pageKind, watch, gone, day, dayText, PDF };
