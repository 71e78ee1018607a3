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

run();
