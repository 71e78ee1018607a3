// SPDX-License-Identifier: MulanPSL-2.0
// Evidence in a browser: a film is sent while the form is filled in, over a network that breaks, paused, gone on with after
// the page was left, and attached; it is listed with its digests, played from the middle, marked; each look is on record.
// Photos are shown. Needs ffmpeg.
'use strict';
const { execFileSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { test, run, expect, that, wait, Site, examine, shot, scratch, gone } = require('./lib.js');

let site;
const film = path.join(scratch, '现场扣押录像.mp4');
let matter;
async function who(opt = {}) {
	if (!site) {
		// Noise, so that a few seconds are large.
		execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25:duration=8,noise=alls=90:allf=t', '-f', 'lavfi', '-i',
			'sine=frequency=440:duration=8', '-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '12', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-shortest',
			'-metadata', 'creation_time=2026-11-17T06:02:10Z', '-metadata', 'location=+35.1442+110.7750/', film]);
		site = await Site.open();
		gone.push(`${site.working}/upload`, 'ERR_INTERNET_DISCONNECTED'); // its connections are broken on purpose
	}
	const p = await site.person('wangming', opt);
	if (!matter) {
		for (const code of site.server.ask("SELECT code FROM matter WHERE kind = 'penalty' AND state = 'filed' ORDER BY id").split('\n')) {
			matter = `/m/${code}`;
			await p.go(`${matter}/do/add_photos`);
			if ((await p.page.locator('input[type=file]').count()) > 0) break;
		}
	}
	return p;
}

const sha = () => crypto.createHash('sha256').update(fs.readFileSync(film)).digest('hex');
const percent = (text) => Number((/已传(\d+)%/.exec(text) || [0, 0])[1]);
async function until(p, min, ms = 30000) {
	const says = p.page.locator('.mf-sent-says');
	for (const end = Date.now() + ms; ; await wait(50)) {
		const text = (await says.count()) ? await says.first().innerText() : '';
		if (percent(text) >= min) return percent(text);
		that(Date.now() < end, `not ${min}% sent: ${text}`);
	}
}

test('a film is sent over a network that breaks, paused, gone on with on another day, and attached', async () => {
	const p = await who();
	const size = fs.statSync(film).size;
	that(size > 20 << 20, `the film has ${size} bytes`);
	const cdp = await p.page.context().newCDPSession(p.page);
	const net = (offline, up) => cdp.send('Network.emulateNetworkConditions', { offline, latency: 0, downloadThroughput: -1, uploadThroughput: up });
	await cdp.send('Network.enable');
	await net(false, 6 << 20);
	const input = p.page.locator('input[type=file][name="f.photo_files"]');
	await input.setInputFiles(film);
	await until(p, 15);
	await shot(p.page, 'evidence-sending');
	await examine(p.page, 'sending');
	await net(true, 0);
	await wait(1500);
	await net(false, 6 << 20);
	const before = await until(p, 25);
	await p.page.getByRole('button', { name: '暂停' }).click();
	await p.reads('已暂停，已传的部分还在');
	await p.page.getByRole('button', { name: '继续' }).click();
	await until(p, Math.min(before + 15, 60));
	// The page is left before all has come.
	p.page.once('dialog', (d) => d.accept());
	await p.go(`${matter}/evidence`);
	await p.reads('现场扣押录像.mp4', '还没有传完');
	await p.go(`${matter}/do/add_photos`);
	await p.reads('再选一次这个文件，从断处继续');
	await shot(p.page, 'evidence-left');
	await input.setInputFiles(film);
	const at = await until(p, 1);
	that(at >= 20, `began anew at ${at}%`);
	await net(false, -1);
	await p.page.locator('.mf-kept', { hasText: '已校验' }).waitFor({ timeout: 30000 });
	await p.fill({ 照片说明: '现场扣押过程。' }).catch(async () => p.page.locator('[name="f.photo_text"]').fill('现场扣押过程。'));
	await shot(p.page, 'evidence-sent');
	await p.send();
	await p.done('登记照片音视频');
	expect(site.server.ask(`SELECT size || ' ' || media || ' ' || place FROM blob WHERE digest = '${sha()}'`), `${size} video/mp4 file`, 'stored');
});

test('what was sent can be ended, and a refusal is told in Chinese', async () => {
	const p = await who();
	await p.go(`${matter}/do/add_photos`);
	const cdp = await p.page.context().newCDPSession(p.page);
	await cdp.send('Network.enable');
	await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 4 << 20 });
	await p.page.locator('input[type=file][name="f.photo_files"]').setInputFiles(film);
	await until(p, 5);
	await p.page.getByRole('button', { name: '取消' }).click();
	expect(await p.page.locator('.mf-sent').count(), 0, 'lines');
	await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
	await p.page.evaluate(() => { document.querySelector('form[data-upload]').elements.csrf.value = 'x'; });
	await p.page.locator('input[type=file][name="f.photo_files"]').setInputFiles(film);
	await p.page.locator('.mf-sent.is-bad').waitFor();
	await p.reads('这个表单已经失效，请刷新页面后重新提交');
});

test('it is listed with its digests, played from the middle, marked; each look is on record', async () => {
	for (const width of [1366, 390]) {
		const p = await who({ width });
		await p.go(`${matter}/evidence`);
		await p.reads('现场扣押录像.mp4', '视频', '王明', '登记照片音视频', '已校验', '播放、查看、下载和导出都记名',
			'时长8秒，画面640×360，图像H.264，声音AAC', '设备时间2026-11-17 14:02', '位置北纬35.144200°，东经110.775000°');
		await p.page.locator('.mf-digests summary').last().click();
		await p.reads(sha());
		await examine(p.page);
		await shot(p.page, `evidence-list-${width}`);
		await p.page.locator('.mf-exhibit a', { hasText: '现场扣押录像.mp4' }).last().click();
		const v = p.page.locator('video');
		await v.evaluate((e) => e.play());
		await p.page.waitForFunction(() => document.querySelector('video').currentTime > 0.5);
		that(Math.abs((await v.evaluate((e) => e.duration)) - 8) < 0.5, 'its length');
		await v.evaluate((e) => new Promise((ok) => { e.pause(); e.onseeked = ok; e.currentTime = 6; }));
		await p.page.getByRole('button', { name: '取当前时刻' }).click();
		expect(await p.page.getByLabel('时刻').inputValue(), '0:06', 'the moment');
		await p.page.getByLabel('这一刻是什么').fill(`查封时在${width}处`);
		await p.follow(p.page.getByRole('button', { name: '打点' }));
		await p.reads(`0:06查封时在${width}处`);
		await examine(p.page);
		await p.page.waitForFunction(() => document.querySelector('video').readyState >= 2);
		await shot(p.page, `evidence-player-${width}`);
	}
	const p = await who();
	await v0(p);
	await p.page.getByLabel('时刻').fill('十二点');
	await p.page.getByLabel('这一刻是什么').fill('不是时刻');
	await p.follow(p.page.getByRole('button', { name: '打点' }));
	await p.reads('时刻请写成“分:秒”或者“时:分:秒”');
	const looks = site.server.count(`SELECT count(*) FROM event e JOIN matter m ON m.id = e.matter WHERE e.action = 'file.played' AND '/m/' || m.code = '${matter}'`);
	that(looks >= 1 && looks <= 2, `${looks} looks on record: one a file, person and ten minutes`);
});

async function v0(p) {
	await p.go(`${matter}/evidence`);
	await p.page.locator('.mf-exhibit a', { hasText: '现场扣押录像.mp4' }).last().click();
	await p.page.locator('video').waitFor();
}

test('without scripts a small photo goes with the form, is shown, and a mark opens the film at its moment', async () => {
	const p = await who({ script: false });
	const photo = path.join(scratch, '现场.jpg');
	execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=1:duration=1', '-frames:v', '1', photo]);
	await p.go(`${matter}/do/add_photos`);
	await p.reads('每份不超过20 MB');
	await p.page.locator('input[type=file][name="f.photo_files"]').setInputFiles(photo);
	await p.page.locator('[name="f.photo_text"]').fill('现场照片。');
	await p.follow(p.page.locator('form.mf-form .mf-submit button.btn-primary'));
	await p.done('登记照片音视频');
	await p.go(`${matter}/evidence`);
	await p.follow(p.page.locator('.mf-exhibit a', { hasText: '现场.jpg' }).last());
	that(await p.page.locator('img.mf-picture').evaluate((e) => e.complete && e.naturalWidth === 320), 'the photo');
	await p.go(`${matter}/evidence`);
	await p.follow(p.page.locator('.mf-exhibit a', { hasText: '现场扣押录像.mp4' }).last());
	await p.follow(p.page.locator('.mf-marks a').first());
	that((await p.page.locator('video').getAttribute('src')).endsWith('#t=6'), 'its moment');
});

run();
