// SPDX-License-Identifier: MulanPSL-2.0
// Lists: what is chosen lives in the address, on an office screen and on a phone, with and without scripts.
'use strict';
const fs = require('node:fs');
const zlib = require('node:zlib');
const { test, run, expect, that, Site, examine, shot, day } = require('./lib.js');

let site;
const who = (login, opt) => site.person(login, opt);

async function count(p) {
	const m = /共\s*(\d+)件/.exec(await p.text());
	that(m, `no count on ${p.page.url()}: ${(await p.text()).slice(0, 600)}`);
	return Number(m[1]);
}

const rows = (p) => p.page.locator('.mf-list tbody tr:not(.mf-found)');

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('filters live in the address: chips, back, refresh, clearing', async () => {
	const p = await who('wangming');
	await p.go('/k/penalty');
	await examine(p.page);
	await shot(p.page, 'list_penalty_1366');
	const all = await count(p);
	expect(await rows(p).count(), all, 'rows of the whole list');
	await p.page.getByLabel('状态').selectOption({ label: '调查取证' }).catch(async () => {
		throw new Error(`states: ${await p.page.getByLabel('状态').innerText()}`);
	});
	await p.page.getByRole('button', { name: '筛选' }).click();
	const filed = await count(p);
	that(filed > 0 && filed < all, `${filed} of ${all} are filed`);
	that(/state=filed/.test(p.page.url()), p.page.url());
	await p.reads('状态：调查取证');
	for (const text of await rows(p).allInnerTexts()) that(text.includes('调查取证'), `a row of another state: ${text}`);
	await p.page.getByLabel('承办人员').selectOption({ label: '本人' });
	await p.page.getByRole('button', { name: '筛选' }).click();
	await p.reads('承办人员：本人', '状态：调查取证');
	const mine = await count(p).catch(() => 0);
	that(mine <= filed, `${mine} of ${filed}`);
	await shot(p.page, 'list_filtered_1366');
	await p.page.reload();
	await p.reads('承办人员：本人');
	await p.page.goBack();
	expect(await count(p), filed, 'after going back');
	await p.page.locator('.mf-chip', { hasText: '状态' }).click();
	expect(await count(p), all, 'without the chip');
	await p.go('/k/penalty?state=filed&light=green');
	await p.page.getByRole('link', { name: '清空', exact: true }).click();
	expect(await count(p), all, 'cleared');
});

test('pages: forward, back, and what a page holds', async () => {
	const p = await who('wangming', { script: false });
	await p.go('/k/penalty?list-size=3');
	const all = await count(p);
	const seen = [];
	const first = await rows(p).allInnerTexts();
	for (let n = 1; ; n++) {
		await p.reads(`第${n}页`);
		seen.push(...await rows(p).allInnerTexts());
		const next = p.page.getByRole('link', { name: '下一页' });
		if (!(await next.count())) break;
		await next.click();
	}
	expect(seen.length, all, 'rows of all pages');
	expect(new Set(seen).size, all, 'different rows');
	for (let n = Math.ceil(all / 3); n > 1; n--) await p.page.getByRole('link', { name: '上一页' }).click();
	expect((await rows(p).allInnerTexts()).join('|'), first.join('|'), 'the first page again');
});

test('order: by limit, by change', async () => {
	const p = await who('wangming');
	await p.go('/k/penalty');
	const due = await rows(p).allInnerTexts();
	await p.page.locator('.mf-list thead').getByRole('link', { name: /^更新/ }).click();
	that(/list-sort=updated/.test(p.page.url()), p.page.url());
	const updated = await rows(p).allInnerTexts();
	expect(updated.length, due.length, 'as many rows');
	that(updated.join() !== due.join(), 'another order');
	expect([...updated].sort().join(), [...due].sort().join(), 'the same rows');
	expect(await p.page.locator('th[aria-sort=descending]').count(), 1, 'the head says so');
});

test('words: the sentence found; nothing found says what next', async () => {
	const p = await who('wangming');
	await p.go('/k/penalty?q=' + encodeURIComponent('示例'));
	that((await p.page.locator('.mf-found mark').count()) > 0, 'no sentence is shown');
	await examine(p.page);
	await shot(p.page, 'list_words_1366');
	await p.go('/k/penalty?q=' + encodeURIComponent('没有这种') + '&state=filed');
	await p.reads('没有找到“没有这种”', '去掉上面的一个条件', '副卷需要授权');
	await p.go('/k/penalty?state=filed&year=2019');
	await p.reads('没有符合这些条件的');
});

test('a phone: cards with the fields of the definition, filters on a sheet that tells how many', async () => {
	const p = await who('wangming', { width: 390, height: 844 });
	await p.go('/k/penalty');
	await examine(p.page);
	await shot(p.page, 'list_penalty_390', false);
	that(!(await p.page.getByLabel('状态').isVisible()), 'the sheet is closed');
	await p.page.getByRole('link', { name: /^筛选/ }).click();
	that(await p.page.getByLabel('状态').isVisible(), 'the sheet is open');
	const all = await count(p);
	await p.page.getByRole('button', { name: `看${all}件` }).waitFor();
	await p.page.getByLabel('状态').selectOption('filed');
	const go = p.page.locator('[data-list-go]');
	await p.page.waitForFunction((n) => !document.querySelector('[data-list-go]').textContent.includes(`看${n}件`), all);
	const says = await go.innerText();
	await shot(p.page, 'list_sheet_390', false);
	await go.click();
	expect(says, `看${await count(p)}件`, 'what the button promised');
});

test('the printed list: without menu, on A4 across', async () => {
	const p = await who('wangming');
	await p.go('/k/penalty/print?state=filed');
	await p.reads('行政处罚案件（普通程序）目录', '状态：调查取证');
	await p.page.emulateMedia({ media: 'print' });
	that(!(await p.page.locator('.mf-menu').isVisible()), 'the menu is printed');
	that(!(await p.page.locator('button[data-print]').isVisible()), 'the button is printed');
	await shot(p.page, 'list_print');
	await p.page.emulateMedia({ media: 'screen' });
	await examine(p.page);
});

/* ---- what a person keeps ---- */

for (const script of [true, false]) {
	test(`存为常用${script ? '' : ' without scripts'}: named, linked above the list and on the desk, renamed, dropped, taken back`, async () => {
		const p = await who('zhaogang', { script });
		const link = (name) => p.page.locator('.mf-chips a', { hasText: name });
		await p.go('/k/penalty');
		expect(await p.page.getByText('存为常用').count(), 0, 'nothing is chosen, nothing to keep');
		await p.go('/k/penalty?state=filed&list-size=20&list-sort=due');
		const filed = await count(p);
		await p.page.locator('summary', { hasText: '存为常用' }).click();
		await p.page.getByLabel('常用筛选的名字').fill('在查的');
		await p.follow(p.page.getByRole('button', { name: '存为常用' }));
		await p.reads('已存为常用');
		await examine(p.page);
		expect(await link('在查的').getAttribute('aria-current'), 'true', 'the list is what was kept');
		expect(await p.page.locator('summary', { hasText: '存为常用' }).count(), 0, 'kept already');
		expect(await link('在查的').getAttribute('href'), '/k/penalty?state=filed', 'neither page nor size are kept');
		await p.go('/');
		await p.page.locator('#saved a', { hasText: '在查的' }).click();
		expect(await count(p), filed, 'the same list from the desk');
		await p.go('/k/penalty?state=served');
		await p.page.locator('summary', { hasText: '存为常用' }).click();
		await p.page.getByLabel('常用筛选的名字').fill('在查的');
		await p.follow(p.page.getByRole('button', { name: '存为常用' }));
		await p.reads('已有名为“在查的”的常用筛选');
		await p.go('/k/penalty?state=served');
		await p.page.locator('summary', { hasText: '整理' }).click();
		await shot(p.page, 'list_saved_1366');
		await p.page.getByLabel('名字', { exact: true }).fill('调查中');
		await p.follow(p.page.getByRole('button', { name: '改名' }));
		await p.reads('已改名，原名“在查的”', '状态：待履行');
		await p.follow(p.page.getByRole('button', { name: '撤销' }));
		await p.reads('已恢复');
		expect(await link('在查的').count(), 1, 'the old name again');
		await p.page.locator('summary', { hasText: '整理' }).click();
		await p.follow(p.page.getByRole('button', { name: '去掉' }));
		await p.reads('已去掉“在查的”');
		expect(await link('在查的').count(), 0, 'dropped');
		await p.follow(p.page.getByRole('button', { name: '撤销' }));
		expect(await link('在查的').count(), 1, 'taken back');
		await p.page.locator('summary', { hasText: '整理' }).click();
		await p.follow(p.page.getByRole('button', { name: '去掉' }));
		await p.go('/');
		expect(await p.page.locator('#saved').count(), 0, 'none are left on the desk');
	});
}

test('列: chosen and ordered by one person for one kind, in the export too; seven at most; back to the usual ones', async () => {
	const p = await who('zhaogang', { script: false });
	const heads = async () => (await p.page.locator('.mf-list thead th:not(.mf-tick):not(.mf-cell-phone)').allInnerTexts()).map((t) => t.replace(/[↑↓\s]/g, ''));
	const names = async () => (await p.page.locator('.mf-column-name').allInnerTexts()).map((t) => t.replace(/\s/g, ''));
	const press = (verb, name) => p.follow(p.page.locator('.mf-column-list li').filter({ has: p.page.locator('.mf-column-name', { hasText: new RegExp(`^${name.replace('·', ' *· *')}$`) }) })
		.getByRole('button', { name: verb }));
	await p.go('/k/penalty?state=served');
	const usual = await heads();
	await p.page.locator('summary', { hasText: '列 ▾' }).click();
	expect((await names()).join(), usual.join(), 'the chooser and the head');
	await press('后移', usual[0]);
	expect((await heads()).slice(0, 2).join(), [usual[1], usual[0]].join(), 'two changed places');
	await p.reads('状态：待履行');
	await press('去掉', usual[2]);
	that(!(await heads()).includes(usual[2]), 'a column is gone');
	for (const add of ['登记', '决定日期', '罚款金额', '机关'].slice(0, 7 - (await names()).length)) {
		await p.page.getByLabel('要加的列').selectOption({ label: add });
		await p.follow(p.page.getByRole('button', { name: '加上' }));
		that((await heads()).includes(add), `${add} is not there: ${await heads()}`);
	}
	expect((await names()).length, 7, 'as many as there may be');
	await p.reads('已有7列，先去掉一列再加');
	expect(await p.page.getByLabel('要加的列').count(), 0, 'an eighth is not offered');
	await examine(p.page);
	await shot(p.page, 'list_columns_1366');
	const mine = await names();
	await p.go('/k/penalty?state=served');
	expect((await heads()).join(), mine.join(), 'kept');
	const { bytes } = await download(p, p.page.getByRole('link', { name: '导出 XLSX' }));
	const head = Object.values(sheet(bytes).rows[0]).map((c) => c.text).filter((t) => !['谁在办', '当事人证照号码'].includes(t));
	expect(head.length, 7, `columns of the export: ${head}`);
	that(head.includes('登记') && !head.includes(usual[2]), head.join());
	const other = await who('wangming');
	await other.go('/k/penalty');
	that(!(await other.page.locator('.mf-list thead').innerText()).includes('决定日期'), 'another person’s list has changed');
	await p.page.locator('summary', { hasText: '列 ▾' }).click();
	await p.follow(p.page.getByRole('button', { name: '恢复原来的列' }));
	expect((await heads()).join(), usual.join(), 'the definition’s again');
	expect(await p.page.getByRole('button', { name: '恢复原来的列' }).count(), 0, 'nothing more to undo');
});

test('行距: 36 or 48 px, of the person and not of the address', async () => {
	const p = await who('zhaogang');
	const height = async () => (await rows(p).first().boundingBox()).height;
	await p.go('/k/penalty?state=served');
	that(Math.abs((await height()) - 36) <= 2, `${await height()} px tight`);
	await p.follow(p.page.getByRole('button', { name: '改为松' }));
	that(p.page.url().endsWith('/k/penalty?state=served'), p.page.url());
	that((await height()) >= 47, `${await height()} px loose`);
	await examine(p.page);
	await shot(p.page, 'list_loose_1366');
	await p.page.context().clearCookies();
	await p.signIn();
	await p.go('/k/legal_review');
	await p.follow(p.page.getByRole('button', { name: '改为紧' }));
	await p.go('/k/penalty?state=served');
	that(Math.abs((await height()) - 36) <= 2, `${await height()} px tight again`);
});

/* ---- batches ---- */

test('a batch: ticked rows, one form, each row by itself, and who may not is not asked', async () => {
	const p = await who('sunli', { script: false });
	await p.go('/k/penalty?list-sort=opened');
	await shot(p.page, 'list_ticks_1366');
	const rows = p.page.locator('.mf-list tbody tr:not(.mf-found)', { has: p.page.locator('.mf-tick input[name=m]') });
	// One that is archived, where nobody is changed any more, and two that are being investigated.
	const over = rows.filter({ hasText: '已归档' }).first();
	const going = rows.filter({ hasText: '调查取证' });
	that((await over.count()) === 1 && (await going.count()) > 0, `no rows to tick: ${(await p.text()).slice(0, 900)}`);
	await over.locator('.mf-tick input').check();
	await going.first().locator('.mf-tick input').check();
	await p.page.getByRole('button', { name: '变更承办人员', exact: true }).click();
	await p.reads('成批变更承办人员', '将办理1件', '现在不能办的1件', '本件现为“已归档”，此时不能办理');
	await examine(p.page);
	await shot(p.page, 'batch_form_1366');
	await p.page.getByRole('button', { name: '变更承办人员（1件）' }).click();
	await p.reads('尚未填写');
	await p.fill({ 承办人员: ['王明', '赵刚'], 承办人员与本案没有应当回避的关系: '是' });
	await p.page.getByRole('button', { name: '变更承办人员（1件）' }).click();
	await p.reads('所选2件：成功1 · 未办1', '已办1件', '未办1件', '本件现为“已归档”，此时不能办理');
	await examine(p.page);
	await shot(p.page, 'batch_done_1366');
	const clerk = await who('zhoumin');
	await clerk.go('/k/penalty');
	expect(await clerk.page.locator('.mf-tick').count(), 0, 'boxes for who may not');
});

/* ---- exports ---- */

// The files of a zip archive by name.
function unzip(bytes) {
	const files = {};
	let at = bytes.lastIndexOf(Buffer.from('PK\x05\x06'));
	let n = bytes.readUInt16LE(at + 10);
	for (at = bytes.readUInt32LE(at + 16); n > 0; n--) {
		const [method, packed, , nameLength, more, note] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), 0,
			bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32)];
		const from = bytes.readUInt32LE(at + 42);
		const data = from + 30 + bytes.readUInt16LE(from + 26) + bytes.readUInt16LE(from + 28);
		const raw = bytes.subarray(data, data + packed);
		files[bytes.toString('utf8', at + 46, at + 46 + nameLength)] = (method ? zlib.inflateRawSync(raw) : raw).toString('utf8');
		at += 46 + nameLength + more + note;
	}
	return files;
}

const plain = (xml) => xml.replace(/<[^>]*>/g, '').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&amp;/g, '&');

// Rows of the first sheet: { A: { text | number, format } … }
function sheet(bytes) {
	const files = unzip(bytes);
	const shared = [...(files['xl/sharedStrings.xml'] || '').matchAll(/<si>(.*?)<\/si>/gs)].map((m) => plain(m[1]));
	const own = new Map([...files['xl/styles.xml'].matchAll(/<numFmt numFmtId="(\d+)" formatCode="([^"]*)"/g)].map((m) => [m[1], m[2]]));
	const usual = { 0: '', 4: '#,##0.00', 49: '@' };
	const formats = [...files['xl/styles.xml'].match(/<cellXfs.*?<\/cellXfs>/s)[0].matchAll(/<xf numFmtId="(\d+)"/g)].map((m) => own.get(m[1]) || usual[m[1]]);
	const xml = files['xl/worksheets/sheet1.xml'];
	const rowsOf = [...xml.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map((r) => {
		const cells = {};
		for (const c of r[1].matchAll(/<c r="([A-Z]+)\d+"([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
			const format = formats[Number((/s="(\d+)"/.exec(c[2]) || [0, 0])[1])];
			const v = /<v>(.*?)<\/v>/s.exec(c[3] || '');
			if (/t="s"/.test(c[2])) cells[c[1]] = { text: shared[Number(v[1])], format };
			else if (/t="inlineStr"/.test(c[2])) cells[c[1]] = { text: plain(c[3]), format };
			else if (v) cells[c[1]] = { number: Number(v[1]), format };
		}
		return cells;
	});
	return { rows: rowsOf, xml };
}

async function download(p, link) {
	const [file] = await Promise.all([p.page.waitForEvent('download'), link.click()]);
	return { name: file.suggestedFilename(), bytes: fs.readFileSync(await file.path()) };
}

const column = (head, name) => Object.keys(head).find((c) => head[c].text === name);

test('XLSX: exactly the filtered rows; codes are text, dates dates, amounts numbers with two places', async () => {
	const p = await who('wangming');
	await p.go('/k/penalty?state=served&list-cols=number,party,cause,fine,decided_on,state');
	const n = await rows(p).count();
	that(n > 0, 'no rows');
	const { name, bytes } = await download(p, p.page.getByRole('link', { name: '导出 XLSX' }));
	that(/^行政处罚案件（普通程序）_\d{4}-\d\d-\d\d\.xlsx$/.test(name), name);
	const { rows: table, xml } = sheet(bytes);
	expect(table.length, n + 1, 'rows with the head');
	const head = table[0];
	that(/<pane ySplit="1"[^>]*state="frozen"/.test(xml), 'the head is not frozen');
	that(/<col min="1"[^>]*width="\d/.test(xml), 'no widths');
	for (const row of table.slice(1)) {
		const number = row[column(head, '立案号')];
		that(/〔\d{4}〕\d+号$/.test(number.text) && number.format === '@', JSON.stringify(number));
		const code = row[column(head, '当事人证照号码')];
		that(!code || (/^[0-9A-Z*]+$/.test(code.text) && code.format === '@'), JSON.stringify(code));
		const fine = row[column(head, '罚款金额')] || row[column(head, '罚款')];
		that(fine && fine.number > 0 && fine.format === '#,##0.00', `${JSON.stringify(head)} ${JSON.stringify(fine)}`);
		const day = row[column(head, '决定日期')];
		that(day && day.format === 'yyyy-mm-dd' && day.number > 46000 && Number.isInteger(day.number), JSON.stringify(day));
	}
});

test('CSV: a mark of UTF-8, codes as text, no formula gets through', async () => {
	const p = await who('wangming');
	await p.go('/k/penalty/new');
	await p.fill({ 线索来源: '投诉举报', 发现日期: day(0), 案由: '=HYPERLINK("http://x.example","点我")', 线索内容: '来信反映。' });
	await p.send();
	await p.done('登记线索');
	await p.go('/k/penalty?scope=organ');
	const { bytes } = await download(p, p.page.getByRole('link', { name: '导出 CSV' }));
	expect(bytes.subarray(0, 3).toString('hex'), 'efbbbf', 'the mark');
	const lines = bytes.toString('utf8').slice(1).trim().split('\r\n');
	expect(lines.length, (await rows(p).count()) + 1, 'lines');
	that(lines.some((line) => line.includes('"\t=HYPERLINK(""http')), 'the formula is not there as text');
	that(lines[0].includes('"当事人证照号码"'), lines[0]);
	for (const line of lines.slice(1)) {
		that(!/(^|,)"?[=+@-]/.test(line), `a formula: ${line}`);
		that(!/,"\d{12,}"/.test(line), `a long code that a table would round: ${line}`);
	}
});

run();
