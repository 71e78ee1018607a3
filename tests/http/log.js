// SPDX-License-Identifier: MulanPSL-2.0
// The record log as others see it, checked with nothing of ours: the signed head, its tiles and entries; it grows with
// acts and is signed after them. A folder whose tree does not go on from what was signed does not serve: an older backup,
// a changed leaf, foreign keys; `mingfa log renew` is the way on.
'use strict';
const { execFileSync, spawnSync } = require('node:child_process');
const { createHash, createPublicKey, generateKeyPairSync, sign, verify } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { test, after, run, that, expect, folder, Server, openLead, wait, mingfa } = require('./lib.js');

const program = (...args) => spawnSync(mingfa, args, { encoding: 'utf8', timeout: 60000 });
const tried = (dir) => program('serve', dir, '--listen', '127.0.0.1:0', '--public', '127.0.0.1:0');
const sha = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const leaf = (entry) => sha(Buffer.from([0]), entry);
const node = (left, right) => sha(Buffer.from([1]), left, right);
const rootOf = (hashes) => {
	if (hashes.length === 0) return sha();
	if (hashes.length === 1) return hashes[0];
	let k = 1;
	while (k * 2 < hashes.length) k *= 2;
	return node(rootOf(hashes.slice(0, k)), rootOf(hashes.slice(k)));
};

const get = (port, where) => new Promise((ok, no) => {
	http.get({ host: '127.0.0.1', port, path: where }, (res) => {
		const parts = [];
		res.on('data', (d) => parts.push(d));
		res.on('end', () => ok({ status: res.statusCode, headers: res.headers, body: Buffer.concat(parts) }));
	}).on('error', no);
});

// A head in its parts; the Ed25519 line holds under the published key.
function head(text, vkey) {
	const [origin, size, root] = text.split('\n');
	const key = Buffer.from(vkey.slice(vkey.indexOf('+', vkey.indexOf('+') + 1) + 1), 'base64');
	const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.subarray(1)]);
	const line = text.split('\n').find((l) => l.startsWith(`— ${vkey.split('+')[0]} `));
	const sig = Buffer.from(line.split(' ')[2], 'base64');
	const signed = text.slice(0, text.lastIndexOf('\n\n') + 1);
	that(verify(null, Buffer.from(signed), createPublicKey({ key: spki, format: 'der', type: 'spki' }), sig.subarray(4)), 'the signature of the head');
	expect(sig.subarray(0, 4).toString('hex'), vkey.split('+')[1], 'id of the key');
	return { origin, size: Number(size), root, text };
}

async function headOf(s) {
	const r = await get(s.publicPort, '/log/checkpoint');
	expect(r.status, 200, 'checkpoint');
	expect(r.headers['content-type'], 'text/plain; charset=utf-8', 'its type');
	that(/max-age=[1-5]\b/.test(r.headers['cache-control']), 'a head is kept for seconds only');
	return head(r.body.toString(), s.vkey);
}

// The head once it covers all that is recorded.
async function signed(s) {
	for (let i = 0; i < 100; i++) {
		const h = await headOf(s).catch(() => null);
		if (h && h.size === s.count('SELECT size FROM log_head')) return h;
		await wait(100);
	}
	throw new Error('the head was not signed in 10 s');
}

async function serving(dir, more = []) {
	const s = await new Server(dir).start(more);
	after(() => s.stop());
	s.vkey = program('log', 'key', dir).stdout.split('\n')[0];
	return s;
}

// Every hash of the tree, from its entries; those of the tiles are the same.
async function hashesOf(port, size) {
	const all = [];
	for (let n = 0; n * 256 < size; n++) {
		const width = Math.min(256, size - n * 256);
		const name = `${String(n).padStart(3, '0')}${width < 256 ? `.p/${width}` : ''}`;
		const [entries, tile] = [await get(port, `/log/tile/entries/${name}`), await get(port, `/log/tile/0/${name}`)];
		expect(entries.status + tile.status, 400, name);
		expect(tile.headers['content-type'], 'application/octet-stream', 'type of a tile');
		that(/immutable/.test(tile.headers['cache-control']) && /immutable/.test(entries.headers['cache-control']), 'tiles never change');
		const here = [];
		for (let at = 0; at < entries.body.length;) {
			const length = entries.body.readUInt16BE(at);
			const entry = entries.body.subarray(at + 2, at + 2 + length);
			that(/^mingfa\/event\/[12]\n([A-Za-z0-9+/]{43}= [A-Za-z0-9+/]{43}=\n)+$/.test(entry.toString('latin1')), 'an entry tells digests only');
			here.push(leaf(entry));
			at += 2 + length;
		}
		expect(here.length, width, 'entries');
		that(Buffer.concat(here).equals(tile.body), `tile ${name} is of its entries`);
		all.push(...here);
	}
	return all;
}

test('anyone recomputes the signed root from the entries; it grows with acts, and what was signed stays', async () => {
	const s = await serving(folder());
	const old = await signed(s);
	const before = await hashesOf(s.publicPort, old.size);
	expect(rootOf(before).toString('base64'), old.root, 'root');
	const who = await s.signIn('wangming');
	for (let i = 0; i < 3; i++) expect((await openLead(who)).status, 303, 'a lead');
	const now = await signed(s);
	that(now.size > old.size, 'it grew');
	const after3 = await hashesOf(s.publicPort, now.size);
	expect(rootOf(after3).toString('base64'), now.root, 'root after acts');
	expect(rootOf(after3.slice(0, old.size)).toString('base64'), old.root, 'the old root in the new tree');
	expect(fs.readFileSync(path.join(s.dir, 'log', 'checkpoint'), 'utf8'), now.text, 'the file of the folder');
	that(now.text.split('\n').filter((l) => l.startsWith('— ')).length === 2, 'an Ed25519 and an SM2 line');
	const one = await get(s.publicPort, '/log/tile/1/000.p/1');
	expect(one.status, 200, 'the level above');
	expect(one.body.toString('base64'), rootOf(after3.slice(0, 256)).toString('base64'), 'its hash');
	for (const no of [`/log/tile/0/000.p/0`, '/log/tile/0/999', '/log/tile/2/000.p/1', '/log/tile/x', '/log/tile/0/0000', '/log/tile/entries/000/x'])
		expect((await get(s.publicPort, no)).status, 404, no);
	const twice = s.count('SELECT count(*) FROM checkpoint');
	await wait(2500);
	expect(s.count('SELECT count(*) FROM checkpoint'), twice, 'nothing is signed while nothing happens');
	for (const key of ['log-ed25519.pem', 'log-sm2.pem']) expect(fs.statSync(path.join(s.dir, 'keys', key)).mode & 0o777, 0o600, key);
	await s.stop();
});

// The leaf's way up to the root (RFC 6962 section 2.1.1).
function climb(index, size, hash, way) {
	let [at, last] = [index, size - 1];
	for (const p of way) {
		that(last > 0, 'a hash too many');
		if (at % 2 || at === last) {
			hash = node(p, hash);
			while (at % 2 === 0 && at) [at, last] = [at >> 1, last >> 1];
		} else {
			hash = node(hash, p);
		}
		[at, last] = [at >> 1, last >> 1];
	}
	expect(last, 0, 'hashes are missing');
	return hash;
}

// A .tlog-proof and its entry hold under the published key.
function holds(text, vkey) {
	const [first, extra, index, ...rest] = text.split('\n');
	expect(first, 'c2sp.org/tlog-proof@v1', 'first line');
	const entry = Buffer.from(extra.replace(/^extra /, ''), 'base64');
	const way = rest.slice(0, rest.indexOf('')).map((l) => Buffer.from(l, 'base64'));
	const h = head(rest.slice(rest.indexOf('') + 1).join('\n'), vkey);
	expect(climb(Number(index.replace(/^index /, '')), h.size, leaf(entry), way).toString('base64'), h.root, 'the root that the proof leads to');
	return entry.toString();
}

test('a published decision and an event are proved by files that need nobody; whoever does not see the matter gets none', async () => {
	const s = await serving(folder());
	await signed(s);
	const list = (await get(s.publicPort, '/decisions')).body.toString();
	let code;
	for (const m of list.matchAll(/"\/decisions\/([0-9a-f-]{36})"/g))
		if (!code && (await get(s.publicPort, `/decisions/${m[1]}/proof/act`)).status === 200) code = m[1];
	that(code, 'no decision whose text is in the record');
	const part = async (name) => (await get(s.publicPort, `/decisions/${code}/${name}`)).body;
	const entry = holds((await part('proof/tlog-proof')).toString(), s.vkey);
	expect(entry, (await part('proof/entry')).toString(), 'entry');
	const act = await part('proof/act');
	const salts = (await part('proof')).toString().match(/>[0-9a-f]{64}</g).map((x) => Buffer.from(x.slice(1, -1), 'hex'));
	that(salts.some((salt) => entry.split('\n')[1].split(' ')[0] === sha(salt, sha(act)).toString('base64')), 'the entry is of the act that is opened');
	that(act.toString().includes(`"sha256":"${sha(await part('file/0')).toString('hex')}"`), 'the act names the published text');
	const who = await s.signIn('wangming');
	const opened = await openLead(who);
	const where = /\/m\/[0-9a-f-]{36}/.exec(opened.headers.location)[0];
	await signed(s);
	const ask = (cookie) => require('./lib.js').request(s.port, 'GET', `${where}/events/1/proof`, { cookie });
	const got = await ask(who.cookie);
	expect(got.status, 200, 'proof of an event');
	holds(got.body, s.vkey);
	expect((await ask((await s.signIn('xiaoran')).cookie)).status, 404, 'for an administrator, who sees no case');
	that((await ask('')).status !== 200, 'for nobody');
	await s.stop();
});

// A witness of a few lines: knows the log's key, keeps the last size and root, checks that the new tree goes on from them.
class Witness {
	constructor(vkey) {
		const { publicKey, privateKey } = generateKeyPairSync('ed25519');
		const type = Buffer.concat([Buffer.from([4]), publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
		this.vkey = vkey;
		this.key = privateKey;
		this.name = 'witness.example/jianchayuan';
		this.id = sha(Buffer.from(`${this.name}\n`), type).subarray(0, 4);
		this.public = `${this.name}+${this.id.toString('hex')}+${type.toString('base64')}`;
		this.size = 0;
		this.asked = 0;
		this.refuse = 0;
		this.server = http.createServer((q, a) => {
			const parts = [];
			q.on('data', (d) => parts.push(d));
			q.on('end', () => {
				this.asked++;
				const [status, body] = this.refuse ? [this.refuse, ''] : this.answer(q, Buffer.concat(parts).toString());
				a.writeHead(status, { 'Content-Type': status === 409 ? 'text/x.tlog.size' : 'text/plain' });
				a.end(body);
			});
		});
	}

	answer(q, body) {
		expect(`${q.method} ${q.url}`, 'POST /base/add-checkpoint', 'where a witness is asked');
		const at = body.indexOf('\n\n');
		const [old, ...proof] = body.slice(0, at).split('\n');
		const h = head(body.slice(at + 2), this.vkey());
		if (old !== `old ${this.size}`) return [409, `${this.size}\n`];
		if (this.size && !this.goesOn(h, proof.map((x) => Buffer.from(x, 'base64')))) return [422, ''];
		this.size = h.size;
		this.root = h.root;
		const text = `${h.text.split('\n').slice(0, 3).join('\n')}\n`;
		const time = Math.floor(Date.now() / 1000);
		const when = Buffer.alloc(8);
		when.writeBigUInt64BE(BigInt(time));
		const sig = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), this.key);
		return [200, `— ${this.name} ${Buffer.concat([this.id, when, sig]).toString('base64')}\n`];
	}

	// RFC 9162 section 2.1.4.2
	goesOn(h, proof) {
		if (h.size === this.size) return proof.length === 0 && h.root === this.root;
		const way = (this.size & (this.size - 1)) === 0 ? [Buffer.from(this.root, 'base64'), ...proof] : proof;
		let [fn, sn, fr, sr] = [this.size - 1, h.size - 1, way[0], way[0]];
		for (; fn % 2; sn >>= 1) fn >>= 1;
		for (const c of way.slice(1)) {
			if (!sn) return false;
			if (fn % 2 || fn === sn) {
				[fr, sr] = [node(c, fr), node(c, sr)];
				for (; fn % 2 === 0 && fn; sn >>= 1) fn >>= 1;
			} else {
				sr = node(sr, c);
			}
			[fn, sn] = [fn >> 1, sn >> 1];
		}
		return !sn && fr.toString('base64') === this.root && sr.toString('base64') === h.root;
	}

	listen() {
		return new Promise((ok) => this.server.listen(0, '127.0.0.1', () => ok(this.server.address().port)));
	}
}

async function until(what, ms, fn) {
	for (const end = Date.now() + ms; Date.now() < end; await wait(100)) if (await fn()) return;
	throw new Error(`${what}: not within ${ms} ms`);
}

test('a witness signs each head too; when it refuses, acts go on and the state of the program says so', async () => {
	const s = await serving(folder());
	const w = new Witness(() => s.vkey);
	after(() => w.server.close());
	const port = await w.listen();
	const first = await signed(s);
	fs.writeFileSync(path.join(s.dir, 'witnesses'), `# 见证方\nhttp://127.0.0.1:${port}/base/ ${w.public}\n`);
	await until('the first cosignature', 10000, async () => (await headOf(s)).text.includes(`— ${w.name} `));
	expect(w.size, first.size, 'size that it signed');
	const who = await s.signIn('wangming');
	expect((await openLead(who)).status, 303, 'a lead');
	await until('the next cosignature', 10000, async () => w.size > first.size && (await headOf(s)).text.includes(`— ${w.name} `));
	w.size = 0; // it lost what it knew and says so: 409, and we go on from there
	expect((await openLead(who)).status, 303, 'another lead');
	await until('the cosignature after a conflict', 10000, async () => w.size > 0 && (await headOf(s)).text.includes(`— ${w.name} `));
	w.refuse = 422;
	expect((await openLead(who)).status, 303, 'acts do not wait for a witness');
	await until('the refusal on record', 10000, async () => s.count('SELECT count(*) FROM witness WHERE failed > 0') === 1);
	const admin = await s.signIn('yuangang');
	const page = await require('./lib.js').request(s.port, 'GET', '/admin/state', { cookie: admin.cookie });
	expect(page.status, 200, 'state');
	that(page.body.includes(w.name) && page.body.includes('续写而成') && page.body.includes(first.origin), 'the page tells the witness, the refusal and the log');
	const asked = w.asked;
	await wait(2500);
	that(w.asked <= asked + 1, 'a witness that refuses is asked again at once');
	that(!(await headOf(s)).text.includes(`— ${w.name} `), 'a head without it is served');
	fs.writeFileSync(path.join(s.dir, 'witnesses'), 'nonsense\n');
	const wrong = await require('./lib.js').request(s.port, 'GET', '/admin/state', { cookie: admin.cookie });
	that(wrong.body.includes('网址 公钥'), 'a wrong line is told');
	await s.stop();
});

test('an older database is refused with both heads; a new log begins with the old head', async () => {
	const dir = folder();
	const db = path.join(dir, 'mingfa.db');
	let s = await serving(dir);
	const old = await signed(s);
	await s.stop();
	const kept = fs.readFileSync(db);
	s = await serving(dir);
	expect((await openLead(await s.signIn('wangming'))).status, 303, 'a lead');
	const newer = await signed(s);
	await s.stop();
	fs.writeFileSync(db, kept);
	for (const f of ['mingfa.db-wal', 'mingfa.db-shm']) fs.rmSync(path.join(dir, f), { force: true });
	const no = tried(dir);
	expect(no.status, 1, 'an older database serves');
	for (const what of [`${newer.size}条`, newer.root, '条、树根', 'log renew']) that(no.stderr.includes(what), `${what}: ${no.stderr}`);
	// Beyond what the old log signed: an act that only the new log can vouch for.
	expect(program('account', dir, 'ending', '--name', '甲某', '--organ', '临猗县司法局', '--role', 'officer').status, 0, 'an account');
	const renewed = program('log', 'renew', dir);
	expect(renewed.status, 0, renewed.stderr);
	s = await serving(dir);
	that(s.vkey.startsWith(`${old.origin}/2+`), s.vkey);
	expect((await openLead(await s.signIn('wangming'))).status, 303, 'it goes on');
	const next = await signed(s);
	expect(next.origin, `${old.origin}/2`, 'origin');
	const bundle = (await get(s.publicPort, `/log/tile/entries/000.p/${next.size}`)).body;
	const first = bundle.subarray(2, 2 + bundle.readUInt16BE(0)).toString();
	that(first.startsWith(`mingfa/renew/1\n${old.origin}\n`) && first.includes(newer.text), `entry 0 is the old head: ${first}`);
	expect(s.count('SELECT count(*) FROM leaf') - s.count('SELECT count(*) FROM event'), 0, 'a leaf for each event');
	expect(s.ask("SELECT state || json_extract(fields, '$.place') FROM matter WHERE kind = 'backup' ORDER BY id DESC LIMIT 1"), `renewed${old.origin}/2`, 'the renewal is an act');
	// The end of the old log: its address, and a proof in two steps.
	that((await get(s.publicPort, '/logs/1/checkpoint')).body.toString().startsWith(old.text), 'the old head has an address');
	expect((await get(s.publicPort, `/logs/1/tile/entries/${'000'}${old.size < 256 ? `.p/${old.size}` : ''}`)).status, 200, 'its entries');
	expect((await get(s.publicPort, '/logs/3/checkpoint')).status, 404, 'a log that is not there');
	const [code, seq, entry] = s.ask("SELECT m.code, e.seq, l.entry FROM event e JOIN matter m ON m.id = e.matter JOIN leaf l ON l.event = e.id WHERE m.kind = 'account' AND json_extract(m.fields, '$.login') = 'ending' ORDER BY e.id LIMIT 1").split('|');
	const told = await require('./lib.js').request(s.port, 'GET', `/m/${code}/events/${seq}/proof`, { cookie: (await s.signIn('dengchao')).cookie });
	expect(told.status, 200, told.body);
	const cut = told.body.indexOf('\n\n');
	const [word, origin, size, root, index, ...path2] = told.body.slice(0, cut).split('\n');
	expect(word, 'mingfa/ended-log/1', 'its first line');
	that(first.startsWith(`mingfa/renew/1\n${origin}\n${size}\n${root}\n`), 'entry 0 of the new log names this end');
	let [fn, sn, r] = [Number(index.slice(6)), Number(size) - 1, leaf(Buffer.from(`${entry}\n`))];
	that(fn >= old.size, 'it lies beyond what was signed');
	for (const line of path2) {
		const h = Buffer.from(line, 'base64');
		if (fn % 2 || fn === sn) {
			r = node(h, r);
			for (; fn % 2 === 0 && fn; sn >>= 1) fn >>= 1;
		} else {
			r = node(r, h);
		}
		[fn, sn] = [fn >> 1, sn >> 1];
	}
	that(!sn && r.toString('base64') === root, 'the path comes to the root of the end');
	that(told.body.slice(cut + 2).startsWith('c2sp.org/tlog-proof@v1\n') && told.body.includes('\nindex 0\n') && told.body.includes(`\n${old.origin}/2\n`), 'behind it the proof of entry 0');
	expect(spawnSync(mingfa, ['verify', dir]).status, 0, 'verify, beside the server');
	await s.stop();
	s = await serving(dir); // and once more
	await s.stop();
});

test('a changed leaf is refused', async () => {
	const dir = folder();
	const s = await serving(dir);
	await signed(s);
	await s.stop();
	execFileSync('sqlite3', [path.join(dir, 'mingfa.db'), 'DROP TRIGGER leaf_no_update; UPDATE leaf SET entry = replace(entry, \'event\', \'evenf\') WHERE idx = (SELECT max(idx) FROM leaf)']);
	const no = tried(dir);
	expect(no.status, 1, 'it serves');
	that(/改动/.test(no.stderr), no.stderr);
});

test('a restored folder says what it needs; without keys nothing is signed, with other keys nothing is served', async () => {
	const dir = folder();
	let s = await serving(dir);
	const old = await signed(s);
	await s.stop();
	const copy = path.join(dir, '..', 'copy');
	const again = path.join(dir, '..', 'again');
	expect(program('backup', dir, copy).status, 0, 'backup');
	expect(program('restore', copy, again).status, 0, 'restore');
	fs.copyFileSync(path.join(dir, 'accounts.txt'), path.join(again, 'accounts.txt'));
	const no = tried(again);
	that(no.status === 1 && /log renew/.test(no.stderr) && /log\/checkpoint/.test(no.stderr), no.stderr);
	s = await new Server(again).start(['--read-only']); // for a drill: looking does no harm
	that(/log renew/.test(s.log), s.log);
	await s.stop();
	fs.copyFileSync(path.join(dir, 'log', 'checkpoint'), path.join(again, 'log', 'checkpoint'));
	s = await serving(again);
	that((await signed(s)).size >= old.size, 'it goes on from the head of the old folder');
	await s.stop();
	fs.rmSync(path.join(again, 'keys', 'log-sm2.pem'));
	s = await new Server(again).start();
	that(/没有日志/.test(s.log), s.log);
	expect((await openLead(await s.signIn('wangming'))).status, 303, 'acts go on');
	await wait(1500);
	expect(fs.readdirSync(path.join(again, 'keys')).includes('log-sm2.pem'), false, 'no other key is made');
	that(s.count('SELECT size - signed FROM log_head') > 0, 'signed without keys');
	await s.stop();
	execFileSync('openssl', ['genpkey', '-algorithm', 'ED25519', '-out', path.join(again, 'keys', 'log-ed25519.pem')]);
	const foreign = tried(again);
	that(foreign.status === 1 && /私钥/.test(foreign.stderr), foreign.stderr);
});

run();
