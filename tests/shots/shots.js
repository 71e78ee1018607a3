// SPDX-License-Identifier: MulanPSL-2.0
// shots.js - draws the screens of the manual anew: docs/images/SCREEN-WIDTH.png, each below 150 kB. No part of ./test.
//	BUILD=build MINGFA=build/mingfa node tests/shots/shots.js [SCREEN…]
// `convert` (ImageMagick), where it is present, reduces the colours.
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test, run, that, Site } = require('../browser/lib.js');

const MOST = 150000; // bytes of a picture
const images = path.resolve(__dirname, '../../docs/images');
const wanted = process.argv.slice(2);
const screens = [['desk', 'wangming', '/'], ['sign', 'zhangqiang', '/'], ['calendar', 'wangming', '/calendar?scope=organ'], ['inbox', 'wangming', '/inbox'],
	['new', 'wangming', '/new'], ['list', 'wangming', '/k/penalty']];
let site;

function reduce(file) {
	try {
		execFileSync('convert', [file, '+dither', '-colors', '128', `PNG8:${file}`], { stdio: 'ignore' });
	} catch {
		console.log(`  ${path.basename(file)} keeps its colours: no convert`);
	}
}

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

for (const [name, login, where] of screens.filter((s) => !wanted.length || wanted.includes(s[0]))) {
	test(name, async () => {
		const p = await site.person(login);
		for (const width of [1366, 390]) {
			const file = path.join(images, `${name}-${width}.png`);
			await p.page.setViewportSize({ width, height: width === 390 ? 844 : 768 });
			await p.go(where);
			await p.page.screenshot({ path: file });
			reduce(file);
			that(fs.statSync(file).size < MOST, `${file} has ${fs.statSync(file).size} bytes`);
		}
	});
}

run();
