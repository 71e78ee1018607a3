// SPDX-License-Identifier: MulanPSL-2.0
// The record log by tools that share no code with the program: a Go program on the Go project's libraries, and openssl as
// docs/verify.md says it, run from that page. A running server's signed head, tiles and entries hold; altered ones do not.
'use strict';
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test, after, run, that, expect, folder, scratch, wait, Server, mingfa, root } = require('./lib.js');

const vectors = JSON.parse(fs.readFileSync(path.join(root, 'tests/vectors/tlog/checkpoint.json'), 'utf8'));
const verifier = path.join(scratch, 'verifier');
const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: path.join(scratch, 'gocache') };
execFileSync('go', ['build', '-o', verifier, path.join(root, 'tests/verifier/main.go')], { env, stdio: 'inherit' });
const asked = (...args) => spawnSync(verifier, args, { encoding: 'utf8', timeout: 60000 });

function file(name, text) {
	const to = path.join(scratch, name);
	fs.writeFileSync(to, text);
	return to;
}

// A block of docs/verify.md, as written.
function block(name) {
	const found = fs.readFileSync(path.join(root, 'docs/verify.md'), 'utf8').match(new RegExp('```sh ' + name + '\n([\\s\\S]*?)```'));
	that(found, `docs/verify.md has no block ${name}`);
	return found[1];
}
function shell(name, files, more) {
	const dir = fs.mkdtempSync(path.join(scratch, 'sh-'));
	for (const [f, text] of Object.entries(files)) fs.writeFileSync(path.join(dir, f), text);
	return spawnSync('sh', ['-e', '-c', block(name)], { cwd: dir, encoding: 'utf8', env: { ...process.env, ...more } });
}

test('vectors: what must be refused is refused, what must hold holds', () => {
	const { log, witness } = vectors;
	for (const c of vectors.checkpoints) expect(asked('note', file('n', c.cosigned), log.vkey, witness.vkey).status, 0, `size ${c.tree_size}`);
	for (const c of vectors.must_accept) expect(asked('note', file('n', c.note), log.vkey).status, 0, c.why);
	for (const c of [...vectors.must_reject, ...vectors.must_reject_though_signed]) expect(asked('note', file('n', c.note), log.vkey, witness.vkey).status, 1, c.why);
	const { entry, text } = vectors.tlog_proof;
	expect(asked('proof', file('p', text), file('e', entry), log.vkey, witness.vkey).status, 0, 'the proof');
	expect(asked('proof', file('p', text), file('e', entry.replace('256', '257')), log.vkey).status, 1, 'another entry');
	expect(asked('proof', file('p', text.replace('index 256', 'index 257')), file('e', entry), log.vkey).status, 1, 'another place');
});

test('docs/verify.md: a proof by openssl alone', () => {
	const { entry, text } = vectors.tlog_proof;
	const good = shell('proof', { proof: text, entry });
	that(good.status === 0 && good.stdout.includes('在日志里'), good.stdout + good.stderr);
	const bad = shell('proof', { proof: text, entry: `${entry} ` });
	that(bad.status !== 0 && !bad.stdout.includes('在日志里'), bad.stdout);
});

test('a running server: its head, every tile and every entry', async () => {
	const dir = folder();
	const server = await new Server(dir).start();
	after(() => server.stop());
	const address = `http://127.0.0.1:${server.publicPort}`;
	const vkey = execFileSync(mingfa, ['log', 'key', dir], { encoding: 'utf8' }).split('\n')[0];
	for (let i = 0; i < 100 && !fs.existsSync(path.join(dir, 'log', 'checkpoint')); i++) await wait(100);
	const whole = asked('log', `${address}/log`, vkey);
	that(whole.status === 0 && / [1-9]\d+ entries/.test(whole.stdout), whole.stdout + whole.stderr);
	const head = await (await fetch(`${address}/log/checkpoint`)).text();
	const again = asked('log', `${address}/log`, vkey, file('old', head));
	that(again.status === 0 && /extends the head/.test(again.stdout), again.stdout + again.stderr);
	const openssl = shell('checkpoint', {}, { ADDRESS: address, VKEY: vkey });
	that(openssl.status === 0 && /Verified Successfully/.test(openssl.stdout), openssl.stdout + openssl.stderr);

	// The same as files; then each kind of file with one byte another.
	const copy = path.join(scratch, 'log-copy');
	const size = Number(head.split('\n')[1]);
	const save = async (name) => {
		const to = path.join(copy, name);
		fs.mkdirSync(path.dirname(to), { recursive: true });
		fs.writeFileSync(to, Buffer.from(await (await fetch(`${address}/log/${name}`)).arrayBuffer()));
	};
	await save('checkpoint');
	for (let n = 0; n * 256 < size; n++) {
		const name = String(n).padStart(3, '0') + (size - n * 256 < 256 ? `.p/${size % 256}` : '');
		await save(`tile/0/${name}`);
		await save(`tile/entries/${name}`);
	}
	expect(asked('log', copy, vkey).status, 0, 'as files');
	for (const name of ['checkpoint', 'tile/0/000', 'tile/entries/000']) {
		const at = path.join(copy, name);
		const bytes = fs.readFileSync(at);
		const other = Buffer.from(bytes);
		other[other.length >> 1] ^= 1;
		fs.writeFileSync(at, other);
		expect(asked('log', copy, vkey).status, 1, `${name} altered`);
		fs.writeFileSync(at, bytes);
	}
	expect(asked('log', copy, vectors.log.vkey).status, 1, 'another key');
});

run();
