// SPDX-License-Identifier: MulanPSL-2.0
// The powers that have no course of their own elsewhere: a dispute from the application to the decision for both sides, a fee
// from its count to the treasury, and the lists and forms of all seven as the people who use them see them, at 1366 and 390.
// Proves: YH35 YH36 YS55
'use strict';
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { test, step, run, that, Site, examine, shot, day, scratch } = require('./lib.js');

const KINDS = ['levy', 'requisition', 'payment', 'confirmation', 'reward', 'adjudication', 'other_power'];
let site;
let dispute;

const who = (login, opt) => site.person(login, opt);
const ONE = { 类别: '个人', 名称或者姓名: '卫某甲', 统一社会信用代码或者身份证号: '14082119790312998X', 地址: '临猗县猗氏镇示例村41号' };
const TWO = { 类别: '个人', 名称或者姓名: '卫某乙', 地址: '临猗县猗氏镇示例村42号' };

// A paper of a matter as text, spaces away.
async function paper(p, matter, name) {
	await p.go(`${matter}/papers`);
	const row = () => p.page.locator('#papers tr', { hasText: name }).first();
	for (let i = 0; i < 40 && (await row().getByRole('link', { name: 'PDF' }).count()) === 0; i++) {
		await p.page.waitForTimeout(250);
		await p.go(`${matter}/papers`);
	}
	await p.go(await row().getByRole('link').first().getAttribute('href'));
	await examine(p.page);
	await shot(p.page, `power-paper-${name}`);
	const [file] = await Promise.all([p.page.waitForEvent('download'), p.page.getByRole('link', { name: '下载' }).click()]);
	const to = path.join(scratch, `${name}.pdf`);
	await file.saveAs(to);
	return execFileSync('pdftotext', ['-layout', to, '-'], { encoding: 'utf8' }).replace(/—\s*\d+\s*—|\s+/g, '');
}

// The demonstration's matter of a kind.
function shown(kind) {
	return `/m/${site.server.ask(`SELECT code FROM matter WHERE kind = '${kind}' ORDER BY id LIMIT 1`)}`;
}

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

step('each of the seven has a list, a form and a matter in mid-course', async () => {
	for (const [width, height] of [[1366, 768], [390, 844]]) {
		for (const kind of KINDS) {
			const p = await who(['levy', 'adjudication'].includes(kind) ? 'majun' : 'liuyang', { width, height });
			for (const [name, at] of [['list', `/k/${kind}?scope=organ`], ['form', `/k/${kind}/new`], ['matter', shown(kind)]]) {
				that((await p.go(at)) === 200, `${kind}: ${at}`);
				await examine(p.page, `${kind} ${name}`);
				const wide = await p.page.evaluate(() => document.documentElement.scrollWidth);
				that(wide <= width, `${at} is ${wide} wide at ${width}`);
				await shot(p.page, `power-${kind}-${name}-${width}`);
			}
		}
	}
});

step('马军 takes a dispute in, and both sides are told', async () => {
	const p = await who('majun');
	await p.go('/k/adjudication/new');
	await p.fill({ 争议: '卫某甲与卫某乙院墙用地争议', 裁决事项: '个人之间、个人与单位之间土地使用权争议处理', 申请人: { parts: ONE }, 被申请人: { parts: TWO }, 裁决人员: ['马军', '胡杰'], 请求和理由: '请求确认院墙外1米归申请人使用' });
	await p.send();
	dispute = await p.done('登记裁决申请');
	await p.reads('待受理', '决定是否受理');
	await p.act(dispute, '受理');
	const told = await paper(p, dispute, '答复通知书');
	for (const w of ['卫某乙', '请求确认院墙外1米归申请人使用', '逾期不答复的，不影响审理', '可以申请回避']) that(told.includes(w), `the notice lacks “${w}”: ${told}`);
	await p.act(dispute, '登记副本送达', { 申请书副本送达被申请人日期: day() });
	await p.act(dispute, '登记答复', { 被申请人的答复: '院墙是2005年双方商定后修建的' });
	await p.go(dispute);
	await p.choose('登记审理');
	await p.fill({ 审理人员: ['马军', '胡杰'], 审理日期: day(1), 审理情况: '双方到场，出示宅基地使用证并质证', 查明的事实: '院墙外1米在两证面积之外' });
	await p.send();
	await p.reads('被申请人收到副本之后才审理，审理以后再登记', '第八十八条');
	await shot(p.page, 'power-refused');
	await p.fill({ 审理日期: day() });
	await p.send();
	await p.done('登记审理');
	await p.act(dispute, '登记调解未成', { 调解经过和分歧: '对让出的宽度不能一致' });
});

step('郭维 decides, 马军 serves it on both; the decision says what was found and where it can be contested', async () => {
	const head = await who('guowei');
	await head.act(dispute, '作出裁决', { 依据: '《中华人民共和国土地管理法》第十四条', 裁决内容: '院墙外1米由双方共同使用，不得堆放物品。', 法律另行规定的救济途径和期限: '自接到处理决定通知之日起三十日内，向人民法院起诉' });
	const p = await who('majun');
	await p.act(dispute, '登记送达', { 送达申请人日期: day(), 送达被申请人日期: day(), 送达方式: '直接送达', 签收人: '卫某甲、卫某乙' });
	await p.reads('已裁决');
	const text = await paper(p, dispute, '行政裁决书');
	for (const w of ['卫某甲', '卫某乙', '院墙外1米在两证面积之外', '由双方共同使用', '可以自接到处理决定通知之日起三十日内，向人民法院起诉']) that(text.includes(w), `the decision lacks “${w}”: ${text}`);
	that(!text.includes('六十日内'), text);
});

step('a fee: one fen too much is refused, then it is paid in two parts; the receipt number stays', async () => {
	const p = await who('majun');
	const levy = shown('levy');
	await p.go(levy);
	await p.choose('登记缴库');
	const part = { 缴库日期: day(), 非税票据号: '1400000101', 缴款凭证: { files: ['缴款书.pdf'] } };
	await p.fill({ 本次缴纳: '1480.01', ...part });
	await p.send();
	await p.reads('不得违反规定多征', '第五十五条');
	await p.fill({ 本次缴纳: '480' });
	await p.send();
	await p.done('登记缴库');
	await p.reads('待缴纳');
	await p.act(levy, '登记缴库', { 本次缴纳: '1000', ...part, 非税票据号: '1400000102' });
	await p.reads('已缴纳');
});

run();
