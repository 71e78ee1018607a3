// SPDX-License-Identifier: MulanPSL-2.0
// 练习县: a data folder that knows that it is one and says so everywhere, whose people are anybody's and which begins again;
// a real folder refuses all of this and stays as it is.
'use strict';
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test, after, run, within, wait, expect, that, folder, scratch, Server, request, openLead, mingfa } = require('./lib.js');

const SAYS = '练习数据，不产生法律效力';

let county;
async function practice() {
	if (!county) {
		county = await new Server(folder('practice')).start();
		after(() => county.stop());
	}
	return county;
}

const command = (...args) => spawnSync(mingfa, args, { encoding: 'utf8' });

test('init: only on its own database, not together with the demonstration, not into a folder with something in it', () => {
	const dir = path.join(scratch, 'none');
	for (const [more, says] of [[['--db', 'postgresql:///x'], '不接 --db'], [['--demo'], '只能选一个']]) {
		const r = command('init', dir, '--practice', ...more);
		expect(r.status, 2, `exit code with ${more}`);
		that(r.stderr.includes(says), r.stderr);
		that(!fs.existsSync(dir), 'the folder was made');
	}
	const full = folder('practice');
	const before = fs.readFileSync(path.join(full, 'accounts.txt'), 'utf8');
	that(command('init', full, '--practice').status !== 0, 'a folder with something in it was taken');
	expect(fs.readFileSync(path.join(full, 'accounts.txt'), 'utf8'), before, 'its accounts');
});

test('there are exercises at five and more matters in different states, each with a task', async () => {
	const s = await practice();
	const states = s.ask("SELECT m.kind || m.state FROM practice x JOIN matter m ON m.id = x.matter").split('\n');
	that(states.length >= 5 && new Set(states).size >= 5, `states: ${states}`);
	expect(s.count("SELECT count(*) FROM practice WHERE length(task) < 20"), 0, 'exercises without a task');
	const p = await s.signIn('wangming');
	const page = await request(s.port, 'GET', '/practice', { cookie: p.cookie });
	expect(page.status, 200, 'the page');
	for (const title of s.ask('SELECT title FROM practice').split('\n')) that(page.body.includes(title), `without ${title}`);
});

test('every page says that it is practice: working side, sign-in, public side, feed, robots', async () => {
	const s = await practice();
	const p = await s.signIn('wangming');
	const code = s.ask("SELECT m.code FROM practice x JOIN matter m ON m.id = x.matter WHERE x.id = 'finish'");
	for (const where of ['/', '/inbox', '/k/penalty', '/k/penalty/new', `/m/${code}`, `/m/${code}/do/finish_investigation`, '/me', '/nothing-here']) {
		that((await request(s.port, 'GET', where, { cookie: p.cookie })).body.includes(SAYS), `${where} does not say it`);
	}
	that((await request(s.port, 'GET', '/sign-in')).body.includes(SAYS), 'the sign-in page does not say it');
	const decision = s.ask("SELECT code FROM matter WHERE kind = 'disclosure' AND state = 'published' LIMIT 1");
	const organ = s.ask("SELECT code FROM organ WHERE short = 'yingji'");
	for (const where of ['/', '/decisions', `/decisions/${decision}`, '/organs', `/organs/${organ}`, `/notice-board/${organ}`, '/items', '/progress', '/nothing-here']) {
		const r = await request(s.publicPort, 'GET', where);
		that(r.body.includes(SAYS) && r.body.includes('noindex'), `${where} does not say it`);
	}
	that((await request(s.publicPort, 'GET', '/feed.atom')).body.includes('（练习）'), 'the feed does not say it');
	expect((await request(s.publicPort, 'GET', '/robots.txt')).body, 'User-agent: *\nDisallow: /\n', 'robots.txt');
});

test('every paper says it on every page', async () => {
	const s = await practice();
	const p = await s.signIn('wangming');
	const code = s.ask("SELECT d.code FROM document d JOIN matter m ON m.id = d.matter WHERE d.paper = 'penalty_notice' AND d.state = 'frozen' LIMIT 1");
	that(code, 'no paper');
	const pdf = path.join(scratch, 'notice.pdf');
	const r = await fetch(`http://127.0.0.1:${s.port}/doc/${code}/pdf`, { headers: { Cookie: p.cookie } });
	fs.writeFileSync(pdf, Buffer.from(await r.arrayBuffer()));
	const pages = execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' }).split('\f').filter((x) => x.trim());
	that(pages.length >= 1 && pages.every((x) => x.replace(/\s/g, '').includes(SAYS)), `pages: ${pages.map((x) => x.slice(0, 200))}`);
	that((await request(s.port, 'GET', `/doc/${code}`, { cookie: p.cookie })).body.includes(SAYS), 'the page of the paper');
});

test('whoever practises goes on as somebody else, except as an administrator; the old session is over', async () => {
	const s = await practice();
	const p = await s.signIn('wangming');
	const person = (name) => s.ask(`SELECT code FROM person WHERE name = '${name}'`);
	const as = (who, form) => request(s.port, 'POST', '/practice/as', { cookie: who.cookie, form: { csrf: who.csrf, ...form } });
	expect((await as(p, { person: person('袁刚') })).status, 403, 'as the system administrator');
	const r = await as(p, { person: person('张强'), exercise: 'file' });
	expect(r.status, 303, 'as the head');
	const code = s.ask("SELECT m.code FROM practice x JOIN matter m ON m.id = x.matter WHERE x.id = 'file'");
	expect(r.headers.location, `/m/${code}`, 'where to');
	const cookie = r.headers['set-cookie'][0].split(';')[0];
	that((await request(s.port, 'GET', '/me', { cookie })).body.includes('张强'), 'it is not the head');
	expect((await request(s.port, 'GET', '/me', { cookie: p.cookie })).status, 401, 'the old session');
});

test('an exercise is done when its act is done', async () => {
	const s = await practice();
	const p = await s.signIn('zhangqiang');
	const code = s.ask("SELECT m.code FROM practice x JOIN matter m ON m.id = x.matter WHERE x.id = 'file'");
	const done = async () => ((await request(s.port, 'GET', '/practice', { cookie: p.cookie })).body.match(/✓ 已办/g) || []).length;
	const before = await done();
	const form = (await request(s.port, 'GET', `/m/${code}/do/file`, { cookie: p.cookie })).body;
	const hidden = (n) => new RegExp(`name="${n}" value="([^"]*)"`).exec(form)[1];
	const r = await request(s.port, 'POST', `/m/${code}/do/file`, { cookie: p.cookie, form: { csrf: p.csrf, request: hidden('request'), version: hidden('version'), go: 'act' } });
	expect(r.status, 303, `批准立案: ${r.body.slice(0, 500)}`);
	expect(await done(), before + 1, 'exercises done');
	expect((await openLead(await s.signIn('wangming'))).status, 303, 'a lead');
	expect(await done(), before + 2, 'exercises done with the lead');
});

test('what leaves it says that it is practice: each row of a table, each answer of the interface', async () => {
	const s = await practice();
	const p = await s.signIn('wangming');
	const csv = await request(s.port, 'GET', '/k/penalty/export.csv', { cookie: p.cookie });
	expect(csv.status, 200, csv.body.slice(0, 300));
	const rows = csv.body.trim().split('\r\n');
	that(rows.length > 1 && rows[0].endsWith(',"标记"') && rows.slice(1).every((row) => row.endsWith(`,"${SAYS}"`)), rows.slice(0, 3).join('\n'));
	that(decodeURIComponent(csv.headers['content-disposition']).includes('练习_'), csv.headers['content-disposition']);
	const token = p.cookie.split('=')[1].split(';')[0];
	for (const where of ['kinds', 'matters?kind=penalty', `search?q=${encodeURIComponent('公司')}`]) {
		const r = await request(s.port, 'GET', `/api/v1/${where}`, { headers: { Authorization: `Bearer ${token}` } });
		expect(JSON.parse(r.body).practice, SAYS, where);
	}
});

/* ---- beginning again ---- */

const again = (who, sure = '1') => request(who.server.port, 'POST', '/admin/practice', { cookie: who.cookie, form: { csrf: who.csrf, sure } });

async function backAgain(s) {
	await within(60000, 'the program after beginning again', (async () => {
		for (;;) {
			await wait(200);
			const r = await request(s.port, 'GET', '/sign-in').catch(() => null);
			if (r && r.status === 200) return;
		}
	})());
}

test('only the system administrator begins again, and only after saying so', async () => {
	const s = await practice();
	for (const login of ['wangming', 'zhangqiang', 'dengchao', 'xiaoran']) expect((await again(await s.signIn(login))).status, 403, `${login} begins again`);
	const admin = await s.signIn('yuangang');
	expect((await again(admin, '')).status, 422, 'without saying so');
	that(s.count("SELECT count(*) FROM matter WHERE title LIKE '%演练线索%'") > 0, 'the lead is gone');
});

test('it is as it was at first, with the same passwords, on the same ports', async () => {
	const s = await practice();
	const admin = await s.signIn('yuangang');
	const before = s.count('SELECT count(*) FROM practice');
	const r = await again(admin);
	expect(r.status, 200, 'the answer');
	that(r.body.includes('正在重新开始练习'), r.body.slice(0, 1000));
	await wait(300);
	await backAgain(s);
	expect(s.count("SELECT count(*) FROM matter WHERE title LIKE '%演练线索%'"), 0, 'leads of before');
	expect(s.count('SELECT count(*) FROM practice'), before, 'exercises');
	expect(s.count("SELECT count(*) FROM practice x JOIN event e ON e.matter = x.matter AND e.action = x.action"), 0, 'exercises done');
	expect((await request(s.port, 'GET', '/', { cookie: admin.cookie })).status, 401, 'the session of before');
	await s.signIn('wangming');
	that(!fs.existsSync(path.join(s.dir, '.practice-again')), 'something was left over');
});

test('a move that was broken off is finished at the next start; one that was not ready is taken away', async () => {
	const dir = folder('practice');
	const fresh = folder('practice');
	const made = path.join(dir, '.practice-again');
	fs.rmSync(path.join(dir, 'mingfa.db')); // as if the power went between taking away and moving
	fs.mkdirSync(made);
	for (const part of ['mingfa.db', 'search.db', 'blobs']) fs.renameSync(path.join(fresh, part), path.join(made, part));
	fs.writeFileSync(path.join(made, 'ready'), '');
	let s = await new Server(dir).start();
	await s.signIn('wangming').catch(() => {}); // passwords of the other folder: only that it runs counts
	that(s.count('SELECT count(*) FROM practice') > 5 && !fs.existsSync(made), 'it was not finished');
	await s.stop();
	fs.mkdirSync(made);
	fs.writeFileSync(path.join(made, 'mingfa.db'), 'half');
	s = await new Server(dir).start();
	that(s.count('SELECT count(*) FROM practice') > 5 && !fs.existsSync(made), 'what was not ready was used');
	await s.stop();
});

test('it tells other systems nothing', () => {
	const r = command('serve', folder('practice'), '--listen', '127.0.0.1:0', '--public', '127.0.0.1:0', '--message-hook', 'http://127.0.0.1:9/');
	that(r.status !== 0 && r.stderr.includes('练习县不向外推送消息'), r.stderr);
});

/* ---- a real folder ---- */

test('a real folder refuses to begin again, to lend accounts and to show exercises; nothing of it changes', async () => {
	const dir = folder('demo');
	const s = await new Server(dir).start(['--practice-site', 'http://practice.example/']);
	const events = s.count('SELECT count(*) FROM event');
	const matters = s.count('SELECT count(*) FROM matter');
	const admin = await s.signIn('yuangang');
	for (const method of ['GET', 'POST']) {
		const r = await request(s.port, method, '/admin/practice', { cookie: admin.cookie, form: method === 'POST' ? { csrf: admin.csrf, sure: '1' } : undefined });
		expect(r.status, 403, `${method} of beginning again`);
		that(r.body.includes('这里不是练习县'), 'the sentence');
	}
	s.signal('SIGUSR1'); // from outside: means nothing
	await wait(300);
	const p = await s.signIn('wangming');
	const head = s.ask("SELECT code FROM person WHERE name = '张强'");
	expect((await request(s.port, 'POST', '/practice/as', { cookie: p.cookie, form: { csrf: p.csrf, person: head } })).status, 403, 'an account lent');
	that((await request(s.port, 'GET', '/me', { cookie: p.cookie })).body.includes('王明'), 'still oneself');
	expect((await request(s.port, 'GET', '/practice', { cookie: p.cookie })).status, 403, 'exercises');
	const tour = (await request(s.port, 'GET', '/tour', { cookie: p.cookie })).body;
	that(tour.includes('http://practice.example/') && !tour.includes(SAYS), 'the tour leads to the practice county');
	that(!(await request(s.port, 'GET', '/admin/state', { cookie: admin.cookie })).body.includes('重新开始练习'), 'the button');
	that(!(await request(s.publicPort, 'GET', '/')).body.includes(SAYS), 'the public side says practice');
	that(!(await request(s.port, 'GET', '/k/penalty/export.csv', { cookie: p.cookie })).body.includes(SAYS), 'a table of a real county');
	that(!(await request(s.port, 'GET', '/api/v1/kinds', { headers: { Authorization: `Bearer ${p.cookie.split('=')[1].split(';')[0]}` } })).body.includes(SAYS), 'an answer of a real county');
	expect(s.count('SELECT count(*) FROM event'), events, 'events');
	expect(s.count('SELECT count(*) FROM matter'), matters, 'matters');
	expect((await s.stop()).code, 0, 'the end');
});

run();
