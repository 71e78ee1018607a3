// SPDX-License-Identifier: MulanPSL-2.0
// Papers are signed by their organ's keys, in a file under a passphrase or in a token; anyone checks them: on the public page,
// by openssl alone as docs/verify.md says it, by mingfa verify. Keys change, end and expire, and old signatures hold.
// Proves: DQ13 DQ15 XZ-2.2.4b
'use strict';
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test, after, run, that, expect, folder, scratch, wait, Server, request, randomUUID, mingfa, root } = require('./lib.js');

const organ = '临猗县应急管理局';
const pass = { MINGFA_KEY_PASS: 'six-words-and-no-birthday' };
const key = (dir, args, env = pass) => spawnSync(mingfa, ['key', args[0], dir, ...args.slice(1)], { encoding: 'utf8', env: { ...process.env, ...env } });
const made = (dir, args, env) => {
	const r = key(dir, args, env);
	expect(r.status, 0, r.stderr);
	return r.stdout.trim().split('\n').slice(-2);
};
const verify = (dir) => spawnSync(mingfa, ['verify', dir], { encoding: 'utf8' });

function openssl(pdf, sig, [ED25519, SM2]) {
	const dir = fs.mkdtempSync(path.join(scratch, 'sh-'));
	fs.writeFileSync(path.join(dir, 'paper.pdf'), pdf);
	fs.writeFileSync(path.join(dir, 'paper.sig'), sig);
	const block = fs.readFileSync(path.join(root, 'docs/verify.md'), 'utf8').match(/```sh paper\n([\s\S]*?)```/)[1];
	return spawnSync('sh', ['-e', '-c', block], { cwd: dir, encoding: 'utf8', env: { ...process.env, ED25519, SM2 } });
}

// The head approves the filing of a case that waits for it: the least that makes numbered papers here.
async function file(s, n = 0) {
	const code = s.ask("SELECT m.code FROM matter m JOIN organ o ON o.id = m.organ WHERE m.kind = 'penalty' AND m.state = 'filing' AND o.short = 'yingji'").split('\n')[n];
	const token = JSON.parse((await request(s.port, 'POST', '/api/v1/session', { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login: 'zhangqiang', password: s.passwords.get('zhangqiang') }) })).body).token;
	const version = s.count(`SELECT version FROM matter WHERE code = '${code}'`);
	const r = await request(s.port, 'POST', `/api/v1/matters/${code}/actions/file`, {
		headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ version, form: {} }),
	});
	expect(r.status, 200, r.body);
	return code;
}
async function papers(s, code, state) {
	const q = `SELECT COUNT(*) FROM document d JOIN matter m ON m.id = d.matter WHERE m.code = '${code}' AND d.paper IN ('filing_approval', 'party_sheet') AND ${state}`;
	for (let i = 0; i < 200; i++) {
		if (s.count(q) === 2) return;
		await wait(100);
	}
	throw new Error(`the papers are not ${state}: ${s.log}`);
}
const pdfOf = (s, code) => s.ask(`SELECT hex(b.data) FROM document d JOIN matter m ON m.id = d.matter JOIN blob b ON b.digest = d.blob WHERE m.code = '${code}' AND d.paper = 'filing_approval'`);

function multipart(fields) {
	const edge = `e${randomUUID()}`;
	const parts = fields.map(([name, value, filename]) => Buffer.concat([Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="${name}"${filename ? `; filename="${filename}"` : ''}\r\n\r\n`), Buffer.from(value), Buffer.from('\r\n')]));
	return { body: Buffer.concat([...parts, Buffer.from(`--${edge}--\r\n`)]), headers: { 'Content-Type': `multipart/form-data; boundary=${edge}` } };
}
const ask = (s, fields) => request(s.publicPort, 'POST', '/verify', multipart(fields));

const dir = folder();
let s;
let vkeys;
let code;
let pdf;
let sig;
after(() => s && s.stop());

test('a key is made under a passphrase, once; never from the command line', () => {
	for (const env of [{}, { MINGFA_KEY_PASS: 'short' }]) {
		const r = key(dir, ['new', organ], env);
		that(r.status === 1 && /口令/.test(r.stderr), r.stderr);
	}
	expect(key(dir, ['new', organ, '--years', '6']).status, 2, 'six years');
	that(/没有登记机关/.test(key(dir, ['new', '无此机关']).stderr), 'an organ that is not there');
	expect(key(dir, ['end', organ]).status, 2, 'an end without a reason');
	vkeys = made(dir, ['new', organ]);
	that(vkeys.every((k) => k.startsWith(`${organ}/1+`)), vkeys.join());
	that(/已有使用中的/.test(key(dir, ['new', organ]).stderr), 'a second one');
	for (const f of fs.readdirSync(path.join(dir, 'keys')).filter((n) => n.startsWith('sign-'))) {
		that(fs.readFileSync(path.join(dir, 'keys', f), 'utf8').includes('ENCRYPTED PRIVATE KEY'), f);
		expect(fs.statSync(path.join(dir, 'keys', f)).mode & 0o777, 0o600, f);
	}
});

test('a process with a wrong passphrase serves and does not sign; with the right one the papers that wait are signed', async () => {
	s = await new Server(dir).start([], { MINGFA_KEY_PASS: 'another one' });
	code = await file(s);
	await papers(s, code, "d.state = 'frozen'");
	for (let i = 0; i < 50 && !/口令不对/.test(s.log); i++) await wait(100);
	that(/口令不对/.test(s.log), s.log);
	expect(s.count('SELECT COUNT(*) FROM document WHERE signed_event IS NOT NULL'), 0, 'signed');
	await s.stop();
	const file2 = path.join(scratch, 'pass');
	fs.writeFileSync(file2, `no organ's\n${organ}=${pass.MINGFA_KEY_PASS}\n`);
	s = await new Server(dir).start(['--key-pass', file2]);
	await papers(s, code, 'd.signed_event IS NOT NULL');
	expect(s.count("SELECT COUNT(*) FROM event WHERE action = 'paper.signed' AND role = 'program'"), 2, 'acts of signing');
	expect(s.count("SELECT COUNT(*) FROM event e JOIN leaf l ON l.event = e.id WHERE e.action = 'paper.signed'"), 2, 'in the log');
});

test('who sees the paper has the signature as a file, and openssl alone checks both halves', async () => {
	const doc = s.ask(`SELECT d.code FROM document d JOIN matter m ON m.id = d.matter WHERE m.code = '${code}' AND d.paper = 'filing_approval'`);
	const wang = await s.signIn('wangming');
	const got = await request(s.port, 'GET', `/doc/${doc}/signature`, { cookie: wang.cookie });
	expect(got.status, 200, got.body);
	sig = got.body;
	pdf = Buffer.from(pdfOf(s, code), 'hex');
	that((await request(s.port, 'GET', `/doc/${doc}`, { cookie: wang.cookie })).body.includes('签名文件'), 'the page of the paper');
	expect((await request(s.port, 'GET', `/doc/${doc}/signature`, { cookie: (await s.signIn('majun')).cookie })).status, 404, 'another organ');
	that(/^mingfa\/paper\/1\norgan 临猗县应急管理局\npaper .+\nnumber 临应急立〔\d+〕\d+号\nsha256 [0-9a-f]{64}\nsm3 [0-9a-f]{64}\nsigned .+ \+0800\n\n— /.test(sig), sig);
	const good = openssl(pdf, sig, vkeys);
	that(good.status === 0 && good.stdout.match(/Signature Verified Successfully/g).length === 2, good.stdout + good.stderr);
	const lines = sig.trimEnd().split('\n');
	const bent = (i) => [...lines.slice(0, i), lines[i].replace(/.(.{12})$/, (m, rest) => (m[0] === 'A' ? 'B' : 'A') + rest), ...lines.slice(i + 1), ''].join('\n');
	for (const [what, p, t] of [['the paper', Buffer.concat([pdf, Buffer.from(' ')]), sig], ['the statement', pdf, sig.replace('号', '號')], ['Ed25519', pdf, bent(8)], ['SM2', pdf, bent(9)]])
		that(openssl(p, t, vkeys).status !== 0, `${what} was altered`);
});

test('the public page: the file says all to whoever holds it, a number only what is published', async () => {
	const yes = await ask(s, [['file', pdf, 'a.pdf'], ['number', '']]);
	that(yes.status === 200 && /一个字也没有改动/.test(yes.body) && /临应急立〔\d+〕\d+号/.test(yes.body) && /电子签名有效：临猗县应急管理局用密钥“临猗县应急管理局\/1”/.test(yes.body), yes.body);
	const other = await ask(s, [['file', Buffer.concat([pdf, Buffer.from('\n')]), 'a.pdf']]);
	that(/不是本网站各机关制发的原件/.test(other.body) && !/临应急立/.test(other.body), other.body);
	const old = s.ask("SELECT hex(b.data) FROM document d JOIN blob b ON b.digest = d.blob WHERE d.paper = 'penalty_decision' AND d.signature IS NULL AND b.place = 'row' LIMIT 1");
	that(/还没有启用电子签名/.test((await ask(s, [['file', Buffer.from(old, 'hex'), 'b.pdf']])).body), 'a paper of before');
	const unpublished = s.ask(`SELECT d.number FROM document d JOIN matter m ON m.id = d.matter WHERE m.code = '${code}' AND d.paper = 'filing_approval'`);
	const [hidden, nothing] = await Promise.all([ask(s, [['number', unpublished]]), ask(s, [['number', '临应急立〔2019〕999号']])]);
	for (const r of [hidden, nothing]) that(r.status === 200 && /网上没有公开这个文号的决定/.test(r.body), r.body);
	const [number, title] = s.ask("SELECT json_extract(x.fields, '$.decision_no'), json_extract(x.fields, '$.title') FROM matter x JOIN document d ON d.number = json_extract(x.fields, '$.decision_no') WHERE x.kind = 'disclosure' AND x.state = 'published' LIMIT 1").split('|');
	const known = await ask(s, [['number', number]]);
	that(/这个文号的决定已经公开/.test(known.body) && known.body.includes(title) && /href="\/decisions\//.test(known.body), known.body);
	expect((await ask(s, [['number', '  ']])).status, 422, 'nothing');
	expect((await ask(s, [['file', Buffer.alloc((20 << 20) + 1), 'c.pdf']])).status, 413, 'more than 20 MB');
	const keys = await request(s.publicPort, 'GET', '/keys');
	for (const k of vkeys) that(keys.body.includes(k.replaceAll('+', '&#43;')) || keys.body.includes(k), `${k} in ${keys.body}`);
	that(!keys.body.includes('pkcs11'), 'where a key is kept');
});

test('verify checks the signatures, beside the server that writes; an altered one is named', async () => {
	const beside = verify(dir);
	that(beside.status === 0 && /有电子签名的文书2份，签名都对/.test(beside.stdout), beside.stdout + beside.stderr);
	await s.stop();
	const sql = (to, text) => execFileSync('sqlite3', ['-bail', path.join(to, 'mingfa.db')], { input: `PRAGMA foreign_keys=OFF;${text}` });
	let n = 0;
	const told = (text, says) => {
		const to = path.join(scratch, `altered${++n}`);
		fs.cpSync(dir, to, { recursive: true });
		sql(to, text);
		const r = verify(to);
		that(r.status === 1 && says.test(r.stdout), `${text}: ${r.status} ${r.stdout}${r.stderr}`);
		fs.rmSync(to, { recursive: true });
	};
	const one = "id = (SELECT MIN(id) FROM document WHERE signed_event IS NOT NULL)";
	told(`UPDATE document SET signature = replace(signature, 'organ 临猗', 'organ 北辛') WHERE ${one}`, /电子签名被改动/);
	told(`UPDATE document SET signature = NULL, signed_event = NULL WHERE ${one}`, /电子签名的记录有\d份，登记有0份|电子签名的记录有2份，登记有1份/);
	told(`UPDATE document SET signed_event = signed_event - 1 WHERE ${one}`, /电子签名(被改动|的记录有)/);
	told("UPDATE matter SET fields = replace(fields, 'sm2', 'sm3') WHERE kind = 'signing_key'", /电子签名不对|签名密钥.*被改动/);
	told("UPDATE document SET signature = (SELECT signature FROM document WHERE signed_event IS NOT NULL LIMIT 1), signed_event = 1 WHERE id = 1", /电子签名/);
});

test('a new key signs what follows, the old one still proves what it signed; ended and expired ones sign nothing', async () => {
	const next = made(dir, ['renew', organ, '--years', '1']);
	that(next.every((k, i) => k.startsWith(`${organ}/2+`) && k !== vkeys[i]), next.join());
	const listed = execFileSync(mingfa, ['key', 'list', dir], { encoding: 'utf8' });
	that(/已停用，.*\n.*\/1\+/.test(listed) && /使用中，.*\n.*\/2\+/.test(listed), listed);
	s = await new Server(dir).start([], pass);
	that(/电子签名有效/.test((await ask(s, [['file', pdf, 'a.pdf']])).body), 'the old signature');
	await s.stop();
	expect(openssl(pdf, sig, vkeys).status, 0, 'by openssl');
	that(openssl(pdf, sig, next).status !== 0, 'by the new key');
	expect(made(dir, ['end', organ, '--reason', '口令可能泄露']).length, 1, 'ended');
	that(/没有使用中/.test(key(dir, ['renew', organ]).stderr), 'nothing to renew');
	expect(verify(dir).status, 0, verify(dir).stdout);
	const third = made(dir, ['new', organ, '--years', '1']);
	that(third[0].startsWith(`${organ}/3+`), third.join());
	s = await new Server(dir).start(['--now', new Date(Date.now() + 400 * 86400000).toISOString().slice(0, 10) + ' 09:00'], pass);
	for (let i = 0; i < 100 && s.count("SELECT COUNT(*) FROM matter WHERE kind = 'signing_key' AND state = 'active'"); i++) await wait(100);
	expect(s.ask("SELECT action FROM event e JOIN matter m ON m.id = e.matter WHERE m.kind = 'signing_key' ORDER BY e.id DESC LIMIT 1"), 'expire', 'what ended it');
	await s.stop();
});

test('a key in a token: made there, signs from there', async () => {
	const module = '/usr/lib/softhsm/libsofthsm2.so';
	if (!fs.existsSync(module)) return console.log('SKIPPED: no softhsm2');
	const tokens = path.join(scratch, 'tokens');
	fs.mkdirSync(tokens);
	fs.writeFileSync(path.join(scratch, 'softhsm2.conf'), `directories.tokendir = ${tokens}\n`);
	const env = { SOFTHSM2_CONF: path.join(scratch, 'softhsm2.conf'), MINGFA_KEY_PASS: '482913' };
	execFileSync('softhsm2-util', ['--init-token', '--free', '--label', 'yingji', '--pin', '482913', '--so-pin', '99999999'], { env: { ...process.env, ...env } });
	const uri = `pkcs11:token=yingji;object=one?module-path=${module}`;
	const to = folder();
	that(/PIN/.test(key(to, ['new', organ, '--token', uri], { ...env, MINGFA_KEY_PASS: '000000' }).stderr), 'a wrong PIN');
	that(/没有找到密码设备/.test(key(to, ['new', organ, '--token', uri.replace('yingji', 'other')], env).stderr), 'another token');
	that(/缺少|写法/.test(key(to, ['new', organ, '--token', 'pkcs11:token=yingji'], env).stderr), 'half a name');
	const pair = made(to, ['new', organ, '--token', uri], env);
	that(/换一个标签/.test(key(to, ['renew', organ, '--token', uri], env).stderr), 'the same label');
	that(!fs.readdirSync(path.join(to, 'keys')).some((f) => /^sign-[0-9a-f]{8}\.pem$/.test(f)), 'a private half in the folder');
	s = await new Server(to).start([], env);
	const of = await file(s);
	await papers(s, of, 'd.signed_event IS NOT NULL');
	const text = s.ask(`SELECT signature FROM document d JOIN matter m ON m.id = d.matter WHERE m.code = '${of}' AND d.paper = 'filing_approval'`) + '\n';
	const r = openssl(Buffer.from(pdfOf(s, of), 'hex'), text, pair);
	that(r.status === 0, r.stdout + r.stderr);
});

run();
