// SPDX-License-Identifier: MulanPSL-2.0
// The JSON interface: rights as on the pages, refusals, once-keys, tokens of organs, the description that an outside
// linter accepts, webhooks with signature, another try and the dead-letter list, and the message hook.
'use strict';
const { execFileSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { test, after, run, expect, that, wait, folder, scratch, Server, request, randomUUID, today, root } = require('./lib.js');

/* ---- receivers of what the program sends ---- */

class Receiver {
	constructor() {
		this.got = [];
		this.answer = 200;
	}

	async start() {
		this.server = http.createServer((q, s) => {
			let body = '';
			q.on('data', (d) => { body += d; });
			q.on('end', () => {
				this.got.push({ headers: q.headers, body, url: q.url });
				s.statusCode = this.answer;
				s.end('thanks');
			});
		});
		await new Promise((ok) => this.server.listen(0, '127.0.0.1', ok));
		after(() => this.server.close());
		return this;
	}

	get url() {
		return `http://127.0.0.1:${this.server.address().port}/in`;
	}

	async until(what, fits, ms = 20000) {
		for (const end = Date.now() + ms; Date.now() < end; await wait(100)) {
			const one = this.got.find(fits);
			if (one) return one;
		}
		throw new Error(`${what}: got ${JSON.stringify(this.got).slice(0, 1500)}`);
	}
}

/* ---- callers ---- */

let server;
let messages;
async function running() {
	if (server) return server;
	messages = await new Receiver().start();
	server = await new Server(folder()).start(['--message-hook', messages.url, '--hook-wait', '1']);
	after(() => server.stop());
	return server;
}

async function call(token, method, where, body, headers = {}) {
	const s = await running();
	const r = await request(s.port, method, `/api/v1${where}`, {
		headers: { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers },
		body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
	});
	try {
		r.json = JSON.parse(r.body);
	} catch {
		r.json = {};
	}
	return r;
}

const sessions = new Map();
async function session(login) {
	const s = await running();
	if (!sessions.has(login)) {
		const r = await call('', 'POST', '/session', { login, password: s.passwords.get(login) });
		expect(r.status, 200, `session of ${login}: ${r.body}`);
		sessions.set(login, r.json.token);
	}
	return sessions.get(login);
}

const lead = (cause = `接口线索${randomUUID()}`) => ({ kind: 'penalty', form: { source: 'check', found_on: today(-1), cause, lead_text: '检查时发现的情况。' } });

async function issue(who, form) {
	const s = await running();
	const admin = await s.signIn(who);
	const page = await request(s.port, 'GET', '/admin/tokens', { cookie: admin.cookie });
	expect(page.status, 200, 'page of tokens');
	const once = /name="request" value="([0-9a-f-]+)"/.exec(page.body)[1];
	const r = await request(s.port, 'POST', '/admin/tokens', { cookie: admin.cookie, form: { csrf: admin.csrf, request: once, ...form } });
	const secret = /mfk_[0-9a-f]{64}/.exec(r.body);
	return { status: r.status, body: r.body, secret: secret && secret[0] };
}

/* ---- sessions and reading ---- */

test('without a token 401, with a cookie alone 401, with a wrong password 401, each in JSON', async () => {
	const s = await running();
	const bare = await call('', 'GET', '/kinds');
	expect(bare.status, 401, 'bare');
	expect(bare.json.error.key, 'sign-in', 'key');
	const person = await s.signIn('wangming');
	const r = await request(s.port, 'GET', '/api/v1/kinds', { cookie: person.cookie });
	expect(r.status, 401, 'a cookie is no bearer');
	expect((await call('', 'POST', '/session', { login: 'wangming', password: 'x' })).status, 401, 'wrong password');
	expect((await call('f'.repeat(64), 'GET', '/kinds')).status, 401, 'unknown token');
});

test('kinds and a kind with fields, actions and citations', async () => {
	const token = await session('wangming');
	const all = (await call(token, 'GET', '/kinds')).json;
	that(all.kinds.some((k) => k.kind === 'penalty' && k.name.includes('行政处罚')), JSON.stringify(all).slice(0, 300));
	const k = (await call(token, 'GET', '/kinds/penalty')).json;
	expect(k.fields.fine.type, 'money', 'type of the fine');
	that(k.actions.open.form.some((f) => f.field === 'cause'), 'the form of open');
	expect((await call(token, 'GET', '/kinds/nothing')).status, 404, 'unknown kind');
});

test('lists page by cursor without gaps or doubles, and only what one sees', async () => {
	const token = await session('zhangqiang'); // the head sees all of the bureau, an officer only the own cases (LY4.09-4.1.1)
	const seen = new Set();
	let cursor = '';
	for (let i = 0; i < 40; i++) {
		const r = await call(token, 'GET', `/matters?kind=penalty&order=updated${cursor && `&cursor=${cursor}`}`);
		expect(r.status, 200, r.body);
		for (const m of r.json.matters) {
			that(!seen.has(m.id), `${m.id} twice`);
			seen.add(m.id);
			that(!/"id":\s*\d/.test(JSON.stringify(m)), 'an internal id');
		}
		cursor = r.json.next;
		if (!cursor) break;
	}
	that(seen.size > 5, `only ${seen.size}`);
	const s = await running();
	expect(seen.size, s.count("SELECT COUNT(*) FROM matter m JOIN organ o ON o.id = m.organ WHERE m.kind = 'penalty' AND o.short = 'yingji'"), 'all of the bureau');
	expect((await call(token, 'GET', '/matters?kind=penalty&cursor=1.x')).status, 400, 'a broken cursor');
	expect((await call(token, 'GET', '/matters?kind=penalty&cause=x')).status, 400, 'a field that cannot be filtered by');
});

test('one matter: fields, clocks, reasons why not; its record; its paper; hidden from another organ', async () => {
	const token = await session('wangming');
	const list = (await call(token, 'GET', '/matters?kind=penalty&order=opened')).json.matters;
	let withPaper;
	for (const m of list) {
		const one = (await call(token, 'GET', `/matters/${m.id}`)).json;
		expect(one.id, m.id, 'id');
		for (const a of one.actions) for (const x of a.refused) that(x.say && Array.isArray(x.cite), JSON.stringify(x));
		if (one.papers.some((p) => p.state === 'frozen')) withPaper = one;
	}
	that(withPaper, 'no case with a paper');
	const paper = withPaper.papers.find((p) => p.state === 'frozen');
	const pdf = await call(token, 'GET', `/matters/${withPaper.id}/papers/${paper.id}`);
	that(pdf.body.startsWith('%PDF'), 'the paper');
	const events = (await call(token, 'GET', `/matters/${withPaper.id}/events`)).json.events;
	expect(events[0].action, 'open', 'the first event');
	const other = await session('majun');
	expect((await call(other, 'GET', `/matters/${withPaper.id}`)).status, 404, 'another organ');
	expect((await call(other, 'GET', `/matters/${withPaper.id}/papers/${paper.id}`)).status, 404, 'its paper');
});

/* ---- acting ---- */

test('opening and acting; stale 409; refusals 422 with sentence and article', async () => {
	const token = await session('wangming');
	const made = await call(token, 'POST', '/matters', lead());
	expect(made.status, 201, made.body);
	const one = (await call(token, 'GET', `/matters/${made.json.id}`)).json;
	expect(one.state, 'lead', 'state');
	const note = await call(token, 'POST', `/matters/${one.id}/actions/note`, { version: one.version, reason: '接口写的说明。' });
	expect(note.status, 200, note.body);
	expect((await call(token, 'POST', `/matters/${one.id}/actions/note`, { version: one.version, reason: '又一条。' })).status, 409, 'stale');
	const no = await call(token, 'POST', `/matters/${one.id}/actions/decide`, { form: {} });
	expect(no.status, 422, no.body);
	that(no.json.refused.length && no.json.refused[0].say, no.body);
	const bad = await call(token, 'POST', '/matters', { kind: 'penalty', form: { cause: 'x', nonsense: 1 } });
	expect(bad.status, 422, bad.body);
	that(bad.json.refused.some((x) => x.field === 'nonsense'), bad.body);
	expect((await call(token, 'POST', `/matters/${one.id}/actions/nothing`, {})).status, 404, 'unknown action');
	expect((await call(token, 'POST', '/matters', '{')).status, 400, 'broken JSON');
	expect((await call(token, 'POST', '/matters', '[]')).status, 400, 'no object');
});

test('Idempotency-Key: the same body once, another body 409', async () => {
	const token = await session('wangming');
	const key = randomUUID();
	const body = lead();
	const first = await call(token, 'POST', '/matters', body, { 'Idempotency-Key': key });
	expect(first.status, 201, first.body);
	const again = await call(token, 'POST', '/matters', body, { 'Idempotency-Key': key });
	expect(again.json.id, first.json.id, 'the same matter');
	expect(again.json.repeated, true, 'repeated');
	expect((await call(token, 'POST', '/matters', lead(), { 'Idempotency-Key': key })).status, 409, 'another body');
	expect((await call(token, 'POST', '/matters', body, { 'Idempotency-Key': 'x' })).status, 400, 'no UUID');
});

test('files come with the form in base64; a digest alone is none', async () => {
	const token = await session('wangming');
	const made = await call(token, 'POST', '/matters', lead());
	const k = (await call(token, 'GET', '/kinds/penalty')).json;
	const field = k.actions.ask_file.form.concat(k.actions.open.form).find((f) => k.fields[f.field].type === 'files');
	that(field, 'no form with files');
	const action = k.actions.open.form.includes(field) ? 'open' : 'ask_file';
	const send = (file) => (action === 'open'
		? call(token, 'POST', '/matters', { kind: 'penalty', form: { ...lead().form, [field.field]: [file] } })
		: call(token, 'POST', `/matters/${made.json.id}/actions/${action}`, { form: { [field.field]: [file] } }));
	expect((await send({ name: 'a.pdf', digest: 'f'.repeat(64) })).status, 400, 'a digest alone');
	expect((await send({ name: 'a.pdf', content: '!' })).status, 400, 'no base64');
	const r = await send({ name: '照片.txt', content: Buffer.from('现场情况').toString('base64') });
	if (action === 'open') {
		expect(r.status, 201, r.body);
		const one = (await call(token, 'GET', `/matters/${r.json.id}`)).json;
		expect(one.fields[field.field][0].name, '照片.txt', 'the file');
	} else {
		expect(r.status, 422, r.body);
		expect((await running()).count(`SELECT COUNT(*) FROM blob WHERE digest = '${crypto.createHash('sha256').update('现场情况').digest('hex')}'`), 0, 'a refused act leaves no file');
	}
});

test('a matter that one does not see cannot be named', async () => {
	const s = await running();
	const foreign = s.ask("SELECT m.code FROM matter m JOIN organ o ON o.id = m.organ WHERE m.kind = 'penalty' AND o.short = 'yingji' LIMIT 1");
	const r = await call(await session('majun'), 'POST', '/matters', { kind: 'legal_review', form: { case: foreign } });
	that(r.status === 400 || r.status === 422, `${r.status} ${r.body}`);
	that(!r.body.includes(s.ask(`SELECT title FROM matter WHERE code = '${foreign}'`)), 'the title is told');
});

/* ---- tokens of organs ---- */

test('a token of an organ: issued by the security administrator alone, narrowed, revoked', async () => {
	const s = await running();
	const officer = await s.signIn('wangming');
	expect((await request(s.port, 'GET', '/admin/tokens', { cookie: officer.cookie })).status, 403, 'an officer');
	const refused = await issue('yuangang', { title: '系统管理员签发', login: 'wangming', valid_to: today(30), scope: 'read' });
	expect(refused.status, 422, 'the system administrator may not');
	that(!refused.secret, 'no secret');
	const late = await issue('dengchao', { title: '过期的', login: 'wangming', valid_to: today(-1), scope: 'read' });
	expect(late.status, 422, 'a day that is past');
	const t = await issue('dengchao', { title: '政务平台', login: 'wangming', valid_to: today(30), scope: 'read', kinds: 'penalty' });
	that(t.secret, t.body.slice(0, 2000));
	that(!s.ask("SELECT fields FROM matter WHERE kind = 'api_token'").includes(t.secret), 'the secret is kept');
	expect((await call(t.secret, 'GET', '/matters?kind=penalty')).status, 200, 'reads');
	expect((await call(t.secret, 'GET', '/matters?kind=legal_review')).status, 403, 'another kind');
	expect((await call(t.secret, 'GET', '/matters')).status, 403, 'all kinds');
	expect((await call(t.secret, 'POST', '/matters', lead())).status, 403, 'acts');
	const w = await issue('dengchao', { title: '办理平台', login: 'wangming', valid_to: today(30), scope: 'act' });
	expect((await call(w.secret, 'POST', '/matters', lead())).status, 401, 'its holder has not agreed');
	const me = await request(s.port, 'GET', '/me', { cookie: officer.cookie });
	const agree = /\/m\/([0-9a-f-]{36})\/do\/agree/.exec(me.body);
	that(agree && me.body.includes('办理平台') && me.body.includes('政务平台'), 'the holder sees both');
	expect((await call(await session('zhaogang'), 'POST', `/matters/${agree[1]}/actions/agree`, {})).status, 404, 'another person');
	expect((await call(await session('wangming'), 'POST', `/matters/${agree[1]}/actions/agree`, {})).status, 200, 'agrees');
	expect((await call(w.secret, 'POST', '/matters', lead())).status, 201, 'may act');
	expect((await call(await session('wangming'), 'POST', `/matters/${agree[1]}/actions/revoke`, { form: { revoke_reason: '不再同意' } })).status, 200, 'ends it');
	expect((await call(w.secret, 'POST', '/matters', lead())).status, 401, 'ended by its holder');
	const admin = await session('dengchao');
	const id = (await call(admin, 'GET', '/matters?kind=api_token')).json.matters.find((m) => m.title.includes('政务平台')).id;
	expect((await call(admin, 'POST', `/matters/${id}/actions/revoke`, { form: { revoke_reason: '对接结束' } })).status, 200, 'revoked');
	expect((await call(t.secret, 'GET', '/matters?kind=penalty')).status, 401, 'after that');
});

/* ---- the description ---- */

test('openapi.json is made of the definitions and an outside linter accepts it', async () => {
	const s = await running();
	const r = await request(s.port, 'GET', '/openapi.json');
	expect(r.status, 200, 'status');
	const doc = JSON.parse(r.body);
	that(doc.components.schemas.open_penalty.properties.form.properties.cause, 'the form of a kind');
	that(doc.components.schemas.form_penalty_decide, 'the form of an action');
	const file = path.join(scratch, 'openapi.json');
	fs.writeFileSync(file, r.body);
	const cli = path.join(root, 'node_modules/@redocly/cli/bin/cli.js');
	const out = execFileSync(process.execPath, [cli, 'lint', file, '--format=json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60000,
		env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' }, cwd: scratch });
	const totals = JSON.parse(out.slice(out.indexOf('{'))).totals;
	expect(totals.errors + totals.warnings, 0, out.slice(0, 1500));
	expect((await request(s.port, 'GET', '/api')).status, 200, 'the page for people');
});

/* ---- webhooks ---- */

async function subscribe(url, tells, carries) {
	const token = await session('yuangang');
	const r = await call(token, 'POST', '/matters', { kind: 'webhook', form: { title: `接收${randomUUID().slice(0, 8)}`, url, tells, carries } });
	expect(r.status, 201, r.body);
	return r.json.id;
}

// The secret as the system administrator reads it on the page.
async function secretOf(id) {
	const s = await running();
	const admin = await s.signIn('yuangang');
	const page = await request(s.port, 'GET', '/admin/webhooks', { cookie: admin.cookie });
	return new RegExp(`/m/${id}"[\\s\\S]*?<code class="mf-secret">([0-9a-f]{64})`).exec(page.body)[1];
}

function signed(d, secret) {
	const want = crypto.createHmac('sha256', secret).update(`${d.headers['x-mingfa-time']}.${d.body}`).digest('hex');
	return d.headers['x-mingfa-signature'] === `sha256=${want}`;
}

// A disclosure of the demonstration that its head approves and its editor publishes, both by the interface.
async function publish() {
	const list = (await call(await session('zhangqiang'), 'GET', '/matters?kind=disclosure&state=approving')).json.matters;
	that(list.length, 'nothing to approve in the demonstration');
	const id = list[0].id;
	const yes = await call(await session('zhangqiang'), 'POST', `/matters/${id}/actions/approve`, { form: { approval: '同意公开。' } });
	expect(yes.status, 200, yes.body);
	const out = await call(await session('wuting'), 'POST', `/matters/${id}/actions/publish`, { form: {} });
	expect(out.status, 200, out.body);
	return id;
}

test('a decision is published: a signed POST without case content, tried again, then the dead-letter list', async () => {
	const good = await new Receiver().start();
	const bad = await new Receiver().start();
	bad.answer = 500;
	const s = await running();
	const goodId = await subscribe(good.url, ['decision_published']);
	const badId = await subscribe(bad.url, ['decision_published', 'deadline_red']);
	const id = await publish();
	const d = await good.until('the publication', (x) => JSON.parse(x.body).matter === id);
	expect(JSON.parse(d.body).event, 'decision.published', 'event');
	that(signed(d, await secretOf(goodId)), 'the signature');
	that(!signed(d, await secretOf(badId)), 'each has a secret of its own');
	expect(Object.keys(JSON.parse(d.body)).sort().join(), 'at,event,id,kind,matter,organ', 'no case content');
	for (const end = Date.now() + 15000; bad.got.length < 2 && Date.now() < end;) await wait(100);
	that(bad.got.length >= 2, 'not tried again');
	expect(new Set(bad.got.map((x) => x.headers['x-mingfa-delivery'])).size, 1, 'one delivery');
	expect(good.got.length, 1, 'the good one is sent once');
	const tries = () => s.count("SELECT COALESCE(MAX(tries), 0) FROM hook_delivery WHERE state = 'waiting' AND event = 'decision.published'");
	for (const end = Date.now() + 5000; tries() < 2 && Date.now() < end;) await wait(100);
	that(tries() >= 2, 'still waiting for the next try');
	bad.answer = 200;
	await wait(500);
});

// Proves: SX-GS-8c XZ-T44
test('what is handed on to a platform: refused with the answer on record, sent again, sent', async () => {
	const s = await running();
	const platform = await new Receiver().start();
	platform.answer = 422;
	await subscribe(platform.url, undefined, ['credit']);
	const editor = await session('wuting');
	const list = (await call(editor, 'GET', '/matters?kind=push_record&state=waiting')).json.matters;
	that(list.length, 'the publication opened no push');
	const id = list[0].id;
	const act = async (action, form = {}) => {
		const version = s.count(`SELECT version FROM matter WHERE code = '${id}'`);
		const r = await call(editor, 'POST', `/matters/${id}/actions/${action}`, { version, form });
		expect(r.status, 200, r.body);
	};
	const stands = async (state) => {
		const now = () => s.ask(`SELECT state FROM matter WHERE code = '${id}'`);
		for (const end = Date.now() + 20000; now() !== state && Date.now() < end;) await wait(100);
		expect(now(), state, 'state of the push');
	};
	await act('note_refused', { refused_why: '人工登记：平台维护' });
	await act('again');
	const d = await platform.until('the push', (x) => JSON.parse(x.body).matter === id);
	expect(JSON.parse(d.body).event, 'platform.push', 'event');
	await stands('refused');
	that(s.ask(`SELECT fields FROM matter WHERE code = '${id}'`).includes('对方回答 422'), 'the answer is not on record');
	platform.answer = 200;
	await act('again');
	await stands('sent');
	const history = (await call(editor, 'GET', `/matters/${id}/events`)).body;
	that(history.includes('note_refused') && history.includes('note_sent'), history);
});

test('six failed tries end in the dead-letter list, from where it is sent again by hand', async () => {
	const s = await running();
	const dead = await new Receiver().start();
	await subscribe(dead.url, ['deadline_red']);
	await s.stop();
	sessions.clear();
	// A day on which limits of the demonstration have passed; nobody listens any more.
	dead.answer = 503;
	await s.start(['--message-hook', messages.url, '--hook-wait', '1', '--now', `${today(40)} 09:00`]);
	const red = await dead.until('an overdue limit', (x) => JSON.parse(x.body).event === 'deadline.red', 30000);
	that(JSON.parse(red.body).matter.length === 36, red.body);
	await s.stop();
	execFileSync('sqlite3', [path.join(s.dir, 'mingfa.db'), "UPDATE hook_delivery SET tries = 5, next_at = 0 WHERE state = 'waiting'"]);
	await s.start(['--hook-wait', '1', '--now', `${today(40)} 10:00`]);
	for (const end = Date.now() + 15000; !s.count("SELECT COUNT(*) FROM hook_delivery WHERE state = 'dead'") && Date.now() < end;) await wait(200);
	that(s.count("SELECT COUNT(*) FROM hook_delivery WHERE state = 'dead'") > 0, 'nothing is given up');
	const admin = await s.signIn('yuangang');
	const page = await request(s.port, 'GET', '/admin/webhooks', { cookie: admin.cookie });
	that(page.body.includes('对方回答 503'), 'the reason on the page');
	const code = /对方回答 503[\s\S]*?name="delivery" value="([0-9a-f-]+)"/.exec(page.body)[1];
	dead.answer = 200;
	const before = dead.got.length;
	const r = await request(s.port, 'POST', '/admin/webhooks/again', { cookie: admin.cookie, form: { csrf: admin.csrf, delivery: code } });
	expect(r.status, 303, 'sent again');
	const state = () => s.ask(`SELECT state FROM hook_delivery WHERE code = '${code}'`);
	for (const end = Date.now() + 10000; state() !== 'done' && Date.now() < end;) await wait(100);
	expect(state(), 'done', 'delivered');
	that(dead.got.length > before, 'nothing came');
	const officer = await s.signIn('wangming');
	expect((await request(s.port, 'GET', '/admin/webhooks', { cookie: officer.cookie })).status, 403, 'not for others');
});

test('the message hook tells how many and by when, nothing of the case', async () => {
	const one = await messages.until('a message', (x) => /^您有\d+件办件(已于)?\d+月\d+日届满$/.test(JSON.parse(x.body).text));
	expect(Object.keys(JSON.parse(one.body)).sort().join(), 'phone,text,to', 'keys');
});

test('one address may ask for no more sessions here than by the sign-in page', async () => {
	const s = await running();
	let limited;
	for (let i = 0; i < 200 && !limited; i++) {
		const r = await request(s.port, 'POST', '/api/v1/session', { body: '[]', headers: { 'Content-Type': 'application/json' } });
		if (r.status === 429) limited = r;
		else expect(r.status, 400, `attempt ${i}`);
	}
	that(limited && Number(limited.headers['retry-after']) >= 1, 'no limit');
	expect(JSON.parse(limited.body).error.key.length > 0, true, 'the answer is JSON');
});

run(300000);
