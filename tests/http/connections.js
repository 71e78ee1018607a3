// SPDX-License-Identifier: MulanPSL-2.0
// The traps of the HTTP library: exactly 128 or 256 ready connections, suspending and resuming, stopping under load,
// slow routes beside quick ones, clients that hang up.
'use strict';
const http = require('node:http');
const net = require('node:net');
const { test, after, run, within, wait, expect, that, folder, Server, request, openLead, randomUUID, today, urlencoded } = require('./lib.js');

let server;
async function running() {
	if (!server) {
		server = await new Server(folder()).start();
		after(() => server.stop());
	}
	return server;
}

// A keep-alive connection that is asked and answered in turn, counting whole answers.
class Line {
	constructor(port) {
		this.got = '';
		this.answers = 0;
		this.waiting = [];
		this.socket = net.connect(port, '127.0.0.1');
		this.socket.setEncoding('utf8');
		this.socket.setNoDelay(true);
		this.socket.on('data', (d) => {
			this.got += d;
			this.take();
		});
		this.socket.on('error', () => {});
		this.socket.on('close', () => { this.closed = true; });
		this.open = new Promise((ok, no) => {
			this.socket.on('connect', ok);
			this.socket.on('error', no);
		});
	}

	take() {
		for (;;) {
			const end = this.got.indexOf('\r\n\r\n');
			if (end < 0) return;
			const length = /content-length: (\d+)/i.exec(this.got.slice(0, end));
			const all = end + 4 + Number(length ? length[1] : 0);
			if (Buffer.byteLength(this.got) < all) return;
			this.status = Number(this.got.slice(9, 12));
			this.got = Buffer.from(this.got).subarray(all).toString();
			this.answers++;
			this.waiting.splice(0).forEach((ok) => ok());
		}
	}

	send(text) {
		this.socket.write(text);
	}

	async answered(n) {
		while (this.answers < n) await new Promise((ok) => this.waiting.push(ok));
	}

	end() {
		this.socket.destroy();
	}
}

const ask = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';

for (const n of [100, 127, 128, 129, 200, 256]) {
	test(`${n} connections become ready at the same moment and all are answered`, async () => {
		const s = await running();
		const lines = Array.from({ length: n }, () => new Line(s.port));
		try {
			await within(10000, 'connecting', Promise.all(lines.map((l) => l.open)));
			lines.forEach((l) => l.send(ask));
			await within(10000, 'first answers', Promise.all(lines.map((l) => l.answered(1))));
			for (let round = 2; round <= 4; round++) {
				s.signal('SIGSTOP');
				try {
					lines.forEach((l) => l.send(ask));
					await wait(60);
				} finally {
					s.signal('SIGCONT');
				}
				await within(5000, `answers of round ${round}`, Promise.all(lines.map((l) => l.answered(round))));
			}
			that(lines.every((l) => l.status === 200 && l.answers === 4), 'an answer too many or of the wrong kind');
		} finally {
			lines.forEach((l) => l.end());
		}
	});
}

test('256 connections wait for the writing turn and each gets its own answer', async () => {
	const s = await running();
	const who = await s.signIn('wangming');
	const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
	const tokens = Array.from({ length: 256 }, () => randomUUID());
	const before = s.count('SELECT count(*) FROM event WHERE request IS NOT NULL');
	const answers = await Promise.all(tokens.map((t) => openLead(who, t, { agent })));
	agent.destroy();
	expect(answers.filter((r) => r.status === 303).length, 256, 'leads registered');
	expect(new Set(answers.map((r) => r.headers.location)).size, 256, 'different matters');
	expect(s.count('SELECT count(*) FROM event WHERE request IS NOT NULL') - before, 256, 'events');
});

test('one connection is suspended and resumed many times over', async () => {
	const s = await running();
	const who = await s.signIn('wangming');
	const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
	for (let i = 0; i < 60; i++) {
		expect((await openLead(who, randomUUID(), { agent })).status, 303, `write ${i}`);
		expect((await request(s.port, 'GET', '/healthz', { agent })).status, 200, `read ${i}`);
	}
	agent.destroy();
});

test('two requests in one packet are answered in order', async () => {
	const s = await running();
	const l = new Line(s.port);
	l.send(ask + ask);
	await within(5000, 'both answers', l.answered(2));
	l.end();
});

test('clients that hang up while their write waits do no harm, and the write is whole or not there', async () => {
	const s = await running();
	const who = await s.signIn('wangming');
	const tokens = Array.from({ length: 80 }, () => randomUUID());
	for (const t of tokens) {
		const body = urlencoded({ csrf: who.csrf, request: t, version: 0, go: 'act', 'f.source': 'check', 'f.found_on': today(-1), 'f.cause': `挂断${t}`, 'f.lead_text': '挂断。' });
		const c = net.connect(s.port, '127.0.0.1');
		c.on('error', () => {});
		await new Promise((ok) => c.on('connect', ok));
		c.write(`POST /k/penalty/new HTTP/1.1\r\nHost: localhost\r\nCookie: ${who.cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
		setTimeout(() => c.destroy(), Math.random() * 4);
	}
	await wait(1500);
	expect((await request(s.port, 'GET', '/healthz')).status, 200, 'the server after it');
	const there = s.count(`SELECT count(*) FROM event WHERE request IN (${tokens.map((t) => `'${t}'`).join(',')})`);
	const whole = s.count(`SELECT count(*) FROM event e JOIN event_body b ON b.event = e.id JOIN leaf l ON l.event = e.id WHERE e.request IN (${tokens.map((t) => `'${t}'`).join(',')})`);
	expect(whole, there, 'events with body and leaf');
	that(there > 0, 'not one write arrived: the test proves nothing');
});

test('half a request does not hold up others, and its connection ends by itself', async () => {
	const s = await running();
	const l = new Line(s.port);
	await l.open;
	l.send('POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nlogin=');
	const begin = Date.now();
	expect((await request(s.port, 'GET', '/healthz')).status, 200, 'another request');
	that(Date.now() - begin < 1000, 'the other request had to wait');
	for (let i = 0; i < 40 && !l.closed; i++) await wait(500);
	that(l.closed, 'still open after 20 s');
});

test('slow routes do not hold up quick ones, and too many of them are told to come back', async () => {
	const s = await running();
	const who = await s.signIn('wangming');
	const agent = new http.Agent({ keepAlive: true, maxSockets: 200 });
	let slowLeft = 150;
	const slow = Array.from({ length: 150 }, () => request(s.port, 'GET', '/k/penalty/flow', { cookie: who.cookie, agent, timeout: 60000 }).finally(() => slowLeft--));
	const times = [];
	await wait(20);
	while (slowLeft > 0) {
		const begin = process.hrtime.bigint();
		expect((await request(s.port, 'GET', '/healthz')).status, 200, 'a quick one');
		times.push(Number(process.hrtime.bigint() - begin) / 1e6);
		await wait(2);
	}
	const answers = await Promise.all(slow);
	agent.destroy();
	const busy = answers.filter((r) => r.status === 503);
	expect(answers.filter((r) => r.status === 200).length + busy.length, 150, 'answers');
	that(busy.length > 0, 'none was told to come back: the queue has no end');
	that(busy.every((r) => r.headers['retry-after'] && /请稍后再试/.test(r.body)), 'a 503 without Retry-After or its sentence');
	times.sort((a, b) => a - b);
	const half = times[Math.floor(times.length / 2)];
	console.log(`      ${answers.length - busy.length} slow ones done, ${times.length} quick ones meanwhile: median ${half.toFixed(1)} ms, longest ${times.at(-1).toFixed(1)} ms`);
	that(half < 100 && times.at(-1) < 2000, 'quick ones had to wait');
});

test('SIGTERM under write load loses no answer and exits 0', async () => {
	for (let round = 1; round <= 3; round++) {
		const s = await new Server(folder()).start();
		const who = await s.signIn('wangming');
		const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
		const acknowledged = new Set();
		const answered = new Set(); // with something else than 303
		const cut = []; // sent, and the connection ended without an answer
		let over = false;
		const client = async () => {
			while (!over) {
				const t = randomUUID();
				try {
					const r = await openLead(who, t, { agent });
					(r.status === 303 ? acknowledged : answered).add(t);
					if (r.status !== 303) await wait(5);
				} catch (e) {
					cut.push(t);
					if (e.code === 'ECONNREFUSED') return;
				}
			}
		};
		const clients = Array.from({ length: 64 }, client);
		await wait(700);
		const begin = Date.now();
		const end = await s.stop(30000); // the clients go on asking meanwhile
		const took = Date.now() - begin;
		over = true;
		await Promise.all(clients);
		agent.destroy();
		expect(end.code, 0, `exit code (${end.signal}) ${s.log}`);
		that(took < 5000, `stopping took ${took} ms`);
		that(acknowledged.size > 64, `only ${acknowledged.size} writes: no load`);
		const stored = new Set(s.ask("SELECT request FROM event WHERE request IS NOT NULL").split('\n'));
		for (const t of acknowledged) that(stored.has(t), `acknowledged and lost: ${t}`);
		for (const t of cut) that(!stored.has(t), `done and never answered: ${t}`);
		for (const t of answered) that(!stored.has(t), `refused and yet done: ${t}`);
		console.log(`      round ${round}: ${acknowledged.size} acknowledged, ${answered.size} turned away, stopped in ${took} ms`);
	}
});

run();
