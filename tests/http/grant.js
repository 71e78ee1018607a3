// SPDX-License-Identifier: MulanPSL-2.0
// The program serves as a role that the database lets do no more than it needs: the owner migrates and grants, the role
// serves, and what is recorded it can neither change nor remove.
'use strict';
const { execFileSync, spawnSync } = require('node:child_process');
const path = require('node:path');
const { test, after, run, wait, that, expect, scratch, Server, request, openLead, randomUUID, mingfa } = require('./lib.js');
const { checkWhole } = require('../kill/lib.js');

const cluster = process.env.MINGFA_TEST_PG;
const name = `grant_${process.pid}`;
const owner = cluster && cluster.replace('/postgres?', `/${name}?`);
const served = owner && owner.replace('//postgres@', `//${name}@`);

const sql = (text, address = cluster) => execFileSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', text, address], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
const program = (...args) => spawnSync(mingfa, args, { encoding: 'utf8', timeout: 180000 });

let server;
async function running() {
	if (server) return server;
	const dir = path.join(scratch, 'pg');
	sql(`CREATE ROLE ${name} LOGIN`);
	after(() => sql(`DROP ROLE ${name}`));
	sql(`CREATE DATABASE ${name}`);
	after(() => sql(`DROP DATABASE ${name} WITH (FORCE)`));
	const made = program('init', dir, '--demo', '--pack', 'shanxi/linyi', '--db', owner);
	expect(made.status, 0, made.stderr);
	const granted = program('migrate', dir, '--db', owner, '--grant', name);
	expect(granted.status, 0, granted.stderr);
	server = await new Server(dir, served).start();
	after(() => server.stop());
	return server;
}

test('a role that is not there, or that could do everything, is refused', async () => {
	const s = await running();
	const none = program('migrate', s.dir, '--db', owner, '--grant', 'nobody_here');
	that(none.status === 1 && /没有角色“nobody_here”/.test(none.stderr), none.stderr);
	const all = program('migrate', s.dir, '--db', owner, '--grant', 'postgres');
	that(all.status === 1 && /超级用户/.test(all.stderr), all.stderr);
	const lite = program('migrate', s.dir, '--db', `sqlite:${path.join(scratch, 'x.db')}`, '--grant', name);
	that(lite.status === 1 && /SQLite/.test(lite.stderr), lite.stderr);
});

test('pages, acts, the index and a backup', async () => {
	const s = await running();
	const who = await s.signIn('wangming');
	const opened = await openLead(who);
	expect(opened.status, 303, opened.body);
	const at = opened.headers.location.replace(/\?.*/, '');
	const act = await request(s.port, 'POST', `${at}/do/start_lead_test`, { cookie: who.cookie,
		form: { csrf: who.csrf, request: randomUUID(), version: 1, go: 'act', 'f.test_sort': 'detect', 'f.test_org': '示例检测所' } });
	expect(act.status, 303, act.body);
	for (const page of ['/', at, '/k/penalty', '/inbox', '/me'])
		expect((await request(s.port, 'GET', page, { cookie: who.cookie })).status, 200, page);
	expect((await request(s.publicPort, 'GET', '/')).status, 200, 'the public side');
	for (const end = Date.now() + 20000; s.count('SELECT (SELECT max(id) FROM event) - last_event FROM search_state') !== 0;) {
		that(Date.now() < end, 'the index does not follow');
		await wait(100);
	}
	expect((await request(s.port, 'GET', '/sign-in')).status, 200, 'the sign-in');
	const copy = program('backup', s.dir, path.join(scratch, 'copy'), '--db', served);
	expect(copy.status, 0, copy.stderr);
	checkWhole(s);
	that(!/42501/.test(s.log), s.log);
});

test('the database refuses that role whatever would change the record', async () => {
	const s = await running();
	for (const text of ['UPDATE event SET at = 0', 'DELETE FROM event', 'TRUNCATE event CASCADE', 'DROP TABLE event CASCADE',
		'UPDATE event_body SET body = \'\'', 'DELETE FROM leaf', 'DELETE FROM matter', 'UPDATE pack_version SET files = \'\'',
		'ALTER TABLE event DISABLE TRIGGER ALL', 'CREATE TABLE mine (a int)']) {
		let why = '';
		try {
			sql(text, s.db);
		} catch (e) {
			why = e.stderr;
		}
		that(/permission denied|must be owner/.test(why), `${text}: ${why || 'was done'}`);
	}
	const again = program('migrate', s.dir, '--db', owner);
	expect(again.status, 0, again.stderr);
	await wait(100); // connections that ran out while this process stood still are noticed
	expect((await openLead(await s.signIn('wangming'))).status, 303, 'a write after a migration by the owner');
});

if (!cluster) {
	console.log('skipped: MINGFA_TEST_PG is not set\n0 passed, 0 failed, 1 skipped');
	process.exit(0);
}
run();
