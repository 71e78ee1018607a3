// SPDX-License-Identifier: MulanPSL-2.0
// One seizure from the request to the return of the goods, by the people whose work it is: approval, the scene with its
// record and list, what is refused on the way, extension told in writing, release.
// Proves: QZ18 QZ24 QZ25 QZ28
'use strict';
const { test, run, that, Site, examine, shot, day } = require('./lib.js');

const CAUSE = '晋南示例涂料经营部使用无标签稀释剂案';
let site;
let matter;

const who = (login, opt) => site.person(login, opt);
const clock = (h) => `${day()}T${h}`;

test('the program starts over the demonstration', async () => {
	site = await Site.open();
});

test('王明 asks for the approval of a seizure', async () => {
	const p = await who('wangming');
	await p.go('/k/coercive_measure');
	await examine(p.page);
	await shot(p.page, 'coercion_list_1366');
	await p.page.getByRole('link', { name: '呈批行政强制措施' }).click();
	await examine(p.page);
	await shot(p.page, 'coercion_new_1366');
	await p.fill({
		措施种类: '扣押', 案由: CAUSE, 承办人员: ['王明', '赵刚'],
		当事人: { parts: { 类别: '单位', 名称或者姓名: '示例纺织有限公司', 统一社会信用代码或者身份证号: '91140821MA0YY0089E', 地址: '临猗县猗氏镇示例工业园8号', 法定代表人: '吕某辛' } },
		理由: '现场储存的稀释剂没有安全标签，不立即扣押可能发生事故', 依据: '《中华人民共和国安全生产法》第六十五条第一款第四项',
		对象: '库房内的稀释剂40桶', 与违法行为有关: '是', 涉及重大公共利益: '否', 可能造成重大社会影响或者社会风险: '否',
		直接关系当事人或者第三人重大权益: '否', '有对当事人没有损害或者损害较小的方式可以实现管理目的': '否',
	});
	await p.send();
	matter = await p.done('呈批行政强制措施');
	await p.reads('待批准', CAUSE);
	await shot(p.page, 'coercion_asked_1366');
});

test('only the head approves, then it is carried out', async () => {
	const p = await who('zhangqiang');
	await p.act(matter, '批准行政强制措施', { 审批意见: '同意扣押，期限三十日' });
	await p.reads('待实施');
});

test('the scene: one officer alone and a list that was not handed over are refused, then the record stands', async () => {
	const p = await who('wangming');
	await p.go(matter);
	await p.choose('登记查封扣押');
	await shot(p.page, 'coercion_carry_1366');
	await p.fill({
		实施的执法人员: ['王明'], 已出示执法身份证件: '是', 实施时间: clock('00:00'), 结束时间: clock('00:01'), 地点: '该公司库房',
		已通知当事人到场: '是', 当事人到场: '是', '已当场告知理由、依据和依法享有的权利、救济途径': '是', 听取陈述申辩: '当事人没有提出',
		'场所、设施、财物清单': { rows: [{ 名称: '稀释剂', 规格: '20千克/桶', 单位: '桶', 数量: '40', 特征: '蓝色铁桶' }] },
		已当场交付决定书和清单: '否', 保管方式: '本机关保管', 保管人: '本机关物品库 沈平', 现场笔录内容: '清点稀释剂40桶，运至本机关物品库，当事人在场核对',
		现场笔录签名: '已签名或者盖章', 着装和标志标识符合规定: '是',
	});
	await p.send();
	await p.reads('1人。行政强制措施由两名以上行政执法人员实施', '没有当场交付的记录', '第十八条', '第二十四条');
	await examine(p.page, 'refused');
	await shot(p.page, 'coercion_refused_1366');
	await p.fill({ 实施的执法人员: ['赵刚'], 已当场交付决定书和清单: '是' });
	await p.send();
	await p.done('登记查封扣押');
	await p.reads('实施中', '查封扣押期限');
	await p.go(`${matter}/papers`);
	await p.reads('查封（扣押）决定书', '查封（扣押）财物清单', '行政强制措施现场笔录');
});

test('extension by the head opens the service of its notice', async () => {
	const head = await who('zhangqiang');
	await head.act(matter, '批准延长期限', { 延长理由: '涉案批次多，需要向三家供货单位核实来源' });
	await head.reads('书面告知延长');
	const p = await who('wangming');
	await p.go(`${matter}/links`);
	const at = await p.page.locator('#links a', { hasText: '延长强制措施期限通知书' }).first().getAttribute('href');
	await p.act(at, '登记直接送达', { 送达日期: day(), 已出示执法证件: '是', 签收人: '吕某辛', 签收人身份: '法定代表人或者负责人' });
	await p.go(`${matter}/papers`);
	await p.reads('延长强制措施期限通知书', '送达回证');
});

test('release by the head, return by the officers', async () => {
	const head = await who('zhangqiang');
	await head.act(matter, '决定解除', { 解除情形: '当事人没有违法行为', 解除说明: '经核实，货物合格' });
	const p = await who('wangming');
	await p.act(matter, '登记退还', { 退还日期: day(), 退还情况: '40桶清点无误，当事人签收', 接收人: '吕某辛' });
	await p.reads('待归档');
});

test('the pages on an office screen and on a phone, without scripts too', async () => {
	for (const [width, height] of [[1366, 768], [390, 844]]) {
		for (const [login, script] of [['wangming', true], ['chenxiao', false]]) {
			const p = await who(login, { width, height, script });
			for (const at of ['/k/coercive_measure', '/k/coercive_execution', '/k/court_execution', matter, '/k/coercive_execution/new', '/k/coercive_measure/new']) {
				that((await p.go(at)) === 200, `${login} is not shown ${at}`);
				await examine(p.page);
				await shot(p.page, `coercion_${login}${at.startsWith('/m/') ? '_matter' : at.replace(/\//g, '_')}_${width}`);
			}
		}
	}
});

run();
