// SPDX-License-Identifier: MulanPSL-2.0
// A locked file, a full disk, a schema of another program: a clear answer, nothing lost, and the service resumes.
'use strict';
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test, after, run, wait, within, that, expect, folder, Server, request, openLead, scratch, mingfa } = require('../http/lib.js');
const { Load, checkWhole } = require('./lib.js');

// Another program holds the file's write lock for so long; ours may be writing when it asks (the log is signed after commits).
async function lock(s, ms) {
	const c = spawn('sqlite3', [path.join(s.dir, 'mingfa.db')], { stdio: ['pipe', 'pipe', 'inherit'] });
	c.stdin.write(".timeout 5000\nBEGIN IMMEDIATE;\nSELECT 'held';\n");
	await within(10000, 'the lock', new Promise((ok) => c.stdout.once('data', ok)));
	return { end: wait(ms).then(() => c.stdin.end('ROLLBACK;\n')) };
}

test('a file locked for 2 s makes writers wait, and nobody is turned away', async () => {
	const s = await new Server(folder()).start();
	after(() => s.stop());
	const who = await s.signIn('wangming');
	const held = await lock(s, 2000);
	const begin = Date.now();
	const writes = Array.from({ length: 20 }, () => openLead(who));
	expect((await request(s.port, 'GET', '/', { cookie: who.cookie })).status, 200, 'a page meanwhile');
	that(Date.now() - begin < 1000, 'the page had to wait');
	const answers = await Promise.all(writes);
	await held.end;
	expect(answers.map((r) => r.status).filter((x) => x === 303).length, 20, 'writes');
	that(Date.now() - begin > 1500, 'the lock was not felt');
	checkWhole(s);
});

test('a file locked for 9 s: writers are told to come back, and later writes are done', async () => {
	const s = await new Server(folder()).start();
	after(() => s.stop());
	const who = await s.signIn('wangming');
	const n = s.count('SELECT count(*) FROM event');
	const held = await lock(s, 9000);
	const r = await openLead(who);
	expect(r.status, 503, 'a write');
	that(/请稍后再试/.test(r.body) && r.headers['retry-after'], 'without its sentence or Retry-After');
	expect((await request(s.port, 'GET', '/', { cookie: who.cookie })).status, 200, 'a page meanwhile');
	expect(s.count('SELECT count(*) FROM event'), n, 'events');
	await held.end;
	await wait(300);
	expect((await openLead(who)).status, 303, 'a write afterwards');
	expect(s.count('SELECT count(*) FROM event'), n + 1, 'events');
	checkWhole(s);
});

const root = process.getuid() === 0;
const small = path.join(scratch, 'small');
if (root) {
	test('a full disk: nothing half done, pages go on, and with room again so do writes', async () => {
		const from = folder();
		fs.mkdirSync(small);
		const mb = Math.ceil(Number(execFileSync('du', ['-sm', from], { encoding: 'utf8' }).split('\t')[0]));
		execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mb + 24}m`, 'tmpfs', small]);
		after(() => spawnSync('umount', ['-l', small]));
		const dir = path.join(small, 'd');
		fs.cpSync(from, dir, { recursive: true });
		const filler = path.join(small, 'filler');
		fs.writeFileSync(filler, Buffer.alloc(18 << 20, 1));
		const s = await new Server(dir).start();
		after(() => s.stop());
		const who = await s.signIn('wangming');
		const load = new Load();
		load.start(who, 16);
		let full = null;
		for (const begin = Date.now(); !full && Date.now() - begin < 60000;) {
			await wait(20);
			const r = await openLead(who);
			if (r.status !== 303) full = r;
		}
		that(full, 'the disk did not fill up');
		await wait(500);
		await load.stop();
		expect(full.status, 507, 'a write on the full disk');
		that(/磁盘/.test(full.body), full.body.replace(/<[^>]*>/g, ' ').slice(0, 300));
		load.check(s);
		checkWhole(s);
		expect((await request(s.port, 'GET', '/healthz')).status, 200, 'health');
		expect((await request(s.port, 'GET', '/k/penalty', { cookie: who.cookie })).status, 200, 'a list on the full disk');
		fs.rmSync(filler);
		let r;
		for (let i = 0; i < 40; i++) {
			r = await openLead(who);
			if (r.status === 303) break;
			await wait(100);
		}
		expect(r.status, 303, 'a write with room again');
		const again = new Load();
		again.start(who, 8);
		await wait(300);
		await again.stop();
		again.check(s);
		load.check(s);
		checkWhole(s);
		expect((await s.stop()).code, 0, 'exit code');
		console.log(`      ${load.acknowledged.size} acknowledged before, ${again.acknowledged.size} after`);
	});
}

function refusesToServe(dir, words) {
	const before = execFileSync('sqlite3', [path.join(dir, 'mingfa.db'), 'SELECT count(*) FROM schema_patch'], { encoding: 'utf8' });
	const r = spawnSync(mingfa, ['serve', dir, '--listen', '127.0.0.1:0', '--public', '127.0.0.1:0'], { encoding: 'utf8', timeout: 10000 });
	expect(r.status, 1, `exit code (${r.signal}) ${r.stderr}`);
	that(words.test(r.stderr), `no ${words} in: ${r.stderr}`);
	expect(execFileSync('sqlite3', [path.join(dir, 'mingfa.db'), 'SELECT count(*) FROM schema_patch'], { encoding: 'utf8' }), before, 'the schema');
}

test('a newer schema is refused', async () => {
	const dir = folder();
	execFileSync('sqlite3', [path.join(dir, 'mingfa.db'), "INSERT INTO schema_patch (number, name, checksum, applied_at) SELECT max(number) + 1, 'later', 'x', 0 FROM schema_patch"]);
	refusesToServe(dir, /更新|较新|新于/);
});
test('a schema that was changed afterwards is refused', async () => {
	const dir = folder();
	execFileSync('sqlite3', [path.join(dir, 'mingfa.db'), "UPDATE schema_patch SET checksum = 'x' WHERE number = 1"]);
	refusesToServe(dir, /不一致|不同|改/);
});
test('an older schema is refused, and migrate says how', async () => {
	const dir = folder();
	execFileSync('sqlite3', [path.join(dir, 'mingfa.db'), 'DELETE FROM schema_patch WHERE number = (SELECT max(number) FROM schema_patch)']);
	refusesToServe(dir, /migrate|升级|更新/);
});
test('a folder without a database is refused', async () => {
	const dir = path.join(scratch, 'nothing');
	fs.mkdirSync(dir);
	const r = spawnSync(mingfa, ['serve', dir, '--listen', '127.0.0.1:0', '--public', '127.0.0.1:0'], { encoding: 'utf8', timeout: 10000 });
	expect(r.status, 1, `exit code (${r.signal})`);
	that(/[\u4e00-\u9fff]/.test(r.stderr), r.stderr);
});
test('an address that is taken is refused in Chinese', async () => {
	const s = await new Server(folder()).start();
	after(() => s.stop());
	const r = spawnSync(mingfa, ['serve', folder(), '--listen', `127.0.0.1:${s.port}`, '--public', '127.0.0.1:0'], { encoding: 'utf8', timeout: 20000 });
	expect(r.status, 1, `exit code (${r.signal}) ${r.stderr}`);
	that(/占用|监听/.test(r.stderr), r.stderr);
});

if (!root) console.log('skipped: a full disk (needs root for a small tmpfs)');
run(120000);
