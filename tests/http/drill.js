// SPDX-License-Identifier: MulanPSL-2.0
// 恢复演练: a backup of a system at work is brought back elsewhere, its log is that of the original, and the original records
// it, so that the time of the next one runs. A copy of another system is told, and recorded as failed. Proves: LY1.09-2c
'use strict';
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { test, after, run, expect, that, folder, scratch, mingfa, Server } = require('./lib.js');

const program = (...args) => spawnSync(mingfa, args, { encoding: 'utf8', timeout: 180000 });
let s;

test('what comes back has the records and the root of the original, which notes it', async () => {
	s = await new Server(folder()).start();
	after(() => s.stop());
	const copy = path.join(scratch, 'copy');
	require('node:fs').mkdirSync(copy);
	const made = program('backup', s.dir, copy);
	expect(made.status, 0, made.stderr);
	const back = program('restore', copy, path.join(scratch, 'back'), '--of', s.dir);
	expect(back.status, 0, back.stdout + back.stderr);
	const [, n, root] = /恢复演练：(\d+)条记录与原系统一致，树根 (\S+)/.exec(back.stdout) || [];
	that(Number(n) > 100 && root, back.stdout);
	expect(s.ask("SELECT state || ' ' || json_extract(fields, '$.log_size') || ' ' || json_extract(fields, '$.log_root') FROM matter WHERE kind = 'backup' ORDER BY id DESC LIMIT 1"), `rehearsed ${n} ${root}`, 'what is recorded');
	expect(s.count("SELECT COUNT(*) FROM clock c JOIN matter m ON m.id = c.matter WHERE m.kind = 'backup' AND m.state = 'rehearsed' AND c.clock = 'drill' AND c.stopped IS NULL"), 1, 'the next one runs');
});

test('a copy of another system is not taken for this one', async () => {
	const other = path.join(scratch, 'other');
	expect(program('init', other, '--demo', '--pack', 'shanxi/linyi').status, 0, 'another county');
	const copy = path.join(scratch, 'copy2');
	require('node:fs').mkdirSync(copy);
	expect(program('backup', other, copy).status, 0, 'its backup');
	const back = program('restore', copy, path.join(scratch, 'back2'), '--of', s.dir);
	expect(back.status, 1, back.stdout + back.stderr);
	that(/恢复出来的.*原系统/.test(back.stdout + back.stderr), back.stdout + back.stderr);
	expect(s.ask("SELECT state FROM matter WHERE kind = 'backup' ORDER BY id DESC LIMIT 1"), 'failed', 'what is recorded');
	expect(s.count("SELECT COUNT(*) FROM clock c JOIN matter m ON m.id = c.matter WHERE m.kind = 'backup' AND c.clock = 'drill' AND c.stopped IS NULL"), 1, 'the time of the next one goes on');
});

run();
