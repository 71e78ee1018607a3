// SPDX-License-Identifier: MulanPSL-2.0
// Run by postgres.sh, which starts a server of its own and names its folder in pg_dir.
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test, after, run, wait, that, expect, Server, request, openLead, randomUUID, scratch, mingfa, root } = require('../http/lib.js');
const { Load, checkWhole } = require('./lib.js');

const ROUNDS = 5;
const cluster = process.env.MINGFA_TEST_PG;

function pg(...args) {
	execFileSync('sh', ['-c', '. tests/lib/pg.sh; pg_as "$pg_bin/pg_ctl" -D "$pg_dir/data" -l "$pg_dir/data/log" -w -t 20 "$@"', 'sh', ...args],
		{ cwd: root, stdio: 'ignore', timeout: 60000 });
}

// fsync and the socket stand in the command line of the first start.
const options = () => fs.readFileSync(path.join(process.env.pg_dir, 'data', 'postmaster.opts'), 'utf8').trim().replace(/^\S+ /, '').replace(/"-D" "[^"]*"/, '').replace(/-D \S+/, '').replaceAll('"', '');

let server;
async function made() {
	if (server) return server;
	const dir = path.join(scratch, 'pg');
	execFileSync('psql', ['-X', '-q', '-c', 'CREATE DATABASE mingfa', cluster]);
	const db = cluster.replace('/postgres?', '/mingfa?');
	execFileSync(mingfa, ['init', dir, '--demo', '--pack', 'shanxi/linyi', '--db', db], { stdio: ['ignore', 'ignore', 'inherit'], timeout: 180000 });
	expect(execFileSync('psql', ['-X', '-A', '-t', '-c', 'SHOW fsync', db], { encoding: 'utf8' }).trim(), 'on', 'fsync');
	server = new Server(dir, db);
	after(() => server.child && server.stop());
	return server;
}

test(`kill -9 ${ROUNDS} times under load`, async () => {
	const s = await made();
	const load = new Load();
	for (let round = 1; round <= ROUNDS; round++) {
		await s.start();
		const who = await s.signIn('wangming');
		load.start(who, 32);
		await load.reach(20, 400 + Math.random() * 600);
		await s.kill();
		await load.stop();
		await wait(200); // the database notices the hang-up
		load.check(s);
		checkWhole(s);
	}
	await s.start();
	load.check(s);
	expect((await s.stop()).code, 0, 'exit code');
	console.log(`      ${load.acknowledged.size} acknowledged, ${load.unknown.size} without an answer`);
});

for (const how of ['fast', 'immediate']) {
	test(`the database goes away (${how}) under load and comes back, and so does the service`, async () => {
		const s = await made();
		const load = new Load();
		const opts = options();
		await s.start();
		const who = await s.signIn('wangming');
		load.start(who, 32);
		await wait(700);
		pg('-m', how, 'stop');
		await wait(1500);
		const away = await request(s.port, 'GET', '/', { cookie: who.cookie });
		expect(away.status, 503, 'a page while the database is away');
		that(/数据库|连接/.test(away.body) && away.headers['retry-after'], 'without its sentence or Retry-After');
		const write = await openLead(who);
		expect(write.status, 503, 'a write while the database is away');
		that(!/!|！/.test(write.body.replace(/<!DOCTYPE[^>]*>/, '')), 'an exclamation mark');
		pg('-o', opts, 'start');
		let back = 0;
		for (const begin = Date.now(); Date.now() - begin < 15000;) {
			if ((await openLead(who)).status === 303) {
				back = Date.now() - begin;
				break;
			}
			await wait(50);
		}
		that(back, 'no write within 15 s after the database came back');
		await load.reach(0, 700);
		await load.stop();
		load.check(s);
		checkWhole(s);
		expect((await request(s.port, 'GET', '/', { cookie: who.cookie })).status, 200, 'a page afterwards');
		expect((await s.stop()).code, 0, 'exit code');
		console.log(`      first write ${back} ms after the start of the database; ${load.turnedAway.size} turned away meanwhile`);
	});
}

test('every connection of the program is cut under load', async () => {
	const s = await made();
	const load = new Load();
	await s.start();
	const who = await s.signIn('wangming');
	load.start(who, 32);
	for (let i = 0; i < 8; i++) {
		await wait(200);
		s.ask('SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
	}
	const had = load.acknowledged.size;
	await wait(600);
	await load.stop();
	that(load.acknowledged.size > had, 'the clients did not get on');
	load.check(s);
	checkWhole(s);
	expect((await openLead(who, randomUUID())).status, 303, 'a write afterwards');
	expect((await s.stop()).code, 0, 'exit code');
	console.log(`      ${load.acknowledged.size} acknowledged, ${load.turnedAway.size} turned away, ${load.unknown.size} without an answer`);
});

test('two processes on one database share the turn; one is killed', async () => {
	const a = await made();
	await a.start();
	const b = new Server(a.dir, a.db);
	await b.start();
	const one = new Load();
	const two = new Load();
	one.start(await a.signIn('wangming'), 16);
	two.start(await b.signIn('zhaogang'), 16);
	// Counted, not timed: on a busy machine the turn goes round more slowly.
	for (const end = Date.now() + 20000; two.acknowledged.size <= 20 && Date.now() < end;) await wait(50);
	await b.kill();
	const had = one.acknowledged.size;
	for (const end = Date.now() + 20000; one.acknowledged.size <= had && Date.now() < end;) await wait(50);
	await one.stop();
	await two.stop();
	that(one.acknowledged.size > had && two.acknowledged.size > 20, 'one of them stood still');
	one.check(a);
	two.check(a);
	checkWhole(a);
	expect((await a.stop()).code, 0, 'exit code');
});

run(120000);
