// SPDX-License-Identifier: MulanPSL-2.0
// The public side over several packs, as the definitions open it; what nobody may see is not there; one address may not ask
// without end. Proves: XZ-T10 YQ-GS-6g SX-GS-8a
'use strict';
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { test, after, run, wait, expect, that, folder, Server, request, scratch, mingfa } = require('./lib.js');

let server;
async function get(where, status = 200) {
	const r = await request(server.publicPort, 'GET', where);
	expect(r.status, status, where);
	return r.body;
}
const rows = (html) => [...html.matchAll(/class="p-row-title" href="([^"]*)">([^<]*)/g)].map((m) => ({ href: m[1], title: m[2] }));

// A person's token; act() does one act on a matter as it stands, open() begins one.
async function caller(login) {
	const r = await request(server.port, 'POST', '/api/v1/session', { headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ login, password: server.passwords.get(login) }) });
	const { token } = JSON.parse(r.body);
	that(token, `session of ${login}: ${r.body}`);
	const call = (method, where, body) => request(server.port, method, `/api/v1${where}`, {
		headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
	return {
		async act(code, action, form = {}) {
			const { version } = JSON.parse((await call('GET', `/matters/${code}`)).body);
			const done = await call('POST', `/matters/${code}/actions/${action}`, { version, form });
			expect(done.status, 200, `${action}: ${done.body}`);
		},
		async open(kind, form) {
			const done = await call('POST', '/matters', { kind, form });
			that(done.status === 200 || done.status === 201, `${kind}: ${done.body}`);
			return JSON.parse(done.body).id;
		},
	};
}

test('the folder goes by another pack than its organs: draws and statistics are theirs, the site has their name', async () => {
	const dir = path.join(scratch, 'national');
	execFileSync(mingfa, ['init', dir, '--demo', '--pack', 'national'], { stdio: 'ignore', timeout: 180000 });
	server = await new Server(dir).start();
	after(() => server.stop());
	that(/href="\/draws\/[0-9a-f-]{36}"/.test(await get('/draws')), 'no draws');
	const { tables } = JSON.parse(await get('/statistics.json'));
	expect(tables.length, 6, 'tables');
	that((await get('/')).includes('临猗县行政执法公示'), 'the name of the site');
	that((await get('/decisions')).includes('行政许可：准予许可'), 'the sorts of decisions');
});

test('an organ of a second pack: its own kinds have a page, its figures stand beside the others', async () => {
	const before = JSON.parse(await get('/statistics.json')).tables[0];
	await get('/open/service_guide', 404);
	const beixin = server.ask("SELECT m.code FROM matter m JOIN organ o ON o.id = m.id WHERE o.name = '北辛乡人民政府'");
	await (await caller('caoying')).act(beixin, 'change', { pack: 'shanxi/xinzhou' });
	const tang = await caller('tanghui');
	const whole = { title: '示例经营许可', basis: '某条例第三条', accepts: '便民服务中心', approves: '综合办公室', conditions: '有固定场所', favours: '无', materials: '申请书',
		steps: '申请、受理、审查、决定', time_limit: '二十个工作日', oversight: '监督电话0359-4020100', blame: '依照规定追究', remedies: '六十日内申请行政复议', hours: '工作日', address: '示例路4号', phone: '0359-4020400' };
	const guide = await tang.open('service_guide', whole);
	await get(`/open/service_guide/${guide}`, 404);
	await tang.act(guide, 'show');
	let list = [];
	for (let i = 0; i < 40 && !list.length; i++) { // the index follows the act
		list = rows(await get('/open/service_guide'));
		if (!list.length) await wait(250);
	}
	expect(list.map((x) => x.title).join(), '示例经营许可', 'the list');
	that(rows(await get('/open')).some((x) => x.href === '/open/service_guide'), 'not in the index');
	const page = await get(list[0].href.startsWith('/') ? list[0].href : `/open/service_guide/${guide}`);
	for (const text of Object.values(whole)) that(page.includes(text), `the guide misses ${text}`);
	const now = JSON.parse(await get('/statistics.json?year=2025')).tables[0]; // not counted before
	expect(now.organs.map((x) => x.organ).sort().join(), before.organs.map((x) => x.organ).sort().join(), 'organs of both packs in one table');
	const csv = (await get('/statistics.csv?year=2025')).split('\n').filter((l) => l.startsWith('"'));
	expect(csv.filter((l) => l.startsWith('"北辛乡')).length, 1, 'one line each in the file');
});

test('each entry of the index answers; a kind that is not public, a draft, a field that is not told are not there', async () => {
	for (const { href } of rows(await get('/open'))) await get(href);
	for (const where of ['/open/penalty', '/open/person', '/open/none', '/open/disclosure', '/open/public_list/0190a000-0000-7000-8000-000000000000']) await get(where, 404);
	const hidden = server.ask("SELECT code FROM matter WHERE kind = 'penalty' LIMIT 1");
	await get(`/open/public_list/${hidden}`, 404);
	const [list] = rows(await get('/open/public_list'));
	const page = await get(list.href);
	that(!page.includes('张强') && !page.includes('批准人'), 'who approved it is no matter of the public');
	const file = /href="(\/open\/public_list\/[^"]*\/file\/content\/1)"/.exec(page)[1];
	that((await request(server.publicPort, 'GET', file)).bytes.length > 1000, 'the file');
	await get(file.replace('/content/1', '/content/2'), 404);
	await get(file.replace('/content/', '/bases/'), 404);
});

test('the portal of the government is linked where its address is set', async () => {
	that(!(await get('/')).includes('政府门户网站'), 'a link to nowhere');
	await (await caller('chengyuan')).open('setting', { key: 'gov_site', value: 'https://www.example.gov.cn/', in_force: new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 10), basis: '县政府办公室通知' });
	that(/<a href="https:\/\/www\.example\.gov\.cn\/">政府门户网站<\/a>/.test(await get('/')), 'no link');
});

test('one address may not ask without end: a search answers 429, says when to come again, and other pages still answer', async () => {
	let limited;
	for (let i = 0; i < 400 && !limited; i++) {
		const r = await request(server.publicPort, 'GET', '/open/public_list');
		if (r.status === 429) limited = r;
		else expect(r.status, 200, `asked ${i} times`);
	}
	that(limited && Number(limited.headers['retry-after']) >= 1, 'no limit');
	that(limited.body.includes('不是您做错了什么'), limited.body);
	await get('/open');
	let form;
	for (let i = 0; i < 40 && !form; i++) {
		const r = await request(server.publicPort, 'POST', '/request', { form: { name: '张三' } });
		if (r.status === 429) form = r;
		else expect(r.status, 422, `an application without anything, ${i}`);
	}
	that(form && Number(form.headers['retry-after']) >= 1, 'no limit of applications');
});

run();
