// SPDX-License-Identifier: MulanPSL-2.0
// What the operator relies on: addresses behind a proxy, limits, figures, notices, reading only, downloads on record.
'use strict';
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { test, after, run, wait, expect, that, folder, Server, request, openLead, today, randomUUID } = require('./lib.js');

const servers = {};
async function running(name, more = []) {
	if (!servers[name]) {
		servers[name] = await new Server(folder()).start(more);
		after(() => servers[name].stop());
	}
	return servers[name];
}
const direct = () => running('direct', ['--log', 'json']);
const proxied = () => running('proxied', ['--proxy', '127.0.0.1']);

function withFile(who, fields, name, content) {
	const edge = 'edge7MA4YWxkTrZu0gW';
	const part = (head, value) => `--${edge}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
	const all = { csrf: who.csrf, request: randomUUID(), version: 0, ...fields };
	return request(who.server.port, 'POST', '/k/penalty/new/send', {
		cookie: who.cookie, headers: { 'Content-Type': `multipart/form-data; boundary=${edge}` },
		body: Object.entries(all).map(([k, v]) => part(`name="${k}"`, v)).join('')
			+ part(`name="f.lead_files"; filename="${name}"`, content) + `--${edge}--\r\n` });
}

// Who looked at a stored file stands in the timeline. Proves: SX-JL-19a
test('a download is on record before it goes out, once in ten minutes, and makes no form stale', async () => {
	const s = await direct();
	const who = await s.signIn('wangming');
	const content = `现场记录${randomUUID()}`;
	const opened = await withFile(who, { go: 'act', 'f.source': 'check', 'f.found_on': today(-1), 'f.cause': `下载${randomUUID()}`, 'f.lead_text': '情况。' }, '现场.txt', content);
	expect(opened.status, 303, opened.body.slice(0, 300));
	const code = /\/m\/([^?]+)/.exec(opened.headers.location)[1];
	const version = s.count(`SELECT version FROM matter WHERE code = '${code}'`);
	const where = `/file/${createHash('sha256').update(content).digest('hex')}`;
	for (let i = 0; i < 3; i++) expect((await request(s.port, 'GET', where, { cookie: who.cookie })).body, content, 'the file');
	const events = s.count(`SELECT count(*) FROM event e JOIN matter m ON m.id = e.matter WHERE m.code = '${code}' AND e.action = 'file.saved' AND e.actor IS NOT NULL`);
	that(events === 1 || events === 2, `${events} events of three downloads`); // two when ten minutes end between them
	expect(s.count('SELECT (SELECT count(*) FROM event) - (SELECT count(*) FROM leaf)'), 0, 'events without a leaf');
	that((await request(s.port, 'GET', `/m/${code}/events`, { cookie: who.cookie })).body.includes('下载了“现场.txt”'), 'the timeline');
	const acted = await request(s.port, 'POST', `/m/${code}/do/note`, { cookie: who.cookie, form: {
		csrf: who.csrf, request: randomUUID(), version, go: 'act', 'f.reason': '看过现场记录，情况属实。' } });
	expect(acted.status, 303, `an act with the version from before: ${acted.body.replace(/<[^>]*>/g, ' ').slice(0, 400)}`);
});

// Each way of using it is an event of its own sort. Proves: SX-JL-19a LY4.09-4.1.5
test('looking, playing and taking a copy are told apart, each once in ten minutes', async () => {
	const s = await direct();
	const who = await s.signIn('wangming');
	const of = [
		['现场.gif', `GIF89a${randomUUID()}`, '查看了', 'file.read'],
		['录音.mp3', `ID3${randomUUID()}`, '播放了', 'file.played'],
	];
	for (const [name, content, verb, action] of of) {
		const opened = await withFile(who, { go: 'act', 'f.source': 'check', 'f.found_on': today(-1), 'f.cause': `查看${randomUUID()}`, 'f.lead_text': '情况。' }, name, content);
		expect(opened.status, 303, opened.body.slice(0, 300));
		const code = /\/m\/([^?]+)/.exec(opened.headers.location)[1];
		const where = `/file/${createHash('sha256').update(content).digest('hex')}`;
		const count = (a) => s.count(`SELECT count(*) FROM event e JOIN matter m ON m.id = e.matter WHERE m.code = '${code}' AND e.action = '${a}'`);
		for (let i = 0; i < 2; i++) expect((await request(s.port, 'GET', where, { cookie: who.cookie })).status, 200, name);
		that(count(action) >= 1 && count(action) <= 2 && count('file.saved') === 0, `${name}: ${count(action)} ${action}, ${count('file.saved')} saved`);
		const copy = await request(s.port, 'GET', `${where}?save=1`, { cookie: who.cookie });
		that(copy.status === 200 && /attachment/.test(copy.headers['content-disposition']), 'a copy');
		expect(count('file.saved'), 1, 'the copy is on record as a copy');
		const line = (await request(s.port, 'GET', `/m/${code}/events?events=all`, { cookie: who.cookie })).body;
		that(line.includes(`${verb}“${name}”`) && line.includes(`下载了“${name}”`), `the timeline of ${name}`);
	}
});

// A copy of a recording is taken out by whom its definition names. Proves: SX-JL-20c LY4.09-4.1.5
test('the officers of a case look at its recording; a copy is refused to them, with the article and who may', async () => {
	const s = await direct();
	const [wang, zhou] = [await s.signIn('wangming'), await s.signIn('zhoumin')];
	const [code, digest] = s.ask("SELECT m.code, e.blob FROM evidence e JOIN matter m ON m.id = e.matter WHERE m.kind = 'recording' AND e.field = 'media' LIMIT 1").split('|');
	const get = (who, where) => request(s.port, 'GET', where, { cookie: who.cookie });
	const saved = () => s.count(`SELECT count(*) FROM event e JOIN matter m ON m.id = e.matter WHERE m.code = '${code}' AND e.action = 'file.saved'`);
	expect((await get(wang, `/file/${digest}`)).status, 200, 'a look');
	const refused = await get(wang, `/file/${digest}?save=1`);
	expect(refused.status, 403, 'a copy');
	that(/“音像文件”可以在页面里看，不能带走〔[^〕]*第十八条[^〕]*〕/.test(refused.body) && refused.body.includes('档案员'), refused.body.replace(/<[^>]*>/g, ' ').slice(0, 600));
	expect(saved(), 0, 'what was refused is no copy');
	const page = (await get(wang, `/m/${code}/evidence/1`)).body;
	that(page.includes('下载、复制由') && !page.includes('?save=1'), 'the page offers none');
	expect((await get(zhou, `/file/${digest}?save=1`)).status, 200, 'the archivist');
	expect(saved(), 1, 'on record');
	that((await get(zhou, `/m/${code}/evidence/1`)).body.includes('?save=1'), 'the page offers it');
});

// Who opened a case stands on record, once a day each. Proves: LY4.09-4.1.2
test('opening a case page is on record before it goes out, once a person and day, and makes no form stale', async () => {
	const s = await direct();
	const [wang, zhou] = [await s.signIn('wangming'), await s.signIn('zhoumin')];
	const code = s.ask("SELECT m.code FROM matter m JOIN organ o ON o.id = m.organ WHERE m.kind = 'penalty' AND o.short = 'yingji' AND m.ended IS NULL ORDER BY m.id LIMIT 1");
	const opened = () => s.ask(`SELECT count(*), count(DISTINCT e.actor) FROM event e JOIN matter m ON m.id = e.matter WHERE m.code = '${code}' AND e.action = 'page.read'`);
	const begun = opened();
	const page = (who, at = '') => request(s.port, 'GET', `/m/${code}${at}`, { cookie: who.cookie });
	const first = await page(wang);
	expect(first.status, 200, 'the page');
	const version = s.count(`SELECT version FROM matter WHERE code = '${code}'`) - 1;
	for (let i = 0; i < 3; i++) await page(wang);
	await page(zhou);
	const now = opened().split('|').map(Number);
	const was = begun.split('|').map(Number);
	expect(now[0] - was[0], now[1] - was[1], 'one event a person');
	expect(now[1], Math.max(was[1], 2), 'two people');
	that((await page(zhou, '/events?events=all')).body.includes('打开办件页'), 'whoever asks who looked is told');
	that(!(await page(zhou, '/events')).body.includes('打开办件页'), 'what was done is not buried under it');
	expect(s.count('SELECT (SELECT count(*) FROM event) - (SELECT count(*) FROM leaf)'), 0, 'events without a leaf');
	const acted = await request(s.port, 'POST', `/m/${code}/do/note`, { cookie: wang.cookie, form: {
		csrf: wang.csrf, request: randomUUID(), version, go: 'act', 'f.reason': '看过，情况属实。' } });
	expect(acted.status, 303, 'an act with the version from before');
	const stranger = await s.signIn('majun'); // 猗氏镇
	expect((await page(stranger)).status, 404, 'another organ');
	expect(opened(), now.join('|'), 'who sees nothing leaves no trace of having seen');
});

test('an export, which records itself, is not taken for a download', async () => {
	const s = await direct();
	const who = await s.signIn('wangming');
	for (const sort of ['csv', 'xlsx']) expect((await request(s.port, 'GET', `/k/penalty/export.${sort}`, { cookie: who.cookie })).status, 200, sort);
});

test('figures, alive, ready', async () => {
	const s = await direct();
	expect((await request(s.port, 'GET', '/healthz')).body, 'ok\n', 'alive');
	const ready = await request(s.port, 'GET', '/readyz');
	expect(ready.status, 200, 'ready');
	const m = await request(s.port, 'GET', '/metrics');
	expect(m.status, 200, 'metrics');
	for (const name of ['requests_total{side="working",sort="page",status="2xx"}', 'request_seconds_bucket{side="working",sort="page",le="+Inf"}',
		'writer_queue', 'writer_commits_total', 'refusals_total{side="working"}', 'timers_overdue', 'papers_failed', 'outbox_waiting', 'search_lag_events', 'database_bytes', 'sessions'])
		that(m.body.includes(`\nmingfa_${name} `), `no ${name}`);
	that(!/[一-鿿]/.test(m.body), 'words of cases');
	expect((await request(s.port, 'GET', '/metrics', { headers: { 'X-Forwarded-For': '192.0.2.9' } })).status, 404, 'for somebody behind a proxy');
	fs.writeFileSync(path.join(s.dir, 'metrics-token'), 'a-token-of-more-than-twenty-characters\n');
	const token = (t) => request(s.port, 'GET', '/metrics', { headers: { 'X-Forwarded-For': '192.0.2.9', Authorization: `Bearer ${t}` } });
	expect((await token('a-token-of-more-than-twenty-characterz')).status, 404, 'a wrong token');
	expect((await token('a-token-of-more-than-twenty-characters')).status, 200, 'the token');
});

test('the log has a line a reply, without what was asked', async () => {
	const s = await direct();
	const r = await request(s.port, 'GET', '/search?q=%E5%BC%A0%E4%B8%89', {});
	for (let i = 0; i < 100 && !s.log.includes(r.headers['x-request-id']); i++) await wait(20); // through another pipe
	const line = s.log.split('\n').filter((l) => l.includes(r.headers['x-request-id'])).map((l) => JSON.parse(l))[0];
	that(line, 'no line of this request');
	expect(line.route, '/search', 'route');
	expect(line.status, 401, 'status');
	that(!s.log.includes('张三') && !s.log.includes('%E5'), 'what was asked');
});

test('a notice stands on every page as soon as it is written', async () => {
	const s = await direct();
	const file = path.join(s.dir, 'notice.txt');
	fs.writeFileSync(file, '今晚22时至24时升级<系统>，届时暂停办理。\n第二行\n');
	for (const [port, where] of [[s.port, '/sign-in'], [s.publicPort, '/']]) {
		const r = await request(port, 'GET', where);
		that(r.body.includes('维护通知：今晚22时至24时升级&lt;系统&gt;，届时暂停办理。') && !r.body.includes('第二行'), where);
	}
	fs.unlinkSync(file);
	that(!(await request(s.port, 'GET', '/sign-in')).body.includes('维护通知'), 'taken away');
});

test('nobody but a trusted proxy names the visitor', async () => {
	const wrong = (s, from) => request(s.port, 'POST', '/sign-in', { headers: { 'X-Forwarded-For': from }, form: { login: `nobody-${randomUUID()}`, password: 'Wrong-password-1' } });
	const p = await proxied();
	await wrong(p, '203.0.113.5, 127.0.0.1');
	await wrong(p, '198.51.100.1, 203.0.113.6');
	expect(p.ask("SELECT DISTINCT address FROM login_attempt WHERE address NOT LIKE 'login:%' ORDER BY address").replace(/\n/g, ' '), '203.0.113.5 203.0.113.6', 'addresses');
	const d = await direct();
	await wrong(d, '203.0.113.7');
	expect(d.count("SELECT count(*) FROM login_attempt WHERE address LIKE '203.%'"), 0, 'a made-up address');
});

// What each public form lets pass at once, from one address, and one more that must wait.
for (const [where, form, most] of [
	['/progress', { number: '临应急立〔2026〕1号', code: 'AAAAA-BBBBB' }, 30],
	['/complain', { event_text: '' }, 20],
]) {
	test(`anyone's ${where} has a limit an address, and says when to come again`, async () => {
		const s = await proxied();
		const from = (a) => request(s.publicPort, 'POST', where, { headers: { 'X-Forwarded-For': a }, form });
		let passed = 0;
		let limited;
		while (!limited && passed < most + 5) {
			const r = await from('203.0.113.88');
			if (r.status === 429) limited = r;
			else passed++;
		}
		that(limited && passed >= most, `${passed} passed`);
		that(Number(limited.headers['retry-after']) >= 1, 'Retry-After');
		that(limited.body.includes('操作过于频繁'), 'the sentence');
		that((await from('203.0.113.89')).status !== 429, 'another address');
	});
}

test('anyone searches 120 times at once; then the page says in how many seconds to try again, and leads back to the search', async () => {
	const s = await proxied();
	const where = '/decisions?q=%E7%A4%BA%E4%BE%8B&year=2026';
	const from = (a, path = where) => request(s.publicPort, 'GET', path, { headers: { 'X-Forwarded-For': a } });
	let limited;
	let passed = 0;
	while (!limited && passed < 400) {
		const r = await from('203.0.113.90');
		if (r.status === 429) limited = r;
		else passed++;
	}
	that(limited && passed >= 120, `${passed} passed`);
	const wait = Number(limited.headers['retry-after']);
	that(wait >= 1 && limited.body.includes(`请在${wait}秒后再试`), `Retry-After ${wait}: ${limited.body.slice(0, 500)}`);
	that(limited.body.includes('<h1') && limited.body.includes('不是您做错了什么'), 'the page');
	that(limited.body.includes(`href="${where.replace('&', '&amp;')}">再试一次`), 'the way back to the search');
	expect((await from('203.0.113.91')).status, 200, 'another address');
	expect((await from('203.0.113.90', '/complain')).status, 200, 'what is not a search');
	await new Promise((ok) => setTimeout(ok, 1000 * wait + 100));
	expect((await from('203.0.113.90')).status, 200, 'after the wait');
});

test('one address signs in sixty times at once and then waits; others do not', async () => {
	const s = await proxied();
	const from = (a) => request(s.port, 'POST', '/sign-in', { headers: { 'X-Forwarded-For': a }, form: { login: 'x', password: '' } });
	let limited;
	for (let i = 0; i < 90 && !limited; i++) {
		const r = await from('203.0.113.77');
		if (r.status === 429) limited = r;
	}
	that(limited, 'no limit');
	that(Number(limited.headers['retry-after']) >= 1, 'Retry-After');
	that(limited.body.includes('操作过于频繁'), 'the sentence');
	that((await from('203.0.113.78')).status !== 429, 'another address');
	expect((await request(s.port, 'GET', '/sign-in', { headers: { 'X-Forwarded-For': '203.0.113.77' } })).status, 200, 'the page itself');
});

test('a cookie that came over TLS goes over TLS only', async () => {
	const s = await proxied();
	const sign = (headers) => request(s.port, 'POST', '/sign-in', { headers, form: { login: 'majun', password: s.passwords.get('majun') } });
	that(/; Secure/.test((await sign({ 'X-Forwarded-For': '203.0.113.8', 'X-Forwarded-Proto': 'https' })).headers['set-cookie'][0]), 'Secure');
	that(!/; Secure/.test((await sign({ 'X-Forwarded-For': '203.0.113.8' })).headers['set-cookie'][0]), 'plain');
});

test('read-only: people look, and are told why they cannot act', async () => {
	const s = await running('quiet', ['--read-only']);
	const who = await s.signIn('wangming');
	expect((await request(s.port, 'GET', '/', { cookie: who.cookie })).status, 200, 'the desk');
	const events = s.count('SELECT count(*) FROM event');
	const r = await openLead(who);
	expect(r.status, 503, 'an act');
	that(r.body.includes('系统正在维护，暂时只能查看') && r.headers['retry-after'], 'the sentence');
	expect(s.count('SELECT count(*) FROM event'), events, 'events');
	expect((await request(s.port, 'GET', '/readyz')).body, 'ready, read-only\n', 'ready');
});

run();
