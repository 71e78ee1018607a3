// SPDX-License-Identifier: MulanPSL-2.0
// Publicity after the act (issue 5, IV.5): licences beside penalties, what was corrected or taken down with its reason, feeds
// of either. Proves: XK40 SX-GS-8c SX-GS-10b SX-GS-19b LY1.02-10.2
'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');
const { test, after, run, wait, expect, that, folder, Server, request, today, root, scratch } = require('./lib.js');

let server;
async function running() {
	if (server) return server;
	server = await new Server(folder()).start();
	after(() => server.stop());
	return server;
}
async function open(path) {
	const r = await request((await running()).publicPort, 'GET', path);
	expect(r.status, 200, path);
	return r.body;
}
const titles = (html) => [...html.matchAll(/class="p-row-title" href="([^"]*)">([^<]*)/g)].map((m) => ({ href: m[1], title: m[2] }));

test('licences are found beside penalties, and by what became of the application', async () => {
	const all = titles(await open('/decisions')), licences = titles(await open('/decisions?type=licence_act'));
	that(licences.length && licences.length < all.length, `${licences.length} licences of ${all.length}`);
	that(licences.every((x) => /许可/.test(x.title)), JSON.stringify(licences));
	expect(titles(await open('/decisions?type=licence_act.granted')).length, licences.length, 'granted');
	expect(titles(await open('/decisions?type=licence_act.revoked')).length, 0, 'revoked');
	const penalties = titles(await open('/decisions?type=penalty_act'));
	that(penalties.length && !penalties.some((x) => licences.some((y) => y.href === x.href)), 'a licence among the penalties');
	expect(titles(await open('/decisions?type=nonsense')).length, all.length, 'a choice that there is not');
});

test('the page of a licence tells number, validity and result, has a proof, and says what can be done against it', async () => {
	const [licence] = titles(await open('/decisions?type=licence_act'));
	const page = await open(licence.href);
	for (const word of ['准予许可', '许可证号', '有效期', '申请行政复议', '提起行政诉讼', '投诉、举报'])
		that(page.includes(word), `the page does not say ${word}`);
	that((await open(`${licence.href}/proof`)).includes('存证'), 'its proof');
});

const caller = async (login) => (await running()).caller(login);

test('what was corrected or taken down is listed with its reason', async () => {
	const newer = await open('/decisions?change=newer');
	that(titles(newer).length >= 1 && newer.includes('更新原因：'), 'corrections');
	expect(titles(await open('/decisions?change=down')).length, 0, 'withdrawals before');
	const [{ href }] = titles(await open('/decisions?type=penalty_act&q=%E5%A1%91%E6%96%99')), code = href.split('/').pop();
	const reason = '原处罚决定已被行政复议决定撤销，公开信息予以撤回';
	const [gong, fa, head] = [await caller('wuting'), await caller('lihong'), await caller('zhangqiang')];
	await gong(code, 'note_redress', { redress: 'revoked', redress_no: '临政复决〔2026〕5号', redress_on: today() });
	await gong(code, 'propose_down', { public_reason: reason });
	await fa(code, 'agree_down', { legal_view: '合法' });
	await head(code, 'take_down', {});
	let down;
	for (let i = 0; i < 50 && !titles(down = await open('/decisions?change=down')).length; i++) await wait(200);
	expect(titles(down).length, 1, 'withdrawals');
	that(down.includes(`撤下原因：${reason}`) && down.includes('已撤下'), 'its reason in the list');
	const page = await open(href);
	that(page.includes(reason) && page.includes('撤销（临政复决〔2026〕5号）') && !page.includes('决定内容'), 'its page');
	const feed = await open('/feed.atom?change=down');
	that(feed.includes(reason), 'its reason in the feed');
});

test('a feed may be of what an address asks', async () => {
	const feed = await open('/feed.atom?type=licence_act');
	expect((feed.match(/<entry>/g) || []).length, titles(await open('/decisions?type=licence_act')).length, 'entries');
	that(feed.includes('feed.atom?type=licence_act</id>'), 'its own id');
});

// ---- 双公示 ----

// The rows of a table of ours: UTF-8 with a mark, each cell in quotes but for amounts.
function csv(text) {
	const rows = [[]];
	const cells = /"((?:[^"]|"")*)"|([^,\r\n"]+)|(,)|(\r\n)/g;
	let cell = '';
	for (const m of text.replace(/^\uFEFF/, '').matchAll(cells)) {
		if (m[3] || m[4]) {
			rows.at(-1).push(cell);
			cell = '';
			if (m[4]) rows.push([]);
		} else cell = m[2] ?? m[1].replaceAll('""', '"');
	}
	rows.pop();
	return rows;
}

// The first sheet of an XLSX: a ZIP read by its directory.
function sheetOf(zip) {
	const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
	for (let at = zip.readUInt32LE(end + 16); zip.readUInt32LE(at) === 0x02014b50; ) {
		const name = zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)), local = zip.readUInt32LE(at + 42);
		if (name === 'xl/worksheets/sheet1.xml') {
			const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
			return zlib.inflateRawSync(zip.subarray(from, from + zip.readUInt32LE(at + 20))).toString('utf8');
		}
		at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
	}
	throw new Error('no sheet');
}

async function exported(login, what, query) {
	const s = await running(), who = await s.signIn(login);
	return request(s.port, 'GET', `/duties/exports/${what}?${query}`, { cookie: who.cookie });
}

// The table of fields of the standards: number, field, name, most characters (the least that it names; of a range its end), and whether it must not be empty.
function standard() {
	const text = fs.readFileSync(path.join(root, '../shared/standards.md'), 'utf8');
	const cf = [...text.matchAll(/^\| (\d+) \| (\w+) \|([^|]*)\|([^|]*)\|([^|]*)\|$/gm)].map((m) => ({
		head: m[2], name: m[3].trim(), length: Math.min(...(m[4].replace(/\d+–(\d+)/, '$1').match(/\d{2,}|\b9\b/g) || ['99999']).map(Number)), need: /^必填/.test(m[5].trim()) ? '必填' : /必填|^if /.test(m[5].trim()) ? '有此情形的必填' : '' }));
	const xk = /XK_\)\*\* .*?— 28: ([^\n]*)/.exec(text)[1].split(',').map((x) => /\b(XK_\w+|BZ)/.exec(x)?.[1]).filter(Boolean);
	return { cf, xk };
}

test('the tables of 双公示 have the columns of the standard: names, order, lengths, what is required', async () => {
	if (!fs.existsSync(path.join(root, '../shared/standards.md'))) return; // the specification is not at hand
	const { cf, xk } = standard(), s = await running(), who = await s.signIn('wuting');
	expect(cf.length, 30, 'penalty fields of the standard');
	expect(xk.length, 28, 'licence fields of the standard');
	const columns = async (x) => [...(await request(s.port, 'GET', `/duties/exports?x=${x}`, { cookie: who.cookie })).body
		.matchAll(/<tr><td>([A-Z_]+|BZ)<\/td><td>([^<]*)<\/td><td>([^<]*)<\/td><td>([^<]*)<\/td><\/tr>/g)].map((m) => m.slice(1));
	const ours = await columns('disclosure.double_penalty');
	expect(ours.map((c) => c[0]).join(), cf.map((c) => c.head).join(), 'columns of penalties');
	for (const [i, [head, name, length, need]] of ours.entries()) {
		const bare = (x) => x.replace('行政相对人代码', '代码').replace(/[（(]/g, '').replace(/[)）]/g, '');
		expect(bare(name), bare(cf[i].name), `name of ${head}`);
		if (cf[i].need) expect(need, cf[i].need, `${head} is required`);
		if (length !== '不限') that(Number(length) <= cf[i].length, `${head} takes ${length}, the standard ${cf[i].length}`);
	}
	expect((await columns('disclosure.double_licence')).map((c) => c[0]).join(), xk.join(), 'columns of licences');
});

test('a table of 双公示 goes out as CSV and as XLSX: whole rows, amounts in 万元, days with strokes; it is recorded as an export', async () => {
	const s = await running(), query = `x=disclosure.double_penalty&from=${today(-300)}&to=${today()}`;
	const recorded = () => s.count("SELECT COUNT(*) FROM reading WHERE sort = 'export' AND what LIKE '双公示：行政处罚_%'");
	const before = recorded(), r = await exported('wuting', 'table.csv', query);
	expect(r.status, 200, r.body);
	const [head, ...rows] = csv(r.body);
	expect(head.length, 30, 'columns');
	that(rows.length > 1 && rows.every((x) => x.length === 30), JSON.stringify(rows));
	const at = (row, column) => row[head.indexOf(column)];
	const fine = rows.find((x) => at(x, 'CF_NR').includes('25000'));
	expect(at(fine, 'CF_NR_FK'), '2.5', 'the fine in 万元');
	that(/^\d{4}\/\d\d\/\d\d$/.test(at(fine, 'CF_JDRQ')) && at(fine, 'CF_YXQ') === '2099/12/31', fine.join('|'));
	that(rows.every((x) => at(x, 'CF_CFJG') === '临猗县应急管理局'), 'only of the own organ');
	expect(recorded(), before + 1, 'recorded');
	const xlsx = await exported('wuting', 'table.xlsx', query);
	expect(xlsx.status, 200, 'XLSX');
	const sheet = sheetOf(xlsx.bytes);
	expect((sheet.match(/<row /g) || []).length, rows.length + 1, 'rows of the sheet');
	that(/<v>2\.5<\/v>/.test(sheet), 'the fine as a number');
	const none = await exported('wangming', 'table.csv', query);
	expect(none.status, 403, 'an officer has no such table');
});

test('what is missing is told row by row, and such a row does not go out', async () => {
	const s = await running(), query = `x=disclosure.double_penalty&from=${today(-300)}&to=${today()}`;
	const rows = csv((await exported('wuting', 'table.csv', query)).body).length;
	const code = s.ask("SELECT m.code FROM matter m WHERE m.kind = 'disclosure' AND m.state = 'published' AND m.fields LIKE '%\"confiscate\"%' LIMIT 1")
		|| titles(await open('/decisions?type=penalty_act&q=%E8%82%A5%E6%96%99'))[0].href.split('/').pop();
	const gong = await caller('wuting');
	await gong(code, 'note_reporting', { violation: '长'.repeat(300) });
	await gong(code, 'renew', { update_reason: '补充没收的内容' });
	const newer = s.ask("SELECT code FROM matter WHERE kind = 'disclosure' ORDER BY id DESC LIMIT 1");
	const text = { shown_as: 'summary', conclusion: '没收违法所得', basis: '《中华人民共和国安全生产法》第九十七条', platforms: ['main_site'], sanctions: ['confiscate'] };
	await gong(newer, 'collect', text);
	await gong(newer, 'pass_on', { masked: true });
	await (await caller('lihong'))(newer, 'agree', { legal_view: '合法' });
	await (await caller('zhangqiang'))(newer, 'approve', { approval: '同意' });
	await gong(newer, 'publish', {});
	expect(csv((await exported('wuting', 'table.csv', query)).body).length, rows - 1, 'whole rows');
	const wanting = csv((await exported('wuting', 'wanting.csv', query)).body);
	that(wanting.some((x) => x[2] === 'CF_NR_WFFF' && x[4].includes('没有填写') && x[5] === newer), JSON.stringify(wanting));
	const page = await request(s.port, 'GET', `/duties/exports?${query}`, { cookie: (await s.signIn('wuting')).cookie });
	that(page.body.includes('缺没收违法所得、没收非法财物的金额（万元）'), 'the page');
	await gong(newer, 'note_reporting', { confiscated: 123.45 });
	const whole = csv((await exported('wuting', 'table.csv', query)).body);
	expect(whole.length, rows, 'whole again');
	that(whole.some((x) => x[20] === '0.012345'), 'the amount, exact');
});

// ---- 年度统计 ----

test('the statistics of a year are open to anyone: page with charts and tables, CSV, XLSX and JSON say the same', async () => {
	const s = await running(), year = today().slice(0, 4);
	const data = JSON.parse(await open(`/statistics.json?year=${year}`));
	expect(data.tables.map((t) => t.id).join(), 'yearly_decisions,yearly_penalties,yearly_money,yearly_licences,yearly_remedies,yearly_withheld', 'tables');
	const [decisions, , money, , , withheld] = data.tables;
	const made = s.count(`SELECT COUNT(*) FROM matter WHERE kind = 'disclosure' AND json_extract(fields, '$.source') IN ('case_decision', 'other_case') AND json_extract(fields, '$.decided_on') LIKE '${year}-%'`);
	that(made > 5, `${made} decisions`);
	expect(decisions.sum.at(-1), made, 'all decisions');
	expect(decisions.sum.slice(0, 4).reduce((a, b) => a + b), made, 'by type');
	expect(decisions.organs.reduce((a, x) => a + x.figures.at(-1), 0), made, 'by organ');
	const fines = s.count(`SELECT COALESCE(SUM(json_extract(fields, '$.fine')), 0) FROM matter WHERE kind = 'disclosure' AND json_extract(fields, '$.source') IN ('case_decision', 'other_case') AND json_extract(fields, '$.decided_on') LIKE '${year}-%'`) / 100;
	that(fines > 0, 'no fines in the demonstration');
	expect(money.sum[0], fines, 'fines in yuan');
	that(withheld.columns.includes('损害第三方合法权益') && withheld.columns.includes('还没有公开的'), 'withheld, by reason');
	const page = await open(`/statistics?year=${year}`);
	for (const t of data.tables) that(page.includes(`<h2 class="p-h2">${t.name}</h2>`), t.name);
	expect((page.match(/<svg /g) || []).length, data.tables.length, 'a chart each');
	that(page.includes('本年度还没有结束'), 'the year is not over');
	const rows = csv(await open(`/statistics.csv?year=${year}`));
	const sum = rows.at(-1), head = rows[0];
	expect(sum[0], '合计', 'the last line');
	expect(Number(sum[head.indexOf('执法决定：合计')]), made, 'all decisions in CSV');
	expect(Number(sum[head.indexOf('罚没金额：罚款金额')]), fines, 'fines in CSV');
	const xlsx = await request(s.publicPort, 'GET', `/statistics.xlsx?year=${year}`);
	expect((sheetOf(xlsx.bytes).match(/<row /g) || []).length, rows.length, 'rows of the sheet');
	expect((await request(s.publicPort, 'GET', `/statistics?year=${Number(year) + 1}`)).status, 404, 'a year to come');
	expect((await request(s.publicPort, 'GET', '/statistics?year=2018')).status, 404, 'before the first');
});

// ---- for programs ----

test('the search and a decision are there for programs, page by page, masked as on the pages', async () => {
	const first = JSON.parse(await open('/decisions.json'));
	that(first.decisions.length > 5 && first.decisions.every((d) => /^[0-9a-f-]{36}$/.test(d.code) && d.href.endsWith(d.code)), 'rows');
	expect(first.decisions.map((d) => d.code).join(), titles(await open('/decisions')).map((x) => x.href.split('/').pop()).join(), 'the same as the page');
	const [licence] = JSON.parse(await open('/decisions.json?type=licence_act')).decisions;
	const one = JSON.parse(await open(`/decisions/${licence.code}/data.json`));
	that(one.licence_result === '准予许可' && /^\d{4}-\d\d-\d\d$/.test(one.valid_from) && one.permit_no, JSON.stringify(one));
	const down = JSON.parse(await open('/decisions.json?change=down')).decisions;
	for (const d of down) expect(JSON.parse(await open(`/decisions/${d.code}/data.json`)).facts, null, 'what was taken down is not told');
	const s = await running();
	expect((await request(s.publicPort, 'GET', '/decisions/0190a000-0000-7000-8000-000000000000/data.json')).status, 404, 'none');
});

test('the description of the public side is one that an outside linter accepts, and each address in it answers', async () => {
	const text = await open('/openapi.json'), doc = JSON.parse(text);
	const types = doc.paths['/decisions.json'].get.parameters.find((p) => p.name === 'type').schema.enum;
	that(types.includes('licence_act.revoked'), types.join());
	const [decision] = JSON.parse(await open('/decisions.json')).decisions;
	for (const path of Object.keys(doc.paths)) if (path !== '/log/checkpoint') await open(path.replace('{code}', decision.code));
	const file = path.join(scratch, 'public-openapi.json');
	fs.writeFileSync(file, text);
	const out = execFileSync(process.execPath, [path.join(root, 'node_modules/@redocly/cli/bin/cli.js'), 'lint', file, '--format=json'], {
		encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60000, cwd: scratch,
		env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' } });
	const { errors, warnings } = JSON.parse(out.slice(out.indexOf('{'))).totals;
	expect(errors + warnings, 0, out.slice(0, 1500));
});

run();
