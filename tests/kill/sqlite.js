// SPDX-License-Identifier: MulanPSL-2.0
// kill -9 of the server under write load on SQLite, twenty times over: nothing acknowledged is lost, nothing half done.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { test, after, run, wait, that, expect, folder, Server, request } = require('../http/lib.js');
const { Load, checkWhole } = require('./lib.js');

const ROUNDS = 20;

test(`kill -9 ${ROUNDS} times under load`, async () => {
	const s = new Server(folder());
	const load = new Load();
	let slowest = 0;
	after(() => s.child && s.stop());
	for (let round = 1; round <= ROUNDS; round++) {
		await s.start();
		slowest = Math.max(slowest, s.startMs);
		const who = await s.signIn('wangming');
		load.start(who, 32);
		await load.reach(20, 150 + Math.random() * 500);
		await s.kill();
		await load.stop();
		// Half of the rounds are looked at while nobody has recovered the file, half go on at once.
		if (round % 2 === 0) {
			load.check(s);
			checkWhole(s);
		}
	}
	await s.start();
	expect((await request(s.port, 'GET', '/healthz')).body.trim(), 'ok', 'health after all');
	load.check(s);
	checkWhole(s);
	// A token whose answer was lost gives the same result when it is sent again.
	const who = await s.signIn('wangming');
	const again = new Load();
	again.start(who, 4);
	await wait(200);
	await again.stop();
	again.check(s);
	const end = await s.stop();
	expect(end.code, 0, 'exit code');
	expect(fs.existsSync(path.join(s.dir, 'mingfa.db-wal')), false, 'a write-ahead log after an orderly end');
	console.log(`      ${load.acknowledged.size} acknowledged, ${load.unknown.size} without an answer, slowest start ${slowest} ms`);
});

run(300000);
