// SPDX-License-Identifier: MulanPSL-2.0
// A seizure recorded through the pages: refused without a recording, then recorded, stored and ended; on a phone too.
// Proves: SX-JL-10a LY1.03-10a
'use strict';
const { test, run, expect, that, Site, examine, shot, day } = require('./lib.js');

let site;
let scene; // addresses, like /m/…
let recording;

const first = (sql) => site.server.ask(sql).split('\n').filter(Boolean)[0];
const newest = (kind) => `/m/${first(`SELECT code FROM matter WHERE kind = '${kind}' ORDER BY id DESC LIMIT 1`)}`;

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('王明 begins an activity in his case; without a recording it cannot be ended', async () => {
	const p = await site.person('wangming');
	await p.act(`/m/${first("SELECT code FROM matter WHERE kind = 'penalty' AND state = 'filed'")}`, '登记执法活动');
	scene = newest('scene');
	await p.act(scene, '填写活动情况', {
		执法行为: '行政强制', 执法环节: '调查取证', 执法活动: '扣押财物', 执法事由: '依法扣押不合格涂料', 地点: '成品仓库',
		执法人员: ['王明', '赵刚'], 到达现场开展执法的时间: `${day(-1)}T09:00`,
	});
	await p.act(scene, '登记文字记录', { 文字记录: { rows: [{ 名称: '现场笔录', 载体: '纸质文件', 制作日期: day(-1), 存放位置或者存储标识: '执法一中队铁柜' }] } });
	await shot(p.page, 'scene');
	await p.choose('结束执法活动');
	await p.fill({ 执法活动结束时间: `${day(-1)}T10:00`, 记录方式: '已音像记录' });
	await p.send();
	await p.reads('暂不能结束执法活动', '本次扣押财物没有音像记录，扣押财物必须全程音像记录', '第十条');
	await examine(p.page);
	await shot(p.page, 'scene-refused');
});

test('the recording says device, check, opening words, contents; it is stored, and the activity ends', async () => {
	const p = await site.person('wangming');
	await p.act(scene, '登记音像记录');
	recording = newest('recording');
	await p.go(recording);
	await p.choose('填写音像记录');
	await shot(p.page, 'recording-form');
	await p.fill({
		音像方式: '录像', 设备类型: '执法记录仪', 设备编号: 'YJ-JLY-03', 设备检查时间: `${day(-1)}T08:50`, 设备性能正常: '是', 电量充足: '是', 储存空间充足: '是',
		记录开始时间: `${day(-1)}T09:00`, 记录结束时间: `${day(-1)}T10:00`, 已告知当事人和在场人员正在音像记录: '是',
		开始时的语音说明: { parts: { 时间: '是', 地点: '是', 执法人员: '是', 执法事由: '是', 执法对象: '是', 需要记录的执法环节: '是' } },
		重点内容核对: { parts: { 执法开始和结束时间: '已记录', 现场环境: '已记录', '相对人、证人': '已记录', 涉案场所: '已记录', 对人员和财物: '已记录', '现场制作、送达': '不适用', 其他重要内容: '不适用' } },
	});
	await p.send();
	await p.done('填写音像记录');
	await p.reads('待入库', '音像记录入库');
	await shot(p.page, 'recording');
	await p.act(recording, '入库', { 存储位置: '执法信息系统', 音像文件: { files: ['扣押现场.mp4'] } });
	await p.act(scene, '结束执法活动', { 执法活动结束时间: `${day(-1)}T10:00`, 记录方式: '已音像记录', 已告知当事人的事项: ['执法事由', '执法依据', '权利义务'] });
	await p.reads('已记录完毕');
});

test('a phone: the pages of both fit', async () => {
	const p = await site.person('wangming', { width: 390, height: 844 });
	for (const [name, where] of [['scene', scene], ['recording', recording], ['scenes', '/k/scene'], ['recordings', '/k/recording']]) {
		await p.go(where);
		expect(await p.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0, `${name}: pixels sideways`);
		await examine(p.page);
		await shot(p.page, `${name}-390`);
	}
});

run();
