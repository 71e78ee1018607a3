-- The record log as others see it: its names, its signed heads, its tiles.

-- A name of the log, the newest is in use. A log whose tree does not go on from what was signed (a restored backup) ends;
-- `mingfa log renew` begins another, whose entry 0 is the old head. Its entry i, from 1 on, is leaf base + i.
CREATE TABLE log_origin (
	log bigint PRIMARY KEY,        -- 1, 2, 3 …
	origin text NOT NULL UNIQUE,    -- first line of its checkpoints, name of its keys
	base bigint NOT NULL,          -- 0 for the first: entry i is leaf i
	entry text,                     -- entry 0; NULL for the first, whose entry 0 is leaf 0
	ed25519 text NOT NULL,          -- its public key as published (vkey)
	sm2 text NOT NULL,              -- the same of its SM2 key
	made bigint NOT NULL           -- instant
);

-- Signed heads, once a second at most. What was signed stays.
CREATE TABLE checkpoint (
	log bigint NOT NULL,            -- log_origin.log
	size bigint NOT NULL,          -- entries of the tree
	at bigint NOT NULL,            -- instant of signing
	note text NOT NULL,             -- the signed note, without cosignatures
	PRIMARY KEY (log, size)
);

-- Lines by which witnesses signed the same head.
CREATE TABLE cosignature (
	log bigint NOT NULL,            -- as in checkpoint
	size bigint NOT NULL,          -- as in checkpoint
	witness text NOT NULL,          -- its public key (vkey)
	line text NOT NULL,             -- with its line end
	at bigint NOT NULL,            -- instant that the witness names
	PRIMARY KEY (log, size, witness)
);

-- How it stands with each witness; may be lost without harm.
CREATE TABLE witness (
	witness text PRIMARY KEY,       -- its public key (vkey)
	log bigint NOT NULL,            -- the log that the size is of
	size bigint NOT NULL,          -- the largest that it signed
	done bigint NOT NULL,          -- instant of its last cosignature, 0: none
	failed bigint NOT NULL,        -- instant of the first failure since then, 0: none
	error text NOT NULL             -- of the last failure
);

ALTER TABLE log_head ADD COLUMN log bigint NOT NULL DEFAULT 1;  -- the log in use
ALTER TABLE log_head ADD COLUMN base bigint NOT NULL DEFAULT 0; -- of log_origin
DROP TRIGGER log_head_grows ON log_head;
CREATE TRIGGER log_head_grows BEFORE UPDATE ON log_head FOR EACH ROW
	WHEN (NEW.size < OLD.size AND NOT (NEW.log = OLD.log + 1 AND NEW.size = 1)) EXECUTE FUNCTION mingfa_refuse();

DROP TABLE tile;

-- Full tiles (formats.md 1.3), which no step before this one wrote; partial ones are computed on request.
CREATE TABLE tile (
	log bigint NOT NULL,            -- log_origin.log
	level bigint NOT NULL,         -- 0: hashes of entries
	n bigint NOT NULL,             -- number within the level
	bytes bytea NOT NULL,            -- 256 hashes of 32 bytes
	root bytea NOT NULL,             -- what they come to: the hash at the next level
	PRIMARY KEY (log, level, n)
);

CREATE TRIGGER tile_no_change BEFORE UPDATE OR DELETE ON tile FOR EACH ROW EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER tile_no_truncate BEFORE TRUNCATE ON tile EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER log_origin_no_change BEFORE UPDATE OR DELETE ON log_origin FOR EACH ROW EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER log_origin_no_truncate BEFORE TRUNCATE ON log_origin EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER checkpoint_no_change BEFORE UPDATE OR DELETE ON checkpoint FOR EACH ROW EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON checkpoint EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER cosignature_no_change BEFORE UPDATE OR DELETE ON cosignature FOR EACH ROW EXECUTE FUNCTION mingfa_refuse();
CREATE TRIGGER cosignature_no_truncate BEFORE TRUNCATE ON cosignature EXECUTE FUNCTION mingfa_refuse();
