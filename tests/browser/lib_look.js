// SPDX-License-Identifier: MulanPSL-2.0
// lib_look.js - what every page must be, whatever it shows, on an office screen and on a phone.
'use strict';
const { that, examine, shot, pageKind } = require('./lib.js');

const looked = new Set(); // paths that lookAt has seen

// What a page must be, whatever it shows. Evaluated in the page.
function faultsOf() {
	const bad = [];
	const shown = (e) => e.getClientRects().length > 0;
	const h1 = [...document.querySelectorAll('h1')].filter(shown);
	if (document.documentElement.lang !== 'zh-CN') bad.push(`lang is ${document.documentElement.lang}`);
	if (h1.length !== 1) bad.push(`${h1.length} headings h1`);
	if (!/[\u4e00-\u9fff]/.test(document.title)) bad.push(`title “${document.title}”`);
	if (/[0-9a-f]{8}-[0-9a-f]{4}-/.test(document.title + h1.map((h) => h.innerText).join())) bad.push('an internal id in the title');
	if (!document.querySelector('main')) bad.push('no main');
	const wide = document.documentElement.scrollWidth - window.innerWidth;
	if (wide > 0) {
		const worst = [...document.querySelectorAll('body *')].filter((e) => shown(e) && e.getBoundingClientRect().right > window.innerWidth + 1)
			.slice(0, 4).map((e) => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`);
		bad.push(`scrolls ${wide} px sideways: ${worst.join(', ')}`);
	}
	for (const e of document.querySelectorAll('input, select, textarea')) {
		if (e.type === 'hidden' || !shown(e)) continue;
		const name = [...(e.labels || [])].map((l) => l.textContent).join('') || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby');
		if (!name || !name.trim()) bad.push(`no label: ${e.outerHTML.slice(0, 120)}`);
	}
	for (const e of document.querySelectorAll('a, button, summary')) {
		if (shown(e) && !e.textContent.trim() && !e.getAttribute('aria-label')) bad.push(`empty: ${e.outerHTML.slice(0, 120)}`);
	}
	const text = document.body.innerText.replace(/非法(财物|所得)/g, ''); // words of the statute itself
	for (const word of ['！', '系统错误', '非法', '失败', 'undefined', '(null)', 'NaN']) if (text.includes(word)) bad.push(`the page says “${word}”`);
	const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
	const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
	if (twice.length) bad.push(`ids twice: ${twice.slice(0, 5).join(', ')}`);
	return bad;
}

// Parts of an element that end beyond what surrounds them, as the chip of a list once did.
function overlaps() {
	return [...document.querySelectorAll('td, .mf-row-due, .mf-row-what, .mf-row-do, .p-row, .mf-side, .mf-content, dd')]
		.filter((e) => e.getClientRects().length && e.scrollWidth > e.clientWidth + 2 && getComputedStyle(e).overflowX === 'visible' && getComputedStyle(e).display !== 'inline')
		.slice(0, 3).map((e) => `${e.tagName}.${e.className}: ${e.innerText.slice(0, 40)}`);
}

// What is wrong with a page on an office screen and on a phone; axe speaks for itself (lib.js).
async function look(page, where) {
	const bad = [];
	for (const width of [1366, 390]) {
		await page.setViewportSize({ width, height: width === 390 ? 844 : 768 });
		for (const f of await page.evaluate(faultsOf)) bad.push(`${where} at ${width}: ${f}`);
		for (const f of await page.evaluate(overlaps)) bad.push(`${where} at ${width}: runs over ${f}`);
		await examine(page);
		await shot(page, `${pageKind(page.url()).replace(/\W+/g, '_')}${where.includes('?') ? `_${where.split('?')[1].replace(/\W+/g, '')}` : ''}_${width}`);
	}
	await page.setViewportSize({ width: 1366, height: 768 });
	return bad;
}

// Each of the addresses; fails with all that is wrong.
async function lookAt(page, base, list) {
	const bad = [];
	for (const where of list) {
		const begin = Date.now();
		const r = await page.goto(base + where);
		looked.add(where.split('?')[0]).add(new URL(page.url()).pathname);
		if (r.status() !== 200) bad.push(`${where}: ${r.status()}`);
		else bad.push(...await look(page, where));
		if (process.env.SHOTS) console.log(`  ${Date.now() - begin} ms ${where}`);
	}
	that(!bad.length, `\n  ${bad.join('\n  ')}`);
}

module.exports = { faultsOf, look, lookAt, looked };
