// SPDX-License-Identifier: MulanPSL-2.0
// The dossier of a closed case of the demonstration: its order, what is missing, who may have it bound, and the bound file
// as other programs read it. Proves: LY1.09-2a LY1.09-7a LY1.09-8 LY1.09-10 LY1.09-16a SX-JL-9b LY1.03-9b
'use strict';
const { execFileSync, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { test, after, run, expect, that, wait, folder, scratch, mingfa, Server, request } = require('./lib.js');

let server;
let code;
let lacking; // a case from whose papers the interrogation was lost
async function running() {
	if (server) return server;
	const dir = folder();
	const sql = (text) => execFileSync('sqlite3', [path.join(dir, 'mingfa.db'), text], { encoding: 'utf8' }).trim();
	const closed = sql("SELECT m.code FROM matter m JOIN document d ON d.matter = m.id JOIN organ o ON o.id = m.organ WHERE m.kind = 'penalty' AND m.state IN ('closed', 'archived') AND o.short = 'yingji' GROUP BY m.id HAVING SUM(d.paper = 'inquiry_record') = 1 ORDER BY COUNT(*) DESC").split('\n');
	that(closed.length >= 2, 'the demonstration lacks closed cases');
	[code, lacking] = closed;
	sql(`DELETE FROM document WHERE paper = 'inquiry_record' AND matter = (SELECT id FROM matter WHERE code = '${lacking}')`);
	const uploads = (of) => `SELECT e.blob FROM evidence e JOIN matter m ON m.id = e.matter WHERE m.code = '${of}' OR m.parent = (SELECT id FROM matter WHERE code = '${of}')`;
	const jpeg = fs.readFileSync(path.join(__dirname, '../fuzz/corpus/outside/flat.jpg')).toString('hex');
	sql(`UPDATE blob SET media = 'image/jpeg', size = ${jpeg.length / 2}, data = X'${jpeg}' WHERE digest IN (${uploads(lacking)}) AND digest NOT IN (${uploads(code)})`);
	server = await new Server(dir).start();
	after(() => server.stop());
	return server;
}

const plain = (html) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

// The path of what a job of this person made.
async function made(s, who, part, of = code) {
	const asked = await request(s.port, 'POST', `/m/${of}/dossier`, { cookie: who.cookie, form: { csrf: who.csrf, part } });
	expect(asked.status, 303, 'asking for it');
	const job = asked.headers.location.split('/').pop();
	for (let i = 0; i < 150; i++, await wait(200)) {
		const [state, say, file] = s.ask(`SELECT state, say, file FROM job WHERE code = '${job}'`).split('|');
		if (state === 'done') return path.join(s.dir, 'spool', file);
		that(state !== 'stopped', `the job stopped: ${say}`);
	}
	throw new Error('the job did not end');
}
const text = (pdf) => execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' }).replace(/[ \n]+/g, '');

test('papers stand in the order of the law, and what has taken place without one is named as missing', async () => {
	const s = await running();
	const who = await s.signIn('zhoumin');
	const whole = await request(s.port, 'GET', `/m/${code}/dossier`, { cookie: who.cookie });
	expect(whole.status, 200, 'the page');
	const seen = plain(whole.body);
	that(/行政处罚决定书.*当事人主体资格证明材料.*询问笔录.*现场检查笔录.*行政处罚事先告知书.*送达回证.*副卷.*立案审批表.*案件审查审批表.*结案审批表/.test(seen), `the order: ${seen}`);
	that(!seen.includes('（缺）'), 'something is missing');
	const other = plain((await request(s.port, 'GET', `/m/${lacking}/dossier`, { cookie: who.cookie })).body);
	that(other.includes('询问笔录（缺）') && other.includes('正卷缺询问笔录：补入，或者归档时写明理由') && other.includes('缺 1 件'), `the lost paper: ${other}`);
	that(!other.includes('听证笔录（缺）'), 'a stage that did not take place lacks nothing');
});

test('whoever may not see the case sees no dossier and has none bound', async () => {
	const s = await running();
	const ma = await s.signIn('majun'); // 猗氏镇
	expect((await request(s.port, 'GET', `/m/${code}/dossier`, { cookie: ma.cookie })).status, 404, 'the page');
	expect((await request(s.port, 'POST', `/m/${code}/dossier`, { cookie: ma.cookie, form: { csrf: ma.csrf, part: 'main' } })).status, 404, 'binding');
});

test('the main file is bound: five parts, the cover filled from the case, and nothing of the secondary file', async () => {
	const s = await running();
	const who = await s.signIn('zhoumin');
	const pdf = await made(s, who, 'main');
	const all = text(pdf);
	const [cause, number] = s.ask(`SELECT json_extract(fields, '$.cause'), number FROM matter WHERE code = '${code}'`).split('|');
	for (const word of ['行政执法案卷', `卷宗号${number}`, cause, '卷内目录', '证物袋清单', '卷内备考表']) that(all.includes(word), `lacks ${word}: ${all.slice(0, 800)}`);
	for (const word of ['立案审批表', '案件审查审批表']) that(!all.includes(word), `the main file has ${word}`);
	that(fs.readFileSync(pdf).equals(fs.readFileSync(await made(s, who, 'main'))), 'the same case gave other bytes');
});

test('what was uploaded is bound in its place with page numbers: PDFs, and pictures that leave the file archival', async () => {
	const s = await running();
	const who = await s.signIn('zhoumin');
	const pdf = await made(s, who, 'main');
	const rows = s.ask(`SELECT DISTINCT e.name FROM evidence e JOIN blob b ON b.digest = e.blob WHERE e.matter = (SELECT id FROM matter WHERE code = '${code}') AND e.field IN ('photo_files', 'statement_files', 'pay_receipt', 'address_sheet') AND b.media = 'application/pdf'`).split('\n').filter(Boolean);
	that(rows.length > 0, `the demonstration has no uploaded PDF here: ${s.ask(`SELECT e.field, e.name, m.kind FROM evidence e JOIN matter m ON m.id = e.matter WHERE m.code = '${code}' OR m.parent = (SELECT id FROM matter WHERE code = '${code}')`)}`);
	const all = text(pdf);
	for (const name of rows) that(new RegExp(`${name.replace(/ /g, '').replace(/[.()]/g, '.')}(电子件)?\\d+(—\\d+)?`).test(all), `the index does not tell the page of ${name}: ${all.slice(0, 900)}`);
	that(/上传的材料[1-9]\d*件/.test(all), 'the notes do not count them');
	that(!fs.readFileSync(pdf).includes('pdfaid:part'), 'with pages of others it may not call itself archival');

	const other = await made(s, who, 'main', lacking);
	const images = execFileSync('pdfimages', ['-list', other], { encoding: 'utf8' }).split('\n').filter((l) => / 64 +32 +rgb /.test(l));
	that(images.length > 0, 'no picture was bound');
	const jars = ['preflight', 'pdfbox2', 'xmpbox', 'fontbox2', 'commons-logging', 'commons-io', 'javax.activation', 'jaxb-api'].map((j) => `/usr/share/java/${j}.jar`).join(':');
	const said = spawnSync('java', ['-cp', jars, 'org.apache.pdfbox.preflight.Validator_A1b', other], { encoding: 'utf8' });
	that(said.stdout.includes('is a valid PDF/A-1b file'), `${said.stdout}${said.stderr}`);
});

test('the secondary file holds approvals and what the order does not name', async () => {
	const s = await running();
	const all = text(await made(s, await s.signIn('zhoumin'), 'secondary'));
	for (const word of ['（副卷）', '立案审批表', '案件审查审批表', '结案审批表', '卷内备考表']) that(all.includes(word), `lacks ${word}: ${all.slice(0, 800)}`);
	that(!all.includes('证物袋清单1'), 'evidence bags belong to the main file');
});

test('a paper is had as OFD by whoever sees it, and by nobody else', async () => {
	const s = await running();
	const doc = s.ask(`SELECT d.code FROM document d JOIN matter m ON m.id = d.matter WHERE m.code = '${code}' AND d.paper = 'penalty_decision'`);
	const got = await request(s.port, 'GET', `/doc/${doc}/ofd`, { cookie: (await s.signIn('zhoumin')).cookie });
	expect(got.status, 200, 'status');
	expect(got.headers['content-type'], 'application/ofd', 'type');
	that(got.body.startsWith('PK') && got.body.includes('行政处罚决定书</ofd:TextCode>'), 'its contents');
	expect((await request(s.port, 'GET', `/doc/${doc}/ofd`, { cookie: (await s.signIn('majun')).cookie })).status, 404, 'another organ');
});

test('the archive package is checked by its own script of public tools, and an altered one fails', async () => {
	const s = await running();
	const who = await s.signIn('zhoumin');
	const zip = await made(s, who, 'package');
	that(fs.readFileSync(zip).equals(fs.readFileSync(await made(s, who, 'package'))), 'the same case gave other bytes');
	const to = path.join(scratch, 'package');
	execFileSync('unzip', ['-q', zip, '-d', to]);
	const vkey = execFileSync(mingfa, ['log', 'key', s.dir], { encoding: 'utf8' }).split('\n')[0];
	const ours = (key = vkey) => spawnSync(mingfa, ['verify', to, '--key', key], { encoding: 'utf8' });
	const check = (key = vkey) => spawnSync('sh', [path.join(to, 'check.sh'), key], { encoding: 'utf8' });
	const good = check();
	expect(good.status, 0, `the check: ${good.stdout}${good.stderr}`);
	const list = createHash('sha256').update(fs.readFileSync(path.join(to, 'sha256sum.txt'))).digest('hex');
	that(good.stdout.includes(list), `the digest of the list is not told: ${good.stdout}`);
	expect(s.count(`SELECT COUNT(*) FROM job WHERE say LIKE '%${list}%'`), 2, 'the page of the job tells it');
	that(fs.readFileSync(path.join(to, 'README.txt'), 'utf8').includes(fs.readFileSync(path.join(to, 'check.sh'), 'utf8')), 'README.txt has another script');

	const meta = JSON.parse(fs.readFileSync(path.join(to, 'metadata.json'), 'utf8'));
	expect(meta.code, code, 'whose package');
	expect(meta.papers.length, s.count(`SELECT COUNT(*) FROM document d JOIN matter m ON m.id = d.matter WHERE m.code = '${code}' OR m.parent = (SELECT id FROM matter WHERE code = '${code}')`), 'papers');
	for (const p of meta.papers) expect(s.count(`SELECT COUNT(*) FROM document WHERE blob = '${p.sha256}'`), 1, `${p.name} is the frozen one`);
	that(meta.files.length > 0 && meta.files.every((f) => fs.statSync(path.join(to, f.file)).size === f.size), 'uploaded files');
	expect(meta.events.filter((e) => e.action === 'decide').length, 1, 'the record of acts');

	const paper = path.join(to, meta.papers[0].file);
	const whole = fs.readFileSync(paper);
	const spoilt = Buffer.from(whole);
	spoilt[spoilt.length >> 1] ^= 1;
	fs.writeFileSync(paper, spoilt);
	expect(check().status, 1, 'one bit of a paper');
	fs.writeFileSync(paper, whole);
	fs.writeFileSync(path.join(to, 'files', 'more.txt'), 'x');
	expect(check().status, 1, 'a file more');
	fs.rmSync(path.join(to, 'files', 'more.txt'));
	expect(check().status, 0, 'as it was');
	// Whoever packs it anew with fresh lists is found out by the log.
	const anew = () => execFileSync('sh', ['-c', "find . -type f ! -path ./sha256sum.txt ! -path ./sm3sum.txt | sed 's,^./,,' | sort >../names && xargs -d '\\n' sha256sum <../names >sha256sum.txt && while read -r f; do echo \"$(openssl dgst -sm3 -r \"$f\" | cut -d ' ' -f 1)  $f\"; done <../names >sm3sum.txt"], { cwd: to });
	const forged = (file, change, why) => {
		const at = path.join(to, file);
		const old = fs.readFileSync(at);
		fs.writeFileSync(at, change(old));
		anew();
		const said = check();
		expect(said.status, 1, `${file}: ${said.stdout}${said.stderr}`);
		that(said.stdout.includes(why), `${file} is not named: ${said.stdout}`);
		const found = ours();
		that(found.status === 1 && found.stdout.startsWith('发现不符'), `verify ${file}: ${found.stdout}${found.stderr}`);
		fs.writeFileSync(at, old);
	};
	const acts = fs.readdirSync(path.join(to, 'log')).filter((f) => f.endsWith('.act'));
	const decided = acts.find((f) => fs.readFileSync(path.join(to, 'log', f), 'utf8').includes('"action":"decide"'));
	forged(`log/${decided}`, (b) => b.toString().replace(/"at":\d/, '"at":9'), `存证 log/${decided}`);
	forged(`log/${decided.replace('.act', '.entry')}`, (b) => b.toString().replace(/\n./, '\nx'), `存证 log/${decided}`);
	forged(`log/${decided.replace('.act', '.tlog-proof')}`, (b) => b.toString().replace(/\n\n([^\n]*\n)(\d)/, (all, origin, d) => `\n\n${origin}${d === '9' ? 8 : 9}`), '签名');
	forged(meta.papers[0].file, () => spoilt, `存证 ${meta.papers[0].file}`);
	forged(meta.files[0].file, () => 'other evidence', `存证 ${meta.files[0].file}`);
	anew();
	expect(check().status, 0, 'packed anew unaltered');
	expect(ours().stdout, `核对完毕，归档包全部相符：文件${fs.readFileSync(path.join(to, 'sha256sum.txt'), 'utf8').split('\n').length - 1}个，办理记录${acts.length}步都在签过名的日志里\n`, 'as mingfa verify has it');
	expect(ours(vkey.replace(/.$/, 'x')).status, 1, 'verify with another key');
	expect(check(vkey.replace(/.$/, 'x')).status, 1, 'another key');
	expect(acts.length > 20 && meta.events.length <= acts.length, true, 'each act is opened');
	fs.rmSync(path.join(to, 'secondary.pdf'));
	expect(check().status, 1, 'a file less');
});

run();
