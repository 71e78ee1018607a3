// SPDX-License-Identifier: MulanPSL-2.0
// A register comes from a table that WPS has saved in GBK: looked at before anything is written, refused rows with their
// reasons as a file, taken in once however often it is sent, with and without scripts.
'use strict';
const { execFileSync } = require('node:child_process');
const { test, run, expect, that, Site, examine, shot } = require('./lib.js');

let site;
const gbk = (text) => execFileSync('iconv', ['-f', 'UTF-8', '-t', 'GBK'], { input: text });
const page = '/k/enforcement_item/import';

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

// The empty table, with rows in the columns that it names.
async function table(p, rows) {
	const answer = await p.page.request.get(`${site.working}${page}/template`);
	expect(answer.status(), 200, 'the empty table');
	const head = (await answer.text()).replace(/^\uFEFF/, '').trim().split('\n')[0].trim().split(',').map((name) => name.replace(/"/g, ''));
	return [head.join(','), ...rows.map((row) => {
		for (const name of Object.keys(row)) that(head.includes(name), `the empty table has no column ${name}: ${head}`);
		return head.map((name) => row[name] || '').join(',');
	})].join('\r\n') + '\r\n';
}

async function check(p, buffer) {
	await p.go(page);
	await p.page.getByLabel(/^CSV 文件/).setInputFiles({ name: '事项.csv', mimeType: 'text/csv', buffer });
	await p.page.getByRole('button', { name: '核对' }).click();
}

for (const [n, width, script] of [[1, 1366, true], [2, 390, false]]) {
	test(`a table in GBK: looked at, taken in, and the second time nothing new (${width}, ${script ? 'with' : 'without'} scripts)`, async () => {
		const p = await site.person('lihong', width === 390 ? { width, height: 844, script } : {});
		const good = { 实施主体: '临猗县应急管理局', 事项名称: `试验事项${n}号`, 事项编码: `140821-SY-${n}`, 职权类别: '行政处罚', 实施依据: '《中华人民共和国安全生产法》第九十七条' };
		await p.go(page);
		await examine(p.page);
		const rows = [good, { ...good, 事项编码: `140821-SY-${n}b`, 职权类别: '不知道' }, { ...good, 事项编码: `140821-SY-${n}c`, 事项名称: '' }];
		await check(p, gbk(await table(p, rows)));
		await p.reads('GBK编码，共3行', '可以导入 1 行', '不能导入 2 行', '不能导入的行');
		expect(await p.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0, 'pixels sideways');
		await examine(p.page, 'checked');
		await shot(p.page, `import_checked_${width}`);
		const [file] = await Promise.all([p.page.waitForEvent('download'), p.page.getByRole('link', { name: '下载这些行和原因' }).click()]);
		const refused = require('node:fs').readFileSync(await file.path(), 'utf8');
		that(/不知道/.test(refused) && refused.trim().split('\n').length === 3, `the refused rows: ${refused}`);
		await p.go(`/k/enforcement_item?q=${encodeURIComponent(`试验事项${n}号`)}`);
		that((await p.page.locator('.mf-list tbody tr').count()) === 0, 'something was written before it was confirmed');
		await check(p, gbk(await table(p, rows)));
		await p.page.getByRole('button', { name: '导入这1行' }).click();
		await p.reads('已导入1行', '未导入2行');
		await shot(p.page, `import_done_${width}`);
		await check(p, gbk(await table(p, rows)));
		await p.reads('可以导入 0 行', '已有 1 行');
		await p.page.waitForTimeout(2500); // the index follows within two seconds
		await p.go(`/k/enforcement_item?q=${encodeURIComponent(`试验事项${n}号`)}`);
		const found = await p.page.locator('.mf-list tbody a[href^="/m/"]').evaluateAll((links) => links.map((a) => a.pathname));
		expect(new Set(found).size, 1, 'rows in the register');
	});
}

test('what is no table is told so, and nothing is lost', async () => {
	const p = await site.person('lihong');
	await check(p, Buffer.from([0xff, 0xfe, 0x00, 0x01, 0x80]));
	await p.reads('选择文件');
	that(await p.page.locator('.mf-alert-bad').count(), 'no word about it');
	await shot(p.page, 'import_no_table');
});

run();
