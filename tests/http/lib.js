// SPDX-License-Identifier: MulanPSL-2.0
// lib.js - what the tests of tests/http and tests/kill share: a demonstration folder, the program under test, requests,
// counting in its database, and a runner that prints "N passed, N failed". No packages; loopback only.
'use strict';
const { spawn, execFileSync } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');
const build = path.resolve(root, process.env.BUILD || 'build');
const mingfa = process.env.MINGFA || path.join(build, 'mingfa');
const wait = (ms) => new Promise((ok) => setTimeout(ok, ms));

/* ---- tests ---- */

const tests = [];
const endings = [];
function test(name, fn) {
	tests.push([name, fn]);
}
// At the end, whatever happened.
function after(fn) {
	endings.push(fn);
}

async function within(ms, what, promise) {
	let timer;
	const late = new Promise((_, no) => {
		timer = setTimeout(() => no(new Error(`${what}: nothing within ${ms} ms`)), ms);
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}

async function run(limit = 180000) {
	let passed = 0;
	let failed = 0;
	const only = process.argv[2];
	for (const [name, fn] of tests) {
		if (only && !name.includes(only)) continue;
		const begin = Date.now();
		try {
			await within(limit, name, fn());
			passed++;
			console.log(`ok    ${name} (${Date.now() - begin} ms)`);
		} catch (e) {
			failed++;
			console.log(`FAIL  ${name}\n${e.stack}`);
		}
	}
	for (const fn of endings.reverse()) {
		try {
			await fn();
		} catch (e) {
			console.log(`FAIL  at the end\n${e.stack}`);
			failed++;
		}
	}
	console.log(`${passed} passed, ${failed} failed`);
	process.exit(failed ? 1 : 0);
}

function expect(got, want, what) {
	if (got !== want) throw new Error(`${what}: got ${JSON.stringify(got)}, wanted ${JSON.stringify(want)}`);
}
function that(ok, what) {
	if (!ok) throw new Error(what);
}

/* ---- folders ---- */

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'mingfa-test-'));
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

function alive(pid) {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}

// fn while no other process holds the file; whoever died holding it holds it no longer.
function holding(file, fn) {
	const holder = () => fs.existsSync(file) && Number(fs.readFileSync(file, 'utf8'));
	for (;;) {
		try {
			fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
			break;
		} catch (e) {
			if (e.code !== 'EEXIST') throw e;
			const pid = holder();
			if (pid && !alive(pid)) fs.rmSync(file, { force: true });
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
		}
	}
	try {
		return fn();
	} finally {
		fs.rmSync(file, { force: true });
	}
}

// The demonstration, or a practice county, is made once for each binary: it takes some seconds. Two tests may ask at a time.
function template(sort = 'demo') {
	const data = path.join(build, 'test-data'), dir = path.join(data, sort), stamp = `${dir}.stamp`;
	fs.mkdirSync(data, { recursive: true });
	return holding(`${dir}.lock`, () => {
		if (fs.existsSync(stamp) && fs.statSync(stamp).mtimeMs > fs.statSync(mingfa).mtimeMs) return dir;
		fs.rmSync(stamp, { force: true });
		fs.rmSync(dir, { recursive: true, force: true });
		execFileSync(mingfa, ['init', dir, `--${sort}`, '--pack', 'shanxi/linyi'], { stdio: ['ignore', 'ignore', 'inherit'], timeout: 180000 });
		fs.writeFileSync(stamp, '');
		return dir;
	});
}

let copies = 0;
// A demonstration folder of one's own, or one of a practice county.
function folder(sort = 'demo') {
	const dir = path.join(scratch, `d${++copies}`);
	fs.cpSync(template(sort), dir, { recursive: true });
	return dir;
}

// login -> password
function accounts(dir) {
	const all = new Map();
	for (const line of fs.readFileSync(path.join(dir, 'accounts.txt'), 'utf8').split('\n')) {
		const [login, password] = line.split('\t');
		if (password) all.set(login, password);
	}
	return all;
}

/* ---- the program ---- */

class Server {
	constructor(dir, db) {
		this.dir = dir;
		this.db = db; // an address; undefined: the folder's own SQLite file
		this.passwords = accounts(dir);
		this.log = '';
	}

	// Resolves when both sides listen.
	async start(more = [], env = {}) {
		const args = ['serve', this.dir, '--listen', '127.0.0.1:0', '--public', '127.0.0.1:0', ...more];
		if (this.db) args.push('--db', this.db);
		this.child = spawn(mingfa, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
		this.ended = new Promise((ok) => this.child.on('exit', (code, signal) => ok({ code, signal })));
		const begin = Date.now();
		let out = '';
		this.child.stderr.on('data', (d) => { this.log += d; });
		await within(60000, 'start of the program', new Promise((ok, no) => {
			this.child.stdout.on('data', (d) => {
				out += d;
				const ports = [...out.matchAll(/http:\/\/127\.0\.0\.1:(\d+)\//g)].map((m) => Number(m[1]));
				if (ports.length >= 2 && out.includes('Ctrl+C')) {
					[this.port, this.publicPort] = ports;
					ok();
				}
			});
			this.child.on('exit', (code) => no(new Error(`the program ended with ${code}: ${this.log}`)));
		}));
		this.startMs = Date.now() - begin;
		return this;
	}

	signal(name) {
		process.kill(this.child.pid, name);
	}

	async stop(ms = 30000) {
		if (this.child.exitCode !== null || this.child.signalCode !== null) return this.ended;
		this.signal('SIGTERM');
		try {
			return await within(ms, 'stop of the program', this.ended);
		} catch (e) {
			this.child.kill('SIGKILL');
			throw e;
		}
	}

	async kill() {
		this.signal('SIGKILL');
		return this.ended;
	}

	// One number, asked of the database beside the program.
	count(sql) {
		return Number(this.ask(sql));
	}

	ask(sql) {
		if (this.db) return execFileSync('psql', ['-X', '-A', '-t', '-q', '-c', sql, this.db], { encoding: 'utf8', maxBuffer: 1 << 28 }).trim();
		return execFileSync('sqlite3', ['-readonly', '-cmd', '.timeout 5000', path.join(this.dir, 'mingfa.db'), sql], { encoding: 'utf8', maxBuffer: 1 << 28 }).trim();
	}

	async signIn(login) {
		const password = this.passwords.get(login);
		that(password, `no account ${login}`);
		const r = await request(this.port, 'POST', '/sign-in', { form: { login, password, next: '/me' } });
		expect(r.status, 303, `sign-in of ${login}`);
		const cookie = r.headers['set-cookie'][0].split(';')[0];
		const page = await request(this.port, 'GET', '/me', { cookie });
		expect(page.status, 200, 'own page');
		const csrf = /name="csrf" value="([0-9a-f]+)"/.exec(page.body);
		that(csrf, 'no token in the page');
		return { server: this, cookie, csrf: csrf[1], login };
	}

	// A person's own token of the interface: act(code, action, fields) does one act on a matter as it stands.
	async caller(login) {
		const r = await request(this.port, 'POST', '/api/v1/session', { headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ login, password: this.passwords.get(login) }) });
		const { token } = JSON.parse(r.body);
		that(token, `session of ${login}: ${r.body}`);
		const call = (method, where, body) => request(this.port, method, `/api/v1${where}`, {
			headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
		return async (code, action, fields = {}) => {
			const { version } = JSON.parse((await call('GET', `/matters/${code}`)).body);
			const done = await call('POST', `/matters/${code}/actions/${action}`, { version, form: fields });
			expect(done.status, 200, `${action}: ${done.body}`);
		};
	}
}

/* ---- requests ---- */

function urlencoded(form) {
	return Object.entries(form)
		.flatMap(([k, v]) => (Array.isArray(v) ? v : [v]).map((x) => `${encodeURIComponent(k)}=${encodeURIComponent(x)}`))
		.join('&');
}

// { status, headers, body }; rejects when the connection breaks before an answer.
function request(port, method, where, opt = {}) {
	return new Promise((ok, no) => {
		const headers = { ...opt.headers };
		let body = opt.body;
		if (opt.form) {
			body = urlencoded(opt.form);
			headers['Content-Type'] = 'application/x-www-form-urlencoded';
		}
		if (body !== undefined) headers['Content-Length'] = Buffer.byteLength(body);
		if (opt.cookie) headers.Cookie = opt.cookie;
		const r = http.request({ host: '127.0.0.1', port, method, path: where, headers, agent: opt.agent, timeout: opt.timeout || 20000 }, (res) => {
			const parts = [];
			const all = () => Buffer.concat(parts);
			const answer = () => ok({ status: res.statusCode, headers: res.headers, get bytes() { return all(); }, get body() { return all().toString('utf8'); } });
			let got = 0;
			res.on('data', (d) => {
				parts.push(d);
				got += d.length;
				if (opt.until && got >= opt.until) { // hangs up midway
					r.destroy();
					answer();
				}
			});
			res.on('end', answer);
			res.on('error', no);
		});
		r.on('timeout', () => r.destroy(new Error('no answer in time')));
		r.on('error', no);
		r.end(body);
	});
}

// Sends bytes as they are, collects what comes back until the other side closes or `until` holds.
function raw(port, bytes, until = () => false, ms = 20000) {
	return new Promise((ok) => {
		const s = net.connect(port, '127.0.0.1');
		let got = '';
		const end = () => { s.destroy(); ok(got); };
		const timer = setTimeout(end, ms);
		s.setEncoding('utf8');
		s.on('connect', () => s.write(bytes));
		s.on('data', (d) => { got += d; if (until(got)) { clearTimeout(timer); end(); } });
		s.on('error', () => {});
		s.on('close', () => { clearTimeout(timer); ok(got); });
	});
}

const today = (days = 0) => new Date(Date.now() + 8 * 3600000 + days * 86400000).toISOString().slice(0, 10);

// Registers a lead: the smallest act that makes a matter. Resolves to the answer; token is the once-token.
function openLead(who, token = randomUUID(), more = {}) {
	return request(who.server.port, 'POST', '/k/penalty/new', {
		cookie: who.cookie,
		agent: more.agent,
		timeout: more.timeout,
		form: {
			csrf: who.csrf, request: token, version: 0, go: 'act', 'f.source': 'check', 'f.found_on': today(-1),
			'f.cause': `演练线索${token}`, 'f.lead_text': '检查时发现的情况。', ...more.form,
		},
	});
}

// A server with its own database of the demonstration on the test's PostgreSQL; it serves as a role that may do no more
// than it needs.
function postgres(what) {
	const cluster = process.env.MINGFA_TEST_PG;
	const name = `${what}_${process.pid}`;
	const owner = cluster.replace('/postgres?', `/${name}?`);
	const dir = path.join(scratch, 'pg');
	const sql = (text) => execFileSync('psql', ['-X', '-q', '-c', text, cluster]);
	sql(`CREATE ROLE ${name} LOGIN`);
	after(() => sql(`DROP ROLE ${name}`));
	sql(`CREATE DATABASE ${name}`);
	after(() => sql(`DROP DATABASE ${name} WITH (FORCE)`));
	execFileSync(mingfa, ['init', dir, '--demo', '--pack', 'shanxi/linyi', '--db', owner]);
	execFileSync(mingfa, ['migrate', dir, '--db', owner, '--grant', name]);
	return new Server(dir, owner.replace('//postgres@', `//${name}@`));
}

module.exports = { test, after, run, within, wait, expect, that, folder, template, scratch, Server, postgres, request, raw, openLead, today, urlencoded, randomUUID, build, mingfa, root };
