// SPDX-License-Identifier: MulanPSL-2.0
// Volumes of the archive: two cases decided on the spot bound as one, with its own cover, one index and one count of pages;
// a case's own file with the number of the volume that keeps it; packages that anyone checks. Proves: LY1.09-4b LY1.09-7b LY1.09-16a
'use strict';
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test, after, run, expect, that, wait, folder, scratch, mingfa, Server, postgres, request } = require('./lib.js');

let server;
let volume;
let spots;
async function running() {
	if (server) return server;
	server = await (process.env.VOLUME_ON === 'postgres' ? postgres('volume') : new Server(folder())).start();
	after(() => server.stop());
	return server;
}
const fields = (s, name) => (s.db ? `(fields::json ->> '${name}')` : `json_extract(fields, '$.${name}')`);

let token;
async function call(s, method, to, body) {
	const headers = { 'Content-Type': 'application/json' };
	if (to !== '/session') {
		token = token || (await call(s, 'POST', '/session', { login: 'zhoumin', password: s.passwords.get('zhoumin') })).token;
		headers.Authorization = `Bearer ${token}`;
	}
	const r = await request(s.port, method, `/api/v1${to}`, { headers, body: JSON.stringify(body) });
	return { status: r.status, ...JSON.parse(r.body) };
}

async function made(s, who, part, of) {
	const asked = await request(s.port, 'POST', `/m/${of}/dossier`, { cookie: who.cookie, form: { csrf: who.csrf, part } });
	expect(asked.status, 303, `asking for it: ${asked.body.slice(0, 400)}`);
	const job = asked.headers.location.split('/').pop();
	for (let i = 0; i < 300; i++, await wait(200)) {
		const [state, say, file] = s.ask(`SELECT state, say, file FROM job WHERE code = '${job}'`).split('|');
		if (state === 'done') return path.join(s.dir, 'spool', file);
		that(state !== 'stopped', `the job stopped: ${say}`);
	}
	throw new Error('the job did not end');
}
const text = (pdf) => execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' }).replace(/[ \n]+/g, '');
const plain = (html) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

test('two cases decided on the spot are opened as one volume; either of them stands in no other', async () => {
	const s = await running();
	spots = s.ask(`SELECT m.code, m.number, ${fields(s, 'cause')} FROM matter m JOIN organ o ON o.id = m.organ WHERE m.kind = 'summary_penalty' AND o.short = 'yingji' ORDER BY m.id LIMIT 2`).split('\n').map((l) => l.split('|'));
	expect(spots.length, 2, 'cases of the demonstration');
	const form = { sort: 'penalty', title: '当场处罚合卷', spot_cases: spots.map((x) => x[0]), closed_on: new Date(Date.now() - 864e5).toISOString().slice(0, 10), party_name: '示例饭店等', merged_by: '当场处罚案件' };
	const { merged_by: how, ...unsaid } = form;
	const refused = await call(s, 'POST', '/matters', { kind: 'dossier', form: unsaid });
	that(refused.status === 422 && JSON.stringify(refused).includes('没有写明分类'), `${how}: ${JSON.stringify(refused)}`);
	const opened = await call(s, 'POST', '/matters', { kind: 'dossier', form });
	expect(opened.status, 201, JSON.stringify(opened));
	volume = s.ask("SELECT code FROM matter WHERE kind = 'dossier' ORDER BY id DESC LIMIT 1");
	const again = await call(s, 'POST', '/matters', { kind: 'dossier', form });
	that(again.status === 422 && JSON.stringify(again).includes('已经立卷'), JSON.stringify(again));
});

test('its page lists the papers of each case under its name', async () => {
	const s = await running();
	const who = await s.signIn('zhoumin');
	const page = await request(s.port, 'GET', `/m/${volume}/dossier`, { cookie: who.cookie });
	expect(page.status, 200, 'the page');
	const seen = plain(page.body);
	for (const [, number, cause] of spots) that(seen.includes(`${cause}（${number}）`), `lacks ${cause}（${number}）: ${seen}`);
	expect((seen.match(/当场行政处罚决定书/g) || []).length, 2, 'decisions');
	const ma = await s.signIn('majun');
	expect((await request(s.port, 'GET', `/m/${volume}/dossier`, { cookie: ma.cookie })).status, 404, 'another organ');
});

test('it is bound with its own cover and number, an index by case, and pages counted through', async () => {
	const s = await running();
	const who = await s.signIn('zhoumin');
	const pdf = await made(s, who, 'main', volume);
	const all = text(pdf);
	const no = s.ask(`SELECT number FROM matter WHERE code = '${volume}'`);
	for (const word of [`档号${no}`, '案卷类别行政处罚', '案由（事项名称）当场处罚合卷', '当事人姓名或者名称示例饭店等', '卷内目录']) that(all.includes(word), `lacks ${word}: ${all.slice(0, 900)}`);
	const index = all.slice(all.indexOf('卷内目录'));
	that(index.indexOf(spots[0][1]) >= 0 && index.indexOf(spots[1][1]) > index.indexOf(spots[0][1]), `the cases are not in order: ${index.slice(0, 600)}`);
	that(/1当场行政处罚决定书/.test(index) && /2当场行政处罚决定书/.test(index), `one count of papers: ${index.slice(0, 600)}`);
	// The second case's decision begins on the page after the first's: the stamp in the corner of each page tells.
	const pages = execFileSync('pdftotext', ['-raw', pdf, '-'], { encoding: 'utf8' }).split('\f').map((p) => p.replace(/\s+/g, ''));
	const begins = pages.flatMap((p, k) => (p.includes('当场行政处罚决定书') && p.includes('当事人') && !p.includes('卷内目录') && !p.includes('卷内备考表') ? [k] : []));
	that(begins.length >= 2, `the decisions: ${pages.map((p) => p.slice(0, 40)).join(' / ')}`);
	const stamp = (k) => Number(/^(\d+)|(\d+)$/.exec(pages[k])[0]);
	that(stamp(begins[0]) === 1 && stamp(begins[1]) > 1, `pages go on: ${begins.map((k) => pages[k].slice(-30))}`);
	that(fs.readFileSync(pdf).equals(fs.readFileSync(await made(s, who, 'main', volume))), 'the same volume gave other bytes');
	const back = text(await made(s, who, 'secondary', volume));
	expect((back.match(/当场处罚备案表/g) || []).length >= 2, true, `the secondary file: ${back.slice(0, 500)}`);
});

test('the file of a case carries number and keeping of the volume it is kept in', async () => {
	const s = await running();
	const who = await s.signIn('zhoumin');
	const [of, no] = s.ask("SELECT c.code, v.number FROM matter v JOIN link l ON l.source = v.id AND l.field = 'case' JOIN matter c ON c.id = l.target JOIN organ o ON o.id = c.organ WHERE v.kind = 'dossier' AND v.state <> 'making' AND o.short = 'yingji' ORDER BY v.id LIMIT 1").split('|');
	const all = text(await made(s, who, 'main', of));
	that(all.includes(`档号${no}`), `lacks ${no}: ${all.slice(0, 600)}`);
	that(/归档期限(10年|30年|永久)/.test(all) && /归档日期\d{4}年/.test(all), `the cover: ${all.slice(0, 600)}`);
	const bound = await request(s.port, 'GET', `/m/${of}/dossier`, { cookie: who.cookie });
	that(!plain(bound.body).includes('封面的档号还没有'), 'the page calls the number missing');
});

test('where nothing has to be kept from the public there is no secondary file, and none is called missing', async () => {
	const s = await running();
	const who = await s.signIn('zhoumin');
	const of = s.ask("SELECT m.code FROM matter m JOIN organ o ON o.id = m.organ WHERE m.kind = 'coercive_execution' AND o.short = 'yingji' AND EXISTS (SELECT 1 FROM document d WHERE d.matter = m.id) AND NOT EXISTS (SELECT 1 FROM document d WHERE d.matter = m.id AND d.paper = 'execution_closing') LIMIT 1");
	that(of, 'the demonstration has no execution under way');
	const page = plain((await request(s.port, 'GET', `/m/${of}/dossier`, { cookie: who.cookie })).body);
	that(/副卷 0 件/.test(page) && !page.includes('副卷缺'), page);
	const list = execFileSync('unzip', ['-Z1', await made(s, who, 'package', of)], { encoding: 'utf8' }).split('\n');
	that(list.includes('main.pdf') && !list.includes('secondary.pdf'), list.join());
});

test('its package holds and has every paper of both cases', async () => {
	const s = await running();
	const to = path.join(scratch, 'package');
	execFileSync('unzip', ['-q', await made(s, await s.signIn('zhoumin'), 'package', volume), '-d', to]);
	const meta = JSON.parse(fs.readFileSync(path.join(to, 'metadata.json'), 'utf8'));
	expect(meta.papers.filter((p) => p.name === '当场行政处罚决定书').length, 2, 'decisions');
	const checked = spawnSync(mingfa, ['verify', to], { encoding: 'utf8' });
	expect(checked.status, 0, checked.stdout + checked.stderr);
	expect(spawnSync('sh', [path.join(to, 'check.sh')], { encoding: 'utf8' }).status, 0, 'its own script');
});

run();
