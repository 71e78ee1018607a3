// SPDX-License-Identifier: MulanPSL-2.0
// 离线取证包: before going to a place without network an officer prints blank papers, a code on each; scanned as PNG, JPEG or as
// a scanner's PDF they file themselves to the visit, by the right of who scans them.
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { step, run, expect, that, Site, examine, shot, scratch } = require('./lib.js');

let site;
let matter;
const who = (login, opt) => site.person(login, opt);
const file = (name) => path.join(scratch, name);

// What a scanner makes: a PDF that holds one JPEG.
function scannerPdf(jpeg, width, height) {
	const head = `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I 4 0 R>>>>/Contents 5 0 R>>endobj\n`
		+ `4 0 obj<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Length ${jpeg.length}>>stream\n`;
	return Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\nendstream endobj\n5 0 obj<</Length 30>>stream\nq 595 0 0 842 0 0 cm /I Do Q \nendstream endobj\ntrailer<</Root 1 0 R>>\n')]);
}

async function scan(p, files, typed = '') {
	await p.go('/scan');
	await p.page.setInputFiles('#sheet', files);
	if (typed) await p.page.fill('#typed', typed);
	await Promise.all([p.page.waitForEvent('domcontentloaded'), p.page.getByRole('button', { name: '上传并归入' }).click()]);
	return (await p.page.innerText('main')).replace(/\s+/g, '');
}

step('the program starts over the demonstration', async () => {
	site = await Site.open();
	matter = `/m/${site.server.ask("SELECT code FROM matter WHERE kind = 'inspection' AND state = 'noticed' ORDER BY id DESC LIMIT 1").split('\n')[0]}`;
});

step('the officer makes the pack: three papers with what is known, and a code on each', async () => {
	const p = await who('wangming');
	await p.act(matter, '制作离线取证包');
	await p.go(`${matter}/papers`);
	await p.go(await p.page.locator('#papers tr', { hasText: '离线取证包' }).first().getByRole('link').first().getAttribute('href'));
	await p.reads('现场检查笔录（离线填写，第1页）', '送达回证（离线填写）', '材料、物品清单（离线填写）', '示例化工有限公司');
	expect(await p.page.locator('.mf-p-qr svg').count(), 4, 'codes on the page of the pack');
	await shot(p.page, 'offline-pack');
	for (let i = 0; i < 40 && (await p.page.getByRole('link', { name: '下载' }).count()) === 0; i++) {
		await p.page.waitForTimeout(250);
		await p.page.reload();
	}
	const [got] = await Promise.all([p.page.waitForEvent('download'), p.page.getByRole('link', { name: '下载' }).click()]);
	await got.saveAs(file('pack.pdf'));
	execFileSync('pdftoppm', ['-r', '110', '-png', file('pack.pdf'), file('sheet')]);
	execFileSync('pdftoppm', ['-r', '150', '-jpeg', '-f', '3', '-l', '4', file('pack.pdf'), file('photo')]);
	const made = fs.readdirSync(scratch).filter((f) => /^(sheet|photo)-/.test(f));
	expect(made.length, 6, `pages: ${made.join(' ')}`);
	fs.writeFileSync(file('scanner.pdf'), scannerPdf(fs.readFileSync(file('photo-4.jpg')), 1240, 1754));
});

step('a PNG, a JPEG and a scanner’s PDF file themselves, each under its name', async () => {
	const p = await who('wangming');
	await p.go('/scan');
	await examine(p.page);
	const text = await scan(p, [file('sheet-1.png'), file('photo-3.jpg'), file('scanner.pdf')]);
	that(text.includes('归入3个，共3个'), text);
	await examine(p.page);
	await shot(p.page, 'scan');
	await p.go(`${matter}/evidence`);
	await p.reads('离线填写的现场检查笔录', 'sheet-1.png', '离线填写的送达回证', 'photo-3.jpg', '离线填写的材料、物品清单', 'scanner.pdf');
	await p.go(`${matter}/events`);
	await p.reads('归入离线填写的笔录', '归入离线填写的清单');
	const again = await scan(p, [file('sheet-1.png')]);
	that(again.includes('已经归入过'), again);
});

step('what is no such sheet, is unreadable or belongs to somebody else is not filed, and the page says why', async () => {
	const p = await who('wangming');
	fs.writeFileSync(file('broken.jpg'), Buffer.concat([fs.readFileSync(file('photo-3.jpg')).subarray(0, 900), Buffer.alloc(5000, 7)]));
	fs.writeFileSync(file('words.png'), 'this is no picture at all, whatever its name says');
	const text = await scan(p, [file('broken.jpg'), file('words.png')]);
	that(text.includes('归入0个，共2个') && text.includes('没有认出'), text);
	const other = await scan(await who('liangyong'), [file('sheet-1.png')]);
	that(other.includes('没有归入') && other.includes('无权查看'), other);
	const colleague = await scan(await who('chenxiao'), [file('sheet-1.png')]);
	that(colleague.includes('没有归入'), colleague);
});

step('a code that cannot be read is typed; one that names another action files nothing', async () => {
	const p = await who('wangming');
	const text = await scan(p, [file('words.png')], `${matter}/do/file_list`);
	that(text.includes('归入1个'), text);
	fs.writeFileSync(file('other.png'), 'another file that is no picture');
	const wrong = await scan(p, [file('other.png')], `${matter}/do/arrive`);
	that(wrong.includes('不是离线取证包上的'), wrong);
	const none = await scan(p, [file('other.png')], '/m/01a220f4-2180-7d23-9c91-fbf6e0c2af44/do/file_list');
	that(none.includes('查不到'), none);
});

step('a scanner gun in the search box opens the form of the sheet; the page works at 390 px', async () => {
	const p = await who('wangming');
	await p.go(`/search?q=${encodeURIComponent(`${matter}/do/file_record`)}`);
	await p.reads('归入离线填写的笔录');
	const narrow = await who('wangming', { width: 390, height: 844 });
	await narrow.go('/scan');
	const wide = await narrow.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
	that(wide <= 0, `scrolls ${wide} px sideways`);
	await examine(narrow.page);
	await shot(narrow.page, 'scan-390');
});

run();
