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
const wanted = process.argv.splice(2); // the runner takes a word for a test's name
let site;
const code = (sql) => site.server.ask(`${sql} LIMIT 1`).split('\n')[0];
const matter = (kind, state) => `/m/${code(`SELECT m.code FROM matter m JOIN organ o ON o.id = m.organ WHERE o.short = 'yingji' AND m.kind = '${kind}' AND m.state = '${state}' ORDER BY m.id DESC`)}`;
const decision = () => code("SELECT code FROM matter WHERE kind = 'disclosure' AND state = 'published' ORDER BY id DESC");
const notice = {}; // state of an inspection: the address that its notice carries
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
	['inspections', 'wangming', '/k/inspection'], ['inspection', 'wangming', () => matter('inspection', 'correcting')],
	['licence', 'heping', () => matter('licence', 'accepted')], ['coercion', 'wangming', () => matter('coercive_measure', 'in_force')],
	['draw', 'zhangmin', () => `${matter('random_draw', 'running')}/draw`], ['dossier', 'zhoumin', () => `${matter('penalty', 'archived')}/dossier`],
	['loan', 'liuyang', () => `/m/${code("SELECT code FROM matter WHERE kind = 'dossier_loan' AND state = 'reading'")}/read`],
	['goods', 'shenping', '/k/goods_item'], ['duties', 'zhangqiang', '/duties'], ['report', 'zhangqiang', '/duties/reports'], ['exports', 'wuting', '/duties/exports'], ['ratings', 'zhangmin', '/ratings'],
	['kinds', 'wangming', '/kinds'], ['help-kind', 'wangming', '/help/inspection'], ['hand-over', 'wangming', '/k/handover/new'], ['me', 'wangming', '/me'], ['tour', 'wangming', '/tour'],
	['admin-system', 'yuangang', '/admin/state'], ['admin-accounts', 'dengchao', '/admin/accounts'], ['admin-audit', 'xiaoran', '/admin/audit'],
	['admin-roles', 'dengchao', '/admin/roles'], ['admin-webhooks', 'yuangang', '/admin/webhooks'], ['api', 'yuangang', '/api'],
	['publicity-desk', 'wuting', '/'], ['public-open', '', '/open'], ['public-request', '', '/request'],
	['public', '', '/'], ['public-decisions', '', '/decisions?q=%E7%A4%BA%E4%BE%8B'], ['public-decision', '', () => `/decisions/${decision()}`],
	['public-organ', '', () => `/organs/${organ()}`], ['public-item', '', () => `/items/${item()}`], ['public-standards', '', '/standards'],
	['public-progress', '', '/progress'], ['public-complain', '', '/complain'], ['public-correct', '', () => `/decisions/${decision()}/correct`],
	['public-officer', '', '/officers?card=14082124001'], ['public-verify', '', '/verify'], ['public-proof', '', () => `/decisions/${decision()}/proof`],
	['public-draws', '', '/draws'], ['public-statistics', '', '/statistics'], ['public-visit', '', () => notice.noticed], ['public-rating', '', () => notice.correcting],
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

/* ---- what the demonstration has not: a loan being read, ratings ---- */

test('a loan is approved', async () => {
	const dossier = code("SELECT d.code FROM matter d JOIN matter c ON c.id = json_extract(d.fields, '$.case') WHERE d.kind = 'dossier' AND d.state = 'kept' AND c.fields NOT LIKE '%刘洋%'");
	await (await site.person('zhoumin')).act(`/m/${dossier}`, '受理查阅借阅', { 查阅人: '刘洋' });
	const loan = `/m/${code("SELECT code FROM matter WHERE kind = 'dossier_loan' ORDER BY id DESC")}`;
	await (await site.person('liuyang')).act(loan, '申请查阅借阅', { 方式: '在档案室查阅', 目的: '办理行政复议答复', 查阅内容: '处罚决定书和询问笔录', 范围: '正卷', 自第几件: '1', 至第几件: '4' });
	await (await site.person('zhangqiang')).act(loan, '批准');
});

test('enterprises rate', async () => {
	for (const [state, login] of [['noticed', 'wangming'], ['correcting', 'chenxiao'], ['closed', 'wangming']]) {
		const p = await site.person(login);
		await p.go(`${matter('inspection', state)}/papers`);
		await p.go(await p.page.locator('#papers tr', { hasText: '行政检查通知书' }).first().getByRole('link').first().getAttribute('href'));
		[notice[state]] = (await p.text()).match(/\/visit\/[0-9A-Z]{26}/);
	}
	const body = 'card=1&pair=1&gain=0&stars=5&words=' + encodeURIComponent('问得细，讲得清楚');
	const r = await fetch(site.open + notice.closed, { method: 'POST', body, redirect: 'manual', headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: site.open } });
	that(r.status < 400, `a rating: ${r.status}`);
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
