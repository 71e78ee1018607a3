// SPDX-License-Identifier: MulanPSL-2.0
// An object store (serve --blobs), against s3rver, a server of npm; aws4, another program's signing, checks each signature: files go there after they were
// acknowledged, small ones whole and large ones in parts; they are sent from there whole and in pieces; the store goes away
// and comes back; a key that is not accepted; verify and backup.
'use strict';
const { spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const aws4 = require('aws4');
const S3rver = require('s3rver');
const { test, after, run, expect, that, wait, folder, scratch, Server, request, openLead, mingfa } = require('./lib.js');

const MIB = 1 << 20;
const objects = path.join(scratch, 'objects');
let store; // s3rver
let port = 0;
let server;
let officer;
const sha = (b) => crypto.createHash('sha256').update(b).digest('hex');
const bytes = (n, seed) => crypto.createCipheriv('aes-128-ctr', crypto.createHash('md5').update(seed).digest(), Buffer.alloc(16)).update(Buffer.alloc(n));
const small = bytes(300000, 'small');
const large = bytes(33 * MIB + 5, 'large'); // three parts

// s3rver knows keys, but not the signatures of version 4.
class Store extends S3rver {
	callback() {
		const next = super.callback();
		return (req, res) => {
			const h = req.headers;
			const right = aws4.sign({ method: req.method, host: h.host, path: req.url, service: 's3', region: 'us-east-1', headers: { Host: h.host,
				'X-Amz-Date': h['x-amz-date'], 'X-Amz-Content-Sha256': h['x-amz-content-sha256'] } }, { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' });
			const signature = (s) => /Signature=([0-9a-f]{64})$/.exec(s || '')?.[1] || 'none';
			if (signature(h.authorization) === signature(right.headers.Authorization)) return next(req, res);
			req.resume();
			res.writeHead(403, { 'Content-Type': 'application/xml' });
			return res.end('<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code></Error>');
		};
	}
}

async function open() {
	store = new Store({ port, address: '127.0.0.1', silent: true, directory: objects, configureBuckets: [{ name: 'evidence', configs: [] }] });
	port = (await store.run()).port;
}

const environment = (more = {}) => ({ ...process.env, AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER', AWS_REGION: 'us-east-1', ...more });
const address = (bucket = 'evidence/county') => `s3:http://127.0.0.1:${port}/${bucket}`;
// s3rver lives in this process, so it answers only while this one waits.
function command(args, more) {
	return new Promise((ok) => {
		const c = spawn(mingfa, args, { env: environment(more), timeout: 30000 });
		let text = '';
		c.stdout.on('data', (d) => { text += d; });
		c.stderr.on('data', (d) => { text += d; });
		c.on('close', (code) => ok({ code, text }));
	});
}

async function send(data, name) {
	const r = await request(server.port, 'POST', '/upload', { cookie: officer.cookie, body: data, timeout: 60000, headers: { 'Tus-Resumable': '1.0.0', 'X-CSRF-Token': officer.csrf,
		'Upload-Length': String(data.length), 'Upload-Metadata': `kind ${Buffer.from('penalty').toString('base64')},filename ${Buffer.from(name).toString('base64')}`,
		'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' } });
	expect(r.status, 201, r.body);
	return `${sha(data)} ${name}`;
}

async function attach(...list) {
	const kept = [];
	for (const [data, name] of list) kept.push(await send(data, name));
	const r = await openLead(officer, undefined, { form: { 'f.lead_files.kept': kept } });
	expect(r.status, 303, r.body.slice(0, 1500));
}

const local = (data) => path.join(server.dir, 'blobs', sha(data).slice(0, 2), sha(data));
const place = (data) => server.ask(`SELECT place FROM blob WHERE digest = '${sha(data)}'`);
async function moved(data, ms = 30000) {
	for (const end = Date.now() + ms; place(data) !== 'store'; await wait(50)) that(Date.now() < end, `it stands in ${place(data)}`);
}

const get = (data, more = {}) => request(server.port, 'GET', `/file/${sha(data)}`, { cookie: officer.cookie, timeout: 60000, ...more });

test('what was acknowledged goes into the store and leaves the folder', async () => {
	await open();
	after(() => store.close());
	const dir = folder();
	server = await new Server(dir).start(['--blobs', address()], environment());
	after(() => server.stop());
	officer = await server.signIn('wangming');
	await attach([small, '小.bin'], [large, '大.bin']);
	await moved(small);
	await moved(large);
	for (const d of [small, large]) {
		const object = fs.readdirSync(path.join(objects, 'evidence', 'county')).find((f) => f.startsWith(sha(d)) && f.endsWith('_object'));
		expect(sha(fs.readFileSync(path.join(objects, 'evidence', 'county', object))), sha(d), 'the object');
		that(!fs.existsSync(local(d)), 'no longer in the folder');
	}
	that(server.count("SELECT count(*) FROM blob WHERE place = 'row'") > 0, 'what is small stays in its row');
});

test('it is sent from there, whole and in pieces', async () => {
	const whole = await get(large);
	expect(`${whole.status} ${whole.headers['content-length']}`, `200 ${large.length}`, 'whole');
	expect(sha(whole.bytes), sha(large), 'its content');
	const part = async (range, from, to) => {
		const r = await get(large, { headers: { Range: range } });
		expect(`${r.status} ${r.headers['content-range']}`, `206 bytes ${from}-${to - 1}/${large.length}`, range);
		that(r.bytes.equals(large.subarray(from, to)), range);
	};
	await part('bytes=100-199', 100, 200);
	await part(`bytes=${MIB}-${8 * MIB + 6}`, MIB, 8 * MIB + 7);
	await part('bytes=-5', large.length - 5, large.length);
	expect((await get(large, { headers: { Range: `bytes=${large.length}-` } })).status, 416, 'beyond');
	const both = await Promise.all([get(large), get(small), get(large, { headers: { Range: 'bytes=5-' } })]);
	that(sha(both[0].bytes) === sha(large) && sha(both[1].bytes) === sha(small) && both[2].bytes.equals(large.subarray(5)), 'side by side');
	expect(server.count("SELECT count(*) FROM event WHERE action = 'file.saved'"), 2, 'looks on record, one a file');
});

test('a visitor who goes away harms nobody', async () => {
	for (let i = 0; i < 5; i++) await get(large, { until: 3 * MIB });
	expect(sha((await get(large)).bytes), sha(large), 'the next one');
});

test('while the store is away files come all the same; what is there can be read when it is back', async () => {
	await store.close();
	const late = bytes(400000, 'late');
	await attach([late, '后来.bin']);
	expect(place(late), 'file', 'it waits');
	expect(sha((await get(late)).bytes), sha(late), 'and can be read');
	const away = await get(small);
	expect(away.status, 503, 'the store is away');
	that(away.bytes.toString().includes('对象存储暂时连接不上'), 'and it is said so');
	await open();
	await moved(late, 30000);
	expect(sha((await get(late)).bytes), sha(late), 'from there');
	expect(sha((await get(small)).bytes), sha(small), 'back');
});

test('verify reads what is in the store; backup says what it leaves out', async () => {
	const there = server.count("SELECT count(*) FROM blob WHERE place = 'store'");
	await server.stop();
	const without = await command(['verify', server.dir]);
	that(without.code === 0 && without.text.includes(`其中${there}份文件在对象存储里，没有读取内容`), without.text);
	const fine = await command(['verify', server.dir, '--blobs', address()]);
	that(fine.code === 0 && !fine.text.includes('没有读取'), fine.text);
	const to = path.join(scratch, 'copy');
	const copy = await command(['backup', server.dir, to]);
	that(copy.code === 0 && copy.text.includes(`另有${there}份文件在对象存储里，不在这份备份中`), copy.text);
	const back = await command(['restore', to, path.join(scratch, 'back')]);
	that(back.code === 0 && back.text.includes(`其中${there}份文件在对象存储里`), back.text);
	const object = path.join(objects, 'evidence', 'county', `${sha(small)}._S3rver_object`);
	const was = fs.readFileSync(object);
	const altered = Buffer.from(was);
	altered[1000] ^= 1;
	fs.writeFileSync(object, altered);
	const told = await command(['verify', server.dir, '--blobs', address()]);
	that(told.code === 1 && told.text.includes('小.bin') && told.text.includes('内容与登记的摘要不符'), told.text);
	fs.unlinkSync(object);
	const gone = await command(['verify', server.dir, '--blobs', address()]);
	that(gone.code === 1 && gone.text.includes('小.bin'), gone.text);
});

test('a wrong key, a missing bucket, a wrong address are told at the start', async () => {
	const serve = (blobs, more) => command(['serve', server.dir, '--listen', '127.0.0.1:0', '--public', '127.0.0.1:0', '--blobs', blobs], more);
	const who = await serve(address(), { AWS_ACCESS_KEY_ID: 'other' });
	that(who.code === 1 && who.text.includes('不接受访问密钥'), who.text);
	const key = await serve(address(), { AWS_SECRET_ACCESS_KEY: 'other' });
	that(key.code === 1 && key.text.includes('不接受访问密钥'), key.text);
	const bucket = await serve(address('nothing'));
	that(bucket.code === 1 && bucket.text.includes('没有这个存储桶'), bucket.text);
	const none = await serve(address(), { AWS_ACCESS_KEY_ID: '' });
	that(none.code !== 0 && none.text.includes('AWS_ACCESS_KEY_ID'), none.text);
	const wrong = await serve('s3:http://store.example/b');
	that(wrong.code !== 0 && wrong.text.includes('https'), wrong.text);
});

run();
