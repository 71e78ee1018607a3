-- The tamper-evident log. Its rows change in the action's own transaction, at the end of the group.

-- One leaf of the tree for each event, in order: idx = size of the tree before it.
CREATE TABLE leaf (
	idx {i64} PRIMARY KEY,          -- 0, 1, 2 … without gaps
	event {i64} NOT NULL UNIQUE REFERENCES event (id), -- what it commits to
	entry text NOT NULL             -- mingfa/event/1 and a line of salted digests for the body and each file
){strict};

-- The tree's head. Locking this row is the writing turn on PostgreSQL.
CREATE TABLE log_head (
	id {i64} PRIMARY KEY CHECK (id = 1), -- there is one
	size {i64} NOT NULL,            -- number of leaves
	edge {bytes} NOT NULL,          -- roots of the full subtrees on the right edge, largest first, 32 bytes each
	signed {i64} NOT NULL           -- size of the last signed checkpoint
){strict};
INSERT INTO log_head (id, size, edge, signed) VALUES (1, 0, CAST('' AS {bytes}), 0);

-- Full tiles (formats.md 1.3); partial ones are computed on request.
CREATE TABLE tile (
	level {i64} NOT NULL,           -- 0: hashes of leaves
	n {i64} NOT NULL,               -- number within the level
	bytes {bytes} NOT NULL,         -- 256 hashes of 32 bytes
	PRIMARY KEY (level, n)
){keyed};

-- A row here lets one event's contents be deleted, once: the retention action writes it in the same transaction.
CREATE TABLE retention_guard (
	event {i64} PRIMARY KEY REFERENCES event (id), -- whose contents may go
	because_of {i64} NOT NULL REFERENCES event (id) -- the retention action's own event
){strict};
