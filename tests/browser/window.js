// SPDX-License-Identifier: MulanPSL-2.0
// What the counter shows of a licence: written at the counter, refused while a line is missing, shown, read and its form taken
// away by anyone; how every public page tells where to turn; and a decision that is renewed and taken down on all carriers.
// Proves: SX-GS-12a SX-GS-12b SX-GS-12c SX-GS-12d LY1.02-12 SX-GS-19b SX-GS-8c XZ-3.1g XZ-T14
'use strict';
const { step, run, expect, that, Site, examine, shot, day } = require('./lib.js');

const TITLE = '试验烟花爆竹零售许可';
const FORM = Buffer.from(`%PDF-1.4\n% the form of this test, ${Date.now()}\n%%EOF\n`);
let site;
let notice;
let shown;

async function citizen(width = 390) {
	return site.page({ width, height: 844, script: false });
}

step('the counter writes it; it is shown when every line is there, and says which is not', async () => {
	site = await Site.open();
	const he = await site.person('heping');
	await he.go('/k/window_notice/new');
	await he.fill({ 许可或者服务事项名称: TITLE, 执法事项: '烟花爆竹经营（零售）许可', 依据: '《烟花爆竹安全管理条例》第十九条', 受理机构: '县政务服务中心应急窗口', 审批机构: '县应急管理局',
		受理条件: '有独立的经营场所', 申请材料清单: '申请书一份，营业执照复印件一份', 办理流程: '申请、受理、审查、决定、发证', 办理时限: '自受理之日起二十个工作日',
		证照发放: '在窗口领取，也可以邮寄', 表格下载方式: '在本页下载', 监督检查: '每年接受一次检查',
		投诉举报: '电话12345', 状态查询: '凭收件号和查询码查进度' });
	await he.page.locator('.mf-input', { hasText: '申请表格' }).locator('input[type=file]').setInputFiles({ name: '零售许可申请书.pdf', mimeType: 'application/pdf', buffer: FORM });
	await he.send();
	notice = new URL(he.page.url()).pathname;
	const wu = await site.person('wuting');
	await wu.go(notice);
	await wu.choose('公示');
	await wu.fill({ 涉及收费或者征收: '是' });
	await wu.send();
	await wu.reads('咨询渠道');
	that(!/[?&]done=/.test(wu.page.url()), 'shown without where to ask');
	const page = await citizen();
	await page.goto(`${site.open}/window`);
	that(!(await page.innerText('main')).includes(TITLE), 'a draft is on the public side');
	await page.context().close();
	await wu.fill({ 咨询渠道: '窗口或者电话0359-4020200' });
	await wu.send();
	await wu.reads('减、免、缓、征的条件、标准、审批或者办理程序没有填写齐全');
	await wu.fill({ 减免缓征的条件: '小型微型企业', 减免缓征的标准: '减半', 减免缓征的审批或者办理程序: '窗口当场核减' });
	await wu.send();
	await wu.done('公示');
});

step('anyone finds it, reads every line, and takes away the very form that was sent', async () => {
	let found = '';
	for (let i = 0; i < 40 && !found; i++) { // the index follows the act
		const page = await citizen();
		await page.goto(`${site.open}/window?q=${encodeURIComponent('试验烟花')}`);
		const row = page.locator('.p-row-title', { hasText: TITLE });
		if (await row.count()) found = await row.first().getAttribute('href');
		else await new Promise((ok) => setTimeout(ok, 250));
		await page.context().close();
	}
	that(found, 'the notice is not found');
	shown = found;
	for (const width of [390, 1366]) {
		const page = await citizen(width);
		await page.goto(`${site.open}/window`);
		await examine(page);
		await shot(page, `window-list-${width}`);
		await page.goto(site.open + shown);
		const text = await page.innerText('main');
		for (const w of ['依据', '受理机构', '审批机构', '受理条件', '申请材料清单', '办理流程', '办理时限', '证照发放', '表格下载方式', '监督检查', '咨询渠道', '投诉举报',
			'状态查询', '减免缓征的条件', '小型微型企业', '减免缓征的标准', '减免缓征的程序', '窗口当场核减', '零售许可申请书.pdf']) that(text.includes(w), `misses ${w}: ${text}`);
		await examine(page);
		await shot(page, `window-notice-${width}`);
		const wide = await page.evaluate(() => document.documentElement.scrollWidth);
		that(wide <= width, `${wide} wide on ${width}`);
		const form = page.locator('.p-files a').first();
		const got = await page.request.get(site.open + (await form.getAttribute('href')));
		expect(got.status(), 200, 'the form');
		that((await got.body()).equals(FORM), 'another file than was sent');
		expect((await page.request.get(`${site.open}${shown}/file/2`)).status(), 404, 'a form that is not there');
		await page.context().close();
	}
});

step('the application is sent from there, not without its papers; the counter takes it in, and the code tells how far the licence is', async () => {
	const page = await citizen();
	await page.goto(site.open + shown);
	await page.getByRole('link', { name: '网上申请' }).click();
	await examine(page);
	await page.getByLabel('姓名或者单位名称').fill('示例村西商店');
	await page.getByLabel('公民身份号码或者统一社会信用代码').fill('91140821MA0YX0029P');
	await page.getByLabel('地址').fill('临猗县北辛乡示例村32号');
	await page.getByLabel('电话').fill('13900000172');
	await page.getByLabel('申请办什么').fill('设专柜零售烟花爆竹');
	await page.getByRole('button', { name: '提交申请' }).click();
	that((await page.innerText('main')).includes('请附上申请材料'), await page.innerText('main'));
	await examine(page);
	await shot(page, 'window-apply-390');
	await page.getByLabel('申请材料').setInputFiles({ name: '申请书.pdf', mimeType: 'application/pdf', buffer: FORM });
	await page.getByRole('button', { name: '提交申请' }).click();
	that((await page.innerText('main')).includes('已收到您的申请'), await page.innerText('main'));
	const [number, code] = await page.locator('.p-codes dd').allInnerTexts();
	that(/网申〔\d+〕\d+号/.test(number), number);
	const progress = async (n, c) => {
		await page.goto(`${site.open}/progress`);
		await page.getByLabel('受理号、收件号、立案号').fill(n);
		await page.getByLabel('查询码').fill(c);
		await page.getByRole('button', { name: '查询进度' }).click();
		return page.innerText('main');
	};
	that((await progress(number, code)).includes('待收件'), 'before it is taken in');
	const wrong = await progress(number.replace(/\d+号/, '999号'), code);
	that(wrong.includes('受理号或者查询码不对') && !wrong.includes('待收件') && !wrong.includes(TITLE), wrong);
	const at = site.server.ask(`SELECT code FROM matter WHERE kind = 'net_application' AND number = '${number}'`);
	await (await site.person('heping')).act(`/m/${at}`, '收件');
	const told = await progress(number, code);
	that(told.includes('已收件') && /许收〔\d+〕\d+号/.test(told) && told.includes('待受理'), told);
	await page.context().close();
});

step('every public page of one thing tells where to complain and how to contest', async () => {
	const page = await citizen();
	const first = async (where) => {
		await page.goto(site.open + where);
		return page.locator('.p-row-title').first().getAttribute('href');
	};
	for (const where of [await first('/decisions'), await first('/items'), await first('/organs'), await first('/standards'), shown]) {
		await page.goto(site.open + where);
		const text = await page.innerText('body');
		that(/投诉举报/.test(text) && /行政复议/.test(text) && /行政诉讼/.test(text), `${where}: ${text}`);
		that((await page.locator('a[href="/complain"]').count()) > 0, `${where} has no way to a complaint`);
	}
	await page.context().close();
});

const FACT = '六名从业人员';
const SUM = '罚款25000元';
// The row or entry about one decision.
const about = (text, code) => text.split(/<li class="p-row">|<entry>/).find((x) => x.includes(code)) || '';
async function carriers() {
	const page = await citizen();
	await page.goto(`${site.open}/decisions?q=${encodeURIComponent('纺织')}`);
	const list = await page.content();
	const feed = await (await page.request.get(`${site.open}/feed.atom`)).text();
	const map = await (await page.request.get(`${site.open}/sitemap/1`)).text();
	await page.context().close();
	return { list, feed, map };
}

step('a decision that was renewed stands in its new version on the list, in the feed and in the map; taken down, its text is nowhere', async () => {
	const row = site.server.ask("SELECT n.code, o.code FROM matter n JOIN link l ON l.source = n.id AND l.field = 'replaces' JOIN matter o ON o.id = l.target WHERE n.kind = 'disclosure' AND n.state = 'published' LIMIT 1");
	const [fresh, old] = row.split('|');
	that(fresh && old, 'the demonstration lacks a renewed decision');
	let at = await carriers();
	for (const name of ['list', 'feed', 'map']) that(at[name].includes(fresh) && !at[name].includes(old), `${name} has another version`);
	for (const name of ['list', 'feed']) that(about(at[name], fresh).includes(SUM), `${name} says nothing of the sum`);
	const page = await citizen();
	await page.goto(`${site.open}/decisions/${old}`);
	expect(new URL(page.url()).pathname, `/decisions/${fresh}`, 'where the address of the version before leads');
	const before = await (async () => {
		await page.goto(`${site.open}/decisions/${fresh}`);
		return page.innerText('main');
	})();
	that(before.includes('决定内容') && before.includes(FACT), before);
	const wu = await site.person('wuting');
	await wu.act(`/m/${fresh}`, '登记复议、诉讼结果', { '复议、诉讼结果': '撤销', 复议决定或者裁判文书号: '临政复决〔试验〕1号', 文书生效日期: day() });
	await wu.act(`/m/${fresh}`, '报请撤下', { '撤回理由（向社会公开）': '决定已被撤销' });
	await (await site.person('lihong')).act(`/m/${fresh}`, '撤下审核通过', { '合法性、适当性审核意见': '应当撤下' });
	await (await site.person('zhangqiang')).act(`/m/${fresh}`, '审批并撤下');
	await page.goto(`${site.open}/decisions/${fresh}`);
	const gone = await page.innerText('main');
	that(gone.includes('决定已被撤销') && !gone.includes(FACT), gone);
	at = await carriers();
	for (const name of ['list', 'feed']) {
		that(!about(at[name], fresh).includes(SUM) && about(at[name], fresh).includes('撤下原因：决定已被撤销'), `${name} after the taking down: ${about(at[name], fresh)}`);
	}
	await page.context().close();
});

run(380000);
