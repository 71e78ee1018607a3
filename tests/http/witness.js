// SPDX-License-Identifier: MulanPSL-2.0
// mingfa-witness as logs meet it (C2SP tlog-witness, add-checkpoint): each answer of the protocol on the vectors of
// tests/vectors/tlog, many at a time, killed in between; and our own program as the log that asks it.
'use strict';
const { spawn, spawnSync } = require('node:child_process');
const { createPublicKey, verify } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { test, after, run, that, expect, folder, scratch, Server, openLead, wait, within, build, mingfa, root } = require('./lib.js');

const program = path.join(build, 'mingfa-witness');
const vectors = JSON.parse(fs.readFileSync(path.join(root, 'tests/vectors/tlog/checkpoint.json'), 'utf8'));
const NAME = 'witness.example/jianchayuan';
const [empty, first, second] = vectors.checkpoints.map((c) => c.checkpoint); // 0, 256, 600 records
const proof = vectors.witness_request.body.slice('old 256\n'.length, vectors.witness_request.body.indexOf('\n\n'));
const asks = (old, head, hashes = '') => `old ${old}\n${hashes ? `${hashes}\n` : ''}\n${head}`;
let count = 0;

const command = (...args) => spawnSync(program, args, { encoding: 'utf8', timeout: 20000 });

class Witness {
	constructor(keys = [vectors.log.vkey]) {
		this.dir = path.join(scratch, `w${++count}`);
		const made = command('init', this.dir, NAME);
		expect(made.status, 0, made.stderr);
		this.vkey = made.stdout.match(/公钥：(\S+)/)[1];
		fs.appendFileSync(path.join(this.dir, 'logs'), `${keys.join('\n')}\n`);
	}

	async start() {
		this.child = spawn(program, ['serve', this.dir, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
		this.ended = new Promise((ok) => this.child.on('exit', (code) => ok(code)));
		after(() => this.child.kill('SIGKILL'));
		this.port = await within(10000, 'start of the witness', new Promise((ok) => {
			let out = '';
			this.child.stdout.on('data', (d) => {
				out += d;
				const m = out.match(/http:\/\/127\.0\.0\.1:(\d+)\//);
				if (m) ok(Number(m[1]));
			});
		}));
		return this;
	}

	async stop(signal = 'SIGTERM') {
		this.child.kill(signal);
		return within(10000, 'end of the witness', this.ended);
	}

	send(method, where, body = '') {
		return new Promise((ok, no) => {
			const q = http.request({ host: '127.0.0.1', port: this.port, path: where, method, headers: { 'Content-Length': Buffer.byteLength(body) } }, (res) => {
				const parts = [];
				res.on('data', (d) => parts.push(d));
				res.on('end', () => ok({ status: res.statusCode, type: res.headers['content-type'], body: Buffer.concat(parts).toString() }));
			});
			q.on('error', no);
			q.end(body);
		});
	}

	ask(body) {
		return this.send('POST', '/add-checkpoint', body);
	}

	// The line is this witness's signature over the head, of now.
	checks(line, head) {
		const [, id, key] = this.vkey.match(/^[^+]+\+([0-9a-f]{8})\+(\S+)$/);
		const [dash, name, text] = line.trimEnd().split(' ');
		const bytes = Buffer.from(text, 'base64');
		expect(`${dash} ${name} ${bytes.subarray(0, 4).toString('hex')}`, `— ${NAME} ${id}`, 'whose line');
		const time = Number(bytes.readBigUInt64BE(4));
		that(Math.abs(time - Date.now() / 1000) < 60, `its time: ${time}`);
		const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key, 'base64').subarray(1)]);
		const said = Buffer.from(`cosignature/v1\ntime ${time}\n${head.slice(0, head.lastIndexOf('\n\n') + 1)}`);
		that(verify(null, said, createPublicKey({ key: der, format: 'der', type: 'spki' }), bytes.subarray(12)), 'the signature');
	}
}

async function says(w, body, status, what) {
	const r = await w.ask(body);
	expect(r.status, status, `${what}: ${r.body}`);
	return r;
}

test('init makes a key of one\'s own, once', async () => {
	const w = new Witness();
	expect(fs.statSync(path.join(w.dir, 'key.pem')).mode & 0o777, 0o600, 'mode of the key');
	const again = command('init', w.dir, NAME);
	expect(again.status, 1, 'a second init');
	that(again.stderr.includes('已经有见证方的私钥'), again.stderr);
	expect(command('serve').status, 2, 'misuse');
	expect(command('show', path.join(scratch, 'nothing')).status, 1, 'a folder that is none');
});

test('each answer of the protocol', async () => {
	const w = await new Witness().start();
	w.checks((await says(w, asks(0, first), 200, 'the first head')).body, first);
	const conflict = await says(w, asks(0, second), 409, 'an old size that is not the last');
	expect(`${conflict.type} ${conflict.body}`, 'text/x.tlog.size 256\n', 'what is held');
	await says(w, asks(256, second), 422, 'without its proof');
	await says(w, asks(256, second, proof.split('\n').reverse().join('\n')), 422, 'with a wrong proof');
	w.checks((await says(w, vectors.witness_request.body, 200, 'the request of the vectors')).body, second);
	w.checks((await says(w, asks(600, second), 200, 'the same head again')).body, second);
	await says(w, asks(600, vectors.split_view.second), 422, 'another root of the same size');
	await says(w, asks(600, first), 400, 'an old size larger than the head');
	await says(w, asks(600, second.replace('log.example/enforcement\n', 'other.example/log\n')), 404, 'an unknown log');
	await says(w, asks(600, second.replace('NgQ2u7R', 'NgQ2u7S')), 403, 'a signature that is wrong');
	await says(w, asks(600, second.replace(/— \S+ \S+/, `— ${NAME} AAAAAAAAAAAA`)), 403, 'not signed by the log');
	await says(w, asks(0, empty.replace('47DEQpj8HBSa', '57DEQpj8HBSa')), 403, 'an empty tree that was altered');
	for (const bad of ['', 'old\n\n', 'old -1\n\n', 'old 01\n\n', 'new 0\n\n', `old 600\nnothex\n\n${second}`, `old 600\n${second}`, `old 600\n\n${second.slice(0, -1)}`,
		`old 600\n${`${'A'.repeat(43)}=\n`.repeat(64)}\n${second}`]) await says(w, bad, 400, JSON.stringify(bad.slice(0, 40)));
	expect((await w.ask('x'.repeat(200000))).status, 413, 'a body that is too long');
	expect((await w.send('GET', '/add-checkpoint')).status, 405, 'asked with GET');
	const told = (await w.send('GET', '/')).body;
	that(told.includes('log.example/enforcement：600条') && told.includes('分叉：log.example/enforcement 在600条处签过两个不同的根'), told);
	that(told.includes(second.trim()) && told.includes(vectors.split_view.second.trim()), 'both heads are shown');
	expect(await w.stop(), 0, 'exit code');
	expect(command('show', w.dir).stdout, told, 'the command tells the same');
});

test('many at a time: one goes on, the others hear what is held; what was answered is kept though it is killed', async () => {
	const w = await new Witness().start();
	const got = await Promise.all(Array.from({ length: 40 }, () => w.ask(asks(0, first))));
	expect(got.filter((r) => r.status === 200).length, 1, 'first heads that were signed');
	expect(got.filter((r) => r.status === 409 && r.body === '256\n').length, 39, 'others');
	await says(w, vectors.witness_request.body, 200, 'the next head');
	await w.stop('SIGKILL');
	await w.start();
	const r = await says(w, vectors.witness_request.body, 409, 'the same request after a crash');
	expect(r.body, '600\n', 'what is held');
	await w.stop();
});

test('our own log asks it: each head is signed, with what came meanwhile', async () => {
	const s = new Server(folder());
	const keys = spawnSync(mingfa, ['log', 'key', s.dir], { encoding: 'utf8' }).stdout.trim().split('\n');
	const w = await new Witness(keys).start();
	fs.writeFileSync(path.join(s.dir, 'witnesses'), `http://127.0.0.1:${w.port} ${w.vkey}\n`);
	await s.start();
	const size = () => s.count('SELECT coalesce(max(size), 0) FROM cosignature');
	const signed = async (what) => within(20000, what, (async () => {
		while (size() !== s.count('SELECT size FROM log_head')) await wait(100);
	})());
	await signed('the first cosignature');
	const before = size();
	const who = await s.signIn('wangming');
	expect((await openLead(who)).status, 303, 'an act');
	await signed('the next one');
	that(size() > before, 'it grew');
	that((await w.send('GET', '/')).body.includes(`${keys[0].split('+')[0]}：${size()}条`), 'the witness tells it');
	await s.stop();
	await w.stop();
});

run();
