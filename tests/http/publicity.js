// SPDX-License-Identifier: MulanPSL-2.0
// Publicity after the act (issue 5, IV.5): licences beside penalties, what was corrected or taken down with its reason, feeds
// of either. Proves: XK40 SX-GS-19b
'use strict';
const { test, after, run, wait, expect, that, folder, Server, request, today } = require('./lib.js');

let server;
async function running() {
	if (server) return server;
	server = await new Server(folder()).start();
	after(() => server.stop());
	return server;
}
async function open(path) {
	const r = await request((await running()).publicPort, 'GET', path);
	expect(r.status, 200, path);
	return r.body;
}
const titles = (html) => [...html.matchAll(/class="p-row-title" href="([^"]*)">([^<]*)/g)].map((m) => ({ href: m[1], title: m[2] }));

test('licences are found beside penalties, and by what became of the application', async () => {
	const all = titles(await open('/decisions')), licences = titles(await open('/decisions?type=licence_act'));
	that(licences.length && licences.length < all.length, `${licences.length} licences of ${all.length}`);
	that(licences.every((x) => /许可/.test(x.title)), JSON.stringify(licences));
	expect(titles(await open('/decisions?type=licence_act.granted')).length, licences.length, 'granted');
	expect(titles(await open('/decisions?type=licence_act.revoked')).length, 0, 'revoked');
	const penalties = titles(await open('/decisions?type=penalty_act'));
	that(penalties.length && !penalties.some((x) => licences.some((y) => y.href === x.href)), 'a licence among the penalties');
	expect(titles(await open('/decisions?type=nonsense')).length, all.length, 'a choice that there is not');
});

test('the page of a licence tells number, validity and result, has a proof, and says what can be done against it', async () => {
	const [licence] = titles(await open('/decisions?type=licence_act'));
	const page = await open(licence.href);
	for (const word of ['准予许可', '许可证号', '有效期', '申请行政复议', '提起行政诉讼', '投诉、举报'])
		that(page.includes(word), `the page does not say ${word}`);
	that((await open(`${licence.href}/proof`)).includes('存证'), 'its proof');
});

// The person's own token of the interface; act() does one act on a matter as it stands.
async function caller(login) {
	const s = await running();
	const r = await request(s.port, 'POST', '/api/v1/session', { headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ login, password: s.passwords.get(login) }) });
	const { token } = JSON.parse(r.body);
	that(token, `session of ${login}: ${r.body}`);
	const call = (method, where, body) => request(s.port, method, `/api/v1${where}`, {
		headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
	return async (code, action, fields) => {
		const { version } = JSON.parse((await call('GET', `/matters/${code}`)).body);
		const done = await call('POST', `/matters/${code}/actions/${action}`, { version, form: fields });
		expect(done.status, 200, `${action}: ${done.body}`);
	};
}

test('what was corrected or taken down is listed with its reason', async () => {
	const newer = await open('/decisions?change=newer');
	that(titles(newer).length >= 1 && newer.includes('更新原因：'), 'corrections');
	expect(titles(await open('/decisions?change=down')).length, 0, 'withdrawals before');
	const [{ href }] = titles(await open('/decisions?type=penalty_act&q=%E5%A1%91%E6%96%99')), code = href.split('/').pop();
	const reason = '原处罚决定已被行政复议决定撤销，公开信息予以撤回';
	const [gong, fa, head] = [await caller('wuting'), await caller('lihong'), await caller('zhangqiang')];
	await gong(code, 'note_redress', { redress: 'revoked', redress_no: '临政复决〔2026〕5号', redress_on: today() });
	await gong(code, 'propose_down', { public_reason: reason });
	await fa(code, 'agree_down', { legal_view: '合法' });
	await head(code, 'take_down', {});
	let down;
	for (let i = 0; i < 50 && !titles(down = await open('/decisions?change=down')).length; i++) await wait(200);
	expect(titles(down).length, 1, 'withdrawals');
	that(down.includes(`撤下原因：${reason}`) && down.includes('已撤下'), 'its reason in the list');
	const page = await open(href);
	that(page.includes(reason) && page.includes('撤销（临政复决〔2026〕5号）') && !page.includes('决定内容'), 'its page');
	const feed = await open('/feed.atom?change=down');
	that(feed.includes(reason), 'its reason in the feed');
});

test('a feed may be of what an address asks', async () => {
	const feed = await open('/feed.atom?type=licence_act');
	expect((feed.match(/<entry>/g) || []).length, titles(await open('/decisions?type=licence_act')).length, 'entries');
	that(feed.includes('feed.atom?type=licence_act</id>'), 'its own id');
});

run();
