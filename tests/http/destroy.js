// SPDX-License-Identifier: MulanPSL-2.0
// An archived case destroyed by an approved list (销毁清册): its papers and files go, before and after a kill; digests, acts
// and the log stay; pages say so; nothing goes without the list. Also for tests/law/verify.js, which alters what it leaves.
// Proves: LY1.09-17 SX-JL-20b LY1.03-20b
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync, spawnSync } = require('node:child_process');
const { test, after, run, expect, that, wait, folder, scratch, Server, request, randomUUID, mingfa } = require('./lib.js');

const THEN = ['--now', '2037-06-01 09:00'];

const send = (s, who, at, form, version = 0) => request(s.port, 'POST', at, { cookie: who.cookie, form: {
	csrf: who.csrf, request: randomUUID(), version, go: 'act', ...Object.fromEntries(Object.entries(form).map(([k, v]) => [`f.${k}`, v])) } });
const told = (r) => r.body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').slice(0, 700);

async function act(s, login, code, action, form = {}) {
	const version = s.count(`SELECT version FROM matter WHERE code = '${code}'`);
	const r = await send(s, await s.signIn(login), `/m/${code}/do/${action}`, form, version);
	expect(r.status, 303, `${action}: ${told(r)}`);
}
async function open(s, login, kind, form) {
	const r = await send(s, await s.signIn(login), `/k/${kind}/new`, form);
	expect(r.status, 303, `open ${kind}: ${told(r)}`);
	return s.ask(`SELECT code FROM matter WHERE kind = '${kind}' ORDER BY id DESC LIMIT 1`);
}
const idOf = (s, login) => s.ask(`SELECT p.code FROM account a JOIN matter p ON p.id = a.person WHERE a.login = '${login}'`);
const left = (s) => s.count("SELECT COUNT(*) FROM outbox WHERE kind = 'remove' AND done IS NULL") + s.count("SELECT COUNT(*) FROM blob WHERE place IN ('leaving', 'unstoring')");

// A dossier of the archive room, approved for destruction; the code of the list and of the case.
async function approved(s) {
	const of = "SELECT d.code, c.code FROM matter d JOIN matter c ON c.id = d.parent WHERE d.kind = 'dossier' AND d.state = 'kept' ORDER BY d.id LIMIT 1";
	const [dossier, kase] = s.ask(of).split('|');
	const transfer = await open(s, 'zhoumin', 'dossier_transfer', { year: 2026, dossiers: dossier, giver: idOf(s, 'wangming'), receiver: idOf(s, 'zhoumin') });
	await act(s, 'wangming', transfer, 'sign');
	await act(s, 'zhoumin', transfer, 'sign');
	await act(s, 'zhoumin', dossier, 'ask_destroy', { destroy_why: '保管期满，没有继续保存价值' });
	const list = await open(s, 'zhoumin', 'destruction_list', { dossiers: dossier, why: '保管期满，没有继续保存价值' });
	return { dossier, kase, list };
}

async function gone(s) {
	for (let i = 0; i < 200 && left(s); i++) await wait(100);
	expect(left(s), 0, 'what waits to go');
}

const idsOf = (rows) => {
	const made = rows("SELECT d.id, d.event, d.matter, d.removed_event, d.code FROM document d JOIN event_file f ON f.event <> d.event WHERE d.removed_event IS NOT NULL ORDER BY d.id LIMIT 1")[0];
	const kept = rows("SELECT d.id, b.digest FROM document d JOIN blob b ON b.digest = d.blob WHERE d.removed_event IS NULL AND d.state = 'frozen' AND d.number <> '' ORDER BY d.id LIMIT 1")[0];
	return { gone: { document: made.id, made: made.event, event: made.removed_event, matter: made.matter }, kept: { document: kept.id, digest: kept.digest } };
};

// For verify.js: one case destroyed in the folder, nothing running any more.
async function destroy(dir, db, rows) {
	fs.copyFileSync(path.join(dir, '..', 'base', 'accounts.txt'), path.join(dir, 'accounts.txt'));
	fs.mkdirSync(path.join(dir, 'spool'), { recursive: true });
	const s = await new Server(dir).start(THEN);
	try {
		const x = await approved(s);
		await act(s, 'zhangqiang', x.list, 'approve');
		await act(s, 'zhoumin', x.list, 'carry_out', { witnesses: '周敏、冯静' });
		await gone(s);
		for (let i = 0; i < 100 && s.count("SELECT COUNT(*) FROM document WHERE state = 'queued'"); i++) await wait(100);
	} finally {
		await s.stop();
	}
	return idsOf((text) => rows(db, text));
}
module.exports = { destroy };

if (require.main === module) {
	const onDisk = (dir, digest) => fs.existsSync(path.join(dir, 'blobs', digest.slice(0, 2), digest));

	// As if some papers of the case were large: contents of more than 256 KB stand in files.
	function enlarge(dir) {
		const db = path.join(dir, 'mingfa.db'), sql = (text) => execFileSync('sqlite3', [db, text], { encoding: 'utf8' }).trim();
		const some = "SELECT d.blob FROM document d JOIN matter k ON k.id = (SELECT parent FROM matter WHERE kind = 'dossier' AND state = 'kept' ORDER BY id LIMIT 1) WHERE d.matter = k.id ORDER BY d.id LIMIT 3";
		for (const digest of sql(some).split('\n')) {
			fs.mkdirSync(path.join(dir, 'blobs', digest.slice(0, 2)), { recursive: true });
			sql(`SELECT writefile('${path.join(dir, 'blobs', digest.slice(0, 2), digest)}', data) FROM blob WHERE digest = '${digest}'`);
			sql(`UPDATE blob SET place = 'file', data = NULL WHERE digest = '${digest}'`);
		}
		return dir;
	}

	test('by the approved list alone, and also when the program is killed at once', async () => {
		const dir = enlarge(folder());
		let s = await new Server(dir).start(THEN);
		after(() => s.stop());
		const x = await approved(s);
		const mine = `(SELECT id FROM matter WHERE code = '${x.kase}')`;
		const papers = s.ask(`SELECT d.code, b.digest, b.place FROM document d JOIN blob b ON b.digest = d.blob WHERE d.matter = ${mine}`).split('\n').map((l) => l.split('|'));
		const large = papers.filter((p) => p[2] === 'file' && onDisk(dir, p[1])).map((p) => p[1]);
		const receipt = s.ask(`SELECT e.blob FROM evidence e WHERE e.matter = ${mine} LIMIT 1`);
		const events = s.count(`SELECT COUNT(*) FROM event WHERE matter = ${mine}`);
		that(papers.length > 5 && large.length, `papers: ${papers.length}, files: ${large.length}`);

		// Not without the approval: neither by the archivist's own page nor by an address made up.
		const early = await send(s, await s.signIn('zhoumin'), `/m/${x.list}/do/carry_out`, { witnesses: '周敏' }, s.count(`SELECT version FROM matter WHERE code = '${x.list}'`));
		that(early.status === 422 || early.status === 409, `carried out without approval: ${early.status}`);
		for (const address of [`/m/${x.kase}/remove`, `/m/${x.kase}/do/destroy`, `/file/${receipt}/delete`]) {
			const r = await send(s, await s.signIn('zhangqiang'), address, {});
			that(r.status >= 400, `${address}: ${r.status}`);
		}
		const who = await s.signIn('wangming');
		const before = await request(s.port, 'GET', `/doc/${papers[0][0]}/pdf`, { cookie: who.cookie });
		expect(before.status, 200, 'a paper before');
		expect(s.count("SELECT COUNT(*) FROM outbox WHERE kind = 'remove'"), 0, 'orders before the list was carried out');

		await act(s, 'zhangqiang', x.list, 'approve');
		await act(s, 'zhoumin', x.list, 'carry_out', { witnesses: '周敏、冯静' });
		await s.kill();
		s = await new Server(dir).start(THEN);
		await gone(s);
		for (const digest of large) that(!onDisk(dir, digest), `still on the disk: ${digest}`);
		expect(s.count(`SELECT COUNT(*) FROM document WHERE matter = ${mine} AND (content <> '' OR removed_event IS NULL)`), 0, 'texts of papers');
		expect(s.count(`SELECT COUNT(*) FROM blob WHERE digest IN (SELECT blob FROM document WHERE matter = ${mine}) AND (place <> 'removed' OR data IS NOT NULL)`), 0, 'contents of papers');
		that(s.count(`SELECT COUNT(*) FROM event WHERE matter = ${mine}`) > events, 'events were lost');
		expect(s.count(`SELECT COUNT(*) FROM event WHERE matter = ${mine} AND action = 'contents.removed'`), 1, 'removals of the case');
		expect(s.ask(`SELECT place FROM blob WHERE digest = '${receipt}'`), 'removed', 'the evidence of the case');

		const zhou = await s.signIn('zhoumin');
		const file = await request(s.port, 'GET', `/file/${receipt}`, { cookie: zhou.cookie });
		that(file.status === 410 && file.body.includes('已按销毁清册'), `${file.status} ${told(file)}`);
		const list = await request(s.port, 'GET', `/m/${x.kase}/evidence`, { cookie: zhou.cookie });
		that(list.status === 200 && list.body.includes('已按销毁清册') && list.body.includes(receipt), told(list));
		const page = await request(s.port, 'GET', `/doc/${papers[0][0]}`, { cookie: zhou.cookie });
		that(page.status === 200 && /已按销毁清册“.*销册〔2037〕1号”销毁（张强2037年6月1日批准/.test(page.body) && page.body.includes(papers[0][1]), told(page));
		const pdf = await request(s.port, 'GET', `/doc/${papers[0][0]}/pdf`, { cookie: zhou.cookie });
		that(pdf.status === 410 && pdf.body.includes('已按销毁清册'), `${pdf.status} ${told(pdf)}`);
		const kase = await request(s.port, 'GET', `/m/${x.kase}/events?events=all`, { cookie: zhou.cookie });
		that(kase.status === 200 && kase.body.includes('销毁文书证据'), told(kase));
		const volume = await request(s.port, 'GET', `/m/${x.kase}/dossier`, { cookie: zhou.cookie });
		that(volume.status === 200 && volume.body.includes('已按销毁清册') && !volume.body.includes('value="package"'), told(volume));
		await s.stop();
		const v = spawnSync(mingfa, ['verify', dir], { encoding: 'utf8' });
		expect(v.status, 0, v.stdout + v.stderr);
	});

	test('what was let go stays in no copy', async () => {
		const dir = enlarge(folder()), to = path.join(scratch, 'copy'), back = path.join(scratch, 'back');
		let s = await new Server(dir).start(THEN);
		after(() => s.stop());
		execFileSync(mingfa, ['backup', dir, to]);
		const x = await approved(s);
		await act(s, 'zhangqiang', x.list, 'approve');
		await act(s, 'zhoumin', x.list, 'carry_out', { witnesses: '周敏、冯静' });
		await gone(s);
		execFileSync(mingfa, ['backup', dir, to]);
		await s.stop();
		const restored = spawnSync(mingfa, ['restore', to, back], { encoding: 'utf8' });
		expect(restored.status, 0, restored.stdout + restored.stderr);
		const digests = s.ask("SELECT digest FROM blob WHERE place = 'removed'").split('\n');
		for (const at of [to, back]) for (const d of digests) that(!onDisk(at, d), `${at} has ${d}`);
		const v = spawnSync(mingfa, ['verify', back], { encoding: 'utf8' });
		expect(v.status, 0, v.stdout + v.stderr);
	});
	run();
}
