// SPDX-License-Identifier: MulanPSL-2.0
// The three administrators: each sees only its own and none what stands in a case; accounts from opening to the first
// password of one's own; a backup while work goes on, restored and compared; what the auditor reads.
'use strict';
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { test, run, expect, that, mingfa, Site, Person, examine, shot, day } = require('./lib.js');

let site;
const who = (login, opt) => site.person(login, opt);
const program = mingfa || process.env.MINGFA;

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('each administrator has its own pages, the others are refused, officers have none', async () => {
	const own = { yuangang: '/admin/state', dengchao: '/admin/accounts', xiaoran: '/admin/audit' };
	for (const [login, page] of Object.entries(own)) {
		const p = await who(login);
		await p.go('/admin');
		expect(new URL(p.page.url()).pathname, page, `the first page of ${login}`);
		await examine(p.page);
		await shot(p.page, `${page.slice(1).replace('/', '_')}_1366`);
		for (const [other, theirs] of Object.entries(own)) if (other !== login) expect(await p.go(theirs), 403, `${theirs} for ${login}`);
		const menu = await p.page.goto(`${site.working}/inbox`).then(() => p.page.innerText('.mf-menu'));
		that(!/行政处罚|新建|办件/.test(menu), `the menu of ${login}: ${menu}`);
		await p.go('/k/penalty');
		expect(await p.page.locator('.mf-list tbody tr').count(), 0, `cases that ${login} sees`);
		await p.go('/search?q=' + encodeURIComponent('示例'));
		const kinds = await p.page.locator('.mf-row-clock').allInnerTexts(); // registers and what is published are open to all
		that(!kinds.some((k) => /案件|审核|送达|证据/.test(k)), `hits that ${login} sees: ${[...new Set(kinds)].join('、')}`);
	}
	const officer = await who('wangming');
	for (const page of Object.values(own)) expect(await officer.go(page), 403, `${page} for an officer`);
});

test('an account: a password that is shown once, the first sign-in, sessions that end, a disabled one', async () => {
	const security = await who('dengchao');
	await security.go('/admin/accounts?q=' + encodeURIComponent('马军'));
	await security.page.getByRole('button', { name: /^重置密码/ }).click();
	await security.reads('已重置密码：马军', '账号交接单', '只显示这一次');
	await examine(security.page);
	await shot(security.page, 'account_sheet_1366');
	const password = await security.page.innerText('.mf-password');
	await security.go('/admin/accounts?q=' + encodeURIComponent('马军'));
	that(!(await security.text()).includes(password), 'the password is shown again');
	const page = await site.page();
	const ma = new Person(site, 'majun', page);
	site.server.passwords.set('majun', password);
	await page.goto(`${site.working}/sign-in`);
	await ma.sendSignIn();
	await ma.go('/k/penalty');
	expect(new URL(page.url()).pathname, '/me', 'a new password first');
	const own = 'Shi-li-2026-mima';
	await page.locator('input[type=password]').nth(0).fill(password);
	await page.locator('input[type=password]').nth(1).fill(own);
	if ((await page.locator('input[type=password]').count()) > 2) await page.locator('input[type=password]').nth(2).fill(own);
	await page.locator('main form[action="/me/password"] button').click();
	expect(await ma.go('/k/penalty'), 200, 'after the change');
	await security.go('/admin/accounts?q=' + encodeURIComponent('马军'));
	await security.page.getByRole('button', { name: /^结束登录/ }).click();
	await security.reads('已结束登录：马军');
	await ma.go('/k/penalty');
	that(await page.getByLabel('登录名').count(), 'still signed in');
	await security.page.getByRole('button', { name: /^停用/ }).click();
	await security.reads('已停用账号：马军', '已停用');
	site.server.passwords.set('majun', own);
	await page.goto(`${site.working}/sign-in`);
	await ma.sendSignIn();
	that(await page.getByLabel('登录名').count(), 'a disabled account signs in');
	await page.context().close();
	await security.go('/admin/accounts?q=' + encodeURIComponent('邓朝'));
	expect(await security.page.getByRole('button', { name: /^重置密码/ }).count(), 0, 'one\'s own account');
});

test('a lost account: how the person was known stands on the sheet with the new password, and nothing goes without it', async () => {
	const security = await who('dengchao');
	await security.go('/admin/accounts?q=' + encodeURIComponent('刘洋'));
	await security.page.getByRole('link', { name: /^登记找回/ }).click();
	await security.page.waitForURL(/lost=/);
	await examine(security.page);
	await shot(security.page, 'account_lost_1366');
	await security.page.getByLabel('事由').fill('更换手机后忘记密码');
	await security.page.evaluate(() => document.getElementById('identity').removeAttribute('required'));
	await security.page.getByRole('button', { name: '登记并开出一次性密码' }).click();
	await security.reads('身份核对');
	expect(await security.page.locator('.mf-password').count(), 0, 'a password without a proof of who asks');
	expect(await security.page.getByLabel('事由').inputValue(), '更换手机后忘记密码', 'what was typed');
	await security.page.getByLabel('身份核对').selectOption({ label: '当面核对居民身份证' });
	await security.page.getByRole('button', { name: '登记并开出一次性密码' }).click();
	await security.reads('已登记账号找回：刘洋', '账号找回登记单', '当面核对居民身份证', '更换手机后忘记密码', '封口后交本人', '只显示这一次');
	await examine(security.page);
	await shot(security.page, 'account_lost_sheet_1366');
	const page = await site.page();
	const liu = new Person(site, 'liuyang', page);
	await page.goto(`${site.working}/sign-in`);
	await liu.sendSignIn();
	that(await page.getByLabel('登录名').count(), 'the old password still opens');
	site.server.passwords.set('liuyang', await security.page.innerText('.mf-password'));
	await page.goto(`${site.working}/sign-in`);
	await liu.sendSignIn();
	await liu.go('/k/penalty');
	expect(new URL(page.url()).pathname, '/me', 'a password of one\'s own first');
	await page.context().close();
});

test('roles: who holds which where, by whom; granted and withdrawn after a page to check; one that excludes another is refused', async () => {
	const security = await who('dengchao');
	const grant = async (person, organ, role) => {
		await security.go('/admin/roles');
		await security.page.getByLabel('姓名或者登录名').fill(person);
		await security.page.locator('#g-organ').selectOption({ label: organ });
		await security.page.locator('#g-role').selectOption({ label: role });
		await security.page.getByRole('button', { name: '核对授予' }).click();
	};
	await security.go('/admin/roles');
	await security.reads('授权', '王明', '承办人', '系统，');
	await examine(security.page);
	await shot(security.page, 'admin_roles_1366');
	await security.page.setViewportSize({ width: 390, height: 844 });
	await shot(security.page, 'admin_roles_390');
	await security.page.setViewportSize({ width: 1366, height: 768 });
	await grant('liuyang', '临猗县应急管理局', '审计员');
	await security.reads('暂不能授予角色', '审计员', '承办人', '不得由同一人兼任', '网络安全法');
	expect(await security.page.getByRole('button', { name: /^确认/ }).count(), 0, 'a refused grant cannot be confirmed');
	await examine(security.page);
	await shot(security.page, 'admin_role_refused_1366');
	await grant('liuyang', '临猗县应急管理局', '档案员');
	await security.reads('核对：授予角色', '刘洋', '档案员', '到收回为止');
	await shot(security.page, 'admin_role_check_1366');
	await security.page.getByRole('button', { name: '确认授予档案员' }).click();
	await security.reads('已办理');
	await security.go('/admin/roles?role=archivist&q=' + encodeURIComponent('刘洋'));
	await security.reads('刘洋', '档案员', '邓朝');
	await security.page.getByRole('button', { name: /^收回/ }).click();
	await security.reads('核对：收回角色', '今天起不再有这个角色');
	await security.page.getByRole('button', { name: '确认收回档案员' }).click();
	await security.go('/admin/roles?role=archivist&q=' + encodeURIComponent('刘洋'));
	await security.reads('没有人任角色');
	const auditor = await who('xiaoran');
	await auditor.go('/admin/roles');
	expect(await auditor.page.getByRole('button', { name: /收回|核对授予/ }).count(), 0, 'the auditor only reads');
	expect(await (await who('yuangang')).go('/admin/roles'), 403, 'the system administrator');
});

test('a backup with the button while others work: progress, a message, and a folder that restores whole', async () => {
	const system = await who('yuangang');
	await system.go('/admin/state');
	await system.page.getByRole('button', { name: '现在备份' }).click();
	for (let i = 0; i < 40 && !/已完成|没有做完/.test(await system.text()); i++) {
		await system.page.waitForTimeout(500);
		await system.page.reload();
	}
	await system.reads('已完成', '请再复制到别的机器');
	await examine(system.page);
	await shot(system.page, 'job_backup_1366');
	await system.go('/inbox?tab=system');
	await system.reads('已完成：备份');
	const to = path.join(site.server.dir, '..', 'restored');
	const say = execFileSync(program, ['restore', path.join(site.server.dir, 'backup'), to], { encoding: 'utf8' });
	that(/数据库通过检查/.test(say) && !/缺/.test(say), say);
	let refused = '';
	try {
		execFileSync(program, ['restore', path.join(site.server.dir, 'backup'), to], { encoding: 'utf8', stdio: 'pipe' });
	} catch (e) {
		refused = e.stderr;
	}
	that(/不是空的/.test(refused), `restored over something: ${refused}`);

	// What the state page knows of it, and the copy that goes elsewhere: it is registered on the backup, which then has a limit.
	await system.go('/admin/state');
	await system.reads('最近一次备份', '还没有登记过：用 mingfa restore --of 恢复到空的文件夹，由程序核对并登记', '还没有登记过：备份复制到别处', /数据文件夹[\d.]+[KMG]B/, /SQLite，[\d.]+[KMG]B/);
	that(!/还没有备份过/.test(await system.text()), 'the backup is known');
	await system.go('/k/backup');
	await system.page.locator('.mf-list tbody tr a').first().click();
	await system.choose('登记异地备份');
	await system.fill({ 异地存放地点: '市数据中心2号柜', 异地存放日期: day(0), 校验结果: '与原件一致' });
	await system.send();
	await system.done('登记异地备份');
	await system.go('/k/backup/new');
	await system.fill({ 类别: '恢复', 位置: '/srv/try', 是否完成: '是' });
	await system.send();
	await system.go('/admin/state');
	await system.reads('下一次异地备份', '最近一次恢复或者演练');
	that(!/还没有登记过/.test(await system.text()), 'all is registered');
	await examine(system.page);
	await shot(system.page, 'admin_state_known_1366');
	expect(await system.go('/status'), 404, 'one page tells it');
});

test('the auditor reads who did what, without contents, and takes it along', async () => {
	const auditor = await who('xiaoran');
	await auditor.go('/admin/audit?q=' + encodeURIComponent('王明'));
	await auditor.reads('王明', /登记线索|申请立案/, /临应急立〔\d{4}〕/);
	that(!/示例(涂料|物流|化工)/.test(await auditor.text()), 'a party is named');
	await auditor.go('/admin/audit?tab=logins');
	await auditor.reads('马军', '密码不对', '登录');
	await examine(auditor.page);
	await auditor.go('/admin/audit?tab=readings');
	that(!/账号|备份/.test(await auditor.page.innerText('main table, main .mf-empty')), 'accounts and backups are no reads');
	await auditor.go('/admin/audit?tab=admin');
	await auditor.reads('账号 · 重置密码', '账号 · 停用账号', '账号 · 结束登录', '人员 · 授予角色', '人员 · 收回角色', '刘洋', '马军', '备份 · 记录备份', '邓朝', '袁刚');
	await examine(auditor.page);
	await shot(auditor.page, 'audit_admin_1366');
	const [file] = await Promise.all([auditor.page.waitForEvent('download'), auditor.page.getByRole('link', { name: '导出 CSV' }).click()]);
	expect(file.suggestedFilename(), '审计.csv', 'the table');
});

run();
