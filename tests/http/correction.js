// SPDX-License-Identifier: MulanPSL-2.0
// A decision of the demonstration is corrected by another paper: the old one says so on the matter, on its own page, in the
// dossier, in the package and to whoever has its file verified, and `mingfa verify` tells when that is altered or wiped out.
'use strict';
const { execFileSync, spawnSync } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const path = require('node:path');
const { test, after, run, expect, that, wait, folder, scratch, mingfa, Server, request } = require('./lib.js');

let s;
let code;
const plain = (html) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const tokens = new Map();

async function token(login) {
	if (!tokens.has(login)) tokens.set(login, JSON.parse((await request(s.port, 'POST', '/api/v1/session', { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login, password: s.passwords.get(login) }) })).body).token);
	return tokens.get(login);
}
async function act(login, matter, action, form, headers = {}) {
	const version = s.count(`SELECT version FROM matter WHERE code = '${matter}'`);
	return request(s.port, 'POST', `/api/v1/matters/${matter}/actions/${action}`, { headers: { Authorization: `Bearer ${await token(login)}`, 'Content-Type': 'application/json', ...headers }, body: JSON.stringify({ version, form }) });
}
const document = (paper, what) => s.ask(`SELECT ${what} FROM document d JOIN matter m ON m.id = d.matter LEFT JOIN blob b ON b.digest = d.blob WHERE m.code = '${code}' AND d.paper = '${paper}' ORDER BY d.id DESC LIMIT 1`);

test('the officer asks, the head approves, and the correcting paper names number, day and digest of the old one', async () => {
	s = await new Server(folder()).start();
	after(() => s.stop());
	code = s.ask("SELECT m.code FROM matter m JOIN document d ON d.matter = m.id JOIN organ o ON o.id = m.organ WHERE m.kind = 'penalty' AND m.state = 'closed' AND o.short = 'yingji' AND d.paper = 'penalty_decision' AND d.state = 'frozen' LIMIT 1");
	that(code, 'the demonstration has no closed case');
	const officer = s.ask(`SELECT a.login FROM account a WHERE a.person = (SELECT json_extract(fields, '$.officers[0]') FROM matter WHERE code = '${code}')`);
	let r = await act(officer, code, 'ask_correction', { wrong_paper: 'penalty_decision' });
	expect(r.status, 200, r.body);
	const child = s.ask(`SELECT code FROM matter WHERE kind = 'paper_correction' AND parent = (SELECT id FROM matter WHERE code = '${code}')`);
	r = await act(officer, child, 'ask', { sort: 'cited_wrong', wrong_text: '第二十八条第三款', right_text: '第二十八条第四款', why: '款数书写有误', unchanged: true });
	expect(r.status, 200, r.body);
	r = await act('zhangqiang', child, 'approve', { approval: '同意更正' });
	expect(r.status, 200, r.body);
	for (let i = 0; i < 200 && document('correction_letter', 'd.state') !== 'frozen'; i++) await wait(100);
	const letter = document('correction_letter', 'd.content');
	for (const part of [document('penalty_decision', 'd.number'), document('penalty_decision', 'd.blob'), '第二十八条第三款', '第二十八条第四款', '款数书写有误']) that(letter.includes(part), `the letter lacks ${part}`);
	expect(document('penalty_decision', 'd.corrected_by'), document('correction_letter', 'd.id'), 'which corrects it');
	expect(s.count(`SELECT COUNT(*) FROM matter WHERE kind = 'delivery' AND state = 'waiting' AND json_extract(fields, '$.what') = 'correction_letter'`), 1, 'it is to be served');
});

test('the matter, the paper and the dossier say by what it was corrected', async () => {
	const who = await s.signIn('zhoumin');
	const says = `已由《文书更正书》${document('correction_letter', 'd.number')}更正`;
	const get = async (to) => plain((await request(s.port, 'GET', to, { cookie: who.cookie })).body).replace(/ /g, '');
	that((await get(`/m/${code}/papers`)).includes(says), 'the matter');
	that((await get(`/doc/${document('penalty_decision', 'd.code')}`)).includes(`这份文书${says}`), 'the paper');
	that(!(await get(`/doc/${document('correction_letter', 'd.code')}`)).includes('更正，与更正书一并使用。'), 'the correcting paper is corrected by none');
	that((await get(`/m/${code}/dossier`)).includes(says), 'the dossier');
});

test('the bound dossier and the package say it, and the package holds', async () => {
	const who = await s.signIn('zhoumin');
	const made = async (part) => {
		const asked = await request(s.port, 'POST', `/m/${code}/dossier`, { cookie: who.cookie, form: { csrf: who.csrf, part } });
		const job = asked.headers.location.split('/').pop();
		for (let i = 0; i < 150; i++, await wait(200)) {
			const [state, say, file] = s.ask(`SELECT state, say, file FROM job WHERE code = '${job}'`).split('|');
			if (state === 'done') return path.join(s.dir, 'spool', file);
			that(state !== 'stopped', `the job stopped: ${say}`);
		}
		throw new Error('the job did not end');
	};
	const number = document('correction_letter', 'd.number');
	const text = execFileSync('pdftotext', ['-raw', await made('main'), '-'], { encoding: 'utf8' }).replace(/[ \n]+/g, '');
	that(text.includes('行政处罚决定书（已由《文书更正书》') && text.includes(number.replace(/ /g, '')), `the index: ${text.slice(0, 900)}`);
	const to = path.join(scratch, 'package');
	execFileSync('unzip', ['-q', await made('package'), '-d', to]);
	const meta = JSON.parse(require('node:fs').readFileSync(path.join(to, 'metadata.json'), 'utf8'));
	expect(meta.papers.filter((p) => p.corrected_by).map((p) => p.name).join(), '行政处罚决定书', 'what was corrected');
	expect(meta.papers.find((p) => p.corrected_by).corrected_by, `《文书更正书》${number}`, 'by what');
	const checked = spawnSync(mingfa, ['verify', to], { encoding: 'utf8' });
	expect(checked.status, 0, checked.stdout + checked.stderr);
});

test('whoever has the old paper verified is told of the correction', async () => {
	const edge = `e${randomUUID()}`;
	const pdf = Buffer.from(document('penalty_decision', 'hex(b.data)'), 'hex');
	const body = Buffer.concat([Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n`), pdf, Buffer.from(`\r\n--${edge}--\r\n`)]);
	const r = await request(s.publicPort, 'POST', '/verify', { body, headers: { 'Content-Type': `multipart/form-data; boundary=${edge}` } });
	that(new RegExp(`这份文书已于.*由《文书更正书》${document('correction_letter', 'd.number')}更正。`).test(plain(r.body)), plain(r.body));
});

test('the record holds; a correction that is wiped out, turned elsewhere or invented is told', async () => {
	await s.stop();
	const verify = () => spawnSync(mingfa, ['verify', s.dir], { encoding: 'utf8' });
	const sql = (text) => execFileSync('sqlite3', [path.join(s.dir, 'mingfa.db'), `PRAGMA foreign_keys=OFF;${text}`], { encoding: 'utf8' }).trim();
	let v = verify();
	expect(v.status, 0, v.stdout + v.stderr);
	const [old, by] = sql("SELECT id, corrected_by FROM document WHERE corrected_by IS NOT NULL").split('|');
	const other = sql(`SELECT id FROM document WHERE matter = (SELECT matter FROM document WHERE id = ${old}) AND id NOT IN (${old}, ${by}) LIMIT 1`);
	for (const [name, to, back] of [
		['wiped out', `UPDATE document SET corrected_by = NULL WHERE id = ${old}`, `UPDATE document SET corrected_by = ${by} WHERE id = ${old}`],
		['turned to another paper', `UPDATE document SET corrected_by = ${other} WHERE id = ${old}`, `UPDATE document SET corrected_by = ${by} WHERE id = ${old}`],
		['invented', `UPDATE document SET corrected_by = ${old} WHERE id = ${other}`, `UPDATE document SET corrected_by = NULL WHERE id = ${other}`],
	]) {
		sql(to);
		v = verify();
		expect(v.status, 1, `${name}: ${v.stdout}`);
		that(/的文书“.*被改动/.test(v.stdout + v.stderr), `${name}: ${v.stdout}${v.stderr}`);
		sql(back);
	}
	v = verify();
	expect(v.status, 0, v.stdout + v.stderr);
});

run();
