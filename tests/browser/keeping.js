// SPDX-License-Identifier: MulanPSL-2.0
// Goods, equipment, rooms, dossiers: the desks of those who keep things, and one thing taken in without scripts.
'use strict';
const { test, run, that, Site, examine, shot, day } = require('./lib.js');

let site;
const who = (login, opt) => site.person(login, opt);

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('the custodian takes a thing in: without its spec it is asked for, then it stands on the list', async () => {
	const p = await who('shenping', { script: false });
	await p.go('/k/goods_item/new');
	await examine(p.page);
	await shot(p.page, 'goods_new_1366');
	await p.fill({ 类别: '扣押', 仅作证据载体: '否', 接收日期: day(), 交来人: '王明', 物品名称: '切割机', 单位: '台', 数量: '1' });
	await p.follow(p.page.locator('form.mf-form .mf-submit button.btn-primary'));
	await p.reads('规格');
	that(/\/new/.test(p.page.url()) || (await p.page.locator('#wrong').count()) > 0, 'taken in without its spec');
	await p.fill({ 规格: 'J3G-400' });
	await p.follow(p.page.locator('form.mf-form .mf-submit button.btn-primary'));
	await p.done('物品入库');
	await p.go('/k/goods_item');
	await p.reads('切割机', '稀释剂', '在库');
	await shot(p.page, 'goods_list_1366');
});

test('pages of the custodian, the office and the archivist, on an office screen and on a phone', async () => {
	for (const [login, pages] of [
		['shenping', ['/', '/k/goods_store', '/k/stocktake']],
		['caihong', ['/', '/k/room_use', '/k/room_use/new', '/k/equipment', '/k/inquiry_room', '/k/case_publicity/new']],
		['zhoumin', ['/', '/k/dossier', '/k/dossier_loan', '/k/archive_room', '/k/dossier_transfer/new']],
	]) {
		for (const [width, height] of [[1366, 768], [390, 844]]) {
			const p = await who(login, { width, height });
			for (const at of pages) {
				await p.go(at);
				await examine(p.page);
				await shot(p.page, `${login}${at.replace(/\//g, '_')}_${width}`, false);
			}
		}
	}
});

/* ---- 阅卷: an approved loan leads from its reader's desk to what it allows ---- */

test('a loan is asked for, applied for and approved; then the desk of its reader leads to the dossier', async () => {
	const keeper = await who('zhoumin');
	const dossier = site.server.ask("SELECT d.code FROM matter d JOIN matter c ON c.id = json_extract(d.fields, '$.case') WHERE d.kind = 'dossier' AND d.state = 'kept' AND c.fields NOT LIKE '%刘洋%' LIMIT 1");
	await keeper.act(`/m/${dossier}`, '受理查阅借阅', { 查阅人: '刘洋' });
	const reader = await who('liuyang');
	await reader.go('/');
	await reader.follow(reader.page.getByRole('link', { name: '写明目的和内容' }));
	await reader.fill({ 方式: '在档案室查阅', 目的: '办理行政复议答复', 查阅内容: '处罚决定书', 范围: '正卷', 自第几件: '1', 至第几件: '3' });
	await reader.send();
	await reader.done('申请查阅借阅');
	const loan = new URL(reader.page.url()).pathname;
	await (await who('zhangqiang')).act(loan, '批准');
	await reader.go('/');
	await reader.follow(reader.page.getByRole('link', { name: '阅卷', exact: true }));
	await reader.reads('正卷第1件至第3件', '不在批准范围');
	for (const width of [1366, 390]) {
		await reader.page.setViewportSize({ width, height: width === 390 ? 844 : 768 });
		await examine(reader.page);
		that((await reader.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, `阅卷 scrolls sideways at ${width}`);
		await shot(reader.page, `loan_read_${width}`, false);
	}
	await reader.page.setViewportSize({ width: 1366, height: 768 });
});

run();
