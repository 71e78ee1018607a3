// SPDX-License-Identifier: MulanPSL-2.0
// What evidence says of itself: films and photos, whole, cut and broken, are read by a program of its own after they came;
// the page of each tells it, or what could not be read; every file stays as it came.
'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { test, after, run, expect, that, wait, folder, Server, request, openLead, root } = require('./lib.js');

const corpus = path.join(root, 'tests/fuzz/corpus/media');
let server;
let officer;
let at; // the matter
const pages = {};

async function page(where) {
	const r = await request(server.port, 'GET', where, { cookie: officer.cookie });
	expect(r.status, 200, where);
	return r.body;
}

async function send(name) {
	const data = fs.readFileSync(path.join(corpus, name));
	const r = await request(server.port, 'POST', '/upload', { cookie: officer.cookie, body: data, headers: { 'Tus-Resumable': '1.0.0', 'X-CSRF-Token': officer.csrf,
		'Upload-Length': String(data.length), 'Upload-Metadata': `kind ${Buffer.from('penalty').toString('base64')},filename ${Buffer.from(name).toString('base64')}`,
		'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' } });
	expect(r.status, 201, r.body);
	return `${crypto.createHash('sha256').update(data).digest('hex')} ${name}`;
}

const names = ['film.mp4', 'cut-index-first.mp4', 'cut-index-last.mp4', 'cut.avi', 'photo.jpg', 'noise', 'sound.mp3'];

test('films and photos that came with a lead are read', async () => {
	server = await new Server(folder()).start();
	after(() => server.stop());
	officer = await server.signIn('wangming');
	const kept = [];
	for (const n of names) kept.push(await send(n));
	const r = await openLead(officer, undefined, { form: { 'f.lead_files.kept': kept } });
	expect(r.status, 303, r.body.slice(0, 1500));
	at = /^\/m\/[^?]+/.exec(r.headers.location)[0];
	for (const end = Date.now() + 20000; server.count('SELECT count(*) FROM media_fact') < names.length; await wait(50)) that(Date.now() < end, 'not read');
	for (let i = 0; i < names.length; i++) pages[names[i]] = await page(`${at}/evidence/${i + 1}`);
	const film = pages['film.mp4'];
	for (const says of ['时长2秒，画面32×32，图像H.264，声音AAC', '设备时间2026-11-17 14:02（由世界时换算）', '位置北纬36.012300°，东经111.512300°', '<video']) that(film.includes(says), says);
	for (const says of ['画面32×16', '设备HUAWEI ANA-AN00', '设备时间2026-11-17 14:02<']) that(pages['photo.jpg'].includes(says), says);
	that(pages['sound.mp3'].includes('声音MP3') && pages['sound.mp3'].includes('<audio'), 'a recording');
});

test('what was cut or broken is kept as it is, and the page says so', async () => {
	that(pages['cut-index-first.mp4'].includes('文件不完整') && pages['cut-index-first.mp4'].includes('时长2秒'), 'cut behind its index');
	that(pages['cut-index-last.mp4'].includes('缺少索引'), 'cut before its index');
	that(pages['cut.avi'].includes('文件不完整') && !pages['cut.avi'].includes('<video'), 'a film that no browser plays');
	that(!pages.noise.includes('读不出') && pages.noise.includes('不能在页面里打开'), 'what is no film is not blamed for it');
	for (const n of names) {
		const data = fs.readFileSync(path.join(corpus, n));
		const r = await request(server.port, 'GET', `/file/${crypto.createHash('sha256').update(data).digest('hex')}?save=1`, { cookie: officer.cookie });
		expect(`${r.status} ${r.headers['content-length']}`, `200 ${data.length}`, n);
	}
	const list = await page(`${at}/evidence`);
	expect(list.split('原件照样保存').length - 1, 3, 'told in the list too');
});

test('each is read once, also when the program starts again', async () => {
	const before = server.ask('SELECT digest || at FROM media_fact ORDER BY digest');
	await server.stop();
	server = await new Server(server.dir).start();
	after(() => server.stop());
	officer = await server.signIn('wangming');
	const r = await openLead(officer, undefined, { form: { 'f.lead_files.kept': [await send('film.mp4'), await send('film.avi')] } });
	expect(r.status, 303, r.body.slice(0, 1500));
	for (const end = Date.now() + 20000; server.count('SELECT count(*) FROM media_fact') <= names.length; await wait(50)) that(Date.now() < end, 'not read');
	that(server.ask('SELECT digest || at FROM media_fact ORDER BY digest').split('\n').filter((l) => before.includes(l)).length === names.length, 'as they were');
});

run();
