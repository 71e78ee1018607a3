// SPDX-License-Identifier: MulanPSL-2.0
// shots.js - draws the screens of the manual anew: docs/images/SCREEN-WIDTH.png, each below 150 kB. No part of ./test.
//	BUILD=build MINGFA=build/mingfa node tests/shots/shots.js [SCREEN…]
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { test, run, that, Site } = require('../browser/lib.js');
const { reduce } = require('./palette.js');

const MOST = 150000; // bytes of a picture
const images = path.resolve(__dirname, '../../docs/images');
const wanted = process.argv.slice(2);
const screens = [['desk', 'wangming', '/'], ['sign', 'zhangqiang', '/'], ['calendar', 'wangming', '/calendar?scope=organ'], ['inbox', 'wangming', '/inbox'],
	['new', 'wangming', '/new'], ['list', 'wangming', '/k/penalty']];
let site;

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
			fs.writeFileSync(file, reduce(await p.page.screenshot()));
			that(fs.statSync(file).size < MOST, `${file} has ${fs.statSync(file).size} bytes`);
		}
	});
}

run();
