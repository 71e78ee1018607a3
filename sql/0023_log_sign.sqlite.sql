-- The record log as others see it: its names, its signed heads, its tiles.

-- A name of the log, the newest is in use. A log whose tree does not go on from what was signed (a restored backup) ends;
-- `mingfa log renew` begins another, whose entry 0 is the old head. Its entry i, from 1 on, is leaf base + i.
CREATE TABLE log_origin (
	log INTEGER PRIMARY KEY,        -- 1, 2, 3 …
	origin TEXT NOT NULL UNIQUE,    -- first line of its checkpoints, name of its keys
	base INTEGER NOT NULL,          -- 0 for the first: entry i is leaf i
	entry TEXT,                     -- entry 0; NULL for the first, whose entry 0 is leaf 0
	ed25519 TEXT NOT NULL,          -- its public key as published (vkey)
	sm2 TEXT NOT NULL,              -- the same of its SM2 key
	made INTEGER NOT NULL           -- instant
) STRICT;

-- Signed heads, once a second at most. What was signed stays.
CREATE TABLE checkpoint (
	log INTEGER NOT NULL,           -- log_origin.log
	size INTEGER NOT NULL,          -- entries of the tree
	at INTEGER NOT NULL,            -- instant of signing
	note TEXT NOT NULL,             -- the signed note, without cosignatures
	PRIMARY KEY (log, size)
) STRICT, WITHOUT ROWID;

-- Lines by which witnesses signed the same head.
CREATE TABLE cosignature (
	log INTEGER NOT NULL,           -- as in checkpoint
	size INTEGER NOT NULL,          -- as in checkpoint
	witness TEXT NOT NULL,          -- its public key (vkey)
	line TEXT NOT NULL,             -- with its line end
	at INTEGER NOT NULL,            -- instant that the witness names
	PRIMARY KEY (log, size, witness)
) STRICT, WITHOUT ROWID;

-- How it stands with each witness; may be lost without harm.
CREATE TABLE witness (
	witness TEXT PRIMARY KEY,       -- its public key (vkey)
	log INTEGER NOT NULL,           -- the log that the size is of
	size INTEGER NOT NULL,          -- the largest that it signed
	done INTEGER NOT NULL,          -- instant of its last cosignature, 0: none
	failed INTEGER NOT NULL,        -- instant of the first failure since then, 0: none
	error TEXT NOT NULL             -- of the last failure
) STRICT, WITHOUT ROWID;

ALTER TABLE log_head ADD COLUMN log INTEGER NOT NULL DEFAULT 1;  -- the log in use
ALTER TABLE log_head ADD COLUMN base INTEGER NOT NULL DEFAULT 0; -- of log_origin
DROP TRIGGER log_head_grows;
CREATE TRIGGER log_head_grows BEFORE UPDATE ON log_head WHEN NEW.size < OLD.size AND NOT (NEW.log = OLD.log + 1 AND NEW.size = 1)
BEGIN SELECT RAISE(ABORT, 'log_head never shrinks'); END;

DROP TABLE tile;

-- Full tiles (formats.md 1.3), which no step before this one wrote; partial ones are computed on request.
CREATE TABLE tile (
	log INTEGER NOT NULL,           -- log_origin.log
	level INTEGER NOT NULL,         -- 0: hashes of entries
	n INTEGER NOT NULL,             -- number within the level
	bytes BLOB NOT NULL,            -- 256 hashes of 32 bytes
	root BLOB NOT NULL,             -- what they come to: the hash at the next level
	PRIMARY KEY (log, level, n)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tile_no_update BEFORE UPDATE ON tile
BEGIN SELECT RAISE(ABORT, 'tile is append-only'); END;
CREATE TRIGGER tile_no_delete BEFORE DELETE ON tile
BEGIN SELECT RAISE(ABORT, 'tile is append-only'); END;
CREATE TRIGGER log_origin_no_update BEFORE UPDATE ON log_origin
BEGIN SELECT RAISE(ABORT, 'log_origin is append-only'); END;
CREATE TRIGGER log_origin_no_delete BEFORE DELETE ON log_origin
BEGIN SELECT RAISE(ABORT, 'log_origin is append-only'); END;
CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;
CREATE TRIGGER cosignature_no_update BEFORE UPDATE ON cosignature
BEGIN SELECT RAISE(ABORT, 'cosignature is append-only'); END;
CREATE TRIGGER cosignature_no_delete BEFORE DELETE ON cosignature
BEGIN SELECT RAISE(ABORT, 'cosignature is append-only'); END;
