// SPDX-License-Identifier: MulanPSL-2.0
// Large files by tus 1.0.0: the real client of the protocol (parts side by side, pieces, a break and going on), and plain
// requests for what it never asks: checksums, wrong offsets, versions, ends; rights; a program killed midway; memory.
'use strict';
const { execFileSync, spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const tus = require('tus-js-client');
const { test, after, run, expect, that, wait, folder, scratch, Server, postgres, request, openLead, mingfa } = require('./lib.js');

const MIB = 1 << 20;
const META = { kind: 'penalty', filename: '现场录像.mp4' };
const sha = (b, name = 'sha256') => crypto.createHash(name).update(b).digest('hex');
const b64 = (b, name) => crypto.createHash(name).update(b).digest('base64');
const metadata = (m) => Object.entries(m).map(([k, v]) => `${k} ${Buffer.from(v).toString('base64')}`).join(',');
const bytes = (n, seed = 'a') => {
	const cipher = crypto.createCipheriv('aes-128-ctr', crypto.createHash('md5').update(seed).digest(), Buffer.alloc(16));
	return cipher.update(Buffer.alloc(n));
};

let server;
let officer;
async function who() {
	if (!server) {
		server = await (process.env.UPLOAD_ON === 'postgres' ? postgres('upload') : new Server(folder())).start();
		after(() => server.stop());
	}
	officer = officer || await server.signIn('wangming');
	return officer;
}

// A request of the protocol; what is given as undefined is not sent.
async function ask(method, where, headers = {}, body = undefined, person = undefined) {
	const p = person || await who();
	const all = { 'Tus-Resumable': '1.0.0', 'X-CSRF-Token': p.csrf, ...headers };
	for (const k of Object.keys(all)) if (all[k] === undefined) delete all[k];
	return request(p.server.port, method, where, { cookie: p.cookie, headers: all, body, timeout: 60000 });
}

async function create(length, more = {}, body = undefined) {
	const r = await ask('POST', '/upload', { 'Upload-Length': length === null ? undefined : String(length), 'Upload-Metadata': metadata(META), ...more }, body);
	expect(r.status, 201, `creation: ${r.body}`);
	return r.headers.location;
}

const piece = (offset, more = {}) => ({ 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset), ...more });
const patch = (where, offset, body, more = {}) => ask('PATCH', where, piece(offset, more), body);

async function offset(where) {
	const r = await ask('HEAD', where);
	expect(r.status, 200, 'HEAD');
	return Number(r.headers['upload-offset']);
}

// How far it is, once it is sealed.
async function sealed(where, ms = 20000) {
	for (const end = Date.now() + ms; ; await wait(50)) {
		const r = await ask('GET', where);
		expect(r.status, 200, r.body);
		const j = JSON.parse(r.body);
		if (j.state === 'sealed') return j;
		that(Date.now() < end, `not sealed: ${r.body}`);
	}
}

// The client of npm; `until` bytes, then it is broken off.
async function client(data, more = {}, until = Infinity) {
	const p = await who();
	return new Promise((ok, no) => {
		const u = new tus.Upload(data, {
			endpoint: `http://127.0.0.1:${p.server.port}/upload`, headers: { Cookie: p.cookie, 'X-CSRF-Token': p.csrf }, metadata: META,
			metadataForPartialUploads: META, retryDelays: [], removeFingerprintOnSuccess: true,
			onError: no,
			onSuccess: () => ok(u.url),
			onProgress: (sent) => {
				if (sent >= until) u.abort().then(() => ok(u.url), no);
			},
			...more,
		});
		u.start();
	});
}

/* ---- the client of npm ---- */

test('three parts side by side become one file, checked afterwards', async () => {
	const data = bytes(10 * MIB, 'parts');
	const url = await client(data, { parallelUploads: 3 });
	const j = await sealed(new URL(url).pathname);
	expect(j.kept, `${sha(data)} 现场录像.mp4`, 'digest and name');
	const h = await ask('HEAD', new URL(url).pathname);
	that(/^final;\/upload\/[0-9a-f]{32}( \/upload\/[0-9a-f]{32}){2}$/.test(h.headers['upload-concat']), h.headers['upload-concat']);
	expect(server.ask(`SELECT size || ' ' || media || ' ' || place FROM blob WHERE digest = '${sha(data)}'`), `${data.length} application/octet-stream file`, 'the row');
	const stored = fs.readFileSync(path.join(server.dir, 'blobs', sha(data).slice(0, 2), sha(data)));
	expect(sha(stored), sha(data), 'the stored file');
	expect(fs.readdirSync(path.join(server.dir, 'spool')).filter((f) => /^up-[0-9a-f]{32}$/.test(f)).length, 0, 'files left in the spool');
});

test('in pieces, with the first one in the creation, broken off and gone on with', async () => {
	const data = bytes(9 * MIB + 7, 'pieces');
	const url = await client(data, { chunkSize: MIB, uploadDataDuringCreation: true }, 4 * MIB);
	const where = new URL(url).pathname;
	const far = await offset(where);
	that(far >= 3 * MIB && far < data.length, `broken off at ${far}`);
	expect(await client(data, { uploadUrl: url, chunkSize: 2 * MIB }), url, 'the same upload');
	expect((await sealed(where)).kept.slice(0, 64), sha(data), 'digest');
});

test('the same content twice is stored once', async () => {
	const data = bytes(MIB, 'twice');
	const one = new URL(await client(data)).pathname;
	const other = new URL(await client(data, { metadata: { ...META, filename: '另一份.bin' } })).pathname;
	expect((await sealed(one)).kept.slice(0, 64), (await sealed(other)).kept.slice(0, 64), 'one address');
	expect(server.count(`SELECT count(*) FROM blob WHERE digest = '${sha(data)}'`), 1, 'rows');
});

test('a length that is told at the end; nothing at all', async () => {
	const data = bytes(300000, 'defer');
	const where = await create(null, { 'Upload-Defer-Length': '1' });
	expect((await ask('HEAD', where)).headers['upload-defer-length'], '1', 'not known');
	expect((await patch(where, 0, data.subarray(0, 100000))).status, 204, 'first piece');
	expect((await patch(where, 100000, data.subarray(100000), { 'Upload-Length': '300000' })).status, 204, 'second piece');
	expect((await sealed(where)).kept.slice(0, 64), sha(data), 'digest');
	expect((await sealed(await create(0))).kept.slice(0, 64), sha(''), 'an empty file');
	expect((await ask('POST', '/upload', { 'Upload-Defer-Length': '2', 'Upload-Metadata': metadata(META) })).status, 400, 'no such thing');
	expect((await ask('POST', '/upload', { 'Upload-Metadata': metadata(META) })).status, 400, 'no length');
});

/* ---- what the client never asks ---- */

test('what is spoken is told, to anybody', async () => {
	const p = await who();
	const r = await request(p.server.port, 'OPTIONS', '/upload');
	expect(r.status, 204, 'OPTIONS');
	expect(r.headers['tus-version'], '1.0.0', 'version');
	expect(r.headers['tus-max-size'], String(8 * 1024 * MIB), 'most');
	expect(r.headers['tus-checksum-algorithm'], 'sha1,sha256,sm3', 'checksums');
	for (const x of ['creation', 'creation-with-upload', 'creation-defer-length', 'checksum', 'expiration', 'termination', 'concatenation']) {
		that(r.headers['tus-extension'].split(',').includes(x), x);
	}
});

test('a piece counts only when it fits its checksum', async () => {
	const data = bytes(200000, 'sum');
	for (const name of ['sha1', 'sha256', 'sm3']) {
		const where = await create(data.length);
		expect((await patch(where, 0, data.subarray(0, 1000))).status, 204, 'a piece without');
		const part = data.subarray(1000, 90000);
		const wrong = await patch(where, 1000, part, { 'Upload-Checksum': `${name} ${b64('other', name)}` });
		expect(wrong.status, 460, `${name}: ${wrong.body}`);
		expect(await offset(where), 1000, 'nothing of it counts');
		expect((await patch(where, 1000, part, { 'Upload-Checksum': `${name} ${b64(part, name)}` })).status, 204, name);
		expect((await patch(where, 90000, data.subarray(90000))).status, 204, 'the rest');
		expect((await sealed(where)).kept.slice(0, 64), sha(data), 'the digest knows nothing of what was thrown away');
	}
	const where = await create(10);
	expect((await patch(where, 0, '0123456789', { 'Upload-Checksum': 'md5 eA==' })).status, 400, 'an algorithm that is unknown');
	expect((await patch(where, 0, '0123456789', { 'Upload-Checksum': 'sha1 eA==' })).status, 400, 'too short');
	expect(await offset(where), 0, 'nothing came');
});

test('offsets, types, versions and ends', async () => {
	const where = await create(10);
	expect((await patch(where, 3, 'abc')).status, 409, 'wrong offset');
	expect((await ask('PATCH', where, { 'Upload-Offset': '0', 'Content-Type': 'text/plain' }, 'abc')).status, 415, 'wrong type');
	expect((await ask('PATCH', where, { 'Content-Type': 'application/offset+octet-stream' }, 'abc')).status, 400, 'no offset');
	const old = await ask('PATCH', where, piece(0, { 'Tus-Resumable': '0.2.2' }), 'abc');
	expect(`${old.status} ${old.headers['tus-version']}`, '412 1.0.0', 'another version');
	expect((await ask('HEAD', where, { 'Tus-Resumable': undefined })).status, 412, 'no version');
	expect((await patch(where, 0, '0123456789a')).status, 413, 'more than was said');
	expect((await ask('POST', '/upload', { 'Upload-Length': String(8 * 1024 * MIB + 1), 'Upload-Metadata': metadata(META) })).status, 413, 'too large');
	const r = await patch(where, 0, 'abc');
	expect(`${r.status} ${r.headers['upload-offset']} ${r.headers['tus-resumable']}`, '204 3 1.0.0', 'a piece');
	that(Date.parse(r.headers['upload-expires']) > Date.now() + 86400000, `expires ${r.headers['upload-expires']}`);
	const h = await ask('HEAD', where);
	expect(`${h.headers['upload-offset']}/${h.headers['upload-length']} ${h.headers['cache-control']}`, '3/10 no-store', 'HEAD');
	expect(h.headers['upload-metadata'], metadata(META), 'as given');
	expect((await ask('POST', where, piece(3, { 'X-HTTP-Method-Override': 'PATCH' }), 'def')).status, 204, 'by POST');
	expect((await ask('DELETE', where)).status, 204, 'ended');
	expect((await ask('HEAD', where)).status, 404, 'gone');
	expect((await ask('DELETE', where)).status, 404, 'gone');
	expect((await patch(where, 6, 'ghi')).status, 404, 'gone');
	const done = await create(3, piece(0), 'abc');
	await sealed(done);
	expect((await patch(done, 3, '')).status, 403, 'sealed');
	expect((await ask('DELETE', done)).status, 403, 'sealed');
	expect(await offset(done), 3, 'and still known');
});

test('parts are joined only when they are whole, and stay as long as the whole needs them', async () => {
	const one = await create(3, { 'Upload-Concat': 'partial' });
	const two = await create(3, { 'Upload-Concat': 'partial', ...piece(0) }, 'def');
	const join = (list) => ask('POST', '/upload', { 'Upload-Concat': `final;${list.join(' ')}`, 'Upload-Metadata': metadata(META) });
	expect((await join([one, two])).status, 400, 'one is not whole');
	expect((await patch(one, 0, 'abc')).status, 204, 'now it is');
	expect((await ask('HEAD', one)).headers['upload-concat'], 'partial', 'a part');
	expect((await join([one, two, `/upload/${'0'.repeat(32)}`])).status, 400, 'a part that is unknown');
	expect((await join([one, one])).status, 400, 'one part twice');
	const r = await join([one, `http://127.0.0.1${two}`]);
	expect(r.status, 201, r.body);
	let refused = await patch(r.headers.location, 6, 'x');
	for (let i = 0; refused.status === 423 && i < 100; i++) { // it is being joined just now
		await wait(50);
		refused = await patch(r.headers.location, 6, 'x');
	}
	expect(refused.status, 403, 'no piece for a whole');
	expect((await sealed(r.headers.location)).kept.slice(0, 64), sha('abcdef'), 'in order');
	expect((await ask('HEAD', one)).status, 404, 'a part is gone with the whole');
});

/* ---- rights ---- */

test('whoever may not act on the matter sends nothing for it', async () => {
	const p = await who();
	const stranger = await server.signIn('liangyong'); // of another organ
	const opened = await openLead(p);
	const code = /^\/m\/([^?]+)/.exec(opened.headers.location)[1];
	const mine = { matter: code, action: 'note', filename: 'a.jpg' };
	const send = (m, person, more = {}) => ask('POST', '/upload', { 'Upload-Length': '3', 'Upload-Metadata': metadata(m), ...more }, undefined, person);
	const r = await send(mine);
	expect(r.status, 201, r.body);
	expect((await send(mine, stranger)).status, 404, 'who does not see it');
	expect((await send(META, await server.signIn('zhoumin'))).status, 403, 'who may not open one');
	expect((await send({ matter: code, action: 'decide', filename: 'a' })).status, 403, 'what cannot be done now');
	expect((await send({ matter: code, action: 'nothing', filename: 'a' })).status, 403, 'no such action');
	expect((await send({ filename: 'a' })).status, 400, 'for nothing');
	expect((await send(mine, undefined, { 'X-CSRF-Token': 'x' })).status, 403, 'without the page\'s token');
	expect((await send(mine, undefined, { Origin: 'http://elsewhere.example' })).status, 403, 'from elsewhere');
	expect((await request(server.port, 'POST', '/upload', { headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': '3' } })).status, 401, 'not signed in');
	expect((await ask('HEAD', r.headers.location, {}, undefined, stranger)).status, 404, 'another\'s upload is none');
	expect((await ask('PATCH', r.headers.location, piece(0), 'abc', stranger)).status, 404, 'nor can it be gone on with');
	expect((await ask('DELETE', r.headers.location, { 'X-CSRF-Token': undefined })).status, 403, 'nor ended without the token');
});

test('what is sealed belongs to the form it was sent for, and goes with it', async () => {
	const p = await who();
	const data = bytes(400000, 'form');
	const j = await sealed(await create(data.length, piece(0), data));
	const stolen = await openLead(await server.signIn('zhaogang'), undefined, { form: { 'f.lead_files.kept': j.kept } });
	expect(stolen.status, 422, 'a digest is no right to a file');
	const r = await openLead(p, undefined, { form: { 'f.lead_files.kept': j.kept } });
	expect(r.status, 303, r.body.slice(0, 1500));
	const file = await request(server.port, 'GET', `/file/${sha(data)}`, { cookie: p.cookie });
	expect(file.status, 200, 'the file');
	expect(file.headers['content-length'], String(data.length), 'whole');
	const part = async (range, more = {}) => {
		const q = await request(server.port, 'GET', `/file/${sha(data)}`, { cookie: p.cookie, headers: { Range: range, ...more } });
		return `${q.status} ${q.headers['content-range']} ${q.headers['content-length']}`;
	};
	expect(await part('bytes=100-199'), '206 bytes 100-199/400000 100', 'a piece');
	expect(await part('bytes=-1'), '206 bytes 399999-399999/400000 1', 'the last byte');
	expect(await part('bytes=400000-'), '416 bytes */400000 0', 'beyond');
	expect(await part('bytes=0-9', { 'If-Range': '"other"' }), '200 undefined 400000', 'of another content');
	expect(await part('bytes=0-9', { 'If-Range': file.headers.etag }), '206 bytes 0-9/400000 10', 'of this content');
	expect(server.count(`SELECT count(*) FROM event WHERE action = 'file.saved' AND matter = (SELECT max(matter) FROM evidence WHERE blob = '${sha(data)}')`), 1, 'looks on record');
});

/* ---- breaks ---- */

// A piece whose connection is cut after `n` bytes.
function broken(where, from, data, n, more = {}) {
	return new Promise((ok) => {
		const r = http.request({ host: '127.0.0.1', port: server.port, method: 'PATCH', path: where, headers: { 'Tus-Resumable': '1.0.0',
			'X-CSRF-Token': officer.csrf, Cookie: officer.cookie, ...piece(from), 'Content-Length': data.length, ...more } });
		r.on('error', () => {});
		r.on('close', ok);
		r.write(data.subarray(0, n), () => setTimeout(() => r.destroy(), 150));
	});
}

test('what came before a break stays, but not of a piece with a checksum', async () => {
	const data = bytes(3 * MIB, 'break');
	const where = await create(data.length);
	await broken(where, 0, data, MIB);
	expect(await offset(where), MIB, 'what came');
	await broken(where, MIB, data.subarray(MIB), MIB, { 'Upload-Checksum': `sha1 ${b64(data.subarray(MIB), 'sha1')}` });
	expect(await offset(where), MIB, 'an unfinished piece with a checksum is none');
	expect((await patch(where, MIB, data.subarray(MIB))).status, 204, 'the rest');
	expect((await sealed(where)).kept.slice(0, 64), sha(data), 'digest');
});

test('a program that is killed midway goes on where it was, and checks afterwards', async () => {
	const data = bytes(5 * MIB, 'kill');
	const where = await create(data.length);
	expect((await patch(where, 0, data.subarray(0, 2 * MIB))).status, 204, 'acknowledged');
	const doubtful = await create(data.length);
	const sum = { 'Upload-Checksum': `sha256 ${b64(data, 'sha256')}` };
	const cut = broken(doubtful, 0, data, 3 * MIB, sum);
	await wait(100);
	await server.kill();
	await cut;
	server = await new Server(server.dir, server.db).start();
	after(() => server.stop());
	officer = undefined;
	await who();
	that((await offset(where)) >= 2 * MIB, 'what was acknowledged is there');
	expect(await offset(doubtful), 0, 'half a piece with a checksum is none');
	const url = `http://127.0.0.1:${server.port}${where}`;
	await client(data, { uploadUrl: url, chunkSize: MIB });
	expect((await sealed(where)).kept.slice(0, 64), sha(data), 'digest');
	expect((await patch(doubtful, 0, data, sum)).status, 204, 'the piece again');
	expect((await sealed(doubtful)).kept.slice(0, 64), sha(data), 'digest');
});

test('200 MB pass through little memory', async () => {
	await who();
	const status = () => Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024;
	const one = bytes(MIB, 'large');
	const n = 200;
	const before = status();
	const where = await create(n * MIB);
	const begin = Date.now();
	const r = await new Promise((ok, no) => {
		const q = http.request({ host: '127.0.0.1', port: server.port, method: 'PATCH', path: where, headers: { 'Tus-Resumable': '1.0.0',
			'X-CSRF-Token': officer.csrf, Cookie: officer.cookie, ...piece(0), 'Content-Length': n * MIB } }, (res) => { res.resume(); ok(res); });
		q.on('error', no);
		const more = (i) => (i < n ? q.write(one, () => more(i + 1)) : q.end());
		more(0);
	});
	expect(r.statusCode, 204, 'all of it');
	console.log(`      ${n} MiB in ${Date.now() - begin} ms, ${Math.round(status() - before)} MiB more memory`);
	that(status() - before < 24, `memory grew by ${status() - before} MiB`);
	await sealed(where);
});

/* ---- a disk that is full ---- */

test('a disk without room is told, and what came stays', async () => {
	const dir = folder();
	const s = new Server(dir);
	const limited = path.join(dir, 'limited.sh');
	fs.writeFileSync(limited, `#!/bin/sh\nulimit -f ${(48 * MIB) / 512}\nexec "$@"\n`, { mode: 0o755 });
	s.child = spawn('/bin/sh', [limited, mingfa, 'serve', dir, '--listen', '127.0.0.1:0', '--public', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
	s.ended = new Promise((ok) => s.child.on('exit', (code, signal) => ok({ code, signal })));
	after(() => s.stop());
	s.port = await new Promise((ok) => {
		let out = '';
		s.child.stdout.on('data', (d) => {
			out += d;
			const m = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(out);
			if (m && out.includes('Ctrl+C')) ok(Number(m[1]));
		});
	});
	const p = await s.signIn('wangming');
	const made = await ask('POST', '/upload', { 'Upload-Length': String(60 * MIB), 'Upload-Metadata': metadata(META) }, undefined, p);
	expect(made.status, 201, made.body);
	const where = made.headers.location;
	const full = await ask('PATCH', where, piece(0), Buffer.alloc(60 * MIB), p).catch((e) => ({ status: e.code }));
	that([507, 'EPIPE', 'ECONNRESET'].includes(full.status), `full: ${full.status}`);
	const h = await ask('HEAD', where, {}, undefined, p);
	expect(Number(h.headers['upload-offset']), 48 * MIB, 'as much as there was room for');
	const again = await ask('PATCH', where, piece(48 * MIB), Buffer.alloc(MIB), p);
	expect(again.status, 507, again.body);
	expect(again.body, '服务器的磁盘空间不足，已传的部分还在，请联系系统管理员后继续', 'what is said');
});

run();
