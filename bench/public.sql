-- SPDX-License-Identifier: MulanPSL-2.0
-- Copies one published decision of the demonstration many times over, for the public side's search and statistics: matter, newest
-- event, keys and readers. For SQLite's shell; $n and $year are set by bench/run.sh. Days are those of one year, so that its
-- statistics read all of them, and go round three organs, twenty facts and 97 fines. A name is one of 1,600 pairs of characters,
-- each of them in 625 of a million; every other one is of one trade, one in 5,000 of both.
PRAGMA foreign_keys = OFF;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -1000000;
PRAGMA temp_store = MEMORY;
BEGIN;
CREATE TEMP TABLE t AS SELECT * FROM matter WHERE kind = 'disclosure' AND state = 'published' AND json_extract(fields, '$.fine') > 0 AND json_extract(fields, '$.source') = 'case_decision' LIMIT 1;
CREATE TEMP TABLE base AS SELECT (SELECT max(id) FROM matter) AS m, (SELECT max(id) FROM event) AS e, (SELECT max(idx) + 1 FROM leaf) AS leaf,
	(SELECT max(id) FROM event WHERE matter = (SELECT id FROM t)) AS newest;
CREATE TEMP TABLE done (k INTEGER PRIMARY KEY, what TEXT);
INSERT INTO done VALUES (0, '未设置明显的安全警示标志'), (1, '未对安全设备进行经常性维护保养'), (2, '未如实记录安全生产教育培训情况'),
	(3, '特种作业人员未取得相应资格上岗作业'), (4, '未建立事故隐患排查治理制度'), (5, '未制定生产安全事故应急救援预案'),
	(6, '未定期组织应急救援预案演练'), (7, '未为从业人员提供符合标准的劳动防护用品'), (8, '动火作业未安排专门人员进行现场安全管理'),
	(9, '生产经营场所的出口被堵塞'), (10, '未按规定配备专职安全生产管理人员'), (11, '未将事故隐患排查治理情况向从业人员通报'),
	(12, '将生产经营项目发包给不具备条件的单位'), (13, '未与承包单位签订安全生产管理协议'), (14, '危险物品的储存未采取可靠的安全措施'),
	(15, '关闭直接关系生产安全的报警装置'), (16, '拒不执行停产停业整顿的决定'), (17, '擅自改变消防通道的用途'),
	(18, '未对重大危险源登记建档'), (19, '主要负责人未履行法定的安全生产管理职责');
CREATE TEMP TABLE n (n INTEGER PRIMARY KEY, name TEXT, what TEXT, organ INTEGER, fine INTEGER, day INTEGER, on_day TEXT);
INSERT INTO n WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < $n)
	SELECT i, printf('临猗县%s%s%s有限公司', substr('宏昌兴盛瑞祥福泰丰裕恒顺鑫达荣华嘉佳美康安宁永久长远广源通汇聚德仁义诚信和谐', i % 40 + 1, 1),
			substr('宏昌兴盛瑞祥福泰丰裕恒顺鑫达荣华嘉佳美康安宁永久长远广源通汇聚德仁义诚信和谐', i / 40 % 40 + 1, 1),
			CASE WHEN i % 5000 = 0 THEN '仓储运输' WHEN i % 2 THEN '仓储' ELSE '运输' END),
		what, o.column1, 500000 + i % 97 * 10000, CAST(julianday($year || '-01-01') - 2440587.5 AS INTEGER) + i % 365,
		date($year || '-01-01', '+' || (i % 365) || ' days')
	FROM c JOIN done ON k = i * 7919 / 11 % 20 JOIN (VALUES (2, 0), (3, 1), (4, 2)) o ON o.column2 = i / 3 % 3;
INSERT INTO matter (id, code, kind, def, organ, parent, origin, state, version, number, title, opened, opener, ended, updated, due, yellow, fields)
	SELECT base.m + n, printf('018e%04x-%04x-7000-8000-%012x', n / 65536, n % 65536, n), kind, def, n.organ, parent, origin, state, version, number,
		name || what || '案', opened, opener, ended, updated, due, yellow,
		json_set(fields, '$.party.name', name, '$.title', name || what || '案', '$.decision_no', printf('猗氏罚〔%d〕%d号', $year, n),
			'$.facts', name || what || '，有现场检查笔录和询问笔录等证据证明。', '$.fine', fine, '$.conclusion', printf('罚款%d元', fine / 100),
			'$.decided_on', on_day, '$.published_on', on_day) FROM n, t, base;
INSERT INTO event (id, matter, seq, at, entered_at, actor, organ, role, action, because_of, request, def, kind)
	SELECT base.e + n, base.m + n, 1, at, entered_at, actor, n.organ, role, action, NULL, NULL, def, event.kind FROM n, base JOIN event ON event.id = base.newest;
INSERT INTO event_body SELECT base.e + n, salt, body FROM n, base JOIN event_body b ON b.event = base.newest;
INSERT INTO leaf SELECT base.leaf + n - 1, base.e + n, entry FROM n, base JOIN leaf l ON l.event = base.newest;
INSERT INTO matter_key_num SELECT field, CASE WHEN field IN ('disclosure.decided_on', 'disclosure.published_on') THEN day WHEN field = 'disclosure.fine' THEN fine ELSE num END, base.m + n
	FROM (SELECT field, num FROM matter_key_num WHERE matter = (SELECT id FROM t)), n, base;
INSERT INTO matter_key_text SELECT field, CASE WHEN field LIKE '%.party%' THEN name ELSE text END, base.m + n
	FROM (SELECT field, text FROM matter_key_text WHERE matter = (SELECT id FROM t)), n, base;
INSERT INTO matter_reader SELECT base.m + n, principal FROM (SELECT principal FROM matter_reader WHERE matter = (SELECT id FROM t)), n, base;
COMMIT;
PRAGMA journal_mode = WAL;
