-- What the statements of yearly reports gave, block by block of matters (src/matter/kept.h): a count over a million of them reads
-- again only the blocks in which something has happened since. Rows may go at any time; they are counted anew.
CREATE TABLE tally (
	question text NOT NULL,         -- SHA-256 of the statement and its values
	block {i64} NOT NULL,           -- of the matters whose id / size it is
	answer text NOT NULL,           -- a line for each group: its key and its figures, parted by blanks
	PRIMARY KEY (question, block)
){keyed};
CREATE INDEX tally_block ON tally (block);

-- How far tally is right: one row.
CREATE TABLE tally_seen (
	id {i64} PRIMARY KEY,           -- 1
	event {i64} NOT NULL,           -- blocks of later events are no longer what tally says
	size {i64} NOT NULL             -- ids of a block
){keyed};
INSERT INTO tally_seen SELECT 1, COALESCE(MAX(id), 0), 2048 FROM event;
