// SPDX-License-Identifier: MulanPSL-2.0
// Reading an archived dossier: by an approved loan only, within its range, under the reader's name, on record.
// Proves: LY4.09-2.4a LY4.09-2.4b LY4.09-4.1.5 LY1.09-7a
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test, after, run, expect, that, folder, scratch, Server, request, randomUUID } = require('./lib.js');

let server;
async function running() {
	if (server) return server;
	server = await new Server(folder()).start();
	after(() => server.stop());
	return server;
}
const idOf = (s, login) => s.ask(`SELECT p.code FROM account a JOIN matter p ON p.id = a.person WHERE a.login = '${login}'`);

async function act(s, who, code, action, form = {}) {
	const version = s.count(`SELECT version FROM matter WHERE code = '${code}'`);
	const r = await request(s.port, 'POST', `/m/${code}/do/${action}`, { cookie: who.cookie, form: {
		csrf: who.csrf, request: randomUUID(), version, go: 'act', ...Object.fromEntries(Object.entries(form).map(([k, v]) => [`f.${k}`, v])) } });
	expect(r.status, 303, `${action}: ${r.body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').slice(0, 600)}`);
}

const file = (s, who, at) => new Promise((ok, no) => {
	require('node:http').get({ host: '127.0.0.1', port: s.port, path: at, headers: { cookie: who.cookie } }, (res) => {
		const parts = [];
		res.on('data', (d) => parts.push(d));
		res.on('end', () => ok({ status: res.statusCode, headers: res.headers, body: Buffer.concat(parts) }));
	}).on('error', no);
});

// A loan of an archived case whose officer the reader is not.
async function lent(s, form) {
	const [dossier, kase] = s.ask("SELECT d.code, c.code FROM matter d JOIN matter c ON c.id = json_extract(d.fields, '$.case') WHERE d.kind = 'dossier' AND d.state IN ('kept', 'in_room') AND c.fields NOT LIKE '%刘洋%' AND instr(c.fields, '\"officers\":[' || (SELECT person FROM account WHERE login = 'wangming')) > 0 LIMIT 1").split('|');
	const zhou = await s.signIn('zhoumin');
	await act(s, zhou, dossier, 'ask_loan', { loan_reader: idOf(s, 'liuyang') });
	const loan = s.ask("SELECT code FROM matter WHERE kind = 'dossier_loan' ORDER BY id DESC LIMIT 1");
	const liu = await s.signIn('liuyang');
	await act(s, liu, loan, 'apply', { sort: 'in_place', purpose: '办理行政复议答复', contents: '处罚决定书', part: 'main', ...form });
	return { dossier, kase, loan, liu };
}
const page = async (s, who, at) => {
	const r = await request(s.port, 'GET', at, { cookie: who.cookie });
	return { status: r.status, text: r.body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ') };
};

test('without approval nothing is read; with it, what lies in the range, and nothing else of the case', async () => {
	const s = await running();
	const x = await lent(s, { from_no: 1, to_no: 2 });
	expect((await page(s, x.liu, `/m/${x.kase}`)).status, 404, 'the archived case of others');
	expect((await page(s, x.liu, `/m/${x.loan}/read`)).status, 403, 'before approval');
	expect((await file(s, x.liu, `/m/${x.loan}/read/1`)).status, 403, 'a paper before approval');
	await act(s, await s.signIn('zhangqiang'), x.loan, 'approve');
	const seen = await page(s, x.liu, `/m/${x.loan}/read`);
	expect(seen.status, 200, seen.text.slice(0, 300));
	that(/批准的范围：正卷第1件至第2件/.test(seen.text) && /1 行政处罚决定书/.test(seen.text) && /3—\d+ 不在批准范围/.test(seen.text), seen.text.slice(0, 900));
	that(!seen.text.includes('立案审批表') && !/下载/.test(seen.text), 'the secondary file, or a download, is offered');

	const looks = () => s.count(`SELECT count(*) FROM event e JOIN matter m ON m.id = e.matter WHERE m.code = '${x.loan}' AND e.action = 'file.read'`);
	const got = await file(s, x.liu, `/m/${x.loan}/read/1`);
	expect(got.status, 200, 'the first paper');
	expect(looks(), 1, 'the look is on record');
	const to = path.join(scratch, 'lent.pdf');
	fs.writeFileSync(to, got.body);
	for (const text of execFileSync('pdftotext', [to, '-'], { encoding: 'utf8' }).split('\f').slice(0, -1))
		that(/刘洋 20\d\d-\d\d-\d\d \d\d:\d\d 查阅/.test(text), `a page without the reader's name: ${text.slice(0, 200)}`);
	const beyond = await page(s, x.liu, `/m/${x.loan}/read/3`);
	that(beyond.status === 403 && beyond.text.includes('第3件不在批准范围'), beyond.text.slice(0, 300));
	expect((await page(s, x.liu, `/m/${x.loan}/read/0`)).status, 404, 'none');
	const copy = await page(s, x.liu, `/m/${x.loan}/read/1?save=1`);
	that(copy.status === 403 && copy.text.includes('没有摘抄、复制、带出'), copy.text.slice(0, 300));
	expect(looks(), 1, 'what was refused is no look');
	expect((await page(s, x.liu, `/m/${x.kase}`)).status, 404, 'the case itself stays closed');
	expect((await page(s, await s.signIn('zhoumin'), `/m/${x.loan}/read`)).status, 403, 'another than the reader');
	await act(s, await s.signIn('zhoumin'), x.loan, 'finish_reading', { record_text: '9时至10时查阅处罚决定书' });
	expect((await page(s, x.liu, `/m/${x.loan}/read`)).status, 403, 'after it is over');
});

test('the whole is read where it was allowed, and copies where they were', async () => {
	const s = await running();
	const x = await lent(s, { part: 'whole', from_no: 1, to_no: 99, want_copy: 'true' });
	await act(s, await s.signIn('zhangqiang'), x.loan, 'approve');
	const seen = await page(s, x.liu, `/m/${x.loan}/read`);
	that(seen.text.includes('立案审批表') && seen.text.includes('下载') && !seen.text.includes('不在批准范围'), seen.text.slice(0, 900));
	const got = await file(s, x.liu, `/m/${x.loan}/read/1?save=1`);
	expect(got.status, 200, 'a copy');
	that(/^attachment/.test(got.headers['content-disposition']), got.headers['content-disposition']);
});

run();
