// SPDX-License-Identifier: MulanPSL-2.0
// A draw that is cancelled after its list was frozen: the public sees that there was one, the procurator reads list and secret,
// and the program tells whether they are what was committed to. Proves: LY1.01-4.2b LY1.01-5.1a
'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test, after, run, expect, that, folder, Server, request, mingfa, scratch } = require('./lib.js');

let server, code;

function verify(text) {
	const file = path.join(scratch, 'cancelled.json');
	fs.writeFileSync(file, text);
	return spawnSync(mingfa, ['draw', 'verify', file], { encoding: 'utf8' });
}

async function whole(login) {
	const p = await server.signIn(login);
	return request(server.port, 'GET', `/m/${code}/draw/whole.json`, { cookie: p.cookie });
}

test('the list is frozen; nobody reads it while the draw is open', async () => {
	server = await new Server(folder()).start();
	after(() => server.stop());
	code = server.ask("SELECT code FROM matter WHERE kind = 'random_draw' AND state = 'draft' LIMIT 1");
	const [task, organ, bureau] = [await server.caller('sunli'), await server.caller('zhangqiang'), await server.caller('zhangmin')];
	// In an hour, as the clocks of Shanxi have it.
	await task(code, 'prepare', { beacon_at: new Date(Date.now() + 9 * 3600000).toISOString().slice(0, 16) });
	await organ(code, 'seal_organ', { organ_share: 'a1'.repeat(32) });
	await bureau(code, 'seal_justice', { justice_share: 'b2'.repeat(32) });
	await task(code, 'freeze');
	for (const login of ['lujian', 'zhangmin', 'zhangqiang', 'sunli']) expect((await whole(login)).status, 404, login);
});

test('cancelled: list and secret for the procurator alone, and the public reads that it was cancelled', async () => {
	await (await server.caller('zhangqiang'))(code, 'cancel', { cancel_why: '约定的开奖改期，没有公布值' });
	for (const login of ['zhangmin', 'zhangqiang', 'sunli']) expect((await whole(login)).status, 404, login);
	const mine = await whole('lujian');
	expect(mine.status, 200, mine.body);
	const fine = verify(mine.body);
	expect(fine.status, 0, fine.stdout + fine.stderr);
	that(fine.stdout.includes('名单和密值与当初的承诺相符') && fine.stdout.includes('已经取消'), fine.stdout);
	const { list } = JSON.parse(mine.body), other = verify(mine.body.replace(/(T\\[ut][0-9]*91140821MA0XX000)13/, '$115'));
	that(list.includes('91140821MA0XX00013'), 'the list names the parties');
	expect(other.status, 1, other.stdout);
	that(other.stdout.includes('名单与承诺不符') || other.stdout.includes('没有按顺序') || other.stdout.includes('重复'), other.stdout);
	expect(server.count("SELECT count(*) FROM reading WHERE sort = 'export' AND what LIKE 'draw-whole-%'"), 1, 'reading is recorded');
	const page = await request(server.publicPort, 'GET', `/draws/${code}`);
	that(page.status === 200 && page.body.includes('冻结以后取消') && !page.body.includes('91140821MA0XX'), 'the public page');
});

run();
