// SPDX-License-Identifier: MulanPSL-2.0
// A citizen's search and correction request, from the phone to the corrected version, and an application for disclosure from
// the portal to the answer; between them the desks of the organ. Phones without JavaScript.
// Proves: SX-GS-18a SX-GS-18b SX-GS-18c SX-GS-16 LY1.02-18a LY1.02-16 XX33
'use strict';
const { test, run, expect, that, Site, examine, shot, day } = require('./lib.js');

const PROOF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
const PARTY = { name: '示例塑料制品有限公司' };
const WRONG = '罚款的单位名称少写了“制品”二字。';
let site;
let found; // address of the decision
const receipt = {};

async function phone() {
	return site.page({ width: 390, height: 844, script: false });
}
async function progress(number, code) {
	const page = await phone();
	await page.goto(`${site.open}/progress`);
	await page.getByLabel('受理号、收件号、立案号').fill(number);
	await page.getByLabel('查询码').fill(code);
	await page.getByRole('button', { name: '查询进度' }).click();
	const text = await page.innerText('main');
	await page.context().close();
	return text;
}
const matter = (number) => `/m/${site.server.ask(`SELECT code FROM matter WHERE number = '${number}'`)}`;

test('the citizen finds the decision by two characters and sees that it can be corrected', async () => {
	site = await Site.open();
	const page = await phone();
	await page.goto(site.open);
	await page.locator('#q').fill('塑料');
	await page.getByRole('button', { name: '查询' }).click();
	const row = page.locator('.p-row', { hasText: '罚款' }).first();
	await row.locator('.p-row-title').click();
	found = new URL(page.url()).pathname;
	that((await page.innerText('main')).includes(PARTY.name), 'whose decision it is');
	PARTY.code = site.server.ask(`SELECT json_extract(fields, '$.party.code') FROM matter WHERE code = '${found.split('/').pop()}'`);
	that(/^[0-9A-Z]{18}$/.test(PARTY.code), PARTY.code);
	await page.context().close();
});

test('without proof, and for somebody else, the request is not taken, and says why by article', async () => {
	const page = await phone();
	await page.goto(site.open + found);
	await page.getByRole('link', { name: '信息不准确，申请更正' }).click();
	const form = async (name, code) => {
		await page.locator('[name=sort][value=unit]').check();
		await page.locator('#name').fill(name);
		await page.locator('#id_code').fill(code);
		await page.locator('[name=asker_as][value=self]').check();
		await page.locator('[name=wrong_text]').fill(WRONG);
		await page.locator('[name=contact_text]').fill('13900000172');
	};
	await form(PARTY.name, PARTY.code);
	await page.getByRole('button', { name: /提交/ }).click();
	that((await page.innerText('main')).includes('请附上证据后再提交') && (await page.innerText('main')).includes('第十八条'), await page.innerText('main'));
	expect(await page.locator('[name=wrong_text]').inputValue(), WRONG, 'what was typed is still there');
	await form('示例饭店有限公司', '91140821MA0YY00207');
	await page.locator('input[type=file]').setInputFiles({ name: '营业执照.pdf', mimeType: 'application/pdf', buffer: PROOF });
	await page.getByRole('button', { name: /提交/ }).click();
	that(!(await page.innerText('main')).includes('已收到您的更正申请'), 'somebody else');
	await examine(page);
	await form(PARTY.name, PARTY.code);
	await page.locator('input[type=file]').setInputFiles({ name: '营业执照.pdf', mimeType: 'application/pdf', buffer: PROOF });
	await page.getByRole('button', { name: /提交/ }).click();
	that((await page.innerText('main')).includes('已收到您的更正申请'), await page.innerText('main'));
	[receipt.number, receipt.code] = await page.locator('.p-codes dd').allInnerTexts();
	await shot(page, 'citizen-receipt');
	await page.context().close();
	that((await progress(receipt.number, receipt.code)).includes('待审核'), 'how far it is');
});

test('the organ finds it true; it cannot be closed before the corrected version is out', async () => {
	const at = matter(receipt.number);
	await (await site.person('lihong')).act(at, '审核', { 审核结论: '属实', 审核情况和理由: '经核对决定书，名称确有遗漏。' });
	const wu = await site.person('wuting');
	await wu.go(at);
	await wu.reads('属实待更正');
	that((await progress(receipt.number, receipt.code)).includes('等待发布更正后的版本'), 'the citizen waits');
	const next = `/m/${site.server.ask(`SELECT m.code FROM matter m JOIN matter o ON o.id = json_extract(m.fields, '$.origin_correction') WHERE m.kind = 'disclosure' AND m.state = 'collecting' AND o.number = '${receipt.number}'`)}`;
	await wu.go(next);
	await wu.choose('收集整理');
	await wu.fill({ 公开形式: '决定信息摘要', 公开载体: ['主平台'] });
	await wu.send();
	await wu.done('收集整理');
	await wu.act(next, '报送审核', { '已核对公开文本不含个人信息、商业秘密': '是' });
	await (await site.person('lihong')).act(next, '审核通过', { '合法性、适当性审核意见': '内容属实，可以公开。' });
	await (await site.person('zhangqiang')).act(next, '审批同意公开', { 审批意见: '同意公开' });
	await wu.act(next, '发布');
	await wu.act(at, '告知申请人并办结', { 告知方式: '电话告知', 告知日期: day(), 告知内容: '名称已更正，更正后的信息已重新公开。' });
	const told = await progress(receipt.number, receipt.code);
	for (const word of ['已办结', '属实', '名称已更正，更正后的信息已重新公开。']) that(told.includes(word), `${word}: ${told}`);
});

test('the old address leads to the corrected version, which says what changed and why', async () => {
	const page = await phone();
	await page.goto(site.open + found);
	that(new URL(page.url()).pathname !== found, 'still the version before');
	await page.locator('summary').first().click();
	const text = await page.innerText('main');
	that(text.includes('更新为第2版') && text.includes(WRONG) && text.includes('有效'), text);
	await page.goto(`${site.open}/decisions?change=newer`);
	that((await page.innerText('main')).includes('塑料'), 'among the corrected ones');
	await page.context().close();
});

test('an application for disclosure: from the portal to the desk, lengthened once by the head, answered, read by its code alone', async () => {
	const page = await phone();
	await page.goto(`${site.open}/open`);
	await page.locator('main').getByRole('link', { name: '申请公开' }).click();
	await page.getByLabel('要哪份信息').fill('2026年第三季度行政检查计划');
	await page.getByLabel('电子文档').check();
	await page.getByLabel('个人').check();
	await page.getByLabel('姓名或者单位名称').fill('张三');
	await page.locator('#id_code').fill('14082119800101001X');
	await page.getByLabel(/^电话、邮箱/).fill('13900000172');
	await page.getByLabel('向哪个机关申请').selectOption({ label: '临猗县应急管理局' });
	await examine(page);
	await shot(page, 'citizen-request');
	await page.getByRole('button', { name: '提交公开申请' }).click();
	that(/由临猗县应急管理局办理，20个工作日内答复您/.test(await page.innerText('main')), await page.innerText('main'));
	const [number, code] = await page.locator('.p-codes dd').allInnerTexts();
	await page.context().close();
	that((await progress(number, code)).includes('待登记承办'), 'received');
	const at = matter(number), wu = await site.person('wuting');
	await wu.go('/');
	await wu.reads(number);
	await wu.act(at, '指定承办人', { 承办人: '吴婷' });
	const due = () => site.server.ask(`SELECT c.due FROM clock c JOIN matter m ON m.id = c.matter WHERE m.number = '${number}' AND c.clock = 'answer' ORDER BY c.run DESC LIMIT 1`);
	const first = Number(due());
	await (await site.person('zhangqiang')).act(at, '同意延长答复期限', { 延长答复期限的理由: '需要检索档案。' });
	that(Number(due()) > first + 20 * 86400000, `lengthened from ${first} to ${due()}`);
	await wu.act(at, '答复', { 答复结果: '予以公开', 答复内容: '计划附后，也可以在公示网站查看。' });
	const told = await progress(number, code);
	for (const word of ['已答复', '予以公开', '计划附后', '行政复议']) that(told.includes(word), `${word}: ${told}`);
	that((await progress(number, '22222-22222')).includes('受理号或者查询码不对'), 'a wrong code');
});

run(380000);
