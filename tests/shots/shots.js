// SPDX-License-Identifier: MulanPSL-2.0
// shots.js - draws the screens of the manual anew: docs/images/SCREEN-WIDTH.png, each below 150 kB. No part of ./test.
//	BUILD=build MINGFA=build/mingfa node tests/shots/shots.js [SCREEN…]
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { test, run, that, Site } = require('../browser/lib.js');
const { reduce } = require('./palette.js');

const MOST = 150000; // bytes of a picture
const images = path.resolve(__dirname, '../../docs/images');
const wanted = process.argv.slice(2);
let site;
const code = (sql) => site.server.ask(`${sql} LIMIT 1`).split('\n')[0];
const matter = (kind, state) => `/m/${code(`SELECT m.code FROM matter m JOIN organ o ON o.id = m.organ WHERE o.short = 'yingji' AND m.kind = '${kind}' AND m.state = '${state}' ORDER BY m.id DESC`)}`;
const decision = () => code("SELECT code FROM matter WHERE kind = 'disclosure' AND state = 'published' ORDER BY id DESC");
const item = () => code("SELECT code FROM matter WHERE kind = 'enforcement_item' ORDER BY id");
const organ = () => code("SELECT code FROM organ WHERE short = 'yingji'");
// name, who signs in (empty: the public side), where, and what is done there before the picture
const screens = [
	['desk', 'wangming', '/'], ['sign', 'zhangqiang', '/'], ['calendar', 'wangming', '/calendar?scope=organ'], ['inbox', 'wangming', '/inbox'],
	['new', 'wangming', '/new'], ['list', 'wangming', '/k/penalty'],
	['matter', 'zhangqiang', () => matter('penalty', 'deciding')], ['form', 'zhangqiang', () => `${matter('penalty', 'filing')}/do/file`],
	['lead', 'wangming', '/k/penalty/new'],
	['review', 'lihong', () => `${matter('legal_review', 'reviewing')}/review`], ['search', 'wangming', '/search?q=%E7%A4%BA%E4%BE%8B%E5%8A%A0%E6%B2%B9%E7%AB%99'],
	['party', 'wangming', () => `/party/${code("SELECT json_extract(fields, '$.party.code') FROM matter WHERE kind = 'penalty' AND state = 'served' AND json_extract(fields, '$.party.sort') = 'unit' ORDER BY id")}`],
	['hand-over', 'wangming', '/k/handover/new'], ['me', 'wangming', '/me'], ['tour', 'wangming', '/tour'],
	['admin-system', 'yuangang', '/admin/state'], ['admin-accounts', 'dengchao', '/admin/accounts'], ['admin-audit', 'xiaoran', '/admin/audit'],
	['public', '', '/'], ['public-decisions', '', '/decisions?q=%E7%A4%BA%E4%BE%8B'], ['public-decision', '', () => `/decisions/${decision()}`],
	['public-organ', '', () => `/organs/${organ()}`], ['public-item', '', () => `/items/${item()}`], ['public-standards', '', '/standards'],
	['public-progress', '', '/progress'], ['public-complain', '', '/complain'], ['public-correct', '', () => `/decisions/${decision()}/correct`],
	['public-board', '', () => `/notice-board/${organ()}`], ['public-large', '', '/', (page) => page.goto(`${site.open}/large?on=1&to=/`)],
];
let citizen;

async function visitor(login) {
	if (login) return (await site.person(login)).page;
	citizen = citizen || (await site.page());
	return citizen;
}

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

for (const [name, login, where, before] of screens.filter((s) => !wanted.length || wanted.includes(s[0]))) {
	test(name, async () => {
		const page = await visitor(login);
		const at = typeof where === 'function' ? where() : where;
		for (const width of [1366, 390]) {
			const file = path.join(images, `${name}-${width}.png`);
			await page.setViewportSize({ width, height: width === 390 ? 844 : 768 });
			const answer = await page.goto((login ? site.working : site.open) + at);
			that(answer.status() === 200, `${at}: ${answer.status()}`);
			if (before) await before(page);
			fs.writeFileSync(file, reduce(await page.screenshot()));
			that(fs.statSync(file).size < MOST, `${file} has ${fs.statSync(file).size} bytes`);
		}
	});
}

run();
