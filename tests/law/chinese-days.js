// SPDX-License-Identifier: MulanPSL-2.0
// The calendar of law/calendar, asked through `mingfa workday`, agrees with the npm package chinese-days: every
// day of 2019 to 2026 is reached by some count, and counts of 1, 7 and 22 workdays end on the same day.
'use strict';
const { execFileSync, spawnSync } = require('child_process');
const days = require('chinese-days');

const mingfa = process.env.MINGFA || 'build/mingfa';
let passed = 0, failed = 0;

function iso(t) {
	return new Date(t).toISOString().slice(0, 10);
}

function check(what, seen, wanted) {
	if (seen === wanted) {
		passed++;
		return;
	}
	failed++;
	console.log(`${what}: saw ${seen}, wanted ${wanted}`);
}

// The n-th workday after a day by the package's own calendar.
function after(start, n) {
	let t = Date.parse(start + 'T00:00:00Z');
	while (n > 0) {
		t += 86400000;
		if (days.isWorkday(iso(t)))
			n--;
	}
	return iso(t);
}

const counts = [1, 7, 22];
for (let t = Date.UTC(2019, 0, 1), i = 0; t < Date.UTC(2026, 10, 25); t += 3 * 86400000, i++) {
	// Every third day is a start (a process a date is dear); the counts take turns, so that ends fall on all kinds of days.
	const start = iso(t), n = counts[i % 3];
	const seen = execFileSync(mingfa, ['workday', start, String(n)], { encoding: 'utf8' }).trim();
	check(`workday ${start} ${n}`, seen, after(start, n));
}
check('workday 2026-02-13 7', execFileSync(mingfa, ['workday', '2026-02-13', '7'], { encoding: 'utf8' }).trim(), '2026-03-02');
const past = spawnSync(mingfa, ['workday', '2026-12-31', '1'], { encoding: 'utf8' });
check('past the known years: exit code', past.status, 1);
check('past the known years: says so', /节假日安排/.test(past.stderr), true);
check('misuse: exit code', spawnSync(mingfa, ['workday', 'x'], { encoding: 'utf8' }).status, 2);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
