// SPDX-License-Identifier: MulanPSL-2.0
// The menu of every role, entry by entry, and the pages that no story passes; then the tables of routes themselves: each page
// of both sides has been looked at here or in the script that is named for it, so that none is added unseen.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');
const { test, run, expect, that, Site, request } = require('./lib.js');
const { look, lookAt, looked } = require('./lib_look.js');

let site;
const who = (login, opt) => site.person(login, opt);
const root = path.resolve(__dirname, '../..');

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

/* ---- menus ---- */

// One person of each role, and the entries of its menu (experience.md 2).
const ROLES = ['wangming', 'sunli', 'lihong', 'zhangqiang', 'wuting', 'zhoumin', 'caihong', 'shenping', 'zhengtao', 'fengjing', 'heping', 'zhangmin',
	'yuangang', 'dengchao', 'xiaoran'];
const entered = new Set(); // an entry that several roles have is looked at once

async function menuOf(p) {
	await p.go('/');
	return p.page.locator('.mf-menu-item').evaluateAll((a) => a.map((e) => ({ name: e.innerText.replace(/\d+/g, '').trim(), href: e.getAttribute('href') })));
}

for (const login of ROLES) {
	test(`the menu of ${login}: seven entries at most, each leads to its page and is marked there alone`, async () => {
		const p = await who(login);
		const menu = await menuOf(p);
		that(menu.length >= 3 && menu.length <= 7, `${menu.length} entries: ${menu.map((m) => m.name).join(' ')}`);
		const bad = [];
		for (const { name, href } of menu) {
			const status = await p.go(href);
			if (status !== 200) bad.push(`${name} ${href}: ${status}`);
			const here = await p.page.locator('.mf-menu-item.is-here').allInnerTexts();
			if (here.map((t) => t.replace(/\d+/g, '').trim()).join() !== name) bad.push(`${name} ${href}: marked is ${here.join(', ') || 'nothing'}`);
			looked.add(new URL(p.page.url()).pathname);
			if (entered.has(href)) continue;
			entered.add(href);
			bad.push(...await look(p.page, href));
		}
		that(!bad.length, `\n  ${bad.join('\n  ')}`);
	});
}

/* ---- pages that no story passes ---- */

test('help, the tour, work in the background, lists on paper, the interface for people', async () => {
	const p = await who('wangming');
	await lookAt(p.page, site.working, ['/help/inspection', '/tour', '/jobs', '/replace', '/k/penalty/print', '/desk/sheet', '/api', '/drafts']);
	await p.go('/help');
	const help = await p.page.locator('main').textContent();
	for (const kind of ['行政检查', '行政许可', '行政强制措施', '执法信息公开申请', '查阅借阅', '双随机抽查任务']) that(help.includes(kind), `help has no ${kind}`);
	const head = await who('zhangqiang');
	await lookAt(head.page, site.working, ['/duties', '/duties/reports', '/duties/reports/print', '/duties/exports']);
});

test('the interface for people without a session', async () => {
	const page = await site.page();
	await lookAt(page, site.working, ['/api']);
	await page.context().close();
});

test('public pages that no story passes', async () => {
	const page = await site.page();
	await lookAt(page, site.open, ['/open', '/checks', '/open/public_list', '/request', '/standards', '/progress', '/complain', '/verify', '/keys', '/draws', '/a11y', '/officers', '/organs', '/items', '/decisions', '/statistics', '/']);
	for (const kind of ['random_plan', 'town_list']) {
		await page.goto(`${site.open}/open/${kind}`);
		const first = await page.locator('.p-row-title').first().getAttribute('href');
		await lookAt(page, site.open, [first]);
		that(await page.locator('.p-cards tbody tr').count() > 0, `${first} has no lines`);
	}
	await page.context().close();
});

/* ---- the first view, as a line carries it ---- */

// Bytes of all answers for an address, to a browser that has nothing yet.
async function bytesOf(cookies, address) {
	const context = await site.chromium.newContext();
	await context.addCookies(cookies);
	const page = await context.newPage();
	const wire = await context.newCDPSession(page);
	let bytes = 0;
	await wire.send('Network.enable');
	wire.on('Network.loadingFinished', (e) => { bytes += e.encodedDataLength; });
	const r = await page.goto(address, { waitUntil: 'networkidle' });
	expect(r.status(), 200, address);
	await context.close();
	return bytes;
}

test('the first view takes 150 kB at most, as it is sent', async () => {
	const p = await who('wangming');
	const cookies = await p.page.context().cookies();
	await p.go('/k/penalty');
	const matter = await p.page.locator('main table a[href^="/m/"]').first().getAttribute('href');
	for (const at of ['/', '/k/penalty', matter, '/k/penalty/new', '/calendar', '/new']) {
		const bytes = await bytesOf(cookies, site.working + at);
		console.log(`      ${bytes} bytes ${at}`);
		that(bytes <= 150 * 1000 && bytes > 20000, `${at} takes ${bytes} bytes`);
	}
	that((await bytesOf([], site.open)) <= 20 * 1000, 'the first view of the public side');
});

test('what is sent compressed is the same, and whoever does not take it gets it plain', async () => {
	const page = (await request(site.server.port, 'GET', '/sign-in')).body;
	const at = /href="(\/static\/[^"]*mingfa\.css)"/.exec(page)[1];
	const get = (accept) => request(site.server.port, 'GET', at, { headers: accept ? { 'Accept-Encoding': accept } : {} });
	const plain = await get('');
	expect(plain.headers['content-encoding'], undefined, 'not asked for');
	for (const refused of ['gzip;q=0', 'br', 'identity']) expect((await get(refused)).headers['content-encoding'], undefined, refused);
	const packed = await get('br, gzip;q=0.8');
	expect(packed.headers['content-encoding'], 'gzip', 'asked for');
	expect(packed.headers.vary, 'Accept-Encoding', 'caches are told');
	that(zlib.gunzipSync(packed.bytes).equals(plain.bytes), 'what was packed is another text');
});

/* ---- every route ---- */

// Where a page is looked at that needs a story: the script examines it with axe.
const STORY = {
	'/admin/practice': 'novice.js', '/practice': 'novice.js', '/search': 'pages.js', '/party': 'search.js', '/party/{code}': 'matter.js',
	'/k/{kind}/new': 'pages.js', '/k/{kind}/import': 'import.js', '/k/{kind}/flow': 'pages.js', '/job/{code}': 'admin.js', '/m/{code}': 'pages.js',
	'/m/{code}/papers': 'pages.js', '/m/{code}/dossier': 'case.js', '/m/{code}/read': 'keeping.js', '/m/{code}/evidence': 'pages.js',
	'/m/{code}/evidence/{n}': 'evidence.js', '/m/{code}/links': 'pages.js', '/m/{code}/notes': 'together.js', '/m/{code}/events': 'pages.js',
	'/m/{code}/alike': 'discretion.js', '/m/{code}/draw': 'draw.js', '/m/{code}/do/{action}': 'pages.js', '/m/{code}/review': 'form.js', '/m/{code}/clock/{clock}': 'pages.js',
	'/m/{code}/flow': 'pages.js', '/law/{id}': 'pages.js', '/doc/{code}': 'pages.js', '/me': 'pages.js', '/sign-in': 'pages.js', '/inbox': 'pages.js',
	'/decisions/{code}': 'pages.js', '/decisions/{code}/proof': 'portal.js', '/decisions/{code}/correct': 'pages.js', '/visit/{code}': 'inspection.js', '/visits': 'visits.js', '/scan': 'offline.js', '/party/{code}/year/{year}': 'visits.js',
	'/new': 'pages.js', '/kinds': 'pages.js', '/admin': 'admin.js', '/law': 'stats.js',
	'/stats': 'stats.js', '/stats/{kind}': 'stats.js', '/stats/{kind}/print': 'stats.js', '/stats/{kind}/matters': 'stats.js',
	'/organs/{code}': 'pages.js', '/notice-board/{organ}': 'portal.js', '/items/{code}': 'pages.js', '/items/{code}/flow': 'pages.js',
	'/standards/{code}': 'pages.js', '/draws/{code}': 'draw.js', '/window': 'window.js', '/window/{code}': 'window.js', '/window/{code}/apply': 'window.js', '/open/{kind}/{code}': 'portal.js',
};

// Answers that are no pages: files, figures, ways to another page.
const NO_PAGE = /^\/(static|api\/v1|file|log|logs|sitemap)\/|\.(xlsx|csv|json|atom|xml|txt)$|^\/(healthz|readyz|metrics|look|large|me\/away)$|\/(count|template|whole\.json|pdf|ofd|signature|sheet\.csv|file)$|\/refused\/|\/proof\/|\/events\/\{seq\}\/proof$|\/read\/\{n\}$|\/file\/(\{field\}\/)?\{n\}$|upload/;

function routesOf(file) {
	return [...fs.readFileSync(path.join(root, file), 'utf8').matchAll(/\{ (?:METHOD_)?GET, "([^"]+)"/g)].map((m) => m[1]);
}

test('no page of either side is without somebody who looked at it', async () => {
	const unseen = [];
	for (const route of [...routesOf('src/app/routes.c'), ...routesOf('src/app/public_routes.c')]) {
		const shape = new RegExp(`^${route.replace(/\{[a-z]+\}/g, '[^/]+')}$`);
		if (NO_PAGE.test(route) || [...looked].some((at) => shape.test(at))) continue;
		const script = STORY[route];
		const text = script && fs.readFileSync(path.join(__dirname, script), 'utf8');
		const last = route.split('/').filter((part) => part && !part.startsWith('{')).pop();
		if (!text || !/examine\(|lookAt\(|\.done\(|\.act\(/.test(text) || (last && !text.includes(last) && last !== 'm')) unseen.push(route);
	}
	that(!unseen.length, `nobody looks at ${unseen.join(', ')}`);
	expect(Object.keys(STORY).filter((route) => ![...routesOf('src/app/routes.c'), ...routesOf('src/app/public_routes.c')].includes(route)).join(), '', 'stories of routes that are gone');
});

run();
