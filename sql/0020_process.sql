-- Several processes may serve one database: who they are, and which long work each has in hand.

-- A process that serves. Its work is anybody's again once it has not been heard of for a while, or has left.
CREATE TABLE process (
	code text PRIMARY KEY,          -- UUIDv7 of this run of the program
	host text NOT NULL,             -- the machine, as it calls itself
	pid {i64} NOT NULL,             -- there
	version text NOT NULL,          -- of the program
	started {i64} NOT NULL,         -- by the machine's clock
	beat {i64} NOT NULL             -- when it was last heard of, by the machine's clock
){strict};

-- Which process does the work; '' when none has taken it.
ALTER TABLE job ADD COLUMN owner text NOT NULL DEFAULT '';
