// SPDX-License-Identifier: MulanPSL-2.0
// mingfa verify: in each table that carries record every column is altered in turn, a row dropped, doubled, and two
// swapped, and in each kind of file a byte; each must be told, by name, with exit 1. A table that stands in no list fails.
'use strict';
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test, after, run, that, expect, wait, scratch, Server, mingfa } = require('../http/lib.js');

// Tables of record: `row` picks the row that is altered, `says` what the sentence must name. `free`: columns that may
// differ, and why. `key`: what tells its rows apart.
const inEvent = (r) => new RegExp(`第${r.event || r.id}号记录|内容不见了`);
const inMatter = (r) => new RegExp(`办件 ${r.code_of}`);
const record = {
	event: { key: 'id', row: "action = 'notify'", says: inEvent },
	event_body: { key: 'event', row: "event IN (SELECT id FROM event WHERE action = 'notify')", says: inEvent },
	event_file: { key: 'event, n', row: '1', says: /第\d+号记录.*文件|文件.*登记/ },
	leaf: { key: 'idx', row: 'idx = 300', says: /日志(少了|的树头)|第\d+号记录|签过的树头/ },
	log_head: { key: 'id', row: '1', says: /树头|日志末尾/, free: { id: 'held by a CHECK' }, alone: true },
	pack_version: { key: 'id', row: '1', says: /定义/, free: { loaded_at: 'when the program first saw it' }, alone: true },
	matter: { key: 'id', row: "kind = 'penalty'", says: /办件|第\d+号记录|没有任何办理记录/ },
	matter_key_num: { key: 'field, num, matter', row: '1', says: /列表索引/ },
	matter_key_text: { key: 'field, text, matter', row: '1', says: /列表索引/ },
	link: { key: 'source, field, target', row: '1', says: /列表索引/ },
	clock: {
		key: 'id', row: "state = 'running' AND provisional = 0", says: /期限|届满/,
		free: { who: 'on whose desk it stands: follows from rights of that day', told: 'which light was told', lapse: 'queue of the timers',
			id: 'of the row alone', started_seq: 'NULL before that column; the body says the rest', stopped_seq: 'likewise' },
	},
	sequence: { key: 'series, organ, year', row: '1', says: /编号/ },
	blob: { key: 'digest', row: "place = 'row'", says: /文件|PDF/, free: { created: 'when it came to this disk' } },
	document: {
		key: 'id', row: "state = 'frozen' AND number <> ''", says: /文书/,
		free: { code: 'a random address', tries: 'how often it was drawn' },
	},
	evidence: { key: 'id', row: '1', says: /证据/, free: { code: 'a random address', id: 'of the row alone' } },
	organ: { key: 'id', row: '1', says: /名录/, alone: true },
	person: { key: 'id', row: '1', says: /名录/ },
	post: { key: 'person, organ, role, from_day', row: '1', says: /名录/ },
	point: { key: 'id', row: '1', says: /要点|办件/, free: { id: 'of the row alone' } },
	// none in the demonstration: what is added there is told
	delegation: { key: 'id', none: true }, deputed: { key: 'event', add: (m, e) => `(${e}, ${m}, 1, 1)`, says: /代办/ },
	taken_back: { key: 'event', add: (m, e) => `(${e}, ${m}, ${e})`, says: /撤回/ }, tile: { key: 'log, level, n', row: 'level = 0', says: /瓦片|日志的名称/, free: { log: 'of no log: never read', level: 'likewise', n: 'likewise' }, lost: 'made anew from the leaves' },
	log_origin: { key: 'log', row: '1', says: /日志的(名称|公钥)|签名与日志的公钥不符|末尾被删除|不是在用的/, free: { made: 'when' }, alone: true },
	checkpoint: { key: 'log, size', row: '1', says: /签过的树头|数据库里没有这一个树头/, free: { at: 'in no signature' } },
	cosignature: { key: 'log, size, witness', none: true },
};
const noRecord = {
	witness: 'how it stands with each', schema_patch: 'compared with the program at every start', matter_reader: 'follows from rights of the day', matter_holder: 'follows from rights of the day',
	account: 'how a person signs in; what was done to it is an event', session: 'who is signed in', login_attempt: 'kept for a day',
	draft: 'begun and not sent', draft_bin: 'thrown away', draft_page: 'a window at work', upload: 'sent and not done', message: 'what people were told', outbox: 'work to do',
	key_fill: 'an index being made', look: 'who looked when', watch: 'a personal list', pref: 'a personal choice', hook_delivery: 'told to other systems',
	hook_seen: 'how far they were told', job: 'long work', process: 'who serves', practice: 'exercises', retention_guard: 'used up in its transaction',
	reading: 'kept by the guards of the database; what counts in law is an event', sqlite_sequence: 'of SQLite', search: 'rebuildable', search_state: 'rebuildable', media_fact: 'read again from the files',
	visit: 'what the public side tells of inspections: follows from them', visit_rating: 'nameless; a total for the organ', duty: 'which period comes next', duty_mark: 'what the last count gave', tally: 'counts kept, follow from the matters', tally_seen: 'how far they follow',
};

const base = path.join(scratch, 'base');
const sql = (db, text) => execFileSync('sqlite3', ['-bail', db], { input: `PRAGMA foreign_keys=OFF;PRAGMA ignore_check_constraints=ON;\n${text}`, encoding: 'utf8' }).trim();
const rows = (db, text) => JSON.parse(execFileSync('sqlite3', ['-json', db, text], { encoding: 'utf8', maxBuffer: 1 << 26 }) || '[]');
const q = (v) => (v === null ? 'NULL' : typeof v === 'number' ? String(v) : `'${v.replaceAll("'", "''")}'`);

// One copy is altered and put back: what is altered is one statement, what undoes it the file as it was.
let copies = 0;
function copy() {
	const dir = path.join(scratch, `copy${++copies}`);
	fs.mkdirSync(dir);
	fs.copyFileSync(path.join(base, 'mingfa.db'), path.join(dir, 'mingfa.db'));
	for (const part of ['blobs', 'keys', 'log', 'pack']) fs.symlinkSync(path.join(base, part), path.join(dir, part));
	return dir;
}
const verify = (dir, ...more) => new Promise((done) => {
	const p = spawn(mingfa, ['verify', dir, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
	let out = '';
	p.stdout.on('data', (d) => (out += d));
	p.stderr.on('data', (d) => (out += d));
	p.on('close', (code) => done({ code, out }));
});

const made = spawnSync(mingfa, ['init', base, '--demo', '--pack', 'shanxi/linyi'], { encoding: 'utf8' });
expect(made.status, 0, made.stderr);
// Served once, so that its head is signed and its tiles are written.
test('it is served and signed', async () => {
	const server = await new Server(base).start();
	for (let i = 0; i < 100 && !fs.existsSync(path.join(base, 'log', 'checkpoint')); i++) await wait(100);
	await server.stop();
	for (const table of ['checkpoint', 'tile']) that(rows(path.join(base, 'mingfa.db'), `SELECT COUNT(*) AS n FROM ${table}`)[0].n > 0, `${table}: no row`);
});
const guards = rows(path.join(base, 'mingfa.db'), "SELECT name FROM sqlite_master WHERE type = 'trigger'").map((t) => `DROP TRIGGER ${t.name};`).join('\n');

async function told(what, alteration, says) {
	const dir = copy();
	sql(path.join(dir, 'mingfa.db'), `${guards}${alteration}`);
	const { code, out } = await verify(dir);
	fs.rmSync(dir, { recursive: true });
	that(code === 1, `${what}: exit ${code}\n${out}`);
	that(says.test(out), `${what} is not named: ${out}`);
	that(/发现不符：.*\n怎么办：/.test(out), `${what}: no way on\n${out}`);
}

// Two at a time: the machine has two cores.
async function all(list) {
	const failed = [];
	const worker = async () => {
		for (let t; (t = list.shift()); ) await told(...t).catch((e) => failed.push(e.message));
	};
	await Promise.all([worker(), worker()]);
	that(!failed.length, failed.join('\n'));
}

function columns(db, table) {
	return rows(db, `SELECT name, type FROM pragma_table_info('${table}')`);
}

// The value with one byte another.
function altered(name, type) {
	if (/INT/i.test(type)) return `${name} = CASE WHEN ${name} > 4e18 THEN 7 ELSE COALESCE(${name}, 0) + 1000003 END`;
	if (/BLOB/i.test(type)) return `${name} = CASE WHEN length(${name}) = 0 THEN x'00' ELSE CAST(substr(${name}, 1, length(${name}) / 2) || CASE WHEN substr(${name}, length(${name}) / 2 + 1, 1) = x'00' THEN x'01' ELSE x'00' END || substr(${name}, length(${name}) / 2 + 2) AS BLOB) END`;
	return `${name} = CASE WHEN ${name} IS NULL OR ${name} = '' THEN 'x' ELSE substr(${name}, 1, length(${name}) / 2) || CASE WHEN substr(${name}, length(${name}) / 2 + 1, 1) = 'q' THEN 'z' ELSE 'q' END || substr(${name}, length(${name}) / 2 + 2) END`;
}

function list(db, table, t) {
	const cols = columns(db, table);
	const where = `rowid IN (SELECT rowid FROM ${table} WHERE ${t.row} LIMIT 1 OFFSET (SELECT COUNT(*) / 2 FROM ${table} WHERE ${t.row}))`;
	const keys = t.key.split(', ');
	const keyed = !rows(db, `SELECT sql FROM sqlite_master WHERE name = '${table}'`)[0].sql.includes('WITHOUT ROWID');
	const one = rows(db, `SELECT ${cols.filter((c) => c.type !== 'BLOB').map((c) => c.name).join(', ')} FROM ${table} WHERE ${t.row} LIMIT 1 OFFSET (SELECT COUNT(*) / 2 FROM ${table} WHERE ${t.row})`)[0];
	that(one, `${table}: no row`);
	const at = keyed ? where : keys.map((k) => `${k} = ${q(one[k])}`).join(' AND ');
	const says = typeof t.says === 'function' ? t.says(one) : t.says;
	const of = [];
	for (const c of cols) if (!(t.free || {})[c.name]) of.push([`${table}.${c.name}`, `UPDATE ${table} SET ${altered(c.name, c.type)} WHERE ${at};`, says]);
	if (!t.lost) of.push([`${table}: dropped`, `DELETE FROM ${table} WHERE ${at};`, says]);
	if (t.alone || t.lost) return of;
	const last = cols.find((c) => c.name === keys[keys.length - 1]);
	const other = last.type === 'INTEGER' ? `${last.name} + 1000003` : `${last.name} || 'x'`;
	const values = cols.map((c) => (c.name === last.name ? other : ['code', 'request'].includes(c.name) ? `${c.name} || 'x'` : ['seq', 'run'].includes(c.name) ? `${c.name} + 1000` : c.name === 'event' && table === 'leaf' ? 'event + 1000003' : c.name));
	if (table !== 'blob') of.push([`${table}: doubled`, `INSERT INTO ${table} SELECT ${values.join(', ')} FROM ${table} WHERE ${at};`, /发现不符/]);
	return of;
}

test('a folder as the program made it holds, whoever asks', async () => {
	const { code, out } = await verify(base);
	that(code === 0 && !/比数据新/.test(out), out);
	that(/全部相符：办理记录[1-9]\d*条，办件[1-9]\d*件，文书[1-9]\d*份，期限[1-9]\d*个，编号[1-9]\d*个，文件[1-9]\d*份，签过的树头[1-9]\d*个/.test(out), out);
	for (const args of [[], ['--nonsense'], ['a', 'b']]) expect(spawnSync(mingfa, ['verify', ...args]).status, 2, args.join());
	expect(spawnSync(mingfa, ['verify', path.join(scratch, 'nothing')]).status, 2, 'a folder that is not there');
});

test('every table is in a list', () => {
	const tables = rows(path.join(base, 'mingfa.db'), "SELECT name FROM sqlite_master WHERE type = 'table'").map((t) => t.name);
	const unknown = tables.filter((t) => !record[t] && !noRecord[t]);
	expect(unknown.join(), '', 'tables of which nobody has said whether they are record (tests/law/verify.js)');
});

for (const [table, t] of Object.entries(record)) {
	if (t.none) continue;
	test(`${table}: altered, dropped, doubled`, async () => {
		const db = path.join(base, 'mingfa.db');
		if (!t.add) return all(list(db, table, t));
		const e = rows(db, "SELECT id, matter FROM event WHERE action = 'notify' LIMIT 1")[0];
		return all([[`${table}: added`, `INSERT INTO ${table} VALUES ${t.add(e.matter, e.id)};`, t.says]]);
	});
}

test('two that changed places', async () => {
	const swap = (table, col, a, b, says) => [`${table}.${col} swapped`,
		`CREATE TEMP TABLE s AS SELECT ${col} AS v FROM ${table} WHERE ${a}; UPDATE ${table} SET ${col} = (SELECT ${col} FROM ${table} WHERE ${b}) WHERE ${a}; UPDATE ${table} SET ${col} = (SELECT v FROM s) WHERE ${b};`, says];
	await all([
		swap('event_body', 'body', 'event = 100', 'event = 200', /第100号记录/),
		swap('leaf', 'entry', 'idx = 100', 'idx = 200', /日志第101条/),
		swap('event', 'at', 'id = 100', 'id = 200', /第100号记录/),
		swap('blob', 'data', "digest = (SELECT MIN(digest) FROM blob WHERE place = 'row')", "digest = (SELECT MAX(digest) FROM blob WHERE place = 'row')", /文件.*内容与登记的摘要不符/),
		swap('document', 'blob', 'id = 3', 'id = 9', /文书.*另一份PDF/),
		swap('matter', 'fields', "id = (SELECT MIN(id) FROM matter WHERE kind = 'penalty')", "id = (SELECT MAX(id) FROM matter WHERE kind = 'penalty')", /被改动/),
		[`leaf: two places`, 'UPDATE leaf SET idx = -1 WHERE idx = 50; UPDATE leaf SET idx = 50 WHERE idx = 51; UPDATE leaf SET idx = 51 WHERE idx = -1;', /顺序被调换/],
		['event: the last one with all that hangs on it', 'DELETE FROM event_file WHERE event = (SELECT MAX(id) FROM event); DELETE FROM event_body WHERE event = (SELECT MAX(id) FROM event); DELETE FROM leaf WHERE event = (SELECT MAX(id) FROM event); DELETE FROM event WHERE id = (SELECT MAX(id) FROM event);', /日志末尾(少了1条|被删除.*日志只有\d+条)/],
		['event: one in the middle with all that hangs on it', 'DELETE FROM event_body WHERE event = 400; DELETE FROM event_file WHERE event = 400; DELETE FROM leaf WHERE event = 400; DELETE FROM event WHERE id = 400;', /日志少了第400条/],
	]);
});

test('contents that an act says were removed are counted', async () => {
	const dir = copy();
	const db = path.join(dir, 'mingfa.db');
	sql(db, `${guards} DELETE FROM event_body WHERE event = 300;`);
	const { code, out } = await verify(dir);
	expect(code, 1, out);
	that(/第300号记录）的内容不见了/.test(out), out);
});

// The demonstration's county keeps a dossier in its archive room since long ago, and the program destroys it by an approved list.
test('contents that an approved list let go are no fault; without the list, or put otherwise, they are', async () => {
	const dir = copy();
	const db = path.join(dir, 'mingfa.db');
	for (const part of ['blobs', 'log', 'keys', 'pack']) {
		fs.rmSync(path.join(dir, part));
		fs.cpSync(path.join(base, part), path.join(dir, part), { recursive: true });
	}
	const { kept, gone } = await destroyed(dir, db);
	const fine = await verify(dir);
	that(fine.code === 0 && /内容已依法清除/.test(fine.out), `a lawful removal: ${fine.out}`);
	that(rows(db, "SELECT COUNT(*) AS n FROM document WHERE removed_event IS NOT NULL AND content = ''")[0].n > 0, 'no text went');
	const asked = [
		['a paper removed without a list', `UPDATE document SET content = '', removed_event = ${gone.event} WHERE id = ${kept.document};`, /文书.*(被改动|销毁登记)/],
		['a blob removed without a list', `UPDATE blob SET data = NULL, place = 'removed' WHERE digest = '${kept.digest}';`, /没有哪一次按销毁清册的销毁写到它|还有办件在用它/],
		['a removed paper called living', `UPDATE document SET removed_event = NULL WHERE id = ${gone.document};`, /文书.*内容不见了/],
		['another text put in its place', `UPDATE document SET content = '[]' WHERE id = ${gone.document};`, /销毁登记被改动/],
		['who approved', `UPDATE event_body SET body = replace(body, '"name":"', '"name":"别') WHERE event = ${gone.event};`, new RegExp(`第${gone.event}号记录`)],
		['who did the act whose contents went', `UPDATE event SET actor = (SELECT MAX(id) FROM matter WHERE kind = 'person' AND id <> actor) WHERE id = ${gone.made};`, new RegExp(`第${gone.made}号记录`)],
		['the removal itself dropped', `DELETE FROM event_body WHERE event = ${gone.event};`, /内容不见了/],
		['the matter altered afterwards', `UPDATE matter SET title = title || '改' WHERE id = ${gone.matter};`, /被改动/],
	];
	const before = fs.readFileSync(db);
	for (const [what, alteration, says] of asked) {
		sql(db, `${guards}${alteration}`);
		const { code, out } = await verify(dir);
		that(code === 1 && says.test(out), `${what}: exit ${code}\n${out}`);
		fs.writeFileSync(db, before);
	}
});

// Has one archived case destroyed through the pages' own interface, and waits until its papers are gone.
async function destroyed(dir, db) {
	const { destroy } = require('../http/destroy.js');
	return destroy(dir, db, rows);
}

test('files: a byte altered, one gone', async () => {
	const dir = copy();
	const blobs = path.join(dir, 'blobs');
	fs.rmSync(blobs);
	fs.cpSync(path.join(base, 'blobs'), blobs, { recursive: true });
	const file = fs.readdirSync(blobs, { recursive: true }).map((f) => path.join(blobs, f)).find((f) => path.basename(f).length === 64);
	const bytes = fs.readFileSync(file);
	bytes[bytes.length >> 1] ^= 1;
	fs.writeFileSync(file, bytes);
	let { code, out } = await verify(dir);
	that(code === 1 && /文件“.+”，属于“.+”.*内容与登记的摘要不符/.test(out) && out.includes(path.basename(file)), out);
	fs.rmSync(file);
	({ code, out } = await verify(dir));
	that(code === 1 && /不见了：请从备份/.test(out) && out.includes(path.basename(file)), out);
});

test('the signed head outside the database, and the keys', async () => {
	const file = (part, name, change, says) => async () => {
		const dir = copy();
		fs.rmSync(path.join(dir, part));
		fs.cpSync(path.join(base, part), path.join(dir, part), { recursive: true });
		change(path.join(dir, part, name), dir);
		const { code, out } = await verify(dir);
		that(code === 1 && says.test(out), `${part}/${name}: exit ${code}\n${out}`);
	};
	const flip = (at) => (f) => fs.writeFileSync(f, fs.readFileSync(f, 'utf8').replace(/^\d+$/m, (n) => String(Number(n) + at)));
	await file('log', 'checkpoint', flip(1), /log\/checkpoint 被改动/)();
	await file('keys', 'log-ed25519.pem', (f) => execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', f]), /签名密钥被改动/)();
	await file('log', 'checkpoint', (f, dir) => sql(path.join(dir, 'mingfa.db'), `${guards} DELETE FROM checkpoint; UPDATE log_head SET signed = 0;`), /数据库里没有这一个树头/)();
});

test('the database file: a byte altered', async () => {
	const dir = copy();
	const db = path.join(dir, 'mingfa.db');
	const bytes = fs.readFileSync(db);
	const body = rows(db, "SELECT body FROM event_body WHERE event = 250")[0].body;
	const at = bytes.indexOf(body.slice(0, 60));
	that(at > 0, 'the body was not found in the file');
	bytes[at + 40] ^= 1;
	fs.writeFileSync(db, bytes);
	const { code, out } = await verify(dir);
	that(code === 1 && /第\d+号记录）被改动/.test(out), out); // bodies of one kind begin alike
});

test('on PostgreSQL the same, by its owner who has turned the guards off', async () => {
	const cluster = process.env.MINGFA_TEST_PG;
	if (!cluster) return console.log('SKIPPED: no PostgreSQL');
	const name = `verify_${process.pid}`;
	const psql = (text, of) => execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', cluster.replace('/postgres?', `/${of}?`)], { input: text });
	const address = cluster.replace('/postgres?', `/${name}?`);
	const dir = path.join(scratch, 'pg');
	psql(`CREATE DATABASE ${name}`, 'postgres');
	after(() => psql(`DROP DATABASE ${name} WITH (FORCE)`, 'postgres'));
	const there = spawnSync(mingfa, ['init', dir, '--demo', '--pack', 'shanxi/linyi', '--db', address], { encoding: 'utf8' });
	expect(there.status, 0, there.stderr);
	expect((await verify(dir, '--db', address)).code, 0, 'as it was made');
	const some = '(SELECT id FROM event ORDER BY id LIMIT 1 OFFSET 100)'; // ids of a database that takes acts back have gaps
	for (const [what, back, says] of [
		[`UPDATE event SET entered_at = entered_at + 1 WHERE id = ${some}`, `UPDATE event SET entered_at = entered_at - 1 WHERE id = ${some}`, /第\d+号记录）被改动/],
		[`UPDATE event_body SET body = body || ' ' WHERE event = ${some}`, `UPDATE event_body SET body = substr(body, 1, length(body) - 1) WHERE event = ${some}`, /第\d+号记录）被改动/],
		["UPDATE matter SET state = 'closed' WHERE id = (SELECT MAX(id) FROM matter WHERE kind = 'penalty' AND state <> 'closed')", '', /的状态被改动/],
	]) {
		psql(`SET session_replication_role = replica; ${what}`, name);
		const { code, out } = await verify(dir, '--db', address);
		that(code === 1 && says.test(out), `${what}: exit ${code}\n${out}`);
		if (back) psql(`SET session_replication_role = replica; ${back}`, name);
	}
});

after(() => fs.rmSync(scratch, { recursive: true, force: true }));
run();
