// SPDX-License-Identifier: MulanPSL-2.0
// Bad input at the door: each gets the right status and a clear Chinese sentence, and nothing is changed.
'use strict';
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { test, after, run, wait, expect, that, folder, Server, request, raw, openLead, today, urlencoded, randomUUID } = require('./lib.js');

let server;
let wang; // 承办人 of 县应急管理局
let ids;
async function running() {
	if (server) return server;
	server = await new Server(folder()).start();
	after(() => server.stop());
	wang = await server.signIn('wangming');
	const one = (organ, state) => server.ask(`SELECT m.code FROM matter m JOIN organ o ON o.id = m.organ WHERE m.kind = 'penalty' AND m.state = '${state}' AND o.short = '${organ}' LIMIT 1`);
	ids = { lead: one('yingji', 'lead'), foreign: one('yishi', 'filing'), closed: one('yingji', 'archived') };
	that(ids.lead && ids.foreign && ids.closed, 'the demonstration lacks a case that this test needs');
	return server;
}

// What the clock alone brings (a limit that turned yellow) is no change of anybody's making.
const state = (s) => s.ask('SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM leaf), (SELECT size FROM log_head), (SELECT count(*) FROM matter), (SELECT sum(version) FROM matter), (SELECT count(*) FROM event_body), (SELECT count(*) FROM message WHERE kind NOT IN (\'warn\', \'duty\')), (SELECT count(*) FROM outbox WHERE kind <> \'red\'), (SELECT sum(last) FROM sequence)');

// fn's answer has this status and these words, and the record stays as it was.
function refused(name, status, words, fn, more = () => {}) {
	test(name, async () => {
		const s = await running();
		const before = state(s);
		const r = await fn(s);
		expect(r.status, status, 'status');
		const text = r.body.replace(/<[^>]*>/g, ' ');
		that(words.test(text), `no ${words} in: ${text.replace(/\s+/g, ' ').slice(0, 600)}`);
		that(!/系统错误|非法|！|undefined|\(null\)/.test(text), 'words that help nobody');
		expect(state(s), before, 'the record');
		await more(s, r);
	});
}

// A raw answer as request() gives it.
async function answer(s, bytes) {
	const got = await raw(s.port, bytes, (g) => /\r\n\r\n[\s\S]*<\/html>\s*$/.test(g), 5000);
	const m = /^HTTP\/1\.1 (\d+) /.exec(got);
	that(m, `no answer: ${JSON.stringify(got.slice(0, 200))}`);
	return { status: Number(m[1]), body: got.slice(got.indexOf('\r\n\r\n') + 4), head: got.slice(0, got.indexOf('\r\n\r\n')) };
}

const lead = (form, more) => (s) => openLead(wang, randomUUID(), { form, ...more });
const act = (code, action, form = {}, who = () => wang) => (s) => request(s.port, 'POST', `/m/${code}/do/${action}`, {
	cookie: who().cookie,
	form: { csrf: who().csrf, request: randomUUID(), version: s.ask(`SELECT version FROM matter WHERE code = '${code}'`) || 1, go: 'act', ...form },
});
const get = (where, opt) => (s) => request(s.port, 'GET', where, { cookie: wang.cookie, ...opt });

/* ---- the request itself ---- */

refused('headers of 30 kB', 431, /请求头|过长/, (s) => answer(s, `GET /sign-in HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(30000)}\r\n\r\n`));
test('headers of 300 kB end the connection and nothing else', async () => {
	const s = await running();
	const got = await raw(s.port, `GET /sign-in HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(300000)}\r\n\r\n`, (g) => g.includes('\r\n\r\n'), 5000);
	that(got === '' || /^HTTP\/1\.1 (431|413|400) /.test(got), got.slice(0, 100));
	expect((await request(s.port, 'GET', '/healthz')).status, 200, 'afterwards');
});
refused('an address of 3,000 characters', 400, /地址过长/, get(`/k/${'a'.repeat(3000)}`));
refused('a query of 9,000 characters', 400, /地址过长/, get(`/k/penalty?q=${'a'.repeat(9000)}`));
refused('an unknown address', 404, /没有这一页/, get('/nothing/here'));
refused('an unknown address, not signed in', 404, /没有这一页/, (s) => request(s.port, 'GET', '/wp-admin'));
refused('GET where only POST is', 405, /不支持这种操作/, get('/sign-out'), (s, r) => expect(r.headers.allow, 'POST', 'Allow'));
refused('POST where only GET is', 405, /不支持这种操作/, (s) => request(s.port, 'POST', '/search', { cookie: wang.cookie, form: { csrf: wang.csrf } }), (s, r) => expect(r.headers.allow, 'GET', 'Allow'));
for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
	refused(`${method} on a page of both`, 405, /不支持这种操作/, (s) => request(s.port, method, '/sign-in'), (s, r) => expect(r.headers.allow, 'GET, POST', 'Allow'));
}
refused('broken UTF-8 in the address', 400, /有误|编码/, get('/k/%ff%fe'));
refused('broken UTF-8 in the query', 400, /有误|编码|UTF-8/, get('/search?q=%e4%b8'));
refused('broken UTF-8 in a form', 400, /有误|编码|UTF-8/, (s) => request(s.port, 'POST', '/k/penalty/new', {
	cookie: wang.cookie, headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
	body: `csrf=${wang.csrf}&request=${randomUUID()}&go=act&f.source=check&f.found_on=${today(-1)}&f.lead_text=x&f.cause=%ff%fe` }));
refused('bytes of broken UTF-8 in a form', 400, /有误|编码|UTF-8/, (s) => request(s.port, 'POST', '/k/penalty/new', {
	cookie: wang.cookie, headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
	body: Buffer.concat([Buffer.from(`csrf=${wang.csrf}&request=${randomUUID()}&go=act&f.cause=`), Buffer.from([0xc0, 0xaf])]) }));
refused('a broken escape in a form', 400, /有误|编码|转义/, (s) => request(s.port, 'POST', '/k/penalty/new', {
	cookie: wang.cookie, headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: `csrf=${wang.csrf}&f.cause=%zz` }));
refused('a form of 3,000 pairs', 413, /太多|过多|超过/, (s) => request(s.port, 'POST', '/k/penalty/new', {
	cookie: wang.cookie, headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: `csrf=${wang.csrf}&${'a=1&'.repeat(3000)}b=1` }));
refused('a multipart body whose boundary never comes', 400, /有误|不完整/, (s) => request(s.port, 'POST', '/k/penalty/new', {
	cookie: wang.cookie, headers: { 'Content-Type': 'multipart/form-data; boundary=xyz' }, body: 'nothing of that kind' }));
refused('JSON where a form is meant', 403, /表单已经失效/, (s) => request(s.port, 'POST', '/k/penalty/new', {
	cookie: wang.cookie, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ csrf: wang.csrf }) }));

refused('a body too large by its own header is refused before it is sent', 413, /超过上限/, (s) => answer(s, 'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999\r\n\r\n'));
refused('a body that says nothing of its size and grows too large', 413, /超过上限/, (s) => answer(s, `POST /sign-out HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n${`10000\r\n${'a'.repeat(0x10000)}\r\n`.repeat(12)}0\r\n\r\n`));
refused('an upload beyond the limit of its route', 413, /超过上限/, (s) => answer(s, `POST /m/${ids.lead}/do/ask_file/send HTTP/1.1\r\nHost: x\r\nCookie: ${wang.cookie}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 9999999999\r\n\r\n`));
for (const [what, bytes] of [
	['no request at all', '\x00\x01\x02\r\n\r\n'],
	['a length that is no number', 'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n'],
	['a negative length', 'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n'],
	['two lengths', 'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\nabc'],
	['a length and chunks', 'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
	['a broken chunk', 'POST /sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n'],
]) {
	test(`${what}: the server lives on`, async () => {
		const s = await running();
		const before = state(s);
		const got = await raw(s.port, bytes, (g) => g.includes('\r\n\r\n'), 2000);
		that(got === '' || !/^HTTP\/1\.1 5/.test(got), got.slice(0, 100));
		expect((await request(s.port, 'GET', '/healthz')).status, 200, 'afterwards');
		expect(state(s), before, 'the record');
	});
}

/* ---- who asks ---- */

refused('not signed in', 401, /登录名/, (s) => request(s.port, 'GET', '/'));
refused('a made-up session', 401, /请登录|尚未登录/, (s) => request(s.port, 'GET', '/', { cookie: `mf=${'A'.repeat(43)}` }));
refused('a cookie of 8 kB', 401, /请登录|尚未登录/, (s) => request(s.port, 'GET', '/', { cookie: `mf=${'A'.repeat(8000)}` }));
refused('no token in the form', 403, /表单已经失效/, (s) => request(s.port, 'POST', '/k/penalty/new', { cookie: wang.cookie, form: { request: randomUUID(), go: 'act', 'f.cause': 'x' } }));
refused('a wrong token', 403, /表单已经失效/, lead({ csrf: '0'.repeat(32) }));
refused("another person's token", 403, /表单已经失效/, async (s) => {
	const other = await s.signIn('zhaogang');
	return openLead({ ...wang, csrf: other.csrf });
});
refused('another site sends the form', 403, /表单已经失效/, (s) => request(s.port, 'POST', '/k/penalty/new', {
	cookie: wang.cookie, headers: { Origin: 'https://evil.example' }, form: { csrf: wang.csrf, request: randomUUID(), version: 0, go: 'act', 'f.source': 'check', 'f.found_on': today(-1), 'f.cause': 'x', 'f.lead_text': 'x' } }));
refused('another site signs in', 403, /表单已经失效/, (s) => request(s.port, 'POST', '/sign-in', { headers: { Origin: 'null' }, form: { login: 'wangming', password: s.passwords.get('wangming') } }));
refused('a session that has ended keeps what was typed', 401, /登录已结束/, async (s) => {
	const who = await s.signIn('liuyang');
	execFileSync('sqlite3', ['-cmd', '.timeout 5000', path.join(s.dir, 'mingfa.db'), 'UPDATE session SET expires = 1 WHERE account = (SELECT id FROM account WHERE login = \'liuyang\')']);
	return openLead(who, randomUUID(), { form: { 'f.cause': '填到一半的案由' } });
}, (s, r) => that(r.body.includes(encodeURIComponent('填到一半的案由')), 'what was typed is not in the page'));
refused('a session idle for more than half an hour', 401, /登录已结束|尚未登录/, async (s) => {
	const who = await s.signIn('liuyang');
	execFileSync('sqlite3', ['-cmd', '.timeout 5000', path.join(s.dir, 'mingfa.db'), 'UPDATE session SET seen = seen - 1801000 WHERE account = (SELECT id FROM account WHERE login = \'liuyang\')']);
	return request(s.port, 'GET', '/', { cookie: who.cookie });
});
refused('an administrator sees no case', 404, /没有找到/, async (s) => request(s.port, 'GET', `/m/${ids.lead}`, { cookie: (await s.signIn('yuangang')).cookie }));
refused('an administrator opens none either', 422, /权限|不能|由/, async (s) => openLead(await s.signIn('yuangang')));
test('an unknown login and a wrong password are told the same; five wrong ones lock', async () => {
	const s = await running();
	const ask = (login, password) => request(s.port, 'POST', '/sign-in', { form: { login, password } });
	const plain = (r, login) => r.body.replaceAll(login, '');
	const a = await ask('nobody77', 'Wrong-password-1');
	const b = await ask('zhoumin', 'Wrong-password-1');
	expect(a.status, 401, 'unknown login');
	expect(b.status, 401, 'wrong password');
	expect(plain(a, 'nobody77'), plain(b, 'zhoumin'), 'the page');
	for (let i = 0; i < 4; i++) await ask('zhoumin', 'Wrong-password-1');
	expect((await ask('zhoumin', s.passwords.get('zhoumin'))).status, 423, 'the right password of a locked account');
});

/* ---- what is asked ---- */

refused('an unknown kind', 404, /没有这一类办件/, get('/k/nothing'));
refused('an unknown kind to open', 404, /没有这一类办件/, (s) => request(s.port, 'POST', '/k/nothing/new', { cookie: wang.cookie, form: { csrf: wang.csrf, request: randomUUID(), go: 'act' } }));
refused('an unknown action', 404, /没有这种办理/, (s) => act(ids.lead, 'nothing')(s));
refused('a code that is none', 404, /没有找到/, get('/m/not-a-code'));
refused('an action that this state does not have', 422, /./, (s) => act(ids.closed, 'ask_file')(s));
refused('an action of another role', 422, /./, (s) => act(ids.lead, 'not_file', { 'f.reason': '不属于本机关管辖' })(s));
refused("another organ's matter is not found", 404, /没有找到/, (s) => request(s.port, 'GET', `/m/${ids.foreign}`, { cookie: wang.cookie }), async (s, r) => {
	const nowhere = randomUUID();
	const none = await request(s.port, 'GET', `/m/${nowhere}`, { cookie: wang.cookie });
	expect(none.status, 404, 'a matter that does not exist');
	expect(r.body.split(ids.foreign).join('X'), none.body.split(nowhere).join('X'), 'the page for a hidden matter and for none');
});
refused("acting on another organ's matter", 404, /没有找到/, (s) => act(ids.foreign, 'return_lead', { 'f.reason': '试试看' })(s));
for (const [what, form, words] of [
	['a date that is none', { 'f.found_on': '2026-02-30' }, /日期/],
	['words for a date', { 'f.found_on': '前些天' }, /日期/],
	['a date in the future', { 'f.found_on': today(3) }, /晚于今天/],
	['a choice that is none', { 'f.source': 'nothing' }, /线索来源|选/],
	['nothing where something is required', { 'f.cause': '' }, /案由/],
	['a text that is too long', { 'f.cause': '长'.repeat(201) }, /案由|200/],
	['a reference to nothing', { 'f.item': randomUUID() }, /处罚事项|没有/],
	['a reference to another kind', { 'f.item': () => ids.lead }, /处罚事项|没有|不是/],
]) {
	refused(what, 422, words, (s) => lead(Object.fromEntries(Object.entries(form).map(([k, v]) => [k, typeof v === 'function' ? v() : v])))(s));
}
refused('a NUL in a text', 400, /有误|字符/, lead({ 'f.cause': '案\u0000由' }));
refused('a once-token that is none', 400, /表单已经失效/, lead({ request: 'x' }));
test('the same form sent twice is one act', async () => {
	const s = await running();
	const t = randomUUID();
	const n = s.count('SELECT count(*) FROM event');
	const all = await Promise.all([openLead(wang, t), openLead(wang, t), openLead(wang, t)]);
	that(all.every((r) => r.status === 303), all.map((r) => r.status).join());
	expect(new Set(all.map((r) => r.headers.location)).size, 1, 'addresses');
	expect(s.count('SELECT count(*) FROM event') - n, 1, 'events');
});
test('a stale version tells what happened since', async () => {
	const s = await running();
	const r = await openLead(wang);
	const code = /\/m\/([0-9a-f-]+)/.exec(r.headers.location)[1];
	const other = await s.signIn('zhaogang');
	expect((await act(code, 'start_lead_test', { 'f.test_sort': 'detect', 'f.test_org': '示例检测所' }, () => other)(s)).status, 303, 'the other one\'s act');
	const before = state(s);
	const late = await act(code, 'end_lead_test', { version: '1' })(s);
	expect(late.status, 409, 'status');
	expect(state(s), before, 'the record');
	that(late.body.includes('赵刚') && late.body.includes('核查中送检'), 'the page does not say who did what');
});

/* ---- the public side ---- */

refused('the public side has none of the working side', 404, /没有/, (s) => request(s.publicPort, 'GET', `/m/${ids.lead}`, { cookie: wang.cookie }));
refused('nor its sign-in', 404, /没有/, (s) => request(s.publicPort, 'POST', '/sign-in', { form: { login: 'wangming', password: s.passwords.get('wangming') } }));
refused('a decision that is not there', 404, /没有/, (s) => request(s.publicPort, 'GET', `/decisions/${randomUUID()}`));
refused('a case that was not published', 404, /没有/, (s) => request(s.publicPort, 'GET', `/decisions/${ids.lead}`));

test('every refusal carries the security headers', async () => {
	const s = await running();
	for (const r of [await get('/nothing')(s), await request(s.port, 'PUT', '/'), await request(s.port, 'GET', '/')]) {
		that(/default-src 'self'/.test(r.headers['content-security-policy']), 'policy');
		expect(r.headers['x-content-type-options'], 'nosniff', 'nosniff');
		expect(r.headers['cache-control'], 'no-store', 'cache');
	}
});
test('the log of the program tells of no bug', async () => {
	const s = await running();
	await wait(100);
	that(!/\bbug\b|ERROR|AddressSanitizer/i.test(s.log), s.log);
});

run(60000);
