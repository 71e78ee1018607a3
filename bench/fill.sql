-- Copies one real case of the demonstration many times over, with its events, bodies, leaves, clocks, papers, keys and
-- readers, so that pages and lists meet a full database. For SQLite's shell; $n and $first are set by bench/run.sh.
-- Titles, parties, codes and times differ; every other party is of one trade (仓储) or of the other (运输), one in 5,000
-- of both: the rare pair of frequent words. One in a thousand stands on the same desk as the original, the others on
-- desks of people who are not there: nobody has a million cases waiting. Every fifth was decided before, as like cases are. Papers are without their frozen values,
-- which only a paper's own page reads. The log's head and tiles come after it (bench/log.c).
PRAGMA foreign_keys = OFF;
PRAGMA journal_mode = OFF; -- a copy that breaks off is thrown away
PRAGMA synchronous = OFF;
PRAGMA cache_size = -1000000;
PRAGMA temp_store = MEMORY;
BEGIN;
CREATE TEMP TABLE t AS SELECT * FROM matter WHERE kind = 'penalty' AND state = 'suspended' LIMIT 1;
CREATE TEMP TABLE base AS SELECT (SELECT max(id) FROM matter) AS m, (SELECT max(id) FROM event) AS e, (SELECT max(idx) + 1 FROM leaf) AS leaf,
	(SELECT id FROM t) AS of, (SELECT count(*) FROM event WHERE matter = (SELECT id FROM t)) AS events;
CREATE TEMP TABLE te AS SELECT e.*, b.salt, b.body, l.entry, row_number() OVER (ORDER BY e.id) AS k
	FROM event e JOIN event_body b ON b.event = e.id JOIN leaf l ON l.event = e.id WHERE e.matter = (SELECT id FROM t);
CREATE TEMP TABLE n (n INTEGER PRIMARY KEY);
INSERT INTO n WITH RECURSIVE c (i) AS (SELECT $first UNION ALL SELECT i + 1 FROM c WHERE i < $n) SELECT i FROM c;
CREATE TEMP TABLE who (n INTEGER PRIMARY KEY, name TEXT);
INSERT INTO who SELECT n, printf('压测%d号%s企业', n, CASE WHEN n % 5000 = 0 THEN '仓储、运输' WHEN n % 2 THEN '仓储' ELSE '运输' END) FROM n;
INSERT INTO matter (id, code, kind, def, organ, parent, origin, state, version, number, title, opened, opener, ended, updated, due, yellow, fields)
	SELECT base.m - $first + 1 + n, printf('018f%04x-%04x-7000-8000-%012x', n / 65536, n % 65536, n), kind, def, organ, parent, origin, state, version, number,
		name || substr(title, 1, 60), opened - n * 40, opener, ended, updated - n * 40, due + n * 40, yellow + n * 40,
		CASE WHEN n % 5 THEN json_set(fields, '$.party.name', name, '$.circumstances', json('["corrected_due"]'), '$.measured', 1)
			ELSE json_set(fields, '$.party.name', name, '$.circumstances', json('["corrected_due"]'), '$.measured', 1, '$.outcome', 'punish',
				'$.step_used', 'lighter', '$.fine', 500000 + n % 97 * 10000, '$.decided_on', '2026-01-05', '$.facts', name || '未设置明显的安全警示标志，有现场检查笔录和询问笔录等证据证明') END
	FROM who, t, base;
INSERT INTO event (id, matter, seq, at, entered_at, actor, organ, role, action, because_of, request, def, kind)
	SELECT base.e + (n - $first) * base.events + k, base.m - $first + 1 + n, seq, at, entered_at, actor, organ, role, action, NULL, NULL, def, kind FROM n, te, base;
INSERT INTO event_body SELECT base.e + (n - $first) * base.events + k, salt, body FROM n, te, base;
INSERT INTO leaf SELECT base.leaf + (n - $first) * base.events + k - 1, base.e + (n - $first) * base.events + k, entry FROM n, te, base;
INSERT INTO clock (matter, clock, run, start, due, yellow, state, stopped, pauses, who, provisional, lapse)
	SELECT base.m - $first + 1 + n, clock, run, start, due, yellow, state, stopped, pauses, who, provisional, 0 FROM n, (SELECT * FROM clock WHERE matter = (SELECT id FROM t)), base;
INSERT INTO matter_key_num SELECT field, num, base.m - $first + 1 + n FROM (SELECT field, num FROM matter_key_num WHERE matter = (SELECT id FROM t)), n, base;
INSERT INTO matter_key_text SELECT field, CASE WHEN field LIKE '%.party%' THEN name ELSE text END, base.m - $first + 1 + n
	FROM (SELECT field, text FROM matter_key_text WHERE matter = (SELECT id FROM t)), who, base;
INSERT INTO matter_key_num SELECT 'penalty.fine', 500000 + n % 97 * 10000, base.m - $first + 1 + n FROM n, base WHERE n % 5 = 0;
INSERT INTO matter_key_text SELECT v.column1, v.column2, base.m - $first + 1 + n FROM n, base, (VALUES ('penalty.outcome', 'punish'), ('penalty.step_used', 'lighter')) v WHERE n % 5 = 0;
INSERT INTO link SELECT base.m - $first + 1 + n, field, target FROM n, (SELECT field, target FROM link WHERE source = (SELECT id FROM t)), base;
INSERT INTO matter_reader SELECT base.m - $first + 1 + n, principal FROM n, (SELECT principal FROM matter_reader WHERE matter = (SELECT id FROM t)), base;
INSERT INTO matter_holder SELECT base.m - $first + 1 + n, CASE WHEN n % 1000 = 0 THEN principal ELSE 'user:' || (90000000 + n % 5000) END, due
	FROM n, (SELECT principal, due FROM matter_holder WHERE matter = (SELECT id FROM t)), base;
INSERT INTO document (code, matter, event, paper, number, template, content, state, tries, blob, created, frozen, frozen_event)
	SELECT printf('018f%04x-%04x-7%03x-9000-%012x', n / 65536, n % 65536, k, n), base.m - $first + 1 + n, base.e + (n - $first) * base.events + 1, paper, number, template, '{}', state, tries,
		blob, created, frozen, NULL FROM n, (SELECT *, row_number() OVER (ORDER BY id) AS k FROM document WHERE matter = (SELECT id FROM t)), base;
COMMIT;
PRAGMA journal_mode = WAL;
