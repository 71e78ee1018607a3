// SPDX-License-Identifier: MulanPSL-2.0
// What a link or a form may bring to light: titles of matters that one does not see, another host after signing in,
// another person's once-token.
'use strict';
const { test, after, run, expect, that, folder, Server, request, randomUUID } = require('./lib.js');

let server;
async function running() {
	if (server) return server;
	server = await new Server(folder()).start();
	after(() => server.stop());
	return server;
}

const foreign = (s) => {
	const row = s.ask("SELECT m.code, m.title FROM matter m JOIN organ o ON o.id = m.organ WHERE m.kind = 'penalty' AND o.short = 'yingji' AND m.title <> '' AND m.number <> '' LIMIT 1");
	const [code, title] = row.split('|');
	that(code && title, 'the demonstration lacks a case of the bureau');
	return { code, title };
};

test('a code in an address does not bring the title of a matter that one does not see', async () => {
	const s = await running();
	const ma = await s.signIn('majun'); // 猗氏镇
	const { code, title } = foreign(s);
	expect((await request(s.port, 'GET', `/m/${code}`, { cookie: ma.cookie })).status, 404, 'the matter itself');
	const r = await request(s.port, 'GET', `/k/legal_review/new?f.case=${code}`, { cookie: ma.cookie });
	expect(r.status, 200, 'the form');
	that(!r.body.includes(title), 'the title is told');
});

test('nor can it be made a reference', async () => {
	const s = await running();
	const ma = await s.signIn('majun');
	const { code, title } = foreign(s);
	const r = await request(s.port, 'POST', '/k/legal_review/new', {
		cookie: ma.cookie, form: { csrf: ma.csrf, request: randomUUID(), go: 'act', 'f.case': code } });
	expect(r.status, 422, 'status');
	that(r.body.includes('没有找到所选的对象') && !r.body.includes(title), 'the refusal');
});

for (const next of ['/\t/elsewhere.example', '//elsewhere.example', '/\\elsewhere.example', 'https://elsewhere.example/', '/\n/elsewhere.example'])
	test(`after signing in nobody is sent to ${JSON.stringify(next)}`, async () => {
		const s = await running();
		const r = await request(s.port, 'POST', '/sign-in', { form: { login: 'majun', password: s.passwords.get('majun'), next } });
		expect(r.status, 303, 'status');
		expect(r.headers.location, '/', 'Location');
	});

run();
