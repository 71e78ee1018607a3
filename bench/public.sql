-- SPDX-License-Identifier: MulanPSL-2.0
-- Copies one published decision of the demonstration many times over, for the public side's search and statistics: matter, newest
-- event, keys and readers. For SQLite's shell; $n is set by bench/run.sh. Titles, parties, codes and days differ: the days are those
-- of one year, so that its statistics read all of them. Every other party is of one trade, one in 5,000 of both.
PRAGMA foreign_keys = OFF;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -1000000;
PRAGMA temp_store = MEMORY;
BEGIN;
CREATE TEMP TABLE t AS SELECT * FROM matter WHERE kind = 'disclosure' AND state = 'published' AND json_extract(fields, '$.fine') > 0 AND json_extract(fields, '$.source') = 'case_decision' LIMIT 1;
CREATE TEMP TABLE base AS SELECT (SELECT max(id) FROM matter) AS m, (SELECT max(id) FROM event) AS e, (SELECT max(idx) + 1 FROM leaf) AS leaf,
	(SELECT max(id) FROM event WHERE matter = (SELECT id FROM t)) AS newest;
CREATE TEMP TABLE n (n INTEGER PRIMARY KEY, name TEXT, day INTEGER, on_day TEXT);
INSERT INTO n WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < $n)
	SELECT i, printf('压测%d号%s企业', i, CASE WHEN i % 5000 = 0 THEN '仓储、运输' WHEN i % 2 THEN '仓储' ELSE '运输' END),
		CAST(julianday($year || '-01-01') - 2440587.5 AS INTEGER) + i % 365, date($year || '-01-01', '+' || (i % 365) || ' days') FROM c;
INSERT INTO matter (id, code, kind, def, organ, parent, origin, state, version, number, title, opened, opener, ended, updated, due, yellow, fields)
	SELECT base.m + n, printf('018e%04x-%04x-7000-8000-%012x', n / 65536, n % 65536, n), kind, def, organ, parent, origin, state, version, number,
		name || substr(title, 1, 60), opened, opener, ended, updated, due, yellow,
		json_set(fields, '$.party.name', name, '$.title', name || '案', '$.decided_on', on_day, '$.published_on', on_day) FROM n, t, base;
INSERT INTO event (id, matter, seq, at, entered_at, actor, organ, role, action, because_of, request, def, kind)
	SELECT base.e + n, base.m + n, 1, at, entered_at, actor, event.organ, role, action, NULL, NULL, def, event.kind FROM n, base JOIN event ON event.id = base.newest;
INSERT INTO event_body SELECT base.e + n, salt, body FROM n, base JOIN event_body b ON b.event = base.newest;
INSERT INTO leaf SELECT base.leaf + n - 1, base.e + n, entry FROM n, base JOIN leaf l ON l.event = base.newest;
INSERT INTO matter_key_num SELECT field, CASE WHEN field IN ('disclosure.decided_on', 'disclosure.published_on') THEN day ELSE num END, base.m + n
	FROM (SELECT field, num FROM matter_key_num WHERE matter = (SELECT id FROM t)), n, base;
INSERT INTO matter_key_text SELECT field, CASE WHEN field LIKE '%.party%' THEN name ELSE text END, base.m + n
	FROM (SELECT field, text FROM matter_key_text WHERE matter = (SELECT id FROM t)), n, base;
INSERT INTO matter_reader SELECT base.m + n, principal FROM (SELECT principal FROM matter_reader WHERE matter = (SELECT id FROM t)), n, base;
COMMIT;
PRAGMA journal_mode = WAL;
