// SPDX-License-Identifier: MulanPSL-2.0
// The examples of packaging/: nginx in front with TLS, as the file says, and Caddy's file as Caddy reads it. Signing in goes
// through, cookies are for TLS only, the visitor's address is believed from the proxy alone, figures stay inside.
'use strict';
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const https = require('node:https');
const net = require('node:net');
const path = require('node:path');
const { test, after, run, expect, that, wait, folder, scratch, Server, request, root } = require('./lib.js');

process.env.PATH += ':/usr/sbin'; // where Debian keeps nginx, also for who is not root
const has = (program) => {
	try {
		execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
};

function freePort() {
	return new Promise((ok) => {
		const s = net.createServer().listen(0, '127.0.0.1', () => {
			const { port } = s.address();
			s.close(() => ok(port));
		});
	});
}

function secure(port, method, where, opt = {}) {
	return new Promise((ok, no) => {
		const body = opt.form && new URLSearchParams(opt.form).toString();
		const r = https.request({ host: '127.0.0.1', port, method, path: where, rejectUnauthorized: false, headers: {
			Host: `${opt.host || 'banan.example.gov.cn'}:${port}`, ...(opt.cookie ? { Cookie: opt.cookie } : {}),
			...(body ? { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) } : {}), ...opt.headers } }, (res) => {
			let text = '';
			res.on('data', (d) => { text += d; });
			res.on('end', () => ok({ status: res.statusCode, headers: res.headers, body: text }));
		});
		r.on('error', no);
		r.end(body);
	});
}

let server;
let port;
async function behind() {
	if (port) return;
	server = await new Server(folder()).start(['--proxy', '127.0.0.1', '--log', 'json']);
	after(() => server.stop());
	port = await freePort();
	const tls = path.join(scratch, 'tls');
	fs.mkdirSync(tls);
	execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=example', '-keyout', `${tls}/k`, '-out', `${tls}/c`], { stdio: 'ignore' });
	const conf = fs.readFileSync(path.join(root, 'packaging/nginx.conf'), 'utf8')
		.replace(/listen 443 ssl/g, `listen 127.0.0.1:${port} ssl`)
		.replace(/ssl_certificate_key [^;]+/g, `ssl_certificate_key ${tls}/k`).replace(/ssl_certificate [^;]+/g, `ssl_certificate ${tls}/c`)
		.replace(/127\.0\.0\.1:8080/g, `127.0.0.1:${server.port}`).replace(/127\.0\.0\.1:8081/g, `127.0.0.1:${server.publicPort}`);
	fs.writeFileSync(`${tls}/nginx.conf`, `daemon off; pid ${tls}/pid; error_log ${tls}/error.log;
events {}
http { access_log off; client_body_temp_path ${tls}/b; proxy_temp_path ${tls}/p; fastcgi_temp_path ${tls}/f; uwsgi_temp_path ${tls}/u; scgi_temp_path ${tls}/s;
${conf}}
`);
	const child = spawn('nginx', ['-c', `${tls}/nginx.conf`, '-e', `${tls}/error.log`], { stdio: 'ignore' });
	after(() => child.kill('SIGTERM'));
	for (let i = 0; ; i++) {
		try {
			await secure(port, 'GET', '/healthz');
			return;
		} catch (e) {
			that(i < 50, `nginx does not answer: ${e.message}\n${fs.existsSync(`${tls}/error.log`) && fs.readFileSync(`${tls}/error.log`, 'utf8')}`);
			await wait(100);
		}
	}
}

if (!has('nginx')) console.log('SKIPPED nginx is not installed');
if (has('nginx')) {
	test('signing in through nginx: same origin holds, the cookie is for TLS only', async () => {
		await behind();
		const r = await secure(port, 'POST', '/sign-in', { form: { login: 'wangming', password: server.passwords.get('wangming'), next: '/' },
			headers: { Origin: `https://banan.example.gov.cn:${port}` } });
		expect(r.status, 303, r.body.slice(0, 300));
		that(/; Secure/.test(r.headers['set-cookie'][0]), r.headers['set-cookie'][0]);
		const desk = await secure(port, 'GET', '/', { cookie: r.headers['set-cookie'][0].split(';')[0] });
		that(desk.status === 200 && desk.body.includes('工作台'), 'the desk');
		expect(desk.headers['strict-transport-security'], 'max-age=31536000', 'HSTS');
	});

	test('what an upload brings passes nginx at once, however large it will be: what came before a break is there', async () => {
		await behind();
		const p = await server.signIn('wangming');
		const all = 300 << 20;
		const headers = { 'Tus-Resumable': '1.0.0', 'X-CSRF-Token': p.csrf };
		const made = await request(server.port, 'POST', '/upload', { cookie: p.cookie, headers: { ...headers, 'Upload-Length': String(all),
			'Upload-Metadata': `kind ${Buffer.from('penalty').toString('base64')},filename ${Buffer.from('a').toString('base64')}` } });
		expect(made.status, 201, made.body);
		const where = made.headers.location;
		await new Promise((ok) => {
			const r = https.request({ host: '127.0.0.1', port, method: 'PATCH', path: where, rejectUnauthorized: false, headers: { ...headers, Cookie: p.cookie,
				Host: `banan.example.gov.cn:${port}`, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0', 'Content-Length': all } });
			r.on('error', () => {});
			r.on('close', ok);
			r.write(Buffer.alloc(1 << 20), () => setTimeout(() => r.destroy(), 500));
		});
		const far = async () => Number((await request(server.port, 'HEAD', where, { cookie: p.cookie, headers })).headers['upload-offset']);
		for (let i = 0; (await far()) < 1 << 20; i++) {
			that(i < 50, `${await far()} bytes came`);
			await wait(100);
		}
	});

	test('figures for the operator do not leave through nginx; the public side answers under its name', async () => {
		await behind();
		expect((await secure(port, 'GET', '/metrics')).status, 404, '/metrics');
		expect((await request(server.port, 'GET', '/metrics')).status, 200, 'from this machine');
		const p = await secure(port, 'GET', '/', { host: 'gongshi.example.gov.cn' });
		that(p.status === 200 && p.body.includes('行政执法公示'), p.body.slice(0, 200));
	});

	test('twenty wrong passwords of one visitor lock that visitor, not everybody behind the proxy', async () => {
		await behind();
		const wrong = (address) => secure(port, 'POST', '/sign-in', { form: { login: `nobody${Math.random()}`, password: 'x', next: '/' },
			headers: { 'X-Forwarded-For': address } });
		let last;
		for (let i = 0; i < 21; i++) last = await wrong('203.0.113.7');
		// nginx appends its own peer's address: what the visitor wrote himself is not believed, so all come from one address.
		expect(last.status, 423, 'locked');
		const r = await request(server.port, 'POST', '/sign-in', { form: { login: 'sunli', password: server.passwords.get('sunli'), next: '/' },
			headers: { 'X-Forwarded-For': '198.51.100.9' } });
		expect(r.status, 303, 'another visitor of the proxy');
	});
}

test('a proxy that sends Forwarded alone: the visitor of its last line, and the cookie for TLS as its proto says', async () => {
	if (!server) {
		server = await new Server(folder()).start(['--proxy', '127.0.0.1', '--log', 'json']);
		after(() => server.stop());
	}
	const signIn = (forwarded) => request(server.port, 'POST', '/sign-in', { form: { login: 'sunli', password: server.passwords.get('sunli'), next: '/' },
		headers: { Forwarded: forwarded } });
	const tls = await signIn(['for=198.51.100.7;proto=http', 'for="[2001:db8::9]:47011";proto=https']);
	expect(tls.status, 303, tls.body.slice(0, 300));
	that(/; Secure/.test(tls.headers['set-cookie'][0]), tls.headers['set-cookie'][0]);
	const plain = await signIn(['for=198.51.100.7;proto=https', 'for=203.0.113.30;proto=http']);
	that(!/; Secure/.test(plain.headers['set-cookie'][0]), plain.headers['set-cookie'][0]);
});

if (!has('caddy')) console.log('SKIPPED caddy is not installed');
if (has('caddy'))
	test("Caddy's example is what Caddy understands", async () => {
		const out = execFileSync('caddy', ['validate', '--adapter', 'caddyfile', '--config', path.join(root, 'packaging/Caddyfile')],
			{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: scratch, XDG_DATA_HOME: scratch, XDG_CONFIG_HOME: scratch } });
		that(/Valid configuration/.test(out), out);
	});

run();
