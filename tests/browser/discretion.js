// SPDX-License-Identifier: MulanPSL-2.0
// 裁量辅助: an officer ticks facts, sees the step, its range and how like cases were decided, imported ones among them; what is
// far from them is told beforehand with the article and passes with a reason. With and without scripts, wide and narrow.
// Proves: LY1.05-4
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { step, run, expect, that, Site, Server, examine, shot, scratch, mingfa } = require('./lib.js');

const ITEM = '未按照规定制定生产安全事故应急救援预案或者未定期组织演练';
let site;
let matter;

// What was decided before the program came: twelve in the lighter step from 10,000 to 15,500, two in the normal one.
function table() {
	const head = 'source_id,title,published,party,violation_type,facts_excerpt,penalty_types,basis,决定日期,决定书文号,处罚事项,罚款金额,裁量阶次';
	const rows = [];
	for (let i = 0; i < 14; i++) {
		const facts = i % 2 ? '检查发现冷库没有制定应急救援预案' : '检查发现商店没有定期组织演练';
		rows.push(`L-${i},往年决定${i},2024-0${1 + (i % 9)}-10,示例单位${i}有限公司,预案和演练,${facts},罚款,安全生产法,2024-01-0${1 + (i % 9)},`
			+ `临应急罚〔2024〕${i + 1}号,${ITEM},${i < 12 ? 10000 + i * 500 : 40000},${i < 12 ? '从轻' : '一般'}`);
	}
	return `${[head, ...rows].join('\n')}\n`;
}

const box = (p) => p.page.locator('.mf-alike');
const boxReads = (p, words) => p.page.waitForFunction((w) => {
	const text = document.querySelector('.mf-alike').innerText.replace(/\s+/g, '');
	return w.every((x) => text.includes(x.replace(/\s+/g, '')));
}, words, { timeout: 20000 }).catch(async () => that(false, `the box lacks one of ${words.join(' / ')}: ${await box(p).innerText()}`));
const tick = (p, name, on) => p.page.locator('label.mf-choice', { hasText: new RegExp(`^\\s*${name}\\s*$`) }).locator('input').setChecked(on);
const sideways = (p) => p.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

step('earlier decisions are imported with item, step and fine', async () => {
	site = await Site.open();
	const file = path.join(scratch, 'earlier.csv');
	fs.writeFileSync(file, table());
	await site.server.stop();
	const said = execFileSync(mingfa, ['import', site.server.dir, 'disclosure', file, '--organ', '临猗县应急管理局'], { encoding: 'utf8' });
	that(/14/.test(said), `imported: ${said}`);
	site.server = await new Server(site.server.dir).start();
});

step('facts first: nothing is compared before they are ticked', async () => {
	const p = await site.person('chenxiao');
	await p.go(`/k/penalty?q=${encodeURIComponent('示例果品冷库有限公司')}`);
	matter = await p.page.locator('main a[href^="/m/"]', { hasText: '果品冷库' }).first().getAttribute('href');
	await p.go(matter);
	await p.choose('制作事先告知书');
	for (const name of ['初次违法', '责令期限内改正']) await tick(p, name, false);
	await boxReads(p, ['先认定情节，再看数额', '责令期限内改正，涉及三人以下', '10,000.00元至30,000.00元']);
	expect(await box(p).locator('svg').count(), 0, 'drawings before the facts');
	await examine(p.page);
	await shot(p.page, 'discretion-facts-1366');
});

step('with the facts the step, its range, the statute and thirteen like cases stand there', async () => {
	const p = await site.person('chenxiao');
	await tick(p, '责令期限内改正', true);
	await boxReads(p, ['从轻 ●', '法定幅度 0.00元至100,000.00元', '从轻阶次 10,000.00元至30,000.00元', '同事项同阶次 13件', '中位 12,500.00元',
		'本案15,000.00元：类案中罚款不高于本案的12件，不低于本案的2件']);
	expect(await box(p).locator('svg').count(), 2, 'drawings');
	that(!(await box(p).innerText()).includes('须写明理由'), 'two of thirteen are no less than a tenth');
	await box(p).locator('summary', { hasText: '数字表' }).click();
	await box(p).locator('summary', { hasText: '事实最相近的' }).click();
	await boxReads(p, ['四分之三位', '事实最相近的12件']);
	const links = await box(p).locator('.mf-alike-likes a').count(), lines = await box(p).locator('.mf-alike-likes tbody tr').count();
	that(lines === 12 && links > 0, `${links} links of ${lines}`);
	await examine(p.page, 'compared');
	await shot(p.page, 'discretion-compared-1366');
});

step('what is far from like cases is told with the article while it is typed', async () => {
	const p = await site.person('chenxiao');
	await p.fill({ 拟罚款: '16000' });
	await boxReads(p, ['办理时须写明理由', '同事项同阶次既往13件', '不低于16,000.00元的0件', '本案偏离类案', '第四条']);
	await shot(p.page, 'discretion-warned-1366');
	await p.fill({ 拟罚款: '15500' });
	await boxReads(p, ['办理时须写明理由', '不低于15,500.00元的1件']);
	await p.fill({ 拟罚款: '15000' });
	await p.page.waitForFunction(() => !document.querySelector('.mf-alike').innerText.includes('须写明理由'), null, { timeout: 20000 });
});

step('on a phone without scripts: the box comes anew by its button, nothing stands out sideways', async () => {
	const p = await site.person('chenxiao', { width: 390, height: 844, script: false });
	await p.go(`${matter}/do/notify`);
	await p.fill({ 拟罚款: '16000' });
	await p.follow(box(p).getByRole('button', { name: '按填写的内容重新比对' }));
	that(/办理时须写明理由/.test(await box(p).innerText()), `no warning: ${await box(p).innerText()}`);
	that((await sideways(p)) <= 0, `${await sideways(p)} pixels sideways`);
	await shot(p.page, 'discretion-390');
});

step('it passes with a reason', async () => {
	const p = await site.person('chenxiao');
	await p.go(`${matter}/do/notify`);
	await p.fill({ 拟罚款: '16000' });
	await p.send();
	await p.reads('可以继续，但须写明理由', '本案偏离类案');
	expect(await p.giveReasons('冷库储存量大，涉及作业人员多，危害重于类案'), 1, 'reasons asked for');
	await p.send();
	await p.done('制作事先告知书');
	await p.reads('16,000.00元');
});

step('the case has a page of it; a case of another organ is a number, a year and an amount', async () => {
	for (const width of [1366, 390]) {
		const p = await site.person('chenxiao', width === 390 ? { width, height: 844 } : {});
		await p.go(matter);
		await p.follow(p.page.getByRole('link', { name: '裁量阶次与类案' }));
		await p.reads('裁量阶次与类案', '从轻', '本案16,000.00元：类案中罚款不高于本案的13件，不低于本案的0件');
		await p.page.locator('summary', { hasText: '事实最相近的' }).click();
		const lines = p.page.locator('.mf-alike-likes tbody tr');
		const hidden = lines.filter({ hasNot: p.page.locator('a') });
		for (let i = 0; i < (await hidden.count()); i++) that(!/公司|商店/.test(await hidden.nth(i).innerText()), await hidden.nth(i).innerText());
		that((await sideways(p)) <= 0, `${await sideways(p)} pixels sideways at ${width}`);
		await examine(p.page);
		await shot(p.page, `discretion-page-${width}`);
	}
});

run();
