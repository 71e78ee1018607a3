// SPDX-License-Identifier: MulanPSL-2.0
// What a link or a form may bring to light: titles and files of matters that one does not see, another host after signing in,
// another person's once-token.
'use strict';
const { createHash } = require('node:crypto');
const { test, after, run, expect, that, folder, Server, request, today, randomUUID } = require('./lib.js');

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

test('a table of all columns holds what its reader may see, whatever columns the list shows; of other organs it does not', async () => {
	const s = await running();
	const who = await s.signIn('wangming');
	const phones = (own) => s.ask(`SELECT p.phone FROM person p JOIN organ o ON o.id = p.organ WHERE p.phone <> '' AND o.short ${own ? '=' : '<>'} 'yingji'`)
		.split('\n').filter(Boolean);
	that(phones(true).length && phones(false).length, 'the demonstration lacks telephones');
	const r = await request(s.port, 'GET', '/k/person/export.csv?list-cols=name&list-all=1', { cookie: who.cookie });
	expect(r.status, 200, 'the table');
	that(phones(true).every((x) => r.body.includes(x)), 'a column that the list does not show is empty');
	const foreigners = phones(false).filter((x) => !phones(true).includes(x));
	that(!foreigners.some((x) => r.body.includes(x)), 'a telephone of another organ');
});

// A complaint by name: its supervisor sees who complained, the head of the same organ only the masked name.
async function complaint(s, name) {
	const about = s.ask("SELECT code FROM organ WHERE short = 'yingji'");
	const page = await request(s.publicPort, 'POST', '/complain', { form: {
		complainant_as: 'citizen', about_organ: about, complainant: name, address: '临猗县猗氏镇试验街9号', contact: '13900000991', ground: 'procedure',
		event_text: '检查时没有出示证件。', reason_text: '要求核实。' } });
	expect(page.status, 200, 'the complaint');
	return s.ask(`SELECT code FROM matter WHERE kind = 'complaint' AND fields LIKE '%${name}%'`);
}

test('the form of an act that is not one\'s own tells nothing of the matter that its page masks', async () => {
	const s = await running();
	const code = await complaint(s, '欧阳试验');
	const right = await s.signIn('zhangmin');
	that((await request(s.port, 'GET', `/m/${code}/do/accept`, { cookie: right.cookie })).body.includes('欧阳试验'), 'the supervisor does not see it');
	const head = await s.signIn('chengyuan');
	const page = await request(s.port, 'GET', `/m/${code}`, { cookie: head.cookie });
	expect(page.status, 200, 'the head sees the complaint');
	that(!page.body.includes('欧阳试验'), 'its page');
	const where = `/m/${code}/do/accept`;
	that(!(await request(s.port, 'GET', where, { cookie: head.cookie })).body.includes('欧阳试验'), 'the form');
	const send = (form) => request(s.port, 'POST', where, { cookie: head.cookie, form: { csrf: head.csrf, request: randomUUID(), ...form } });
	for (const form of [
		{ version: 0, go: 'act' },
		{ version: 1, go: 'edit', other: 'matter', 'pick.f.complainant': 'theirs' },
		{ version: 1, go: 'check', other: 'matter', 'pick.f.complainant': 'theirs' },
		{ version: 1, go: 'whole', other: 'matter', 'pick.f.complainant': 'theirs' },
		{ version: 1, go: 'save', 'f.complainant': '别人', other: 'matter' },
	]) {
		const r = await send(form);
		that(!r.body.includes('欧阳试验'), `${r.status} to ${JSON.stringify(form)}`);
	}
	const r = await request(s.port, 'POST', `${where}/preview`, { cookie: head.cookie, form: { csrf: head.csrf, version: 1, other: 'matter', 'pick.f.complainant': 'theirs' } });
	that(!r.body.includes('欧阳试验'), 'the preview');
});

/* ---- files ---- */

// A form with one file, as a browser sends it.
function withFile(who, where, fields, field, name, content) {
	const edge = 'edge7MA4YWxkTrZu0gW';
	const part = (head, value) => `--${edge}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
	const all = { csrf: who.csrf, request: randomUUID(), version: 0, ...fields };
	const body = Object.entries(all).map(([k, v]) => part(`name="${k}"`, v)).join('')
		+ part(`name="${field}"; filename="${name}"`, content) + `--${edge}--\r\n`;
	return request(who.server.port, 'POST', where, {
		cookie: who.cookie, body, headers: { 'Content-Type': `multipart/form-data; boundary=${edge}` } });
}
const leadText = () => ({ 'f.source': 'check', 'f.found_on': today(-1), 'f.cause': `附件${randomUUID()}`, 'f.lead_text': '检查时发现的情况。' });
const attach = (who, digest, where = '/k/penalty/new', field = 'f.lead_files') => request(who.server.port, 'POST', where, {
	cookie: who.cookie, form: { csrf: who.csrf, request: randomUUID(), version: 0, go: 'act', ...leadText(), [`${field}.kept`]: `${digest} 现场.txt` } });
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

test('who knows the digest of a file of others can neither read it nor attach it', async () => {
	const s = await running();
	const wang = await s.signIn('wangming');
	const ma = await s.signIn('majun');
	const content = `内部材料${randomUUID()}`;
	const done = await withFile(wang, '/k/penalty/new/send', { go: 'act', ...leadText() }, 'f.lead_files', '现场.txt', content);
	expect(done.status, 303, `opening with a file: ${done.body.slice(0, 300)}`);
	const digest = sha256(content);
	expect((await request(s.port, 'GET', `/file/${digest}`, { cookie: wang.cookie })).body, content, 'its own reader');
	expect((await request(s.port, 'GET', `/file/${digest}`, { cookie: ma.cookie })).status, 404, 'somebody else');
	const before = s.count('SELECT count(*) FROM evidence');
	const r = await attach(ma, digest);
	expect(r.status, 422, 'attaching it');
	that(r.body.includes('没有在这张表单里传上来'), 'the sentence');
	const unknown = await attach(ma, sha256('nothing'));
	expect(unknown.status, 422, 'a digest that nobody has');
	that(unknown.body.includes('没有在这张表单里传上来'), 'the same sentence');
	expect((await attach(wang, digest)).status, 422, 'its own sender, in another form');
	expect(s.count('SELECT count(*) FROM evidence'), before, 'evidence');
	expect((await request(s.port, 'GET', `/file/${digest}`, { cookie: ma.cookie })).status, 404, 'still');
});

test('a file that was kept with a draft is attached when the form is sent again', async () => {
	const s = await running();
	const wang = await s.signIn('wangming');
	const content = `草稿里的文件${randomUUID()}`;
	const kept = await withFile(wang, '/k/penalty/new/send', { go: 'draft', ...leadText() }, 'f.lead_files', '现场.txt', content);
	expect(kept.status, 200, 'the draft');
	const r = await attach(wang, sha256(content));
	expect(r.status, 303, `the act: ${r.body.slice(0, 300)}`);
	expect(s.count(`SELECT count(*) FROM evidence WHERE blob = '${sha256(content)}'`), 1, 'evidence');
	expect(s.count(`SELECT count(*) FROM upload WHERE digest = '${sha256(content)}'`), 0, 'what was open of the form');
});

for (const next of ['/\t/elsewhere.example', '//elsewhere.example', '/\\elsewhere.example', 'https://elsewhere.example/', '/\n/elsewhere.example'])
	test(`after signing in nobody is sent to ${JSON.stringify(next)}`, async () => {
		const s = await running();
		const r = await request(s.port, 'POST', '/sign-in', { form: { login: 'majun', password: s.passwords.get('majun'), next } });
		expect(r.status, 303, 'status');
		expect(r.headers.location, '/', 'Location');
	});

run();
